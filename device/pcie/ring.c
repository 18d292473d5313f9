// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptor rings in guest memory
 */
#include <inttypes.h>
#include <string.h>

#include "base/base.h"
#include "pcie/dma.h"
#include "pcie/pci.h"
#include "pcie/ring.h"

/* An event index so far ahead that no publication passes it. */
#define RING_NEVER	0x80000000u

static const uint16_t entry_sizes[SKUA_NUM_RINGS] = {
	[SKUA_RING_CMD] = sizeof(struct skua_cmd),
	[SKUA_RING_EVT] = sizeof(struct skua_evt),
	[SKUA_RING_TX_VO] = sizeof(struct skua_tx_desc),
	[SKUA_RING_TX_VI] = sizeof(struct skua_tx_desc),
	[SKUA_RING_TX_BE] = sizeof(struct skua_tx_desc),
	[SKUA_RING_TX_BK] = sizeof(struct skua_tx_desc),
	[SKUA_RING_TX_MGMT] = sizeof(struct skua_tx_desc),
	[SKUA_RING_RXBUF] = sizeof(struct skua_rx_buf),
	[SKUA_RING_CPL0] = sizeof(struct skua_cpl),
	[SKUA_RING_CPL1] = sizeof(struct skua_cpl),
	[SKUA_RING_CPL2] = sizeof(struct skua_cpl),
	[SKUA_RING_CPL3] = sizeof(struct skua_cpl),
};

bool ring_to_nic(enum skua_ring_id id)
{
	return id != SKUA_RING_EVT && id < SKUA_RING_CPL0;
}

static const char *ring_cfg_fault(enum skua_ring_id id,
				  const struct skua_ring_cfg *cfg)
{
	uint32_t entries = le32toh(cfg->entries);

	if (entry_sizes[id] == 0)
		return "no such ring";
	if (le64toh(cfg->addr) % 64 || le64toh(cfg->idx_addr) % 64)
		return "address is not 64-byte aligned";
	if (entries < SKUA_RING_MIN_ENTRIES || entries > SKUA_RING_MAX_ENTRIES)
		return "number of entries is out of range";
	if (entries & (entries - 1))
		return "number of entries is not a power of two";
	if (le16toh(cfg->entry_size) != entry_sizes[id])
		return "wrong entry size";
	if (cfg->vector >= PCI_VECTORS)
		return "no such interrupt vector";
	return NULL;
}

bool ring_attach(struct ring_set *set, struct ring *ring, enum skua_ring_id id,
		 const struct skua_ring_cfg *cfg)
{
	const char *fault;

	memset(ring, 0, sizeof(*ring));
	ring->set = set;
	ring->id = id;
	if (cfg->entries == 0)
		return true;

	fault = ring_cfg_fault(id, cfg);
	if (fault) {
		log_err(set->log, "boot: ring %u: %s", id, fault);
		return false;
	}
	ring->addr = le64toh(cfg->addr);
	ring->entry_size = entry_sizes[id];
	ring->vector = cfg->vector;
	ring->mem = dma_get(set->dma, ring->addr,
			    (uint64_t)le32toh(cfg->entries) * ring->entry_size,
			    true);
	ring->idx = dma_get(set->dma, le64toh(cfg->idx_addr),
			    sizeof(*ring->idx), true);
	if (!ring->mem || !ring->idx) {
		log_err(set->log, "boot: ring %u: not in guest memory", id);
		ring_detach(ring);
		return false;
	}
	ring->entries = le32toh(cfg->entries);
	if (cfg->coalesce_us)
		pci_irq_coalesce(set->pci, ring->vector,
				 le16toh(cfg->coalesce_us) * LOOP_NS_PER_US,
				 le16toh(cfg->coalesce_max));
	return true;
}

void ring_detach(struct ring *ring)
{
	if (ring->mem)
		dma_put(ring->set->dma, ring->mem);
	if (ring->idx)
		dma_put(ring->set->dma, ring->idx);
	ring->mem = NULL;
	ring->idx = NULL;
	ring->entries = 0;
}

void ring_detach_all(struct ring_set *set)
{
	for (unsigned int i = 0; i < SKUA_NUM_RINGS; i++)
		ring_detach(&set->ring[i]);
}

static bool ring_live(const struct ring *ring)
{
	return ring->entries && !ring->broken && dma_enabled(ring->set->dma);
}

