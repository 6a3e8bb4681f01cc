#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A check comes from the `source` address, and takes none of its ports: clients may hold them all.

Checks used to need a port of the range, and were not made at all while clients held them.
"""
import socket

from hawser import Hawser, check
from health import Checked, checked_config

server = Checked()
held = socket.socket()
held.bind(("127.0.0.3", 0))
held.connect(("127.0.0.1", server.port))
low = held.getsockname()[1]
CONFIG = f"""
listen l
    bind {{dir}}/l
    option httpchk
    server s 127.0.0.1:{server.port} check inter 50ms source 127.0.0.3:{low}-{low}
"""
with Hawser(checked_config(CONFIG), "-d", wait_for=None):
    server.wait_asked(3)
    check(all(host == "127.0.0.3" and port != low for host, port in server.clients), "checks are made from the address, with other ports")
