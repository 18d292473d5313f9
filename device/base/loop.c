// SPDX-License-Identifier: GPL-2.0-only
/*
 * The discrete-event loop
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/spin.h"

#define LOOP_EVENTS		32
/*
 * Room for the timers of a full process from the start, 64 NICs with answers that
 * are late on purpose: to set a timer must not fail for want of memory.
 */
#define LOOP_TIMERS		4096
/* While the loop spins, descriptors are looked at once in this time. */
#define LOOP_FD_PERIOD_NS	(10 * LOOP_NS_PER_US)
#define LOOP_SPIN_MAX_NS	(256 * LOOP_NS_PER_US)
/* On a shared processor: as long as an interrupt is held, so that it needs no wake-up */
#define LOOP_SPIN_SHARED_NS	(50 * LOOP_NS_PER_US)
/* The default timer slack of 50 us would be longer than most of our waits. */
#define LOOP_TIMER_SLACK_NS	1000

struct loop {
	struct loop_clock *clock;
	int epfd;
	bool stop;

	struct loop_timer **heap;
	size_t timers, heap_size;
	uint64_t seq;

	struct loop_work *work, **work_tail;

	struct loop_poll *polls[LOOP_POLL_CLASSES];
	/* Next poll to call, for each class: a callback may delete any poll. */
	struct loop_poll *cursor[LOOP_POLL_CLASSES];

	/* The events being delivered: a callback may delete any watch. */
	struct epoll_event ev[LOOP_EVENTS];
	int ev_count;

	/*
	 * When the last activity ended, and whether the loop has slept since; whether it is
	 * active in this iteration, and was in the last one.
	 */
	struct spin spin;
	uint64_t quiet_since, fds_seen;
	bool slept, active, was_active;
	/* Those who may not run while the loop spins: it does not, then. */
	unsigned int sharers;
	struct loop_stats stats;
	struct turn turn;
	struct rng rng;
};

/* Clocks */

static uint64_t loop_real_now(struct loop_clock *clock)
{
	struct timespec ts;

	(void)clock;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * LOOP_NS_PER_S + (uint64_t)ts.tv_nsec;
}

static int loop_real_wait(struct loop_clock *clock, int epfd,
			  struct epoll_event *ev, int max, uint64_t deadline)
{
	uint64_t now = loop_real_now(clock);
	struct timespec ts;

	if (deadline == LOOP_NEVER)
		return epoll_wait(epfd, ev, max, -1);
	if (deadline <= now)
		return epoll_wait(epfd, ev, max, 0);
	ts.tv_sec = (time_t)((deadline - now) / LOOP_NS_PER_S);
	ts.tv_nsec = (long)((deadline - now) % LOOP_NS_PER_S);
	return epoll_pwait2(epfd, ev, max, &ts, NULL);
}

static const struct loop_clock_ops loop_real_ops = {
	.now = loop_real_now,
	.wait = loop_real_wait,
	.realtime = true,
};

static struct loop_clock loop_real = { .ops = &loop_real_ops };

struct loop_clock *loop_real_clock(void)
{
	return &loop_real;
}

static uint64_t loop_test_now(struct loop_clock *clock)
{
	return container_of(clock, struct loop_test_clock, clock)->time;
}

static int loop_test_wait(struct loop_clock *clock, int epfd,
			  struct epoll_event *ev, int max, uint64_t deadline)
{
	(void)clock;
	(void)deadline;
	return epoll_wait(epfd, ev, max, 0);
}

static const struct loop_clock_ops loop_test_ops = {
	.now = loop_test_now,
	.wait = loop_test_wait,
	.realtime = false,
};

void loop_test_clock_init(struct loop_test_clock *tc, uint64_t time)
{
	tc->clock.ops = &loop_test_ops;
	tc->time = time;
}

/* Life */

struct loop *loop_new(struct loop_clock *clock)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->clock = clock ? clock : &loop_real;
	loop->work_tail = &loop->work;
	loop_set_spin(loop, LOOP_SPIN_MAX_NS);
	turn_init(&loop->turn);
	rng_seed(&loop->rng, (uint64_t)arc4random() << 32 | arc4random());
	/* Else one call of malloc() merges all that was freed since the last one */
	mallopt(M_MXFAST, 0);
	loop->heap = calloc(LOOP_TIMERS, sizeof(*loop->heap));
	loop->heap_size = LOOP_TIMERS;
	loop->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (!loop->heap || loop->epfd < 0) {
		loop_free(loop);
		return NULL;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_TIMERSLACK, LOOP_TIMER_SLACK_NS);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	turn_destroy(&loop->turn);
	if (loop->epfd >= 0)
		close(loop->epfd);
	free(loop->heap);
	free(loop);
}

