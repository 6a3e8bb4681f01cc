#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How the program ends: its exit codes, and that nobody holds its output afterwards."""
import os
import re
import signal
import subprocess

from hawser import Hawser, Origin, Port, check, children_of, tcp_config


def main():
    port, origin = Port(), Origin()
    config = tcp_config(port, origin)
    for signal_number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGUSR1, 0)):
        with Hawser(config) as hawser:
            check(hawser.stop(signal_number) == code, f"{signal_number.name} ends in {code}")
            hawser.wait_eof()

    with Hawser(config) as hawser, port.connect() as client:
        client.sendall(b"x")
        client.recv(1)
        hawser.process.send_signal(signal.SIGUSR1)
        hawser.wait_log("SIGUSR1")
        client.sendall(b"y")
        check(client.recv(1) == b"y", "a soft stop lets a connection go on")
        client.shutdown(1)
        check(client.recv(1) == b"", "until its end")
        check(hawser.process.wait(20) == 0, "and then ends in 0")

    with Hawser(config) as hawser:
        for signal_number in (signal.SIGUSR2, signal.SIGHUP):
            hawser.process.send_signal(signal_number)
            hawser.wait_log(rf"{signal_number.name}: .*cannot reload")
        hawser.process.send_signal(signal.SIGQUIT)
        hawser.wait_log(r"worker 2 \(\d+\): serving")
        for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            os.kill(hawser.processes()["worker 1"][0], signal_number)
        check(hawser.processes()["worker 1"][2] == 0, "a worker leaves signals for the program to the master")
        children = children_of(hawser.pid)
        check(len(children) == 3, "two workers and control are children of the master")
        os.kill(hawser.pid, signal.SIGKILL)
        hawser.wait_eof()
        check(True, "a killed master takes every child with it")

    with Hawser(config) as first:
        taken = config.replace(f"127.0.0.1:{port.number}", "127.0.0.1:1").replace("127.0.0.1:1\n", "192.0.2.1:1\n", 1)
        (first.dir / "bad").write_text(taken.replace("{dir}", "/nonexistent"))
        bad = subprocess.run([os.environ["HAWSER"], "-f", first.dir / "bad"], capture_output=True, text=True, timeout=20)
        check(bad.returncode == 1, "what cannot be bound ends in 1")
        check("bad:12: cannot listen on 192.0.2.1:1 for listen 'echo'" in bad.stderr, "every failure is told: address")
        check("bad:4: cannot listen on unix:/nonexistent/cli" in bad.stderr, "every failure is told: socket")
        (first.dir / "much").write_text(config.replace("global\n", "global\n    maxconn 2000000000\n").replace("{dir}", "/nonexistent"))
        much = subprocess.run([os.environ["HAWSER"], "-f", first.dir / "much"], capture_output=True, text=True, timeout=20)
        check(much.returncode == 1 and re.search(r"4000\d+ file descriptors are needed, for 2000000000 connections", much.stderr),
              f"so is a limit that nobody may raise: {much.stderr}")


main()
