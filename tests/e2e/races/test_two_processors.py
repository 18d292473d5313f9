# SPDX-License-Identifier: GPL-2.0-only
"""What two processors may do at the same time, in guests that have two.

Interrupts are threads here, which a program in the guest moves from one processor to the
other all the time (guest_mover.py): so the polls of the two vectors, mac80211's ops and
transmissions meet in every order. The oracles are lockdep and the other checks of the smp
kernel, the counters of faults of driver and NIC, and that every frame comes back.
"""

import os
import random
import re

import pytest

import faults
from bench import AP, STA
from faults import REPAIRED
from skuavm import wait_until

pytestmark = [pytest.mark.smp, pytest.mark.needs_smp]

SEED = int(os.environ.get("SKUA_SEED", "7"))


def start_mover(vm, running):
    """Moves the threads of interrupts until the test ends."""
    mover = vm.popen([*faults.guest_program(vm, "guest_mover.py"), str(SEED)])
    running.append(mover)
    mover.wait_for("moving", 20)
    return mover


@pytest.fixture
def moving(spread):
    """The ends ap, sta and third; interrupts of all are on the move."""
    mover = start_mover(spread.vms[0], spread.ends["ap"].running)
    yield spread
    assert mover.poll() is None, mover.output
    # On a busy host one processor may stand still while the watchdog, on the other one,
    # looks four times: see test_no_wakeup_is_lost_on_the_move.
    faults.forgive(spread, "driver lost_irq")


@pytest.mark.contract("D2")
@pytest.mark.parametrize("spin", ["0", "20"])
def test_no_wakeup_is_lost_on_the_move(lab, spin):
    """Sleep and wake hand-overs without the watchdog, while the polls change processors."""
    lab.air(1, extra=("--spin", spin), capture=False)
    vm = lab.guest(nics=1, cmdline=["threadirqs"])
    debugfs = f"/sys/kernel/debug/ieee80211/{vm.phys()[0]}/skua"
    vm.run(f"echo 1 > {debugfs}/watchdog_off", check=True)
    start_mover(vm, [])
    for _ in range(3):
        vm.run(f"echo 5000 > {debugfs}/echo", check=True, timeout=60)


def flood(end, target, size=1200):
    """Traffic that goes on in spite of losses."""
    return end.popen(["ping", "-n", "-q", "-f", "-s", str(size), target])


def all_back(bench, *names):
    """Every frame that the driver was given has come back, and every token is free."""
    for name in names:
        end = bench.ends[name]

        def rings(end=end):
            return end.vm.run(["cat", f"{end.debugfs}/skua/rings"], check=True).stdout

        wait_until(f"{name}: every frame to come back", 10,
                   lambda: "frames_in_nic 0\n" in rings())
        total, free = re.search(r"tokens (\d+) free (\d+)", rings()).groups()
        assert total == free, rings()


def in_guest(end, script, rounds, timeout=90):
    """Repeats a script in an end's name space, now on one processor, now on the other."""
    end.run(f"for i in $(seq {rounds}); do taskset -c $((i % 2)) sh -c '{script}' || exit; done",
            check=True, timeout=timeout)


@pytest.mark.contract("T1", "D2")
def test_traffic_both_ways(moving):
    """TCP both ways at once, and small frames between: nothing stalls, nothing is left behind."""
    _, sta = moving.link()
    loads = [faults.Load(moving), faults.Load(moving, client="ap", server="sta", target=STA)]
    small = flood(moving.ends["sta"], AP, size=16)
    for _ in range(3):
        for load in loads:
            load.alive()
    small.kill()
    for load in loads:
        load.stop()
    all_back(moving, "ap", "sta")
    assert "DISCONNECTED" not in sta.process.output
    moving.ends["sta"].ping(AP, count=3)


@pytest.mark.contract("K15")
def test_rekeying_under_traffic(moving):
    """New keys each second, traffic both ways: the association lives."""
    ap, sta = moving.link(ap_extra="wpa_ptk_rekey=1\nwpa_group_rekey=1\n")
    load = faults.Load(moving)
    back = flood(moving.ends["ap"], STA)
    start = len(sta.process.output)
    for _ in range(4):
        sta.process.wait_for("WPA: Key negotiation completed", 20, start=start)
        start = len(sta.process.output)
        load.alive()
    back.kill()
    load.stop()
    all_back(moving, "ap", "sta")
    assert "DISCONNECTED" not in sta.process.output + ap.process.output


def stop_and_start(bench, rounds):
    """A monitor that hears all of the traffic is stopped and started, while debugfs is read."""
    bench.link()
    third = bench.ends["third"]
    dev = third.interface
    third.run(f"iw dev {dev} set type monitor && ip link set {dev} up && "
              f"iw dev {dev} set freq 5180", check=True)
    floods = [flood(bench.ends["sta"], AP), flood(bench.ends["ap"], STA)]
    wait_until("traffic on the air", 10, lambda: third.driver()["rx"] > 100)
    reader = third.vm.popen(
        f"cd {third.debugfs} && while :; do cat skua/stats skua/rings > /dev/null; done")
    in_guest(third, f"ip link set {dev} down && ip link set {dev} up && "
                    f"iw dev {dev} set freq 5180 && sleep 0.02", rounds, timeout=60 + 2 * rounds)
    reader.kill()
    for each in floods:
        each.kill()
    all_back(bench, "ap", "sta", "third")


