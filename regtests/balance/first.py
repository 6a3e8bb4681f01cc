#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""first fills the servers in the order of their ids, each up to its maxconn, counted over all workers."""
from farm import Farm, stat
from hawser import check, wait_until

farm = Farm("abc")
CONFIG = """
listen l
    bind @port
    balance first
    server c @c id 3
    server a @a id 1 maxconn 2
    server b @b id 2 maxconn 2
"""
with farm.run(CONFIG, workers=3) as hawser:
    visits = []
    for _ in range(6):
        visits.append(farm.visit())
        visits[-1].name
    check("".join(visit.name for visit in visits) == "aabbcc", "6 connections fill a, then b, then c")
    visits[3].close()
    visits[1].close()
    wait_until(lambda: stat(hawser, "l", "a", "scur") + stat(hawser, "l", "b", "scur") == "11", "one of a's and one of b's have ended")
    again = []
    for _ in range(3):
        again.append(farm.visit())
        again[-1].name
    check("".join(visit.name for visit in again) == "abc", "free room is filled in the same order")
