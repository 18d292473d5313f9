# SPDX-License-Identifier: GPL-2.0-only
"""Attacks on fragments, A-MSDUs and the rules of when clear text may be received.

An attacker records and mixes frames that are protected with the link's keys; the test
makes such frames with the keys themselves. After each attack comes a good frame; this
frame, and nothing else, must arrive.
"""

import hashlib

import pytest

from airjudge import SNAP_EAPOL, captured
from dot11crypt import QOS_AMSDU, cipher, qos_offset
from faults import guest_end, run_in_guest
from forge import RECORD, SNAP, Forge, headers, payload, raw, send
from keys import Keys
from security import lines_of, wpa
from skuavm import wait_until

NEW_KEY = bytes(range(7, 23))

SET_KEY = """
import json, sys
from guest_keys import End, octets
end, peer, key = json.loads(sys.argv[1])
End(**end).set(bytes.fromhex(key), peer=octets(peer))
"""


class Victim:
    """One end of a link, the frames that the attacker sends to it, and the MSDUs that arrive."""

    def __init__(self, here, keys, sender, end, up):
        self.here, self.sender, self.end, self.keys = here, sender, end, keys
        self.forge = Forge(keys.one)
        heads = list(headers(sender, end, up, False))
        self.plain = heads[0]       # without QoS
        self.qos = heads[1]
        self.good = []
        self.heard = end.popen(["python3", "-c", RECORD, end.interface])
        self.heard.wait_for("ready", 10)

    def send(self, *frames):
        for frame in frames:
            send(self.here, frame)

    def expect_good(self, what):
        """A good frame arrives, and nothing did before."""
        data = payload(100 + len(self.good), len(self.good))
        self.send(self.forge.whole(self.qos, SNAP + data))
        self.good.append(f"{len(data)} {hashlib.sha256(data).hexdigest()[:16]}")
        wait_until(f"the good frame after {what}", 10, lambda: self.good[-1] in self.heard.output)
        assert self.heard.output.splitlines()[1:] == self.good, what


def victims(here, name, keys=None):
    ap, sta = here.ends["ap"], here.ends["sta"]
    keys = keys or Keys(name, ap)
    return [Victim(here, keys, sta, ap, True), Victim(here, keys, ap, sta, False)]


MSDU = SNAP + payload(900)
HALF = 454      # as Forge.fragments() cuts it


@pytest.mark.contract("K14", "K16", "R4")
@pytest.mark.parametrize("name", ["ccmp-128", "gcmp-256"])
def test_fragments_that_do_not_belong_together(trio, name):
    """K16: packet numbers with gaps or backwards, clear parts, parts in the wrong order."""
    trio.link(security=lines_of(name))
    for victim in victims(trio, name):
        forge, head = victim.forge, victim.qos

        first, last = forge.fragments(head, MSDU, 2)
        victim.send(first, forge.numbered(head, 1) + MSDU[HALF:])
        victim.expect_good("a clear last fragment")

        first, last = forge.fragments(head, MSDU, 2)
        victim.send(forge.numbered(head, 0, True) + MSDU[:HALF], last)
        victim.expect_good("a clear first fragment")

        first, last = forge.fragments(head, MSDU, 2)
        victim.send(forge.numbered(head, 0, True) + SNAP_EAPOL + MSDU[8:HALF], last)
        victim.expect_good("a clear first fragment that claims to be EAPOL")

        first, _, last = forge.fragments(head, MSDU, 3)
        victim.send(first, last)
        victim.expect_good("a fragment is missing")

        first, last = forge.fragments(head, MSDU, 2)
        forge.pn += 1       # a number that another frame had
        victim.send(first, forge.one.seal(forge.numbered(head, 1), MSDU[HALF:], forge.pn))
        victim.expect_good("packet numbers with a gap")

        first, last = forge.fragments(head, MSDU, 2)
        victim.send(last, first)
        victim.expect_good("the last fragment first")

        first, last = forge.fragments(head, MSDU, 2)
        victim.send(first, first, last)
        victim.good.append(f"900 {hashlib.sha256(MSDU[8:]).hexdigest()[:16]}")
        victim.expect_good("the first fragment again, which changes nothing")


