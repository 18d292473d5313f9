// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: the end of a burst
 */
#include <string.h>

#include "mac/cpl.h"
#include "mac/priv.h"
#include "mac/rxe.h"

#define FLUSH_COST	1000	/* of a frame, see eng_charge() */

static void event(struct mac *mac, const struct skua_cpl_inband *event)
{
	rxe_join_end(mac);
	cpl_event(mac, event);
}

static void flush(struct mac *mac)
{
	struct rxe *rx = &mac->rx;

	eng_charge(mac->bus, rx->n * FLUSH_COST);
	rx->now = loop_now(mac->loop);
	rxe_decrypt(mac);
	for (unsigned int i = 0; i < rx->n; i++) {
		struct rx_item *item = &rx->item[i];

		if (item->kind == RX_EVENT)
			event(mac, &item->event);
		else if (item->ba)
			rxe_order_item(mac, item);
		else
			rxe_up_frame(mac, item);
	}
	rx->n = 0;
	rx->wanted = 0;
	rx->bufs = 0;
	rx->units = 0;
	if (rx->taken)
		ring_consume(&mac->rings->ring[SKUA_RING_RXBUF], rx->taken);
	rx->taken = 0;
	rxe_up_end(mac);
}

void rxe_forget(struct mac *mac)
{
	mac->rx.n = 0;
	mac->rx.wanted = 0;
	mac->rx.bufs = 0;
	mac->rx.units = 0;
	mac->rx.buf_len = 0;
	mac->rx.taken = 0;
	mac->rx.spares = 0;
	memset(&mac->rx.back, 0, sizeof(mac->rx.back));
}

void rxe_flush(struct mac *mac)
{
	struct turn *turn = loop_turn(mac->loop);
	enum turn_cause was;

	if (!mac->rx.n)
		return;
	if (!mac->running) {
		mac->rx.n = 0;
		return;
	}
	was = turn_switch(turn, TURN_RECEIVE);
	flush(mac);
	turn_switch(turn, was);
}
