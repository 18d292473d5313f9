// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: NAPI, with the NIC and other processors coming between
 *
 * The test plays the NIC: it publishes completion records and events by the rules
 * of docs/nic.rst, and interrupts. At each step of a poll (enum skua_step) it may
 * do so once more. If an interrupt finds that no processor polls, another processor
 * polls at once, in the middle of that step.
 */
#include <kunit/static_stub.h>
#include <linux/netdevice.h>

#include "fake.h"

#define ENTRIES		64u
#define FIRST_RECORDS	3
#define STEPS		24	/* more than a run takes */

/**
 * enum napi_act - what happens at a step
 * @ACT_NOTHING: nothing
 * @ACT_RECORD: the NIC publishes a completion record
 * @ACT_ANSWER: the NIC publishes an answer
 * @ACT_BOTH: a record, then an answer
 * @ACT_INTERRUPT: an interrupt comes without news
 * @NUM_ACTS: number of acts
 */
enum napi_act {
	ACT_NOTHING,
	ACT_RECORD,
	ACT_ANSWER,
	ACT_BOTH,
	ACT_INTERRUPT,
	NUM_ACTS
};

/**
 * struct napi_nic - the NIC and the run
 * @test: the test
 * @sc: the device
 * @budget: of each poll
 * @steps: steps so far in this run
 * @act: what happens at which step
 * @records: records published
 * @answers: answers published
 * @handled: answers that the driver has handled
 * @early: answers that were handled before an older record
 * @unheard: entries of an idle driver's rings that it was not told of
 * @polls: polls in this run
 * @depth: processors that poll
 */
static struct napi_nic {
	struct kunit *test;
	struct skua *sc;
	int budget;
	unsigned int steps;
	struct {
		unsigned int step;
		enum napi_act what;
	} act[2];
	u32 records;
	u32 answers;
	u32 handled;
	u32 early;
	u32 unheard;
	unsigned int polls;
	unsigned int depth;
} nic;

/* As net_rx_action() does, on the processor that got the interrupt. */
static void processor_polls(void)
{
	struct napi_struct *napi = &nic.sc->napi;

	nic.depth++;
	while (test_bit(NAPI_STATE_SCHED, &napi->state) && nic.polls++ < 1000) {
		int work;

		/* napi_complete_done() puts a poll that missed something here */
		local_irq_disable();
		list_del_init(&napi->poll_list);
		local_irq_enable();
		work = skua_napi_poll(napi, nic.budget);
		if (work < nic.budget && nic.depth > 1)
			break;
	}
	nic.depth--;
}

static void interrupt(void)
{
	if (napi_schedule_prep(&nic.sc->napi))
		processor_polls();
}

/* Publish one entry; interrupt if the driver has asked for that. */
static void publish(struct skua_ring *ring, const void *entry)
{
	u32 prod = le32_to_cpu(ring->idx->prod);

	KUNIT_ASSERT_LT(nic.test, prod - le32_to_cpu(ring->idx->cons), ENTRIES);
	memcpy(skua_ring_slot(ring, prod), entry, ring->entry_size);
	ring->idx->prod = cpu_to_le32(prod + 1);
	if (le32_to_cpu(ring->idx->avail_event) == prod)
		interrupt();
	if (!nic.depth && ring->next != le32_to_cpu(ring->idx->prod))
		nic.unheard++;
}

/* An in-band event that the driver only counts. */
static void publish_record(void)
{
	const struct skua_cpl_inband rec = {
		.w0 = cpu_to_le32(FIELD_PREP(SKUA_CPL_W0_TYPE, SKUA_CPL_INBAND) |
				  FIELD_PREP(SKUA_CPL_W0_UNITS, 1)),
		.id = cpu_to_le16(SKUA_INB_TX_DRAINED),
	};

	nic.records++;
	publish(&nic.sc->ring[SKUA_RING_CPL0], &rec);
}

/* It names the number of records that are older. */
static void publish_answer(void)
{
	struct skua_evt evt = {
		.id = cpu_to_le16(SKUA_EVT_CMD_DONE),
		.seq = cpu_to_le32(nic.answers++),
	};

	memcpy(evt.data, &nic.records, sizeof(nic.records));
	publish(&nic.sc->ring[SKUA_RING_EVT], &evt);
}

