# SPDX-License-Identifier: GPL-2.0-only
"""Which processor a guest or a NIC runs on.

A guest has one processor, but its kernel and each of its programs are processes of
this machine, which wake each other all the time. A guest whose processes move between
processors runs at a half to a quarter of its speed; so all of them stay on one.

Alone, a process has its guests on one processor and its NICs on another one. With
several test processes at once (pytest -n), each has a share of the processors, and
everything of a test process is on the one processor of its share if there is no more.

A guest of the smp kernel has several processors, each a thread. They may run on all
processors of the share, or one would spin for a lock that another, which does not run,
holds.

SKUA_PIN=no leaves everything to the scheduler. Only processors that this process may use
are considered (taskset, containers).
"""

import itertools
import os


def share(cpus, environ):
    """The processors of this process: all, or those of one of several test processes."""
    worker = environ.get("PYTEST_XDIST_WORKER", "")
    if not worker.startswith("gw"):
        # several programs at once shall not begin with the same processor
        first = os.getpid() % len(cpus)
        return cpus[first:] + cpus[:first]
    workers = int(environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    # a process in place of one that has crashed has a higher number than the others
    number = int(worker[len("gw"):]) % workers
    each = len(cpus) // workers
    if each == 0:
        return [cpus[number % len(cpus)]]
    return cpus[number * each:(number + 1) * each]


class Processors:
    """The processors of one process and of its children."""

    def __init__(self, cpus, environ):
        self.cpus = share(sorted(cpus), environ) if environ.get("SKUA_PIN") != "no" else []
        self.guests = itertools.cycle(self.cpus[:-1] or self.cpus or [None])

    def for_nics(self):
        """A command line's beginning that keeps skua-nic on its processor."""
        return self.pin(self.cpus[-1] if self.cpus else None)

    def for_guest(self, ncpus=1):
        """The same for one more guest, which has ncpus processors."""
        if ncpus > 1:
            return self.pin(",".join(map(str, self.cpus)) or None)
        return self.pin(next(self.guests))

    @staticmethod
    def pin(cpus):
        return [] if cpus is None else ["taskset", "--cpu-list", str(cpus)]


PROCESSORS = Processors(os.sched_getaffinity(0), os.environ)
