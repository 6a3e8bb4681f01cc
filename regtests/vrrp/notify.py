#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Scripts, pipes and mails about transitions: keepalived's scripts are told the same by both programs."""
import os
import pathlib
import signal
import threading

import hawser
from hawser import check, together, wait_until
from lab import HEAD, HawserNode, Keepalived, Lab, Program, in_namespace
from smtp import MailServer

RECORD = """#!/bin/sh
echo "$*" >> {dir}/record
"""
HAWSER = """
vrrp-defaults
    interface eth0
    version 3
    advert-int 100ms
    no track-proxy
    notify-user root
    notify-fifo {dir}/fifo user root
vrrp VI_1
    virtual-router-id 51
    virtual-address 10.99.0.50
    notify "{dir}/record.sh any"
    notify-master "{dir}/record.sh up"
    notify-backup "{dir}/record.sh down"
    notify-fault "{dir}/record.sh bad"
    notify-stop "{dir}/record.sh end"
vrrp VI_2
    virtual-router-id 52
    virtual-address 10.99.0.51
    notify "{dir}/record.sh any"
vrrp-group VG
    members VI_1 VI_2
    notify "{dir}/record.sh any"
"""
KEEPALIVED = """
global_defs {
    vrrp_version 3
    script_user root
    vrrp_notify_fifo {dir}/fifo
}
vrrp_sync_group VG {
    group {
        VI_1
        VI_2
    }
    notify "{dir}/record.sh any"
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    advert_int 0.1
    virtual_ipaddress {
        10.99.0.50
    }
    notify "{dir}/record.sh any"
    notify_master "{dir}/record.sh up"
    notify_backup "{dir}/record.sh down"
    notify_fault "{dir}/record.sh bad"
    notify_stop "{dir}/record.sh end"
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    advert_int 0.1
    virtual_ipaddress {
        10.99.0.51
    }
    notify "{dir}/record.sh any"
}
"""


class Follower:
    """Who reads a node's pipe."""

    def __init__(self, folder):
        path = folder / "fifo"
        os.mkfifo(path, 0o600)
        # Open for writing as well, it never finds the end of the file.
        self.pipe = os.open(path, os.O_RDWR)
        self.text = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while data := os.read(self.pipe, 4096):
            self.text += data.decode()

    def lines(self):
        return self.text.splitlines()


class Recorded:
    """A node whose scripts write down what they are told."""

    def __init__(self, node):
        self.node, self.dir = node, node.lab.folder_of(node)
        script = self.dir / "record.sh"
        script.write_text(RECORD.format(dir=self.dir))
        script.chmod(0o755)
        self.follower = Follower(self.dir)

    def lines(self):
        path = self.dir / "record"
        return path.read_text().splitlines() if path.exists() else []

    def wait(self, *wanted):
        """Until the last lines about each subject are there."""
        wait_until(lambda: all(self.lines().count(line) >= wanted.count(line) for line in wanted),
                   f"{self.node.name}: {wanted} in {self.lines()}")

    def about(self, name):
        return [line for line in self.lines() if f" {name} " in line]

    def of_script(self, word):
        return [line for line in self.lines() if line.startswith(word)]

    def of_pipe(self, name):
        return [line for line in self.follower.lines() if f'"{name}"' in line]


def story(lab, node, program, ended):
    """Backup, master, fault, backup, master and the end."""
    told = Recorded(node)
    running = program(told)
    # keepalived does not wait for one script before it runs the next about the same.
    each = ("any INSTANCE VI_1 {} 100", "any INSTANCE VI_2 {} 100", "any GROUP VG {} 0")
    told.wait(*[line.format("MASTER") for line in each])
    lab.cut(node)
    told.wait(*[line.format("FAULT") for line in each])
    lab.mend(node)
    told.wait(*[line.format("MASTER") for line in each * 2])
    running.signal(signal.SIGTERM)
    told.wait(*[line.format("STOP") for line in each])
    wait_until(lambda: running.process.poll() is not None, f"{ended} ends")
    return told


