# SPDX-License-Identifier: GPL-2.0-only
"""Runs in a guest: firmware dies, and the restart finds no memory now and then.

usage: guest_restarts.py JSON, an object with
  netns, crash, target  where the NIC is, the driver's file that kills it, the
                        address to ping afterwards
  first, step           which allocations of each kernel thread

A restart is done by kernel threads that work for others, too; so each of them
has its nth allocation fail, from the death of the firmware until the link is
there again. The line of output is an object: the n at which no thread had so
many allocations, and how many failed before.
"""

import glob
import json
import os
import subprocess
import sys
import time

import guest_fail

PATIENCE = 20.0
APART = 0.7     # seconds: more than ten deaths in quick succession are given up


def workers():
    """The fail-nth files of all threads that do deferred work."""
    for path in glob.glob("/proc/[0-9]*/comm"):
        try:
            with open(path, encoding="ascii") as file:
                if file.read().startswith("kworker"):
                    yield os.path.join(os.path.dirname(path), "fail-nth")
        except OSError:
            pass


def arm(n):
    """Returns the files of the threads that could be armed."""
    armed = []
    for path in workers():
        try:
            guest_fail.put(path, str(n))
            armed.append(path)
        except OSError:
            pass
    return armed


def disarm(armed):
    """How many of them have come to their nth allocation."""
    hits = 0
    for path in armed:
        try:
            with open(path, encoding="ascii") as file:
                hits += file.read().strip("\0\n") == "0"
        except OSError:
            pass
    arm(0)
    return hits


def restarts(crash):
    with open(os.path.join(os.path.dirname(crash), "stats"), encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("restart "))


def linked(netns, target):
    """Awaits an answer."""
    end = time.monotonic() + PATIENCE
    while subprocess.run(["ip", "netns", "exec", netns, "ping", "-n", "-q", "-c", "1", "-W", "0.2",
                          target], stdout=subprocess.DEVNULL, check=False).returncode:
        if time.monotonic() > end:
            return False
    return True


def main():
    what = json.loads(sys.argv[1])
    n, failed = what["first"], 0
    while True:
        start, before = time.monotonic(), restarts(what["crash"])
        armed = arm(n)
        guest_fail.put(what["crash"], "0")
        end = start + PATIENCE
        while restarts(what["crash"]) == before and time.monotonic() < end:
            time.sleep(0.01)
        alive = linked(what["netns"], what["target"])
        hits = disarm(armed)
        assert alive, f"no link when allocation {n} fails"
        if not hits:
            break
        failed += hits
        n += what["step"]
        time.sleep(max(0, start + APART - time.monotonic()))
    print(json.dumps({"last": n, "failed": failed}))


if __name__ == "__main__":
    main()
