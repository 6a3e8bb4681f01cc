# SPDX-License-Identifier: MIT
"""Two nodes behind one address, a client that asks through it every 5 ms, and what can break.

Adverts every 100 ms (VRRPv3); the master has priority 150, the backup 100. A Pair is used with `with`; each of its
methods that breaks something returns when it did.
"""
import contextlib
import dataclasses
import os
import signal
import time

import hawser
from lab import HEAD, Asker, HawserNode, Keepalived, Lab, Program, keepalived

VIP = "10.99.0.50"
INTERVAL = 0.1
FIRST, SECOND = 150, 100  # the priorities
SKEW = {priority: INTERVAL * (256 - priority) / 256 for priority in (FIRST, SECOND)}
ASKS_PER_SECOND = 200
ANSWERS = 100  # that are waited for after something broke

HAWSER_CONFIG = """
vrrp VI_1
    interface eth0
    virtual-router-id 51
    version 3
    advert-int 100ms
    priority {priority}
    virtual-address {vip}
    {lines}
listen web
    bind {vip}:80
    http-request return status 200 content-type text/plain string ok
"""

# What a user of both runs today: the script asks HAProxy through a port of its own, at the shortest interval there is.
HAPROXY_CONFIG = """
global
    nbthread 1
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind {vip}:80
    bind 127.0.0.1:81
    http-request return status 200 content-type text/plain string ok
"""
CHECK_HAPROXY = """
vrrp_script chk_haproxy {
    script "/usr/bin/curl -fs -m 1 -o /dev/null http://127.0.0.1:81/"
    interval 1
    timeout 1
    fall 1
    rise 1
}
"""


def hawser_config(priority, lines="", workers=2):
    head = HEAD.replace("nbproc 1", f"nbproc {workers}")
    return head + HAWSER_CONFIG.format(priority=priority, vip=VIP, lines=lines.replace("\n", "\n    "))


class Pair(Lab):
    """Node a is master, and b its backup; the client's answers come."""

    def __init__(self, asks=True):
        super().__init__()
        self.asks, self.asker = asks, None
        self.a, self.b = self.nodes["a"], self.nodes["b"]

    def start(self):
        self.start_nodes()
        self.observer.wait(1, node="a", kind="garp", target=VIP)
        if self.asks:
            self.asker = Asker(self.client, VIP, period=1 / ASKS_PER_SECOND)
            self.asker.wait(20)

    def start_nodes(self):
        raise NotImplementedError

    def taken_over(self, since):
        """Seconds until the other node is master."""
        return self.observer.wait(1, since=since, node="b", kind="vrrp", priority=SECOND)[0].time - since

    def outage(self, since):
        """The longest time without an answer since something broke, in milliseconds."""
        self.asker.wait(ANSWERS, since)
        return 1000 * self.asker.outage(since)

    def cut_cable(self):
        return self.cut(self.a)


class HawserPair(Pair):
    def __init__(self, lines="", workers=2, asks=True):
        super().__init__(asks)
        self.lines, self.workers = lines, workers
        self.first = self.second = None
        self.pids = {}

    def config(self, priority):
        return hawser_config(priority, self.lines, self.workers)

    def start_nodes(self):
        self.first = HawserNode(self.a, self.config(FIRST))
        self.observer.wait(1, node="a", kind="vrrp", priority=FIRST)
        self.second = HawserNode(self.b, self.config(SECOND))
        self.second.wait_log("entering BACKUP state")
        self.pids = self.first.pids()

    def send(self, number, *names):
        """A signal to all processes of these names. Those that hear of the master's end may end first."""
        chosen = [pid for name, pid in self.pids.items() if name.split()[0] in names]
        assert len(chosen) >= len(names), f"{names}: {self.pids}"
        began = time.time()
        for pid in chosen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return began

    def kill_everything(self):
        """Nobody has the time to notice that the others are gone. The master is the last: its end takes the others with it."""
        children = ("control", "worker", "vrrp")
        began = self.send(signal.SIGSTOP, "master", *children)
        self.send(signal.SIGKILL, *children)
        self.send(signal.SIGKILL, "master")
        hawser.wait_until(lambda: all(map(hawser.has_ended, self.pids.values())), "everybody is dead")
        return began

    def kill_workers(self):
        return self.send(signal.SIGKILL, "worker")

    def kill_proxy(self):
        return self.send(signal.SIGKILL, "master", "control", "worker")

    def hang(self):
        return self.send(signal.SIGSTOP, "worker")

    def silent_since(self):
        """Between which times the longest silent worker gave its last sign of life, which on a busy machine is old by itself."""
        asked = time.time()
        table = self.first.cli("show proc")
        answered = time.time()
        oldest = max(int(line.split()[-1].removesuffix("ms")) for line in table.splitlines() if " worker " in line) / 1000
        return asked - oldest - 0.001, answered - oldest

    def stop(self):
        return self.first.signal(signal.SIGTERM)