uint64_t loop_now(const struct loop *loop)
{
	return loop->clock->ops->now(loop->clock);
}

uint64_t loop_now_us(const struct loop *loop)
{
	return loop_now(loop) / LOOP_NS_PER_US;
}

struct rng *loop_rng(struct loop *loop)
{
	return &loop->rng;
}

bool loop_realtime(const struct loop *loop)
{
	return loop->clock->ops->realtime;
}

void loop_set_spin(struct loop *loop, uint64_t max_ns)
{
	spin_init(&loop->spin, max_ns);
	loop->quiet_since = loop_now(loop);
}

void loop_share(struct loop *loop, bool shares)
{
	loop->sharers += shares ? 1 : -1u;
}

bool loop_shares(const struct loop *loop)
{
	return loop->sharers;
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
}

void loop_activity(struct loop *loop)
{
	loop->active = true;
}

struct turn *loop_turn(struct loop *loop)
{
	return &loop->turn;
}

const struct loop_stats *loop_get_stats(const struct loop *loop)
{
	return &loop->stats;
}

/* Timers: a binary heap ordered by time, then by age */

void loop_timer_init(struct loop_timer *t, void (*fn)(struct loop_timer *t))
{
	memset(t, 0, sizeof(*t));
	t->fn = fn;
}

static bool timer_before(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->when < b->when || (a->when == b->when && a->seq < b->seq);
}

static void timer_place(struct loop *loop, struct loop_timer *t, size_t i)
{
	loop->heap[i] = t;
	t->slot = i + 1;
}

/* Put @t at @i or, where the order wants it, further up or down. */
static void timer_sift(struct loop *loop, struct loop_timer *t, size_t i)
{
	while (i && timer_before(t, loop->heap[(i - 1) / 2])) {
		timer_place(loop, loop->heap[(i - 1) / 2], i);
		i = (i - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= loop->timers)
			break;
		if (child + 1 < loop->timers &&
		    timer_before(loop->heap[child + 1], loop->heap[child]))
			child++;
		if (!timer_before(loop->heap[child], t))
			break;
		timer_place(loop, loop->heap[child], i);
		i = child;
	}
	timer_place(loop, t, i);
}

void loop_timer_set(struct loop *loop, struct loop_timer *t, uint64_t when)
{
	uint64_t now = loop_now(loop);

	/* A timer that is always due must not delay timers that were due before it. */
	t->when = when < now ? now : when;
	t->seq = loop->seq++;
	if (t->slot) {
		timer_sift(loop, t, t->slot - 1);
		return;
	}
	if (loop->timers == loop->heap_size) {
		size_t size = loop->heap_size ? 2 * loop->heap_size :
			      LOOP_TIMERS;
		struct loop_timer **heap = reallocarray(loop->heap, size,
							sizeof(*heap));

		/* No part of the process works without its timers. */
		if (!heap)
			abort();
		loop->heap = heap;
		loop->heap_size = size;
	}
	timer_sift(loop, t, loop->timers++);
}

void loop_timer_after(struct loop *loop, struct loop_timer *t, uint64_t ns)
{
	uint64_t now = loop_now(loop);

	loop_timer_set(loop, t, ns > LOOP_NEVER - now ? LOOP_NEVER : now + ns);
}

void loop_timer_cancel(struct loop *loop, struct loop_timer *t)
{
	struct loop_timer *last;
	size_t i;

	if (!t->slot)
		return;
	i = t->slot - 1;
	t->slot = 0;
	last = loop->heap[--loop->timers];
	if (last != t)
		timer_sift(loop, last, i);
}

/* Descriptors */

static int loop_fd_ctl(struct loop *loop, int op, struct loop_fd *w,
		       uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	return epoll_ctl(loop->epfd, op, w->fd, &ev) ? -errno : 0;
}

int loop_fd_add(struct loop *loop, struct loop_fd *w, uint32_t events)
{
	return loop_fd_ctl(loop, EPOLL_CTL_ADD, w, events);
}

int loop_fd_mod(struct loop *loop, struct loop_fd *w, uint32_t events)
{
	return loop_fd_ctl(loop, EPOLL_CTL_MOD, w, events);
}

