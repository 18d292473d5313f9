// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaving the operating channel, and coming back
 *
 *	HOME -> LEAVING (null-data with PM to each access point) -> AWAY
 *	AWAY -> RETURNING (null-data without) -> HOME
 *
 * An access point that cannot be told loses frames for us, and that is all, so
 * the journey goes on even if a frame was not acknowledged.
 */
#include "mac.h"
#include "policy.h"

#define FC0_NULL	0x48
#define FC1_TO_DS	0x01
#define FC1_PM		0x10

static enum {
	HOME,
	LEAVING,
	AWAY,
	RETURNING,
} state;

static struct skua_chandef target;
static bool taken;		/* a scan or a remain-on-channel is under way */
static bool go_on;		/* leave again as soon as the radio is home */
static void (*on_there)(void);
static void (*on_home)(void);
static u64 home_us;
static u32 next_vif;
static u8 frame[24];

static void tell_next(void);

static void call(void (**fn)(void))
{
	void (*f)(void) = *fn;

	*fn = NULL;
	if (f)
		f();
}

static void depart(void)
{
	const struct skua_chandef *home = chan_home();

	if (home && home->freq == target.freq) {
		/* Probe requests are sent on the primary channel, which is this one. */
		state = HOME;
		call(&on_there);
		return;
	}
	state = LEAVING;
	next_vif = 0;
	tell_next();
}

static bool tell(const struct vif *v)
{
	memset(frame, 0, sizeof(frame));
	frame[0] = FC0_NULL;
	frame[1] = state == LEAVING ? FC1_TO_DS | FC1_PM : FC1_TO_DS;
	memcpy(frame + 4, v->cmd.bssid, 6);
	memcpy(frame + 10, v->cmd.addr, 6);
	memcpy(frame + 16, v->cmd.bssid, 6);
	return fwtx_send(frame, sizeof(frame), vif_index(v), 0, 0, tell_next);
}

static void tell_next(void)
{
	while (next_vif < limits.vifs) {
		struct vif *v = vif_get(next_vif++);

		if (v && vif_assoc(v) && tell(v))
			return;
	}
	if (state == LEAVING) {
		state = AWAY;
		radio_tune(&target);
		call(&on_there);
		return;
	}
	state = HOME;
	call(&on_home);
	if (go_on) {
		go_on = false;
		depart();
	}
}

static void go_home(void)
{
	state = RETURNING;
	radio_tune(chan_home());
	home_us = time_us();
	next_vif = 0;
	tell_next();
}

bool offchan_taken(void)
{
	return taken;
}

void offchan_take(void)
{
	taken = true;
}

void offchan_release(void)
{
	taken = false;
}

void offchan_go(const struct skua_chandef *chan, void (*done)(void))
{
	const struct skua_chandef *home = chan_home();

	target = *chan;
	on_there = done;
	if (state == HOME) {
		depart();
	} else if (state == RETURNING) {
		go_on = true;
	} else if (state == AWAY && home && home->freq == target.freq) {
		go_on = true;
		go_home();
	} else if (state == AWAY) {
		radio_tune(&target);
		call(&on_there);
	}
	/* LEAVING: the radio will arrive at the new target. */
}

void offchan_home(void (*done)(void))
{
	on_there = NULL;
	on_home = done;
	go_on = false;
	if (state == HOME) {
		call(&on_home);
	} else if (state != RETURNING) {
		fwtx_cancel();
		go_home();
	}
}

bool offchan_is_home(void)
{
	return state == HOME || state == RETURNING;
}

u64 offchan_home_us(void)
{
	return home_us;
}

void offchan_reset(void)
{
	fwtx_cancel();
	state = HOME;
	go_on = false;
	on_there = NULL;
	on_home = NULL;
}
