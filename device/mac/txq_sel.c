// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames selected by ENG_TXQ_* are counted or dropped, in queues and rings
 */
#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txq.h"

/* What dropping costs, see eng_charge() */
#define DROP_COST	500
#define DROP_COST_FRAME	40
#define HURRY_COST	20	/* for a queue that rests */

bool txq_matches(const struct txf *f, const struct txq_match *m)
{
	if (m->vif != SKUA_VIF_NONE && m->vif != f->vif)
		return false;
	if (m->sta != SKUA_STA_NONE &&
	    (m->sta != f->sta || m->gen != f->sta_gen))
		return false;
	if (m->tids && !(m->tids & 1u << f->tid))
		return false;
	return m->acs & 1u << f->cls;
}

static uint32_t sum(const uint32_t frames[TXE_CLASSES], uint32_t acs)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		if (acs & 1u << i)
			n += frames[i];
	return n;
}

/* Frames in queues and on the air; these are counted as they come and go */
static uint32_t queued(struct mac *mac, const struct txq_match *m)
{
	uint32_t n = 0;

	if (m->sta != SKUA_STA_NONE) {
		const struct mac_sta *sta = mac_sta_get(mac, m->sta, m->gen);

		if (!sta || (m->vif != SKUA_VIF_NONE &&
			     m->vif != sta->vif->idx))
			return 0;
		return sum(sta->frames, m->acs);
	}
	for (unsigned int v = 0; v < MAC_VIFS; v++)
		if (m->vif == SKUA_VIF_NONE || m->vif == v)
			n += sum(mac->vif[v].frames, m->acs);
	return n;
}

static void queue_drop(struct mac *mac, struct txq *q,
		       const struct txq_match *m)
{
	struct txf *before = NULL, *f = q->head;

	while (f) {
		if (!txq_matches(f, m)) {
			before = f;
			f = f->next;
			continue;
		}
		txf_end(mac, txq_unlink(q, before), SKUA_TXS_FLUSHED);
		f = before ? before->next : q->head;
	}
	if (q->credit > q->count)
		q->credit = q->count;
	txq_settle(mac, q);
}

/* Drop in each queue that can hold frames that @m selects */
static void drop_queued(struct mac *mac, const struct txq_match *m)
{
	for (unsigned int v = 0; v < MAC_VIFS; v++) {
		if ((m->vif != SKUA_VIF_NONE && m->vif != v) ||
		    !sum(mac->vif[v].frames, m->acs))
			continue;
		for (unsigned int i = 0; i < VIF_QUEUES; i++)
			queue_drop(mac, &mac->vif[v].q[i], m);
	}
	for (unsigned int s = 0; s < mac->cfg->max_stas; s++) {
		if (!mac->sta[s] || (m->sta != SKUA_STA_NONE && m->sta != s) ||
		    !sum(mac->sta[s]->frames, m->acs))
			continue;
		/* Those of TIDs last: their windows have moved then */
		for (unsigned int i = STA_QUEUES; i--;)
			queue_drop(mac, &mac->sta[s]->q[i], m);
	}
}

static bool holds(const struct txq *q, const struct txq_match *m)
{
	return (m->vif == SKUA_VIF_NONE || m->vif == q->vif->idx) &&
	       (m->sta == SKUA_STA_NONE ||
		(m->sta == q->sta->idx && m->gen == q->sta->gen)) &&
	       (m->acs & 1u << q->cls);
}

/* Who counts frames again and again waits for their end */
static void hurry(struct mac *mac, const struct txq_match *m)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < AIR_RESTS; i++) {
		struct txq *head = &mac->tx.resting[i].head, *q, *next;

		for (q = head->next; q != head; q = next, n++) {
			next = q->next;
			if (holds(q, m))
				txq_hurry(mac, q);
		}
	}
	eng_charge(mac->bus, n * HURRY_COST);
}

uint32_t txq_sel_count(struct mac *mac, const struct txq_match *m)
{
	txe_fetch_sync(mac);
	hurry(mac, m);
	return queued(mac, m) + txe_ring_count(mac, m);
}

void txq_sel_drop(struct mac *mac, const struct txq_match *m)
{
	uint64_t before = mac->c.tx_flushed;

	/* Each frame that was dropped has made room for one of the rings */
	txe_fetch_sync(mac);
	if (queued(mac, m))
		drop_queued(mac, m);
	eng_charge(mac->bus, DROP_COST +
		   (uint32_t)(mac->c.tx_flushed - before) * DROP_COST_FRAME);
	cpl_publish(mac);
}
