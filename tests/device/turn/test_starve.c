// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eight NICs on one air send as much as they can, in all classes, and no frame arrives: so
 * all of them try each frame to the limit. None starves, no class does, and no turn is
 * longer than device/base/turn.h promises. Clause T8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest.h"

#define NICS	8u
/* Processor time of a measurement: as many rounds with sanitizers */
#define PART_NS	(400 * LOOP_NS_PER_MS * TURN_FACTOR)

struct scene {
	struct loop *loop;
	struct air *air;
	struct guest *g[NICS];
	struct loop_poll poll;
};

/* Each host takes all completions, and publishes all frames anew */
static bool hosts_poll(struct loop_poll *p)
{
	struct scene *s = container_of(p, struct scene, poll);

	for (unsigned int i = 0; i < NICS; i++) {
		guest_take(s->g[i]);
		guest_frames_again(s->g[i]);
	}
	return true;
}

static int setup(void **state)
{
	struct air_loss all = { .match_type = -1, .match_subtype = -1, .nth = 1,
				.count = UINT32_MAX };
	struct scene *s = calloc(1, sizeof(*s));
	char name[8];

	log_set_level(LOG_LEVEL_ERR);
	s->loop = loop_new(NULL);
	loop_set_spin(s->loop, 0);
	s->air = air_new(s->loop);
	air_lose(s->air, &all);
	for (unsigned int i = 0; i < NICS; i++) {
		snprintf(name, sizeof(name), "nic%u", i);
		s->g[i] = guest_new(s->loop, s->air, name);
		guest_radio(s->g[i], 2412);
	}
	s->poll.poll = hosts_poll;
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	for (unsigned int i = 0; i < NICS; i++)
		guest_free(s->g[i]);
	air_free(s->air);
	loop_free(s->loop);
	free(s);
	return 0;
}

static void run(struct scene *s)
{
	uint64_t end = cpu_now() + PART_NS;

	while (cpu_now() < end)
		loop_step(s->loop, false);
}

static uint32_t taken(struct scene *s, unsigned int nic, unsigned int ring)
{
	return guest_idx(s->g[nic], ring)->cons;
}

/* What the queues have room for has been taken before: what is taken then, has ended */
static void measure(struct scene *s, uint32_t n[NICS][SKUA_NUM_TX_RINGS])
{
	for (unsigned int i = 0; i < NICS; i++)
		for (unsigned int r = 0; r < SKUA_NUM_TX_RINGS; r++)
			n[i][r] = taken(s, i, SKUA_RING_TX_VO + r);
	turn_forget(loop_turn(s->loop));
	run(s);
	for (unsigned int i = 0; i < NICS; i++)
		for (unsigned int r = 0; r < SKUA_NUM_TX_RINGS; r++)
			n[i][r] = taken(s, i, SKUA_RING_TX_VO + r) - n[i][r];
}

static uint64_t worst_turn(struct scene *s)
{
	const struct turn *t = loop_turn(s->loop);
	uint64_t worst = 0;

	for (int c = 0; c < TURN_CAUSES; c++)
		if (t->worst[c].cpu_ns > worst)
			worst = t->worst[c].cpu_ns;
	return worst;
}

static void judge(struct scene *s, uint32_t n[NICS][SKUA_NUM_TX_RINGS])
{
	uint32_t least = UINT32_MAX, most = 0;
	bool starved = false;

	for (unsigned int i = 0; i < NICS; i++) {
		uint32_t sum = 0;

		print_message("nic%u:", i);
		for (unsigned int r = 0; r < SKUA_NUM_TX_RINGS; r++) {
			print_message(" %u", n[i][r]);
			sum += n[i][r];
		}
		print_message("\n");
		/* Of 92 PPDUs of a round BK has 4; half of that is enough */
		for (unsigned int r = 0; r < SKUA_NUM_TX_RINGS; r++)
			starved |= n[i][r] < sum * 2 / 92;
		least = sum < least ? sum : least;
		most = sum > most ? sum : most;
	}
	print_message("worst turn %llu us\n",
		      (unsigned long long)(worst_turn(s) / LOOP_NS_PER_US));
	assert_false(starved);
	assert_true(least > most / 2);
	assert_true(worst_turn(s) <= TURN_MAX_NS);
}

static void saturate(struct scene *s, uint32_t len, uint32_t flags)
{
	uint32_t n[NICS][SKUA_NUM_TX_RINGS];

	for (unsigned int i = 0; i < NICS; i++)
		guest_frames(s->g[i], len, flags);
	loop_poll_add(s->loop, &s->poll, LOOP_POLL_BUS);
	run(s);
	measure(s, n);
	loop_poll_del(s->loop, &s->poll);
	judge(s, n);
}

static void test_short(void **state)
{
	saturate(*state, 100, 0);
}

static void test_rts(void **state)
{
	saturate(*state, 1500, SKUA_TXF_RTS);
}

static void test_long(void **state)
{
	saturate(*state, 11000, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_short), T(test_rts), T(test_long),
	};

	return cmocka_run_group_tests_name("saturated NICs", tests, NULL, NULL);
}
