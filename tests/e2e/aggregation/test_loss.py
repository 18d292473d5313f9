# SPDX-License-Identifier: GPL-2.0-only
"""Loss by rule while data flows: nothing corrupted, out of order, or stalled.

Of links with aggregation, and of those with one part of it switched off.
"""

import os
import time

import pytest

import bench
import sessions
from how import HE
from skuavm import wait_until

DATA, QOS_DATA = 2, 8
CONTROL, ACK, BA, BAR = 1, 13, 9, 8
FRAMES = 800    # that each end receives in a row of the table
SECONDS = float(os.environ.get("SKUA_LOSS_SECONDS", "20"))  # of a row, in the long test


def data(every, part="mpdu"):
    return {"type": DATA, "subtype": QOS_DATA, "part": part}, every


def control(subtype, every):
    return {"type": CONTROL, "subtype": subtype}, every


# what is lost, and one in how many of them
RULES = {
    "nothing": [],
    "mpdu-10": [data(10)],
    "mpdu-50": [data(2)],
    "ack-20": [control(ACK, 5)],
    "ack-50": [control(ACK, 2)],
    "block-ack-20": [control(BA, 5)],
    "block-ack-50": [control(BA, 2)],
    "ppdu-20": [data(5, "ppdu")],
    "ppdu-50": [data(2, "ppdu")],
    "delimiter-30": [data(3, "delimiter")],
    "all": [data(4), data(7, "delimiter"), data(6, "ppdu"), control(BA, 6), control(BAR, 3)],
}
ALL = [name for name in RULES if not name.startswith("ack")]
WITH = ["nothing", "mpdu-10", "mpdu-50", "block-ack-20", "all"]
WITHOUT = ["nothing", "mpdu-10", "mpdu-50", "ack-20", "ack-50"]
# guests (see bench.SHAPES), rows for them, and who reorders: nobody, if there are no sessions
LINKS = {
    "trio": (ALL, "NIC"),
    "no_tx_amsdu": (WITH, "NIC"),
    "no_rx_reorder": (WITH, "mac80211"),
    "no_rx_ampdu": (WITHOUT, None),
    "no_tx_ampdu": (WITHOUT, None),
}
FAULTS = ("rx_replay", "rx_mic_error", "rx_malformed", "rx_fcs_error", "tx_ba_stalled")

pytestmark = [pytest.mark.parametrize("shaped", LINKS, indirect=True),
              pytest.mark.contract("A2", "A5", "A6", "A9", "A10", "R14", "R16", "T1")]


def loss(here, name, tids, seconds):
    """A row: the rule is in force while both ways have traffic, for so many seconds at least."""
    _, orders = LINKS[here.shape]
    ends = [here.ends["ap"], here.ends["sta"]]
    load = sessions.Load(here, tids=tids).flowing()
    if orders:
        sessions.begin(ends, tids)
    for rule, every in RULES[name]:
        for end in ends:
            here.lose(ta=end.mac, nth=every, every=every, **rule)
    before, end_of_row = [sessions.counts(end) for end in ends], time.monotonic() + seconds
    wait_until(f"traffic: {name}", seconds + 60, lambda: time.monotonic() >= end_of_row and all(
        (sessions.counts(end) - was)["rx_data"] > FRAMES for end, was in zip(ends, before)))
    if orders:
        assert sessions.there(ends, tids), "a session has ended"
    hits = here.nics.control({"cmd": "lose_clear"})["hits"]
    load.end(gap=5 if RULES[name] else 2, lossless=not RULES[name])
    sessions.nothing_left(here)
    # each rule had something to lose, in both directions; frames are given up rarely
    rules = [rule for rule, _ in RULES[name] for _ in ends]
    assert len(hits) == len(rules) and all(
        hit or rule.get("subtype") == BAR for hit, rule in zip(hits, rules)), hits
    for end, was in zip(ends, before):
        now = sessions.counts(end) - was
        assert was.keys() >= {*FAULTS, "rx_ba_hole"}
        assert not [count for count in FAULTS if now[count]], now
        assert bool(now["tx_retries"]) == bool(RULES[name]), now
        assert now["tx_ampdu_mpdus"] > FRAMES / 4 if orders else not now["tx_ampdu"], now
        if orders != "NIC":
            assert not now["rx_ba_hole"], now


def losses(here, tids, seconds):
    """All rows for the guest, one after the other."""
    here.link(ap_extra=HE)
    for name in LINKS[here.shape][0]:
        loss(here, name, tids, seconds)


@pytest.mark.lengthy
def test_nothing_breaks(shaped):
    """Each kind of loss, both ways at once, one after the other, under TCP and UDP."""
    losses(shaped, (0,), 0)


@pytest.mark.long
def test_nothing_breaks_for_minutes(shaped):
    """The same on two TIDs, each row for SKUA_LOSS_SECONDS."""
    losses(shaped, (0, 5), SECONDS * bench.SLOWNESS)
