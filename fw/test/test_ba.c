// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block Ack sessions: commands, holds, and when a session is asked for
 */
#include "fake.h"
#include "../policy.h"

#define STA	3
#define GEN	7
#define TID	5
#define AP	2

static struct skua_cmd_sta he_sta(u16 sta)
{
	struct skua_cmd_sta p = fake_sta_cmd(sta, GEN, AP);

	p.flags |= SKUA_STAF_AUTHORIZED;
	p.he_mcs = 0xfffe;
	p.ampdu_factor = 10;
	p.ampdu_density = 6;
	return p;
}

static void add(const struct skua_cmd_sta *p)
{
	assert_ok(fake_cmd(SKUA_CMD_STA_ADD, p, sizeof(*p)));
}

static void add_he(u16 sta)
{
	struct skua_cmd_sta p = he_sta(sta);

	add(&p);
}

static void update(const struct skua_cmd_sta *p)
{
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, p, sizeof(*p)));
}

static void remove_sta(u16 sta)
{
	struct skua_cmd_sta_ref ref = { .sta = sta, .gen = GEN };

	assert_ok(fake_cmd(SKUA_CMD_STA_REMOVE, &ref, sizeof(ref)));
}

static void start_with(u64 hw, u64 drv)
{
	fake_boot_with(hw, drv, 0x3f76);
	fake_vif(AP, SKUA_VIF_AP, 0);
	add_he(STA);
}

static int setup(void **state)
{
	(void)state;
	start_with(HW_ALL, DRV_ALL);
	return 0;
}

static struct skua_cmd_ba ba(u8 action)
{
	struct skua_cmd_ba p = { .sta = STA, .gen = GEN, .tid = TID, .action = action };

	if (action == SKUA_BA_RX_START || action == SKUA_BA_TX_START)
		p.buf_size = 64;
	return p;
}

static u16 send_ba(const struct skua_cmd_ba *p)
{
	return fake_cmd(SKUA_CMD_BA, p, sizeof(*p));
}

static u16 act(u8 action)
{
	struct skua_cmd_ba p = ba(action);

	return send_ba(&p);
}

/* A command that is answered later */
static u16 post(u8 action)
{
	struct skua_cmd_ba p = ba(action);
	u16 seq = fake_post(SKUA_CMD_BA, 0, &p, sizeof(p), NULL, 0);

	fake_run(0);
	assert_int_equal(fake.retired, fake.cmd_cons);
	return seq;
}

static u16 status_of(u16 seq)
{
	struct skua_evt_cmd_done done;
	const struct skua_evt *e = fake_find_done(seq);

	assert_non_null(e);
	memcpy(&done, e->data, sizeof(done));
	assert_int_equal(done.op, SKUA_CMD_BA);
	return done.status;
}

static struct eng_ba *entry(void)
{
	return fake_ba(STA, TID);
}

static void session(void)
{
	assert_ok(act(SKUA_BA_TX_HOLD));
	assert_ok(act(SKUA_BA_TX_START));
	assert_int_equal(entry()->tx, ENG_BA_TX_ON);
}

/* ------------------------------------------------------------------ */
/* Commands								*/

/* A4 */
static void rx(void **state)
{
	struct skua_cmd_ba p = ba(SKUA_BA_RX_START);

	(void)state;
	p.tid = 12;
	p.ssn = 4095;
	p.buf_size = 1024;
	p.timeout_tu = 5000;
	fake_ba(STA, 12)->tx_size = 99;
	assert_ok(send_ba(&p));
	assert_int_equal(fake_ba(STA, 12)->rx, 1);
	assert_int_equal(fake_ba(STA, 12)->rx_ssn, 4095);
	assert_int_equal(fake_ba(STA, 12)->rx_size, 1024);
	assert_int_equal(fake_ba(STA, 12)->rx_timeout_tu, 5000);
	/* the other half is not touched */
	assert_int_equal(fake_ba(STA, 12)->tx_size, 99);
	p.action = SKUA_BA_RX_STOP;
	assert_ok(send_ba(&p));
	assert_int_equal(fake_ba(STA, 12)->rx, 0);
	/* the end of what has ended */
	assert_ok(send_ba(&p));
}

