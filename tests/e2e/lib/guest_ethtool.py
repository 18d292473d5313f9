# SPDX-License-Identifier: GPL-2.0-only
"""Runs in a guest: offloads of a network device, as ethtool -k and -K have them.

usage: guest_ethtool.py INTERFACE [NAME=0|1 ...]

Sets what is named, in this order. Prints an object with the state of each offload.
"""

import ctypes
import fcntl
import json
import socket
import struct
import sys

SIOCETHTOOL = 0x8946
# names of ethtool -K: commands that get, and that set
COMMANDS = {"rx": (0x14, 0x15), "tx": (0x16, 0x17), "sg": (0x18, 0x19), "tso": (0x1e, 0x1f),
            "gro": (0x2b, 0x2c)}


def ethtool(sock, interface, command, value=0):
    data = struct.pack("II", command, value)
    buffer = ctypes.create_string_buffer(data, len(data))
    request = struct.pack("16sP", interface.encode(), ctypes.addressof(buffer))
    fcntl.ioctl(sock, SIOCETHTOOL, request + bytes(16))
    return struct.unpack("II", buffer.raw)[1]


def main():
    interface, *orders = sys.argv[1:]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for order in orders:
            name, value = order.split("=")
            ethtool(sock, interface, COMMANDS[name][1], int(value))
        print(json.dumps({name: bool(ethtool(sock, interface, get))
                          for name, (get, _) in COMMANDS.items()}))


main()
