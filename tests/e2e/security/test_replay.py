# SPDX-License-Identifier: GPL-2.0-only
"""Attacks with a radio and without a key: repeated, changed and invented frames.

An attacker records the air and sends frames (the control request `air`). The NICs
must drop and count each frame, and go on as before.
"""

import pytest

from bench import AP
from faults import guest_end, run_in_guest
from forge import bump_seq, recorded, send
from keys import kernel_counts, nic_keys
from security import DATA, MGMT, lines_of, sae
from skuavm import wait_until


@pytest.mark.contract("K14", "K16")
@pytest.mark.parametrize("name", ["tkip", "ccmp-128", "ccmp-256", "gcmp-128", "gcmp-256"])
def test_replayed_data_frames(trio, name):
    """K14: each repeated frame is dropped and counted, per key and TID, unicast and group."""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    path = trio.capture()
    trio.link(security=lines_of(name))
    for tos in ("0x00", "0xc0"):
        sta.run(["ping", "-n", "-q", "-c", "5", "-i", "0.02", "-Q", tos, AP], check=True)
    ap.run(["ping", "-n", "-q", "-b", "-c", "5", "-i", "0.02", "-W", "0.1", "192.168.77.255"])
    trio.capture_end()
    data = "wlan.fc.type == 2 && wlan.fc.protected == 1 && wlan.fc.retry == 0"
    uni = recorded(path, f"{data} && wlan.ta == {sta.mac} && !(wlan.ra[0] & 1)")
    multi = recorded(path, f"{data} && wlan.ta == {ap.mac} && wlan.ra == ff:ff:ff:ff:ff:ff")
    assert len(uni) >= 10 and len(multi) >= 5
    for frames, victim, owner in ((uni, ap, sta.mac), (multi, sta, "")):
        seen, driver = kernel_counts(victim, "replays"), victim.driver()
        before = victim.engines()
        for frame in frames:
            send(trio, bump_seq(frame, 100))
        after = victim.engines()
        assert after["rx_replay"] - before["rx_replay"] == len(frames)
        assert after["rx_decrypted"] - before["rx_decrypted"] == len(frames)
        assert after["rx_mic_error"] == before["rx_mic_error"]
        wait_until("the driver to count them", 5, lambda: victim.driver()["key_replay"]
                   - driver["key_replay"] == len(frames))
        # so does mac80211, for all ciphers for which debugfs has a counter
        more = {key: count - seen[key] for key, count in kernel_counts(victim, "replays").items()
                if count != seen[key]}
        assert [(key[0], count) for key, count in more.items()] == (
            [] if name == "tkip" else [(owner, len(frames))])
    # and nothing else is dropped
    count = ap.engines()["rx_replay"]
    sta.ping(AP, count=5, interval=0.5)
    assert ap.engines()["rx_replay"] == count


@pytest.mark.contract("K14")
@pytest.mark.parametrize("name", DATA)
def test_one_bit_on_the_air_loses_the_frame(trio, name):
    """A frame with one bit flipped anywhere in its body does not get through, nor its bytes."""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    path = trio.capture()
    trio.link(security=lines_of(name))
    sta.ping(AP, count=3, interval=0.5, size=100)
    trio.capture_end()
    frame = recorded(path, f"wlan.fc.type_subtype in {{0x20, 0x28}} && wlan.fc.protected == 1"
                           f" && wlan.ta == {sta.mac} && frame.len > 150")[0]
    head = 26 if frame[0] & 0x80 else 24
    iv = 4 if name.startswith("wep") else 8
    before, driver = ap.engines(), ap.driver()
    places = range(head + iv, len(frame), 5)
    for number, place in enumerate(places):
        bad = bump_seq(frame, 200 + number)
        bad[place] ^= 1 << (number % 8)
        send(trio, bad)
    after = ap.engines()
    assert after["rx_mic_error"] - before["rx_mic_error"] == len(places)
    assert after["rx_decrypted"] == before["rx_decrypted"]
    assert ap.driver()["rx"] - driver["rx"] == 0
    sta.ping(AP, count=3, interval=0.5)


