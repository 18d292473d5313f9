/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Start-up of the guest programs, which run on qemu-riscv32 and on the hart.
 *
 * On the hart, ECALL traps to the image's start, and trap_entry passes the system call on to
 * hart_run_elf through its MMIO window. qemu answers system calls itself and never gets there.
 */
	.section .trap, "ax"
	.globl	trap_entry
trap_entry:
	csrw	mscratch, t0
	csrr	t0, mcause
	addi	t0, t0, -11
	bnez	t0, unexpected
	lui	t0, 0xf0000
	sw	a0, 4(t0)
	sw	a1, 8(t0)
	sw	a2, 12(t0)
	sw	a7, 0(t0)
	lw	a0, 4(t0)
	csrr	t0, mepc
	addi	t0, t0, 4
	csrw	mepc, t0
	csrr	t0, mscratch
	mret

	/* A second exception halts the hart, and hart_run_elf shows the first. */
unexpected:
	ebreak

	.text
	.globl	_start
_start:
	call	main
	li	a7, 93
	ecall

	/* long guest_syscall(a0, a1, a2, number) */
	.globl	guest_syscall
guest_syscall:
	mv	a7, a3
	ecall
	ret
