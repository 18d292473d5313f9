# SPDX-License-Identifier: GPL-2.0-only
"""Probe, start and traffic while allocations of memory fail on purpose.

Only the debug kernel can do this (SKUA_KERNEL=debug): its fault injection fails the nth
allocation of a system call, for every n, and kmemleak tells afterwards
which memory was not freed on the way out.
"""

import errno
import json
import re

import pytest

import faults
import skualink
from faults import REPAIRED, guest_end, guest_program, run_in_guest
from skuavm import wait_until

# the kernel tells of some failed allocations, with a trace
pytestmark = [pytest.mark.fault_injection, pytest.mark.splats(r"\] Call Trace:$")]

DEVICE = "0000:00:00.0"
ENOMEM = errno.ENOMEM
# no error, ENOMEM, and the errors that sockets and nl80211 make of it
HONEST = {str(error) for error in (0, ENOMEM, errno.ENOBUFS, errno.EINVAL)}
# mac80211 warns of a scan for whose elements it finds no memory, and asks the
# driver to do it all the same, with elements of any length
WARNED = pytest.mark.splats(r"\] Call Trace:$|WARNING: .* __ieee80211_start_scan\+")
# dev_coredumpm() of Linux 6.12 and 7.3 frees the record twice if its device cannot be added:
# in the release of the device, and behind put_device()
FREED_TWICE = pytest.mark.splats(r"Trying to vfree\(\) nonexistent vm area")

PROBE = """
import os, sys
from guest_fail import failing, put, rounds
first, step, device = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
driver = "/sys/bus/pci/drivers/skua/"
bind = os.open(driver + "bind", os.O_WRONLY)

def turn(n):
    error, hit = failing(n, lambda: os.write(bind, device.encode()))
    worked = os.path.exists(driver + device)
    if worked:
        put(driver + "unbind", device)
    assert not os.path.exists("/sys/bus/pci/devices/" + device + "/ieee80211")
    return error, hit, worked

put(driver + "unbind", device)
rounds(first, step, turn)
put(driver + "bind", device)
"""

UP = """
import fcntl, socket, struct, sys
from guest_fail import failing, rounds
first, step, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

def flags():
    return struct.unpack("16xH22x", fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack("16s24x", name)))[0]

def set_up(up):
    new = flags() | IFF_UP if up else flags() & ~IFF_UP
    fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH22x", name, new))

def turn(n):
    set_up(False)
    error, hit = failing(n, lambda: set_up(True))
    return error, hit, bool(flags() & IFF_UP)

rounds(first, step, turn)
"""


def inject(vm, program, *args, timeout=300):
    """Runs one of the programs; [(allocation, errno, did it work?)] of the failed ones."""
    result = vm.run([*guest_program(vm, program), *args], check=True, timeout=timeout)
    answer = json.loads(result.stdout)
    assert answer["last"], "it fails without an injected fault"
    return answer["results"]


def judge(lab, vm, results):
    """Errors were honest, and the device is as good as before; the errors."""
    for number, error, worked in results:
        assert worked == (error == 0), f"allocation {number}: errno {error}, but worked: {worked}"
    failed = [error for _, error, worked in results if not worked]
    print(f"{len(results)} allocations, {len(failed)} of them needed")
    wait_until("the phys", 30, lambda: len(vm.phys()) == 2)
    lab.pair(vm=vm)
    lab.link(vm)
    faults.answers(vm)
    return failed


def probe_without_memory(lab, first, step, timeout=300):
    vm = lab.guest(nics=2)
    assert ENOMEM in judge(lab, vm, inject(vm, PROBE, str(first), str(step), DEVICE,
                                           timeout=timeout))


@pytest.mark.contract("D1")
def test_probe_without_memory(lab):
    """D1: probe fails cleanly whichever allocation fails (here every 23rd), and then works."""
    probe_without_memory(lab, 1, 23)


@pytest.mark.long
@pytest.mark.contract("D1")
def test_probe_without_memory_long(lab):
    """D1: each allocation of probe."""
    probe_without_memory(lab, 1, 1, timeout=3000)


@pytest.mark.contract("D1")
def test_up_without_memory(lab):
    """D1: an interface comes up, or says why not, whichever allocation on its way fails."""
    vm = lab.guest(nics=2)
    interface = skualink.first_interface(vm)
    results = inject(vm, UP, "1", "1", interface)
    assert len(results) > 10, results
    judge(lab, vm, results)


