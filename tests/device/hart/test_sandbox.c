// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attempts of hostile or broken firmware: jumps and accesses out of bounds, endless loops,
 * traps in traps, interrupts at every point, code that changes itself, and random bytes run as
 * code. The SRAM lies between two pages that no access survives.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cp/hart.h"
#include "progs.h"	/* P_name: the address of each label of progs.S */

#define BASE	0x20000000u
#define SIZE	0x10000u
#define MMIO	0x40000000u
#define ECALL	0x00000073u

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum { RA = 1, SP = 2, T0 = 5, T1 = 6, S0 = 8, S1 = 9, A0 = 10, A1 = 11, A2 = 12, A3 = 13,
       S10 = 26, S11 = 27 };

static const uint8_t image[] = {
#include "progs.inc"
};

/* The MMIO window's other end */
static struct window {
	bool refuse;
	unsigned int reads, writes;
	uint32_t addr, val;
	unsigned int size;
	uint32_t answer;
	void (*react)(void);
} window;

static uint8_t *guarded, *sram;
static size_t page;
static struct hart hart;

static bool mmio_read(void *priv, uint32_t addr, unsigned int size, uint32_t *val)
{
	struct window *w = priv;

	w->reads++;
	w->addr = addr;
	w->size = size;
	*val = w->answer;
	return !w->refuse && addr >> 12 == MMIO >> 12;
}

static bool mmio_write(void *priv, uint32_t addr, unsigned int size, uint32_t val)
{
	struct window *w = priv;

	w->writes++;
	w->addr = addr;
	w->size = size;
	w->val = val;
	if (w->react)
		w->react();
	return !w->refuse && addr >> 12 == MMIO >> 12;
}

static const struct hart_ops ops = { .mmio_read = mmio_read, .mmio_write = mmio_write };

static int group_setup(void **state)
{
	(void)state;
	page = (size_t)sysconf(_SC_PAGESIZE);
	guarded = mmap(NULL, SIZE + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guarded == MAP_FAILED)
		return -1;
	sram = guarded + page;
	return mprotect(sram, SIZE, PROT_READ | PROT_WRITE);
}

static int group_teardown(void **state)
{
	(void)state;
	return munmap(guarded, SIZE + 2 * page);
}

static int setup(void **state)
{
	(void)state;
	memset(&window, 0, sizeof(window));
	memset(sram, 0, SIZE);
	memcpy(sram, image, sizeof(image));
	return hart_init(&hart, sram, BASE, SIZE, &ops, &window);
}

static int teardown(void **state)
{
	(void)state;
	hart_destroy(&hart);
	return 0;
}

static void put(uint32_t addr, uint32_t val, uint32_t size)
{
	uint32_t i;

	for (i = 0; i < size; i++)
		sram[addr - BASE + i] = (uint8_t)(val >> 8 * i);
}

static uint32_t word_at(uint32_t addr)
{
	const uint8_t *p = sram + (addr - BASE);

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void start(uint32_t pc, uint32_t mtvec)
{
	hart_reset(&hart, pc);
	hart.mtvec = mtvec;
}

/* A program of progs.S, whose traps end up at on_trap */
static void run_prog(uint32_t pc, uint64_t budget)
{
	start(pc, P_on_trap);
	assert_int_equal(hart_run(&hart, budget), HART_BUDGET);
	assert_int_equal(hart_instret(&hart), budget);
}

static void expect_trap(uint32_t cause, uint32_t epc, uint32_t tval)
{
	struct hart_dump d;

	hart_dump(&hart, &d);
	assert_int_equal(d.mcause, cause);
	assert_int_equal(d.mepc, epc);
	assert_int_equal(d.mtval, tval);
}

/* Control flow */

static void test_wild_jumps(void **state)
{
	(void)state;
	run_prog(P_wild_jump, 50);
	expect_trap(HART_CAUSE_FETCH_ACCESS, MMIO, MMIO);
	assert_int_equal(window.reads + window.writes, 0);

	run_prog(P_jump_before, 50);
	expect_trap(HART_CAUSE_FETCH_ACCESS, BASE - 2, BASE - 2);
	assert_int_equal(hart.x[RA], P_jump_before_link);

	run_prog(P_jump_behind, 50);
	expect_trap(HART_CAUSE_FETCH_ACCESS, BASE + SIZE, BASE + SIZE);

	run_prog(P_jal_out, 50);
	expect_trap(HART_CAUSE_FETCH_ACCESS, P_jal_out - 0x10000, P_jal_out - 0x10000);

	start(0xfffffffe, P_on_trap);
	assert_int_equal(hart_run(&hart, 50), HART_BUDGET);
	expect_trap(HART_CAUSE_FETCH_ACCESS, 0xfffffffe, 0xfffffffe);

	start(BASE + 1, P_on_trap); /* a reset vector has no bit 0 */
	assert_int_equal(hart.pc, BASE);
}

static void test_branch_out(void **state)
{
	(void)state;
	put(BASE, word_at(P_branch_out), 4);
	run_prog(BASE, 50);
	expect_trap(HART_CAUSE_FETCH_ACCESS, BASE - 8, BASE - 8);
}

/* Code that runs off the end of SRAM, with a whole or half an instruction, at any address */
static void test_end_of_sram(void **state)
{
	const uint32_t last = BASE + SIZE - 2;

	(void)state;
	put(last, 0x0505, 2); /* c.addi a0, 1 */
	run_prog(P_jump_last, 50);
	expect_trap(HART_CAUSE_FETCH_ACCESS, BASE + SIZE, BASE + SIZE);
	assert_int_equal(hart.x[A0], 1);

	put(last - 2, 0x00150513, 4); /* addi a0, a0, 1 */
	start(last - 2, P_on_trap);
	assert_int_equal(hart_run(&hart, 50), HART_BUDGET);
	expect_trap(HART_CAUSE_FETCH_ACCESS, BASE + SIZE, BASE + SIZE);

	put(last, 0x0513, 2); /* half of it */
	run_prog(P_jump_last, 50);
	expect_trap(HART_CAUSE_FETCH_ACCESS, last, last + 2);

	put(last, 0xffff, 2);
	run_prog(P_jump_last, 50);
	expect_trap(HART_CAUSE_FETCH_ACCESS, last, last + 2);
}

static void test_end_of_address_space(void **state)
{
	const uint32_t base = 0u - SIZE;

	(void)state;
	hart_destroy(&hart);
	assert_int_equal(hart_init(&hart, sram, base, SIZE, &ops, &window), 0);
	start(0xfffffffc, base);
	put(BASE + SIZE - 4, 0xffc42483, 4); /* lw s1, -4(s0) */
	hart.x[S0] = 0;
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	assert_int_equal(hart.x[S1], 0xffc42483);
	assert_int_equal(hart.pc, 0);
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	expect_trap(HART_CAUSE_FETCH_ACCESS, 0, 0);
	assert_int_equal(window.reads, 0);

	start(0xfffffffc, base);
	hart.x[S0] = 4; /* the next address is 0, and none of the SRAM's */
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	expect_trap(HART_CAUSE_LOAD_ACCESS, 0xfffffffc, 0);
	assert_int_equal(window.reads, 1);
}

static void test_self_jumps(void **state)
{
	static const uint32_t progs[] = { P_self_jump, P_self_jump_short, P_self_branch };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(progs); i++) {
		run_prog(progs[i], 100000);
		assert_int_equal(hart.pc, progs[i]);
	}
}

