// SPDX-License-Identifier: GPL-2.0-only
/*
 * Originator of a Block Ack session: cases, and random steps with a plain model
 *
 * The sender here is the module and a queue; the way is a loss by chance, and the
 * recipient a scoreboard, and a buffer that puts frames in order. The model keeps a
 * list of frames with numbers that never wrap, and looks for everything anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mac/ampdu.h"
#include "mac/ba_rx.h"
#include "mac/ba_tx.h"
#include "mac/txq.h"

#define STEPS		1000000u
#define LIVE_MAX	3000
#define TRIES		7
#define BAR_TRIES	5
#define OVERHEAD	16
#define TID		5

static const uint8_t sta_addr[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t own_addr[6] = { 2, 0, 0, 0, 0, 2 };

/* Frames */

enum kind {
	K_DATA,
	K_OTHER_KEY,
	K_CLEAR,
	K_HOST_KEY_0,	/* encrypted by the host, with key id 0 */
	K_HOST_KEY_1,
	K_OTHER_CLASS,
	K_LAST_TO_JOIN = K_OTHER_CLASS,
	K_NOT_ALLOWED,	/* without SKUA_TXF_AMPDU */
	K_RATE,
	K_NO_ACK,
	K_EAPOL,
	K_FRAGMENT,
	K_AMSDU,
	K_EOSP,
	K_RTS,
	K_KEEP_SEQ,
	K_NULL,
	KINDS,
};

/* Where the frame's token is */
struct label {
	uint32_t token;
	enum kind kind;
};

static struct label *label(struct txf *f)
{
	return (struct label *)(void *)(txf_data(f) + 256);
}

static bool nic_encrypts(enum kind kind)
{
	return kind != K_CLEAR && kind != K_EAPOL && kind != K_HOST_KEY_0 &&
	       kind != K_HOST_KEY_1;
}

static struct txf *frame_new(enum kind kind, uint32_t token, uint16_t len)
{
	struct txf *f = calloc(1, sizeof(*f) + 512);
	uint16_t fc = IEEE80211_QOS_DATA | IEEE80211_FC_TODS;
	uint8_t *d;

	assert_non_null(f);
	f->off = 32;
	f->len = len;
	f->hdr_len = 26;
	f->tid = TID;
	f->cls = kind == K_OTHER_CLASS;
	f->flags = SKUA_TXF_QOS | SKUA_TXF_PROTECT | SKUA_TXF_AMPDU;
	f->key.slot = 3 + (kind == K_OTHER_KEY);
	d = txf_data(f);
	memcpy(d + IEEE80211_OFF_ADDR1, sta_addr, 6);
	*label(f) = (struct label){ .token = token, .kind = kind };
	if (!nic_encrypts(kind))
		f->flags &= ~(uint32_t)SKUA_TXF_PROTECT;
	if (kind == K_HOST_KEY_0 || kind == K_HOST_KEY_1) {
		fc |= IEEE80211_FC_PROTECTED;
		d[26 + IEEE80211_IV_OFF_KEYID] = IEEE80211_IV_EXT |
			(uint8_t)((kind == K_HOST_KEY_1) << IEEE80211_IV_KEYID_SHIFT);
	}
	if (kind == K_NOT_ALLOWED)
		f->flags &= ~(uint32_t)SKUA_TXF_AMPDU;
	if (kind == K_RATE)
		f->rate = 60;
	if (kind == K_NO_ACK)
		f->flags |= SKUA_TXF_NO_ACK;
	if (kind == K_EAPOL)
		memcpy(d + 26, "\xaa\xaa\x03\x00\x00\x00\x88\x8e", 8);
	if (kind == K_FRAGMENT)
		fc |= IEEE80211_FC_MOREFRAGS;
	if (kind == K_AMSDU)
		d[24] = IEEE80211_QOS_AMSDU;
	if (kind == K_EOSP)
		f->eosp = true;
	if (kind == K_RTS)
		f->flags |= SKUA_TXF_RTS;
	if (kind == K_KEEP_SEQ)
		f->flags |= SKUA_TXF_KEEP_SEQ;
	if (kind == K_NULL)
		fc = IEEE80211_QOS_NULLFUNC | IEEE80211_FC_TODS;
	f->fc = fc;
	dot11_put_le16(d, fc);
	return f;
}

/* A queue, as txq.c has it */

static void push(struct txq *q, struct txf *f)
{
	f->next = NULL;
	if (q->count++)
		q->tail->next = f;
	else
		q->head = f;
	q->tail = f;
}

static struct txf *pop(struct txq *q)
{
	struct txf *f = q->head;

	q->head = f->next;
	if (!--q->count)
		q->tail = NULL;
	return f;
}

