// SPDX-License-Identifier: GPL-2.0-only
/*
 * The air: PPDUs, from their start to their end, and the answers to them
 *
 * All receivers get a PPDU at its end, one after another, MPDU by MPDU. What a turn has
 * no time for goes on in a later one; nothing else of this time happens before.
 */
#include <string.h>

#include "air/priv.h"

/* What an MPDU costs its sender or a receiver, about, for turn_work() */
#define MPDU_NS		100
#define OCTETS_NS	8	/* octets of an MPDU in a nanosecond */

/* Centre of the part of a channel, @bw wide, that holds the primary 20 MHz */
static uint16_t part_center(const struct air_chan *chan, unsigned int bw)
{
	unsigned int center = chan->center1;

	for (unsigned int w = chan->bw; w > bw; w--) {
		unsigned int quarter = airtime_bw_mhz(w) / 4;

		center = chan->freq > center ? center + quarter :
					       center - quarter;
	}
	return (uint16_t)center;
}

/* Has the radio been tuned to a channel of the PPDU for all of its time? */
static bool tuned_to(const struct air_radio *radio, const struct air_ppdu *ppdu)
{
	unsigned int bw = HW_GET(SKUA_RATE_BW, ppdu->rate);

	if (radio->gone || !radio->chan.freq || radio->tuned > ppdu->seq ||
	    radio->chan.freq != ppdu->chan.freq)
		return false;
	if (bw == SKUA_BW_20)
		return true;
	return radio->chan.bw >= bw && ppdu->chan.bw >= bw &&
	       part_center(&radio->chan, bw) == part_center(&ppdu->chan, bw);
}

static bool receive(struct air *air, const struct air_ppdu *ppdu,
		    const struct air_radio *radio, struct air_rx *rx)
{
	if (ppdu->mpdu[0].lost == AIR_PART_PPDU + 1 || !tuned_to(radio, ppdu))
		return false;
	rx->signal = (int8_t)(ppdu->power - AIR_PATH_LOSS);
	rx->noise = AIR_NOISE;
	return !air->medium->receive ||
	       air->medium->receive(air, ppdu, radio, rx);
}

/* Return: the next MPDU that arrives, from @at on; ppdu->n for none */
static unsigned int next_mpdu(const struct air_ppdu *ppdu, unsigned int at)
{
	while (at < ppdu->n && ppdu->mpdu[at].lost)
		at++;
	return at;
}

static void give_mpdu(struct air_radio *radio, const struct air_ppdu *ppdu,
		      unsigned int i, const struct air_rx *rx)
{
	const struct air_frame frame = {
		.data = ppdu->mpdu[i].data,
		.len = ppdu->mpdu[i].len,
		.fcs_ok = ppdu->mpdu[i].fcs_ok,
		.ta = ppdu->ta,
		.rate = ppdu->rate,
		.chan = ppdu->chan,
		.power = ppdu->power,
		.time_us = ppdu->time_us,
		.airtime_us = i == ppdu->first ? ppdu->airtime_us : 0,
		.ampdu = ppdu->ampdu,
		.ampdu_ref = ppdu->ampdu_ref,
		.ampdu_last = ppdu->ampdu && i + 1 == ppdu->n,
		.eof_known = ppdu_knows_eof(ppdu),
		.eof = ppdu_knows_eof(ppdu) && ppdu->n == 1,
		.delim_error = i && ppdu->mpdu[i - 1].lost == AIR_PART_DELIM + 1,
	};

	radio->air->stats.delivered++;
	turn_work(loop_turn(radio->air->loop), MPDU_NS + frame.len / OCTETS_NS);
	radio->ops->rx(radio->priv, &frame, rx);
}

/* Return: false if the turn has no time for the rest */
static bool give(struct air *air, struct air_ppdu *ppdu, struct air_radio *radio)
{
	struct turn *turn = loop_turn(air->loop);
	bool late = false, any = false;
	struct air_rx rx;

	if (!receive(air, ppdu, radio, &rx))
		return true;
	radio->stirred = true;
	air->receiver = ppdu->answers ? NULL : radio;
	air->hearing = ppdu;
	while (ppdu->sender && (ppdu->at_mpdu = next_mpdu(ppdu, ppdu->at_mpdu)) < ppdu->n) {
		/* At least one in a turn, and the first one without a look */
		late = any && turn_due(turn);
		if (late)
			break;
		ppdu->heard = true;
		give_mpdu(radio, ppdu, ppdu->at_mpdu++, &rx);
		any = true;
	}
	if (!late && ppdu->sender && ppdu->first < ppdu->n &&
	    radio->ops->rx_end)
		radio->ops->rx_end(radio->priv, ppdu, &rx);
	air->receiver = NULL;
	return !late;
}

/* Return: false if the delivery goes on in a later turn */
static bool deliver(struct air *air, struct air_ppdu *ppdu)
{
	struct turn *turn = loop_turn(air->loop);
	unsigned int n = 0;

	while (ppdu->sender && ppdu->at_radio) {
		struct air_radio *radio = ppdu->at_radio;

		if (radio != ppdu->sender) {
			if (n++ && turn_due(turn))
				return false;
			if (!give(air, ppdu, radio))
				return false;
			if (!ppdu->sender)
				break;
		}
		ppdu->at_radio = radio->next;
		ppdu->at_mpdu = 0;
	}
	return true;
}

static void ppdu_end(struct air_event *ev)
{
	struct air_ppdu *ppdu = container_of(ev, struct air_ppdu, end);
	struct air_radio *sender = ppdu->sender;
	struct air *air = sender->air;

	if (!deliver(air, ppdu)) {
		if (ppdu->sender)
			air_event_again(air, ev);
		return;
	}
	if (!ppdu->sender)
		return;
	air->stats.unheard += !ppdu->heard;
	ppdu->sender = NULL;
	if (ppdu->answers)
		return;
	sender->tx = NULL;
	sender->ops->tx_end(sender->priv, ppdu);
}

