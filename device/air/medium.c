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

const struct air_medium_ops air_perfect = {
	.name = "perfect",
	.ns = perfect_ns,
};

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
