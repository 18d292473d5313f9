# SPDX-License-Identifier: GPL-2.0-only
"""Captures and logs on a file system that is slow, or whose daemon never answers.

The file system is of this process (silentfs.py). Meanwhile a guest reads registers, another
client has its answers, and afterwards the loop's own measure tells whether it blocked.
"""

import collections
import contextlib
import os
import signal
import struct
import time

import pytest
import silentfs
import vhost_client as vc
from nic import BLOCKED_US, Nic, put_frames, wait_for
from silentfs import FLUSH, LOOKUP, OPEN, SETATTR, WRITE

VENDOR = 0x10F51AF4
BUFFERS = 8 << 20  # what a capture keeps for its file
SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6

# The beginning of a capture, which may be overwritten
OLD = struct.pack("<III", SECTION, 28, 0x1A2B3C4D)

Scene = collections.namedtuple("Scene", "nic fuse guest client other")


@pytest.fixture(name="fuse")
def fixture_fuse(tmp_path):
    with silentfs.mounted(tmp_path / "fuse") as daemon:
        yield daemon


@pytest.fixture(name="scene")
def fixture_scene(tmp_path, fuse):
    """A client to capture with, and a guest and another client who must not notice it."""
    nic = Nic(tmp_path)
    with nic.client(timeout=30) as client, nic.client() as other, vc.Guest(nic.vhost) as guest:
        yield Scene(nic, fuse, guest, client, other)
        fuse.answer()
        served(nic, guest, other)
    nic.stop()
    assert nic.proc.returncode == 0, nic.log


def served(nic, guest, other):
    for _ in range(20):
        assert guest.cfg(0) == VENDOR
    counters = other.ask(cmd="counters")
    assert counters["loop"]["turns"]["blocked_us"] < BLOCKED_US, nic.log
    return counters["capture"]


def beside(scene):
    return served(scene.nic, scene.guest, scene.other)


def silent(client, seconds=0.5):
    """Whether no answer comes"""
    client.sock.settimeout(seconds)
    try:
        return not client.sock.recv(1)
    except TimeoutError:
        return True
    finally:
        client.sock.settimeout(30)


def air_of(fuse):
    return fuse.files["air"]


def packets(data):
    """How many there are in a capture, which must be whole"""
    kinds = collections.Counter()
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length >= 12 and at + length <= len(data)
        assert struct.unpack_from("<I", data, at + length - 4)[0] == length
        kinds[kind] += 1
        at += length
    assert kinds[SECTION] == kinds[INTERFACE] == 1
    return kinds[PACKET]


@pytest.mark.parametrize("op", [LOOKUP, OPEN, SETATTR, WRITE])
def test_open_waits(scene, op):
    """The answer comes when the capture has begun; until then the loop does other things."""
    scene.fuse.files["air"] = bytearray(OLD)
    scene.fuse.hush(op)
    scene.client.send(cmd="capture", file=scene.fuse.file("air"))
    assert silent(scene.client)
    beside(scene)
    # another one has to wait for its end
    assert "begun already" in scene.other.ask(cmd="capture", file="/dev/null")["error"]
    scene.fuse.answer()
    assert scene.client.answer()["ok"]
    put_frames(scene.other, 10)
    assert scene.client.ask(cmd="capture", file="/dev/null")["ok"]
    assert packets(air_of(scene.fuse)) == 10


def test_open_never_ends(scene, tmp_path):
    """After a while the answer says so, and the capture of before goes on."""
    assert scene.client.ask(cmd="capture", file=str(tmp_path / "air"))["ok"]
    scene.fuse.hush(OPEN)
    answer = scene.client.ask(cmd="capture", file=scene.fuse.file("air"))
    assert not answer["ok"] and "does not answer" in answer["error"]
    put_frames(scene.other, 10)
    beside(scene)
    assert scene.client.ask(cmd="capture", file="/dev/null")["ok"]
    assert packets((tmp_path / "air").read_bytes()) == 10
    # a file that is opened so late is not written any more
    scene.fuse.answer()
    time.sleep(0.2)
    assert not air_of(scene.fuse)


def test_client_leaves(scene):
    """The capture begins all the same."""
    scene.fuse.hush(OPEN)
    with scene.nic.client() as client:
        client.send(cmd="capture", file=scene.fuse.file("air"))
        assert silent(client, 0.2)
    beside(scene)
    scene.fuse.answer()
    wait_for(lambda: air_of(scene.fuse))
    put_frames(scene.other, 1)
    assert scene.client.ask(cmd="capture", file="/dev/null")["ok"]
    assert packets(air_of(scene.fuse)) == 1


