// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: queues per station and TID, and which frame is next
 *
 * A queue that may send is linked in the list of its class (the ring that its
 * first frame came from). Classes go first to last, management before VO, but
 * each leaves a little of a round to the ones behind it. Inside a class,
 * stations take turns by airtime.
 */
#include <stdlib.h>
#include <string.h>

#include "mac/priv.h"

#define CLASS_SHARE	4	/* frames of a round that a class may count on */

static const uint8_t class_order[TXE_CLASSES] = {
	TXE_CLASS_MGMT,
	SKUA_RING_TX_VO - SKUA_RING_TX_VO,
	SKUA_RING_TX_VI - SKUA_RING_TX_VO,
	SKUA_RING_TX_BE - SKUA_RING_TX_VO,
	SKUA_RING_TX_BK - SKUA_RING_TX_VO,
};

/* Memory of frames */

struct txf *txf_alloc(struct mac *mac, uint32_t len)
{
	uint32_t need = TXF_HEADROOM + len + TXF_TAILROOM;
	bool large = need > TXF_SMALL;
	struct txf *f = mac->tx.pool[large];
	uint16_t cap = large ? TXF_LARGE : TXF_SMALL;

	if (f) {
		mac->tx.pool[large] = f->next;
	} else {
		f = malloc(sizeof(*f) + cap);
		if (!f)
			return NULL;
		mac->tx.pooled[large]++;
	}
	memset(f, 0, sizeof(*f));
	f->cap = cap;
	f->off = TXF_HEADROOM;
	f->len = (uint16_t)len;
	return f;
}

void txf_free(struct mac *mac, struct txf *f)
{
	bool large = f->cap > TXF_SMALL;

	f->next = mac->tx.pool[large];
	mac->tx.pool[large] = f;
}

void txe_free_all(struct mac *mac)
{
	for (unsigned int i = 0; i < 2; i++) {
		while (mac->tx.pool[i]) {
			struct txf *f = mac->tx.pool[i];

			mac->tx.pool[i] = f->next;
			free(f);
		}
		mac->tx.pooled[i] = 0;
	}
}

/* Lists of queues */

static void list_init(struct txq_list *list)
{
	list->head.next = &list->head;
	list->head.prev = &list->head;
}

static void list_add(struct txq_list *list, struct txq *q)
{
	q->prev = list->head.prev;
	q->next = &list->head;
	q->prev->next = q;
	list->head.prev = q;
}

static void list_del(struct txq *q)
{
	q->prev->next = q->next;
	q->next->prev = q->prev;
	q->next = NULL;
	q->prev = NULL;
}

static struct txq *list_first(struct txq_list *list)
{
	return list->head.next == &list->head ? NULL : list->head.next;
}

void txe_init(struct mac *mac)
{
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		list_init(&mac->tx.active[i]);
	list_init(&mac->tx.parked);
}

/* Queues */

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

/* Group frames follow their beacon before anything else does */
static uint8_t txq_class(const struct txq *q)
{
	return q->kind == TXQ_DTIM ? TXE_CLASS_MGMT : q->head->cls;
}

void txq_settle(struct mac *mac, struct txq *q)
{
	enum txq_state want = TXQ_IDLE;

	if (q->count && !txq_held(q))
		want = q->state == TXQ_PARKED ? TXQ_PARKED : TXQ_ACTIVE;
	if (want == q->state &&
	    (want != TXQ_ACTIVE || q->cls == txq_class(q)))
		return;
	if (q->state != TXQ_IDLE)
		list_del(q);
	q->state = want;
	if (want == TXQ_ACTIVE) {
		q->cls = txq_class(q);
		list_add(&mac->tx.active[q->cls], q);
	}
}

static void txq_park(struct mac *mac, struct txq *q)
{
	list_del(q);
	q->state = TXQ_PARKED;
	list_add(&mac->tx.parked, q);
}

void txe_unpark(struct mac *mac)
{
	struct txq *q;

	while ((q = list_first(&mac->tx.parked))) {
		list_del(q);
		q->state = TXQ_IDLE;
		txq_settle(mac, q);
	}
}

void txq_append(struct mac *mac, struct txq *q, struct txf *f)
{
	f->next = NULL;
	if (q->count)
		q->tail->next = f;
	else
		q->head = f;
	q->tail = f;
	q->count++;
	mac->tx.count++;
	txq_settle(mac, q);
}

static struct txf *txq_unlink(struct mac *mac, struct txq *q,
			      struct txf *before)
{
	struct txf *f = before ? before->next : q->head;

	if (before)
		before->next = f->next;
	else
		q->head = f->next;
	if (q->tail == f)
		q->tail = before;
	q->count--;
	mac->tx.count--;
	f->next = NULL;
	return f;
}

struct txf *txq_pop(struct mac *mac, struct txq *q)
{
	struct txf *f = txq_unlink(mac, q, NULL);

