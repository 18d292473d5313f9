// SPDX-License-Identifier: GPL-2.0-only
/*
 * Radar detection
 *
 * The engine reports pulses. A radar is a train of pulses with one width and one
 * interval. Pulses of the train may be missing, since the radio was sending, and
 * other pulses may lie in between.
 */
#include "mac.h"
#include "policy.h"

#define MEMORY		32u	/* number of remembered pulses */
#define ENOUGH		6u	/* number of pulses that make a train */
#define PRI_LEAST_US	100u
#define PRI_MOST_US	6000u
#define PRI_TOLERANCE	4u	/* us, from one pulse to the next */

static struct {
	u32 time;
	u32 width;
} pulses[MEMORY];

static u32 n_pulses;	/* all pulses; the last MEMORY of them are stored */
static u32 tunes;	/* radio_tune_count() at the first of them */

static u32 apart(u32 a, u32 b)
{
	return a > b ? a - b : b - a;
}

static bool alike(u32 a, u32 b)
{
	return apart(a, b) <= 1 + a / 8;
}

/* Index of the pulse @back before the last one, which has to exist */
static u32 nth(u32 back)
{
	return (n_pulses - 1 - back) % MEMORY;
}

static u32 remembered(void)
{
	return n_pulses < MEMORY ? n_pulses : MEMORY;
}

/* Number of pulses in the train of interval @pri that the last one ends */
static u32 train(u32 pri)
{
	u32 last = nth(0), have = remembered();
	u32 expected = pulses[last].time - pri;
	u32 count = 1;
	bool missed = false;

	for (u32 back = 1; back < have; ) {
		const u32 i = nth(back);

		if (apart(pulses[i].time, expected) <= PRI_TOLERANCE &&
		    alike(pulses[last].width, pulses[i].width)) {
			count++;
			missed = false;
			expected = pulses[i].time - pri;
			back++;
		} else if ((s32)(pulses[i].time - expected) > 0) {
			back++;
		} else if (missed) {
			break;
		} else {
			missed = true;
			expected -= pri;
		}
	}
	return count;
}

/* Return: the interval of the train that the last pulse belongs to, or 0 */
static u32 find_train(void)
{
	u32 last = nth(0), have = remembered();

	for (u32 back = 1; back < have; back++) {
		u32 pri = pulses[last].time - pulses[nth(back)].time;

		if (pri > PRI_MOST_US)
			break;
		if (!alike(pulses[last].width, pulses[nth(back)].width))
			continue;
		/* Every second or third pulse of a faster train makes no train. */
		if (pri < PRI_LEAST_US)
			break;
		if (train(pri) >= ENOUGH)
			return pri;
	}
	return 0;
}

static void radar_pulse(u32 width, u32 time, const struct skua_chandef *home)
{
	struct skua_evt_radar e = { .freq = home->freq, .width_us = (u16)width };

	pulses[n_pulses % MEMORY].time = time;
	pulses[n_pulses % MEMORY].width = width;
	n_pulses++;
	e.pri_us = find_train();
	/* Without room, the train stays in memory, and its next pulse reports it. */
	if (!e.pri_us || !evt_room(EVT_ROOM_NEWS))
		return;
	n_pulses = 0;
	evt_post(SKUA_EVT_RADAR, &e, sizeof(e));
}

void radar_irq(void)
{
	const struct skua_chandef *home = chan_home();
	bool watched = home && home->flags & SKUA_CHANF_RADAR && offchan_is_home();
	u32 width;

	if (!(limits.feat & SKUA_FEAT_RADAR))
		watched = false;
	/* A train ends when the radio is tuned. */
	if (tunes != radio_tune_count()) {
		tunes = radio_tune_count();
		n_pulses = 0;
	}
	while ((width = reg_read(ENG_RADAR_WIDTH))) {
		if (watched)
			radar_pulse(width, reg_read(ENG_RADAR_TIME), home);
	}
}
