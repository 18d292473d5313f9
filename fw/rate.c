// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rate choice
 *
 * What a peer and the radio have in common forms a ladder of rates, each faster
 * than the one below. A station stands on one step and starts on the highest:
 * the stages below it catch what does not arrive. Its counters are read every
 * ROUND_US while it has traffic, and judged once enough has been sent:
 *
 *  - at less than half, or if a stage below would have carried more, step down;
 *  - at nearly all, probe the step above now and then, and take it if it
 *    carries more; a probe that fails makes the next ones rarer.
 *
 * The width is learnt apart from that. Who listens to a part of a channel alone
 * hears no frame of the whole, however slow, and he may do so whatever he said when
 * he associated. So until one of the ladder's width has arrived, the third stage is
 * narrower; if that arrives, and no wider one, or the last stage alone, the ladder
 * becomes narrower by one width. The next width is probed in turn with the next step.
 *
 * A ladder is stored as what it follows from and walked anew when it is needed.
 * The judgement rests on counters alone: nothing is assumed about the medium.
 */
#include "policy.h"

#define ROUND_US	(50 * MSEC_US)
#define IDLE_ROUNDS	20	/* then looked at once a second */
#define ENOUGH		8	/* transmissions before a judgement */
#define PROBES_ENOUGH	8
#define PROBE_MIN	16	/* frames between probes */
#define PROBE_MAX	1024
#define GOOD_PERCENT	85
#define BAD_PERCENT	50

#define CCK_RATES	GENMASK(SKUA_NUM_CCK - 1, 0)
#define MCS_MOST	13
#define MOST_STEPS	0xff

static void rate_round(void);

static struct timer timer = { .fn = rate_round };

static const u16 legacy_rate[SKUA_NUM_LEGACY] = SKUA_LEGACY_RATES;

/* Data bits of an MCS, relative to one another, per stream */
static const u8 mcs_bits[MCS_MOST + 1] = {
	3, 6, 9, 12, 18, 24, 27, 30, 36, 40, 45, 50, 54, 60,
};

bool rate_word_valid(u32 rate)
{
	u32 idx = FIELD_GET(SKUA_RATE_IDX, rate);
	u32 nss = FIELD_GET(SKUA_RATE_NSS, rate);

	if (!rate)
		return true;
	if (FIELD_GET(SKUA_RATE_BW, rate) > SKUA_BW_320 ||
	    FIELD_GET(SKUA_RATE_GI, rate) > SKUA_GI_3_2 || rate >> 28)
		return false;
	switch (FIELD_GET(SKUA_RATE_ENC, rate)) {
	case SKUA_ENC_LEGACY:
		for (u32 i = 0; i < SKUA_NUM_LEGACY; i++) {
			if (legacy_rate[i] == idx)
				return true;
		}
		return false;
	case SKUA_ENC_HT:
		return idx < 32;
	case SKUA_ENC_VHT:
		return idx <= 9 && nss >= 1 && nss <= 8;
	case SKUA_ENC_HE:
		return idx <= 11 && nss >= 1 && nss <= 8;
	case SKUA_ENC_EHT:
		return idx <= 13 && nss >= 1 && nss <= 8;
	default:
		return false;
	}
}

/* Highest MCS of a stream (from 1) in a VHT or HE map, or -1 */
static s32 map_most(const struct ladder *l, u32 nss)
{
	u32 two = l->map >> 2 * (nss - 1) & 3;

	if (two == 3)
		return -1;
	return l->enc == SKUA_ENC_HE ? 7 + 2 * (s32)two : 7 + (s32)two;
}

static bool mcs_allowed(const struct ladder *l, u32 nss, u32 mcs)
{
	if (l->enc == SKUA_ENC_HT)
		return mcs <= 7 && l->map & BIT(8 * (nss - 1) + mcs);
	if ((s32)mcs > map_most(l, nss))
		return false;
	return l->enc != SKUA_ENC_VHT || !skua_vht_hole(l->bw, nss, mcs);
}

static u32 mcs_word(const struct ladder *l, u32 nss, u32 mcs)
{
	u32 word = l->flags | FIELD_PREP(SKUA_RATE_ENC, l->enc);

	if (l->enc == SKUA_ENC_HT)
		return word | FIELD_PREP(SKUA_RATE_IDX, 8 * (nss - 1) + mcs);
	return word | FIELD_PREP(SKUA_RATE_IDX, mcs) | FIELD_PREP(SKUA_RATE_NSS, nss);
}

/**
 * struct rung - a step of a ladder
 * @word: rate word
 * @speed: comparable within one ladder
 */
struct rung {
	u32 word;
	u32 speed;
};

