// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block Ack sessions
 *
 * The engines aggregate, answer, and keep the windows; their table has the sessions.
 * Here are the host's commands for them, and two decisions: when a transmit session is
 * worth while, and when one has to end.
 *
 * A session is asked for when a TID has had many frames, one by one. The host need not
 * answer: it asks the peer, and tells of a session by TX_HOLD and TX_START. If none comes,
 * or the peer ends it, or it does not work, the next question waits for one second, then two,
 * four, and so on, up to half a minute. After a session that worked it is one second again.
 */
#include "mac.h"
#include "policy.h"

#define TX_TIDS		8	/* the other TIDs belong to traffic streams */
/*
 * Voice does not wait for frames to share a PPDU with. EAPOL is in its TIDs, too, and the
 * host holds back all frames of a TID while it asks the peer: a key could go meanwhile.
 */
#define ASK_TIDS	6
#define HOLDS		8
#define HOLD_POLL_US	(2 * MSEC_US)
#define EVTS_A_TURN	32

/*
 * Time is counted in steps of 65.5 ms. 16 bits of it are enough, since ba_look() comes once
 * a second at least, and moves a time that is over along.
 */
#define STEP_SHIFT	16
#define STEPS(us)	((us) >> STEP_SHIFT)
#define WINDOW_STEPS	2	/* frames are judged over so long a time, or longer */
#define FRAMES_A_STEP	13	/* about 200 a second are worth a session */
#define WAIT_MOST_S	30u
#define FAILS_MOST	6

#define TIDF_HELD	BIT(0)	/* TX_HOLD was answered; @due is the time of its end */
#define TIDF_STALLED	BIT(1)	/* the host was told that the session has to end */

/**
 * struct ba_tid - what is known of a station's TID
 * @due: step from which on a session may be asked for
 * @frames: frames since @since of the station
 * @fails: questions since a session worked, at most FAILS_MOST
 * @flags: TIDF_*
 */
struct ba_tid {
	u16 due;
	u16 frames;
	u8 fails;
	u8 flags;
};

/**
 * struct ba_sta - transmit sessions of a station
 * @since: step of the last judgement
 * @tid: by TID
 */
struct ba_sta {
	u16 since;
	struct ba_tid tid[TX_TIDS];
};

static struct ba_sta states[FW_MAX_STAS];

/** struct hold - a TX_HOLD that waits for its answer */
static struct hold {
	bool used;
	u8 tid;
	u16 sta;
	u16 seq;
	u16 flags;
	u64 deadline;
} holds[HOLDS];

static void holds_look(void);

static struct timer hold_timer = { .fn = holds_look };
static struct timer evt_timer = { .fn = ba_irq };

static struct ba_tid *tid_of(u16 sta, u32 tid)
{
	return &states[sta].tid[tid];
}

static u16 step_now(void)
{
	return (u16)(time_us() >> STEP_SHIFT);
}

static void set_due(struct ba_tid *t, u32 us)
{
	t->due = (u16)(step_now() + STEPS(us));
}

static bool is_due(struct ba_tid *t, u16 now)
{
	if ((int16_t)(now - t->due) < 0)
		return false;
	t->due = now;
	return true;
}

/* ------------------------------------------------------------------ */
/* The engines' table							*/

static u16 ba_write(const struct sta *s, u32 tid, struct eng_ba *e)
{
	e->gen = s->cmd.gen;
	return tbl_write(ENG_TBL_BA, (u32)sta_index(s) * SKUA_NUM_TIDS + tid, e);
}

static u16 tx_write(const struct sta *s, u32 tid, enum eng_ba_tx tx)
{
	struct eng_ba e = { .set = ENG_BA_SET_TX, .tx = (u8)tx };

	return ba_write(s, tid, &e);
}

static u16 ba_read(u16 sta, u32 tid, struct eng_ba *e)
{
	return tbl_read(ENG_TBL_BA, (u32)sta * SKUA_NUM_TIDS + tid, e);
}

static enum eng_ba_tx tx_state(const struct sta *s, u32 tid)
{
	struct eng_ba e;

	if (ba_read(sta_index(s), tid, &e) != SKUA_ST_OK)
		return ENG_BA_TX_OFF;
	return (enum eng_ba_tx)e.tx;
}

/* ------------------------------------------------------------------ */
/* Frames with a number leave, the other ones wait			*/