@pytest.mark.contract("K14", "K15", "K16")
@pytest.mark.parametrize("name", ["ccmp-128"])
def test_fragments_under_two_keys(trio, name):
    """K15, K16: an MSDU is not made of parts under the key before and the one after."""
    trio.link(security=lines_of(name))
    both = victims(trio, name)
    kept = []
    for victim in both:
        first, last = victim.forge.fragments(victim.qos, MSDU, 2)
        victim.send(first)
        kept.append(last)
    new = cipher(name, NEW_KEY)
    for name, peer in (("ap", "sta"), ("sta", "ap")):
        run_in_guest(trio.vms[0], SET_KEY,
                     [guest_end(trio.ends[name]), trio.ends[peer].mac, NEW_KEY.hex()])
    for victim, last in zip(both, kept):
        forge, head = victim.forge, victim.qos
        old, forge.one = forge.one, new
        # with the number that would follow under the old key, and with the first one of the new
        victim.send(new.seal(forge.numbered(head, 1), MSDU[HALF:], 1),
                    new.seal(forge.numbered(head, 1), MSDU[HALF:], forge.pn), last)
        victim.expect_good("the last fragment under a new key")
        forge.seq += 1
        forge.pn += 2
        victim.send(old.seal(forge.numbered(head, 0, True), MSDU[:HALF], forge.pn - 1),
                    new.seal(forge.numbered(head, 1), MSDU[HALF:], forge.pn))
        victim.expect_good("the first fragment under the old key")


@pytest.mark.contract("K14", "K16")
def test_fragments_of_two_associations(trio):
    """K16: fragments of one association do not become part of an MSDU in the next one."""
    _, sta = trio.link()
    kept = []
    for victim in victims(trio, "ccmp-128"):
        first, _ = victim.forge.fragments(victim.qos, MSDU, 2)
        victim.send(first)
        kept.append((victim.forge.seq, victim.forge.pn))
    mark = len(sta.process.output)
    sta.cli("reassociate")
    sta.process.wait_for("CTRL-EVENT-CONNECTED", 20, start=mark)
    wait_until("new keys", 10, lambda: all(
        trio.ends["ap"].engines()["keys"] and trio.ends[n].engines()["keys"] for n in ("ap", "sta")))
    for victim, (seq, pn) in zip(victims(trio, "ccmp-128"), kept):
        forge = victim.forge
        forge.seq = seq
        for number in (1, pn):
            victim.send(forge.one.seal(forge.numbered(victim.qos, 1), MSDU[HALF:], number))
        forge.pn = pn
        victim.expect_good("a last fragment after reassociation")


@pytest.mark.contract("K14", "R2")
def test_broadcast_fragments(trio):
    """A group frame is never a fragment, under the group key or in clear text."""
    trio.link()
    ap = trio.ends["ap"]
    keys = Keys("ccmp-128", ap)
    (index, group), = keys.all.items()
    victim = victims(trio, "ccmp-128", keys)[1]
    forge = Forge(group)
    head = victim.plain[:4] + b"\xff" * 6 + victim.plain[10:]
    for number, more in ((0, True), (1, False), (3, False)):
        forge.seq += 1
        forge.pn += 1
        victim.send(group.seal(forge.numbered(head, number, more), MSDU, forge.pn, index),
                    forge.numbered(head, number, more) + MSDU)
        victim.expect_good("a broadcast fragment")
    forge.seq += 1
    victim.send(forge.numbered(head) + MSDU)
    victim.expect_good("broadcast in clear text")
    # the group key does open a whole frame
    forge.seq += 1
    forge.pn += 1
    victim.send(group.seal(forge.numbered(head), MSDU, forge.pn, index))
    victim.good.append(f"900 {hashlib.sha256(MSDU[8:]).hexdigest()[:16]}")
    victim.expect_good("a good broadcast")
    # a unicast address inside the group key's frame, from a station that has the group key only
    forge.pn += 1
    victim.send(group.seal(forge.numbered(victim.plain), MSDU, forge.pn, index))
    victim.expect_good("unicast under the group key")


def flagged(head):
    at = qos_offset(head)
    return head[:at] + bytes((head[at] | QOS_AMSDU,)) + head[at + 1:]


def inside(victim, data):
    """A subframe as an attacker would hide it in an MSDU."""
    msdu = SNAP + data
    return raw(victim.end) + raw(victim.sender) + len(msdu).to_bytes(2, "big") + msdu


