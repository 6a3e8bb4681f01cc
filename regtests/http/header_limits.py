#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Heads that are slow, endless or made of too many fields: 408 and 431, whatever pace the client keeps. Responses: 502."""
import contextlib
import time

from hawser import check
from http_peers import OK, Origin, Proxy, ask, field, fields, get, http_listen, status

origin = Origin()
SERVER = f"server s1 {origin.address}\nretries 0"


with Proxy(http_listen(SERVER, timeouts="timeout http-request 300ms")) as proxy:
    client = proxy.connect()
    began = time.monotonic()
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
    with contextlib.suppress(ConnectionError):  # cut off between the look and the line
        while client.is_quiet(0.02):
            client.send(b"X: y\r\n")
    answer = client.read_answer()
    took = time.monotonic() - began
    check(status(answer) == 408, "a head that comes in drips is cut off by `timeout http-request`")
    check(took >= 0.29, f"not before its time ({took:.2f} s)")
    check(fields(answer, "Connection") == ["close"] and not origin.has_connection(), "and goes nowhere")

with Proxy(http_listen(SERVER, settings="tune.bufsize 8192\ntune.maxrewrite 1024")) as proxy:
    client = proxy.connect()
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 7200)
    check(status(client.read_answer()) == 431, "an endless value ends with 431 when the buffer is full")
    client = proxy.connect()
    client.send(b"GET /" + b"x" * 7200)
    check(status(client.read_answer()) == 431, "so does an endless target")
    client = proxy.connect()
    server, head = ask(client, origin, get("/" + "x" * 6000, "X: " + "y" * 1000))
    check(len(head) > 7000, "a head of 7,000 bytes is none of them")
    server.send(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 8200)
    check(status(client.read_answer()) == 502, "a response head larger than the buffer is 502")
    check("response head too large" in proxy.cli("show errors"), "and is in `show errors`")

with Proxy(http_listen(SERVER, settings="tune.http.maxhdr 10")) as proxy:
    client = proxy.connect()
    server, head = ask(client, origin, get("/", *(f"X-{i}: y" for i in range(9))))
    check(field(head, "X-8") == "y", "tune.http.maxhdr 10: ten fields pass")
    server.send(OK.replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 10 + b"\r\n"))
    check(status(client.read_answer()) == 502, "a response of eleven is 502")
    client = proxy.connect()
    client.send(get("/", *(f"X-{i}: y" for i in range(10))))
    answer = client.read_to_end()
    check(status(answer) == 431 and fields(answer, "Connection") == ["close"], "a request of eleven is 431, and the end")
