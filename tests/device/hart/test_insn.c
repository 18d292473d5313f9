// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each instruction alone, over all combinations of corner values, against the expressions in
 * insns.def: the destination, the pc, the instruction count, and that nothing else changed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cp/hart.h"

#define BASE	0x80000000u
#define SIZE	(4u << 20)
#define HERE	(SIZE / 2)	/* the instruction; jal reaches 1 MiB both ways from there */
#define DATA	(SIZE / 4)	/* data for loads and stores */

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum kind { KIND_ALU, KIND_LOAD, KIND_STORE, KIND_BRANCH, KIND_JUMP };

struct insn {
	const char *text;
	enum kind kind;
	uint32_t len;
	unsigned int rd, rs1, rs2;
	int32_t offset;
	uint32_t size;
	uint32_t (*fn)(uint32_t a, uint32_t b, uint32_t pc, uint32_t v);
};

/* The words that insns.S became, in the order of insns.def */
static const uint32_t words[] = {
#include "insns.inc"
};

#define u32(x)	((uint32_t)(x))
#define s32(x)	((int32_t)(x))
#define s64(x)	((int64_t)(x))

/* v / 2^n, rounded down, which C's shift of a negative number does not promise. */
static int64_t floor_div(int64_t v, unsigned int n)
{
	int64_t d = (int64_t)1 << n;

	return v / d - (v % d < 0);
}

/* First the expressions as functions, named by their line ... */
#define NAME(line)	NAME_(line)
#define NAME_(line)	fn_##line
#define FN(expr) \
	static uint32_t NAME(__LINE__)(uint32_t a, uint32_t b, uint32_t pc, uint32_t v) \
	{ \
		(void)a; \
		(void)b; \
		(void)pc; \
		(void)v; \
		return (uint32_t)(expr); \
	}
#define ALU(text, rd, rs1, rs2, expr)			FN(expr)
#define LOAD(text, rd, rs1, offset, size, expr)		FN(expr)
#define STORE(text, rs1, rs2, offset, size)
#define BRANCH(text, rs1, rs2, offset, cond)		FN(cond)
#define JUMP(text, rd, rs1, expr)			FN(expr)
#define CALU	ALU
#define CLOAD	LOAD
#define CSTORE	STORE
#define CBRANCH	BRANCH
#define CJUMP	JUMP
#include "insns.def"
#undef ALU
#undef LOAD
#undef STORE
#undef BRANCH
#undef JUMP
#undef CALU
#undef CLOAD
#undef CSTORE
#undef CBRANCH
#undef CJUMP

/* ... then the table that names them. */
#define FNAME	NAME(__LINE__)
#define ALU(t, rd, rs1, rs2, e)		{ t, KIND_ALU, 4, rd, rs1, rs2, 0, 0, FNAME },
#define CALU(t, rd, rs1, rs2, e)	{ t, KIND_ALU, 2, rd, rs1, rs2, 0, 0, FNAME },
#define LOAD(t, rd, rs1, o, s, e)	{ t, KIND_LOAD, 4, rd, rs1, 0, o, s, FNAME },
#define CLOAD(t, rd, rs1, o, s, e)	{ t, KIND_LOAD, 2, rd, rs1, 0, o, s, FNAME },
#define STORE(t, rs1, rs2, o, s)	{ t, KIND_STORE, 4, 0, rs1, rs2, o, s, NULL },
#define CSTORE(t, rs1, rs2, o, s)	{ t, KIND_STORE, 2, 0, rs1, rs2, o, s, NULL },
#define BRANCH(t, rs1, rs2, o, c)	{ t, KIND_BRANCH, 4, 0, rs1, rs2, o, 0, FNAME },
#define CBRANCH(t, rs1, rs2, o, c)	{ t, KIND_BRANCH, 2, 0, rs1, rs2, o, 0, FNAME },
#define JUMP(t, rd, rs1, e)		{ t, KIND_JUMP, 4, rd, rs1, 0, 0, 0, FNAME },
#define CJUMP(t, rd, rs1, e)		{ t, KIND_JUMP, 2, rd, rs1, 0, 0, 0, FNAME },
static const struct insn insns[] = {
#include "insns.def"
};

static const uint32_t corners[] = {
	0, 1, 2, 3, 4, 5, 31, 32, 33, 0x7f, 0x80, 0xff, 0x100, 2047, 2048, 0x7fff, 0x8000,
	0xffff, 0x10000, 0x12345678, 0x55555555, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001,
	0xaaaaaaaa, 0xdeadbeef, 0xfffff7ff, 0xfffff800, 0xfffffffe, 0xffffffff,
};

