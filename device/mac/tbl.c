// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables: interfaces, stations, keys, rates, beacons, as the firmware sets them
 *
 * The guest supplies the firmware, so each entry is copied out of SRAM, checked,
 * and only then used. What was received before a change is dealt with before it.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "mac/priv.h"

#define STA_FLAGS	(ENG_STAF_QOS | ENG_STAF_MFP | ENG_STAF_4ADDR | \
			 ENG_STAF_PS_TRACK | ENG_STAF_KEYED | \
			 ENG_STAF_SPP_AMSDU)
#define TKIP_TK_LEN	16

static bool rate_valid(const struct mac *mac, uint32_t rate)
{
	return !rate || airtime_rate_ok(rate, mac->nic->features,
					mac->nic->cfg.max_bw,
					mac->nic->cfg.chains);
}

static void take_ref(struct key_ref *to, const struct eng_key_ref *from)
{
	to->slot = le16toh(from->slot);
	to->gen = le16toh(from->gen);
}

static void put_ref(struct eng_key_ref *to, const struct key_ref *from)
{
	to->slot = htole16(from->slot);
	to->gen = htole16(from->gen);
}

/* Interfaces */

static enum skua_status vif_write(struct mac *mac, uint32_t i,
				  const struct eng_vif *e)
{
	struct mac_vif *vif = &mac->vif[i];
	uint32_t mgmt = le32toh(e->mgmt_rate), mcast = le32toh(e->mcast_rate);

	if (e->type > SKUA_VIF_OCB || e->bw > mac->nic->cfg.max_bw ||
	    !rate_valid(mac, mgmt) || !rate_valid(mac, mcast))
		return SKUA_ST_INVALID;
	vif->valid = true;
	vif->type = e->type;
	vif->bw = e->bw;
	vif->aid = le16toh(e->aid);
	vif->flags = le32toh(e->flags);
	memcpy(vif->addr, e->addr, sizeof(vif->addr));
	if (!ieee80211_addr_equal(vif->bssid, e->bssid))
		vif->last_beacon = 0;
	memcpy(vif->bssid, e->bssid, sizeof(vif->bssid));
	vif->freq = le16toh(e->freq);
	vif->center1 = le16toh(e->center1);
	vif->beacon_int = le16toh(e->beacon_int);
	vif->basic_rates = le32toh(e->basic_rates);
	vif->mgmt_rate = mgmt;
	vif->mcast_rate = mcast;
	for (unsigned int k = 0; k < MAC_KEYS_PER_VIF; k++)
		take_ref(&vif->key[k], &e->key[k]);
	if (vif->tsf_offset != (int64_t)le64toh(e->tsf_offset)) {
		vif->tsf_offset = (int64_t)le64toh(e->tsf_offset);
		beacon_set(vif);
	}
	txe_unpark(mac);
	return SKUA_ST_OK;
}

static void vif_read(const struct mac_vif *vif, struct eng_vif *e)
{
	e->type = vif->type;
	e->bw = vif->bw;
	e->aid = htole16(vif->aid);
	e->flags = htole32(vif->flags);
	memcpy(e->addr, vif->addr, sizeof(e->addr));
	memcpy(e->bssid, vif->bssid, sizeof(e->bssid));
	e->freq = htole16(vif->freq);
	e->center1 = htole16(vif->center1);
	e->beacon_int = htole16(vif->beacon_int);
	e->basic_rates = htole32(vif->basic_rates);
	e->mgmt_rate = htole32(vif->mgmt_rate);
	e->mcast_rate = htole32(vif->mcast_rate);
	for (unsigned int k = 0; k < MAC_KEYS_PER_VIF; k++)
		put_ref(&e->key[k], &vif->key[k]);
	e->own_beacon = vif->beacon.own_was_last;
	e->last_beacon = htole32(vif->last_beacon);
	e->tsf_offset = htole64((uint64_t)vif->tsf_offset);
	e->dozing = htole32(vif->dozing);
}

/* Stations */

static void sta_clear(struct mac *mac, uint32_t i)
{
	struct mac_sta *sta = mac->sta[i];
	const struct txq_match all = {
		.vif = SKUA_VIF_NONE, .acs = ~0u, .sta = (uint16_t)i,
		.gen = sta ? sta->gen : 0,
	};

	if (!sta)
		return;
	/* Frames for it in the interface's queues, too */
	txe_drop(mac, &all);
	txe_flush_sta(mac, sta);
	txe_sta_doze(mac, sta, false);
	mac_sta_unlink(mac, sta);
	free(sta);
}