/* Slices of any size have the effect of one run, and no instruction more. */
static void test_budget(void **state)
{
	uint64_t slice, done;

	(void)state;
	for (slice = 1; slice < 20; slice++) {
		start(P_count, P_on_trap);
		for (done = 0; done < 3 * 19 * 20; done += slice) {
			assert_int_equal(hart_run(&hart, slice), HART_BUDGET);
			assert_int_equal(hart_instret(&hart), done + slice);
			assert_int_equal(hart.x[A0], (done + slice + 2) / 3);
			assert_int_equal(hart.pc, P_count + 4 * ((done + slice) % 3));
		}
	}
	start(P_count, P_on_trap);
	assert_int_equal(hart_run(&hart, 0), HART_BUDGET);
	assert_int_equal(hart_instret(&hart), 0);
	assert_int_equal(hart.pc, P_count);
	hart.steps = UINT64_MAX - 5; /* no special case when the count wraps */
	assert_int_equal(hart_run(&hart, 30), HART_BUDGET);
	assert_int_equal(hart_instret(&hart), 24);
	assert_int_equal(hart.x[A0], 10);
}

/* Memory */

static void run_access(uint32_t prog, uint32_t addr, uint32_t val)
{
	start(prog, P_on_trap);
	hart.x[S0] = addr;
	hart.x[S1] = val;
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
}

static void test_sram_edges(void **state)
{
	const uint32_t end = BASE + SIZE;

	(void)state;
	put(end - 4, 0x84838281, 4);
	run_access(P_load_word, end - 4, 0);
	assert_int_equal(hart.x[S1], 0x84838281);
	run_access(P_load_half, end - 2, 0);
	assert_int_equal(hart.x[S1], 0xffff8483);
	run_access(P_load_byte_unsigned, end - 1, 0);
	assert_int_equal(hart.x[S1], 0x84);
	run_access(P_store_word, end - 4, 0x11223344);
	run_access(P_store_half, end - 2, 0x5566);
	run_access(P_store_byte, end - 1, 0x77);
	assert_int_equal(word_at(end - 4), 0x77663344);
	run_access(P_store_word, BASE, 0x01020304);
	assert_int_equal(word_at(BASE), 0x01020304);
	assert_int_equal(hart.mcause, 0);
	assert_int_equal(window.reads + window.writes, 0);
}

static void test_outside_sram(void **state)
{
	static const uint32_t where[] = {
		BASE - 4, BASE + SIZE, 0, 0xfffffffc, 0x80000000, MMIO + 0x1000,
	};
	static const uint32_t loads[] = {
		P_load_word, P_load_half, P_load_half_unsigned, P_load_byte,
		P_load_byte_unsigned, P_load_to_zero,
	};
	static const uint32_t stores[] = { P_store_word, P_store_half, P_store_byte };
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(where); i++) {
		for (j = 0; j < ARRAY_SIZE(loads); j++) {
			window.answer = 0x12345678;
			run_access(loads[j], where[i], 0xcafe);
			expect_trap(HART_CAUSE_LOAD_ACCESS, loads[j], where[i]);
			assert_int_equal(hart.x[S1], 0xcafe);
			assert_int_equal(window.addr, where[i]);
		}
		for (j = 0; j < ARRAY_SIZE(stores); j++) {
			run_access(stores[j], where[i], 0xcafe);
			expect_trap(HART_CAUSE_STORE_ACCESS, stores[j], where[i]);
		}
	}
	assert_int_equal(window.reads, ARRAY_SIZE(where) * ARRAY_SIZE(loads));
	assert_int_equal(window.writes, ARRAY_SIZE(where) * ARRAY_SIZE(stores));
}

