// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reorder buffer: a table of cases, and random sequences against the rules of IEEE
 * 802.11-2020, 10.25.6.6, written down once more in the plainest way
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
#define HOLD	100u
#define LOG	4096
#define ORDERS	3

/* What has come out: positive numbers went up, negative ones were dropped */
static struct {
	long out[LOG];
	unsigned int n;
} got, want;

static void log_up(long item)
{
	assert_true(got.n < LOG);
	got.out[got.n++] = item;
}

static void on_up(void *priv, void *item)
{
	(void)priv;
	log_up((long)(intptr_t)item);
}

static void on_drop(void *priv, void *item)
{
	(void)priv;
	log_up(-(long)(intptr_t)item);
}

static const struct ba_order_ops ops = { .up = on_up, .drop = on_drop };

static void *item(unsigned long id)
{
	return (void *)(uintptr_t)id;
}

static void share_init(struct ba_share *s, uint32_t max)
{
	memset(s, 0, sizeof(*s));
	s->ops = &ops;
	s->max = max;
	s->hold_ns = HOLD;
	s->max_places = 1u << 20;
	got.n = 0;
	want.n = 0;
}

/* Cases: the item of number n is n + 1 */

enum op { END, PUT, OLD, DUP, SKIP, BAR, AT, START, UP, NONE, FORCE };

struct step {
	enum op op;
	uint16_t sn;
};

struct order_case {
	const char *name;
	uint16_t ssn;
	uint16_t size;
	struct step step[20];
};

static const struct order_case cases[] = {
	{ "in order", 5, 64,
	  { { PUT, 5 }, { UP, 5 }, { PUT, 6 }, { UP, 6 }, { START, 7 } } },
	{ "a hole is filled", 5, 64,
	  { { PUT, 6 }, { PUT, 8 }, { NONE, 0 }, { START, 5 }, { PUT, 5 },
	    { UP, 5 }, { UP, 6 }, { NONE, 0 }, { START, 7 }, { PUT, 7 },
	    { UP, 7 }, { UP, 8 }, { START, 9 } } },
	{ "a duplicate in the window", 5, 64,
	  { { PUT, 6 }, { DUP, 6 }, { PUT, 5 }, { UP, 5 }, { UP, 6 },
	    { OLD, 5 }, { OLD, 6 } } },
	{ "2047 ahead moves, 2048 is old", 5, 64,
	  { { OLD, 2053 }, { PUT, 2052 }, { NONE, 0 }, { START, 1989 } } },
	{ "the window jumps past holes", 5, 4,
	  { { PUT, 6 }, { PUT, 8 }, { PUT, 10 }, { UP, 6 }, { NONE, 0 },
	    { START, 7 }, { PUT, 20 }, { UP, 8 }, { UP, 10 }, { START, 17 } } },
	{ "a jump makes the rest ordered", 5, 4,
	  { { PUT, 7 }, { PUT, 8 }, { PUT, 9 }, { NONE, 0 }, { PUT, 10 },
	    { UP, 7 }, { UP, 8 }, { UP, 9 }, { UP, 10 }, { START, 11 } } },
	{ "BAR in the window", 5, 64,
	  { { PUT, 6 }, { PUT, 9 }, { PUT, 10 }, { BAR, 9 }, { UP, 6 },
	    { UP, 9 }, { UP, 10 }, { START, 11 } } },
	{ "BAR behind the window", 5, 8,
	  { { PUT, 6 }, { BAR, 500 }, { UP, 6 }, { START, 500 }, { OLD, 7 } } },
	{ "BAR at or before the start", 5, 8,
	  { { PUT, 6 }, { BAR, 5 }, { BAR, 4 }, { BAR, 2053 }, { NONE, 0 },
	    { START, 5 } } },
	{ "a hole lasts too long", 5, 64,
	  { { AT, 0 }, { PUT, 6 }, { AT, 60 }, { PUT, 8 }, { AT, 99 },
	    { NONE, 0 }, { AT, 100 }, { UP, 6 }, { NONE, 0 }, { START, 7 },
	    { AT, 159 }, { NONE, 0 }, { AT, 160 }, { UP, 8 }, { START, 9 } } },
	{ "no item waits for one that has come later", 5, 64,
	  { { AT, 0 }, { PUT, 9 }, { AT, 90 }, { PUT, 6 }, { PUT, 11 },
	    { AT, 100 }, { UP, 6 }, { UP, 9 }, { NONE, 0 }, { START, 10 } } },
	{ "a refused frame is no hole", 5, 64,
	  { { PUT, 6 }, { SKIP, 5 }, { UP, 6 }, { START, 7 }, { SKIP, 8 },
	    { START, 7 }, { PUT, 9 }, { PUT, 7 }, { UP, 7 }, { UP, 9 },
	    { START, 10 } } },
	{ "a better frame takes the place of a refused one", 5, 64,
	  { { SKIP, 7 }, { PUT, 7 }, { DUP, 7 }, { SKIP, 7 }, { PUT, 5 },
	    { UP, 5 }, { PUT, 6 }, { UP, 6 }, { UP, 7 } } },
	{ "a refused frame moves the window", 5, 4,
	  { { PUT, 6 }, { SKIP, 9 }, { UP, 6 }, { START, 7 }, { SKIP, 2 },
	    { START, 7 } } },
	{ "numbers wrap", 4094, 4,
	  { { PUT, 0 }, { PUT, 4095 }, { NONE, 0 }, { PUT, 4094 },
	    { UP, 4094 }, { UP, 4095 }, { UP, 0 }, { START, 1 }, { PUT, 5 },
	    { START, 2 } } },
	{ "what is held for a key goes, and all before it", 5, 64,
	  { { PUT, 6 }, { PUT, 9 }, { PUT, 10 }, { PUT, 12 }, { FORCE, 9 },
	    { UP, 6 }, { UP, 9 }, { UP, 10 }, { NONE, 0 }, { START, 11 },
	    { FORCE, 9 }, { NONE, 0 }, { START, 11 } } },
};

