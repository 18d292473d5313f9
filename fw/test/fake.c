// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of the engines
 */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"

struct fake fake;

/* ------------------------------------------------------------------ */
/* Addresses: the registers have 32 bits, this machine's pointers more	*/

static const void *ptrs[4096];
static u32 n_ptrs;

u32 sram_addr(const void *p)
{
	for (u32 i = 0; i < n_ptrs; i++) {
		if (ptrs[i] == p)
			return ENG_SRAM_BASE + i * 16;
	}
	if (n_ptrs == ARRAY_SIZE(ptrs))
		n_ptrs = 0;
	ptrs[n_ptrs] = p;
	return ENG_SRAM_BASE + n_ptrs++ * 16;
}

static void *sram_ptr(u32 addr)
{
	u32 i = (addr - ENG_SRAM_BASE) / 16;

	if (addr < ENG_SRAM_BASE || addr % 16 || i >= n_ptrs)
		fail_msg("address 0x%x is not in SRAM", addr);
	return (void *)(uintptr_t)ptrs[i];
}

const void *fake_sram(u32 addr)
{
	return sram_ptr(addr);
}

/* ------------------------------------------------------------------ */
/* Hart									*/

void cpu_sleep(void)
{
	fail_msg("only main() sleeps");
}

static void __attribute__((noreturn)) stop(int how)
{
	if (!fake.may_stop)
		fail_msg("the firmware stopped (%d) at %s:%u", how,
			 fake.reg[ENG_SYS_FATAL_FILE / 4] ?
			 (const char *)sram_ptr(fake.reg[ENG_SYS_FATAL_FILE / 4]) : "?",
			 fake.reg[ENG_SYS_FATAL_LINE / 4]);
	fake.stopped = how;
	longjmp(fake.stop, 1);
}

void cpu_stop(void)
{
	stop(STOP_WFI);
}

void cpu_illegal(void)
{
	stop(STOP_ILLEGAL);
}

void cpu_spin(void)
{
	stop(STOP_SPIN);
}

/* ------------------------------------------------------------------ */
/* Tables								*/

struct table {
	void *base;
	size_t size;
	u32 entries;
	bool *valid;
};

static struct table table_of(u32 sel)
{
	switch (sel) {
	case ENG_TBL_VIF:
		return (struct table){ fake.vif, sizeof(fake.vif[0]), FAKE_VIFS,
				       fake.vif_valid };
	case ENG_TBL_STA:
		return (struct table){ fake.sta, sizeof(fake.sta[0]), FAKE_STAS,
				       fake.sta_valid };
	case ENG_TBL_KEY:
		return (struct table){ fake.key, sizeof(fake.key[0]), FAKE_KEYS,
				       fake.key_valid };
	case ENG_TBL_TKIP_P1:
		return (struct table){ fake.p1, sizeof(fake.p1[0]), FAKE_KEYS, NULL };
	case ENG_TBL_EDCA:
		return (struct table){ fake.edca, sizeof(fake.edca[0]), FAKE_VIFS * 4,
				       NULL };
	case ENG_TBL_RATE:
		return (struct table){ fake.rate, sizeof(fake.rate[0]), FAKE_STAS,
				       fake.rate_valid };
	case ENG_TBL_STA_STATS:
		return (struct table){ fake.stats, sizeof(fake.stats[0]), FAKE_STAS,
				       NULL };
	case ENG_TBL_BA:
		return (struct table){ fake.ba, sizeof(fake.ba[0]),
				       FAKE_STAS * SKUA_NUM_TIDS, NULL };
	case ENG_TBL_SEQ:
		return (struct table){ fake.seq, sizeof(fake.seq[0]), FAKE_STAS, NULL };
	case ENG_TBL_BEACON:
		return (struct table){ fake.beacon, sizeof(fake.beacon[0]), FAKE_VIFS,
				       fake.beacon_valid };
	default:
		fail_msg("table %u", sel);
		return (struct table){ 0 };
	}
}

