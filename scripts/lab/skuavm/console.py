# SPDX-License-Identifier: GPL-2.0-only
"""Messages of a guest's kernel, and messages that a healthy kernel never prints."""

import re

from .errors import SplatFound

# Messages that a healthy kernel never prints. Each pattern begins a splat.
SPLATS = re.compile(
    r"\bBUG: |\bWARNING: |\bKASAN: |\bUBSAN: |\bkernel BUG at |\bOops\b"
    r"|INFO: task .* blocked|INFO: (possible|inconsistent|trying|suspicious|rcu|HARDIRQ|SOFTIRQ)"
    r"|DMA-API: (?!preallocated|debugging enabled)|possible (circular|recursive) locking|suspicious RCU usage"
    r"|kmemleak: (\d+ new suspected|Kernel memory leak detector disabled|Cannot)"
    r"|\bCall Trace:|Kernel panic|general protection|ODEBUG: |stalled pool shutdown"
    r"|unregister_netdevice: waiting"
    r"|scheduling while atomic|sleeping function called|refcount_t: |list_(add|del) corruption"
    r"|Kernel mode fault|Segfault with no mm|um virt-pci delay"
    r"|failed to remove key"
)

# The first and the last line of a warning; the lines behind the first have place and text.
CUT = re.compile(r"-\[ cut here \]-")
END = re.compile(r"-\[ end trace ")


def without_warnings(lines, skip):
    """The lines without whole warnings, traces included, whose place or text matches skip."""
    kept, at = [], 0
    while at < len(lines):
        end = at
        if CUT.search(lines[at]) and any(map(skip.search, lines[at + 1:at + 3])):
            end = next((n for n in range(at, len(lines)) if END.search(lines[n])), at)
        if end == at:
            kept.append(lines[at])
        at = end + 1
    return kept


class Console:
    """A guest's console, which is a file."""

    def __init__(self, path):
        self.path = path
        self.checked = 0  # characters that check() does not look at any more
        self.end = None  # and from which on it does not look, if any

    def text(self):
        try:
            with open(self.path, errors="replace") as log:
                return log.read().replace("\r", "")
        except FileNotFoundError:
            return ""  # the guest could not even be started

    def mark(self):
        """Makes splats() and check() look only at messages from now on."""
        self.checked = len(self.text())

    def close(self):
        """Makes splats() and check() look only at messages until now."""
        self.end = len(self.text())

    def splats(self, ignore=None):
        """Lines that a healthy kernel does not print, each with the lines that follow it."""
        lines = self.text()[self.checked : self.end].splitlines()
        skip = re.compile(ignore) if ignore else None
        if skip:
            lines = without_warnings(lines, skip)
        found = []
        for number, line in enumerate(lines):
            if SPLATS.search(line) and not (skip and skip.search(line)):
                found.append("\n".join(lines[number : number + 25]))
        return found

    def check(self, ignore=None):
        """Raises SplatFound if the kernel complained since the last mark."""
        found = self.splats(ignore)
        if found:
            raise SplatFound(f"{len(found)} complaints in {self.path}; the first:\n{found[0]}")
