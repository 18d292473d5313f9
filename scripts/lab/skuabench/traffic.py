# SPDX-License-Identifier: GPL-2.0-only
"""One test over one link; each function gives {measure: value}."""

import json
import re
import statistics

import skualink
from skuavm import GuestError

PING_MS = 10
# iperf3's report has an entry for each stream and interval, and goes over a serial line
IPERF = "-i 0"
WAYS = {"up": "", "down": "-R", "both": "--bidir"}
UDP_PORT = 5301
UDP_PROGRAM = "/skua/guest/udp.py"


def tcp_rate(end):
    """Mbit/s that the receivers saw, both ways together; from the end of iperf3's report."""
    sums = [end[name] for name in ("sum_received", "sum_received_bidir_reverse") if name in end]
    return sum(one["bits_per_second"] for one in sums) / 1e6


def tcp(link, name, seconds, streams, way):
    end = skualink.iperf_report(link.vm, link.client, link.server, link.address, seconds,
                                extra=f"{IPERF} -P {streams} {WAYS[way]}")
    return {name: tcp_rate(end)}


def udp_values(name, report):
    """From what both ends of guest/udp.py counted."""
    lost = report["sent"] - report["received"]
    return {name: report["received"] / report["seconds"],
            f"{name}-lost": 100 * lost / max(report["sent"], 1)}


def udp(link, name, seconds, octets):
    receiver = link.vm.popen([UDP_PROGRAM, "receive", str(UDP_PORT)], netns=link.server)
    try:
        receiver.wait_for("ready", 10)
        sent = link.vm.run([UDP_PROGRAM, "send", link.address, str(UDP_PORT), str(octets),
                            str(seconds)], netns=link.client, check=True, timeout=seconds + 30)
    finally:
        receiver.kill()
    return udp_values(name, json.loads(sent.stdout))


def ping_values(name, text):
    """From ping's output: median and worst in ms, and the lost ones in percent."""
    times = [float(ms) for ms in re.findall(r" time=([\d.]+) ms", text)]
    counts = re.search(r"(\d+) packets transmitted, (\d+) received", text)
    if not counts or not times:
        raise GuestError(f"ping: {text[-2000:]}")
    sent, received = map(int, counts.groups())
    return {name: statistics.median(times), f"{name}-worst": max(times),
            f"{name}-lost": 100 * (sent - received) / sent}


def run_ping(link, name, seconds):
    result = link.vm.run(["ping", "-n", "-c", str(seconds * 1000 // PING_MS), "-i",
                          str(PING_MS / 1000), "-W", "2", link.address],
                         netns=link.client, timeout=seconds + 30)
    return ping_values(name, result.stdout)


def ping(link, name, seconds, load):
    if load:
        with skualink.iperf_running(link.vm, link.client, link.server, link.address,
                                    seconds + 30):
            return run_ping(link, name, seconds)
    values = run_ping(link, name, seconds)
    if values.pop(f"{name}-lost"):
        raise GuestError(f"{link.name}: pings were lost without any load")
    return values


KINDS = {"tcp": tcp, "udp": udp, "ping": ping}


def run(link, test, seconds):
    """{measure: value} of a plan.Test."""
    return KINDS[test.kind](link, test.name, seconds, **test.options)
