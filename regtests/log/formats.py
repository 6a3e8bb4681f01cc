#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every field of log-format, with every flag, says what HAProxy's says about the same request."""
import re

import beside
from beside import Case, Refusing, answers, status_of
from hawser import check

HTTP_FIELDS = """B CC CS H HM HP HPO HQ HU HV ID ST T TR Ta Tc Td Th Ti Tl Tq Tr Ts Tt Tu Tw U ac b bc bi bp bq ci cp f fc fi
    fp ft hr hrl hs hsl lc ms pid r rc rt s sc si sp sq sslc sslv t tr trg trl ts tsc""".split()
TCP_FIELDS = """B H ID ST T Tc Td Th Tl Ts Tt Tu Tw U ac b bc bi bp bq ci cp f fc fi fp ft hr hrl hs hsl lc ms pid rc rt s sc si
    sp sq sslc sslv t ts""".split()

# Fields of which only the shape can be compared: what the clock, the kernel and the program choose, how many others
# are at work, and HTTP bytes, which HAProxy counts in a form of its own.
CHOSEN = {"bp", "cp", "fp", "sp", "pid", "lc", "rt", "ac"} | {"T", "Tl", "Ts", "t", "tr", "trg", "trl", "ms"}
# Where Hawser says something else: it knows the version of a request line that is longer than what is kept of it, and
# no address towards a server that refused the connection.
DELIBERATE = {("long", "HV"): "HTTP/1.1", ("refused", "bi"): "-", ("refused", "bp"): "-"}
TIMERS = {"TR", "Ta", "Tc", "Td", "Th", "Ti", "Tq", "Tr", "Tt", "Tu", "Tw"}


def shape(value):
    """Digits and names of months stand for any others of their kind; -1 stands for itself."""
    if value.strip('"') in ("-1", "-", ""):
        return value
    value = re.sub(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b", "Mon", value)
    return re.sub(r"[0-9A-F]", "9", value)


def timer(value):
    return "-1" if value == "-1" else "known"


def comparable(name, value, mode):
    if name in TIMERS:
        return timer(value)
    if name in CHOSEN:
        return re.sub("9+", "9", shape(value)) if name in ("lc", "ms", "rt", "ac", "pid", "cp", "bp", "sp", "fp") else shape(value)
    if name in ("B", "U") and mode == "http":
        return shape(value)[:1]
    return value


def listing(names, flags=""):
    """name=<value> of every field; a field that shows nothing takes the blank behind it along."""
    return "log-format '" + "".join(f"{name}=<%{flags}{name} >|" for name in names) + "'"


def fields_of(line):
    return dict(re.findall(r"(\w+)=<(.*?) ?>\|", line))


def asks(text):
    def client(visit):
        wire = visit.connect()
        wire.send(text)
        return status_of(wire.read_response()[0])
    return client


def talks(visit):
    wire = visit.connect()
    wire.send("hello")
    wire.end_writing()
    return wire.read_to_end()


def echo(wire, server):
    wire.send(wire.read_to_end())


REQUEST = 'GET /a/b?c=d&e"{|}%20 HTTP/1.1\r\nHost: h\r\n\r\n'
ABSOLUTE = "GET http://h.example:8080/path?q HTTP/1.1\r\nHost: h.example:8080\r\n\r\n"
LONG = "GET /" + "x" * 2000 + "?" + "y" * 100 + " HTTP/1.1\r\nHost: h\r\n\r\n"
FLAGS = {"plain": "", "quoted": "{+Q}", "hex": "{+X}", "escaped": "{+E}", "all": "{+Q,+X,+E}", "off": "{-Q}"}


def http_cases():
    for name, flags in FLAGS.items():
        yield Case(name, asks(REQUEST), 1, listing(HTTP_FIELDS, flags), {"s1": answers()})
    yield Case("global", asks(REQUEST), 1, listing(HTTP_FIELDS).replace("'", "'%{+Q,+X}o ", 1), {"s1": answers()})
    yield Case("absolute", asks(ABSOLUTE), 1, listing(HTTP_FIELDS), {"s1": answers()})
    yield Case("asterisk", asks("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 1, listing(HTTP_FIELDS), {"s1": answers()})
    yield Case("long", asks(LONG), 1, listing(HTTP_FIELDS), {"s1": answers()})
    yield Case("bad", asks("bad\r\n\r\n"), 1, listing(HTTP_FIELDS), {"s1": answers()})
    yield Case("badquoted", asks("bad\r\n\r\n"), 1, listing(HTTP_FIELDS, "{+Q}"), {"s1": answers()})
    yield Case("refused", asks(REQUEST), 1, listing(HTTP_FIELDS) + "\nretries 0", {"s1": Refusing})
    yield Case("clf", asks(REQUEST), 1, "option httplog clf", {"s1": answers()})
    yield Case("clfbad", asks("bad\r\n\r\n"), 1, "option httplog clf", {"s1": answers()})
    yield Case("text", asks(REQUEST), 1, r"log-format 'a  %%  b %ST \\ %s-%b,%f'", {"s1": answers()})
    yield Case("nofields", asks(REQUEST), 1, "log-format 'always the same'", {"s1": answers()})


def tcp_cases():
    for name, flags in FLAGS.items():
        yield Case(name, talks, 1, listing(TCP_FIELDS, flags), {"s1": echo})
    # The connection may be refused before the client's bytes are there.
    without_received = [name for name in TCP_FIELDS if name != "U"]
    yield Case("refused", talks, 1, listing(without_received) + "\nretries 0", {"s1": Refusing})


def compare(cases, mode, log=None):
    cases = list(cases)
    with beside.both(cases, mode, log=log) as peers:
        lines = beside.run_both(peers)
    for case in cases:
        ours, theirs = lines["hawser"][case.name][0], lines["haproxy"][case.name][0]
        if "=<" not in ours:
            if rough(ours) != rough(theirs):
                raise AssertionError(f"{mode}, {case.name}:\n{ours}\n{theirs}")
            continue
        mine, its = fields_of(ours), fields_of(theirs)
        assert len(mine) > 20 and mine.keys() == its.keys(), f"{mine.keys() ^ its.keys()}\n{ours}\n{theirs}"
        its |= {name: value for (told, name), value in DELIBERATE.items() if told == case.name}
        wrong = [f"%{name} is {mine[name]!r}, HAProxy's {its[name]!r}" for name in mine
                 if comparable(name, mine[name], mode) != comparable(name, its[name], mode)]
        if wrong:
            raise AssertionError(f"{mode}, {case.name}: " + "\n  ".join(wrong))
    check(True, f"{len(cases)} formats in mode {mode}")


def rough(line):
    """A line of a fixed format without its numbers."""
    return re.sub(r"(?<![\w<])\d+", "9", shape(line))


def main():
    compare(http_cases(), "http")
    compare(tcp_cases(), "tcp")
    compare([Case("none", asks(REQUEST), 1, "", {"s1": answers()})], "http", log="")
    compare([Case("none", talks, 1, "", {"s1": echo})], "tcp", log="")


main()
