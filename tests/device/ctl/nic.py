# SPDX-License-Identifier: GPL-2.0-only
"""skua-nic as a process, and clients of its control socket."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

SKUA_NIC = os.environ.get("SKUA_NIC", "../../../build/device/skua-nic")
PATIENCE = 5.0
# Of the loop outside of its poll: a page fault may wait for the machine
BLOCKED_US = 100_000
FRAME = {"cmd": "air", "frame": "08" + "00" * 1500, "freq": 2412}


def wait_for(condition, seconds=10.0, state=lambda: None):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, state()
        time.sleep(0.01)


class Client:
    def __init__(self, path, timeout=PATIENCE):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        # more calls wait than the NIC lets
        wait_for(lambda: not self.sock.connect_ex(path), PATIENCE)
        self.file = self.sock.makefile("rb")

    def close(self):
        self.file.close()
        self.sock.close()

    def send(self, **request):
        self.sock.sendall(json.dumps(request).encode() + b"\n")

    def answer(self):
        return json.loads(self.file.readline())

    def ask(self, **request):
        self.send(**request)
        return self.answer()


class Nic:
    def __init__(self, directory, nics=1, log=None, more=()):
        self.control = str(directory / "control")
        self.vhost = str(directory / "nic0")
        self.log_path = pathlib.Path(log or directory / "log")
        options = [f"--nic=socket={directory}/nic{i}" for i in range(nics)]
        self.proc = subprocess.Popen([
            SKUA_NIC, *options, "--control", self.control, "--log", str(self.log_path), *more])
        while not os.path.exists(self.control):
            assert self.proc.poll() is None
            time.sleep(0.01)

    def client(self, **options):
        return contextlib.closing(Client(self.control, **options))

    @property
    def log(self):
        return self.log_path.read_text()

    def says(self, text, seconds=PATIENCE):
        """A thread writes the log: wait for a line of it."""
        wait_for(lambda: text in self.log, seconds, lambda: self.log)

    def fds(self):
        return len(os.listdir(f"/proc/{self.proc.pid}/fd"))

    def stop(self):
        self.proc.send_signal(signal.SIGTERM)
        try:
            self.proc.wait(20)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            raise


def put_frames(client, count):
    """That many frames on the air"""
    line = json.dumps(FRAME).encode() + b"\n"
    while count:
        some = min(count, 10)  # as many as fit into the buffer of requests
        client.sock.sendall(line * some)
        for _ in range(some):
            assert client.answer()["ok"]
        count -= some
