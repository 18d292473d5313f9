// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long to spin before going to sleep
 */
#include <string.h>

#include "base/spin.h"

/* A gap weighs this much when it comes, and a sixteenth less with each one after it. */
#define SPIN_WEIGHT	65536u
#define SPIN_FORGET	4
/* A machine that is busy, or asleep itself, says nothing about wake-ups. */
#define SPIN_WAKE_MIN_NS	5000u
#define SPIN_WAKE_MAX_NS	100000u
#define SPIN_WAKE_FIRST_NS	50000u

static uint64_t bin_end(unsigned int i)
{
	return 2000ull << i;
}

void spin_init(struct spin *s, uint64_t max_ns)
{
	memset(s, 0, sizeof(*s));
	s->max_ns = max_ns;
	s->wake_ns = SPIN_WAKE_FIRST_NS;
	s->time_ns = max_ns / 2;
}

/*
 * Bin by bin: to spin up to its end as well costs its own gaps what they last, saves them the
 * wake-up and the spin so far, and costs all longer ones more.
 */
static uint64_t spin_best(const struct spin *s)
{
	const uint64_t wake = SPIN_WORTH * s->wake_ns;
	uint64_t longer = 0, shorter = 0, least, best = 0;

	for (unsigned int i = 0; i < SPIN_BINS; i++)
		longer += s->bin[i];
	least = longer * wake;
	for (unsigned int i = 0; i + 1 < SPIN_BINS; i++) {
		uint64_t end = bin_end(i), cost;

		if (end > s->max_ns)
			break;
		/* In the mean they end in the middle of the upper half. */
		shorter += s->bin[i] * (end - end / 4);
		longer -= s->bin[i];
		cost = shorter + longer * (end + wake);
		if (cost < least) {
			least = cost;
			best = end;
		}
	}
	return best;
}

void spin_gap(struct spin *s, uint64_t ns, bool slept)
{
	unsigned int i = 0;

	if (!s->max_ns)
		return;
	if (slept)
		ns = ns > s->wake_ns ? ns - s->wake_ns : 0;
	while (i + 1 < SPIN_BINS && ns > bin_end(i))
		i++;
	for (unsigned int k = 0; k < SPIN_BINS; k++)
		s->bin[k] -= (s->bin[k] + (1 << SPIN_FORGET) - 1) >> SPIN_FORGET;
	s->bin[i] += SPIN_WEIGHT;
	s->time_ns = spin_best(s);
}

void spin_woken(struct spin *s, uint64_t late_ns)
{
	if (late_ns < SPIN_WAKE_MIN_NS)
		late_ns = SPIN_WAKE_MIN_NS;
	if (late_ns > SPIN_WAKE_MAX_NS)
		late_ns = SPIN_WAKE_MAX_NS;
	s->wake_ns -= s->wake_ns / 8;
	s->wake_ns += late_ns / 8;
}
