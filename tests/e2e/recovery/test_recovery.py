# SPDX-License-Identifier: GPL-2.0-only
"""The driver after firmware crashes and lost notifications."""

import base64
import os
import random
import re
import signal
import statistics
import subprocess
import time
import zlib

import pytest

import faults
import sessions
import skualink
import skuavm
from bench import AP
from faults import CRASHES, REPAIRED
from skuavm import wait_until

# Seconds within which the driver notices a death, under traffic and without.
# On a machine that has no time for guest and NIC it may be later, so that one
# of some tries has to keep this; but none may take longer than LATE.
BUSY = 0.2
IDLE = 1.0
LATE = 2.0
TRIES = 5
RESTARTED = 3.0


def associations(sta):
    return len(re.findall("CTRL-EVENT-CONNECTED", sta.process.output))


def noticed(vm, end, how):
    """Seconds from the crash to the driver's message, and on to the end of the restart."""
    mark = f"mark {random.getrandbits(32):08x}"
    before = end.driver()["restart"]
    # one process for both, or its start would count
    vm.run(f"echo {mark} > /dev/kmsg; echo {CRASHES[how]} > {faults.crash_file(end)}", check=True)
    faults.await_count(end, "restart", before + 1)
    device = end.index
    wait_until("the restart", 5, lambda: faults.kernel_times(
        vm, mark, rf"00:0{device}\.0: restarted")[1])
    start, dead, done = faults.kernel_times(
        vm, mark, rf"00:0{device}\.0: .*(the firmware died \(|no sign of life|no frames any more)",
        rf"00:0{device}\.0: restarted")
    return dead - start, done - start


def noticed_within(seconds, vm, end, how, load=None):
    """A death is noticed in time and repaired; the load lives on."""
    times = []
    for _ in range(TRIES):
        if load:
            load.alive()
        dead, done = noticed(vm, end, how)
        times.append(round(dead, 2))
        assert dead <= LATE, f"{how} noticed after {dead} s"
        assert done - dead <= RESTARTED, f"restarted {done - dead} s later"
        if dead <= seconds:
            break
    else:
        pytest.fail(f"{how} noticed after {times} s, never within {seconds} s")
    if load:
        load.alive()


@pytest.mark.contract("D4")
@pytest.mark.parametrize("where", ["sta", "ap"])
@pytest.mark.parametrize("how", CRASHES)
def test_crash_idle(trio, where, how):
    """D4: each way to die is noticed without traffic too, and repaired."""
    _, sta = trio.link()
    noticed_within(IDLE, trio.vms[0], trio.ends[where], how)
    assert trio.ends["sta"].ping(AP, count=3)
    assert associations(sta) == 1
    faults.forgive(trio, *REPAIRED)


@pytest.mark.contract("D4")
@pytest.mark.parametrize("where", ["sta", "ap"])
def test_crash_under_traffic(trio, where):
    """D4: under traffic each is noticed soon, and TCP and the association live on."""
    _, sta = trio.link()
    load = faults.Load(trio)
    for how in CRASHES:
        noticed_within(BUSY, trio.vms[0], trio.ends[where], how, load)
    load.stop()
    assert associations(sta) == 1
    faults.forgive(trio, *REPAIRED)


@pytest.mark.long
@pytest.mark.contract("D4")
@pytest.mark.parametrize("busy", [True, False], ids=["traffic", "idle"])
def test_time_to_notice_long(trio, busy):
    """D4: from each kind of death to the driver's message, twenty times."""
    _, sta = trio.link()
    load = faults.Load(trio) if busy else None
    limit, worst = (BUSY if busy else IDLE), 0
    for how in CRASHES:
        times = []
        for number in range(20):
            if load:
                load.alive()
            end = trio.ends["ap" if number % 2 else "sta"]
            # at any moment of the watchdog's period
            time.sleep(0.3 + 0.4 * random.random())
            times.append(noticed(trio.vms[0], end, how)[0])
        report(f"{how}, {'under traffic' if busy else 'idle'}", times)
        assert statistics.median(times) <= limit
        worst = max(worst, *times)
    assert worst <= LATE
    assert associations(sta) == 1
    faults.forgive(trio, *REPAIRED)


@pytest.mark.contract("D4")
def test_crash_without_the_firmware_file(trio):
    """D4: a restart needs no file: it may lie beyond the very link that is down."""
    _, sta = trio.link()
    vm, end = trio.vms[0], trio.ends["sta"]
    file = "/lib/firmware/skua/skua.fw"
    vm.run(["mv", file, f"{file}.away"], check=True)
    try:
        before = end.driver()["restart"]
        vm.put(faults.crash_file(end), "0")
        faults.await_count(end, "restart", before + 1)
        assert end.ping(AP, count=3)
    finally:
        vm.run(["mv", f"{file}.away", file], check=True)
    assert associations(sta) == 1
    faults.forgive(trio, *REPAIRED)


