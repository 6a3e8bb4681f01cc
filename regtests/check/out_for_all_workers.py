#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server is out for all workers within milliseconds of the answer that decides."""
import threading
import time

from farm import Farm, stat
from hawser import DEADLINE, check, wait_until
from health import Checked

farm = Farm("ab")
judge = Checked([200])
CONFIG = f"""
listen l
    bind @port
    log global
    balance roundrobin
    option httpchk
    timeout check 10s
    server a @a check port {judge.port} inter 100ms fall 1
    server b @b
"""
with farm.run(CONFIG, workers=3, settings="    log stdout format raw local0\n") as hawser:
    judge.wait_asked(2)
    check(set(farm.names(6)) == {"a", "b"}, "both servers are in use")
    picks, over = [], threading.Event()

    def keep_coming():
        while not over.is_set():
            began = time.monotonic()
            picks.append((farm.name_once(), began))

    clients = [threading.Thread(target=keep_coming) for _ in range(4)]
    for client in clients:
        client.start()
    with judge.changed:
        judge.answers = [503]
        seen = len(judge.answered)
        assert judge.changed.wait_for(lambda: len(judge.answered) > seen, DEADLINE)
    _, logged = hawser.wait_log("Server l/a is DOWN")
    # Enough clients afterwards, through all workers, to see whether anybody still gets it.
    target = len(picks) + 120
    wait_until(lambda: len(picks) >= target, "enough clients have come")
    over.set()
    for client in clients:
        client.join()
    decided = max(when for when in judge.answered if when <= logged)
    last = max((began for name, began in picks if name == "a"), default=0)
    after = [name for name, began in picks if began > logged]
    print(f"log line {1000 * (logged - decided):.1f} ms after the answer, last client of the server {1000 * (last - decided):+.1f} ms")
    check(decided <= logged < decided + 5, "the log line follows the answer at once")
    check(len(after) > 60 and after.count("a") <= 1, f"of {len(after)} clients after the log line")
    check(stat(hawser, "l", "a", "status") == "DOWN", "show stat agrees")
