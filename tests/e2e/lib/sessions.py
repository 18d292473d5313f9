# SPDX-License-Identifier: GPL-2.0-only
"""Block Ack sessions: their state by mac80211, data over them, and a judge of the air."""

import collections
import json
import re

import bench
import faults
from bench import AP, STA
from skuavm import wait_until

FILES = "stations/*/agg_status"
ADDRESS = {"ap": AP, "sta": STA}


# mac80211's view


def files(end):
    return f"{end.debugfs}/netdev*/{FILES}"


def order(ends, word, tids=(0,)):
    """Begins or ends ("start", "stop") the transmit sessions of ends of one guest."""
    if tids:
        every = " ".join(map(files, ends))
        ends[0].vm.run("; ".join(f"for f in {every}; do echo tx {word} {tid} >$f; done"
                                 for tid in tids))


def running(end):
    """The TIDs of an end that have sessions: (receive, transmit)"""
    rows = [row.split() for row in end.vm.run(f"cat {files(end)}").stdout.splitlines()]
    rows = [row for row in rows if row and row[0].isdigit()]
    return tuple({int(row[0]) for row in rows if row[column] == "1"} for column in (1, 4))


def there(ends, tids=(0,)):
    """Whether all sessions run, in both directions."""
    return all(set(tids) <= half for end in ends for half in running(end))


def await_sessions(ends, tids=(0,)):
    """Waits for sessions that the firmware asks for."""
    wait_until("the sessions", 20, lambda: there(ends, tids))


def begin(ends, tids=(0,)):
    """Asks for sessions of TIDs that may have little traffic."""
    def asked():
        for end in ends:
            order([end], "start", set(tids) - running(end)[1])
        return there(ends, tids)
    wait_until("the sessions", 20, asked)


def counts(end):
    """Counters of the NIC's engines; differences of two are what a test has caused."""
    return collections.Counter({name: value for name, value in end.engines().items()
                                if isinstance(value, int)})


# data


class Load:
    """guest_flow.py between two ends, both ways."""

    def __init__(self, here, tids=(0,), tcp=True, udp=200, address=None):
        address = address or ADDRESS
        one, other = address
        ways = [(a, b, tid) for tid in tids for a, b in ((one, other), (other, one))]
        ask = {"ends": {name: [here.ends[name].netns, address[name]] for name in address},
               "tcp": ways if tcp else [],
               "udp": [(*way, udp, 1000) for way in ways] if udp else []}
        vm = here.ends["sta"].vm
        self.process = here.ends["sta"].popen(
            faults.guest_program(vm, "guest_flow.py") + [json.dumps(ask)])

    def flowing(self):
        self.process.wait_for("^flowing", 20)
        return self

    def end(self, gap, lossless=False):
        """Ends it; all that arrived is right, and nothing lasted longer than `gap` seconds."""
        self.process.write(None)
        status = self.process.wait(60)
        assert status == 0, self.process.output
        reports = json.loads(self.process.output.splitlines()[-1])
        for flow in reports:
            assert flow["got"] and not flow["wrong"] and not flow.get("backwards"), flow
            assert flow["gap"] <= gap * bench.SLOWNESS, flow
            if flow["kind"] == "tcp" or lossless:
                assert flow["got"] == flow["sent"], flow
        return reports


def nothing_left(here):
    """No frame and no airtime stays behind when the traffic has ended."""
    for name in ADDRESS:
        end = here.ends[name]
        wait_until(f"{name}: empty queues", 10, lambda: end.engines()["tx_queued"] == 0)
        wait_until(f"{name}: no frames in the NIC", 10, lambda: "frames_in_nic 0\n" in
                   end.vm.get(f"{end.debugfs}/skua/rings").decode())
        wait_until(f"{name}: no airtime pending", 10, lambda: not pending(end))
        assert end.engines()["rx_ba_held"] == 0


def pending(end):
    """Airtime that mac80211 has lent to frames, by the files of the stations and of the phy."""
    text = end.vm.run(f"cat {end.debugfs}/aql_pending {end.debugfs}/netdev:*/stations/*/aql").stdout
    rows = [row for row in text.splitlines() if "us" in row and "limit" not in row.lower()]
    assert rows, text
    return [row for row in rows if any(word not in ("0", "0us") for word in row.split()
                                       if word[0].isdigit())]


def tx_duration(end):
    """Microseconds of airtime to the only station, as mac80211 was told of them."""
    return int(re.search(r"tx duration:\s+(\d+) us", end.iw("station", "dump"))[1])


