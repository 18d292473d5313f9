# SPDX-License-Identifier: GPL-2.0-only
"""Helpers that the tests of crashes, removal and bad input share.

A probe in the guest measures how long a link is dead: a datagram every few
milliseconds, answered by the other end, with the guest's own clock.
"""

import json
import os
import pathlib
import re
import weakref

import skuavm
from bench import AP
from skuavm import GuestError, wait_until

NUMBERS = {name: int(value, 0)
           for header in pathlib.Path(skuavm.TOP, "hw").glob("*.h")
           for name, value in re.findall(
               r"^\t(SKUA_(?:CMD|EVT|RING|CPL|INB|ST)_\w+)\s*= (\w+),",
               header.read_text(encoding="ascii"), re.MULTILINE)}

HERE = os.path.dirname(__file__)
PROGRAMS = "/tmp"       # of guests
supplied = weakref.WeakSet()
CRASHES = {"assertion": 0, "trap": 1, "loop": 2, "silent": 3}
# a silent firmware leaves frames in the driver's hands
REPAIRED = (r"tx_reclaimed|cmd_timeout|silent|lost_|tx_stall|evt_bad|rx_no_",)

ECHO = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 9))
print("ready", flush=True)
while True:
    data, peer = s.recvfrom(64)
    try:
        s.sendto(data, peer)
    except OSError:
        pass
"""

# Writes VALUE to FILE, then prints when datagrams sent after that were answered.
# If FILE is the driver's own, "until" tells when the first answer came after a
# restart; else when the longest silence was over.
PROBE = """
import json, os, select, socket, sys, time
import guest_end
target, path, value, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
guest_end.enter(sys.argv[5])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((target, 9))
s.setblocking(False)
def turn(wait):
    try:
        s.send(b"x" * 32)
    except OSError:
        pass
    heard = False
    end = time.monotonic() + wait
    while True:
        left = end - time.monotonic()
        if left <= 0:
            return heard
        if select.select([s], [], [], left)[0]:
            try:
                s.recv(64)
                heard = True
                now.append(time.monotonic())
            except OSError:
                pass
def restarts():
    with open(os.path.join(os.path.dirname(path), "stats")) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("restart "))
crash = os.path.basename(path) == "crash"
now = []
while not turn(0.005):
    pass
before = restarts() if crash else 0
until = None
start = time.monotonic()
now = [start]
if path != "-":
    with open(path, "w") as file:
        file.write(value)
else:
    print("go", flush=True)
while time.monotonic() < start + seconds:
    heard = len(now)
    restarted = crash and until is None and restarts() > before
    turn(0.005)
    if restarted and len(now) > heard:
        until = now[heard] - start
gaps = [(b - a, b - start) for a, b in zip(now, now[1:])]
print(json.dumps({"gap": max(gaps)[0], "until": until if crash else max(gaps)[1],
                  "answers": len(now),
                  "last": now[-1] - start}))
"""


def fault(bench, end, kind, **more):
    """A fault of an end's NIC; see docs/nic.rst."""
    request(bench.nics, {"cmd": "fault", "nic": f"nic{end.index}", "kind": kind, **more})


def request(nics, what):
    answer = nics.control(what)
    assert answer["ok"], answer
    return answer


def crash_file(end):
    return f"{end.debugfs}/skua/crash"


def forgive(bench, *patterns):
    """Events that a test provoked are no faults: counters whose names match begin anew."""
    now = bench.faults()
    for name in now:
        if any(re.search(pattern, name) for pattern in patterns):
            bench.faults_before[name] = now[name]


def guest_program(vm, program):
    """Puts a program into the guest; the command that runs it.

    It is the name of a guest_*.py beside this file, or a text, and may import those.
    """
    if vm not in supplied:
        for name in os.listdir(HERE):
            if name.startswith("guest_"):
                with open(os.path.join(HERE, name), encoding="ascii") as file:
                    vm.put(f"{PROGRAMS}/{name}", file.read())
        supplied.add(vm)
    if program.startswith("guest_"):
        return ["python3", f"{PROGRAMS}/{program}"]
    return ["env", f"PYTHONPATH={PROGRAMS}", "python3", "-c", program]


