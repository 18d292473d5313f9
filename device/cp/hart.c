// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control processor's hart: traps, CSRs, memory outside the fast path, and the executor.
 *
 * Each halfword of SRAM has a decoded instruction, made when it is first executed. A store into
 * a block of SRAM discards the decoded instructions that it overlaps, so code may change itself
 * at any time. The table ends in an instruction that faults, so running off the end of
 * SRAM needs no check; every jump is checked.
 */
#include "cp/hart.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cp/hart_op.h"

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/* SRAM is divided into blocks of this many bytes (a power of 2) to tell code from data. */
#define CODE_BLOCK_SHIFT	8

#define IRQ_LINES	(1u << HART_IRQ_MSI | 1u << HART_IRQ_MTI | 1u << HART_IRQ_MEI)

/* RV32, I, M and C */
#define MISA		(1u << 30 | 1u << ('I' - 'A') | 1u << ('M' - 'A') | 1u << ('C' - 'A'))

#define MTVEC_VECTORED	1u

enum {
	CSR_MSTATUS = 0x300,
	CSR_MISA = 0x301,
	CSR_MIE = 0x304,
	CSR_MTVEC = 0x305,
	CSR_MSTATUSH = 0x310,
	CSR_MCOUNTINHIBIT = 0x320,
	CSR_MHPMEVENT3 = 0x323,
	CSR_MHPMEVENT31 = 0x33f,
	CSR_MSCRATCH = 0x340,
	CSR_MEPC = 0x341,
	CSR_MCAUSE = 0x342,
	CSR_MTVAL = 0x343,
	CSR_MIP = 0x344,
	CSR_MCYCLE = 0xb00,
	CSR_MINSTRET = 0xb02,
	CSR_MHPMCOUNTER3 = 0xb03,
	CSR_MHPMCOUNTER31 = 0xb1f,
	CSR_MCYCLEH = 0xb80,
	CSR_MINSTRETH = 0xb82,
	CSR_MHPMCOUNTER3H = 0xb83,
	CSR_MHPMCOUNTER31H = 0xb9f,
	CSR_MVENDORID = 0xf11,
	CSR_MARCHID = 0xf12,
	CSR_MIMPID = 0xf13,
	CSR_MHARTID = 0xf14,
	CSR_MCONFIGPTR = 0xf15,
};

static uint32_t halfwords(const struct hart *h)
{
	return h->sram_size / 2;
}

static uint32_t code_blocks(const struct hart *h)
{
	return ((h->sram_size - 1) >> CODE_BLOCK_SHIFT) + 1;
}

/*
 * Discard the instructions decoded from len bytes at offset, inside SRAM, len not 0. A 32-bit
 * instruction may begin one halfword earlier. Only the op of an entry changes, because the
 * executor still needs the length of the instruction in progress.
 */
static void invalidate(struct hart *h, uint32_t offset, uint32_t len)
{
	uint32_t first = offset / 2;
	uint32_t last = (offset + len - 1) / 2;
	uint32_t i;

	if (first > 0)
		first--;
	for (i = first; i <= last; i++)
		h->decoded[i].op = HART_OP_DECODE;
}

void hart_invalidate(struct hart *h, uint32_t offset, uint32_t len)
{
	uint32_t block, last;

	if (!len || offset >= h->sram_size)
		return;
	if (len > h->sram_size - offset)
		len = h->sram_size - offset;

	last = (offset + len - 1) >> CODE_BLOCK_SHIFT;
	for (block = offset >> CODE_BLOCK_SHIFT; block <= last; block++) {
		if (h->has_code[block]) {
			invalidate(h, offset, len);
			return;
		}
	}
}

/* Only blocks that have code are cleared: a reset must not take the time of a large SRAM. */
static void forget_code(struct hart *h)
{
	uint32_t block, start;

	for (block = 0; block < code_blocks(h); block++) {
		if (!h->has_code[block])
			continue;
		start = block << CODE_BLOCK_SHIFT;
		hart_invalidate(h, start, 1u << CODE_BLOCK_SHIFT);
		h->has_code[block] = 0;
	}
}

