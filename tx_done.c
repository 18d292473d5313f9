// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - transmit: the status of frames that come back
 *
 * A frame that was on the air goes back by ieee80211_tx_status_ext(), a frame
 * that never was on the air by ieee80211_free_txskb().
 */
#include <kunit/static_stub.h>

#include "trace.h"
#include "tx.h"
#include "tx_desc.h"
#include "tx_done.h"

/* ------------------------------------------------------------------ */
/* TX status								*/
/* ------------------------------------------------------------------ */

/**
 * skua_tx_fill_status() - fill the TX status of a frame that was sent
 * @info: the frame's control information, which the status overwrites
 * @res: from the transmit record
 */
void skua_tx_fill_status(struct ieee80211_tx_info *info,
			 const struct skua_tx_result *res)
{
	ieee80211_tx_info_clear_status(info);
	info->flags &= ~(IEEE80211_TX_STAT_ACK |
			 IEEE80211_TX_STAT_NOACK_TRANSMITTED |
			 IEEE80211_TX_STAT_AMPDU |
			 IEEE80211_TX_STAT_AMPDU_NO_BACK);
	if (res->status == SKUA_TXS_ACKED)
		info->flags |= IEEE80211_TX_STAT_ACK;
	else if (res->status == SKUA_TXS_SENT)
		info->flags |= IEEE80211_TX_STAT_NOACK_TRANSMITTED;

	if (skua_rate_to_tx_rate(res->rate, info->band, &info->status.rates[0]))
		info->status.rates[0].idx = -1;
	info->status.rates[0].count = min_t(u8, res->tries, SKUA_TX_TRIES_MAX);
	info->status.rates[1].idx = -1;
	info->status.tx_time = min_t(u32, res->airtime_us, U16_MAX);
	if (res->status == SKUA_TXS_ACKED && res->ack_signal) {
		info->status.ack_signal = res->ack_signal;
		info->status.flags |= IEEE80211_TX_STATUS_ACK_SIGNAL_VALID;
	}
	/*
	 * Of a frame that was queued for a session, mac80211 believes the rates and counts
	 * the loss only if it is told of an A-MPDU, be it of one MPDU. The NIC sends the
	 * Block Ack requests, so mac80211 is never asked for one (AMPDU_NO_BACK).
	 */
	if (res->ampdu_len > 1 || (info->flags & IEEE80211_TX_CTL_AMPDU)) {
		info->flags |= IEEE80211_TX_STAT_AMPDU;
		info->status.ampdu_len = max_t(u8, res->ampdu_len, 1);
		info->status.ampdu_ack_len = res->ampdu_ack_len;
	}
}

/*
 * A frame that was never on the air is no failed transmission, so mac80211 must
 * not count it as lost. But mac80211 waits for the status of the last frame of a
 * service period, and queues frames again that it filters for a sleeping station.
 */
static bool skua_tx_wants_status(const struct ieee80211_tx_info *info,
				 const struct skua_tx_result *res)
{
	if (res->status <= SKUA_TXS_SENT)
		return true;
	if (info->flags & IEEE80211_TX_STATUS_EOSP)
		return true;
	return res->status == SKUA_TXS_FLUSHED && res->sta &&
	       READ_ONCE(skua_sta(res->sta)->asleep);
}

/**
 * skua_tx_show() - make a frame ready for monitors
 * @sc: the device
 * @skb: frame whose status is due
 *
 * mac80211 frees the subframes of an A-MSDU and then gives a monitor the first skb, which
 * has the length of all of them, and less headroom than other frames. So the frame becomes
 * one piece while there is a monitor.
 */
void skua_tx_show(struct skua *sc, struct sk_buff *skb)
{
	if (!skb_has_frag_list(skb) ||
	    !(sc->hw->conf.flags & IEEE80211_CONF_MONITOR))
		return;
	/* without memory, the first subframe alone */
	if (skb_linearize(skb))
		pskb_trim(skb, skb_headlen(skb));
	skb_cow_head(skb, SKUA_TX_SHOW_ROOM);
}

