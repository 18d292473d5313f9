# SPDX-License-Identifier: GPL-2.0-only
"""The life of keys: software by permission, Extended Key ID, wiping, small tables."""

import re

import pytest

import bench
import skualink
from bench import AP, STA
from faults import NUMBERS, answers, guest_end, run_in_guest
from keys import nic_keys
from security import sae, wpa
from skuavm import wait_until


def temporal_keys(vm):
    """Key material that mac80211 holds, from its debugfs."""
    text = vm.run("cat /sys/kernel/debug/ieee80211/*/keys/*/key").stdout
    return {bytes.fromhex(word) for word in text.split() if len(word) >= 32}


def occurrences(pid, needles, shared=False):
    """How often each needle is in the NIC process' own memory, or in that of its guests."""
    counts = dict.fromkeys(needles, 0)
    seen = set()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in maps:
            span, rights, rest = line.split(None, 2)
            if not rights.startswith("rw") or rights.endswith("s") != shared:
                continue
            # all NICs of a guest see the same memory
            if shared and rest in seen:
                continue
            seen.add(rest)
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                mem.seek(start)
                data = mem.read(end - start)
            except OSError:
                continue
            for needle in needles:
                counts[needle] += data.count(needle)
    return counts


@pytest.mark.contract("K7", "X2")
@pytest.mark.parametrize("name", ["ccmp-128", "gcmp-256", "tkip"])
def test_the_nic_forgets_removed_keys(lab, name):
    """K7, X2: no byte of a removed key is left in the memory of the NICs' process."""
    security = {"ccmp-128": sae("CCMP", "AES-128-CMAC"), "gcmp-256": sae("GCMP-256", "BIP-GMAC-256"),
                "tkip": wpa("TKIP", "TKIP", version=1)}[name]
    vm = lab.pair()
    ap, sta = lab.link(vm, security=security)
    assert skualink.ping(vm, "sta", AP, count=3)[1] == 3
    # TKIP's Michael keys stand behind the temporal key, which alone the NIC calls key
    secrets = {key[:16] for key in temporal_keys(vm)}
    assert len(secrets) >= 2
    pid = lab.nics.proc.pid
    held = occurrences(pid, secrets)
    assert all(held.values()), "the test looks in the wrong place"
    sta.stop()
    ap.stop()
    wait_until("all keys to be gone", 10, lambda: not any(
        nic["mac_engines"]["keys"] for nic in lab.nics.control({"cmd": "counters"})["nics"]))
    left = occurrences(pid, secrets)
    assert not any(left.values()), {key.hex(): count for key, count in left.items() if count}


# On the debug kernel, the wiping of the first object is one to KASAN under User-Mode
# Linux: the allocator's own memset() is checked there. Nothing later is excused.
@pytest.mark.splats(r"\[ +0\.000000\] (BUG: KASAN: slab-out-of-bounds in kmem_cache_alloc_node_noprof"
                    r"|Call Trace:$)")
@pytest.mark.contract("K7", "X2")
@pytest.mark.parametrize("name", ["ccmp-128", "gcmp-256", "tkip"])
def test_the_guest_forgets_removed_keys(lab, name):
    """K7: no byte of a removed key is left in the guest: in rings, commands, tables, on stacks.

    The kernel wipes freed memory, so that a key that is left is in memory in use.
    """
    security = {"ccmp-128": sae("CCMP", "AES-128-CMAC"), "gcmp-256": sae("GCMP-256", "BIP-GMAC-256"),
                "tkip": wpa("TKIP", "TKIP", version=1)}[name]
    vm = lab.pair(cmdline=["init_on_free=1"], memory="256M")
    ap, sta = lab.link(vm, security=security)
    assert skualink.ping(vm, "sta", AP, count=3)[1] == 3
    secrets = {key[:16] for key in temporal_keys(vm)}
    pid = lab.nics.proc.pid
    held = occurrences(pid, secrets, shared=True)
    assert len(secrets) >= 2 and all(held.values()), "the test looks in the wrong place"
    sta.stop()
    ap.stop()
    wait_until("all keys to be gone", 10, lambda: not any(
        nic["mac_engines"]["keys"] for nic in lab.nics.control({"cmd": "counters"})["nics"]))

    def left():
        return {key.hex(): count for key, count in
                occurrences(pid, secrets, shared=True).items() if count}

    wait_until("the guest to have no key any more", 10, lambda: not left())


