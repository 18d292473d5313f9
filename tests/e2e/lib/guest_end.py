# SPDX-License-Identifier: GPL-2.0-only
"""For programs that run in a guest and act for ends of a link."""

import ctypes
import errno
import socket

CLONE_NEWNET = 0x40000000


def enter(netns):
    """Goes into a network name space; `ip netns exec` would hide debugfs.

    Sockets stay in the one in which they were made, so a program can be in several.
    """
    with open(f"/run/netns/{netns}", "rb") as place:
        if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {netns}")


class End:
    """A side of a link: its address, and the datagrams that it sends to its peers.

    netns, mac  its network name space and MAC address
    interface   its name
    crash       the driver's file that kills the firmware
    peers       the IP addresses to which speak() sends
    """

    def __init__(self, netns, mac, interface, crash="", peers=()):
        enter(netns)
        self.mac, self.crash_file, self.peers = mac, crash, peers
        self.ifindex = socket.if_nametoindex(interface)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.udp.bind(("", 9))

    def speak(self, count=1):
        for _ in range(count):
            for peer in self.peers:
                try:
                    self.udp.sendto(b"x" * 200, (peer, 9))
                except OSError:
                    pass  # a datagram that cannot be sent does not matter to the races

    def crash(self, how):
        """Kills the firmware; says whether it did, and was not too late."""
        try:
            with open(self.crash_file, "w", encoding="ascii") as file:
                file.write(str(how))
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
        return True
