// SPDX-License-Identifier: GPL-2.0-only
/*
 * The completion ring, as the engines write it
 *
 * Records are written whole, and in the order of the events that they tell of.
 * While the ring is full, records wait here. A received frame is dropped then, if
 * it has not been held for others, and
 * no frame is taken from the transmit rings, so that the frames that the NIC holds
 * bound the number of records that wait.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txq.h"

#define CPL_SLACK	1024	/* room for in-band events */
#define CPL_RETRY_NS	LOOP_NS_PER_MS

static struct ring *cpl_ring(struct mac *mac)
{
	return &mac->rings->ring[SKUA_RING_CPL0];
}

static void cpl_timer(struct loop_timer *t)
{
	struct mac *mac = container_of(t, struct mac, cpl.timer);

	cpl_poll(mac);
	if (cpl_waiting(mac) && mac->running)
		loop_timer_after(mac->loop, t, CPL_RETRY_NS);
}

bool cpl_init(struct mac *mac)
{
	struct cplq *q = &mac->cpl;

	/*
	 * A frame is held, and segments are collected, only while nothing waits. A unit
	 * for each buffer is enough.
	 */
	q->cap = mac->cfg->max_txq + CPL_SLACK + RXE_HELD_UNITS;
	q->wait = calloc(q->cap, sizeof(*q->wait));
	loop_timer_init(&q->timer, cpl_timer);
	return q->wait;
}

void cpl_free(struct mac *mac)
{
	cpl_reset(mac);
	free(mac->cpl.wait);
	mac->cpl.wait = NULL;
}

void cpl_reset(struct mac *mac)
{
	loop_timer_cancel(mac->loop, &mac->cpl.timer);
	mac->cpl.first = 0;
	mac->cpl.len = 0;
	mac->cpl.open = false;
}

static void cpl_defer(struct mac *mac, const struct skua_cpl *unit,
		      unsigned int n)
{
	struct cplq *q = &mac->cpl;

	/* What is held for others finds room when its turn comes; see cpl_init() */
	if (q->cap - q->len < n + mac->rx.share.held + rxe_join_units(&mac->rx)) {
		mac->c.cpl_lost += n;
		log_warn(mac->log,
			 "completions are lost: the firmware posts more events than the driver takes");
		return;
	}
	mac->c.cpl_waited += n;
	for (unsigned int i = 0; i < n; i++) {
		q->wait[(q->first + q->len) % q->cap] = unit[i];
		q->len++;
	}
	/* The host rings no doorbell when it takes completions: look again later */
	if (!loop_timer_armed(&q->timer))
		loop_timer_after(mac->loop, &q->timer, CPL_RETRY_NS);
}

