// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot, watchdog, death, timers, log; state of the whole MAC; flush, power save,
 * statistics
 */
#include "fake.h"

static int setup(void **state)
{
	(void)state;
	fake_boot();
	return 0;
}

/* ------------------------------------------------------------------ */
/* ALIVE								*/

static const u8 *tlv(const struct skua_evt *e, u16 type, u16 *len)
{
	u32 off = 0;

	while (off + sizeof(struct skua_tlv) <= e->len) {
		struct skua_tlv t;

		memcpy(&t, e->data + off, sizeof(t));
		off += sizeof(t);
		assert_true(off + t.len <= e->len);
		*len = t.len;
		if (t.type == type)
			return e->data + off;
		off += (t.len + 3u) & ~3u;
	}
	fail_msg("no TLV %u", type);
	return NULL;
}

static void alive(void **state)
{
	static const u8 mac[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };
	const struct skua_evt *e = &fake.evt[0];
	struct skua_limits lim;
	struct skua_radio radio;
	u32 suites[16], nonce;
	const u8 *val;
	u64 feat;
	u16 len;

	(void)state;
	assert_int_equal(fake.n_evt, 1);
	assert_int_equal(e->id, SKUA_EVT_ALIVE);
	assert_int_equal(fake.reg[ENG_SYS_ALIVE / 4], 1);

	val = tlv(e, SKUA_TLV_FW_VERSION, &len);
	assert_memory_equal(val, "skua-fw test", len);
	val = tlv(e, SKUA_TLV_NONCE, &len);
	memcpy(&nonce, val, sizeof(nonce));
	assert_int_equal(nonce, FAKE_NONCE);
	val = tlv(e, SKUA_TLV_MAC, &len);
	assert_int_equal(len, 6);
	assert_memory_equal(val, mac, 6);
	val = tlv(e, SKUA_TLV_FEATURES, &len);
	memcpy(&feat, val, sizeof(feat));
	assert_true(feat == FW_FEATURES);
	/* Neither the image nor the engines under its control implement these. */
	assert_false(feat & (SKUA_FEAT_EHT | SKUA_FEAT_STA_PS | SKUA_FEAT_WOWLAN | SKUA_FEAT_MLO));
	assert_int_equal(fake.reg[ENG_SYS_DRV_FEAT_SET_LO / 4], (u32)feat);
	assert_int_equal(fake.reg[ENG_SYS_DRV_FEAT_SET_HI / 4], (u32)(feat >> 32));
	val = tlv(e, SKUA_TLV_LIMITS, &len);
	assert_int_equal(len, sizeof(lim));
	memcpy(&lim, val, sizeof(lim));
	assert_int_equal(lim.vifs, FAKE_VIFS);
	assert_int_equal(lim.stas, FAKE_STAS);
	assert_int_equal(lim.keys, FAKE_KEYS);
	assert_int_equal(lim.channels, 1);
	assert_int_equal(lim.beacon_len, FW_MAX_BEACON);
	assert_int_equal(lim.tx_queue, 0xffff);
	val = tlv(e, SKUA_TLV_CIPHERS, &len);
	assert_int_equal(len, 11 * 4);
	memcpy(suites, val, len);
	assert_int_equal(suites[0], 0x000fac01);
	assert_int_equal(suites[2], 0x000fac04);
	assert_int_equal(suites[10], 0x000fac0d);
	val = tlv(e, SKUA_TLV_RADIO, &len);
	assert_int_equal(len, sizeof(radio));
	memcpy(&radio, val, sizeof(radio));
	assert_int_equal(radio.bands, 7);
	assert_int_equal(radio.chains, 2);
	assert_int_equal(radio.nss, 2);
	assert_int_equal(radio.max_bw, SKUA_BW_160);
	assert_int_equal(radio.max_power, 20);
}

/* A feature needs the support of hardware, driver and firmware. */
static void alive_features(void **state)
{
	u16 len;
	u64 feat;

	(void)state;
	fake_boot_with(SKUA_FEAT_HE | SKUA_FEAT_HT | SKUA_FEAT_MLO,
		       SKUA_FEAT_HE | SKUA_FEAT_ROC | SKUA_FEAT_MLO, 0);
	memcpy(&feat, tlv(&fake.evt[0], SKUA_TLV_FEATURES, &len), sizeof(feat));
	assert_true(feat == SKUA_FEAT_HE);
	tlv(&fake.evt[0], SKUA_TLV_CIPHERS, &len);
	assert_int_equal(len, 0);
}

