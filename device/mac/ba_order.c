// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reorder buffer (IEEE 802.11-2020, 10.25.6.6)
 *
 * The window begins at the first number that nothing is known of: what is in order
 * goes up at once. Each way in which the window moves past a hole has one place here,
 * and one counter.
 */
#include <stdlib.h>
#include <string.h>

#include "mac/ba_rx.h"

#define NEVER	UINT64_MAX

static struct ba_place *place_of(const struct ba_order *o, uint16_t sn)
{
	return &o->place[sn & o->mask];
}

/* Buffers that hold items, in the order in which they began to */

static void link_last(struct ba_order *o)
{
	struct ba_share *s = o->share;

	o->prev = s->last;
	o->next = NULL;
	if (s->last)
		s->last->next = o;
	else
		s->first = o;
	s->last = o;
}

static void unlink_order(struct ba_order *o)
{
	struct ba_share *s = o->share;

	if (o->prev)
		o->prev->next = o->next;
	else
		s->first = o->next;
	if (o->next)
		o->next->prev = o->prev;
	else
		s->last = o->prev;
	o->prev = NULL;
	o->next = NULL;
}

static void store(struct ba_order *o, uint16_t sn, const struct ba_place *p)
{
	if (!o->held++) {
		o->oldest = p->since;
		link_last(o);
	}
	o->share->held += p->weight;
	*place_of(o, sn) = *p;
	ba_map_set(o->has, sn);
	ba_map_clear(o->gone, sn);
}

static void *take(struct ba_order *o, uint16_t sn)
{
	struct ba_place *p = place_of(o, sn);
	void *item = p->item;

	ba_map_clear(o->has, sn);
	p->item = NULL;
	o->share->held -= p->weight;
	if (!--o->held)
		unlink_order(o);
	return item;
}

/* The window */

/* Pass the first number: its item goes up if there is one */
static void pass_first(struct ba_order *o)
{
	struct ba_share *s = o->share;
	uint16_t sn = o->start;

	o->start = ba_sn_add(sn, 1);
	if (ba_map_has(o->has, sn))
		s->ops->up(s->priv, take(o, sn));
	else if (ba_map_has(o->gone, sn))
		ba_map_clear(o->gone, sn);
	else
		s->c.hole++;
}

static void pass_ordered(struct ba_order *o)
{
	while (ba_map_has(o->has, o->start) || ba_map_has(o->gone, o->start))
		pass_first(o);
}

/* The window begins at @start, which is ahead, or further on */
static void move_to(struct ba_order *o, uint16_t start)
{
	uint16_t ahead = ba_sn_ahead(o->start, start), n = ahead;

	if (n > o->size)
		n = o->size;
	while (n--)
		pass_first(o);
	if (ahead > o->size) {
		o->share->c.hole += ahead - o->size;
		o->start = start;
	}
	pass_ordered(o);
}

/* Place of the first held item from place @i of the window on, or -1 */
static int next_held(const struct ba_order *o, int i)
{
	while (i < o->size) {
		uint16_t sn = ba_sn_add(o->start, i);
		uint64_t word = o->has[sn % BA_MAX_WIN / 64] >> sn % 64;

		if (!word) {
			i += 64 - sn % 64;
			continue;
		}
		/* A largest window ends in the word in which it begins */
		i += __builtin_ctzll(word);
		return i < o->size ? i : -1;
	}
	return -1;
}

#define for_each_held(i, o) \
	for (int i = next_held(o, 0); i >= 0; i = next_held(o, i + 1))

/* Release all items; the window begins behind the last one. Return: their number */
static unsigned int release_all(struct ba_order *o)
{
	unsigned int n = o->held;

	while (o->held)
		pass_first(o);
	pass_ordered(o);
	return n;
}

/* Life */

bool ba_order_init(struct ba_order *o, struct ba_share *share, uint16_t ssn,
		   uint16_t size)
{
	unsigned int places = 1;

	memset(o, 0, sizeof(*o));
	while (places < size)
		places *= 2;
	if (share->places + places > share->max_places)
		return false;
	o->place = calloc(places, sizeof(o->place[0]));
	if (!o->place)
		return false;
	share->places += places;
	o->share = share;
	o->start = ssn;
	o->size = size;
	o->mask = (uint16_t)(places - 1);
	return true;
}