/* A1: the answer is the next sequence number, once no frame with a number is left */
static void hold(void **state)
{
	const struct skua_ba_answer *ans;
	u16 len, seq;

	(void)state;
	entry()->tx_busy = 3;
	entry()->tx_next = 77;
	seq = post(SKUA_BA_TX_HOLD);
	assert_int_equal(entry()->tx, ENG_BA_TX_HOLD);
	fake_run(50 * MSEC_US);
	assert_null(fake_find_done(seq));
	entry()->tx_busy = 0;
	entry()->tx_next = 80;
	fake_run(3 * MSEC_US);
	assert_ok(status_of(seq));
	ans = (const void *)(fake_find_done(seq)->data + sizeof(struct skua_evt_cmd_done));
	assert_int_equal(ans->ssn, 80);
	assert_int_equal(entry()->tx, ENG_BA_TX_HOLD);
	assert_int_equal(entry()->rx, 0);
	/* again, with nothing to wait for */
	assert_ok(act(SKUA_BA_TX_HOLD));
	ans = fake_ans(&len);
	assert_int_equal(len, sizeof(*ans));
	assert_int_equal(ans->ssn, 80);
}

/* A1: a peer that sleeps never drains */
static void hold_is_bounded(void **state)
{
	u16 seq;

	(void)state;
	entry()->tx_busy = 1;
	seq = post(SKUA_BA_TX_HOLD);
	fake_run(99 * MSEC_US);
	assert_null(fake_find_done(seq));
	assert_int_equal(entry()->tx, ENG_BA_TX_HOLD);
	fake_run(4 * MSEC_US);
	assert_int_equal(status_of(seq), SKUA_ST_BUSY);
	assert_int_equal(entry()->tx, ENG_BA_TX_OFF);
	assert_int_equal(act(SKUA_BA_TX_START), SKUA_ST_STATE);
}

/* While a hold waits, only its end may come. */
static void hold_once(void **state)
{
	u16 seq;

	(void)state;
	entry()->tx_busy = 1;
	seq = post(SKUA_BA_TX_HOLD);
	assert_int_equal(act(SKUA_BA_TX_HOLD), SKUA_ST_BUSY);
	assert_int_equal(act(SKUA_BA_TX_START), SKUA_ST_STATE);
	assert_int_equal(entry()->tx, ENG_BA_TX_HOLD);
	assert_null(fake_find_done(seq));
	assert_ok(act(SKUA_BA_TX_STOP));
	assert_int_equal(status_of(seq), SKUA_ST_BUSY);
	assert_int_equal(entry()->tx, ENG_BA_TX_OFF);
	/* no second answer */
	fake_forget();
	fake_run(SEC_US);
	assert_null(fake_find_done(seq));
	/* in a session there is nothing to hold */
	entry()->tx_busy = 0;
	session();
	assert_int_equal(act(SKUA_BA_TX_HOLD), SKUA_ST_STATE);
	assert_int_equal(entry()->tx, ENG_BA_TX_ON);
}

/* Eight at a time, of any stations and TIDs; each has its own answer */
static void hold_many(void **state)
{
	struct skua_cmd_ba p = ba(SKUA_BA_TX_HOLD);
	u16 seq[9];

	(void)state;
	for (u8 i = 0; i < 8; i++) {
		p.tid = i;
		fake_ba(STA, i)->tx_busy = 1;
		fake_ba(STA, i)->tx_next = 100 + i;
		seq[i] = fake_post(SKUA_CMD_BA, 0, &p, sizeof(p), NULL, 0);
	}
	fake_run(0);
	for (u8 i = 0; i < 8; i++)
		assert_null(fake_find_done(seq[i]));
	p = ba(SKUA_BA_TX_HOLD);
	p.sta = STA + 1;
	add_he(STA + 1);
	assert_int_equal(send_ba(&p), SKUA_ST_BUSY);
	for (u8 i = 0; i < 8; i++) {
		u8 tid = 7 - i;

		fake_ba(STA, tid)->tx_busy = 0;
		fake_run(2 * MSEC_US);
		assert_ok(status_of(seq[tid]));
		assert_int_equal(fake_find_done(seq[tid])->data[8], 100 + tid);
		if (tid)
			assert_null(fake_find_done(seq[tid - 1]));
	}
	assert_ok(send_ba(&p));
}

