// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control processor: the hart, its memory, system registers and watchdog
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "crypto/crypto.h"
#include "cp/hart.h"
#include "cp/hif_priv.h"
#include "mac/mac.h"
#include "nic.h"

/* Instructions a slice: well below a millisecond, since the bus must be served. */
#define CP_SLICE		20000
#define CP_PUTC_LINE		160
#define CP_FILE_LEN		32
#define CP_WDOG_GRACE_NS	(10 * LOOP_NS_PER_MS)

/**
 * struct cp - control processor
 * @nic: owner
 * @hart: the hart
 * @sram: its memory
 * @running: between cp_start() and cp_stop() or death
 * @work: runs a slice
 * @timer: wakes the hart for its timer compare
 * @wdog: watchdog
 * @wdog_grace: it has expired once since it was fed
 * @irq: latched causes
 * @irq_enable: those that reach the hart
 * @timecmp: timer compare, microseconds
 * @time_hi: latched ENG_SYS_TIME_HI
 * @fatal_file: ENG_SYS_FATAL_FILE
 * @fatal_line: ENG_SYS_FATAL_LINE
 * @build_id: of the image
 * @line: ENG_SYS_PUTC so far
 * @line_len: its length
 * @instret: instructions executed before the last start
 */
struct cp {
	struct nic *nic;
	struct hart hart;
	uint8_t *sram;
	bool running;
	struct loop_work work;
	struct loop_timer timer;
	struct loop_timer wdog;
	bool wdog_grace;
	uint32_t irq;
	uint32_t irq_enable;
	uint64_t timecmp;
	uint32_t time_hi;
	uint32_t fatal_file;
	uint32_t fatal_line;
	uint8_t build_id[16];
	char line[CP_PUTC_LINE];
	unsigned int line_len;
	uint64_t instret;
};

uint8_t *cp_sram(struct cp *cp, uint32_t addr, uint32_t len)
{
	uint32_t off = addr - ENG_SRAM_BASE;

	if (off > ENG_SRAM_SIZE || len > ENG_SRAM_SIZE - off)
		return NULL;
	return cp->sram + off;
}

void cp_sram_written(struct cp *cp, uint32_t addr, uint32_t len)
{
	hart_invalidate(&cp->hart, addr - ENG_SRAM_BASE, len);
}

static uint32_t cp_causes(struct cp *cp)
{
	uint32_t avail = 0;

	/* A command that waits is a level, not an edge. */
	hif_read(cp->nic->hif, ENG_HIF_CMD_AVAIL, &avail);
	return cp->irq | (avail ? ENG_IRQ_CMD : 0);
}

static void cp_update_mei(struct cp *cp)
{
	hart_set_irq(&cp->hart, HART_IRQ_MEI,
		     cp_causes(cp) & cp->irq_enable);
}

static void cp_update_mti(struct cp *cp)
{
	bool due = nic_time_us(cp->nic) >= cp->timecmp;

	hart_set_irq(&cp->hart, HART_IRQ_MTI, due);
	if (due || cp->timecmp > UINT64_MAX / LOOP_NS_PER_US)
		loop_timer_cancel(cp->nic->loop, &cp->timer);
	else
		loop_timer_set(cp->nic->loop, &cp->timer,
			       cp->timecmp * LOOP_NS_PER_US);
}

void cp_irq(struct cp *cp, uint32_t causes)
{
	if (!cp->running)
		return;
	cp->irq |= causes & ~ENG_IRQ_CMD;
	cp_update_mei(cp);
	loop_defer(cp->nic->loop, &cp->work);
}

static void cp_timer_fn(struct loop_timer *t)
{
	struct cp *cp = container_of(t, struct cp, timer);

	cp_update_mti(cp);
	loop_defer(cp->nic->loop, &cp->work);
}

static void cp_wdog_fn(struct loop_timer *t)
{
	struct cp *cp = container_of(t, struct cp, wdog);

	/*
	 * When the machine has kept this whole process waiting, the firmware's
	 * own timer is late as well and its slice comes only after us.
	 */
	if (!cp->wdog_grace) {
		cp->wdog_grace = true;
		loop_timer_after(cp->nic->loop, t, CP_WDOG_GRACE_NS);
		return;
	}
	log_err(&cp->nic->log, "control processor: the watchdog was not fed in time");
	nic_fatal(cp->nic, SKUA_FATAL_WATCHDOG);
}

