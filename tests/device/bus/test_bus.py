# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the bus front end over its socket, with a scripted guest."""

import contextlib
import json
import os
import random
import signal
import socket
import struct
import subprocess
import time

import pytest
import vhost_client as vc
from vhost_client import Gone, Guest

BUS_NIC = os.environ.get("BUS_NIC", "build/bus_nic")

# Registers of bus_nic.c
ID, SCRATCH, RAISE, WRITES = 0x00, 0x04, 0x08, 0x0C
ADDR_LO, ADDR_HI, LEN, DMA, SUM, FLUSH = 0x10, 0x14, 0x18, 0x1C, 0x20, 0x24
COAL_NS, COAL_MAX, GONE, STALL, BURST, TABLE = 0x28, 0x2C, 0x30, 0x34, 0x38, 0x100
DMA_SUM, DMA_FILL, DMA_HOLD, DMA_PUT = 1, 2, 3, 4
NIC_ID = 0x736B7561
ONES = 0xFFFFFFFF
FREE = 0x80000  # guest memory that the queues do not use


class Nic:
    """The process, with two NICs."""

    def __init__(self, directory, options=(), before=(), stderr=None):
        self.paths = [str(directory / "nic0"), str(directory / "nic1")]
        self.err = directory / "stderr"
        with open(self.err, "wb") as err:
            self.proc = subprocess.Popen(
                [*before, BUS_NIC, *options, *self.paths], stdout=subprocess.PIPE,
                stderr=err if stderr is None else stderr)
        assert self.proc.stdout.readline() == b"ready\n"

    def guest(self, number=0, **kwargs):
        return Guest(self.paths[number], **kwargs)

    @property
    def log(self):
        return self.err.read_text()

    def says(self, text):
        """A thread writes the log: wait for a line of it."""
        wait_for(lambda: text in self.log)

    def stop(self):
        """Ends it; it must end well. Returns its counters."""
        self.proc.send_signal(signal.SIGTERM)
        try:
            out, _ = self.proc.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            raise
        assert self.proc.returncode == 0, self.log
        return [json.loads(line) for line in out.splitlines()]

    def fds(self):
        return len(os.listdir(f"/proc/{self.proc.pid}/fd"))

    def mappings(self):
        with open(f"/proc/{self.proc.pid}/maps") as maps:
            return sum("memfd:guest" in line for line in maps)

    def asleep(self):
        """Waits until the process waits for something to happen."""
        while True:
            with open(f"/proc/{self.proc.pid}/stat") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] == "S":
                    return

    def cpu_ticks(self):
        with open(f"/proc/{self.proc.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])


@pytest.fixture
def nic(tmp_path):
    nic = Nic(tmp_path)
    yield nic
    if nic.proc.poll() is None:
        nic.stop()
    # After anything that a guest did, the process lives on, and ends when asked.
    assert nic.proc.returncode == 0, nic.log
    assert "ERROR" not in nic.log and "runtime error" not in nic.log


@pytest.fixture
def guest(nic):
    with nic.guest() as guest:
        yield guest


def wait_for(probe, timeout=3.0):
    end = time.monotonic() + timeout
    while not probe():
        assert time.monotonic() < end
        time.sleep(0.01)


def set_dma(guest, addr, length):
    guest.bar_set(ADDR_LO, addr & ONES)
    guest.bar_set(ADDR_HI, addr >> 32)
    guest.bar_set(LEN, length)


# The view of a guest that keeps to the rules


def test_enumeration(guest):
    assert guest.cfg(0) == 0x10F51AF4
    assert guest.cfg(0, 2) == 0x1AF4
    assert guest.cfg(2, 2) == 0x10F5
    assert guest.cfg(8) == 0x02800001
    assert guest.cfg(0, 8) & 0xFFFFFFFF == 0x10F51AF4
    for ident in (0x01, 0x10, 0x11):
        assert guest.capability(ident)
    pos = guest.capability(0x11)
    assert guest.cfg(pos + 2, 2) & 0x7FF == 3
    assert guest.cfg(pos + 4) == 0x8000
    assert guest.cfg(pos + 8) == 0xC000


def test_bar_sizing(guest):
    guest.cfg_set(0x10, ONES)
    assert guest.cfg(0x10) == 0xFFFF0000
    guest.cfg_set(0x10, 0xF0010000)
    assert guest.cfg(0x10) == 0xF0010000
    for bar in range(0x14, 0x28, 4):
        guest.cfg_set(bar, ONES)
        assert guest.cfg(bar) == 0
    guest.cfg_set(0x30, ONES)
    assert guest.cfg(0x30) == 0


def test_registers(guest):
    assert guest.bar(ID) == ONES
    guest.cfg_set(4, 2, 2)
    assert guest.bar(ID) == NIC_ID
    guest.bar_set(SCRATCH, 0x01234567)
    assert guest.bar(SCRATCH) == 0x01234567
    assert guest.bar(SCRATCH + 1, 1) == 0x45
    assert guest.bar(SCRATCH + 2, 2) == 0x0123
    guest.bar_set(SCRATCH, 0, size=1)
    assert guest.bar(SCRATCH) == 0x01234567
    guest.bar_set(TABLE, 0x1122334455667788, size=8)
    assert guest.bar(TABLE) == 0x55667788
    assert guest.bar(TABLE, 8) == 0x1122334455667788


def test_long_accesses(guest):
    guest.master()
    words = struct.pack("<64I", *range(1000, 1064))
    guest.command(vc.MMIO_WRITE, TABLE, 256, words)
    assert guest.bar(TABLE + 4 * 63) == 1063
    assert guest.command(vc.MMIO_READ, TABLE, 256, answer=256) == words
    assert guest.command(vc.MMIO_READ, TABLE + 2, 7, answer=7) == words[2:9]
    guest.command(vc.MMIO_MEMSET, TABLE, 16, b"\x5a")
    assert guest.bar(TABLE) == 0x5A5A5A5A
    assert guest.bar(TABLE + 12) == 0x5A5A5A5A
    assert guest.bar(TABLE + 16) == 1004


def test_descriptor_shapes(guest):
    """A command may come in pieces and through an indirect table."""
    guest.master()
    assert guest.command(vc.MMIO_READ, ID, 4, answer=4, pieces=[3, 13]) == b"auks"
    at = FREE
    guest.put(at, vc.HEADER.pack(vc.MMIO_READ, 0, 0, 4, ID))
    table = struct.pack("<QIHH", vc.BASE + at, 16, vc.DESC_NEXT, 1)
    table += struct.pack("<QIHH", vc.BASE + at + 64, 4, vc.DESC_WRITE, 0)
    guest.put(at + 128, table)
    guest.cmd.set_desc(5, vc.BASE + at + 128, 32, vc.DESC_INDIRECT)
    guest.cmd.offer(5)
    guest.cmd.notify()
    assert guest.cmd.take_used() == (5, 4)
    assert guest.get(at + 64, 4) == b"auks"


def test_posted_writes(nic, guest):
    """No write is lost, and the guest is notified in time to free them."""
    guest.master()
    guest.cmd.calls()
    for i in range(40):
        guest.write(SCRATCH, i)
    assert guest.bar(WRITES) == 40
    # A read needs no notification: the guest looks for itself.
    before = guest.cmd.calls(0.1)
    assert guest.bar(SCRATCH) == 39
    assert guest.cmd.calls(0.1) == 0
    assert before <= 1
    # Without reads: at least one for every 64 writes, and one when it is quiet.
    done = guest.cmd.used_index
    for i in range(63):
        guest.write(SCRATCH, i)
    wait_for(lambda: (guest.cmd.used_index - done) & 0xFFFF == 63)
    guest.write(SCRATCH, 63)
    assert guest.cmd.calls(0.5) >= 1
    guest.write(SCRATCH, 1)
    assert guest.cmd.calls(0.5) >= 1
    guest.cmd.last_used = guest.cmd.used_index
    assert guest.bar(WRITES) == 105


def test_many_posted_writes(nic, guest):
    """The whole ring at a time, many times; the index wraps at 65536."""
    guest.master()
    burst = vc.QUEUE_SIZE // 4 - 1
    total = 0
    while total < 70000:
        for i in range(burst):
            guest.write(SCRATCH, i)
        total += burst
        wait_for(lambda: guest.cmd.used_index == guest.cmd.next_avail)
    guest.cmd.last_used = guest.cmd.used_index
    assert guest.bar(WRITES) == total
    # The guest was notified at least once for 64 used commands.
    assert nic.stop()[0]["signals"] >= total // 64 - 1


def test_interrupts(guest):
    guest.msix_on()
    assert guest.bar(0x8000 + 8) == 100
    for vector in (0, 3, 1, 2):
        guest.write(RAISE, vector)
        assert guest.interrupt() == 100 + vector
    # A notification for each, since the guest sleeps.
    assert guest.irq.calls(0.1) == 4
    assert guest.interrupt(0.05) is None


def test_interrupts_without_notification(guest):
    guest.msix_on()
    guest.put(guest.irq.avail, struct.pack("<H", vc.NO_INTERRUPT))
    guest.write(RAISE, 0)
    assert guest.interrupt() == 100
    assert guest.irq.calls(0.05) == 0


def test_interrupt_masked(guest):
    guest.msix_on()
    guest.bar_set(0x8000 + 16 + 12, 1)
    guest.write(RAISE, 1)
    guest.write(RAISE, 1)
    assert guest.bar(0xC000) == 2
    assert guest.interrupt(0.05) is None
    guest.bar_set(0x8000 + 16 + 12, 0)
    assert guest.interrupt() == 101
    assert guest.bar(0xC000) == 0
    assert guest.interrupt(0.05) is None


def test_interrupts_never_lost(nic, guest):
    """Without buffers, interrupts wait until the guest returns buffers."""
    guest.msix_on()
    guest.write(BURST, vc.IRQ_BUFFERS + 50)
    heads = []
    for _ in range(vc.IRQ_BUFFERS):
        used = guest.irq.take_used()
        heads.append(used[0])
    for vector in (1, 2, 3):
        guest.write(RAISE, vector)
    assert guest.irq.take_used(0.05) is None
    assert guest.bar(0xC000) == 0xF
    time.sleep(0.05)  # it sleeps, and must have asked for a notification
    for head in heads:
        guest.irq.offer(head)
    guest.irq.notify()
    assert sorted(guest.interrupt() for _ in range(4)) == [100, 101, 102, 103]
    assert guest.interrupt(0.05) is None
    counters = nic.stop()[0]
    assert counters["raised"] == vc.IRQ_BUFFERS + 50
    assert counters["sent"] == vc.IRQ_BUFFERS + 1
    assert counters["coalesced"] == 49
    assert counters["irqs_deferred"] >= 4


def test_interrupts_coalesced(nic, guest):
    guest.msix_on()
    guest.bar_set(COAL_NS, 200_000_000)
    guest.bar_set(COAL_MAX, 0)
    guest.write(RAISE, 0)
    assert guest.interrupt(0.1) == 100
    # entries come fast: the first interrupts are hardly held, since that is not known yet
    guest.write(BURST, 130)
    assert guest.interrupt(0.1) == 100
    while guest.interrupt(0.05):
        pass
    # those that follow wait for the end of the delay
    guest.write(BURST, 130)
    assert guest.interrupt(0.05) is None
    assert guest.interrupt(1.0) == 100
    guest.write(FLUSH, 0)
    assert guest.interrupt(0.1) == 100
    assert guest.interrupt(0.3) is None
    counters = nic.stop()[0]
    assert counters["raised"] == 262
    assert counters["sent"] < 40


def test_dma(guest):
    guest.master()
    guest.put(FREE, bytes(range(100)))
    set_dma(guest, vc.BASE + FREE, 100)
    guest.bar_set(DMA, DMA_SUM)
    assert guest.bar(SUM) == sum(range(100))
    guest.bar_set(DMA, DMA_FILL)
    assert guest.get(FREE, 101) == b"\xa5" * 100 + b"\0"


@pytest.mark.parametrize(
    "addr, length",
    [(vc.BASE - 1, 1), (vc.BASE + vc.MEM_SIZE, 1), (vc.BASE + vc.MEM_SIZE - 1, 2),
     (0, 4), ((1 << 64) - 2, 4)],
)
def test_dma_outside(nic, guest, addr, length):
    guest.master()
    set_dma(guest, addr, length)
    for op in (DMA_SUM, DMA_FILL, DMA_HOLD):
        guest.bar_set(DMA, op)
        assert guest.bar(SUM) == ONES
    assert guest.bar(ID) == NIC_ID
    assert nic.stop()[0]["rejected_range"] == 3
    nic.says("refused: outside of guest memory")


def test_no_bus_master(nic, guest):
    guest.msix_on()
    guest.master(False)
    guest.put(FREE, b"\1" * 8)
    set_dma(guest, vc.BASE + FREE, 8)
    guest.bar_set(DMA, DMA_SUM)
    assert guest.bar(SUM) == ONES
    guest.bar_set(DMA, DMA_FILL)
    guest.write(RAISE, 0)
    assert guest.interrupt(0.05) is None
    assert guest.get(FREE, 8) == b"\1" * 8
    guest.master()
    assert guest.interrupt() == 100
    guest.bar_set(DMA, DMA_SUM)
    assert guest.bar(SUM) == 8
    assert nic.stop()[0]["rejected_off"] == 2


def test_flr(guest):
    guest.msix_on()
    guest.bar_set(SCRATCH, 77)
    pos = guest.capability(0x10)
    assert guest.cfg(pos + 4) & 1 << 28
    guest.cfg_set(pos + 8, 0x8000, 2)
    assert guest.cfg(pos + 8, 2) & 0x8000 == 0
    assert guest.cfg(4, 2) == 0
    assert guest.cfg(guest.capability(0x11) + 2, 2) == 3
    guest.master()
    assert guest.bar(SCRATCH) == 0
    assert guest.bar(0x8000 + 12) == 1


def test_surprise_removal(guest):
    guest.msix_on()
    set_dma(guest, vc.BASE + FREE, 8)
    guest.write(GONE, 100)
    assert guest.bar(ID) == ONES
    assert guest.cfg(0) == ONES
    guest.write(RAISE, 0)
    assert guest.interrupt(0.03) is None
    wait_for(lambda: guest.cfg(0) == 0x10F51AF4)
    assert guest.cfg(4, 2) == 0
    guest.master()
    assert guest.bar(ID) == NIC_ID


def test_idle_sleeps(nic, guest):
    """A NIC without traffic takes no processor time."""
    guest.master()
    guest.bar(ID)
    time.sleep(0.1)
    before = nic.cpu_ticks()
    time.sleep(1.0)
    assert nic.cpu_ticks() - before <= 1
    assert guest.bar(ID) == NIC_ID


def test_late_is_noticed(nic, guest):
    guest.master()
    # told in one go, so that the read is there while the NIC is stalled,
    # however busy the machine keeps this process
    guest.write(STALL, 80, notify=False)
    assert guest.bar(ID) == NIC_ID
    assert nic.stop()[0]["late"] >= 1
    nic.says("may have been given up")


# Commands that make no sense get no data as an answer, and have no other effect


@pytest.mark.parametrize(
    "op, size, data, answer",
    [
        (0, 4, b"\0" * 8, 0),
        (9, 4, b"\0" * 8, 0),
        (vc.MSI, 4, b"\0" * 8, 0),
        (vc.CFG_READ, 0, b"", 8),
        (vc.CFG_READ, 3, b"", 8),
        (vc.CFG_READ, 16, b"", 16),
        (vc.CFG_WRITE, 4096, b"\0", 0),  # the accesses of memset_io() in Linux
        (vc.CFG_WRITE, 4, b"\0\0", 0),
        (vc.MMIO_READ, 0, b"", 4),
        (vc.MMIO_READ, 0x7FFFFFFF, b"", 64),
        (vc.MMIO_WRITE, 0, b"\0" * 4, 0),
        (vc.MMIO_WRITE, 64, b"\0" * 4, 0),
        (vc.MMIO_WRITE, 0xFFFFFFFF, b"\0" * 4, 0),
        (vc.MMIO_MEMSET, 0, b"\0", 0),
        (vc.MMIO_MEMSET, 0xFFFFFFFF, b"\0", 0),
        (vc.MMIO_MEMSET, 4, b"", 0),
    ],
)
def test_bad_command(nic, guest, op, size, data, answer):
    guest.master()
    guest.bar_set(SCRATCH, 99)
    assert guest.command(op, SCRATCH, size, data, answer=answer) == b""
    assert guest.bar(SCRATCH) == 99
    assert nic.stop()[0]["bad_commands"] == 1
    nic.says("PCI command of the guest ignored")


def test_answer_too_long(nic, guest):
    """An answer that does not fit is cut, and nothing beyond it is touched."""
    guest.master()
    guest.command(vc.MMIO_WRITE, TABLE, 16, b"\x11" * 16)
    head, pos = guest.post(vc.HEADER.pack(vc.MMIO_READ, 0, 0, 16, TABLE), 8)
    wait_for(lambda: guest.cmd.used_index == guest.cmd.next_avail)
    assert guest.get(pos, 8) == b"\x11" * 8
    assert guest.get(pos + 8, 8) != b"\x11" * 8
    guest.cmd.last_used = guest.cmd.used_index
    assert head >= 0
    assert nic.stop()[0]["bad_commands"] == 1


def test_accesses_outside(guest):
    guest.master()
    for bar in (1, 5, 6, 255):
        assert guest.command(vc.MMIO_READ, 0, 4, bar=bar, answer=4) == b"\xff" * 4
        guest.command(vc.MMIO_WRITE, SCRATCH, 4, b"\1\0\0\0", bar=bar)
    assert guest.bar(0x10000) == ONES
    assert guest.bar((1 << 64) - 4) == ONES
    assert guest.bar((1 << 64) - 1) == ONES
    assert guest.cfg(4096) == ONES
    assert guest.cfg((1 << 64) - 1) == ONES
    assert guest.bar(SCRATCH) == 0
    assert len(guest.command(vc.MMIO_READ, 0xFFFC, 16, answer=16)) == 16


def test_short_command(nic, guest):
    guest.post(b"\1\0\0")
    assert guest.cmd.take_used()[1] == 0
    assert guest.cfg(0) == 0x10F51AF4
    assert nic.stop()[0]["bad_commands"] == 1


@pytest.mark.parametrize("addr", [0, vc.BASE - 8, vc.BASE + vc.MEM_SIZE - 8, (1 << 64) - 8])
def test_command_outside_memory(nic, guest, addr):
    guest.cmd.set_desc(8, addr, 16)
    guest.cmd.offer(8)
    guest.cmd.notify()
    assert guest.cmd.take_used() == (8, 0)
    # The header is there, the answer would go outside.
    guest.put(FREE, vc.HEADER.pack(vc.CFG_READ, 0, 0, 4, 0))
    guest.cmd.set_desc(8, vc.BASE + FREE, 16, vc.DESC_NEXT, 9)
    guest.cmd.set_desc(9, addr + 7, 16, vc.DESC_WRITE)
    guest.cmd.offer(8)
    guest.cmd.notify()
    assert guest.cmd.take_used() == (8, 0)
    assert guest.cfg(0) == 0x10F51AF4
    counters = nic.stop()[0]
    assert counters["bad_commands"] == 2
    assert counters["drops"] == 0


# Rings that break the rules cost the guest its connection; the next connection is new


def loop_chain(guest):
    guest.cmd.set_desc(0, vc.BASE + FREE, 1, vc.DESC_NEXT, 1)
    guest.cmd.set_desc(1, vc.BASE + FREE, 1, vc.DESC_NEXT, 0)
    guest.cmd.offer(0)


def self_loop(guest):
    guest.cmd.set_desc(0, vc.BASE + FREE, 0, vc.DESC_NEXT, 0)
    guest.cmd.offer(0)


def far_next(guest):
    guest.cmd.set_desc(0, vc.BASE + FREE, 16, vc.DESC_NEXT, vc.QUEUE_SIZE)
    guest.cmd.offer(0)


def far_head(guest):
    guest.cmd.offer(0xFFFF)


def index_jump(guest):
    at = guest.cmd.avail + 2
    guest.put(at, struct.pack("<H", (guest.cmd.next_avail + vc.QUEUE_SIZE + 1) & 0xFFFF))


def out_after_in(guest):
    guest.cmd.set_desc(0, vc.BASE + FREE, 16, vc.DESC_NEXT | vc.DESC_WRITE, 1)
    guest.cmd.set_desc(1, vc.BASE + FREE, 16)
    guest.cmd.offer(0)


def indirect_outside(guest):
    guest.cmd.set_desc(0, vc.BASE + vc.MEM_SIZE - 16, 32, vc.DESC_INDIRECT)
    guest.cmd.offer(0)


def indirect_odd(guest):
    guest.cmd.set_desc(0, vc.BASE + FREE, 17, vc.DESC_INDIRECT)
    guest.cmd.offer(0)


def indirect_empty(guest):
    guest.cmd.set_desc(0, vc.BASE + FREE, 0, vc.DESC_INDIRECT)
    guest.cmd.offer(0)


def indirect_twice(guest):
    guest.put(FREE, struct.pack("<QIHH", vc.BASE + FREE, 16, vc.DESC_INDIRECT, 0))
    guest.cmd.set_desc(0, vc.BASE + FREE, 16, vc.DESC_INDIRECT)
    guest.cmd.offer(0)


def indirect_next(guest):
    guest.put(FREE, struct.pack("<QIHH", vc.BASE + FREE, 16, vc.DESC_NEXT, 1))
    guest.cmd.set_desc(0, vc.BASE + FREE, 16, vc.DESC_INDIRECT)
    guest.cmd.offer(0)


@pytest.mark.parametrize(
    "lie",
    [loop_chain, self_loop, far_next, far_head, index_jump, out_after_in, indirect_outside,
     indirect_odd, indirect_empty, indirect_twice, indirect_next],
)
def test_broken_ring(nic, lie):
    with nic.guest() as guest:
        guest.master()
        guest.bar_set(SCRATCH, 5)
        lie(guest)
        guest.cmd.notify(force=True)
        assert guest.hung_up()
    nic.says("guest disconnected: ")
    with nic.guest() as guest:
        guest.master()
        assert guest.bar(SCRATCH) == 0
    assert nic.stop()[0]["drops"] == 1


def test_broken_irq_ring(nic):
    """The fault is found while the device raises an interrupt, in the middle of a command."""
    with nic.guest() as guest:
        guest.msix_on()
        guest.irq.set_desc(0, vc.BASE + FREE, IRQ_LEN := 8, vc.DESC_WRITE)
        assert IRQ_LEN < vc.IRQ_BYTES
        guest.write(RAISE, 0)
        assert guest.hung_up()
    with nic.guest() as guest:
        guest.msix_on()
        guest.put(guest.irq.avail + 2, b"\xff\xff")
        guest.write(BURST, 30)
        assert guest.hung_up()
    assert nic.stop()[0]["drops"] == 2


# Messages


def half(guest):
    guest.send_raw(struct.pack("<III", 1, vc.VERSION, 8)[:7])
    guest.sock.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize(
    "message",
    [
        lambda g: g.send(1, flags=0),
        lambda g: g.send(1, flags=2),
        lambda g: g.send(1, flags=vc.VERSION | vc.REPLY),
        lambda g: g.send(0),
        lambda g: g.send(6, b"\0" * 8),
        lambda g: g.send(0x7FFFFFFF),
        lambda g: g.send_raw(struct.pack("<III", 2, vc.VERSION, 0xFFFFFFFF)),
        lambda g: g.send_raw(struct.pack("<III", 5, vc.VERSION, 4096)),
        lambda g: g.send(vc.SET_FEATURES, b"\0" * 4),
        lambda g: g.send(vc.SET_FEATURES, b"\0" * 16),
        lambda g: g.send(vc.SET_FEATURES, b"\xff" * 8),
        lambda g: g.send(vc.GET_FEATURES, fds=[g.fd]),
        lambda g: g.send(vc.GET_FEATURES, fds=[g.fd] * 9),
        lambda g: g.send(vc.GET_FEATURES, fds=[g.fd] * 200),
        lambda g: g.send(vc.SET_BACKEND_REQ_FD),
        lambda g: g.send(vc.SET_MEM_TABLE, struct.pack("<II", 1, 0)),
        lambda g: g.send(vc.SET_MEM_TABLE, struct.pack("<II", 1, 0) + b"\0" * 32),
        lambda g: g.send(vc.SET_MEM_TABLE, struct.pack("<II", 0, 0) + b"\0" * 32, [g.fd]),
        lambda g: g.send(vc.SET_MEM_TABLE, struct.pack("<II", ONES, 0) + b"\0" * 32, [g.fd]),
        lambda g: g.send(vc.SET_VRING_NUM, struct.pack("<II", 2, 256)),
        lambda g: g.send(vc.SET_VRING_NUM, struct.pack("<II", ONES, 256)),
        lambda g: g.send(vc.SET_VRING_NUM, struct.pack("<II", 0, 0)),
        lambda g: g.send(vc.SET_VRING_NUM, struct.pack("<II", 0, 255)),
        lambda g: g.send(vc.SET_VRING_NUM, struct.pack("<II", 0, 1 << 31)),
        lambda g: g.send(vc.SET_VRING_BASE, struct.pack("<II", 0, 1 << 16)),
        lambda g: g.send(vc.GET_VRING_BASE, struct.pack("<II", 9, 0)),
        lambda g: g.send(vc.SET_VRING_KICK, struct.pack("<Q", 7), [g.cmd.kick]),
        lambda g: g.send(vc.SET_VRING_KICK, struct.pack("<Q", 0)),
        lambda g: g.send(vc.SET_VRING_KICK, struct.pack("<Q", 0), [g.fd]),
        lambda g: g.send(vc.SET_VRING_CALL, struct.pack("<Q", 0x100), [g.fd]),
        lambda g: g.send(vc.SET_VRING_ENABLE, struct.pack("<II", 3, 1)),
        half,
    ],
)
def test_bad_message(nic, message):
    with nic.guest(setup=False) as guest:
        fds = nic.fds()
        with contextlib.suppress(Gone):
            message(guest)
        assert guest.hung_up()
    wait_for(lambda: nic.fds() < fds + 1)
    with nic.guest() as guest:
        assert guest.cfg(0) == 0x10F51AF4
    wait_for(lambda: nic.log)


def test_refused_with_acknowledgement(guest):
    """A bad request is refused without harm if the guest asks for answers."""
    assert guest.tell(6, b"\0" * 8) == 1
    assert guest.tell(vc.SET_FEATURES, b"\xff" * 8) == 1
    assert guest.tell(vc.SET_VRING_NUM, struct.pack("<II", 0, 64)) == 1
    assert guest.vring_addr(guest.cmd) == 1
    assert guest.tell(vc.SET_VRING_BASE, struct.pack("<II", 0, 0)) == 1
    assert guest.cfg(0) == 0x10F51AF4


def test_byte_by_byte(nic):
    with nic.guest(setup=False) as guest:
        message = struct.pack("<III", vc.SET_FEATURES, vc.VERSION, 8)
        message += struct.pack("<Q", vc.F_VERSION_1)
        for i in range(len(message)):
            guest.send_raw(message[i : i + 1])
            time.sleep(0.001)
        assert struct.unpack("<Q", guest.ask(vc.GET_FEATURES))[0] == vc.F_VERSION_1 | vc.F_PROTOCOL
        assert struct.unpack("<Q", guest.ask(vc.GET_QUEUE_NUM))[0] == 2


@pytest.mark.parametrize("queue", [0, 1])
@pytest.mark.parametrize(
    "where",
    [
        {"desc": vc.USER - 16},
        {"desc": vc.USER + vc.MEM_SIZE - 16},
        {"avail": vc.USER + vc.MEM_SIZE - 2},
        {"used": vc.USER + vc.MEM_SIZE - 4},
        {"used": 0},
        {"desc": vc.USER + 0x10004},
        {"avail": vc.USER + 0x14001},
        {"used": vc.USER + 0x18002},
    ],
)
def test_ring_outside_memory(nic, queue, where):
    with nic.guest(setup=False) as guest:
        guest.negotiate()
        assert guest.mem_table() == 0
        for other in guest.queues:
            guest.setup_queue(other)
        assert guest.vring_addr(guest.queues[queue], **where) == 0
        results = []
        for other in guest.queues:
            index = struct.pack("<Q", other.index)
            assert guest.tell(vc.SET_VRING_KICK, index, [other.kick]) == 0
            results.append(guest.enable(other))
        assert results[queue] == 1
        assert results[1 - queue] == 0
        nic.says("lies outside of guest memory")


@pytest.mark.parametrize(
    "regions, good",
    [
        ([(vc.BASE, vc.MEM_SIZE, vc.USER, 0)], True),
        ([(vc.BASE, vc.MEM_SIZE - 4096, vc.USER, 4096)], True),
        ([(vc.BASE, 4096, vc.USER, 0), (vc.BASE + 4096, 4096, vc.USER + 4096, 0)], True),
        ([(vc.BASE, vc.MEM_SIZE + 1, vc.USER, 0)], False),
        ([(vc.BASE, vc.MEM_SIZE, vc.USER, 4096)], False),
        ([(vc.BASE, 0, vc.USER, 0)], False),
        ([(vc.BASE, 4096, vc.USER, 1)], False),
        ([(vc.BASE, 4096, vc.USER, (1 << 64) - 4096)], False),
        ([((1 << 64) - 4096, 8192, vc.USER, 0)], False),
        ([(vc.BASE, 8192, vc.USER, 0), (vc.BASE + 4096, 4096, vc.USER + 8192, 0)], False),
    ],
)
def test_memory_table(nic, regions, good):
    with nic.guest(setup=False) as guest:
        guest.negotiate()
        assert guest.mem_table(regions) == (0 if good else 1)
        wait_for(lambda: nic.mappings() == (len(regions) if good else 0))


def test_memory_is_no_file(nic):
    with nic.guest(setup=False) as guest:
        guest.negotiate()
        assert guest.mem_table(fds=[guest.cmd.kick]) == 1
        assert guest.mem_table(fds=[guest.sock.fileno()]) == 1
        assert guest.mem_table() == 0


def test_memory_replaced(nic, guest):
    """The NIC releases the old memory before the answer."""
    guest.master()
    set_dma(guest, vc.BASE + FREE, 64)
    guest.bar_set(DMA, DMA_HOLD)
    assert guest.bar(SUM) == 0
    assert guest.mem_table([(vc.BASE, vc.MEM_SIZE // 2, vc.USER, 0)]) == 0
    wait_for(lambda: nic.mappings() == 1)
    # The rings lie in the memory that is left, and the NIC was reset.
    assert guest.cfg(4, 2) == 0
    guest.master()
    set_dma(guest, vc.BASE + FREE, 64)
    guest.bar_set(DMA, DMA_SUM)
    assert guest.bar(SUM) == ONES


def test_memory_truncated(nic):
    """SIGBUS ends that guest's connection and nothing else."""
    with nic.guest(0) as guest, nic.guest(1) as other:
        other.master()
        other.bar_set(SCRATCH, 11)
        guest.master()
        os.ftruncate(guest.fd, 0)
        os.write(guest.cmd.kick, struct.pack("<Q", 1))
        assert guest.hung_up()
        assert other.bar(SCRATCH) == 11
    nic.says("truncated")
    with nic.guest(0) as guest:
        assert guest.cfg(0) == 0x10F51AF4


def test_memory_truncated_under_dma(nic):
    with nic.guest(0) as guest:
        guest.master()
        set_dma(guest, vc.BASE + FREE, 4096)
        # The rings stay; the memory that the NIC reads is gone.
        os.ftruncate(guest.fd, FREE)
        guest.write(DMA, DMA_SUM)
        assert guest.hung_up()
    with nic.guest(0) as guest:
        guest.master()
        assert guest.bar(ID) == NIC_ID


# Guests come and go


def test_disconnect_frees_all(nic):
    fds = nic.fds()
    with nic.guest() as guest:
        guest.msix_on()
        set_dma(guest, vc.BASE + FREE, 64)
        guest.bar_set(DMA, DMA_HOLD)
        wait_for(lambda: nic.mappings() == 1)
    # descriptors are closed by the helper, a little later
    wait_for(lambda: nic.mappings() == 0 and nic.fds() == fds)
    for i in range(30):
        with nic.guest() as guest:
            guest.master()
            assert guest.bar(SCRATCH) == 0
            guest.bar_set(SCRATCH, i + 1)
    wait_for(lambda: nic.mappings() == 0 and nic.fds() == fds)
    counters = nic.stop()[0]
    assert counters["connects"] == 31
    assert counters["drops"] == 0


def test_reboot_overlaps(nic):
    """The new connection may come before the end of the old one was seen."""
    for _ in range(20):
        first = nic.guest()
        first.sock.close()
        with nic.guest() as second:
            assert second.cfg(0) == 0x10F51AF4
        first.close()


def test_second_guest_is_turned_away(nic, guest):
    guest.master()
    with nic.guest(setup=False) as other:
        assert other.hung_up()
    assert guest.bar(ID) == NIC_ID
    nic.says("this NIC is taken")


def test_two_nics(nic):
    with nic.guest(0) as one, nic.guest(1) as two:
        one.msix_on()
        two.msix_on()
        one.bar_set(SCRATCH, 1)
        two.bar_set(SCRATCH, 2)
        assert (one.bar(SCRATCH), two.bar(SCRATCH)) == (1, 2)
        two.write(RAISE, 3)
        assert two.interrupt() == 103
        assert one.interrupt(0.05) is None


def test_virtio_device_removed(guest):
    """virtio_uml disables its queues, keeps the socket, and comes again."""
    guest.msix_on()
    guest.bar_set(SCRATCH, 9)
    for queue in reversed(guest.queues):
        assert guest.enable(queue, False) == 0
    before = guest.cmd.used_index
    guest.post(vc.HEADER.pack(vc.CFG_READ, 0, 0, 4, 0), 4)
    time.sleep(0.05)
    assert guest.cmd.used_index == before
    base = guest.ask(vc.GET_VRING_BASE, struct.pack("<II", 0, 0))
    assert struct.unpack("<II", base)[1] == guest.cmd.last_used
    for queue in guest.queues:
        guest.put(queue.avail, b"\0" * 4)
        guest.put(queue.used, b"\0" * 4)
        queue.close()
    guest.queues = [vc.Queue(guest, 0), vc.Queue(guest, 1)]
    guest.cmd, guest.irq = guest.queues
    for queue in guest.queues:
        guest.setup_queue(queue)
        guest.start_queue(queue)
    guest.master()
    assert guest.bar(SCRATCH) == 0


def test_stale_socket(tmp_path):
    """A dead process's socket is replaced, a living one's is not."""
    first = Nic(tmp_path)
    first.proc.kill()
    first.proc.wait()
    assert os.path.exists(first.paths[0])
    second = Nic(tmp_path)
    third = subprocess.run([BUS_NIC, second.paths[0]], capture_output=True, timeout=20)
    assert third.returncode == 1
    assert b"cannot listen" in third.stderr
    with second.guest() as guest:
        assert guest.cfg(0) == 0x10F51AF4
    second.stop()
    assert not os.path.exists(second.paths[0])


# Noise


def test_nothing_is_read_after_a_refusal(tmp_path):
    """The data after a refused header must not be read by the length in that header.

    A NIC that is woken from sleep looks at its sockets again before it drops the guest.
    """
    nic = Nic(tmp_path, options=["-s"])
    for _ in range(10):
        with nic.guest(setup=False) as guest, contextlib.suppress(Gone, OSError):
            guest.ask(vc.GET_FEATURES)
            nic.asleep()
            guest.send_raw(struct.pack("<III", 1, 0, 1 << 30) + b"\x41" * 16000)
            guest.recv(1)
    with nic.guest() as guest:
        assert guest.cfg(0) == 0x10F51AF4
    nic.stop()


def test_random_bytes(nic):
    rng = random.Random(1)
    for _ in range(150):
        with nic.guest(setup=False) as guest, contextlib.suppress(Gone, OSError):
            for _ in range(rng.randrange(1, 5)):
                guest.send_raw(rng.randbytes(rng.randrange(1, 200)))
    with nic.guest() as guest:
        assert guest.cfg(0) == 0x10F51AF4


def test_random_messages(nic):
    """Plausible messages with random content, in random order, with descriptors."""
    rng = random.Random(2)
    for _ in range(60):
        with nic.guest(setup=rng.random() < 0.5) as guest, contextlib.suppress(Gone, OSError):
            things = [guest.fd, guest.cmd.kick, guest.irq.kick, guest.cmd.call]
            for _ in range(20):
                size = rng.choice([0, 8, 8, 40, 40, 72])
                words = [rng.choice([0, 1, 2, 256, vc.USER, vc.BASE, rng.getrandbits(64)])
                         for _ in range(size // 8)]
                fds = [rng.choice(things) for _ in range(rng.choice([0, 0, 1, 1, 2]))]
                guest.send(rng.randrange(0, 23), struct.pack(f"<{len(words)}Q", *words), fds,
                           vc.VERSION | rng.choice([0, vc.NEED_REPLY]))
    with nic.guest() as guest:
        assert guest.cfg(0) == 0x10F51AF4


def test_random_rings(nic):
    """Random bytes in descriptors, rings and commands, while they are served."""
    rng = random.Random(3)
    for _ in range(60):
        with nic.guest() as guest, contextlib.suppress(Gone, OSError):
            guest.msix_on()
            for _ in range(20):
                kind = rng.randrange(4)
                if kind == 0:
                    at = rng.choice([guest.cmd.desc, guest.irq.desc]) + 16 * rng.randrange(16)
                    addr = vc.BASE + rng.randrange(vc.MEM_SIZE)
                    guest.put(at, struct.pack("<QIHH", addr, rng.randrange(64),
                                              rng.randrange(8), rng.randrange(20)))
                    guest.cmd.offer(rng.randrange(20))
                elif kind == 1:
                    guest.put(rng.choice([guest.irq.avail, guest.cmd.used]) + rng.randrange(64),
                              rng.randbytes(4))
                elif kind == 2:
                    guest.post(vc.HEADER.pack(rng.randrange(9), rng.randrange(2), 0,
                                              rng.randrange(300), rng.randrange(0x10040))
                               + rng.randbytes(rng.randrange(16)), rng.randrange(32))
                else:
                    guest.write(RAISE, rng.randrange(5))
                guest.cmd.notify(force=True)
    with nic.guest() as guest:
        assert guest.cfg(0) == 0x10F51AF4
