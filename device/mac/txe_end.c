// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: the fate of the frames of a PPDU
 *
 * A frame ends, or it becomes the first one of its queue again. So a retransmission
 * waits for the medium like all others, and nothing of its TID overtakes it.
 */
#include "mac/beacon.h"
#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txe_ba.h"
#include "mac/txq.h"

static void count_sent(struct mac *mac, const struct txf *f,
		       enum skua_tx_status status)
{
	if (dot11_fc_is_mgmt(f->fc))
		mac->c.tx_mgmt++;
	else if (dot11_fc_is_data(f->fc))
		mac->c.tx_data++;
	else
		mac->c.tx_ctl++;
	mac->c.tx_group += dot11_addr_is_group(f->buf + f->off +
					       IEEE80211_OFF_ADDR1);
	mac->c.tx_retries += f->tries - 1;
	mac->c.tx_acked += status == SKUA_TXS_ACKED;
	mac->c.tx_no_ack += status == SKUA_TXS_NO_ACK;
	mac->c.tx_sent += status == SKUA_TXS_SENT;
}

static void count_sta(struct mac *mac, struct mac_sta *sta, const struct txf *f,
		      enum skua_tx_status status)
{
	sta->stats.tx_retries += f->tries - 1;
	if (status == SKUA_TXS_NO_ACK) {
		sta->stats.tx_failed++;
		return;
	}
	sta->stats.tx_packets++;
	sta->stats.tx_bytes += f->len;
	if (status == SKUA_TXS_ACKED)
		sta->stats.ack_signal = mac->tx.op.ack_signal;
}

/* A frame ends that has been on the air */
static void end_sent(struct mac *mac, struct mac_sta *sta, struct txf *f,
		     enum skua_tx_status status)
{
	count_sent(mac, f, status);
	if (sta)
		count_sta(mac, sta, f, status);
	txf_done(mac, f, status);
}

void txe_end(struct mac *mac, struct txf *f, enum skua_tx_status status)
{
	struct mac_sta *sta = txf_sta(mac, f);
	uint8_t tid = f->tid;

	txf_end(mac, f, status);
	if (sta && tid < SKUA_NUM_TIDS)
		txq_settle(mac, &sta->q[tid]);
}

/*
 * Of the frames that a PPDU had, those that have not ended return in their order.
 * Return: false if the frame has ended now.
 */
static bool give_back(struct mac *mac, struct txf *f)
{
	struct txop *op = &mac->tx.op;

	if (!op->q || f->doomed) {
		txe_end(mac, f, SKUA_TXS_FLUSHED);
		return false;
	}
	txq_put_back(mac, op->q, f);
	return true;
}

static void count_stage(struct mac *mac, struct mac_sta *sta, uint32_t sent,
			uint32_t acked)
{
	int stage = mac->tx.op.stage;

	if (!sta || stage == TXE_STAGE_NONE)
		return;
	if (stage == TXE_STAGE_PROBE) {
		sta->probe_ppdus++;
		sta->probe_sent += sent;
		sta->probe_acked += acked;
	} else {
		sta->stage_ppdus[stage]++;
		sta->stage_sent[stage] += sent;
		sta->stage_acked[stage] += acked;
	}
}

/* The answer acknowledges the frame */
static bool is_acked(const struct txop *op, struct txf *f, bool answered)
{
	if (!answered || op->answer == TXE_NO_ANSWER)
		return false;
	return op->n == 1 || ba_acks(&op->ba, dot11_sn(txf_data(f)));
}

static unsigned int count_acked(const struct txop *op, bool answered)
{
	unsigned int acked = 0;

	for (unsigned int i = 0; i < op->n; i++)
		acked += is_acked(op, op->f[i], answered);
	return acked;
}

static void open_record(struct mac *mac, unsigned int acked)
{
	const struct txop *op = &mac->tx.op;
	unsigned int retried = 0;

	for (unsigned int i = 0; i < op->n; i++)
		retried += op->f[i]->tries > 1;
	cpl_ppdu_begin(mac, &(struct cpl_ppdu){
		.f = op->f[0],
		.rate = op->rate,
		.airtime_us = op->airtime_us,
		.ack_signal = op->ack_signal,
		.mpdus = op->sent ? (uint16_t)op->n : 0,
		.acked = (uint16_t)acked,
		.retried = op->sent ? (uint16_t)retried : 0,
	});
}

static void end_beacon(struct mac *mac, struct txf *f, bool sent)
{
	struct mac_vif *vif = mac_vif(mac, f->vif);

	txf_drop(mac, f);
	if (vif)
		beacon_ended(vif, sent);
}

