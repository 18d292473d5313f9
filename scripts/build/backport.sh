#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the file of Debian's package linux-source-SERIES, for a SERIES that the suites of
# this machine do not have. It is fetched from the backports of Debian 13 into the cache.
#
#   scripts/build/backport.sh SERIES
#
# apt gets a configuration of its own for that: sources, lists and archives lie in the
# cache, and the machine's apt and packages stay as they are. Signatures are checked with
# Debian's keyring. What is in the cache is not asked for again; SKUA_FETCH_SOURCE=1 does
# it, and takes the newest version. SKUA_DEBIAN_MIRROR names another mirror.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

series=${1:?a series of kernels, 7.3 for example}
package=linux-source-$series
suite=trixie-backports
mirror=${SKUA_DEBIAN_MIRROR:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
dir=$SKUA_CACHE/apt
log=$SKUA_BUILD/log/backport.log

# The cache lies in a home directory, which apt's own user for downloads may not enter.
options=(
	-o Dir::Etc="$dir/etc" -o Dir::State="$dir/state" -o Dir::State::status=/dev/null
	-o Dir::Cache="$dir/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none
	-o Acquire::Retries=3 -o APT::Update::Error-Mode=any
)

# prints the newest file of the package that is there
newest() {
	find "$dir" -maxdepth 1 -name "${package}_*.deb" -printf '%f\n' | sort -V | tail -n 1
}

fetch() {
	mkdir -p "$dir"/etc/{sources.list,preferences,trusted.gpg}.d "$dir"/state/lists/partial \
		"$dir"/cache/archives/partial
	echo "deb [signed-by=$keyring] $mirror $suite main" >"$dir/etc/sources.list"
	apt-get "${options[@]}" update || return
	cd "$dir/cache"
	apt-get "${options[@]}" download "$package" || return
	mv "$package"_*.deb "$dir/"
}

explain() {
	local found

	found=$(apt-cache "${options[@]}" search --names-only '^linux-source-[0-9]' |
		awk '{ print $1 }' | paste -s -d ' ')
	say "cannot fetch $package, from $suite at $mirror: it is the source of the kernel with" \
		"two processors (KERNEL=smp). Is the mirror reachable (SKUA_DEBIAN_MIRROR=ADDRESS names" \
		"another)? The suite has: ${found:-nothing that is known}"
	exit 1
}

mkdir -p "$dir"
exec 9>"$SKUA_CACHE/apt.lock"
flock 9
if [ -z "$(newest)" ] || [ -n "${SKUA_FETCH_SOURCE:-}" ]; then
	[ -f "$keyring" ] || die "$keyring is missing: install debian-archive-keyring"
	run_logged "$log" "fetching $package from $suite" fetch || explain
fi
echo "$dir/$(newest)"
