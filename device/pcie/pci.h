/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI function: configuration space, BAR 0, MSI-X
 */
#ifndef SKUA_DEVICE_PCI_H
#define SKUA_DEVICE_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "pcie/bus.h"
#include "hw.h"

struct dma;
struct log;
struct loop;
struct pci_dev;

#define PCI_NIC_REVISION	0x01
#define PCI_NIC_CLASS		0x028000

/* Where the MSI-X table and the pending bits are in BAR 0 */
#define PCI_NIC_MSIX_TABLE	0x8000
#define PCI_NIC_MSIX_PBA	0xc000
#define PCI_VECTORS		SKUA_MSIX_VECTORS

/**
 * struct pci_ops - operations of the NIC behind the PCI function
 * @bar_read: read a register; @off is a multiple of 4 below PCI_NIC_MSIX_TABLE
 * @bar_write: write a register
 * @reset: return to the state after power-on, and give back all guest memory
 *	before returning. No interrupt raised before is delivered afterwards.
 * @dma_changed: bus mastering was switched on or off; optional
 */
struct pci_ops {
	uint32_t (*bar_read)(void *priv, uint32_t off);
	void (*bar_write)(void *priv, uint32_t off, uint32_t val);
	void (*reset)(void *priv, enum bus_reset why);
	void (*dma_changed)(void *priv, bool on);
};

/**
 * struct pci_stats - accesses and interrupts
 * @bad_cfg: configuration accesses outside of the space
 * @bad_bar: BAR accesses that do not exist: too small, unaligned, beyond it
 * @resets: resets of any kind
 * @raised: pci_irq_raise() calls, by vector
 * @sent: interrupts delivered to the guest, by vector
 * @coalesced: raises that shared the interrupt of another one, by vector
 * @dropped: raises while MSI-X was off or the function gone, by vector
 * @lost: interrupts that pci_irq_lose() lost; they count as sent
 */
struct pci_stats {
	uint64_t bad_cfg;
	uint64_t bad_bar;
	uint64_t resets;
	uint64_t raised[PCI_VECTORS];
	uint64_t sent[PCI_VECTORS];
	uint64_t coalesced[PCI_VECTORS];
	uint64_t dropped[PCI_VECTORS];
	uint64_t lost;
};

/**
 * pci_new() - make a PCI function
 * @loop: the loop, for the coalescing timers
 * @log: the NIC's log; must outlive the function
 * @ops: the NIC behind it
 * @priv: first argument of the ops
 *
 * Return: the function, or NULL when out of memory.
 */
struct pci_dev *pci_new(struct loop *loop, struct log *log,
			const struct pci_ops *ops, void *priv);

/** pci_free() - free it; the front end must be gone, and no memory held */
void pci_free(struct pci_dev *pdev);

/** pci_bus() - the side that a front end attaches to */
struct bus_dev *pci_bus(struct pci_dev *pdev);

/** pci_dma() - the guest memory that the NIC may reach */
struct dma *pci_dma(struct pci_dev *pdev);

/**
 * pci_irq_raise() - something happened that the driver should look at
 * @pdev: the function
 * @vector: 0 to PCI_VECTORS - 1
 *
 * Sends an interrupt at once. If an interrupt was sent within the last coalescing
 * delay, the new one waits until the delay has passed or until enough raises
 * have come. A masked vector stays pending. The caller stores the data for the
 * driver before the call.
 */
void pci_irq_raise(struct pci_dev *pdev, unsigned int vector);

/**
 * pci_silence() - do not answer for a while: a fault on purpose
 * @pdev: the function
 * @ns: for how long reads return all ones, and writes are dropped; 0 ends it
 * @config: configuration space does not answer either
 *
 * Nothing else changes: DMA and interrupts go on.
 */
void pci_silence(struct pci_dev *pdev, uint64_t ns, bool config);

/** pci_irq_lose() - lose the next @n interrupts, of all vectors: a fault on purpose */
void pci_irq_lose(struct pci_dev *pdev, uint32_t n);

/**
 * pci_irq_flush() - deliver at once the interrupts that coalescing holds back
 * @pdev: the function
 * @vector: 0 to PCI_VECTORS - 1
 */
void pci_irq_flush(struct pci_dev *pdev, unsigned int vector);

/**
 * pci_irq_raise_now() - pci_irq_raise() and pci_irq_flush() in one
 * @pdev: the function
 * @vector: 0 to PCI_VECTORS - 1
 */
void pci_irq_raise_now(struct pci_dev *pdev, unsigned int vector);

/**
 * pci_irq_coalesce() - moderate a vector
 * @pdev: the function
 * @vector: 0 to PCI_VECTORS - 1
 * @max_ns: most that an interrupt may wait; 0 switches coalescing off
 * @max_entries: number of entries that is to be delivered before; 0 for no such limit
 *
 * After an interrupt, the next one waits for as long as pcie/moderate.h says by the rate
 * of entries, see pci_irq_entries(). A reset switches coalescing off.
 */
void pci_irq_coalesce(struct pci_dev *pdev, unsigned int vector,
		      uint64_t max_ns, uint32_t max_entries);

/**
 * pci_irq_entries() - entries have come to a ring of this vector
 * @pdev: the function
 * @vector: 0 to PCI_VECTORS - 1
 * @n: how many; before pci_irq_raise(), and also if that is not called since the host
 *	has not asked for an interrupt
 */
void pci_irq_entries(struct pci_dev *pdev, unsigned int vector, uint32_t n);

/**
 * pci_irq_vectors() - how many vectors the NIC may raise
 * @pdev: the function
 *
 * Return: PCI_VECTORS, or 0 while MSI-X is off. The driver may serve fewer; that
 * is known from elsewhere.
 */
unsigned int pci_irq_vectors(const struct pci_dev *pdev);

/**
 * pci_set_gone() - surprise removal, or its end
 * @pdev: the function
 * @gone: true: all reads return all ones, writes are dropped, and there is
 *	neither DMA nor interrupt. False: the slot is filled with a fresh NIC.
 */
void pci_set_gone(struct pci_dev *pdev, bool gone);

/** pci_is_gone() - true while the function is removed */
bool pci_is_gone(const struct pci_dev *pdev);

/** pci_get_stats() - read the counters */
const struct pci_stats *pci_get_stats(const struct pci_dev *pdev);

#endif /* SKUA_DEVICE_PCI_H */
