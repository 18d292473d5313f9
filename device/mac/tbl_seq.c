// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table of sequence numbers: by station
 */
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/tbl.h"

static uint32_t seq_entries(const struct mac *mac)
{
	return mac->cfg->max_stas;
}

static enum skua_status seq_check(const struct mac_sta *sta,
				  const struct eng_seq *e)
{
	if (!sta)
		return SKUA_ST_NO_ENTRY;
	if (sta->gen != le16toh(e->gen))
		return SKUA_ST_STALE;
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++) {
		if (le16toh(e->seq[tid]) >= IEEE80211_SN_MODULO)
			return SKUA_ST_INVALID;
		if (sta->numbered[tid])
			return SKUA_ST_STATE;
	}
	return e->rsvd ? SKUA_ST_INVALID : SKUA_ST_OK;
}

static enum skua_status seq_write(struct mac *mac, uint32_t i,
				  const void *entry)
{
	const struct eng_seq *e = entry;
	struct mac_sta *sta = mac->sta[i];
	enum skua_status status = seq_check(sta, e);

	if (status != SKUA_ST_OK)
		return status;
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++)
		sta->seq[tid] = le16toh(e->seq[tid]);
	return SKUA_ST_OK;
}

static enum skua_status seq_read(struct mac *mac, uint32_t i, void *entry)
{
	const struct mac_sta *sta = mac->sta[i];
	struct eng_seq *e = entry;

	if (!sta)
		return SKUA_ST_NO_ENTRY;
	e->gen = htole16(sta->gen);
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++)
		e->seq[tid] = htole16(sta->seq[tid]);
	return SKUA_ST_OK;
}

/* Numbers are not forgotten: they go with the station */
static bool seq_clear(struct mac *mac, uint32_t i)
{
	(void)mac;
	(void)i;
	return true;
}

const struct mac_table tbl_seq = {
	.size = sizeof(struct eng_seq),
	.entries = seq_entries,
	.write = seq_write,
	.read = seq_read,
	.clear = seq_clear,
};
