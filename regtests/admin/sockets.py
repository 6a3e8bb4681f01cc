#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where the runtime socket may listen: unix with a mode, TCP, an inherited descriptor; and `stats maxconn`."""
import os
import socket
import stat

from cli import Cli, ask
from hawser import Hawser, Port, check

port = Port()
inherited = socket.create_server(("127.0.0.1", 0))
os.set_inheritable(inherited.fileno(), True)
CONFIG = f"""
global
    nbproc 2
    stats socket {{dir}}/cli mode 600 level admin
    stats socket ipv4@127.0.0.1:{port.number} level operator
    stats socket fd@{inherited.fileno()} level user
    stats maxconn 2
defaults
    mode tcp
    timeout connect 5s
    timeout client 5s
    timeout server 5s
listen l
    bind {{dir}}/l
    server s 127.0.0.1:1
"""
with Hawser(CONFIG, pass_fds=[inherited.fileno()]) as hawser:
    check(stat.S_IMODE(hawser.cli_path.stat().st_mode) == 0o600, "a unix socket has its mode")
    levels = [ask(address, "show cli level\n").strip() for address in (hawser.cli_path, port.number, inherited.getsockname()[1])]
    check(levels == ["admin", "operator", "user"], f"each socket has its level: {levels}")

    def interactive():
        cli = Cli(hawser.cli_path)
        cli.send("prompt\n")
        return cli

    first, second = interactive(), interactive()
    first.read_until("> ")
    second.read_until("> ")
    third = Cli(port.number)
    third.send("show cli level\n")
    for cli in (first, second):
        cli.send("show cli level\n")
        cli.read_until("> ")
    third.socket.setblocking(False)
    try:
        early = third.socket.recv(1)
    except BlockingIOError:
        early = None
    check(early is None, "`stats maxconn 2`: a third client waits")
    first.send("quit\n")
    first.read_to_end()
    third.socket.settimeout(20)
    check(third.read_to_end().strip() == "operator", "until one of the two has left")