@pytest.mark.contract("D4")
def test_how_often_it_may_die(trio):
    """D4: a NIC that works between crashes is always restarted; a NIC that does not is given up."""
    _, sta = trio.link()
    vm, end = trio.vms[0], trio.ends["sta"]
    for number in range(12):
        before = end.driver()["restart"]
        vm.put(faults.crash_file(end), str(number % 2))
        faults.await_count(end, "restart", before + 1)
        # two answers: the firmware has worked for a while
        assert end.ping(AP, count=2, interval=0.15)
    assert associations(sta) == 1

    start, before = len(vm.console.text()), end.driver()["restart"]
    killer = vm.popen(f"while :; do echo 0 > {faults.crash_file(end)}; done 2> /dev/null")
    wait_until("the interface to go down", 40, lambda: not int(
        end.run(["cat", f"/sys/class/net/{end.interface}/flags"], check=True).stdout, 16) & 1)
    killer.kill()
    assert "the firmware keeps dying" in vm.console.text()[start:]
    assert 10 <= end.driver()["restart"] - before <= 12
    # and it may be tried again
    end.stop_all()
    trio.ends["ap"].stop_all()
    trio.link()
    assert end.ping(AP, count=3)
    faults.forgive(trio, *REPAIRED)


@pytest.mark.contract("D4")
def test_paused_nic_is_not_dead(trio):
    """D4: a NIC that the machine keeps waiting, with its firmware, is no dead one."""
    trio.link()
    before = [end.driver()["crash"] for end in trio.ends.values()]
    load = faults.Load(trio)
    for pause in (0.05, 0.1, 0.15, 0.2, 0.3, 0.5):
        os.kill(trio.nics.proc.pid, signal.SIGSTOP)
        try:
            time.sleep(pause)
        finally:
            os.kill(trio.nics.proc.pid, signal.SIGCONT)
        load.alive()
    load.stop()
    assert [end.driver()["crash"] for end in trio.ends.values()] == before
    # frames that came in the pause are a burst, for which a slow guest lacks buffers
    faults.forgive(trio, "lost_", "rx_no_")


@pytest.mark.contract("D4")
@pytest.mark.parametrize("kind, counter", [
    ("lose-doorbells", "lost_doorbell"), ("lose-interrupts", "lost_irq")])
def test_lost_notification(trio, kind, counter):
    """A notification that does not arrive is made up for, and recorded by its kind."""
    trio.link()
    sta = trio.ends["sta"]
    before = sta.driver()

    def changed():
        now = sta.driver()
        return {name for name in ("lost_doorbell", "lost_irq", "crash")
                if now[name] != before[name]}

    def lose():
        # another notification may follow before the driver looks; then nothing was lost
        faults.fault(trio, sta, kind, count=1)
        assert skualink.ping(sta.vm, sta.netns, AP, count=1)[1] == 1
        return changed()

    wait_until("a loss to be recorded", 30, lose)
    assert changed() == {counter}
    faults.forgive(trio, *REPAIRED)


@pytest.mark.contract("D4")
def test_stalled_transmit_ring(trio):
    """A NIC that takes no more frames is restarted."""
    _, sta = trio.link()
    end = trio.ends["sta"]
    before = end.driver()
    faults.fault(trio, end, "tx-stall")
    flood = end.popen(["ping", "-n", "-q", "-i", "0.01", "-c", "500", AP])
    faults.await_count(end, "tx_stall", before["tx_stall"] + 1)
    faults.fault(trio, end, "none")
    faults.await_count(end, "restart", before["restart"] + 1)
    flood.kill()
    assert end.ping(AP, count=3)
    assert associations(sta) == 1
    faults.forgive(trio, *REPAIRED)


@pytest.mark.contract("D4", "D2")
def test_commands_that_are_answered_just_in_time(trio):
    """A NIC that takes 1.9 s for each of a row of commands is restarted; the link goes on."""
    _, sta = trio.link()
    end = trio.ends["sta"]
    before = end.driver()
    faults.fault(trio, end, "answer-late", count=100, ms=1900,
                 op=faults.NUMBERS["SKUA_CMD_STA_STATS"])
    for asked in range(1, 11):
        end.iw("station", "dump")
        if end.driver()["cmd_slow"] > before["cmd_slow"]:
            break
    faults.fault(trio, end, "none")
    assert 3 <= asked <= 6
    assert end.driver()["cmd_timeout"] == before["cmd_timeout"]
    faults.await_count(end, "restart", before["restart"] + 1)
    assert end.ping(AP, count=3)
    assert associations(sta) == 1
    faults.forgive(trio, *REPAIRED)


