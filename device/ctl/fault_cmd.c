// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on purpose: answers to commands, and other events
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cp/cp.h"
#include "ctl/fault.h"

/* An answer that waits for its time. */
struct fault_late {
	struct fault *fault;
	struct loop_timer timer;
	unsigned int slot;
	uint16_t len;
	uint8_t data[SKUA_EVT_INLINE];
};

static void late_drop(struct fault *f, unsigned int slot)
{
	struct fault_late *late = f->late[slot];

	if (!late)
		return;
	loop_timer_cancel(f->env.loop, &late->timer);
	free(late);
	f->late[slot] = NULL;
}

void fault_drop_late(struct fault *f)
{
	for (unsigned int i = 0; i < FAULT_LATE_MAX; i++)
		late_drop(f, i);
}

static void late_fn(struct loop_timer *t)
{
	struct fault_late *late = container_of(t, struct fault_late, timer);
	struct fault *f = late->fault;

	if (f->env.ops->alive(f->env.priv))
		hif_event(f->env.hif, SKUA_EVT_CMD_DONE, late->data, late->len);
	late_drop(f, late->slot);
}

/* If too many answers are under way, an answer comes in time. */
static bool answer_late(struct fault *f, const struct skua_evt *evt)
{
	struct fault_late *late;
	unsigned int i;

	for (i = 0; i < FAULT_LATE_MAX && f->late[i]; i++)
		;
	late = i < FAULT_LATE_MAX ? calloc(1, sizeof(*late)) : NULL;
	if (!late)
		return false;
	late->fault = f;
	late->slot = i;
	late->len = le16toh(evt->len);
	memcpy(late->data, evt->data, sizeof(late->data));
	loop_timer_init(&late->timer, late_fn);
	loop_timer_after(f->env.loop, &late->timer,
			 f->ms * LOOP_NS_PER_MS);
	f->late[i] = late;
	return true;
}

static bool fault_answer(struct fault *f, struct skua_evt *evt)
{
	struct skua_evt_cmd_done done;

	if (f->count == 0 ||
	    le16toh(evt->len) < sizeof(done) ||
	    le16toh(evt->len) > SKUA_EVT_INLINE)
		return false;
	memcpy(&done, evt->data, sizeof(done));
	if (f->op != FAULT_ANY_OP && f->op != le16toh(done.op))
		return false;
	f->count--;
	log_info(f->env.log, "fault: answer to command 0x%02x, %u to come",
		 le16toh(done.op), f->count);
	switch (f->cmd) {
	case FAULT_CMD_FATAL:
		if (f->count)
			return false;
		f->env.ops->fatal(f->env.priv, SKUA_FATAL_TRAP);
		return true;
	case FAULT_CMD_ERROR:
		done.status = htole16(f->status);
		memcpy(evt->data, &done, sizeof(done));
		evt->len = htole16(sizeof(done));
		return false;
	case FAULT_CMD_LATE:
		return answer_late(f, evt);
	case FAULT_CMD_TWICE:
		hif_event(f->env.hif, SKUA_EVT_CMD_DONE, evt->data,
			  le16toh(evt->len));
		return false;
	case FAULT_CMD_NEVER:
		return true;
	case FAULT_CMD_NONE:
		break;
	}
	return false;
}

static bool fault_event(void *priv, struct skua_evt *evt)
{
	struct fault *f = priv;

	if (f->events && f->event == le16toh(evt->id)) {
		f->events--;
		log_info(f->env.log, "fault: event %u is lost, %u to come",
			 f->event, f->events);
		return true;
	}
	return f->cmd != FAULT_CMD_NONE &&
	       le16toh(evt->id) == SKUA_EVT_CMD_DONE && fault_answer(f, evt);
}

const struct hif_fault_ops fault_hif_ops = { .event = fault_event };
