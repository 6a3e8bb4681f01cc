#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""-D returns when everybody serves, leaves the master's number in the pid file, and lets go of the terminal."""
import os
import signal

from hawser import Hawser, Origin, Port, check, tcp_config, wait_until


def main():
    port, origin = Port(), Origin()
    with Hawser(tcp_config(port, origin, extra="    pidfile {dir}/pid"), "-D", wait_for=None) as hawser:
        check(hawser.process.wait(20) == 0, "the foreground process ends in 0")
        hawser.wait_eof()
        check(True, "and nobody holds its output")
        master = int((hawser.dir / "pid").read_text())
        check(hawser.processes()["master"][0] == master, "the pid file has the master's number")
        check(os.getsid(master) == master, "which leads a session of its own")
        with port.connect() as client:
            client.sendall(b"x")
            check(client.recv(1) == b"x", "clients are served")
        os.kill(master, signal.SIGTERM)
        wait_until(lambda: not (hawser.dir / "pid").exists(), "the pid file goes with its process")
        wait_until(lambda: not os.path.exists(f"/proc/{master}"), "the master has ended")

    with Hawser(tcp_config(port, origin).replace(f"127.0.0.1:{port.number}", "192.0.2.1:1"), "-D", wait_for=None) as hawser:
        check(hawser.process.wait(20) == 1, "a start that fails ends in 1")
        hawser.wait_log("cannot listen on 192.0.2.1:1")


main()
