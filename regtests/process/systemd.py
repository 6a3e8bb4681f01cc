#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""-Ws: systemd is told that the service is ready, first of all, that it is alive, and that it stops."""
import os
import signal
import socket
import tempfile

from hawser import DEADLINE, Hawser, Origin, Port, check, tcp_config


def main():
    port, origin = Port(), Origin()
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(folder + "/notify")
        notified.settimeout(DEADLINE)
        os.environ["NOTIFY_SOCKET"] = folder + "/notify"
        os.environ["WATCHDOG_USEC"] = "400000"
        with Hawser(tcp_config(port, origin), "-Ws") as hawser:
            first = notified.recv(4096).decode().split("\n")
            check("READY=1" in first, "the first message says that the service is ready")
            check(f"MAINPID={hawser.pid}" in first, "and who is the master")
            with port.connect() as client:
                client.sendall(b"x")
                check(client.recv(1) == b"x", "and it is ready indeed")
            check(all(notified.recv(4096) == b"WATCHDOG=1" for _ in range(3)), "the watchdog is fed")
            hawser.process.send_signal(signal.SIGTERM)
            while (message := notified.recv(4096).decode()) == "WATCHDOG=1":
                pass
            check("STOPPING=1" in message.split("\n"), "the end is announced")
            check(hawser.process.wait(DEADLINE) == 143, "and comes")


main()
