# SPDX-License-Identifier: GPL-2.0-only
"""Wi-Fi links inside a guest: hostapd, wpa_supplicant, DHCP, ping, iperf3.

For scripts/lab/demo.py and the whole-system tests. All programs are the machine's
own; this module writes their configuration and reads their output.
"""

import contextlib
import json
import re
import shlex

from skuavm import GuestError, wait_until

SSID = "skua"
PASSPHRASE = "open sesame"

# mode -> (hostapd's lines, wpa_supplicant's lines); PASS stands for the passphrase
SECURITY = {
    "open": ("", "key_mgmt=NONE\n"),
    "wpa2": (
        "wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\nwpa_passphrase=PASS\n",
        'key_mgmt=WPA-PSK\nproto=RSN\npairwise=CCMP\ngroup=CCMP\npsk="PASS"\n',
    ),
    "wpa3": (
        "wpa=2\nwpa_key_mgmt=SAE\nrsn_pairwise=CCMP\nsae_password=PASS\nieee80211w=2\nsae_pwe=2\n",
        'key_mgmt=SAE\nproto=RSN\npairwise=CCMP\ngroup=CCMP\nsae_password="PASS"\nieee80211w=2\n',
    ),
}

# udhcpc calls this script with the address that it was given
DHCP_SCRIPT = """#!/bin/sh
case $1 in
deconfig) ip addr flush dev "$interface" ;;
bound | renew) ip addr replace "$ip/$mask" dev "$interface" ;;
esac
"""


def security_lines(security):
    """hostapd's and wpa_supplicant's lines for a key of SECURITY; a pair is itself."""
    return SECURITY[security] if isinstance(security, str) else security


def channel_lines(channel, band="auto"):
    """hostapd's lines for a channel number; band is auto, 2.4, 5 or 6."""
    if band == "6":
        return f"hw_mode=a\nchannel={channel}\nop_class=131\nieee80211ax=1\n"
    if band == "2.4" or (band == "auto" and channel <= 14):
        return f"hw_mode=g\nchannel={channel}\n"
    return f"hw_mode=a\nchannel={channel}\n"


def frequency(channel, band="auto"):
    """Frequency of a 20 MHz channel, in MHz."""
    if band == "6":
        return 5950 + 5 * channel
    if band == "2.4" or (band == "auto" and channel <= 14):
        return 2484 if channel == 14 else 2407 + 5 * channel
    return 5000 + 5 * channel


def first_interface(vm, netns=None):
    """The wireless interface in a network name space."""
    names = vm.run("ls -d /sys/class/net/*/phy80211", netns=netns).stdout
    match = re.search(r"/net/([^/]+)/", names)
    if not match:
        raise GuestError(f"no wireless interface in name space {netns}")
    return match[1]


