# SPDX-License-Identifier: GPL-2.0-only
"""Runs in a guest: replaces keys by nl80211 as fast as it goes, and tells each.

usage: guest_keys.py JSON, an object with
  ends    {"ap": arguments of guest_end.End, "sta": the same}; the ends send
          datagrams before each change of a key
  rounds, seed, crash (how many rounds in 1000 kill a firmware, 0 for none)

hostapd and wpa_supplicant have made the association; neither knows that its keys
change. Each line of output is a key, in the order of installation: P or G
(pairwise, group), key index, the key; the last line has counts.
"""

import json
import os
import random
import socket
import struct
import sys

import guest_end

NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
GET_KEY, SET_KEY, NEW_KEY, DEL_KEY, NEW_STATION, DEL_STATION = 9, 10, 11, 12, 19, 20
SEND_FRAME, CONTROL_PORT_FRAME = 59, 129
KEY_SEQ = 10
AID, LISTEN_INTERVAL, RATES, FLAGS2, FLAG_AUTHORIZED = 16, 18, 19, 67, 2
FRAME, ETHERTYPE = 51, 102
IFINDEX, MAC, KEY_DATA, KEY_IDX, KEY_CIPHER, KEY_TYPE, KEY = 3, 6, 7, 8, 9, 55, 80
NESTED_IDX, NESTED_DEFAULT, NESTED_TYPES, TYPE_MULTICAST = 2, 5, 8, 2
GROUP, PAIRWISE = 0, 1
CCMP = 0x000fac04
EAPOL = 0x888e


