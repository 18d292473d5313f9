// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: the way onto the air
 *
 * The frames of a round are sent one after another. A retransmission differs
 * from the first try in its Retry bit, its Duration and its rate alone.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/survey.h"
#include "mac/txe.h"
#include "mac/txq.h"

/* Stages of rates to try, in order */
struct plan {
	unsigned int n;
	unsigned int max;
	struct {
		uint32_t rate;
		uint32_t tries;
		uint32_t *sent;
		uint32_t *acked;
	} stage[TXE_MAX_STAGES];
};

enum answer {
	ANSWER_NONE,
	ANSWER_ACK,
	ANSWER_BA,
};

/* Rates */

static bool usable(const struct mac *mac, uint32_t rate)
{
	return rate && HW_GET(SKUA_RATE_BW, rate) <= mac->chan.bw &&
	       (mac_tuned_2ghz(mac) || !airtime_is_cck(rate));
}

uint32_t txe_vif_rate(struct mac *mac, const struct mac_vif *vif,
		      uint32_t wanted)
{
	if (usable(mac, wanted))
		return wanted;
	return airtime_lowest_basic(vif->basic_rates, mac_tuned_2ghz(mac));
}

static void add_stage(struct plan *p, uint32_t rate, uint32_t tries,
		      uint32_t *sent, uint32_t *acked)
{
	p->stage[p->n].rate = rate;
	p->stage[p->n].tries = tries;
	p->stage[p->n].sent = sent;
	p->stage[p->n].acked = acked;
	p->n++;
}

static void plan_by_table(struct mac *mac, struct mac_sta *sta, struct plan *p)
{
	if (sta->rate.probe_interval && usable(mac, sta->rate.probe_rate) &&
	    ++sta->probe_count >= sta->rate.probe_interval) {
		sta->probe_count = 0;
		add_stage(p, sta->rate.probe_rate, 1, &sta->probe_sent,
			  &sta->probe_acked);
	}
	for (unsigned int i = 0; i < ENG_RATE_STAGES; i++) {
		if (!sta->rate.rate[i])
			break;
		if (usable(mac, sta->rate.rate[i]))
			add_stage(p, sta->rate.rate[i], sta->rate.tries[i],
				  &sta->stage_sent[i], &sta->stage_acked[i]);
	}
}

/* Does RTS/CTS go before the frame? */
static bool wants_rts(const struct mac *mac, const struct txf *f,
		      enum answer answer)
{
	return answer != ANSWER_NONE && !dot11_fc_is_ctl(f->fc) &&
	       ((f->flags & SKUA_TXF_RTS) ||
		(uint32_t)f->len + IEEE80211_FCS_LEN > mac->rts_thresh);
}

/* Transmissions of a frame at most; the firmware has checked the register */
static unsigned int retry_limit(const struct mac *mac, const struct txf *f,
				enum answer answer)
{
	uint32_t limit = wants_rts(mac, f, answer) ?
			 HW_GET(SKUA_RETRY_LONG, mac->retry) :
			 HW_GET(SKUA_RETRY_SHORT, mac->retry);

	if (f->max_tries)
		return f->max_tries;
	return limit ? limit : 1;
}

static void make_plan(struct mac *mac, const struct mac_vif *vif,
		      struct mac_sta *sta, const struct txf *f,
		      enum answer answer, struct plan *p)
{
	bool group = dot11_addr_is_group(f->buf + f->off +
					 IEEE80211_OFF_ADDR1);
	uint32_t wanted = 0;

	p->n = 0;
	if (f->rate)
		wanted = f->rate;
	else if (dot11_fc_is_mgmt(f->fc))
		wanted = vif->mgmt_rate;
	else if (dot11_fc_is_data(f->fc) && group)
		wanted = vif->mcast_rate;
	else if (dot11_fc_is_data(f->fc) && sta)
		plan_by_table(mac, sta, p);
	if (!p->n)
		add_stage(p, txe_vif_rate(mac, vif, wanted), 0, NULL, NULL);
	p->max = answer == ANSWER_NONE ? 1 : retry_limit(mac, f, answer);
	/* The last stage goes on to the limit */
	p->stage[p->n - 1].tries = p->max;
}

/* Onto the air */

void txe_stamp(const struct mac_vif *vif, uint8_t *frame, uint32_t rate)
{
	dot11_put_le64(frame + IEEE80211_BEACON_OFF_TSF,
		       vif_tsf(vif) + airtime_stamp_us(rate));
}

uint32_t txe_transmit(struct mac *mac, const struct mac_vif *vif,
		      uint8_t *frame, uint16_t len, uint32_t rate,
		      uint8_t *response, uint16_t *response_len,
		      struct air_rx *rx)
{
	struct air_frame af = {
		.data = frame,
		.len = (uint16_t)(len + IEEE80211_FCS_LEN),
		.ta = vif->addr,
		.rate = rate,
		.chan = mac->chan,
		.power = vif_power(vif),
	};

