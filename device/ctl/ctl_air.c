// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control socket: senders that are no NICs: attackers and radars
 *
 * An attacker that has a radio and no key can still repeat, change and invent
 * frames. The frame goes out as it is, with the transmitter address that it
 * claims; only the FCS is computed anew.
 */
#include <jansson.h>
#include <string.h>

#include "air/air.h"
#include "base/base.h"
#include "ctl/ctl_air.h"
#include "dot11/dot11.h"

#define RATE_6M		60	/* OFDM, good on each band */
#define RADAR_PULSES	100
#define RADAR_US	100000	/* longest pulse and interval */

const char *ctl_air(struct air *air, json_t *req)
{
	uint8_t frame[SKUA_MAX_MPDU + IEEE80211_FCS_LEN] = { 0 };
	struct air_stranger who = {
		.rate = RATE_6M, .power = 20, .name = "stranger",
	};
	const char *text;
	int freq, len;

	if (json_unpack(req, "{s:s,s:i}", "frame", &text, "freq", &freq) ||
	    freq < 1 || freq > UINT16_MAX)
		return "wanted: frame (hexadecimal, without FCS), freq (MHz)";
	len = hex_parse(text, frame, SKUA_MAX_MPDU);
	/* An ACK is the shortest; a frame without a whole header may be sent, too */
	if (len < IEEE80211_ACK_LEN)
		return "frame is no hexadecimal text, too short or too long";
	who.chan.freq = (uint16_t)freq;
	who.chan.center1 = who.chan.freq;
	dot11_fcs_put(frame, (uint16_t)len);
	if (!air_inject(air, &who, frame, (uint16_t)(len + IEEE80211_FCS_LEN)))
		return "out of memory";
	return NULL;
}

/*
 * The whole burst is put on the air when its last pulse has ended, and each pulse
 * carries its own time, so that no timer has to be exact.
 */
const char *ctl_radar(struct air *air, uint64_t now_us, json_t *req)
{
	int freq, pulses = 18, width = 1, pri = 1428;

	if (json_unpack(req, "{s:i,s?i,s?i,s?i}", "freq", &freq, "pulses",
			&pulses, "width_us", &width, "pri_us", &pri) ||
	    freq < 1 || freq > UINT16_MAX || pulses < 1 ||
	    pulses > RADAR_PULSES || width < 1 || width > RADAR_US / 2 ||
	    pri < 1 || pri > RADAR_US)
		return "wanted: freq (MHz), pulses (to 100), width_us, pri_us";
	for (int i = pulses - 1; i >= 0; i--) {
		struct air_pulse pulse = {
			.freq = (uint16_t)freq,
			.width_us = (uint16_t)width,
			.time_us = now_us - (uint64_t)i * (uint64_t)pri,
		};

		air_radar(air, &pulse);
	}
	return NULL;
}