/**
 * skua_tx_again() - has a frame lost its key while it waited for a station to wake?
 * @skb: frame
 * @res: what has become of it
 *
 * A frame that has never been on the air has no packet number under the new key yet, so
 * mac80211 can send it once more, with the key of then. Clear text is demanded since it
 * would be recognised as such if that key were not the NIC's: see skua_tx_looks_clear().
 *
 * Return: true if mac80211 gets it once more, as a filtered frame or with an 802.3 header
 */
bool skua_tx_again(const struct sk_buff *skb, const struct skua_tx_result *res)
{
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	if (res->status != SKUA_TXS_STALE_KEY || res->tries || !res->sta ||
	    skua_sta(res->sta)->vif->type != NL80211_IFTYPE_AP)
		return false;
	if (skua_tx_is_8023(skb))
		return true;
	return ieee80211_is_data_present(hdr->frame_control) &&
	       skb->protocol != cpu_to_be16(ETH_P_PAE) &&
	       skua_tx_looks_clear(skb);
}

/**
 * skua_tx_requeue() - let mac80211 send an 802.3 frame once more
 * @sc: the device
 * @sta: its station
 * @skb: the frame; no longer the caller's
 *
 * mac80211 frees a filtered frame that has an 802.3 header. But the frame is as the network
 * stack had given it to mac80211, so a clone can go the same way again, under the TID that
 * it had: cfg80211_classify8021d(). Only the interface of the station itself is known to
 * exist still, an AP_VLAN is not.
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_tx_requeue(struct skua *sc, struct ieee80211_sta *sta,
		     struct sk_buff *skb)
{
	struct sk_buff *clone = NULL;

	KUNIT_STATIC_STUB_REDIRECT(skua_tx_requeue, sc, sta, skb);
	if (skb->dev == ieee80211_vif_to_wdev(skua_sta(sta)->vif)->netdev)
		clone = skb_clone(skb, GFP_ATOMIC);
	skua_tx_free(sc, sta, skb);
	if (!clone)
		return;
	skua_count(sc, SKUA_CTR_TX_AGAIN);
	memset(clone->cb, 0, sizeof(clone->cb));
	clone->priority = (clone->priority & IEEE80211_QOS_CTL_TAG1D_MASK) + 256;
	dev_queue_xmit(clone);
}

/**
 * skua_tx_report() - give a frame that has ended back to mac80211
 * @sc: the device
 * @skb: the frame; no longer the caller's
 * @res: how it ended
 * @poll: this run of NAPI
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_tx_report(struct skua *sc, struct sk_buff *skb,
		    const struct skua_tx_result *res, struct skua_poll *poll)
{
	struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	struct ieee80211_rate_status rate = {
		.rate_idx = res->info,
		.try_count = res->tries,
	};
	struct ieee80211_tx_status status = {
		.sta = res->sta,
		.info = info,
		.skb = skb,
		.rates = &rate,
		.n_rates = res->n_rates,
		.free_list = &poll->free_list,
	};
	bool again = skua_tx_again(skb, res);

	KUNIT_STATIC_STUB_REDIRECT(skua_tx_report, sc, skb, res, poll);
	if (again && skua_tx_is_8023(skb)) {
		skua_tx_requeue(sc, res->sta, skb);
		return;
	}
	if (!again && !skua_tx_wants_status(info, res)) {
		skua_tx_free(sc, res->sta, skb);
		return;
	}
	skua_tx_fill_status(info, res);
	if (again) {
		skua_count(sc, SKUA_CTR_TX_AGAIN);
		/* the second flag: it is no loss that hostapd should hear of */
		info->flags |= IEEE80211_TX_STAT_TX_FILTERED |
			       IEEE80211_TX_STAT_NOACK_TRANSMITTED;
	}
	skua_tx_show(sc, skb);
	ieee80211_tx_status_ext(sc->hw, &status);
}

static void skua_tx_count_result(struct skua *sc, u8 status)
{
	static const enum skua_ctr ctr[] = {
		[SKUA_TXS_ACKED] = SKUA_CTR_TX_ACKED,
		[SKUA_TXS_NO_ACK] = SKUA_CTR_TX_NOT_ACKED,
		[SKUA_TXS_SENT] = SKUA_CTR_TX_UNACKED_SENT,
		[SKUA_TXS_FLUSHED] = SKUA_CTR_TX_FLUSHED,
		[SKUA_TXS_STALE_STA] = SKUA_CTR_TX_STALE,
		[SKUA_TXS_STALE_KEY] = SKUA_CTR_TX_STALE,
		[SKUA_TXS_BAD] = SKUA_CTR_TX_BAD,
	};

	skua_count(sc, status < ARRAY_SIZE(ctr) ? ctr[status] :
						  SKUA_CTR_TX_NIC_OTHER);
	if (status == SKUA_TXS_BAD || status == SKUA_TXS_DMA)
		skua_complain(sc, "the NIC cannot %s a transmit descriptor\n",
			      status == SKUA_TXS_BAD ? "understand" : "read");
}

