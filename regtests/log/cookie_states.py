#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The third and fourth letter of the termination state, what becomes of the cookies, and the counters: as HAProxy.

    cookie_states.py [CASE...]    only these cases
"""
import re
import time

from beside import Case, Refusing, answers, says, status_of
from same_lines import check_same

SETS = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: SRV=own; path=/\r\n\r\nok"


def asks(cookie=None, method="GET", extra=""):
    """The status, and Set-Cookie fields without their dates, which the clock decides."""
    def client(visit):
        wire = visit.connect()
        header = f"Cookie: {cookie}\r\n" if cookie else ""
        length = "Content-Length: 0\r\n" if method == "POST" else ""
        wire.send(f"{method} / HTTP/1.1\r\nHost: h\r\n{header}{length}{extra}\r\n")
        head, _ = wire.read_response()
        fields = re.findall(rb"(?i)set-cookie: *([^\r]*)", head)
        return status_of(head), [re.sub(rb"\|[A-Za-z0-9+/]{5}", b"|DATE", field) for field in fields]
    return client


def case(state, name, client, config, script=answers(), words="cookie a", second=None, **expect):
    servers = {"s1": script}
    if second is not None:
        servers["s2"] = answers()
    return Case(name, client, 1, config, servers, {"s1": words, "s2": second}, {"state": state, **expect})


def date(age=0):
    """As HAProxy writes it: 30 bits of units of four seconds, in base64."""
    units = int(time.time() - age) >> 2
    return "".join(BASE64[units >> shift & 63] for shift in (24, 18, 12, 6, 0))


BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
INSERT = "cookie SRV insert indirect nocache"
IDLE = "cookie SRV insert indirect maxidle 1h"
LIFE = "cookie SRV insert indirect maxlife 1h"
BOTH = "cookie SRV insert indirect maxidle 1h maxlife 1h"
CASES = [
    case("----", "off", asks("SRV=a"), ""),
    case("--NI", "none", asks(), INSERT),
    case("--VN", "valid", asks("x=y; SRV=a"), INSERT),
    case("--II", "unknown", asks("SRV=zz"), INSERT),
    case("--VN", "direct", asks("SRV=a"), "cookie SRV insert"),
    case("--DI", "down", asks("SRV=b"), INSERT, second="cookie b disabled"),
    case("--DN", "persist", asks("SRV=a"), INSERT + "\noption persist", words="cookie a disabled", second="cookie b"),
    case("--DI", "redispatched", asks("SRV=a"), INSERT + "\nretries 1\ntimeout connect 100ms\noption redispatch 1", Refusing,
         second="cookie b"),
    # The server's own cookie of that name.
    case("--NI", "replaced", asks(), INSERT, answers(SETS)),
    case("--VD", "deleted", asks("SRV=a"), INSERT, answers(SETS)),
    case("--NP", "preserved", asks(), "cookie SRV insert indirect preserve", answers(SETS)),
    case("--VP", "preservedvalid", asks("SRV=a"), "cookie SRV insert indirect preserve", answers(SETS)),
    case("--NN", "postonly", asks(), "cookie SRV insert postonly"),
    case("--NI", "posted", asks(method="POST"), "cookie SRV insert postonly"),
    case("--NR", "rewritten", asks(), "cookie SRV rewrite", answers(SETS)),
    case("--NN", "notset", asks(), "cookie SRV rewrite"),
    case("--VR", "rewrittenvalid", asks("SRV=a"), "cookie SRV rewrite", answers(SETS)),
    case("--NR", "prefixed", asks(), "cookie SRV prefix", answers(SETS)),
    case("--VN", "prefixvalid", asks("SRV=a~own"), "cookie SRV prefix"),
    case("--IN", "prefixunknown", asks("SRV=own"), "cookie SRV prefix"),
    # Dates.
    case("--VU", "fresh", asks(f"SRV=a|{date(100)}"), IDLE),
    case("--EI", "expired", asks(f"SRV=a|{date(4000)}"), IDLE),
    case("--EI", "future", asks(f"SRV=a|{date(-100000)}"), IDLE),
    case("--VU", "undated", asks("SRV=a"), IDLE),
    case("--VU", "notadate", asks("SRV=a|!!"), IDLE),
    case("--VU", "young", asks(f"SRV=a|{date(100)}|{date(1000)}"), LIFE),
    case("--OI", "old", asks(f"SRV=a|{date()}|{date(4000)}"), LIFE),
    case("--VU", "nofirstvisit", asks("SRV=a"), LIFE),
    case("--VU", "dated", asks(f"SRV=a|{date(100)}|{date(1000)}"), BOTH),
    case("--VU", "halfdated", asks(f"SRV=a|{date(100)}"), BOTH),
    case("--OI", "oldandused", asks(f"SRV=a|{date()}|{date(4000)}"), BOTH),
    # And no response of a server.
    case("SCNN", "refused", asks(), INSERT + "\nretries 0", Refusing),
    case("SCVN", "refusedvalid", asks("SRV=a"), INSERT + "\nretries 0", Refusing),
    case("SHVN", "empty", asks("SRV=a"), INSERT, says(b"", "close")),
    case("PR--", "bad", asks("SRV=a", extra="Bad Header: 1\r\n"), INSERT),
    # A cookie is looked at when a server is chosen, not before.
    case("PR--", "denied", asks("SRV=a"), INSERT + "\nhttp-request deny", ours={"state": "PR--", "s": "<NOSRV>"}),
]


check_same(CASES)
