# SPDX-License-Identifier: GPL-2.0-only
"""Faults that pass: a NIC that is stopped or reset for a while comes back by itself."""

import signal
import time

import pytest

import faults
from bench import VIRT_PCI_SPLATS, users_patience
from skuavm import wait_until

PCI = "/sys/bus/pci/devices/0000:00:0{}.0"


@pytest.fixture
def pair(lab):
    """A guest with two NICs, connected."""
    vm = lab.pair()
    _, sta = lab.link(vm)
    return lab, vm, sta


def flood(vm):
    return vm.popen(["ping", "-n", "-q", "-f", "-s", "800", faults.AP], netns="sta")


def stats(vm, index):
    phy = vm.run("ls -d /sys/kernel/debug/ieee80211/phy*").stdout.split()[index]
    lines = vm.get(f"{phy}/skua/stats").decode().splitlines()
    return {name: int(value) for name, value in map(str.split, lines)}


def await_restarts(vm, index, count):
    wait_until(f"{count} restarts of NIC {index}", 20,
               lambda: stats(vm, index)["restart"] >= count)
    wait_until("their end", 20, lambda: restarted(vm, index) >= count)


def restarted(vm, index):
    return vm.console.text().count(f"skua 0000:00:0{index}.0: restarted")


def connections(sta):
    return sta.process.output.count("CTRL-EVENT-CONNECTED")


def fault(lab, index, kind, **more):
    faults.request(lab.nics, {"cmd": "fault", "nic": f"nic{index}", "kind": kind, **more})


def all_ones(lab, vm, index, config):
    """All reads of a NIC return all ones from now on, and the driver finds out.

    While all is well it reads no register; but it does when interrupts are lost.
    """
    before = stats(vm, index)["lost"]
    fault(lab, index, "all-ones", ms=60000, config=config)
    fault(lab, index, "lose-interrupts", count=100000)
    wait_until("the driver to notice", 10, lambda: stats(vm, index)["lost"] > before)
    fault(lab, index, "lose-interrupts", count=0)


def reset(vm, index):
    vm.run(f"echo 1 > {PCI.format(index)}/reset", check=True, timeout=30)


