// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rate control: the rates that peer and radio have in common, and the loss on the air
 */
#include <stdlib.h>

#include "fake.h"
#include "../policy.h"

#define WORD(enc, idx, nss, bw, gi)						\
	(FIELD_PREP(SKUA_RATE_ENC, enc) | FIELD_PREP(SKUA_RATE_IDX, idx) |	\
	 FIELD_PREP(SKUA_RATE_NSS, nss) | FIELD_PREP(SKUA_RATE_BW, bw) |	\
	 FIELD_PREP(SKUA_RATE_GI, gi))

static u32 edge;	/* percent of frames that arrive one step above the highest good rate */
static u32 hears;	/* enum skua_bw: the widest frame that the peer receives */
static u32 too_wide;	/* tries that were too wide for the peer */

static int setup(void **state)
{
	(void)state;
	srand(1);
	edge = 20;
	hears = SKUA_BW_320;
	too_wide = 0;
	fake_boot();
	fake_vif(0, SKUA_VIF_AP, 0);
	return 0;
}

static const struct eng_rate *add(struct skua_cmd_sta *p)
{
	assert_ok(fake_cmd(SKUA_CMD_STA_ADD, p, sizeof(*p)));
	assert_true(fake.rate_valid[p->sta]);
	return &fake.rate[p->sta];
}

/* Each stage has tries; no stage follows the first empty one. */
static void assert_sane(const struct eng_rate *r)
{
	bool ended = false;
	u32 tries = 0;

	assert_true(r->rate[0]);
	for (u32 i = 0; i < ENG_RATE_STAGES; i++) {
		tries += r->tries[i];
		if (!r->rate[i]) {
			ended = true;
			assert_int_equal(r->tries[i], 0);
			continue;
		}
		assert_false(ended);
		assert_true(rate_word_valid(r->rate[i]));
		assert_int_not_equal(r->tries[i], 0);
	}
	/* A frame is tried as often at the bottom of the ladder as elsewhere. */
	assert_int_equal(tries, 13);
}

static void legacy(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(0, 1, 0);
	const struct eng_rate *r = add(&p);

	(void)state;
	assert_sane(r);
	assert_int_equal(r->rate[0], 540);
	assert_int_equal(r->rate[1], 480);
	assert_int_equal(r->rate[3], 10);
	assert_int_equal(r->probe_interval, 0);

	/* 11 Mbit/s lies between 9 and 12. */
	p = fake_sta_cmd(1, 1, 0);
	p.legacy_rates = BIT(3) | BIT(5);
	r = add(&p);
	assert_int_equal(r->rate[0], 110);
	assert_int_equal(r->rate[1], 90);
	/* There is no CCK on 5 GHz, even if the peer announces it. */
	fake_chan(0, 0, 5180, 5180, SKUA_BW_20);
	assert_int_equal(r->rate[0], 90);
	assert_int_equal(r->rate[1], 0);
	assert_int_equal(fake.rate[0].rate[3], 60);
	/* For a peer without any rate the engine uses its default. */
	p = fake_sta_cmd(2, 1, 0);
	p.legacy_rates = 0;
	r = add(&p);
	assert_int_equal(r->rate[0], 0);
}

