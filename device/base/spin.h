/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long to spin before going to sleep
 *
 * A loop that has nothing to do may look again and again, which costs processor time, or
 * sleep, which costs a wake-up when something comes. Which one was right is known as soon as
 * it has come. So the gaps between two activities are counted by their length, in a histogram
 * that forgets, and the loop spins for the time that would have cost least in the gaps that
 * it has seen: a gap that is shorter than the spin costs its length, a longer one costs the
 * spin and a wake-up. Gaps that are all long, or of any length, give no spin at all.
 *
 * A wake-up takes as long as the machine needs for it, which the loop's own timers show:
 * they run that much too late. The host pays for it as well (it has to ring the doorbell),
 * and a frame is that much later at both ends of a link: therefore SPIN_WORTH.
 *
 * No clock and no state but struct spin: tests give the times.
 */
#ifndef SKUA_DEVICE_SPIN_H
#define SKUA_DEVICE_SPIN_H

#include <stdbool.h>
#include <stdint.h>

/* Lengths of gaps: up to 2 us, 4 us and so on; the last one has all others */
#define SPIN_BINS	11
/* What a wake-up is worth, in its own durations */
#define SPIN_WORTH	12

/**
 * struct spin - the gaps of one loop
 * @max_ns: longest time to spin; 0: never
 * @wake_ns: how long a wake-up takes
 * @bin: how often gaps had such a length; a new one counts most
 * @time_ns: what spin_time() says, worked out with each gap
 */
struct spin {
	uint64_t max_ns;
	uint64_t wake_ns;
	uint32_t bin[SPIN_BINS];
	uint64_t time_ns;
};

/** spin_init() - begin without any knowledge, and with half of @max_ns */
void spin_init(struct spin *s, uint64_t max_ns);

/**
 * spin_gap() - an activity has come
 * @s: the gaps
 * @ns: time since the last one
 * @slept: the loop had to be woken: it would have noticed a wake-up's time earlier
 */
void spin_gap(struct spin *s, uint64_t ns, bool slept);

/** spin_woken() - a timer ran so late because the loop slept */
void spin_woken(struct spin *s, uint64_t late_ns);

/** spin_time() - how long to spin after an activity, in nanoseconds */
static inline uint64_t spin_time(const struct spin *s)
{
	return s->time_ns;
}

#endif /* SKUA_DEVICE_SPIN_H */