static struct mac_sta *sta_new(struct mac *mac, uint32_t i,
			       struct mac_vif *vif, const uint8_t *addr)
{
	struct mac_sta *sta = calloc(1, sizeof(*sta));

	if (!sta)
		return NULL;
	sta->idx = (uint16_t)i;
	sta->vif = vif;
	memcpy(sta->addr, addr, sizeof(sta->addr));
	for (unsigned int q = 0; q < STA_QUEUES; q++)
		txq_init(&sta->q[q], q == STA_Q_AWAKE ? TXQ_STA_AWAKE : TXQ_STA,
			 vif, sta);
	for (unsigned int t = 0; t <= SKUA_NUM_TIDS; t++)
		sta->dup[t] = ~0u;
	mac_sta_link(mac, sta);
	return sta;
}

static enum skua_status sta_write(struct mac *mac, uint32_t i,
				  const struct eng_sta *e)
{
	static const uint8_t zero[IEEE80211_ADDR_LEN];
	struct mac_vif *vif = mac_vif(mac, e->vif);
	struct mac_sta *sta = mac->sta[i], *twin;
	uint32_t flags = le32toh(e->flags);

	if (!vif)
		return SKUA_ST_NO_ENTRY;
	if ((flags & ~STA_FLAGS) || le16toh(e->aid) > SKUA_MAX_AID ||
	    ieee80211_addr_is_group(e->addr) ||
	    ieee80211_addr_equal(e->addr, zero))
		return SKUA_ST_INVALID;
	twin = mac_sta_find(mac, vif, e->addr);
	if (twin && twin != sta)
		return SKUA_ST_EXISTS;
	if (sta && (sta->gen != le16toh(e->gen) || twin != sta)) {
		sta_clear(mac, i);
		sta = NULL;
	}
	if (!sta)
		sta = sta_new(mac, i, vif, e->addr);
	if (!sta)
		return SKUA_ST_NO_SPACE;
	sta->gen = le16toh(e->gen);
	sta->aid = le16toh(e->aid);
	sta->uapsd = e->uapsd_queues;
	sta->flags = flags;
	for (unsigned int k = 0; k < MAC_KEYS_PER_STA; k++) {
		take_ref(&sta->key[k], &e->key[k]);
		take_ref(&sta->group_key[k], &e->group_key[k]);
	}
	if (!(flags & ENG_STAF_PS_TRACK))
		txe_sta_doze(mac, sta, false);
	return SKUA_ST_OK;
}

static void sta_read(const struct mac_sta *sta, struct eng_sta *e)
{
	e->gen = htole16(sta->gen);
	e->aid = htole16(sta->aid);
	e->vif = sta->vif->idx;
	e->uapsd_queues = sta->uapsd;
	memcpy(e->addr, sta->addr, sizeof(e->addr));
	e->flags = htole32(sta->flags);
	for (unsigned int k = 0; k < MAC_KEYS_PER_STA; k++) {
		put_ref(&e->key[k], &sta->key[k]);
		put_ref(&e->group_key[k], &sta->group_key[k]);
	}
	e->dozing = sta->dozing;
}

/* Keys */

static void key_clear(struct mac *mac, uint32_t i)
{
	struct mac_key *key = mac->key[i];

	if (!key)
		return;
	mac->key[i] = NULL;
	crypto_key_wipe(&key->crypto);
	OPENSSL_cleanse(key, sizeof(*key));
	free(key);
}

/*
 * The engine knows TKIP's Michael keys by who sends: authenticator first. The
 * table knows them by direction.
 */
static uint8_t key_bytes(const struct mac *mac, const struct eng_key *e,
			 uint8_t bytes[CRYPTO_KEY_LEN_MAX])
{
	bool ap = mac->vif[e->vif].type == SKUA_VIF_AP;

	memcpy(bytes, e->key, CRYPTO_KEY_LEN_MAX);
	if (le32toh(e->cipher) != IEEE80211_CIPHER_TKIP ||
	    e->key_len != TKIP_TK_LEN)
		return e->key_len;
	memcpy(bytes + TKIP_TK_LEN, ap ? e->tx_mic_key : e->rx_mic_key,
	       CRYPTO_MICHAEL_LEN);
	memcpy(bytes + TKIP_TK_LEN + CRYPTO_MICHAEL_LEN,
	       ap ? e->rx_mic_key : e->tx_mic_key, CRYPTO_MICHAEL_LEN);
	return CRYPTO_KEY_LEN_MAX;
}