/* ------------------------------------------------------------------ */
/* Watchdog, timers, death						*/

static void watchdog(void **state)
{
	u32 before = fake.n_feed;

	(void)state;
	assert_in_range(fake.wdog_deadline - fake.time, 100000, 200000);
	/* fake_run() fails if the watchdog expires. An idle firmware feeds it by a timer. */
	fake_run(10 * SEC_US);
	assert_in_range(fake.n_feed - before, 150, 250);
}

static u32 fired[3];
static u64 fired_at[3];

static void fire(u32 i)
{
	fired[i]++;
	fired_at[i] = fake.time;
}

static void fire0(void) { fire(0); }
static void fire1(void) { fire(1); }
static struct timer again;
static void fire2(void)
{
	fire(2);
	timer_set(&again, 0);
}

static void timers(void **state)
{
	static struct timer a = { .fn = fire0 };
	static struct timer b = { .fn = fire1 };
	u64 start = fake.time;

	(void)state;
	memset(fired, 0, sizeof(fired));
	timer_set(&a, 5000);
	timer_set(&b, 3000);
	timer_set(&a, 1000);	/* moved, not doubled */
	fake_run(10000);
	assert_int_equal(fired[0], 1);
	assert_int_equal(fired[1], 1);
	assert_true(fired_at[0] == start + 1000 && fired_at[1] == start + 3000);
	timer_set(&a, 1000);
	timer_cancel(&a);
	timer_cancel(&a);
	fake_run(10000);
	assert_int_equal(fired[0], 1);
	/* Beyond 32 bits of microseconds */
	timer_set(&b, 0xfffffff0);
	fake_run(0xffffff00ull);
	assert_int_equal(fired[1], 1);
	fake_run(0x100);
	assert_int_equal(fired[1], 2);
	/* A timer that restarts itself without delay does not starve other timers. */
	again.fn = fire2;
	timer_set(&again, 0);
	fake.time++;
	timer_run();
	assert_int_equal(fired[2], 1);
	fake_run(10);
	assert_int_equal(fired[2], 11);
	timer_cancel(&again);
}

static void crash_by(u32 how)
{
	struct skua_cmd_u32 p = { .val = how };

	fake_boot();
	fake.may_stop = true;
	if (setjmp(fake.stop))
		return;
	fake_post(SKUA_CMD_CRASH, 0, &p, sizeof(p), NULL, 0);
	fake_run(0);
	fail_msg("it survived %u", how);
}

/* D4 */
static void crash(void **state)
{
	static const struct {
		u32 how;
		int stopped;
	} t[] = {
		{ SKUA_CRASH_ASSERT, STOP_WFI },
		{ SKUA_CRASH_TRAP, STOP_ILLEGAL },
		{ SKUA_CRASH_LOOP, STOP_SPIN },
		{ SKUA_CRASH_SILENT, STOP_WFI },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(t); i++) {
		crash_by(t[i].how);
		assert_int_equal(fake.stopped, t[i].stopped);
		assert_int_equal(fake_events(SKUA_EVT_CMD_DONE), 0);
		/* A silent crash gives no sign. The NIC notices the other crashes. */
		if (t[i].how == SKUA_CRASH_SILENT)
			assert_true(fake.wdog_deadline == 0);
		else
			assert_true(fake.wdog_deadline != 0);
		if (t[i].how == SKUA_CRASH_ASSERT) {
			assert_int_equal(fake.reg[ENG_SYS_FATAL / 4], SKUA_FATAL_ASSERT);
			assert_true(fake.reg[ENG_SYS_FATAL_LINE / 4] > 0);
			assert_non_null(strstr(fake_sram(fake.reg[ENG_SYS_FATAL_FILE / 4]),
					       "crash.c"));
		} else {
			assert_int_equal(fake.reg[ENG_SYS_FATAL / 4], 0);
		}
	}
	fake_boot();
	assert_int_equal(fake_cmd_u32(SKUA_CMD_CRASH, 4), SKUA_ST_INVALID);
}

