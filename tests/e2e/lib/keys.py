# SPDX-License-Identifier: GPL-2.0-only
"""The keys of a running link: as the NIC shows them, and as mac80211 does."""

from dot11crypt import cipher, is_group, keyid_of
from forge import raw
from security import DATA
from skuavm import wait_until


def nic_keys(end, suite, **wanted):
    """The NIC's keys of a cipher suite; wanted are further fields."""
    return [key for key in end.engines()["keys"]
            if key["cipher"] == suite
            and all(key[name] == value for name, value in wanted.items())]


def kernel_keys(end):
    """[(address of the station or "", key index, key)] of an interface, from debugfs."""
    script = (f"for k in {end.debugfs}/keys/*; do "
              "echo $(basename $(readlink $k/station || echo -)) $(cat $k/keyidx $k/key); done")
    found = []
    for line in end.vm.run(script, check=True).stdout.splitlines():
        station, index, key = line.split()
        found.append((station if ":" in station else "", int(index), bytes.fromhex(key)))
    return found


def kernel_counts(end, name):
    """{(address of the station or "", key index): count}: a counter of keys in debugfs."""
    script = (f"for k in {end.debugfs}/keys/*; do echo $(basename $(readlink $k/station || echo -))"
              f" $(cat $k/keyidx $k/{name}); done")
    found = {}
    for line in end.vm.run(script, check=True).stdout.splitlines():
        station, index, *count = line.split()
        if count:
            found[station if ":" in station else "", int(index)] = int(count[0])
    return found


class Keys:
    """The ciphers of a link, from mac80211 at the access point.

    With several stations, sta selects the station of the pairwise key.
    """

    def __init__(self, name, ap, sta=None):
        self.one, self.all = None, {}
        # a station is connected before the access point has read its last message
        wait_until("the pairwise key", 10, lambda: self.read(name, ap, sta))

    def read(self, name, ap, sta):
        pairwise, group = DATA[name][1:]
        for station, index, key in kernel_keys(ap):
            made = cipher((pairwise if station else group).lower(), key)
            made.ap = raw(ap)
            if not station:
                self.all[index] = made
            if name.startswith("wep") or station == (sta.mac if sta else station or None):
                self.one = made
        return self.one

    def of(self, frame):
        return self.all[keyid_of(frame)] if is_group(frame) else self.one
