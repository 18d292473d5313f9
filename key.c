// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - keys: which ones the NIC does, in which slot, and when they are gone
 *
 * mac80211 names a key by an index of 8 bits, the NIC has thousands of slots.
 * So hw_key_idx counts inside the key's owner (station or interface), whose
 * table leads to a struct skua_key with slot and generation.
 *
 * No key material is kept here: it goes from mac80211's key into one command,
 * whose copies are wiped.
 */
#include <linux/bitmap.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "key.h"

#define SKUA_RETIRE_TIMEOUT	(HZ)	/* then the NIC has lost the event */
#define SKUA_DEFAULT_KEYS	4	/* above are those of management frames */
#define SKUA_FIRST_BIGTK	6
#define SKUA_WEP_IV_MASK	GENMASK(23, 0)
/*
 * Packet numbers of protected beacons, which the NIC counts by itself. At the
 * shortest beacon interval they last for years; and there are as many leases.
 */
#define SKUA_KEY_LEASE		U32_MAX

static bool skua_sw_crypto_control;
module_param_named(sw_crypto_control, skua_sw_crypto_control, bool, 0444);
MODULE_PARM_DESC(sw_crypto_control, "Let mac80211 do in software only keys that the driver names (default: off)");

static bool skua_tkip_phase1;
module_param_named(tkip_phase1, skua_tkip_phase1, bool, 0444);
MODULE_PARM_DESC(tkip_phase1, "Compute TKIP's receive phase 1 keys on the host (default: off)");

/*
 * The one table of ciphers: what is announced, and what this file can give to
 * a NIC that has an engine for it. mac80211 does the rest in software.
 */
static const struct skua_suite skua_suites[] = {
	{ WLAN_CIPHER_SUITE_WEP40, WLAN_KEY_LEN_WEP40, WLAN_KEY_LEN_WEP40,
	  SKUA_SUITE_WEP },
	{ WLAN_CIPHER_SUITE_WEP104, WLAN_KEY_LEN_WEP104, WLAN_KEY_LEN_WEP104,
	  SKUA_SUITE_WEP },
	{ WLAN_CIPHER_SUITE_TKIP, WLAN_KEY_LEN_TKIP,
	  NL80211_TKIP_DATA_OFFSET_TX_MIC_KEY, SKUA_SUITE_TKIP },
	{ WLAN_CIPHER_SUITE_CCMP, WLAN_KEY_LEN_CCMP, WLAN_KEY_LEN_CCMP,
	  SKUA_SUITE_EXT_IV },
	{ WLAN_CIPHER_SUITE_CCMP_256, WLAN_KEY_LEN_CCMP_256,
	  WLAN_KEY_LEN_CCMP_256, SKUA_SUITE_EXT_IV },
	{ WLAN_CIPHER_SUITE_GCMP, WLAN_KEY_LEN_GCMP, WLAN_KEY_LEN_GCMP,
	  SKUA_SUITE_EXT_IV },
	{ WLAN_CIPHER_SUITE_GCMP_256, WLAN_KEY_LEN_GCMP_256,
	  WLAN_KEY_LEN_GCMP_256, SKUA_SUITE_EXT_IV },
	{ WLAN_CIPHER_SUITE_AES_CMAC, WLAN_KEY_LEN_AES_CMAC,
	  WLAN_KEY_LEN_AES_CMAC, SKUA_SUITE_BIP },
	{ WLAN_CIPHER_SUITE_BIP_CMAC_256, WLAN_KEY_LEN_BIP_CMAC_256,
	  WLAN_KEY_LEN_BIP_CMAC_256, SKUA_SUITE_BIP },
	{ WLAN_CIPHER_SUITE_BIP_GMAC_128, WLAN_KEY_LEN_BIP_GMAC_128,
	  WLAN_KEY_LEN_BIP_GMAC_128, SKUA_SUITE_BIP },
	{ WLAN_CIPHER_SUITE_BIP_GMAC_256, WLAN_KEY_LEN_BIP_GMAC_256,
	  WLAN_KEY_LEN_BIP_GMAC_256, SKUA_SUITE_BIP },
};

