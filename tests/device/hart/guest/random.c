// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random instruction sequences. Reads a first seed and a count (two 32-bit numbers) and, for
 * each seed, writes code of I, M and C instructions over the code before it, runs it twice and
 * prints a checksum of registers and memory. All jumps go forward, and loads and stores go by sp
 * or s0, which point into a buffer; otherwise any instruction may come, auipc and links included.
 */
#include "guest.h"

#define ITEMS	200
#define DATA	4096
#define SP	2
#define GP	3
#define TP	4
#define S0	8

struct block {
	void *code;
	uint32_t sp;
	uint32_t x[32];
};

void run_block(struct block *b);

enum fixup { FIX_NONE, FIX_B, FIX_J, FIX_CB, FIX_CJ, FIX_PAIR };

static uint16_t code[4 * ITEMS + 16];
static uint32_t data[DATA / 4];
static struct block block;

static struct {
	uint16_t pos;		/* first halfword in code */
	uint8_t fix;		/* enum fixup */
	uint8_t skip;		/* items to jump over */
} items[ITEMS + 16];

static uint32_t pos, state;

static uint32_t rnd(uint32_t n)
{
	return (xorshift(&state) >> 3) % n;
}

static void emit16(uint32_t insn)
{
	code[pos++] = (uint16_t)insn;
}

static void emit32(uint32_t insn)
{
	emit16(insn);
	emit16(insn >> 16);
}

/* A register that code may write, x0 included; never a register with a purpose. */
static uint32_t any_rd(void)
{
	uint32_t r;

	do
		r = rnd(32);
	while (r == SP || r == GP || r == TP || r == S0);
	return r;
}

static uint32_t some_rd(void)
{
	uint32_t r;

	do
		r = any_rd();
	while (!r);
	return r;
}

static uint32_t reg(void)
{
	return rnd(32);
}

/* Three-bit fields: s1 to a5 to write, s0 to a5 to read */
static uint32_t c_rd(void)
{
	return 1 + rnd(7);
}

static void alu(void)
{
	uint32_t f3 = rnd(8), f7 = rnd(3) == 0;

	if (!f7 && (f3 == 0 || f3 == 5) && rnd(2))
		f7 = 0x20;
	emit32(f7 << 25 | reg() << 20 | reg() << 15 | f3 << 12 | any_rd() << 7 | 0x33);
}

static void alu_imm(void)
{
	uint32_t f3 = rnd(8), imm = rnd(4096);

	if (f3 == 1)
		imm &= 31;
	if (f3 == 5)
		imm = (imm & 31) | (rnd(2) ? 0x400 : 0);
	emit32(imm << 20 | reg() << 15 | f3 << 12 | any_rd() << 7 | 0x13);
}

static void upper(void)
{
	emit32(rnd(1 << 20) << 12 | any_rd() << 7 | (rnd(2) ? 0x37 : 0x17));
}

/* An offset into either half of the buffer, aligned for the size */
static uint32_t offset(uint32_t log2)
{
	return (rnd(DATA) - DATA / 2) & ~((1u << log2) - 1);
}

static uint32_t pointer(void)
{
	return rnd(2) ? SP : S0;
}

static void load(void)
{
	static const uint8_t f3[] = { 0, 1, 2, 4, 5 };
	uint32_t f = f3[rnd(5)];

	emit32(offset(f & 3) << 20 | pointer() << 15 | f << 12 | any_rd() << 7 | 0x03);
}

static void store(void)
{
	uint32_t f = rnd(3), imm = offset(f);

	emit32((imm >> 5 & 0x7f) << 25 | reg() << 20 | pointer() << 15 | f << 12 |
	       (imm & 31) << 7 | 0x23);
}

static void branch(void)
{
	static const uint8_t f3[] = { 0, 1, 4, 5, 6, 7 };

	emit32(reg() << 20 | reg() << 15 | (uint32_t)f3[rnd(6)] << 12 | 0x63);
}

static void c_alu(void)
{
	uint32_t rd = some_rd(), six = rnd(64), cr = c_rd();
	uint32_t imm = (six >> 5) << 12 | (six & 31) << 2;

	switch (rnd(10)) {
	case 0: /* c.addi, c.nop and their hints */
		emit16(0x0001 | imm | any_rd() << 7);
		break;
	case 1: /* c.li */
		emit16(0x4001 | imm | any_rd() << 7);
		break;
	case 2: /* c.lui */
		emit16(0x6001 | (imm ? imm : 4) | rd << 7);
		break;
	case 3: /* c.srli, c.srai */
		emit16(0x8001 | rnd(2) << 10 | cr << 7 | rnd(32) << 2);
		break;
	case 4: /* c.andi */
		emit16(0x8801 | imm | cr << 7);
		break;
	case 5: /* c.sub, c.xor, c.or, c.and */
		emit16(0x8c01 | cr << 7 | rnd(4) << 5 | rnd(8) << 2);
		break;
	case 6: /* c.slli */
		emit16(0x0002 | any_rd() << 7 | rnd(32) << 2);
		break;
	case 7: /* c.mv */
		emit16(0x8002 | any_rd() << 7 | (1 + rnd(31)) << 2);
		break;
	case 8: /* c.add */
		emit16(0x9002 | any_rd() << 7 | (1 + rnd(31)) << 2);
		break;
	default: /* c.addi4spn */
		emit16(0x0000 | (1 + rnd(255)) << 5 | cr << 2);
		break;
	}
}

