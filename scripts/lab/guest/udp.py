#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""UDP as fast as it is delivered: one end of a measurement, see docs/performance.rst.

    udp.py receive PORT
    udp.py send ADDRESS PORT OCTETS SECONDS     prints a line of JSON

Without a limit a sender on the guest's only processor starves the receiver, and most
frames are lost in its socket. So at most WINDOW frames are under way: each batch has the
number of frames that were sent before it, and the receiver answers how far it has come.
Lost frames are not sent again; they leave the window as soon as a later batch has come, or
after a timeout. A question, which is shorter than a frame, ends the measurement: its answer
has the number of frames that were received.

A system call under User-Mode Linux takes some microseconds; a batch takes one at each end.
"""

import ctypes
import json
import os
import socket
import struct
import sys
import time

BATCH = 64
WINDOW = 16 * BATCH
TIMEOUT_US = 100000
BUFFER = 16 << 20
MSG_WAITFORONE = 0x10000
HEAD = struct.Struct("=QQ")  # of a frame: sent before its batch, and its batch's frames
ANSWER = struct.Struct("=QQQ")  # received; sent up to the end of the last batch; questions
QUESTION = b"?"

libc = ctypes.CDLL(None, use_errno=True)


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Msghdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint32),
                ("iov", ctypes.POINTER(Iovec)), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t),
                ("flags", ctypes.c_int)]


class Mmsghdr(ctypes.Structure):
    _fields_ = [("header", Msghdr), ("length", ctypes.c_uint)]


class Batch:
    """BATCH messages that share one buffer: all that is sent, or nobody reads it."""

    def __init__(self, octets):
        self.buffer = ctypes.create_string_buffer(octets)
        self.iov = Iovec(ctypes.addressof(self.buffer), octets)
        self.messages = (Mmsghdr * BATCH)()
        for one in self.messages:
            one.header.iov = ctypes.pointer(self.iov)
            one.header.iovlen = 1

    def send(self, fd, count):
        """How many were sent."""
        return self.check(libc.sendmmsg(fd, self.messages, count, 0))

    def receive(self, fd):
        """Waits for one, and takes as many as there are; the last one is in the buffer."""
        return self.check(libc.recvmmsg(fd, self.messages, BATCH, MSG_WAITFORONE, None))

    @staticmethod
    def check(result):
        if result < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return result


def udp_socket():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option in (32, 33):  # SO_SNDBUFFORCE, SO_RCVBUFFORCE
        sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    return sock


def receive(port):
    sock = udp_socket()
    sock.bind(("0.0.0.0", port))
    print("ready", flush=True)
    # the first question says whom to answer
    _, peer = sock.recvfrom(64)
    sock.connect(peer)
    batch, received, upto, questions = Batch(65536), 0, 0, 1
    sock.send(ANSWER.pack(received, upto, questions))
    while True:
        count = batch.receive(sock.fileno())
        if batch.messages[count - 1].length < HEAD.size:
            questions += 1
            received += count - 1
        else:
            received += count
            before, frames = HEAD.unpack_from(batch.buffer)
            if before + frames <= upto:
                continue
            upto = before + frames
        sock.send(ANSWER.pack(received, upto, questions))


class Sender:
    def __init__(self, address, port, octets):
        self.sock = udp_socket()
        self.sock.connect((address, port))
        # not settimeout(): with that, Python waits even for what shall not wait
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                             struct.pack("ll", 0, TIMEOUT_US))
        self.batch = Batch(max(octets, HEAD.size))
        self.sent = self.received = self.upto = self.answered = 0

    def heard(self, answer):
        self.received, self.upto, self.answered = ANSWER.unpack(answer)

    def ask(self):
        """Waits for the answer to a question, which comes behind all that was sent before."""
        before = self.answered
        for _ in range(50):
            self.sock.send(QUESTION)
            try:
                while self.answered == before:
                    self.heard(self.sock.recv(64))
                return
            except BlockingIOError:
                pass
        sys.exit("udp.py: no answer")

    def listen(self):
        """Takes the answers that are there; waits for one if the window is full."""
        full = False
        try:
            while True:
                full = self.sent - self.upto > WINDOW - BATCH
                self.heard(self.sock.recv(64, 0 if full else socket.MSG_DONTWAIT))
        except BlockingIOError:
            if full:
                self.upto = self.sent  # what was under way is lost

    def run(self, seconds):
        self.ask()
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            HEAD.pack_into(self.batch.buffer, 0, self.sent, BATCH)
            self.sent += self.batch.send(self.sock.fileno(), BATCH)
            self.listen()
        self.ask()
        return {"sent": self.sent, "received": self.received,
                "seconds": time.monotonic() - begin}


def main():
    if sys.argv[1] == "receive":
        receive(int(sys.argv[2]))
        return
    sender = Sender(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    print(json.dumps(sender.run(float(sys.argv[5]))))


if __name__ == "__main__":
    main()
