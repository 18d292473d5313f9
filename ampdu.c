// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - aggregation and Block Ack sessions
 *
 * As long as neither SKUA_FEAT_TX_AMPDU nor SKUA_FEAT_RX_AMPDU is offered, no
 * session begins here, and so none has to end. Sessions come with
 * SKUA_CMD_BA; what concerns one TID of one station belongs in this file.
 */
#include "skua.h"

/**
 * skua_op_ampdu_action() - begin or end a Block Ack session
 * @hw: the device
 * @vif: interface
 * @params: what to do
 *
 * Wiphy mutex; sleeps. Ending always succeeds, since mac80211 takes that for
 * granted; the callback that it waits for comes at once.
 *
 * Return: 0 or -EOPNOTSUPP
 */
int skua_op_ampdu_action(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			 struct ieee80211_ampdu_params *params)
{
	switch (params->action) {
	case IEEE80211_AMPDU_TX_STOP_CONT:
		ieee80211_stop_tx_ba_cb_irqsafe(vif, params->sta->addr,
						params->tid);
		return 0;
	case IEEE80211_AMPDU_TX_STOP_FLUSH:
	case IEEE80211_AMPDU_TX_STOP_FLUSH_CONT:
	case IEEE80211_AMPDU_RX_STOP:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}
