// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: the state machine (docs/nic.rst has a drawing of it)
 *
 * IDLE -> ACCESS -> BUILD [-> CTS_SELF | -> RTS -> CTS] -> PPDU [-> ANSWER] -> IDLE.
 * Each arrow is an event: of the air (a PPDU has ended, an answer has come), or of
 * time (access, a SIFS, a timeout). txe_abort() leads to IDLE from anywhere.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/ba_sta.h"
#include "mac/txq.h"

static struct mac *mac_of_step(struct air_event *ev)
{
	return container_of(ev, struct mac, tx.op.step);
}

static bool may_send(const struct mac *mac)
{
	return mac_on_air(mac) && !cpl_waiting(mac);
}

/* Set an event @us microseconds of the standard from now */
static void set_after(struct mac *mac, struct air_event *ev, uint32_t us,
		      enum air_class cls)
{
	air_event_set(mac->air, ev, air_now(mac->air) + air_ns(mac->air, us),
		      cls);
}

static void step_after_sifs(struct mac *mac, enum air_class cls)
{
	set_after(mac, &mac->tx.op.step, airtime_sifs_us(mac_tuned_2ghz(mac)),
		  cls);
}

/* An answer may begin now, and has come after @us; then none can come any more */
static void await(struct mac *mac, uint32_t us, enum txop_state state)
{
	struct txop *op = &mac->tx.op;

	op->state = state;
	op->airtime_us += us;
	set_after(mac, &op->timeout, us + txe_slot_us(mac), AIR_TIMEOUT);
}

/* The exchange has come to its end, or there was none */
static void next(struct mac *mac)
{
	struct txop *op = &mac->tx.op;

	op->state = TXOP_IDLE;
	op->n = 0;
	op->q = NULL;
	txe_kick(mac);
}

/* After a success, the class may hold the medium to the end of its TXOP */
static bool hold(struct mac *mac, bool ok)
{
	struct txop *op = &mac->tx.op;

	op->left_us -= (int32_t)(op->airtime_us +
				 airtime_sifs_us(mac_tuned_2ghz(mac)));
	return ok && op->left_us > 0 && may_send(mac) &&
	       txq_list_first(&mac->tx.active[op->cls]);
}

static void end(struct mac *mac, bool answered)
{
	struct txop *op = &mac->tx.op;
	bool again;

	air_event_cancel(mac->air, &op->timeout);
	again = txe_settle(mac, answered);
	if (!mac->running)
		return;
	op->held = hold(mac, answered);
	if (!op->held) {
		txe_backoff(mac, op->cls, !again);
		next(mac);
		return;
	}
	op->state = TXOP_ACCESS;
	step_after_sifs(mac, AIR_ACCESS);
}

/* The medium is ours, and nothing stands before the PPDU any more */
static void send_ppdu(struct mac *mac)
{
	struct txop *op = &mac->tx.op;

	op->state = TXOP_PPDU;
	/* Its frames may have been dropped since, and all of them have */
	op->sent = !op->f[0]->doomed &&
		   txe_begin_ppdu(mac, &mac->vif[op->f[0]->vif]);
	if (!op->sent)
		end(mac, false);
}

static void choose_answer(struct mac *mac)
{
	struct txop *op = &mac->tx.op;
	const struct txf *f = op->f[0];

	if (op->n > 1)
		op->answer = TXE_BA;
	else if (f->owner == TXF_BEACON)
		op->answer = TXE_NO_ANSWER;
	else
		op->answer = txe_expected_answer(f);
	op->answer_len = IEEE80211_ACK_LEN;
	if (op->answer == TXE_BA)
		op->answer_len = ba_sta_answer_len(txf_sta(mac, f), f->tid);
}

/* Another try of the frames; the firmware counts first ones outside of sessions */
static void count_tries(struct mac *mac)
{
	struct txop *op = &mac->tx.op;
	struct mac_sta *sta = txf_sta(mac, op->f[0]);
	uint64_t now = air_now(mac->air) / LOOP_NS_PER_US;

	if (sta)
		txe_count_probes(mac, sta);
	for (unsigned int i = 0; i < op->n; i++) {
		struct txf *f = op->f[i];

		if (f->tries++)
			continue;
		f->first_us = now;
		if (sta && f->numbered && !ba_sta_on(sta, f->tid) &&
		    sta->tid_frames[f->tid] < UINT16_MAX)
			sta->tid_frames[f->tid]++;
	}
}