class HaproxyPair(Pair):
    """keepalived and HAProxy on each node."""

    def __init__(self, asks=True):
        super().__init__(asks)
        self.proxies, self.routers = [], []

    def start_nodes(self):
        for node, priority, state in ((self.a, FIRST, "MASTER"), (self.b, SECOND, "BACKUP")):
            node.sysctl("net.ipv4.ip_nonlocal_bind", "1")
            path = self.folder_of(node) / "haproxy.cfg"
            path.write_text(HAPROXY_CONFIG.format(vip=VIP))
            self.proxies.append(Program(node, "haproxy", "-W", "-f", str(path)))
            self.proxies[-1].wait_log("Loading success")
            config = keepalived(priority=priority, vips=(VIP,), state=state, advert=INTERVAL, version=3,
                                globals_="script_user root\nenable_script_security", before=CHECK_HAPROXY,
                                body="track_script {\n chk_haproxy\n }")
            self.routers.append(Keepalived(node, config))
            self.observer.wait(1, node="a", kind="vrrp", priority=FIRST)
        self.routers[1].wait_log("Entering BACKUP STATE")
        # The scripts have succeeded, and run at their interval from here on.
        self.routers[1].wait_log("VRRP_Script(chk_haproxy) succeeded")

    def haproxy_pids(self):
        """Its master, and its worker."""
        master = self.proxies[0].process.pid
        return [master, *hawser.children_of(master)]

    def kill_workers(self):
        began = time.time()
        os.kill(self.haproxy_pids()[1], signal.SIGKILL)
        return began

    def send(self, number):
        began = time.time()
        for pid in self.haproxy_pids():
            os.kill(pid, number)
        return began

    def kill_proxy(self):
        return self.send(signal.SIGKILL)

    def hang(self):
        return self.send(signal.SIGSTOP)

    def stop(self):
        """keepalived first, so that the address moves before its proxy ends."""
        return self.routers[0].signal(signal.SIGTERM)

    def __exit__(self, kind, *rest):
        for pid in self.haproxy_pids() if self.proxies and self.proxies[0].process.poll() is None else []:
            os.kill(pid, signal.SIGCONT)
        super().__exit__(kind, *rest)


@dataclasses.dataclass
class Case:
    """Something that breaks on node a, and how long Hawser's clients may wait for it (milliseconds)."""
    title: str
    breaks: str  # a method of Pair
    bar: float
    lines: str = ""  # of Hawser's vrrp section


CASES = (
    Case("all workers killed", "kill_workers", 20),
    Case("master, control and workers killed", "kill_proxy", 100 + 1000 * SKEW[SECOND]),
    Case("workers hang", "hang", 900),
    Case("workers hang, deadline 200ms", "hang", 400, "track-proxy deadline 200ms"),
    # The client's own beat comes on top of what the backup waits.
    Case("link down", "cut_cable", 1000 * (3 * INTERVAL + SKEW[SECOND]) + 1000 / ASKS_PER_SECOND),
    Case("orderly stop", "stop", 60),
)
