/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt moderation: how long an interrupt may wait for company
 *
 * Under load an interrupt for each PPDU costs the host more than it gains; a frame that comes
 * alone must not wait at all. So the delay follows from how fast entries come: it is the time
 * in which as many come as the host wants in one interrupt, at most the host's limit. If fewer
 * than MODERATE_WORTH would come within that limit it is MODERATE_LEAST_NS, which only what
 * follows at once upon an interrupt has to wait for.
 *
 * No clock and no state but struct moderate: tests give the times.
 */
#ifndef SKUA_DEVICE_MODERATE_H
#define SKUA_DEVICE_MODERATE_H

#include <stdint.h>

/* Entries that make a delay worth while */
#define MODERATE_WORTH	3
/* Between two interrupts in any case: publications of one burst share an interrupt */
#define MODERATE_LEAST_NS	50000u

/**
 * struct moderate - the entries of one vector
 * @max_ns: the host's limit; 0: no delay
 * @max_entries: entries that the host wants in one interrupt; 0: as many as come
 * @entry_ns: mean time between two entries, of the last ones; at most @max_ns
 * @last: when the last ones came
 */
struct moderate {
	uint64_t max_ns;
	uint32_t max_entries;
	uint64_t entry_ns;
	uint64_t last;
};

/** moderate_init() - begin with no entries, and so without a delay */
void moderate_init(struct moderate *m, uint64_t max_ns, uint32_t max_entries);

/** moderate_entries() - @n entries have come at @now */
void moderate_entries(struct moderate *m, uint64_t now, uint32_t n);

/** moderate_delay() - least time between two interrupts now, in nanoseconds */
uint64_t moderate_delay(const struct moderate *m);

#endif /* SKUA_DEVICE_MODERATE_H */