/* A hold that nothing follows ends by itself, and the host is told. */
static void hold_forgotten(void **state)
{
	(void)state;
	assert_ok(act(SKUA_BA_TX_HOLD));
	fake_run(4 * SEC_US);
	assert_int_equal(entry()->tx, ENG_BA_TX_HOLD);
	assert_int_equal(fake_inbands(SKUA_INB_BA_STOP), 0);
	fake_run(3 * SEC_US);
	assert_int_equal(entry()->tx, ENG_BA_TX_OFF);
	assert_int_equal(fake_inbands(SKUA_INB_BA_STOP), 1);
	assert_int_equal(fake_inband_last(SKUA_INB_BA_STOP)->tid, TID);
	assert_int_equal(fake_inband_last(SKUA_INB_BA_STOP)->arg, 1);
	assert_int_equal(fake_events(SKUA_EVT_LOG), 1);
	/* a session that begins in time stays */
	session();
	fake_run(20 * SEC_US);
	assert_int_equal(entry()->tx, ENG_BA_TX_ON);
	assert_int_equal(fake_inbands(SKUA_INB_BA_STOP), 1);
	/* and so does the end of a hold */
	assert_ok(act(SKUA_BA_TX_STOP));
	assert_ok(act(SKUA_BA_TX_HOLD));
	assert_ok(act(SKUA_BA_TX_STOP));
	fake_run(20 * SEC_US);
	assert_int_equal(fake_inbands(SKUA_INB_BA_STOP), 1);
}

/* A2, A11: the window has the peer's size, as far as its kind of session has it */
static void sizes(void **state)
{
	static const struct {
		u32 ht;
		u16 vht;
		u16 he;
		u8 eht;
		u16 most;
	} kinds[] = {
		{ 0xff, 0xffff, 0xffff, 0, 64 },
		{ 0, 0xfffe, 0xffff, 0, 64 },
		{ 0xff, 0xfffe, 0xfffe, 0, 256 },
		{ 0, 0xffff, 0xfffe, 0, 256 },
		{ 0xff, 0xfffe, 0xfffe, 1, 1024 },
	};
	static const u16 asked[] = { 1, 63, 64, 65, 256, 257, 1024 };
	struct skua_cmd_ba p = ba(SKUA_BA_TX_START);

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct skua_cmd_sta s = he_sta(STA);

		s.ht_mcs = kinds[k].ht;
		s.vht_mcs = kinds[k].vht;
		s.he_mcs = kinds[k].he;
		s.eht_mcs[9] = kinds[k].eht;
		update(&s);
		for (u32 i = 0; i < ARRAY_SIZE(asked); i++) {
			assert_ok(act(SKUA_BA_TX_HOLD));
			p.buf_size = asked[i];
			p.amsdu = i & 1;
			assert_ok(send_ba(&p));
			assert_int_equal(entry()->tx_size, min_u32(asked[i], kinds[k].most));
			assert_int_equal(entry()->amsdu, i & 1);
			/* one session, one size */
			p.buf_size = 2;
			assert_int_equal(send_ba(&p), SKUA_ST_STATE);
			assert_ok(act(SKUA_BA_TX_STOP));
		}
	}
}

/* A3: STOP keeps the frames, FLUSH drops them; both end what is there, or nothing */
static void stop(void **state)
{
	(void)state;
	assert_ok(act(SKUA_BA_TX_STOP));
	assert_ok(act(SKUA_BA_TX_FLUSH));
	session();
	entry()->tx_busy = 5;
	fake_forget();
	assert_ok(act(SKUA_BA_TX_STOP));
	assert_int_equal(entry()->tx, ENG_BA_TX_OFF);
	assert_int_equal(entry()->tx_busy, 5);
	assert_int_equal(fake.n_drop, 0);
	entry()->tx_busy = 0;
	session();
	entry()->tx_busy = 5;
	assert_ok(act(SKUA_BA_TX_FLUSH));
	assert_int_equal(entry()->tx, ENG_BA_TX_OFF);
	assert_int_equal(entry()->tx_busy, 0);
	assert_int_equal(fake.n_drop, 1);
	/* before START */
	assert_ok(act(SKUA_BA_TX_HOLD));
	assert_ok(act(SKUA_BA_TX_STOP));
	assert_int_equal(entry()->tx, ENG_BA_TX_OFF);
	assert_int_equal(act(SKUA_BA_TX_START), SKUA_ST_STATE);
}

