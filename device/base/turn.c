// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the buses had to wait
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/turn.h"

/* A turn that was shorter than this by the wall clock is of no interest. */
#define TURN_SHORT_NS	(2 * TURN_SAMPLE_NS)

static const char * const turn_names[TURN_CAUSES] = {
	[TURN_BUS] = "bus",
	[TURN_CP] = "control processor",
	[TURN_FETCH] = "transmit fetch",
	[TURN_SEND] = "transmit",
	[TURN_RECEIVE] = "receive upload",
	[TURN_RESET] = "reset",
	[TURN_BOOT] = "boot",
	[TURN_DUMP] = "dump",
	[TURN_UNMAP] = "unmap",
	[TURN_CLIENT] = "client",
	[TURN_TIMER] = "timer",
	[TURN_OTHER] = "other",
};

static uint64_t turn_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* The second number of schedstat; 0 if the kernel does not count it. */
static uint64_t turn_wait(const struct turn *t)
{
	char text[96], *at = text;
	ssize_t n = t->fd < 0 ? 0 : pread(t->fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	strtoull(at, &at, 10);
	return strtoull(at, NULL, 10);
}

static void turn_take(const struct turn *t, struct turn_sample *s)
{
	struct rusage use;

	s->cpu_ns = turn_clock(CLOCK_THREAD_CPUTIME_ID);
	s->sleeps = getrusage(RUSAGE_THREAD, &use) ? 0 : (uint64_t)use.ru_nvcsw;
	s->wait_ns = turn_wait(t);
}

void turn_init(struct turn *t)
{
	memset(t, 0, sizeof(*t));
	t->fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
}

void turn_destroy(struct turn *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

static enum turn_cause turn_main_cause(const struct turn *t)
{
	enum turn_cause main = TURN_BUS;

	for (int c = 0; c < TURN_CAUSES; c++)
		if (t->spent[c] > t->spent[main])
			main = (enum turn_cause)c;
	return main;
}

/* The turn took long by the wall clock. Look at the others. */
static void turn_judge(struct turn *t, uint64_t took, uint64_t now)
{
	struct turn_worst *w = &t->worst[turn_main_cause(t)];
	struct turn_sample s = { .wall_ns = now };
	uint64_t cpu, wait, blocked = 0;

	turn_take(t, &s);
	cpu = s.cpu_ns - t->base.cpu_ns;
	wait = s.wait_ns - t->base.wait_ns;
	if (cpu > took)
		cpu = took;
	/* A thread that never gave its processor up has not blocked */
	if (s.sleeps != t->base.sleeps && took > cpu + wait)
		blocked = took - cpu - wait;
	if (cpu > w->cpu_ns)
		w->cpu_ns = cpu;
	if (blocked > w->blocked_ns)
		w->blocked_ns = blocked;
	w->over += cpu + blocked > TURN_MAX_NS;
	t->base = s;
}

static void turn_close(struct turn *t, uint64_t now)
{
	if (!t->open)
		return;
	t->open = false;
	if (now - t->began < TURN_SHORT_NS)
		return;
	t->spent[t->cause] += now - t->since;
	turn_judge(t, now - t->began, now);
}

void turn_begin(struct turn *t)
{
	uint64_t now = turn_clock(CLOCK_MONOTONIC);

	turn_close(t, now);
	if (now - t->base.wall_ns >= TURN_SAMPLE_NS) {
		turn_take(t, &t->base);
		t->base.wall_ns = now;
	}
	memset(t->spent, 0, sizeof(t->spent));
	t->cause = TURN_BUS;
	t->since = now;
	t->began = now;
	t->open = true;
}

void turn_end(struct turn *t)
{
	turn_close(t, turn_clock(CLOCK_MONOTONIC));
}

enum turn_cause turn_switch(struct turn *t, enum turn_cause cause)
{
	enum turn_cause was = t->cause;
	uint64_t now;

	if (was == cause)
		return was;
	now = turn_clock(CLOCK_MONOTONIC);
	t->spent[was] += now - t->since;
	t->since = now;
	t->cause = cause;
	/* How much has been done for the other cause is not known */
	t->work = TURN_LOOK_NS;
	return was;
}

bool turn_late(const struct turn *t)
{
	return t->open && turn_clock(CLOCK_MONOTONIC) - t->began > TURN_LATE_NS;
}

void turn_forget(struct turn *t)
{
	memset(t->worst, 0, sizeof(t->worst));
	/* Nor is the turn under way part of the new measurement */
	t->open = false;
}

const char *turn_cause_name(enum turn_cause cause)
{
	return turn_names[cause];
}
