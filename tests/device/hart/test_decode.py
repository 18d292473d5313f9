#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the hart's decoder with the GNU disassembler.

All 49152 compressed encodings and as many random full ones, or more with --count: which are
legal, and for the legal ones the operation, every operand and the length. Output is TAP, and a line
that adds it up.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile

OPCODES = (0x03, 0x0F, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6F, 0x73)
SPECIAL = (0x00000073, 0x00100073, 0x30200073, 0x10500073, 0x0000100F, 0x8330000F,
           0x126C8073, 0x10200073, 0x7B200073)

# Expansions of compressed mnemonics: the operation, and for each operand its index among the
# operands that the disassembler prints; or a number.
EXPAND = {
    "c.addi": ("ADDI", 0, 0, 1), "c.li": ("ADDI", 0, "x0", 1), "c.nop": ("ADDI", "x0", "x0", 0),
    "c.addi16sp": ("ADDI", 0, 0, 1), "c.addi4spn": ("ADDI", 0, 1, 2), "c.lui": ("LUI", 0, 1),
    "c.slli": ("SLLI", 0, 0, 1), "c.srli": ("SRLI", 0, 0, 1), "c.srai": ("SRAI", 0, 0, 1),
    "c.slli64": ("SLLI", 0, 0, "0"), "c.srli64": ("SRLI", 0, 0, "0"),
    "c.srai64": ("SRAI", 0, 0, "0"), "c.andi": ("ANDI", 0, 0, 1), "c.mv": ("ADD", 0, "x0", 1),
    "c.add": ("ADD", 0, 0, 1), "c.sub": ("SUB", 0, 0, 1), "c.xor": ("XOR", 0, 0, 1),
    "c.or": ("OR", 0, 0, 1), "c.and": ("AND", 0, 0, 1), "c.beqz": ("BEQ", 0, "x0", 1),
    "c.bnez": ("BNE", 0, "x0", 1), "c.j": ("JAL", "x0", 0), "c.jal": ("JAL", "x1", 0),
    "c.jr": ("JALR", "x0", 0, "0"), "c.jalr": ("JALR", "x1", 0, "0"), "c.lw": ("LW", 0, 1),
    "c.lwsp": ("LW", 0, 1), "c.sw": ("SW", 0, 1), "c.swsp": ("SW", 0, 1),
    "c.ebreak": ("EBREAK",),
}
LOADS = ("LB", "LH", "LW", "LBU", "LHU")
STORES = ("SB", "SH", "SW")
BRANCHES = ("BEQ", "BNE", "BLT", "BGE", "BLTU", "BGEU")
IMMEDIATES = ("ADDI", "SLTI", "SLTIU", "XORI", "ORI", "ANDI", "SLLI", "SRLI", "SRAI")
SHIFTS = ("SLLI", "SRLI", "SRAI")
BARE = ("ECALL", "EBREAK", "MRET", "WFI")


def full_words(count, rng):
    """Random 32-bit instructions, most with an opcode that exists and a likely funct7."""
    words = list(SPECIAL)
    while len(words) < count:
        word = rng.getrandbits(32) | 3
        if rng.random() < 0.9:
            word = word & ~0x7F | rng.choice(OPCODES)
        if rng.random() < 0.6:
            word = word & 0x01FFFFFF | rng.choice((0, 1, 0x20)) << 25
        # The assembler does not treat the start of a longer instruction as a word.
        if word & 0x1C != 0x1C:
            words.append(word)
    return words


def disassemble(words, cross, directory):
    """Return {word: (address, mnemonic, operands)} as objdump has it for RV32IMC."""
    source = os.path.join(directory, "words.S")
    obj = os.path.join(directory, "words.o")
    with open(source, "w", encoding="ascii") as out:
        out.write(".text\n")
        for word in words:
            out.write(f".insn {2 if word & 3 != 3 else 4}, {word:#x}\n")
    subprocess.run([cross + "as", "-march=rv32imc_zicsr_zifencei", "-mabi=ilp32", "-o", obj, source],
                   check=True)
    text = subprocess.run([cross + "objdump", "-d", "-M", "no-aliases,numeric", obj], check=True,
                          stdout=subprocess.PIPE, encoding="ascii").stdout
    found = {}
    for line in text.splitlines():
        match = re.match(r"\s*([0-9a-f]+):\s+([0-9a-f]{4,8})\s+(\S+)(?:\s+(.*))?$", line)
        if match:
            address, word, mnemonic, rest = match.groups()
            rest = re.sub(r"\s*[<#].*", "", rest or "")
            found.setdefault(int(word, 16), (int(address, 16), mnemonic, rest))
    return found


def number(text):
    return int(text, 0)


def reg(text):
    return int(text[1:])


def memory(text):
    """offset(base)"""
    offset, base = re.match(r"(-?\d+)\((x\d+)\)", text).groups()
    return reg(base), number(offset)


def signed20(val):
    return val - (1 << 20) if val & (1 << 19) else val