int hart_init(struct hart *h, uint8_t *sram, uint32_t sram_base, uint32_t sram_size,
	      const struct hart_ops *ops, void *priv)
{
	memset(h, 0, sizeof(*h));
	if (!sram || !ops || !ops->mmio_read || !ops->mmio_write)
		return -EINVAL;
	if (!sram_size || sram_size > HART_SRAM_MAX || sram_size % 4 || sram_base % 4)
		return -EINVAL;
	if (sram_base > UINT32_MAX - (sram_size - 1))
		return -EINVAL;

	h->sram = sram;
	h->sram_base = sram_base;
	h->sram_size = sram_size;
	h->ops = ops;
	h->priv = priv;
	h->decoded = calloc(halfwords(h) + 1, sizeof(*h->decoded));
	h->has_code = calloc(code_blocks(h), sizeof(*h->has_code));
	if (!h->decoded || !h->has_code) {
		hart_destroy(h);
		return -ENOMEM;
	}
	h->decoded[halfwords(h)].op = HART_OP_FETCH_FAULT;
	hart_reset(h, sram_base);
	return 0;
}

void hart_destroy(struct hart *h)
{
	free(h->decoded);
	free(h->has_code);
	h->decoded = NULL;
	h->has_code = NULL;
}

void hart_reset(struct hart *h, uint32_t pc)
{
	memset(h->x, 0, sizeof(h->x));
	h->pc = pc & ~1u;
	h->mstatus = 0;
	h->mie = 0;
	h->mtvec = 0;
	h->mepc = 0;
	h->mcause = 0;
	h->mtval = 0;
	h->mscratch = 0;
	h->steps = 0;
	h->trapped = 0;
	h->mcycle_offset = 0;
	h->minstret_offset = 0;
	h->in_fault = false;
	h->waiting = false;
	h->attention = false;
	h->yield = false;
	h->halt = HART_HALT_NONE;
	h->halt_cause = 0;
	h->halt_pc = 0;
	h->halt_tval = 0;
	forget_code(h);
}

void hart_yield(struct hart *h)
{
	h->yield = true;
	h->attention = true;
}

void hart_set_irq(struct hart *h, unsigned int line, bool level)
{
	if (line >= 32 || !(IRQ_LINES & 1u << line))
		return;
	if (level)
		h->mip |= 1u << line;
	else
		h->mip &= ~(1u << line);
	h->attention = true;
}

uint64_t hart_instret(const struct hart *h)
{
	return h->steps;
}

static uint32_t mstatus_read(const struct hart *h)
{
	return h->mstatus | HART_MSTATUS_MPP;
}

void hart_dump(const struct hart *h, struct hart_dump *dump)
{
	memset(dump, 0, sizeof(*dump));
	memcpy(dump->x, h->x, sizeof(dump->x));
	dump->pc = h->pc;
	dump->mcause = h->mcause;
	dump->mepc = h->mepc;
	dump->mtval = h->mtval;
	dump->mstatus = mstatus_read(h);
	dump->instret = h->steps;
	dump->halt = h->halt;
	dump->halt_cause = h->halt_cause;
	dump->halt_pc = h->halt_pc;
	dump->halt_tval = h->halt_tval;
}

static uint32_t sram_halfword(const struct hart *h, uint32_t index)
{
	uint16_t val;

	memcpy(&val, h->sram + 2 * index, sizeof(val));
	return le16toh(val);
}

/* The instruction at a halfword of SRAM; if SRAM ends in it, its first half. */
static uint32_t fetch(const struct hart *h, uint32_t index)
{
	uint32_t insn = sram_halfword(h, index);

	if ((insn & 3) == 3 && index + 1 < halfwords(h))
		insn |= sram_halfword(h, index + 1) << 16;
	return insn;
}

/* Fill the table's entry for a halfword of SRAM. */
static void decode_at(struct hart *h, uint32_t index)
{
	uint32_t insn = fetch(h, index);
	struct hart_op op = hart_decode(insn);

	if (index + op.len > halfwords(h)) {
		op.op = HART_OP_FETCH_FAULT;
		op.imm = 2;
	} else {
		h->has_code[(2 * (index + op.len) - 1) >> CODE_BLOCK_SHIFT] = 1;
	}
	h->has_code[2 * index >> CODE_BLOCK_SHIFT] = 1;
	h->decoded[index] = op;
}

static void halt(struct hart *h, enum hart_halt why, uint32_t cause, uint32_t tval)
{
	h->halt = why;
	h->halt_cause = cause;
	h->halt_pc = h->pc;
	h->halt_tval = tval;
}

