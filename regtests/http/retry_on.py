#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`retry-on`: each event leads to another attempt, with the whole request, where the line lists it, and to the error where not."""
from hawser import check
from http_peers import OK, Origin, Proxy, ask, get, http_listen, is_haproxy, ours, status

POST = get("/").replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\nbody")
STATUSES = (401, 403, 404, 408, 425, 500, 501, 502, 503, 504) + (() if is_haproxy() else (429,))


def closes(server):
    server.close()


def answers_half_a_head(server):
    server.send(b"HTTP/1.1 200 OK\r\nContent-")
    server.close()


def answers_nonsense(server):
    server.send(b"nonsense\r\n\r\n")


def is_silent(_):
    pass


def answers(number):
    return lambda server: server.send(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\nwrong" % number)


def outcome(words, fails, request=POST):
    """What the client gets when the first server fails and the second would not, and whether the second was asked."""
    bad, good = Origin(), Origin()
    lines = f"retry-on {words}\nretries 1\noption redispatch\nbalance first\nserver bad {bad.address}\nserver good {good.address}"
    with Proxy(http_listen(lines, timeouts="timeout server 400ms" if fails is is_silent else "")) as proxy:
        client = proxy.connect()
        if fails is None:
            bad.stop()
            client.send(request)
        else:
            server, _ = ask(client, bad, request)
            server.read_bytes(len(request.split(b"\r\n\r\n", 1)[1]))
            fails(server)
        if client.waits_before(good):
            return status(client.read_head()), False
        second = good.accept()
        assert request.startswith(second.read_head().split(b" HTTP")[0]), "the same request"
        assert second.read_bytes(4) == b"body", "and its body"
        second.send(OK)
        return status(client.read_answer()), True


# The event, how the server fails, what the client gets without another attempt.
EVENTS = (
    ("conn-failure", None, 503),
    ("empty-response", closes, 502),
    ("junk-response", answers_nonsense, 502),
    ("response-timeout", is_silent, 504),
    ("503", answers(503), 503),
)
for event, fails, error in EVENTS:
    others = " ".join(sorted({other for other, _, _ in EVENTS} - {event}))
    check(outcome(event, fails) == (200, True), f"{event}: another attempt")
    check(outcome("all-retryable-errors", fails) == (200, True), f"{event} is one of all-retryable-errors")
    check(outcome(others, fails) == (error, False), f"{event}: none with all others")
    check(outcome("none", fails) == (error, False), f"{event}: none with `none`")
# HAProxy takes a part of a head for an empty response, against its manual.
ours(outcome("junk-response", answers_half_a_head) == (200, True), "a part of a head is junk")
ours(outcome("empty-response", answers_half_a_head) == (502, False), "and not an empty response")
for number in STATUSES:
    check(outcome(f"{number} 0rtt-rejected", answers(number)) == (200, True), f"{number}: another attempt")
    check(outcome("conn-failure", answers(number)) == (number, False), f"{number}: passed on where it is not listed")
for number in (500, 502, 504):
    check(outcome("all-retryable-errors", answers(number)) == (200, True), f"{number} is one of all-retryable-errors")
check(outcome("all-retryable-errors", answers(404)) == (404, False), "404 is not")
# What does not fit the buffer is not kept.
large = get("/").replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 100000\r\n\r\n") + b"x" * 100000
check(outcome("all-retryable-errors", closes, large) == (502, False), "a request larger than the buffer is sent once")
