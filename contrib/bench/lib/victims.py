# SPDX-License-Identifier: MIT
"""Killing workers, knowing whose connections go with them, and watching loads meanwhile."""
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import threading
import time
import typing

KILLED_WITHIN = 2.0  # seconds in which a client notices that its worker was killed
LONGEST_WAIT = 5.0   # seconds for one request, killed workers or not: nobody is forgotten in a queue
BACK_WITHIN = 20.0   # seconds that a restart may take until the run is given up
FAILURE = re.compile(r"(\d+\.\d+) (\d+) (\w+)")

now = time.monotonic  # the clock of bench_load as well


class Restart(typing.NamedTuple):
    """When a worker was killed, its master learned of that, had forked a successor, and this one served. Seconds."""
    killed: float
    seen: float
    forked: float
    served: float

    def whole(self):
        return self.served - self.killed

    def parts(self):
        """Until its end is seen, until the successor exists, until it serves."""
        return self.seen - self.killed, self.forked - self.seen, self.served - self.forked


class Killer:
    """Kills workers, and knows which connections went with them."""

    def __init__(self, hawser, ports, beats):
        self.hawser, self.beats = hawser, beats
        self.filter = "( " + " or ".join(f"sport = :{port}" for port in ports) + " )"
        self.lost = {}  # (port of Hawser, port of the client) -> when its worker was killed
        self.pids = set()
        self.restarts = []  # of each kill, the Restart
        self.kills = self.unseen = self.connections = 0
        self.read_lines = 0

    def kill(self, name, unseen=False):
        """Kills the worker unless it has ended by itself, which the log tells. `unseen`: nobody is told of its connections."""
        state = self.hawser.processes().get(name)
        if not state or state[1] != "serving":
            return
        pid = state[0]
        try:
            handle = os.pidfd_open(pid)  # the number can't come to mean another process any more
        except ProcessLookupError:
            return
        try:
            signal.pidfd_send_signal(handle, signal.SIGSTOP)
            await_stopped(pid)
            lost = self.connections_of(pid)
            at = now()
            if unseen:
                self.unseen += 1
            else:
                self.kills += 1
                self.connections += len(lost)
                self.lost.update((connection, at) for connection in lost)
            self.pids.add(pid)
            killed = now()
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            self.pids.discard(pid)
            return
        finally:
            os.close(handle)
        self.hawser.wait_log(rf"{name} \({pid}\) was killed by SIGKILL")
        self.hawser.wait_log(rf"{name} \(\d+\) serves again", BACK_WITHIN)
        if not unseen:
            self.restarts.append(self.restart_of(name, killed))

    def restart_of(self, name, killed):
        """The stamps that master and worker left in their shared memory."""
        rows = subprocess.run([self.beats, str(self.hawser.pid)], check=True, capture_output=True, text=True).stdout
        for row in rows.splitlines():
            number, _, *stamps = row.split()
            if name == f"worker {number}":
                return Restart(killed, *(int(stamp) / 1e9 for stamp in stamps))
        raise AssertionError(f"bench_beats tells nothing of {name}: {rows}")

    def connections_of(self, pid):
        """The connections that the stopped process has accepted and not closed, as pairs of ports."""
        own = {os.readlink(fd.path) for fd in os.scandir(f"/proc/{pid}/fd")}
        # Without -a these are neither listening nor waiting to be accepted, and not closed by Hawser long ago.
        table = subprocess.run(["ss", "-tneHO", self.filter], check=True, capture_output=True, text=True).stdout
        rows = re.findall(r"^\S+ +\d+ +\d+ +\S+:(\d+) +\S+:(\d+) .*\bino:(\d+)", table, re.MULTILINE)
        return {(int(local), int(client)) for local, client, inode in rows if f"socket:[{inode}]" in own}

    def explains(self, when, port, client):
        """Whether this error is the end of a connection that a killed worker held; a connection ends once."""
        at = self.lost.pop((port, client), None)
        return at is not None and 0 <= when - at <= KILLED_WITHIN

    def surprises(self):
        """Lines of the log since the last call that tell of trouble, except for the deaths that were meant."""
        lines, self.read_lines = self.hawser.log[self.read_lines:], len(self.hawser.log)
        meant = re.compile(rf"\(({'|'.join(map(str, self.pids))})\) was killed by SIGKILL")
        return [line for line in lines if re.search(r"^\[(WARNING|ALERT|EMERG)\]", line) and not meant.search(line)]


def await_stopped(pid):
    """A signal is delivered in its own time; /proc has no event for it."""
    tasks = [task.path for task in os.scandir(f"/proc/{pid}/task")]
    for task in tasks:
        while (state := pathlib.Path(task, "stat").read_text().rpartition(")")[2].split()[0]) != "T":
            if state in "ZX":
                raise ProcessLookupError(f"process {pid} has ended")
            time.sleep(0.0005)


class Load:
    """One bench_load. Its errors are judged as they come."""

    def __init__(self, bench, cores, title, port, flags, seconds, killer, faults):
        self.title, self.port, self.killer, self.faults = title, port, killer, faults
        self.explained = self.others = 0
        self.figures = None
        self.began, self.seconds = now(), seconds
        self.process = bench.processes.start(
            [bench.tool("load"), "--target", f"127.0.0.1:{port}", "--warmup", "0", "--time", str(seconds * 1000),
             "--patience", str(int(LONGEST_WAIT * 1000)), "--failures", *flags], cores, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            if failure := FAILURE.fullmatch(line.rstrip("\n")):
                self._judge(float(failure[1]), int(failure[2]), failure[3])
            else:
                self.figures = json.loads(line)

    def _judge(self, when, client, cause):
        if cause == "closed" and self.killer.explains(when, self.port, client):
            self.explained += 1
            return
        self.others += 1
        self.faults.add(f"{self.title}: {cause} on port {client} after {when - self.began:.3f} s")

    def check_alive(self):
        if not self.reader.is_alive() and now() < self.began + self.seconds:
            raise AssertionError(f"{self.title}: bench_load ended early, with status {self.process.wait(10)}")

    def finish(self, early):
        """Waits for the figures, or ends the load without them."""
        if early:
            self.process.terminate()
        self.reader.join(self.seconds + LONGEST_WAIT + 10)
        status = self.process.wait(10)
        if not early and (status != 0 or self.figures is None):
            raise AssertionError(f"{self.title}: bench_load ended with status {status}")

    def summary(self):
        if self.figures is None:
            return f"{self.title}: ended before its time, {self.explained} + {self.others} errors"
        figures = self.figures
        return (f"{self.title}: {figures['requests']} requests on {figures['connections']} connections, "
                f"{figures['rate']:.0f}/s, p99 {figures['p99_us'] / 1e3:.1f} ms, longest request "
                f"{max(figures['max_us'], figures['oldest_us']) / 1e3:.1f} ms, longest gap {figures['gap_us'] / 1e3:.1f} ms; "
                f"{self.explained} connections lost with their worker, {self.others} other errors")


class BusyTime:
    """How busy all processors were since this object was made."""

    def __init__(self):
        self.before = self._read()

    @staticmethod
    def _read():
        times = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return sum(times), times[3] + times[4]

    def share(self):
        total, idle = (after - before for after, before in zip(self._read(), self.before))
        return 1 - idle / total if total else 0.0


def whole_log(hawser):
    """Every line that was written so far."""
    lines = list(hawser.log)
    while True:
        try:
            _, line = hawser.lines.get_nowait()
        except queue.Empty:
            return lines
        if line is not None:
            lines.append(line)
