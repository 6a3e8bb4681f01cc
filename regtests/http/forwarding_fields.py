#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`option forwarded` and `option originalto`: what the server learns of the client and of the address that it came to."""
import re

from hawser import check
from http_peers import OK, Origin, Proxy, ask, fields, get, http_listen, is_haproxy


def forwarded(option, *request_fields, name="Forwarded"):
    """The fields of that name that the server sees, with the proxy's and the client's ports as PORT and CLIENT."""
    origin = Origin()
    with Proxy(http_listen(f"{option}\nserver s1 {origin.address}")) as proxy:
        client = proxy.connect()
        server, head = ask(client, origin, get("/", *request_fields))
        server.send(OK)
        client.read_answer()
        own, ours = client.socket.getsockname()[1], proxy.ports[0]
        return [re.sub(rf":{own}\b", ":CLIENT", re.sub(rf":{ours}\b", ":PORT", value)) for value in fields(head, name)]


if not is_haproxy():  # 2.6 has no `option forwarded`
    for option, value in (
        ("option forwarded", "proto=http;for=127.0.0.1"),
        ("option forwarded proto", "proto=http"),
        ("option forwarded host", "host=test"),
        ("option forwarded by", "by=127.0.0.1"),
        ("option forwarded by by_port", 'by="127.0.0.1:PORT"'),
        ("option forwarded for", "for=127.0.0.1"),
        ("option forwarded proto host by by_port for for_port",
         'proto=http;host=test;by="127.0.0.1:PORT";for="127.0.0.1:CLIENT"'),
    ):
        check(forwarded(option) == [value], f"{option}: {value}")
    check(forwarded("option forwarded for", "Forwarded: for=10.0.0.1") == ["for=10.0.0.1", "for=127.0.0.1"],
          "a field of a proxy before us stays, and ours goes behind it")
    check(forwarded("") == [], "without the option, none")

for option, name, value in (
    ("option originalto", "X-Original-To", ["127.0.0.1"]),
    ("option originalto header X-Dst", "X-Dst", ["127.0.0.1"]),
    ("option originalto except 10.0.0.0/8", "X-Original-To", ["127.0.0.1"]),
    ("option originalto except 127.0.0.0/8", "X-Original-To", []),
):
    check(forwarded(option, name=name) == value, f"{option}: {value}")
