#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A key reaches the same server through every worker, whatever the algorithm that makes it. That this is the server which HAProxy
chooses is told by hash_equals_haproxy.py."""
import re

from farm import Farm
from hawser import check

SERVERS = "".join(f"    server {name} @{name}\n" for name in "abcde")
HTTP = {
    "uri": lambda farm, n: farm.ask(f"/path{n}"),
    "uri whole": lambda farm, n: farm.ask(f"/path?query={n}"),
    "url_param id": lambda farm, n: farm.ask(f"/?x=1&id={n}"),
    "url_param id check_post": lambda farm, n: farm.ask("/", method="POST", body=f"x=1&id={n}"),
    "hdr(X-Key)": lambda farm, n: farm.ask(fields=[f"X-Key: key{n}"]),
    "hdr(X-Name) use_domain_only": lambda farm, n: farm.ask(fields=[f"X-Name: host.domain{n}.example"]),
}


def source(farm, number):
    visit = farm.visit(f"127.0.{number}.9")
    name = visit.name
    visit.close()
    return name


def rdp(farm, number):
    cookie = f"Cookie: mstshash=user{number}\r\n".encode()
    length = 4 + 7 + len(cookie) + 8
    with farm.port.connect() as client:
        client.sendall(bytes([3, 0, 0, length, length - 5, 0xe0, 0, 0, 0, 0, 0]) + cookie + bytes([1, 0, 8, 0, 1, 0, 0, 0]))
        return client.recv(64).decode().strip()


def try_algorithm(mode, algorithm, ask):
    for kind in ("map-based", "consistent"):
        farm = Farm("abcde", mode)
        config = f"listen l\n    bind @port\n    balance {algorithm}\n    hash-type {kind}\n{SERVERS}"
        with farm.run(config, workers=3):
            by_key = {number: {ask(farm, number) for _ in range(5)} for number in range(12)}
        check(all(len(names) == 1 for names in by_key.values()), f"balance {algorithm}, {kind}: a key has one server in all workers")
        chosen = set().union(*by_key.values())
        check(len(chosen) > 1 and all(re.fullmatch("[a-e]", name) for name in chosen), f"12 keys reach {len(chosen)} servers")


for name, request in HTTP.items():
    try_algorithm("http", name, request)
try_algorithm("tcp", "source", source)
try_algorithm("tcp", "rdp-cookie", rdp)
