#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A proxy that runs, but can accept no connection for want of descriptors, gives its address up until it can."""
import resource
import time

from hawser import check, wait_until
from pair import FIRST, SECOND, VIP, HawserPair

with HawserPair("track-proxy deadline 300ms", workers=2) as lab:
    worker = next(pid for name, pid in lab.pids.items() if name.startswith("worker"))
    limits = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    began = time.time()
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (3, limits[1]))
    lab.first.wait_log("cannot accept a connection")
    resigned = lab.observer.wait(1, since=began, node="a", kind="vrrp", priority=0)[0]
    print(f"figure: resigned {1000 * (resigned.time - began):.0f} ms after the last descriptor was gone, deadline 300 ms")
    check(0.3 <= resigned.time - began, "a worker that can accept nothing counts as dead after the deadline, not before")
    lab.first.wait_log("accepts no connections: no descriptors or memory", since=began)
    lab.observer.wait(1, since=resigned.time, node="b", kind="vrrp", priority=SECOND)
    lab.observer.wait(5, since=resigned.time, node="b", kind="garp", target=VIP)
    wait_until(lambda: not lab.a.holds(VIP) and lab.b.holds(VIP), "the other node takes over")
    # Nobody asks this node any more: it finds out by itself.
    resource.prlimit(worker, resource.RLIMIT_NOFILE, limits)
    back = lab.observer.wait(1, since=resigned.time, node="a", kind="vrrp", priority=FIRST)[0]
    lab.observer.wait(5, since=back.time, node="a", kind="garp", target=VIP)
    lab.asker.wait(20, back.time)
    wait_until(lambda: lab.a.holds(VIP), "and gives it back when the worker can accept again")
