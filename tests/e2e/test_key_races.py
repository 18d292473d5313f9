# SPDX-License-Identifier: GPL-2.0-only
"""Rekeying, disassociation, restarts and traffic at the same time; then the air is searched."""

import json
import os

import pytest

import faults
from airjudge import Judge
from faults import AP, STA
from test_recovery import REPAIRED

PASSPHRASE = "open sesame"
SEED = int(os.environ.get("SKUA_SEED", "5"))


def flood(here):
    """Traffic that does not mind: unicast both ways, and broadcast."""
    for name, target, more in (("sta", AP, ()), ("ap", STA, ()), ("ap", "192.168.77.255", ("-b",))):
        here.ends[name].popen(["ping", "-n", "-q", "-i", "0.01", "-s", "200", *more, target])


def guest_end(end):
    index = end.run(["cat", f"/sys/class/net/{end.interface}/ifindex"], check=True).stdout
    return {"netns": end.netns, "ifindex": int(index), "mac": end.mac,
            "crash": faults.crash_file(end),
            "peers": [AP] if end.netns == "sta" else [STA, "192.168.77.255"]}


def race_of_keys(here, rounds, crash):
    path = here.capture()
    ap, sta = here.link()
    flood(here)
    with open(os.path.join(os.path.dirname(__file__), "guest_keys.py"), encoding="ascii") as file:
        source = file.read()
    what = {"ends": {name: guest_end(here.ends[name]) for name in ("ap", "sta")},
            "rounds": rounds, "seed": SEED, "crash": crash}
    here.vms[0].put("/tmp/guest_keys.py", source)
    result = here.vms[0].run(["python3", "/tmp/guest_keys.py", json.dumps(what)],
                             timeout=rounds + 60)
    assert result.returncode == 0, result.stderr
    *keys, done = result.stdout.splitlines()
    done = json.loads(done)
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


@pytest.mark.contract("K15", "K14", "K4")
def test_race_of_keys(trio):
    """K15, K14: keys replaced and removed under a flood: no frame is clear or wrongly keyed."""
    race_of_keys(trio, 1000, crash=0)


@pytest.mark.contract("K15", "K14", "K4")
def test_race_of_keys_and_restarts(trio):
    """K15, K14: and the firmware dies now and then."""
    race_of_keys(trio, 200, crash=20)


@pytest.mark.long
@pytest.mark.contract("K15", "K14", "K4")
def test_race_of_keys_long(trio):
    """K15, K14: the same, thousands of rounds."""
    race_of_keys(trio, 5000, crash=10)
