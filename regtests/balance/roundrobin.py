#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""roundrobin is exact over all workers: with weights 3:2:1 every 6 consecutive connections go 3:2:1."""
import collections
import concurrent.futures

from farm import Farm
from hawser import check

farm = Farm("abc")
CONFIG = """
listen l
    bind @port
    balance roundrobin
    server a @a weight 3
    server b @b weight 2
    server c @c weight 1
"""
with farm.run(CONFIG, workers=4):
    names = farm.names(60)
    windows = {tuple(sorted(collections.Counter(names[at:at + 6]).items())) for at in range(55)}
    check(windows == {(("a", 3), ("b", 2), ("c", 1))}, f"every 6 in a row go 3:2:1: {names[:12]}…")
    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        counts = collections.Counter(clients.map(lambda _: farm.name_once(), range(120)))
    check(counts == {"a": 60, "b": 40, "c": 20}, f"also when 8 clients come at once: {dict(counts)}")
