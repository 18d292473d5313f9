# SPDX-License-Identifier: GPL-2.0-only
"""The skua-nic process: NICs that share an air."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

from .errors import GuestError, wait_until
from .processors import PROCESSORS
from .runs import BUILD, make_run_dir, tail


def mac_address(number):
    """The address that NIC `number` of a process gets unless told otherwise.

    Each is the first of a block of 256, for the further BSSes of an access point: hostapd
    numbers them from the first one's address, whose low bits have to be zero for that.
    """
    return f"02:5c:0a:00:{number + 1:02x}:00"


def nic_command(binary, sockets, macs, options, capture, control, log, extra):
    """The command line of skua-nic; the one place that knows it."""
    argv = [binary]
    for number, (path, mac) in enumerate(zip(sockets, macs)):
        more = f",{options}" if options else ""
        argv += ["--nic", f"socket={path},mac={mac},name=nic{number}{more}"]
    if capture:
        argv += ["--capture", capture]
    return argv + ["--control", control, "--log", log] + list(extra)


class Nics:
    """One skua-nic process: NICs that share an air, for one or more guests.

    nic_options are for each NIC, extra is for the process; see skua-nic --help.
    """

    def __init__(self, count, macs=None, capture=True, run_dir=None, extra=(), nic_options=""):
        self.count = count
        self.macs = list(macs or (mac_address(i) for i in range(count)))
        self.run_dir = run_dir or make_run_dir("nics")
        self.log = os.path.join(self.run_dir, "nic.log")
        self.capture = os.path.join(self.run_dir, "air.pcapng") if capture else None
        self.extra = extra
        self.nic_options = nic_options
        self.proc = None
        self.given = 0
        # Unix sockets need short paths, and only the guest's user may pass
        self.private = tempfile.mkdtemp(prefix="skua-")
        self.socket_dir = os.path.join(self.private, "s")
        os.mkdir(self.socket_dir)
        os.chmod(self.socket_dir, 0o755)
        self.sockets = [os.path.join(self.socket_dir, f"nic{i}") for i in range(count)]
        self.control_path = os.path.join(self.private, "control")

    def start(self):
        binary = os.path.join(BUILD, "device", "skua-nic")
        if not os.access(binary, os.X_OK):
            raise GuestError(f"{binary} is not built: run make")
        # with the thread that has started it, however that ends, skua-nic ends too
        argv = PROCESSORS.for_nics() + ["setpriv", "--pdeathsig", "TERM"] + nic_command(
            binary, self.sockets, self.macs, self.nic_options, self.capture, self.control_path,
            self.log, self.extra
        )
        with open(os.path.join(self.run_dir, "nic.stderr"), "wb") as err:
            self.proc = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=err, stderr=err, start_new_session=True
            )
        wanted = self.sockets + [self.control_path]

        def ready():
            self.check_alive()
            return all(os.path.exists(path) for path in wanted)

        wait_until("skua-nic to make its sockets", 10, ready)
        for path in self.sockets:
            os.chmod(path, 0o666)
        return self

    def check_alive(self):
        if self.proc is None or self.proc.poll() is None:
            return
        raise GuestError(
            f"skua-nic ended with status {self.proc.returncode}; its last words:\n"
            + tail(os.path.join(self.run_dir, "nic.stderr"))
            + tail(self.log)
        )

    def take(self, count):
        """Sockets of the next NICs that no guest has yet."""
        if self.given + count > self.count:
            raise GuestError(f"only {self.count} NICs, {self.given} given away, {count} wanted")
        self.given += count
        return self.sockets[self.given - count : self.given]

    def control(self, request, timeout=10):
        """Sends one JSON line to skua-nic and returns its JSON answer."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout)
            sock.connect(self.control_path)
            sock.sendall(json.dumps(request).encode() + b"\n")
            data = b""
            while not data.endswith(b"\n"):
                more = sock.recv(65536)
                if not more:
                    break
                data += more
        if not data:
            self.check_alive()
            raise GuestError(f"skua-nic did not answer {request!r}")
        return json.loads(data)

    def stop(self):
        """Ends the process; raises if it had ended, or ends, by itself badly."""
        if self.proc is None:
            return
        proc, early = self.proc, self.proc.poll()
        self.proc = None
        if early is None:
            proc.terminate()
            try:
                proc.wait(10)
            except subprocess.TimeoutExpired:
                proc.kill()
                proc.wait()
        shutil.rmtree(self.private, ignore_errors=True)
        if early is not None or proc.returncode not in (0, -signal.SIGTERM):
            raise GuestError(
                f"skua-nic ended with status {proc.returncode}:\n"
                + tail(os.path.join(self.run_dir, "nic.stderr"))
            )

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def kill(self):
        if self.proc is not None:
            self.proc.kill()
            self.proc.wait()
            self.proc = None
        shutil.rmtree(self.private, ignore_errors=True)

    def __exit__(self, kind, _value, _trace):
        if kind is None:
            self.stop()
        else:
            self.kill()
