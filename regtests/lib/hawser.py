# SPDX-License-Identifier: MIT
"""A running Hawser for the scripts of regtests/: started, watched by its log, asked over its runtime socket, ended.

Nothing sleeps: every wait is for a line of the log, an answer or an exit, with a deadline. Ports are the kernel's choice.
"""
import contextlib
import os
import pathlib
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HAWSER = os.environ.get("HAWSER", "build/dev/hawser")
DEADLINE = 20.0
SKIPPED = 77
HAPROXY = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def need_root():
    if os.geteuid() != 0:
        skip("needs root")


def need_haproxy():
    if HAPROXY is None:
        skip("needs haproxy (package haproxy)")


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print(f"ok: {what}")


def check_like_haproxy(what, own, other):
    """Hawser's words are HAProxy's."""
    check(own == other, f"{what}: {own!r}" + ("" if own == other else f", HAProxy {other!r}"))


def refuse_from_now_on(listener):
    """Closes a listening socket. What is returned keeps its port, so that nobody else listens there while it lives."""
    family, address = listener.family, listener.getsockname()
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)  # ends accept() in another thread as well
    listener.close()
    holder = socket.socket(family)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(address)
    return holder


def serve_each(listener, serve):
    """Calls serve(client) in a thread for each connection, until the listener is closed."""
    def accept():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()


def together(*parts):
    """Runs functions that have nothing to do with each other at the same time, each in a process of its own, and shows what
    they printed one after the other. For tests that wait more than they compute."""
    sys.stdout.flush()
    running = []
    for part in parts:
        output = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        pid = os.fork()
        if pid == 0:
            _run_part(part, output)
        running.append((pid, output))
    codes = []
    for pid, output in running:
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        output.seek(0)
        print(output.read(), end="", flush=True)
    if failed := [code for code in codes if code]:
        sys.exit(SKIPPED if set(failed) == {SKIPPED} else 1)


def _run_part(part, output):
    code = 1
    try:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
        part()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Port:
    """A TCP port of 127.0.0.1 that nobody else gets while this object lives, and that a program may listen on."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.number = self.socket.getsockname()[1]

    def connect(self, timeout=DEADLINE):
        return socket.create_connection(("127.0.0.1", self.number), timeout)


class Origin:
    """A TCP server that sends back what it gets."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        serve_each(self.listener, self._echo)

    @staticmethod
    def _echo(client):
        try:
            while data := client.recv(65536):
                client.sendall(data)
        except OSError:
            pass
        client.close()


class Hawser:
    """One run of the program, or of another one that reads the same configuration. `config` may use {dir}, the directory of this
    run, which `prepare` is given first."""

    def __init__(self, config, *arguments, wait_for=r"\bserves?\b", prepare=None, pass_fds=(), program=None):
        self.folder = tempfile.TemporaryDirectory(prefix="hawser-")
        self.dir = pathlib.Path(self.folder.name)
        os.chmod(self.dir, 0o755)
        if prepare:
            prepare(self.dir)
        self.cli_path = self.dir / "cli"
        (self.dir / "cfg").write_text(config.replace("{dir}", str(self.dir)))
        self.log = []
        self.lines = queue.Queue()
        self.seen = 0
        self.process = subprocess.Popen([program or HAWSER, *arguments, "-f", str(self.dir / "cfg")], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                        pass_fds=pass_fds)
        self.pid = self.process.pid
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if wait_for:
            self.wait_log(wait_for)

    def _read(self):
        for line in self.process.stdout:
            self.lines.put((time.monotonic(), line.rstrip("\n")))
        self.lines.put((time.monotonic(), None))

    def wait_log(self, pattern, deadline=DEADLINE):
        """The match of the next log line that `pattern` finds, and when it came."""
        end = time.monotonic() + deadline
        while True:
            try:
                when, line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line with '{pattern}' within {deadline} s; log:\n" + "\n".join(self.log))
            if line is None:
                raise AssertionError(f"the log ended before '{pattern}':\n" + "\n".join(self.log))
            self.log.append(line)
            if found := re.search(pattern, line):
                return found, when

    def wait_eof(self, deadline=DEADLINE):
        """Until nobody holds the program's output any more."""
        self.reader.join(deadline)
        if self.reader.is_alive():
            raise AssertionError("somebody still holds the output")

    def cli(self, command):
        return ask_socket(self.cli_path, command)

    def processes(self):
        """name -> (pid, state, restarts), as `show proc` tells."""
        found = {}
        for line in self.cli("show proc").splitlines():
            if row := re.match(r"(\d+) +(master|control|worker \d+) +\d+ +\S+ +\S+ +(\w+) +(\d+)", line):
                found[row[2]] = (int(row[1]), row[3], int(row[4]))
        return found

    def stop(self, signal_number=signal.SIGTERM):
        """Sends a signal and returns the exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(DEADLINE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(DEADLINE)
        self.folder.cleanup()


def ask_socket(path, command):
    """What a runtime socket answers to one line."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(DEADLINE)
        client.connect(str(path))
        client.sendall(command.encode() + b"\n")
        return b"".join(iter(lambda: client.recv(65536), b"")).decode()


def wait_cli(path, what):
    """Until a runtime socket takes connections: its file is there before that."""
    def answers():
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(path)) == 0
    wait_until(answers, what)


def has_ended(pid):
    """Whether a process runs no more, be it that nobody has asked for its exit status yet."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def children_of(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(condition, what, deadline=DEADLINE):
    """For what no line of a log tells; looks every few milliseconds."""
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(0.002)
    print(f"ok: {what}")


def tcp_config(port, origin, workers=2, extra=""):
    return f"""
global
    nbproc {workers}
    stats socket {{dir}}/cli level admin
{extra}
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen echo
    bind 127.0.0.1:{port.number}
    server s1 127.0.0.1:{origin.port}
"""
