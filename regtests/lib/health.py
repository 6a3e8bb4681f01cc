# SPDX-License-Identifier: MIT
"""A server for tests of health checks: what it is asked is kept, and what it answers is scripted."""
import socket
import struct
import threading
import time

import hawser

SO_TIMESTAMPNS = 35


def receive(client):
    """What has come, and when the kernel got it, however late this thread asks. The clock is that of time.monotonic()."""
    data, ancillary, _, _ = client.recvmsg(65536, 256)
    when = time.monotonic()
    for level, kind, value in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("qq", value)
            when -= time.time() - (seconds + nanoseconds / 1e9)
    return data, when


class Checked:
    """Takes the answers one after the other, and stays with the last one. An answer is a status, bytes to send, or None: silence
    until the other side leaves."""

    def __init__(self, answers=(200,), address="127.0.0.1"):
        self.answers = list(answers)
        self.asked = []     # (when, request) of each connection that sent something
        self.clients = []   # their addresses
        self.answered = []  # when, of each answer
        self.changed = threading.Condition()
        self.listener = socket.create_server((address, 0), backlog=512)
        self.listener.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port = self.listener.getsockname()[1]
        hawser.serve_each(self.listener, self._serve)

    def _serve(self, client):
        try:
            request, when = receive(client)
            while request and not request.endswith(b"\r\n\r\n"):  # it may come in pieces
                if not (more := client.recv(65536)):
                    return
                request += more
            if not request:
                return
            with self.changed:
                self.asked.append((when, request))
                self.clients.append(client.getpeername())
                answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
                self.changed.notify_all()
            if answer is None:
                client.recv(1)
                return
            if isinstance(answer, int):
                answer = b"HTTP/1.0 %d Whatever\r\nContent-Length: 0\r\n\r\n" % answer
            with self.changed:  # before it leaves: who gets it may be faster than we are
                self.answered.append(time.monotonic())
                self.changed.notify_all()
            client.sendall(answer)
        except OSError:
            pass
        finally:
            client.close()

    def wait_asked(self, count):
        """The first so many requests with their times."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.asked) >= count, hawser.DEADLINE):
                raise AssertionError(f"only {len(self.asked)} checks came, not {count}")
            return self.asked[:count]

    def close(self):
        """Refuses from now on."""
        self.holder = hawser.refuse_from_now_on(self.listener)


def checked_config(lines, settings="", timeouts=""):
    return f"""
global
    stats socket {{dir}}/cli level admin
    log stdout format short local0
{settings}
defaults
    mode http
    log global
    timeout connect 2s
    timeout client 5s
    timeout server 5s
{timeouts}
{lines}
"""


def both():
    """(name, arguments, program) of Hawser and of HAProxy."""
    hawser.need_haproxy()
    return [("hawser", ("-d",), hawser.HAWSER), ("haproxy", ("-db",), hawser.HAPROXY)]