static void stats_read(u32 index)
{
	struct eng_sta_stats *st = &fake.stats[index];

	fake.stats_reads++;
	memset(st->stage_sent, 0, sizeof(st->stage_sent));
	memset(st->stage_acked, 0, sizeof(st->stage_acked));
	memset(st->stage_ppdus, 0, sizeof(st->stage_ppdus));
	memset(st->tid_frames, 0, sizeof(st->tid_frames));
	st->probe_ppdus = 0;
	st->probe_sent = 0;
	st->probe_acked = 0;
}

struct eng_ba *fake_ba(u16 sta, u32 tid)
{
	return &fake.ba[sta * SKUA_NUM_TIDS + tid];
}

void fake_ba_event(u16 sta, u32 tid, u32 cause)
{
	assert_true(fake.n_ba_evt < ARRAY_SIZE(fake.ba_evt));
	fake.ba_evt[fake.n_ba_evt++] = ENG_BA_EVT_VALID | sta | tid << 16 | cause << 24;
	fake.irq |= ENG_IRQ_BA;
}

static u32 ba_evt_take(void)
{
	return fake.ba_evt_next < fake.n_ba_evt ? fake.ba_evt[fake.ba_evt_next++] : 0;
}

static bool in_force(u64 feat)
{
	u64 set = (u64)fake.reg[ENG_SYS_DRV_FEAT_SET_HI / 4] << 32 |
		  fake.reg[ENG_SYS_DRV_FEAT_SET_LO / 4];

	return (set & feat) == feat;
}

static void ba_write_tx(struct eng_ba *to, const struct eng_ba *e)
{
	assert_true(in_force(SKUA_FEAT_TX_AMPDU));
	assert_in_range(e->tx, ENG_BA_TX_OFF, ENG_BA_TX_FLUSH);
	assert_in_range(e->amsdu, 0, 1);
	if (e->tx == ENG_BA_TX_ON)
		assert_in_range(e->tx_size, 1, SKUA_BA_MAX_SIZE);
	to->tx = e->tx;
	to->amsdu = e->amsdu;
	to->tx_size = e->tx_size;
	if (e->tx == ENG_BA_TX_FLUSH) {
		to->tx = ENG_BA_TX_OFF;
		to->tx_busy = 0;
		fake.n_drop++;
	}
}

static void ba_write_rx(struct eng_ba *to, const struct eng_ba *e)
{
	assert_true(in_force(SKUA_FEAT_RX_AMPDU));
	assert_in_range(e->rx, 0, 1);
	if (e->rx) {
		assert_in_range(e->rx_size, 1, SKUA_BA_MAX_SIZE);
		assert_in_range(e->rx_ssn, 0, SKUA_SN_MAX);
	}
	to->rx = e->rx;
	to->rx_size = e->rx_size;
	to->rx_ssn = e->rx_ssn;
	to->rx_timeout_tu = e->rx_timeout_tu;
}

/* Each half is written alone; the station must be there, and of that generation */
static u32 ba_write(u32 index, const struct eng_ba *e)
{
	u32 sta = index / SKUA_NUM_TIDS;

	assert_true(fake.sta_valid[sta]);
	assert_int_equal(e->gen, fake.sta[sta].gen);
	assert_in_range(e->set, ENG_BA_SET_TX, ENG_BA_SET_TX | ENG_BA_SET_RX);
	fake.ba_writes++;
	if (e->set & ENG_BA_SET_TX)
		ba_write_tx(&fake.ba[index], e);
	if (e->set & ENG_BA_SET_RX)
		ba_write_rx(&fake.ba[index], e);
	return SKUA_ST_OK;
}

static void table_write(u32 sel, u32 index, const struct table *t, void *entry,
			const void *from)
{
	memcpy(entry, from, t->size);
	if (t->valid)
		t->valid[index] = true;
	if (sel == ENG_TBL_BEACON) {
		const struct eng_beacon *b = entry;

		assert_true(b->len <= FW_MAX_BEACON);
		memcpy(fake.beacon_data[index], sram_ptr(b->addr), b->len);
	}
}