void loop_fd_del(struct loop *loop, struct loop_fd *w)
{
	loop_fd_ctl(loop, EPOLL_CTL_DEL, w, 0);
	for (int i = 0; i < loop->ev_count; i++) {
		if (loop->ev[i].data.ptr == w)
			loop->ev[i].data.ptr = NULL;
	}
}

/* Deferred work */

void loop_work_init(struct loop_work *w, void (*fn)(struct loop_work *w))
{
	memset(w, 0, sizeof(*w));
	w->fn = fn;
}

void loop_defer(struct loop *loop, struct loop_work *w)
{
	if (w->pprev)
		return;
	w->next = NULL;
	w->pprev = loop->work_tail;
	*loop->work_tail = w;
	loop->work_tail = &w->next;
}

void loop_work_cancel(struct loop *loop, struct loop_work *w)
{
	if (!w->pprev)
		return;
	*w->pprev = w->next;
	if (w->next)
		w->next->pprev = w->pprev;
	else if (loop->work_tail == &w->next)
		loop->work_tail = w->pprev;
	w->pprev = NULL;
}

/* Polls */

void loop_poll_add(struct loop *loop, struct loop_poll *p,
		   enum loop_poll_class class)
{
	p->class = class;
	p->armed = false;
	p->prev = NULL;
	p->next = loop->polls[class];
	if (p->next)
		p->next->prev = p;
	loop->polls[class] = p;
}

void loop_poll_del(struct loop *loop, struct loop_poll *p)
{
	if (loop->cursor[p->class] == p)
		loop->cursor[p->class] = p->next;
	if (p->prev)
		p->prev->next = p->next;
	else
		loop->polls[p->class] = p->next;
	if (p->next)
		p->next->prev = p->prev;
}

static bool loop_run_buses(struct loop *loop)
{
	struct loop_poll *p = loop->polls[LOOP_POLL_BUS];
	bool busy = false;

	turn_begin(&loop->turn);
	while (p) {
		loop->cursor[LOOP_POLL_BUS] = p->next;
		busy |= p->poll(p);
		p = loop->cursor[LOOP_POLL_BUS];
	}
	turn_switch(&loop->turn, TURN_OTHER);
	loop->active |= busy;
	return busy;
}

static void loop_after(struct loop *loop, uint64_t started);

/* A poll that had nothing to do took no time: the buses need not be served. */
static bool loop_run_devices(struct loop *loop)
{
	struct loop_poll *p = loop->polls[LOOP_POLL_DEVICE];
	bool any = false;

	while (p) {
		uint64_t started = loop_now(loop);
		bool busy;

		loop->cursor[LOOP_POLL_DEVICE] = p->next;
		busy = p->poll(p);
		p = loop->cursor[LOOP_POLL_DEVICE];
		any |= busy;
		if (busy && p)
			loop_after(loop, started);
	}
	loop->active |= any;
	return any;
}

static void loop_disarm(struct loop *loop)
{
	for (int c = 0; c < LOOP_POLL_CLASSES; c++) {
		for (struct loop_poll *p = loop->polls[c]; p; p = p->next) {
			if (!p->armed)
				continue;
			p->armed = false;
			if (p->disarm)
				p->disarm(p);
		}
	}
}

/* Ask for notifications on behalf of each poll; false if something came meanwhile. */
static bool loop_arm(struct loop *loop)
{
	for (int c = 0; c < LOOP_POLL_CLASSES; c++) {
		for (struct loop_poll *p = loop->polls[c]; p; p = p->next) {
			if (p->arm && p->arm(p)) {
				loop_disarm(loop);
				return false;
			}
			p->armed = true;
		}
	}
	return true;
}

/* Running */

/* After each callback: serve the buses, and note how long they had to wait. */
static void loop_after(struct loop *loop, uint64_t started)
{
	uint64_t took = loop_now(loop) - started;

	if (took > loop->stats.longest_ns)
		loop->stats.longest_ns = took;
	loop_run_buses(loop);
}

static bool loop_run_fds(struct loop *loop, uint64_t deadline)
{
	int n = loop->clock->ops->wait(loop->clock, loop->epfd, loop->ev,
				       LOOP_EVENTS, deadline);

	if (deadline)
		turn_begin(&loop->turn);
	loop_disarm(loop);
	loop->fds_seen = loop_now(loop);
	loop->ev_count = n > 0 ? n : 0;
	for (int i = 0; i < loop->ev_count && !loop->stop; i++) {
		struct loop_fd *w = loop->ev[i].data.ptr;
		uint64_t started = loop_now(loop);

		if (!w)
			continue;
		turn_switch(&loop->turn, TURN_CLIENT);
		w->fn(w, loop->ev[i].events);
		loop_after(loop, started);
	}
	loop->ev_count = 0;
	if (n > 0)
		loop->active = true;
	return n > 0;
}

