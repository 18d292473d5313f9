/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - keys: the frames that the NIC has to encrypt with a key
 */
#ifndef SKUA_KEY_DRAIN_H
#define SKUA_KEY_DRAIN_H

#include "key_slot.h"

bool skua_key_hold(struct skua_key *key);
void skua_key_release(struct skua *sc, struct skua_key *key);
unsigned long skua_key_patience(struct skua_keys *keys, unsigned long most);
void skua_key_waited(struct skua_keys *keys, unsigned long since);
void skua_key_hold_data(struct skua *sc, struct ieee80211_sta *sta);
bool skua_key_txq_waits(const struct ieee80211_txq *txq);
void skua_key_drain(struct skua *sc, struct skua_key *key,
		    struct ieee80211_vif *vif, struct ieee80211_sta *sta);

#if IS_ENABLED(CONFIG_KUNIT)
bool skua_key_eapol_left(struct ieee80211_sta *sta);
#endif

#endif /* SKUA_KEY_DRAIN_H */
