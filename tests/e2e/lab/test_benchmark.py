# SPDX-License-Identifier: GPL-2.0-only
"""The benchmark's own calculations, and one short run of it."""

import argparse
import importlib.util
import json
import os
import subprocess
import sys

import pytest

import benchmark
import skuavm
from skuabench import costs, plan, plot, stats, store, table, traffic


def make(number, link, cipher, test="tcp1-up", **values):
    return {"round": number, "link": link, "cipher": cipher, "test": test, "values": values}


# two rounds; the ratios of a round differ from those of the medians
SAMPLES = [
    make(0, "skua", "open", **{"tcp1-up": 100}), make(1, "skua", "open", **{"tcp1-up": 300}),
    make(0, "hwsim", "open", **{"tcp1-up": 50}), make(1, "hwsim", "open", **{"tcp1-up": 100}),
    make(0, "skua", "ccmp-128", **{"tcp1-up": 80}), make(0, "hwsim", "ccmp-128", **{"tcp1-up": 10}),
    make(0, "veth", None, **{"tcp1-up": 400}), make(1, "veth", None, **{"tcp1-up": 400}),
]


@pytest.mark.parametrize("text, chosen", [
    ("tcp1", ("tcp1-up", "tcp1-down", "tcp1-both")),
    ("ping-load,udp-64", ("udp-64", "ping-load")),
    ("udp,udp-64", ("udp-64", "udp-1470")),
])
def test_choice_of_tests(text, chosen):
    assert plan.choose(text, tuple(plan.TESTS)) == chosen


@pytest.mark.parametrize("text", ["tcp", "tcp1-", "", ",", "veth"])
def test_choice_of_what_is_not_there(text):
    with pytest.raises(argparse.ArgumentTypeError):
        plan.choose(text, tuple(plan.TESTS))


def test_every_measure_of_a_test_has_a_title():
    for test in plan.TESTS:
        assert test in plan.MEASURES
    for kind in {test.kind for test in plan.TESTS.values()}:
        assert kind in traffic.KINDS


def test_options():
    args = benchmark.parse([])
    assert (args.rounds, args.seconds, args.links) == (2, 1, plan.LINKS)
    args = benchmark.parse(["--full", "--seconds", "7", "--ciphers", "gcmp"])
    assert (args.rounds, args.seconds, args.ciphers) == (5, 7, ("gcmp-256",))


@pytest.mark.parametrize("number", range(4))
def test_a_round_has_each_link_with_each_cipher_and_veth_once(number):
    seen = [(plan.cipher_of(link, cipher), link)
            for cipher, links in plan.blocks(number, plan.LINKS, plan.CIPHERS) for link in links]
    want = {(cipher, link) for cipher in plan.CIPHERS for link in ("skua", "hwsim")}
    assert len(seen) == len(set(seen))
    assert set(seen) == want | {(None, "veth")}


def test_rounds_begin_with_another_link_and_another_cipher():
    first = [plan.blocks(number, plan.LINKS, plan.CIPHERS)[0] for number in range(3)]
    assert {cipher for cipher, _ in first} == set(plan.CIPHERS)
    assert {links[0] for _, links in first} == set(plan.LINKS)


def test_blocks_of_veth_alone():
    assert plan.blocks(0, ("veth",), plan.CIPHERS) == [(None, ("veth",))]


def test_ratios_are_those_of_each_round():
    row = stats.row(SAMPLES, "open", "tcp1-up")
    assert row["skua"] == {"median": 200, "min": 100, "max": 300, "count": 2}
    assert row["skua/hwsim"] == {"median": 2.5, "min": 2, "max": 3, "count": 2}
    assert row["skua/veth"] == {"median": 0.5, "min": 0.25, "max": 0.75, "count": 2}


def test_a_ratio_is_to_hwsim_with_the_same_cipher():
    row = stats.row(SAMPLES, "ccmp-128", "tcp1-up")
    assert row["skua/hwsim"]["median"] == 8
    assert row["skua/veth"]["count"] == 1


def test_no_ratio_without_both():
    assert not stats.ratios({0: 1}, {1: 1})
    assert not stats.ratios({0: 1}, {0: 0})
    assert "skua/hwsim" not in stats.row(SAMPLES[:2], "open", "tcp1-up")


def test_summary_has_what_was_measured():
    summary = stats.summarize(SAMPLES)
    assert list(summary) == ["open", "ccmp-128"]
    assert list(summary["open"]) == ["tcp1-up"]
    assert list(stats.summarize(SAMPLES[-2:])) == ["none"]


def nic(mpdus, ppdus=1, sent=(0, 0)):
    return {"mac_engines": {"tx_mpdus": mpdus, "tx_ppdus": ppdus, "rx_ba_sent": 2, "tx_retries": 3},
            "pci": {"doorbells": 4, "vectors": [{"sent": one} for one in sent]},
            "bus": {"commands": 9, "posted": 7}, "instructions": 5}


def test_costs_are_those_of_all_nics():
    both = costs.add_up([nic(10, 2, (1, 2)), nic(20, 3, (3, 4))])
    assert both == {"mpdus": 30, "ppdus": 5, "block_acks": 4, "retransmissions": 6, "doorbells": 8,
                    "interrupts": 10, "register_reads": 4, "instructions": 10}


