#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where lines go and what stands before them: UDP, unix datagrams, stdout and stderr, every format, len, levels, sample,
log-tag and log global, beside HAProxy; and a receiver that is full, which costs lines, and nothing else."""
import contextlib
import os
import re
import socket

import beside
from beside import GET, OK, Case, Wire, answers, status_of
from hawser import DEADLINE, Hawser, Origin, Port, check, wait_until

FORMATS = ["rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw", "local"]
REQUESTS = 8


class Mailbox:
    """A unix datagram socket with a name."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        os.chmod(path, 0o666)

    def waiting(self):
        """What has come so far."""
        self.socket.setblocking(False)
        lines = []
        with contextlib.suppress(BlockingIOError):
            while True:
                lines.append(self.socket.recv(65536).decode("latin-1"))
        return lines

    def next(self):
        self.socket.settimeout(DEADLINE)
        return self.socket.recv(65536).decode("latin-1")

    def lines(self, count):
        """So many, as soon as they are there, and those that are too many."""
        return [self.next() for _ in range(count)] + self.waiting()

    def close(self):
        self.socket.close()


def several(visit, count=REQUESTS):
    """One after the other, each when the line of the one before has come."""
    for number in range(count):
        wire = visit.connect()
        wire.send(GET.replace("/", f"/{number}", 1))
        assert status_of(wire.read_response()[0]) == 200
        wire.close()
        visit.peer.wait_lines(visit.case.name, number + 1)


def levels_of(visit):
    """A request that succeeds and one that does not."""
    for text in (GET, "bad\r\n\r\n"):
        wire = visit.connect()
        wire.send(text)
        wire.read_response()
        wire.close()
    visit.peer.wait_lines(visit.case.name, 2)


def to(name, rest):
    return f"log {{dir}}/{name}.log {rest}"


TARGETS = {
    **{name: f"format {name} local0" for name in FORMATS},
    "short80": "len 80 format rfc3164 local0",
    "facility": "format priority kern",
    "facility23": "format priority local7 info",
    "sampled": "sample 1,3-4:4 local0",
    "every": "sample 2:2 local0",
}
LEVELS = {"all": "local0", "errors": "local0 err", "lifted": "local0 info notice", "nothing": "local0 alert",
          "errorslifted": "local0 err crit"}


def cases():
    log = "option httplog\nlog-format 'request %HU %ST %s'\nlog global\n"
    yield Case("targets", several, REQUESTS, log + "\n".join(to(name, rest) for name, rest in TARGETS.items()),
               {"s1": answers()})
    yield Case("levels", levels_of, 2, log + "option log-separate-errors\n" + "\n".join(
        to(name, rest) for name, rest in LEVELS.items()), {"s1": answers()})
    yield Case("named", several, REQUESTS, log + to("named", "local0"), {"s1": answers()})
    yield Case("output", several, REQUESTS, log + "log stdout format raw local0\nlog stderr format short local0",
               {"s1": answers()})


# How many lines each gets; those of the others are the requests.
COUNTS = {"sampled": 6, "every": 4, "all": 2, "errors": 1, "lifted": 2, "nothing": 0, "errorslifted": 1}


def same(line):
    """A line without what the clock and the process choose."""
    line = re.sub(r"\[\d+\]", "[PID]", line)
    line = re.sub(r"\w{3} [ \d]\d \d\d:\d\d:\d\d ", "DATE ", line)
    line = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d ", "ISO ", line)
    return re.sub(r" (hawser|haproxy|targets|named|levels) \d+ - ", r" \1 PID - ", line)


def output_lines(peer):
    """What stdout and stderr got so far."""
    return re.findall(r"^(?:<\d>)?request /\d 200 s1$", peer.story(), re.M)


