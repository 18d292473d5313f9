# SPDX-License-Identifier: GPL-2.0-only
"""The NIC encrypts or mac80211 does, and nothing leaves in clear text.

The judges are tshark, which decrypts from the passphrase alone, and mac80211's
software ciphers, to which the NIC's are connected.
"""

import os
import re

import pytest

import bench
import skualink
from bench import AP, STA
from skualink import PASSPHRASE, SSID
from skuavm import wait_until


pytestmark = pytest.mark.hostap


def ping_pattern(end, target, pattern, count=3):
    return end.ping(target, count=count, size=200, more=["-p", pattern])[0]


def clear_data(path, end):
    """Data frames with a body that went out unprotected, but EAPOL, to or from an end."""
    return bench.frames(
        path, f"wlan.fc.type == 2 && wlan.addr == {end.mac} && wlan.fc.protected == 0 && !eapol"
        " && !(wlan.fc.type_subtype in {0x24, 0x2c})", ["frame.number", "wlan.ta", "wlan.ra"])


@pytest.mark.contract("K1", "K2", "K4")
def test_the_nics_encrypt_and_decrypt(trio):
    """K1, K2: one NIC decrypts exactly the frames that the other one encrypts."""
    trio.link()
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    # group frames may have come between the access point's key and the station's
    early = {end: (end.driver()["key_refused"], end.engines()["rx_no_key"]) for end in (ap, sta)}
    sta.ping(AP, count=20, size=500)
    sta.run(["arping", "-c", "1", AP])

    def pairwise(end):
        keys = [key for key in end.engines()["keys"] if key["pairwise"]]
        assert len(keys) == 1 and keys[0]["cipher"] == "CCMP-128", keys
        return keys[0]

    def both():
        """(sender's, receiver's) key both ways, with nothing on its way between them."""
        up, down = pairwise(sta), pairwise(ap)
        ways = ((up, down), (down, up))
        return all(a["encrypted_frames"] == b["decrypted_frames"] for a, b in ways) and ways

    for one, other in wait_until("each encrypted frame to be decrypted", 5, both):
        assert one["encrypted_frames"] >= 20
        assert one["encrypted_bytes"] == other["decrypted_bytes"] > 20 * 500
        assert not one["replays"] and not one["mic_errors"]
    group = [key for key in ap.engines()["keys"] if not key["pairwise"]]
    assert len(group) == 1
    for end in (ap, sta):
        assert (end.driver()["key_refused"], end.engines()["rx_no_key"]) == early[end]


@pytest.mark.contract("K2")
def test_group_frames_use_the_group_key(trio):
    """K2: broadcast by the access point is encrypted with its default key."""
    trio.link()
    ap, sta = trio.ends["ap"], trio.ends["sta"]

    def group(end):
        return [key for key in end.engines()["keys"] if not key["pairwise"]][0]

    before = group(ap)["encrypted_frames"], group(sta)["decrypted_frames"]
    ap.broadcast("192.168.77.255", count=3)
    wait_until("group frames to be decrypted", 5,
               lambda: group(sta)["decrypted_frames"] >= before[1] + 3)
    assert group(ap)["encrypted_frames"] >= before[0] + 3


@pytest.mark.contract("K1", "K4", "K14")
def test_tshark_decrypts_with_the_passphrase_alone(trio):
    """tshark finds the pattern of our pings, each PN once, and nothing without the key."""
    path = trio.capture()
    trio.link()
    pattern = os.urandom(16).hex()
    sent = ping_pattern(trio.ends["sta"], AP, pattern)
    trio.capture_end()
    found = bench.frames(path, "icmp && wlan.fc.protected == 1 && wlan.fc.retry == 0",
                         ["icmp.type", "data.data", "wlan.ta"], bench.psk(PASSPHRASE, SSID))
    assert sorted(f.icmp_type for f in found) == ["0"] * sent + ["8"] * sent
    assert all(pattern in f.data_data.replace(":", "") for f in found)
    assert bench.count_frames(path, "icmp") == 0
    assert bench.count_frames(path, "icmp", bench.psk("another passphrase", SSID)) == 0
    with open(path, "rb") as file:
        assert bytes.fromhex(pattern) not in file.read()
    assert not clear_data(path, trio.ends["sta"])
    # no PN comes twice under one key: by transmitter and kind of receiver
    used = bench.frames(path, "wlan.fc.type == 2 && wlan.fc.protected == 1 && wlan.fc.retry == 0",
                        ["wlan.ta", "wlan.ra", "wlan.ccmp.extiv"])
    assert used and len(used) == len(set(used)), "a PN was used twice"


