#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The address is where a healthy proxy is: what becomes of it when processes die, hang or stop, by captured time stamps."""
import signal
import subprocess

import hawser
from hawser import check, together, wait_until
from pair import SECOND, SKEW, VIP, HawserPair


class Pair(HawserPair):
    def __init__(self):
        super().__init__(asks=False)


def workers():
    with Pair() as lab:
        began = lab.send(signal.SIGKILL, "worker")
        lab.first.wait_log("serves again", since=began)
        adverts = lab.observer.wait(8, since=began, node="a", kind="vrrp")
        check(all(advert.priority == 150 for advert in adverts), "workers that are back at once move nothing")
        check(not lab.observer.select(since=began, node="b", kind="vrrp"), "and the backup says nothing")


def all_but_vrrp():
    with Pair() as lab:
        began = lab.send(signal.SIGKILL, "master", "control", "worker")
        resigned = lab.observer.wait(1, since=began, node="a", kind="vrrp", priority=0)[0]
        print(f"figure: all but vrrp killed: resigned after {1000 * (resigned.time - began):.1f} ms, "
              f"taken over after {1000 * lab.taken_over(began):.1f} ms")
        check(resigned.time - began < 0.4, "a vrrp process sees its channel close, and waits for no heartbeat")
        wait_until(lambda: not lab.a.holds(VIP), "a vrrp process without a master resigns and gives the address up")


def vrrp():
    with Pair() as lab:
        began = lab.send(signal.SIGKILL, "vrrp")
        lab.first.wait_log("serves again", since=began)
        # The backup and the new process wait for nearly the same time: either may be the first.
        taken = lab.observer.wait(1, since=began, kind="vrrp", priority=lambda priority: priority != 0)[0]
        print(f"figure: vrrp killed: an advert after {1000 * (taken.time - began):.1f} ms")
        lab.observer.wait(1, since=began, node="a", kind="vrrp", priority=150)
        wait_until(lambda: lab.a.holds(VIP) or lab.b.holds(VIP), "a killed vrrp process is replaced, and elects again")


def hanging_workers():
    with Pair() as lab:
        began = lab.send(signal.SIGSTOP, "worker")
        resigned = lab.observer.wait(1, since=began, node="a", kind="vrrp", priority=0)[0]
        check(lab.silent_since()[0] + 0.5 <= resigned.time, "workers that hang count as dead after the deadline, not before")
        print(f"figure: workers stopped: resigned after {1000 * (resigned.time - began):.1f} ms, "
              f"taken over after {1000 * lab.taken_over(began):.1f} ms")


def everybody():
    with Pair() as lab:
        began = lab.kill_everything()
        taken = lab.taken_over(began)
        print(f"figure: everything killed: taken over after {1000 * taken:.1f} ms")
        check(taken >= 0.2 + SKEW[SECOND], "the peer waits for three intervals and the skew time")
        wait_until(lambda: lab.a.holds(VIP), "an address that nobody could remove is left behind")
        released = subprocess.run(["ip", "netns", "exec", lab.a.namespace, hawser.HAWSER, "--release-vips", "-f",
                                   str(lab.first.dir / "hawser.cfg")], capture_output=True, text=True)
        check(released.returncode == 0 and not lab.a.holds(VIP), "hawser --release-vips removes it")


def an_orderly_stop():
    with Pair() as lab:
        began = lab.first.signal(signal.SIGTERM)
        resigned = lab.observer.wait(1, since=began, node="a", kind="vrrp", priority=0)[0]
        print(f"figure: orderly stop: resigned after {1000 * (resigned.time - began):.1f} ms, "
              f"taken over after {1000 * lab.taken_over(began):.1f} ms")


def a_cable():
    with Pair() as lab:
        began = lab.cut(lab.a)
        print(f"figure: link down: taken over after {1000 * lab.taken_over(began):.1f} ms")
        lab.first.wait_log("entering FAULT state", since=began)
        wait_until(lambda: not lab.a.holds(VIP), "a node without a link gives the address up")
        mended = lab.mend(lab.a)
        lab.observer.wait(1, since=mended, node="a", kind="vrrp", priority=150)
        check(True, "and takes it again when the link is back")


def in_turn(*parts):
    for part in parts:
        part()


together(lambda: in_turn(workers, all_but_vrrp, vrrp, hanging_workers), lambda: in_turn(everybody, an_orderly_stop, a_cable))
