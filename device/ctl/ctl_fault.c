// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control socket: requests that make a NIC misbehave
 */
#include <jansson.h>
#include <string.h>

#include "base/base.h"
#include "ctl/ctl_fault.h"
#include "ctl/fault.h"
#include "pcie/pcie.h"

#define ENTRIES_MAX	16

static const char *set_doorbells(struct fault *f, uint32_t count)
{
	f->doorbells = count;
	return NULL;
}

static const char *set_irqs(struct fault *f, uint32_t count)
{
	pci_irq_lose(f->env.pci, count);
	return NULL;
}

static const char *set_tx_stall(struct fault *f, uint32_t count)
{
	f->tx_stall = count;
	loop_activity(f->env.loop);
	return NULL;
}

static const char *set_tx_fatal(struct fault *f, uint32_t count)
{
	f->tx_fatal = count;
	return NULL;
}

static const char *set_boot_silent(struct fault *f, uint32_t count)
{
	f->boot_silent = count;
	return NULL;
}

static const char *set_reset_never(struct fault *f, uint32_t count)
{
	f->reset_never = count;
	return NULL;
}

static const char *set_none(struct fault *f, uint32_t count)
{
	(void)count;
	pci_irq_lose(f->env.pci, 0);
	pci_silence(f->env.pci, 0, false);
	fault_clear(f);
	loop_activity(f->env.loop);
	return NULL;
}

static const char *set_fatal(struct fault *f, uint32_t cause)
{
	return f->env.ops->fatal(f->env.priv, cause) ? NULL :
		"the NIC does not run";
}

static const struct {
	const char *kind;
	const char *(*set)(struct fault *f, uint32_t count);
} simple[] = {
	{ "none", set_none },
	{ "lose-doorbells", set_doorbells },
	{ "lose-interrupts", set_irqs },
	{ "tx-stall", set_tx_stall },
	{ "tx-fatal", set_tx_fatal },
	{ "boot-silent", set_boot_silent },
	{ "reset-never", set_reset_never },
	{ "fatal", set_fatal },
};

static const struct {
	const char *kind;
	enum fault_cmd how;
} answers[] = {
	{ "answer-error", FAULT_CMD_ERROR },
	{ "answer-late", FAULT_CMD_LATE },
	{ "answer-twice", FAULT_CMD_TWICE },
	{ "answer-never", FAULT_CMD_NEVER },
	{ "answer-fatal", FAULT_CMD_FATAL },
};

static const char *set_answer(struct fault *f, enum fault_cmd how,
			      uint32_t count, json_t *req)
{
	int op = FAULT_ANY_OP, status = SKUA_ST_INVALID, ms = 100;

	if (json_unpack(req, "{s?i,s?i,s?i}", "op", &op, "status", &status,
			"ms", &ms) ||
	    status < 0 || status > 0xffff || ms < 0 || ms > 60000)
		return "wanted: op, status, ms (numbers); all optional";
	f->cmd = how;
	f->op = op;
	f->count = count;
	f->status = (uint16_t)status;
	f->ms = (uint32_t)ms;
	return NULL;
}

static const char *set_lose_events(struct fault *f, uint32_t count,
				   json_t *req)
{
	int event;

	if (json_unpack(req, "{s:i}", "event", &event) || event < 0 ||
	    event > 0xffff)
		return "wanted: event (number), count (number, optional)";
	f->event = (uint16_t)event;
	f->events = count;
	return NULL;
}

static const char *set_all_ones(struct fault *f, json_t *req)
{
	int ms, config = true;

	if (json_unpack(req, "{s:i,s?b}", "ms", &ms, "config", &config) ||
	    ms < 0 || ms > 60000)
		return "wanted: ms (number), config (true or false, optional)";
	pci_silence(f->env.pci, (uint64_t)ms * 1000000, config);
	return NULL;
}

static const char *set_mutate(struct fault *f, json_t *req)
{
	int seed, rate;

	if (json_unpack(req, "{s:i,s:i}", "seed", &seed, "rate", &rate) ||
	    rate < 0 || rate > 1000000)
		return "wanted: seed, rate (numbers; entries of a million)";
	/* The state of the generator must not be zero. */
	f->random = 0x9e3779b97f4a7c15ull ^ (uint32_t)seed;
	f->mutate = (uint32_t)rate;
	return NULL;
}

static const char *set_fault(struct fault *f, json_t *req)
{
	const char *kind;
	int count = 1;
	size_t i;

	if (json_unpack(req, "{s:s,s?i}", "kind", &kind, "count", &count) ||
	    count < 0)
		return "wanted: kind (text), count (number, optional)";
	for (i = 0; i < ARRAY_SIZE(simple); i++)
		if (!strcmp(simple[i].kind, kind))
			return simple[i].set(f, (uint32_t)count);
	for (i = 0; i < ARRAY_SIZE(answers); i++)
		if (!strcmp(answers[i].kind, kind))
			return set_answer(f, answers[i].how, (uint32_t)count,
					  req);
	if (!strcmp(kind, "lose-events"))
		return set_lose_events(f, (uint32_t)count, req);
	if (!strcmp(kind, "mutate"))
		return set_mutate(f, req);
	if (!strcmp(kind, "all-ones"))
		return set_all_ones(f, req);
	return "no such kind of fault";
}

const char *ctl_fault(struct fault *f, json_t *req)
{
	const char *wrong = set_fault(f, req);

	if (!wrong)
		fault_changed(f);
	return wrong;
}

/* Raw entries */

static struct ring *find_ring(struct fault *f, json_t *req)
{
	int id;

	if (json_unpack(req, "{s:i}", "ring", &id) || id < 0 ||
	    id >= SKUA_NUM_RINGS || !f->env.rings->ring[id].entries)
		return NULL;
	return &f->env.rings->ring[id];
}

const char *ctl_inject(struct fault *f, json_t *req)
{
	uint8_t entry[ENTRIES_MAX][sizeof(struct skua_evt)];
	struct ring *ring = find_ring(f, req);
	json_t *list = json_object_get(req, "entries");
	size_t i, n = json_array_size(list);

	if (!ring || ring_to_nic(ring->id))
		return "wanted: ring (number) of one that the NIC fills";
	if (!n || n > ENTRIES_MAX || ring_room(ring) < n)
		return "wanted: entries (list, not longer than there is room)";
	for (i = 0; i < n; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (!hex || hex_parse(hex, entry[i], ring->entry_size) !=
		    (int)ring->entry_size)
			return "an entry is not as many bytes in hexadecimal";
	}
	for (i = 0; i < n; i++)
		ring_put(ring, entry[i]);
	ring_publish(ring);
	return NULL;
}

const char *ctl_poke(struct fault *f, json_t *req)
{
	struct ring *ring = find_ring(f, req);
	json_int_t value;

	if (!ring || json_unpack(req, "{s:I}", "value", &value))
		return "wanted: ring, value (numbers)";
	if (ring_to_nic(ring->id))
		dma_store_release32(&ring->idx->cons, (uint32_t)value);
	else
		dma_store_release32(&ring->idx->prod, (uint32_t)value);
	pci_irq_raise_now(f->env.pci, ring->vector);
	return NULL;
}
