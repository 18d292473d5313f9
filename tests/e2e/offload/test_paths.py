# SPDX-License-Identifier: GPL-2.0-only
"""Offloads where frames take another way: between stations, with four addresses, on the air."""

import pytest

import bench
import faults
import sessions
from bench import AP, STA, THIRD
from how import HE
from offloads import await_traffic, decap
from skualink import PASSPHRASE, SSID
from skuavm import wait_until
from voice import Voice


def three(trio, ap_extra=""):
    """An access point and two stations, with addresses."""
    trio.link(ap_extra=HE + ap_extra)
    trio.ends["third"].station(freqs=[5180])
    trio.ends["third"].address(THIRD)


@pytest.mark.contract("T10")
def test_between_two_stations(trio):
    """The access point forwards TCP between its stations: runs are cut for that."""
    three(trio)
    stations = [trio.ends["sta"], trio.ends["third"]]
    before = trio.ends["ap"].driver()
    load = sessions.Load(trio, address={"sta": STA, "third": THIRD}).flowing()
    await_traffic(stations)
    load.end(gap=3)
    after = trio.ends["ap"].driver()
    assert after["rx_coalesced"] > before["rx_coalesced"]
    assert after["rx_bad_field"] == before["rx_bad_field"]
    assert after["rx_refused"] == before["rx_refused"]


@pytest.mark.contract("T10")
def test_isolated_stations(trio):
    """ap_isolate: the access point reaches both, and they do not reach each other."""
    three(trio, "ap_isolate=1\n")
    load = sessions.Load(trio).flowing()
    lost = trio.ends["sta"].run(["ping", "-n", "-q", "-c", "10", "-i", "0.05", "-W", "1", THIRD])
    assert ", 0 received" in lost.stdout
    trio.ends["third"].ping(AP, count=3)
    load.end(gap=3)


@pytest.mark.contract("T10")
def test_four_addresses(trio):
    """A station with four addresses, and its AP_VLAN: TCP and UDP, both ways."""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    with trio.four_addresses(HE):
        wait_until("802.3 frames", 10, lambda: decap(ap) and decap(sta))
        path = trio.capture()
        load = sessions.Load(trio).flowing()
        await_traffic([ap, sta])
        load.end(gap=3)
        trio.capture_end()
    data = "wlan.fc.type_subtype == 0x28 && wlan.fc.protected == 1 && !(wlan.ra[0] & 1)"
    for end in (ap, sta):
        assert bench.count_frames(path, f"{data} && wlan.ta == {end.mac} && wlan.fc.ds == 3") > 200
        assert not bench.count_frames(path, f"{data} && wlan.ta == {end.mac} && wlan.fc.ds != 3")


@pytest.mark.contract("T10", "K14")
def test_segments_on_the_air(trio):
    """tshark decrypts each segment by itself: right checksums, none above the MSS."""
    ends = [trio.ends["ap"], trio.ends["sta"]]
    before = [end.driver()["tx_gso"] for end in ends]
    path = trio.capture()   # of the handshake too, for tshark
    trio.link(ap_extra=HE)
    load = sessions.Load(trio).flowing()
    await_traffic(ends)
    load.end(gap=3)
    trio.capture_end()
    assert all(end.driver()["tx_gso"] > was for end, was in zip(ends, before))
    check = ["-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
             "-o", "ip.check_checksum:TRUE", *bench.psk(PASSPHRASE, SSID)]
    frames = bench.frames(path, "tcp || udp", [
        "wlan.ta", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
        "tcp.len"], check)
    segments = [frame for frame in frames if int(frame.tcp_len.split(",")[0] or 0) > 0]
    assert len(segments) > 400
    for frame in frames:
        assert set(frame.ip_checksum_status.split(",")) == {"1"}, frame
        assert set((frame.tcp_checksum_status or frame.udp_checksum_status).split(",")) == {"1"}, frame
    full = [int(frame.tcp_len.split(",")[0]) for frame in segments]
    assert max(full) == 1448
    assert full.count(1448) > 0.9 * len(full)


# The access point sends what is several segments, when it is told to.
SEND = f"""
import socket, sys, guest_end
guest_end.enter("ap")
listen = socket.socket()
listen.bind(("{AP}", 7100))
listen.listen()
guest_end.enter("sta")
into = socket.socket()
into.connect(("{AP}", 7100))
out, _ = listen.accept()
print("connected", flush=True)
sys.stdin.readline()
data = bytes(range(256)) * 80
out.sendall(data)
print("sent", flush=True)
got = b""
while len(got) < len(data):
    got += into.recv(65536)
print("right" if got == data else "wrong", flush=True)
"""


@pytest.mark.contract("T10", "P2", "P4")
def test_a_poll_brings_one_segment(trio):
    """A station that sleeps gets one segment for a PS-Poll, and all others when it wakes."""
    access_point, _ = trio.link()
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    for end, address, other in ((ap, STA, sta), (sta, AP, ap)):
        end.neighbour(address, other.mac)
    voice = Voice(trio.ends["third"], sta.mac, ap.mac, 5180)
    aid = int(access_point.station(sta.mac)["aid"])
    process = ap.popen(faults.guest_program(ap.vm, SEND))
    process.wait_for("^connected", 10)
    slept, cut = ap.engines()["ps_sleep"], ap.driver()["tx_cut"]
    voice.null(True)
    wait_until("the sleep", 5, lambda: ap.engines()["ps_sleep"] > slept)
    process.write("\n")
    process.wait_for("^sent", 10)
    path = trio.capture()
    voice.poll(aid)
    process.wait_for("^(right|wrong)", 30)
    trio.capture_end()
    assert "right" in process.output
    assert ap.driver()["tx_cut"] > cut
    first = bench.frames(path, f"wlan.fc.type_subtype == 0x28 && wlan.ra == {sta.mac} && "
                         "wlan.fc.retry == 0", ["wlan.fc.moredata", "frame.len"])[0]
    assert first.wlan_fc_moredata == "1"
    assert 1448 < int(first.frame_len) < 1700


@pytest.mark.contract("T10", "P1", "P4")
def test_a_station_that_sleeps_now_and_then(trio):
    """Segments wait in the NIC while their station sleeps, and nothing of them is lost."""
    trio.link(ap_extra=HE)
    sta = trio.ends["sta"]
    ends = [trio.ends["ap"], sta]
    load = sessions.Load(trio).flowing()
    slept = trio.ends["ap"].engines()["ps_sleep"]
    for _ in range(5):
        # a scan begins and ends with null data that have the power management bit
        sta.scan("freq", "5200", "5220")
        await_traffic(ends, 100)
    assert trio.ends["ap"].engines()["ps_sleep"] > slept
    load.end(gap=5)
    sessions.nothing_left(trio)
