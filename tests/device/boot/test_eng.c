// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine bus: registers by table and by function, blocks, SRAM
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/base.h"
#include "cp/cp.h"

#define FIRST	0x200u
#define RAW	0x400u

struct engine {
	uint32_t both;
	uint32_t shown;
	uint32_t hidden;
	uint32_t counted;
	uint32_t raw;
	unsigned int writes;
};

static uint32_t next(void *owner)
{
	return ++((struct engine *)owner)->counted;
}

static void add(void *owner, uint32_t val)
{
	struct engine *e = owner;

	e->shown += val;
	e->writes++;
}

static const struct eng_reg regs[] = {
	ENG_REG_RW_VAR(struct engine, both),
	ENG_REG_RO_VAR(struct engine, shown),
	ENG_REG_WO_VAR(struct engine, hidden),
	ENG_REG_RO(next),
	ENG_REG_WO(add),
	ENG_REG_RW(next, add),
	ENG_REG_RW_FN(struct engine, shown, add),
	{ 0 },
	ENG_REG_RW_VAR(struct engine, both),
};

static const struct eng_block block = ENG_BLOCK(FIRST, regs);

static bool raw_read(void *owner, uint32_t off, uint32_t *val)
{
	struct engine *e = owner;

	*val = e->raw + off;
	return off != RAW + 8;
}

static bool raw_write(void *owner, uint32_t off, uint32_t val)
{
	struct engine *e = owner;

	e->raw = val;
	return off != RAW + 8;
}

static const struct eng_block raw_block = {
	.base = RAW, .len = 0x200, .read = raw_read, .write = raw_write,
};

struct bench {
	struct eng_config cfg;
	struct eng_bus bus;
	struct engine e, other;
	uint8_t sram[64];
	uint32_t irqs, written;
};

static void irq(void *cp, uint32_t causes)
{
	((struct bench *)cp)->irqs |= causes;
}

static void sram_written(void *cp, uint32_t addr, uint32_t len)
{
	((struct bench *)cp)->written = addr - ENG_SRAM_BASE + len;
}

static const struct eng_cp_ops cp_ops = {
	.irq = irq,
	.sram_written = sram_written,
};

static int setup(void **state)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	eng_bus_init(&b.bus, &b.cfg);
	b.bus.ops = &cp_ops;
	b.bus.cp = &b;
	b.bus.sram = b.sram;
	b.bus.sram_len = sizeof(b.sram);
	eng_add(&b.bus, &block, &b.e);
	eng_add(&b.bus, &raw_block, &b.other);
	*state = &b;
	return 0;
}

/* Value of a register that can be read */
static uint32_t get(struct bench *b, uint32_t off)
{
	uint32_t val = ~0u;

	assert_true(eng_read(&b->bus, off, &val));
	return val;
}

static void test_variables(void **state)
{
	struct bench *b = *state;
	uint32_t val;

	assert_true(eng_write(&b->bus, FIRST, 7));
	assert_int_equal(get(b, FIRST), 7);
	assert_int_equal(get(b, FIRST + 32), 7);
	b->e.shown = 9;
	assert_int_equal(get(b, FIRST + 4), 9);
	assert_false(eng_write(&b->bus, FIRST + 4, 1));
	assert_int_equal(b->e.shown, 9);
	assert_true(eng_write(&b->bus, FIRST + 8, 5));
	assert_int_equal(b->e.hidden, 5);
	assert_false(eng_read(&b->bus, FIRST + 8, &val));
}

static void test_functions(void **state)
{
	struct bench *b = *state;
	uint32_t val;

	assert_int_equal(get(b, FIRST + 12), 1);
	assert_false(eng_write(&b->bus, FIRST + 12, 1));
	assert_true(eng_write(&b->bus, FIRST + 16, 3));
	assert_false(eng_read(&b->bus, FIRST + 16, &val));
	assert_true(eng_write(&b->bus, FIRST + 20, 4));
	assert_int_equal(get(b, FIRST + 20), 2);
	/* A variable that is read as it is, and written by a function */
	assert_true(eng_write(&b->bus, FIRST + 24, 10));
	assert_int_equal(get(b, FIRST + 24), 17);
	assert_int_equal(b->e.writes, 3);
}

static void test_holes(void **state)
{
	static const uint32_t none[] = {
		0, FIRST - 4, FIRST + 28, FIRST + sizeof(regs) / sizeof(regs[0]) * 4,
		FIRST + 1, FIRST + 2, FIRST + 0x7c, FIRST + 0x80, RAW - 4,
		RAW + 8, RAW + 0x200, ENG_REG_SIZE - 4, ENG_REG_SIZE,
		ENG_REG_SIZE + FIRST, 0xfffffffc, 0xffffffff,
	};
	struct bench *b = *state;
	uint32_t val;

	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		assert_false(eng_read(&b->bus, none[i], &val));
		assert_false(eng_write(&b->bus, none[i], 1));
	}
	assert_int_equal(b->e.writes, 0);
}

/* Each block has its owner, and all pages of a long one belong to it. */
static void test_blocks(void **state)
{
	struct bench *b = *state;

	assert_true(eng_write(&b->bus, RAW + 0x1fc, 1000));
	assert_int_equal(b->other.raw, 1000);
	assert_int_equal(b->e.raw, 0);
	assert_int_equal(get(b, RAW + 0x80), 1000 + RAW + 0x80);
}

static void test_sram(void **state)
{
	struct bench *b = *state;

	assert_ptr_equal(eng_sram(&b->bus, ENG_SRAM_BASE, 64), b->sram);
	assert_ptr_equal(eng_sram(&b->bus, ENG_SRAM_BASE + 60, 4),
			 b->sram + 60);
	assert_non_null(eng_sram(&b->bus, ENG_SRAM_BASE + 64, 0));
	assert_null(eng_sram(&b->bus, ENG_SRAM_BASE + 60, 5));
	assert_null(eng_sram(&b->bus, ENG_SRAM_BASE + 1, 0xffffffff));
	assert_null(eng_sram(&b->bus, ENG_SRAM_BASE - 1, 1));
	assert_null(eng_sram(&b->bus, 0, 1));
	eng_sram_written(&b->bus, ENG_SRAM_BASE + 8, 4);
	assert_int_equal(b->written, 12);
	eng_irq(&b->bus, 5);
	assert_int_equal(b->irqs, 5);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup(fn, setup)
	const struct CMUnitTest tests[] = {
		T(test_variables), T(test_functions), T(test_holes),
		T(test_blocks), T(test_sram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
