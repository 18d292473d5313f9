// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table of Block Ack sessions: the transmit half
 */
#include <stdlib.h>

#include "mac/ba_sta.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/tbl.h"
#include "mac/txe.h"
#include "mac/txq.h"

static uint16_t next_sn(const struct mac_sta *sta, uint8_t tid)
{
	return ba_sn_add(sta->seq[tid], 1);
}

/* Stays with the station */
static struct ba_sta *ba_new(struct mac_sta *sta, uint8_t tid)
{
	if (!sta->ba_tx[tid]) {
		sta->ba_tx[tid] = calloc(1, sizeof(struct ba_sta));
		if (sta->ba_tx[tid])
			sta->q[tid].ba = &sta->ba_tx[tid]->t;
	}
	return sta->ba_tx[tid];
}

void tbl_ba_tx_stop(struct mac *mac, struct mac_sta *sta, uint8_t tid)
{
	struct ba_sta *ba = ba_sta_of(sta, tid);

	if (!ba)
		return;
	ba_tx_stop(&ba->t);
	ba_evt_cancel(mac, &ba->stalled);
	txq_settle(mac, &sta->q[tid]);
}

void tbl_ba_tx_forget(struct mac *mac, struct mac_sta *sta)
{
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++) {
		struct ba_sta *ba = sta->ba_tx[tid];

		if (!ba)
			continue;
		tbl_ba_tx_stop(mac, sta, (uint8_t)tid);
		sta->q[tid].ba = NULL;
		sta->ba_tx[tid] = NULL;
		free(ba);
	}
}

/* End all frames of a TID, those on the air with their exchange */
static void flush_tid(struct mac *mac, struct mac_sta *sta, uint8_t tid)
{
	const struct txq_match m = {
		.vif = SKUA_VIF_NONE, .acs = ~0u, .sta = sta->idx,
		.gen = sta->gen, .tids = 1u << tid,
	};

	txq_sel_drop(mac, &m);
	txe_doom(mac, &m);
}

static void start(struct mac_sta *sta, uint8_t tid, const struct eng_ba *e)
{
	struct ba_sta *ba = sta->ba_tx[tid];
	uint16_t next = next_sn(sta, tid);

	ba_tx_start(&ba->t, next,
		    ba->t.state == BA_TX_HOLD ? ba->told : next,
		    le16toh(e->tx_size), e->amsdu);
	ba->reported = false;
}

enum skua_status tbl_ba_tx_check(const struct mac *mac, const struct eng_ba *e)
{
	uint16_t size = le16toh(e->tx_size);

	if (!(mac->bus->features & SKUA_FEAT_TX_AMPDU))
		return SKUA_ST_UNSUPPORTED;
	if (e->tx > ENG_BA_TX_FLUSH || e->amsdu > 1 ||
	    (e->tx == ENG_BA_TX_ON && (!size || size > BA_MAX_WIN)))
		return SKUA_ST_INVALID;
	return SKUA_ST_OK;
}

enum skua_status tbl_ba_tx_write(struct mac *mac, struct mac_sta *sta, uint8_t tid,
			      const struct eng_ba *e)
{
	bool begins = e->tx == ENG_BA_TX_HOLD || e->tx == ENG_BA_TX_ON;

	if (begins && !ba_new(sta, tid))
		return SKUA_ST_NO_SPACE;
	if (e->tx == ENG_BA_TX_ON) {
		start(sta, tid, e);
	} else {
		tbl_ba_tx_stop(mac, sta, tid);
		if (e->tx == ENG_BA_TX_HOLD) {
			ba_tx_hold(&sta->ba_tx[tid]->t);
			sta->ba_tx[tid]->told = next_sn(sta, tid);
		} else if (e->tx == ENG_BA_TX_FLUSH) {
			flush_tid(mac, sta, tid);
		}
	}
	/* The peer may not have had a session any more, and now has one or needs none */
	txq_rouse(mac, &sta->q[tid]);
	if (e->tx == ENG_BA_TX_HOLD)
		txq_hurry(mac, &sta->q[tid]);
	txq_settle(mac, &sta->q[tid]);
	txe_kick(mac);
	return SKUA_ST_OK;
}

void tbl_ba_tx_read(struct mac_sta *sta, uint8_t tid, struct eng_ba *e)
{
	static const uint8_t states[] = {
		[BA_TX_OFF] = ENG_BA_TX_OFF,
		[BA_TX_HOLD] = ENG_BA_TX_HOLD,
		[BA_TX_ON] = ENG_BA_TX_ON,
	};
	struct ba_sta *ba = ba_sta_of(sta, tid);

	e->tx_next = htole16(next_sn(sta, tid));
	e->tx_busy = htole16(sta->numbered[tid]);
	if (!ba)
		return;
	e->tx = states[ba->t.state];
	e->tx_size = htole16(ba->t.size);
	e->amsdu = ba->t.amsdu;
	/* This is the number that the peer will be told */
	ba->told = next_sn(sta, tid);
}
