# SPDX-License-Identifier: GPL-2.0-only
"""Judges an air capture: is each data frame under a key that was valid then?

From the passphrase alone: the judge follows the 4-way and group key handshakes,
also those that are encrypted under the key before, and so knows each key from
the moment that the access point offered it. Then

- a data frame with a body is protected, except EAPOL frames of a sender that
  has not used a pairwise key since its (re)association, and the last message of
  a handshake;
- a data frame can be decrypted with the newest key that its sender has used, or
  with a key that was agreed later (with Extended Key ID, and for group keys, also
  with the key before the newest). hostapd sometimes uses a group key before a
  station that is rekeying at that moment has it: such keys are taken from
  hostapd's own output, `untold`, and frames under them are counted;
- no sender uses a packet number twice under one key, except in a retransmission.

The judge also says which frames a receiver may have dropped: `at_risk` counts, for each
receiver, the frames that came while the two ends may have had different keys. For a pairwise
key without Extended Key ID that time is from the offer of a key until the receiver has used
it, and later each frame under the key before. For a group key it is until the station's next
answer in a handshake: an access point that uses a group key before all stations have it costs
them frames. missing() tells the packet numbers that were given, but never sent, other than at
the end of a key's life, when the frames that still wait under it are dropped.

Tests that make keys themselves add them by add_pairwise() and add_group(), or
by `told`, if the keys follow those of a handshake.
"""

import collections
import hashlib
import hmac
import struct

from dot11crypt import (Aead, RETRY, ext_pn, hdrlen, is_group, keyid_of, pmk_of, ptk_of, unwrap)

SNAP_EAPOL = bytes.fromhex("aaaa03000000888e")
BEACON, AUTH, DEAUTH, DISASSOC = 0x80, 0xb0, 0xc0, 0xa0
ASSOC_RESP, REASSOC_RESP = 0x10, 0x30
KEYINFO_PAIRWISE, KEYINFO_INSTALL, KEYINFO_ACK, KEYINFO_MIC = 0x08, 0x40, 0x80, 0x100
KEYINFO_SECURE, KEYINFO_ENCRYPTED = 0x200, 0x1000


def captured(path):
    """(number, frame without FCS) of a pcapng capture with radiotap headers."""
    number = 0
    with open(path, "rb") as file:
        while True:
            head = file.read(8)
            if len(head) < 8:
                return
            kind, length = struct.unpack("<II", head)
            body = file.read(length - 8)
            if len(body) < length - 8:
                return
            if kind != 6:
                continue
            number += 1
            size, = struct.unpack_from("<I", body, 12)
            packet = body[20:20 + size]
            yield number, packet[packet[2] | packet[3] << 8:-4]


def text(address):
    return address.hex(":")


class Key:
    """A temporal key and the packet numbers that were used with it."""

    def __init__(self, name, key, keyid, era):
        self.cipher, self.keyid, self.era = Aead(name, key), keyid, era
        self.secret = bytes(key)
        self.used = {}
        self.untold = False
        self.settled = {}       # transmitter -> highest packet number before a change of keys

    def settle(self, frame):
        """A data frame without priority, while no change of keys is under way."""
        ta, pn = frame[10:16], ext_pn(frame, hdrlen(frame))
        self.settled[ta] = max(self.settled.get(ta, 0), pn)

    def missing(self):
        """Packet numbers that were not seen, below a later one."""
        return [pn for ta, last in self.settled.items() for pn in range(1, last)
                if ta + pn.to_bytes(6, "big") not in self.used]

    def pn_again(self, frame, at):
        """Was this packet number used before, by another frame?"""
        pn, seq = frame[10:16] + ext_pn(frame, at).to_bytes(6, "big"), frame[22:24]
        was = self.used.get(pn)
        self.used[pn] = seq
        return was is not None and not (was == seq and frame[1] & RETRY)


class Peer:
    """Pairwise keys of a station, in the order in which they were agreed."""

    def __init__(self):
        self.keys = []
        self.era = 0
        self.nonces = {}
        self.pending = None
        self.newest = {}        # transmitter -> index of the newest key it has used
        self.secured = set()    # transmitters that have used a key since the association
        self.offered = set()    # indices of group keys that were told to it
        self.group = set()      # and that it has for sure


