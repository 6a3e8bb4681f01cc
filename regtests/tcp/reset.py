#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A reset is passed on as a reset, and an end as an end, in both directions; also in the middle of spliced bulk."""
from ends import Path
from hawser import check

path = Path()
with path.run():
    for who in ("client", "server"):
        for how in ("reset", "close"):
            client, server = path.pair()
            first, second = (client, server) if who == "client" else (server, client)
            first.send(b"a")
            second.read(1)
            second.send(b"b")
            first.read(1)
            getattr(first, how)()
            expected = {"reset": "RST", "close": "FIN"}[how]
            check(second.ending() == expected, f"the {who}'s {how} arrives as {expected}")
            second.close()

    for who in ("client", "server"):
        client, server = path.pair()
        first, second = (client, server) if who == "client" else (server, client)
        first.send(bytes(4 << 20)[:1 << 20])
        second.read(1 << 20)
        first.reset()
        check(second.ending() == "RST", f"the {who}'s reset after bulk arrives as RST")

    client, server = path.pair()
    client.send(b"a")
    server.read(1)
    client.finish()
    check(server.ending() == "FIN", "a half-close arrives")
    client.reset()
    check(server.is_reset(), "and a reset after it as well")