static uint8_t sram[SIZE];
static struct hart hart;

static bool no_read(void *priv, uint32_t addr, unsigned int size, uint32_t *val)
{
	(void)priv;
	(void)size;
	(void)val;
	fail_msg("unexpected read from %08x", addr);
	return false;
}

static bool no_write(void *priv, uint32_t addr, unsigned int size, uint32_t val)
{
	(void)priv;
	(void)size;
	(void)val;
	fail_msg("unexpected write to %08x", addr);
	return false;
}

static const struct hart_ops ops = { .mmio_read = no_read, .mmio_write = no_write };

static void put(uint32_t at, uint32_t val, uint32_t size)
{
	uint32_t i;

	for (i = 0; i < size; i++)
		sram[at + i] = (uint8_t)(val >> 8 * i);
	hart_invalidate(&hart, at, size);
}

static uint32_t get(uint32_t at, uint32_t size)
{
	uint32_t val = 0, i;

	for (i = 0; i < size; i++)
		val |= (uint32_t)sram[at + i] << 8 * i;
	return val;
}

/* Run the instruction once from base + at; what[] holds the expected registers. */
static void step(const struct insn *in, uint32_t at, uint32_t want[32], uint32_t pc)
{
	uint64_t before = hart_instret(&hart);
	struct hart_dump d;
	int i;

	hart.pc = BASE + at;
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	hart_dump(&hart, &d);
	want[0] = 0;
	for (i = 0; i < 32; i++)
		if (d.x[i] != want[i])
			fail_msg("%s: x%d is %08x, not %08x", in->text, i, d.x[i], want[i]);
	if (d.pc != pc)
		fail_msg("%s: pc is %08x, not %08x", in->text, d.pc, pc);
	assert_int_equal(d.mcause, 0);
	assert_int_equal(d.instret, before + 1);
}

static void run_one(const struct insn *in, uint32_t word, uint32_t at, uint32_t a, uint32_t b)
{
	uint32_t want[32], pc = BASE + at, next = pc + in->len, v = 0, target = DATA;
	int i;

	put(at, word, in->len);
	for (i = 1; i < 32; i++)
		hart.x[i] = 0x01010101u * (uint32_t)i;
	if (in->kind == KIND_LOAD || in->kind == KIND_STORE) {
		v = in->size == 4 ? b : b & ((1u << 8 * in->size) - 1);
		target += (uint32_t)in->offset;
		put(target - 4, 0xa5a5a5a5, 4);
		put(target, in->kind == KIND_LOAD ? v : 0x5a5a5a5a, in->size);
		put(target + in->size, 0xa5a5a5a5, 4);
		a = BASE + DATA;
	}
	hart.x[in->rs1] = a;
	hart.x[in->rs2] = b;
	if (in->rs1 == in->rs2)
		a = b;
	hart.x[0] = 0;
	memcpy(want, hart.x, sizeof(want));

	switch (in->kind) {
	case KIND_ALU:
	case KIND_LOAD:
		want[in->rd] = in->fn(a, b, pc, v);
		step(in, at, want, next);
		break;
	case KIND_BRANCH:
		if (in->fn(a, in->rs2 ? b : 0, pc, v))
			next = pc + (uint32_t)in->offset;
		step(in, at, want, next);
		break;
	case KIND_JUMP:
		want[in->rd] = next;
		step(in, at, want, in->fn(a, b, pc, v));
		break;
	case KIND_STORE:
		step(in, at, want, next);
		if (!in->rs2)
			v = 0;
		assert_int_equal(get(target, in->size), v);
		assert_int_equal(get(target - 4, 4), 0xa5a5a5a5);
		assert_int_equal(get(target + in->size, 4), 0xa5a5a5a5);
		break;
	}
}

static void test_table(void **state)
{
	size_t i, j, k;

	(void)state;
	assert_int_equal(ARRAY_SIZE(words), ARRAY_SIZE(insns));
	for (i = 0; i < ARRAY_SIZE(insns); i++) {
		/* The bytes behind the instruction must not matter. */
		memset(sram + HERE, 0xff, 16);
		hart_invalidate(&hart, HERE, 16);
		for (j = 0; j < ARRAY_SIZE(corners); j++) {
			for (k = 0; k < ARRAY_SIZE(corners); k++) {
				run_one(&insns[i], words[i], HERE, corners[j], corners[k]);
				run_one(&insns[i], words[i], HERE + 2, corners[j], corners[k]);
			}
		}
	}
}

