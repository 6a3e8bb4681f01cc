#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""v6only and v4v6: what a wildcard IPv6 bind line takes, and both families at one port."""
import socket

from farm import Farm
from hawser import Hawser, check


def name_at(address, port):
    try:
        with socket.create_connection((address, port), 20) as client:
            return client.recv(64).decode().strip()
    except ConnectionRefusedError:
        return "refused"


def free_port():
    """A port that is free in both families; held until the program listens."""
    holder = socket.socket(socket.AF_INET6)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(("::", 0))
    return holder, holder.getsockname()[1]


def served(bind):
    farm = Farm("a")
    holder, port = free_port()
    binds = "".join(f"    bind {line.replace('@', str(port))}\n" for line in bind.split("/"))
    with Hawser(farm.config(f"listen l\n{binds}    server a @a\n", "    nbproc 2\n")):
        answers = name_at("127.0.0.1", port), name_at("::1", port)
    holder.close()
    return answers


check(served(":::@ v4v6") == ("a", "a"), "v4v6 takes both families")
check(served(":::@ v6only") == ("refused", "a"), "v6only takes IPv6 alone")
check(served("*:@/:::@ v6only") == ("a", "a"), "a line for each family at the same port")
check(served("[::1]:@") == ("refused", "a"), "a bracketed address is that one alone")
