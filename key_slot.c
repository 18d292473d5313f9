// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - keys: the slots of the NIC, their generations, and lookups
 *
 * A key is found in three ways. A completion names slot and generation; a
 * frame to send has mac80211's index (hw_key_idx) inside the table of the
 * key's owner; a control operation has mac80211's key itself, and walks the
 * list. The list also has keys without a slot.
 */
#include <linux/rculist.h>
#include <linux/slab.h>

#include "key_drain.h"

/**
 * skua_key_init() - allocate the slot table
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
	spin_lock_init(&keys->lock);
	/* Software cannot protect a beacon whose key has no slot. */
	if (skua_has(sc, SKUA_FEAT_BEACON_PROT))
		keys->reserve = min(2 * sc->caps.vifs, n / 8);
	INIT_LIST_HEAD(&keys->list);
	sc->keys = keys;
	return 0;
}

/**
 * skua_key_exit() - undo skua_key_init(), after the last use of a key
 * @sc: the device
 */
void skua_key_exit(struct skua *sc)
{
	struct skua_keys *keys = sc->keys;
	struct skua_key *key, *next;

	if (!keys)
		return;
	/* Some keys may be left from a restart that failed. */
	list_for_each_entry_safe(key, next, &keys->list, list)
		skua_key_release(sc, key);
	kvfree(keys);
	sc->keys = NULL;
}

/**
 * skua_key_reset() - the NIC has forgotten all keys
 * @sc: the device
 *
 * In a restart or a resume mac80211 installs its keys again without having removed
 * them; and in a shutdown it has them, and sends frames, to the end. So the tables
 * of owners still point to the keys, and the driver keeps its objects, whose shadows
 * are needed when a key comes back, and their claims to slots: mac80211 goes on as
 * if a key that was in the NIC were still there, even if the key is refused, so no
 * other key may take its slot. Until a key is back, the NIC drops frames that name
 * it, since no generation is used twice.
 *
 * Wiphy mutex, NAPI off.
 */
void skua_key_reset(struct skua *sc)
{
	struct skua_key *key;

	lockdep_assert_wiphy(sc->hw->wiphy);
	if (!sc->keys)
		return;
	list_for_each_entry(key, &sc->keys->list, list)
		WRITE_ONCE(key->held, false);
}

/**
 * skua_key_forget() - mac80211 has no keys
 * @sc: the device
 *
 * Objects may be left from a restart that failed. They are freed, since a new key at
 * the address of an old one must not match. Keys that the NIC holds are not left.
 *
 * Wiphy mutex; no interface is up, so nobody looks at the owners' tables.
 */
void skua_key_forget(struct skua *sc)
{
	struct skua_key *key, *next;

	lockdep_assert_wiphy(sc->hw->wiphy);
	list_for_each_entry_safe(key, next, &sc->keys->list, list) {
		if (key->held)
			continue;
		skua_key_slot_put(sc->keys, key);
		list_del(&key->list);
		skua_key_release(sc, key);
	}
}

/* Does a key that the NIC has lost still claim its slot? */
static bool skua_key_slot_kept(const struct skua_keys *keys,
			       const struct skua_key *key)
{
	return !key->held &&
	       rcu_access_pointer(keys->slot[key->slot].key) == key;
}

/**
 * skua_key_restarted() - mac80211 has installed all its keys again
 * @sc: the device
 *
 * Claims to slots end. Wiphy mutex.
 */
void skua_key_restarted(struct skua *sc)
{
	struct skua_key *key;

	lockdep_assert_wiphy(sc->hw->wiphy);
	list_for_each_entry(key, &sc->keys->list, list)
		if (skua_key_slot_kept(sc->keys, key))
			skua_key_slot_put(sc->keys, key);
}

static unsigned int skua_key_slot_free(const struct skua_keys *keys)
{
	unsigned int i;

	for (i = 0; i < keys->nslots; i++)
		if (!rcu_access_pointer(keys->slot[i].key))
			break;
	return i;
}

/**
 * skua_key_slot_take() - give a key a slot and a fresh generation
 * @keys: all keys
 * @key: key that gets slot and generation; skua_key_get() finds it from now on
 * @old: the same key before a restart, whose slot it gets, or NULL
 *
 * Return: 0 or -ENOSPC
 */
int skua_key_slot_take(struct skua_keys *keys, struct skua_key *key,
		       struct skua_key *old)
{
	unsigned int slot = skua_key_slot_free(keys);
	unsigned int n = keys->nslots;

