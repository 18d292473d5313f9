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

#define ASKING_US	SEC_US		/* two questions, half a second each */
#define WAIT_US		(20 * MSEC_US)

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
static u64 left_us;		/* when the radio went away */
static u64 away_us;		/* how long it was away before that, in all */
static u32 next_vif;

static void depart(void);
static void tell_next(void);

static struct timer wait = { .fn = depart };

static void call(void (**fn)(void))
{
	void (*f)(void) = *fn;

	*fn = NULL;
	if (f)
		f();
}

/*
 * After BEACON_LOSS the host asks the access point, and takes a question that waits for
 * the radio for one that is not answered.
 */
static bool host_asks(void)
{
	u64 now = time_us();

	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && vif_assoc(v) && v->watch.asked_us &&
		    now - v->watch.asked_us < ASKING_US)
			return true;
	}
	return false;
}

static void depart(void)
{
	const struct skua_chandef *home = chan_home();

	/* A keep-alive is not as important. */
	fwtx_cancel();
	if (home && home->freq == target.freq) {
		/* Probe requests are sent on the primary channel, which is this one. */
		state = HOME;
		call(&on_there);
		return;
	}
	if (host_asks()) {
		state = HOME;
		timer_set(&wait, WAIT_US);
		return;
	}
	state = LEAVING;
	next_vif = 0;
	tell_next();
}

static void tell_next(void)
{
	while (next_vif < limits.vifs) {
		struct vif *v = vif_get(next_vif++);

		if (v && vif_assoc(v) && fwtx_null(v, state == LEAVING, tell_next))
			return;
	}
	if (state == LEAVING) {
		state = AWAY;
		left_us = time_us();
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

static void away_ends(void)
{
	if (state == AWAY)
		away_us += time_us() - left_us;
}

static void go_home(void)
{
	away_ends();
	state = RETURNING;
	radio_tune(chan_home());
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
	timer_cancel(&wait);
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

bool offchan_waits(void)
{
	return wait.armed;
}

u64 offchan_clock(u64 t)
{
	if (state == AWAY && t > left_us)
		t = left_us;
	return t - away_us;
}

void offchan_reset(void)
{
	away_ends();
	timer_cancel(&wait);
	fwtx_cancel();
	state = HOME;
	go_on = false;
	on_there = NULL;
	on_home = NULL;
}
