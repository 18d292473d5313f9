# SPDX-License-Identifier: GPL-2.0-only
"""Every cipher in the NIC, with stock hostapd and wpa_supplicant.

The judges are the NIC's counters per key, mac80211's software ciphers on the
other side (a guest with swcrypto=1), and tshark, which decrypts the air.
"""

import re

import pytest

import bench
from bench import AP, STA
from keys import nic_keys
from security import DATA, MGMT, lines_of, sae, wpa
from skualink import PASSPHRASE
from skuavm import wait_until

# around the block sizes, below and at the MTU
SIZES = (0, 1, 7, 8, 15, 16, 17, 64, 255, 256, 1000, 1471, 1472)


def total(found, what):
    return sum(key[what] for key in found)


def broadcast(end, count=5):
    end.run(["ping", "-n", "-q", "-b", "-c", str(count), "-i", "0.02", "-W", "1", "192.168.77.255"])


@pytest.mark.contract("K1", "K2", "K4", "K12", "K10", "X1")
@pytest.mark.parametrize("name", DATA)
def test_data_cipher_in_the_nic(trio, name):
    """K12: both NICs do it, byte for byte the same number, and no key is left to software."""
    _, pairwise, group = DATA[name]
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    refused = [end.driver()["key_refused"] for end in (ap, sta)]
    trio.link(security=lines_of(name))
    assert [end.driver()["key_refused"] for end in (ap, sta)] == refused
    before = [end.engines() for end in (ap, sta)]
    for size in SIZES:
        sta.ping(AP, count=1, interval=1, size=size)
        ap.ping(STA, count=1, interval=1, size=size)
    broadcast(ap)

    def settled():
        theirs = [end.engines() for end in (ap, sta)]
        return all(a["tx_encrypted_bytes"] - c["tx_encrypted_bytes"]
                   == b["rx_decrypted_bytes"] - d["rx_decrypted_bytes"]
                   for (a, b), (c, d) in zip((theirs, theirs[::-1]), (before, before[::-1])))

    wait_until("bytes encrypted and decrypted to agree", 5, settled)
    uni = [nic_keys(end, pairwise, pairwise=not name.startswith("wep")) for end in (ap, sta)]
    multi = [nic_keys(end, group, pairwise=False) for end in (ap, sta)]
    assert all(len(found) == 1 for found in uni + multi), (uni, multi)
    for a, b in (uni, uni[::-1]):
        assert total(a, "encrypted_frames") >= 2 * len(SIZES)
        assert total(b, "decrypted_frames") >= 2 * len(SIZES)
        assert total(a, "replays") == total(a, "mic_errors") == 0
    assert total(multi[1], "decrypted_frames") >= 5


@pytest.mark.contract("K12", "K13", "K4", "R2")
@pytest.mark.parametrize("ap_name", ["hard", "soft"])
@pytest.mark.parametrize("name", DATA)
def test_data_cipher_against_software(mixed, name, ap_name):
    """K12: mac80211's software decrypts frames that the NIC encrypts, and the other way round."""
    _, pairwise, group = DATA[name]
    sta_name = "soft" if ap_name == "hard" else "hard"
    ap, sta, hard = mixed.ends[ap_name], mixed.ends[sta_name], mixed.ends["hard"]
    before = hard.engines()
    mixed.link(ap_name, sta_name, security=lines_of(name))
    assert not mixed.ends["soft"].engines()["keys"]
    for size in SIZES:
        sta.ping(AP, count=1, interval=1, size=size)
        ap.ping(STA, count=1, interval=1, size=size)
    heard = sta.engines()["rx_group"]
    broadcast(ap)
    wait_until("group frames", 5, lambda: sta.engines()["rx_group"] >= heard + 5)
    used = nic_keys(hard, pairwise, pairwise=not name.startswith("wep"))
    assert total(used, "encrypted_frames") >= 2 * len(SIZES)
    assert total(used, "decrypted_frames") >= 2 * len(SIZES)
    side = "encrypted_frames" if ap_name == "hard" else "decrypted_frames"
    assert total(nic_keys(hard, group, pairwise=False), side) >= 5
    after = hard.engines()
    for fault in ("rx_replay", "rx_mic_error", "rx_michael_error"):
        assert after[fault] == before[fault]


@pytest.mark.contract("K12")
def test_shared_key_authentication(mixed):
    """K12: its third frame is a management frame under WEP, which software encrypts."""
    for ap_name, sta_name in (("hard", "soft"), ("soft", "hard")):
        mixed.link(ap_name, sta_name, security=lines_of("wep-104", "SHARED"))
        mixed.ends[sta_name].ping(AP, count=3, interval=0.5)
        mixed.settle()


