#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Control is replaced like a worker; what it had decided stands, and its successor reaches the workers."""
import os
import signal

from hawser import Hawser, Origin, Port, check, tcp_config


def main():
    port, origin = Port(), Origin()
    with Hawser(tcp_config(port, origin)) as hawser:
        hawser.cli("set server echo/s1 state maint")
        os.kill(hawser.processes()["control"][0], signal.SIGKILL)
        hawser.wait_log(r"control \(\d+\) was killed by SIGKILL")
        hawser.wait_log(r"control \(\d+\) serves again")
        state = hawser.cli("show servers state").splitlines()[2].split()
        check(int(state[6]) & 1 == 1, "a server in maintenance stays there")
        hawser.cli("set server echo/s1 state ready")
        with port.connect() as client:
            client.sendall(b"hello")
            check(client.recv(5) == b"hello", "the workers hear of its successor's changes")
            check(f"127.0.0.1:{client.getsockname()[1]}" in hawser.cli("show sess"), "and answer its questions")
        check(hawser.stop() == 143, "the program ends in order")


main()
