#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""maxqueue: who finds the queue of the wanted server full goes to another one. A queue's time ends by `timeout queue`."""
from farm import Farm, stat
from hawser import check, wait_until

LOG = "    log stdout format raw local0\n"
CONFIG = """
listen l
    bind @port
    option tcplog
    log global
    timeout queue 1s
    balance source
    server a @a maxconn 1 maxqueue 1
    server b @b maxconn 1 maxqueue 1
"""
farm = Farm("ab")
with farm.run(CONFIG, workers=3, settings=LOG) as hawser:
    first = farm.visit()
    home = first.name
    other = "b" if home == "a" else "a"
    second = farm.visit()
    wait_until(lambda: stat(hawser, "l", home, "qcur") == "1", "the second client waits for its server")
    third = farm.visit()
    check(third.name == other, "the third one, with the queue full, gets the other server")
    check(second.name == "", "the second one's time ends, and its connection")
    hawser.wait_log(r" l l/\S+ \S+ 0 sQ ")
    wait_until(lambda: stat(hawser, "l", home, "qcur") == "0", "nobody waits any more")
