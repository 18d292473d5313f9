# SPDX-License-Identifier: GPL-2.0-only
"""What users set by iw takes effect, or is refused."""

import re

import pytest

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
