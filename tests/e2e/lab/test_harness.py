# SPDX-License-Identifier: GPL-2.0-only
"""The harness itself, without guests: processors, log directories, the life of skua-nic."""

import os
import signal
import subprocess
import sys

import pytest

import skuavm
from skuavm import processors, runs


def pinned(cpus, environ, guests=3):
    """(processors of so many guests, that of the NICs); None: any."""
    ours = processors.Processors(cpus, environ)
    words = [ours.for_guest() for _ in range(guests)] + [ours.for_nics()]
    *guests, nics = [int(argv[-1]) if argv else None for argv in words]
    return guests, nics


def worker(number, count):
    return {"PYTEST_XDIST_WORKER": f"gw{number}", "PYTEST_XDIST_WORKER_COUNT": str(count)}


@pytest.mark.parametrize("environ, cpus, guests, nics", [
    (worker(0, 2), {0, 1}, [0, 0, 0], 0),
    (worker(1, 2), {0, 1}, [1, 1, 1], 1),
    (worker(1, 2), {7, 9}, [9, 9, 9], 9),
    (worker(0, 2), {0, 1, 2, 3}, [0, 0, 0], 1),
    (worker(1, 2), {0, 1, 2, 3}, [2, 2, 2], 3),
    (worker(0, 2), {4}, [4, 4, 4], 4),
    (worker(1, 2), {4}, [4, 4, 4], 4),
    (worker(2, 3), {0, 1}, [0, 0, 0], 0),
    ({}, {5}, [5, 5, 5], 5),
    ({"SKUA_PIN": "no"}, {0, 1}, [None, None, None], None),
])
def test_processors(environ, cpus, guests, nics):
    assert pinned(cpus, environ) == (guests, nics)


@pytest.mark.parametrize("environ, cpus, theirs", [
    ({}, {0, 1}, {"0", "1"}),
    (worker(1, 2), {0, 1}, {"1"}),
    (worker(1, 2), {0, 1, 2, 3}, {"2", "3"}),
    ({"SKUA_PIN": "no"}, {0, 1}, None),
])
def test_a_guest_of_two_processors_has_the_whole_share(environ, cpus, theirs):
    argv = processors.Processors(cpus, environ).for_guest(2)
    assert (set(argv[-1].split(",")) if argv else None) == theirs


@pytest.mark.parametrize("count", [2, 3, 8])
def test_nics_and_guests_have_different_processors_if_there_are_some(count):
    guests, nics = pinned(range(count), {}, guests=2 * count)
    assert nics not in guests
    assert len(set(guests)) == count - 1


def test_a_guest_and_its_nics_stay_where_they_belong(lab):
    vm = lab.guest(nics=1)
    ours = processors.PROCESSORS.cpus
    assert len(os.sched_getaffinity(vm.proc.pid)) == (1 if ours else os.cpu_count())
    assert len(os.sched_getaffinity(lab.nics.proc.pid)) == (1 if ours else os.cpu_count())


@pytest.fixture(name="base")
def fixture_base(tmp_path, monkeypatch):
    """Log directories are made in base/run."""
    monkeypatch.delenv("SKUA_RUN_DIR")
    monkeypatch.setattr(runs, "BUILD", str(tmp_path))
    monkeypatch.setattr(runs, "in_use", {})
    yield tmp_path
    for path in list(runs.in_use):
        runs.unlock(path)


def end_all(base):
    """As if the processes of all runs had ended; the names of the runs that are left."""
    for path in list(runs.in_use):
        runs.unlock(path)
    return {path.name for path in (base / "run").iterdir() if not path.is_symlink()}


def test_old_runs_are_removed_and_failed_ones_later(base):
    made = []
    for number in range(3 * runs.KEEP):
        made.append(runs.make_run_dir(f"{number:02}"))
        if number % 2:
            runs.mark_failed(made[-1])
        end_all(base)
    # the newest, and as many failed ones of before
    want = made[-runs.KEEP:] + made[-3 * runs.KEEP + 1:-runs.KEEP:2]
    assert end_all(base) == set(map(os.path.basename, want))
    assert os.readlink(base / "run" / "latest") == os.path.basename(made[-1])


def test_a_run_in_use_is_not_removed(base):
    first = runs.make_run_dir("00")  # the order of names counts within a second
    for number in range(2 * runs.KEEP):
        runs.make_run_dir(f"1{number:02}")
    assert os.path.exists(first)
    end_all(base)
    runs.make_run_dir("99")
    assert not os.path.exists(first)
    assert len(end_all(base)) == runs.KEEP


def test_runs_of_one_session_are_in_its_directory(base, monkeypatch):
    monkeypatch.setenv("SKUA_RUN_DIR", str(base))
    assert runs.make_run_dir("one") == str(base / "one")
    assert runs.make_run_dir("one") == str(base / "one-1")


def test_temporary_directories_of_the_dead_are_removed(base, monkeypatch):
    monkeypatch.setattr(runs.tempfile, "gettempdir", lambda: str(base))
    monkeypatch.setattr(runs.tempfile, "tempdir", str(base))
    left, used, young = [runs.make_temporary() for _ in range(3)]
    for path in (left, used):
        os.utime(path, (0, 0))
    for path in (left, young):
        runs.unlock(path)
    (base / "skua-other").mkdir()
    os.utime(base / "skua-other", (0, 0))
    mine = runs.make_temporary()
    assert set(map(str, base.iterdir())) == {used, young, mine, str(base / "skua-other")}
    runs.remove_temporary(mine)
    runs.remove_temporary(mine)
    assert not os.path.exists(mine)


def test_skua_nic_ends_with_the_program_that_has_started_it(tmp_path):
    """Even if that is killed and can say nothing."""
    program = f"""
import sys, time
sys.path.insert(0, {os.path.dirname(os.path.dirname(skuavm.__file__))!r})
import skuavm
nics = skuavm.Nics(1, run_dir={str(tmp_path)!r}).start()
print(nics.proc.pid, nics.private, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE,
                          text=True) as parent:
        pid, private = parent.stdout.readline().split()
        parent.send_signal(signal.SIGKILL)
    skuavm.wait_until("the end of skua-nic", 10, lambda: not os.path.exists(f"/proc/{pid}"))
    subprocess.run(["rm", "-r", private], check=True)


def test_skua_nic_does_not_outlive_a_parent_that_has_ended_before(tmp_path):
    """It is given the number of its parent, and looks whether that is still so."""
    binary = os.path.join(skuavm.BUILD, "device", "skua-nic")
    result = subprocess.run([binary, "--parent", "1", "--nic", f"socket={tmp_path}/nic0"],
                            stderr=subprocess.PIPE, text=True, timeout=20, check=False)
    assert result.returncode == 1
    assert "process 1, which is to be the parent, has ended" in result.stderr
