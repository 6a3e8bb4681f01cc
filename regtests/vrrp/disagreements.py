#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Nodes that are set up differently, paths that fail, addresses that somebody removes: what is seen, said and done."""
import time

from hawser import check, together, wait_until
from lab import HEAD, HawserNode, Keepalived, Lab, Machine, keepalived, keepalived_instance, section

INTERVAL = 0.1
V3 = "version 3\nadvert-int 100ms\n"
VIP = "10.99.0.50"


def master_count(lab, since):
    return {frame.node for frame in lab.observer.select(since=since, kind="vrrp", priority=lambda priority: priority != 0)}


def alarm(node):
    return "\n".join(line for line in node.cli("show vrrp VI_1").splitlines() if "ALARM" in line)


# keepalived 2.2.7 refuses what lists other addresses, and is master beside us.
OURS = {"vips": (VIP, "10.99.0.51"), "lines": V3}


def a_master_of_another_list():
    """We follow it, and say so."""
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        Keepalived(b, keepalived(priority=150, vips=(VIP,), version=3, advert=INTERVAL))
        lab.observer.wait(1, node="b", kind="vrrp")
        node = HawserNode(a, HEAD + section(priority=100, **OURS))
        node.wait_log("10.99.0.2 advertises other addresses")
        seen = node.wait_state("BACKUP")
        lab.observer.wait(5, since=seen, node="b", kind="vrrp")
        check(master_count(lab, seen) == {"b"}, "a master with another list of addresses is a master")
        wait_until(lambda: "addresses" in alarm(node), "show vrrp has the difference as an alarm")


def a_peer_of_another_list():
    """It does not see that we are master, and we stay it."""
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        node = HawserNode(a, HEAD + section(priority=150, **OURS))
        lab.observer.wait(1, node="a", kind="vrrp")
        # Without this line each advert that it refuses keeps keepalived 2.2.7 from sending its own.
        Keepalived(b, keepalived(priority=100, vips=(VIP,), version=3, advert=INTERVAL,
                                 body="lower_prio_no_advert true")).wait_state("MASTER")
        node.wait_log("a master that ranks lower advertises")
        rival = lab.observer.wait(1, node="b", kind="vrrp")[0]
        lab.observer.wait(5, since=rival.time, node="a", kind="vrrp", priority=150)
        wait_until(lambda: a.holds(VIP), "a peer that does not see us as master takes nothing from us")
        wait_until(lambda: "split brain: 10.99.0.2" in alarm(node), "show vrrp has two masters as an alarm")


def another_group_of_routers():
    """Somebody else's routers have our number: they are followed as the RFC says, and named."""
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        Keepalived(b, keepalived(priority=150, vips=("10.99.0.77",), version=3, advert=INTERVAL))
        lab.observer.wait(1, node="b", kind="vrrp")
        node = HawserNode(a, HEAD + section(priority=100, lines=V3))
        node.wait_log("10.99.0.2 uses virtual router id 51 for other addresses altogether: it lists 10.99.0.77")
        wait_until(lambda: "somebody else on eth0 uses virtual router id 51" in alarm(node), "show vrrp has it as an alarm")


def another_interval():
    """VRRPv2 demands equal intervals, VRRPv3 goes by the master's."""
    machine = Machine()
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        # Each on its own router: v2 on 51, v3 on 52. Without the last line what keepalived refuses keeps it silent.
        config = HEAD + section(priority=100, lines="down-timer-adverts 1")
        config += section("VI_2", 52, 100, ("10.99.0.52",), lines=V3)
        v2 = keepalived_instance(priority=150, vips=(VIP,), advert=2,
                                 body="down_timer_adverts 1\n lower_prio_no_advert true")
        Keepalived(b, keepalived(name="VI_2", vrid=52, priority=150, vips=("10.99.0.52",), version=3, advert=0.2,
                                 before=v2))
        lab.observer.wait(1, node="b", kind="vrrp", vrid=51)
        lab.observer.wait(1, node="b", kind="vrrp", vrid=52)
        node = HawserNode(a, config)
        node.wait_log("advert from 10.99.0.2 refused: its interval")
        began = node.wait_state("BACKUP", "VI_2")
        lab.observer.wait(4, since=began, node="b", kind="vrrp", vrid=52)
        check(not lab.observer.select(node="a", kind="vrrp", vrid=52), "v3: a master of another interval is followed")
        lab.observer.wait(1, node="a", kind="vrrp", vrid=51)
        wait_until(lambda: a.holds(VIP), "v2: one of another interval is not, with a line in the log")
        isolated = lab.isolate(b)
        taken = lab.observer.wait(1, since=isolated, node="a", kind="vrrp", vrid=52)[0]
        heard = lab.observer.heard("a", kind="vrrp", vrid=52)[-1]
        waited, due = taken.time - heard.time, 3 * 0.2 + 0.2 * 156 / 256
        check(due <= waited and machine.in_time(waited, due + 0.15, heard.time, taken.time),
              f"v3: three of the master's intervals are waited for, {waited:.3f} s of {due:.3f}")


