# SPDX-License-Identifier: GPL-2.0-only
"""A command in a guest on this terminal."""

import fcntl
import os
import select
import signal
import struct
import sys
import termios
import tty as ttymod


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
        try:
            stream.buffer.write(data)
            stream.buffer.flush()
        except BrokenPipeError:
            pass  # the reader of our output has had enough; the command goes on

    # the checkout and the current directory are there under their own names
    process = vm.popen(argv, on_output=out, cwd=os.getcwd())
    process.write(None)
    return process.wait(timeout)