def test_costs_of_a_frame():
    before = dict(costs.add_up([nic(0, 0)]), cpu_s=1.0, time_s=10.0)
    after = dict(costs.add_up([nic(100, 10, (5, 20))]), cpu_s=1.5, time_s=12.0)
    one = {"cipher": "open", "test": "tcp1-up", "costs": costs.difference(before, after)}
    twice = stats.summarize_costs([one, one, {"cipher": "open", "test": "tcp1-up"}])
    frame = twice["open"]["tcp1-up"]
    assert frame["mpdus"] == 200
    assert frame["mpdus_per_ppdu"] == 10
    assert frame["interrupts"] == 0.25
    assert frame["nic_cpu_us"] == pytest.approx(5000)
    assert frame["nic_cpu_share"] == pytest.approx(0.25)


def test_processor_time_of_a_process():
    before = costs.cpu_seconds(os.getpid())
    while costs.cpu_seconds(os.getpid()) == before:
        pass
    assert costs.cpu_seconds(os.getpid()) < before + 5


def test_values_of_iperf():
    one_way = {"sum_received": {"bits_per_second": 2e6}}
    assert traffic.tcp_rate(one_way) == 2
    assert traffic.tcp_rate(dict(one_way, sum_received_bidir_reverse={"bits_per_second": 3e6})) == 5


def test_values_of_ping():
    text = "".join(f"64 bytes from 192.0.2.1: icmp_seq={n} ttl=64 time={ms} ms\n"
                   for n, ms in enumerate((0.1, 9.5, 0.3), 1))
    text += "4 packets transmitted, 3 received, 25% packet loss, time 30ms\n"
    assert traffic.ping_values("ping-load", text) == {
        "ping-load": 0.3, "ping-load-worst": 9.5, "ping-load-lost": 25}
    with pytest.raises(skuavm.GuestError):
        traffic.ping_values("ping-load", "4 packets transmitted, 0 received, 100% packet loss")


def test_values_of_udp():
    assert traffic.udp_values("udp-64", {"sent": 2000, "received": 1500, "seconds": 0.5}) == {
        "udp-64": 3000, "udp-64-lost": 25}


def report(samples, rounds=2):
    result = {"date": "today", "source": "v1", "rounds": rounds, "seconds": 1, "processor": "one",
              "processors": 2, "pinned": True, "guest": "6.12", "load_before": [0.5, 0, 0],
              "load_after": [1.5, 0, 0], "samples": samples}
    return dict(result, summary=stats.summarize(samples), costs=stats.summarize_costs(samples))


def test_reports_together(tmp_path):
    for name in "ab":
        store.save(report(SAMPLES), tmp_path / name)
    merged = store.merge([store.load(tmp_path / name) for name in "ab"])
    assert merged["rounds"] == 4
    assert stats.row(merged["samples"], "open", "tcp1-up")["skua/hwsim"]["count"] == 4
    assert merged["source"] == "v1"
    other = dict(report(SAMPLES), source="v2")
    assert store.merge([merged, other])["source"] == "v1, v2"


def test_table():
    lines = table.text(report(SAMPLES)).splitlines()
    row = next(line for line in lines if line.startswith("TCP, 1 stream up"))
    assert "200 (100 to 300)" in row and "2.50 (2.00 to 3.00)" in row
    assert next(line for line in lines if "ccmp-128" in line)


def test_bars_of_a_picture():
    rows = stats.summarize([make(0, "skua", "open", **{"udp-64": 1, "udp-64-lost": 0}),
                            make(0, "veth", None, **{"udp-64": 2})])["open"]
    (name, row), = plot.bars(rows, "udp")
    assert name == "udp-64" and set(row) == {"skua", "veth"}
    assert not plot.bars(rows, "tcp")


def test_a_picture_if_there_is_matplotlib(tmp_path):
    there = importlib.util.find_spec("matplotlib") is not None
    path = tmp_path / "picture.svg"
    assert plot.save(report(SAMPLES), path) == there
    assert path.exists() == there


@pytest.mark.lengthy
def test_one_round(tmp_path):
    """All kinds of tests, over all links, as a user calls it."""
    argv = [sys.executable, benchmark.__file__, "--rounds", "1", "--ciphers", "gcmp",
            "--tests", "tcp1-both,udp-64,ping-load"]
    env = dict(os.environ, SKUA_BENCH_DIR=str(tmp_path))
    subprocess.run(argv, check=True, env=env, timeout=300)
    path, = tmp_path.glob("*.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert {(one["link"], one["test"]) for one in found["samples"]} == {
        (link, test) for link in plan.LINKS for test in ("tcp1-both", "udp-64", "ping-load")}
    for one in found["samples"]:
        assert one["values"][one["test"]] > 0
    row = found["summary"]["gcmp-256"]["udp-64"]
    assert set(row) == {*plan.LINKS, "skua/hwsim", "skua/veth"}
    frames = found["costs"]["gcmp-256"]["tcp1-both"]
    assert frames["mpdus"] > 100 and frames["nic_cpu_us"] > 0 and frames["register_reads"] < 1
