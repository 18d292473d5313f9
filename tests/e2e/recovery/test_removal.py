# SPDX-License-Identifier: GPL-2.0-only
"""Surprise removal, rebinding and unloading, all of it under traffic."""

import random
import time

import pytest

import faults
import skualink
from skuavm import GuestError, wait_until

PCI = "/sys/bus/pci"


def device(index):
    return f"0000:00:0{index}.0"


@pytest.fixture
def pair(lab):
    """A guest with two NICs, connected; for this test alone, since removal leaves traces."""
    vm = lab.pair()
    lab.link(vm)
    return lab, vm


def flood(vm, size=1200):
    """Traffic that goes on in spite of losses."""
    return vm.popen(["ping", "-n", "-q", "-f", "-s", str(size), faults.AP], netns="sta")


def again(lab, vm, absent=()):
    """Both phys are back, in fresh name spaces, and a link comes up."""
    wait_until("the phys", 30, lambda: len(vm.phys()) == 2)
    for name in ("ap", "sta"):
        vm.run(["ip", "netns", "del", name])
    lab.pair(vm=vm)
    lab.link(vm)
    faults.answers(vm)


def homeless(vm):
    """Ends all processes in the name spaces, so that their phys return to the first."""
    vm.run("pkill -x hostapd; pkill -x wpa_supplicant; pkill -x ping; pkill -x iperf3; "
           "for ns in ap sta; do ip netns exec $ns sh -c "
           "'for phy in $(iw phy | sed -n \"s/^Wiphy //p\"); do iw phy $phy set netns 1; done'; "
           "done; true")


def present(vm):
    return vm.run(["ls", f"{PCI}/drivers/skua"]).stdout


def gone_and_back(lab, vm, index):
    """Reads become all ones at an odd moment; then the slot is emptied and filled again."""
    load = flood(vm)
    time.sleep(0.3)
    answer = lab.nics.control({"cmd": "gone", "nic": f"nic{index}", "gone": True})
    assert answer["ok"]
    # it looks again for some seconds
    wait_until("the driver to be sure", 20, lambda: "the NIC has been removed" in
               vm.console.text()[vm.console.checked:])
    vm.run(f"echo 1 > {PCI}/devices/{device(index)}/remove", check=True, timeout=20)
    assert device(index) not in present(vm)
    load.kill()
    homeless(vm)
    lab.nics.control({"cmd": "gone", "nic": f"nic{index}", "gone": False})
    vm.run(f"echo 1 > {PCI}/rescan", check=True, timeout=20)


def unbind_and_bind(lab, vm, index):
    load = flood(vm)
    time.sleep(0.3)
    vm.run(f"echo {device(index)} > {PCI}/drivers/skua/unbind", check=True, timeout=20)
    load.kill()
    homeless(vm)
    vm.run(f"echo {device(index)} > {PCI}/drivers/skua/bind", check=True, timeout=20)


def unload_and_load(lab, vm, index):
    load = flood(vm)
    time.sleep(0.3)
    vm.run(["rmmod", "skua"], check=True, timeout=20)
    load.kill()
    homeless(vm)
    vm.modprobe("skua")


WAYS = {"gone": gone_and_back, "unbind": unbind_and_bind, "rmmod": unload_and_load}


@pytest.mark.contract("D5", "D1", "K7", "X7")
@pytest.mark.parametrize("how", WAYS)
@pytest.mark.smp
def test_removal_under_traffic(pair, how):
    """D5: either end goes under traffic, comes back, and links again."""
    lab, vm = pair
    for index in (1, 0):
        vm.console.mark()
        WAYS[how](lab, vm, index)
        vm.console.check()
        again(lab, vm)


# Operations that may be under way when the NIC goes
MOMENTS = {
    "probe": f"echo {device(0)} > {PCI}/drivers/skua/unbind; echo {device(0)} > {PCI}/drivers/skua/bind",
    "up": "ip link set $dev up",
    "down": "ip link set $dev up; ip link set $dev down",
    "scan": "ip link set $dev up; iw dev $dev scan trigger",
    "restart": "ip link set $dev up; echo 0 > /sys/kernel/debug/ieee80211/phy*/skua/crash;"
               "iw dev $dev scan trigger",
    "unbind": f"ip link set $dev up; echo {device(0)} > {PCI}/drivers/skua/unbind",
}


def gone_while(lab, vm, what, after):
    """The NIC goes a little while after something has begun; another one comes."""
    dev = skualink.first_interface(vm)
    begun = vm.popen(f"echo begun; dev={dev}; {MOMENTS[what]}")
    begun.wait_for("begun", 10)
    time.sleep(after)
    assert lab.nics.control({"cmd": "gone", "nic": "nic0", "gone": True})["ok"]
    begun.wait(30)
    vm.run(f"echo 1 > {PCI}/devices/{device(0)}/remove", check=True, timeout=20)
    assert not vm.phys()
    assert lab.nics.control({"cmd": "gone", "nic": "nic0", "gone": False})["ok"]
    vm.run(f"echo 1 > {PCI}/rescan", check=True, timeout=20)
    wait_until("the phy", 20, vm.phys)
    vm.run(f"ip link set {skualink.first_interface(vm)} up", check=True)


def gone_at_random(lab, rounds):
    vm = lab.guest(nics=1)
    dice = random.Random(rounds)
    for number in range(rounds):
        what, after = list(MOMENTS)[number % len(MOMENTS)], dice.random() * 0.15
        try:
            gone_while(lab, vm, what, after)
            vm.console.check()
        except GuestError:
            print(f"round {number}: gone {after * 1000:.0f} ms into {what}")
            raise


@pytest.mark.contract("D5", "D1")
@pytest.mark.smp
def test_gone_at_any_moment(lab):
    """D5: all reads become all ones in probe, start, stop, scan, restart, remove."""
    gone_at_random(lab, 4 * len(MOMENTS))


@pytest.mark.long
@pytest.mark.contract("D5", "D1")
def test_gone_at_any_moment_long(lab):
    """D5: a few hundred times."""
    gone_at_random(lab, 60 * len(MOMENTS))


@pytest.mark.long
@pytest.mark.contract("D5", "D1", "K7", "X7")
def test_removal_rounds(pair):
    """D5: 200 rounds; neither memory nor vectors nor names leak."""
    lab, vm = pair
    before = None
    for number in range(200):
        vm.console.mark()
        list(WAYS.values())[number % 3](lab, vm, number // 3 % 2)
        vm.console.check()
        again(lab, vm)
        if number % 20 == 19:
            free = faults.free_memory(vm)
            print(f"round {number + 1}: {free} kB free")
            before = before or free
            # hostapd and the others never have quite the same
            assert free > before - 1000, f"of {before} kB free {free} are left"
