#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The guest's side of scripts/lab/skuavm: process 1 of a guest.

Speaks JSON, one object a line, over a serial line. The host asks:

    {"op": "spawn", "id": N, "argv": [...], "netns": NAME, "env": {...},
     "cwd": DIR, "tty": [ROWS, COLUMNS]}      the last four may be missing
    {"op": "stdin", "id": M, "child": N, "data": BASE64}  no data: end of file
    {"op": "ack", "bytes": B}                 the host has read so many more bytes
    {"op": "resize", "id": N, "tty": [ROWS, COLUMNS]}
    {"op": "kill", "id": N, "sig": NUMBER}    the process and its children
    {"op": "write", "id": N, "path": P, "data": BASE64, "mode": M, "append": B}
    {"op": "read", "id": N, "path": P, "offset": O, "size": S}
    {"op": "poweroff"}

and is told:

    {"ev": "ready", "release": UNAME}
    {"ev": "out", "id": N, "fd": 1 or 2, "data": BASE64}
    {"ev": "exit", "id": N, "rc": CODE}       negative: ended by that signal
    {"ev": "reply", "id": N, ...}             to write, read and (id M) stdin;
                                              "error" if bad
"""

import base64
import ctypes
import errno
import fcntl
import json
import os
import selectors
import signal
import struct
import sys
import termios
import tty

LINE = "/dev/ttyS0"
CHUNK = 8192
# Bytes of output waiting for the serial line above which no more are read.
BACKLOG = 256 * 1024
# Bytes on their way to the host at any time. The host's end of the line holds
# more, so that the line, whose wake-ups from "full" are not dependable, never
# fills up.
WINDOW = 48 * 1024


class Child:
    """A process that the host asked for, and its ends of pipes or a pty."""

    def __init__(self, ident, pid, stdin, outs):
        self.ident = ident
        self.pid = pid
        self.stdin = stdin
        self.pending = bytearray()
        self.close_stdin = False
        self.outs = outs  # file descriptor -> 1 or 2
        self.status = None


def spawn_child(msg):
    """Starts msg's command; returns its Child. Raises OSError."""
    argv = list(msg["argv"])
    if msg.get("cwd"):
        os.stat(msg["cwd"] + "/.")  # so that an error names it
    if msg.get("netns"):
        argv = ["ip", "netns", "exec", msg["netns"]] + argv
    env = dict(os.environ)
    env.update(msg.get("env") or {})
    size = msg.get("tty")
    if not size and not msg.get("cwd"):
        return spawn_plainly(msg["id"], argv, env)
    fail_r, fail_w = os.pipe()  # tells the errno of a failed exec
    if size:
        master, slave = os.openpty()
        set_size(master, size)
        theirs, ours = [slave, slave, slave], [master]
    else:
        in_r, in_w = os.pipe()
        out_r, out_w = os.pipe()
        err_r, err_w = os.pipe()
        theirs, ours = [in_r, out_w, err_w], [in_w, out_r, err_r]
    pid = os.fork()
    if pid == 0:
        try:
            run_child(argv, env, msg.get("cwd"), theirs, bool(size))
        except OSError as err:
            os.write(fail_w, struct.pack("i", err.errno or errno.EIO))
        os._exit(127)
    for fd in set(theirs):
        os.close(fd)
    os.close(fail_w)
    failed = os.read(fail_r, 4)
    os.close(fail_r)
    if failed:
        for fd in ours:
            os.close(fd)
        os.waitpid(pid, 0)
        code = struct.unpack("i", failed)[0]
        raise OSError(code, os.strerror(code), argv[0])
    for fd in ours:
        os.set_blocking(fd, False)
    if size:
        return Child(msg["id"], pid, master, {master: 1})
    return Child(msg["id"], pid, in_w, {out_r: 1, err_r: 2})


def spawn_plainly(ident, argv, env):
    """spawn_child() without fork(), which has all of this process to copy."""
    pipes = [os.pipe() for _ in range(3)]
    theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
    ours = [pipes[0][1], pipes[1][0], pipes[2][0]]
    actions = [(os.POSIX_SPAWN_DUP2, fd, target) for target, fd in enumerate(theirs)]
    try:
        pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions, setsid=True,
                              setsigdef=[signal.SIGCHLD, signal.SIGPIPE])
    except OSError:
        for fd in ours:
            os.close(fd)
        raise
    finally:
        for fd in theirs:
            os.close(fd)
    for fd in ours:
        os.set_blocking(fd, False)
    return Child(ident, pid, ours[0], {ours[1]: 1, ours[2]: 2})