/* Misaligned accesses trap, in SRAM and out of it, without touching either. */
static void test_misaligned(void **state)
{
	static const uint32_t bases[] = { BASE + 0x8000, MMIO, BASE + SIZE - 4, 0xfffffffc };
	static const struct {
		uint32_t prog, size, cause;
	} kinds[] = {
		{ P_load_word, 4, HART_CAUSE_LOAD_MISALIGNED },
		{ P_load_half, 2, HART_CAUSE_LOAD_MISALIGNED },
		{ P_load_half_unsigned, 2, HART_CAUSE_LOAD_MISALIGNED },
		{ P_store_word, 4, HART_CAUSE_STORE_MISALIGNED },
		{ P_store_half, 2, HART_CAUSE_STORE_MISALIGNED },
	};
	uint32_t i, j, off;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		for (j = 0; j < ARRAY_SIZE(kinds); j++) {
			for (off = 1; off < 4; off++) {
				if (off % kinds[j].size == 0)
					continue;
				run_access(kinds[j].prog, bases[i] + off, 0xffffffff);
				expect_trap(kinds[j].cause, kinds[j].prog, bases[i] + off);
			}
		}
	}
	assert_int_equal(word_at(BASE + 0x8000), 0);
	assert_int_equal(word_at(BASE + SIZE - 4), 0);
	assert_int_equal(window.reads + window.writes, 0);
}

static void test_mmio(void **state)
{
	static const struct {
		uint32_t prog, offset, size, want;
	} loads[] = {
		{ P_load_word, 8, 4, 0x89abcdef }, { P_load_half, 6, 2, 0xffffcdef },
		{ P_load_half_unsigned, 6, 2, 0xcdef }, { P_load_byte, 3, 1, 0xffffffef },
		{ P_load_byte_unsigned, 3, 1, 0xef },
	}, stores[] = {
		{ P_store_word, 0xffc, 4, 0x89abcdef }, { P_store_half, 2, 2, 0xcdef },
		{ P_store_byte, 1, 1, 0xef },
	};
	size_t i;

	(void)state;
	window.answer = 0x89abcdef;
	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		run_access(loads[i].prog, MMIO + loads[i].offset, 0);
		assert_int_equal(hart.x[S1], loads[i].want);
		assert_int_equal(window.addr, MMIO + loads[i].offset);
		assert_int_equal(window.size, loads[i].size);
		assert_int_equal(hart.pc, loads[i].prog + 4);
	}
	for (i = 0; i < ARRAY_SIZE(stores); i++) {
		run_access(stores[i].prog, MMIO + stores[i].offset, 0x89abcdef);
		assert_int_equal(window.val, stores[i].want);
		assert_int_equal(window.addr, MMIO + stores[i].offset);
		assert_int_equal(window.size, stores[i].size);
		assert_int_equal(hart.pc, stores[i].prog + 4);
	}
	run_access(P_load_to_zero, MMIO, 0);
	assert_int_equal(hart.x[0], 0);
	run_access(P_load_short, MMIO, 0);
	assert_int_equal(hart.x[S1], window.answer);
	assert_int_equal(hart.pc, P_load_short_end);
	run_access(P_store_short, MMIO, 0x1234);
	assert_int_equal(window.val, 0x1234);
	assert_int_equal(hart.pc, P_store_short_end);
	assert_int_equal(window.reads, ARRAY_SIZE(loads) + 2);
	assert_int_equal(window.writes, ARRAY_SIZE(stores) + 1);
}

/* Exceptions */

static void test_ecall_ebreak(void **state)
{
	(void)state;
	run_prog(P_do_ecall, 10);
	expect_trap(HART_CAUSE_ECALL_M, P_do_ecall, 0);
	run_prog(P_do_ebreak, 10);
	expect_trap(HART_CAUSE_BREAKPOINT, P_do_ebreak, P_do_ebreak);
	run_prog(P_do_c_ebreak, 10);
	expect_trap(HART_CAUSE_BREAKPOINT, P_do_c_ebreak, P_do_c_ebreak);
}

static void test_trap_and_return(void **state)
{
	(void)state;
	start(P_do_ecall, P_on_trap_skip);
	hart.mstatus = HART_MSTATUS_MIE;
	assert_int_equal(hart_run(&hart, 5), HART_BUDGET);
	assert_int_equal(hart.pc, P_on_trap_mret);
	assert_int_equal(hart.mstatus, HART_MSTATUS_MPIE); /* MIE moved to MPIE */
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	assert_int_equal(hart.pc, P_after_ecall);
	assert_int_equal(hart.mstatus, HART_MSTATUS_MPIE | HART_MSTATUS_MIE);
	assert_int_equal(hart.x[S11], 1);

	/* MRET sets MPIE, so a second one would enable interrupts: that is the architecture. */
	start(P_do_ecall, P_on_trap_skip);
	assert_int_equal(hart_run(&hart, 6), HART_BUDGET);
	assert_int_equal(hart.mstatus, HART_MSTATUS_MPIE);
}

