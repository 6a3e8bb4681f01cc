#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""minconn and fullconn: a server's limit grows with the load of its backend, as HAProxy's does."""
from farm import Farm, stat
from hawser import check, wait_until

CONFIG = "listen l\n    bind @port\n    fullconn 8\n    timeout queue 20s\n    server a @a minconn 1 maxconn 4\n"


def series(program, farm):
    """How many are served when so many have come."""
    visits, served = [], []
    for number in range(1, 11):
        visits.append(farm.visit())
        wait_until(lambda: stat(program, "l", "BACKEND", "scur") == str(number), f"{number} have come")
        served.append(int(stat(program, "l", "a", "scur")))
    return served


farm = Farm("a")
with farm.run(CONFIG, workers=3) as hawser:
    ours = series(hawser, farm)
check(ours == [1, 1, 1, 2, 2, 3, 3, 4, 4, 4], f"the limit is minconn, then in proportion to fullconn, then maxconn: {ours}")