@pytest.mark.contract("D4", "D2")
def test_command_without_an_answer(trio):
    """A command that is never answered costs its time, a restart, and no more."""
    _, sta = trio.link()
    end = trio.ends["sta"]
    before = end.driver()
    faults.fault(trio, end, "answer-never", op=faults.NUMBERS["SKUA_CMD_STA_STATS"])
    end.iw("station", "dump")
    faults.fault(trio, end, "none")
    if end.driver()["cmd_timeout"] == before["cmd_timeout"]:
        pytest.fail("no command was without an answer")
    faults.await_count(end, "restart", before["restart"] + 1)
    assert end.ping(AP, count=3)
    assert associations(sta) == 1
    faults.forgive(trio, *REPAIRED)


def report(name, values):
    print(f"{name}: median {1000 * statistics.median(values):.0f} ms, "
          f"worst {1000 * max(values):.0f} ms, {len(values)} times")


def crash_rounds(trio, aggregated, rounds, seconds):
    """Crashes by turns; how long until traffic flows again, by way to die."""
    _, sta = trio.link()
    faults.Echo(trio.ends["ap"])
    ends = [trio.ends["sta"], trio.ends["ap"]]
    ways, times = list(CRASHES), {}
    for number in range(rounds):
        how = ways[number % len(ways)]
        end = ends[number // len(ways) % 2]
        if aggregated:
            sessions.begin(ends)
        seen = faults.outage(trio.ends["sta"], faults.crash_file(end), str(CRASHES[how]), seconds)
        assert seen["until"], f"{how} of {end.netns}: no traffic any more: {seen}"
        times.setdefault(how, []).append(seen["until"])
    for how, values in times.items():
        report(how, values)
    report("all", sum(times.values(), []))
    assert associations(sta) == 1
    faults.forgive(trio, *REPAIRED)


@pytest.mark.lengthy
@pytest.mark.contract("D4")
@pytest.mark.parametrize("aggregated", [False, True], ids=["alone", "sessions"])
def test_time_to_traffic(trio, aggregated):
    """D4: from the crash to the first datagram that comes through again."""
    crash_rounds(trio, aggregated, 4, seconds=3.0)


@pytest.mark.long
@pytest.mark.contract("D4")
@pytest.mark.parametrize("aggregated", [False, True], ids=["alone", "sessions"])
def test_time_to_traffic_long(trio, aggregated):
    """D4: the same, a hundred times."""
    crash_rounds(trio, aggregated, 100, seconds=2.0)


READ_DUMP = """
import base64, glob, os, re, sys, zlib
keys = [open(p).read().strip() for p in glob.glob("/sys/kernel/debug/ieee80211/*/keys/*/key")]
path = sorted(glob.glob("/sys/class/devcoredump/devcd*/data"), key=os.path.getmtime)[-1]
data = open(path, "rb").read()
open(path, "w").write("0")
print("keys", len(keys), "found", sum(bytes.fromhex(k) in data for k in keys if k))
print(base64.b64encode(zlib.compress(data)).decode())
"""


@pytest.mark.contract("D4")
@pytest.mark.parametrize("how", CRASHES)
def test_crash_record(trio, how):
    """D4: the record names the place, matches the firmware, and holds no key."""
    trio.link()
    vm, end = trio.vms[0], trio.ends["sta"]
    vm.run("for f in /sys/class/devcoredump/devcd*/data; do echo 0 > $f; done; true")
    noticed(vm, end, how)
    result = vm.run(["python3", "-c", READ_DUMP], check=True).stdout.split("\n")
    keys, found = map(int, re.findall(r"\d+", result[0]))
    assert keys >= 2 and found == 0, result[0]
    path = os.path.join(trio.run_dir, f"dump-{how}")
    with open(path, "wb") as file:
        file.write(zlib.decompress(base64.b64decode(result[1])))
    text = subprocess.run([os.path.join(skuavm.TOP, "scripts", "lab", "coredump.py"), path],
                          capture_output=True, text=True, check=True).stdout
    print(text)
    place = {"assertion": r"crash_cmd \(fw/cmd_crash\.c:\d+", "trap": r"mepc .*cpu_illegal",
             "loop": r"pc .*cpu_spin", "silent": r"pc .*cpu_stop"}[how]
    assert re.search(place, text), text
    assert "main (fw/main.c" in text, text
    faults.forgive(trio, *REPAIRED)


def disturb(trio, ap, sta, what):
    """Something long enough to be interrupted by a crash."""
    if what == "association":
        sta.cli("reassociate")
    elif what == "scan":
        trio.ends["sta"].iw("scan", "trigger", check=False)
    elif what == "rekey":
        ap.cli("rekey_gtk") if "rekey_gtk" in ap.cli("help") else sta.cli("reauthenticate")


def random_crashes(trio, rounds, seed, during):
    """Crashes at any moment of the operation, also during the restart after a crash."""
    dice = random.Random(seed)
    ap, sta = trio.link()
    end = trio.ends["sta"]
    for number in range(rounds):
        what = during[number % len(during)]
        victim = trio.ends[dice.choice(["ap", "sta"])]
        disturb(trio, ap, sta, what)
        for _ in range(dice.randint(2, 4) if what == "restart" else 1):
            time.sleep(dice.random() * (0.03 if what == "restart" else 0.15))
            # during a restart there is no firmware that could die
            trio.nics.control({"cmd": "fault", "nic": f"nic{victim.index}", "kind": "fatal",
                               "count": dice.choice([1, 2, 3])})
        try:
            wait_until("the link", 30, lambda: skualink.ping(
                end.vm, end.netns, AP, count=1)[1] == 1)
        except skuavm.GuestTimeout:
            pytest.fail(f"no link after a crash of {victim.netns} in {what}, round {number}, "
                        f"seed {seed}:\n{sta.process.output[-1500:]}")
    faults.forgive(trio, *REPAIRED, "inband_bad|tx_bad|rx_bad")


def crash_in_association(trio, where, steps):
    """The NIC dies at one step of a new association after the other; each ends well.

    A step is the name of a command and which of them is not answered any more,
    or "frame" and which frame is not sent any more.
    """
    _, sta = trio.link()
    end, victim = trio.ends["sta"], trio.ends[where]
    for name, count in steps:
        step = f"{where}: {name} {count}"
        before, associated = victim.driver()["crash"], sta.process.output.count("Associated with")
        start = len(sta.process.output)
        if name == "frame":
            faults.fault(trio, victim, "tx-fatal", count=count)
        else:
            faults.fault(trio, victim, "answer-fatal", count=count,
                         op=faults.NUMBERS[f"SKUA_CMD_{name}"])
        sta.cli("reassociate")
        sta.process.wait_for("CTRL-EVENT-CONNECTED", 20, start=start)
        wait_until(f"the link after {step}", 20, lambda: skualink.ping(
            end.vm, end.netns, AP, count=1)[1] == 1)
        assert victim.driver()["crash"] == before + 1, f"{step} was never reached"
        # no side had to give up and begin anew
        assert sta.process.output.count("Associated with") == associated + 1, step
    faults.forgive(trio, *REPAIRED)


# commands and frames of each side for an association, and how often they come
DONE = {
    "sta": {"STA_REMOVE": 1, "KEY_DEL": 1, "VIF_UPDATE": 5, "VIF_CHANCTX": 2, "STA_ADD": 1,
            "STA_UPDATE": 4, "KEY_SET": 2, "frame": 5},
    "ap": {"STA_REMOVE": 1, "KEY_DEL": 1, "VIF_UPDATE": 2, "BEACON_SET": 2, "STA_ADD": 1,
           "STA_UPDATE": 4, "KEY_SET": 1, "frame": 5},
}
# the first key, the authorization, and the frames of the handshake
QUICK_STEPS = {
    "sta": [("KEY_SET", 2), ("STA_UPDATE", 4), ("frame", 4), ("frame", 5)],
    "ap": [("KEY_SET", 1), ("STA_UPDATE", 4), ("frame", 4)],
}


@pytest.mark.contract("D4", "T11")
@pytest.mark.parametrize("where", QUICK_STEPS)
def test_crash_in_association(trio, where):
    """T11: settings that a dead NIC could not be given are there after its restart."""
    crash_in_association(trio, where, QUICK_STEPS[where])


@pytest.mark.long
@pytest.mark.contract("D4", "T11")
@pytest.mark.parametrize("where", DONE)
def test_crash_in_association_long(trio, where):
    """T11: the same at each step."""
    crash_in_association(trio, where, [(name, n) for name, count in DONE[where].items()
                                       for n in range(1, count + 1)])


@pytest.mark.contract("D4", "T11")
@pytest.mark.smp
def test_crash_at_random_moments(trio):
    """D4, T11: during a scan and the restart itself."""
    random_crashes(trio, 6, seed=4, during=("scan", "restart"))


@pytest.mark.long
@pytest.mark.contract("D4", "T11")
def test_crash_at_random_moments_long(trio):
    """D4: a hundred times, association and rekeying too."""
    random_crashes(trio, 100, seed=int(os.environ.get("SKUA_SEED", "7")),
                   during=("association", "scan", "rekey", "restart"))
