// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remain on channel
 */
#include "mac.h"
#include "policy.h"

static enum {
	IDLE,
	MOVING,
	THERE,
} state;

static void roc_timeout(void);

static struct timer timer = { .fn = roc_timeout };
static struct skua_cmd_roc req;

static bool roc_active(void)
{
	return state != IDLE;
}

static void roc_event(u16 id)
{
	struct skua_evt_roc e = { .vif = req.vif, .cookie = req.cookie };

	evt_post(id, &e, sizeof(e));
}

static void roc_close(void)
{
	timer_cancel(&timer);
	state = IDLE;
	offchan_release();
	reg_write(ENG_RF_ROC_VIF, SKUA_VIF_NONE);
}

static void roc_there(void)
{
	state = THERE;
	reg_write(ENG_RF_ROC_VIF, req.vif);
	timer_set(&timer, req.duration_ms * MSEC_US);
	roc_event(SKUA_EVT_ROC_READY);
}

static void roc_timeout(void)
{
	if (state == MOVING) {
		offchan_go(&req.chan, roc_there);
		return;
	}
	roc_close();
	offchan_home(NULL);
	roc_event(SKUA_EVT_ROC_EXPIRED);
}

u16 roc_cmd(struct cmd *c)
{
	const struct skua_cmd_roc *p = c->data;

	if (!mac_started())
		return SKUA_ST_STATE;
	if (offchan_taken())
		return SKUA_ST_BUSY;
	if (!vif_get(p->vif))
		return SKUA_ST_NO_ENTRY;
	if (!p->duration_ms || !chan_valid(&p->chan))
		return SKUA_ST_INVALID;
	req = *p;
	offchan_take();
	state = MOVING;
	/* CMD_DONE is posted first. */
	timer_set(&timer, 0);
	return SKUA_ST_OK;
}

u16 roc_cmd_cancel(struct cmd *c)
{
	(void)c;
	/* The period may have ended while the command was on its way. */
	if (!roc_active())
		return SKUA_ST_OK;
	roc_close();
	offchan_home(NULL);
	return SKUA_ST_OK;
}

void roc_stop(void)
{
	if (!roc_active())
		return;
	roc_close();
	offchan_reset();
	roc_event(SKUA_EVT_ROC_EXPIRED);
}

void roc_vif_gone(u8 vif)
{
	if (!roc_active() || req.vif != vif)
		return;
	roc_stop();
	radio_tune(chan_home());
}
