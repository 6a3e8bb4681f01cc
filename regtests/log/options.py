#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which requests are logged, when, and at which level: dontlognull, dontlog-normal, log-separate-errors, logasap and
error-log-format, each with the requests that it is about, beside HAProxy."""
import beside
import log_lines
from beside import GET, Case, Refusing, answers, says, status_of
from hawser import check

INFO, ERR = 6, 3
PIECE = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf"


def asks(visit, text=GET):
    wire = visit.connect()
    wire.send(text)
    status = status_of(wire.read_response()[0])
    wire.close()
    return status


def nothing_then(*texts):
    """A connection without a byte, which must be over before others come; then one with each text."""
    def client(visit):
        silent = visit.connect()
        silent.end_writing()
        silent.read_to_end()
        return [asks_or_ends(visit, text) for text in texts]
    return client


def asks_or_ends(visit, text):
    wire = visit.connect()
    wire.send(text)
    wire.end_writing()
    wire.read_to_end()


def several(*texts):
    def client(visit):
        statuses = []
        for text in texts:
            statuses.append(asks(visit, text))
        return statuses
    return client


def before_the_end(visit):
    """The line is there while the response is still on its way."""
    wire = visit.connect()
    wire.send(GET)
    wire.read_until(b"half")
    line = visit.peer.wait_lines(visit.case.name, 1)[0]
    visit.servers["s1"].go.set()
    rest = wire.read_exactly(4)
    return rest, line.count("+")


def halves(wire, server):
    wire.read_head()
    wire.send(PIECE)
    server.go.wait(beside.DEADLINE)
    wire.send(b"half")
    wire.read_to_end()


def tcp_before_the_end(visit):
    wire = visit.connect()
    line = visit.peer.wait_lines(visit.case.name, 1)[0]
    wire.send("hello")
    wire.end_writing()
    return wire.read_to_end(), line.count("+")


def echo(wire, server):
    server.heads.put(b"")
    wire.send(wire.read_to_end())


def tcp_silent_and_not(visit):
    """Three connections, one after the other; only on the last one bytes are sent."""
    for text in ("", "", "hello"):
        wire = visit.connect()
        visit.servers["s1"].next_head()
        wire.send(text)
        wire.end_writing()
        got = wire.read_to_end()
    return got


BAD = "bad\r\n\r\n"
NOT_FOUND = says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
FAILS = says(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")


def case(name, client, script, config, levels, states, servers=None):
    return Case(name, client, len(states), config, servers or {"s1": script}, {}, (levels, states))


HTTP = [
    case("null", nothing_then(GET), answers(), "option dontlognull", [INFO], ["----"]),
    case("piece", nothing_then("GE"), answers(), "option dontlognull", [INFO], ["CR--"]),
    case("nullkept", nothing_then(GET), answers(), "", [INFO] * 2, ["CR--", "----"]),
    case("normal", several(GET, BAD), answers(), "option dontlog-normal", [INFO], ["PR--"]),
    case("notfound", several(GET, BAD), NOT_FOUND, "option dontlog-normal", [INFO], ["PR--"]),
    case("fails", several(GET), FAILS, "option dontlog-normal", [INFO], ["----"]),
    case("local", several(GET, BAD), answers(), "option dontlog-normal\nhttp-request return status 200", [INFO], ["PR--"]),
    case("retried", several(GET), None, "option dontlog-normal\noption redispatch 1\nretries 1\ntimeout connect 100ms\n"
         "balance first", [INFO], ["----"], {"s1": Refusing, "s2": answers()}),
    case("separate", several(GET, BAD), answers(), "option log-separate-errors", [INFO, ERR], ["----", "PR--"]),
    case("separatefails", several(GET), FAILS, "option log-separate-errors", [ERR], ["----"]),
    case("together", several(GET, BAD), answers(), "", [INFO] * 2, ["----", "PR--"]),
    case("soon", before_the_end, halves, "option logasap", [INFO], ["----"]),
]
TCP = [
    case("null", tcp_silent_and_not, echo, "option dontlognull", [INFO], ["--"]),
    case("nullkept", tcp_silent_and_not, echo, "", [INFO] * 3, ["--"] * 3),
    case("soon", tcp_before_the_end, echo, "option logasap", [INFO], ["--"]),
]


def compare(cases, mode):
    with beside.both(cases, mode) as peers:
        lines = beside.run_both(peers)
        for c in cases:
            levels, states = c.expect
            for name, peer in peers.items():
                said = [log_lines.parse(line, mode)["state"] for line in lines[name][c.name]]
                if mode == "tcp":  # a silent client may be gone before its server is there
                    said = ["--" if state == "CC" else state for state in said]
                if (peer.levels[c.name], said) != (levels, states):
                    raise AssertionError(f"{mode}, {c.name}, {name}: {peer.levels[c.name]} {lines[name][c.name]}")
            ours, theirs = (peer.visits[c.name].seen for peer in peers.values())
            assert ours == theirs, f"{mode}, {c.name}: the client saw {ours}, with HAProxy {theirs}"
    check(True, f"{len(cases)} settings in mode {mode}")


def check_error_format():
    """Who sent no request gets the format for errors, and whoever sent one does not."""
    case = Case("errors", several(BAD, GET), 2, "error-log-format 'error %ci %ST'\nlog-format 'fine %s %ST'",
                {"s1": answers()})
    with beside.both([case]) as peers:
        lines = beside.run_both(peers)
    check(lines["hawser"]["errors"] == ["error 127.0.0.1 400", "fine s1 200"], "error-log-format is for requests that cannot be read")


def main():
    compare(HTTP, "http")
    compare(TCP, "tcp")
    check_error_format()


main()
