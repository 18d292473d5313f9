/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - receive: the steps of a frame
 *
 * parse:  a completion record becomes a struct skua_rx_unit, checked (pure)
 * take:   the buffers that the record names are the driver's again
 * status: the unit becomes mac80211's receive status (pure)
 * build:  buffers and status become an skb
 * join:   a run of TCP segments becomes one packet of TCP, as GRO leaves it
 */
#ifndef SKUA_RX_H
#define SKUA_RX_H

#include "skua.h"

#define SKUA_RX_BUF_SIZE	2048	/* of memory for one buffer */
#define SKUA_RX_HEADROOM	64	/* at least NET_SKB_PAD, and a cache line */
#define SKUA_RX_BUF_LEN_MAX \
	(SKUA_RX_BUF_SIZE - SKUA_RX_HEADROOM - \
	 SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))	/* offered */
#define SKUA_RX_MIN_FRAME	10	/* ACK or CTS, without FCS */
#define SKUA_RX_MIN_8023	14	/* addresses, and type or length */

/**
 * struct skua_rx_unit - a receive record, checked, in host order
 * @flags: SKUA_RXF_*, of features in force only
 * @len: bytes of the frame
 * @offset: offset of the frame in the first buffer
 * @vif: handle of the interface, any value
 * @tid: TID, or SKUA_NUM_TIDS for none
 * @sta: handle of the transmitter, any value, or SKUA_STA_NONE
 * @sta_gen: generation of @sta
 * @key: slot of the key, any value, or SKUA_KEY_NONE
 * @key_gen: generation of @key
 * @pn: packet number, with SKUA_RXF_PN_VALID
 * @rate: rate word, any value
 * @freq: MHz, any value
 * @signal: dBm
 * @chains: which of @chain_signal are valid
 * @chain_signal: dBm
 * @ampdu_ref: with SKUA_RXF_AMPDU
 * @tsf: microseconds
 * @nbufs: number of buffers, 1 to SKUA_RX_MAX_BUFS
 * @buf: bytes used of each buffer, at most SKUA_RX_BUF_LEN_MAX; the sum is
 *	@len + @offset + @more_off for each buffer but the first
 * @more_off: bytes in front of the data in each buffer but the first, less than each of
 *	@buf; 0 without SKUA_RXF_COALESCED
 * @gso_size: with SKUA_RXF_COALESCED: payload of each buffer but the last, which has no
 *	more
 */
struct skua_rx_unit {
	u32 flags;
	u16 len;
	u8 offset;
	u8 vif;
	u8 tid;
	u16 sta;
	u16 sta_gen;
	u16 key;
	u16 key_gen;
	u64 pn;
	u32 rate;
	u16 freq;
	s8 signal;
	u8 chains;
	s8 chain_signal[4];
	u32 ampdu_ref;
	u64 tsf;
	u8 nbufs;
	u16 buf[SKUA_RX_MAX_BUFS];
	u8 more_off;
	u16 gso_size;
};

int skua_rx_parse(struct skua_rx_unit *unit, const struct skua_cpl_rx *rec,
		  const __le32 *more, unsigned int nmore, u64 features);
u32 skua_rx_flags(u32 rxf);
int skua_rx_fill_status(struct ieee80211_rx_status *st,
			const struct skua_rx_unit *unit);
void skua_rx_hand_over(struct skua *sc, struct ieee80211_sta *sta,
		       struct sk_buff *skb, struct skua_poll *poll);
int skua_rx_join(struct sk_buff *skb, const struct skua_rx_unit *unit);
void skua_rx_split(struct skua *sc, struct sk_buff *skb, struct sk_buff_head *frames);
bool skua_rx_take(struct skua_rx *rx, u16 id, struct skua_rx_buf_slot *out);

#endif /* SKUA_RX_H */
