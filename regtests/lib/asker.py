# SPDX-License-Identifier: MIT
"""A client that asks a web server in a fixed beat, over a TCP connection of its own each time, whether answers come or not.

    python3 asker.py ADDRESS PORT SECONDS_BETWEEN

Prints a line "BEGAN ANSWERED" (real-time clock) for every request that was answered with 200, and ends when its input does.
"""
import errno
import os
import selectors
import socket
import struct
import sys
import time

PATIENCE = 0.4  # seconds for one request: less than it takes TCP to send its first segment again
REQUEST = b"GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: no state is left behind by a close


class Request:
    def __init__(self, target):
        self.began = time.time()
        self.answer = b""
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.failed = self.socket.connect_ex(target) not in (0, errno.EINPROGRESS)

    def go_on(self, selector):
        """Sends, or receives; True when nothing more is to be done."""
        try:
            if selector.get_key(self.socket).events == selectors.EVENT_WRITE:
                self.socket.send(REQUEST)
                selector.modify(self.socket, selectors.EVENT_READ, self)
                return False
            data = self.socket.recv(4096)
        except OSError:
            return True
        self.answer += data
        if self.answer.startswith(b"HTTP/1.1 200"):
            print(f"{self.began:.6f} {time.time():.6f}", flush=True)
            return True
        return not data


def main():
    target, period = (sys.argv[1], int(sys.argv[2])), float(sys.argv[3])
    os.nice(-10)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    waiting = {}  # in the order of their beginning
    due = time.time()

    def forget(request):
        del waiting[request.socket]
        selector.unregister(request.socket)
        request.socket.close()

    while True:
        for key, _ in selector.select(max(0, due - time.time())):
            if key.data is None:
                return
            if key.data.go_on(selector):
                forget(key.data)
        now = time.time()
        while waiting and (oldest := next(iter(waiting.values()))).began + PATIENCE < now:
            forget(oldest)
        if now >= due:
            due = max(due + period, now)
            request = Request(target)
            if request.failed:
                request.socket.close()
            else:
                waiting[request.socket] = request
                selector.register(request.socket, selectors.EVENT_WRITE, request)


if __name__ == "__main__":
    main()