@pytest.mark.contract("K6")
def test_software_only_by_permission(lab):
    """K6: with SW_CRYPTO_CONTROL a full table returns 1, and traffic flows all the same."""
    lab.air(2, nic_options="keys=1")
    vm = lab.pair(params=["sw_crypto_control=1"])
    lab.link(vm)
    assert skualink.ping(vm, "sta", AP, count=5)[1] == 5
    full = vm.run("cat /sys/kernel/debug/ieee80211/*/skua/stats | grep key_full").stdout
    assert sum(int(line.split()[1]) for line in full.splitlines()) >= 2
    flags = vm.run("cat /sys/kernel/debug/ieee80211/*/hwflags").stdout
    assert flags.count("SW_CRYPTO_CONTROL") == 2
    modes = vm.run(["iw", "phy"], netns="ap", check=True).stdout
    assert "AP/VLAN" in modes


CROWD = """
import json, os, sys
from guest_keys import End
what = json.loads(sys.argv[1])
end = End(**what["end"])
peers = [bytes.fromhex("02c0ffee") + n.to_bytes(2, "big") for n in range(what["first"], what["last"])]
for n, peer in enumerate(peers, what["first"]):
    if what["do"] == "add":
        end.add_station(peer, 100 + n)
        end.set(os.urandom(16), peer=peer)
    else:
        end.remove_station(peer)
"""


@pytest.mark.contract("K1", "K5", "X2", "K7")
def test_a_table_of_512_keys(lab):
    """K5, X2: 512 slots are filled to the last; the next key is mac80211's; all are found again."""
    slots, more = 512, 8
    lab.air(2, nic_options=f"keys={slots},stas=700")
    vm = lab.pair()
    ap, _ = lab.link(vm)
    end = {"netns": "ap", "mac": lab.nics.macs[0], "interface": ap.interface}

    def crowd(what, first, last):
        run_in_guest(vm, CROWD, {"end": end, "do": what, "first": first, "last": last},
                     timeout=120)

    def count(name):
        return sum(int(value) for value in re.findall(rf"^{name} (\d+)$", vm.run(
            "cat /sys/kernel/debug/ieee80211/*/skua/stats").stdout, re.MULTILINE))

    def in_nic():
        return lab.nics.control({"cmd": "counters"})["nics"][0]["mac_engines"]["keys"]

    before, full = len(in_nic()), count("key_full")
    crowd("add", 0, slots + more)
    found = in_nic()
    # the last slots are kept for beacons
    room = slots - len({key["slot"] for key in found})
    assert 0 <= room <= slots // 8 and len(found) == slots - room
    assert count("key_full") - full == before + slots + more - len(found) > more
    assert skualink.ping(vm, "sta", AP, count=3)[1] == 3
    # every other key goes, and new keys take their slots
    crowd("remove", 100, 200)
    assert len(in_nic()) == slots - room - 100
    crowd("add", 600, 690)
    assert len(in_nic()) == slots - room - 10
    assert len({key["slot"] for key in in_nic()}) == slots - room - 10
    assert count("key_full") - full == before + slots + more - len(found)
    # a key without a place in the NIC goes, too
    crowd("remove", slots + more - 1, slots + more)
    assert len(in_nic()) == slots - room - 10
    assert skualink.ping(vm, "sta", AP, count=3)[1] == 3


OWN_GROUP_KEY = """
import json, sys
from guest_keys import End, GROUP, octets
what = json.loads(sys.argv[1])
key, other = bytes(range(16)), bytes(range(16, 32))
sta, ap = End(**what["sta"]), End(**what["ap"])
sta.set(other, 3, kind=GROUP)
sta.set(key, 3, peer=octets(ap.mac), kind=GROUP)
ap.set(key, 3, kind=GROUP)
ap.make_default(3)
"""


