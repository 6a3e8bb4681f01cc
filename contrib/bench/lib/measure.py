# SPDX-License-Identifier: MIT
"""Starting, pinning, measuring and ending processes."""
import json
import os
import signal
import socket
import statistics
import subprocess
import time

START_TIMEOUT = 10  # seconds until a proxy must accept
END_TIMEOUT = 5


class Processes:
    """Everything that was started; all of it has ended when the with block is left."""

    def __init__(self):
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in list(self.running):
            self.stop(process)

    def start(self, command, cores, **keywords):
        pinned = ["taskset", "-c", ",".join(map(str, cores))] + command
        process = subprocess.Popen(pinned, start_new_session=True, **keywords)
        self.running.append(process)
        return process

    def stop(self, process):
        """Ends the process; its children that are left after that are killed, by pid."""
        if process not in self.running:
            return
        family = tree(process.pid) if process.poll() is None else []
        process.terminate()
        try:
            process.wait(END_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pid in family[1:]:
            kill_orphan(pid, family)
        self.running.remove(process)


def kill_orphan(pid, family):
    """Kills a child that its parent has left behind, unless its number already belongs to somebody else."""
    if parent(pid) in [1] + family:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def parent(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except OSError:
        return None


def tree(pid):
    """The process and all its descendants."""
    pids = [pid]
    for known in pids:
        try:
            for task in os.listdir(f"/proc/{known}/task"):
                with open(f"/proc/{known}/task/{task}/children", encoding="utf-8") as children:
                    pids += map(int, children.read().split())
        except OSError:
            pass
    return pids


def memory(pid):
    """Bytes of memory of the whole tree, shared pages counted once (Pss)."""
    total = 0
    for member in tree(pid):
        try:
            with open(f"/proc/{member}/smaps_rollup", encoding="utf-8") as rollup:
                total += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
        except OSError:
            pass
    return total


class Bench:
    """One run: its options, its folder, its ports, its cores."""

    def __init__(self, options, folder, processes):
        self.options, self.folder, self.processes = options, folder, processes
        cores = sorted(os.sched_getaffinity(0))
        self.proxy_core, self.load_core = cores[0], cores[-1]
        self.next_port = options.base_port

    def tool(self, name):
        return os.path.join(self.options.tools, f"bench_{name}")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def port(self):
        """The next free port of the range, which is gone round."""
        first, count = self.options.base_port, 20
        for _ in range(count):
            port = self.next_port
            self.next_port = first + (port + 1 - first) % count
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                    return port
                except OSError:
                    continue
        raise SystemExit(f"bench: ports {first} to {first + count - 1} are all taken")

    def start(self, command, port, cores):
        """Starts a server and waits until it accepts. Returns the process, or why it does not serve."""
        log_path = os.path.join(self.folder, f"{os.path.basename(command[0])}-{port}.log")
        with open(log_path, "wb") as log:
            process = self.processes.start(command, cores, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process
            time.sleep(0.02)
        why = "ended" if process.poll() is not None else f"does not accept after {START_TIMEOUT} s"
        self.processes.stop(process)
        with open(log_path, encoding="utf-8", errors="replace") as log:
            lines = log.read().strip().splitlines()
        return f"{why}: {lines[-1] if lines else 'no message'}"

    def load(self, arguments, cores, **keywords):
        return self.processes.start([self.tool("load")] + arguments, cores, stdout=subprocess.PIPE, text=True,
                                    **keywords)

    def round(self, process, port, arguments, cores):
        """One measured round against a proxy: the figures of bench_load and the CPU per request."""
        watch = [word for pid in tree(process.pid) for word in ("--watch", str(pid))]
        load = self.load(["--target", f"127.0.0.1:{port}", "--warmup", str(self.options.warmup),
                          "--time", str(self.options.time)] + arguments + watch, cores)
        try:
            output, _ = load.communicate(timeout=(self.options.warmup + self.options.time) / 1000 + 20)
        finally:
            self.processes.stop(load)
        figures = json.loads(output)
        figures["cpu_us"] = figures["cpu_ns"] / 1000 / figures["requests"] if figures["requests"] else None
        return figures


def median(rounds, name):
    values = [figures[name] for figures in rounds if figures[name] is not None]
    return statistics.median(values) if values else None
