# SPDX-License-Identifier: GPL-2.0-only
"""Offloads of an end, as driver, mac80211 and ethtool show them, and traffic for them."""

import json
import re

import faults
from skuavm import wait_until

# counters of frames that the NIC or the driver should not have got
REFUSED = ("tx_refused", "rx_refused", "tx_no_key")


def features(end):
    caps = end.vm.get(f"{end.debugfs}/skua/caps").decode()
    return int(re.search(r"features (0x[0-9a-f]+)", caps)[1], 16)


def ethtool(end, *orders):
    result = end.run(faults.guest_program(end.vm, "guest_ethtool.py") +
                     [end.interface, *orders], check=True)
    return json.loads(result.stdout)


def decap(end):
    """Whether mac80211 takes 802.3 frames of all stations of an end."""
    files = end.vm.run(f"cat {end.debugfs}/netdev:*/stations/*/flags", check=True).stdout
    return "DECAP_OFFLOAD" in files


def moved(ends):
    return [end.engines()["rx_data"] for end in ends]


def await_traffic(ends, frames=500):
    before = moved(ends)
    wait_until("traffic", 60, lambda: all(
        now - was > frames for now, was in zip(moved(ends), before)))
