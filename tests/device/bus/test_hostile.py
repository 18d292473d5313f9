# SPDX-License-Identifier: GPL-2.0-only
"""What a guest passes over its socket must not stop the NICs of other guests.

Each test attacks one NIC, and reads registers of another in the same process.
"""

import contextlib
import fcntl
import os
import resource
import select
import socket
import struct
import threading
import time

import pytest
import silentfs
import vhost_client as vc
from slowsocket import slow_socket
from test_bus import ID, NIC_ID, RAISE, Nic, wait_for
from vhost_client import Gone, Guest

PATIENCE = 3.0  # seconds; a NIC that is blocked never answers
# An attack blocks for seconds. A page fault may wait for the machine.
BLOCKED_US = 100_000


@pytest.fixture
def nic(tmp_path):
    nic = Nic(tmp_path)
    yield nic
    if nic.proc.poll() is None:
        counters = nic.stop()
        assert counters[0]["blocked_us"] < BLOCKED_US, nic.log
    assert nic.proc.returncode == 0, nic.log
    assert "ERROR" not in nic.log and "runtime error" not in nic.log


@contextlib.contextmanager
def started(directory, **options):
    """Another process than that of the fixture"""
    nic = Nic(directory, **options)
    try:
        yield nic
    finally:
        nic.counters = nic.stop()


@pytest.fixture
def other(nic):
    """The guest that must be served whatever the guest of NIC 0 does."""
    with nic.guest(1, timeout=PATIENCE) as other:
        other.master()
        yield other


@pytest.fixture
def fuse(tmp_path):
    """A file whose file system's daemon answers open(), and nothing after that."""
    with silentfs.mounted(tmp_path / "fuse") as path:
        yield path


def served(other, seconds=0.0):
    end = time.monotonic() + seconds
    while True:
        assert other.bar(ID) == NIC_ID
        if time.monotonic() >= end:
            return


def set_flags(fd, blocking):
    flags = fcntl.fcntl(fd, fcntl.F_GETFL)
    fcntl.fcntl(fd, fcntl.F_SETFL, flags & ~os.O_NONBLOCK if blocking else flags | os.O_NONBLOCK)