#define EACH_ACTION(a)	(u8 a = SKUA_BA_RX_START; a <= SKUA_BA_TX_FLUSH; a++)

static void names(void **state)
{
	u32 writes = fake.ba_writes;

	(void)state;
	for EACH_ACTION(a) {
		struct skua_cmd_ba p = ba(a);

		p.gen++;
		assert_int_equal(send_ba(&p), SKUA_ST_STALE);
		p = ba(a);
		p.sta++;
		assert_int_equal(send_ba(&p), SKUA_ST_NO_ENTRY);
		p.sta = 0xffff;
		assert_int_equal(send_ba(&p), SKUA_ST_NO_ENTRY);
		p = ba(a);
		for (u32 tid = 8; tid < 256; tid++) {
			p.tid = (u8)tid;
			if (tid < 16 && a <= SKUA_BA_RX_STOP)
				continue;
			assert_int_equal(send_ba(&p), SKUA_ST_INVALID);
			fake_forget();
		}
	}
	for (u32 a = SKUA_BA_TX_FLUSH + 1; a < 256; a++) {
		assert_int_equal(act((u8)a), SKUA_ST_INVALID);
		fake_forget();
	}
	assert_int_equal(fake.ba_writes, writes);
}

static void fields(void **state)
{
	static const u16 bad[] = { 0, 1025, 0x8000, 0xffff };
	struct skua_cmd_ba rx = ba(SKUA_BA_RX_START), tx = ba(SKUA_BA_TX_START);
	u32 writes;

	(void)state;
	assert_ok(act(SKUA_BA_TX_HOLD));
	writes = fake.ba_writes;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		rx.buf_size = bad[i];
		assert_int_equal(send_ba(&rx), SKUA_ST_INVALID);
		tx.buf_size = bad[i];
		assert_int_equal(send_ba(&tx), SKUA_ST_INVALID);
	}
	rx = ba(SKUA_BA_RX_START);
	rx.ssn = 4096;
	assert_int_equal(send_ba(&rx), SKUA_ST_INVALID);
	tx = ba(SKUA_BA_TX_START);
	tx.amsdu = 2;
	assert_int_equal(send_ba(&tx), SKUA_ST_INVALID);
	assert_int_equal(fake.ba_writes, writes);
	assert_int_equal(entry()->tx, ENG_BA_TX_HOLD);
}

/* No A-MPDU for a station without HT or QoS; what has begun may end. */
static void no_ht(void **state)
{
	struct skua_cmd_sta s = he_sta(STA);
	u32 writes = fake.ba_writes;

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		s = he_sta(STA);
		if (i)
			s.he_mcs = 0xffff;
		else
			s.flags &= ~(u32)SKUA_STAF_QOS;
		update(&s);
		assert_int_equal(act(SKUA_BA_RX_START), SKUA_ST_STATE);
		assert_int_equal(act(SKUA_BA_TX_HOLD), SKUA_ST_STATE);
		assert_int_equal(act(SKUA_BA_TX_START), SKUA_ST_STATE);
		assert_int_equal(fake.ba_writes, writes);
	}
	assert_ok(act(SKUA_BA_RX_STOP));
	assert_ok(act(SKUA_BA_TX_STOP));
	assert_ok(act(SKUA_BA_TX_FLUSH));
}

/* Each half has its feature. */
static void halves(void **state)
{
	(void)state;
	for (u32 i = 0; i < 3; i++) {
		u64 off = i == 2 ? SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU :
			  i == 1 ? SKUA_FEAT_TX_AMPDU : SKUA_FEAT_RX_AMPDU;

		fake_shutdown();
		start_with(i ? HW_ALL : HW_ALL & ~off, i ? DRV_ALL & ~off : DRV_ALL);
		for EACH_ACTION(a) {
			bool works = !(off & (a <= SKUA_BA_RX_STOP ? SKUA_FEAT_RX_AMPDU :
								     SKUA_FEAT_TX_AMPDU));

			assert_int_equal(act(a), works ? SKUA_ST_OK : SKUA_ST_UNSUPPORTED);
		}
		fake.stats[STA].tid_frames[TID] = 0xffff;
		fake.stats[STA].stage_sent[0] = 1;
		fake_run(5 * SEC_US);
		assert_int_equal(fake_events(SKUA_EVT_BA_REQUEST), 0);
	}
}