static uint64_t get_pn(const uint8_t *p)
{
	return ieee80211_get_le32(p) | (uint64_t)ieee80211_get_le16(p + 4) << 32;
}

static void put_pn(uint8_t *p, uint64_t pn)
{
	ieee80211_put_le32(p, (uint32_t)pn);
	ieee80211_put_le16(p + 4, (uint16_t)(pn >> 32));
}

static enum skua_status key_expand(const struct mac *mac, struct mac_key *key,
				   const struct eng_key *e)
{
	uint8_t bytes[CRYPTO_KEY_LEN_MAX];
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
				  const struct eng_key *e)
{
	uint16_t sta = le16toh(e->sta);
	enum skua_status status;
	struct mac_key *key;

	if (!mac_vif(mac, e->vif))
		return SKUA_ST_NO_ENTRY;
	if (sta != SKUA_STA_NONE &&
	    (sta >= mac->nic->cfg.max_stas || !mac->sta[sta] ||
	     mac->sta[sta]->vif->idx != e->vif))
		return SKUA_ST_NO_ENTRY;
	if (e->key_len > SKUA_MAX_KEY_LEN)
		return SKUA_ST_INVALID;
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

static void key_read(const struct mac_key *key, struct eng_key *e)
{
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
}

/* A phase 1 key is for one sender: the key's station, or one's own AP */
static enum skua_status p1_write(struct mac *mac, uint32_t i,
				 const struct eng_tkip_p1 *e)
{
	struct mac_key *key = mac->key[i];
	uint16_t p1k[CRYPTO_P1K_WORDS];
	const uint8_t *ta;

	if (!(mac->nic->features & SKUA_FEAT_TKIP_PHASE1_HOST))
		return SKUA_ST_UNSUPPORTED;
	if (!key)
		return SKUA_ST_NO_ENTRY;
	if (key->gen != le16toh(e->gen))
		return SKUA_ST_STALE;
	if (key->crypto.cipher->suite != IEEE80211_CIPHER_TKIP)
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

/* EDCA, rates, statistics */

static void edca_write(struct mac *mac, uint32_t i, const struct eng_edca *e)
{
	struct mac_vif *vif = &mac->vif[i / SKUA_NUM_ACS];
	unsigned int ac = i % SKUA_NUM_ACS;

	vif->edca[ac].aifsn = e->aifsn;
	vif->edca[ac].cw_min = le16toh(e->cw_min);
	vif->edca[ac].cw_max = le16toh(e->cw_max);
	vif->edca[ac].txop = le16toh(e->txop);
}

static void edca_read(const struct mac *mac, uint32_t i, struct eng_edca *e)
{
	const struct mac_vif *vif = &mac->vif[i / SKUA_NUM_ACS];
	unsigned int ac = i % SKUA_NUM_ACS;

	e->aifsn = vif->edca[ac].aifsn;
	e->cw_min = htole16(vif->edca[ac].cw_min);
	e->cw_max = htole16(vif->edca[ac].cw_max);
	e->txop = htole16(vif->edca[ac].txop);
}

static enum skua_status rate_write(struct mac *mac, struct mac_sta *sta,
				   const struct eng_rate *e)
{
	bool good = rate_valid(mac, le32toh(e->probe_rate));

	for (unsigned int i = 0; i < ENG_RATE_STAGES; i++)
		good &= rate_valid(mac, le32toh(e->rate[i]));
	if (!good) {
		mac->c.tx_bad_rate++;
		return SKUA_ST_INVALID;
	}
	for (unsigned int i = 0; i < ENG_RATE_STAGES; i++) {
		sta->rate.rate[i] = le32toh(e->rate[i]);
		sta->rate.tries[i] = e->tries[i];
	}
	sta->rate.probe_rate = le32toh(e->probe_rate);
	sta->rate.probe_interval = le32toh(e->probe_interval);
	if (!sta->rate.probe_rate)
		sta->rate.probe_interval = 0;
	return SKUA_ST_OK;
}

static void rate_read(const struct mac_sta *sta, struct eng_rate *e)
{
	for (unsigned int i = 0; i < ENG_RATE_STAGES; i++) {
		e->rate[i] = htole32(sta->rate.rate[i]);
		e->tries[i] = sta->rate.tries[i];
	}
	e->probe_rate = htole32(sta->rate.probe_rate);
	e->probe_interval = htole32(sta->rate.probe_interval);
}

static void stats_read(struct mac_sta *sta, struct eng_sta_stats *e)
{
	struct skua_sta_stats *s = &e->stats;

	for (unsigned int i = 0; i < ENG_RATE_STAGES; i++) {
		e->stage_sent[i] = htole32(sta->stage_sent[i]);
		e->stage_acked[i] = htole32(sta->stage_acked[i]);
		sta->stage_sent[i] = 0;
		sta->stage_acked[i] = 0;
	}
	e->probe_sent = htole32(sta->probe_sent);
	e->probe_acked = htole32(sta->probe_acked);
	sta->probe_sent = 0;
	sta->probe_acked = 0;
	s->tx_packets = htole32(sta->stats.tx_packets);
	s->tx_failed = htole32(sta->stats.tx_failed);
	s->tx_retries = htole32(sta->stats.tx_retries);
	s->tx_rate = htole32(sta->stats.tx_rate);
	s->rx_packets = htole32(sta->stats.rx_packets);
	s->rx_dups = htole32(sta->stats.rx_dups);
	s->rx_replays = htole32(sta->stats.rx_replays);
	s->rx_mic_errors = htole32(sta->stats.rx_mic_errors);
	s->rx_rate = htole32(sta->stats.rx_rate);
	s->rx_signal = sta->stats.rx_signal;
	s->ack_signal = sta->stats.ack_signal;
	s->tx_bytes = htole64(sta->stats.tx_bytes);
	s->rx_bytes = htole64(sta->stats.rx_bytes);
	s->tx_airtime_us = htole64(sta->stats.tx_airtime);
	s->rx_airtime_us = htole64(sta->stats.rx_airtime);
}

/* Beacons */

static bool tim_valid(const uint8_t *tmpl, unsigned int len, unsigned int off)
{
	return off >= IEEE80211_BEACON_OFF_ELEMENTS && off + 5 <= len &&
	       tmpl[off] == IEEE80211_EID_TIM && tmpl[off + 1] >= 3 &&
	       off + 2 + tmpl[off + 1] <= len;
}

static bool csa_valid(const struct eng_beacon *e, const uint8_t *tmpl,
		      unsigned int off)
{
	unsigned int tim = le16toh(e->tim_off);

	if (!off)
		return true;
	if (off < IEEE80211_BEACON_OFF_ELEMENTS || off >= le16toh(e->len))
		return false;
	/* The TIM is made anew each time, so nothing can be counted there */
	return !tim || off < tim || off >= tim + 2 + tmpl[tim + 1];
}

static enum skua_status beacon_write(struct mac *mac, uint32_t i,
				     const struct eng_beacon *e)
{
	struct mac_vif *vif = mac_vif(mac, i);
	struct mac_beacon *b = &mac->vif[i].beacon;
	unsigned int len = le16toh(e->len), tim = le16toh(e->tim_off);
	const uint8_t *tmpl = cp_sram(mac->nic->cp, le32toh(e->addr), len);
	bool restart;

	if (!vif)
		return SKUA_ST_NO_ENTRY;
	if (!tmpl || len < IEEE80211_BEACON_OFF_ELEMENTS ||
	    len > MAC_BEACON_MAX || !e->beacon_int ||
	    ieee80211_fc(tmpl) != IEEE80211_BEACON ||
	    (tim && (!tim_valid(tmpl, len, tim) || !e->dtim_period)) ||
	    !csa_valid(e, tmpl, le16toh(e->csa_off[0])) ||
	    !csa_valid(e, tmpl, le16toh(e->csa_off[1])) ||
	    !rate_valid(mac, le32toh(e->rate)))
		return SKUA_ST_INVALID;
	restart = !b->len || b->interval != le16toh(e->beacon_int);
	memcpy(b->tmpl, tmpl, len);
	b->len = (uint16_t)len;
	b->interval = le16toh(e->beacon_int);
	b->tim_off = (uint16_t)tim;
	b->dtim_period = e->dtim_period;
	b->csa_off[0] = le16toh(e->csa_off[0]);
	b->csa_off[1] = le16toh(e->csa_off[1]);
	b->csa_done = false;
	b->rate = le32toh(e->rate);
	take_ref(&b->bigtk, &e->bigtk);
	if (restart)
		beacon_start(vif);
	return SKUA_ST_OK;
}

/* Access */

static const struct {
	uint16_t size;
	bool writable;
} tables[] = {
	[ENG_TBL_VIF] = { sizeof(struct eng_vif), true },
	[ENG_TBL_STA] = { sizeof(struct eng_sta), true },
	[ENG_TBL_KEY] = { sizeof(struct eng_key), true },
	[ENG_TBL_EDCA] = { sizeof(struct eng_edca), true },
	[ENG_TBL_RATE] = { sizeof(struct eng_rate), true },
	[ENG_TBL_STA_STATS] = { sizeof(struct eng_sta_stats), false },
	[ENG_TBL_BEACON] = { sizeof(struct eng_beacon), true },
	[ENG_TBL_SURVEY] = { sizeof(struct skua_survey), false },
	[ENG_TBL_TKIP_P1] = { sizeof(struct eng_tkip_p1), true },
};

/* Room for any entry, aligned for all */
union entry {
	struct eng_vif vif;
	struct eng_sta sta;
	struct eng_key key;
	struct eng_edca edca;
	struct eng_rate rate;
	struct eng_sta_stats stats;
	struct eng_beacon beacon;
	struct skua_survey survey;
	struct eng_tkip_p1 p1;
};

static uint32_t table_len(const struct mac *mac, uint32_t sel)
{
	switch (sel) {
	case ENG_TBL_VIF:
	case ENG_TBL_BEACON:
		return MAC_VIFS;
	case ENG_TBL_EDCA:
		return MAC_VIFS * SKUA_NUM_ACS;
	case ENG_TBL_KEY:
	case ENG_TBL_TKIP_P1:
		return mac->nic->cfg.max_keys;
	case ENG_TBL_SURVEY:
		return UINT16_MAX;
	default:
		return mac->nic->cfg.max_stas;
	}
}

static enum skua_status entry_write(struct mac *mac, uint32_t sel, uint32_t i,
				    const union entry *e)
{
	switch (sel) {
	case ENG_TBL_VIF:
		return vif_write(mac, i, &e->vif);
	case ENG_TBL_STA:
		return sta_write(mac, i, &e->sta);
	case ENG_TBL_KEY:
		return key_write(mac, i, &e->key);
	case ENG_TBL_EDCA:
		edca_write(mac, i, &e->edca);
		return SKUA_ST_OK;
	case ENG_TBL_TKIP_P1:
		return p1_write(mac, i, &e->p1);
	case ENG_TBL_RATE:
		return mac->sta[i] ? rate_write(mac, mac->sta[i], &e->rate) :
				     SKUA_ST_NO_ENTRY;
	default:
		return beacon_write(mac, i, &e->beacon);
	}
}

static enum skua_status entry_read(struct mac *mac, uint32_t sel, uint32_t i,
				   union entry *e)
{
	switch (sel) {
	case ENG_TBL_VIF:
		if (!mac->vif[i].valid)
			return SKUA_ST_NO_ENTRY;
		vif_read(&mac->vif[i], &e->vif);
		return SKUA_ST_OK;
	case ENG_TBL_KEY:
		if (!mac->key[i])
			return SKUA_ST_NO_ENTRY;
		key_read(mac->key[i], &e->key);
		return SKUA_ST_OK;
	case ENG_TBL_EDCA:
		edca_read(mac, i, &e->edca);
		return SKUA_ST_OK;
	case ENG_TBL_SURVEY:
		return survey_read(mac, i, &e->survey);
	case ENG_TBL_BEACON:
	case ENG_TBL_TKIP_P1:
		return SKUA_ST_UNSUPPORTED;
	default:
		break;
	}
	if (!mac->sta[i])
		return SKUA_ST_NO_ENTRY;
	if (sel == ENG_TBL_STA)
		sta_read(mac->sta[i], &e->sta);
	else if (sel == ENG_TBL_RATE)
		rate_read(mac->sta[i], &e->rate);
	else
		stats_read(mac->sta[i], &e->stats);
	return SKUA_ST_OK;
}

static void vif_clear(struct mac *mac, uint32_t i)
{
	struct mac_vif *vif = &mac->vif[i];

	if (!vif->valid)
		return;
	beacon_stop(vif);
	for (uint32_t s = 0; s < mac->nic->cfg.max_stas; s++)
		if (mac->sta[s] && mac->sta[s]->vif == vif)
			sta_clear(mac, s);
	txe_flush_vif(mac, vif);
	/* A later interface of this number must not find them */
	for (uint32_t k = 0; k < mac->nic->cfg.max_keys; k++)
		if (mac->key[k] && mac->key[k]->vif == i)
			key_clear(mac, k);
	vif->valid = false;
	vif->freq = 0;
	vif->seq = 0;
	vif->tsf_offset = 0;
	vif->last_beacon = 0;
	memset(vif->edca, 0, sizeof(vif->edca));
	memset(vif->tim_host, 0, sizeof(vif->tim_host));
}

static enum skua_status entry_clear(struct mac *mac, uint32_t sel, uint32_t i)
{
	switch (sel) {
	case ENG_TBL_VIF:
		vif_clear(mac, i);
		break;
	case ENG_TBL_STA:
		sta_clear(mac, i);
		break;
	case ENG_TBL_KEY:
		key_clear(mac, i);
		break;
	case ENG_TBL_BEACON:
		beacon_stop(&mac->vif[i]);
		break;
	case ENG_TBL_TKIP_P1:
		if (mac->key[i])
			OPENSSL_cleanse(mac->key[i]->crypto.p1k,
					sizeof(mac->key[i]->crypto.p1k));
		break;
	case ENG_TBL_RATE:
		if (mac->sta[i])
			memset(&mac->sta[i]->rate, 0, sizeof(mac->sta[i]->rate));
		break;
	default:
		memset(&mac->vif[i / SKUA_NUM_ACS].edca[i % SKUA_NUM_ACS], 0,
		       sizeof(mac->vif[0].edca[0]));
		break;
	}
	cpl_publish(mac);
	return SKUA_ST_OK;
}

static enum skua_status copy_in(struct mac *mac, uint32_t sel, uint32_t i)
{
	const uint8_t *sram = cp_sram(mac->nic->cp, mac->tbl.addr,
				      tables[sel].size);
	enum skua_status status;
	union entry e = { 0 };

	if (!sram)
		return SKUA_ST_INVALID;
	memcpy(&e, sram, tables[sel].size);
	status = entry_write(mac, sel, i, &e);
	OPENSSL_cleanse(&e, sizeof(e));
	return status;
}

static enum skua_status copy_out(struct mac *mac, uint32_t sel, uint32_t i)
{
	uint8_t *sram = cp_sram(mac->nic->cp, mac->tbl.addr, tables[sel].size);
	enum skua_status status;
	union entry e;

	if (!sram)
		return SKUA_ST_INVALID;
	memset(&e, 0, sizeof(e));
	status = entry_read(mac, sel, i, &e);
	if (status != SKUA_ST_OK)
		return status;
	memcpy(sram, &e, tables[sel].size);
	cp_sram_written(mac->nic->cp, mac->tbl.addr, tables[sel].size);
	return SKUA_ST_OK;
}

enum skua_status mac_tbl_go(struct mac *mac, uint32_t op)
{
	uint32_t sel = mac->tbl.sel, i = mac->tbl.index;

	if (sel >= sizeof(tables) / sizeof(tables[0]))
		return SKUA_ST_UNSUPPORTED;
	if (i >= table_len(mac, sel))
		return SKUA_ST_NO_ENTRY;
	rxe_flush(mac);
	if (op == ENG_TBL_READ)
		return copy_out(mac, sel, i);
	if (!tables[sel].writable)
		return SKUA_ST_UNSUPPORTED;
	if (op == ENG_TBL_WRITE)
		return copy_in(mac, sel, i);
	return op == ENG_TBL_CLEAR ? entry_clear(mac, sel, i) :
				     SKUA_ST_INVALID;
}

void mac_tbl_wipe(struct mac *mac)
{
	for (uint32_t v = 0; v < MAC_VIFS; v++)
		vif_clear(mac, v);
	for (uint32_t k = 0; k < mac->nic->cfg.max_keys; k++)
		key_clear(mac, k);
}
