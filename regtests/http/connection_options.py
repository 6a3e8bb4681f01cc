#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the server is told about its connection and what the client's wish is taken from: `option http-pretend-keepalive` and
`http-use-proxy-header`; and which server the next request goes to: `prefer-last-server`."""
from hawser import check
from http_peers import OK, Origin, Proxy, ask, exchange, fields, get, http_listen, is_haproxy, next_server

# http-pretend-keepalive
for mode in ("http-server-close", "httpclose"):
    for pretend in (False, True):
        origin = Origin()
        lines = f"option {mode}\n{'option http-pretend-keepalive' if pretend else ''}\nserver s1 {origin.address}"
        with Proxy(http_listen(lines)) as proxy:
            client = proxy.connect()
            server, head = ask(client, origin)
            told = fields(head, "Connection")
            check(told == ([] if pretend else ["close"]), f"{mode}, pretend {pretend}: the server is told {told}")
            server.send(OK)
            client.read_answer()
            check(server.is_closed(), f"{mode}, pretend {pretend}: its connection is closed all the same")

# http-use-proxy-header: the request is one to a proxy when its target is a whole URI.
PROXY_CLOSE = "Proxy-Connection: close"
for option, target, closes in (
    ("", "http://test/", False),
    ("option http-use-proxy-header", "http://test/", True),
    ("option http-use-proxy-header", "/", False),
):
    origin = Origin()
    with Proxy(http_listen(f"{option}\nserver s1 {origin.address}")) as proxy:
        client = proxy.connect()
        server, head = ask(client, origin, get(target, PROXY_CLOSE))
        server.send(OK)
        client.read_answer()
        if closes:
            check(client.is_closed(), f"{target}: Proxy-Connection: close is obeyed")
        else:
            exchange(client, server)
            check(True, f"'{option}', {target}: Proxy-Connection says nothing to us")


# prefer-last-server. HAProxy 2.6 keeps to the server only while the connection to it is this client's own, which is so with
# `http-reuse never` alone; what the other modes keep, anybody may use, and it balances. Hawser keeps to it with all of them.
TURNS, ONE = [0, 1, 0, 1], [0, 0, 0, 0]
CLOSES = "option prefer-last-server\noption http-server-close"
for option, reuse, expected, of_haproxy in (
    ("", "safe", TURNS, TURNS),
    ("option prefer-last-server", "never", ONE, ONE),
    ("option prefer-last-server", "safe", ONE, TURNS),
    ("option prefer-last-server", "always", ONE, TURNS),
    (CLOSES, "never", TURNS, TURNS),
    (CLOSES, "safe", TURNS, TURNS),
):
    origins = [Origin(), Origin()]
    lines = "\n".join(f"server s{i} {origin.address}" for i, origin in enumerate(origins))
    with Proxy(http_listen(f"{option}\nhttp-reuse {reuse}\nbalance roundrobin\n{lines}", settings="nbthread 1")) as proxy:
        client = proxy.connect()
        chosen, servers = [], []
        for _ in range(4):
            client.send(get())
            server = next_server(servers, *origins)
            chosen.append([origin.port for origin in origins].index(server.socket.getsockname()[1]))
            server.read_head()
            server.send(OK)
            client.read_answer()
        wanted = of_haproxy if is_haproxy() else expected
        check(chosen == wanted, f"{option!r}, http-reuse {reuse}: the requests of one client go to {chosen}")
