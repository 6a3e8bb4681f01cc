#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Routers that move together: vrrp-group beside keepalived's vrrp_sync_group, and a section of both families."""
from hawser import check, together, wait_until
from lab import HEAD, HawserNode, Keepalived, Lab, Machine, keepalived_config, keepalived_instance, section

INTERVAL = 0.1
V3 = "version 3\nadvert-int 100ms\n"
TOGETHER = 0.15  # seconds between the first member's move and the last one's
OUTSIDE, INSIDE = ("outside", 71, "10.99.0.71", "eth0"), ("inside", 72, "10.98.0.72", "eth1")


def hawser_pair(node, priority):
    sections = "".join(section(name, vrid, priority, (vip,), interface, V3) for name, vrid, vip, interface in (OUTSIDE, INSIDE))
    return HawserNode(node, HEAD + sections + "\nvrrp-group gateway\n    members outside inside\n")


def keepalived_pair(node, priority):
    return Keepalived(node, keepalived_config(
        "vrrp_sync_group gateway {\n group {\n outside\n inside\n }\n }\n",
        *(keepalived_instance(name, vrid, priority, (vip,), interface, version=3, advert=INTERVAL)
          for name, vrid, vip, interface in (OUTSIDE, INSIDE))))


def first_adverts(lab, node, vrids, since, **fields):
    return [lab.observer.wait(1, since=since, node=node, kind="vrrp", vrid=vrid, **fields)[0] for vrid in vrids]


def holds_both(node):
    return node.holds(OUTSIDE[2], "eth0"), node.holds(INSIDE[2], "eth1")


def a_group_moves(first, second):
    """The better node loses one of its two links, and gets it back."""
    machine = Machine()
    with Lab(second_wire=True) as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        master = first(a, 150)
        first_adverts(lab, "a", (71, 72), 0)
        second(b, 100).wait_state("BACKUP", "inside")
        wait_until(lambda: holds_both(a) == (True, True), f"{first.__name__} is master of both")
        cut = lab.cut(a, "eth1")
        resigned = first_adverts(lab, "a", (71,), cut, priority=0)[0]
        master.wait_state("FAULT", "outside", since=cut)
        taken = first_adverts(lab, "b", (71, 72), cut, priority=100)
        apart = abs(taken[0].time - taken[1].time)
        # Of the outside, priority 0 tells at once; the inside's silence tells after three intervals, and a group waits for both.
        check(resigned.time < taken[0].time, "the link of one member goes: the other member resigns as well")
        check(machine.in_time(apart, TOGETHER, cut, max(each.time for each in taken)),
              f"{second.__name__} takes both over together, {1000 * apart:.1f} ms apart")
        wait_until(lambda: holds_both(b) == (True, True) and a.holds(OUTSIDE[2]) is False, "the addresses are on the other node")
        mended = lab.mend(a, "eth1")
        back = first_adverts(lab, "a", (71, 72), mended, priority=150)
        apart = abs(back[0].time - back[1].time)
        check(machine.in_time(apart, TOGETHER, mended, max(each.time for each in back)),
              f"{first.__name__} takes both back together, {1000 * apart:.1f} ms apart")


def both_families():
    """One section is two routers that move together; the other node's keepalived knows them as two instances."""
    vip4, vip6 = "10.99.0.73", "fd99::73"
    config = HEAD + section("both", 73, 150, (vip4, vip6), lines=V3 + "link-local none")

    def other(priority6):
        return keepalived_config(
            keepalived_instance("four", 73, 100, (vip4,), version=3, advert=INTERVAL),
            keepalived_instance("six", 73, priority6, (vip6,), version=3, advert=INTERVAL))

    def families(node, since, **fields):
        return [lab.observer.wait(1, since=since, node=node, kind="vrrp", vrid=73, source=family, **fields)[0]
                for family in (lambda source: ":" not in source, lambda source: ":" in source)]

    machine = Machine()

    def check_together(frames, what):
        first, last = sorted(frame.time for frame in frames)
        check(machine.in_time(last - first, TOGETHER, first, last), what)

    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        ours = HawserNode(a, config)
        began = families("a", 0, priority=150)
        check_together(began, "both families become master together")
        lab.observer.wait(5, node="a", kind="garp", target=vip4)
        lab.observer.wait(5, node="a", kind="na", target=vip6)
        theirs = Keepalived(b, other(100))
        theirs.wait_state("BACKUP", "six")
        stopped = ours.terminate()
        resigned = families("a", stopped, priority=0)
        check_together(resigned, "both resign together")
        families("b", stopped, priority=100)
        ours.process.wait(10)
        HawserNode(a, config)
        back = families("a", resigned[1].time + 0.01, priority=150)
        check_together(back, "both come back together")
        theirs.wait_state("BACKUP", "six", since=back[1].time - 0.5)
        theirs.terminate()
        theirs.process.wait(10)
        # A better master of one family takes the other family from us as well.
        Keepalived(b, other(200))
        better = lab.observer.wait(1, node="b", kind="vrrp", vrid=73, priority=200)[0]
        gone = lab.observer.wait(1, since=better.time, node="a", kind="vrrp", vrid=73, source=a.address, priority=0)[0]
        check_together([better, gone], "IPv6 meets a better master: IPv4 is given up with it")
        families("b", better.time)
        wait_until(lambda: not a.holds(vip4) and not a.holds(vip6), "no address stays behind")


together(lambda: a_group_moves(hawser_pair, keepalived_pair), lambda: a_group_moves(keepalived_pair, hawser_pair), both_families)
