// SPDX-License-Identifier: GPL-2.0-only
/* A station made of a script, see peer.h */
#include "peer.h"

static bool chance(struct peer *p, unsigned int percent)
{
	p->seed = p->seed * 1664525 + 1013904223;
	return (p->seed >> 16) % 100 < percent;
}

static void deliver(struct peer *p, uint32_t token)
{
	/* As a PN would have it */
	if (token <= p->last) {
		p->replays += p->on;
		return;
	}
	p->last = token;
	p->delivered++;
}

static void move(struct peer *p, uint16_t to)
{
	while (p->start != to) {
		uint32_t *held = &p->held[p->start % BA_MAX_WIN];

		if (*held)
			deliver(p, *held);
		*held = 0;
		p->start = ba_sn_add(p->start, 1);
	}
}

static void release(struct peer *p)
{
	while (p->held[p->start % BA_MAX_WIN])
		move(p, ba_sn_add(p->start, 1));
}

static void take_data(struct peer *p, const uint8_t *f, uint16_t len)
{
	uint16_t sn = dot11_sn(f), ahead = ba_sn_ahead(p->start, sn);
	uint32_t token;

	p->tid = dot11_tid(f);
	p->data = true;
	p->retries += !!(dot11_fc(f) & IEEE80211_FC_RETRY);
	p->token = len > PEER_TOKEN_OFF + 4 ? dot11_get_le32(f + PEER_TOKEN_OFF) :
					      0;
	if (p->mpdu)
		p->mpdu(p, f, len);
	token = p->token;
	if (!p->on) {
		deliver(p, token);
		return;
	}
	ba_score_mpdu(&p->score, sn);
	if (ahead >= IEEE80211_SN_MODULO / 2)
		return;
	if (ahead >= p->size) {
		p->jumps++;
		move(p, ba_sn_add(sn, 1 - p->size));
	}
	p->held[sn % BA_MAX_WIN] = token;
	release(p);
}

static void take_bar(struct peer *p, const uint8_t *f)
{
	p->bar = true;
	p->bars++;
	p->tid = (uint8_t)(dot11_get_le16(f + IEEE80211_BAR_OFF_CONTROL) >> 12);
	p->bar_ssn = dot11_get_le16(f + IEEE80211_BAR_OFF_SSC) >> 4;
	if (!p->on)
		return;
	ba_score_bar(&p->score, p->bar_ssn);
	if (ba_sn_ahead(p->start, p->bar_ssn) < IEEE80211_SN_MODULO / 2) {
		move(p, p->bar_ssn);
		release(p);
	}
}

static void note(struct peer *p, const struct air_frame *af, const uint8_t *f)
{
	struct peer_ppdu *now = &p->now;

	now->ampdu = af->ampdu;
	now->rate = af->rate;
	now->airtime_us += af->airtime_us;
	if (now->n < 64) {
		now->mpdu[now->n].fc = dot11_fc(f);
		now->mpdu[now->n].sn = dot11_sn(f);
		now->mpdu[now->n].len = af->len;
	}
	now->n++;
	p->mpdus++;
}

static bool heard(struct peer *p, const uint8_t *f)
{
	uint16_t at = ba_sn_ahead(p->first, dot11_sn(f));

	if (p->deaf || chance(p, p->lose))
		return false;
	return !dot11_fc_is_data(dot11_fc(f)) || at >= 64 ||
	       !(p->lose_sns & 1ull << at);
}

static void peer_rx(void *priv, const struct air_frame *af,
		    const struct air_rx *rx)
{
	struct peer *p = priv;
	const uint8_t *f = af->data;

	(void)rx;
	if (!dot11_fcs_ok(f, af->len) ||
	    !dot11_addr_equal(dot11_addr1(f), p->addr))
		return;
	if (!dot11_fc_is_ctl(dot11_fc(f)))
		note(p, af, f);
	if (!heard(p, f))
		return;
	if (dot11_fc_is_data(dot11_fc(f)))
		take_data(p, f, af->len);
	else if (dot11_fc_is_stype(dot11_fc(f), IEEE80211_BACK_REQ))
		take_bar(p, f);
	else if (dot11_fc_is_stype(dot11_fc(f), IEEE80211_RTS))
		p->rts = true;
}

static void answer(struct peer *p, const struct air_ppdu *ppdu)
{
	uint8_t f[AIR_RESPONSE_MAX] = { 0 };
	unsigned int len = IEEE80211_ACK_LEN;
	struct air_frame af = { .data = f, .ta = p->addr, .rate = 240,
				.power = 20, .chan = p->chan };
	uint16_t stype = p->rts ? IEEE80211_CTS : IEEE80211_ACK;

	memcpy(f + IEEE80211_OFF_ADDR1, ppdu->ta, 6);
	if (p->bar || ppdu->ampdu) {
		if (!p->on)
			return;
		memcpy(f + IEEE80211_OFF_ADDR2, p->addr, 6);
		stype = IEEE80211_BACK;
		len = ba_score_answer(&p->score,
				      p->bar ? p->bar_ssn : p->score.start,
				      p->tid, f);
		p->bas++;
	}
	dot11_put_le16(f, stype);
	if (p->forge)
		len = p->forge(p, f, len);
	dot11_fcs_put(f, (uint16_t)len);
	af.len = (uint16_t)(len + IEEE80211_FCS_LEN);
	if (!p->mute && !chance(p, p->lose_ba))
		air_respond(p->radio, &af);
}

static void peer_rx_end(void *priv, const struct air_ppdu *ppdu,
			const struct air_rx *rx)
{
	struct peer *p = priv;

	(void)rx;
	if (p->now.n && p->n < PEER_PPDUS)
		p->ppdu[p->n] = p->now;
	p->n += !!p->now.n;
	if (p->now.n > p->longest)
		p->longest = p->now.n;
	memset(&p->now, 0, sizeof(p->now));
	if (p->data || p->bar || p->rts)
		answer(p, ppdu);
	p->data = false;
	p->bar = false;
	p->rts = false;
}

static void peer_sent(void *priv, struct air_ppdu *ppdu)
{
	(void)priv;
	(void)ppdu;
}

static void peer_flush(void *priv)
{
	(void)priv;
}

static const struct air_radio_ops peer_ops = {
	.rx = peer_rx,
	.rx_end = peer_rx_end,
	.tx_end = peer_sent,
	.flush = peer_flush,
};

void peer_new(struct peer *p, struct air *air, const uint8_t *addr,
	      uint16_t freq)
{
	memset(p, 0, sizeof(*p));
	p->air = air;
	p->seed = 1;
	memcpy(p->addr, addr, 6);
	p->chan = (struct air_chan){ .freq = freq, .center1 = freq };
	p->radio = air_join(air, &peer_ops, p, "peer");
	assert_non_null(p->radio);
	air_tune(p->radio, &p->chan);
}

void peer_clear(struct peer *p)
{
	p->n = 0;
	p->bars = 0;
	p->bas = 0;
	p->mpdus = 0;
	p->retries = 0;
	p->longest = 0;
	p->delivered = 0;
}

void peer_session(struct peer *p, uint16_t ssn, uint16_t size)
{
	peer_no_session(p);
	memset(p->held, 0, sizeof(p->held));
	p->on = true;
	p->size = size;
	p->start = ssn;
	ba_score_init(&p->score, ssn, size);
}

void peer_no_session(struct peer *p)
{
	for (unsigned int i = 0; p->on && i < p->size; i++)
		move(p, ba_sn_add(p->start, 1));
	p->on = false;
}