/* mcycle counts instructions that trap, minstret does not; the owner's clock is mcycle's. */
static void test_trap_counts(void **state)
{
	const unsigned int handler = 5;

	(void)state;
	start(P_traps_and_counts, P_on_trap_skip);
	assert_int_equal(hart_run(&hart, 100), HART_BUDGET);
	assert_int_equal(hart.x[S11], 3);
	assert_int_equal(hart.x[A0], 0);
	assert_int_equal(hart.x[A1], 1);
	assert_int_equal(hart.x[A2], 2 + 3 * (1 + handler));
	assert_int_equal(hart.x[A3], 2 + 3 * handler + 1);
	assert_int_equal(hart_instret(&hart), 100);
}

static void expect_halt(enum hart_halt why, uint32_t cause, uint32_t pc)
{
	uint64_t steps = hart_instret(&hart);
	struct hart_dump d;

	hart_dump(&hart, &d);
	assert_int_equal(d.halt, why);
	assert_int_equal(d.halt_cause, cause);
	assert_int_equal(d.halt_pc, pc);
	assert_int_equal(d.pc, pc);
	assert_int_equal(d.mstatus & HART_MSTATUS_MPP, HART_MSTATUS_MPP);

	/* No event changes that state. */
	hart_set_irq(&hart, HART_IRQ_MEI, true);
	assert_int_equal(hart_run(&hart, 1000), HART_HALT);
	hart_set_irq(&hart, HART_IRQ_MEI, false);
	assert_int_equal(hart_instret(&hart), steps);
	assert_int_equal(hart.pc, pc);

	start(P_count, P_on_trap);
	assert_int_equal(hart_run(&hart, 9), HART_BUDGET);
	assert_int_equal(hart.x[A0], 3);
	hart_dump(&hart, &d);
	assert_int_equal(d.halt, HART_HALT_NONE);
	assert_int_equal(d.halt_pc, 0);
}

static void test_halt_without_vector(void **state)
{
	(void)state;
	start(P_do_ebreak, 0);
	assert_int_equal(hart_run(&hart, 50), HART_HALT);
	assert_int_equal(hart_instret(&hart), 1);
	expect_trap(HART_CAUSE_BREAKPOINT, P_do_ebreak, P_do_ebreak);
	expect_halt(HART_HALT_NO_VECTOR, HART_CAUSE_BREAKPOINT, P_do_ebreak);

	/* The mode bit is no vector. */
	start(P_wild_jump, 1);
	assert_int_equal(hart_run(&hart, 50), HART_HALT);
	expect_halt(HART_HALT_NO_VECTOR, HART_CAUSE_FETCH_ACCESS, MMIO);

	start(P_count, 0);
	hart.mie = 1u << HART_IRQ_MTI;
	hart.mstatus = HART_MSTATUS_MIE;
	hart_set_irq(&hart, HART_IRQ_MTI, true);
	assert_int_equal(hart_run(&hart, 50), HART_HALT);
	assert_int_equal(hart_instret(&hart), 0);
	hart_set_irq(&hart, HART_IRQ_MTI, false);
	expect_halt(HART_HALT_NO_VECTOR, HART_CAUSE_IRQ | HART_IRQ_MTI, P_count);
}

static void test_double_trap(void **state)
{
	(void)state;
	start(P_do_ecall, P_on_trap_faults);
	assert_int_equal(hart_run(&hart, 50), HART_HALT);
	assert_int_equal(hart.x[S11], 1);
	expect_trap(HART_CAUSE_ECALL_M, P_do_ecall, 0); /* the first one is kept */
	assert_int_equal(hart.halt_tval, 1);
	expect_halt(HART_HALT_DOUBLE, HART_CAUSE_LOAD_MISALIGNED, P_second_fault);

	/* A vector that leads nowhere */
	start(P_do_ecall, MMIO);
	assert_int_equal(hart_run(&hart, 50), HART_HALT);
	assert_int_equal(hart_instret(&hart), 2);
	expect_halt(HART_HALT_DOUBLE, HART_CAUSE_FETCH_ACCESS, MMIO);

	/* Exceptions one after the other are no double trap. */
	start(P_do_ecall, P_on_trap_skip);
	put(P_do_ecall + 4, ECALL, 4);
	put(P_do_ecall + 8, ECALL, 4);
	assert_int_equal(hart_run(&hart, 100), HART_BUDGET);
	assert_int_equal(hart.x[S11], 3);
}

/* An exception in an interrupt handler is taken; in an exception handler it is not. */
static void test_fault_in_irq(void **state)
{
	(void)state;
	start(P_count, P_on_irq_faults);
	hart.mie = 1u << HART_IRQ_MEI;
	hart.mstatus = HART_MSTATUS_MIE;
	hart_set_irq(&hart, HART_IRQ_MEI, true);
	assert_int_equal(hart_run(&hart, 100), HART_BUDGET);
	assert_int_equal(hart.x[S10], 1);
	expect_trap(HART_CAUSE_BREAKPOINT, P_fault_in_irq, P_fault_in_irq);
}

/* Interrupts */

