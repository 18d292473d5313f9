// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: Block Ack sessions of stations
 */
#include <stdlib.h>

#include "mac/ampdu.h"
#include "mac/ba_sta.h"
#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txe_ba.h"
#include "mac/txq.h"

#define STALL_US	1000000

static bool same_cfg(const struct ampdu_cfg *a, const struct ampdu_cfg *b)
{
	return a->rate == b->rate && a->ghz2 == b->ghz2 &&
	       a->factor == b->factor && a->density == b->density &&
	       a->max_mpdus == b->max_mpdus && a->max_us == b->max_us;
}

static void limits(struct mac *mac, const struct txq *q, struct ampdu *a)
{
	struct txop *op = &mac->tx.op;
	struct ampdu_cfg cfg = {
		.rate = op->rate,
		.ghz2 = mac_tuned_2ghz(mac),
		.factor = q->sta->ampdu_factor,
		.density = q->sta->ampdu_density,
		.max_mpdus = TXE_MPDUS,
	};
	uint32_t answer = txe_answer_us(mac, q->vif, op->rate,
					ba_sta_answer_len(q->sta, q->head->tid));

	/* The Block Ack is a part of the TXOP, too */
	if (op->left_us > 0)
		cfg.max_us = (uint32_t)op->left_us > answer ?
			     (uint32_t)op->left_us - answer : 1;
	/* One PPDU after another has them, and to find them takes long at a slow rate */
	if (!same_cfg(&cfg, &op->last_cfg)) {
		ampdu_begin(&op->last_limits, &cfg);
		op->last_cfg = cfg;
	}
	*a = op->last_limits;
}

unsigned int txe_ba_choose(struct mac *mac, const struct txq *q,
			   struct ampdu *a)
{
	const struct txf *f = q->head;
	bool alone = !q->ba || !q->count;
	uint8_t overhead = 0;

	*a = (struct ampdu){ 0 };
	if (!alone && (f->flags & SKUA_TXF_PROTECT)) {
		const struct mac_key *key = mac_key_get(mac, f->key);

		alone = !key || !(key->crypto.cipher->flags & CRYPTO_F_AEAD);
		if (key)
			overhead = key->crypto.cipher->iv_len +
				   key->crypto.cipher->mic_len;
	}
	if (!alone)
		limits(mac, q, a);
	return ba_tx_choose(q->ba, q, a, overhead, alone);
}

struct txf *txe_ba_bar(struct mac *mac, struct txq *q)
{
	struct txf *f;

	if (!ba_tx_bar_due(q->ba))
		return NULL;
	f = txf_make(mac, TXF_BAR, q->vif, IEEE80211_BAR_LEN);
	if (!f) {
		txe_ba_quiet(mac, q);
		return NULL;
	}
	f->tid = (uint8_t)(q - q->sta->q);
	ba_tx_bar_frame(q->ba, f->tid, q->sta->addr, q->vif->addr, txf_data(f));
	f->fc = IEEE80211_BACK_REQ;
	f->hdr_len = IEEE80211_BAR_LEN;
	f->sta = q->sta->idx;
	f->sta_gen = q->sta->gen;
	f->cls = q->cls;
	return f;
}

static uint16_t bar_ssn(const struct txf *f)
{
	return dot11_get_le16(f->buf + f->off + IEEE80211_BAR_OFF_SSC) >>
	       IEEE80211_SEQ_SN_SHIFT;
}

void txe_ba_bar_ended(struct mac *mac, const struct txf *f,
		      const struct ba_info *ba)
{
	struct mac_sta *sta = txf_sta(mac, f);
	uint32_t limit = HW_GET(SKUA_RETRY_SHORT, mac->retry);

	if (f->orphan || !ba_sta_of(sta, f->tid))
		return;
	mac->c.tx_bar_no_ba += !ba;
	ba_tx_bar_answer(sta->q[f->tid].ba, bar_ssn(f), ba,
			 limit ? limit : 1);
	txq_settle(mac, &sta->q[f->tid]);
}

void txe_ba_quiet(struct mac *mac, struct txq *q)
{
	if (!ba_tx_bar_due(q->ba))
		return;
	ba_tx_bar_answer(q->ba, q->ba->start, false, 1);
	txq_settle(mac, q);
}

void txe_ba_answered(struct mac *mac, const struct txf *f, unsigned int acked)
{
	struct mac_sta *sta = txf_sta(mac, f);
	struct ba_sta *ba = ba_sta_of(sta, f->tid);
	uint64_t now = air_now(mac->air) / LOOP_NS_PER_US;

	if (!ba || ba->t.state != BA_TX_ON)
		return;
	ba_tx_answer(&ba->t, acked, now);
	if (ba_tx_stalled(&ba->t, now, STALL_US) && !ba->reported) {
		ba->reported = true;
		mac->c.tx_ba_stalled++;
		ba_evt_post(mac, &ba->stalled, sta, f->tid, ENG_BA_TX_STALLED);
	}
	txq_settle(mac, &sta->q[f->tid]);
}

unsigned int txe_ba_others(struct mac *mac, struct txq *q,
			   const struct ba_info *ba)
{
	struct txf *before = NULL, *f = q->head;
	unsigned int n = 0;

	while (f && f->numbered) {
		if (!f->tries || !ba_acks(ba, dot11_sn(txf_data(f)))) {
			before = f;
			f = f->next;
			continue;
		}
		txf_done(mac, txq_unlink(q, before), SKUA_TXS_ACKED);
		n++;
		if (!mac->running)
			break;
		f = before ? before->next : q->head;
	}
	txq_settle(mac, q);
	return n;
}
