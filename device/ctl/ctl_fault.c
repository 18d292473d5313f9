// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control socket: requests that make a NIC misbehave
 */
#include <jansson.h>
#include <string.h>

#include "ctl/ctl_fault.h"
#include "nic.h"

#define ENTRIES_MAX	16

static const char *set_doorbells(struct nic *nic, uint32_t count)
{
	nic->fault.doorbells = count;
	return NULL;
}

static const char *set_irqs(struct nic *nic, uint32_t count)
{
	pci_irq_lose(nic->pci, count);
	return NULL;
}

static const char *set_tx_stall(struct nic *nic, uint32_t count)
{
	nic->fault.tx_stall = count;
	loop_activity(nic->loop);
	return NULL;
}

static const char *set_tx_fatal(struct nic *nic, uint32_t count)
{
	nic->fault.tx_fatal = count;
	return NULL;
}

static const char *set_boot_silent(struct nic *nic, uint32_t count)
{
	nic->fault.boot_silent = count;
	return NULL;
}

static const char *set_reset_never(struct nic *nic, uint32_t count)
{
	nic->fault.reset_never = count;
	return NULL;
}

static const char *set_none(struct nic *nic, uint32_t count)
{
	(void)count;
	pci_irq_lose(nic->pci, 0);
	fault_free(nic);
	loop_activity(nic->loop);
	return NULL;
}

static const char *set_fatal(struct nic *nic, uint32_t cause)
{
	if (nic->state != NIC_ALIVE && nic->state != NIC_BOOTING)
		return "the NIC does not run";
	nic_fatal(nic, cause);
	return NULL;
}

static const struct {
	const char *kind;
	const char *(*set)(struct nic *nic, uint32_t count);
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

static const char *set_answer(struct nic *nic, enum fault_cmd how,
			      uint32_t count, json_t *req)
{
	int op = FAULT_ANY_OP, status = SKUA_ST_INVALID, ms = 100;

	if (json_unpack(req, "{s?i,s?i,s?i}", "op", &op, "status", &status,
			"ms", &ms) ||
	    status < 0 || status > 0xffff || ms < 0 || ms > 60000)
		return "wanted: op, status, ms (numbers); all optional";
	nic->fault.cmd = how;
	nic->fault.op = op;
	nic->fault.count = count;
	nic->fault.status = (uint16_t)status;
	nic->fault.ms = (uint32_t)ms;
	return NULL;
}

static const char *set_mutate(struct nic *nic, json_t *req)
{
	int seed, rate;

	if (json_unpack(req, "{s:i,s:i}", "seed", &seed, "rate", &rate) ||
	    rate < 0 || rate > 1000000)
		return "wanted: seed, rate (numbers; entries of a million)";
	/* The generator does not leave zero. */
	nic->fault.random = 0x9e3779b97f4a7c15ull ^ (uint32_t)seed;
	nic->fault.mutate = (uint32_t)rate;
	return NULL;
}

const char *ctl_fault(struct nic *nic, json_t *req)
{
	const char *kind;
	int count = 1;
	size_t i;

	if (json_unpack(req, "{s:s,s?i}", "kind", &kind, "count", &count) ||
	    count < 0)
		return "wanted: kind (text), count (number, optional)";
	for (i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (!strcmp(simple[i].kind, kind))
			return simple[i].set(nic, (uint32_t)count);
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (!strcmp(answers[i].kind, kind))
			return set_answer(nic, answers[i].how, (uint32_t)count,
					  req);
	if (!strcmp(kind, "mutate"))
		return set_mutate(nic, req);
	return "no such kind of fault";
}

/* Raw entries */

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool parse_hex(const char *text, uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++, text += 2) {
		int hi = hex_digit(text[0]);
		int lo = hi < 0 ? -1 : hex_digit(text[1]);

		if (lo < 0)
			return false;
		to[i] = (uint8_t)(hi << 4 | lo);
	}
	return !*text;
}

static struct ring *find_ring(struct nic *nic, json_t *req)
{
	int id;

	if (json_unpack(req, "{s:i}", "ring", &id) || id < 0 ||
	    id >= SKUA_NUM_RINGS || !nic->ring[id].entries)
		return NULL;
	return &nic->ring[id];
}

const char *ctl_inject(struct nic *nic, json_t *req)
{
	uint8_t entry[ENTRIES_MAX][sizeof(struct skua_evt)];
	struct ring *ring = find_ring(nic, req);
	json_t *list = json_object_get(req, "entries");
	size_t i, n = json_array_size(list);

	if (!ring || ring_to_nic(ring->id))
		return "wanted: ring (number) of one that the NIC fills";
	if (!n || n > ENTRIES_MAX || ring_room(ring) < n)
		return "wanted: entries (list, not longer than there is room)";
	for (i = 0; i < n; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (!hex || !parse_hex(hex, entry[i], ring->entry_size))
			return "an entry is not as many bytes in hexadecimal";
	}
	for (i = 0; i < n; i++)
		ring_put(ring, entry[i]);
	ring_publish(ring);
	return NULL;
}

const char *ctl_poke(struct nic *nic, json_t *req)
{
	struct ring *ring = find_ring(nic, req);
	json_int_t value;

	if (!ring || json_unpack(req, "{s:I}", "value", &value))
		return "wanted: ring, value (numbers)";
	if (ring_to_nic(ring->id))
		dma_store_release32(&ring->idx->cons, (uint32_t)value);
	else
		dma_store_release32(&ring->idx->prod, (uint32_t)value);
	pci_irq_raise_now(nic->pci, ring->vector);
	return NULL;
}
