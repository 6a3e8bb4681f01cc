#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`option redispatch N` and `retries`: which attempts go to another server. A server that answers 503 stands for one that fails, so
that every attempt is seen. A server that neither a cookie nor a key named is left at once."""
from hawser import check
from http_peers import OK, Origin, Proxy, UdpLog, accept_any, ask, get, http_listen, ours, status

UNAVAILABLE = b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"


def attempts(option, retries, servers=3, cookie=True, balance="roundrobin"):
    """The servers that are asked one after the other, as letters."""
    origins = [Origin() for _ in range(servers)]
    lines = "\n".join([f"balance {balance}\nretry-on 503 conn-failure\nretries {retries}\n{option}", "cookie C insert" if cookie else "",
                       *(f"server s{i} {origin.address} cookie c{i}" for i, origin in enumerate(origins))])
    seen = ""
    with Proxy(http_listen(lines, timeouts="timeout connect 50ms")) as proxy:
        client = proxy.connect()
        client.send(get("/", "Cookie: C=c0"))
        for _ in range(retries + 1):
            index, server = accept_any(*origins)
            seen += "abc"[index]
            server.read_head()
            server.send(UNAVAILABLE)
        assert status(client.read_answer()) == 503
        assert not any(origin.has_connection() for origin in origins), "one attempt too many"
    return seen


check(attempts("", 0) == "a", "no retry, one attempt")
check(attempts("", 3) == "aaaa", "without the option, every attempt is for the same server")
check(attempts("option redispatch", 3) == "aaab", "by default, the last one is for another server than the cookie's")
check(attempts("option redispatch -1", 3) == "aaab", "-1 says the same")
check(attempts("option redispatch 0", 3) == "aaaa", "0: never")
check(attempts("no option redispatch", 3) == "aaaa", "so does `no`")
check(attempts("option redispatch 1", 2) == "abc", "1: every one")
check(attempts("option redispatch 2", 3) == "aabc", "2: the second one, and then nothing names a server any more")
check(attempts("option redispatch", 2, cookie=False) == "abc", "without a cookie each attempt is for another server")
check(attempts("option redispatch 2", 2, cookie=False, balance="leastconn") == "abc", "with leastconn as well")
check(len(set(attempts("option redispatch", 2, cookie=False, balance="source")[:2])) == 1, "but not where a key names the server")
ours(attempts("option redispatch 0", 2, cookie=False) == "aaa", "0: never, not even then")
check(attempts("", 2, cookie=False) == "aaa", "nor without the option")


def logged_retries(option, retries):
    """The log's count of retries when the cookie's server refuses and the other one answers; '+' for another server."""
    refusing, good, log = Origin(), Origin(), UdpLog()
    refusing.stop()
    lines = f"retries {retries}\n{option}\ncookie C insert\nserver a {refusing.address} cookie a\nserver b {good.address} cookie b"
    options = f"log {log.target} local0\noption httplog"
    with Proxy(http_listen(lines, options, "timeout connect 50ms")) as proxy:
        client = proxy.connect()
        server, _ = ask(client, good, get("/", "Cookie: C=a"))
        server.send(OK)
        client.read_answer()
        line = log.line("GET /")
        check(" l/b " in line and " --DI " in line, f"{option}: the server is called down in the log")
        return line.split()[-5].split("/")[-1]


check(logged_retries("option redispatch", 2) == "+2", "a refused connect: the last retry is for another server")
check(logged_retries("option redispatch 1", 3) == "+1", "1: the first is")
check(logged_retries("option redispatch 2", 3) == "+2", "2: the second is")
check(logged_retries("option redispatch -2", 4) == "+3", "-2: the last but one is")
