# SPDX-License-Identifier: GPL-2.0-only
"""The judge of the air must itself be able to say no; and its ciphers are the standard's."""

import pytest

from airjudge import SNAP_EAPOL, Judge
from dot11crypt import RETRY, Aead, cipher, tkip_rc4_key

AP, STA = "02:5c:0a:00:00:01", "02:5c:0a:00:00:02"
OLD, NEW, GTK = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48))
IP = bytes.fromhex("aaaa030000000800") + bytes(40)


def raw(address):
    return bytes.fromhex(address.replace(":", ""))


def header(seq=1, up=True, ra=None):
    ap, sta = raw(AP), raw(STA)
    a1, a2, a3 = (ap, sta, ap) if up else (raw(ra) if ra else sta, ap, ap)
    return (bytes((0x88, 1 if up else 2, 0, 0)) + a1 + a2 + a3 + (seq << 4).to_bytes(2, "little")
            + b"\0\0")


def encrypted(key, pn, **where):
    return Aead("ccmp-128", key).seal(header(pn, **where), IP, pn)


def judge(*frames, extended=False):
    """The judge's complaints about frames that follow a first one under each pairwise key."""
    here = Judge(AP, extended=extended)
    here.add_pairwise(STA, OLD)
    here.add_pairwise(STA, NEW)
    here.add_group(GTK, 1)
    for number, frame in enumerate((encrypted(OLD, 1), encrypted(NEW, 1), *frames)):
        here.frame(number, frame)
    return here.faults


def test_the_judge_says_no():
    """Clear text, an older or unknown key, the wrong kind of key, a packet number again."""
    again = encrypted(NEW, 2)
    retry = again[:1] + bytes((again[1] | RETRY,)) + again[2:]
    group = Aead("ccmp-128", GTK).seal(header(3, False, "ff:ff:ff:ff:ff:ff"), IP, 3, keyid=1)
    assert not judge(again, retry, encrypted(OLD, 2, up=False), group)
    assert not judge(encrypted(OLD, 2), extended=True)
    assert "was in use" in judge(encrypted(OLD, 2))[0]
    assert "none of" in judge(encrypted(bytes(16), 2))[0]
    assert "none of" in judge(Aead("ccmp-128", GTK).seal(header(2), IP, 2))[0]
    assert "twice" in judge(again, again)[0]
    assert "twice" in judge(again, encrypted(NEW, 2)[:22] + bytes(2) + encrypted(NEW, 2)[24:])[0]
    assert "clear" in judge(header() + IP)[0]
    assert "EAPOL" in judge(header() + SNAP_EAPOL + bytes((2, 3)) + bytes(120))[0]
    assert "no group key" in judge(group[:-1] + bytes((group[-1] ^ 1,)))[0]


def test_the_judge_knows_what_is_at_risk():
    """A frame is at risk until its receiver has used the same key, or has a newer one."""
    def risks(extended):
        here = Judge(AP, extended=extended)
        here.add_pairwise(STA, OLD)
        seen = []
        frames = [encrypted(OLD, 1), encrypted(OLD, 1, up=False), None, encrypted(OLD, 2),
                  encrypted(NEW, 1), encrypted(OLD, 2, up=False), encrypted(NEW, 1, up=False),
                  encrypted(NEW, 2), encrypted(NEW, 2, up=False)]
        for number, frame in enumerate(frames):
            if frame:
                here.frame(number, frame)
            else:
                here.add_pairwise(STA, NEW)
            seen.append((here.at_risk[AP], here.at_risk[STA]))
        assert not here.faults
        return seen[2:]
    assert risks(False) == [(0, 0), (1, 0), (2, 0), (2, 1), (2, 1), (2, 1), (2, 1)]
    assert not any(sum(seen) for seen in risks(True))


