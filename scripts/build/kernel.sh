#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the User-Mode Linux kernel that Skua is tested on, with the driver of
# this checkout as a module in it.
#
#   scripts/build/kernel.sh [VARIANT]           builds plain, debug, preempt or smp into
#                                               build/kernel/VARIANT/
#   scripts/build/kernel.sh --tree VARIANT      prepares the patched tree, prints it
#   scripts/build/kernel.sh --objects VARIANT [MAKE ARGUMENTS]
#                                               compiles the driver's objects alone
#
# smp is Linux 7.3, from Debian's backports; the others are the Linux 6.12 that is installed.
# Sources and objects are kept in a cache outside the checkout (SKUA_CACHE), keyed by
# kernel package, compiler and patches, so that a second checkout or another configuration
# builds only changed files. Each variant has a tree of its own, because the driver is copied
# into it; trees are hard links to one unpacked source. With SKUA_CACHE_TAG=WORD the tree
# is one more, and no other checkout builds in it. Trees of the same configuration share
# their objects by ccache. A tree that is not used for two weeks is removed.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

here=$SKUA_TOP/scripts/build/config

# source_of SERIES: sets what is known of the source: package (a file, if it is not an
# installed one), version and patches.
source_of() {
	case $1 in
	6.12)
		package=
		version=$(dpkg-query -W -f '${Version}' linux-source-6.12 2>/dev/null) ||
			die "linux-source-6.12 is missing: run scripts/build/setup.sh"
		patches=("$SKUA_TOP"/scripts/build/patches/*.patch)
		;;
	*)
		package=$("$SKUA_TOP/scripts/build/backport.sh" "$1") || exit 1
		version=$(dpkg-deb -f "$package" Version)
		patches=("$SKUA_TOP/scripts/build/patches/$1"/*.patch)
		;;
	esac
}

# prints the archive of the source
tarball() {
	local name=usr/src/linux-source-$series.tar.xz

	if [ -z "$package" ]; then
		cat "/$name"
	else
		dpkg-deb --fsys-tarfile "$package" | tar -xO "./$name"
	fi
}

# apply_patches TREE PATCH...: applies the patches to the tree
apply_patches() {
	local tree=$1 p
	shift

	for p in "$@"; do
		echo "applying $p"
		patch -d "$tree" -p1 --no-backup-if-mismatch <"$p"
	done
}

# unpack DIR: makes DIR, the unpacked and patched source that all variants of the series
# share. No UML kernel has use for the code of graphics, and a third of all octets is that.
unpack() {
	local dir=$1 tmp=$1.tmp

	[ ! -d "$dir" ] || return 0
	rm -rf "$tmp"
	mkdir -p "$tmp"
	tarball | tar -xJ -C "$tmp" --strip-components=1 --exclude='*/drivers/gpu/*.[ch]'
	apply_patches "$tmp" "${patches[@]}"
	mv "$tmp" "$dir"
}

# clone_tree SRC DIR: makes DIR of hard links to SRC. Hard links are safe here: patch and
# rsync write new files, and objects go to a directory of their own.
clone_tree() {
	local src=$1 dir=$2

	[ ! -d "$dir" ] || return 0
	rm -rf "$dir.tmp"
	cp -al "$src" "$dir.tmp"
	mv "$dir.tmp" "$dir"
}

# copy_variant FROM TO: copies a built variant. The commands that kbuild has recorded name
# the old place; they are corrected, or everything would be built again.
copy_variant() {
	local from to=$2

	from=$(realpath "$1")
	rm -rf "$to.tmp"
	mkdir -p "$to.tmp"
	cp -al "$from/tree" "$to.tmp/tree"
	rsync -a --exclude='.tmp_*' "$from/obj/" "$to.tmp/obj/"
	find "$to.tmp/obj" -name '*.cmd' -exec sed -i "s|$from/|$to/|g" {} +
	rm -rf "$to"
	mv "$to.tmp" "$to"
}

# own_patches VARIANT: prints the patches of this variant alone. A glob finds them, since
# a pattern for find would match the path of the checkout, too.
own_patches() {
	local p

	for p in "$SKUA_TOP/scripts/build/patches/$1"/*.patch; do
		[ ! -e "$p" ] || echo "$p"
	done
}

# patch_in BASE TREE PATCH...: applies a variant's own patches. Of the files that the
# patches change, or that earlier patches changed, only those whose content differs are
# written.
patch_in() {
	local base=$1 tree=$2 list=$2/.skua-patched tmp out
	shift 2

	[ $# -gt 0 ] || [ -f "$list" ] || return 0
	tmp=$(mktemp -d)
	touch "$list"
	cat "$@" /dev/null | sed -n 's|^+++ b/||p' | sort -u - "$list" >"$list.new"
	mv "$list.new" "$list"
	rsync -a --files-from="$list" "$base/" "$tmp/"
	out=$(apply_patches "$tmp" "$@" 2>&1) || die "$out"
	rsync -rlc "$tmp/" "$tree/"
	rm -rf "$tmp"
}

have_driver() { [ -f "$SKUA_TOP/main.c" ] && [ -f "$SKUA_TOP/Kconfig" ]; }

driver_sums() {
	have_driver || return 0
	find "$SKUA_TOP"/*.c "$SKUA_TOP"/*.h "$SKUA_TOP"/hw "$SKUA_TOP"/Kbuild \
		"$SKUA_TOP"/Kconfig "$SKUA_TOP"/tests/kunit -type f -print0 |
		sort -z | xargs -0 sha256sum
}

# drop_in TREE: copies the driver's files into the tree; only files whose content differs
# are written, so that only those are compiled again.
drop_in() {
	local wl=$1/drivers/net/wireless

	have_driver || return 0
	mkdir -p "$wl/skua"
	rsync -rlc --delete \
		--include='/*.c' --include='/*.h' --include=/hw --include='/hw/*.h' \
		--include=/Kbuild --include=/Kconfig --include=/tests --include=/tests/kunit \
		--include='/tests/kunit/**' --exclude='*' \
		"$SKUA_TOP/" "$wl/skua/"
	if ! grep -q skua/Kconfig "$wl/Kconfig"; then
		sed -i 's|^endif # WLAN|source "drivers/net/wireless/skua/Kconfig"\n\n&|' "$wl/Kconfig"
		echo "obj-\$(CONFIG_SKUA) += skua/" >>"$wl/Makefile"
	fi
	grep -q skua/Kconfig "$wl/Kconfig" ||
		die "cannot find the place for Skua in $wl/Kconfig"
}

config_files() {
	echo "$here/uml.config"
	[ "$1" != check-smp ] || printf '%s\n' "$here/smp.config" "$here/check.config"
	[ ! -f "$here/$1.config" ] || echo "$here/$1.config"
}

# fragment VARIANT: prints the configuration; a later line for the same symbol wins.
fragment() {
	local f files

	mapfile -t files < <(config_files "$1")
	for f in "${files[@]}"; do
		if have_driver; then cat "$f"; else grep -v '^CONFIG_SKUA' "$f"; fi
	done | tac | awk -F= '!/^CONFIG_/ || !seen[$1]++' | tac
}

configure() {
	local tree=$1 obj=$2 line sym bad=0

	make -C "$tree" ARCH=um O="$obj" KCONFIG_ALLCONFIG="$obj/fragment" \
		allnoconfig
	while read -r line; do
		case $line in
		CONFIG_*=n)
			sym=${line%%=*}
			! grep -q "^$sym=" "$obj/.config" || { bad=1; echo "error: not off: $sym"; }
			;;
		CONFIG_*)
			grep -qxF -- "$line" "$obj/.config" ||
				{ bad=1; echo "error: not in the configuration: $line"; }
			;;
		esac
	done <"$obj/fragment"
	if [ "$bad" -ne 0 ]; then rm -f "$obj/.config"; return 1; fi
}

compile() {
	make -C "$1" ARCH=um O="$2" -j"$SKUA_JOBS" linux modules
}

# deliver TREE OBJ OUT: copies kernel and modules into the checkout, so that another
# checkout that builds in the same cache cannot change them under a running test.
deliver() {
	local tree=$1 obj=$2 out=$3

	mkdir -p "$out"
	rm -rf "$out/new"
	make -C "$tree" ARCH=um O="$obj" INSTALL_MOD_PATH="$out/new" \
		DEPMOD=true modules_install
	depmod -b "$out/new" "$(cat "$obj/include/config/kernel.release")"
	rm -rf "${out:?}/lib"
	mv "$out/new/lib" "$out/lib"
	rmdir "$out/new"
	cp "$obj/linux" "$out/linux.new"
	strip --strip-debug "$out/linux.new"
	mv "$out/linux.new" "$out/linux"
	# kunit.py reads the results of the unit tests; it runs only under this name
	mkdir -p "$out/tools/testing"
	rsync -a --delete --exclude=test_data "$tree/tools/testing/kunit" "$out/tools/testing/"
	cp "$obj/.config" "$out/config"
	cp "$obj/include/config/kernel.release" "$out/release"
	chmod -R go+rX "$out"
}

# places VARIANT: sets the variables of main(); nothing is locked or made yet.
places() {
	variant=$1
	case $variant in
	plain | debug | preempt | kunit | check) series=6.12 ;;
	smp | check-smp) series=7.3 ;;
	*) die "no such kernel: $variant (plain, debug, preempt or smp)" ;;
	esac
	source_of "$series"
	base=$SKUA_CACHE/source-$version-$(hash_of "${patches[@]}")
	mapfile -t configs < <(config_files "$variant")
	mapfile -t own < <(own_patches "$variant")
	# The configuration is no part of the key: kbuild knows which units a change affects.
	key=$({ gcc -dumpfullversion; echo "$base"; } | sha256sum | cut -c1-12)
	main=$SKUA_CACHE/$variant-$key
	dir=$main${SKUA_CACHE_TAG:+-$SKUA_CACHE_TAG}
	tree=$dir/tree
	obj=$dir/obj
	out=$SKUA_BUILD/kernel/$variant
	# The stamp covers everything that this checkout's kernel is made of.
	stamp=$({ echo "$key"; cat "${configs[@]}" "${own[@]}"; driver_sums; } | sha256sum | cut -c1-16)
}

# lock FD FILE WHAT: takes the lock; says so if it has to wait for a build of WHAT
lock() {
	eval "exec $1>\"\$2\""
	flock -n "$1" || { say "waiting for another build of $3"; flock "$1"; }
}

# Unpacks the source if there is none. Its lock is given back before the variant's lock is
# taken; a build that waits for its variant would keep all others waiting otherwise.
have_source() {
	[ ! -d "$base" ] || return 0
	lock 8 "$SKUA_CACHE/source.lock" "the source tree"
	[ -d "$base" ] || run_logged "$SKUA_BUILD/log/kernel-unpack.log" \
		"unpacking and patching Linux ${base##*/source-}" unpack "$base"
	exec 8>&-
}

