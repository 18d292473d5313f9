# SPDX-License-Identifier: GPL-2.0-only
"""A FUSE file system whose daemon falls silent. Each name in it is a file that exists.

What a process does with the files then waits until answer(). Needs the right to mount.
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

LOOKUP, FORGET, GETATTR, SETATTR = 1, 2, 3, 4
OPEN, READ, WRITE, STATFS, RELEASE = 14, 15, 16, 17, 18
FLUSH, INIT, INTERRUPT, BATCH_FORGET = 25, 26, 36, 42
IN_HEADER = struct.Struct("<IIQQIIII")
OUT_HEADER = struct.Struct("<IiQ")
RANGE = struct.Struct("<QQI")  # of READ and WRITE: handle, offset, octets
WRITE_HEADER = 40
SETATTR_SIZE = struct.Struct("<I12xQ")  # valid, size
FATTR_SIZE = 1 << 3
MAX_WRITE = 1 << 17
SIZE = 1 << 20
MNT_DETACH = 2
ALL = None
libc = ctypes.CDLL(None, use_errno=True)


def attr(ino, size):
    mode = stat.S_IFDIR | 0o755 if ino == 1 else stat.S_IFREG | 0o666
    return struct.pack("<QQQQQQIIIIIIIIII", ino, size, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0,
                       4096, 0)


class Daemon(threading.Thread):
    """The daemon, in this process; it can always be ended."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = str(path)
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        self.files = {"file": bytearray(SIZE)}
        self.silent = ()
        self.waiting = []
        self.lock = threading.Lock()
        self.end, self.end_in = os.pipe()

    def mount(self):
        options = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other"
        if libc.mount(b"silent", self.path.encode(), b"fuse", 0, options.encode()):
            raise OSError(ctypes.get_errno(), "mount")

    def reply(self, unique, data=b"", error=0):
        with contextlib.suppress(OSError):
            os.write(self.fd, OUT_HEADER.pack(16 + len(data), -error, unique) + data)

    def content(self, node):
        return b"" if node == 1 else list(self.files.values())[node - 2]

    def look_up(self, unique, name):
        self.files.setdefault(name, bytearray())
        node = 2 + list(self.files).index(name)
        self.reply(unique, struct.pack("<QQQQII", node, 0, 0, 0, 0, 0) +
                   attr(node, len(self.files[name])))

    def serve_data(self, op, unique, node, body):
        """READ, WRITE, SETATTR; of the last only a change of the size is one"""
        _, at, length = RANGE.unpack_from(body)
        data = self.content(node)
        if op == READ:
            self.reply(unique, bytes(data[at : at + length]))
        elif op == WRITE:
            data[at : at + length] = body[WRITE_HEADER : WRITE_HEADER + length]
            self.reply(unique, struct.pack("<II", length, 0))
        else:
            valid, size = SETATTR_SIZE.unpack_from(body)
            if valid & FATTR_SIZE:
                data[:] = data[:size].ljust(size, b"\0")
            self.reply(unique, struct.pack("<QII", 0, 0, 0) + attr(node, len(data)))

    def serve(self, op, unique, node, body):
        if op == INIT:
            self.reply(unique, struct.pack("<IIIIHHIIHHI28x", 7, 31, 0, 0, 16, 12, MAX_WRITE, 1, 1,
                                           0, 0))
        elif op == LOOKUP:
            self.look_up(unique, body.split(b"\0", 1)[0].decode())
        elif op == GETATTR:
            self.reply(unique, struct.pack("<QII", 0, 0, 0) + attr(node, len(self.content(node))))
        elif op in (READ, WRITE, SETATTR):
            self.serve_data(op, unique, node, body)
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
                data = os.read(self.fd, MAX_WRITE + 4096)
            except OSError as err:
                if err.errno in (errno.EINTR, errno.EAGAIN, errno.ENOENT):
                    continue
                return
            _, op, unique, node, *_ = IN_HEADER.unpack(data[: IN_HEADER.size])
            request = op, unique, node, data[IN_HEADER.size :]
            with self.lock:
                if self.silent is ALL or op in self.silent:
                    self.waiting.append(request)
                    continue
            self.serve(*request)

    def file(self, name="file"):
        return os.path.join(self.path, name)

    def hush(self, *ops):
        """From now on requests of these kinds get no answer."""
        self.silent = ops

    @contextlib.contextmanager
    def opened(self):
        fd = os.open(self.file(), os.O_RDWR)
        self.silent = ALL
        yield fd
        self.answer()
        os.close(fd)

    def answer(self):
        """From now on everything is answered, and what waited is too."""
        with self.lock:
            self.silent = ()
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