static void do_act(enum napi_act what)
{
	switch (what) {
	case ACT_RECORD:
		publish_record();
		break;
	case ACT_ANSWER:
		publish_answer();
		break;
	case ACT_BOTH:
		publish_record();
		publish_answer();
		break;
	case ACT_INTERRUPT:
		interrupt();
		break;
	default:
		break;
	}
}

static void napi_at_step(struct skua *sc, enum skua_step step)
{
	unsigned int now = nic.steps++, i;

	for (i = 0; i < ARRAY_SIZE(nic.act); i++)
		if (nic.act[i].step == now)
			do_act(nic.act[i].what);
}

static void napi_handles(struct skua *sc, const struct skua_evt *evt)
{
	u32 older;

	memcpy(&older, evt->data, sizeof(older));
	if (atomic64_read(&sc->ctr[SKUA_CTR_INBAND]) < older)
		nic.early++;
	nic.handled++;
}

static void napi_off(void *data)
{
	struct skua *sc = data;

	/* a run that failed may have left a poll due */
	local_irq_disable();
	list_del_init(&sc->napi.poll_list);
	local_irq_enable();
	clear_bit(NAPI_STATE_MISSED, &sc->napi.state);
	clear_bit(NAPI_STATE_SCHED, &sc->napi.state);
	napi_disable(&sc->napi);
	netif_napi_del(&sc->napi);
	free_netdev(sc->napi_dev);
}

static void make_napi(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua *sc = fake->sc;

	skua_fake_ring(test, SKUA_RING_EVT, sizeof(struct skua_evt), ENTRIES);
	skua_fake_ring(test, SKUA_RING_CPL0, sizeof(struct skua_cpl), ENTRIES);
	skua_fake_ring(test, SKUA_RING_RXBUF, sizeof(struct skua_rx_buf), ENTRIES);
	sc->cpl_rec = kunit_kcalloc(test, SKUA_CPL_MAX_UNITS,
				    sizeof(*sc->cpl_rec), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sc->cpl_rec);
	set_bit(SKUA_F_READY, &sc->flags);
	sc->napi_dev = alloc_netdev_dummy(0);
	KUNIT_ASSERT_NOT_NULL(test, sc->napi_dev);
	netif_napi_add(sc->napi_dev, &sc->napi, skua_napi_poll);
	napi_enable(&sc->napi);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, napi_off, sc));
	kunit_activate_static_stub(test, skua_step, napi_at_step);
	kunit_activate_static_stub(test, skua_evt, napi_handles);
}

static void nic_reset(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	static const u8 ids[] = { SKUA_RING_EVT, SKUA_RING_CPL0 };
	unsigned int i;

	memset(&nic, 0, sizeof(nic));
	nic.test = test;
	nic.sc = fake->sc;
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		struct skua_ring *ring = &nic.sc->ring[ids[i]];

		memset(ring->idx, 0, sizeof(*ring->idx));
		ring->idx->space_event = cpu_to_le32(0x80000000);
		ring->next = 0;
		ring->published = 0;
		ring->seen = 0;
	}
	nic.sc->evt_upto = 0;
	nic.sc->cpl_upto = 0;
	atomic64_set(&nic.sc->ctr[SKUA_CTR_INBAND], 0);
}

/* All that the NIC has published has been handled, in order; and so will more be. */
static bool all_is_well(void)
{
	return !nic.early && !nic.unheard && nic.handled == nic.answers &&
	       atomic64_read(&nic.sc->ctr[SKUA_CTR_INBAND]) == nic.records &&
	       !test_bit(NAPI_STATE_SCHED, &nic.sc->napi.state);
}

static void run_once(void)
{
	unsigned int i;

	for (i = 0; i < FIRST_RECORDS; i++)
		publish_record();
	publish_answer();
	interrupt();
	/* the next entry of each ring interrupts, whatever came between */
	nic.steps = STEPS;
	publish_record();
	publish_answer();
}

