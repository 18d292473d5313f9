// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engine registers 0x200 to 0x6ff: radio, tables, the firmware's own frames
 */
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/mac.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/radar.h"
#include "mac/rxe.h"
#include "mac/survey.h"
#include "mac/tbl.h"
#include "mac/txe.h"
#include "mac/txq.h"

#define FWTX_BUSY	0xffffffffu
#define RTS_OFF		0xffffffffu
#define RETRY_RESET	(SKUA_RETRY_DEFAULT | SKUA_RETRY_DEFAULT << 8)

/* What accesses cost, see eng_charge() */
#define COST_TBL_READ	100
#define COST_TBL_WRITE	500
#define COST_TUNE	500
#define COST_SEND	2000

void mac_regs_reset(struct mac *mac)
{
	memset(&mac->rf, 0, sizeof(mac->rf));
	memset(&mac->chan, 0, sizeof(mac->chan));
	memset(&mac->tbl, 0, sizeof(mac->tbl));
	memset(&mac->fwtx, 0, sizeof(mac->fwtx));
	memset(&mac->radar, 0, sizeof(mac->radar));
	mac->power = 0;
	mac->enabled = false;
	mac->filter = 0;
	mac->scan_lo = 0;
	mac->scan_hi = SKUA_VIF_NONE << 16;
	mac->tbtt_vifs = 0;
	mac->csa_vifs = 0;
	mac->roc_vif = SKUA_VIF_NONE;
	mac->rts_thresh = RTS_OFF;
	mac->retry = RETRY_RESET;
	mac->txq.vif = SKUA_VIF_NONE;
	mac->txq.sta = SKUA_STA_NONE;
	mac->txq.acs = 0;
	survey_reset(mac);
}

/* Radio */

static bool chan_valid(const struct mac *mac)
{
	if (!mac->rf.freq)
		return true;
	return skua_freq_band(mac->rf.freq) & mac->cfg->bands &&
	       mac->rf.bw <= mac->cfg->max_bw &&
	       skua_primary_fits(mac->rf.freq, mac->rf.center1, mac->rf.bw);
}

/*
 * Frames on the air are truncated, and tried again when the radio is back. But the
 * firmware's are for the channel that they were made on.
 */
static void stop_sending(struct mac *mac)
{
	txe_abort(mac);
	for (unsigned int i = 0; i < MAC_VIFS; i++)
		if (mac->vif[i].q[VIF_Q_FW].count)
			txq_end_all(mac, &mac->vif[i].q[VIF_Q_FW],
				    SKUA_TXS_NO_CHAN);
}

static void leave_channel(struct mac *mac)
{
	if (mac->chan.freq != mac->rf.freq ||
	    mac->chan.center1 != mac->rf.center1 || mac->chan.bw != mac->rf.bw)
		stop_sending(mac);
}

static void rf_tune(void *owner, uint32_t val)
{
	struct mac *mac = owner;

	(void)val;
	eng_charge(mac->bus, COST_TUNE + mac->tx.count * 20);
	if (!chan_valid(mac)) {
		mac->c.eng_errors++;
		log_warn(mac->log,
			 "the firmware tunes to %u MHz, centre %u, width %u: no such channel",
			 mac->rf.freq, mac->rf.center1, mac->rf.bw);
		return;
	}
	rxe_flush(mac);
	rxe_order_release_all(mac);
	leave_channel(mac);
	/* The firmware must not take pulses of the old channel for the new one's */
	mac->radar.n = 0;
	mac->chan.freq = (uint16_t)mac->rf.freq;
	mac->chan.center1 = (uint16_t)mac->rf.center1;
	mac->chan.bw = (uint8_t)mac->rf.bw;
	mac->power = (int8_t)mac->rf.power;
	air_tune(mac->radio, &mac->chan);
	survey_tune(mac);
	txq_unpark(mac);
}

static void mac_set_tim(void *owner, uint32_t val)
{
	struct mac *mac = owner;
	struct mac_vif *vif = mac_vif(mac, val >> 16 & 0xff);
	uint32_t aid = val & 0x7fff;

	if (!vif || aid > SKUA_MAX_AID) {
		mac->c.eng_errors++;
		return;
	}
	if (val & 0x8000)
		vif->tim_host[aid / 8] |= (uint8_t)(1u << (aid % 8));
	else
		vif->tim_host[aid / 8] &= (uint8_t)~(1u << (aid % 8));
}

/* The firmware's frames and queue registers */

/* Return: why the frame cannot be sent, else SENT */
static enum skua_tx_status fw_send(struct mac *mac)
{
	struct mac_vif *vif = mac_vif(mac, mac->fwtx.vif);
	uint8_t *frame = eng_sram(mac->bus, mac->fwtx.addr, mac->fwtx.len);