	if (q->credit)
		q->credit--;
	txq_settle(mac, q);
	return f;
}

/* Only these management frames wait for a dozing station to wake up */
static bool bufferable(uint16_t fc)
{
	return ieee80211_is_data(fc) || ieee80211_is_stype(fc, IEEE80211_ACTION) ||
	       ieee80211_is_stype(fc, IEEE80211_DEAUTH) ||
	       ieee80211_is_stype(fc, IEEE80211_DISASSOC);
}

static struct txq *sta_queue(struct mac_sta *sta, const struct txf *f)
{
	if (sta->dozing && (f->flags & SKUA_TXF_NO_PS_BUFFER))
		return &sta->q[STA_Q_AWAKE];
	if (ieee80211_is_mgmt(f->fc))
		return &sta->q[STA_Q_MGMT];
	if (f->tid == MAC_TID_NONE)
		return &sta->q[STA_Q_NONQOS];
	return &sta->q[f->tid];
}

void txe_enqueue(struct mac *mac, struct txf *f)
{
	struct mac_vif *vif = &mac->vif[f->vif];
	struct mac_sta *sta = mac_sta_get(mac, f->sta, f->sta_gen);
	bool group = ieee80211_addr_is_group(ieee80211_addr1(txf_data(f)));
	struct txq *q;

	if (f->flags & SKUA_TXF_OFFCHAN)
		q = &vif->q[VIF_Q_OFFCHAN];
	else if (group && (f->flags & SKUA_TXF_AFTER_DTIM) && vif->dozing &&
		 vif->beacon.len)
		q = &vif->q[VIF_Q_DTIM];
	else if (sta && !group && bufferable(f->fc))
		q = sta_queue(sta, f);
	else
		q = &vif->q[f->cls];
	txq_append(mac, q, f);
	if (txq_held(q))
		mac->c.tx_held++;
}

/* Scheduling */

bool txe_pending(const struct mac *mac)
{
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		if (mac->tx.active[i].head.next != &mac->tx.active[i].head)
			return true;
	return false;
}

enum may_send {
	MAY_SEND,
	MAY_WAIT,	/* the radio is elsewhere for now */
	MAY_NEVER,	/* no channel */
};

static enum may_send txq_may_send(const struct mac *mac, const struct txq *q)
{
	if (q->kind == TXQ_OFFCHAN)
		return mac->roc_vif == q->vif->idx && mac->chan.freq ?
			MAY_SEND : MAY_NEVER;
	if (!q->vif->freq)
		return MAY_NEVER;
	return q->vif->freq == mac->chan.freq ? MAY_SEND : MAY_WAIT;
}

static void end_all(struct mac *mac, struct txq *q, enum skua_tx_status status)
{
	while (q->count)
		txe_end(mac, txq_unlink(mac, q, NULL), status);
	q->credit = 0;
	txq_settle(mac, q);
}

static int32_t *deficit_of(const struct txq *q)
{
	return q->sta ? &q->sta->deficit[q->cls] : &q->vif->deficit[q->cls];
}

/* What a turn is charged; retries come on top when they happen */
static int32_t frame_cost(const struct mac *mac, const struct txq *q,
			  const struct txf *f)
{
	uint32_t rate = f->rate;

	if (!rate && q->sta && ieee80211_is_data(f->fc))
		rate = q->sta->rate.rate[0];
	if (!rate)
		rate = airtime_lowest_basic(q->vif->basic_rates,
					    mac_tuned_2ghz(mac));
	return (int32_t)airtime_ppdu_us(rate, f->len + IEEE80211_FCS_LEN,
					mac_tuned_2ghz(mac));
}

static unsigned int collect_class(struct mac *mac, uint8_t cls,
				  struct txf **batch, unsigned int max)
{
	struct txq_list *list = &mac->tx.active[cls];
	unsigned int n = 0;
	struct txq *q;

	while (n < max && (q = list_first(list))) {
		enum may_send may = txq_may_send(mac, q);
		int32_t *deficit = deficit_of(q);

		if (may == MAY_WAIT) {
			txq_park(mac, q);
			continue;
		}
		if (may == MAY_NEVER) {
			end_all(mac, q, SKUA_TXS_NO_CHAN);
			continue;
		}
		if (*deficit <= 0) {
			*deficit += TXE_QUANTUM_US;
			list_del(q);
			list_add(list, q);
			continue;
		}
		*deficit -= frame_cost(mac, q, q->head);
		batch[n++] = txq_pop(mac, q);
	}
	return n;
}

unsigned int txe_collect(struct mac *mac, struct txf **batch, unsigned int max)
{
	unsigned int n = 0, behind = 0;

	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		behind += !!list_first(&mac->tx.active[class_order[i]]);
	for (unsigned int i = 0; i < TXE_CLASSES && n < max; i++) {
		uint8_t cls = class_order[i];

		if (!list_first(&mac->tx.active[cls]))
			continue;
		behind--;
		n += collect_class(mac, cls, batch + n,
				   max - n - behind * CLASS_SHARE);
	}
	return n;
}

