# SPDX-License-Identifier: GPL-2.0-only
"""Links between stock hostapd and wpa_supplicant, on every band."""

import re
import time

import pytest

import bench
import faults
import skualink
from bench import AP, STA
from skuavm import wait_until

pytestmark = pytest.mark.hostap

# band, channel, regulatory domain in which an access point may be there
BANDS = {"2.4": (6, "US"), "5": (36, "US"), "6": (37, "DE")}


def in_band(trio, band, security, **options):
    channel, country = BANDS[band]
    return trio.link(security=security, channel=channel, band=band, country=country, **options)


@pytest.mark.contract("M3", "M4", "V1")
@pytest.mark.parametrize("security, band", [
    ("open", "2.4"), ("open", "5"), ("wpa2", "2.4"), ("wpa2", "5"),
    ("wpa3", "2.4"), ("wpa3", "5"), ("wpa3", "6"),
])
def test_link(trio, security, band):
    """M3, M4: authentication and association; the view of both programs; ping."""
    ap, sta = in_band(trio, band, security)
    status = sta.status()
    want = {"open": ("NONE", "NONE"), "wpa2": ("WPA2-PSK", "CCMP"), "wpa3": ("SAE", "CCMP")}
    assert (status["key_mgmt"], status["pairwise_cipher"]) == want[security]
    assert int(status["freq"]) == skualink.frequency(*[BANDS[band][0], band])
    assert status.get("pmf") == ("2" if security == "wpa3" else None)
    flags = ap.station(trio.ends["sta"].mac)["flags"]
    assert "[AUTHORIZED]" in flags
    assert ("[MFP]" in flags) == (security == "wpa3")
    trio.ends["sta"].ping(AP, count=5)
    trio.ends["ap"].ping(STA, count=5, size=1400)


@pytest.mark.contract("M3")
def test_six_gigahertz_is_he_with_hash_to_element(trio):
    """M3: SAE by hash-to-element, the only way in 6 GHz, and an HE association."""
    path = trio.capture()
    _, sta = in_band(trio, "6", "wpa3")
    trio.capture_end()
    # status 126 in SAE's commit means hash-to-element
    codes = {f.wlan_fixed_status_code for f in bench.frames(
        path, "wlan.fc.type_subtype == 0x0b && wlan.fixed.auth_seq == 1",
        ["wlan.fixed.status_code"])}
    assert {int(code, 0) for code in codes} == {126}
    assert "he" in sta.cli("signal_poll").lower() or sta.status().get("wifi_generation") == "6"


@pytest.mark.contract("M3", "K1", "K2", "X6")
def test_dhcp_and_traffic_both_ways(trio):
    """An address by DHCP, then TCP both ways without a stall; X6: few notifications for many frames."""
    ap = trio.ends["ap"].ap(channel=36)
    sta = trio.ends["sta"].station(freqs=[5180])
    gateway = ap.serve_dhcp("192.168.78")
    assert sta.dhcp().startswith("192.168.78.")
    before = [trio.ends[name].engines() for name in ("ap", "sta")]
    drivers = [trio.ends[name].driver() for name in ("ap", "sta")]
    for reverse in (False, True):
        speed = skualink.iperf(trio.vms[0], "sta", "ap", gateway, seconds=2, reverse=reverse)
        assert speed > 20 / bench.SLOWNESS, f"{'down' if reverse else 'up'}: {speed} Mbit/s"
    after = [trio.ends[name].engines() for name in ("ap", "sta")]
    for a, b in zip(after, before):
        assert a["tx_retries"] - b["tx_retries"] < 0.01 * (a["tx_data"] - b["tx_data"])
        assert a["rx_no_buffer"] == b["rx_no_buffer"]
    for name, old, a, b in zip(("ap", "sta"), drivers, after, before):
        new = trio.ends[name].driver()
        moved = {key: new[key] - old[key] for key in new}
        frames = sum(a[key] - b[key] for key in ("tx_data", "rx_data"))
        assert moved["doorbell"] + moved["irq"] < frames / 5, (frames, moved)


