#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The adverts of 64 routers leave in their beat on a machine whose cores are all busy."""
import os
import time

from hawser import check
from lab import Machine, Program
from many_routers import INTERVAL, Scale

ROUTERS = 64
SECONDS = 1.5
SPIN = "while True: pass"

machine = Machine()
with Scale(ROUTERS) as lab:
    for core in os.sched_getaffinity(0):
        Program(lab.node, "taskset", "-c", str(core), "python3", "-c", SPIN)
    began = time.time()
    used, gap = lab.measure(SECONDS)
    print(f"figure: {ROUTERS} routers: {100 * used:.1f} % of a core, longest time between two adverts {1000 * gap:.1f} ms")
    check(machine.in_time(gap, 1.2 * INTERVAL, began, time.time()), "no advert is later than a fifth of its interval")
    state = lab.program.cli("show vrrp")
    check(state.count("MASTER") >= ROUTERS, "every router is master still")