/**
 * skua_key_suites() - cipher suites to announce
 * @sc: the device; skua_key_init() has been called
 * @suites: where they are
 *
 * What the NIC lacks is done by mac80211, so all of the table is announced.
 *
 * Return: how many
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
 * skua_key_in_nic() - does the NIC do this cipher?
 * @sc: the device
 * @suite: suite selector
 * @len: bytes of the key
 *
 * Return: its row of the table, or NULL
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

	/* a template cannot carry what software counts and signs */
	if (!skua_swcrypto)
		features |= SKUA_FEAT_BEACON_PROT;
	if (skua_tkip_phase1)
		features |= SKUA_FEAT_TKIP_PHASE1_HOST;
	return features;
}

/**
 * skua_key_phy_init() - announces what follows from the keys
 * @sc: the device, before its registration
 *
 * The rules for CAN_REPLACE_PTK0 are kept thus: DISABLE_KEY returns after the
 * last frame that the key decrypted has gone by; the NIC drops what waits under
 * the generation of a removed key; a frame names slot and generation, so none
 * gets another key; and what has lost its key is not sent at all.
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
	/* with it, mac80211 leaves to us to say that software frames pass */
	wiphy->interface_modes |= BIT(NL80211_IFTYPE_AP_VLAN);
	wiphy->software_iftypes |= BIT(NL80211_IFTYPE_AP_VLAN);
}

/**
 * skua_key_init() - allocates the slot table
 * @sc: the device; caps.keys is its size
 *
 * Return: 0 or -ENOMEM
 */
int skua_key_init(struct skua *sc)
{
	unsigned int n = min_t(unsigned int, sc->caps.keys, SKUA_MAX_KEYS);
	struct skua_keys *keys;

	keys = kvzalloc(struct_size(keys, slot, n), GFP_KERNEL);
	if (!keys)
		return -ENOMEM;
	keys->nslots = n;
	/* a beacon whose key found no slot could not be protected at all */
	if (skua_has(sc, SKUA_FEAT_BEACON_PROT))
		keys->reserve = min(2 * sc->caps.vifs, n / 8);
	keys->used = bitmap_zalloc(max(n, 1U), GFP_KERNEL);
	if (!keys->used) {
		kvfree(keys);
		return -ENOMEM;
	}
	INIT_LIST_HEAD(&keys->list);
	sc->keys = keys;
	return 0;
}

/**
 * skua_key_exit() - undoes skua_key_init(); nobody uses keys any more
 * @sc: the device
 */
void skua_key_exit(struct skua *sc)
{
	struct skua_keys *keys = sc->keys;
	struct skua_key *key, *next;

	if (!keys)
		return;
	/* Keys that mac80211 dropped after a failed restart end here. */
	list_for_each_entry_safe(key, next, &keys->list, list)
		kfree_rcu(key, rcu);
	bitmap_free(keys->used);
	kvfree(keys);
	sc->keys = NULL;
}

/* The NIC has lost what was in it; nobody else gets it. */
static void skua_key_slot_keep(struct skua_keys *keys, struct skua_key *key)
{
	if (!key->held)
		return;
	RCU_INIT_POINTER(keys->slot[key->slot].key, NULL);
	key->held = false;
	key->kept = true;
}

/**
 * skua_key_reset() - the NIC has forgotten all keys
 * @sc: the device
 *
 * Slots are empty again. In a restart the objects stay, and so do their claims
 * to the slots: mac80211 offers its keys again without having removed them, and
 * their shadows are needed then. It takes those that were in the NIC for there
 * even if they find no slot, so that none may go to a key that was not. Until
 * then a frame that names one is dropped by the NIC, since no generation comes
 * twice. Otherwise mac80211 has no keys; what is left here after a restart that
 * failed is forgotten, lest a new key at the same address be taken for it.
 * Wiphy mutex, NAPI off.
 */