static uint32_t muldiv(uint32_t funct3, uint32_t a, uint32_t b)
{
	put(HERE, 0x02c58533 | funct3 << 12, 4); /* a0 = a1 op a2 */
	hart.x[11] = a;
	hart.x[12] = b;
	hart.pc = BASE + HERE;
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	assert_int_equal(hart.pc, BASE + HERE + 4);
	return hart.x[10];
}

/* The table "Semantics for division by zero and division overflow" of the M extension */
static void test_division_table(void **state)
{
	const uint32_t min = 0x80000000, x = 0x12345678;

	(void)state;
	assert_int_equal(muldiv(5, x, 0), 0xffffffff); /* divu */
	assert_int_equal(muldiv(7, x, 0), x); /* remu */
	assert_int_equal(muldiv(4, x, 0), 0xffffffff); /* div */
	assert_int_equal(muldiv(6, x, 0), x); /* rem */
	assert_int_equal(muldiv(4, min, 0xffffffff), min);
	assert_int_equal(muldiv(6, min, 0xffffffff), 0);
	assert_int_equal(muldiv(5, min, 0xffffffff), 0);
	assert_int_equal(muldiv(7, min, 0xffffffff), min);
	/* Signed division rounds towards zero, and the remainder has the dividend's sign. */
	assert_int_equal(muldiv(4, (uint32_t)-7, 2), (uint32_t)-3);
	assert_int_equal(muldiv(6, (uint32_t)-7, 2), (uint32_t)-1);
	assert_int_equal(muldiv(4, 7, (uint32_t)-2), (uint32_t)-3);
	assert_int_equal(muldiv(6, 7, (uint32_t)-2), 1);
	assert_int_equal(muldiv(1, min, min), 0x40000000); /* mulh */
	assert_int_equal(muldiv(2, min, 0xffffffff), 0x80000000); /* mulhsu */
	assert_int_equal(muldiv(2, 0xffffffff, 0xffffffff), 0xffffffff);
	assert_int_equal(muldiv(3, 0xffffffff, 0xffffffff), 0xfffffffe); /* mulhu */
}

static uint32_t csr_word(uint32_t csr, uint32_t funct3, uint32_t rd, uint32_t rs1)
{
	return csr << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x73;
}

/* A fresh hart at HERE, with something in a0 and all ones in a1, and traps going to BASE */
static void fresh(void)
{
	hart_reset(&hart, BASE + HERE);
	hart.mtvec = BASE;
	hart.x[10] = 0xcafe;
	hart.x[11] = 0xffffffff;
}

/* Run the instruction at the hart's pc; false if it was illegal. */
static bool csr_step(uint32_t word)
{
	uint32_t pc = hart.pc;

	put(pc - BASE, word, 4);
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	if (hart.pc == pc + 4)
		return true;
	assert_int_equal(hart.pc, BASE);
	assert_int_equal(hart.mcause, HART_CAUSE_ILLEGAL);
	assert_int_equal(hart.mtval, word);
	assert_int_equal(hart.mepc, pc);
	return false;
}

static void test_csr_ops(void **state)
{
	const uint32_t mscratch = 0x340;

	(void)state;
	fresh();
	hart.mscratch = 0x0f0f0f0f;
	hart.x[11] = 0x00ff00ff;
	assert_true(csr_step(csr_word(mscratch, 2, 10, 0))); /* csrr a0 */
	assert_int_equal(hart.x[10], 0x0f0f0f0f);
	assert_true(csr_step(csr_word(mscratch, 2, 10, 11))); /* csrrs */
	assert_int_equal(hart.x[10], 0x0f0f0f0f);
	assert_int_equal(hart.mscratch, 0x0fff0fff);
	assert_true(csr_step(csr_word(mscratch, 3, 10, 11))); /* csrrc */
	assert_int_equal(hart.x[10], 0x0fff0fff);
	assert_int_equal(hart.mscratch, 0x0f000f00);
	assert_true(csr_step(csr_word(mscratch, 1, 11, 11))); /* csrrw a1, a1: a swap */
	assert_int_equal(hart.x[11], 0x0f000f00);
	assert_int_equal(hart.mscratch, 0x00ff00ff);
	assert_true(csr_step(csr_word(mscratch, 1, 0, 0))); /* csrw zero */
	assert_int_equal(hart.mscratch, 0);
	assert_int_equal(hart.x[0], 0);
	assert_true(csr_step(csr_word(mscratch, 5, 10, 31))); /* csrrwi */
	assert_int_equal(hart.mscratch, 31);
	assert_true(csr_step(csr_word(mscratch, 7, 10, 5))); /* csrrci */
	assert_int_equal(hart.x[10], 31);
	assert_int_equal(hart.mscratch, 26);
	assert_true(csr_step(csr_word(mscratch, 6, 10, 1))); /* csrrsi */
	assert_int_equal(hart.x[10], 26);
	assert_int_equal(hart.mscratch, 27);
}

