// SPDX-License-Identifier: GPL-2.0-only
/* Limits of an A-MPDU, against a model that lays it out octet by octet */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dot11/airtime.h"
#include "mac/ampdu.h"

#define HT(mcs)		(HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HT) | HW_PUT(SKUA_RATE_IDX, mcs))
#define VHT(bw, nss, mcs) (HW_PUT(SKUA_RATE_ENC, SKUA_ENC_VHT) | \
			   HW_PUT(SKUA_RATE_BW, bw) | HW_PUT(SKUA_RATE_NSS, nss) | \
			   HW_PUT(SKUA_RATE_IDX, mcs))
#define HE(bw, nss, mcs) (HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HE) | \
			  HW_PUT(SKUA_RATE_BW, bw) | HW_PUT(SKUA_RATE_NSS, nss) | \
			  HW_PUT(SKUA_RATE_IDX, mcs))
#define LEGACY(r)	HW_PUT(SKUA_RATE_IDX, r)

static const struct limit {
	const char *what;
	struct ampdu_cfg cfg;
	uint32_t mpdu;		/* octets of each MPDU, FCS included */
	unsigned int n;		/* MPDUs that fit */
	uint32_t len;		/* octets of the PSDU */
} limits[] = {
	{ "no A-MPDU at a legacy rate",
	  { LEGACY(540), false, 10, 0, 64, 0 }, 100, 1, 100 },
	{ "as many as the window has",
	  { HT(7), false, 3, 0, 16, 0 }, 100, 16, 15 * 104 + 104 },
	{ "one alone has no delimiter",
	  { HT(7), false, 3, 0, 1, 0 }, 100, 1, 100 },
	{ "all but the last are padded",
	  { HT(7), false, 3, 0, 3, 0 }, 101, 3, 2 * 108 + 105 },
	{ "factor 0: 8191 octets",
	  { HT(7), false, 0, 0, 64, 0 }, 1020, 7, 7 * 1024 },
	{ "factor 0: 8191 octets, the last one just fits",
	  { HT(7), false, 0, 0, 64, 0 }, 4090, 2, 4096 + 4094 },
	{ "factor 0: 8191 octets, the last one just does not",
	  { HT(7), false, 0, 0, 64, 0 }, 4092, 1, 4092 },
	{ "factor 3: 65535 octets",
	  { HT(31), false, 3, 0, 64, 0 }, 1532, 42, 42 * 1536 },
	{ "HT has no more than 65535, whatever the factor says",
	  { HT(31), false, 7, 0, 64, 0 }, 1532, 42, 42 * 1536 },
	{ "an MPDU of 4095 octets is the longest under HT",
	  { HT(31), false, 3, 0, 64, 0 }, 4095, 15, 14 * 4100 + 4099 },
	{ "a longer one goes alone",
	  { HT(31), false, 3, 0, 64, 0 }, 4096, 1, 4096 },
	{ "not so under VHT",
	  { VHT(SKUA_BW_80, 4, 9), false, 3, 0, 64, 0 }, 4096, 15, 15 * 4100 },
	{ "VHT, factor 7: more than 64 MPDUs of 11 kB",
	  { VHT(SKUA_BW_160, 4, 9), false, 7, 0, 64, 0 }, 11454, 64,
	  63 * 11460 + 11458 },
	{ "HT MCS 0: 5484 us are 1362 symbols, 4423 octets",
	  { HT(0), false, 3, 0, 64, 0 }, 2207, 2, 2212 + 2211 },
	{ "HT MCS 0: 5484 us are not 4424 octets",
	  { HT(0), false, 3, 0, 64, 0 }, 2208, 1, 2208 },
	{ "what is left of a TXOP",
	  { HT(7), false, 3, 0, 64, 1000 }, 1532, 5, 5 * 1536 },
	{ "16 us at 65 Mbit/s are 130 octets between MPDUs",
	  { HT(7), false, 3, 7, 4, 0 }, 60, 4, 3 * 132 + 64 },
	{ "1/4 us at 65 Mbit/s is less than an MPDU",
	  { HT(7), false, 3, 1, 4, 0 }, 60, 4, 3 * 64 + 64 },
	{ "8 us at 1.2 Gbit/s are 1201 octets",
	  { HE(SKUA_BW_80, 2, 11), false, 3, 6, 2, 0 }, 100, 2, 1204 + 104 },
	{ "HE, factor 10, window of 1024",
	  { HE(SKUA_BW_160, 8, 11), false, 10, 0, 1024, 0 }, 1532, 1024,
	  1024 * 1536 },
	{ "HE: 5484 us at 9.6 Gbit/s are 396 symbols, 6467966 octets",
	  { HE(SKUA_BW_160, 8, 11), false, 10, 0, 1024, 0 }, 11452, 564,
	  564 * 11456 },
	{ "a first MPDU that is too long goes nevertheless",
	  { HT(0), false, 3, 0, 64, 0 }, 11454, 1, 11454 },
	{ "factor and density of a firmware that makes no sense",
	  { HT(7), false, 255, 255, 4, 0 }, 60, 4, 3 * 132 + 64 },
};

