#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`timeout tunnel`, `client-fin` and `server-fin`: which silence ends a connection, and when."""
import time

from ends import Path
from hawser import check


def talk(client, server):
    client.send(b"a")
    server.read(1)
    server.send(b"b")
    client.read(1)


def ending(lines, act):
    """How many seconds after its last words the connection is logged, at least, and the flags in the log."""
    path = Path(lines, workers=1)
    with path.run() as hawser:
        client, server = path.pair()
        began = time.monotonic()
        talk(client, server)
        act(client, server)
        flags, logged = hawser.wait_log(r" l l/s \S+ \d+ (\S\S) ")
        return logged - began, flags[1]


def nothing(client, server):
    pass


def server_follows(client, server):
    """The client's silence is passed on as its end."""
    check(server.ending() == "FIN", "the server hears that no more comes")
    server.close()


def client_follows(client, server):
    check(client.ending() == "FIN", "the client hears that no more comes")
    client.close()


took, flags = ending("    timeout client 400ms\n    timeout server 400ms\n    timeout tunnel 1s\n", nothing)
check(took > 0.99, f"`timeout tunnel` takes the place of client and server once both have spoken: {took:.2f} s")
check(flags in ("cD", "sD"), f"the log says {flags}")

took, flags = ending("    timeout client 300ms\n    timeout server 20s\n", server_follows)
check(0.29 < took < 19 and flags == "cD", f"without it `timeout client` ends it: {took:.2f} s, {flags}")

took, flags = ending("    timeout client 20s\n    timeout server 300ms\n", client_follows)
check(0.29 < took < 19 and flags == "sD", f"or `timeout server`: {took:.2f} s, {flags}")

took, flags = ending("    timeout tunnel 20s\n    timeout client-fin 300ms\n", lambda client, server: server.finish())
check(0.29 < took < 19 and flags == "cD", f"`timeout client-fin` bounds the client's side after the server's half-close: {took:.2f} s, {flags}")

took, flags = ending("    timeout tunnel 20s\n    timeout server-fin 300ms\n", lambda client, server: client.finish())
check(0.29 < took < 19 and flags == "sD", f"`timeout server-fin` the server's after the client's: {took:.2f} s, {flags}")
