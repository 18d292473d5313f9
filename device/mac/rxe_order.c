// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: Block Ack sessions, and the order of their frames
 *
 * The reorder buffer is told of a frame in rxe_flush(), when the frame has been
 * decrypted. One that has to wait lies in the guest's buffers already; its record
 * waits.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

#define HOLD_NS		(100 * LOOP_NS_PER_MS)
#define NS_PER_TU	(IEEE80211_TU_US * LOOP_NS_PER_US)
#define MAX_PLACES	(256 * 1024)	/* 4096 sessions of 64, or 256 of 1024 */
#define NEVER		UINT64_MAX

/* Sessions */

static struct mac *mac_of(const struct ba_rx *ba)
{
	return ba->sta->vif->mac;
}

static void hole_timer(struct loop_timer *t)
{
	struct ba_rx *ba = container_of(t, struct ba_rx, hole);
	struct mac *mac = mac_of(ba);
	struct turn *turn = loop_turn(mac->loop);
	enum turn_cause was;
	uint64_t due;

	if (!mac->running)
		return;
	was = turn_switch(turn, TURN_RECEIVE);
	due = ba_order_expire(&ba->order, loop_now(mac->loop));
	if (due != NEVER)
		loop_timer_set(mac->loop, t, due);
	rxe_up_end(mac);
	turn_switch(turn, was);
}

/* The timer is not moved for each frame: it looks how long the silence has been */
static void idle_timer(struct loop_timer *t)
{
	struct ba_rx *ba = container_of(t, struct ba_rx, idle);
	struct mac *mac = mac_of(ba);
	uint64_t now = loop_now(mac->loop);

	if (!mac->running)
		return;
	if (now - ba->heard >= ba->idle_ns) {
		mac->c.rx_ba_idle++;
		ba_evt_post(mac, &ba->idle_evt, ba->sta, ba->tid,
			    ENG_BA_RX_IDLE);
		ba->heard = now;
	}
	loop_timer_set(mac->loop, t, ba->heard + ba->idle_ns);
}

bool rxe_order_start(struct mac_sta *sta, struct ba_rx *ba, uint8_t tid,
		     const struct rxe_session *s)
{
	struct mac *mac = sta->vif->mac;

	rxe_order_stop(ba);
	memset(ba, 0, sizeof(*ba));
	ba->sta = sta;
	ba->tid = tid;
	if ((mac->bus->features & SKUA_FEAT_RX_REORDER) &&
	    !ba_order_init(&ba->order, &mac->rx.share, s->ssn, s->size))
		return false;
	ba_score_init(&ba->score, s->ssn, s->size);
	ba->heard = loop_now(mac->loop);
	ba->timeout_tu = s->timeout_tu;
	ba->idle_ns = s->timeout_tu * NS_PER_TU;
	loop_timer_init(&ba->hole, hole_timer);
	loop_timer_init(&ba->idle, idle_timer);
	if (ba->idle_ns)
		loop_timer_set(mac->loop, &ba->idle, ba->heard + ba->idle_ns);
	ba->on = true;
	return true;
}

void rxe_order_stop(struct ba_rx *ba)
{
	struct mac *mac;

	if (!ba || !ba->on)
		return;
	mac = mac_of(ba);
	loop_timer_cancel(mac->loop, &ba->hole);
	loop_timer_cancel(mac->loop, &ba->idle);
	ba_evt_cancel(mac, &ba->idle_evt);
	if (mac->rx.back.ba == ba)
		mac->rx.back.ba = NULL;
	if (ba->order.place && mac->running)
		ba_order_end(&ba->order);
	else if (ba->order.place)
		ba_order_drop(&ba->order);
	ba->on = false;
	rxe_up_end(mac);
}

/* Frames in the order in which they have arrived */

static void skip(struct ba_rx *ba, uint16_t sn)
{
	if (ba->order.place)
		ba_order_skip(&ba->order, sn);
}

static bool has_place(const struct rx_item *item)
{
	if (ba_order_look(&item->ba->order, item->sn) == BA_NEW)
		return true;
	item->ba->sta->stats.rx_dups++;
	return false;
}