/* What the engine refuses is refused. */
static void engine_refuses(void **state)
{
	u16 seq;

	(void)state;
	for EACH_ACTION(a) {
		if (a == SKUA_BA_TX_START)
			assert_ok(act(SKUA_BA_TX_HOLD));
		fake.refuse_tbl = SKUA_ST_NO_SPACE;
		assert_int_equal(act(a), SKUA_ST_NO_SPACE);
		assert_int_equal(fake.refuse_tbl, 0);
	}
	/* A hold that was refused waits for nothing. */
	entry()->tx_busy = 1;
	fake.refuse_tbl = SKUA_ST_NO_SPACE;
	seq = post(SKUA_BA_TX_HOLD);
	assert_int_equal(status_of(seq), SKUA_ST_NO_SPACE);
	fake_forget();
	fake_run(SEC_US);
	assert_null(fake_find_done(seq));
}

/* With a station its sessions, holds and waits go. */
static void station_goes(void **state)
{
	struct skua_cmd_sta s = he_sta(STA);
	u16 seq;

	(void)state;
	entry()->tx_busy = 1;
	seq = post(SKUA_BA_TX_HOLD);
	remove_sta(STA);
	assert_int_equal(status_of(seq), SKUA_ST_NO_ENTRY);
	fake_forget();
	add(&s);
	fake_run(SEC_US);
	assert_null(fake_find_done(seq));
	/* with its interface */
	entry()->tx_busy = 1;
	seq = post(SKUA_BA_TX_HOLD);
	assert_ok(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, AP));
	assert_int_equal(status_of(seq), SKUA_ST_NO_ENTRY);
}

/* A restarted NIC goes on where the peer's window is. */
static void sequence_numbers(void **state)
{
	struct skua_cmd_sta_seq p = { .sta = STA, .gen = GEN };

	(void)state;
	for (u16 i = 0; i < 16; i++)
		p.seq[i] = 4095 - i;
	assert_ok(fake_cmd(SKUA_CMD_STA_SEQ, &p, sizeof(p)));
	assert_int_equal(fake.seq[STA].gen, GEN);
	assert_memory_equal(fake.seq[STA].seq, p.seq, sizeof(p.seq));
	p.seq[0] = 1;
	p.seq[15] = 4096;
	assert_int_equal(fake_cmd(SKUA_CMD_STA_SEQ, &p, sizeof(p)), SKUA_ST_INVALID);
	p.seq[15] = 0;
	p.gen = 1;
	assert_int_equal(fake_cmd(SKUA_CMD_STA_SEQ, &p, sizeof(p)), SKUA_ST_STALE);
	p.sta = 4;
	assert_int_equal(fake_cmd(SKUA_CMD_STA_SEQ, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	assert_int_equal(fake.seq[STA].seq[0], 4095);
	/* It needs no feature. */
	fake_shutdown();
	start_with(0, 0);
	p = (struct skua_cmd_sta_seq){ .sta = STA, .gen = GEN, .seq = { 8 } };
	assert_ok(fake_cmd(SKUA_CMD_STA_SEQ, &p, sizeof(p)));
	assert_int_equal(fake.seq[STA].seq[0], 8);
}

/* The limits of a peer's A-MPDUs reach the engine. */
static void limits_of_peer(void **state)
{
	struct skua_cmd_sta p = he_sta(STA);

	(void)state;
	assert_int_equal(fake.sta[STA].ampdu_factor, 10);
	assert_int_equal(fake.sta[STA].ampdu_density, 6);
	p.ampdu_factor = 3;
	p.ampdu_density = 7;
	update(&p);
	assert_int_equal(fake.sta[STA].ampdu_factor, 3);
	assert_int_equal(fake.sta[STA].ampdu_density, 7);
	p.ampdu_factor = 11;
	assert_int_equal(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)), SKUA_ST_INVALID);
	p.ampdu_factor = 10;
	p.ampdu_density = 8;
	assert_int_equal(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)), SKUA_ST_INVALID);
	assert_int_equal(fake.sta[STA].ampdu_density, 7);
}

/* ------------------------------------------------------------------ */
/* News of the engines							*/

