# SPDX-License-Identifier: GPL-2.0-only
"""The firmware image: its header, its body, the tool that makes it, its budget.

The tests read the image by the definitions in hw.h, not by the tool's own code.
"""

import hashlib
import os
import pathlib
import re
import struct
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
FW = HERE.parent
OUT = pathlib.Path(os.environ.get("FW_O", FW.parent / "build" / "fw"))
TOOL = FW / "mkimage.py"
HW = FW.parent / "hw.h"
CONTRACT = (HW, FW.parent / "hw")
HEADERS = (HW, *FW.parent.glob("hw/*.h"))
CROSS = os.environ.get("CROSS_COMPILE", "riscv64-unknown-elf-")
SRAM_BASE = 0x10000000
SRAM_SIZE = 512 * 1024

# struct skua_fw_hdr, field by field
FIELDS = (("magic", "I"), ("hdr_len", "I"), ("abi_major", "H"), ("abi_minor", "H"),
          ("body_len", "I"), ("load_addr", "I"), ("entry", "I"), ("mem_len", "I"),
          ("flags", "I"), ("version", "32s"), ("sha256", "32s"), ("build_id", "16s"),
          ("rsvd", "16s"))


def parse(image):
    """Header as a dictionary, and body."""
    form = "<" + "".join(kind for _, kind in FIELDS)
    assert struct.calcsize(form) == 128
    head = dict(zip((name for name, _ in FIELDS), struct.unpack_from(form, image)))
    return head, image[head["hdr_len"]:]


def define(name):
    """Number that hw.h, or a header that it includes, defines."""
    text = "".join(header.read_text() for header in HEADERS)
    return int(re.search(rf"#define {name}\s+(\w+)", text).group(1), 0)


def symbols():
    """Symbols of the ELF file."""
    text = subprocess.run([CROSS + "nm", OUT / "skua.elf"], check=True,
                          capture_output=True, text=True).stdout
    rows = (line.split() for line in text.splitlines())
    return {row[2]: int(row[0], 16) for row in rows if len(row) == 3}


def run_tool(elf, out, version="1.2.3", header=HW):
    """Run the tool; the finished process."""
    return subprocess.run([sys.executable, TOOL, "--hw", header, "--version", version,
                           elf, out], capture_output=True, text=True, check=False)


@pytest.fixture(name="image")
def fixture_image():
    """The image as built."""
    return (OUT / "skua.fw").read_bytes()


def test_header(image):
    """Every field of the header is correct."""
    head, body = parse(image)
    elf = (OUT / "skua.elf").read_bytes()
    assert head["magic"] == define("SKUA_FW_MAGIC")
    assert head["hdr_len"] == 128
    assert head["abi_major"] == define("SKUA_ABI_MAJOR")
    assert head["abi_minor"] == define("SKUA_ABI_MINOR")
    assert head["body_len"] == len(body)
    assert head["sha256"] == hashlib.sha256(body).digest()
    assert head["build_id"] == hashlib.sha256(elf).digest()[:16]
    assert head["flags"] == 0 and head["rsvd"] == bytes(16)
    assert b"\0" in head["version"] and head["version"].split(b"\0")[0]


def test_addresses(image):
    """Body, zeroed memory and entry lie in SRAM, the stack below them."""
    head, body = parse(image)
    sym = symbols()
    assert head["entry"] == sym["_start"]
    assert head["load_addr"] == sym["__image_start"] == sym["__stack_top"]
    assert head["load_addr"] + len(body) == sym["__image_end"]
    assert head["load_addr"] + head["mem_len"] == sym["__mem_end"]
    assert SRAM_BASE < head["load_addr"]
    assert head["load_addr"] + head["mem_len"] <= SRAM_BASE + SRAM_SIZE
    assert sym["__stack_top"] - SRAM_BASE == sym["STACK_SIZE"]
    assert sym["trap_entry"] % 4 == 0