void skua_key_reset(struct skua *sc)
{
	bool restart = test_bit(SKUA_F_RECONFIG, &sc->flags);
	struct skua_keys *keys = sc->keys;
	struct skua_key *key, *next;

	if (!keys)
		return;
	list_for_each_entry_safe(key, next, &keys->list, list) {
		if (restart) {
			skua_key_slot_keep(keys, key);
			continue;
		}
		skua_key_slot_put(keys, key);
		list_del(&key->list);
		kfree_rcu(key, rcu);
	}
}

/**
 * skua_key_restarted() - mac80211 has offered all its keys again
 * @sc: the device. Wiphy mutex
 */
void skua_key_restarted(struct skua *sc)
{
	struct skua_key *key;

	list_for_each_entry(key, &sc->keys->list, list)
		if (key->kept)
			skua_key_slot_put(sc->keys, key);
}

/**
 * skua_key_slot_take() - gives a key a slot and a fresh generation
 * @keys: all keys
 * @key: key; gets slot and generation, and receive can find it from now on
 * @old: the same key before a restart, which leaves it its slot, or NULL
 *
 * Return: 0 or -ENOSPC
 */
int skua_key_slot_take(struct skua_keys *keys, struct skua_key *key,
		       struct skua_key *old)
{
	unsigned int slot = find_first_zero_bit(keys->used, keys->nslots);
	unsigned int n = keys->nslots;

	if (key->keyidx < SKUA_FIRST_BIGTK)
		n -= keys->reserve;
	if (old && old->kept) {
		slot = old->slot;
		old->kept = false;
	} else if (slot >= n) {
		return -ENOSPC;
	}
	__set_bit(slot, keys->used);
	key->slot = slot;
	key->gen = ++keys->slot[slot].gen;
	key->held = true;
	rcu_assign_pointer(keys->slot[slot].key, key);
	return 0;
}

/**
 * skua_key_slot_put() - takes a slot back
 * @keys: all keys
 * @key: key; one without a slot is left alone
 */
void skua_key_slot_put(struct skua_keys *keys, struct skua_key *key)
{
	if (key->held)
		RCU_INIT_POINTER(keys->slot[key->slot].key, NULL);
	if (key->held || key->kept)
		__clear_bit(key->slot, keys->used);
	key->held = false;
	key->kept = false;
}

/**
 * skua_key_get() - the key that a completion names
 * @sc: the device
 * @slot: from the NIC, any value
 * @gen: from the NIC, any value
 *
 * Inside rcu_read_lock().
 *
 * Return: the key, or NULL if the slot is unknown, empty or used anew
 */
struct skua_key *skua_key_get(struct skua *sc, u16 slot, u16 gen)
{
	struct skua_key *key;

	if (!sc->keys || slot >= sc->keys->nslots)
		return NULL;
	key = rcu_dereference(sc->keys->slot[slot].key);
	if (!key || key->gen != gen)
		return NULL;
	return key;
}

/**
 * skua_key_of() - the key in an owner's table that mac80211 means
 * @table: key table of a station or interface
 * @conf: what info->control.hw_key says; valid
 *
 * Inside rcu_read_lock(). mac80211 sets hw_key also for a key that is not, or
 * no longer, in the NIC, with any hw_key_idx; only the cookie decides.
 *
 * Return: the key, or NULL if the NIC does not have it
 */
struct skua_key *skua_key_of(struct skua_key __rcu **table,
			     const struct ieee80211_key_conf *conf)
{
	struct skua_key *key;

	if (conf->hw_key_idx >= SKUA_OWNER_KEYS)
		return NULL;
	key = rcu_dereference(table[conf->hw_key_idx]);
	return key && key->conf == conf ? key : NULL;
}