static void news(void **state)
{
	const struct fake_inband *e;

	(void)state;
	fake_ba_event(STA, TID, ENG_BA_TX_STALLED);
	fake_run(0);
	assert_int_equal(fake_inbands(SKUA_INB_BA_STOP), 1);
	e = fake_inband_last(SKUA_INB_BA_STOP);
	assert_int_equal(e->vif, AP);
	assert_int_equal(e->sta, STA);
	assert_int_equal(e->gen, GEN);
	assert_int_equal(e->tid, TID);
	assert_int_equal(e->arg, 1);
	fake_ba_event(STA, 15, ENG_BA_RX_IDLE);
	fake_run(0);
	assert_int_equal(fake_inbands(SKUA_INB_BA_STOP), 2);
	e = fake_inband_last(SKUA_INB_BA_STOP);
	assert_int_equal(e->tid, 15);
	assert_int_equal(e->arg, 0);
	/* of nobody, and nothing known */
	fake_ba_event(STA + 1, TID, ENG_BA_RX_IDLE);
	fake_ba_event(0xffff, TID, ENG_BA_RX_IDLE);
	fake_ba_event(STA, 16, ENG_BA_RX_IDLE);
	fake_ba_event(STA, TID, 2);
	fake_run(0);
	assert_int_equal(fake_inbands(SKUA_INB_BA_STOP), 2);
	/* more than a turn has time for */
	for (u32 i = 0; i < 100; i++)
		fake_ba_event(STA, i % 16, ENG_BA_RX_IDLE);
	fake_run(100);
	assert_int_equal(fake_inbands(SKUA_INB_BA_STOP), 102);
}

/* ------------------------------------------------------------------ */
/* Sessions that are worth while					*/

/* So many frames in each of 100 ms; how many questions came */
static u32 traffic(u32 frames, u32 ms)
{
	struct eng_sta_stats *st = &fake.stats[STA];
	u32 before = fake_events(SKUA_EVT_BA_REQUEST);

	for (u32 t = 0; t < ms; t += 10) {
		u32 n = frames / 10 + (t / 10 % 10 < frames % 10);

		/* the engine counts frames outside a session alone */
		if (entry()->tx != ENG_BA_TX_ON)
			st->tid_frames[TID] += (u16)n;
		st->stage_sent[0] += n;
		st->stage_acked[0] += n;
		st->stage_ppdus[0] += n;
		fake_run(10 * MSEC_US);
	}
	return fake_events(SKUA_EVT_BA_REQUEST) - before;
}

/* Traffic until a question comes, for so long at most; milliseconds */
static u32 asked_after(u32 most)
{
	for (u32 ms = 0; ms < most; ms += 10) {
		if (traffic(100, 10))
			return ms;
	}
	return most;
}

static void asks(void **state)
{
	struct skua_evt_ba e;

	(void)state;
	/* a few frames are no reason, for how long they may come */
	assert_int_equal(traffic(15, 10000), 0);
	assert_int_equal(traffic(30, 500), 1);
	assert_int_equal(fake_event(SKUA_EVT_BA_REQUEST, 0)->len, sizeof(e));
	memcpy(&e, fake_event(SKUA_EVT_BA_REQUEST, 0)->data, sizeof(e));
	assert_int_equal(e.sta, STA);
	assert_int_equal(e.gen, GEN);
	assert_int_equal(e.tid, TID);
	/* in time: the first 300 ms of many frames */
	remove_sta(STA);
	add_he(STA);
	assert_in_range(asked_after(1000), 50, 300);
}

/* A second's worth of few frames is no burst. */
static void idle_station(void **state)
{
	(void)state;
	fake_run(5 * SEC_US);
	for (u32 i = 0; i < 20; i++) {
		fake.stats[STA].tid_frames[TID] += 100;
		fake_run(SEC_US);
	}
	assert_int_equal(fake_events(SKUA_EVT_BA_REQUEST), 0);
	/* Counters that the host reads count, too. */
	for (u32 i = 0; i < 100; i++) {
		struct skua_cmd_sta_ref ref = { .sta = STA, .gen = GEN };

		fake.stats[STA].tid_frames[TID] += 10;
		fake.stats[STA].stage_sent[0] += 10;
		assert_ok(fake_cmd(SKUA_CMD_STA_STATS, &ref, sizeof(ref)));
		fake_run(10 * MSEC_US);
	}
	assert_int_equal(fake_events(SKUA_EVT_BA_REQUEST), 1);
}