/* D4, K7: a crash while a key is at hand: the record must not show it. */
static void crash_wipes(void **state)
{
	struct skua_cmd_key p = fake_key_cmd(0, 1, 0);
	struct eng_key nothing = { 0 };
	struct skua_cmd zero = { 0 };

	(void)state;
	fake_vif(0, SKUA_VIF_STA, 0);
	fake_post(SKUA_CMD_KEY_SET, SKUA_CMDF_SECRET, &p, sizeof(p), NULL, 0);
	fake.may_stop = true;
	fake.panic_at_key = true;
	if (!setjmp(fake.stop)) {
		fake_run(0);
		fail_msg("it survived");
	}
	assert_memory_equal(fake_sram(fake.reg[ENG_HIF_CMD_ADDR / 4]), &zero, sizeof(zero));
	assert_memory_equal(fake_sram(fake.key_addr), &nothing, sizeof(nothing));
	assert_int_equal(fake.reg[ENG_SYS_FATAL / 4], SKUA_FATAL_ASSERT);
	fake.panic_at_key = false;
	/* The model's command was not retired; the interface is still there. */
	fake.retired = fake.cmd_cons;
}

static void log_lines(void **state)
{
	const struct skua_evt *e;

	(void)state;
	fake_forget();
	fake.log_len = 0;
	fake_run(SEC_US);
	log_text("%s %u%% 0x%x", "text", 4000000000u, 0xbeefu);
	assert_memory_equal(fake.log, "text 4000000000% 0xbeef\n", 24);
	e = fake_event(SKUA_EVT_LOG, 0);
	assert_int_equal(e->len, 23);
	assert_memory_equal(e->data, "text 4000000000% 0xbeef", 23);
	/* Long lines are cut; lines above the rate limit are dropped and counted. */
	log_text("%s%s", "0123456789012345678901234567890123456789012345678901234567890",
		 "01234567890123456789012345678901234567890123456789012345678901234567");
	assert_int_equal(fake_event(SKUA_EVT_LOG, 1)->len, 120);
	for (u32 i = 0; i < 50; i++)
		log_text("line %u", i);
	assert_int_equal(fake_events(SKUA_EVT_LOG), 8);
	fake_run(SEC_US);
	log_text("end");
	e = fake_event(SKUA_EVT_LOG, 8);
	assert_memory_equal(e->data, "(44 lines left out) end", e->len);
	log_text("once");
	assert_int_equal(fake_event(SKUA_EVT_LOG, 9)->len, 4);
}

/* ------------------------------------------------------------------ */
/* The whole MAC							*/

static void start_stop(void **state)
{
	(void)state;
	assert_int_equal(fake.reg[ENG_MAC_ENABLE / 4], 0);
	assert_ok(fake_cmd_u32(SKUA_CMD_RX_FILTER, SKUA_FILTER_ALLMULTI));
	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	assert_int_equal(fake.reg[ENG_MAC_ENABLE / 4], 1);
	assert_int_equal(fake.reg[ENG_MAC_FILTER / 4], SKUA_FILTER_ALLMULTI);
	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	assert_int_equal(fake.reg[ENG_MAC_ENABLE / 4], 0);
	assert_int_equal(fake.n_drop, 1);
	assert_int_equal(fake.drop_vif, SKUA_VIF_NONE);
	assert_int_equal(fake.drop_sta, SKUA_STA_NONE);
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
}

static void filter(void **state)
{
	(void)state;
	for (u32 i = 0; i < 32; i++) {
		assert_int_equal(fake_cmd_u32(SKUA_CMD_RX_FILTER, BIT(i)),
				 i <= 8 ? SKUA_ST_OK : SKUA_ST_INVALID);
		if (i <= 8)
			assert_int_equal(fake.reg[ENG_MAC_FILTER / 4], BIT(i));
	}
	assert_int_equal(fake.reg[ENG_MAC_FILTER / 4], BIT(8));
	assert_ok(fake_cmd_u32(SKUA_CMD_RX_FILTER, 0));
}

