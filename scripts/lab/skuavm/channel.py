# SPDX-License-Identifier: GPL-2.0-only
"""The line to the agent in a guest (scripts/lab/guest/agent.py), and commands that run there."""

import base64
import codecs
import collections
import itertools
import json
import re
import signal
import socket
import threading
import time

from .errors import CommandFailed, GuestDied, GuestError, GuestTimeout

CHUNK = 2048  # bytes of raw data in one message over the serial line to the guest
READ = 32768  # and from it
ACK = 8192  # bytes after which the agent may send more; well below its WINDOW

Result = collections.namedtuple("Result", "args returncode stdout stderr")


class Process:
    """A command that runs in the guest. Output is kept, and can be awaited."""

    def __init__(self, channel, ident, args, on_output=None):
        self.channel = channel
        self.ident = ident
        self.args = args
        self.returncode = None
        self.error = None
        self.on_output = on_output
        self.raw = {1: bytearray(), 2: bytearray()}
        self.merged = ""
        decoder = codecs.getincrementaldecoder("utf-8")
        self.decoders = {1: decoder("replace"), 2: decoder("replace")}

    @property
    def stdout(self):
        return self.raw[1].decode(errors="replace")

    @property
    def stderr(self):
        return self.raw[2].decode(errors="replace")

    @property
    def output(self):
        """Standard output and error, in the order in which they came."""
        return self.merged

    def poll(self):
        return self.returncode

    def wait(self, timeout=60):
        """Waits for the end and returns the status; GuestTimeout if it is late."""
        self.channel.await_event(
            lambda: self.returncode is not None or self.error is not None,
            timeout,
            lambda: f"'{' '.join(self.args)}' did not end within {timeout} s; it said:\n{self.output[-2000:]}",
        )
        if self.error is not None:
            raise GuestError(f"{' '.join(self.args)}: {self.error}")
        return self.returncode

    def wait_for(self, pattern, timeout=30, start=0):
        """Waits until the output from offset start matches; returns the match."""
        regex = re.compile(pattern, re.MULTILINE)
        found = []

        def probe():
            match = regex.search(self.merged, start)
            if match:
                found.append(match)
            return bool(match) or self.returncode is not None or self.error is not None

        def late():
            return f"'{' '.join(self.args)}' did not say {pattern!r} within {timeout} s, but:\n{self.output[-2000:]}"

        self.channel.await_event(probe, timeout, late)
        if not found:
            raise GuestError(
                f"'{' '.join(self.args)}' ended with status {self.returncode} ({self.error}) without"
                f" saying {pattern!r}; it said:\n{self.output[-2000:]}"
            )
        return found[0]

    def write(self, data):
        """To its standard input; None ends it."""
        if data is None:
            self.channel.call({"op": "stdin", "child": self.ident})
            return
        if isinstance(data, str):
            data = data.encode()
        for i in range(0, len(data), CHUNK):
            text = base64.b64encode(data[i : i + CHUNK]).decode()
            self.channel.call({"op": "stdin", "child": self.ident, "data": text})

    def kill(self, sig=signal.SIGTERM, timeout=10):
        """Signals it and its children; waits for the end unless timeout is 0."""
        if self.returncode is None and self.error is None:
            self.channel.ask({"op": "kill", "id": self.ident, "sig": int(sig)})
            if timeout:
                try:
                    self.wait(timeout)
                except GuestTimeout:
                    self.channel.ask({"op": "kill", "id": self.ident, "sig": int(signal.SIGKILL)})
                    self.wait(timeout)
        return self.returncode

    def took(self, number, data):
        self.raw[number] += data
        text = self.decoders[number].decode(data)
        self.merged += text
        if self.on_output:
            self.on_output(number, data)


