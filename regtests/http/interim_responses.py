#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""1xx responses: any number of any kind goes before the final one, to clients that know them."""
from hawser import check
from http_peers import OK, Origin, Proxy, ask, exchange, field, get, http_listen, ours, status

HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"

origin = Origin()
with Proxy(http_listen(f"server s1 {origin.address}")) as proxy:
    client = proxy.connect()
    server, _ = ask(client, origin)
    server.send(PROCESSING + HINTS + CONTINUE + b"HTTP/1.1 199 Odd\r\n\r\n" + HINTS)
    seen = [status(client.read_head()) for _ in range(5)]
    check(seen == [102, 103, 100, 199, 103], f"all come as they were sent: {seen}")
    check(client.is_quiet(), "and no answer before its time")
    server.send(OK)
    check(status(client.read_answer()) == 200, "the final response follows")
    exchange(client, server)
    check(True, "the connections stay")

    client.send(get("/", "Connection: keep-alive", version="1.0"))
    server.read_head()
    server.send(HINTS + OK)
    first = status(client.read_head())
    ours(first == 200, "a client of HTTP/1.0 gets none")  # RFC 9110, section 15.2

    # The server decides about the body without having seen it.
    client = proxy.connect()
    server, head = ask(client, origin, POST)
    check(field(head, "Expect") == "100-continue", "an expectation is the server's to answer")
    server.send(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
    answer = client.read_answer()
    check(status(answer) == 417, "which may refuse the body")
    ours(field(answer, "Connection") == "close", "behind a body that may come or not, the connection can't go on")

with Proxy(http_listen(f"option http-buffer-request\nserver s1 {origin.address}")) as proxy:
    client = proxy.connect()
    client.send(POST)
    check(client.read_head() == CONTINUE, "http-buffer-request: we ask for the body")
    assert not origin.has_connection()
    server, head = ask(client, origin, b"body")
    check(field(head, "Expect") is None and server.read_bytes(4) == b"body", "and the server need not")
    server.send(OK)
    check(status(client.read_answer()) == 200, "the answer follows")
    client.send(POST + b"body")
    check(field(server.read_head(), "Expect") is None and server.read_bytes(4) == b"body", "a body that came needs no asking")
    server.send(OK)
    ours(status(client.read_answer()) == 200, "so the answer is the first that comes")
