# SPDX-License-Identifier: GPL-2.0-only
#
# Everything is built here, and every command of the project is a target here;
# `make help` lists them. The kernel's own build reads Kbuild and never this.

TOP := $(CURDIR)
O ?= $(TOP)/build
KERNEL ?= plain
PYTHON := /usr/bin/python3
# -j for the builds below, unless make was started with one
JOBS := $(shell nproc)
parallel = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))
export SKUA_BUILD := $(O)
# the kernel of the guests
ifneq ($(KERNEL),plain)
export SKUA_KERNEL := $(KERNEL)
endif

# the kernel that `make install` and `make KDIR=...` build the module for
ifdef KDIR
.DEFAULT_GOAL := module
else
.DEFAULT_GOAL := all
endif

.PHONY: all
all: fw device kernel ## firmware, NIC, and the UML kernel with the driver (default)

.PHONY: setup setup-test
setup: ## installs the Debian packages that building and the demo need
	@scripts/build/setup.sh demo
setup-test: ## the same, and the packages for `make check` and `make test`
	@scripts/build/setup.sh test

.PHONY: fw device
fw: setup ## the firmware, build/fw/skua.fw
	@$(MAKE) --no-print-directory $(parallel) -C fw O=$(O)/fw all
device: setup ## the NIC, build/device/skua-nic
	@$(MAKE) --no-print-directory $(parallel) -C device O=$(O)/device all

.PHONY: kernel
kernel: setup ## the UML kernel with the driver; KERNEL=debug checks, KERNEL=smp has two processors
	@scripts/build/kernel.sh $(KERNEL)

.PHONY: demo demo-shell shell bench
demo: all ## two NICs in one guest: WPA2 and WPA3 links, DHCP, ping, iperf3, capture
	@$(PYTHON) scripts/lab/demo.py
demo-shell: all ## the same links, then a shell in the guest
	@$(PYTHON) scripts/lab/demo.py --shell
shell: all ## a shell in a guest with two NICs, nothing set up
	@scripts/vm --nics 2 --shell
bench: all ## throughput and ping: Skua, hwsim, veth, four minutes; BENCH="--full", "--help"
	@$(PYTHON) scripts/lab/benchmark.py $(BENCH)

# Tests. Each part leaves its counts in build/test; the sum ends the run.
# PARTS has the parts that need one kernel, the cheapest first; PARTS_REST has the others.
PARTS := kunit fw device e2e
PARTS_REST := hostap kunit-py kunit-smp smp kunit-debug debug mutants
# the cheapest ones: can the tests fail at all?
MUTANTS_CI := X4-lost K14-replay D3-event
testsum := SKUA_RESULTS=$(O)/test $(PYTHON) scripts/ci/testsum.py
run-part = $(testsum) --run

.PHONY: test test-all $(PARTS:%=test-%) $(PARTS_REST:%=test-%)
test: setup-test all ## everything that one kernel can show; "N passed, N failed, N skipped"
	+@MAKE="$(MAKE)" $(testsum) --parts $(O)/test $(PARTS)
test-all: setup-test all ## the same, on the debug kernel too, with kunit.py, and mutants
	+@MAKE="$(MAKE)" $(testsum) --parts $(O)/test $(PARTS) $(PARTS_REST)
test-kunit: setup-test ## the driver's unit tests; scripts/ci/kunit.sh SUITE for some of them
	@$(run-part) kunit scripts/ci/kunit.sh
test-kunit-py: setup-test ## the same by the kernel's kunit.py, in a kernel of their own
	@$(run-part) kunit-py scripts/ci/kunit.sh --kunit-py
test-kunit-debug: setup-test ## the same on the debug kernel
	@scripts/build/kernel.sh debug
	@$(run-part) kunit-debug scripts/ci/kunit.sh --kernel debug
test-kunit-smp: setup-test ## the same on the kernel with two processors
	@scripts/build/kernel.sh smp
	@$(run-part) kunit-smp scripts/ci/kunit.sh --kernel smp
test-device: setup-test ## the NIC's tests
	@$(run-part) device $(MAKE) --no-print-directory -C device O=$(O)/device test
test-fw: setup-test ## the firmware's tests
	@$(run-part) fw $(MAKE) --no-print-directory -C fw O=$(O)/fw test
