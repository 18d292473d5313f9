# SPDX-License-Identifier: GPL-2.0-only
"""Sessions end and begin while data flows: by either side, by refusals, by crashes."""

import random

import pytest

import faults
import sessions
from how import HE
from skuavm import wait_until

TIDS = (0, 5)
BA, ACK = 9, 13
GAP = 1024      # by so much numbers are ahead after a restart, see sta.c

# Begins and ends sessions at random, by the files of both ends, until so many orders were
# taken. About a third are not, more the sooner mac80211 is done with those before. Every other
# beginning is waited for: after some that came to nothing mac80211 would wait 15 seconds.
STORM = """
import glob, random, sys, time
dice = random.Random(int(sys.argv[1]))
files = glob.glob("/sys/kernel/debug/ieee80211/*/netdev*/stations/*/agg_status")
stats = glob.glob("/sys/kernel/debug/ieee80211/*/skua/stats")
def begun():
    return [line for name in stats for line in open(name) if line.startswith("ba_tx ")]
done = 0
while done < int(sys.argv[2]):
    order = dice.choice(("tx start", "tx stop", "rx stop"))
    awaited = order == "tx start" and dice.random() < 0.5
    was = begun()
    with open(dice.choice(files), "wb", buffering=0) as file:
        try:
            file.write(f"{order} {dice.choice(sys.argv[3:])}".encode())
            done += 1
        except OSError:
            continue    # there is none, or mac80211 waits before it asks again
    end = time.monotonic() + 0.5
    while awaited and begun() == was and time.monotonic() < end:
        time.sleep(0.002)
"""


def storm(vm, orders, seed):
    vm.run(faults.guest_program(vm, STORM) + [str(seed), str(orders), *map(str, TIDS)],
           check=True, timeout=60)


def steady(ends):
    return [end.driver()["tx_queued"] for end in ends]


@pytest.mark.lengthy
@pytest.mark.contract("A1", "A2", "A3", "A4", "T6")
def test_hundreds_of_ends(trio):
    """Sessions begin, and are ended by either side, hundreds of times under load."""
    trio.link(ap_extra=HE)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    before = [end.driver() for end in ends]
    load = sessions.Load(trio, tids=TIDS).flowing()
    for seed in range(4):
        storm(ends[0].vm, 110, seed)
        sent = steady(ends)
        wait_until("frames", 10, lambda: all(
            now > was + 50 for now, was in zip(steady(ends), sent)))
    sessions.begin(ends, TIDS)
    load.end(gap=2)
    for end, was in zip(ends, before):
        wait_until("empty queues", 10, lambda: end.engines()["tx_queued"] == 0)
        now = end.driver()
        assert now["ba_tx"] - was["ba_tx"] > 20
        queued = now["tx_queued"] - was["tx_queued"]
        ended = sum(now[name] - was[name] for name in
                    ("tx_acked", "tx_not_acked", "tx_unacked_sent", "tx_flushed", "tx_stale"))
        assert queued - ended <= 3, "frames between the two readings at most"
    sessions.nothing_left(trio)


@pytest.mark.lengthy
@pytest.mark.contract("A7", "A11", "D4", "K4")
@pytest.mark.parametrize("name", ["ap", "sta"])
def test_a_crash_under_load(trio, name):
    """The firmware of one end dies with sessions up: numbers go on, and new sessions begin."""
    trio.link(ap_extra=HE)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    victim = trio.ends[name]
    load = sessions.Load(trio, udp=50).flowing()
    sessions.begin(ends)
    path = trio.capture()
    wait_until("frames", 10, lambda: victim.engines()["tx_ampdu"] > 20)
    was = victim.driver()["restart"]
    begun = [end.driver()["ba_tx"] for end in ends]
    victim.vm.put(faults.crash_file(victim), str(random.Random(name).choice((0, 1, 2))))
    wait_until("a restart", 30, lambda: victim.driver()["restart"] > was)
    wait_until("new sessions", 40, lambda: all(
        end.driver()["ba_tx"] > count for end, count in zip(ends, begun)))
    sessions.await_sessions(ends)
    trio.capture_end()
    flows = load.end(gap=8)
    print([(flow["kind"], flow["gap"]) for flow in flows])
    sessions.nothing_left(trio)
    steps = sessions.steps(path, victim.mac)
    assert steps and all(0 <= step <= GAP + 1 for step in steps), [*filter(lambda s: s != 1, steps)]
    faults.forgive(trio, *faults.REPAIRED)


@pytest.mark.contract("A3", "A7")
@pytest.mark.parametrize("name", ["ap", "sta"])
def test_a_session_without_progress(trio, name):
    """No answer comes any more: the session is ended and counted, and a new one begins."""
    trio.link(ap_extra=HE)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    victim, peer = ends if name == "ap" else reversed(ends)
    load = sessions.Load(trio, tcp=False, udp=400).flowing()
    sessions.begin(ends)
    before = [end.driver() for end in (victim, peer)]
    was = victim.engines()
    for subtype in (BA, ACK):
        trio.lose(type=1, subtype=subtype, ta=peer.mac, every=1)
    wait_until("the watchdog", 20, lambda: victim.driver()["ba_stalled"] > before[0]["ba_stalled"])
    # the first rule; whether a frame goes alone, and is acknowledged by ACK, is chance
    assert trio.nics.control({"cmd": "lose_clear"})["hits"][0]
    # and not before a second, and as many tries
    now = victim.engines()
    assert now["tx_ba_stalled"] == was["tx_ba_stalled"] + 1
    assert now["tx_ppdus"] - was["tx_ppdus"] >= 16
    wait_until("a new session", 30, lambda: victim.driver()["ba_tx"] > before[0]["ba_tx"])
    sessions.await_sessions(ends)
    sent = steady(ends)
    wait_until("frames", 10, lambda: all(now > was + 50 for now, was in zip(steady(ends), sent)))
    assert peer.driver()["ba_stalled"] == before[1]["ba_stalled"]
    load.end(gap=10)
    sessions.nothing_left(trio)
    # tries without an answer follow each other as fast as the machine goes
    faults.forgive(trio, "rx_no_buffer|rx_no_cpl")


@pytest.mark.lengthy
@pytest.mark.contract("T1", "T6")
def test_airtime_is_counted_once(trio):
    """What mac80211 was told of airtime is what the NIC has sent, with retries and without."""
    trio.link(ap_extra=HE)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    load = sessions.Load(trio).flowing()
    sessions.begin(ends)
    for end in ends:
        trio.lose(type=2, subtype=8, ta=end.mac, nth=5, every=5)
    before = [end.engines()["tx_retries"] for end in ends]
    wait_until("retries", 20, lambda: all(
        end.engines()["tx_retries"] - was > 200 for end, was in zip(ends, before)))
    load.end(gap=2)
    sessions.nothing_left(trio)
    for end in ends:
        nic, = end.engines()["stations"]
        told = sessions.tx_duration(end)
        # NDPs and BlockAckReqs are the NIC's own
        assert 0.98 * nic["tx_airtime_us"] <= told <= nic["tx_airtime_us"], (told, nic)
