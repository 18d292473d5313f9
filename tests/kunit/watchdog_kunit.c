// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: the watchdog's verdicts
 */
#include "fake.h"

/* Looks after which the watchdog notifies again, and gives up. */
#define KICK	4
#define DEAD	15
/* Looks, or milliseconds by the NIC's count, after which a heartbeat is in vain. */
#define SILENT_LOOKS	10
#define SILENT_MS	10

static void watchdog_ring_that_moves(struct kunit *test)
{
	struct skua_ring_progress w = {};
	u32 i;

	for (i = 1; i < 3 * DEAD; i++)
		KUNIT_EXPECT_EQ(test, SKUA_RING_FINE,
				skua_watchdog_judge(&w, i, true));
}

static void watchdog_ring_that_is_empty(struct kunit *test)
{
	struct skua_ring_progress w = {};
	u32 i;

	for (i = 0; i < 3 * DEAD; i++)
		KUNIT_EXPECT_EQ(test, SKUA_RING_FINE,
				skua_watchdog_judge(&w, 7, false));
}

/* D4: from doubt to death, by looks and not by time */
static void watchdog_ring_that_stands(struct kunit *test)
{
	struct skua_ring_progress w = { .pos = 7 };
	unsigned int i;

	for (i = 1; i < KICK; i++)
		KUNIT_EXPECT_EQ(test, SKUA_RING_DOUBT,
				skua_watchdog_judge(&w, 7, true));
	for (; i < DEAD; i++)
		KUNIT_EXPECT_EQ(test, SKUA_RING_KICK,
				skua_watchdog_judge(&w, 7, true));
	KUNIT_EXPECT_EQ(test, SKUA_RING_DEAD, skua_watchdog_judge(&w, 7, true));
}

/* One entry that is taken in all that time is enough, and so is an empty ring. */
static void watchdog_ring_that_goes_on(struct kunit *test)
{
	struct skua_ring_progress w = { .pos = 0xffffffff };
	unsigned int i;

	for (i = 1; i < DEAD; i++)
		skua_watchdog_judge(&w, 0xffffffff, true);
	KUNIT_EXPECT_EQ(test, SKUA_RING_FINE, skua_watchdog_judge(&w, 0, true));
	KUNIT_EXPECT_EQ(test, SKUA_RING_DOUBT, skua_watchdog_judge(&w, 0, true));
	KUNIT_EXPECT_EQ(test, SKUA_RING_FINE, skua_watchdog_judge(&w, 0, false));
	KUNIT_EXPECT_EQ(test, SKUA_RING_DOUBT, skua_watchdog_judge(&w, 0, true));
}

struct unheard_case {
	const char *desc;
	s32 cons, event;
	bool unheard;
};

/* relative to a producer's index of 0; entries from cons on wait */
static const struct unheard_case unheard_cases[] = {
	{ "asleep since it was empty", -3, -3, true },
	{ "asleep, and knows of some", -3, -1, true },
	{ "knows of all of them", -3, 0, false },
	{ "awake", -3, S32_MAX - 2, false },
	{ "nothing waits", 0, 0, false },
	{ "has passed it", -3, -4, false },
};

KUNIT_ARRAY_PARAM_DESC(unheard, unheard_cases, desc);

/* A doorbell is lost if the NIC sleeps and waits for it, and not if it is late. */
static void watchdog_doorbell_unheard(struct kunit *test)
{
	const u32 prods[] = { 0, 1, 2, 12345, 0x80000000, 0xffffffff };
	const struct unheard_case *c = test->param_value;
	struct skua_ring_idx idx = {};
	struct skua_ring *ring;
	unsigned int i;

	ring = kunit_kzalloc(test, sizeof(*ring), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ring);
	ring->idx = &idx;
	for (i = 0; i < ARRAY_SIZE(prods); i++) {
		ring->published = prods[i];
		idx.cons = cpu_to_le32(prods[i] + c->cons);
		idx.avail_event = cpu_to_le32(prods[i] + c->event);
		KUNIT_EXPECT_EQ(test, c->unheard, skua_ring_unheard(ring));
	}
}

/* D4: the NIC's count is enough; without it an answer may be late, but not for ever */
static void watchdog_silence(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, skua_is_silent(1, 0));
	KUNIT_EXPECT_FALSE(test, skua_is_silent(SILENT_LOOKS - 1, SILENT_MS - 1));
	KUNIT_EXPECT_TRUE(test, skua_is_silent(1, SILENT_MS));
	KUNIT_EXPECT_TRUE(test, skua_is_silent(SILENT_LOOKS, 0));
}

static struct kunit_case watchdog_cases[] = {
	KUNIT_CASE(watchdog_ring_that_moves),
	KUNIT_CASE(watchdog_ring_that_is_empty),
	KUNIT_CASE(watchdog_ring_that_stands),
	KUNIT_CASE(watchdog_ring_that_goes_on),
	KUNIT_CASE_PARAM(watchdog_doorbell_unheard, unheard_gen_params),
	KUNIT_CASE(watchdog_silence),
	{}
};

static struct kunit_suite watchdog_suite = {
	.name = "skua_watchdog",
	.test_cases = watchdog_cases,
};

kunit_test_suite(watchdog_suite);
