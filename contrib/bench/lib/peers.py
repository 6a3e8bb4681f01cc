# SPDX-License-Identifier: MIT
"""The proxies that are compared: how each is configured and started for a scenario."""
import os
import shutil

NAMES = ["floor", "haproxy", "haproxy-tuned", "nginx", "hawser"]

# More than any scenario opens. haproxy sizes its pool of idle server connections by this number, so a small one would
# hold it back; it wants 2 descriptors for each, 2.5 with splicing, of the 20,000 that a process commonly may have.
CONNECTIONS = 9000
CONNECTIONS_SPLICING = 7000

# The haproxies and Hawser read this file. haproxy is left at its defaults but for the number of threads, and writes
# no log. haproxy-tuned has the options that help it in the scenario, which is what its administrators would do.
HAPROXY_CFG = """\
global
    maxconn {connections}
    {processes}
defaults
    mode {mode}
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout http-keep-alive 60s
    {options}
frontend bench
    bind 127.0.0.1:{port}
    default_backend origin
backend origin
    server o1 127.0.0.1:{origin}
"""

NGINX_CFG = """\
worker_processes {processes};
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    keepalive_requests 1000000000;
    upstream origin {{
        server 127.0.0.1:{origin};
        keepalive 512; keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
}}
"""


def find(program):
    """Debian keeps daemons in sbin, which is not on the path of every user."""
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def command(peer, setup, bench):
    """The command line that runs the peer in the foreground, or a string that says why it can't take part."""
    if peer == "floor":
        return [bench.tool("floor"), "--listen", str(setup.port), "--origin", f"127.0.0.1:{setup.origin}"]
    program = bench.options.hawser if peer == "hawser" else find(peer.partition("-")[0])
    if not program or not find(program):
        return f"no program {program or peer!r}"
    return nginx(program, setup, bench) if peer == "nginx" else haproxy(peer, program, setup, bench)


def haproxy(peer, program, setup, bench):
    options = {"haproxy": [], "haproxy-tuned": setup.tuned, "hawser": setup.hawser}[peer]
    connections = CONNECTIONS_SPLICING if peer == "haproxy-tuned" else CONNECTIONS
    count = "nbproc" if peer == "hawser" else "nbthread"
    path = bench.write(f"{peer}-{setup.port}.cfg", HAPROXY_CFG.format(
        processes=f"{count} {setup.processes}", connections=connections, mode=setup.mode, port=setup.port,
        origin=setup.origin, options="\n    ".join(options)))
    return [program, "-db", "-f", path]


def nginx(program, setup, bench):
    if setup.mode != "http":
        return "Debian's nginx has no TCP proxy without a further package"
    path = bench.write(f"nginx-{setup.port}.conf", NGINX_CFG.format(
        processes=setup.processes, folder=bench.folder, port=setup.port, origin=setup.origin))
    return [program, "-c", path, "-p", bench.folder, "-g", "daemon off;"]
