// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - keys: which ciphers the NIC does, a key's installation and its removal
 *
 * Slots and lookups are in key_slot.c, packet numbers in key_pn.c, and TKIP's
 * phase 1 keys in key_tkip.c.
 *
 * The driver keeps no key material. It goes from mac80211's key into one
 * command, whose copies are wiped.
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "key.h"
#include "trace.h"

#define SKUA_RETIRE_TIMEOUT	(2 * HZ)	/* as for an answer to a command */
#define SKUA_DEFAULT_KEYS	4	/* above are those of management frames */

static bool skua_sw_crypto_control;
module_param_named(sw_crypto_control, skua_sw_crypto_control, bool, 0444);
MODULE_PARM_DESC(sw_crypto_control, "Let mac80211 do in software only keys that the driver names (default: off)");

/*
 * The driver's one table of ciphers. All are announced. Keys go to a NIC that
 * has an engine for the cipher; mac80211 does the others in software.
 */
static const struct skua_suite skua_suites[] = {
	{ WLAN_CIPHER_SUITE_WEP40, WLAN_KEY_LEN_WEP40, SKUA_KEY_LEN_WEP40,
	  SKUA_SUITE_WEP },
	{ WLAN_CIPHER_SUITE_WEP104, WLAN_KEY_LEN_WEP104, SKUA_KEY_LEN_WEP104,
	  SKUA_SUITE_WEP },
	{ WLAN_CIPHER_SUITE_TKIP, WLAN_KEY_LEN_TKIP, SKUA_KEY_LEN_TKIP,
	  SKUA_SUITE_TKIP },
	{ WLAN_CIPHER_SUITE_CCMP, WLAN_KEY_LEN_CCMP, SKUA_KEY_LEN_CCMP,
	  SKUA_SUITE_EXT_IV },
	{ WLAN_CIPHER_SUITE_CCMP_256, WLAN_KEY_LEN_CCMP_256, SKUA_KEY_LEN_CCMP_256,
	  SKUA_SUITE_EXT_IV },
	{ WLAN_CIPHER_SUITE_GCMP, WLAN_KEY_LEN_GCMP, SKUA_KEY_LEN_GCMP,
	  SKUA_SUITE_EXT_IV },
	{ WLAN_CIPHER_SUITE_GCMP_256, WLAN_KEY_LEN_GCMP_256, SKUA_KEY_LEN_GCMP_256,
	  SKUA_SUITE_EXT_IV },
	{ WLAN_CIPHER_SUITE_AES_CMAC, WLAN_KEY_LEN_AES_CMAC, SKUA_KEY_LEN_BIP_CMAC,
	  SKUA_SUITE_BIP },
	{ WLAN_CIPHER_SUITE_BIP_CMAC_256, WLAN_KEY_LEN_BIP_CMAC_256, SKUA_KEY_LEN_BIP_CMAC_256,
	  SKUA_SUITE_BIP },
	{ WLAN_CIPHER_SUITE_BIP_GMAC_128, WLAN_KEY_LEN_BIP_GMAC_128, SKUA_KEY_LEN_BIP_GMAC,
	  SKUA_SUITE_BIP },
	{ WLAN_CIPHER_SUITE_BIP_GMAC_256, WLAN_KEY_LEN_BIP_GMAC_256, SKUA_KEY_LEN_BIP_GMAC_256,
	  SKUA_SUITE_BIP },
};

/**
 * skua_key_suites() - cipher suites to announce
 * @sc: the device; skua_key_init() has been called
 * @suites: gets the address of the suite selectors
 *
 * mac80211 does the ciphers that the NIC lacks, so the whole table is announced.
 *
 * Return: number of suites
 */
unsigned int skua_key_suites(struct skua *sc, const u32 **suites)
{
	static_assert(ARRAY_SIZE(skua_suites) == SKUA_NUM_SUITES);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skua_suites); i++)
		sc->keys->suite[i] = skua_suites[i].suite;
	*suites = sc->keys->suite;
	return ARRAY_SIZE(skua_suites);
}

/**
 * skua_key_in_nic() - look up a cipher that the NIC has an engine for
 * @sc: the device
 * @suite: suite selector
 * @len: bytes of the key
 *
 * Return: the cipher's row of the table, or NULL if the NIC lacks the cipher or
 * the length is wrong
 */
