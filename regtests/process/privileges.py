#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Workers and control run as the configured user, in the configured root, with no capability and no way back."""
import os
import pathlib
import pwd

from hawser import Hawser, Origin, Port, check, need_root, tcp_config


def status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.split() for name, value in (line.split(":", 1) for line in lines)}


def main():
    need_root()
    port, origin, nobody = Port(), Origin(), pwd.getpwnam("nobody")
    extra = "    user nobody\n    group nogroup\n    chroot {dir}\n"
    with Hawser(tcp_config(port, origin, extra=extra)) as hawser:
        processes = hawser.processes()
        for name in ("control", "worker 1", "worker 2"):
            pid = processes[name][0]
            found = status(pid)
            check(found["Uid"] == [str(nobody.pw_uid)] * 4, f"{name}: user")
            check(found["Gid"] == [str(nobody.pw_gid)] * 4, f"{name}: group")
            check(found["Groups"] == [], f"{name}: no supplementary group")
            for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                check(int(found[kind][0], 16) == 0, f"{name}: {kind} is empty")
            check(found["NoNewPrivs"] == ["1"], f"{name}: no new privileges")
            check(os.readlink(f"/proc/{pid}/root") == str(hawser.dir), f"{name}: root directory")
        check(status(hawser.pid)["Uid"][0] == "0", "the master stays root")
        with port.connect() as client:
            client.sendall(b"x")
            check(client.recv(1) == b"x", "and traffic is served")

    extra = "    user nobody\n"
    config = tcp_config(port, origin, extra=extra).replace(f"127.0.0.1:{origin.port}",
                                                           f"127.0.0.1:{origin.port} source 0.0.0.0 usesrc clientip")
    with Hawser(config) as hawser:
        found = status(hawser.processes()["worker 1"][0])
        check(int(found["CapEff"][0], 16) == 1 << 13, "usesrc keeps CAP_NET_RAW, and nothing else")


main()