static void formats(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(0, 1, 0);

	(void)state;
	fake_chan(0, 0, 5180, 5210, SKUA_BW_80);
	p.ht_mcs = 0xffff;
	p.bw = SKUA_BW_160;
	p.nss = 2;
	assert_int_equal(add(&p)->rate[0], WORD(SKUA_ENC_HT, 15, 0, SKUA_BW_40, 0));

	p.sta = 1;
	p.vht_mcs = 0xfffa;
	p.flags |= SKUA_STAF_SHORT_GI_80 | SKUA_STAF_LDPC;
	assert_int_equal(add(&p)->rate[0],
			 WORD(SKUA_ENC_VHT, 9, 2, SKUA_BW_80, SKUA_GI_SHORT) |
			 SKUA_RATE_LDPC);
	/* The channel is wider now; peer and radio both support its width. */
	fake_chan(0, 0, 5180, 5250, SKUA_BW_160);
	assert_int_equal(fake.rate[1].rate[0],
			 WORD(SKUA_ENC_VHT, 9, 2, SKUA_BW_160, 0) | SKUA_RATE_LDPC);
	fake_chan(0, 0, 5180, 5180, SKUA_BW_20);
	/* MCS 9 does not exist at 20 MHz with two streams. */
	assert_int_equal(fake.rate[1].rate[0],
			 WORD(SKUA_ENC_VHT, 8, 2, SKUA_BW_20, 0) | SKUA_RATE_LDPC);

	p.sta = 2;
	p.he_mcs = 0xfffa;
	assert_int_equal(add(&p)->rate[0],
			 WORD(SKUA_ENC_HE, 11, 2, SKUA_BW_20, 0) | SKUA_RATE_LDPC);
	fake_chan(0, 0, 5180, 5250, SKUA_BW_160);
	/* The peer has no HE map for 160 MHz. */
	assert_int_equal(fake.rate[2].rate[0],
			 WORD(SKUA_ENC_HE, 11, 2, SKUA_BW_80, 0) | SKUA_RATE_LDPC);
	/* A peer with four streams, a radio with two */
	p.sta = 3;
	p.he_mcs = 0xff00;
	p.he_mcs160 = 0xff55;
	p.nss = 4;
	assert_int_equal(add(&p)->rate[0],
			 WORD(SKUA_ENC_HE, 9, 2, SKUA_BW_160, 0) | SKUA_RATE_LDPC);
	p.sta = 4;
	p.nss = 1;
	assert_int_equal(add(&p)->rate[0],
			 WORD(SKUA_ENC_HE, 9, 1, SKUA_BW_160, 0) | SKUA_RATE_LDPC);
	for (u32 i = 0; i < 5; i++) {
		assert_sane(&fake.rate[i]);
		/* The last stage also reaches a peer that receives less than it announced. */
		assert_int_equal(FIELD_GET(SKUA_RATE_BW,
					   fake.rate[i].rate[ENG_RATE_STAGES - 1]),
				 SKUA_BW_20);
	}
}

/* Features that are not in force do not exist. */
static void features(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(0, 1, 0);

	(void)state;
	p.ht_mcs = 0xff;
	p.vht_mcs = 0xfffe;
	p.he_mcs = 0xfffe;
	fake_shutdown();
	fake_boot_with(HW_ALL & ~SKUA_FEAT_HE, DRV_ALL, 0);
	fake_vif(0, SKUA_VIF_AP, 0);
	assert_int_equal(FIELD_GET(SKUA_RATE_ENC, add(&p)->rate[0]), SKUA_ENC_VHT);
	fake_shutdown();
	fake_boot_with(HW_ALL, SKUA_FEAT_HT, 0);
	fake_vif(0, SKUA_VIF_AP, 0);
	assert_int_equal(FIELD_GET(SKUA_RATE_ENC, add(&p)->rate[0]), SKUA_ENC_HT);
	fake_shutdown();
	fake_boot_with(HW_ALL, 0, 0);
	fake_vif(0, SKUA_VIF_AP, 0);
	assert_int_equal(add(&p)->rate[0], 540);
}

static u16 limit(const struct skua_rate_mask *mask)
{
	struct skua_cmd_vif v = fake_vif_cmd(0, SKUA_VIF_AP, SKUA_VIFF_RATE_MASK);

	v.rates = *mask;
	return fake_cmd(SKUA_CMD_VIF_UPDATE, &v, sizeof(v));
}