@pytest.mark.contract("K3", "K2")
def test_a_group_key_of_one_station(trio):
    """K3: the group key that belongs to one peer is in the NIC, and is tried first."""
    trio.link()
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    run_in_guest(trio.vms[0], OWN_GROUP_KEY, {end.netns: guest_end(end) for end in (ap, sta)})
    before = sta.engines()
    listen = sta.popen(["tcpdump", "--immediate-mode", "-l", "-n", "-i", sta.interface, "icmp"])
    listen.wait_for("listening on", 10)
    ap.broadcast("192.168.77.255", count=5)
    listen.wait_for("192.168.77.255: ICMP echo request", 5)
    assert len(nic_keys(sta, "CCMP-128", keyidx=3, pairwise=False)) == 2
    wait_until("the frames", 5, lambda: sorted(
        key["decrypted_frames"] for key in nic_keys(sta, "CCMP-128", keyidx=3))[1] >= 5)
    assert min(key["decrypted_frames"] for key in nic_keys(sta, "CCMP-128", keyidx=3)) == 0
    assert sta.engines()["rx_mic_error"] == before["rx_mic_error"]
    sta.ping(AP, count=3, interval=0.2)


SEQUENCE = """
import json, sys
from guest_keys import End
print(End(**json.loads(sys.argv[1])).sequence(6))
"""


@pytest.mark.contract("K14")
def test_a_new_station_is_told_how_far_beacons_are(trio):
    """K14: the PN of the last beacons, not that of the first: old ones are replays to it."""
    security = sae("CCMP", "AES-128-CMAC", beacons=True)
    trio.link(security=security)
    ap, sta, third = (trio.ends[name] for name in ("ap", "sta", "third"))
    wait_until("protected beacons", 10, lambda: sum(
        key["decrypted_frames"] for key in nic_keys(sta, "BIP-CMAC-128", keyidx=6)) >= 20)
    third.station(security=security, freqs=[5180])
    told = int(run_in_guest(trio.vms[0], SEQUENCE, guest_end(ap))[0])
    assert 20 <= told <= ap.engines()["tx_beacon"]
    wait_until("beacons for both", 10, lambda: all(
        sum(key["decrypted_frames"] for key in nic_keys(end, "BIP-CMAC-128", keyidx=6)) >= 5
        for end in (sta, third)))


REMOVE = """
import errno, json, os, sys
from guest_keys import End, octets
ends = json.loads(sys.argv[1])
for end, other in (ends, ends[::-1]):
    here, peer = End(**end), octets(other["mac"])
    for step in (lambda: here.delete(peer), lambda: here.set(os.urandom(16), peer=peer),
                 lambda: here.delete(peer)):
        try:
            step()
        except OSError as err:
            # mac80211 gives up stations and interfaces without a NIC, and with them keys
            assert err.errno in (errno.ENETDOWN, errno.ENODEV, errno.ENOENT), err
print("removed")
"""

# The event at each NIC right before its keys are removed
MISHAPS = {
    "restart": {"cmd": "fault", "kind": "fatal", "count": 1},
    "silent": {"cmd": "fault", "kind": "answer-never", "op": NUMBERS["SKUA_CMD_KEY_DEL"],
               "count": 1},
    "gone": {"cmd": "gone", "gone": True},
    "full": None,
}


@pytest.mark.contract("K5", "T11")
def test_a_full_table_in_a_restart(lab):
    """K5, T11: the keys that had slots get slots again, though others are offered first.

    mac80211 assumes that a key that was in the NIC still is; an error does not change that.
    """
    lab.air(2, nic_options="keys=3")
    vm = lab.pair()
    ap = skualink.AccessPoint(vm, "ap", security="wpa2", channel=36).start()
    debugfs = "/sys/kernel/debug/ieee80211/" + vm.run(
        ["ls", f"/sys/class/net/{ap.interface}/phy80211/device/ieee80211"], netns="ap",
        check=True).stdout.strip() + "/skua"
    end = {"netns": "ap", "mac": lab.nics.macs[0], "interface": ap.interface}

    def crowd(what, first, last):
        run_in_guest(vm, CROWD, {"end": end, "do": what, "first": first, "last": last})

    def in_nic():
        return sorted(key["pairwise"] for key in lab.nics.control(
            {"cmd": "counters"})["nics"][0]["mac_engines"]["keys"])

    def restarts():
        return int(re.search(r"^restart (\d+)$", vm.run(
            ["cat", f"{debugfs}/stats"], check=True).stdout, re.MULTILINE)[1])

    # the third key finds no slot; the first one makes room for the real key
    crowd("add", 0, 3)
    crowd("remove", 0, 1)
    sta = skualink.Station(vm, "sta", security="wpa2", freqs=[5180]).start()
    for name, interface, address in (("ap", ap.interface, AP), ("sta", sta.interface, STA)):
        vm.run(["ip", "addr", "replace", f"{address}/24", "dev", interface], netns=name,
               check=True)
    answers(vm)
    assert in_nic() == [False, True, True]
    for number in (1, 2):
        vm.run(f"echo 0 > {debugfs}/crash", check=True)
        wait_until("the restart", 10, lambda n=number: restarts() == n)
        answers(vm)
        assert in_nic() == [False, True, True]
    # a slot that is free again is for the next key
    crowd("remove", 1, 3)
    assert in_nic() == [False, True]
    crowd("add", 3, 4)
    assert in_nic() == [False, True, True]
    answers(vm)


