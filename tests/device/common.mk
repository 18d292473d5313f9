# SPDX-License-Identifier: GPL-2.0-only
#
# Rules shared by the tests of the NIC. A Makefile in tests/device/X sets
#
#   PROGS     programs to build, each of one PROG.c
#   HELPERS   C files that are linked to each of them
#
# includes this file, and has a rule "run" that runs $(O)/PROG. `make test` then
# builds and runs everything as skua-nic is built, `make test-asan` under the
# address and undefined-behaviour sanitizers, in $(O)/asan.
#
# Programs link to the NIC as a library, libnic.a in $(NIC_O): only the units that a
# program needs, so that a helper can stand in for a whole unit.

O ?= build
override O := $(abspath $(O))
NIC_O ?= $(O)/nic
TOP := ../../..
PYTHON ?= /usr/bin/python3
include $(TOP)/device/flags.mk

# each flavour of the NIC's objects has a folder of its own
NIC_LIB := $(NIC_O)/$(FLAVOUR:plain=.)/libnic.a

TEST_LIBS := -lcmocka $(NIC_LIBS)

.PHONY: all test test-asan run clean
test: run
run: all
all: $(PROGS:%=$(O)/%)
test-asan:
	+@$(MAKE) --no-print-directory FLAVOUR=asan O=$(O)/asan NIC_O=$(NIC_O) run

# The NIC's own Makefile knows when its library is up to date; the program that
# is linked to it is new only if the library is.
.PHONY: nic
nic:
	+@$(MAKE) --no-print-directory -s -C $(TOP)/device FLAVOUR=$(FLAVOUR) O=$(dir $(NIC_LIB)) lib
$(NIC_LIB): nic ;

$(O)/%: $(O)/%.o $(HELPERS:%.c=$(O)/%.o) $(NIC_LIB)
	$(CC) $(CFLAGS) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) $(NIC_LIB) $(TEST_LIBS)

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(NIC_CFLAGS) $(CFLAGS) $(SAN) -MMD -MP -c -o $@ $<

# The firmware has compiler flags of its own: those of our command line stay here.
.PHONY: firmware
firmware:
	@mkdir -p $(O)
	@env MAKEFLAGS= $(MAKE) --no-print-directory -C $(TOP)/fw O=$(O)/fw all > $(O)/fw.log 2>&1 || \
		{ cat $(O)/fw.log; exit 1; }

clean:
	rm -rf $(O)

.PRECIOUS: $(O)/%.o
-include $(wildcard $(O)/*.d)