static u32 table_go(u32 how)
{
	u32 sel = fake.reg[ENG_TBL_SEL / 4];
	u32 index = fake.reg[ENG_TBL_INDEX / 4];
	u32 addr = fake.reg[ENG_TBL_ADDR / 4];
	struct table t;
	u8 *entry;

	if (sel == ENG_TBL_SURVEY) {
		assert_int_equal(how, ENG_TBL_READ);
		fake.survey.freq = (u16)index;
		memcpy(sram_ptr(addr), &fake.survey, sizeof(fake.survey));
		return SKUA_ST_OK;
	}
	t = table_of(sel);
	if (index >= t.entries)
		fail_msg("table %u has no entry %u", sel, index);
	entry = (u8 *)t.base + index * t.size;
	switch (how) {
	case ENG_TBL_WRITE:
		if (fake.refuse_tbl) {
			u16 status = fake.refuse_tbl;

			fake.refuse_tbl = 0;
			return status;
		}
		if (sel == ENG_TBL_KEY)
			fake.key_addr = addr;
		if (sel == ENG_TBL_KEY && fake.panic_at_key)
			fw_panic(__FILE__, __LINE__);
		if (sel == ENG_TBL_BA)
			return ba_write(index, sram_ptr(addr));
		table_write(sel, index, &t, entry, sram_ptr(addr));
		return SKUA_ST_OK;
	case ENG_TBL_READ:
		if (t.valid && !t.valid[index])
			return SKUA_ST_NO_ENTRY;
		memcpy(sram_ptr(addr), entry, t.size);
		if (sel == ENG_TBL_STA_STATS)
			stats_read(index);
		return SKUA_ST_OK;
	case ENG_TBL_CLEAR:
		memset(entry, 0, t.size);
		if (sel == ENG_TBL_STA)
			memset(fake_ba((u16)index, 0), 0,
			       SKUA_NUM_TIDS * sizeof(struct eng_ba));
		if (t.valid)
			t.valid[index] = false;
		return SKUA_ST_OK;
	default:
		fail_msg("table operation %u", how);
		return SKUA_ST_INVALID;
	}
}

/* ------------------------------------------------------------------ */
/* Host interface							*/

static u32 cmd_fetch(void)
{
	if (fake.cmd_prod == fake.cmd_cons)
		return SKUA_ST_NO_ENTRY;
	memcpy(sram_ptr(fake.reg[ENG_HIF_CMD_ADDR / 4]),
	       &fake.cmd[fake.cmd_cons++ % ARRAY_SIZE(fake.cmd)], sizeof(fake.cmd[0]));
	return SKUA_ST_OK;
}

static u32 dma_go(u32 how)
{
	u64 addr = (u64)fake.reg[ENG_HIF_DMA_HI / 4] << 32 | fake.reg[ENG_HIF_DMA_LO / 4];
	u32 len = fake.reg[ENG_HIF_DMA_LEN / 4];

	assert_int_equal(how, 1);
	if (!fake.ext || addr != (uintptr_t)fake.ext || len > fake.ext_room)
		return SKUA_ST_DMA;
	memcpy(sram_ptr(fake.reg[ENG_HIF_DMA_SRAM / 4]), fake.ext, len);
	return SKUA_ST_OK;
}

static void evt_go(void)
{
	struct skua_evt *e;

	assert_true(fake.n_evt < ARRAY_SIZE(fake.evt));
	e = &fake.evt[fake.n_evt++];
	memcpy(e, sram_ptr(fake.reg[ENG_HIF_EVT_ADDR / 4]), sizeof(*e));
	assert_true(e->len <= SKUA_EVT_INLINE);
}

static void inb_go(u32 arg)
{
	u32 w0 = fake.reg[ENG_HIF_INB_0 / 4];
	u32 w1 = fake.reg[ENG_HIF_INB_1 / 4];

	assert_true(fake.n_inband < ARRAY_SIZE(fake.inband));
	fake.inband[fake.n_inband++] = (struct fake_inband){
		.id = (u16)w0,
		.tid = (u8)(w0 >> 16),
		.vif = (u8)(w0 >> 24),
		.sta = (u16)w1,
		.gen = (u16)(w1 >> 16),
		.arg = arg,
	};
}