const struct skua_suite *skua_key_in_nic(const struct skua *sc, u32 suite,
					 u8 len)
{
	const struct skua_suite *row = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skua_suites); i++)
		if (skua_suites[i].suite == suite && skua_suites[i].len == len)
			row = &skua_suites[i];
	for (i = 0; row && i < sc->caps.n_ciphers; i++)
		if (sc->caps.cipher[i] == suite)
			return row;
	return NULL;
}

/**
 * skua_key_features() - features that the key code asks the NIC for
 *
 * Return: SKUA_FEAT_*
 */
u64 skua_key_features(void)
{
	u64 features = 0;

	/* software cannot number and sign beacons that the NIC sends */
	if (!skua_swcrypto)
		features |= SKUA_FEAT_BEACON_PROT;
	return features | skua_key_tkip_features();
}

static bool skua_keys_have(struct skua_key __rcu **table, u8 suite_flags)
{
	const struct skua_key *key;
	unsigned int i;

	for (i = 0; i < SKUA_OWNER_KEYS; i++) {
		key = rcu_dereference(table[i]);
		if (key && (key->suite->flags & suite_flags))
			return true;
	}
	return false;
}

/**
 * skua_key_aggregates() - do the keys of a station allow Block Ack sessions?
 * @sta: station
 *
 * Frames under TKIP or WEP are never part of an A-MPDU. A WEP key may be one of the
 * interface; other keys of the interface are for group frames. Any context.
 *
 * Return: false if the NIC encrypts frames to the station with such a key
 */
bool skua_key_aggregates(struct ieee80211_sta *sta)
{
	struct ieee80211_vif *vif = skua_sta(sta)->vif;
	bool old;

	rcu_read_lock();
	old = skua_keys_have(skua_sta(sta)->key,
			     SKUA_SUITE_TKIP | SKUA_SUITE_WEP) ||
	      (skua_keys_have(skua_vif(vif)->key, SKUA_SUITE_WEP) &&
	       !skua_keys_have(skua_sta(sta)->key, SKUA_SUITE_EXT_IV));
	rcu_read_unlock();
	return !old;
}

/**
 * skua_key_phy_init() - announce ciphers and features of keys
 * @sc: the device, before its registration
 *
 * The driver keeps the rules for CAN_REPLACE_PTK0. DISABLE_KEY returns after
 * mac80211 has the last frame that the key decrypted. Frames that are posted with
 * a key leave before it goes, unless that takes too long (skua_key_drain()). The
 * NIC drops frames that wait under the generation of a removed key. A frame names
 * slot and generation, so no frame gets another key. A frame without its key is
 * not sent.
 */
void skua_key_phy_init(struct skua *sc)
{
	struct wiphy *wiphy = sc->hw->wiphy;

	wiphy->n_cipher_suites = skua_key_suites(sc, &wiphy->cipher_suites);
	wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_CAN_REPLACE_PTK0);
	wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_EXT_KEY_ID);
	wiphy_ext_feature_set(wiphy,
			      NL80211_EXT_FEATURE_BEACON_PROTECTION_CLIENT);
	if (skua_has(sc, SKUA_FEAT_BEACON_PROT))
		wiphy_ext_feature_set(wiphy,
				      NL80211_EXT_FEATURE_BEACON_PROTECTION);
	if (!skua_sw_crypto_control)
		return;
	ieee80211_hw_set(sc->hw, SW_CRYPTO_CONTROL);
	/* With the flag, the driver has to say that it sends such frames. */
	wiphy->interface_modes |= BIT(NL80211_IFTYPE_AP_VLAN);
	wiphy->software_iftypes |= BIT(NL80211_IFTYPE_AP_VLAN);
}

static u32 skua_key_flags(const struct skua_key *key,
			  const struct ieee80211_key_conf *conf)
{
	u32 flags = 0;

	if (key->suite->flags & SKUA_SUITE_BIP)
		flags |= SKUA_KEYF_MGMT;
	if (key->lease)
		flags |= SKUA_KEYF_DEFAULT_TX;
	if (conf->flags & IEEE80211_KEY_FLAG_PAIRWISE)
		flags |= SKUA_KEYF_PAIRWISE;
	if (conf->flags & IEEE80211_KEY_FLAG_NO_AUTO_TX)
		flags |= SKUA_KEYF_RX_ONLY;
	if (conf->flags & IEEE80211_KEY_FLAG_SPP_AMSDU)
		flags |= SKUA_KEYF_SPP_AMSDU;
	return flags;
}

/**
 * skua_key_encode() - build the command that installs a key
 * @cmd: command to fill; the caller wipes the key from it
 * @key: the key, with slot, generation, owner and receive PNs
 * @conf: mac80211's key, at most SKUA_MAX_KEY_LEN bytes
 */