static void unpop(struct txq *q, struct txf *f)
{
	f->next = q->head;
	if (!q->count++)
		q->tail = f;
	q->head = f;
}

/* The model: frames that have not ended, in the order in which they came */

struct item {
	uint32_t token;
	enum kind kind;
	uint16_t len;
	bool numbered;
	bool sent;
	unsigned int session;	/* in which it got its number; 0: in none */
	uint64_t num;
};

struct model {
	struct item item[LIVE_MAX];
	unsigned int n;
	enum ba_tx_state state;
	unsigned int session;
	uint16_t size;
	uint64_t next;		/* number of the next frame */
	bool bar;		/* the recipient waits for numbers that were lost */
	uint64_t known;		/* its window begins here at least */
	uint64_t lost[LIVE_MAX];
	unsigned int n_lost;
};

struct rcv {
	bool on;
	uint16_t size;
	struct ba_score score;
	uint16_t start;
	uint32_t held[BA_MAX_WIN];	/* token + 1 */
	uint32_t last;		/* token that was delivered last, as a PN */
};

struct sim {
	struct ba_tx t;
	struct txq q;
	uint16_t seq;
	struct txf *flight[BA_MAX_WIN];
	unsigned int n_flight;
	bool doomed;		/* flushed while in flight */
	bool bar_flight;
	uint16_t told;
	uint16_t drained_next;
	uint32_t token;
	uint8_t *fate;		/* times that a token ended */
	unsigned int loss;	/* per cent */
	uint64_t now;
	struct model m;
	struct rcv r;
	struct {
		unsigned int ppdus, aggregates, longest, bars, waits, given_up,
			     sessions, full, wraps, broken;
	} saw;
};

static unsigned int rnd(unsigned int n)
{
	return (unsigned int)rand() % n;
}

static bool lost(const struct sim *s)
{
	return rnd(100) < s->loss;
}

/* Model: look for everything anew */

static bool model_wants(const struct item *i)
{
	return !i->numbered && i->kind != K_KEEP_SEQ && i->kind != K_NULL;
}

/* Numbers are given in the order of the frames */
static uint64_t model_start(const struct model *m)
{
	for (unsigned int i = 0; i < m->n && !model_wants(&m->item[i]); i++)
		if (m->item[i].numbered && m->session &&
		    m->item[i].session == m->session)
			return m->item[i].num;
	return m->next;
}

static bool model_go(const struct model *m, const struct item *i)
{
	if (!model_wants(i) || m->state == BA_TX_OFF)
		return true;
	return m->state == BA_TX_ON && m->next < model_start(m) + m->size;
}

static bool model_joins(const struct model *m, const struct item *i)
{
	return i->kind <= K_LAST_TO_JOIN &&
	       (!i->numbered || i->session == m->session);
}

static uint32_t model_len(const struct item *i)
{
	return i->len + 4 + (nic_encrypts(i->kind) ? OVERHEAD : 0);
}

static unsigned int model_choose(const struct model *m, struct ampdu *a)
{
	uint64_t next = m->next, start = model_start(m);
	const struct item *i = m->item;
	unsigned int n;

	if (!m->n || !model_go(m, i))
		return 0;
	ampdu_add(a, model_len(i));
	if (m->state != BA_TX_ON || !model_joins(m, i))
		return 1;
	next += !i->numbered;
	for (n = 1; n < m->n; n++) {
		if (i[n].kind != i[0].kind || !model_joins(m, &i[n]))
			break;
		if (!i[n].numbered && next++ >= start + m->size)
			break;
		if (!ampdu_add(a, model_len(&i[n])))
			break;
	}
	return n;
}

static struct item *model_find(struct model *m, uint32_t token)
{
	for (unsigned int i = 0; i < m->n; i++)
		if (m->item[i].token == token)
			return &m->item[i];
	fail_msg("token %u ends twice", token);
	return NULL;
}

/* The recipient waits for numbers that were lost and are before the start */
static void model_bar(struct model *m)
{
	uint64_t start = model_start(m);
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->n_lost; i++) {
		if (m->lost[i] >= start) {
			m->lost[n++] = m->lost[i];
		} else {
			m->bar = true;
		}
	}
	m->n_lost = n;
}

static void model_end(struct model *m, uint32_t token, bool acked)
{
	struct item *i = model_find(m, token);

	if (i->numbered && m->session && i->session == m->session) {
		if (!acked)
			m->lost[m->n_lost++] = i->num;
		else if (i->num + 1 >= m->known + m->size)
			m->known = i->num + 1 - m->size;
	}
	memmove(i, i + 1, (size_t)(m->item + --m->n - i) * sizeof(*i));
	model_bar(m);
}

