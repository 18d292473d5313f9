#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The demonstration: two Skua NICs, WPA2 and WPA3 links between them.

Boots one guest with two NICs, each in a network name space of its own, runs
Debian's hostapd on one and wpa_supplicant on the other, gets addresses by DHCP,
pings, measures with iperf3, and has tshark decrypt the capture of the air. The last
line is "demo: ok" if and only if everything held.

    scripts/lab/demo.py           two NICs, first WPA2, then WPA3
    scripts/lab/demo.py --shell   four NICs, both links at once, and a shell
    scripts/lab/demo.py --hwsim   mac80211_hwsim in place of Skua, to compare
"""

import argparse
import os
import subprocess
import sys
import time

import skualink
import skuavm
from skuavm import GuestError, Nics, VM, make_run_dir

SSID = "skua-demo"
PASSPHRASE = "a black and white bird"
# `wpa_cli status` must have these values for each link; the table has the titles
LINKS = {
    "wpa2": {
        "title": "WPA2-PSK",
        "channel": 36,
        "status": {"key_mgmt": "WPA2-PSK", "pairwise_cipher": "CCMP", "group_cipher": "CCMP"},
    },
    "wpa3": {
        "title": "WPA3-SAE, PMF",
        "channel": 149,
        "status": {"key_mgmt": "SAE", "pairwise_cipher": "CCMP", "pmf": "2"},
    },
}
SHELL_HELP = """
Both links are up. Each end is a network name space with a NIC of its own:

  wpa2-ap  {wpa2_gw:15} hostapd          wpa2-sta {wpa2_addr:15} wpa_supplicant
  wpa3-ap  {wpa3_gw:15} hostapd          wpa3-sta {wpa3_addr:15} wpa_supplicant

The names are commands here, which run others at that end:

  wpa2-sta ping {wpa2_gw}
  wpa3-sta iw dev
  wpa3-ap iperf3 -s &  then  wpa3-sta iperf3 -c {wpa3_gw}

exit, or control-D, ends the guest.
"""


class DemoFailed(Exception):
    """A step of the demonstration that did not hold; the text says which."""


class Steps:
    """Prints each step, and its duration."""

    def __init__(self):
        self.begin = time.monotonic()

    def say(self, text):
        print(f"[{time.monotonic() - self.begin:5.1f} s] {text}", flush=True)


def engine_counts(nics):
    """The counters of each NIC's MAC engines so far."""
    return [nic["mac_engines"] for nic in nics.control({"cmd": "counters"})["nics"]]


def aggregation(before, after):
    """What a NIC sent meanwhile, as the table shows it: A-MPDUs, retries, rate, windows."""
    gained = {name: after[name] - before[name] for name in ("tx_ppdus", "tx_mpdus", "tx_retries")}
    peer = max(after["stations"], key=lambda station: station["tx_packets"],
               default={"tx_rate_100k": 0, "sessions": []})
    best_effort = next((one for one in peer["sessions"] if one["tid"] == 0), None)
    windows = "none"
    if best_effort:
        windows = f"{best_effort['tx_window']} / {best_effort['rx_window']}"
    return [f"{gained['tx_mpdus'] / max(gained['tx_ppdus'], 1):.1f}",
            f"{100 * gained['tx_retries'] / max(gained['tx_mpdus'], 1):.1f} %",
            f"{peer['tx_rate_100k'] / 10:.0f} Mbit/s", windows]


def require(condition, text):
    if not condition:
        raise DemoFailed(text)