/* When a PPDU begins, ns. Where nothing lasts, all of an exchange begins at one time */
static uint64_t begin_clock(struct air *air)
{
	if (air->medium->clock)
		return air->medium->clock(air);
	if (!air->instant || !air->ev.running)
		return loop_now(air->loop);
	if (!air->ev.clock)
		air->ev.clock = loop_now(air->loop);
	return air->ev.clock;
}

static void count(struct air *air, const struct air_ppdu *ppdu)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < ppdu->n; i++)
		bytes += ppdu->mpdu[i].len;
	air->stats.ppdus++;
	air->stats.frames += ppdu->n;
	air->stats.bytes += bytes;
	turn_work(loop_turn(air->loop),
		  ppdu->n * MPDU_NS + (unsigned int)(bytes / OCTETS_NS));
}

/* The common part of PPDUs and answers */
static void begin(struct air_radio *radio, struct air_ppdu *ppdu)
{
	struct air *air = radio->air;
	uint64_t now = air_now(air);

	ppdu->sender = radio;
	ppdu->chan = radio->chan;
	ppdu->begin = now;
	ppdu->time_us = begin_clock(air) / LOOP_NS_PER_US;
	ppdu->seq = ++air->seq;
	ppdu->ampdu_ref = ppdu->ampdu ? ++air->ampdu_ref : 0;
	ppdu->answered = false;
	ppdu->heard = false;
	ppdu->at_radio = air->radios;
	ppdu->at_mpdu = 0;
	ppdu->end.fn = ppdu_end;
	count(air, ppdu);
	air->stats.lost += loss_mark(&air->losses, ppdu);
	ppdu->first = next_mpdu(ppdu, 0);
	if (air->capture)
		capture_ppdu(air, ppdu);
	if (air->medium->begin)
		air->medium->begin(air, ppdu);
	radio->stirred = true;
	air_event_set(air, &ppdu->end, now + air_ns(air, ppdu->airtime_us),
		      AIR_END);
}

bool air_begin(struct air_radio *radio, struct air_ppdu *ppdu)
{
	if (radio->gone || !radio->chan.freq || radio->tx)
		return false;
	for (unsigned int i = 0; i < ppdu->n; i++)
		if (ppdu->mpdu[i].len < IEEE80211_ACK_LEN + IEEE80211_FCS_LEN)
			return false;
	ppdu->answers = false;
	radio->tx = ppdu;
	begin(radio, ppdu);
	return true;
}

static void truncate(struct air *air, struct air_ppdu *ppdu)
{
	if (!ppdu->sender)
		return;
	air->stats.truncated++;
	if (air->medium->truncate)
		air->medium->truncate(air, ppdu);
	air_event_cancel(air, &ppdu->end);
	ppdu->sender = NULL;
}

void air_abort(struct air_radio *radio)
{
	struct air *air = radio->air;

	if (radio->tx)
		truncate(air, radio->tx);
	radio->tx = NULL;
	air_event_cancel(air, &radio->answer.start);
	truncate(air, &radio->answer.ppdu);
}

/* Answers */

static void answer_start(struct air_event *ev)
{
	struct air_answer *a = container_of(ev, struct air_answer, start);
	struct air_radio *radio = container_of(a, struct air_radio, answer);

	radio->air->stats.responses++;
	begin(radio, &a->ppdu);
}

static bool answer_under_way(const struct air_radio *radio)
{
	return air_event_is_set(&radio->answer.start) ||
	       radio->answer.ppdu.sender;
}

void air_respond(struct air_radio *radio, const struct air_frame *frame)
{
	struct air *air = radio->air;
	struct air_answer *a = &radio->answer;

	if (air->receiver != radio || radio->gone || !radio->chan.freq ||
	    frame->len > AIR_RESPONSE_MAX ||
	    frame->len < IEEE80211_ACK_LEN + IEEE80211_FCS_LEN)
		return;
	if (air->hearing->answered || answer_under_way(radio)) {
		air->stats.collisions++;
		return;
	}
	air->hearing->answered = true;
	memcpy(a->data, frame->data, frame->len);
	memcpy(a->ta, frame->ta, sizeof(a->ta));
	a->mpdu.data = a->data;
	a->mpdu.len = frame->len;
	a->mpdu.fcs_ok = frame->fcs_ok;
	a->ppdu.mpdu = &a->mpdu;
	a->ppdu.n = 1;
	a->ppdu.ampdu = false;
	a->ppdu.ta = a->ta;
	a->ppdu.rate = frame->rate;
	a->ppdu.power = frame->power;
	a->ppdu.airtime_us = frame->airtime_us;
	a->ppdu.answers = true;
	a->start.fn = answer_start;
	air_event_set(air, &a->start, air_now(air) +
		      air_ns(air, airtime_sifs_us(skua_freq_band(radio->chan.freq) ==
						  SKUA_BAND_2GHZ)), AIR_SIFS);
}

void air_forget(struct air_radio *radio)
{
	for (struct air_radio *r = radio->air->radios; r; r = r->next) {
		struct air_ppdu *ppdu[] = { r->tx, &r->answer.ppdu };

		for (unsigned int i = 0; i < ARRAY_SIZE(ppdu); i++) {
			if (!ppdu[i] || ppdu[i]->at_radio != radio)
				continue;
			ppdu[i]->at_radio = radio->next;
			ppdu[i]->at_mpdu = 0;
		}
	}
}
