# SPDX-License-Identifier: MIT
"""A connection to a runtime socket."""
import socket

import hawser


def config(*global_lines):
    """One that is there for its runtime sockets: `global_lines` open them."""
    return "\n    ".join(["global", *global_lines]) + """
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
listen l
    bind {dir}/l
    server s 127.0.0.1:1 weight 10
"""


class Cli:
    """`address` is a path, or a port of 127.0.0.1."""

    def __init__(self, address):
        if isinstance(address, int):
            self.socket = socket.create_connection(("127.0.0.1", address), hawser.DEADLINE)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(hawser.DEADLINE)
            self.socket.connect(str(address))

    def send(self, text):
        self.socket.sendall(text.encode())

    def finish(self):
        self.socket.shutdown(socket.SHUT_WR)

    def read_to_end(self):
        return b"".join(iter(lambda: self.socket.recv(65536), b"")).decode()

    def read_until(self, mark):
        got = b""
        while not got.endswith(mark.encode()):
            data = self.socket.recv(1)
            assert data, f"the connection ended before {mark!r}: {got!r}"
            got += data
        return got.decode()


def ask(address, text):
    """The whole answer to a line, or to several."""
    cli = Cli(address)
    cli.send(text)
    return cli.read_to_end()