class Link:
    """One link of the demonstration, and its measurements."""

    def __init__(self, mode, vm, ap_ns, sta_ns, subnet):
        self.mode, self.vm, self.ap_ns, self.sta_ns = mode, vm, ap_ns, sta_ns
        self.subnet = subnet
        self.want = LINKS[mode]
        channel = self.want["channel"]
        self.ap = skualink.AccessPoint(vm, ap_ns, ssid=f"{SSID}-{mode}", passphrase=PASSPHRASE,
                                       security=mode, channel=channel)
        self.sta = skualink.Station(vm, sta_ns, ssid=f"{SSID}-{mode}", passphrase=PASSPHRASE,
                                    security=mode, freqs=[skualink.frequency(channel)])
        self.gateway = None
        self.cipher = None
        self.crypto = []  # the work of each end's NIC, as the table shows it
        self.sent = []  # how each end's NIC sent, as the second table shows it
        self.ping_ms = self.down = self.up = None

    def connect(self, steps):
        steps.say(f"{self.want['title']}: hostapd on channel {self.want['channel']}")
        self.ap.start()
        steps.say(f"{self.want['title']}: wpa_supplicant")
        self.sta.start()
        status = self.sta.status()
        for key, value in dict(self.want["status"], wpa_state="COMPLETED").items():
            require(status.get(key) == value,
                    f"{self.mode}: wpa_supplicant says {key}={status.get(key)}, not {value}")
        self.cipher = status["pairwise_cipher"]
        if status.get("pmf"):
            self.cipher += " + BIP"
        flags = self.ap.station(status["address"]).get("flags", "")
        require("[AUTHORIZED]" in flags, f"{self.mode}: hostapd did not authorize the station")
        require(self.mode != "wpa3" or "[MFP]" in flags,
                f"{self.mode}: hostapd sees no management frame protection")
        self.gateway = self.ap.serve_dhcp(self.subnet)
        address = self.sta.dhcp()
        require(address.startswith(self.subnet), f"{self.mode}: DHCP gave {address}")
        steps.say(f"{self.want['title']}: connected, {self.cipher}, address {address} by DHCP")

    def measure(self, steps, nics, seconds):
        before = engine_counts(nics) if nics else None
        sent, received, self.ping_ms = skualink.ping(self.vm, self.sta_ns, self.gateway, count=10)
        require(sent == 10 and received == sent,
                f"{self.mode}: {received} of {sent} pings came back")
        steps.say(f"{self.want['title']}: {received} pings, {self.ping_ms:.2f} ms each; iperf3 both ways")
        self.up = skualink.iperf(self.vm, self.sta_ns, self.ap_ns, self.gateway, seconds)
        self.down = skualink.iperf(self.vm, self.sta_ns, self.ap_ns, self.gateway, seconds,
                                   reverse=True)
        require(min(self.up, self.down) > 1, f"{self.mode}: iperf3 moved next to nothing")
        if nics is None:
            self.crypto = ["mac80211", "mac80211"]
            return
        after = engine_counts(nics)
        self.judge_crypto(before, after)
        self.sent = [aggregation(*counts) for counts in zip(before[:2], after[:2])]

    def judge_crypto(self, before, after):
        """The NICs' own counters must say that they did the ciphers."""
        gained = [tuple(a[name] - b[name] for name in ("tx_encrypted", "rx_decrypted"))
                  for a, b in zip(after, before)]
        frames = self.down * 1e6 / 8 / 1600  # of one second, and full size
        for number, (encrypted, decrypted) in enumerate(gained[:2]):
            require(encrypted > frames / 4 and decrypted > frames / 4,
                    f"{self.mode}: NIC {number} encrypted {encrypted} frames and decrypted"
                    f" {decrypted}, too few for the traffic")
        self.crypto = [f"{encrypted:,} / {decrypted:,}" for encrypted, decrypted in gained[:2]]

    def disconnect(self):
        self.sta.stop()
        self.ap.stop()


def boot(steps, args, run_dir):
    """A guest with its radios, one in each name space given; (nics, vm)."""
    count = len(args.ends)
    nics = None if args.hwsim else Nics(
        count, run_dir=run_dir, capture=args.shell, whole_capture=args.whole_capture)
    vm = VM(nics.take(count) if nics else (), name="demo", run_dir=run_dir)
    try:
        if nics:
            nics.start()
        vm.start()
        steps.say(f"guest up after {vm.boot_seconds:.1f} s (Linux {vm.release})")
        vm.modprobe("cfg80211")
        vm.run(["iw", "reg", "set", "US"], check=True)
        if args.hwsim:
            vm.modprobe("mac80211_hwsim", f"radios={count}")
        else:
            vm.modprobe("skua")
        skuavm.wait_until("the wireless devices", 20, lambda: len(vm.phys()) == count)
        for name, phy in zip(args.ends, vm.phys()):
            vm.add_netns(name, phy)
    except BaseException:
        vm.kill()
        if nics:
            nics.kill()
        raise
    return nics, vm


