#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which clauses of docs/contract.rst are proved, and by what.

A clause is proved if a test names it and tests/mutants/ID.patch breaks it. With
--mutants, applies the mutants one by one to a copy of the tree and runs the
tests that each of them names; says which no test noticed.

A mutant is a patch whose head has lines "Test: COMMAND", run from the top of
the copy; each has to fail with the patch applied.
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLAUSE = re.compile(r"^([KXARPMVTSD]\d+)$", re.M)
# These have words that look like clauses: registers, power states, constants of ciphers.
NOT_TESTS = ("/device/hart/", "/device/crypto/", "/device/bus/")


def clauses():
    with open(os.path.join(TOP, "docs/contract.rst"), encoding="utf-8") as f:
        return CLAUSE.findall(f.read())


def test_files():
    for pattern in ("tests/**/*.c", "tests/**/*.py", "fw/test/*.c", "fw/test/*.py"):
        for path in glob.glob(os.path.join(TOP, pattern), recursive=True):
            if not any(part in path for part in NOT_TESTS):
                yield path


def named():
    """clause -> files of tests that name it"""
    where = {}
    for path in sorted(test_files()):
        with open(path, encoding="utf-8") as f:
            for clause in set(re.findall(r"\b[KXARPMVTSD]\d+\b", f.read())):
                where.setdefault(clause, []).append(os.path.relpath(path, TOP))
    return where


def mutants():
    """clause -> patches, ID.patch or ID-anything.patch"""
    found = {}
    for path in sorted(glob.glob(os.path.join(TOP, "tests/mutants/*.patch"))):
        clause = re.match(r"[A-Z]\d+", os.path.basename(path))
        if clause:
            found.setdefault(clause[0], []).append(path)
    return found


def report(verbose):
    tests, broken = named(), mutants()
    proved, openly = [], []
    for clause in clauses():
        ok = clause in tests and clause in broken
        (proved if ok else openly).append(clause)
        if verbose:
            lacks = [] if clause in tests else ["test"]
            lacks += [] if clause in broken else ["mutant"]
            print(f"{clause:4} {'proved' if ok else 'lacks ' + ' and '.join(lacks)}: "
                  + ", ".join(tests.get(clause, ["-"])))
    print(f"{len(proved)} of {len(proved) + len(openly)} clauses are proved")
    print("open: " + " ".join(openly))
    return 0


def commands(patch):
    with open(patch, encoding="utf-8") as f:
        head = f.read().split("\n--- ", 1)[0]
    return re.findall(r"^Test: (.+)$", head, re.M)


def run_mutant(tree, patch):
    """None if a test noticed, or what went wrong"""
    applied = subprocess.run(["patch", "-p1", "-s", "-i", patch], cwd=tree, capture_output=True,
                             text=True, check=False)
    if applied.returncode:
        return "does not apply: " + applied.stdout.strip().replace("\n", "; ")
    unnoticed = [c for c in commands(patch)
                 if subprocess.run(c, shell=True, cwd=tree, check=False, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                                   ).returncode == 0]
    subprocess.run(["patch", "-p1", "-s", "-R", "-i", patch], cwd=tree, check=True)
    if not commands(patch):
        return "names no test"
    return f"not noticed by: {'; '.join(unnoticed)}" if unnoticed else None


def run_mutants(wanted):
    survivors = 0
    tree = tempfile.mkdtemp(prefix="skua-mutants.")
    try:
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=True)
        for name in listing.stdout.decode().split("\0"):
            if name and os.path.exists(os.path.join(TOP, name)):
                os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
                shutil.copy2(os.path.join(TOP, name), os.path.join(tree, name), follow_symlinks=False)
        for clause, patches in sorted(mutants().items()):
            if wanted and clause not in wanted:
                continue
            for patch in patches:
                trouble = run_mutant(tree, patch)
                survivors += bool(trouble)
                print(f"{os.path.basename(patch)}: {trouble or 'noticed'}", flush=True)
    finally:
        shutil.rmtree(tree)
    print(f"mutants: {survivors} survived" if survivors else "mutants: all noticed")
    return 1 if survivors else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each clause")
    parser.add_argument("--mutants", action="store_true", help="run the mutants")
    parser.add_argument("clause", nargs="*", help="only these mutants")
    args = parser.parse_args()
    return run_mutants(args.clause) if args.mutants else report(args.verbose)


if __name__ == "__main__":
    sys.exit(main())
