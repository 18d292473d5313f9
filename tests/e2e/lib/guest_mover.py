# SPDX-License-Identifier: GPL-2.0-only
"""Runs in a guest of several processors: moves the threads of the NICs' interrupts about.

The guest is booted with threadirqs: each vector of a NIC has a thread, and NAPI polls on
the processor of the thread that scheduled it. Every few milliseconds each thread is put
on a processor by lot, so that every order of polls, interrupts and commands comes about.

usage: guest_mover.py SEED      until it is killed; prints "moving" when it has threads
"""

import glob
import os
import random
import re
import sys
import time

# the interrupt's number and the begin of the PCI device's name
THREAD = re.compile(r"irq/\d+-0000:")
REFRESH = 0.2       # seconds; a driver that is bound again has new threads


def threads():
    """The process ids of all such threads."""
    for path in glob.glob("/proc/[0-9]*/comm"):
        try:
            with open(path, encoding="ascii", errors="replace") as file:
                if THREAD.match(file.read()):
                    yield int(path.split("/")[2])
        except OSError:
            pass


def move(pids, cpus, dice):
    for pid in pids:
        try:
            os.sched_setaffinity(pid, {dice.choice(cpus)})
        except OSError:
            pass    # it has ended


def main():
    dice = random.Random(int(sys.argv[1]))
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        sys.exit("this guest has one processor")
    said, pids, until = False, [], 0
    while True:
        if time.monotonic() >= until:
            pids, until = list(threads()), time.monotonic() + REFRESH
            if pids and not said:
                print("moving", flush=True)
                said = True
        move(pids, cpus, dice)
        time.sleep(dice.random() * 0.01)


if __name__ == "__main__":
    main()
