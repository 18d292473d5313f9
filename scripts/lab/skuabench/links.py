# SPDX-License-Identifier: GPL-2.0-only
"""The links in the guest: two network name spaces each, NAME-a (access point) and NAME-b."""

import contextlib

import skualink
import skuavm
from skuavm import GuestError, Nics, VM

CHANNEL = {"skua": 36, "hwsim": 149}
GCMP = ("wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=GCMP-256\ngroup_cipher=GCMP-256\n"
        "wpa_passphrase=PASS\n",
        'key_mgmt=WPA-PSK\nproto=RSN\npairwise=GCMP-256\ngroup=GCMP-256\npsk="PASS"\n')
# cipher -> (what skualink takes, what wpa_supplicant calls the pairwise cipher)
SECURITY = {"open": ("open", "NONE"), "ccmp-128": ("wpa2", "CCMP"),
            "gcmp-256": (GCMP, "GCMP-256")}


class Link:
    """Two ends with a link between them; the second end is the client of all tests."""

    def __init__(self, vm, name, number):
        self.vm, self.name = vm, name
        self.server, self.client = f"{name}-a", f"{name}-b"
        self.address = f"192.168.{70 + number}.1"
        self.other = f"192.168.{70 + number}.2"

    def give_addresses(self, devices):
        for netns, device, address in zip((self.server, self.client), devices,
                                          (self.address, self.other)):
            self.vm.run(["ip", "addr", "replace", f"{address}/24", "dev", device],
                        netns=netns, check=True)
        skualink.wait_for_ping(self.vm, self.client, self.address)


class Veth(Link):
    """A pair of virtual Ethernet devices: what the guest can do without Wi-Fi."""

    def prepare(self):
        for netns in (self.server, self.client):
            self.vm.add_netns(netns)
        self.vm.run(["ip", "link", "add", "veth0", "netns", self.server, "type", "veth",
                     "peer", "name", "veth0", "netns", self.client], check=True)
        for netns in (self.server, self.client):
            self.vm.run(["ip", "link", "set", "veth0", "up"], netns=netns, check=True)

    def connect(self, _cipher):
        self.give_addresses(("veth0", "veth0"))

    def disconnect(self):
        pass


class Radios(Link):
    """Two radios with hostapd and wpa_supplicant."""

    def __init__(self, vm, name, number, phys):
        super().__init__(vm, name, number)
        self.phys = phys
        self.ap = self.sta = None

    def prepare(self):
        for netns, phy in zip((self.server, self.client), self.phys):
            self.vm.add_netns(netns, phy)

    def connect(self, cipher):
        security, wanted = SECURITY[cipher]
        channel = CHANNEL[self.name]
        ssid = f"{self.name}-{cipher}"
        self.ap = skualink.AccessPoint(self.vm, self.server, ssid=ssid, channel=channel,
                                       security=security).start()
        self.sta = skualink.Station(self.vm, self.client, ssid=ssid, security=security,
                                    freqs=[skualink.frequency(channel)]).start()
        used = self.sta.status().get("pairwise_cipher")
        if used != wanted:
            raise GuestError(f"{self.name}: the cipher is {used}, not {wanted}")
        self.give_addresses((self.ap.interface, self.sta.interface))

    def disconnect(self):
        self.sta.stop()
        self.ap.stop()


class Guest:
    """One guest with links that are prepared, by name; see boot()."""

    def __init__(self, vm, nics, names):
        self.vm, self.nics = vm, nics
        self.links = {}
        vm.modprobe("cfg80211")
        vm.run(["iw", "reg", "set", "US"], check=True)
        for number, name in enumerate(names):
            if name == "veth":
                self.links[name] = Veth(vm, name, number)
            else:
                self.links[name] = Radios(vm, name, number, self.load(name))
            self.links[name].prepare()

    def load(self, name):
        """Loads a driver; the two radios that have come, which are not yet in a name space."""
        module = {"skua": ["skua"], "hwsim": ["mac80211_hwsim", "radios=2"]}[name]
        self.vm.modprobe(*module)
        skuavm.wait_until(f"the phys of {name}", 30, lambda: len(self.vm.phys()) == 2)
        return self.vm.phys()


@contextlib.contextmanager
def boot(names, run_dir):
    """with boot(...) as guest: ...; at its end the guest's kernel must not have complained."""
    with contextlib.ExitStack() as stack:
        nics, sockets = None, ()
        if "skua" in names:
            nics = stack.enter_context(Nics(2, run_dir=run_dir, capture=False))
            sockets = nics.take(2)
        vm = stack.enter_context(VM(sockets, name="bench", run_dir=run_dir))
        yield Guest(vm, nics, names)
        vm.console.check()
