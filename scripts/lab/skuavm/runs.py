# SPDX-License-Identifier: GPL-2.0-only
"""Directories of logs: build/run/DATE-TIME-NAME, one for each run of a program.

build/run/latest is a link to the newest one. The newest KEEP runs stay, and of the
older ones the newest KEEP that failed; a new run removes the others, except those
that are still in use. Programs that start others (pytest) set SKUA_RUN_DIR to their
own directory, and the directories of the others are made in there.

Sockets, and files that a guest's user must read, are in temporary directories. Those
of a process that was killed are removed by the next process that makes one.
"""

import fcntl
import itertools
import os
import shutil
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("SKUA_BUILD", os.path.join(TOP, "build"))
KEEP = 10
FAILED = "failed"  # a file of this name in a run's directory says that the run failed

TEMPORARY = "skua-lab-"  # how names of temporary directories begin
YOUNG = 60  # seconds: a temporary directory may not have its lock yet

# path -> open directory: the lock on it says that the directory is still in use. The
# kernel gives a lock back however the process ends.
in_use = {}


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
    """A new directory for logs; see above."""
    base = os.environ.get("SKUA_RUN_DIR")
    if base:
        return new_directory(base, name)
    base = os.path.join(BUILD, "run")
    os.makedirs(base, exist_ok=True)
    path = new_directory(base, time.strftime("%Y%m%d-%H%M%S") + f"-{name}")
    lock(path)
    link = os.path.join(base, f"latest.{os.getpid()}.{threading.get_ident()}")
    os.symlink(os.path.basename(path), link)
    os.replace(link, os.path.join(base, "latest"))
    remove_old_runs(base)
    return path


def new_directory(base, name):
    for number in itertools.count():
        path = os.path.join(base, name + (f"-{number}" if number else ""))
        try:
            os.mkdir(path)
            return path
        except FileExistsError:
            continue


def lock(path):
    """Marks a directory as in use, until unlock() or the end of the process."""
    in_use[path] = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(in_use[path], fcntl.LOCK_SH)


def unlock(path):
    os.close(in_use.pop(path))


def make_temporary():
    """A new temporary directory, for remove_temporary(); removes old ones."""
    base = tempfile.gettempdir()
    for name in os.listdir(base):
        path = os.path.join(base, name)
        if name.startswith(TEMPORARY) and is_left(path):
            shutil.rmtree(path, ignore_errors=True)
    path = tempfile.mkdtemp(prefix=TEMPORARY)
    lock(path)
    return path


def remove_temporary(path):
    """Removes it; without harm for the second time."""
    if path in in_use:
        unlock(path)
        shutil.rmtree(path, ignore_errors=True)


def is_left(path):
    """Whether the process that has made a temporary directory has ended."""
    try:
        return time.time() - os.stat(path).st_mtime > YOUNG and not is_in_use(path)
    except OSError:
        return False  # another process has removed it meanwhile


def mark_failed(path):
    """Has the directory of a run that failed kept for longer."""
    with open(os.path.join(path, FAILED), "w", encoding="ascii"):
        pass


def remove_old_runs(base):
    """Removes the runs that are too many."""
    with os.scandir(base) as entries:
        runs = sorted((entry.path for entry in entries if entry.is_dir(follow_symlinks=False)),
                      reverse=True)
    old = runs[KEEP:]
    failed = [path for path in old if os.path.exists(os.path.join(path, FAILED))]
    for path in old:
        if path not in failed[:KEEP] and not is_in_use(path):
            shutil.rmtree(path, ignore_errors=True)


def is_in_use(path):
    """Whether a process that still runs has made the directory."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return False  # another process has removed it meanwhile
    except OSError:
        return True  # no descriptor, no permission: it is not known to be unused
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True  # mostly BlockingIOError; else no lock can be had at all
    finally:
        os.close(fd)
    return False