def check_targets():
    every = list(cases())
    with contextlib.ExitStack() as stack:
        peers = stack.enter_context(beside.both(every, log=""))
        boxes = {peer: {name: stack.enter_context(contextlib.closing(Mailbox(peers[peer].dir / f"{name}.log")))
                        for name in [*TARGETS, *LEVELS, "named"]} for peer in peers}
        beside.run_both(peers)
        # All of these are written after the line on which `several` waits.
        came = {peer: {name: [same(line) for line in box.lines(COUNTS.get(name, REQUESTS))] for name, box in boxes[peer].items()}
                for peer in peers}
        for name, peer in peers.items():
            wait_until(lambda peer=peer: len(output_lines(peer)) >= 2 * REQUESTS, f"{name} wrote to stdout and stderr")
        outputs = {name: output_lines(peer) for name, peer in peers.items()}
    for name in [*TARGETS, *LEVELS, "named"]:
        ours, theirs = came["hawser"][name], came["haproxy"][name]
        if ours != theirs:
            raise AssertionError(f"{name}:\n{ours}\n{theirs}")
    check(True, f"{len(TARGETS) + len(LEVELS)} unix sockets got HAProxy's lines, byte for byte")
    wrong = {name: len(lines) for name, lines in came["hawser"].items() if len(lines) != COUNTS.get(name, REQUESTS)}
    check(not wrong, f"samples and levels took what they should {wrong or ''}")
    check(came["hawser"]["rfc3164"][0].endswith(" targets[PID]: request /0 200 s1\n"), "with the tag of the section")
    check(outputs["hawser"] == outputs["haproxy"] and len(outputs["hawser"]) == 2 * REQUESTS,
          "stdout and stderr got each line")


def flood(visit):
    """More requests than the queue of a unix socket has room for, while nobody reads it."""
    wire = visit.connect()
    for _ in range(visit.case.expect):
        wire.send(GET)
        assert status_of(wire.read_response()[0]) == 200


def check_full_socket():
    total = 300
    case = Case("full", flood, 0, "option httplog\nlog {dir}/full.log local0", {"s1": answers()}, {}, total)
    with contextlib.ExitStack() as stack:
        peers = stack.enter_context(beside.both([case], log=""))
        boxes = {name: stack.enter_context(contextlib.closing(Mailbox(peer.dir / "full.log"))) for name, peer in peers.items()}
        beside.run_both(peers)
        # The last answer may be here before its line.
        came = {name: len(box.waiting()) for name, box in boxes.items()}

        def accounted(name):
            came[name] += len(boxes[name].waiting())
            return came[name] + int(re.search(r"^DroppedLogs: (\d+)$", peers[name].cli("show info"), re.M)[1])
        wait_until(lambda: accounted("hawser") == total, "every line that did not come is counted in DroppedLogs")
        wait_until(lambda: accounted("haproxy") == total, "as in HAProxy")
        check(0 < came["hawser"] < total, "a receiver that does not read gets what its queue holds")


def chroot_config(port, origin):
    return f"""
global
    nbproc 1
    user nobody
    group nogroup
    chroot {{dir}}/jail
    stats socket {{dir}}/cli level admin
    log /log local0
defaults
    mode tcp
    log global
    log-format "one %s"
    timeout connect 5s
    timeout client 5s
    timeout server 5s
listen l
    bind 127.0.0.1:{port.number}
    server s1 127.0.0.1:{origin.port}
"""


def check_chroot():
    """The path is inside the jail, and looked up for each line: the syslog server may be restarted."""
    port, origin = Port(), Origin()
    with Hawser(chroot_config(port, origin), wait_for=None, prepare=make_jail) as hawser:
        jail = hawser.dir / "jail"
        box = Mailbox(jail / "log")
        hawser.wait_log(r"\bserves?\b")

        def line_of_a_connection():
            with port.connect() as client:
                client.sendall(b"x")
                assert client.recv(1) == b"x"
            while not (line := box.next()).endswith("one s1\n"):
                pass
            return line
        check("hawser[" in line_of_a_connection(), "a line leaves the jail")
        os.unlink(jail / "log")
        box.close()
        box = Mailbox(jail / "log")
        check("hawser[" in line_of_a_connection(), "also to a syslog server that was restarted")
        box.close()


def make_jail(folder):
    (folder / "jail").mkdir(mode=0o755)


def main():
    check_targets()
    check_full_socket()
    if os.geteuid() == 0:
        check_chroot()


main()
