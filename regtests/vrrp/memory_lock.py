#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The memory of the vrrp process is locked where that is allowed, and says so once where it is not."""
import pathlib
import time

import hawser
from hawser import check
from lab import HEAD, HawserNode, Lab, section

IPC_LOCK = 14
REFUSED = "memory is not locked, which takes CAP_IPC_LOCK"
WITHOUT = ("setpriv", "--bounding-set=-ipc_lock,-sys_resource", "prlimit", "--memlock=65536:65536")


def status(pid, name):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


def intercepts_locks():
    """AddressSanitizer turns mlock and mlockall into nothing."""
    return b"__asan_init" in pathlib.Path(hawser.HAWSER).read_bytes()


def config(mlock="on"):
    head = HEAD.replace("nbproc 1", "nbproc 1\n    user nobody")
    return (f"{head}vrrp-defaults\n    version 3\n    advert-int 100ms\n    mlock {mlock}\n" +
            section(priority=255, lines="no track-proxy"))


def started(lab, node, *args, **options):
    """Hawser on the node, and the pid of its vrrp process, which sends adverts with whatever rights it has kept."""
    program = HawserNode(lab.nodes[node], config(*args), **options)
    began = time.time()
    lab.observer.wait(5, node=node, kind="vrrp", priority=255, since=began)
    return program, program.pids()["vrrp"]


with Lab("abc") as lab:
    program, pid = started(lab, "a")
    locked = int(status(pid, "VmLck"))
    print(f"figure: {locked} kB are locked")
    check(locked > 0 or intercepts_locks(), "memory is locked")
    check(int(status(pid, "CapEff"), 16) >> IPC_LOCK & 1, "and more of it may be, as the right to it is kept")
    check(status(pid, "Uid") != "0" and not program.logged(REFUSED), "after the change of user, too")

    program, pid = started(lab, "b", wrapper=WITHOUT)
    check(status(pid, "VmLck") == "0" or intercepts_locks(), "without the right nothing is locked that could be refused later")
    if not intercepts_locks():
        program.wait_log(REFUSED)
    check(len(program.logged(REFUSED)) == 1 or intercepts_locks(), "one warning says so, and what is missing")

    program, pid = started(lab, "c", "off")
    check(status(pid, "VmLck") == "0" and not program.logged(REFUSED), "'mlock off' asks for nothing")
    check(not int(status(pid, "CapEff"), 16) >> IPC_LOCK & 1, "and keeps no right to it")
