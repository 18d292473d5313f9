#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs the driver's unit tests in a guest without a NIC; keeps the kernel's log.

    kunit_guest.py --log FILE [--kernel debug] [--filter 'suite.test']

The tests run when skua.ko is loaded. The status is 0 unless the guest died, or its
kernel complained; whether the tests passed is for kunit.py to say, from the log.
"""

import argparse
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

import skuavm  # noqa: E402

# Seconds for all tests; KUnit ends a test that hangs after 300.
PATIENCE = 900
STAMP = re.compile(r"^\[ *\d+\.\d+\] ?", re.M)


def run_tests(args):
    cmdline = ["kunit.enable=1"]
    if args.filter:
        cmdline.append(f"kunit.filter_glob={args.filter}")
    with skuavm.VM(name="kunit", kernel=args.kernel, memory="256M", cmdline=cmdline) as vm:
        # the boot has a list of tests of its own, an empty one
        begin = len(vm.console.text())
        try:
            vm.modprobe("skua", timeout=PATIENCE)
            vm.check_leaks()
            vm.console.check()
        finally:
            with open(args.log, "w", encoding="utf-8") as log:
                log.write(STAMP.sub("", vm.console.text()[begin:]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--log", required=True, help="where the kernel's messages go")
    parser.add_argument("--kernel", default="plain", help="a directory under build/kernel")
    parser.add_argument("--filter", help="which suites and tests, as kunit.py takes it")
    args = parser.parse_args()
    try:
        run_tests(args)
    except skuavm.GuestError as err:
        print(f"kunit: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
