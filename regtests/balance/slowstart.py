#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server that comes back starts with a small weight, which grows to its own over `slowstart`."""
import time

from farm import Farm, stat
from hawser import check, wait_until

farm = Farm("ab")
CONFIG = """
listen l
    bind @port
    balance roundrobin
    server a @a weight 100 slowstart 2s
    server b @b weight 100
"""
with farm.run(CONFIG, workers=2) as hawser:
    def weight():
        return int(stat(hawser, "l", "a", "weight"))

    check(weight() == 100, "at the start of the program it has its weight")
    hawser.cli("disable server l/a")
    check(farm.names(8) == "bbbbbbbb", "a disabled server gets nothing")
    began = time.monotonic()
    hawser.cli("enable server l/a")
    seen = [weight()]
    check(seen[0] < 100, f"it comes back with weight {seen[0]}")
    wait_until(lambda: seen.append(weight()) or seen[-1] == 100, "the weight is the server's own in the end")
    took = time.monotonic() - began
    check(seen == sorted(seen), "it never falls meanwhile")
    check(len(set(seen)) > 2, f"it grows in steps: {sorted(set(seen))}")
    check(took > 1.8, f"that took {took:.2f} s")
    names = farm.names(20)
    check(names.count("a") == 10, f"then both are equals again: {names}")