@pytest.mark.contract("T1", "T8")
@pytest.mark.smp
def test_udp_floods_lose_no_frame_inside(trio):
    """T1: each skb given to the driver comes back once, also when queues overflow."""
    trio.link()
    vm = trio.vms[0]
    skualink.iperf(vm, "sta", "ap", AP, seconds=2, extra="-u -b 0 -l 1400")
    skualink.iperf(vm, "ap", "sta", STA, seconds=1, extra="-u -b 0 -l 100 -P 4")
    for name in ("ap", "sta"):
        end = trio.ends[name]

        def settled(end=end):
            count = end.driver()
            gone = sum(count[key] for key in (
                "tx_acked", "tx_not_acked", "tx_unacked_sent", "tx_flushed", "tx_stale",
                "tx_nic_other", "tx_reclaimed", "tx_bad"))
            return count["tx_queued"] == gone

        wait_until(f"{name}: every frame to come back", 5, settled)
        rings = vm.run(["cat", f"{end.debugfs}/skua/rings"], check=True).stdout
        total, free = re.search(r"tokens (\d+) free (\d+)", rings).groups()
        assert total == free, rings
        assert "frames_in_nic 0" in rings
    trio.ends["sta"].ping(AP, count=3)


# some datagrams, until all have left, again and again, some more each time
BURSTS = """
import array, fcntl, socket, sys, termios, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 9))
def left():
    waiting = array.array("i", [0])
    fcntl.ioctl(s, termios.TIOCOUTQ, waiting)
    return waiting[0]
for burst in range(300):
    for _ in range(burst):
        s.send(b"x" * 50)
    end = time.monotonic() + 5
    while left():
        if time.monotonic() > end:
            sys.exit(f"burst {burst}: {left()} bytes of memory have not come back")
        time.sleep(0.001)
"""


@pytest.mark.contract("T8", "X4")
def test_no_queue_is_forgotten(trio):
    """T8, X4: frames that mac80211 held back for its airtime limit leave without another event."""
    trio.link()
    sta = trio.ends["sta"]
    faults.Echo(trio.ends["ap"])  # or each datagram would cost an ICMP message
    limit = f"{sta.debugfs}/aql_txq_limit"
    try:
        # microseconds: some frames at a time, and no more until the last of them is gone
        sta.vm.put(limit, "2 2000 100")
        result = sta.run(["python3", "-c", BURSTS, AP])
        assert result.returncode == 0, result.stderr
    finally:
        sta.vm.put(limit, "2 5000 12000")


@pytest.mark.contract("T3")
def test_each_access_category_has_its_ring(trio):
    """T3: the TID follows from the DSCP, and voice goes through its own ring."""
    trio.link()
    path = trio.capture()
    vm = trio.vms[0]
    rings = {}
    for tos in ("0x00", "0x20", "0x80", "0xc0"):
        before = ring_producers(vm, trio.ends["sta"])
        assert trio.ends["sta"].run(["ping", "-n", "-q", "-c", "3", "-i", "0.02", "-Q", tos, AP],
                                    check=True)
        after = ring_producers(vm, trio.ends["sta"])
        rings[tos] = {name for name in after if after[name] - before[name] >= 3}
    trio.capture_end()
    assert rings == {"0x00": {"tx_be"}, "0x20": {"tx_bk"}, "0x80": {"tx_vi"}, "0xc0": {"tx_vo"}}
    seen = {f.wlan_qos_priority for f in bench.frames(
        path, f"wlan.ta == {trio.ends['sta'].mac} && wlan.fc.type_subtype == 0x28",
        ["wlan.qos.priority"])}
    assert {"0", "1", "4", "7"} <= seen


def ring_producers(vm, end):
    text = vm.run(["cat", f"{end.debugfs}/skua/rings"], check=True).stdout
    return {words[0]: int(words[2]) for words in map(str.split, text.splitlines())
            if words[0].startswith("tx_")}