/* Take an exception or interrupt at h->pc: go on at the handler, or halt. */
static void trap(struct hart *h, uint32_t cause, uint32_t tval)
{
	bool irq = cause & HART_CAUSE_IRQ;
	uint32_t base = h->mtvec & ~3u;

	if (!irq) {
		h->trapped++;
		/* The CSRs of the first fault stay: they say more than those of the second. */
		if (h->in_fault) {
			halt(h, HART_HALT_DOUBLE, cause, tval);
			return;
		}
		h->in_fault = true;
	}

	h->mepc = h->pc;
	h->mcause = cause;
	h->mtval = tval;
	h->mstatus = (h->mstatus & HART_MSTATUS_MIE) ? HART_MSTATUS_MPIE : 0;
	if (!base) {
		halt(h, HART_HALT_NO_VECTOR, cause, tval);
		return;
	}

	h->pc = base;
	if (irq && (h->mtvec & MTVEC_VECTORED))
		h->pc += 4 * (cause & ~HART_CAUSE_IRQ);
}

static void take_irq(struct hart *h)
{
	/* By priority, as the privileged architecture orders them. */
	static const uint8_t order[] = { HART_IRQ_MEI, HART_IRQ_MSI, HART_IRQ_MTI };
	uint32_t pending = h->mip & h->mie;
	unsigned int i;

	if (!(h->mstatus & HART_MSTATUS_MIE))
		return;
	for (i = 0; i < sizeof(order); i++) {
		if (pending & 1u << order[i]) {
			trap(h, HART_CAUSE_IRQ | order[i], 0);
			return;
		}
	}
}

static void mret(struct hart *h)
{
	h->pc = h->mepc;
	h->mstatus = HART_MSTATUS_MPIE |
		     ((h->mstatus & HART_MSTATUS_MPIE) ? HART_MSTATUS_MIE : 0);
	h->in_fault = false;
	h->attention = true;
}

static uint64_t mcycle(const struct hart *h)
{
	return h->steps + h->mcycle_offset;
}

static uint64_t minstret(const struct hart *h)
{
	return h->steps - h->trapped + h->minstret_offset;
}

static bool csr_is_zero(uint32_t csr)
{
	switch (csr) {
	case CSR_MSTATUSH:
	case CSR_MCOUNTINHIBIT:
	case CSR_MHPMEVENT3 ... CSR_MHPMEVENT31:
	case CSR_MHPMCOUNTER3 ... CSR_MHPMCOUNTER31:
	case CSR_MHPMCOUNTER3H ... CSR_MHPMCOUNTER31H:
	case CSR_MVENDORID:
	case CSR_MARCHID:
	case CSR_MIMPID:
	case CSR_MHARTID:
	case CSR_MCONFIGPTR:
		return true;
	default:
		return false;
	}
}

/* False if there is no such CSR. */
static bool csr_read(const struct hart *h, uint32_t csr, uint32_t *val)
{
	switch (csr) {
	case CSR_MSTATUS:
		*val = mstatus_read(h);
		return true;
	case CSR_MISA:
		*val = MISA;
		return true;
	case CSR_MIE:
		*val = h->mie;
		return true;
	case CSR_MTVEC:
		*val = h->mtvec;
		return true;
	case CSR_MSCRATCH:
		*val = h->mscratch;
		return true;
	case CSR_MEPC:
		*val = h->mepc;
		return true;
	case CSR_MCAUSE:
		*val = h->mcause;
		return true;
	case CSR_MTVAL:
		*val = h->mtval;
		return true;
	case CSR_MIP:
		*val = h->mip;
		return true;
	case CSR_MCYCLE:
		*val = (uint32_t)mcycle(h);
		return true;
	case CSR_MCYCLEH:
		*val = (uint32_t)(mcycle(h) >> 32);
		return true;
	case CSR_MINSTRET:
		*val = (uint32_t)minstret(h);
		return true;
	case CSR_MINSTRETH:
		*val = (uint32_t)(minstret(h) >> 32);
		return true;
	default:
		*val = 0;
		return csr_is_zero(csr);
	}
}

static uint64_t with_low(uint64_t old, uint32_t val)
{
	return (old & ~(uint64_t)UINT32_MAX) | val;
}

static uint64_t with_high(uint64_t old, uint32_t val)
{
	return (old & UINT32_MAX) | (uint64_t)val << 32;
}

/* The next instruction must read the value written, so the counters start one below. */
static void mcycle_write(struct hart *h, uint64_t val)
{
	h->mcycle_offset += val - mcycle(h) - 1;
}

static void minstret_write(struct hart *h, uint64_t val)
{
	h->minstret_offset += val - minstret(h) - 1;
}