/**
 * skua_key_take_pn() - reserves packet numbers
 * @key: key in the NIC
 * @conf: the same to mac80211
 * @n: how many MPDUs need one, at least 1
 *
 * mac80211's software path counts with the same counter, so no number comes
 * twice whichever path a frame takes; but for WEP, whose IVs wrap anyway. Any
 * context.
 *
 * Return: the first of them
 */
u64 skua_key_take_pn(const struct skua_key *key,
		     struct ieee80211_key_conf *conf, unsigned int n)
{
	u64 pn;

	n = max(n, 1U);
	pn = atomic64_add_return(n, &conf->tx_pn) - n + 1;
	return key->suite->flags & SKUA_SUITE_WEP ? pn & SKUA_WEP_IV_MASK : pn;
}

/**
 * skua_key_saw_pn() - remembers a packet number that the NIC has accepted
 * @key: key
 * @tid: TID, or SKUA_PN_MGMT; others are ignored
 * @pn: packet number
 */
void skua_key_saw_pn(struct skua_key *key, u8 tid, u64 pn)
{
	if (tid < SKUA_NUM_PN && pn > READ_ONCE(key->rx_pn[tid]))
		WRITE_ONCE(key->rx_pn[tid], pn);
}

/* mac80211 keeps a PN with its most significant byte first. */
static u64 skua_pn_be(const u8 pn[6])
{
	u64 val = 0;
	int i;

	for (i = 0; i < 6; i++)
		val = val << 8 | pn[i];
	return val;
}

static void skua_key_learn_tid(struct skua_key *key,
			       struct ieee80211_key_conf *conf, int tid)
{
	struct ieee80211_key_seq seq = {};

	ieee80211_get_key_rx_seq(conf, tid, &seq);
	if (key->suite->flags & SKUA_SUITE_TKIP)
		skua_key_saw_pn(key, tid,
				(u64)seq.tkip.iv32 << 16 | seq.tkip.iv16);
	else if (key->suite->flags & SKUA_SUITE_BIP)
		skua_key_saw_pn(key, SKUA_PN_MGMT, skua_pn_be(seq.aes_cmac.pn));
	else
		skua_key_saw_pn(key, tid < 0 ? SKUA_PN_MGMT : tid,
				skua_pn_be(seq.ccmp.pn));
}

/* Where receiving goes on: never behind what mac80211 or the NIC has seen. */
static void skua_key_learn_pn(struct skua_key *key,
			      struct ieee80211_key_conf *conf)
{
	u8 flags = key->suite->flags;
	int tid;