static void model_state(struct model *m, enum ba_tx_state state, uint16_t size,
			unsigned int back)
{
	static unsigned int sessions;

	m->state = state;
	m->session = state == BA_TX_ON ? ++sessions : 0;
	m->size = size;
	m->n_lost = 0;
	m->bar = back != 0;
	m->known = m->next - back;
}

static void model_learn(struct model *m, uint64_t num)
{
	if (m->session && num > m->known)
		m->known = num;
}

/* Recipient */

static void deliver(struct rcv *r, uint32_t token, bool in_order)
{
	/* A frame from before the session can be a replay, none inside may be */
	if (token <= r->last) {
		assert_false(in_order);
		return;
	}
	r->last = token;
}

static void rcv_move(struct rcv *r, uint16_t to)
{
	while (r->start != to) {
		uint32_t *held = &r->held[r->start % BA_MAX_WIN];

		if (*held)
			deliver(r, *held - 1, true);
		*held = 0;
		r->start = ba_sn_add(r->start, 1);
	}
}

static void rcv_release(struct rcv *r)
{
	while (r->held[r->start % BA_MAX_WIN])
		rcv_move(r, ba_sn_add(r->start, 1));
}

static void rcv_start(struct rcv *r, uint16_t ssn, uint16_t size)
{
	memset(r->held, 0, sizeof(r->held));
	r->on = true;
	r->size = size;
	r->start = ssn;
	ba_score_init(&r->score, ssn, size);
}

static void rcv_stop(struct rcv *r)
{
	for (unsigned int i = 0; r->on && i < r->size; i++) {
		rcv_move(r, ba_sn_add(r->start, 1));
	}
	r->on = false;
}

static void rcv_data(struct sim *s, struct txf *f)
{
	struct rcv *r = &s->r;
	struct label *l = label(f);
	uint16_t sn = dot11_sn(txf_data(f));
	uint16_t ahead = ba_sn_ahead(r->start, sn);

	if (l->kind == K_KEEP_SEQ || l->kind == K_NULL)
		return;
	if (!r->on) {
		deliver(r, l->token, false);
		return;
	}
	ba_score_mpdu(&r->score, sn);
	if (ahead >= IEEE80211_SN_MODULO / 2)
		return;
	if (ahead >= r->size) {
		/* The sender leaves the window only while a BAR is missing */
		assert_true(s->t.bar != BA_BAR_NONE || s->t.state != BA_TX_ON);
		rcv_move(r, ba_sn_add(sn, 1 - r->size));
	}
	r->held[sn % BA_MAX_WIN] = l->token + 1;
	rcv_release(r);
}

/* Steps */

static void model_number(struct sim *s, struct txf *f)
{
	struct item *i = model_find(&s->m, label(f)->token);

	i->sent = true;
	if (!model_wants(i))
		return;
	i->numbered = true;
	i->session = s->m.session;
	i->num = s->m.next++;
}

static void number(struct sim *s, struct txf *f)
{
	enum kind kind = label(f)->kind;

	model_number(s, f);
	if (f->numbered || kind == K_KEEP_SEQ || kind == K_NULL)
		return;
	s->seq = ba_sn_add(s->seq, 1);
	s->saw.wraps += !s->seq;
	dot11_put_le16(txf_data(f) + IEEE80211_OFF_SEQ,
		       (uint16_t)(s->seq << IEEE80211_SEQ_SN_SHIFT));
	f->numbered = true;
	ba_tx_numbered(&s->t, s->seq);
	if (f->flags & SKUA_TXF_PROTECT)
		f->len += OVERHEAD;
	f->prepared = true;
}

static void end(struct sim *s, struct txf *f, bool acked)
{
	uint32_t token = label(f)->token;

	assert_int_equal(s->fate[token]++, 0);
	model_end(&s->m, token, acked);
	if (f->numbered)
		ba_tx_ended(&s->t, dot11_sn(txf_data(f)), acked);
	s->saw.given_up += !acked;
	free(f);
}

static void enqueue(struct sim *s)
{
	unsigned int n = rnd(3) ? rnd(6) : rnd(200);
	uint16_t len = rnd(4) ? 60 + rnd(100) : 1500 + rnd(50);
	enum kind kind = rnd(30) ? K_DATA : rnd(KINDS);

	if (n > 6 && rnd(10) == 0)
		n = 1500;
	while (n-- && s->m.n < LIVE_MAX - 1) {
		struct item *i = &s->m.item[s->m.n++];

		if (kind != K_DATA && rnd(3) == 0)
			kind = K_DATA;
		*i = (struct item){ .token = ++s->token, .kind = kind,
				    .len = len };
		push(&s->q, frame_new(kind, s->token, len));
	}
}