def pings_in_capture(path):
    """ICMP packets in the first frames of a capture, decrypted by tshark."""
    keys = f'uat:80211_keys:"wpa-pwd","{PASSPHRASE}:{SSID}-wpa2"'
    # tshark has no business with the user's own preferences
    env = dict(os.environ, HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent")
    result = subprocess.run(
        ["tshark", "-n", "-r", path, "-c", "20000", "-o", "wlan.enable_decryption:TRUE",
         "-o", keys, "-Y", "icmp && wlan.fc.protected == 1", "-T", "fields", "-e", "icmp.type"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env=env, check=False)
    require(result.returncode == 0, f"tshark: {result.stderr}")
    return len(result.stdout.split())


def table(rows):
    """Lines of a table whose columns are as wide as they need to be."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
             for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return lines


def show_table(links):
    rows = [["link", "mode", "cipher", "AP's NIC (1)", "station's NIC (1)", "ping", "up (2)",
             "down (2)"]]
    for link in links:
        rows.append([link.mode, link.want["title"], link.cipher, *link.crypto,
                     f"{link.ping_ms:.2f} ms", f"{link.up:.0f} Mbit/s", f"{link.down:.0f} Mbit/s"])
    print()
    for line in table(rows):
        print(line)
    print("\n(1) frames that it encrypted / decrypted, by its own counters;"
          " (2) TCP, as iperf3 received it\n")
    if links[0].sent:
        show_aggregation(links)


def show_aggregation(links):
    rows = [["link", "sender", "MPDUs a PPDU (3)", "sent again", "last rate (4)", "windows (5)"]]
    for link in links:
        for sender, cells in zip(("AP", "station"), link.sent):
            rows.append([link.mode, sender, *cells])
    for line in table(rows):
        print(line)
    print("\n(3) mean, the TCP acknowledgements and all other frames included; (4) to the peer, of"
          " the last\n    PPDU; (5) MPDUs of best effort that may be under way, out / in\n")


def run_links(steps, args, nics, vm):
    links = []
    for mode in LINKS:
        link = Link(mode, vm, "ap", "sta", "192.168.77")
        if nics:
            nics.begin_capture(f"air-{mode}.pcapng")
        link.connect(steps)
        link.measure(steps, nics, args.seconds)
        link.disconnect()
        links.append(link)
    show_table(links)


def run_shell(steps, nics, vm):
    links = {}
    for number, mode in enumerate(LINKS):
        link = Link(mode, vm, f"{mode}-ap", f"{mode}-sta", f"192.168.{77 + number}")
        link.connect(steps)
        links[mode] = link
    rc = "".join(f'{ns}() {{ ip netns exec {ns} "$@"; }}\n'
                 for mode in LINKS for ns in (f"{mode}-ap", f"{mode}-sta"))
    vm.put("/root/.skua-rc", rc + "PS1='guest:\\w# '\n")
    print(SHELL_HELP.format(
        wpa2_gw=links["wpa2"].gateway, wpa2_addr=links["wpa2"].sta.address,
        wpa3_gw=links["wpa3"].gateway, wpa3_addr=links["wpa3"].sta.address), flush=True)
    skuavm.interactive(vm, ["/bin/bash", "--rcfile", "/root/.skua-rc", "-i"], cwd="/root")


def demo(args):
    """Runs it; returns the captures' paths. Raises when something fails."""
    steps = Steps()
    nics, vm = boot(steps, args, args.run_dir)
    try:
        if args.shell:
            run_shell(steps, nics, vm)
        else:
            run_links(steps, args, nics, vm)
        vm.console.check()
        vm.stop()
    finally:
        vm.kill()
        if nics and sys.exc_info()[0]:
            nics.kill()
    if nics is None:
        return []
    nics.stop()
    if args.shell:
        return [nics.capture]
    captures = [os.path.join(args.run_dir, f"air-{mode}.pcapng") for mode in LINKS]
    found = pings_in_capture(captures[0])
    steps.say(f"tshark, given the passphrase, decrypted {found} ICMP packets of the WPA2 link")
    require(found >= 20, "tshark found fewer pings and answers in the capture than were sent")
    return captures


def main():
    parser = argparse.ArgumentParser(description="Two Skua NICs, a WPA2 and a WPA3 link.")
    parser.add_argument("--shell", action="store_true", help="both links at once, then a shell")
    parser.add_argument("--hwsim", action="store_true", help="mac80211_hwsim in place of Skua")
    parser.add_argument("--whole-capture", action="store_true",
                        help="capture all octets of all frames, some gigabytes; else 512 octets of"
                        " a data frame, and 32 MiB in all of each link")
    parser.add_argument("--seconds", type=int, default=3, help="of each iperf3 run")
    args = parser.parse_args()
    args.ends = [f"{m}-{e}" for m in LINKS for e in ("ap", "sta")] if args.shell else ["ap", "sta"]
    args.run_dir = make_run_dir("demo")
    try:
        captures = demo(args)
    except (DemoFailed, GuestError, subprocess.SubprocessError, OSError) as err:
        skuavm.mark_failed(args.run_dir)
        print(f"\ndemo: failed: {err}\ndemo: the logs are in {args.run_dir}", flush=True)
        sys.exit(1)
    except KeyboardInterrupt:
        print(f"\ndemo: stopped; the logs are in {args.run_dir}")
        sys.exit(130)
    print(f"logs in {args.run_dir}")
    for capture in captures:
        print(f"what was on the air, for Wireshark: {capture}")
    if captures and not args.whole_capture:
        print("(512 octets of each data frame, 32 MiB at most; --whole-capture has all)")
    print("demo: ok")


if __name__ == "__main__":
    main()
