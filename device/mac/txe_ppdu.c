// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: PPDUs and the control frames before them
 *
 * A retransmission differs from the first try in its Retry bit, its Duration and its
 * rate alone.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/survey.h"
#include "mac/txe.h"
#include "mac/txq.h"

#define DURATION_MAX	32767u

void txe_stamp(const struct mac_vif *vif, uint8_t *frame, uint32_t rate)
{
	dot11_put_le64(frame + IEEE80211_BEACON_OFF_TSF,
		       vif_tsf(vif) + airtime_stamp_us(rate));
}

uint32_t txe_answer_us(struct mac *mac, const struct mac_vif *vif, uint32_t rate,
		       uint32_t len)
{
	struct airtime_answer *a = &mac->tx.op.last_answer;
	bool ghz2 = mac_tuned_2ghz(mac);

	airtime_answer(a, rate, vif->basic_rates, len + IEEE80211_FCS_LEN, ghz2);
	return airtime_sifs_us(ghz2) + a->us;
}

enum txe_answer txe_expected_answer(const struct txf *f)
{
	const uint8_t *frame = f->buf + f->off;

	if ((f->flags & SKUA_TXF_NO_ACK) ||
	    dot11_addr_is_group(dot11_addr1(frame)))
		return TXE_NO_ANSWER;
	if (dot11_fc_is_ctl(f->fc)) {
		if (dot11_fc_is_stype(f->fc, IEEE80211_BACK_REQ))
			return TXE_BA;
		return dot11_fc_is_stype(f->fc, IEEE80211_PSPOLL) ?
			TXE_ACK : TXE_NO_ANSWER;
	}
	if (dot11_fc_is_stype(f->fc, IEEE80211_ACTION_NO_ACK))
		return TXE_NO_ANSWER;
	if (dot11_fc_is_data_qos(f->fc) &&
	    (dot11_qos_ctl(frame) & IEEE80211_QOS_ACK_POLICY) !=
	    IEEE80211_QOS_ACK_NORMAL)
		return TXE_NO_ANSWER;
	return TXE_ACK;
}

/* Frames of one length follow each other, and their tries */
static uint32_t ppdu_us(struct mac *mac, uint32_t rate, uint32_t len)
{
	struct txop *op = &mac->tx.op;
	bool ghz2 = mac_tuned_2ghz(mac);

	if (op->last_ppdu.rate != rate || op->last_ppdu.len != len ||
	    op->last_ppdu.ghz2 != ghz2) {
		op->last_ppdu.rate = rate;
		op->last_ppdu.len = len;
		op->last_ppdu.ghz2 = ghz2;
		op->last_ppdu.us = airtime_ppdu_us(rate, len, ghz2);
	}
	return op->last_ppdu.us;
}

/* Onto the air. The MPDUs have their FCS. */
static bool begin(struct mac *mac, const struct mac_vif *vif, uint32_t rate,
		  uint32_t psdu_len)
{
	struct txop *op = &mac->tx.op;
	struct air_ppdu *p = &op->ppdu;

	memcpy(op->ta, vif->addr, sizeof(op->ta));
	p->ta = op->ta;
	p->rate = rate;
	p->power = vif_power(vif);
	p->airtime_us = ppdu_us(mac, rate, psdu_len);
	if (!air_begin(mac->radio, p))
		return false;
	op->airtime_us += p->airtime_us;
	mac->c.tx_bytes += psdu_len;
	survey_tx(&mac->survey, p->airtime_us);
	return true;
}

static bool begin_ctl(struct mac *mac, const struct mac_vif *vif, uint16_t stype,
		      uint16_t len, uint32_t duration, uint32_t rate)
{
	struct txop *op = &mac->tx.op;

	dot11_put_le16(op->ctl, stype);
	dot11_put_le16(op->ctl + IEEE80211_OFF_DURATION,
		       (uint16_t)(duration < DURATION_MAX ? duration :
							    DURATION_MAX));
	dot11_fcs_put(op->ctl, len);
	op->ctl_mpdu.data = op->ctl;
	op->ctl_mpdu.len = (uint16_t)(len + IEEE80211_FCS_LEN);
	op->ctl_mpdu.fcs_ok = true;
	op->ppdu.mpdu = &op->ctl_mpdu;
	op->ppdu.n = 1;
	op->ppdu.ampdu = false;
	return begin(mac, vif, rate, op->ctl_mpdu.len);
}

/* Frames that ended before they were sent are gone from the A-MPDU that was chosen */
void txe_measure(struct mac *mac)
{
	struct txop *op = &mac->tx.op;

	op->ampdu.n = 0;
	op->ampdu.start = 0;
	for (unsigned int i = 0; i < op->n; i++)
		ampdu_add(&op->ampdu, op->f[i]->len + IEEE80211_FCS_LEN);
}

/* Duration of what follows a CTS: a SIFS, the PPDU, and its answer */
static uint32_t reserve_us(struct mac *mac, const struct mac_vif *vif)
{
	const struct txop *op = &mac->tx.op;
	bool ghz2 = mac_tuned_2ghz(mac);
	uint32_t us = airtime_sifs_us(ghz2) +
		      airtime_ppdu_us(op->rate, op->ampdu.len, ghz2);

	if (op->answer != TXE_NO_ANSWER)
		us += txe_answer_us(mac, vif, op->rate, op->answer_len);
	return us;
}

static uint32_t rts_rate(const struct mac *mac, const struct mac_vif *vif)
{
	return airtime_response_rate(mac->tx.op.rate, vif->basic_rates,
				     mac_tuned_2ghz(mac));
}

