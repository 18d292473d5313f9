# SPDX-License-Identifier: GPL-2.0-only
"""An end of a link asks for other streams or widths while the link is used.

The judge is tshark, which tells how each frame went over the air.
"""

import pytest

import skualink
from bench import STA
from forge import raw, send
from how import How, answers, he80, vht80
from skuavm import wait_until

# hostapd's channel, its lines for the widest that each kind of frame can be, how wide that is.
# The channels differ, because wpa_supplicant uses old scan results of an access point.
KINDS = {
    "ht": (36, "ht_capab=[HT40+]\n", 40),
    "vht": (44, vht80(42), 80),
    "he": (149, he80(155), 80),
}


# Spatial streams


def smps(end, mode):
    """A station's mode of SM power save, by mac80211's debugfs."""
    end.vm.put(f"{end.debugfs}/netdev:{end.interface}/smps", mode)




@pytest.mark.contract("V5", "R10")
@pytest.mark.parametrize("kind, mode", [
    ("ht", "static"), ("ht", "dynamic"), ("vht", "dynamic"), ("he", "static")])
def test_station_saves_power_by_fewer_chains(trio, kind, mode):
    """SM power save: single-stream frames from the association, or a later notice, on."""
    channel, lines, width = KINDS[kind]
    smps(trio.ends["sta"], mode)
    trio.link(channel=channel, ap_extra=lines)
    assert answers(trio) == {How(kind, 1, width)}
    smps(trio.ends["sta"], "off")
    assert answers(trio) == {How(kind, 2, width)}
    smps(trio.ends["sta"], mode)
    assert answers(trio) == {How(kind, 1, width)}
    smps(trio.ends["sta"], "off")


# Width


def action(here, channel, body):
    """An action frame of the station, injected by a third NIC; no program here sends it."""
    ap, sta = (raw(here.ends[name]) for name in ("ap", "sta"))
    head = bytes.fromhex("d0000000") + ap + sta + ap + bytes.fromhex("f0ff")
    send(here, head + bytes.fromhex(body), skualink.frequency(channel))


@pytest.mark.contract("V5", "R10")
@pytest.mark.parametrize("kind, narrow, wide, wanted", [
    # HT: Notify Channel Width; VHT: Operating Mode Notification, of width and streams
    ("ht", "070000", "070001", ("ht", 2, 20)),
    ("vht", "150200", "150212", ("vht", 1, 20)),
    ("he", "150211", "150212", ("he", 2, 40)),
])
def test_station_narrows(trio, kind, narrow, wide, wanted):
    """A station tells that it hears less than it could: frames to it follow at once, and back."""
    channel, lines, width = KINDS[kind]
    trio.link(channel=channel, ap_extra=lines)
    assert answers(trio) == {How(kind, 2, width)}
    action(trio, channel, narrow)
    assert answers(trio) == {How(*wanted)}
    action(trio, channel, wide)
    assert answers(trio) == {How(kind, 2, width)}


@pytest.mark.contract("V5", "M7", "R10")
def test_access_point_narrows(trio):
    """A 40 MHz access point hears that others want 20: it and its station change, as they are."""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    trio.link(channel=6, ap_extra="ht_capab=[HT40+]\n")
    wide, narrow = {How("ht", 2, 40)}, {How("ht", 2, 20)}
    assert answers(trio) == answers(trio, STA, "sta", "ap") == wide
    # 20/40 BSS coexistence: 40 MHz intolerant
    action(trio, 6, "0400480102")
    wait_until("the narrow channel", 10, lambda: (
        "width: 20 MHz" in ap.iw("info") and "width: 20 MHz" in sta.iw("info")))
    assert answers(trio) == answers(trio, STA, "sta", "ap") == narrow
