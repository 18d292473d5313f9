// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rate choice
 *
 * The rates that a peer and the radio have in common form a ladder, each faster
 * than the rate below. A station stands on one step and starts on the highest:
 * the stages below it catch frames that do not arrive. Its counters are read every
 * ROUND_US while it has traffic, and judged once enough has been sent:
 *
 *  - if less than half arrived, or a stage below would have carried more, the
 *    station steps down;
 *  - if nearly all arrived, the step above is probed now and then, and taken if it
 *    carries more; after a probe that fails, the next probes are rarer.
 *
 * The width is learnt separately. A peer that listens to a part of the channel
 * receives no frame of the whole width, however slow, and a peer may do so with
 * any announced width. So until a frame of the ladder's width has arrived, the third
 * stage is narrower. If a frame of that stage arrives and no wider one, or frames of
 * the last stage alone, the ladder becomes narrower by one width. Probes of the next
 * width and of the next step take turns.
 *
 * The judgement uses counters alone, and assumes nothing about the medium. MPDUs of an
 * A-MPDU share a fate: a collision, or a Block Ack that is lost, takes all of them. So
 * PPDUs are counted to find whether enough has been sent, and MPDUs to find how much
 * has arrived.
 */
#include "ladder.h"
#include "policy.h"

#define ROUND_US	(50 * MSEC_US)
#define IDLE_ROUNDS	20	/* then the station is checked once a second */
#define ENOUGH		8	/* PPDUs before a judgement */
#define PROBES_ENOUGH	8	/* MPDUs, in at least so many PPDUs: */
#define PROBE_PPDUS	3
#define PROBE_MIN	16	/* PPDUs between probes */
#define PROBE_MAX	1024
#define GOOD_PERCENT	85
#define BAD_PERCENT	50
#define MOST_STEPS	0xff

/**
 * struct rate_state - rate control of a station
 * @ladder: the rates
 * @step: place on the ladder
 * @steps: length of the ladder
 * @widest: enum skua_bw: the widest that both announce; @ladder has the width in use
 * @heard: the ladder's width has been heard, or it is the least
 * @probe: the next higher step, or the next width, is being probed
 * @probe_wide: the width
 * @interval: PPDUs between probes
 * @ppdus: PPDUs at each stage, not yet judged
 * @sent: MPDUs in them
 * @acked: of these acknowledged
 * @probe_ppdus: at the probe rate
 * @probe_sent: likewise
 * @probe_acked: likewise
 * @idle: rounds without a frame
 */
struct rate_state {
	struct ladder ladder;
	u8 step;
	u8 steps;
	u8 widest;
	bool heard;
	bool probe;
	bool probe_wide;
	u16 interval;
	u32 ppdus[ENG_RATE_STAGES];
	u32 sent[ENG_RATE_STAGES];
	u32 acked[ENG_RATE_STAGES];
	u32 probe_ppdus;
	u32 probe_sent;
	u32 probe_acked;
	u16 idle;
};

static struct rate_state states[FW_MAX_STAS];

static struct rate_state *rate_of(const struct sta *s)
{
	return &states[sta_index(s)];
}

static void rate_round(void);

static struct timer timer = { .fn = rate_round };

/* Step of a stage: the chosen step, then lower ones, last the lowest. */
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
 * The rate of a stage. While no frame of the width has arrived, the stages are the
 * step, half of the step, and the step at half the width.
 */
static u32 stage_word(const struct sta *s, u32 stage)
{
	static const u8 learning[ENG_RATE_STAGES] = { 0, 2, 0, 3 };
	const struct rate_state *r = rate_of(s);
	struct ladder l = r->ladder;
	struct rung rung;

	if (!r->heard && stage == 2)
		ladder_fill(&l, s, l.bw - 1u);
	ladder_walk(&l, stage_step(r->step, r->heard ? stage : learning[stage]), &rung);
	/* Every peer receives the last stage. */
	if (stage == ENG_RATE_STAGES - 1)
		rung.word &= ~(u32)SKUA_RATE_BW;
	return rung.word;
}

