# SPDX-License-Identifier: GPL-2.0-only
"""Guests with Skua NICs: User-Mode Linux kernels on this machine's own files.

    from skuavm import Nics, VM
    with Nics(2) as nics, VM(nics.take(2)) as vm:
        vm.modprobe("skua")
        vm.run(["iw", "dev"], check=True).stdout
        server = vm.popen(["iperf3", "-s"], netns="ap")
        server.wait_for("listening", timeout=5)
        vm.console.check()

`scripts/vm` is a program made of this; see `scripts/vm --help`.

A guest sees the machine's programs through hostfs, under an overlay in its
memory. It runs in a bubblewrap sandbox (read-only file system, no network, own
process and IPC name spaces, no privileges), so that not even root in the guest
can write to the machine.

errors      exceptions
runs        directories of logs, and how many of them are kept
processors  which processor a guest or a NIC runs on
nics        the skua-nic process
channel     the line to the agent in a guest, and the commands that run there
console     messages of the guest's kernel, and patterns of its faults
sandbox     the part of the machine that the guest sees
guest       the guest: its life, and all of the above in one place
terminal    a command in a guest on this terminal
"""

from .channel import Process, Result
from .errors import (CommandFailed, GuestDied, GuestError, GuestTimeout, LeakFound, SplatFound,
                     wait_until)
from .guest import VM
from .nics import Nics
from .processors import PROCESSORS
from .runs import BUILD, TOP, make_run_dir, mark_failed, say, tail
from .terminal import forward, interactive

__all__ = ["BUILD", "TOP", "CommandFailed", "GuestDied", "GuestError", "GuestTimeout", "LeakFound",
           "Nics", "PROCESSORS", "Process", "Result", "SplatFound", "VM", "forward", "interactive",
           "make_run_dir", "mark_failed", "say", "tail", "wait_until"]
