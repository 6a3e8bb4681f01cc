#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""However an HTTP request ends, Hawser's line of `option httplog` and its counters in `show stat` are HAProxy's: states,
which timers are known, connections, retries, queues, status, request line. Bytes are those on the wire.

    http_endings.py [CASE...]    only these cases
"""
import beside
import log_lines
from hawser import check
from beside import GET, Case, Refusing, Unanswering, answers, holds, says, status_of
from same_lines import check_same

PIECE = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
BULK = 4 << 20
POST = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf"


def sends(request, end=None):
    """Sends, maybe ends its side, and reads to the end."""
    def client(visit):
        wire = visit.connect()
        wire.send(request)
        if end == "close":
            wire.end_writing()
        return status_of(wire.read_to_end())
    return client


def leaves(request, reset=False):
    """Leaves when the server has the request."""
    def client(visit):
        wire = visit.connect()
        wire.send(request)
        visit.servers["s1"].next_head()
        wire.reset() if reset else wire.close()
    return client


def resets_at_once(request):
    def client(visit):
        wire = visit.connect()
        wire.send(request)
        wire.reset()
    return client


def one(visit):
    wire = visit.connect()
    wire.send(GET)
    head, _ = wire.read_response()
    return status_of(head)


def leaves_in_body(reset):
    def client(visit):
        wire = visit.connect()
        wire.send(GET)
        wire.read_until(b"half")
        wire.reset() if reset else wire.close()
        visit.servers["s1"].go.set()
    return client


def leaves_stalled_body(reset):
    """The server will not say more, so that nothing but its leaving tells of it."""
    def client(visit):
        wire = visit.connect()
        wire.send(GET)
        wire.read_until(b"half")
        wire.reset() if reset else wire.close()
    return client


def ends_in_pause(visit):
    """Ends its side in the middle of the request, when the first attempt has failed."""
    wire = visit.connect()
    wire.send(POST)
    visit.peer.wait_stat((visit.case.name, "s1"), "wretr", "1")
    wire.end_writing()
    return status_of(wire.read_to_end())


def goes_on(wire, server):
    """Sends a piece of a large body, and the rest when told to."""
    server.heads.put(wire.read_head())
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\nhalf")
    server.go.wait(beside.DEADLINE)
    for _ in range(50):
        wire.send(b"x" * 65536)
    wire.read_to_end()


def does_not_read(visit):
    wire = visit.connect(receive_buffer=4096)
    wire.send(GET)
    visit.servers["s1"].next_head()
    visit.peer.wait_lines(visit.case.name, 1)


def waits_in_queue(then, request=GET.replace("/", "/second", 1)):
    """The first request holds the only slot; the second waits for it."""
    def client(visit):
        first, second = visit.connect(), visit.connect()
        first.send(GET)
        visit.servers["s1"].next_head()
        second.send(request)
        status = then(visit, second)
        visit.peer.wait_lines(visit.case.name, 1)
        visit.servers["s1"].go.set()
        return status, status_of(first.read_response()[0])
    return client


def reads(visit, wire):
    return status_of(wire.read_response()[0])


def closes_when_queued(visit, wire):
    visit.peer.wait_stat((visit.case.name, where_it_waits(visit)), "qcur", "1")
    wire.close()


def ends_when_queued(visit, wire):
    """In the middle of its request."""
    visit.peer.wait_stat((visit.case.name, "BACKEND"), "qcur", "1")
    wire.end_writing()
    wire.read_to_end()


def where_it_waits(visit):
    """A key means one server: its queue it is."""
    return "s1" if "balance source" in visit.case.config else "BACKEND"


def gets_through(visit):
    """Two wait for the only slot, one after the other."""
    wires = [visit.connect() for _ in range(3)]
    for number, wire in enumerate(wires):
        wire.send(GET.replace("/", f"/{number}", 1))
        if number == 0:
            visit.servers["s1"].next_head()
        else:
            visit.peer.wait_stat((visit.case.name, "BACKEND"), "qcur", str(number))
    visit.servers["s1"].go.set()
    statuses = []
    for wire in wires:
        statuses.append(status_of(wire.read_response()[0]))
    return statuses


def ends_upload(visit):
    """Ends its side when the server has the first part of the request."""
    wire = visit.connect()
    wire.send(POST)
    visit.servers["s1"].next_head()
    wire.end_writing()
    return status_of(wire.read_to_end())


def reads_piece(visit):
    wire = visit.connect()
    wire.send(GET)
    wire.read_until(b"half")
    visit.servers["s1"].go.set()
    wire.read_to_end()


def bad_chunk_later(wire, server):
    wire.read_head()
    wire.send(CHUNKS)
    server.go.wait(beside.DEADLINE)
    wire.send(b"nochunk\r\n")
    wire.read_to_end()


def twice(visit):
    """Two requests on one connection."""
    wire = visit.connect()
    statuses = []
    for number in range(2):
        wire.send(GET.replace("/", f"/{number}", 1))
        statuses.append(status_of(wire.read_response()[0]))
        visit.peer.wait_lines(visit.case.name, number + 1)
    return statuses


def monitored(visit):
    """A request that nobody logs, and one that shows that nothing was."""
    for path in ("/alive", "/"):
        wire = visit.connect()
        wire.send(GET.replace("/", path, 1))
        status = status_of(wire.read_response()[0])
        wire.close()
        visit.peer.wait_stat((visit.case.name, "FRONTEND"), "scur", "0")
    return status


def case(state, name, client, script=None, config="", words="", lines=1, servers=None, whole=True, **expect):
    """`whole`: the clients read everything that they are sent, so they know how much it was."""
    if servers is None:
        servers = {} if script is None else {"s1": script}
    return Case(name, client, lines, config, servers, {"s1": words}, {"state": state, "whole": whole, **expect})


def counts(frontend=None, backend=None, server=None):
    """Where our counters are others than HAProxy's."""
    rows = {"FRONTEND": frontend, "BACKEND": backend, "s1": server}
    return {(row, column): value for row, columns in rows.items() for column, value in (columns or {}).items()}


