#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The one-line forms of `option httpchk` send the same bytes as HAProxy's."""
from hawser import Hawser, check
from health import Checked, both, checked_config

FORMS = [
    ("option httpchk", ""),
    ("option httpchk /health", ""),
    ("option httpchk HEAD /health", ""),
    ("option httpchk GET /health?full=1 HTTP/1.1", ""),
    (r"option httpchk GET /health HTTP/1.1\r\nHost:\ www.example.com", ""),
    (r"option httpchk HEAD / HTTP/1.1\r\nHost:\ h\r\nX-Check:\ yes", ""),
    ("option httpchk OPTIONS * HTTP/1.0", ""),
    ("option httpchk /proxied", "send-proxy"),
    ("option httpchk /proxied", "send-proxy check-send-proxy port @other"),
]


def requests(name, arguments, program):
    servers, lines = [Checked() for _ in FORMS], ""
    for number, ((form, words), server) in enumerate(zip(FORMS, servers)):
        words = words.replace("@other", str(server.port))
        lines += f"backend b{number}\n    {form}\n    server s 127.0.0.1:{server.port} check inter 200ms {words}\n"
    with Hawser(checked_config("listen l\n    bind {dir}/l\n" + lines), *arguments, wait_for=None, program=program):
        return [server.wait_asked(1)[0][1] for server in servers], [server.port for server in servers]


(ours, our_ports), (theirs, their_ports) = [requests(*program) for program in both()]
for (form, words), own, other, own_port, other_port in zip(FORMS, ours, theirs, our_ports, their_ports):
    own = own.replace(b"%d" % own_port, b"PORT")
    other = other.replace(b"%d" % other_port, b"PORT")
    if own.startswith(b"PROXY TCP"):  # its first port is the kernel's choice
        own, other = [b" ".join(text.split(b" ")[:4] + [b"FROM"] + text.split(b" ")[5:]) for text in (own, other)]
    check(own == other, f"{form} {words}: {own!r}" + ("" if own == other else f", but HAProxy {other!r}"))
