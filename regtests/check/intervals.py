#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""When checks come: inter, fastinter, downinter, rise and fall, spread-checks, timeout check; and where they go: port and addr."""
from hawser import Hawser, check
from health import Checked, checked_config


def gaps(times):
    return [later - earlier for earlier, later in zip(times, times[1:])]


def times_of(server, count):
    return [when for when, _ in server.wait_asked(count)]


def is_about(seconds, expected):
    """Never much earlier; later only as a busy machine makes it."""
    return all(gap > expected * 0.8 for gap in seconds) and sorted(seconds)[len(seconds) // 2] < expected * 2


# One check: up, up, then failing: fall 3 of them, down for 3, and rise 2.
phases = Checked([200, 200, 500, 500, 500, 500, 500, 200, 200, 200])
# Elsewhere: its checks go to another address and port than its traffic.
elsewhere, unasked = Checked(address="127.0.0.9"), Checked()
spread, silent = Checked(), Checked([None])
CONFIG = f"""
listen l
    bind {{dir}}/l
    option httpchk
    server phases 127.0.0.1:{phases.port} check inter 300ms fastinter 60ms downinter 150ms rise 2 fall 3
    server elsewhere 127.0.0.1:{unasked.port} check inter 100ms addr 127.0.0.9 port {elsewhere.port}
    server silent 127.0.0.1:{silent.port} check inter 10s fall 1
"""
with Hawser(checked_config(CONFIG, timeouts="    timeout check 150ms\n"), "-d", wait_for=None) as hawser:
    began = times_of(silent, 1)[0]
    _, ended = hawser.wait_log("Server l/silent is DOWN, reason: Layer7 timeout")
    check(0.1 < ended - began < 5, f"`timeout check 150ms` ends a silent check after {1000 * (ended - began):.0f} ms")
    times = gaps(times_of(phases, 10))
    print("between checks: " + " ".join(f"{1000 * gap:.0f}" for gap in times))
    check(is_about(times[:2], 0.3), "`inter` while it is up")
    check(is_about(times[2:4], 0.06), "`fastinter` while it may go down")
    check(is_about(times[4:7], 0.15), "`downinter` while it is down")
    check(is_about(times[7:8], 0.06), "`fastinter` while it may come up")
    check(is_about(times[8:], 0.3), "`inter` again")
    if not any("Server l/phases is DOWN" in line for line in hawser.log):
        hawser.wait_log("Server l/phases is DOWN")
    hawser.wait_log("Server l/phases is UP")
    downs = [line for line in hawser.log if "Server l/phases is DOWN" in line]
    check(len(downs) == 1, "`fall 3` and `rise 2`: down once, and up again")
    check(len(elsewhere.wait_asked(3)) == 3 and not unasked.asked, "`addr` and `port`: checks go there, and none to the server itself")

config = f"listen l\n    bind {{dir}}/l\n    option httpchk\n    server s 127.0.0.1:{spread.port} check inter 100ms\n"
with Hawser(checked_config(config, "    spread-checks 50\n"), "-d", wait_for=None):
    seconds = gaps(times_of(spread, 16))
    print("with spread-checks 50: " + " ".join(f"{1000 * gap:.0f}" for gap in seconds))
    check(min(seconds) > 0.045, "`spread-checks 50`: never less than half of inter")
    check(max(seconds) - min(seconds) > 0.015, "and not always the same")
