# SPDX-License-Identifier: GPL-2.0-only
"""One guest attacks, and others, in the same skua-nic, are served all the while.

The attacker speaks vhost-user itself, without a kernel. The NIC's own measurement is the
judge: it counts processor time, so that a busy machine is no error.
"""

import os
import pathlib
import struct
import sys
import threading

import pytest

import skualink
from bench import AP
from skuavm import BUILD, TOP

sys.path.insert(0, os.path.join(TOP, "tests/device/bus"))
import vhost_client as vc  # noqa: E402

CTRL, STATUS, ADDR_LO, ADDR_HI, NONCE = 0x08, 0x0C, 0x10, 0x14, 0x18
RESET, BOOT, DUMP = 1, 2, 4
ENTRY_SIZES = [256, 256, 64, 64, 64, 64, 64, 16, 64]
CTX, INDICES, RINGS, IMAGE = 0x80000, 0x81000, 0x82000, 0xB0000


def boot_context(guest, image):
    """A right one, with rings of 64 entries, so that each boot goes through."""
    segs = struct.pack("<QII", vc.BASE + IMAGE, len(image), 0).ljust(256, b"\0")
    rings = b"".join(
        struct.pack("<QQIHBBHHI", vc.BASE + RINGS + 0x4000 * i, vc.BASE + INDICES + 128 * i,
                    64, size, 0, 0, 0, 0, 0) for i, size in enumerate(ENTRY_SIZES))
    head = struct.pack("<IIHHIQIIQI", 0x544F4253, 832, 1, 0, 0, 0, len(image), 1, 0, 0)
    guest.put(CTX, head.ljust(64, b"\0") + segs + rings.ljust(512, b"\0"))
    guest.put(IMAGE, image)


def restarts(guest, stop):
    """As many resets, boots and dumps as go into the queue, without a pause."""
    while not stop.is_set():
        for _ in range(60):
            guest.write(CTRL, RESET | BOOT | DUMP, notify=False)
        guest.bar(STATUS)
        guest.bar_set(CTRL, RESET | BOOT)
        guest.bar(STATUS)


def long_accesses(guest, stop):
    """Fills of 4096 bytes, over the registers and beyond them."""
    while not stop.is_set():
        for i in range(60):
            guest.post(vc.HEADER.pack(5, 0, 0, 4096, (0, 0x8000, 0xF800)[i % 3]) + b"\xff",
                       notify=False)
        guest.bar(STATUS)


@pytest.mark.parametrize("attack", [restarts, long_accesses])
def test_neighbours_are_served(lab, attack):
    """A link with traffic, register reads and the control socket, beside a hostile guest."""
    lab.air(3)
    vm = lab.pair(vm=lab.guest(nics=2))
    lab.link(vm)
    image = pathlib.Path(BUILD, "fw/skua.fw").read_bytes()
    with vc.Guest(lab.nics.sockets[2], timeout=20) as guest:
        guest.master()
        boot_context(guest, image)
        guest.bar_set(ADDR_LO, vc.BASE + CTX)
        guest.bar_set(ADDR_HI, 0)
        guest.bar_set(NONCE, 0)
        lab.nics.control({"cmd": "turns_clear"})
        stop = threading.Event()
        hostile = threading.Thread(target=attack, args=(guest, stop))
        hostile.start()
        try:
            got = skualink.ping(vm, "sta", AP, count=10)[1]
            # some hundred reads, each of which waits for a turn; other tests make it long
            vm.run("for i in $(seq 5); do cat /sys/bus/pci/devices/*/config; done > /dev/null",
                   timeout=240, check=True)
            after = [lab.nics.control({"cmd": "counters"}) for _ in range(10)][-1]
        finally:
            stop.set()
            hostile.join()
    # under load, an answer may come too late for ping
    assert got > 5
    turns = after["loop"]["turns"]
    assert turns["cpu_us"] <= turns["limit_us"] and not turns["over"], turns
    bus = after["nics"][2]["bus"]
    assert bus["posted"] > 100 and not bus["drops"], bus
    if attack is restarts:
        cp = after["nics"][2]["cp"]
        assert cp["boots"] > 16 and cp["boots_delayed"], cp
