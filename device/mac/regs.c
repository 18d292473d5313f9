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
	return skua_freq_band(mac->rf.freq) & mac->nic->cfg.bands &&
	       mac->rf.bw <= mac->nic->cfg.max_bw &&
	       skua_primary_fits(mac->rf.freq, mac->rf.center1, mac->rf.bw);
}

static void tune(struct mac *mac)
{
	if (!chan_valid(mac)) {
		mac->c.eng_errors++;
		log_warn(mac->log,
			 "the firmware tunes to %u MHz, centre %u, width %u: no such channel",
			 mac->rf.freq, mac->rf.center1, mac->rf.bw);
		return;
	}
	rxe_flush(mac);
	/* Pulses of the old channel say nothing about the new one */
	mac->radar.n = 0;
	mac->chan.freq = (uint16_t)mac->rf.freq;
	mac->chan.center1 = (uint16_t)mac->rf.center1;
	mac->chan.bw = (uint8_t)mac->rf.bw;
	mac->power = (int8_t)mac->rf.power;
	air_tune(mac->radio, &mac->chan);
	survey_tune(mac);
	txq_unpark(mac);
}

static void set_tim(struct mac *mac, uint32_t val)
{
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

static enum skua_tx_status fw_send(struct mac *mac)
{
	struct mac_vif *vif = mac_vif(mac, mac->fwtx.vif);
	uint8_t *frame = cp_sram(mac->nic->cp, mac->fwtx.addr, mac->fwtx.len);
	enum skua_tx_status status;

	if (!mac_on_air(mac))
		return SKUA_TXS_NO_CHAN;
	if (!vif || !frame || mac->fwtx.len < IEEE80211_HDR_LEN_3ADDR ||
	    mac->fwtx.len > IEEE80211_MAX_MSDU_LEN ||
	    (mac->fwtx.flags & ~SKUA_TXF_NO_ACK) ||
	    !mac_rate_ok(mac, mac->fwtx.rate)) {
		mac->c.eng_errors++;
		return SKUA_TXS_BAD;
	}
	status = txe_fw_send(mac, frame, mac->fwtx.len, vif,
			     mac->fwtx.flags & SKUA_TXF_NO_ACK, mac->fwtx.rate);
	/* The answer, if a monitor is to have it */
	rxe_flush(mac);
	return status;
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

static uint32_t sel_count(struct mac *mac)
{
	struct txq_match m = selected(mac);

	return mac->running ? txq_sel_count(mac, &m) : 0;
}

static void sel_drop(struct mac *mac)
{
	struct txq_match m = selected(mac);

	txq_sel_drop(mac, &m);
}

static void sel_release(struct mac *mac, uint32_t val)
{
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

/* Those that just hold a value */
static uint32_t *plain_reg(struct mac *mac, uint32_t off)
{
	switch (off) {
	case ENG_TBL_SEL:
		return &mac->tbl.sel;
	case ENG_TBL_INDEX:
		return &mac->tbl.index;
	case ENG_TBL_ADDR:
		return &mac->tbl.addr;
	case ENG_RF_FREQ:
		return &mac->rf.freq;
	case ENG_RF_CENTER1:
		return &mac->rf.center1;
	case ENG_RF_BW:
		return &mac->rf.bw;
	case ENG_RF_POWER:
		return &mac->rf.power;
	case ENG_RF_ROC_VIF:
		return &mac->roc_vif;
	case ENG_MAC_FILTER:
		return &mac->filter;
	case ENG_MAC_SCAN_LO:
		return &mac->scan_lo;
	case ENG_MAC_SCAN_HI:
		return &mac->scan_hi;
	case ENG_MAC_RTS_THRESH:
		return &mac->rts_thresh;
	case ENG_FWTX_ADDR:
		return &mac->fwtx.addr;
	case ENG_FWTX_LEN:
		return &mac->fwtx.len;
	case ENG_FWTX_VIF:
		return &mac->fwtx.vif;
	case ENG_FWTX_FLAGS:
		return &mac->fwtx.flags;
	case ENG_FWTX_RATE:
		return &mac->fwtx.rate;
	case ENG_TXQ_VIF:
		return &mac->txq.vif;
	case ENG_TXQ_STA:
		return &mac->txq.sta;
	case ENG_TXQ_ACS:
		return &mac->txq.acs;
	default:
		return NULL;
	}
}

static uint32_t take(uint32_t *bits)
{
	uint32_t val = *bits;

	*bits = 0;
	return val;
}

bool mac_read(struct mac *mac, uint32_t off, uint32_t *val)
{
	const uint32_t *reg = plain_reg(mac, off);

	switch (off) {
	case ENG_TBL_STATUS:
		*val = mac->tbl.status;
		return true;
	case ENG_MAC_ENABLE:
		*val = mac->enabled;
		return true;
	case ENG_TBTT_VIFS:
		*val = take(&mac->tbtt_vifs);
		return true;
	case ENG_CSA_VIFS:
		*val = take(&mac->csa_vifs);
		return true;
	case ENG_RADAR_WIDTH:
		*val = mac_radar_take(mac);
		return true;
	case ENG_RADAR_TIME:
		*val = mac->radar.time;
		return true;
	case ENG_FWTX_STATUS:
		*val = mac->fwtx.status;
		return true;
	case ENG_TXQ_COUNT:
		*val = sel_count(mac);
		return true;
	default:
		if (reg)
			*val = *reg;
		return reg;
	}
}

bool mac_write(struct mac *mac, uint32_t off, uint32_t val)
{
	uint32_t *reg = plain_reg(mac, off);

	if (reg) {
		*reg = val;
		if (off == ENG_RF_ROC_VIF)
			txq_unpark(mac);
		return true;
	}
	switch (off) {
	case ENG_TBL_GO:
		/* What was received before a change is dealt with before it */
		rxe_flush(mac);
		mac->tbl.status = mac_tbl_go(mac, val);
		/* That an entry is not there is an answer, too */
		if (mac->tbl.status != SKUA_ST_OK &&
		    (val != ENG_TBL_READ ||
		     mac->tbl.status != SKUA_ST_NO_ENTRY))
			mac->c.eng_errors++;
		return true;
	case ENG_RF_TUNE:
		tune(mac);
		return true;
	case ENG_MAC_ENABLE:
		mac->enabled = val & 1;
		return true;
	case ENG_MAC_TIM:
		set_tim(mac, val);
		return true;
	case ENG_FWTX_GO:
		mac->fwtx.status = FWTX_BUSY;
		mac->fwtx.status = fw_send(mac);
		cp_irq(mac->nic->cp, ENG_IRQ_FWTX);
		return true;
	case ENG_TXQ_DROP:
		sel_drop(mac);
		return true;
	case ENG_TXQ_RELEASE:
		sel_release(mac, val);
		return true;
	default:
		return false;
	}
}