static bool is_item(const void *a, const void *b)
{
	return a == b;
}

static bool up_is(long id, unsigned int *seen)
{
	return *seen < got.n && got.out[(*seen)++] == id;
}

static bool do_step(struct ba_order *o, const struct step *p, uint64_t *now,
		    unsigned int *seen)
{
	uint16_t sn = p->sn;

	switch (p->op) {
	case PUT:
		if (ba_order_look(o, sn) != BA_NEW)
			return false;
		ba_order_put(o, sn, item(sn + 1ul), 1, *now);
		return true;
	case OLD:
		return ba_order_look(o, sn) == BA_OLD;
	case DUP:
		return ba_order_look(o, sn) == BA_DUP;
	case SKIP:
		ba_order_skip(o, sn);
		return true;
	case BAR:
		ba_order_bar(o, sn);
		return true;
	case AT:
		*now = sn;
		return ba_order_expire(o, *now) == ba_order_due(o);
	case FORCE:
		ba_order_release(o, is_item, item(sn + 1ul));
		return true;
	case START:
		return o->start == sn;
	case UP:
		return up_is(sn + 1, seen);
	default:
		return *seen == got.n;
	}
}

static void run_case(const struct order_case *c)
{
	unsigned int seen = 0;
	struct ba_share s;
	struct ba_order o;
	uint64_t now = 0;

	share_init(&s, 1000);
	assert_true(ba_order_init(&o, &s, c->ssn, c->size));
	for (const struct step *p = c->step; p->op != END; p++)
		if (!do_step(&o, p, &now, &seen))
			fail_msg("%s: step %d, number %u", c->name,
				 (int)(p - c->step), p->sn);
	ba_order_drop(&o);
	assert_int_equal(s.held, 0);
	assert_null(s.first);
	assert_null(s.last);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
}

/* Each way past a hole has a counter of its own */
static void test_counts(void **state)
{
	struct ba_share s;
	struct ba_order o;

	(void)state;
	share_init(&s, 100);
	assert_true(ba_order_init(&o, &s, 0, 8));
	ba_order_put(&o, 2, item(1), 1, 0);
	assert_int_equal(ba_order_look(&o, 2), BA_DUP);
	assert_int_equal(ba_order_look(&o, 4095), BA_OLD);
	assert_int_equal(ba_order_expire(&o, HOLD), UINT64_MAX);
	assert_int_equal(s.c.timeout, 1);
	assert_int_equal(s.c.hole, 2);
	ba_order_put(&o, 20, item(2), 1, HOLD);
	assert_int_equal(s.c.jump, 1);
	assert_int_equal(s.c.hole, 12);
	ba_order_bar(&o, 21);
	assert_int_equal(s.c.bar, 1);
	assert_int_equal(s.c.hole, 19);
	ba_order_bar(&o, 1021);
	assert_int_equal(s.c.hole, 1019);
	ba_order_put(&o, 1022, item(3), 1, HOLD);
	ba_order_end(&o);
	assert_int_equal(s.c.forced, 1);
	assert_int_equal(s.c.dup, 1);
	assert_int_equal(s.c.old, 1);
	assert_int_equal(s.c.share, 0);
	assert_int_equal(got.n, 3);
}

