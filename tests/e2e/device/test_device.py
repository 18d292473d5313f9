# SPDX-License-Identifier: GPL-2.0-only
"""The device as the bus, the stack and the user see it, loaded and unloaded."""

import hashlib
import hmac
import os
import re
import time

import pytest

import bench
import faults
import skualink
from bench import AP
from skuavm import wait_until

MACS = ["02:11:22:33:44:55", "06:aa:bb:cc:dd:ee"]


def pci_functions(vm):
    """Directories in sysfs of the Skua functions, in order."""
    text = vm.run("grep -l 0x10f5 /sys/bus/pci/devices/*/device", check=True).stdout
    return sorted(path.rsplit("/", 1)[0] for path in text.split())


def attribute(vm, path):
    return vm.run(["cat", path], check=True).stdout.strip()


@pytest.mark.contract("D1", "V5")
def test_identity(lab):
    """PCI identity, resources, vectors; addresses from the command line; firmware version."""
    lab.air(2, macs=MACS)
    vm = lab.guest(nics=2)
    functions = pci_functions(vm)
    assert len(functions) == 2
    for function in functions:
        assert attribute(vm, f"{function}/vendor") == "0x1af4"
        assert attribute(vm, f"{function}/device") == "0x10f5"
        assert attribute(vm, f"{function}/class") == "0x028000"
        first, last, _ = attribute(vm, f"{function}/resource").splitlines()[0].split()
        assert int(last, 0) - int(first, 0) + 1 == 64 * 1024
        vectors = vm.run(["ls", f"{function}/msi_irqs"], check=True).stdout.split()
        assert 1 <= len(vectors) <= 4
        assert attribute(vm, f"{function}/enable") == "1"
        driver = vm.run(["readlink", f"{function}/driver"]).stdout.strip()
        assert driver.endswith("/skua")
    phys = vm.run("cat /sys/class/ieee80211/*/macaddress", check=True).stdout.split()
    assert sorted(phys) == sorted(MACS)
    names = vm.run("cat /sys/class/net/wl*/address", check=True).stdout.split()
    assert sorted(names) == sorted(MACS)
    assert {nic["mac"] for nic in lab.nics.control({"cmd": "counters"})["nics"]} == set(MACS)
    console = vm.console.text()
    version = re.search(r"skua 0000:00:00\.0: firmware (\S+ )?(\d[\w.]+) alive", console)
    assert version and MACS[0] in console
    caps = vm.run("cat /sys/kernel/debug/ieee80211/phy0/skua/caps", check=True).stdout
    assert version[2] in caps


