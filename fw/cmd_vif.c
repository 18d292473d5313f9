// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands for interfaces
 *
 * A removed interface takes its scan, beacons, frames, stations, keys and channel
 * with it: each of these modules offers a function for that, and none of them
 * knows the others.
 */
#include "cmd.h"
#include "mac.h"
#include "policy.h"

#define VIFF_VALID	(SKUA_VIFF_ASSOC | SKUA_VIFF_SHORT_SLOT |		\
			 SKUA_VIFF_SHORT_PREAMBLE | SKUA_VIFF_CTS_PROT |	\
			 SKUA_VIFF_QOS | SKUA_VIFF_HIDDEN_SSID |		\
			 SKUA_VIFF_BEACONING | SKUA_VIFF_RATE_MASK)
#define BASIC_RATES	GENMASK(11, 0)

static u16 vif_check(const struct skua_cmd_vif *p)
{
	if (p->vif >= limits.vifs || p->type > SKUA_VIF_OCB)
		return SKUA_ST_INVALID;
	/* Links other than 0 need multi-link operation. */
	if (p->link)
		return SKUA_ST_UNSUPPORTED;
	if (p->flags & ~VIFF_VALID || p->basic_rates & ~BASIC_RATES)
		return SKUA_ST_INVALID;
	if (!is_unicast(p->addr) && p->type != SKUA_VIF_MONITOR)
		return SKUA_ST_INVALID;
	if (p->aid > SKUA_MAX_AID)
		return SKUA_ST_INVALID;
	if (p->rates.gi == SKUA_GI_SHORT || p->rates.gi > SKUA_GI_3_2 ||
	    p->rates.flags & ~SKUA_MASKF_VALID)
		return SKUA_ST_INVALID;
	if (!rate_word_valid(p->mgmt_rate) || !rate_word_valid(p->mcast_rate))
		return SKUA_ST_INVALID;
	return SKUA_ST_OK;
}

static void vif_fill(struct vif *v, const struct skua_cmd_vif *p)
{
	v->cmd = *p;
	v->eng.type = p->type;
	v->eng.aid = p->aid;
	v->eng.flags = p->flags;
	memcpy(v->eng.addr, p->addr, 6);
	memcpy(v->eng.bssid, p->bssid, 6);
	v->eng.beacon_int = p->beacon_int;
	v->eng.power = p->power;
	v->eng.basic_rates = p->basic_rates;
	v->eng.mgmt_rate = p->mgmt_rate;
	v->eng.mcast_rate = p->mcast_rate;
}

/* Until the engine has received a beacon, the TSF of the host is the best. */
static void vif_sync_tsf(struct vif *v, const struct skua_cmd_vif *p)
{
	u64 now = time_us();
	u64 then = now - (u32)((u32)now - p->sync_device_ts);

	if (p->type != SKUA_VIF_STA || !p->sync_tsf || v->eng.last_beacon)
		return;
	v->eng.tsf_offset = p->sync_tsf - then;
	tbl_write(ENG_TBL_VIF, vif_index(v), &v->eng);
}

u16 vif_cmd_add(struct cmd *c)
{
	const struct skua_cmd_vif *p = c->data;
	u16 status = vif_check(p);
	struct vif *v;

	if (status != SKUA_ST_OK)
		return status;
	if (vif_get(p->vif))
		return SKUA_ST_EXISTS;

	v = vif_reset(p->vif);
	vif_fill(v, p);
	status = tbl_write(ENG_TBL_VIF, p->vif, &v->eng);
	v->used = status == SKUA_ST_OK;
	return status;
}

static bool same_rates(const struct skua_cmd_vif *a, const struct skua_cmd_vif *b)
{
	return !((a->flags ^ b->flags) & SKUA_VIFF_RATE_MASK) &&
	       !memcmp(&a->rates, &b->rates, sizeof(a->rates));
}

u16 vif_cmd_update(struct cmd *c)
{
	const struct skua_cmd_vif *p = c->data;
	u16 status = vif_check(p);
	struct vif *v;
	bool same;

	if (status != SKUA_ST_OK)
		return status;
	v = vif_get(p->vif);
	if (!v)
		return SKUA_ST_NO_ENTRY;
	/* Stations and keys belong to an interface of this type. */
	if (p->type != v->cmd.type)
		return SKUA_ST_STATE;
	same = same_rates(&v->cmd, p);
	vif_fill(v, p);
	status = vif_push(v);
	if (status == SKUA_ST_OK)
		vif_sync_tsf(v, p);
	if (!same)
		rate_vif_masked(p->vif);
	monitor_update(v);
	return status;
}

u16 vif_cmd_remove(struct cmd *c)
{
	const struct skua_cmd_u32 *p = c->data;
	struct vif *v = vif_get(p->val);
	u8 vif;

	if (!v)
		return SKUA_ST_NO_ENTRY;
	vif = vif_index(v);
	scan_vif_gone(vif);
	roc_vif_gone(vif);
	beacon_vif_gone(v);
	flush_drop(vif, SKUA_STA_NONE, 0, 0xff);
	sta_vif_gone(vif);
	key_vif_gone(vif);
	chan_vif_gone(v);
	v->used = false;
	return tbl_clear(ENG_TBL_VIF, vif);
}
