#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`cookie ... dynamic`: the values are HAProxy's for the same addresses and key, so that nodes of both kinds can share clients. They
are asked from an HAProxy that runs beside Hawser with the same configuration."""
import os
import socket

import hawser
from hawser import check, skip
from http_peers import OK, Origin, Proxy, ask, field, get, http_listen

HAPROXY = "/usr/sbin/haproxy"
KEYS = ("k", "MyVerySecretKeyIsHere", "a key with blanks that is longer than thirty-two bytes, to be sure")


def dynamic_cookie(program, key, origin, words=""):
    """What a client of this program is told to set."""
    hawser.HAWSER = program
    lines = f'cookie C insert dynamic\ndynamic-cookie-key "{key}"\nserver s1 {origin.address} {words}'
    with Proxy(http_listen(lines)) as proxy:
        client = proxy.connect()
        server, _ = ask(client, origin, get())
        server.send(OK)
        return field(client.read_answer(), "Set-Cookie")


if not os.path.exists(HAPROXY):
    skip("needs the package haproxy")
program = hawser.HAWSER
for family in (socket.AF_INET, socket.AF_INET6):
    origin = Origin(family)
    for key in KEYS:
        theirs = dynamic_cookie(HAPROXY, key, origin)
        ours = dynamic_cookie(program, key, origin)
        check(ours == theirs, f"{origin.address} and '{key}': {ours}, as HAProxy's {theirs}")
    check(dynamic_cookie(program, KEYS[0], origin, "cookie own") == "C=own; path=/", "a value on the server's line goes first")

# The value leads back to its server.
hawser.HAWSER = program
first, second = Origin(), Origin()
lines = f"cookie C insert dynamic\ndynamic-cookie-key k\nserver a {first.address}\nserver b {second.address}\nbalance first"
value = dynamic_cookie(program, "k", second).split(";")[0]
with Proxy(http_listen(lines)) as proxy:
    client = proxy.connect()
    server, _ = ask(client, second, get("/", f"Cookie: {value}"))
    server.send(OK)
    check(field(client.read_answer(), "Set-Cookie") is None, "a client that has it comes back to its server")
