/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * void run_block(struct block *b): load the registers, run the code, store the registers.
 *
 * struct block: code, saved sp, registers x0 to x31. The code leaves gp (the block), tp (where it
 * jumps to in the end), sp and s0 alone.
 */
#define CODE	0
#define SP	4
#define X(n)	(8 + 4 * (n))

	.text
	.globl	run_block
run_block:
	addi	sp, sp, -64
	sw	ra, 0(sp)
	sw	gp, 4(sp)
	sw	tp, 8(sp)
	sw	s0, 12(sp)
	sw	s1, 16(sp)
	sw	s2, 20(sp)
	sw	s3, 24(sp)
	sw	s4, 28(sp)
	sw	s5, 32(sp)
	sw	s6, 36(sp)
	sw	s7, 40(sp)
	sw	s8, 44(sp)
	sw	s9, 48(sp)
	sw	s10, 52(sp)
	sw	s11, 56(sp)
	mv	gp, a0
	sw	sp, SP(gp)
	la	tp, done
	lw	t0, CODE(gp)
	sw	t0, X(0)(gp)
	.irp	n, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	lw	x\n, X(\n)(gp)
	.endr
	lw	x31, CODE(gp)
	jr	x31
done:
	.irp	n, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	sw	x\n, X(\n)(gp)
	.endr
	lw	sp, SP(gp)
	lw	ra, 0(sp)
	lw	tp, 8(sp)
	lw	s0, 12(sp)
	lw	s1, 16(sp)
	lw	s2, 20(sp)
	lw	s3, 24(sp)
	lw	s4, 28(sp)
	lw	s5, 32(sp)
	lw	s6, 36(sp)
	lw	s7, 40(sp)
	lw	s8, 44(sp)
	lw	s9, 48(sp)
	lw	s10, 52(sp)
	lw	s11, 56(sp)
	lw	gp, 4(sp)
	addi	sp, sp, 64
	ret
