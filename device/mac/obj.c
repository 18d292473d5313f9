// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces, stations and keys: memory of their tables, lookup, counts
 */
#include <stdlib.h>

#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"

bool mac_obj_init(struct mac *mac)
{
	const struct eng_config *cfg = mac->cfg;
	uint32_t size = 16;

	while (size < 2 * cfg->max_stas)
		size *= 2;
	mac->hash_mask = size - 1;
	mac->sta = calloc(cfg->max_stas + 1, sizeof(mac->sta[0]));
	mac->key = calloc(cfg->max_keys + 1, sizeof(mac->key[0]));
	mac->sta_hash = calloc(size, sizeof(mac->sta_hash[0]));
	return mac->sta && mac->key && mac->sta_hash;
}

void mac_obj_free(struct mac *mac)
{
	free(mac->sta_hash);
	free(mac->sta);
	free(mac->key);
}

struct mac_vif *mac_vif(struct mac *mac, unsigned int idx)
{
	return idx < MAC_VIFS && (mac->vifs & 1u << idx) ? &mac->vif[idx] : NULL;
}

static uint32_t hash(const struct mac *mac, unsigned int vif,
		     const uint8_t *addr)
{
	uint64_t v = dot11_get_le32(addr + 2) |
		     (uint64_t)dot11_get_le16(addr) << 32 |
		     (uint64_t)vif << 48;

	return (uint32_t)(v * 0x9e3779b97f4a7c15ull >> 32) & mac->hash_mask;
}

struct mac_sta *mac_sta_find(struct mac *mac, const struct mac_vif *vif,
			     const uint8_t *addr)
{
	struct mac_sta *sta = mac->sta_hash[hash(mac, vif->idx, addr)];

	while (sta && (sta->vif != vif ||
		       !dot11_addr_equal(sta->addr, addr)))
		sta = sta->hash_next;
	return sta;
}

void mac_sta_link(struct mac *mac, struct mac_sta *sta)
{
	uint32_t h = hash(mac, sta->vif->idx, sta->addr);

	sta->hash_next = mac->sta_hash[h];
	mac->sta_hash[h] = sta;
	mac->sta[sta->idx] = sta;
}

void mac_sta_unlink(struct mac *mac, struct mac_sta *sta)
{
	struct mac_sta **p =
		&mac->sta_hash[hash(mac, sta->vif->idx, sta->addr)];

	while (*p != sta)
		p = &(*p)->hash_next;
	*p = sta->hash_next;
	mac->sta[sta->idx] = NULL;
}

void mac_count_key(struct mac *mac, struct mac_key *key, bool enc,
		   uint32_t bytes)
{
	struct mac_cipher_counts *c =
		&mac->ciphers[key->crypto.cipher - crypto_ciphers];

	if (enc) {
		mac->c.tx_encrypted++;
		mac->c.tx_encrypted_bytes += bytes;
		key->enc_frames++;
		key->enc_bytes += bytes;
		c->enc_frames++;
		c->enc_bytes += bytes;
	} else {
		mac->c.rx_decrypted++;
		mac->c.rx_decrypted_bytes += bytes;
		key->dec_frames++;
		key->dec_bytes += bytes;
		c->dec_frames++;
		c->dec_bytes += bytes;
	}
}
