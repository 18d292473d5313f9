// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of interfaces
 */
#include "tables.h"

static struct vif vifs[FW_MAX_VIFS];

struct vif *vif_get(u32 vif)
{
	if (vif >= limits.vifs || !vifs[vif].used)
		return NULL;
	return &vifs[vif];
}

struct vif *vif_reset(u32 vif)
{
	struct vif *v = &vifs[vif];

	memset(v, 0, sizeof(*v));
	v->ctx = SKUA_CHANCTX_NONE;
	for (u32 i = 0; i < ARRAY_SIZE(v->eng.key); i++)
		v->eng.key[i].slot = SKUA_KEY_NONE;
	v->eng.def_key.slot = SKUA_KEY_NONE;
	return v;
}

u8 vif_index(const struct vif *v)
{
	return (u8)(v - vifs);
}

u16 vif_push(struct vif *v)
{
	struct eng_vif now;

	/*
	 * The engine adjusts a station's TSF to the beacons of its BSS. An update
	 * must not undo that, so it writes the engine's present value.
	 */
	if (tbl_read(ENG_TBL_VIF, vif_index(v), &now) == SKUA_ST_OK) {
		v->eng.tsf_offset = now.tsf_offset;
		v->eng.last_beacon = now.last_beacon;
	}
	return tbl_write(ENG_TBL_VIF, vif_index(v), &v->eng);
}

bool vif_assoc(const struct vif *v)
{
	return v->used && v->cmd.type == SKUA_VIF_STA &&
	       v->cmd.flags & SKUA_VIFF_ASSOC && v->ctx != SKUA_CHANCTX_NONE;
}

bool vif_ap_beaconing(void)
{
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && v->beaconing && v->cmd.type == SKUA_VIF_AP)
			return true;
	}
	return false;
}
