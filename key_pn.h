/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - keys: packet numbers
 */
#ifndef SKUA_KEY_PN_H
#define SKUA_KEY_PN_H

#include "key_slot.h"

u64 skua_key_take_pn(const struct skua_key *key,
		     struct ieee80211_key_conf *conf, unsigned int n);
void skua_key_take_lease(struct skua_key *key, struct ieee80211_key_conf *conf);
void skua_key_scatter_iv(const struct skua_key *key,
			 struct ieee80211_key_conf *conf);
void skua_key_saw_pn(struct skua_key *key, u8 tid, u64 pn);
void skua_key_learn_pn(struct skua_key *key, struct ieee80211_key_conf *conf);
void skua_key_put_pn(u8 to[6], u64 pn);

#endif /* SKUA_KEY_PN_H */
