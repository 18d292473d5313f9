# SPDX-License-Identifier: GPL-2.0-only
"""Runs in a guest: ends and makes associations while frames flow and firmware dies.

usage: guest_links.py JSON, an object with
  ends    {"ap": arguments of guest_end.End, and "control", "sta": the same}
  rounds, seed, crash (in every how many rounds a firmware dies)

Asks hostapd and wpa_supplicant by their control sockets. A round does
something, speaks for a while, and goes on, connected or not; every fourth one
waits for the connection. The line of output has counts.
"""

import json
import os
import random
import select
import socket
import sys
import time

import guest_end

PATIENCE = 20.0     # seconds for a connection


class Control:
    """A control socket of hostapd or wpa_supplicant."""

    number = 0

    def __init__(self, path):
        Control.number += 1
        self.own = f"/tmp/links.{os.getpid()}.{Control.number}"
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.own)
        self.sock.connect(path)
        self.sock.settimeout(10)

    def __call__(self, command):
        self.sock.send(command.encode())
        while True:
            answer = self.sock.recv(8192).decode(errors="replace")
            if not answer.startswith("<"):
                return answer.strip()


class End(guest_end.End):
    """A side of the link, and the control socket of the program that keeps it up."""

    def __init__(self, control, **where):
        super().__init__(**where)
        self.control = Control(control)


class Race:
    """Rounds; see above."""

    def __init__(self, ends, seed):
        self.dice = random.Random(seed)
        self.ap, self.sta = End(**ends["ap"]), End(**ends["sta"])
        self.done = {}

    def count(self, what):
        self.done[what] = self.done.get(what, 0) + 1

    def speak(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.ap.speak()
            self.sta.speak()
            select.select([], [], [], 0.003)

    def connected(self):
        """Awaits that both sides have their keys."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if "wpa_state=COMPLETED" in self.sta.control("STATUS") and \
                    "[AUTHORIZED]" in self.ap.control(f"STA {self.sta.mac}"):
                return
            self.speak(0.02)
        raise SystemExit(f"no connection within {PATIENCE} s: {self.sta.control('STATUS')}")

    def turn(self, dies):
        what = self.dice.choice(("DEAUTHENTICATE", "DISASSOCIATE", "REASSOCIATE", "DISCONNECT",
                                 "REASSOCIATE", "rekey"))
        self.count(what)
        if what.startswith(("DEAUTH", "DISASS")):
            self.ap.control(f"{what} {self.sta.mac}")
        elif what != "rekey":
            self.sta.control(what)
        if dies:
            self.speak(self.dice.random() * 0.05)
            if self.dice.choice((self.ap, self.sta)).crash(self.dice.randrange(3)):
                self.count("crash")
        self.speak(self.dice.random() * 0.1)
        if what not in ("REASSOCIATE", "rekey"):
            # wpa_supplicant would avoid for seconds an access point that has sent it away
            self.sta.control("BSSID_IGNORE clear")
            self.sta.control("REASSOCIATE")
        if not self.dice.randrange(4):
            self.connected()
            self.count("connected")
            self.speak(self.dice.random() * 0.1)


def main():
    what = json.loads(sys.argv[1])
    race = Race(what["ends"], what["seed"])
    for number in range(1, what["rounds"] + 1):
        race.turn(number % what["crash"] == 0)
    race.connected()
    print(json.dumps(race.done))


if __name__ == "__main__":
    main()