@pytest.mark.contract("T4")
def test_rts_threshold(trio):
    """T4: frames above the threshold are announced by RTS and CTS, others are not."""
    trio.link()
    sta = trio.ends["sta"]
    sta.run(["iw", "phy", sta.phy, "set", "rts", "500"], check=True)
    path = trio.capture()
    sta.ping(AP, count=3, size=1000)
    sta.ping(AP, count=3, size=100)
    trio.capture_end()
    long_ones = bench.count_frames(
        path, f"wlan.ta == {sta.mac} && wlan.fc.type_subtype == 0x28 && frame.len > 500")
    assert long_ones >= 3
    rts = bench.frames(path, "wlan.fc.type_subtype == 0x1b", ["wlan.ta", "wlan.ra"])
    assert rts == [(sta.mac, trio.ends["ap"].mac)] * long_ones
    assert bench.count_frames(
        path, f"wlan.fc.type_subtype == 0x1c && wlan.ra == {sta.mac}") == long_ones
    # and the order on the air: RTS, CTS, the frame, its ACK
    kinds = [int(f.wlan_fc_type_subtype, 0) for f in bench.frames(
        path, "wlan.fc.type_subtype", ["wlan.fc.type_subtype"])]
    first = kinds.index(0x1b)
    assert kinds[first:first + 4] == [0x1b, 0x1c, 0x28, 0x1d]
    sta.run(["iw", "phy", sta.phy, "set", "rts", "off"], check=True)
    path = trio.capture()
    sta.ping(AP, count=3, size=1000)
    trio.capture_end()
    assert not bench.count_frames(path, "wlan.fc.type_subtype == 0x1b")


@pytest.mark.contract("M3", "V4")
def test_several_access_points_do_not_mix(octet):
    """Two links on one channel, one on another, one on another band, all at once."""
    plan = [("n0", "n1", 36, "192.168.70"), ("n2", "n3", 36, "192.168.71"),
            ("n4", "n5", 149, "192.168.72"), ("n6", "n7", 1, "192.168.73")]
    for number, (ap, sta, channel, subnet) in enumerate(plan):
        octet.link(ap, sta, channel=channel, subnet=subnet, ssid=f"net{number}",
                   security="wpa3" if number % 2 else "wpa2")
    pings = [octet.ends[sta].popen(["ping", "-n", "-q", "-c", "50", "-i", "0.02", f"{subnet}.1"])
             for _, sta, _, subnet in plan]
    for process in pings:
        assert process.wait(20) == 0
        assert "50 received" in process.output
    # stations on another channel are not even heard
    addresses = {name: end.mac for name, end in octet.ends.items()}
    assert {s["addr"] for s in octet.ends["n0"].engines()["stations"]} == {addresses["n1"]}
    seen = octet.ends["n5"].scan("freq", "5745")
    assert addresses["n4"] in seen and addresses["n0"] not in seen
    seen = octet.ends["n1"].scan("freq", "5180")
    assert addresses["n0"] in seen and addresses["n2"] in seen and addresses["n4"] not in seen


@pytest.mark.contract("M4", "V1")
def test_one_access_point_several_stations(octet):
    """Five stations of one access point reach it and each other."""
    octet.ends["n0"].ap()
    octet.ends["n0"].address("192.168.77.1")
    names = ["n1", "n2", "n3", "n4", "n5"]
    stations = [octet.ends[name].station(freqs=[5180], timeout=0) for name in names]
    for number, (name, station) in enumerate(zip(names, stations), 2):
        station.process.wait_for("CTRL-EVENT-CONNECTED", 30)
        octet.ends[name].address(f"192.168.77.{number}")
    for number, name in enumerate(names, 2):
        octet.ends[name].ping("192.168.77.1", count=3)
        octet.ends[name].ping(f"192.168.77.{2 + (number - 1) % 5}", count=3)
    # a group frame of the access point reaches them all
    before = {name: octet.ends[name].engines()["rx_group"] for name in names}
    octet.ends["n0"].broadcast("192.168.77.255")
    for name in names:
        wait_until(f"group frames at {name}", 5,
                   lambda name=name: octet.ends[name].engines()["rx_group"] >= before[name] + 3)


