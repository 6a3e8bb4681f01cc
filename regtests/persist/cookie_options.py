#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The words of `cookie`: domain, attr, postonly, nocache, preserve, prefix; servers without a value; `option persist`."""
from hawser import check
from http_peers import OK, Origin, Proxy, UdpLog, ask, field, fields, get, http_listen

POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
ETAG = OK.replace(b"\r\n\r\n", b'\r\nETag: "1"\r\n\r\n')  # HAProxy takes a response without any for one that is not cached
OWN = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: C=own; path=/app\r\n\r\n")


def exchange(words, request=get(), answer=OK, server_words="cookie one"):
    """What the server sees as cookies, what the client is told to set, and the whole answer."""
    origin = Origin()
    with Proxy(http_listen(f"cookie C {words}\nserver s1 {origin.address} {server_words}")) as proxy:
        client = proxy.connect()
        server, head = ask(client, origin, request)
        server.send(answer)
        answer = client.read_answer()
        return fields(head, "Cookie"), fields(answer, "Set-Cookie"), answer


def told(*arguments, **keywords):
    return exchange(*arguments, **keywords)[1]


check(told("insert domain a.example domain .b.example attr SameSite=Lax attr Priority=High secure httponly")
      == ["C=one; path=/; domain=a.example; domain=.b.example; HttpOnly; Secure; SameSite=Lax; Priority=High"],
      "domain and attr come as often as they are given")

check(told("insert postonly") == [], "postonly: not with a GET")
check(told("insert postonly", POST) == ["C=one; path=/"], "postonly: but with a POST")

check("private" in fields(exchange("insert nocache", answer=ETAG)[2], "Cache-Control"), "nocache: private, with a new cookie")
check(fields(exchange("insert nocache", get("/", "Cookie: C=one"), ETAG)[2], "Cache-Control") == [], "not where none is set")

check(told("insert preserve", answer=OWN) == ["C=own; path=/app"], "preserve: the server's own cookie stays")
check(told("insert preserve") == ["C=one; path=/"], "preserve: where it sets none, we do")
check(told("insert", answer=OWN) == ["C=one; path=/"], "without it, ours takes its place")
check(told("insert indirect", get("/", "Cookie: C=one"), OWN) == [], "or nothing, for a client that has one")

seen, new, _ = exchange("prefix", get("/", "Cookie: x=1; C=one~own; y=2"), OWN)
check(seen == ["x=1; C=own; y=2"] and new == ["C=one~own; path=/app"], "prefix: off the request, onto the response")
check(exchange("prefix", get("/", "Cookie: C=gone~own"))[0] == ["C=own"], "prefix: also that of a server that is gone")

check(told("insert", get("/", "Cookie: C=gone"), server_words="") == ["C=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/"],
      "a server without a value makes the client forget what it has")

# option persist
for option, goes_to_dead in (("", False), ("option persist", True)):
    named, other, log = Origin(), Origin(), UdpLog()
    lines = f"{option}\nretries 0\nserver a {named.address} cookie a disabled\nserver b {other.address} cookie b"
    with Proxy(http_listen(f"cookie C insert\n{lines}", f"log {log.target} local0\noption httplog")) as proxy:
        client = proxy.connect()
        server, _ = ask(client, named if goes_to_dead else other, get("/", "Cookie: C=a"))
        server.send(OK)
        new = field(client.read_answer(), "Set-Cookie")
        check(new == (None if goes_to_dead else "C=b; path=/"), f"'{option}': a cookie of a server in maintenance; new cookie: {new}")
        letters = "DN" if goes_to_dead else "DI"
        check(f" --{letters} " in log.line("GET /"), f"'{option}': logged as {letters}")
