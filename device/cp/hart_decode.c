// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hart's instruction decoder: RV32I, M, C, Zicsr, Zifencei and the machine-mode
 * instructions MRET and WFI. Everything else is illegal, reserved encodings included. A HINT
 * is decoded as the operation of its encoding, whose result goes to x0.
 */
#include "cp/hart_op.h"

/* Bits hi..lo of insn. */
static uint32_t bits(uint32_t insn, unsigned int hi, unsigned int lo)
{
	return (insn >> lo) & ((2u << (hi - lo)) - 1);
}

/* Sign-extend from bit top. */
static int32_t sext(uint32_t val, unsigned int top)
{
	uint32_t sign = 1u << top;

	return (int32_t)((val ^ sign) - sign);
}

static struct hart_op make(enum hart_opcode op, unsigned int rd, unsigned int rs1,
			   unsigned int rs2, int32_t imm)
{
	return (struct hart_op) {
		.op = (uint8_t)op,
		.rd = (uint8_t)(rd ? rd : HART_X0_SINK),
		.rs1 = (uint8_t)rs1,
		.rs2 = (uint8_t)rs2,
		.len = 2,
		.imm = imm,
	};
}

static struct hart_op illegal(void)
{
	return make(HART_OP_ILLEGAL, 0, 0, 0, 0);
}

/* The formats of 32-bit instructions. */

static struct hart_op r_type(enum hart_opcode op, uint32_t insn)
{
	return make(op, bits(insn, 11, 7), bits(insn, 19, 15), bits(insn, 24, 20), 0);
}

static struct hart_op i_type(enum hart_opcode op, uint32_t insn)
{
	return make(op, bits(insn, 11, 7), bits(insn, 19, 15), 0, sext(bits(insn, 31, 20), 11));
}

static struct hart_op s_type(enum hart_opcode op, uint32_t insn)
{
	uint32_t imm = bits(insn, 31, 25) << 5 | bits(insn, 11, 7);

	return make(op, 0, bits(insn, 19, 15), bits(insn, 24, 20), sext(imm, 11));
}

static struct hart_op b_type(enum hart_opcode op, uint32_t insn)
{
	uint32_t imm = bits(insn, 31, 31) << 12 | bits(insn, 7, 7) << 11 |
		       bits(insn, 30, 25) << 5 | bits(insn, 11, 8) << 1;

	return make(op, 0, bits(insn, 19, 15), bits(insn, 24, 20), sext(imm, 12));
}

static struct hart_op u_type(enum hart_opcode op, uint32_t insn)
{
	return make(op, bits(insn, 11, 7), 0, 0, sext(bits(insn, 31, 12), 19));
}

static struct hart_op j_type(enum hart_opcode op, uint32_t insn)
{
	uint32_t imm = bits(insn, 31, 31) << 20 | bits(insn, 19, 12) << 12 |
		       bits(insn, 20, 20) << 11 | bits(insn, 30, 21) << 1;

	return make(op, bits(insn, 11, 7), 0, 0, sext(imm, 20));
}

/* The major opcodes of 32-bit instructions. In the tables by funct3, ILLEGAL is a hole. */

static struct hart_op decode_branch(uint32_t insn)
{
	static const uint8_t ops[8] = {
		HART_OP_BEQ, HART_OP_BNE, HART_OP_ILLEGAL, HART_OP_ILLEGAL,
		HART_OP_BLT, HART_OP_BGE, HART_OP_BLTU, HART_OP_BGEU,
	};

	return b_type(ops[bits(insn, 14, 12)], insn);
}

static struct hart_op decode_load(uint32_t insn)
{
	static const uint8_t ops[8] = {
		HART_OP_LB, HART_OP_LH, HART_OP_LW, HART_OP_ILLEGAL,
		HART_OP_LBU, HART_OP_LHU, HART_OP_ILLEGAL, HART_OP_ILLEGAL,
	};

	return i_type(ops[bits(insn, 14, 12)], insn);
}

static struct hart_op decode_store(uint32_t insn)
{
	static const uint8_t ops[8] = {
		HART_OP_SB, HART_OP_SH, HART_OP_SW, HART_OP_ILLEGAL,
		HART_OP_ILLEGAL, HART_OP_ILLEGAL, HART_OP_ILLEGAL, HART_OP_ILLEGAL,
	};

	return s_type(ops[bits(insn, 14, 12)], insn);
}

static struct hart_op decode_op_imm(uint32_t insn)
{
	static const uint8_t ops[8] = {
		HART_OP_ADDI, HART_OP_SLLI, HART_OP_SLTI, HART_OP_SLTIU,
		HART_OP_XORI, HART_OP_SRLI, HART_OP_ORI, HART_OP_ANDI,
	};
	enum hart_opcode op = ops[bits(insn, 14, 12)];
	uint32_t funct7 = bits(insn, 31, 25);
	struct hart_op d;

	if (op != HART_OP_SLLI && op != HART_OP_SRLI)
		return i_type(op, insn);

	if (op == HART_OP_SRLI && funct7 == 0x20)
		op = HART_OP_SRAI;
	else if (funct7)
		return illegal();
	d = i_type(op, insn);
	d.imm = (int32_t)bits(insn, 24, 20);
	return d;
}

