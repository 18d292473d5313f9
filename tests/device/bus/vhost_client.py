# SPDX-License-Identifier: GPL-2.0-only
"""A guest without a kernel: a scripted vhost-user client that speaks virt-pci.

It keeps its memory in a memfd and its two virtqueues at fixed places in it, and
can do anything that a kernel would not.
"""

import array
import mmap
import os
import select
import socket
import struct
import time

GET_FEATURES, SET_FEATURES, SET_OWNER, RESET_OWNER, SET_MEM_TABLE = 1, 2, 3, 4, 5
SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE, GET_VRING_BASE = 8, 9, 10, 11
SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR = 12, 13, 14
GET_PROTOCOL_FEATURES, SET_PROTOCOL_FEATURES, GET_QUEUE_NUM = 15, 16, 17
SET_VRING_ENABLE, SET_BACKEND_REQ_FD = 18, 21

VERSION, REPLY, NEED_REPLY = 1, 4, 8
F_VERSION_1, F_PROTOCOL = 1 << 32, 1 << 30
PF_REPLY_ACK, PF_BACKEND_REQ = 1 << 3, 1 << 5

CFG_READ, CFG_WRITE, MMIO_READ, MMIO_WRITE, MMIO_MEMSET, INT, MSI, PME = range(1, 9)

DESC_NEXT, DESC_WRITE, DESC_INDIRECT = 1, 2, 4
NO_NOTIFY = NO_INTERRUPT = 1

MEM_SIZE = 1 << 20
BASE = 0x60123000  # where guest memory begins: page-aligned and odd otherwise
USER = 0x7F0000000000  # the same in the guest's own address space
QUEUE_SIZE = 256
IRQ_BUFFERS = 10
IRQ_BYTES = 20
HEADER = struct.Struct("<BBHIQ")


class Gone(Exception):
    """The NIC hung up."""


class Queue:
    """One split virtqueue; addresses are offsets into the guest's memory."""

    def __init__(self, guest, index):
        self.guest = guest
        self.index = index
        self.desc = 0x10000 * (index + 1)
        self.avail = self.desc + 0x4000
        self.used = self.desc + 0x8000
        self.data = self.desc + 0xA000
        self.size = QUEUE_SIZE
        self.kick = os.eventfd(0, os.EFD_NONBLOCK)
        self.call, self.call_in = os.pipe2(os.O_NONBLOCK)
        self.next_avail = 0
        self.last_used = 0

    def close(self):
        for fd in (self.kick, self.call, self.call_in):
            if fd >= 0:
                os.close(fd)

    def set_desc(self, i, addr, length, flags=0, following=0):
        self.guest.put(self.desc + 16 * i, struct.pack("<QIHH", addr, length, flags, following))

    def offer(self, head):
        """Puts a chain into the available ring, and its index out."""
        slot = self.next_avail % self.size
        self.guest.put(self.avail + 4 + 2 * slot, struct.pack("<H", head))
        self.next_avail = (self.next_avail + 1) & 0xFFFF
        self.guest.put(self.avail + 2, struct.pack("<H", self.next_avail))

    def notify(self, force=False):
        """Kicks, as Linux does, unless the NIC says that it looks by itself."""
        flags = struct.unpack("<H", self.guest.get(self.used, 2))[0]
        if force or not flags & NO_NOTIFY:
            os.write(self.kick, struct.pack("<Q", 1))

    @property
    def used_index(self):
        return struct.unpack("<H", self.guest.get(self.used + 2, 2))[0]

    def take_used(self, timeout=2.0):
        """The next used entry as (head, length), or None when none comes."""
        end = time.monotonic() + timeout
        while self.used_index == self.last_used:
            if time.monotonic() > end:
                return None
            time.sleep(0)
        at = self.used + 4 + 8 * (self.last_used % self.size)
        self.last_used = (self.last_used + 1) & 0xFFFF
        return struct.unpack("<II", self.guest.get(at, 8))

    def calls(self, timeout=0.0):
        """The number of notifications; waits for the first of them."""
        if not select.select([self.call], [], [], timeout)[0]:
            return 0
        return len(os.read(self.call, 1 << 16)) // 8


