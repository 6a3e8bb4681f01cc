#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A node that is cut off from the wire does not become master: it hears no peer, and the arbiter does not answer."""
import json
import signal

from hawser import check, together, wait_until
from pair import FIRST, SECOND, SKEW, VIP, HawserPair

ARBITER = "10.99.0.100"  # the lab's client host
SILENT = f"the arbiter {ARBITER} does not answer"


class Judged(HawserPair):
    def __init__(self, address=ARBITER):
        super().__init__(f"arbiter ping {address} interval 100ms timeout 50ms fall 3", workers=1, asks=False)

    def arbiter(self, node):
        return json.loads(node.cli("show vrrp json"))[0]["arbiter"]

    def quiet(self, node, since, **fields):
        """The other node has sent ten adverts, and this one none."""
        other = {"a": "b", "b": "a"}[node]
        self.observer.wait(10, since=since, node=other, kind="vrrp", priority=lambda priority: priority != 0)
        return not self.observer.select(since=since, node=node, kind="vrrp", **fields)


def cut_off():
    with Judged() as lab:
        began = lab.isolate(lab.b)
        lab.second.wait_log("isolated: hears no peer and no answer of the arbiter", since=began)
        check(lab.quiet("b", began), "a backup that is cut off from peer and arbiter stays backup")
        wait_until(lambda: lab.a.holds(VIP) and not lab.b.holds(VIP), "and the master is the only one")
        lab.second.wait_log(SILENT, since=began)
        wait_until(lambda: "ALARM         isolated: no peer is heard" in lab.second.cli("show vrrp"), "show vrrp has the alarm")
        wait_until(lambda: f"arbiter       {ARBITER} does not answer" in lab.second.cli("show vrrp"), "and what the arbiter says")
        wait_until(lambda: lab.arbiter(lab.second)["result"] == "down", "for programs, too")
        wait_until(lambda: "isolated: hears no peer" in lab.second.cli("show vrrp events"), "and it is an event")
        joined = lab.join(lab.b)
        lab.second.wait_log(f"the arbiter {ARBITER} answers", since=joined)
        check(lab.quiet("b", joined), "back on the wire it follows its master")
        wait_until(lambda: "isolated" not in lab.second.cli("show vrrp VI_1").split("because")[0], "and the alarm is over")

        began = lab.cut(lab.a)
        taken = lab.observer.wait(1, since=began, node="b", kind="vrrp", priority=SECOND)[0]
        print(f"figure: taken over {1000 * (taken.time - began):.1f} ms after the master's cable was cut")
        lab.observer.wait(5, since=began, node="b", kind="garp", target=VIP)
        check(taken.time - began >= 0.2 + SKEW[SECOND], "a backup that reaches the arbiter takes over")
        check(lab.quiet("a", taken.time), "and the cut master is silent")
        wait_until(lambda: lab.b.holds(VIP) and not lab.a.holds(VIP), "there is one master")


def without_arbiter():
    with Judged() as lab:
        began = lab.cut(lab.client)
        lab.first.wait_log(SILENT, since=began)
        lab.second.wait_log(SILENT, since=began)
        check(lab.quiet("b", began), "without its arbiter a backup follows its master")
        check(not lab.observer.select(since=began, node="a", kind="vrrp", priority=lambda p: p != FIRST),
              "and a master stays master")
        stopped = lab.first.signal(signal.SIGTERM)
        lab.observer.wait(1, since=stopped, node="b", kind="vrrp", priority=SECOND)
        wait_until(lambda: lab.b.holds(VIP), "a peer that gives up was heard: the backup takes over")


def over_ipv6():
    with Judged("fd99::64") as lab:
        wait_until(lambda: lab.arbiter(lab.second)["result"] == "up", "an arbiter may have an IPv6 address")
        began = lab.cut(lab.client)
        lab.second.wait_log("the arbiter fd99::64 does not answer", since=began)
        died = lab.kill_everything()
        lab.second.wait_log("isolated: ", since=died)
        check(not lab.observer.select(since=died, node="b", kind="vrrp"), "nobody takes over who may be cut off")
        mended = lab.mend(lab.client)
        lab.observer.wait(1, since=mended, node="b", kind="vrrp", priority=SECOND)
        wait_until(lambda: lab.b.holds(VIP), "until the arbiter answers again")


together(cut_off, without_arbiter, over_ipv6)