def a_second_path():
    """With a heartbeat on another wire, nobody takes over while it can be heard."""
    machine = Machine()
    with Lab(second_wire=True) as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        lines = V3 + "heartbeat dev eth1"
        HawserNode(a, HEAD + section(priority=150, lines=lines))
        # Of each advert there are two frames.
        lab.observer.wait(2, node="a", kind="vrrp", source=lambda source: source.startswith("10.98."))
        backup = HawserNode(b, HEAD + section(priority=100, lines=lines))
        backup.wait_state("BACKUP")
        cut = lab.isolate(a)
        lab.observer.wait(10, since=cut + 0.001, node="a", kind="vrrp", source="10.98.0.1")
        check(not lab.observer.select(node="b", kind="vrrp"), "one path is silent for ten intervals: nobody takes over")
        last = lab.isolate(a, "eth1")
        taken = lab.observer.wait(1, since=last, node="b", kind="vrrp")[0]
        heard = lab.observer.heard("b", kind="vrrp", source="10.98.0.1")[-1]
        waited, due = taken.time - heard.time, 3 * INTERVAL + INTERVAL * 156 / 256
        check(due - 0.002 <= waited and machine.in_time(waited, due + 0.15, heard.time, taken.time),
              f"both are silent: the backup takes over after {waited:.3f} s of {due:.3f}")
        joined = lab.join(a, "eth1")
        lab.observer.wait(1, since=joined, node="a", kind="vrrp", source="10.98.0.1")
        backup.wait_state("BACKUP", since=joined)
        wait_until(lambda: not b.holds(VIP), "one path is back: the better master has the address")


def removed_by_somebody():
    """It is back at once, without an election; the other node never notices."""
    machine = Machine()
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        node = HawserNode(a, HEAD + section(priority=100, vips=(VIP, "10.99.0.51"), lines=V3 + "garp delay 0"))
        lab.observer.wait(10, node="a", kind="garp")
        Keepalived(b, keepalived(priority=90, vips=(VIP, "10.99.0.51"), version=3, advert=INTERVAL)).wait_state("BACKUP")
        removed = time.time()
        a.ip("addr", "del", f"{VIP}/32", "dev", "eth0")
        found = lab.observer.wait(5, since=removed, node="a", kind="garp", target=VIP)
        wait_until(lambda: a.holds(VIP), f"the address is back, and announced {1000 * (found[0].time - removed):.1f} ms later")
        node.wait_log(f"somebody removed {VIP} from the interface", since=removed)
        adverts = lab.observer.wait(5, since=removed, node="a", kind="vrrp")
        check(all(advert.priority == 100 for advert in adverts), "the master stays master")
        check(not lab.observer.select(node="b", kind="vrrp"), "and the backup backup")
        # Again within a second: somebody means it, and another node may have the address.
        a.ip("addr", "del", f"{VIP}/32", "dev", "eth0")
        resigned = lab.observer.wait(1, since=removed, node="a", kind="vrrp", priority=0)[0]
        taken = lab.observer.wait(1, since=resigned.time + 0.001, kind="vrrp")[0]
        check(machine.in_time(taken.time - resigned.time, INTERVAL, resigned.time, taken.time),
              "who removes it again makes the master resign, and elect anew")


def the_owner():
    """Priority 255, the address being the interface's own: master from the first moment, and the address stays."""
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        a.ip("addr", "add", f"{VIP}/32", "dev", "eth0")
        Keepalived(b, keepalived(priority=254, version=3, advert=INTERVAL))
        lab.observer.wait(1, node="b", kind="vrrp", priority=254)
        owner = HawserNode(a, HEAD + section(priority=255, lines=V3))
        first = lab.observer.wait(1, node="a", kind="vrrp", priority=255)[0]
        lab.observer.wait(5, since=first.time, node="a", kind="garp", target=VIP)
        owner.wait_log("started as the owner of the addresses")
        lab.observer.wait(4, since=first.time, node="a", kind="vrrp")
        late = lab.observer.select(since=first.time + INTERVAL, node="b", kind="vrrp")
        wait_until(lambda: not late and not b.holds(VIP), "an owner is master at once; 254 yields to it")
        stopped = owner.terminate()
        resigned = lab.observer.wait(1, since=stopped, node="a", kind="vrrp", priority=0)[0]
        taken = lab.observer.wait(1, since=stopped, node="b", kind="vrrp", priority=254)[0]
        check(resigned.time < taken.time, "and resigns like anybody else")
        owner.process.wait(10)
        wait_until(lambda: a.holds(VIP), "the address, which was there before, stays")


together(a_master_of_another_list, a_peer_of_another_list, another_group_of_routers, another_interval, a_second_path,
         removed_by_somebody, the_owner)
