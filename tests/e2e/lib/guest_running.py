# SPDX-License-Identifier: GPL-2.0-only
"""Runs in a guest: operations of a running driver, whose nth allocation fails.

usage: guest_running.py JSON, an object with
  ends         {"ap": {"netns", "mac", "interface", "phy"}, "sta", "third": the same};
               ap and sta are linked, third does nothing
  first, step  which allocations of each operation

The line of output is an object: of each operation the first allocation that it
does not have, and how often each errno came ({"errno": times}).
"""

import collections
import errno
import fcntl
import json
import socket
import struct
import sys
import time

from guest_end import enter
from guest_fail import failing
from guest_keys import CCMP, Nl80211, attr, octets

SET_WIPHY, SET_INTERFACE, NEW_INTERFACE, DEL_INTERFACE, NEW_KEY, DEL_KEY = 2, 6, 7, 8, 11, 12
GET_STATION, NEW_STATION, DEL_STATION, SCAN, JOIN_IBSS, LEAVE_IBSS = 17, 19, 20, 33, 43, 44
CONNECT, DISCONNECT, REMAIN_ON_CHANNEL, SET_CHANNEL, ABORT_SCAN = 46, 48, 55, 65, 114
WIPHY, IFINDEX, IFNAME, TYPE, MAC, FREQ, FREQS, SSIDS, SSID = 1, 3, 4, 5, 6, 38, 44, 45, 52
AUTH_TYPE, FREQ_FIXED, RTS, DURATION, POWER_SETTING, POWER = 53, 60, 64, 87, 97, 98
AID, LISTEN_INTERVAL, RATES, FLAGS2, AUTHORIZED = 16, 18, 19, 67, 2
KEY_DATA, KEY_IDX, KEY_CIPHER, KEY_TYPE = 7, 8, 9, 55
ADHOC, STATION, MONITOR = 1, 2, 6
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
EXTRA = "extra0"


