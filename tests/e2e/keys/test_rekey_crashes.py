# SPDX-License-Identifier: GPL-2.0-only
"""Firmware that dies in the middle of a rekeying; then hostapd is held, and the keys must do."""

import os
import random
import re
import time

import pytest

import faults
from airjudge import Judge
from bench import AP
from faults import REPAIRED
from skualink import PASSPHRASE
from skuavm import wait_until

SEED = int(os.environ.get("SKUA_SEED", "3"))
SUBNET = AP.rsplit(".", 1)[0]


class Cell:
    """The first end as access point, and stations, which answer pings to everybody."""

    def __init__(self, here, stations, ap_lines):
        self.here, self.stations = here, stations
        self.path = here.capture()
        self.end = next(iter(here.ends.values()))
        self.ap = self.end.ap(extra=ap_lines, tells_keys=True)
        self.end.address(AP)
        self.programs = {}
        for number, name in enumerate(stations, 2):
            end = here.ends[name]
            self.programs[name] = end.station(freqs=[5180])
            end.address(f"{SUBNET}.{number}")
            end.run("echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts", check=True)
        self.addresses = {f"{SUBNET}.{number}" for number in range(2, 2 + len(stations))}

    def hold(self, what):
        """Stops hostapd, or lets it go on."""
        self.end.run(["pkill", f"-{what}", "-x", "hostapd"], check=True)

    def all_hear(self, timeout=8):
        """Each station receives group frames, and its answer arrives."""
        def answered():
            text = self.end.run(["ping", "-n", "-b", "-c", "3", "-i", "0.05", "-W", "0.2",
                                 f"{SUBNET}.255"], timeout=30).stdout
            return self.addresses <= set(re.findall(r"bytes from ([\d.]+):", text))

        wait_until("an answer of each station", timeout, answered)

    def rekeyings(self, what):
        """How often each station has been given new keys."""
        told = {"Group": "WPA: Group rekeying completed",
                "Pairwise": "WPA: Key negotiation completed"}[what]
        return [program.process.output.count(told) for program in self.programs.values()]

    def await_rekeying(self, what):
        before = self.rekeyings(what)
        wait_until("new keys for all", 15, lambda: all(
            now > then for now, then in zip(self.rekeyings(what), before)))

    def die(self, name, step, count):
        """The firmware of an end dies at the next such step; its restart is over."""
        victim = self.here.ends[name]
        before = victim.driver()["restart"]
        if step == "frame":
            faults.fault(self.here, victim, "tx-fatal", count=count)
        elif step == "any":
            time.sleep(count)
            faults.fault(self.here, victim, "fatal", count=1)
        else:
            faults.fault(self.here, victim, "answer-fatal", count=count,
                         op=faults.NUMBERS[f"SKUA_CMD_{step}"])
        faults.await_count(victim, "restart", before + 1, timeout=10)

    def judge(self, what):
        """No station was lost, and all frames on the air were under valid keys."""
        self.here.capture_end()
        for name, program in self.programs.items():
            assert program.process.output.count("CTRL-EVENT-CONNECTED") == 1, name
            assert "DISCONNECTED" not in program.process.output, name
        judge = Judge(self.end.mac, passphrase=PASSPHRASE)
        judge.untold = self.ap.keys()
        judge.read(self.path)
        print(f"\n{what}: {judge.verdict()}")
        assert judge.counts["group"] > 10
        faults.forgive(self.here, *REPAIRED, "inband_bad|tx_bad|rx_bad")


GROUP = "wpa_group_rekey=1\n"
PAIRWISE = "wpa_group_rekey=0\nwpa_ptk_rekey=1\n"

# An end, and the step at which it dies: the command that is not answered any more,
# or the frame that is not sent. Nothing else goes on but the handshakes.
GROUP_STEPS = [
    ("ap", "KEY_SET", 1), ("ap", "KEY_DEL", 1), ("ap", "frame", 1), ("ap", "frame", 2),
    ("sta", "KEY_SET", 1), ("sta", "KEY_DEL", 1), ("sta", "frame", 1),
]
PAIRWISE_STEPS = [
    ("ap", "KEY_DEL", 1), ("ap", "KEY_SET", 1), ("ap", "frame", 1), ("ap", "frame", 2),
    ("sta", "KEY_DEL", 1), ("sta", "KEY_SET", 1), ("sta", "frame", 1), ("sta", "frame", 2),
]


def group_crashes(cell, steps, dice):
    """After each crash hostapd is held, at any moment: no new key hides a fault."""
    for name, step, count in steps:
        cell.await_rekeying("Group")
        cell.die(name, step, count)
        time.sleep(dice.random() * 0.3)
        cell.hold("STOP")
        try:
            cell.all_hear()
        finally:
            cell.hold("CONT")
    cell.await_rekeying("Group")
    cell.judge(f"{len(steps)} crashes in group rekeyings")


@pytest.mark.lengthy
@pytest.mark.contract("D4", "K15", "T11")
def test_crash_in_a_group_rekeying(trio):
    """D4, K15: at each step of a group rekeying; all hear the group afterwards."""
    cell = Cell(trio, ["sta", "third"], GROUP)
    group_crashes(cell, GROUP_STEPS, random.Random(SEED))


@pytest.mark.lengthy
@pytest.mark.contract("D4", "K15", "T11")
def test_crash_in_a_pairwise_rekeying(trio):
    """D4, K15: at each step of replacing a pairwise key; the association lives on."""
    cell = Cell(trio, ["sta"], PAIRWISE)
    for name, step, count in PAIRWISE_STEPS:
        cell.await_rekeying("Pairwise")
        cell.die(name, step, count)
        cell.all_hear()
    cell.await_rekeying("Pairwise")
    cell.judge(f"{len(PAIRWISE_STEPS)} crashes in pairwise rekeyings")


@pytest.mark.long
@pytest.mark.contract("D4", "K15", "T11")
def test_crash_in_a_group_rekeying_long(octet):
    """D4, K15: seven stations, and a hundred crashes at any moment."""
    dice = random.Random(SEED)
    names = list(octet.ends)
    cell = Cell(octet, names[1:], GROUP)
    steps = [dice.choice([
        ("n0", "any", dice.random()), (dice.choice(names), "any", dice.random()),
        ("n0", "KEY_SET", 1), ("n0", "frame", dice.randint(1, 14)),
        (dice.choice(names[1:]), "KEY_SET", 1), (dice.choice(names[1:]), "frame", 1),
    ]) for _ in range(100)]
    group_crashes(cell, steps, dice)