/* The medium has been won in vain: the class contends again */
static void pass_up(struct mac *mac)
{
	txe_give_back(mac);
	txe_backoff(mac, mac->tx.op.cls, true);
	next(mac);
}

/* The frames are ready */
static void send(struct mac *mac)
{
	struct txop *op = &mac->tx.op;
	struct txf *f = op->f[0];
	const struct mac_vif *vif = &mac->vif[f->vif];

	op->airtime_us = 0;
	op->ack_signal = 0;
	op->sent = false;
	op->ba.bits = 0;
	choose_answer(mac);
	txe_measure(mac);
	if (op->more && (int32_t)txe_exchange_us(mac, vif) > op->left_us) {
		/* It does not fit into the TXOP (IEEE 802.11-2020, 10.23.2.9) */
		pass_up(mac);
		return;
	}
	count_tries(mac);
	op->state = txe_begin_protection(mac, vif);
	if (op->state == TXOP_PPDU)
		send_ppdu(mac);
	else if (op->state == TXOP_IDLE)
		end(mac, false);
}

static void step_access(struct mac *mac)
{
	struct txop *op = &mac->tx.op;
	bool held = op->held;

	op->held = false;
	if (!may_send(mac) || !(held ? txe_take_more(mac) : txe_take(mac))) {
		/* The TXOP has ended early: the class contends again */
		if (held)
			txe_backoff(mac, op->cls, true);
		next(mac);
		return;
	}
	op->more = held;
	op->state = TXOP_BUILD;
}

static void step(struct air_event *ev)
{
	struct mac *mac = mac_of_step(ev);
	struct txop *op = &mac->tx.op;

	if (op->state == TXOP_CTS_SELF || op->state == TXOP_CTS) {
		send_ppdu(mac);
		return;
	}
	if (op->state == TXOP_ACCESS)
		step_access(mac);
	if (op->state != TXOP_BUILD)
		return;
	if (!txe_prepare(mac)) {
		air_event_again(mac->air, ev);
		return;
	}
	/* A frame that ended may have found the host's ring broken */
	if (!mac->running)
		return;
	if (!op->n)
		next(mac);
	else if (op->f[0]->doomed)
		pass_up(mac);
	else
		send(mac);
}

static void timeout(struct air_event *ev)
{
	struct mac *mac = container_of(ev, struct mac, tx.op.timeout);

	if (mac->tx.op.state == TXOP_CTS)
		mac->c.tx_rts_no_cts++;
	end(mac, false);
}

void txe_init(struct mac *mac)
{
	mac->tx.op.step.fn = step;
	mac->tx.op.timeout.fn = timeout;
}

void txe_kick(struct mac *mac)
{
	struct txop *op = &mac->tx.op;
	uint64_t at;

	if (op->state > TXOP_ACCESS || op->held)
		return;
	at = may_send(mac) ? txe_access_at(mac) : LOOP_NEVER;
	if (at == LOOP_NEVER) {
		air_event_cancel(mac->air, &op->step);
		op->state = TXOP_IDLE;
		return;
	}
	if (op->state == TXOP_ACCESS && air_event_is_set(&op->step) &&
	    op->step.when <= at)
		return;
	op->state = TXOP_ACCESS;
	air_event_set(mac->air, &op->step, at, AIR_ACCESS);
}

void txe_sent(struct mac *mac)
{
	struct txop *op = &mac->tx.op;

	switch (op->state) {
	case TXOP_CTS_SELF:
		step_after_sifs(mac, AIR_SIFS);
		break;
	case TXOP_RTS:
		await(mac, txe_answer_us(mac, &mac->vif[op->f[0]->vif],
					 op->ppdu.rate, IEEE80211_ACK_LEN),
		      TXOP_CTS);
		break;
	case TXOP_PPDU:
		if (op->answer == TXE_NO_ANSWER)
			end(mac, true);
		else
			await(mac, op->answer_us, TXOP_ANSWER);
		break;
	default:
		break;
	}
}

/* The kind of answer that the machine waits for, 0 for none */
static uint16_t awaited(const struct txop *op)
{
	if (op->state == TXOP_CTS && air_event_is_set(&op->timeout))
		return IEEE80211_CTS;
	if (op->state != TXOP_ANSWER)
		return 0;
	return op->answer == TXE_BA ? IEEE80211_BACK : IEEE80211_ACK;
}

