/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - transmit: results of frames
 */
#ifndef SKUA_TX_DONE_H
#define SKUA_TX_DONE_H

#include "skua.h"

/**
 * struct skua_tx_result - a transmit record, checked, in host order
 * @sta: station, or NULL if there is none (any more)
 * @rate: rate word of the last transmission
 * @info: the same for mac80211
 * @n_rates: 1 if @info is valid, else 0
 * @airtime_us: of all transmissions of this frame, about
 * @ack_signal: dBm, 0 if none
 * @status: enum skua_tx_status
 * @tries: transmissions of this frame
 * @ampdu_len: MPDUs in the PPDU that the frame ended in, 0 if that is not known
 * @ampdu_ack_len: number of them that were acknowledged
 */
struct skua_tx_result {
	struct ieee80211_sta *sta;
	u32 rate;
	struct rate_info info;
	u8 n_rates;
	u32 airtime_us;
	s8 ack_signal;
	u8 status;
	u8 tries;
	u8 ampdu_len;
	u8 ampdu_ack_len;
};

#define SKUA_TX_TRIES_MAX	31	/* &struct ieee80211_tx_rate.count has five bits */
#define SKUA_TX_SHOW_ROOM	32	/* more than mac80211's radiotap header of a TX status */
/* Longest times on the air, us: a PPDU of HT and later formats, what protects and answers one */
#define SKUA_TX_PPDU_MAX	5484
#define SKUA_TX_AROUND_MAX	3000
/*
 * Records in a row in which no frame ends: tries of each MPDU that the NIC has, and of the
 * BlockAckReqs of all TIDs for those that it has given up
 */
#define SKUA_TX_SILENT_MAX	32
#define SKUA_TX_SILENT_BARS	256

void skua_tx_fill_status(struct ieee80211_tx_info *info,
			 const struct skua_tx_result *res);
void skua_tx_show(struct skua *sc, struct sk_buff *skb);
void skua_tx_report(struct skua *sc, struct sk_buff *skb,
		    const struct skua_tx_result *res, struct skua_poll *poll);
void skua_tx_pay(struct ieee80211_sta *sta, u8 tid, u32 us);
void skua_tx_requeue(struct skua *sc, struct ieee80211_sta *sta,
		     struct sk_buff *skb);
bool skua_tx_again(const struct sk_buff *skb, const struct skua_tx_result *res);
bool skua_tx_mpdus(struct skua_tx_result *res, const struct skua_cpl_tx *rec);

#endif /* SKUA_TX_DONE_H */
