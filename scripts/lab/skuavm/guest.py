# SPDX-License-Identifier: GPL-2.0-only
"""The guest: a User-Mode Linux kernel in a sandbox, with an agent to talk to."""

import os
import re
import subprocess
import threading
import time

from .channel import Channel
from .console import Console
from .errors import GuestDied, GuestError, GuestTimeout, LeakFound
from .processors import PROCESSORS
from .runs import BUILD, TOP, make_run_dir, tail
from .sandbox import Sandbox

PCI_DEVICE_ID = 1234  # CONFIG_UML_PCI_OVER_VIRTIO_DEVICE_ID
MAX_NICS = 8  # of one guest: a limit of virt-pci


def has_smp(kernel_dir):
    """Whether this kernel can have several processors."""
    try:
        with open(os.path.join(kernel_dir, "config"), encoding="ascii") as config:
            return "CONFIG_SMP=y\n" in config
    except FileNotFoundError:
        return False  # what is missing is said when the guest starts


class VM(Channel):
    """One guest.

    sockets    of its NICs (Nics.take())
    name       names its log
    kernel     a directory under build/kernel
    ncpus      processors, if the kernel can have more than one
    memory     as UML's mem= wants it
    cmdline    more for the kernel's command line
    run_dir    where its log goes; made if not given
    programs   a directory with programs, in sbin or bin, that the guest shall use in
               place of the machine's own: another hostapd, say; SKUA_PROGRAMS if not given
    show       directories that the guest shall see, read only, under their own
               names, besides the checkout and everything that is outside of home
               directories and /tmp
    """

    def __init__(
        self, sockets=(), name="guest", kernel="plain", memory="512M", cmdline=(), run_dir=None,
        show=(), programs=None, ncpus=2,
    ):
        super().__init__()
        if len(sockets) > MAX_NICS:
            raise GuestError(f"{len(sockets)} NICs, but a guest takes {MAX_NICS} at most")
        self.name = name
        self.memory = memory
        self.nics = len(sockets)
        self.cmdline = list(cmdline)
        self.run_dir = run_dir or make_run_dir(name)
        self.console = Console(os.path.join(self.run_dir, f"{name}.console.log"))
        kernel_dir = os.path.join(BUILD, "kernel", os.environ.get("SKUA_KERNEL", kernel))
        self.ncpus = ncpus if has_smp(kernel_dir) else 1
        programs = programs or os.environ.get("SKUA_PROGRAMS")
        if programs:
            programs = os.path.abspath(programs)
            if not any(os.path.isdir(os.path.join(programs, d)) for d in ("sbin", "bin")):
                raise GuestError(f"no sbin and no bin in {programs}, where programs should be")
        self.sandbox = Sandbox(kernel_dir, list(sockets), [TOP, *show], programs)
        self.boot_seconds = None
        self.proc = None
        self.stopping = False

    # life

    def start(self, timeout=60):
        """Boots; returns when the agent in the guest answers."""
        begin = time.monotonic()
        self.sandbox.prepare()
        theirs = self.open()
        argv = (PROCESSORS.for_guest(self.ncpus) + self.sandbox.command()
                + self.kernel_command(theirs.fileno()))
        with open(self.console.path, "wb") as log:
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
        self.listen()
        threading.Thread(target=self.watch, daemon=True, name="watch").start()
        end = begin + timeout
        while not self.ready.wait(0.1):
            if self.dead:
                raise self.dead
            if time.monotonic() > end:
                self.kill()
                raise GuestTimeout(
                    f"no agent within {timeout} s; the console:\n{tail(self.console.path)}")
        self.boot_seconds = time.monotonic() - begin
        return self

    def kernel_command(self, line_fd):
        argv = ["/skua/kernel/linux", f"mem={self.memory}", f"umid={self.name}",
                "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro",
                "init=/skua/guest/init", "con=null", "con0=null,fd:1", "ssl=null",
                f"ssl0=fd:{line_fd}", "panic=-1", "loglevel=7",
                # since 6.15 the second one's; the other is ignored in silence
                "virt_pci.max_delay_us=5000000", "virtio_pcidev.max_delay_us=5000000"]
        if self.ncpus > 1:
            argv += ["seccomp=on", f"ncpus={self.ncpus}"]
        argv += [f"virtio_uml.device=/skua/nic{n}:{PCI_DEVICE_ID}" for n in range(self.nics)]
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
                # messages of a kernel whose threads are being killed prove nothing
                self.console.close()
                self.proc.kill()  # takes its process name space along
            self.proc.wait()
        self.close()
        self.sandbox.remove()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def __exit__(self, *_):
        self.stop()

    def watch(self):
        """Notices the end of the guest."""
        status = self.proc.wait()
        text = "the guest was stopped" if self.stopping else f"the guest died with status {status}"
        self.end(GuestDied(f"{text}; the end of {self.console.path}:\n{tail(self.console.path)}"))

    # commands

    def modprobe(self, module, *params, timeout=60):
        self.run(["modprobe", module, *params], check=True, timeout=timeout)

    def phys(self):
        """Names of the wireless devices in the guest's first name space, in order."""
        names = self.run(["ls", "/sys/class/ieee80211"]).stdout.split()
        return sorted(names, key=lambda name: int(re.sub(r"\D", "", name) or 0))

    def add_netns(self, name, phy=None):
        """Makes a network name space and moves a wireless device into it."""
        self.run(f"ip netns add {name} && ip -n {name} link set lo up", check=True)
        if phy:
            self.run(["iw", "phy", phy, "set", "netns", "name", name], check=True)

    # lost memory

    def leaks(self):
        """The leaks that kmemleak finds, as text; None on a kernel without it.

        kmemleak reports only memory that is older than half a second (by a patch of ours;
        else five), and only if two scans in a row found no pointer to it and no change.
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
