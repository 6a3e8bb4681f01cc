# SPDX-License-Identifier: MIT
"""Connections through the proxy of which the test holds both ends: the client's and the server's.

    path = Path()
    with path.run():
        client, server = path.pair()
        client.send(b"x")
        check(server.read(1) == b"x", "...")
"""
import os
import re
import select
import socket

import hawser
from http_peers import Peer


class End(Peer):
    """One end. `ending()` tells a FIN from a RST."""

    def read(self, size):
        """Exactly so many bytes, less where the connection ends before."""
        got = b""
        while len(got) < size and (data := self.socket.recv(min(65536, size - len(got)))):
            got += data
        return got

    def ending(self):
        """How it ends, after all that comes before: "FIN" or "RST"."""
        try:
            while self.socket.recv(65536):
                pass
            return "FIN"
        except (ConnectionResetError, BrokenPipeError):
            return "RST"

    def is_reset(self):
        """Waits for a RST after a FIN, which recv(2) does not tell."""
        poll = select.poll()
        poll.register(self.socket, 0)
        return bool(poll.poll(1000 * hawser.DEADLINE))

    def peer(self):
        return self.socket.getpeername()


class Path:
    """A configuration in `mode tcp` with one `listen` section l and one server s, whose connections the test accepts."""

    def __init__(self, lines="", words="", workers=2, settings="", bind="", address="127.0.0.1"):
        self.port = hawser.Port()
        self.origin = socket.create_server((address, 0), backlog=512)
        self.origin.settimeout(hawser.DEADLINE)
        number = self.origin.getsockname()[1]
        self.text = f"""
global
    nbproc {workers}
    stats socket {{dir}}/cli level admin
    log stdout format raw local0
{settings}
defaults
    mode tcp
    log global
    option tcplog
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen l
    bind 127.0.0.1:{self.port.number} {bind}
{lines}
    server s {address}:{number} {words}
"""

    def run(self, *arguments):
        return hawser.Hawser(self.text, *arguments)

    def connect(self):
        return End(self.port.connect())

    def accept(self):
        return End(self.origin.accept()[0])

    def pair(self):
        """A new connection: its client's end and its server's."""
        client = self.connect()
        return client, self.accept()


def info(program, name):
    return int(re.search(rf"^{name}: (\d+)", program.cli("show info"), re.M)[1])


def free_range(address, count):
    """The first of so many ports in a row that nobody uses there. Below the ports that the kernel gives out by itself."""
    first = 20000 + os.getpid() * count % 10000
    for low in range(first, first + 2000, count):
        probes = []
        try:
            for port in range(low, low + count):
                probes.append(socket.create_server((address, port)))
            return low
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
    raise AssertionError("no free ports")
