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

/* Of the frames that a PPDU had, those that have not ended return in their order */
static void give_back(struct mac *mac, struct txf *f)
{
	struct txop *op = &mac->tx.op;

	if (op->q && !f->doomed)
		txq_put_back(mac, op->q, f);
	else
		txf_end(mac, f, SKUA_TXS_FLUSHED);
}

static void count_stage(struct mac *mac, struct mac_sta *sta, uint32_t sent,
			uint32_t acked)
{
	int stage = mac->tx.op.stage;

	if (!sta || stage == TXE_STAGE_NONE)
		return;
	if (stage == TXE_STAGE_PROBE) {
		sta->probe_sent += sent;
		sta->probe_acked += acked;
	} else {
		sta->stage_sent[stage] += sent;
		sta->stage_acked[stage] += acked;
	}
}

static void open_record(struct mac *mac, bool acked)
{
	const struct txop *op = &mac->tx.op;
	const struct txf *f = op->f[0];

	cpl_ppdu_begin(mac, &(struct cpl_ppdu){
		.f = f,
		.rate = op->rate,
		.airtime_us = op->airtime_us,
		.ack_signal = op->ack_signal,
		.mpdus = op->sent,
		.acked = acked,
		.retried = op->sent && f->tries > 1,
	});
}

static void end_beacon(struct mac *mac, struct txf *f, bool sent)
{
	struct mac_vif *vif = mac_vif(mac, f->vif);

	txf_drop(mac, f);
	if (vif)
		beacon_ended(vif, sent);
}

static void settle_frame(struct mac *mac, bool answered)
{
	struct txop *op = &mac->tx.op;
	struct txf *f = op->f[0];
	struct mac_sta *sta = mac_sta_get(mac, f->sta, f->sta_gen);
	bool acked = answered && op->answer != TXE_NO_ANSWER;

	if (f->owner == TXF_BEACON) {
		end_beacon(mac, f, answered);
		return;
	}
	count_stage(mac, sta, 1, answered);
	if (sta) {
		sta->stats.tx_airtime += op->airtime_us;
		sta->stats.tx_rate = op->rate;
	}
	if (f->owner == TXF_HOST)
		open_record(mac, acked);
	if (op->answer == TXE_NO_ANSWER)
		end_sent(mac, sta, f, SKUA_TXS_SENT);
	else if (acked)
		end_sent(mac, sta, f, SKUA_TXS_ACKED);
	else if (f->tries >= txe_retry_limit(mac, f, op->answer))
		end_sent(mac, sta, f, SKUA_TXS_NO_ACK);
	else
		give_back(mac, f);
	cpl_ppdu_end(mac);
}

void txe_settle(struct mac *mac, bool answered)
{
	struct txop *op = &mac->tx.op;

	if (op->q)
		txe_charge(op->q, op->airtime_us);
	/* A frame that ends may find the host's ring broken, and all is forgotten */
	op->n = 0;
	settle_frame(mac, answered);
	op->q = NULL;
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
		else
			give_back(mac, f);
	}
	op->q = NULL;
	cpl_publish(mac);
}
