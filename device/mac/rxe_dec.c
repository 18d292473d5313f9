// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: choice of the key, decryption, MIC and replay check
 *
 * A batch is decrypted in the NIC's own memory, where the guest cannot change it
 * meanwhile.
 */
#include <string.h>

#include "mac/beacon.h"
#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

/* Keys */

/* A frame that the cipher does not cover goes up as it was received */
static bool covers(const struct crypto_cipher *c, uint16_t fc)
{
	/* WEP encrypts the third frame of Shared Key authentication */
	if (dot11_fc_is_stype(fc, IEEE80211_AUTH))
		return !(c->flags & CRYPTO_F_REPLAY);
	return !dot11_fc_is_mgmt(fc) || (c->flags & CRYPTO_F_MGMT);
}

static struct mac_key *usable_key(struct mac *mac, const struct rx_item *item,
				  struct key_ref ref, uint8_t keyid, bool bip)
{
	struct mac_key *key = mac_key_get(mac, ref);
	const struct crypto_cipher *c;

	if (!key || key->vif != item->vif || key->keyidx != keyid ||
	    (key->flags & SKUA_KEYF_TX_ONLY))
		return NULL;
	c = key->crypto.cipher;
	if (bip != (bool)(c->flags & CRYPTO_F_GROUP_MGMT) ||
	    (!bip && !covers(c, dot11_fc(item->data))))
		return NULL;
	return key;
}

/* The host does phase 1, and has not done it yet: the frame goes up encrypted */
static bool lacks_phase1(const struct mac *mac, const struct rx_item *item)
{
	return (mac->bus->features & SKUA_FEAT_TKIP_PHASE1_HOST) &&
	       (item->key->crypto.cipher->flags & CRYPTO_F_MICHAEL) &&
	       !crypto_tkip_has_p1k(&item->key->crypto, item->data,
				    item->hdr_len, item->len);
}

static bool has_mmie(const struct rx_item *item, unsigned int len)
{
	const uint8_t *e = item->data + item->len - len;

	return item->len >= item->hdr_len + len && e[0] == IEEE80211_EID_MMIE &&
	       e[IEEE80211_MMIE_OFF_LEN] == len - 2;
}

static void choose_mmie_key(struct mac *mac, struct rx_item *item)
{
	const struct mac_vif *vif = &mac->vif[item->vif];
	bool beacon = dot11_fc_is_beacon(dot11_fc(item->data));
	unsigned int len;
	uint16_t keyid;

	if (has_mmie(item, IEEE80211_MMIE_LEN_8))
		len = IEEE80211_MMIE_LEN_8;
	else if (has_mmie(item, IEEE80211_MMIE_LEN_16))
		len = IEEE80211_MMIE_LEN_16;
	else
		return;
	keyid = dot11_get_le16(item->data + item->len - len +
			       IEEE80211_MMIE_OFF_KEYID);
	/* IGTKs have indices 4 and 5, BIGTKs 6 and 7 */
	if (keyid < (beacon ? MAC_KEYID_BIGTK : 4) ||
	    keyid > (beacon ? MAC_KEYID_BIGTK + 1 : 5))
		return;
	item->slot = vif->key[keyid].slot;
	item->key = usable_key(mac, item, vif->key[keyid], (uint8_t)keyid,
			       true);
	if (item->key && item->key->crypto.cipher->mic_len != len)
		item->key = NULL;
}

static void try_key(struct mac *mac, struct rx_item *item, struct key_ref ref,
		    uint8_t keyid)
{
	if (item->key)
		return;
	item->key = usable_key(mac, item, ref, keyid, false);
	item->slot = ref.slot;
}

