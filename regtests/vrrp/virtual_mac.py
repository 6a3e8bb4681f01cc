#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""virtual-mac: the address has a MAC address that moves with it, between two Hawsers and beside keepalived's use_vmac, and
nothing is left of it afterwards."""
import signal
import subprocess

import hawser
from hawser import check, together, wait_until
from lab import HawserNode, Keepalived, Lab, keepalived
from pair import FIRST, SECOND, VIP, HawserPair, hawser_config

VIP6 = "fd99::50"
MAC, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"
SETTINGS = ("net.ipv4.conf.eth0.arp_ignore", "net.ipv4.conf.eth0.arp_announce")


class MacPair(HawserPair):
    def __init__(self, lines="virtual-mac"):
        super().__init__(lines, workers=1, asks=False)

    def master_again(self, since):
        """Waits until node a is master, and announces the address."""
        self.observer.wait(1, since=since, node="a", kind="vrrp", priority=FIRST)
        self.observer.wait(1, since=since, node="a", kind="garp", target=VIP)
        self.settle()

    def settle(self):
        """The address follows the first advert."""
        wait_until(lambda: self.a.has("vrrp.51") and self.a.holds(VIP, "vrrp.51"), "the address is on vrrp.51")

    def leave_behind(self):
        """Everything of node a is killed once it is master, and the other node is master then. Returns when."""
        self.settle()
        killed = self.kill_everything()
        self.taken_over(killed)
        return killed

    def check_restored(self):
        wait_until(lambda: not self.a.has("vrrp.51"), "no interface is left")
        wait_until(lambda: [self.a.setting(name) for name in SETTINGS] == ["0", "0"], "the interface below has its settings back")


def macs(frames):
    return {frame.mac for frame in frames}


class HumblePair(MacPair):
    """The vrrp process is not root's."""

    def config(self, priority):
        return super().config(priority).replace("nbproc 1", "nbproc 1\n    user nobody\n    group nogroup")


def moves_with_the_address():
    with HumblePair(f"virtual-mac\nvirtual-address {VIP6}") as lab:
        a, b, client, observer = lab.a, lab.b, lab.client, lab.observer
        observer.wait(5, node="a", kind="garp", target=VIP)
        observer.wait(5, node="a", kind="na", target=VIP6)
        wait_until(lambda: a.holds(VIP, "vrrp.51") and not a.holds(VIP), "the address is on an interface of its own")
        wait_until(lambda: a.holds(VIP6, "vrrp6.51") and not a.holds(VIP6), "and so is the IPv6 one")
        observer.wait(2, node="a", kind="vrrp", source="10.99.0.1")
        observer.wait(2, node="a", kind="vrrp", source=lambda source: source.startswith("fe80:"))
        check(macs(observer.select(node="a", kind="vrrp", source="10.99.0.1")) == {MAC},
              "adverts come from the virtual MAC address, and the interface's own IP address")
        check(macs(observer.select(node="a", kind="vrrp", source=lambda source: ":" in source)) == {MAC6},
              "IPv6 ones from that of IPv6")
        check(client.is_answered(VIP) and client.is_answered(VIP6), "a client reaches both addresses")
        wait_until(lambda: client.neighbour(VIP) == MAC and client.neighbour(VIP6) == MAC6, "at their virtual MAC addresses")
        wait_until(lambda: client.is_answered(a.address) and client.neighbour(a.address) == a.mac_of(), "and the node at its own")
        check(macs(observer.select(node="a", kind="arp-reply", source=VIP)) == {MAC},
              "ARP is answered with the virtual MAC address")
        check(macs(observer.select(kind="na", target=VIP6)) == {MAC6}, "neighbour discovery, too")
        spoken = observer.select(node="a", kind=lambda kind: kind.startswith("arp"), mac=a.mac_of())
        check(spoken and all(frame.source == a.address for frame in spoken),
              "the interface below neither answers for the address nor asks in its name")
        check(not {mac for node, mac in observer.senders if node == "b"} & {MAC, MAC6}, "a backup sends nothing from it")
        wait_until(lambda: not b.is_up("vrrp.51") and b.has("vrrp.51"), "its interface is there, and down")
        wait_until(lambda: a.setting("net.ipv6.conf.vrrp/51.disable_ipv6") == "1" and
                   a.setting("net.ipv6.conf.vrrp6/51.accept_ra") == "0", "router advertisements give it no addresses")
        stopped = lab.stop()
        observer.wait(1, since=stopped, node="b", kind="garp", target=VIP, mac=MAC)
        observer.wait(1, since=stopped, node="b", kind="na", target=VIP6, mac=MAC6)
        check(macs(observer.select(since=stopped, node="a", kind="vrrp", priority=0)) == {MAC, MAC6},
              "a node that stops resigns from the virtual MAC addresses")
        check(client.is_answered(VIP) and client.is_answered(VIP6), "the client reaches the other node")
        wait_until(lambda: client.neighbour(VIP) == MAC and client.neighbour(VIP6) == MAC6, "without having learned anything new")
        lab.first.process.wait(hawser.DEADLINE)
        lab.check_restored()
        wait_until(lambda: not a.has("vrrp6.51"), "of IPv6 neither")


