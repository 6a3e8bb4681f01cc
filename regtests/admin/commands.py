#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command of the runtime socket once, from one end to the other: what it shows is so, and what it changes, workers obey."""
import re

from farm import Farm, info, stat
from hawser import check, wait_until

CONFIG = """
listen l
    bind @port
    balance roundrobin
    option httpchk
    server a @a weight 10
    timeout check 10s
    server b @b weight 10 check inter 200ms
listen t
    bind {dir}/t
    mode tcp
    server a @a
"""
NOTHING = "\n"


def tell(answer):
    return " ".join(answer.split())[:100]


farm = Farm("ab", "http")
with farm.run(CONFIG, workers=3) as hawser:
    def ask(command, pattern=None):
        answer = hawser.cli(command)
        if pattern is None:
            check(answer == NOTHING, f"{command}: {tell(answer) or 'done'}")
        else:
            check(re.search(pattern, answer, re.M) is not None, f"{command}: {tell(answer)}")
        return answer

    def shares():
        return "".join(sorted(farm.ask() for _ in range(20)))

    ask("show version", r"^\d+\.\d+")
    ask("show info", r"^Name: ")
    check(re.search(r"^Nbproc: ?3$|^Process_num: ", hawser.cli("show info"), re.M) is not None, "show info knows the processes")
    ask("show proc", r"worker 3 ")
    ask("show backend", r"^# name\nl\nt$")
    ask("show cli sockets", r"cli admin")
    ask("show cli level", "^admin$")
    ask("show env", "^PATH=")
    ask("show errors", "Total events captured on|captured")
    answer = ask("help", "show stat")
    named = set(re.findall(r"^  ([a-z][a-z ]*[a-z])", answer, re.M))
    check(len(named) > 20, f"help names {len(named)} commands")

    check(shares() == "a" * 10 + "b" * 10, "equal shares at first")
    check(stat(hawser, "l", "FRONTEND", "stot") == "20", "show stat adds the workers up")
    check(stat(hawser, "l", "a", "stot") == stat(hawser, "l", "b", "stot") == "10", "and has a row for each server")

    ask("set weight l/a 30")
    ask("get weight l/a", r"^30 \(initial 10\)$")
    check(shares() == "a" * 15 + "b" * 5, "set weight: 3:1")
    ask("set server l/a weight 10")
    check(shares() == "a" * 10 + "b" * 10, "set server weight: 1:1 again")
    ask("set server l/a weight 50%")
    ask("get weight l/a", r"^5 \(initial 10\)$")
    ask("set weight l/a 10")

    ask("disable server l/a")
    check(stat(hawser, "l", "a", "status") == "MAINT", "disable server: maintenance")
    check(shares() == "b" * 20, "and no client for it")
    ask("enable server l/a")
    check(shares() == "a" * 10 + "b" * 10, "enable server: it has its share again")
    for state, status, share in (("drain", "DRAIN", "b" * 20), ("maint", "MAINT", "b" * 20), ("ready", "no check", "a" * 10 + "b" * 10)):
        ask(f"set server l/a state {state}")
        check(stat(hawser, "l", "a", "status") == status, f"set server state {state}: {status}")
        check(shares() == share, "and the workers obey")
    row = re.search(r"^\d+ l \d+ a (\S+) (\d+) (\d+) (\d+) (\d+) ", ask("show servers state", r"^1$"), re.M)
    check(row is not None and row[2] == "2" and row[4] == "10", "show servers state has the state and the weight")
    ask("show servers conn", r"l/a .* ")

    ask("disable health l/b")
    ask("set server l/b health down")
    check(stat(hawser, "l", "b", "status") == "DOWN", "set server health down")
    check(shares() == "a" * 20, "and the workers obey")
    ask("set server l/b health stopping")
    check(stat(hawser, "l", "b", "status") == "NOLB", "set server health stopping: NOLB")
    ask("set server l/b health down")
    ask("enable health l/b")
    wait_until(lambda: stat(hawser, "l", "b", "status") == "UP", "enable health: the next check finds it up")

    held = farm.port.connect()
    held.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    held.recv(65536)
    session = re.match("0x[0-9a-f]+", ask("show sess", r"^0x[0-9a-f]+: .*src=127\.0\.0\.1"))[0]
    ask("show sess all", "^0x")
    ask(f"show sess {session}", rf"^{session}: .*\n  frontend=l ")
    ask("show sess 0xfff", "^Session not found\\.$")
    held.close()
    wait_until(lambda: info(hawser, "CurrConns") == "0", "it has left")

    ask("set maxconn global 1")
    first, second = farm.port.connect(), farm.port.connect()
    for client in (first, second):
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    wait_until(lambda: info(hawser, "CurrConns") == "1", "set maxconn global 1: one of two clients is served")
    ask("set maxconn global 0")
    check(b"200" in first.recv(65536) and b"200" in second.recv(65536), "set maxconn global 0: both are")
    first.close()
    second.close()

    ask("clear counters")
    check(int(stat(hawser, "l", "FRONTEND", "stot")) > 20, "clear counters keeps the sums")
    ask("clear counters all")
    check(stat(hawser, "l", "FRONTEND", "stot") == "0", "clear counters all starts them again")
    ask("set timeout cli 30")
    ask("show stat 2 1 -1", "^# pxname")
    ask("show nothing", "^Unknown command")
