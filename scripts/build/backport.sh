#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the file of Debian's package linux-source-SERIES, for a SERIES that the suites of
# this machine do not have. It is fetched from the backports of Debian 13 into the cache.
#
#   scripts/build/backport.sh SERIES
#
# What is in the cache is not asked for again; SKUA_FETCH_SOURCE=1 does it, and takes the
# newest version. SKUA_DEBIAN_MIRROR names another mirror.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

series=${1:?a series of kernels, 7.3 for example}
package=linux-source-$series
suite=trixie-backports
dir=$SKUA_CACHE/apt
log=$SKUA_BUILD/log/backport.log

# prints the newest file of the package that is there
newest() {
	find "$dir" -maxdepth 1 -name "${package}_*.deb" -printf '%f\n' | sort -V | tail -n 1
}

fetch() {
	own_apt "$dir" apt-get update || return
	cd "$dir/cache"
	own_apt "$dir" apt-get download "$package" || return
	mv "$package"_*.deb "$dir/"
}

explain() {
	local found

	found=$(own_apt "$dir" apt-cache search --names-only '^linux-source-[0-9]' |
		awk '{ print $1 }' | paste -s -d ' ')
	say "cannot fetch $package, from $suite at $debian_mirror: it is the source of the kernel with" \
		"two processors (KERNEL=smp). Is the mirror reachable (SKUA_DEBIAN_MIRROR=ADDRESS names" \
		"another)? The suite has: ${found:-nothing that is known}"
	exit 1
}

mkdir -p "$dir"
exec 9>"$SKUA_CACHE/apt.lock"
flock 9
if [ -z "$(newest)" ] || [ -n "${SKUA_FETCH_SOURCE:-}" ]; then
	own_apt_init "$dir" "$suite"
	run_logged "$log" "fetching $package from $suite" fetch || explain
fi
echo "$dir/$(newest)"
