#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the driver's unit tests through the kernel's own kunit.py under
# User-Mode Linux. Needs no NIC and no file system.
#
#   scripts/ci/kunit.sh [FILTER]     a suite, or suites and tests: skua_key, 'skua_ring.*'
#
# SKUA_CACHE_TAG=WORD: in trees of its own, see kernel.sh.
#
# Ends with the line "kunit: N passed, N failed, N skipped".

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

[ -f "$SKUA_TOP/main.c" ] || die "there is no driver to test"

# another checkout must not drop its driver into the same tree meanwhile
mkdir -p "$SKUA_CACHE"
exec 9>"$SKUA_CACHE/kunit${SKUA_CACHE_TAG:+-$SKUA_CACHE_TAG}.lock"
flock -n 9 || { say "waiting for another run of the unit tests"; flock 9; }
work=$("$SKUA_TOP/scripts/build/kernel.sh" --tree kunit 9>&-)
out=$SKUA_BUILD/kunit
mkdir -p "$out"
rm -f "$out/result.json"

rc=0
(
	cd "$work/tree"
	/usr/bin/python3 tools/testing/kunit/kunit.py run --arch um \
		--build_dir "$work/obj" \
		--kunitconfig "$SKUA_TOP/tests/kunit/.kunitconfig" \
		--jobs "$SKUA_JOBS" --timeout 300 --json="$out/result.json" \
		${1:+"$1"} </dev/null 9>&-
) 2>&1 | tee "$out/kunit.log" || rc=$?
cp "$work/obj/test.log" "$out/test.log" 2>/dev/null || true
exec 9>&-

exec /usr/bin/python3 "$SKUA_TOP/scripts/ci/testsum.py" --kunit "$out/result.json" \
	--status $rc --log "$out/test.log"
