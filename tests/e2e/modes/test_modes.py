# SPDX-License-Identifier: GPL-2.0-only
"""Kinds of networks and of interfaces beside the plain link, by stock programs."""

import re

import pytest

import bench
import skualink
from bench import AP, STA, THIRD
from how import How, answers, he80
from skuavm import wait_until

OWE = ("wpa=2\nwpa_key_mgmt=OWE\nrsn_pairwise=CCMP\nieee80211w=2\n",
       "key_mgmt=OWE\nproto=RSN\npairwise=CCMP\nieee80211w=2\n")
FT = ("wpa=2\nwpa_key_mgmt=FT-PSK\nrsn_pairwise=CCMP\nwpa_passphrase=PASS\nmobility_domain=a1b2\n"
      "ft_psk_generate_local=1\n",
      'key_mgmt=FT-PSK\nproto=RSN\npairwise=CCMP\npsk="PASS"\n')


pytestmark = pytest.mark.hostap


def says(station, pattern, timeout=30, start=0):
    return station.process.wait_for(pattern, timeout, start=start)


# Mesh


MESH = """network={{
ssid="mesh"
mode=5
frequency=5180
{security}
}}
"""
MESH_SECURITY = {"open": "key_mgmt=NONE", "sae": 'key_mgmt=SAE\nsae_password="open sesame"'}


@pytest.mark.lengthy
@pytest.mark.contract("V1", "S1", "S3")
@pytest.mark.parametrize("security", ["open", "sae"])
def test_mesh(trio, security):
    """S1, S3: three mesh points peer with each other, with and without SAE; each reaches each."""
    config = MESH.format(security=MESH_SECURITY[security])
    points = {name: end.supplicant(config) for name, end in trio.ends.items()}
    for name, point in points.items():
        says(point, "MESH-GROUP-STARTED")
        others = [end.mac for other, end in trio.ends.items() if other != name]
        for mac in others:
            says(point, f"MESH-PEER-CONNECTED {mac}", 60)
    for address, end in zip((AP, STA, THIRD), trio.ends.values()):
        end.address(address)
    trio.ends["ap"].ping(STA, count=3)
    trio.ends["sta"].ping(THIRD, count=3)
    trio.ends["third"].ping(AP, count=3, size=1400)
    paths = trio.ends["ap"].iw("mpath", "dump")
    assert trio.ends["sta"].mac in paths


@pytest.mark.contract("V1", "V5")
def test_mesh_speaks_he(trio):
    """Mesh points that the kernel peers by itself use all that the radio announces for them."""
    ends = [trio.ends[name] for name in ("ap", "sta")]
    for address, end in zip((AP, STA), ends):
        end.iw("set", "type", "mp")
        end.up(address)
        end.iw("mesh", "join", "mesh", "freq", "5180", "80MHz")
    for end in ends:
        wait_until("the mesh", 20, lambda end=end: "ESTAB" in end.iw("station", "dump"))
    assert answers(trio) == {How("he", 2, 80)}


# P2P


P2P = "device_name={name}\ndevice_type=1-0050F204-1\nconfig_methods=keypad display push_button\n" \
      "p2p_no_group_iface=1\n"


@pytest.mark.contract("V1", "M6")
@pytest.mark.parametrize("how", ["pin", "pbc"])
def test_p2p(trio, how):
    """Two P2P devices find each other, agree on the group owner, and have a link."""
    ends = [trio.ends["ap"], trio.ends["sta"]]
    peers = [end.supplicant(P2P.format(name=end.netns)) for end in ends]
    devices = [peer.status()["p2p_device_address"] for peer in peers]
    assert not set(devices) & {end.mac for end in ends}, "the devices have addresses of their own"
    for peer in peers:
        assert "OK" in peer.cli("p2p_find", "type=social")
    for peer, other in zip(peers, reversed(devices)):
        says(peer, f"P2P-DEVICE-FOUND {other}", 60)
    pin = ["12345670", "display"], ["12345670", "keypad"]
    how_each = pin if how == "pin" else (["pbc"], ["pbc"])
    assert peers[0].cli("p2p_connect", devices[1], *how_each[0], "go_intent=15",
                        "freq=5180").strip()
    peers[1].cli("p2p_connect", devices[0], *how_each[1], "go_intent=0")
    says(peers[0], "P2P-GROUP-STARTED .* GO", 60)
    says(peers[1], "P2P-GROUP-STARTED .* client", 60)
    for peer in peers:
        # each frame has come once, to the device alone
        assert peer.process.output.count("P2P-GO-NEG-SUCCESS") == 1
    ends[0].address(AP)
    ends[1].address(STA)
    ends[1].ping(AP, count=3)


