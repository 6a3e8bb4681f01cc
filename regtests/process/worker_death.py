#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker that is killed costs its own connections only: everybody who connects afterwards is served."""
import os
import signal

from hawser import Hawser, Origin, Port, check, tcp_config, wait_until


def echo(connection, text):
    connection.sendall(text)
    return connection.recv(len(text)) == text


def check_urgency(hawser):
    """The master goes before everybody who keeps the machine busy; a worker only until it serves, and control never."""
    own = os.sched_getscheduler(0)
    processes = {name: row[0] for name, row in hawser.processes().items()}
    master = processes.pop("master")
    if os.geteuid() == 0 and own == os.SCHED_OTHER:
        urgent = os.sched_getscheduler(master) == os.SCHED_RR or os.getpriority(os.PRIO_PROCESS, master) < 0
        check(urgent, "the master goes before others")
    wait_until(lambda: all(os.sched_getscheduler(pid) == own for pid in processes.values()), "the others do not")


def main():
    port, origin = Port(), Origin()
    with Hawser(tcp_config(port, origin)) as hawser:
        opened = [port.connect() for _ in range(16)]
        check(all(echo(client, b"before") for client in opened), "16 connections are served")
        victim = hawser.processes()["worker 1"][0]
        os.kill(victim, signal.SIGKILL)
        later = [port.connect() for _ in range(64)]

        found, died = hawser.wait_log(rf"worker 1 \({victim}\) was killed by SIGKILL .*; (\d+) client connections? lost")
        lost = int(found[1])
        _, back = hawser.wait_log(r"worker 1 \(\d+\) serves again")
        print(f"the new worker served {1000 * (back - died):.1f} ms after the death was seen")
        check(back - died < 5, "the worker is back at once")
        check_urgency(hawser)
        check(all(echo(client, b"after") for client in later), "64 connections made meanwhile are served")

        def survives(client):
            try:
                return echo(client, b"after")
            except ConnectionError:
                return False

        survivors = sum(survives(client) for client in opened)
        check(survivors == len(opened) - lost, f"exactly the {lost} connections that the log names are lost")
        state = hawser.processes()["worker 1"]
        check(state[1:] == ("serving", 1), "show proc counts the restart")
        check(hawser.stop() == 143, "the program still ends in order")


main()