@pytest.mark.contract("K1", "K4")
def test_sae_with_protected_management(trio):
    """A WPA3 link: no data in clear text, and the deauthentication is protected, too."""
    path = trio.capture()
    ap, sta = trio.link(security="wpa3")
    ping_pattern(trio.ends["sta"], AP, os.urandom(16).hex())
    start = len(sta.process.output)
    ap.cli("deauthenticate", trio.ends["sta"].mac)
    sta.process.wait_for("CTRL-EVENT-DISCONNECTED", 10, start=start)
    trio.capture_end()
    assert not clear_data(path, trio.ends["sta"])
    first = bench.frames(path, f"wlan.fc.type_subtype == 0x0c && wlan.ra == {trio.ends['sta'].mac}",
                         ["wlan.fc.protected"])
    assert first and first[0].wlan_fc_protected == "1"


@pytest.mark.contract("K5", "K8", "K14")
@pytest.mark.parametrize("hard_is_ap", [True, False])
def test_software_ciphers_on_one_side(mixed, hard_is_ap):
    """K5: mac80211's own CCMP on one side, the NIC's on the other, in both roles."""
    ap, sta = ("hard", "soft") if hard_is_ap else ("soft", "hard")
    path = mixed.capture()
    mixed.link(ap, sta)
    pattern = os.urandom(16).hex()
    ping_pattern(mixed.ends[sta], AP, pattern, count=5)
    ping_pattern(mixed.ends[ap], STA, pattern, count=5)
    mixed.capture_end()
    soft, hard = mixed.ends["soft"].engines(), mixed.ends["hard"].engines()
    assert not soft["keys"] and not soft["ciphers"]
    assert soft["tx_encrypted"] == soft["rx_decrypted"] == 0
    assert hard["tx_encrypted"] >= 10 and hard["rx_decrypted"] >= 10
    assert mixed.ends["soft"].driver()["key_refused"] >= 2
    assert not clear_data(path, mixed.ends["hard"])
    found = bench.frames(path, "icmp", ["data.data"], bench.psk(PASSPHRASE, SSID))
    assert len([f for f in found if pattern in f.data_data.replace(":", "")]) >= 20


@pytest.mark.contract("K5")
def test_traffic_over_mixed_ciphers(mixed):
    """TCP both ways between software and NIC, between two guests."""
    before = mixed.ends["hard"].engines()
    mixed.link("hard", "soft")
    vms = {name: end.vm for name, end in mixed.ends.items()}
    for sender, receiver, target in (("soft", "hard", AP), ("hard", "soft", STA)):
        server = mixed.ends[receiver].popen(["iperf3", "-s", "-1", "--forceflush"])
        server.wait_for("listening", 10)
        result = vms[sender].run(["iperf3", "-c", target, "-n", f"{3000 // bench.SLOWNESS}K"],
                                 netns=sender, timeout=30)
        assert result.returncode == 0, result.stdout + result.stderr
    after = mixed.ends["hard"].engines()
    for fault in ("rx_mic_error", "rx_replay"):
        assert after[fault] == before[fault]


def rsn(cipher, group=None):
    group = group or cipher
    return (f"wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise={cipher}\ngroup_cipher={group}\n"
            "wpa_passphrase=PASS\n",
            f'key_mgmt=WPA-PSK\nproto=RSN\npairwise={cipher}\ngroup={group}\npsk="PASS"\n')


FALLBACK = {
    "wep40": ("wep_default_key=0\nwep_key0=1a2b3c4d5e\n",
              "key_mgmt=NONE\nwep_key0=1a2b3c4d5e\nwep_tx_keyidx=0\n", "WEP-40"),
    "wep104": ("wep_default_key=0\nwep_key0=1a2b3c4d5e6f70819293a4b5c6\n",
               "key_mgmt=NONE\nwep_key0=1a2b3c4d5e6f70819293a4b5c6\nwep_tx_keyidx=0\n",
               "WEP-104"),
    "tkip": ("wpa=1\nwpa_key_mgmt=WPA-PSK\nwpa_pairwise=TKIP\nwpa_passphrase=PASS\n",
             'key_mgmt=WPA-PSK\nproto=WPA\npairwise=TKIP\ngroup=TKIP\npsk="PASS"\n', "TKIP"),
    "ccmp-tkip-group": (*rsn("CCMP", "TKIP"), "CCMP"),
    "ccmp256": (*rsn("CCMP-256"), "CCMP-256"),
    "gcmp128": (*rsn("GCMP"), "GCMP"),
    "gcmp256": (*rsn("GCMP-256"), "GCMP-256"),
}


@pytest.mark.contract("K5", "K12")
@pytest.mark.parametrize("name", FALLBACK)
def test_other_ciphers_work(trio, name):
    """K5: a cipher that the NIC lacks is done by mac80211, and traffic flows."""
    hostapd, supplicant, cipher = FALLBACK[name]
    path = trio.capture()
    _, sta = trio.link(security=(hostapd, supplicant), channel=6)
    if not name.startswith("wep"):
        assert sta.status()["pairwise_cipher"] == cipher
    pattern = os.urandom(16).hex()
    ping_pattern(trio.ends["sta"], AP, pattern)
    ping_pattern(trio.ends["ap"], STA, pattern)
    trio.ends["ap"].broadcast("192.168.77.255", count=2)
    trio.capture_end()
    with open(path, "rb") as file:
        assert bytes.fromhex(pattern) not in file.read()
    assert not clear_data(path, trio.ends["sta"])