SHORT = "500ms"
LONG_WAIT = {"Ta": 400}  # some timeouts begin with the connection, before the request's first byte
HEAD = says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "close")
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
CASES = [
    case("----", "well", one, answers()),
    case(["----"] * 2, "again", twice, answers(), lines=2),
    case("----", "head", sends("HEAD /x?y=z HTTP/1.0\r\n\r\n"), HEAD),
    case("----", "untilclose", sends(GET), says(b"HTTP/1.0 200 OK\r\n\r\nuntil close", "close")),
    case("----", "unmonitored", monitored, answers(), "monitor-uri /alive"),
    # The request.
    case("CR--", "cut", sends("GET / HT", "close"), answers()),
    # -1 is the status where no response was sent; HAProxy logs the 400 that it would have sent.
    case("CR--", "vanishes", resets_at_once("GET / HT"), answers(), whole=False, ours={"ST": "-1"},
         stat=counts({"hrsp_4xx": "0", "hrsp_other": "1"})),
    # A connection on which no byte came is no request, and gets no answer.
    case("CR--", "silent", sends("", "close"), answers(), ours={"ST": "-1"},
         stat=counts({"ereq": "0", "req_tot": "0", "hrsp_4xx": "0"})),
    case("cR--", "slow", sends("GET / HT"), answers(), f"timeout http-request {SHORT}", at_least=LONG_WAIT),
    case("cR--", "mute", sends(""), answers(), f"timeout http-request {SHORT}", at_least=LONG_WAIT),
    case("cR--", "slowclient", sends("GET / HT"), answers(), f"timeout client {SHORT}", at_least=LONG_WAIT),
    case("PR--", "bad", sends("GET / HTTP/1.1\r\nHost : h\r\n\r\n"), answers()),
    case("PR--", "nonsense", sends("nonsense\r\n\r\n"), answers()),
    # RFC 6585, section 5.
    case("PR--", "huge", sends("GET / HTTP/1.1\r\nX: " + "x" * 20000), answers(), whole=False, ours={"ST": "431"}),
    case("PR--", "denied", one, answers(), "http-request deny"),
    case("LR--", "returned", one, answers(), "http-request return status 200 content-type text/plain string hello"),
    # The way to a server.
    case("LC--", "redirected", one, answers(), words="redir http://other"),
    case("SC--", "refused", one, Refusing, "retries 0"),
    case("SC--", "refusedtwice", one, Refusing, "retries 2\ntimeout connect 100ms", at_least={"Ta": 200}),
    case("----", "redispatched", one, config="retries 1\ntimeout connect 100ms\noption redispatch 1\nbalance first",
         servers={"s1": Refusing, "s2": answers()}),
    case("SC--", "noserver", one),
    case("SC--", "disabled", one, answers(), words="disabled"),
    case("sC--", "nosyn", one, Unanswering, f"retries 0\ntimeout connect {SHORT}", at_least=LONG_WAIT),
    case("CC--", "leftconnect", sends(GET, "close"), Unanswering, "retries 0\noption abortonclose\ntimeout connect 5s"),
    case(["sQ--", "----"], "queuetime", waits_in_queue(reads), holds, f"timeout queue {SHORT}", "maxconn 1", lines=2,
         at_least={"Tw": 480}),
    case(["CQ--", "----"], "leftqueue", waits_in_queue(closes_when_queued), holds, "option abortonclose", "maxconn 1",
         lines=2),
    case(["sQ--", "----"], "serverqueuetime", waits_in_queue(reads), holds, f"balance source\ntimeout queue {SHORT}",
         "maxconn 1", lines=2, at_least={"Tw": 480}),
    case(["CQ--", "----"], "leftserverqueue", waits_in_queue(closes_when_queued), holds,
         "balance source\noption abortonclose", "maxconn 1", lines=2),
    # A client that has ended only its own side is told why; HAProxy closes without a word.
    case(["CQ--", "----"], "cutinqueue", waits_in_queue(ends_when_queued, POST), holds, "", "maxconn 1", lines=2,
         ours={"ST": "400"}, stat=counts({"hrsp_4xx": "1", "hrsp_other": "0"}, {"hrsp_4xx": "1", "hrsp_other": "0"})),
    case(["----"] * 3, "queued", gets_through, holds, "", "maxconn 1", lines=3),
    # Nothing named the server that fails, so that another one is asked at once.
    case("----", "leftatonce", one, config="retries 3\ntimeout connect 8s\noption redispatch",
         servers={"s1": Refusing, "s2": Refusing, "s3": answers()}),
    # A client that has ended only its own side is told why; HAProxy closes without a word.
    case("CC--", "cutinpause", ends_in_pause, Refusing, "retries 3\ntimeout connect 8s", ours={"ST": "400"},
         stat=counts({"hrsp_4xx": "1", "hrsp_other": "0"}, {"hrsp_4xx": "1", "hrsp_other": "0"})),
    # The response's head.
    case("SH--", "nothing", one, says(b"", "close")),
    # HAProxy counts this failure twice, and among those of servers that abort when it sees the request off at the same time.
    case("SH--", "resets", one, says(b"", "reset"),
         stat=counts(None, {"eresp": "1", "srv_abrt": "0"}, {"eresp": "1", "srv_abrt": "0"})),
    case("SH--", "cuthead", one, says(b"HTTP/1.1 200 OK\r\nCont", "close")),
    case("sH--", "noanswer", one, says(b""), f"timeout server {SHORT}", at_least=LONG_WAIT),
    case("sH--", "slowhead", one, says(b"HTTP/1.1 200 OK\r\nCont"), f"timeout server {SHORT}", at_least=LONG_WAIT),
    # The client has asked whether to go on, and waits.
    case("sH--", "nocontinue", sends(POST.replace("\r\n\r\nhalf", "\r\nExpect: 100-continue\r\n\r\n")), says(b""),
         f"timeout server {SHORT}", at_least=LONG_WAIT),
    case("PH--", "badhead", one, says(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")),
    case("PH--", "junk", one, says(b"SSH-2.0-OpenSSH\r\n\r\n")),
    case("PH--", "badchunk", one, says(CHUNKS + b"nochunk\r\n")),
    # Nobody is there to read the 400 that HAProxy logs.
    case("CH--", "lefthead", leaves(GET), says(b""), "option abortonclose", whole=False, ours={"ST": "-1"},
         stat=counts({"hrsp_4xx": "0", "hrsp_other": "1"}, {"hrsp_4xx": "0", "hrsp_other": "1"})),
    # HAProxy calls it CD, before any data.
    case("CH--", "resethead", leaves(GET, True), says(b""), "option abortonclose", whole=False, ours={"state": "CH--"}),
    # The bodies.
    case("SD--", "cutbody", sends(GET), says(PIECE, "close")),
    case("SD--", "resetbody", sends(GET), says(PIECE, "reset")),
    case("SD--", "cutchunk", sends(GET), says(CHUNKS, "close")),
    # HAProxy's manual says PD, its log says SD.
    case("PD--", "badchunklate", reads_piece, bad_chunk_later, whole=False, ours={"state": "PD--"}),
    case("sD--", "slowbody", sends(GET), says(PIECE), f"timeout server {SHORT}", at_least=LONG_WAIT),
    case("CD--", "leftbody", leaves_in_body(False), goes_on, whole=False),
    case("CD--", "leftbodyreset", leaves_in_body(True), goes_on, whole=False),
    case("CD--", "leftstalledbody", leaves_stalled_body(False), says(PIECE), "option abortonclose", whole=False),
    case("CD--", "resetstalledbody", leaves_stalled_body(True), says(PIECE), "option abortonclose", whole=False),
    case("sD--", "bothstop", sends(POST), says(PIECE), f"timeout server {SHORT}", at_least=LONG_WAIT),
    case("cD--", "noreader", does_not_read, says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * BULK), f"timeout client {SHORT}",
         whole=False, at_least=LONG_WAIT),
    # A client that has ended only its own side is told why; HAProxy closes without a word. It says CL when the end comes while it
    # is busy with the connection to the server.
    case("CD--", "cutupload", ends_upload, says(b""), ours={"ST": "400", "state": "CD--"},
         stat=counts({"hrsp_4xx": "1", "hrsp_other": "0"}, {"hrsp_4xx": "1", "hrsp_other": "0"})),
    # HAProxy leaves a stalled upload to `timeout server`, and blames the server.
    case("cD--", "slowupload", sends(POST), says(b""), f"timeout client {SHORT}\ntimeout server 1s", at_least=LONG_WAIT,
         ours={"ST": "408", "state": "cD--"},
         stat=counts({"hrsp_4xx": "1", "hrsp_5xx": "0"}, {"hrsp_4xx": "1", "hrsp_5xx": "0", "eresp": "0", "cli_abrt": "1"},
                     {"eresp": "0", "cli_abrt": "1"})),
    case("CR--", "cutbuffered", sends(POST, "close"), answers(), "option http-buffer-request", ours={"ST": "400"},
         stat=counts({"hrsp_4xx": "1", "hrsp_other": "0"}, {"hrsp_4xx": "1", "hrsp_other": "0"})),
    # The head was complete, and the backend chosen.
    case("cR--", "slowbuffered", sends(POST), answers(), f"option http-buffer-request\ntimeout http-request {SHORT}",
         at_least=LONG_WAIT, ours={"TR": "known"}, stat=counts(None, {"stot": "1", "req_tot": "1", "hrsp_4xx": "1"})),
    # The head is judged, and a server chosen, before the body, which is no part of what was received.
    case("PR--", "badupload", sends("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nnochunk\r\n"), answers(),
         whole=False,
         ours={"s": "s1", "TR": "known", "Tw": "known", "Tc": "known", "r": "POST / HTTP/1.1"},
         stat=counts(None, {"stot": "1", "req_tot": "1", "hrsp_4xx": "1", "lbtot": "1", "connect": "1"},
                     {"stot": "1", "lbtot": "1", "connect": "1"})),
]


def check_bytes(cases, peer, lines):
    """The lines and the counters know as many bytes as went over the wire."""
    for c in cases:  # what has ended is counted
        peer.wait_stat((c.name, "FRONTEND"), "scur", "0")
    stat = peer.stat()
    for c in cases:
        if not c.expect["whole"]:
            continue
        row = stat[c.name, "FRONTEND"]
        wires = peer.visits[c.name].wires
        sent, received = sum(wire.sent for wire in wires), sum(wire.received for wire in wires)
        logged = sum(int(log_lines.parse(line, "http")["B"]) for line in lines[c.name])
        if c.name == "unmonitored":
            logged = received  # one of the two has no line
        if (logged, int(row["bin"]), int(row["bout"])) != (received, sent, received):
            raise AssertionError(f"{c.name}: {sent} bytes were sent and {received} received; logged are {logged}, "
                                 f"counted {row['bin']} and {row['bout']}")
    check(True, "bytes are those on the wire")


check_same(CASES, also=check_bytes)
