# SPDX-License-Identifier: GPL-2.0-only
"""Runs in a guest: random data over a link, each octet of which its receiver checks.

usage: guest_flow.py JSON, an object with
  ends     {name: [network name space, IP address]}
  tcp      list of [from, to, TID]: as fast as it goes
  udp      list of [from, to, TID, datagrams a second, octets]

Goes on until its standard input ends. Says "flowing" when each stream and each flow of
datagrams has begun to arrive. The last line of output is a list with an object for each:
what was sent, what arrived, what of it was wrong, and how long nothing came at most.
"""

import json
import random
import select
import socket
import struct
import sys
import time
import zlib

import guest_end

POOL = random.Random(1).randbytes(65521)    # a prime: wrong places do not go unnoticed
TWICE = POOL + POOL
CHUNK = 32768
PATIENCE = 30.0         # seconds for what is under way at the end
HEAD = struct.Struct("!II")
BURST = 8  # datagrams that are sent together
PORT = 7000
SO_RCVBUFFORCE = 33     # the module socket does not have it


class Flow:
    """What both kinds have: counts, and the longest time without an arrival."""

    def __init__(self, kind, source, target, tid):
        self.what = {"kind": kind, "from": source, "to": target, "tid": tid}
        self.sent = self.got = self.wrong = 0
        self.last, self.gap = time.monotonic(), 0.0

    def arrived(self):
        now = time.monotonic()
        self.gap, self.last = max(self.gap, now - self.last), now

    def report(self, **more):
        return dict(self.what, sent=self.sent, got=self.got, wrong=self.wrong,
                    gap=round(self.gap, 3), **more)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def mark(sock, tid):
    """Frames of a socket have this TID; cfg80211 takes it from their DSCP.

    Not from their priority (256 + TID): mac80211 replaces that by the TID, and looks once
    more when it makes an 802.11 frame of what was to leave as an 802.3 frame, see
    docs/driver.rst. RFC 8325 has no exception for these values.
    """
    tos = (8 * tid + 1) << 2
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)


class Stream(Flow):
    """TCP."""

    def __init__(self, ends, port, source, target, tid):
        super().__init__("tcp", source, target, tid)
        guest_end.enter(ends[target][0])
        with socket.socket(family(ends[target][1])) as listen:
            mark(listen, tid)
            listen.bind((ends[target][1], port))
            listen.listen()
            guest_end.enter(ends[source][0])
            self.out = socket.socket(family(ends[target][1]))
            mark(self.out, tid)
            self.out.connect((ends[target][1], port))
            self.into, _ = listen.accept()
        for sock in (self.out, self.into):
            sock.setblocking(False)
        self.done = False

    def send(self, _):
        at = self.sent % len(POOL)
        try:
            self.sent += self.out.send(TWICE[at:at + CHUNK])
        except BlockingIOError:
            pass

    def receive(self):
        data = self.into.recv(CHUNK)
        self.done = not data
        at = self.got % len(POOL)
        self.wrong += data != TWICE[at:at + len(data)]
        self.got += len(data)
        self.arrived()

    def finish(self):
        self.out.shutdown(socket.SHUT_WR)


class Datagrams(Flow):
    """UDP, a few at a time: each datagram has its number, and a checksum of all of it."""

    def __init__(self, ends, port, source, target, tid, rate, size):
        super().__init__("udp", source, target, tid)
        guest_end.enter(ends[target][0])
        self.into = socket.socket(family(ends[target][1]), socket.SOCK_DGRAM)
        self.into.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
        self.into.bind((ends[target][1], port))
        guest_end.enter(ends[source][0])
        self.out = socket.socket(family(ends[target][1]), socket.SOCK_DGRAM)
        mark(self.out, tid)
        self.out.connect((ends[target][1], port))
        for sock in (self.out, self.into):
            sock.setblocking(False)
        self.size, self.pause, self.due = size - HEAD.size, 1 / rate, time.monotonic()
        self.newest, self.backwards, self.done = 0, 0, False

    def send(self, now):
        self.due = max(self.due, now - 0.1)
        while self.due <= now:
            self.due += self.pause * BURST
            for _ in range(BURST):
                if not self.send_one():
                    return

    def send_one(self):
        at = self.sent * 7919 % len(POOL)
        body = TWICE[at:at + self.size]
        number = self.sent + 1
        try:
            self.out.send(HEAD.pack(number, zlib.crc32(body, number)) + body)
        except OSError:
            return False
        self.sent += 1
        return True

    def receive(self):
        try:
            while True:
                self.take(self.into.recv(4096))
        except BlockingIOError:
            pass

    def take(self, data):
        number, crc = HEAD.unpack_from(data)
        self.wrong += len(data) != self.size + HEAD.size or crc != zlib.crc32(data[HEAD.size:], number)
        self.backwards += number <= self.newest
        self.newest = max(self.newest, number)
        self.got += 1
        self.arrived()

    def finish(self):
        self.done = True

    def report(self):
        return super().report(backwards=self.backwards)


def turn(flows, sending):
    """Waits a little; receives what came, and sends what can be sent."""
    readers = {flow.into: flow for flow in flows if not flow.done or isinstance(flow, Datagrams)}
    writers = {flow.out: flow for flow in flows if isinstance(flow, Stream)} if sending else {}
    ready, room, _ = select.select(list(readers) + [sys.stdin] * sending, writers, [], 0.002)
    for sock in ready:
        if sock is not sys.stdin:
            readers[sock].receive()
    for sock in room:
        writers[sock].send(None)
    for flow in flows if sending else ():
        if isinstance(flow, Datagrams):
            flow.send(time.monotonic())
    return sys.stdin in ready


def main():
    asked = json.loads(sys.argv[1])
    flows = [Stream(asked["ends"], PORT + i, *what) for i, what in enumerate(asked["tcp"])]
    flows += [Datagrams(asked["ends"], PORT + i, *what) for i, what in enumerate(asked["udp"])]
    said = False
    while not turn(flows, True):
        if not said and all(flow.got > (CHUNK if isinstance(flow, Stream) else 0)
                            for flow in flows):
            said = True
            print("flowing", flush=True)
    for flow in flows:
        flow.finish()
    end = time.monotonic() + PATIENCE
    while not all(flow.done for flow in flows) and time.monotonic() < end:
        turn(flows, False)
    while time.monotonic() < max(flow.last for flow in flows) + 0.5:
        turn(flows, False)      # datagrams may still be on their way
    for flow in flows:
        if isinstance(flow, Stream) and not flow.done:
            flow.arrived()
    print(json.dumps([flow.report() for flow in flows]), flush=True)


main()
