# SPDX-License-Identifier: GPL-2.0-only
"""The bus front end under the kernel that it is made for: User-Mode Linux."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "scripts" / "lab"))
skuavm = pytest.importorskip("skuavm", reason="scripts/lab/skuavm is needed to boot a guest")

BUS_NIC = os.environ.get("BUS_NIC", "build/bus_nic")
KERNEL = pathlib.Path(skuavm.BUILD) / "kernel" / "plain" / "linux"
DEV = "/sys/bus/pci/devices/0000:00:0"

if not KERNEL.exists():
    pytest.skip("the UML kernel is not built (make kernel)", allow_module_level=True)


@pytest.fixture(name="nic")
def fixture_nic():
    # The guest runs as another user, so neither the directory nor the sockets
    # may be private.
    with tempfile.TemporaryDirectory(prefix="skua-") as directory:
        os.chmod(directory, 0o755)
        paths = [f"{directory}/nic{i}" for i in range(2)]
        with subprocess.Popen([BUS_NIC, *paths], stdout=subprocess.PIPE) as proc:
            assert proc.stdout.readline() == b"ready\n"
            for path in paths:
                os.chmod(path, 0o666)
            yield paths
            proc.terminate()
            assert proc.wait(20) == 0


def sh(vm, command):
    return vm.run(["sh", "-c", command], check=True).stdout


def test_guest(nic):
    """Two NICs are found, sized, reset, removed, found again; then a reboot."""
    for _ in range(2):
        with skuavm.VM(nic) as vm:
            for i in range(2):
                dev = f"{DEV}{i}.0"
                assert sh(vm, f"cat {dev}/vendor {dev}/device {dev}/class").split() == [
                    "0x1af4", "0x10f5", "0x028000"]
                start, end, _ = sh(vm, f"head -1 {dev}/resource").split()
                assert int(end, 16) - int(start, 16) == 0xFFFF
                assert sh(vm, f"cat {dev}/reset_method").split() == ["flr", "pm"]
                sh(vm, f"echo 1 > {dev}/reset")
            sh(vm, f"echo 1 > {DEV}1.0/remove; echo 1 > /sys/bus/pci/rescan")
            assert sh(vm, f"cat {DEV}1.0/device").strip() == "0x10f5"
            # 1024 reads of the configuration space, each waited for
            begin = time.monotonic()
            config = sh(vm, f"od -An -v -tx1 -w4096 {DEV}0.0/config").split()
            assert time.monotonic() - begin < 5
            assert len(config) == 4096
            assert config[:4] == ["f4", "1a", "f5", "10"]
            vm.console.check()
