#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Counts tests, for `make test` and `make test-all`.

    testsum.py --parts DIR PART...     runs `make test-PART` for each, and sums
    testsum.py --run NAME COMMAND...   runs one part, shows its output, counts
    testsum.py --kunit RESULT.json --status N --log test.log

The parts leave their counts in DIR, which --run gets as SKUA_RESULTS.

A part's counts are read from its output: the closing line of pytest, the
lines of cmocka, or a plain "N passed, N failed, N skipped" line. A part that
ends badly without a failed test, runs no test at all, or is still busy after 45
minutes, counts as one failure, and so does each skip for which no reason is
printed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

PLAIN = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$")
PYTEST = re.compile(r"^(?:=+ )?(\d+ \w+(?:, \d+ \w+)*) in [\d.]+s(?: \([\d:]+\))?(?: =+)?\s*$")
PYTEST_SKIP = re.compile(r"^SKIPPED \[(\d+)\] [^:]+(?::\d+)?: ?(.*)$")
CMOCKA = re.compile(r"^\[  (PASSED|FAILED|SKIPPED) +\] (\d+) test\(s\)")
SKIP_LINE = re.compile(r"^SKIP:? +\S+: *\S")


class Counts:
    def __init__(self, passed=0, failed=0, skipped=0, notes=()):
        self.passed, self.failed, self.skipped = passed, failed, skipped
        self.notes = list(notes)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.notes += other.notes

    def line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def blame(self, note):
        self.failed += 1
        self.notes.append(note)

    def dump(self, path):
        with open(path, "w") as file:
            json.dump(vars(self), file)


def strip_colours(text):
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


def pytest_counts(summary):
    found = {name: int(n) for n, name in re.findall(r"(\d+) (\w+)", summary)}
    bad = found.get("failed", 0) + found.get("error", 0) + found.get("errors", 0)
    bad += found.get("xpassed", 0) + found.get("xfailed", 0)
    return Counts(found.get("passed", 0), bad, found.get("skipped", 0))


def count_output(text):
    """Counts from the output of one part, in any of the forms above."""
    total, plain, reasons = Counts(), None, 0
    for line in strip_colours(text).splitlines():
        match = PLAIN.match(line)
        if match:
            plain = Counts(*(int(number or 0) for number in match.groups()))
            continue
        match = PYTEST.match(line)
        if match:
            total.add(pytest_counts(match[1]))
            continue
        match = PYTEST_SKIP.match(line)
        if match:
            reasons += int(match[1]) if match[2].strip() not in ("", "unconditional skip") else 0
            continue
        match = CMOCKA.match(line)
        if match:
            total.add(Counts(**{match[1].lower(): int(match[2])}))
        elif SKIP_LINE.match(line):
            reasons += 1
    counts = plain or total
    for _ in range(counts.skipped - reasons):
        counts.blame("a test was skipped without a stated reason")
    return counts


def judge(counts, status, name):
    """A status and a count that do not belong together are a failure."""
    if status != 0 and counts.failed == 0:
        counts.blame(f"{name} ended with status {status}, but named no failed test")
    if counts.passed + counts.failed + counts.skipped == 0:
        counts.blame(f"{name} ran no test")
    return counts


def run_part(name, argv, directory):
    os.makedirs(directory, exist_ok=True)
    print(f"=== {name}: {' '.join(argv)}", flush=True)
    begun = time.monotonic()
    text = []
    argv = ["timeout", "--kill-after=30", "2700", *argv]
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as proc, open(os.path.join(directory, name + ".log"), "w") as log:
        try:
            for raw in proc.stdout:
                line = raw.decode(errors="replace")
                text.append(line)
                log.write(line)
                # a plain line is printed once, at the end of everything
                if not PLAIN.match(line):
                    sys.stdout.write(line)
                    sys.stdout.flush()
        except KeyboardInterrupt:
            proc.terminate()  # timeout passes it on
            raise
    counts = judge(count_output("".join(text)), proc.returncode, name)
    print(f"=== {name}: {counts.line()} in {clock(time.monotonic() - begun)}"
          f" ({directory}/{name}.log)", flush=True)
    counts.dump(os.path.join(directory, name + ".json"))
    return 1 if counts.failed else 0


def kunit_group(group, counts):
    for case in group.get("test_cases", ()):
        if case["status"] == "PASS":
            counts.passed += 1
        elif case["status"] == "SKIP":
            counts.skipped += 1
        else:
            counts.failed += 1
    for child in group.get("sub_groups", ()):
        kunit_group(child, counts)


def kunit_counts(result, status, log):
    counts = Counts()
    try:
        with open(result) as file:
            kunit_group(json.load(file), counts)
    except (OSError, ValueError) as err:
        counts.blame(f"no result of kunit.py: {err}")
    reasons = []
    if os.path.exists(log):
        with open(log, errors="replace") as file:
            reasons = re.findall(r"^ *ok \d+ (\S+) # SKIP +(\S.*)$", file.read(), re.MULTILINE)
    for name, why in reasons:
        print(f"SKIP {name}: {why}")
    judge(counts, status, "kunit")
    for note in counts.notes:
        print(note)
    print(f"kunit: {counts.line()}")
    return 1 if counts.failed else 0


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def run_parts(directory, parts):
    """Runs all parts, even if one fails; says how far the run is and how long each took."""
    shutil.rmtree(directory, ignore_errors=True)
    start = time.monotonic()
    took = {}
    for number, part in enumerate(parts, 1):
        begun = time.monotonic()
        print(f"\n=== part {number} of {len(parts)}: {part}, after {clock(begun - start)}",
              flush=True)
        subprocess.run([os.environ.get("MAKE", "make"), "--no-print-directory", f"test-{part}"],
                       check=False)
        took[part] = time.monotonic() - begun
    print(f"\n=== {len(parts)} parts in {clock(time.monotonic() - start)}")
    return total(directory, took)


def total(directory, took):
    """Sums up; @took has the seconds of each part, by name."""
    counts = Counts()
    for part, seconds in took.items():
        try:
            with open(os.path.join(directory, part + ".json")) as file:
                found = Counts(**json.load(file))
        except OSError:
            found = Counts()
            found.blame(f"{part} did not get as far as its tests")
        print(f"{part:12} {clock(seconds):>6}   {found.line()}")
        for note in found.notes:
            print(f"{'':22}{note}")
        counts.add(found)
    print(counts.line())
    return 1 if counts.failed else 0


def main(argv):
    directory = os.environ.get("SKUA_RESULTS", "build/test")
    if argv[0] == "--run":
        return run_part(argv[1], argv[2:], directory)
    if argv[0] == "--kunit":
        return kunit_counts(argv[1], int(argv[3]), argv[5])
    if argv[0] == "--parts":
        return run_parts(argv[1], argv[2:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