/* Value of each CSR after all ones were written to it, and after zero was written */
static void test_csr_fields(void **state)
{
	static const struct {
		uint32_t csr, ones, zero;
	} fields[] = {
		{ 0x300, 0x1888, 0x1800 },		/* mstatus: MPP is always M */
		{ 0x301, 0x40001104, 0x40001104 },	/* misa: RV32IMC */
		{ 0x304, 0x888, 0 },			/* mie */
		{ 0x305, 0xfffffffd, 0 },		/* mtvec: modes 2 and 3 do not exist */
		{ 0x310, 0, 0 },			/* mstatush */
		{ 0x320, 0, 0 },			/* mcountinhibit */
		{ 0x323, 0, 0 }, { 0x33f, 0, 0 },	/* mhpmevent3 to 31 */
		{ 0x340, 0xffffffff, 0 },		/* mscratch */
		{ 0x341, 0xfffffffe, 0 },		/* mepc: 16-bit alignment */
		{ 0x342, 0xffffffff, 0 },		/* mcause */
		{ 0x343, 0xffffffff, 0 },		/* mtval */
		{ 0x344, 0, 0 },			/* mip: the lines, not a register */
		{ 0xb03, 0, 0 }, { 0xb1f, 0, 0 },	/* mhpmcounter3 to 31 */
		{ 0xb83, 0, 0 }, { 0xb9f, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		fresh();
		assert_true(csr_step(csr_word(fields[i].csr, 1, 0, 11)));
		assert_true(csr_step(csr_word(fields[i].csr, 2, 10, 0)));
		assert_int_equal(hart.x[10], fields[i].ones);
		assert_true(csr_step(csr_word(fields[i].csr, 1, 0, 0)));
		assert_true(csr_step(csr_word(fields[i].csr, 2, 10, 0)));
		assert_int_equal(hart.x[10], fields[i].zero);
	}
}

static bool csr_exists(uint32_t csr)
{
	switch (csr) {
	case 0x300: case 0x301: case 0x304: case 0x305: case 0x310:
	case 0x320: case 0x323 ... 0x33f: case 0x340 ... 0x344:
	case 0xb00: case 0xb02 ... 0xb1f: case 0xb80: case 0xb82 ... 0xb9f:
	case 0xf11 ... 0xf15:
		return true;
	default:
		return false;
	}
}

/* All 4096 numbers: an access is illegal if the CSR does not exist, or is written and read-only. */
static void test_csr_space(void **state)
{
	uint32_t csr;

	(void)state;
	for (csr = 0; csr < 4096; csr++) {
		bool here = csr_exists(csr), read_only = csr >> 10 == 3;

		fresh();
		assert_int_equal(csr_step(csr_word(csr, 2, 10, 0)), here);
		if (!here)
			assert_int_equal(hart.x[10], 0xcafe);
		fresh();
		assert_int_equal(csr_step(csr_word(csr, 7, 10, 0)), here);
		fresh();
		assert_int_equal(csr_step(csr_word(csr, 1, 10, 0)), here && !read_only);
		fresh();
		assert_int_equal(csr_step(csr_word(csr, 2, 10, 11)), here && !read_only);
		fresh();
		assert_int_equal(csr_step(csr_word(csr, 6, 10, 1)), here && !read_only);
	}
}

static void test_counters(void **state)
{
	static const uint32_t low[] = { 0xb00, 0xb02 }, high[] = { 0xb80, 0xb82 };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fresh();
		hart.steps = 0xfffffffeu;
		assert_true(csr_step(csr_word(low[i], 2, 10, 0)));
		assert_int_equal(hart.x[10], 0xfffffffe);
		assert_true(csr_step(csr_word(high[i], 2, 10, 0)));
		assert_int_equal(hart.x[10], 0);
		assert_true(csr_step(csr_word(high[i], 2, 10, 0)));
		assert_int_equal(hart.x[10], 1);

		/* The next instruction reads the value that was written. */
		hart.x[11] = 77;
		assert_true(csr_step(csr_word(low[i], 1, 0, 11)));
		assert_true(csr_step(csr_word(low[i], 2, 10, 0)));
		assert_int_equal(hart.x[10], 77);
		assert_true(csr_step(csr_word(high[i], 2, 10, 0)));
		assert_int_equal(hart.x[10], 1);
		assert_true(csr_step(csr_word(high[i], 1, 0, 11)));
		assert_true(csr_step(csr_word(high[i], 2, 10, 0)));
		assert_int_equal(hart.x[10], 77);
		assert_true(csr_step(csr_word(low[i], 2, 10, 0)));
		assert_int_equal(hart.x[10], 80);
		/* The owner's clock does not change. */
		assert_int_equal(hart_instret(&hart), 0xfffffffeull + 9);
	}
}