	if (flags & SKUA_SUITE_BIP)
		skua_key_learn_tid(key, conf, 0);
	if (flags & (SKUA_SUITE_EXT_IV | SKUA_SUITE_TKIP))
		for (tid = 0; tid < IEEE80211_NUM_TIDS; tid++)
			skua_key_learn_tid(key, conf, tid);
	if (flags & SKUA_SUITE_EXT_IV)
		skua_key_learn_tid(key, conf, -1);
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

static void skua_key_put_pn(u8 to[6], u64 pn)
{
	unsigned int b;

	for (b = 0; b < 6; b++)
		to[b] = pn >> (8 * b);
}

static u64 skua_key_get_pn(const u8 from[6])
{
	unsigned int b;
	u64 pn = 0;

	for (b = 0; b < 6; b++)
		pn |= (u64)from[b] << (8 * b);
	return pn;
}

/**
 * skua_key_encode() - builds the command that installs a key
 * @cmd: to fill; holds the key afterwards, the caller wipes it
 * @key: slot, generation, interface and receive PNs
 * @conf: mac80211's key, at most SKUA_MAX_KEY_LEN bytes
 * @sta: owner, or NULL for a key of the interface
 */
void skua_key_encode(struct skua_cmd_key *cmd, const struct skua_key *key,
		     const struct ieee80211_key_conf *conf,
		     const struct skua_sta *sta)
{
	unsigned int i;

	memset(cmd, 0, sizeof(*cmd));
	cmd->slot = cpu_to_le16(key->slot);
	cmd->gen = cpu_to_le16(key->gen);
	cmd->sta = cpu_to_le16(sta ? sta->handle : SKUA_STA_NONE);
	cmd->sta_gen = cpu_to_le16(sta ? sta->gen : 0);
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
			    struct ieee80211_key_conf *conf,
			    const struct skua_sta *sta)
{
	struct skua_cmd_key cmd;
	struct skua_cmd_req req = {
		.op = SKUA_CMD_KEY_SET,
		.flags = SKUA_CMDF_SECRET,
		.data = &cmd,
		.len = sizeof(cmd),
	};
	int err;

	skua_key_encode(&cmd, key, conf, sta);
	err = skua_cmd_exec(sc, &req);
	memzero_explicit(&cmd, sizeof(cmd));
	return err;
}

static struct skua_key *skua_key_find(struct skua *sc,
				      const struct ieee80211_key_conf *conf)
{
	struct skua_key *key;

	list_for_each_entry(key, &sc->keys->list, list)
		if (key->conf == conf)
			return key;
	return NULL;
}

static struct skua_key __rcu **skua_key_table(struct ieee80211_vif *vif,
					      struct ieee80211_sta *sta)
{
	return sta ? skua_sta(sta)->key : skua_vif(vif)->key;
}

/* Where in the owner's table: where the key is already, or the first gap. */
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

/* Tells the NIC, and waits until no frame decrypted with it is on its way. */
static void skua_key_retire(struct skua *sc, struct skua_key *key)
{
	struct skua_cmd_key_ref ref = {
		.slot = cpu_to_le16(key->slot),
		.gen = cpu_to_le16(key->gen),
		.vif = key->vif,
	};

	if (!key->held || !skua_alive(sc))
		return;
	if (skua_cmd_send(sc, SKUA_CMD_KEY_DEL, &ref, sizeof(ref)))
		return;
	if (!wait_event_timeout(sc->state_wait,
				READ_ONCE(key->retired) || !skua_alive(sc),
				SKUA_RETIRE_TIMEOUT))
		skua_complain(sc, "key slot %u: the NIC did not say that the key is retired\n",
			      key->slot);
}

static void skua_key_drop(struct skua *sc, struct skua_key *key)
{
	skua_key_retire(sc, key);
	skua_key_slot_put(sc->keys, key);
	list_del(&key->list);
	kfree_rcu(key, rcu);
}

/**
 * skua_key_retired() - the NIC says that a key's last frame has gone by
 * @sc: the device
 * @slot: from the NIC, any value
 * @gen: from the NIC, any value
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_key_retired(struct skua *sc, u16 slot, u16 gen)
{
	struct skua_key *key = skua_key_get(sc, slot, gen);

	if (!key) {
		skua_count(sc, SKUA_CTR_INBAND_BAD);
		return;
	}
	WRITE_ONCE(key->retired, true);
	wake_up(&sc->state_wait);
}

/*
 * mac80211 does not say which of the keys its beacons get: it is the newest.
 * Without it beacons go out as they are, until hostapd has the next one.
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
				     struct ieee80211_key_conf *conf,
				     const struct skua_suite *suite,
				     const struct skua_key *old)
{
	struct skua_key *key = kzalloc(sizeof(*key), GFP_KERNEL);

	if (!key)
		return NULL;
	key->conf = conf;
	key->suite = suite;
	key->keyidx = conf->keyidx;
	key->vif = skua_vif(vif)->idx;
	if (old)
		memcpy(key->rx_pn, old->rx_pn, sizeof(key->rx_pn));
	skua_key_learn_pn(key, conf);
	if (skua_key_is_bigtk(vif, conf))
		key->lease = skua_key_take_pn(key, conf, SKUA_KEY_LEASE);
	key->lease_next = key->lease;
	/* lest each association begin with the same IVs */
	if (suite->flags & SKUA_SUITE_WEP && !atomic64_read(&conf->tx_pn))
		atomic64_set(&conf->tx_pn, get_random_u32() & SKUA_WEP_IV_MASK);
	return key;
}

