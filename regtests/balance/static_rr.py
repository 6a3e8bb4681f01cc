#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""static-rr is as exact as roundrobin, and its weights stay what the file says."""
import collections

from farm import Farm
from hawser import check

farm = Farm("ab")
CONFIG = """
listen l
    bind @port
    balance static-rr
    server a @a weight 2
    server b @b weight 1
"""
with farm.run(CONFIG, workers=3) as hawser:
    check(collections.Counter(farm.names(30)) == {"a": 20, "b": 10}, "30 connections go 2:1")
    check("static LB algorithm" in hawser.cli("set weight l/a 5"), "another weight is refused at run time, as HAProxy does")
    check(collections.Counter(farm.names(30)) == {"a": 20, "b": 10}, "and changes nothing")
    check(hawser.cli("set weight l/a 0%").strip() == "", "0% is accepted")
    check(farm.names(6) == "bbbbbb", "and takes the server out")