/* T4 */
static void thresholds(void **state)
{
	(void)state;
	assert_ok(fake_cmd_u32(SKUA_CMD_RTS_THRESHOLD, 500));
	assert_int_equal(fake.reg[ENG_MAC_RTS_THRESH / 4], 500);
	assert_ok(fake_cmd_u32(SKUA_CMD_RTS_THRESHOLD, ~0u));
	assert_int_equal(fake.reg[ENG_MAC_RTS_THRESH / 4], ~0u);
	assert_ok(fake_cmd_u32(SKUA_CMD_RETRY_LIMITS, 2 | 31 << 8));
	assert_int_equal(fake.reg[ENG_MAC_RETRY / 4], 2 | 31 << 8);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_RETRY_LIMITS, 2), SKUA_ST_INVALID);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_RETRY_LIMITS, 4 << 8), SKUA_ST_INVALID);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_RETRY_LIMITS, 32 | 4 << 8), SKUA_ST_INVALID);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_RETRY_LIMITS, 7 | 4 << 8 | 1 << 16),
			 SKUA_ST_INVALID);
	assert_int_equal(fake.reg[ENG_MAC_RETRY / 4], 2 | 31 << 8);
}

static u16 edca(u8 vif, u8 ac, u8 aifsn, u16 cw_min, u16 cw_max)
{
	struct skua_cmd_edca p = {
		.vif = vif, .ac = ac, .aifsn = aifsn, .cw_min = cw_min, .cw_max = cw_max,
		.txop = 47,
	};

	return fake_cmd(SKUA_CMD_EDCA, &p, sizeof(p));
}

/* T3 */
static void edca_table(void **state)
{
	struct skua_cmd_edca link = { .vif = 2, .link = 1, .aifsn = 2 };

	(void)state;
	assert_int_equal(edca(2, 0, 2, 3, 7), SKUA_ST_NO_ENTRY);
	fake_vif(2, SKUA_VIF_AP, 0);
	assert_ok(edca(2, 3, 7, 15, 1023));
	assert_int_equal(fake.edca[11].aifsn, 7);
	assert_int_equal(fake.edca[11].cw_min, 15);
	assert_int_equal(fake.edca[11].cw_max, 1023);
	assert_int_equal(fake.edca[11].txop, 47);
	assert_ok(edca(2, 0, 1, 0, 32767));
	assert_int_equal(edca(2, 4, 2, 3, 7), SKUA_ST_INVALID);
	assert_int_equal(edca(2, 0, 0, 3, 7), SKUA_ST_INVALID);
	assert_int_equal(edca(2, 0, 16, 3, 7), SKUA_ST_INVALID);
	assert_int_equal(edca(2, 0, 2, 4, 7), SKUA_ST_INVALID);
	assert_int_equal(edca(2, 0, 2, 3, 8), SKUA_ST_INVALID);
	assert_int_equal(edca(2, 0, 2, 7, 3), SKUA_ST_INVALID);
	assert_int_equal(edca(2, 0, 2, 3, 65535), SKUA_ST_INVALID);
	assert_int_equal(fake_cmd(SKUA_CMD_EDCA, &link, sizeof(link)), SKUA_ST_UNSUPPORTED);
}

/* ------------------------------------------------------------------ */
/* Flush								*/

static struct skua_cmd_flush flush_all(u32 timeout_ms)
{
	struct skua_cmd_flush p = {
		.vif = SKUA_VIF_NONE,
		.ac_mask = 0x1f,
		.sta = SKUA_STA_NONE,
		.timeout_ms = timeout_ms,
	};

	return p;
}

/* T5 */
static void flush(void **state)
{
	struct skua_cmd_flush p = flush_all(500);
	u16 seq;

	(void)state;
	/* Nothing to wait for */
	assert_ok(fake_cmd(SKUA_CMD_FLUSH, &p, sizeof(p)));
	assert_int_equal(fake.n_drop, 0);
	assert_int_equal(fake_inbands(SKUA_INB_TX_DRAINED), 1);

	fake.txq_count = 5;
	seq = fake_post(SKUA_CMD_FLUSH, 0, &p, sizeof(p), NULL, 0);
	fake_run(100 * MSEC_US);
	assert_null(fake_find_done(seq));
	/* The command is retired already, or the frames would wait for it. */
	assert_int_equal(fake.retired, fake.cmd_cons);
	assert_ok(fake_cmd(SKUA_CMD_NOP, NULL, 0));
	fake.txq_count = 0;
	fake_run(5 * MSEC_US);
	assert_non_null(fake_find_done(seq));
	assert_int_equal(fake_inband_last(SKUA_INB_TX_DRAINED)->arg, seq);
	assert_int_equal(fake.n_drop, 0);

	/* Frames that are left at the timeout are dropped, and not before. */
	fake.txq_count = 5;
	seq = fake_post(SKUA_CMD_FLUSH, 0, &p, sizeof(p), NULL, 0);
	fake_run(495 * MSEC_US);
	assert_null(fake_find_done(seq));
	fake_run(10 * MSEC_US);
	assert_non_null(fake_find_done(seq));
	assert_int_equal(fake.n_drop, 1);
	assert_int_equal(fake.reg[ENG_TXQ_ACS / 4], 0x1f);

	/* Dropping does not wait. */
	p.drop = 1;
	fake.txq_count = 5;
	assert_ok(fake_cmd(SKUA_CMD_FLUSH, &p, sizeof(p)));
	assert_int_equal(fake.n_drop, 2);
}

