# SPDX-License-Identifier: GPL-2.0-only
"""Frames of an attacker: recorded from the air, or protected with the link's keys, and sent.

Their bodies are MSDUs of an ethertype for local experiments, so that the guest's
programs receive nothing else.
"""

import itertools
import json

import bench
import dot11crypt
from dot11crypt import MORE_FRAG, RETRY

ETHERTYPE = 0x88b5
SNAP = bytes.fromhex("aaaa03000000") + ETHERTYPE.to_bytes(2, "big")
ORDER = 0x80

# Says of each MSDU that arrives how long it is, and its digest
RECORD = """
import hashlib, socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x88b5))
s.bind((sys.argv[1], 0x88b5))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
print("ready", flush=True)
while True:
    data = s.recv(65536)
    print(len(data), hashlib.sha256(data).hexdigest()[:16], flush=True)
"""


def octets(mac):
    return bytes.fromhex(mac.replace(":", ""))


def raw(end):
    return octets(end.mac)


def payload(size, salt=0):
    return bytes((i * 7 + size + salt) & 0xff for i in range(size))


def headers(sender, peer, up, wds):
    """(name, header) of unicast data: with and without QoS, HT Control, four addresses."""
    for qos, order, four in itertools.product((0, 1), (0, 1), (0, 1) if wds else (0,)):
        if order and not qos:
            continue
        direction = 3 if four else 1 if up else 2
        head = (bytes((0x88 if qos else 0x08, direction | (ORDER if order else 0), 0, 0))
                + raw(peer) + raw(sender) + (raw(peer) if up or four else raw(sender)) + bytes(2))
        if four:
            head += raw(sender)
        if qos:
            head += bytes((3 if order else 6, 0))
        if order:
            head += bytes.fromhex("01020304")
        yield head


class Forge:
    """Protects frames with packet and sequence numbers that go on."""

    def __init__(self, one, start=1 << 20):
        self.one, self.pn, self.seq = one, start, 2000
        self.mic = one.mic_len + (8 if isinstance(one, dot11crypt.Tkip) else 0)

    def numbered(self, head, frag=0, more=False):
        word = (self.seq << 4 & 0xfff0 | frag).to_bytes(2, "little")
        return head[:1] + bytes((head[1] | (MORE_FRAG if more else 0),)) + head[2:22] + word + head[24:]

    def whole(self, head, body):
        self.seq += 1
        self.pn += 1
        return self.one.seal(self.numbered(head), body, self.pn)

    def fragments(self, head, body, count):
        """Of one MSDU."""
        self.seq += 1
        tkip = isinstance(self.one, dot11crypt.Tkip)
        seal = self.one.seal_part if tkip else self.one.seal
        if tkip:
            body += self.one.michael(head, body)
        each = (len(body) // count + 1) & ~1
        for number in range(count):
            self.pn += 1
            part = body[number * each:(number + 1) * each if number < count - 1 else len(body)]
            yield seal(self.numbered(head, number, number < count - 1), part, self.pn)


# The air


def recorded(path, wanted):
    """Frames of a capture that a display filter selects, as bytes without FCS."""
    raw = bench.tshark(path, "-Y", wanted, "-T", "json", "-x", "--no-duplicate-keys")

    found = []
    for packet in json.loads(raw):
        layers = packet["_source"]["layers"]
        whole = bytes.fromhex(layers["frame_raw"][0])
        found.append(whole[int.from_bytes(whole[2:4], "little"):-4])
    return found


def send(here, frame, freq=5180):
    answer = here.nics.control({"cmd": "air", "frame": bytes(frame).hex(), "freq": freq})
    assert answer["ok"], answer


def bump_seq(frame, by):
    """Another sequence number, no Retry: else duplicate detection alone would drop the frame."""
    frame = bytearray(frame)
    seq = int.from_bytes(frame[22:24], "little")
    frame[22:24] = ((seq + (by << 4)) & 0xffff).to_bytes(2, "little")
    frame[1] &= ~RETRY
    return frame
