# SPDX-License-Identifier: GPL-2.0-only
"""Aggregation as the air, mac80211 and the NIC see it."""

import pytest

import sessions
from how import HE
from skuavm import wait_until

MODES = {
    "ht": ("", 64),
    "vht": ("ieee80211ac=1\n", 64),
    "he": (HE, 256),
}
# one TID of each AC, and a second one of two
TIDS = (0, 1, 3, 4, 5, 6)


@pytest.mark.lengthy
@pytest.mark.contract("A1", "A3", "A4", "A5", "A7", "A9")
@pytest.mark.parametrize("mode", MODES)
def test_sessions_begin_on_traffic(trio, mode):
    """Both ends agree on sessions, and A-MPDUs, windows and Block Acks are as agreed."""
    lines, window = MODES[mode]
    path = trio.capture()
    trio.link(ap_extra=lines)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    start = [sessions.counts(end) for end in ends]
    load = sessions.Load(trio).flowing()
    sessions.await_sessions(ends)
    sent = [end.engines()["tx_ampdu_mpdus"] for end in ends]
    wait_until("aggregates", 20, lambda: all(
        end.engines()["tx_ampdu_mpdus"] - before > 2000 for end, before in zip(ends, sent)))
    load.end(gap=2)
    sessions.nothing_left(trio)
    trio.capture_end()
    air = sessions.Judge(path)
    print(mode, air.verdict())
    for end, was in zip(ends, start):
        lengths = air.lengths[end.mac, 0]
        assert air.sizes[end.mac, 0] == window
        assert sum(lengths) / len(lengths) > 4
        assert 8 < max(lengths) <= window
        counts = sessions.counts(end) - was
        assert counts["tx_ampdu"] == sum(length > 1 for length in lengths)
        assert counts["tx_ampdu_mpdus"] == sum(length for length in lengths if length > 1)
        assert not counts["tx_retries"] and not counts["tx_no_ack"] and not counts["rx_ba_hole"]


@pytest.mark.lengthy
@pytest.mark.contract("A1", "A3", "A4")
def test_each_tid_has_a_session_of_its_own(trio):
    """Six TIDs at once: a session each, both ways; each TID in order by itself."""
    path = trio.capture()
    trio.link(ap_extra=HE)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    load = sessions.Load(trio, tids=TIDS, tcp=False, udp=150).flowing()
    sessions.begin(ends, TIDS)
    before = [end.engines()["tx_data"] for end in ends]
    wait_until("data", 20, lambda: all(
        end.engines()["tx_data"] - was > 2000 for end, was in zip(ends, before)))
    load.end(gap=1, lossless=True)
    sessions.nothing_left(trio)
    trio.capture_end()
    air = sessions.Judge(path)
    air.verdict()
    for end in ends:
        for tid in TIDS:
            assert air.sizes[end.mac, tid] == 256
        # on a quiet machine, most frames of so little traffic leave one by one
        assert any(air.lengths[end.mac, tid] for tid in TIDS)
