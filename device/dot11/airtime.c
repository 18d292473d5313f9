// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rates, and the duration of a PPDU
 *
 * Times are in units of 0.1 us until the end, where they are rounded up: symbols with
 * short guard interval, and HE symbols, do not last whole microseconds.
 */
#include "dot11/airtime.h"
#include "dot11/frame.h"

#define SIGNAL_EXTENSION	60	/* 0.1 us */
#define OFDM_SYMBOL		40

static const uint16_t legacy_rates[SKUA_NUM_LEGACY] = SKUA_LEGACY_RATES;

#define MANDATORY_CCK	0x00f	/* 1, 2, 5.5, 11 */
#define MANDATORY_OFDM	0x150	/* 6, 12, 24 */
#define ALL_OFDM	0xff0

/* Coded bits of a subcarrier, and code rate, by MCS */
static const struct mcs {
	uint8_t bits;
	uint8_t num;
	uint8_t den;
} mcs_table[] = {
	{ 1, 1, 2 }, { 2, 1, 2 }, { 2, 3, 4 }, { 4, 1, 2 }, { 4, 3, 4 },
	{ 6, 2, 3 }, { 6, 3, 4 }, { 6, 5, 6 }, { 8, 3, 4 }, { 8, 5, 6 },
	{ 10, 3, 4 }, { 10, 5, 6 },
};

/* Data subcarriers by enum skua_bw */
static const uint16_t ht_carriers[] = { 52, 108 };
static const uint16_t vht_carriers[] = { 52, 108, 234, 468 };
static const uint16_t he_carriers[] = { 234, 468, 980, 1960 };

/* Long training fields by number of streams (HT, VHT and HE alike up to 8) */
static const uint8_t n_ltf[] = { 0, 1, 2, 4, 4, 6, 6, 8, 8 };

/* The fields of a rate word; HT has nss, and mcs of a single stream, as well */
struct rate_parts {
	unsigned int enc;
	unsigned int mcs;
	unsigned int nss;
	unsigned int bw;
	unsigned int gi;
};

static uint32_t div_up(uint32_t a, uint32_t b)
{
	return (a + b - 1) / b;
}

static int legacy_index(uint32_t rate)
{
	for (unsigned int i = 0; i < SKUA_NUM_LEGACY; i++)
		if (legacy_rates[i] == HW_GET(SKUA_RATE_IDX, rate))
			return (int)i;
	return -1;
}

static struct rate_parts rate_parts(uint32_t rate)
{
	struct rate_parts p = {
		.enc = HW_GET(SKUA_RATE_ENC, rate),
		.mcs = HW_GET(SKUA_RATE_IDX, rate),
		.nss = HW_GET(SKUA_RATE_NSS, rate),
		.bw = HW_GET(SKUA_RATE_BW, rate),
		.gi = HW_GET(SKUA_RATE_GI, rate),
	};

	if (p.enc == SKUA_ENC_HT) {
		p.nss = p.mcs / 8 + 1;
		p.mcs %= 8;
	}
	return p;
}

bool airtime_is_cck(uint32_t rate)
{
	int i = legacy_index(rate);

	return HW_GET(SKUA_RATE_ENC, rate) == SKUA_ENC_LEGACY && i >= 0 &&
	       i < SKUA_NUM_CCK;
}

bool airtime_rate_ok(uint32_t rate, uint64_t features, uint8_t max_bw,
		     uint8_t max_nss)
{
	struct rate_parts p = rate_parts(rate);

	if (p.enc == SKUA_ENC_LEGACY)
		return legacy_index(rate) >= 0 && p.bw == SKUA_BW_20 &&
		       p.gi == SKUA_GI_LONG;
	if (p.bw > max_bw || p.nss == 0 || p.nss > max_nss ||
	    p.nss > AIRTIME_CHAINS_MAX)
		return false;
	switch (p.enc) {
	case SKUA_ENC_HT:
		return (features & SKUA_FEAT_HT) && p.bw <= SKUA_BW_40 &&
		       p.nss <= 4 && p.gi <= SKUA_GI_SHORT;
	case SKUA_ENC_VHT:
		return (features & SKUA_FEAT_VHT) && p.bw <= SKUA_BW_160 &&
		       p.mcs <= 9 && p.gi <= SKUA_GI_SHORT &&
		       !skua_vht_hole(p.bw, p.nss, p.mcs);
	case SKUA_ENC_HE:
		return (features & SKUA_FEAT_HE) && p.bw <= SKUA_BW_160 &&
		       p.mcs <= 11 && p.gi <= SKUA_GI_3_2 &&
		       p.gi != SKUA_GI_SHORT;
	default:
		return false;
	}
}

/* Data bits of a symbol */
static uint32_t bits_per_symbol(uint32_t rate, const struct rate_parts *p)
{
	const struct mcs *m = &mcs_table[p->mcs];
	uint32_t carriers;

	switch (p->enc) {
	case SKUA_ENC_HT:
		carriers = ht_carriers[p->bw];
		break;
	case SKUA_ENC_VHT:
		carriers = vht_carriers[p->bw];
		break;
	default:
		carriers = he_carriers[p->bw];
		if (rate & SKUA_RATE_DCM)
			carriers /= 2;
		break;
	}
	return carriers * m->bits * p->nss * m->num / m->den;
}

/* Guard interval included, 0.1 us */
static uint32_t symbol_time(const struct rate_parts *p)
{
	if (p->enc != SKUA_ENC_HE)
		return p->gi == SKUA_GI_SHORT ? 36 : 40;
	switch (p->gi) {
	case SKUA_GI_1_6:
		return 144;
	case SKUA_GI_3_2:
		return 160;
	default:
		return 136;
	}
}

