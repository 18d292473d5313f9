// SPDX-License-Identifier: GPL-2.0-only
/*
 * Survey and TSF
 */
#include "policy.h"

u16 stats_cmd_survey(struct cmd *c)
{
	const struct skua_cmd_u32 *p = c->data;
	const struct skua_chandef *home = chan_home();
	struct skua_survey *s = c->ans;
	u16 status;

	if (!(skua_freq_band(p->val) & limits.bands))
		return SKUA_ST_INVALID;
	status = tbl_read(ENG_TBL_SURVEY, p->val, s);
	if (status != SKUA_ST_OK)
		return status;
	s->in_use = home && home->freq == p->val;
	c->ans_len = sizeof(*s);
	return SKUA_ST_OK;
}

static u16 tsf_set(struct vif *v, u64 offset)
{
	v->eng.tsf_offset = offset;
	return tbl_write(ENG_TBL_VIF, vif_index(v), &v->eng);
}

u16 stats_cmd_tsf_get(struct cmd *c)
{
	const struct skua_cmd_tsf *p = c->data;
	struct skua_cmd_tsf *ans = c->ans;
	struct vif *v = vif_get(p->vif);
	struct eng_vif e;
	u16 status;

	if (!v)
		return SKUA_ST_NO_ENTRY;
	status = tbl_read(ENG_TBL_VIF, p->vif, &e);
	if (status != SKUA_ST_OK)
		return status;
	memset(ans, 0, sizeof(*ans));
	ans->vif = p->vif;
	ans->flags = e.own_beacon ? SKUA_TSFF_LAST_BEACON : 0;
	ans->tsf = time_us() + e.tsf_offset;
	c->ans_len = sizeof(*ans);
	return SKUA_ST_OK;
}

u16 stats_cmd_tsf_set(struct cmd *c)
{
	const struct skua_cmd_tsf *p = c->data;
	struct vif *v = vif_get(p->vif);

	if (!v)
		return SKUA_ST_NO_ENTRY;
	return tsf_set(v, p->tsf - time_us());
}

u16 stats_cmd_tsf_offset(struct cmd *c)
{
	const struct skua_cmd_tsf *p = c->data;
	struct vif *v = vif_get(p->vif);
	struct eng_vif e;
	u16 status;

	if (!v)
		return SKUA_ST_NO_ENTRY;
	status = tbl_read(ENG_TBL_VIF, p->vif, &e);
	if (status != SKUA_ST_OK)
		return status;
	return tsf_set(v, e.tsf_offset + p->tsf);
}
