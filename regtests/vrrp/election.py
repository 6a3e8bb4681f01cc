#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hawser and keepalived 2.2.7 elect each other as RFC 3768 and RFC 9568 say, in both roles and in every form of advert."""
import dataclasses

from hawser import check, together, wait_until
from lab import HEAD, HawserNode, Keepalived, Lab, Machine, keepalived, keepalived_config, keepalived_instance, section

HIGH, LOW = 150, 100


@dataclasses.dataclass
class Form:
    """A virtual router of both nodes. VRRPv2 cannot do without a second; one interval instead of three saves some."""
    title: str
    vrid: int
    vip: str
    lines: str = ""  # of Hawser's section
    version: int = 3
    advert: float = 0.1
    auth: str = ""
    body: str = ""   # of keepalived's instance; SELF and OTHER, here and above, are the nodes' addresses

    def ours(self, priority, own, other):
        return section(f"VI_{self.vrid}", self.vrid, priority, (self.vip,),
                       lines=self.lines.replace("SELF", own).replace("OTHER", other))

    def theirs(self, priority, own, other):
        return keepalived_instance(f"VI_{self.vrid}", self.vrid, priority, (self.vip,), version=self.version,
                                   advert=self.advert, auth=self.auth,
                                   body=self.body.replace("SELF", own).replace("OTHER", other))

    @property
    def announced(self):
        return "na" if ":" in self.vip else "garp"

    def skew(self, priority):
        return (256 - priority) / 256 * (1 if self.version == 2 else self.advert)


V2 = {"version": 2, "advert": 1, "body": "down_timer_adverts 1"}
V3 = "version 3\nadvert-int 100ms\n"
FORMS = (
    Form("v2", 51, "10.99.0.51", "down-timer-adverts 1", **V2),
    Form("v2 pass", 52, "10.99.0.52", "down-timer-adverts 1\nauthentication pass 1111", auth="PASS 1111", **V2),
    Form("v2 ah", 53, "10.99.0.53", "down-timer-adverts 1\nauthentication ah 1111", auth="AH 1111", **V2),
    Form("v3 at 100 ms", 54, "10.99.0.54", V3),
    Form("v3 over IPv6", 55, "fd99::55", V3 + "link-local none"),
    Form("unicast", 56, "10.99.0.56", V3 + "unicast-source SELF\npeer OTHER",
         body="unicast_src_ip SELF\n unicast_peer { OTHER\n }"),
    Form("another group", 57, "10.99.0.57", V3 + "multicast-group 224.0.4.18", body="mcast_dst_ip 224.0.4.18"),
)


def hawser(node, priority, other):
    return HawserNode(node, HEAD + "".join(form.ours(priority, node.address, other.address) for form in FORMS))


def peer(node, priority, other):
    return Keepalived(node, keepalived_config(*(form.theirs(priority, node.address, other.address) for form in FORMS)))


class Exchange:
    """Node a has the higher priority everywhere: it is master, is stopped, and comes back."""

    def __init__(self, lab, first, second):
        self.lab, self.observer = lab, lab.observer
        self.a, self.b = lab.nodes["a"], lab.nodes["b"]
        self.first, self.second = first, second
        self.machine = Machine()

    def adverts(self, form, node, count=1, **fields):
        return self.observer.wait(count, node=node, kind="vrrp", vrid=form.vrid, what=f"{form.title} of {node}", **fields)

    def run(self):
        running = self.first(self.a, HIGH, self.b)
        for form in FORMS:
            self.adverts(form, "a", priority=HIGH)
            self.observer.wait(5, node="a", kind=form.announced, target=form.vip)
        second = self.second(self.b, LOW, self.a)
        for form in FORMS:
            self.adverts(form, "a", 3, since=second.wait_state("BACKUP", f"VI_{form.vrid}"))
            wait_until(lambda: self.a.holds(form.vip) and not self.b.holds(form.vip),
                       f"{form.title}: the higher priority is master")
        self.give_way(running)
        self.come_back()

    def give_way(self, running):
        stopped = running.terminate()
        for form in FORMS:
            resigned = self.adverts(form, "a", since=stopped, priority=0)[0]
            taken = self.adverts(form, "b", since=stopped, priority=LOW)[0]
            waited, skew = taken.time - resigned.time, form.skew(LOW)
            check(skew - 0.002 <= waited and self.machine.in_time(waited, skew + 0.25, resigned.time, taken.time),
                  f"{form.title}: priority 0 lets the other take over after its skew time, {waited:.3f} s of {skew:.3f}")
            self.observer.wait(5, since=taken.time, node="b", kind=form.announced, target=form.vip)
        running.process.wait(10)
        wait_until(lambda: all(self.b.holds(form.vip) and not self.a.holds(form.vip) for form in FORMS), "the addresses have moved")

    def come_back(self):
        self.first(self.a, HIGH, self.b)
        for form in FORMS:
            back = self.adverts(form, "a", 2, since=self.observer.select(node="b", kind="vrrp", vrid=form.vrid)[0].time,
                                priority=HIGH)
            self.observer.wait(5, since=back[0].time, node="a", kind=form.announced, target=form.vip)
            late = self.observer.select(since=back[1].time, node="b", kind="vrrp", vrid=form.vrid)
            check(not late, f"{form.title}: the higher priority takes over again, and the other one follows")
            strange = self.observer.select(node="b", kind="vrrp", vrid=form.vrid, priority=lambda p: p != LOW)
            check(not strange, f"{form.title}: without a word")
            wait_until(lambda: self.a.holds(form.vip) and not self.b.holds(form.vip), f"{form.title}: the address is back")


