/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The discrete-event loop on which everything in the NIC's process runs
 *
 * One thread, one clock. The loop serves, in this order: the buses (polls of
 * class LOOP_POLL_BUS), file descriptors, timers that are due, deferred work,
 * and the other polls. The buses are served again between any two callbacks,
 * because a guest stands still while it waits for a register read; so a
 * callback is bound by the promise of base/turn.h, which the loop measures.
 *
 * After activity the loop may spin for a while before it sleeps (base/spin.h): a sleeping
 * NIC answers a register read in 270 us, a spinning one in 30 us.
 *
 * Everything here belongs to the thread that runs the loop.
 */
#ifndef SKUA_DEVICE_LOOP_H
#define SKUA_DEVICE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/rng.h"
#include "base/turn.h"

#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#endif

#define LOOP_NS_PER_US	1000ULL
#define LOOP_NS_PER_MS	1000000ULL
#define LOOP_NS_PER_S	1000000000ULL
#define LOOP_NEVER	UINT64_MAX

struct loop;
struct loop_clock;

/**
 * struct loop_clock_ops - where time comes from
 * @now: time in nanoseconds; never goes back
 * @wait: wait for a descriptor of @epfd or until @deadline (LOOP_NEVER: for
 *	ever), whichever is first. A @deadline that has passed means: look,
 *	don't wait. Returns what epoll_wait() returns. A simulated clock lets
 *	time jump here.
 * @realtime: spinning makes sense, since time passes by itself
 */
struct loop_clock_ops {
	uint64_t (*now)(struct loop_clock *clock);
	int (*wait)(struct loop_clock *clock, int epfd, struct epoll_event *ev,
		    int max, uint64_t deadline);
	bool realtime;
};

/** struct loop_clock - a clock; embed it in your own */
struct loop_clock {
	const struct loop_clock_ops *ops;
};

/** loop_real_clock() - CLOCK_MONOTONIC */
struct loop_clock *loop_real_clock(void);

/**
 * struct loop_test_clock - a clock that is advanced by hand
 * @clock: pass this to loop_new()
 * @time: the time in nanoseconds; set it at will, forward only
 */
struct loop_test_clock {
	struct loop_clock clock;
	uint64_t time;
};

/** loop_test_clock_init() - prepare a test clock that shows @time */
void loop_test_clock_init(struct loop_test_clock *tc, uint64_t time);

/**
 * loop_new() - make a loop
 * @clock: its clock, or NULL for the real one; must outlive the loop
 *
 * SIGPIPE is ignored from now on: a peer may vanish, and write() reports that.
 *
 * Return: the loop, or NULL with errno set.
 */
struct loop *loop_new(struct loop_clock *clock);

/** loop_free() - free a loop, with all registrations that are left */
void loop_free(struct loop *loop);

/** loop_now() - the loop's time in nanoseconds */
uint64_t loop_now(const struct loop *loop);

/** loop_now_us() - the same in microseconds: a NIC's clock (SKUA_REG_TSF) */
uint64_t loop_now_us(const struct loop *loop);

/**
 * loop_rng() - the random numbers of all that runs on the loop
 * @loop: the loop
 *
 * They begin with a seed that nobody knows, if nobody calls rng_seed().
 *
 * Return: the generator.
 */
struct rng *loop_rng(struct loop *loop);

/** loop_realtime() - true if the time passes by itself, and is not simulated */
bool loop_realtime(const struct loop *loop);

/**
 * loop_set_spin() - bound how long the loop spins after activity
 * @loop: the loop
 * @max_ns: the most; 0 never spins. Within the bound the loop does what would have cost
 *	least in the gaps between the last activities, see base/spin.h.
 */
void loop_set_spin(struct loop *loop, uint64_t max_ns);

/**
 * loop_share() - somebody whom the loop works for needs its processor, or does so no more
 * @loop: the loop
 * @shares: a call with true is undone by one with false
 *
 * The loop hardly spins meanwhile: nothing comes from who cannot run.
 */
void loop_share(struct loop *loop, bool shares);

/** loop_shares() - true between loop_share(true) and loop_share(false) */
bool loop_shares(const struct loop *loop);

/** loop_run() - run until loop_stop() */
void loop_run(struct loop *loop);

/**
 * loop_step() - run one iteration
 * @loop: the loop
 * @may_sleep: wait for something to happen if there is nothing to do
 *
 * Return: true if anything was done.
 */
bool loop_step(struct loop *loop, bool may_sleep);

/** loop_stop() - make loop_run() return after the current callback */
void loop_stop(struct loop *loop);

/* Timers */

/**
 * struct loop_timer - a one-shot timer; embed it
 * @fn: called when it is due, disarmed before, so that it may arm it again
 * @when: the time it is due, in the loop's nanoseconds
 * @seq: private: timers of equal time run in the order in which they were set
 * @slot: private: place in the heap plus one, 0 when it is not armed
 */
struct loop_timer {
	void (*fn)(struct loop_timer *t);
	uint64_t when;
	uint64_t seq;
	size_t slot;
};

/** loop_timer_init() - prepare a timer; a zeroed one only needs its @fn */
void loop_timer_init(struct loop_timer *t, void (*fn)(struct loop_timer *t));

/**
 * loop_timer_set() - arm a timer, or move it
 * @loop: the loop
 * @t: the timer
 * @when: absolute time; a time in the past is due at once
 */
void loop_timer_set(struct loop *loop, struct loop_timer *t, uint64_t when);