def attr(kind, value):
    if isinstance(value, int):
        value = struct.pack("<I", value)
    return struct.pack("<HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def attribute(answer, wanted):
    """An attribute of a generic netlink message."""
    at = 20
    while at < len(answer):
        size, kind = struct.unpack_from("<HH", answer, at)
        if kind == wanted:
            return answer[at + 4:at + size]
        at += size + 3 & ~3
    raise KeyError(wanted)


class Nl80211:
    """nl80211 in the network name space of now."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        self.family = GENL_ID_CTRL
        answer = self.request(CTRL_CMD_GETFAMILY, attr(CTRL_ATTR_FAMILY_NAME, b"nl80211\0"))
        self.family, = struct.unpack("<H", attribute(answer, CTRL_ATTR_FAMILY_ID))

    def request(self, command, attrs):
        """Sends and awaits the acknowledgement; the answer before it, or None. OSError."""
        body = struct.pack("<BBH", command, 1, 0) + attrs
        self.sock.send(struct.pack("<IHHII", 16 + len(body), self.family,
                                   NLM_F_REQUEST | NLM_F_ACK, 0, 0) + body)
        answer = None
        while True:
            data = self.sock.recv(65536)
            while data:
                size, kind = struct.unpack_from("<IH", data)
                if kind == NLMSG_ERROR:
                    error = -struct.unpack_from("<i", data, 16)[0]
                    if error:
                        raise OSError(error, os.strerror(error))
                    return answer
                answer, data = data[:size], data[size:]


def octets(mac):
    return bytes.fromhex(mac.replace(":", ""))


class End(guest_end.End):
    """A side of a link and its keys; a peer is given as octets."""

    def __init__(self, **where):
        super().__init__(**where)
        self.link = Nl80211()
        self.index = attr(IFINDEX, self.ifindex)

    def set(self, key, idx=0, peer=None, kind=PAIRWISE):
        more = attr(MAC, peer) if peer else b""
        self.link.request(NEW_KEY, self.index + attr(KEY_DATA, key) + attr(KEY_CIPHER, CCMP)
                          + attr(KEY_IDX, bytes((idx,))) + attr(KEY_TYPE, kind) + more)

    def delete(self, peer):
        self.link.request(DEL_KEY, self.index + attr(KEY_IDX, b"\0") + attr(MAC, peer)
                          + attr(KEY_TYPE, PAIRWISE))

    def eapol(self, peer, body):
        """Sends a frame of the control port, encrypted if there is a key."""
        self.link.request(CONTROL_PORT_FRAME, self.index + attr(FRAME, body) + attr(MAC, peer)
                          + attr(ETHERTYPE, struct.pack("<H", EAPOL)))

    def deauthenticate(self, peer, reason=2):
        """Sends a deauthentication; an access point has the address of its BSS."""
        here = octets(self.mac)
        frame = b"\xc0\0\0\0" + peer + here + here + b"\0\0" + struct.pack("<H", reason)
        self.link.request(SEND_FRAME, self.index + attr(FRAME, frame))

    def add_station(self, peer, aid):
        self.link.request(NEW_STATION, self.index + attr(MAC, peer)
                          + attr(AID, struct.pack("<H", aid))
                          + attr(LISTEN_INTERVAL, struct.pack("<H", 1))
                          + attr(RATES, b"\x0c\x18\x30")
                          + attr(FLAGS2, struct.pack("<II", FLAG_AUTHORIZED, FLAG_AUTHORIZED)))

    def remove_station(self, peer):
        self.link.request(DEL_STATION, self.index + attr(MAC, peer))

    def sequence(self, idx):
        """The last PN of a group key."""
        answer = self.link.request(GET_KEY, self.index + attr(KEY_IDX, bytes((idx,))))
        return int.from_bytes(attribute(answer, KEY_SEQ), "little")

    def make_default(self, idx):
        types = attr(NESTED_TYPES | 0x8000, attr(TYPE_MULTICAST, b""))
        self.link.request(SET_KEY, self.index + attr(KEY | 0x8000, attr(
            NESTED_IDX, bytes((idx,))) + attr(NESTED_DEFAULT, b"") + types))


class Race:
    """Rounds; see above."""

    def __init__(self, ends, seed):
        self.dice = random.Random(seed)
        self.ends = {name: End(**end) for name, end in ends.items()}
        self.group_idx = 1
        self.told = []
        self.done = dict.fromkeys(("pairwise", "removed", "group", "crash", "refused"), 0)

    def speak(self):
        for end in self.ends.values():
            end.speak(self.dice.randrange(4))

    def tell(self, kind, idx, key):
        self.told.append(f"{kind} {idx} {key.hex()}")

    def both(self):
        """The ends and their peers, in a random order."""
        ap, sta = self.ends["ap"], self.ends["sta"]
        return self.dice.sample([(ap, octets(sta.mac)), (sta, octets(ap.mac))], 2)

    def pairwise(self, remove):
        key = self.dice.randbytes(16)
        self.tell("P", 0, key)
        for end, peer in self.both():
            self.speak()
            if remove:
                end.delete(peer)
                self.speak()
            end.set(key, peer=peer)
        self.done["removed" if remove else "pairwise"] += 1

    def group(self):
        key = self.dice.randbytes(16)
        self.group_idx = 3 - self.group_idx
        self.tell("G", self.group_idx, key)
        self.ends["sta"].set(key, self.group_idx, kind=GROUP)
        self.speak()
        self.ends["ap"].set(key, self.group_idx, kind=GROUP)
        self.speak()
        self.ends["ap"].make_default(self.group_idx)
        self.done["group"] += 1

    def turn(self, crash):
        if self.dice.randrange(1000) < crash:
            victim = self.ends[self.dice.choice(("ap", "sta"))]
            self.done["crash"] += victim.crash(self.dice.randrange(3))
        what = self.dice.choice((self.group, lambda: self.pairwise(True),
                                 lambda: self.pairwise(False), lambda: self.pairwise(False)))
        try:
            what()
        except OSError:
            # a NIC that is restarting has no keys to remove, and so on
            self.done["refused"] += 1


def main():
    what = json.loads(sys.argv[1])
    race = Race(what["ends"], what["seed"])
    for _ in range(what["rounds"]):
        race.turn(what["crash"])
    print("\n".join(race.told))
    print(json.dumps(race.done))


if __name__ == "__main__":
    main()