/* ------------------------------------------------------------------ */
/* Radio and frames							*/

static void tune(void)
{
	assert_true(fake.n_tune < ARRAY_SIZE(fake.tune));
	fake.tune[fake.n_tune++] = (struct fake_tune){
		.freq = fake.reg[ENG_RF_FREQ / 4],
		.center1 = fake.reg[ENG_RF_CENTER1 / 4],
		.bw = fake.reg[ENG_RF_BW / 4],
		.power = (s32)fake.reg[ENG_RF_POWER / 4],
		.time = fake.time,
	};
}

u32 fake_freq(void)
{
	return fake.n_tune ? fake.tune[fake.n_tune - 1].freq : 0;
}

static void fwtx_go(void)
{
	struct fake_frame *f;

	if (fake.fwtx_end)
		fail_msg("a frame is under way already");
	assert_true(fake.n_frame < ARRAY_SIZE(fake.frame));
	f = &fake.frame[fake.n_frame++];
	f->freq = fake_freq();
	f->time = fake.time;
	f->vif = fake.reg[ENG_FWTX_VIF / 4];
	f->flags = fake.reg[ENG_FWTX_FLAGS / 4];
	f->rate = fake.reg[ENG_FWTX_RATE / 4];
	f->len = fake.reg[ENG_FWTX_LEN / 4];
	assert_in_range(f->len, 24, sizeof(f->data));
	memcpy(f->data, sram_ptr(fake.reg[ENG_FWTX_ADDR / 4]), f->len);
	fake.reg[ENG_FWTX_STATUS / 4] = ~0u;
	if (fake.fwtx == FWTX_LATER)
		fake.fwtx_end = fake.time + 300;
	if (fake.fwtx == FWTX_AT_ONCE) {
		fake.reg[ENG_FWTX_STATUS / 4] = fake.fwtx_status;
		fake.irq |= ENG_IRQ_FWTX;
	}
}

/* ------------------------------------------------------------------ */
/* Registers								*/

static u32 read_clear(u32 *what)
{
	u32 val = *what;

	*what = 0;
	return val;
}

u32 reg_read(u32 off)
{
	switch (off) {
	case ENG_SYS_TIME_LO:
		fake.reg[ENG_SYS_TIME_HI / 4] = (u32)(fake.time >> 32);
		return (u32)fake.time;
	case ENG_SYS_IRQ:
		/* Room may end within a turn, so the level is there without it, too. */
		return fake.irq | (fake.cmd_prod != fake.cmd_cons ? ENG_IRQ_CMD : 0);
	case ENG_SYS_HW_FEAT_LO:
		return (u32)fake.hw_feat;
	case ENG_SYS_HW_FEAT_HI:
		return (u32)(fake.hw_feat >> 32);
	case ENG_SYS_DRV_FEAT_LO:
		return (u32)fake.drv_feat;
	case ENG_SYS_DRV_FEAT_HI:
		return (u32)(fake.drv_feat >> 32);
	case ENG_SYS_NONCE:
		return FAKE_NONCE;
	case ENG_SYS_MAC_LO:
		return 0x33221102;
	case ENG_SYS_MAC_HI:
		return 0x5544;
	case ENG_SYS_RADIO0:
		return 7 | 2 << 8 | 2 << 16 | SKUA_BW_160 << 24;
	case ENG_SYS_RADIO1:
		return 20;
	case ENG_SYS_CIPHERS:
		return fake.ciphers;
	case ENG_SYS_LIM_VIFS:
		return FAKE_VIFS;
	case ENG_SYS_LIM_STAS:
		return FAKE_STAS;
	case ENG_SYS_LIM_KEYS:
		return FAKE_KEYS;
	case ENG_SYS_LIM_TXQ:
		return 100000;
	case ENG_HIF_EVT_ROOM:
		return fake.evt_full ? fake.evt_full : 256;
	case ENG_HIF_CMD_AVAIL:
		return fake.cmd_prod - fake.cmd_cons;
	case ENG_CSA_VIFS:
		return read_clear(&fake.csa);
	case ENG_RADAR_WIDTH:
		return fake.radar_next < fake.n_radar ? fake.radar[fake.radar_next++].width : 0;
	case ENG_RADAR_TIME:
		return fake.radar[fake.radar_next - 1].time;
	case ENG_BA_EVT:
		return ba_evt_take();
	case ENG_TXQ_COUNT:
		return fake.txq_count;
	case ENG_SYS_TIME_HI:
	case ENG_HIF_STATUS:
	case ENG_TBL_STATUS:
	case ENG_FWTX_STATUS:
	case ENG_MAC_FILTER:
		return fake.reg[off / 4];
	default:
		fail_msg("read of register 0x%x", off);
		return 0;
	}
}

