# SPDX-License-Identifier: MIT
"""What is compared: for each case the lines of a backend and the requests that are sent through it.

A request is a dictionary: target, method, header (a list of 'Name: value'), body, source, first (the bytes of TCP).
"""

import random

SERVER_SETS = {
    "equal": ["s1", "s2", "s3", "s4", "s5", "s6", "s7"],
    "uneven": ["s1 weight 3", "s2 weight 2", "s3 weight 1"],
    "coprime": ["s1 weight 10", "s2 weight 1", "s3 weight 1", "s4 weight 7", "s5 weight 256"],
    "common_factor": ["s1 weight 20", "s2 weight 40", "s3 weight 10", "s4 weight 0"],
    "one_down": ["s1 weight 3", "s2 weight 2 disabled", "s3 weight 1", "s4 weight 2"],
    "factor_down": ["s1 weight 2", "s2 weight 4", "s3 weight 3 disabled", "s4 weight 8"],
    "factor_backup": ["s1 weight 2", "s2 weight 4", "s3 weight 3 backup", "s4 weight 8"],
    "factor_zero": ["s1 weight 4", "s2 weight 6", "s3 weight 0"],
    "taken_ids": ["s1 id 2", "s2", "s3 id 4", "s4", "s5 id 1"],
    "ids": ["s1 id 100", "s2 id 7", "s3 id 65000 weight 2", "s4"],
    "backups": ["s1 disabled", "s2 weight 0", "s3 backup", "s4 backup"],
    "all_backups": ["s1 disabled", "s2 weight 0", "s3 backup weight 2", "s4 backup"],
    "backups_unused": ["s1", "s2", "s3 backup", "s4 backup"],
}

FUNCTIONS = ["", "sdbm", "djb2", "wt6", "crc32"]
METHODS = ["map-based", "consistent"]


def hash_types():
    for method in METHODS:
        for function in FUNCTIONS:
            yield f"{method} {function}".strip()
            if function:
                yield f"{method} {function} avalanche"


def text_keys(count):
    rng = random.Random(6)
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=?&+"
    return ["".join(rng.choice(alphabet) for _ in range(rng.randint(1, 40))) for _ in range(count)]


def single_byte_keys():
    """sdbm of one byte is the byte: these walk through a map slot by slot."""
    return [chr(c) for c in range(0x21, 0x7F) if chr(c) not in ',"\\']


def ipv4_sources():
    rng = random.Random(4)
    return [f"127.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}" for _ in range(90)] + [
        f"127.0.0.{n}" for n in range(1, 60)]


def ipv6_sources():
    rng = random.Random(16)
    return ["2001:db8::" + ":".join(f"{rng.randint(1, 0xFFFF):x}" for _ in range(n % 5 + 1)) for n in range(100)] + [
        "::1", "fe80::1", "::ffff:10.1.2.3"]


TARGETS = [
    "/", "/a", "/a/", "/a/b/c/d.html", "/a/b/c/e.html", "/a/b/x", "/index.html?x=1", "/index.html?x=2", "/index.html",
    "/index.html?", "/index.html#frag", "/?", "/?a/b/c", "//double//slash", "/%41%2f", "/a;p=1/b?c", "/a/b?c/d/e",
    "http://www.example.com/a/b/c?x=1", "http://www.example.com", "http://www.example.com/", "http://other.example/a/b/c",
    "https://www.example.com/a/b/c", "http://www.example.com?x=1", "*", "/images/2024/01/02/photo-1.jpg",
    "/images/2024/01/02/photo-2.jpg", "/images/2024/01/03/photo-1.jpg", "/very/long/" + "x" * 200 + "/end",
] + [f"/dir{n % 9}/sub{n % 5}/file{n}?q={n}" for n in range(80)]

