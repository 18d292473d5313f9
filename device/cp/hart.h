/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control processor's hart: an RV32IMC_Zicsr interpreter, machine mode only.
 *
 * It runs firmware that the guest supplies, so the firmware is hostile by assumption. Any
 * firmware reaches only its SRAM and the addresses that the MMIO callbacks allow, and
 * hart_run() returns after a bounded number of steps.
 */
#ifndef SKUA_DEVICE_HART_H
#define SKUA_DEVICE_HART_H

#include <stdbool.h>
#include <stdint.h>

/** define HART_SRAM_MAX - the largest SRAM that hart_init() takes, in bytes */
#define HART_SRAM_MAX		(16u << 20)

/* Interrupt lines: bit numbers of mip and mie, and codes of mcause. */
#define HART_IRQ_MSI		3
#define HART_IRQ_MTI		7
#define HART_IRQ_MEI		11

/* mcause of an interrupt has this bit set. */
#define HART_CAUSE_IRQ		0x80000000u

/* mcause of the exceptions that a hart with machine mode alone raises. */
#define HART_CAUSE_FETCH_ACCESS		1
#define HART_CAUSE_ILLEGAL		2
#define HART_CAUSE_BREAKPOINT		3
#define HART_CAUSE_LOAD_MISALIGNED	4
#define HART_CAUSE_LOAD_ACCESS		5
#define HART_CAUSE_STORE_MISALIGNED	6
#define HART_CAUSE_STORE_ACCESS		7
#define HART_CAUSE_ECALL_M		11

/* The bits of mstatus that exist. MPP reads as machine mode and ignores writes. */
#define HART_MSTATUS_MIE	(1u << 3)
#define HART_MSTATUS_MPIE	(1u << 7)
#define HART_MSTATUS_MPP	(3u << 11)

struct hart;
struct hart_op;

/**
 * enum hart_stop - why hart_run() returned
 * @HART_BUDGET: all instructions that were asked for are done, or hart_yield() was called
 * @HART_WFI: the hart waits in WFI, and no interrupt enabled in mie is pending
 * @HART_HALT: the hart halted on a trap that it cannot take; only hart_reset() ends this
 */
enum hart_stop {
	HART_BUDGET,
	HART_WFI,
	HART_HALT,
};

/**
 * enum hart_halt - why the hart halted
 * @HART_HALT_NONE: it has not halted
 * @HART_HALT_NO_VECTOR: a trap while the base in mtvec is 0
 * @HART_HALT_DOUBLE: an exception between an earlier exception and the MRET that ends it
 */
enum hart_halt {
	HART_HALT_NONE,
	HART_HALT_NO_VECTOR,
	HART_HALT_DOUBLE,
};

/**
 * struct hart_ops - operations of the hart's owner
 * @mmio_read: load @size (1, 2 or 4) bytes from @addr into the low bits of @val. False raises a
 *	load access fault.
 * @mmio_write: store the low @size bytes of @val, the others being 0, to @addr. False raises a
 *	store access fault.
 *
 * Both are called for every data access outside the SRAM, with @addr naturally aligned, from
 * within hart_run() and on its thread. They may call hart_set_irq(), hart_yield(),
 * hart_invalidate(), hart_instret() and hart_dump(), but neither hart_run() nor hart_reset().
 */
struct hart_ops {
	bool (*mmio_read)(void *priv, uint32_t addr, unsigned int size, uint32_t *val);
	bool (*mmio_write)(void *priv, uint32_t addr, unsigned int size, uint32_t val);
};

/**
 * struct hart - one hart
 * @x: integer registers; x[0] stays 0, and x[32] takes writes to x0
 * @pc: the next instruction, while hart_run() is not running
 * @mstatus: MIE and MPIE alone, without MPP
 * @mie: interrupts enabled one by one
 * @mip: interrupt lines, as hart_set_irq() left them
 * @mtvec: trap vector, mode in bit 0
 * @mepc: where MRET returns to
 * @mcause: cause of the last trap
 * @mtval: address or instruction of the last trap
 * @mscratch: for the firmware
 * @steps: instructions begun since hart_reset(), see hart_instret()
 * @trapped: how many of @steps raised an exception
 * @mcycle_offset: value that a write of mcycle added to @steps
 * @minstret_offset: value that a write of minstret added to @steps less @trapped
 * @in_fault: an exception was taken and MRET not yet executed
 * @waiting: in WFI
 * @attention: @mip, @mie, @mstatus or @yield changed: look before the next instruction
 * @yield: end hart_run() before the next instruction
 * @halt: why the hart halted
 * @halt_cause: mcause of the trap that halted it
 * @halt_pc: mepc of the trap that halted it
 * @halt_tval: mtval of the trap that halted it
 * @sram: the memory that instructions come from
 * @sram_base: address of its first byte
 * @sram_size: its size in bytes
 * @decoded: a decoded instruction for each halfword of SRAM, and a last entry that faults
 * @has_code: for each block of SRAM, whether anything in it was decoded
 * @ops: the owner's callbacks
 * @priv: their first argument
 *
 * Owned by one thread. Other files use the functions below, and read the fields at most.
 */
struct hart {
	uint32_t x[33];
	uint32_t pc;

