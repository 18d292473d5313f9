#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Guests with Skua NICs: User-Mode Linux kernels on this machine's own files.

As a library:

    with Nics(2) as nics, VM(nics.take(2)) as vm:
        vm.modprobe("skua")
        vm.run(["iw", "dev"], check=True).stdout
        server = vm.popen(["iperf3", "-s"], netns="ap")
        server.wait_for("listening", timeout=5)
        vm.check_log()

As a program it is `scripts/vm`; see `scripts/vm --help`.

A guest sees the machine's programs through hostfs, under an overlay in its
memory. It runs in a bubblewrap sandbox (read-only file system, no network, own
process and IPC name spaces, no privileges), so that not even root in the guest
can write to the machine.
"""

import argparse
import base64
import codecs
import collections
import fcntl
import itertools
import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import tty as ttymod

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("SKUA_BUILD", os.path.join(TOP, "build"))
GUEST_FILES = os.path.join(TOP, "scripts", "guest")
PCI_DEVICE_ID = 1234  # CONFIG_UML_PCI_OVER_VIRTIO_DEVICE_ID
MAX_NICS = 8  # of one guest: a limit of virt-pci

# What a healthy kernel never says. Each pattern begins a splat.
SPLATS = re.compile(
    r"\bBUG: |\bWARNING: |\bKASAN: |\bUBSAN: |\bkernel BUG at |\bOops\b"
    r"|INFO: task .* blocked|INFO: (possible|inconsistent|trying|suspicious|rcu|HARDIRQ|SOFTIRQ)"
    r"|DMA-API: (?!preallocated|debugging enabled)|possible (circular|recursive) locking|suspicious RCU usage"
    r"|kmemleak: (\d+ new suspected|Kernel memory leak detector disabled|Cannot)"
    r"|\bCall Trace:|Kernel panic|general protection|ODEBUG: |stalled pool shutdown"
    r"|unregister_netdevice: waiting"
    r"|scheduling while atomic|sleeping function called|refcount_t: |list_(add|del) corruption"
    r"|Kernel mode fault|Segfault with no mm|um virt-pci delay"
    r"|failed to remove key"
)


class GuestError(Exception):
    """Something about a guest that should not be; the text says what."""


class GuestDied(GuestError):
    """The guest's kernel ended when it should not have."""


class GuestTimeout(GuestError):
    """A command, or the awaited output of one, did not come in time."""


class CommandFailed(GuestError):
    """A command that was run with check=True did not return 0."""

    def __init__(self, result):
        super().__init__(
            f"{' '.join(result.args)}: status {result.returncode}\n{result.stdout}{result.stderr}"
        )
        self.result = result


class SplatFound(GuestError):
    """The guest's console holds a kernel warning or worse."""


class LeakFound(GuestError):
    """kmemleak found memory that nobody can free any more."""


Result = collections.namedtuple("Result", "args returncode stdout stderr")


def say(text):
    print(f"skua: {text}", file=sys.stderr, flush=True)


def tail(path, lines=30):
    """The last lines of a file, for error messages."""
    try:
        with open(path, errors="replace") as file:
            return "".join(file.readlines()[-lines:]).replace("\r", "")
    except OSError as err:
        return f"({err})\n"


