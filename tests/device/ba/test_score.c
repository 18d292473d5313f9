// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scoreboard of received MPDUs: a table of cases, and random sequences against the
 * rules of IEEE 802.11-2020, 10.25.6.3, written down once more in the plainest way
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mac/ba_rx.h"

#define MOD	4096u
#define STEPS	1000000

/* The standard's words: a bit for each number there is */
struct model {
	unsigned int start, end, size;
	bool bit[MOD];
};

static unsigned int mod(long n)
{
	return (unsigned int)((n % (long)MOD + (long)MOD) % (long)MOD);
}

/* a <= x <= b, walking forward from a */
static bool within(unsigned int a, unsigned int x, unsigned int b)
{
	return mod((long)x - a) <= mod((long)b - a);
}

static void model_init(struct model *m, unsigned int ssn, unsigned int size)
{
	memset(m, 0, sizeof(*m));
	m->start = ssn;
	m->size = size;
	m->end = mod((long)ssn + size - 1);
}

static void model_mpdu(struct model *m, unsigned int sn)
{
	if (within(m->start, sn, m->end)) {
		m->bit[sn] = true;
	} else if (within(mod(m->end + 1l), sn, mod(m->start + 2047l))) {
		for (unsigned int n = mod(m->end + 1l); n != sn; n = mod(n + 1l))
			m->bit[n] = false;
		m->bit[sn] = true;
		m->end = sn;
		m->start = mod((long)sn - m->size + 1);
	}
}

static void model_bar(struct model *m, unsigned int ssn)
{
	unsigned int old = m->end;

	if (ssn == m->start ||
	    !within(mod(m->start + 1l), ssn, mod(m->start + 2047l)))
		return;
	m->start = ssn;
	m->end = mod((long)ssn + m->size - 1);
	if (within(m->start, old, m->end))
		for (unsigned int n = mod(old + 1l); n != mod(m->end + 1l);
		     n = mod(n + 1l))
			m->bit[n] = false;
	else
		for (unsigned int n = m->start; n != mod(m->end + 1l);
		     n = mod(n + 1l))
			m->bit[n] = false;
}

static bool model_has(const struct model *m, unsigned int sn)
{
	return within(m->start, sn, m->end) && m->bit[sn];
}

/* Cases */

enum op { END, MPDU, BAR, HAS, LACKS, START };

struct step {
	enum op op;
	uint16_t sn;
};

struct score_case {
	const char *name;
	uint16_t ssn;
	uint16_t size;
	struct step step[12];
};

static const struct score_case cases[] = {
	{ "in the window", 100, 64,
	  { { MPDU, 100 }, { MPDU, 163 }, { HAS, 100 }, { HAS, 163 },
	    { LACKS, 101 }, { START, 100 } } },
	{ "one behind the window", 100, 64,
	  { { MPDU, 100 }, { MPDU, 101 }, { MPDU, 164 }, { START, 101 },
	    { LACKS, 100 }, { HAS, 101 }, { HAS, 164 } } },
	{ "far behind the window", 100, 64,
	  { { MPDU, 100 }, { MPDU, 163 }, { MPDU, 1000 }, { START, 937 },
	    { LACKS, 100 }, { LACKS, 999 }, { HAS, 1000 } } },
	{ "2047 ahead moves", 100, 64,
	  { { MPDU, 2147 }, { START, 2084 }, { HAS, 2147 } } },
	{ "2048 ahead is old", 100, 64,
	  { { MPDU, 100 }, { MPDU, 2148 }, { START, 100 }, { HAS, 100 },
	    { LACKS, 2148 } } },
	{ "before the window", 100, 64,
	  { { MPDU, 99 }, { START, 100 }, { LACKS, 99 } } },
	{ "numbers wrap", 4090, 64,
	  { { MPDU, 4095 }, { MPDU, 0 }, { MPDU, 57 }, { START, 4090 },
	    { HAS, 0 }, { MPDU, 58 }, { START, 4091 }, { HAS, 4095 } } },
	{ "a number that entered again has no bit", 0, 1024,
	  { { MPDU, 0 }, { MPDU, 1024 }, { START, 1 }, { HAS, 1024 },
	    { BAR, 1025 }, { LACKS, 1024 }, { LACKS, 2048 } } },
	{ "BAR in the window", 100, 64,
	  { { MPDU, 105 }, { MPDU, 120 }, { BAR, 110 }, { START, 110 },
	    { LACKS, 105 }, { HAS, 120 }, { LACKS, 173 } } },
	{ "BAR behind the window", 100, 64,
	  { { MPDU, 105 }, { BAR, 164 }, { START, 164 }, { LACKS, 169 } } },
	{ "BAR at the start", 100, 64,
	  { { MPDU, 100 }, { BAR, 100 }, { START, 100 }, { HAS, 100 } } },
	{ "BAR before the start", 100, 64,
	  { { MPDU, 100 }, { BAR, 99 }, { BAR, 2148 }, { START, 100 },
	    { HAS, 100 } } },
	{ "a window of one", 7, 1,
	  { { MPDU, 7 }, { HAS, 7 }, { MPDU, 8 }, { START, 8 }, { LACKS, 7 },
	    { HAS, 8 } } },
};

