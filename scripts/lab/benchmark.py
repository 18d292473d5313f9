#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Throughput and latency of Skua, of mac80211_hwsim, and of veth.

One guest has all three at once, each as two network name spaces with a link
between them: two Skua NICs and two hwsim radios, each pair with hostapd and
wpa_supplicant (WPA2-PSK, CCMP), and a pair of veth. In every round each of them
pings and runs iperf3 both ways; the first contender is another one in each round, so
that other load of the machine meets them all. The report has medians with the least
and the most, and the ratio of Skua to hwsim round by round.

There is no pass and no fail: figures of different machines, or of one machine on
different days, do not compare. docs/performance.rst says how to read them.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

import skualink
import skuavm
from skuavm import BUILD, GuestError, Nics, VM, make_run_dir

CONTENDERS = ("skua", "hwsim", "veth")
# measurements: key, title, unit, digits
MEASURES = (("up", "TCP up", "Mbit/s", 0), ("down", "TCP down", "Mbit/s", 0),
            ("ping", "ping", "ms", 3))
CHANNEL = {"skua": 36, "hwsim": 149}


def say(text):
    print(text, flush=True)


class Link:
    """Two name spaces with a link between them: NAME-a, which serves, and NAME-b."""

    def __init__(self, vm, name, number):
        self.vm, self.name = vm, name
        self.server, self.client = f"{name}-a", f"{name}-b"
        self.subnet = f"192.168.{70 + number}"
        self.cipher = "none"

    def connect(self, phys):
        if phys:
            ends = self.connect_radios(phys)
        else:
            ends = self.connect_veth()
        for netns, device, host in zip((self.server, self.client), ends, (1, 2)):
            self.vm.run(["ip", "addr", "add", f"{self.subnet}.{host}/24", "dev", device],
                        netns=netns, check=True)
        skualink.wait_for_ping(self.vm, self.client, f"{self.subnet}.1")

    def connect_radios(self, phys):
        channel = CHANNEL[self.name]
        for netns, phy in zip((self.server, self.client), phys):
            self.vm.add_netns(netns, phy)
        ap = skualink.AccessPoint(self.vm, self.server, ssid=self.name, channel=channel).start()
        sta = skualink.Station(self.vm, self.client, ssid=self.name,
                               freqs=[skualink.frequency(channel)]).start()
        self.cipher = sta.status()["pairwise_cipher"]
        if self.cipher != "CCMP":
            raise GuestError(f"{self.name}: the cipher is {self.cipher}, not CCMP")
        return ap.interface, sta.interface

    def connect_veth(self):
        for netns in (self.server, self.client):
            self.vm.add_netns(netns)
        self.vm.run(["ip", "link", "add", "veth0", "netns", self.server, "type", "veth",
                     "peer", "name", "veth0", "netns", self.client], check=True)
        for netns in (self.server, self.client):
            self.vm.run(["ip", "link", "set", "veth0", "up"], netns=netns, check=True)
        return "veth0", "veth0"

    def measure(self, seconds):
        """One round: {"up": Mbit/s, "down": Mbit/s, "ping": ms}."""
        target = f"{self.subnet}.1"
        sent, received, ping = skualink.ping(self.vm, self.client, target, count=50, interval=0.01)
        if sent != received:
            raise GuestError(f"{self.name}: {received} of {sent} pings came back")
        up = skualink.iperf(self.vm, self.client, self.server, target, seconds)
        down = skualink.iperf(self.vm, self.client, self.server, target, seconds, reverse=True)
        return {"up": up, "down": down, "ping": ping}


# CPU time and work of the NIC


