// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames selected by ENG_TXQ_* are counted or dropped, in queues and rings
 */
#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txq.h"

static bool frame_matches(const struct txf *f, const struct txq_match *m)
{
	if (m->vif != SKUA_VIF_NONE && m->vif != f->vif)
		return false;
	if (m->sta != SKUA_STA_NONE &&
	    (m->sta != f->sta || m->gen != f->sta_gen))
		return false;
	return m->acs & 1u << f->cls;
}

static uint32_t queue_count(const struct txq *q, const struct txq_match *m)
{
	uint32_t n = 0;

	for (const struct txf *f = q->head; f; f = f->next)
		n += frame_matches(f, m);
	return n;
}

static void queue_drop(struct mac *mac, struct txq *q,
		       const struct txq_match *m)
{
	struct txf *before = NULL, *f = q->head;

	if (!f)
		return;
	while (f) {
		if (!frame_matches(f, m)) {
			before = f;
			f = f->next;
			continue;
		}
		txf_end(mac, txq_unlink(mac, q, before), SKUA_TXS_FLUSHED);
		f = before ? before->next : q->head;
	}
	if (q->credit > q->count)
		q->credit = q->count;
	txq_settle(mac, q);
}

/* Drop or count in each queue that can hold frames that @m selects */
static uint32_t for_queues(struct mac *mac, const struct txq_match *m, bool drop)
{
	uint32_t n = 0;

	for (unsigned int v = 0; v < MAC_VIFS && mac->tx.count; v++) {
		if (m->vif != SKUA_VIF_NONE && m->vif != v)
			continue;
		for (unsigned int i = 0; i < VIF_QUEUES; i++) {
			if (drop)
				queue_drop(mac, &mac->vif[v].q[i], m);
			else
				n += queue_count(&mac->vif[v].q[i], m);
		}
	}
	for (unsigned int s = 0; s < mac->cfg->max_stas && mac->tx.count;
	     s++) {
		if (!mac->sta[s] || (m->sta != SKUA_STA_NONE && m->sta != s))
			continue;
		for (unsigned int i = 0; i < STA_QUEUES; i++) {
			if (drop)
				queue_drop(mac, &mac->sta[s]->q[i], m);
			else
				n += queue_count(&mac->sta[s]->q[i], m);
		}
	}
	return n;
}

uint32_t txq_sel_count(struct mac *mac, const struct txq_match *m)
{
	txe_fetch_sync(mac);
	return for_queues(mac, m, false) + txe_ring_count(mac, m);
}

void txq_sel_drop(struct mac *mac, const struct txq_match *m)
{
	uint64_t before;

	/* Each frame that is dropped makes room for a frame of the rings */
	do {
		before = mac->c.tx_flushed;
		txe_fetch_sync(mac);
		for_queues(mac, m, true);
	} while (mac->c.tx_flushed != before);
	cpl_publish(mac);
}
