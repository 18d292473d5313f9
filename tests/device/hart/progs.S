/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs of test_sandbox.c, each started by its name; other labels are addresses that the
 * test looks at. Linked at the start of SRAM, 0x20000000; 0x40000000 is the test's MMIO window.
 */
#define MMIO	0x40000000
#define SRAM	0x20000000
#define SIZE	0x10000

	.macro	label name
	.globl	\name
\name:
	.endm

	.macro	prog name
	.option	rvc
	.balign	4
	.option	norvc
	label	\name
	.endm

	.text
	.option	norvc
	/* Nothing useful at the very start. */
	ebreak

/* Trap handlers */

prog on_trap		/* stops */
	j	on_trap

prog on_trap_skip	/* counts in s11, skips four bytes, returns */
	addi	s11, s11, 1
	csrr	t6, mepc
	addi	t6, t6, 4
	csrw	mepc, t6
label on_trap_mret
	mret

prog on_irq		/* counts in s10, returns to where it was */
	addi	s10, s10, 1
	mret

prog on_trap_faults
	addi	s11, s11, 1
label second_fault
	lw	t0, 1(zero)
	mret

prog on_irq_faults	/* an exception inside an interrupt handler is taken */
	csrr	t6, mcause
	bltz	t6, 1f
	j	on_trap
1:	addi	s10, s10, 1
label fault_in_irq
	ebreak
	mret

prog vectors
	.rept	16
	j	on_vector
	.endr
on_vector:
	j	on_vector

/* Where control may go */

prog wild_jump
	li	t0, MMIO
	jr	t0

prog jump_before
	li	t0, SRAM - 2
	jalr	ra, t0
label jump_before_link

prog jump_behind
	li	t0, SRAM + SIZE
	jr	t0

prog jump_last
	li	t0, SRAM + SIZE - 2
	jr	t0

prog branch_out	/* copied to the start of SRAM by the test */
	beq	zero, zero, . - 8

prog jal_out
	jal	ra, . - 0x10000

prog self_jump
	j	self_jump

	.option	rvc
label self_jump_short
	c.j	self_jump_short
	.option	norvc

prog self_branch
	beqz	zero, self_branch

/* a0 counts up; three instructions a turn */
prog count
	addi	a0, a0, 1
	xor	a1, a1, a0
	j	count

/* Memory. s0 holds the address, s1 the value stored or loaded. */

prog load_word
	lw	s1, 0(s0)
	j	.
prog load_half
	lh	s1, 0(s0)
	j	.
prog load_half_unsigned
	lhu	s1, 0(s0)
	j	.
prog load_byte
	lb	s1, 0(s0)
	j	.
prog load_byte_unsigned
	lbu	s1, 0(s0)
	j	.
prog store_word
	sw	s1, 0(s0)
	j	.
prog store_half
	sh	s1, 0(s0)
	j	.
prog store_byte
	sb	s1, 0(s0)
	j	.
prog load_to_zero
	lw	zero, 0(s0)
	j	.

	.option	rvc
label load_short
	c.lw	s1, 0(s0)
label load_short_end
	c.j	.
label store_short
	c.sw	s1, 0(s0)
label store_short_end
	c.j	.
	.option	norvc

/* Traps */

prog do_ecall
	ecall
label after_ecall
	nop
	nop
	j	.

prog do_ebreak
	ebreak
	.option	rvc
label do_c_ebreak
	c.ebreak
	.option	norvc

prog traps_and_counts	/* three traps; the counters before and after */
	csrr	a0, mcycle
	csrr	a1, minstret
	ecall
	ecall
	ebreak
	csrr	a2, mcycle
	csrr	a3, minstret
	j	.

/* Interrupts. Vector and mie come from the test. */

prog enable_irqs
	csrsi	mstatus, 8
label after_enable
	addi	a0, a0, 1
	j	.

prog enable_line
	csrs	mie, s0
label after_enable_line
	addi	a0, a0, 1
	j	.

prog touch_mmio
	lui	t0, MMIO >> 12
	sw	s1, 0(t0)
label after_touch
	addi	a0, a0, 1
	j	.

prog sleep
	wfi
label after_sleep
	addi	a0, a0, 1
	wfi
label after_sleep_2
	addi	a0, a0, 1
	j	.

prog disable_by_csr
	csrci	mstatus, 8
	addi	a0, a0, 1
	j	.

/* Code that changes itself. s0: the value to store. */

	.option	norvc
prog patch_next
	la	t0, 1f
	sw	s0, 0(t0)
1:	li	a0, 1
	j	.

prog patch_next_fence
	la	t0, 1f
	sw	s0, 0(t0)
	fence.i
1:	li	a0, 1
	j	.

/* Runs the line once, changes its upper half, runs it again */
prog patch_upper_half
	la	t0, 2f
	li	t1, 2
2:	addi	a0, a0, 1
	sh	s0, 2(t0)
	addi	t1, t1, -1
	bnez	t1, 2b
	j	.

prog patch_byte
	la	t0, 3f
	li	t1, 2
3:	addi	a0, a0, 1
	sb	s0, 3(t0)
	addi	t1, t1, -1
	bnez	t1, 3b
	j	.

/* The same, with the line across a boundary of 256 bytes */
prog patch_across
	la	t0, 4f
	li	t1, 2
	j	4f
	.option	rvc
	.balign	256
	.zero	254
	.option	norvc
label across
4:	addi	a0, a0, 1
	sh	s0, 2(t0)
	addi	t1, t1, -1
	bnez	t1, 4b
	j	.

prog patch_self	/* a store over itself */
	la	t0, 5f
	li	t1, 2
5:	sw	s0, 0(t0)
	addi	a0, a0, 16
	addi	t1, t1, -1
	bnez	t1, 5b
	j	.

/* Two programs at once: t0 leads into the middle of the lui, which is c.li a0, 5 */
prog overlap
	la	t0, 6f + 2
	.option	rvc
6:	.4byte	0x451502b7
	.option	norvc
	bnez	t1, 7f
	li	t1, 1
	la	t0, 6b + 2
	jr	t0
7:	j	.

	.balign 4
label last