/* Power save */

void txe_sta_doze(struct mac *mac, struct mac_sta *sta, bool doze)
{
	struct mac_vif *vif = sta->vif;

	if (sta->dozing == doze)
		return;
	sta->dozing = doze;
	if (doze) {
		sta->doze_prev = NULL;
		sta->doze_next = vif->doze_list;
		if (sta->doze_next)
			sta->doze_next->doze_prev = sta;
		vif->doze_list = sta;
		vif->dozing++;
	} else {
		if (sta->doze_prev)
			sta->doze_prev->doze_next = sta->doze_next;
		else
			vif->doze_list = sta->doze_next;
		if (sta->doze_next)
			sta->doze_next->doze_prev = sta->doze_prev;
		vif->dozing--;
	}
	for (unsigned int i = 0; i < STA_QUEUES; i++)
		txq_settle(mac, &sta->q[i]);
	/* With everybody awake, group frames need not wait any longer */
	if (!vif->dozing)
		txe_dtim(mac, vif);
}

uint32_t txe_sta_held(const struct mac_sta *sta)
{
	uint32_t n = 0;

	if (!sta->dozing)
		return 0;
	for (unsigned int i = 0; i < STA_Q_AWAKE; i++)
		n += sta->q[i].count;
	return n;
}

static struct txq *next_held(struct mac_sta *sta, uint16_t tids)
{
	if ((tids & 1) && sta->q[STA_Q_MGMT].count)
		return &sta->q[STA_Q_MGMT];
	for (int tid = SKUA_NUM_TIDS - 1; tid >= 0; tid--)
		if ((tids & 1u << tid) && sta->q[tid].count)
			return &sta->q[tid];
	if ((tids & 1) && sta->q[STA_Q_NONQOS].count)
		return &sta->q[STA_Q_NONQOS];
	return NULL;
}

static void set_eosp(struct txf *f)
{
	uint8_t *qos = txf_data(f) + ieee80211_qos_off(f->fc);

	if (ieee80211_is_data_qos(f->fc))
		qos[0] |= IEEE80211_QOS_EOSP;
}

unsigned int txe_release(struct mac *mac, struct mac_sta *sta, uint16_t tids,
			 unsigned int num, bool more_data, bool uapsd,
			 bool eosp)
{
	struct txq *q, *to = &sta->q[STA_Q_AWAKE];
	struct txf *f = NULL;
	unsigned int n;

	for (n = 0; n < num && (q = next_held(sta, tids)); n++) {
		f = txq_unlink(mac, q, NULL);
		txq_settle(mac, q);
		f->more_data = more_data || txe_sta_held(sta);
		txq_append(mac, to, f);
	}
	mac->c.tx_released += n;
	if (f) {
		if (uapsd)
			set_eosp(f);
		f->eosp = eosp;
	}
	return n;
}

void txe_dtim(struct mac *mac, struct mac_vif *vif)
{
	struct txq *q = &vif->q[VIF_Q_DTIM];
	struct txf *f;

	q->credit = q->count;
	for (f = q->head; f; f = f->next)
		f->more_data = vif->dozing && f->next;
	txq_settle(mac, q);
}

/* Selection by ENG_TXQ_* */

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
		txe_end(mac, txq_unlink(mac, q, before), SKUA_TXS_FLUSHED);
		f = before ? before->next : q->head;
	}
	if (q->credit > q->count)
		q->credit = q->count;
	txq_settle(mac, q);
}

/* Call @fn for each queue that can hold what @m selects */
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
	for (unsigned int s = 0; s < mac->nic->cfg.max_stas && mac->tx.count;
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

uint32_t txe_count(struct mac *mac, const struct txq_match *m)
{
	txe_fetch_sync(mac);
	return for_queues(mac, m, false) + txe_ring_count(mac, m);
}

void txe_drop(struct mac *mac, const struct txq_match *m)
{
	uint64_t before;

	/* Dropping makes room for what still stands in the rings */
	do {
		before = mac->c.tx_flushed;
		txe_fetch_sync(mac);
		for_queues(mac, m, true);
	} while (mac->c.tx_flushed != before);
	cpl_publish(mac);
}

void txe_flush_sta(struct mac *mac, struct mac_sta *sta)
{
	for (unsigned int i = 0; i < STA_QUEUES; i++)
		end_all(mac, &sta->q[i], SKUA_TXS_FLUSHED);
}

void txe_flush_vif(struct mac *mac, struct mac_vif *vif)
{
	for (unsigned int i = 0; i < VIF_QUEUES; i++)
		end_all(mac, &vif->q[i], SKUA_TXS_FLUSHED);
}