/* The user's masks limit the rates; a format that they empty is not used. */
static void masks(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(0, 1, 0);
	const struct eng_rate *r = &fake.rate[0];
	struct skua_cmd_vif v;
	struct skua_rate_mask m = {
		.legacy = 0xff0, .ht_mcs = 0xffff, .vht_mcs = { 0x3ff, 0x3ff },
		.he_mcs = { BIT(3) | BIT(2), 0 }, .gi = SKUA_GI_1_6,
	};

	(void)state;
	fake_chan(0, 0, 5180, 5210, SKUA_BW_80);
	p.ht_mcs = 0xffff;
	p.vht_mcs = 0xfffa;
	p.he_mcs = 0xfffa;
	p.bw = SKUA_BW_80;
	p.nss = 2;
	p.flags |= SKUA_STAF_SHORT_GI_80 | SKUA_STAF_SHORT_GI_40;
	assert_int_equal(add(&p)->rate[0], WORD(SKUA_ENC_HE, 11, 2, SKUA_BW_80, 0));
	/* A change takes effect at once, and only these two rates are left. */
	assert_ok(limit(&m));
	assert_sane(r);
	assert_int_equal(r->rate[0], WORD(SKUA_ENC_HE, 3, 1, SKUA_BW_80, SKUA_GI_1_6));
	for (u32 i = 0; i < ENG_RATE_STAGES && r->rate[i]; i++)
		assert_in_range(FIELD_GET(SKUA_RATE_IDX, r->rate[i]), 2, 3);
	m.he_mcs[0] = 0;
	assert_ok(limit(&m));
	assert_int_equal(r->rate[0], WORD(SKUA_ENC_VHT, 9, 2, SKUA_BW_80, SKUA_GI_SHORT));
	m.flags = SKUA_MASKF_LONG_GI;
	m.vht_mcs[1] = BIT(0);
	assert_ok(limit(&m));
	assert_int_equal(r->rate[0], WORD(SKUA_ENC_VHT, 9, 1, SKUA_BW_80, 0));
	m.vht_mcs[0] = 0;
	m.vht_mcs[1] = 0;
	m.ht_mcs = BIT(5);
	assert_ok(limit(&m));
	assert_int_equal(r->rate[0], WORD(SKUA_ENC_HT, 5, 0, SKUA_BW_40, 0));
	m.ht_mcs = 0;
	m.legacy = BIT(5);
	assert_ok(limit(&m));
	assert_int_equal(r->rate[0], 90);
	assert_int_equal(r->rate[1], 0);
	/* The peer has none of these: it still has to be reached. */
	m.legacy = 0;
	assert_ok(limit(&m));
	assert_int_equal(r->rate[0], 540);
	m.gi = SKUA_GI_SHORT;
	assert_int_equal(limit(&m), SKUA_ST_INVALID);
	m.gi = 0;
	m.flags = 0x80;
	assert_int_equal(limit(&m), SKUA_ST_INVALID);
	/* And back */
	v = fake_vif_cmd(0, SKUA_VIF_AP, 0);
	assert_ok(fake_cmd(SKUA_CMD_VIF_UPDATE, &v, sizeof(v)));
	assert_int_equal(r->rate[0], WORD(SKUA_ENC_HE, 11, 2, SKUA_BW_80, 0));
}

static void fixed(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(0, 1, 0);
	const struct eng_rate *r;

	(void)state;
	p.fixed_rate = 110;
	r = add(&p);
	assert_int_equal(r->rate[0], 110);
	assert_int_equal(r->rate[1], 0);
	for (u32 i = 0; i < 100; i++) {
		fake.stats[0].stage_sent[0] = 100;
		fake_run(50 * MSEC_US);
	}
	assert_int_equal(r->rate[0], 110);
	assert_int_equal(r->probe_interval, 0);
	p.fixed_rate = 0;
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)));
	assert_int_equal(r->rate[0], 540);
}

static void words(void **state)
{
	(void)state;
	assert_true(rate_word_valid(0));
	assert_true(rate_word_valid(WORD(SKUA_ENC_HT, 31, 0, 1, 1)));
	assert_false(rate_word_valid(WORD(SKUA_ENC_HT, 32, 0, 1, 1)));
	assert_true(rate_word_valid(WORD(SKUA_ENC_VHT, 9, 8, 3, 1)));
	assert_false(rate_word_valid(WORD(SKUA_ENC_VHT, 10, 8, 3, 1)));
	assert_false(rate_word_valid(WORD(SKUA_ENC_VHT, 9, 0, 3, 1)));
	assert_false(rate_word_valid(WORD(SKUA_ENC_HE, 12, 1, 3, 1)));
	assert_true(rate_word_valid(WORD(SKUA_ENC_EHT, 13, 1, 4, 0)));
	assert_false(rate_word_valid(WORD(5, 1, 1, 0, 0)));
	assert_false(rate_word_valid(WORD(SKUA_ENC_HE, 1, 1, 5, 0)));
	assert_false(rate_word_valid(10 | 1u << 28));
	assert_false(rate_word_valid(30));
}

