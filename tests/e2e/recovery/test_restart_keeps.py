# SPDX-License-Identifier: GPL-2.0-only
"""What a restart of the firmware must not lose: words given to peers, settings, counters."""

import re

import pytest

import bench
import faults
from bench import AP, STA
from faults import REPAIRED
from voice import Voice
from skuavm import wait_until

AWAY = 1500     # ms off the channel
OTHER = 2437    # MHz


def crash(end):
    """The firmware dies and is restarted."""
    before = end.vm.console.text().count(f"00:0{end.index}.0: restarted")
    end.vm.put(faults.crash_file(end), "0")
    wait_until("the restart", 10, lambda: end.vm.console.text().count(
        f"00:0{end.index}.0: restarted") > before)


def quiet_link(trio):
    """A link on which nobody sends anything unasked."""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    programs = trio.link(security="open")
    for end, address, peer in ((ap, STA, sta), (sta, AP, ap)):
        end.run(["ip", "neigh", "replace", address, "lladdr", peer.mac, "dev", end.interface,
                 "nud", "permanent"], check=True)
    assert ap.ping(STA, count=2, interval=0.05)[1] == 2
    return programs


def asleep(trio):
    """Does the access point believe that its station sleeps?"""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    flags = ap.vm.run(["cat", f"{ap.debugfs}/netdev:{ap.interface}/stations/{sta.mac}/flags"],
                      check=True).stdout
    return "PS_STA" in flags.split()


def send_away(trio):
    """The station's radio goes to another channel, which the access point is told."""
    sta = trio.ends["sta"]
    sta.popen(["iw", "dev", sta.interface, "roc", "start", str(OTHER), str(AWAY)])
    wait_until("the access point's notice", 10, lambda: asleep(trio))


# Words given to peers


@pytest.mark.contract("D4", "P1")
def test_station_that_dies_while_it_is_away(trio):
    """D4: after its restart a station takes back that it sleeps; nobody else would for 30 s."""
    quiet_link(trio)
    send_away(trio)
    path = trio.capture()
    crash(trio.ends["sta"])
    wait_until("the end of the sleep", 5, lambda: not asleep(trio))
    trio.capture_end()
    null = f"wlan.fc.type_subtype in {{0x24, 0x2c}} && wlan.ta == {trio.ends['sta'].mac}"
    assert bench.count_frames(path, f"{null} && wlan.fc.pwrmgt == 0")
    trio.ends["ap"].ping(STA, count=3)
    faults.forgive(trio, *REPAIRED)


@pytest.mark.contract("D4", "P3", "P4")
def test_access_point_that_dies_while_a_station_sleeps(trio):
    """P4: after its restart an access point knows who sleeps, holds frames, and says so."""
    quiet_link(trio)
    voice = Voice(trio.ends["third"], trio.ends["sta"].mac, trio.ends["ap"].mac, 5180)
    voice.null(True)
    wait_until("the access point's notice", 10, lambda: asleep(trio))
    crash(trio.ends["ap"])
    assert asleep(trio)
    path = trio.capture()
    sent = trio.ends["ap"].popen(["ping", "-n", "-c", "4", "-i", "0.2", "-W", "20", STA])
    wait_until("the station's bit in the beacons", 10, lambda: any(
        int(f.wlan_tim_partial_virtual_bitmap.replace(":", "") or "0", 16)
        for f in bench.frames(path, "wlan.fc.type_subtype == 8",
                              ["wlan.tim.partial_virtual_bitmap"])))
    trio.capture_end()
    assert "bytes from" not in sent.output
    voice.null(False)
    assert sent.wait(40) == 0, sent.output
    assert "4 received" in sent.output
    assert not asleep(trio)
    faults.forgive(trio, *REPAIRED)