def cpu_seconds(pid):
    """Processor time of a process and its threads so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def nic_counts(nics):
    """Counters of all NICs of the process together, since it began."""
    total = dict.fromkeys(("frames", "mpdus", "ppdus", "block_acks", "retransmissions",
                           "doorbells", "interrupts", "register_reads", "commands",
                           "instructions"), 0)
    for nic in nics.control({"cmd": "counters"})["nics"]:
        engines = nic["mac_engines"]
        total["frames"] += engines["tx_data"]
        total["mpdus"] += engines["tx_mpdus"]
        total["ppdus"] += engines["tx_ppdus"]
        total["block_acks"] += engines["rx_ba_sent"]
        total["retransmissions"] += engines["tx_retries"]
        total["doorbells"] += nic["pci"]["doorbells"]
        total["interrupts"] += sum(vector["sent"] for vector in nic["pci"]["vectors"])
        total["register_reads"] += nic["bus"]["commands"] - nic["bus"]["posted"]
        total["commands"] += nic["commands"]
        total["instructions"] += nic["instructions"]
    total["cpu_s"] = cpu_seconds(nics.proc.pid)
    total["time_s"] = time.monotonic()
    return total


class Costs:
    """The NICs' counters, added up over Skua's turns."""

    def __init__(self, nics):
        self.nics = nics
        self.sum = {}

    def __enter__(self):
        self.before = nic_counts(self.nics)

    def __exit__(self, *_):
        for name, after in nic_counts(self.nics).items():
            self.sum[name] = self.sum.get(name, 0) + after - self.before[name]

    def report(self):
        frames, time_s = max(self.sum["frames"], 1), self.sum["time_s"]
        each = {name: self.sum[name] / frames
                for name in ("ppdus", "block_acks", "retransmissions", "doorbells",
                             "interrupts", "register_reads", "instructions")}
        return {
            "total": self.sum,
            "per_frame": each,
            "mpdus_per_ppdu": self.sum["mpdus"] / max(self.sum["ppdus"], 1),
            "instructions_per_second": self.sum["instructions"] / time_s,
            "nic_cpu_share": self.sum["cpu_s"] / time_s,
            "nic_cpu_us_per_frame": self.sum["cpu_s"] * 1e6 / frames,
        }


# The run


def boot(run_dir):
    """(nics, vm, links): everything up and connected."""
    nics = Nics(2, run_dir=run_dir, capture=False)
    vm = VM(nics.take(2), name="bench", run_dir=run_dir)
    try:
        nics.start()
        vm.start()
        vm.modprobe("cfg80211")
        vm.run(["iw", "reg", "set", "US"], check=True)
        vm.modprobe("skua")
        skuavm.wait_until("Skua's phys", 30, lambda: len(vm.phys()) == 2)
        phys = {"skua": vm.phys()}
        vm.modprobe("mac80211_hwsim", "radios=2")
        skuavm.wait_until("hwsim's phys", 30, lambda: len(vm.phys()) == 4)
        phys["hwsim"] = [phy for phy in vm.phys() if phy not in phys["skua"]]
        links = {name: Link(vm, name, number) for number, name in enumerate(CONTENDERS)}
        for name, link in links.items():
            link.connect(phys.get(name))
    except BaseException:
        vm.kill()
        nics.kill()
        raise
    return nics, vm, links


def run_rounds(links, costs, args):
    """{contender: [a round, ...]}"""
    samples = {name: [] for name in CONTENDERS}
    for number in range(args.rounds):
        first = number % len(CONTENDERS)
        for name in CONTENDERS[first:] + CONTENDERS[:first]:
            if name == "skua":
                with costs:
                    one = links[name].measure(args.seconds)
            else:
                one = links[name].measure(args.seconds)
            samples[name].append(one)
            say(f"round {number + 1}, {name}: {one['up']:.0f} up, {one['down']:.0f} down, "
                f"ping {one['ping']:.3f} ms")
    return samples


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def summarize(samples):
    """Medians and ratios by measure."""
    result = {}
    for key, _, _, _ in MEASURES:
        row = {name: spread([one[key] for one in samples[name]]) for name in CONTENDERS}
        for other in ("hwsim", "veth"):
            row[f"skua/{other}"] = spread([ours[key] / theirs[key] for ours, theirs
                                           in zip(samples["skua"], samples[other])])
        result[key] = row
    return result


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def source():
    """The commit that the tree is at, or None."""
    result = subprocess.run(["git", "-C", skuavm.TOP, "describe", "--always", "--dirty"],
                            capture_output=True, text=True, check=False)
    return result.stdout.strip() or None


def show(report):
    def cell(numbers, digits):
        return (f"{numbers['median']:.{digits}f}  ({numbers['min']:.{digits}f} to "
                f"{numbers['max']:.{digits}f})")

    rows = [["", *CONTENDERS, "skua/hwsim"]]
    for key, title, unit, digits in MEASURES:
        row = report["summary"][key]
        rows.append([f"{title}, {unit}", *(cell(row[name], digits) for name in CONTENDERS),
                     cell(row["skua/hwsim"], 2)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    say("\nmedian (least to most) of "
        f"{report['rounds']} rounds of {report['seconds']} s; load {report['load_before'][0]:.1f}"
        f" before and {report['load_after'][0]:.1f} after, on {report['processors']} processors\n")
    for row in rows:
        say("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    costs = report["costs"]
    say("\na data frame over Skua, both NICs together, took")
    for name, value in costs["per_frame"].items():
        say(f"  {value:10.4f}  {name.replace('_', ' ')}" +
            (" of the control processors" if name == "instructions" else ""))
    say(f"  {costs['nic_cpu_us_per_frame']:10.4f}  us of processor time in skua-nic")
    say(f"PPDUs had {costs['mpdus_per_ppdu']:.1f} MPDUs in the mean")
    say(f"control processors: {costs['instructions_per_second'] / 1e6:.3f} million instructions a"
        f" second; skua-nic used {costs['nic_cpu_share'] * 100:.0f} % of one processor")


def save(report):
    folder = os.path.join(BUILD, "bench")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, time.strftime("bench-%Y%m%d-%H%M%S.json"))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    return path


def benchmark(args, run_dir):
    report = {"date": time.strftime("%Y-%m-%d %H:%M:%S %z"), "source": source(),
              "rounds": args.rounds, "seconds": args.seconds, "processor": processor(),
              "processors": os.cpu_count(), "load_before": os.getloadavg()}
    nics, vm, links = boot(run_dir)
    try:
        report["guest"] = vm.release
        report["cipher"] = {name: link.cipher for name, link in links.items()}
        costs = Costs(nics)
        report["samples"] = run_rounds(links, costs, args)
        vm.console.check()
        vm.stop()
    except BaseException:
        vm.kill()
        nics.kill()
        raise
    nics.stop()
    report["load_after"] = os.getloadavg()
    report["summary"] = summarize(report["samples"])
    report["costs"] = costs.report()
    return report


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def main():
    parser = argparse.ArgumentParser(description="Skua, mac80211_hwsim and veth in one guest.")
    parser.add_argument("--rounds", type=positive, default=3, help="default 3")
    parser.add_argument("--seconds", type=positive, default=3, help="of each iperf3 run; default 3")
    args = parser.parse_args()
    run_dir = make_run_dir("bench")
    try:
        report = benchmark(args, run_dir)
    except (GuestError, subprocess.SubprocessError, OSError) as err:
        skuavm.mark_failed(run_dir)
        sys.exit(f"bench: failed: {err}\nbench: the logs are in {run_dir}")
    show(report)
    say(f"\nall figures: {save(report)}")


if __name__ == "__main__":
    main()