static void flush_many(void **state)
{
	struct skua_cmd_flush p = flush_all(1000);
	struct skua_evt_cmd_done done;
	u16 seq[9];

	(void)state;
	fake.txq_count = 1;
	for (u32 i = 0; i < 9; i++) {
		p.timeout_ms = 1000 - 100 * i;
		seq[i] = fake_post(SKUA_CMD_FLUSH, 0, &p, sizeof(p), NULL, 0);
	}
	fake_run(0);
	memcpy(&done, fake_find_done(seq[8])->data, sizeof(done));
	assert_int_equal(done.status, SKUA_ST_BUSY);
	/* The flush with the shortest timeout drops the frames; that ends all flushes. */
	fake_run(290 * MSEC_US);
	assert_null(fake_find_done(seq[7]));
	fake_run(20 * MSEC_US);
	for (u32 i = 0; i < 8; i++)
		assert_non_null(fake_find_done(seq[i]));
	assert_int_equal(fake.n_drop, 1);
	/* STOP answers the flushes that wait. */
	fake.txq_count = 1;
	seq[0] = fake_post(SKUA_CMD_FLUSH, 0, &p, sizeof(p), NULL, 0);
	fake_run(0);
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	assert_non_null(fake_find_done(seq[0]));
	/* A flush with NO_ACK that succeeds has no answer. */
	p.drop = 1;
	seq[0] = fake_post(SKUA_CMD_FLUSH, SKUA_CMDF_NO_ACK, &p, sizeof(p), NULL, 0);
	fake_run(SEC_US);
	assert_null(fake_find_done(seq[0]));
}

static void flush_fields(void **state)
{
	struct skua_cmd_flush p = flush_all(10);

	(void)state;
	p.vif = 0;
	assert_int_equal(fake_cmd(SKUA_CMD_FLUSH, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	fake_vif(0, SKUA_VIF_AP, 0);
	fake_sta(3, 4, 0);
	p.sta = 3;
	p.sta_gen = 3;
	assert_int_equal(fake_cmd(SKUA_CMD_FLUSH, &p, sizeof(p)), SKUA_ST_STALE);
	p.sta_gen = 4;
	assert_ok(fake_cmd(SKUA_CMD_FLUSH, &p, sizeof(p)));
	assert_int_equal(fake.reg[ENG_TXQ_VIF / 4], 0);
	assert_int_equal(fake.reg[ENG_TXQ_STA / 4], 3 | 4 << 16);
	p.sta = 4;
	assert_int_equal(fake_cmd(SKUA_CMD_FLUSH, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	p.sta = SKUA_STA_NONE;
	p.drop = 2;
	assert_int_equal(fake_cmd(SKUA_CMD_FLUSH, &p, sizeof(p)), SKUA_ST_INVALID);
}

/* ------------------------------------------------------------------ */
/* Power save, survey, TSF						*/

static void ps_release(void **state)
{
	struct skua_cmd_ps_release p = { .sta = 1, .gen = 2, .tids = 0x81, .num = 3 };

	(void)state;
	fake_vif(3, SKUA_VIF_AP, 0);
	fake_vif(1, SKUA_VIF_STA, 0);
	fake_sta(1, 2, 3);
	fake_sta(2, 2, 1);
	assert_ok(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)));
	assert_int_equal(fake.release, 0x81 | 3 << 16);
	assert_int_equal(fake.reg[ENG_TXQ_STA / 4], 1 | 2 << 16);
	assert_int_equal(fake.reg[ENG_TXQ_VIF / 4], 3);
	p.num = 1000;
	p.more_data = 1;
	p.reason = 1;
	assert_ok(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)));
	assert_int_equal(fake.release, 0x81 | 0xff << 16 | 1 << 24 | 1 << 25);
	fake.release = 0;
	p.reason = 2;
	assert_int_equal(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)), SKUA_ST_INVALID);
	p.reason = 0;
	p.more_data = 2;
	assert_int_equal(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)), SKUA_ST_INVALID);
	p.more_data = 0;
	p.tids = 0;
	assert_int_equal(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)), SKUA_ST_INVALID);
	p.tids = 1;
	p.num = 0;
	assert_int_equal(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)), SKUA_ST_INVALID);
	p.num = 1;
	p.gen = 1;
	assert_int_equal(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)), SKUA_ST_STALE);
	p.gen = 2;
	p.sta = 2;	/* an access point of ours */
	assert_int_equal(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)), SKUA_ST_STATE);
	p.sta = 3;
	assert_int_equal(fake_cmd(SKUA_CMD_PS_RELEASE, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	assert_int_equal(fake.release, 0);
}

/* T9 */
static void survey(void **state)
{
	struct skua_survey s;
	u16 len;

	(void)state;
	fake.survey.noise = -92;
	fake.survey.busy_us = 1ull << 33;
	assert_ok(fake_cmd_u32(SKUA_CMD_SURVEY, 5180));
	memcpy(&s, fake_ans(&len), sizeof(s));
	assert_int_equal(len, sizeof(s));
	assert_int_equal(s.freq, 5180);
	assert_int_equal(s.noise, -92);
	assert_int_equal(s.in_use, 0);
	assert_true(s.busy_us == 1ull << 33);
	fake_vif(0, SKUA_VIF_STA, 0);
	fake_chan(0, 0, 5180, 5180, SKUA_BW_20);
	assert_ok(fake_cmd_u32(SKUA_CMD_SURVEY, 5180));
	memcpy(&s, fake_ans(&len), sizeof(s));
	assert_int_equal(s.in_use, 1);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_SURVEY, 0), SKUA_ST_INVALID);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_SURVEY, ~0u), SKUA_ST_INVALID);
}