/* The end of a session: all goes up, or all is dropped, and all is forgotten */
static void test_end(void **state)
{
	struct ba_share s;
	struct ba_order o;

	(void)state;
	for (unsigned int drop = 0; drop < 2; drop++) {
		share_init(&s, 100);
		assert_true(ba_order_init(&o, &s, 0, 64));
		ba_order_put(&o, 2, item(1), 3, 0);
		ba_order_put(&o, 40, item(2), 4, 0);
		assert_int_equal(s.held, 7);
		if (drop)
			ba_order_drop(&o);
		else
			ba_order_end(&o);
		assert_int_equal(got.n, 2);
		assert_int_equal(got.out[0], drop ? -1 : 1);
		assert_int_equal(got.out[1], drop ? -2 : 2);
		assert_int_equal(s.held, 0);
		assert_null(s.first);
	}
}

/* All buffers together hold so much: the one that began first gives up its holes */
static void test_share(void **state)
{
	struct ba_order a, b;
	struct ba_share s;

	(void)state;
	share_init(&s, 10);
	assert_true(ba_order_init(&a, &s, 0, 64));
	assert_true(ba_order_init(&b, &s, 0, 64));
	ba_order_put(&a, 2, item(1), 4, 0);
	ba_order_put(&b, 3, item(2), 4, 1);
	ba_order_put(&b, 2, item(3), 2, 2);
	assert_int_equal(got.n, 0);
	ba_order_put(&b, 9, item(4), 1, 3);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.out[0], 1);
	assert_int_equal(a.start, 3);
	assert_int_equal(s.held, 7);
	/* an item that is larger than the share */
	ba_order_put(&a, 9, item(5), 50, 4);
	assert_int_equal(s.held, 0);
	assert_int_equal(s.c.share, 5);
	assert_int_equal(got.out[1], 3);
	assert_int_equal(got.out[2], 2);
	assert_int_equal(got.out[3], 4);
	assert_int_equal(got.out[4], 5);
	ba_order_end(&a);
	ba_order_end(&b);
}

/* Sessions beyond the limit are refused, and room comes back */
static void test_places(void **state)
{
	struct ba_order a, b;
	struct ba_share s;

	(void)state;
	share_init(&s, 10);
	s.max_places = 128;
	assert_true(ba_order_init(&a, &s, 0, 65));
	assert_false(ba_order_init(&b, &s, 0, 1));
	assert_null(b.place);
	ba_order_end(&a);
	assert_true(ba_order_init(&a, &s, 0, 64));
	assert_true(ba_order_init(&b, &s, 0, 33));
	ba_order_drop(&a);
	ba_order_end(&b);
	assert_int_equal(s.places, 0);
}

/* Random sequences */

struct cell {
	bool held, gone;
	long id;
	uint64_t since;
};

/* The standard's words: a place for each number there is */
struct model {
	unsigned int start, end, size;
	struct cell cell[MOD];
	unsigned int began;	/* when it began to hold, in model_clock */
};

static struct model models[ORDERS];
static unsigned int model_clock;

static unsigned int mod(long n)
{
	return (unsigned int)((n % (long)MOD + (long)MOD) % (long)MOD);
}

static bool within(unsigned int a, unsigned int x, unsigned int b)
{
	return mod((long)x - a) <= mod((long)b - a);
}

static unsigned int model_held(const struct model *m)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->size; i++)
		n += m->cell[mod((long)m->start + i)].held;
	return n;
}

static void model_pass(struct model *m)
{
	struct cell *c = &m->cell[m->start];

	if (c->held)
		want.out[want.n++] = c->id;
	memset(c, 0, sizeof(*c));
	m->start = mod(m->start + 1l);
	m->end = mod(m->end + 1l);
}

static void model_ordered(struct model *m)
{
	while (m->cell[m->start].held || m->cell[m->start].gone)
		model_pass(m);
}

static void model_move(struct model *m, unsigned int start)
{
	while (m->start != start)
		model_pass(m);
	model_ordered(m);
}

static void model_init(struct model *m, unsigned int ssn, unsigned int size)
{
	memset(m, 0, sizeof(*m));
	m->start = ssn;
	m->size = size;
	m->end = mod((long)ssn + size - 1);
}

static bool model_ahead(const struct model *m, unsigned int sn)
{
	return within(m->start, sn, mod(m->start + 2047l));
}

static void model_place(struct model *m, unsigned int sn, long id, uint64_t now)
{
	if (!within(m->start, sn, m->end))
		model_move(m, mod((long)sn - m->size + 1));
	if (id) {
		if (!model_held(m))
			m->began = ++model_clock;
		m->cell[sn] = (struct cell){ .held = true, .id = id,
					     .since = now };
	} else if (!m->cell[sn].held) {
		m->cell[sn].gone = true;
	}
	model_ordered(m);
}

