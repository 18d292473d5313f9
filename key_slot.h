/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - keys: types, and slots of the NIC
 */
#ifndef SKUA_KEY_SLOT_H
#define SKUA_KEY_SLOT_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#include "skua.h"

#define SKUA_NUM_SUITES		11
#define SKUA_FIRST_BIGTK	6	/* key index, and the last one is 7 */
/*
 * Number of packet numbers in the lease of a key for beacons, which the NIC
 * counts. At the shortest beacon interval a lease lasts for years. A key has
 * enough packet numbers for 65536 leases.
 */
#define SKUA_KEY_LEASE		U32_MAX

/* Properties of a cipher: &struct skua_suite.flags */
#define SKUA_SUITE_EXT_IV	BIT(0)	/* IV of 8 bytes with a PN: CCMP, GCMP */
#define SKUA_SUITE_TKIP		BIT(1)	/* TSC, and Michael keys beside the key */
#define SKUA_SUITE_WEP		BIT(2)	/* IV of 24 bits, no replay check */
#define SKUA_SUITE_BIP		BIT(3)	/* integrity of management frames */

/**
 * struct skua_suite - a cipher, in the NIC or in mac80211's software
 * @suite: suite selector
 * @len: bytes of mac80211's key
 * @nic_len: bytes of it that the NIC takes as the key
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
 * @conf: mac80211's key; its address is a cookie, and its counters of attacks are
 *	written under &struct skua_keys.lock, see skua_key_count_error()
 * @suite: its cipher
 * @idx: hw_key_idx: index in the owner's table
 * @keyidx: key index, 0 to 7
 * @vif: handle of the interface
 * @sta: handle of the station that owns the key, or SKUA_STA_NONE
 * @sta_gen: its generation
 * @lease: first PN of those that the NIC may use for frames that it generates;
 *	0 if there are none
 * @lease_next: the NIC's next PN of @lease when the driver last asked for it
 *	(wiphy mutex)
 * @slot: slot in the NIC
 * @gen: generation of the slot
 * @held: the NIC holds the key. A reset of the NIC ends that, but the slot
 *	still waits for the key's return in a restart (written under the wiphy
 *	mutex)
 * @retired: the NIC has posted the last frame of the key (written by NAPI)
 * @users: the driver's tables, until the key is removed, and each frame that the NIC
 *	is to encrypt with the key; the last one frees the object
 * @rx_pn: shadow of the receive PN of each TID, then of management: the last
 *	PN in a completion (written by NAPI). A NIC gets the key with it after a
 *	crash of the firmware. mac80211's own copy is too old for that: it
 *	has no PN of a frame whose IV the NIC has stripped
 * @rcu: for kfree_rcu()
 *
 * The members that the transmit path reads (@conf, @suite, @slot, @gen) never change
 * after the object is published. A key that goes to another slot is a new object.
 */
struct skua_key {
	struct list_head list;
	struct ieee80211_key_conf *conf;
	const struct skua_suite *suite;
	u8 idx;
	u8 keyidx;
	u8 vif;
	u16 sta;
	u16 sta_gen;
	u64 lease;
	u64 lease_next;
	u16 slot;
	u16 gen;
	bool held;
	bool retired;
	atomic_t users;
	u64 rx_pn[SKUA_NUM_PN];
	struct rcu_head rcu;
};

/**
 * struct skua_key_slot - a slot of the NIC
 * @key: the key that has the slot, or NULL; RCU
 * @gen: generation: each use adds one; never reset while the driver is bound
 */
struct skua_key_slot {
	struct skua_key __rcu *key;
	u16 gen;
};

/**
 * struct skua_keys - all keys
 * @list: every struct skua_key (wiphy mutex)
 * @reserve: number of slots that only keys for beacon protection get
 * @credit: how long frames have been waited for, see skua_key_patience() (wiphy mutex)
 * @suite: cipher suites for wiphy->cipher_suites
 * @lock: nobody who holds it finds a key in @slot that mac80211 has freed
 * @nslots: size of @slot
 * @slot: by number
 */
struct skua_keys {
	struct list_head list;
	unsigned int reserve;
	struct skua_credit credit;
	u32 suite[SKUA_NUM_SUITES];
	spinlock_t lock; /* see above */
	unsigned int nslots;
	struct skua_key_slot slot[] __counted_by(nslots);
};

/**
 * skua_key_table() - the table of keys of a station or interface
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

struct skua_key *skua_key_get(struct skua *sc, u16 slot, u16 gen);
struct skua_key *skua_key_of(struct skua_key __rcu **table,
			     const struct ieee80211_key_conf *conf);
struct skua_key *skua_key_find(struct skua *sc,
			       const struct ieee80211_key_conf *conf);
int skua_key_slot_take(struct skua_keys *keys, struct skua_key *key,
		       struct skua_key *old);
void skua_key_slot_put(struct skua_keys *keys, struct skua_key *key);
void skua_key_count_error(struct skua *sc, struct skua_key *key, bool replay);

#endif /* SKUA_KEY_SLOT_H */
