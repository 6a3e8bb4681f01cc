#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Signed adverts that somebody recorded and sends again are refused, counted and explained, and move nothing."""
import re
import socket
import struct
import threading

import hawser
from hawser import check, wait_until
from lab import HawserNode, Machine, in_namespace
from pair import FIRST, INTERVAL, SECOND, SKEW, VIP, HawserPair

KEY = "authentication hmac key 1 hex:000102030405060708090a0b0c0d0e0f active\n"
GROUP = "224.0.0.18"
REPLAY = "its auth_hmac time stamp is not later than the last one: a replay"
LATE = 0.05  # for a busy machine, on top of what the protocol says


class Recorder:
    """On the client's host: sends an advert of another host again, byte by byte, until it is closed."""

    def __init__(self, lab, advert):
        header = struct.pack(">BBHHHBBH4s4s", 0x45, 0xc0, 20 + len(advert.raw), 1, 0, 255, 112, 0,
                             socket.inet_aton(advert.source), socket.inet_aton(GROUP))
        self.packet = header + advert.raw
        self.socket = in_namespace(lab.client.namespace, lambda: self._open(lab.client.address))
        self.closed = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @staticmethod
    def _open(address):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        return raw

    def _run(self):
        while not self.closed.wait(INTERVAL / 4):
            self.socket.sendto(self.packet, (GROUP, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed.set()
        self.thread.join(hawser.DEADLINE)
        self.socket.close()


def refused(node):
    """How many adverts, as `show vrrp` counts them."""
    count = re.search(r"(\d+) auth_failure", node.cli("show vrrp VI_1"))
    return int(count[1]) if count else 0


machine = Machine()
with HawserPair(KEY + "authentication hmac anti-replay monotonic", asks=False) as lab:
    a, b, observer, backup = lab.a, lab.b, lab.observer, lab.second
    recorded = observer.wait(3, node="a", kind="vrrp", priority=FIRST)[-1]
    with Recorder(lab, recorded):
        replayed = observer.wait(1, node="client", kind="vrrp", source=a.address)[0]
        check(replayed.raw == recorded.raw, "an advert is on the wire again")
        backup.wait_log(f"advert from {a.address} refused: {REPLAY}", since=replayed.time - 1)
        wait_until(lambda: refused(backup) >= 3, "it is refused, and counted")
        wait_until(lambda: "ALARM" in backup.cli("show vrrp VI_1"), "with an alarm")
        lines = backup.logged(REPLAY)
        check(len(lines) < refused(backup), f"and {len(lines)} line of the log for all of them")
        check(not observer.select(node="b", kind="vrrp"), "a backup that hears the master stays backup")

        killed = lab.kill_everything()
        taken = observer.wait(1, since=killed, node="b", kind="vrrp", priority=SECOND)[0]
        silent = taken.time - observer.select(until=taken.time, node="a", kind="vrrp")[-1].time
        due = 3 * INTERVAL + SKEW[SECOND]
        check(due - 0.001 <= silent and machine.in_time(silent, due + LATE, killed, taken.time),
              f"the recording keeps no backup waiting: {1000 * silent:.0f} ms of silence, {1000 * due:.0f} by the protocol")
        later = observer.wait(8, since=taken.time, node="b", kind="vrrp")
        check(all(advert.priority == SECOND for advert in later) and b.holds(VIP), "nor does it depose a master of lower priority")

        first = HawserNode(a, lab.config(FIRST))
        back = observer.wait(1, since=taken.time, node="a", kind="vrrp", priority=FIRST)[0]
        backup.wait_log("a master of higher priority advertises", since=back.time - 1)
        observer.wait(3, since=back.time, node="a", kind="vrrp", priority=FIRST)
        wait_until(lambda: not b.holds(VIP), "a sender that starts anew is heard at once")
        check(first.process.poll() is None and not observer.select(since=back.time + INTERVAL, node="b", kind="vrrp"),
              "and the recording is still refused")
