# SPDX-License-Identifier: GPL-2.0-only
"""Scans, time away from the channel, and channels shared by interfaces."""

import re
import time

import pytest

import bench
import faults
import skualink
from bench import AP, STA
from skuavm import GuestError, wait_until

CHANNELS = ["2412", "2437", "2462", "5180", "5200", "5220", "5240", "5260", "5745", "5765"]


def found(text):
    """address -> (MHz, SSID, signal) from the output of `iw scan`."""
    result = {}
    for block in re.split(r"^BSS ", text, flags=re.MULTILINE)[1:]:
        freq = re.search(r"freq: (\d+)", block)
        ssid = re.search(r"^\tSSID: ?(.*)$", block, re.MULTILINE)
        signal = re.search(r"signal: ([-\d.]+) dBm", block)
        result[block[:17]] = (int(freq[1]), ssid[1] if ssid else None, float(signal[1]))
    return result


@pytest.mark.contract("M1", "M2", "M5")
def test_scan_of_all_bands(octet):
    """M5: access points on 2.4, 5 and 6 GHz are found by a scan of everything, on their channel."""
    channels = {"n0": (1, "2.4"), "n1": (13, "2.4"), "n2": (36, "5"), "n3": (36, "5"),
                "n5": (37, "6")}
    for name, (channel, band) in channels.items():
        octet.ends[name].ap(ssid=f"at-{name}", channel=channel, band=band, country="DE",
                            security="wpa3" if band == "6" else "wpa2")
    octet.ends["n7"].up()
    seen = found(octet.ends["n7"].scan("flush"))
    for name, (channel, band) in channels.items():
        freq, ssid, signal = seen[octet.ends[name].mac]
        assert (freq, ssid) == (skualink.frequency(channel, band), f"at-{name}")
        assert -90 < signal < 0
    assert len(seen) == len(channels)
    # a scan of one channel finds the access point there, and no other
    seen = found(octet.ends["n7"].scan("freq", "5180", "flush"))
    assert set(seen) == {octet.ends["n2"].mac, octet.ends["n3"].mac}


@pytest.mark.lengthy
@pytest.mark.contract("M5", "D2")
def test_eight_scans_at_once(octet):
    """Eight NICs scan all channels at the same time; all of them end."""
    octet.ends["n0"].ap(channel=6)
    names = [f"n{i}" for i in range(1, 8)]
    for name in names:
        octet.ends[name].up()
    beacons = octet.ends["n0"].engines()["tx_beacon"]
    for name in names:
        octet.ends[name].begin_scan()
    for name in names:
        octet.ends[name].await_scan()
    assert octet.ends["n0"].engines()["tx_beacon"] > beacons + 5
    # hostapd is slow to answer on a busy machine, so one of a few scans finds it
    for name in names:
        wait_until(f"{name} to see the access point", 20, lambda name=name: octet.ends["n0"].mac
                   in octet.ends[name].scan("freq", "2437"))


@pytest.mark.contract("M1", "M2")
def test_hidden_network(trio):
    """M1: a hidden network answers a probe with its name; M2: a passive scan sends nothing."""
    trio.ends["ap"].ap(ssid="secret", extra="ignore_broadcast_ssid=1\n")
    sta = trio.ends["sta"]
    sta.up()
    mac = trio.ends["ap"].mac

    def name_seen(*how):
        # on a busy machine a beacon or an answer may come too late for one scan
        seen = wait_until("the access point to be seen", 15, lambda: found(
            sta.scan("freq", "5180", "flush", *how)).get(mac))
        return seen[1]

    path = trio.capture()
    assert name_seen("passive") in (None, "")
    trio.capture_end()
    assert bench.count_frames(path, "wlan.fc.type_subtype == 4") == 0
    assert name_seen() in (None, "")
    path = trio.capture()
    wait_until("the hidden name", 15, lambda: name_seen("ssid", "secret") == "secret")
    trio.capture_end()
    probes = bench.frames(path, f"wlan.fc.type_subtype == 4 && wlan.ta == {sta.mac}",
                          ["wlan.ssid", "wlan.ra"])
    assert {f.wlan_ra for f in probes} == {"ff:ff:ff:ff:ff:ff"}
    # some tsharks print names as octets
    assert {f.wlan_ssid for f in probes} <= {"secret", b"secret".hex()}
    assert bench.count_frames(path, f"wlan.fc.type_subtype == 5 && wlan.ra == {sta.mac}") >= 1


@pytest.mark.contract("M1", "M4")
def test_association_with_a_hidden_network(trio):
    """wpa_supplicant finds and joins a hidden network by itself."""
    trio.link(ssid="secret", ap_extra="ignore_broadcast_ssid=1\n")
    trio.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("M1")
