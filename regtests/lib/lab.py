# SPDX-License-Identifier: MIT
"""Several hosts on one wire: network namespaces on a bridge, an observer that captures every frame with the kernel's
time stamp, and keepalived and Hawser on the hosts.

Everything lives in namespaces of its own and ends with the Lab. Assertions are on captured time stamps.
"""
import contextlib
import ctypes
import dataclasses
import ipaddress
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import hawser

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
PACKET_OUTGOING = 4
SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_STATISTICS = 263, 6
VRRP, AH, ICMP6 = 112, 51, 58


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def in_namespace(name, function):
    """The result of function(), called in a thread that lives in the namespace: sockets made there stay there."""
    result = []

    def enter():
        fd = os.open(f"/run/netns/{name}", os.O_RDONLY)
        try:
            if LIBC.setns(fd, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"setns {name}")
        finally:
            os.close(fd)
        result.append(function())

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    return result[0]


@dataclasses.dataclass
class Frame:
    """One frame as it came onto the wire. `time` is the kernel's, of the real-time clock; `node` sent it."""
    time: float
    node: str
    kind: str  # "vrrp", "garp", "na"; "arp-request" and "arp-reply" of `source` to `destination`
    source: str = ""
    target: str = ""  # the announced address of garp and na
    mac: str = ""
    destination: str = ""
    ttl: int = 0  # or hop limit; of garp, the ARP operation
    vrid: int = 0
    version: int = 0
    priority: int = 0
    interval: float = 0.0  # seconds
    addresses: tuple = ()
    raw: bytes = b""  # of vrrp, from its own header on; of others, the whole frame


def mac_text(raw):
    return ":".join(f"{byte:02x}" for byte in raw)


def parse_vrrp(frame, payload):
    if len(payload) < 8:
        return None
    frame.kind, frame.raw = "vrrp", payload
    frame.version, frame.vrid, frame.priority, count = payload[0] >> 4, payload[1], payload[2], payload[3]
    frame.interval = payload[5] if frame.version == 2 else (struct.unpack_from(">H", payload, 4)[0] & 0xfff) / 100
    size = 16 if ":" in frame.source else 4
    listed = (payload[8 + size * i:8 + size * (i + 1)] for i in range(count))
    frame.addresses = tuple(str(ipaddress.ip_address(raw)) for raw in listed if len(raw) == size)
    return frame


def parse_frame(at, node, data):
    """The Frame that matters to a test, or None."""
    if len(data) < 14:
        return None
    frame = Frame(at, node, "", mac=mac_text(data[6:12]))
    protocol = struct.unpack_from(">H", data, 12)[0]
    body = data[14:]
    if protocol == 0x0806 and len(body) >= 28:
        operation, sender, target = struct.unpack_from(">H", body, 6)[0], body[14:18], body[24:28]
        if sender != target:
            frame.kind = {1: "arp-request", 2: "arp-reply"}.get(operation, "arp")
            frame.source, frame.destination = str(ipaddress.ip_address(sender)), str(ipaddress.ip_address(target))
            return frame
        frame.kind, frame.target, frame.ttl, frame.raw = "garp", str(ipaddress.ip_address(sender)), operation, data
        return frame
    if protocol == 0x0800 and len(body) >= 20:
        length, header = struct.unpack_from(">H", body, 2)[0], (body[0] & 15) * 4
        frame.ttl, number = body[8], body[9]
        frame.source = str(ipaddress.ip_address(body[12:16]))
        frame.destination = str(ipaddress.ip_address(body[16:20]))
        payload = body[header:length]
        if number == AH:
            payload = payload[24:]
        return parse_vrrp(frame, payload) if number in (VRRP, AH) else None
    if protocol == 0x86dd and len(body) >= 40:
        length, number, frame.ttl = struct.unpack_from(">HBB", body, 4)
        frame.source = str(ipaddress.ip_address(body[8:24]))
        frame.destination = str(ipaddress.ip_address(body[24:40]))
        payload = body[40:40 + length]
        if number == VRRP:
            return parse_vrrp(frame, payload)
        if number == ICMP6 and payload and payload[0] == 136:
            frame.kind, frame.target, frame.raw = "na", str(ipaddress.ip_address(payload[8:24])), data
            return frame
    return None


def fits(frame, since, until, fields):
    """Whether a frame is of this time, and its fields have these values, or the functions in their place are true of them."""
    if frame.time < since or (until is not None and frame.time >= until):
        return False
    return all(want(getattr(frame, name)) if callable(want) else getattr(frame, name) == want for name, want in fields.items())


