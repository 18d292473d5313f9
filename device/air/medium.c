// SPDX-License-Identifier: GPL-2.0-only
/*
 * The medium `perfect': nothing lasts, nobody waits, and everything is received
 */
#include "air/priv.h"

static uint64_t perfect_ns(const struct air *air, uint32_t us)
{
	(void)air;
	(void)us;
	return 0;
}

/*
 * Without an answer, all tries of a frame would be over in microseconds, and the frame
 * lost, though its receiver needs but a moment: for buffers, or to hear of a session that
 * has ended. So they are spread over the time of a real air: these are the mean backoffs
 * of best effort from the third failure on, 64 slots to 512 (IEEE 802.11-2020, 10.23.2.2).
 */
static uint64_t perfect_rest(const struct air *air, unsigned int nth)
{
	(void)air;
	return LOOP_NS_PER_MS / 2 << nth;
}

const struct air_medium_ops air_perfect = {
	.name = "perfect",
	.ns = perfect_ns,
	.rest = perfect_rest,
};

uint64_t air_rest_ns(const struct air *air, unsigned int nth)
{
	return air->medium->rest ? air->medium->rest(air, nth) : 0;
}

bool air_contends(const struct air *air)
{
	return air->medium->access;
}

uint64_t air_access(struct air_radio *radio, struct air_access *acc)
{
	struct air *air = radio->air;

	if (!air->medium->access) {
		acc->slots = 0;
		return air_now(air);
	}
	return air->medium->access(air, radio, acc);
}

static bool in_channel(const struct air_chan *chan, uint16_t freq)
{
	unsigned int half = airtime_bw_mhz(chan->bw) / 2;

	return chan->freq && freq + half >= chan->center1 &&
	       freq <= chan->center1 + half;
}

void air_radar(struct air *air, const struct air_pulse *pulse)
{
	for (struct air_radio *r = air->radios; r; r = r->next)
		if (!r->gone && r->ops->pulse &&
		    in_channel(&r->chan, pulse->freq))
			r->ops->pulse(r->priv, pulse);
}