static void cp_slice(struct loop_work *w)
{
	struct cp *cp = container_of(w, struct cp, work);

	if (!cp->running)
		return;
	cp_update_mei(cp);
	switch (hart_run(&cp->hart, CP_SLICE)) {
	case HART_BUDGET:
		if (cp->running)
			loop_defer(cp->nic->loop, &cp->work);
		break;
	case HART_WFI:
		break;
	case HART_HALT:
		log_err(&cp->nic->log,
			"control processor: trap %u at %#x (value %#x) that the firmware cannot take",
			cp->hart.halt_cause, cp->hart.halt_pc, cp->hart.halt_tval);
		nic_fatal(cp->nic, SKUA_FATAL_TRAP);
		break;
	}
}

/* System registers */

static void cp_putc(struct cp *cp, char c)
{
	if (c != '\n' && cp->line_len < sizeof(cp->line) - 1) {
		cp->line[cp->line_len++] = c >= ' ' && c <= '~' ? c : '?';
		return;
	}
	cp->line[cp->line_len] = '\0';
	log_info(&cp->nic->log, "firmware: %s", cp->line);
	cp->line_len = 0;
}

static void cp_die(struct cp *cp, uint32_t cause)
{
	if (cause != SKUA_FATAL_TRAP)
		cause = SKUA_FATAL_ASSERT;
	nic_fatal(cp->nic, cause);
}

static void cp_set_wdog(struct cp *cp, uint32_t ms)
{
	cp->wdog_grace = false;
	if (ms == 0)
		loop_timer_cancel(cp->nic->loop, &cp->wdog);
	else
		loop_timer_after(cp->nic->loop, &cp->wdog, ms * LOOP_NS_PER_MS);
}

static uint32_t cp_cipher_mask(void)
{
	const struct crypto_cipher *c;
	uint32_t i, mask = 0;

	for (i = 0; i < 32; i++) {
		c = crypto_cipher_find(0x000fac00 | i);
		if (c)
			mask |= 1u << i;
	}
	return mask;
}

static uint32_t cp_random(void)
{
	uint32_t val = 0;

	if (getrandom(&val, sizeof(val), 0) != sizeof(val))
		val = (uint32_t)rand();
	return val;
}

static bool sys_read_id(struct cp *cp, uint32_t off, uint32_t *val)
{
	const struct nic_config *cfg = &cp->nic->cfg;

	switch (off) {
	case ENG_SYS_HW_FEAT_LO:
		*val = (uint32_t)cfg->features;
		return true;
	case ENG_SYS_HW_FEAT_HI:
		*val = cfg->features >> 32;
		return true;
	case ENG_SYS_DRV_FEAT_LO:
		*val = (uint32_t)cp->nic->drv_features;
		return true;
	case ENG_SYS_DRV_FEAT_HI:
		*val = cp->nic->drv_features >> 32;
		return true;
	case ENG_SYS_NONCE:
		*val = cp->nic->nonce;
		return true;
	case ENG_SYS_MAC_LO:
		*val = cfg->mac[0] | cfg->mac[1] << 8 | cfg->mac[2] << 16 |
		       (uint32_t)cfg->mac[3] << 24;
		return true;
	case ENG_SYS_MAC_HI:
		*val = cfg->mac[4] | cfg->mac[5] << 8;
		return true;
	case ENG_SYS_RADIO0:
		*val = cfg->bands | cfg->chains << 8 | cfg->chains << 16 |
		       (uint32_t)cfg->max_bw << 24;
		return true;
	case ENG_SYS_RADIO1:
		*val = NIC_MAX_POWER;
		return true;
	case ENG_SYS_CIPHERS:
		*val = cp_cipher_mask();
		return true;
	case ENG_SYS_LIM_VIFS:
		*val = NIC_MAX_VIFS;
		return true;
	case ENG_SYS_LIM_STAS:
		*val = cfg->max_stas;
		return true;
	case ENG_SYS_LIM_KEYS:
		*val = cfg->max_keys;
		return true;
	case ENG_SYS_LIM_TXQ:
		*val = cfg->max_txq;
		return true;
	default:
		return false;
	}
}

