#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""random(N) takes the least loaded, over all workers, of N servers that it draws by weight."""
import collections

from farm import Farm
from hawser import check


def held(algorithm, count):
    farm = Farm("abc")
    config = f"listen l\n    bind @port\n    balance {algorithm}\n    server a @a\n    server b @b\n    server c @c weight 0\n"
    with farm.run(config, workers=3):
        visits = []
        for _ in range(count):
            visits.append(farm.visit())
            visits[-1].name
        return collections.Counter(visit.name for visit in visits)


# That 60 draws of two servers miss one of them has a chance of 2^-59.
check(held("random(60)", 12) == {"a": 6, "b": 6}, "with many draws nobody has more than another, and weight 0 has none")
# One draw looks at no load. All 40 at one server: a chance of 2^-39.
counts = held("random(1)", 40)
check(set(counts) == {"a", "b"}, f"one draw goes by chance: {dict(counts)}")
