# SPDX-License-Identifier: GPL-2.0-only
"""No memory: probe, start and traffic while allocations fail on purpose.

Only the debug kernel can (SKUA_KERNEL=debug): its fault injection fails the nth
allocation of a system call, whichever that is, and kmemleak tells afterwards
what was not freed on the way out.
"""

import json
import re

import pytest

import faults
import skualink
from skuavm import wait_until

# the kernel tells of some failed allocations, with a trace
pytestmark = [pytest.mark.fault_injection, pytest.mark.splats(r"\] Call Trace:$")]

DEVICE = "0000:00:00.0"
ENOMEM = 12

# What both programs below begin with
PRELUDE = """
import fcntl, json, os, socket, struct, sys

FAULTS = "/sys/kernel/debug/"

def put(path, text):
    with open(path, "w") as file:
        file.write(text)

for kind in ("failslab", "fail_page_alloc"):
    # allocations that may sleep fail too; a stack trace for each is no splat
    put(FAULTS + kind + "/ignore-gfp-wait", "N")
    put(FAULTS + kind + "/verbose", "0")
put(FAULTS + "fail_page_alloc/min-order", "0")
nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)

def failing(n, call):
    '''call() with its nth allocation failing: (errno or 0, was there an nth?)'''
    error = 0
    os.pwrite(nth, str(n).encode(), 0)
    try:
        call()
    except OSError as err:
        error = err.errno
    left = int(os.pread(nth, 16, 0).decode().strip(chr(0) + chr(10)))
    os.pwrite(nth, b"0", 0)
    return error, left == 0

def rounds(first, step, turn):
    '''turn(n) for ever later allocations, until there are no more'''
    n, results = first, []
    while True:
        error, hit, worked = turn(n)
        if not hit:
            break
        results.append((n, error, worked))
        n += step
    print(json.dumps({"results": results, "last": worked}))
"""

PROBE = PRELUDE + """
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

UP = PRELUDE + """
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
    """Runs one of the programs; [(allocation, errno, did it work?)] of those that failed."""
    result = vm.run(["python3", "-c", program, *args], check=True, timeout=timeout)
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
    wait_until("all buffers to be lent", 10, lambda: "not_lent 0\n" in vm.run(
        ["cat", rings], check=True).stdout)
    # a page that did not come back is still mapped for a device that is gone
    vm.run(["rmmod", "skua"], check=True)