static void put(struct mac *mac, struct rx_item *item, struct rx_up *up)
{
	struct ba_rx *ba = item->ba;

	ba_order_put(&ba->order, item->sn, up, rxe_up_bufs(up), mac->rx.now);
	if (ba->order.held && !loop_timer_armed(&ba->hole))
		loop_timer_set(mac->loop, &ba->hole, ba_order_due(&ba->order));
}

/*
 * A replay has no place: its number is not protected, and may be that of a frame that
 * is still to come. Any other frame that is refused was acknowledged, and no other one
 * will come in its place.
 */
static void ordered_frame(struct mac *mac, struct rx_item *item)
{
	struct rx_up *up;

	if (!has_place(item))
		return;
	if (item->key)
		rxe_decrypted(mac, item);
	if (item->drop || (item->flags & SKUA_RXF_MONITOR_ONLY)) {
		if (!item->drop)
			rxe_up_now(mac, item);
		if (!item->replay)
			skip(item->ba, item->sn);
		return;
	}
	up = rxe_up_new(mac, item);
	if (up)
		put(mac, item, up);
	else
		skip(item->ba, item->sn);
}

void rxe_order_item(struct mac *mac, struct rx_item *item)
{
	struct ba_rx *ba = item->ba;

	ba->heard = mac->rx.now;
	if (item->kind == RX_BAR)
		ba_order_bar(&ba->order, item->sn);
	else if (item->kind == RX_GONE)
		skip(ba, item->sn);
	else if (ba->order.place)
		ordered_frame(mac, item);
	else
		rxe_up_frame(mac, item);
}

/* What goes */

static bool of_key(const void *item, const void *ref)
{
	const struct rx_up *up = item;
	const struct key_ref *key = ref;

	return up->key.slot == key->slot && up->key.gen == key->gen;
}

void rxe_order_forget_key(struct mac *mac, uint16_t slot, uint16_t gen)
{
	const struct key_ref key = { .slot = slot, .gen = gen };
	struct ba_order *o, *next;

	for (o = mac->rx.share.first; o; o = next) {
		next = o->next;
		ba_order_release(o, of_key, &key);
	}
	rxe_up_end(mac);
}

static bool is_8023(const void *item, const void *ref)
{
	(void)ref;
	return ((const struct rx_up *)item)->decap;
}

void rxe_order_release_8023(struct mac *mac, const struct mac_sta *sta)
{
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++) {
		struct ba_rx *ba = sta->ba_rx[tid];

		if (ba && ba->on && ba->order.place)
			ba_order_release(&ba->order, is_8023, NULL);
	}
	rxe_up_end(mac);
}

void rxe_order_release_all(struct mac *mac)
{
	while (mac->rx.share.first)
		ba_order_clear(mac->rx.share.first);
	rxe_up_end(mac);
}

static void up_ordered(void *priv, void *item)
{
	rxe_up_put(priv, item);
}

static void drop(void *priv, void *item)
{
	rxe_up_drop(priv, item);
}

static const struct ba_order_ops order_ops = {
	.up = up_ordered,
	.drop = drop,
};

void rxe_order_init(struct mac *mac)
{
	mac->rx.share.ops = &order_ops;
	mac->rx.share.priv = mac;
	mac->rx.share.hold_ns = HOLD_NS;
	mac->rx.share.max_places = MAX_PLACES;
}

void rxe_order_run(struct mac *mac)
{
	uint32_t bufs = mac->rings->ring[SKUA_RING_RXBUF].entries;
	uint32_t units = mac->rings->ring[SKUA_RING_CPL0].entries;

	mac->rx.share.max = bufs / 2 < RXE_HELD_MAX ? bufs / 2 : RXE_HELD_MAX;
	/* An A-MSDU that is taken apart goes up as a whole, or not at all */
	mac->rx.max_parts = RX_AMSDU_MAX;
	if (mac->rx.max_parts > bufs / 4)
		mac->rx.max_parts = bufs / 4;
	if (mac->rx.max_parts > units / 4)
		mac->rx.max_parts = units / 4;
}
