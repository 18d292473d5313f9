# SPDX-License-Identifier: GPL-2.0-only
"""A FUSE file system with one file, whose daemon is silent after open().

What a process does with the file waits until answer(). Needs the right to mount.
"""

import contextlib
import ctypes
import errno
import os
import select
import stat
import struct
import threading

import pytest

LOOKUP, FORGET, GETATTR, OPEN, STATFS, RELEASE = 1, 2, 3, 14, 17, 18
FLUSH, INIT, INTERRUPT, BATCH_FORGET = 25, 26, 36, 42
IN_HEADER = struct.Struct("<IIQQIIII")
SIZE = 1 << 20
MNT_DETACH = 2
libc = ctypes.CDLL(None, use_errno=True)


def attr(ino):
    mode = stat.S_IFDIR | 0o755 if ino == 1 else stat.S_IFREG | 0o666
    return struct.pack("<QQQQQQIIIIIIIIII", ino, SIZE, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0,
                       4096, 0)


class Daemon(threading.Thread):
    """The daemon, in this process; it can always be ended."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = str(path)
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        self.silent = False
        self.waiting = []
        self.lock = threading.Lock()
        self.end, self.end_in = os.pipe()

    def mount(self):
        options = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other"
        if libc.mount(b"silent", self.path.encode(), b"fuse", 0, options.encode()):
            raise OSError(ctypes.get_errno(), "mount")

    def reply(self, unique, data=b"", error=0):
        with contextlib.suppress(OSError):
            os.write(self.fd, struct.pack("<IiQ", 16 + len(data), -error, unique) + data)

    def serve(self, op, unique, node):
        if op == INIT:
            self.reply(unique, struct.pack("<IIIIHHIIHHI28x", 7, 31, 0, 0, 16, 12, 4096, 1, 1, 0, 0))
        elif op == LOOKUP:
            self.reply(unique, struct.pack("<QQQQII", 2, 0, 0, 0, 0, 0) + attr(2))
        elif op == GETATTR:
            self.reply(unique, struct.pack("<QII", 0, 0, 0) + attr(node))
        elif op == OPEN:
            self.reply(unique, struct.pack("<QII", 1, 0, 0))
        elif op == STATFS:
            self.reply(unique, b"\0" * 80)
        elif op in (FLUSH, RELEASE):
            self.reply(unique)
        elif op not in (FORGET, INTERRUPT, BATCH_FORGET):  # these have no answer
            self.reply(unique, error=errno.ENOSYS)

    def run(self):
        while True:
            ready = select.select([self.fd, self.end], [], [])[0]
            if self.end in ready:
                return
            try:
                data = os.read(self.fd, 1 << 17)
            except OSError as err:
                if err.errno in (errno.EINTR, errno.EAGAIN, errno.ENOENT):
                    continue
                return
            _, op, unique, node, *_ = IN_HEADER.unpack(data[: IN_HEADER.size])
            with self.lock:
                if self.silent:
                    self.waiting.append((op, unique, node))
                    continue
            self.serve(op, unique, node)

    @contextlib.contextmanager
    def opened(self):
        fd = os.open(os.path.join(self.path, "file"), os.O_RDWR)
        self.silent = True
        yield fd
        self.answer()
        os.close(fd)

    def answer(self):
        """From now on everything is answered, and what waited is too."""
        with self.lock:
            self.silent = False
            waiting, self.waiting = self.waiting, []
        for request in waiting:
            self.serve(*request)

    def stop(self):
        self.answer()
        libc.umount2(self.path.encode(), MNT_DETACH)
        os.write(self.end_in, b"\0")
        self.join()
        for fd in (self.fd, self.end, self.end_in):
            os.close(fd)


@contextlib.contextmanager
def mounted(path):
    path.mkdir()
    try:
        daemon = Daemon(path)
    except OSError as err:
        pytest.skip(f"no FUSE: {err}")
    try:
        daemon.mount()
    except OSError as err:
        pytest.skip(f"no right to mount: {err}")
    # before that there is nothing to read
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
