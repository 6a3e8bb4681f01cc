#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever is tracked moves the advertised priority, or makes a fault; the runtime socket does both by hand; routes and
rules are where the addresses are."""
import json
import os
import signal
import subprocess
import time

from hawser import check, together, wait_until
from lab import HEAD, HawserNode, Lab

VIP = "10.99.0.50"
CONFIG = """
vrrp VI_1
    interface eth0
    virtual-router-id 51
    version 3
    advert-int 50ms
    priority {priority}
    no track-proxy
    virtual-address {vip}/24
    {lines}
"""
# Each weighs differently, so that a priority tells who is down.
TRACKED = """track-script flag weight -1
    track-file {dir}/file weight -2
    track-process {tracked} weight -4
    track-interface dummy0 weight -8
    track-backend app min-up 2 weight -16
    track-frontend web weight -32
vrrp-script flag
    command test -e {dir}/flag
    interval 50ms
    timeout 5s
    user root
frontend web
    bind 127.0.0.1:8000
    default_backend app
backend app
    server s1 127.0.0.1:8001
    server s2 127.0.0.1:8002
    server s3 127.0.0.1:8003
"""
FAULTS = """track-script flag
    track-interface dummy0
vrrp-script flag
    command test -e {dir}/flag
    interval 50ms
    timeout 5s
    user root
"""
ROUTED = """virtual-route 198.51.100.0/24 via 10.99.0.100 src {vip} table 77
    virtual-rule from {vip}/32 table 77 priority 1077
