#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bulk goes through splice(2) by itself; `nosplice` and -dS switch it off. The program counts what it spliced, and holds pipes for it."""
import os
import pathlib
import threading

from ends import Path, info
from hawser import check

BULK = 16 << 20


def pipes_of(hawser):
    """Pipes that the workers hold. Those of the program itself exist before any traffic."""
    found = set()
    for name, (pid, *_) in hawser.processes().items():
        if not name.startswith("worker"):
            continue
        for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = os.readlink(fd)
            except FileNotFoundError:
                continue
            if target.startswith("pipe:"):
                found.add(target)
    return found


def transfer(settings, *arguments):
    """Bytes spliced, and whether there were pipes for it, when BULK went each way."""
    path = Path(workers=1, settings=settings)
    with path.run(*arguments) as hawser:
        before = pipes_of(hawser)
        client, server = path.pair()
        for sender, receiver in ((client, server), (server, client)):
            thread = threading.Thread(target=sender.send, args=(bytes(range(256)) * (BULK // 256),))
            thread.start()
            got = receiver.read(BULK)
            thread.join()
            check(got == bytes(range(256)) * (BULK // 256), "bulk arrives as it was sent")
        client.close()
        server.close()
        hawser.wait_log(" l l/s ")
        return info(hawser, "TotalSplicdedBytesOut"), len(pipes_of(hawser) - before)


spliced, pipes = transfer("")
check(spliced > BULK, f"most of {2 * BULK >> 20} MiB was spliced: {spliced >> 20} MiB")
check(pipes > 0, "through a pipe, which is kept for the next one")
check(transfer("    nosplice\n") == (0, 0), "`nosplice` moves nothing by splice and makes no pipe")
check(transfer("", "-dS") == (0, 0), "nor does -dS")
