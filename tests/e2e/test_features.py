# SPDX-License-Identifier: GPL-2.0-only
"""What the NIC announces beside the plain things, one after another: it must be true."""

import re

import pytest

import bench
from skuavm import wait_until

AP = "192.168.77.1"


# Scans


@pytest.mark.contract("M1", "M2")
def test_scan_from_a_random_address(trio):
    """M1, M2: probes come from the address that was drawn; answers to it are acknowledged."""
    trio.ends["ap"].ap()
    ap, sta = trio.ends["ap"].mac, trio.ends["sta"]
    sta.up()
    path = trio.capture()
    sta.iw("scan", "trigger", "freq", "5180", "flush",
           "randomise=02:aa:bb:00:00:00/ff:ff:ff:00:00:00")
    wait_until("the access point to be seen", 15, lambda: ap in sta.iw("scan", "dump"))
    trio.capture_end()
    probes = {f.wlan_ta for f in bench.frames(path, "wlan.fc.type_subtype == 4", ["wlan.ta"])}
    assert len(probes) == 1
    drawn = probes.pop()
    assert drawn.startswith("02:aa:bb:") and drawn != sta.mac
    answers = bench.count_frames(path, f"wlan.fc.type_subtype == 5 && wlan.ra == {drawn}")
    assert answers and answers == bench.count_frames(
        path, f"wlan.fc.type_subtype == 5 && wlan.ra == {drawn} && wlan.fc.retry == 0")
    # another scan draws another one
    path = trio.capture()
    sta.scan("freq", "5180", "randomise")
    trio.capture_end()
    again = {f.wlan_ta for f in bench.frames(path, "wlan.fc.type_subtype == 4", ["wlan.ta"])}
    assert again.isdisjoint({drawn, sta.mac})


@pytest.mark.contract("M3")
def test_association_from_a_random_address(trio):
    """M3: wpa_supplicant scans, authenticates and associates from addresses of its own."""
    trio.ends["ap"].ap()
    path = trio.capture()
    sta = trio.ends["sta"].station(freqs=[5180], extra="preassoc_mac_addr=1\nmac_addr=1\n")
    trio.capture_end()
    assert sta.status()["address"] != trio.ends["sta"].mac
    assert not bench.count_frames(path, f"wlan.addr == {trio.ends['sta'].mac}")


@pytest.mark.contract("M5")
def test_scan_of_an_access_point(trio):
    """M5: an access point scans when it is told to, and its station does not mind."""
    trio.ends["third"].ap(ssid="other", channel=149)
    trio.link()
    ap = trio.ends["ap"]
    assert trio.ends["third"].mac in ap.scan("freq", "5745", "ap-force")
    trio.ends["sta"].ping(AP, count=3)
    assert "authorized:\tyes" in ap.iw("station", "dump")


# Beacons


@pytest.mark.contract("R8")
@pytest.mark.parametrize("setting, field, wanted", [
    ("beacon_rate=240", "radiotap.datarate", "24"),
    ("beacon_rate=ht:3", "radiotap.mcs.index", "3"),
    ("ieee80211ac=1\nbeacon_rate=vht:2", "radiotap.vht.mcs.0", "2"),
])
def test_rate_of_beacons(trio, setting, field, wanted):
    """beacons leave at the rate that hostapd is told."""
    trio.ends["ap"].ap(extra=setting + "\n")
    path = trio.capture()
    sent = trio.ends["ap"].engines()["tx_beacon"]
    wait_until("some beacons", 10, lambda: trio.ends["ap"].engines()["tx_beacon"] > sent + 3)
    trio.capture_end()
    rates = {getattr(f, re.sub(r"\W", "_", field)) for f in bench.frames(
        path, "wlan.fc.type_subtype == 8", [field])}
    assert rates == {wanted}
    trio.ends["sta"].station(freqs=[5180])


# Signals


@pytest.mark.contract("R11")
def test_signal_thresholds(trio):
    """A list of signal thresholds: each one that is crossed is told, once."""
    trio.link()
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    events = sta.popen(["iw", "event"])
    sta.iw("cqm", "rssi", "-55", "2")
    for power, event in (("0", "went below"), ("2000", "went above")):
        start = len(events.output)
        ap.iw("set", "txpower", "fixed", power)
        wait_until(f"signal {event}", 20, lambda start=start, event=event:
                   event in events.output[start:])