def make_run_dir(name):
    """A new directory for logs under build/run; build/run/latest points to it."""
    base = os.path.join(BUILD, "run")
    os.makedirs(base, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in itertools.count():
        path = os.path.join(base, f"{stamp}-{name}" + (f"-{number}" if number else ""))
        try:
            os.mkdir(path)
            break
        except FileExistsError:
            continue
    link = os.path.join(base, f"latest.{os.getpid()}.{threading.get_ident()}")
    os.symlink(os.path.basename(path), link)
    os.replace(link, os.path.join(base, "latest"))
    return path


def wait_until(what, timeout, probe):
    """Calls probe() until it returns something true, which is returned."""
    end = time.monotonic() + timeout
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise GuestTimeout(f"{what}: not within {timeout} s")
        time.sleep(0.02)


# The NICs


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
        argv = nic_command(
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


# The guest


class Process:
    """A command that runs in the guest. Output is kept, and can be awaited."""

    def __init__(self, vm, ident, args, on_output=None):
        self.vm = vm
        self.ident = ident
        self.args = args
        self.returncode = None
        self.error = None
        self.on_output = on_output
        self.raw = {1: bytearray(), 2: bytearray()}
        self.merged = ""
        decoder = codecs.getincrementaldecoder("utf-8")
        self.decoders = {1: decoder("replace"), 2: decoder("replace")}

    @property
    def stdout(self):
        return self.raw[1].decode(errors="replace")

    @property
    def stderr(self):
        return self.raw[2].decode(errors="replace")

    @property
    def output(self):
        """Standard output and error, in the order in which they came."""
        return self.merged

    def poll(self):
        return self.returncode

    def wait(self, timeout=60):
        """Waits for the end and returns the status; GuestTimeout if it is late."""
        self.vm.await_event(
            lambda: self.returncode is not None or self.error is not None,
            timeout,
            lambda: f"'{' '.join(self.args)}' did not end within {timeout} s; it said:\n{self.output[-2000:]}",
        )
        if self.error is not None:
            raise GuestError(f"{' '.join(self.args)}: {self.error}")
        return self.returncode

    def wait_for(self, pattern, timeout=30, start=0):
        """Waits until the output from offset start matches; returns the match."""
        regex = re.compile(pattern, re.MULTILINE)
        found = []

        def probe():
            match = regex.search(self.merged, start)
            if match:
                found.append(match)
            return bool(match) or self.returncode is not None or self.error is not None

        def late():
            return f"'{' '.join(self.args)}' did not say {pattern!r} within {timeout} s, but:\n{self.output[-2000:]}"

        self.vm.await_event(probe, timeout, late)
        if not found:
            raise GuestError(
                f"'{' '.join(self.args)}' ended with status {self.returncode} ({self.error}) without"
                f" saying {pattern!r}; it said:\n{self.output[-2000:]}"
            )
        return found[0]

    def write(self, data):
        """To its standard input; None ends it."""
        if data is None:
            self.vm.call({"op": "stdin", "child": self.ident})
            return
        if isinstance(data, str):
            data = data.encode()
        for i in range(0, len(data), VM.CHUNK):
            text = base64.b64encode(data[i : i + VM.CHUNK]).decode()
            self.vm.call({"op": "stdin", "child": self.ident, "data": text})

    def kill(self, sig=signal.SIGTERM, timeout=10):
        """Signals it and its children; waits for the end unless timeout is 0."""
        if self.returncode is None and self.error is None:
            self.vm.ask({"op": "kill", "id": self.ident, "sig": int(sig)})
            if timeout:
                try:
                    self.wait(timeout)
                except GuestTimeout:
                    self.vm.ask({"op": "kill", "id": self.ident, "sig": int(signal.SIGKILL)})
                    self.wait(timeout)
        return self.returncode

    def took(self, number, data):
        self.raw[number] += data
        text = self.decoders[number].decode(data)
        self.merged += text
        if self.on_output:
            self.on_output(number, data)


class VM:
    """One guest.

    sockets    of its NICs (Nics.take())
    name       names its log directory
    kernel     a directory under build/kernel
    memory     as UML's mem= wants it
    cmdline    more for the kernel's command line
    run_dir    where console.log goes; made if not given
    show       directories that the guest shall see, read only, under their own
               names; the checkout and what is outside of home directories and
               /tmp are seen anyway
    """

    CHUNK = 2048  # of raw data in one message over the serial line to the guest
    READ = 32768  # and from it
    ACK = 8192  # bytes after which the agent may send more; well below its WINDOW

    def __init__(
        self, sockets=(), name="guest", kernel="plain", memory="512M", cmdline=(), run_dir=None,
        show=(),
    ):
        if len(sockets) > MAX_NICS:
            raise GuestError(f"{len(sockets)} NICs, but a guest takes {MAX_NICS} at most")
        self.sockets = list(sockets)
        self.name = name
        self.kernel_dir = os.path.join(BUILD, "kernel", os.environ.get("SKUA_KERNEL", kernel))
        self.memory = memory
        self.cmdline = list(cmdline)
        self.show = [TOP, *show]
        self.run_dir = run_dir or make_run_dir(name)
        self.console = os.path.join(self.run_dir, f"{name}.console.log")
        self.release = None
        self.boot_seconds = None
        self.proc = None
        self.line = None
        self.stage = None
        self.ready = threading.Event()
        self.changed = threading.Condition()
        self.dead = None
        self.stopping = False
        self.numbers = itertools.count(1)
        self.processes = {}
        self.replies = {}
        self.send_lock = threading.Lock()
        self.reader = None
        self.checked = 0
        self.killed_at = None

    # life

    def start(self, timeout=60):
        """Boots; returns when the agent in the guest answers."""
        begin = time.monotonic()
        self.prepare_stage()
        ours, theirs = socket.socketpair()
        self.line = ours
        argv = self.sandbox() + self.kernel_command(theirs.fileno())
        with open(self.console, "wb") as log:
            self.proc = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd="/",
            )
        theirs.close()
        self.reader = threading.Thread(target=self.read_line, daemon=True, name="agent")
        self.reader.start()
        threading.Thread(target=self.watch, daemon=True, name="watch").start()
        end = begin + timeout
        while not self.ready.wait(0.1):
            if self.dead:
                raise self.dead
            if time.monotonic() > end:
                self.kill()
                raise GuestTimeout(f"no agent within {timeout} s; the console:\n{tail(self.console)}")
        self.boot_seconds = time.monotonic() - begin
        return self

    def prepare_stage(self):
        """Copies what the guest's first steps need to where its user may read."""
        if not os.access(os.path.join(self.kernel_dir, "linux"), os.X_OK):
            raise GuestError(f"no kernel in {self.kernel_dir}: run make")
        if shutil.which("bwrap") is None:
            raise GuestError("bubblewrap (bwrap) is not installed: run scripts/setup.sh")
        self.stage = tempfile.mkdtemp(prefix="skua-guest-")
        os.chmod(self.stage, 0o755)
        shutil.copytree(GUEST_FILES, os.path.join(self.stage, "guest"),
                        ignore=shutil.ignore_patterns("__pycache__"))
        firmware = os.path.join(self.stage, "fw")
        os.mkdir(firmware)
        image = os.path.join(BUILD, "fw", "skua.fw")
        if os.path.exists(image):
            shutil.copy(image, firmware)
        subprocess.run(["chmod", "-R", "go+rX", self.stage], check=True)

    def sandbox(self):
        """bubblewrap's command line, up to the program to run in it."""
        argv = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-net",
                "--unshare-uts", "--clearenv",
                "--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/dev/shm",
                "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"]
        # the whole machine, read only, but for what is private
        private = {"proc", "sys", "dev", "tmp", "run", "root", "home", "lost+found", "boot", "skua"}
        for entry in sorted(os.listdir("/")):
            path = "/" + entry
            if os.path.islink(path):
                argv += ["--symlink", os.readlink(path), path]
            elif os.path.isdir(path) and entry not in private:
                argv += ["--ro-bind", path, path]
        argv += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp",
                 "--perms", "1777", "--tmpfs", "/dev/shm",
                 "--perms", "0755", "--tmpfs", "/run"]
        for entry in ("sys", "root", "home", "skua", "skua/ovl"):
            argv += ["--perms", "0755", "--dir", "/" + entry]
        argv += ["--ro-bind", os.path.join(self.stage, "guest"), "/skua/guest",
                 "--ro-bind", os.path.join(self.stage, "fw"), "/skua/fw",
                 "--ro-bind", self.kernel_dir, "/skua/kernel"]
        for path in self.show:
            parts = path.split("/")
            if parts[1] in private:
                # bubblewrap would make the directories above for its user alone
                for depth in range(3, len(parts)):
                    argv += ["--perms", "0755", "--dir", "/".join(parts[:depth])]
                argv += ["--ro-bind", path, path]
        for number, path in enumerate(self.sockets):
            argv += ["--ro-bind", path, f"/skua/nic{number}"]
        if os.geteuid() == 0:
            # nobody: what root may do by file permission alone is not for a guest
            argv += ["--", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                     "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        return argv + ["--"]

    def kernel_command(self, line_fd):
        argv = ["/skua/kernel/linux", f"mem={self.memory}", f"umid={self.name}",
                "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro",
                "init=/skua/guest/init", "con=null", "con0=null,fd:1", "ssl=null",
                f"ssl0=fd:{line_fd}", "panic=-1", "loglevel=7",
                "virt_pci.max_delay_us=5000000"]
        argv += [f"virtio_uml.device=/skua/nic{n}:{PCI_DEVICE_ID}" for n in range(len(self.sockets))]
        return argv + self.cmdline

    def stop(self, timeout=10):
        """Powers the guest off."""
        if self.proc is None:
            return
        self.stopping = True
        if self.proc.poll() is None and not self.dead:
            try:
                self.ask({"op": "poweroff"})
                self.proc.wait(timeout)
            except (GuestError, subprocess.TimeoutExpired):
                pass
        self.kill()

    def kill(self):
        """Ends the guest at once."""
        self.stopping = True
        if self.proc is not None:
            if self.proc.poll() is None:
                # what a kernel says while its own threads are shot proves nothing
                self.killed_at = len(self.console_text())
                self.proc.kill()  # takes its process name space along
            self.proc.wait()
        if self.reader is not None:
            # the kernel ends a little later, and its end of the line with it
            self.reader.join(5)
        if self.line is not None:
            try:
                self.line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if self.stage:
            shutil.rmtree(self.stage, ignore_errors=True)
            self.stage = None

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def __exit__(self, *_):
        self.stop()

    # the agent's line

    def read_line(self):
        buffer, unacked = bytearray(), 0
        while True:
            try:
                data = self.line.recv(65536)
            except OSError:
                data = b""
            if not data:
                return
            buffer += data
            unacked += len(data)
            if unacked >= self.ACK:
                self.acknowledge(unacked)
                unacked = 0
            while True:
                end = buffer.find(b"\n")
                if end < 0:
                    break
                text = bytes(buffer[:end])
                del buffer[: end + 1]
                if text.startswith(b"{"):
                    self.heard(json.loads(text))

    def acknowledge(self, count):
        try:
            self.ask({"op": "ack", "bytes": count})
        except GuestError:
            pass  # its end is told to who waits for it

    def heard(self, msg):
        kind = msg["ev"]
        if kind == "ready":
            self.release = msg["release"]
            self.ready.set()
            return
        with self.changed:
            process = self.processes.get(msg.get("id"))
            if kind == "out" and process:
                process.took(msg["fd"], base64.b64decode(msg["data"]))
            elif kind == "exit" and process:
                process.returncode = msg["rc"]
            elif kind == "reply" and process:
                process.error = msg.get("error", "refused")
            elif kind == "reply":
                self.replies[msg["id"]] = msg
            self.changed.notify_all()

    def watch(self):
        """Notices the end of the guest."""
        status = self.proc.wait()
        with self.changed:
            text = "the guest was stopped" if self.stopping else f"the guest died with status {status}"
            self.dead = GuestDied(f"{text}; the end of {self.console}:\n{tail(self.console)}")
            self.changed.notify_all()

    def await_event(self, probe, timeout, late):
        with self.changed:
            end = time.monotonic() + timeout
            while not probe():
                if self.dead:
                    raise self.dead
                left = end - time.monotonic()
                if left <= 0:
                    raise GuestTimeout(late())
                self.changed.wait(left)

    def ask(self, msg):
        if self.dead:
            raise self.dead
        try:
            with self.send_lock:
                self.line.sendall(json.dumps(msg, separators=(",", ":")).encode() + b"\n")
        except OSError as err:
            self.proc.wait(10)
            raise self.dead or GuestDied(f"the guest's line: {err}") from err

    def call(self, msg, timeout=30):
        """Asks for something that is answered by one reply."""
        ident = msg["id"] = next(self.numbers)
        self.ask(msg)
        self.await_event(
            lambda: ident in self.replies, timeout, lambda: f"the guest did not answer {msg['op']}"
        )
        reply = self.replies.pop(ident)
        if "error" in reply:
            raise GuestError(f"guest: {reply['error']}")
        return reply

    # commands

    def popen(self, args, netns=None, env=None, cwd=None, tty=None, on_output=None):
        """Starts a command in the guest; a string is given to the shell."""
        argv = ["/bin/sh", "-c", args] if isinstance(args, str) else [str(arg) for arg in args]
        process = Process(self, next(self.numbers), argv, on_output)
        self.processes[process.ident] = process
        msg = {"op": "spawn", "id": process.ident, "argv": argv}
        for key, value in (("netns", netns), ("env", env), ("cwd", cwd), ("tty", tty)):
            if value:
                msg[key] = value
        self.ask(msg)
        return process

    def run(self, args, netns=None, timeout=60, check=False, stdin=None, env=None, cwd=None):
        """Runs a command in the guest to its end, at most timeout seconds."""
        process = self.popen(args, netns=netns, env=env, cwd=cwd)
        if stdin:
            process.write(stdin)
        process.write(None)
        try:
            process.wait(timeout)
        except GuestTimeout:
            process.kill(signal.SIGKILL, timeout=0)
            raise
        result = Result(process.args, process.returncode, process.stdout, process.stderr)
        del self.processes[process.ident]
        if check and result.returncode != 0:
            raise CommandFailed(result)
        return result

    def put(self, path, data, mode=0o644):
        """Writes a file in the guest."""
        if isinstance(data, str):
            data = data.encode()
        for i in range(0, max(len(data), 1), self.CHUNK):
            text = base64.b64encode(data[i : i + self.CHUNK]).decode()
            self.call({"op": "write", "path": path, "data": text, "mode": mode, "append": i > 0})

    def get(self, path):
        """Reads a file of the guest; bytes. One below READ bytes is of one moment."""
        data = b""
        while True:
            reply = self.call({"op": "read", "path": path, "offset": len(data), "size": self.READ})
            more = base64.b64decode(reply["data"])
            data += more
            if len(more) < self.READ:
                return data

    def modprobe(self, module, *params, timeout=60):
        self.run(["modprobe", module, *params], check=True, timeout=timeout)

    def phys(self):
        """Names of the wireless devices in the guest's first name space, in order."""
        names = self.run(["ls", "/sys/class/ieee80211"]).stdout.split()
        return sorted(names, key=lambda name: int(re.sub(r"\D", "", name) or 0))

    def add_netns(self, name, phy=None):
        """Makes a network name space and moves a wireless device into it."""
        self.run(["ip", "netns", "add", name], check=True)
        self.run(["ip", "link", "set", "lo", "up"], netns=name, check=True)
        if phy:
            self.run(["iw", "phy", phy, "set", "netns", "name", name], check=True)

    # the console

    def console_text(self):
        with open(self.console, errors="replace") as log:
            return log.read().replace("\r", "")

    def log_mark(self):
        """Makes check_log() look only at what comes from now on."""
        self.checked = len(self.console_text())

    def splats(self, ignore=None):
        """Console lines that a healthy kernel does not print, with what follows."""
        lines = self.console_text()[self.checked : self.killed_at].splitlines()
        skip = re.compile(ignore) if ignore else None
        found = []
        for number, line in enumerate(lines):
            if SPLATS.search(line) and not (skip and skip.search(line)):
                found.append("\n".join(lines[number : number + 25]))
        return found

    def leaks(self):
        """What kmemleak finds, as text; None on a kernel without it.

        It speaks only of what is older than half a second (a patch of ours: else
        five), and only if two scans in a row found no pointer to it and no change.
        """
        report = "/sys/kernel/debug/kmemleak"
        if self.run(["test", "-e", report]).returncode:
            return None
        time.sleep(0.6)
        self.run(f"echo scan > {report} && echo scan > {report}", check=True, timeout=120)
        return self.run(["cat", report], check=True, timeout=120).stdout

    def check_leaks(self):
        """Raises LeakFound if memory was lost; only a debug kernel knows."""
        found = self.leaks()
        if found:
            raise LeakFound(f"{self.name} leaks memory:\n{found[:8000]}")

    def check_log(self, ignore=None):
        """Raises SplatFound if the kernel complained since the last mark."""
        found = self.splats(ignore)
        if found:
            raise SplatFound(f"{len(found)} complaints in {self.console}; the first:\n{found[0]}")


# The program


def window_size(fd):
    rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, b"\0" * 8))
    return [rows or 24, columns or 80]


