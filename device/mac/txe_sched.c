// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: channel access, and the order of frames
 *
 * Each class has a channel access function. Of those that may begin at the same time
 * the first one wins, management before VO, and the others back off (IEEE 802.11-2020,
 * 10.23.2.4). On a medium without contention all may begin at any time; so that the
 * last ones get their turn, each class may win so many times in a round. Inside a
 * class, stations share airtime by turns.
 */
#include <string.h>

#include "mac/beacon.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txe_ba.h"
#include "mac/txq.h"

#define AIFSN_DEFAULT	2
#define CW_DEFAULT	15
#define CW_MAX_DEFAULT	1023

static const struct {
	uint8_t cls;
	uint8_t share;		/* PPDUs of a round */
} class_order[TXE_CLASSES] = {
	{ TXE_CLASS_MGMT, 32 },
	{ SKUA_RING_TX_VO - SKUA_RING_TX_VO, 32 },
	{ SKUA_RING_TX_VI - SKUA_RING_TX_VO, 16 },
	{ SKUA_RING_TX_BE - SKUA_RING_TX_VO, 8 },
	{ SKUA_RING_TX_BK - SKUA_RING_TX_VO, 4 },
};

enum may_send {
	MAY_SEND,
	MAY_WAIT,	/* the radio is on another channel */
	MAY_NEVER,	/* the interface has no channel */
};

static enum may_send txq_may_send(const struct mac *mac, const struct txq *q)
{
	if (q->kind == TXQ_FW)
		return MAY_SEND;
	if (q->kind == TXQ_OFFCHAN)
		return mac->roc_vif == q->vif->idx && mac->chan.freq ?
			MAY_SEND : MAY_NEVER;
	if (!q->vif->freq)
		return MAY_NEVER;
	return q->vif->freq == mac->chan.freq ? MAY_SEND : MAY_WAIT;
}

static int32_t *class_deficit(const struct txq *q, uint8_t cls)
{
	return q->sta ? &q->sta->deficit[cls] : &q->vif->deficit[cls];
}

static int32_t *deficit_of(const struct txq *q)
{
	return class_deficit(q, q->cls);
}

void txe_charge(struct txq *q, uint8_t cls, uint32_t us)
{
	*class_deficit(q, cls) -= (int32_t)us;
}

/*
 * If no queue of a class has airtime left, each gets that of all rounds in which none of
 * them would send. So, however long their frames were, a turn goes over the list twice.
 */
static void skip_rounds(struct txq_list *list)
{
	int32_t most = INT32_MIN, gain;
	struct txq *q;

	for (q = list->head.next; q != &list->head; q = q->next)
		if (*deficit_of(q) > most)
			most = *deficit_of(q);
	if (most > 0)
		return;
	gain = -(most / TXE_QUANTUM_US) * TXE_QUANTUM_US;
	for (q = list->head.next; q != &list->head; q = q->next) {
		int32_t *deficit = deficit_of(q);

		/* Queues of one station share theirs */
		*deficit += gain;
		if (*deficit > 0)
			*deficit = 0;
	}
}

/* The queue of a class whose turn it is, or NULL */
static struct txq *next_queue(struct mac *mac, uint8_t cls)
{
	struct txq_list *list = &mac->tx.active[cls];
	struct txq *q, *first = NULL;

	while ((q = txq_list_first(list))) {
		enum may_send may = txq_may_send(mac, q);
		int32_t *deficit = deficit_of(q);

		if (may == MAY_WAIT) {
			txq_park(mac, q);
			continue;
		}
		if (may == MAY_NEVER) {
			txq_end_all(mac, q, SKUA_TXS_NO_CHAN);
			txe_ba_quiet(mac, q);
			continue;
		}
		if (*deficit > 0)
			return q;
		if (q == first)
			skip_rounds(list);
		else if (!first)
			first = q;
		*deficit += TXE_QUANTUM_US;
		txq_list_del(q);
		txq_list_add(list, q);
	}
	return NULL;
}

/* Channel access */

static const struct mac_edca *edca_of(struct mac *mac, uint8_t cls)
{
	const struct txq *q = txq_list_first(&mac->tx.active[cls]);
	unsigned int ac = cls < SKUA_NUM_ACS ? cls : 0;

	return q ? &q->vif->edca[ac] : NULL;
}

uint32_t txe_slot_us(const struct mac *mac)
{
	return mac_tuned_2ghz(mac) ? 20 : 9;
}

/* AIFS is a SIFS and some slots (IEEE 802.11-2020, 10.3.2.3.6) */
static void draw(struct mac *mac, uint8_t cls)
{
	struct edcaf *e = &mac->tx.op.edcaf[cls];
	const struct mac_edca *p = edca_of(mac, cls);
	unsigned int aifsn = p && p->aifsn ? p->aifsn : AIFSN_DEFAULT;

	e->cw_max = p && p->cw_max ? p->cw_max : CW_MAX_DEFAULT;
	if (!e->cw)
		e->cw = p && p->cw_min ? p->cw_min : CW_DEFAULT;
	e->acc = (struct air_access){
		.aifs_us = airtime_sifs_us(mac_tuned_2ghz(mac)) +
			   aifsn * txe_slot_us(mac),
		.slot_us = txe_slot_us(mac),
		.slots = rng_below(loop_rng(mac->loop), e->cw + 1),
		.since = air_now(mac->air),
	};
	e->drawn = true;
}

