# SPDX-License-Identifier: GPL-2.0-only
"""The guest's kernel when its NIC answers late: it reads all ones, and no read gets
another one's answer.

virt-pci gives up a read after max_delay_us, which is 40 ms unless somebody sets it; the
other tests set it so high that a busy machine does not matter.
"""

import signal

import pytest

from bench import VIRT_PCI_SPLATS, users_patience

CONFIG = "/sys/bus/pci/devices/0000:00:00.0/config"

# Reads the words of configuration space that each line of its input names.
READER = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
print("ready", flush=True)
for line in sys.stdin:
    print(*(os.pread(fd, 4, int(at)).hex() for at in line.split()), "done", flush=True)
"""
ONES = "ff" * 4


def words(reader, *offsets):
    """The words at these offsets, one after the other."""
    begin = len(reader.output)
    reader.write(" ".join(map(str, offsets)) + "\n")
    return reader.wait_for(r"([0-9a-f ]+) done", 10, start=begin)[1].split()


@pytest.mark.splats(VIRT_PCI_SPLATS)
@pytest.mark.parametrize("late", [1, 15, 40])
@pytest.mark.smp
def test_a_late_answer_belongs_to_its_own_read(lab, late):
    """Reads that were given up are answered later; those behind them get their own answers."""
    vm = lab.guest(nics=1, load=False)
    users_patience(vm)
    reader = vm.popen(["python3", "-c", READER, CONFIG])
    reader.wait_for("ready", 10)
    first, second = words(reader, 0, 8)
    assert first != second
    lab.nics.proc.send_signal(signal.SIGSTOP)
    try:
        assert words(reader, *[0] * late) == [ONES] * late
    finally:
        lab.nics.proc.send_signal(signal.SIGCONT)
    # some of these may find the NIC not awake yet
    got = words(reader, *[8, 0] * 200)
    assert set(got[::2]) <= {second, ONES} and set(got[1::2]) <= {first, ONES}
    assert words(reader, *[8, 0] * 20) == [second, first] * 20
