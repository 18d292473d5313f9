// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of an A-MPDU (10.12 of IEEE 802.11-2020)
 *
 * Subframes are a delimiter, an MPDU and padding to four octets (9.7.1); between
 * MPDUs that are short for their rate there are delimiters without MPDU (10.12.3).
 */
#include "dot11/dot11.h"
#include "mac/ampdu.h"

#define MAX_MPDU_HT	4095u	/* Length of an HT delimiter has 12 bits */
#define MAX_MPDU	16383u	/* and 14 bits else */

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t align4(uint32_t len)
{
	return (len + 3) & ~3u;
}

/* aPSDUMaxLength (19.4.4, 21.4.4, 27.4.4) */
static uint32_t max_psdu(unsigned int enc)
{
	switch (enc) {
	case SKUA_ENC_HT:
		return 65535;
	case SKUA_ENC_VHT:
		return 1048575;
	default:
		return 6500631;
	}
}

/* The longest PSDU of at most @us, if that is less than @len */
static uint32_t fit_time(const struct ampdu_cfg *cfg, uint32_t len, uint32_t us)
{
	uint32_t low = 0, high = len;

	if (airtime_ppdu_us(cfg->rate, len, cfg->ghz2) <= us)
		return len;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (airtime_ppdu_us(cfg->rate, mid, cfg->ghz2) <= us)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Spacing of 2^(density - 3) us, in octets; the rate is known as a whole of 100 kbit/s */
static uint32_t spacing(const struct ampdu_cfg *cfg)
{
	uint32_t density = min_u32(cfg->density, AMPDU_DENSITY_MAX);
	uint32_t eighths;

	if (!density)
		return 0;
	eighths = 1u << density;
	return align4(((airtime_rate_100k(cfg->rate) + 1) * eighths + 639) /
		      640);
}

void ampdu_begin(struct ampdu *a, const struct ampdu_cfg *cfg)
{
	unsigned int enc = HW_GET(SKUA_RATE_ENC, cfg->rate);
	uint32_t factor = min_u32(cfg->factor, AMPDU_FACTOR_MAX);
	uint32_t us = cfg->max_us ? min_u32(cfg->max_us, AMPDU_MAX_US) :
				    AMPDU_MAX_US;

	*a = (struct ampdu){ .max_mpdus = cfg->max_mpdus };
	if (enc == SKUA_ENC_LEGACY)
		return;
	a->max_len = min_u32((1u << (13 + factor)) - 1, max_psdu(enc));
	a->max_len = fit_time(cfg, a->max_len, us);
	a->max_mpdu = enc == SKUA_ENC_HT ? MAX_MPDU_HT : MAX_MPDU;
	a->spacing = spacing(cfg);
}

bool ampdu_add(struct ampdu *a, uint32_t len)
{
	uint32_t end, start;

	if (!a->n) {
		a->n = 1;
		a->len = len;
		a->first = len;
		return true;
	}
	if (a->n >= a->max_mpdus || len > a->max_mpdu || a->first > a->max_mpdu)
		return false;
	end = a->n == 1 ? AMPDU_DELIM_LEN + a->first : a->len;
	start = a->start + a->spacing;
	if (start < align4(end))
		start = align4(end);
	if (start + AMPDU_DELIM_LEN + len > a->max_len)
		return false;
	a->n++;
	a->start = start;
	a->len = start + AMPDU_DELIM_LEN + len;
	return true;
}
