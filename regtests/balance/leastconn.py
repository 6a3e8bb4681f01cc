#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""leastconn counts the connections of all workers."""
import collections

from farm import Farm
from hawser import check, wait_until
from farm import stat

farm = Farm("abc")
CONFIG = """
listen l
    bind @port
    balance leastconn
    server a @a weight 2
    server b @b
    server c @c
"""
with farm.run(CONFIG, workers=3) as hawser:
    visits = []
    for _ in range(16):
        visits.append(farm.visit())
        visits[-1].name
    counts = collections.Counter(visit.name for visit in visits)
    check(counts == {"a": 8, "b": 4, "c": 4}, f"held connections spread by weight over 3 workers: {dict(counts)}")
    for visit in visits:
        if visit.name == "b":
            visit.close()
    wait_until(lambda: stat(hawser, "l", "b", "scur") == "0", "the connections of b are counted out")
    check([farm.visit().name for _ in range(1)] == ["b"], "the next one goes where room became")