static void sys_write(u32 off, u32 val)
{
	switch (off) {
	case ENG_SYS_IRQ_ACK:
		fake.irq &= ~val;
		return;
	case ENG_SYS_WDOG:
		fake.n_feed++;
		fake.wdog_deadline = val ? fake.time + val * 1000ull : 0;
		return;
	case ENG_SYS_PUTC:
		assert_true(fake.log_len < sizeof(fake.log) - 1);
		fake.log[fake.log_len++] = (char)val;
		return;
	case ENG_SYS_TIMECMP_LO:
	case ENG_SYS_TIMECMP_HI:
	case ENG_SYS_IRQ_ENABLE:
	case ENG_SYS_FATAL_FILE:
	case ENG_SYS_FATAL_LINE:
	case ENG_SYS_FATAL:
	case ENG_SYS_ALIVE:
	case ENG_SYS_DRV_FEAT_SET_LO:
	case ENG_SYS_DRV_FEAT_SET_HI:
		return;
	default:
		fail_msg("write of register 0x%x", off);
	}
}

static void hif_write(u32 off, u32 val)
{
	u32 *status = &fake.reg[ENG_HIF_STATUS / 4];

	switch (off) {
	case ENG_HIF_CMD_FETCH:
		*status = cmd_fetch();
		return;
	case ENG_HIF_CMD_RETIRE:
		assert_int_equal(fake.retired + 1, fake.cmd_cons);
		fake.retired++;
		return;
	case ENG_HIF_DMA_GO:
		*status = dma_go(val);
		return;
	case ENG_HIF_EVT_GO:
		evt_go();
		*status = SKUA_ST_OK;
		return;
	case ENG_HIF_INB_GO:
		inb_go(val);
		return;
	case ENG_HIF_CMD_ADDR:
	case ENG_HIF_DMA_LO:
	case ENG_HIF_DMA_HI:
	case ENG_HIF_DMA_SRAM:
	case ENG_HIF_DMA_LEN:
	case ENG_HIF_EVT_ADDR:
	case ENG_HIF_INB_0:
	case ENG_HIF_INB_1:
		return;
	default:
		fail_msg("write of register 0x%x", off);
	}
}

static void drop(void)
{
	fake.n_drop++;
	fake.drop_vif = fake.reg[ENG_TXQ_VIF / 4];
	fake.drop_sta = fake.reg[ENG_TXQ_STA / 4];
	fake.txq_count = 0;
}

static void mac_write(u32 off, u32 val)
{
	switch (off) {
	case ENG_TBL_GO:
		fake.reg[ENG_TBL_STATUS / 4] = table_go(val);
		return;
	case ENG_RF_TUNE:
		tune();
		return;
	case ENG_MAC_TIM:
		fake.tim = val;
		return;
	case ENG_FWTX_GO:
		fwtx_go();
		return;
	case ENG_TXQ_DROP:
		drop();
		return;
	case ENG_TXQ_RELEASE:
		fake.release = val;
		return;
	case ENG_TBL_SEL:
	case ENG_TBL_INDEX:
	case ENG_TBL_ADDR:
	case ENG_RF_FREQ:
	case ENG_RF_CENTER1:
	case ENG_RF_BW:
	case ENG_RF_POWER:
	case ENG_RF_ROC_VIF:
	case ENG_MAC_ENABLE:
	case ENG_MAC_FILTER:
	case ENG_MAC_SCAN_LO:
	case ENG_MAC_SCAN_HI:
	case ENG_MAC_RTS_THRESH:
	case ENG_MAC_RETRY:
	case ENG_FWTX_ADDR:
	case ENG_FWTX_LEN:
	case ENG_FWTX_VIF:
	case ENG_FWTX_FLAGS:
	case ENG_FWTX_RATE:
	case ENG_TXQ_VIF:
	case ENG_TXQ_STA:
	case ENG_TXQ_ACS:
		return;
	default:
		fail_msg("write of register 0x%x", off);
	}
}

