/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptor rings in guest memory, as the NIC uses them
 *
 * Indices and entries are hostile: an index that claims more than the ring
 * holds marks the ring broken, which is fatal for the NIC (SKUA_FATAL_RING).
 * The NIC keeps its own indices privately and never reads back its own writes.
 *
 * Everything here belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_RING_H
#define SKUA_DEVICE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "hw.h"

struct dma;
struct log;
struct pci_dev;
struct ring_set;

/**
 * struct ring - one ring
 * @set: the NIC's rings, of which it is one
 * @id: enum skua_ring_id
 * @addr: bus address of the first entry
 * @entries: power of two; 0: the ring is not there
 * @entry_size: bytes
 * @vector: MSI-X vector
 * @own: the NIC's index: cons for host-to-NIC rings, prod for the others,
 *	entries not yet published included
 * @published: the value of @own that the host was told
 * @peer: last valid value of the host's index
 * @idx: mapped struct skua_ring_idx (held with dma_get())
 * @mem: mapped entries (held with dma_get())
 * @broken: the host broke the rules
 * @notifies: interrupts asked for because of this ring
 * @suppressed: publications that needed no interrupt
 */
struct ring {
	struct ring_set *set;
	enum skua_ring_id id;
	uint64_t addr;
	uint32_t entries;
	uint32_t entry_size;
	unsigned int vector;
	uint32_t own;
	uint32_t published;
	uint32_t peer;
	struct skua_ring_idx *idx;
	uint8_t *mem;
	bool broken;
	uint64_t notifies;
	uint64_t suppressed;
};

/**
 * struct ring_host_ops - operations of the NIC for its rings
 * @broken: the driver broke the rules of a ring, which is fatal for the NIC
 */
struct ring_host_ops {
	void (*broken)(void *priv);
};

/**
 * struct ring_fault_ops - faults on purpose
 * @entry: an entry of @len bytes is about to be published to the host; may
 *	change it
 */
struct ring_fault_ops {
	void (*entry)(void *priv, void *entry, uint32_t len);
};

/**
 * struct ring_set - the rings of a NIC
 * @log: the NIC's log
 * @pci: its PCI function, for interrupts
 * @dma: its view of guest memory
 * @ops: the NIC
 * @priv: first argument of @ops
 * @fault: faults on purpose, normally NULL
 * @fault_priv: first argument of @fault
 * @ring: the rings, by enum skua_ring_id
 */
struct ring_set {
	struct log *log;
	struct pci_dev *pci;
	struct dma *dma;
	const struct ring_host_ops *ops;
	void *priv;
	const struct ring_fault_ops *fault;
	void *fault_priv;
	struct ring ring[SKUA_NUM_RINGS];
};

/** ring_detach_all() - let go of guest memory; no ring is there afterwards */
void ring_detach_all(struct ring_set *set);

/**
 * ring_attach() - set a ring up from the boot context
 * @set: the NIC's rings
 * @ring: the ring
 * @id: its number
 * @cfg: its configuration, already a private copy
 *
 * Return: true, or false if an address, size or vector is wrong (logged).
 */
bool ring_attach(struct ring_set *set, struct ring *ring, enum skua_ring_id id,
		 const struct skua_ring_cfg *cfg);

/** ring_detach() - let go of guest memory; the ring is not there afterwards */
void ring_detach(struct ring *ring);

/** ring_to_nic() - true for rings that the host produces */
bool ring_to_nic(enum skua_ring_id id);

/* Host to NIC */

/**
 * ring_avail() - entries that the host has published and the NIC not consumed
 * @ring: the ring
 *
 * Loads prod with acquire, which pairs with the driver's dma_wmb() before it
 * stored prod.
 *
 * Return: the number of entries; 0 for a ring that is broken or not there.
 */
uint32_t ring_avail(struct ring *ring);

/**
 * ring_peek() - copy an entry out
 * @ring: the ring
 * @n: 0 for the next one; less than the result of ring_avail()
 * @buf: room for entry_size bytes
 */
void ring_peek(struct ring *ring, uint32_t n, void *buf);

/** ring_wipe() - overwrite the n-th entry with zeroes: it held a secret */
void ring_wipe(struct ring *ring, uint32_t n);

/**
 * ring_consume() - give slots back to the host
 * @ring: the ring
 * @n: how many slots; at most the result of ring_avail()
 *
 * Publishes cons and raises the ring's vector if cons passed space_event.
 */
void ring_consume(struct ring *ring, uint32_t n);

/**
 * ring_arm() - ask for a doorbell with the next entry
 * @ring: the ring
 *
 * Stores avail_event, then a full fence, then loads prod again.
 *
 * Return: true if an entry came meanwhile: the loop must not sleep.
 */
bool ring_arm(struct ring *ring);

/** ring_disarm() - ask for no doorbells: avail_event is put far away */
void ring_disarm(struct ring *ring);

/* NIC to host */

/** ring_room() - entries that can be written now, unpublished ones deducted */
uint32_t ring_room(struct ring *ring);

/** ring_has_room() - ring_room() is @n at least; the host's index is read only if it matters */
bool ring_has_room(struct ring *ring, uint32_t n);

/** ring_put() - write the next entry; there must be room */
void ring_put(struct ring *ring, const void *entry);

/**
 * ring_publish() - tell the host about the entries since the last publication
 * @ring: the ring
 *
 * Stores prod with release, then a full fence, then loads avail_event; raises
 * the ring's vector if the host asked for it. pci_irq_coalesce() moderates the
 * vector.
 */
void ring_publish(struct ring *ring);

#endif /* SKUA_DEVICE_RING_H */