/* A Block Ack of the kind, station and TID that were asked. Others are no answer */
static bool ba_fits(struct txop *op, const uint8_t *frame, uint16_t len)
{
	const struct txf *f = op->f[0];
	struct ba_info ba;

	/* The host may ask for what it likes */
	if (f->owner == TXF_HOST && op->n == 1)
		return true;
	if (!ba_parse(frame, len, &ba) || ba.tid != f->tid ||
	    !dot11_addr_equal(dot11_addr2(frame), dot11_addr1(f->buf + f->off)))
		return false;
	/* The frame may be gone when the exchange ends without an answer */
	op->ba = ba;
	return true;
}

void txe_heard(struct mac *mac, const uint8_t *frame, uint16_t len,
	       const struct air_rx *rx)
{
	struct txop *op = &mac->tx.op;
	uint16_t want = awaited(op);

	if (!want || !dot11_addr_equal(dot11_addr1(frame), op->ta))
		return;
	if (len < IEEE80211_ACK_LEN ||
	    !dot11_fc_is_stype(dot11_fc(frame), want)) {
		mac->c.tx_bad_answer++;
		return;
	}
	if (op->state == TXOP_ANSWER) {
		if (op->answer == TXE_BA && !ba_fits(op, frame, len)) {
			mac->c.tx_bad_answer++;
			return;
		}
		op->ack_signal = rx->signal;
		end(mac, true);
		return;
	}
	air_event_cancel(mac->air, &op->timeout);
	step_after_sifs(mac, AIR_SIFS);
}

void txe_halt(struct mac *mac)
{
	air_event_cancel(mac->air, &mac->tx.op.step);
	air_event_cancel(mac->air, &mac->tx.op.timeout);
	air_abort(mac->radio);
}

/* What is known of the medium, and slots that have passed, are of the channel before */
static void forget_access(struct mac *mac)
{
	struct txop *op = &mac->tx.op;

	op->nav = 0;
	memset(&op->beacon, 0, sizeof(op->beacon));
	for (unsigned int i = 0; i < TXE_CLASSES; i++) {
		op->edcaf[i].drawn = false;
		if (!mac->running)
			op->edcaf[i].cw = 0;
	}
}

void txe_abort(struct mac *mac)
{
	struct txop *op = &mac->tx.op;

	txe_halt(mac);
	op->state = TXOP_IDLE;
	op->held = false;
	forget_access(mac);
	txe_give_back(mac);
	if (!mac->running)
		mac->tx.beacons = 0;
}

void txe_doom(struct mac *mac, const struct txq_match *m)
{
	struct txop *op = &mac->tx.op;

	for (unsigned int i = 0; i < op->n; i++)
		if (op->f[i]->owner == TXF_HOST && txq_matches(op->f[i], m))
			op->f[i]->doomed = true;
}

void txe_forget(struct mac *mac, const struct mac_vif *vif,
		const struct mac_sta *sta)
{
	struct txop *op = &mac->tx.op;

	if (op->q && (op->q->vif == vif || (sta && op->q->sta == sta)))
		op->q = NULL;
	for (unsigned int i = 0; vif && i < op->n; i++)
		if (op->f[i]->vif == vif->idx)
			op->f[i]->doomed = true;
	for (unsigned int i = 0; sta && i < op->n; i++)
		if (op->f[i]->sta == sta->idx && op->f[i]->sta_gen == sta->gen)
			op->f[i]->orphan = true;
}

bool txe_fw_send(struct mac *mac, const uint8_t *frame, uint32_t len,
		 struct mac_vif *vif, bool no_ack, uint32_t rate)
{
	struct txf *f = txf_make(mac, TXF_FW, vif, len);

	if (!f)
		return false;
	memcpy(txf_data(f), frame, len);
	f->fc = dot11_fc(frame);
	f->hdr_len = (uint16_t)dot11_fc_hdrlen(f->fc);
	f->flags = no_ack ? SKUA_TXF_NO_ACK : 0;
	f->rate = rate;
	txq_append(mac, &vif->q[VIF_Q_FW], f);
	txe_kick(mac);
	return true;
}