@pytest.mark.contract("K14", "R2", "K13")
@pytest.mark.parametrize("name", ["ccmp-128", "gcmp-128"])
def test_amsdu_tricks(trio, name):
    """An attacker sets the A-MSDU flag; sends A-MSDUs in clear text, also like EAPOL frames."""
    trio.link(security=lines_of(name))
    for victim in victims(trio, name):
        forge = victim.forge
        # an MSDU that was protected without the flag: its SNAP header would be an address
        hidden = payload(6) + inside(victim, payload(50, 3))
        frame = bytearray(forge.whole(victim.qos, SNAP + hidden))
        frame[qos_offset(frame)] |= QOS_AMSDU
        victim.send(bytes(frame))
        victim.expect_good("the A-MSDU flag was set")

        before = victim.end.engines()["rx_clear_refused"]
        forge.seq += 1
        victim.send(forge.numbered(flagged(victim.qos)) + inside(victim, payload(60)))
        forge.seq += 1
        # as EAPOL in one view, as an address and a first subframe in the other
        trick = SNAP_EAPOL + bytes(4) + (20).to_bytes(2, "big") + bytes(20) + bytes(2)
        victim.send(forge.numbered(flagged(victim.qos)) + trick + inside(victim, payload(61)))
        assert victim.end.engines()["rx_clear_refused"] - before == 2
        victim.expect_good("A-MSDUs in clear text")

        # and protected, with that first address: no station sends such a frame
        forge.seq += 1
        forge.pn += 1
        victim.send(forge.one.seal(forge.numbered(flagged(victim.qos)),
                                   SNAP_EAPOL + bytes(4) + (8).to_bytes(2, "big") + bytes(8) +
                                   bytes(2) + inside(victim, payload(62)), forge.pn))
        victim.expect_good("an A-MSDU whose first address is a SNAP header")


@pytest.mark.contract("K14", "R2")
def test_clear_text_is_eapol_or_nothing(trio):
    """Clear text is received as EAPOL for oneself, whole; it is never passed on to others."""
    trio.link()
    third = trio.ends["third"]
    third.station(freqs=[5180])
    path = trio.capture()
    ap = victims(trio, "ccmp-128", Keys("ccmp-128", trio.ends["ap"], trio.ends["sta"]))[0]
    forge = ap.forge
    before = ap.end.engines()["rx_clear_refused"]
    to_third = ap.plain[:16] + raw(third) + ap.plain[22:]
    forge.seq += 1
    ap.send(forge.numbered(to_third) + SNAP_EAPOL + b"\x02\x03\x00\x5f" + bytes(95))
    forge.seq += 1
    ap.send(forge.numbered(to_third) + MSDU)
    group = ap.plain[:16] + bytes.fromhex("0180c2000003") + ap.plain[22:]
    forge.seq += 1
    ap.send(forge.numbered(group) + SNAP_EAPOL + b"\x02\x01\x00\x00" + bytes(40))
    ap.expect_good("clear text for others")
    assert ap.end.engines()["rx_clear_refused"] - before == 1
    trio.capture_end()
    addresses = {raw(third), bytes.fromhex("0180c2000003")}
    sent = [frame for _, frame in captured(path)
            if len(frame) > 24 and frame[0] & 0x0c == 8 and frame[10:16] == raw(ap.end)]
    assert not [frame for frame in sent if addresses & {frame[4:10], frame[16:22]}]


@pytest.mark.contract("K10")
def test_michael_of_fragments(trio):
    """K10: Michael's MIC of an MSDU in fragments is checked, and each failure is reported."""
    ap, _ = trio.link(security=wpa("TKIP", "TKIP", version=1))
    victim = victims(trio, "tkip")[0]
    forge, head = victim.forge, victim.qos
    # a fragment more, each with a good ICV, under a MIC of another MSDU
    wrong = MSDU + bytes(8)
    start = len(ap.process.output)
    for number in range(2):
        forge.seq += 1
        for part, more in ((wrong[:HALF], True), (wrong[HALF:], False)):
            forge.pn += 1
            victim.send(forge.one.seal_part(forge.numbered(head, 0 if more else 1, more), part,
                                            forge.pn))
        if not number:
            victim.expect_good("a wrong Michael MIC over fragments")
    ap.process.wait_for("TKIP countermeasures initiated", 10, start=start)
    assert victim.heard.output.splitlines()[1:] == victim.good