def fill(fd):
    set_flags(fd, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(fd, b"\0" * 4096)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(fd, b"\0")
    set_flags(fd, True)


def fill_eventfd(fd):
    os.write(fd, struct.pack("<Q", (1 << 64) - 2))
    set_flags(fd, True)


def set_call(guest, queue, fd):
    return guest.tell(vc.SET_VRING_CALL, struct.pack("<Q", queue.index), [fd])


def set_kick(guest, queue, fd):
    return guest.tell(vc.SET_VRING_KICK, struct.pack("<Q", queue.index), [fd])


def interrupt_all(guest):
    """Raises more interrupts than the NIC has buffers for."""
    guest.msix_on()
    for vector in range(4):
        guest.write(RAISE, vector)


# Notifications to the guest


def test_full_pipe_that_blocks(nic, other):
    """O_NONBLOCK belongs to the open file, and so to the guest."""
    with nic.guest() as guest:
        read, write = os.pipe()
        assert set_call(guest, guest.irq, write) == 0
        fill(write)
        interrupt_all(guest)
        served(other, 0.3)
        assert guest.bar(ID) == NIC_ID
        # the next guest is welcome, even while somebody else holds the pipe
        guest.close()
        with nic.guest() as following:
            assert following.cfg(0) == 0x10F51AF4
        os.close(read)
        os.close(write)


def test_full_eventfd_that_blocks(nic, other):
    with nic.guest() as guest:
        call = os.eventfd(0)
        assert set_call(guest, guest.irq, call) == 0
        fill_eventfd(call)
        stop = threading.Event()

        def clear():
            while not stop.is_set():
                set_flags(call, True)

        thread = threading.Thread(target=clear)
        thread.start()
        try:
            interrupt_all(guest)
            served(other, 0.5)
            assert guest.bar(ID) == NIC_ID
            guest.close()
            with nic.guest() as following:
                assert following.cfg(0) == 0x10F51AF4
        finally:
            stop.set()
            thread.join()
        os.close(call)


@pytest.mark.parametrize("kind", ["eventfd", "socket", "pipe"])
def test_notifications(nic, kind):
    """An eventfd, a socket and a pipe all work, and the old one is used no more."""
    with nic.guest() as guest:
        ends = []
        if kind == "eventfd":
            read = write = os.eventfd(0)
        elif kind == "socket":
            ends = socket.socketpair()
            read, write = (end.fileno() for end in ends)
        else:
            read, write = os.pipe()
        guest.msix_on()
        assert set_call(guest, guest.irq, write) == 0
        guest.irq.call, old = read, guest.irq.call
        for _ in range(3):
            guest.write(RAISE, 2)
            assert guest.interrupt() == 102
            assert guest.irq.calls(2.0) == 1
        guest.irq.call = old
        for end in ends:
            end.close()


def test_pipe_of_another_user(tmp_path):
    """It cannot be opened anew; the NIC can use it nevertheless, but not for kicks."""
    if os.geteuid():
        pytest.skip("needs root, to have a pipe of another user")
    less = "-dac_override,-dac_read_search"
    before = ["setpriv", "--bounding-set", less, "--inh-caps", less]
    with started(tmp_path, before=before) as nic, nic.guest() as guest, nic.guest(1) as other:
        other.master()
        guest.msix_on()
        read, write = os.pipe()
        os.fchown(write, 65534, 65534)
        assert set_call(guest, guest.irq, write) == 0
        guest.write(RAISE, 1)
        assert guest.interrupt() == 101
        assert len(os.read(read, 100)) == 8
        fill(write)
        interrupt_all(guest)
        served(other, 0.3)
        assert set_kick(guest, guest.irq, read) == 1
        os.close(read)
        os.close(write)


# Notifications by the guest


def test_kick_that_somebody_else_empties(nic, other):
    """What poll() says need not be true any more when the kick is read."""
    with nic.guest() as guest:
        read, write = os.pipe()
        kick = os.dup(write)
        if set_kick(guest, guest.cmd, read) == 0:
            guest.enable(guest.cmd)
        set_flags(read, False)
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            os.write(kick, b"\1" * 8)
            with contextlib.suppress(BlockingIOError):
                os.read(read, 8)
            set_flags(read, True)
            served(other)
            set_flags(read, False)
        for fd in (read, write, kick):
            os.close(fd)


def test_kick_by_pipe(nic):
    """A guest whose kicks come through a pipe is served, and the pipe never fills up."""
    with nic.guest() as guest:
        read, write = os.pipe()
        assert set_kick(guest, guest.cmd, read) == 0
        os.close(read)
        os.close(guest.cmd.kick)
        guest.cmd.kick = write
        guest.master()
        # A NIC that waits for a processor may have to empty it later, but it does.
        set_flags(write, False)
        for _ in range(20000):
            assert select.select([], [write], [], 10 * PATIENCE)[1], "the pipe stays full"
            os.write(write, b"\1" * 8)
        assert guest.bar(ID) == NIC_ID


def test_many_kicks_wake(nic):
    """Each kick wakes a NIC that sleeps, though it never reads its eventfd."""
    with nic.guest() as guest:
        guest.master()
        for _ in range(20):
            nic.asleep()
            assert guest.bar(ID) == NIC_ID


def others():
    """Files that are for no notifications."""
    yield os.open("/", os.O_RDONLY)
    yield os.open("/proc/self/stat", os.O_RDONLY)
    yield os.open("/dev/null", os.O_RDWR)
    yield os.memfd_create("pipe:[1]")
    yield os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)


def test_notifications_through_other_files(nic, other):
    with nic.guest() as guest:
        for fd in others():
            assert set_call(guest, guest.irq, fd) == 1
            assert set_kick(guest, guest.irq, fd) == 1
            os.close(fd)
        assert guest.cfg(0) == 0x10F51AF4
        served(other)
        nic.says("descriptor refused: kicks come through an eventfd")
        nic.says("descriptor refused: notifications go through")
        assert nic.stop()[0]["fds_refused"] == 10


# Descriptors that block when they are closed


@pytest.mark.parametrize("count", [1, 100])
def test_socket_that_lingers(nic, other, count):
    """Whether there was room for the descriptor or not"""
    near, far = slow_socket()
    with nic.guest(setup=False) as guest:
        guest.send(vc.GET_FEATURES, fds=[guest.fd] * (count - 1) + [near.fileno()])
        near.close()
        served(other, 1.0)
    far.close()