void skua_key_encode(struct skua_cmd_key *cmd, const struct skua_key *key,
		     const struct ieee80211_key_conf *conf)
{
	unsigned int i;

	memset(cmd, 0, sizeof(*cmd));
	cmd->slot = cpu_to_le16(key->slot);
	cmd->gen = cpu_to_le16(key->gen);
	cmd->sta = cpu_to_le16(key->sta);
	cmd->sta_gen = cpu_to_le16(key->sta_gen);
	cmd->vif = key->vif;
	cmd->keyidx = conf->keyidx;
	cmd->key_len = key->suite->nic_len;
	cmd->cipher = cpu_to_le32(conf->cipher);
	cmd->flags = cpu_to_le32(skua_key_flags(key, conf));
	memcpy(cmd->key, conf->key, key->suite->nic_len);
	if (key->suite->flags & SKUA_SUITE_TKIP) {
		memcpy(cmd->tx_mic_key,
		       conf->key + NL80211_TKIP_DATA_OFFSET_TX_MIC_KEY,
		       sizeof(cmd->tx_mic_key));
		memcpy(cmd->rx_mic_key,
		       conf->key + NL80211_TKIP_DATA_OFFSET_RX_MIC_KEY,
		       sizeof(cmd->rx_mic_key));
	}
	for (i = 0; i < SKUA_NUM_PN; i++)
		skua_key_put_pn(cmd->rx_pn[i], key->rx_pn[i]);
	if (key->lease) {
		skua_key_put_pn(cmd->tx_lease, key->lease);
		cmd->lease_len = cpu_to_le32(SKUA_KEY_LEASE);
	}
}

static int skua_key_install(struct skua *sc, struct skua_key *key,
			    struct ieee80211_key_conf *conf)
{
	struct skua_cmd_key cmd;
	struct skua_cmd_req req = {
		.op = SKUA_CMD_KEY_SET,
		.flags = SKUA_CMDF_SECRET,
		.data = &cmd,
		.len = sizeof(cmd),
	};
	int err;

	skua_key_encode(&cmd, key, conf);
	err = skua_cmd_exec(sc, &req);
	memzero_explicit(&cmd, sizeof(cmd));
	trace_skua_key(sc, true, key, err);
	return err;
}

/* A key's index in its owner's table: its present one, or the first gap. */
static int skua_key_place(struct skua *sc, struct skua_key __rcu **table,
			  const struct skua_key *old)
{
	const struct skua_key *key;
	int i, gap = -ENOSPC;

	for (i = SKUA_OWNER_KEYS - 1; i >= 0; i--) {
		key = wiphy_dereference(sc->hw->wiphy, table[i]);
		if (key && key == old)
			return i;
		if (!key)
			gap = i;
	}
	return gap;
}

/*
 * Removes a key, and waits until NAPI has seen the last frame of it. A NIC that does
 * not say so is dead: mac80211 removes the keys of all stations in a row and holds the
 * RTNL meanwhile.
 */
static void skua_key_retire(struct skua *sc, struct skua_key *key)
{
	struct skua_cmd_key_ref ref = {
		.slot = cpu_to_le16(key->slot),
		.gen = cpu_to_le16(key->gen),
		.vif = key->vif,
	};
	int err;

	if (!key->held || !skua_alive(sc))
		return;
	err = skua_cmd_send(sc, SKUA_CMD_KEY_DEL, &ref, sizeof(ref));
	trace_skua_key(sc, false, key, err);
	if (err)
		return;
	if (wait_event_timeout(sc->state_wait,
			       READ_ONCE(key->retired) || !skua_alive(sc),
			       SKUA_RETIRE_TIMEOUT))
		return;
	dev_err(sc->dev, "key slot %u: the NIC did not say that the key is retired\n",
		key->slot);
	if (skua_check_status(sc))
		skua_nic_dead(sc, SKUA_FATAL_NONE, "the NIC does not retire a key");
}

static void skua_key_drop(struct skua *sc, struct skua_key *key)
{
	skua_key_retire(sc, key);
	skua_key_slot_put(sc->keys, key);
	list_del(&key->list);
	skua_key_release(sc, key);
}

/*
 * mac80211 does not say which BIGTK protects beacons: the newest one does.
 * Without a key the NIC sends beacons unprotected, until hostapd installs one.
 */
