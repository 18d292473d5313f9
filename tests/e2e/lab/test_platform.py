# SPDX-License-Identifier: GPL-2.0-only
"""The ground that the other tests stand on: guests, their isolation, the agent.

No Skua NIC takes part; where a radio is needed, it is mac80211_hwsim's.
"""

import os
import signal
import subprocess
import time

import pytest

import skualink
import skuavm


def test_guest_sees_the_machines_programs_and_writes_in_memory_only(bare):
    vm = bare.vms[0]
    probe = f"/usr/share/skua-probe-{os.getpid()}"
    vm.run(f"echo mine > {probe}", check=True)
    assert vm.run(["cat", probe]).stdout == "mine\n"
    assert not os.path.exists(probe)
    assert vm.run(["hostapd", "-v"]).stderr.startswith("hostapd v")


@pytest.mark.parametrize("target", ["/usr/share", "/etc", "/var/tmp", "/skua/guest", "/skua/kernel"])
def test_guest_root_cannot_write_to_the_machine(bare, target):
    vm = bare.vms[0]
    name = f"skua-probe-{os.getpid()}"
    vm.run("mkdir -p /tmp/host && mount -t hostfs none /tmp/host -o /", check=True)
    vm.run("mount -o remount,rw /tmp/host")
    assert vm.run(["ls", f"/tmp/host{target}"]).returncode == 0, "the probe looks at nothing"
    result = vm.run(["touch", f"/tmp/host{target}/{name}"])
    vm.run(["umount", "/tmp/host"], check=True)
    assert result.returncode != 0
    assert "Read-only file system" in result.stderr or "Permission denied" in result.stderr
    assert not os.path.exists(os.path.join(target, name))


def test_guest_has_no_network_of_the_machine(bare):
    vm = bare.vms[0]
    links = vm.run(["ip", "-br", "link"], check=True).stdout.split("\n")
    assert [line.split()[0] for line in links if line] == ["lo"]


def test_files_of_any_size_pass_both_ways(bare):
    vm = bare.vms[0]
    for size in (0, 1, 2047, 2048, 2049, 300_000):
        data = os.urandom(size)
        vm.put("/tmp/file", data, mode=0o640)
        assert vm.get("/tmp/file") == data
    assert vm.run(["stat", "-c", "%a", "/tmp/file"]).stdout == "640\n"
    with pytest.raises(skuavm.GuestError, match="No such file"):
        vm.get("/tmp/nothing")


def test_commands_report_output_status_and_signals(bare):
    vm = bare.vms[0]
    result = vm.run("echo out; echo err >&2; exit 7")
    assert (result.returncode, result.stdout, result.stderr) == (7, "out\n", "err\n")
    assert vm.run(["cat"], stdin="x" * 100_000).stdout == "x" * 100_000
    assert len(vm.run("head -c 2000000 /dev/zero").stdout) == 2_000_000
    with pytest.raises(skuavm.CommandFailed):
        vm.run(["false"], check=True)
    with pytest.raises(skuavm.GuestError, match="no-such-program"):
        vm.run(["no-such-program"])
    sleeper = vm.popen(["sleep", "60"])
    sleeper.kill(signal.SIGTERM)
    assert sleeper.returncode == -signal.SIGTERM


def test_a_command_that_takes_too_long_is_ended(bare):
    vm = bare.vms[0]
    with pytest.raises(skuavm.GuestTimeout, match="sleep 61"):
        vm.run(["sleep", "61"], timeout=1)
    skuavm.wait_until("the command's end", 5,
                      lambda: "sleep 61" not in vm.run(["ps", "ax", "-o", "args"]).stdout)


def test_the_output_of_a_background_process_can_be_awaited(bare):
    vm = bare.vms[0]
    process = vm.popen("echo one; read x; echo got $x; sleep 60")
    process.wait_for("one", 10)
    process.write("two\n")
    assert process.wait_for(r"got (\w+)", 10)[1] == "two"
    with pytest.raises(skuavm.GuestTimeout, match="three"):
        process.wait_for("three", 0.5)
    process.kill(signal.SIGKILL)


