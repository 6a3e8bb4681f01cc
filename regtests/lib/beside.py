# SPDX-License-Identifier: MIT
"""Hawser beside HAProxy: both run the same configuration, the same clients and servers talk to both, and what both
log and count is compared.

A test is a list of `Case`s. Each becomes a `listen` section of its name with a socket of ours (fd@N) and servers of
ours, and all cases run at the same time in threads: a case that waits for a timeout holds up nobody. Everything waits
for an event, with a deadline.
"""
import contextlib
import csv
import dataclasses
import io
import os
import pathlib
import queue
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import typing

from hawser import DEADLINE, HAWSER, ask_socket, serve_each, skip, wait_until

HAPROXY = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
PROGRAMS = {"hawser": [HAWSER, "-d", "-f"], "haproxy": [HAPROXY, "-db", "-f"]}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"


class Wire:
    """One TCP connection of a client or a server."""

    def __init__(self, sock):
        self.sock = sock
        sock.settimeout(DEADLINE)
        self.unread = b""
        self.received = self.sent = 0  # bytes

    def send(self, data):
        data = data.encode("latin-1") if isinstance(data, str) else data
        self.sock.sendall(data)
        self.sent += len(data)

    def receive(self):
        """What comes next; b"" at the end, however it comes."""
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            return b""
        self.received += len(data)
        return data

    def read_until(self, mark):
        """Up to and including `mark`; what there is where the end comes first."""
        while mark not in self.unread:
            data = self.receive()
            if not data:
                taken, self.unread = self.unread, b""
                return taken
            self.unread += data
        end = self.unread.index(mark) + len(mark)
        taken, self.unread = self.unread[:end], self.unread[end:]
        return taken

    def read_head(self):
        return self.read_until(b"\r\n\r\n")

    def read_exactly(self, size):
        while len(self.unread) < size:
            data = self.receive()
            if not data:
                break
            self.unread += data
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken

    def read_to_end(self):
        taken, self.unread = self.unread, b""
        while data := self.receive():
            taken += data
        return taken

    def read_response(self):
        """The head and the body of a response that gives its length, or has none."""
        head = self.read_head()
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                return head, self.read_exactly(int(line.split(b":")[1]))
        return head, b""

    def end_writing(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.sock.close()

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


def status_of(head):
    """The status of a response's head; 0: there is none."""
    return int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0


class Server:
    """Runs `script(wire, server)` for each connection. `heads` gets what the script notes; `go` is for those that wait."""

    def __init__(self, script):
        self.script = script
        self.heads = queue.Queue()
        self.go = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        serve_each(self.listener, self._serve)

    def _serve(self, client):
        with contextlib.suppress(OSError), client:
            self.script(Wire(client), self)

    def next_head(self):
        return self.heads.get(timeout=DEADLINE)

    def close(self):
        self.go.set()
        # Ends accept() in the other thread as well.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Refusing:
    """A port at which every connection is refused."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()


class Unanswering:
    """A port that does not answer to SYN: its backlog is full."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port = self.listener.getsockname()[1]
        self.fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self.fillers.append(filler)

    def close(self):
        for sock in [*self.fillers, self.listener]:
            sock.close()


def answers(response=OK):
    """A script that gives the same response to every request (without a body)."""
    def script(wire, server):
        while head := wire.read_head():
            server.heads.put(head)
            wire.send(response)
    return script


def says(data, then="wait"):
    """A script that reads a request's head, says `data` and then waits for the proxy to close, or does it itself."""
    def script(wire, server):
        server.heads.put(wire.read_head())
        wire.send(data)
        if then == "reset":
            wire.reset()
        elif then == "wait":
            wire.read_to_end()
    return script


def holds(wire, server):
    """A script that answers a request only when `go` is set."""
    while head := wire.read_head():
        server.heads.put(head)
        server.go.wait(DEADLINE)
        wire.send(OK)


@dataclasses.dataclass
class Case:
    """`client(visit)` is the whole of what clients do; what it returns must be the same for both programs."""
    name: str
    client: typing.Callable
    lines: int = 1       # how many log lines it gives
    config: str = ""     # lines of the section; {dir} is a directory of the program
    servers: dict = dataclasses.field(default_factory=dict)  # name -> script, Refusing or Unanswering
    words: dict = dataclasses.field(default_factory=dict)    # server's name -> the rest of its line
    expect: typing.Any = None  # what the test makes of it


class Visit:
    """One case on one program."""

    def __init__(self, case, peer):
        self.case, self.peer, self.wires = case, peer, []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.listener.set_inheritable(True)
        self.port = self.listener.getsockname()[1]
        self.servers = {name: role() if isinstance(role, type) else Server(role) for name, role in case.servers.items()}
        self.seen = self.error = None

    def section(self, mode):
        lines = [f"listen {self.case.name}", f"    mode {mode}", f"    log-tag {self.case.name}", f"    bind fd@{self.listener.fileno()}"]
        config = self.case.config.replace("{dir}", str(self.peer.dir))
        lines += ["    " + line.strip() for line in config.strip().splitlines()]
        for name, server in self.servers.items():
            lines.append(f"    server {name} 127.0.0.1:{server.port} {self.case.words.get(name, '')}".rstrip())
        return "\n".join(lines) + "\n"

    def connect(self, receive_buffer=None):
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(DEADLINE)
        sock.connect(("127.0.0.1", self.port))
        self.wires.append(Wire(sock))
        return self.wires[-1]

    def run(self):
        try:
            self.seen = self.case.client(self)
        except Exception as error:  # told by the thread that compares
            self.error = error
        finally:
            for wire in self.wires:
                wire.close()

    def close(self):
        self.listener.close()
        for server in self.servers.values():
            server.close()


class Inbox:
    """A syslog server over UDP, which hands each line to `take`."""

    def __init__(self, take):
        self.take = take
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while line := self.socket.recv(65536):
            self.take(line.decode("latin-1").rstrip("\n"))

    def close(self):
        self.socket.sendto(b"", self.socket.getsockname())
        self.reader.join()
        self.socket.close()


class Peer:
    """One program with all cases."""

    def __init__(self, name, cases, mode, log):
        self.name = name
        self.folder = tempfile.TemporaryDirectory(prefix="hawser-")
        self.dir = pathlib.Path(self.folder.name)
        self.lines = {case.name: [] for case in cases}
        self.levels = {case.name: [] for case in cases}  # of these lines
        self.news = threading.Condition()
        self.inbox = Inbox(self._take)
        self.visits = {case.name: Visit(case, self) for case in cases}
        (self.dir / "cfg").write_text(self._config(mode, log), encoding="latin-1")
        self.output = open(self.dir / "output", "w+", encoding="utf-8", errors="replace")
        fds = [visit.listener.fileno() for visit in self.visits.values()]
        self.process = subprocess.Popen([*PROGRAMS[name], str(self.dir / "cfg")], pass_fds=fds, cwd=self.dir,
                                        stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output)

    def _config(self, mode, log):
        return f"""
global
    nbthread 1
    maxconn 500
    log 127.0.0.1:{self.inbox.port} len 65535 local0
    stats socket {self.dir}/cli level admin
defaults
    log global
    {log}
    timeout connect 10s
    timeout client 10s
    timeout server 10s
""" + "".join(visit.section(mode) for visit in self.visits.values())

    def run(self):
        """All cases at once, and then the lines that they gave, by case."""
        threads = [threading.Thread(target=visit.run) for visit in self.visits.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for name, visit in self.visits.items():
            if visit.error:
                raise AssertionError(f"{self.name}, {name}: {visit.error!r}\n{self.story()}") from visit.error
        return {name: self.wait_lines(name, visit.case.lines) for name, visit in self.visits.items()}

    def _take(self, line):
        """Lines are told by the `log-tag` of their section."""
        found = re.match(r"<(\d+)>\w{3} [ \d]\d [\d:]{8} ([^ []+)\[\d+\]: (.*)", line)
        with self.news:
            if found and found[2] in self.lines:
                self.lines[found[2]].append(found[3])
                self.levels[found[2]].append(int(found[1]) % 8)
            self.news.notify_all()

    def wait_lines(self, name, count):
        """The lines of a case, when there are so many."""
        with self.news:
            if not self.news.wait_for(lambda: len(self.lines[name]) >= count, DEADLINE):
                raise AssertionError(f"{self.name} logged {len(self.lines[name])} lines of {count} for {name}: "
                                     f"{self.lines[name]}\n{self.story()}")
            return self.lines[name]

    def wait_stat(self, row, column, value):
        """Until a column of `show stat` has that value."""
        end = time.monotonic() + DEADLINE
        while (found := self.stat()[row][column]) != value:
            if time.monotonic() > end:
                raise AssertionError(f"{self.name}: {column} of {row} is {found}, not {value}")

    def cli(self, command):
        return ask_socket(self.dir / "cli", command)

    def listens(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.dir / "cli")) == 0

    def stat(self):
        """(proxy, row) -> column -> text."""
        rows = list(csv.reader(io.StringIO(self.cli("show stat").lstrip("# "))))
        return {(row[0], row[1]): dict(zip(rows[0], row)) for row in rows[1:] if row}

    def story(self):
        self.output.flush()
        return f"exit {self.process.poll()}\n" + (self.dir / "output").read_text(errors="replace")

    def close(self):
        for visit in self.visits.values():
            visit.close()
        self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        finally:
            self.process.kill()
            self.output.close()
            self.inbox.close()
            self.folder.cleanup()


@contextlib.contextmanager
def both(cases, mode="http", log=None):
    """Hawser and HAProxy with the cases, at work. `log` is the line that says what is logged."""
    if HAPROXY is None:
        skip("needs haproxy (package haproxy)")
    peers = {}
    try:
        for name in PROGRAMS:
            peers[name] = Peer(name, cases, mode, f"option {mode}log" if log is None else log)
        for name, peer in peers.items():
            wait_until(peer.listens, f"{name} is up")
        yield peers
    finally:
        for peer in peers.values():
            peer.close()


def run_both(peers):
    """program -> case -> lines."""
    lines, errors = {}, []

    def run(peer):
        try:
            lines[peer.name] = peer.run()
        except AssertionError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(peer,)) for peer in peers.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return lines
