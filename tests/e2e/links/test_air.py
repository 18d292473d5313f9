# SPDX-License-Identifier: GPL-2.0-only
"""Frames on the air: loss and retries, beacons, monitors, statistics."""

import re

import pytest

import bench
from bench import AP, STA
from skuavm import wait_until


# 802.11 types and subtypes, as the control socket wants them
DATA, QOS_DATA = 2, 8
MGMT, BEACON = 0, 8
CONTROL, ACK = 1, 13


def qos_data(path, end):
    return bench.frames(path, f"wlan.fc.type_subtype == 0x28 && wlan.ta == {end.mac}",
                        ["wlan.seq", "wlan.fc.retry", "wlan.qos.tid"])


def is_set(flag):
    return flag in ("1", "True")


# Loss


@pytest.mark.contract("T1", "A10")
def test_a_lost_frame_is_sent_again(trio):
    """The n-th data frame is lost: sent again with the same number and the retry bit."""
    trio.link()
    sta, ap = trio.ends["sta"], trio.ends["ap"]
    sta.ping(AP, count=2)
    path = trio.capture()
    before, dups = sta.engines(), ap.engines()["rx_dup"]
    trio.lose(type=DATA, subtype=QOS_DATA, ta=sta.mac, nth=3)
    sta.ping(AP, count=5)
    trio.capture_end()
    after = sta.engines()
    assert after["tx_retries"] - before["tx_retries"] == 1
    assert after["tx_no_ack"] == before["tx_no_ack"]
    assert ap.engines()["rx_dup"] == dups
    sent = qos_data(path, sta)
    again = [i for i, f in enumerate(sent) if is_set(f.wlan_fc_retry)]
    assert again == [3], "the third frame is lost, so the fourth on the air is its retry"
    assert sent[3].wlan_seq == sent[2].wlan_seq
    assert sent[4].wlan_seq == str((int(sent[2].wlan_seq) + 1) % 4096)


@pytest.mark.contract("R16", "K14")
def test_a_lost_acknowledgement_makes_a_duplicate_that_is_dropped(trio):
    """R16: the receiver has the frame twice, counts that, and delivers it once."""
    trio.link()
    sta, ap = trio.ends["sta"], trio.ends["ap"]
    sta.ping(AP, count=2)
    path = trio.capture()
    before = ap.engines()
    retries = sta.engines()["tx_retries"]
    trio.lose(type=CONTROL, subtype=ACK, ta=ap.mac, nth=2)
    sta.ping(AP, count=5)
    trio.capture_end()
    after = ap.engines()
    assert after["rx_dup"] - before["rx_dup"] == 1
    assert after["rx_replay"] == before["rx_replay"], "a duplicate is no replay"
    assert sta.engines()["tx_retries"] - retries == 1
    assert len([f for f in qos_data(path, sta) if is_set(f.wlan_fc_retry)]) == 1
    # a retry is the same ciphertext under the same PN
    texts = bench.frames(path, f"wlan.fc.type_subtype == 0x28 && wlan.ta == {sta.mac}",
                         ["wlan.seq", "wlan.ccmp.extiv", "data.data"])
    by_seq = {}
    for frame in texts:
        assert by_seq.setdefault(frame.wlan_seq, frame) == frame
    assert len(by_seq) == len(texts) - 1


@pytest.mark.contract("T1", "T9", "A10")
def test_frames_that_nobody_acknowledges_are_given_up(trio):
    """T9: after all tries a frame is given up and counted as failed; the link goes on."""
    trio.link()
    sta, ap = trio.ends["sta"], trio.ends["ap"]
    sta.ping(AP, count=2)
    before = station_dump(sta, ap.mac)
    engines = sta.engines()
    trio.lose(type=DATA, subtype=QOS_DATA, ta=sta.mac, count=1_000_000)
    sta.run(["ping", "-n", "-q", "-c", "2", "-i", "0.02", "-W", "0.1", AP])
    wait_until("two frames to be given up", 5,
               lambda: sta.engines()["tx_no_ack"] >= engines["tx_no_ack"] + 2)
    trio.nics.control({"cmd": "lose_clear"})
    sta.ping(AP, count=3)
    after = station_dump(sta, ap.mac)
    assert int(after["tx failed"]) - int(before["tx failed"]) >= 2
    assert int(after["tx retries"]) - int(before["tx retries"]) >= 2
    driver = sta.driver()
    assert driver["tx_not_acked"] >= 2


