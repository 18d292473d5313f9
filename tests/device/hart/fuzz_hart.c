// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target. The input is a header and an image: the header sets entry, vector, interrupt
 * enables and two registers; the answers of callbacks come from the image's bytes as well. Built
 * on request alone: `make fuzz`, then run fuzz_hart with a corpus directory.
 */
#include <stdlib.h>
#include <string.h>

#include "cp/hart.h"

#define BASE	0x20000000u
#define SIZE	4096u
#define HEADER	16u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answers {
	struct hart hart;
	const uint8_t *data;
	size_t size, at;
};

static uint8_t next(struct answers *a)
{
	return a->data[a->at++ % a->size];
}

static void check(const struct answers *a, uint32_t addr, unsigned int size)
{
	(void)a;
	if (addr % size || addr - BASE < SIZE)
		abort();
}

static bool mmio_read(void *priv, uint32_t addr, unsigned int size, uint32_t *val)
{
	struct answers *a = priv;

	check(a, addr, size);
	*val = next(a) * 0x01010101u;
	hart_set_irq(&a->hart, next(a) & 15, *val & 1);
	return next(a) & 3;
}

static bool mmio_write(void *priv, uint32_t addr, unsigned int size, uint32_t val)
{
	struct answers *a = priv;

	check(a, addr, size);
	if (size < 4 && val >> 8 * size)
		abort();
	if (!(val & 7))
		hart_yield(&a->hart);
	return next(a) & 3;
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void run(struct answers *a)
{
	uint32_t i;

	for (i = 0; i < 40; i++) {
		uint64_t budget = next(a), before = hart_instret(&a->hart);
		enum hart_stop stop = hart_run(&a->hart, budget);

		if (hart_instret(&a->hart) - before > budget || a->hart.x[0] || a->hart.pc & 1)
			abort();
		if (stop == HART_HALT)
			return;
		hart_set_irq(&a->hart, next(a) & 15, next(a) & 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hart_ops ops = { .mmio_read = mmio_read, .mmio_write = mmio_write };
	struct answers a = { .data = data, .size = size };
	uint8_t *sram;

	if (size <= HEADER)
		return 0;
	/* From the heap each time, so that AddressSanitizer watches both ends. */
	sram = calloc(1, SIZE);
	if (!sram || hart_init(&a.hart, sram, BASE, SIZE, &ops, &a))
		abort();
	size -= HEADER;
	memcpy(sram, data + HEADER, size < SIZE ? size : SIZE);
	hart_reset(&a.hart, BASE + le32(data) % SIZE);
	a.hart.mtvec = le32(data + 4) & ~2u;
	a.hart.mie = 0x888;
	a.hart.mstatus = data[12] & HART_MSTATUS_MIE;
	a.hart.x[8] = BASE + le32(data + 8) % (SIZE + 16);
	a.hart.x[2] = BASE + SIZE;
	run(&a);
	hart_destroy(&a.hart);
	free(sram);
	return 0;
}
