#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`show stat` and `show info` beside HAProxy's, for the same configuration and the same traffic: the header, which
columns have a value and of what kind, and the values that the configuration and the traffic decide."""
import csv
import os
import pathlib
import re
import select
import time

import beside
import cli
import health
from beside import GET, OK, Case, answers, holds, status_of
from hawser import DEADLINE, Hawser, check, wait_cli

MANUAL = pathlib.Path(os.environ["REGTESTS"]).parent / "doc" / "management.md"
# What HAProxy counts in another way, on purpose (doc/management.md says how), or by luck: the same kind of value.
KIND_ONLY = {"bin", "bout", "check_duration", "need_conn_est", "agg_server_status", "agg_server_check_status", "agg_check_status"}
SECONDS = {"lastchg", "downtime", "lastsess"}  # may differ by SLOW
SLOW = 5
# Events of a second. Both see the case begin at another place of their second: at most all events, and, of those that come at
# once, at least half of them in the best second.
RATES = {"rate": "stot", "conn_rate": "conn_tot", "req_rate": "req_tot"}
# A session that has ended counts until the program sees its end, and the next one may be quicker.
SEEN_LATE = {"smax": 1}
# The timers of the log, of which `show stat` has the average and the longest: Tw, Tc, Tr and Ta. Milliseconds of tolerance, as
# HAProxy rounds at other places, and counts an attempt that failed before otherwise.
TIMES = {"qtime": 1, "ctime": 2, "rtime": 3, "ttime": 4}
ROUNDING = 2
# HAProxy's ttime lasts until it has put the session away, on a busy machine.
PUT_AWAY = 5000


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


def at_once(count):
    """So many connections with a request each, all open at the same time."""
    def client(visit):
        wires = [visit.connect() for _ in range(count)]
        for number, wire in enumerate(wires, 1):
            wire.send(GET)
            visit.peer.wait_stat((visit.case.name, "BACKEND"), "scur", str(number))
        for server in visit.servers.values():
            server.go.set()
        return [status_of(wire.read_response()[0]) for wire in wires]
    return client


def takes(*seconds):
    """A server that takes its time, which is what is measured."""
    times = iter(seconds)

    def script(wire, server):
        while wire.read_head():
            select.select([wire.sock], [], [], next(times, 0))  # less if the proxy leaves
            wire.send(OK)
    return script


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
    Case("times", asks(4), 4, "", {"s1": takes(0.05, 0.1, 0, 0.15)}),
    Case("together", at_once(8), 8, "balance roundrobin", {"s1": holds, "s2": holds}, expect="at once"),
    Case("refused", asks(1, 2), 2, "retries 0", {"s1": beside.Refusing}),
    Case("elsewhere", asks(1, 4), 4, "balance roundrobin\nretries 1\noption redispatch", {"s1": beside.Refusing, "s2": answers()}),
    Case("fullness", asks(1), 1, "maxconn 77", {"s1": answers()}, {"s1": "minconn 2 maxconn 8"}),
    Case("neverreused", asks(2), 2, "http-reuse never", {"s1": answers()}),
]


# Fields of `show info` that the configuration and the traffic decide. HAProxy counts the connections of its own socket
# in CumConns and CumReq, so those are compared with the traffic.
INFO = ["Nbthread", "Nbproc", "Process_num", "Maxconn", "Hard_maxconn", "CurrConns", "Stopping", "DroppedLogs",
        "TotalSplicdedBytesOut"]


def is_near(value, other, most):
    return kind(value) == kind(other) == "number" and abs(int(value) - int(other)) <= most


def rate_problem(name, columns, at_once):
    """A rate, or the highest one, that so many events cannot have given; "": there is none."""
    events = int(columns[RATES[name.removesuffix("_max")]] or 0)
    least = -(-events // 2) if at_once and name.endswith("_max") else 0
    return "" if least <= int(columns[name]) <= events else f"not from {least} to {events}"


def timers(peer, case, server):
    """The timers of the requests that reached a server (or any), as the log has them."""
    lines = [re.search(r" (\S+)/(\S+) (\S+) \d+ \d+ ", line) for line in peer.lines[case.name]]
    found = [[int(number) for number in line[3].split("/")] for line in lines if line and server in ("BACKEND", line[2])]
    return [numbers for numbers in found if numbers[2] >= 0]


def time_problem(name, columns, rows, late):
    """An average or a maximum that is not that of the log, or later by so much."""
    numbers = [max(0, row[TIMES[name.removesuffix("_max")]]) for row in rows] or [0]
    wanted = max(numbers) if name.endswith("_max") else -(-sum(numbers) // len(numbers))
    good = wanted - ROUNDING <= int(columns[name]) <= wanted + ROUNDING + late
    return "" if good else f"not {wanted}, as the log says"


def address_of(visit, row):
    """Ports are of the kernel's choice, and others for each program."""
    return f"127.0.0.1:{visit.servers[row].port if row in visit.servers else visit.port}"