def test_the_judge_misses_packet_numbers():
    """A packet number that was never sent counts, unless its key ended before."""
    def missing(*frames):
        here = Judge(AP)
        here.add_pairwise(STA, OLD)
        for number, frame in enumerate(frames):
            if number == 3:
                here.add_pairwise(STA, NEW)
            here.frame(number, frame)
        assert not here.faults
        return here.missing()
    assert not missing(encrypted(OLD, 1), encrypted(OLD, 3), encrypted(OLD, 2), encrypted(OLD, 9))
    assert missing(encrypted(OLD, 1), encrypted(OLD, 4), encrypted(OLD, 3),
                   encrypted(NEW, 1)) == [2]
    assert missing(encrypted(OLD, 1), encrypted(OLD, 2), encrypted(OLD, 3),
                   encrypted(NEW, 2)) == [1]


# Test vectors of 802.11's annex: temporal key mixing; (key, packet number, header, rest)
MIXING = [
    ("000102030405060708090a0b0c0d0e0f", "102233445566", 0, "00200033ea8d2f60ca6d1374234a660b"),
    ("000102030405060708090a0b0c0d0e0f", "102233445566", 1, "00200190ffdc314389a9d9d074fd20aa"),
    ("63893b250840b8ae0bd0fa7e61d2783e", "64f2eaeddc25", 0x20dcfd43ffff,
     "ff7fff93810fc6e58f5dd326251544ce"),
]
KEY16 = "c97c1f67ce371185514a8a19f2bdd52f"
KEY32 = KEY16 + bytes(range(16)).hex()
CCMP_FRAME = ("0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033",
              "f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050", 0xb5039776e70c)
GCMP_FRAME = ("88480b000fd2e128a57c5030f18444085030f184440880330300", bytes(range(40)).hex(),
              0x00895f5f2b08)
ENCRYPTED = {
    "ccmp-128": (KEY16, *CCMP_FRAME, "0ce70020769703b5f3d0a2fe9a3dbf2342a643e43246e80c3c04d019"
                                     "7845ce0b16f97623"),
    "ccmp-256": (KEY32, *CCMP_FRAME, "0ce70020769703b56d155d8832668256d6a92b78e11d8e54495dd174"
                                     "80aa56c9492e882b97642f80d50fe97b"),
    "gcmp-128": (KEY16, *GCMP_FRAME, "082b00205f5f890060e9700cc4d40ac6d288b201c38f5bf08b807442"
                                     "640a1596e5dbdad41d1f3623f45d7a12db7afb23def619c2a374b6df"
                                     "66ffa53b6c69d79e"),
    "gcmp-256": (KEY32, *GCMP_FRAME, "082b00205f5f8900658343c8b14447d9211defd46ad89c710c6fc333"
                                     "33236e3997b9176a5a8be779b21266555e70ad79114316859095473d"
                                     "5b1bd596b3dea3bf"),
}


@pytest.mark.parametrize("key, ta, pn, wanted", MIXING)
def test_tkip_mixing(key, ta, pn, wanted):
    """Mixing of both phases."""
    assert tkip_rc4_key(bytes.fromhex(key), bytes.fromhex(ta), pn).hex() == wanted


@pytest.mark.parametrize("name", ENCRYPTED)
def test_vectors(name):
    """The standard's own frames."""
    key, head, plain, pn, wanted = (bytes.fromhex(part) if isinstance(part, str) else part
                                    for part in ENCRYPTED[name])
    one = cipher(name, key)
    assert one.seal(head, plain, pn) == head + wanted
    assert one.open(head + wanted) == plain


@pytest.mark.parametrize("name", ["wep-40", "wep-104", "tkip", "ccmp-128", "ccmp-256", "gcmp-128",
                                  "gcmp-256"])
def test_ciphers_undo_themselves(name):
    """A frame is decrypted as it was encrypted; with one bit changed, it is refused."""
    size = {"wep-40": 5, "wep-104": 13}.get(name, 32)
    one = cipher(name, bytes(range(size)))
    for octets in (0, 1, 16, 1500):
        frame = one.seal(header(), IP[:octets] + bytes(max(0, octets - len(IP))), 77, 0)
        assert len(one.open(frame)) == octets
        assert one.open(frame[:-1] + bytes((frame[-1] ^ 1,))) is None