/* From now on no frame may leave in clear text, whatever becomes of the key. */
static void skua_key_mark(struct skua *sc, struct ieee80211_vif *vif,
			  struct ieee80211_sta *sta,
			  const struct ieee80211_key_conf *conf)
{
	if (!sta) {
		if (conf->keyidx < SKUA_DEFAULT_KEYS)
			WRITE_ONCE(skua_vif(vif)->keyed, true);
		return;
	}
	if (skua_sta(sta)->keyed)
		return;
	WRITE_ONCE(skua_sta(sta)->keyed, true);
	skua_sta_post(sc, vif, sta);
}

/* Commands for receiving only; what NIC and mac80211 send is theirs. */
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

/*
 * mac80211 calls update_tkip_key() when IV32 changes, and not because the NIC
 * has forgotten it; so a key comes with the phase 1 key of its state.
 */
static void skua_key_first_phase1(struct skua *sc, const struct skua_key *key,
				  struct ieee80211_key_conf *conf,
				  struct ieee80211_vif *vif,
				  struct ieee80211_sta *sta)
{
	u32 iv32 = key->rx_pn[0] >> 16;
	u16 p1k[5];

	if (!(key->suite->flags & SKUA_SUITE_TKIP))
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
 * @iv32: what the phase 1 key is for
 * @p1k: the phase 1 key
 *
 * Softirq, inside rcu_read_lock() by mac80211. Never called while the NIC
 * leaves no TKIP frame encrypted.
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
	key = skua_key_new(sc, vif, conf, suite, old);
	/* In a restart mac80211 would take it for installed: one more, then. */
	if (!key)
		return old ? skua_op_result(sc, -ENOMEM) : -ENOMEM;
	err = skua_key_slot_take(sc->keys, key, old);
	if (err) {
		kfree(key);
		return err;
	}

	key->idx = idx;
	err = skua_key_install(sc, key, conf, sta ? skua_sta(sta) : NULL);
	/* A NIC that has just died gets the key at the restart that follows. */
	err = skua_op_result(sc, err);
	if (err) {
		skua_key_slot_put(sc->keys, key);
		kfree_rcu(key, rcu);
		return err;
	}

	list_add(&key->list, &sc->keys->list);
	rcu_assign_pointer(table[idx], key);
	conf->hw_key_idx = idx;
	if (key->lease)
		skua_key_protect_beacon(sc, vif, key);
	if (skua_has(sc, SKUA_FEAT_TKIP_PHASE1_HOST))
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

/* Must succeed, with a dead firmware, in a restart and without a NIC too. */
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
	skua_key_drop(sc, key);
}

/**
 * skua_op_set_key() - mac80211 gives the NIC a key, or takes it away
 * @hw: the device
 * @cmd: SET_KEY or DISABLE_KEY
 * @vif: interface
 * @sta: owner, or NULL for a default or transmit-only key
 * @conf: the key
 *
 * Wiphy mutex; sleeps.
 *
 * Return: 0; -EOPNOTSUPP or -ENOSPC to leave the key to mac80211, which is 1
 * with SW_CRYPTO_CONTROL
 */
