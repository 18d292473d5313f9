/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - keys, as the other parts of the driver see them
 */
#ifndef SKUA_KEY_H
#define SKUA_KEY_H

#include "key_drain.h"
#include "key_pn.h"
#include "key_slot.h"
#include "key_tkip.h"
#include "skua.h"

const struct skua_suite *skua_key_in_nic(const struct skua *sc, u32 suite,
					 u8 len);
void skua_key_encode(struct skua_cmd_key *cmd, const struct skua_key *key,
		     const struct ieee80211_key_conf *conf);
u64 skua_key_features(void);
bool skua_key_aggregates(struct ieee80211_sta *sta);
void skua_key_phy_init(struct skua *sc);

#endif /* SKUA_KEY_H */