QUERIES = [
    "/?user=alice", "/?user=bob", "/?a=1&user=carol", "/?user=dave&a=1", "/?USER=erin", "/?user=", "/?user", "/?user&a=1",
    "/?xuser=frank", "/?userx=gina&user=hal", "/?user=ivy;x=1", "/?x=1;user=jim", "/?user=%61lice", "/?user=a+b", "/",
    "/?", "/?a=user=kate", "/?user=leo?more", "/path?b&user=mia", "/?user=nina#frag", "/?user==eq", "/?&user=olaf",
    "/?&&user=pia&", "/?a=1?user=quinn", "/p;user=rob?x=1", "http://h.example/?user=sue",
] + [f"/page?id={n}&user=u{n}&z=1" for n in range(60)]

HEADER_VALUES = [
    "value", "a,b", "a , b", ",b", " ", "  padded  ", '"quoted,comma",next', "a;q=1", "%41", "Mixed Case",
    "x" * 300, "a\tb", "tab\t", ",", " , a",
]

HOSTS = [
    "www.example.com", "example.com", "example", "www.example.com:8080", "example.com:80", "a.b.c.example.co.uk", "haproxy.1wt.eu",
    "localhost", "localhost:8080", "10.0.0.1", "10.0.0.1:80", "[::1]:80", "[2001:db8::1]", "example.com.", "www.example.com.",
    ".example.com", "example..com", "WWW.EXAMPLE.COM", "Example.Com", "a.b", "a", "x.y.z.w", "www.example.museum", "com", ".com", "a.",
    "-", "www.exa-mple.com", "www.example.c", "a..b.com", "x.a..com", "..com", "a..", "123.example.com", "1.2.3", "host:1.2",
] + [f"site{n}.customer{n % 17}.example{n % 5}.net" for n in range(60)]


def header_requests(name, values):
    return [{"header": [f"{name}: {value}"]} for value in values]


RDP_PREFIX = "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00"


def rdp_packet(cookie_line, tail="\x01\x00\x08\x00\x03\x00\x00\x00", length=None):
    """TPKT, a connection request of X.224 and the cookie line."""
    payload = cookie_line + tail
    total = 11 + len(payload)
    return (f"\x03\x00{chr(total >> 8)}{chr(total & 255)}"
            f"{chr((length if length is not None else 6 + len(payload)) & 255)}\xe0\x00\x00\x00\x00\x00{payload}")


def rdp_requests():
    users = [f"user{n}" for n in range(60)] + ["DOMAIN\\bob", "a", "", "x" * 60, "bob@example.com", "3640205228.15629.0000"]
    return ([{"first": rdp_packet(f"Cookie: mstshash={user}\r\n")} for user in users] +
            [{"first": rdp_packet(f"Cookie: msts={user}\r\n")} for user in users[:20]] +
            [{"first": rdp_packet(f"Cookie: MSTSHASH={user}\r\n")} for user in users[:5]] +
            [{"first": rdp_packet(f"cookie: mstshash={user}\r\n")} for user in users[:5]] +
            [{"first": rdp_packet("Cookie: mstshash=half;more\r\n")}, {"first": rdp_packet("Cookie:mstshash=x\r\n")},
             {"first": rdp_packet("Cookie: mstshash=nocr\n")}, {"first": rdp_packet("Cookie: mstshash=x y\r\n")},
             {"first": rdp_packet("Cookie: mstshash=x,y\r\n")}, {"first": rdp_packet("Cookie:  mstshash=x\r\n")}])


def post_requests():
    form = ["Content-Type: application/x-www-form-urlencoded"]
    bodies = [f"a=1&user=u{n}" for n in range(30)] + ["user=first", "xuser=no", "user=", "user", "a b&user=late", "a\nuser=x",
                                                     "user=with space", "x=1;user=semi", "?user=mark", "user=x&user=y"]
    requests = [{"method": "POST", "header": form, "body": body} for body in bodies]
    requests += [{"method": "POST", "body": f"user=u{n}"} for n in range(3)]
    requests += [{"method": "PUT", "header": form, "body": f"user=u{n}"} for n in range(3)]
    requests += [{"method": "POST", "target": "/?user=inquery", "header": form, "body": "user=inbody"}]
    requests += [{"method": "POST", "target": "/?x=1", "header": form, "body": "user=inbody"}]
    return requests