	af.airtime_us = airtime_ppdu_us(rate, af.len, mac_tuned_2ghz(mac));
	dot11_fcs_put(frame, len);
	air_send(mac->radio, &af, response, response_len, rx);
	mac->c.tx_bytes += af.len;
	survey_tx(&mac->survey, af.airtime_us);
	return af.airtime_us;
}

static uint32_t answer_us(const struct mac *mac, const struct mac_vif *vif,
			  uint32_t rate, uint32_t len)
{
	bool ghz2 = mac_tuned_2ghz(mac);

	return airtime_sifs_us(ghz2) +
	       airtime_ppdu_us(airtime_response_rate(rate, vif->basic_rates,
						     ghz2),
			       len + IEEE80211_FCS_LEN, ghz2);
}

static enum answer expected_answer(const struct txf *f)
{
	const uint8_t *frame = f->buf + f->off;

	if ((f->flags & SKUA_TXF_NO_ACK) ||
	    dot11_addr_is_group(dot11_addr1(frame)))
		return ANSWER_NONE;
	if (dot11_fc_is_ctl(f->fc)) {
		if (dot11_fc_is_stype(f->fc, IEEE80211_BACK_REQ))
			return ANSWER_BA;
		return dot11_fc_is_stype(f->fc, IEEE80211_PSPOLL) ?
			ANSWER_ACK : ANSWER_NONE;
	}
	if (dot11_fc_is_stype(f->fc, IEEE80211_ACTION_NO_ACK))
		return ANSWER_NONE;
	if (dot11_fc_is_data_qos(f->fc) &&
	    (dot11_qos_ctl(frame) & IEEE80211_QOS_ACK_POLICY) !=
	    IEEE80211_QOS_ACK_NORMAL)
		return ANSWER_NONE;
	return ANSWER_ACK;
}

/* The answer has a right FCS, the expected type, and our address */
static bool answer_ok(struct mac *mac, const uint8_t *a, uint16_t len,
		      uint16_t stype, const uint8_t *ra)
{
	if (!len)
		return false;
	if (len >= IEEE80211_ACK_LEN + IEEE80211_FCS_LEN &&
	    dot11_fcs_ok(a, len) &&
	    dot11_fc_is_stype(dot11_fc(a), stype) &&
	    !(dot11_fc(a) & IEEE80211_FC_VERSION) &&
	    dot11_addr_equal(dot11_addr1(a), ra))
		return true;
	mac->c.tx_bad_answer++;
	return false;
}

static bool send_rts(struct mac *mac, const struct mac_vif *vif,
		     const uint8_t *frame, uint32_t nav, uint32_t rate,
		     uint32_t *airtime)
{
	uint8_t rts[IEEE80211_RTS_LEN + IEEE80211_FCS_LEN];
	uint8_t cts[AIR_RESPONSE_MAX];
	uint16_t len = sizeof(cts);
	uint32_t rts_rate = airtime_response_rate(rate, vif->basic_rates,
						  mac_tuned_2ghz(mac));
	struct air_rx rx;

	dot11_put_le16(rts, IEEE80211_RTS);
	nav += answer_us(mac, vif, rts_rate, IEEE80211_ACK_LEN);
	dot11_put_le16(rts + IEEE80211_OFF_DURATION,
		       (uint16_t)(nav < 32767 ? nav : 32767));
	memcpy(rts + IEEE80211_OFF_ADDR1, dot11_addr1(frame),
	       IEEE80211_ADDR_LEN);
	memcpy(rts + IEEE80211_OFF_ADDR2, dot11_addr2(frame),
	       IEEE80211_ADDR_LEN);
	*airtime += txe_transmit(mac, vif, rts, IEEE80211_RTS_LEN, rts_rate,
				 cts, &len, &rx);
	mac->c.tx_rts++;
	if (answer_ok(mac, cts, len, IEEE80211_CTS, dot11_addr2(frame))) {
		mac->tx.ops->answer(mac, cts, len, &rx, rts_rate);
		return true;
	}
	mac->c.tx_rts_no_cts++;
	return false;
}

static void send_cts_self(struct mac *mac, const struct mac_vif *vif,
			  uint32_t nav, uint32_t *airtime)
{
	uint8_t cts[IEEE80211_ACK_LEN + IEEE80211_FCS_LEN];

	dot11_put_le16(cts, IEEE80211_CTS);
	dot11_put_le16(cts + IEEE80211_OFF_DURATION,
		       (uint16_t)(nav < 32767 ? nav : 32767));
	memcpy(cts + IEEE80211_OFF_ADDR1, vif->addr, IEEE80211_ADDR_LEN);
	*airtime += txe_transmit(mac, vif, cts, IEEE80211_ACK_LEN,
				 airtime_lowest_basic(vif->basic_rates,
						      mac_tuned_2ghz(mac)),
				 NULL, NULL, NULL);
	mac->c.tx_cts_self++;
}

