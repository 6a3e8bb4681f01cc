#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One side of a tunnel in HTTP (an upgrade, CONNECT) ends its direction: that is passed on, and the other direction goes
on until it ends as well. HAProxy does the same, but for an upgraded connection whose server ends first: there it closes
both directions, and what the client had still to say is lost."""
from beside import Case, both, run_both
from hawser import check

UPGRADE = ("GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
SWITCHING = ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
CONNECT = "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"
ESTABLISHED = "HTTP/1.1 200 OK\r\n\r\n"


def answers_an_end(response):
    """A server that answers what the client said, once the client has ended its direction."""
    def script(wire, server):
        wire.read_head()
        wire.send(response)
        server.heads.put(wire.read_to_end())
        wire.send(b"answer")
    return script


def ends_first(response):
    """A server that says something, ends its direction and listens on."""
    def script(wire, server):
        wire.read_head()
        wire.send(response + "question")
        wire.end_writing()
        server.heads.put(wire.read_to_end())
    return script


def client_ends(request):
    """What the server heard, and what the client heard after its own end."""
    def client(visit):
        wire = visit.connect()
        wire.send(request)
        wire.read_head()
        wire.send(b"question")
        wire.end_writing()
        return visit.servers["s"].next_head(), wire.read_to_end()
    return client


def server_ends(request):
    """What the client heard, and what the server heard after its own end."""
    def client(visit):
        wire = visit.connect()
        wire.send(request)
        wire.read_head()
        question = wire.read_to_end()
        wire.send(b"answer")
        wire.end_writing()
        return question, visit.servers["s"].next_head()
    return client


cases = []
for kind, request, response in (("upgrade", UPGRADE, SWITCHING), ("connect", CONNECT, ESTABLISHED)):
    cases.append(Case(f"{kind}_client", client_ends(request), servers={"s": answers_an_end(response)}))
    cases.append(Case(f"{kind}_server", server_ends(request), servers={"s": ends_first(response)}))

with both(cases) as peers:
    run_both(peers)
    for case in cases:
        seen = {name: peer.visits[case.name].seen for name, peer in peers.items()}
        check(seen["hawser"] == (b"question", b"answer"), f"{case.name}: both directions come to their end: {seen['hawser']}")
        lost = case.name == "upgrade_server"
        check(seen["haproxy"] == (b"question", b"" if lost else b"answer"),
              f"{case.name}: with HAProxy {'the answer is lost' if lost else 'as well'}: {seen['haproxy']}")