class Judge:
    """Reads frames of one BSS; see above."""

    def __init__(self, ap, name="ccmp-128", passphrase=None, ssid="skua", extended=False):
        self.ap = bytes.fromhex(ap.replace(":", ""))
        self.name = name
        self.pmk = passphrase and pmk_of(passphrase, ssid)
        self.overlap = 1 if extended else 0
        self.peers = {}
        self.group = []
        self.group_newest = 0
        self.untold = []
        self.told = []          # (station, key) and (key index, group key) after the handshake
        self.faults = []
        self.at_risk = collections.Counter()
        self.counts = dict.fromkeys(("protected", "group", "clear_eapol", "null", "retries",
                                     "pairwise_keys", "group_keys",
                                     "untold", "associations"), 0)

    def peer(self, address):
        return self.peers.setdefault(address, Peer())

    # keys

    def add_pairwise(self, station, key, keyid=0):
        peer = self.peer(bytes.fromhex(station.replace(":", "")))
        peer.keys.append(Key(self.name, key, keyid, peer.era))
        self.counts["pairwise_keys"] += 1

    def add_group(self, key, keyid):
        """Its index."""
        for index in range(max(0, len(self.group) - 4), len(self.group)):
            old = self.group[index]
            if old.secret == key and old.keyid == keyid:
                old.untold = False
                return index
        self.group.append(Key(self.name, key, keyid, 0))
        self.counts["group_keys"] += 1
        return len(self.group) - 1

    def handshake(self, station, payload, downwards):
        """An EAPOL frame of a station, in either direction."""
        if self.pmk is None or len(payload) < 99 or payload[1] != 3:
            return
        peer = self.peer(station)
        info, = struct.unpack_from(">H", payload, 5)
        counter, nonce = payload[9:17], payload[17:49]
        length, = struct.unpack_from(">H", payload, 97)
        payload = payload[:4 + struct.unpack_from(">H", payload, 2)[0]]
        if not downwards:
            if info & KEYINFO_PAIRWISE and info & KEYINFO_MIC and any(nonce):
                self.second(station, peer, counter, nonce, payload)
            # message 4 is sent before the keys are installed; but an association waits for that
            if length or not info & KEYINFO_PAIRWISE or not peer.group:
                peer.group |= peer.offered
        elif not info & KEYINFO_MIC:
            peer.nonces[counter] = nonce
        elif info & KEYINFO_ENCRYPTED and peer.pending:
            self.key_data(peer, info, payload, payload[99:99 + length])

    @staticmethod
    def mic_ok(kck, payload):
        zeroed = payload[:81] + bytes(16) + payload[97:]
        return hmac.new(kck, zeroed, hashlib.sha1).digest()[:16] == payload[81:97]

    def second(self, station, peer, counter, snonce, payload):
        """Message 2: both nonces are known, and its MIC says which belong together."""
        for anonce in [peer.nonces.get(counter), *peer.nonces.values()]:
            ptk = anonce and ptk_of(self.pmk, self.ap, station, anonce, snonce, 32 + 32)
            if ptk and self.mic_ok(ptk[:16], payload):
                peer.pending = ptk
                return

    def key_data(self, peer, info, payload, data):
        """Message 3, or the first one of a group key handshake."""
        ptk = peer.pending
        if not self.mic_ok(ptk[:16], payload):
            return
        plain = unwrap(ptk[16:32], data) or b""
        keyid = 0
        for kind, value in self.elements(plain):
            if kind == b"\x00\x0f\xac\x01":
                peer.offered.add(self.add_group(value[2:], value[0] & 3))
            elif kind == b"\x00\x0f\xac\x0a":
                keyid = value[0] & 3
        temporal = ptk[32:][:len(Aead(self.name, bytes(32)).key)]
        if info & KEYINFO_PAIRWISE and all(key.secret != temporal for key in peer.keys):
            peer.keys.append(Key(self.name, temporal, keyid, peer.era))
            self.counts["pairwise_keys"] += 1
            self.take_told()

    def take_untold(self, frame):
        for key in self.untold:
            if Aead(self.name, key).open(frame) is not None:
                self.add_group(key, keyid_of(frame))
                self.group[-1].untold = True
                return True
        return False

    def take_told(self):
        told, self.told = self.told, []
        for where, key in told:
            if isinstance(where, int):
                self.add_group(key, where)
            else:
                self.add_pairwise(where, key)

    @staticmethod
    def elements(data):
        """Key data encapsulations: (OUI and type, value)."""
        while len(data) >= 6 and data[0] != 0:
            kind, length = data[0], data[1]
            if kind == 0xdd and length >= 4:
                yield data[2:6], data[6:2 + length]
            data = data[2 + length:]

    # frames

    def blame(self, number, frame, what):
        self.faults.append(f"frame {number}, {text(frame[10:16])} to {text(frame[4:10])}: {what}")

    def management(self, frame):
        """A new association begins: earlier frames were not under its keys."""
        if frame[0] in (ASSOC_RESP, REASSOC_RESP) and frame[10:16] == self.ap:
            peer = self.peer(frame[4:10])
            peer.secured.clear()
            peer.era += 1
            self.counts["associations"] += 1

    @staticmethod
    def last_message(payload):
        """Message 4: wpa_supplicant asks for it in clear text when it replaces PTK 0."""
        info, length = struct.unpack_from(">H", payload, 5)[0], struct.unpack_from(">H", payload, 97)[0]
        return payload[1] == 3 and info & KEYINFO_MIC and not info & KEYINFO_ACK and not length

    def clear(self, number, frame):
        at = hdrlen(frame)
        downwards = frame[10:16] == self.ap
        station = frame[4:10] if downwards else frame[10:16]
        if frame[at:at + 8] != SNAP_EAPOL:
            self.blame(number, frame, f"clear text: {frame[at:at + 24].hex()}")
            return
        self.counts["clear_eapol"] += 1
        if frame[10:16] in self.peer(station).secured and not self.last_message(frame[at + 8:]):
            self.blame(number, frame, "EAPOL in clear text by a station that has a key")
        self.handshake(station, frame[at + 8:], downwards)

    def opened(self, keys, newest, frame, overlap):
        """(index, plain text) by the first allowed key that fits, else (index, None) or None."""
        keyid = keyid_of(frame)
        order = [*range(newest, len(keys)), *range(newest - 1, -1, -1)]
        for index in order:
            if keys[index].keyid != keyid:
                continue
            plain = keys[index].cipher.open(frame)
            if plain is not None:
                return index, plain if index >= newest - overlap else None
        return None

    def check_pn(self, number, frame, key):
        if frame[1] & RETRY:
            self.counts["retries"] += 1
        if key.pn_again(frame, hdrlen(frame)):
            self.blame(number, frame, "a packet number was used twice")

    def weigh(self, peer, frame, receiver, index, eapol):
        """Has the receiver of this frame its key for sure?"""
        last = len(peer.keys) - 1
        if index == last and not eapol:
            peer.keys[index].settle(frame)
        if not self.overlap and not index == peer.newest.get(receiver, 0) == last:
            self.at_risk[text(receiver)] += 1

    def protected(self, number, frame):
        self.counts["protected"] += 1
        ta = frame[10:16]
        if ta == self.ap and is_group(frame):
            self.counts["group"] += 1
            found = self.opened(self.group, self.group_newest, frame, 1)
            if not found and self.take_untold(frame):
                found = self.opened(self.group, self.group_newest, frame, 1)
            if not found or found[1] is None:
                self.blame(number, frame, "under an old group key" if found else
                           "under no group key of this access point")
                return
            self.group_newest = max(self.group_newest, found[0])
            self.counts["untold"] += self.group[found[0]].untold
            for address, peer in self.peers.items():
                self.at_risk[text(address)] += found[0] not in peer.group
            self.check_pn(number, frame, self.group[found[0]])
            return
        station = frame[4:10] if ta == self.ap else ta
        peer = self.peer(station)
        newest = peer.newest.get(ta, 0)
        found = self.opened(peer.keys, newest, frame, self.overlap)
        if not found or found[1] is None:
            self.blame(number, frame, f"under pairwise key {found[0]}, but {newest} was in use"
                       if found else f"under none of {len(peer.keys)} pairwise keys")
            return
        peer.newest[ta] = max(newest, found[0])
        peer.secured.add(ta)
        self.check_pn(number, frame, peer.keys[found[0]])
        eapol = found[1][:8] == SNAP_EAPOL
        self.weigh(peer, frame, station if ta == self.ap else self.ap, found[0], eapol)
        if eapol:
            self.handshake(station, found[1][8:], ta == self.ap)

    def frame(self, number, frame):
        if len(frame) < 24 or self.ap not in (frame[4:10], frame[10:16], frame[16:22]):
            return
        kind = frame[0] >> 2 & 3
        if kind == 0:
            self.management(frame)
        elif kind != 2:
            return
        elif frame[0] & 0x40:
            self.counts["null"] += 1
        elif frame[1] & 0x40:
            self.protected(number, frame)
        else:
            self.clear(number, frame)

    def missing(self):
        """Packet numbers of pairwise keys that were given, but not sent; see above."""
        return [pn for peer in self.peers.values() for key in peer.keys for pn in key.missing()]

    def read(self, path):
        for number, frame in captured(path):
            self.frame(number, frame)
        return self

    def verdict(self):
        """Raises if anything was wrong; else returns a summary, in words."""
        assert not self.faults, (f"{len(self.faults)} of {self.counts} frames are wrong:\n"
                                 + "\n".join(self.faults[:10]))
        return ", ".join(f"{value} {name}" for name, value in self.counts.items())
