# SPDX-License-Identifier: GPL-2.0-only
"""Announced features beside the plain ones, one after another: each must be true."""

import re

import pytest

import bench
import skualink
from bench import AP
from faults import guest_program
from skuavm import wait_until


# Scans


@pytest.mark.contract("M1", "M2")
def test_scan_from_a_random_address(trio):
    """M1, M2: probes come from the address that was drawn; answers to it are acknowledged."""
    trio.ends["ap"].ap()
    ap, sta = trio.ends["ap"].mac, trio.ends["sta"]
    sta.up()

    def capture_of_a_scan():
        path = trio.capture()
        found = sta.scan("freq", "5180", "flush", "randomise=02:aa:bb:00:00:00/ff:ff:ff:00:00:00")
        trio.capture_end()
        return path if ap in found else None

    # on a busy machine the answer may come too late for one scan
    path = wait_until("the access point to be seen", 30, capture_of_a_scan)
    probes = {f.wlan_ta for f in bench.frames(path, "wlan.fc.type_subtype == 4", ["wlan.ta"])}
    assert len(probes) == 1
    drawn = probes.pop()
    assert drawn.startswith("02:aa:bb:") and drawn != sta.mac
    answers = bench.count_frames(path, f"wlan.fc.type_subtype == 5 && wlan.ra == {drawn}")
    assert answers and answers == bench.count_frames(
        path, f"wlan.fc.type_subtype == 5 && wlan.ra == {drawn} && wlan.fc.retry == 0")
    # another scan draws another address
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


# Group frames


@pytest.mark.contract("V5")
def test_broadcast_action_frames(trio):
    """A user that registered for group action frames gets them: a DPP enrollee chirps."""
    listener, chirper = (trio.ends[name].supplicant("freq_list=2437\n") for name in ("ap", "sta"))
    assert "OK" in listener.cli("dpp_listen", "2437")
    own = chirper.cli("dpp_bootstrap_gen", "type=qrcode").split()[-1]
    assert "OK" in chirper.cli("dpp_chirp", f"own={own}", "iter=1")
    listener.process.wait_for(f"DPP-CHIRP-RX .*src={trio.ends['sta'].mac} freq=2437", 20)


# Off the channel


@pytest.mark.contract("M6")
def test_an_exchange_does_not_dawdle(trio):
    """M6: a frame need not wait until the time for the answer to the one before is over."""
    enrollee, configurator = (trio.ends[name].supplicant("") for name in ("ap", "sta"))
    path = trio.capture()

    def pkex(program, *words):
        own = program.cli("dpp_bootstrap_gen", "type=pkex").split()[-1]
        answer = program.cli("dpp_pkex_add", f"own={own}", "identifier=test", *words, "code=secret")
        assert "FAIL" not in answer, answer

    pkex(enrollee)
    assert "OK" in enrollee.cli("dpp_listen", "2437")
    who = configurator.cli("dpp_configurator_add").split()[-1]
    pkex(configurator, "init=1", "conf=sta-dpp", f"configurator={who}", "ssid=" + b"skua".hex())
    enrollee.process.wait_for("DPP-CONF-RECEIVED", 30)
    trio.capture_end()
    # each frame of the exchange asks for two seconds, and is answered in milliseconds
    sent = [float(f.frame_time_relative) for f in bench.frames(
        path, "wlan.fixed.category_code == 4 && wlan.ra[0] & 1 == 0 && wlan.fc.retry == 0",
        ["frame.time_relative"])]
    assert len(sent) >= 7
    assert max(b - a for a, b in zip(sent, sent[1:])) < 1.5, sent


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


# Coding


@pytest.mark.contract("R11")
def test_coding(trio):
    """hostapd may set all announced features; a frame can have STBC and LDPC on the air."""
    ap, third = trio.ends["ap"], trio.ends["third"]
    ap.ap(extra="ht_capab=[HT40+][LDPC][TX-STBC][RX-STBC1]\n"
          "ieee80211ac=1\nvht_oper_chwidth=1\nvht_oper_centr_freq_seg0_idx=42\n"
          "vht_capab=[RXLDPC][TX-STBC-2BY1][RX-STBC-1]\n")
    trio.ends["sta"].station(freqs=[5180])
    third.run(["ip", "link", "set", third.interface, "down"], check=True)
    third.iw("set", "type", "monitor")
    third.up()
    third.iw("set", "freq", "5180")
    path = trio.capture()
    radiotap = "00000b0000000800" + "323000"    # MCS 0, with LDPC, one STBC stream
    null = "48010000" + (ap.mac + "020000000009" + ap.mac).replace(":", "") + "0000"
    third.run([*guest_program(third.vm, "guest_inject.py"), third.interface],
              stdin=radiotap + null, check=True)
    trio.capture_end()
    seen = bench.frames(path, "wlan.ta == 02:00:00:00:00:09",
                        ["radiotap.mcs.stbc", "radiotap.mcs.fec", "radiotap.mcs.index"])
    assert {(f.radiotap_mcs_stbc, f.radiotap_mcs_fec, f.radiotap_mcs_index)
            for f in seen} == {("1", "1", "0")}