static const struct ampdu_cfg cfgs[] = {
	{ HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HT) | HW_PUT(SKUA_RATE_IDX, 7), false,
	  3, 5, 64, 0 },
	{ HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HE) | HW_PUT(SKUA_RATE_NSS, 8) |
	  HW_PUT(SKUA_RATE_BW, SKUA_BW_160) | HW_PUT(SKUA_RATE_IDX, 11), false,
	  10, 0, BA_MAX_WIN, 0 },
	{ HW_PUT(SKUA_RATE_ENC, SKUA_ENC_VHT) | HW_PUT(SKUA_RATE_NSS, 2) |
	  HW_PUT(SKUA_RATE_BW, SKUA_BW_80) | HW_PUT(SKUA_RATE_IDX, 9), false,
	  7, 0, 256, 0 },
	{ 60, false, 3, 0, 64, 0 },
};

static void send_ppdu(struct sim *s)
{
	const struct ampdu_cfg *cfg = &cfgs[rnd(40) ? 1 + rnd(2) :
					    rnd(sizeof(cfgs) / sizeof(cfgs[0]))];
	struct ampdu a, b;
	unsigned int n, want;

	ampdu_begin(&a, cfg);
	ampdu_begin(&b, cfg);
	n = ba_tx_choose(&s->t, &s->q, &a, OVERHEAD, false);
	want = model_choose(&s->m, &b);
	assert_int_equal(n, want);
	if (!n) {
		s->saw.full += s->m.state == BA_TX_ON && s->m.n;
		return;
	}
	assert_int_equal(a.len, b.len);
	s->doomed = false;
	for (unsigned int i = 0; i < n; i++) {
		s->flight[i] = pop(&s->q);
		number(s, s->flight[i]);
		s->flight[i]->tries++;
	}
	s->n_flight = n;
	s->saw.ppdus++;
	s->saw.aggregates += n > 1;
	if (n > s->saw.longest)
		s->saw.longest = n;
}

/* The recipient hears the PPDU; the answer is an ACK, a Block Ack, or nothing */
static bool go_over(struct sim *s, uint8_t *back, uint16_t *len)
{
	bool any = false, preamble = !lost(s) || s->loss < 100;

	for (unsigned int i = 0; i < s->n_flight; i++) {
		if (!preamble || lost(s))
			continue;
		rcv_data(s, s->flight[i]);
		any = true;
	}
	if (!any || rnd(100) < s->loss / 2)
		return false;
	if (s->n_flight > 1) {
		if (!s->r.on)
			return false;
		*len = (uint16_t)ba_score_answer(&s->r.score, s->r.score.start,
						 TID, back);
	}
	return true;
}

static void stop(struct sim *s)
{
	rcv_stop(&s->r);
	ba_tx_stop(&s->t);
	model_state(&s->m, BA_TX_OFF, 0, 0);
}

/* Too much was lost: the session has ended, and DELBA would follow */
static void see_broken(struct sim *s)
{
	const struct model *m = &s->m;

	if (m->state != BA_TX_ON ||
	    model_start(m) + m->size <= m->known + IEEE80211_SN_MODULO / 2)
		return;
	assert_int_equal(s->t.state, BA_TX_OFF);
	assert_true(ba_tx_stalled(&s->t, s->now, ~0ull));
	s->saw.broken++;
	stop(s);
}

/* The PPDU has ended: who has arrived ends, and the rest returns, the last one first */
static void end_ppdu(struct sim *s)
{
	uint8_t back[IEEE80211_BA_LEN_1024];
	uint16_t len = 0;
	bool got = go_over(s, back, &len), acked;
	struct ba_info ba = { 0 };
	unsigned int n = 0;

	if (got && s->n_flight > 1) {
		assert_true(ba_parse(back, len, &ba));
		assert_int_equal(ba.tid, TID);
	}
	for (unsigned int i = s->n_flight; i--;) {
		struct txf *f = s->flight[i];

		acked = got && (s->n_flight == 1 ||
				ba_acks(&ba, dot11_sn(txf_data(f))));
		n += acked;
		if (acked || f->tries >= TRIES || s->doomed)
			end(s, f, acked);
		else
			unpop(&s->q, f);
	}
	s->n_flight = 0;
	s->now += 100;
	if (n && !s->m.bar)
		model_learn(&s->m, model_start(&s->m));
	ba_tx_answer(&s->t, n, s->now);
	see_broken(s);
}

