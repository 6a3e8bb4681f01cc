#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How the runtime socket reads lines: several commands, escapes, payloads, half-closes, interactive mode, its time. The same bytes go to
HAProxy, where it does the same."""
import time

from cli import Cli, ask, config
from hawser import Hawser, check, check_like_haproxy, wait_cli
from health import both

CONFIG = config("stats socket {dir}/cli level admin", "stats timeout 10s")


def run(name, arguments, program):
    with Hawser(CONFIG, *arguments, wait_for=None, program=program) as proxy:
        path = proxy.dir / "cli"
        wait_cli(path, f"{name} listens")
        said = {}

        def note(what, text):
            said[what] = text

        note("one command", ask(path, "get weight l/s\n"))
        note("two commands", ask(path, "get weight l/s;show cli level\n"))
        note("blanks around them", ask(path, "  get   weight  l/s  ;  show cli level \n"))
        note("a command that says nothing", ask(path, "set weight l/s 7;get weight l/s\n"))
        note("an empty line", ask(path, "\n"))
        note("an unknown backend", ask(path, "get weight nobody/s\n"))
        note("an unknown server", ask(path, "get weight l/nobody\n"))
        note("a bad weight", ask(path, "set weight l/s 300\n"))
        note("no weight", ask(path, "set weight l/s\n"))
        note("a server without a backend", ask(path, "disable server s\n"))

        client = Cli(path)
        client.send("show cli level\n")
        client.finish()
        note("a client that half-closes", client.read_to_end())

        client = Cli(path)
        client.send("show cli ")
        client.send("level;get weight l/s\n")
        note("a line in two pieces", client.read_to_end())

        client = Cli(path)
        client.send("prompt\n")
        talk = client.read_until("> ")
        for line in ("show cli level\n", "get weight l/s;show cli level\n", "operator\n", "set weight l/s 5\n", "show cli level\n"):
            client.send(line)
            talk += client.read_until("\n> ")
        client.send("quit\n")
        note("interactive mode", talk + client.read_to_end())

        client = Cli(path)
        client.send("prompt\n")
        talk = client.read_until("> ")
        client.send("show cli level <<\n")
        talk += client.read_until("+ ")
        client.send("payload;get weight l/s\n\n")
        talk += client.read_until("\n> ")
        client.finish()
        note("a payload in interactive mode", talk)
        note("a payload", ask(path, "show cli level <<\nfirst\nsecond\n\n"))

        began = time.monotonic()
        client = Cli(path)
        client.send("prompt\n")
        client.read_until("> ")
        client.send("set timeout cli 1\n")
        client.read_until("> ")
        client.read_to_end()
        took = time.monotonic() - began
        # `stats timeout` would take its 10 s.
        check(0.5 < took < 9, f"{name}: `set timeout cli 1` ends an idle connection after {took:.1f} s")
        return said


ours, theirs = [run(*program) for program in both()]
for what, own in ours.items():
    other = theirs[what]
    if other.startswith("Unknown command"):  # the commands follow, which differ
        own, other = own.splitlines()[0], other.splitlines()[0]
    check_like_haproxy(what, own, other)
