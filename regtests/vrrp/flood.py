#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A flood of adverts that are refused delays none of our own and moves nothing."""
import contextlib
import os
import socket
import struct
import threading
import time

from hawser import check, wait_until
from lab import HEAD, HawserNode, Lab, Machine, in_namespace

VRRP = """
vrrp VI_1
    interface eth0
    virtual-router-id 51
    version 3
    advert-int 100ms
    priority 100
    virtual-address 10.99.0.50
listen web
    bind 10.99.0.50:80
    http-request return status 200 content-type text/plain string ok
"""
INTERVAL = 0.1
RATE = 10_000
PACKETS = RATE


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def advert(priority=200, wrong_checksum=False):
    body = struct.pack(">BBBBHH4s", 0x31, 51, priority, 1, 10, 0, socket.inet_aton("10.99.0.50"))
    pseudo = socket.inet_aton("10.99.0.2") + socket.inet_aton("224.0.0.18") + struct.pack(">HH", 112, len(body))
    right = checksum(pseudo + body)
    return body[:6] + struct.pack(">H", right ^ 0x1111 if wrong_checksum else right) + body[8:]


def password():
    """VRRPv2 with a password, to a router of version 3 without one."""
    return struct.pack(">BBBBBBH4s8s", 0x21, 51, 200, 1, 1, 1, 0, socket.inet_aton("10.99.0.50"), b"wrong\0\0\0")


def sender(ttl):
    def make():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.99.0.2"))
        return raw
    return make


def flood(raw, packets):
    """RATE packets a second, as evenly as a script can, until all PACKETS are sent; when that began and ended."""
    pace = threading.Event()  # never set
    began = time.time()
    sent = 0
    while sent < PACKETS:
        while sent < min(PACKETS, (time.time() - began) * RATE):
            with contextlib.suppress(BlockingIOError):
                raw.sendto(packets[sent % len(packets)], ("224.0.0.18", 0))
                sent += 1
        pace.wait(0.0005)
    return began, time.time()


machine = Machine()
with Lab() as lab:
    a, b = lab.nodes["a"], lab.nodes["b"]
    master = HawserNode(a, HEAD + VRRP)
    lab.observer.wait(10, node="a", kind="vrrp", priority=100)
    for title, ttl, packets in (
            ("a wrong version and password", 255, [password()]),
            ("a wrong TTL", 64, [advert()]),
            ("a wrong checksum", 255, [advert(wrong_checksum=True)]),
            ("random bytes", 255, [os.urandom(20) for _ in range(997)])):
        began, ended = flood(in_namespace(b.namespace, sender(ttl)), packets)
        ours = lab.observer.select(since=began, until=ended, node="a", kind="vrrp")
        gaps = [later.time - earlier.time for earlier, later in zip(ours, ours[1:])]
        check(all(advert.priority == 100 for advert in ours), f"{title}: we stay master")
        print(f"figure: {title}: {PACKETS / (ended - began):.0f} packets a second; the longest time between two adverts of ours is "
              f"{1000 * max(gaps):.1f} ms")
        lost = machine.late(began, ended) / INTERVAL
        check(len(ours) >= (ended - began) / INTERVAL - 2 - lost, f"{title}: no advert of ours is missing")
    wait_until(lambda: master.process.poll() is None and a.holds("10.99.0.50"), "the address never moved")
    check("MASTER" in master.cli("show vrrp"), "show vrrp still answers")