static void run_case(const struct score_case *c)
{
	struct ba_score s;

	ba_score_init(&s, c->ssn, c->size);
	for (const struct step *p = c->step; p->op != END; p++) {
		bool good = true;

		if (p->op == MPDU)
			ba_score_mpdu(&s, p->sn);
		else if (p->op == BAR)
			ba_score_bar(&s, p->sn);
		else if (p->op == START)
			good = s.start == p->sn;
		else
			good = ba_score_has(&s, p->sn) == (p->op == HAS);
		if (!good)
			fail_msg("%s: step %d, number %u", c->name,
				 (int)(p - c->step), p->sn);
	}
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
}

/* Block Ack */

static bool answered(const uint8_t *frame, unsigned int i)
{
	return frame[IEEE80211_BA_OFF_BITMAP + i / 8] & 1u << i % 8;
}

static void test_answer(void **state)
{
	static const struct {
		uint16_t size, frag, len;
	} want[] = {
		{ 1, 0x0, 28 }, { 64, 0x0, 28 }, { 65, 0x4, 52 },
		{ 256, 0x4, 52 }, { 257, 0xa, 148 }, { 1024, 0xa, 148 },
	};
	uint8_t f[BA_FRAME_MAX];
	struct ba_score s;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		memset(f, 0xff, sizeof(f));
		ba_score_init(&s, 4000, want[i].size);
		ba_score_mpdu(&s, 4000);
		ba_score_mpdu(&s, ba_sn_add(4000, want[i].size - 1));
		assert_int_equal(ba_score_answer(&s, s.start, 5, f),
				 want[i].len);
		/* compressed, the TID in the four highest bits */
		assert_int_equal(dot11_get_le16(f + 16), 5 << 12 | 2 << 1);
		assert_int_equal(dot11_get_le16(f + 18),
				 4000 << 4 | want[i].frag);
		for (unsigned int b = 0; b < 8u * (want[i].len - 20u); b++)
			assert_int_equal(answered(f, b),
					 !b || b == want[i].size - 1u);
		assert_int_equal(f[want[i].len], 0xff);
	}
}

/* The answer to a BlockAckReq begins with the number that it asked for */
static void test_answer_elsewhere(void **state)
{
	uint8_t f[BA_FRAME_MAX];
	struct ba_score s;

	(void)state;
	ba_score_init(&s, 10, 1024);
	ba_score_mpdu(&s, 10);
	ba_score_mpdu(&s, 1033);
	ba_score_answer(&s, 8, 0, f);
	for (unsigned int b = 0; b < 1024; b++)
		assert_int_equal(answered(f, b), b == 2);
	ba_score_answer(&s, 1000, 0, f);
	for (unsigned int b = 0; b < 1024; b++)
		assert_int_equal(answered(f, b), b == 33);
}

/* Random sequences */

/* Jumps are rare: the window has to walk through all numbers, step by step, too */
static uint16_t random_sn(const struct model *m)
{
	if (rand() % 4096 == 0)
		return (uint16_t)(rand() % (int)MOD);
	switch (rand() % 8) {
	case 1:
		return (uint16_t)mod((long)m->end + rand() % 8 - 3);
	case 2:
		return (uint16_t)mod((long)m->start + rand() % 8 - 3);
	default:
		return (uint16_t)mod((long)m->start +
				     rand() % (int)(m->size + m->size / 4 + 1));
	}
}

static void compare(const struct ba_score *s, const struct model *m,
		    uint16_t sn)
{
	assert_int_equal(s->start, m->start);
	for (int i = -3; i <= 3; i++)
		assert_int_equal(ba_score_has(s, ba_sn_add(sn, i)),
				 model_has(m, mod((long)sn + i)));
}

static void compare_all(const struct ba_score *s, const struct model *m)
{
	uint8_t f[BA_FRAME_MAX];
	uint16_t ssn = (uint16_t)mod((long)m->start + rand() % 5 - 2);
	unsigned int len = ba_score_answer(s, ssn, 0, f);

	for (unsigned int sn = 0; sn < MOD; sn++)
		assert_int_equal(ba_score_has(s, (uint16_t)sn),
				 model_has(m, sn));
	for (unsigned int b = 0; b < 8 * (len - 20); b++)
		assert_int_equal(answered(f, b),
				 model_has(m, mod((long)ssn + b)));
}

static void test_random(void **state)
{
	static const uint16_t sizes[] = { 1, 2, 8, 63, 64, 100, 256, 1000, 1024 };
	static struct model m;
	struct ba_score s;

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < STEPS; i++) {
		uint16_t sn;

		if (i % 50000 == 0) {
			uint16_t ssn = (uint16_t)(rand() % (int)MOD);
			uint16_t size = sizes[i / 50000 % 9];

			model_init(&m, ssn, size);
			ba_score_init(&s, ssn, size);
		}
		sn = random_sn(&m);
		if (rand() % 16) {
			model_mpdu(&m, sn);
			ba_score_mpdu(&s, sn);
		} else {
			model_bar(&m, sn);
			ba_score_bar(&s, sn);
		}
		compare(&s, &m, sn);
		if (i % 1000 == 0)
			compare_all(&s, &m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_answer_elsewhere),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("scoreboard", tests, NULL, NULL);
}