def test_name_spaces_separate_commands(bare):
    vm = bare.vms[0]
    vm.add_netns("one")
    vm.run(["ip", "link", "add", "here", "type", "dummy"], netns="one", check=True)
    assert "here" in vm.run(["ip", "-br", "link"], netns="one").stdout
    assert "here" not in vm.run(["ip", "-br", "link"]).stdout


def test_the_death_of_a_guest_is_noticed_at_once(lab):
    vm = lab.guest()
    waiting = vm.popen(["sleep", "60"])
    vm.run("echo last words > /dev/kmsg", check=True)
    begin = time.monotonic()
    vm.popen("sleep 0.2; exec busybox poweroff -f")
    with pytest.raises(skuavm.GuestDied, match="last words"):
        waiting.wait(30)
    assert time.monotonic() - begin < 5
    with pytest.raises(skuavm.GuestDied):
        vm.run(["true"])


@pytest.mark.splats
@pytest.mark.parametrize("text", [
    "BUG: sleeping function called from invalid context",
    "WARNING: CPU: 0 PID: 1 at net/mac80211/main.c:1",
    "BUG: KASAN: slab-use-after-free in skua_tx",
    "UBSAN: array-index-out-of-bounds in tx.c",
    "kmemleak: 1 new suspected memory leaks",
    "INFO: task hostapd:12 blocked for more than 60 seconds.",
], ids=["atomic", "warning", "address", "undefined", "leak", "hung"])  # the console has the ids
def test_complaints_of_the_kernel_are_found(bare, text):
    vm = bare.vms[0]
    vm.console.check()
    vm.put("/dev/kmsg", text + "\n")
    skuavm.wait_until("the console", 5, lambda: text in vm.console.text())
    with pytest.raises(skuavm.SplatFound):
        vm.console.check()
    vm.console.check(ignore=r"BUG|WARNING|UBSAN|kmemleak|INFO")
    vm.console.mark()
    vm.console.check()


def test_five_gigahertz_is_usable(lab):
    vm = lab.guest(hwsim=1)
    channels = vm.run(["iw", "phy", vm.phys()[0], "channels"], check=True).stdout
    entry = channels[channels.index("5180 MHz"):channels.index("5200 MHz")]
    assert "No IR" not in entry and "disabled" not in entry


@pytest.mark.parametrize("security", ["open", "wpa2", "wpa3"])
def test_links_work_over_another_driver(lab, security):
    """hostapd, wpa_supplicant and this harness are right; so failures elsewhere are Skua's."""
    vm = lab.pair(hwsim=True)
    _, sta = lab.link(vm, security=security)
    assert skualink.ping(vm, "sta", "192.168.77.1", count=3)[1] == 3
    want = {"open": "NONE", "wpa2": "WPA2-PSK", "wpa3": "SAE"}[security]
    assert sta.status()["key_mgmt"] == want


def test_two_guests_at_once(lab):
    one, two = lab.guest(), lab.guest()
    one.put("/tmp/only-here", "x")
    assert two.run(["ls", "/tmp/only-here"]).returncode != 0
    assert one.run(["ls", "/tmp/only-here"]).returncode == 0


def test_the_program_passes_status_output_and_the_current_directory(tmp_path):
    tmp_path.chmod(0o755)  # when root runs this, the guest reads files as the user nobody
    script = tmp_path / "script"
    script.write_text("echo from $PWD; echo err >&2; touch here 2>/dev/null; exit 9\n")
    result = subprocess.run(
        [os.path.join(skuavm.TOP, "scripts", "vm"), "--quiet", "--", "sh", "./script"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (9, f"from {tmp_path}\n", "err\n")
    assert os.listdir(tmp_path) == ["script"]
