// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of stations: address and keys, rates, statistics
 */
#include <stdlib.h>
#include <string.h>

#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/tbl.h"
#include "mac/ampdu.h"
#include "mac/txe.h"
#include "mac/txq.h"

#define STA_FLAGS	(ENG_STAF_QOS | ENG_STAF_MFP | ENG_STAF_4ADDR | \
			 ENG_STAF_PS_TRACK | ENG_STAF_KEYED | \
			 ENG_STAF_SPP_AMSDU | ENG_STAF_ASLEEP | \
			 ENG_STAF_DECAP)
/* A frame's format was chosen by these when it arrived */
#define FORMAT_FLAGS	(ENG_STAF_DECAP | ENG_STAF_KEYED | ENG_STAF_4ADDR)

static uint32_t sta_entries(const struct mac *mac)
{
	return mac->cfg->max_stas;
}

static bool sta_clear(struct mac *mac, uint32_t i)
{
	struct mac_sta *sta = mac->sta[i];
	const struct txq_match all = {
		.vif = SKUA_VIF_NONE, .acs = ~0u, .sta = (uint16_t)i,
		.gen = sta ? sta->gen : 0,
	};

	if (!sta)
		return true;
	tbl_ba_forget(mac, sta);
	/* The interface's queues may hold frames for the station, too */
	txq_sel_drop(mac, &all);
	txe_doom(mac, &all);
	txe_forget(mac, NULL, sta);
	txq_flush_sta(mac, sta);
	txq_sta_doze(mac, sta, false);
	mac_sta_unlink(mac, sta);
	free(sta);
	return true;
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
				  const void *entry)
{
	static const uint8_t zero[IEEE80211_ADDR_LEN];
	const struct eng_sta *e = entry;
	struct mac_vif *vif = mac_vif(mac, e->vif);
	struct mac_sta *sta = mac->sta[i], *twin;
	uint32_t flags = le32toh(e->flags);
	bool asleep = false;

	if (!vif)
		return SKUA_ST_NO_ENTRY;
	if ((flags & ~STA_FLAGS) || le16toh(e->aid) > SKUA_MAX_AID ||
	    e->ampdu_factor > AMPDU_FACTOR_MAX ||
	    e->ampdu_density > AMPDU_DENSITY_MAX ||
	    dot11_addr_is_group(e->addr) ||
	    dot11_addr_equal(e->addr, zero))
		return SKUA_ST_INVALID;
	if ((flags & ENG_STAF_DECAP) &&
	    !(mac->bus->features & SKUA_FEAT_RX_DECAP))
		return SKUA_ST_UNSUPPORTED;
	twin = mac_sta_find(mac, vif, e->addr);
	if (twin && twin != sta)
		return SKUA_ST_EXISTS;
	if (sta && (sta->gen != le16toh(e->gen) || twin != sta)) {
		sta_clear(mac, i);
		sta = NULL;
	}
	if (!sta) {
		sta = sta_new(mac, i, vif, e->addr);
		asleep = flags & ENG_STAF_ASLEEP;
	}
	if (!sta)
		return SKUA_ST_NO_SPACE;
	sta->gen = le16toh(e->gen);
	sta->aid = le16toh(e->aid);
	sta->uapsd = e->uapsd_queues;
	sta->ampdu_factor = e->ampdu_factor;
	sta->ampdu_density = e->ampdu_density;
	if (mac->running && ((sta->flags ^ flags) & FORMAT_FLAGS))
		rxe_order_release_8023(mac, sta);
	sta->flags = flags & ~ENG_STAF_ASLEEP;
	for (unsigned int k = 0; k < MAC_KEYS_PER_STA; k++) {
		take_ref(&sta->key[k], &e->key[k]);
		take_ref(&sta->group_key[k], &e->group_key[k]);
	}
	if (!(flags & ENG_STAF_PS_TRACK))
		txq_sta_doze(mac, sta, false);
	else if (asleep)
		txq_sta_doze(mac, sta, true);
	return SKUA_ST_OK;
}

static enum skua_status sta_read(struct mac *mac, uint32_t i, void *entry)
{
	const struct mac_sta *sta = mac->sta[i];
	struct eng_sta *e = entry;