void reg_write(u32 off, u32 val)
{
	assert_true(off < ENG_REG_SIZE && off % 4 == 0);
	fake.reg[off / 4] = val;
	if (off < 0x100)
		sys_write(off, val);
	else if (off < 0x200)
		hif_write(off, val);
	else
		mac_write(off, val);
}

/* ------------------------------------------------------------------ */
/* Time									*/

static u64 timecmp(void)
{
	return (u64)fake.reg[ENG_SYS_TIMECMP_HI / 4] << 32 |
	       fake.reg[ENG_SYS_TIMECMP_LO / 4];
}

static bool wakes(void)
{
	u32 irq = reg_read(ENG_SYS_IRQ) & fake.reg[ENG_SYS_IRQ_ENABLE / 4];

	/* Without room for answers the NIC does not wake the hart for commands. */
	if (fake.evt_full)
		irq &= ~ENG_IRQ_CMD;
	return irq || fake.time >= timecmp();
}

static void fwtx_progress(void)
{
	if (!fake.fwtx_end || fake.time < fake.fwtx_end)
		return;
	fake.fwtx_end = 0;
	fake.reg[ENG_FWTX_STATUS / 4] = fake.fwtx_status;
	fake.irq |= ENG_IRQ_FWTX;
}

void fake_run(u64 us)
{
	u64 end = fake.time + us;
	u32 turns = 0;

	for (;;) {
		u64 next = end;

		do {
			/* WFI that never waits would be a busy loop. */
			if (++turns > 100000)
				fail_msg("the firmware does not sleep");
			fwtx_progress();
			fw_round();
			timer_program();
		} while (wakes());
		if (fake.wdog_deadline && fake.time >= fake.wdog_deadline)
			fail_msg("the watchdog bites");
		if (fake.time >= end)
			return;
		if (timecmp() < next)
			next = timecmp();
		if (fake.fwtx_end && fake.fwtx_end < next)
			next = fake.fwtx_end;
		fake.time = next;
	}
}

/* ------------------------------------------------------------------ */
/* Commands and events							*/

static u16 next_seq;

u16 fake_post(u16 op, u16 flags, const void *data, u16 len, const void *ext,
	      u32 ext_len)
{
	struct skua_cmd *cmd = &fake.cmd[fake.cmd_prod % ARRAY_SIZE(fake.cmd)];
	u64 addr = (uintptr_t)ext;

	assert_true(fake.cmd_prod - fake.cmd_cons < ARRAY_SIZE(fake.cmd));
	memset(cmd, 0, sizeof(*cmd));
	cmd->op = op;
	cmd->flags = flags;
	cmd->seq = ++next_seq;
	cmd->len = len;
	cmd->ext_len = ext_len;
	if (len)
		memcpy(cmd->data, data, len < SKUA_CMD_INLINE ? len : SKUA_CMD_INLINE);
	if (ext) {
		memcpy(cmd->data + SKUA_CMD_EXT_ADDR, &addr, sizeof(addr));
		fake.ext = ext;
		fake.ext_room = ext_len;
	}
	fake.cmd_prod++;
	return next_seq;
}

const struct skua_evt *fake_find_done(u16 seq)
{
	for (u32 i = 0; i < fake.n_evt; i++) {
		struct skua_evt_cmd_done done;

		if (fake.evt[i].id != SKUA_EVT_CMD_DONE)
			continue;
		memcpy(&done, fake.evt[i].data, sizeof(done));
		if (done.seq == seq)
			return &fake.evt[i];
	}
	return NULL;
}