static u32 legacy_walk(const struct ladder *l, u32 want, struct rung *r)
{
	/* In the order of speed; the table is in that of the elements. */
	static const u8 order[SKUA_NUM_LEGACY] = { 0, 1, 2, 4, 5, 3, 6, 7, 8, 9, 10, 11 };
	u32 n = 0;

	for (u32 i = 0; i < SKUA_NUM_LEGACY; i++) {
		if (!(l->map & BIT(order[i])))
			continue;
		if (n <= want) {
			r->word = legacy_rate[order[i]];
			r->speed = legacy_rate[order[i]];
		}
		n++;
	}
	return n;
}

/*
 * Find step @want, or the highest below it. More streams come after all that
 * fewer can do, and only what is faster.
 *
 * Return: length of the ladder
 */
static u32 ladder_walk(const struct ladder *l, u32 want, struct rung *r)
{
	u32 n = 0, fastest = 0;

	r->word = 0;
	r->speed = 0;
	if (l->enc == SKUA_ENC_LEGACY)
		return legacy_walk(l, want, r);
	for (u32 nss = 1; nss <= l->nss; nss++) {
		for (u32 mcs = 0; mcs <= MCS_MOST; mcs++) {
			u32 speed = nss * mcs_bits[mcs];

			if (speed <= fastest || !mcs_allowed(l, nss, mcs))
				continue;
			fastest = speed;
			if (n <= want) {
				r->word = mcs_word(l, nss, mcs);
				r->speed = speed;
			}
			n++;
		}
	}
	return n;
}

static u32 least(u32 a, u32 b)
{
	return a < b ? a : b;
}

static u32 short_gi(const struct skua_cmd_sta *p, u32 bw)
{
	return bw <= SKUA_BW_160 && p->flags & SKUA_STAF_SHORT_GI_20 << bw ?
		FIELD_PREP(SKUA_RATE_GI, SKUA_GI_SHORT) : 0;
}

/* The newest format that both know; VHT is one of 5 GHz, legacy of all. */
static void ladder_fill(struct ladder *l, const struct sta *s, u32 widest)
{
	const struct skua_cmd_sta *p = &s->cmd;
	const struct vif *v = vif_get(p->vif);

	l->bw = (u8)least(least(p->bw, widest), least(v->eng.bw, limits.max_bw));
	l->nss = (u8)least(p->nss ? p->nss : 1, limits.nss ? limits.nss : 1);
	l->rsvd = 0;
	l->flags = 0;
	if (limits.feat & SKUA_FEAT_HE && p->he_mcs != 0xffff) {
		l->enc = SKUA_ENC_HE;
		l->map = l->bw >= SKUA_BW_160 && p->he_mcs160 != 0xffff ?
			 p->he_mcs160 : p->he_mcs;
		if (l->bw >= SKUA_BW_160 && p->he_mcs160 == 0xffff)
			l->bw = SKUA_BW_80;
	} else if (limits.feat & SKUA_FEAT_VHT && p->vht_mcs != 0xffff) {
		l->enc = SKUA_ENC_VHT;
		l->map = p->vht_mcs;
		l->flags = short_gi(p, l->bw);
	} else if (limits.feat & SKUA_FEAT_HT && p->ht_mcs) {
		l->enc = SKUA_ENC_HT;
		l->map = p->ht_mcs;
		l->bw = (u8)least(l->bw, SKUA_BW_40);
		l->nss = (u8)least(l->nss, 4);
		l->flags = short_gi(p, l->bw);
	} else {
		l->enc = SKUA_ENC_LEGACY;
		l->map = p->legacy_rates & GENMASK(SKUA_NUM_LEGACY - 1, 0);
		if (v->eng.freq && skua_freq_band(v->eng.freq) != SKUA_BAND_2GHZ)
			l->map &= ~CCK_RATES;
		l->bw = SKUA_BW_20;
		l->nss = 1;
		return;
	}
	l->flags |= FIELD_PREP(SKUA_RATE_BW, l->bw);
	if (p->flags & SKUA_STAF_LDPC)
		l->flags |= SKUA_RATE_LDPC;
}

/* Step of a stage: the chosen one, then ever further down, last the lowest. */
static u32 stage_step(u32 step, u32 stage)
{
	switch (stage) {
	case 0:
		return step;
	case 1:
		return step ? step - 1 : 0;
	case 2:
		return step / 2;
	default:
		return 0;
	}
}

/*
 * The rate of a stage. While nobody knows that the width is heard: the step, half of
 * it, and the step at half the width.
 */
