# SPDX-License-Identifier: GPL-2.0-only
"""Measurements of Skua, mac80211_hwsim and veth in one guest; scripts/lab/benchmark.py.

A sample is what one test gave over one link in one round; all else is made of the list
of samples:

    {"round": 0, "link": "skua", "cipher": "ccmp-128", "test": "tcp1-up",
     "values": {"tcp1-up": 2533.1}, "costs": {"mpdus": 181113, "interrupts": 11201, ...}}

plan      which tests, links and ciphers there are, their order, and what a user chose
links     connecting the links in the guest
traffic   one test over one link
costs     counters and processor time of the NICs
stats     medians, spread, ratios
table     the same as text
plot      the same as a picture, if there is matplotlib
store     JSON files

plan, stats and table, and the parsers in traffic and costs, are pure: they have no guest.
"""
