// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers: a sorted list, since there are a dozen at most
 */
#include "base.h"

static struct timer *first;

u64 time_us(void)
{
	u32 lo = reg_read(ENG_SYS_TIME_LO);

	return (u64)reg_read(ENG_SYS_TIME_HI) << 32 | lo;
}

void timer_cancel(struct timer *t)
{
	struct timer **p = &first;

	if (!t->armed)
		return;
	while (*p != t) {
		fw_assert(*p);
		p = &(*p)->next;
	}
	*p = t->next;
	t->next = NULL;
	t->armed = false;
}

void timer_set(struct timer *t, u32 us)
{
	struct timer **p = &first;

	timer_cancel(t);
	/* At least one: a timer that is set from a timer waits for the next turn. */
	t->when = time_us() + (us ? us : 1);
	while (*p && (*p)->when <= t->when)
		p = &(*p)->next;
	t->next = *p;
	t->armed = true;
	*p = t;
}

void timer_run(void)
{
	u64 now = time_us();

	/* Timers that are set meanwhile expire later than now. */
	while (first && first->when <= now) {
		struct timer *t = first;

		first = t->next;
		t->next = NULL;
		t->armed = false;
		t->fn();
	}
}

void timer_program(void)
{
	u64 when = first ? first->when : ~0ull;

	/* The high half is at its maximum meanwhile, so that no value fires early. */
	reg_write(ENG_SYS_TIMECMP_HI, ~0u);
	reg_write(ENG_SYS_TIMECMP_LO, (u32)when);
	reg_write(ENG_SYS_TIMECMP_HI, (u32)(when >> 32));
}

void timer_reset(void)
{
	while (first)
		timer_cancel(first);
}