@pytest.mark.contract("K14", "R2")
def test_clear_frames_in_a_protected_network(trio):
    """A data frame in clear text, or a first fragment in clear text, is dropped."""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    trio.link()
    addresses = [bytes.fromhex(end.mac.replace(":", "")) for end in (ap, sta)]
    snap = bytes.fromhex("aaaa030000000800")
    body = snap + bytes(60)
    before = ap.engines()["rx_clear_refused"]
    for number in range(8):
        header = (bytes.fromhex("0801") + bytes(2) + addresses[0] + addresses[1] + addresses[0]
                  + ((900 + number) << 4).to_bytes(2, "little"))
        send(trio, header + body)
    assert ap.engines()["rx_clear_refused"] - before == 8
    # a first fragment in clear text does not become part of an MSDU either
    header = bytes.fromhex("0805") + header[2:22] + (1000 << 4).to_bytes(2, "little")
    send(trio, header + body)
    assert ap.engines()["rx_clear_refused"] - before == 9
    sta.ping(AP, count=3, interval=0.5)


@pytest.mark.contract("K14")
@pytest.mark.parametrize("mgmt", MGMT)
def test_replayed_and_forged_beacons(trio, mgmt):
    """K14: an old protected beacon, and one with a changed body, are counted and not believed."""
    pairwise, name = MGMT[mgmt]
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    path = trio.capture()
    _, supplicant = trio.link(security=sae(pairwise, mgmt, beacons=True))
    wait_until("protected beacons", 10, lambda: any(
        key["decrypted_frames"] >= 5 for key in nic_keys(sta, name, keyidx=6)))
    trio.capture_end()
    beacons = recorded(path, f"wlan.fc.type_subtype == 8 && wlan.ta == {ap.mac}"
                             " && wlan.tag.number == 76")
    before = nic_keys(sta, name, keyidx=6)[0]
    start = len(supplicant.process.output)
    # the first ones may be under a key from before the station came
    for beacon in beacons[-4:]:
        send(trio, bump_seq(beacon, 50))
    assert nic_keys(sta, name, keyidx=6)[0]["replays"] - before["replays"] == 4
    forged = bump_seq(beacons[-1], 60)
    forged[40] ^= 1
    send(trio, forged)
    assert nic_keys(sta, name, keyidx=6)[0]["mic_errors"] - before["mic_errors"] == 1
    # cfg80211 says it once in ten seconds
    supplicant.process.wait_for("CTRL-EVENT-UNPROT-BEACON", 5, start=start)
    sta.ping(AP, count=3, interval=0.5)


# A robust action frame to all stations, of a kind that nobody acts upon
ACTION = """
import json, sys
from guest_keys import FRAME, SEND_FRAME, End, attr, octets
what = json.loads(sys.argv[1])
ap = End(**what["ap"])
here = octets(ap.mac)
for _ in range(4):
    ap.link.request(SEND_FRAME, ap.index + attr(
        FRAME, b"\\xd0\\0\\0\\0" + b"\\xff" * 6 + here + here + b"\\0\\0" + b"\\x00\\x7f"))
"""


@pytest.mark.contract("K14")
@pytest.mark.parametrize("mgmt", MGMT)
def test_replayed_and_forged_group_management(trio, mgmt):
    """K14: the counters `replays` and `icverrors` of the IGTK in debugfs count as in software."""
    pairwise, name = MGMT[mgmt]
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    path = trio.capture()
    trio.link(security=sae(pairwise, mgmt))
    run_in_guest(trio.vms[0], ACTION, {"ap": guest_end(ap)})
    actions = f"wlan.fc.type_subtype == 13 && wlan.ta == {ap.mac} && wlan.ra == ff:ff:ff:ff:ff:ff"
    wait_until("the frames", 5, lambda: sum(
        key["decrypted_frames"] for key in nic_keys(sta, name)) >= 4)
    trio.capture_end()
    sent = recorded(path, actions)
    assert len(sent) == 4
    for frame in sent:
        send(trio, bump_seq(frame, 50))
    forged = bump_seq(sent[-1], 60)
    forged[24] ^= 1
    send(trio, forged)
    wait_until("mac80211 to count the frames", 5, lambda: (
        sum(kernel_counts(sta, "replays").values()),
        sum(kernel_counts(sta, "icverrors").values())) == (4, 1))
    sta.ping(AP, count=3, interval=0.5)
