#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Half-closes are passed on in both directions, and the other direction goes on: small answers, and bulk that is spliced."""
import threading

from ends import Path
from hawser import check

BULK = 8 << 20

path = Path()
with path.run():
    for who in ("client", "server"):
        client, server = path.pair()
        first, second = (client, server) if who == "client" else (server, client)
        first.send(b"question")
        first.finish()
        check(second.read(9) == b"question", f"the {who}'s bytes and its end arrive")
        second.send(b"answer")
        check(first.read(6) == b"answer", f"bytes come back to the {who} after its half-close")
        second.send(b"more")
        second.close()
        check(first.read(5) == b"more", "to the last one")

    for who in ("client", "server"):
        client, server = path.pair()
        first, second = (client, server) if who == "client" else (server, client)
        first.send(b"q")
        first.finish()
        second.read(2)
        sender = threading.Thread(target=lambda: (second.send(bytes(BULK)), second.close()))
        sender.start()
        check(len(first.read(BULK + 1)) == BULK, f"{BULK >> 20} MiB come back to the {who} after its half-close")
        sender.join()
