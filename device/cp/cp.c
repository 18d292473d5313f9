// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control processor: the hart, its memory, system registers and watchdog
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cp/hart.h"
#include "cp/priv.h"
#include "pcie/pcie.h"

/*
 * A slice, in the time of an instruction: a tenth of a millisecond. Code can be
 * slower, for instance when it changes itself: the deadline holds then.
 */
#define CP_SLICE		20000
#define CP_SLICE_PART		1000
/* Base cost of an access to an engine register */
#define CP_COST_ACCESS		20
#define CP_COST_RANDOM		200	/* a system call */
#define CP_COST_LINE		500	/* in the log */
#define CP_PUTC_LINE		160
#define CP_FILE_LEN		32
#define CP_WDOG_GRACE_NS	(10 * LOOP_NS_PER_MS)

/**
 * struct cp_id - registers that describe the NIC
 * @hw_feat: features that the engines have
 * @drv_feat: features that the driver accepts
 * @nonce: of the boot context
 * @mac: MAC address
 * @radio: bands, antennas, width; power
 * @ciphers: cipher suites
 * @lim_vifs: table size
 * @lim_stas: table size
 * @lim_keys: table size
 * @lim_txq: frames that the transmit engine holds
 */
struct cp_id {
	uint32_t hw_feat[2];
	uint32_t drv_feat[2];
	uint32_t nonce;
	uint32_t mac[2];
	uint32_t radio[2];
	uint32_t ciphers;
	uint32_t lim_vifs;
	uint32_t lim_stas;
	uint32_t lim_keys;
	uint32_t lim_txq;
};

/**
 * struct cp - control processor
 * @env: its surroundings
 * @hif: host interface engine
 * @ops: the NIC
 * @priv: first argument of @ops
 * @hart: the hart
 * @sram: its memory
 * @boot: the boot under way, or the last one
 * @dump: crash record
 * @id: registers that describe the NIC
 * @running: between cp_start() and cp_stop() or cp_halt()
 * @work: runs a slice
 * @timer: wakes the hart for its timer compare
 * @wdog: watchdog
 * @wdog_grace: it has expired once since it was fed
 * @irq: latched causes
 * @irq_enable: causes that reach the hart
 * @timecmp: timer compare, microseconds
 * @time_hi: latched ENG_SYS_TIME_HI
 * @fatal_file: ENG_SYS_FATAL_FILE
 * @fatal_line: ENG_SYS_FATAL_LINE
 * @line: characters written to ENG_SYS_PUTC since the last newline
 * @line_len: its length
 * @instret: instructions executed before the last start
 */
struct cp {
	struct cp_env env;
	struct hif *hif;
	const struct cp_host_ops *ops;
	void *priv;
	struct hart hart;
	uint8_t *sram;
	struct cp_boot boot;
	struct cp_dump dump;
	struct cp_id id;
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
	char line[CP_PUTC_LINE];
	unsigned int line_len;
	uint64_t instret;
};

static uint32_t cp_causes(struct cp *cp)
{
	/* A waiting command is a level, not an edge. */
	return cp->irq | (hif_cmd_due(cp->hif) ? ENG_IRQ_CMD : 0);
}

static void cp_update_mei(struct cp *cp)
{
	hart_set_irq(&cp->hart, HART_IRQ_MEI,
		     cp_causes(cp) & cp->irq_enable);
}

static void cp_update_mti(struct cp *cp)
{
	bool due = loop_now_us(cp->env.loop) >= cp->timecmp;

	hart_set_irq(&cp->hart, HART_IRQ_MTI, due);
	if (due || cp->timecmp > UINT64_MAX / LOOP_NS_PER_US)
		loop_timer_cancel(cp->env.loop, &cp->timer);
	else
		loop_timer_set(cp->env.loop, &cp->timer,
			       cp->timecmp * LOOP_NS_PER_US);
}

/* struct eng_cp_ops */

static void cp_irq(void *priv, uint32_t causes)
{
	struct cp *cp = priv;

	if (!cp->running)
		return;
	cp->irq |= causes & ~ENG_IRQ_CMD;
	cp_update_mei(cp);
	loop_defer(cp->env.loop, &cp->work);
}