def colon_status(text):
    """The key=value lines of wpa_cli and hostapd_cli."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


class AccessPoint:
    """hostapd on an interface in a network name space.

    security is a key of SECURITY, or a pair of lines as there; extra is appended
    to hostapd's configuration. With tells_keys its output has the keys, see keys().
    """

    def __init__(self, vm, netns, ssid=SSID, passphrase=PASSPHRASE, security="wpa2",
                 channel=36, band="auto", interface=None, extra="", country="US",
                 tells_keys=False):
        self.vm, self.netns = vm, netns
        self.ssid, self.passphrase, self.security = ssid, passphrase, security
        self.channel, self.band, self.extra = channel, band, extra
        self.country = country
        self.interface = interface or first_interface(vm, netns)
        self.control = f"/run/hostapd.{netns}.{self.interface}"
        self.tells_keys = tells_keys
        self.process = None
        self.dhcpd = None

    def config(self):
        return (
            f"interface={self.interface}\ndriver=nl80211\nctrl_interface={self.control}\n"
            f"ssid={self.ssid}\ncountry_code={self.country}\nieee80211d=1\nwmm_enabled=1\nieee80211n=1\n"
            + channel_lines(self.channel, self.band)
            + security_lines(self.security)[0].replace("PASS", self.passphrase)
            + self.extra
        )

    def start(self, timeout=20, wanted="AP-ENABLED"):
        path = f"/tmp/hostapd.{self.netns}.{self.interface}.conf"
        self.vm.put(path, self.config())
        command = ["hostapd", path]
        if self.tells_keys:
            wanted = rf"^{self.interface}: |KEY_DATA - hexdump"
            command = ["sh", "-c", f"hostapd -dK {path} | grep --line-buffered -E '{wanted}'"]
        self.process = self.vm.popen(command, netns=self.netns)
        self.process.wait_for(wanted, timeout)
        return self

    def cli(self, *words):
        return self.vm.run(["hostapd_cli", "-p", self.control, "-i", self.interface, *words],
                           netns=self.netns, check=True).stdout

    def keys(self):
        """All keys that it has given to the kernel so far; needs tells_keys."""
        found = re.findall(r"KEY_DATA - hexdump\(len=\d+\): ([0-9a-f ]+)", self.process.output)
        return list(dict.fromkeys(map(bytes.fromhex, found)))

    def status(self):
        return colon_status(self.cli("status"))

    def station(self, address):
        """hostapd's view of one station; empty if the station is not there."""
        return colon_status(self.cli("sta", address))

    def serve_dhcp(self, subnet="192.168.77"):
        """Gives the interface the address .1 of the subnet; a DHCP server has the others."""
        self.vm.run(["ip", "addr", "replace", f"{subnet}.1/24", "dev", self.interface],
                    netns=self.netns, check=True)
        path = f"/tmp/udhcpd.{self.netns}"
        self.vm.put(path + ".leases", "")
        self.vm.put(path + ".conf",
                    f"start {subnet}.100\nend {subnet}.200\ninterface {self.interface}\n"
                    f"lease_file {path}.leases\npidfile {path}.pid\noption subnet 255.255.255.0\n")
        self.dhcpd = self.vm.popen(["busybox", "udhcpd", "-f", path + ".conf"], netns=self.netns)
        self.dhcpd.wait_for("started", 10)
        return f"{subnet}.1"

    def stop(self):
        for process in (self.dhcpd, self.process):
            if process is not None:
                process.kill()
        self.dhcpd = self.process = None
        self.vm.run(["ip", "addr", "flush", "dev", self.interface], netns=self.netns)


class Station:
    """wpa_supplicant on an interface in a network name space."""

    def __init__(self, vm, netns, ssid=SSID, passphrase=PASSPHRASE, security="wpa2",
                 interface=None, freqs=(), network_extra="", extra="", country="US"):
        self.vm, self.netns = vm, netns
        self.freqs = freqs  # MHz, to scan these alone
        self.ssid, self.passphrase, self.security = ssid, passphrase, security
        self.network_extra, self.extra, self.country = network_extra, extra, country
        self.interface = interface or first_interface(vm, netns)
        self.control = f"/run/wpa.{netns}.{self.interface}"
        self.process = None
        self.address = None

    def config(self):
        network = security_lines(self.security)[1].replace("PASS", self.passphrase)
        network += self.network_extra
        if self.freqs:
            network += f"scan_freq={' '.join(map(str, self.freqs))}\n"
        return (
            f"ctrl_interface={self.control}\ncountry={self.country}\nsae_pwe=2\n{self.extra}"
            f'network={{\nssid="{self.ssid}"\nscan_ssid=1\n{network}}}\n'
        )

    def start(self, timeout=30):
        """Starts and waits for the connection; timeout 0 only waits until wpa_cli can connect."""
        path = f"/tmp/wpa.{self.netns}.{self.interface}.conf"
        self.vm.put(path, self.config())
        self.process = self.vm.popen(
            ["wpa_supplicant", "-D", "nl80211", "-i", self.interface, "-c", path],
            netns=self.netns)
        if timeout:
            self.process.wait_for("CTRL-EVENT-CONNECTED", timeout)
        else:
            # wpa_supplicant says that it is initialized before it listens to wpa_cli
            wait_until("wpa_supplicant to listen", 20, lambda: self.vm.run(
                ["test", "-S", f"{self.control}/{self.interface}"]).returncode == 0)
        return self

    def cli(self, *words):
        return self.vm.run(["wpa_cli", "-p", self.control, "-i", self.interface, *words],
                           netns=self.netns, check=True).stdout

    def status(self):
        return colon_status(self.cli("status"))

    def dhcp(self, timeout=20):
        """Gets an address; returns it."""
        script = "/tmp/udhcpc.script"
        self.vm.put(script, DHCP_SCRIPT, mode=0o755)
        result = self.vm.run(
            ["busybox", "udhcpc", "-f", "-q", "-n", "-t", "10", "-T", "1", "-i", self.interface,
             "-s", script], netns=self.netns, timeout=timeout)
        match = re.search(r"lease of (\S+) obtained", result.stdout + result.stderr)
        if not match:
            raise GuestError(f"no address by DHCP in {self.netns}: {result.stdout}{result.stderr}")
        self.address = match[1]
        return self.address

    def stop(self):
        if self.process is not None:
            self.process.kill()
        self.process = None
        self.vm.run(["ip", "addr", "flush", "dev", self.interface], netns=self.netns)