/* Write a CSR that exists and is not read-only. CSRs not named here have no writable bits. */
static void csr_write(struct hart *h, uint32_t csr, uint32_t val)
{
	switch (csr) {
	case CSR_MSTATUS:
		h->mstatus = val & (HART_MSTATUS_MIE | HART_MSTATUS_MPIE);
		h->attention = true;
		break;
	case CSR_MIE:
		h->mie = val & IRQ_LINES;
		h->attention = true;
		break;
	case CSR_MTVEC:
		h->mtvec = val & ~2u;
		break;
	case CSR_MSCRATCH:
		h->mscratch = val;
		break;
	case CSR_MEPC:
		h->mepc = val & ~1u;
		break;
	case CSR_MCAUSE:
		h->mcause = val;
		break;
	case CSR_MTVAL:
		h->mtval = val;
		break;
	case CSR_MCYCLE:
		mcycle_write(h, with_low(mcycle(h), val));
		break;
	case CSR_MCYCLEH:
		mcycle_write(h, with_high(mcycle(h), val));
		break;
	case CSR_MINSTRET:
		minstret_write(h, with_low(minstret(h), val));
		break;
	case CSR_MINSTRETH:
		minstret_write(h, with_high(minstret(h), val));
		break;
	default:
		break;
	}
}

/* False if the instruction is illegal. */
static bool csr_insn(struct hart *h, const struct hart_op *d)
{
	enum { RW = 1, RS = 2, RC = 3, IMMEDIATE = 4 };
	uint32_t csr = (uint32_t)d->imm & 0xfff;
	unsigned int kind = d->rs2 & 3;
	uint32_t src = d->rs2 & IMMEDIATE ? d->rs1 : h->x[d->rs1];
	bool write = kind == RW || d->rs1;
	bool read_only = csr >> 10 == 3;
	uint32_t old;

	if (write && read_only)
		return false;
	if (!csr_read(h, csr, &old))
		return false;

	if (write) {
		if (kind == RS)
			src = old | src;
		else if (kind == RC)
			src = old & ~src;
		csr_write(h, csr, src);
	}
	h->x[d->rd] = old;
	return true;
}

static unsigned int access_size(enum hart_opcode op)
{
	switch (op) {
	case HART_OP_LB:
	case HART_OP_LBU:
	case HART_OP_SB:
		return 1;
	case HART_OP_LH:
	case HART_OP_LHU:
	case HART_OP_SH:
		return 2;
	default:
		return 4;
	}
}

static uint32_t extend(enum hart_opcode op, uint32_t val)
{
	switch (op) {
	case HART_OP_LB:
		return (uint32_t)(int8_t)val;
	case HART_OP_LBU:
		return (uint8_t)val;
	case HART_OP_LH:
		return (uint32_t)(int16_t)val;
	case HART_OP_LHU:
		return (uint16_t)val;
	default:
		return val;
	}
}

/* A load that is not an aligned one from SRAM. The entry is a copy: callbacks may change it. */
static void load_slow(struct hart *h, struct hart_op d, uint32_t addr)
{
	unsigned int size = access_size(d.op);
	uint32_t val = 0;

	if (addr % size)
		trap(h, HART_CAUSE_LOAD_MISALIGNED, addr);
	else if (!h->ops->mmio_read(h->priv, addr, size, &val))
		trap(h, HART_CAUSE_LOAD_ACCESS, addr);
	else {
		h->x[d.rd] = extend(d.op, val);
		h->pc += 2u * d.len;
	}
}

/* A store that is not an aligned one to SRAM. */
static void store_slow(struct hart *h, struct hart_op d, uint32_t addr)
{
	unsigned int size = access_size(d.op);
	uint32_t val = h->x[d.rs2];

	if (size < 4)
		val &= (1u << 8 * size) - 1;
	if (addr % size)
		trap(h, HART_CAUSE_STORE_MISALIGNED, addr);
	else if (!h->ops->mmio_write(h->priv, addr, size, val))
		trap(h, HART_CAUSE_STORE_ACCESS, addr);
	else
		h->pc += 2u * d.len;
}

static uint32_t mulh(uint32_t a, uint32_t b)
{
	return (uint32_t)((uint64_t)((int64_t)(int32_t)a * (int32_t)b) >> 32);
}

static uint32_t mulhsu(uint32_t a, uint32_t b)
{
	return (uint32_t)((uint64_t)((int64_t)(int32_t)a * (int64_t)b) >> 32);
}

static uint32_t mulhu(uint32_t a, uint32_t b)
{
	return (uint32_t)((uint64_t)a * b >> 32);
}

