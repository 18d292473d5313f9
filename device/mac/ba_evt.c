// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of Block Ack sessions
 *
 * Each session has room for its own, so that none is lost, however slow the firmware.
 */
#include "mac/ba_evt.h"
#include "mac/priv.h"

void ba_evt_post(struct mac *mac, struct ba_evt *e, const struct mac_sta *sta,
		 uint8_t tid, uint8_t cause)
{
	struct ba_evts *q = &mac->ba_evts;

	if (e->queued)
		return;
	e->word = sta->idx | (uint32_t)tid << 16 | (uint32_t)cause << 24 |
		  ENG_BA_EVT_VALID;
	e->queued = true;
	e->next = NULL;
	e->prev = q->last;
	*(q->last ? &q->last->next : &q->first) = e;
	q->last = e;
	eng_irq(mac->bus, ENG_IRQ_BA);
}

void ba_evt_cancel(struct mac *mac, struct ba_evt *e)
{
	struct ba_evts *q = &mac->ba_evts;

	if (!e->queued)
		return;
	*(e->prev ? &e->prev->next : &q->first) = e->next;
	*(e->next ? &e->next->prev : &q->last) = e->prev;
	e->queued = false;
}

uint32_t ba_evt_take(struct mac *mac)
{
	struct ba_evt *e = mac->ba_evts.first;

	if (!e)
		return 0;
	ba_evt_cancel(mac, e);
	return e->word;
}
