# SPDX-License-Identifier: MIT
"""What `show stat` counts about a case, on Hawser and on HAProxy."""
import re
import time

from hawser import DEADLINE

RESPONSES = [f"hrsp_{group}" for group in ("1xx", "2xx", "3xx", "4xx", "5xx", "other")]
SERVER = ["qcur", "qmax", "stot", "econ", "eresp", "wretr", "wredis", "status", "weight", "act", "bck", "lbtot", "dresp",
          "req_tot", "cli_abrt", "srv_abrt", "connect", "reuse", "wrew", "eint", *RESPONSES]
COUNTED = {
    "FRONTEND": ["stot", "dreq", "dresp", "ereq", "status", "req_tot", "conn_tot", "intercepted", "dcon", "dses", "wrew",
                 "eint", "rate_lim", *RESPONSES],
    "BACKEND": [*SERVER, "dreq"],
}
BYTES = ["bin", "bout"]


def differences(case, ours, theirs, mode):
    """(row, column, Hawser's, HAProxy's). `stat` of `case.expect` says where ours is another, and which."""
    deliberate = case.expect.get("stat", {})
    found = []
    for proxy, name in ours:
        if proxy != case.name:
            continue
        columns = COUNTED.get(name, SERVER) + (BYTES if mode == "tcp" else [])
        for column in columns:
            mine, its = ours[proxy, name][column], theirs[proxy, name][column]
            wanted = deliberate.get((name, column), its)
            if mine != wanted and column not in case.expect.get("ignore", ()):
                found.append((name, column, mine, its))
    return found


def check_counters(cases, peers, mode):
    """A program may write a line before it counts, so the rows get a moment to become equal."""
    end = time.monotonic() + DEADLINE
    while True:
        ours, theirs = peers["hawser"].stat(), peers["haproxy"].stat()
        found = {case.name: differences(case, ours, theirs, mode) for case in cases}
        found = {name: rows for name, rows in found.items() if rows}
        if not found:
            return
        if time.monotonic() > end:
            told = [f"{name}/{row}: {column} is {mine or 'empty'} and not {its or 'empty'}"
                    for name, rows in found.items() for row, column, mine, its in rows]
            raise AssertionError("\n".join(told))