static void send_bar(struct sim *s)
{
	uint8_t bar[IEEE80211_BAR_LEN];
	uint16_t ssn;
	bool ok = false;

	ba_tx_bar_frame(&s->t, TID, sta_addr, own_addr, bar);
	ssn = dot11_get_le16(bar + IEEE80211_BAR_OFF_SSC) >> 4;
	assert_int_equal(dot11_get_le16(bar + IEEE80211_BAR_OFF_CONTROL) >> 12,
			 TID);
	assert_true(dot11_addr_equal(dot11_addr1(bar), sta_addr));
	assert_true(dot11_addr_equal(dot11_addr2(bar), own_addr));
	assert_int_equal(ssn, model_start(&s->m) & 4095);
	s->saw.bars++;
	if (!lost(s) && s->r.on) {
		if (ba_sn_ahead(s->r.start, ssn) < IEEE80211_SN_MODULO / 2) {
			rcv_move(&s->r, ssn);
			rcv_release(&s->r);
		}
		ba_score_bar(&s->r.score, ssn);
		ok = !lost(s);
	}
	if (ok) {
		s->m.bar = false;
		model_learn(&s->m, model_start(&s->m));
	}
	ba_tx_bar_answer(&s->t, ssn, ok, BAR_TRIES);
	s->saw.waits += s->t.bar == BA_BAR_WAIT;
}

/* Drop some of the queue, as a flush by interface, class or station does */
static void drop(struct sim *s, unsigned int percent)
{
	struct txq all = s->q;

	memset(&s->q, 0, sizeof(s->q));
	while (all.count) {
		struct txf *f = pop(&all);

		if (rnd(100) < percent)
			end(s, f, false);
		else
			push(&s->q, f);
	}
}

static unsigned int numbered(const struct sim *s)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->m.n; i++)
		n += s->m.item[i].numbered;
	return n;
}

static void start(struct sim *s)
{
	static const uint16_t sizes[] = { 1, 2, 8, 64, 256, 1024 };
	uint16_t size = rnd(3) ? sizes[3 + rnd(3)] : sizes[rnd(6)];
	uint16_t next = ba_sn_add(s->seq, 1);
	/* Sometimes the peer was told another number */
	unsigned int back = rnd(10) ? 0 : rnd(3);
	uint16_t told = ba_sn_add(next, -(int)back);

	rcv_stop(&s->r);
	ba_tx_start(&s->t, next, told, size, false);
	model_state(&s->m, BA_TX_ON, size, back);
	rcv_start(&s->r, told, size);
	s->saw.sessions++;
}

static void session(struct sim *s)
{
	if (s->m.state == BA_TX_OFF && rnd(4)) {
		ba_tx_hold(&s->t);
		model_state(&s->m, BA_TX_HOLD, 0, 0);
	} else if (s->m.state != BA_TX_ON && (!numbered(s) || !rnd(20))) {
		start(s);
	} else if (s->m.state == BA_TX_HOLD || !rnd(12)) {
		stop(s);
		s->doomed = s->n_flight && !rnd(4);
		if (s->doomed)
			drop(s, 100);
	}
}

static void compare(struct sim *s)
{
	const struct model *m = &s->m;
	bool go;

	go = s->q.count && model_go(m, model_find(&s->m,
						  label(s->q.head)->token));
	assert_int_equal(s->t.state, m->state);
	assert_int_equal(ba_tx_ready(&s->t, &s->q),
			 go || (m->state == BA_TX_ON && m->bar &&
				s->t.bar != BA_BAR_WAIT));
	if (m->state != BA_TX_ON)
		return;
	assert_int_equal(s->t.start, model_start(m) & 4095);
	assert_int_equal(s->t.next, m->next & 4095);
	assert_int_equal(s->t.bar != BA_BAR_NONE, m->bar);
}

static void step(struct sim *s)
{
	unsigned int what = rnd(1000);

	if (what < 60)
		enqueue(s);
	else if (what < 70)
		session(s);
	else if (what < 72)
		drop(s, rnd(100));
	else if (what < 74)
		s->loss = rnd(5) ? rnd(50) : rnd(3) * 50;
	else if (s->n_flight)
		end_ppdu(s);
	else if (ba_tx_bar_due(&s->t))
		send_bar(s);
	else
		send_ppdu(s);
	compare(s);
}

/* Nothing is lost any more: all that waits goes, and nothing is held back */
static void drain(struct sim *s)
{
	unsigned int n = 0;

	s->loss = 0;
	if (s->m.state == BA_TX_HOLD)
		stop(s);
	while (s->n_flight || ba_tx_ready(&s->t, &s->q)) {
		assert_true(++n < 20 * LIVE_MAX);
		if (s->n_flight)
			end_ppdu(s);
		else if (ba_tx_bar_due(&s->t))
			send_bar(s);
		else
			send_ppdu(s);
		compare(s);
	}
	assert_int_equal(s->q.count, 0);
	assert_int_equal(s->m.n, 0);
	for (uint32_t i = 1; i <= s->token; i++)
		assert_int_equal(s->fate[i], 1);
	/* Without a BAR that waits for news of the peer, it holds nothing */
	for (unsigned int i = 0; s->r.on && s->t.bar == BA_BAR_NONE &&
	     i < BA_MAX_WIN; i++)
		assert_int_equal(s->r.held[i], 0);
}

