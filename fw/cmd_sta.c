// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands for stations
 *
 * Rates, keys and queued frames of a station are set up and removed with it.
 */
#include "cmd.h"
#include "mac.h"
#include "policy.h"

#define STAF_VALID		GENMASK(15, 0)
#define AMPDU_FACTOR_MAX	10	/* 2^23 - 1 octets, of EHT */
#define AMPDU_DENSITY_MAX	7	/* 16 us */

static u16 sta_check(const struct skua_cmd_sta *p)
{
	if (p->sta >= limits.stas || p->flags & ~STAF_VALID)
		return SKUA_ST_INVALID;
	if (!vif_get(p->vif))
		return SKUA_ST_NO_ENTRY;
	if (p->link)
		return SKUA_ST_UNSUPPORTED;
	if (p->aid > SKUA_MAX_AID || !is_unicast(p->addr))
		return SKUA_ST_INVALID;
	if (p->ampdu_factor > AMPDU_FACTOR_MAX || p->ampdu_density > AMPDU_DENSITY_MAX)
		return SKUA_ST_INVALID;
	if (p->bw > SKUA_BW_320 || p->uapsd_queues & ~0xf)
		return SKUA_ST_INVALID;
	if (!rate_word_valid(p->fixed_rate))
		return SKUA_ST_INVALID;
	return SKUA_ST_OK;
}

static void sta_fill(struct sta *s, const struct skua_cmd_sta *p)
{
	static const struct {
		u32 from;
		u32 to;
	} map[] = {
		{ SKUA_STAF_QOS, ENG_STAF_QOS },
		{ SKUA_STAF_MFP, ENG_STAF_MFP },
		{ SKUA_STAF_4ADDR, ENG_STAF_4ADDR },
		{ SKUA_STAF_KEYED, ENG_STAF_KEYED },
		{ SKUA_STAF_SPP_AMSDU, ENG_STAF_SPP_AMSDU },
		{ SKUA_STAF_DECAP, ENG_STAF_DECAP },
	};
	u32 flags = 0;

	for (u32 i = 0; i < ARRAY_SIZE(map); i++) {
		if (p->flags & map[i].from)
			flags |= map[i].to;
	}
	/* Only an access point buffers frames for sleeping stations. */
	if (vif_get(p->vif)->cmd.type == SKUA_VIF_AP && limits.feat & SKUA_FEAT_AP_PS)
		flags |= ENG_STAF_PS_TRACK;

	s->cmd = *p;
	s->eng.gen = p->gen;
	s->eng.aid = p->aid;
	s->eng.vif = p->vif;
	s->eng.uapsd_queues = p->uapsd_queues;
	s->eng.ampdu_factor = p->ampdu_factor;
	s->eng.ampdu_density = p->ampdu_density;
	memcpy(s->eng.addr, p->addr, 6);
	s->eng.flags = flags;
}

u16 sta_cmd_add(struct cmd *c)
{
	const struct skua_cmd_sta *p = c->data;
	u16 status = sta_check(p);
	struct sta *s;

	if (status != SKUA_ST_OK)
		return status;
	if (sta_get(p->sta))
		return SKUA_ST_EXISTS;

	s = sta_reset(p->sta);
	sta_fill(s, p);
	/* Later the engine knows better: it hears the station. */
	if (p->flags & SKUA_STAF_ASLEEP)
		s->eng.flags |= ENG_STAF_ASLEEP;
	status = sta_push(s);
	s->eng.flags &= ~ENG_STAF_ASLEEP;
	if (status != SKUA_ST_OK)
		return status;
	s->used = true;
	ba_sta_new(s);
	rate_init(s);
	rate_start();
	return SKUA_ST_OK;
}

u16 sta_cmd_update(struct cmd *c)
{
	const struct skua_cmd_sta *p = c->data;
	u16 status = sta_check(p);
	struct sta *s;

	if (status == SKUA_ST_OK)
		status = sta_ref(p->sta, p->gen, &s);
	if (status != SKUA_ST_OK)
		return status;
	if (p->vif != s->cmd.vif || memcmp(p->addr, s->cmd.addr, 6))
		return SKUA_ST_INVALID;

	sta_fill(s, p);
	status = sta_push(s);
	rate_update(s);
	return status;
}

/* Frames first: queued ones end with FLUSHED and not with STALE_STA. */
static u16 sta_remove(struct sta *s)
{
	u16 sta = sta_index(s);

	flush_drop(s->cmd.vif, sta, s->cmd.gen, 0xff);
	ba_sta_gone(s);
	key_sta_gone(sta);
	tbl_clear(ENG_TBL_RATE, sta);
	s->used = false;
	return tbl_clear(ENG_TBL_STA, sta);
}

u16 sta_cmd_remove(struct cmd *c)
{
	const struct skua_cmd_sta_ref *p = c->data;
	struct sta *s;
	u16 status = sta_ref(p->sta, p->gen, &s);

	return status == SKUA_ST_OK ? sta_remove(s) : status;
}

void sta_vif_gone(u8 vif)
{
	for (u32 i = 0; i < limits.stas; i++) {
		struct sta *s = sta_get(i);

		if (s && s->cmd.vif == vif)
			sta_remove(s);
	}
}

u16 sta_cmd_stats(struct cmd *c)
{
	const struct skua_cmd_sta_ref *p = c->data;
	struct eng_sta_stats st;
	struct sta *s;
	u16 status = sta_ref(p->sta, p->gen, &s);

	if (status != SKUA_ST_OK)
		return status;
	status = rate_read(s, &st);
	if (status != SKUA_ST_OK)
		return status;
	memcpy(c->ans, &st.stats, sizeof(st.stats));
	c->ans_len = sizeof(st.stats);
	return SKUA_ST_OK;
}
