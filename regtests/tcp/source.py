#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`source`: from which address and ports the proxy connects, and what happens when the range is used up."""
import contextlib
import socket

from ends import Path, free_range
from hawser import check


path = Path("    source 127.0.0.2")
with path.run():
    _, server = path.pair()
    check(server.peer()[0] == "127.0.0.2", "the backend's source address")

path = Path("    source 127.0.0.2", "source 127.0.0.4")
with path.run():
    _, server = path.pair()
    check(server.peer()[0] == "127.0.0.4", "the server's own goes before it")

PORTS = 400
low = free_range("127.0.0.5", PORTS)
path = Path(words=f"source 127.0.0.5:{low}-{low + PORTS - 1}", lines="    retries 0")
with path.run(), contextlib.ExitStack() as others:
    for port in range(low, low + PORTS - 1):
        other = others.enter_context(socket.socket())
        other.bind(("127.0.0.5", port))
    check(path.pair()[1].peer()[1] == low + PORTS - 1, f"of {PORTS} ports the only one is found that others have left")

low = free_range("127.0.0.3", 3)
path = Path(words=f"source 127.0.0.3:{low}-{low + 2}", lines="    retries 0")
with path.run() as hawser:
    pairs = [path.pair() for _ in range(3)]
    ports = sorted(server.peer()[1] for _, server in pairs)
    check(ports == [low, low + 1, low + 2], f"three connections use the three ports of the range, over two workers: {ports}")
    fourth = path.connect()
    check(fourth.read(1) == b"", "with the range used up a client is refused")
    hawser.wait_log(r" l l/s \S+ 0 SC ")
    # The server's end closes last, so that no port stays in TIME_WAIT.
    client, server = pairs[1]
    client.reset()
    check(server.ending() == "RST", "one connection ends")
    hawser.wait_log(" l l/s ")
    check(path.pair()[1].peer()[1] in ports, "and its port is used again")