static void model_share(unsigned int max)
{
	for (;;) {
		struct model *first = NULL;
		unsigned int sum = 0;

		for (unsigned int i = 0; i < ORDERS; i++) {
			unsigned int n = model_held(&models[i]);

			sum += n;
			if (n && (!first || models[i].began < first->began))
				first = &models[i];
		}
		if (sum <= max)
			return;
		while (model_held(first))
			model_pass(first);
		model_ordered(first);
	}
}

static void model_expire(struct model *m, uint64_t now)
{
	unsigned int last = MOD;

	for (unsigned int i = 0; i < m->size; i++) {
		const struct cell *c = &m->cell[mod((long)m->start + i)];

		if (c->held && c->since + HOLD <= now)
			last = mod((long)m->start + i);
	}
	if (last != MOD)
		model_move(m, mod(last + 1l));
}

static uint16_t random_sn(const struct model *m)
{
	switch (rand() % 32) {
	case 0:
		return (uint16_t)(rand() % (int)MOD);
	case 1:
		return (uint16_t)mod((long)m->end + rand() % 8 - 3);
	case 2:
	case 3:
	case 4:
		return (uint16_t)mod((long)m->start + rand() % 8 - 3);
	default:
		return (uint16_t)mod((long)m->start + rand() % (int)m->size);
	}
}

static void random_put(struct ba_order *o, struct model *m, uint16_t sn,
		       uint64_t now, uint32_t max)
{
	static long id;
	enum ba_verdict v = ba_order_look(o, sn);
	enum ba_verdict w = !model_ahead(m, sn) ? BA_OLD :
			    m->cell[sn].held ? BA_DUP : BA_NEW;

	assert_int_equal(v, w);
	if (v != BA_NEW)
		return;
	ba_order_put(o, sn, item((unsigned long)++id), 1, now);
	model_place(m, sn, id, now);
	model_share(max);
}

static void random_step(struct ba_order *o, struct model *m, uint64_t now,
			uint32_t max)
{
	uint16_t sn = random_sn(m);

	switch (rand() % 16) {
	case 0:
		ba_order_bar(o, sn);
		if (model_ahead(m, sn) && sn != m->start)
			model_move(m, sn);
		break;
	case 1:
		ba_order_skip(o, sn);
		if (model_ahead(m, sn))
			model_place(m, sn, 0, now);
		break;
	default:
		random_put(o, m, sn, now, max);
	}
}

/* Windows of which the largest is walked often would take minutes */
static const uint16_t sizes[] = { 64, 8, 256, 1, 64, 100, 2, 33, 64, 1024 };

static void begin(struct ba_order *o, struct ba_share *s, unsigned int round)
{
	for (unsigned int i = 0; i < ORDERS; i++) {
		uint16_t ssn = (uint16_t)(rand() % (int)MOD);
		uint16_t size = sizes[(round + i) % 10];

		model_init(&models[i], ssn, size);
		assert_true(ba_order_init(&o[i], s, ssn, size));
	}
}

static void expire(struct ba_order *o, struct model *m, uint64_t now)
{
	uint64_t due = ba_order_expire(o, now);

	model_expire(m, now);
	/* it may be asked too early, and never too late */
	if (model_held(m))
		assert_true(due > now && due <= now + HOLD);
	else
		assert_int_equal(due, UINT64_MAX);
}

static void compare(const struct ba_order *o)
{
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.out, want.out, got.n * sizeof(got.out[0]));
	for (unsigned int i = 0; i < ORDERS; i++)
		assert_int_equal(o[i].start, models[i].start);
	got.n = 0;
	want.n = 0;
}

static void test_random(void **state)
{
	struct ba_order o[ORDERS];
	struct ba_share s;
	uint32_t max = 0;

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < STEPS; i++) {
		unsigned int k = (unsigned int)rand() % ORDERS;
		uint64_t now = i / 16;

		if (i % 20000 == 0) {
			max = i % 40000 ? 20 : 100000;
			share_init(&s, max);
			begin(o, &s, i / 20000);
		}
		random_step(&o[k], &models[k], now, max);
		if (i % 16 == 15)
			expire(&o[k], &models[k], now);
		compare(o);
		if (i % 20000 == 19999)
			for (unsigned int n = 0; n < ORDERS; n++)
				ba_order_drop(&o[n]);
		got.n = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("reorder buffer", tests, NULL, NULL);
}
