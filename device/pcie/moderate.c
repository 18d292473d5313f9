// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt moderation: how long an interrupt may wait for company
 */
#include "pcie/moderate.h"

/* Weight of the newest entries in the mean: half of it is younger than three batches. */
#define MODERATE_SHIFT	2

void moderate_init(struct moderate *m, uint64_t max_ns, uint32_t max_entries)
{
	m->max_ns = max_ns;
	m->max_entries = max_entries;
	m->entry_ns = max_ns;
	m->last = 0;
}

void moderate_entries(struct moderate *m, uint64_t now, uint32_t n)
{
	uint64_t gap = now - m->last;

	m->last = now;
	if (!n)
		return;
	/* After a pause nothing is known of what comes: a first frame must not wait. */
	if (gap >= m->max_ns) {
		m->entry_ns = m->max_ns;
		return;
	}
	m->entry_ns -= m->entry_ns >> MODERATE_SHIFT;
	m->entry_ns += gap / n >> MODERATE_SHIFT;
}

uint64_t moderate_delay(const struct moderate *m)
{
	uint64_t wanted;

	/* A product cannot wrap: entry_ns is at most max_ns, and that some milliseconds. */
	if (m->entry_ns * MODERATE_WORTH > m->max_ns)
		return m->max_ns < MODERATE_LEAST_NS ? m->max_ns :
		       MODERATE_LEAST_NS;
	wanted = m->entry_ns * m->max_entries;
	return m->max_entries && wanted < m->max_ns ? wanted : m->max_ns;
}
