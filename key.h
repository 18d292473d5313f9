/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - keys: slots of the NIC and what the driver remembers of each
 */
#ifndef SKUA_KEY_H
#define SKUA_KEY_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#include "skua.h"

#define SKUA_NUM_SUITES		11
#define SKUA_FIRST_BIGTK	6	/* key index, and the last one is 7 */
/*
 * Packet numbers of protected beacons, which the NIC counts by itself. At the
 * shortest beacon interval they last for years; and there are as many leases.
 */
#define SKUA_KEY_LEASE		U32_MAX

/* What the key code knows of a cipher: &struct skua_suite.flags */
#define SKUA_SUITE_EXT_IV	BIT(0)	/* PN in an IV of 8 bytes: CCMP, GCMP */
#define SKUA_SUITE_TKIP		BIT(1)	/* TSC, and Michael keys beside the key */
#define SKUA_SUITE_WEP		BIT(2)	/* IV of 24 bits that proves nothing */
#define SKUA_SUITE_BIP		BIT(3)	/* integrity of management frames */

/**
 * struct skua_suite - a cipher, in the NIC or in mac80211's software
 * @suite: suite selector
 * @len: bytes of mac80211's key
 * @nic_len: bytes of it that the NIC calls the key
 * @flags: SKUA_SUITE_*
 */
struct skua_suite {
	u32 suite;
	u8 len;
	u8 nic_len;
	u8 flags;
};

/**
 * struct skua_key - a key in the NIC
 * @list: all keys (wiphy mutex)
 * @conf: mac80211's key; a cookie to compare with, never followed from here
 * @suite: its cipher
 * @idx: hw_key_idx: index in the owner's table
 * @keyidx: key index, 0 to 7
 * @vif: handle of the interface
 * @lease: first PN of those that the NIC may use for frames that it makes
 *	itself; 0: none
 * @lease_next: the first PN of @lease that may not have been used yet, when the
 *	NIC was asked last (wiphy mutex)
 * @slot: slot in the NIC
 * @gen: generation of the slot
 * @held: the NIC holds the key. A reset of the NIC ends that, but the slot
 *	still waits for the key's return in a restart (written under the wiphy
 *	mutex)
 * @retired: no frame decrypted with it comes any more (written by NAPI)
 * @rx_pn: shadow of the receive PN of each TID, then of management: the last
 *	one that a completion carried (written by NAPI). It outlives a crash of
 *	the firmware, which mac80211's own copy would not: mac80211 sees no PN
 *	of a frame whose IV the NIC has stripped
 * @rcu: for kfree_rcu()
 *
 * What the transmit path reads (@conf, @suite, @slot, @gen) never changes once the
 * object is published; a key that goes to another slot is a new object.
 */
struct skua_key {
	struct list_head list;
	const struct ieee80211_key_conf *conf;
	const struct skua_suite *suite;
	u8 idx;
	u8 keyidx;
	u8 vif;
	u64 lease;
	u64 lease_next;
	u16 slot;
	u16 gen;
	bool held;
	bool retired;
	u64 rx_pn[SKUA_NUM_PN];
	struct rcu_head rcu;
};

/**
 * struct skua_key_slot - a slot of the NIC
 * @key: the key that has the slot, or NULL; RCU
 * @gen: generation, one more at each use; never reset while the driver lives
 */
struct skua_key_slot {
	struct skua_key __rcu *key;
	u16 gen;
};

/**
 * struct skua_keys - all keys
 * @list: every struct skua_key (wiphy mutex)
 * @reserve: slots that only keys for beacon protection get
 * @suite: cipher suites for wiphy->cipher_suites
 * @nslots: size of @slot
 * @slot: by number
 */
struct skua_keys {
	struct list_head list;
	unsigned int reserve;
	u32 suite[SKUA_NUM_SUITES];
	unsigned int nslots;
	struct skua_key_slot slot[] __counted_by(nslots);
};

/**
 * skua_key_table() - where a key's owner has its keys
 * @vif: interface
 * @sta: station that owns the key, or NULL for a key of the interface
 *
 * Return: table of SKUA_OWNER_KEYS pointers, by hw_key_idx
 */
static inline struct skua_key __rcu **skua_key_table(struct ieee80211_vif *vif,
						     struct ieee80211_sta *sta)
{
	return sta ? skua_sta(sta)->key : skua_vif(vif)->key;
}

/* key_slot.c */
struct skua_key *skua_key_get(struct skua *sc, u16 slot, u16 gen);
struct skua_key *skua_key_of(struct skua_key __rcu **table,
			     const struct ieee80211_key_conf *conf);
struct skua_key *skua_key_find(struct skua *sc,
			       const struct ieee80211_key_conf *conf);
int skua_key_slot_take(struct skua_keys *keys, struct skua_key *key,
		       struct skua_key *old);
void skua_key_slot_put(struct skua_keys *keys, struct skua_key *key);

/* key_pn.c */
u64 skua_key_take_pn(const struct skua_key *key,
		     struct ieee80211_key_conf *conf, unsigned int n);
void skua_key_take_lease(struct skua_key *key, struct ieee80211_key_conf *conf);
void skua_key_scatter_iv(const struct skua_key *key,
			 struct ieee80211_key_conf *conf);
void skua_key_saw_pn(struct skua_key *key, u8 tid, u64 pn);
void skua_key_learn_pn(struct skua_key *key, struct ieee80211_key_conf *conf);
void skua_key_put_pn(u8 to[6], u64 pn);

/* key_tkip.c */
u64 skua_key_tkip_features(void);
void skua_key_first_phase1(struct skua *sc, const struct skua_key *key,
			   struct ieee80211_key_conf *conf,
			   struct ieee80211_vif *vif, struct ieee80211_sta *sta);

/* key.c */
const struct skua_suite *skua_key_in_nic(const struct skua *sc, u32 suite,
					 u8 len);
void skua_key_encode(struct skua_cmd_key *cmd, const struct skua_key *key,
		     const struct ieee80211_key_conf *conf,
		     const struct skua_sta *sta);
u64 skua_key_features(void);
void skua_key_phy_init(struct skua *sc);
void skua_op_update_tkip_key(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			     struct ieee80211_key_conf *conf,
			     struct ieee80211_sta *sta, u32 iv32, u16 *p1k);

#endif /* SKUA_KEY_H */
