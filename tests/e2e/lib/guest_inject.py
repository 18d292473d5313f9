# SPDX-License-Identifier: GPL-2.0-only
"""Runs in a guest: sends frames by a monitor interface, the only argument.

Each line of the standard input is one, as hexadecimal digits, and begins with
its radiotap header.
"""

import socket
import sys


def main():
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((sys.argv[1], 0))
    for line in sys.stdin:
        sock.send(bytes.fromhex(line))


if __name__ == "__main__":
    main()