static void choose_key(struct mac *mac, struct rx_item *item)
{
	const struct mac_vif *vif = &mac->vif[item->vif];
	const struct mac_sta *sta = mac_sta_get(mac, item->sta, item->sta_gen);
	uint16_t fc = dot11_fc(item->data);
	bool group = dot11_addr_is_group(dot11_addr1(item->data));
	uint8_t keyid;

	if (!(fc & IEEE80211_FC_PROTECTED)) {
		if (dot11_fc_is_mgmt(fc) && group)
			choose_mmie_key(mac, item);
		return;
	}
	if (!dot11_fc_is_data_present(fc) && !dot11_fc_is_mgmt(fc))
		return;
	if (item->len <= item->hdr_len + IEEE80211_IV_OFF_KEYID)
		return;
	keyid = dot11_iv_keyid(item->data + item->hdr_len);
	if (sta)
		try_key(mac, item, group ? sta->group_key[keyid] :
			sta->key[keyid], keyid);
	if (group)
		try_key(mac, item, vif->key[keyid], keyid);
	if (!item->key && !group) {
		/* Only a WEP key of the interface is for group and individual frames */
		try_key(mac, item, vif->key[keyid], keyid);
		if (item->key &&
		    (item->key->crypto.cipher->flags & CRYPTO_F_REPLAY))
			item->key = NULL;
	}
	if (!item->key) {
		mac->c.rx_no_key++;
	} else if (lacks_phase1(mac, item)) {
		mac->c.rx_no_phase1++;
		item->key = NULL;
	}
}

static void start_job(struct mac *mac, struct rx_item *item, uint16_t n)
{
	if (item->monitor)
		memcpy(item->raw, item->data, item->len);
	item->raw_len = item->len;
	item->job = n;
	mac->rx.jobs[n] = (struct crypto_job){
		.op = CRYPTO_DECRYPT,
		.key = &item->key->crypto,
		.frame = item->data,
		.hdr_len = item->hdr_len,
		.body_len = (uint16_t)(item->len - item->hdr_len),
		.flags = item->key->flags & SKUA_KEYF_SPP_AMSDU ?
			 CRYPTO_JOB_SPP_AMSDU : 0,
	};
}

void rxe_decrypt(struct mac *mac)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < mac->rx.n; i++) {
		struct rx_item *item = &mac->rx.item[i];

		if (item->kind != RX_FRAME || item->vif == SKUA_VIF_NONE ||
		    (item->flags & SKUA_RXF_FCS_ERR))
			continue;
		choose_key(mac, item);
		if (item->key)
			start_job(mac, item, (uint16_t)n++);
	}
	if (n)
		crypto_run(mac->rx.jobs, n);
}

/* After decryption */

/* The host counts what the key has kept out. Without room the event is lost, as a
 * frame would be.
 */
static void tell_host(struct mac *mac, const struct skua_cpl_inband *event)
{
	rxe_join_end(mac);
	if (cpl_room(mac, 1))
		cpl_event(mac, event);
	else
		mac->c.rx_no_cpl++;
}

/* A beacon goes up instead, and is counted there (reject_bip()) */
static void tell_dropped(struct mac *mac, const struct rx_item *item,
			 enum skua_inband_id id)
{
	const struct skua_cpl_inband event = {
		.id = htole16(id),
		.tid = item->tid,
		.vif = item->vif,
		.sta = htole16(item->sta),
		.sta_gen = htole16(item->sta_gen),
		.arg = htole32(item->slot | (uint32_t)item->key->gen << 16),
	};

	if (!dot11_fc_is_beacon(dot11_fc(item->data)))
		tell_host(mac, &event);
}

/* A monitor gets the frame as it was received, the stack does not get it */
static void reject(struct rx_item *item)
{
	item->key = NULL;
	if (!item->monitor) {
		item->drop = true;
		return;
	}
	item->len = item->raw_len;
	memcpy(item->data, item->raw, item->len);
	item->flags &= ~(SKUA_RXF_DUP_VALIDATED | SKUA_RXF_DECRYPTED |
			 SKUA_RXF_PN_VALID | SKUA_RXF_ICV_STRIPPED |
			 SKUA_RXF_MMIC_STRIPPED);
	item->flags |= SKUA_RXF_MONITOR_ONLY;
}