class Observer:
    """Everything that nodes send, in order."""

    def __init__(self, namespace, ports):
        self.frames = []
        self.delivered = []  # (time, node that got it, frame) of what the switch passed on
        self.lost = 0  # frames that the kernel had no room for
        self.senders = set()  # (node, MAC address) of whatever was sent
        self.ports = ports  # interface name in the hub -> node
        self.changed = threading.Condition()
        self.taking = threading.Lock()
        self.socket = in_namespace(namespace, self._open)
        threading.Thread(target=self._read, daemon=True).start()

    @staticmethod
    def _open():
        capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        capture.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        # SO_RCVBUF is cut to net.core.rmem_max, which a flood fills while this process waits for a processor.
        capture.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        capture.setblocking(False)
        return capture

    def _read(self):
        while self.socket.fileno() >= 0:
            try:
                select.select([self.socket], [], [])
                self._take()
            except (OSError, ValueError):  # closed
                return

    def _take(self):
        """Everything that the kernel has captured by now, whichever thread asks."""
        with self.taking:
            with contextlib.suppress(BlockingIOError):
                while True:
                    self._take_one(*self.socket.recvmsg(2048, 256))
            _, lost = struct.unpack("II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
            self.lost += lost

    def _take_whole(self):
        self._take()
        assert not self.lost, f"the capture lost {self.lost} frames: what was not sent cannot be told"

    def _take_one(self, data, ancillary, _, address):
        if address[0] not in self.ports:
            return
        at = time.time()
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = struct.unpack("qq", value)
                at = seconds + nanoseconds / 1e9
        # What the bridge sends out of its ports was received on another one before.
        if address[2] == PACKET_OUTGOING:
            self.delivered.append((at, self.ports[address[0]], data))
            return
        self.senders.add((self.ports[address[0]], mac_text(data[6:12])))
        frame = parse_frame(at, self.ports[address[0]], data)
        if frame:
            with self.changed:
                self.frames.append(frame)
                self.changed.notify_all()

    def select(self, since=0.0, until=None, **fields):
        """The frames so far whose fields have the given values; a function as a value judges it."""
        self._take_whole()
        with self.changed:
            return [frame for frame in self.frames if fits(frame, since, until, fields)]

    def heard(self, by, since=0.0, until=None, **fields):
        """The same of the frames that came out of the switch for a node: none of those that were sent when its cable, or the
        sender's, was out."""
        self._take_whole()
        frames = [parse_frame(at, node, data) for at, node, data in list(self.delivered) if node == by and at >= since]
        return [frame for frame in frames if frame and fits(frame, since, until, fields)]

    def wait(self, count=1, deadline=hawser.DEADLINE, what="", since=0.0, **fields):
        """The first `count` frames that fit, as soon as they are there."""
        end = time.monotonic() + deadline
        while True:
            found = self.select(since, **fields)
            if len(found) >= count:
                return found[:count]
            with self.changed:
                if not self.changed.wait(max(0, end - time.monotonic())) and time.monotonic() >= end:
                    described = what or ", ".join(f"{name}={value}" for name, value in fields.items())
                    raise AssertionError(f"{len(found)} of {count} frames within {deadline} s: {described}")

    def close(self):
        self.socket.close()


class Node:
    """A host of the lab: a namespace with eth0 on the wire."""

    def __init__(self, lab, name, number):
        self.lab, self.name, self.number = lab, name, number
        self.namespace = f"hw{os.getpid()}{name}"
        self.address, self.address6 = f"10.99.0.{number}", f"fd99::{number:x}"
        run("ip", "netns", "add", self.namespace)
        self.ip("link", "set", "lo", "up")
        # Nobody waits for duplicate address detection.
        self.sysctl("net.ipv6.conf.all.accept_dad", "0")
        self.sysctl("net.ipv6.conf.default.accept_dad", "0")

    def plug(self, hub, bridge, interface, address=None, address6=None):
        """An interface of this node on a bridge; returns the name of the other end."""
        port = f"{self.name}-{interface}"
        run("ip", "-n", hub, "link", "add", port, "type", "veth", "peer", "name", interface, "netns", self.namespace)
        run("ip", "-n", hub, "link", "set", port, "master", bridge, "up")
        self.ip("link", "set", interface, "up")
        if address:
            self.ip("addr", "add", f"{address}/24", "dev", interface)
        if address6:
            self.ip("addr", "add", f"{address6}/64", "dev", interface, "nodad")
        return port

    def ip(self, *words):
        return run("ip", "-n", self.namespace, *words)

    def sysctl(self, name, value):
        run("ip", "netns", "exec", self.namespace, "sysctl", "-qw", f"{name}={value}")

    def setting(self, name):
        return run("ip", "netns", "exec", self.namespace, "sysctl", "-n", name).strip()

    def mac_of(self, interface="eth0"):
        return self.ip("-o", "link", "show", "dev", interface).split("link/ether ")[1].split()[0]

    def is_up(self, interface):
        """Whether there is such an interface, and it is up."""
        return f"{interface}@" in self.ip("-o", "link", "show", "up")

    def has(self, interface):
        return f" {interface}@" in self.ip("-o", "link", "show")

    def neighbour(self, address):
        """The MAC address that this host has learned for an address, or None."""
        words = self.ip("neigh", "show", address).split()
        return words[words.index("lladdr") + 1] if "lladdr" in words else None

    def is_answered(self, address, port=80, timeout=5):
        """Whether anybody at the address answers a connection, be it by a refusal."""
        def connect():
            try:
                socket.create_connection((address, port), timeout).close()
            except ConnectionRefusedError:
                return True
            except OSError:
                return False
            return True
        return in_namespace(self.namespace, connect)

    def addresses(self, interface="eth0"):
        """All addresses of an interface, with their prefix lengths."""
        lines = self.ip("-o", "addr", "show", "dev", interface).splitlines()
        return {line.split()[3] for line in lines}

    def holds(self, address, interface="eth0"):
        return any(held.split("/")[0] == address for held in self.addresses(interface))

    def spawn(self, *command, **options):
        return subprocess.Popen(["ip", "netns", "exec", self.namespace, *command], **options)


class Program:
    """A daemon on a node, with its output in self.log; ended with the lab."""

    def __init__(self, node, *command):
        self.node, self.log = node, []
        self.changed = threading.Condition()
        self.process = node.spawn(*command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace")
        threading.Thread(target=self._read, daemon=True).start()
        node.lab.programs.append(self)

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.log.append((time.time(), line.rstrip("\n")))
                self.changed.notify_all()
        with self.changed:
            self.log.append((time.time(), None))
            self.changed.notify_all()

    def wait_log(self, text, deadline=hawser.DEADLINE, since=0.0):
        """When the first line with `text` since then came."""
        end = time.monotonic() + deadline
        with self.changed:
            while True:
                for at, line in self.log:
                    if at >= since and line is not None and text in line:
                        return at
                if any(line is None for _, line in self.log) or time.monotonic() >= end:
                    tail = "\n".join(line or "(end)" for _, line in self.log[-40:])
                    raise AssertionError(f"{self.node.name}: no line with '{text}':\n{tail}")
                self.changed.wait(max(0.01, end - time.monotonic()))

    def logged(self, text, since=0.0):
        with self.changed:
            return [line for at, line in self.log if at >= since and line is not None and text in line]

    def signal(self, number):
        """Sends it and returns when."""
        at = time.time()
        self.process.send_signal(number)
        return at

    def terminate(self):
        """SIGTERM; returns when."""
        return self.signal(signal.SIGTERM)

    def stop(self, deadline=10):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        try:
            return self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Keepalived(Program):
    def __init__(self, node, config):
        folder = node.lab.folder_of(node)
        path = folder / "keepalived.conf"
        path.write_text(config)
        path.chmod(0o644)
        super().__init__(node, "keepalived", "-n", "-l", "-D", "-P", "-f", str(path), "-p", str(folder / "ka.pid"),
                         "-r", str(folder / "ka-vrrp.pid"))

    def wait_state(self, state, name="VI_1", since=0.0):
        """When the instance entered MASTER, BACKUP or FAULT."""
        return self.wait_log(f"({name}) Entering {state} STATE", since=since)


class HawserNode(Program):
    """Hawser on a node. `config` may use {dir}; its runtime socket is {dir}/cli where the file says so. `wrapper` is a command
    to start it with."""

    def __init__(self, node, config, *arguments, wrapper=()):
        self.dir = node.lab.folder_of(node)
        path = self.dir / "hawser.cfg"
        path.write_text(config.replace("{dir}", str(self.dir)))
        super().__init__(node, *wrapper, hawser.HAWSER, "-W", *arguments, "-f", str(path))

    def wait_state(self, state, name="VI_1", since=0.0):
        """When the instance entered MASTER, BACKUP or FAULT."""
        return self.wait_log(f"{name}: entering {state} state", since=since)

    def cli(self, command):
        return hawser.ask_socket(self.dir / "cli", command)

    def pids(self):
        """pid of each process by its name: master, control, vrrp, worker1 …"""
        found = {}
        for line in run("ps", "-eo", "pid,ppid,args").splitlines()[1:]:
            pid, parent, title = line.split(None, 2)
            if int(pid) == self.process.pid or int(parent) == self.process.pid:
                name = title.split("hawser: ", 1)
                if len(name) == 2 or int(pid) == self.process.pid:  # a child has its name when it serves
                    found[name[1].strip() if len(name) == 2 else "master"] = int(pid)
        return found


class Machine:
    """Whether the machine itself was late: its cores, when nobody is more urgent than the one who waits. To be made before what is
    measured. A host that gives its guests no time, and nothing else, is an excuse for a packet that leaves late."""

    def __init__(self):
        self.changed = threading.Condition()
        self.late_beats = []  # (due, came)
        self.heard = {}       # core -> when it told something the last time
        for core in os.sched_getaffinity(0):
            self.heard[core] = 0.0
            metronome = subprocess.Popen([sys.executable, "-I", "-S", pathlib.Path(__file__).with_name("metronome.py"), str(core)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            threading.Thread(target=self._read, args=(core, metronome), daemon=True).start()
        with self.changed:
            assert self.changed.wait_for(lambda: all(self.heard.values()), hawser.DEADLINE), "no metronome runs"

    def _read(self, core, metronome):
        for line in metronome.stdout:
            due, came = map(float, line.split())
            with self.changed:
                self.heard[core] = came
                if came > due:
                    self.late_beats.append((due, came))
                self.changed.notify_all()

    def in_time(self, seconds, most, since, until):
        """Whether something between these times took less than `most`, but for what the machine was late."""
        return seconds < most or seconds < most + self.late(since, until)

    def late(self, since, until):
        """How many seconds it was late altogether between these times."""
        with self.changed:
            assert self.changed.wait_for(lambda: min(self.heard.values()) > until, hawser.DEADLINE), "a metronome has stopped"
            lost = sum(came - due for due, came in self.late_beats if due <= until and came >= since)
        if lost:
            print(f"the machine was late by {1000 * lost:.1f} ms")
        return lost


class Asker:
    """A client host that asks through an address every few milliseconds, whether answers come or not; see asker.py."""

    def __init__(self, node, address, port=80, period=0.005):
        self.answers = []  # (began, answered), in the order of the answers
        self.changed = threading.Condition()
        self.process = node.spawn(sys.executable, str(pathlib.Path(__file__).with_name("asker.py")), address, str(port),
                                  str(period), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()
        node.lab.askers.append(self)

    def _read(self):
        for line in self.process.stdout:
            began, answered = map(float, line.split())
            with self.changed:
                self.answers.append((began, answered))
                self.changed.notify_all()

    def wait(self, count=1, since=0.0, deadline=hawser.DEADLINE):
        """Until so many requests that began since then have been answered."""
        with self.changed:
            def enough():
                return sum(1 for began, _ in self.answers if began >= since) >= count
            if not self.changed.wait_for(enough, deadline):
                raise AssertionError(f"no {count} answers within {deadline} s")

    def outage(self, since):
        """The longest time without an answer, in seconds, from the last one before `since` on."""
        with self.changed:
            times = [answered for _, answered in self.answers]
        first = max(index for index, at in enumerate(times) if at < since)
        return max(later - earlier for earlier, later in zip(times[first:], times[first + 1:]))

    def stop(self):
        self.process.stdin.close()
        self.process.wait(hawser.DEADLINE)


class Lab:
    """Use with `with`: nodes by their letters, hosts .1, .2 …, and a client host .100."""

    def __init__(self, nodes="ab", second_wire=False):
        hawser.need_root()
        self.programs, self.askers = [], []
        self.folder = tempfile.TemporaryDirectory(prefix="hawser-lab-")
        os.chmod(self.folder.name, 0o755)
        self.hub = f"hw{os.getpid()}hub"
        self.nodes = {}
        run("ip", "netns", "add", self.hub)
        for bridge in ["br0"] + ["br1"] * second_wire:
            # Multicast is flooded as on a plain switch.
            run("ip", "-n", self.hub, "link", "add", bridge, "type", "bridge", "mcast_snooping", "0")
            run("ip", "-n", self.hub, "link", "set", bridge, "up")
        ports = {}
        for number, name in enumerate(nodes, 1):
            self.nodes[name] = self._add(name, number, ports, second_wire)
        self.client = self._add("client", 100, ports, False)
        self.observer = Observer(self.hub, ports)

    def _add(self, name, number, ports, second_wire):
        node = Node(self, name, number)
        ports[node.plug(self.hub, "br0", "eth0", node.address, node.address6)] = name
        if second_wire:
            ports[node.plug(self.hub, "br1", "eth1", f"10.98.0.{number}")] = name
        return node

    def folder_of(self, node):
        folder = pathlib.Path(self.folder.name) / node.name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        return folder

    def _set_port(self, node, interface, *words):
        """Returns when it was not done yet: what comes of it may be quicker than the command is back."""
        at = time.time()
        run("ip", "-n", self.hub, "link", "set", f"{node.name}-{interface}", *words)
        return at

    def cut(self, node, interface="eth0"):
        """Takes the cable of a node out of the switch."""
        return self._set_port(node, interface, "down")

    def mend(self, node, interface="eth0"):
        return self._set_port(node, interface, "up")

    def isolate(self, node, interface="eth0"):
        """The node's link stays up, but its frames reach nobody."""
        return self._set_port(node, interface, "nomaster")

    def join(self, node, interface="eth0"):
        return self._set_port(node, interface, "master", f"br{interface[3:]}")

    def start(self):
        """What a lab of its own kind begins with."""

    def __enter__(self):
        try:
            self.start()
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.tell()
        for asker in self.askers:
            asker.stop()
        for program in self.programs:
            program.stop()
        self.observer.close()
        for node in [*self.nodes.values(), self.client]:
            subprocess.run(["ip", "netns", "del", node.namespace], check=False)
        subprocess.run(["ip", "netns", "del", self.hub], check=False)
        self.folder.cleanup()

    def tell(self):
        """What a failed test shows: the logs and the last frames."""
        for program in self.programs:
            print(f"--- {program.node.name}: {' '.join(program.process.args[4:6])}")
            for at, line in program.log[-60:]:
                print(f"{at:.3f} {line}")
        print("--- the wire")
        for frame in self.observer.frames[-60:]:
            print(f"{frame.time:.3f} {frame.node} {frame.kind} {frame.source or frame.mac} vrid {frame.vrid} "
                  f"prio {frame.priority} {frame.target}")


# How a configuration of Hawser begins; `.replace()` another nbproc where it matters.
HEAD = """
global
    nbproc 1
    stats socket {dir}/cli level admin
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
"""


def section(name="VI_1", vrid=51, priority=100, vips=("10.99.0.50",), interface="eth0", lines=""):
    """A vrrp section of Hawser; `lines` are further ones of it."""
    listed = [f"virtual-address {vip}" for vip in vips] + lines.splitlines()
    return (f"\nvrrp {name}\n    interface {interface}\n    virtual-router-id {vrid}\n    priority {priority}\n" +
            "".join(f"    {line.strip()}\n" for line in listed))


def keepalived_instance(name="VI_1", vrid=51, priority=100, vips=("10.99.0.50",), interface="eth0", state="BACKUP",
                        advert=1, version=2, auth="", body=""):
    """A vrrp_instance of keepalived; `body` is what else stands in it."""
    blocks = "".join(f"    authentication {{ auth_type {auth.split()[0]}\n auth_pass {auth.split()[1]} }}\n" if auth else "")
    listed = "\n".join(f"        {vip}" for vip in vips)
    return f"""
vrrp_instance {name} {{
    version {version}
    state {state}
    interface {interface}
    virtual_router_id {vrid}
    priority {priority}
    advert_int {advert}
{blocks}    {body}
    virtual_ipaddress {{
{listed}
    }}
}}
"""


def keepalived_config(*blocks, globals_=""):
    """A keepalived.conf of these blocks, with the priority that our own vrrp process has: a busy machine makes neither late. By
    its default keepalived ends itself when it has then computed for 10 ms on end, as it does for many instances at once."""
    urgent = "vrrp_rt_priority 50\n    vrrp_rlimit_rttime 2000000"
    return f"global_defs {{\n    router_id lab\n    {urgent}\n    {globals_}\n}}\n" + "\n".join(blocks)


def keepalived(globals_="", before="", **instance):
    """A keepalived.conf with one instance; `before` it stands what else the file needs."""
    return keepalived_config(before, keepalived_instance(**instance), globals_=globals_)
