// SPDX-License-Identifier: GPL-2.0-only
/*
 * The medium in `perfect' mode: each frame reaches all radios on its channel, at
 * once and without interference
 */
#include "air/priv.h"
#include "base/base.h"
#include "dot11/dot11.h"

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

static bool hears(const struct air_radio *radio, const struct air_frame *frame)
{
	unsigned int bw = HW_GET(SKUA_RATE_BW, frame->rate);

	if (radio->gone || !radio->chan.freq ||
	    radio->chan.freq != frame->chan.freq)
		return false;
	if (bw == SKUA_BW_20)
		return true;
	return radio->chan.bw >= bw && frame->chan.bw >= bw &&
	       part_center(&radio->chan, bw) == part_center(&frame->chan, bw);
}

/* Count and record a frame. Return: false if it is lost */
static bool put_on_air(struct air *air, const struct air_radio *sender,
		       struct air_frame *frame)
{
	frame->time_us = loop_now(air->loop) / LOOP_NS_PER_US;
	air->stats.frames++;
	air->stats.bytes += frame->len;
	if (air->capture)
		capture_frame(air, sender, frame);
	if (!air->losses.n || !loss_hits(&air->losses, frame))
		return true;
	air->stats.lost++;
	return false;
}

static void deliver(struct air *air, const struct air_radio *sender,
		    const struct air_radio *except,
		    const struct air_frame *frame, bool may_answer)
{
	struct air_rx rx = {
		.signal = (int8_t)(frame->power - AIR_PATH_LOSS),
		.noise = AIR_NOISE,
	};
	uint64_t before = air->stats.delivered;

	for (struct air_radio *r = air->radios; r; r = r->next) {
		if (r == sender || r == except || !hears(r, frame))
			continue;
		air->stats.delivered++;
		r->got_frames = true;
		air->receiver = may_answer ? r : NULL;
		r->ops->rx(r->priv, frame, &rx);
	}
	air->receiver = NULL;
	if (air->stats.delivered == before)
		air->stats.unheard++;
}

void air_respond(struct air_radio *radio, struct air_frame *frame)
{
	struct air *air = radio->air;

	if (air->receiver != radio || frame->len > AIR_RESPONSE_MAX)
		return;
	if (air->answered) {
		air->stats.collisions++;
		return;
	}
	memcpy(air->answer.data, frame->data, frame->len);
	air->answer.radio = radio;
	air->answer.frame = *frame;
	air->answer.frame.data = air->answer.data;
	air->answered = true;
}

/* The sender gets the answer in the buffer, all other radios get it as a frame */
static void send_answer(struct air *air, struct air_radio *sender,
			uint8_t *response, uint16_t *response_len,
			struct air_rx *response_rx, uint16_t room)
{
	struct air_answer answer = air->answer;
	bool heard;

	answer.frame.data = answer.data;
	answer.frame.chan = answer.radio->chan;
	air->stats.responses++;
	if (!put_on_air(air, answer.radio, &answer.frame))
		return;
	heard = response && hears(sender, &answer.frame) &&
		answer.frame.len <= room;
	if (heard) {
		memcpy(response, answer.data, answer.frame.len);
		*response_len = answer.frame.len;
		response_rx->signal =
			(int8_t)(answer.frame.power - AIR_PATH_LOSS);
		response_rx->noise = AIR_NOISE;
	}
	deliver(air, answer.radio, response ? sender : NULL, &answer.frame,
		false);
}

void air_send(struct air_radio *radio, struct air_frame *frame,
	      uint8_t *response, uint16_t *response_len,
	      struct air_rx *response_rx)
{
	struct air *air = radio->air;
	uint16_t room = response ? *response_len : 0;

	if (response)
		*response_len = 0;
	/* While a frame is being delivered, only air_respond() may send */
	if (radio->gone || !frame->chan.freq || air->depth ||
	    frame->len < IEEE80211_ACK_LEN + IEEE80211_FCS_LEN)
		return;
	air->depth++;
	air->answered = false;
	if (put_on_air(air, radio, frame)) {
		deliver(air, radio, NULL, frame, true);
		if (air->answered)
			send_answer(air, radio, response, response_len,
				    response_rx, room);
	}
	air->depth--;
	air_sweep(air);
}

static void flush_later(struct air *air);

/* Each of many receivers has its work; what a turn has no time for comes later. */
static void flush_all(struct air *air)
{
	if (air->depth)
		return;
	air->depth++;
	for (struct air_radio *r = air->radios; r; r = r->next) {
		if (!r->got_frames || r->gone)
			continue;
		if (turn_late(loop_turn(air->loop))) {
			flush_later(air);
			break;
		}
		r->got_frames = false;
		r->ops->rx_flush(r->priv);
	}
	air->depth--;
	air_sweep(air);
}

static void flush_work(struct loop_work *w)
{
	flush_all(container_of(w, struct air, flush_work));
}

static void flush_later(struct air *air)
{
	air->flush_work.fn = flush_work;
	loop_defer(air->loop, &air->flush_work);
}

void air_flush(struct air_radio *radio)
{
	flush_all(radio->air);
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