def test_writes_wait(scene):
    """Frames are kept, then dropped, counted and said; what was kept is written at last."""
    assert scene.client.ask(cmd="capture", file=scene.fuse.file("air"))["ok"]
    scene.fuse.hush(WRITE)
    put_frames(scene.client, BUFFERS // 1500 + 100)
    count = beside(scene)
    assert count["dropped"] >= 50 and not count["errors"]
    assert count["frames"] * 1500 > BUFFERS // 2
    scene.nic.says("frames are missing")
    assert scene.nic.log.count("frames are missing") == 1
    scene.fuse.answer()
    assert scene.client.ask(cmd="capture", file="/dev/null")["ok"]
    assert packets(air_of(scene.fuse)) == count["frames"]


def test_end_waits(scene, tmp_path):
    """A capture that cannot end does not keep the next one from beginning."""
    assert scene.client.ask(cmd="capture", file=scene.fuse.file("air"))["ok"]
    scene.fuse.hush(WRITE)
    put_frames(scene.client, 10)
    answer = scene.client.ask(cmd="capture", file=str(tmp_path / "air"))
    assert answer["ok"] and not answer["whole"]
    put_frames(scene.client, 5)
    beside(scene)
    # in the same file there can be no other one before
    assert not scene.client.ask(cmd="capture", file=scene.fuse.file("air"))["ok"]
    scene.fuse.answer()
    wait_for(lambda: len(air_of(scene.fuse)) > 15000)
    assert packets(air_of(scene.fuse)) == 10
    answer = scene.client.ask(cmd="capture", file=scene.fuse.file("air"))
    assert answer["ok"] and answer["whole"]
    assert packets((tmp_path / "air").read_bytes()) == 5


def test_many_ends_wait(scene):
    """Threads and buffers of captures that cannot end have a bound."""
    scene.fuse.hush(FLUSH)
    for n in range(4):
        answer = scene.client.ask(cmd="capture", file=scene.fuse.file(f"air{n}"))
        assert answer == {"ok": True, "whole": n == 0}
    answer = scene.client.ask(cmd="capture", file="/dev/null")
    assert not answer["ok"] and "too many" in answer["error"]
    beside(scene)
    scene.fuse.answer()
    wait_for(lambda: scene.client.ask(cmd="capture", file="/dev/null")["ok"])


def test_end_of_process(tmp_path, fuse):
    """It waits for a while, and no longer; what the file system takes later is whole."""
    nic = Nic(tmp_path)
    with nic.client() as client:
        assert client.ask(cmd="capture", file=fuse.file("air"))["ok"]
        put_frames(client, 10)
        fuse.hush(WRITE)
    nic.proc.send_signal(signal.SIGTERM)
    nic.says("air is not whole: it is too slow")
    # the kernel keeps the other thread, and so the process, until the file system answers
    fuse.answer()
    assert nic.proc.wait(10) == 0


def test_end_of_process_finds_all(tmp_path):
    nic = Nic(tmp_path)
    with nic.client() as client:
        assert client.ask(cmd="capture", file=str(tmp_path / "air"))["ok"]
        put_frames(client, 1000)
    nic.stop()
    assert packets((tmp_path / "air").read_bytes()) == 1000


def test_log_waits(tmp_path, fuse):
    """Its lines come later; nobody waits for them."""
    nic = Nic(tmp_path, log=fuse.file("log"))
    wait_for(lambda: os.path.exists(nic.vhost))
    fuse.hush(WRITE)
    with nic.client() as other, vc.Guest(nic.vhost) as guest:
        for _ in range(5):
            with nic.client() as client, contextlib.suppress(ConnectionError):
                client.sock.sendall(b"x" * 40000)  # is told in the log
                assert client.file.read(1) == b""
        served(nic, guest, other)
        assert b"longer than" not in fuse.files["log"]
        fuse.answer()
        wait_for(lambda: fuse.files["log"].count(b"longer than") == 5)
        fuse.hush(WRITE)
    # nor does the end
    nic.proc.send_signal(signal.SIGTERM)
    wait_for(lambda: not os.path.exists(nic.control))
    fuse.answer()
    assert nic.proc.wait(10) == 0