	if (key->keyidx < SKUA_FIRST_BIGTK)
		n -= keys->reserve;
	if (old && skua_key_slot_kept(keys, old))
		slot = old->slot;
	else if (slot >= n)
		return -ENOSPC;
	key->slot = slot;
	key->gen = ++keys->slot[slot].gen;
	key->held = true;
	rcu_assign_pointer(keys->slot[slot].key, key);
	return 0;
}

/**
 * skua_key_slot_put() - take a slot back
 * @keys: all keys
 * @key: key; nothing happens if it has no slot
 */
void skua_key_slot_put(struct skua_keys *keys, struct skua_key *key)
{
	spin_lock_bh(&keys->lock);
	if (rcu_access_pointer(keys->slot[key->slot].key) == key)
		RCU_INIT_POINTER(keys->slot[key->slot].key, NULL);
	WRITE_ONCE(key->held, false);
	spin_unlock_bh(&keys->lock);
}

/**
 * skua_key_get() - look up the key that a completion names
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
	if (!key || key->gen != gen || !READ_ONCE(key->held))
		return NULL;
	return key;
}

/**
 * skua_key_of() - look up the key that a frame names
 * @table: key table of a station or interface
 * @conf: mac80211's key, from info->control.hw_key
 *
 * Inside rcu_read_lock(). mac80211 sets hw_key also for a key that is not, or
 * no longer, in the NIC, and its hw_key_idx may be any value. So the address of
 * @conf decides.
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
 * skua_key_find() - look up a key by mac80211's key
 * @sc: the device
 * @conf: mac80211's key
 *
 * Wiphy mutex.
 *
 * Return: the key, or NULL if it was never in the NIC
 */
struct skua_key *skua_key_find(struct skua *sc,
			       const struct ieee80211_key_conf *conf)
{
	struct skua_key *key;

	list_for_each_entry(key, &sc->keys->list, list)
		if (key->conf == conf)
			return key;
	return NULL;
}

/**
 * skua_key_retired() - the NIC has posted the last frame of a removed key
 * @sc: the device
 * @slot: from the NIC, any value
 * @gen: from the NIC, any value
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_key_retired(struct skua *sc, u16 slot, u16 gen)
{
	struct skua_key *key = skua_key_get(sc, slot, gen);

	lockdep_assert_in_softirq();
	if (!key) {
		skua_count(sc, SKUA_CTR_INBAND_BAD);
		return;
	}
	WRITE_ONCE(key->retired, true);
	wake_up(&sc->state_wait);
}

/**
 * skua_key_count_error() - a received frame that a key protects is dropped
 * @sc: the device
 * @key: the key
 * @replay: because of its packet number; else because of its MIC
 *
 * mac80211's counters of the key (debugfs: replays, icverrors) count the frame as
 * they would if mac80211 had dropped it. mac80211 may free its key as soon as
 * DISABLE_KEY has returned, which waits for no grace period if the NIC is dead or
 * keeps silent. But DISABLE_KEY takes the lock. BH off, inside rcu_read_lock().
 */
void skua_key_count_error(struct skua *sc, struct skua_key *key, bool replay)
{
	struct skua_keys *keys = sc->keys;

	skua_count(sc, replay ? SKUA_CTR_KEY_REPLAY : SKUA_CTR_KEY_MIC_FAILURE);
	spin_lock(&keys->lock);
	if (rcu_access_pointer(keys->slot[key->slot].key) != key)
		goto unlock;
	if (replay)
		ieee80211_key_replay(key->conf);
	else
		ieee80211_key_mic_failure(key->conf);
unlock:
	spin_unlock(&keys->lock);
}

/**
 * skua_key_rx_error() - the NIC has dropped a received frame that a key protects
 * @sc: the device
 * @replay: because of its packet number; else because of its MIC
 * @slot: from the NIC, any value
 * @gen: from the NIC, any value
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_key_rx_error(struct skua *sc, bool replay, u16 slot, u16 gen)
{
	struct skua_key *key = skua_key_get(sc, slot, gen);

	lockdep_assert_in_softirq();
	if (key)
		skua_key_count_error(sc, key, replay);
	else if (sc->keys && slot < sc->keys->nslots)
		/* the NIC died before it could say that the key is retired: no fault */
		skua_count(sc, SKUA_CTR_RX_STALE_KEY);
	else
		skua_count(sc, SKUA_CTR_INBAND_BAD);
}
