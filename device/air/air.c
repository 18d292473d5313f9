// SPDX-License-Identifier: GPL-2.0-only
/*
 * The air: radios that join, tune and leave
 */
#include <stdio.h>
#include <stdlib.h>

#include "air/priv.h"

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

	air_forget(radio);
	while (*p != radio)
		p = &(*p)->next;
	*p = radio->next;
	radio->next = radio->air->graveyard;
	radio->air->graveyard = radio;
}

/* Forget radios that left while events ran */
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

/* Each of many radios has its work; what a turn has no time for comes later */
static bool flush_all(struct air *air)
{
	for (struct air_radio *r = air->radios; r; r = r->next) {
		if (!r->stirred || r->gone)
			continue;
		if (turn_late(loop_turn(air->loop)))
			return false;
		r->stirred = false;
		r->ops->flush(r->priv);
	}
	return true;
}

static const struct air_event_ops event_ops = {
	.burst_end = flush_all,
	.ran = sweep,
};

struct air *air_new_on(struct loop *loop, const struct air_medium_ops *medium,
		       void *priv)
{
	struct air *air = calloc(1, sizeof(*air));

	if (!air)
		return NULL;
	air->loop = loop;
	air->medium = medium;
	air->medium_priv = priv;
	air->instant = !air_ns(air, IEEE80211_TU_US);
	air_events_init(air, &event_ops);
	return air;
}

struct air *air_new(struct loop *loop)
{
	return air_new_on(loop, &air_perfect, NULL);
}

void *air_medium_priv(const struct air *air)
{
	return air->medium_priv;
}

void air_free(struct air *air)
{
	if (!air)
		return;
	while (air->radios) {
		struct air_radio *radio = air->radios;
		void (*gone)(void *priv) = radio->ops->gone;
		void *priv = radio->priv;

		air_leave(radio);
		if (gone)
			gone(priv);
	}
	air_events_free(air);
	capture_end_all(air);
	free(air);
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

void air_leave(struct air_radio *radio)
{
	if (!radio)
		return;
	air_abort(radio);
	radio->gone = true;
	radio->air->left = true;
	if (!radio->air->ev.running)
		sweep(radio->air);
}

static bool same_chan(const struct air_chan *a, const struct air_chan *b)
{
	return a->freq == b->freq && a->center1 == b->center1 &&
	       a->bw == b->bw;
}

void air_tune(struct air_radio *radio, const struct air_chan *chan)
{
	if (same_chan(&radio->chan, chan))
		return;
	air_abort(radio);
	radio->tuned = ++radio->air->seq;
	radio->chan = *chan;
}

const struct air_stats *air_get_stats(const struct air *air)
{
	return &air->stats;
}
