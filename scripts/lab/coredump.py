#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Shows a crash of the firmware, read from /sys/class/devcoredump/devcd*/data.

    scripts/lab/coredump.py DATA                registers, source lines, a guess at the stack
    scripts/lab/coredump.py --sram FILE DATA    the control processor's memory to a file

The firmware's ELF file is looked for in build/fw, or given by --elf; it must be
the file of the crashed image, as the build id shows.
"""

import argparse
import hashlib
import os
import shutil
import struct
import subprocess
import sys

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
HEADER = struct.Struct("<4IQ5I31I32s16s2I")  # struct skua_crash_hdr
MAGIC = 0x48535243
CAUSES = ("none given", "assertion", "trap",
          "watchdog: the firmware did not feed it",
          "the host broke a ring's rules", "ring memory could not be reached",
          "none: the driver noticed by itself, and had it stopped")
TRAPS = {0: "instruction address misaligned", 1: "instruction access fault",
         2: "illegal instruction", 3: "breakpoint", 4: "load address misaligned",
         5: "load access fault", 6: "store address misaligned", 7: "store access fault",
         8: "environment call", 11: "environment call"}
NAMES = ("ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
         "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()


class BadDump(Exception):
    pass


class Dump:
    def __init__(self, data):
        if len(data) < HEADER.size:
            raise BadDump(f"{len(data)} bytes are no crash record")
        fields = HEADER.unpack_from(data)
        (magic, self.len, self.cause, self.line, self.time_us, self.pc, self.mcause, self.mepc,
         self.mtval, self.mstatus) = fields[:10]
        if magic != MAGIC:
            raise BadDump(f"magic is {magic:#x}, not {MAGIC:#x}")
        self.x = dict(zip(NAMES, fields[10:41]))
        self.file = fields[41].split(b"\0")[0].decode(errors="replace")
        self.build_id, self.base, length = fields[42:45]
        self.sram = data[HEADER.size:HEADER.size + length]

    def word(self, addr):
        off = addr - self.base
        if off < 0 or off + 4 > len(self.sram):
            return None
        return struct.unpack_from("<I", self.sram, off)[0]


class Symbols:
    """Names and lines, by the installed binutils that support RISC-V."""

    def __init__(self, elf):
        self.elf = elf
        self.tool = next((t for t in ("riscv64-unknown-elf-addr2line", "riscv64-linux-gnu-addr2line",
                                      "llvm-addr2line") if shutil.which(t)), None)

    def where(self, addresses):
        """Text for each address; empty where there is no code."""
        if not self.elf or not self.tool or not addresses:
            return [""] * len(addresses)
        out = subprocess.run([self.tool, "-f", "-e", self.elf] + [hex(a) for a in addresses],
                             capture_output=True, text=True, check=True).stdout.splitlines()
        found = []
        for name, line in zip(out[::2], out[1::2]):
            known = not name.startswith("?") and not line.startswith("?")
            line = "/".join(line.split("/")[-2:])
            found.append(f"{name} ({line})" if known else "")
        return found


def find_elf(build_id, given):
    places = [given] if given else [
        os.path.join(os.environ.get("SKUA_BUILD", os.path.join(TOP, "build")), "fw", "skua.elf")]
    for path in places:
        if not os.path.exists(path):
            continue
        with open(path, "rb") as file:
            if hashlib.sha256(file.read()).digest()[:16] == build_id:
                return path
        print(f"{path} is not the firmware that crashed (build id {build_id.hex()})")
    return None


def show(dump, symbols):
    print(f"cause    {dump.cause}: {CAUSES[dump.cause] if dump.cause < len(CAUSES) else 'unknown'}")
    if dump.file:
        print(f"assert   {dump.file}:{dump.line}")
    print(f"build id {dump.build_id.hex()}")
    print(f"time     {dump.time_us / 1e6:.6f} s of the NIC's clock")
    if not dump.sram:
        print("The NIC left no record: nothing more is known.")
        return
    if dump.cause == 2:
        print(f"trap     {TRAPS.get(dump.mcause, hex(dump.mcause))}, value {dump.mtval:#x}")
    code = [dump.pc, dump.mepc, dump.x["ra"]]
    for name, addr, text in zip(("pc", "mepc", "ra"), code, symbols.where(code)):
        print(f"{name:8} {addr:08x} {text}".rstrip())
    print(f"mstatus  {dump.mstatus:08x}  mcause {dump.mcause:08x}  mtval {dump.mtval:08x}")
    for i in range(0, len(NAMES), 4):
        print("  ".join(f"{n:>3} {dump.x[n]:08x}" for n in NAMES[i:i + 4]))
    show_stack(dump, symbols)


def show_stack(dump, symbols, words=128):
    """Words of the stack that could be return addresses, innermost first."""
    found = []
    for addr in range(dump.x["sp"] & ~3, (dump.x["sp"] & ~3) + 4 * words, 4):
        value = dump.word(addr)
        if value is None:
            break
        if dump.base <= value < dump.base + len(dump.sram) and value % 2 == 0:
            found.append((addr, value))
    print("stack, what could be return addresses:")
    # a return address follows a call, whose line is the interesting one
    for (addr, value), text in zip(found, symbols.where([v - 2 for _, v in found])):
        if text:
            print(f"  {addr:08x}: {value:08x} {text}")


def main():
    parser = argparse.ArgumentParser(description="Shows a crash record of Skua's firmware.")
    parser.add_argument("data", help="file from /sys/class/devcoredump")
    parser.add_argument("--elf", help="the firmware's ELF file (default: build/fw/skua.elf)")
    parser.add_argument("--sram", metavar="FILE", help="write the copy of SRAM there")
    args = parser.parse_args()
    try:
        with open(args.data, "rb") as file:
            dump = Dump(file.read())
    except (OSError, BadDump) as err:
        sys.exit(f"coredump: {args.data}: {err}")
    show(dump, Symbols(find_elf(dump.build_id, args.elf)))
    if args.sram:
        with open(args.sram, "wb") as file:
            file.write(dump.sram)


if __name__ == "__main__":
    main()
