#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Out of descriptors: accepting pauses, is logged once, is counted, and goes on by itself when connections end."""
import os
import resource

from ends import Path, info
from hawser import check, need_root, wait_until

need_root()
path = Path(workers=1)
with path.run() as hawser:
    client, server = path.pair()
    worker = hawser.processes()["worker 1"][0]
    opened = len(os.listdir(f"/proc/{worker}/fd"))  # but for one that is kept above all others, the lowest numbers
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (opened + 7, opened + 7))

    waiting = [path.connect() for _ in range(20)]
    hawser.wait_log("cannot accept a connection: .*; accepting pauses until a connection ends")
    wait_until(lambda: info(hawser, "AcceptPaused") >= 3, "tries again and again are counted")
    # Control's lines come after those that the worker has written by now.
    hawser.cli("disable server l/s")
    hawser.wait_log("l/s is going DOWN for maintenance")
    hawser.cli("enable server l/s")
    check(sum("cannot accept" in line for line in hawser.log) == 2, "the log says it once, and so does stderr")
    client.send(b"x")
    check(server.read(1) == b"x", "connections that stand go on")

    for end in waiting:
        end.reset()
    late = path.connect()
    late.send(b"late")
    while True:
        end = path.accept()
        try:
            if end.read(4) == b"late":
                break
        except ConnectionResetError:
            pass
    check(True, "a client that comes later is served, when the others have gone")
