/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decoded instructions, between the hart's decoder and its executor.
 */
#ifndef SKUA_DEVICE_HART_OP_H
#define SKUA_DEVICE_HART_OP_H

#include <assert.h>
#include <stdint.h>

/*
 * All operations. A compressed instruction decodes to the operation of its 32-bit twin.
 * DECODE must be the first: memory filled with zeros says that nothing is decoded yet.
 */
#define HART_OPS(X) \
	X(DECODE) X(FETCH_FAULT) X(ILLEGAL) \
	X(LUI) X(AUIPC) X(JAL) X(JALR) \
	X(BEQ) X(BNE) X(BLT) X(BGE) X(BLTU) X(BGEU) \
	X(LB) X(LH) X(LW) X(LBU) X(LHU) X(SB) X(SH) X(SW) \
	X(ADDI) X(SLTI) X(SLTIU) X(XORI) X(ORI) X(ANDI) X(SLLI) X(SRLI) X(SRAI) \
	X(ADD) X(SUB) X(SLL) X(SLT) X(SLTU) X(XOR) X(SRL) X(SRA) X(OR) X(AND) \
	X(MUL) X(MULH) X(MULHSU) X(MULHU) X(DIV) X(DIVU) X(REM) X(REMU) \
	X(FENCE) X(CSR) X(ECALL) X(EBREAK) X(MRET) X(WFI)

#define HART_OP_ENUM(name) HART_OP_##name,
enum hart_opcode {
	HART_OPS(HART_OP_ENUM)
	HART_OP_COUNT
};

/* Index of the register that takes writes to x0, so that the executor need not check. */
#define HART_X0_SINK 32

/**
 * struct hart_op - one decoded instruction
 * @op: enum hart_opcode
 * @rd: destination register, HART_X0_SINK for x0
 * @rs1: first source register; for CSR the register or the immediate
 * @rs2: second source register; for CSR funct3
 * @len: length in halfwords
 * @imm: immediate operand. LUI and AUIPC: the upper 20 bits. CSR: the register's number.
 *	FETCH_FAULT: how far into the instruction the fault is, in bytes.
 *
 * Kept at 8 bytes: the executor's speed depends on the table of them.
 */
struct hart_op {
	uint8_t op;
	uint8_t rd;
	uint8_t rs1;
	uint8_t rs2;
	uint32_t len : 8;
	int32_t imm : 24;
};

static_assert(sizeof(struct hart_op) == 8, "a decoded instruction has 8 bytes");

/**
 * hart_decode() - decode one instruction
 * @insn: its bits; for a compressed instruction, the lower 16 count
 *
 * Return: the decoded instruction, with op HART_OP_ILLEGAL if there is no such instruction or
 *	the encoding is reserved.
 */
struct hart_op hart_decode(uint32_t insn);

#endif /* SKUA_DEVICE_HART_OP_H */
