// SPDX-License-Identifier: GPL-2.0-only
/*
 * The air: what happens when
 *
 * Events run on the air's clock. On a medium on which time passes, an event may run
 * later than it should by the loop's clock, and what follows from it is still so many
 * microseconds after it. The loop is asked for a timer, or for work if an event is due
 * already; a chain of events goes on until the turn is late.
 */
#include "air/priv.h"

/* Exchanges after which the receivers decrypt, and records are published */
#define BURST	32

/* An exchange costs so much besides its MPDUs, about, for turn_work() */
#define EXCHANGE_NS	200

static bool before(const struct air_event *a, const struct air_event *b)
{
	return a->when != b->when ? a->when < b->when : a->cls < b->cls;
}

uint64_t air_now(const struct air *air)
{
	uint64_t now;

	if (air->ev.running)
		return air->ev.now;
	now = loop_now(air->loop);
	return now > air->ev.now ? now : air->ev.now;
}

uint64_t air_ns(const struct air *air, uint32_t us)
{
	return air->medium->ns(air, us);
}

static void link_before(struct air_event *ev, struct air_event *next)
{
	ev->next = next;
	ev->prev = next->prev;
	ev->prev->next = ev;
	next->prev = ev;
}

static void unlink_event(struct air_event *ev)
{
	ev->prev->next = ev->next;
	ev->next->prev = ev->prev;
	ev->prev = NULL;
}

static struct air_event *first(const struct air *air)
{
	struct air_event *ev = air->ev.head.next;

	return ev == &air->ev.head ? NULL : ev;
}

/* Ask the loop to run the first event */
static void wake(struct air *air)
{
	struct air_event *ev = first(air);

	loop_timer_cancel(air->loop, &air->ev.timer);
	if (!ev)
		return;
	if (ev->when <= air->ev.now || ev->when <= loop_now(air->loop))
		loop_defer(air->loop, &air->ev.work);
	else
		loop_timer_set(air->loop, &air->ev.timer, ev->when);
}

static void insert(struct air *air, struct air_event *ev)
{
	struct air_event *head = &air->ev.head, *at = head->next;

	/* Many may wait for the medium, behind the few that follow at once */
	if (ev->cls == AIR_ACCESS)
		for (at = head; at->prev != head && before(ev, at->prev);)
			at = at->prev;
	else
		while (at != head && !before(ev, at))
			at = at->next;
	link_before(ev, at);
}

void air_event_set(struct air *air, struct air_event *ev, uint64_t when,
		   enum air_class cls)
{
	if (ev->prev)
		unlink_event(ev);
	if (when < air->ev.now)
		when = air->ev.now;
	/* Where nothing lasts, all that is due has one time: only the class counts */
	ev->when = air->instant && when <= air_now(air) ? 0 : when;
	ev->cls = cls;
	insert(air, ev);
	if (!air->ev.running)
		wake(air);
}

void air_event_again(struct air *air, struct air_event *ev)
{
	struct air_event *at = air->ev.head.next;

	while (at != &air->ev.head && before(at, ev))
		at = at->next;
	link_before(ev, at);
	air->ev.again = true;
}

void air_event_cancel(struct air *air, struct air_event *ev)
{
	(void)air;
	if (ev->prev)
		unlink_event(ev);
}

/* Return: false if the turn has no time for it */
static bool end_burst(struct air *air)
{
	if (!air->ev.ops->burst_end(air))
		return false;
	air->ev.runs = 0;
	return true;
}

/* An exchange may begin. Return: false if the turn has no time for it */
static bool begin_exchange(struct air *air, bool any)
{
	struct turn *turn = loop_turn(air->loop);

	if (any && turn_due(turn))
		return false;
	if (++air->ev.runs > BURST && !end_burst(air))
		return false;
	turn_work(turn, EXCHANGE_NS);
	air->ev.clock = 0;
	return true;
}

/* Return: false if the turn has no time for more */
static bool run_events(struct air *air, uint64_t until, bool *any)
{
	struct air_event *ev;

	while ((ev = first(air)) && ev->when <= until) {
		if (ev->cls == AIR_ACCESS && !begin_exchange(air, *any))
			return false;
		unlink_event(ev);
		air->ev.now = air->instant ? until : ev->when;
		air->ev.again = false;
		*any = true;
		ev->fn(ev);
		if (air->ev.again)
			return false;
	}
	return true;
}

/* Else what is due by its time would wait behind what is due again and again */
static void settle_due(struct air *air, uint64_t until)
{
	struct air_event *ev = air->ev.head.next, *next;

	for (; ev != &air->ev.head && ev->when <= until; ev = next) {
		next = ev->next;
		if (!ev->when)
			continue;
		unlink_event(ev);
		ev->when = 0;
		insert(air, ev);
	}
}

bool air_run(struct air *air)
{
	uint64_t until = air_now(air);
	enum turn_cause was;
	bool any = false;

	if (air->ev.running)
		return false;
	was = turn_switch(loop_turn(air->loop), TURN_SEND);
	air->ev.running = true;
	air->ev.clock = 0;
	if (air->instant)
		settle_due(air, until);
	if (run_events(air, until, &any))
		air->ev.now = until;
	if (!end_burst(air))
		loop_defer(air->loop, &air->ev.work);
	air->ev.running = false;
	air->ev.ops->ran(air);
	wake(air);
	turn_switch(loop_turn(air->loop), was);
	return any;
}

static void events_timer(struct loop_timer *t)
{
	air_run(container_of(t, struct air, ev.timer));
}

static void events_work(struct loop_work *w)
{
	air_run(container_of(w, struct air, ev.work));
}

void air_events_init(struct air *air, const struct air_event_ops *ops)
{
	air->ev.ops = ops;
	air->ev.head.next = &air->ev.head;
	air->ev.head.prev = &air->ev.head;
	loop_timer_init(&air->ev.timer, events_timer);
	loop_work_init(&air->ev.work, events_work);
}

void air_events_free(struct air *air)
{
	loop_timer_cancel(air->loop, &air->ev.timer);
	loop_work_cancel(air->loop, &air->ev.work);
}
