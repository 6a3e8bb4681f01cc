#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients that close early: `option abortonclose` for those that wait, `option http-ignore-probes` for those that never asked."""
from hawser import check, wait_until
from http_peers import OK, Origin, Proxy, UdpLog, ask, get, http_listen, ours, status


def logged(log):
    return f"log {log.target} local0\noption httplog"


def queued(proxy):
    """Column qcur of the backend."""
    return next(int(line.split(",")[2]) for line in proxy.cli("show stat").splitlines() if line.startswith("l,BACKEND,"))


# A client that waits in the queue sends FIN: its request is dropped, or served all the same.
for option, is_served in (("", True), ("option abortonclose", False)):
    origin, log = Origin(), UdpLog()
    # Nothing may end by these timeouts.
    timeouts = "timeout client 60s\ntimeout queue 60s"
    with Proxy(http_listen(f"{option}\nserver s1 {origin.address} maxconn 1", logged(log), timeouts)) as proxy:
        first, second = proxy.connect(), proxy.connect()
        server, _ = ask(first, origin, get("/first", "Connection: close"))
        second.send(get("/second"))
        wait_until(lambda: queued(proxy) == 1, "the second request waits in the queue")
        second.finish()
        if not is_served:
            line = log.line("/second")
            check(" l/<NOSRV> " in line and " CQ-- " in line, "abortonclose: who leaves the queue is logged as CQ")
        server.send(OK)
        first.read_answer()
        if is_served:
            again = origin.accept() if not server.waits_before(origin) else server
            check(again.read_head().startswith(b"GET /second "), "without it, a client that closed one side is served")
            again.send(OK)
            check(second.read_to_end().endswith(b"ok"), "answered, and let go")
        else:
            check(server.is_quiet() and not origin.has_connection(), "abortonclose: its request goes nowhere")

# The same while the server has the request.
for option, is_served in (("", True), ("option abortonclose", False)):
    origin, log = Origin(), UdpLog()
    with Proxy(http_listen(f"{option}\nserver s1 {origin.address}", logged(log))) as proxy:
        client = proxy.connect()
        server, _ = ask(client, origin)
        client.finish()
        if is_served:
            assert server.is_quiet()
            server.send(OK)
            check(client.read_to_end().endswith(b"ok"), "without it, a client that waits half-closed gets its answer")
        else:
            check(server.is_closed(), "abortonclose: the server is let go")
            check(" CH-- " in log.line("GET /"), "and the log says CH")

# Connections that bring nothing.
SILENT = "timeout http-request 400ms"
for option in ("", "option http-ignore-probes"):
    log = UdpLog()
    settings = f"{logged(log)}\n{option}"
    with Proxy(http_listen("http-request return status 200", settings, SILENT)) as proxy:
        silent = proxy.connect()
        answer = silent.read_to_end()
        probe = proxy.connect()
        probe.finish()
        ours(probe.is_closed(), f"'{option}': a client that closes without a word gets none")
        if option:
            check(answer == b"", "http-ignore-probes: nor does one that is silent for `timeout http-request`")
        else:
            check(status(answer) == 408, "a client that is silent for `timeout http-request` gets 408")
            check(" cR-- " in log.line("<BADREQ>"), "and is logged")
            check(" CR-- " in log.line("<BADREQ>"), "as is who left")
        half = proxy.connect()
        half.send(b"GET / HT")
        check(status(half.read_to_end()) == 408, f"'{option}': who began a request and stopped gets 408")
        left = proxy.connect()
        left.send(b"GET / HT")
        left.finish()
        check(status(left.read_to_end()) == 400, f"'{option}': who began one and left gets 400")
        check(" cR-- " in log.line("<BADREQ>"), "both are logged, and")
        check(" CR-- " in log.line("<BADREQ>"), f"'{option}': nothing was logged between them")
