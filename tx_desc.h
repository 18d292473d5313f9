/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - transmit: decision and descriptor of a frame
 */
#ifndef SKUA_TX_DESC_H
#define SKUA_TX_DESC_H

#include "skua.h"

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
 * @csum_start: with SKUA_TXF_CSUM: offset in the frame of what is summed up
 * @csum_off: offset of the checksum from there
 * @gso_size: with SKUA_TXF_GSO: octets of payload of a segment
 * @segs: most MSDUs that the frame becomes
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
	u16 csum_start;
	u16 csum_off;
	u16 gso_size;
	u16 segs;
	u64 pn;
	struct skua_key *pn_key;
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
 * @sta_tx_keyed: one of them is, or was, for transmitting
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
	bool sta_tx_keyed;
	bool vif_keyed;
	bool mfp;
};

/**
 * skua_tx_is_8023() - has a frame an 802.3 header, which the NIC is to replace?
 * @skb: frame with its control information
 *
 * Nothing may read an 802.11 header of such a frame.
 *
 * Return: true if it has
 */
static inline bool skua_tx_is_8023(const struct sk_buff *skb)
{
	return IEEE80211_SKB_CB((struct sk_buff *)skb)->flags &
	       IEEE80211_TX_CTL_HW_80211_ENCAP;
}

bool skua_tx_clear_ok(const struct skua_tx_view *v);
bool skua_tx_looks_clear(const struct sk_buff *skb);
u32 skua_tx_flags(const struct sk_buff *skb);
int skua_tx_decide(struct skua_tx_req *req, struct sk_buff *skb,
		   struct ieee80211_sta *sta, u64 features);
unsigned int skua_tx_encode(const struct skua_tx_req *req,
			    const struct skua_tx_map *map, unsigned int nmaps,
			    struct skua_tx_desc slot[SKUA_TX_MAX_SLOTS]);

#endif /* SKUA_TX_DESC_H */