	if (!mac_on_air(mac))
		return SKUA_TXS_NO_CHAN;
	if (!vif || !frame || mac->fwtx.len < IEEE80211_HDR_LEN_3ADDR ||
	    mac->fwtx.len > IEEE80211_MAX_MSDU_LEN ||
	    (mac->fwtx.flags & ~SKUA_TXF_NO_ACK) ||
	    !mac_rate_ok(mac, mac->fwtx.rate) ||
	    dot11_fc_hdrlen(dot11_fc(frame)) < IEEE80211_HDR_LEN_3ADDR ||
	    dot11_fc_hdrlen(dot11_fc(frame)) > mac->fwtx.len) {
		mac->c.eng_errors++;
		return SKUA_TXS_BAD;
	}
	return txe_fw_send(mac, frame, mac->fwtx.len, vif,
			   mac->fwtx.flags & SKUA_TXF_NO_ACK, mac->fwtx.rate) ?
		SKUA_TXS_SENT : SKUA_TXS_NO_MEM;
}

static struct txq_match selected(const struct mac *mac)
{
	return (struct txq_match){
		.vif = mac->txq.vif,
		.sta = (uint16_t)mac->txq.sta,
		.gen = (uint16_t)(mac->txq.sta >> 16),
		.acs = mac->txq.acs,
	};
}

static uint32_t txq_count(void *owner)
{
	struct mac *mac = owner;
	struct txq_match m = selected(mac);
	uint32_t n;

	if (!mac->running)
		return 0;
	n = txq_sel_count(mac, &m);
	txe_kick(mac);
	return n;
}

static void txq_drop(void *owner, uint32_t val)
{
	struct mac *mac = owner;
	struct txq_match m = selected(mac);

	(void)val;
	txq_sel_drop(mac, &m);
	txe_doom(mac, &m);
}

static void txq_release(void *owner, uint32_t val)
{
	struct mac *mac = owner;
	struct txq_match m = selected(mac);
	struct mac_sta *sta = mac_sta_get(mac, m.sta, m.gen);

	if (!sta) {
		mac->c.eng_errors++;
		return;
	}
	if (!txq_release_held(mac, sta, val & 0xffff, val >> 16 & 0xff,
			      val & 1u << 24, val & 1u << 25, true)) {
		rxe_flush(mac);
		cpl_inband(mac, SKUA_INB_EOSP, sta, MAC_TID_NONE, 0);
	}
}

/* Registers */

static uint32_t take(uint32_t *bits)
{
	uint32_t val = *bits;

	*bits = 0;
	return val;
}

#define REG(first, reg)	[ENG_REG_AT(first, reg)]
#define RO(field)	ENG_REG_RO_VAR(struct mac, field)
#define RW(field)	ENG_REG_RW_VAR(struct mac, field)

static void tbl_go(void *owner, uint32_t op)
{
	struct mac *mac = owner;

	eng_charge(mac->bus, op == ENG_TBL_READ ? COST_TBL_READ : COST_TBL_WRITE);
	/* Frames that were received before a change are handled before it */
	rxe_flush(mac);
	mac->tbl.status = mac_tbl_go(mac, op);
	/* Reading may find no entry; the firmware has made no error then */
	if (mac->tbl.status != SKUA_ST_OK && mac->tbl.status != ENG_AGAIN &&
	    (op != ENG_TBL_READ || mac->tbl.status != SKUA_ST_NO_ENTRY))
		mac->c.eng_errors++;
}

static const struct eng_reg tbl_regs[] = {
	REG(ENG_TBL_SEL, ENG_TBL_SEL) = RW(tbl.sel),
	REG(ENG_TBL_SEL, ENG_TBL_INDEX) = RW(tbl.index),
	REG(ENG_TBL_SEL, ENG_TBL_ADDR) = RW(tbl.addr),
	REG(ENG_TBL_SEL, ENG_TBL_GO) = ENG_REG_WO(tbl_go),
	REG(ENG_TBL_SEL, ENG_TBL_STATUS) = RO(tbl.status),
};

static void rf_roc_vif(void *owner, uint32_t val)
{
	struct mac *mac = owner;

	eng_charge(mac->bus, COST_TUNE + mac->tx.count * 20);
	mac->roc_vif = val;
	txq_unpark(mac);
}

static const struct eng_reg rf_regs[] = {
	REG(ENG_RF_FREQ, ENG_RF_FREQ) = RW(rf.freq),
	REG(ENG_RF_FREQ, ENG_RF_CENTER1) = RW(rf.center1),
	REG(ENG_RF_FREQ, ENG_RF_BW) = RW(rf.bw),
	REG(ENG_RF_FREQ, ENG_RF_POWER) = RW(rf.power),
	REG(ENG_RF_FREQ, ENG_RF_TUNE) = ENG_REG_WO(rf_tune),
	REG(ENG_RF_FREQ, ENG_RF_ROC_VIF) =
		ENG_REG_RW_FN(struct mac, roc_vif, rf_roc_vif),
};

static uint32_t mac_get_enable(void *owner)
{
	return ((struct mac *)owner)->enabled;
}

