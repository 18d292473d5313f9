// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - keys: TKIP's phase 1 keys for receiving
 */
#include <linux/module.h>
#include <linux/string.h>

#include "key_tkip.h"

static bool skua_tkip_phase1;
module_param_named(tkip_phase1, skua_tkip_phase1, bool, 0444);
MODULE_PARM_DESC(tkip_phase1, "Compute TKIP's receive phase 1 keys on the host (default: off)");

/**
 * skua_key_tkip_features() - features that TKIP asks the NIC for
 *
 * Return: SKUA_FEAT_*
 */
u64 skua_key_tkip_features(void)
{
	return skua_tkip_phase1 ? SKUA_FEAT_TKIP_PHASE1_HOST : 0;
}

/* The NIC needs them for receiving only: it mixes keys for sending itself. */
static void skua_key_post_phase1(struct skua *sc, const struct skua_key *key,
				 u32 iv32, const u16 *p1k)
{
	struct skua_cmd_tkip_phase1 cmd = {
		.slot = cpu_to_le16(key->slot),
		.gen = cpu_to_le16(key->gen),
		.iv32 = cpu_to_le32(iv32),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmd.p1k); i++)
		cmd.p1k[i] = cpu_to_le16(p1k[i]);
	skua_cmd_post(sc, SKUA_CMD_KEY_TKIP_PHASE1, &cmd, sizeof(cmd));
	memzero_explicit(&cmd, sizeof(cmd));
}

/**
 * skua_key_first_phase1() - give the NIC the phase 1 key of a key's state
 * @sc: the device
 * @key: key that has just been installed, of any cipher
 * @conf: the same to mac80211
 * @vif: interface
 * @sta: owner, or NULL for a key of the interface
 *
 * mac80211 calls update_tkip_key() when IV32 changes. A NIC that gets the key,
 * maybe again after a restart, needs the present phase 1 key at once. Wiphy
 * mutex.
 */
void skua_key_first_phase1(struct skua *sc, const struct skua_key *key,
			   struct ieee80211_key_conf *conf,
			   struct ieee80211_vif *vif,
			   struct ieee80211_sta *sta)
{
	u32 iv32 = key->rx_pn[0] >> 16;
	u16 p1k[5];

	if (!skua_has(sc, SKUA_FEAT_TKIP_PHASE1_HOST) ||
	    !(key->suite->flags & SKUA_SUITE_TKIP))
		return;
	ieee80211_get_tkip_rx_p1k(conf, sta ? sta->addr : vif->bss_conf.bssid,
				  iv32, p1k);
	skua_key_post_phase1(sc, key, iv32, p1k);
	memzero_explicit(p1k, sizeof(p1k));
}

/**
 * skua_op_update_tkip_key() - a phase 1 key for receiving
 * @hw: the device
 * @vif: interface
 * @conf: TKIP key
 * @sta: its owner, or NULL for a key of the interface
 * @iv32: the IV32 that the phase 1 key belongs to
 * @p1k: the phase 1 key
 *
 * Softirq; mac80211 holds rcu_read_lock(). mac80211 calls it only if the NIC
 * leaves TKIP frames encrypted.
 */
void skua_op_update_tkip_key(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			     struct ieee80211_key_conf *conf,
			     struct ieee80211_sta *sta, u32 iv32, u16 *p1k)
{
	struct skua *sc = hw->priv;
	struct skua_key *key;

	if (!skua_has(sc, SKUA_FEAT_TKIP_PHASE1_HOST))
		return;
	key = skua_key_of(skua_key_table(vif, sta), conf);
	if (key && key->suite->flags & SKUA_SUITE_TKIP)
		skua_key_post_phase1(sc, key, iv32, p1k);
}