static bool sys_read(struct cp *cp, uint32_t off, uint32_t *val)
{
	uint64_t now;

	switch (off) {
	case ENG_SYS_TIME_LO:
		now = nic_time_us(cp->nic);
		cp->time_hi = now >> 32;
		*val = (uint32_t)now;
		return true;
	case ENG_SYS_TIME_HI:
		*val = cp->time_hi;
		return true;
	case ENG_SYS_TIMECMP_LO:
		*val = (uint32_t)cp->timecmp;
		return true;
	case ENG_SYS_TIMECMP_HI:
		*val = cp->timecmp >> 32;
		return true;
	case ENG_SYS_IRQ:
		*val = cp_causes(cp);
		return true;
	case ENG_SYS_IRQ_ENABLE:
		*val = cp->irq_enable;
		return true;
	case ENG_SYS_RANDOM:
		*val = cp_random();
		return true;
	default:
		return sys_read_id(cp, off, val);
	}
}

static bool sys_write_feat(struct cp *cp, uint32_t off, uint32_t val)
{
	uint64_t may = cp->nic->cfg.features & cp->nic->drv_features;
	uint64_t *f = &cp->nic->features;

	if (off == ENG_SYS_DRV_FEAT_SET_LO)
		*f = (*f & ~0xffffffffull) | val;
	else if (off == ENG_SYS_DRV_FEAT_SET_HI)
		*f = (*f & 0xffffffffull) | (uint64_t)val << 32;
	else
		return false;
	*f &= may;
	return true;
}

static bool sys_write(struct cp *cp, uint32_t off, uint32_t val)
{
	switch (off) {
	case ENG_SYS_TIMECMP_LO:
		cp->timecmp = (cp->timecmp & ~0xffffffffull) | val;
		cp_update_mti(cp);
		return true;
	case ENG_SYS_TIMECMP_HI:
		cp->timecmp = (cp->timecmp & 0xffffffffull) | (uint64_t)val << 32;
		cp_update_mti(cp);
		return true;
	case ENG_SYS_IRQ_ACK:
		cp->irq &= ~val;
		break;
	case ENG_SYS_IRQ_ENABLE:
		cp->irq_enable = val;
		break;
	case ENG_SYS_WDOG:
		cp_set_wdog(cp, val);
		return true;
	case ENG_SYS_FATAL_FILE:
		cp->fatal_file = val;
		return true;
	case ENG_SYS_FATAL_LINE:
		cp->fatal_line = val;
		return true;
	case ENG_SYS_FATAL:
		cp_die(cp, val);
		return true;
	case ENG_SYS_PUTC:
		cp_putc(cp, (char)val);
		return true;
	case ENG_SYS_ALIVE:
		nic_alive(cp->nic);
		return true;
	default:
		return sys_write_feat(cp, off, val);
	}
	cp_update_mei(cp);
	return true;
}

static bool cp_mmio_read(void *priv, uint32_t addr, unsigned int size,
			 uint32_t *val)
{
	uint32_t off = addr - ENG_REG_BASE;
	struct cp *cp = priv;

	if (off >= ENG_REG_SIZE || size != 4)
		return false;
	if (off < 0x100)
		return sys_read(cp, off, val);
	if (off < 0x200)
		return hif_read(cp->nic->hif, off, val);
	return mac_read(cp->nic->mac, off, val);
}

static bool cp_mmio_write(void *priv, uint32_t addr, unsigned int size,
			  uint32_t val)
{
	uint32_t off = addr - ENG_REG_BASE;
	struct cp *cp = priv;
	bool ok;

	if (off >= ENG_REG_SIZE || size != 4 || !cp->running)
		return false;
	if (off < 0x100)
		return sys_write(cp, off, val);
	if (off < 0x200)
		ok = hif_write(cp->nic->hif, off, val);
	else
		ok = mac_write(cp->nic->mac, off, val);
	cp_update_mei(cp);
	return ok;
}

static const struct hart_ops cp_hart_ops = {
	.mmio_read = cp_mmio_read,
	.mmio_write = cp_mmio_write,
};

/* Life */

struct cp *cp_new(struct nic *nic)
{
	struct cp *cp = calloc(1, sizeof(*cp));

	if (!cp)
		return NULL;
	cp->nic = nic;
	loop_work_init(&cp->work, cp_slice);
	loop_timer_init(&cp->timer, cp_timer_fn);
	loop_timer_init(&cp->wdog, cp_wdog_fn);
	cp->sram = calloc(1, ENG_SRAM_SIZE);
	if (!cp->sram || hart_init(&cp->hart, cp->sram, ENG_SRAM_BASE,
				   ENG_SRAM_SIZE, &cp_hart_ops, cp)) {
		free(cp->sram);
		free(cp);
		return NULL;
	}
	return cp;
}

