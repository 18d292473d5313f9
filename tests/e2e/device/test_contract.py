# SPDX-License-Identifier: GPL-2.0-only
"""Clauses of docs/contract.rst that no other file is about."""

import re

import pytest

from skuavm import wait_until

FIRMWARE = "/lib/firmware/skua/skua.fw"
DRIVER = "/sys/bus/pci/drivers/skua"


def devices(vm):
    """PCI addresses of the NICs."""
    found = vm.run("grep -l 0x10f5 /sys/bus/pci/devices/*/device", check=True).stdout
    return sorted(path.split("/")[-2] for path in found.split())


def bind(vm, device, how="bind"):
    return vm.run(f"echo {device} > {DRIVER}/{how}").returncode == 0


def left_behind(vm):
    """Everything that shows that the driver holds a device."""
    return vm.run(f"grep -s skua /proc/interrupts /proc/iomem; ls {DRIVER} | grep :").stdout


def images(good):
    return {
        "missing": (None, "cannot load firmware"),
        "empty": (b"", "cannot load firmware"),
        "too short": (good[:20], "has 20 bytes"),
        "truncated": (good[:-100], "truncated or too long"),
        "something else": (b"\x7fELF" + good[4:], "is not a firmware image"),
        "damaged": (good[:-1] + bytes([good[-1] ^ 1]), "wrong SHA-256"),
    }


@pytest.mark.contract("D1")
@pytest.mark.splats("skua 0000")
def test_probe_fails_cleanly_and_then_works(lab):
    """D1: after each failure nothing is left, and the next probe succeeds."""
    vm = lab.guest(nics=1, load=False)
    good = vm.get(FIRMWARE)
    vm.modprobe("cfg80211")
    vm.modprobe("skua")
    device, = devices(vm)
    for name, (image, complaint) in images(good).items():
        assert left_behind(vm)
        assert bind(vm, device, "unbind")
        assert not left_behind(vm), name
        assert not vm.phys()
        vm.run(["rm", FIRMWARE], check=True)
        if image is not None:
            vm.put(FIRMWARE, image)
        start = len(vm.console.text())
        assert not bind(vm, device), name
        wait_until(f"the complaint ({name})", 5,
                   lambda start=start, text=complaint: text in vm.console.text()[start:])
        assert not left_behind(vm), name
        assert not vm.phys()
        vm.put(FIRMWARE, good)
        assert bind(vm, device), name
        wait_until("the phy", 10, vm.phys)


@pytest.mark.contract("X7", "D1", "T1")
def test_unbinding_under_traffic(lab):
    """X7: an unbind in the middle waits for pending operations; nothing is left."""
    vm = lab.pair()
    lab.link(vm)
    flood = vm.popen(["ping", "-n", "-q", "-f", "-s", "1400", "192.168.77.1"], netns="sta")
    sent = "cat /sys/class/net/wl*/statistics/tx_packets"
    wait_until("traffic", 10, lambda: int(vm.run(sent, netns="sta").stdout) > 100)
    for device in devices(vm):
        assert bind(vm, device, "unbind")
    flood.kill()
    assert not left_behind(vm)
    assert not vm.phys()
    for device in devices(vm):
        assert bind(vm, device)
    wait_until("both phys again", 10, lambda: len(vm.phys()) == 2)


# names of iw phy, and of iw interface add
TYPES = {
    "managed": "managed", "AP": "__ap", "monitor": "monitor", "mesh point": "mp", "IBSS": "ibss",
    "outside context of a BSS": "ocb", "P2P-client": "__p2pcl", "P2P-GO": "__p2pgo",
}


@pytest.mark.contract("V1", "V2")
def test_announced_interface_types_are_those_that_there_are(lab):
    """V1: each announced type can be made and comes up, and no other can."""
    vm = lab.guest(nics=1)
    phy, = vm.phys()
    text = vm.run(["iw", "phy"], check=True).stdout
    listed = re.search(r"Supported interface modes:\n((?:\t\t \* .*\n)+)", text)[1]
    announced = set(re.findall(r"\* (.*)", listed))
    assert {"managed", "AP", "monitor"} <= announced
    combined = set(re.findall(r"[\w-]+(?: point)?(?=,| \})", ", ".join(
        re.findall(r"#\{( .*? \})", text[text.index("valid interface combinations"):]))))
    assert announced - {"AP/VLAN", "monitor"} == combined
    for name, type_name in TYPES.items():
        add = vm.run(["iw", "phy", phy, "interface", "add", "t0", "type", type_name])
        up = vm.run(["ip", "link", "set", "t0", "up"])
        assert (up.returncode == 0) == (name in announced), name
        if add.returncode == 0:
            vm.run(["iw", "dev", "t0", "del"], check=True)


@pytest.mark.contract("R15")
def test_two_segments_are_refused(lab):
    """R15: 160 MHz in one piece is there; 80+80 is neither announced nor taken."""
    vm = lab.guest(nics=1)
    phy, = vm.phys()
    text = vm.run(["iw", "phy"], check=True).stdout
    assert re.search(r"Supported Channel Width: 160 MHz$", text, re.M)
    vm.run(["iw", "phy", phy, "interface", "add", "t0", "type", "monitor"], check=True)
    vm.run(["ip", "link", "set", "t0", "up"], check=True)
    tune = ["iw", "dev", "t0", "set", "freq", "5180"]
    assert vm.run([*tune, "160", "5250"]).returncode == 0
    assert vm.run([*tune, "80+80", "5210", "5775"]).returncode != 0