static struct hart_op decode_op(uint32_t insn)
{
	static const uint8_t base[8] = {
		HART_OP_ADD, HART_OP_SLL, HART_OP_SLT, HART_OP_SLTU,
		HART_OP_XOR, HART_OP_SRL, HART_OP_OR, HART_OP_AND,
	};
	static const uint8_t muldiv[8] = {
		HART_OP_MUL, HART_OP_MULH, HART_OP_MULHSU, HART_OP_MULHU,
		HART_OP_DIV, HART_OP_DIVU, HART_OP_REM, HART_OP_REMU,
	};
	uint32_t funct3 = bits(insn, 14, 12);

	switch (bits(insn, 31, 25)) {
	case 0x00:
		return r_type(base[funct3], insn);
	case 0x01:
		return r_type(muldiv[funct3], insn);
	case 0x20:
		if (funct3 == 0)
			return r_type(HART_OP_SUB, insn);
		if (funct3 == 5)
			return r_type(HART_OP_SRA, insn);
		return illegal();
	default:
		return illegal();
	}
}

static struct hart_op decode_system(uint32_t insn)
{
	uint32_t funct3 = bits(insn, 14, 12);

	if (funct3 & 3)
		return make(HART_OP_CSR, bits(insn, 11, 7), bits(insn, 19, 15), funct3,
			    (int32_t)bits(insn, 31, 20));

	switch (insn) {
	case 0x00000073:
		return make(HART_OP_ECALL, 0, 0, 0, 0);
	case 0x00100073:
		return make(HART_OP_EBREAK, 0, 0, 0, 0);
	case 0x30200073:
		return make(HART_OP_MRET, 0, 0, 0, 0);
	case 0x10500073:
		return make(HART_OP_WFI, 0, 0, 0, 0);
	default:
		return illegal();
	}
}

static struct hart_op decode_full(uint32_t insn)
{
	uint32_t funct3 = bits(insn, 14, 12);

	switch (bits(insn, 6, 0)) {
	case 0x03:
		return decode_load(insn);
	case 0x0f:
		/* FENCE and FENCE.I with any operands, which later extensions may define. */
		return funct3 <= 1 ? make(HART_OP_FENCE, 0, 0, 0, 0) : illegal();
	case 0x13:
		return decode_op_imm(insn);
	case 0x17:
		return u_type(HART_OP_AUIPC, insn);
	case 0x23:
		return decode_store(insn);
	case 0x33:
		return decode_op(insn);
	case 0x37:
		return u_type(HART_OP_LUI, insn);
	case 0x63:
		return decode_branch(insn);
	case 0x67:
		return funct3 == 0 ? i_type(HART_OP_JALR, insn) : illegal();
	case 0x6f:
		return j_type(HART_OP_JAL, insn);
	case 0x73:
		return decode_system(insn);
	default:
		return illegal();
	}
}

/* Compressed instructions. Their three-bit register fields name x8 to x15. */

static unsigned int creg(uint32_t insn, unsigned int lo)
{
	return 8 + bits(insn, lo + 2, lo);
}

/* The six-bit immediate of C.ADDI and similar instructions, also a shift amount. */
static int32_t c_imm6(uint32_t insn)
{
	return sext(bits(insn, 12, 12) << 5 | bits(insn, 6, 2), 5);
}

static int32_t c_imm_j(uint32_t insn)
{
	uint32_t imm = bits(insn, 12, 12) << 11 | bits(insn, 8, 8) << 10 |
		       bits(insn, 10, 9) << 8 | bits(insn, 6, 6) << 7 |
		       bits(insn, 7, 7) << 6 | bits(insn, 2, 2) << 5 |
		       bits(insn, 11, 11) << 4 | bits(insn, 5, 3) << 1;

	return sext(imm, 11);
}

static int32_t c_imm_b(uint32_t insn)
{
	uint32_t imm = bits(insn, 12, 12) << 8 | bits(insn, 6, 5) << 6 |
		       bits(insn, 2, 2) << 5 | bits(insn, 11, 10) << 3 |
		       bits(insn, 4, 3) << 1;

	return sext(imm, 8);
}

/* The word offset of C.LW and C.SW. */
static int32_t c_imm_w(uint32_t insn)
{
	return (int32_t)(bits(insn, 5, 5) << 6 | bits(insn, 12, 10) << 3 |
			 bits(insn, 6, 6) << 2);
}

static struct hart_op decode_c0(uint32_t insn)
{
	uint32_t imm;

	switch (bits(insn, 15, 13)) {
	case 0: /* C.ADDI4SPN; the all-zero instruction is among its reserved ones */
		imm = bits(insn, 10, 7) << 6 | bits(insn, 12, 11) << 4 |
		      bits(insn, 5, 5) << 3 | bits(insn, 6, 6) << 2;
		if (!imm)
			return illegal();
		return make(HART_OP_ADDI, creg(insn, 2), 2, 0, (int32_t)imm);
	case 2: /* C.LW */
		return make(HART_OP_LW, creg(insn, 2), creg(insn, 7), 0, c_imm_w(insn));
	case 6: /* C.SW */
		return make(HART_OP_SW, 0, creg(insn, 7), creg(insn, 2), c_imm_w(insn));
	default: /* reserved, or of the floating-point extensions */
		return illegal();
	}
}

