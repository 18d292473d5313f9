// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands for channel contexts, and for the transmit power
 *
 * A new channel changes the rates of the stations, the detection of beacon loss,
 * and the tuning of the radio. scan.c and roc.c leave the operating channel
 * through offchan.c, which looks up the operating channel when it returns.
 */
#include "cmd.h"
#include "mac.h"
#include "policy.h"

#define TXPOWER_MOST	100

static bool chan_equal(const struct skua_chandef *a, const struct skua_chandef *b)
{
	return a->freq == b->freq && a->center1 == b->center1 && a->bw == b->bw;
}

/* Is an interface other than @but on a channel other than @chan? */
static bool chan_conflict(const struct skua_chandef *chan, const struct vif *but,
			  u8 but_ctx)
{
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (!v || v == but || v->ctx == SKUA_CHANCTX_NONE || v->ctx == but_ctx)
			continue;
		if (!chan_equal(chan_ctx_get(v->ctx), chan))
			return true;
	}
	return false;
}

static u16 chan_vif_apply(struct vif *v)
{
	const struct skua_chandef *chan = chan_ctx_get(v->ctx);
	u16 status;

	v->eng.freq = chan ? chan->freq : 0;
	v->eng.center1 = chan ? chan->center1 : 0;
	v->eng.bw = chan ? chan->bw : SKUA_BW_20;
	status = vif_push(v);
	rate_vif_changed(vif_index(v));
	monitor_update(v);
	return status;
}

/* Away from home, the way back finds the home channel of then. */
static void chan_retune(void)
{
	if (offchan_is_home())
		radio_tune(mac_started() ? chan_home() : NULL);
}

u16 chan_cmd_set(struct cmd *c)
{
	const struct skua_cmd_chanctx *p = c->data;
	u16 status = SKUA_ST_OK;

	if (p->ctx >= SKUA_MAX_CHANCTX || !chan_valid(&p->chan))
		return SKUA_ST_INVALID;
	if (chan_ctx_get(p->ctx)) {
		bool bound = false;

		for (u32 i = 0; i < limits.vifs; i++)
			bound |= vif_get(i) && vif_get(i)->ctx == p->ctx;
		if (bound && chan_conflict(&p->chan, NULL, p->ctx))
			return SKUA_ST_BUSY;
	}
	chan_ctx_set(p->ctx, &p->chan);
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && v->ctx == p->ctx && chan_vif_apply(v) != SKUA_ST_OK)
			status = SKUA_ST_INVALID;
	}
	chan_retune();
	return status;
}

u16 chan_cmd_remove(struct cmd *c)
{
	const struct skua_cmd_u32 *p = c->data;

	if (!chan_ctx_get(p->val))
		return SKUA_ST_NO_ENTRY;
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && v->ctx == p->val)
			return SKUA_ST_BUSY;
	}
	chan_ctx_remove(p->val);
	return SKUA_ST_OK;
}

u16 chan_cmd_vif(struct cmd *c)
{
	const struct skua_cmd_vif_chanctx *p = c->data;
	struct vif *v = vif_get(p->vif);
	u16 status;

	if (!v)
		return SKUA_ST_NO_ENTRY;
	if (p->link)
		return SKUA_ST_UNSUPPORTED;
	if (p->ctx != SKUA_CHANCTX_NONE) {
		if (!chan_ctx_get(p->ctx))
			return SKUA_ST_NO_ENTRY;
		if (chan_conflict(chan_ctx_get(p->ctx), v, SKUA_CHANCTX_NONE))
			return SKUA_ST_BUSY;
	}
	v->ctx = p->ctx;
	status = chan_vif_apply(v);
	chan_retune();
	return status;
}

void chan_vif_gone(struct vif *v)
{
	v->ctx = SKUA_CHANCTX_NONE;
	chan_retune();
}

u16 chan_cmd_txpower(struct cmd *c)
{
	const struct skua_cmd_u32 *p = c->data;
	s32 dbm = (s32)p->val;

	if (dbm < -TXPOWER_MOST || dbm > TXPOWER_MOST)
		return SKUA_ST_INVALID;
	radio_limit_power((s8)dbm);
	chan_retune();
	return SKUA_ST_OK;
}
