#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds skua.ko out of the tree, for the kernel whose headers are in KDIR.
#
#   scripts/build/module.sh build KDIR [MAKE ARGUMENTS]     into build/module/RELEASE
#   scripts/build/module.sh install|uninstall KDIR          under $DESTDIR/lib/modules

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

command=$1
kdir=$2
shift 2
[ -f "$kdir/Makefile" ] || die "no kernel headers in $kdir: give KDIR=/usr/src/linux-headers-..."
# a build directory (O=) that our own make was given is not the kernel's
unset MAKEFLAGS MAKEOVERRIDES
rel=$(make -s -C "$kdir" kernelrelease)
dir=$SKUA_BUILD/module/$rel

# Only sources whose content differs are copied, so that only those are compiled.
build() {
	local btf=()

	mkdir -p "$dir"
	rsync -rc --delete --include='/*.c' --include='/*.h' --include=/hw \
		--include='/hw/*.h' --include=/Kbuild \
		--include=/tests --include=/tests/kunit --include='/tests/kunit/**' \
		--exclude='*' --filter='protect *.o' --filter='protect *.mod*' \
		--filter='protect .*' --filter='protect *.ko' --filter='protect *.order' \
		--filter='protect Module.symvers' --filter='exclude *.mod.c' \
		"$SKUA_TOP/" "$dir/"
	# A module's BTF is made by pahole, which no package of headers brings along.
	command -v pahole >/dev/null || btf=(CONFIG_DEBUG_INFO_BTF_MODULES=)
	make -C "$kdir" M="$dir" CONFIG_SKUA=m -j"$SKUA_JOBS" "${btf[@]}" "$@" modules
}

# A package's tree (DESTDIR) has no other modules; depmod runs where it lands.
index() { [ -n "${DESTDIR:-}" ] || depmod "$rel"; }

case $command in
build)
	build "$@"
	echo "$dir/skua.ko"
	;;
install)
	build
	to=${DESTDIR:-}/lib/modules/$rel/updates/skua.ko
	install -D -m 644 "$dir/skua.ko" "$to"
	strip --strip-debug "$to"
	index
	;;
uninstall)
	rm -f "${DESTDIR:-}/lib/modules/$rel/updates/skua.ko"
	index
	;;
*)
	die "usage: scripts/build/module.sh build|install|uninstall KDIR"
	;;
esac
