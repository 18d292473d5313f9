// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - keys: the frames that the NIC has to encrypt with a key
 *
 * The NIC ends a frame whose key has gone without sending it. But the last frame
 * under a key is often the one that matters: message 4 of a rekeying, which a
 * supplicant sends encrypted and follows at once by the new key; or a protected
 * deauthentication, after which an authenticator removes the key. So each posted
 * frame counts as a user of its key, and a key that goes waits for its frames.
 *
 * Frames that mac80211 still holds get their key when they are given to the driver.
 * From before DISABLE_KEY until the new key is in force, mac80211 drops data frames
 * that the driver asks for; frames of the control port it encrypts itself, under the
 * old key. So meanwhile the driver asks for the latter alone: skua_key_txq_waits(). The
 * first that it hears of a new key may be the end of a session: skua_op_ampdu_action().
 */
#include <kunit/static_stub.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "key_drain.h"

#define SKUA_EAPOL_TID		7
#define SKUA_DRAIN_MS		100	/* for a frame, with all its retries */
#define SKUA_DRAIN_GROUP_MS	500	/* for a DTIM beacon */
/*
 * A radio that lets no frame go must not hold up the removal of hundreds of
 * stations, for which mac80211 holds the RTNL. So all waits together have a credit:
 * skua_credit_count().
 */
#define SKUA_DRAIN_CREDIT	((unsigned long)HZ)

/**
 * skua_key_hold() - a frame is posted that names a key
 * @key: key, found inside this rcu_read_lock()
 *
 * Any context. Ends with skua_key_release().
 *
 * Return: false if the key has just been removed
 */
bool skua_key_hold(struct skua_key *key)
{
	return atomic_inc_not_zero(&key->users);
}

/**
 * skua_key_release() - a frame that names a key has come back, or the driver has
 *	removed the key
 * @sc: the device
 * @key: key, not the caller's any more
 *
 * Any context but hard interrupts.
 */
void skua_key_release(struct skua *sc, struct skua_key *key)
{
	int left = atomic_dec_return(&key->users);

	if (!left)
		kfree_rcu(key, rcu);
	else if (left == 1 && wq_has_sleeper(&sc->state_wait))
		wake_up(&sc->state_wait);
}

/**
 * skua_key_patience() - limit of a wait for frames of a key or a station
 * @keys: all keys
 * @most: limit if nobody has waited lately, jiffies
 *
 * Wiphy mutex. skua_key_waited() follows.
 *
 * Return: jiffies, at most @most
 */
unsigned long skua_key_patience(struct skua_keys *keys, unsigned long most)
{
	skua_credit_count(&keys->credit, SKUA_DRAIN_CREDIT);
	return min(most, SKUA_DRAIN_CREDIT - keys->credit.used);
}

/**
 * skua_key_waited() - a wait with a limit by skua_key_patience() has ended
 * @keys: all keys
 * @since: when it began, jiffies
 *
 * Wiphy mutex.
 */
void skua_key_waited(struct skua_keys *keys, unsigned long since)
{
	keys->credit.used = min(keys->credit.used + (jiffies - since),
				SKUA_DRAIN_CREDIT);
}

/*
 * Frames of the control port have TID 7. To a station without QoS they are in one queue
 * with the data. An access point installs a key when message 4 has come: then none of
 * its own frames has to leave under the old key, and the data had better wait.
 */
static struct ieee80211_txq *skua_key_eapol_txq(struct ieee80211_sta *sta)
{
	if (sta->wme)
		return sta->txq[SKUA_EAPOL_TID];
	if (skua_sta(sta)->vif->type == NL80211_IFTYPE_AP)
		return NULL;
	return sta->txq[0];
}

/**
 * skua_key_hold_data() - a station's pairwise key goes, or mac80211 may be about to replace it
 * @sc: the device
 * @sta: station
 *
 * Its data stay in mac80211's queues until the wiphy mutex is free. Wiphy mutex.
 */
