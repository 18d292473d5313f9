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

int skua_tokens_alloc(struct skua_tx *tx, u32 n);
int skua_token_get(struct skua_tx *tx);
struct skua_tx_token *skua_token_used(struct skua_tx *tx, u16 id);
void skua_token_put(struct skua_tx *tx, u16 id);
struct sk_buff *skua_tx_take_back(struct skua *sc, u16 id);

void skua_tx_free(struct skua *sc, struct ieee80211_sta *sta, struct sk_buff *skb);
void skua_tx_cut(struct skua *sc, struct ieee80211_sta *sta, struct sk_buff *skb,
		 struct sk_buff_head *frames);
struct sk_buff *skua_tx_dequeue(struct skua *sc, struct ieee80211_txq *txq);
void skua_tx_give(struct skua *sc, unsigned int n, struct ieee80211_sta *sta,
		  struct sk_buff *skb);

#endif /* SKUA_TX_H */
