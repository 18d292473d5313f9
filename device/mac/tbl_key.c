// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of keys, and of TKIP's phase 1 keys
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/tbl.h"

#define TKIP_TK_LEN	16
#define KEY_COST	4000	/* of a key schedule, see eng_charge() */

static uint32_t key_entries(const struct mac *mac)
{
	return mac->cfg->max_keys;
}

static bool key_clear(struct mac *mac, uint32_t i)
{
	struct mac_key *key = mac->key[i];

	if (!key)
		return true;
	if (mac->running)
		rxe_order_forget_key(mac, (uint16_t)i, key->gen);
	mac->key[i] = NULL;
	crypto_key_wipe(&key->crypto);
	OPENSSL_cleanse(key, sizeof(*key));
	free(key);
	return true;
}

/*
 * The crypto engine has the Michael keys of TKIP by sender, authenticator first;
 * the table has them by direction.
 */
static uint8_t key_bytes(const struct mac *mac, const struct eng_key *e,
			 uint8_t bytes[SKUA_MAX_KEY_LEN])
{
	bool ap = mac->vif[e->vif].type == SKUA_VIF_AP;

	memcpy(bytes, e->key, SKUA_MAX_KEY_LEN);
	if (le32toh(e->cipher) != SKUA_CIPHER_TKIP ||
	    e->key_len != TKIP_TK_LEN)
		return e->key_len;
	memcpy(bytes + TKIP_TK_LEN, ap ? e->tx_mic_key : e->rx_mic_key,
	       CRYPTO_MICHAEL_LEN);
	memcpy(bytes + TKIP_TK_LEN + CRYPTO_MICHAEL_LEN,
	       ap ? e->rx_mic_key : e->tx_mic_key, CRYPTO_MICHAEL_LEN);
	return SKUA_MAX_KEY_LEN;
}

static uint64_t get_pn(const uint8_t *p)
{
	return dot11_get_le32(p) | (uint64_t)dot11_get_le16(p + 4) << 32;
}

static void put_pn(uint8_t *p, uint64_t pn)
{
	dot11_put_le32(p, (uint32_t)pn);
	dot11_put_le16(p + 4, (uint16_t)(pn >> 32));
}

static enum skua_status key_expand(const struct mac *mac, struct mac_key *key,
				   const struct eng_key *e)
{
	uint8_t bytes[SKUA_MAX_KEY_LEN];
	uint8_t len = key_bytes(mac, e, bytes);
	int err = crypto_key_init(&key->crypto, le32toh(e->cipher), bytes, len,
				  e->keyidx);

	OPENSSL_cleanse(bytes, sizeof(bytes));
	switch (err) {
	case 0:
		return SKUA_ST_OK;
	case -EOPNOTSUPP:
		return SKUA_ST_UNSUPPORTED;
	case -EINVAL:
		return SKUA_ST_INVALID;
	default:
		return SKUA_ST_NO_SPACE;
	}
}

static enum skua_status key_write(struct mac *mac, uint32_t i,
				  const void *entry)
{
	const struct eng_key *e = entry;
	uint16_t sta = le16toh(e->sta);
	enum skua_status status;
	struct mac_key *key;

	if (!mac_vif(mac, e->vif))
		return SKUA_ST_NO_ENTRY;
	if (sta != SKUA_STA_NONE &&
	    (sta >= mac->cfg->max_stas || !mac->sta[sta] ||
	     mac->sta[sta]->vif->idx != e->vif))
		return SKUA_ST_NO_ENTRY;
	if (e->key_len > SKUA_MAX_KEY_LEN)
		return SKUA_ST_INVALID;
	eng_charge(mac->bus, KEY_COST);
	key = calloc(1, sizeof(*key));
	if (!key)
		return SKUA_ST_NO_SPACE;
	status = key_expand(mac, key, e);
	if (status != SKUA_ST_OK) {
		free(key);
		return status;
	}
	key->gen = le16toh(e->gen);
	key->sta = sta;
	key->vif = e->vif;
	key->keyidx = e->keyidx;
	key->flags = le32toh(e->flags);
	for (unsigned int p = 0; p < SKUA_NUM_PN; p++)
		key->rx_pn[p] = get_pn(e->rx_pn[p]);
	key->lease = get_pn(e->tx_lease);
	key->lease_len = le32toh(e->lease_len);
	key_clear(mac, i);
	mac->key[i] = key;
	return SKUA_ST_OK;
}

static enum skua_status key_read(struct mac *mac, uint32_t i, void *entry)
{
	const struct mac_key *key = mac->key[i];
	struct eng_key *e = entry;

	if (!key)
		return SKUA_ST_NO_ENTRY;
	e->gen = htole16(key->gen);
	e->sta = htole16(key->sta);
	e->vif = key->vif;
	e->keyidx = key->keyidx;
	e->key_len = key->crypto.cipher->key_len;
	e->cipher = htole32(key->crypto.cipher->suite);
	e->flags = htole32(key->flags);
	for (unsigned int p = 0; p < SKUA_NUM_PN; p++)
		put_pn(e->rx_pn[p], key->rx_pn[p]);
	put_pn(e->tx_lease, key->lease);
	e->lease_len = htole32(key->lease_len);
	return SKUA_ST_OK;
}

const struct mac_table tbl_key = {
	.size = sizeof(struct eng_key),
	.entries = key_entries,
	.write = key_write,
	.read = key_read,
	.clear = key_clear,
};

/* A phase 1 key is for one sender: the key's station, or the AP of the BSS */
static enum skua_status p1_write(struct mac *mac, uint32_t i,
				 const void *entry)
{
	const struct eng_tkip_p1 *e = entry;
	struct mac_key *key = mac->key[i];
	uint16_t p1k[CRYPTO_P1K_WORDS];
	const uint8_t *ta;

	if (!(mac->bus->features & SKUA_FEAT_TKIP_PHASE1_HOST))
		return SKUA_ST_UNSUPPORTED;
	if (!key)
		return SKUA_ST_NO_ENTRY;
	if (key->gen != le16toh(e->gen))
		return SKUA_ST_STALE;
	if (key->crypto.cipher->suite != SKUA_CIPHER_TKIP)
		return SKUA_ST_INVALID;
	ta = mac->vif[key->vif].bssid;
	if (key->sta != SKUA_STA_NONE) {
		if (!mac->sta[key->sta])
			return SKUA_ST_NO_ENTRY;
		ta = mac->sta[key->sta]->addr;
	}
	for (unsigned int w = 0; w < CRYPTO_P1K_WORDS; w++)
		p1k[w] = le16toh(e->p1k[w]);
	crypto_tkip_set_p1k(&key->crypto, CRYPTO_DECRYPT, ta, le32toh(e->iv32),
			    p1k);
	OPENSSL_cleanse(p1k, sizeof(p1k));
	return SKUA_ST_OK;
}

static bool p1_clear(struct mac *mac, uint32_t i)
{
	struct mac_key *key = mac->key[i];

	if (key)
		OPENSSL_cleanse(key->crypto.p1k, sizeof(key->crypto.p1k));
	return true;
}

const struct mac_table tbl_tkip_p1 = {
	.size = sizeof(struct eng_tkip_p1),
	.entries = key_entries,
	.write = p1_write,
	.clear = p1_clear,
};