static struct hold *hold_find(u16 sta, u32 tid)
{
	for (u32 i = 0; i < HOLDS; i++) {
		if (holds[i].used && holds[i].sta == sta && holds[i].tid == tid)
			return &holds[i];
	}
	return NULL;
}

static void hold_end(struct hold *h, u16 status, u16 ssn)
{
	struct skua_ba_answer ans = { .ssn = ssn };

	h->used = false;
	cmd_done(SKUA_CMD_BA, h->seq, h->flags, status, &ans,
		 status == SKUA_ST_OK ? sizeof(ans) : 0);
}

static void hold_look(struct hold *h, u64 now)
{
	struct ba_tid *t = tid_of(h->sta, h->tid);
	struct eng_ba e;
	u16 status = ba_read(h->sta, h->tid, &e);

	if (status == SKUA_ST_OK && !e.tx_busy) {
		t->flags |= TIDF_HELD;
		set_due(t, SKUA_BA_START_MS * MSEC_US);
		hold_end(h, SKUA_ST_OK, e.tx_next);
	} else if (status != SKUA_ST_OK || now >= h->deadline) {
		/* A peer that sleeps, or whose channel is elsewhere, does not drain. */
		tx_write(sta_get(h->sta), h->tid, ENG_BA_TX_OFF);
		hold_end(h, SKUA_ST_BUSY, 0);
	}
}

static void holds_look(void)
{
	u64 now = time_us();
	bool more = false;

	for (u32 i = 0; i < HOLDS; i++) {
		if (holds[i].used)
			hold_look(&holds[i], now);
		more |= holds[i].used;
	}
	if (more)
		timer_set(&hold_timer, HOLD_POLL_US);
}

static u16 tx_hold(struct sta *s, const struct cmd *c)
{
	const struct skua_cmd_ba *p = c->data;
	struct hold *h = holds;
	u16 status;

	if (tx_state(s, p->tid) == ENG_BA_TX_ON)
		return SKUA_ST_STATE;
	while (h < holds + HOLDS && h->used)
		h++;
	if (h == holds + HOLDS || hold_find(p->sta, p->tid))
		return SKUA_ST_BUSY;
	status = tx_write(s, p->tid, ENG_BA_TX_HOLD);
	if (status != SKUA_ST_OK)
		return status;
	tid_of(p->sta, p->tid)->flags &= (u8)~TIDF_HELD;
	h->used = true;
	h->tid = p->tid;
	h->sta = p->sta;
	h->seq = c->seq;
	h->flags = c->flags;
	h->deadline = time_us() + SKUA_BA_HOLD_MS * MSEC_US;
	/* The command retires first, as FLUSH does. */
	timer_set(&hold_timer, 0);
	return CMD_LATER;
}

/* ------------------------------------------------------------------ */
/* Begin and end							*/

static bool has_ht(const struct skua_cmd_sta *p)
{
	return p->ht_mcs || p->vht_mcs != 0xffff || p->he_mcs != 0xffff;
}

static bool has_eht(const struct skua_cmd_sta *p)
{
	static const u8 none[sizeof(p->eht_mcs)];

	return memcmp(p->eht_mcs, none, sizeof(none)) != 0;
}

static u16 window_most(const struct skua_cmd_sta *p)
{
	if (has_eht(p))
		return SKUA_BA_MAX_SIZE;
	return p->he_mcs != 0xffff ? 256 : 64;
}

static u16 tx_start(struct sta *s, const struct skua_cmd_ba *p)
{
	struct eng_ba e = {
		.set = ENG_BA_SET_TX,
		.tx = ENG_BA_TX_ON,
		.amsdu = p->amsdu,
		/* A peer may name a size that its kind of session cannot have. */
		.tx_size = (u16)min_u32(p->buf_size, window_most(&s->cmd)),
	};
	struct ba_tid *t = tid_of(p->sta, p->tid);
	u16 status;

	/* Without a hold the peer's window would begin with another number. */
	if (!(t->flags & TIDF_HELD))
		return SKUA_ST_STATE;
	status = ba_write(s, p->tid, &e);
	if (status == SKUA_ST_OK)
		t->flags = 0;
	return status;
}

