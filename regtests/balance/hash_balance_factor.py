#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hash-balance-factor bounds what one server may have, by the load of all workers together."""
import collections
import math

from farm import Farm
from hawser import check


def spread(factor):
    farm = Farm("abc")
    config = f"""
listen l
    bind @port
    balance source
    hash-type consistent
    {factor}
    server a @a
    server b @b
    server c @c
"""
    with farm.run(config, workers=3):
        visits = []
        for _ in range(12):
            visits.append(farm.visit())
            visits[-1].name
        return collections.Counter(visit.name for visit in visits)


check(sorted(spread("").values()) == [12], "without a factor one client has one server")
most = max(spread("hash-balance-factor 125").values())
check(most <= math.ceil(12 / 3 * 1.25), f"with 125 % of the average nobody has more than 5 of 12: {most}")