/* Nor are those forgotten that the keep-alives' look at the counters takes away. */
static void counted_by_others(void **state)
{
	struct skua_cmd_vif vif = fake_vif_cmd(0, SKUA_VIF_STA, SKUA_VIFF_ASSOC);
	struct skua_cmd_sta s = he_sta(STA + 1);
	u32 reads;

	(void)state;
	fake_vif(0, SKUA_VIF_STA, 0);
	s.vif = 0;
	memcpy(s.addr, vif.bssid, 6);
	add(&s);
	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	fake_chan(0, 0, 2412, 2412, SKUA_BW_20);
	assert_ok(fake_cmd(SKUA_CMD_VIF_UPDATE, &vif, sizeof(vif)));
	/* It comes ten seconds after the association; rate control looks once a second. */
	fake_run(9999 * MSEC_US);
	fake.stats[STA + 1].tid_frames[TID] = 1000;
	reads = fake.stats_reads;
	fake_run(2 * MSEC_US);
	assert_int_equal(fake.stats_reads, reads + 1);
	assert_int_equal(fake_events(SKUA_EVT_BA_REQUEST), 0);
	fake_run(SEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BA_REQUEST), 1);
}

/* A7: the peer refuses, or the host: 1 s, 2 s ... 30 s */
static void back_off(void **state)
{
	static const u32 seconds[] = { 1, 2, 4, 8, 16, 30, 30, 30 };

	(void)state;
	asked_after(1000);
	for (u32 i = 0; i < ARRAY_SIZE(seconds); i++) {
		u32 ms = asked_after(100000);

		assert_in_range(ms, seconds[i] * 1000 - 150, seconds[i] * 1000 + 300);
	}
	/* the same if the peer was asked */
	remove_sta(STA);
	add_he(STA);
	asked_after(1000);
	for (u32 i = 0; i < ARRAY_SIZE(seconds); i++) {
		u32 ms;

		assert_ok(act(SKUA_BA_TX_HOLD));
		traffic(100, 900);
		assert_ok(act(SKUA_BA_TX_STOP));
		ms = asked_after(100000);
		assert_in_range(ms, seconds[i] * 1000 - 150, seconds[i] * 1000 + 300);
	}
	/* a session that works ends the waits */
	session();
	assert_int_equal(traffic(100, 60000), 0);
	assert_ok(act(SKUA_BA_TX_STOP));
	assert_in_range(asked_after(100000), 850, 1300);
	assert_in_range(asked_after(100000), 850, 1300);
	assert_in_range(asked_after(100000), 1850, 2300);
}

/* A session that the peer accepts, and that does not work, is no success. */
static void stalls(void **state)
{
	static const u32 seconds[] = { 1, 2, 4, 8, 16, 30, 30 };

	(void)state;
	asked_after(1000);
	for (u32 i = 0; i < ARRAY_SIZE(seconds); i++) {
		u32 ms;

		session();
		traffic(100, 100);
		fake_ba_event(STA, TID, ENG_BA_TX_STALLED);
		fake_run(0);
		assert_ok(act(SKUA_BA_TX_STOP));
		ms = asked_after(100000);
		assert_in_range(ms, seconds[i] * 1000 - 150, seconds[i] * 1000 + 300);
	}
	session();
	traffic(100, 100);
	assert_ok(act(SKUA_BA_TX_STOP));
	assert_in_range(asked_after(100000), 850, 1300);
}

/* The waits are over, however long nothing was sent; 2^16 steps are 72 minutes. */
static void long_after(void **state)
{
	static const u32 minutes[] = { 1, 40, 70, 110 };

	(void)state;
	asked_after(1000);
	for (u32 i = 0; i < ARRAY_SIZE(minutes); i++) {
		for (u32 m = 0; m < minutes[i]; m++) {
			fake_run(60 * SEC_US);
			fake_forget();
		}
		assert_in_range(asked_after(100000), 50, 1300);
	}
}

