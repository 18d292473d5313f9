#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the driver's unit tests. They are a part of the module skua.ko of the test
# kernel, and run when a guest without a NIC loads it.
#
#   scripts/ci/kunit.sh [--kernel debug] [FILTER]
#   scripts/ci/kunit.sh --kunit-py [FILTER]
#
# FILTER is a suite, or suites and tests: skua_key, 'skua_ring.*'. With --kunit-py the
# kernel's own kunit.py builds a kernel of its own from tests/kunit/.kunitconfig, the
# driver not a module, and runs the tests in that.
#
# With SKUA_CACHE_TAG=WORD the kernels have trees of their own, see kernel.sh.
#
# Ends with the line "kunit: N passed, N failed, N skipped".

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

[ -f "$SKUA_TOP/main.c" ] || die "there is no driver to test"

kernel=${SKUA_KERNEL:-plain}
by=guest
case ${1:-} in
--kernel) kernel=$2; shift 2 ;;
--kunit-py) by=kunit_py; shift ;;
esac
filter=${1:-}
out=$SKUA_BUILD/kunit
mkdir -p "$out"
rm -f "$out/result.json" "$out/test.log"

guest() {
	local rc=0

	"$SKUA_TOP/scripts/build/kernel.sh" "$kernel" || return
	/usr/bin/python3 "$SKUA_TOP/scripts/ci/kunit_guest.py" --kernel "$kernel" \
		--log "$out/test.log" ${filter:+--filter "$filter"} || rc=1
	# prints a line for each test, and leaves the results for testsum.py
	/usr/bin/python3 "$SKUA_BUILD/kernel/$kernel/tools/testing/kunit/kunit.py" parse \
		--json="$out/result.json" "$out/test.log" || rc=1
	return $rc
}

kunit_py() {
	local work

	# another checkout must not drop its driver into the same tree meanwhile
	mkdir -p "$SKUA_CACHE"
	exec 9>"$SKUA_CACHE/kunit${SKUA_CACHE_TAG:+-$SKUA_CACHE_TAG}.lock"
	flock -n 9 || { say "waiting for another run of the unit tests"; flock 9; }
	work=$("$SKUA_TOP/scripts/build/kernel.sh" --tree kunit 9>&-) || return
	use_ccache "$work"
	cd "$work/tree"
	/usr/bin/python3 tools/testing/kunit/kunit.py run --arch um \
		--build_dir "$work/obj" \
		--kunitconfig "$SKUA_TOP/tests/kunit/.kunitconfig" \
		--jobs "$SKUA_JOBS" --timeout 300 --json="$out/result.json" \
		${filter:+"$filter"} 9>&- || return
	cp "$work/obj/test.log" "$out/test.log"
}

rc=0
("$by") </dev/null 2>&1 | tee "$out/kunit.log" || rc=$?

exec /usr/bin/python3 "$SKUA_TOP/scripts/ci/testsum.py" --kunit "$out/result.json" \
	--status $rc --log "$out/test.log"
