#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Build a firmware image, struct skua_fw_hdr and body, from an ELF file.

The body is the file data of the loadable segments; memory that only has to
be zero counts in mem_len. See struct skua_fw_hdr in hw.h.
"""

import argparse
import hashlib
import re
import struct
import sys

FW_MAGIC = 0x57464B53
HDR = struct.Struct("<IIHHIIIII32s32s16s16x")
HDR_LEN = 128
FW_MAX_LEN = 512 * 1024

EHDR = struct.Struct("<16sHHIIIIIHHHHHH")
PHDR = struct.Struct("<IIIIIIII")
PT_LOAD = 1
EM_RISCV = 243


class ImageError(Exception):
    """The ELF file cannot become an image."""


def load_segments(elf):
    """Return entry point and [(address, bytes, memory size)] of an ELF file."""
    if len(elf) < EHDR.size or elf[:4] != b"\x7fELF":
        raise ImageError("not an ELF file")
    (ident, _, machine, _, entry, phoff, _, _, _, phentsize, phnum, _, _, _) = (
        EHDR.unpack_from(elf))
    if ident[4] != 1 or ident[5] != 1 or machine != EM_RISCV:
        raise ImageError("not a little-endian 32-bit RISC-V ELF file")
    if phentsize != PHDR.size or phoff + phnum * phentsize > len(elf):
        raise ImageError("bad program headers")
    segs = []
    for i in range(phnum):
        kind, off, vaddr, _, filesz, memsz, _, _ = PHDR.unpack_from(
            elf, phoff + i * phentsize)
        if kind != PT_LOAD or not memsz:
            continue
        if off + filesz > len(elf) or filesz > memsz:
            raise ImageError("segment outside the file")
        segs.append((vaddr, elf[off:off + filesz], memsz))
    if not segs:
        raise ImageError("nothing to load")
    return entry, sorted(segs)


def flatten(segs):
    """Return load address, body and memory size of all segments together."""
    base = segs[0][0]
    body = bytearray()
    end = base
    for addr, data, memsz in segs:
        if addr < end:
            raise ImageError("segments overlap")
        end = addr + memsz
        if data:
            body.extend(bytes(addr - base - len(body)))
            body.extend(data)
    body.extend(bytes(-len(body) % 4))
    return base, bytes(body), max(end - base, len(body))


def read_abi(header):
    """Return major and minor ABI version that hw.h defines."""
    with open(header, encoding="utf-8") as src:
        text = src.read()
    found = [re.search(rf"^#define\s+SKUA_ABI_{what}\s+(\d+)$", text, re.M)
             for what in ("MAJOR", "MINOR")]
    if not all(found):
        raise ImageError(f"{header}: no ABI version")
    return [int(m.group(1)) for m in found]


def build_image(elf, abi, version):
    """Return the image as bytes."""
    entry, segs = load_segments(elf)
    base, body, mem_len = flatten(segs)
    if not base <= entry < base + len(body):
        raise ImageError("the entry point lies outside the image")
    if entry % 2 or base % 4:
        raise ImageError("the image is not aligned")
    text = version.encode("ascii")
    if len(text) > 31:
        raise ImageError("the version is longer than 31 bytes")
    head = HDR.pack(FW_MAGIC, HDR_LEN, abi[0], abi[1], len(body), base, entry,
                    mem_len, 0, text, hashlib.sha256(body).digest(),
                    hashlib.sha256(elf).digest()[:16])
    if len(head) != HDR_LEN:
        raise ImageError("the header is not as long as it says")
    if len(head) + len(body) > FW_MAX_LEN:
        raise ImageError("the image is too long")
    return head + body


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hw", required=True, help="hw.h, for the ABI version")
    parser.add_argument("--version", required=True, help="text, at most 31 bytes")
    parser.add_argument("elf")
    parser.add_argument("image")
    args = parser.parse_args()
    try:
        with open(args.elf, "rb") as src:
            elf = src.read()
        image = build_image(elf, read_abi(args.hw), args.version)
        with open(args.image, "wb") as dst:
            dst.write(image)
    except (ImageError, OSError, UnicodeError) as err:
        print(f"mkimage: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