NETWORK_VIP = "10.99.0.60"  # with the prefix of the network, which the interface below has as well

def faults_and_removal():
    with MacPair(f"virtual-mac\nvirtual-address {NETWORK_VIP}/24") as lab:
        a, observer = lab.a, lab.observer
        lab.settle()
        cut = lab.cut(a)
        lab.first.wait_log("entering FAULT state", since=cut)
        wait_until(lambda: not a.is_up("vrrp.51"), "a fault of the interface below is the router's")
        lab.master_again(lab.mend(a))
        wait_until(lambda: a.is_up("vrrp.51"), "it is up again when the link is back")
        a.ip("link", "del", "vrrp.51")
        noticed = lab.first.wait_log("somebody removed the interface vrrp.51")
        lab.master_again(noticed)
        wait_until(lambda: a.is_up("vrrp.51"), "an interface that somebody removed is made again")
        wait_until(lambda: lab.client.is_answered(NETWORK_VIP) and lab.client.neighbour(NETWORK_VIP) == MAC,
                   "and has its addresses")
        wait_until(lambda: lab.client.is_answered(a.address) and lab.client.neighbour(a.address) == a.mac_of(),
                   "the one below has its own")
        wait_until(lambda: [a.setting(name) for name in SETTINGS] == ["1", "2"], "the one below does not speak for the address")


def after_deaths():
    with MacPair() as lab:
        a, observer = lab.a, lab.observer
        lab.settle()
        killed = lab.send(signal.SIGKILL, "vrrp")
        lab.first.wait_log("serves again", since=killed)
        lab.master_again(killed)
        wait_until(lambda: lab.client.is_answered(VIP) and lab.client.neighbour(VIP) == MAC,
                   "a new vrrp process has the address as before")
        lab.pids = lab.first.pids()
        killed = lab.kill_everything()
        lab.taken_over(killed)
        wait_until(lambda: a.is_up("vrrp.51") and a.holds(VIP, "vrrp.51"), "killed, everybody leaves everything behind")
        next_one = HawserNode(a, lab.config(FIRST))
        lab.master_again(killed)
        next_one.signal(signal.SIGTERM)
        next_one.process.wait(hawser.DEADLINE)
        lab.check_restored()


def released_by_hand():
    with MacPair() as lab:
        lab.leave_behind()
        path = str(lab.first.dir / "hawser.cfg")
        released = subprocess.run(["ip", "netns", "exec", lab.a.namespace, hawser.HAWSER, "--release-vips", "-f", path],
                                  capture_output=True, text=True)
        check(released.returncode == 0, f"--release-vips: {released.stderr}")
        lab.check_restored()


def not_in_the_next_configuration():
    with MacPair() as lab:
        killed = lab.leave_behind()
        plain = lab.config(FIRST).replace("    virtual-mac\n", "").replace(VIP, "10.99.0.61")
        other = HawserNode(lab.a, plain)
        lab.observer.wait(1, since=killed, node="a", kind="garp", target="10.99.0.61")
        wait_until(lambda: not lab.a.has("vrrp.51"), "what is in the configuration no more goes with the next start")
        other.signal(signal.SIGTERM)
        other.process.wait(hawser.DEADLINE)
        lab.check_restored()