@pytest.mark.splats(VIRT_PCI_SPLATS)
@pytest.mark.contract("D7")
@pytest.mark.parametrize("seconds", [0.3, 2])
def test_a_nic_that_is_stopped_for_a_while(pair, seconds):
    """D7: with the patience that users' kernels have, the link is back by itself.

    A station that has missed the beacons of two seconds may connect anew.
    """
    lab, vm, sta = pair
    users_patience(vm)
    load = flood(vm)
    for _ in range(2):
        before = stats(vm, 1)["lost"]
        lab.nics.proc.send_signal(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            lab.nics.proc.send_signal(signal.SIGCONT)
        faults.answers(vm)
        if seconds > 1:
            assert stats(vm, 1)["lost"] > before
    load.kill()
    assert seconds > 1 or connections(sta) == 1
    assert "has been removed" not in vm.console.text()


@pytest.mark.contract("D7")
@pytest.mark.parametrize("config", [True, False], ids=["whole", "registers"])
def test_all_ones_for_a_second(pair, config):
    """D7: a NIC whose reads are all ones for a while comes back, and keeps its link."""
    lab, vm, sta = pair
    load = flood(vm)
    for number in (1, 2):
        all_ones(lab, vm, 1, config)
        time.sleep(1)
        fault(lab, 1, "all-ones", ms=0)
        await_restarts(vm, 1, number)
        faults.answers(vm)
    load.kill()
    assert connections(sta) == 1


@pytest.mark.lengthy
@pytest.mark.contract("D7", "D5")
@pytest.mark.parametrize("config", [True, False], ids=["whole", "registers"])
def test_all_ones_for_long(pair, config):
    """D7: a NIC that stays away is gone, and has no bus; a start or a reset finds it again."""
    lab, vm, sta = pair
    for back in ("start", "reset"):
        load = flood(vm)
        all_ones(lab, vm, 1, config)
        load.kill()
        wait_until("the driver to be sure", 20, lambda: "1.0: the NIC has been removed" in
                   vm.console.text()[vm.console.checked:])
        wait_until("the interface to go down", 10, lambda: "state DOWN" in vm.run(
            ["ip", "link", "show", sta.interface], netns="sta").stdout)
        up = ["ip", "link", "set", sta.interface, "up"]
        assert vm.run(up, netns="sta").returncode
        if not config:
            # its own words were not enough: it could still write to memory
            command = vm.run(f"od -An -tx2 -j4 -N2 {PCI.format(1)}/config").stdout.split()
            assert not int(command[0], 16) & 6
        fault(lab, 1, "all-ones", ms=0)
        if back == "reset":
            reset(vm, 1)
            wait_until("the driver to find it", 10, lambda: "1.0: the NIC answers again" in
                       vm.console.text()[vm.console.checked:])
        vm.run(up, netns="sta", check=True, timeout=30)
        faults.answers(vm)
        vm.console.check()
        vm.console.mark()


@pytest.mark.contract("D7")
@pytest.mark.parametrize("index", [0, 1], ids=["ap", "sta"])
def test_function_level_reset_under_traffic(pair, index):
    """D7: a reset through sysfs is repaired like a crash, also twice in a row.

    A station whose access point is away for that long on a busy machine may connect anew.
    """
    _, vm, _ = pair
    load = flood(vm)
    time.sleep(0.3)
    reset(vm, index)
    await_restarts(vm, index, 1)
    faults.answers(vm)
    reset(vm, index)
    reset(vm, index)
    await_restarts(vm, index, 2)
    faults.answers(vm)
    load.kill()


@pytest.mark.contract("D7")
def test_reset_by_power_management(pair):
    """D7: the NIC says that it resets on its way from D3hot to D0, and does."""
    _, vm, sta = pair
    vm.run(f"echo pm > {PCI.format(1)}/reset_method", check=True)
    reset(vm, 1)
    await_restarts(vm, 1, 1)
    faults.answers(vm)
    assert connections(sta) == 1


@pytest.mark.contract("D7")
def test_function_level_reset_while_the_interface_is_down(lab):
    """D7: the next start finds the NIC."""
    vm = lab.pair()
    reset(vm, 1)    # never up
    lab.link(vm)
    faults.answers(vm)
    vm.run("ip link set $(ls /sys/class/net | grep wlan) down", netns="sta", check=True)
    reset(vm, 1)
    vm.run("ip link set $(ls /sys/class/net | grep wlan) up", netns="sta", check=True, timeout=30)
    faults.answers(vm)


@pytest.mark.contract("D7")
def test_function_level_reset_while_it_scans(pair):
    """D7: the scan ends, the link lives, and the next scan is complete."""
    _, vm, sta = pair
    for pause in (0, 0.2):
        vm.run(["iw", "dev", sta.interface, "scan", "trigger"], netns="sta", check=True)
        time.sleep(pause)
        before = restarted(vm, 1)
        reset(vm, 1)
        await_restarts(vm, 1, before + 1)
        wait_until("a scan to be possible", 20, lambda: vm.run(
            ["iw", "dev", sta.interface, "scan", "trigger", "freq", "2412", "5180"],
            netns="sta").returncode == 0)
        wait_until("its end", 60, lambda: "(-22)" in vm.run(
            ["iw", "dev", sta.interface, "scan", "trigger", "freq", "1"], netns="sta").stderr)
    faults.answers(vm)
    assert connections(sta) == 1


@pytest.mark.contract("D7", "D5", "T11")
@pytest.mark.parametrize("back", [True, False], ids=["back", "gone"])
def test_away_when_it_is_restarted(pair, back):
    """T11: after its firmware has died, the NIC does not answer when mac80211 restarts it."""
    lab, vm, sta = pair
    load = flood(vm)
    fault(lab, 1, "all-ones", ms=60000, config=True)
    phy = vm.run("ls -d /sys/kernel/debug/ieee80211/phy*").stdout.split()[1]
    vm.run(f"echo 0 > {phy}/skua/crash", check=True)
    wait_until("the driver to notice", 10, lambda: stats(vm, 1)["lost"])
    assert "1.0: the firmware died" in vm.console.text()
    if back:
        time.sleep(0.5)
        fault(lab, 1, "all-ones", ms=0)
        wait_until("the restart", 20, lambda: restarted(vm, 1))
        faults.answers(vm)
        assert connections(sta) == 1
    else:
        wait_until("the driver to be sure", 20, lambda: "1.0: the NIC has been removed" in
                   vm.console.text())
        wait_until("the interface to go down", 10, lambda: "state DOWN" in vm.run(
            ["ip", "link", "show", sta.interface], netns="sta").stdout)
    load.kill()
