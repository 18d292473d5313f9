# SPDX-License-Identifier: GPL-2.0-only
"""Block Ack sessions, as mac80211 sees them, between two NICs.

mac80211's file agg_status begins and ends the transmit session of a TID; the firmware
begins sessions by itself, when there is traffic.
"""

from types import SimpleNamespace

import pytest

import faults
import sessions
import skualink
from bench import AP
from skuavm import wait_until


def total(vm, name):
    text = vm.run(f"grep -h '^{name} ' /sys/kernel/debug/ieee80211/*/skua/stats", check=True).stdout
    return sum(int(line.split()[1]) for line in text.splitlines())


@pytest.mark.lengthy
@pytest.mark.contract("A1", "A2", "A3", "A4")
def test_sessions_under_load(trio):
    """Sessions begin and end while TCP fills the queues: nothing stalls, and no hold stays."""
    vm = trio.vms[0]
    ends = [trio.ends["ap"], trio.ends["sta"]]
    trio.link()
    load = faults.Load(trio, extra=["--bidir"])
    begun = total(vm, "ba_tx")
    for _ in range(50):
        sessions.order(ends, "start")
        sessions.order(ends, "stop")
    assert total(vm, "ba_tx") > begun
    load.stop()
    sessions.begin(ends)
    for reverse in (False, True):
        assert skualink.iperf(vm, "sta", "ap", AP, seconds=1, reverse=reverse) > 1
    sessions.order(ends, "stop")
    wait_until("the end of the sessions", 20, lambda: not any(
        0 in half for end in ends for half in sessions.running(end)))
    assert trio.ends["sta"].ping(AP, count=10)[1] == 10


@pytest.mark.contract("A7", "D4")
@pytest.mark.parametrize("name", ["ap", "sta"])
def test_sessions_come_back_after_a_crash(trio, name):
    """Both ends forget the sessions of a NIC that died; TCP lives, and new ones begin."""
    vm = trio.vms[0]
    ends = [trio.ends["ap"], trio.ends["sta"]]
    victim = trio.ends[name]
    trio.link()
    sessions.begin(ends)
    load = faults.Load(trio, extra=["--bidir"])
    crashes = victim.driver()["restart"]
    begun = total(vm, "ba_tx")
    vm.put(faults.crash_file(victim), "0")
    wait_until("a restart", 30, lambda: victim.driver()["restart"] > crashes)
    # nobody but the firmware asks for them
    wait_until("new sessions", 60, lambda: total(vm, "ba_tx") >= begun + 2)
    sessions.await_sessions(ends)
    # over the same connections
    before = [end.engines()["tx_ampdu_mpdus"] for end in ends]
    wait_until("TCP in A-MPDUs", 20, lambda: all(
        end.engines()["tx_ampdu_mpdus"] > was + 200 for end, was in zip(ends, before)))
    assert load.client.poll() is None, load.client.output
    load.stop()
    assert skualink.iperf(vm, "sta", "ap", AP, seconds=1) > 1
    faults.forgive(trio, *faults.REPAIRED)


@pytest.mark.contract("V5", "A6", "A8")
@pytest.mark.parametrize("parameter, works, flag", [
    ("rx_reorder=0", True, "SUPPORTS_REORDERING_BUFFER"),
    ("tx_amsdu=0", True, "TX_AMSDU"),
    ("tx_ampdu=0", False, "TX_AMSDU"),
    ("rx_ampdu=0", False, "SUPPORTS_AMSDU_IN_AMPDU"),
])
def test_parts_are_switched_off(lab, parameter, works, flag):
    """Each part of aggregation can be switched off, and the same traffic flows."""
    vm = lab.pair(params=[parameter])
    phys = vm.run("echo /sys/kernel/debug/ieee80211/*", check=True).stdout.split()
    ends = [SimpleNamespace(vm=vm, debugfs=phy) for phy in phys]
    flags = vm.run("cat /sys/kernel/debug/ieee80211/*/hwflags", check=True).stdout
    assert "AMPDU_AGGREGATION" in flags and flag not in flags
    lab.link(vm)
    if works:
        sessions.begin(ends)
    else:
        sessions.order(ends, "start")
    for reverse in (False, True):
        assert skualink.iperf(vm, "sta", "ap", AP, seconds=1, reverse=reverse) > 1
    assert len(ends) == 2 and sessions.there(ends) == works
    for name in ("cpl_bad", "evt_bad", "inband_bad", "rx_bad_field", "rx_replay", "tx_map"):
        assert total(vm, name) == 0, name
