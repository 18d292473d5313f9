# SPDX-License-Identifier: GPL-2.0-only
"""Guests with NICs that many tests use, one after the other.

Booting and loading for each test would take longer than testing. A bench is a
skua-nic process and its guests, of a fixed shape; between two tests everything
that the first one started is ended and undone. After a test that failed the
bench is thrown away, so that no failure causes another one.
"""

import collections
import contextlib
import os
import re
import subprocess

import skualink
import skuavm
from skuavm import GuestError, wait_until

# guests: (names of the ends, parameters of the module)
SHAPES = {
    "bare": [((), ())],
    "trio": [(("ap", "sta", "third"), ())],
    "octet": [(tuple(f"n{i}" for i in range(8)), ())],
    "mixed": [(("hard",), ()), (("soft",), ("swcrypto=1",))],
    "single": [(("ap", "sta"), ("single_channel=1",))],
    "spread": [(("ap", "sta", "third"), ())],
    "soft": [(("ap", "sta"), ("swcrypto=1",))],
    # a part of aggregation is switched off
    **{f"no_{part}": [(("ap", "sta"), (f"{part}=0",))]
       for part in ("tx_ampdu", "rx_ampdu", "rx_reorder", "tx_amsdu")},
}
# more for the kernels' command lines
CMDLINES = {"spread": ["threadirqs"]}

# addresses that Bench.link() gives, and one for a third
AP = "192.168.77.1"
STA = "192.168.77.2"
THIRD = "192.168.77.3"

# What virt-pci says when its patience with a read is over: for the splats() of tests that
# stop the NIC (see users_patience()), and for no others.
VIRT_PCI_SPLATS = r"\] um (virt-pci|virtio_pcidev) delay: \d+$"

DEBUG_KERNEL = os.environ.get("SKUA_KERNEL") == "debug"
SMP_KERNEL = os.environ.get("SKUA_KERNEL") == "smp"
# divisor of limits of speed, and of amounts of data that take long
SLOWNESS = 10 if DEBUG_KERNEL or SMP_KERNEL else 1

# counters of the driver that stay while driver, firmware and NIC are all right
DRIVER_FAULTS = ("cmd_timeout", "lost_irq", "lost_doorbell", "tx_stall", "silent",
                 "evt_bad", "evt_missing", "cpl_bad", "ring_bad", "inband_bad",
                 "tx_bad", "tx_bad_token", "tx_reclaimed", "rx_bad_buf", "rx_bad_len",
                 "rx_bad_field")
# and those of the NIC (the last two count frames that it had to drop; what it did not
# acknowledge for want of room, rx_overrun, is sent again)
NIC_FAULTS = ("tx_bad_desc", "tx_bad_frame", "tx_wrong_key", "tx_dma_error", "tx_crypto_failed",
              "tx_bad_rate", "rx_bad_buffer", "rx_malformed", "cpl_lost", "eng_errors",
              "rx_no_buffer", "rx_no_cpl")

# for the interfaces of one end: added ones go, the first one is as it was before
CLEAN_UP = """
cd /sys/class/net || exit
for dev in *; do
    [ -e $dev/phy80211 ] || continue
    if [ $dev != {keep} ]; then
        iw dev $dev del
        continue
    fi
    ip -batch - <<END
link set $dev down
addr flush dev $dev
END
    iw dev $dev set type managed
done
"""


def users_patience(vm):
    """Gives virt-pci the patience with a read that users' kernels have.

    The harness boots with much more, since a busy machine would look like broken NICs.
    """
    vm.run("for m in virt_pci virtio_pcidev; do f=/sys/module/$m/parameters/max_delay_us; "
           "[ ! -e $f ] || echo 40000 > $f && cat $f 2> /dev/null; done | grep -x 40000",
           check=True)


