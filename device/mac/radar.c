// SPDX-License-Identifier: GPL-2.0-only
/*
 * Radar pulses are kept here until the firmware reads them; it knows the patterns
 */
#include "mac/count.h"
#include "mac/priv.h"
#include "mac/radar.h"

void mac_radar_pulse(void *priv, const struct air_pulse *pulse)
{
	struct mac *mac = priv;
	struct mac_radar *r = &mac->radar;
	unsigned int i;

	if (!mac_on_air(mac))
		return;
	mac->c.radar_pulses++;
	if (r->n == MAC_PULSES) {
		mac->c.radar_lost++;
		return;
	}
	i = (r->first + r->n++) % MAC_PULSES;
	r->pulse[i].time = (uint32_t)pulse->time_us;
	r->pulse[i].width = pulse->width_us;
	eng_irq(mac->bus, ENG_IRQ_RADAR);
}

uint32_t mac_radar_take(struct mac *mac)
{
	struct mac_radar *r = &mac->radar;
	unsigned int i = r->first;

	if (!r->n)
		return 0;
	r->n--;
	r->first = (i + 1) % MAC_PULSES;
	r->time = r->pulse[i].time;
	return r->pulse[i].width;
}