static u32 stage_word(const struct sta *s, u32 stage)
{
	static const u8 learning[ENG_RATE_STAGES] = { 0, 2, 0, 3 };
	const struct rate_state *r = &s->rate;
	struct ladder l = r->ladder;
	struct rung rung;

	if (!r->heard && stage == 2)
		ladder_fill(&l, s, l.bw - 1u);
	ladder_walk(&l, stage_step(r->step, r->heard ? stage : learning[stage]), &rung);
	/* The last one is heard by all. */
	if (stage == ENG_RATE_STAGES - 1)
		rung.word &= ~(u32)SKUA_RATE_BW;
	return rung.word;
}

static void rate_stages(const struct sta *s, struct eng_rate *e)
{
	/* Few at first: the second stage tells what one step down would carry. */
	static const u8 tries[ENG_RATE_STAGES] = { 2, 3, 3, 5 };
	u32 n = 0, last = 0;

	for (u32 i = 0; i < ENG_RATE_STAGES; i++) {
		u32 word = stage_word(s, i);

		if (!word)
			continue;
		if (word == last) {
			/* Near the bottom stages fall together; no try is lost. */
			e->tries[n - 1] += tries[i];
			continue;
		}
		e->rate[n] = word;
		e->tries[n++] = tries[i];
		last = word;
	}
}

/* What is probed, and how fast it is in comparison with the step */
static void probe_rung(const struct sta *s, struct rung *rung)
{
	struct ladder l = s->rate.ladder;

	if (!s->rate.probe_wide) {
		ladder_walk(&l, s->rate.step + 1u, rung);
		return;
	}
	ladder_fill(&l, s, l.bw + 1u);
	ladder_walk(&l, s->rate.step, rung);
	rung->speed *= 2;
}

static void rate_push(struct sta *s)
{
	struct eng_rate e = { .probe_interval = 0 };
	struct rung rung;

	if (s->cmd.fixed_rate) {
		e.rate[0] = s->cmd.fixed_rate;
		e.tries[0] = 7;
	} else {
		rate_stages(s, &e);
		if (s->rate.probe) {
			probe_rung(s, &rung);
			e.probe_rate = rung.word;
			e.probe_interval = s->rate.interval;
		}
	}
	tbl_write(ENG_TBL_RATE, sta_index(s), &e);
}

static void forget(struct rate_state *r)
{
	memset(r->sent, 0, sizeof(r->sent));
	memset(r->acked, 0, sizeof(r->acked));
	r->probe_sent = 0;
	r->probe_acked = 0;
}

/* Stand on a step of a ladder of at most some width. */
static void stand(struct sta *s, u32 bw, u32 step, bool heard)
{
	struct rate_state *r = &s->rate;
	struct rung rung;

	ladder_fill(&r->ladder, s, bw);
	r->steps = (u8)ladder_walk(&r->ladder, 0, &rung);
	r->step = r->steps ? (u8)least(step, r->steps - 1u) : 0;
	r->heard = heard || r->ladder.bw == SKUA_BW_20;
	r->probe = false;
	r->interval = PROBE_MIN;
	forget(r);
	rate_push(s);
}

void rate_init(struct sta *s)
{
	memset(&s->rate, 0, sizeof(s->rate));
	stand(s, SKUA_BW_320, MOST_STEPS, false);
	s->rate.widest = s->rate.ladder.bw;
}

void rate_update(struct sta *s)
{
	struct ladder l, widest;

	ladder_fill(&widest, s, SKUA_BW_320);
	ladder_fill(&l, s, s->rate.ladder.bw);
	if (widest.bw != s->rate.widest || memcmp(&l, &s->rate.ladder, sizeof(l)))
		rate_init(s);
	else
		rate_push(s);
}

void rate_vif_changed(u8 vif)
{
	for (u32 i = 0; i < limits.stas; i++) {
		struct sta *s = sta_get(i);

		if (s && s->cmd.vif == vif)
			rate_update(s);
	}
}

void rate_account(struct sta *s, const struct eng_sta_stats *st)
{
	for (u32 i = 0; i < ENG_RATE_STAGES; i++) {
		s->rate.sent[i] += st->stage_sent[i];
		s->rate.acked[i] += st->stage_acked[i];
	}
	s->rate.probe_sent += st->probe_sent;
	s->rate.probe_acked += st->probe_acked;
}

static u32 percent(u32 acked, u32 sent)
{
	if (!sent)
		return 0;
	return acked >= sent ? 100 : (u32)((u64)acked * 100 / sent);
}

static u32 step_speed(const struct sta *s, u32 step)
{
	struct rung r;

	ladder_walk(&s->rate.ladder, step, &r);
	return r.speed;
}