def test_additional_elements_of_probe_requests(trio):
    """M1: elements given with the request are in each probe request."""
    sta = trio.ends["sta"]
    sta.up()
    path = trio.capture()
    sta.scan("freq", "2412", "2437", "ies", "dd:05:00:11:22:33:44")
    trio.capture_end()
    probes = bench.frames(path, f"wlan.fc.type_subtype == 4 && wlan.ta == {sta.mac}",
                          ["radiotap.channel.freq", "wlan.tag.oui", "wlan.tag.number"])
    assert {f.radiotap_channel_freq for f in probes} == {"2412", "2437"}
    for probe in probes:
        assert str(0x001122) in probe.wlan_tag_oui.split(",")
        numbers = [int(number) for number in probe.wlan_tag_number.split(",")]
        assert numbers.count(0) == 1 and numbers.count(1) == 1, "SSID and rates, once each"


def scan_under_ping(ap, sta):
    """Scans other channels with a connected station while both sides ping; returns the scan."""
    pings = [sta.popen(["ping", "-n", "-q", "-i", "0.02", AP]),
             ap.popen(["ping", "-n", "-q", "-i", "0.02", STA])]
    before = ap.engines()
    wait_until("pings", 10, lambda: ap.engines()["rx_data"] > before["rx_data"] + 20)
    text = sta.scan("flush", "freq", *CHANNELS)
    mark = ap.engines()["rx_data"]
    wait_until("pings after the scan", 10, lambda: ap.engines()["rx_data"] > mark + 20)
    for process in pings:
        process.kill(2)
        sent, received = map(int, re.search(
            r"(\d+) packets transmitted, (\d+) received", process.output).groups())
        # at most the pings of the last moment have no answer
        assert sent - received <= 2, process.output
        assert "duplicates" not in process.output
    return text


@pytest.mark.contract("M5", "P1", "P4")
def test_scan_while_associated(trio):
    """The access point buffers while its station scans elsewhere: no ping is lost."""
    trio.ends["third"].ap(ssid="other", channel=149)
    _, station = trio.link()
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    path = trio.capture()
    start = len(station.process.output)
    given_up = ap.driver()["tx_not_acked"]
    assert trio.ends["third"].mac in scan_under_ping(ap, sta)
    trio.capture_end()
    assert "DISCONNECTED" not in station.process.output[start:]
    said = [f.wlan_fc_pwrmgt in ("1", "True") for f in bench.frames(
        path, f"wlan.fc.type_subtype in {{0x24, 0x2c}} && wlan.ta == {sta.mac}",
        ["wlan.fc.pwrmgt"])]
    assert True in said and said[-1] is False, "it must say that it goes, and that it is back"
    assert ap.driver()["tx_not_acked"] == given_up


@pytest.mark.contract("M1")
def test_scan_of_a_busy_access_point(trio):
    """M1: an access point whose program does not answer is found by its beacon."""
    trio.ends["ap"].ap(channel=36)
    sta = trio.ends["sta"]
    sta.up()
    trio.vms[0].run(["pkill", "-STOP", "-x", "hostapd"], check=True)
    try:
        found_by = sum(trio.ends["ap"].mac in sta.scan("freq", "5180", "flush")
                       for _ in range(10))
    finally:
        trio.vms[0].run(["pkill", "-CONT", "-x", "hostapd"], check=True)
    # on a busy machine the NIC skips a beacon now and then
    assert found_by >= 8, f"found by {found_by} scans of 10"


@pytest.mark.contract("M5")
def test_scan_whose_end_is_lost(trio):
    """M5: a scan ends even if the NIC does not say so, and the next one is whole."""
    trio.ends["ap"].ap(channel=36)
    sta = trio.ends["sta"]
    sta.up()
    before = sta.driver()["evt_missing"]
    faults.fault(trio, sta, "lose-events", event=faults.NUMBERS["SKUA_EVT_SCAN_DONE"])
    sta.begin_scan("freq", "5200")
    sta.await_scan()
    assert sta.driver()["evt_missing"] == before + 1
    assert trio.ends["ap"].mac in sta.scan("freq", "5180", "flush")
    faults.forgive(trio, "evt_missing")


@pytest.mark.contract("M5")
def test_scan_is_aborted(trio):
    """M5: an aborted scan says so, and the next one works."""
    sta = trio.ends["sta"]
    sta.up()
    trio.ends["ap"].ap(channel=36)
    events = sta.popen(["iw", "event"])

    def abort():
        sta.iw("scan", "trigger", "passive", check=False)
        sta.iw("scan", "abort", check=False)
        return "scan aborted" in events.output

    wait_until("an aborted scan", 20, abort)
    wait_until("the end of the scan", 20,
               lambda: trio.ends["ap"].mac in sta.scan("freq", "5180"))


@pytest.mark.contract("M6", "T6")
def test_remain_on_channel(trio):
    """M6: the radio goes to the channel asked for, stays, and comes back to its own."""
    trio.link()
    sta = trio.ends["sta"]
    assert sta.engines()["freq"] == 5180
    roc = sta.popen(["iw", "dev", sta.interface, "roc", "start", "2437", "600"])
    begin = time.monotonic()
    wait_until("the radio to be away", 5, lambda: sta.engines()["freq"] == 2437)
    wait_until("the radio to be back", 5, lambda: sta.engines()["freq"] == 5180)
    assert 0.4 < time.monotonic() - begin < 3
    roc.wait(10)
    sta.ping(AP, count=3)


