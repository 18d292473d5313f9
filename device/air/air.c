// SPDX-License-Identifier: GPL-2.0-only
/*
 * The air in `perfect' mode: what is sent is heard by every radio that is
 * tuned so that it can, at once and without interference
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "air/air.h"
#include "dot11/airtime.h"
#include "dot11/ieee80211.h"
#include "base/loop.h"
#include "air/tap.h"

#define AIR_MAX_LOSSES	32

struct loss_rule {
	struct air_loss loss;
	uint64_t seen;
	uint64_t hits;
};

/* An answer that waits until its cause has reached everybody */
struct answer {
	struct air_radio *radio;
	struct air_frame frame;
	uint8_t data[AIR_RESPONSE_MAX];
};

/**
 * struct air - the medium
 * @loop: for the time
 * @tap: capture, or NULL
 * @tap_if: its interface
 * @radios: all that have joined
 * @depth: deliveries under way; radios are freed only outside of them
 * @left: radios have left and are still listed
 * @graveyard: radios that are not listed any more, to be freed
 * @receiver: radio whose rx() runs for a frame that may be answered
 * @answer: answer to that frame
 * @answered: @answer is valid
 * @rules: loss rules
 * @n_rules: how many
 * @stats: counters
 */
struct air {
	struct loop *loop;
	struct tap *tap;
	int tap_if;
	struct air_radio *radios;
	unsigned int depth;
	bool left;
	struct air_radio *graveyard;
	struct air_radio *receiver;
	struct answer answer;
	bool answered;
	struct loss_rule rules[AIR_MAX_LOSSES];
	int n_rules;
	struct air_stats stats;
};

struct air_radio {
	struct air *air;
	const struct air_radio_ops *ops;
	void *priv;
	char name[32];
	struct air_chan chan;
	bool gone;
	bool got_frames;
	struct air_radio *next;
};

struct air *air_new(struct loop *loop)
{
	struct air *air = calloc(1, sizeof(*air));

	if (air)
		air->loop = loop;
	return air;
}

void air_free(struct air *air)
{
	if (!air)
		return;
	while (air->radios)
		air_leave(air->radios);
	tap_close(air->tap);
	free(air);
}

int air_capture(struct air *air, const char *path,
		uint32_t snaplen, uint64_t size)
{
	const struct tap_limits limits = { .snaplen = snaplen, .size = size };
	struct tap *tap = tap_open(path, air->loop);
	int tap_if;

	if (!tap)
		return -errno;
	tap_set_limits(tap, &limits);
	tap_if = tap_add_interface(tap, "air");
	if (tap_if < 0) {
		tap_close(tap);
		return tap_if;
	}
	tap_close(air->tap);
	air->tap = tap;
	air->tap_if = tap_if;
	return 0;
}

struct air_radio *air_join(struct air *air, const struct air_radio_ops *ops,
			   void *priv, const char *name)
{
	struct air_radio *radio = calloc(1, sizeof(*radio));

	if (!radio)
		return NULL;
	radio->air = air;
	radio->ops = ops;
	radio->priv = priv;
	snprintf(radio->name, sizeof(radio->name), "%s", name);
	radio->next = air->radios;
	air->radios = radio;
	return radio;
}

static void bury(struct air *air)
{
	while (air->graveyard) {
		struct air_radio *radio = air->graveyard;

		air->graveyard = radio->next;
		free(radio);
	}
}

static void unlink_radio(struct air_radio *radio)
{
	struct air_radio **p = &radio->air->radios;

	while (*p != radio)
		p = &(*p)->next;
	*p = radio->next;
	radio->next = radio->air->graveyard;
	radio->air->graveyard = radio;
}

/* Those that left while a list of radios was being walked */
static void sweep(struct air *air)
{
	struct air_radio *radio, *next;

	if (!air->left)
		return;
	air->left = false;
	for (radio = air->radios; radio; radio = next) {
		next = radio->next;
		if (radio->gone)
			unlink_radio(radio);
	}
	bury(air);
}

void air_leave(struct air_radio *radio)
{
	if (!radio)
		return;
	radio->gone = true;
	radio->air->left = true;
	if (radio->air->depth == 0)
		sweep(radio->air);
}

void air_tune(struct air_radio *radio, const struct air_chan *chan)
{
	radio->chan = *chan;
}

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

static bool rule_matches(const struct air_loss *l,
			 const struct air_frame *frame)
{
	static const uint8_t any[IEEE80211_ADDR_LEN];
	uint16_t fc = ieee80211_fc(frame->data);

	if (l->match_type >= 0 &&
	    l->match_type != (fc & IEEE80211_FC_TYPE) >> 2)
		return false;
	if (l->match_subtype >= 0 &&
	    l->match_subtype != (fc & IEEE80211_FC_SUBTYPE) >> 4)
		return false;
	if (ieee80211_addr_equal(l->ta, any))
		return true;
	return ieee80211_addr_equal(frame->ta, l->ta);
}