static void step_to(struct sta *s, u32 step)
{
	stand(s, s->rate.ladder.bw, step, s->rate.heard);
}

static bool can_widen(const struct rate_state *r)
{
	return r->ladder.bw < r->widest;
}

static bool can_speed_up(const struct rate_state *r)
{
	return r->step + 1 < r->steps;
}

/* In turn, if there are both */
static void choose_probe(struct rate_state *r)
{
	r->probe_wide = can_widen(r) && !(can_speed_up(r) && r->probe_wide);
}

/* Return: true if the station now stands elsewhere */
static bool judge_probe(struct sta *s, u32 good)
{
	struct rate_state *r = &s->rate;
	struct rung rung;

	probe_rung(s, &rung);
	if (percent(r->probe_acked, r->probe_sent) * rung.speed >
	    good * step_speed(s, r->step)) {
		if (r->probe_wide)
			stand(s, r->ladder.bw + 1u, r->step, true);
		else
			step_to(s, r->step + 1u);
		return true;
	}
	r->interval = r->interval * 4 > PROBE_MAX ? PROBE_MAX : r->interval * 4;
	r->probe_sent = 0;
	r->probe_acked = 0;
	choose_probe(r);
	rate_push(s);
	return false;
}

/*
 * Has anything of the ladder's width arrived? If not, but something narrower, that is
 * because of the width, or of the speed. A width that was heard before is put to the
 * test once more.
 *
 * Return: true if the station now stands elsewhere
 */
static bool judge_width(struct sta *s)
{
	struct rate_state *r = &s->rate;
	struct eng_rate e = { .probe_interval = 0 };
	bool last;
	u32 n = 0;

	rate_stages(s, &e);
	while (n < ENG_RATE_STAGES && !r->acked[n])
		n++;
	if (n == ENG_RATE_STAGES)
		return false;
	last = n + 1 == ENG_RATE_STAGES || !e.rate[n + 1];
	if (FIELD_GET(SKUA_RATE_BW, e.rate[n]) < r->ladder.bw)
		stand(s, r->ladder.bw - !r->heard, r->step, !r->heard && !last);
	else if (!r->heard)
		stand(s, r->ladder.bw, n ? r->step / 2u : r->step, true);
	else
		return false;
	return true;
}

static void judge(struct sta *s)
{
	struct rate_state *r = &s->rate;
	u32 good = percent(r->acked[0], r->sent[0]);
	u32 below = percent(r->acked[1], r->sent[1]);

	if (r->sent[0] < ENOUGH || s->cmd.fixed_rate)
		return;
	if (r->ladder.bw > SKUA_BW_20 && judge_width(s))
		return;
	if (r->step && good < BAD_PERCENT) {
		/* Hardly anything arrives: no use in going one by one. */
		step_to(s, good < BAD_PERCENT / 4 ? r->step / 2u : r->step - 1u);
		return;
	}
	if (r->step && r->sent[1] >= ENOUGH &&
	    below * step_speed(s, r->step - 1u) > good * step_speed(s, r->step)) {
		step_to(s, r->step - 1u);
		return;
	}
	if (r->probe && r->probe_sent >= PROBES_ENOUGH && judge_probe(s, good))
		return;
	if (r->probe != (good >= GOOD_PERCENT && (can_widen(r) || can_speed_up(r)))) {
		r->probe = !r->probe;
		choose_probe(r);
		rate_push(s);
	}
	/* The old counts for half of the new. */
	for (u32 i = 0; i < ENG_RATE_STAGES; i++) {
		r->sent[i] /= 2;
		r->acked[i] /= 2;
	}
}

static void rate_look(struct sta *s)
{
	struct eng_sta_stats st;

	/* Stations without traffic: once in so many rounds */
	if (s->rate.idle >= IDLE_ROUNDS && s->rate.idle++ % IDLE_ROUNDS)
		return;
	if (s->rate.idle >= 0xf000)
		s->rate.idle = IDLE_ROUNDS;
	if (tbl_read(ENG_TBL_STA_STATS, sta_index(s), &st) != SKUA_ST_OK)
		return;
	if (!st.stage_sent[0] && !st.probe_sent) {
		s->rate.idle++;
		return;
	}
	s->rate.idle = 0;
	rate_account(s, &st);
	judge(s);
}

static void rate_round(void)
{
	bool any = false;

	for (u32 i = 0; i < limits.stas; i++) {
		struct sta *s = sta_get(i);

		if (s) {
			any = true;
			rate_look(s);
		}
	}
	if (any)
		timer_set(&timer, ROUND_US);
}

void rate_start(void)
{
	if (!timer.armed)
		timer_set(&timer, ROUND_US);
}
