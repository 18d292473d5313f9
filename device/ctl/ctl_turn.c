// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control socket: the worst turns of the loop
 */
#include <jansson.h>

#include "base/base.h"
#include "ctl/ctl_turn.h"

static json_t *us(uint64_t ns)
{
	return json_integer((json_int_t)(ns / LOOP_NS_PER_US));
}

static json_t *worst_json(const struct turn_worst *w)
{
	return json_pack("{s:o,s:o,s:I}", "cpu_us", us(w->cpu_ns),
			 "blocked_us", us(w->blocked_ns),
			 "over", (json_int_t)w->over);
}

struct json_t *ctl_turns(struct loop *loop)
{
	const struct turn *t = loop_turn(loop);
	enum turn_cause longest = TURN_BUS, stuck = TURN_BUS;
	json_t *causes = json_object();
	uint64_t over = 0;

	for (int i = 0; i < TURN_CAUSES; i++) {
		enum turn_cause c = (enum turn_cause)i;
		const struct turn_worst *w = &t->worst[c];

		if (w->cpu_ns > t->worst[longest].cpu_ns)
			longest = c;
		if (w->blocked_ns > t->worst[stuck].blocked_ns)
			stuck = c;
		over += w->over;
		json_object_set_new(causes, turn_cause_name(c), worst_json(w));
	}
	return json_pack("{s:o,s:o,s:s,s:o,s:s,s:I,s:o}",
			 "limit_us", us(TURN_MAX_NS),
			 "cpu_us", us(t->worst[longest].cpu_ns),
			 "cpu_cause", turn_cause_name(longest),
			 "blocked_us", us(t->worst[stuck].blocked_ns),
			 "blocked_cause", turn_cause_name(stuck),
			 "over", (json_int_t)over, "causes", causes);
}
