// SPDX-License-Identifier: GPL-2.0-only
/*
 * Power save of stations: the engine follows PM bits and holds frames; here are
 * the releases that mac80211 asks for.
 */
#include "policy.h"

#define RELEASE_MOST	0xffu
#define REASON_UAPSD	1

u16 ps_cmd_release(struct cmd *c)
{
	const struct skua_cmd_ps_release *p = c->data;
	u32 num = p->num > RELEASE_MOST ? RELEASE_MOST : p->num;
	struct sta *s;
	u16 status = sta_ref(p->sta, p->gen, &s);

	if (status != SKUA_ST_OK)
		return status;
	if (!p->tids || !p->num || p->reason > REASON_UAPSD || p->more_data > 1)
		return SKUA_ST_INVALID;
	/* Only a station whose PM bit is followed can be asleep. */
	if (!(s->eng.flags & ENG_STAF_PS_TRACK))
		return SKUA_ST_STATE;
	reg_write(ENG_TXQ_VIF, s->cmd.vif);
	reg_write(ENG_TXQ_STA, p->sta | (u32)p->gen << 16);
	reg_write(ENG_TXQ_RELEASE, p->tids | num << 16 | (u32)p->more_data << 24 |
		  (p->reason == REASON_UAPSD ? BIT(25) : 0));
	return SKUA_ST_OK;
}
