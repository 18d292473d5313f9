/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reset and traps
 *
 * The stack lies at the bottom of SRAM: an overflow leaves the memory map, which
 * is an access fault. Therefore traps have a stack of their own.
 *
 * Interrupts stay disabled in mstatus. Interrupts that mie enables only end WFI;
 * the main loop reads their causes. So each trap is an exception, and no
 * exception is expected.
 */

/* As in engine.h and hw.h; crash.c asserts that they agree. */
	.equ	REG_BASE, 0x40000000
	.equ	REG_FATAL, 0x028
	.equ	FATAL_TRAP, 2

	.section .text.start, "ax"
	.globl	_start
	.type	_start, @function
_start:
	la	sp, __stack_top
	la	t0, trap_entry
	csrw	mtvec, t0
	csrw	mie, zero

	la	t0, __bss_start
	la	t1, __bss_end
1:	bgeu	t0, t1, 2f
	sw	zero, 0(t0)
	addi	t0, t0, 4
	j	1b
2:	call	main
	/* main() does not return */
	ebreak
	.size	_start, . - _start

/*
 * When ENG_SYS_FATAL is written, all registers except t0 and t1 have their values
 * of the trap; the values of t0 and t1 are in trap_regs[5] and [6].
 */
	.section .text.trap, "ax"
	.balign	4
	.globl	trap_entry
	.type	trap_entry, @function
trap_entry:
	csrw	mscratch, t0
	la	t0, trap_regs
	sw	x1, 4(t0)
	sw	x2, 8(t0)
	sw	x6, 24(t0)
	sw	x7, 28(t0)
	sw	x10, 40(t0)
	sw	x11, 44(t0)
	sw	x12, 48(t0)
	sw	x13, 52(t0)
	sw	x14, 56(t0)
	sw	x15, 60(t0)
	sw	x16, 64(t0)
	sw	x17, 68(t0)
	sw	x28, 112(t0)
	sw	x29, 116(t0)
	sw	x30, 120(t0)
	sw	x31, 124(t0)
	csrr	t1, mscratch
	sw	t1, 20(t0)

	la	sp, __trap_stack_top
	call	crash_wipe

	la	t0, trap_regs
	lw	x1, 4(t0)
	lw	x2, 8(t0)
	lw	x7, 28(t0)
	lw	x10, 40(t0)
	lw	x11, 44(t0)
	lw	x12, 48(t0)
	lw	x13, 52(t0)
	lw	x14, 56(t0)
	lw	x15, 60(t0)
	lw	x16, 64(t0)
	lw	x17, 68(t0)
	lw	x28, 112(t0)
	lw	x29, 116(t0)
	lw	x30, 120(t0)
	lw	x31, 124(t0)
	li	t0, REG_BASE
	li	t1, FATAL_TRAP
	sw	t1, REG_FATAL(t0)
3:	wfi
	j	3b
	.size	trap_entry, . - trap_entry

	.bss
	.balign	4
	.globl	trap_regs
	.type	trap_regs, @object
trap_regs:
	.skip	128
	.size	trap_regs, . - trap_regs