void cp_free(struct cp *cp)
{
	if (!cp)
		return;
	cp_stop(cp);
	hart_destroy(&cp->hart);
	free(cp->sram);
	free(cp);
}

enum skua_boot_err cp_start(struct cp *cp)
{
	enum skua_boot_err err;
	uint32_t entry;

	err = rom_boot(cp->nic, cp->sram, ENG_SRAM_SIZE, &entry, cp->build_id);
	if (err != SKUA_BOOT_OK)
		return err;
	cp->irq = 0;
	cp->irq_enable = 0;
	cp->timecmp = UINT64_MAX;
	cp->fatal_file = 0;
	cp->fatal_line = 0;
	cp->line_len = 0;
	hart_invalidate(&cp->hart, 0, ENG_SRAM_SIZE);
	hart_reset(&cp->hart, entry);
	hart_set_irq(&cp->hart, HART_IRQ_MTI, false);
	cp->running = true;
	loop_defer(cp->nic->loop, &cp->work);
	return SKUA_BOOT_OK;
}

/* May be called from within the hart: its memory stays until cp_stop(). */
void cp_halt(struct cp *cp)
{
	cp->running = false;
	hart_yield(&cp->hart);
	loop_work_cancel(cp->nic->loop, &cp->work);
	loop_timer_cancel(cp->nic->loop, &cp->timer);
	loop_timer_cancel(cp->nic->loop, &cp->wdog);
}

void cp_stop(struct cp *cp)
{
	cp_halt(cp);
	cp->instret += hart_instret(&cp->hart);
	OPENSSL_cleanse(cp->sram, ENG_SRAM_SIZE);
	hart_invalidate(&cp->hart, 0, ENG_SRAM_SIZE);
	hart_reset(&cp->hart, ENG_SRAM_BASE);
}

uint32_t cp_pc(const struct cp *cp)
{
	struct hart_dump dump;

	hart_dump(&cp->hart, &dump);
	return dump.pc;
}

uint64_t cp_instret(const struct cp *cp)
{
	return cp->instret + hart_instret(&cp->hart);
}

static void crash_header(struct cp *cp, enum skua_fatal cause, uint32_t len,
			 struct skua_crash_hdr *hdr)
{
	const uint8_t *file = cp_sram(cp, cp->fatal_file, CP_FILE_LEN);
	struct hart_dump dump;
	unsigned int i;

	hart_dump(&cp->hart, &dump);
	memset(hdr, 0, sizeof(*hdr));
	hdr->magic = htole32(SKUA_CRASH_MAGIC);
	hdr->len = htole32(len);
	hdr->cause = htole32(cause);
	hdr->line = htole32(cp->fatal_line);
	hdr->time_us = htole64(nic_time_us(cp->nic));
	hdr->pc = htole32(dump.pc);
	hdr->mcause = htole32(dump.halt ? dump.halt_cause : dump.mcause);
	hdr->mepc = htole32(dump.halt ? dump.halt_pc : dump.mepc);
	hdr->mtval = htole32(dump.halt ? dump.halt_tval : dump.mtval);
	hdr->mstatus = htole32(dump.mstatus);
	for (i = 0; i < 31; i++)
		hdr->x[i] = htole32(dump.x[i + 1]);
	if (cp->fatal_file && file)
		memcpy(hdr->file, file, strnlen((const char *)file, CP_FILE_LEN - 1));
	memcpy(hdr->build_id, cp->build_id, sizeof(hdr->build_id));
}

void cp_crash_record(struct cp *cp, enum skua_fatal cause)
{
	struct nic *nic = cp->nic;
	struct skua_crash_hdr hdr;
	uint32_t room = nic->dump_len;
	uint32_t sram_len;

	if (room < sizeof(hdr))
		return;
	sram_len = room - sizeof(hdr);
	if (sram_len > ENG_SRAM_SIZE)
		sram_len = ENG_SRAM_SIZE;
	crash_header(cp, cause, sizeof(hdr) + sram_len, &hdr);
	hdr.sram_base = htole32(ENG_SRAM_BASE);
	hdr.sram_len = htole32(sram_len);
	hif_scrub(nic->hif, cp->sram, ENG_SRAM_SIZE);
	if (!dma_write(nic->dma, nic->dump_addr + sizeof(hdr), cp->sram, sram_len) ||
	    !dma_write(nic->dma, nic->dump_addr, &hdr, sizeof(hdr)))
		log_warn(&nic->log, "the crash record cannot be written to the host");
}
