#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker that hangs tells its stack, is killed and replaced; its neighbour accepts for it meanwhile."""
import os
import signal

from hawser import Hawser, Origin, Port, check, tcp_config


def main():
    port, origin = Port(), Origin()
    with Hawser(tcp_config(port, origin, extra="    hung-worker-timeout 2s")) as hawser:
        victim = hawser.processes()["worker 1"][0]
        os.kill(victim, signal.SIGSTOP)
        clients = [port.connect() for _ in range(32)]
        for client in clients:
            client.sendall(b"x")
        check(all(client.recv(1) == b"x" for client in clients), "32 clients are served while worker 1 is stopped")
        check(hawser.processes()["worker 1"][0] == victim, "and that was its neighbour's work")
        hawser.wait_log(rf"worker 1 \({victim}\) hangs: no heartbeat for ([2-9]|1\d)\.\d s, state T")
        hawser.wait_log(rf"worker 1 \({victim}\) stack: .*hawser.*\+0x")
        hawser.wait_log(rf"worker 1 \({victim}\) was killed by SIGKILL")
        hawser.wait_log(r"worker 1 \(\d+\) serves again")
        check(hawser.processes()["worker 1"][1] == "serving", "it is replaced")
        check(hawser.stop() == 143, "the program ends in order")


main()
