# SPDX-License-Identifier: GPL-2.0-only
"""Block Ack sessions, as mac80211 sees them, between two NICs.

mac80211's file agg_status begins and ends the transmit session of a TID; the firmware
begins sessions by itself, when there is traffic.
"""

import pytest

import faults
import skualink
from skuavm import wait_until

AP = "192.168.77.1"
SESSIONS = "/sys/kernel/debug/ieee80211/*/netdev*/stations/*/agg_status"


def need_sessions(vm):
    flags = vm.run("cat /sys/kernel/debug/ieee80211/*/hwflags", check=True).stdout
    if "AMPDU_AGGREGATION" not in flags:
        pytest.skip("the NIC offers no Block Ack sessions")


def order(vm, word, tid=0):
    """Begins or ends the transmit session of a TID on each interface."""
    vm.run(f"for f in {SESSIONS}; do echo tx {word} {tid} >$f; done")


def running(vm, tid=0):
    """The numbers of sessions of a TID: (receive, transmit)"""
    rows = vm.run(f"grep -h ^{tid:02d} {SESSIONS}").stdout.splitlines()
    fields = [row.split() for row in rows]
    return sum(row[1] == "1" for row in fields), sum(row[4] == "1" for row in fields)


def total(vm, name):
    text = vm.run(f"grep -h '^{name} ' /sys/kernel/debug/ieee80211/*/skua/stats", check=True).stdout
    return sum(int(line.split()[1]) for line in text.splitlines())


def await_sessions(vm, receive=2, transmit=2):
    def there():
        if running(vm)[1] < transmit:
            order(vm, "start")
        return running(vm) == (receive, transmit)
    wait_until("the sessions", 20, there)


@pytest.mark.contract("A1", "A2", "A3", "A4")
def test_sessions_under_load(trio):
    """Sessions begin and end while TCP fills the queues: nothing stalls, and no hold stays."""
    vm = trio.vms[0]
    need_sessions(vm)
    trio.link()
    server = trio.ends["ap"].popen(["iperf3", "-s", "-1", "--forceflush"])
    server.wait_for("listening", 10)
    load = trio.ends["sta"].popen(["iperf3", "-c", AP, "-t", "60", "--bidir"])
    begun = total(vm, "ba_tx")
    for _ in range(50):
        order(vm, "start")
        order(vm, "stop")
    assert total(vm, "ba_tx") > begun
    load.kill()
    server.kill()
    await_sessions(vm)
    for reverse in (False, True):
        assert skualink.iperf(vm, "sta", "ap", AP, seconds=1, reverse=reverse) > 1
    order(vm, "stop")
    wait_until("the end of the sessions", 20, lambda: running(vm) == (0, 0))
    assert trio.ends["sta"].ping(AP, count=10)[1] == 10
    # a kernel that checks is slower than the other NIC sends
    faults.forgive(trio, "rx_no_buffer|rx_no_cpl|rx_overrun")


@pytest.mark.contract("A7", "D4")
@pytest.mark.parametrize("end", ["ap", "sta"])
def test_sessions_come_back_after_a_crash(trio, end):
    """Both ends forget the sessions of a NIC that died; TCP lives, and new ones begin."""
    vm = trio.vms[0]
    need_sessions(vm)
    trio.link()
    await_sessions(vm)
    server = trio.ends["ap"].popen(["iperf3", "-s", "-1", "--forceflush"])
    server.wait_for("listening", 10)
    load = trio.ends["sta"].popen(["iperf3", "-c", AP, "-t", "60", "--bidir"])
    crashes = trio.ends[end].driver()["restart"]
    begun = total(vm, "ba_tx")
    vm.put(faults.crash_file(trio.ends[end]), "0")
    wait_until("a restart", 30, lambda: trio.ends[end].driver()["restart"] > crashes)
    # nobody but the firmware asks for them
    wait_until("new sessions", 60, lambda: total(vm, "ba_tx") >= begun + 2)
    wait_until("both of each", 20, lambda: running(vm) == (2, 2))
    load.kill()
    server.kill()
    assert skualink.iperf(vm, "sta", "ap", AP, seconds=1) > 1
    faults.forgive(trio, *faults.REPAIRED)


@pytest.mark.contract("V5", "A6", "A8")
@pytest.mark.parametrize("parameter, sessions, flag", [
    ("rx_reorder=0", True, "SUPPORTS_REORDERING_BUFFER"),
    ("tx_amsdu=0", True, "TX_AMSDU"),
    ("tx_ampdu=0", False, "TX_AMSDU"),
    ("rx_ampdu=0", False, "SUPPORTS_AMSDU_IN_AMPDU"),
])
def test_parts_are_switched_off(lab, parameter, sessions, flag):
    """Each part of aggregation can be switched off, and the same traffic flows."""
    vm = lab.pair(params=[parameter])
    need_sessions(vm)
    assert flag not in vm.run("cat /sys/kernel/debug/ieee80211/*/hwflags", check=True).stdout
    lab.link(vm)
    if sessions:
        await_sessions(vm)
    else:
        order(vm, "start")
    for reverse in (False, True):
        assert skualink.iperf(vm, "sta", "ap", AP, seconds=1, reverse=reverse) > 1
    assert (running(vm) == (2, 2)) == sessions
    for name in ("cpl_bad", "evt_bad", "inband_bad", "rx_bad_field", "rx_replay", "tx_map"):
        assert total(vm, name) == 0, name