class Channel:
    """The host's end of the line to one agent.

    One thread reads the agent's messages; the others wait for them in await_event(). When
    the guest has ended, `dead` holds the error that every waiting thread gets.
    """

    def __init__(self):
        self.line = None
        self.release = None  # of the guest's kernel
        self.ready = threading.Event()  # the agent has said that it listens
        self.changed = threading.Condition()
        self.dead = None
        self.ended = threading.Event()
        self.numbers = itertools.count(1)
        self.processes = {}
        self.commands_ran = set()  # network name spaces (None: the first) since it was cleared
        self.replies = {}
        self.send_lock = threading.Lock()
        self.reader = None

    def open(self):
        """Returns the other end of the line, a socket."""
        self.line, theirs = socket.socketpair()
        return theirs

    def listen(self):
        self.reader = threading.Thread(target=self.read_line, daemon=True, name="agent")
        self.reader.start()

    def end(self, error):
        """Tells all threads that wait, and will wait, that the guest has ended."""
        with self.changed:
            self.dead = error
            self.ended.set()
            self.changed.notify_all()

    def close(self):
        if self.reader is not None:
            # the kernel ends a little later, and its end of the line with it
            self.reader.join(5)
        if self.line is not None:
            try:
                self.line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    # messages of the agent

    def read_line(self):
        buffer, unacked = bytearray(), 0
        while True:
            try:
                data = self.line.recv(65536)
            except OSError:
                data = b""
            if not data:
                return
            buffer += data
            unacked += len(data)
            if unacked >= ACK:
                self.acknowledge(unacked)
                unacked = 0
            while True:
                end = buffer.find(b"\n")
                if end < 0:
                    break
                text = bytes(buffer[:end])
                del buffer[: end + 1]
                if text.startswith(b"{"):
                    self.heard(json.loads(text))

    def acknowledge(self, count):
        try:
            self.ask({"op": "ack", "bytes": count})
        except GuestError:
            pass  # end() tells it to the threads that wait

    def heard(self, msg):
        kind = msg["ev"]
        if kind == "ready":
            self.release = msg["release"]
            self.ready.set()
            return
        with self.changed:
            process = self.processes.get(msg.get("id"))
            if kind == "out" and process:
                process.took(msg["fd"], base64.b64decode(msg["data"]))
            elif kind == "exit" and process:
                process.returncode = msg["rc"]
            elif kind == "reply" and process:
                process.error = msg.get("error", "refused")
            elif kind == "reply":
                self.replies[msg["id"]] = msg
            self.changed.notify_all()

    def await_event(self, probe, timeout, late):
        with self.changed:
            end = time.monotonic() + timeout
            while not probe():
                if self.dead:
                    raise self.dead
                left = end - time.monotonic()
                if left <= 0:
                    raise GuestTimeout(late())
                self.changed.wait(left)

    # requests to the agent

    def ask(self, msg):
        if self.dead:
            raise self.dead
        try:
            with self.send_lock:
                self.line.sendall(json.dumps(msg, separators=(",", ":")).encode() + b"\n")
        except OSError as err:
            self.ended.wait(10)
            raise self.dead or GuestDied(f"the guest's line: {err}") from err

    def call(self, msg, timeout=30):
        """Asks for something that is answered by one reply."""
        ident = msg["id"] = next(self.numbers)
        self.ask(msg)
        self.await_event(
            lambda: ident in self.replies, timeout, lambda: f"the guest did not answer {msg['op']}"
        )
        reply = self.replies.pop(ident)
        if "error" in reply:
            raise GuestError(f"guest: {reply['error']}")
        return reply

    # commands

    def popen(self, args, netns=None, env=None, cwd=None, tty=None, on_output=None):
        """Starts a command in the guest; a string is given to the shell."""
        argv = ["/bin/sh", "-c", args] if isinstance(args, str) else [str(arg) for arg in args]
        process = Process(self, next(self.numbers), argv, on_output)
        self.processes[process.ident] = process
        self.commands_ran.add(netns)
        msg = {"op": "spawn", "id": process.ident, "argv": argv}
        for key, value in (("netns", netns), ("env", env), ("cwd", cwd), ("tty", tty)):
            if value:
                msg[key] = value
        self.ask(msg)
        return process

    def run(self, args, netns=None, timeout=60, check=False, stdin=None, env=None, cwd=None):
        """Runs a command in the guest to its end, at most timeout seconds."""
        process = self.popen(args, netns=netns, env=env, cwd=cwd)
        if stdin:
            process.write(stdin)
        process.write(None)
        try:
            process.wait(timeout)
        except GuestTimeout:
            process.kill(signal.SIGKILL, timeout=0)
            raise
        result = Result(process.args, process.returncode, process.stdout, process.stderr)
        del self.processes[process.ident]
        if check and result.returncode != 0:
            raise CommandFailed(result)
        return result

    def put(self, path, data, mode=0o644):
        """Writes a file in the guest."""
        if isinstance(data, str):
            data = data.encode()
        for i in range(0, max(len(data), 1), CHUNK):
            text = base64.b64encode(data[i : i + CHUNK]).decode()
            self.call({"op": "write", "path": path, "data": text, "mode": mode, "append": i > 0})

    def get(self, path):
        """Reads a file of the guest; bytes. One below READ bytes is of one moment."""
        data = b""
        while True:
            reply = self.call({"op": "read", "path": path, "offset": len(data), "size": READ})
            more = base64.b64decode(reply["data"])
            data += more
            if len(more) < READ:
                return data
