/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Radar pulses, kept until the firmware reads them
 */
#ifndef SKUA_DEVICE_MAC_RADAR_H
#define SKUA_DEVICE_MAC_RADAR_H

#include <stdint.h>

#include "air/air.h"

struct mac;

#define MAC_PULSES		128	/* radar pulses that wait */

/**
 * struct mac_radar - radar pulses that the firmware has not read
 * @pulse: pulses, the oldest one at @first
 * @first: index
 * @n: number of pulses
 * @time: ENG_RADAR_TIME
 */
struct mac_radar {
	struct {
		uint32_t time;
		uint16_t width;
	} pulse[MAC_PULSES];
	unsigned int first;
	unsigned int n;
	uint32_t time;
};

/** mac_radar_pulse() - struct air_radio_ops.pulse */
void mac_radar_pulse(void *priv, const struct air_pulse *pulse);

/** mac_radar_take() - take the oldest pulse; its width, as ENG_RADAR_WIDTH gives it */
uint32_t mac_radar_take(struct mac *mac);

#endif /* SKUA_DEVICE_MAC_RADAR_H */