static void test_irq_vectors(void **state)
{
	static const unsigned int lines[] = { HART_IRQ_MSI, HART_IRQ_MTI, HART_IRQ_MEI };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		start(P_count, P_vectors);
		hart.mie = 1u << lines[i];
		hart.mstatus = HART_MSTATUS_MIE;
		assert_int_equal(hart_run(&hart, 4), HART_BUDGET);
		hart_set_irq(&hart, lines[i], true);
		assert_int_equal(hart_run(&hart, 0), HART_BUDGET);
		assert_int_equal(hart.pc, P_count + 4);
		hart.mtvec = P_vectors;
		assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
		expect_trap(HART_CAUSE_IRQ | lines[i], P_count + 4, 0);
		assert_int_equal(hart.pc, P_vectors + 4 * 16);
		assert_int_equal(hart.mstatus, HART_MSTATUS_MPIE);
		hart_set_irq(&hart, lines[i], false);
	}
}

/* An interrupt's own vector jumps over the others; exceptions go to the base. */
static void test_irq_vectored(void **state)
{
	static const unsigned int lines[] = { HART_IRQ_MSI, HART_IRQ_MTI, HART_IRQ_MEI };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		put(P_vectors + 4 * lines[i], 0x0000006f, 4); /* j . */
		start(P_count, P_vectors | 1);
		hart.mie = 1u << lines[i];
		hart.mstatus = HART_MSTATUS_MIE;
		hart_set_irq(&hart, lines[i], true);
		assert_int_equal(hart_run(&hart, 3), HART_BUDGET);
		assert_int_equal(hart.pc, P_vectors + 4 * lines[i]);
		hart_set_irq(&hart, lines[i], false);
	}
	put(P_vectors, 0x0000006f, 4);
	start(P_do_ecall, P_vectors | 1);
	assert_int_equal(hart_run(&hart, 3), HART_BUDGET);
	assert_int_equal(hart.pc, P_vectors);
}

static void test_irq_priority(void **state)
{
	static const unsigned int order[] = { HART_IRQ_MEI, HART_IRQ_MSI, HART_IRQ_MTI };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(order); i++)
		hart_set_irq(&hart, order[i], true);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		start(P_count, P_on_trap);
		hart.mie = 0x888;
		hart.mstatus = HART_MSTATUS_MIE;
		assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
		assert_int_equal(hart.mcause, HART_CAUSE_IRQ | order[i]);
		hart_set_irq(&hart, order[i], false);
	}
	start(P_count, P_on_trap);
	hart.mie = 0x888;
	hart.mstatus = HART_MSTATUS_MIE;
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	assert_int_equal(hart.mcause, 0);
}

static void test_irq_enables(void **state)
{
	(void)state;
	/* Neither enable alone is enough. */
	start(P_count, P_on_trap);
	hart_set_irq(&hart, HART_IRQ_MTI, true);
	hart.mstatus = HART_MSTATUS_MIE;
	hart.mie = ~(1u << HART_IRQ_MTI);
	assert_int_equal(hart_run(&hart, 30), HART_BUDGET);
	assert_int_equal(hart.x[A0], 10);
	hart.mstatus = 0;
	hart.mie = 1u << HART_IRQ_MTI;
	hart_set_irq(&hart, HART_IRQ_MTI, true);
	assert_int_equal(hart_run(&hart, 30), HART_BUDGET);
	assert_int_equal(hart.x[A0], 20);

	/* Taken right after the instruction that enables it: through mstatus, through mie */
	start(P_enable_irqs, P_on_trap);
	hart.mie = 1u << HART_IRQ_MTI;
	assert_int_equal(hart_run(&hart, 5), HART_BUDGET);
	expect_trap(HART_CAUSE_IRQ | HART_IRQ_MTI, P_after_enable, 0);
	assert_int_equal(hart.x[A0], 0);
	start(P_enable_line, P_on_trap);
	hart.mstatus = HART_MSTATUS_MIE;
	hart.x[S0] = 1u << HART_IRQ_MTI;
	assert_int_equal(hart_run(&hart, 5), HART_BUDGET);
	expect_trap(HART_CAUSE_IRQ | HART_IRQ_MTI, P_after_enable_line, 0);

	/* Lines that do not exist */
	hart_set_irq(&hart, HART_IRQ_MTI, false);
	hart_set_irq(&hart, 0, true);
	hart_set_irq(&hart, 5, true);
	hart_set_irq(&hart, 31, true);
	hart_set_irq(&hart, 32, true);
	hart_set_irq(&hart, 43, true);
	assert_int_equal(hart.mip, 0);
}

/* A handler that returns with the line still high is entered again after one instruction. */
static void test_irq_level(void **state)
{
	(void)state;
	start(P_count, P_on_irq);
	hart.mie = 1u << HART_IRQ_MEI;
	hart.mstatus = HART_MSTATUS_MIE;
	hart_set_irq(&hart, HART_IRQ_MEI, true);
	assert_int_equal(hart_run(&hart, 100), HART_BUDGET);
	assert_int_equal(hart.x[S10], 50);
	assert_int_equal(hart.x[A0], 0); /* no other code runs in between */
	hart_set_irq(&hart, HART_IRQ_MEI, false);
	assert_int_equal(hart_run(&hart, 300), HART_BUDGET);
	assert_int_equal(hart.x[S10], 50);
	assert_int_equal(hart.x[A0], 100);
}

