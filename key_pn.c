// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - keys: packet numbers
 *
 * mac80211's key holds the transmit PN, so that its software path and this
 * driver count with one counter. Receive PNs are checked by the NIC; the driver
 * keeps a shadow of them for the key's reinstallation after a restart.
 */
#include <linux/random.h>
#include <linux/unaligned.h>

#include "key_pn.h"

#define SKUA_WEP_IV_MASK	GENMASK(23, 0)

/**
 * skua_key_take_pn() - reserve packet numbers
 * @key: key in the NIC
 * @conf: the same to mac80211
 * @n: number of MPDUs that need one; 0 counts as 1
 *
 * mac80211's software path uses the same counter, so no number is used twice,
 * whichever path a frame takes. WEP is an exception: its IVs wrap. Any context.
 *
 * Return: the first packet number
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
 * skua_key_scatter_iv() - let the IVs of a WEP key begin anywhere
 * @key: key that is to be installed, of any cipher
 * @conf: the same to mac80211
 *
 * Otherwise each association would begin with the same IVs. A key that has sent
 * frames goes on from its last IV.
 */
void skua_key_scatter_iv(const struct skua_key *key,
			 struct ieee80211_key_conf *conf)
{
	if (key->suite->flags & SKUA_SUITE_WEP && !atomic64_read(&conf->tx_pn))
		atomic64_set(&conf->tx_pn, get_random_u32() & SKUA_WEP_IV_MASK);
}

/**
 * skua_key_take_lease() - reserve the packet numbers that the NIC takes itself
 * @key: key for beacon protection
 * @conf: the same to mac80211
 */
void skua_key_take_lease(struct skua_key *key, struct ieee80211_key_conf *conf)
{
	key->lease = skua_key_take_pn(key, conf, SKUA_KEY_LEASE);
	key->lease_next = key->lease;
}

/**
 * skua_key_saw_pn() - remember a packet number that the NIC has accepted
 * @key: key
 * @tid: TID, or SKUA_PN_MGMT; other values are ignored
 * @pn: packet number
 */
void skua_key_saw_pn(struct skua_key *key, u8 tid, u64 pn)
{
	if (tid < SKUA_NUM_PN && pn > READ_ONCE(key->rx_pn[tid]))
		WRITE_ONCE(key->rx_pn[tid], pn);
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
		skua_key_saw_pn(key, SKUA_PN_MGMT, get_unaligned_be48(seq.aes_cmac.pn));
	else
		skua_key_saw_pn(key, tid < 0 ? SKUA_PN_MGMT : tid,
				get_unaligned_be48(seq.ccmp.pn));
}

/**
 * skua_key_learn_pn() - set the receive PNs that a key begins with
 * @key: key that is to be installed
 * @conf: the same to mac80211
 *
 * None is below a PN that mac80211 or the NIC has accepted. Wiphy mutex.
 */
void skua_key_learn_pn(struct skua_key *key,
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

/**
 * skua_key_put_pn() - write a packet number as the NIC reads it
 * @to: six bytes, the least significant one first
 * @pn: packet number
 */
void skua_key_put_pn(u8 to[6], u64 pn)
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
 * skua_key_ask_lease() - ask the NIC for the next PN of protected beacons
 * @sc: the device
 * @vif: interface
 *
 * A station has just associated. hostapd will soon tell it the present PN, from
 * skua_op_get_key_seq(). Wiphy mutex; sleeps.
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

	lockdep_assert_wiphy(sc->hw->wiphy);
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
 * the bytes to user space as they are. Its own software path has the least
 * significant byte first, and so has each reader in user space.
 *
 * Only the NIC knows the present PN of a leased key. The driver asked for it when
 * the last station associated, and a station that gets the key now learns the
 * PN from the next beacon. mac80211 always holds the wiphy mutex here.
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