/* ------------------------------------------------------------------ */

/* Comparable speeds of single-stream HE words, for the air's model */
static u32 mcs(u32 word)
{
	return FIELD_GET(SKUA_RATE_IDX, word) + 12 * (FIELD_GET(SKUA_RATE_NSS, word) - 1);
}

static u32 width(u32 word)
{
	return FIELD_GET(SKUA_RATE_BW, word);
}

/* Percent of frames that arrive: all up to @most, some one step above, none higher */
static u32 chance(u32 word, u32 most)
{
	if (width(word) > hears) {
		too_wide++;
		return 0;
	}
	if (mcs(word) <= most)
		return 97;
	return mcs(word) == most + 1 ? edge : 0;
}

static bool arrives(u32 word, u32 most)
{
	return (u32)(rand() % 100) < chance(word, most);
}

/* One frame as the engine would send it */
static void send(u16 sta, u32 most, u32 nth)
{
	const struct eng_rate *r = &fake.rate[sta];
	struct eng_sta_stats *st = &fake.stats[sta];

	if (r->probe_interval && nth % r->probe_interval == 0) {
		st->probe_ppdus++;
		st->probe_sent++;
		if (arrives(r->probe_rate, most)) {
			st->probe_acked++;
			return;
		}
	}
	for (u32 i = 0; i < ENG_RATE_STAGES && r->rate[i]; i++) {
		for (u32 n = 0; n < r->tries[i]; n++) {
			st->stage_ppdus[i]++;
			st->stage_sent[i]++;
			if (arrives(r->rate[i], most)) {
				st->stage_acked[i]++;
				return;
			}
		}
	}
}

static u32 nth;

#define AMPDU	32

static u8 tried[AMPDU];	/* MPDUs of the window, the oldest one first */

/*
 * One A-MPDU as the engine would send it: at the rate of its first MPDU. A collision takes
 * all of it.
 */
static void send_ampdu(u16 sta, u32 most, bool collides)
{
	const struct eng_rate *r = &fake.rate[sta];
	struct eng_sta_stats *st = &fake.stats[sta];
	u32 stage = 0, tries = tried[0], n = 0;
	bool probe = r->probe_interval && ++nth > r->probe_interval && !tries;

	if (probe)
		nth = 0;
	while (stage < ENG_RATE_STAGES - 1 && r->rate[stage + 1] && tries >= r->tries[stage])
		tries -= r->tries[stage++];
	st->probe_ppdus += probe;
	st->stage_ppdus[stage] += !probe;
	for (u32 i = 0; i < AMPDU; i++) {
		bool ok = !collides && arrives(probe ? r->probe_rate : r->rate[stage], most);

		*(probe ? &st->probe_sent : &st->stage_sent[stage]) += 1;
		*(probe ? &st->probe_acked : &st->stage_acked[stage]) += ok;
		if (!ok && tried[i] < 12)
			tried[n++] = tried[i] + 1;
	}
	memset(tried + n, 0, sizeof(tried) - n);
}

static void traffic(u16 sta, u32 most, u32 ms)
{
	for (u32 t = 0; t < ms; t++) {
		for (u32 i = 0; i < 2; i++)
			send(sta, most, nth++);
		fake_run(MSEC_US);
	}
}

static const struct eng_rate *add_he(u16 sta)
{
	struct skua_cmd_sta p = fake_sta_cmd(sta, 1, 0);

	p.he_mcs = 0xfffe;
	p.nss = 1;
	return add(&p);
}

/* A peer that announces all rates of a 160 MHz channel, HE or VHT */
static const struct eng_rate *add_wide(u16 sta, bool he)
{
	struct skua_cmd_sta p = fake_sta_cmd(sta, 1, 0);

	fake_chan(0, 0, 5180, 5250, SKUA_BW_160);
	p.bw = SKUA_BW_160;
	p.nss = 1;
	p.vht_mcs = 0xfffe;
	if (he) {
		p.he_mcs = 0xfffe;
		p.he_mcs160 = 0xfffe;
	}
	return add(&p);
}