static void test_random(void **state)
{
	struct sim *s = calloc(1, sizeof(*s));

	(void)state;
	srand(2);
	assert_non_null(s);
	s->fate = calloc(STEPS * 40u, 1);
	assert_non_null(s->fate);
	s->m.next = 1;
	for (unsigned int i = 0; i < STEPS; i++) {
		step(s);
		if (i % 50000 == 0)
			drain(s);
	}
	drain(s);
	printf("%u PPDUs, %u A-MPDUs of up to %u, %u BARs, %u waited, %u given up, %u sessions, %u wraps, %u broken, %u frames\n",
	       s->saw.ppdus, s->saw.aggregates, s->saw.longest, s->saw.bars,
	       s->saw.waits, s->saw.given_up, s->saw.sessions, s->saw.wraps,
	       s->saw.broken, s->token);
	/* The run has seen what it is for */
	assert_true(s->saw.longest > 500);
	assert_true(s->saw.bars > 1000);
	assert_true(s->saw.waits > 100);
	assert_true(s->saw.wraps > 100);
	assert_true(s->saw.sessions > 500);
	assert_true(s->saw.broken > 10);
	free(s->fate);
	free(s);
}

/* Cases: numbers count from the first one of the session */

#define A(n)	{ n, true }
#define L(n)	{ n, false }
#define END	{ -1, false }

static const struct window_case {
	const char *what;
	uint16_t size;
	uint16_t given;		/* numbers */
	struct {
		int n;
		bool acked;
	} ended[8];
	uint16_t start;
	uint16_t room;
	bool bar;
} windows[] = {
	{ "nothing ended", 8, 3, { END }, 0, 5, false },
	{ "the window is full", 8, 8, { END }, 0, 0, false },
	{ "the first one ends", 8, 8, { A(0), END }, 1, 1, false },
	{ "another one ends, and the first one holds the window",
	  8, 8, { A(1), A(2), A(7), END }, 0, 0, false },
	{ "the first one ends behind others", 8, 8, { A(1), A(2), A(0), END },
	  3, 3, false },
	{ "all end", 8, 8, { A(7), A(6), A(5), A(4), A(3), A(2), A(1), A(0) },
	  8, 8, false },
	{ "the first one is given up", 8, 4, { L(0), END }, 1, 5, true },
	{ "one is given up behind a hole: no BAR yet", 8, 4, { L(2), END },
	  0, 4, false },
	{ "and its turn comes", 8, 4, { L(2), A(1), A(0), END }, 3, 7, true },
	{ "the last one is given up", 8, 4, { A(0), A(1), A(2), L(3) }, 4, 8,
	  true },
	{ "a number that was not given", 8, 2, { A(2), A(100), L(4095), END },
	  0, 6, false },
	{ "an end that is told twice", 8, 2, { A(1), L(1), A(0), END }, 2, 8,
	  false },
	{ "a window of one", 1, 1, { END }, 0, 0, false },
	{ "a window of 1024", 1024, 1023, { END }, 0, 1, false },
	{ "a peer with room for more than 1024", 5000, 1000, { END }, 0, 24,
	  false },
};

static void test_windows(void **state)
{
	static const uint16_t firsts[] = { 0, 1, 1000, 4088, 4095 };

	(void)state;
	for (unsigned int i = 0; i < 5 * sizeof(windows) / sizeof(windows[0]);
	     i++) {
		const struct window_case *w = &windows[i / 5];
		uint16_t first = firsts[i % 5];
		struct ba_tx t;

		ba_tx_start(&t, first, first, w->size, false);
		for (unsigned int n = 0; n < w->given; n++)
			ba_tx_numbered(&t, ba_sn_add(first, (int)n));
		for (unsigned int n = 0; n < 8 && w->ended[n].n >= 0; n++)
			ba_tx_ended(&t, ba_sn_add(first, w->ended[n].n),
				    w->ended[n].acked);
		if (t.start != ba_sn_add(first, w->start) ||
		    ba_tx_room(&t) != w->room || ba_tx_bar_due(&t) != w->bar)
			fail_msg("%s, from %u: start %u, room %u, bar %d",
				 w->what, first, t.start, ba_tx_room(&t),
				 ba_tx_bar_due(&t));
	}
}