"""


def config(priority, lines="", vip=VIP):
    return HEAD + CONFIG.format(priority=priority, vip=vip, lines=lines)


def add_dummy(node):
    node.ip("link", "add", "dummy0", "type", "veth", "peer", "name", "dummy1")
    node.ip("link", "set", "dummy1", "up")
    node.ip("link", "set", "dummy0", "up")


class Weights(Lab):
    """One node whose tracked things go down and come back."""

    def __init__(self):
        super().__init__("a")
        self.node = self.nodes["a"]
        self.dir = self.folder_of(self.node)
        add_dummy(self.node)
        self.flag, self.file = self.dir / "flag", self.dir / "file"
        self.flag.touch()
        # All processes of the machine are looked at, of which others may be those of another run of this test.
        self.program = self.dir / f"hwt{os.getpid()}"
        self.program.symlink_to("/bin/sleep")
        self.tracked = None
        self.run_tracked()

    def run_tracked(self):
        self.tracked = self.node.spawn(str(self.program), "1000")

    def end_tracked(self):
        self.tracked.kill()
        self.tracked.wait()

    def start(self):
        lines = TRACKED.replace("{dir}", str(self.dir)).replace("{tracked}", self.program.name)
        self.router = HawserNode(self.node, config(100, lines))
        self.expect(100, time.time(), "all that is tracked is up")

    def expect(self, priority, since, what):
        self.observer.wait(1, since=since, node="a", kind="vrrp", priority=priority)
        check(True, f"{what}: priority {priority}")

    def moves(self, title, weight, down, up):
        began = time.time()
        down()
        self.expect(100 - weight, began, f"{title} down")
        self.router.wait_log(f"VI_1: priority {100 - weight} instead of 100", since=began)
        began = time.time()
        up()
        self.expect(100, began, f"{title} up again")

    def server(self, state):
        for name in ("s1", "s2"):
            check(self.router.cli(f"set server app/{name} state {state}").strip() == "", f"{name} is set to {state}")

    def frontend(self, what):
        check(self.router.cli(f"{what} frontend web").strip() == "", f"{what} frontend")

    def __exit__(self, *error):
        self.end_tracked()
        super().__exit__(*error)


def weights():
    with Weights() as lab:
        lab.moves("track-script", 1, lab.flag.unlink, lab.flag.touch)
        lab.moves("track-file", 2, lambda: lab.file.write_text("1\n"), lambda: lab.file.write_text("0\n"))
        lab.moves("track-process", 4, lab.end_tracked, lab.run_tracked)
        lab.moves("track-interface", 8, lambda: lab.node.ip("link", "set", "dummy0", "down"),
                  lambda: lab.node.ip("link", "set", "dummy0", "up"))
        lab.moves("track-backend", 16, lambda: lab.server("maint"), lambda: lab.server("ready"))
        lab.moves("track-frontend", 32, lambda: lab.frontend("disable"), lambda: lab.frontend("enable"))
        wait_until(lambda: lab.node.holds(VIP), "nothing of that took the address away from the only node")


def faults():
    """Without a weight, whatever fails is a fault: the address goes to the other node, and comes back."""
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        add_dummy(a)
        folder = lab.folder_of(a)
        (folder / "flag").touch()
        first = HawserNode(a, config(150, FAULTS.replace("{dir}", str(folder))))
        lab.observer.wait(1, node="a", kind="vrrp", priority=150)
        HawserNode(b, config(100)).wait_log("entering BACKUP state")
        for title, down, up in (
                ("track-script", (folder / "flag").unlink, (folder / "flag").touch),
                ("track-interface", lambda: a.ip("link", "del", "dummy0"), lambda: add_dummy(a))):
            began = time.time()
            down()
            resigned = lab.observer.wait(1, since=began, node="a", kind="vrrp", priority=0)[0]
            lab.observer.wait(1, since=resigned.time, node="b", kind="garp", target=VIP)
            first.wait_log(f"entering FAULT state (priority 150): {title[6:]} ", since=began)
            check(True, f"{title}: a fault, with its reason in the log")
            began = time.time()
            up()
            lab.observer.wait(1, since=began, node="a", kind="vrrp", priority=150)
            wait_until(lambda: a.holds(VIP) and not b.holds(VIP), f"{title}: the address comes back")


def set_at_run_time():
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        first = HawserNode(a, config(150))
        lab.observer.wait(1, node="a", kind="vrrp", priority=150)
        second = HawserNode(b, config(100))
        second.wait_log("entering BACKUP state")

        def moves_to(node, since, what):
            lab.observer.wait(1, since=since, node=node.name, kind="garp", target=VIP)
            other = b if node is a else a
            wait_until(lambda: node.holds(VIP) and not other.holds(VIP), what)
            check(True, what)

        def state(program):
            return json.loads(program.cli("show vrrp json"))[0]

        began = time.time()
        first.cli("set vrrp VI_1 priority 90")
        moves_to(b, began, "a lower priority gives the address away")
        first.wait_log("VI_1: priority 90 instead of 150, as set at run time", since=began)
        wait_until(lambda: state(first)["priority"] == 90 and state(first)["base_priority"] == 90, "and is shown")
        began = time.time()
        first.cli("set vrrp VI_1 priority default")
        moves_to(a, began, "the configured priority takes it back")
        began = time.time()
        first.cli("set vrrp VI_1 maintenance on")
        moves_to(b, began, "maintenance gives it away")
        wait_until(lambda: state(first)["maintenance"] and state(first)["state_name"] == "BACKUP", "and keeps the node backup")
        began = time.time()
        first.cli("set vrrp VI_1 maintenance off")
        first.wait_log("VI_1: maintenance is over", since=began)
        moves_to(a, began, "until it is over")
        began = time.time()
        first.cli("set vrrp VI_1 maintenance on for 2s")
        moves_to(b, began, "or its time")
        moves_to(a, began + 1, "has run out")
        began = time.time()
        first.cli("set vrrp VI_1 release")
        moves_to(b, began, "release gives it away once")
        lab.observer.wait(20, since=time.time(), node="b", kind="vrrp", priority=100)
        wait_until(lambda: b.holds(VIP), "and does not take it back from a master that lives")
        began = second.signal(signal.SIGTERM)
        moves_to(a, began, "but when that one stops")


def routes_and_rules():
    with Lab("a") as lab:
        node = lab.nodes["a"]
        router = HawserNode(node, config(100, ROUTED.format(vip=VIP)))
        lab.observer.wait(1, node="a", kind="garp", target=VIP)
        # The table does not exist before and after.
        def routes():
            return subprocess.run(["ip", "-n", node.namespace, "route", "show", "table", "77"],
                                  capture_output=True, text=True).stdout
        route = routes()
        check("198.51.100.0/24 via 10.99.0.100 dev eth0" in route and f"src {VIP}" in route,
              f"a master has its routes: {route}")
        rules = node.ip("rule", "show")
        check(f"1077:\tfrom {VIP} lookup 77" in rules, f"and its rules: {rules}")
        router.signal(signal.SIGTERM)
        wait_until(lambda: router.process.poll() is not None, "it ends")
        check("198.51.100.0" not in routes() and "1077:" not in node.ip("rule", "show"),
              "they go with the address")


together(weights, faults, set_at_run_time, routes_and_rules)