static void perfect_air(void **state)
{
	const struct eng_rate *r = add_he(0);
	u32 top = r->rate[0];

	(void)state;
	assert_int_equal(mcs(top), 11);
	for (u32 i = 0; i < 20; i++) {
		traffic(0, 99, 100);
		assert_int_equal(r->rate[0], top);
		assert_int_equal(r->probe_interval, 0);
	}
}

/* The rate falls to the highest good rate, stays there mostly, and rises again. */
static void lossy_air(void **state)
{
	static const u32 mosts[] = { 10, 7, 4, 1 };
	const struct eng_rate *r = add_he(0);

	(void)state;
	for (u32 m = 0; m < ARRAY_SIZE(mosts); m++) {
		u32 right = 0, most = mosts[m];

		traffic(0, most, 2000);
		for (u32 i = 0; i < 50; i++) {
			traffic(0, most, 50);
			right += mcs(r->rate[0]) == most;
			assert_sane(r);
		}
		assert_true(right >= 45);
	}
	/* The firmware probes above the best rate, and rarely if probes fail. */
	assert_true(mcs(r->probe_rate) == mcs(r->rate[0]) + 1);
	traffic(0, 1, 3000);
	assert_true(r->probe_interval >= 256);
	/* Now all rates are good. */
	traffic(0, 99, 12000);
	assert_int_equal(mcs(r->rate[0]), 11);
}

/* More than half arrives, but one step down would carry more. */
static void edge_air(void **state)
{
	const struct eng_rate *r = add_he(0);
	u32 right = 0;

	(void)state;
	edge = 62;
	traffic(0, 10, 2000);
	for (u32 i = 0; i < 50; i++) {
		traffic(0, 10, 50);
		right += mcs(r->rate[0]) == 10;
	}
	assert_true(right >= 35);
}

/* Frames of the first station that did not arrive */
static void fail_stage(u32 stage, u32 n)
{
	fake.stats[0].stage_ppdus[stage] += n;
	fake.stats[0].stage_sent[stage] += n;
}

/* If no frame arrives, the rate falls to the lowest, and stays there. */
static void dead_air(void **state)
{
	const struct eng_rate *r = add_he(0);

	(void)state;
	for (u32 t = 0; t < 3000; t++) {
		fail_stage(0, 4);
		fail_stage(1, 3);
		fake_run(MSEC_US);
	}
	assert_int_equal(mcs(r->rate[0]), 0);
	assert_int_equal(r->rate[1], 0);
}

/* A collision, or a lost Block Ack, takes a whole A-MPDU: no reason to be slower */
static void collisions(void **state)
{
	const struct eng_rate *r = add_he(0);
	u32 top = r->rate[0];

	(void)state;
	memset(tried, 0, sizeof(tried));
	for (u32 i = 0; i < 500; i++) {
		/* never two in a row, and in a round of rate control it may be the only one */
		send_ampdu(0, 99, i % 5 == 4);
		fake_run(60 * MSEC_US);
		assert_int_equal(r->rate[0], top);
	}
}

/* One probe that is lost, and all its MPDUs with it, says as little */
static void probe_collides(void **state)
{
	struct eng_sta_stats *st = &fake.stats[0];
	const struct eng_rate *r = add_he(0);

	(void)state;
	traffic(0, 5, 3000);
	/* up by a step, to where probes have just begun */
	while (mcs(r->rate[0]) == 5 || !r->probe_interval)
		traffic(0, 99, 1);
	for (u32 i = 0; i < 2; i++) {
		assert_int_equal(r->probe_interval, 16);
		st->probe_ppdus++;
		st->probe_sent += AMPDU;
		st->stage_ppdus[0] += 8;
		st->stage_sent[0] += 8;
		st->stage_acked[0] += 8;
		fake_run(60 * MSEC_US);
	}
	assert_int_equal(r->probe_interval, 16);
	st->probe_ppdus++;
	st->probe_sent += AMPDU;
	st->stage_ppdus[0]++;
	st->stage_sent[0]++;
	st->stage_acked[0]++;
	fake_run(60 * MSEC_US);
	assert_int_equal(r->probe_interval, 64);
}