static void raise_mti(void)
{
	hart_set_irq(&hart, HART_IRQ_MTI, true);
}

static void lower_mti(void)
{
	hart_set_irq(&hart, HART_IRQ_MTI, false);
}

static void test_irq_from_callback(void **state)
{
	(void)state;
	start(P_touch_mmio, P_on_trap);
	hart.mie = 1u << HART_IRQ_MTI;
	hart.mstatus = HART_MSTATUS_MIE;
	window.react = raise_mti;
	assert_int_equal(hart_run(&hart, 10), HART_BUDGET);
	assert_int_equal(window.writes, 1);
	expect_trap(HART_CAUSE_IRQ | HART_IRQ_MTI, P_after_touch, 0);
	assert_int_equal(hart.x[A0], 0);

	/* And an interrupt that the callback withdraws before it could be taken */
	start(P_touch_mmio, P_on_trap);
	hart.mie = 1u << HART_IRQ_MTI;
	window.react = lower_mti;
	assert_int_equal(hart_run(&hart, 2), HART_BUDGET);
	hart.mstatus = HART_MSTATUS_MIE;
	assert_int_equal(hart_run(&hart, 2), HART_BUDGET);
	assert_int_equal(hart.mcause, 0);
	assert_int_equal(hart.x[A0], 1);
}

static struct hart_dump seen;

static void look(void)
{
	hart_dump(&hart, &seen);
	hart_yield(&hart);
}

/* A callback sees where the hart is, and can end the slice. */
static void test_yield(void **state)
{
	(void)state;
	start(P_touch_mmio, P_on_trap);
	window.react = look;
	assert_int_equal(hart_run(&hart, 1000), HART_BUDGET);
	assert_int_equal(seen.instret, 1);
	assert_int_equal(seen.pc, P_after_touch - 4);
	assert_int_equal(seen.x[T0], MMIO);
	assert_int_equal(hart_instret(&hart), 2);
	assert_int_equal(hart.pc, P_after_touch);
	assert_int_equal(hart_run(&hart, 1000), HART_BUDGET);
	assert_int_equal(hart_instret(&hart), 1002);

	hart_yield(&hart);
	assert_int_equal(hart_run(&hart, 1000), HART_BUDGET);
	assert_int_equal(hart_instret(&hart), 1002);
	assert_int_equal(hart_run(&hart, 1000), HART_BUDGET);
	assert_int_equal(hart_instret(&hart), 2002);
}

static void test_wfi(void **state)
{
	(void)state;
	start(P_sleep, P_on_irq);
	hart_set_irq(&hart, HART_IRQ_MSI, true); /* pending, but not enabled */
	hart.mie = 1u << HART_IRQ_MTI;
	assert_int_equal(hart_run(&hart, 100), HART_WFI);
	assert_int_equal(hart_instret(&hart), 1);
	assert_int_equal(hart.pc, P_after_sleep);
	assert_int_equal(hart_run(&hart, 100), HART_WFI);
	assert_int_equal(hart_instret(&hart), 1);

	/* With MIE off it wakes up and goes on, and the next WFI does not wait. */
	hart_set_irq(&hart, HART_IRQ_MTI, true);
	assert_int_equal(hart_run(&hart, 2), HART_BUDGET);
	assert_int_equal(hart.pc, P_after_sleep_2);
	assert_int_equal(hart.x[A0], 1);
	assert_int_equal(hart.x[S10], 0);

	/* With MIE on it takes the interrupt first, and returns behind the WFI. */
	start(P_sleep, P_on_irq);
	hart_set_irq(&hart, HART_IRQ_MTI, false);
	hart.mie = 1u << HART_IRQ_MTI;
	hart.mstatus = HART_MSTATUS_MIE;
	assert_int_equal(hart_run(&hart, 1), HART_WFI);
	hart_set_irq(&hart, HART_IRQ_MTI, true);
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	expect_trap(HART_CAUSE_IRQ | HART_IRQ_MTI, P_after_sleep, 0);
	hart_set_irq(&hart, HART_IRQ_MTI, false);
	assert_int_equal(hart_run(&hart, 100), HART_WFI);
	assert_int_equal(hart.pc, P_after_sleep_2);
	assert_int_equal(hart.x[S10], 1);
	assert_int_equal(hart.x[A0], 1);

	/* A reset ends the waiting. */
	start(P_count, P_on_trap);
	assert_int_equal(hart_run(&hart, 30), HART_BUDGET);
	assert_int_equal(hart.x[A0], 10);
}

/* Code that changes. addi a0, a0, N is N << 20 | 0x50513, so its upper half is N << 4 | 5. */