	uint32_t mstatus;
	uint32_t mie;
	uint32_t mip;
	uint32_t mtvec;
	uint32_t mepc;
	uint32_t mcause;
	uint32_t mtval;
	uint32_t mscratch;

	uint64_t steps;
	uint64_t trapped;
	uint64_t mcycle_offset;
	uint64_t minstret_offset;

	bool in_fault;
	bool waiting;
	bool attention;
	bool yield;

	enum hart_halt halt;
	uint32_t halt_cause;
	uint32_t halt_pc;
	uint32_t halt_tval;

	uint8_t *sram;
	uint32_t sram_base;
	uint32_t sram_size;
	struct hart_op *decoded;
	uint8_t *has_code;

	const struct hart_ops *ops;
	void *priv;
};

/**
 * struct hart_dump - the registers, for a crash record
 * @x: x0 to x31; x[0] is 0
 * @pc: the next instruction; or the instruction that trapped, if the hart halted
 * @mcause: cause of the last trap taken; after a double trap that of the first
 * @mepc: its address
 * @mtval: its value
 * @mstatus: as the firmware would read it
 * @instret: as hart_instret()
 * @halt: why the hart halted, or HART_HALT_NONE
 * @halt_cause: cause of the trap that halted it; 0 unless halted, as the next two
 * @halt_pc: its address
 * @halt_tval: its value
 */
struct hart_dump {
	uint32_t x[32];
	uint32_t pc;
	uint32_t mcause;
	uint32_t mepc;
	uint32_t mtval;
	uint32_t mstatus;
	uint64_t instret;
	enum hart_halt halt;
	uint32_t halt_cause;
	uint32_t halt_pc;
	uint32_t halt_tval;
};

/**
 * hart_init() - prepare a hart
 * @h: the hart
 * @sram: its memory, which must live until hart_destroy()
 * @sram_base: address of the memory as the firmware sees it, a multiple of 4
 * @sram_size: size of the memory in bytes, a multiple of 4, up to HART_SRAM_MAX
 * @ops: callbacks, all of them present
 * @priv: first argument of the callbacks
 *
 * The hart is as after hart_reset(h, sram_base). It costs four times @sram_size of memory.
 *
 * Return: 0, -EINVAL for memory of a shape that cannot be, or -ENOMEM.
 */
int hart_init(struct hart *h, uint8_t *sram, uint32_t sram_base, uint32_t sram_size,
	      const struct hart_ops *ops, void *priv);

/**
 * hart_destroy() - free the resources of hart_init()
 * @h: the hart, even if hart_init() failed
 */
void hart_destroy(struct hart *h);

/**
 * hart_reset() - power-on state
 * @h: the hart
 * @pc: the first instruction
 *
 * All registers and counters become 0 and interrupts disabled; interrupt lines keep their level,
 * since they are driven from outside. The SRAM's content stays, and is decoded anew.
 */
void hart_reset(struct hart *h, uint32_t pc);

/**
 * hart_run() - run for a while
 * @h: the hart
 * @max_instructions: how many instructions at most
 *
 * An instruction that traps counts too, and so does an instruction fetch that faults; taking an
 * interrupt does not. While the hart waits in WFI the call returns at once.
 *
 * A load or store that is not naturally aligned traps, in SRAM and outside. Stores into
 * code are seen by the next fetch, with or without FENCE.I.
 *
 * Return: why it stopped.
 */
enum hart_stop hart_run(struct hart *h, uint64_t max_instructions);

/**
 * hart_yield() - end hart_run() after the instruction in progress
 * @h: the hart
 *
 * A callback calls this if a timer or other work is due before the end of the slice.
 * hart_run() then returns HART_BUDGET. Outside of hart_run() the next run ends at once.
 */
void hart_yield(struct hart *h);

/**
 * hart_set_irq() - drive an interrupt line
 * @h: the hart
 * @line: HART_IRQ_MSI, HART_IRQ_MTI or HART_IRQ_MEI; others are ignored
 * @level: whether the line is active
 *
 * Takes effect before the next instruction, from a callback too.
 */
void hart_set_irq(struct hart *h, unsigned int line, bool level);

/**
 * hart_invalidate() - the SRAM was written to, and not by the hart
 * @h: the hart
 * @offset: first byte written, from the start of the SRAM
 * @len: number of bytes; bytes beyond the SRAM are ignored
 *
 * Needed after DMA into SRAM while the hart may have executed from there; cheap for data.
 */
void hart_invalidate(struct hart *h, uint32_t offset, uint32_t len);

/**
 * hart_instret() - the hart's time
 * @h: the hart
 *
 * Each instruction takes the same time, also an instruction that traps: this counts both, and
 * firmware cannot change it. mcycle is this plus the firmware's own offset; minstret leaves
 * out the instructions that trapped, as the architecture has it.
 *
 * Return: instructions begun since hart_reset(); within a callback, without the one in progress.
 */
uint64_t hart_instret(const struct hart *h);

/**
 * hart_dump() - copy the registers out
 * @h: the hart
 * @dump: filled
 */
void hart_dump(const struct hart *h, struct hart_dump *dump);

#endif /* SKUA_DEVICE_HART_H */