/** loop_timer_after() - arm a timer @ns nanoseconds from now, or move it */
void loop_timer_after(struct loop *loop, struct loop_timer *t, uint64_t ns);

/** loop_timer_cancel() - disarm a timer, whether or not it is armed */
void loop_timer_cancel(struct loop *loop, struct loop_timer *t);

/** loop_timer_armed() - true while the timer is set and did not run */
static inline bool loop_timer_armed(const struct loop_timer *t)
{
	return t->slot != 0;
}

/* File descriptors */

/**
 * struct loop_fd - a watched descriptor; embed it
 * @fd: the descriptor; stays the caller's
 * @fn: called with the EPOLL* events that are there, level-triggered
 */
struct loop_fd {
	int fd;
	void (*fn)(struct loop_fd *w, uint32_t events);
};

/**
 * loop_fd_add() - watch a descriptor
 * @loop: the loop
 * @w: the watch, with @fd and @fn set
 * @events: EPOLLIN and so on
 *
 * Return: 0, or -errno (-EPERM: a file that cannot be polled).
 */
int loop_fd_add(struct loop *loop, struct loop_fd *w, uint32_t events);

/** loop_fd_mod() - watch for other events from now on; 0 or -errno */
int loop_fd_mod(struct loop *loop, struct loop_fd *w, uint32_t events);

/** loop_fd_del() - stop watching a descriptor, before it is closed */
void loop_fd_del(struct loop *loop, struct loop_fd *w);

/* Deferred work */

/**
 * struct loop_work - a deferred call; embed it
 * @fn: the function to call
 * @next: private
 * @pprev: private: NULL when it is not queued
 */
struct loop_work {
	void (*fn)(struct loop_work *w);
	struct loop_work *next;
	struct loop_work **pprev;
};

/** loop_work_init() - prepare work; zeroed work only needs its @fn */
void loop_work_init(struct loop_work *w, void (*fn)(struct loop_work *w));

/**
 * loop_defer() - run work from the loop, before it sleeps
 * @loop: the loop
 * @w: the work; nothing happens if it is queued already. It is off the queue
 *	when it runs, and may defer itself again: then it runs in the next
 *	iteration, after timers and descriptors had their turn.
 */
void loop_defer(struct loop *loop, struct loop_work *w);

/** loop_work_cancel() - take work off the queue if it is on it */
void loop_work_cancel(struct loop *loop, struct loop_work *w);

/* Polls */

/**
 * enum loop_poll_class - when a poll has its turn
 * @LOOP_POLL_BUS: before and after every other callback
 * @LOOP_POLL_DEVICE: once in each iteration
 * @LOOP_POLL_CLASSES: how many there are
 */
enum loop_poll_class {
	LOOP_POLL_BUS,
	LOOP_POLL_DEVICE,
	LOOP_POLL_CLASSES,
};

/**
 * struct loop_poll - something in shared memory that the loop looks at
 * @poll: look and serve, a bounded amount; true if there was anything
 * @arm: the loop wants to sleep: ask the other side for a notification (clear
 *	its suppression, full barrier), then look again. Return true if
 *	something came meanwhile: then the loop stays awake. Optional.
 * @disarm: the loop is awake: notifications are not needed. Called only after
 *	@arm returned false. Optional.
 * @class: private
 * @armed: private
 * @prev: private
 * @next: private
 */
struct loop_poll {
	bool (*poll)(struct loop_poll *p);
	bool (*arm)(struct loop_poll *p);
	void (*disarm)(struct loop_poll *p);
	enum loop_poll_class class;
	bool armed;
	struct loop_poll *prev, *next;
};

/** loop_poll_add() - begin to poll */
void loop_poll_add(struct loop *loop, struct loop_poll *p,
		   enum loop_poll_class class);

/** loop_poll_del() - stop polling; @disarm is not called any more */
void loop_poll_del(struct loop *loop, struct loop_poll *p);

/**
 * loop_activity() - keep the loop awake for its spin time
 * @loop: the loop
 *
 * A callback calls this if it expects more work soon. Polls and descriptors that
 * had something to do count by themselves; timers do not.
 */
void loop_activity(struct loop *loop);

/**
 * struct loop_stats - counters of the loop
 * @iterations: turns of the loop
 * @sleeps: times it waited in the kernel
 * @spin_hits: times that something came while it spun
 * @timers: timers run
 * @works: deferred work run
 * @longest_ns: the longest single callback other than the buses'
 * @spin_ns: how long it spins after an activity
 * @wake_ns: how long a wake-up takes, as its timers show
 */
struct loop_stats {
	uint64_t iterations;
	uint64_t sleeps;
	uint64_t spin_hits;
	uint64_t timers;
	uint64_t works;
	uint64_t longest_ns;
	uint64_t spin_ns;
	uint64_t wake_ns;
};

/**
 * loop_turn() - the loop's turn, and the worst ones so far
 * @loop: the loop
 *
 * The buses' polls begin a turn as TURN_BUS, descriptors' callbacks run as
 * TURN_CLIENT, those of timers as TURN_TIMER, all others as TURN_OTHER; a callback that
 * does one of the other things says so with turn_switch().
 *
 * Return: the turn.
 */
struct turn *loop_turn(struct loop *loop);

/** loop_get_stats() - read the counters */
const struct loop_stats *loop_get_stats(const struct loop *loop);

#endif /* SKUA_DEVICE_LOOP_H */