class End:
    """A NIC, its network name space, and the programs that run there."""

    def __init__(self, bench, vm, netns, phy, index):
        self.bench, self.vm, self.netns, self.phy, self.index = bench, vm, netns, phy, index
        self.interface = skualink.first_interface(vm, netns)
        self.mac = bench.nics.macs[index]
        self.running = []

    # commands

    def run(self, args, **options):
        return self.vm.run(args, netns=self.netns, **options)

    def popen(self, args, **options):
        process = self.vm.popen(args, netns=self.netns, **options)
        self.running.append(process)
        return process

    def iw(self, *words, check=True, timeout=30):
        """`iw dev INTERFACE words`; its output."""
        result = self.run(["iw", "dev", self.interface, *words], timeout=timeout)
        if check and result.returncode:
            raise skuavm.CommandFailed(result)
        return result.stdout + result.stderr

    # scans; iw's own "scan" begins to listen for the end of a scan after it has
    # started it, and waits for ever if a slow guest is not quick enough

    def begin_scan(self, *words, timeout=20):
        """Starts a scan as soon as none is under way."""
        wait_until("the start of a scan", timeout, lambda: self.run(
            ["iw", "dev", self.interface, "scan", "trigger", *words]).returncode == 0)

    def await_scan(self, timeout=60):
        """Awaits the end of a scan; returns its results.

        The start of another scan is refused: with one error while a scan is under
        way, and with another one after it, because there is no such frequency.
        """
        wait_until("the end of a scan", timeout, lambda: "(-22)" in self.iw(
            "scan", "trigger", "freq", "1", check=False))
        return self.iw("scan", "dump")

    def scan(self, *words):
        """Scans; returns the results."""
        self.begin_scan(*words)
        return self.await_scan()

    def up(self, address=None):
        self.run(["ip", "link", "set", self.interface, "up"], check=True)
        if address:
            self.address(address)

    def address(self, address, interface=None):
        self.run(["ip", "addr", "replace", f"{address}/24", "dev", interface or self.interface],
                 check=True)

    def neighbour(self, address, mac):
        """From now on the end knows whose an address is, and never asks."""
        self.run(["ip", "neigh", "replace", address, "lladdr", mac, "dev", self.interface,
                  "nud", "permanent"], check=True)

    def ap(self, **options):
        """Starts hostapd (see skualink.AccessPoint)."""
        options.setdefault("interface", self.interface)
        ap = skualink.AccessPoint(self.vm, self.netns, **options)
        self.running.append(ap)
        return ap.start()

    def station(self, timeout=30, **options):
        """Starts wpa_supplicant and awaits its connection."""
        options.setdefault("interface", self.interface)
        sta = skualink.Station(self.vm, self.netns, **options)
        self.running.append(sta)
        return sta.start(timeout)

    def supplicant(self, config):
        """Starts wpa_supplicant with a configuration of the test's own; a Station to talk to it."""
        sta = skualink.Station(self.vm, self.netns, interface=self.interface)
        self.running.append(sta)
        sta.config = lambda: f"ctrl_interface={sta.control}\ncountry=US\n" + config
        return sta.start(timeout=0)

    def ping(self, target, count=5, interval=0.02, size=56, more=(), timeout=15):
        """Pings until so many answers came; returns (sent, answered).

        On a busy machine an answer may be late, and ping takes it for lost; so more
        pings than count may be needed. Counters show that nothing is lost, see
        Bench.judge().
        """
        result = self.run(["ping", "-n", "-q", "-c", count, "-i", interval, "-w", timeout,
                           "-s", size, *more, target], timeout=timeout + 10)
        found = re.search(r"(\d+) packets transmitted, (\d+) received(, \+\d+ dup)?",
                          result.stdout)
        if not found or int(found[2]) < count or found[3]:
            raise GuestError(f"ping {target}: {result.stdout}{result.stderr}")
        # late answers may come with the last one
        return int(found[1]), count

    def broadcast(self, address, count=3):
        """Pings a broadcast address; no host answers such a ping."""
        self.run(["ping", "-n", "-q", "-b", "-c", count, "-i", "0.02", "-W", "0.02", address])

    # counters

    def engines(self):
        """Counters of the NIC's MAC engines."""
        return self.bench.counters(self.index)["mac_engines"]

    def driver(self):
        """Counters of the driver."""
        text = self.vm.get(f"{self.debugfs}/skua/stats").decode()
        return {name: int(value) for name, value in (line.split() for line in text.splitlines())}

    @property
    def debugfs(self):
        return f"/sys/kernel/debug/ieee80211/{self.phy}"

    def stop_all(self):
        for process in reversed(self.running):
            if isinstance(process, skuavm.Process):
                process.kill()
            else:
                process.stop()
        self.running = []

    def settle(self):
        """Ends all programs here and restores the interfaces."""
        self.stop_all()
        if self.vm.commands_ran & {self.netns, None}:
            self.run(CLEAN_UP.format(keep=self.interface), check=True)


