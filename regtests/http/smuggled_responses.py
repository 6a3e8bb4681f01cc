#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Responses that two programs could read in two ways become a 502, and the connections to both sides end: not a byte of what the
server sent reaches the client."""
import bad_messages
from hawser import check
from http_peers import Origin, Proxy, ask, fields, get, http_listen, status

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HIDDEN = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden"

RESPONSES = {
    **bad_messages.heads(OK),
    **{name: CHUNKED + chunks for name, chunks in bad_messages.CHUNKS.items()},
    "a coding in HTTP/1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a bare LF behind the status line": b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
    "a bare CR in the reason": b"HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n",
    "two blanks in the status line": b"HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "version 2.0": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "101 that nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
}

origin = Origin()
with Proxy(http_listen(f"server s1 {origin.address}", options="retries 0", settings="nbproc 1")) as proxy:
    for name, response in RESPONSES.items():
        client = proxy.connect()
        server, _ = ask(client, origin)
        server.send(response + HIDDEN)
        answer = client.read_to_end()
        check(status(answer) == 502 and answer.count(b"HTTP/1.1 ") == 1 and b"hidden" not in answer, f"{name}: 502 and the end")
        assert fields(answer, "Connection") == ["close"], answer
        assert server.is_closed(), name
    # A client of HTTP/1.0 gets no chunks, and is not to take a part of them for the whole.
    client = proxy.connect()
    server, _ = ask(client, origin, get(version="1.0"))
    server.send(CHUNKED + b"3\r\nabc\r\ng\r\n" + HIDDEN)
    check(status(client.read_to_end()) == 502, "invalid chunks for a client of HTTP/1.0: 502")
    # The client has the head when the framing breaks: only the end of the connection can tell it.
    client = proxy.connect()
    server, _ = ask(client, origin)
    server.send(CHUNKED + b"3\r\nabc\r\n")
    assert client.read_until(b"abc\r\n")
    server.send(b"g\r\n" + HIDDEN)
    check(client.read_to_end() == b"", "a chunk that is invalid later ends the connection without the last chunk")
    check(server.is_closed(), "on both sides")
    # What comes behind a whole response belongs to nobody.
    client = proxy.connect()
    server, _ = ask(client, origin)
    server.send(b"HTTP/1.1 204 No Content\r\n\r\n" + HIDDEN)
    assert client.read_head().startswith(b"HTTP/1.1 204 ")
    check(server.is_closed(), "a server that says more than it was asked is left")
    server, _ = ask(client, origin)
    server.send(b"HTTP/1.1 204 No Content\r\n\r\n")
    check(client.read_head().startswith(b"HTTP/1.1 204 ") and client.is_quiet(), "and its extra response answers nobody")
