// SPDX-License-Identifier: GPL-2.0-only
/* A medium for tests, on which time passes: see medium.h */
#include <assert.h>
#include <string.h>

#include "air/priv.h"
#include "medium.h"

static uint64_t timed_clock(const struct air *air)
{
	return air_now(air);
}

static uint64_t timed_ns(const struct air *air, uint32_t us)
{
	(void)air;
	return us * LOOP_NS_PER_US;
}

static void timed_begin(struct air *air, const struct air_ppdu *ppdu)
{
	struct medium *m = air_medium_priv(air);
	struct signal *s = &m->signal[m->n++];
	uint16_t len = ppdu->mpdu[0].len;

	assert(m->n < MEDIUM_PPDUS);
	*s = (struct signal){
		.begin = ppdu->begin,
		.end = ppdu->begin + timed_ns(air, ppdu->airtime_us),
		.sender = ppdu->sender, .freq = ppdu->chan.freq,
		.airtime_us = ppdu->airtime_us, .n = ppdu->n,
	};
	memcpy(s->head, ppdu->mpdu[0].data, len < MEDIUM_HEAD ? len : MEDIUM_HEAD);
}

static void timed_truncate(struct air *air, const struct air_ppdu *ppdu)
{
	struct medium *m = air_medium_priv(air);

	for (unsigned int i = m->n; i-- > 0;) {
		struct signal *s = &m->signal[i];

		if (s->sender != ppdu->sender || s->begin != ppdu->begin)
			continue;
		s->truncated = true;
		if (s->end > air_now(air))
			s->end = air_now(air);
		return;
	}
	assert(!"a PPDU that never began");
}

/* A radio senses what it sends itself, too */
static bool reaches(const struct medium *m, const struct signal *s,
		    const struct air_radio *radio)
{
	if (s->freq != radio->chan.freq)
		return false;
	return !((m->deaf[0] == s->sender && m->deaf[1] == radio) ||
		 (m->deaf[1] == s->sender && m->deaf[0] == radio));
}

static bool timed_receive(struct air *air, const struct air_ppdu *ppdu,
			  const struct air_radio *radio, struct air_rx *rx)
{
	const struct medium *m = air_medium_priv(air);
	uint64_t end = ppdu->begin + timed_ns(air, ppdu->airtime_us);
	bool heard = false;

	(void)rx;
	for (unsigned int i = 0; i < m->n; i++) {
		const struct signal *s = &m->signal[i];

		if (!reaches(m, s, radio) || s->begin >= end ||
		    s->end <= ppdu->begin)
			continue;
		if (s->sender != ppdu->sender || s->begin != ppdu->begin)
			return false;
		heard = true;
	}
	return heard;
}

/* Of two that begin at the same time, none senses the other one */
static bool timed_busy(const struct air *air, const struct air_radio *radio)
{
	const struct medium *m = air_medium_priv(air);
	uint64_t now = air_now(air);

	for (unsigned int i = 0; i < m->n; i++)
		if (reaches(m, &m->signal[i], radio) &&
		    m->signal[i].begin < now && m->signal[i].end > now)
			return true;
	return false;
}

/* The medium has been idle from acc->since to @until: that uses slots up */
static void count_down(struct air_access *acc, uint64_t until)
{
	uint64_t aifs = acc->aifs_us * LOOP_NS_PER_US;
	uint64_t slot = acc->slot_us * LOOP_NS_PER_US;
	uint64_t used;

	if (until <= acc->since + aifs)
		return;
	used = (until - acc->since - aifs) / slot;
	acc->slots -= used < acc->slots ? (uint32_t)used : acc->slots;
}

static uint64_t timed_access(struct air *air, struct air_radio *radio,
			     struct air_access *acc)
{
	const struct medium *m = air_medium_priv(air);
	uint64_t now = air_now(air);

	for (unsigned int i = 0; i < m->n; i++) {
		const struct signal *s = &m->signal[i];

		if (!reaches(m, s, radio) || s->begin >= now ||
		    s->end <= acc->since)
			continue;
		count_down(acc, s->begin);
		acc->since = s->end;
	}
	/* It was set by what has just been heard, so no slot has passed since */
	if (acc->nav > acc->since)
		acc->since = acc->nav;
	return acc->since + (acc->aifs_us + (uint64_t)acc->slots * acc->slot_us) *
	       LOOP_NS_PER_US;
}

const struct air_medium_ops medium_timed = {
	.name = "timed",
	.clock = timed_clock,
	.ns = timed_ns,
	.access = timed_access,
	.begin = timed_begin,
	.truncate = timed_truncate,
	.receive = timed_receive,
	.busy = timed_busy,
};
