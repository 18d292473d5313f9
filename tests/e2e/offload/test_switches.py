# SPDX-License-Identifier: GPL-2.0-only
"""Offloads: data stays intact with all of them, without each of them, and without any."""

import pytest

import faults
import sessions
from how import HE
from offloads import REFUSED, await_traffic, decap, ethtool, features
from skuavm import wait_until

DATA, QOS_DATA = 2, 8
# module parameters, and the features of the NIC that each asks for
SWITCHES = {"tx_encap": 1 << 7, "rx_decap": 1 << 8, "tx_csum": 1 << 9, "tx_gso": 1 << 10,
            "rx_csum": 1 << 11, "rx_coalesce": 1 << 12}
# those that a feature is of no use without
NEEDS = {"tx_gso": ("tx_csum",), "rx_coalesce": ("rx_decap", "rx_csum")}
WAYS = {"all-on": (), **{f"no-{name}": (name,) for name in SWITCHES}, "all-off": tuple(SWITCHES)}


def in_force(off):
    """The offloads that are left if some are switched off."""
    return {name for name in SWITCHES
            if not {name, *NEEDS.get(name, ())} & set(off)}


def parameters(off):
    return [f"{name}=0" for name in off]


def announced(end, off):
    """What mac80211 and ethtool say of the offloads is what is in force."""
    on, asked = in_force(off), features(end)
    assert {name for name, bit in SWITCHES.items() if asked & bit} == on
    flags = end.vm.get(f"{end.debugfs}/hwflags").decode().split()
    assert ("SUPPORTS_RX_DECAP_OFFLOAD" in flags) == ("rx_decap" in on)
    assert ("SUPPORTS_TX_ENCAP_OFFLOAD" in flags) == bool({"tx_encap", "rx_decap"} & on)
    shown = ethtool(end)
    assert shown["tx"] == shown["sg"] == ("tx_csum" in on)
    assert shown["tso"] == ("tx_gso" in on)
    assert shown["rx"] == ("rx_csum" in on)
    wait_until("802.3 frames", 10, lambda: decap(end) == ("rx_decap" in on))


@pytest.mark.lengthy
@pytest.mark.contract("T10", "T1", "K14", "K15")
@pytest.mark.parametrize("off, tuned", [(off, parameters(off)) for off in WAYS.values()],
                         indirect=["tuned"], ids=list(WAYS))
def test_data_is_intact(tuned, off):
    """With loss on the air, with new keys every second, and with a crash of either end."""
    tuned.link(ap_extra=HE + "wpa_ptk_rekey=1\n")
    ends = [tuned.ends["ap"], tuned.ends["sta"]]
    for end in ends:
        announced(end, off)
    before = [end.driver() for end in ends]
    load = sessions.Load(tuned).flowing()
    await_traffic(ends)
    for end in ends:
        tuned.lose(type=DATA, subtype=QOS_DATA, ta=end.mac, nth=7, every=7)
    await_traffic(ends)
    tuned.nics.control({"cmd": "lose_clear"})
    counts = [end.driver() for end in ends]
    for victim in ends:
        was = victim.driver()["restart"]
        victim.vm.put(faults.crash_file(victim), "0")
        wait_until("a restart", 30, lambda: victim.driver()["restart"] > was)
        await_traffic(ends)
    load.end(gap=8)
    sessions.nothing_left(tuned)
    for end, was, now in zip(ends, before, counts):
        grown = {name for name in now if now[name] > was[name]}
        assert ("tx_gso" in grown) == ("tx_gso" in in_force(off)), grown
        assert ("rx_coalesced" in grown) == ("rx_coalesce" in in_force(off)), grown
        assert not {"tx_refused", "rx_refused", "tx_cut", "tx_summed"} & grown
        announced(end, off)
    faults.forgive(tuned, *faults.REPAIRED)


@pytest.mark.contract("T10")
@pytest.mark.parametrize("tuned", [["swcrypto=1"]], indirect=True, ids=["swcrypto"])
def test_without_keys_in_the_nic(tuned):
    """mac80211 encrypts: no 802.3 frame is sent, none comes up, and data flows."""
    tuned.link(ap_extra=HE)
    ends = [tuned.ends["ap"], tuned.ends["sta"]]
    load = sessions.Load(tuned).flowing()
    await_traffic(ends, 100)
    load.end(gap=5)
    sessions.nothing_left(tuned)
    for end in ends:
        now = end.driver()
        assert not {name for name in REFUSED if now[name]}


@pytest.mark.contract("T10")
def test_toggled_in_flight(trio):
    """Monitors come and go, and ethtool changes its mind, while data flows."""
    trio.link(ap_extra=HE)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    before = [end.driver() for end in ends]
    load = sessions.Load(trio).flowing()
    for _ in range(3):
        for end in ends:
            end.iw("interface", "add", "mon0", "type", "monitor")
            end.run("ip link set mon0 up", check=True)
            wait_until("no 802.3 frames", 10, lambda: not decap(end))
        await_traffic(ends, 200)
        for end in ends:
            for orders in (["tso=0"], ["tx=0", "sg=0"], ["sg=1", "tx=1", "tso=1"]):
                ethtool(end, *orders)
                await_traffic(ends, 50)
        for end in ends:
            end.run("iw dev mon0 del", check=True)
            wait_until("802.3 frames again", 10, lambda: decap(end))
        await_traffic(ends, 200)
    load.end(gap=3)
    sessions.nothing_left(trio)
    for end, was in zip(ends, before):
        now = end.driver()
        for name in REFUSED:
            assert now[name] == was[name], name


@pytest.mark.contract("T10")
def test_ip_version_6(trio):
    """TCP and UDP over IPv6 both ways, checked octet by octet."""
    trio.link(ap_extra=HE)
    ends = [trio.ends["ap"], trio.ends["sta"]]
    address = {"ap": "fd00:77::1", "sta": "fd00:77::2"}
    for name, end in zip(address, ends):
        end.run(f"echo 0 > /proc/sys/net/ipv6/conf/{end.interface}/disable_ipv6; "
                f"ip addr add {address[name]}/64 dev {end.interface} nodad", check=True)
    before = [end.driver() for end in ends]
    load = sessions.Load(trio, address=address).flowing()
    await_traffic(ends)
    load.end(gap=3)
    sessions.nothing_left(trio)
    for end, was in zip(ends, before):
        now = end.driver()
        assert now["tx_gso"] > was["tx_gso"] and now["rx_coalesced"] > was["rx_coalesced"]
        end.run(f"echo 1 > /proc/sys/net/ipv6/conf/{end.interface}/disable_ipv6")