static void cpl_write(struct mac *mac, const struct skua_cpl *unit,
		      unsigned int n)
{
	if (!mac->running)
		return;
	if (!cpl_room(mac, n)) {
		cpl_defer(mac, unit, n);
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		ring_put(cpl_ring(mac), &unit[i]);
	mac->c.cpl_units += n;
}

/* Units of the transmit record that is being filled */
static unsigned int record_units(const struct cplq *q)
{
	if (!q->open)
		return 0;
	if (q->words <= SKUA_CPL_TX_WORDS)
		return 1;
	return CPL_TX_UNITS_OF(q->words);
}

static void close_record(struct mac *mac)
{
	struct cplq *q = &mac->cpl;
	unsigned int units = record_units(q);

	if (!q->open)
		return;
	q->open = false;
	q->tx.rec.w0 = htole32(HW_PUT(SKUA_CPL_W0_TYPE, SKUA_CPL_TX) |
			       HW_PUT(SKUA_CPL_W0_UNITS, units) |
			       HW_PUT(SKUA_CPL_W0_COUNT, q->words));
	cpl_write(mac, q->tx.unit, units);
}

bool cpl_room(struct mac *mac, unsigned int n)
{
	/* Some are kept for the record that is being filled */
	return !cpl_waiting(mac) &&
	       ring_has_room(cpl_ring(mac), n + record_units(&mac->cpl));
}

unsigned int cpl_left(struct mac *mac, unsigned int most)
{
	unsigned int used = record_units(&mac->cpl), room;

	if (cpl_room(mac, most))
		return most;
	if (cpl_waiting(mac))
		return 0;
	room = ring_room(cpl_ring(mac));
	return room > used ? room - used : 0;
}

void cpl_put(struct mac *mac, const struct skua_cpl *unit, unsigned int n)
{
	close_record(mac);
	cpl_write(mac, unit, n);
}

bool cpl_poll(struct mac *mac)
{
	struct cplq *q = &mac->cpl;
	struct ring *ring = cpl_ring(mac);
	bool moved = false;
	uint32_t room;

	if (!q->len || !mac->running)
		return false;
	room = ring_room(ring);
	while (q->len) {
		const struct skua_cpl *unit = &q->wait[q->first];
		uint32_t n = HW_GET(SKUA_CPL_W0_UNITS, le32toh(unit->w0));

		if (room < n)
			break;
		for (uint32_t i = 0; i < n; i++) {
			ring_put(ring, &q->wait[q->first]);
			q->first = (q->first + 1) % q->cap;
		}
		q->len -= n;
		room -= n;
		mac->c.cpl_units += n;
		moved = true;
	}
	if (moved)
		ring_publish(ring);
	return moved;
}

void cpl_publish(struct mac *mac)
{
	close_record(mac);
	if (mac->running)
		ring_publish(cpl_ring(mac));
}

static void open_record(struct mac *mac, const struct txf *f)
{
	struct skua_cpl_tx *rec = &mac->cpl.tx.rec;
	const struct mac_sta *sta = txf_sta(mac, f);

	memset(rec, 0, sizeof(*rec));
	rec->sta = htole16(f->sta);
	rec->sta_gen = htole16(f->sta_gen);
	rec->vif = f->vif;
	rec->tid = f->tid;
	if (sta && f->tid < SKUA_NUM_TIDS)
		rec->seq = htole16(sta->seq[f->tid]);
	mac->cpl.words = 0;
	mac->cpl.ppdu = false;
	mac->cpl.open = true;
}

void cpl_ppdu_begin(struct mac *mac, const struct cpl_ppdu *p)
{
	struct skua_cpl_tx *rec = &mac->cpl.tx.rec;

	close_record(mac);
	if (!mac->running)
		return;
	open_record(mac, p->f);
	mac->cpl.ppdu = true;
	rec->rate = htole32(p->rate);
	rec->airtime_us = htole32(p->airtime_us);
	rec->ack_signal = p->ack_signal;
	rec->mpdus = htole16(p->mpdus);
	rec->acked = htole16(p->acked);
	rec->retried = htole16(p->retried);
}

void cpl_ppdu_end(struct mac *mac)
{
	close_record(mac);
}

/* A record must fit into the ring, however small the host has made that */
static unsigned int most_words(struct mac *mac)
{
	uint32_t units = cpl_ring(mac)->entries / 2;

	if (units >= CPL_TX_UNITS)
		return CPL_PPDU_MPDUS;
	return SKUA_CPL_TX_WORDS + (units - 1) * CPL_UNIT_WORDS;
}

static bool shares(struct mac *mac, const struct txf *f)
{
	const struct cplq *q = &mac->cpl;
	const struct skua_cpl_tx *rec = &q->tx.rec;

	if (q->ppdu)
		return q->words < most_words(mac);
	return q->words < SKUA_CPL_TX_WORDS && le16toh(rec->sta) == f->sta &&
	       le16toh(rec->sta_gen) == f->sta_gen && rec->vif == f->vif &&
	       rec->tid == f->tid;
}

void cpl_tx(struct mac *mac, const struct txf *f, enum skua_tx_status status)
{
	struct cplq *q = &mac->cpl;
	__le32 *words = (__le32 *)q->tx.unit;
	size_t first = offsetof(struct skua_cpl_tx, status) / sizeof(*words);

	if (!mac->running)
		return;
	if (q->open && !shares(mac, f))
		close_record(mac);
	if (!q->open)
		open_record(mac, f);
	words[first + q->words++] =
		htole32(HW_PUT(SKUA_TXS_TOKEN, f->token) |
			HW_PUT(SKUA_TXS_TRIES, f->tries) |
			HW_PUT(SKUA_TXS_STATUS, status));
}

void cpl_event(struct mac *mac, const struct skua_cpl_inband *event)
{
	struct skua_cpl_inband cpl = *event;

	cpl.w0 = htole32(HW_PUT(SKUA_CPL_W0_TYPE, SKUA_CPL_INBAND) |
			 HW_PUT(SKUA_CPL_W0_UNITS, 1));
	cpl_put(mac, (const struct skua_cpl *)&cpl, 1);
}

void cpl_inband(struct mac *mac, enum skua_inband_id id,
		const struct mac_sta *sta, uint8_t tid, uint32_t arg)
{
	const struct skua_cpl_inband event = {
		.id = htole16(id),
		.tid = tid,
		.vif = sta->vif->idx,
		.sta = htole16(sta->idx),
		.sta_gen = htole16(sta->gen),
		.arg = htole32(arg),
	};

	cpl_event(mac, &event);
	cpl_publish(mac);
}
