# SPDX-License-Identifier: GPL-2.0-only
"""The sandbox of a guest's kernel: the part of the machine that the guest sees."""

import os
import shutil
import subprocess

from .errors import GuestError
from .runs import BUILD, TOP, make_temporary, remove_temporary

GUEST_FILES = os.path.join(TOP, "scripts", "lab", "guest")
# directories that are the machine's own, or private
PRIVATE = {"proc", "sys", "dev", "tmp", "run", "root", "home", "lost+found", "boot", "skua"}


class Sandbox:
    """A bubblewrap sandbox for one guest.

    kernel_dir  of the kernel and its modules: /skua/kernel in the guest
    sockets     of the guest's NICs: /skua/nic0 and so on
    show        directories that the guest shall see, read only, under their own names
    programs    a directory, /skua/programs in the guest, whose sbin and bin the guest
                searches first; or None
    """

    def __init__(self, kernel_dir, sockets, show, programs=None):
        self.kernel_dir, self.sockets, self.show = kernel_dir, sockets, show
        self.programs = programs
        self.stage = None

    def prepare(self):
        """Copies files for the guest's first steps to a place that its user may read."""
        if not os.access(os.path.join(self.kernel_dir, "linux"), os.X_OK):
            raise GuestError(f"no kernel in {self.kernel_dir}: run make")
        if shutil.which("bwrap") is None:
            raise GuestError("bubblewrap (bwrap) is not installed: run scripts/build/setup.sh")
        self.stage = make_temporary()
        os.chmod(self.stage, 0o755)
        shutil.copytree(GUEST_FILES, os.path.join(self.stage, "guest"),
                        ignore=shutil.ignore_patterns("__pycache__"))
        firmware = os.path.join(self.stage, "fw")
        os.mkdir(firmware)
        image = os.path.join(BUILD, "fw", "skua.fw")
        if os.path.exists(image):
            shutil.copy(image, firmware)
        subprocess.run(["chmod", "-R", "go+rX", self.stage], check=True)

    def remove(self):
        if self.stage:
            remove_temporary(self.stage)
            self.stage = None

    def command(self):
        """bubblewrap's command line, up to the program to run in it."""
        argv = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-net",
                "--unshare-uts", "--clearenv",
                "--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/dev/shm",
                "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"]
        # the whole machine, read only, without the private directories
        for entry in sorted(os.listdir("/")):
            path = "/" + entry
            if os.path.islink(path):
                argv += ["--symlink", os.readlink(path), path]
            elif os.path.isdir(path) and entry not in PRIVATE:
                argv += ["--ro-bind", path, path]
        argv += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp",
                 "--perms", "1777", "--tmpfs", "/dev/shm",
                 "--perms", "0755", "--tmpfs", "/run"]
        for entry in ("sys", "root", "home", "skua", "skua/ovl"):
            argv += ["--perms", "0755", "--dir", "/" + entry]
        argv += ["--ro-bind", os.path.join(self.stage, "guest"), "/skua/guest",
                 "--ro-bind", os.path.join(self.stage, "fw"), "/skua/fw",
                 "--ro-bind", self.kernel_dir, "/skua/kernel"]
        if self.programs:
            argv += ["--ro-bind", self.programs, "/skua/programs"]
        for path in self.show:
            parts = path.split("/")
            if parts[1] in PRIVATE:
                # bubblewrap would make the directories above for its user alone
                for depth in range(3, len(parts)):
                    argv += ["--perms", "0755", "--dir", "/".join(parts[:depth])]
                argv += ["--ro-bind", path, path]
        for number, path in enumerate(self.sockets):
            argv += ["--ro-bind", path, f"/skua/nic{number}"]
        if os.geteuid() == 0:
            # the user nobody: a guest shall not have root's access to files
            argv += ["--", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                     "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        return argv + ["--"]