def from_the_interface_below():
    with MacPair("virtual-mac name vip0 xmit-base") as lab:
        own = lab.a.mac_of()
        check(macs(lab.observer.select(node="a", kind="vrrp")) == {own}, "xmit-base: adverts come from the interface below")
        check(macs(lab.observer.wait(5, node="a", kind="garp", target=VIP)) == {MAC}, "gratuitous ARP from the one of its own name")
        wait_until(lambda: lab.a.holds(VIP, "vip0"), "which has the address")


class UnicastPair(MacPair):
    def config(self, priority):
        own, other = ("10.99.0.1", "10.99.0.2") if priority == FIRST else ("10.99.0.2", "10.99.0.1")
        return super().config(priority).replace("    virtual-mac\n", f"    virtual-mac\n    unicast-source {own}\n    peer {other}\n")


def to_peers():
    with UnicastPair() as lab:
        adverts = lab.observer.select(node="a", kind="vrrp")
        check(macs(adverts) == {lab.a.mac_of()} and {advert.destination for advert in adverts} == {"10.99.0.2"},
              "adverts to peers take the routes there")
        stopped = lab.stop()
        moved = lab.observer.wait(5, since=stopped, node="b", kind="garp", target=VIP)
        check(macs(moved) == {MAC}, "the address moves with its MAC address")


def beside_keepalived(title, lines, body, mac_of_adverts):
    """Each is the better one in turn, and both hear each other: nobody else is master while the better one is."""
    version = {"version": 3, "advert": 0.1, "body": body}
    with Lab() as lab:
        a, b, observer = lab.nodes["a"], lab.nodes["b"], lab.observer
        first = HawserNode(a, hawser_config(FIRST, lines))
        observer.wait(1, node="a", kind="garp", target=VIP, mac=MAC)
        peer = Keepalived(b, keepalived(priority=SECOND, **version))
        peer.wait_log("Entering BACKUP STATE")
        observer.wait(10, since=observer.select(node="a")[-1].time, node="a", kind="vrrp", priority=FIRST)
        check(not observer.select(node="b", kind="vrrp"), f"{title}: keepalived hears the better Hawser")
        stopped = first.signal(signal.SIGTERM)
        taken = observer.wait(1, since=stopped, node="b", kind="garp", target=VIP, mac=MAC)[0]
        check(taken.mac == MAC, f"{title}: and takes over with the same MAC address")
        first.process.wait(hawser.DEADLINE)
        second = HawserNode(a, hawser_config(50, lines))
        second.wait_log("entering BACKUP state")
        heard = observer.wait(10, since=taken.time, node="b", kind="vrrp", priority=SECOND)[-1]
        check(not observer.select(since=taken.time, node="a", kind="vrrp"), f"{title}: Hawser hears the better keepalived")
        peer.signal(signal.SIGTERM)
        observer.wait(1, since=heard.time, node="a", kind="garp", target=VIP, mac=MAC)
        check(macs(observer.select(since=heard.time, node="a", kind="vrrp")) == {mac_of_adverts or a.mac_of()},
              f"{title}: and takes over with the same MAC address")
        peer.process.wait(hawser.DEADLINE)
        back = Keepalived(b, keepalived(priority=SECOND, **version))
        second.wait_log("a master of higher priority advertises (10.99.0.2", since=heard.time)
        check(back.process.poll() is None, f"{title}: a Hawser that is master hears the better keepalived as well")


together(moves_with_the_address, faults_and_removal, after_deaths, released_by_hand, not_in_the_next_configuration,
         from_the_interface_below, to_peers,
         lambda: beside_keepalived("use_vmac", "virtual-mac", "use_vmac", MAC),
         lambda: beside_keepalived("vmac_xmit_base", "virtual-mac xmit-base", "use_vmac\n vmac_xmit_base", None))
