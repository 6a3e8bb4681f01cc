#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""When checks come: inter, fastinter, downinter, rise and fall, spread-checks, timeout check; and where they go: port and addr."""
from hawser import Hawser, check
from health import Checked, checked_config


def gaps(times):
    return [later - earlier for earlier, later in zip(times, times[1:])]


def times_of(server, count):
    return [when for when, _ in server.wait_asked(count)]


def is_about(seconds, expected, other):
    """Never earlier but for the clock's tick; later only as a busy machine makes it, and before the next longer interval."""
    return all(expected - 0.005 < gap < other - 0.005 for gap in seconds)


INTER, FASTINTER, DOWNINTER = 1.2, 0.06, 0.6
# One check: up, then failing: fall 3 of them, down for 2, and rise 2.
phases = Checked([200, 500, 500, 500, 500, 200, 200, 200])
# Elsewhere: its checks go to another address and port than its traffic.
elsewhere, unasked = Checked(address="127.0.0.9"), Checked()
spread, silent = Checked(), Checked([None])
CONFIG = f"""
listen l
    bind {{dir}}/l
    option httpchk
    server phases 127.0.0.1:{phases.port} check inter 1200ms fastinter 60ms downinter 600ms rise 2 fall 3
    server elsewhere 127.0.0.1:{unasked.port} check inter 100ms addr 127.0.0.9 port {elsewhere.port}
    server silent 127.0.0.1:{silent.port} check inter 30s fall 1
"""
SPREAD = f"listen l\n    bind {{dir}}/l\n    option httpchk\n    server s 127.0.0.1:{spread.port} check inter 100ms\n"
with (Hawser(checked_config(CONFIG, timeouts="    timeout check 500ms\n"), "-d", wait_for=None) as hawser,
      Hawser(checked_config(SPREAD, "    spread-checks 50\n"), "-d", wait_for=None)):
    began = times_of(silent, 1)[0]
    _, ended = hawser.wait_log("Server l/silent is DOWN, reason: Layer7 timeout")
    check(0.49 < ended - began < 10, f"`timeout check 500ms` ends a silent check after {1000 * (ended - began):.0f} ms")
    times = gaps(times_of(phases, 8))
    print("between checks: " + " ".join(f"{1000 * gap:.0f}" for gap in times))
    check(is_about(times[:1], INTER, 10), "`inter` while it is up")
    check(is_about(times[1:3], FASTINTER, DOWNINTER), "`fastinter` while it may go down")
    check(is_about(times[3:5], DOWNINTER, INTER), "`downinter` while it is down")
    check(is_about(times[5:6], FASTINTER, DOWNINTER), "`fastinter` while it may come up")
    check(is_about(times[6:], INTER, 10), "`inter` again")
    if not any("Server l/phases is DOWN" in line for line in hawser.log):
        hawser.wait_log("Server l/phases is DOWN")
    hawser.wait_log("Server l/phases is UP")
    downs = [line for line in hawser.log if "Server l/phases is DOWN" in line]
    check(len(downs) == 1, "`fall 3` and `rise 2`: down once, and up again")
    check(len(elsewhere.wait_asked(3)) == 3 and not unasked.asked, "`addr` and `port`: checks go there, and none to the server itself")
    seconds = gaps(times_of(spread, 16))
    print("with spread-checks 50: " + " ".join(f"{1000 * gap:.0f}" for gap in seconds))
    check(min(seconds) > 0.045, "`spread-checks 50`: never less than half of inter")
    check(max(seconds) - min(seconds) > 0.015, "and not always the same")
