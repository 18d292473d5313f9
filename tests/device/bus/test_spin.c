// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long to spin: gaps in, spin or sleep out
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/loop.h"
#include "base/spin.h"

#define US	LOOP_NS_PER_US
#define MS	LOOP_NS_PER_MS
#define MAX	(256 * US)

/* @n turns through two gaps */
static uint64_t after(struct spin *s, unsigned int n, uint64_t a, uint64_t b)
{
	while (n--) {
		spin_gap(s, a, false);
		spin_gap(s, b, false);
	}
	return spin_time(s);
}

static void test_gaps(void **state)
{
	static const struct {
		uint64_t a, b, spin;
	} gaps[] = {
		/* nothing but beacons, or a ping that nobody answers */
		{ 100 * MS, 100 * MS, 0 },
		{ 10 * MS, 10 * MS, 0 },
		/* longer than the longest spin */
		{ 400 * US, 400 * US, 0 },
		/* a load: the next frames come soon */
		{ 3 * US, 3 * US, 4 * US },
		{ 3 * US, 30 * US, 32 * US },
		{ 100 * US, 100 * US, 128 * US },
		/* a ping: its answer comes soon, the next one does not */
		{ 50 * US, 10 * MS, 64 * US },
		{ 200 * US, 10 * MS, 256 * US },
		/* the answer is slow: to spin for it costs more than a wake-up */
		{ 300 * US, 10 * MS, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		struct spin s;

		spin_init(&s, MAX);
		assert_int_equal(after(&s, 50, gaps[i].a, gaps[i].b),
				 gaps[i].spin);
	}
}

/* Both ways, within 80 gaps */
static void test_adapts(void **state)
{
	struct spin s;

	(void)state;
	spin_init(&s, MAX);
	assert_int_equal(spin_time(&s), MAX / 2);
	assert_int_equal(after(&s, 40, 100 * MS, 100 * MS), 0);
	assert_int_equal(after(&s, 40, 30 * US, 30 * US), 32 * US);
	assert_int_equal(after(&s, 40, 100 * MS, 100 * MS), 0);
	assert_int_equal(after(&s, 40, 30 * US, 30 * US), 32 * US);
}

/* Where a wake-up costs little, it is not worth a long spin, and the other way round. */
static void test_price(void **state)
{
	struct spin s;

	(void)state;
	spin_init(&s, MAX);
	for (int i = 0; i < 100; i++)
		spin_woken(&s, 1 * US);
	assert_int_equal(after(&s, 50, 100 * US, 100 * US), 0);
	assert_int_equal(after(&s, 50, 10 * US, 10 * US), 16 * US);
	for (int i = 0; i < 100; i++)
		spin_woken(&s, 10 * MS);
	assert_int_equal(after(&s, 50, 100 * US, 10 * MS), 128 * US);
	assert_int_equal(after(&s, 50, 10 * MS, 10 * MS), 0);
}

/* What came while the loop slept was there before it woke up. */
static void test_slept(void **state)
{
	struct spin s;

	(void)state;
	spin_init(&s, MAX);
	for (int i = 0; i < 50; i++)
		spin_gap(&s, 50 * US + 30 * US, true);
	assert_int_equal(spin_time(&s), 32 * US);
	for (int i = 0; i < 200; i++)
		spin_gap(&s, 1 * US, true);
	assert_int_equal(spin_time(&s), 2 * US);
}

static void test_bound(void **state)
{
	struct spin s;

	(void)state;
	spin_init(&s, 40 * US);
	assert_int_equal(after(&s, 50, 30 * US, 30 * US), 32 * US);
	assert_int_equal(after(&s, 50, 50 * US, 50 * US), 0);
	spin_init(&s, 0);
	assert_int_equal(after(&s, 50, 1 * US, 1 * US), 0);
	/* no gap is too long, and none wraps a counter */
	spin_init(&s, UINT64_MAX);
	assert_int_equal(after(&s, 100000, UINT64_MAX, UINT64_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_adapts),
		cmocka_unit_test(test_price),
		cmocka_unit_test(test_slept),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