def run_in_guest(vm, program, what, timeout=60):
    """Runs such a program, with an argument as JSON; the lines of its output."""
    result = vm.run([*guest_program(vm, program), json.dumps(what)], timeout=timeout)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def guest_end(end, **more):
    """The arguments of guest_end.End for an end of a bench."""
    return {"netns": end.netns, "mac": end.mac, "interface": end.interface, **more}


class Echo:
    """Answers datagrams in the access point's name space."""

    def __init__(self, end):
        self.process = end.popen(["python3", "-c", ECHO])
        self.process.wait_for("ready", 10)


def start_probe(end, path="-", value="", seconds=1.0, target=AP):
    process = end.vm.popen([*guest_program(end.vm, PROBE), target, path, value, str(seconds),
                            end.netns])
    end.running.append(process)
    return process


def outage(end, path="-", value="", seconds=1.0, target=AP):
    """The longest silence, in seconds, and when it was over; see PROBE."""
    process = start_probe(end, path, value, seconds, target)
    status = process.wait(seconds + 30)
    lines = process.stdout.strip().splitlines()
    if status or not lines:
        raise GuestError(f"probe: {process.output}")
    return json.loads(lines[-1])


def answers(vm, target=AP, netns="sta", count=3):
    """Raises if the other end does not answer so many pings, however late."""
    vm.run(["ping", "-n", "-q", "-c", count, "-i", "0.02", "-w", "15", target], netns=netns,
           check=True)


def free_memory(vm):
    """KiB of free memory. MemFree does not count free pages on the lists of a CPU."""
    vm.run("echo 3 > /proc/sys/vm/drop_caches", check=True)
    text = vm.run("cat /proc/meminfo /proc/zoneinfo", check=True).stdout
    pages = sum(int(count) for count in re.findall(r"^ +count: +(\d+)$", text, re.MULTILINE))
    return int(re.search(r"^MemFree: +(\d+) kB$", text, re.MULTILINE)[1]) + 4 * pages


def kernel_times(vm, start, *patterns):
    """Kernel time of the first line after start (a kmsg mark) that matches each pattern."""
    lines = vm.console.text().splitlines()
    begin = max((i for i, line in enumerate(lines) if start in line), default=0)
    found = []
    for pattern in (re.escape(start), *patterns):
        for line in lines[begin:]:
            match = re.match(r"\[ *([\d.]+)\]", line)
            if match and re.search(pattern, line):
                found.append(float(match[1]))
                break
        else:
            found.append(None)
    return found


def await_count(end, counter, value, timeout=5):
    wait_until(f"{counter} of {end.netns} to reach {value}", timeout,
               lambda: end.driver()[counter] >= value)


class Load:
    """iperf3 between the ends, for as long as the test wants."""

    def __init__(self, bench, client="sta", server="ap", target=AP, extra=()):
        self.bench = bench
        self.server = bench.ends[server].popen(
            ["iperf3", "-s", "-1", "-i", "0.2", "--forceflush"])
        self.server.wait_for("listening", 10)
        self.client = bench.ends[client].popen(
            ["iperf3", "-c", target, "-t", "600", "-i", "1", "--forceflush", *extra])
        self.client.wait_for("connected", 10)
        self.alive()

    def alive(self, timeout=10):
        """Bytes of the connection of the beginning arrive, from now on.

        The server is asked, since the client also counts bytes that are only
        queued; and its next report may be about earlier bytes.
        """
        self.server.wait_for(r"bits/sec.*\n(.*\n)*?.* [1-9][\d.]* [KMG]?bits/sec", timeout,
                             start=len(self.server.output))
        assert self.client.poll() is None, self.client.output

    def stop(self):
        self.client.kill()
        self.server.kill()
