// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block Ack sessions of stations, transmit half: what frames and queues tell them
 */
#include "mac/ba_sta.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txq.h"

struct ba_sta *ba_sta_of(const struct mac_sta *sta, uint8_t tid)
{
	return sta && tid < SKUA_NUM_TIDS ? sta->ba_tx[tid] : NULL;
}

bool ba_sta_on(const struct mac_sta *sta, uint8_t tid)
{
	const struct ba_sta *ba = ba_sta_of(sta, tid);

	return ba && ba->t.state == BA_TX_ON;
}

uint16_t ba_sta_answer_len(const struct mac_sta *sta, uint8_t tid)
{
	const struct ba_sta *ba = ba_sta_of(sta, tid);

	if (!ba || ba->t.size <= 64)
		return IEEE80211_BA_LEN_64;
	return ba->t.size <= 256 ? IEEE80211_BA_LEN_256 : IEEE80211_BA_LEN_1024;
}

void ba_sta_numbered(struct mac_sta *sta, struct txf *f)
{
	struct ba_sta *ba = ba_sta_of(sta, f->tid);
	const uint8_t *frame = txf_data(f);

	f->numbered = true;
	sta->numbered[f->tid]++;
	/* All fragments have one number, and the first one stands for it */
	if (!ba || dot11_frag(frame))
		return;
	ba_tx_numbered(&ba->t, dot11_sn(frame));
}

void ba_sta_ended(struct mac *mac, const struct txf *f, bool acked)
{
	struct mac_sta *sta = txf_sta(mac, f);
	struct ba_sta *ba;

	if (!f->numbered || f->orphan || !sta)
		return;
	sta->numbered[f->tid]--;
	ba = ba_sta_of(sta, f->tid);
	if (ba)
		ba_tx_ended(&ba->t, dot11_sn(f->buf + f->off), acked);
}

void ba_sta_rest(struct mac_sta *sta)
{
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++)
		if (sta->ba_tx[tid])
			ba_tx_rest(&sta->ba_tx[tid]->t);
}
