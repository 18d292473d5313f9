# SPDX-License-Identifier: GPL-2.0-only
"""The wake-up litmus: sleep and wake hand-overs with the watchdog off; none is lost."""

import json

import pytest

from skuavm import wait_until

# The NIC sleeps as soon as it has nothing to do, or spins for a time like the
# driver's pauses, so that both are caught half-way.
SPINS = ("0", "20")


# counters that stay
NEVER = ("crash", "lost_doorbell", "lost_irq", "evt_bad", "cpl_bad", "ring_bad")


def debugfs(phy):
    return f"/sys/kernel/debug/ieee80211/{phy}/skua"


def watchdog_off(vm, phy):
    vm.run(f"echo 1 > {debugfs(phy)}/watchdog_off", check=True)


def counters(vm, phy):
    text = vm.run(["cat", f"{debugfs(phy)}/stats"], check=True).stdout
    return {name: int(value) for name, value in (line.split() for line in text.splitlines())}


def hand_overs(lab, spin, wanted):
    """Echoes until the doorbells and interrupts are that many; all must be answered."""
    lab.air(1, extra=("--spin", spin), capture=False)
    vm = lab.guest(nics=1)
    phy = vm.phys()[0]
    watchdog_off(vm, phy)
    first = counters(vm, phy)
    done = 0
    while done < wanted:
        vm.run(f"echo 5000 > {debugfs(phy)}/echo", check=True, timeout=60)
        now = counters(vm, phy)
        done = sum(now[name] - first[name] for name in ("doorbell", "irq"))
    print(f"spin {spin} us: {now['cmd_sent'] - first['cmd_sent']} echoes, "
          f"{now['doorbell'] - first['doorbell']} doorbells, {now['irq'] - first['irq']} interrupts")
    for name in ("cmd_timeout", *NEVER):
        assert now[name] == first[name], name


# Frames go to and fro between two monitors, one at a time: nothing else on
# the air could wake a NIC or a driver that has missed its notification.
BATON = """
import json, random, select, socket, struct, sys, time

names, rounds = sys.argv[1:3], int(sys.argv[3])
MAGIC = b"skua baton"
ETH_P_ALL, PACKET_OUTGOING = 3, 4
RADIOTAP = bytes([0, 0, 8, 0, 0, 0, 0, 0])
# data to everybody, of no BSS
HEADER = struct.pack("<HH6s6s6sH", 0x0008, 0, b"\\xff" * 6, b"\\2skua1", b"\\2skua2", 0)

ends = []
for name in names:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.bind((name, 0))
    sock.setblocking(False)
    ends.append(sock)

def came(sock, number, timeout):
    wanted = MAGIC + struct.pack("<I", number)
    end = time.monotonic() + timeout
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([sock], [], [], left)[0]:
            return False
        if wanted in sock.recv(4096):
            return True

worst, number = 0, 0
while number < rounds:
    pause = time.monotonic() + random.random() * 100e-6
    while time.monotonic() < pause:
        pass
    number += 1
    start = time.monotonic()
    ends[number % 2].send(RADIOTAP + HEADER + MAGIC + struct.pack("<I", number))
    if not came(ends[(number + 1) % 2], number, 10):
        break
    worst = max(worst, time.monotonic() - start)
else:
    number = 0
print(json.dumps({"lost": number, "worst": worst}))
"""


def frame_hand_overs(lab, spin, rounds, timeout):
    """Frames handed over one by one: transmit, buffer and completion rings."""
    lab.air(2, extra=("--spin", spin), capture=False)
    vm = lab.guest(nics=2)
    names = [vm.run(["ls", f"/sys/class/ieee80211/{phy}/device/net"], check=True).stdout.strip()
             for phy in vm.phys()]
    for name in names:
        vm.run(f"iw dev {name} set type monitor && ip link set {name} up && "
               f"iw dev {name} set freq 2412", check=True)
    for phy in vm.phys():
        watchdog_off(vm, phy)
    first = [counters(vm, phy) for phy in vm.phys()]
    result = vm.run(["python3", "-c", BATON, *names, str(rounds)], check=True, timeout=timeout)
    now = [counters(vm, phy) for phy in vm.phys()]
    told = {name: sum(b[name] - a[name] for a, b in zip(first, now))
            for name in ("doorbell", "irq", "rx", "tx_queued")}
    answer = json.loads(result.stdout)
    print(f"spin {spin} us: {told}, worst {answer['worst'] * 1000:.1f} ms")
    assert not answer["lost"], f"frame {answer['lost']} was stuck"
    assert told["tx_queued"] >= rounds <= told["rx"]
    # else no side slept
    assert min(told["doorbell"], told["irq"]) > rounds / 10
    for name in NEVER:
        assert [end[name] for end in now] == [end[name] for end in first], name
    for phy in vm.phys():
        wait_until("the completions", 5, lambda p=phy: "frames_in_nic 0\n" in vm.run(
            ["cat", f"{debugfs(p)}/rings"], check=True).stdout)


@pytest.mark.contract("D2")
@pytest.mark.parametrize("spin", SPINS)
@pytest.mark.smp
def test_no_wakeup_is_lost(lab, spin):
    hand_overs(lab, spin, 20_000)


@pytest.mark.contract("D2")
@pytest.mark.parametrize("spin", SPINS)
@pytest.mark.smp
def test_no_frame_waits_for_a_wakeup(lab, spin):
    frame_hand_overs(lab, spin, 2_000, timeout=60)


@pytest.mark.long
@pytest.mark.contract("D2")
@pytest.mark.parametrize("spin", SPINS)
def test_no_wakeup_is_lost_long(lab, spin):
    """Half a million for each way to sleep; also with SKUA_KERNEL=preempt."""
    hand_overs(lab, spin, 500_000)


@pytest.mark.long
@pytest.mark.contract("D2")
@pytest.mark.parametrize("spin", SPINS)
def test_no_frame_waits_for_a_wakeup_long(lab, spin):
    """As many by frames: two and more each."""
    frame_hand_overs(lab, spin, 250_000, timeout=3600)
