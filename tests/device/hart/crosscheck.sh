#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# crosscheck.sh HART_RUN_ELF DIRECTORY: run the guest programs in DIRECTORY on qemu-riscv32 and on
# the hart and compare output and exit status; random.elf with fresh seeds, HART_SEEDS of them
# from HART_SEED on. Output is TAP,
# and in the end a line that adds it up.
set -u

run=$1
dir=$2
seeds=${HART_SEEDS:-2000}
seed=${HART_SEED:-$(date +%s)}
qemu=${QEMU_RISCV32:-qemu-riscv32-static}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
number=0
failed=0

if ! command -v "$qemu" >/dev/null; then
	echo "Bail out! $qemu is missing"
	exit 1
fi

# le32 N: N as four bytes, lowest first
le32() {
	printf '%b' "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"
}

# check NAME PROGRAM [OPTION...]: both read $out/in
check() {
	name=$1
	program=$2
	shift 2
	number=$((number + 1))
	timeout 120 "$qemu" "$program" <"$out/in" >"$out/qemu" 2>"$out/qemu.err"
	want=$?
	timeout 120 "$run" "$@" "$program" <"$out/in" >"$out/hart" 2>"$out/hart.err"
	got=$?
	if [ $want -eq $got ] && [ -s "$out/qemu" ] && cmp -s "$out/qemu" "$out/hart"; then
		echo "ok $number - $name"
		return
	fi
	echo "not ok $number - $name"
	echo "# exit status: qemu $want, hart $got; first difference:"
	diff "$out/qemu" "$out/hart" | head -n 5 | sed 's/^/# /'
	sed 's/^/# /' "$out/hart.err"
	failed=$((failed + 1))
}

set -- "$dir"/*-*.elf
echo "1..$(($# + 4))"
for program; do
	: >"$out/in"
	check "$(basename "$program" .elf)" "$program"
done
check "sort, seven instructions a slice" "$dir/sort-Os.elf" -c 7

echo "# HART_SEED=$seed"
{ le32 "$seed"; le32 "$seeds"; } >"$out/in"
check "random code, $seeds seeds" "$dir/random.elf"
{ le32 "$seed"; le32 50; } >"$out/in"
check "random code, one instruction a slice" "$dir/random.elf" -c 1
{ le32 1; le32 200; } >"$out/in"
check "random code, the same 200 seeds" "$dir/random.elf"

echo "$((number - failed)) passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