def waits_for_three_intervals():
    """What the forms above leave out: a VRRPv2 master falls silent."""
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        peer_of_old = Keepalived(b, keepalived(priority=HIGH))
        lab.observer.wait(1, node="b", kind="vrrp", priority=HIGH)
        backup = HawserNode(a, HEAD + section(priority=LOW))
        backup.wait_state("BACKUP")
        lab.observer.wait(2, node="b", kind="vrrp")
        isolated = lab.isolate(b)
        taken = lab.observer.wait(1, since=isolated, node="a", kind="vrrp", priority=LOW)[0]
        heard = lab.observer.heard("a", kind="vrrp")[-1]
        waited = taken.time - heard.time
        check(3.609 <= waited, f"it waits three intervals and the skew time, {waited:.3f} s of at least 3.609")
        joined = lab.join(b)
        seen = lab.observer.wait(1, since=joined, node="b", kind="vrrp", priority=HIGH)[0]
        backup.wait_state("BACKUP", since=seen.time)
        wait_until(lambda: not a.holds("10.99.0.50"), "the better master is back: the address is given up at once")
        check(peer_of_old.process.poll() is None, "keepalived runs on")


def refuses_another_password():
    machine = Machine()
    with Lab() as lab:
        a, b = lab.nodes["a"], lab.nodes["b"]
        lines = "down-timer-adverts 1\nauthentication pass right"
        master = HawserNode(a, HEAD + section(priority=LOW, lines=lines))
        lab.observer.wait(1, node="a", kind="vrrp", priority=LOW)
        Keepalived(b, keepalived(priority=HIGH, auth="PASS wrong", body="down_timer_adverts 1"))
        master.wait_log("advert from 10.99.0.2 refused: its password is not ours")
        wait_until(lambda: a.holds("10.99.0.50"), "a wrong password moves nothing")
        wait_until(lambda: "password" in master.cli("show vrrp VI_1"), "show vrrp says why the peer is refused")

        def heard():
            return [line.split()[-1] for line in master.cli("show vrrp lan").splitlines() if "10.99.0.2" in line]
        wait_until(lambda: heard() == ["auth_failure"], "and so does show vrrp lan, beside its adverts")
        other = lab.observer.wait(1, node="b", kind="vrrp")[0]
        ours = lab.observer.wait(3, since=other.time, node="a", kind="vrrp")
        gaps = [later.time - earlier.time for earlier, later in zip(ours, ours[1:])]
        check(machine.in_time(max(gaps), 1.1, ours[0].time, ours[-1].time), f"our own adverts go on in their beat: {gaps}")


def the_better_one_is(first, second):
    print(f"--- {first.__name__} has the higher priority")
    with Lab() as lab:
        Exchange(lab, first, second).run()


together(lambda: the_better_one_is(hawser, peer), lambda: the_better_one_is(peer, hawser), waits_for_three_intervals,
         refuses_another_password)