/* RTS/CTS or CTS-to-self before a frame. Return: false without a CTS */
static bool protect_medium(struct mac *mac, const struct mac_vif *vif,
			   struct txf *f, uint32_t rate, uint32_t nav,
			   enum answer answer, uint32_t *airtime)
{
	uint32_t len = f->len + IEEE80211_FCS_LEN;

	nav += airtime_sifs_us(mac_tuned_2ghz(mac)) +
	       airtime_ppdu_us(rate, len, mac_tuned_2ghz(mac));
	if (wants_rts(mac, f, answer))
		return send_rts(mac, vif, txf_data(f), nav, rate, airtime);
	if ((f->flags & SKUA_TXF_CTS_SELF) ||
	    ((vif->flags & SKUA_VIFF_CTS_PROT) && mac_tuned_2ghz(mac) &&
	     !airtime_is_cck(rate)))
		send_cts_self(mac, vif, nav, airtime);
	return true;
}

static bool send_once(struct mac *mac, const struct mac_vif *vif,
		      struct txf *f, uint32_t rate, enum answer answer,
		      struct tx_result *r)
{
	uint8_t back[AIR_RESPONSE_MAX];
	uint16_t len = sizeof(back);
	uint8_t *frame = txf_data(f);
	uint16_t want = answer == ANSWER_BA ? IEEE80211_BACK : IEEE80211_ACK;
	struct air_rx rx;
	uint32_t nav = 0;

	if (answer != ANSWER_NONE)
		nav = answer_us(mac, vif, rate, answer == ANSWER_BA ?
				IEEE80211_BA_LEN_64 : IEEE80211_ACK_LEN);
	/* The Duration field of a PS-Poll is the AID */
	if (!dot11_fc_is_stype(f->fc, IEEE80211_PSPOLL))
		dot11_put_le16(frame + IEEE80211_OFF_DURATION,
			       (uint16_t)nav);
	if (r->tries && !dot11_fc_is_ctl(f->fc))
		frame[1] |= IEEE80211_FC_RETRY >> 8;
	r->tries++;
	r->rate = rate;
	if (!protect_medium(mac, vif, f, rate, nav, answer, &r->airtime_us))
		return false;
	if (f->flags & SKUA_TXF_INSERT_TS)
		txe_stamp(vif, frame, rate);
	if (answer == ANSWER_NONE) {
		r->airtime_us += txe_transmit(mac, vif, frame, f->len, rate,
					      NULL, NULL, NULL);
		return true;
	}
	r->airtime_us += txe_transmit(mac, vif, frame, f->len, rate, back,
				      &len, &rx);
	if (!answer_ok(mac, back, len, want, dot11_addr2(frame)))
		return false;
	r->ack_signal = rx.signal;
	mac->tx.ops->answer(mac, back, len, &rx, rate);
	return true;
}

static void count_sent(struct mac *mac, const struct txf *f,
		       const struct tx_result *r)
{
	if (dot11_fc_is_mgmt(f->fc))
		mac->c.tx_mgmt++;
	else if (dot11_fc_is_data(f->fc))
		mac->c.tx_data++;
	else
		mac->c.tx_ctl++;
	mac->c.tx_group += dot11_addr_is_group(f->buf + f->off +
					       IEEE80211_OFF_ADDR1);
	mac->c.tx_retries += r->tries - 1;
	mac->c.tx_acked += r->status == SKUA_TXS_ACKED;
	mac->c.tx_no_ack += r->status == SKUA_TXS_NO_ACK;
	mac->c.tx_sent += r->status == SKUA_TXS_SENT;
}

static void count_sta(struct mac_sta *sta, const struct txf *f,
		      const struct tx_result *r)
{
	sta->stats.tx_retries += r->tries - 1;
	sta->stats.tx_rate = r->rate;
	sta->stats.tx_airtime += r->airtime_us;
	if (r->status == SKUA_TXS_NO_ACK) {
		sta->stats.tx_failed++;
		return;
	}
	sta->stats.tx_packets++;
	sta->stats.tx_bytes += f->len;
	if (r->status == SKUA_TXS_ACKED)
		sta->stats.ack_signal = r->ack_signal;
}