static u64 tsf_get(u8 vif)
{
	static const u8 zero[sizeof(((struct skua_cmd_tsf *)0)->rsvd)];
	struct skua_cmd_tsf p = { .vif = vif };
	u8 junk[16];
	u16 len;

	/* The answer must not contain data of an earlier answer. */
	memset(junk, 0xa5, sizeof(junk));
	assert_ok(fake_cmd(SKUA_CMD_NOP, junk, sizeof(junk)));
	assert_ok(fake_cmd(SKUA_CMD_TSF_GET, &p, sizeof(p)));
	memcpy(&p, fake_ans(&len), sizeof(p));
	assert_int_equal(len, sizeof(p));
	assert_int_equal(p.vif, vif);
	assert_memory_equal(p.rsvd, zero, sizeof(zero));
	return p.tsf;
}

/* T9 */
static void tsf(void **state)
{
	struct skua_cmd_tsf p = { .vif = 1, .tsf = 1000000000000ull };

	(void)state;
	assert_int_equal(fake_cmd(SKUA_CMD_TSF_GET, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	assert_int_equal(fake_cmd(SKUA_CMD_TSF_SET, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	assert_int_equal(fake_cmd(SKUA_CMD_TSF_OFFSET, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	fake_vif(1, SKUA_VIF_AP, 0);
	assert_true(tsf_get(1) == fake.time);
	assert_ok(fake_cmd(SKUA_CMD_TSF_SET, &p, sizeof(p)));
	assert_true(tsf_get(1) == p.tsf);
	fake_run(12345);
	assert_true(tsf_get(1) == p.tsf + 12345);
	p.tsf = (u64)-45;
	assert_ok(fake_cmd(SKUA_CMD_TSF_OFFSET, &p, sizeof(p)));
	assert_true(tsf_get(1) == 1000000000000ull + 12300);
	/* The engine has changed the offset meanwhile. */
	fake.vif[1].tsf_offset += 1000;
	assert_true(tsf_get(1) == 1000000000000ull + 13300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(alive, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(alive_features, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(watchdog, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(timers, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(crash, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(crash_wipes, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(log_lines, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(start_stop, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(filter, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(thresholds, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(edca_table, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(flush, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(flush_many, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(flush_fields, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(ps_release, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(survey, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(tsf, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: life", tests, NULL, NULL);
}
