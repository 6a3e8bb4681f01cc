# SPDX-License-Identifier: MIT
"""Servers that tell their names, for tests about which server is chosen, and how many it is given at once.

    farm = Farm("ab")
    with farm.run("listen l\\n bind @port\\n server a @a\\n server b @b\\n", workers=3) as hawser:
        visit = farm.visit()          # a connection, held open
        check(visit.name == "a", "...")
        visit.close()

In `mode http` a server answers each request with its name, in `mode tcp` each connection, as soon as it has it. A visit
that waits in a queue has no name yet; `name` waits for it.
"""
import re
import select
import socket
import threading

import hawser


def stands(client):
    """Whether the other side has not ended a connection. The kernel knows before the thread that serves it."""
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


class Server:
    """One server of a farm. `open` and `most_open` count its connections, `requests` holds what it was asked."""

    def __init__(self, farm, name):
        self.farm, self.name = farm, name
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.clients = set()
        self.most_open = 0
        self.requests = []
        hawser.serve_each(self.listener, self._serve)

    @property
    def open(self):
        return len(self.clients)

    def _begin(self, client):
        with self.farm.changed:
            for server in self.farm.servers.values():
                server.clients = {other for other in server.clients if stands(other)}
            self.clients.add(client)
            self.most_open = max(self.most_open, self.open)
            self.farm.most_open = max(self.farm.most_open, self.farm.open)
            self.farm.changed.notify_all()

    def _end(self, client):
        with self.farm.changed:
            self.clients.discard(client)
            self.farm.changed.notify_all()
            client.close()

    def _serve(self, client):
        self._begin(client)
        try:
            self._answer(client)
        except OSError:
            pass
        self._end(client)

    def _answer(self, client):
        if self.farm.mode == "tcp":
            client.sendall(self.name.encode() + b"\n")
            while client.recv(65536):
                pass
            return
        unread = b""
        while True:
            while b"\r\n\r\n" not in unread:
                data = client.recv(65536)
                if not data:
                    return
                unread += data
            head, unread = unread.split(b"\r\n\r\n", 1)
            self.requests.append(head.decode("latin-1"))
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(self.name), self.name.encode()))


class Visit:
    """A client's connection in `mode tcp`."""

    def __init__(self, port, source=None):
        self.socket = socket.create_connection(("127.0.0.1", port), hawser.DEADLINE, source and (source, 0))
        self._name = None

    @property
    def name(self):
        """Of the server that the connection reached; "" when it was refused."""
        if self._name is None:
            try:
                self._name = self.socket.recv(64).decode().strip()
            except ConnectionResetError:
                self._name = ""
        return self._name

    def is_served(self):
        """Has it a server by now? Does not wait."""
        return self._name is not None or bool(select.select([self.socket], [], [], 0)[0])

    def has_ended(self):
        """Has the proxy ended it, after the server's name? Does not wait."""
        if not select.select([self.socket], [], [], 0)[0]:
            return False
        try:
            return self.socket.recv(1, socket.MSG_PEEK) == b""
        except ConnectionResetError:
            return True

    def close(self):
        self.socket.close()


class Farm:
    def __init__(self, names, mode="tcp"):
        self.mode, self.most_open = mode, 0
        self.changed = threading.Condition()
        self.servers = {name: Server(self, name) for name in names}
        self.port = hawser.Port()

    def __getitem__(self, name):
        return self.servers[name]

    @property
    def open(self):
        """The connections of all servers."""
        return sum(server.open for server in self.servers.values())

    def config(self, sections, settings=""):
        """@port and @NAME stand for addresses."""
        text = f"""
global
    stats socket {{dir}}/cli level admin
{settings}
defaults
    mode {self.mode}
    timeout connect 10s
    timeout client 30s
    timeout server 30s
{sections}
"""
        text = text.replace("@port", f"127.0.0.1:{self.port.number}")
        return re.sub(r"(?<=\s)@(\w+)", lambda found: f"127.0.0.1:{self.servers[found[1]].port}", text)

    def run(self, sections, workers=1, settings=""):
        return hawser.Hawser(self.config(sections, f"    nbproc {workers}\n{settings}"))

    def visit(self, source=None):
        return Visit(self.port.number, source)

    def names(self, count):
        """The servers of so many connections, one after the other."""
        return "".join(self.name_once() for _ in range(count))

    def name_once(self):
        visit = self.visit()
        name = visit.name
        visit.close()
        return name

    def ask(self, target="/", fields=(), method="GET", body=""):
        """The server's name, or the status of an answer of the proxy's own."""
        lines = [f"{method} {target} HTTP/1.1", "Host: h.example", "Connection: close", *fields]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        with self.port.connect() as client:
            client.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
            answer = b"".join(iter(lambda: client.recv(65536), b"")).decode()
        return answer.split("\r\n\r\n", 1)[1] if " 200 " in answer.split("\r\n", 1)[0] else answer.split(" ")[1]

    def wait_open(self, count):
        """Until the servers have so many connections."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.open == count, hawser.DEADLINE):
                raise AssertionError(f"the servers have {self.open} connections, not {count}")


def stat(program, proxy, row, column):
    """One field of `show stat`."""
    lines = program.cli("show stat").splitlines()
    columns = lines[0].lstrip("# ").split(",")
    for line in lines[1:]:
        fields = line.split(",")
        if fields[:2] == [proxy, row]:
            return fields[columns.index(column)]
    raise AssertionError(f"no row {proxy} {row}")


def info(program, name):
    return re.search(rf"^{name}: (.*)$", program.cli("show info"), re.M)[1]
