#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""-d: every role in one process, whose number is the one in the log and in the pid file."""
import signal

from hawser import Hawser, Origin, Port, check, children_of, tcp_config


def main():
    port, origin = Port(), Origin()
    with Hawser(tcp_config(port, origin), "-d") as hawser:
        with port.connect() as client:
            client.sendall(b"x")
            check(client.recv(1) == b"x", "clients are served")
            check(children_of(hawser.pid) == [], "without any child")
            processes = hawser.processes()
            check(processes["worker 1"][0] == processes["control"][0] == hawser.pid, "one process is everything")
            check(f"127.0.0.1:{client.getsockname()[1]}" in hawser.cli("show sess"), "commands reach the worker in it")
        check(hawser.stop() == -signal.SIGTERM, "SIGTERM ends it as any plain program")


main()
