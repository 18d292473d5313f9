# SPDX-License-Identifier: GPL-2.0-only
"""The firmware makes the policy: another image, and the air is another one.

Two guests on one air, with the same driver and the same NICs. One loads the
firmware of the tree, the other the same with slow.patch, which stays
on the lowest rate and sends every second beacon only.
"""

import os
import shutil
import subprocess

import pytest

import bench
import skualink
import skuavm

HERE = os.path.dirname(os.path.abspath(__file__))
PATCH = os.path.join(HERE, "slow.patch")
CHANNEL = {"ordinary": 36, "slow": 149}
SUBNET = {"ordinary": "192.168.81", "slow": "192.168.82"}
BEACON_TU = 100  # hostapd's beacon_int


@pytest.fixture(name="slow_image", scope="module")
def fixture_slow_image(tmp_path_factory):
    """skua.fw of the tree with the patch."""
    place = tmp_path_factory.mktemp("firmware")
    shutil.copy(os.path.join(skuavm.TOP, "hw.h"), place)
    for part in ("hw", "fw"):
        shutil.copytree(os.path.join(skuavm.TOP, part), place / part)
    subprocess.run(["patch", "--quiet", "-p1", "-i", PATCH], cwd=place, check=True)
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "O")}
    subprocess.run(["make", "-C", place / "fw", f"O={place}/out", "FW_VERSION=0.1-slow", "all"],
                   check=True, env=env, stdout=subprocess.DEVNULL)
    return (place / "out" / "skua.fw").read_bytes()


def boot(lab, image=None):
    """A guest with two NICs that run an image; its network name spaces are ap and sta."""
    vm = lab.guest(nics=2, load=False)
    if image:
        vm.put("/lib/firmware/skua/skua.fw", image)
    vm.modprobe("cfg80211")
    vm.run(["iw", "reg", "set", "US"], check=True)
    vm.modprobe("skua")
    skuavm.wait_until("the NICs' phys", 30, lambda: len(vm.phys()) == 2)
    return lab.pair(vm=vm)


def mac(vm, netns):
    name = skualink.first_interface(vm, netns)
    return vm.run(["cat", f"/sys/class/net/{name}/address"], netns=netns, check=True).stdout.strip()


def beacon_gaps(capture, bssid):
    """The TSF differences between consecutive beacons, in beacon intervals."""
    stamps = [int(frame.wlan_fixed_timestamp) for frame in bench.frames(
        capture, f"wlan.fc.type_subtype == 8 && wlan.ta == {bssid}", ["wlan.fixed.timestamp"])]
    assert len(stamps) > 5
    return {round((b - a) / (1024 * BEACON_TU)) for a, b in zip(stamps, stamps[1:])}


def data_rates(capture, sender):
    """MCS of the protected data frames of a sender."""
    seen = bench.frames(
        capture, f"wlan.fc.type_subtype == 0x28 && wlan.fc.protected == 1 && wlan.ta == {sender}",
        ["wlan_radio.11n.mcs_index"])
    assert len(seen) >= 20
    return [int(frame.wlan_radio_11n_mcs_index) for frame in seen]


def test_another_image_changes_the_air(lab, slow_image):
    """Rates and beacons on the air follow the loaded image."""
    nics = lab.air(4)
    guests = {"ordinary": boot(lab), "slow": boot(lab, slow_image)}
    macs = {}
    for name, vm in guests.items():
        lab.link(vm, channel=CHANNEL[name], subnet=SUBNET[name])
        macs[name] = {end: mac(vm, end) for end in ("ap", "sta")}
        target = f"{SUBNET[name]}.1"
        assert skualink.ping(vm, "sta", target, count=40, interval=0.05, size=1000)[1] == 40
    nics.control({"cmd": "capture", "file": "/dev/null"})

    assert "0.1-slow" in guests["slow"].console.text()
    assert "0.1-slow" not in guests["ordinary"].console.text()
    # a busy machine skips beacons, but only the other image skips every second
    assert 1 in beacon_gaps(nics.capture, macs["ordinary"]["ap"])
    slow_gaps = beacon_gaps(nics.capture, macs["slow"]["ap"])
    assert 2 in slow_gaps and not any(gap % 2 for gap in slow_gaps), slow_gaps
    for end in ("ap", "sta"):
        assert max(data_rates(nics.capture, macs["ordinary"][end])) >= 7
        assert set(data_rates(nics.capture, macs["slow"][end])) == {0}