@pytest.mark.contract("K7")
@pytest.mark.parametrize("how", MISHAPS)
def test_a_key_can_always_be_removed(lab, how):
    """K7: while firmware dies, without its answer, from a full table, without a NIC.

    mac80211 would complain on the console, which is judged when the test ends.
    """
    if how == "full":
        lab.air(2, nic_options="keys=1")
    vm = lab.pair()
    lab.link(vm)
    ends = [{"netns": name, "mac": mac, "interface": skualink.first_interface(vm, name)}
            for name, mac in zip(("ap", "sta"), lab.nics.macs)]
    for index in range(2):
        assert not MISHAPS[how] or lab.nics.control(dict(MISHAPS[how], nic=f"nic{index}"))["ok"]
    assert "removed" in run_in_guest(vm, REMOVE, ends)
    if how == "gone":
        return
    wait_until("pairwise keys to be gone", 20, lambda: not any(
        key["pairwise"] for nic in lab.nics.control({"cmd": "counters"})["nics"]
        for key in nic["mac_engines"]["keys"]))


@pytest.mark.hostap
@pytest.mark.contract("K15", "K13", "K3")
def test_extended_key_id(trio):
    """K15: pairwise keys alternate between key ids 0 and 1, and no frame is lost or clear."""
    path = trio.capture()
    end = trio.ends["sta"]
    ap = trio.ends["ap"].ap(extra="extended_key_id=1\nwpa_ptk_rekey=2\n")
    sta = end.station(freqs=[5180], extra="extended_key_id=1\n")
    trio.ends["ap"].address(AP)
    end.address("192.168.77.2")
    flood = end.popen(["ping", "-n", "-q", "-i", "0.005", "-s", "600", AP])
    for _ in range(3):
        mark = len(sta.process.output)
        sta.process.wait_for("WPA: Key negotiation completed", 15, start=mark)
    flood.kill(2)
    sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received",
                                        flood.output).groups())
    assert received >= sent - 1, (sent, received)
    assert "DISCONNECTED" not in sta.process.output + ap.process.output
    trio.capture_end()
    seen = {frame.wlan_ccmp_extiv != "" and frame.wlan_wep_key for frame in bench.frames(
        path, f"wlan.fc.type == 2 && wlan.fc.protected == 1 && wlan.ta == {end.mac}",
        ["wlan.ccmp.extiv", "wlan.wep.key"])}
    assert seen == {"0", "1"}
    assert not bench.frames(
        path, f"wlan.fc.type == 2 && wlan.addr == {end.mac} && wlan.fc.protected == 0 && !eapol"
        " && !(wlan.fc.type_subtype in {0x24, 0x2c})", ["frame.number"])
    assert {key["keyidx"] for key in nic_keys(end, "CCMP-128", pairwise=True)} == {0, 1}


@pytest.mark.hostap
@pytest.mark.contract("K15", "K4")
def test_extended_key_id_needs_each_message_once(trio):
    """Message 4 is in clear text, since its key is for receiving only; it is not lost."""
    path = trio.capture()
    trio.ends["ap"].ap(extra="extended_key_id=1\n")
    trio.ends["sta"].station(freqs=[5180], extra="extended_key_id=1\n")
    trio.ends["ap"].address(AP)
    trio.ends["sta"].address("192.168.77.2")
    trio.ends["sta"].ping(AP, count=3)
    trio.capture_end()
    messages = [frame.wlan_rsna_eapol_keydes_msgnr for frame in bench.frames(
        path, "eapol && wlan.fc.retry == 0", ["wlan_rsna_eapol.keydes.msgnr"])]
    assert messages == ["1", "2", "3", "4"]
    for end in trio.ends.values():
        assert end.driver()["tx_no_key"] == 0