static void mac_set_enable(void *owner, uint32_t val)
{
	struct mac *mac = owner;

	mac->enabled = val & 1;
	if (!mac->enabled)
		stop_sending(mac);
}

static uint32_t mac_take_tbtt(void *owner)
{
	return take(&((struct mac *)owner)->tbtt_vifs);
}

static uint32_t mac_take_csa(void *owner)
{
	return take(&((struct mac *)owner)->csa_vifs);
}

static uint32_t take_ba_evt(void *owner)
{
	return ba_evt_take(owner);
}

static const struct eng_reg mac_regs[] = {
	REG(ENG_MAC_ENABLE, ENG_MAC_ENABLE) =
		ENG_REG_RW(mac_get_enable, mac_set_enable),
	REG(ENG_MAC_ENABLE, ENG_MAC_FILTER) = RW(filter),
	REG(ENG_MAC_ENABLE, ENG_MAC_RTS_THRESH) = RW(rts_thresh),
	REG(ENG_MAC_ENABLE, ENG_MAC_RETRY) = RW(retry),
	REG(ENG_MAC_ENABLE, ENG_MAC_TIM) = ENG_REG_WO(mac_set_tim),
	REG(ENG_MAC_ENABLE, ENG_TBTT_VIFS) = ENG_REG_RO(mac_take_tbtt),
	REG(ENG_MAC_ENABLE, ENG_CSA_VIFS) = ENG_REG_RO(mac_take_csa),
	REG(ENG_MAC_ENABLE, ENG_MAC_SCAN_LO) = RW(scan_lo),
	REG(ENG_MAC_ENABLE, ENG_MAC_SCAN_HI) = RW(scan_hi),
	REG(ENG_MAC_ENABLE, ENG_BA_EVT) = ENG_REG_RO(take_ba_evt),
};

static uint32_t radar_width(void *owner)
{
	return mac_radar_take(owner);
}

static const struct eng_reg radar_regs[] = {
	REG(ENG_RADAR_WIDTH, ENG_RADAR_WIDTH) = ENG_REG_RO(radar_width),
	REG(ENG_RADAR_WIDTH, ENG_RADAR_TIME) = RO(radar.time),
};

static void fwtx_go(void *owner, uint32_t val)
{
	struct mac *mac = owner;
	enum skua_tx_status status;

	(void)val;
	eng_charge(mac->bus, COST_SEND);
	if (mac->fwtx.status == FWTX_BUSY) {
		mac->c.eng_errors++;
		return;
	}
	mac->fwtx.status = FWTX_BUSY;
	status = fw_send(mac);
	if (status == SKUA_TXS_SENT)
		return;
	mac->fwtx.status = status;
	eng_irq(mac->bus, ENG_IRQ_FWTX);
}

static const struct eng_reg fwtx_regs[] = {
	REG(ENG_FWTX_ADDR, ENG_FWTX_ADDR) = RW(fwtx.addr),
	REG(ENG_FWTX_ADDR, ENG_FWTX_LEN) = RW(fwtx.len),
	REG(ENG_FWTX_ADDR, ENG_FWTX_VIF) = RW(fwtx.vif),
	REG(ENG_FWTX_ADDR, ENG_FWTX_FLAGS) = RW(fwtx.flags),
	REG(ENG_FWTX_ADDR, ENG_FWTX_RATE) = RW(fwtx.rate),
	REG(ENG_FWTX_ADDR, ENG_FWTX_GO) = ENG_REG_WO(fwtx_go),
	REG(ENG_FWTX_ADDR, ENG_FWTX_STATUS) = RO(fwtx.status),
};

static const struct eng_reg txq_regs[] = {
	REG(ENG_TXQ_VIF, ENG_TXQ_VIF) = RW(txq.vif),
	REG(ENG_TXQ_VIF, ENG_TXQ_STA) = RW(txq.sta),
	REG(ENG_TXQ_VIF, ENG_TXQ_ACS) = RW(txq.acs),
	REG(ENG_TXQ_VIF, ENG_TXQ_COUNT) = ENG_REG_RO(txq_count),
	REG(ENG_TXQ_VIF, ENG_TXQ_DROP) = ENG_REG_WO(txq_drop),
	REG(ENG_TXQ_VIF, ENG_TXQ_RELEASE) = ENG_REG_WO(txq_release),
};

static const struct eng_block blocks[] = {
	ENG_BLOCK(ENG_TBL_SEL, tbl_regs),
	ENG_BLOCK(ENG_RF_FREQ, rf_regs),
	ENG_BLOCK(ENG_MAC_ENABLE, mac_regs),
	ENG_BLOCK(ENG_RADAR_WIDTH, radar_regs),
	ENG_BLOCK(ENG_FWTX_ADDR, fwtx_regs),
	ENG_BLOCK(ENG_TXQ_VIF, txq_regs),
};

void mac_regs_init(struct mac *mac)
{
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		eng_add(mac->bus, &blocks[i], mac);
}