def test_socket_that_lingers_in_flight(nic, other):
    """It waits in the socket of a guest that is turned away."""
    near, far = slow_socket()
    with nic.guest() as guest, Guest(nic.paths[0], setup=False) as second:
        with contextlib.suppress(Gone):
            second.send(vc.GET_FEATURES, fds=[near.fileno()])
        near.close()
        served(other, 1.0)
        assert guest.cfg(0) == 0x10F51AF4
    far.close()


@pytest.mark.parametrize("message", [vc.GET_FEATURES, vc.SET_VRING_ERR, vc.SET_VRING_CALL,
                                     vc.SET_VRING_KICK, vc.SET_BACKEND_REQ_FD])
def test_file_without_daemon(nic, other, fuse, message):
    """close() of a FUSE file waits for an answer of its daemon."""
    with fuse.opened() as fd, nic.guest(setup=False) as guest:
        payload = b"" if message in (vc.GET_FEATURES, vc.SET_BACKEND_REQ_FD) else b"\0" * 8
        guest.send(message, payload, [fd])
        served(other, 0.5)
        guest.close()
        served(other, 0.5)
        # The NIC is lost to the next guest until the daemon answers, and says so.
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as waiting:
            waiting.connect(nic.paths[0])
            wait_for(lambda: "a guest has to wait" in nic.log, timeout=10.0)
            served(other)
        fuse.answer()
        with nic.guest() as following:
            assert following.cfg(0) == 0x10F51AF4


def test_memory_without_daemon(nic, other, fuse):
    """An access to memory of a FUSE file waits for an answer of its daemon."""
    with fuse.opened() as fd, nic.guest(setup=False) as guest:
        guest.negotiate()
        assert guest.mem_table(fds=[fd]) == 1
        served(other, 0.5)
        fuse.answer()
    nic.says("neither a memfd nor on tmpfs or hugetlbfs")


# Memory


def test_memory_of_a_disk_is_refused(nic, tmp_path):
    with open(tmp_path / "memory", "w+b") as file:
        file.truncate(vc.MEM_SIZE)
        if os.statvfs(file.fileno()).f_fsid == os.statvfs("/dev/shm").f_fsid:
            pytest.skip("the test's directory is on tmpfs")
        with nic.guest(setup=False) as guest:
            guest.negotiate()
            assert guest.mem_table(fds=[file.fileno()]) == 1
            assert guest.mem_table() == 0
    nic.says("neither a memfd nor on tmpfs or hugetlbfs")


def test_memory_of_huge_pages(nic, other):
    """One access to a page of a gigabyte would clear all of it."""
    try:
        fd = os.memfd_create("guest", os.MFD_CLOEXEC | os.MFD_HUGETLB | os.MFD_HUGE_1GB)
    except OSError as err:
        pytest.skip(f"no such pages: {err}")
    os.ftruncate(fd, 1 << 30)
    with nic.guest(setup=False) as guest:
        guest.negotiate()
        assert guest.mem_table(fds=[fd]) == 1
        served(other)
        assert guest.mem_table() == 0
    os.close(fd)
    nic.says("its pages are larger than 2 MiB")


def test_memory_of_uml(nic):
    """User-Mode Linux keeps its memory in a deleted file of tmpfs."""
    fd = os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR | os.O_EXCL, 0o700)
    os.ftruncate(fd, vc.MEM_SIZE)
    with nic.guest(setup=False) as guest:
        guest.negotiate()
        assert guest.mem_table(fds=[fd]) == 0
        os.ftruncate(fd, 0)
        guest.setup_queue(guest.cmd)
        with contextlib.suppress(Gone):
            guest.start_queue(guest.cmd)
        assert guest.hung_up()
    os.close(fd)
    nic.says("truncated")


