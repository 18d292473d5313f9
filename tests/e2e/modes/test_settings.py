# SPDX-License-Identifier: GPL-2.0-only
"""What users set by iw takes effect, or is refused."""

import collections
import re

import pytest

import bench
import faults
from bench import AP
from skuavm import wait_until


def crash(end):
    """The firmware dies; returns when the driver has restarted it."""
    before = end.driver()["restart"]
    end.vm.put(faults.crash_file(end), "0")
    wait_until("the restart", 20, lambda: end.driver()["restart"] > before)


@pytest.mark.contract("V1")
def test_type_of_an_interface_that_is_up(trio):
    """V1: an interface changes its type without going down, and then works as the new type."""
    end = trio.ends["sta"]
    end.up()
    for kind, name in (("ibss", "IBSS"), ("managed", "managed"), ("__ap", "AP"),
                       ("managed", "managed")):
        end.iw("set", "type", kind)
        assert f"type {name}\n" in end.iw("info")
    trio.link()
    end.ping(AP, count=3)


@pytest.mark.contract("V1")
def test_type_changes_survive_a_crash(trio):
    """V1: after a restart the NIC has the type that the interface has now."""
    end = trio.ends["sta"]
    end.up()
    end.iw("set", "type", "ibss")
    crash(end)
    end.iw("ibss", "join", "cell", "5180")
    assert "type IBSS" in end.iw("info")
    end.iw("ibss", "leave")
    end.iw("set", "type", "managed")
    trio.link()
    end.ping(AP, count=3)


def streams_of(end):
    """Spatial streams of the frames that an end sends, by its HT rate."""
    return 1 + int(re.search(r"tx bitrate:.* MCS (\d+)", end.iw("station", "dump"))[1]) // 8


@pytest.mark.contract("V5", "T9")
def test_antennas(trio):
    """V5, T9: with one antenna the link has one spatial stream, and two again afterwards."""
    end = trio.ends["sta"]
    for mask, streams in (("0x1", 1), ("all", 2)):
        end.run(["ip", "link", "set", end.interface, "down"], check=True)
        end.run(["iw", "phy", end.phy, "set", "antenna", mask], check=True)
        trio.link()
        # a station begins with the highest rate
        end.ping(AP, count=3)
        assert streams_of(end) == streams
        trio.settle()


def test_antennas_that_make_no_sense(trio):
    """Antennas that are not there, and any change while an interface is up, are refused."""
    end = trio.ends["sta"]
    for words in (["0x100"], ["0x1", "0x2"]):
        assert end.run(["iw", "phy", end.phy, "set", "antenna", *words]).returncode
    end.up()
    assert end.run(["iw", "phy", end.phy, "set", "antenna", "0x1"]).returncode


@pytest.mark.contract("V1")
def test_no_p2p_device(lab):
    """V1: the P2P device is a switch of the module."""
    vm = lab.guest(nics=1, params=["p2p_device=0"])
    shown = vm.run(["iw", "phy"], check=True).stdout
    modes = shown.split("Supported interface modes:")[1].split("Band ")[0]
    assert "P2P-GO" in modes and "P2P-device" not in modes
    combinations = shown.split("valid interface combinations:")[1].split("HT Capability")[0]
    assert "P2P-GO" in combinations and "P2P-device" not in combinations


def rates(end):
    """The rate at which an end sends now, as iw names it."""
    return re.search(r"tx bitrate:\s*(.*)", end.iw("station", "dump"))[1]


@pytest.mark.contract("V4", "T9")
def test_bitrate_mask(trio):
    """V4, T9: the rates that the user allows are used, also after a crash and down and up."""
    end = trio.ends["sta"]
    _, station = trio.link(security="open")
    end.iw("set", "bitrates", "legacy-5", "6", "12", "ht-mcs-5", "3", "vht-mcs-5", "he-mcs-5")

    def judge():
        end.ping(AP, count=5)
        assert re.search(r"\bMCS 3\b", rates(end)), rates(end)

    judge()
    crash(end)
    judge()
    start = len(station.process.output)
    end.run(["ip", "link", "set", end.interface, "down"], check=True)
    end.up()
    station.process.wait_for("CTRL-EVENT-CONNECTED", 30, start=start)
    judge()
    end.iw("set", "bitrates", "legacy-5", "12", "ht-mcs-5", "vht-mcs-5", "he-mcs-5")
    end.ping(AP, count=5)
    assert rates(end).startswith("12.0 MBit/s"), rates(end)
    end.iw("set", "bitrates")
    end.ping(AP, count=5)
    assert re.search(r"\bMCS 15\b", rates(end)), rates(end)


@pytest.mark.contract("T9")
def test_expected_throughput(trio):
    """T9: an estimate is there once frames have been sent, and follows the rate."""
    end = trio.ends["sta"]
    trio.link(security="open")

    def estimate():
        end.ping(AP, count=20)
        return float(re.search(r"expected throughput:\s*([0-9.]+)Mbps",
                               end.iw("station", "dump"))[1])

    fast = estimate()
    end.iw("set", "bitrates", "legacy-5", "6", "ht-mcs-5", "vht-mcs-5", "he-mcs-5")
    slow = estimate()
    end.iw("set", "bitrates")
    assert 0 < slow < 6 < fast, (slow, fast)


def transmissions(path, sender):
    """How often each data frame of a sender was sent, by sequence number."""
    return list(collections.Counter(frame.wlan_seq for frame in bench.frames(
        path, f"wlan.fc.type == 2 && wlan.ta == {sender} && !(wlan.ra[0] & 1)",
        ["wlan.seq"])).values())


@pytest.mark.contract("T4")
@pytest.mark.parametrize("limit", [2, 20])
def test_retry_limit(trio, limit):
    """T4: a frame that nobody acknowledges is sent as often as the limit says.

    So it is after a crash.
    """
    ap = trio.ends["ap"]
    trio.link(security="open")
    ap.ping("192.168.77.2", count=2)
    ap.run(["iw", "phy", ap.phy, "set", "retry", "short", str(limit), "long", "4"], check=True)
    crash(ap)
    ap.ping("192.168.77.2", count=2)
    try:
        path = trio.capture()
        trio.lose(type=2, ta=ap.mac, count=1_000_000)
        ap.run(["ping", "-n", "-q", "-c", "3", "-i", "0.1", "-W", "0.1", "192.168.77.2"])
        trio.capture_end()
        assert set(transmissions(path, ap.mac)) == {limit}
    finally:
        ap.run(["iw", "phy", ap.phy, "set", "retry", "short", "13", "long", "13"], check=True)