static const struct skua_evt *last_done;

u16 fake_cmd_ext(u16 op, const void *data, u16 len, const void *ext, u32 ext_len)
{
	u16 seq = fake_post(op, 0, data, len, ext, ext_len);
	struct skua_evt_cmd_done done;

	fake_run(0);
	/* FLUSH answers in the next turn. */
	if (!fake_find_done(seq))
		fake_run(1);
	last_done = fake_find_done(seq);
	if (!last_done)
		fail_msg("command 0x%x was not answered", op);
	memcpy(&done, last_done->data, sizeof(done));
	assert_int_equal(done.op, op);
	assert_int_equal(fake.retired, fake.cmd_cons);
	return done.status;
}

u16 fake_cmd(u16 op, const void *data, u16 len)
{
	return fake_cmd_ext(op, data, len, NULL, 0);
}

u16 fake_cmd_u32(u16 op, u32 val)
{
	struct skua_cmd_u32 p = { .val = val };

	return fake_cmd(op, &p, sizeof(p));
}

const void *fake_ans(u16 *len)
{
	*len = last_done->len - sizeof(struct skua_evt_cmd_done);
	return last_done->data + sizeof(struct skua_evt_cmd_done);
}

const struct skua_evt *fake_event(u16 id, u32 n)
{
	for (u32 i = 0; i < fake.n_evt; i++) {
		if (fake.evt[i].id == id && !n--)
			return &fake.evt[i];
	}
	return NULL;
}

u32 fake_events(u16 id)
{
	u32 n = 0;

	while (fake_event(id, n))
		n++;
	return n;
}

u32 fake_inbands(u16 id)
{
	u32 n = 0;

	for (u32 i = 0; i < fake.n_inband; i++)
		n += fake.inband[i].id == id;
	return n;
}

const struct fake_inband *fake_inband_last(u16 id)
{
	for (u32 i = fake.n_inband; i > 0; i--) {
		if (fake.inband[i - 1].id == id)
			return &fake.inband[i - 1];
	}
	return NULL;
}

void fake_forget(void)
{
	fake.n_evt = 0;
	fake.n_inband = 0;
	fake.n_frame = 0;
	fake.n_drop = 0;
	/* The last entry has the current channel of the radio. */
	if (fake.n_tune) {
		fake.tune[0] = fake.tune[fake.n_tune - 1];
		fake.n_tune = 1;
	}
}

/* ------------------------------------------------------------------ */
/* Life									*/

void fake_boot_with(u64 hw_feat, u64 drv_feat, u32 ciphers)
{
	u64 time = fake.time + SEC_US;

	memset(&fake, 0, sizeof(fake));
	/* Above 2^32, so that halves of the time matter. */
	fake.time = time > 0x1ffffff00ull ? time : 0x1ffffff00ull;
	fake.hw_feat = hw_feat;
	fake.drv_feat = drv_feat;
	fake.ciphers = ciphers;
	timer_reset();
	fw_init();
}

void fake_boot(void)
{
	/* All ciphers of the contract: WEP, TKIP, CCMP, GCMP, BIP */
	fake_boot_with(HW_ALL, DRV_ALL, 0x3f76);
}

void fake_shutdown(void)
{
	fake.fwtx = FWTX_LATER;
	fake.may_stop = false;
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	for (u32 i = 0; i < FAKE_VIFS; i++)
		fake_cmd_u32(SKUA_CMD_VIF_REMOVE, i);
	for (u32 i = 0; i < SKUA_MAX_CHANCTX; i++)
		fake_cmd_u32(SKUA_CMD_CHANCTX_REMOVE, i);
	for (u32 i = 0; i < FAKE_VIFS; i++)
		assert_false(fake.vif_valid[i] || fake.beacon_valid[i]);
	for (u32 i = 0; i < FAKE_STAS; i++)
		assert_false(fake.sta_valid[i] || fake.rate_valid[i]);
	for (u32 i = 0; i < FAKE_KEYS; i++)
		assert_false(fake.key_valid[i]);
	assert_int_equal(fake_freq(), 0);
	assert_int_equal(fake.reg[ENG_RF_ROC_VIF / 4], SKUA_VIF_NONE);
}

