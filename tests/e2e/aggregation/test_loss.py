# SPDX-License-Identifier: GPL-2.0-only
"""Loss by rule while data flows over sessions: nothing corrupted, out of order, or stalled."""

import pytest

import sessions
from skuavm import wait_until

DATA, QOS_DATA = 2, 8
CONTROL, BA, BAR = 1, 9, 8
HE = "ieee80211ac=1\nieee80211ax=1\n"

# what is lost, and one in how many of them
RULES = {
    "mpdu-10": [({"type": DATA, "subtype": QOS_DATA}, 10)],
    "mpdu-50": [({"type": DATA, "subtype": QOS_DATA}, 2)],
    "block-ack-20": [({"type": CONTROL, "subtype": BA}, 5)],
    "block-ack-50": [({"type": CONTROL, "subtype": BA}, 2)],
    "ppdu-20": [({"type": DATA, "subtype": QOS_DATA, "part": "ppdu"}, 5)],
    "ppdu-50": [({"type": DATA, "subtype": QOS_DATA, "part": "ppdu"}, 2)],
    "delimiter-30": [({"type": DATA, "subtype": QOS_DATA, "part": "delimiter"}, 3)],
    "all": [({"type": DATA, "subtype": QOS_DATA}, 4),
            ({"type": DATA, "subtype": QOS_DATA, "part": "delimiter"}, 7),
            ({"type": DATA, "subtype": QOS_DATA, "part": "ppdu"}, 6),
            ({"type": CONTROL, "subtype": BA}, 6), ({"type": CONTROL, "subtype": BAR}, 3)],
}


@pytest.mark.lengthy
@pytest.mark.contract("A2", "A5", "A9", "A10", "R14", "R16", "T1")
def test_nothing_breaks(trio):
    """Each kind of loss, both ways at once, one after the other, under TCP and UDP."""
    trio.link(ap_extra=HE)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    for name, rules in RULES.items():
        load = sessions.Load(trio).flowing()
        sessions.begin(ends)
        for rule, every in rules:
            for end in ends:
                trio.lose(ta=end.mac, nth=every, every=every, **rule)
        before = [end.engines() for end in ends]
        wait_until(f"traffic: {name}", 60, lambda: all(
            end.engines()["rx_data"] - was["rx_data"] > 800 for end, was in zip(ends, before)))
        load.end(gap=5)
        trio.nics.control({"cmd": "lose_clear"})
        sessions.nothing_left(trio)
        after = [end.engines() for end in ends]
        for now, was in zip(after, before):
            assert now["tx_retries"] > was["tx_retries"]
            for count in ("rx_replay", "rx_mic_error", "rx_malformed", "rx_fcs_error"):
                assert now[count] == was[count], (name, count)
