# SPDX-License-Identifier: GPL-2.0-only
"""Power save of stations, as the access point's NIC and driver see it.

No NIC dozes yet, so a third NIC acts for the station: it injects the frames by
which a station enters power save, polls and leaves it, with the station's address.
"""

import time

import pytest

import bench
from bench import AP, STA
from skuavm import wait_until
from voice import Voice


@pytest.fixture
def sleeper(trio):
    """The link's station is associated, and can be put to sleep."""
    ap, _ = trio.link(security="wpa2")
    # some seconds after its last answer it would ask for an address, and be awake
    trio.ends["sta"].neighbour(AP, trio.ends["ap"].mac)
    assert trio.ends["ap"].ping(STA, count=2, interval=0.05)[1] == 2
    voice = Voice(trio.ends["third"], trio.ends["sta"].mac, trio.ends["ap"].mac, 5180)
    voice.aid = int(ap.station(trio.ends["sta"].mac)["aid"])
    return voice


def doze(trio, voice):
    before = trio.ends["ap"].engines()["ps_sleep"]
    voice.null(True)
    wait_until("the access point's notice of the sleep", 5,
               lambda: trio.ends["ap"].engines()["ps_sleep"] > before)


def start_ping(trio, count):
    process = trio.ends["ap"].popen(["ping", "-c", str(count), "-i", "0.2", "-W", "20", STA])
    time.sleep(0.2 * count + 1)
    return process


@pytest.mark.contract("P1", "P3", "P4")
def test_frames_for_a_sleeper_wait_until_it_wakes(trio, sleeper):
    """P1, P4: null data with the bit holds frames, without it lets them go, in order, all."""
    doze(trio, sleeper)
    path = trio.capture()
    process = start_ping(trio, 4)
    trio.capture_end()
    assert "bytes from" not in process.output
    # P3: its bit is in the beacons' partial virtual bitmap
    bitmaps = {f.wlan_tim_partial_virtual_bitmap for f in bench.frames(
        path, "wlan.fc.type_subtype == 8", ["wlan.tim.partial_virtual_bitmap"])}
    assert any(int(b.replace(":", "") or "0", 16) for b in bitmaps), bitmaps

    before = trio.ends["ap"].engines()["ps_wake"]
    sleeper.null(False)
    assert process.wait(30) == 0, process.output
    assert "4 received" in process.output
    wait_until("the wake", 5, lambda: trio.ends["ap"].engines()["ps_wake"] > before)


@pytest.mark.contract("P2", "P4")
def test_a_poll_brings_one_frame_and_says_that_there_are_more(trio, sleeper):
    """P2, P4: PS-Poll gets a frame with More Data; the answer to it wakes the station."""
    doze(trio, sleeper)
    process = start_ping(trio, 3)
    assert "bytes from" not in process.output
    path = trio.capture()
    sleeper.poll(sleeper.aid)
    assert process.wait(30) == 0, process.output
    trio.capture_end()
    assert "3 received" in process.output
    first = bench.frames(path, f"wlan.fc.type == 2 && wlan.ra == {trio.ends['sta'].mac} && "
                         "wlan.fc.retry == 0", ["wlan.fc.moredata"])[0]
    assert first.wlan_fc_moredata in ("1", "True")
