// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channel contexts, and where the radio is tuned
 *
 * There may be several contexts, but the interfaces that have a channel all
 * have the same one: the operating channel, "home". scan.c and roc.c leave it
 * by offchan.c, which asks for it again when it returns.
 */
#include "fw.h"

#define TXPOWER_MOST	100

static struct {
	bool used;
	struct skua_chandef chan;
} ctxs[SKUA_MAX_CHANCTX];

static bool power_limited;
static s8 power_limit;
static u32 tunes;

bool chan_valid(const struct skua_chandef *chan)
{
	return skua_freq_band(chan->freq) & limits.bands && chan->bw <= limits.max_bw &&
	       skua_primary_fits(chan->freq, chan->center1, chan->bw);
}

static bool chan_equal(const struct skua_chandef *a, const struct skua_chandef *b)
{
	return a->freq == b->freq && a->center1 == b->center1 && a->bw == b->bw;
}

const struct skua_chandef *chan_home(void)
{
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && v->ctx != SKUA_CHANCTX_NONE)
			return &ctxs[v->ctx].chan;
	}
	return NULL;
}

void chan_tune(const struct skua_chandef *chan)
{
	s8 power = chan && chan->power < limits.max_power ? chan->power : limits.max_power;

	if (power_limited && power_limit < power)
		power = power_limit;
	reg_write(ENG_RF_FREQ, chan ? chan->freq : 0);
	reg_write(ENG_RF_CENTER1, chan ? chan->center1 : 0);
	reg_write(ENG_RF_BW, chan ? chan->bw : SKUA_BW_20);
	reg_write(ENG_RF_POWER, (u32)(s32)power);
	reg_write(ENG_RF_TUNE, 1);
	tunes++;
}

u32 chan_tune_count(void)
{
	return tunes;
}

/* Away from home, the way back finds what home is by then. */
static void chan_retune(void)
{
	if (offchan_is_home())
		chan_tune(mac_started() ? chan_home() : NULL);
}

/* Would another interface than @but stay on a channel that is not @chan? */
static bool chan_conflict(const struct skua_chandef *chan, const struct vif *but,
			  u8 but_ctx)
{
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (!v || v == but || v->ctx == SKUA_CHANCTX_NONE || v->ctx == but_ctx)
			continue;
		if (!chan_equal(&ctxs[v->ctx].chan, chan))
			return true;
	}
	return false;
}

static u16 chan_vif_apply(struct vif *v)
{
	const struct skua_chandef *chan =
		v->ctx == SKUA_CHANCTX_NONE ? NULL : &ctxs[v->ctx].chan;
	u16 status;

	v->eng.freq = chan ? chan->freq : 0;
	v->eng.center1 = chan ? chan->center1 : 0;
	v->eng.bw = chan ? chan->bw : SKUA_BW_20;
	status = vif_push(v);
	sta_vif_changed(vif_index(v));
	monitor_update(v);
	return status;
}

u16 chan_cmd_set(struct cmd *c)
{
	const struct skua_cmd_chanctx *p = c->data;
	u16 status = SKUA_ST_OK;

	if (p->ctx >= SKUA_MAX_CHANCTX || !chan_valid(&p->chan))
		return SKUA_ST_INVALID;
	if (ctxs[p->ctx].used) {
		bool bound = false;

		for (u32 i = 0; i < limits.vifs; i++)
			bound |= vif_get(i) && vif_get(i)->ctx == p->ctx;
		if (bound && chan_conflict(&p->chan, NULL, p->ctx))
			return SKUA_ST_BUSY;
	}
	ctxs[p->ctx].used = true;
	ctxs[p->ctx].chan = p->chan;
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

	if (p->val >= SKUA_MAX_CHANCTX || !ctxs[p->val].used)
		return SKUA_ST_NO_ENTRY;
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && v->ctx == p->val)
			return SKUA_ST_BUSY;
	}
	ctxs[p->val].used = false;
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
		if (p->ctx >= SKUA_MAX_CHANCTX || !ctxs[p->ctx].used)
			return SKUA_ST_NO_ENTRY;
		if (chan_conflict(&ctxs[p->ctx].chan, v, SKUA_CHANCTX_NONE))
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
	power_limited = true;
	power_limit = (s8)dbm;
	chan_retune();
	return SKUA_ST_OK;
}
