#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tshark decrypts the frames of the crypto engine, and must find their content;
with a wrong key it must find none.

usage: judge.py WRITER DIRECTORY
"""
import os
import subprocess
import sys

# name, suite selector, tshark's type of key, octets of the key for tshark
CIPHERS = [
    ("WEP-40", "000fac01", "wep", 5),
    ("WEP-104", "000fac05", "wep", 13),
    ("TKIP", "000fac02", "tk", 16),
    ("CCMP-128", "000fac04", "tk", 16),
    ("CCMP-256", "000fac0a", "tk", 32),
    ("GCMP-128", "000fac08", "tk", 16),
    ("GCMP-256", "000fac09", "tk", 32),
]
KEY = bytes(range(0x30, 0x50))


def decrypt(path, kind, key):
    """The frames that tshark decrypts, in the format of write_frames.c."""
    cmd = ["tshark", "-r", path, "-o", "wlan.enable_decryption:TRUE",
           "-o", f'uat:80211_keys:"{kind}","{key.hex()}"',
           "-Y", "udp || wlan.fixed.reason_code",
           "-T", "fields", "-e", "udp.payload",
           "-e", "wlan.fixed.reason_code"]
    out = subprocess.run(cmd, check=True, timeout=120, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True).stdout
    found = []
    for line in out.splitlines():
        payload, _, reason = line.partition("\t")
        if payload:
            found.append("udp " + payload.replace(":", ""))
        else:
            found.append(f"deauth {int(reason, 0):04x}")
    return found


def main():
    """Judge all ciphers; exit 1 if one fails."""
    writer, directory = sys.argv[1:]
    errors = 0
    for name, suite, kind, key_len in CIPHERS:
        path = os.path.join(directory, f"judge-{name}.pcapng")
        out = subprocess.run([writer, suite, path], check=True, timeout=60,
                             stdout=subprocess.PIPE, text=True).stdout
        want = out.splitlines()
        found = decrypt(path, kind, KEY[:key_len])
        wrong_key = KEY[1:key_len] + b"!"
        verdict = "ok"
        if not want or found != want:
            right = sum(a == b for a, b in zip(found, want))
            verdict = f"WRONG: {right} of {len(want)} as sent"
        elif decrypt(path, kind, wrong_key):
            verdict = "WRONG: readable with another key"
        errors += verdict != "ok"
        print(f"crypto: tshark decrypts {name}: {len(found)} frames, "
              f"{verdict}")
    print(f"{len(CIPHERS) - errors} passed, {errors} failed, 0 skipped")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
