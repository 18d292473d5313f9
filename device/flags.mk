# SPDX-License-Identifier: GPL-2.0-only
#
# How the NIC's sources and their tests are compiled. TOP is the checkout.

CFLAGS ?= -O2 -g
FLAVOUR ?= plain

WARN := -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes
NIC_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARN) -I$(TOP)/device -I$(TOP) -pthread
NIC_LIBS := -lcrypto -ljansson -ldeflate -lm -pthread
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
