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
LOOK = 0.02  # how often the vrrp process looks at the workers


@dataclasses.dataclass
class Break:
    title: str
    breaks: str  # a method of HawserPair
    lines: str = ""
    resigns: bool = False  # with priority 0
    deadline: float = 0.0  # after which workers that hang count as dead, from their last sign of life on


BREAKS = (
    Break("master, control and workers killed", "kill_proxy", resigns=True),
    Break("workers hang", "hang", resigns=True, deadline=0.5),
    Break("workers hang, deadline 200ms", "hang", "track-proxy deadline 200ms", resigns=True, deadline=0.2),
    Break("link down", "cut_cable"),
    Break("everything killed", "kill_everything"),
    Break("orderly stop", "stop", resigns=True),
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
            earliest, latest = lab.silent_since() if case.deadline else (began, began)
            looked = LOOK if case.deadline else 0
            earliest, latest = earliest + case.deadline, latest + case.deadline + looked + ALLOWED + late
            check(last.priority == 0 and earliest <= last.time <= latest,
                  f"{case.title}: resigned {milliseconds(last.time - began)} later, by the rules between "
                  f"{milliseconds(earliest - began)} and {milliseconds(latest - began)}")
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
