#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`http-errors` sections and `errorfiles`: whole sections, single statuses, the order of lines, backends before frontends, and what the
log says of them."""
import pathlib
import tempfile

from hawser import check
from http_peers import Origin, Proxy, UdpLog, body, field, get, http_listen, status


def page(number, text):
    path = FOLDER / f"{number}-{text}"
    path.write_text(f"HTTP/1.1 {number} Page\r\nContent-Type: text/plain\r\nX-Page: {text}\r\n\r\n{text}")
    return path


with tempfile.TemporaryDirectory() as folder:
    FOLDER = pathlib.Path(folder)
    dead = Origin()
    dead.stop()
    log = UdpLog()
    config = f"""
global
    log {log.target} local0
defaults
    mode http
    log global
    option httplog
    retries 0
    timeout connect 5s
    timeout client 5s
    timeout server 5s
http-errors site
    errorfile 400 {page(400, "site")}
    errorfile 403 {page(403, "site")}
    errorfile 503 {page(503, "site")}
    errorfile 408 /dev/null
http-errors other
    errorfile 503 {page(503, "other")}
frontend whole
    bind @1
    errorfiles site
    default_backend plain
frontend single
    bind @2
    errorfiles site 403
    http-request deny
frontend later
    bind @3
    errorfiles site
    errorfiles other 503
    default_backend plain
frontend front
    bind @4
    errorfiles site
    default_backend own
frontend own-file
    bind @5
    errorfile 503 {page(503, "file")}
    errorloc303 403 http://elsewhere/
    http-request deny
backend plain
    server s1 {dead.address}
backend own
    errorfiles other
    server s1 {dead.address}
"""
    with Proxy(config, listeners=5) as proxy:

        def answer(listener, request=get("/", "Connection: close")):
            client = proxy.connect(listener)
            client.send(request)
            return client.read_to_end()

        found = answer(1)
        check(status(found) == 503 and body(found) == b"site" and field(found, "X-Page") == "site", "a section replaces the page")
        check(field(found, "Content-Length") == "4" or field(found, "Connection") == "close", "with a length, or the end")
        check(body(answer(1, b"nonsense\r\n\r\n")) == b"site", "for every status that it has")
        check(body(answer(2)) == b"site", "a single status can be taken from it")
        check(body(answer(2, b"nonsense\r\n\r\n")) != b"site", "and the others stay")
        check(body(answer(3)) == b"other", "a later line overrides an earlier one")
        check(body(answer(4)) == b"other", "a backend's pages go before its frontend's")
        check(body(answer(4, b"nonsense\r\n\r\n")) == b"site", "and the frontend's where the backend has none")
        found = answer(5)
        check(status(found) == 303 and field(found, "Location") == "http://elsewhere/", "a redirection in place of an error")
        check(" 403 " in log.line("own-file "), "is logged as the error that it stands for")
    with Proxy(http_listen("errorfile 408 /dev/null\nerrorfile 503 /dev/null\nhttp-request deny status 503")) as proxy:
        check(answer(1) == b"", "an empty file sends nothing and closes")
