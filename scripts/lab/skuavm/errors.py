# SPDX-License-Identifier: GPL-2.0-only
"""Errors of guests and NICs, and the wait that ends in one of these errors."""

import time


class GuestError(Exception):
    """Something is wrong with a guest or a NIC; the text has the details."""


class GuestDied(GuestError):
    """The guest's kernel ended when it should not have."""


class GuestTimeout(GuestError):
    """A command, or the awaited output of a command, did not come in time."""


class CommandFailed(GuestError):
    """A command that was run with check=True did not return 0."""

    def __init__(self, result):
        super().__init__(
            f"{' '.join(result.args)}: status {result.returncode}\n{result.stdout}{result.stderr}"
        )
        self.result = result


class SplatFound(GuestError):
    """The guest's console holds a kernel warning or worse."""


class LeakFound(GuestError):
    """kmemleak found memory to which no pointer is left."""


def wait_until(what, timeout, probe):
    """Calls probe() until it returns something true, which is returned."""
    end = time.monotonic() + timeout
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise GuestTimeout(f"{what}: not within {timeout} s")
        time.sleep(0.02)
