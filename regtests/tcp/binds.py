#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The addresses that a bind line may name: several, ranges, inherited and abstract sockets, unix sockets with mode and owner."""
import os
import socket
import stat

from ends import free_range
from farm import Farm
from hawser import Hawser, Port, check, need_root

need_root()
farm = Farm("a")


def name_at(family, address):
    with socket.socket(family) as client:
        client.settimeout(20)
        client.connect(address)
        return client.recv(64).decode().strip()


low, one, two = free_range("127.0.0.1", 3), Port(), Port()
inherited = socket.create_server(("127.0.0.1", 0))
os.set_inheritable(inherited.fileno(), True)
abstract = f"hawser-regtest-{os.getpid()}"
text = farm.config(f"""
listen l
    bind 127.0.0.1:{low}-{low + 2}
    bind 127.0.0.1:{one.number},127.0.0.1:{two.number} name pair
    bind fd@{inherited.fileno()}
    bind abns@{abstract}
    bind unix@{{dir}}/plain mode 600 uid 65534 gid 65534
    bind {{dir}}/named mode 0660 user nobody group nogroup
    server a @a
""", "    nbproc 2\n")
with Hawser(text, pass_fds=[inherited.fileno()]) as hawser:
    for port in (low, low + 1, low + 2, one.number, two.number, inherited.getsockname()[1]):
        check(name_at(socket.AF_INET, ("127.0.0.1", port)) == "a", f"a client of port {port} is served")
    check(name_at(socket.AF_UNIX, f"\0{abstract}") == "a", "a client of the abstract socket is served")
    for path, mode in ((hawser.dir / "plain", 0o600), (hawser.dir / "named", 0o660)):
        check(name_at(socket.AF_UNIX, str(path)) == "a", f"a client of the unix socket {path.name} is served")
        status = path.stat()
        check(stat.S_IMODE(status.st_mode) == mode, f"its mode is {mode:o}")
        check((status.st_uid, status.st_gid) == (65534, 65534), "its owner is nobody:nogroup")