/*
 * A forged or repeated beacon goes up unverified. The stack then finds the same,
 * and can tell its user of the attack.
 */
static void reject_bip(struct rx_item *item)
{
	if (!dot11_fc_is_beacon(dot11_fc(item->data))) {
		reject(item);
		return;
	}
	item->key = NULL;
	item->flags &= ~(SKUA_RXF_DECRYPTED | SKUA_RXF_PN_VALID);
}

static void mic_error(struct mac *mac, struct rx_item *item)
{
	struct mac_sta *sta = mac_sta_get(mac, item->sta, item->sta_gen);

	mac->c.rx_mic_error++;
	item->key->mic_errors++;
	if (sta)
		sta->stats.rx_mic_errors++;
	tell_dropped(mac, item, SKUA_INB_KEY_MIC_FAILURE);
	if (item->key->crypto.cipher->flags & CRYPTO_F_GROUP_MGMT)
		reject_bip(item);
	else
		reject(item);
}

static void count_replay(struct mac *mac, struct mac_key *key,
			 struct mac_sta *sta)
{
	mac->c.rx_replay++;
	key->replays++;
	if (sta)
		sta->stats.rx_replays++;
}

/*
 * Without reordering here, the stack checks the packet numbers of unicast QoS data,
 * with a session and without: its counters are right when a session starts.
 */
static bool host_checks(const struct mac *mac, const struct rx_item *item)
{
	uint64_t f = mac->bus->features;

	return (f & SKUA_FEAT_RX_AMPDU) && !(f & SKUA_FEAT_RX_REORDER) &&
	       item->tid != MAC_TID_NONE &&
	       !dot11_addr_is_group(dot11_addr1(item->data));
}

/*
 * Frames that are put in order have their number checked in that order. One that is
 * not above the number of the last frame that went up never will be.
 */
static bool is_replay(struct mac *mac, struct rx_item *item, uint64_t pn)
{
	unsigned int i = item->tid == MAC_TID_NONE ? 0 : item->tid;

	if (host_checks(mac, item)) {
		item->flags &= ~SKUA_RXF_PN_VALID;
		return false;
	}
	if (dot11_fc_is_mgmt(dot11_fc(item->data)))
		i = SKUA_PN_MGMT;
	if (crypto_pn_check(item->key->rx_pn[i], pn)) {
		item->check = item->ba;
		if (!item->check)
			item->key->rx_pn[i] = pn;
		return false;
	}
	item->replay = true;
	count_replay(mac, item->key, mac_sta_get(mac, item->sta, item->sta_gen));
	tell_dropped(mac, item, SKUA_INB_KEY_REPLAY);
	return true;
}

bool rxe_pn_in_turn(struct mac *mac, const struct rx_up *up)
{
	const struct skua_cpl_rx *rec = &up->rec;
	const struct skua_cpl_inband event = {
		.id = htole16(SKUA_INB_KEY_REPLAY),
		.tid = rec->tid,
		.vif = rec->vif,
		.sta = rec->sta,
		.sta_gen = rec->sta_gen,
		.arg = htole32(up->key.slot | (uint32_t)up->key.gen << 16),
	};
	struct mac_key *key = mac_key_get(mac, up->key);

	/* A key that goes has its frames released before */
	if (!key)
		return false;
	if (crypto_pn_check(key->rx_pn[rec->tid], up->pn)) {
		key->rx_pn[rec->tid] = up->pn;
		return true;
	}
	count_replay(mac, key, mac_sta_get(mac, le16toh(rec->sta),
					   le16toh(rec->sta_gen)));
	tell_host(mac, &event);
	return false;
}

/* Check and strip the Michael MIC of a whole MSDU; the ICV has been stripped */
static bool michael_ok(struct mac *mac, struct rx_item *item)
{
	const struct crypto_cipher *c = item->key->crypto.cipher;
	uint8_t *body = item->data + item->hdr_len + c->iv_len;
	bool from_ap = mac->vif[item->vif].type != SKUA_VIF_AP;
	enum crypto_status status;

	status = crypto_michael_check(&item->key->crypto, from_ap,
				      dot11_da(item->data),
				      dot11_sa(item->data),
				      dot11_tid(item->data), body,
				      (size_t)(item->len - item->hdr_len -
					       c->iv_len));
	if (status != CRYPTO_OK)
		return false;
	item->len -= CRYPTO_MICHAEL_LEN;
	item->flags |= SKUA_RXF_MMIC_STRIPPED;
	return true;
}

