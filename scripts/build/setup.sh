#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs the Debian packages that Skua needs and that are missing.
#
#   scripts/build/setup.sh [demo|test]
#
# demo (the default) installs the packages that building and the demo need; test installs
# those of `make check` and `make test`, too. Root, or sudo, is used for apt-get alone.
# No service is started: the packages' daemons run only inside the guest.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# Each line has a package, or alternatives with |, and then its purpose. A package with
# [ARCHITECTURE] is for that one alone.
demo_packages='
gcc                              compiles NIC and kernel
libc6-dev                        the same
make                             runs the build
ccache                           a unit that one tree has compiled, another need not
bc                               kernel build
bison                            kernel build
flex                             kernel build
libelf-dev                       kernel build
patch                            kernel build
perl                             kernel build
xz-utils                         unpacks the kernel source
rsync                            drops the driver into the kernel source
kmod                             depmod for the modules of the guest
linux-source-6.12                the kernel that the driver is tried under
libssl-dev                       ciphers of the NIC
libipsec-mb-dev[amd64]           the same, faster
libjansson-dev                   control interface of the NIC
libdeflate-dev                   checksums of the air, fast
gcc-riscv64-unknown-elf          compiles the firmware
binutils-riscv64-unknown-elf     the same
python3                          runs the guest
bubblewrap                       keeps the guest from writing to this machine
util-linux                       lets the guest drop root
wireless-regdb                   5 GHz in the guest
hostapd                          access point in the guest
wpasupplicant                    station in the guest
iw                               wireless configuration in the guest
iproute2                         addresses and name spaces in the guest
iputils-ping                     ping in the guest
busybox                          DHCP server and client in the guest
iperf3                           throughput in the guest
tshark                           reads and decrypts the air captures
tcpdump                          looks at interfaces in the guest
procps                           ends processes in the guest
'
test_packages='
libcmocka-dev                    unit tests of the NIC
python3-pytest                   whole-system tests
python3-pytest-rerunfailures     the same, on a machine that has other things to do
python3-pytest-xdist             the same, two at a time
qemu-user-static|qemu-user       judge of the control processor
clang                            fuzzers of the NIC
libclang-rt-dev|libclang-rt-14-dev their run time
iwd                              another station and access point in the guest
dbus-daemon                      how one speaks with it
git                              copies the tree for mutants
sparse                           make check
cppcheck                         make check
shellcheck                       make check
pyflakes3                        make check
'

installed_list() {
	# shellcheck disable=SC2016 # dpkg-query expands it
	installed_packages=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' |
		awk '$2 == "installed" { print $1 }')
}

installed() { grep -qxF -- "$1" <<<"$installed_packages"; }

known() { apt-cache policy "$1" 2>/dev/null | grep -v '(none)' | grep -q Candidate; }

# prints the alternative that is installed, else the first that apt knows
choose() {
	local alt alts

	IFS='|' read -r -a alts <<<"$1"
	for alt in "${alts[@]}"; do installed "$alt" && { echo "$alt"; return; }; done
	for alt in "${alts[@]}"; do known "$alt" && { echo "$alt"; return; }; done
	echo "${alts[0]}"
}

list_missing() {
	local names why arch

	arch=$(dpkg --print-architecture)
	while read -r names why; do
		case $names in
		'') continue ;;
		*"[$arch]") names=${names%%[*} ;;
		*']') continue ;;
		esac
		names=$(choose "$names")
		installed "$names" || printf '%-32s %s\n' "$names" "$why"
	done
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "root is needed to install packages, and there is no sudo; as root, run: $*"
	fi
}

# The packages' daemons must not start. In Debian a policy-rc.d prevents it; if there is
# none, one is put in place during the installation.
policy=/usr/sbin/policy-rc.d

install_packages() {
	local env=(env DEBIAN_FRONTEND=noninteractive)
	local apt=(apt-get -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
	local own_policy='' rc=0

	as_root "${env[@]}" "${apt[@]}" update || return 1
	if [ ! -e "$policy" ]; then
		own_policy=1
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
	fi
	as_root "${env[@]}" "${apt[@]}" install --no-install-recommends "$@" || rc=$?
	[ -z "$own_policy" ] || as_root rm -f "$policy"
	return "$rc"
}

explain_unknown() {
	local p

	for p in "$@"; do
		known "$p" || say "apt does not know $p; linux-source-6.12 is in Debian 13, and" \
			"for Debian 12 in bookworm-security and bookworm-backports"
	done
	exit 1
}

main() {
	local want=$demo_packages missing names log=$SKUA_BUILD/log/setup.log

	case ${1:-demo} in
	demo) ;;
	test) want+=$test_packages ;;
	*) die "usage: scripts/build/setup.sh [demo|test]" ;;
	esac
	command -v dpkg-query >/dev/null ||
		die "this is not Debian; install by hand what scripts/build/setup.sh lists"

	installed_list
	missing=$(list_missing <<<"$want")
	[ -n "$missing" ] || return 0
	say "these Debian packages are missing and will be installed (this needs root):"
	printf '%s\n' "$missing" | sed 's/^/    /' >&2
	# a password is asked for here, where it can be seen
	as_root true
	names=$(cut -d' ' -f1 <<<"$missing")
	# shellcheck disable=SC2086 # a list of names
	run_logged "$log" "installing packages" install_packages $names || explain_unknown $names
	installed_list
	missing=$(list_missing <<<"$want")
	[ -z "$missing" ] || die "still missing: $missing"
}

main "$@"
exit
