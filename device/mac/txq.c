// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit queues: one for each station and TID, and some for each interface
 *
 * A queue that may send is linked in the list of its class (the ring that its
 * first frame came from). A queue whose channel the radio is not on is parked.
 */
#include <string.h>

#include "mac/ba_tx.h"
#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txq.h"

static void list_init(struct txq_list *list)
{
	list->head.next = &list->head;
	list->head.prev = &list->head;
}

void txq_lists_init(struct mac *mac)
{
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		list_init(&mac->tx.active[i]);
	list_init(&mac->tx.parked);
	for (unsigned int i = 0; i < AIR_RESTS; i++)
		list_init(&mac->tx.resting[i]);
}

void txq_init(struct txq *q, enum txq_kind kind, struct mac_vif *vif,
	      struct mac_sta *sta)
{
	memset(q, 0, sizeof(*q));
	q->kind = kind;
	q->vif = vif;
	q->sta = sta;
}

static bool txq_held(const struct txq *q)
{
	switch (q->kind) {
	case TXQ_STA:
		return q->sta->dozing;
	case TXQ_DTIM:
		return q->credit == 0;
	default:
		return false;
	}
}

/* Held group frames follow their beacon before all other frames */
static uint8_t txq_class(const struct txq *q)
{
	if (q->kind == TXQ_DTIM)
		return TXE_CLASS_MGMT;
	/* A BlockAckReq goes where the frames went */
	return q->head ? q->head->cls : q->cls;
}

static bool has_work(const struct txq *q)
{
	return q->ba ? ba_tx_ready(q->ba, q) : q->count;
}

void txq_settle(struct mac *mac, struct txq *q)
{
	enum txq_state want = TXQ_IDLE;

	if (has_work(q) && !txq_held(q))
		want = q->state == TXQ_IDLE ? TXQ_ACTIVE : q->state;
	if (want == q->state &&
	    (want != TXQ_ACTIVE || q->cls == txq_class(q)))
		return;
	if (q->state != TXQ_IDLE)
		txq_list_del(q);
	q->state = want;
	if (want == TXQ_ACTIVE) {
		q->cls = txq_class(q);
		txq_list_add(&mac->tx.active[q->cls], q);
	}
}

void txq_park(struct mac *mac, struct txq *q)
{
	txq_list_del(q);
	q->state = TXQ_PARKED;
	txq_list_add(&mac->tx.parked, q);
}

void txq_unpark(struct mac *mac)
{
	struct txq *q;

	while ((q = txq_list_first(&mac->tx.parked))) {
		txq_list_del(q);
		q->state = TXQ_IDLE;
		txq_settle(mac, q);
	}
}

/* A frame comes into a queue, or leaves it: @n is 1 or -1 */
static void count(struct txq *q, const struct txf *f, int n)
{
	q->count += (uint32_t)n;
	if (f->released && q->kind == TXQ_STA_AWAKE)
		q->sta->released[f->tid] += (uint16_t)n;
}

void txq_append(struct mac *mac, struct txq *q, struct txf *f)
{
	f->next = NULL;
	if (q->count)
		q->tail->next = f;
	else
		q->head = f;
	q->tail = f;
	count(q, f, 1);
	/* Behind others, it changes nothing for the queue */
	if (q->count == 1)
		txq_settle(mac, q);
}

struct txf *txq_unlink(struct txq *q, struct txf *before)
{
	struct txf *f = before ? before->next : q->head;

	if (before)
		before->next = f->next;
	else
		q->head = f->next;
	if (q->tail == f)
		q->tail = before;
	count(q, f, -1);
	f->next = NULL;
	return f;
}

void txq_pop(struct mac *mac, struct txq *q, struct txf **f, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		f[i] = txq_unlink(q, NULL);
	q->credit -= q->credit < n ? q->credit : n;
	txq_settle(mac, q);
}

void txq_unpop(struct mac *mac, struct txq *q, struct txf *f)
{
	f->next = q->head;
	if (!q->count)
		q->tail = f;
	q->head = f;
	count(q, f, 1);
	if (q->kind == TXQ_DTIM)
		q->credit++;
	txq_settle(mac, q);
}

/* Besides data, only these management frames wait while a station dozes */
static bool bufferable(uint16_t fc)
{
	return dot11_fc_is_data(fc) || dot11_fc_is_stype(fc, IEEE80211_ACTION) ||
	       dot11_fc_is_stype(fc, IEEE80211_DEAUTH) ||
	       dot11_fc_is_stype(fc, IEEE80211_DISASSOC);
}

struct txq *txq_of_sta(struct mac_sta *sta, const struct txf *f)
{
	if (dot11_fc_is_mgmt(f->fc))
		return &sta->q[STA_Q_MGMT];
	if (f->tid == MAC_TID_NONE)
		return &sta->q[STA_Q_NONQOS];
	return &sta->q[f->tid];
}

void txq_enqueue(struct mac *mac, struct txf *f)
{
	struct mac_vif *vif = &mac->vif[f->vif];
	struct mac_sta *sta = txf_sta(mac, f);
	bool group = dot11_addr_is_group(dot11_addr1(txf_data(f)));
	struct txq *q;

	if (f->flags & SKUA_TXF_OFFCHAN)
		q = &vif->q[VIF_Q_OFFCHAN];
	else if (group && (f->flags & SKUA_TXF_AFTER_DTIM) && vif->dozing &&
		 vif->beacon.len)
		q = &vif->q[VIF_Q_DTIM];
	else if (sta && !group && bufferable(f->fc))
		q = sta->dozing && (f->flags & SKUA_TXF_NO_PS_BUFFER) ?
			&sta->q[STA_Q_AWAKE] : txq_of_sta(sta, f);
	else
		q = &vif->q[f->cls];
	txf_count(mac, f);
	txq_append(mac, q, f);
	if (txq_held(q))
		mac->c.tx_held++;
}

void txq_end_all(struct mac *mac, struct txq *q, enum skua_tx_status status)
{
	while (q->count)
		txf_end(mac, txq_unlink(q, NULL), status);
	q->credit = 0;
	txq_settle(mac, q);
}

void txq_flush_sta(struct mac *mac, struct mac_sta *sta)
{
	for (unsigned int i = 0; i < STA_QUEUES; i++)
		txq_end_all(mac, &sta->q[i], SKUA_TXS_FLUSHED);
}

void txq_flush_vif(struct mac *mac, struct mac_vif *vif)
{
	for (unsigned int i = 0; i < VIF_QUEUES; i++)
		txq_end_all(mac, &vif->q[i], SKUA_TXS_FLUSHED);
}
