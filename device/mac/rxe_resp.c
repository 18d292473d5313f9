// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: answers a SIFS after a PPDU (ACK, CTS, Block Ack)
 */
#include <string.h>

#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"
#include "mac/survey.h"

/* Time that the sender has reserved, less what the answer takes of it */
static uint32_t time_left(uint32_t duration, uint32_t airtime_us, bool ghz2)
{
	uint32_t spent = airtime_sifs_us(ghz2) + airtime_us;

	return duration > spent ? duration - spent : 0;
}

/* Send @buf, of @len octets and room for an FCS, as answer to a PPDU at @rate */
static void answer(struct mac *mac, const struct mac_vif *vif, uint8_t *buf,
		   unsigned int len, uint32_t rate, uint32_t duration)
{
	bool ghz2 = mac_tuned_2ghz(mac);
	struct air_frame af = {
		.data = buf,
		.len = (uint16_t)(len + IEEE80211_FCS_LEN),
		.fcs_ok = true,
		.ta = vif->addr,
		.chan = mac->chan,
		.power = vif_power(vif),
	};

	airtime_answer(&mac->rx.answer, rate, vif->basic_rates, af.len, ghz2);
	af.rate = mac->rx.answer.rate;
	af.airtime_us = mac->rx.answer.us;
	duration = time_left(duration, af.airtime_us, ghz2);
	dot11_put_le16(buf + IEEE80211_OFF_DURATION, (uint16_t)duration);
	dot11_fcs_put(buf, len);
	air_respond(mac->radio, &af);
	survey_tx(&mac->survey, af.airtime_us);
}

static void answer_short(const struct rx_arrival *a, const struct mac_vif *vif,
			 uint16_t stype, uint32_t duration)
{
	uint8_t buf[IEEE80211_ACK_LEN + IEEE80211_FCS_LEN];

	dot11_put_le16(buf, stype);
	memcpy(buf + IEEE80211_OFF_ADDR1, dot11_addr2(a->frame),
	       IEEE80211_ADDR_LEN);
	answer(a->mac, vif, buf, IEEE80211_ACK_LEN, a->af->rate, duration);
}

static void answer_block(struct mac *mac, const struct rx_back *b)
{
	uint8_t buf[BA_FRAME_MAX];
	unsigned int len;

	dot11_put_le16(buf, IEEE80211_BACK);
	memcpy(buf + IEEE80211_OFF_ADDR1, b->ba->sta->addr,
	       IEEE80211_ADDR_LEN);
	memcpy(buf + IEEE80211_OFF_ADDR2, b->ba->sta->vif->addr,
	       IEEE80211_ADDR_LEN);
	len = ba_score_answer(&b->ba->score, b->bar ? b->ssn :
			      b->ba->score.start, b->ba->tid, buf);
	answer(mac, b->ba->sta->vif, buf, len, b->rate, b->duration);
	mac->c.rx_ba_sent++;
}

uint32_t rxe_duration(const struct rx_arrival *a)
{
	uint16_t d = dot11_get_le16(a->frame + IEEE80211_OFF_DURATION);

	return d < 0x8000 ? d : 0;
}

static bool wants_ack(const struct rx_arrival *a)
{
	if (dot11_fc_is_ctl(a->fc))
		return dot11_fc_is_stype(a->fc, IEEE80211_PSPOLL);
	if (dot11_fc_is_mgmt(a->fc))
		return !dot11_fc_is_stype(a->fc, IEEE80211_ACTION_NO_ACK);
	if (!dot11_fc_is_data_qos(a->fc))
		return true;
	return (dot11_qos_ctl(a->frame) & IEEE80211_QOS_ACK_POLICY) ==
	       IEEE80211_QOS_ACK_NORMAL;
}

/*
 * In an A-MPDU, what wants an answer gets the Block Ack of its session, or none: then
 * the frame counts as not received, since its sender does not learn that it was. All
 * MPDUs of an A-MPDU are of one TID.
 */
static bool block_ack_later(const struct rx_arrival *a)
{
	struct rx_back *b = &a->mac->rx.back;

	/* The end of a PPDU whose sender has stopped does not come */
	if (b->ref != a->af->ampdu_ref)
		b->ba = NULL;
	if (!a->ba || (b->ba && b->ba != a->ba)) {
		a->mac->c.rx_ba_outside++;
		return false;
	}
	if (!b->ba)
		*b = (struct rx_back){
			.ba = a->ba,
			.rate = a->af->rate,
			.duration = rxe_duration(a),
			.ref = a->af->ampdu_ref,
		};
	return true;
}

bool rxe_respond(const struct rx_arrival *a, const struct mac_vif *vif)
{
	struct mac *mac = a->mac;

	if (dot11_fc_is_stype(a->fc, IEEE80211_RTS)) {
		/* The medium is reserved for others (IEEE 802.11-2020, 10.3.2.9) */
		if (mac->tx.op.nav > air_now(mac->air))
			return true;
		answer_short(a, vif, IEEE80211_CTS, rxe_duration(a));
		mac->c.rx_cts_sent++;
		return true;
	}
	if (wants_ack(a)) {
		if (rxe_aggregated(a->af))
			return block_ack_later(a);
		answer_short(a, vif, IEEE80211_ACK,
			     a->fc & IEEE80211_FC_MOREFRAGS ? rxe_duration(a) : 0);
		mac->c.rx_acks_sent++;
	}
	return true;
}

void rxe_respond_bar(const struct rx_arrival *a, struct ba_rx *ba, uint16_t ssn)
{
	struct rx_back b = {
		.ba = ba, .rate = a->af->rate, .duration = rxe_duration(a),
		.ref = a->af->ampdu_ref, .bar = true, .ssn = ssn,
	};

	if (rxe_aggregated(a->af))
		a->mac->rx.back = b;
	else
		answer_block(a->mac, &b);
}

void rxe_respond_end(struct mac *mac, uint32_t ref)
{
	struct rx_back b = mac->rx.back;

	memset(&mac->rx.back, 0, sizeof(mac->rx.back));
	if (b.ba && b.ref == ref)
		answer_block(mac, &b);
}