/*
 * End the frame of one status word. Its station is the one of its descriptor, whatever
 * the record says: mac80211 moves frames from and to that station.
 *
 * Return: true if the NIC has that frame, and the record names its station.
 */
static bool skua_tx_end(struct skua *sc, const struct skua_cpl_tx *rec, u32 word,
			struct skua_tx_result *res, struct skua_poll *poll)
{
	u16 id = u32_get_bits(word, SKUA_TXS_TOKEN);
	struct skua_tx_token *tok = skua_token_used(&sc->tx, id);
	bool good = tok && tok->sta == le16_to_cpu(rec->sta) &&
		    tok->sta_gen == le16_to_cpu(rec->sta_gen);

	if (!good) {
		skua_count(sc, SKUA_CTR_TX_BAD_TOKEN);
		skua_complain(sc, "transmit record with token %u, which the NIC does not have%s\n",
			      id, tok ? " for that station" : "");
	}
	if (!tok)
		return false;
	res->sta = skua_sta_get(sc, tok->sta, tok->sta_gen);
	res->status = u32_get_bits(word, SKUA_TXS_STATUS);
	res->tries = u32_get_bits(word, SKUA_TXS_TRIES);
	poll->tx_rings |= BIT(tok->ring);
	skua_tx_count_result(sc, res->status);
	if (good && res->sta &&
	    (res->status == SKUA_TXS_ACKED || res->status == SKUA_TXS_NO_ACK))
		skua_sta_note_tx(res->sta, res->rate, res->tries,
				 res->status == SKUA_TXS_ACKED);
	skua_tx_report(sc, skua_tx_take_back(sc, id), res, poll);
	return good;
}

/**
 * skua_tx_pay() - register the airtime of a record
 * @sta: station
 * @tid: TID; any value
 * @us: microseconds
 *
 * mac80211 serves a queue again when it has paid for its airtime, 256 us in each round
 * over the queues, under a lock. So what the NIC names is held to what a PPDU can take,
 * skua_tx_airtime(), and there is no more of it than frames have tries,
 * skua_tx_plausible(). NAPI, inside rcu_read_lock().
 */
void skua_tx_pay(struct ieee80211_sta *sta, u8 tid, u32 us)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_tx_pay, sta, tid, us);
	ieee80211_sta_register_airtime(sta, tid < SKUA_NUM_TIDS ? tid : 0, us, 0);
}

/* Airtime of a record, held to what one PPDU of this rate and the frames around it take */
static u32 skua_tx_airtime(const struct skua_cpl_tx *rec)
{
	u32 rate = le32_to_cpu(rec->rate), most = SKUA_TX_PPDU_MAX;

	/* 100 kbit/s. A PPDU of a legacy rate is limited by its length alone */
	if (u32_get_bits(rate, SKUA_RATE_ENC) == SKUA_ENC_LEGACY)
		most = SKUA_MAX_MPDU * BITS_PER_BYTE * 10 /
		       max_t(u32, u32_get_bits(rate, SKUA_RATE_IDX), 10);
	return min_t(u32, le32_to_cpu(rec->airtime_us), most + SKUA_TX_AROUND_MAX);
}

/*
 * Can the NIC have sent this PPDU? It has ended none of its frames, so they, or what the
 * NIC sends for those before, have tries left.
 */
