// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the measurement of turns: processor time, blocked time, and neither of
 * the two for a thread that waits for its processor
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

#define BURN_NS		(20 * LOOP_NS_PER_MS)
/* Both samples are rounded, and the base may be older than the turn */
#define ERROR_NS	(2 * TURN_SAMPLE_NS + LOOP_NS_PER_MS)

struct fixture {
	struct loop *loop;
	struct turn *turn;
	struct loop_work work;
};

static uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * LOOP_NS_PER_S + (uint64_t)ts.tv_nsec;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->loop = loop_new(NULL);
	f->turn = loop_turn(f->loop);
	loop_set_spin(f->loop, 0);
	*state = f;
	return f->loop ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	loop_free(f->loop);
	free(f);
	return 0;
}

static void run(struct fixture *f, void (*fn)(struct loop_work *w))
{
	loop_work_init(&f->work, fn);
	loop_defer(f->loop, &f->work);
	loop_step(f->loop, false);
}

static void burn_cpu(uint64_t ns)
{
	uint64_t end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;

	while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

static void burn(struct loop_work *w)
{
	struct fixture *f = container_of(w, struct fixture, work);
	enum turn_cause was = turn_switch(f->turn, TURN_CP);

	burn_cpu(BURN_NS);
	turn_switch(f->turn, was);
	burn_cpu(BURN_NS / 10);
}

static void block(struct loop_work *w)
{
	const struct timespec ts = { .tv_nsec = BURN_NS };
	struct fixture *f = container_of(w, struct fixture, work);
	enum turn_cause was = turn_switch(f->turn, TURN_DUMP);

	nanosleep(&ts, NULL);
	turn_switch(f->turn, was);
}

/* Wall time passes while other processes have the processor. */
static void be_preempted(struct loop_work *w)
{
	struct fixture *f = container_of(w, struct fixture, work);
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + 5 * BURN_NS;
	enum turn_cause was = turn_switch(f->turn, TURN_FETCH);

	while (clock_ns(CLOCK_MONOTONIC) < end)
		;
	turn_switch(f->turn, was);
}

static void nothing(struct loop_work *w)
{
	(void)w;
}

static void test_cpu(void **state)
{
	struct fixture *f = *state;
	const struct turn_worst *w = f->turn->worst;

	run(f, burn);
	assert_in_range(w[TURN_CP].cpu_ns, BURN_NS + BURN_NS / 10,
			BURN_NS + BURN_NS / 10 + ERROR_NS);
	assert_int_equal(w[TURN_CP].over,
			 BURN_NS + BURN_NS / 10 > TURN_MAX_NS);
	assert_true(w[TURN_CP].blocked_ns < LOOP_NS_PER_MS);
	assert_int_equal(w[TURN_OTHER].over, 0);
	/* A shorter turn changes nothing, and a new measurement begins with nothing */
	run(f, nothing);
	assert_true(w[TURN_CP].cpu_ns >= BURN_NS);
	turn_forget(f->turn);
	run(f, nothing);
	assert_true(w[TURN_CP].cpu_ns == 0);
}

static void test_blocked(void **state)
{
	struct fixture *f = *state;
	const struct turn_worst *w = f->turn->worst;

	run(f, block);
	assert_true(w[TURN_DUMP].blocked_ns >= BURN_NS - ERROR_NS);
	assert_true(w[TURN_DUMP].cpu_ns < BURN_NS / 2);
	assert_int_equal(w[TURN_DUMP].over,
			 w[TURN_DUMP].blocked_ns + w[TURN_DUMP].cpu_ns > TURN_MAX_NS);
}

static void alarm_fn(struct loop_timer *t)
{
	(void)t;
}

/* The loop's own sleep is no turn. */
static void test_poll_is_free(void **state)
{
	struct fixture *f = *state;
	struct loop_timer t;

	loop_timer_init(&t, alarm_fn);
	loop_timer_after(f->loop, &t, BURN_NS);
	while (loop_timer_armed(&t))
		loop_step(f->loop, true);
	for (int c = 0; c < TURN_CAUSES; c++) {
		assert_true(f->turn->worst[c].blocked_ns < BURN_NS / 2);
		assert_int_equal(f->turn->worst[c].over, 0);
	}
}

/* Three processes that never rest share a processor with this one. */
static void test_busy_machine(void **state)
{
	struct fixture *f = *state;
	const struct turn_worst *w = &f->turn->worst[TURN_FETCH];
	cpu_set_t old, one;
	pid_t other[3];

	sched_getaffinity(0, sizeof(old), &old);
	CPU_ZERO(&one);
	for (int c = 0; c < CPU_SETSIZE; c++)
		if (CPU_ISSET(c, &old)) {
			CPU_SET(c, &one);
			break;
		}
	sched_setaffinity(0, sizeof(one), &one);
	for (int i = 0; i < 3; i++) {
		other[i] = fork();
		while (!other[i])
			;
	}
	run(f, be_preempted);
	for (int i = 0; i < 3; i++) {
		kill(other[i], SIGKILL);
		waitpid(other[i], NULL, 0);
	}
	sched_setaffinity(0, sizeof(old), &old);
	assert_true(w->cpu_ns < 4 * BURN_NS);
	assert_true(w->blocked_ns < BURN_NS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_blocked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poll_is_free, setup, teardown),
		cmocka_unit_test_setup_teardown(test_busy_machine, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
