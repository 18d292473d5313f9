// SPDX-License-Identifier: GPL-2.0-only
/*
 * The air: senders that are no NIC
 *
 * A stranger has joined for one frame. It hears nothing, and leaves at the end of it.
 */
#include <stdlib.h>
#include <string.h>

#include "air/priv.h"

struct stranger {
	struct air_radio *radio;
	struct air_ppdu ppdu;
	struct air_mpdu mpdu;
	uint8_t ta[IEEE80211_ADDR_LEN];
	uint8_t psdu[];
};

static void deaf(void *priv, const struct air_frame *frame,
		 const struct air_rx *rx)
{
	(void)priv;
	(void)frame;
	(void)rx;
}

static void idle(void *priv)
{
	(void)priv;
}

static void sent(void *priv, struct air_ppdu *ppdu)
{
	struct stranger *s = priv;

	(void)ppdu;
	air_leave(s->radio);
	free(s);
}

static const struct air_radio_ops ops = {
	.rx = deaf,
	.tx_end = sent,
	.flush = idle,
	.gone = free,
};

/* A frame that ends before its transmitter address claims none */
static void claim(struct stranger *s, uint16_t len)
{
	if (len >= IEEE80211_OFF_ADDR2 + IEEE80211_ADDR_LEN)
		memcpy(s->ta, s->psdu + IEEE80211_OFF_ADDR2, sizeof(s->ta));
}

bool air_inject(struct air *air, const struct air_stranger *who,
		const uint8_t *psdu, uint16_t len)
{
	struct stranger *s = calloc(1, sizeof(*s) + len);
	bool ghz2 = skua_freq_band(who->chan.freq) == SKUA_BAND_2GHZ;

	if (!s)
		return false;
	s->radio = air_join(air, &ops, s, who->name);
	if (!s->radio) {
		free(s);
		return false;
	}
	memcpy(s->psdu, psdu, len);
	claim(s, len);
	s->mpdu = (struct air_mpdu){ .data = s->psdu, .len = len };
	s->ppdu = (struct air_ppdu){
		.mpdu = &s->mpdu, .n = 1, .ta = s->ta, .rate = who->rate,
		.power = who->power,
		.airtime_us = airtime_ppdu_us(who->rate, len, ghz2),
	};
	air_tune(s->radio, &who->chan);
	if (!air_begin(s->radio, &s->ppdu))
		sent(s, &s->ppdu);
	return true;
}
