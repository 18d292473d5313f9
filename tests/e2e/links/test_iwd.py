# SPDX-License-Identifier: GPL-2.0-only
"""iwd, the other Wi-Fi daemon: as a station of hostapd's, and as an access point."""

import re

import pytest

from bench import AP, STA, THIRD
from skuavm import wait_until

PASSPHRASE = "[Security]\nPassphrase=open sesame\n"

# The network's name and kind are the name of the file.
NETWORKS = {"open": ("skua.open", ""), "wpa2": ("skua.psk", PASSPHRASE),
            "wpa3": ("skua.psk", PASSPHRASE)}

# iwd's file of the channels on which it has seen networks: it scans those first, and
# does not wait for the many channels where it may only listen.
SEEN = """[d3f0653c-7cb6-5465-a7ab-564492318450]
name={path}
list={freqs}
"""

# iwd would else replace the interfaces that it finds by its own; the option that
# forbids this has a second name in later versions
CONFIG = """[General]
UseDefaultInterface=true
[DriverQuirks]
DefaultInterface=*
"""

# a message bus on which root may do everything
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
<listen>{address}</listen>
<auth>EXTERNAL</auth>
<policy context="default">
<allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
</policy>
</busconfig>
"""


class Iwd:
    """iwd in the name space of one end, with a message bus of its own and a network that it knows."""

    def __init__(self, end, network=None, freqs=(5180,)):
        self.end = end
        place = f"/run/iwd.{end.netns}"
        bus = f"unix:path={place}/bus"
        self.env = {"DBUS_SYSTEM_BUS_ADDRESS": bus, "TERM": "dumb",
                    "STATE_DIRECTORY": f"{place}/state", "CONFIGURATION_DIRECTORY": place}
        end.run(f"rm -rf {place} && mkdir -p {place}/state", check=True)
        end.vm.put(f"{place}/bus.conf", BUS.format(address=bus))
        end.vm.put(f"{place}/main.conf", CONFIG)
        if network:
            name, text = network
            end.vm.put(f"{place}/state/{name}", text, mode=0o600)
            end.vm.put(f"{place}/state/.known_network.freq", SEEN.format(
                path=f"{place}/state//{name}", freqs=" ".join(map(str, freqs))))
        daemon = end.popen(["dbus-daemon", f"--config-file={place}/bus.conf", "--nofork",
                            "--print-address"])
        daemon.wait_for("^unix:", 20)
        self.process = end.popen(["/usr/libexec/iwd", "-d", "-E"], env=self.env)
        self.process.wait_for("Interface [0-9]+ initialized", 20)

    def ctl(self, *words):
        """Runs iwctl; returns its output, without colours."""
        result = self.end.run(["iwctl", *words], env=self.env, check=True, timeout=20)
        return re.sub(r"\x1b\[[0-9;]*m", "", result.stdout + result.stderr)

    def connect(self):
        """Has iwd connect to the known network, as it does by itself unless it is debugged."""
        self.ctl("debug", self.end.interface, "autoconnect", "on")
        self.await_link()

    def await_link(self, start=0):
        """Awaits a connection; start is the offset in iwd's log from which it counts."""
        self.process.wait_for("new state: connected$", 30, start=start)

    def bssid(self):
        """The BSSID of its access point, from iwd itself."""
        shown = self.ctl("station", self.end.interface, "show")
        found = re.search(r"ConnectedBss +(\S+)", shown)
        assert found, shown
        return found[1]


def ping_both_ways(ap, sta):
    ap.address(AP)
    sta.address(STA)
    # the station of before had another address
    sta.run(["ip", "neigh", "flush", "all"], check=True)
    sta.ping(AP, count=3)
    ap.ping(STA, count=3, size=1400)


@pytest.mark.contract("M3", "M4")
@pytest.mark.parametrize("security", list(NETWORKS))
def test_station(trio, security):
    """M3, M4: iwd finds the network that it knows and has a link."""
    ap, sta = trio.ends["ap"], trio.ends["sta"]
    control = ap.ap(security=security)
    iwd = Iwd(sta, NETWORKS[security])
    iwd.connect()
    assert iwd.bssid() == ap.mac
    flags = control.station(sta.mac)["flags"]
    assert "[AUTHORIZED]" in flags
    assert ("[MFP]" in flags) == (security == "wpa3")
    ping_both_ways(ap, sta)


@pytest.mark.contract("M3", "M4", "K1")
def test_roaming(trio):
    """M3, M4, K1: from one access point to the other and back."""
    aps, sta = [trio.ends["ap"], trio.ends["third"]], trio.ends["sta"]
    for end, channel in zip(aps, (36, 40)):
        end.ap(channel=channel)
    iwd = Iwd(sta, NETWORKS["wpa2"], (5180, 5200))
    iwd.connect()
    for _ in range(2):
        here = iwd.bssid()
        target = next(end for end in aps if end.mac != here)
        start = len(iwd.process.output)
        iwd.ctl("debug", sta.interface, "roam", target.mac)
        iwd.await_link(start)
        assert iwd.bssid() == target.mac
        for end in aps:
            end.run(["ip", "addr", "flush", "dev", end.interface], check=True)
        ping_both_ways(target, sta)


@pytest.mark.contract("V1", "M3")
def test_access_point(trio):
    """V1, M3: iwd is the access point, on a channel of its choice; two stations of two makers."""
    ap, sta, third = trio.ends["ap"], trio.ends["sta"], trio.ends["third"]
    iwd = Iwd(ap)
    iwd.ctl("device", ap.interface, "set-property", "Mode", "ap")
    wait_until("iwd's access point mode", 20, lambda: "type AP" in ap.iw("info"))
    iwd.ctl("ap", ap.interface, "start", "skua", "open sesame")
    freq = re.search(r"channel \d+ \((\d+) MHz\)", ap.iw("info"))[1]
    sta.station(freqs=[freq])
    ping_both_ways(ap, sta)
    Iwd(third, NETWORKS["wpa2"], [freq]).connect()
    third.address(THIRD)
    third.ping(STA, count=3)
