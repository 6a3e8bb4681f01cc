#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The syntax file for Vim knows every name that the program knows, and no other."""
import os
import pathlib
import re
import subprocess

from hawser import check

PROGRAM = os.environ["HAWSER"]
MAKER = pathlib.Path(os.environ["REGTESTS"]).parent / "contrib/editors/vim-syntax"
# Vim's signs for what Python writes otherwise.
SIGNS = {r"\%(": "(?:", r"\|": "|", r"\)": ")", r"\+": "+", r"\=": "?", r"\ze": "", r"\@<=": ""}


def printed(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


def listed(title):
    chapter = re.search(rf"^Available {title} :\n((?:  .*\n)+)", printed(PROGRAM, "-vv"), re.M)
    return [line[2:] for line in chapter[1].splitlines()]


def in_python(pattern):
    return re.compile(re.sub(r"\\(?:%\(|ze|@<=|[|)+=])", lambda sign: SIGNS[sign[0]], pattern))


patterns = {}
for group, pattern in re.findall(r'^syn match (hawser(?:Section|Keyword|Option)) "(.*)"$', printed(MAKER, PROGRAM), re.M):
    patterns.setdefault(group, []).append(in_python(pattern))


def knows(group, line):
    return any(pattern.fullmatch(line) for pattern in patterns[group])


sections = re.findall(r"^(\S+):$", printed(PROGRAM, "-dK"), re.M)
check(len(sections) > 8 and all(knows("hawserSection", name + " ") for name in sections), "sections")
missing = [name for name in listed("keywords") if not knows("hawserKeyword", f"    {name} ")]
check(len(listed("keywords")) > 150 and not missing, f"keywords {missing}")
check(knows("hawserKeyword", "    no option httplog "), "a keyword behind 'no'")
for title, start in (("bind", "bind :80 "), ("server", "server a b:80 "), ("server", "default-server ")):
    missing = [name for name in listed(title) if not knows("hawserOption", f"    {start}{name} ")]
    check(not missing, f"options of {start.split()[0]} {missing}")
unknown = ["    frobnicate ", "    timeout frobnicate ", "    timeouts ", "    xbind "]
check(not any(knows("hawserKeyword", line) for line in unknown), "other words are not keywords")
