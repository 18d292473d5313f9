# SPDX-License-Identifier: GPL-2.0-only
"""Rekeying, disassociation, restarts and traffic at the same time; then the air is searched."""

import os

import pytest

import faults
from airjudge import Judge
from bench import AP, STA
from faults import REPAIRED, guest_end, run_in_guest
from skualink import PASSPHRASE

SEED = int(os.environ.get("SKUA_SEED", "5"))


def racer(end, **more):
    """A guest_end that can crash, and speaks to the other end."""
    return guest_end(end, crash=faults.crash_file(end),
                     peers=[AP] if end.netns == "sta" else [STA, "192.168.77.255"], **more)


def race_of_keys(here, rounds, crash):
    path = here.capture()
    ap, sta = here.link()
    ends = {name: racer(here.ends[name]) for name in ("ap", "sta")}
    *keys, done = run_in_guest(here.vms[0], "guest_keys.py", {
        "ends": ends, "rounds": rounds, "seed": SEED, "crash": crash}, rounds + 60)
    # the last keys are in use
    if not crash:
        here.ends["sta"].ping(AP, count=3)
    here.capture_end()

    judge = Judge(here.ends["ap"].mac, passphrase=PASSPHRASE)
    judge.told = [(int(idx) if kind == "G" else here.ends["sta"].mac, bytes.fromhex(key))
                  for kind, idx, key in map(str.split, keys)]
    judge.read(path)
    print(f"\n{rounds} rounds: {done}; on the air {judge.verdict()}")
    assert "DISCONNECTED" not in sta.process.output + ap.process.output
    assert judge.counts["protected"] > rounds
    faults.forgive(here, *REPAIRED)


def race_of_associations(here, rounds, crash):
    path = here.capture()
    ap, sta = here.link(ap_extra="wpa_ptk_rekey=1\nwpa_group_rekey=1\n", tells_keys=True)
    ends = {name: racer(here.ends[name], control=f"{program.control}/{program.interface}")
            for name, program in (("ap", ap), ("sta", sta))}
    done, = run_in_guest(here.vms[0], "guest_links.py", {
        "ends": ends, "rounds": rounds, "seed": SEED, "crash": crash}, rounds + 60)
    here.ends["sta"].ping(AP, count=3)
    here.capture_end()

    judge = Judge(here.ends["ap"].mac, passphrase=PASSPHRASE)
    judge.untold = ap.keys()
    judge.read(path)
    print(f"\n{rounds} rounds: {done}; on the air {judge.verdict()}")
    assert judge.counts["protected"] > rounds and judge.counts["associations"] > rounds // 10
    faults.forgive(here, *REPAIRED)


@pytest.mark.contract("K15", "K14", "K4")
def test_race_of_keys(trio):
    """K15, K14: keys replaced and removed under load: no frame is clear or wrongly keyed."""
    race_of_keys(trio, 1000, crash=0)


@pytest.mark.contract("K15", "K14", "K4")
def test_race_of_keys_and_restarts(trio):
    """K15, K14: and the firmware dies now and then."""
    race_of_keys(trio, 200, crash=20)


@pytest.mark.lengthy
@pytest.mark.contract("K15", "K14", "K7")
def test_race_of_associations(trio):
    """K15, K14: stations leave and come back, rekeying at any moment, with restarts."""
    race_of_associations(trio, 30, crash=10)


@pytest.mark.long
@pytest.mark.contract("K15", "K14", "K4")
def test_race_of_keys_long(trio):
    """K15, K14: the same, thousands of rounds."""
    race_of_keys(trio, 10000, crash=10)


@pytest.mark.long
@pytest.mark.contract("K15", "K14", "K7")
def test_race_of_associations_long(trio):
    """K15, K14: the same, thousands of rounds."""
    race_of_associations(trio, 2000, crash=50)