@pytest.mark.contract("V1", "V5")
def test_p2p_client_speaks_he(trio):
    """A P2P client of an access point of 80 MHz uses all that the radio announces for it."""
    ap, client = trio.ends["ap"], trio.ends["sta"]
    ap.ap(security="open", extra=he80(42))
    ap.address(AP)
    client.iw("set", "type", "__p2pcl")
    client.up(STA)
    client.iw("connect", "-w", skualink.SSID, "5180")
    assert "type P2P-client" in client.iw("info")
    assert answers(trio) == answers(trio, STA, "sta", "ap") == {How("he", 2, 80)}


@pytest.mark.contract("M6")
def test_off_channel(trio):
    """M6: time away from the channel, asked for by iw and by wpa_supplicant, beside a link."""
    _, sta = trio.link()
    end = trio.ends["sta"]
    listener = sta
    for _ in range(3):
        end.run(["iw", "dev", end.interface, "offchannel", "5200", "100"], check=True)
    assert "OK" in listener.cli("p2p_listen", "1")
    end.ping(AP, count=3, timeout=20)
    assert len(re.findall("CTRL-EVENT-CONNECTED", sta.process.output)) == 1


# Several interfaces


@pytest.mark.contract("V1", "V4")
@pytest.mark.parametrize("bssid", ["", "bssid=02:5c:0a:10:00:01\n"], ids=["next", "given"])
def test_two_networks_of_one_access_point(trio, bssid):
    """V4: two BSS with security of their own on one NIC, the BSSID given or hostapd's choice."""
    ap = trio.ends["ap"]
    second = (f"bss={ap.interface}b\nssid=second\n{bssid}wpa=2\n"
              "wpa_key_mgmt=SAE\nrsn_pairwise=CCMP\nsae_password=other words\nieee80211w=2\n")
    ap.ap(extra=second)
    ap.address(AP)
    ap.address("192.168.78.1", f"{ap.interface}b")
    trio.ends["sta"].station(freqs=[5180])
    trio.ends["third"].station(freqs=[5180], ssid="second", passphrase="other words",
                               security="wpa3")
    trio.ends["sta"].address(STA)
    trio.ends["third"].address("192.168.78.2")
    trio.ends["sta"].ping(AP, count=3)
    trio.ends["third"].ping("192.168.78.1", count=3)


@pytest.mark.contract("V1", "V4")
def test_station_and_access_point_on_one_nic(trio):
    """V4: a repeater: a station of one network, the access point of another."""
    trio.link()
    middle = trio.ends["sta"]
    name = "rep0"
    middle.iw("interface", "add", name, "type", "__ap", "addr", "02:5c:0a:10:00:02")
    middle.ap(interface=name, ssid="beyond")
    middle.address("192.168.79.1", name)
    trio.ends["third"].station(ssid="beyond", freqs=[5180])
    trio.ends["third"].address("192.168.79.2")
    trio.ends["third"].ping("192.168.79.1", count=3)
    middle.ping(AP, count=3)


@pytest.mark.contract("V1", "T10")
def test_four_address_station(trio):
    """T10: a station with four addresses gets an interface of its own at the access point."""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    with trio.four_addresses():
        path = trio.capture()
        sta.ping(AP, count=3)
        ap.ping(STA, count=3, size=1400)
        trio.capture_end()
    assert bench.count_frames(path, f"wlan.fc.ds == 3 && wlan.ta == {sta.mac}") >= 3


# Ways into and out of a network


@pytest.mark.contract("M3")
def test_opportunistic_encryption(trio):
    """M3: OWE."""
    _, sta = trio.link(security=OWE)
    assert sta.status()["key_mgmt"] == "OWE"
    trio.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("M3")
def test_push_button(trio):
    """WPS by push button brings the station into the network."""
    ap = trio.ends["ap"].ap(extra="wps_state=2\neap_server=1\nconfig_methods=push_button\n")
    # a group owner whose button was pressed a moment ago would be a second one
    trio.ends["sta"].up()
    trio.ends["sta"].scan("freq", "5180", "flush")
    sta = trio.ends["sta"].supplicant("config_methods=push_button\nupdate_config=1\n"
                                      "freq_list=5180\n")
    ap.cli("wps_pbc")
    assert "OK" in sta.cli("wps_pbc")
    says(sta, "WPS-SUCCESS", 60)
    says(sta, "CTRL-EVENT-CONNECTED", 60)
    trio.ends["ap"].address(AP)
    trio.ends["sta"].address(STA)
    trio.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("M3", "M5")