# Signals


@pytest.mark.contract("R11")
def test_signal_thresholds(trio):
    """A list of signal thresholds: the crossing of each is reported once."""
    trio.link()
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    events = sta.popen(["iw", "event"])
    sta.iw("cqm", "rssi", "-40", "2")
    for power, event in (("0", "went below"), ("2000", "went above")):
        start = len(events.output)
        ap.iw("set", "txpower", "fixed", power)
        wait_until(f"signal {event}", 20, lambda start=start, event=event:
                   event in events.output[start:])


# Radar


# A channel with a radar is closed to all NICs of a guest for half an hour, so each test
# has one of its own.


def dfs_ap(bench_, channel, extra):
    """An access point that must listen for radars first; hostapd does so for a minute."""
    end = bench_.ends["ap"]
    ap = skualink.AccessPoint(end.vm, end.netns, interface=end.interface, channel=channel,
                              extra="ieee80211h=1\n" + extra)
    end.running.append(ap)
    freq = skualink.frequency(channel)
    ap.start(wanted=f"DFS-CAC-START freq={freq}")
    # hostapd says so before the NIC listens
    wait_until("it to listen", 10, lambda: end.engines()["freq"] == freq)
    settled(end)
    return ap


def settled(end):
    """Awaits an answer of the firmware, and with it all events of before."""
    end.vm.put(f"{end.debugfs}/skua/echo", "1")


def radar(bench_, **pulses):
    answer = bench_.nics.control(dict({"cmd": "radar"}, **pulses))
    assert answer["ok"], answer


@pytest.mark.contract("M7")
@pytest.mark.parametrize("channel, pulses", [
    (52, {}),
    (56, {"pulses": 23, "width_us": 5, "pri_us": 150}),
])
def test_radar_while_listening(trio, channel, pulses):
    """M7: a radar ends the listening; the access point goes elsewhere, and has a station."""
    ap = dfs_ap(trio, channel, "chanlist=36\n")
    freq = skualink.frequency(channel)
    end = trio.ends["ap"]
    path = trio.capture()
    before = end.engines()["radar_pulses"]
    # on another channel, and no radar at all: nothing happens
    radar(trio, freq=freq + 20, **pulses)
    radar(trio, freq=freq, pulses=5)
    assert end.engines()["radar_pulses"] == before + 5
    settled(end)
    assert "DFS-RADAR" not in ap.process.output
    radar(trio, freq=freq, **pulses)
    ap.process.wait_for(f"DFS-RADAR-DETECTED freq={freq}", 10)
    ap.process.wait_for(f"DFS-CAC-COMPLETED success=0 freq={freq}", 10)
    ap.process.wait_for("AP-ENABLED", 20)
    trio.capture_end()
    assert ap.status()["freq"] == "5180"
    assert not bench.count_frames(path, f"wlan.ta == {end.mac} && radiotap.channel.freq == {freq}")
    states = end.run(["iw", "phy", end.phy, "channels"]).stdout
    assert re.search(rf"{freq} MHz [^*]*DFS state: unavailable", states), states
    trio.ends["sta"].station(freqs=[5180])


@pytest.mark.contract("M7")
def test_simulated_radar(trio):
    """M7: the file in debugfs does the same, whether or not anybody listens."""
    end = trio.ends["ap"]
    trigger = f"{end.debugfs}/skua/dfs_simulate_radar"
    end.vm.put(trigger, "1")
    ap = dfs_ap(trio, 60, "chanlist=40\n")
    end.vm.put(trigger, "1")
    ap.process.wait_for("DFS-RADAR-DETECTED freq=5300", 10)
    ap.process.wait_for("AP-ENABLED", 20)
    assert ap.status()["freq"] == "5200"


@pytest.mark.long
@pytest.mark.contract("M7")
def test_radar_in_operation(trio):
    """M7: listening ends after a minute; then a radar moves access point and station."""
    ap = dfs_ap(trio, 100, "chanlist=36\n")
    ap.process.wait_for("DFS-CAC-COMPLETED success=1 freq=5500", 90)
    ap.process.wait_for("AP-ENABLED", 20)
    station = trio.ends["sta"].station(freqs=[5500])
    trio.ends["ap"].address(AP)
    trio.ends["sta"].address("192.168.77.2")
    trio.ends["sta"].ping(AP, count=3)
    radar(trio, freq=5500)
    ap.process.wait_for("DFS-NEW-CHANNEL freq=5180", 10)
    station.process.wait_for("CTRL-EVENT-CHANNEL-SWITCH freq=5180", 20)
    wait_until("the access point to be there", 20, lambda: ap.status()["freq"] == "5180")
    trio.ends["sta"].ping(AP, count=3)
    assert len(re.findall("CTRL-EVENT-CONNECTED", station.process.output)) == 1
