#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests that two programs could read in two ways get 400 and the end of the connection (RFC 9112, section 11.2), and not a byte
of them reaches the server. Behind each comes a request that nobody may see."""
import bad_messages
from hawser import check
from http_peers import Origin, Proxy, fields, get, http_listen, status

HOST = b"Host: a\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST
POST = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

HEADS = {
    **bad_messages.heads(POST),
    # Lengths and codings
    "Transfer-Encoding and Content-Length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "a signed length": POST + b"Content-Length: +0\r\n\r\n",
    "a hexadecimal length": POST + b"Content-Length: 0x0\r\n\r\n",
    "an empty length": POST + b"Content-Length:\r\n\r\n",
    "a length with a blank in it": POST + b"Content-Length: 0 0\r\n\r\n",
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked and identity": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a coding that looks like chunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n",
    "a quoted coding": POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "a coding behind a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a coding in HTTP/1.0": b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    # Lines
    "obs-fold of a GET": GET + b"X: a\r\n b\r\n\r\n",
    "obs-fold with a tab": GET + b"X: a\r\n\tb\r\n\r\n",
    "obs-fold that hides a coding": POST + b"X: a\r\n Transfer-Encoding: chunked\r\n\r\n",
    "a blank before the first field": b"GET / HTTP/1.1\r\n " + HOST + b"\r\n",
    "a bare LF behind the request line": b"GET / HTTP/1.1\n" + HOST + b"\r\n",
    "a bare LF behind a field": b"GET / HTTP/1.1\r\nHost: a\n\r\n",
    "a bare LF as the empty line": GET + b"\n",
    "a bare LF in a value": GET + b"X: a\nContent-Length: 5\r\n\r\n",
    "a bare CR that hides a length": GET + b"X: a\rContent-Length: 5\r\n\r\n",
    "a bare CR behind a value": GET + b"X: a\r\r\n\r\n",
    "a bare CR behind the request line": b"GET / HTTP/1.1\r" + HOST + b"\r\n",
    "a NUL in a value of a GET": GET + b"X: a\0b\r\n\r\n",
    "a NUL in a name": GET + b"X\0: a\r\n\r\n",
    "a NUL in the target": b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a control character in a value": GET + b"X: a\x01\r\n\r\n",
    "a blank before the colon of a length": GET + b"Content-Length : 5\r\n\r\n",
    "a tab before the colon": GET + b"Transfer-Encoding\t: chunked\r\n\r\n",
    "a blank in a name": GET + b"X Y: a\r\n\r\n",
    "an empty name": GET + b": a\r\n\r\n",
    # Request lines
    "two blanks in the request line": b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tab in the request line": b"GET\t/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "a blank behind the version": b"GET / HTTP/1.1 \r\n" + HOST + b"\r\n",
    "no version": b"GET /\r\n" + HOST + b"\r\n",
    "version 2.0": b"GET / HTTP/2.0\r\n" + HOST + b"\r\n",
    "version 0.9": b"GET / HTTP/0.9\r\n" + HOST + b"\r\n",
    "a version in lower case": b"GET / http/1.1\r\n" + HOST + b"\r\n",
    # Targets and Host
    "a target without a slash": b"GET index.html HTTP/1.1\r\n" + HOST + b"\r\n",
    "a blank in the target": b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "an asterisk for GET": b"GET * HTTP/1.1\r\n" + HOST + b"\r\n",
    "userinfo in the target": b"GET http://x@a/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "CONNECT without a port": b"CONNECT a HTTP/1.1\r\n" + HOST + b"\r\n",
    "CONNECT to a path": b"CONNECT /a HTTP/1.1\r\n" + HOST + b"\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": GET + b"Host: b\r\n\r\n",
    "a Host twice": GET + HOST + b"\r\n",
    "a list of Hosts": b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "a Host with a path": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "a Host with userinfo": b"GET / HTTP/1.1\r\nHost: x@a\r\n\r\n",
    "a Host that is not the target's": b"GET http://b/ HTTP/1.1\r\n" + HOST + b"\r\n",
    # No HTTP/1 at all
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}

CHUNKS = {
    **bad_messages.CHUNKS,
    "a size with 0x": b"0x5\r\nhello\r\n0\r\n\r\n",
    "a blank before a size": b" 5\r\nhello\r\n0\r\n\r\n",
    "a bare LF behind a chunk": b"5\r\nhello\n0\r\n\r\n",
    "a blank before the colon of a trailer": b"0\r\nX : a\r\n\r\n",
    "a bare LF behind a trailer": b"0\r\nX: a\n\r\n",
}


def is_refused(client, what):
    answer = client.read_to_end()
    check(status(answer) == 400 and answer.count(b"HTTP/1.1 ") == 1, f"{what}: 400 and the end")
    assert fields(answer, "Connection") == ["close"], answer


origin = Origin()
with Proxy(http_listen(f"server s1 {origin.address}", settings="nbproc 1")) as proxy:
    for name, request in HEADS.items():
        client = proxy.connect()
        client.send(request + SMUGGLED)
        is_refused(client, name)
        assert not origin.has_connection(), name
    # A chunked body is read as it comes, and its server may have been chosen; it gets nothing.
    for name, chunks in CHUNKS.items():
        client = proxy.connect()
        client.send(CHUNKED + chunks + SMUGGLED)
        is_refused(client, name)
        if origin.has_connection():
            assert origin.accept().is_closed(), name
    # Behind a chunk that is with the server, the body is cut off.
    for name, chunks in CHUNKS.items():
        client = proxy.connect()
        client.send(CHUNKED + b"3\r\nabc\r\n")
        server = origin.accept()
        assert server.read_head() and server.read_until(b"abc\r\n")
        client.send(chunks + SMUGGLED)
        is_refused(client, name + ", later")
        assert server.is_closed(), name
    # The same with a good request in front.
    client = proxy.connect()
    client.send(get("/good") + POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + SMUGGLED)
    server = origin.accept()
    assert server.read_head().startswith(b"GET /good ")
    server.send(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert client.read_head().startswith(b"HTTP/1.1 204 ")
    is_refused(client, "behind a good request")
    check(server.is_quiet() and not origin.has_connection(), "and the server sees the good one only")
    captured = proxy.cli("show errors")
    check("invalid request" in captured and "GET /smuggled" in captured, "the last one is in `show errors`")