# seed: prints the built variant that a new tree begins with, if there is one: the same
# variant without the tag, or for kunit the plain kernel, since tests/kunit/.kunitconfig
# has the options of its core. kbuild compiles only what another configuration affects.
seed() {
	local from tried=("$main")

	[ "$variant" != kunit ] || tried+=("$SKUA_CACHE/plain-$key"
		"$SKUA_CACHE/plain-$key${SKUA_CACHE_TAG:+-$SKUA_CACHE_TAG}")
	for from in "${tried[@]}"; do
		[ "$from" = "$dir" ] || [ ! -x "$from/obj/linux" ] || { echo "$from"; return; }
	done
}

# Makes the variant's tree, with the patches and the driver of this checkout. The caller
# holds the variant's lock.
have_tree() {
	local log=$SKUA_BUILD/log/kernel-tree-$variant.log from

	if [ ! -d "$tree" ]; then
		from=$(seed)
		if [ -n "$from" ]; then
			# nothing may build in the original while it is copied
			[ "$from" != "$main" ] || [ "$variant" != kunit ] ||
				lock 7 "$SKUA_CACHE/kunit.lock" "the kunit kernel"
			lock 8 "$from.lock" "${from##*/}"
			run_logged "$log" "copying the kernel ${from##*/}" copy_variant "$from" "$dir"
			exec 7>&- 8>&-
		else
			run_logged "$log" "making the tree of the $variant kernel" \
				clone_tree "$base" "$tree"
		fi
		remove_old_trees
	fi
	touch "$dir" "$base"
	mkdir -p "$obj"
	patch_in "$base" "$tree" "${own[@]}"
	drop_in "$tree"
}

