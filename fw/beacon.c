// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beacon templates, TIM, countdowns
 *
 * The engine copies a template when its table entry is written, so none is kept
 * here; the engine fills in the fields that change from beacon to beacon.
 */
#include "mac.h"
#include "policy.h"

#define BEACON_HEAD	36	/* header, timestamp, interval, capabilities */
#define FC_BEACON	0x80
#define EID_TIM		5
#define TIM_HEAD	3	/* DTIM count and period, bitmap control */

static bool tim_valid(const struct skua_cmd_beacon *p, const u8 *tmpl, u32 len)
{
	u32 off = p->tim_off;

	if (!off)
		return true;
	if (off < BEACON_HEAD || off + 2 + TIM_HEAD > len || tmpl[off] != EID_TIM)
		return false;
	return tmpl[off + 1] >= TIM_HEAD && off + 2 + tmpl[off + 1] <= len &&
	       p->dtim_period;
}

static u16 beacon_check(const struct skua_cmd_beacon *p, const u8 *tmpl, u32 len)
{
	if (len < BEACON_HEAD || len > FW_MAX_BEACON || tmpl[0] != FC_BEACON)
		return SKUA_ST_INVALID;
	if (!p->beacon_int || !tim_valid(p, tmpl, len))
		return SKUA_ST_INVALID;
	for (u32 i = 0; i < ARRAY_SIZE(p->csa_off); i++) {
		if (p->csa_off[i] && (p->csa_off[i] < BEACON_HEAD || p->csa_off[i] >= len))
			return SKUA_ST_INVALID;
	}
	if (!rate_word_valid(p->rate))
		return SKUA_ST_INVALID;
	if (p->bigtk_slot != SKUA_KEY_NONE && !key_exists(p->bigtk_slot, p->bigtk_gen))
		return SKUA_ST_STALE;
	return SKUA_ST_OK;
}

u16 beacon_cmd_set(struct cmd *c)
{
	const struct skua_cmd_beacon *p = c->data;
	struct vif *v = vif_get(p->vif);
	struct eng_beacon b = {
		.addr = sram_addr(c->ext),
		.len = (u16)c->ext_len,
		.beacon_int = p->beacon_int,
		.tim_off = p->tim_off,
		.dtim_period = p->dtim_period,
		.csa_off = { p->csa_off[0], p->csa_off[1] },
		.rate = p->rate,
		.bigtk = { .slot = p->bigtk_slot, .gen = p->bigtk_gen },
	};
	u16 status;

	if (!v)
		return SKUA_ST_NO_ENTRY;
	if (p->link)
		return SKUA_ST_UNSUPPORTED;
	if (!c->ext_len) {
		beacon_vif_gone(v);
		return SKUA_ST_OK;
	}
	if (v->cmd.type != SKUA_VIF_AP && v->cmd.type != SKUA_VIF_IBSS &&
	    v->cmd.type != SKUA_VIF_MESH)
		return SKUA_ST_STATE;
	status = beacon_check(p, c->ext, c->ext_len);
	if (status != SKUA_ST_OK)
		return status;
	status = tbl_write(ENG_TBL_BEACON, p->vif, &b);
	if (status != SKUA_ST_OK)
		return status;
	v->beaconing = true;
	v->beacon_us = p->beacon_int * TU_US;
	mac_filter_push();
	return SKUA_ST_OK;
}

void beacon_vif_gone(struct vif *v)
{
	if (v->beaconing)
		tbl_clear(ENG_TBL_BEACON, vif_index(v));
	v->beaconing = false;
	mac_filter_push();
}

u32 beacon_longest_us(void)
{
	u32 longest = 0;

	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && v->beaconing && v->beacon_us > longest)
			longest = v->beacon_us;
	}
	return longest;
}

u16 beacon_cmd_tim(struct cmd *c)
{
	const struct skua_cmd_tim *p = c->data;

	if (!vif_get(p->vif))
		return SKUA_ST_NO_ENTRY;
	if (p->set > 1 || !p->aid || p->aid > SKUA_MAX_AID)
		return SKUA_ST_INVALID;
	reg_write(ENG_MAC_TIM, p->aid | (u32)p->set << 15 | (u32)p->vif << 16);
	return SKUA_ST_OK;
}

void beacon_csa_irq(void)
{
	u32 ended = reg_read(ENG_CSA_VIFS);

	for (u32 i = 0; i < limits.vifs; i++) {
		struct skua_evt_vif e = { .vif = (u8)i };

		if (ended & BIT(i) && vif_get(i))
			evt_post(SKUA_EVT_CSA_DONE, &e, sizeof(e));
	}
}
