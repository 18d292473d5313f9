#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Throughput and latency of Skua, of mac80211_hwsim, and of veth, in one guest.

Two Skua NICs and two hwsim radios, each pair with hostapd and wpa_supplicant, over open,
CCMP-128 and GCMP-256 links, and a pair of veth. All links that are compared take turns, test
by test. Guest and NICs are pinned to processors of their own (SKUA_PIN=no leaves them to the
scheduler).

There is no pass and no fail: figures of different machines, or of one machine on different
days, do not compare. docs/performance.rst says how each is taken and how to read it.
"""

import argparse
import os
import platform
import subprocess
import sys
import time

import skuavm
from skuabench import costs, links, plan, plot, stats, store, table, traffic
from skuavm import BUILD, GuestError, PROCESSORS, make_run_dir


def say(text):
    print(text, flush=True)


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


def sample(guest, place, test, seconds):
    """One test over one link; place is (number of the round, link, cipher)."""
    number, name, cipher = place
    link = guest.links[name]
    one = {"round": number, "link": name, "cipher": plan.cipher_of(name, cipher),
           "test": test.name}
    if name == "skua":
        with costs.Meter(guest.nics) as meter:
            one["values"] = traffic.run(link, test, seconds)
        one["costs"] = meter.costs
    else:
        one["values"] = traffic.run(link, test, seconds)
    say(f"round {number + 1}, {one['cipher'] or 'no cipher'}, {name}: "
        + ", ".join(f"{measure} {value:.{plan.MEASURES[measure].digits}f}"
                    for measure, value in one["values"].items()))
    return one


def run_rounds(guest, args):
    """All samples."""
    samples = []
    for number in range(args.rounds):
        for cipher, names in plan.blocks(number, args.links, args.ciphers):
            for name in names:
                guest.links[name].connect(cipher)
            for turn, test in enumerate(args.tests):
                for name in plan.rotate(names, turn):
                    samples.append(sample(guest, (number, name, cipher), plan.TESTS[test],
                                          args.seconds))
            for name in names:
                guest.links[name].disconnect()
    return samples


def benchmark(args, run_dir):
    report = {"date": time.strftime("%Y-%m-%d %H:%M:%S %z"), "source": source(),
              "rounds": args.rounds, "seconds": args.seconds, "processor": processor(),
              "processors": os.cpu_count(), "pinned": bool(PROCESSORS.cpus),
              "load_before": os.getloadavg()}
    with links.boot(args.links, run_dir) as guest:
        report["guest"] = guest.vm.release
        report["samples"] = run_rounds(guest, args)
    report["load_after"] = os.getloadavg()
    return report


def show(report, path):
    """Completes a report; table, picture and file."""
    report["summary"] = stats.summarize(report["samples"])
    report["costs"] = stats.summarize_costs(report["samples"])
    say("\n" + table.text(report))
    store.save(report, path + ".json")
    say(f"\nall figures: {path}.json")
    say(f"picture: {path}.svg" if plot.save(report, path + ".svg") else plot.NEEDS)


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def parse(argv):
    parser = argparse.ArgumentParser(description="Skua, mac80211_hwsim and veth in one guest.")
    for name, known in (("links", plan.LINKS), ("ciphers", plan.CIPHERS),
                        ("tests", tuple(plan.TESTS))):
        parser.add_argument(f"--{name}", type=lambda text, known=known: plan.choose(text, known),
                            default=known, metavar="NAME,...",
                            help=f"some of {', '.join(known)}; what stands before a dash"
                                 " chooses all that begin so")
    parser.add_argument("--rounds", type=positive, help="default 2, with --full 5")
    parser.add_argument("--seconds", type=positive, help="of each test; default 1, with --full 3")
    parser.add_argument("--full", action="store_true", help="half an hour, not four minutes")
    parser.add_argument("--show", nargs="+", metavar="FILE",
                        help="measure nothing: table and picture of saved runs together")
    args = parser.parse_args(argv)
    for name, value in (plan.FULL if args.full else plan.QUICK).items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    return args


def main():
    args = parse(sys.argv[1:])
    folder = os.environ.get("SKUA_BENCH_DIR", os.path.join(BUILD, "bench"))
    if args.show:
        report = store.merge([store.load(path) for path in args.show])
        show(report, store.new_path(folder, "together"))
        return
    run_dir = make_run_dir("bench")
    try:
        report = benchmark(args, run_dir)
    except (GuestError, subprocess.SubprocessError, OSError) as err:
        skuavm.mark_failed(run_dir)
        sys.exit(f"bench: failed: {err}\nbench: the logs are in {run_dir}")
    show(report, store.new_path(folder))


if __name__ == "__main__":
    main()
