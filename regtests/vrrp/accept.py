#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""no accept: the master takes nothing that is sent to its addresses, but says where they are, and its own address is not
touched (RFC 9568, section 6.1). What is sent through it goes on."""
import select
import socket
import struct
import subprocess

import hawser
from hawser import check, together, wait_until
from lab import HawserNode, Lab, in_namespace
from pair import VIP, HawserPair, hawser_config

VIP6 = "fd99::50"
BEYOND, BEYOND6 = "10.97.0.1", "fd97::1"  # reached through the router
MAC, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"


def echo_request(kind):
    data = struct.pack(">BBHHH", kind, 0, 0, 1, 1)
    total = sum(struct.unpack(">4H", data))
    return data[:2] + struct.pack(">H", ~((total >> 16) + total) & 0xffff) + data[4:]


def answers_to_ping(node, addresses):
    """Which of the addresses answer, asked in this order, until the last one has. Earlier ones answer earlier, or never."""
    ipv6 = ":" in addresses[0]

    def ping():
        found = []
        family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if ipv6 else (socket.AF_INET, socket.IPPROTO_ICMP)
        with socket.socket(family, socket.SOCK_RAW, protocol) as wire:
            for address in addresses:
                wire.sendto(echo_request(128 if ipv6 else 8), (address, 0))
            while addresses[-1] not in found and select.select([wire], [], [], hawser.DEADLINE)[0]:
                data, sender = wire.recvfrom(2048)
                if (data[0] if ipv6 else data[20]) == (129 if ipv6 else 0):
                    found.append(sender[0])
        return found
    return in_namespace(node.namespace, ping)


def flush_ruleset(node):
    """As `nft flush ruleset`, with which firewalls begin: removes every table of nf_tables."""
    netfilter, subsystem, begin, end, delete_table = 12, 10, 16, 17, 10 << 8 | 2

    def message(kind, resource):
        return struct.pack("=IHHII", 20, kind, 1, 1, 0) + struct.pack("=BB", 0, 0) + struct.pack(">H", resource)

    def flush():
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, netfilter) as kernel:
            kernel.sendto(message(begin, subsystem) + message(delete_table, 0) + message(end, subsystem), (0, 0))
    in_namespace(node.namespace, flush)


class ClosedPair(HawserPair):
    def __init__(self, lines=""):
        super().__init__(f"no accept\nvirtual-address {VIP6}\n{lines}", workers=1, asks=False)

    def start(self):
        super().start()
        self.observer.wait(1, node="a", kind="na", target=VIP6)
        # Behind the master a network that the other node happens to have.
        for node in (self.a, self.b):
            node.sysctl("net.ipv4.ip_forward", "1")
            node.sysctl("net.ipv6.conf.all.forwarding", "1")
        self.b.ip("addr", "add", f"{BEYOND}/32", "dev", "lo")
        self.b.ip("addr", "add", f"{BEYOND6}/128", "dev", "lo")
        self.a.ip("route", "add", BEYOND, "via", self.b.address)
        self.a.ip("route", "add", BEYOND6, "via", self.b.address6)
        self.client.ip("route", "add", BEYOND, "via", VIP)
        self.client.ip("route", "add", BEYOND6, "via", VIP6)

    def check_closed(self, title, mac, mac6):
        a, client = self.a, self.client
        check(client.is_answered(a.address) and client.is_answered(a.address6), f"{title}: the node itself answers")
        check(not client.is_answered(VIP, timeout=0.2) and not client.is_answered(VIP6, timeout=0.2),
              f"{title}: no connection to the addresses is answered")
        check(answers_to_ping(client, [VIP, a.address]) == [a.address], f"{title}: nor is an echo request")
        check(answers_to_ping(client, [VIP6, a.address6]) == [a.address6], f"{title}: nor one over IPv6")
        wait_until(lambda: (client.neighbour(VIP), client.neighbour(VIP6)) == (mac, mac6),
                   f"{title}: neighbours find the addresses")
        check(client.is_answered(BEYOND) and client.is_answered(BEYOND6), f"{title}: what is sent through them goes on")

    def check_open(self, title):
        """Nothing but the addresses themselves is missing."""
        for address in (f"{VIP}/32", f"{VIP6}/128"):
            self.a.ip("addr", "add", address, "dev", "eth0")
        check(answers_to_ping(self.client, [VIP]) == [VIP] and answers_to_ping(self.client, [VIP6]) == [VIP6],
              f"{title}: no filter is left")


def closed():
    with ClosedPair() as lab:
        lab.check_closed("no accept", lab.a.mac_of(), lab.a.mac_of())
        flush_ruleset(lab.a)
        lab.first.wait_log("somebody removed the filter of 'no accept'")
        check(answers_to_ping(lab.client, [VIP, lab.a.address]) == [lab.a.address],
              "the filter is put back when somebody removes it")
        # The other node's would defend the addresses.
        lab.second.stop()
        lab.first.stop()
        lab.client.ip("neigh", "flush", "dev", "eth0")
        lab.check_open("stopped")


def closed_with_virtual_mac():
    with ClosedPair("virtual-mac") as lab:
        lab.check_closed("with virtual-mac", MAC, MAC6)
        lab.second.stop()
        lab.kill_everything()
        wait_until(lambda: lab.a.holds(VIP, "vrrp.51"), "killed, everybody leaves the address behind")
        check(answers_to_ping(lab.client, [VIP, lab.a.address]) == [lab.a.address], "which is as closed as before")
        released = subprocess.run(["ip", "netns", "exec", lab.a.namespace, hawser.HAWSER, "--release-vips", "-f",
                                   str(lab.first.dir / "hawser.cfg")], capture_output=True, text=True)
        check(released.returncode == 0, f"--release-vips: {released.stderr}")
        lab.client.ip("neigh", "flush", "dev", "eth0")
        lab.check_open("released")


def of_the_owner():
    with Lab() as lab:
        a = lab.nodes["a"]
        a.ip("addr", "add", f"{VIP}/24", "dev", "eth0")
        HawserNode(a, hawser_config(255, "no accept"))
        lab.observer.wait(1, node="a", kind="vrrp", priority=255)
        check(lab.client.is_answered(VIP), "an owner of the address answers all the same")


together(closed, closed_with_virtual_mac, of_the_owner)