/* Return: false if the frame is to be tried again */
static bool end_frame(struct mac *mac, struct mac_sta *sta, struct txf *f,
		      bool acked)
{
	enum txe_answer answer = mac->tx.op.answer;

	if (answer == TXE_NO_ANSWER)
		end_sent(mac, sta, f, SKUA_TXS_SENT);
	else if (acked)
		end_sent(mac, sta, f, SKUA_TXS_ACKED);
	else if (f->tries >= txe_retry_limit(mac, f, answer))
		end_sent(mac, sta, f, SKUA_TXS_NO_ACK);
	else
		return false;
	return true;
}

/*
 * Frames end in their order; the other ones stay in txop.f. A frame that ends may find the
 * host's ring broken: the engines stop, and txe_abort() forgets what is in txop.f.
 */
static void end_frames(struct mac *mac, struct mac_sta *sta, bool answered)
{
	struct txop *op = &mac->tx.op;
	unsigned int n = op->n, left = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct txf *f = op->f[i];
		bool acked = is_acked(op, f, answered);

		if (!mac->running || !end_frame(mac, sta, f, acked))
			op->f[left++] = f;
	}
	op->n = left;
}

/* Return: true if it is to be sent again, as far as one knows */
static bool settle_bar(struct mac *mac, struct mac_sta *sta, bool answered)
{
	struct txop *op = &mac->tx.op;
	struct txf *f = op->f[0];
	unsigned int n = 0;

	op->n = 0;
	txe_ba_bar_ended(mac, f, answered ? &op->ba : NULL);
	open_record(mac, 0);
	if (answered && sta && op->q)
		n = txe_ba_others(mac, op->q, &op->ba);
	cpl_ppdu_end(mac);
	if (mac->running)
		txe_ba_answered(mac, f, n);
	txf_drop(mac, f);
	return !answered && op->q && ba_tx_bar_due(op->q->ba);
}

/* Return: true if any frame is to be tried again */
static bool settle_frames(struct mac *mac, struct mac_sta *sta, bool answered)
{
	struct txop *op = &mac->tx.op;
	/* What remains to be told when the frame itself has ended */
	const struct txf what = { .sta = op->f[0]->sta, .tid = op->f[0]->tid,
				  .sta_gen = op->f[0]->sta_gen };
	unsigned int acked = count_acked(op, answered);
	bool again = false;

	count_stage(mac, sta, op->n, op->answer == TXE_NO_ANSWER ? op->n : acked);
	if (op->f[0]->owner == TXF_HOST) {
		mac->c.tx_ppdus += op->sent;
		mac->c.tx_mpdus += op->sent ? op->n : 0;
		open_record(mac, acked);
	}
	end_frames(mac, sta, answered);
	if (mac->running && op->ba.bits && op->q && op->q->ba)
		txe_ba_others(mac, op->q, &op->ba);
	cpl_ppdu_end(mac);
	if (!mac->running)
		return false;
	while (op->n)
		again |= give_back(mac, op->f[--op->n]);
	txe_ba_answered(mac, &what, acked);
	return again;
}

bool txe_settle(struct mac *mac, bool answered)
{
	struct txop *op = &mac->tx.op;
	struct txf *f = op->f[0];
	struct mac_sta *sta = txf_sta(mac, f);
	struct txq *q;
	bool again = false;

	if (op->q)
		txe_charge(op->q, op->cls, op->airtime_us);
	if (sta) {
		sta->stats.tx_airtime += op->airtime_us;
		sta->stats.tx_rate = op->rate;
	}
	if (f->owner == TXF_BEACON) {
		op->n = 0;
		end_beacon(mac, f, answered);
	} else if (f->owner == TXF_BAR) {
		again = settle_bar(mac, sta, answered);
	} else {
		again = settle_frames(mac, sta, answered);
	}
	op->ba.bits = 0;
	q = op->q;
	op->q = NULL;
	if (q && mac->running && op->answer != TXE_NO_ANSWER)
		txq_answered(mac, q, answered, again);
	return again;
}

void txe_give_back(struct mac *mac)
{
	struct txop *op = &mac->tx.op;

	while (op->n) {
		struct txf *f = op->f[--op->n];

		if (!mac->running)
			txf_drop(mac, f);
		else if (f->owner == TXF_BEACON)
			end_beacon(mac, f, false);
		else if (f->owner == TXF_BAR)
			txf_drop(mac, f);
		else
			give_back(mac, f);
	}
	if (op->q && mac->running)
		txq_settle(mac, op->q);
	op->q = NULL;
	cpl_publish(mac);
}