@pytest.mark.contract("M3", "M4")
def test_deauthentication_by_the_access_point(trio):
    """The station notices, connects again, and traffic flows again."""
    ap, sta = trio.link()
    start = len(sta.process.output)
    ap.cli("deauthenticate", trio.ends["sta"].mac)
    sta.process.wait_for("CTRL-EVENT-DISCONNECTED.*reason=", 10, start=start)
    sta.process.wait_for("CTRL-EVENT-CONNECTED", 20, start=start)
    trio.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("M3", "M4", "K7")
def test_disconnection_by_the_station(trio):
    """The access point notices; the NICs hold neither station nor pairwise key then."""
    ap, sta = trio.link(security="wpa3")
    start = len(ap.process.output)
    sta.cli("disconnect")
    ap.process.wait_for(f"AP-STA-DISCONNECTED {trio.ends['sta'].mac}", 10, start=start)
    wait_until("the station's end in the access point's NIC", 5,
               lambda: not trio.ends["ap"].engines()["stations"])
    assert not [key for key in trio.ends["ap"].engines()["keys"] if key["pairwise"]]
    assert not trio.ends["sta"].engines()["stations"]
    assert not trio.ends["sta"].engines()["keys"]
    sta.cli("reconnect")
    ap.process.wait_for(f"AP-STA-CONNECTED {trio.ends['sta'].mac}", 20, start=start)
    trio.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("T7", "P7")
def test_lost_beacons_end_the_association(trio):
    """T7: an access point that falls silent is noticed within seconds."""
    _, sta = trio.link()
    start = len(sta.process.output)
    trio.lose(ta=trio.ends["ap"].mac, count=1_000_000)
    begin = time.monotonic()
    sta.process.wait_for("CTRL-EVENT-DISCONNECTED.*reason=4", 15, start=start)
    assert time.monotonic() - begin > 0.5, "a few beacons may well be lost"
    trio.nics.control({"cmd": "lose_clear"})
    sta.process.wait_for("CTRL-EVENT-CONNECTED", 30, start=start)
    trio.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("V3", "M3")
def test_the_access_point_goes_and_comes(trio):
    """hostapd ends: the station is told. hostapd comes back: it connects by itself."""
    ap, sta = trio.link()
    start = len(sta.process.output)
    ap.stop()
    sta.process.wait_for("CTRL-EVENT-DISCONNECTED", 10, start=start)
    ap.start()
    trio.ends["ap"].address(AP)
    sta.process.wait_for("CTRL-EVENT-CONNECTED", 30, start=start)
    trio.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("V3", "T1")
def test_interfaces_go_down_under_traffic(trio):
    """V3: taking an interface down under load quiesces first; all frames come back."""
    for _ in range(3):
        _, sta = trio.link()
        flood = trio.ends["sta"].popen(["ping", "-n", "-q", "-f", "-s", "1400", AP])
        wait_until("traffic", 10, lambda: trio.ends["ap"].engines()["rx_data"] > 100)
        trio.ends["sta"].run(["ip", "link", "set", trio.ends["sta"].interface, "down"], check=True)
        flood.kill()
        rings = trio.vms[0].run(["cat", f"{trio.ends['sta'].debugfs}/skua/rings"]).stdout
        assert "frames_in_nic 0" in rings
        assert sta.process.poll() is None
        trio.ends["sta"].stop_all()
        trio.ends["ap"].stop_all()


