/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - stations: functions that sta.c shares with its tests
 */
#ifndef SKUA_STA_H
#define SKUA_STA_H

#include "skua.h"

int skua_sta_handle_take(struct skua *sc, struct ieee80211_sta *sta);
void skua_sta_handle_put(struct skua *sc, struct skua_sta *ssta);
u16 skua_sta_amsdu_limit(const struct ieee80211_link_sta *link, u32 rate);
u32 skua_sta_throughput(u32 rate, u32 ok);
u8 skua_sta_uapsd(u8 qosinfo);
void skua_sta_encode(struct skua_cmd_sta *cmd, struct ieee80211_vif *vif,
		     struct ieee80211_sta *sta, enum nl80211_band band);

#endif /* SKUA_STA_H */
