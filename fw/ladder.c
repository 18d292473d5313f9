// SPDX-License-Identifier: GPL-2.0-only
/*
 * Valid rates, and ladders of the rates that peer and radio have in common
 *
 * A ladder is stored as the parameters that determine it. Its rates are computed
 * anew when a caller needs them.
 */
#include "ladder.h"
#include "policy.h"

#define CCK_RATES	GENMASK(SKUA_NUM_CCK - 1, 0)
#define MCS_MOST	13

static const u16 legacy_rate[SKUA_NUM_LEGACY] = SKUA_LEGACY_RATES;

/* Data bits of each MCS in a stream, in relation to each other */
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

/* Do the user's limits leave the MCS of so many streams? */
static bool mcs_unmasked(const struct ladder *l, u32 nss, u32 mcs)
{
	if (!l->mask)
		return true;
	switch (l->enc) {
	case SKUA_ENC_HT:
		return mcs <= 7 && l->mask->ht_mcs & BIT(8 * (nss - 1) + mcs);
	case SKUA_ENC_VHT:
		return l->mask->vht_mcs[nss - 1] & BIT(mcs);
	default:
		return l->mask->he_mcs[nss - 1] & BIT(mcs);
	}
}

static bool mcs_allowed(const struct ladder *l, u32 nss, u32 mcs)
{
	if (!mcs_unmasked(l, nss, mcs))
		return false;
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

static u32 legacy_walk(const struct ladder *l, u32 want, struct rung *r)
{
	/* In the order of speed; SKUA_LEGACY_RATES has another one. */
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

u32 ladder_walk(const struct ladder *l, u32 want, struct rung *r)
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

static u32 short_gi(const struct ladder *l, const struct skua_cmd_sta *p)
{
	if (l->mask && l->mask->flags & SKUA_MASKF_LONG_GI)
		return 0;
	return l->bw <= SKUA_BW_160 && p->flags & SKUA_STAF_SHORT_GI_20 << l->bw ?
		FIELD_PREP(SKUA_RATE_GI, SKUA_GI_SHORT) : 0;
}

static void fill_he(struct ladder *l, const struct skua_cmd_sta *p)
{
	l->enc = SKUA_ENC_HE;
	l->map = l->bw >= SKUA_BW_160 && p->he_mcs160 != 0xffff ? p->he_mcs160 : p->he_mcs;
	if (l->bw >= SKUA_BW_160 && p->he_mcs160 == 0xffff)
		l->bw = SKUA_BW_80;
	l->flags = l->mask ? FIELD_PREP(SKUA_RATE_GI, l->mask->gi) : 0;
}

static void fill_vht(struct ladder *l, const struct skua_cmd_sta *p)
{
	l->enc = SKUA_ENC_VHT;
	l->map = p->vht_mcs;
	l->flags = short_gi(l, p);
}

static void fill_ht(struct ladder *l, const struct skua_cmd_sta *p)
{
	l->enc = SKUA_ENC_HT;
	l->map = p->ht_mcs;
	l->bw = (u8)min_u32(l->bw, SKUA_BW_40);
	l->nss = (u8)min_u32(l->nss, 4);
	l->flags = short_gi(l, p);
}

static void fill_legacy(struct ladder *l, const struct skua_cmd_sta *p, u32 freq)
{
	l->enc = SKUA_ENC_LEGACY;
	l->map = p->legacy_rates & GENMASK(SKUA_NUM_LEGACY - 1, 0);
	if (freq && skua_freq_band(freq) != SKUA_BAND_2GHZ)
		l->map &= ~CCK_RATES;
	/* A peer with none of the allowed rates still has to be reached. */
	if (l->mask && l->map & l->mask->legacy)
		l->map &= l->mask->legacy;
	l->bw = SKUA_BW_20;
	l->nss = 1;
	l->flags = 0;
}

static bool has_rates(const struct ladder *l)
{
	struct rung rung;

	return ladder_walk(l, 0, &rung);
}

void ladder_fill(struct ladder *l, const struct sta *s, u32 widest)
{
	const struct skua_cmd_sta *p = &s->cmd;
	const struct vif *v = vif_get(p->vif);

	memset(l, 0, sizeof(*l));
	if (v->cmd.flags & SKUA_VIFF_RATE_MASK)
		l->mask = &v->cmd.rates;
	l->bw = (u8)min_u32(min_u32(p->bw, widest), min_u32(v->eng.bw, limits.max_bw));
	l->nss = (u8)min_u32(p->nss ? p->nss : 1, limits.nss ? limits.nss : 1);
	if (limits.feat & SKUA_FEAT_HE && p->he_mcs != 0xffff)
		fill_he(l, p);
	if (!has_rates(l) && limits.feat & SKUA_FEAT_VHT && p->vht_mcs != 0xffff)
		fill_vht(l, p);
	if (!has_rates(l) && limits.feat & SKUA_FEAT_HT && p->ht_mcs)
		fill_ht(l, p);
	if (!has_rates(l)) {
		fill_legacy(l, p, v->eng.freq);
		return;
	}
	l->flags |= FIELD_PREP(SKUA_RATE_BW, l->bw);
	if (p->flags & SKUA_STAF_LDPC)
		l->flags |= SKUA_RATE_LDPC;
}
