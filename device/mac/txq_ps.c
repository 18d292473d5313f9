// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit queues and power save: frames held for dozing stations, and for the
 * next DTIM beacon
 */
#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/ba_sta.h"
#include "mac/txq.h"

/*
 * The station is awake before all that was released has left. What remains is older than
 * what waits, and goes before that: packet numbers rise in a TID.
 */
static void take_back(struct mac *mac, struct mac_sta *sta)
{
	struct txq *awake = &sta->q[STA_Q_AWAKE];
	struct txf *before = NULL, *f = awake->head, *list = NULL;
	unsigned int left = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(sta->released); i++)
		left += sta->released[i];
	while (left) {
		if (!f->released) {
			before = f;
			f = f->next;
			continue;
		}
		txq_unlink(awake, before)->next = list;
		list = f;
		f = before ? before->next : awake->head;
		left--;
	}
	while ((f = list)) {
		list = f->next;
		f->released = false;
		txq_unpop(mac, txq_of_sta(sta, f), f);
	}
	txq_settle(mac, awake);
}

void txq_put_back(struct mac *mac, struct txq *q, struct txf *f)
{
	/* Later frames than this one may have been released */
	if (q->kind == TXQ_STA && q->sta->dozing && q->sta->released[f->tid]) {
		f->released = true;
		q = &q->sta->q[STA_Q_AWAKE];
	} else if (q->kind == TXQ_STA_AWAKE && f->released && !q->sta->dozing) {
		f->released = false;
		q = txq_of_sta(q->sta, f);
	}
	txq_unpop(mac, q, f);
}

void txq_sta_doze(struct mac *mac, struct mac_sta *sta, bool doze)
{
	struct mac_vif *vif = sta->vif;

	if (sta->dozing == doze)
		return;
	sta->dozing = doze;
	ba_sta_rest(sta);
	if (doze) {
		sta->doze_prev = NULL;
		sta->doze_next = vif->doze_list;
		if (sta->doze_next)
			sta->doze_next->doze_prev = sta;
		vif->doze_list = sta;
		vif->dozing++;
	} else {
		if (sta->doze_prev)
			sta->doze_prev->doze_next = sta->doze_next;
		else
			vif->doze_list = sta->doze_next;
		if (sta->doze_next)
			sta->doze_next->doze_prev = sta->doze_prev;
		vif->dozing--;
		take_back(mac, sta);
	}
	for (unsigned int i = 0; i < STA_QUEUES; i++) {
		txq_rouse(mac, &sta->q[i]);
		txq_settle(mac, &sta->q[i]);
	}
	/* When all stations are awake, group frames need not wait any longer */
	if (!vif->dozing)
		txq_dtim(mac, vif);
}

uint32_t txq_sta_held(const struct mac_sta *sta)
{
	uint32_t n = 0;

	if (!sta->dozing)
		return 0;
	for (unsigned int i = 0; i < STA_Q_AWAKE; i++)
		n += sta->q[i].count;
	return n;
}

static struct txq *next_held(struct mac_sta *sta, uint16_t tids)
{
	if ((tids & 1) && sta->q[STA_Q_MGMT].count)
		return &sta->q[STA_Q_MGMT];
	for (int tid = SKUA_NUM_TIDS - 1; tid >= 0; tid--)
		if ((tids & 1u << tid) && sta->q[tid].count)
			return &sta->q[tid];
	if ((tids & 1) && sta->q[STA_Q_NONQOS].count)
		return &sta->q[STA_Q_NONQOS];
	return NULL;
}

static void set_eosp(struct txf *f)
{
	uint8_t *qos = txf_data(f) + dot11_fc_qos_off(f->fc);

	if (dot11_fc_is_data_qos(f->fc))
		qos[0] |= IEEE80211_QOS_EOSP;
}

unsigned int txq_release_held(struct mac *mac, struct mac_sta *sta,
			      uint16_t tids, unsigned int num, bool more_data,
			      bool uapsd, bool eosp)
{
	struct txq *q, *to = &sta->q[STA_Q_AWAKE];
	struct txf *f = NULL;
	unsigned int n;

	/* It has woken up since the host asked: nothing is held any more */
	if (!sta->dozing)
		return 0;
	for (n = 0; n < num && (q = next_held(sta, tids)); n++) {
		f = txq_unlink(q, NULL);
		txq_settle(mac, q);
		f->released = true;
		f->more_data = more_data || txq_sta_held(sta);
		txq_append(mac, to, f);
	}
	mac->c.tx_released += n;
	if (f) {
		if (uapsd)
			set_eosp(f);
		f->eosp = eosp;
	}
	return n;
}

void txq_dtim(struct mac *mac, struct mac_vif *vif)
{
	struct txq *q = &vif->q[VIF_Q_DTIM];
	struct txf *f;

	q->credit = q->count;
	for (f = q->head; f; f = f->next)
		f->more_data = vif->dozing && f->next;
	txq_settle(mac, q);
}
