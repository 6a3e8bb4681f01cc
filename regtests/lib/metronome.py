# SPDX-License-Identifier: MIT
"""Wakes up in a fixed beat, on one core and before everybody who is not as urgent, and tells when it could not.

    python3 metronome.py CORE

Prints a line "DUE CAME" (real-time clock) for every beat that came late, and now and then one with twice the same time. Ends when
its input does.
"""
import os
import select
import sys
import time

BEAT = 0.004
LATE = 0.002  # less is no news
SIGN_OF_LIFE = 0.05


def be_urgent():
    """More than anything that is tested, where that is allowed."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(os.sched_get_priority_max(os.SCHED_RR)))
    except PermissionError:
        pass


def main():
    os.sched_setaffinity(0, {int(sys.argv[1])})
    be_urgent()
    told, due = 0.0, time.time()
    while not select.select([sys.stdin], [], [], max(0, due - time.time()))[0]:
        came = time.time()
        if came - due > LATE:
            print(f"{due:.6f} {came:.6f}", flush=True)
        elif came - told > SIGN_OF_LIFE:
            print(f"{came:.6f} {came:.6f}", flush=True)
            told = came
        due = came + BEAT


main()
