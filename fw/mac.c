// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive filter, thresholds, EDCA
 */
#include "mac.h"

static bool started;
static u32 host_filter;
static bool scan_filter;

bool mac_started(void)
{
	return started;
}

void mac_start(void)
{
	started = true;
	mac_filter_push();
	reg_write(ENG_MAC_ENABLE, 1);
}

void mac_stop(void)
{
	started = false;
	reg_write(ENG_MAC_ENABLE, 0);
}

/*
 * An access point receives beacons of other BSSs, so that it can protect its
 * stations from BSSs of older standards.
 */
void mac_filter_push(void)
{
	u32 filter = host_filter;

	if (scan_filter || vif_ap_beaconing())
		filter |= SKUA_FILTER_BCN_PRBRESP;
	reg_write(ENG_MAC_FILTER, filter);
}

void mac_scan_filter(u8 vif, const u8 *addr)
{
	scan_filter = vif != SKUA_VIF_NONE;
	reg_write(ENG_MAC_SCAN_LO, addr[0] | (u32)addr[1] << 8 | (u32)addr[2] << 16 |
		  (u32)addr[3] << 24);
	reg_write(ENG_MAC_SCAN_HI, addr[4] | (u32)addr[5] << 8 | (u32)vif << 16);
	mac_filter_push();
}

u16 mac_cmd_filter(struct cmd *c)
{
	const struct skua_cmd_u32 *p = c->data;

	if (p->val & ~SKUA_FILTER_VALID)
		return SKUA_ST_INVALID;
	host_filter = p->val;
	mac_filter_push();
	return SKUA_ST_OK;
}

u16 mac_cmd_rts(struct cmd *c)
{
	const struct skua_cmd_u32 *p = c->data;

	reg_write(ENG_MAC_RTS_THRESH, p->val);
	return SKUA_ST_OK;
}

static bool retry_valid(u32 limit)
{
	return limit && limit <= SKUA_RETRY_MAX;
}

u16 mac_cmd_retry(struct cmd *c)
{
	const struct skua_cmd_u32 *p = c->data;

	if (p->val & ~(SKUA_RETRY_SHORT | SKUA_RETRY_LONG) ||
	    !retry_valid(FIELD_GET(SKUA_RETRY_SHORT, p->val)) ||
	    !retry_valid(FIELD_GET(SKUA_RETRY_LONG, p->val)))
		return SKUA_ST_INVALID;
	reg_write(ENG_MAC_RETRY, p->val);
	return SKUA_ST_OK;
}

/* 2^n - 1, up to 32767 */
static bool cw_valid(u32 cw)
{
	return cw <= 32767 && !(cw & (cw + 1));
}

u16 mac_cmd_edca(struct cmd *c)
{
	const struct skua_cmd_edca *p = c->data;
	struct eng_edca e = {
		.aifsn = p->aifsn,
		.cw_min = p->cw_min,
		.cw_max = p->cw_max,
		.txop = p->txop,
	};

	if (!vif_get(p->vif))
		return SKUA_ST_NO_ENTRY;
	if (p->link)
		return SKUA_ST_UNSUPPORTED;
	if (p->ac >= SKUA_NUM_ACS || !p->aifsn || p->aifsn > 15)
		return SKUA_ST_INVALID;
	if (!cw_valid(p->cw_min) || !cw_valid(p->cw_max) || p->cw_min > p->cw_max)
		return SKUA_ST_INVALID;
	return tbl_write(ENG_TBL_EDCA, (u32)p->vif * SKUA_NUM_ACS + p->ac, &e);
}