@pytest.mark.contract("K5", "X1")
def test_a_full_key_table(lab):
    """K5: -ENOSPC from a NIC with room for one key; mac80211 encrypts then."""
    lab.air(2, nic_options="keys=1")
    vm = lab.pair()
    lab.link(vm)
    assert skualink.ping(vm, "sta", AP, count=5, interval=0.05)[1] == 5
    full = vm.run("cat /sys/kernel/debug/ieee80211/*/skua/stats | grep key_full").stdout
    assert sum(int(line.split()[1]) for line in full.splitlines()) >= 2
    for nic in lab.nics.control({"cmd": "counters"})["nics"]:
        assert len(nic["mac_engines"]["keys"]) == 1


@pytest.mark.contract("K15", "K14", "K9")
@pytest.mark.parametrize("what", ["group", "pairwise"])
def test_rekey_under_traffic(trio, what):
    """K15: new keys every second under a flood: no clear text, no lost association."""
    path = trio.capture()
    extra = {"group": "wpa_group_rekey=1\n", "pairwise": "wpa_ptk_rekey=1\n"}[what]
    ap, sta = trio.link(ap_extra=extra)
    start = len(sta.process.output)
    flood = trio.ends["sta"].popen(["ping", "-n", "-q", "-i", "0.005", "-s", "800", AP])
    done = {"group": "Group rekeying completed", "pairwise": "WPA: Key negotiation completed"}[what]
    for _ in range(3):
        mark = len(sta.process.output)
        sta.process.wait_for(done, 15, start=mark)
    flood.kill(2)
    sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received",
                                        flood.output).groups())
    later = sta.process.output[start:]
    assert "DISCONNECTED" not in later
    assert "AP-STA-DISCONNECTED" not in ap.process.output
    # PTK0 rekeying may lose frames that are under way at the moment of the change
    assert received >= (0.98 if what == "pairwise" else 1) * sent - 1, (sent, received)
    trio.ends["sta"].ping(AP, count=3)
    trio.capture_end()
    assert not clear_data(path, trio.ends["sta"])
    generations = {key["generation"] for key in trio.ends["ap"].engines()["keys"]}
    assert max(generations) >= 2
    limit = {"group": 3, "pairwise": 3}[what]
    assert len(trio.ends["sta"].engines()["keys"]) <= limit, "old keys stay in the NIC"


@pytest.mark.contract("K3")
def test_group_keys_of_a_vlan(octet):
    """K3: an AP_VLAN's group key never reaches the driver; its frames pass by software."""
    files = octet.vms[0]
    files.put("/tmp/vlan.psk", "vlanid=7 00:00:00:00:00:00 words of seven\n"
                               "00:00:00:00:00:00 open sesame\n")
    files.put("/tmp/vlan.vlan", "7 vlan7\n")
    security = ("wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\nwpa_psk_file=/tmp/vlan.psk\n"
                "dynamic_vlan=1\nvlan_file=/tmp/vlan.vlan\nvlan_naming=0\n",
                skualink.SECURITY["wpa2"][1])
    octet.ends["n0"].ap(security=security)
    octet.ends["n0"].address("192.168.77.1")
    for name, address, words in (("n1", "192.168.78.2", "words of seven"),
                                 ("n2", "192.168.77.2", "open sesame")):
        octet.ends[name].station(freqs=[5180], passphrase=words)
        octet.ends[name].address(address)
    # hostapd puts it into a bridge
    octet.ends["n0"].address("192.168.78.1", interface="brvlan7")
    octet.ends["n1"].ping("192.168.78.1", count=3)
    octet.ends["n2"].ping("192.168.77.1", count=3)
    # pairwise keys of both stations, with one key index, are in the NIC
    pairwise = [k for k in octet.ends["n0"].engines()["keys"] if k["pairwise"]]
    assert len(pairwise) == 2 and {k["keyidx"] for k in pairwise} == {0}
    # broadcast inside the VLAN reaches its station, and no other
    heard = {name: octet.ends[name].popen(["tcpdump", "--immediate-mode", "-l", "-n", "-i",
                                           octet.ends[name].interface, "icmp"])
             for name in ("n1", "n2")}
    for process in heard.values():
        process.wait_for("listening on", 10)
    octet.ends["n0"].broadcast("192.168.78.255", count=3)
    heard["n1"].wait_for("192.168.78.255: ICMP echo request", 5)
    octet.ends["n0"].broadcast("192.168.77.255", count=3)
    heard["n2"].wait_for("192.168.77.255: ICMP echo request", 5)
    assert "192.168.78.255" not in heard["n2"].output
    assert "192.168.77.255" not in heard["n1"].output
