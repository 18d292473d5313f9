#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The static checks. Each prints one line, and its findings if there are any; nothing is
# fixed or ignored here.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$SKUA_TOP"

log=$SKUA_BUILD/log
mkdir -p "$log"
# a line for each check, from both of the processes that run them
results=$log/check-results
: >"$results"

# check NAME COMMAND...: status 0 and no warning in the output is a pass
check() {
	local name=$1 out start=$SECONDS rc=0
	shift

	out=$log/check-${name//[^a-z0-9]/-}.log
	"$@" >"$out" 2>&1 </dev/null || rc=$?
	if [ "$rc" -eq 0 ] && ! grep -q -i -E '(warning|error):' "$out"; then
		printf 'check: %-28s ok      %3d s\n' "$name" $((SECONDS - start))
		echo passed >>"$results"
	else
		printf 'check: %-28s FAILED  (status %d, %s)\n' "$name" "$rc" "$out"
		grep -i -E -A 3 '(warning|error|check):' "$out" | head -n 60 || tail -n 30 "$out"
		echo failed >>"$results"
	fi
}

kernel_files() { find ./*.c ./*.h hw tests/kunit -name '*.[ch]' ! -name compat.h | sort; }

tree=$(scripts/build/kernel.sh --tree check)/tree
mapfile -t files < <(kernel_files)

sparse=(C=2 "CF=-D__CHECK_ENDIAN__ -fmax-errors=unlimited -fmax-warnings=unlimited")
stock() { scripts/build/module.sh build "$(scripts/build/headers.sh)" W=1 "${sparse[@]}"; }
under_uml() { scripts/build/kernel.sh --objects check W=1 "${sparse[@]}"; }
# the headers of 7.3 have __typeof_unqual__ and more that sparse 0.6.4 does not know
newer_kernel() { scripts/build/kernel.sh --objects check-smp W=1; }
# one file may, and must, ask for the kernel's version
style() {
	local style=("$tree/scripts/checkpatch.pl" --strict --no-tree --terse --show-types
		--max-line-length=100)

	"${style[@]}" -f "${files[@]}" &&
		"${style[@]}" --ignore LINUX_VERSION_CODE,CONSTANT_COMPARISON -f compat.h
}
documented() { "$tree/scripts/kernel-doc" -none -Wall "${files[@]}" compat.h; }
shell_scripts() { shellcheck scripts/*.sh scripts/*/*.sh scripts/vm scripts/lab/guest/init .ci/run; }
python_scripts() { git ls-files -z '*.py' | xargs -0 /usr/bin/python3 -m pyflakes; }
user_space() { make --no-print-directory -C "$1" O="$SKUA_BUILD/$1" check; }
documents() { /usr/bin/python3 scripts/ci/doc_tables.py; }
mutants() { /usr/bin/python3 scripts/ci/contract.py --apply; }
layers() { /usr/bin/python3 scripts/ci/layers.py "$@"; }
device_layers() {
	make --no-print-directory -C device O="$SKUA_BUILD/device" lib "$SKUA_BUILD/device/main.o" &&
		layers device/layers.txt device "$SKUA_BUILD/device"
}
fw_layers() {
	make --no-print-directory -C fw O="$SKUA_BUILD/fw" &&
		layers fw/layers.txt fw "$SKUA_BUILD/fw"
}
checks_work() { /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/ci; }

of_files() {
	check "checkpatch --strict" style
	check "kernel-doc" documented
	check "documents" documents
	check "mutants apply" mutants
	check "shellcheck" shell_scripts
	check "python" python_scripts
	check "tests of these checks" checks_work
	check "device: layers" device_layers
	check "device: make check" user_space device
	check "fw: layers" fw_layers
	check "fw: make check" user_space fw
}

# The checks that compile little have one process, beside the driver's, which compile.
of_files &
check "driver, stock kernel, W=1 C=2" stock
check "driver and unit tests, W=1 C=2" under_uml
check "the same, Linux 7.3, W=1" newer_kernel
check "driver: layers" layers scripts/ci/driver-layers.txt . \
	"${tree%/tree}/obj/drivers/net/wireless/skua"
wait

passed=$(grep -c passed "$results" || :)
failed=$(grep -c failed "$results" || :)
echo "check: $passed passed, $failed failed"
[ "$failed" -eq 0 ] || exit 1