static void cp_sram_written(void *priv, uint32_t addr, uint32_t len)
{
	struct cp *cp = priv;

	hart_invalidate(&cp->hart, addr - ENG_SRAM_BASE, len);
}

static const struct eng_cp_ops cp_eng_ops = {
	.irq = cp_irq,
	.sram_written = cp_sram_written,
};

static void cp_timer_fn(struct loop_timer *t)
{
	struct cp *cp = container_of(t, struct cp, timer);

	cp_update_mti(cp);
	loop_defer(cp->env.loop, &cp->work);
}

static void cp_wdog_fn(struct loop_timer *t)
{
	struct cp *cp = container_of(t, struct cp, wdog);

	/*
	 * If the machine has kept this whole process waiting, the firmware's
	 * own timer is late as well, and its slice comes after this timer.
	 */
	if (!cp->wdog_grace) {
		cp->wdog_grace = true;
		loop_timer_after(cp->env.loop, t, CP_WDOG_GRACE_NS);
		return;
	}
	log_err(cp->env.log, "control processor: the watchdog was not fed in time");
	cp->ops->fatal(cp->priv, SKUA_FATAL_WATCHDOG);
}

/* Run firmware until it has nothing to do, or its slice is used up. */
static enum hart_stop cp_run_slice(struct cp *cp)
{
	struct eng_bus *bus = cp->env.bus;
	struct turn *turn = loop_turn(cp->env.loop);
	enum hart_stop stop;

	bus->spent = 0;
	do {
		stop = hart_run(&cp->hart, CP_SLICE_PART);
		bus->spent += CP_SLICE_PART;
	} while (stop == HART_BUDGET && cp->running &&
		 bus->spent < CP_SLICE && !turn_late(turn));
	return stop;
}

static void cp_slice(struct loop_work *w)
{
	struct cp *cp = container_of(w, struct cp, work);
	struct turn *turn = loop_turn(cp->env.loop);
	enum turn_cause was;
	enum hart_stop stop;

	if (!cp->running)
		return;
	was = turn_switch(turn, TURN_CP);
	cp_update_mei(cp);
	stop = cp_run_slice(cp);
	turn_switch(turn, was);
	switch (stop) {
	case HART_BUDGET:
		if (cp->running)
			loop_defer(cp->env.loop, &cp->work);
		break;
	case HART_WFI:
		break;
	case HART_HALT:
		log_err(cp->env.log,
			"control processor: trap %u at %#x (value %#x) that the firmware cannot take",
			cp->hart.halt_cause, cp->hart.halt_pc, cp->hart.halt_tval);
		cp->ops->fatal(cp->priv, SKUA_FATAL_TRAP);
		break;
	}
}

/* System registers */

static uint32_t sys_random(void *owner)
{
	struct cp *cp = owner;

	eng_charge(cp->env.bus, CP_COST_RANDOM);
	return rng_u32(loop_rng(cp->env.loop));
}

static uint32_t sys_time_lo(void *owner)
{
	struct cp *cp = owner;
	uint64_t now = loop_now_us(cp->env.loop);

	cp->time_hi = now >> 32;
	return (uint32_t)now;
}

static uint32_t sys_irq(void *owner)
{
	return cp_causes(owner);
}

static void sys_irq_ack(void *owner, uint32_t val)
{
	struct cp *cp = owner;

	cp->irq &= ~val;
	cp_update_mei(cp);
}

static void sys_irq_enable(void *owner, uint32_t val)
{
	struct cp *cp = owner;

	cp->irq_enable = val;
	cp_update_mei(cp);
}

static uint32_t sys_timecmp_lo(void *owner)
{
	return (uint32_t)((struct cp *)owner)->timecmp;
}

static uint32_t sys_timecmp_hi(void *owner)
{
	return ((struct cp *)owner)->timecmp >> 32;
}

static void sys_set_timecmp_lo(void *owner, uint32_t val)
{
	struct cp *cp = owner;

	cp->timecmp = set_lo32(cp->timecmp, val);
	cp_update_mti(cp);
}

static void sys_set_timecmp_hi(void *owner, uint32_t val)
{
	struct cp *cp = owner;

	cp->timecmp = set_hi32(cp->timecmp, val);
	cp_update_mti(cp);
}