# Four processes, each with its guests and NICs on one processor. On a machine with two
# processors two share one: a test waits for timers and programs more than half of its time.
E2E_PYTEST := $(PYTHON) -m pytest -v -n 4 -rsR --reruns 1 --durations=15 --color=no \
	-p no:cacheprovider tests/e2e
test-e2e: setup-test all ## whole-system tests; E2E="-k name" chooses
	@$(run-part) e2e $(E2E_PYTEST) $(E2E)
test-debug: setup-test all ## the same on the debug kernel (lockdep, KASAN, kmemleak, ...)
	@scripts/build/kernel.sh debug
	@SKUA_KERNEL=debug $(run-part) debug $(E2E_PYTEST) $(E2E)
test-hostap: setup-test all ## links and keys with hostapd and wpa_supplicant of Debian unstable
	@scripts/build/hostap.sh
	@SKUA_PROGRAMS=$(O)/hostap $(run-part) hostap $(E2E_PYTEST) -m hostap $(E2E)
# One process: its guests need both processors.
test-smp: setup-test all ## tests of races, in guests with two processors (Linux 7.3, lockdep)
	@scripts/build/kernel.sh smp
	@SKUA_KERNEL=smp $(run-part) smp $(E2E_PYTEST) -n 0 -m smp $(E2E)
test-mutants: setup-test ## a few of the mutants
	@$(run-part) mutants $(PYTHON) scripts/ci/contract.py --mutants $(MUTANTS_CI)

.PHONY: contract mutants mutants-ci
contract: ## which clauses of docs/contract.rst are proved, and which are open
	@$(PYTHON) scripts/ci/contract.py
mutants: setup-test ## breaks the clauses one by one; says which no test notices; SLICE=1/8
	@$(PYTHON) scripts/ci/contract.py --mutants $(SLICE:%=--slice %) $(CLAUSES)
mutants-ci: test-mutants ## three of them, a part of "make test-all"

.PHONY: test-long
test-long: setup-test all ## tests that run for minutes: crashes, removal, races
	@$(PYTHON) -m pytest -s -m long --color=no -p no:cacheprovider tests/e2e $(E2E)

.PHONY: fuzz
FUZZ_SECONDS ?= 60
fuzz: setup-test all ## fuzzers, FUZZ_SECONDS (60): the NIC's parts, and the driver by a hostile NIC
	@$(MAKE) --no-print-directory -C tests/device/fuzz O=$(O)/fuzz FUZZ_SECONDS=$(FUZZ_SECONDS) fuzz
	@SKUA_FUZZ_SECONDS=$(FUZZ_SECONDS) $(PYTHON) -m pytest -s --color=no -p no:cacheprovider \
		tests/e2e/input/test_bad_input.py -k fuzz

.PHONY: check
check: setup-test ## warnings, sparse, checkpatch, kernel-doc, layers, documents, and more
	@scripts/ci/check.sh

# A stock kernel. The sources are copied so that the checkout stays clean.
MODULE := $(O)/module
.PHONY: module install uninstall
module: ## skua.ko for the kernel of KDIR=/usr/src/linux-headers-...
	@scripts/build/module.sh build $(or $(KDIR),/lib/modules/$(shell uname -r)/build)
install: fw ## module and firmware into the running system (or KDIR's, DESTDIR)
	@scripts/build/module.sh install $(or $(KDIR),/lib/modules/$(shell uname -r)/build)
	install -D -m 644 $(O)/fw/skua.fw $(DESTDIR)/lib/firmware/skua/skua.fw
uninstall: ## takes both away again
	@scripts/build/module.sh uninstall $(or $(KDIR),/lib/modules/$(shell uname -r)/build)
	rm -f $(DESTDIR)/lib/firmware/skua/skua.fw

.PHONY: clean distclean
clean: ## removes build/
	rm -rf $(O)
distclean: clean ## removes build/ and the cache of kernel builds
	rm -rf $${SKUA_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/skua}

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9 -]*:.*## / \
		{ split($$1, t, " "); for (i in t) printf "  make %-16s %s\n", t[i], $$2 }' \
		$(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  scripts/vm --help    boots guests of any shape and runs commands in them"