static void test_self_modifying(void **state)
{
	static const uint32_t twice[] = { P_patch_upper_half, P_patch_across };
	size_t i;

	(void)state;
	start(P_patch_next, P_on_trap);
	hart.x[S0] = 0x00700513; /* li a0, 7 */
	assert_int_equal(hart_run(&hart, 10), HART_BUDGET);
	assert_int_equal(hart.x[A0], 7);

	start(P_patch_next_fence, P_on_trap);
	hart.x[S0] = 0x00700513;
	assert_int_equal(hart_run(&hart, 10), HART_BUDGET);
	assert_int_equal(hart.x[A0], 7);

	assert_int_equal(P_across % 256, 254);
	for (i = 0; i < ARRAY_SIZE(twice); i++) {
		start(twice[i], P_on_trap);
		hart.x[S0] = 100 << 4 | 5;
		assert_int_equal(hart_run(&hart, 30), HART_BUDGET);
		assert_int_equal(hart.x[A0], 1 + 100);
	}

	start(P_patch_byte, P_on_trap);
	hart.x[S0] = 0x10; /* the immediate becomes 256 + 1 */
	assert_int_equal(hart_run(&hart, 30), HART_BUDGET);
	assert_int_equal(hart.x[A0], 1 + 257);

	start(P_patch_self, P_on_trap);
	hart.x[S0] = 0x00150513; /* the store becomes addi a0, a0, 1 */
	assert_int_equal(hart_run(&hart, 30), HART_BUDGET);
	assert_int_equal(hart.x[A0], 16 + 1 + 16);
	assert_int_equal(hart.mcause, 0);
}

static void test_overlapping_code(void **state)
{
	(void)state;
	run_prog(P_overlap, 20);
	assert_int_equal(hart.x[A0], 5);
	assert_int_equal(hart.mcause, 0);
}

/* The owner writes into SRAM, as DMA does. */
static void test_invalidate(void **state)
{
	(void)state;
	run_prog(P_count, 30);
	put(P_count, 0x00750513, 4); /* addi a0, a0, 7 */
	hart_invalidate(&hart, P_count - BASE, 4);
	assert_int_equal(hart_run(&hart, 3), HART_BUDGET);
	assert_int_equal(hart.x[A0], 17);

	/* The upper half alone, and more than there is */
	put(P_count + 2, 0x00950513 >> 16, 2);
	hart_invalidate(&hart, P_count + 2 - BASE, UINT32_MAX);
	assert_int_equal(hart_run(&hart, 3), HART_BUDGET);
	assert_int_equal(hart.x[A0], 26);
	hart_invalidate(&hart, SIZE, 4);
	hart_invalidate(&hart, UINT32_MAX, UINT32_MAX);
	hart_invalidate(&hart, SIZE - 1, 2);
	hart_invalidate(&hart, 0, 0);

	/* A reset needs no telling. */
	put(P_count, 0x00b50513, 4);
	start(P_count, P_on_trap);
	assert_int_equal(hart_run(&hart, 3), HART_BUDGET);
	assert_int_equal(hart.x[A0], 11);
}

/* Results of addi a1, a1, 1 after one of its bytes has changed, with 100 times n in xn */
static const struct {
	uint8_t byte, val, rd;
	uint32_t want;
} changes[] = {
	{ 0, 0x13, A0, 1101 },	/* addi a0, a1, 1 */
	{ 1, 0x06, A3, 1001 },	/* addi a3, a0, 1 */
	{ 2, 0xf6, A1, 1315 },	/* addi a1, a3, 15 */
	{ 3, 0xff, A1, 1085 },	/* addi a1, a1, -15 */
};

static void step_at(uint32_t addr)
{
	uint32_t i;

	for (i = 1; i < 32; i++)
		hart.x[i] = 100 * i;
	hart.pc = addr;
	assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
	assert_int_equal(hart.pc, addr + 4);
}

/*
 * A lone instruction across the border of two blocks of 256 bytes, with nothing else executed
 * from either: a change of any byte of it is seen, through a store and through the owner.
 */
static void test_lone_instruction(void **state)
{
	const uint32_t at = BASE + 0x4000 - 2;
	size_t i, by_store;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		for (by_store = 0; by_store < 2; by_store++) {
			put(at, 0x00158593, 4);
			start(at, P_on_trap);
			step_at(at);
			assert_int_equal(hart.x[A1], 1101);
			if (by_store) {
				hart.x[S0] = at + changes[i].byte;
				hart.x[S1] = changes[i].val;
				hart.pc = P_store_byte;
				assert_int_equal(hart_run(&hart, 1), HART_BUDGET);
			} else {
				put(at + changes[i].byte, changes[i].val, 1);
				hart_invalidate(&hart, at + changes[i].byte - BASE, 1);
			}
			step_at(at);
			assert_int_equal(hart.x[changes[i].rd], changes[i].want);
		}
	}
}

static void test_init_arguments(void **state)
{
	static const struct hart_ops half = { .mmio_read = mmio_read };
	struct hart h;

	(void)state;
	assert_int_equal(hart_init(&h, NULL, BASE, SIZE, &ops, NULL), -EINVAL);
	assert_int_equal(hart_init(&h, sram, BASE, SIZE, NULL, NULL), -EINVAL);
	assert_int_equal(hart_init(&h, sram, BASE, SIZE, &half, NULL), -EINVAL);
	assert_int_equal(hart_init(&h, sram, BASE, 0, &ops, NULL), -EINVAL);
	assert_int_equal(hart_init(&h, sram, BASE, SIZE - 2, &ops, NULL), -EINVAL);
	assert_int_equal(hart_init(&h, sram, BASE + 2, SIZE - 4, &ops, NULL), -EINVAL);
	assert_int_equal(hart_init(&h, sram, 0, HART_SRAM_MAX + 4, &ops, NULL), -EINVAL);
	assert_int_equal(hart_init(&h, sram, 0u - SIZE + 4, SIZE, &ops, NULL), -EINVAL);
	hart_destroy(&h);

	/* The smallest there is */
	assert_int_equal(hart_init(&h, sram, BASE, 4, &ops, &window), 0);
	put(BASE, 0x05050505, 4); /* c.addi a0, 1, twice */
	h.mtvec = BASE;
	assert_int_equal(hart_run(&h, 100), HART_HALT); /* 1, 1, fault, 1, 1, fault */
	assert_int_equal(hart_instret(&h), 6);
	assert_int_equal(h.x[A0], 4);
	hart_destroy(&h);
}

