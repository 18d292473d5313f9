// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the event loop, on a clock that is advanced by hand, and of the log
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"

#define NTIMERS	500

struct fixture {
	struct loop_test_clock clock;
	struct loop *loop;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	loop_test_clock_init(&f->clock, 1000);
	f->loop = loop_new(&f->clock.clock);
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

/* Timers */

struct timed {
	struct loop_timer t;
	int id;
};

static int order[2 * NTIMERS], ran;
static struct loop *rearm_loop;

static void note(struct loop_timer *t)
{
	order[ran++] = container_of(t, struct timed, t)->id;
}

static void rearm(struct loop_timer *t)
{
	note(t);
	loop_timer_set(rearm_loop, t, 0);
}

static void test_timer_order(void **state)
{
	struct fixture *f = *state;
	struct timed a = { .id = 1 }, b = { .id = 2 }, c = { .id = 3 };

	ran = 0;
	loop_timer_init(&a.t, note);
	loop_timer_init(&b.t, note);
	loop_timer_init(&c.t, note);
	loop_timer_set(f->loop, &a.t, 3000);
	loop_timer_set(f->loop, &b.t, 2000);
	loop_timer_set(f->loop, &c.t, 3000);
	loop_step(f->loop, false);
	assert_int_equal(ran, 0);
	f->clock.time = 2999;
	loop_step(f->loop, false);
	assert_int_equal(ran, 1);
	assert_int_equal(order[0], 2);
	assert_false(loop_timer_armed(&b.t));
	f->clock.time = 3000;
	loop_step(f->loop, false);
	/* Timers of equal time run in the order in which they were set. */
	assert_int_equal(ran, 3);
	assert_int_equal(order[1], 1);
	assert_int_equal(order[2], 3);
}

static void test_timer_move_cancel(void **state)
{
	struct fixture *f = *state;
	struct timed a = { .id = 1 }, b = { .id = 2 };

	ran = 0;
	loop_timer_init(&a.t, note);
	loop_timer_init(&b.t, note);
	loop_timer_cancel(f->loop, &a.t);
	loop_timer_set(f->loop, &a.t, 2000);
	loop_timer_set(f->loop, &b.t, 2500);
	loop_timer_set(f->loop, &a.t, 3000);
	loop_timer_cancel(f->loop, &b.t);
	f->clock.time = 2600;
	loop_step(f->loop, false);
	assert_int_equal(ran, 0);
	f->clock.time = 3000;
	loop_step(f->loop, false);
	assert_int_equal(ran, 1);
	assert_int_equal(order[0], 1);
	loop_timer_after(f->loop, &a.t, UINT64_MAX - 1);
	assert_true(a.t.when == LOOP_NEVER);
	loop_timer_cancel(f->loop, &a.t);
}

/* Random sets, moves and cancels against the plain definition. */
static void test_timer_heap(void **state)
{
	struct fixture *f = *state;
	static struct timed t[NTIMERS];
	uint64_t last = 0;
	int live = 0;

	srand(7);
	ran = 0;
	for (int i = 0; i < NTIMERS; i++) {
		t[i].id = i;
		loop_timer_init(&t[i].t, note);
	}
	for (int i = 0; i < 20 * NTIMERS; i++) {
		struct timed *x = &t[rand() % NTIMERS];

		if (rand() % 3)
			loop_timer_set(f->loop, &x->t,
				       1000 + (uint64_t)rand() % 5000);
		else
			loop_timer_cancel(f->loop, &x->t);
	}
	for (int i = 0; i < NTIMERS; i++)
		live += loop_timer_armed(&t[i].t);
	assert_true(live > 0);
	f->clock.time = 10000;
	loop_step(f->loop, false);
	assert_int_equal(ran, live);
	for (int i = 0; i < ran; i++) {
		assert_true(t[order[i]].t.when >= last);
		last = t[order[i]].t.when;
	}
}

/* A timer that is always due must not starve the others. */
static void test_timer_rearm(void **state)
{
	struct fixture *f = *state;
	struct timed a = { .id = 1 }, b = { .id = 2 };

	ran = 0;
	rearm_loop = f->loop;
	loop_timer_init(&a.t, rearm);
	loop_timer_init(&b.t, note);
	loop_timer_set(f->loop, &a.t, 0);
	loop_timer_set(f->loop, &b.t, 0);
	loop_step(f->loop, false);
	assert_int_equal(ran, 2);
	assert_int_equal(order[1], 2);
	loop_step(f->loop, false);
	assert_int_equal(ran, 3);
	loop_timer_cancel(f->loop, &a.t);
}

/* Deferred work */

struct worked {
	struct loop_work w;
	struct loop *loop;
	struct worked *cancel, *defer;
	int count;
};

static void work_fn(struct loop_work *w)
{
	struct worked *x = container_of(w, struct worked, w);

	x->count++;
	if (x->cancel)
		loop_work_cancel(x->loop, &x->cancel->w);
	if (x->defer)
		loop_defer(x->loop, &x->defer->w);
}

static void test_work(void **state)
{
	struct fixture *f = *state;
	struct worked a = { .loop = f->loop }, b = a, c = a;

	loop_work_init(&a.w, work_fn);
	loop_work_init(&b.w, work_fn);
	loop_work_init(&c.w, work_fn);
	a.cancel = &c;
	a.defer = &a;
	loop_defer(f->loop, &a.w);
	loop_defer(f->loop, &a.w);
	loop_defer(f->loop, &b.w);
	loop_defer(f->loop, &c.w);
	assert_true(loop_step(f->loop, true));
	assert_int_equal(a.count, 1);
	assert_int_equal(b.count, 1);
	assert_int_equal(c.count, 0);
	/* The last of the batch was cancelled: the queue must still work. */
	a.defer = NULL;
	loop_defer(f->loop, &c.w);
	a.cancel = NULL;
	assert_true(loop_step(f->loop, true));
	assert_int_equal(a.count, 2);
	assert_int_equal(c.count, 1);
	loop_defer(f->loop, &b.w);
	loop_work_cancel(f->loop, &b.w);
	loop_work_cancel(f->loop, &b.w);
	loop_defer(f->loop, &c.w);
	loop_step(f->loop, false);
	assert_int_equal(b.count, 1);
	assert_int_equal(c.count, 2);
}

/* Descriptors */

struct watched {
	struct loop_fd fd;
	struct loop *loop;
	struct watched *del;
	int count;
};

static void fd_fn(struct loop_fd *w, uint32_t events)
{
	struct watched *x = container_of(w, struct watched, fd);
	uint64_t n;

	assert_true(events & EPOLLIN);
	assert_int_equal(read(w->fd, &n, sizeof(n)), sizeof(n));
	x->count++;
	if (x->del)
		loop_fd_del(x->loop, &x->del->fd);
}

static void test_fds(void **state)
{
	struct fixture *f = *state;
	struct watched a = { .loop = f->loop, .fd.fn = fd_fn }, b = a;

	a.fd.fd = eventfd(1, EFD_CLOEXEC);
	b.fd.fd = eventfd(1, EFD_CLOEXEC);
	/* The first of the two callbacks stops the other, which must not be called. */
	a.del = &b;
	b.del = &a;
	assert_int_equal(loop_fd_add(f->loop, &a.fd, EPOLLIN), 0);
	assert_int_equal(loop_fd_add(f->loop, &b.fd, EPOLLIN), 0);
	assert_true(loop_step(f->loop, false));
	assert_int_equal(a.count + b.count, 1);
	assert_false(loop_step(f->loop, false));
	close(a.fd.fd);
	close(b.fd.fd);
}

/* Polls */

struct polled {
	struct loop_poll p;
	struct loop *loop;
	struct polled *del;
	int work, polls, arms, disarms;
	bool late;
};

static bool poll_fn(struct loop_poll *p)
{
	struct polled *x = container_of(p, struct polled, p);

	x->polls++;
	if (x->del) {
		loop_poll_del(x->loop, &x->del->p);
		x->del = NULL;
	}
	if (!x->work)
		return false;
	x->work--;
	return true;
}

static bool arm_fn(struct loop_poll *p)
{
	struct polled *x = container_of(p, struct polled, p);

	x->arms++;
	return x->late;
}

static void disarm_fn(struct loop_poll *p)
{
	container_of(p, struct polled, p)->disarms++;
}

static void polled_init(struct polled *x, struct loop *loop)
{
	memset(x, 0, sizeof(*x));
	x->p.poll = poll_fn;
	x->p.arm = arm_fn;
	x->p.disarm = disarm_fn;
	x->loop = loop;
}

static void test_polls(void **state)
{
	struct fixture *f = *state;
	struct polled bus, dev;
	struct worked w = { .loop = f->loop };

	polled_init(&bus, f->loop);
	polled_init(&dev, f->loop);
	loop_poll_add(f->loop, &bus.p, LOOP_POLL_BUS);
	loop_poll_add(f->loop, &dev.p, LOOP_POLL_DEVICE);
	bus.work = 1;
	assert_true(loop_step(f->loop, true));
	assert_int_equal(bus.arms, 0);
	/* The bus is served again after each callback, the device is not. */
	bus.polls = 0;
	dev.polls = 0;
	loop_work_init(&w.w, work_fn);
	loop_defer(f->loop, &w.w);
	loop_step(f->loop, true);
	assert_int_equal(bus.polls, 2);
	assert_int_equal(dev.polls, 1);
	/* Nothing to do: both are armed, and disarmed after the sleep. */
	loop_step(f->loop, true);
	assert_int_equal(bus.arms, 1);
	assert_int_equal(dev.arms, 1);
	assert_int_equal(bus.disarms, 1);
	assert_int_equal(dev.disarms, 1);
	/* The last look found work: the loop does not sleep. */
	dev.late = true;
	assert_true(loop_step(f->loop, true));
	assert_int_equal(bus.disarms, 2);
	assert_int_equal(dev.disarms, 1);
	assert_int_equal(loop_get_stats(f->loop)->sleeps, 1);
	loop_poll_del(f->loop, &bus.p);
	loop_poll_del(f->loop, &dev.p);
	assert_false(loop_step(f->loop, false));
}

static void test_poll_del_inside(void **state)
{
	struct fixture *f = *state;
	struct polled a, b, c;

	polled_init(&a, f->loop);
	polled_init(&b, f->loop);
	polled_init(&c, f->loop);
	loop_poll_add(f->loop, &a.p, LOOP_POLL_BUS);
	loop_poll_add(f->loop, &b.p, LOOP_POLL_BUS);
	loop_poll_add(f->loop, &c.p, LOOP_POLL_BUS);
	c.del = &b;
	loop_step(f->loop, false);
	assert_int_equal(b.polls, 0);
	assert_int_equal(a.polls, 1);
	a.del = &a;
	loop_step(f->loop, false);
	loop_step(f->loop, false);
	assert_int_equal(a.polls, 2);
	assert_int_equal(c.polls, 3);
}

/* The real clock: spinning ends, and sleeping keeps to the timers. */
static void stop_fn(struct loop_timer *t)
{
	note(t);
	loop_stop(rearm_loop);
}

static void test_real(void **state)
{
	struct loop *loop = loop_new(NULL);
	struct timed a = { .id = 1 };
	struct polled p;
	uint64_t start;

	(void)state;
	assert_non_null(loop);
	ran = 0;
	rearm_loop = loop;
	polled_init(&p, loop);
	p.work = 3;
	loop_poll_add(loop, &p.p, LOOP_POLL_BUS);
	loop_timer_init(&a.t, stop_fn);
	start = loop_now(loop);
	loop_timer_after(loop, &a.t, 20 * LOOP_NS_PER_MS);
	loop_run(loop);
	assert_true(loop_now(loop) - start >= 20 * LOOP_NS_PER_MS);
	assert_int_equal(ran, 1);
	assert_int_equal(p.work, 0);
	/* The loop spun after the work, and slept for most of the time. */
	assert_true(p.polls > 4);
	assert_true(loop_get_stats(loop)->sleeps >= 1);
	assert_true(loop_get_stats(loop)->sleeps < 20);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_timer_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timer_move_cancel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timer_heap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timer_rearm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_work, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_polls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poll_del_inside, setup, teardown),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
