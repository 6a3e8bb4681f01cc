#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A frontend that is disabled, enabled and shut down at run time, over several workers; sessions that are shut down."""
import errno
import os
import signal
import socket

from cli import ask
from farm import Farm
from hawser import Hawser, Port, check, check_like_haproxy, wait_cli, wait_until
from health import both

WORKERS = 3
CONFIG = """frontend f
    bind @port
    default_backend b
frontend second
    bind {dir}/second
    default_backend b
backend b
    balance roundrobin
    server a @a
    server b @b
"""
PLAIN = """
global
    stats socket {dir}/cli level admin
defaults
    mode tcp
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend f
    bind 127.0.0.1:@f
    default_backend l
listen l
    bind 127.0.0.1:@l
    server s 127.0.0.1:1
"""
# In this order: what each says depends on those before.
COMMANDS = [
    "disable frontend", "disable frontend nobody", "enable frontend f", "disable frontend f", "disable frontend f", "enable frontend #2",
    "disable frontend #3", "shutdown frontend f", "shutdown frontend f", "enable frontend f", "disable frontend f", "shutdown frontend",
    "shutdown session", "shutdown session 0x1", "shutdown sessions server", "shutdown sessions server l/s",
    "shutdown sessions server l/nobody", "shutdown sessions server nobody/s",
]


def answers(name, arguments, program):
    config, ports = PLAIN, {"@f": Port(), "@l": Port()}
    for mark, port in ports.items():
        config = config.replace(mark, str(port.number))
    with Hawser(config, *arguments, wait_for=None, program=program) as proxy:
        wait_cli(proxy.dir / "cli", f"{name} listens")
        said = [ask(proxy.dir / "cli", command + "\n") for command in COMMANDS]
        rows = [line.split(",") for line in ask(proxy.dir / "cli", "show stat\n").splitlines() if ",FRONTEND," in line]
        return said, {row[0]: row[17] for row in rows}


def says_what_haproxy_says():
    (ours, our_states), (theirs, their_states) = [answers(*program) for program in both()]
    for command, own, other in zip(COMMANDS, ours, theirs):
        check_like_haproxy(command, own, other)
    check(our_states == their_states, f"the frontends are {our_states}")


def is_refused(farm):
    try:
        farm.visit().close()
        return False
    except ConnectionRefusedError:
        return True


def can_be_bound(port):
    """By a program that shares the port with nobody."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", port))
            return True
        except OSError as problem:
            assert problem.errno == errno.EADDRINUSE, problem
            return False


def sessions(hawser):
    """Their ids."""
    return [line.split(":", 1)[0] for line in hawser.cli("show sess").splitlines() if line]


def visits(farm, count):
    """So many that every worker gets some."""
    found = [farm.visit() for _ in range(count)]
    check({visit.name for visit in found} == {"a", "b"}, f"{count} clients are served")
    return found


def main():
    says_what_haproxy_says()
    farm = Farm("ab")
    with farm.run(CONFIG, workers=WORKERS) as hawser:
        early = visits(farm, 12)
        check(hawser.cli("disable frontend f") == "\n", "a frontend is disabled")
        check(is_refused(farm), "clients are refused from then on")
        check(not any(visit.has_ended() for visit in early), "those that were there stay")
        victim = hawser.processes()["worker 1"][0]
        os.kill(victim, signal.SIGKILL)
        hawser.wait_log("worker 1 .* serves again")
        check(is_refused(farm), "also by a worker that is born meanwhile")
        check(hawser.cli("enable frontend f") == "\n", "it is enabled")
        late = visits(farm, 12)

        session = sessions(hawser)[0]
        ended_before = sum(visit.has_ended() for visit in early + late)
        check(hawser.cli(f"shutdown session {session}") == "\n", "a session is shut down")
        wait_until(lambda: session not in sessions(hawser), "it has ended")
        wait_until(lambda: sum(visit.has_ended() for visit in early + late) == ended_before + 1, "which its client sees")
        check(hawser.cli(f"shutdown session {session}") == "No such session (use 'show sess').\n\n", "and is known no more")
        everybody = [visit for visit in early + late if not visit.has_ended()]
        check(hawser.cli("shutdown sessions server b/a") == "\n", "all sessions of a server are shut down")
        wait_until(lambda: all(visit.has_ended() for visit in everybody if visit.name == "a"), "its clients see the end")
        check(not any(visit.has_ended() for visit in everybody if visit.name == "b"), "and those of the other server do not")

        check(hawser.cli("shutdown frontend f") == "\n", "the frontend is shut down")
        check(is_refused(farm), "clients are refused")
        farm.port.socket.close()
        wait_until(lambda: can_be_bound(farm.port.number), "another program can have the port")
        check(hawser.cli("enable frontend f") == "Frontend was previously shut down, cannot enable.\n\n", "it stays down")
        check(hawser.stop() == 143, "the program ends in order")


main()