# Removes the trees in which nothing was built for two weeks: they belong to other kernel
# packages, compilers or patches, or to a SKUA_CACHE_TAG that is no longer in use.
remove_old_trees() {
	local old

	find "$SKUA_CACHE" -mindepth 1 -maxdepth 1 -type d -mtime +14 \
		\( -name 'source-*' -o -name 'plain-*' -o -name 'debug-*' -o -name 'preempt-*' \
		-o -name 'kunit-*' -o -name 'check-*' -o -name 'smp-*' \) |
	while read -r old; do
		(
			flock -n 6 || exit 0
			say "removing ${old##*/}, which was not used for two weeks"
			rm -rf "$old"
		) 6>"$old.lock"
	done
}

have_config() {
	fragment "$variant" >"$obj/fragment.new"
	if have_driver; then
		sha256sum <"$SKUA_TOP/Kconfig" | sed 's/^/# Kconfig /' >>"$obj/fragment.new"
	fi
	[ ! -f "$obj/.config" ] || ! cmp -s "$obj/fragment" "$obj/fragment.new" || return 0
	mv "$obj/fragment.new" "$obj/fragment"
	run_logged "$SKUA_BUILD/log/kernel-config-$variant.log" \
		"configuring the $variant kernel" configure "$tree" "$obj"
}