static void skua_key_protect_beacon(struct skua *sc, struct ieee80211_vif *vif,
				    const struct skua_key *key)
{
	struct skua_vif *svif = skua_vif(vif);

	svif->bigtk.slot = key ? key->slot : SKUA_KEY_NONE;
	svif->bigtk.gen = key ? key->gen : 0;
	if (svif->beacon_set && skua_alive(sc))
		skua_beacon_set(sc, vif);
}

static bool skua_key_is_bigtk(const struct ieee80211_vif *vif,
			      const struct ieee80211_key_conf *conf)
{
	return vif->type == NL80211_IFTYPE_AP &&
	       conf->keyidx >= SKUA_FIRST_BIGTK;
}

static struct skua_key *skua_key_new(struct skua *sc, struct ieee80211_vif *vif,
				     struct ieee80211_sta *sta,
				     struct ieee80211_key_conf *conf,
				     const struct skua_suite *suite,
				     const struct skua_key *old)
{
	struct skua_key *key = kzalloc(sizeof(*key), GFP_KERNEL);

	if (!key)
		return NULL;
	atomic_set(&key->users, 1);
	key->conf = conf;
	key->suite = suite;
	key->keyidx = conf->keyidx;
	key->vif = skua_vif(vif)->idx;
	key->sta = sta ? skua_sta(sta)->handle : SKUA_STA_NONE;
	key->sta_gen = sta ? skua_sta(sta)->gen : 0;
	if (old)
		memcpy(key->rx_pn, old->rx_pn, sizeof(key->rx_pn));
	skua_key_learn_pn(key, conf);
	if (skua_key_is_bigtk(vif, conf))
		skua_key_take_lease(key, conf);
	skua_key_scatter_iv(key, conf);
	return key;
}

/*
 * From now on no data may leave in clear text, even if the key is refused. mac80211
 * does not say when it begins to transmit with a key that was for receiving only:
 * skua_tx_note_key() sees the first frame.
 */
static void skua_key_mark(struct skua *sc, struct ieee80211_vif *vif,
			  struct ieee80211_sta *sta,
			  const struct ieee80211_key_conf *conf)
{
	if (!sta) {
		if (conf->keyidx < SKUA_DEFAULT_KEYS)
			WRITE_ONCE(skua_vif(vif)->keyed, true);
		return;
	}
	if (!(conf->flags & IEEE80211_KEY_FLAG_NO_AUTO_TX))
		WRITE_ONCE(skua_sta(sta)->tx_keyed, true);
	if (skua_sta(sta)->keyed)
		return;
	WRITE_ONCE(skua_sta(sta)->keyed, true);
	skua_sta_post(sc, vif, sta);
}

/* The default unicast key of an interface, or NULL if the NIC has none. */
static const struct skua_key *skua_key_default(struct skua *sc,
					       struct ieee80211_vif *vif)
{
	const struct skua_vif *svif = skua_vif(vif);
	const struct skua_key *key;
	int i;

	for (i = 0; i < SKUA_OWNER_KEYS; i++) {
		key = wiphy_dereference(sc->hw->wiphy, svif->key[i]);
		if (key && key->held && key->keyidx == svif->default_key)
			return key;
	}
	return NULL;
}

static void skua_key_tell_default(struct skua *sc, struct ieee80211_vif *vif,
				  const struct skua_key *key)
{
	const struct skua_cmd_key_ref ref = {
		.slot = cpu_to_le16(key ? key->slot : SKUA_KEY_NONE),
		.gen = cpu_to_le16(key ? key->gen : 0),
		.vif = skua_vif(vif)->idx,
	};

	skua_cmd_send(sc, SKUA_CMD_KEY_DEFAULT, &ref, sizeof(ref));
}

static int skua_key_set(struct skua *sc, struct ieee80211_vif *vif,
			struct ieee80211_sta *sta,
			struct ieee80211_key_conf *conf,
			const struct skua_suite *suite)
{
	struct skua_key __rcu **table = skua_key_table(vif, sta);
	struct skua_key *old = skua_key_find(sc, conf);
	struct skua_key *key;
	int idx, err;

	idx = skua_key_place(sc, table, old);
	if (idx < 0)
		return idx;
	key = skua_key_new(sc, vif, sta, conf, suite, old);
	/* In a restart mac80211 ignores errors, so another restart is due. */
	if (!key)
		return old ? skua_op_result(sc, -ENOMEM) : -ENOMEM;
	err = skua_key_slot_take(sc->keys, key, old);
	if (err) {
		kfree(key);
		return err;
	}

	key->idx = idx;
	err = skua_key_install(sc, key, conf);
	/* If the NIC has just died, the restart that follows installs the key. */
	err = skua_op_result(sc, err);
	if (err) {
		skua_key_slot_put(sc->keys, key);
		skua_key_release(sc, key);
		return err;
	}

	list_add(&key->list, &sc->keys->list);
	rcu_assign_pointer(table[idx], key);
	conf->hw_key_idx = idx;
	if (key->lease)
		skua_key_protect_beacon(sc, vif, key);
	/* After a restart mac80211 does not repeat the choice of this key. */
	if (old && key == skua_key_default(sc, vif))
		skua_key_tell_default(sc, vif, key);
	skua_key_first_phase1(sc, key, conf, vif, sta);
	if (old)
		skua_key_drop(sc, old);
	return 0;
}