def run_child(argv, env, cwd, fds, is_tty):
    os.setsid()
    os.chdir(cwd or "/")
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for target, fd in enumerate(fds):
        os.dup2(fd, target)  # inheritable; all other descriptors are not
    if is_tty:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.execvpe(argv[0], argv, env)


def set_size(fd, size):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[0], size[1], 0, 0))


class Agent:
    def __init__(self):
        self.line = os.open(LINE, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.line)
        os.set_blocking(self.line, False)
        self.sel = selectors.DefaultSelector()
        self.inbuf = bytearray()
        self.outbuf = bytearray()
        self.children = {}  # by the host's number
        self.paused = []
        self.unread = 0
        wake_r, wake_w = os.pipe()
        os.set_blocking(wake_r, False)
        os.set_blocking(wake_w, False)
        signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.sel.register(wake_r, selectors.EVENT_READ, (self.on_wake, wake_r))
        self.sel.register(self.line, selectors.EVENT_READ, (self.on_line, None))

    # the line

    def tell(self, ev, **fields):
        fields["ev"] = ev
        self.outbuf += json.dumps(fields, separators=(",", ":")).encode() + b"\n"
        self.flush()

    def flush(self):
        while self.outbuf and self.unread < WINDOW:
            try:
                done = os.write(self.line, self.outbuf[:4096])
            except BlockingIOError:
                break
            if done == 0:
                break
            self.unread += done
            del self.outbuf[:done]
        stuck = self.outbuf and self.unread < WINDOW
        want = selectors.EVENT_READ | (selectors.EVENT_WRITE if stuck else 0)
        self.sel.modify(self.line, want, (self.on_line, None))
        if len(self.outbuf) < BACKLOG and self.paused:
            for fd, data in self.paused:
                self.sel.register(fd, selectors.EVENT_READ, data)
            self.paused = []

    def on_line(self, _):
        self.flush()
        try:
            data = os.read(self.line, 65536)
        except BlockingIOError:
            return
        self.inbuf += data
        while True:
            end = self.inbuf.find(b"\n")
            if end < 0:
                return
            text = bytes(self.inbuf[:end])
            del self.inbuf[: end + 1]
            if text:
                self.obey(json.loads(text))

    def obey(self, msg):
        handler = getattr(self, "op_" + msg["op"], None)
        try:
            if handler is None:
                raise OSError(errno.ENOSYS, "no such operation", msg["op"])
            handler(msg)
        except OSError as err:
            self.tell("reply", id=msg.get("id"), error=str(err), errno=err.errno)

    # requests of the host

    def op_ack(self, msg):
        self.unread -= msg["bytes"]
        self.flush()

    def op_spawn(self, msg):
        child = spawn_child(msg)
        self.children[child.ident] = child
        for fd, number in child.outs.items():
            self.sel.register(fd, selectors.EVENT_READ, (self.on_output, (child, fd, number)))

    def op_stdin(self, msg):
        child = self.children.get(msg["child"])
        self.tell("reply", id=msg["id"])
        if child is None or child.stdin is None:
            return
        if "data" in msg:
            child.pending += base64.b64decode(msg["data"])
        else:
            child.close_stdin = True
        self.feed(child)

    def op_resize(self, msg):
        child = self.children.get(msg["id"])
        if child is not None and child.stdin is not None:
            set_size(child.stdin, msg["tty"])

    def op_kill(self, msg):
        child = self.children.get(msg["id"])
        if child is not None and child.status is None:
            os.killpg(child.pid, msg["sig"])

    def op_write(self, msg):
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if msg.get("append") else os.O_TRUNC)
        fd = os.open(msg["path"], flags, 0o600)
        try:
            data = base64.b64decode(msg["data"])
            while data:
                data = data[os.write(fd, data) :]
            if not msg.get("append"):
                os.fchmod(fd, msg.get("mode", 0o644))
        finally:
            os.close(fd)
        self.tell("reply", id=msg["id"])

    def op_read(self, msg):
        data, fd = b"", os.open(msg["path"], os.O_RDONLY)
        try:
            if msg["offset"]:
                os.lseek(fd, msg["offset"], os.SEEK_SET)
            # the whole file, or as much as was asked for: a file of the kernel
            # may have another content when it is opened once more
            while len(data) < msg["size"]:
                more = os.read(fd, msg["size"] - len(data))
                if not more:
                    break
                data += more
        finally:
            os.close(fd)
        self.tell("reply", id=msg["id"], data=base64.b64encode(data).decode())

    def op_poweroff(self, _msg):
        os.sync()
        libc = ctypes.CDLL(None, use_errno=True)
        libc.reboot(0x4321FEDC)  # LINUX_REBOOT_CMD_POWER_OFF

    # children

    def feed(self, child):
        """Writes the data that waits for the child's standard input."""
        while child.pending:
            try:
                done = os.write(child.stdin, child.pending[:4096])
            except BlockingIOError:
                self.watch_stdin(child)
                return
            except OSError:
                child.pending.clear()
                child.close_stdin = child.stdin not in child.outs
                break
            del child.pending[:done]
        if child.stdin in child.outs:
            if child.close_stdin:
                child.close_stdin = False
                child.pending += b"\x04"
            key = (self.on_output, (child, child.stdin, 1))
            if child.stdin in self.sel.get_map():
                self.sel.modify(child.stdin, selectors.EVENT_READ, key)
            return
        if child.stdin in self.sel.get_map():
            self.sel.unregister(child.stdin)
        if child.close_stdin:
            os.close(child.stdin)
            child.stdin = None

    def watch_stdin(self, child):
        if child.stdin in child.outs:
            events = selectors.EVENT_READ | selectors.EVENT_WRITE
            data = (self.on_pty, (child, child.stdin, 1))
        else:
            events, data = selectors.EVENT_WRITE, (self.feed, child)
        if child.stdin in self.sel.get_map():
            self.sel.modify(child.stdin, events, data)
        else:
            self.sel.register(child.stdin, events, data)

    def on_pty(self, args):
        self.on_output(args)
        if args[1] in args[0].outs:
            self.feed(args[0])

    def on_output(self, args):
        child, fd, number = args
        if len(self.outbuf) > BACKLOG:
            self.sel.unregister(fd)
            self.paused.append((fd, (self.on_output, args)))
            return
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # a pty whose last user is gone
        if data:
            self.tell("out", id=child.ident, fd=number, data=base64.b64encode(data).decode())
            return
        self.sel.unregister(fd)
        del child.outs[fd]
        if fd == child.stdin:
            child.stdin = None
        os.close(fd)
        self.finish(child)

    def on_wake(self, fd):
        try:
            os.read(fd, 512)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in list(self.children.values()):
                if child.pid == pid:
                    child.status = os.waitstatus_to_exitcode(status)
                    self.drain(child)
                    self.finish(child)

    def drain(self, child):
        """Reads the data that an ended process left in its pipes.

        Its own children may hold the pipes open for long (a daemon that went
        to the background), and the end of the process must not wait for them.
        """
        for fd, number in list(child.outs.items()):
            while True:
                try:
                    data = os.read(fd, CHUNK)
                except OSError:
                    break
                if not data:
                    break
                self.tell("out", id=child.ident, fd=number, data=base64.b64encode(data).decode())

    def finish(self, child):
        if child.status is None or child.ident not in self.children:
            return
        del self.children[child.ident]
        self.tell("exit", id=child.ident, rc=child.status)
        if child.stdin is not None and child.stdin not in child.outs:
            if child.stdin in self.sel.get_map():
                self.sel.unregister(child.stdin)
            os.close(child.stdin)
        child.stdin = None

    def run(self):
        self.tell("ready", release=os.uname().release)
        while True:
            for key, _ in self.sel.select():
                # an earlier handler of this round may have closed it, or
                # given the same number to something else
                now = self.sel.get_map().get(key.fd)
                if now is not None and now.data == key.data:
                    handler, arg = key.data
                    handler(arg)


def main():
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            os.open("/dev/null", os.O_RDWR)
    try:
        Agent().run()
    except BaseException:  # process 1 must not just end: print the reason, then power off
        import traceback

        traceback.print_exc(file=sys.stderr)
        sys.stderr.flush()
        Agent.op_poweroff(None, None)


main()
