/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long the buses had to wait: the worst turns of the loop, by cause
 *
 * A turn is the time from one service of the buses to the next one. Whatever a guest,
 * its firmware, the air or a client does, a turn takes at most TURN_MAX_NS of the
 * thread's processor time, and the thread blocks nowhere but in the poll.
 *
 * A turn is measured by three numbers: its wall time; the thread's processor
 * time; and the time for which the thread was ready and another one had its
 * processor. What is left is blocked time. A busy machine changes none of the two
 * that count. Only the wall time is cheap, so the others are read ten thousand
 * times a second at most, and at the end of a turn that took long by the wall
 * clock: the numbers may be too large by TURN_SAMPLE_NS, and are never too small.
 *
 * Everything here belongs to the thread that runs the loop.
 */
#ifndef SKUA_DEVICE_TURN_H
#define SKUA_DEVICE_TURN_H

#include <stdbool.h>
#include <stdint.h>

/* A sanitizer makes code slower by this factor; so many times longer is a turn. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TURN_FACTOR	20	/* clang: the fuzzers trace coverage as well */
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TURN_FACTOR	8
#endif
#ifndef TURN_FACTOR
#define TURN_FACTOR	1
#endif

#define TURN_MAX_NS	(2000000ull * TURN_FACTOR)
#define TURN_SAMPLE_NS	100000ull
/* When work that can go on in a later turn makes room for others */
#define TURN_LATE_NS	(500000ull * TURN_FACTOR)
/* So much of small pieces of work is done between two looks at the clock */
#define TURN_LOOK_NS	5000

/**
 * enum turn_cause - what a turn does
 * @TURN_BUS: transactions of the guests, interrupts to them
 * @TURN_CP: the control processor runs firmware, its engine registers included
 * @TURN_FETCH: transmit descriptors and payloads come from a guest
 * @TURN_SEND: frames are protected and go on the air
 * @TURN_RECEIVE: frames are decrypted and go up to a guest
 * @TURN_RESET: a NIC is reset
 * @TURN_BOOT: the boot ROM takes and checks the firmware
 * @TURN_DUMP: a crash record is written
 * @TURN_UNMAP: guest memory is unmapped
 * @TURN_CLIENT: a descriptor had something: a guest's socket, a control client
 * @TURN_TIMER: a timer; beacons are the most work of these
 * @TURN_OTHER: none of these
 * @TURN_CAUSES: how many there are
 */
enum turn_cause {
	TURN_BUS,
	TURN_CP,
	TURN_FETCH,
	TURN_SEND,
	TURN_RECEIVE,
	TURN_RESET,
	TURN_BOOT,
	TURN_DUMP,
	TURN_UNMAP,
	TURN_CLIENT,
	TURN_TIMER,
	TURN_OTHER,
	TURN_CAUSES,
};

/**
 * struct turn_worst - the worst turns of which most was due to a cause
 * @cpu_ns: processor time of the longest turn
 * @blocked_ns: longest time for which the thread blocked in a turn
 * @over: turns that took more than TURN_MAX_NS, blocked time included
 */
struct turn_worst {
	uint64_t cpu_ns;
	uint64_t blocked_ns;
	uint64_t over;
};

/**
 * struct turn_sample - clocks of the thread
 * @wall_ns: CLOCK_MONOTONIC
 * @cpu_ns: its processor time
 * @wait_ns: time for which it was ready and did not run
 * @sleeps: times it gave its processor up
 */
struct turn_sample {
	uint64_t wall_ns;
	uint64_t cpu_ns;
	uint64_t wait_ns;
	uint64_t sleeps;
};

/**
 * struct turn - the turn under way, and the worst ones so far
 * @fd: /proc/thread-self/schedstat, or -1
 * @open: a turn is under way
 * @cause: what it does now
 * @since: when @cause began, by the wall clock
 * @began: when the turn began
 * @work: work since the last look at the clock, see turn_work(), about so many ns
 * @base: last sample, taken before the turn or as it began
 * @spent: wall time of the turn, by cause
 * @worst: by cause
 */
struct turn {
	int fd;
	bool open;
	enum turn_cause cause;
	uint64_t since;
	uint64_t began;
	unsigned int work;
	struct turn_sample base;
	uint64_t spent[TURN_CAUSES];
	struct turn_worst worst[TURN_CAUSES];
};

/** turn_init() - prepare; the calling thread is the one to measure */
void turn_init(struct turn *t);

/** turn_destroy() - the opposite */
void turn_destroy(struct turn *t);

/** turn_begin() - the buses are about to be served: end the last turn, begin one */
void turn_begin(struct turn *t);

/** turn_end() - the loop is about to sleep, or returns to its caller */
void turn_end(struct turn *t);

/**
 * turn_switch() - another cause begins
 * @t: the turn
 * @cause: the time from now on is due to this cause
 *
 * Return: the cause before, for the caller to put back when it is done.
 */
enum turn_cause turn_switch(struct turn *t, enum turn_cause cause);

/**
 * turn_late() - should work that can go on later end now?
 * @t: the turn
 *
 * This looks at the clock, which takes as long as a tenth of all that is done for a
 * frame: pieces as small as that use turn_work() and turn_due().
 *
 * Return: true if the turn has taken TURN_LATE_NS by the wall clock; never outside of
 * the loop.
 */
bool turn_late(const struct turn *t);

/** turn_work() - note a small piece of work, of about @ns nanoseconds, seldom more */
static inline void turn_work(struct turn *t, unsigned int ns)
{
	t->work += ns;
}

/**
 * turn_due() - turn_late(), asked after each piece of work that turn_work() notes
 * @t: the turn
 *
 * The clock is looked at when these make TURN_LOOK_NS together, and after other causes
 * have had their part of the turn.
 *
 * Return: as turn_late(); true may come later by as much.
 */
static inline bool turn_due(struct turn *t)
{
	if (t->work < TURN_LOOK_NS)
		return false;
	t->work = 0;
	return turn_late(t);
}

/** turn_forget() - begin a new measurement */
void turn_forget(struct turn *t);

/** turn_cause_name() - name of a cause on the control socket */
const char *turn_cause_name(enum turn_cause cause);

#endif /* SKUA_DEVICE_TURN_H */