def ping(vm, netns, target, count=5, interval=0.2, timeout=30, size=56):
    """Pings; returns (sent, received, mean round trip in ms or None)."""
    result = vm.run(["ping", "-n", "-q", "-c", count, "-i", interval, "-W", "2", "-s", size, target],
                    netns=netns, timeout=timeout)
    counts = re.search(r"(\d+) packets transmitted, (\d+) received", result.stdout)
    if not counts:
        raise GuestError(f"ping {target}: {result.stdout}{result.stderr}")
    times = re.search(r"= [\d.]+/([\d.]+)/", result.stdout)
    return int(counts[1]), int(counts[2]), float(times[1]) if times else None


@contextlib.contextmanager
def iperf_server(vm, netns):
    """One test long."""
    daemon = vm.popen(["iperf3", "-s", "-1", "--forceflush"], netns=netns)
    try:
        daemon.wait_for("listening", 10)
        yield daemon
    finally:
        daemon.kill()


def iperf_report(vm, client, server, target, seconds=3, extra=""):
    """The end of iperf3's report of a TCP transfer; client and server are name spaces."""
    with iperf_server(vm, server):
        result = vm.run(["iperf3", "-c", target, "-t", str(seconds), "-J"] + shlex.split(extra),
                        netns=client, timeout=seconds + 30)
    try:
        report = json.loads(result.stdout)
    except ValueError as err:
        raise GuestError(f"iperf3 to {target}: {result.stdout}{result.stderr}") from err
    if "error" in report:
        raise GuestError(f"iperf3 to {target}: {report['error']}")
    return report["end"]


def iperf(vm, client, server, target, seconds=3, reverse=False, extra=""):
    """TCP throughput in Mbit/s as the receiver saw it; client and server are name spaces."""
    end = iperf_report(vm, client, server, target, seconds, extra + (" -R" if reverse else ""))
    return end["sum_received"]["bits_per_second"] / 1e6


@contextlib.contextmanager
def iperf_running(vm, client, server, target, seconds, extra=""):
    """TCP that is under way when the block begins; seconds bound it."""
    with iperf_server(vm, server):
        stream = vm.popen(["iperf3", "-c", target, "-t", str(seconds), "-i", "0.1",
                           "--forceflush"] + shlex.split(extra), netns=client)
        try:
            stream.wait_for(r"-0\.[5-9]\d +sec", 20)  # half a second, so at its full rate
            yield stream
        finally:
            stream.kill()


def wait_for_ping(vm, netns, target, timeout=10):
    """Waits until the first ping comes back."""
    wait_until(f"a ping from {netns} to {target}", timeout,
               lambda: ping(vm, netns, target, count=1)[1] == 1)