static void forget(struct ba_order *o)
{
	o->share->places -= o->mask + 1u;
	free(o->place);
	o->place = NULL;
}

void ba_order_end(struct ba_order *o)
{
	ba_order_clear(o);
	forget(o);
}

void ba_order_clear(struct ba_order *o)
{
	o->share->c.forced += release_all(o);
}

void ba_order_drop(struct ba_order *o)
{
	struct ba_share *s = o->share;

	for_each_held(i, o)
		s->ops->drop(s->priv, take(o, ba_sn_add(o->start, i)));
	forget(o);
}

/* What moves the window */

enum ba_verdict ba_order_look(struct ba_order *o, uint16_t sn)
{
	uint16_t ahead = ba_sn_ahead(o->start, sn);

	if (ahead >= BA_BEHIND) {
		o->share->c.old++;
		return BA_OLD;
	}
	if (ahead < o->size && ba_map_has(o->has, sn)) {
		o->share->c.dup++;
		return BA_DUP;
	}
	return BA_NEW;
}

/* An MPDU behind the window becomes its last one */
static void make_room(struct ba_order *o, uint16_t sn)
{
	if (ba_sn_ahead(o->start, sn) < o->size)
		return;
	o->share->c.jump++;
	move_to(o, ba_sn_add(sn, 1 - o->size));
}

void ba_order_put(struct ba_order *o, uint16_t sn, void *item,
		  uint32_t weight, uint64_t now)
{
	const struct ba_place p = {
		.item = item, .since = now, .weight = weight,
	};
	struct ba_share *s = o->share;

	if (sn == o->start) {
		/* In order, as nearly all are: nothing waits for it to be stored */
		o->start = ba_sn_add(sn, 1);
		s->ops->up(s->priv, item);
	} else {
		make_room(o, sn);
		store(o, sn, &p);
	}
	pass_ordered(o);
	while (s->held > s->max)
		s->c.share += release_all(s->first);
}

void ba_order_skip(struct ba_order *o, uint16_t sn)
{
	if (ba_sn_ahead(o->start, sn) >= BA_BEHIND)
		return;
	make_room(o, sn);
	if (!ba_map_has(o->has, sn))
		ba_map_set(o->gone, sn);
	pass_ordered(o);
}

void ba_order_bar(struct ba_order *o, uint16_t ssn)
{
	uint16_t ahead = ba_sn_ahead(o->start, ssn);

	if (!ahead || ahead >= BA_BEHIND)
		return;
	o->share->c.bar++;
	move_to(o, ssn);
}

/* Release all up to place @last of the window. Return: their number */
static unsigned int release_to(struct ba_order *o, int last)
{
	unsigned int n = o->held;

	if (last < 0)
		return 0;
	move_to(o, ba_sn_add(o->start, last + 1));
	return n - o->held;
}

void ba_order_release(struct ba_order *o,
		      bool (*match)(const void *item, const void *arg),
		      const void *arg)
{
	int last = -1;

	for_each_held(i, o)
		if (match(place_of(o, ba_sn_add(o->start, i))->item, arg))
			last = i;
	o->share->c.forced += release_to(o, last);
}

/*
 * An item may lie behind one that has come later, and waits no longer for that. So
 * all goes up to the last one that has waited long enough.
 */
uint64_t ba_order_expire(struct ba_order *o, uint64_t now)
{
	const struct ba_share *s = o->share;
	int last = -1;

	if (ba_order_due(o) > now)
		return ba_order_due(o);
	for_each_held(i, o)
		if (place_of(o, ba_sn_add(o->start, i))->since + s->hold_ns <= now)
			last = i;
	o->share->c.timeout += release_to(o, last);
	o->oldest = NEVER;
	for_each_held(i, o) {
		uint64_t since = place_of(o, ba_sn_add(o->start, i))->since;

		if (since < o->oldest)
			o->oldest = since;
	}
	return ba_order_due(o);
}

uint64_t ba_order_due(const struct ba_order *o)
{
	return o->held ? o->oldest + o->share->hold_ns : NEVER;
}
