#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""However a TCP connection ends, Hawser's line of `option tcplog` and its counters in `show stat` are HAProxy's.

    tcp_endings.py [CASE...]    only these cases
"""
import contextlib

import beside
from beside import Case, Refusing, Unanswering
from same_lines import check_same

HELLO = b"hello"
BULK = b"x" * (4 << 20)
SHORT = "500ms"


def converse(*steps):
    """A client or the script of a server: what it sends, hears (bytes of that number), and how it ends."""
    def act(wire, server=None):
        if server:
            server.heads.put(b"")
        for step in steps:
            if isinstance(step, bytes):
                wire.send(step)
            elif isinstance(step, int):
                wire.read_exactly(step)
            else:
                step(wire)
        return wire.received
    return act


def client(*steps):
    act = converse(*steps)

    def run(visit):
        return act(visit.connect())
    return run


def end(wire):
    wire.read_to_end()


def fin(wire):
    wire.end_writing()


def reset(wire):
    wire.reset()


def ends_without_a_word(visit):
    wire = visit.connect()
    visit.servers["s1"].next_head()
    wire.end_writing()
    return wire.read_to_end()


def does_not_read(visit):
    wire = visit.connect(receive_buffer=4096)
    wire.send(HELLO)
    visit.peer.wait_lines(visit.case.name, 1)


def gets_and_waits(visit):
    wire = visit.connect()
    wire.send(HELLO)
    wire.read_exactly(5)
    visit.servers["s1"].go.set()
    wire.read_to_end()
    return wire.received


def answers_and_resets(wire, server):
    wire.read_exactly(5)
    wire.send(HELLO)
    server.go.wait(beside.DEADLINE)
    wire.reset()


def silent_after_fin(wire, server):
    """A server that knows that its client has finished, and neither answers nor ends."""
    wire.read_to_end()
    server.go.wait(beside.DEADLINE)


def speaks_after_fin(wire, server):
    wire.read_to_end()
    wire.send(HELLO)
    server.go.wait(beside.DEADLINE)


def silent_client(visit):
    """It knows that its server has finished, and neither says a word nor ends."""
    wire = visit.connect()
    wire.send(HELLO)
    wire.read_to_end()
    visit.peer.wait_lines(visit.case.name, 1)
    return wire.received


def hears_and_waits(wire, server):
    """A server that hears that its client has finished, and does not end."""
    wire.read_exactly(5)
    wire.send(HELLO)
    wire.read_to_end()
    server.go.wait(beside.DEADLINE)


def floods(visit):
    wire = visit.connect()
    with contextlib.suppress(OSError):
        wire.send(BULK * 4)


def deaf(wire, server):
    wire.read_exactly(5)
    server.go.wait(beside.DEADLINE)


def waits_in_queue(then):
    """The first connection holds the only slot; the second waits for it."""
    def run(visit):
        first, second = visit.connect(), visit.connect()
        first.send(HELLO)
        first.read_exactly(5)
        then(visit, second)
        visit.peer.wait_lines(visit.case.name, 1)
        visit.peer.wait_stat((visit.case.name, "FRONTEND"), "scur", "1")
        first.end_writing()
        return first.read_to_end(), second.received
    return run


def reads(visit, wire):
    wire.read_to_end()
    wire.close()


def resets_when_queued(visit, wire):
    visit.peer.wait_stat((visit.case.name, "BACKEND"), "qcur", "1")
    wire.reset()


def closes_when_queued(visit, wire):
    visit.peer.wait_stat((visit.case.name, "s1" if "balance source" in visit.case.config else "BACKEND"), "qcur", "1")
    wire.close()


def case(state, name, run, script=None, config="", words="", lines=1, **expect):
    servers = {} if script is None else {"s1": script}
    return Case(name, run, lines, config, servers, {"s1": words}, {"state": state, **expect})


SHORT = "500ms"
LONG_WAIT = {"Tt": 480}
LONGER, LONGER_WAIT = "1500ms", {"Tt": 1480}
echo = converse(5, HELLO, end)
UNREACHED = "retries 0\noption abortonclose\ntimeout connect 5s"
CASES = [
    case("--", "clientends", client(HELLO, 5, fin, end), echo),
    case("--", "serverends", client(HELLO, end), converse(5, HELLO)),
    case("--", "serverspeaks", client(end), converse(HELLO)),
    # HAProxy may see the end before it knows that its server accepted.
    case("--", "nothing", ends_without_a_word, converse(end), ours={"state": "--", "Tc": "known"},
         stat={(row, "cli_abrt"): "0" for row in ("BACKEND", "s1")}),
    case("--", "halfclose", client(HELLO, fin, end), converse(end, HELLO)),
    case("--", "bulk", client(BULK, fin, end), converse(end, BULK)),
    case("CD", "clientresets", client(HELLO, 5, reset), echo),
    case("SD", "serverresets", gets_and_waits, answers_and_resets),
    case("SD", "serverresetsearly", client(HELLO, end), converse(5, reset)),
    case("cD", "clienttimeout", client(HELLO, 5, end), echo, f"timeout client {SHORT}", at_least=LONG_WAIT),
    case("sD", "servertimeout", client(HELLO, 5, end), echo, f"timeout server {SHORT}", at_least=LONG_WAIT),
    case("sD", "noanswer", client(HELLO, end), converse(5, end), f"timeout server {SHORT}", at_least=LONG_WAIT),
    # Once one side has ended, the other is waited for, by its own timeout.
    case("sD", "clientended", client(HELLO, fin, end), silent_after_fin, f"timeout server {SHORT}", at_least=LONG_WAIT),
    case("sD", "serverfin", client(HELLO, fin, end), silent_after_fin, f"timeout server-fin {SHORT}", at_least=LONG_WAIT),
    case("sD", "servertunnelfin", client(HELLO, fin, end), speaks_after_fin, f"timeout server-fin {SHORT}\ntimeout tunnel 8s",
         at_least=LONG_WAIT),
    # The silence of one side is passed on as its end; the other one may finish, and has its own timeout for that.
    case("cD", "silentclient", client(HELLO, 5, end), hears_and_waits, f"timeout client {SHORT}\ntimeout server {LONGER}",
         at_least=LONGER_WAIT),
    case("sD", "silentserver", silent_client, converse(5, HELLO, end), f"timeout server {SHORT}\ntimeout client {LONGER}",
         at_least=LONGER_WAIT),
    case("cD", "followssilence", client(HELLO, 5, end), converse(5, HELLO, end, HELLO), f"timeout client {SHORT}\ntimeout server 8s",
         at_least=LONG_WAIT),
    # It is not the client's turn.
    case("sD", "deafserver", floods, deaf, f"timeout client {SHORT}\ntimeout server {LONGER}", at_least=LONGER_WAIT,
         ignore=("bin",)),
    case("cD", "tunnel", client(end), converse(end), f"timeout client {SHORT}\ntimeout server {SHORT}\ntimeout tunnel {LONGER}",
         at_least=LONGER_WAIT),
    case("cD", "serverended", silent_client, converse(5, HELLO), f"timeout client {SHORT}", at_least=LONG_WAIT),
    case("cD", "clientfin", silent_client, converse(5, HELLO), f"timeout client-fin {SHORT}", at_least=LONG_WAIT),
    case("cD", "clienttunnelfin", silent_client, converse(5, HELLO), f"timeout client-fin {SHORT}\ntimeout tunnel 8s",
         at_least=LONG_WAIT),
    case("cD", "noreader", does_not_read, converse(5, BULK, end), f"timeout client {SHORT}", at_least=LONG_WAIT,
         ignore=("B", "bout")),
    case("SC", "refused", client(end), Refusing, "retries 0"),
    case("SC", "refusedtwice", client(end), Refusing, "retries 2\ntimeout connect 100ms", at_least={"Tt": 200}),
    case("SC", "noserver", client(end)),
    case("sC", "nosyn", client(end), Unanswering, f"retries 0\ntimeout connect {SHORT}", at_least=LONG_WAIT),
    # HAProxy finds nothing wrong with it.
    case("CC", "leftconnect", client(fin, end), Unanswering, UNREACHED, ours={"state": "CC"}),
    case(["sQ", "--"], "queuetime", waits_in_queue(reads), echo, f"timeout queue {SHORT}", "maxconn 1", lines=2,
         at_least={"Tw": 480}),
    # For HAProxy it was transferring data.
    case(["CQ", "--"], "resetqueue", waits_in_queue(resets_when_queued), echo, "option abortonclose", "maxconn 1", lines=2,
         ours={"state": "CQ"}, stat={("BACKEND", "cli_abrt"): "0"}),
    case(["CQ", "--"], "leftqueue", waits_in_queue(closes_when_queued), echo, "option abortonclose", "maxconn 1", lines=2),
    # A key means one server: its queue it is.
    case(["sQ", "--"], "serverqueuetime", waits_in_queue(reads), echo, f"balance source\ntimeout queue {SHORT}", "maxconn 1",
         lines=2, at_least={"Tw": 480}),
    case(["CQ", "--"], "leftserverqueue", waits_in_queue(closes_when_queued), echo, "balance source\noption abortonclose",
         "maxconn 1", lines=2),
]


check_same(CASES, "tcp")