@pytest.mark.hostap
@pytest.mark.contract("K12", "K13")
@pytest.mark.parametrize("shape", ["hard-hard", "hard-soft", "soft-hard"])
@pytest.mark.parametrize("mgmt", MGMT)
def test_management_cipher(trio, mixed, mgmt, shape):
    """K12: group management frames under the IGTK, unicast ones under the pairwise key."""
    pairwise, name = MGMT[mgmt]
    here, ap_name, sta_name = ((trio, "ap", "sta") if shape == "hard-hard" else
                               (mixed, *shape.split("-")))
    ap, sta = here.ends[ap_name], here.ends[sta_name]
    before = sta.engines()
    hostapd, supplicant = here.link(ap_name, sta_name, security=sae(pairwise, mgmt))
    assert supplicant.status()["mgmt_group_cipher"] == {"AES-128-CMAC": "BIP"}.get(mgmt, mgmt)
    if ap_name != "soft":
        assert len(nic_keys(ap, name, keyidx=4)) == 1
    sta.ping(AP, count=3, interval=0.5)
    # unicast: SA Query is a robust action frame
    start = len(supplicant.process.output)
    # group: a broadcast deauthentication that is believed only under the IGTK
    hostapd.cli("deauthenticate", "ff:ff:ff:ff:ff:ff")
    supplicant.process.wait_for("CTRL-EVENT-DISCONNECTED", 10, start=start)
    if sta_name != "soft":
        after = sta.engines()["ciphers"].get(name, {})
        was = before["ciphers"].get(name, {})
        assert after.get("decrypted_frames", 0) > was.get("decrypted_frames", 0)


@pytest.mark.hostap
@pytest.mark.contract("K12", "K14")
@pytest.mark.parametrize("mgmt", MGMT)
def test_beacon_protection(trio, mgmt):
    """K12: beacons under the BIGTK, each with an IPN of its own; the station's NIC checks them."""
    pairwise, name = MGMT[mgmt]
    path = trio.capture()
    trio.link(security=sae(pairwise, mgmt, beacons=True))
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    wait_until("the BIGTK in both NICs", 5, lambda: all(
        nic_keys(end, name, keyidx=6) for end in (ap, sta)))
    wait_until("protected beacons", 10, lambda: total(
        nic_keys(sta, name, keyidx=6), "decrypted_frames") >= 10)
    key = nic_keys(sta, name, keyidx=6)[0]
    assert key["replays"] == 0 and key["mic_errors"] == 0
    trio.capture_end()
    seen = [int(f.frame_number) for f in bench.frames(
        path, f"wlan.ta == {ap.mac} && wlan.fc.type_subtype == 8 && wlan.tag.number == 76",
        ["frame.number"])]
    assert len(seen) >= 10


@pytest.mark.contract("K12")
@pytest.mark.parametrize("name", ["wep-40", "wep-104", "tkip", "ccmp-128", "ccmp-256", "gcmp-128",
                                  "gcmp-256"])
def test_tshark_decrypts_the_air(trio, name):
    """K12: an independent implementation finds the same plain text in the NIC's frames."""
    path = trio.capture()
    trio.link(security=lines_of(name))
    for size in SIZES:
        trio.ends["sta"].ping(AP, count=1, interval=1, size=size)
    trio.capture_end()
    options = bench.psk(PASSPHRASE, "skua")
    if name.startswith("wep"):
        key = re.search("wep_key0=(.*)", DATA[name][0][0])[1]
        options = ["-o", "wlan.enable_decryption:TRUE", "-o", f'uat:80211_keys:"wep","{key}"']
    found = bench.frames(path, "icmp", ["wlan.fc.protected", "data.len"], options)
    assert {frame.wlan_fc_protected for frame in found} == {"1"}
    lengths = [int(frame.data_len or 0) for frame in found]
    for size in SIZES:
        # tshark takes the first 8 or 16 bytes for a timestamp
        assert sum(length in (size, size - 8, size - 16) for length in lengths) >= 2, (size, lengths)


@pytest.mark.contract("K10")
def test_tkip_phase_1_by_the_host(lab):
    """K10: with the feature the NIC leaves a frame encrypted until it is told its phase 1 key."""
    vm = lab.pair(params=["tkip_phase1=1"])
    ap, sta = lab.link(vm, security=wpa("TKIP", "TKIP", version=1))
    result = vm.run(["ping", "-n", "-q", "-c", "20", "-i", "0.02", AP], netns="sta")
    assert "20 received" in result.stdout
    engines = lab.nics.control({"cmd": "counters"})["nics"]
    for nic in engines:
        count = nic["mac_engines"]
        assert count["ciphers"]["TKIP"]["decrypted_frames"] >= 20
        assert count["rx_mic_error"] == count["rx_michael_error"] == 0
    assert ap.status()["state"] == "ENABLED"
    assert sta.status()["pairwise_cipher"] == "TKIP"


@pytest.mark.contract("K10")
def test_michael_failures_start_countermeasures(trio):
    """K10: two frames with a wrong Michael MIC, and the access point shuts its doors."""
    ap, sta = trio.link(security=wpa("TKIP", "TKIP", version=1))
    end = trio.ends["sta"]
    before = trio.ends["ap"].engines()["rx_michael_error"]
    mic_test = (f"{end.debugfs}/netdev:{end.interface}/tkip_mic_test")
    start = len(ap.process.output)
    for _ in range(2):
        trio.vms[0].run(f"echo {trio.ends['ap'].mac} > {mic_test}", check=True)
    wait_until("Michael failures in the NIC", 5, lambda: trio.ends["ap"].engines()[
        "rx_michael_error"] >= before + 2)
    ap.process.wait_for("TKIP countermeasures initiated", 10, start=start)
    sta.process.wait_for("CTRL-EVENT-DISCONNECTED", 10)
