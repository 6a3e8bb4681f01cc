#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What each level may do, and the words of a refusal: as HAProxy has them."""
from cli import ask, config
from hawser import Hawser, check, check_like_haproxy, wait_cli
from health import both

CONFIG = config("stats socket {dir}/cli level admin",
                "stats socket {dir}/operator level operator",
                "stats socket {dir}/user level user",
                "stats socket {dir}/default")
# What changes nothing that another line depends on.
COMMANDS = [
    "show info", "show stat", "show sess", "show errors", "show servers state", "show servers conn", "show backend", "show env",
    "show cli sockets", "show cli level", "show version", "help", "get weight l/s", "set weight l/s 10", "set server l/s weight 10",
    "set server l/s state ready", "set server l/s health up", "enable server l/s", "enable health l/s", "disable health l/s",
    "set maxconn global 100", "set timeout cli 10", "clear counters", "clear counters all", "operator", "user",
    "operator;show cli level", "user;show cli level", "user;operator;show cli level", "operator;set weight l/s 10",
]
# Said in HAProxy's words exactly, whatever the level.
EXACT = {"show cli level", "operator;show cli level", "user;show cli level", "user;operator;show cli level", "get weight l/s",
         "enable health l/s", "disable health l/s", "show backend", "operator", "user", "set weight l/s 10"}


def answers(name, arguments, program):
    with Hawser(CONFIG, *arguments, wait_for=None, program=program) as proxy:
        for socket in ("cli", "operator", "user", "default"):
            wait_cli(proxy.dir / socket, f"{name} listens on {socket}")
        return {(level, command): ask(proxy.dir / level, command + "\n")
                for level in ("user", "operator", "default", "cli") for command in COMMANDS}


ours, theirs = [answers(*program) for program in both()]
for (level, command), own in ours.items():
    other = theirs[level, command]
    if command == "show env" and level in ("operator", "default"):
        check("Permission denied" in own, f"{level}: what stands in the environment is the administrator's, unlike with HAProxy")
        continue
    refused, theirs_refused = ("Permission denied" in answer for answer in (own, other))
    if refused or theirs_refused or command in EXACT:
        check_like_haproxy(f"{level}: {command}", own, other)
    elif command != "show sess":  # where HAProxy lists the session that asks
        check(bool(own.strip()) == bool(other.strip()), f"{level}: {command} is answered" + ("" if own.strip() else " with nothing"))