def test_memory_is_sealed(nic):
    """Where the guest permits it, memory can not be taken away any more."""
    fd = os.memfd_create("guest", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, vc.MEM_SIZE)
    with nic.guest(setup=False) as guest:
        guest.negotiate()
        assert guest.mem_table(fds=[fd]) == 0
        assert fcntl.fcntl(fd, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK
        with pytest.raises(PermissionError):
            os.ftruncate(fd, 0)
    os.close(fd)


def test_memory_budget(nic, other):
    """Address space is a budget: a sparse file has as much as it likes."""
    fd = os.memfd_create("sparse")
    os.ftruncate(fd, 1 << 46)
    with nic.guest(setup=False) as guest:
        guest.negotiate()
        assert guest.mem_table([(0, 1 << 46, vc.USER, 0)], [fd]) == 1
        assert guest.mem_table([(i << 40, 1 << 34, vc.USER, 0) for i in range(8)], [fd] * 8) == 1
        assert guest.mem_table([(0, 1 << 34, vc.USER, 0)], [fd]) == 0
        served(other)
    os.close(fd)
    nic.says("more memory than this guest may have")
    assert nic.stop()[0]["rejected_budget"] == 2


def test_no_address_space(nic, other):
    """Without memory for a guest, the NIC says so and serves the others."""
    with open(f"/proc/{nic.proc.pid}/statm") as statm:
        pages = int(statm.read().split()[0])
    fd = os.memfd_create("large")
    os.ftruncate(fd, 1 << 28)
    limits = resource.prlimit(nic.proc.pid, resource.RLIMIT_AS)
    with nic.guest(setup=False) as guest:
        guest.negotiate()
        resource.prlimit(nic.proc.pid, resource.RLIMIT_AS, (pages * 4096 + (1 << 20), limits[1]))
        assert guest.mem_table([(0, 1 << 28, vc.USER, 0)], [fd]) == 1
        for i in range(200):
            assert guest.mem_table([(i << 28, 1 << 28, vc.USER, 0)], [fd]) == 1
        served(other)
        resource.prlimit(nic.proc.pid, resource.RLIMIT_AS, limits)
        assert guest.mem_table() == 0
    os.close(fd)
    nic.says("Cannot allocate memory")


# Floods


def test_flood_of_descriptors(nic, other):
    """A message closes what it does not use, and the NIC does not run out."""
    fds = nic.fds()
    read, write = os.pipe()
    for _ in range(20):
        with nic.guest(setup=False) as guest, contextlib.suppress(Gone, OSError):
            for _ in range(20):
                guest.send_raw(b"\1\0\0\0", [write] * 253)
        served(other)
    for _ in range(200):
        with nic.guest(setup=False) as guest, contextlib.suppress(Gone, OSError):
            guest.send(vc.SET_VRING_CALL, struct.pack("<Q", 0), [write])
            guest.send(vc.SET_VRING_ERR, struct.pack("<Q", 0), [write])
    os.close(read)
    os.close(write)
    wait_for(lambda: nic.fds() <= fds)


def test_no_descriptors(nic, other):
    """A guest has to wait when the process has no descriptor left; the others do not."""
    limits = resource.prlimit(nic.proc.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(nic.proc.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as waiting:
        waiting.connect(nic.paths[0])
        nic.says("a guest has to wait: Too many open files")
        served(other, 0.2)
        resource.prlimit(nic.proc.pid, resource.RLIMIT_NOFILE, limits)
    with nic.guest() as guest:
        assert guest.cfg(0) == 0x10F51AF4


def test_log_that_nobody_reads(tmp_path):
    """A guest can provoke messages; whoever reads them may be slow."""
    read, write = os.pipe()
    fill(write)
    with started(tmp_path, stderr=write) as nic, nic.guest() as guest, nic.guest(1) as other:
        other.master()
        assert guest.command(9, 0, 4, b"\0" * 8) == b""
        served(other, 0.2)
        # the line has waited
        text = b""
        while b"PCI command of the guest ignored" not in text:
            assert select.select([read], [], [], PATIENCE)[0]
            text = os.read(read, 1 << 16)
    assert nic.counters[0]["blocked_us"] < BLOCKED_US
    os.close(read)
    os.close(write)


def test_flood_of_connections(nic, other):
    with nic.guest() as guest:
        fds = nic.fds()
        for _ in range(300):
            with contextlib.closing(socket.socket(socket.AF_UNIX)) as more:
                more.connect(nic.paths[0])
        served(other, 0.2)
        assert guest.cfg(0) == 0x10F51AF4
        wait_for(lambda: nic.fds() <= fds)
