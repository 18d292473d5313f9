#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Say how much of its memory budget an image uses: nm's output on stdin.

The linker script asserts the budgets; this only reports.
"""

import sys


def main():
    """Read symbols, print the report."""
    sym = {}
    for line in sys.stdin:
        parts = line.split()
        if len(parts) == 3:
            sym[parts[2]] = int(parts[0], 16)
    image = sym["__image_end"] - sym["__image_start"]
    mem = sym["__mem_end"] - sym["SRAM_BASE"]
    for what, used, budget in (
            ("image", image, sym["IMAGE_BUDGET"]),
            ("memory", mem, sym["MEM_BUDGET"])):
        print(f"  {what}: {used} of {budget} bytes ({100 * used // budget}%)")
    print(f"  stack: {sym['STACK_SIZE']} bytes")


if __name__ == "__main__":
    main()