static void test_limits(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct limit *l = &limits[i];
		struct ampdu a;
		unsigned int n = 0;

		ampdu_begin(&a, &l->cfg);
		while (n < 2000 && ampdu_add(&a, l->mpdu))
			n++;
		if (n != l->n || a.n != n || a.len != l->len)
			fail_msg("%s: %u MPDUs, %u octets", l->what, n, a.len);
	}
}

/* The model */

struct model {
	struct ampdu_cfg cfg;
	uint8_t *psdu;		/* 0 padding, 1 delimiter, 2 MPDU */
	uint32_t len;
	uint32_t last;		/* offset of the last MPDU's delimiter */
	uint32_t first;
	unsigned int n;
};

#define MODEL_MAX	7000000

static const double density_us[] = { 0, 0.25, 0.5, 1, 2, 4, 8, 16 };

static void model_put(struct model *m, uint8_t what, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		m->psdu[m->len++] = what;
}

static bool model_allows(const struct model *m, uint32_t len)
{
	unsigned int enc = HW_GET(SKUA_RATE_ENC, m->cfg.rate);
	uint32_t us = m->cfg.max_us ? m->cfg.max_us : 5484;
	uint64_t factor = (1ull << (13 + m->cfg.factor)) - 1;
	uint32_t phy = enc == SKUA_ENC_HT ? 65535 :
		       enc == SKUA_ENC_VHT ? 1048575 : 6500631;

	return len <= factor && len <= phy &&
	       airtime_ppdu_us(m->cfg.rate, len, m->cfg.ghz2) <= us;
}

static bool model_add(struct model *m, uint32_t len)
{
	unsigned int enc = HW_GET(SKUA_RATE_ENC, m->cfg.rate);
	uint32_t longest = enc == SKUA_ENC_HT ? 4095 : 16383;
	double octets = density_us[m->cfg.density] *
			airtime_rate_100k(m->cfg.rate) / 10 / 8;
	struct model was = *m;

	if (!m->n) {
		m->len = 0;
		model_put(m, 1, 4);
		model_put(m, 2, len);
		m->first = len;
		m->n = 1;
		return true;
	}
	if (enc == SKUA_ENC_LEGACY || m->n >= m->cfg.max_mpdus ||
	    len > longest || m->first > longest)
		return false;
	while (m->len % 4)
		model_put(m, 0, 1);
	while (m->len < m->last + octets)
		model_put(m, 1, 4);
	m->last = m->len;
	model_put(m, 1, 4);
	model_put(m, 2, len);
	if (!model_allows(m, m->len)) {
		*m = was;
		return false;
	}
	m->n++;
	return true;
}

static uint32_t any_rate(void)
{
	uint32_t rate;

	do {
		rate = HW_PUT(SKUA_RATE_ENC, rand() % 4) |
		       HW_PUT(SKUA_RATE_IDX, rand() % 32) |
		       HW_PUT(SKUA_RATE_NSS, rand() % 9) |
		       HW_PUT(SKUA_RATE_BW, rand() % 4) |
		       HW_PUT(SKUA_RATE_GI, rand() % 4);
		if (rand() % 20 == 0)
			rate = LEGACY(240);
	} while (!airtime_rate_ok(rate, ~0ull, SKUA_BW_160, 8));
	return rate;
}

/* The spacing is rounded up by up to 100 kbit/s, the model's is exact */
static void same(const struct model *m, const struct ampdu *a)
{
	uint32_t len = m->n == 1 ? m->first : m->len;

	assert_int_equal(a->n, m->n);
	if (!m->cfg.density)
		assert_int_equal(a->len, len);
	else
		assert_in_range(a->len, len, len + 4 * m->n);
}

static void random_ampdu(struct model *m)
{
	uint32_t typical = 30 + rand() % 3000;
	struct ampdu a;

	m->cfg = (struct ampdu_cfg){
		.rate = any_rate(), .ghz2 = rand() & 1,
		.factor = rand() % (AMPDU_FACTOR_MAX + 1),
		.density = rand() % 8, .max_mpdus = 1 + rand() % 1024,
		.max_us = rand() % 4 ? 0 : 500 + rand() % 5000,
	};
	m->n = 0;
	m->len = 0;
	m->last = 0;
	ampdu_begin(&a, &m->cfg);
	for (;;) {
		uint32_t len = rand() % 50 ? typical + (uint32_t)rand() % 8 :
					     20 + (uint32_t)rand() % 11000;
		struct model was = *m;
		bool ok = ampdu_add(&a, len);

		/* At the edge, the model may find room for one more */
		if (ok != model_add(m, len)) {
			assert_false(ok);
			assert_int_not_equal(m->cfg.density, 0);
			assert_false(model_allows(&was, m->len + 4 * m->n));
			*m = was;
		}
		if (!ok)
			break;
		same(m, &a);
	}
}

static void test_model(void **state)
{
	struct model m = { .psdu = malloc(MODEL_MAX) };

	(void)state;
	srand(1);
	assert_non_null(m.psdu);
	for (unsigned int i = 0; i < 1500; i++)
		random_ampdu(&m);
	free(m.psdu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests_name("ampdu", tests, NULL, NULL);
}
