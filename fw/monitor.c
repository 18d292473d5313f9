// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection of associated stations: lost beacons, and keep-alives
 *
 * The engine notes the time of the last beacon of the BSS. Beacons can be missed only
 * while the radio is on their channel, so the time is counted that it spends there.
 * BEACON_LOSS has the host ask the access point.
 *
 * An access point may forget a station from which nothing comes, and a station may not
 * notice that its frames do not arrive: if there was no other frame for a while, a
 * null frame is sent. CONN_LOSS says that several in turn were not acknowledged.
 */
#include "mac.h"
#include "policy.h"

#define LOST_INTERVALS	7
#define INTERVAL_TU	100u		/* of an access point that tells none */
#define AHEAD_US	10000u		/* a beacon may come between the two reads */

#define IDLE_US		(30 * SEC_US)
#define IDLE_LOOK_US	(10 * SEC_US)
#define ALIVE_TRIES	3
#define ALIVE_AGAIN_US	SEC_US
#define BUSY_US		(100 * MSEC_US)	/* the radio is needed for something else */

static void monitor_look(void);

static struct timer timer = { .fn = monitor_look };
static u8 alive_vif;			/* whose keep-alive is being sent */

static bool watched(const struct vif *v)
{
	return limits.feat & SKUA_FEAT_CONN_MONITOR && vif_assoc(v);
}

static u32 interval_us(const struct vif *v)
{
	return (v->cmd.beacon_int ? v->cmd.beacon_int : INTERVAL_TU) * TU_US;
}

/* The engine's time of the last beacon; the one before if the table cannot be read */
static u32 beacon_time(const struct vif *v)
{
	struct eng_vif e;

	if (tbl_read(ENG_TBL_VIF, vif_index(v), &e) != SKUA_ST_OK)
		return v->watch.beacon;
	return e.last_beacon;
}

static void count_silence(struct vif *v, u64 now)
{
	struct vif_watch *w = &v->watch;
	u64 home = offchan_clock(now);
	u32 passed = (u32)(home - w->looked_us);
	u32 beacon = beacon_time(v);
	u32 ago = (u32)now - beacon;

	w->looked_us = home;
	if (beacon == w->beacon) {
		w->silent_us += passed;
		return;
	}
	w->beacon = beacon;
	if (ago > -AHEAD_US)
		ago = 0;
	w->silent_us = min_u32((u32)(home - offchan_clock(now - ago)), passed);
	w->asked_us = 0;
}

static bool post(u16 id, const struct vif *v)
{
	struct skua_evt_vif e = { .vif = vif_index(v) };

	if (!evt_room(EVT_ROOM_NEWS))
		return false;
	evt_post(id, &e, sizeof(e));
	return true;
}

/* Return: microseconds until the next useful check */
static u32 watch_beacons(struct vif *v, u64 now)
{
	struct vif_watch *w = &v->watch;
	u32 patience = LOST_INTERVALS * interval_us(v);

	count_silence(v, now);
	if (w->silent_us < patience && !w->asked_us && offchan_is_home())
		return patience - w->silent_us;
	if (w->silent_us < patience)
		return min_u32(patience - w->silent_us, interval_us(v));
	/* The radio leaves before it is kept here for another time. */
	if (!offchan_is_home() || offchan_waits() || !post(SKUA_EVT_BEACON_LOSS, v)) {
		w->silent_us = patience;
		return interval_us(v);
	}
	/* The event is repeated if the loss persists; a beacon is noticed soon. */
	w->silent_us = 0;
	w->asked_us = now;
	return interval_us(v);
}

/* How many frames has the access point acknowledged? */
static u32 acked_count(const struct vif *v)
{
	struct eng_sta_stats st;

	for (u32 i = 0; i < limits.stas; i++) {
		struct sta *s = sta_get(i);

		if (!s || s->cmd.vif != vif_index(v) || memcmp(s->cmd.addr, v->cmd.bssid, 6))
			continue;
		if (rate_read(s, &st) != SKUA_ST_OK)
			break;
		return st.stats.tx_packets;
	}
	return v->watch.acked;
}

static void alive_done(void)
{
	struct vif *v = vif_get(alive_vif);
	u32 status = fwtx_status();

	if (!v || !v->watch.on)
		return;
	if (status == SKUA_TXS_ACKED) {
		v->watch.unanswered = 0;
		v->watch.alive_us = time_us();
	} else if (status == SKUA_TXS_NO_ACK) {
		v->watch.unanswered++;
	}
}

/* Return: microseconds until the next step */
static u32 keep_alive(struct vif *v, u64 now)
{
	struct vif_watch *w = &v->watch;

	if (w->unanswered >= ALIVE_TRIES) {
		if (!post(SKUA_EVT_CONN_LOSS, v))
			return BUSY_US;
		w->unanswered = 0;
		w->alive_us = now;
		return IDLE_LOOK_US;
	}
	if (offchan_taken() || !offchan_is_home() || !fwtx_null(v, false, alive_done))
		return BUSY_US;
	alive_vif = vif_index(v);
	return ALIVE_AGAIN_US;
}

/* Return: microseconds until the next useful check */
static u32 watch_idle(struct vif *v, u64 now)
{
	struct vif_watch *w = &v->watch;
	u32 acked, us;

	if (now < w->next_us)
		return (u32)(w->next_us - now);
	acked = acked_count(v);
	if (acked != w->acked) {
		w->acked = acked;
		w->alive_us = now;
		w->unanswered = 0;
	}
	us = now - w->alive_us < IDLE_US ? IDLE_LOOK_US : keep_alive(v, now);
	w->next_us = now + us;
	return us;
}

static void watch_begin(struct vif *v)
{
	u64 now = time_us();

	v->watch = (struct vif_watch) {
		.on = true,
		.freq = v->eng.freq,
		.looked_us = offchan_clock(now),
		.alive_us = now,
		.next_us = now + IDLE_LOOK_US,
	};
	memcpy(v->watch.bssid, v->cmd.bssid, 6);
	v->watch.beacon = beacon_time(v);
}

static void monitor_look(void)
{
	u64 now = time_us();
	u32 soonest = 0;

	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);
		u32 us;

		if (!v || !v->watch.on)
			continue;
		/* Nobody is heard between STOP and START. */
		if (!mac_started())
			watch_begin(v);
		us = min_u32(watch_beacons(v, now), watch_idle(v, now));
		if (!soonest || us < soonest)
			soonest = us;
	}
	if (soonest)
		timer_set(&timer, soonest);
}

void monitor_update(struct vif *v)
{
	if (!watched(v)) {
		v->watch.on = false;
		v->watch.asked_us = 0;
		return;
	}
	/* The first beacon on another channel may take its time, too. */
	if (!v->watch.on || v->watch.freq != v->eng.freq ||
	    memcmp(v->watch.bssid, v->cmd.bssid, 6))
		watch_begin(v);
	/* The check in the next turn finds the time of the next useful one. */
	timer_set(&timer, 0);
}
