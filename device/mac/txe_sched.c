// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: the order of frames
 *
 * Classes have an order, management before VO, but each leaves a part of a round to
 * the classes behind it. Inside a class, stations share airtime by turns.
 */
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txq.h"

#define CLASS_SHARE	4	/* frames of a round that each class gets */

static const uint8_t class_order[TXE_CLASSES] = {
	TXE_CLASS_MGMT,
	SKUA_RING_TX_VO - SKUA_RING_TX_VO,
	SKUA_RING_TX_VI - SKUA_RING_TX_VO,
	SKUA_RING_TX_BE - SKUA_RING_TX_VO,
	SKUA_RING_TX_BK - SKUA_RING_TX_VO,
};

bool txe_pending(const struct mac *mac)
{
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		if (mac->tx.active[i].head.next != &mac->tx.active[i].head)
			return true;
	return false;
}

enum may_send {
	MAY_SEND,
	MAY_WAIT,	/* the radio is on another channel */
	MAY_NEVER,	/* the interface has no channel */
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

static int32_t *deficit_of(const struct txq *q)
{
	return q->sta ? &q->sta->deficit[q->cls] : &q->vif->deficit[q->cls];
}

/* Airtime of the first try; retries are charged when they happen */
static int32_t frame_cost(const struct mac *mac, const struct txq *q,
			  const struct txf *f)
{
	uint32_t rate = f->rate;

	if (!rate && q->sta && dot11_fc_is_data(f->fc))
		rate = q->sta->rate.rate[0];
	if (!rate)
		rate = airtime_lowest_basic(q->vif->basic_rates,
					    mac_tuned_2ghz(mac));
	return (int32_t)airtime_ppdu_us(rate, f->len + IEEE80211_FCS_LEN,
					mac_tuned_2ghz(mac));
}

void txe_put_back(struct mac *mac, struct txf *f)
{
	txq_unpop(mac, f);
	*deficit_of(f->from) += frame_cost(mac, f->from, f);
}

static unsigned int collect_class(struct mac *mac, uint8_t cls,
				  struct txf **batch, unsigned int max,
				  uint32_t *bytes)
{
	struct txq_list *list = &mac->tx.active[cls];
	unsigned int n = 0;
	struct txq *q;

	while (n < max && *bytes < TXE_BATCH_BYTES &&
	       (q = txq_list_first(list))) {
		enum may_send may = txq_may_send(mac, q);
		int32_t *deficit = deficit_of(q);

		if (may == MAY_WAIT) {
			txq_park(mac, q);
			continue;
		}
		if (may == MAY_NEVER) {
			txq_end_all(mac, q, SKUA_TXS_NO_CHAN);
			continue;
		}
		if (*deficit <= 0) {
			*deficit += TXE_QUANTUM_US;
			txq_list_del(q);
			txq_list_add(list, q);
			continue;
		}
		*deficit -= frame_cost(mac, q, q->head);
		batch[n] = txq_pop(mac, q);
		*bytes += batch[n++]->len;
	}
	return n;
}

unsigned int txe_collect(struct mac *mac, struct txf **batch, unsigned int max)
{
	unsigned int n = 0, behind = 0;
	uint32_t bytes = 0;

	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		behind += !!txq_list_first(&mac->tx.active[class_order[i]]);
	for (unsigned int i = 0; i < TXE_CLASSES && n < max; i++) {
		uint8_t cls = class_order[i];

		if (!txq_list_first(&mac->tx.active[cls]))
			continue;
		behind--;
		n += collect_class(mac, cls, batch + n,
				   max - n - behind * CLASS_SHARE, &bytes);
	}
	return n;
}
