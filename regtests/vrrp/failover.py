#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How soon the other node has the address when one breaks, by the kernel's time stamps of their packets. What a client sees
of it, beside keepalived with HAProxy, is measured by contrib/bench/failover."""
import dataclasses

from hawser import check, together
from lab import Machine
from pair import FIRST, INTERVAL, SECOND, SKEW, VIP, HawserPair

ALLOWED = INTERVAL / 5  # for waking up on a busy machine, and for what runs before the packet leaves
# From the first advert of a new master to the announcement of its address, before the second advert. The kernel adds
# the address under a lock that all namespaces share, and other tests set theirs up and take them down meanwhile.
ANNOUNCED = INTERVAL
BEAT, LOOK = 0.1, 0.02  # how often a worker says that it lives, and how often the vrrp process looks
BUSY = 0.05  # how late a worker may say it on a busy machine


@dataclasses.dataclass
class Break:
    title: str
    breaks: str  # a method of HawserPair
    lines: str = ""
    resigns: tuple = ()  # priority 0 comes between these times; none: it comes not at all


BREAKS = (
    Break("master, control and workers killed", "kill_proxy", resigns=(0, ALLOWED)),
    # The last sign of life may be as old as the time between two.
    Break("workers hang", "hang", resigns=(0.5 - BEAT - BUSY, 0.5 + LOOK + ALLOWED)),
    Break("workers hang, deadline 200ms", "hang", "track-proxy deadline 200ms", resigns=(0.2 - BEAT - BUSY, 0.2 + LOOK + ALLOWED)),
    Break("link down", "cut_cable"),
    Break("everything killed", "kill_everything"),
    Break("orderly stop", "stop", resigns=(0, ALLOWED)),
)


def milliseconds(seconds):
    return f"{1000 * seconds:.1f} ms"


def fails_over(case, machine):
    with HawserPair(case.lines) as lab:
        began = getattr(lab, case.breaks)()
        taken = lab.observer.wait(1, since=began, node="b", kind="vrrp", priority=SECOND)[0]
        last = lab.observer.select(until=taken.time, node="a", kind="vrrp")[-1]
        late = machine.late(began, taken.time + ANNOUNCED)
        if case.resigns:
            earliest, latest = case.resigns
            check(last.priority == 0 and earliest <= last.time - began <= latest + late,
                  f"{case.title}: resigned {milliseconds(last.time - began)} later, at most {milliseconds(latest)}")
            due = SKEW[SECOND]
        else:
            check(last.priority == FIRST, f"{case.title}: nobody could resign")
            due = 3 * INTERVAL + SKEW[SECOND]
        waited = taken.time - last.time
        check(due - 0.001 <= waited <= due + ALLOWED + late,
              f"{case.title}: the other node waits {milliseconds(waited)}, {milliseconds(due)} by RFC 9568")
        announced = lab.observer.wait(1, since=taken.time - ALLOWED, node="b", kind="garp", target=VIP)[0]
        check(0 <= announced.time - taken.time <= ANNOUNCED + late,
              f"{case.title}: its announcement follows its advert by {milliseconds(announced.time - taken.time)}")
        lab.asker.wait(20, taken.time)
        print(f"figure: {case.title}: a client had no answer for {milliseconds(lab.asker.outage(began))}")


def stays():
    with HawserPair() as lab:
        began = lab.kill_workers()
        lab.asker.wait(20, began)
        adverts = lab.observer.wait(5, since=began, node="a", kind="vrrp")
        check(all(advert.priority == FIRST for advert in adverts) and not lab.observer.select(node="b", kind="vrrp"),
              "workers killed: they are back before the address would have to move")
        print(f"figure: workers killed: a client had no answer for {milliseconds(lab.asker.outage(began))}")


def fail_over(*cases):
    machine = Machine()
    for case in cases:
        fails_over(case, machine)


together(lambda: fail_over(*BREAKS[:3]), lambda: fail_over(*BREAKS[3:]), stays)
