# SPDX-License-Identifier: GPL-2.0-only
"""What is measured, in which order, and what the user chose of it."""

import argparse
import collections

LINKS = ("skua", "hwsim", "veth")
CIPHERS = ("open", "ccmp-128", "gcmp-256")
# links without any cipher are measured once a round
PLAIN_LINKS = ("veth",)

# kind is a key of traffic.KINDS, options are for its function
Test = collections.namedtuple("Test", "name kind options")
TESTS = {test.name: test for test in [
    Test("tcp1-up", "tcp", {"streams": 1, "way": "up"}),
    Test("tcp1-down", "tcp", {"streams": 1, "way": "down"}),
    Test("tcp1-both", "tcp", {"streams": 1, "way": "both"}),
    Test("tcp8-up", "tcp", {"streams": 8, "way": "up"}),
    Test("tcp8-down", "tcp", {"streams": 8, "way": "down"}),
    Test("tcp8-both", "tcp", {"streams": 8, "way": "both"}),
    Test("udp-64", "udp", {"octets": 64}),
    Test("udp-1470", "udp", {"octets": 1470}),
    Test("ping-idle", "ping", {"load": False}),
    Test("ping-load", "ping", {"load": True}),
]}

# title, unit, digits; higher is better unless the unit is ms
Measure = collections.namedtuple("Measure", "name title unit digits")
MEASURES = {measure.name: measure for measure in [
    Measure("tcp1-up", "TCP, 1 stream up", "Mbit/s", 0),
    Measure("tcp1-down", "TCP, 1 stream down", "Mbit/s", 0),
    Measure("tcp1-both", "TCP, 1 stream each way", "Mbit/s", 0),
    Measure("tcp8-up", "TCP, 8 streams up", "Mbit/s", 0),
    Measure("tcp8-down", "TCP, 8 streams down", "Mbit/s", 0),
    Measure("tcp8-both", "TCP, 8 streams each way", "Mbit/s", 0),
    Measure("udp-64", "UDP, 64 octets", "frames/s", 0),
    Measure("udp-64-lost", "  of them lost", "%", 2),
    Measure("udp-1470", "UDP, 1470 octets", "frames/s", 0),
    Measure("udp-1470-lost", "  of them lost", "%", 2),
    Measure("ping-idle", "ping, idle, median", "ms", 3),
    Measure("ping-idle-worst", "ping, idle, worst", "ms", 3),
    Measure("ping-load", "ping under TCP up, median", "ms", 3),
    Measure("ping-load-worst", "ping under TCP up, worst", "ms", 3),
    Measure("ping-load-lost", "  of them lost", "%", 2),
]}

QUICK = {"rounds": 2, "seconds": 1}
FULL = {"rounds": 5, "seconds": 3}


def choose(text, known):
    """Names out of known, by name or by what stands before a dash; in the order of known."""
    chosen = set()
    for word in filter(None, text.split(",")):
        found = {name for name in known if name == word or name.startswith(word + "-")}
        if not found:
            raise argparse.ArgumentTypeError(f"{word} is none of {', '.join(known)}")
        chosen |= found
    if not chosen:
        raise argparse.ArgumentTypeError(f"at least one of {', '.join(known)}")
    return tuple(name for name in known if name in chosen)


def rotate(items, by):
    """Each round begins with another one, so that other load of the machine meets all."""
    by %= max(len(items), 1)
    return tuple(items[by:]) + tuple(items[:by])


def blocks(number, links, ciphers):
    """The round with this number: [(cipher, links), ...].

    The links of a block are up at the same time and take turns, test by test, so that
    what is compared is measured within seconds. Links without a cipher are in one block
    alone, another one in each round.
    """
    wireless = [link for link in links if link not in PLAIN_LINKS]
    plain = [link for link in links if link in PLAIN_LINKS]
    if not wireless:
        return [(None, tuple(plain))]
    return [(cipher, rotate(wireless + (plain if place == 0 else []), number))
            for place, cipher in enumerate(rotate(ciphers, number))]


def cipher_of(link, cipher):
    """How a sample of this link names the cipher."""
    return None if link in PLAIN_LINKS else cipher