/* Encodings that the specification reserves, or leaves to extensions that are not here */
static void test_illegal(void **state)
{
	static const uint32_t illegal[] = {
		0x00000000, 0xffffffff,
		0x0000,		/* defined illegal */
		0x0004,		/* c.addi4spn with 0 */
		0x8000,		/* reserved row of quadrant 0 */
		0x2000, 0x6000, 0xa000, 0xe000, 0x2002, 0x6002, 0xa002, 0xe002, /* F and D */
		0x6101,		/* c.addi16sp with 0 */
		0x6581,		/* c.lui with 0 */
		0x6001,		/* c.lui of x0 with 0 */
		0x9185, 0x9585,	/* c.srli, c.srai by 33 */
		0x9c01, 0x9c21,	/* c.subw, c.addw */
		0x9c41, 0x9c61,	/* reserved beside them */
		0x1586,		/* c.slli by 33 */
		0x4002,		/* c.lwsp to x0 */
		0x8002,		/* c.jr of x0 */
		0x02059513,	/* slli by 32 */
		0x0205d513,	/* srli by 32 */
		0x4205d513,	/* srai by 32 */
		0x40059513,	/* slli with srai's bit */
		0x40c59533,	/* sll with sub's bit */
		0x04c58533,	/* op with funct7 2 */
		0x42c58533,	/* mul with sub's bit */
		0x0005b503,	/* ld */
		0x0005e503,	/* lwu */
		0x00c5b023,	/* sd */
		0x00c5a063,	/* branch with funct3 2 */
		0x00c5b063,	/* branch with funct3 3 */
		0x00059567,	/* jalr with funct3 1 */
		0x0000200f,	/* misc-mem with funct3 2 */
		0x00c5d52f,	/* amo of a size that does not exist */
		0x1005a52f,	/* lr.w */
		0x0005851b,	/* addiw */
		0x00c5853b,	/* addw */
		0x0005a507,	/* flw */
		0x02c5f553,	/* fadd.d */
		0x10200073,	/* sret */
		0x00200073,	/* uret */
		0x7b200073,	/* dret */
		0x12000073,	/* sfence.vma */
		0x000000f3,	/* ecall with rd */
		0x00008073,	/* ecall with rs1 */
		0x30200173,	/* mret with rd */
		0x10504073,	/* system with funct3 4 */
		0x0000001f,	/* 48 bits and longer */
		0x0000003f, 0x0000007f,
		0x0000000b, 0x0000002b, 0x0000005b, 0x0000007b, /* custom */
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(illegal); i++) {
		uint32_t word = illegal[i];

		put(HERE, word, 4);
		fresh();
		assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
		if (hart.mcause != HART_CAUSE_ILLEGAL)
			fail_msg("%08x did not trap", word);
		assert_int_equal(hart.mtval, (word & 3) == 3 ? word : word & 0xffff);
		assert_int_equal(hart.mepc, BASE + HERE);
		assert_int_equal(hart.pc, BASE);
		assert_int_equal(hart.x[10], 0xcafe);
	}
}

static int setup(void **state)
{
	(void)state;
	return hart_init(&hart, sram, BASE, SIZE, &ops, NULL);
}

static int teardown(void **state)
{
	(void)state;
	hart_destroy(&hart);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_division_table),
		cmocka_unit_test(test_csr_ops),
		cmocka_unit_test(test_csr_fields),
		cmocka_unit_test(test_csr_space),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_illegal),
	};

	return cmocka_run_group_tests_name("hart instructions", tests, setup, teardown);
}