/* A-MPDUs find the highest good rate, and few of them are probes. */
static void lossy_aggregates(void **state)
{
	static const u32 mosts[] = { 10, 7, 4, 1, 8 };
	const struct eng_rate *r = add_he(0);

	(void)state;
	memset(tried, 0, sizeof(tried));
	for (u32 m = 0; m < ARRAY_SIZE(mosts); m++) {
		u32 right = 0;

		for (u32 i = 0; i < 12000; i++) {
			send_ampdu(0, mosts[m], false);
			fake_run(2 * MSEC_US);
			assert_sane(r);
			right += i >= 10000 && mcs(r->rate[0]) == mosts[m];
		}
		assert_in_range(right, 1800, 2000);
		assert_true(r->probe_interval >= 256);
	}
}

/* A peer that receives every rate it announces gets the highest, from the first frame on. */
static void wide_air(void **state)
{
	const struct eng_rate *r = add_wide(0, true);
	u32 top = r->rate[0];

	(void)state;
	assert_int_equal(width(top), SKUA_BW_160);
	for (u32 i = 0; i < 20; i++) {
		traffic(0, 99, 100);
		assert_int_equal(r->rate[0], top);
		assert_int_equal(r->probe_interval, 0);
		assert_sane(r);
	}
	/* The other stages have the same width, except the last one. */
	assert_int_equal(width(r->rate[1]), SKUA_BW_160);
	assert_int_equal(width(r->rate[2]), SKUA_BW_160);
}

/* A peer that receives less soon gets frames of its width, and few wider probes. */
static void narrow_peer(void **state)
{
	(void)state;
	for (u16 sta = 0; sta < 6; sta++) {
		const struct eng_rate *r = add_wide(sta, sta % 2);
		u32 top = mcs(r->rate[0]);

		hears = SKUA_BW_80 - sta / 2;
		traffic(sta, 99, 500);
		assert_int_equal(width(r->rate[0]), hears);
		/* MCS 9 of one stream does not fill whole symbols at 20 MHz. */
		assert_int_equal(mcs(r->rate[0]),
				 hears == SKUA_BW_20 && top == 9 ? 8 : top);
		too_wide = 0;
		traffic(sta, 99, 10000);
		assert_int_equal(width(r->rate[0]), hears);
		assert_in_range(too_wide, 1, 100);	/* of 20000 frames */
		assert_sane(r);
	}
}

/* After the peer's width changes, its width and its best rate are learnt anew. */
static void width_changes(void **state)
{
	static const u32 widths[] = {
		SKUA_BW_160, SKUA_BW_20, SKUA_BW_160, SKUA_BW_40, SKUA_BW_80, SKUA_BW_160,
	};
	const struct eng_rate *r = add_wide(0, true);

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(widths); i++) {
		bool wider = i && widths[i] > widths[i - 1];

		hears = widths[i];
		/* A width whose probes failed is probed rarely. */
		traffic(0, 99, wider ? 12000 : 3000);
		assert_int_equal(width(r->rate[0]), hears);
		assert_int_equal(mcs(r->rate[0]), 11);
	}
}

/* A slow peer is not taken for a narrow one, or not for long. */
static void slow_and_wide(void **state)
{
	static const u32 mosts[] = { 9, 6, 3, 1 };
	const struct eng_rate *r;

	(void)state;
	for (u16 i = 0; i < ARRAY_SIZE(mosts); i++) {
		u32 right = 0, wide = 0;

		r = add_wide(i, true);
		traffic(i, mosts[i], 6000);
		for (u32 t = 0; t < 50; t++) {
			traffic(i, mosts[i], 50);
			right += mcs(r->rate[0]) == mosts[i];
			wide += width(r->rate[0]) == SKUA_BW_160;
		}
		assert_in_range(right, 40, 50);
		assert_int_equal(wide, 50);
	}
}

