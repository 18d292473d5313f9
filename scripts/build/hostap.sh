#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetches hostapd and wpa_supplicant of Debian's unstable distribution, with the libraries
# that they need, for guests alone: nothing is installed on this machine.
#
#   scripts/build/hostap.sh             makes build/hostap, and prints the version
#
# A guest that is started with SKUA_PROGRAMS=build/hostap (scripts/vm --programs) finds
# these programs before the machine's own, at /skua/programs. The packages are kept; after
# two weeks the archive is asked again. If it cannot be reached, the packages of before do.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

packages=(hostapd wpasupplicant)
programs=(hostapd hostapd_cli wpa_supplicant wpa_cli wpa_passphrase)
# Packages that they depend on and whose files no program here opens
unneeded='^(systemd|libsystemd-shared|gcc-[0-9]+-base|readline-common|libc-gconv)'

dir=$SKUA_CACHE/hostap
log=$SKUA_BUILD/log/hostap.log

# wanted: prints name and version of each package that is needed
wanted() {
	own_apt "$dir/apt" apt-get -s --no-install-recommends install "${packages[@]}" |
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\).*/\1=\2/p' | grep -v -E "$unneeded"
}

# write_launchers DIR: libraries of another distribution need its dynamic linker, too
write_launchers() {
	local p where

	for p in "${programs[@]}"; do
		where=$(cd "$1/root" && find usr -type f -path "*bin/$p")
		[ -n "$where" ] || die "Debian's packages have no $p"
		cat >"$1/sbin/$p" <<-END
			#!/bin/sh
			r=/skua/programs/root
			l=\$r/usr/lib/x86_64-linux-gnu
			export OPENSSL_MODULES=\$l/ossl-modules
			exec \$l/ld-linux-x86-64.so.2 --argv0 $p --library-path \$l \$r/$where "\$@"
		END
		chmod 755 "$1/sbin/$p"
	done
}

fetch() {
	local new=$dir/new list p

	# the Release file of a mirror that is not up to date may have expired
	own_apt_init "$dir/apt" sid "arch=amd64 check-valid-until=no"
	own_apt "$dir/apt" apt-get update
	list=$(wanted)
	rm -rf "$new"
	mkdir -p "$new/debs" "$new/root" "$new/sbin"
	# shellcheck disable=SC2086 # a list of words
	(cd "$new/debs" && own_apt "$dir/apt" apt-get download $list)
	for p in "$new"/debs/*.deb; do dpkg-deb -x "$p" "$new/root"; done
	rm -r "$new/debs" "$new/root/usr/share"
	write_launchers "$new"
	sed -n 's/^hostapd=[0-9]*:*//p' <<<"$list" >"$new/version"
	chmod -R go+rX "$new"
	rm -rf "$dir/programs"
	mv "$new" "$dir/programs"
	rm -rf "$dir/apt"
}

is_recent() { [ -n "$(find "$dir/programs/version" -mtime -14 2>/dev/null)" ]; }

main() {
	if [ "${1:-}" = --fetch ]; then
		fetch
		return
	fi
	mkdir -p "$dir" "$SKUA_BUILD"
	exec 9>"$dir.lock"
	flock 9
	if ! is_recent; then
		# a process of its own: here the shell would not stop at an error
		run_logged "$log" "fetching hostapd and wpa_supplicant of Debian unstable" \
			"$0" --fetch ||
			[ -f "$dir/programs/version" ] ||
			die "cannot fetch them from $debian_mirror; see $log, or set SKUA_DEBIAN_MIRROR"
	fi
	rsync -a --delete "$dir/programs/" "$SKUA_BUILD/hostap/"
	cat "$SKUA_BUILD/hostap/version"
}

main "$@"
exit