static bool rule_hits(struct loss_rule *rule)
{
	uint64_t n = ++rule->seen;
	uint64_t end = (uint64_t)rule->loss.nth + rule->loss.count;

	if (n >= rule->loss.nth && n < end)
		return true;
	return rule->loss.every && n >= end &&
	       (n - end + 1) % rule->loss.every == 0;
}

/* Each rule counts every match, whether or not another loses the frame */
static bool is_lost(struct air *air, const struct air_frame *frame)
{
	bool lost = false;

	for (int i = 0; i < air->n_rules; i++) {
		struct loss_rule *rule = &air->rules[i];

		if (rule_matches(&rule->loss, frame) && rule_hits(rule)) {
			rule->hits++;
			lost = true;
		}
	}
	return lost;
}

static uint16_t guard_ns(unsigned int gi)
{
	static const uint16_t ns[] = { 800, 400, 1600, 3200 };

	return ns[gi & 3];
}

static void capture(struct air *air, const struct air_radio *sender,
		    const struct air_frame *frame)
{
	unsigned int enc = HW_GET(SKUA_RATE_ENC, frame->rate);
	unsigned int idx = HW_GET(SKUA_RATE_IDX, frame->rate);
	struct tap_meta meta = {
		.time_ns = frame->time_us * LOOP_NS_PER_US,
		.freq = frame->chan.freq,
		.bw_mhz = (uint16_t)airtime_bw_mhz(HW_GET(SKUA_RATE_BW,
							  frame->rate)),
		.rate_100k = (uint16_t)idx,
		.mcs = (uint8_t)idx,
		.nss = (uint8_t)HW_GET(SKUA_RATE_NSS, frame->rate),
		.gi_ns = guard_ns(HW_GET(SKUA_RATE_GI, frame->rate)),
		.ldpc = frame->rate & SKUA_RATE_LDPC,
		.stbc = frame->rate & SKUA_RATE_STBC,
		.dcm = frame->rate & SKUA_RATE_DCM,
		.short_preamble = frame->rate & SKUA_RATE_SHORTPRE,
		.signal = (int8_t)(frame->power - AIR_PATH_LOSS),
		.ampdu_ref = frame->ampdu_ref,
		.ampdu_last = frame->ampdu_last,
		.sender = sender->name,
	};

	switch (enc) {
	case SKUA_ENC_LEGACY:
		meta.encoding = TAP_LEGACY;
		break;
	case SKUA_ENC_HT:
		meta.encoding = TAP_HT;
		meta.mcs = idx % 8;
		meta.nss = (uint8_t)(idx / 8 + 1);
		break;
	case SKUA_ENC_VHT:
		meta.encoding = TAP_VHT;
		break;
	default:
		meta.encoding = TAP_HE;
		break;
	}
	meta.bad_fcs = !ieee80211_fcs_ok(frame->data, frame->len);
	tap_frame(air->tap, air->tap_if, &meta, frame->data, frame->len);
}

/* What every frame goes through; false: nobody gets it */
static bool put_on_air(struct air *air, const struct air_radio *sender,
		       struct air_frame *frame)
{
	frame->time_us = loop_now(air->loop) / LOOP_NS_PER_US;
	air->stats.frames++;
	air->stats.bytes += frame->len;
	if (air->tap)
		capture(air, sender, frame);
	if (!air->n_rules || !is_lost(air, frame))
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

/* The answer reaches its addressee through the buffer, all others as a frame */
static void send_answer(struct air *air, struct air_radio *sender,
			uint8_t *response, uint16_t *response_len,
			struct air_rx *response_rx, uint16_t room)
{
	struct answer answer = air->answer;
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
	/* Nobody sends while a frame is being delivered, but by air_respond() */
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
	sweep(air);
}

void air_flush(struct air_radio *radio)
{
	struct air *air = radio->air;

	if (air->depth)
		return;
	air->depth++;
	for (struct air_radio *r = air->radios; r; r = r->next) {
		if (!r->got_frames || r->gone)
			continue;
		r->got_frames = false;
		r->ops->rx_flush(r->priv);
	}
	air->depth--;
	sweep(air);
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

int air_lose(struct air *air, const struct air_loss *loss)
{
	if (air->n_rules == AIR_MAX_LOSSES)
		return -ENOSPC;
	air->rules[air->n_rules] = (struct loss_rule){ .loss = *loss };
	return air->n_rules++;
}

uint64_t air_loss_hits(const struct air *air, int id)
{
	return id >= 0 && id < air->n_rules ? air->rules[id].hits : 0;
}

void air_lose_clear(struct air *air)
{
	air->n_rules = 0;
}

const struct air_stats *air_get_stats(const struct air *air)
{
	return &air->stats;
}
