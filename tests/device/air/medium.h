/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A medium for tests, on which time passes
 *
 * PPDUs last as long as the standard says. A radio that hears another one, or sends
 * itself, senses a busy medium. Backoff slots are counted down while the medium is idle,
 * after an AIFS. PPDUs that overlap at a receiver are lost there, and a radio that sends
 * hears nothing. Radios may be hidden from each other.
 *
 * Every PPDU is noted, so that tests can compare times.
 */
#ifndef TEST_AIR_MEDIUM_H
#define TEST_AIR_MEDIUM_H

#include <stdbool.h>
#include <stdint.h>

#include "air/air.h"

#define MEDIUM_PPDUS	4096
#define MEDIUM_HEAD	34	/* octets of a frame that are kept */

/**
 * struct signal - a PPDU as the medium remembers it
 * @begin: start, ns
 * @end: end, ns; earlier than planned if its sender stopped
 * @sender: sender, not to be dereferenced
 * @freq: channel
 * @airtime_us: planned duration
 * @n: MPDUs
 * @head: how the first one begins
 * @truncated: its sender stopped
 */
struct signal {
	uint64_t begin;
	uint64_t end;
	const struct air_radio *sender;
	uint16_t freq;
	uint32_t airtime_us;
	unsigned int n;
	uint8_t head[MEDIUM_HEAD];
	bool truncated;
};

/**
 * struct medium - the medium's state: argument @priv of air_new_on()
 * @signal: PPDUs so far
 * @n: number of them
 * @deaf: these two radios do not hear each other
 */
struct medium {
	struct signal signal[MEDIUM_PPDUS];
	unsigned int n;
	const struct air_radio *deaf[2];
};

extern const struct air_medium_ops medium_timed;

#endif /* TEST_AIR_MEDIUM_H */