# The air


FIELDS = ["frame.number", "wlan.fc.type_subtype", "wlan.ta", "wlan.ra", "wlan.seq",
          "wlan.qos.tid", "wlan.fc.retry", "radiotap.ampdu.reference",
          "radiotap.ampdu.flags.last", "wlan.ba.control", "wlan.fixed.ssc.sequence",
          "wlan.ba.bm", "wlan.fixed.action_code", "wlan.fixed.baparams.buffersize",
          "wlan.fixed.baparams.tid", "wlan.fixed.status_code", "wlan.wep.key"]
DATA, BAR, BA, ACK, ACTION = "0x0028", "0x0018", "0x0019", "0x001d", "0x000d"
ADDBA_RESPONSE, DELBA = "0x01", "0x02"
COMPRESSED = 2


def ahead(a, b):
    """By how much a sequence number is ahead of another one; negative: behind it."""
    return (a - b + 2048) % 4096 - 2048


class Direction:
    """One direction of a TID: what was agreed, sent, and acknowledged."""

    def __init__(self, size, start):
        self.size, self.start = size, start
        self.sent, self.acked = set(), set()

    def move(self, start):
        if ahead(start, self.start) > 0:
            self.start = start

    def settle(self):
        """The window begins at the oldest number that is not acknowledged."""
        while self.start in self.acked:
            self.acked.discard(self.start)
            self.sent.discard(self.start)
            self.start = (self.start + 1) % 4096