# build_objects [MAKE ARGUMENTS]: compiles the driver's objects alone.
build_objects() {
	[ -f "$obj/include/generated/utsrelease.h" ] ||
		run_logged "$SKUA_BUILD/log/kernel-prepare-$variant.log" \
			"preparing the $variant kernel" make -C "$tree" ARCH=um O="$obj" \
			-j"$SKUA_JOBS" prepare
	make -C "$tree" ARCH=um O="$obj" -k -s -j"$SKUA_JOBS" "$@" drivers/net/wireless/skua/
}

build_kernel() {
	run_logged "$SKUA_BUILD/log/kernel-$variant.log" \
		"building the $variant kernel" compile "$tree" "$obj"
	run_logged "$SKUA_BUILD/log/kernel-install-$variant.log" \
		"copying kernel and modules to build/kernel/$variant" \
		deliver "$tree" "$obj" "$out"
	echo "$stamp" >"$out/stamp"
	have_driver || say "no driver in this checkout: the kernel has none"
}

main() {
	local only=''
	local variant series package version patches base
	local configs own key main dir tree obj out stamp

	case ${1:-} in
	--tree | --objects) only=${1#--}; shift ;;
	esac
	mkdir -p "$SKUA_CACHE"
	places "${1:-plain}"
	[ $# -eq 0 ] || shift
	if [ -z "$only" ] && [ -x "$out/linux" ] &&
	   [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
		say "kernel ($variant): nothing to do"
		return 0
	fi

	have_source
	mkdir -p "$dir"
	lock 9 "$dir.lock" "the $variant kernel"
	have_tree
	if [ "$only" = tree ]; then
		echo "$dir"
		return 0
	fi
	use_ccache "$dir"
	have_config
	case $only in
	objects) build_objects "$@" ;;
	*) build_kernel ;;
	esac
}

main "$@"
exit
