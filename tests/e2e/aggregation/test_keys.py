# SPDX-License-Identifier: GPL-2.0-only
"""New pairwise keys while sessions are up."""

import pytest

import sessions
from bench import AP, STA
from how import HE
from skuavm import wait_until

EXTENDED = "extended_key_id=1\n"


def enough(ends, before):
    return all((sessions.counts(end) - was)["tx_ampdu_mpdus"] > 400
               for end, was in zip(ends, before))


@pytest.mark.lengthy
@pytest.mark.contract("K15", "A3", "A5")
@pytest.mark.parametrize("shaped", ["trio", "soft"], indirect=True)
def test_sessions_outlive_new_keys(shaped):
    """With Extended Key ID no session ends for a new key, and no frame is lost.

    The NIC encrypts, or mac80211 does: no A-MPDU has two key ids.
    """
    ends = [shaped.ends["ap"], shaped.ends["sta"]]
    path = shaped.capture()
    ends[0].ap(extra=HE + EXTENDED + "wpa_ptk_rekey=2\n")
    sta = ends[1].station(freqs=[5180], extra=EXTENDED)
    ends[0].address(AP)
    ends[1].address(STA)
    load = sessions.Load(shaped, tcp=False, udp=500).flowing()
    sessions.begin(ends)
    begun = [end.driver()["ba_tx"] for end in ends]
    for _ in range(3):
        before = [sessions.counts(end) for end in ends]
        mark = len(sta.process.output)
        sta.process.wait_for("WPA: Key negotiation completed", 15, start=mark)
        wait_until("aggregates", 20, lambda was=before: enough(ends, was))
    assert sessions.there(ends)
    assert [end.driver()["ba_tx"] for end in ends] == begun, "sessions began anew"
    load.end(gap=1, lossless=True)
    sessions.nothing_left(shaped)
    shaped.capture_end()
    air = sessions.Judge(path)
    air.verdict()
    assert not air.ends
    for end in ends:
        assert air.keys[end.mac] == {"0", "1"}