@pytest.mark.contract("M6", "T6")
def test_frames_off_the_channel(trio):
    """T6: an ANQP query on another channel is sent there, and its answer received."""
    third = trio.ends["third"]
    trio.ends["ap"].ap(channel=1, ssid="info", extra=(
        "interworking=1\naccess_network_type=2\nvenue_group=1\nvenue_type=8\n"
        "venue_name=eng:Skua colony\n"))
    third.station(timeout=0, ssid="nobody", freqs=[2412],
                  extra="interworking=1\nfreq_list=2412\n")
    sta = third.running[-1]
    sta.process.wait_for("CTRL-EVENT-SCAN-RESULTS|Successfully initialized", 20)
    ap = trio.ends["ap"].mac

    def only_here():
        """Only on this channel: earlier tests may have left results of others."""
        seen = re.findall(rf"^{ap}\t(\d+)", sta.cli("scan_results"), re.M)
        if seen != ["2412"]:
            sta.cli("bss_flush", "0")
            sta.cli("scan", "freq=2412", "only_new=1")
        return seen == ["2412"]

    wait_until("the access point to be found", 20, only_here)
    start = len(sta.process.output)
    sta.cli("disconnect")
    assert "OK" in sta.cli("anqp_get", ap, "258")
    sta.process.wait_for("RX-ANQP.*Venue Name", 15, start=start)
    sta.process.wait_for("ANQP-QUERY-DONE.*result=SUCCESS", 15, start=start)


@pytest.mark.contract("M5", "M6", "V1")
def test_single_channel(single):
    """The second ops table: association, scan and remain-on-channel by mac80211's software."""
    _, station = single.link()
    ap, sta = single.ends["ap"], single.ends["sta"]
    start = len(station.process.output)
    assert ap.mac in scan_under_ping(ap, sta)
    assert "DISCONNECTED" not in station.process.output[start:]
    roc = sta.popen(["iw", "dev", sta.interface, "roc", "start", "2437", "600"])
    wait_until("the radio to be away", 5, lambda: sta.engines()["freq"] == 2437)
    wait_until("the radio to be back", 5, lambda: sta.engines()["freq"] == 5180)
    roc.wait(10)
    sta.ping(AP, count=3)
    keys = [key for key in sta.engines()["keys"] if key["pairwise"]]
    assert keys and keys[0]["encrypted_frames"] > 10


@pytest.mark.contract("M3", "V1")
def test_single_channel_wpa3(single):
    """WPA3 with the second ops table."""
    single.link(security="wpa3", channel=6)
    single.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("V1", "V2", "V4")
def test_station_and_access_point_on_one_nic(trio):
    """V1: a NIC is station of one BSS and access point of another, on one channel."""
    trio.link(ssid="upper", subnet="192.168.80")
    middle = trio.ends["sta"]
    middle.run(["iw", "dev", middle.interface, "interface", "add", "lower0", "type", "managed",
                "addr", "02:5c:0a:00:01:02"], check=True)
    middle.ap(interface="lower0", ssid="lower", channel=36)
    trio.ends["third"].station(ssid="lower", freqs=[5180])
    middle.address("192.168.81.1", interface="lower0")
    trio.ends["third"].address("192.168.81.2")
    trio.ends["third"].ping("192.168.81.1", count=5)
    middle.ping("192.168.80.1", count=5)
    # keys of both, apart
    vifs = {key["vif"] for key in middle.engines()["keys"]}
    assert len(vifs) == 2


@pytest.mark.contract("V2")
def test_a_second_channel_is_refused(trio):
    """V2: there is one channel; another one is refused, and the first link is unharmed."""
    _, station = trio.link()
    sta = trio.ends["sta"]
    start = len(station.process.output)
    sta.run(["iw", "dev", sta.interface, "interface", "add", "lower0", "type", "managed",
             "addr", "02:5c:0a:00:01:02"], check=True)
    with pytest.raises(GuestError):
        sta.ap(interface="lower0", ssid="lower", channel=149)
    sta.ping(AP, count=3)
    assert "DISCONNECTED" not in station.process.output[start:]


@pytest.mark.contract("V2", "X2")
def test_more_interfaces_than_the_nic_has(trio):
    """V2: an interface too many is refused with an error, and nothing is half made."""
    sta = trio.ends["sta"]
    count = 40
    result = sta.run(f"""
        for n in $(seq {count}); do
            iw dev {sta.interface} interface add more$n type managed addr 02:5c:0a:00:02:$n
            ip link set more$n up && echo up
        done
        for n in $(seq {count}); do iw dev more$n del; done""")
    assert 1 <= result.stdout.count("up") < count
    assert len(result.stderr.splitlines()) == count - result.stdout.count("up"), result.stderr
    trio.link()
    sta.ping(AP, count=3)
