// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table of Block Ack sessions: by station and TID
 */
#include <stdlib.h>

#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/tbl.h"

static uint32_t ba_entries(const struct mac *mac)
{
	return mac->cfg->max_stas * SKUA_NUM_TIDS;
}

/* The receive half */

static enum skua_status rx_check(const struct mac *mac, const struct eng_ba *e)
{
	uint16_t size = le16toh(e->rx_size);

	if (!(mac->bus->features & SKUA_FEAT_RX_AMPDU))
		return SKUA_ST_UNSUPPORTED;
	if (e->rx > 1)
		return SKUA_ST_INVALID;
	if (e->rx && (!size || size > BA_MAX_WIN ||
		      le16toh(e->rx_ssn) >= IEEE80211_SN_MODULO))
		return SKUA_ST_INVALID;
	return SKUA_ST_OK;
}

static enum skua_status rx_write(struct mac_sta *sta, uint8_t tid,
				 const struct eng_ba *e)
{
	const struct rxe_session s = {
		.ssn = le16toh(e->rx_ssn),
		.size = le16toh(e->rx_size),
		.timeout_tu = le16toh(e->rx_timeout_tu),
	};
	struct ba_rx **ba = &sta->ba_rx[tid];

	if (!e->rx) {
		rxe_order_stop(*ba);
		return SKUA_ST_OK;
	}
	if (!*ba)
		*ba = calloc(1, sizeof(**ba));
	return *ba && rxe_order_start(sta, *ba, tid, &s) ? SKUA_ST_OK :
							 SKUA_ST_NO_SPACE;
}

static void rx_read(const struct ba_rx *ba, struct eng_ba *e)
{
	if (!ba)
		return;
	e->rx = 1;
	e->rx_size = htole16(ba->score.size);
	e->rx_ssn = htole16(ba->score.start);
	e->rx_timeout_tu = htole16(ba->timeout_tu);
}

/* Both halves */

static enum skua_status ba_write(struct mac *mac, uint32_t i,
				 const void *entry)
{
	const struct eng_ba *e = entry;
	struct mac_sta *sta = mac->sta[i / SKUA_NUM_TIDS];
	enum skua_status status = SKUA_ST_OK;

	if (!sta)
		return SKUA_ST_NO_ENTRY;
	if (sta->gen != le16toh(e->gen))
		return SKUA_ST_STALE;
	if (e->set & ~(ENG_BA_SET_TX | ENG_BA_SET_RX))
		return SKUA_ST_INVALID;
	if (e->set & ENG_BA_SET_TX)
		status = tbl_ba_tx_check(mac, e);
	if (status == SKUA_ST_OK && (e->set & ENG_BA_SET_RX))
		status = rx_check(mac, e);
	if (status == SKUA_ST_OK && (e->set & ENG_BA_SET_TX))
		status = tbl_ba_tx_write(mac, sta, i % SKUA_NUM_TIDS, e);
	if (status == SKUA_ST_OK && (e->set & ENG_BA_SET_RX))
		status = rx_write(sta, i % SKUA_NUM_TIDS, e);
	return status;
}

static enum skua_status ba_read(struct mac *mac, uint32_t i, void *entry)
{
	struct mac_sta *sta = mac->sta[i / SKUA_NUM_TIDS];
	struct eng_ba *e = entry;

	if (!sta)
		return SKUA_ST_NO_ENTRY;
	e->gen = htole16(sta->gen);
	rx_read(rxe_ba_session(sta, i % SKUA_NUM_TIDS), e);
	tbl_ba_tx_read(sta, i % SKUA_NUM_TIDS, e);
	return SKUA_ST_OK;
}

static bool ba_clear(struct mac *mac, uint32_t i)
{
	struct mac_sta *sta = mac->sta[i / SKUA_NUM_TIDS];

	if (!sta)
		return true;
	tbl_ba_tx_stop(mac, sta, i % SKUA_NUM_TIDS);
	rxe_order_stop(sta->ba_rx[i % SKUA_NUM_TIDS]);
	return true;
}

void tbl_ba_forget(struct mac *mac, struct mac_sta *sta)
{
	tbl_ba_tx_forget(mac, sta);
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++) {
		rxe_order_stop(sta->ba_rx[tid]);
		free(sta->ba_rx[tid]);
		sta->ba_rx[tid] = NULL;
	}
}

const struct mac_table tbl_ba = {
	.size = sizeof(struct eng_ba),
	.entries = ba_entries,
	.write = ba_write,
	.read = ba_read,
	.clear = ba_clear,
};
