# SPDX-License-Identifier: MIT
"""Lines of `option httplog` and `option tcplog`, and what must be the same in those of two programs."""
import re

HTTP = re.compile(
    r"(?P<ci>[0-9.]+):(?P<cp>\d+) \[(?P<tr>\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3})\] (?P<ft>\S+) (?P<b>\S+)/(?P<s>\S+) "
    r"(?P<TR>-?\d+)/(?P<Tw>-?\d+)/(?P<Tc>-?\d+)/(?P<Tr>-?\d+)/(?P<Ta>\+?-?\d+) (?P<ST>-?\d+) (?P<B>\+?\d+) "
    r"(?P<CC>\S+) (?P<CS>\S+) (?P<state>\S{4}) (?P<ac>\d+)/(?P<fc>\d+)/(?P<bc>\d+)/(?P<sc>\d+)/(?P<rc>\+?\d+) "
    r"(?P<sq>\d+)/(?P<bq>\d+) (?P<captures>\{.*\} )?\"(?P<r>.*)\"")
TCP = re.compile(
    r"(?P<ci>[0-9.]+):(?P<cp>\d+) \[(?P<t>\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3})\] (?P<ft>\S+) (?P<b>\S+)/(?P<s>\S+) "
    r"(?P<Tw>-?\d+)/(?P<Tc>-?\d+)/(?P<Tt>\+?-?\d+) (?P<B>\+?\d+) (?P<state>\S\S) "
    r"(?P<ac>\d+)/(?P<fc>\d+)/(?P<bc>\d+)/(?P<sc>\d+)/(?P<rc>\+?\d+) (?P<sq>\d+)/(?P<bq>\d+)")
# Cases run at the same time, and only they know how many clients there are.
NOT_COMPARED = {"cp", "tr", "t", "ac"}
TIMERS = {"TR", "Tw", "Tc", "Tr", "Ta", "Tt"}


def parse(line, mode):
    found = (HTTP if mode == "http" else TCP).fullmatch(line)
    if not found:
        raise AssertionError(f"no line of {mode}log: {line}")
    return found.groupdict()


def comparable(fields, mode):
    """What of a line must be equal: timers are known, or they are not. HAProxy's bytes of HTTP are not those that it
    sent, but the size of its own form of a message; and none for what it says to requests that it could not read."""
    kept = {name: value for name, value in fields.items() if name not in NOT_COMPARED | TIMERS}
    kept |= {name: "known" if int(fields[name]) >= 0 else "-1" for name in TIMERS & fields.keys()}
    if mode == "http":
        del kept["B"]
    return kept


def check_sum(fields):
    """The phases are not longer than the whole."""
    phases = sum(max(0, int(fields[name])) for name in ("TR", "Tw", "Tc", "Tr") if name in fields)
    whole = int(fields.get("Ta", fields.get("Tt")))
    if phases > whole:
        raise AssertionError(f"the phases of {fields} take {phases} ms, all of it {whole} ms")


def check_lines(case, ours, theirs, mode):
    """Hawser's lines of a case against HAProxy's. `case.expect` has the states, and what is told apart:

    ours: fields in which Hawser says something else than HAProxy, and what;
    at_least: milliseconds that a timer must show, where it is known that there was a wait;
    ignore: fields (and columns of the statistics) that depend on who is quicker.
    """
    expect = case.expect
    states = expect["state"] if isinstance(expect["state"], list) else [expect["state"]]
    deliberate = expect.get("ours", {})
    if not len(ours) == len(theirs) == len(states):
        raise AssertionError(f"{case.name}: {len(states)} lines are wanted, not\n{ours}\n{theirs}")
    for number, (line, other, state) in enumerate(zip(ours, theirs, states)):
        mine, its = parse(line, mode), parse(other, mode)
        check_sum(mine)
        for name, least in expect.get("at_least", {}).items() if number == 0 else ():
            if int(mine[name]) < least:
                raise AssertionError(f"{case.name}: {name} is {mine[name]}, not at least {least}: {line}")
        mine, its = comparable(mine, mode), comparable(its, mode)
        if mine["state"] != state:
            raise AssertionError(f"{case.name}: the state should be {state}: {line}\n{other}")
        for name in expect.get("ignore", ()):
            mine.pop(name, None)
        for name, value in deliberate.items() if number == 0 else ():
            if mine[name] != value:
                raise AssertionError(f"{case.name}: {name} should be {value}: {line}")
            its[name] = value
        if any(its[name] != value for name, value in mine.items()):
            raise AssertionError(f"{case.name}: {difference(mine, its)}\n{line}\n{other}")


def difference(mine, its):
    return ", ".join(f"{name}: {mine[name]} and not {its[name]}" for name in mine if mine[name] != its[name])