uint32_t airtime_rate_100k(uint32_t rate)
{
	struct rate_parts p = rate_parts(rate);

	if (p.enc == SKUA_ENC_LEGACY)
		return p.mcs;
	/* a bit in 0.1 us is 10 Mbit/s */
	return bits_per_symbol(rate, &p) * 100 / symbol_time(&p);
}

uint32_t airtime_stamp_us(uint32_t rate)
{
	uint32_t speed = airtime_rate_100k(rate);

	return speed ? IEEE80211_HDR_LEN_3ADDR * 8 * 10 / speed : 0;
}

static uint32_t legacy_time(uint32_t rate, uint32_t len, bool ghz2)
{
	uint32_t idx = HW_GET(SKUA_RATE_IDX, rate);
	uint32_t bits = 16 + 8 * len + 6;

	if (airtime_is_cck(rate)) {
		bool brief = (rate & SKUA_RATE_SHORTPRE) && idx != 10;

		return (brief ? 960 : 1920) + 10 * div_up(80 * len, idx);
	}
	return 200 + OFDM_SYMBOL * div_up(bits, idx * 4 / 10) +
	       (ghz2 ? SIGNAL_EXTENSION : 0);
}

/* Preamble with all its training fields, 0.1 us */
static uint32_t preamble_time(uint32_t rate, const struct rate_parts *p)
{
	uint32_t ltf = n_ltf[p->nss];

	switch (p->enc) {
	case SKUA_ENC_HT:
		if (rate & SKUA_RATE_GREENFIELD)
			return 240 + 40 * (ltf - 1);
		return 320 + 40 * ltf;
	case SKUA_ENC_VHT:
		return 360 + 40 * ltf;
	default:
		/* HE-LTF: 6.4 us with the short intervals, 12.8 us with 3.2 */
		return 360 + ltf * (p->gi == SKUA_GI_3_2 ? 160 :
				    p->gi == SKUA_GI_1_6 ? 80 : 72);
	}
}

/* Above this rate there are several BCC encoders, each with its tail bits */
static uint32_t tail_bits(uint32_t rate, const struct rate_parts *p)
{
	uint32_t limit = p->enc == SKUA_ENC_HT ? 3000 : 6000;

	if (rate & SKUA_RATE_LDPC)
		return 0;
	if (p->enc == SKUA_ENC_HE)
		return 6;
	return 6 * div_up(airtime_rate_100k(rate), limit);
}

uint32_t airtime_ppdu_us(uint32_t rate, uint32_t len, bool ghz2)
{
	struct rate_parts p = rate_parts(rate);
	uint32_t stbc = rate & SKUA_RATE_STBC ? 2 : 1;
	uint32_t bits, symbols, data;

	if (p.enc == SKUA_ENC_LEGACY)
		return div_up(legacy_time(rate, len, ghz2), 10);
	bits = 16 + 8 * len + tail_bits(rate, &p);
	symbols = stbc * div_up(bits, stbc * bits_per_symbol(rate, &p));
	data = symbols * symbol_time(&p);
	/* With the short guard interval the end is aligned to long symbols */
	if (p.enc != SKUA_ENC_HE && p.gi == SKUA_GI_SHORT)
		data = OFDM_SYMBOL * div_up(data, OFDM_SYMBOL);
	data += preamble_time(rate, &p);
	if (ghz2)
		data += SIGNAL_EXTENSION;
	return div_up(data, 10);
}

uint32_t airtime_lowest_basic(uint32_t basic, bool ghz2)
{
	if (!ghz2)
		basic &= ALL_OFDM;
	for (unsigned int i = 0; i < SKUA_NUM_LEGACY; i++)
		if (basic & 1u << i)
			return legacy_rates[i];
	return ghz2 ? 10 : 60;
}

static uint32_t highest_below(uint32_t mask, uint32_t limit)
{
	uint32_t best = 0;

	for (unsigned int i = 0; i < SKUA_NUM_LEGACY; i++)
		if ((mask & 1u << i) && legacy_rates[i] <= limit &&
		    legacy_rates[i] > best)
			best = legacy_rates[i];
	return best;
}

/* The non-HT reference rate: that of OFDM with the same modulation */
static uint32_t reference_rate(uint32_t rate)
{
	static const uint16_t by_mcs[] = {
		60, 120, 180, 240, 360, 480, 540, 540, 540, 540, 540, 540,
	};
	struct rate_parts p = rate_parts(rate);

	return p.enc == SKUA_ENC_LEGACY ? p.mcs : by_mcs[p.mcs];
}

uint32_t airtime_response_rate(uint32_t rate, uint32_t basic, bool ghz2)
{
	bool cck = airtime_is_cck(rate);
	uint32_t limit = reference_rate(rate);
	uint32_t best;

	/* An answer uses the modulation class of the frame before it, or below */
	basic &= cck ? MANDATORY_CCK : ghz2 ? 0xfff : ALL_OFDM;
	best = highest_below(basic, limit);
	if (!best)
		best = highest_below(cck ? MANDATORY_CCK : MANDATORY_OFDM, limit);
	return best;
}

void airtime_answer(struct airtime_answer *a, uint32_t to, uint32_t basic,
		    uint32_t len, bool ghz2)
{
	if (a->len == len && a->to == to && a->basic == basic &&
	    a->ghz2 == ghz2)
		return;
	a->to = to;
	a->basic = basic;
	a->len = len;
	a->ghz2 = ghz2;
	a->rate = airtime_response_rate(to, basic, ghz2);
	a->us = airtime_ppdu_us(a->rate, len, ghz2);
}
