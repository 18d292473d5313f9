// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt moderation: rates of entries in, delays out
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "pcie/moderate.h"

#define US	1000ULL
#define MAX	(250 * US)
#define WANTED	128
#define LEAST	MODERATE_LEAST_NS

/* @batches of @n entries, @gap apart; the delay at the end */
static uint64_t delay_after(struct moderate *m, unsigned int batches,
			    uint64_t gap, uint32_t n)
{
	for (unsigned int i = 0; i < batches; i++)
		moderate_entries(m, m->last + gap, n);
	return moderate_delay(m);
}

static void test_rates(void **state)
{
	static const struct {
		uint64_t gap;
		uint32_t n;
		uint64_t least, most;
	} rates[] = {
		/* a beacon, a ping each 10 ms: nothing that follows at once */
		{ 100000 * US, 1, LEAST, LEAST },
		{ 10000 * US, 1, LEAST, LEAST },
		/* few would come until the limit */
		{ 200 * US, 1, LEAST, LEAST },
		{ 90 * US, 1, LEAST, LEAST },
		/* enough to wait for, but never as many as are wanted */
		{ 75 * US, 1, MAX, MAX },
		{ 25 * US, 1, MAX, MAX },
		{ 50 * US, 8, MAX, MAX },
		/* as many as are wanted come before */
		{ 16 * US, 16, 124 * US, 132 * US },
		{ 5 * US, 16, 36 * US, 44 * US },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct moderate m;
		uint64_t delay;

		moderate_init(&m, MAX, WANTED);
		delay = delay_after(&m, 100, rates[i].gap, rates[i].n);
		assert_in_range(delay, rates[i].least, rates[i].most);
	}
}

/* Both ways: a load is noticed within some batches, its end with the first pause. */
static void test_adapts(void **state)
{
	struct moderate m;

	(void)state;
	moderate_init(&m, MAX, WANTED);
	assert_int_equal(moderate_delay(&m), LEAST);
	assert_int_equal(delay_after(&m, 1, 10 * US, 1), LEAST);
	assert_int_equal(delay_after(&m, 20, 20 * US, 10), MAX);
	assert_int_equal(delay_after(&m, 1, MAX, 1), LEAST);
	assert_int_equal(delay_after(&m, 20, 20 * US, 10), MAX);
}

static void test_limits(void **state)
{
	struct moderate m;

	(void)state;
	/* no limit of entries */
	moderate_init(&m, MAX, 0);
	assert_int_equal(delay_after(&m, 100, 1 * US, 100), MAX);
	/* no delay at all */
	moderate_init(&m, 0, WANTED);
	assert_int_equal(delay_after(&m, 100, 1 * US, 100), 0);
	/* entries of one moment, and none at all */
	moderate_init(&m, MAX, WANTED);
	delay_after(&m, 100, 0, 1);
	assert_in_range(moderate_delay(&m), 0, 1 * US);
	moderate_init(&m, MAX, WANTED);
	assert_int_equal(delay_after(&m, 100, 1 * US, 0), LEAST);
	/* the longest limit that a ring's configuration can have */
	moderate_init(&m, 65535 * US, 65535);
	assert_int_equal(delay_after(&m, 100, 1000 * US, 1), 65535 * US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_adapts),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
