# SPDX-License-Identifier: GPL-2.0-only
"""What a NIC costs while nothing happens, and beside whom it does not spin."""

import os

import pytest

import skuavm
from skuabench.costs import cpu_seconds
from skuavm import wait_until


def beacons(nics):
    counters = nics.control({"cmd": "counters"})["nics"]
    return sum(nic["mac_engines"]["tx_beacon"] for nic in counters)


def test_beacons_alone_take_next_to_no_processor_time(trio):
    """An access point beacons, and a station hears it: no spinning until the next one.

    One that spins until the next beacon, or for ever, takes a whole processor. The bound is
    generous, since a debug build and a busy machine take longer; docs/performance.rst has
    figures.
    """
    trio.link(security="wpa2")
    nics = trio.nics

    def share_of(count):
        """Processor time for each of so many beacons, which are 0.1 s apart."""
        before, used = beacons(nics), cpu_seconds(nics.proc.pid)
        wait_until(f"{count} beacons", 60, lambda: beacons(nics) >= before + count)
        return (cpu_seconds(nics.proc.pid) - used) / (count * 0.1024)

    share_of(5)  # what the association left behind
    assert share_of(30) < 0.2
    loop = nics.control({"cmd": "counters"})["loop"]
    assert loop["spin_ns"] <= 256_000


@pytest.mark.parametrize("shares", [True, False])
def test_a_nic_beside_its_guest_hardly_spins(lab, monkeypatch, shares):
    """On one processor nothing comes from the guest while the NIC spins for long."""
    nics = lab.air(1)
    # tests that run side by side may use one processor each
    os.sched_setaffinity(nics.proc.pid, range(os.cpu_count()))
    usable = sorted(os.sched_getaffinity(nics.proc.pid))
    if not shares and len(usable) == 1:
        pytest.skip("there is one processor only")
    if shares:
        os.sched_setaffinity(nics.proc.pid, usable[:1])
    monkeypatch.setattr(skuavm.PROCESSORS, "for_guest",
                        lambda ncpus: skuavm.PROCESSORS.pin(usable[0]))
    lab.guest(nics=1)
    with open(nics.log, encoding="utf-8") as log:
        assert ("shares the NIC's processor: short spins only" in log.read()) == shares