class Bench:
    """skua-nic, guests, and ends by name; see SHAPES."""

    def __init__(self, shape, run_dir):
        self.shape, self.run_dir = shape, run_dir
        self.guests = SHAPES[shape]
        self.nics = None
        self.vms = []
        self.ends = collections.OrderedDict()
        self.captures = 0
        self.faults_before = {}

    # life

    def start(self):
        count = sum(len(names) for names, _ in self.guests)
        if count:
            self.nics = skuavm.Nics(count, run_dir=self.run_dir, capture=False).start()
        for number, (names, params) in enumerate(self.guests):
            vm = skuavm.VM(self.nics.take(len(names)) if names else (),
                           name=f"{self.shape}{number}", run_dir=self.run_dir,
                           cmdline=CMDLINES.get(self.shape, ()))
            self.vms.append(vm)
            vm.start()
            if names:
                vm.modprobe("cfg80211")
                self.load(vm, names, params)
        return self

    def load(self, vm, names, params):
        vm.run(["iw", "reg", "set", "US"], check=True)
        vm.modprobe("skua", *params)
        wait_until("the NICs' phys", 30, lambda: len(vm.phys()) == len(names))
        found = vm.run("grep -H . /sys/class/ieee80211/*/macaddress", check=True).stdout
        by_mac = {line.split(":", 1)[1]: line.split("/")[4] for line in found.splitlines()}
        first = len(self.ends)
        for index, name in enumerate(names, first):
            phy = by_mac[self.nics.macs[index]]
            vm.add_netns(name, phy)
            # nothing is sent but on behalf of the test
            vm.run("cd /proc/sys/net/ipv6/conf || exit 0; "
                   "for i in all default; do echo 1 > $i/disable_ipv6; done",
                   netns=name, check=True)
            self.ends[name] = End(self, vm, name, phy, index)

    def begin(self, test):
        for vm in self.vms:
            vm.console.mark()
            vm.put("/dev/kmsg", f"test: {test}\n")
            vm.commands_ran.clear()
        self.faults_before = self.faults()

    def settle(self):
        """Ends all programs of a test, and restores interfaces and NICs."""
        for end in self.ends.values():
            end.settle()
        if self.nics:
            self.nics.control({"cmd": "lose_clear"})
            self.capture_end()

    def check_consoles(self, ignore, ignore_all):
        for vm in self.vms if not ignore_all else ():
            vm.console.check(ignore)

    def judge(self, ignore=None, ignore_all=False):
        """Raises if a kernel complained, or a counter of faults went up."""
        self.check_consoles(ignore, ignore_all)
        new = {name: (self.faults_before.get(name, 0), count)
               for name, count in self.faults().items()
               # a NIC that was reset counts from nothing
               if count and count != self.faults_before.get(name, 0)}
        if new:
            raise GuestError("counters of faults went up (before, after): "
                             + ", ".join(f"{name} {a} -> {b}" for name, (a, b) in new.items()))

    def faults(self):
        found = {}
        if not self.nics:
            return found
        nics = self.nics.control({"cmd": "counters"})["nics"]
        for name, end in self.ends.items():
            driver, nic = end.driver(), nics[end.index]
            found.update({f"{name}: driver {key}": driver[key] for key in DRIVER_FAULTS})
            found.update({f"{name}: NIC {key}": nic["mac_engines"][key] for key in NIC_FAULTS})
            found.update({f"{name}: DMA {key}": value for key, value in nic["dma"].items()
                          if key.startswith("rejected")})
        return found

    def stop(self):
        for vm in self.vms:
            vm.stop()
        if self.nics:
            self.nics.stop()

    def kill(self):
        for vm in self.vms:
            vm.kill()
        if self.nics:
            self.nics.kill()

    # the NICs

    def counters(self, index):
        return self.nics.control({"cmd": "counters"})["nics"][index]

    def lose(self, **rule):
        answer = self.nics.control(dict(rule, cmd="lose"))
        assert answer["ok"], answer
        return answer["id"]

    def capture(self):
        """Begins a capture; capture_end() makes its file complete."""
        self.captures += 1
        path = os.path.join(self.run_dir, f"air{self.captures}.pcapng")
        answer = self.nics.control({"cmd": "capture", "file": path})
        assert answer["ok"], answer
        return path

    def capture_end(self):
        count = self.nics.control({"cmd": "counters"})["capture"]
        answer = self.nics.control({"cmd": "capture", "file": "/dev/null"})
        assert answer["ok"] and answer["whole"] and not count["dropped"], (answer, count)

    # links

    def link(self, ap="ap", sta="sta", security="wpa2", channel=36, band="auto",
             subnet="192.168.77", ap_extra="", sta_extra="", country="US", tells_keys=False,
             **options):
        """hostapd and wpa_supplicant, connected, with addresses .1 and .2."""
        ap_end, sta_end = self.ends[ap], self.ends[sta]
        freqs = [skualink.frequency(channel, band)]
        access_point = ap_end.ap(security=security, channel=channel, band=band, extra=ap_extra,
                                 country=country, tells_keys=tells_keys, **options)
        station = sta_end.station(security=security, freqs=freqs, network_extra=sta_extra,
                                  country=country, **options)
        ap_end.address(f"{subnet}.1")
        sta_end.address(f"{subnet}.2")
        return access_point, station

    @contextlib.contextmanager
    def four_addresses(self, ap_extra=""):
        """A station with four addresses and its AP_VLAN, with addresses .1 and .2."""
        ap, sta = self.ends["ap"], self.ends["sta"]
        sta.iw("set", "4addr", "on")
        try:
            control = ap.ap(extra=ap_extra + "wds_sta=1\n")
            sta.station(freqs=[5180])
            vlan = control.process.wait_for(r"WDS-STA-INTERFACE-ADDED ifname=(\S+)", 20)[1]
            ap.address(AP, vlan)
            sta.address(STA)
            yield
        finally:
            for end in (sta, ap):
                end.stop_all()
            sta.run(f"ip link set {sta.interface} down", check=True)
            sta.iw("set", "4addr", "off")


