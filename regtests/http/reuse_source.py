#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server connection that shows a client's address serves that client only, and one that was made for a field of a request that
request only, even with `http-reuse always`."""
from hawser import check, need_root
from http_peers import OK, Origin, Proxy, get, http_listen, next_server

need_root()  # usesrc


def seen_by_server(source, requests):
    """The addresses that the server sees for requests of (client's address, fields), when all connections stay open."""
    origin = Origin()
    clients, seen, servers = {}, [], []
    with Proxy(http_listen(f"http-reuse always\nserver s1 {origin.address} {source}")) as proxy:
        for address, field in requests:
            client = clients.setdefault(address, None) or proxy.connect(source=address)
            clients[address] = client
            client.send(get("/", *field))
            server = next_server(servers, origin)
            server.read_head()
            seen.append(server.socket.getpeername()[0])
            server.send(OK)
            client.read_answer()
    return seen


A, B = "127.0.0.2", "127.0.0.3"
found = seen_by_server("source 127.0.0.1 usesrc clientip", [(A, ()), (B, ()), (A, ()), (B, ())])
check(found == [A, B, A, B], f"usesrc clientip: {found}")
by_field = [(A, ("X-IP: 127.0.0.4",)), (A, ("X-IP: 127.0.0.5",)), (B, ("X-IP: 127.0.0.4",))]
found = seen_by_server("source 127.0.0.1 usesrc hdr_ip(x-ip)", by_field)
check(found == ["127.0.0.4", "127.0.0.5", "127.0.0.4"], f"usesrc hdr_ip: {found}")
check(seen_by_server("source 127.0.0.9", [(A, ()), (B, ())]) == ["127.0.0.9"] * 2, "an address of our own is no obstacle")
