// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: ring indices and event indices
 */
#include "fake.h"

#define N	8u

static struct skua_ring *make_ring(struct kunit *test, u32 start)
{
	struct skua_fake *fake = test->priv;
	struct skua_ring *ring = &fake->sc->ring[SKUA_RING_TX_BE];

	skua_fake_ring(test, SKUA_RING_TX_BE, sizeof(struct skua_tx_desc), N);
	ring->next = start;
	ring->published = start;
	ring->seen = start;
	ring->idx->prod = cpu_to_le32(start);
	ring->idx->cons = cpu_to_le32(start);
	return ring;
}

static u32 room(struct skua_ring *ring)
{
	u32 n;

	spin_lock_bh(&ring->lock);
	n = skua_ring_room(ring);
	spin_unlock_bh(&ring->lock);
	return n;
}

static void publish(struct skua_ring *ring)
{
	spin_lock_bh(&ring->lock);
	skua_ring_publish(ring);
	spin_unlock_bh(&ring->lock);
}

static bool want_room(struct skua_ring *ring, u32 n)
{
	bool there;

	spin_lock_bh(&ring->lock);
	there = skua_ring_want_room(ring, n);
	spin_unlock_bh(&ring->lock);
	return there;
}

struct ring_start_case {
	const char *desc;
	u32 start;
};

static const struct ring_start_case ring_start_cases[] = {
	{ "from zero", 0 },
	{ "in the middle", 12345 },
	{ "over the sign", 0x7ffffffd },
	{ "over the end", 0xfffffffd },
};

KUNIT_ARRAY_PARAM_DESC(ring_start, ring_start_cases, desc);

static void ring_room_follows_the_consumer(struct kunit *test)
{
	const struct ring_start_case *c = test->param_value;
	struct skua_ring *ring = make_ring(test, c->start);
	u32 i;

	for (i = 0; i <= N; i++) {
		KUNIT_EXPECT_EQ(test, N - i, room(ring));
		if (i < N)
			ring->next++;
	}
	publish(ring);
	KUNIT_EXPECT_EQ(test, c->start + N, le32_to_cpu(ring->idx->prod));
	for (i = 1; i <= N; i++) {
		ring->idx->cons = cpu_to_le32(c->start + i);
		KUNIT_EXPECT_EQ(test, i, room(ring));
	}
	KUNIT_EXPECT_FALSE(test, ring->broken);
}

static void ring_slot_is_the_index_masked(struct kunit *test)
{
	const struct ring_start_case *c = test->param_value;
	struct skua_ring *ring = make_ring(test, c->start);

	KUNIT_EXPECT_PTR_EQ(test, skua_ring_slot(ring, c->start),
			    ring->base + (c->start % N) * sizeof(struct skua_tx_desc));
	KUNIT_EXPECT_PTR_EQ(test, skua_ring_slot(ring, c->start + N),
			    skua_ring_slot(ring, c->start));
}

/* X6: one doorbell, and only when the NIC asked for one */
static void ring_doorbell_when_asked(struct kunit *test)
{
	const struct ring_start_case *c = test->param_value;
	struct skua_ring *ring = make_ring(test, c->start);
	struct skua_fake *fake = test->priv;

	/* the NIC sleeps from the start and waits for the first entry */
	ring->idx->avail_event = cpu_to_le32(c->start);
	ring->next += 3;
	publish(ring);
	KUNIT_EXPECT_EQ(test, 1, fake->doorbells);
	/* the NIC has been told, and asked for nothing more */
	ring->next += 2;
	publish(ring);
	KUNIT_EXPECT_EQ(test, 1, fake->doorbells);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_DOORBELL_SAVED));
	/* without a new entry there is no publication at all */
	publish(ring);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_DOORBELL_SAVED));
	/* the NIC sleeps again after all five */
	ring->idx->cons = cpu_to_le32(c->start + 5);
	ring->idx->avail_event = cpu_to_le32(c->start + 5);
	ring->next++;
	publish(ring);
	KUNIT_EXPECT_EQ(test, 2, fake->doorbells);
}

/* The NIC waits for the last entry of a burst: no doorbell before that entry. */
static void ring_doorbell_inside_a_burst(struct kunit *test)
{
	const struct ring_start_case *c = test->param_value;
	struct skua_ring *ring = make_ring(test, c->start);
	struct skua_fake *fake = test->priv;

	ring->idx->avail_event = cpu_to_le32(c->start + 3);
	ring->next += 3;
	publish(ring);
	KUNIT_EXPECT_EQ(test, 0, fake->doorbells);
	ring->next += 1;
	publish(ring);
	KUNIT_EXPECT_EQ(test, 1, fake->doorbells);
}

/* X4 */
static void ring_want_room(struct kunit *test)
{
	const struct ring_start_case *c = test->param_value;
	struct skua_ring *ring = make_ring(test, c->start);
	u32 cons, event, old = c->start;
	u32 told = 0;

	ring->next += N;
	publish(ring);
	KUNIT_EXPECT_FALSE(test, want_room(ring, 3));
	KUNIT_EXPECT_TRUE(test, ring->armed);
	event = le32_to_cpu(ring->idx->space_event);
	/* the NIC consumes entries one by one and interrupts by the rule of hw.h */
	for (cons = c->start + 1; cons != c->start + N + 1; cons++) {
		if (cons - event - 1 < cons - old)
			told = cons - c->start;
		old = cons;
	}
	KUNIT_EXPECT_EQ(test, 3, told);

	ring->idx->cons = cpu_to_le32(c->start + 4);
	KUNIT_EXPECT_TRUE(test, want_room(ring, 3));
	KUNIT_EXPECT_FALSE(test, ring->armed);
}

struct ring_bad_case {
	const char *desc;
	s32 cons;
};

/* Four entries are published, the first two are known to be consumed. */
static const struct ring_bad_case ring_bad_cases[] = {
	{ "beyond the published entries", 5 },
	{ "going back", 1 },
	{ "far away", 0x40000000 },
};

KUNIT_ARRAY_PARAM_DESC(ring_bad, ring_bad_cases, desc);

static void ring_bad_consumer_index(struct kunit *test)
{
	const struct ring_bad_case *c = test->param_value;
	struct skua_ring *ring = make_ring(test, 0xfffffffe);
	struct skua_fake *fake = test->priv;

	ring->next += 4;
	publish(ring);
	ring->idx->cons = cpu_to_le32(0xfffffffe + 2);
	KUNIT_EXPECT_EQ(test, N - 2, room(ring));
	ring->idx->cons = cpu_to_le32(0xfffffffe + c->cons);
	KUNIT_EXPECT_EQ(test, 0, room(ring));
	KUNIT_EXPECT_TRUE(test, ring->broken);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RING_BAD));
	KUNIT_EXPECT_FALSE(test, skua_alive(fake->sc));
	/* the ring stays broken, even if the index is good again */
	ring->idx->cons = cpu_to_le32(0xfffffffe + 2);
	KUNIT_EXPECT_EQ(test, 0, room(ring));
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE_PARAM(ring_room_follows_the_consumer, ring_start_gen_params),
	KUNIT_CASE_PARAM(ring_slot_is_the_index_masked, ring_start_gen_params),
	KUNIT_CASE_PARAM(ring_doorbell_when_asked, ring_start_gen_params),
	KUNIT_CASE_PARAM(ring_doorbell_inside_a_burst, ring_start_gen_params),
	KUNIT_CASE_PARAM(ring_want_room, ring_start_gen_params),
	KUNIT_CASE_PARAM(ring_bad_consumer_index, ring_bad_gen_params),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "skua_ring",
	.init = skua_fake_init,
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