static void test_states(void **state)
{
	struct txf *f = frame_new(K_DATA, 0, 100);
	struct txq q = { 0 };
	struct ba_tx t;

	(void)state;
	/* No session: all may go. A hold: only what has a number */
	assert_false(ba_tx_ready(NULL, &q));
	push(&q, f);
	assert_true(ba_tx_ready(NULL, &q));
	ba_tx_hold(&t);
	assert_false(ba_tx_ready(&t, &q));
	f->numbered = true;
	assert_true(ba_tx_ready(&t, &q));
	/* A session that stops forgets its BAR; its numbers do not count in the next */
	ba_tx_start(&t, 10, 10, 4, false);
	ba_tx_numbered(&t, 10);
	ba_tx_numbered(&t, 11);
	ba_tx_ended(&t, 10, false);
	assert_true(ba_tx_bar_due(&t));
	ba_tx_stop(&t);
	assert_false(ba_tx_bar_due(&t));
	ba_tx_start(&t, 12, 12, 4, false);
	ba_tx_ended(&t, 11, false);
	assert_false(ba_tx_bar_due(&t));
	assert_int_equal(ba_tx_room(&t), 4);
	/* Numbers were given since the peer was told of the first one */
	ba_tx_start(&t, 12, 11, 4, false);
	assert_true(ba_tx_bar_due(&t));
	free(f);
}

/* Nobody asked for room, or somebody has set the numbers forward */
static void test_numbers_without_room(void **state)
{
	struct ba_tx t;

	(void)state;
	ba_tx_start(&t, 0, 0, BA_MAX_WIN, false);
	for (uint16_t sn = 0; sn < BA_MAX_WIN; sn++)
		ba_tx_numbered(&t, sn);
	assert_int_equal(t.start, 0);
	ba_tx_numbered(&t, BA_MAX_WIN);
	assert_int_equal(t.start, 1);
	assert_true(ba_tx_bar_due(&t));
	ba_tx_ended(&t, 0, true);
	ba_tx_ended(&t, 1, true);
	assert_int_equal(t.start, 2);
	ba_tx_start(&t, 0, 0, 64, false);
	ba_tx_numbered(&t, 5);
	assert_int_equal(t.start, 5);
	assert_int_equal(t.next, 6);
	assert_true(ba_tx_bar_due(&t));
}

static void test_bar(void **state)
{
	struct ba_tx t;

	(void)state;
	ba_tx_start(&t, 0, 0, 8, false);
	for (uint16_t sn = 0; sn < 4; sn++)
		ba_tx_numbered(&t, sn);
	ba_tx_ended(&t, 0, false);
	/* No answer: tried to the limit, then it waits until the peer is heard */
	ba_tx_bar_answer(&t, 1, false, 2);
	assert_true(ba_tx_bar_due(&t));
	ba_tx_bar_answer(&t, 1, false, 2);
	assert_false(ba_tx_bar_due(&t));
	ba_tx_answer(&t, 0, 0);
	assert_false(ba_tx_bar_due(&t));
	ba_tx_answer(&t, 1, 0);
	assert_true(ba_tx_bar_due(&t));
	/* More is lost while it is under way: the answer was for less */
	ba_tx_ended(&t, 1, false);
	ba_tx_bar_answer(&t, 1, true, 2);
	assert_true(ba_tx_bar_due(&t));
	/* The start moves on by itself: no need to tell */
	ba_tx_ended(&t, 2, true);
	ba_tx_bar_answer(&t, 2, true, 2);
	assert_false(ba_tx_bar_due(&t));
	/* An answer that comes when its session has ended */
	ba_tx_stop(&t);
	ba_tx_bar_answer(&t, 2, false, 1);
	assert_int_equal(t.bar, BA_BAR_NONE);
}

static void test_stall(void **state)
{
	struct ba_tx t;

	(void)state;
	ba_tx_start(&t, 0, 0, 64, false);
	for (unsigned int i = 0; i < BA_STALL_PPDUS; i++) {
		assert_false(ba_tx_stalled(&t, 1000 + i, 0));
		ba_tx_answer(&t, 0, 1000 + i);
	}
	assert_true(ba_tx_stalled(&t, 2000, 1000));
	assert_false(ba_tx_stalled(&t, 1999, 1000));
	ba_tx_rest(&t);
	assert_false(ba_tx_stalled(&t, 9000, 0));
	for (unsigned int i = 0; i < 2 * BA_STALL_PPDUS; i++)
		ba_tx_answer(&t, i == BA_STALL_PPDUS, 9000);
	assert_false(ba_tx_stalled(&t, 9000, 0));
	ba_tx_stop(&t);
	assert_false(ba_tx_stalled(&t, 9000, 0));
	/* A peer that hears nothing for half a round of numbers */
	ba_tx_start(&t, 0, 0, 64, false);
	for (uint16_t sn = 0; t.state == BA_TX_ON; sn++) {
		assert_true(sn < IEEE80211_SN_MODULO / 2);
		ba_tx_numbered(&t, sn);
		ba_tx_ended(&t, sn, false);
		ba_tx_answer(&t, 0, 0);
	}
	assert_true(ba_tx_stalled(&t, 0, 1000000));
	assert_int_equal(ba_tx_room(&t), IEEE80211_SN_MODULO);
}