/* Only features of both sides may be in force. */
static void set_features(struct cp *cp, uint64_t features)
{
	struct eng_bus *bus = cp->env.bus;

	bus->features = features & bus->cfg->features &
			cp->boot.rom.drv_features;
}

static void sys_set_feat_lo(void *owner, uint32_t val)
{
	struct cp *cp = owner;

	set_features(cp, set_lo32(cp->env.bus->features, val));
}

static void sys_set_feat_hi(void *owner, uint32_t val)
{
	struct cp *cp = owner;

	set_features(cp, set_hi32(cp->env.bus->features, val));
}

static void sys_wdog(void *owner, uint32_t ms)
{
	struct cp *cp = owner;

	cp->wdog_grace = false;
	if (ms == 0)
		loop_timer_cancel(cp->env.loop, &cp->wdog);
	else
		loop_timer_after(cp->env.loop, &cp->wdog, ms * LOOP_NS_PER_MS);
}

static void sys_fatal(void *owner, uint32_t cause)
{
	struct cp *cp = owner;

	if (cause != SKUA_FATAL_TRAP)
		cause = SKUA_FATAL_ASSERT;
	cp->ops->fatal(cp->priv, cause);
}

static void sys_putc(void *owner, uint32_t val)
{
	struct cp *cp = owner;
	char c = (char)val;

	if (c != '\n' && cp->line_len < sizeof(cp->line) - 1) {
		cp->line[cp->line_len++] = c >= ' ' && c <= '~' ? c : '?';
		return;
	}
	cp->line[cp->line_len] = '\0';
	eng_charge(cp->env.bus, CP_COST_LINE);
	log_info(cp->env.log, "firmware: %s", cp->line);
	cp->line_len = 0;
}

static void sys_alive(void *owner, uint32_t val)
{
	struct cp *cp = owner;

	(void)val;
	cp->ops->alive(cp->priv);
}

#define REG(reg)	[ENG_REG_AT(ENG_SYS_TIME_LO, reg)]
#define ID(field)	ENG_REG_RO_VAR(struct cp, id.field)

static const struct eng_reg sys_regs[] = {
	REG(ENG_SYS_TIME_LO) = ENG_REG_RO(sys_time_lo),
	REG(ENG_SYS_TIME_HI) = ENG_REG_RO_VAR(struct cp, time_hi),
	REG(ENG_SYS_TIMECMP_LO) = ENG_REG_RW(sys_timecmp_lo, sys_set_timecmp_lo),
	REG(ENG_SYS_TIMECMP_HI) = ENG_REG_RW(sys_timecmp_hi, sys_set_timecmp_hi),
	REG(ENG_SYS_IRQ) = ENG_REG_RO(sys_irq),
	REG(ENG_SYS_IRQ_ACK) = ENG_REG_WO(sys_irq_ack),
	REG(ENG_SYS_IRQ_ENABLE) = ENG_REG_RW_FN(struct cp, irq_enable,
						sys_irq_enable),
	REG(ENG_SYS_WDOG) = ENG_REG_WO(sys_wdog),
	REG(ENG_SYS_FATAL_FILE) = ENG_REG_WO_VAR(struct cp, fatal_file),
	REG(ENG_SYS_FATAL_LINE) = ENG_REG_WO_VAR(struct cp, fatal_line),
	REG(ENG_SYS_FATAL) = ENG_REG_WO(sys_fatal),
	REG(ENG_SYS_RANDOM) = ENG_REG_RO(sys_random),
	REG(ENG_SYS_PUTC) = ENG_REG_WO(sys_putc),
	REG(ENG_SYS_ALIVE) = ENG_REG_WO(sys_alive),
	REG(ENG_SYS_HW_FEAT_LO) = ID(hw_feat[0]),
	REG(ENG_SYS_HW_FEAT_HI) = ID(hw_feat[1]),
	REG(ENG_SYS_DRV_FEAT_LO) = ID(drv_feat[0]),
	REG(ENG_SYS_DRV_FEAT_HI) = ID(drv_feat[1]),
	REG(ENG_SYS_NONCE) = ID(nonce),
	REG(ENG_SYS_MAC_LO) = ID(mac[0]),
	REG(ENG_SYS_MAC_HI) = ID(mac[1]),
	REG(ENG_SYS_RADIO0) = ID(radio[0]),
	REG(ENG_SYS_RADIO1) = ID(radio[1]),
	REG(ENG_SYS_CIPHERS) = ID(ciphers),
	REG(ENG_SYS_LIM_VIFS) = ID(lim_vifs),
	REG(ENG_SYS_LIM_STAS) = ID(lim_stas),
	REG(ENG_SYS_LIM_KEYS) = ID(lim_keys),
	REG(ENG_SYS_LIM_TXQ) = ID(lim_txq),
	REG(ENG_SYS_DRV_FEAT_SET_LO) = ENG_REG_WO(sys_set_feat_lo),
	REG(ENG_SYS_DRV_FEAT_SET_HI) = ENG_REG_WO(sys_set_feat_hi),
};

