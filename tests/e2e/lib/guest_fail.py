# SPDX-License-Identifier: GPL-2.0-only
"""For programs that run in a guest and have the nth allocation of a system call fail."""

import json
import os

FAULTS = "/sys/kernel/debug/"


def put(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


for kind in ("failslab", "fail_page_alloc"):
    # allocations that may sleep fail too; a stack trace for each is no splat
    put(FAULTS + kind + "/ignore-gfp-wait", "N")
    put(FAULTS + kind + "/verbose", "0")
put(FAULTS + "fail_page_alloc/min-order", "0")
nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)


def failing(n, call):
    """call() with its nth allocation failing: (errno or 0, was there an nth?)"""
    error = 0
    os.pwrite(nth, str(n).encode(), 0)
    try:
        call()
    except OSError as err:
        error = err.errno
    left = int(os.pread(nth, 16, 0).decode().strip(chr(0) + chr(10)))
    os.pwrite(nth, b"0", 0)
    return error, left == 0


def rounds(first, step, turn):
    """turn(n) for ever later allocations, until there are no more"""
    n, results = first, []
    while True:
        error, hit, worked = turn(n)
        if not hit:
            break
        results.append((n, error, worked))
        n += step
    print(json.dumps({"results": results, "last": worked}))