/* No question for 1 s, 2 s, 4 s ... from now on, the longer the more were in vain */
static void be_quiet(struct ba_tid *t)
{
	u32 seconds = t->fails ? 1u << (t->fails - 1) : 1;

	set_due(t, min_u32(seconds, WAIT_MOST_S) * SEC_US);
}

static u16 tx_stop(struct sta *s, const struct skua_cmd_ba *p)
{
	struct ba_tid *t = tid_of(p->sta, p->tid);
	struct hold *h = hold_find(p->sta, p->tid);

	/* A session that worked ends; else the peer has refused, or not answered. */
	if (tx_state(s, p->tid) == ENG_BA_TX_ON && !(t->flags & TIDF_STALLED))
		t->fails = 0;
	be_quiet(t);
	t->flags = 0;
	if (h)
		hold_end(h, SKUA_ST_BUSY, 0);
	return tx_write(s, p->tid, p->action == SKUA_BA_TX_FLUSH ? ENG_BA_TX_FLUSH :
								     ENG_BA_TX_OFF);
}

static u16 rx_set(struct sta *s, const struct skua_cmd_ba *p)
{
	struct eng_ba e = { .set = ENG_BA_SET_RX };

	if (p->action == SKUA_BA_RX_START) {
		e.rx = 1;
		e.rx_size = p->buf_size;
		e.rx_ssn = p->ssn;
		e.rx_timeout_tu = p->timeout_tu;
	}
	return ba_write(s, p->tid, &e);
}

/* ------------------------------------------------------------------ */
/* Commands								*/

static u16 action_check(const struct skua_cmd_ba *p)
{
	bool rx = p->action == SKUA_BA_RX_START || p->action == SKUA_BA_RX_STOP;

	if (!(limits.feat & (rx ? SKUA_FEAT_RX_AMPDU : SKUA_FEAT_TX_AMPDU)))
		return SKUA_ST_UNSUPPORTED;
	if (p->action > SKUA_BA_TX_FLUSH || p->tid >= (rx ? SKUA_NUM_TIDS : TX_TIDS))
		return SKUA_ST_INVALID;
	return SKUA_ST_OK;
}

/* Sizes, and the number that a session begins with */
static u16 start_check(const struct skua_cmd_ba *p)
{
	bool rx = p->action == SKUA_BA_RX_START;

	if (!rx && p->action != SKUA_BA_TX_START)
		return SKUA_ST_OK;
	if (!p->buf_size || p->buf_size > SKUA_BA_MAX_SIZE)
		return SKUA_ST_INVALID;
	if (rx ? p->ssn > SKUA_SN_MAX : p->amsdu > 1)
		return SKUA_ST_INVALID;
	return SKUA_ST_OK;
}

static bool begins(const struct skua_cmd_ba *p)
{
	return p->action == SKUA_BA_RX_START || p->action == SKUA_BA_TX_HOLD ||
	       p->action == SKUA_BA_TX_START;
}

u16 ba_cmd(struct cmd *c)
{
	const struct skua_cmd_ba *p = c->data;
	struct sta *s;
	u16 status = action_check(p);

	if (status == SKUA_ST_OK)
		status = start_check(p);
	if (status == SKUA_ST_OK)
		status = sta_ref(p->sta, p->gen, &s);
	if (status != SKUA_ST_OK)
		return status;
	/* A-MPDUs consist of QoS frames, and have no form of PPDU before HT. */
	if (begins(p) && !(s->cmd.flags & SKUA_STAF_QOS && has_ht(&s->cmd)))
		return SKUA_ST_STATE;
	switch (p->action) {
	case SKUA_BA_TX_HOLD:
		return tx_hold(s, c);
	case SKUA_BA_TX_START:
		return tx_start(s, p);
	case SKUA_BA_TX_STOP:
	case SKUA_BA_TX_FLUSH:
		return tx_stop(s, p);
	default:
		return rx_set(s, p);
	}
}

u16 ba_cmd_seq(struct cmd *c)
{
	const struct skua_cmd_sta_seq *p = c->data;
	struct eng_seq e = { .gen = p->gen };
	struct sta *s;
	u16 status = sta_ref(p->sta, p->gen, &s);

	if (status != SKUA_ST_OK)
		return status;
	for (u32 i = 0; i < SKUA_NUM_TIDS; i++) {
		if (p->seq[i] > SKUA_SN_MAX)
			return SKUA_ST_INVALID;
		e.seq[i] = p->seq[i];
	}
	return tbl_write(ENG_TBL_SEQ, p->sta, &e);
}