def tell_the_same():
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        ours = story(lab, a, lambda told: HawserNode(a, HEAD + HAWSER), "hawser")
        theirs = story(lab, b, lambda told: Keepalived(b, KEEPALIVED.replace("{dir}", str(told.dir))), "keepalived")
        # The last scripts may run a moment longer than who started them.
        for name in ("VI_1", "VI_2", "VG"):
            same("about", name, f"{name}: a script is told the same by both", ours, theirs)
        for word in ("up", "down", "bad", "end"):
            same("of_script", word, f"'{word}' runs when it does with keepalived", ours, theirs)
        for name in ("VI_1", "VI_2", "VG"):
            same("of_pipe", name, f"{name}: the pipe has the same lines", ours, theirs)
            check(ours.of_pipe(name), f"{name}: and there are some")


def same(kind, name, what, ours, theirs):
    def told(by):
        return getattr(by, kind)(name)
    try:
        wait_until(lambda: told(ours) == told(theirs), what)
    except AssertionError as error:
        raise AssertionError(f"{error}: {told(ours)}, with keepalived {told(theirs)}") from None


FOLLOWED = """
vrrp-defaults
    notify-user root
    notify-fifo {dir}/fifo user root
    notify-fifo-script {dir}/follow.sh
vrrp VI_1
    interface eth0
    virtual-router-id 51
    version 3
    advert-int 100ms
    no track-proxy
    virtual-address 10.99.0.50
    notify-stop {dir}/end.sh
listen web
    bind 127.0.0.1:80
    http-request return status 200
"""


def tells_a_program(*arguments, title):
    """One that reads the pipe gets everything, to the last line; and notify-stop has its time."""
    with Lab("a") as lab:
        node = lab.nodes["a"]
        folder = lab.folder_of(node)
        for name, text in (("follow.sh", f"#!/bin/sh\ncat \"$1\" > {folder}/followed\n"),
                           ("end.sh", f"#!/bin/sh\necho ended > {folder}/ended\n")):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        path = folder / "single.cfg"
        path.write_text((HEAD + FOLLOWED).replace("{dir}", str(folder)))
        program = Program(node, hawser.HAWSER, *arguments, "-f", str(path))
        followed = pathlib.Path(folder, "followed")
        wait_until(lambda: followed.exists() and "MASTER" in followed.read_text(), f"{title}: {program.log}")
        program.signal(signal.SIGTERM)
        wait_until(lambda: program.process.poll() is not None, f"{title}: it ends")
        wait_until(lambda: followed.read_text() == 'INSTANCE "VI_1" BACKUP 100\nINSTANCE "VI_1" MASTER 100\n'
                   'INSTANCE "VI_1" STOP 100\n', f"{title}: notify-fifo-script gets every line")
        check((folder / "ended").read_text() == "ended\n", f"{title}: notify-stop has run")


MAILED = """
mailers ops
    mailer lab {server}:2525
vrrp VI_1
    interface eth0
    virtual-router-id 51
    version 3
    advert-int 100ms
    no track-proxy
    virtual-address 10.99.0.50
    email-alert mailers ops
    email-alert to ops@example.com boss@example.com
    email-alert from hawser@example.com
    email-alert myhostname lab-a.example.com
"""


def mails():
    with Lab("a") as lab:
        node = lab.nodes["a"]
        server = in_namespace(lab.client.namespace, lambda: MailServer((lab.client.address, 2525)))
        program = HawserNode(node, HEAD + MAILED.format(server=lab.client.address))
        mail = server.wait(": entering MASTER state")
        check((mail.sender, mail.to) == ("hawser@example.com", ["ops@example.com", "boss@example.com"]),
              "a mail about a transition has its sender and receivers")
        check(mail.hello == "lab-a.example.com", "the client says who it is")
        head, _, body = mail.text.partition("\n\n")
        check("To: ops@example.com, boss@example.com" in head and "Subject: " in head and "Date: " in head,
              f"it has the headers that servers want: {head}")
        check("VI_1" in body and "priority 100" in body, f"it says what happened: {body}")
        program.signal(signal.SIGTERM)
        server.wait(": stopped")
        check(not server.failures, f"and all of it is SMTP: {server.failures}")


together(tell_the_same, lambda: tells_a_program("-W", title="master and workers"),
         lambda: tells_a_program("-d", title="a single process"), mails)
