#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""maxconn of the process, of a frontend and of a bind line hold for all workers together: exactly so many clients are served at once.
The others wait in the kernel, and come in when a place is free, whichever worker's client leaves it."""
import select

from farm import Farm, stat
from hawser import DEADLINE, check, wait_until

LIMIT, CLIENTS = 5, 15
SHAPES = {
    "global": ("    maxconn 5\n", "", ""),
    "frontend": ("", "    maxconn 5\n", ""),
    "bind": ("", "", " maxconn 5"),
}


def fill(where):
    settings, line, word = SHAPES[where]
    farm = Farm("a")
    # Without it, as many wait in the kernel for each worker as the limit says, and more have to try again.
    config = f"frontend f\n    bind @port{word}\n    backlog 64\n{line}    default_backend b\nbackend b\n    server a @a\n"
    with farm.run(config, workers=3, settings=settings) as hawser:
        visits = [farm.visit() for _ in range(CLIENTS)]
        farm.wait_open(LIMIT)
        # A worker takes a place before it looks who comes, and may find that another limit leaves none.
        wait_until(lambda: stat(hawser, "f", "FRONTEND", "scur") == str(LIMIT), f"{where}: {LIMIT} of {CLIENTS} are served")
        while visits:
            ready = select.select([visit.socket for visit in visits], [], [], DEADLINE)[0]
            check(ready, f"of {len(visits)} somebody is served")
            leaving = next(visit for visit in visits if visit.socket is ready[0])
            check(leaving.name == "a", "and leaves")
            leaving.close()
            visits.remove(leaving)
        check(farm.most_open == LIMIT, f"{where}: never more than {LIMIT} at once")
        wait_until(lambda: stat(hawser, "f", "FRONTEND", "scur") == "0", "all have left")


for shape in SHAPES:
    fill(shape)