def interactive(vm, argv, netns=None, cwd=None):
    """Runs a command in the guest on this terminal; returns its status."""
    here = sys.stdin.fileno()
    is_tty = os.isatty(here)

    def out(_number, data):
        os.write(1, data)

    env = {"TERM": os.environ.get("TERM", "linux"), "PS1": r"guest \w # "}
    process = vm.popen(argv, netns=netns, tty=window_size(here) if is_tty else None,
                       on_output=out, env=env, cwd=cwd)
    saved = termios.tcgetattr(here) if is_tty else None
    if is_tty:
        ttymod.setraw(here)
        signal.signal(
            signal.SIGWINCH,
            lambda *_: vm.ask({"op": "resize", "id": process.ident, "tty": window_size(here)}),
        )
    try:
        open_input = True
        while process.poll() is None and process.error is None and not vm.dead:
            ready = select.select([here] if open_input else [], [], [], 0.05)[0]
            if ready:
                data = os.read(here, 1024)
                process.write(data or None)
                open_input = bool(data)
    finally:
        if saved:
            termios.tcsetattr(here, termios.TCSADRAIN, saved)
    return process.wait(5)


def forward(vm, argv, timeout):
    """Runs a command in the guest with its output on ours; returns its status."""
    def out(number, data):
        stream = sys.stdout if number == 1 else sys.stderr
        stream.buffer.write(data)
        stream.buffer.flush()

    # the checkout and the current directory are there under their own names
    process = vm.popen(argv, on_output=out, cwd=os.getcwd())
    process.write(None)
    return process.wait(timeout)


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/vm", description="Boots a guest with Skua NICs and runs a command in it."
    )
    parser.add_argument("--nics", type=int, default=0, metavar="N",
                        help="NICs of the guest, 0 to 8 (skua.ko is loaded if there are any)")
    parser.add_argument("--hwsim", type=int, default=0, metavar="N",
                        help="load mac80211_hwsim with N radios")
    parser.add_argument("--guests", type=int, default=1, metavar="N",
                        help="boot N guests, each with --nics NICs; the command runs in the first")
    parser.add_argument("--kernel", default="plain", help="plain or debug (build/kernel/...)")
    parser.add_argument("--memory", default="512M", help="of each guest")
    parser.add_argument("--no-load", action="store_true", help="leave loading skua.ko to the command")
    parser.add_argument("--module", default="", metavar="PARAMS", help="parameters for skua.ko")
    parser.add_argument("--append", default="", metavar="WORDS", help="for the kernel's command line")
    parser.add_argument("--nic-option", action="append", default=[], metavar="OPT",
                        help="one more option for skua-nic; may be repeated")
    parser.add_argument("--timeout", type=float, default=600, help="of the command, in seconds")
    parser.add_argument("--shell", action="store_true", help="an interactive shell in the guest")
    parser.add_argument("--quiet", action="store_true", help="say nothing of our own")
    parser.add_argument("command", nargs="*", help="after --, what to run in the guest")
    args = parser.parse_args()
    if not args.shell and not args.command:
        parser.error("give --shell, or -- and a command")
    return args


