// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of channel contexts
 *
 * There may be several contexts, but all interfaces that have a channel have the
 * same channel: the operating channel, "home". cmd_chan.c refuses another one.
 */
#include "tables.h"

static struct {
	bool used;
	struct skua_chandef chan;
} ctxs[SKUA_MAX_CHANCTX];

bool chan_valid(const struct skua_chandef *chan)
{
	return skua_freq_band(chan->freq) & limits.bands && chan->bw <= limits.max_bw &&
	       skua_primary_fits(chan->freq, chan->center1, chan->bw);
}

const struct skua_chandef *chan_ctx_get(u32 ctx)
{
	return ctx < SKUA_MAX_CHANCTX && ctxs[ctx].used ? &ctxs[ctx].chan : NULL;
}

void chan_ctx_set(u32 ctx, const struct skua_chandef *chan)
{
	ctxs[ctx].used = true;
	ctxs[ctx].chan = *chan;
}

void chan_ctx_remove(u32 ctx)
{
	ctxs[ctx].used = false;
}

const struct skua_chandef *chan_home(void)
{
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && v->ctx != SKUA_CHANCTX_NONE)
			return chan_ctx_get(v->ctx);
	}
	return NULL;
}