void skua_key_hold_data(struct skua *sc, struct ieee80211_sta *sta)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	WRITE_ONCE(skua_sta(sta)->rekeyed, true);
	/* Runs when mac80211, too, is done with this. */
	wiphy_work_queue(sc->hw->wiphy, &sc->tx.rekeyed);
}

/**
 * skua_key_txq_waits() - does a queue wait for the station's new key?
 * @txq: a queue of a station
 *
 * Any context.
 *
 * Return: true if the driver takes no frames from it for now
 */
bool skua_key_txq_waits(const struct ieee80211_txq *txq)
{
	return READ_ONCE(skua_sta(txq->sta)->rekeyed) &&
	       txq != skua_key_eapol_txq(txq->sta);
}

/* Has mac80211 frames that have to leave under the old key? */
VISIBLE_IF_KUNIT bool skua_key_eapol_left(struct ieee80211_sta *sta)
{
	struct ieee80211_txq *txq;
	unsigned long frames = 0;

	KUNIT_STATIC_STUB_REDIRECT(skua_key_eapol_left, sta);
	txq = skua_key_eapol_txq(sta);
	if (txq)
		ieee80211_txq_get_depth(txq, &frames, NULL);
	return frames;
}
EXPORT_SYMBOL_IF_KUNIT(skua_key_eapol_left);

static bool skua_key_idle(struct skua *sc, const struct skua_key *key,
			  struct ieee80211_sta *sta)
{
	if (!skua_alive(sc))
		return true;
	/* A frame for a station that sleeps leaves when the station wakes up. */
	if (sta && READ_ONCE(skua_sta(sta)->asleep))
		return true;
	return atomic_read(&key->users) == 1 &&
	       !(sta && READ_ONCE(skua_sta(sta)->rekeyed) &&
		 skua_key_eapol_left(sta));
}

/* A group frame may have to wait for the second DTIM beacon from now. */
static unsigned int skua_key_dtim_ms(struct ieee80211_vif *vif)
{
	const struct ieee80211_bss_conf *bss = &vif->bss_conf;
	unsigned int us = 2 * ieee80211_tu_to_usec(bss->beacon_int) *
			  max_t(unsigned int, bss->dtim_period, 1);

	if (vif->type != NL80211_IFTYPE_AP || !skua_vif(vif)->beacon_set)
		return SKUA_DRAIN_MS;
	return clamp_t(unsigned int, us / USEC_PER_MSEC, SKUA_DRAIN_MS,
		       SKUA_DRAIN_GROUP_MS);
}

/**
 * skua_key_drain() - let the frames that name a key leave before the key goes
 * @sc: the device
 * @key: key that no later frame can name
 * @vif: its interface
 * @sta: its owner, or NULL for a key of the interface
 *
 * Frames in the NIC's queues and in retry alike, data and management, and those of the
 * control port that mac80211 holds. Does not wait if there is none, if the station sleeps,
 * or if the NIC is dead. Frames that are left after the limit are ended by the NIC. Wiphy
 * mutex; sleeps.
 */
void skua_key_drain(struct skua *sc, struct skua_key *key,
		    struct ieee80211_vif *vif, struct ieee80211_sta *sta)
{
	unsigned int ms = sta ? SKUA_DRAIN_MS : skua_key_dtim_ms(vif);
	unsigned long since = jiffies, limit;

	lockdep_assert_wiphy(sc->hw->wiphy);
	if (sta && (key->conf->flags & IEEE80211_KEY_FLAG_PAIRWISE))
		skua_key_hold_data(sc, sta);
	if (skua_key_idle(sc, key, sta))
		return;
	limit = skua_key_patience(sc->keys, msecs_to_jiffies(ms));
	if (!wait_event_timeout(sc->state_wait, skua_key_idle(sc, key, sta),
				limit))
		skua_count(sc, SKUA_CTR_KEY_CUT_SHORT);
	skua_key_waited(sc->keys, since);
}