def load_driver(vm, args):
    vm.modprobe("cfg80211")
    vm.run(["iw", "reg", "set", "US"])
    if args.hwsim:
        vm.modprobe("mac80211_hwsim", f"radios={args.hwsim}")
    if args.nics and not args.no_load:
        vm.modprobe("skua", *args.module.split())


def run_program(args):
    vms = []
    run_dir = make_run_dir("vm")
    nics = None
    if args.nics:
        nics = Nics(args.nics * args.guests, run_dir=run_dir, extra=args.nic_option)
    try:
        if nics:
            nics.start()
        for number in range(args.guests):
            name = f"guest{number}" if args.guests > 1 else "guest"
            vms.append(VM(nics.take(args.nics) if nics else (), name=name, kernel=args.kernel,
                          memory=args.memory, cmdline=args.append.split(), run_dir=run_dir,
                          show=[os.getcwd()]))
            vms[-1].start()
            load_driver(vms[-1], args)
        if not args.quiet:
            say(f"booted in {vms[0].boot_seconds:.1f} s; logs in {run_dir}")
        if args.shell:
            return interactive(vms[0], args.command or ["/bin/bash", "--norc", "-i"])
        return forward(vms[0], args.command, args.timeout)
    finally:
        for vm in vms:
            vm.stop()
            for splat in vm.splats():
                say(f"the kernel of {vm.name} complained:\n{splat}")
        if nics:
            nics.kill()


def main():
    try:
        status = run_program(parse_arguments())
    except GuestError as err:
        say(str(err))
        sys.exit(125)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
