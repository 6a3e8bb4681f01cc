# SPDX-License-Identifier: MIT
"""The table of a run, its verdicts, and the same as a document for programs."""
import platform
import scenarios

COLUMNS = "{:<16}{:>12}{:>8}{:>10}{:>10}{:>10}{:>11}{:>8}{:>8}  {}"


def verdict(result):
    """(passed, text) of Hawser's bar; passed is None where Hawser or its yardstick took no part."""
    scenario, figures = result["scenario"], result["figures"]
    ours, theirs = figures.get("hawser"), figures.get("haproxy")
    if not ours:
        return None, "not measured"
    if ours["errors"] or ours["cpu_us"] is None:
        return False, f"FAIL: {ours['errors']} errors"
    if not isinstance(scenario, scenarios.Traffic):
        passed = ours["cpu_us"] <= scenario.bar
        return passed, f"{'pass' if passed else 'FAIL'}: {ours['cpu_us']:.2f} (bar {scenario.bar:g})"
    ratio = ours["ratio"]
    if ratio is None:
        return None, "not measured: no haproxy to compare with"
    tail = ours["p99_us"] / theirs["p99_us"]
    passed = ratio <= scenario.bar and tail <= 1.0
    return passed, (f"{'pass' if passed else 'FAIL'}: {ratio:.2f} of haproxy's CPU (bar {scenario.bar:.2f}), "
                    f"{tail:.2f} of its p99 (bar 1.00)")


def number(value, form="{:.1f}"):
    return "-" if value is None else form.format(value)


def rows(result):
    scenario, figures = result["scenario"], result["figures"]
    lines = [f"{scenario.title} ({scenario.unit})"]
    lines.append(COLUMNS.format("", "cost", "ratio", "rate/s", "p50 µs", "p99 µs", "memory KiB", "spread", "errors", ""))
    for peer in figures:
        one = figures[peer]
        lines.append(COLUMNS.format(
            peer, number(one["cpu_us"], "{:.2f}"), number(one.get("ratio"), "{:.2f}"), number(one["rate"], "{:.0f}"),
            number(one["p50_us"]), number(one["p99_us"]), number(one["memory"] / 1024, "{:.0f}"),
            number(one["spread"], "{:.0%}"), one["errors"], "").rstrip())
    for peer, why in result["absent"].items():
        lines.append(COLUMNS.format(peer, "-", "-", "-", "-", "-", "-", "-", "-", why))
    lines.append(f"hawser: {verdict(result)[1]}")
    return "\n".join(lines) + "\n"


def table(results):
    return "\n".join(["", machine(), ""] + [rows(result) for result in results])


def machine():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next(line.partition(":")[2].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    return f"{model}, Linux {platform.release()}"


def failed(results):
    return any(verdict(result)[0] is False for result in results)


def document(results, options):
    return {
        "machine": machine(), "rounds": options.rounds, "milliseconds": options.time,
        "scenarios": [{
            "name": result["scenario"].name, "title": result["scenario"].title, "unit": result["scenario"].unit,
            "bar": result["scenario"].bar, "peers": result["figures"], "absent": result["absent"],
            "passed": verdict(result)[0], "verdict": verdict(result)[1],
        } for result in results],
    }
