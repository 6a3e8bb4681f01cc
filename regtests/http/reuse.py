#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which requests go out on a server connection that stands already: `http-reuse` in its four modes, `pool-max-conn`, `max-reuse`
and `pool-purge-delay`."""
from hawser import check
from http_peers import OK, Origin, Proxy, ask, exchange, get, http_listen, is_haproxy, ours


def finish(server, client):
    server.send(OK)
    return client.read_answer()


def reused_by_first_request(mode, requests_before):
    """A client's first request, after the connection of another client has carried so many."""
    origin = Origin()
    with Proxy(http_listen(f"http-reuse {mode}\nserver s1 {origin.address}")) as proxy:
        first = proxy.connect()
        server, _ = ask(first, origin)
        finish(server, first)
        for _ in range(requests_before - 1):
            exchange(first, server)
        second = proxy.connect()
        second.send(get("/second"))
        return comes_on(server, origin, second)


def comes_on(server, origin, client):
    """Answers the request that `client` has sent: true when it came on this connection, false when on a new one."""
    reused = server.waits_before(origin)
    finish(server if reused else origin.accept(), client)
    return reused


def reused_by_later_request(mode):
    """A client's second request, when its first connection is not idle but another client's is."""
    origin = Origin()
    with Proxy(http_listen(f"http-reuse {mode}\nserver s1 {origin.address}")) as proxy:
        first, second = proxy.connect(), proxy.connect()
        own, _ = ask(first, origin)
        other, _ = ask(second, origin)
        finish(other, second)
        finish(own, first)
        own.finish()
        assert own.is_closed()  # what the client could use again of its own is gone
        first.send(get("/again"))
        return comes_on(other, origin, first)


for mode, once, twice in (("never", False, False), ("safe", False, False), ("aggressive", False, True), ("always", True, True)):
    ours(reused_by_first_request(mode, 1) == once, f"{mode}: a first request on a connection that was used once: {once}")
    ours(reused_by_first_request(mode, 2) == twice, f"{mode}: a first request on a connection that was used twice: {twice}")
for mode in ("never", "safe", "always"):
    ours(reused_by_later_request(mode) == (mode != "never"), f"{mode}: a later request on another client's connection")



def own_connection_is_kept(lines, words=""):
    origin = Origin()
    with Proxy(http_listen(f"{lines}\nserver s1 {origin.address} {words}")) as proxy:
        client = proxy.connect()
        server, _ = ask(client, origin)
        finish(server, client)
        client.send(get("/again"))
        return comes_on(server, origin, client)


for mode in ("never", "safe", "aggressive", "always"):
    check(own_connection_is_kept(f"http-reuse {mode}"), f"{mode}: a client's next request goes on its own connection")
check(own_connection_is_kept("http-reuse never", "pool-max-conn 0"), "pool-max-conn 0 is about shared connections")
check(not own_connection_is_kept("http-reuse safe", "pool-max-conn 0"), "and keeps none of them")
check(not own_connection_is_kept("http-reuse always", "pool-purge-delay 0"), "pool-purge-delay 0 keeps none either")


def three_idle_connections():
    """Connections to the server whose requests were answered in this order."""
    clients = [proxy.connect() for _ in range(3)]
    servers = [ask(client, origin)[0] for client in clients]
    for server, client in zip(servers, clients):
        finish(server, client)
    return servers


def keeps_of_four(kept, words):
    """Whether so many connections stay open after the requests of four clients, one after the other. A client's first request is not sent
    on a connection that carried only one."""
    origin = Origin()
    with Proxy(http_listen(f"http-reuse safe\nserver s1 {origin.address} {words}")) as proxy:
        servers = []
        for _ in range(4):
            client = proxy.connect()
            servers.append(ask(client, origin)[0])
            finish(servers[-1], client)
        return all(server.is_closed() for server in servers[kept:]) and all(server.is_quiet() for server in servers[:kept])


ours(keeps_of_four(1, ""), "of the connections of clients that came one after the other one is kept, as no more are needed at a time")
ours(keeps_of_four(3, "pool-low-conn 2"), "with pool-low-conn 2 two more are kept")

origin = Origin()
with Proxy(http_listen(f"http-reuse always\nserver s1 {origin.address} pool-max-conn 1")) as proxy:
    first, second, third = three_idle_connections()
    check(second.is_closed() and third.is_closed() and first.is_quiet(), "pool-max-conn 1: one is kept, the others are closed")

origin = Origin()
with Proxy(http_listen(f"http-reuse always\nserver s1 {origin.address} pool-purge-delay 400ms")) as proxy:
    first, second, third = three_idle_connections()
    check(first.is_closed() and second.is_closed() and third.is_quiet(), "pool-purge-delay: the older half goes first")
    check(third.is_closed(), "and the rest later")

if not is_haproxy():  # which does not keep to it with HTTP/1
    origin = Origin()
    with Proxy(http_listen(f"http-reuse always\nserver s1 {origin.address} max-reuse 2")) as proxy:
        client = proxy.connect()
        server, _ = ask(client, origin)
        finish(server, client)
        for _ in range(2):
            exchange(client, server)
        check(server.is_closed(), "max-reuse 2: closed behind the third request")
        server, _ = ask(client, origin)
        finish(server, client)
