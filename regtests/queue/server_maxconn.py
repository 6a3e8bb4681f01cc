#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server's maxconn holds for all workers together, and who has waited longest is served first, in whatever worker it is."""
import time

from farm import Farm, stat
from hawser import check, wait_until

CLIENTS = 24
farm = Farm("a")
with farm.run("listen l\n    bind @port\n    timeout queue 20s\n    server a @a maxconn 2\n", workers=3) as hawser:
    visits = []
    for number in range(CLIENTS):
        visits.append(farm.visit())
        wait_until(lambda: stat(hawser, "l", "BACKEND", "scur") == str(number + 1), f"client {number} has come")
        came = time.monotonic()
        wait_until(lambda: time.monotonic() - came > 0.015, "workers take who comes within 10 ms for simultaneous")
    wait_until(lambda: stat(hawser, "l", "BACKEND", "qcur") == str(CLIENTS - 2), "all but two wait in the queue")
    check(visits[0].name == visits[1].name == "a", "two are served")
    check(not any(visit.is_served() for visit in visits[2:]), "and nobody else")
    for number, visit in enumerate(visits):
        check(visit.name == "a", f"client {number} has its turn")
        waiting = [later for later in visits[number + 2:] if later.is_served()]
        check(not waiting, "nobody who came later was served before")
        visit.close()
    check(farm["a"].most_open == 2, "the server never had more than two connections")
