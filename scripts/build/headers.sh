#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints a directory with the headers of a stock Debian 6.12 kernel, for building
# skua.ko out of the tree. If none are installed, fetches the packages and unpacks
# them in the cache, since installing them would install a kernel too.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

arch=$(dpkg --print-architecture)
pattern="linux-headers-6\\.12\\.[0-9]+\\+deb[0-9]+-$arch"

fetch() {
	local dir=$1 rel=$2 p headers common

	rm -rf "$dir" "$dir.tmp"
	mkdir -p "$dir.tmp/deb"
	cd "$dir.tmp/deb"
	common=linux-headers-${rel%-"$arch"}-common
	for p in "linux-headers-$rel" "$common" "linux-kbuild-${rel%-"$arch"}"; do
		apt-get download "$p"
	done
	for p in ./*.deb; do dpkg -x "$p" ..; done
	cd "$dir.tmp"
	rm -rf deb
	# the headers name the directory where their common part would be installed
	headers=usr/src/linux-headers-$rel
	sed -i "s|/usr/src/|$dir/usr/src/|" "$headers/Makefile"
	mv "$dir.tmp" "$dir"
}

found=$(find /usr/src -maxdepth 1 -regextype posix-extended -regex "/usr/src/$pattern" |
	sort -V | tail -n 1)
if [ -n "$found" ] && [ -z "${SKUA_FETCH_HEADERS:-}" ]; then
	echo "$found"
	exit
fi
rel=$(apt-cache search --names-only "^$pattern\$" | awk '{ print $1 }' | sort -V | tail -n 1)
[ -n "$rel" ] || die "apt knows no headers of a 6.12 kernel: run apt-get update"
rel=${rel#linux-headers-}
dir=$SKUA_CACHE/headers-$rel
mkdir -p "$SKUA_CACHE"
exec 9>"$SKUA_CACHE/headers.lock"
flock 9
[ -d "$dir" ] || run_logged "$SKUA_BUILD/log/headers.log" "fetching the headers of Linux $rel" \
	fetch "$dir" "$rel"
echo "$dir/usr/src/linux-headers-$rel"
