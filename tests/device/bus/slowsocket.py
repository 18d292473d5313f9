# SPDX-License-Identifier: GPL-2.0-only
"""A descriptor whose close() takes seconds."""

import contextlib
import socket
import struct


def slow_socket():
    """A TCP socket whose close() lingers, since its peer does not read."""
    with socket.socket() as listen:
        listen.bind(("127.0.0.1", 0))
        listen.listen()
        near = socket.create_connection(listen.getsockname())
        far, _ = listen.accept()
    near.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            near.send(b"\0" * 65536)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 8))
    return near, far
