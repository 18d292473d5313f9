/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - keys: TKIP's phase 1 keys for receiving
 */
#ifndef SKUA_KEY_TKIP_H
#define SKUA_KEY_TKIP_H

#include "key_slot.h"

u64 skua_key_tkip_features(void);
void skua_key_first_phase1(struct skua *sc, const struct skua_key *key,
			   struct ieee80211_key_conf *conf,
			   struct ieee80211_vif *vif, struct ieee80211_sta *sta);
void skua_op_update_tkip_key(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			     struct ieee80211_key_conf *conf,
			     struct ieee80211_sta *sta, u32 iv32, u16 *p1k);

#endif /* SKUA_KEY_TKIP_H */
