#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`usesrc`: the server sees the client's address, and its port where asked for, or any given one; `source` with an interface."""
import socket

from ends import End
from hawser import check
from lab import HawserNode, Lab, in_namespace

CONFIG = """
global
    nbproc 2
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen client
    bind :8000
    source 0.0.0.0 usesrc client
    server s 10.99.0.2:9000
listen clientip
    bind :8001
    source 0.0.0.0 usesrc clientip
    server s 10.99.0.2:9000
listen address
    bind :8002
    server s 10.99.0.2:9000 source 0.0.0.0 usesrc 10.99.0.77
listen interface
    bind :8003
    source 10.99.0.1 interface eth0
    server s 10.99.0.2:9000
"""

with Lab("ab") as lab:
    node, server_host, client = lab.nodes["a"], lab.nodes["b"], lab.client
    # The server answers by way of the proxy, which takes what is for the addresses that it borrows.
    for borrowed in (client.address, "10.99.0.77"):
        server_host.ip("route", "add", f"{borrowed}/32", "via", node.address)
    node.ip("rule", "add", "from", server_host.address, "iif", "eth0", "lookup", "100")
    node.ip("route", "add", "local", "0.0.0.0/0", "dev", "lo", "table", "100")
    origin = in_namespace(server_host.namespace, lambda: socket.create_server((server_host.address, 9000), backlog=64))
    origin.settimeout(20)
    HawserNode(node, CONFIG).wait_log("serve")

    def pair(port):
        end = End(in_namespace(client.namespace, lambda: socket.create_connection((node.address, port), 20)))
        return end, End(origin.accept()[0])

    def seen(port):
        """The client's own address, and the one that the server saw, of a connection that works."""
        client_end, server_end = pair(port)
        client_end.send(b"ask")
        check(server_end.read(3) == b"ask", "bytes reach the server")
        server_end.send(b"answer")
        check(client_end.read(6) == b"answer", "and come back by way of the proxy")
        return client_end.socket.getsockname(), server_end.peer()

    own, shown = seen(8000)
    check(shown == own, f"`usesrc client`: the server sees {shown[0]}:{shown[1]}, which is the client's own")
    own, shown = seen(8001)
    check(shown[0] == own[0], f"`usesrc clientip`: the server sees {shown[0]}")
    own, shown = seen(8002)
    check(shown[0] == "10.99.0.77", f"`usesrc` with an address: the server sees {shown[0]}")
    own, shown = seen(8003)
    check(shown[0] == node.address, f"`source` with an interface: the server sees {shown[0]}")
