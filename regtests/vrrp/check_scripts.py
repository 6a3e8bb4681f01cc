#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Control runs check scripts as another user, asks services, watches files; its successor goes on from the results."""
import json
import os
import pathlib
import signal
import tempfile

from hawser import Hawser, Origin, Port, check, need_root, tcp_config, wait_until

SECTIONS = """
vrrp VI_1
    interface hwnone0
    virtual-router-id 51
    virtual-address 192.0.2.10/24
    track-script exists weight -20
    track-script who weight -1
    track-script port weight -2
    track-script gone weight -3
    track-file %s/drain weight -5
vrrp-script exists
    command test -e {dir}/healthy
    interval 50ms
    timeout 5s
    user root
vrrp-script who
    command "id -un; exit 3"
    interval 10s
    user games
vrrp-script port
    tcp 127.0.0.1:%d
    interval 50ms
    timeout 5s
vrrp-script gone
    command {dir}/no-such-script
"""


def tracks(hawser):
    """name -> (result, share) of what control looks at, as `show vrrp json` tells."""
    routers = json.loads(hawser.cli("show vrrp json"))
    return {os.path.basename(track["name"]): (track["result"], track["share"]) for track in routers[0]["tracks"]
            if track["type"] in ("script", "file")}


def capabilities(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return None


def main():
    need_root()
    port, origin = Port(), Origin()
    # Control, which is nobody here, reads it.
    public = tempfile.TemporaryDirectory(prefix="hawser-", dir="/tmp")
    os.chmod(public.name, 0o755)
    extra = "    user nobody\n    group nogroup\n    chroot {dir}\n"
    with Hawser(tcp_config(port, origin, extra=extra) + SECTIONS % (public.name, origin.port)) as hawser:
        wait_until(lambda: "unknown" not in [result for result, _ in tracks(hawser).values()], "all results are known")
        found = tracks(hawser)
        check(found["exists"] == ("down", -20), "a command that fails takes its weight away")
        check(found["port"] == ("up", 0), "a port that accepts is up")
        check(found["gone"] == ("down", -3), "a command that does not exist is down")
        check(found["drain"] == ("up", 0), "a file that does not exist says 0")
        log = "\n".join(hawser.log) + hawser.cli("show vrrp")
        check("track-script who down" in log and "exit code 3" in log, "the exit code is shown")

        (hawser.dir / "healthy").touch()
        pathlib.Path(public.name, "drain").write_text("2\n")
        wait_until(lambda: tracks(hawser)["exists"] == ("up", 0), "a command that succeeds again is up")
        wait_until(lambda: tracks(hawser)["drain"] == ("down", -10), "a file's number is multiplied by its weight")

        control = hawser.processes()["control"][0]
        check(capabilities(control) == 1 << 5 | 1 << 6 | 1 << 7, "control keeps what it takes to become others")
        os.kill(control, signal.SIGKILL)
        hawser.wait_log("control .* serves again")
        found = tracks(hawser)
        check(found["exists"] == ("up", 0) and found["drain"] == ("down", -10), "a successor knows the results")
        (hawser.dir / "healthy").unlink()
        wait_until(lambda: tracks(hawser)["exists"] == ("down", -20), "and goes on")
        hawser.stop()
        hawser.wait_eof()
        while not hawser.lines.empty():
            hawser.log.append(hawser.lines.get()[1])
        log = "\n".join(line for line in hawser.log if line)
        check("vrrp-script who fails (exit code 3: games)" in log, "a script runs as its user, and its output is logged")
        check("vrrp-script exists succeeds again (exit code 0)" in log, "changes are logged")
        check("vrrp-script gone: cannot execute '" in log, "why a script cannot be executed is logged")


main()
