# SPDX-License-Identifier: GPL-2.0-only
"""Access points and their neighbours: protection for an older BSS, many BSSes on one NIC."""

import re

import pytest

from skuavm import wait_until

OLD = "ieee80211n=0\nwmm_enabled=0\n"


@pytest.mark.lengthy
def test_hears_old_neighbour(trio):
    """An access point hears the beacons of an older BSS, and no more when it has gone.

    It owes protection to stations that are older than its own (OLBC).
    """
    ap = trio.ends["ap"].ap(channel=6, extra="ap_table_expiration_time=2\n")
    assert ap.status()["olbc"] == ap.status()["olbc_ht"] == "0"
    old = trio.ends["third"].ap(ssid="old", channel=6, extra=OLD)
    wait_until("the older neighbour to be heard", 5, lambda: ap.status()["olbc_ht"] == "1")
    old.stop()
    wait_until("it to be forgotten", 20, lambda: ap.status()["olbc_ht"] == "0")


def test_many_bss(octet):
    """Seventeen BSSes on one NIC, each with beacons and stations of its own."""
    end = octet.ends["n0"]
    names = [f"bss{i}" for i in range(16)]
    # the NIC's own address has the fifth bit of the last octet clear
    extra = "".join(f"bss={name}\nssid={name}\nbssid={end.mac[:-2]}{0x10 + i:02x}\n"
                    for i, name in enumerate(names))
    end.ap(security="open", channel=1, extra=extra)
    there = octet.ends["n1"]
    there.up()
    missing = set(names)

    def all_seen():
        # as many answers at once as this may take longer than a scan listens
        found = there.scan("freq", "2412")
        missing.difference_update(name for name in names if f"SSID: {name}\n" in found)
        return not missing

    wait_until("all of them to be seen", 30, all_seen)
    for name, other in (names[0], octet.ends["n1"]), (names[-1], octet.ends["n2"]):
        other.up()
        other.iw("connect", "-w", name, "2412")
        stations = end.run(["iw", "dev", name, "station", "dump"], check=True).stdout
        assert re.search(rf"^Station {other.mac} ", stations, re.MULTILINE), stations
