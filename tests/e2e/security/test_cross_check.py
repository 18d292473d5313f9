# SPDX-License-Identifier: GPL-2.0-only
"""The same frames through the NIC's ciphers, mac80211's, and a third implementation.

dot11crypt.py decrypts each frame that either side has sent, and encrypts it again: the
result must be the same to the last bit. The other way round it encrypts frames of all
shapes and puts them on the air, and both sides must decrypt them to the plain text.
"""

import hashlib

import pytest

import dot11crypt
from airjudge import captured
from bench import AP
from dot11crypt import MORE_FRAG, QOS_AMSDU, hdrlen, is_group, keyid_of, qos_offset, tid_of
from faults import guest_program
from forge import ORDER, RECORD, SNAP, Forge, headers, payload, raw, send
from keys import Keys
from security import DATA, lines_of
from skuavm import GuestTimeout, wait_until

SIZES = (0, 1, 2, 7, 8, 15, 16, 17, 31, 64, 100, 255, 256, 1000, 1472, 2000, 2250)
MAX_MPDU = 11454 - 4    # without FCS
RADIOTAP = "000009000200000004"     # with the flag "to be encrypted"

# Sent frames


class Resealer:
    """Decrypts frames and encrypts them again; counts the frames of each kind."""

    def __init__(self, keys, name):
        self.keys, self.name = keys, name
        self.seen = {}
        self.parts = {}

    def note(self, frame, what):
        kind = [what, "qos" if qos_offset(frame) else "no qos"]
        if frame[1] & 3 == 3:
            kind.append("4 addresses")
        if frame[1] & ORDER:
            kind.append("HT control")
        if frame[1] & MORE_FRAG or frame[22] & 15:
            kind.append("fragment")
        name = ", ".join(kind)
        self.seen[name] = self.seen.get(name, 0) + 1

    def pn(self, frame):
        at = hdrlen(frame)
        if self.name.startswith("wep"):
            return int.from_bytes(frame[at:at + 3], "big")
        if isinstance(self.keys.of(frame), dot11crypt.Tkip):
            return int.from_bytes(frame[at + 4:at + 8], "little") << 16 | frame[at] << 8 | frame[at + 2]
        return dot11crypt.ext_pn(frame, at)

    def check(self, number, frame):
        one = self.keys.of(frame)
        tkip = isinstance(one, dot11crypt.Tkip)
        opened, sealed = (one.open_part, one.seal_part) if tkip else (one.open, one.seal)
        plain = opened(frame)
        assert plain is not None, f"frame {number}: cannot be opened: {frame[:40].hex()}"
        again = sealed(frame[:hdrlen(frame)], plain, self.pn(frame), keyid_of(frame))
        assert again == frame, f"frame {number}: {frame.hex()} comes out as {again.hex()}"
        if tkip:
            self.check_michael(number, frame, plain, one)
        self.note(frame, "group" if is_group(frame) else "unicast")

    def check_michael(self, number, frame, plain, one):
        """Joins fragments: the MIC is one of the whole MSDU."""
        name = frame[10:16], int.from_bytes(frame[22:24], "little") >> 4, tid_of(frame)
        if frame[22] & 15 == 0:
            self.parts[name] = b""
        msdu = self.parts.get(name, b"") + plain
        self.parts[name] = msdu
        if not frame[1] & MORE_FRAG:
            assert one.michael(frame, msdu[:-8]) == msdu[-8:], f"frame {number}: Michael"


def data_frames(path, ends):
    addresses = [raw(end) for end in ends]
    return [(number, frame) for number, frame in captured(path)
            if len(frame) >= 24 and frame[0] & 0x4c == 0x08 and frame[1] & 0x40
            and frame[10:16] in addresses]


def inject(end, frames):
    """By a monitor interface, for mac80211 to encrypt."""
    end.run(["iw", "dev", end.interface, "interface", "add", f"mon{end.index}", "type", "monitor"],
            check=True)
    end.run(["ip", "link", "set", f"mon{end.index}", "mtu", "2304", "up"], check=True)
    end.run([*guest_program(end.vm, "guest_inject.py"), f"mon{end.index}"], check=True,
            stdin="".join(f"{RADIOTAP}{frame.hex()}\n" for frame in frames))
    end.run(["iw", "dev", f"mon{end.index}", "del"], check=True)


def check_what_is_sent(mixed, name, keys, ap, sta):
    path = mixed.capture()
    wanted = 0
    for sender, peer, up in ((sta, ap, True), (ap, sta, False)):
        frames = [head + (SNAP + payload(size))[:size]
                  for head in headers(sender, peer, up, False) for size in SIZES]
        inject(sender, frames)
        wanted += len(frames)
    ap.broadcast("192.168.77.255", count=3)
    # fragments: a ping of three, answered by the other side
    for end in (ap, sta):
        end.run(["iw", "phy", end.phy, "set", "frag", "512"], check=True)
    sta.ping(AP, count=2, size=1300)
    for end in (ap, sta):
        end.run(["iw", "phy", end.phy, "set", "frag", "off"], check=True)
    mixed.capture_end()
    judge = Resealer(keys, name)
    for number, frame in data_frames(path, (ap, sta)):
        judge.check(number, frame)
    print(f"\n{name}, {ap.netns} AP: {sum(judge.seen.values())} frames: {judge.seen}")
    assert sum(judge.seen.values()) >= wanted