static void c_mem(void)
{
	switch (rnd(4)) {
	case 0: /* c.lw */
		emit16(0x4000 | rnd(8) << 10 | rnd(4) << 5 | c_rd() << 2);
		break;
	case 1: /* c.sw */
		emit16(0xc000 | rnd(8) << 10 | rnd(4) << 5 | rnd(8) << 2);
		break;
	case 2: /* c.lwsp */
		emit16(0x4002 | rnd(2) << 12 | some_rd() << 7 | rnd(32) << 2);
		break;
	default: /* c.swsp */
		emit16(0xc002 | rnd(64) << 7 | rnd(32) << 2);
		break;
	}
}

/* auipc and a jump through the register: jalr, c.jr or c.jalr */
static void pair(void)
{
	uint32_t r = some_rd();

	emit32(r << 7 | 0x17);
	emit32(r << 15 | r << 7 | 0x13);
	switch (rnd(3)) {
	case 0:
		emit32((rnd(2) << 20) | r << 15 | any_rd() << 7 | 0x67);
		break;
	case 1:
		emit16(0x8002 | r << 7);
		break;
	default:
		emit16(0x9002 | r << 7);
		break;
	}
}

static enum fixup generate(void)
{
	switch (rnd(16)) {
	case 0 ... 3:
		alu();
		return FIX_NONE;
	case 4:
	case 5:
		alu_imm();
		return FIX_NONE;
	case 6:
		upper();
		return FIX_NONE;
	case 7:
		load();
		return FIX_NONE;
	case 8:
		store();
		return FIX_NONE;
	case 9:
		branch();
		return FIX_B;
	case 10:
		emit32(any_rd() << 7 | 0x6f);
		return FIX_J;
	case 11:
		emit16(0xc001 | rnd(2) << 13 | rnd(8) << 7);
		return FIX_CB;
	case 12:
		emit16(rnd(2) ? 0x2001 : 0xa001);
		return FIX_CJ;
	case 13:
		pair();
		return FIX_PAIR;
	case 14:
		c_mem();
		return FIX_NONE;
	default:
		c_alu();
		return FIX_NONE;
	}
}

static uint32_t bit(uint32_t val, int from, int to)
{
	return (val >> from & 1) << to;
}

static void or32(uint32_t p, uint32_t insn)
{
	code[p] |= (uint16_t)insn;
	code[p + 1] |= (uint16_t)(insn >> 16);
}

static void fix(uint32_t i)
{
	uint32_t p = items[i].pos;
	uint32_t d = 2u * (items[i + 1 + items[i].skip].pos - p);

	switch (items[i].fix) {
	case FIX_B:
		or32(p, bit(d, 11, 7) | (d >> 1 & 15) << 8 | (d >> 5 & 63) << 25);
		break;
	case FIX_J:
		or32(p, (d >> 1 & 0x3ff) << 21);
		break;
	case FIX_CB:
		code[p] |= (uint16_t)((d >> 1 & 3) << 3 | (d >> 3 & 3) << 10 | bit(d, 5, 2) |
				      (d >> 6 & 3) << 5);
		break;
	case FIX_CJ:
		code[p] |= (uint16_t)((d >> 1 & 7) << 3 | bit(d, 4, 11) | bit(d, 5, 2) |
				      bit(d, 6, 7) | bit(d, 7, 6) | (d >> 8 & 3) << 9 |
				      bit(d, 10, 8));
		break;
	case FIX_PAIR:
		or32(p + 2, d << 20);
		break;
	default:
		break;
	}
}

static void make_code(void)
{
	uint32_t i;

	pos = rnd(2);
	block.code = &code[pos];
	for (i = 0; i < ITEMS; i++) {
		items[i].pos = (uint16_t)pos;
		items[i].skip = (uint8_t)rnd(5);
		items[i].fix = (uint8_t)generate();
	}
	/* Target of the last items' jumps: jr tp, again and again */
	for (; i < ITEMS + 8; i++) {
		items[i].pos = (uint16_t)pos;
		emit32(TP << 15 | 0x67);
	}
	for (i = 0; i < ITEMS; i++)
		fix(i);
	asm volatile("fence.i" : : : "memory");
}

static uint32_t value(void)
{
	static const uint32_t corner[] = { 0, 1, ~0u, 0x80000000, 0x7fffffff };

	return rnd(3) ? xorshift(&state) : corner[rnd(5)];
}

static uint32_t checksum(void)
{
	uint32_t h = 0x811c9dc5, i;

	for (i = 1; i < 32; i++)
		h = (h ^ block.x[i]) * 16777619;
	for (i = 0; i < DATA / 4; i++)
		h = (h ^ data[i]) * 16777619;
	return h;
}

int main(void)
{
	uint32_t in[2], seed, i;

	if (get(in, sizeof(in)) != sizeof(in))
		return 1;
	for (seed = in[0]; in[1]--; seed++) {
		state = seed * 2654435761u | 1;
		for (i = 0; i < 8; i++)
			xorshift(&state);
		make_code();
		for (i = 0; i < 32; i++)
			block.x[i] = value();
		for (i = 0; i < DATA / 4; i++)
			data[i] = value();
		block.x[SP] = (uint32_t)&data[DATA / 8];
		block.x[S0] = (uint32_t)&data[DATA / 8];
		for (i = 0; i < 2; i++) {
			run_block(&block);
			block.x[0] = 0;
			put_hex(seed);
			put_line("", checksum());
		}
	}
	return 8;
}