@pytest.mark.contract("V3", "T1", "D1")
def test_stop_and_start_under_traffic(moving):
    stop_and_start(moving, 25)


@pytest.mark.long
@pytest.mark.contract("V3", "T1", "D1")
def test_stop_and_start_under_traffic_long(moving):
    stop_and_start(moving, 500)


@pytest.mark.contract("V3", "T1")
def test_a_sender_stops_and_starts(moving):
    """The station's own interface goes down and up in the middle of what it sends and hears."""
    _, sta = moving.link()
    end = moving.ends["sta"]
    floods = [flood(end, AP), flood(moving.ends["ap"], STA)]
    for number in range(5):
        start = len(sta.process.output)
        end.run(f"taskset -c {number % 2} ip link set {end.interface} down", check=True)
        all_back(moving, "sta")
        end.run(f"taskset -c {number % 2} ip link set {end.interface} up", check=True)
        sta.process.wait_for("CTRL-EVENT-CONNECTED", 30, start=start)
    for each in floods:
        each.kill()
    all_back(moving, "ap", "sta")
    end.ping(AP, count=3)


@pytest.mark.contract("M3", "M4", "K7")
def test_stations_come_and_go_under_traffic(moving):
    """Either side ends the association, again and again, under traffic both ways."""
    ap, sta = moving.link()
    floods = [flood(moving.ends["sta"], AP), flood(moving.ends["ap"], STA)]
    for number in range(6):
        start = len(sta.process.output)
        if number % 2:
            sta.cli("reassociate")
        else:
            ap.cli("deauthenticate", moving.ends["sta"].mac)
        sta.process.wait_for("CTRL-EVENT-CONNECTED", 30, start=start)
        moving.ends["sta"].ping(AP, count=2)
    for each in floods:
        each.kill()
    all_back(moving, "ap", "sta")


@pytest.mark.contract("M5", "P1")
def test_scans_under_traffic(moving):
    """The station scans while TCP runs; each scan ends, and finds the access point."""
    moving.ends["third"].ap(ssid="other", channel=149)
    _, sta = moving.link()
    load = faults.Load(moving)
    for _ in range(3):
        assert moving.ends["ap"].mac in moving.ends["sta"].scan("freq", "5180", "5745")
        load.alive(20)
    load.stop()
    all_back(moving, "ap", "sta")
    assert "DISCONNECTED" not in sta.process.output


@pytest.mark.contract("D4")
def test_crashes_under_traffic(moving):
    """The firmware of either end dies under traffic both ways; the association lives on."""
    _, sta = moving.link()
    load = faults.Load(moving)
    back = flood(moving.ends["ap"], STA)
    dice = random.Random(SEED)
    for number in range(6):
        end = moving.ends[("sta", "ap")[number % 2]]
        before = end.driver()["restart"]
        end.vm.run(f"taskset -c {dice.randrange(2)} sh -c "
                   f"'echo {dice.randrange(2)} > {faults.crash_file(end)}'", check=True)
        faults.await_count(end, "restart", before + 1, timeout=20)
        load.alive(20)
    back.kill()
    load.stop()
    all_back(moving, "ap", "sta")
    assert "DISCONNECTED" not in sta.process.output
    faults.forgive(moving, *REPAIRED)


@pytest.mark.contract("D1", "D5")
def test_unbound_under_traffic(lab):
    """The driver lets go of a NIC under traffic, from one processor and from the other."""
    vm = lab.guest(nics=2, cmdline=["threadirqs"])
    start_mover(vm, [])
    for number in range(4):
        lab.pair(vm=vm)
        lab.link(vm)
        pings = [vm.popen(["ping", "-n", "-q", "-f", "-s", "1200", target], netns=netns)
                 for netns, target in (("sta", AP), ("ap", STA))]
        wait_until("answers", 20, lambda: not vm.run(
            ["ping", "-n", "-q", "-c", "3", "-i", "0.02", AP], netns="sta").returncode)
        slot = f"0000:00:0{number // 2}.0"
        vm.run(f"taskset -c {number % 2} sh -c 'echo {slot} > /sys/bus/pci/drivers/skua/unbind'",
               check=True, timeout=30)
        for each in pings:
            each.kill()
        vm.run("pkill -x hostapd; pkill -x wpa_supplicant; "
               "for ns in ap sta; do ip netns exec $ns sh -c "
               "'for phy in $(iw phy | sed -n \"s/^Wiphy //p\"); do iw phy $phy set netns 1; done'; "
               "done; true")
        vm.run(f"echo {slot} > /sys/bus/pci/drivers/skua/bind", check=True, timeout=30)
        wait_until("both phys", 30, lambda: len(vm.phys()) == 2)
        for name in ("ap", "sta"):
            vm.run(["ip", "netns", "del", name])
        vm.console.check()
