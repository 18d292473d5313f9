// SPDX-License-Identifier: GPL-2.0-only
/*
 * Survey: time of the radio on each channel, and how busy the channel was
 */
#include <string.h>

#include "mac/priv.h"
#include "mac/survey.h"

void survey_reset(struct mac *mac)
{
	memset(&mac->survey, 0, sizeof(mac->survey));
	mac->survey.now = -1;
}

/* Count the time on the channel so far */
static void tick(struct mac *mac)
{
	struct mac_survey *s = &mac->survey;
	uint64_t now = loop_now_us(mac->loop);

	if (s->now >= 0)
		s->chan[s->now].time_us += now - s->since;
	s->since = now;
}

void survey_tune(struct mac *mac)
{
	struct mac_survey *s = &mac->survey;

	tick(mac);
	s->now = -1;
	if (!mac->chan.freq)
		return;
	for (unsigned int i = 0; i < s->n; i++)
		if (s->chan[i].freq == mac->chan.freq)
			s->now = (int)i;
	if (s->now < 0 && s->n < MAC_SURVEY_MAX) {
		s->now = (int)s->n++;
		s->chan[s->now].freq = mac->chan.freq;
	}
}

/* What frames would have taken can be more than the time that has passed */
static uint64_t at_most(uint64_t us, uint64_t time_us)
{
	return us < time_us ? us : time_us;
}

enum skua_status survey_read(struct mac *mac, uint32_t freq,
			     struct skua_survey *e)
{
	const struct mac_survey *s = &mac->survey;
	const struct mac_vif *vif;
	uint64_t time, rx, tx;
	unsigned int i = 0;

	tick(mac);
	while (i < s->n && s->chan[i].freq != freq)
		i++;
	if (i == s->n)
		return SKUA_ST_NO_ENTRY;
	e->freq = htole16(s->chan[i].freq);
	e->noise = AIR_NOISE;
	mac_for_each_vif(mac, vif)
		e->in_use |= vif->freq == freq;
	time = s->chan[i].time_us;
	rx = s->chan[i].rx_us;
	tx = s->chan[i].tx_us;
	e->time_us = htole64(time);
	e->busy_us = htole64(at_most(rx + tx, time));
	e->rx_us = htole64(at_most(rx, time));
	e->tx_us = htole64(at_most(tx, time));
	return SKUA_ST_OK;
}