/* A frame of a queue makes room for others, and goes on with its next try later */
static bool goes_on_later(struct mac *mac, struct txf *f,
			  const struct tx_result *r)
{
	if (!f->from || !mac->running || !turn_late(loop_turn(mac->loop)))
		return false;
	f->tries = r->tries;
	f->airtime_us = r->airtime_us;
	return true;
}

/* The tries that are left. Return: false if some are left for a later round */
static bool send_tries(struct mac *mac, const struct mac_vif *vif,
		       struct txf *f, const struct plan *p, enum answer answer,
		       struct tx_result *r, bool *ok)
{
	uint32_t done = f->tries;

	for (unsigned int i = 0; i < p->n && !*ok; i++) {
		for (uint32_t t = 0; t < p->stage[i].tries && !*ok; t++) {
			/* The limit may be lower than in the round before */
			if (r->tries >= p->max || !mac->running)
				break;
			if (done) {
				done--;
				continue;
			}
			if (r->tries > f->tries && goes_on_later(mac, f, r))
				return false;
			*ok = send_once(mac, vif, f, p->stage[i].rate, answer, r);
			if (p->stage[i].sent) {
				++*p->stage[i].sent;
				*p->stage[i].acked += *ok;
			}
		}
	}
	return true;
}

/* All tries of a prepared frame. Return: false if some are left */
static bool send_frame(struct mac *mac, const struct mac_vif *vif,
		       struct mac_sta *sta, struct txf *f, struct tx_result *r)
{
	enum answer answer = expected_answer(f);
	bool ok = false;
	struct plan p;

	memset(r, 0, sizeof(*r));
	r->tries = f->tries;
	r->airtime_us = f->airtime_us;
	make_plan(mac, vif, sta, f, answer, &p);
	if (!send_tries(mac, vif, f, &p, answer, r, &ok))
		return false;
	r->status = answer == ANSWER_NONE ? SKUA_TXS_SENT :
		    ok ? SKUA_TXS_ACKED : SKUA_TXS_NO_ACK;
	count_sent(mac, f, r);
	if (sta)
		count_sta(sta, f, r);
	return true;
}

static bool finish(struct mac *mac, struct txf *f)
{
	struct mac_sta *sta = mac_sta_get(mac, f->sta, f->sta_gen);
	struct tx_result r;

	if (!send_frame(mac, &mac->vif[f->vif], sta, f, &r))
		return false;
	/* The turn was charged for one try at the first rate */
	if (sta && r.tries > 1)
		sta->deficit[f->cls] -= (int32_t)(r.airtime_us -
						  r.airtime_us / r.tries);
	txf_done(mac, f, &r);
	return true;
}

/* Send a round's frames. What a turn has no time for returns to its queue. */
static void send_batch(struct mac *mac, unsigned int n)
{
	struct txf **batch = mac->tx.batch;
	unsigned int i;

	for (i = 0; i < n && mac->running; i++) {
		if (i && turn_late(loop_turn(mac->loop)))
			break;
		if (!finish(mac, batch[i]))
			break;
	}
	while (n > i) {
		struct txf *f = batch[--n];

		if (mac->running)
			txe_put_back(mac, f);
		else
			txf_free(mac, f);
	}
}

bool txe_round(struct mac *mac)
{
	struct turn *turn = loop_turn(mac->loop);
	enum turn_cause was;
	unsigned int n;

	if (!mac->running || !mac->enabled || cpl_waiting(mac))
		return false;
	if (!txe_pending(mac))
		return false;
	was = turn_switch(turn, TURN_SEND);
	n = txe_collect(mac, mac->tx.batch, TXE_BATCH);
	n = txe_prepare(mac, n);
	send_batch(mac, n);
	air_flush(mac->radio);
	turn_switch(turn, was);
	return true;
}

/* The firmware's own frames */

enum skua_tx_status txe_fw_send(struct mac *mac, uint8_t *frame, uint32_t len,
				struct mac_vif *vif, bool no_ack, uint32_t rate)
{
	struct txf *f = txf_alloc(mac, len);
	struct tx_result r;

	if (!f)
		return SKUA_TXS_NO_MEM;
	memcpy(txf_data(f), frame, len);
	f->fc = dot11_fc(frame);
	f->hdr_len = (uint16_t)dot11_fc_hdrlen(f->fc);
	f->flags = no_ack ? SKUA_TXF_NO_ACK : 0;
	f->rate = rate;
	f->vif = vif->idx;
	f->sta = SKUA_STA_NONE;
	f->tid = MAC_TID_NONE;
	if (!f->hdr_len || f->hdr_len > len) {
		txf_free(mac, f);
		return SKUA_TXS_BAD;
	}
	txe_assign_seq(vif, NULL, f);
	send_frame(mac, vif, NULL, f, &r);
	txf_free(mac, f);
	mac->c.tx_fw++;
	air_flush(mac->radio);
	return r.status;
}