@pytest.mark.contract("T1", "K14")
def test_random_loss_in_both_directions(trio):
    """One data frame in seven and one ACK in five is lost: TCP does not notice."""
    path = trio.capture()
    before = {end: end.engines() for end in trio.ends.values()}
    trio.link()
    trio.lose(type=DATA, subtype=QOS_DATA, every=7)
    trio.lose(type=CONTROL, subtype=ACK, every=5)
    for end, target in (("sta", AP), ("ap", STA)):
        trio.ends[end].ping(target, count=100, interval=0.002, size=1000)
    for end in trio.ends.values():
        engines = end.engines()
        # other tests of the same NICs may have provoked some
        for fault in ("rx_replay", "rx_mic_error"):
            assert engines[fault] == before[end][fault]
    # in a Block Ack session, its window knows what has come before
    for end in (trio.ends["sta"], trio.ends["ap"]):
        engines = end.engines()
        assert any(engines[name] > before[end][name]
                   for name in ("rx_dup", "rx_ba_dup", "rx_ba_old"))
    trio.capture_end()
    first = [f for f in qos_data(path, trio.ends["sta"]) if not is_set(f.wlan_fc_retry)]
    numbers = [int(f.wlan_seq) for f in first if f.wlan_qos_tid == "0"]
    assert all((b - a) % 4096 == 1 for a, b in zip(numbers, numbers[1:]))


# Beacons