static bool skua_tx_plausible(struct skua *sc, const struct skua_cpl_tx *rec)
{
	struct skua_sta_slot *slot = &sc->sta[le16_to_cpu(rec->sta)];
	u32 out = -slot->tx_ended, most = 0;
	unsigned int i;

	for (i = 0; i < SKUA_NUM_TX_RINGS; i++)
		out += READ_ONCE(slot->tx_posted[i]);
	if ((s32)out > 0)
		most = out * SKUA_TX_SILENT_MAX;
	if (slot->tx_ended)
		most += SKUA_TX_SILENT_BARS;
	if (slot->tx_silent < most) {
		slot->tx_silent++;
		return true;
	}
	skua_count(sc, SKUA_CTR_CPL_BAD);
	skua_complain(sc,
		      "transmit records of a station without a frame that can have been sent\n");
	return false;
}

/**
 * skua_tx_mpdus() - the A-MPDU of a record
 * @res: @ampdu_len and @ampdu_ack_len are filled in; mac80211 has eight bits for each
 * @rec: private copy of the record
 *
 * Return: false if the numbers of MPDUs make no sense
 */
bool skua_tx_mpdus(struct skua_tx_result *res, const struct skua_cpl_tx *rec)
{
	u16 mpdus = le16_to_cpu(rec->mpdus), acked = le16_to_cpu(rec->acked);

	if (mpdus > SKUA_BA_MAX_SIZE || acked > mpdus ||
	    le16_to_cpu(rec->retried) > mpdus)
		return false;
	res->ampdu_len = min_t(u16, mpdus, U8_MAX);
	res->ampdu_ack_len = min_t(u16, acked, U8_MAX);
	return true;
}

/* What a record says of its PPDU and its TID; a NIC without A-MPDUs says nothing. */
static void skua_tx_ppdu(struct skua *sc, const struct skua_cpl_tx *rec,
			 struct ieee80211_sta *sta, struct skua_tx_result *res)
{
	u16 seq = le16_to_cpu(rec->seq);

	if (!skua_has(sc, SKUA_FEAT_TX_AMPDU))
		return;
	if (!skua_tx_mpdus(res, rec) || seq > IEEE80211_MAX_SN) {
		skua_count(sc, SKUA_CTR_CPL_BAD);
		skua_complain(sc, "transmit record of %u MPDUs, %u acknowledged, number %u\n",
			      le16_to_cpu(rec->mpdus), le16_to_cpu(rec->acked),
			      seq);
		return;
	}
	if (sta)
		skua_sta_note_seq(sta, rec->tid, seq);
}

/**
 * skua_tx_cpl() - a transmit record: a PPDU, and descriptors that have ended in it
 * @sc: the device
 * @rec: private copy of the record; only its size has been checked
 * @status: status words of the record
 * @n: number of status words, may be 0
 * @poll: this run of NAPI
 *
 * NAPI, inside rcu_read_lock(). A frame that goes on to a further PPDU has no word, and
 * ends in that one. The airtime of each PPDU is registered once, unless all its frames are
 * another station's, or there is none that it can be of; a frame's status has its share of
 * this one PPDU for each of its
 * transmissions.
 */
void skua_tx_cpl(struct skua *sc, const struct skua_cpl_tx *rec,
		 const __le32 *status, unsigned int n, struct skua_poll *poll)
{
	u32 airtime = skua_tx_airtime(rec);
	u32 share = airtime / max_t(u16, le16_to_cpu(rec->mpdus), 1);
	struct skua_tx_result res = {
		.rate = le32_to_cpu(rec->rate),
		.ack_signal = rec->ack_signal,
	};
	struct ieee80211_sta *sta;
	bool good = !n;
	unsigned int i;

	lockdep_assert_in_softirq();
	sta = skua_sta_get(sc, le16_to_cpu(rec->sta), le16_to_cpu(rec->sta_gen));
	skua_tx_ppdu(sc, rec, sta, &res);
	/* of the PPDU, not of each frame */
	res.n_rates = n && !skua_rate_to_info(res.rate, &res.info);
	for (i = 0; i < n; i++) {
		u32 word = le32_to_cpu(status[i]);

		trace_skua_tx_status(sc, rec, word);
		res.airtime_us = share * u32_get_bits(word, SKUA_TXS_TRIES);
		if (skua_tx_end(sc, rec, word, &res, poll))
			good = true;
	}
	if (!sta || !good)
		return;
	if (n)
		sc->sta[le16_to_cpu(rec->sta)].tx_silent = 0;
	else if (!skua_tx_plausible(sc, rec))
		return;
	if (airtime)
		skua_tx_pay(sta, rec->tid, airtime);
}
