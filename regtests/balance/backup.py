#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Backup servers are used when no other is left: the first of them, or all with `option allbackups`."""
from farm import Farm
from hawser import check

CONFIG = """
listen l
    bind @port
    balance roundrobin
    {option}
    server a @a
    server b @b
    server x @x backup
    server y @y backup
"""


def stages(option):
    farm = Farm("abxy")
    with farm.run(CONFIG.replace("{option}", option), workers=3) as hawser:
        seen = ["".join(sorted(set(farm.names(8))))]
        for name in "abx":
            hawser.cli(f"disable server l/{name}")
            seen.append("".join(sorted(set(farm.names(8)))))
        hawser.cli("disable server l/y")
        seen.append(farm.name_once())
        hawser.cli("enable server l/b")
        seen.append("".join(sorted(set(farm.names(8)))))
    return seen


check(stages("") == ["ab", "b", "x", "y", "", "b"], "one backup at a time, and none when a server is back")
check(stages("option allbackups") == ["ab", "b", "xy", "y", "", "b"], "all backups share with `option allbackups`")