def running_without_memory(here, first, step, timeout):
    here.link()
    ends = {name: guest_end(end, phy=int(end.phy.removeprefix("phy")))
            for name, end in here.ends.items()}
    report = json.loads(run_in_guest(here.vms[0], "guest_running.py", {
        "ends": ends, "first": first, "step": step}, timeout)[-1])
    print()
    for name, (last, errors) in report.items():
        print(f"{name}: allocations {first} to {last}, errno (times): "
              + ", ".join(f"{error} ({times})" for error, times in errors.items()))
        assert last > first, f"{name} allocates nothing"
        assert set(errors) <= HONEST, f"{name}: {errors}"
    here.ends["sta"].ping(faults.AP, count=3)
    third = here.ends["third"]
    third.up()
    assert "SSID: skua" in third.scan()
    third.station(freqs=[5180])
    third.address("192.168.77.3")
    third.ping(faults.AP, count=3)


@WARNED
@pytest.mark.contract("D1")
def test_running_without_memory(trio):
    """D1: operations of a running driver fail cleanly, whichever allocation fails (every 7th)."""
    running_without_memory(trio, 1, 7, timeout=400)


@WARNED
@pytest.mark.long
@pytest.mark.contract("D1")
def test_running_without_memory_long(trio):
    """D1: each allocation of each operation."""
    running_without_memory(trio, 1, 1, timeout=3000)


def restart_without_memory(here, first, step, timeout):
    here.link()
    end = here.ends["sta"]
    report = json.loads(run_in_guest(here.vms[0], "guest_restarts.py", {
        "netns": end.netns, "crash": faults.crash_file(end), "target": faults.AP,
        "first": first, "step": step}, timeout)[-1])
    print(f"allocations {first} to {report['last']}, {report['failed']} have failed")
    assert report["failed"]
    end.ping(faults.AP, count=3)
    faults.forgive(here, *REPAIRED, "inband_bad|tx_bad|rx_bad")


@FREED_TWICE
@pytest.mark.contract("D4")
def test_restart_without_memory(trio):
    """D4: a restart succeeds in the end, whichever of its allocations fails (every 23rd)."""
    restart_without_memory(trio, 1, 23, timeout=400)


@FREED_TWICE
@pytest.mark.long
@pytest.mark.contract("D4")
def test_restart_without_memory_long(trio):
    """D4: each of them."""
    restart_without_memory(trio, 1, 1, timeout=3000)


# In interrupts and the like alone; the transport below the NIC bears it worse.
SHORT = """
echo 1 > /sys/kernel/slab/skbuff_head_cache/failslab
cd /sys/kernel/debug/failslab
echo Y > cache-filter
echo Y > ignore-gfp-wait
echo 0 > verbose
echo -1 > times
echo {percent} > probability
"""


@pytest.mark.contract("X4")
def test_receive_without_memory(lab):
    """Frames for which there is no skb are dropped and counted; buffers come back."""
    vm = lab.pair()
    lab.link(vm)
    phy = vm.run("ip netns exec ap iw phy", check=True).stdout.split()[1]
    flood = vm.popen(["ping", "-n", "-q", "-f", "-s", "1200", faults.AP], netns="sta")
    vm.run(SHORT.format(percent=50), check=True)

    def counted(name):
        text = vm.run(["cat", f"/sys/kernel/debug/ieee80211/{phy}/skua/stats"], check=True).stdout
        return int(re.search(rf"^{name} (\d+)$", text, re.MULTILINE)[1])

    wait_until("frames without an skb", 60, lambda: counted("rx_no_mem") >= 100)
    vm.run(SHORT.format(percent=0), check=True)
    flood.kill()
    faults.answers(vm)
    print(f"{counted('rx_no_mem')} of {counted('rx')} frames dropped")
    for name in ("crash", "rx_bad_buf", "rx_bad_len", "cpl_bad", "lost_irq"):
        assert not counted(name), name
    rings = f"/sys/kernel/debug/ieee80211/{phy}/skua/rings"
    wait_until("all buffers to be posted", 10, lambda: "not_posted 0\n" in vm.run(
        ["cat", rings], check=True).stdout)
    # a page that did not come back is still mapped for a device that is gone
    vm.run(["rmmod", "skua"], check=True)
