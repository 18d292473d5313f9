# SPDX-License-Identifier: GPL-2.0-only
"""Frames that make no sense, from an attacker: truncated, oversized, garbage inside.

The stations under attack are connected, scan, and listen with a monitor interface,
so that such frames reach NIC, driver and mac80211, and each must drop them.
"""

import random
import struct

import pytest

import faults
from bench import AP
from forge import octets, recorded, send
from skuavm import wait_until

BROADCAST = b"\xff" * 6
MAX_MPDU = 11454
LLC = bytes.fromhex("aaaa03000000") + b"\x08\x00"


def frame(control, ra, ta, bssid, body=b"", seq=0):
    return struct.pack("<HH6s6s6sH", control, 0, ra, ta, bssid, seq << 4) + body


def element(ident, data, length=None):
    """An element; length lies about it."""
    return bytes((ident, len(data) if length is None else length)) + data


def beacon(bssid, elements, kind=0x80, ra=BROADCAST):
    return frame(kind, ra, bssid, bssid, struct.pack("<QHH", 1, 100, 1) + elements)


class Scene:
    """A connected station, and a third NIC that monitors and scans."""

    def __init__(self, trio, security):
        self.trio = trio
        self.ap, self.sta, self.third = (trio.ends[name] for name in ("ap", "sta", "third"))
        _, self.supplicant = trio.link(security=security)
        self.third.run(["iw", "dev", self.third.interface, "interface", "add", "mon", "type",
                        "monitor", "flags", "fcsfail", "control", "otherbss"], check=True)
        self.third.run(["ip", "link", "set", "mon", "up"], check=True)
        self.third.up()

    def unharmed(self):
        assert self.ap.mac in self.third.scan("freq", "5180")
        self.sta.ping(AP, count=5)
        assert self.supplicant.process.output.count("CTRL-EVENT-CONNECTED") == 1
        assert "DISCONNECTED" not in self.supplicant.process.output
        faults.forgive(self.trio, "rx_malformed")


def test_truncated_frames(trio):
    """Good frames, cut off at each length: the NIC counts those without a whole header."""
    path = trio.capture()
    scene = Scene(trio, "wpa2")
    scene.sta.ping(AP, count=2)
    trio.capture_end()
    sta, ap = scene.sta.mac, scene.ap.mac
    good = [recorded(path, wanted)[-1] for wanted in (
        f"wlan.fc.type_subtype == 8 && wlan.ta == {ap}",
        f"wlan.fc.type_subtype == 5 && wlan.ra == {sta}",
        f"wlan.fc.type_subtype == 1 && wlan.ra == {sta}",
        f"wlan.fc.type_subtype == 0x28 && wlan.ta == {ap} && wlan.ra == {sta} "
        "&& wlan.fc.protected == 1")]
    before = scene.sta.engines()["rx_malformed"]
    short = 0
    for whole in good:
        for length in [*range(10, 40), *range(40, len(whole), 7)]:
            cut = bytearray(whole[:length])
            # another BSSID: half a beacon of its own BSS would be a reason for a station to leave it
            if whole[0] == 0x80:
                cut[10:22] = (b"\x02\xba\xad" * 4)[:max(0, length - 10)][:12]
                del cut[length:]
            send(trio, cut)
            short += length < 24
    assert scene.sta.engines()["rx_malformed"] - before >= short
    scene.unharmed()


@pytest.mark.parametrize("security", ["open", "wpa2"])
def test_oversized_frames(trio, security):
    """As long as an MPDU may be; mac80211 takes or drops it, and nothing else is lost."""
    scene = Scene(trio, security)
    sta, ap = octets(scene.sta.mac), octets(scene.ap.mac)
    for length in (2304, 2346, 3839, 4096, 7935, 7991, MAX_MPDU):
        data = frame(0x0208, sta, ap, ap)
        send(trio, data + bytes(length - len(data)))
        odd = beacon(b"\x02\xba\xad\x00\x00\x01", b"")
        send(trio, odd + bytes(length - len(odd)))
        action = frame(0x00d0, sta, ap, ap)
        send(trio, action + b"\xff" * (length - len(action)))
    answer = trio.nics.control({"cmd": "air", "freq": 5180, "frame": "08" * (MAX_MPDU + 1)})
    assert not answer["ok"]
    scene.unharmed()


def garbage(rng):
    """Malformed elements: wrong lengths, beyond the end, empty, nested."""
    out = element(0, rng.randbytes(rng.choice((0, 5, 32))), rng.choice((None, None, 33, 255)))
    for _ in range(rng.randrange(1, 12)):
        # elements that mac80211 reads: rates, TIM, CSA, RSN, HT, VHT, ECSA, vendor, extensions
        ident = rng.choice((1, 3, 5, 7, 37, 45, 48, 50, 54, 60, 61, 62, 70, 71, 76, 127, 191,
                            192, 195, 196, 201, 221, 255, rng.randrange(256)))
        data = rng.randbytes(rng.choice((0, 1, 2, 3, 7, 22, 26, 60, 255)))
        if ident == 255:
            data = bytes((rng.choice((35, 36, 37, 38, 106, 107, 108)),)) + data[:254]
        out += element(ident, data, rng.choice((None, None, None, 0, len(data) // 2, 255)))
    return out[:2000]


def test_garbage_elements(trio, record_property):
    """Beacons and probe responses of strangers with random elements, while one scans."""
    seed = 4711
    record_property("seed", seed)
    rng = random.Random(seed)
    scene = Scene(trio, "wpa2")
    scans = scene.third.popen(
        f"while :; do iw dev {scene.third.interface} scan trigger freq 5180; done")

    def attack(frames=100):
        for number in range(frames):
            bssid = b"\x02\xba\xad\x00" + struct.pack(">H", number % 40)
            kind, ra = rng.choice(((0x80, BROADCAST), (0x50, octets(scene.third.mac)),
                                   (0x50, octets(scene.sta.mac))))
            send(trio, beacon(bssid, garbage(rng), kind, ra))
        return "BSS 02:ba:ad" in scene.third.iw("scan", "dump")

    for _ in range(6):
        attack()
    wait_until("a scan that hears a stranger", 20, attack)
    scans.kill()
    scene.unharmed()


def test_broken_amsdus(trio):
    """Subframes that are longer than the frame, empty, or cut off in their header."""
    scene = Scene(trio, "open")
    sta, ap = octets(scene.sta.mac), octets(scene.ap.mac)
    address = sta + b"\x02\xba\xad\x00\x00\x02"
    good = address + struct.pack(">H", 60) + LLC + bytes(52)
    bodies = [b"", b"\0", address, address + b"\0", address + b"\0\0", address + b"\xff\xff",
              address + struct.pack(">H", 7) + LLC, good + address[:5], good + address + b"\xff\xff",
              good[:-1], good + b"\0\0" + good, good * 20 + address + struct.pack(">H", 65000),
              address + struct.pack(">H", 0) + good]
    for number, body in enumerate(bodies, 200):
        for control in (0x0288, 0x0688):  # the latter says that fragments follow
            send(trio, frame(control, sta, ap, ap, b"\x80\0" + body, seq=number))
    scene.unharmed()
