#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`hawser ask`: the runtime socket without any other tool."""
import os
import pty
import subprocess

from cli import config
from hawser import DEADLINE, Hawser, Port, check

PROGRAM = os.environ["HAWSER"]


def ask(*words, say=""):
    done = subprocess.run([PROGRAM, "ask", *map(str, words)], input=say, capture_output=True, text=True, timeout=DEADLINE)
    return done.returncode, done.stdout, done.stderr


def converse(path, lines):
    """What a terminal shows, without the echo of what is typed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([PROGRAM, "ask", str(path)], stdin=theirs, stdout=subprocess.PIPE, text=True) as client:
        os.close(theirs)
        for line in lines:
            os.write(ours, line.encode())
        said = client.communicate(timeout=DEADLINE)[0]
    os.close(ours)
    return client.returncode, said


port = Port()
sockets = ("stats socket {dir}/cli level admin", f"stats socket 127.0.0.1:{port.number} level user")
with Hawser(config(*sockets)) as proxy:
    path = proxy.dir / "cli"

    def expect(answer, wanted, what):
        check(answer == wanted, what if answer == wanted else f"{what}: {answer}, not {wanted}")

    weight = (0, "10 (initial 10)\n\n", "")
    expect(ask(path, "get", "weight", "l/s"), weight, "words are a command")
    expect(ask(path, "get weight l/s"), weight, "so is one word with blanks")
    expect(ask(path, say="get weight l/s\n"), weight, "and a line of standard input")
    expect(ask(f"127.0.0.1:{port.number}", "show version")[0], 0, "an address is asked as well")
    expect(converse(path, ["get weight l/s\n", "set weight l/s 7\n", "get weight l/s\n", "quit\n"]),
                (0, "\n> 10 (initial 10)\n\n> \n> 7 (initial 10)\n\n> "), "a terminal is a conversation")
    code, said, why = ask(proxy.dir / "nothing", "show info")
    check(code == 1 and not said and "No such file or directory; is Hawser running" in why, f"a socket that is not there: {why}")