static const struct eng_block sys_block = ENG_BLOCK(ENG_SYS_TIME_LO, sys_regs);

/* An access has been carried out; its engine has charged what it cost. */
static void cp_charge(struct cp *cp)
{
	eng_charge(cp->env.bus, CP_COST_ACCESS);
	if (cp->env.bus->spent >= CP_SLICE)
		hart_yield(&cp->hart);
}

static bool cp_mmio_read(void *priv, uint32_t addr, unsigned int size,
			 uint32_t *val)
{
	struct cp *cp = priv;
	bool ok = size == 4 && eng_read(cp->env.bus, addr - ENG_REG_BASE, val);

	cp_charge(cp);
	return ok;
}

static bool cp_mmio_write(void *priv, uint32_t addr, unsigned int size,
			  uint32_t val)
{
	uint32_t off = addr - ENG_REG_BASE;
	struct cp *cp = priv;

	if (size != 4 || !cp->running || !eng_write(cp->env.bus, off, val))
		return false;
	cp_charge(cp);
	/* An engine may have raised a cause, or taken the last command. */
	if (off >= sys_block.base + sys_block.len)
		cp_update_mei(cp);
	return true;
}

static const struct hart_ops cp_hart_ops = {
	.mmio_read = cp_mmio_read,
	.mmio_write = cp_mmio_write,
};

/* Life */

static void id_init(struct cp *cp, const struct eng_config *cfg)
{
	struct cp_id *id = &cp->id;

	id->hw_feat[0] = (uint32_t)cfg->features;
	id->hw_feat[1] = cfg->features >> 32;
	id->mac[0] = cfg->mac[0] | cfg->mac[1] << 8 | cfg->mac[2] << 16 |
		     (uint32_t)cfg->mac[3] << 24;
	id->mac[1] = cfg->mac[4] | cfg->mac[5] << 8;
	id->radio[0] = cfg->bands | cfg->chains << 8 | cfg->chains << 16 |
		       (uint32_t)cfg->max_bw << 24;
	id->radio[1] = ENG_MAX_POWER;
	id->ciphers = cfg->ciphers;
	id->lim_vifs = ENG_MAX_VIFS;
	id->lim_stas = cfg->max_stas;
	id->lim_keys = cfg->max_keys;
	id->lim_txq = cfg->max_txq;
}

static void join_bus(struct cp *cp, struct eng_bus *bus)
{
	bus->ops = &cp_eng_ops;
	bus->cp = cp;
	bus->sram = cp->sram;
	bus->sram_len = ENG_SRAM_SIZE;
	eng_add(bus, &sys_block, cp);
}

/* The boot ROM has ended: run the firmware. */
static void cp_run(struct cp *cp)
{
	cp->irq = 0;
	cp->irq_enable = 0;
	cp->timecmp = UINT64_MAX;
	cp->fatal_file = 0;
	cp->fatal_line = 0;
	cp->line_len = 0;
	hart_invalidate(&cp->hart, 0, ENG_SRAM_SIZE);
	hart_reset(&cp->hart, cp->boot.rom.entry);
	hart_set_irq(&cp->hart, HART_IRQ_MTI, false);
	cp->running = true;
	loop_defer(cp->env.loop, &cp->work);
}