static void ring_break(struct ring *ring, const char *what, uint32_t val)
{
	ring->broken = true;
	log_err(ring->set->log,
		"ring %u: the driver's %s index %" PRIu32 " is impossible (NIC is at %" PRIu32 ", %" PRIu32 " entries)",
		ring->id, what, val, ring->own, ring->entries);
	ring->set->ops->broken(ring->set->priv);
}

static bool event_passed(uint32_t event, uint32_t now, uint32_t before)
{
	return now - event - 1 < now - before;
}

static uint8_t *ring_slot(const struct ring *ring, uint32_t index)
{
	return ring->mem +
	       (size_t)(index & (ring->entries - 1)) * ring->entry_size;
}

uint32_t ring_avail(struct ring *ring)
{
	uint32_t prod;

	if (!ring_live(ring))
		return 0;
	/* Pairs with the driver's dma_wmb() between entries and prod. */
	prod = dma_load_acquire32(&ring->idx->prod);
	/* Entries that were seen once are promised: the index never goes back. */
	if (prod - ring->peer > ring->entries - (ring->peer - ring->own)) {
		ring_break(ring, "producer", prod);
		return 0;
	}
	ring->peer = prod;
	return prod - ring->own;
}

void ring_peek(struct ring *ring, uint32_t n, void *buf)
{
	memcpy(buf, ring_slot(ring, ring->own + n), ring->entry_size);
}

void ring_wipe(struct ring *ring, uint32_t n)
{
	memset(ring_slot(ring, ring->own + n), 0, ring->entry_size);
}

static void ring_notify(struct ring *ring, uint32_t event, uint32_t before)
{
	if (event_passed(event, ring->own, before)) {
		ring->notifies++;
		pci_irq_raise(ring->set->pci, ring->vector);
	} else {
		ring->suppressed++;
	}
}

void ring_consume(struct ring *ring, uint32_t n)
{
	uint32_t before = ring->own;

	ring->own += n;
	ring->published = ring->own;
	/* Pairs with the driver's dma_rmb() before it reuses the slots. */
	dma_store_release32(&ring->idx->cons, ring->own);
	/* Pairs with the driver's dma_mb() after it stored space_event. */
	dma_fence();
	ring_notify(ring, dma_load32(&ring->idx->space_event), before);
}

bool ring_arm(struct ring *ring)
{
	if (!ring_live(ring))
		return false;
	/* Entries that the NIC knows, and that wait, need no notification. */
	dma_store32(&ring->idx->avail_event, ring->peer);
	/* Pairs with the driver's dma_mb() between prod and avail_event. */
	dma_fence();
	return dma_load32(&ring->idx->prod) != ring->own;
}

void ring_disarm(struct ring *ring)
{
	if (ring_live(ring))
		dma_store32(&ring->idx->avail_event, ring->own + RING_NEVER);
}

uint32_t ring_room(struct ring *ring)
{
	uint32_t cons;

	if (!ring_live(ring))
		return 0;
	/* Pairs with the driver's barrier between reading entries and cons. */
	cons = dma_load_acquire32(&ring->idx->cons);
	if (cons - ring->peer > ring->own - ring->peer) {
		ring_break(ring, "consumer", cons);
		return 0;
	}
	ring->peer = cons;
	return ring->entries - (ring->own - cons);
}

bool ring_has_room(struct ring *ring, uint32_t n)
{
	if (!ring_live(ring))
		return false;
	/* What the host had taken when it was last asked is most often enough */
	return ring->entries - (ring->own - ring->peer) >= n ||
	       ring_room(ring) >= n;
}

void ring_put(struct ring *ring, const void *entry)
{
	const struct ring_set *set = ring->set;
	uint8_t *slot = ring_slot(ring, ring->own);

	memcpy(slot, entry, ring->entry_size);
	if (set->fault)
		set->fault->entry(set->fault_priv, slot, ring->entry_size);
	ring->own++;
}

void ring_publish(struct ring *ring)
{
	uint32_t before = ring->published;

	if (!ring_live(ring) || ring->own == before)
		return;
	ring->published = ring->own;
	pci_irq_entries(ring->set->pci, ring->vector, ring->own - before);
	/* Pairs with the driver's dma_rmb() between prod and the entries. */
	dma_store_release32(&ring->idx->prod, ring->own);
	/* Pairs with the driver's dma_mb() after it stored avail_event. */
	dma_fence();
	ring_notify(ring, dma_load32(&ring->idx->avail_event), before);
}
