#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Lists the clauses of docs/contract.rst, with the tests that prove each.

A clause is proved if a test names it and tests/mutants/ID.patch breaks it. With
--mutants, applies the mutants one by one to a copy of the tree and runs the
tests that each of them names; says which no test noticed.

A mutant is a patch, tests/mutants/ID.patch or ID-WORDS.patch, whose head has
lines "Test: COMMAND", run from the top of the copy. Each has to pass without
the patch; with it, it has to build, and to fail. --apply only looks whether the
mutants still apply; --slice 2/8 takes the second of eight parts of them.
"""

import argparse
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
MUTANTS = os.path.join(TOP, "tests/mutants")
CLAUSE = re.compile(r"^([KXARPMVTSD]\d+)$", re.M)
# Sources there have words that look like clauses: registers, power states, constants.
NOT_TESTS = ("/device/hart/", "/device/crypto/", "/device/bus/")
# Seconds that a test may take; a mutant may well hang. Kernels and guests need more.
PATIENCE = 300
PATIENCE_KERNEL = 1500
# A mutant that no compiler takes proves nothing; cmocka too says "error:".
NO_BUILD = re.compile(r"^\S+:\d+(?::\d+)?: (?:fatal )?error: (?!Failure!)|undefined reference to|"
                      r"No rule to make target", re.M)
# How cmocka, kunit.py and pytest name a test that failed; BEGUN: how cmocka names a test
# that it begins, which is the last one if the program died in it.
FAILED = re.compile(r"^\[  (?:FAILED|ERROR ) +\] (?!\d+ test|---)(\S+)|"
                    r"\[FAILED\] (.*?\S)(?: =+)?$|^FAILED (\S+)", re.M)
BEGUN = re.compile(r"^\[ RUN      \] (\S+)", re.M)


def clauses():
    with open(os.path.join(TOP, "docs/contract.rst"), encoding="utf-8") as f:
        return CLAUSE.findall(f.read())


def test_files():
    for pattern in ("tests/**/*.c", "tests/**/*.py", "fw/test/*.c", "fw/test/*.py"):
        for path in glob.glob(os.path.join(TOP, pattern), recursive=True):
            if not any(part in path for part in NOT_TESTS):
                yield path


def named():
    """Returns a dictionary: clause -> files of tests that name it"""
    where = {}
    for path in sorted(test_files()):
        with open(path, encoding="utf-8") as f:
            for clause in set(re.findall(r"\b[KXARPMVTSD]\d+\b", f.read())):
                where.setdefault(clause, []).append(os.path.relpath(path, TOP))
    return where


def mutants():
    """Returns a dictionary: clause -> patches, ID.patch or ID-anything.patch"""
    found = {}
    for path in sorted(glob.glob(os.path.join(MUTANTS, "*.patch"))):
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


def environment():
    """The environment without the variables of an outer make: the copy is built in itself."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("MAKE", "MFLAGS", "SKUA_BUILD", "SKUA_RESULTS"))}
    tag = "-".join(filter(None, (os.environ.get("SKUA_CACHE_TAG"), "mutants")))
    return env | {"SKUA_CACHE_TAG": tag, "MAKEFLAGS": f"-j{os.cpu_count()}"}


def run(command, tree):
    """Returns exit status and output. What does not end in time is ended, with its children."""
    kernel = "scripts/" in command or "pytest" in command
    with subprocess.Popen(command, shell=True, cwd=tree, env=environment(),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True) as process:
        try:
            output, _ = process.communicate(
                timeout=PATIENCE_KERNEL if kernel else PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output.decode(errors="replace")


def patch(tree, path, *options):
    return subprocess.run(["patch", "-p1", "-s", "-F0", "-r-", "-i", path, *options],
                          cwd=tree, capture_output=True, text=True, check=False)


def stale(tree, path):
    """Returns why the mutant does not apply, or None."""
    dry = patch(tree, path, "--dry-run")
    return dry.stdout.strip().replace("\n", "; ") if dry.returncode else None


def apply_all():
    """Do all mutants apply? Code that moves takes them along, or they prove nothing."""
    bad = 0
    for path in sorted(path for found in mutants().values() for path in found):
        why = stale(TOP, path)
        if why or not commands(path):
            bad += 1
            print(f"{os.path.relpath(path, TOP)}: error: "
                  + (f"does not apply: {why}" if why else "names no test"))
    return 1 if bad else 0


class Copy:
    """A copy of the checkout, to which mutants are applied."""

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="skua-mutants.")
        self.passes = {}
        listing = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=TOP,
                                 capture_output=True, check=True)
        for name in listing.stdout.decode().split("\0"):
            if name and os.path.isfile(os.path.join(TOP, name)):
                os.makedirs(os.path.dirname(os.path.join(self.top, name)), exist_ok=True)
                shutil.copy2(os.path.join(TOP, name), os.path.join(self.top, name),
                             follow_symlinks=False)

    def passes_without(self, command):
        if command not in self.passes:
            status, output = run(command, self.top)
            self.passes[command] = status == 0
            if status:
                print(output[-2000:])
        return self.passes[command]

    def notices(self, command):
        """Returns the fault of this mutant or None, and the names of the tests that failed."""
        status, output = run(command, self.top)
        if status == 0:
            return f"not noticed by: {command}", []
        if NO_BUILD.search(output):
            return "does not build: " + NO_BUILD.search(output)[0], []
        failed = {next(filter(None, m)) for m in FAILED.findall(output)}
        return None, sorted(failed or set(BEGUN.findall(output)[-1:]))

    def judge(self, path):
        """The same for all commands of a mutant."""
        tests = commands(path)
        if not tests:
            return "names no test", []
        why = stale(self.top, path)
        if why:
            return f"does not apply: {why}", []
        for command in tests:
            if not self.passes_without(command):
                return f"fails without it: {command}", []
        patch(self.top, path)
        failed = []
        try:
            for command in tests:
                trouble, names = self.notices(command)
                failed += names
                if trouble:
                    return trouble, failed
        finally:
            patch(self.top, path, "-R")
        return None, failed


def run_mutants(wanted, part, parts):
    """@wanted: clauses, or names of patches; all if empty. @part of @parts of these."""
    paths = [path for found in mutants().values() for path in found]
    names = {path: os.path.basename(path)[:-len(".patch")] for path in paths}
    paths = sorted(p for p in paths if not wanted or names[p] in wanted
                   or names[p].split("-")[0] in wanted)[part - 1::parts]
    survivors = 0
    copy = Copy()
    try:
        for path in paths:
            start = time.monotonic()
            trouble, failed = copy.judge(path)
            survivors += bool(trouble)
            verdict = trouble or "noticed" + (" by " + ", ".join(failed) if failed else "")
            print(f"{names[path]}: {verdict} ({time.monotonic() - start:.0f} s)", flush=True)
    finally:
        shutil.rmtree(copy.top)
    print(f"{len(paths) - survivors} passed, {survivors} failed, 0 skipped")
    return 1 if survivors or not paths else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each clause")
    parser.add_argument("--mutants", action="store_true", help="run the mutants")
    parser.add_argument("--apply", action="store_true", help="do the mutants apply?")
    parser.add_argument("--slice", default="1/1", metavar="K/N",
                        help="every Nth mutant, beginning with the Kth")
    parser.add_argument("clause", nargs="*", help="only these, clauses or names of patches")
    args = parser.parse_args()
    if args.apply:
        return apply_all()
    if not args.mutants:
        return report(args.verbose)
    return run_mutants(args.clause, *map(int, args.slice.split("/")))


if __name__ == "__main__":
    sys.exit(main())