# Frames on the air, by tshark


def psk(passphrase, ssid):
    """Options with which tshark decrypts."""
    return ["-o", "wlan.enable_decryption:TRUE",
            "-o", f'uat:80211_keys:"wpa-pwd","{passphrase}:{ssid}"']


def tshark(path, *args):
    # tshark has no business with the user's own preferences
    env = dict(os.environ, HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent")
    result = subprocess.run(["tshark", "-n", "-r", path, *args], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=120, env=env, check=False)
    if result.returncode:
        raise GuestError(f"tshark: {result.stderr}")
    return result.stdout


def frames(path, wanted, fields, options=()):
    """Frames of a capture that a display filter selects, as named tuples of text.

    A dot in a field's name is an underscore in the tuple's; a field that is
    there several times is joined by commas.
    """
    kind = collections.namedtuple("Frame", [re.sub(r"\W", "_", name) for name in fields])
    args = ["-Y", wanted, "-T", "fields", "-E", "separator=|"]
    for name in fields:
        args += ["-e", name]
    out = tshark(path, *options, *args)
    # tshark 4.2 and later have words for 1 and 0
    words = {"True": "1", "False": "0"}
    return [kind(*(words.get(value, value) for value in line.split("|")))
            for line in out.splitlines()]


def count_frames(path, wanted, options=()):
    return len(frames(path, wanted, ["frame.number"], options))
