#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the User-Mode Linux kernel that Skua is tried under, with the driver
# of this checkout as a module in it.
#
#   scripts/build/kernel.sh [VARIANT]        builds plain, debug or preempt into
#                                       build/kernel/VARIANT/
#   scripts/build/kernel.sh --tree VARIANT    prepares the patched tree, prints it
#   scripts/build/kernel.sh --objects VARIANT [MAKE ARGUMENTS]
#                                       compiles the driver's objects alone
#
# Sources and objects are kept in a cache outside the checkout, keyed by kernel
# package, compiler and patches, so that a second checkout (or a second run, or
# another configuration) builds only what changed. Each variant has its own tree, because
# the driver is dropped into it; trees are hard links to one unpacked source.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

series=6.12
patches=("$SKUA_TOP"/scripts/build/patches/*.patch)
here=$SKUA_TOP/scripts/build/config

tarball=/usr/src/linux-source-$series.tar.xz

kernel_version() {
	dpkg-query -W -f '${Version}' "linux-source-$series" 2>/dev/null ||
		die "linux-source-$series is missing: run scripts/build/setup.sh"
}

# apply_patches TREE PATCH...
apply_patches() {
	local tree=$1 p
	shift

	for p in "$@"; do
		echo "applying $p"
		patch -d "$tree" -p1 --no-backup-if-mismatch <"$p"
	done
}

# One unpacked and patched source for all variants.
unpack() {
	local dir=$1 tmp=$1.tmp

	[ ! -d "$dir" ] || return 0
	rm -rf "$tmp"
	mkdir -p "$tmp"
	tar -xf "$tarball" -C "$tmp" --strip-components=1
	apply_patches "$tmp" "${patches[@]}"
	mv "$tmp" "$dir"
}

# Hard links are safe here: patch and rsync write new files, and objects go to
# a directory of their own.
clone_tree() {
	local src=$1 dir=$2

	[ ! -d "$dir" ] || return 0
	rm -rf "$dir.tmp"
	cp -al "$src" "$dir.tmp"
	mv "$dir.tmp" "$dir"
}

# A built variant once more, at another place. The commands that kbuild has noted
# name the old one; unless they are put right, all is built again.
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

# The patches that a variant alone has. By a glob: a pattern for find would match
# where the checkout lies, too.
own_patches() {
	local p

	for p in "$SKUA_TOP/scripts/build/patches/$1"/*.patch; do
		[ ! -e "$p" ] || echo "$p"
	done
}

# Puts them in: of the files that they change, or once did, those whose content
# differs are written.
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

# The driver's files, by content, so that only what changed is built again.
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
	[ ! -f "$here/$1.config" ] || echo "$here/$1.config"
}

# A later line for the same symbol wins.
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

# Copies what a guest needs into the checkout, so that another checkout that
# builds with the same cache cannot change it under a running test.
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
	cp "$obj/.config" "$out/config"
	cp "$obj/include/config/kernel.release" "$out/release"
	chmod -R go+rX "$out"
}

main() {
	local variant=plain only='' configs own ver key base main dir obj tree out stamp

	case ${1:-} in
	--tree | --objects) only=${1#--}; shift ;;
	esac
	variant=${1:-plain}
	[ $# -eq 0 ] || shift
	case $variant in
	plain | debug | preempt | kunit | check) ;;
	*) die "no such kernel: $variant (plain, debug or preempt)" ;;
	esac

	ver=$(kernel_version)
	mkdir -p "$SKUA_CACHE"
	base=$SKUA_CACHE/source-$ver-$(hash_of "${patches[@]}")
	mapfile -t configs < <(config_files "$variant")
	mapfile -t own < <(own_patches "$variant")
	# A changed configuration is built in place: kbuild knows what it touches.
	key=$({ gcc -dumpfullversion; echo "$base"; } | sha256sum | cut -c1-12)
	main=$SKUA_CACHE/$variant-$key
	dir=$main${SKUA_CACHE_TAG:+-$SKUA_CACHE_TAG}
	mkdir -p "$dir"
	tree=$dir/tree
	obj=$dir/obj
	out=$SKUA_BUILD/kernel/$variant

	# what this checkout's kernel is made of
	stamp=$({ echo "$key"; cat "${configs[@]}" "${own[@]}"; driver_sums; } | sha256sum | cut -c1-16)
	if [ -z "$only" ] && [ -x "$out/linux" ] &&
	   [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
		say "kernel ($variant): nothing to do"
		return 0
	fi

	# The source first, then the variant; never both locks at once, or who
	# waits for one variant would keep the others waiting.
	if [ ! -d "$base" ]; then
		exec 8>"$SKUA_CACHE/source.lock"
		flock -n 8 || { say "waiting for another build of the source tree"; flock 8; }
		[ -d "$base" ] || run_logged "$SKUA_BUILD/log/kernel-unpack.log" \
			"unpacking and patching Linux $ver" unpack "$base"
		exec 8>&-
	fi
	exec 9>"$dir.lock"
	flock -n 9 || { say "waiting for another build of the $variant kernel"; flock 9; }
	if [ ! -d "$tree" ] && [ -x "$main/obj/linux" ] && [ "$main" != "$dir" ]; then
		# whoever builds in the original, let them finish
		exec 8>"$main.lock" 7>"$SKUA_CACHE/kunit.lock"
		flock 7
		flock 8
		run_logged "$SKUA_BUILD/log/kernel-tree-$variant.log" \
			"copying the $variant kernel" copy_variant "$main" "$dir"
		exec 7>&- 8>&-
	fi
	[ -d "$tree" ] || run_logged "$SKUA_BUILD/log/kernel-tree-$variant.log" \
		"making the tree of the $variant kernel" clone_tree "$base" "$tree"
	mkdir -p "$obj"
	patch_in "$base" "$tree" "${own[@]}"
	drop_in "$tree"
	if [ "$only" = tree ]; then
		echo "$dir"
		return 0
	fi

	fragment "$variant" >"$obj/fragment.new"
	if have_driver; then
		sha256sum <"$SKUA_TOP/Kconfig" | sed 's/^/# Kconfig /' >>"$obj/fragment.new"
	fi
	if [ ! -f "$obj/.config" ] || ! cmp -s "$obj/fragment" "$obj/fragment.new"; then
		mv "$obj/fragment.new" "$obj/fragment"
		run_logged "$SKUA_BUILD/log/kernel-config-$variant.log" \
			"configuring the $variant kernel" configure "$tree" "$obj"
	fi
	if [ "$only" = objects ]; then
		[ -f "$obj/include/generated/utsrelease.h" ] ||
			run_logged "$SKUA_BUILD/log/kernel-prepare-$variant.log" \
				"preparing the $variant kernel" make -C "$tree" ARCH=um O="$obj" \
				-j"$SKUA_JOBS" prepare
		make -C "$tree" ARCH=um O="$obj" -k -s -j"$SKUA_JOBS" "$@" \
			drivers/net/wireless/skua/
		return
	fi
	run_logged "$SKUA_BUILD/log/kernel-$variant.log" \
		"building the $variant kernel" compile "$tree" "$obj"
	run_logged "$SKUA_BUILD/log/kernel-install-$variant.log" \
		"copying kernel and modules to build/kernel/$variant" \
		deliver "$tree" "$obj" "$out"
	echo "$stamp" >"$out/stamp"
	have_driver || say "no driver in this checkout: the kernel has none"
}

main "$@"
exit