/* C.SRLI, C.SRAI, C.ANDI, C.SUB, C.XOR, C.OR, C.AND */
static struct hart_op decode_c1_alu(uint32_t insn)
{
	static const uint8_t ops[4] = { HART_OP_SUB, HART_OP_XOR, HART_OP_OR, HART_OP_AND };
	unsigned int rd = creg(insn, 7);
	uint32_t kind = bits(insn, 11, 10);

	if (kind == 2)
		return make(HART_OP_ANDI, rd, rd, 0, c_imm6(insn));

	/* A shift by 32 or more is left to custom extensions; SUBW and ADDW are of RV64. */
	if (bits(insn, 12, 12))
		return illegal();
	if (kind == 3)
		return make(ops[bits(insn, 6, 5)], rd, rd, creg(insn, 2), 0);
	return make(kind ? HART_OP_SRAI : HART_OP_SRLI, rd, rd, 0, c_imm6(insn));
}

/* C.LUI, and C.ADDI16SP where its destination would be sp */
static struct hart_op decode_c1_lui(uint32_t insn)
{
	unsigned int rd = bits(insn, 11, 7);
	uint32_t imm;

	if (!c_imm6(insn))
		return illegal();
	if (rd != 2)
		return make(HART_OP_LUI, rd, 0, 0, c_imm6(insn));

	imm = bits(insn, 12, 12) << 9 | bits(insn, 4, 3) << 7 | bits(insn, 5, 5) << 6 |
	      bits(insn, 2, 2) << 5 | bits(insn, 6, 6) << 4;
	return make(HART_OP_ADDI, 2, 2, 0, sext(imm, 9));
}

static struct hart_op decode_c1(uint32_t insn)
{
	unsigned int rd = bits(insn, 11, 7);

	switch (bits(insn, 15, 13)) {
	case 0: /* C.ADDI, C.NOP */
		return make(HART_OP_ADDI, rd, rd, 0, c_imm6(insn));
	case 1: /* C.JAL */
		return make(HART_OP_JAL, 1, 0, 0, c_imm_j(insn));
	case 2: /* C.LI */
		return make(HART_OP_ADDI, rd, 0, 0, c_imm6(insn));
	case 3:
		return decode_c1_lui(insn);
	case 4:
		return decode_c1_alu(insn);
	case 5: /* C.J */
		return make(HART_OP_JAL, 0, 0, 0, c_imm_j(insn));
	case 6: /* C.BEQZ */
		return make(HART_OP_BEQ, 0, creg(insn, 7), 0, c_imm_b(insn));
	default: /* C.BNEZ */
		return make(HART_OP_BNE, 0, creg(insn, 7), 0, c_imm_b(insn));
	}
}

/* C.JR, C.JALR, C.MV, C.ADD, C.EBREAK */
static struct hart_op decode_c2_reg(uint32_t insn)
{
	unsigned int link = bits(insn, 12, 12); /* of the jumps: also the number of ra */
	unsigned int rd = bits(insn, 11, 7);
	unsigned int rs2 = bits(insn, 6, 2);

	if (rs2)
		return make(HART_OP_ADD, rd, link ? rd : 0, rs2, 0);
	if (rd)
		return make(HART_OP_JALR, link, rd, 0, 0);
	return link ? make(HART_OP_EBREAK, 0, 0, 0, 0) : illegal();
}

static struct hart_op decode_c2(uint32_t insn)
{
	unsigned int rd = bits(insn, 11, 7);
	uint32_t imm;

	switch (bits(insn, 15, 13)) {
	case 0: /* C.SLLI, with a shift below 32 */
		if (bits(insn, 12, 12))
			return illegal();
		return make(HART_OP_SLLI, rd, rd, 0, c_imm6(insn));
	case 2: /* C.LWSP */
		if (!rd)
			return illegal();
		imm = bits(insn, 3, 2) << 6 | bits(insn, 12, 12) << 5 | bits(insn, 6, 4) << 2;
		return make(HART_OP_LW, rd, 2, 0, (int32_t)imm);
	case 4:
		return decode_c2_reg(insn);
	case 6: /* C.SWSP */
		imm = bits(insn, 8, 7) << 6 | bits(insn, 12, 9) << 2;
		return make(HART_OP_SW, 0, 2, bits(insn, 6, 2), (int32_t)imm);
	default: /* of the floating-point extensions */
		return illegal();
	}
}

struct hart_op hart_decode(uint32_t insn)
{
	struct hart_op d;

	switch (insn & 3) {
	case 0:
		d = decode_c0(insn & 0xffff);
		break;
	case 1:
		d = decode_c1(insn & 0xffff);
		break;
	case 2:
		d = decode_c2(insn & 0xffff);
		break;
	default:
		return decode_full(insn);
	}
	d.len = 1;
	return d;
}
