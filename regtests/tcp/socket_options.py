#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What bind options do to a listening socket, as another host sees it: interface, mss, tfo, defer-accept, backlog, transparent."""
import errno
import re
import socket
import time

from ends import End
from hawser import check, serve_each, wait_until
from lab import HawserNode, Lab, in_namespace, run

CONFIG = """
global
    nbproc 2
    stats socket {dir}/cli level admin
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen l
    bind :8000
    bind :8001 interface eth0
    bind :8002 mss 700
    bind :8003 tfo
    bind :8004 defer-accept
    bind :8005 backlog 7
    bind 10.99.0.200:8006 transparent
    server s 127.0.0.1:9000
"""


def connect(node, address, port):
    def open_one():
        return End(socket.create_connection((address, port), 20))
    return in_namespace(node.namespace, open_one)


def until_client_ends(served):
    with served:
        while served.recv(4096):
            pass


def conns(hawser):
    return int(re.search(r"^CurrConns: (\d+)", hawser.cli("show info"), re.M)[1])


with Lab("a") as lab:
    node, client = lab.nodes["a"], lab.client
    origin = in_namespace(node.namespace, lambda: socket.create_server(("127.0.0.1", 9000), backlog=64))
    serve_each(origin, until_client_ends)
    for host in (node, client):
        host.sysctl("net.ipv4.tcp_fastopen", "3")
    # What comes for the foreign address is delivered here, though the address is nobody's.
    node.ip("rule", "add", "to", "10.99.0.200", "iif", "eth0", "lookup", "100")
    node.ip("route", "add", "local", "10.99.0.200/32", "dev", "lo", "table", "100")
    client.ip("route", "add", "10.99.0.200/32", "via", node.address)
    hawser = HawserNode(node, CONFIG)
    hawser.wait_log("serve")

    connect(client, node.address, 8001).close()
    check(True, "`interface`: a client on that interface is served")
    local = in_namespace(node.namespace, lambda: socket.socket())
    check(local.connect_ex(("127.0.0.1", 8001)) == errno.ECONNREFUSED, "a client on another one is not")

    def segment(port):
        end = connect(client, node.address, port)
        size = end.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        end.close()
        return size

    with_mss, without = segment(8002), segment(8000)
    check(with_mss <= 700 < without, f"`mss 700`: a client sends {with_mss} bytes at once, elsewhere {without}")

    def fast_open():
        with socket.socket() as sock:
            sock.sendto(b"early", socket.MSG_FASTOPEN, (node.address, 8003))

    def passive_opens():
        lines = run("ip", "netns", "exec", node.namespace, "cat", "/proc/net/netstat").splitlines()
        names, values = [line.split() for line in lines if line.startswith("TcpExt:")]
        return int(values[names.index("TCPFastOpenPassive")])

    in_namespace(client.namespace, fast_open)  # gets the cookie
    check(passive_opens() == 0, "`tfo`: the first connection asks for a cookie")
    in_namespace(client.namespace, fast_open)
    wait_until(lambda: passive_opens() == 1, "the second one brings its bytes in the SYN")
    wait_until(lambda: conns(hawser) == 0, "all of these have ended")

    def defer():
        """A silent client of the line that defers and, after it, one of a plain line, when that is accepted; their number, and for how
        long the first one had been silent."""
        began = time.monotonic()
        deferred, plain = connect(client, node.address, 8004), connect(client, node.address, 8000)
        wait_until(lambda: conns(hawser) >= 1, "a silent client of a plain line is accepted")
        return deferred, plain, conns(hawser), time.monotonic() - began

    # After a second the kernel lets a silent client in.
    while (found := defer())[3] > 0.8:
        for end in found[:2]:
            end.close()
        wait_until(lambda: conns(hawser) == 0, "that took too long to tell")
    deferred, plain, count, _ = found
    check(count == 1, "`defer-accept`: a silent client is not accepted")
    deferred.send(b"x")
    wait_until(lambda: conns(hawser) == 2, "until it speaks")
    for end in (deferred, plain):
        end.close()

    listening = run("ip", "netns", "exec", node.namespace, "ss", "-Hltn", "sport = :8005").split()
    check(listening[2] == "7", f"`backlog 7`: the kernel's queue is {listening[2]}")

    foreign = connect(client, "10.99.0.200", 8006)
    check(foreign.peer() == ("10.99.0.200", 8006), "`transparent`: a client of an address that is not this host's is served")
    foreign.close()
    origin.close()
