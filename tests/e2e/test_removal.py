# SPDX-License-Identifier: GPL-2.0-only
"""Surprise removal, rebinding and unloading, all of it under traffic."""

import time

import pytest

import faults
from skuavm import wait_until

PCI = "/sys/bus/pci"


def device(index):
    return f"0000:00:0{index}.0"


@pytest.fixture
def pair(lab):
    """A guest with two NICs, connected; what removal leaves is nobody else's."""
    vm = lab.pair()
    lab.link(vm)
    return lab, vm


def flood(vm, size=1200):
    """Traffic that does not mind what becomes of it."""
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
    """Ends what ran in the name spaces, so that their phys return to the first."""
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
    wait_until("the driver to notice", 5, lambda: "the NIC has been removed" in
               vm.console_text()[vm.checked:])
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
def test_removal_under_traffic(pair, how):
    """D5: either end goes under traffic, comes back, and links again."""
    lab, vm = pair
    for index in (1, 0):
        vm.log_mark()
        WAYS[how](lab, vm, index)
        vm.check_log()
        again(lab, vm)


@pytest.mark.long
@pytest.mark.contract("D5", "D1", "K7", "X7")
def test_removal_rounds(pair):
    """D5: 200 rounds; neither memory nor vectors nor names leak."""
    lab, vm = pair
    before = None
    for number in range(200):
        vm.log_mark()
        list(WAYS.values())[number % 3](lab, vm, number // 3 % 2)
        vm.check_log()
        again(lab, vm)
        if number % 20 == 19:
            free = faults.free_memory(vm)
            print(f"round {number + 1}: {free} kB free")
            before = before or free
            # hostapd and the others never have quite the same
            assert free > before - 1000, f"of {before} kB free {free} are left"