	if (!sta)
		return SKUA_ST_NO_ENTRY;
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
	e->ampdu_factor = sta->ampdu_factor;
	e->ampdu_density = sta->ampdu_density;
	return SKUA_ST_OK;
}

const struct mac_table tbl_sta = {
	.size = sizeof(struct eng_sta),
	.entries = sta_entries,
	.write = sta_write,
	.read = sta_read,
	.clear = sta_clear,
};

/* Rates */

static enum skua_status rate_write(struct mac *mac, uint32_t i,
				   const void *entry)
{
	const struct eng_rate *e = entry;
	struct mac_sta *sta = mac->sta[i];
	bool good;

	if (!sta)
		return SKUA_ST_NO_ENTRY;
	good = mac_rate_ok(mac, le32toh(e->probe_rate));
	for (unsigned int n = 0; n < ENG_RATE_STAGES; n++)
		good &= mac_rate_ok(mac, le32toh(e->rate[n]));
	if (!good) {
		mac->c.tx_bad_rate++;
		return SKUA_ST_INVALID;
	}
	for (unsigned int n = 0; n < ENG_RATE_STAGES; n++) {
		sta->rate.rate[n] = le32toh(e->rate[n]);
		sta->rate.tries[n] = e->tries[n];
	}
	sta->rate.probe_rate = le32toh(e->probe_rate);
	sta->rate.probe_interval = le32toh(e->probe_interval);
	if (!sta->rate.probe_rate)
		sta->rate.probe_interval = 0;
	return SKUA_ST_OK;
}

static enum skua_status rate_read(struct mac *mac, uint32_t i, void *entry)
{
	const struct mac_sta *sta = mac->sta[i];
	struct eng_rate *e = entry;

	if (!sta)
		return SKUA_ST_NO_ENTRY;
	for (unsigned int n = 0; n < ENG_RATE_STAGES; n++) {
		e->rate[n] = htole32(sta->rate.rate[n]);
		e->tries[n] = sta->rate.tries[n];
	}
	e->probe_rate = htole32(sta->rate.probe_rate);
	e->probe_interval = htole32(sta->rate.probe_interval);
	return SKUA_ST_OK;
}

static bool rate_clear(struct mac *mac, uint32_t i)
{
	struct mac_sta *sta = mac->sta[i];

	if (sta)
		memset(&sta->rate, 0, sizeof(sta->rate));
	return true;
}

const struct mac_table tbl_rate = {
	.size = sizeof(struct eng_rate),
	.entries = sta_entries,
	.write = rate_write,
	.read = rate_read,
	.clear = rate_clear,
};

/* Statistics */

/* Transmissions by stage; reading sets these counts to 0 */
static void take_attempts(struct mac_sta *sta, struct eng_sta_stats *e)
{
	for (unsigned int i = 0; i < ENG_RATE_STAGES; i++) {
		e->stage_sent[i] = htole32(sta->stage_sent[i]);
		e->stage_acked[i] = htole32(sta->stage_acked[i]);
		sta->stage_sent[i] = 0;
		sta->stage_acked[i] = 0;
		e->stage_ppdus[i] = htole32(sta->stage_ppdus[i]);
		sta->stage_ppdus[i] = 0;
	}
	e->probe_sent = htole32(sta->probe_sent);
	e->probe_acked = htole32(sta->probe_acked);
	sta->probe_sent = 0;
	sta->probe_acked = 0;
	e->probe_ppdus = htole32(sta->probe_ppdus);
	sta->probe_ppdus = 0;
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++) {
		e->tid_frames[tid] = htole16(sta->tid_frames[tid]);
		sta->tid_frames[tid] = 0;
	}
}

static enum skua_status stats_read(struct mac *mac, uint32_t i, void *entry)
{
	struct mac_sta *sta = mac->sta[i];
	struct eng_sta_stats *e = entry;
	struct skua_sta_stats *s = &e->stats;

	if (!sta)
		return SKUA_ST_NO_ENTRY;
	take_attempts(sta, e);
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
	return SKUA_ST_OK;
}

const struct mac_table tbl_sta_stats = {
	.size = sizeof(struct eng_sta_stats),
	.entries = sta_entries,
	.read = stats_read,
};
