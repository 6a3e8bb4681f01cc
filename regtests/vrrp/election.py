#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hawser and keepalived 2.2.7 elect each other as RFC 3768 and RFC 9568 say, in both roles."""
import signal

import hawser
from hawser import check
from lab import HEAD, HawserNode, Keepalived, Lab, keepalived

VIP = "10.99.0.50"
VRRP = """
vrrp VI_1
    interface eth0
    virtual-router-id 51
    priority {priority}
    virtual-address {vip}
    {lines}
listen web
    bind {vip}:80
    http-request return status 200 content-type text/plain string ok
"""


def config(priority, lines="", vip=VIP):
    return HEAD + VRRP.format(priority=priority, lines=lines.replace("\n", "\n    "), vip=vip)


def takes_over_and_gives_back(title, lines, peer, vip=VIP):
    """Hawser, of higher priority, gives way to keepalived when it is stopped, and takes over when it is back."""
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        first = HawserNode(a, config(150, lines, vip))
        lab.observer.wait(1, node="a", kind="vrrp", priority=150)
        Keepalived(b, keepalived(priority=100, vips=(vip,), **peer)).wait_log("Entering BACKUP STATE")
        announced = "na" if ":" in vip else "garp"
        lab.observer.wait(5, node="a", kind=announced, target=vip)
        check(a.holds(vip) and not b.holds(vip), f"{title}: the higher priority is master and holds the address")
        stopped = first.signal(signal.SIGTERM)
        resigned = lab.observer.wait(1, since=stopped, node="a", kind="vrrp", priority=0)[0]
        taken = lab.observer.wait(1, since=stopped, node="b", kind="vrrp", priority=100)[0]
        check(resigned.time < taken.time, f"{title}: priority 0 lets keepalived take over")
        lab.observer.wait(5, since=taken.time, node="b", kind=announced, target=vip)
        check(not a.holds(vip), f"{title}: the address is given up")
        HawserNode(a, config(150, lines, vip))
        back = lab.observer.wait(1, since=taken.time, node="a", kind="vrrp", priority=150)[0]
        lab.observer.wait(5, since=back.time, node="a", kind=announced, target=vip)
        check(a.holds(vip), f"{title}: the higher priority takes over again")
        check(not lab.observer.select(since=back.time, node="b", kind="vrrp", priority=lambda p: p != 100),
              f"{title}: keepalived follows without a word")


def backs_up_keepalived():
    """keepalived, of higher priority, is master; Hawser takes over after its death, and follows when it is back."""
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        peer = Keepalived(b, keepalived(priority=150))
        lab.observer.wait(1, node="b", kind="vrrp", priority=150)
        backup = HawserNode(a, config(100))
        backup.wait_log("entering BACKUP state")
        lab.observer.wait(2, node="b", kind="vrrp")
        check(not a.holds(VIP) and b.holds(VIP), "a lower priority stays backup")
        isolated = lab.isolate(b)
        taken = lab.observer.wait(1, since=isolated, node="a", kind="vrrp", priority=100)[0]
        heard = lab.observer.select(until=isolated, node="b", kind="vrrp")[-1]
        waited = taken.time - heard.time
        check(3.609 <= waited, f"it waits three intervals and the skew time, {waited:.3f} s of at least 3.609")
        check(a.holds(VIP), "and holds the address")
        joined = lab.join(b)
        seen = lab.observer.wait(1, since=joined, node="b", kind="vrrp", priority=150)[0]
        backup.wait_log("entering BACKUP state", since=seen.time)
        check(not a.holds(VIP), "the better master is back: the address is given up at once")
        check(peer.process.poll() is None, "keepalived runs on")


def refuses_another_password():
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        master = HawserNode(a, config(100, "authentication pass right"))
        lab.observer.wait(1, node="a", kind="vrrp", priority=100)
        Keepalived(b, keepalived(priority=150, auth="PASS wrong"))
        master.wait_log("advert from 10.99.0.2 refused: its password is not ours")
        check(a.holds(VIP), "a wrong password moves nothing")
        check("password" in master.cli("show vrrp VI_1"), "show vrrp says why the peer is refused")
        other = lab.observer.wait(1, node="b", kind="vrrp")[0]
        ours = lab.observer.wait(5, since=other.time, node="a", kind="vrrp")
        gaps = [later.time - earlier.time for earlier, later in zip(ours, ours[1:])]
        check(all(gap < 1.1 for gap in gaps), f"our own adverts go on in their beat: {gaps}")


for args in (
        ("v2", "", {}),
        ("v2 pass", "authentication pass 1111", {"auth": "PASS 1111"}),
        ("v2 ah", "authentication ah 1111", {"auth": "AH 1111"}),
        ("v3 at 100 ms", "version 3\nadvert-int 100ms", {"version": 3, "advert": 0.1}),
        ("v3 over IPv6", "link-local none", {"version": 3}, "fd99::50"),
        ("unicast", "unicast-source 10.99.0.1\npeer 10.99.0.2",
         {"body": "unicast_src_ip 10.99.0.2\n unicast_peer { 10.99.0.1\n }"}),
        ("another group", "multicast-group 224.0.4.18", {"globals_": "vrrp_mcast_group4 224.0.4.18"}),
):
    takes_over_and_gives_back(*args)
backs_up_keepalived()
refuses_another_password()
