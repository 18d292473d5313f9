# SPDX-License-Identifier: GPL-2.0-only
"""How frames went over the air, by tshark: kind, spatial streams, width."""

import collections

import bench
from bench import AP

# hostapd's lines for HE
HE = "ieee80211ac=1\nieee80211ax=1\n"


def vht80(centre):
    """hostapd's lines for 80 MHz around a channel, of which its own is a lower one of two."""
    return ("ht_capab=[HT40+]\nieee80211ac=1\nvht_oper_chwidth=1\n"
            f"vht_oper_centr_freq_seg0_idx={centre}\n")


def he80(centre):
    return (vht80(centre) + "ieee80211ax=1\nhe_oper_chwidth=1\n"
            f"he_oper_centr_freq_seg0_idx={centre}\n")


# kind is ht, vht or he; width in MHz
How = collections.namedtuple("How", ["kind", "streams", "width"])
FIELDS = ["radiotap.mcs.index", "radiotap.mcs.bw", "radiotap.vht.nss.0", "radiotap.vht.bw",
          "radiotap.he.data_6.nsts", "radiotap.he.data_5.data_bw_ru_allocation"]
VHT_WIDTHS = {0: 20, 1: 40, 4: 80, 11: 160}


def how(frame):
    """tshark's view of a frame; None if it is not HT, VHT or HE."""
    numbers = [int(value, 0) if value else None for value in frame]
    if numbers[0] is not None:
        return How("ht", numbers[0] // 8 + 1, 40 if numbers[1] else 20)
    if numbers[2] is not None:
        return How("vht", numbers[2], VHT_WIDTHS[numbers[3]])
    if numbers[4] is not None:
        return How("he", numbers[4], 20 << numbers[5])
    return None


def answers(here, target=AP, by="ap", to="sta", count=10):
    """How the first tries of unicast data go from one end to the other that pings it."""
    path = here.capture()
    here.ends[to].ping(target, count=count)
    here.capture_end()
    wanted = (f"wlan.fc.type == 2 && wlan.fc.retry == 0 && wlan.ta == {here.ends[by].mac}"
              f" && wlan.ra == {here.ends[to].mac}")
    seen = [how(frame) for frame in bench.frames(path, wanted, FIELDS)]
    assert len(seen) >= count
    return set(seen)