static bool loop_run_timers(struct loop *loop)
{
	uint64_t now = loop_now(loop);
	bool busy = false;

	/* Timers set meanwhile wait for the next turn, even if they are due. */
	for (uint64_t seq = loop->seq; loop->timers && !loop->stop;) {
		struct loop_timer *t = loop->heap[0];

		if (t->when > now || t->seq >= seq)
			break;
		loop_timer_cancel(loop, t);
		turn_switch(&loop->turn, TURN_TIMER);
		t->fn(t);
		loop->stats.timers++;
		loop_after(loop, now);
		now = loop_now(loop);
		busy = true;
	}
	return busy;
}

static bool loop_run_work(struct loop *loop)
{
	struct loop_work *batch = loop->work, *w;

	if (!batch)
		return false;
	/* Work deferred from now on belongs to the next turn. */
	batch->pprev = &batch;
	loop->work = NULL;
	loop->work_tail = &loop->work;
	while ((w = batch) != NULL) {
		uint64_t started = loop_now(loop);

		batch = w->next;
		if (batch)
			batch->pprev = &batch;
		w->pprev = NULL;
		w->fn(w);
		loop->stats.works++;
		loop_after(loop, started);
	}
	return true;
}

static uint64_t loop_next_timer(const struct loop *loop)
{
	return loop->timers ? loop->heap[0]->when : LOOP_NEVER;
}

/* Wait for something to happen, unless it just did. */
static bool loop_sleep(struct loop *loop)
{
	uint64_t next = loop_next_timer(loop);
	bool busy;

	if (!loop_arm(loop))
		return true;
	loop->stats.sleeps++;
	loop->slept = true;
	turn_end(&loop->turn);
	busy = loop_run_fds(loop, next);
	if (!busy && loop->fds_seen >= next)
		spin_woken(&loop->spin, loop->fds_seen - next);
	loop->stats.wake_ns = loop->spin.wake_ns;
	return busy;
}

/* Note the end of a gap, or its begin. */
static void loop_note(struct loop *loop, uint64_t now)
{
	if (loop->active) {
		if (!loop->was_active) {
			spin_gap(&loop->spin, now - loop->quiet_since,
				 loop->slept);
			loop->stats.spin_ns = spin_time(&loop->spin);
			if (!loop->slept)
				loop->stats.spin_hits++;
		}
		loop->slept = false;
		loop->quiet_since = loop_now(loop);
	}
	loop->was_active = loop->active;
}

/* Is it cheaper to look again than to sleep? */
static bool loop_spins(const struct loop *loop, uint64_t now)
{
	if (!loop->clock->ops->realtime || !loop->spin.max_ns)
		return false;
	if (loop->sharers)
		return !loop->slept &&
		       now - loop->quiet_since < LOOP_SPIN_SHARED_NS;
	if (!loop->slept && now - loop->quiet_since < spin_time(&loop->spin))
		return true;
	/* Who sleeps until a timer that is due so soon wakes up behind it. */
	return loop_next_timer(loop) - now < loop->spin.wake_ns;
}

static inline void loop_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#else
	__asm__ __volatile__("" ::: "memory");
#endif
}

static bool loop_once(struct loop *loop, bool may_sleep)
{
	bool spinning = loop->clock->ops->realtime && loop->spin.max_ns;
	uint64_t now;
	bool busy;

	loop->stats.iterations++;
	loop->active = false;
	busy = loop_run_buses(loop);
	now = loop_now(loop);
	if (!spinning || now - loop->fds_seen >= LOOP_FD_PERIOD_NS)
		busy |= loop_run_fds(loop, 0);
	busy |= loop_run_timers(loop);
	busy |= loop_run_work(loop);
	busy |= loop_run_devices(loop);
	loop_note(loop, now);
	if (busy || loop->work || loop->stop || !may_sleep)
		return busy;
	if (loop_spins(loop, now)) {
		loop_pause();
		return false;
	}
	return loop_sleep(loop);
}

bool loop_step(struct loop *loop, bool may_sleep)
{
	bool busy = loop_once(loop, may_sleep);

	turn_end(&loop->turn);
	return busy;
}

void loop_run(struct loop *loop)
{
	loop->stop = false;
	while (!loop->stop)
		loop_step(loop, true);
}