def problem_of(name, row, peers, stats):
    """What is wrong with a column of a row in one of the programs; "" where nothing is."""
    (ours, theirs), case = [stat[row][name] for stat in stats], peers[0].visits[row[0]].case
    plain = name.removesuffix("_max")
    for peer, stat in zip(peers, stats):
        columns, problem = stat[row], ""
        if columns[name] == "":
            continue
        if plain in RATES and columns[RATES[plain]]:
            problem = rate_problem(name, columns, case.expect == "at once")
        elif plain in TIMES:
            late = PUT_AWAY if plain == "ttime" and peer.name == "haproxy" else 0
            problem = time_problem(name, columns, timers(peer, case, row[1]), late)
        elif name == "addr" and columns[name] != address_of(peer.visits[row[0]], row[1]):
            problem = "another address"
        if problem:
            return f"{columns[name]} on {peer.name}: {problem}"
    if kind(ours) != kind(theirs):
        return f"{ours or 'empty'} and not {theirs or 'empty'}"
    if plain in RATES or plain in TIMES or name == "addr" or name in KIND_ONLY:
        return ""
    tolerance = SLOW if name in SECONDS else 0 if case.expect == "at once" and name == "smax" else SEEN_LATE.get(name, 0)
    same = ours == theirs or (tolerance and is_near(ours, theirs, tolerance))
    return "" if same else f"{ours or 'empty'} and not {theirs or 'empty'}"


def compare_rows(peers):
    stats = [peer.stat() for peer in peers]
    unfilled = never_filled()
    assert len(unfilled) > 10, MANUAL
    ours, theirs = (list(stat) for stat in stats)
    assert ours == theirs, f"the rows are\n{ours}\nand not\n{theirs}"
    wrong = []
    for row, columns in stats[0].items():
        names = list(columns)
        for position, name in enumerate(names):
            if name in unfilled or position > names.index("-"):
                problem = columns[name] and "a value where the manual says that there is none"
            else:
                problem = problem_of(name, row, peers, stats)
            if problem:
                wrong.append(f"{'/'.join(row)}: {name} is {problem}")
    return wrong


def in_the_end(differences):
    """A program may answer a client before it has counted, and see later that the client has left; in the end all is equal."""
    end = time.monotonic() + DEADLINE
    while wrong := differences():
        if time.monotonic() > end:
            raise AssertionError("\n".join(wrong))


UNLIMITED = cli.config("stats socket {dir}/cli level admin") + """
frontend f
    bind {dir}/f
    default_backend b
backend b
    server s 127.0.0.1:1 minconn 1 maxconn 2
"""


def computed_limits():
    """Without `maxconn` the descriptors decide, of which the programs need different numbers for themselves."""
    found = []
    for name, arguments, program in health.both():
        with Hawser(UNLIMITED, *arguments, wait_for=None, program=program) as proxy:
            wait_cli(proxy.dir / "cli", f"{name} listens")
            info = dict(line.split(": ", 1) for line in proxy.cli("show info").splitlines() if ": " in line)
            rows = list(csv.DictReader(proxy.cli("show stat").lstrip("# ").splitlines()))
            limits = {f"{row['pxname']}/{row['svname']}": int(row["slim"] or 0) for row in rows}
            found.append({"Maxconn": int(info["Maxconn"]), "Hard_maxconn": int(info["Hard_maxconn"]), **limits})
    ours, theirs = found
    near = all(abs(ours[name] - limit) <= 0.02 * limit for name, limit in theirs.items())
    check(list(ours) == list(theirs) and near, f"without maxconn the limits are {ours}" + ("" if near else f" and not {theirs}"))


def info_of(peer):
    return dict(line.split(": ", 1) for line in peer.cli("show info").splitlines() if ": " in line)


def compare_info(ours, theirs):
    return [f"{name} is {ours[name]} and not {theirs[name]}" for name in INFO if ours[name] != theirs[name]]


def main():
    requests = sum(case.lines for case in CASES)
    with beside.both(CASES) as peers:
        for peer in peers.values():
            wait_cli(peer.dir / "cli", f"{peer.name} listens")
        beside.run_both(peers)
        for peer in peers.values():
            peer.wait_stat(("checked", "s1"), "check_status", "L4OK")
        ours, theirs = (peer.cli("show stat").splitlines()[0] for peer in peers.values())
        named = ours.split(",")
        check(named == theirs.split(",")[:len(named)], "the header of the CSV is HAProxy's")
        in_the_end(lambda: compare_rows(list(peers.values())))
        check(True, f"the rows of {len(CASES)} sections have HAProxy's values")
        in_the_end(lambda: compare_info(*map(info_of, peers.values())))
        check(True, "show info says what HAProxy's says")
        ours, theirs = map(info_of, peers.values())
        wrong = {name: value for name, value in ours.items() if name in theirs and kind(value) != kind(theirs[name])}
        check(not wrong, f"in values of the same kind {wrong or ''}")
        connections = sum(len(visit.wires) for visit in peers["hawser"].visits.values())
        check((int(ours["CumReq"]), int(ours["CumConns"])) == (requests, connections), "and counts what there was")


main()
computed_limits()