/* A session that is about to begin is not asked for, although frames came before it. */
static void exists(void **state)
{
	(void)state;
	/* wherever the times are at which rate control looks at the station */
	for (u32 ms = 0; ms < 200; ms += 40) {
		remove_sta(STA);
		add_he(STA);
		fake_run(ms * MSEC_US);
		fake.stats[STA].tid_frames[TID] = 1000;
		fake.stats[STA].stage_sent[0] = 1000;
		entry()->tx_busy = 1;
		post(SKUA_BA_TX_HOLD);
		fake_run(95 * MSEC_US);
		entry()->tx_busy = 0;
		fake_run(2 * MSEC_US);
		assert_ok(act(SKUA_BA_TX_START));
	}
	assert_int_equal(traffic(100, 10000), 0);
	assert_int_equal(fake_events(SKUA_EVT_BA_REQUEST), 0);
}

static void never(void)
{
	assert_int_equal(traffic(100, 1000), 0);
}

static void nobody_to_ask(void **state)
{
	struct skua_cmd_sta s = he_sta(STA);

	(void)state;
	s.he_mcs = 0xffff;
	update(&s);
	never();
	s = he_sta(STA);
	s.flags &= ~(u32)SKUA_STAF_QOS;
	update(&s);
	never();
	s = he_sta(STA);
	s.flags &= ~(u32)SKUA_STAF_AUTHORIZED;
	update(&s);
	never();
	/* no room for news: later */
	s = he_sta(STA);
	update(&s);
	fake.evt_full = 100;
	never();
	fake.evt_full = 0;
	assert_int_equal(traffic(100, 300), 1);
}

static void set_key(u16 slot, u16 sta, u8 keyidx, u32 cipher, u8 len)
{
	struct skua_cmd_key p = fake_key_cmd(slot, 1, AP);

	p.sta = sta;
	p.sta_gen = sta == SKUA_STA_NONE ? 0 : GEN;
	p.keyidx = keyidx;
	p.flags = sta == SKUA_STA_NONE ? 0 : SKUA_KEYF_PAIRWISE;
	p.cipher = cipher;
	p.key_len = len;
	assert_ok(fake_cmd(SKUA_CMD_KEY_SET, &p, sizeof(p)));
}

static void del_key(u16 slot)
{
	struct skua_cmd_key_ref p = { .slot = slot, .gen = 1, .vif = AP };

	assert_ok(fake_cmd(SKUA_CMD_KEY_DEL, &p, sizeof(p)));
}

/* IEEE 802.11 forbids A-MPDUs under WEP and TKIP. */
static void old_ciphers(void **state)
{
	(void)state;
	set_key(1, STA, 0, SKUA_CIPHER_TKIP, 32);
	never();
	del_key(1);
	set_key(1, STA, 1, SKUA_CIPHER_WEP104, 13);
	never();
	del_key(1);
	/* WEP's keys may be the interface's */
	set_key(1, SKUA_STA_NONE, 3, SKUA_CIPHER_WEP40, 5);
	never();
	del_key(1);
	/* a TKIP group key for others beside it is no obstacle */
	set_key(2, SKUA_STA_NONE, 1, SKUA_CIPHER_TKIP, 32);
	set_key(1, STA, 0, SKUA_CIPHER_CCMP, 16);
	assert_int_equal(traffic(100, 300), 1);
}

/* Each TID and each station for itself; voice and the last eight TIDs are not asked for */
static void each_tid(void **state)
{
	bool seen[16] = { false };

	(void)state;
	for (u32 t = 0; t < 100; t++) {
		for (u32 tid = 0; tid < 16; tid++)
			fake.stats[STA].tid_frames[tid] += 10;
		fake.stats[STA].stage_sent[0] += 160;
		fake_run(10 * MSEC_US);
	}
	for (u32 i = 0; i < fake_events(SKUA_EVT_BA_REQUEST); i++) {
		struct skua_evt_ba e;

		memcpy(&e, fake_event(SKUA_EVT_BA_REQUEST, i)->data, sizeof(e));
		assert_false(seen[e.tid]);
		seen[e.tid] = true;
	}
	for (u32 tid = 0; tid < 16; tid++)
		assert_int_equal(seen[tid], tid < 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rx, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(hold, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(hold_is_bounded, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(hold_once, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(hold_many, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(hold_forgotten, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(sizes, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(stop, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(names, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(fields, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(no_ht, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(halves, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(engine_refuses, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(station_goes, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(sequence_numbers, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(limits_of_peer, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(news, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(asks, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(idle_station, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(counted_by_others, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(back_off, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(stalls, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(long_after, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(exists, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(nobody_to_ask, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(old_ciphers, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(each_tid, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: Block Ack", tests, NULL, NULL);
}
