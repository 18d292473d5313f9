// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit queues whose receiver does not answer
 *
 * On a medium without time, a frame would have had all its tries before its receiver can
 * do anything about it. From the third PPDU in a row on that had no answer, the queue
 * rests before the next one, longer each time (air_rest_ns()), and others send meanwhile.
 * It begins anew with an answer, and when frames are given up, as a contention window
 * does; and it rests no longer when power save or a session changes, or somebody waits
 * for its frames.
 *
 * Only queues of stations rest: in those of interfaces, frames for others wait behind.
 */
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txq.h"

#define REST_AFTER	3	/* PPDUs: what is lost by chance costs no time */

static void rest(struct mac *mac, struct txq *q, unsigned int nth)
{
	uint64_t ns = air_rest_ns(mac->air, nth);

	if (!ns)
		return;
	/* All rests of a list are of the same length: it stays in order */
	q->rest_end = air_now(mac->air) + ns;
	txq_list_del(q);
	q->state = TXQ_RESTING;
	txq_list_add(&mac->tx.resting[nth], q);
	mac->c.tx_rests++;
}

void txq_answered(struct mac *mac, struct txq *q, bool answered, bool again)
{
	if (answered || !q->count)
		q->hurried = false;
	if (answered || !again) {
		q->unanswered = 0;
		return;
	}
	if (q->unanswered < REST_AFTER + AIR_RESTS - 1)
		q->unanswered++;
	if (q->unanswered >= REST_AFTER && q->state == TXQ_ACTIVE && q->sta &&
	    !q->hurried)
		rest(mac, q, q->unanswered - REST_AFTER);
}

uint64_t txq_rest_end(struct mac *mac)
{
	uint64_t first = LOOP_NEVER;

	for (unsigned int i = 0; i < AIR_RESTS; i++) {
		const struct txq *q = txq_list_first(&mac->tx.resting[i]);

		if (q && q->rest_end < first)
			first = q->rest_end;
	}
	return first;
}

static void end_rest(struct mac *mac, struct txq *q)
{
	if (q->state != TXQ_RESTING)
		return;
	txq_list_del(q);
	q->state = TXQ_IDLE;
	txq_settle(mac, q);
}

void txq_rested(struct mac *mac, uint64_t now)
{
	for (unsigned int i = 0; i < AIR_RESTS; i++) {
		struct txq *q;

		while ((q = txq_list_first(&mac->tx.resting[i])) &&
		       q->rest_end <= now)
			end_rest(mac, q);
	}
}

void txq_rouse(struct mac *mac, struct txq *q)
{
	q->unanswered = 0;
	end_rest(mac, q);
}

void txq_hurry(struct mac *mac, struct txq *q)
{
	q->hurried = true;
	end_rest(mac, q);
}
