# SPDX-License-Identifier: MIT
"""What is measured, and the bar that Hawser has to keep in each scenario."""
import dataclasses
import json
import select
import statistics
import subprocess

import measure
import peers

TCP_SIZES = {"1k": 1024, "1m": 1048576}
IDLE_CONNECTIONS = 8000


@dataclasses.dataclass
class Setup:
    """What a peer must know to configure itself."""
    mode: str
    port: int
    origin: int
    tuned: list = ()   # options of the haproxy.cfg dialect: for haproxy-tuned
    hawser: list = ()  # and for Hawser
    processes: int = 1


@dataclasses.dataclass
class Origin:
    """Which port of bench_origin a scenario talks to: --http, --tcp or --tcp-close, with the size of an answer."""
    kind: str
    size: int = 0

    def start(self, bench, cores):
        port = bench.port()
        value = f"{port}:{self.size}" if self.size else str(port)
        process = bench.start([bench.tool("origin"), f"--{self.kind}", value], port, cores)
        if isinstance(process, str):
            raise SystemExit(f"bench: the origin {process}")
        return process, port


@dataclasses.dataclass
class Traffic:
    """A closed loop of requests; the figure is CPU time per request, and the bar a ratio to haproxy's."""
    name: str
    title: str
    origin: Origin
    load: list
    bar: float
    tuned: list = ()
    hawser: list = ()
    floor: bool = True
    unit: str = "CPU µs per request"

    def measure(self, bench):
        proxy_cores, load_cores = [bench.proxy_core], [bench.load_core]
        origin, origin_port = self.origin.start(bench, load_cores)
        mode = "http" if self.origin.kind == "http" else "tcp"
        running, absent = {}, {}
        for peer in bench.options.peers:
            if (peer == "haproxy-tuned" and not self.tuned) or (peer == "floor" and not self.floor):
                continue
            setup = Setup(mode, bench.port(), origin_port, self.tuned, self.hawser)
            started = start_peer(bench, peer, setup, proxy_cores)
            if isinstance(started, str):
                absent[peer] = started
            else:
                running[peer] = (started, setup.port)
        rounds = {peer: [] for peer in running}
        sizes = {}
        for _ in range(bench.options.rounds):
            for peer, (process, port) in running.items():
                rounds[peer].append(bench.round(process, port, self.load, load_cores))
                sizes[peer] = measure.memory(process.pid)
        for process, _ in running.values():
            bench.processes.stop(process)
        bench.processes.stop(origin)
        figures = {peer: summary(rounds[peer], sizes[peer]) for peer in running}
        for peer in figures:
            figures[peer]["ratio"] = ratio(rounds[peer], rounds.get("haproxy", []))
        return {"scenario": self, "absent": absent, "figures": figures}


def summary(rounds, memory):
    figures = {name: measure.median(rounds, name) for name in ("cpu_us", "rate", "p50_us", "p99_us")}
    figures["spread"] = spread([one["cpu_us"] for one in rounds if one["cpu_us"] is not None])
    figures["errors"] = sum(one["errors"] for one in rounds)
    figures["memory"] = memory
    return figures


def ratio(rounds, others):
    """Median of the ratios round by round: a machine that changed its speed in between changed it for both."""
    pairs = [one["cpu_us"] / other["cpu_us"] for one, other in zip(rounds, others) if one["cpu_us"] and other["cpu_us"]]
    return statistics.median(pairs) if pairs else None


def spread(values):
    """How far the rounds lie apart, as a share of the smallest."""
    return (max(values) - min(values)) / min(values) if values else None


def start_peer(bench, peer, setup, cores):
    command = peers.command(peer, setup, bench)
    return command if isinstance(command, str) else bench.start(command, setup.port, cores)