class Guest:
    def __init__(self, path, setup=True, timeout=3.0):
        self.fd = os.memfd_create("guest")
        os.ftruncate(self.fd, MEM_SIZE)
        self.mem = mmap.mmap(self.fd, MEM_SIZE)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(timeout)
        self.connect(path, timeout)
        self.acks = False
        self.queues = [Queue(self, 0), Queue(self, 1)]
        self.cmd, self.irq = self.queues
        self.slot = 0
        if setup:
            self.setup()

    def connect(self, path, timeout):
        end = time.monotonic() + timeout
        while True:
            try:
                return self.sock.connect(path)
            except BlockingIOError:  # more calls wait than the NIC lets
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()
        for queue in self.queues:
            queue.close()
        self.queues = []
        self.mem.close()
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    # memory

    def get(self, at, length):
        return self.mem[at : at + length]

    def put(self, at, data):
        self.mem[at : at + len(data)] = data

    # messages

    def send_raw(self, data, fds=()):
        ancillary = []
        if fds:
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
        try:
            self.sock.sendmsg([data], ancillary)
        except (BrokenPipeError, ConnectionResetError) as err:
            raise Gone from err

    def send(self, request, payload=b"", fds=(), flags=VERSION):
        self.send_raw(struct.pack("<III", request, flags, len(payload)) + payload, fds)

    def recv(self, length):
        data = b""
        while len(data) < length:
            try:
                more = self.sock.recv(length - len(data))
            except ConnectionResetError as err:
                raise Gone from err
            if not more:
                raise Gone
            data += more
        return data

    def reply(self, request):
        got, flags, size = struct.unpack("<III", self.recv(12))
        assert (got, flags) == (request, VERSION | REPLY)
        return self.recv(size)

    def ask(self, request, payload=b"", fds=()):
        self.send(request, payload, fds)
        return self.reply(request)

    def tell(self, request, payload=b"", fds=()):
        """Sends, and returns the acknowledgement (0 is good), or None without."""
        self.send(request, payload, fds, VERSION | (NEED_REPLY if self.acks else 0))
        return struct.unpack("<Q", self.reply(request))[0] if self.acks else None

    def hung_up(self, timeout=2.0):
        """True if the NIC ends the connection, now or soon."""
        self.sock.settimeout(timeout)
        try:
            while self.sock.recv(4096):
                pass
            return True
        except ConnectionResetError:
            return True
        except (TimeoutError, socket.timeout):
            return False

    # set-up, in the order of virtio_uml

    def negotiate(self):
        self.tell(SET_OWNER)
        features = struct.unpack("<Q", self.ask(GET_FEATURES))[0]
        assert features == F_VERSION_1 | F_PROTOCOL
        protocol = struct.unpack("<Q", self.ask(GET_PROTOCOL_FEATURES))[0]
        assert protocol == PF_REPLY_ACK | PF_BACKEND_REQ
        self.acks = True
        assert self.tell(SET_PROTOCOL_FEATURES, struct.pack("<Q", protocol)) == 0
        read, write = os.pipe()
        assert self.tell(SET_BACKEND_REQ_FD, b"", [write]) == 0
        os.close(read)
        os.close(write)
        assert self.tell(SET_FEATURES, struct.pack("<Q", features)) == 0

    def mem_table(self, regions=None, fds=None):
        """Regions are (guest address, size, user address, offset)."""
        regions = regions if regions is not None else [(BASE, MEM_SIZE, USER, 0)]
        fds = fds if fds is not None else [self.fd] * len(regions)
        payload = struct.pack("<II", len(regions), 0)
        payload += b"".join(struct.pack("<QQQQ", *region) for region in regions)
        return self.tell(SET_MEM_TABLE, payload, fds)

    def vring_addr(self, queue, desc=None, used=None, avail=None):
        return self.tell(
            SET_VRING_ADDR,
            struct.pack(
                "<IIQQQQ", queue.index, 0,
                USER + queue.desc if desc is None else desc,
                USER + queue.used if used is None else used,
                USER + queue.avail if avail is None else avail,
                0xFFFFFFFFFFFFFFFF,
            ),
        )

    def enable(self, queue, on=True):
        return self.tell(SET_VRING_ENABLE, struct.pack("<II", queue.index, on))

    def setup_queue(self, queue):
        i = struct.pack("<Q", queue.index)
        assert self.tell(SET_VRING_CALL, i, [queue.call_in]) == 0
        assert self.tell(SET_VRING_NUM, struct.pack("<II", queue.index, queue.size)) == 0
        assert self.tell(SET_VRING_BASE, struct.pack("<II", queue.index, 0)) == 0
        assert self.vring_addr(queue) == 0
        os.close(queue.call_in)
        queue.call_in = -1

    def start_queue(self, queue):
        assert self.tell(SET_VRING_KICK, struct.pack("<Q", queue.index), [queue.kick]) == 0
        assert self.enable(queue) == 0

    def setup(self):
        self.negotiate()
        assert self.mem_table() == 0
        for queue in self.queues:
            self.setup_queue(queue)
        for queue in self.queues:
            self.start_queue(queue)
        for i in range(IRQ_BUFFERS):
            self.irq.set_desc(i, BASE + self.irq.data + 64 * i, IRQ_BYTES, DESC_WRITE)
            self.irq.offer(i)
        self.irq.notify()

    # commands

    def post(self, data, answer=0, pieces=None, notify=True):
        """Queues a command; returns (head, where the answer will be).

        A command has up to four descriptors and as much room as they need.
        pieces splits it into descriptors of these lengths. Without notify the
        NIC is told with the next one.
        """
        head = 4 * (self.slot % (QUEUE_SIZE // 4))
        at = self.cmd.data + 8192 * (self.slot % 8) if len(data) + answer > 128 else (
            self.cmd.data + 0x10000 + 128 * (self.slot % (QUEUE_SIZE // 4)))
        self.slot += 1
        self.put(at, data)
        lengths = list(pieces or [len(data)])
        parts = []
        pos = at
        for length in lengths:
            parts.append((pos, length, 0))
            pos += length
        if answer:
            self.put(pos, b"\xff" * answer)
            parts.append((pos, answer, DESC_WRITE))
        for i, (addr, length, flags) in enumerate(parts):
            more = DESC_NEXT if i + 1 < len(parts) else 0
            self.cmd.set_desc(head + i, BASE + addr, length, flags | more, head + i + 1)
        self.cmd.offer(head)
        if notify:
            self.cmd.notify()
        return head, pos

    def command(self, op, addr, size, data=b"", bar=0, answer=0, pieces=None):
        """Queues a command and waits until it was used; returns its answer."""
        head, pos = self.post(HEADER.pack(op, bar, 0, size, addr) + data, answer, pieces)
        while True:
            used = self.cmd.take_used()
            if used is None:
                raise Gone
            if used[0] == head:
                return self.get(pos, used[1])

    def cfg(self, addr, size=4):
        return int.from_bytes(self.command(CFG_READ, addr, size, answer=8), "little")

    def cfg_set(self, addr, value, size=4):
        # Linux sends eight bytes of data for any size
        self.command(CFG_WRITE, addr, size, value.to_bytes(8, "little"))

    def bar(self, addr, size=4):
        return int.from_bytes(self.command(MMIO_READ, addr, size, answer=size), "little")

    def bar_set(self, addr, value, size=4):
        self.command(MMIO_WRITE, addr, size, value.to_bytes(size, "little"))

    def write(self, addr, value, notify=True):
        """A posted register write; does not wait."""
        self.post(HEADER.pack(MMIO_WRITE, 0, 0, 4, addr) + value.to_bytes(4, "little"),
                  notify=notify)

    # PCI

    def master(self, on=True):
        self.cfg_set(4, 6 if on else 2, 2)

    def capability(self, ident):
        pos = self.cfg(0x34, 1)
        while pos:
            if self.cfg(pos, 1) == ident:
                return pos
            pos = self.cfg(pos + 1, 1)
        raise AssertionError(f"no capability {ident}")

    def msix_on(self):
        self.master()
        pos = self.capability(0x11)
        table = self.cfg(pos + 4)
        assert table & 7 == 0
        for vector in range(4):
            for word, value in enumerate((0xA0000, 0, 100 + vector, 0)):
                self.bar_set(table + 16 * vector + 4 * word, value)
        self.cfg_set(pos + 2, 0x8000, 2)

    def interrupt(self, timeout=2.0, give_back=True):
        """The data of the next interrupt, or None when none comes."""
        used = self.irq.take_used(timeout)
        if used is None:
            return None
        head, length = used
        assert length == IRQ_BYTES
        message = self.get(self.irq.data + 64 * head, length)
        op, _, _, size, addr = HEADER.unpack(message[:16])
        assert (op, size, addr) == (MSI, 4, 0xA0000)
        if give_back:
            self.irq.offer(head)
            self.irq.notify()
        return int.from_bytes(message[16:], "little")
