// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the MAC engines, for the control socket
 */
#include <jansson.h>

#include "base/base.h"
#include "mac/ba_rx.h"
#include "mac/ba_sta.h"
#include "mac/count.h"
#include "mac/mac.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txq.h"

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *directions(uint64_t enc_frames, uint64_t enc_bytes,
			  uint64_t dec_frames, uint64_t dec_bytes)
{
	json_t *o = json_object();

	json_object_set_new(o, "encrypted_frames", number(enc_frames));
	json_object_set_new(o, "encrypted_bytes", number(enc_bytes));
	json_object_set_new(o, "decrypted_frames", number(dec_frames));
	json_object_set_new(o, "decrypted_bytes", number(dec_bytes));
	return o;
}

static json_t *ciphers(const struct mac *mac)
{
	json_t *o = json_object();

	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct mac_cipher_counts *c = &mac->ciphers[i];

		if (c->enc_frames || c->dec_frames)
			json_object_set_new(o, crypto_ciphers[i].name,
					    directions(c->enc_frames,
						       c->enc_bytes,
						       c->dec_frames,
						       c->dec_bytes));
	}
	return o;
}

static json_t *key_json(const struct mac_key *key, uint32_t slot)
{
	json_t *o = directions(key->enc_frames, key->enc_bytes,
			       key->dec_frames, key->dec_bytes);

	json_object_set_new(o, "slot", number(slot));
	json_object_set_new(o, "generation", number(key->gen));
	json_object_set_new(o, "cipher",
			    json_string(key->crypto.cipher->name));
	json_object_set_new(o, "keyidx", number(key->keyidx));
	json_object_set_new(o, "vif", number(key->vif));
	if (key->sta != SKUA_STA_NONE)
		json_object_set_new(o, "sta", number(key->sta));
	json_object_set_new(o, "pairwise",
			    json_boolean(key->flags & SKUA_KEYF_PAIRWISE));
	json_object_set_new(o, "replays", number(key->replays));
	json_object_set_new(o, "mic_errors", number(key->mic_errors));
	return o;
}

static json_t *addr_json(const uint8_t *a)
{
	char text[ADDR_TEXT_LEN];

	addr_format(a, text);
	return json_string(text);
}

/* Block Ack sessions: the MPDUs that may be under way in each direction */
static json_t *sessions_json(const struct mac_sta *sta)
{
	json_t *list = json_array();

	for (uint8_t tid = 0; tid < SKUA_NUM_TIDS; tid++) {
		const struct ba_rx *rx = rxe_ba_session(sta, tid);
		bool tx = ba_sta_on(sta, tid);
		json_t *o;

		if (!tx && !rx)
			continue;
		o = json_object();
		json_object_set_new(o, "tid", number(tid));
		json_object_set_new(o, "tx_window",
				    number(tx ? sta->ba_tx[tid]->t.size : 0));
		json_object_set_new(o, "rx_window",
				    number(rx ? rx->score.size : 0));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *sta_json(const struct mac_sta *sta)
{
	json_t *o = json_object();

	json_object_set_new(o, "handle", number(sta->idx));
	json_object_set_new(o, "generation", number(sta->gen));
	json_object_set_new(o, "vif", number(sta->vif->idx));
	json_object_set_new(o, "addr", addr_json(sta->addr));
	json_object_set_new(o, "dozing", json_boolean(sta->dozing));
	json_object_set_new(o, "held", number(txq_sta_held(sta)));
	json_object_set_new(o, "tx_packets", number(sta->stats.tx_packets));
	json_object_set_new(o, "tx_failed", number(sta->stats.tx_failed));
	json_object_set_new(o, "tx_retries", number(sta->stats.tx_retries));
	json_object_set_new(o, "tx_airtime_us", number(sta->stats.tx_airtime));
	json_object_set_new(o, "tx_rate_100k", number(sta->stats.tx_rate ?
			    airtime_rate_100k(sta->stats.tx_rate) : 0));
	json_object_set_new(o, "sessions", sessions_json(sta));
	json_object_set_new(o, "rx_packets", number(sta->stats.rx_packets));
	json_object_set_new(o, "rx_dups", number(sta->stats.rx_dups));
	json_object_set_new(o, "rx_replays", number(sta->stats.rx_replays));
	json_object_set_new(o, "rx_mic_errors",
			    number(sta->stats.rx_mic_errors));
	return o;
}

bool mac_counters_more(const struct mac *mac, struct json_t *o, uint32_t *at)
{
	const uint32_t keys = mac->cfg->max_keys;
	json_t *entry;

	while (*at < keys + mac->cfg->max_stas) {
		const uint32_t i = (*at)++;

		entry = NULL;
		if (i < keys && mac->key[i])
			entry = key_json(mac->key[i], i);
		else if (i >= keys && mac->sta[i - keys])
			entry = sta_json(mac->sta[i - keys]);
		if (!entry)
			continue;
		json_array_append_new(json_object_get(o, i < keys ? "keys" :
						      "stations"), entry);
		if (turn_late(loop_turn(mac->loop)))
			return false;
	}
	return true;
}

struct json_t *mac_counters(const struct mac *mac)
{
	json_t *o = json_object();

#define MAC_COUNT_JSON(name, text) \
	json_object_set_new(o, #name, number(mac->c.name));
	MAC_COUNTERS(MAC_COUNT_JSON)
#undef MAC_COUNT_JSON
#define BA_ORDER_JSON(name, text) \
	json_object_set_new(o, "rx_ba_" #name, number(mac->rx.share.c.name));
	BA_ORDER_COUNTERS(BA_ORDER_JSON)
#undef BA_ORDER_JSON
	json_object_set_new(o, "rx_ba_held", number(mac->rx.share.held));
	json_object_set_new(o, "tx_queued", number(mac->tx.count));
	json_object_set_new(o, "cpl_waiting", number(mac->cpl.len));
	json_object_set_new(o, "freq", number(mac->chan.freq));
	json_object_set_new(o, "crypto",
			    json_string(crypto_lib_name(crypto_lib_used())));
	json_object_set_new(o, "ciphers", ciphers(mac));
	json_object_set_new(o, "keys", json_array());
	json_object_set_new(o, "stations", json_array());
	return o;
}
