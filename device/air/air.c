// SPDX-License-Identifier: GPL-2.0-only
/*
 * The air: radios that join, tune and leave
 */
#include <stdio.h>
#include <stdlib.h>

#include "air/priv.h"

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
	loop_work_cancel(air->loop, &air->flush_work);
	while (air->radios)
		air_leave(air->radios);
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

void air_sweep(struct air *air)
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
		air_sweep(radio->air);
}

void air_tune(struct air_radio *radio, const struct air_chan *chan)
{
	radio->chan = *chan;
}

const struct air_stats *air_get_stats(const struct air *air)
{
	return &air->stats;
}
