# SPDX-License-Identifier: GPL-2.0-only
"""A third NIC that sends frames in a station's name, on a monitor interface."""

from faults import guest_program

RADIOTAP = "0000080000000000"   # without fields


class Voice:
    """Sends frames for a station, by a monitor interface."""

    def __init__(self, end, station, ap, freq):
        self.end = end
        self.station, self.ap = (mac.replace(":", "") for mac in (station, ap))
        end.run(["ip", "link", "set", end.interface, "down"], check=True)
        end.iw("set", "type", "monitor")
        end.up()
        end.iw("set", "freq", str(freq))

    def say(self, frame):
        self.end.run([*guest_program(self.end.vm, "guest_inject.py"), self.end.interface],
                     stdin=RADIOTAP + frame, check=True)

    def null(self, doze):
        """Null data to the access point, with the power management bit or without."""
        self.say(("4811" if doze else "4801") + "0000" + self.ap + self.station + self.ap + "0000")

    def poll(self, aid):
        low, high = aid & 0xff, aid >> 8 | 0xc0
        self.say(f"a400{low:02x}{high:02x}" + self.ap + self.station)