def test_easy_connect(trio):
    """DPP: a configurator in the access point gives the station, by its QR code, the network."""
    ap = trio.ends["ap"].ap(ssid="easy", passphrase="twelve letters")
    sta = trio.ends["sta"].supplicant("dpp_config_processing=2\nupdate_config=1\n")
    number = sta.cli("dpp_bootstrap_gen", "type=qrcode", f"mac={trio.ends['sta'].mac}").strip()
    uri = sta.cli("dpp_bootstrap_get_uri", number).strip()
    assert "OK" in sta.cli("dpp_listen", "5180")
    configurator = ap.cli("dpp_configurator_add").strip()
    peer = ap.cli("dpp_qr_code", uri).strip()
    ap.cli("dpp_auth_init", f"peer={peer}", "conf=sta-psk", f"configurator={configurator}",
           f"ssid={b'easy'.hex()}", f"pass={b'twelve letters'.hex()}")
    says(sta, "DPP-CONF-RECEIVED", 30)
    says(sta, "CTRL-EVENT-CONNECTED", 30)
    trio.ends["ap"].address(AP)
    trio.ends["sta"].address(STA)
    trio.ends["sta"].ping(AP, count=3)


def roam(trio, sta, target):
    """A fast transition; the capture of it.

    To a second request a slow hostapd answers with another nonce, and then refuses
    the association that the station makes with the first one.
    """
    for _ in range(5):
        path = trio.capture()
        start = len(sta.process.output)
        assert "OK" in sta.cli("roam", target)
        says(sta, f"CTRL-EVENT-CONNECTED - Connection to {target}|ASSOC-REJECT bssid={target}"
             " status_code=55", 30, start=start)
        trio.capture_end()
        if "ASSOC-REJECT" not in sta.process.output[start:]:
            return path
        says(sta, "CTRL-EVENT-CONNECTED", 30, start=start)
        sta.cli("bssid_ignore", "clear")
    raise AssertionError(f"no way to {target}")


@pytest.mark.contract("M3", "M4")
def test_fast_transition(trio):
    """M3, M4: 802.11r over the air, to and fro."""
    aps = [trio.ends["ap"], trio.ends["third"]]
    for number, end in enumerate(aps):
        end.ap(security=FT, channel=(36, 40)[number],
               extra=f"nas_identifier=ap{number}.example\nr1_key_holder=00000000000{number + 1}\n")
    sta = trio.ends["sta"].station(security=FT, freqs=[5180, 5200])
    first = sta.status()["bssid"]
    second = next(end.mac for end in aps if end.mac != first)
    # on a busy machine it may be too late for one scan
    wait_until("the other access point", 20, lambda: second in trio.ends["sta"].scan(
        "freq", "5180", "5200") and second in sta.cli("scan_results"))
    own = f"wlan.ta == {trio.ends['sta'].mac}"
    for target in (second, first):
        path = roam(trio, sta, target)
        status = sta.status()
        assert (status["bssid"], status["key_mgmt"]) == (target, "FT-PSK")
        # authentication algorithm 2, no EAPOL
        assert bench.count_frames(path, f"wlan.fixed.auth.alg == 2 && {own}") >= 1
        assert bench.count_frames(path, "eapol") == 0
    for end in aps:
        end.address(AP)
    trio.ends["sta"].address(STA)
    trio.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("M7")
def test_channel_switch(trio):
    """M7: the station follows its access point to another channel, without a new association."""
    ap, sta = trio.link()
    ap.cli("chan_switch", "3", "5220", "ht")
    says(sta, "CTRL-EVENT-CHANNEL-SWITCH freq=5220", 20)
    wait_until("the access point to be there", 10, lambda: ap.status()["freq"] == "5220")
    trio.ends["sta"].ping(AP, count=5)
    assert len(re.findall("CTRL-EVENT-CONNECTED", sta.process.output)) == 1


@pytest.mark.contract("M4")
def test_transition_request(trio):
    """M4: a station goes where its access point sends it (802.11v)."""
    extra = "bss_transition=1\nrrm_neighbor_report=1\n"
    ap = trio.ends["ap"].ap(extra=extra)
    sta = trio.ends["sta"].station(freqs=[5180, 5200])
    trio.ends["third"].ap(channel=40, extra=extra)
    there = trio.ends["third"].mac
    ap.cli("bss_tm_req", trio.ends["sta"].mac, "pref=1", "abridged=1", "valid_int=255",
           f"neighbor={there},0x0000,115,40,7,0301ff")
    says(sta, f"CTRL-EVENT-CONNECTED - Connection to {there}", 40)


@pytest.mark.contract("M4", "T2")
def test_idle_station_is_asked_and_stays(trio):
    """T2: an access point polls an idle station by a null frame; its ACK keeps it associated."""
    path = trio.capture()
    ap = trio.ends["ap"].ap(security="open", extra="ap_max_inactivity=2\n")
    # wpa_supplicant would send frames by itself, so that it is not idle
    sta = trio.ends["sta"]
    sta.up()
    sta.iw("connect", "-w", "skua", "5180")
    probe = f"wlan.fc.type_subtype in {{0x24, 0x2c}} && wlan.ta == {trio.ends['ap'].mac}"
    wait_until("some questions", 30, lambda: bench.count_frames(path, probe) >= 2)
    trio.capture_end()
    assert "AP-STA-DISCONNECTED" not in ap.process.output
    assert ap.station(sta.mac)
