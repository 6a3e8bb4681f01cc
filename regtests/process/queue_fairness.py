#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Workers share the slots of a server: clients of one worker that ask again and again can't keep another's in the queue.

The origin answers only while all others wait in the queue, so that no worker's queue is ever empty.
"""
import selectors
import socket

from hawser import DEADLINE, Hawser, Port, check, wait_until

CLIENTS = 16  # on kept connections, so that each stays with its worker
ROUNDS = 6 * CLIENTS
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer"
CONFIG = """
global
    nbproc 2
    stats socket {{dir}}/cli level admin
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen queue
    bind 127.0.0.1:{port}
    server origin 127.0.0.1:{origin} maxconn 1
"""


class Origin:
    """Hands out the connection on which the next request has come."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)

    def next_request(self):
        while events := self.selector.select(DEADLINE):
            ready = events[0][0].fileobj
            if ready is self.listener:
                self.selector.register(self.listener.accept()[0], selectors.EVENT_READ)
            elif b"\r\n\r\n" in ready.recv(65536):
                return ready
            else:
                self.selector.unregister(ready)
        raise AssertionError("no request came")


def ask(client):
    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")


def read_answer(client):
    answer = b""
    while not answer.endswith(b"answer"):
        piece = client.recv(65536)
        if not piece:
            raise AssertionError(f"the connection ended after {answer}")
        answer += piece
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise AssertionError(f"an answer other than 200: {answer}")


def queued(hawser):
    lines = hawser.cli("show stat").splitlines()
    names = lines[0].lstrip("# ").split(",")
    rows = [dict(zip(names, line.split(","))) for line in lines[1:]]
    return [int(row["qcur"]) for row in rows if (row.get("pxname"), row.get("svname")) == ("queue", "BACKEND")][0]


def main():
    port, origin = Port(), Origin()
    with Hawser(CONFIG.format(port=port.number, origin=origin.port)) as hawser, selectors.DefaultSelector() as waiting:
        answers = {port.connect(): 0 for _ in range(CLIENTS)}
        for client in answers:
            waiting.register(client, selectors.EVENT_READ)
            ask(client)
        for _ in range(ROUNDS):
            served = origin.next_request()
            wait_until(lambda: queued(hawser) == CLIENTS - 1, "all others wait")
            served.sendall(ANSWER)
            client = waiting.select(DEADLINE)[0][0].fileobj
            read_answer(client)
            answers[client] += 1
            ask(client)
        print(f"answers of each client: {sorted(answers.values())}")
        check(min(answers.values()) >= 2, "every client has been served again")
        check(hawser.stop() == 143, "the program ends in order")


main()
