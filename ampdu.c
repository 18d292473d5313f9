// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - aggregation and Block Ack sessions
 *
 * No NIC offers SKUA_FEAT_TX_AMPDU or SKUA_FEAT_RX_AMPDU yet, so no session
 * begins here, and no session has to end.
 */
#include "skua.h"

/**
 * skua_op_ampdu_action() - begin or end a Block Ack session
 * @hw: the device
 * @vif: interface
 * @params: action, station and TID
 *
 * Wiphy mutex; sleeps. The end of a session always succeeds, as mac80211 demands;
 * the callback that mac80211 waits for comes at once.
 *
 * Return: 0 or -EOPNOTSUPP
 */
int skua_op_ampdu_action(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			 struct ieee80211_ampdu_params *params)
{
	lockdep_assert_wiphy(hw->wiphy);
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
