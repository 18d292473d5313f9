# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Variables and functions that the shell scripts share: the places of sources, builds and
# cache, and the way progress is shown. This file is sourced, never run.

# With -E, a failure within a function is reported with its line there
set -Eeuo pipefail
trap 'echo "skua: ${BASH_SOURCE[0]##*/}:$LINENO: \"$BASH_COMMAND\" failed" >&2' ERR

SKUA_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SKUA_CACHE=${SKUA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/skua}
SKUA_BUILD=${SKUA_BUILD:-$SKUA_TOP/build}
SKUA_JOBS=${SKUA_JOBS:-$(nproc)}
export SKUA_TOP SKUA_CACHE SKUA_BUILD SKUA_JOBS

say() { printf '%s\n' "skua: $*" >&2; }

die() {
	say "$*"
	exit 1
}

# hash_of FILE...: prints one short hash over names and contents
hash_of() {
	local f

	for f in "$@"; do
		basename "$f"
		sha256sum <"$f"
	done | sha256sum | cut -c1-12
}

# use_ccache DIR: prepares the environment for the build of a kernel whose sources are in
# DIR/tree and whose objects go to DIR/obj. A unit that was compiled in another DIR, with
# the same configuration, is not compiled again: paths below DIR are made relative, and
# __FILE__ has the value that it would have without ccache. In depend mode ccache does not
# run the preprocessor for a new unit first, which would take a fifth of its time.
use_ccache() {
	export KCPPFLAGS=-fmacro-prefix-map=../tree/=
	[ -x /usr/lib/ccache/gcc ] || return 0
	export PATH=/usr/lib/ccache:$PATH
	export CCACHE_DIR=$SKUA_CACHE/ccache CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-1G}
	export CCACHE_BASEDIR=$1 CCACHE_DEPEND=1
}

# Debian's packages beside those of this machine: apt with sources, lists and archives of its
# own, so that the machine's apt and packages stay as they are. Signatures are checked with
# Debian's keyring. SKUA_DEBIAN_MIRROR names another mirror.
debian_mirror=${SKUA_DEBIAN_MIRROR:-http://deb.debian.org/debian}
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# own_apt_init DIR SUITE [OPTIONS]: prepares DIR; OPTIONS are more of the source's, in [].
own_apt_init() {
	[ -f "$debian_keyring" ] ||
		die "$debian_keyring is missing: install debian-archive-keyring"
	mkdir -p "$1"/etc/{sources.list,preferences,trusted.gpg}.d "$1"/state/lists/partial \
		"$1"/cache/archives/partial
	echo "deb [signed-by=$debian_keyring${3:+ $3}] $debian_mirror $2 main" \
		>"$1/etc/sources.list"
}

# own_apt DIR TOOL ARGUMENTS...: runs apt-get or another tool of apt, for which nothing is
# installed. The cache lies in a home directory, which apt's own user may not enter.
own_apt() {
	local dir=$1 tool=$2
	shift 2

	"$tool" -o Dir::Etc="$dir/etc" -o Dir::State="$dir/state" \
		-o Dir::State::status=/dev/null -o Dir::Cache="$dir/cache" \
		-o APT::Sandbox::User="$(id -un)" -o APT::Update::Error-Mode=any \
		-o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# run_logged LOG WHAT CMD...: runs CMD with its output in LOG. Shows WHAT (on a terminal
# with the last line of the log beside it) and the time that CMD took; if CMD fails, the
# end of the log.
run_logged() {
	local log=$1 what=$2 start=$SECONDS pid rc=0 line lines=0
	shift 2

	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	[ -t 2 ] || say "$what ..."
	while [ -t 2 ] && kill -0 "$pid" 2>/dev/null; do
		line=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r\033' | cut -c1-48)
		lines=$(wc -l <"$log")
		printf '\r\033[Kskua: %s  %ds, %d lines: %s' "$what" \
			$((SECONDS - start)) "$lines" "$line" >&2
		sleep 0.5
	done
	wait "$pid" || rc=$?
	[ ! -t 2 ] || printf '\r\033[K' >&2
	if [ $rc -ne 0 ]; then
		say "$what: failed with status $rc; the end of $log:"
		grep -n -i -E '(error|undefined reference|\*\*\*)' "$log" |
			head -n 20 >&2 || true
		echo '...' >&2
		tail -n 25 "$log" >&2
		return "$rc"
	fi
	say "$what: done in $((SECONDS - start)) s"
}