def section(text, start, end):
    found = re.search(rf"^\t{start}.*?(?=^\t{end}|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no {start!r} in {text}"
    return found[0]


@pytest.mark.contract("V5", "K12", "X1", "R15")
def test_announced_capabilities(trio):
    """V5: bands, ciphers, interface types and combinations, as `iw phy` prints them."""
    end = trio.ends["third"]
    text = end.run(["iw", "phy", end.phy, "info"], check=True).stdout
    assert set(re.findall(r"^\tBand (\d)", text, re.MULTILINE)) == {"1", "2", "4"}
    freqs = {int(freq) for freq in re.findall(r"\* (\d+)(?:\.\d)? MHz \[", text)}
    assert {2412, 2484, 5180, 5825, 5955, 7115} <= freqs
    assert len([f for f in freqs if f < 3000]) == 14
    assert len([f for f in freqs if f > 5950]) == 59
    ciphers = set(re.findall(r"\* (\S+) \(00-0f-ac:\d+\)", text))
    assert ciphers == {"WEP40", "WEP104", "TKIP", "CCMP-128", "CCMP-256", "GCMP-128", "GCMP-256",
                       "CMAC", "CMAC-256", "GMAC-128", "GMAC-256"}
    modes = set(re.findall(r"\* (\S+)", section(text, "Supported interface modes", "Band")))
    assert {"managed", "AP", "AP/VLAN", "monitor"} <= modes
    assert "valid interface combinations" in text
    assert "#channels <= 1" in text
    # features that need two radios are not there
    assert "160 MHz, 80+80 MHz" not in text and "HE80+80" not in text
    assert "Device supports scan flush" in text
    assert "SAE with AUTHENTICATE" in text


@pytest.mark.contract("D1", "X7")
def test_load_and_unload(lab):
    """D1: the module comes and goes, idle, with interfaces up, and with links up."""
    vm = lab.guest(nics=2)
    names = vm.phys()
    assert len(names) == 2
    for use in ("nothing", "up", "link", "link"):
        if use == "up":
            vm.run("for d in $(ls /sys/class/net | grep wl); do ip link set $d up; done", check=True)
        if use == "link":
            lab.pair(vm=vm)
            lab.link(vm)
            assert skualink.ping(vm, "sta", AP, count=3)[1] == 3
        vm.run(["modprobe", "-r", "skua"], check=True)
        assert vm.phys() == []
        assert all(nic["state"] == "reset" for nic in
                   lab.nics.control({"cmd": "counters"})["nics"])
        assert "skua" not in vm.run(["cat", "/proc/modules"]).stdout
        assert "skua" not in vm.run(["cat", "/proc/interrupts"]).stdout
        if use == "link":
            vm.run("pkill hostapd; pkill wpa_supplicant; ip netns del ap; ip netns del sta")
        vm.modprobe("skua")
        wait_until("the phys", 20, lambda: len(vm.phys()) == 2)
        assert {nic["state"] for nic in lab.nics.control({"cmd": "counters"})["nics"]} == {"alive"}


@pytest.mark.contract("D1")
def test_memory_comes_back(lab):
    """D1: loading and unloading again and again does not eat memory."""
    vm = lab.guest(nics=1)

    def free_after_rounds(count):
        vm.run(f"""
            set -e
            for i in $(seq {count}); do
                modprobe -r skua
                modprobe skua
                ip link set $(ls /sys/class/net | grep wl) up
            done""", check=True, timeout=60 + 10 * count)
        return faults.free_memory(vm)

    first = free_after_rounds(3)  # memory that is kept for good is allocated by then
    last = free_after_rounds(10)
    # KASAN keeps freed memory for a while; there kmemleak judges, when the test ends
    lost = 0 if bench.DEBUG_KERNEL else first - last
    assert lost < 10 * 30, f"{lost} KiB are gone after ten rounds"


@pytest.mark.contract("D1", "D5")
def test_a_guest_that_comes_back_finds_a_fresh_nic(lab):
    """A guest is killed under traffic; another on the same sockets starts from nothing."""
    lab.air(2)
    first = lab.pair(vm=lab.guest(nics=2))
    lab.link(first)
    flood = first.popen(["ping", "-n", "-q", "-f", AP], netns="sta")
    wait_until("traffic", 10, lambda: engines(lab, 0)["rx_data"] > 50)
    assert engines(lab, 0)["keys"]
    pid = lab.nics.proc.pid
    first.kill()
    del flood
    wait_until("the NICs to notice", 10, lambda: all(
        nic["state"] == "reset" and not nic["mac_engines"]["keys"]
        and not nic["mac_engines"]["stations"]
        for nic in lab.nics.control({"cmd": "counters"})["nics"]))
    lab.nics.given = 0
    second = lab.pair(vm=lab.guest(nics=2))
    lab.link(second)
    assert skualink.ping(second, "sta", AP, count=3)[1] == 3
    lab.nics.check_alive()
    assert lab.nics.proc.pid == pid
    assert all(nic["bus"]["connects"] == 2 for nic in
               lab.nics.control({"cmd": "counters"})["nics"])


@pytest.mark.contract("D1")
def test_a_guest_that_reboots(lab):
    """`reboot` in the guest: the same NICs again, in the same order."""
    lab.air(2, macs=MACS)
    vm = lab.guest(nics=2)
    vm.popen("exec busybox poweroff -f")
    wait_until("the end of the guest", 20, lambda: vm.dead)
    wait_until("the NICs to be reset", 10, lambda: all(
        nic["state"] == "reset" for nic in lab.nics.control({"cmd": "counters"})["nics"]))
    lab.nics.given = 0
    again = lab.guest(nics=2)
    assert attribute(again, f"{pci_functions(again)[0]}/net/wlan0/address") == MACS[0]


def engines(lab, index):
    return lab.nics.control({"cmd": "counters"})["nics"][index]["mac_engines"]


@pytest.mark.contract("V1")
def test_guests_share_an_air(lab):
    """An access point in one guest, a station in another; one guest goes, the other stays."""
    lab.air(2)
    one, two = lab.guest(nics=1), lab.guest(nics=1)
    one.add_netns("ap", one.phys()[0])
    two.add_netns("sta", two.phys()[0])
    ap = skualink.AccessPoint(one, "ap").start()
    sta = skualink.Station(two, "sta", freqs=[5180]).start()
    ap.serve_dhcp()
    assert sta.dhcp().startswith("192.168.77.")
    assert skualink.ping(two, "sta", AP, count=3)[1] == 3
    one.kill()
    sta.process.wait_for("CTRL-EVENT-DISCONNECTED", 20)
    assert two.run(["iw", "dev"]).returncode == 0


# Looking inside


@pytest.mark.contract("D2", "D3")
def test_tracepoints(trio):
    """Commands, descriptors, completions and events can be watched; keys cannot."""
    vm, tracing = trio.vms[0], "/sys/kernel/tracing"
    path = trio.capture()
    vm.run(f"echo 1 > {tracing}/events/skua/enable; echo > {tracing}/trace", check=True)
    trio.link()
    trio.ends["sta"].ping(AP, count=3)
    vm.run(f"echo 0 > {tracing}/events/skua/enable", check=True)
    trio.capture_end()
    key = temporal_key(path, trio.ends["ap"], trio.ends["sta"])
    # hexadecimal in each form that printk has, without its separators
    found = vm.run(["/usr/bin/python3", "-I", "-S", "-c", f"""
import re, sys
text = open("{tracing}/trace").read()
print(*sorted(set(re.findall(r"(skua_\\w+): 0000:00:0", text))))
print(sys.argv[1] in re.sub(r"[^0-9a-f]", "", text))
""", key.hex()], check=True).stdout.splitlines()
    assert {"skua_cmd", "skua_cmd_done", "skua_evt", "skua_tx_desc", "skua_tx_status", "skua_rx",
            "skua_inband"} <= set(found[0].split())
    assert found[1] == "False"


@pytest.mark.contract("X4", "T1")
def test_small_rings(lab):
    """X4: rings of 32 entries are full all the time; nothing is lost inside, all comes back."""
    vm = lab.guest(nics=2, params=("txring=32", "rxring=32"))
    lab.pair(vm=vm)
    lab.link(vm)
    for reverse in (False, True):
        assert skualink.iperf(vm, "sta", "ap", AP, seconds=1, reverse=reverse) > 5 / bench.SLOWNESS
    skualink.iperf(vm, "sta", "ap", AP, seconds=1, extra="-u -b 0 -l 100 -P 4")
    stats = "cat /sys/kernel/debug/ieee80211/*/skua/stats"
    full = re.findall(r"tx_no_room (\d+)", vm.run(stats).stdout)
    assert sum(map(int, full)) > 0, "the rings were never full"

    def settled():
        text = vm.run("cat /sys/kernel/debug/ieee80211/*/skua/rings").stdout
        return text.count("frames_in_nic 0") == 2 and all(
            total == free for total, free in re.findall(r"tokens (\d+) free (\d+)", text))

    wait_until("all frames to come back", 5, settled)
    assert skualink.ping(vm, "sta", AP, count=3)[1] == 3


# Secrets


def temporal_key(path, ap, sta):
    """The TK of a WPA2 link, from the passphrase and the captured handshake."""
    nonces = bench.frames(path, "eapol.keydes.type == 2 && wlan_rsna_eapol.keydes.msgnr < 3",
                          ["wlan_rsna_eapol.keydes.msgnr", "wlan_rsna_eapol.keydes.nonce"])
    by_message = {f[0]: bytes.fromhex(f[1].replace(":", "")) for f in nonces}
    pmk = hashlib.pbkdf2_hmac("sha1", b"open sesame", b"skua", 4096, 32)
    macs = sorted(bytes.fromhex(mac.replace(":", "")) for mac in (ap.mac, sta.mac))
    label = b"Pairwise key expansion\0" + b"".join(macs) + b"".join(
        sorted((by_message["1"], by_message["2"])))
    ptk = b"".join(hmac.new(pmk, label + bytes([i]), "sha1").digest() for i in range(3))
    return ptk[32:48]


@pytest.mark.contract("D4", "K7", "X2")
def test_no_key_in_a_crash_record(trio):
    """D4: neither the pairwise key nor a part of it is in the record of a crash."""
    path = trio.capture()
    trio.link()
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    sta.ping(AP, count=3)
    trio.capture_end()
    key = temporal_key(path, ap, sta)
    vm = trio.vms[0]
    # there is room for one record of a device
    vm.run("for old in /sys/class/devcoredump/devcd*/data; do [ ! -e $old ] || echo 1 > $old; done",
           check=True)
    vm.put(f"{sta.debugfs}/skua/crash", "0\n")
    dump = wait_until("the record", 10, lambda: vm.run(
        "ls -d /sys/class/devcoredump/devcd*/data").stdout.strip())
    vm.run(f"cp {dump} /tmp/dump; echo 1 > {dump}", check=True)
    # looked for in the guest: half a megabyte is much for a serial line
    result = vm.run(["/usr/bin/python3", "-I", "-S", "-c", """
import sys
data = open("/tmp/dump", "rb").read()
key = bytes.fromhex(sys.argv[1])
assert data[:4] == b"CRSH", data[:4]
print(len(data), key in data, key[:8] in data, key[8:] in data, b"wlan" in data)
""", key.hex()], check=True).stdout.split()
    assert int(result[0]) > 256 * 1024, "no copy of the firmware's memory in it"
    assert result[1:4] == ["False"] * 3
    # the key was the right one: tshark reads the capture with it
    found = bench.frames(path, "icmp", ["icmp.type"], [
        "-o", "wlan.enable_decryption:TRUE", "-o", f'uat:80211_keys:"tk","{key.hex()}"'])
    assert found
    wait_until("the driver to restart", 10, lambda: sta.driver()["restart"] >= 1)
    sta.ping(AP, count=3)


# The machine


@pytest.mark.parametrize("way", ["overlay", "second mount", "remount"])
def test_guest_root_cannot_change_a_file_of_the_machine(lab, way):
    """A world-writable file of the host stays as it is; root in the guest cannot change it."""
    path = f"/var/tmp/skua-probe-{way.replace(' ', '-')}-{time.monotonic_ns()}"
    with open(path, "w", encoding="ascii") as file:
        file.write("untouched")
    try:
        os.chmod(path, 0o666)
        vm = lab.guest()
        commands = {
            "overlay": f"echo changed > {path} && cat {path}",
            "second mount": f"mkdir -p /tmp/h && mount -t hostfs none /tmp/h -o / && cat /tmp/h{path};"
                            f" echo changed > /tmp/h{path}; truncate -s 0 /tmp/h{path};"
                            f" rm -f /tmp/h{path}",
            "remount": "mkdir -p /tmp/h && mount -t hostfs none /tmp/h -o / && mount -o remount,rw /tmp/h;"
                       f" cat /tmp/h{path}; echo changed > /tmp/h{path}; chmod 777 /tmp/h{path};"
                       f" mv /tmp/h{path} /tmp/h{path}.moved",
        }
        result = vm.run(commands[way])
        assert ("changed" if way == "overlay" else "untouched") in result.stdout, "it saw no file"
        with open(path, encoding="ascii") as file:
            assert file.read() == "untouched"
        assert os.stat(path).st_mode & 0o777 == 0o666
    finally:
        os.unlink(path)
