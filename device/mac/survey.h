/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Survey: time that the radio spends on each channel
 */
#ifndef SKUA_DEVICE_MAC_SURVEY_H
#define SKUA_DEVICE_MAC_SURVEY_H

#include <stdbool.h>
#include <stdint.h>

#include "../hw.h"

struct mac;

#define MAC_SURVEY_MAX		160	/* channels remembered */

/**
 * struct mac_survey - the channels that the radio has been on
 * @chan: these channels: MHz, and microseconds on the channel, of reception and
 *	of transmission
 * @n: number of channels in @chan
 * @now: index of the channel that the radio is on, or -1
 * @since: time at which @chan[@now].time_us was last brought up to date
 */
struct mac_survey {
	struct {
		uint16_t freq;
		uint64_t time_us;
		uint64_t rx_us;
		uint64_t tx_us;
	} chan[MAC_SURVEY_MAX];
	unsigned int n;
	int now;
	uint64_t since;
};

/** survey_reset() - forget all channels */
void survey_reset(struct mac *mac);

/** survey_tune() - begin to count for another channel: the radio has been tuned */
void survey_tune(struct mac *mac);

/** survey_read() - the ENG_TBL_SURVEY entry of a frequency in MHz */
enum skua_status survey_read(struct mac *mac, uint32_t freq,
			     struct skua_survey *e);

/** survey_rx() - count @us microseconds of reception */
static inline void survey_rx(struct mac_survey *s, uint32_t us)
{
	if (s->now >= 0)
		s->chan[s->now].rx_us += us;
}

/** survey_tx() - count @us microseconds of transmission */
static inline void survey_tx(struct mac_survey *s, uint32_t us)
{
	if (s->now >= 0)
		s->chan[s->now].tx_us += us;
}

#endif /* SKUA_DEVICE_MAC_SURVEY_H */
