#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`cookie ... insert maxidle maxlife`: dates in the cookie, in units of four seconds since 1970, and what becomes of clients whose
cookie is fresh, too old, without a date or from a future that no clock explains."""
import time

from hawser import check
from http_peers import OK, Origin, Proxy, UdpLog, accept_any, fields, get, http_listen

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
NOW = int(time.time())
MINUTE, HOUR = 60, 3600


def date(seconds):
    units = seconds // 4
    return "".join(DIGITS[units >> shift & 63] for shift in (24, 18, 12, 6, 0))


def seconds(text):
    units = 0
    for digit in text:
        units = units * 64 + DIGITS.index(digit)
    return units * 4


def is_now(text):
    return len(text) == 5 and abs(seconds(text) - NOW) < 300


class Farm:
    """Two servers behind a `cookie C insert ...` line; the cookie of the second is two."""

    def __init__(self, words):
        self.origins = [Origin(), Origin()]
        self.log = UdpLog()
        servers = "\n".join(f"server s{i} {o.address} cookie {name}" for i, (o, name) in enumerate(zip(self.origins, ("one", "two"))))
        options = f"log {self.log.target} local0\noption httplog\nhttp-reuse never\nbalance first"
        self.proxy = Proxy(http_listen(f"cookie C insert indirect {words}\n{servers}", options))

    def ask(self, cookie=None):
        """Which server answers, the value of the new cookie without its attributes, and letters 3 and 4 of the log."""
        client = self.proxy.connect()
        client.send(get("/", "Connection: close", *([f"Cookie: C={cookie}"] if cookie else [])))
        index, server = accept_any(*self.origins)
        server.read_head()
        server.send(OK)
        cookies = fields(client.read_to_end(), "Set-Cookie")
        letters = self.log.line("GET /").split(" - - --")[1][:2]
        return index, cookies[0].split(";")[0].removeprefix("C=") if cookies else None, letters


FRESH = date(NOW - 10 * MINUTE)
for words, new_dates in (("maxidle 30m", 1), ("maxlife 8h", 2), ("maxidle 30m maxlife 8h", 2)):
    farm = Farm(words)
    with farm.proxy:
        index, value, letters = farm.ask()
        parts = value.split("|")
        check(parts[0] == "one" and len(parts) == 1 + new_dates and all(map(is_now, parts[1:])), f"{words}: a new cookie: {value}")
        check(letters == "NI", f"{words}: logged as {letters}")
        index, again, letters = farm.ask("two")
        check(index == 1 and is_now(again.split("|")[1]) and letters == "VU", f"{words}: without a date it is good, and gets one")
        index, again, letters = farm.ask("two|" + "|".join([FRESH] * new_dates))
        check(index == 1 and letters == "VU" and is_now(again.split("|")[1]), f"{words}: a fresh one is renewed")
        if new_dates == 2:
            check(again.split("|")[2] == FRESH, f"{words}: but for the date of its first use")
        old = date(NOW - 9 * HOUR)
        index, again, letters = farm.ask("two|" + "|".join([old] * new_dates))
        expected = "OI" if "maxlife" in words else "EI"
        check((index, letters) == (0, expected), f"{words}: an old one is not followed ({letters})")
        check(again.startswith("one|") and is_now(again.split("|")[1]), f"{words}: and replaced")
        future = date(NOW + 48 * HOUR)
        index, again, letters = farm.ask("two|" + "|".join([future] * new_dates))
        check((index, letters) == (0, expected), f"{words}: nor is one from the day after tomorrow")
        if words == "maxidle 30m maxlife 8h":
            check(farm.ask(f"two|{FRESH}|{old}")[::2] == (0, "OI"), f"{words}: in use, but for too long")
            check(farm.ask(f"two|{date(NOW - 31 * MINUTE)}|{FRESH}")[::2] == (0, "EI"), f"{words}: young, but not in use")