static void test_parse(void **state)
{
	static const struct {
		uint16_t frag, bits, len;
	} kinds[] = {
		{ 0, 64, 28 }, { 4, 256, 52 }, { 8, 512, 84 },
		{ 10, 1024, 148 },
	};
	uint8_t f[160] = { 0 };
	struct ba_info ba;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		memset(f, 0, sizeof(f));
		dot11_put_le16(f + 16, 7 << 12 | 4);
		dot11_put_le16(f + 18, (uint16_t)(4090 << 4 | kinds[i].frag));
		f[20] = 0x41;
		f[kinds[i].len - 1] = 0x80;
		assert_false(ba_parse(f, kinds[i].len - 1, &ba));
		assert_false(ba_parse(f, kinds[i].len + 1, &ba));
		assert_true(ba_parse(f, kinds[i].len, &ba));
		assert_int_equal(ba.tid, 7);
		assert_int_equal(ba.ssn, 4090);
		assert_int_equal(ba.bits, kinds[i].bits);
		for (unsigned int sn = 0; sn < 4096; sn++)
			assert_int_equal(ba_acks(&ba, (uint16_t)sn),
					 sn == 4090 || sn == 0 ||
					 sn == ((4090u + kinds[i].bits - 1) &
						4095));
	}
	/* Not compressed; a size that is not defined; no room for the fields */
	dot11_put_le16(f + 16, 7 << 12 | 6);
	assert_false(ba_parse(f, 148, &ba));
	dot11_put_le16(f + 16, 7 << 12);
	assert_false(ba_parse(f, 148, &ba));
	dot11_put_le16(f + 16, 7 << 12 | 4);
	for (uint16_t frag = 0; frag < 16; frag++) {
		dot11_put_le16(f + 18, frag);
		for (uint16_t len = 0; len <= 160; len++)
			assert_int_equal(ba_parse(f, len, &ba),
					 (frag == 0 && len == 28) ||
					 (frag == 4 && len == 52) ||
					 (frag == 8 && len == 84) ||
					 (frag == 10 && len == 148));
	}
}

/* Which frames join an A-MPDU, and that the key's cipher can forbid it */
static void test_join(void **state)
{
	struct ba_tx t;

	(void)state;
	for (enum kind k = 0; k < KINDS; k++) {
		struct txq q = { 0 };
		struct ampdu a;

		ba_tx_start(&t, 0, 0, 64, k == K_LAST_TO_JOIN);
		for (unsigned int i = 0; i < 4; i++)
			push(&q, frame_new(i == 2 ? k : K_DATA, i, 100));
		ampdu_begin(&a, &cfgs[0]);
		assert_int_equal(ba_tx_choose(&t, &q, &a, OVERHEAD, false),
				 k == K_DATA ? 4 : 2);
		ampdu_begin(&a, &cfgs[0]);
		assert_int_equal(ba_tx_choose(&t, &q, &a, OVERHEAD, true), 1);
		assert_int_equal(a.len, 100 + OVERHEAD + IEEE80211_FCS_LEN);
		while (q.count)
			free(pop(&q));
	}
	/* Frames of one kind join each other, those of two never */
	for (unsigned int n = 0; n < (K_LAST_TO_JOIN + 1) * (K_LAST_TO_JOIN + 1); n++) {
		enum kind one = n % (K_LAST_TO_JOIN + 1);
		enum kind other = n / (K_LAST_TO_JOIN + 1);
		struct txq q = { 0 };
		struct ampdu a;

		ba_tx_start(&t, 0, 0, 64, false);
		push(&q, frame_new(one, 0, 100));
		push(&q, frame_new(other, 1, 100));
		ampdu_begin(&a, &cfgs[0]);
		assert_int_equal(ba_tx_choose(&t, &q, &a, 0, false),
				 1 + (one == other));
		while (q.count)
			free(pop(&q));
	}
	/* An A-MSDU joins by the peer's leave */
	for (unsigned int amsdu = 0; amsdu < 2; amsdu++) {
		struct txq q = { 0 };
		struct ampdu a;

		ba_tx_start(&t, 0, 0, 64, amsdu);
		push(&q, frame_new(K_AMSDU, 1, 100));
		push(&q, frame_new(K_AMSDU, 2, 100));
		ampdu_begin(&a, &cfgs[0]);
		assert_int_equal(ba_tx_choose(&t, &q, &a, OVERHEAD, false),
				 1 + amsdu);
		while (q.count)
			free(pop(&q));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_numbers_without_room),
		cmocka_unit_test(test_bar),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("ba_tx", tests, NULL, NULL);
}
