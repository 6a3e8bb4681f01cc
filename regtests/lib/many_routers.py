# SPDX-License-Identifier: MIT
"""Many virtual routers on one node: whether each of their adverts leaves in its beat, and what that costs."""
import pathlib
import time

from lab import HEAD, HawserNode, Lab

INTERVAL = 0.1
VIPS = 4  # of each router
WORKER_PORT = 8080
ROUTER = """
vrrp VI_{number}
    interface {interface}
    virtual-router-id {vrid}
    priority {priority}
{addresses}
"""
# Each request goes through the worker so often, and costs it more than whoever sends it.
HOPS = 5
LISTEN = "".join(f"""
listen hop{hop}
    bind 127.0.0.1:{WORKER_PORT + hop}
    server next 127.0.0.1:{WORKER_PORT + hop + 1}
""" for hop in range(HOPS)) + f"""
listen answers
    bind 127.0.0.1:{WORKER_PORT + HOPS}
    http-request return status 200 content-type text/plain string ok
"""


def config(routers, priority=254):
    """The VRIDs are those of two interfaces in turn: one has 255 at most."""
    sections = ["vrrp-defaults\n    version 3\n    advert-int 100ms\n"]
    for number in range(routers):
        addresses = "\n".join(f"    virtual-address 10.{50 + number % 2}.{number // 2}.{host}" for host in range(1, VIPS + 1))
        sections.append(ROUTER.format(number=number, interface=f"eth{number % 2}", vrid=1 + number // 2, addresses=addresses,
                                      priority=priority))
    return HEAD + LISTEN + "".join(sections)


class Scale(Lab):
    """Node a is master of all its routers; with `backup`, node b is the backup of all."""

    def __init__(self, routers, backup=False, wrapper=()):
        super().__init__("ab" if backup else "a", second_wire=True)
        self.routers, self.backup, self.wrapper = routers, backup, wrapper
        self.node, self.program, self.vrrp = self.nodes["a"], None, 0

    def start(self):
        self.program = HawserNode(self.node, config(self.routers), wrapper=self.wrapper)
        began = time.time()
        while len(self.adverts(began)) < self.routers:
            self.observer.wait(len(self.observer.frames) + 1)
        self.vrrp = self.program.pids()["vrrp"]
        if self.backup:
            other = HawserNode(self.nodes["b"], config(self.routers, 100), wrapper=self.wrapper)
            other.wait_log("control serve")
            self.vrrp = other.pids()["vrrp"]

    def cpu_seconds(self):
        """That the vrrp process has used so far: the backup's where there is one."""
        return int(pathlib.Path(f"/proc/{self.vrrp}/schedstat").read_text().split()[0]) / 1e9

    def adverts(self, since, until=None, **fields):
        """The times of the adverts of each router."""
        times = {}
        for frame in self.observer.select(since, until, kind="vrrp", **fields):
            times.setdefault((frame.source, frame.vrid), []).append(frame.time)
        return times

    def measure(self, seconds):
        """Over so many seconds from now: (part of a core used, longest time between two adverts of a router)."""
        began, before, clock = time.time(), self.cpu_seconds(), time.monotonic()
        self.observer.wait(1, since=began + seconds, deadline=seconds + 10)
        used = (self.cpu_seconds() - before) / (time.monotonic() - clock)
        times = self.adverts(began, began + seconds, node="a")
        assert len(times) == self.routers, f"{len(times)} of {self.routers} routers advertise"
        # From the beginning and to the end, too: a router may have fallen silent.
        gaps = [later - earlier for each in times.values()
                for earlier, later in zip([began, *each], [*each, began + seconds])]
        return used, max(gaps)
