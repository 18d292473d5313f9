# SPDX-License-Identifier: GPL-2.0-only
"""Counters and processor time of the NICs, and what they come to for a frame on the air."""

import os
import time

COUNTERS = ("mpdus", "ppdus", "block_acks", "retransmissions", "doorbells", "interrupts",
            "register_reads", "instructions")


def add_up(nics):
    """Sums over the NICs of a process, from their answer to {"cmd": "counters"}."""
    result = dict.fromkeys(COUNTERS, 0)
    for nic in nics:
        engines, pci = nic["mac_engines"], nic["pci"]
        result["mpdus"] += engines["tx_mpdus"]
        result["ppdus"] += engines["tx_ppdus"]
        result["block_acks"] += engines["rx_ba_sent"]
        result["retransmissions"] += engines["tx_retries"]
        result["doorbells"] += pci["doorbells"]
        result["interrupts"] += sum(vector["sent"] for vector in pci["vectors"])
        result["register_reads"] += nic["bus"]["commands"] - nic["bus"]["posted"]
        result["instructions"] += nic["instructions"]
    return result


def cpu_seconds(pid):
    """Processor time of a process and its threads so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def difference(before, after):
    return {name: after[name] - before[name] for name in before}


def per_frame(costs):
    """What each MPDU on the air took, of the frames of the host; PPDUs and time beside it."""
    mpdus = max(costs["mpdus"], 1)
    result = {name: costs[name] / mpdus for name in COUNTERS if name != "mpdus"}
    result["mpdus"] = costs["mpdus"]
    result["mpdus_per_ppdu"] = costs["mpdus"] / max(costs["ppdus"], 1)
    result["nic_cpu_us"] = costs["cpu_s"] * 1e6 / mpdus
    result["nic_cpu_share"] = costs["cpu_s"] / costs["time_s"] if costs["time_s"] else 0.0
    return result


class Meter:
    """with Meter(nics) as meter: ...; then meter.costs has what was counted meanwhile."""

    def __init__(self, nics):
        self.nics = nics
        self.before = self.costs = None

    def read(self):
        result = add_up(self.nics.control({"cmd": "counters"})["nics"])
        result["cpu_s"] = cpu_seconds(self.nics.proc.pid)
        result["time_s"] = time.monotonic()
        return result

    def __enter__(self):
        self.before = self.read()
        return self

    def __exit__(self, *_):
        self.costs = difference(self.before, self.read())
