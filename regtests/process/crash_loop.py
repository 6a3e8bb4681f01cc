#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker that dies again and again is started after growing pauses, while its neighbour accepts for it."""
import os
import re
import signal

from hawser import Hawser, Origin, Port, check, tcp_config


def main():
    port, origin = Port(), Origin()
    with Hawser(tcp_config(port, origin)) as hawser:
        pauses = []
        victim = hawser.processes()["worker 2"][0]
        for _ in range(4):
            os.kill(victim, signal.SIGKILL)
            hawser.wait_log(rf"worker 2 \({victim}\) was killed by SIGKILL")
            found, _ = hawser.wait_log(r"worker 2 is started again in (\d+) ms|worker 2 \((\d+)\) serves again")
            pauses.append(int(found[1] or 0))
            if pauses[-1] == 400:  # not before: one that has served for half a second starts the series anew
                clients = [port.connect() for _ in range(16)]
                for client in clients:
                    client.sendall(b"x")
                check(all(client.recv(1) == b"x" for client in clients), "16 clients are served while it waits")
            if found[1]:
                found, _ = hawser.wait_log(r"worker 2 \((\d+)\) (serves again)")
            victim = int(re.search(r"\((\d+)\)", found[0])[1])
        check(pauses == [0, 100, 200, 400], f"the pauses are {pauses} ms")
        check(hawser.stop() == 143, "the program ends in order")


main()