@dataclasses.dataclass
class Idle:
    """Memory that a connection costs while it waits for its next request; the bar is a number of bytes."""
    name: str
    title: str
    bar: float
    unit: str = "bytes per connection"

    def measure(self, bench):
        cores = [bench.load_core]
        figures, absent = {}, {}
        origin, origin_port = Origin("http").start(bench, cores)
        for peer in bench.options.peers:
            if peer in ("floor", "haproxy-tuned"):
                continue
            setup = Setup("http", bench.port(), origin_port)
            process = start_peer(bench, peer, setup, [bench.proxy_core])
            if isinstance(process, str):
                absent[peer] = process
                continue
            figures[peer] = self.measure_peer(bench, process, setup.port, cores)
            bench.processes.stop(process)
        bench.processes.stop(origin)
        return {"scenario": self, "absent": absent, "figures": figures}

    @staticmethod
    def measure_peer(bench, process, port, cores):
        target = ["--target", f"127.0.0.1:{port}", "--path", "/128"]
        bench.round(process, port, ["--path", "/128"], cores)  # what is allocated once is not a connection's
        before = measure.memory(process.pid)
        load = bench.load(target + ["--idle", "--clients", str(IDLE_CONNECTIONS)], cores, stdin=subprocess.PIPE)
        ready, _, _ = select.select([load.stdout], [], [], 90)
        reached = json.loads(load.stdout.readline()) if ready else {"idle": 0, "errors": 1}
        size = measure.memory(process.pid)
        load.stdin.close()
        bench.processes.stop(load)
        complete = reached["idle"] == IDLE_CONNECTIONS
        return {"cpu_us": (size - before) / IDLE_CONNECTIONS if complete else None, "rate": None, "p50_us": None,
                "p99_us": None, "spread": None, "memory": size,
                "errors": reached["errors"] + (0 if complete else IDLE_CONNECTIONS - reached["idle"])}


@dataclasses.dataclass
class Scaling:
    """CPU per request of two processes over that of one: what sharing the work costs. Nothing is pinned apart."""
    name: str
    title: str
    bar: float
    unit: str = "CPU with 2 processes over CPU with 1"

    def measure(self, bench):
        cores = [bench.proxy_core, bench.load_core]
        figures, absent = {}, {}
        origin, origin_port = Origin("http").start(bench, cores)
        for peer in bench.options.peers:
            if peer in ("floor", "haproxy-tuned"):
                continue
            running = []
            for processes in (1, 2):
                setup = Setup("http", bench.port(), origin_port, processes=processes)
                process = start_peer(bench, peer, setup, cores)
                if isinstance(process, str):
                    absent[peer] = process
                    break
                running.append((process, setup.port))
            if len(running) == 2:
                figures[peer] = self.compare(bench, running, cores)
            for process, _ in running:
                bench.processes.stop(process)
        bench.processes.stop(origin)
        return {"scenario": self, "absent": absent, "figures": figures}

    @staticmethod
    def compare(bench, running, cores):
        load = ["--path", "/1k", "--clients", "64"]
        rounds = [[], []]
        for _ in range(bench.options.rounds):
            for index, (process, port) in enumerate(running):
                rounds[index].append(bench.round(process, port, load, cores))
        both = [summary(rounds[index], measure.memory(running[index][0].pid)) for index in (0, 1)]
        figures = dict(both[1])
        figures["cpu_us"] = both[1]["cpu_us"] / both[0]["cpu_us"] if both[0]["cpu_us"] else None
        figures["errors"] += both[0]["errors"]
        return figures


ALL = [
    Traffic("http-1k", "HTTP keep-alive, 1 KiB, 64 clients", Origin("http"),
            ["--path", "/1k", "--clients", "64"], 0.80),
    Traffic("http-128", "HTTP keep-alive, 128 B, 256 clients", Origin("http"),
            ["--path", "/128", "--clients", "256"], 0.70),
    Traffic("http-64k", "HTTP keep-alive, 64 KiB, 32 clients", Origin("http"),
            ["--path", "/64k", "--clients", "32"], 0.80, tuned=["option splice-response"]),
    Traffic("http-1m", "HTTP keep-alive, 1 MiB, 16 clients", Origin("http"),
            ["--path", "/1m", "--clients", "16"], 0.60, tuned=["option splice-response"]),
    Traffic("http-close", "HTTP, a client connection per request, servers reused", Origin("http"),
            ["--path", "/1k", "--clients", "64", "--per-request"], 0.50,
            tuned=["http-reuse always"], hawser=["http-reuse always"], floor=False),
    Traffic("tcp-1k", "TCP keep-alive, 1 KiB, 64 clients", Origin("tcp", TCP_SIZES["1k"]),
            ["--tcp", str(TCP_SIZES["1k"]), "--clients", "64"], 0.90),
    Traffic("tcp-1m", "TCP, 1 MiB, 16 clients", Origin("tcp", TCP_SIZES["1m"]),
            ["--tcp", str(TCP_SIZES["1m"]), "--clients", "16"], 0.45, tuned=["option splice-response"]),
    Traffic("tcp-close", "TCP, a connection per request", Origin("tcp-close", TCP_SIZES["1k"]),
            ["--tcp", str(TCP_SIZES["1k"]), "--clients", "64", "--per-request"], 1.00),
    Idle("idle", f"{IDLE_CONNECTIONS} idle keep-alive connections", 500),
    Scaling("processes", "two processes beside one, HTTP keep-alive, 1 KiB", 1.10),
]