static void rate_stages(const struct sta *s, struct eng_rate *e)
{
	/* Few tries: the second stage shows how much one step down would carry. */
	static const u8 tries[ENG_RATE_STAGES] = { 2, 3, 3, 5 };
	u32 n = 0, last = 0;

	for (u32 i = 0; i < ENG_RATE_STAGES; i++) {
		u32 word = stage_word(s, i);

		if (!word)
			continue;
		if (word == last) {
			/* Near the bottom stages may be equal; their tries are added. */
			e->tries[n - 1] += tries[i];
			continue;
		}
		e->rate[n] = word;
		e->tries[n++] = tries[i];
		last = word;
	}
}

/* The probed rate, and its speed in relation to the step */
static void probe_rung(const struct sta *s, struct rung *rung)
{
	const struct rate_state *r = rate_of(s);
	struct ladder l = r->ladder;

	if (!r->probe_wide) {
		ladder_walk(&l, r->step + 1u, rung);
		return;
	}
	ladder_fill(&l, s, l.bw + 1u);
	ladder_walk(&l, r->step, rung);
	rung->speed *= 2;
}

static void rate_push(struct sta *s)
{
	const struct rate_state *r = rate_of(s);
	struct eng_rate e = { .probe_interval = 0 };
	struct rung rung;

	if (s->cmd.fixed_rate) {
		e.rate[0] = s->cmd.fixed_rate;
		e.tries[0] = 7;
	} else {
		rate_stages(s, &e);
		if (r->probe) {
			probe_rung(s, &rung);
			e.probe_rate = rung.word;
			e.probe_interval = r->interval;
		}
	}
	tbl_write(ENG_TBL_RATE, sta_index(s), &e);
}

static void forget_probes(struct rate_state *r)
{
	r->probe_ppdus = 0;
	r->probe_sent = 0;
	r->probe_acked = 0;
}

static void forget(struct rate_state *r)
{
	memset(r->ppdus, 0, sizeof(r->ppdus));
	memset(r->sent, 0, sizeof(r->sent));
	memset(r->acked, 0, sizeof(r->acked));
	forget_probes(r);
}

/* Sets the station's step, on a ladder of at most some width. */
static void stand(struct sta *s, u32 bw, u32 step, bool heard)
{
	struct rate_state *r = rate_of(s);
	struct rung rung;

	ladder_fill(&r->ladder, s, bw);
	r->steps = (u8)ladder_walk(&r->ladder, 0, &rung);
	r->step = r->steps ? (u8)min_u32(step, r->steps - 1u) : 0;
	r->heard = heard || r->ladder.bw == SKUA_BW_20;
	r->probe = false;
	r->interval = PROBE_MIN;
	forget(r);
	rate_push(s);
}

void rate_init(struct sta *s)
{
	struct rate_state *r = rate_of(s);

	memset(r, 0, sizeof(*r));
	stand(s, SKUA_BW_320, MOST_STEPS, false);
	r->widest = r->ladder.bw;
}

void rate_update(struct sta *s)
{
	const struct rate_state *r = rate_of(s);
	struct ladder l, widest;

	ladder_fill(&widest, s, SKUA_BW_320);
	ladder_fill(&l, s, r->ladder.bw);
	if (widest.bw != r->widest || memcmp(&l, &r->ladder, sizeof(l)))
		rate_init(s);
	else
		rate_push(s);
}

static void vif_each_sta(u8 vif, void (*fn)(struct sta *s))
{
	for (u32 i = 0; i < limits.stas; i++) {
		struct sta *s = sta_get(i);

		if (s && s->cmd.vif == vif)
			fn(s);
	}
}

void rate_vif_changed(u8 vif)
{
	vif_each_sta(vif, rate_update);
}

void rate_vif_masked(u8 vif)
{
	vif_each_sta(vif, rate_init);
}

static void rate_account(struct sta *s, const struct eng_sta_stats *st)
{
	struct rate_state *r = rate_of(s);

	for (u32 i = 0; i < ENG_RATE_STAGES; i++) {
		r->ppdus[i] += st->stage_ppdus[i];
		r->sent[i] += st->stage_sent[i];
		r->acked[i] += st->stage_acked[i];
	}
	r->probe_ppdus += st->probe_ppdus;
	r->probe_sent += st->probe_sent;
	r->probe_acked += st->probe_acked;
}

