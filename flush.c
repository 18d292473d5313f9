// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - flush: waiting for the frames that the NIC holds
 *
 * The firmware does the waiting and the dropping; each frame comes back with a
 * status of its own, as always.
 */
#include "key.h"
#include "tx.h"

#define SKUA_FLUSH_MS		1000	/* flush of an interface, or of all */
#define SKUA_FLUSH_STA_MS	100	/* flush before a station goes */

static void skua_tx_flush(struct skua *sc, const struct skua_cmd_flush *cmd)
{
	struct skua_cmd_req req = {
		.op = SKUA_CMD_FLUSH,
		.data = cmd,
		.len = sizeof(*cmd),
		.timeout_ms = le32_to_cpu(cmd->timeout_ms) + 1000,
	};

	if (skua_alive(sc) && atomic_read(&sc->tx.queued))
		skua_cmd_exec(sc, &req);
}

/**
 * skua_op_flush() - wait until frames have left, or drop them
 * @hw: the device
 * @vif: interface, or NULL for all
 * @queues: bit per AC
 * @drop: drop frames instead of waiting for them
 *
 * Wiphy mutex; sleeps.
 */
void skua_op_flush(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		   u32 queues, bool drop)
{
	struct skua_cmd_flush cmd = {
		.vif = vif ? skua_vif(vif)->idx : SKUA_VIF_NONE,
		.ac_mask = (queues & GENMASK(3, 0)) | BIT(SKUA_TX_MGMT),
		.sta = cpu_to_le16(SKUA_STA_NONE),
		.drop = drop,
		.timeout_ms = cpu_to_le32(SKUA_FLUSH_MS),
	};

	skua_tx_flush(hw->priv, &cmd);
}

/**
 * skua_op_flush_sta() - a station is about to go: let its last frames leave
 * @hw: the device
 * @vif: interface
 * @sta: station
 *
 * Wiphy mutex; sleeps. The deauthentication frame may be among the frames, so
 * nothing is dropped before a short time has passed. The frames of a station that
 * sleeps cannot leave, and are dropped at once.
 */
void skua_op_flush_sta(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		       struct ieee80211_sta *sta)
{
	const struct skua_sta *ssta = skua_sta(sta);
	struct skua_cmd_flush cmd = {
		.vif = skua_vif(vif)->idx,
		.ac_mask = GENMASK(SKUA_TX_MGMT, 0),
		.sta = cpu_to_le16(ssta->handle),
		.sta_gen = cpu_to_le16(ssta->gen),
	};
	struct skua *sc = hw->priv;
	unsigned long since = jiffies, limit;

	lockdep_assert_wiphy(hw->wiphy);
	if (ssta->handle == SKUA_STA_NONE)
		return;
	limit = skua_key_patience(sc->keys, msecs_to_jiffies(SKUA_FLUSH_STA_MS));
	if (!READ_ONCE(ssta->asleep))
		cmd.timeout_ms = cpu_to_le32(jiffies_to_msecs(limit));
	skua_tx_flush(sc, &cmd);
	skua_key_waited(sc->keys, since);
}

/**
 * skua_op_tx_frames_pending() - does the NIC hold frames?
 * @hw: the device
 *
 * Any context.
 *
 * Return: true if it does
 */
bool skua_op_tx_frames_pending(struct ieee80211_hw *hw)
{
	struct skua *sc = hw->priv;

	return atomic_read(&sc->tx.queued);
}