/* Division never traps: the architecture gives values for zero divisors and for overflow. */

static uint32_t div_signed(uint32_t a, uint32_t b)
{
	if (!b)
		return UINT32_MAX;
	if (b == UINT32_MAX)
		return -a;
	return (uint32_t)((int32_t)a / (int32_t)b);
}

static uint32_t rem_signed(uint32_t a, uint32_t b)
{
	if (!b)
		return a;
	if (b == UINT32_MAX)
		return 0;
	return (uint32_t)((int32_t)a % (int32_t)b);
}

static uint32_t div_unsigned(uint32_t a, uint32_t b)
{
	return b ? a / b : UINT32_MAX;
}

static uint32_t rem_unsigned(uint32_t a, uint32_t b)
{
	return b ? a % b : a;
}

static uint32_t sra(uint32_t a, uint32_t b)
{
	return (uint32_t)((int32_t)a >> (b & 31));
}

/*
 * The executor's vocabulary. d is the decoded instruction, left the number of instructions that
 * may still begin, end the value of h->steps when left reaches 0.
 */
#define OFFSET		((uint32_t)(d - table) * 2)
#define PC		(base + OFFSET)
#define RS1		x[d->rs1]
#define RS2		x[d->rs2]
#define IMM		((uint32_t)d->imm)

/* Record the instruction in progress for the rest of the file. */
#define SYNC() do { \
	h->pc = PC; \
	h->steps = end - left - 1; \
} while (0)

#define COMPUTE(name, expr) \
	case HART_OP_##name: \
		x[d->rd] = (expr); \
		break;

#define BRANCH(name, cond) \
	case HART_OP_##name: \
		target = PC + IMM; \
		if (cond) \
			goto jump; \
		break;

#define LOAD(name, type, host) \
	case HART_OP_##name: { \
		uint32_t at = RS1 + IMM - base; \
		type val; \
		if (unlikely(at >= size || at & (sizeof(val) - 1))) \
			goto load_slow; \
		memcpy(&val, sram + at, sizeof(val)); \
		x[d->rd] = (uint32_t)(type)host(val); \
		break; \
	}

#define STORE(name, type, le) \
	case HART_OP_##name: { \
		uint32_t at = RS1 + IMM - base; \
		type val = (type)le((type)RS2); \
		if (unlikely(at >= size || at & (sizeof(val) - 1))) \
			goto store_slow; \
		memcpy(sram + at, &val, sizeof(val)); \
		if (unlikely(h->has_code[at >> CODE_BLOCK_SHIFT])) \
			invalidate(h, at, sizeof(val)); \
		break; \
	}

/*
 * One function longer than a screen on purpose: it is the instruction set, an operation a line.
 */
static enum hart_stop execute(struct hart *h, uint64_t left)
{
	struct hart_op *const table = h->decoded;
	uint8_t *const sram = h->sram;
	const uint32_t base = h->sram_base;
	const uint32_t size = h->sram_size;
	uint32_t *const x = h->x;
	uint64_t end = h->steps + left;
	struct hart_op *d;
	uint32_t target;

attend:
	h->attention = false;
	if (h->yield) {
		h->yield = false;
		end -= left;
		left = 0;
	} else if (left) {
		take_irq(h);
	}
resume: /* at h->pc, wherever that is */
	if (unlikely(h->halt != HART_HALT_NONE)) {
		h->steps = end - left;
		return HART_HALT;
	}
	if (unlikely(h->attention))
		goto attend;
	if (unlikely(h->pc - base >= size)) {
		if (!left) {
			h->steps = end;
			return HART_BUDGET;
		}
		left--;
		trap(h, HART_CAUSE_FETCH_ACCESS, h->pc);
		goto resume;
	}
	d = table + (h->pc - base) / 2;