u16 rate_read(struct sta *s, struct eng_sta_stats *st)
{
	u16 status = tbl_read(ENG_TBL_STA_STATS, sta_index(s), st);

	if (status == SKUA_ST_OK) {
		rate_account(s, st);
		ba_count(s, st);
	}
	return status;
}

static u32 percent(u32 acked, u32 sent)
{
	if (!sent)
		return 0;
	return acked >= sent ? 100 : (u32)((u64)acked * 100 / sent);
}

static u32 step_speed(const struct sta *s, u32 step)
{
	struct rung rung;

	ladder_walk(&rate_of(s)->ladder, step, &rung);
	return rung.speed;
}

static void step_to(struct sta *s, u32 step)
{
	const struct rate_state *r = rate_of(s);

	stand(s, r->ladder.bw, step, r->heard);
}

static bool can_widen(const struct rate_state *r)
{
	return r->ladder.bw < r->widest;
}

static bool can_speed_up(const struct rate_state *r)
{
	return r->step + 1 < r->steps;
}

/* In turn, if there are both probes */
static void choose_probe(struct rate_state *r)
{
	r->probe_wide = can_widen(r) && !(can_speed_up(r) && r->probe_wide);
}

/* Return: true if the station's step or width has changed */
static bool judge_probe(struct sta *s, u32 good)
{
	struct rate_state *r = rate_of(s);
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
	forget_probes(r);
	choose_probe(r);
	rate_push(s);
	return false;
}

/*
 * Has any frame of the ladder's width arrived? If only narrower frames arrived, either
 * width or speed is too high. A width whose frames arrived before is tested again.
 *
 * Return: true if the station's step or width has changed
 */
static bool judge_width(struct sta *s)
{
	struct rate_state *r = rate_of(s);
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
	struct rate_state *r = rate_of(s);
	u32 good = percent(r->acked[0], r->sent[0]);
	u32 below = percent(r->acked[1], r->sent[1]);

	if (r->ppdus[0] < ENOUGH || s->cmd.fixed_rate)
		return;
	if (r->ladder.bw > SKUA_BW_20 && judge_width(s))
		return;
	if (r->step && good < BAD_PERCENT) {
		/* Almost no frame arrives: single steps would take too long. */
		step_to(s, good < BAD_PERCENT / 4 ? r->step / 2u : r->step - 1u);
		return;
	}
	if (r->step && r->ppdus[1] >= ENOUGH &&
	    below * step_speed(s, r->step - 1u) > good * step_speed(s, r->step)) {
		step_to(s, r->step - 1u);
		return;
	}
	if (r->probe && r->probe_sent >= PROBES_ENOUGH &&
	    r->probe_ppdus >= PROBE_PPDUS && judge_probe(s, good))
		return;
	if (r->probe != (good >= GOOD_PERCENT && (can_widen(r) || can_speed_up(r)))) {
		r->probe = !r->probe;
		choose_probe(r);
		rate_push(s);
	}
	/* Old counts have half the weight of new ones. */
	for (u32 i = 0; i < ENG_RATE_STAGES; i++) {
		r->ppdus[i] /= 2;
		r->sent[i] /= 2;
		r->acked[i] /= 2;
	}
}

static void rate_look(struct sta *s)
{
	struct rate_state *r = rate_of(s);
	struct eng_sta_stats st;

	/* Stations without traffic are checked once in so many rounds */
	if (r->idle >= IDLE_ROUNDS && r->idle++ % IDLE_ROUNDS)
		return;
	if (r->idle >= 0xf000)
		r->idle = IDLE_ROUNDS;
	if (rate_read(s, &st) != SKUA_ST_OK)
		return;
	ba_look(s);
	if (!st.stage_sent[0] && !st.probe_sent) {
		r->idle++;
		return;
	}
	r->idle = 0;
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
