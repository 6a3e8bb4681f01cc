#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many short connections through three workers to a server with maxconn 2: all are served, and none waits much longer than others."""
import concurrent.futures
import time

from farm import Farm
from hawser import check

farm = Farm("a")
with farm.run("listen l\n    bind @port\n    timeout queue 20s\n    server a @a maxconn 2\n", workers=3):
    def one(_):
        began = time.monotonic()
        return farm.name_once(), time.monotonic() - began

    first = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(24) as clients:
        results = list(clients.map(one, range(600)))
    whole = time.monotonic() - first
    check({name for name, _ in results} == {"a"}, "600 clients, 24 at a time, are all served")
    check(farm["a"].most_open <= 2, "never more than two at once")
    waits = sorted(wait for _, wait in results)
    print(f"waits: median {1000 * waits[300]:.1f} ms, longest {1000 * waits[-1]:.1f} ms")
    # In turn, each waits for 23 others of 600.
    check(waits[-1] < max(5, whole / 4), "nobody starves")