/* A peer that was away is not taken for a narrow one. */
static void away(void **state)
{
	const struct eng_rate *r = add_wide(0, true);

	(void)state;
	for (u32 t = 0; t < 1000; t++) {
		fail_stage(0, 2);
		fail_stage(1, 3);
		fail_stage(2, 3);
		fail_stage(3, 5);
		fake_run(MSEC_US);
	}
	assert_int_equal(width(r->rate[0]), SKUA_BW_160);
	traffic(0, 99, 12000);
	assert_int_equal(width(r->rate[0]), SKUA_BW_160);
	assert_int_equal(mcs(r->rate[0]), 11);
}

/* A new width from the driver takes effect at once. */
static void told_width(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(0, 1, 0);
	const struct eng_rate *r = add_wide(0, true);

	(void)state;
	p.nss = 1;
	p.he_mcs = 0xfffe;
	p.he_mcs160 = 0xfffe;
	p.vht_mcs = 0xfffe;
	hears = SKUA_BW_40;
	traffic(0, 99, 500);
	assert_int_equal(width(r->rate[0]), SKUA_BW_40);
	/* nothing new: the learnt width stays */
	p.bw = SKUA_BW_160;
	p.flags |= SKUA_STAF_AUTHORIZED;
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)));
	assert_int_equal(width(r->rate[0]), SKUA_BW_40);
	p.bw = SKUA_BW_20;
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)));
	assert_int_equal(width(r->rate[0]), SKUA_BW_20);
	p.bw = SKUA_BW_160;
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)));
	assert_int_equal(width(r->rate[0]), SKUA_BW_160);
}

/* At most 20 reads a second for an active station, one for an idle one */
static void reads(void **state)
{
	u32 before;

	(void)state;
	add_he(0);
	add_he(1);
	fake_run(3 * SEC_US);
	before = fake.stats_reads;
	fake_run(10 * SEC_US);
	assert_in_range(fake.stats_reads - before, 16, 24);
	before = fake.stats_reads;
	traffic(0, 99, 10000);
	assert_in_range(fake.stats_reads - before, 150 + 8, 200 + 12);
}

/* Nothing to do without stations */
static void no_stations(void **state)
{
	struct skua_cmd_sta_ref ref = { .sta = 0, .gen = 1 };
	u32 before;

	(void)state;
	add_he(0);
	assert_ok(fake_cmd(SKUA_CMD_STA_REMOVE, &ref, sizeof(ref)));
	before = fake.stats_reads;
	fake_run(5 * SEC_US);
	assert_int_equal(fake.stats_reads, before);
	/* Rate control starts again. */
	add_he(0);
	traffic(0, 5, 3000);
	assert_int_equal(mcs(fake.rate[0].rate[0]), 5);
}

/* The learnt rate stays after an update without new rates, and after statistics. */
static void learnt(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(0, 1, 0);
	struct skua_cmd_sta_ref ref = { .sta = 0, .gen = 1 };
	const struct eng_rate *r = add_he(0);

	(void)state;
	p.he_mcs = 0xfffe;
	traffic(0, 4, 3000);
	assert_int_equal(mcs(r->rate[0]), 4);
	p.flags |= SKUA_STAF_AUTHORIZED | SKUA_STAF_KEYED;
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)));
	assert_int_equal(mcs(r->rate[0]), 4);
	/* Frequent reads of statistics do not take counters from rate control. */
	for (u32 i = 0; i < 3000; i++) {
		send(0, 2, nth++);
		assert_ok(fake_cmd(SKUA_CMD_STA_STATS, &ref, sizeof(ref)));
		fake_forget();
		send(0, 2, nth++);
		fake_run(MSEC_US);
	}
	assert_int_equal(mcs(r->rate[0]), 2);
	/* New rates restart rate control. */
	p.he_mcs = 0xfffd;
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)));
	assert_int_equal(mcs(r->rate[0]), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(legacy, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(formats, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(masks, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(features, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(fixed, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(words, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(perfect_air, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(lossy_air, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(edge_air, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(dead_air, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(collisions, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(probe_collides, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(lossy_aggregates, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(wide_air, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(narrow_peer, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(width_changes, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(slow_and_wide, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(away, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(told_width, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(reads, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(no_stations, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(learnt, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: rate control", tests, NULL, NULL);
}