def test_budget():
    """The image keeps to its memory budget, with room to grow."""
    sym = symbols()
    assert sym["__image_end"] - sym["__image_start"] <= sym["IMAGE_BUDGET"]
    assert sym["__mem_end"] - SRAM_BASE <= sym["MEM_BUDGET"] <= SRAM_SIZE


def test_stack_depth():
    """No function's frame is large, so that 8 KiB of stack are plenty."""
    frames = {}
    for path in OUT.glob("*.su"):
        for line in path.read_text().splitlines():
            where, size, kind = line.split("\t")
            assert kind == "static", where
            frames[where] = int(size)
    assert frames and max(frames.values()) <= 512


def test_body_is_the_elf(image, tmp_path):
    """objcopy finds the same bytes."""
    _, body = parse(image)
    flat = tmp_path / "flat"
    subprocess.run([CROSS + "objcopy", "-O", "binary", OUT / "skua.elf", flat], check=True)
    assert body == flat.read_bytes()


def test_reproducible(tmp_path):
    """The same sources give the same image wherever they lie."""
    for i in (1, 2):
        tree = tmp_path / str(i) / "tree"
        tree.mkdir(parents=True)
        subprocess.run(["cp", "-r", FW, *CONTRACT, tree], check=True)
        subprocess.run(["make", "-s", "-C", tree / "fw", f"O={tmp_path}/{i}/out"],
                       check=True, capture_output=True)
    one, two = ((tmp_path / str(i) / "out" / "skua.fw").read_bytes() for i in (1, 2))
    assert one == two


def test_over_budget(tmp_path):
    """An image that outgrows its budget does not link."""
    tree = tmp_path / "tree"
    tree.mkdir()
    subprocess.run(["cp", "-r", FW, *CONTRACT, tree], check=True)
    source = tree / "fw" / "ps.c"
    source.write_text(source.read_text() +
                      "\nconst char ballast[40000] = { 1 };\n")
    link = tree / "fw" / "link.ld"
    link.write_text(link.read_text() + "\nEXTERN(ballast)\n")
    done = subprocess.run(["make", "-s", "-C", tree / "fw", f"O={tmp_path}/out"],
                          capture_output=True, text=True, check=False)
    assert done.returncode
    assert "image over budget" in done.stderr


def test_tool_makes_the_same(image, tmp_path):
    """A second run of the tool gives the same image, except for the version."""
    out = tmp_path / "x.fw"
    assert run_tool(OUT / "skua.elf", out, "9.9").returncode == 0
    head, body = parse(out.read_bytes())
    assert head["version"] == b"9.9" + bytes(29)
    assert body == parse(image)[1]


@pytest.mark.parametrize("cut", [0, 3, 51, 52, 60, 100, 2000])
def test_tool_refuses_truncated(tmp_path, cut):
    """A truncated ELF file gives an error in words and no image."""
    elf = tmp_path / "x.elf"
    out = tmp_path / "x.fw"
    elf.write_bytes((OUT / "skua.elf").read_bytes()[:cut])
    done = run_tool(elf, out)
    assert done.returncode == 1
    assert done.stderr.startswith("mkimage: ")
    assert not out.exists()


def test_tool_refuses(tmp_path):
    """Files that cannot become an image."""
    out = tmp_path / "x.fw"
    assert run_tool("/bin/true", out).returncode == 1
    assert run_tool(tmp_path / "none", out).returncode == 1
    assert run_tool(OUT / "skua.elf", out, "v" * 32).returncode == 1
    assert run_tool(OUT / "skua.elf", out, "\u00e9").returncode == 1
    assert run_tool(OUT / "skua.elf", out, header="/dev/null").returncode == 1
    elf = bytearray((OUT / "skua.elf").read_bytes())
    struct.pack_into("<I", elf, 24, SRAM_BASE)	# entry in the stack
    bad = tmp_path / "bad.elf"
    bad.write_bytes(elf)
    assert run_tool(bad, out).returncode == 1
    assert not out.exists()