class End:
    """An interface."""

    def __init__(self, netns, mac, interface, phy):
        enter(netns)
        self.link, self.ioctl = Nl80211(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # an acknowledgement that does not come is a fault of its own
        self.link.sock.settimeout(10)
        self.name, self.phy = interface.encode(), attr(WIPHY, phy)
        self.index = socket.if_nametoindex(interface)
        self.bss = attr(MAC, octets(mac))

    def ask(self, command, *attrs):
        self.link.request(command, attr(IFINDEX, self.index) + b"".join(attrs))

    def of_phy(self, command, *attrs):
        self.link.request(command, self.phy + b"".join(attrs))

    def quietly(self, command, *attrs):
        """Undoes something that may not be there."""
        try:
            self.ask(command, *attrs)
        except OSError as err:
            assert not isinstance(err, TimeoutError), command

    def up(self, up=True):
        get = struct.pack("16s24x", self.name)
        flags, = struct.unpack("16xH22x", fcntl.ioctl(self.ioctl, SIOCGIFFLAGS, get))
        flags = flags | IFF_UP if up else flags & ~IFF_UP
        fcntl.ioctl(self.ioctl, SIOCSIFFLAGS, struct.pack("16sH22x", self.name, flags))

    def down(self):
        self.up(False)

    def change(self, kind):
        self.down()
        self.ask(SET_INTERFACE, attr(TYPE, kind))
        self.up()

    def scan(self):
        """When another scan can be started, the last one has ended."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                self.ask(SCAN, SCANNED)
                return
            except OSError as err:
                if err.errno != errno.EBUSY:
                    raise
            time.sleep(0.01)
        raise TimeoutError("a scan does not end")


SCANNED = attr(FREQS, attr(0, 5180)) + attr(SSIDS, attr(0, b"skua"))
PEER = attr(MAC, bytes.fromhex("02c0ffee0001"))
PEER_IS = [PEER, attr(AID, struct.pack("<H", 77)), attr(LISTEN_INTERVAL, struct.pack("<H", 1)),
           attr(RATES, b"\x0c\x18\x30"), attr(FLAGS2, struct.pack("<II", AUTHORIZED, AUTHORIZED))]
MATERIAL = attr(KEY_DATA, bytes(range(16))) + attr(KEY_CIPHER, CCMP)
PAIRWISE = attr(KEY_IDX, bytes(1)) + attr(KEY_TYPE, 1) + PEER
GROUP = attr(KEY_IDX, bytes((3,))) + attr(KEY_TYPE, 0)


def operations(ap, sta, third):
    """name: (preparation, the operation, the undo of both)"""
    def nothing():
        pass

    def extra():
        third.of_phy(NEW_INTERFACE, attr(IFNAME, EXTRA.encode() + b"\0"), attr(TYPE, STATION))

    def remove_extra():
        third.link.request(DEL_INTERFACE, attr(IFINDEX, socket.if_nametoindex(EXTRA)))

    def no_extra():
        if EXTRA in [name for _, name in socket.if_nameindex()]:
            remove_extra()

    def associate():
        third.ask(CONNECT, attr(SSID, b"skua"), attr(FREQ, 5180), ap.bss, attr(AUTH_TYPE, 0))

    def apart():
        third.quietly(DISCONNECT)
        third.down()

    def station():
        ap.ask(NEW_STATION, *PEER_IS)

    def keyed():
        station()
        ap.ask(NEW_KEY, MATERIAL, PAIRWISE)

    def no_station():
        ap.quietly(DEL_STATION, PEER)

    def lonely():
        third.ask(JOIN_IBSS, attr(SSID, b"lonely"), attr(FREQ, 2462), attr(FREQ_FIXED, b""))

    def not_lonely():
        third.quietly(LEAVE_IBSS)
        third.change(STATION)
        third.down()

    return {
        "up": (nothing, third.up, third.down),
        "down": (third.up, third.down, third.down),
        "new interface": (nothing, extra, no_extra),
        "delete interface": (extra, remove_extra, no_extra),
        "become a monitor": (nothing, lambda: third.change(MONITOR), not_lonely),
        "channel of a monitor": (lambda: third.change(MONITOR),
                                 lambda: third.ask(SET_CHANNEL, attr(FREQ, 2437)), not_lonely),
        "scan": (third.up, lambda: third.ask(SCAN, SCANNED), third.down),
        "remain on channel": (third.up, lambda: third.ask(
            REMAIN_ON_CHANNEL, attr(FREQ, 2412), attr(DURATION, 10)), third.down),
        "join ibss": (lambda: third.change(ADHOC), lonely, not_lonely),
        "leave ibss": (lambda: (third.change(ADHOC), lonely()),
                       lambda: third.ask(LEAVE_IBSS), not_lonely),
        "connect": (third.up, associate, apart),
        "disconnect": (lambda: (third.up(), associate()), lambda: third.ask(DISCONNECT), apart),
        "RTS threshold": (nothing, lambda: third.of_phy(SET_WIPHY, attr(RTS, 500)),
                          lambda: third.of_phy(SET_WIPHY, attr(RTS, 0xffffffff))),
        "power": (third.up, lambda: third.ask(SET_WIPHY, attr(POWER_SETTING, 1), attr(POWER, 1000)),
                  lambda: (third.ask(SET_WIPHY, attr(POWER_SETTING, 0)), third.down())),
        "scan beside a link": (nothing, lambda: sta.ask(SCAN, SCANNED),
                               lambda: sta.quietly(ABORT_SCAN)),
        "ask of a station": (nothing, lambda: sta.ask(GET_STATION, ap.bss), nothing),
        "new station": (nothing, station, no_station),
        "delete station": (keyed, lambda: ap.ask(DEL_STATION, PEER), no_station),
        "pairwise key": (station, lambda: ap.ask(NEW_KEY, MATERIAL, PAIRWISE), no_station),
        "new pairwise key": (keyed, lambda: ap.ask(NEW_KEY, MATERIAL, PAIRWISE), no_station),
        "delete pairwise key": (keyed, lambda: ap.ask(DEL_KEY, PAIRWISE), no_station),
        "group key": (nothing, lambda: sta.ask(NEW_KEY, MATERIAL, GROUP),
                      lambda: sta.quietly(DEL_KEY, GROUP)),
    }


def failures(name, before, operation, undo, first, step):
    """See above."""
    n, seen = first, collections.Counter()
    while True:
        before()
        error, hit = failing(n, operation)
        undo()
        assert error != errno.EAGAIN, f"{name}: no acknowledgement, allocation {n}"
        if error == errno.EBUSY:
            continue    # the operation that was undone has not ended yet
        if not hit:
            assert not error, f"{name}: errno {error} without a fault"
            return n, seen
        seen[error] += 1
        n += step


def main():
    what = json.loads(sys.argv[1])
    ap, sta, third = (End(**what["ends"][name]) for name in ("ap", "sta", "third"))
    # the name space of now is the last one's
    third.up()
    # the second begins when the first has found the access point
    third.scan()
    third.scan()
    third.down()
    print(json.dumps({name: failures(name, *ways, what["first"], what["step"])
                      for name, ways in operations(ap, sta, third).items()}))


if __name__ == "__main__":
    main()