/* Random bytes as code */

static uint64_t rng_state;

static uint32_t rnd(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (uint32_t)(rng_state >> 16);
}

static bool fuzz_read(void *priv, uint32_t addr, unsigned int size, uint32_t *val)
{
	(void)priv;
	assert_true(addr % size == 0);
	assert_true(addr - BASE >= SIZE);
	*val = rnd();
	if (rnd() % 4 == 0)
		hart_set_irq(&hart, rnd() % 16, rnd() & 1);
	return rnd() % 4;
}

static bool fuzz_write(void *priv, uint32_t addr, unsigned int size, uint32_t val)
{
	(void)priv;
	assert_true(addr % size == 0);
	assert_true(addr - BASE >= SIZE);
	assert_true(size == 4 || val < 1u << 8 * size);
	if (rnd() % 8 == 0)
		hart_yield(&hart);
	if (rnd() % 8 == 0) {
		sram[rnd() % SIZE] = (uint8_t)val;
		hart_invalidate(&hart, 0, SIZE);
	}
	return rnd() % 4;
}

/* Half of the words get an opcode that exists, so that not every run ends in traps. */
static void fill(void)
{
	static const uint8_t opcodes[] = {
		0x03, 0x0f, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6f, 0x73,
	};
	uint32_t at, word;

	for (at = 0; at < SIZE; at += 4) {
		word = rnd();
		if (rnd() & 1)
			word = (word & ~0x7fu) | opcodes[rnd() % ARRAY_SIZE(opcodes)];
		put(BASE + at, word, 4);
	}
}

static void fuzz_once(void)
{
	uint32_t i, vector = BASE + (rnd() % SIZE & ~2u);

	/* Mostly with a handler that goes on: otherwise the second trap would end nearly all runs. */
	if (rnd() % 8) {
		memcpy(sram, image, sizeof(image));
		vector = P_on_trap_skip;
	}
	start(BASE + rnd() % SIZE, vector);
	for (i = 1; i < 32; i++)
		hart.x[i] = rnd() & 1 ? rnd() : BASE + rnd() % (SIZE + 64) - 32;
	hart.mie = rnd();
	hart.mstatus = rnd() & HART_MSTATUS_MIE;
	for (i = 0; i < 50; i++) {
		uint64_t budget = rnd() % 200, before = hart_instret(&hart);
		enum hart_stop stop = hart_run(&hart, budget);

		assert_true(hart_instret(&hart) - before <= budget);
		assert_int_equal(hart.x[0], 0);
		assert_int_equal(hart.pc & 1, 0);
		if (stop == HART_HALT)
			break;
		hart_set_irq(&hart, rnd() % 16, rnd() & 1);
	}
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* HART_FUZZ_SECONDS and HART_FUZZ_SEED override the defaults. */
static void test_random_code(void **state)
{
	static const struct hart_ops fuzz_ops = {
		.mmio_read = fuzz_read, .mmio_write = fuzz_write,
	};
	const char *env_seconds = getenv("HART_FUZZ_SECONDS");
	const char *env_seed = getenv("HART_FUZZ_SEED");
	double end = seconds() + (env_seconds ? atof(env_seconds) : 3);
	unsigned long long seed = env_seed ? strtoull(env_seed, NULL, 0) : (uint64_t)time(NULL);
	unsigned long runs = 0;
	uint64_t steps = 0;

	(void)state;
	printf("# HART_FUZZ_SEED=%llu\n", seed);
	fflush(stdout);
	rng_state = seed * 0x9e3779b97f4a7c15u | 1;
	hart.ops = &fuzz_ops;
	do {
		if (runs++ % 64 == 0)
			fill();
		fuzz_once();
		steps += hart_instret(&hart);
	} while (seconds() < end);
	printf("# %lu runs, %llu instructions\n", runs, (unsigned long long)steps);
	assert_true(steps > 10 * runs);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_wild_jumps), TEST(test_branch_out), TEST(test_end_of_sram),
		TEST(test_end_of_address_space), TEST(test_self_jumps), TEST(test_budget),
		TEST(test_sram_edges), TEST(test_outside_sram), TEST(test_misaligned),
		TEST(test_mmio), TEST(test_ecall_ebreak), TEST(test_trap_and_return),
		TEST(test_trap_counts), TEST(test_halt_without_vector), TEST(test_double_trap),
		TEST(test_fault_in_irq), TEST(test_irq_vectors), TEST(test_irq_vectored),
		TEST(test_irq_priority), TEST(test_irq_enables), TEST(test_irq_level),
		TEST(test_irq_from_callback), TEST(test_yield), TEST(test_wfi),
		TEST(test_self_modifying), TEST(test_overlapping_code), TEST(test_invalidate),
		TEST(test_lone_instruction), TEST(test_init_arguments), TEST(test_random_code),
	};

	return cmocka_run_group_tests_name("hart sandbox", tests, group_setup, group_teardown);
}
