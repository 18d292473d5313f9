# SPDX-License-Identifier: GPL-2.0-only
"""The skua-nic process: NICs that share an air."""

import json
import os
import signal
import socket
import subprocess

from .errors import GuestError, wait_until
from .processors import PROCESSORS
from .runs import BUILD, make_run_dir, make_temporary, remove_temporary, tail


def mac_address(number):
    """The address that NIC `number` of a process gets unless told otherwise.

    Each is the first of a block of 256, for the further BSSes of an access point: hostapd
    numbers them from the first one's address, whose low bits have to be zero for that.
    """
    return f"02:5c:0a:00:{number + 1:02x}:00"


# Limits of a capture, in octets. Management frames are whole, and so are key handshakes (an
# encrypted message 3 of a rekeying has some 350 octets), DHCP and pings; only longer data
# frames, those of a bulk transfer, are cut.
CAPTURE_SNAPLEN = 512
CAPTURE_SIZE = 32 << 20


class Nics:
    """One skua-nic process: NICs that share an air, for one or more guests.

    macs           addresses of the NICs
    capture        whether there is a capture of the air, air.pcapng
    whole_capture  no limits to captures; else see CAPTURE_SNAPLEN and CAPTURE_SIZE
    run_dir        where log and capture go; made if not given
    extra          options of the process, see skua-nic --help; SKUA_CRYPTO in the environment
                   is for its --crypto
    nic_options    more for --nic, for each NIC
    """

    def __init__(self, count, macs=None, capture=True, run_dir=None, extra=(), nic_options="",
                 whole_capture=False):
        self.count = count
        self.macs = list(macs or (mac_address(i) for i in range(count)))
        self.run_dir = run_dir or make_run_dir("nics")
        self.log = os.path.join(self.run_dir, "nic.log")
        self.capture = os.path.join(self.run_dir, "air.pcapng") if capture else None
        self.limits = (0, 0) if whole_capture else (CAPTURE_SNAPLEN, CAPTURE_SIZE)
        self.extra = extra
        self.nic_options = nic_options
        self.proc = None
        self.given = 0
        # Unix sockets need short paths, and only the guest's user may pass
        self.private = make_temporary()
        self.socket_dir = os.path.join(self.private, "s")
        os.mkdir(self.socket_dir)
        os.chmod(self.socket_dir, 0o755)
        self.sockets = [os.path.join(self.socket_dir, f"nic{i}") for i in range(count)]
        self.control_path = os.path.join(self.private, "control")

    def start(self):
        binary = os.path.join(BUILD, "device", "skua-nic")
        if not os.access(binary, os.X_OK):
            raise GuestError(f"{binary} is not built: run make")
        # skua-nic ends when the thread that has started it ends, however that is
        argv = PROCESSORS.for_nics() + [binary, "--parent", str(os.getpid()), *self.options()]
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

    def options(self):
        """skua-nic's own options."""
        argv = []
        for number, (path, mac) in enumerate(zip(self.sockets, self.macs)):
            more = f",{self.nic_options}" if self.nic_options else ""
            argv += ["--nic", f"socket={path},mac={mac},name=nic{number}{more}"]
        if self.capture:
            snaplen, size = self.limits
            argv += ["--capture", self.capture, "--snaplen", str(snaplen),
                     "--capture-size", str(size)]
        if "SKUA_CRYPTO" in os.environ:
            argv += ["--crypto", os.environ["SKUA_CRYPTO"]]
        return argv + ["--control", self.control_path, "--log", self.log, *self.extra]

    def begin_capture(self, name):
        """Ends the capture and begins another one, whose file's name is given."""
        self.capture = os.path.join(self.run_dir, name)
        snaplen, size = self.limits
        answer = self.control(
            {"cmd": "capture", "file": self.capture, "snaplen": snaplen, "size": size})
        if not answer["ok"]:
            raise GuestError(f"capture {self.capture}: {answer['error']}")

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
        remove_temporary(self.private)
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
        remove_temporary(self.private)

    def __exit__(self, kind, _value, _trace):
        if kind is None:
            self.stop()
        else:
            self.kill()