int fake_teardown(void **state)
{
	(void)state;
	fake_shutdown();
	return 0;
}

/* ------------------------------------------------------------------ */
/* Helpers for many tests						*/

struct skua_cmd_vif fake_vif_cmd(u8 vif, u8 type, u32 flags)
{
	struct skua_cmd_vif p = {
		.vif = vif,
		.type = type,
		.flags = flags,
		.addr = { 2, 0, 0, 0, 0, vif },
		.bssid = { 2, 0, 0, 0, 1, vif },
		.beacon_int = 100,
		.basic_rates = 0x150,
	};

	return p;
}

void fake_vif(u8 vif, u8 type, u32 flags)
{
	struct skua_cmd_vif p = fake_vif_cmd(vif, type, flags);

	assert_ok(fake_cmd(SKUA_CMD_VIF_ADD, &p, sizeof(p)));
}

struct skua_cmd_sta fake_sta_cmd(u16 sta, u16 gen, u8 vif)
{
	struct skua_cmd_sta p = {
		.sta = sta,
		.gen = gen,
		.vif = vif,
		.aid = (u16)(sta + 1),
		.addr = { 2, 0, 0, 0, 2, (u8)sta },
		.flags = SKUA_STAF_AUTH | SKUA_STAF_QOS,
		.legacy_rates = 0xfff,
		.vht_mcs = 0xffff,
		.he_mcs = 0xffff,
		.he_mcs160 = 0xffff,
		.nss = 1,
	};

	return p;
}

void fake_sta(u16 sta, u16 gen, u8 vif)
{
	struct skua_cmd_sta p = fake_sta_cmd(sta, gen, vif);

	assert_ok(fake_cmd(SKUA_CMD_STA_ADD, &p, sizeof(p)));
}

struct skua_cmd_key fake_key_cmd(u16 slot, u16 gen, u8 vif)
{
	struct skua_cmd_key p = {
		.slot = slot,
		.gen = gen,
		.sta = SKUA_STA_NONE,
		.vif = vif,
		.key_len = 16,
		.cipher = SKUA_CIPHER_CCMP,
	};

	memset(p.key, 0xa5, 16);
	return p;
}

void fake_chan(u8 vif, u8 ctx, u16 freq, u16 center1, u8 bw)
{
	struct skua_cmd_chanctx set = {
		.ctx = ctx,
		.chan = { .freq = freq, .center1 = center1, .bw = bw, .power = 15 },
	};
	struct skua_cmd_vif_chanctx use = { .vif = vif, .ctx = ctx };

	assert_ok(fake_cmd(SKUA_CMD_CHANCTX_SET, &set, sizeof(set)));
	assert_ok(fake_cmd(SKUA_CMD_VIF_CHANCTX, &use, sizeof(use)));
}

/* Header, fixed fields, SSID element, TIM element at 42; zeroes up to len */
u32 fake_beacon_build(u8 *buf, u32 len)
{
	memset(buf, 0, len);
	buf[0] = 0x80;
	buf[36] = 0;
	buf[37] = 4;
	memcpy(buf + 38, "test", 4);
	if (len >= 48) {
		buf[42] = 5;
		buf[43] = 4;
	}
	return len;
}

void fake_beacon(u8 vif, u16 beacon_int)
{
	struct skua_cmd_beacon p = {
		.vif = vif,
		.dtim_period = 2,
		.beacon_int = beacon_int,
		.tim_off = 42,
		.bigtk_slot = SKUA_KEY_NONE,
	};
	static u8 buf[80];

	fake_beacon_build(buf, sizeof(buf));
	assert_ok(fake_cmd_ext(SKUA_CMD_BEACON_SET, &p, sizeof(p), buf, sizeof(buf)));
}