static uint32_t cts_self_rate(const struct mac *mac, const struct mac_vif *vif)
{
	return airtime_lowest_basic(vif->basic_rates, mac_tuned_2ghz(mac));
}

static enum txop_state begin_rts(struct mac *mac, const struct mac_vif *vif)
{
	struct txop *op = &mac->tx.op;
	const uint8_t *frame = txf_data(op->f[0]);
	uint32_t rate = rts_rate(mac, vif);
	uint32_t us = reserve_us(mac, vif) +
		      txe_answer_us(mac, vif, rate, IEEE80211_ACK_LEN);

	memcpy(op->ctl + IEEE80211_OFF_ADDR1, dot11_addr1(frame),
	       IEEE80211_ADDR_LEN);
	memcpy(op->ctl + IEEE80211_OFF_ADDR2, dot11_addr2(frame),
	       IEEE80211_ADDR_LEN);
	mac->c.tx_rts++;
	return begin_ctl(mac, vif, IEEE80211_RTS, IEEE80211_RTS_LEN, us, rate) ?
		TXOP_RTS : TXOP_IDLE;
}

static enum txop_state begin_cts_self(struct mac *mac, const struct mac_vif *vif)
{
	struct txop *op = &mac->tx.op;

	memcpy(op->ctl + IEEE80211_OFF_ADDR1, vif->addr, IEEE80211_ADDR_LEN);
	mac->c.tx_cts_self++;
	return begin_ctl(mac, vif, IEEE80211_CTS, IEEE80211_ACK_LEN,
			 reserve_us(mac, vif), cts_self_rate(mac, vif)) ?
		TXOP_CTS_SELF : TXOP_IDLE;
}

/* Return: TXOP_RTS, TXOP_CTS_SELF, or TXOP_PPDU without protection */
static enum txop_state protection(struct mac *mac, const struct mac_vif *vif)
{
	struct txop *op = &mac->tx.op;
	const struct txf *f = op->f[0];

	if (txe_wants_rts(mac, f, op->ampdu.len, op->answer))
		return TXOP_RTS;
	if ((f->flags & SKUA_TXF_CTS_SELF) ||
	    ((vif->flags & SKUA_VIFF_CTS_PROT) && mac_tuned_2ghz(mac) &&
	     f->owner != TXF_BEACON && !airtime_is_cck(op->rate)))
		return TXOP_CTS_SELF;
	return TXOP_PPDU;
}

enum txop_state txe_begin_protection(struct mac *mac, const struct mac_vif *vif)
{
	switch (protection(mac, vif)) {
	case TXOP_RTS:
		return begin_rts(mac, vif);
	case TXOP_CTS_SELF:
		return begin_cts_self(mac, vif);
	default:
		return TXOP_PPDU;
	}
}

uint32_t txe_exchange_us(struct mac *mac, const struct mac_vif *vif)
{
	bool ghz2 = mac_tuned_2ghz(mac);
	uint32_t sifs = airtime_sifs_us(ghz2), rate = rts_rate(mac, vif);
	uint32_t us = reserve_us(mac, vif) - sifs;

	switch (protection(mac, vif)) {
	case TXOP_RTS:
		return us + sifs + txe_answer_us(mac, vif, rate, IEEE80211_ACK_LEN) +
		       airtime_ppdu_us(rate, IEEE80211_RTS_LEN + IEEE80211_FCS_LEN,
				       ghz2);
	case TXOP_CTS_SELF:
		return us + sifs + airtime_ppdu_us(cts_self_rate(mac, vif),
						   IEEE80211_ACK_LEN + IEEE80211_FCS_LEN,
						   ghz2);
	default:
		return us;
	}
}

/* Duration, Retry and FCS of a frame that is sent now */
static void finish_mpdu(struct mac *mac, const struct mac_vif *vif, struct txf *f,
			struct air_mpdu *m)
{
	uint8_t *frame = txf_data(f);

	/* The Duration field of a PS-Poll is the AID */
	if (!dot11_fc_is_stype(f->fc, IEEE80211_PSPOLL))
		dot11_put_le16(frame + IEEE80211_OFF_DURATION,
			       (uint16_t)mac->tx.op.answer_us);
	if (f->tries > 1 && !dot11_fc_is_ctl(f->fc))
		frame[1] |= IEEE80211_FC_RETRY >> 8;
	if (f->flags & SKUA_TXF_INSERT_TS)
		txe_stamp(vif, frame, mac->tx.op.rate);
	dot11_fcs_put(frame, f->len);
	m->data = frame;
	m->len = (uint16_t)(f->len + IEEE80211_FCS_LEN);
	m->fcs_ok = true;
}

bool txe_begin_ppdu(struct mac *mac, const struct mac_vif *vif)
{
	struct txop *op = &mac->tx.op;

	op->answer_us = 0;
	if (op->answer != TXE_NO_ANSWER)
		op->answer_us = txe_answer_us(mac, vif, op->rate, op->answer_len);
	for (unsigned int i = 0; i < op->n; i++)
		finish_mpdu(mac, vif, op->f[i], &op->mpdu[i]);
	op->ppdu.mpdu = op->mpdu;
	op->ppdu.n = op->n;
	op->ppdu.ampdu = op->n > 1;
	mac->c.tx_ampdu += op->n > 1;
	mac->c.tx_ampdu_mpdus += op->n > 1 ? op->n : 0;
	mac->c.tx_bar += op->f[0]->owner == TXF_BAR;
	return begin(mac, vif, op->rate, op->ampdu.len);
}
