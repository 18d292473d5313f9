// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on purpose: answers to commands
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/fault.h"
#include "nic.h"

/* An answer that waits for its time. */
struct fault_late {
	struct nic *nic;
	struct loop_timer timer;
	unsigned int slot;
	uint16_t len;
	uint8_t data[SKUA_EVT_INLINE];
};

static void late_drop(struct nic *nic, unsigned int slot)
{
	struct fault_late *late = nic->fault.late[slot];

	if (!late)
		return;
	loop_timer_cancel(nic->loop, &late->timer);
	free(late);
	nic->fault.late[slot] = NULL;
}

void fault_free(struct nic *nic)
{
	for (unsigned int i = 0; i < FAULT_LATE_MAX; i++)
		late_drop(nic, i);
	memset(&nic->fault, 0, sizeof(nic->fault));
}

static void late_fn(struct loop_timer *t)
{
	struct fault_late *late = container_of(t, struct fault_late, timer);
	struct nic *nic = late->nic;

	if (nic->state == NIC_ALIVE)
		hif_event(nic->hif, SKUA_EVT_CMD_DONE, late->data, late->len);
	late_drop(nic, late->slot);
}

/* Answers beyond those that fit come in time. */
static bool answer_late(struct nic *nic, const struct skua_evt *evt)
{
	struct fault_late *late;
	unsigned int i;

	for (i = 0; i < FAULT_LATE_MAX && nic->fault.late[i]; i++)
		;
	late = i < FAULT_LATE_MAX ? calloc(1, sizeof(*late)) : NULL;
	if (!late)
		return false;
	late->nic = nic;
	late->slot = i;
	late->len = le16toh(evt->len);
	memcpy(late->data, evt->data, sizeof(late->data));
	loop_timer_init(&late->timer, late_fn);
	loop_timer_after(nic->loop, &late->timer,
			 nic->fault.ms * LOOP_NS_PER_MS);
	nic->fault.late[i] = late;
	return true;
}

bool fault_answer(struct nic *nic, struct skua_evt *evt)
{
	struct fault *f = &nic->fault;
	struct skua_evt_cmd_done done;

	if (f->cmd == FAULT_CMD_NONE || f->count == 0 ||
	    le16toh(evt->len) < sizeof(done) ||
	    le16toh(evt->len) > SKUA_EVT_INLINE)
		return false;
	memcpy(&done, evt->data, sizeof(done));
	if (f->op != FAULT_ANY_OP && f->op != le16toh(done.op))
		return false;
	f->count--;
	log_info(&nic->log, "fault: answer to command 0x%02x, %u to come",
		 le16toh(done.op), f->count);
	switch (f->cmd) {
	case FAULT_CMD_FATAL:
		if (f->count)
			return false;
		nic_fatal(nic, SKUA_FATAL_TRAP);
		return true;
	case FAULT_CMD_ERROR:
		done.status = htole16(f->status);
		memcpy(evt->data, &done, sizeof(done));
		evt->len = htole16(sizeof(done));
		return false;
	case FAULT_CMD_LATE:
		return answer_late(nic, evt);
	case FAULT_CMD_TWICE:
		hif_event(nic->hif, SKUA_EVT_CMD_DONE, evt->data,
			  le16toh(evt->len));
		return false;
	case FAULT_CMD_NEVER:
		return true;
	case FAULT_CMD_NONE:
		break;
	}
	return false;
}