@pytest.mark.parametrize("security", ["open", "wpa2", "wpa3"])
def test_tdls(trio, security):
    """Two stations of one access point speak to each other directly, and by it again."""
    trio.link(security=security)
    sta, third = trio.ends["sta"], trio.ends["third"]
    third.station(security=security, freqs=[5180])
    third.address("192.168.77.3")
    third.ping("192.168.77.2", count=3)
    cli = sta.running[-1].cli
    assert "OK" in cli("tdls_setup", third.mac)
    wait_until("the direct link", 10, lambda: "connected" in cli("tdls_link_status", third.mac))
    path = trio.capture()
    third.ping("192.168.77.2", count=10, size=1000)
    trio.capture_end()
    direct = (f"wlan.fc.type_subtype == 0x28 && wlan.fc.ds == 0 && "
              f"wlan.ta == {third.mac} && wlan.ra == {sta.mac}")
    assert bench.count_frames(path, direct) >= 10
    protected = bench.count_frames(path, direct + " && wlan.fc.protected == 1")
    assert protected == (0 if security == "open" else bench.count_frames(path, direct))
    if security != "open":
        keys = [key for key in sta.engines()["keys"] if key["pairwise"]]
        assert len(keys) == 2  # the access point's and the peer's
        assert all(key["decrypted_frames"] for key in keys)
    assert "OK" in cli("tdls_teardown", third.mac)
    path = trio.capture()
    third.ping("192.168.77.2", count=3)
    trio.capture_end()
    assert not bench.count_frames(path, direct)


@pytest.mark.lengthy
@pytest.mark.parametrize("security", ["open", "wpa2"])
def test_ibss(trio, security):
    """Three stations without an access point; with WPA2, each pair has keys of its own."""
    path = trio.capture()
    ends = list(trio.ends.values())
    no_key = [end.engines()["rx_no_key"] for end in ends]
    for number, end in enumerate(ends, 1):
        end.station(security=security, freqs=[2412], network_extra="mode=1\nfrequency=2412\n")
        end.address(f"192.168.77.{number}")
    for end in ends:
        wait_until("keys with both others", 20,
                   lambda end=end: end.iw("station", "dump").count("authorized:\tyes") == 2)
        for number, other in enumerate(ends, 1):
            if other is not end:
                end.ping(f"192.168.77.{number}", count=3)
        end.broadcast("192.168.77.255")
    bssids = {end.iw("link").split()[2] for end in ends}
    assert len(bssids) == 1
    for end in ends:
        keys = [key for key in end.engines()["keys"] if key["pairwise"]]
        assert len(keys) == (0 if security == "open" else 2)
        assert all(key["encrypted_frames"] and key["decrypted_frames"] for key in keys)
    trio.capture_end()
    # the station that joined sent a probe, and the station that had sent the last beacon answered
    assert bench.count_frames(path, "wlan.fc.type_subtype == 5 && wlan.fixed.capabilities.ibss == 1")
    # a station that hears another's beacon at a TBTT is silent
    assert sum(end.engines()["beacon_yielded"] for end in ends) > 0
    data = "wlan.fc.type == 2 && wlan.fc.subtype != 4 && !eapol"
    clear = bench.count_frames(path, data + " && wlan.fc.protected == 0")
    assert bool(clear) == (security == "open")
    for end in ends:
        assert bench.count_frames(path, f"{data} && wlan.ta == {end.mac} && wlan.fc.ds == 0") > 6
    assert [end.engines()["rx_no_key"] for end in ends] == no_key


@pytest.mark.lengthy
def test_two_ibss_become_one(trio):
    """Two that began out of each other's reach merge when they meet; the older TSF wins."""
    ends = [trio.ends["ap"], trio.ends["sta"]]
    for end in ends:
        trio.lose(ta=end.mac, count=1_000_000)
    for number, end in enumerate(ends, 1):
        end.iw("set", "type", "ibss")
        end.up(f"192.168.77.{number}")
        end.iw("ibss", "join", "apart", "2412", "HT20")

    def bssids():
        links = [end.iw("link").split() for end in ends]
        return [words[2] for words in links if words[0] == "Joined"]

    wait_until("both to have an IBSS", 30, lambda: len(bssids()) == 2)
    assert len(set(bssids())) == 2
    trio.nics.control({"cmd": "lose_clear"})
    wait_until("one IBSS", 30, lambda: len(bssids()) == 2 and len(set(bssids())) == 1)
    ends[0].ping("192.168.77.2", count=3)
    for end in ends:
        end.iw("ibss", "leave")