static bool run(struct kunit *test, int budget, const unsigned int step[2],
		const enum napi_act what[2])
{
	unsigned int i;

	nic_reset(test);
	nic.budget = budget;
	for (i = 0; i < ARRAY_SIZE(nic.act); i++) {
		nic.act[i].step = step[i];
		nic.act[i].what = what[i];
	}
	local_bh_disable();
	run_once();
	if (test_bit(NAPI_STATE_SCHED, &nic.sc->napi.state))
		processor_polls();
	local_bh_enable();
	if (all_is_well())
		return true;
	KUNIT_FAIL(test, "budget %d, act %u at step %u, act %u at step %u", budget,
		   what[0], step[0], what[1], step[1]);
	kunit_info(test, "%u of %u records, %u of %u answers, %u too early, %u unheard, state 0x%lx",
		   (u32)atomic64_read(&nic.sc->ctr[SKUA_CTR_INBAND]), nic.records,
		   nic.handled, nic.answers, nic.early, nic.unheard,
		   nic.sc->napi.state);
	return false;
}

struct napi_budget_case {
	const char *desc;
	int budget;
};

static const struct napi_budget_case napi_budget_cases[] = {
	{ "a budget of one", 1 },
	{ "a budget that ends within", 2 },
	{ "a budget that is just right", FIRST_RECORDS },
	{ "a large budget", 64 },
};

KUNIT_ARRAY_PARAM_DESC(napi_budget, napi_budget_cases, desc);

/* I5, X7: whatever comes between, and wherever: nothing is lost, nor overtakes */
static void napi_with_company(struct kunit *test)
{
	const struct napi_budget_case *c = test->param_value;
	enum napi_act what[2];
	unsigned int step[2];
	unsigned int runs = 0;

	make_napi(test);
	for (step[0] = 0; step[0] < STEPS; step[0]++)
		for (step[1] = step[0]; step[1] < STEPS; step[1]++)
			for (what[0] = 0; what[0] < NUM_ACTS; what[0]++)
				for (what[1] = 0; what[1] < NUM_ACTS; what[1]++) {
					if (!run(test, c->budget, step, what))
						return;
					runs++;
				}
	kunit_info(test, "%u runs", runs);
}

struct napi_words_case {
	const char *desc;
	u8 units;
	u16 words;
	bool bad;
};

static const struct napi_words_case napi_words_cases[] = {
	{ "none", 1, 0, false },
	{ "none, and a unit too many", 2, 0, true },
	{ "all of the first unit", 1, 7, false },
	{ "one more", 2, 8, false },
	{ "one more, and no unit for it", 1, 8, true },
	{ "all of the second unit", 2, 23, false },
	{ "as many as there can be", 40, 7 + 39 * 16, false },
	{ "more than the units hold", 40, 8 + 39 * 16, true },
	{ "all bits", 40, 0xffff, true },
};

KUNIT_ARRAY_PARAM_DESC(napi_words, napi_words_cases, desc);

/* D3, A10: a transmit record of any number of words; no frame is behind any of them */
static void napi_words_of_a_record(struct kunit *test)
{
	const struct napi_words_case *c = test->param_value;
	struct skua_cpl unit = {
		.w0 = cpu_to_le32(FIELD_PREP(SKUA_CPL_W0_TYPE, SKUA_CPL_TX) |
				  FIELD_PREP(SKUA_CPL_W0_UNITS, c->units) |
				  FIELD_PREP(SKUA_CPL_W0_COUNT, c->words)),
	};
	struct skua_ring *ring;
	unsigned int i;

	make_napi(test);
	nic_reset(test);
	nic.budget = 64;
	ring = &nic.sc->ring[SKUA_RING_CPL0];
	for (i = 0; i < c->units; i++) {
		memcpy(skua_ring_slot(ring, i), &unit, sizeof(unit));
		memset(&unit, 0, sizeof(unit));
	}
	ring->idx->prod = cpu_to_le32(c->units);
	local_bh_disable();
	interrupt();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, c->units, ring->next);
	KUNIT_EXPECT_FALSE(test, ring->broken);
	KUNIT_EXPECT_EQ(test, c->bad, skua_fake_count(test, SKUA_CTR_CPL_BAD));
	KUNIT_EXPECT_EQ(test, c->bad ? 0 : c->words,
			skua_fake_count(test, SKUA_CTR_TX_BAD_TOKEN));
}

static struct kunit_case napi_cases[] = {
	KUNIT_CASE_PARAM(napi_with_company, napi_budget_gen_params),
	KUNIT_CASE_PARAM(napi_words_of_a_record, napi_words_gen_params),
	{}
};

static struct kunit_suite napi_suite = {
	.name = "skua_napi",
	.init = skua_fake_init,
	.test_cases = napi_cases,
};

kunit_test_suite(napi_suite);
