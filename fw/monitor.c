// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beacon loss of associated stations
 *
 * The engine notes the time of the last beacon of the BSS. Time on other channels
 * does not count: the count starts again when the radio returns.
 */
#include "policy.h"

#define LOST_INTERVALS	7
#define AHEAD_US	10000u	/* a beacon may come between the two reads */

static void monitor_look(void);

static struct timer timer = { .fn = monitor_look };

static bool watched(const struct vif *v)
{
	return vif_assoc(v) && v->cmd.beacon_int;
}

static u64 later(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* The time of the last beacon; the engine has its low half. */
static u64 last_beacon(struct vif *v, u64 now)
{
	u64 since = later(v->heard_us, offchan_home_us());
	struct eng_vif e;
	u32 ago;

	if (tbl_read(ENG_TBL_VIF, vif_index(v), &e) != SKUA_ST_OK || !e.last_beacon)
		return since;
	ago = (u32)now - e.last_beacon;
	if (ago > -AHEAD_US)
		ago = 0;
	return later(now - ago, since);
}

/* Return: microseconds until the next useful check */
static u32 monitor_vif(struct vif *v, u64 now)
{
	struct skua_evt_vif e = { .vif = vif_index(v) };
	u32 patience = LOST_INTERVALS * v->cmd.beacon_int * TU_US;
	u64 silence;

	v->heard_us = last_beacon(v, now);
	silence = now - v->heard_us;
	if (silence < patience)
		return patience - (u32)silence;
	if (!evt_room(EVT_ROOM_NEWS))
		return v->cmd.beacon_int * TU_US;
	evt_post(SKUA_EVT_BEACON_LOSS, &e, sizeof(e));
	/* The event is repeated if the loss persists. */
	v->heard_us = now;
	return patience;
}

static void monitor_look(void)
{
	u64 now = time_us();
	u32 soonest = 0;

	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);
		u32 us;

		if (!v || !watched(v))
			continue;
		/* Time away from the channel must not count. */
		us = offchan_is_home() ? monitor_vif(v, now) :
					 v->cmd.beacon_int * TU_US;
		if (!soonest || us < soonest)
			soonest = us;
	}
	if (soonest)
		timer_set(&timer, soonest);
}

void monitor_update(struct vif *v)
{
	if (!watched(v)) {
		v->heard_us = 0;
		return;
	}
	if (!v->heard_us)
		v->heard_us = time_us();
	/* The check in the next turn finds the time of the next useful one. */
	timer_set(&timer, 0);
}
