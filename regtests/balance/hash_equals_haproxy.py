#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same configuration and the same request reach the same server on HAProxy and on Hawser.

  hash_equals_haproxy.py [--program build/hawser]   runs both, compares every request of every case
  hash_equals_haproxy.py --golden DIR               writes HAProxy's answers, which hash_golden_test.cc reads

Every listening socket is made here on a port of the kernel's choice and inherited as fd@N. Origins answer with their
name. A request without a key is balanced by round robin; it is told by sending it often and seeing several servers,
and is written as '-'.
"""

import argparse
import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile

import hash_cases

ORIGINS = 7
REPEATS = 8  # of a request that may have no key; round robin shows itself before


async def read_message(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
    return head, await reader.readexactly(int(length.group(1))) if length else b""


async def serve_origin(name, reader, writer):
    """Answers HTTP requests, and anything that starts like RDP, with its name."""
    try:
        first = await reader.readexactly(1)
        if first == b"\x03":
            writer.write(name.encode() + b"\n")
            await writer.drain()
        else:
            while True:
                await read_message(reader)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(name), name.encode()))
                await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        pass
    writer.close()


def listening_socket():
    sock = socket.create_server(("127.0.0.1", 0), backlog=1024)
    sock.set_inheritable(True)
    return sock


def configuration(cases, sockets, ports, is_haproxy):
    out = ["global", "  maxconn 4000", "defaults", "  timeout connect 10s", "  timeout client 20s", "  timeout server 20s"]
    for (name, mode, lines, servers, requests), sock in zip(cases, sockets):
        proxy_line = any("source" in request and ":" in request["source"] for request in requests)
        out += [f"listen {re.sub(r'[^A-Za-z0-9.:_-]', '_', name)}", f"  mode {mode}",
                f"  bind fd@{sock.fileno()}{' accept-proxy' if proxy_line else ''}"]
        if mode == "tcp" and is_haproxy:
            # HAProxy looks at what has arrived when it balances, so it is told to wait for the first bytes.
            out += ["  tcp-request inspect-delay 5s", "  tcp-request content accept if { req.len gt 0 }"]
        out += ["  " + line for line in lines]
        for number, server in enumerate(hash_cases.SERVER_SETS[servers]):
            server_name, *words = server.split()
            out.append(f"  server {server_name} 127.0.0.1:{ports[number]} {' '.join(words)}".rstrip())
    return "\n".join(out) + "\n"


class Client:
    """Sends the requests of one case, over one connection where the source address allows it."""

    def __init__(self, port, mode, proxy_line):
        self.port, self.mode, self.proxy_line = port, mode, proxy_line
        self.source, self.stream = None, None

    async def connect(self, source):
        local = (source, 0) if source and not self.proxy_line else None
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=local)
        if self.proxy_line:
            family, target = ("TCP6", "::1") if ":" in (source or "") else ("TCP4", "127.0.0.1")
            writer.write(f"PROXY {family} {source or '127.0.0.1'} {target} 1000 80\r\n".encode())
        return reader, writer

    async def server_of(self, request):
        source = request.get("source")
        if self.mode == "tcp":
            reader, writer = await self.connect(source)
            writer.write(request["first"].encode("latin-1"))
            name = (await reader.readline()).decode().strip()
            writer.close()
            return name
        if self.stream is None or source != self.source:
            self.close()
            self.stream, self.source = await self.connect(source), source
        reader, writer = self.stream
        writer.write(http_request(request))
        head, body = await read_message(reader)
        if b"connection: close" in head.lower():
            self.close()
        return body.decode() if head.startswith(b"HTTP/1.1 200") else "!"

    def close(self):
        if self.stream:
            self.stream[1].close()
        self.stream = None


def http_request(request):
    body = request.get("body", "")
    target = request.get("target", "/")
    method = request.get("method", "OPTIONS" if target == "*" else "GET")  # RFC 9112, section 3.2.4
    lines = [f"{method} {target} HTTP/1.1"] + request.get("header", [])
    if not any(line.lower().startswith("host:") for line in lines):
        absolute = re.match(r"https?://([^/?]+)", request.get("target", "/"))
        lines.insert(1, f"Host: {absolute.group(1) if absolute else 'h.example'}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


async def ask(client, request, first):
    """The server of a request by its key, or '-' when round robin chooses."""
    for _ in range(REPEATS):
        if await client.server_of(request) != first:
            return "-"
    return first


async def run_case(case, port, thorough):
    name, mode, _, _, requests = case
    client = Client(port, mode, any(":" in request.get("source", "") for request in requests))
    answers = []
    for request in requests:
        try:
            answer = await asyncio.wait_for(client.server_of(request), 10)
            answers.append(await ask(client, request, answer) if thorough(name) and answer != "!" else answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            client.close()
            answers.append("!")
    client.close()
    return answers


async def run_program(program, cases, ports, is_haproxy):
    sockets = [listening_socket() for _ in cases]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cfg")
        with open(path, "w", encoding="latin-1") as file:
            file.write(configuration(cases, sockets, ports, is_haproxy))
        process = subprocess.Popen([program, "-db", "-f", path], pass_fds=[sock.fileno() for sock in sockets])
        try:
            answers = []
            for case, sock in zip(cases, sockets):
                if process.poll() is not None:
                    sys.exit(f"{program} ended with status {process.returncode}")
                # A family of keys is judged request by request; where only the map differs every request has a key.
                answers.append(await run_case(case, sock.getsockname()[1],
                                              lambda name: not name.startswith(("servers", "type"))))
            return answers
        finally:
            process.kill()
            process.wait()
            for sock in sockets:
                sock.close()


def escape(text):
    return "".join(c if 32 <= ord(c) < 127 and c != "\\" else f"\\x{ord(c):02x}" for c in text)


def request_fields(request):
    for field in ["source", "method", "target", "header", "body", "first"]:
        values = request.get(field, [])
        for value in [values] if isinstance(values, str) else values:
            yield f"{field}={escape(value)}"


def write_golden(folder, cases, answers):
    by_file = {}
    for case, servers in zip(cases, answers):
        by_file.setdefault(case[0].split()[0].split("(")[0], []).append((case, servers))
    version = subprocess.run(["haproxy", "-v"], capture_output=True, text=True, check=True).stdout.split()[2]
    for stem, entries in by_file.items():
        with open(os.path.join(folder, stem + ".txt"), "w", encoding="ascii") as file:
            file.write(f"# What HAProxy {version} answered. Recipe: regtests/balance/hash_equals_haproxy.py --golden DIR\n"
                       "# A case: its backend, its servers, its requests (where it has others than the case before), then\n"
                       "# which server each request reached, '-' for round robin, '!' for a request that was refused.\n")
            written = None
            for (name, mode, lines, servers, requests), picked in entries:
                file.write(f"\ncase {name}\nmode {mode}\n" + "".join(line + "\n" for line in lines))
                file.write("".join(f"server {server}\n" for server in hash_cases.SERVER_SETS[servers]))
                if requests is not written:
                    file.write("requests\n" + "".join("\t".join(request_fields(request)) + "\n" for request in requests))
                written = requests
                file.write("answers " + " ".join(picked) + "\n")


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.environ.get("HAWSER", "build/hawser"))
    parser.add_argument("--haproxy", default="haproxy")
    parser.add_argument("--golden", metavar="DIR", help="write HAProxy's answers there and compare nothing")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    options = parser.parse_args()

    origins = [await asyncio.start_server(lambda r, w, name=f"s{n + 1}": serve_origin(name, r, w), "127.0.0.1", 0)
               for n in range(ORIGINS)]
    ports = [origin.sockets[0].getsockname()[1] for origin in origins]
    cases = [case for case in hash_cases.cases() if options.only in case[0]]
    expected = await run_program(options.haproxy, cases, ports, True)
    if options.golden:
        write_golden(options.golden, cases, expected)
        return 0

    found = await run_program(options.program, cases, ports, False)
    compared, different = 0, 0
    for case, theirs, ours in zip(cases, expected, found):
        for request, server, own in zip(case[4], theirs, ours):
            if server == "!":
                continue  # what is refused is not this test's subject
            compared += 1
            if server != own:
                different += 1
                print(f"{case[0]}: {dict(request)!r}: haproxy {server}, hawser {own}")
    print(f"{compared} requests in {len(cases)} cases compared, {different} differ")
    return 1 if different or not compared else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