void txe_backoff(struct mac *mac, uint8_t cls, bool ok)
{
	struct edcaf *e = &mac->tx.op.edcaf[cls];

	e->drawn = false;
	e->cw = ok ? 0 : 2 * e->cw + 1;
	if (e->cw > e->cw_max)
		e->cw = e->cw_max;
}

static uint64_t class_at(struct mac *mac, uint8_t cls)
{
	struct edcaf *e = &mac->tx.op.edcaf[cls];

	if (!e->drawn)
		draw(mac, cls);
	e->acc.nav = mac->tx.op.nav;
	return air_access(mac->radio, &e->acc);
}

/* A beacon waits for a SIFS and a slot, and has no backoff */
static uint64_t beacon_at(struct mac *mac)
{
	struct air_access *acc = &mac->tx.op.beacon;

	if (!acc->aifs_us)
		*acc = (struct air_access){
			.aifs_us = airtime_sifs_us(mac_tuned_2ghz(mac)) +
				   txe_slot_us(mac),
			.slot_us = txe_slot_us(mac),
			.since = air_now(mac->air),
		};
	acc->nav = mac->tx.op.nav;
	return air_access(mac->radio, acc);
}

/* Where nobody contends, there is no backoff to draw, either */
static bool may_begin(struct mac *mac, uint8_t cls)
{
	return !air_contends(mac->air) ||
	       class_at(mac, cls) <= air_now(mac->air);
}

static bool has_frames(struct mac *mac)
{
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		if (txq_list_first(&mac->tx.active[i]))
			return true;
	return mac->tx.beacons;
}

uint64_t txe_access_at(struct mac *mac)
{
	uint64_t first = txq_rest_end(mac), at;

	if (!air_contends(mac->air))
		return has_frames(mac) ? air_now(mac->air) : first;
	if (mac->tx.beacons) {
		at = beacon_at(mac);
		if (at < first)
			first = at;
	}
	for (unsigned int i = 0; i < TXE_CLASSES; i++) {
		if (!txq_list_first(&mac->tx.active[i]))
			continue;
		at = class_at(mac, (uint8_t)i);
		if (at < first)
			first = at;
	}
	return first;
}

static void choose_rate(struct mac *mac)
{
	const struct txf *f = mac->tx.op.f[0];

	txe_choose_rate(mac, &mac->vif[f->vif], txf_sta(mac, f));
}

/* The next PPDU of a queue: a BlockAckReq, or as many MPDUs as one can have */
static bool take_queue(struct mac *mac, struct txq *q)
{
	struct txop *op = &mac->tx.op;
	unsigned int n;

	op->q = q;
	op->ready = 0;
	op->n = 0;
	op->f[0] = txe_ba_bar(mac, q);
	if (op->f[0]) {
		op->n = 1;
		choose_rate(mac);
		return true;
	}
	op->f[0] = q->head;
	if (op->f[0])
		choose_rate(mac);
	n = txe_ba_choose(mac, q, &op->ampdu);
	/* None if the window is full */
	txq_pop(mac, q, op->f, n);
	op->n = n;
	return n;
}

static bool take_beacon(struct mac *mac)
{
	struct txop *op = &mac->tx.op;

	if (!mac->tx.beacons || beacon_at(mac) > air_now(mac->air))
		return false;
	memset(&op->beacon, 0, sizeof(op->beacon));
	op->f[0] = beacon_take(mac);
	if (!op->f[0])
		return false;
	op->q = NULL;
	op->n = 1;
	op->ready = 0;
	op->cls = TXE_CLASS_MGMT;
	op->left_us = 0;
	choose_rate(mac);
	return true;
}

/* Of the classes that may begin now, the first one that has not had its share */
static bool take_class(struct mac *mac, bool *shared_out)
{
	struct txop *op = &mac->tx.op;
	struct txq *win = NULL;

	*shared_out = false;
	for (unsigned int i = 0; i < TXE_CLASSES; i++) {
		uint8_t cls = class_order[i].cls;
		struct txq *q;

		if (!txq_list_first(&mac->tx.active[cls]) ||
		    !may_begin(mac, cls))
			continue;
		q = next_queue(mac, cls);
		if (!q)
			continue;
		if (win) {
			txe_backoff(mac, cls, false);
		} else if (op->edcaf[cls].sent >= class_order[i].share) {
			*shared_out = true;
		} else {
			op->cls = cls;
			win = q;
		}
	}
	if (!win)
		return false;
	op->edcaf[op->cls].sent++;
	op->left_us = 32 * (op->cls < SKUA_NUM_ACS ?
			    win->vif->edca[op->cls].txop : 0);
	return take_queue(mac, win);
}

bool txe_take(struct mac *mac)
{
	struct txop *op = &mac->tx.op;
	bool shared_out;

	txq_rested(mac, air_now(mac->air));
	if (take_beacon(mac) || take_class(mac, &shared_out))
		return true;
	if (!shared_out)
		return false;
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		op->edcaf[i].sent = 0;
	return take_class(mac, &shared_out);
}

bool txe_take_more(struct mac *mac)
{
	struct txq *q = next_queue(mac, mac->tx.op.cls);

	return q && take_queue(mac, q);
}
