#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who takes over from a running master, and who yields when two masters meet: Hawser and keepalived, in both roles."""
import dataclasses
import time

from hawser import check, together, wait_until
from lab import HEAD, HawserNode, Keepalived, Lab, Machine, keepalived_config, keepalived_instance, section

INTERVAL = 0.1
LINES = "version 3\nadvert-int 100ms\ngarp lower-prio repeat 5 delay 0\n"
DELAY = 1.0  # of preemption; keepalived knows whole seconds


@dataclasses.dataclass
class Router:
    """A virtual router of both nodes, with its priority on the node that comes first, and on the other one."""
    vrid: int
    first: int
    second: int
    lines: str = ""  # of Hawser as the second
    body: str = ""   # of keepalived as the second

    @property
    def name(self):
        return f"VI_{self.vrid}"

    @property
    def vip(self):
        return f"10.99.0.{self.vrid}"


def hawser(node, routers, is_second):
    return HawserNode(node, HEAD + "".join(
        section(each.name, each.vrid, each.second if is_second else each.first, (each.vip,),
                lines=LINES + (each.lines if is_second else "")) for each in routers))


def keepalived(node, routers, is_second):
    return Keepalived(node, keepalived_config(*(
        keepalived_instance(each.name, each.vrid, each.second if is_second else each.first, (each.vip,), version=3,
                            advert=INTERVAL, body=each.body if is_second else "") for each in routers)))


def adverts(lab, router, node, count=1, **fields):
    return lab.observer.wait(count, node=node, kind="vrrp", vrid=router.vrid, **fields)


def skew(priority):
    return INTERVAL * (256 - priority) / 256


PREEMPTS = Router(61, 100, 150)
STAYS = Router(62, 100, 150, "no preempt", "nopreempt")
DELAYED = Router(63, 100, 150, f"preempt delay {DELAY:.0f}s", f"preempt_delay {DELAY:.0f}")
EQUAL = Router(64, 100, 100)
LOWER = Router(65, 150, 100)


def newcomer(first, second):
    """The second node comes while the first one is master of everything."""
    routers = (PREEMPTS, STAYS, DELAYED, EQUAL, LOWER)
    who = second.__name__
    machine = Machine()
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        running = first(a, routers, False)
        for router in routers:
            adverts(lab, router, "a")
        started = time.time()
        joined = second(b, routers, True)
        began = {router.vrid: joined.wait_state("BACKUP", router.name) for router in routers}

        taken = adverts(lab, PREEMPTS, "b", priority=150)[0]
        check(machine.in_time(taken.time - began[61], 3 * INTERVAL + skew(150) + 0.15, started, taken.time),
              f"{who} preempts after its three intervals")
        lab.observer.wait(5, since=taken.time, node="b", kind="garp", target=PREEMPTS.vip)
        running.wait_state("BACKUP", PREEMPTS.name, since=began[61])

        taken = adverts(lab, DELAYED, "b", priority=150)[0]
        heard = adverts(lab, DELAYED, "a", since=began[63])[0]
        waited = taken.time - heard.time
        most = DELAY + 3 * INTERVAL + skew(150) + 0.3
        check(DELAY <= taken.time - started and machine.in_time(waited, most, started, taken.time),
              f"{who} preempts after its delay, {waited:.3f} s")
        running.wait_state("BACKUP", DELAYED.name, since=taken.time - 1)

        for router, why in ((STAYS, "does not preempt when told not to"), (EQUAL, "does not preempt its equal"),
                            (LOWER, "does not preempt its better")):
            check(not lab.observer.select(node="b", kind="vrrp", vrid=router.vrid), f"{who} {why}")
            adverts(lab, router, "a", 3, since=taken.time)
            wait_until(lambda: a.holds(router.vip) and not b.holds(router.vip), f"{router.name}: the address stays")
        for router in (PREEMPTS, DELAYED):
            wait_until(lambda: b.holds(router.vip) and not a.holds(router.vip), f"{router.name}: the address has moved")
            late = lab.observer.select(since=taken.time + INTERVAL, node="a", kind="vrrp", vrid=router.vrid)
            check(not late, f"{router.name}: the first master is silent")

        # What does not preempt takes over all the same when the master is gone.
        stopped = running.terminate()
        resigned = adverts(lab, STAYS, "a", since=stopped, priority=0)[0]
        taken = adverts(lab, STAYS, "b", since=stopped, priority=150)[0]
        check(machine.in_time(taken.time - resigned.time, skew(150) + 0.15, resigned.time, taken.time),
              f"{who} takes over what it did not preempt")


def two_masters(first, second):
    """The wire is cut between the nodes and joined again. Node b has the higher address."""
    routers = (PREEMPTS, LOWER, EQUAL)
    machine = Machine()
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        programs = {"a": first(a, routers, False), "b": None}
        for router in routers:
            adverts(lab, router, "a")
        isolated = lab.isolate(b)
        programs["b"] = second(b, routers, True)
        for router in routers:
            programs["b"].wait_state("MASTER", router.name)
            adverts(lab, router, "a", 2, since=isolated)
            wait_until(lambda: a.holds(router.vip) and b.holds(router.vip),
                       f"{router.name}: cut off from each other, both are master")
        joined = lab.join(b)
        for router, winner, loser in ((PREEMPTS, "b", "a"), (LOWER, "a", "b"), (EQUAL, "b", "a")):
            programs[loser].wait_state("BACKUP", router.name, since=joined)
            adverts(lab, router, winner, 4, since=joined)
            won = lab.observer.heard(loser, since=joined, kind="vrrp", vrid=router.vrid)[0]
            last = [joined, *(frame.time for frame in
                              lab.observer.select(since=joined, node=loser, kind="vrrp", vrid=router.vrid))][-1]
            print(f"figure: {router.name}: {type(programs[loser]).__name__} yields, its last advert "
                  f"{1000 * (last - won.time):+.1f} ms from the first of the other")
            check(machine.in_time(last - won.time, INTERVAL, joined, last),
                  f"{router.name}: node {loser} yields to the first advert of its better")
            wait_until(lambda: lab.nodes[winner].holds(router.vip) and not lab.nodes[loser].holds(router.vip),
                       f"{router.name}: the address is on node {winner} only")
            rival = lab.observer.heard(winner, since=joined, kind="vrrp", vrid=router.vrid)
            if rival and isinstance(programs[winner], HawserNode):
                answer = adverts(lab, router, winner, since=rival[0].time)[0]
                check(machine.in_time(answer.time - rival[0].time, 0.05, rival[0].time, answer.time),
                      f"{router.name}: an advert of lower right is answered at once")
                garps = lab.observer.wait(5, since=rival[0].time, node=winner, kind="garp", target=router.vip)
                check(machine.in_time(garps[4].time - rival[0].time, 0.1, rival[0].time, garps[4].time),
                      f"{router.name}: and the address is announced again, five times")


together(lambda: newcomer(keepalived, hawser), lambda: two_masters(keepalived, hawser), lambda: newcomer(hawser, keepalived),
         lambda: two_masters(hawser, keepalived))
