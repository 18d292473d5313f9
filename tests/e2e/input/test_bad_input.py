# SPDX-License-Identifier: GPL-2.0-only
"""The driver with bad firmware files, and with a NIC that is broken or hostile."""

import os
import re
import struct
import time

import pytest

import faults
import skualink
import skuavm
from bench import AP, STA
from faults import NUMBERS
from skuavm import wait_until

FIRMWARE = "/lib/firmware/skua/skua.fw"


# Firmware files


def damaged(image, how):
    """A firmware image with one thing wrong; see struct skua_fw_hdr."""
    image = bytearray(image)
    if how == "truncated":
        return image[: len(image) // 2]
    if how == "short":
        return image[:64]
    if how == "magic":
        image[0] ^= 0xFF
    elif how == "abi":
        struct.pack_into("<H", image, 8, 99)
    elif how == "hash":
        image[200] ^= 1
    elif how == "entry":
        struct.pack_into("<I", image, 20, 0x20000000)
    elif how == "huge":
        return image + bytes(600 * 1024)
    return image


WORDS = {
    "missing": "cannot load firmware",
    "truncated": "truncated or too long",
    "short": "truncated or too long",
    "huge": "truncated or too long",
    "magic": "is not a firmware image",
    "abi": "was built for another ABI version",
    "hash": "wrong SHA-256",
    "entry": r"boot failed|died while it started|truncated or too long",
}


@pytest.mark.contract("D1")
def test_bad_firmware_files(lab):
    """D1: each fault of the file is named, the probe fails cleanly, and a good one works after it."""
    vm = lab.guest(nics=1, load=False)
    vm.modprobe("cfg80211")
    with open(os.path.join(skuavm.BUILD, "fw", "skua.fw"), "rb") as file:
        image = file.read()
    vm.modprobe("skua")
    wait_until("the phy", 20, vm.phys)
    vm.run(f"rm -f {FIRMWARE}; rm -rf {os.path.dirname(FIRMWARE)}; mkdir -p {os.path.dirname(FIRMWARE)}")
    for how, words in WORDS.items():
        vm.run(["rmmod", "skua"], check=True)
        if how != "missing":
            vm.put(FIRMWARE, bytes(damaged(image, how)) if how != "huge" else b"")
            if how == "huge":
                vm.run(f"truncate -s 700000 {FIRMWARE}", check=True)
        start = len(vm.console.text())
        vm.modprobe("skua")
        wait_until(f"the verdict on a file that is {how}", 15,
                   lambda: re.search(words, vm.console.text()[start:]))
        assert not vm.phys(), how
    vm.run(["rmmod", "skua"], check=True)
    vm.put(FIRMWARE, image)
    vm.modprobe("skua")
    wait_until("the phy", 20, vm.phys)


@pytest.mark.contract("D1")
def test_new_firmware_file(lab):
    """D1: a NIC that is bound anew gets the file of now, though another NIC runs the old one."""
    vm = lab.guest(nics=2)
    driver = "/sys/bus/pci/drivers/skua"
    image = vm.get(FIRMWARE)
    vm.put(FIRMWARE, bytes(damaged(image, "magic")))
    start = len(vm.console.text())
    vm.run(f"echo 0000:00:00.0 > {driver}/unbind; echo 0000:00:00.0 > {driver}/bind")
    wait_until("the verdict on the new file", 15,
               lambda: WORDS["magic"] in vm.console.text()[start:])
    assert len(vm.phys()) == 1
    vm.put(FIRMWARE, image)
    vm.run(f"echo 0000:00:00.0 > {driver}/bind", check=True)
    wait_until("both phys", 20, lambda: len(vm.phys()) == 2)


# A NIC that does not do its part


@pytest.mark.contract("D1")
def test_probe_with_broken_nic(lab):
    """D1: no ALIVE, no reset, a refused START: an errno and words, and nothing left behind."""
    lab.air(1)
    vm = lab.guest(nics=1, load=False)
    vm.modprobe("cfg80211")
    nics = lab.nics

    def fault(kind, **more):
        faults.request(nics, {"cmd": "fault", "nic": "nic0", "kind": kind, **more})

    for kind, words in (("boot-silent", "no ALIVE"), ("reset-never", "does not reset")):
        fault(kind)
        start = len(vm.console.text())
        vm.modprobe("skua")
        assert re.search(words, vm.console.text()[start:])
        assert not vm.phys()
        vm.run(["rmmod", "skua"], check=True)
        fault("none")
    vm.modprobe("skua")
    wait_until("the phy", 20, vm.phys)
    interface = skualink.first_interface(vm)
    fault("answer-error", op=NUMBERS["SKUA_CMD_START"], status=NUMBERS.get("SKUA_ST_STATE", 9))
    assert vm.run(["ip", "link", "set", interface, "up"]).returncode != 0
    fault("none")
    vm.run(["ip", "link", "set", interface, "up"], check=True)


@pytest.mark.contract("D2")
def test_answers_late_and_twice(trio):
    """D2: an answer to a command that was given up is counted and does no harm."""
    _, sta = trio.link()
    end = trio.ends["sta"]
    for kind, more in (("answer-twice", {"count": 3}), ("answer-late", {"count": 3, "ms": 300})):
        before = end.driver()
        faults.fault(trio, end, kind, op=NUMBERS["SKUA_CMD_STA_STATS"], **more)
        for _ in range(3):
            end.iw("station", "dump")
        faults.fault(trio, end, "none")
        after = end.driver()
        assert after["crash"] == before["crash"], kind
        if kind == "answer-twice":
            assert after["evt_bad"] == before["evt_bad"] + 3
    # an answer that comes when the driver has given up, and has restarted the NIC
    before = end.driver()
    faults.fault(trio, end, "answer-late", op=NUMBERS["SKUA_CMD_STA_STATS"], count=1, ms=2300)
    end.iw("station", "dump")
    faults.await_count(end, "restart", before["restart"] + 1)
    time.sleep(0.5)
    faults.fault(trio, end, "none")
    assert end.ping(AP, count=3)
    assert len(re.findall("CTRL-EVENT-CONNECTED", sta.process.output)) == 1
    faults.forgive(trio, "evt_bad|cmd_timeout|tx_reclaimed|lost_|rx_no_")


@pytest.mark.contract("D4", "T11")
@pytest.mark.parametrize("op, status", [
    ("VIF_ADD", "INVALID"), ("CHANCTX_SET", "NO_SPACE"), ("STA_ADD", "BUSY"), ("KEY_SET", "EXISTS"),
    ("KEY_SET", None),
])
def test_refusal_in_a_restart(trio, op, status):
    """T11: a NIC that refuses a command it took before is restarted again; the link stays."""
    _, sta = trio.link()
    end = trio.ends["sta"]
    before = end.driver()
    # None: a status that does not exist
    code = NUMBERS[f"SKUA_ST_{status}"] if status else 999
    faults.fault(trio, end, "answer-error", op=NUMBERS[f"SKUA_CMD_{op}"], status=code, count=1)
    trio.vms[0].put(faults.crash_file(end), "0")
    faults.await_count(end, "restart", before["restart"] + 2, timeout=10)
    faults.fault(trio, end, "none")
    assert end.ping(AP, count=3)
    assert end.driver()["restart"] == before["restart"] + 2
    assert len(re.findall("CTRL-EVENT-CONNECTED", sta.process.output)) == 1
    faults.forgive(trio, "evt_bad|tx_reclaimed|lost_|rx_no_|silent")


# Takes the RTNL again and again, until a line comes; how long that took at worst.
RTNL = """
import fcntl, select, socket, struct, sys, time
sock, worst = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0
SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.01)[0]:
    start = time.monotonic()
    fcntl.ioctl(sock, SIOCSIFFLAGS, fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack("16s24x", b"lo")))
    worst = max(worst, time.monotonic() - start)
print(worst)
"""


@pytest.mark.contract("D4")
@pytest.mark.parametrize("kind", ["answer-error", "boot-silent", "reset-never"])
def test_restart_that_fails(trio, kind):
    """D4: when a NIC does not come back, its interfaces go down in good order; later it may.

    And no user waits long: other interfaces are free while this one is tried.
    """
    trio.link()
    end = trio.ends["sta"]
    others = trio.ends["third"].popen(["python3", "-c", RTNL])
    others.wait_for("ready", 10)
    more = {"op": NUMBERS["SKUA_CMD_START"], "status": NUMBERS["SKUA_ST_STATE"], "count": 1000}
    start = len(trio.vms[0].console.text())
    faults.fault(trio, end, kind, **(more if kind == "answer-error" else {}))
    trio.vms[0].put(faults.crash_file(end), "0")
    flags = f"/sys/class/net/{end.interface}/flags"
    wait_until("the interface to go down", 40, lambda: not int(
        end.run(["cat", flags], check=True).stdout, 16) & 1)
    assert "the NIC does not restart" in trio.vms[0].console.text()[start:]
    others.write("\n")
    assert not others.wait(10)
    worst = float(others.stdout.split()[-1])
    print(f"{kind}: the RTNL was waited for {worst:.1f} s at worst")
    assert worst < 4
    assert end.run(["ip", "link", "set", end.interface, "up"]).returncode != 0
    end.stop_all()
    trio.ends["ap"].stop_all()
    faults.fault(trio, end, "none")
    trio.link()
    assert end.ping(AP, count=3)
    faults.forgive(trio, "evt_bad|cmd_timeout|tx_reclaimed|lost_|rx_no_|silent|eng_errors")


# Records that make no sense


def unit(kind, units, count, *words):
    """64 bytes of a completion: type, units, count, then words."""
    w0 = kind | units << 8 | count << 16
    return struct.pack("<16I", w0, *(list(words) + [0] * 15)[:15]).hex()


def event(ident, length, data=b"", seq=0):
    return (struct.pack("<HHI", ident, length, seq) + data).ljust(256, b"\0").hex()


RX_RATE = 32  # of rate and frequency in a receive record
RX, TX, INB = (NUMBERS[f"SKUA_CPL_{name}"] for name in ("RX", "TX", "INBAND"))


def rx(flags=0, buf=0xFFFF, buf_len=100, frame_len=100, offset=0, vif=0, sta=0xFFFF,
       rate=0, freq=0):
    data = bytearray(64)
    struct.pack_into("<IIIHBB", data, 0, RX | 1 << 8 | 1 << 16, flags, buf | buf_len << 16,
                     frame_len, offset, vif)
    struct.pack_into("<BBHH", data, 16, 0, 16, sta, 77)
    struct.pack_into("<IH", data, RX_RATE, rate, freq)
    return data.hex()


# description, ring, entries, the counter that must move
HARMLESS = [
    ("token not in flight", "CPL0", [unit(TX, 1, 1, 0xFFFF, 0, 0, 0, 0, 0, 0, 0, 5)], "tx_bad_token"),
    ("token beyond the table", "CPL0",
     [unit(TX, 1, 1, 0xFFFF, 0, 0, 0, 0, 0, 0, 0, 0xFFFE)], "tx_bad_token"),
    ("buffer not posted", "CPL0", [rx()], "rx_bad_buf"),
    ("length beyond the buffer", "CPL0", [rx(buf_len=60000, frame_len=60000)], "rx_bad_len"),
    ("lengths that differ", "CPL0", [rx(buf_len=100, frame_len=99)], "rx_bad_len"),
    ("offset behind the frame", "CPL0", [rx(offset=200)], "rx_bad_len"),
    ("unit over too many buffers", "CPL0",
     [unit(RX, 3, 33, 0, 100 << 16 | 0xFFFF, 100), unit(0, 0, 0), unit(0, 0, 0)], "rx_bad_len"),
    # an 802.3 frame, for monitors alone
    ("flags that exclude each other", "CPL0", [rx(flags=1 << 17 | 1 << 19)], "rx_bad_field"),
    ("unknown type", "CPL0", [unit(200, 1, 1)], "cpl_bad"),
    ("units and count that differ", "CPL0", [unit(TX, 1, 50)], "cpl_bad"),
    ("in-band event without a station", "CPL0",
     [unit(INB, 1, 0, NUMBERS["SKUA_INB_STA_SLEEP"], 0x00FE00FE)], None),
    ("unknown in-band event", "CPL0", [unit(INB, 1, 0, 99)], "inband_bad"),
    ("retired key without a slot", "CPL0",
     [unit(INB, 1, 0, NUMBERS["SKUA_INB_KEY_RETIRED"], 0, 0x12345678)], None),
    ("unknown event", "EVT", [event(999, 4)], "evt_bad"),
    ("event too short", "EVT", [event(NUMBERS["SKUA_EVT_CMD_DONE"], 2)], "evt_bad"),
    ("event too long", "EVT", [event(NUMBERS["SKUA_EVT_LOG"], 60000)], "evt_bad"),
    ("ALIVE in the middle", "EVT", [event(NUMBERS["SKUA_EVT_ALIVE"], 100)], "evt_bad"),
    ("answer to no command", "EVT", [event(NUMBERS["SKUA_EVT_CMD_DONE"], 8, b"\xaa" * 8)], "evt_bad"),
    ("beacon loss of no interface", "EVT",
     [event(NUMBERS["SKUA_EVT_BEACON_LOSS"], 4, b"\xff" * 4)], "evt_bad"),
    ("lost connection of no interface", "EVT",
     [event(NUMBERS["SKUA_EVT_CONN_LOSS"], 4, b"\xff" * 4)], "evt_bad"),
    ("lost connection too short", "EVT",
     [event(NUMBERS["SKUA_EVT_CONN_LOSS"], 3, b"\0" * 4)], "evt_bad"),
    ("end of a countdown of a station", "EVT",
     [event(NUMBERS["SKUA_EVT_CSA_DONE"], 4, b"\0" * 4)], "evt_bad"),
    ("end of no scan", "EVT", [event(NUMBERS["SKUA_EVT_SCAN_DONE"], 16, b"\xff" * 16)], None),
]


def inject(trio, end, ring, entries):
    faults.request(trio.nics, {"cmd": "inject", "nic": f"nic{end.index}",
                               "ring": NUMBERS[f"SKUA_RING_{ring}"], "entries": entries})


@pytest.mark.contract("D3", "T1", "K4")
def test_records_that_make_no_sense(trio):
    """Each is counted, and everything goes on as if it had not been there."""
    _, sta = trio.link()
    end = trio.ends["sta"]
    start = end.driver()
    for what, ring, entries, counter in HARMLESS:
        before = end.driver()
        inject(trio, end, ring, entries)
        if counter:
            wait_until(f"{what}: {counter}", 3, lambda: end.driver()[counter] > before[counter])
        assert end.driver()["crash"] == start["crash"], what
    assert end.ping(AP, count=3)
    assert len(re.findall("CTRL-EVENT-CONNECTED", sta.process.output)) == 1
    end.scan("freq", "5180")  # its end is an event as well: those before it were handled
    faults.forgive(trio, "bad", "lost_", "rx_no_")


@pytest.mark.contract("D3")
def test_frames_while_down(trio):
    """A NIC that sends frames while no interface is up gets none of them to mac80211."""
    trio.link()
    end = trio.ends["sta"]
    end.stop_all()
    before = end.driver()
    end.run(["ip", "link", "set", end.interface, "down"], check=True)
    first = before["rx_down"]
    for buf in range(0, 256, 16):
        inject(trio, end, "CPL0", [rx(buf=i, rate=60, freq=5180) for i in range(buf, buf + 16)])
    wait_until("the frames to be refused", 5, lambda: end.driver()["rx_down"] >= first + 200)
    assert end.driver()["crash"] == before["crash"]
    end.run(["ip", "link", "set", end.interface, "up"], check=True)
    trio.ends["ap"].stop_all()
    trio.link()
    assert end.ping(AP, count=3)
    # the NIC thinks that it still has those buffers
    faults.forgive(trio, "bad", "rx_down", "lost_", "rx_no_")


@pytest.mark.contract("D4", "M6")
def test_refused_remain_on_channel(trio):
    """M6: a period that is refused is over for mac80211 too, so the next one is asked for."""
    trio.link()
    end = trio.ends["sta"]
    before = end.driver()["cmd_failed"]
    stay = ["iw", "dev", end.interface, "offchannel", "5200", "800"]
    refusal = struct.pack("<HHHH", NUMBERS["SKUA_CMD_ROC"], 0xFFFF, NUMBERS["SKUA_ST_BUSY"], 0)
    end.run(stay, check=True)
    # an event that the NIC has not sent: it stays, and is busy for the second request
    inject(trio, end, "EVT", [event(NUMBERS["SKUA_EVT_CMD_DONE"], 8, refusal)])
    faults.await_count(end, "cmd_failed", before + 1)
    end.run(stay, check=True)
    faults.await_count(end, "cmd_failed", before + 2)
    assert end.ping(AP, count=3, timeout=20)
    end.scan("freq", "5180")
    faults.forgive(trio, "bad", "cmd_failed", "lost_", "rx_no_")


@pytest.mark.contract("D4", "D3")
@pytest.mark.parametrize("what", ["CMD", "EVT", "TX_BE", "RXBUF", "CPL0", "length"])
def test_indices_out_of_range(trio, what):
    """An index that cannot be costs a restart, and the association survives it."""
    _, sta = trio.link()
    end = trio.ends["sta"]
    before = end.driver()
    if what == "length":
        inject(trio, end, "CPL0", [unit(TX, 200, 7)])
    else:
        faults.request(trio.nics, {"cmd": "poke", "nic": f"nic{end.index}",
                                   "ring": NUMBERS[f"SKUA_RING_{what}"], "value": 0xDEADBEEF})
        # rings that the host fills are looked at when it next fills them
        end.popen(["ping", "-n", "-q", "-c", "20", "-i", "0.05", AP])
    faults.await_count(end, "restart", before["restart"] + 1)
    assert end.driver()["ring_bad"] > before["ring_bad"]
    assert end.ping(AP, count=3)
    assert len(re.findall("CTRL-EVENT-CONNECTED", sta.process.output)) == 1
    faults.forgive(trio, "ring_bad|cpl_bad|tx_reclaimed|evt_bad|cmd_timeout|lost_|rx_no_")


# Random changes


# entries of a million that are changed: single slips, a broken NIC, pure noise
RATES = (3000, 20000, 150000)
ROUND = 1.0


def mended(trio, end, sta):
    """Brings the link back after a round, as a user would; false if it was up."""
    if end.run(["ping", "-n", "-q", "-c", "1", "-w", "1", AP]).returncode == 0:
        return False
    # the NIC may be down for good, or up with keys and numbers that its peer lacks
    end.run(f"ip link set {end.interface} down && ip link set {end.interface} up",
            timeout=30, check=True)
    start = len(sta.process.output)
    sta.cli("reassociate")
    sta.process.wait_for("CTRL-EVENT-CONNECTED", 30, start=start)
    end.address(STA)
    return True


def fuzz(trio, seconds, seed):
    """A NIC that changes its writes at random, under traffic; returns the number of changes."""
    _, sta = trio.link()
    vm, end = trio.vms[0], trio.ends["sta"]
    load = end.popen(f"while :; do ping -n -q -f -s 1000 -w 2 {AP} || sleep 0.1; done")
    other = end.popen(f"while :; do iw dev {end.interface} station dump; "
                      f"iw dev {end.interface} scan trigger freq 5180; sleep 0.1; done")
    begin, number, broken = time.monotonic(), 0, 0
    first, restarts = trio.counters(end.index)["mutated"], end.driver()["restart"]
    while time.monotonic() < begin + seconds:
        faults.fault(trio, end, "mutate", seed=seed * 1000 + number, rate=RATES[number % len(RATES)])
        time.sleep(ROUND)
        faults.fault(trio, end, "mutate", seed=0, rate=0)
        number += 1
        broken += mended(trio, end, sta)
    spent = time.monotonic() - begin
    changed = trio.counters(end.index)["mutated"] - first
    restarts = end.driver()["restart"] - restarts
    print(f"fuzz: {changed} entries changed in {spent:.0f} s, {changed / spent:.0f} a second; "
          f"{number} rounds, {restarts} restarts, link broken {broken} times, seed {seed}")
    for process in (load, other):
        process.kill()
    end.stop_all()
    trio.ends["ap"].stop_all()
    # and then all is well again
    vm.run(f"ip link set {end.interface} down", netns="sta", timeout=20, check=True)
    trio.link()
    assert end.ping(AP, count=3)
    faults.forgive(trio, "^sta: ", "rx_no_", "lost_")
    return changed, number


@pytest.mark.lengthy
@pytest.mark.contract("D3", "D4")
def test_fuzz_driver(trio):
    """A hostile NIC: no crash, no hang, and a good link afterwards."""
    changed, rounds = fuzz(trio, int(os.environ.get("SKUA_FUZZ_SECONDS", "60")),
                           int(os.environ.get("SKUA_FUZZ_SEED", "1")))
    assert changed > 5 * rounds
