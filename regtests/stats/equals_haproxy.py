#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`show stat` and `show info` beside HAProxy's, for the same configuration and the same traffic: the header, which
columns have a value and of what kind, and the values that the configuration and the traffic decide."""
import os
import pathlib
import re
import time

import beside
from beside import GET, Case, answers, holds, status_of
from hawser import check

MANUAL = pathlib.Path(os.environ["REGTESTS"]).parent / "doc" / "management.md"
# Decided by the clock and the kernel, or counted in another way on purpose (see doc/management.md); the rest is equal.
KIND_ONLY = {"addr", "smax", "srv_icur", "idle_conn_cur", "safe_conn_cur", "bin", "bout", "lastchg", "downtime", "lastsess", "check_duration", "pid", "slim",
             "rate", "rate_max", "req_rate", "req_rate_max", "conn_rate", "conn_rate_max", "need_conn_est",
             "qtime", "ctime", "rtime", "ttime", "qtime_max", "ctime_max", "rtime_max", "ttime_max",
             "agg_server_status", "agg_server_check_status", "agg_check_status"}


def never_filled():
    """The columns of which the manual says that they are always empty."""
    return set(re.findall(r"^\| \d+ \| `(\w+)` \| – \|", MANUAL.read_text(encoding="utf-8"), re.M))


def kind(value):
    return "empty" if value == "" else "number" if re.fullmatch(r"-?\d+", value) else "text"


def asks(count, connections=1):
    def client(visit):
        statuses = []
        for _ in range(connections):
            wire = visit.connect()
            for _ in range(count):
                wire.send(GET)
                statuses.append(status_of(wire.read_response()[0]))
            wire.close()
        return statuses
    return client


def queues(visit):
    """Three at a server that takes one at a time."""
    wires = [visit.connect() for _ in range(3)]
    for number, wire in enumerate(wires):
        wire.send(GET)
        if number == 0:
            visit.servers["s1"].next_head()
        else:
            visit.peer.wait_stat((visit.case.name, "BACKEND"), "qcur", str(number))
    visit.servers["s1"].go.set()
    return [status_of(wire.read_response()[0]) for wire in wires]


def two_servers(words1="", words2=""):
    return {"servers": {"s1": answers(), "s2": answers()}, "words": {"s1": words1, "s2": words2}}


CASES = [
    Case("plain", asks(3), 3, "", {"s1": answers()}),
    Case("connections", asks(2, 4), 8, "", {"s1": answers()}),
    Case("turns", asks(4), 4, "balance roundrobin", **two_servers()),
    Case("weights", asks(8), 8, "balance static-rr", **two_servers("weight 3", "weight 1")),
    Case("first", asks(2), 2, "balance first\nfullconn 20", **two_servers("maxconn 10 maxqueue 5", "backup")),
    Case("least", asks(2), 2, "balance leastconn\nmaxconn 33", **two_servers("disabled")),
    Case("hash", asks(2), 2, "balance uri\nhash-type consistent", **two_servers("backup", "backup weight 5")),
    Case("sockets", asks(2, 2), 4, "option socket-stats", {"s1": answers()}),
    Case("cookies", asks(2), 2, "cookie SRV insert", **two_servers("cookie a", "cookie b")),
    Case("limited", asks(1), 1, "rate-limit sessions 7", {"s1": answers()}),
    Case("checked", asks(1), 1, "balance first", {"s1": answers()}, {"s1": "check inter 1s fall 4 rise 3"}),
    Case("pooled", asks(2), 2, "", {"s1": answers()}, {"s1": "pool-max-conn 9"}),
    Case("queued", queues, 3, "", {"s1": holds}, {"s1": "maxconn 1"}),
    Case("neverreused", asks(2), 2, "http-reuse never", {"s1": answers()}),
]


# Fields of `show info` that the configuration and the traffic decide. HAProxy counts the connections of its own socket
# in CumConns and CumReq, so those are compared with the traffic.
INFO = ["Nbthread", "Nbproc", "Process_num", "Maxconn", "Hard_maxconn", "CurrConns", "Stopping", "DroppedLogs",
        "TotalSplicdedBytesOut"]


def compare_rows(ours, theirs):
    unfilled = never_filled()
    assert len(unfilled) > 10, MANUAL
    assert list(ours) == list(theirs), f"the rows are\n{list(ours)}\nand not\n{list(theirs)}"
    wrong = []
    for row, columns in ours.items():
        names = list(columns)
        for position, name in enumerate(names):
            value, other = columns[name], theirs[row][name]
            if name in unfilled or position > names.index("-"):
                same = value == ""
            elif name == "addr" and "sock" in row[1]:
                same = True  # of an inherited socket, whose number is what the configuration knows
            elif name in KIND_ONLY:
                same = kind(value) == kind(other)
            else:
                same = value == other
            if not same:
                wrong.append(f"{'/'.join(row)}: {name} is {value or 'empty'} and not {other or 'empty'}")
    return wrong


def equal_rows(peers):
    """A program may answer a client before it has counted; in the end all is equal."""
    end = time.monotonic() + 3
    while wrong := compare_rows(*(peer.stat() for peer in peers.values())):
        if time.monotonic() > end:
            raise AssertionError("\n".join(wrong))


def info_of(peer):
    return dict(line.split(": ", 1) for line in peer.cli("show info").splitlines() if ": " in line)


def main():
    requests = sum(case.lines for case in CASES)
    with beside.both(CASES) as peers:
        beside.run_both(peers)
        for peer in peers.values():
            peer.wait_stat(("checked", "s1"), "check_status", "L4OK")
        ours, theirs = (peer.cli("show stat").splitlines()[0] for peer in peers.values())
        named = ours.split(",")
        check(named == theirs.split(",")[:len(named)], "the header of the CSV is HAProxy's")
        equal_rows(peers)
        check(True, f"the rows of {len(CASES)} sections have HAProxy's values")
        ours, theirs = (info_of(peer) for peer in peers.values())
        wrong = {name: (ours[name], theirs[name]) for name in INFO if ours[name] != theirs[name]}
        check(not wrong, f"show info says what HAProxy's says {wrong or ''}")
        wrong = {name: value for name, value in ours.items() if name in theirs and kind(value) != kind(theirs[name])}
        check(not wrong, f"in values of the same kind {wrong or ''}")
        connections = sum(len(visit.wires) for visit in peers["hawser"].visits.values())
        check((int(ours["CumReq"]), int(ours["CumConns"])) == (requests, connections), "and counts what there was")


main()
