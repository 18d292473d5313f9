// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of interfaces: addresses and channel, channel access, beacon template
 */
#include <string.h>

#include "mac/beacon.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/tbl.h"
#include "mac/txe.h"
#include "mac/txq.h"

static uint32_t vif_entries(const struct mac *mac)
{
	(void)mac;
	return MAC_VIFS;
}

static enum skua_status vif_write(struct mac *mac, uint32_t i,
				  const void *entry)
{
	const struct eng_vif *e = entry;
	struct mac_vif *vif = &mac->vif[i];
	uint32_t mgmt = le32toh(e->mgmt_rate), mcast = le32toh(e->mcast_rate);

	if (e->type > SKUA_VIF_OCB || e->bw > mac->cfg->max_bw ||
	    !mac_rate_ok(mac, mgmt) || !mac_rate_ok(mac, mcast))
		return SKUA_ST_INVALID;
	mac->vifs |= 1u << i;
	vif->type = e->type;
	vif->bw = e->bw;
	vif->aid = le16toh(e->aid);
	vif->flags = le32toh(e->flags);
	memcpy(vif->addr, e->addr, sizeof(vif->addr));
	if (!dot11_addr_equal(vif->bssid, e->bssid))
		vif->last_beacon = 0;
	memcpy(vif->bssid, e->bssid, sizeof(vif->bssid));
	vif->freq = le16toh(e->freq);
	vif->center1 = le16toh(e->center1);
	vif->beacon_int = le16toh(e->beacon_int);
	vif->power = e->power;
	vif->basic_rates = le32toh(e->basic_rates);
	vif->mgmt_rate = mgmt;
	vif->mcast_rate = mcast;
	for (unsigned int k = 0; k < MAC_KEYS_PER_VIF; k++)
		take_ref(&vif->key[k], &e->key[k]);
	if (vif->tsf_offset != (int64_t)le64toh(e->tsf_offset)) {
		vif->tsf_offset = (int64_t)le64toh(e->tsf_offset);
		beacon_set(vif);
	}
	txq_unpark(mac);
	return SKUA_ST_OK;
}

static enum skua_status vif_read(struct mac *mac, uint32_t i, void *entry)
{
	const struct mac_vif *vif = mac_vif(mac, i);
	struct eng_vif *e = entry;

	if (!vif)
		return SKUA_ST_NO_ENTRY;
	e->type = vif->type;
	e->bw = vif->bw;
	e->aid = htole16(vif->aid);
	e->flags = htole32(vif->flags);
	memcpy(e->addr, vif->addr, sizeof(e->addr));
	memcpy(e->bssid, vif->bssid, sizeof(e->bssid));
	e->freq = htole16(vif->freq);
	e->center1 = htole16(vif->center1);
	e->beacon_int = htole16(vif->beacon_int);
	e->power = vif->power;
	e->basic_rates = htole32(vif->basic_rates);
	e->mgmt_rate = htole32(vif->mgmt_rate);
	e->mcast_rate = htole32(vif->mcast_rate);
	for (unsigned int k = 0; k < MAC_KEYS_PER_VIF; k++)
		put_ref(&e->key[k], &vif->key[k]);
	e->own_beacon = vif->beacon.own_was_last;
	e->last_beacon = htole32(vif->last_beacon);
	e->tsf_offset = htole64((uint64_t)vif->tsf_offset);
	e->dozing = htole32(vif->dozing);
	return SKUA_ST_OK;
}

/* Its stations and keys. Return: false if a turn has no time for all */
static bool clear_owned(struct mac *mac, uint32_t i)
{
	struct turn *turn = loop_turn(mac->loop);
	bool any = false;

	for (uint32_t s = 0; s < mac->cfg->max_stas; s++) {
		if (!mac->sta[s] || mac->sta[s]->vif->idx != i)
			continue;
		if (any && turn_late(turn))
			return false;
		tbl_sta.clear(mac, s);
		any = true;
	}
	/* A later interface with this number must not find these keys */
	for (uint32_t k = 0; k < mac->cfg->max_keys; k++) {
		if (!mac->key[k] || mac->key[k]->vif != i)
			continue;
		if (any && turn_late(turn))
			return false;
		tbl_key.clear(mac, k);
		any = true;
	}
	return true;
}

