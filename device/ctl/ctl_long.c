// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control socket: an answer that takes longer than a turn
 */
#include <jansson.h>
#include <stdlib.h>

#include "ctl/ctl.h"
#include "ctl/ctl_long.h"

static void long_free(struct ctl_long *l)
{
	struct ctl_long **p = l->list;

	while (*p != l)
		p = &(*p)->next;
	*p = l->next;
	json_decref(l->answer);
	free(l->text);
	free(l);
}

/* In the helper's thread, which alone has the answer now */
static void long_run(struct helper_job *job)
{
	struct ctl_long *l = container_of(job, struct ctl_long, job);

	l->text = json_dumps(l->answer, JSON_COMPACT);
	json_decref(l->answer);
	l->answer = NULL;
}

static void long_done(struct helper_job *job)
{
	struct ctl_long *l = container_of(job, struct ctl_long, job);

	if (l->owner)
		l->done(l);
	long_free(l);
}

/* Return: false if a turn has no time for all entries */
static bool long_fill(struct ctl_long *l)
{
	json_t *nics = json_object_get(l->answer, "nics");

	while (l->nic) {
		if (json_array_size(nics) == l->index) {
			json_array_append_new(nics, l->nic->counters(l->nic));
			if (turn_late(loop_turn(l->loop)))
				return false;
		}
		if (!l->nic->more(l->nic, json_array_get(nics, l->index),
				  &l->at))
			return false;
		l->nic = l->nic->next;
		l->index++;
		l->at = 0;
	}
	return true;
}

static void long_work(struct loop_work *w)
{
	struct ctl_long *l = container_of(w, struct ctl_long, work);
	enum turn_cause was = turn_switch(loop_turn(l->loop), TURN_CLIENT);
	bool full = long_fill(l);

	turn_switch(loop_turn(l->loop), was);
	if (!full) {
		loop_defer(l->loop, &l->work);
		return;
	}
	l->posted = true;
	if (helper_post(l->helper, &l->job))
		return;
	long_run(&l->job);
	long_done(&l->job);
}

void ctl_long_start(struct ctl_long *l, struct json_t *answer,
		    struct ctl_nic *nics)
{
	l->next = *l->list;
	*l->list = l;
	l->answer = answer;
	l->nic = nics;
	l->job.run = long_run;
	l->job.done = long_done;
	loop_work_init(&l->work, long_work);
	loop_defer(l->loop, &l->work);
}

void ctl_long_forget(struct ctl_long *l)
{
	l->owner = NULL;
	if (l->posted)
		return;
	loop_work_cancel(l->loop, &l->work);
	long_free(l);
}

void ctl_long_free_all(struct ctl_long **list)
{
	while (*list)
		long_free(*list);
}
