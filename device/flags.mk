# SPDX-License-Identifier: GPL-2.0-only
#
# How the NIC's sources and their tests are compiled. TOP is the checkout.

CFLAGS ?= -O2 -g
FLAVOUR ?= plain

WARN := -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes
NIC_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARN) -I$(TOP)/device -I$(TOP) -pthread
NIC_LIBS := -lcrypto -ljansson -ldeflate -lm -pthread

# libipsec-mb does CCMP and GCMP several times as fast as OpenSSL, and is for amd64
# alone. IPSEC_MB=no builds without it. Makefiles below this one need not look again.
ifndef IPSEC_MB
export IPSEC_MB := $(shell echo 'int main(void) { return 0; }' | $(CC) -xc \
	-include intel-ipsec-mb.h -o /dev/null - -lIPSec_MB >/dev/null 2>&1 && echo yes || echo no)
endif
ifeq ($(IPSEC_MB),yes)
NIC_CFLAGS += -DCRYPTO_IPSEC_MB
NIC_LIBS += -lIPSec_MB
endif

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all

ifeq ($(FLAVOUR),asan)
SAN := $(SANITIZE) -fno-omit-frame-pointer
endif
ifeq ($(FLAVOUR),fuzz)
CC := clang
WARN += -Wno-constant-logical-operand
COVERAGE := -fsanitize=fuzzer-no-link
SAN = $(SANITIZE) $(COVERAGE)
endif
