#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the log says about checks and servers is what HAProxy says in the same scenario, word for word, with the same level."""
import concurrent.futures
import re

from hawser import Hawser, check
from health import Checked, both, checked_config

CONFIG = """
listen l
    bind {dir}/l
    option httpchk GET /health
    option log-health-checks
    server web 127.0.0.1:@port check inter 300ms fastinter 60ms downinter 60ms rise 2 fall 3
"""
ANSWERS = [200, 500, 200, 404, 404, 404, 200, 500, 302, 200, 200, b"nonsense\r\n\r\n", b"nonsense\r\n\r\n", b"nonsense\r\n\r\n", None]


def normal(line):
    """Without what differs from run to run, durations, and what Hawser says besides: why something is no HTTP answer."""
    line = re.sub(r'(Layer7 invalid response), info: "not an HTTP answer: [^"]*"', r"\1", line)
    return re.sub(r"check duration: \d+ms", "check duration: Nms", line)


def lines_of(name, arguments, program):
    server = Checked(ANSWERS)
    text = checked_config(CONFIG.replace("@port", str(server.port)), timeouts="    timeout check 1s\n")
    with Hawser(text, *arguments, wait_for=None, program=program) as proxy:
        # While the check that is not answered waits, so that the next one is refused.
        server.wait_asked(len(ANSWERS))
        server.close()
        proxy.wait_log("^<5>.*Layer7 timeout")
        proxy.wait_log("^<5>.*Connection refused")  # HAProxy says it on stderr before
        about = [normal(line) for line in proxy.log if re.match(r"<\d+>(Health check|Server|proxy|backend)", line)]
        status = proxy.cli("show stat").splitlines()
    columns = status[0].lstrip("# ").split(",")
    row = dict(zip(columns, [line for line in status if line.startswith("l,web,")][0].split(",")))
    return about, {name: row[name] for name in ("status", "check_status", "check_desc", "chkdown", "check_rise", "check_fall", "last_chk")}


with concurrent.futures.ThreadPoolExecutor() as pool:
    ours, theirs = pool.map(lambda program: lines_of(*program), both())
for own, other in zip(ours[0], theirs[0]):
    check(own == other, own if own == other else f"hawser {own!r}\n  haproxy {other!r}")
check(len(ours[0]) == len(theirs[0]), f"{len(ours[0])} lines, HAProxy {len(theirs[0])}")
for name, value in theirs[1].items():
    check(ours[1][name] == value, f"show stat, {name}: {ours[1][name]!r}" + ("" if ours[1][name] == value else f", HAProxy {value!r}"))
emergencies = [line for line in ours[0] if line.startswith("<0>")]
check(emergencies and "has no server available!" in emergencies[0], f"a backend without a server is an emergency: {emergencies}")