static int skua_key_add(struct skua *sc, struct ieee80211_vif *vif,
			struct ieee80211_sta *sta,
			struct ieee80211_key_conf *conf)
{
	const struct skua_suite *suite;
	int err;

	skua_key_mark(sc, vif, sta, conf);
	suite = skua_key_in_nic(sc, conf->cipher, conf->keylen);
	if (skua_swcrypto || !suite) {
		skua_count(sc, SKUA_CTR_KEY_REFUSED);
		return -EOPNOTSUPP;
	}

	err = skua_key_set(sc, vif, sta, conf, suite);
	if (!err)
		skua_count(sc, SKUA_CTR_KEY_INSTALLED);
	else if (err == -ENOSPC)
		skua_count(sc, SKUA_CTR_KEY_FULL);
	else
		skua_count(sc, SKUA_CTR_KEY_REFUSED);
	return err;
}

/* Must succeed, even if the firmware or the NIC is dead or gone. */
static void skua_key_remove(struct skua *sc, struct ieee80211_vif *vif,
			    struct ieee80211_sta *sta,
			    struct ieee80211_key_conf *conf)
{
	struct skua_key __rcu **table = skua_key_table(vif, sta);
	struct skua_key *key = skua_key_find(sc, conf);

	if (!key)
		return;
	if (rcu_access_pointer(table[key->idx]) == key)
		RCU_INIT_POINTER(table[key->idx], NULL);
	if (key->lease && key->held && skua_vif(vif)->bigtk.slot == key->slot)
		skua_key_protect_beacon(sc, vif, NULL);
	skua_key_drain(sc, key, vif, sta);
	skua_key_drop(sc, key);
}

/**
 * skua_op_set_key() - install or remove a key
 * @hw: the device
 * @cmd: SET_KEY or DISABLE_KEY
 * @vif: interface
 * @sta: owner, or NULL for a default or transmit-only key
 * @conf: the key
 *
 * Wiphy mutex; sleeps. Before a key is removed, the frames that are posted with it
 * leave, see skua_key_drain().
 *
 * Return: 0; -EOPNOTSUPP or -ENOSPC if mac80211 has to use the key in software,
 * or 1 for that with SW_CRYPTO_CONTROL; another error, see skua_cmd_exec()
 */
int skua_op_set_key(struct ieee80211_hw *hw, enum set_key_cmd cmd,
		    struct ieee80211_vif *vif, struct ieee80211_sta *sta,
		    struct ieee80211_key_conf *conf)
{
	struct skua *sc = hw->priv;
	int err;

	lockdep_assert_wiphy(hw->wiphy);
	switch (cmd) {
	case SET_KEY:
		err = skua_key_add(sc, vif, sta, conf);
		if (ieee80211_hw_check(hw, SW_CRYPTO_CONTROL) &&
		    (err == -EOPNOTSUPP || err == -ENOSPC))
			return 1;
		return err;
	case DISABLE_KEY:
		skua_key_remove(sc, vif, sta, conf);
		return 0;
	}
	return -EOPNOTSUPP;
}

/**
 * skua_op_set_default_unicast_key() - key for data frames that the NIC generates
 * @hw: the device
 * @vif: interface
 * @idx: key index, or -1 for none
 *
 * Wiphy mutex; sleeps. If the NIC does not have the key, only its index is noted.
 */
void skua_op_set_default_unicast_key(struct ieee80211_hw *hw,
				     struct ieee80211_vif *vif, int idx)
{
	const struct skua_key *old = skua_key_default(hw->priv, vif);
	const struct skua_key *key;

	lockdep_assert_wiphy(hw->wiphy);
	skua_vif(vif)->default_key = idx;
	key = skua_key_default(hw->priv, vif);
	if (key || old)
		skua_key_tell_default(hw->priv, vif, key);
}
