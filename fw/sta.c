// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of stations, the peers of interfaces
 */
#include "tables.h"

static struct sta stas[FW_MAX_STAS];

struct sta *sta_get(u32 sta)
{
	if (sta >= limits.stas || !stas[sta].used)
		return NULL;
	return &stas[sta];
}

struct sta *sta_reset(u32 sta)
{
	struct sta *s = &stas[sta];

	memset(s, 0, sizeof(*s));
	for (u32 i = 0; i < ARRAY_SIZE(s->eng.key); i++) {
		s->eng.key[i].slot = SKUA_KEY_NONE;
		s->eng.group_key[i].slot = SKUA_KEY_NONE;
	}
	return s;
}

u16 sta_ref(u32 sta, u32 gen, struct sta **found)
{
	struct sta *s = sta_get(sta);

	if (!s)
		return SKUA_ST_NO_ENTRY;
	if (s->cmd.gen != gen)
		return SKUA_ST_STALE;
	*found = s;
	return SKUA_ST_OK;
}

u16 sta_index(const struct sta *s)
{
	return (u16)(s - stas);
}

u16 sta_push(struct sta *s)
{
	return tbl_write(ENG_TBL_STA, sta_index(s), &s->eng);
}
