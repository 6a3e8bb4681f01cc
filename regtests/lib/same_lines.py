# SPDX-License-Identifier: MIT
"""Cases that both programs log, answer and count alike."""
import sys

import beside
import log_lines
import stat_rows
from hawser import check


def check_same(all_cases, mode="http", also=None):
    """Runs and compares the cases that the command line names, or all. `also` gets them, Hawser as a peer, and its lines."""
    wanted = sys.argv[1:]
    cases = [case for case in all_cases if not wanted or case.name in wanted]
    if not cases:
        return
    with beside.both(cases, mode) as peers:
        lines = beside.run_both(peers)
        for case in cases:
            log_lines.check_lines(case, lines["hawser"][case.name], lines["haproxy"][case.name], mode)
            ours, theirs = (peers[name].visits[case.name].seen for name in ("hawser", "haproxy"))
            if ours != theirs and not case.expect.get("ours", {}).get("ST"):
                raise AssertionError(f"{case.name}: the client saw {ours}, with HAProxy {theirs}")
        check(True, f"{len(cases)} cases are logged as HAProxy logs them, and look the same to their clients")
        stat_rows.check_counters(cases, peers, mode)
        check(True, "and are counted as HAProxy counts them")
        if also:
            also(cases, peers["hawser"], lines["hawser"])