int skua_op_set_key(struct ieee80211_hw *hw, enum set_key_cmd cmd,
		    struct ieee80211_vif *vif, struct ieee80211_sta *sta,
		    struct ieee80211_key_conf *conf)
{
	struct skua *sc = hw->priv;
	int err;

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
 * skua_key_ask_lease() - learn how many beacons the NIC has protected
 * @sc: the device
 * @vif: interface
 *
 * For a station that has just associated: it will soon be told, by
 * skua_op_get_key_seq(), from where on beacons are new. Wiphy mutex; sleeps.
 */
void skua_key_ask_lease(struct skua *sc, struct ieee80211_vif *vif)
{
	const struct skua_key_ref *bigtk = &skua_vif(vif)->bigtk;
	struct skua_cmd_key_ref ref = {
		.slot = cpu_to_le16(bigtk->slot),
		.gen = cpu_to_le16(bigtk->gen),
		.vif = skua_vif(vif)->idx,
	};
	struct skua_key_lease lease;
	struct skua_cmd_req req = {
		.op = SKUA_CMD_KEY_LEASE,
		.data = &ref,
		.len = sizeof(ref),
		.answer = &lease,
		.answer_len = sizeof(lease),
	};
	struct skua_key *key;
	u64 next;

	if (bigtk->slot == SKUA_KEY_NONE || !skua_alive(sc) ||
	    skua_cmd_exec(sc, &req))
		return;
	rcu_read_lock();
	key = skua_key_get(sc, bigtk->slot, bigtk->gen);
	next = skua_key_get_pn(lease.next_pn);
	if (key && next - key->lease <= SKUA_KEY_LEASE)
		key->lease_next = next;
	else
		skua_count(sc, SKUA_CTR_EVT_BAD);
	rcu_read_unlock();
}

/**
 * skua_op_get_key_seq() - last transmit PN of a key in the NIC
 * @hw: the device
 * @conf: key
 * @seq: to fill
 *
 * Atomic. The header says "most significant byte first", but mac80211 hands
 * the bytes to user space as they are, and its own software path, like every
 * reader there, has the least significant byte first.
 *
 * Of a leased key only the NIC knows how far it is. It was asked when the last
 * station associated, and whoever gets the key now is current with the next
 * beacon. Besides atomic, this is always under the wiphy mutex.
 */
void skua_op_get_key_seq(struct ieee80211_hw *hw,
			 struct ieee80211_key_conf *conf,
			 struct ieee80211_key_seq *seq)
{
	u64 pn = atomic64_read(&conf->tx_pn);
	const struct skua_key *key;

	switch (conf->cipher) {
	case WLAN_CIPHER_SUITE_WEP40:
	case WLAN_CIPHER_SUITE_WEP104:
		break;
	case WLAN_CIPHER_SUITE_TKIP:
		seq->tkip.iv32 = pn >> 16;
		seq->tkip.iv16 = pn;
		break;
	default:
		key = skua_key_find(hw->priv, conf);
		if (key && key->lease)
			pn = key->lease_next - 1;
		skua_key_put_pn(seq->ccmp.pn, pn);
		break;
	}
}

/**
 * skua_op_set_default_unicast_key() - key for data frames the NIC makes itself
 * @hw: the device
 * @vif: interface
 * @idx: key index, or -1 for none
 *
 * Wiphy mutex; sleeps. A key that the NIC does not have is only noted.
 */
void skua_op_set_default_unicast_key(struct ieee80211_hw *hw,
				     struct ieee80211_vif *vif, int idx)
{
	struct skua_vif *svif = skua_vif(vif);
	struct skua *sc = hw->priv;
	struct skua_cmd_key_ref ref = {};
	struct skua_key *key;
	int i;

	svif->default_wep = idx;
	for (i = 0; i < SKUA_OWNER_KEYS; i++) {
		key = wiphy_dereference(hw->wiphy, svif->key[i]);
		if (!key || !key->held || key->keyidx != idx)
			continue;
		ref.slot = cpu_to_le16(key->slot);
		ref.gen = cpu_to_le16(key->gen);
		ref.vif = key->vif;
		skua_cmd_send(sc, SKUA_CMD_KEY_DEFAULT, &ref, sizeof(ref));
	}
}