# Either way both sides send and receive; so one is enough where time is short
BOTH_WAYS = pytest.mark.parametrize("ap_name", [
    "hard", pytest.param("soft", marks=pytest.mark.long)])


@pytest.mark.contract("K12", "K4")
@BOTH_WAYS
@pytest.mark.parametrize("name", ["tkip", "ccmp-128", "ccmp-256", "gcmp-128", "gcmp-256"])
def test_four_addresses(mixed, name, ap_name):
    """K12: the same with four addresses, sent by both sides, and received by both."""
    sta_name = "soft" if ap_name == "hard" else "hard"
    ap, sta = mixed.ends[ap_name], mixed.ends[sta_name]
    sta.iw("set", "4addr", "on")
    mixed.link(ap_name, sta_name, security=lines_of(name), ap_extra="wds_sta=1\n")
    vlan = f"{ap.interface}.sta1"
    ap.run(["ip", "addr", "flush", "dev", ap.interface], check=True)
    wait_until("the station's interface", 10, lambda: not ap.run(
        ["ip", "link", "set", vlan, "up"]).returncode)
    ap.address(AP, vlan)
    path = mixed.capture()
    for size in SIZES:
        # above 1472 in several packets
        sta.ping(AP, count=1, size=size)
    mixed.capture_end()
    judge = Resealer(Keys(name, ap), name)
    for number, frame in data_frames(path, (ap, sta)):
        judge.check(number, frame)
    print(f"\n{name}, {ap_name} AP: {judge.seen}")
    assert sum(count for kind, count in judge.seen.items() if "4 addresses" in kind) >= 2 * len(SIZES)
    exchange(mixed, name, Keys(name, ap), ((sta, ap, True, vlan), (ap, sta, False, sta.interface)),
             four=True)
    sta.stop_all()
    sta.iw("set", "4addr", "off")


# Received frames


def amsdu(sender, receiver, octets):
    """(body, MSDUs) of an A-MSDU whose body has that many octets."""
    body, inside = b"", []
    while octets - len(body) >= 22 + 4:
        body += bytes(-len(body) % 4)
        data = payload(min(1400, octets - len(body) - 22), len(inside))
        body += raw(receiver) + raw(sender) + (8 + len(data)).to_bytes(2, "big") + SNAP + data
        inside.append(data)
    return body, inside


def all_shapes(forge, sender, receiver, up, four):
    """(frames, plain text inside) of every shape that the link may have."""
    for head in headers(sender, receiver, up, four):
        if four and head[1] & 3 != 3:
            continue
        room = MAX_MPDU - len(head) - forge.one.iv_len - forge.mic
        # an MSDU with nothing in it is not delivered
        for size in SIZES[1:]:
            yield [forge.whole(head, SNAP + payload(size))], [payload(size)]
        for count in (2, 3, 7):
            yield list(forge.fragments(head, SNAP + payload(1400), count)), [payload(1400)]
        # none with the old ciphers
        if head[0] & 0x80 and isinstance(forge.one, dot11crypt.Aead):
            at = qos_offset(head)
            flagged = head[:at] + bytes((head[at] | QOS_AMSDU,)) + head[at + 1:]
            for octets in (30, 100, 3839, 7935, room):
                body, inside = amsdu(sender, receiver, octets)
                yield [forge.whole(flagged, body)], inside


def exchange(here, name, keys, ways, four=False):
    """Puts encrypted frames on the air, in both directions; each MSDU must arrive, in order."""
    for sender, receiver, up, interface in ways:
        heard = receiver.popen(["python3", "-c", RECORD, interface])
        heard.wait_for("ready", 10)
        wanted, sent = ["ready"], 0
        for frames, inside in all_shapes(Forge(keys.one), sender, receiver, up, four):
            for frame in frames:
                send(here, frame)
                sent += 1
            wanted += [f"{len(data)} {hashlib.sha256(data).hexdigest()[:16]}" for data in inside]
        lines = wanted[-1:]

        def complete():
            lines[:] = heard.output.splitlines()
            return len(lines) >= len(wanted)

        try:
            wait_until("all MSDUs", 10, complete)
        except GuestTimeout:
            pass
        assert lines == wanted
        heard.kill()
        print(f"\n{name}: {receiver.netns} has opened {sent} frames with {len(wanted) - 1} MSDUs")


@pytest.mark.contract("K12", "K4", "K13", "R4")
@BOTH_WAYS
@pytest.mark.parametrize("name", DATA)
def test_three_implementations(mixed, name, ap_name):
    """K12: NIC, mac80211 and a third one agree on each frame, sent and received, bit for bit."""
    sta_name = "soft" if ap_name == "hard" else "hard"
    ap, sta = mixed.ends[ap_name], mixed.ends[sta_name]
    mixed.link(ap_name, sta_name, security=lines_of(name))
    keys = Keys(name, ap)
    check_what_is_sent(mixed, name, keys, ap, sta)
    exchange(mixed, name, keys, ((sta, ap, True, ap.interface), (ap, sta, False, sta.interface)))