	while (likely(left)) {
		left--;
again:
		switch ((enum hart_opcode)d->op) {
		case HART_OP_DECODE:
			decode_at(h, OFFSET / 2);
			goto again;

		COMPUTE(LUI, IMM << 12)
		COMPUTE(AUIPC, PC + (IMM << 12))

		COMPUTE(ADDI, RS1 + IMM)
		COMPUTE(SLTI, (int32_t)RS1 < d->imm)
		COMPUTE(SLTIU, RS1 < IMM)
		COMPUTE(XORI, RS1 ^ IMM)
		COMPUTE(ORI, RS1 | IMM)
		COMPUTE(ANDI, RS1 & IMM)
		COMPUTE(SLLI, RS1 << (IMM & 31))
		COMPUTE(SRLI, RS1 >> (IMM & 31))
		COMPUTE(SRAI, sra(RS1, IMM))

		COMPUTE(ADD, RS1 + RS2)
		COMPUTE(SUB, RS1 - RS2)
		COMPUTE(SLL, RS1 << (RS2 & 31))
		COMPUTE(SLT, (int32_t)RS1 < (int32_t)RS2)
		COMPUTE(SLTU, RS1 < RS2)
		COMPUTE(XOR, RS1 ^ RS2)
		COMPUTE(SRL, RS1 >> (RS2 & 31))
		COMPUTE(SRA, sra(RS1, RS2))
		COMPUTE(OR, RS1 | RS2)
		COMPUTE(AND, RS1 & RS2)

		COMPUTE(MUL, RS1 * RS2)
		COMPUTE(MULH, mulh(RS1, RS2))
		COMPUTE(MULHSU, mulhsu(RS1, RS2))
		COMPUTE(MULHU, mulhu(RS1, RS2))
		COMPUTE(DIV, div_signed(RS1, RS2))
		COMPUTE(DIVU, div_unsigned(RS1, RS2))
		COMPUTE(REM, rem_signed(RS1, RS2))
		COMPUTE(REMU, rem_unsigned(RS1, RS2))

		BRANCH(BEQ, RS1 == RS2)
		BRANCH(BNE, RS1 != RS2)
		BRANCH(BLT, (int32_t)RS1 < (int32_t)RS2)
		BRANCH(BGE, (int32_t)RS1 >= (int32_t)RS2)
		BRANCH(BLTU, RS1 < RS2)
		BRANCH(BGEU, RS1 >= RS2)

		LOAD(LB, int8_t,)
		LOAD(LBU, uint8_t,)
		LOAD(LH, int16_t, le16toh)
		LOAD(LHU, uint16_t, le16toh)
		LOAD(LW, uint32_t, le32toh)
		STORE(SB, uint8_t,)
		STORE(SH, uint16_t, htole16)
		STORE(SW, uint32_t, htole32)

		case HART_OP_JAL:
			target = PC + IMM;
			x[d->rd] = PC + 2 * d->len;
			goto jump;

		case HART_OP_JALR:
			target = (RS1 + IMM) & ~1u;
			x[d->rd] = PC + 2 * d->len;
			goto jump;

		case HART_OP_FENCE: /* nothing to do: there is one hart, and stores into code are always seen */
			break;

		case HART_OP_CSR:
			SYNC();
			if (csr_insn(h, d))
				h->pc += 2 * d->len;
			else
				trap(h, HART_CAUSE_ILLEGAL, fetch(h, OFFSET / 2));
			goto resume;

		case HART_OP_MRET:
			mret(h);
			goto resume;

		case HART_OP_WFI:
			SYNC();
			h->pc += 2 * d->len;
			if (h->mip & h->mie)
				goto resume;
			h->waiting = true;
			h->steps = end - left;
			return HART_WFI;

		case HART_OP_ECALL:
			SYNC();
			trap(h, HART_CAUSE_ECALL_M, 0);
			goto resume;

		case HART_OP_EBREAK:
			SYNC();
			trap(h, HART_CAUSE_BREAKPOINT, h->pc);
			goto resume;

		case HART_OP_FETCH_FAULT: /* beyond the end of SRAM, or cut by it */
			SYNC();
			trap(h, HART_CAUSE_FETCH_ACCESS, h->pc + IMM);
			goto resume;

		case HART_OP_ILLEGAL:
		case HART_OP_COUNT:
			SYNC();
			trap(h, HART_CAUSE_ILLEGAL, fetch(h, OFFSET / 2));
			goto resume;
		}
		d += d->len;
		continue;
jump:
		if (unlikely(target - base >= size)) {
			h->pc = target;
			goto resume;
		}
		d = table + (target - base) / 2;
	}
	h->pc = PC;
	h->steps = end;
	return HART_BUDGET;

load_slow:
	SYNC();
	load_slow(h, *d, RS1 + IMM);
	goto resume;

store_slow:
	SYNC();
	store_slow(h, *d, RS1 + IMM);
	goto resume;
}

enum hart_stop hart_run(struct hart *h, uint64_t max_instructions)
{
	if (h->halt != HART_HALT_NONE)
		return HART_HALT;
	if (h->waiting) {
		if (!(h->mip & h->mie))
			return HART_WFI;
		h->waiting = false;
	}
	return execute(h, max_instructions);
}