def expected(word, address, mnemonic, rest):
    """The expected result of the decoder: (operation, rd, rs1, rs2, imm), None if illegal."""
    if word & 0x7F == 0x0F and word >> 12 & 7 <= 1:
        # Fields of fences that have no meaning yet are to be ignored; objdump knows them not.
        return ("FENCE", 0, 0, 0, 0)
    if mnemonic.startswith(".") or "unimp" in mnemonic:
        return None
    if (mnemonic, rest) == ("c.addi16sp", "x2,0"):
        return None  # reserved, but objdump does not mind
    ops = [o.strip() for o in rest.split(",")] if rest else []
    if mnemonic in EXPAND:
        shape = EXPAND[mnemonic]
        name = shape[0]
        if mnemonic == "c.nop":
            ops = ["x0", "x0", ops[0] if ops else "0"]
        else:
            ops = [ops[s] if isinstance(s, int) else s for s in shape[1:]]
    else:
        name = mnemonic.upper()

    if name in BARE:
        return (name, 0, 0, 0, 0)
    if word & 0x707F == 0x73:
        return None  # of modes that this hart has not: sfence.vma, sret and others
    if name.startswith("CSRR"):
        # objdump knows CSRs by name, so number and source come from the word itself
        return ("CSR", reg(ops[0]), word >> 15 & 31, word >> 12 & 7,
                word >> 20)
    if name in ("LUI", "AUIPC"):
        return (name, reg(ops[0]), 0, 0, signed20(number(ops[1])))
    if name in LOADS:
        base, offset = memory(ops[1])
        return (name, reg(ops[0]), base, 0, offset)
    if name in STORES:
        base, offset = memory(ops[1])
        return (name, 0, base, reg(ops[0]), offset)
    if name in BRANCHES:
        return (name, 0, reg(ops[0]), reg(ops[1]), signed32(int(ops[2], 16) - address))
    if name == "JAL":
        return (name, reg(ops[0]), 0, 0, signed32(int(ops[1], 16) - address))
    if name == "JALR":
        if len(ops) == 2:
            base, offset = memory(ops[1])
        else:
            base, offset = reg(ops[1]), number(ops[2])
        return (name, reg(ops[0]), base, 0, offset)
    if name in IMMEDIATES:
        # RV32 leaves these to custom extensions; the disassembler does not mind.
        if name in SHIFTS and number(ops[2]) > 31:
            return None
        return (name, reg(ops[0]), reg(ops[1]), 0, number(ops[2]))
    return (name, reg(ops[0]), reg(ops[1]), reg(ops[2]), 0)


def signed32(val):
    val &= 0xFFFFFFFF
    return val - (1 << 32) if val & (1 << 31) else val


def decode(words, dump):
    text = subprocess.run([dump], check=True, input="\n".join(f"{w:x}" for w in words),
                          stdout=subprocess.PIPE, encoding="ascii").stdout
    decoded = {}
    for line in text.splitlines():
        word, length, name, *rest = line.split()
        decoded[int(word, 16)] = (int(length), name, *map(int, rest))
    return decoded


def compare(words, cross, dump):
    """Return the number of legal words and a list of complaints."""
    with tempfile.TemporaryDirectory() as directory:
        theirs = disassemble(words, cross, directory)
    ours = decode(words, dump)
    complaints = []
    legal = 0
    for word in words:
        if word not in theirs:
            complaints.append(f"{word:08x}: not disassembled")
            continue
        address, mnemonic, rest = theirs[word]
        want = expected(word, address, mnemonic, rest)
        length, name, *got = ours[word]
        legal += want is not None
        if length != (4 if word & 3 == 3 else 2):
            complaints.append(f"{word:08x}: length {length}")
        if (want is None) != (name == "ILLEGAL") or want and want != (name, *got):
            complaints.append(f"{word:08x}: {mnemonic} {rest} decodes to {name} {got}")
    return legal, complaints


def report(index, what, words, args):
    legal, complaints = compare(words, args.cross, args.dump)
    # An empty comparison proves nothing.
    good = not complaints and len(words) // 10 < legal < len(words)
    print(f"{'ok' if good else 'not ok'} {index} - {what}: {len(words)} words, {legal} legal")
    for complaint in complaints[:20]:
        print(f"# {complaint}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump", help="the decode_dump program")
    parser.add_argument("--cross", default="riscv64-unknown-elf-")
    parser.add_argument("--count", type=int, default=49152)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    args = parser.parse_args()

    print("1..2")
    print(f"# seed {args.seed}")
    compressed = [w for w in range(65536) if w & 3 != 3]
    full = full_words(args.count, random.Random(args.seed))
    passed = report(1, "compressed instructions", compressed, args)
    passed += report(2, "full instructions", full, args)
    print(f"{passed} passed, {2 - passed} failed, 0 skipped")
    sys.exit(passed != 2)


if __name__ == "__main__":
    main()