static bool vif_clear(struct mac *mac, uint32_t i)
{
	struct mac_vif *vif = &mac->vif[i];

	if (!mac_vif(mac, i))
		return true;
	beacon_stop(vif);
	/* Before its stations, each of which would look for its frames here */
	txe_forget(mac, vif, NULL);
	txq_flush_vif(mac, vif);
	if (!clear_owned(mac, i))
		return false;
	mac->vifs &= ~(1u << i);
	vif->freq = 0;
	vif->seq = 0;
	vif->tsf_offset = 0;
	vif->last_beacon = 0;
	memset(vif->edca, 0, sizeof(vif->edca));
	memset(vif->tim_host, 0, sizeof(vif->tim_host));
	return true;
}

const struct mac_table tbl_vif = {
	.size = sizeof(struct eng_vif),
	.entries = vif_entries,
	.write = vif_write,
	.read = vif_read,
	.clear = vif_clear,
};

/* Channel access: an interface has four entries, one for each AC */

static uint32_t edca_entries(const struct mac *mac)
{
	(void)mac;
	return MAC_VIFS * SKUA_NUM_ACS;
}

static struct mac_edca *edca_of(struct mac *mac, uint32_t i)
{
	return &mac->vif[i / SKUA_NUM_ACS].edca[i % SKUA_NUM_ACS];
}

static enum skua_status edca_write(struct mac *mac, uint32_t i,
				   const void *entry)
{
	const struct eng_edca *e = entry;
	struct mac_edca *edca = edca_of(mac, i);

	edca->aifsn = e->aifsn;
	edca->cw_min = le16toh(e->cw_min);
	edca->cw_max = le16toh(e->cw_max);
	edca->txop = le16toh(e->txop);
	return SKUA_ST_OK;
}

static enum skua_status edca_read(struct mac *mac, uint32_t i, void *entry)
{
	const struct mac_edca *edca = edca_of(mac, i);
	struct eng_edca *e = entry;

	e->aifsn = edca->aifsn;
	e->cw_min = htole16(edca->cw_min);
	e->cw_max = htole16(edca->cw_max);
	e->txop = htole16(edca->txop);
	return SKUA_ST_OK;
}

static bool edca_clear(struct mac *mac, uint32_t i)
{
	memset(edca_of(mac, i), 0, sizeof(struct mac_edca));
	return true;
}

const struct mac_table tbl_edca = {
	.size = sizeof(struct eng_edca),
	.entries = edca_entries,
	.write = edca_write,
	.read = edca_read,
	.clear = edca_clear,
};

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
	/* The TIM is made anew for each beacon, so a countdown cannot be inside */
	return !tim || off < tim || off >= tim + 2 + tmpl[tim + 1];
}

static enum skua_status beacon_write(struct mac *mac, uint32_t i,
				     const void *entry)
{
	const struct eng_beacon *e = entry;
	struct mac_vif *vif = mac_vif(mac, i);
	struct mac_beacon *b = &mac->vif[i].beacon;
	unsigned int len = le16toh(e->len), tim = le16toh(e->tim_off);
	const uint8_t *tmpl = eng_sram(mac->bus, le32toh(e->addr), len);
	bool restart;

	if (!vif)
		return SKUA_ST_NO_ENTRY;
	if (!tmpl || len < IEEE80211_BEACON_OFF_ELEMENTS ||
	    len > MAC_BEACON_MAX || !e->beacon_int ||
	    dot11_fc(tmpl) != IEEE80211_BEACON ||
	    (tim && (!tim_valid(tmpl, len, tim) || !e->dtim_period)) ||
	    !csa_valid(e, tmpl, le16toh(e->csa_off[0])) ||
	    !csa_valid(e, tmpl, le16toh(e->csa_off[1])) ||
	    !mac_rate_ok(mac, le32toh(e->rate)))
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

static bool beacon_clear(struct mac *mac, uint32_t i)
{
	beacon_stop(&mac->vif[i]);
	return true;
}

const struct mac_table tbl_beacon = {
	.size = sizeof(struct eng_beacon),
	.entries = vif_entries,
	.write = beacon_write,
	.clear = beacon_clear,
};