def cases():
    """(name, mode, lines of the backend, server set, requests)"""
    keys = header_requests("X-Key", single_byte_keys() + text_keys(110))
    for servers in SERVER_SETS:
        for hash_type in ["map-based", "consistent", "consistent djb2"]:
            extra = ["option allbackups"] if servers == "all_backups" else []
            yield (f"servers {servers} {hash_type}", "http",
                   ["balance hdr(X-Key)", f"hash-type {hash_type}"] + extra, servers, keys)
    for hash_type in hash_types():
        yield f"type {hash_type}", "http", ["balance hdr(X-Key)", f"hash-type {hash_type}"], "coprime", keys
    for family, addresses in [("ipv4", ipv4_sources()), ("ipv6", ipv6_sources())]:
        sources = [{"source": address} for address in addresses]
        for hash_type in METHODS + ["map-based wt6", "map-based sdbm avalanche", "consistent crc32 avalanche", "consistent sdbm"]:
            yield (f"source {family} {hash_type}", "http", ["balance source", f"hash-type {hash_type}"], "equal", sources)
    targets = [{"target": target} for target in TARGETS]
    queries = [{"target": target} for target in QUERIES]
    rdp = rdp_requests()
    for hash_type in METHODS:
        hash_line = f"hash-type {hash_type}"
        for words in ["", "whole", "path-only", "len 8", "depth 1", "depth 2", "depth 3 len 12", "whole depth 3",
                      "path-only whole", "path-only depth 2", "len 200 whole"]:
            yield (f"uri {words} {hash_type}".replace("  ", " "), "http", [f"balance uri {words}".strip(), hash_line], "equal",
                   targets)
        yield (f"url_param {hash_type}", "http", ["balance url_param user", hash_line], "equal",
               queries)
        yield (f"url_param check_post {hash_type}", "http", ["balance url_param user check_post", hash_line], "equal",
               post_requests() + [{"target": target} for target in QUERIES[:8]])
        yield (f"hdr {hash_type}", "http", ["balance hdr(x-key)", hash_line], "equal",
               header_requests("X-Key", HEADER_VALUES) + [{"header": []}, {"header": ["X-Key: one", "X-Key: two"]},
                                                          {"header": ["X-Key: two", "X-Key: one"]},
                                                          {"header": ["X-Key:", "X-Key: two"]}])
        yield (f"hdr domain {hash_type}", "http", ["balance hdr(X-Host) use_domain_only", hash_line], "equal",
               # A header must follow: HAProxy 2.6 looks at the byte behind the value, which is random where nothing does.
               [{"header": [f"X-Host: {host}", "Accept: */*"]} for host in HOSTS])
        yield (f"hdr host {hash_type}", "http", ["balance hdr(host)", hash_line], "equal",
               [{"header": [f"Host: {host}"]} for host in HOSTS if "host:1" not in host and host[-1] != ":"])
        yield f"rdp-cookie {hash_type}", "tcp", ["balance rdp-cookie", hash_line], "equal", rdp
        yield f"rdp-cookie(msts) {hash_type}", "tcp", ["balance rdp-cookie(msts)", hash_line], "equal", rdp
        for expression in ["src", "path", "pathq", "url", "query", "hdr(x-key)", "req.hdr(x-key)", "url_param(user)"]:
            requests = {"src": [{"source": a} for a in ipv4_sources()[:40] + ipv6_sources()[:20]],
                        "hdr(x-key)": header_requests("X-Key", HEADER_VALUES + text_keys(20)) + [
                            {"header": ["X-Key: one", "X-Key: two"]}, {"header": []}],
                        "url_param(user)": queries}
            requests["req.hdr(x-key)"] = requests["hdr(x-key)"]
            yield (f"hash {expression} {hash_type}", "http", [f"balance hash {expression}", hash_line], "equal",
                   requests.get(expression, targets))