static void cp_booted(struct cp_boot *boot, enum skua_boot_err err)
{
	struct cp *cp = container_of(boot, struct cp, boot);

	cp->id.drv_feat[0] = (uint32_t)boot->rom.drv_features;
	cp->id.drv_feat[1] = boot->rom.drv_features >> 32;
	cp->id.nonce = boot->rom.nonce;
	if (err == SKUA_BOOT_OK)
		cp_run(cp);
	cp->ops->booted(cp->priv, err);
}

static void cp_dumped(struct cp_dump *dump)
{
	struct cp *cp = container_of(dump, struct cp, dump);

	cp->ops->dumped(cp->priv);
}

struct cp *cp_new(const struct cp_env *env, struct hif *hif,
		  const struct cp_host_ops *ops, void *priv)
{
	struct cp *cp = calloc(1, sizeof(*cp));

	if (!cp)
		return NULL;
	cp->env = *env;
	cp->hif = hif;
	cp->ops = ops;
	cp->priv = priv;
	id_init(cp, env->bus->cfg);
	cp_boot_init(&cp->boot, &cp->env, cp_booted);
	cp_dump_init(&cp->dump, &cp->env, hif, cp_dumped);
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
	join_bus(cp, env->bus);
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

void cp_start(struct cp *cp, uint64_t boot_addr, uint32_t nonce)
{
	cp_boot_start(&cp->boot, boot_addr, nonce);
}

/* May be called from within the hart: its memory stays until cp_stop(). */
void cp_halt(struct cp *cp)
{
	cp->running = false;
	/* Nor does a boot under way go on, which has no result yet */
	if (cp->boot.rom.stage != ROM_OFF)
		cp_boot_cancel(&cp->boot);
	hart_yield(&cp->hart);
	loop_work_cancel(cp->env.loop, &cp->work);
	loop_timer_cancel(cp->env.loop, &cp->timer);
	loop_timer_cancel(cp->env.loop, &cp->wdog);
}

void cp_cancel(struct cp *cp)
{
	cp_boot_cancel(&cp->boot);
	cp_dump_cancel(&cp->dump);
}

void cp_stop(struct cp *cp)
{
	cp_halt(cp);
	cp_cancel(cp);
	cp->instret += hart_instret(&cp->hart);
	OPENSSL_cleanse(cp->sram, ENG_SRAM_SIZE);
	cp->env.bus->features = 0;
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

static void crash_header(struct cp *cp, enum skua_fatal cause,
			 struct skua_crash_hdr *hdr)
{
	const uint8_t *file = eng_sram(cp->env.bus, cp->fatal_file,
				       CP_FILE_LEN);
	struct hart_dump dump;
	unsigned int i;

	hart_dump(&cp->hart, &dump);
	memset(hdr, 0, sizeof(*hdr));
	hdr->magic = htole32(SKUA_CRASH_MAGIC);
	hdr->cause = htole32(cause);
	hdr->line = htole32(cp->fatal_line);
	hdr->time_us = htole64(loop_now_us(cp->env.loop));
	hdr->pc = htole32(dump.pc);
	hdr->mcause = htole32(dump.halt ? dump.halt_cause : dump.mcause);
	hdr->mepc = htole32(dump.halt ? dump.halt_pc : dump.mepc);
	hdr->mtval = htole32(dump.halt ? dump.halt_tval : dump.mtval);
	hdr->mstatus = htole32(dump.mstatus);
	for (i = 0; i < 31; i++)
		hdr->x[i] = htole32(dump.x[i + 1]);
	if (cp->fatal_file && file)
		memcpy(hdr->file, file, strnlen((const char *)file, CP_FILE_LEN - 1));
	memcpy(hdr->build_id, cp->boot.rom.build_id, sizeof(hdr->build_id));
}

void cp_crash_record(struct cp *cp, enum skua_fatal cause)
{
	const struct rom_boot *rom = &cp->boot.rom;
	struct skua_crash_hdr hdr;

	crash_header(cp, cause, &hdr);
	cp_dump_start(&cp->dump, rom->dump_addr, rom->dump_len, &hdr);
}

void cp_get_stats(const struct cp *cp, struct cp_stats *s)
{
	s->boots = cp->boot.boots;
	s->boots_delayed = cp->boot.delayed;
	s->dumps = cp->dump.dumps;
}
