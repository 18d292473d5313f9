// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a guest program (guest/) on the hart and answers its system calls, as qemu-riscv32 does.
 * Exits with the program's status, or 125 when it could not run or the hart halted. With -s it
 * reports the hart's speed on standard error; with -c COUNT it runs the program in slices of
 * COUNT instructions.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cp/hart.h"

#define SRAM_BASE	0x100000u
#define SRAM_SIZE	(2u << 20)
#define MMIO_BASE	0xf0000000u
#define MAX_INSNS	20000000000ull
#define FAILED		125

#define SYS_READ	63
#define SYS_WRITE	64
#define SYS_EXIT	93

struct machine {
	struct hart hart;
	uint8_t sram[SRAM_SIZE];
	uint32_t args[4];	/* a7, a0, a1, a2; the result goes to a0's place */
	bool exited;
	uint32_t status;
};

static uint32_t syscall_io(struct machine *m, uint32_t number)
{
	uint32_t fd = m->args[1], at = m->args[2] - SRAM_BASE, len = m->args[3];
	ssize_t n;

	if (fd > 2 || at >= SRAM_SIZE || len > SRAM_SIZE - at)
		return (uint32_t)-EFAULT;
	if (number == SYS_WRITE) {
		n = write((int)fd, m->sram + at, len);
	} else {
		n = read((int)fd, m->sram + at, len);
		hart_invalidate(&m->hart, at, len);
	}
	return n < 0 ? (uint32_t)-errno : (uint32_t)n;
}

static bool mmio_write(void *priv, uint32_t addr, unsigned int size, uint32_t val)
{
	struct machine *m = priv;
	uint32_t index = (addr - MMIO_BASE) / 4;

	if (index >= 4 || size != 4)
		return false;
	m->args[index] = val;
	if (index)
		return true;

	switch (val) {
	case SYS_READ:
	case SYS_WRITE:
		m->args[1] = syscall_io(m, val);
		return true;
	case SYS_EXIT:
		m->exited = true;
		m->status = m->args[1] & 0xff;
		hart_yield(&m->hart);
		return true;
	default:
		m->args[1] = (uint32_t)-ENOSYS;
		return true;
	}
}

static bool mmio_read(void *priv, uint32_t addr, unsigned int size, uint32_t *val)
{
	struct machine *m = priv;

	if (addr != MMIO_BASE + 4 || size != 4)
		return false;
	*val = m->args[1];
	return true;
}

static const struct hart_ops ops = {
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
};

static bool load_segment(struct machine *m, FILE *f, const Elf32_Phdr *ph)
{
	uint32_t at = ph->p_paddr - SRAM_BASE;

	if (at >= SRAM_SIZE || ph->p_memsz > SRAM_SIZE - at || ph->p_filesz > ph->p_memsz)
		return false;
	return fseek(f, (long)ph->p_offset, SEEK_SET) == 0 &&
	       fread(m->sram + at, 1, ph->p_filesz, f) == ph->p_filesz;
}

/* Returns the entry point, or 0. */
static uint32_t load_elf(struct machine *m, const char *path)
{
	FILE *f = fopen(path, "rb");
	Elf32_Ehdr eh;
	Elf32_Phdr ph;
	bool ok;
	int i;

	if (!f)
		return 0;
	ok = fread(&eh, sizeof(eh), 1, f) == 1 && !memcmp(eh.e_ident, ELFMAG, SELFMAG) &&
	     eh.e_machine == EM_RISCV && eh.e_phentsize == sizeof(ph);
	for (i = 0; ok && i < eh.e_phnum; i++) {
		ok = fseek(f, (long)(eh.e_phoff + (uint32_t)i * sizeof(ph)), SEEK_SET) == 0 &&
		     fread(&ph, sizeof(ph), 1, f) == 1;
		if (ok && ph.p_type == PT_LOAD)
			ok = load_segment(m, f, &ph);
	}
	fclose(f);
	return ok ? eh.e_entry : 0;
}

static void complain(const struct machine *m, enum hart_stop stop)
{
	struct hart_dump d;
	int i;

	hart_dump(&m->hart, &d);
	fprintf(stderr, "hart stopped (%d, halt %d): pc %08x mcause %x mepc %08x mtval %08x\n",
		stop, d.halt, d.pc, d.mcause, d.mepc, d.mtval);
	for (i = 1; i < 32; i++)
		fprintf(stderr, "x%-2d %08x%c", i, d.x[i], i % 8 ? ' ' : '\n');
	fputc('\n', stderr);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static int run(struct machine *m, uint64_t slice, bool speed)
{
	double start = now(), seconds;
	enum hart_stop stop;

	do {
		stop = hart_run(&m->hart, slice);
	} while (stop == HART_BUDGET && !m->exited && hart_instret(&m->hart) < MAX_INSNS);
	seconds = now() - start;

	if (!m->exited) {
		complain(m, stop);
		return FAILED;
	}
	if (speed)
		fprintf(stderr, "%" PRIu64 " instructions in %.3f s: %.0f million/s\n",
			hart_instret(&m->hart), seconds,
			(double)hart_instret(&m->hart) / seconds / 1e6);
	return (int)m->status;
}

int main(int argc, char **argv)
{
	struct machine *m = calloc(1, sizeof(*m));
	uint64_t slice = 1000000;
	bool speed = false;
	uint32_t entry;
	int opt, status;

	while ((opt = getopt(argc, argv, "sc:")) != -1) {
		if (opt == 's') {
			speed = true;
		} else if (opt == 'c') {
			slice = strtoull(optarg, NULL, 0);
		} else {
			return FAILED;
		}
	}
	if (!m || optind != argc - 1 || !slice) {
		fprintf(stderr, "usage: %s [-s] [-c COUNT] PROGRAM\n", argv[0]);
		return FAILED;
	}
	entry = load_elf(m, argv[optind]);
	if (!entry || hart_init(&m->hart, m->sram, SRAM_BASE, SRAM_SIZE, &ops, m)) {
		fprintf(stderr, "%s: cannot load\n", argv[optind]);
		return FAILED;
	}
	hart_reset(&m->hart, entry);
	m->hart.mtvec = SRAM_BASE;
	m->hart.x[2] = SRAM_BASE + SRAM_SIZE - 16;
	status = run(m, slice, speed);
	hart_destroy(&m->hart);
	free(m);
	return status;
}