/* ------------------------------------------------------------------ */
/* News of the engines							*/

static void tell_host(const struct sta *s, u32 tid, bool tx)
{
	inband_post(SKUA_INB_BA_STOP, s->cmd.vif, sta_index(s), s->cmd.gen, (u8)tid, tx);
}

static void ba_event(u32 evt)
{
	struct sta *s = sta_get(evt & 0xffff);
	u32 tid = evt >> 16 & 0xff;
	u32 cause = evt >> 24 & 0x7f;

	if (!s || tid >= SKUA_NUM_TIDS || cause > ENG_BA_TX_STALLED)
		return;
	if (cause == ENG_BA_TX_STALLED && tid < TX_TIDS)
		tid_of(sta_index(s), tid)->flags |= TIDF_STALLED;
	tell_host(s, tid, cause == ENG_BA_TX_STALLED);
}

void ba_irq(void)
{
	for (u32 i = 0; i < EVTS_A_TURN; i++) {
		u32 evt = reg_read(ENG_BA_EVT);

		if (!(evt & ENG_BA_EVT_VALID))
			return;
		ba_event(evt);
	}
	timer_set(&evt_timer, 0);
}

/* ------------------------------------------------------------------ */
/* Sessions that are worth while					*/

static bool may_aggregate(const struct sta *s)
{
	const u32 flags = SKUA_STAF_QOS | SKUA_STAF_AUTHORIZED;

	return limits.feat & SKUA_FEAT_TX_AMPDU && (s->cmd.flags & flags) == flags &&
	       has_ht(&s->cmd) && key_ampdu_ok(s);
}

static void ask(const struct sta *s, u32 tid, struct ba_tid *t)
{
	struct skua_evt_ba e = { .sta = sta_index(s), .gen = s->cmd.gen, .tid = (u8)tid };

	if (!evt_room(EVT_ROOM_NEWS))
		return;
	if (t->fails < FAILS_MOST)
		t->fails++;
	be_quiet(t);
	evt_post(SKUA_EVT_BA_REQUEST, &e, sizeof(e));
}

/* So many steps after the last look */
static void tid_look(const struct sta *s, u32 tid, u16 now, u16 steps)
{
	struct ba_tid *t = tid_of(sta_index(s), tid);
	u32 frames = t->frames;

	t->frames = 0;
	if (!is_due(t, now))
		return;
	if (t->flags & TIDF_HELD) {
		log_text("no session followed the hold of TID %u of station %u",
			 (unsigned int)tid, (unsigned int)sta_index(s));
		t->flags = 0;
		be_quiet(t);
		tx_write(s, tid, ENG_BA_TX_OFF);
		tell_host(s, tid, true);
		return;
	}
	if (tid < ASK_TIDS && frames >= (u32)steps * FRAMES_A_STEP && may_aggregate(s) &&
	    tx_state(s, tid) == ENG_BA_TX_OFF)
		ask(s, tid, t);
}

void ba_count(const struct sta *s, const struct eng_sta_stats *st)
{
	struct ba_sta *b = &states[sta_index(s)];

	for (u32 i = 0; i < TX_TIDS; i++)
		b->tid[i].frames = (u16)min_u32(b->tid[i].frames + st->tid_frames[i], 0xffff);
}

void ba_look(const struct sta *s)
{
	struct ba_sta *b = &states[sta_index(s)];
	u16 now = step_now();
	u16 steps = now - b->since;

	if (steps < WINDOW_STEPS)
		return;
	b->since = now;
	for (u32 i = 0; i < TX_TIDS; i++)
		tid_look(s, i, now, steps);
}

void ba_sta_new(const struct sta *s)
{
	struct ba_sta *b = &states[sta_index(s)];

	memset(b, 0, sizeof(*b));
	b->since = step_now();
	/* Any time is due. */
	for (u32 i = 0; i < TX_TIDS; i++)
		b->tid[i].due = b->since;
}

void ba_sta_gone(const struct sta *s)
{
	for (u32 i = 0; i < HOLDS; i++) {
		if (holds[i].used && holds[i].sta == sta_index(s))
			hold_end(&holds[i], SKUA_ST_NO_ENTRY, 0);
	}
}
