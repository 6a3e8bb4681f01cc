# SPDX-License-Identifier: MIT
"""HTTP on the wire for the scripts of regtests/: the test itself plays the clients and the servers, one step after the other.

    origin = Origin()
    with Proxy(http_listen(f"server s1 {origin.address}")) as proxy:
        client = proxy.connect()
        client.send(get("/a"))
        server = origin.accept()
        check(server.read_head().startswith(b"GET /a "), "the request arrives")
        server.send(OK)
        check(client.read_answer() == OK, "the answer arrives")

The order of events is the order of the lines. Nothing sleeps; every wait has a deadline. The same scripts run on HAProxy.
"""
import os
import re
import select
import socket
import struct
import time

import hawser

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def get(path="/", *fields, version="1.1"):
    """A GET with Host and these fields."""
    return "".join(f"{line}\r\n" for line in (f"GET {path} HTTP/{version}", "Host: test", *fields, "")).encode()


def ask(client, origin, request=get()):
    """Sends a request; the connection that it comes on to the origin, and its head."""
    client.send(request)
    server = origin.accept()
    return server, server.read_head()


def exchange(client, server, request=get(), answer=OK):
    """One more request and its answer on connections that stand; what each side has read."""
    client.send(request)
    head = server.read_head()
    server.send(answer)
    return head, client.read_answer()


def is_haproxy():
    return os.path.basename(hawser.HAWSER) == "haproxy"


def ours(condition, what):
    """A check of what HAProxy does otherwise: it tells what came of it there."""
    if is_haproxy():
        print(f"{'the same' if condition else 'otherwise'}: {what}")
    else:
        hawser.check(condition, what)


class Peer:
    """One end of one connection of the proxy."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.settimeout(hawser.DEADLINE)
        self.got = b""
        self.ended = False

    def send(self, data):
        self.socket.sendall(data)

    def _receive(self):
        """False: the end, by FIN or RST."""
        if not self.ended:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                data = b""
            except TimeoutError:
                raise AssertionError(f"nothing more came; so far: {self.got!r}")
            self.got += data
            self.ended = not data
        return not self.ended

    def _take(self, size):
        taken, self.got = self.got[:size], self.got[size:]
        return taken

    def read_until(self, end):
        while end not in self.got:
            if not self._receive():
                raise AssertionError(f"the connection ended before {end!r}: {self.got!r}")
        return self._take(self.got.index(end) + len(end))

    def read_bytes(self, size):
        while len(self.got) < size:
            if not self._receive():
                raise AssertionError(f"the connection ended after {self.got!r}")
        return self._take(size)

    def read_head(self):
        return self.read_until(b"\r\n\r\n")

    def read_answer(self):
        """A head and the body that its Content-Length announces."""
        head = self.read_head()
        length = field(head, "Content-Length")
        return head + self.read_bytes(int(length or 0))

    def read_to_end(self):
        while self._receive():
            pass
        return self._take(len(self.got))

    def is_closed(self):
        """Waits for the end; true when nothing came before it."""
        return self.read_to_end() == b""

    def is_quiet(self, seconds=0.05):
        """For what must not happen: has nothing come and the connection stayed?"""
        return not self.got and not self.ended and not select.select([self.socket], [], [], seconds)[0]

    def waits_before(self, origin):
        """What comes next: true, something on this connection; false, a new one to the origin or the end of this one."""
        if self.got:
            return True
        ready = select.select([self.socket, origin.listener], [], [], hawser.DEADLINE)[0]
        assert ready, "nothing came"
        if self.socket in ready:
            self._receive()
        return bool(self.got)

    def finish(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Origin:
    """A server whose connections the test accepts by hand."""

    def __init__(self, family=socket.AF_INET):
        v6 = family == socket.AF_INET6
        self.listener = socket.create_server(("::1" if v6 else "127.0.0.1", 0), family=family, backlog=512)
        self.port = self.listener.getsockname()[1]
        self.address = f"[::1]:{self.port}" if v6 else f"127.0.0.1:{self.port}"

    def accept(self):
        self.listener.settimeout(hawser.DEADLINE)
        return Peer(self.listener.accept()[0])

    def has_connection(self):
        """Has somebody connected whom nobody has accepted yet?"""
        return bool(select.select([self.listener], [], [], 0)[0])

    def stop(self):
        """Refuses from now on."""
        self.holder = hawser.refuse_from_now_on(self.listener)


def accept_any(*origins):
    """The index of the origin that the proxy connects to, and the connection."""
    listeners = [origin.listener for origin in origins]
    ready = select.select(listeners, [], [], hawser.DEADLINE)[0]
    assert ready, "the proxy connects nowhere"
    index = listeners.index(ready[0])
    return index, origins[index].accept()


def next_server(servers, *origins):
    """The server connection on which the next request comes: one of these or a new one, which is added. Ended ones are taken out."""
    listeners = [origin.listener for origin in origins]
    while True:
        ready = select.select([server.socket for server in servers] + listeners, [], [], hawser.DEADLINE)[0]
        assert ready, "the request goes nowhere"
        for server in [server for server in servers if server.socket in ready]:
            if server.socket.recv(1, socket.MSG_PEEK):
                return server
            servers.remove(server)
        if new := [listener for listener in ready if listener in listeners]:
            servers.append(origins[listeners.index(new[0])].accept())
            return servers[-1]


class Proxy(hawser.Hawser):
    """The program under test in one process. @1, @2 … in the configuration are listening sockets that it inherits, so that a
    client may connect before the program has come up."""

    def __init__(self, config, listeners=1):
        self.listeners = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in range(listeners)]
        for number, listener in enumerate(self.listeners, 1):
            config = config.replace(f"bind @{number}", f"bind fd@{listener.fileno()}")
        super().__init__(config, "-d", wait_for=None, pass_fds=[listener.fileno() for listener in self.listeners])
        self.ports = [listener.getsockname()[1] for listener in self.listeners]
        for listener in self.listeners:
            listener.close()

    def connect(self, listener=1, source="127.0.0.1"):
        to = ("127.0.0.1", self.ports[listener - 1])
        return Peer(socket.create_connection(to, hawser.DEADLINE, source_address=(source, 0)))


def http_listen(lines, options="", timeouts="", settings=""):
    """A configuration with one `listen` section l. `options` go to `defaults`, `settings` to `global`."""
    return f"""
global
    stats socket {{dir}}/cli level admin
{_indented(settings)}
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
{_indented(timeouts)}
{_indented(options)}
listen l
    bind @1
{_indented(lines)}
"""


def _indented(lines):
    return "\n".join("    " + line.strip() for line in lines.strip().splitlines())


def fields(head, name):
    """The values of the fields of that name."""
    return [value.strip().decode() for value in re.findall(rb"(?im)^" + re.escape(name.encode()) + rb":([^\r\n]*)", head)]


def field(head, name):
    return next(iter(fields(head, name)), None)


def status(answer):
    return int(answer[9:12])


def body(message):
    return message.split(b"\r\n\r\n", 1)[1]


class UdpLog:
    """A syslog server; `target` is for a `log` line."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.target = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def line(self, pattern):
        """The next line that `pattern` finds."""
        end = time.monotonic() + hawser.DEADLINE
        seen = []
        while time.monotonic() < end:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                seen.append(self.socket.recv(65536).decode(errors="replace"))
            except TimeoutError:
                break
            if re.search(pattern, seen[-1]):
                return seen[-1]
        raise AssertionError(f"no log line with '{pattern}': {seen}")
