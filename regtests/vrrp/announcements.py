#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Gratuitous ARP and neighbour advertisements: what is in them, how many there are and when, as the options say."""
import ipaddress
import os
import signal
import struct
import time

from hawser import check, together
from lab import HEAD, HawserNode, Keepalived, Lab, Machine, keepalived, mac_text, section

V3 = "version 3\nadvert-int 100ms\n"
VIP, SECOND, VIP6 = "10.99.0.81", "10.99.0.82", "fd99::81"
BROADCAST = "ff:ff:ff:ff:ff:ff"


def mac_of(node):
    return node.ip("-o", "link", "show", "eth0").split("link/ether ")[1].split()[0]


def times(frames):
    return [frame.time for frame in frames]


def frames_are_right(lab, node):
    garp = lab.observer.wait(5, node="a", kind="garp", target=VIP)[0]
    own = mac_of(node)
    check(garp.mac == own and mac_text(garp.raw[:6]) == BROADCAST, "a gratuitous ARP goes from the interface to everybody")
    kind, protocol, sizes, operation = struct.unpack_from(">HHHH", garp.raw, 14)
    check((kind, protocol, sizes, operation) == (1, 0x0800, 0x0604, 1), "it is a request")
    check(mac_text(garp.raw[22:28]) == own and mac_text(garp.raw[32:38]) == BROADCAST, "with the addresses that keepalived sends")
    check(garp.raw[28:32] == garp.raw[38:42] == ipaddress.ip_address(VIP).packed, "for the virtual address, by it")
    na = lab.observer.wait(5, node="a", kind="na", target=VIP6)[0]
    check(mac_text(na.raw[:6]) == "33:33:00:00:00:01" and na.ttl == 255,
          "a neighbour advertisement goes to all nodes, hop limit 255")
    check(na.source == VIP6 and na.destination == "ff02::1", "from the virtual address")
    check(na.raw[58] & 0xe0 == 0x20, "with Override set, and Router only on a router")
    check(na.raw[78:80] == b"\x02\x01" and mac_text(na.raw[80:86]) == own, "and tells the link-layer address")
    summed = na.raw[22:54] + struct.pack(">II", 32, 58) + na.raw[54:86]
    total = sum(struct.unpack(f">{len(summed) // 2}H", summed))
    check((total & 0xffff) + (total >> 16) in (0xffff, 0x1fffe), "its checksum is right")


def counts_and_times():
    """The options of the first burst, the second, the refreshes, and the pace of frames on one interface."""
    lines = V3 + "garp repeat 3 delay 400ms refresh 600ms refresh-repeat 2 pace 20ms"
    config = HEAD + section(vrid=81, priority=200, vips=(VIP, SECOND), lines=lines)
    config += section("six", 82, 200, (VIP6,), lines=V3 + "link-local none")
    machine = Machine()
    with Lab() as lab:
        HawserNode(lab.nodes["a"], config)
        began = lab.observer.wait(1, node="a", kind="vrrp", vrid=81)[0].time
        frames_are_right(lab, lab.nodes["a"])
        # 3 and 3 of the bursts, then two refreshes of 2.
        found = times(lab.observer.wait(10, node="a", kind="garp", target=VIP))
        late = machine.late(began, found[9])
        check(found[0] - began < 0.1 + late, "the first one follows the first advert")
        check(found[2] - found[0] < 0.3 + late and 0.4 <= found[3] - began < 0.65 + late, "the second burst comes after its delay")
        check(0.6 <= found[6] - began < 0.85 + late and 0.55 - late < found[8] - found[6] < 0.7 + late,
              "refreshes come at their interval")
        check(found[7] - found[6] < 0.15 + late and found[9] - found[8] < 0.15 + late, "with their count")
        both = sorted(times(lab.observer.select(node="a", kind="garp", target=lambda target: target in (VIP, SECOND))))
        least = min(later - earlier for earlier, later in zip(both, both[1:]))
        check(least > 0.017, f"frames of an interface keep their distance, {1000 * least:.1f} ms at least")
        adverts = times(lab.observer.select(node="a", kind="vrrp", vrid=81))
        longest = max(later - earlier for earlier, later in zip(adverts, adverts[1:]))
        check(machine.in_time(longest, 0.12, adverts[0], adverts[-1]), "no advert waits for them")


def defaults_are_keepalived_s():
    """Five at once, five after five seconds, of both."""
    machine = Machine()
    with Lab() as lab:
        HawserNode(lab.nodes["a"], HEAD + section(vrid=83, vips=("10.99.0.83",), lines=V3))
        Keepalived(lab.nodes["b"], keepalived(vrid=84, vips=("10.99.0.84",), version=3, advert=0.1))
        for node, vip in (("a", "10.99.0.83"), ("b", "10.99.0.84")):
            found = times(lab.observer.wait(10, node=node, kind="garp", target=vip))
            late = machine.late(found[0], found[9])
            check(max(found[4] - found[0], found[9] - found[5]) < 0.1 + late and 4.99 <= found[5] - found[0] < 5.2 + late,
                  f"node {node}: five at once, and five after {found[5] - found[0]:.3f} s")


def link_up():
    """Who comes back onto the wire as master announces the addresses again."""
    machine = Machine()
    with Lab("a") as lab:
        node = lab.nodes["a"]
        HawserNode(node, HEAD + section(vrid=85, vips=("10.99.0.85",), lines=V3 + "garp delay 0"))
        lab.observer.wait(5, node="a", kind="garp", target="10.99.0.85")
        lab.cut(node)
        mended = lab.mend(node)
        back = lab.observer.wait(1, since=mended, node="a", kind="vrrp", vrid=85)[0]
        found = times(lab.observer.wait(5, since=mended, node="a", kind="garp", target="10.99.0.85"))
        check(machine.in_time(found[4] - back.time, 0.1, back.time, found[4]), "the addresses are announced when the link is back")


def link_that_nobody_saw_down():
    """Down and up again before Hawser looks: no fault comes of it, but a switch may have forgotten the addresses."""
    with Lab() as lab:
        node, second = lab.nodes["a"], lab.nodes["b"]
        # Intervals of a second: it is not stopped for long enough to think that it overslept.
        program = HawserNode(node, HEAD + section(vrid=86, priority=200, vips=("10.99.0.86",), lines="version 3\ngarp delay 0"))
        lab.observer.wait(5, node="a", kind="garp", target="10.99.0.86")
        HawserNode(second, HEAD + section(vrid=86, vips=("10.99.0.86",), lines="version 3")).wait_state("BACKUP")
        vrrp = program.pids()["vrrp"]
        stopped = time.time()
        os.kill(vrrp, signal.SIGSTOP)
        lab.cut(node)
        mended = lab.mend(node)
        os.kill(vrrp, signal.SIGCONT)
        found = times(lab.observer.wait(5, since=mended, node="a", kind="garp", target="10.99.0.86"))
        check(lab.observer.select(since=mended, until=found[0], node="a", kind="vrrp", priority=200),
              f"an advert and announcements follow the link, {1000 * (found[4] - mended):.0f} ms later")
        check(not program.logged("entering", since=stopped), "without a transition")
        check(not lab.observer.select(node="b", kind="vrrp"), "nor one of the other node")


together(counts_and_times, defaults_are_keepalived_s, link_up, link_that_nobody_saw_down)