static void strip_iv(struct rx_item *item, unsigned int iv_len)
{
	memmove(item->data + iv_len, item->data, item->hdr_len);
	item->start = (uint16_t)iv_len;
	item->len -= (uint16_t)iv_len;
	item->flags |= SKUA_RXF_IV_STRIPPED | SKUA_RXF_PN_VALIDATED;
}

/* WEP and TKIP: the IV stays, since the stack checks TKIP's IV */
static void finish_icv(struct mac *mac, struct rx_item *item, uint64_t pn)
{
	const struct crypto_cipher *c = item->key->crypto.cipher;

	item->len -= c->mic_len;
	item->flags |= SKUA_RXF_ICV_STRIPPED;
	if (!(c->flags & CRYPTO_F_MICHAEL))
		return;
	if (!dot11_is_fragment(item->data) && !michael_ok(mac, item)) {
		/* The frame goes up, for the countermeasures; its TSC does not count */
		mac->c.rx_michael_error++;
		item->key->mic_errors++;
		item->flags |= SKUA_RXF_MMIC_ERR;
		return;
	}
	if (is_replay(mac, item, pn))
		reject(item);
}

/* BIP: the MMIE stays, since the stack looks at it */
static void finish_bip(struct mac *mac, struct rx_item *item, uint64_t pn)
{
	if (is_replay(mac, item, pn))
		reject_bip(item);
	else if (dot11_fc_is_beacon(dot11_fc(item->data)))
		tsf_beacon(mac, item->data, item->len, item->time_us,
			   item->rate, true);
}

static void finish_aead(struct mac *mac, struct rx_item *item, uint64_t pn)
{
	const struct crypto_cipher *c = item->key->crypto.cipher;

	if (is_replay(mac, item, pn)) {
		reject(item);
		return;
	}
	item->len -= c->mic_len;
	item->flags |= SKUA_RXF_MIC_STRIPPED;
	/* Fragments keep their IV: the host checks that their PNs are consecutive */
	if (!dot11_is_fragment(item->data) && !host_checks(mac, item))
		strip_iv(item, c->iv_len);
}

void rxe_decrypted(struct mac *mac, struct rx_item *item)
{
	const struct crypto_job *job = &mac->rx.jobs[item->job];
	const struct crypto_cipher *c = item->key->crypto.cipher;

	mac->c.crypto_ipsec_mb += job->lib == CRYPTO_LIB_IPSEC_MB;
	switch (job->status) {
	case CRYPTO_OK:
		break;
	case CRYPTO_MIC_FAILURE:
	case CRYPTO_ICV_FAILURE:
	case CRYPTO_MICHAEL_FAILURE:
		mic_error(mac, item);
		return;
	case CRYPTO_MALFORMED:
		mac->c.rx_malformed++;
		reject(item);
		return;
	default:
		log_warn(mac->log, "receive: decryption failed: %s",
			 crypto_status_name(job->status));
		reject(item);
		return;
	}
	mac_count_key(mac, item->key, false,
		      item->len - item->hdr_len - c->iv_len - c->mic_len);
	item->pn = job->pn;
	item->flags |= SKUA_RXF_DECRYPTED;
	if (c->flags & CRYPTO_F_REPLAY)
		item->flags |= SKUA_RXF_PN_VALID;
	if (c->flags & CRYPTO_F_GROUP_MGMT)
		finish_bip(mac, item, job->pn);
	else if (c->flags & CRYPTO_F_AEAD)
		finish_aead(mac, item, job->pn);
	else
		finish_icv(mac, item, job->pn);
}