class Judge:
    """Reads a capture by tshark: are A-MPDUs, windows and Block Acks as the standard wants them?

    Of a medium without loss: no frame is given up, and each one is acknowledged.
    """

    def __init__(self, path):
        self.faults = []
        self.lengths = collections.defaultdict(list)    # (transmitter, TID) -> MPDUs in A-MPDUs
        self.sizes = {}                                 # (transmitter, TID) -> window
        self.keys = collections.defaultdict(set)        # transmitter -> key ids in A-MPDUs
        self.ends = 0                                   # of sessions
        self.counts = collections.Counter()
        self.ways = {}
        self.ppdu, self.waits, self.wanted = [], None, {}
        self.alone = None                               # an MPDU that an ACK answers
        for row in bench.frames(path, "!(wlan.fc.type_subtype == 8)", FIELDS):
            self.frame(row)
        self.last_ppdu()

    def blame(self, row, what):
        self.faults.append(f"frame {row.frame_number}, {row.wlan_ta} to {row.wlan_ra}: {what}")

    def frame(self, row):
        kind = row.wlan_fc_type_subtype
        if self.ppdu and row.radiotap_ampdu_reference != self.ppdu[0].radiotap_ampdu_reference:
            self.last_ppdu()
        if row.radiotap_ampdu_reference:
            self.ppdu.append(row)
        if kind == ACTION and row.wlan_fixed_action_code == "0x00" and row.wlan_fixed_ssc_sequence:
            tid = int(row.wlan_fixed_baparams_tid, 0)
            self.wanted[row.wlan_ta, row.wlan_ra, tid] = int(row.wlan_fixed_ssc_sequence)
        elif kind == ACTION and row.wlan_fixed_action_code == ADDBA_RESPONSE:
            self.agreed(row)
        elif kind == ACTION and row.wlan_fixed_action_code == DELBA:
            self.ends += 1
        elif kind == DATA:
            self.data(row)
        elif kind == BAR:
            way = self.way(row, row.wlan_ta, row.wlan_ra)
            self.counts["bar"] += 1
            if way:
                way.move(int(row.wlan_fixed_ssc_sequence))
        elif kind == BA:
            self.block_ack(row)
        elif kind == ACK and self.alone and self.alone[0] == row.wlan_ra:
            _, way, number = self.alone
            way.acked.add(number)
            way.settle()
        if kind != DATA:
            self.alone = None

    def agreed(self, row):
        tid, size = int(row.wlan_fixed_baparams_tid, 0), int(row.wlan_fixed_baparams_buffersize)
        start = self.wanted.get((row.wlan_ra, row.wlan_ta, tid))
        if start is None or int(row.wlan_fixed_status_code or "0", 0):
            return
        self.ways[row.wlan_ra, row.wlan_ta, tid] = Direction(size, start)
        self.sizes[row.wlan_ra, tid] = size

    def way(self, row, ta, ra):
        return self.ways.get((ta, ra, int(row.wlan_ba_control, 0) >> 12))

    def data(self, row):
        way = self.ways.get((row.wlan_ta, row.wlan_ra, int(row.wlan_qos_tid or "0")))
        if not way:
            if row.radiotap_ampdu_reference:
                self.blame(row, "aggregated without a session")
            return
        sn = int(row.wlan_seq)
        if ahead(sn, way.start) >= way.size:
            self.blame(row, f"number {sn} is outside the window {way.start} + {way.size}")
        way.sent.add(sn)
        self.alone = None if row.radiotap_ampdu_reference else (row.wlan_ta, way, sn)
        self.counts["retries"] += row.wlan_fc_retry == "1"

    def last_ppdu(self):
        """Each A-MPDU has MPDUs of one TID in order, and the last one says that it is it."""
        rows, self.ppdu = self.ppdu, []
        if not rows:
            return
        self.counts["ampdus"] += 1
        first = rows[0]
        last = [row.radiotap_ampdu_flags_last == "1" for row in rows]
        if last != [False] * (len(rows) - 1) + [True]:
            self.blame(first, f"marks of the last MPDU: {last}")
        if len({(row.wlan_ta, row.wlan_ra, row.wlan_qos_tid) for row in rows}) > 1:
            self.blame(first, "an A-MPDU of several TIDs or addresses")
            return
        if first.wlan_fc_type_subtype != DATA:
            return
        numbers = [int(row.wlan_seq) for row in rows]
        if any(ahead(b, a) <= 0 for a, b in zip(numbers, numbers[1:])):
            self.blame(first, f"numbers out of order: {numbers}")
        key = first.wlan_ta, int(first.wlan_qos_tid)
        self.lengths[key].append(len(rows))
        if len(rows) > self.sizes.get(key, 0):
            self.blame(first, f"{len(rows)} MPDUs for a window of {self.sizes.get(key)}")
        key_ids = {row.wlan_wep_key for row in rows}
        self.keys[first.wlan_ta] |= key_ids
        if len(key_ids) > 1:
            self.blame(first, f"an A-MPDU with the key ids {sorted(key_ids)}")
        self.waits = first, numbers

    def block_ack(self, row):
        """It is compressed, long enough for the window, and names only what was sent."""
        self.counts["block_acks"] += 1
        way, bitmap = self.way(row, row.wlan_ra, row.wlan_ta), bytes.fromhex(row.wlan_ba_bm)
        if int(row.wlan_ba_control, 0) >> 1 & 15 != COMPRESSED or len(bitmap) not in (8, 32):
            self.blame(row, f"Block Ack control {row.wlan_ba_control}, {len(bitmap)} octets")
        if not way:
            self.blame(row, "a Block Ack without a session")
            return
        if way.size > 8 * len(bitmap):
            self.blame(row, f"a bitmap of {len(bitmap)} octets for a window of {way.size}")
        start = int(row.wlan_fixed_ssc_sequence)
        numbers = {(start + bit) % 4096 for bit in range(8 * len(bitmap))
                   if bitmap[bit // 8] >> bit % 8 & 1}
        for number in numbers:
            if number not in way.sent and ahead(number, way.start) >= 0:
                self.blame(row, f"{number} was never sent")
        self.answers(row, numbers)
        way.acked |= {number for number in numbers if ahead(number, way.start) >= 0}
        way.settle()

    def answers(self, row, numbers):
        waits, self.waits = self.waits, None
        if not waits or waits[0].wlan_ra != row.wlan_ta:
            return
        missing = [number for number in waits[1] if number not in numbers]
        self.counts["answered"] += 1
        if missing:
            self.blame(row, f"{missing} are not acknowledged")

    def verdict(self):
        assert not self.faults, "\n".join([f"{len(self.faults)} faults:", *self.faults[:10]])
        return dict(self.counts)


def steps(path, mac):
    """By how much each new number of a TID is ahead of the one before, of one transmitter."""
    newest, found = {}, []
    for row in bench.frames(path, f"wlan.fc.type_subtype == {DATA} && wlan.ta == {mac}"
                            " && wlan.fc.retry == 0", ["wlan.ra", "wlan.qos.tid", "wlan.seq"]):
        way, number = (row.wlan_ra, row.wlan_qos_tid), int(row.wlan_seq)
        if way in newest:
            found.append(ahead(number, newest[way]))
        newest[way] = number
    return found
