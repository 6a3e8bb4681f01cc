#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""minconn and fullconn: a server's limit grows with the load of its backend, as HAProxy's does."""
from farm import Farm, stat
from hawser import check, wait_until

CONFIG = "listen l\n    bind @port\n    fullconn 8\n    timeout queue 20s\n    server a @a minconn 1 maxconn 4\n"


# How many are served when one client has come, two, three …: minconn, then in proportion to fullconn, then maxconn.
SERVED = [1, 1, 1, 2, 2, 3, 3, 4, 4, 4]

farm = Farm("a")
with farm.run(CONFIG, workers=3) as hawser:
    visits, most = [], 0
    for number, served in enumerate(SERVED, 1):
        visits.append(farm.visit())
        # All are somewhere: with the server, or in the queue.
        wait_until(lambda: (stat(hawser, "l", "a", "scur"), stat(hawser, "l", "BACKEND", "qcur")) == (str(served), str(number - served)),
                   f"of {number} clients {served} are served")
        most = max(most, farm["a"].most_open)
        check(most <= served, "and never were more")
