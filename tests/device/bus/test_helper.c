// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the helper thread: order, completion, calls that block, its end
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/helper.h"
#include "base/loop.h"

#define JOBS	8
#define SHORT_NS	(50 * LOOP_NS_PER_MS)
#define SETTLE_NS	(10 * LOOP_NS_PER_S)

struct test_job {
	struct helper_job job;
	pthread_t ran_in;
	int fd, err, order;
	unsigned int done;
};

static int order;

static void note(struct helper_job *job)
{
	struct test_job *t = container_of(job, struct test_job, job);

	t->ran_in = pthread_self();
	t->order = __atomic_add_fetch(&order, 1, __ATOMIC_SEQ_CST);
}

/* Blocks until somebody writes to the pipe, or until it is interrupted */
static void wait_for_byte(struct helper_job *job)
{
	struct test_job *t = container_of(job, struct test_job, job);
	char c;

	note(job);
	t->err = read(t->fd, &c, 1) < 0 ? errno : 0;
}

static unsigned int dones;

static void count_done(struct helper_job *job)
{
	container_of(job, struct test_job, job)->done++;
	dones++;
}

/*
 * Until all jobs have run, and the loop has heard of so many more of them: the helper
 * tells the loop after a job no longer counts as waiting.
 */
static void settle(struct loop *loop, struct helper *h, unsigned int more)
{
	uint64_t end = loop_now(loop) + SETTLE_NS;

	while ((helper_backlog(h) || dones < more) && loop_now(loop) < end)
		loop_step(loop, false);
	/* There is no other one. */
	loop_step(loop, false);
	assert_int_equal(dones, more);
	dones = 0;
}

static void test_jobs(void **state)
{
	struct loop *loop = loop_new(NULL);
	struct helper *h = helper_new(loop);
	struct test_job job[JOBS] = { 0 };

	(void)state;
	order = 0;
	loop_set_spin(loop, 0);
	for (int i = 0; i < JOBS; i++) {
		job[i].job.run = note;
		job[i].job.done = i % 2 ? count_done : NULL;
		assert_true(helper_post(h, &job[i].job));
	}
	settle(loop, h, JOBS / 2);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(job[i].order, i + 1);
		assert_false(pthread_equal(job[i].ran_in, pthread_self()));
		assert_int_equal(job[i].done, i % 2);
	}
	/* Once more: a job may be posted again after its end. */
	assert_true(helper_post(h, &job[1].job));
	settle(loop, h, 1);
	assert_int_equal(job[1].done, 2);
	assert_true(helper_free(h));
	loop_free(loop);
}

static void test_blocked(void **state)
{
	struct loop *loop = loop_new(NULL);
	struct helper *h = helper_new(loop);
	struct test_job wait = { .job = { .run = wait_for_byte, .done = count_done } };
	struct test_job later = { .job.run = note };
	int p[2], q[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(pipe(q), 0);
	wait.fd = p[0];
	assert_true(helper_post(h, &wait.job));
	assert_true(helper_post(h, &later.job));
	/* A job that waits is not put behind itself. */
	assert_true(helper_post(h, &later.job));
	helper_close(h, q[0]);
	assert_int_equal(helper_backlog(h), 3);
	assert_int_equal(later.order, 0);
	assert_true(fcntl(q[0], F_GETFD) >= 0);
	assert_int_equal(write(p[1], "", 1), 1);
	settle(loop, h, 1);
	assert_int_equal(wait.err, 0);
	assert_int_equal(wait.done, 1);
	assert_true(later.order > wait.order);
	assert_int_equal(fcntl(q[0], F_GETFD), -1);
	/* A call that nobody ends is ended by helper_interrupt(). */
	assert_true(helper_post(h, &wait.job));
	while (helper_backlog(h))
		helper_interrupt(h);
	settle(loop, h, 1);
	assert_int_equal(wait.err, EINTR);
	/* So is the last one, when the helper ends. */
	assert_true(helper_post(h, &wait.job));
	assert_true(helper_free(h));
	loop_free(loop);
	for (int i = 0; i < 2; i++)
		close(p[i]);
	close(q[1]);
}

static void test_full(void **state)
{
	struct loop *loop = loop_new(NULL);
	struct helper *h = helper_new(loop);
	static struct test_job job[HELPER_JOBS];
	struct test_job wait = { .job = { .run = wait_for_byte } };
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	wait.fd = p[0];
	assert_true(helper_post(h, &wait.job));
	for (int i = 0; i < HELPER_JOBS; i++) {
		job[i].job.run = note;
		job[i].job.done = count_done;
		assert_int_equal(helper_post(h, &job[i].job), i < HELPER_JOBS - 1);
	}
	assert_int_equal(write(p[1], "", 1), 1);
	settle(loop, h, HELPER_JOBS - 1);
	for (int i = 0; i < HELPER_JOBS; i++)
		assert_int_equal(job[i].done, i < HELPER_JOBS - 1);
	assert_true(helper_free(h));
	loop_free(loop);
	close(p[0]);
	close(p[1]);
}

/* The end of a process waits for the jobs, and not for ever. */
static void test_wait(void **state)
{
	struct loop *loop = loop_new(NULL);
	struct helper *h = helper_new(loop);
	struct test_job wait = { .job = { .run = wait_for_byte } };
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	wait.fd = p[0];
	assert_true(helper_post(h, &wait.job));
	assert_false(helper_wait(h, loop_now(loop) + SHORT_NS));
	assert_int_equal(write(p[1], "", 1), 1);
	assert_true(helper_wait(h, loop_now(loop) + SETTLE_NS));
	assert_true(helper_free(h));
	loop_free(loop);
	close(p[0]);
	close(p[1]);
}

static unsigned int count_fds(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* A helper that is left ends by itself, with all that it has. */
static void test_leave(void **state)
{
	struct loop *loop = loop_new(NULL);
	unsigned int before = count_fds();
	uint64_t end = loop_now(loop) + SETTLE_NS;
	struct test_job job[JOBS] = { 0 };

	(void)state;
	for (int i = 0; i < JOBS; i++) {
		struct helper *h = helper_new(loop);

		job[i].job.run = note;
		job[i].job.done = count_done;
		if (i % 2) {
			assert_true(helper_post(h, &job[i].job));
			settle(loop, h, 1);
		}
		helper_leave(h);
	}
	while (count_fds() > before && loop_now(loop) < end)
		loop_step(loop, false);
	assert_int_equal(count_fds(), before);
	loop_free(loop);
}

/* With a clock that the test advances nothing happens beside the loop. */
static void test_simulated(void **state)
{
	struct loop_test_clock clock;
	struct test_job job = { .job = { .run = note, .done = count_done } };
	struct helper *h;
	struct loop *loop;

	(void)state;
	loop_test_clock_init(&clock, LOOP_NS_PER_S);
	loop = loop_new(&clock.clock);
	h = helper_new(loop);
	assert_true(helper_post(h, &job.job));
	assert_int_equal(job.done, 1);
	assert_true(pthread_equal(job.ran_in, pthread_self()));
	assert_int_equal(helper_backlog(h), 0);
	assert_true(helper_free(h));
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_leave),
		cmocka_unit_test(test_simulated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
