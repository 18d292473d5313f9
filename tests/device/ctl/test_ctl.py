# SPDX-License-Identifier: GPL-2.0-only
"""The control socket of skua-nic: slow, greedy and hostile clients, and captures."""

import array
import contextlib
import json
import os
import resource
import socket
import struct
import subprocess

import pytest

import silentfs
import vhost_client as vc
from nic import BLOCKED_US, PATIENCE, SKUA_NIC, Nic, put_frames, wait_for
from slowsocket import slow_socket

MAGIC = b"\x0a\x0d\x0d\x0a"
CLIENTS = 32


@pytest.fixture(name="nic")
def fixture_nic(tmp_path):
    nic = Nic(tmp_path)
    yield nic
    nic.stop()
    assert nic.proc.returncode == 0, nic.log


def test_slow_reader(nic):
    """A client that takes no answers keeps nobody waiting."""
    with nic.client() as slow, vc.Guest(nic.vhost) as guest, nic.client() as other:
        slow.sock.setblocking(False)
        line = json.dumps({"cmd": "counters"}).encode() + b"\n"
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while sent < 1 << 22:
                sent += slow.sock.send(line * 50)
        for _ in range(20):
            assert guest.cfg(0) == 0x10F51AF4
        # A send that waited did so for 200 ms.
        assert other.ask(cmd="counters")["loop"]["turns"]["blocked_us"] < BLOCKED_US
        # When it reads again, it gets all that it asked for, line by line.
        slow.sock.settimeout(PATIENCE)
        for _ in range(100):
            assert slow.answer()["ok"]


def test_client_that_takes_nothing(nic):
    with nic.client(timeout=30) as slow:
        line = json.dumps({"cmd": "counters"}).encode() + b"\n"
        slow.sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            for _ in range(1 << 16):
                slow.sock.send(line * 50)
        nic.says("did not take its answer", 25)
        with nic.client() as other:
            assert other.ask(cmd="counters")["ok"]


def test_requests_in_a_heap(nic):
    """Requests that come at once, and in pieces, are answered one by one, in order."""
    with nic.client() as client:
        client.sock.sendall(b'{"cmd": "lose"}\n' * 16 + b"{}\n" * 200 + b'{"cmd": "lo')
        assert [client.answer()["id"] for _ in range(16)] == list(range(16))
        for _ in range(200):
            assert not client.answer()["ok"]
        client.sock.sendall(b'se_clear"}\n')
        assert client.answer()["ok"]


def test_parts_that_are_lost(nic):
    """What a rule loses has a name; another name is refused, and makes no rule."""
    with nic.client() as client:
        for index, part in enumerate(("mpdu", "delimiter", "ppdu")):
            assert client.ask(cmd="lose", part=part)["id"] == index
        assert not client.ask(cmd="lose", part="header")["ok"]
        assert not client.ask(cmd="lose", part=1)["ok"]
        assert client.ask(cmd="lose")["id"] == 3


def test_rules_are_counted(nic):
    """A rule that finds no room is refused; the end of all says what each has lost."""
    with nic.client() as client:
        for index in range(32):
            assert client.ask(cmd="lose", type=2, every=1 + index % 2)["id"] == index
        assert not client.ask(cmd="lose")["ok"]
        for _ in range(4):
            assert client.ask(cmd="air", freq=2412, frame="08" + "00" * 40)["ok"]
        # the first match, and then all, or every second one
        assert client.ask(cmd="lose_clear")["hits"] == [4, 2] * 16
        assert client.ask(cmd="lose_clear")["hits"] == []


def test_long_request(nic):
    with nic.client() as client:
        with contextlib.suppress(ConnectionError):
            client.sock.sendall(b"x" * (1 << 17))
        with contextlib.suppress(ConnectionError):
            assert client.file.read(1) == b""
        nic.says("longer than")


def test_many_clients(nic):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(nic.client()) for _ in range(CLIENTS)]
        for client in clients:
            assert client.ask(cmd="lose_clear")["ok"]
        with nic.client() as one_more, contextlib.suppress(ConnectionError):
            assert one_more.file.read(1) == b""
        nic.says("turned away")
        assert clients[0].ask(cmd="lose_clear")["ok"]
    with nic.client() as client:
        assert client.ask(cmd="lose_clear")["ok"]


def test_no_memory_for_clients(nic):
    """They are turned away or disconnected, and the NICs are served."""
    with vc.Guest(nic.vhost) as guest, open(f"/proc/{nic.proc.pid}/statm") as statm:
        limits = resource.prlimit(nic.proc.pid, resource.RLIMIT_AS)
        pages = int(statm.read().split()[0])
        resource.prlimit(nic.proc.pid, resource.RLIMIT_AS, (pages * 4096, limits[1]))
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError, ValueError):
            for _ in range(CLIENTS):
                client = stack.enter_context(nic.client())
                client.ask(cmd="counters")
        assert guest.cfg(0) == 0x10F51AF4
        resource.prlimit(nic.proc.pid, resource.RLIMIT_AS, limits)
    with nic.client() as client:
        assert client.ask(cmd="counters")["ok"]