@pytest.mark.contract("T7", "P5")
def test_beacons(trio):
    """T7: interval, timestamps at TBTTs, the DTIM count's cycle, the capabilities of the BSS."""
    trio.ends["ap"].ap(channel=11, extra="beacon_int=50\ndtim_period=3\n")
    path = trio.capture()
    start = trio.ends["ap"].engines()["tx_beacon"]
    wait_until("20 beacons", 10, lambda: trio.ends["ap"].engines()["tx_beacon"] >= start + 20)
    trio.capture_end()
    beacons = bench.frames(path, f"wlan.fc.type_subtype == 8 && wlan.ta == {trio.ends['ap'].mac}", [
        "wlan.fixed.timestamp", "wlan.fixed.beacon", "wlan.tim.dtim_count",
        "wlan.tim.dtim_period", "wlan.ds.current_channel", "wlan.seq", "wlan.fcs.status"])
    assert len(beacons) >= 20
    assert {f.wlan_tim_dtim_period for f in beacons} == {"3"}
    assert {f.wlan_ds_current_channel for f in beacons} == {"11"}
    assert {float(f.wlan_fixed_beacon) for f in beacons} == {50}
    interval = 50 * 1024
    stamps = [int(f.wlan_fixed_timestamp) for f in beacons]
    slots = [stamp // interval for stamp in stamps]
    assert all(b > a for a, b in zip(slots, slots[1:])), "two beacons for one TBTT"
    # a busy machine may be late, and may miss one, but not as a rule
    assert sorted(stamp % interval for stamp in stamps)[len(stamps) // 2] < interval / 8
    assert slots[-1] - slots[0] < 2 * len(slots)
    counts = [int(f.wlan_tim_dtim_count) for f in beacons]
    assert set(counts) == {0, 1, 2}
    for (slot, count), (next_slot, next_count) in zip(zip(slots, counts), zip(slots[1:], counts[1:])):
        assert (count - next_count - (next_slot - slot)) % 3 == 0
    numbers = [int(f.wlan_seq) for f in beacons]
    assert all(b != a for a, b in zip(numbers, numbers[1:]))


@pytest.mark.contract("T7", "V1")
def test_two_bss_on_one_nic(trio):
    """Two BSSs of one NIC beacon, each with its own SSID and address."""
    # hostapd gives them consecutive addresses, the first one even
    trio.ends["sta"].ap(ssid="one", extra="bss=second\nssid=two\n")
    seen = trio.ends["ap"]
    seen.up()

    def found():
        return dict(re.findall(r"^BSS ([0-9a-f:]+).*?^\tSSID: (\w+)", seen.scan("freq", "5180"),
                               re.MULTILINE | re.DOTALL))

    # hostapd may be slow to answer one of the scans
    wait_until("both", 20, lambda: sorted(found().values()) == ["one", "two"])


# Monitors


@pytest.mark.contract("V8", "R17", "R9", "R7")
def test_monitor_shows_what_is_on_the_air(trio):
    """R17: radiotap of a third NIC's monitor: channel, rate, signal, time; all frames."""
    third = trio.ends["third"]
    third.run(["iw", "dev", third.interface, "set", "type", "monitor"], check=True)
    third.up()
    third.iw("set", "freq", "5180")
    dump = third.popen(["tcpdump", "--immediate-mode", "-U", "-i", third.interface, "-w", "/tmp/mon.pcap"])
    dump.wait_for("listening on", 10)
    trio.link()
    trio.ends["sta"].ping(AP, count=5, size=300)

    def enough():
        return third.engines()["rx_data"] >= 14

    wait_until("the monitor to hear it all", 5, enough)
    dump.kill(2)
    path = f"{trio.run_dir}/mon.pcap"
    with open(path, "wb") as file:
        file.write(trio.vms[0].get("/tmp/mon.pcap"))
    seen = bench.frames(path, "wlan", ["radiotap.channel.freq", "radiotap.dbm_antsignal",
                                       "radiotap.datarate", "radiotap.mactime",
                                       "wlan.fc.type_subtype", "wlan.ta"])
    kinds = {int(f.wlan_fc_type_subtype, 0) for f in seen if f.wlan_fc_type_subtype}
    # association, beacons, authentication, ACK and protected data
    assert {0x00, 0x01, 0x08, 0x0b, 0x1d, 0x28} <= kinds
    assert {f.radiotap_channel_freq for f in seen} == {"5180"}
    signals = {int(f.radiotap_dbm_antsignal.split(",")[0]) for f in seen}
    assert all(-90 < signal < 0 for signal in signals)
    rates = {f.radiotap_datarate for f in seen if f.wlan_fc_type_subtype in ("8", "0x0008")}
    assert rates == {"6"}, "beacons at the lowest basic rate"
    times = [int(f.radiotap_mactime) for f in seen if f.radiotap_mactime]
    assert len(times) > len(seen) / 2 and times == sorted(times)


@pytest.mark.contract("V8", "V1")
def test_monitor_beside_a_station(trio):
    """A monitor interface on the station's NIC shows its own frames both ways."""
    trio.link()
    sta, ap = trio.ends["sta"], trio.ends["ap"]
    sta.run(["iw", "phy", sta.phy, "interface", "add", "mon0", "type", "monitor"], check=True)
    sta.run(["ip", "link", "set", "mon0", "up"], check=True)
    dump = sta.popen(["tcpdump", "--immediate-mode", "-l", "-n", "-e", "-i", "mon0", "type", "data"])
    dump.wait_for("listening on", 10)
    sta.ping(AP, count=3)
    dump.wait_for(f"SA:{sta.mac}", 10)
    dump.wait_for(f"SA:{ap.mac}", 10)


# Statistics


def station_dump(end, mac):
    text = end.iw("station", "get", mac)
    return {key.strip(): value.strip() for key, value in
            (line.split(":", 1) for line in text.splitlines() if ":" in line)}


@pytest.mark.contract("T9")
def test_station_statistics(trio):
    """T9: frames, bytes, signal and bit rates of a station, on both sides."""
    trio.link()
    sta, ap = trio.ends["sta"], trio.ends["ap"]
    before = {end: station_dump(end, other.mac) for end, other in ((sta, ap), (ap, sta))}
    sent, _ = sta.ping(AP, count=20, interval=0.005, size=1000)
    for end, other in ((sta, ap), (ap, sta)):
        now = station_dump(end, other.mac)

        def gained(key, now=now, end=end):
            return int(now[key].split()[0]) - int(before[end][key].split()[0])

        assert gained("tx packets") >= sent and gained("rx packets") >= 20
        assert gained("tx bytes") > 1000 * sent and gained("rx bytes") > 1000 * 20
        assert -90 < int(now["signal"].split()[0]) < 0
        assert float(now["tx bitrate"].split()[0]) > 6, "the rate never went up"
        assert float(now["rx bitrate"].split()[0]) > 6
        assert now["authorized"] == now["associated"] == "yes"
        assert int(now["connected time"].split()[0]) < 60


@pytest.mark.contract("T9")
def test_survey(trio):
    """T9: the survey of the channel in use counts time, and time busy with traffic."""
    trio.link()

    def survey(end):
        text = end.iw("survey", "dump")
        blocks = [block for block in text.split("Survey data from") if "[in use]" in block]
        assert len(blocks) == 1
        return {key.strip(): value.split()[0] for key, value in
                (line.split(":", 1) for line in blocks[0].splitlines() if ":" in line)}

    sta = trio.ends["sta"]
    before = survey(sta)
    assert before["frequency"] == "5180"
    assert int(before["noise"]) == -95
    sta.ping(AP, count=200, interval=0.002, size=1400)
    after = survey(sta)
    for key in ("channel active time", "channel busy time", "channel transmit time",
                "channel receive time"):
        assert int(after[key]) > int(before[key]), key
    assert int(after["channel busy time"]) <= int(after["channel active time"])
