// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MAC engines: life, registers, one turn of work
 */
#include <stdlib.h>
#include <string.h>

#include "mac/priv.h"
#include "mac/tbl.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "hw.h's types are native integers in user space");

#define FWTX_BUSY	0xffffffffu
#define RTS_OFF		0xffffffffu

/* Life */

static void init_vifs(struct mac *mac)
{
	for (unsigned int i = 0; i < MAC_VIFS; i++) {
		struct mac_vif *vif = &mac->vif[i];

		vif->mac = mac;
		vif->idx = (uint8_t)i;
		for (unsigned int q = 0; q < VIF_QUEUES; q++)
			txq_init(&vif->q[q], q == VIF_Q_DTIM ? TXQ_DTIM :
				 q == VIF_Q_OFFCHAN ? TXQ_OFFCHAN : TXQ_VIF,
				 vif, NULL);
		loop_timer_init(&vif->beacon.timer, beacon_timer);
	}
}

static void init_registers(struct mac *mac)
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

struct mac *mac_new(struct nic *nic)
{
	struct mac *mac = calloc(1, sizeof(*mac));

	if (!mac)
		return NULL;
	mac->nic = nic;
	mac->log = &nic->log;
	init_vifs(mac);
	init_registers(mac);
	txq_lists_init(mac);
	if (mac_obj_init(mac) && rxe_init(mac) && cpl_init(mac))
		mac->radio = air_join(nic->air, &rxe_ops, mac, nic->cfg.name);
	if (!mac->radio) {
		mac_free(mac);
		return NULL;
	}
	return mac;
}

void mac_free(struct mac *mac)
{
	if (!mac)
		return;
	if (mac->radio)
		mac_reset(mac);
	air_leave(mac->radio);
	cpl_free(mac);
	rxe_free(mac);
	mac_obj_free(mac);
	free(mac);
}

void mac_start(struct mac *mac)
{
	mac->running = true;
}

void mac_stop(struct mac *mac)
{
	mac->running = false;
	mac->rx.n = 0;
}

void mac_reset(struct mac *mac)
{
	mac_stop(mac);
	mac_tbl_wipe(mac);
	txf_free_all(mac);
	cpl_reset(mac);
	mac->tx.sync_valid = false;
	init_registers(mac);
	air_tune(mac->radio, &mac->chan);
	memset(&mac->c, 0, sizeof(mac->c));
	memset(mac->ciphers, 0, sizeof(mac->ciphers));
}

/* Work */

bool mac_poll(struct mac *mac)
{
	bool busy;

	if (!mac->running)
		return false;
	busy = cpl_poll(mac);
	busy |= txe_fetch(mac);
	busy |= txe_round(mac);
	cpl_publish(mac);
	return busy;
}

bool mac_arm(struct mac *mac)
{
	bool busy = false;

	if (!mac->running || cpl_waiting(mac))
		return false;
	if (mac->enabled && txe_pending(mac))
		return true;
	/* With full queues there is nothing to do about more frames */
	if (mac->tx.count >= mac->nic->cfg.max_txq)
		return false;
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		busy |= ring_arm(&mac->nic->ring[SKUA_RING_TX_VO + i]);
	return busy;
}

void mac_disarm(struct mac *mac)
{
	if (!mac->running)
		return;
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		ring_disarm(&mac->nic->ring[SKUA_RING_TX_VO + i]);
}

void mac_inband(struct mac *mac, const struct skua_cpl_inband *cpl)
{
	struct skua_cpl_inband copy = *cpl;

	rxe_flush(mac);
	copy.w0 = htole32(HW_PUT(SKUA_CPL_W0_TYPE, SKUA_CPL_INBAND) |
			  HW_PUT(SKUA_CPL_W0_UNITS, 1));
	cpl_put(mac, (const struct skua_cpl *)&copy, 1);
	cpl_publish(mac);
}

/* Radio */

static bool in_band(const struct nic_config *cfg, uint32_t freq)
{
	if (freq >= 2412 && freq <= 2484)
		return cfg->bands & SKUA_BAND_2GHZ;
	if (freq >= 5160 && freq <= 5885)
		return cfg->bands & SKUA_BAND_5GHZ;
	if (freq >= 5935 && freq <= 7115)
		return cfg->bands & SKUA_BAND_6GHZ;
	return false;
}

static bool chan_valid(const struct mac *mac)
{
	uint32_t off;

	if (!mac->rf.freq)
		return true;
	if (!in_band(&mac->nic->cfg, mac->rf.freq) ||
	    mac->rf.bw > mac->nic->cfg.max_bw)
		return false;
	off = mac->rf.freq > mac->rf.center1 ?
	      mac->rf.freq - mac->rf.center1 : mac->rf.center1 - mac->rf.freq;
	/* The primary is one of the 20 MHz parts around the centre */
	if (mac->rf.bw == SKUA_BW_20)
		return !off;
	return off % 20 == 10 && off < airtime_bw_mhz(mac->rf.bw) / 2;
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

	if (!mac_on_air(mac))
		return SKUA_TXS_NO_CHAN;
	if (!vif || !frame || mac->fwtx.len < IEEE80211_HDR_LEN_3ADDR ||
	    mac->fwtx.len > IEEE80211_MAX_MSDU_LEN ||
	    (mac->fwtx.flags & ~SKUA_TXF_NO_ACK) ||
	    !mac_rate_ok(mac, mac->fwtx.rate)) {
		mac->c.eng_errors++;
		return SKUA_TXS_BAD;
	}
	return txe_fw_send(mac, frame, mac->fwtx.len, vif,
			   mac->fwtx.flags & SKUA_TXF_NO_ACK, mac->fwtx.rate);
}

static struct txq_match txq_match(const struct mac *mac)
{
	return (struct txq_match){
		.vif = mac->txq.vif,
		.sta = (uint16_t)mac->txq.sta,
		.gen = (uint16_t)(mac->txq.sta >> 16),
		.acs = mac->txq.acs,
	};
}

static uint32_t txq_count(struct mac *mac)
{
	struct txq_match m = txq_match(mac);

	return mac->running ? txq_sel_count(mac, &m) : 0;
}

static void txq_drop(struct mac *mac)
{
	struct txq_match m = txq_match(mac);

	txq_sel_drop(mac, &m);
}

static void txq_release(struct mac *mac, uint32_t val)
{
	struct txq_match m = txq_match(mac);
	struct mac_sta *sta = mac_sta_get(mac, m.sta, m.gen);

	if (!sta) {
		mac->c.eng_errors++;
		return;
	}
	if (!txq_release_held(mac, sta, val & 0xffff, val >> 16 & 0xff,
			 val & 1u << 24, val & 1u << 25, true))
		cpl_inband(mac, SKUA_INB_EOSP, sta, MAC_TID_NONE, 0);
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
		*val = txq_count(mac);
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
		txq_drop(mac);
		return true;
	case ENG_TXQ_RELEASE:
		txq_release(mac, val);
		return true;
	default:
		return false;
	}
}
