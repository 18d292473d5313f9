/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A whole NIC for the fuzzers: all of its code except main(), guest memory in a
 * memfd, and a clock that the fuzzer advances
 */
#ifndef TEST_FUZZ_WHOLE_H
#define TEST_FUZZ_WHOLE_H

#include "air/air.h"
#include "pcie/bus.h"
#include "nic_priv.h"

#define WHOLE_BASE	0x20000000ull
#define WHOLE_MEM	(2u << 20)
#define WHOLE_CTX	0x0u
#define WHOLE_IDX	0x1000u
#define WHOLE_RINGS	0x10000u
#define WHOLE_RING_STEP	0x4000u
#define WHOLE_ENTRIES	32u
#define WHOLE_FW	0x80000u
#define WHOLE_FW_MAX	0x40000u
#define WHOLE_DUMP	0x100000u

struct whole {
	struct loop_test_clock clock;
	struct loop *loop;
	struct air *air;
	struct nic *nic;
	struct bus_dev *bd;
	int fd;
	uint8_t *mem;
	uint32_t fw_len;
};

/** whole_new() - a NIC with guest memory, memory space and bus mastering on */
struct whole *whole_new(void);
void whole_free(struct whole *w);

/** whole_prepare() - a right boot context and the real firmware in guest memory */
void whole_prepare(struct whole *w);

/** whole_image() - other firmware: a right header before @len bytes of code */
void whole_image(struct whole *w, const uint8_t *code, uint32_t len, uint32_t entry);

/** whole_boot() - reset and boot the image in guest memory */
void whole_boot(struct whole *w);

/** whole_pass() - let simulated time pass, each step with a bounded number of turns */
void whole_pass(struct whole *w, uint32_t steps);

#endif /* TEST_FUZZ_WHOLE_H */
