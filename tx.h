/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - transmit: the steps of a frame
 *
 * decide:  mac80211's wishes become a struct skua_tx_req (pure)
 * post:    the frame gets a token, is mapped, and takes its packet numbers; its
 *	    descriptor goes into ring slots
 * encode:  the request becomes descriptor words (pure)
 * publish: the NIC sees the slots, with one doorbell for many frames
 */
#ifndef SKUA_TX_H
#define SKUA_TX_H

#include "skua.h"

#define SKUA_TX_MGMT		4	/* index of the management ring */

/* Ring slots of the largest frame */
#define SKUA_TX_MAX_SLOTS \
	(1 + DIV_ROUND_UP(SKUA_TXD_MAX_SEGS - SKUA_TXD_SEGS, SKUA_TXD_CONT_SEGS))

/**
 * struct skua_tx_req - a frame, decided but not yet encoded
 * @flags: SKUA_TXF_*
 * @token: token
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: its generation
 * @key: key slot, or SKUA_KEY_NONE
 * @key_gen: its generation
 * @vif: interface, or SKUA_VIF_NONE
 * @link: link
 * @tid: with SKUA_TXF_QOS
 * @tries: limit of transmissions, or 0 for the NIC's default
 * @rate: rate word, with SKUA_TXF_RATE
 * @pn: first packet number, with SKUA_TXF_PROTECT
 * @pn_key: key that @pn is taken from when the frame is posted, or NULL; RCU
 */
struct skua_tx_req {
	u32 flags;
	u16 token;
	u16 sta;
	u16 sta_gen;
	u16 key;
	u16 key_gen;
	u8 vif;
	u8 link;
	u8 tid;
	u8 tries;
	u32 rate;
	u64 pn;
	const struct skua_key *pn_key;
};

/**
 * struct skua_tx_view - properties of a frame that decide whether it may leave
 *	without a key of the NIC
 * @fc: frame control
 * @group: the receiver is a group address
 * @robust: a robust management frame
 * @sw_encrypted: mac80211 has encrypted it
 * @eapol: a frame of the control port (EAPOL)
 * @dont_encrypt: its sender asked for clear text
 * @injected: raw, through a monitor interface
 * @sta_keyed: a key has ever been offered for the station
 * @vif_keyed: a default key has ever been offered for the interface
 * @mfp: management frame protection is in force with the station
 */
struct skua_tx_view {
	__le16 fc;
	bool group;
	bool robust;
	bool sw_encrypted;
	bool eapol;
	bool dont_encrypt;
	bool injected;
	bool sta_keyed;
	bool vif_keyed;
	bool mfp;
};

bool skua_tx_clear_ok(const struct skua_tx_view *v);
bool skua_tx_looks_clear(const struct sk_buff *skb);
u32 skua_tx_flags(const struct sk_buff *skb);
int skua_tx_decide(struct skua_tx_req *req, struct sk_buff *skb,
		   struct ieee80211_sta *sta);
unsigned int skua_tx_encode(const struct skua_tx_req *req,
			    const struct skua_tx_map *map, unsigned int nmaps,
			    struct skua_tx_desc slot[SKUA_TX_MAX_SLOTS]);

int skua_tokens_alloc(struct skua_tx *tx, u32 n);
int skua_token_get(struct skua_tx *tx);
struct skua_tx_token *skua_token_used(struct skua_tx *tx, u16 id);
void skua_token_put(struct skua_tx *tx, u16 id);
struct sk_buff *skua_tx_take_back(struct skua *sc, u16 id);

struct sk_buff *skua_tx_dequeue(struct skua *sc, struct ieee80211_txq *txq);
void skua_tx_give(struct skua *sc, unsigned int n, struct ieee80211_sta *sta,
		  struct sk_buff *skb);

/**
 * struct skua_tx_result - a transmit record, checked, in host order
 * @sta: station, or NULL if there is none (any more)
 * @rate: rate word of the last transmission
 * @airtime_us: of all transmissions of this frame
 * @ack_signal: dBm, 0 if none
 * @status: enum skua_tx_status
 * @tries: transmissions of this frame
 */
struct skua_tx_result {
	struct ieee80211_sta *sta;
	u32 rate;
	u32 airtime_us;
	s8 ack_signal;
	u8 status;
	u8 tries;
};

void skua_tx_fill_status(struct ieee80211_tx_info *info,
			 const struct skua_tx_result *res);
u32 skua_tx_share(u32 airtime_us, u32 before, u32 tries, u32 total);

#endif /* SKUA_TX_H */