def test_no_descriptors_for_clients(nic):
    limits = resource.prlimit(nic.proc.pid, resource.RLIMIT_NOFILE)
    with vc.Guest(nic.vhost) as guest:
        resource.prlimit(nic.proc.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        with nic.client() as client:
            nic.says("a client has to wait: Too many open files")
            assert guest.cfg(0) == 0x10F51AF4
            resource.prlimit(nic.proc.pid, resource.RLIMIT_NOFILE, limits)
            assert client.ask(cmd="counters")["ok"]


def test_descriptors(nic):
    """A client has no reason to send any; the NIC must not keep or block on them."""
    fds = nic.fds()
    for _ in range(5):
        read, write = os.pipe()
        with nic.client() as client:
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [read] * 250))
            client.sock.sendmsg([b'{"cmd": "lose_clear"}\n'], [rights])
            with contextlib.suppress(ConnectionError):
                assert client.file.read(1) == b""
        os.close(read)
        os.close(write)
    nic.says("sent descriptors")
    wait_for(lambda: nic.fds() <= fds, PATIENCE)


def test_socket_that_lingers(nic):
    """Closing such a descriptor takes seconds."""
    near, far = slow_socket()
    with nic.client() as client, vc.Guest(nic.vhost) as guest:
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [near.fileno()]))
        client.sock.sendmsg([b"\n"], [rights])
        near.close()
        for _ in range(20):
            assert guest.cfg(0) == 0x10F51AF4
    far.close()


def test_file_without_daemon(nic, tmp_path):
    """Closing such a descriptor never ends; the answers of other clients do not wait for it."""
    with silentfs.mounted(tmp_path / "fuse") as fuse, fuse.opened() as fd:
        with nic.client() as client:
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))
            client.sock.sendmsg([b"\n"], [rights])
            with contextlib.suppress(ConnectionError):
                assert client.file.read(1) == b""
        with nic.client() as other:
            assert other.ask(cmd="counters")["ok"]


@pytest.mark.parametrize("seed", ["", "x", "-1", "1x", "18446744073709551616"])
def test_seed_is_a_number(tmp_path, seed):
    done = subprocess.run([SKUA_NIC, f"--nic=socket={tmp_path}/nic0", f"--seed={seed}"],
                          capture_output=True, text=True, timeout=10)
    assert done.returncode == 64 and "--seed: a number" in done.stderr


def test_seed(tmp_path):
    nic = Nic(tmp_path, more=["--seed=18446744073709551615"])
    with nic.client() as client:
        assert client.ask(cmd="counters")["ok"]
    nic.stop()
    assert nic.proc.returncode == 0, nic.log


def test_counters_of_many_nics(tmp_path):
    """However many NICs there are, a turn has the counters of a few."""
    nic = Nic(tmp_path, nics=64)
    try:
        with nic.client(timeout=30) as client:
            for _ in range(5):
                client.ask(cmd="counters")
            client.ask(cmd="turns_clear")
            for _ in range(20):
                answer = client.ask(cmd="counters")
        names = [entry["name"] for entry in answer["nics"]]
        assert len(names) == 64 and len(set(names)) == 64
        turns = answer["loop"]["turns"]
        assert turns["cpu_us"] < turns["limit_us"] / 2, turns
    finally:
        nic.stop()


# Captures


def capture(nic, path):
    with nic.client() as client:
        return client.ask(cmd="capture", file=str(path))


def test_capture_of_a_new_file(nic, tmp_path):
    assert capture(nic, tmp_path / "air")["ok"]
    assert (tmp_path / "air").read_bytes()[:4] == MAGIC


def test_capture_overwrites_captures_alone(nic, tmp_path):
    (tmp_path / "empty").touch()
    assert capture(nic, tmp_path / "empty")["ok"]
    assert capture(nic, tmp_path / "empty")["ok"]
    assert capture(nic, "/dev/null")["ok"]
    assert (tmp_path / "empty").read_bytes().count(MAGIC) == 1
    for name, text in (("letter", b"Dear reader"), ("short", MAGIC)):
        (tmp_path / name).write_bytes(text)
        answer = capture(nic, tmp_path / name)
        assert not answer["ok"] and "no capture" in answer["error"]
        assert (tmp_path / name).read_bytes() == text


def test_capture_in_its_own_file_again(nic, tmp_path):
    """What the first capture had not written yet is not in the second one."""
    path = tmp_path / "air"
    assert capture(nic, path)["ok"]
    with nic.client() as client:
        for _ in range(20):
            assert client.ask(cmd="air", frame="80" + "00" * 40, freq=2412)["ok"]
        assert client.ask(cmd="capture", file=str(path))["ok"]
        assert client.ask(cmd="capture", file="/dev/null")["ok"]
    data = path.read_bytes()
    at = 0
    while at < len(data):  # blocks: type, length
        kind, length = struct.unpack_from("<II", data, at)
        assert kind in (0x0A0D0D0A, 1) and length
        at += length


def test_capture_refuses_other_files(nic, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "link", tmp_path / "fifo", "/dev/zero", nic.vhost,
                 "/dev/tty", "/dev/ptmx"):
        assert not capture(nic, path)["ok"], path
    assert not (tmp_path / "target").exists()


def test_capture_into_a_fifo(nic, tmp_path):
    """Its reader may be slow; then frames are missing, and counted."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with nic.client() as client:
        assert client.ask(cmd="capture", file=str(path))["ok"]
        put_frames(client, 6000)  # 8 MiB wait for the reader
        counts = client.ask(cmd="counters")["capture"]
        assert counts["dropped"] > 0 and counts["frames"] > 0 and not counts["errors"]
        assert os.read(reader, 4) == MAGIC
        # without reader: an error, counted and said
        os.close(reader)
        wait_for(lambda: client.ask(cmd="counters")["capture"]["errors"], PATIENCE)
    nic.says("frames will be missing")


def test_capture_on_a_full_disk(nic):
    with nic.client() as client:
        assert not client.ask(cmd="capture", file="/dev/full")["ok"]
