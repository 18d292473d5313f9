// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI function: configuration space, BAR 0, MSI-X with coalescing
 */
#include <stdlib.h>
#include <string.h>
#include <linux/pci_regs.h>

#include "base/base.h"
#include "pcie/dma.h"
#include "pcie/moderate.h"
#include "pcie/pci.h"

#define CFG_SIZE	PCI_CFG_SPACE_EXP_SIZE
#define CAP_PM		0x40
#define CAP_MSIX	0x50
#define CAP_EXP		0x60
#define EXP_VERSION	2

#define MSIX_TABLE_SIZE	(PCI_VECTORS * PCI_MSIX_ENTRY_SIZE)
#define MSIX_WORDS	(PCI_MSIX_ENTRY_SIZE / 4)

#define COMMAND_WRITABLE	(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |   \
				 PCI_COMMAND_PARITY | PCI_COMMAND_SERR |     \
				 PCI_COMMAND_INTX_DISABLE)
#define DEVCTL_WRITABLE		0x7fff
#define DEVCTL_RESET		(PCI_EXP_DEVCTL_RELAX_EN | 0x2000 |	     \
				 PCI_EXP_DEVCTL_NOSNOOP_EN)
#define LNKCTL_WRITABLE		(PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_RCB | \
				 PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES)
/*
 * What belongs to the link and not to the function survives a reset of the function
 * (PCI Express Base Specification, 6.6.2).
 */
#define DEVCTL_LINK		PCI_EXP_DEVCTL_PAYLOAD
#define LNKCTL_LINK		LNKCTL_WRITABLE

/**
 * struct pci_vector - one MSI-X vector
 * @entry: its words of the table, as the guest wrote them
 * @pending: raised, but could not be delivered (its bit of the PBA)
 * @events: raises since the last interrupt that was delivered
 * @entries: ring entries since then
 * @has_sent: @last_sent is valid
 * @last_sent: when that interrupt was delivered
 * @moder: least time between two interrupts, and entries that end it
 * @timer: end of the delay
 * @pdev: the function
 */
struct pci_vector {
	uint32_t entry[MSIX_WORDS];
	bool pending;
	uint32_t events;
	uint32_t entries;
	bool has_sent;
	uint64_t last_sent;
	struct moderate moder;
	struct loop_timer timer;
	struct pci_dev *pdev;
};

struct pci_dev {
	struct bus_dev bus;
	struct loop *loop;
	struct log *log;
	const struct pci_ops *ops;
	void *priv;
	bool gone;
	bool dma_on;
	uint32_t lose;
	uint64_t silent_until;
	bool cfg_silent;
	uint8_t cfg[CFG_SIZE];
	uint8_t writable[CFG_SIZE];
	struct pci_vector vec[PCI_VECTORS];
	struct pci_stats stats;
};

static void pci_irq_timer(struct loop_timer *t);

/* Configuration space */

static uint16_t cfg_get16(const struct pci_dev *pdev, unsigned int off)
{
	return (uint16_t)(pdev->cfg[off] | pdev->cfg[off + 1] << 8);
}

static void cfg_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void cfg_put32(uint8_t *p, uint32_t v)
{
	cfg_put16(p, (uint16_t)v);
	cfg_put16(p + 2, (uint16_t)(v >> 16));
}

static void cfg_init_header(struct pci_dev *pdev)
{
	uint8_t *c = pdev->cfg, *w = pdev->writable;

	cfg_put16(c + PCI_VENDOR_ID, SKUA_PCI_VENDOR_ID);
	cfg_put16(c + PCI_DEVICE_ID, SKUA_PCI_DEVICE_ID);
	cfg_put16(w + PCI_COMMAND, COMMAND_WRITABLE);
	cfg_put16(c + PCI_STATUS, PCI_STATUS_CAP_LIST);
	cfg_put32(c + PCI_CLASS_REVISION, PCI_NIC_CLASS << 8 | PCI_NIC_REVISION);
	w[PCI_CACHE_LINE_SIZE] = 0xff;
	cfg_put32(c + PCI_BASE_ADDRESS_0, PCI_BASE_ADDRESS_SPACE_MEMORY |
		  PCI_BASE_ADDRESS_MEM_TYPE_32);
	cfg_put32(w + PCI_BASE_ADDRESS_0, ~(uint32_t)(SKUA_BAR0_SIZE - 1));
	cfg_put16(c + PCI_SUBSYSTEM_VENDOR_ID, SKUA_PCI_VENDOR_ID);
	cfg_put16(c + PCI_SUBSYSTEM_ID, SKUA_PCI_DEVICE_ID);
	c[PCI_CAPABILITY_LIST] = CAP_PM;
	w[PCI_INTERRUPT_LINE] = 0xff;
}

static void cfg_init_caps(struct pci_dev *pdev)
{
	uint8_t *c = pdev->cfg, *w = pdev->writable;

	c[CAP_PM] = PCI_CAP_ID_PM;
	c[CAP_PM + PCI_CAP_LIST_NEXT] = CAP_MSIX;
	cfg_put16(c + CAP_PM + PCI_PM_PMC, 3);
	cfg_put16(w + CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);

	c[CAP_MSIX] = PCI_CAP_ID_MSIX;
	c[CAP_MSIX + PCI_CAP_LIST_NEXT] = CAP_EXP;
	cfg_put16(c + CAP_MSIX + PCI_MSIX_FLAGS, PCI_VECTORS - 1);
	cfg_put16(w + CAP_MSIX + PCI_MSIX_FLAGS,
		  PCI_MSIX_FLAGS_MASKALL | PCI_MSIX_FLAGS_ENABLE);
	cfg_put32(c + CAP_MSIX + PCI_MSIX_TABLE, PCI_NIC_MSIX_TABLE);
	cfg_put32(c + CAP_MSIX + PCI_MSIX_PBA, PCI_NIC_MSIX_PBA);

	c[CAP_EXP] = PCI_CAP_ID_EXP;
	cfg_put16(c + CAP_EXP + PCI_EXP_FLAGS,
		  PCI_EXP_TYPE_ENDPOINT << 4 | EXP_VERSION);
	cfg_put32(c + CAP_EXP + PCI_EXP_DEVCAP,
		  PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR);
	cfg_put16(c + CAP_EXP + PCI_EXP_DEVCTL, DEVCTL_RESET);
	cfg_put16(w + CAP_EXP + PCI_EXP_DEVCTL, DEVCTL_WRITABLE);
	cfg_put32(c + CAP_EXP + PCI_EXP_LNKCAP,
		  PCI_EXP_LNKCAP_SLS_2_5GB | 1 << 4 | PCI_EXP_LNKCAP_ASPM_L0S);
	cfg_put16(w + CAP_EXP + PCI_EXP_LNKCTL, LNKCTL_WRITABLE);
	cfg_put16(c + CAP_EXP + PCI_EXP_LNKSTA,
		  PCI_EXP_LNKSTA_CLS_2_5GB | PCI_EXP_LNKSTA_NLW_X1);
}

static void cfg_keep16(uint8_t *to, const uint8_t *from, uint16_t mask)
{
	to[0] = (uint8_t)((to[0] & ~mask) | (from[0] & mask));
	to[1] = (uint8_t)((to[1] & ~(mask >> 8)) | (from[1] & mask >> 8));
}

static void cfg_init(struct pci_dev *pdev)
{
	memset(pdev->cfg, 0, sizeof(pdev->cfg));
	memset(pdev->writable, 0, sizeof(pdev->writable));
	cfg_init_header(pdev);
	cfg_init_caps(pdev);
}

static void cfg_reset_function(struct pci_dev *pdev)
{
	uint8_t devctl[2], lnkctl[2];

	memcpy(devctl, pdev->cfg + CAP_EXP + PCI_EXP_DEVCTL, sizeof(devctl));
	memcpy(lnkctl, pdev->cfg + CAP_EXP + PCI_EXP_LNKCTL, sizeof(lnkctl));
	cfg_init(pdev);
	cfg_keep16(pdev->cfg + CAP_EXP + PCI_EXP_DEVCTL, devctl, DEVCTL_LINK);
	cfg_keep16(pdev->cfg + CAP_EXP + PCI_EXP_LNKCTL, lnkctl, LNKCTL_LINK);
}

static bool pci_in_d0(const struct pci_dev *pdev)
{
	return !(pdev->cfg[CAP_PM + PCI_PM_CTRL] & PCI_PM_CTRL_STATE_MASK);
}

static bool pci_memory_on(const struct pci_dev *pdev)
{
	return !pdev->gone && pci_in_d0(pdev) &&
	       (cfg_get16(pdev, PCI_COMMAND) & PCI_COMMAND_MEMORY);
}

static bool pci_master_on(const struct pci_dev *pdev)
{
	return !pdev->gone && pci_in_d0(pdev) &&
	       (cfg_get16(pdev, PCI_COMMAND) & PCI_COMMAND_MASTER);
}

static bool pci_msix_on(const struct pci_dev *pdev)
{
	return !pdev->gone && (cfg_get16(pdev, CAP_MSIX + PCI_MSIX_FLAGS) &
			       PCI_MSIX_FLAGS_ENABLE);
}

static bool pci_msix_masked(const struct pci_dev *pdev)
{
	return cfg_get16(pdev, CAP_MSIX + PCI_MSIX_FLAGS) &
	       PCI_MSIX_FLAGS_MASKALL;
}

/* Interrupts */

/* Deliver an interrupt that was raised on a vector, or keep it pending. */
static void pci_irq_deliver(struct pci_dev *pdev, unsigned int vector)
{
	struct pci_vector *v = &pdev->vec[vector];
	struct bus_fe *fe = pdev->bus.fe;

	loop_timer_cancel(pdev->loop, &v->timer);
	v->pending = true;
	if (!fe || !pci_msix_on(pdev) || pci_msix_masked(pdev) ||
	    (v->entry[3] & PCI_MSIX_ENTRY_CTRL_MASKBIT) ||
	    !pci_master_on(pdev))
		return;
	if (pdev->lose) {
		pdev->lose--;
		pdev->stats.lost++;
	} else if (!fe->ops->irq(fe, vector)) {
		return;
	}
	v->pending = false;
	pdev->stats.sent[vector]++;
	pdev->stats.coalesced[vector] += v->events - 1;
	v->events = 0;
	v->entries = 0;
	v->has_sent = true;
	v->last_sent = loop_now(pdev->loop);
}

/* A condition has changed that may have held interrupts back. */
static void pci_irq_retry(struct pci_dev *pdev)
{
	for (unsigned int i = 0; i < PCI_VECTORS; i++) {
		if (pdev->vec[i].pending)
			pci_irq_deliver(pdev, i);
	}
}

static void pci_irq_timer(struct loop_timer *t)
{
	struct pci_vector *v = container_of(t, struct pci_vector, timer);

	pci_irq_deliver(v->pdev, (unsigned int)(v - v->pdev->vec));
}

static bool pci_irq_enough(const struct pci_vector *v)
{
	return v->moder.max_entries && v->entries >= v->moder.max_entries;
}

/* A vector is raised and not pending: deliver now, or when the delay is over. */
static void pci_irq_moderate(struct pci_dev *pdev, unsigned int vector)
{
	struct pci_vector *v = &pdev->vec[vector];
	uint64_t delay = moderate_delay(&v->moder);

	/* Each interrupt takes the processor from the NIC, where they share one. */
	if (loop_shares(pdev->loop))
		delay = v->moder.max_ns;
	if (!delay || !v->has_sent || pci_irq_enough(v) ||
	    loop_now(pdev->loop) - v->last_sent >= delay)
		pci_irq_deliver(pdev, vector);
	else if (!loop_timer_armed(&v->timer))
		loop_timer_set(pdev->loop, &v->timer, v->last_sent + delay);
}

void pci_irq_raise(struct pci_dev *pdev, unsigned int vector)
{
	struct pci_vector *v;

	if (vector >= PCI_VECTORS) {
		log_err(pdev->log, "no interrupt vector %u", vector);
		return;
	}
	v = &pdev->vec[vector];
	pdev->stats.raised[vector]++;
	if (!pci_msix_on(pdev)) {
		pdev->stats.dropped[vector]++;
		return;
	}
	v->events++;
	if (!v->pending)
		pci_irq_moderate(pdev, vector);
}

void pci_irq_entries(struct pci_dev *pdev, unsigned int vector, uint32_t n)
{
	struct pci_vector *v;

	if (vector >= PCI_VECTORS || !pdev->vec[vector].moder.max_ns)
		return;
	v = &pdev->vec[vector];
	moderate_entries(&v->moder, loop_now(pdev->loop), n);
	v->entries += n;
	if (loop_timer_armed(&v->timer) && pci_irq_enough(v))
		pci_irq_deliver(pdev, vector);
}

void pci_irq_flush(struct pci_dev *pdev, unsigned int vector)
{
	if (vector < PCI_VECTORS && loop_timer_armed(&pdev->vec[vector].timer))
		pci_irq_deliver(pdev, vector);
}

void pci_irq_raise_now(struct pci_dev *pdev, unsigned int vector)
{
	pci_irq_raise(pdev, vector);
	pci_irq_flush(pdev, vector);
}

void pci_irq_coalesce(struct pci_dev *pdev, unsigned int vector,
		      uint64_t max_ns, uint32_t max_entries)
{
	struct pci_vector *v;

	if (vector >= PCI_VECTORS)
		return;
	v = &pdev->vec[vector];
	moderate_init(&v->moder, max_ns, max_entries);
	if (loop_timer_armed(&v->timer)) {
		loop_timer_cancel(pdev->loop, &v->timer);
		pci_irq_moderate(pdev, vector);
	}
}

void pci_irq_lose(struct pci_dev *pdev, uint32_t n)
{
	pdev->lose = n;
}

unsigned int pci_irq_vectors(const struct pci_dev *pdev)
{
	return pci_msix_on(pdev) ? PCI_VECTORS : 0;
}

static void pci_irq_init(struct pci_dev *pdev)
{
	for (unsigned int i = 0; i < PCI_VECTORS; i++) {
		struct pci_vector *v = &pdev->vec[i];

		loop_timer_cancel(pdev->loop, &v->timer);
		memset(v, 0, sizeof(*v));
		loop_timer_init(&v->timer, pci_irq_timer);
		v->pdev = pdev;
		v->entry[3] = PCI_MSIX_ENTRY_CTRL_MASKBIT;
	}
}

/* MSI-X was switched off: pending interrupts have nowhere to go. */
static void pci_irq_forget(struct pci_dev *pdev)
{
	for (unsigned int i = 0; i < PCI_VECTORS; i++) {
		struct pci_vector *v = &pdev->vec[i];

		loop_timer_cancel(pdev->loop, &v->timer);
		pdev->stats.dropped[i] += v->events;
		v->events = 0;
		v->entries = 0;
		v->pending = false;
		v->has_sent = false;
	}
}

/* Resets */

static void pci_set_dma(struct pci_dev *pdev)
{
	bool on = pci_master_on(pdev);

	if (on == pdev->dma_on)
		return;
	pdev->dma_on = on;
	dma_enable(pdev->bus.dma, on);
	if (pdev->ops->dma_changed)
		pdev->ops->dma_changed(pdev->priv, on);
}

static void pci_reset(struct pci_dev *pdev, enum bus_reset why)
{
	static const char * const names[] = {
		[BUS_RESET_FLR] = "function-level reset",
		[BUS_RESET_POWER] = "from D3hot to D0",
		[BUS_RESET_BUS] = "bus reset",
		[BUS_RESET_DISCONNECT] = "the guest is gone",
	};

	log_dbg(pdev->log, "reset: %s", names[why]);
	pdev->stats.resets++;
	pci_irq_init(pdev);
	if (why == BUS_RESET_FLR || why == BUS_RESET_POWER)
		cfg_reset_function(pdev);
	else
		cfg_init(pdev);
	/* Bus mastering is off now, so the NIC acquires no memory while this runs. */
	pdev->dma_on = false;
	dma_enable(pdev->bus.dma, false);
	pdev->ops->reset(pdev->priv, why);
}

/* Configuration accesses */

static bool cfg_outside(struct pci_dev *pdev, uint64_t off, unsigned int size)
{
	if (size >= 1 && size <= 8 && off < CFG_SIZE && size <= CFG_SIZE - off)
		return false;
	pdev->stats.bad_cfg++;
	log_warn(pdev->log, "no configuration space of %u bytes at 0x%llx",
		 size, (unsigned long long)off);
	return true;
}

static uint64_t all_ones(unsigned int size)
{
	return size >= 8 ? UINT64_MAX : (1ULL << 8 * size) - 1;
}

static bool pci_bar_silent(const struct pci_dev *pdev)
{
	return loop_now(pdev->loop) < pdev->silent_until;
}

static bool pci_cfg_silent(const struct pci_dev *pdev)
{
	return pdev->gone || (pdev->cfg_silent && pci_bar_silent(pdev));
}

static uint64_t pci_cfg_read(struct bus_dev *bd, uint64_t off,
			     unsigned int size)
{
	struct pci_dev *pdev = container_of(bd, struct pci_dev, bus);
	uint64_t val = 0;

	if (pci_cfg_silent(pdev) || cfg_outside(pdev, off, size))
		return all_ones(size);
	for (unsigned int i = 0; i < size; i++)
		val |= (uint64_t)pdev->cfg[off + i] << 8 * i;
	return val;
}

/* The byte that a write of @size at @off brings to @reg, or 0. */
static uint8_t written(uint64_t off, unsigned int size, uint64_t val,
		       unsigned int reg)
{
	if (reg < off || reg >= off + size)
		return 0;
	return (uint8_t)(val >> 8 * (reg - off));
}

static void pci_cfg_write(struct bus_dev *bd, uint64_t off, unsigned int size,
			  uint64_t val)
{
	struct pci_dev *pdev = container_of(bd, struct pci_dev, bus);
	uint8_t *state = &pdev->cfg[CAP_PM + PCI_PM_CTRL];
	uint8_t old_state = *state;
	bool msix_was_on = pci_msix_on(pdev);

	if (pci_cfg_silent(pdev) || cfg_outside(pdev, off, size))
		return;
	if (written(off, size, val, CAP_EXP + PCI_EXP_DEVCTL + 1) &
	    PCI_EXP_DEVCTL_BCR_FLR >> 8) {
		pci_reset(pdev, BUS_RESET_FLR);
		return;
	}
	for (unsigned int i = 0; i < size; i++) {
		uint8_t mask = pdev->writable[off + i];

		pdev->cfg[off + i] = (pdev->cfg[off + i] & (uint8_t)~mask) |
				     ((uint8_t)(val >> 8 * i) & mask);
	}
	/* D1 and D2 do not exist: such a request changes nothing. */
	if ((*state & PCI_PM_CTRL_STATE_MASK) == 1 ||
	    (*state & PCI_PM_CTRL_STATE_MASK) == 2)
		*state = old_state;
	/* PCI_PM_CTRL_NO_SOFT_RESET is not set: nothing outlives D3hot. */
	if ((old_state & PCI_PM_CTRL_STATE_MASK) && pci_in_d0(pdev)) {
		pci_reset(pdev, BUS_RESET_POWER);
		return;
	}
	if (msix_was_on && !pci_msix_on(pdev))
		pci_irq_forget(pdev);
	pci_set_dma(pdev);
	pci_irq_retry(pdev);
}

/* BAR accesses */

static uint32_t pci_pba(const struct pci_dev *pdev)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < PCI_VECTORS; i++)
		bits |= (uint32_t)pdev->vec[i].pending << i;
	return bits;
}

static uint32_t pci_word_read(struct pci_dev *pdev, uint32_t off)
{
	uint32_t at = off - PCI_NIC_MSIX_TABLE;

	if (off < PCI_NIC_MSIX_TABLE)
		return pdev->ops->bar_read(pdev->priv, off);
	if (at < MSIX_TABLE_SIZE)
		return pdev->vec[at / PCI_MSIX_ENTRY_SIZE]
			.entry[at / 4 % MSIX_WORDS];
	return off == PCI_NIC_MSIX_PBA ? pci_pba(pdev) : 0;
}

static void pci_msix_write(struct pci_dev *pdev, uint32_t at, uint32_t val)
{
	static const uint32_t mask[MSIX_WORDS] = {
		~3U, ~0U, ~0U,
		PCI_MSIX_ENTRY_CTRL_MASKBIT,
	};
	unsigned int vector = at / PCI_MSIX_ENTRY_SIZE;
	unsigned int word = at / 4 % MSIX_WORDS;

	pdev->vec[vector].entry[word] = val & mask[word];
	if (pdev->vec[vector].pending)
		pci_irq_deliver(pdev, vector);
}

static void pci_word_write(struct pci_dev *pdev, uint32_t off, uint32_t val)
{
	if (off < PCI_NIC_MSIX_TABLE)
		pdev->ops->bar_write(pdev->priv, off, val);
	else if (off - PCI_NIC_MSIX_TABLE < MSIX_TABLE_SIZE)
		pci_msix_write(pdev, off - PCI_NIC_MSIX_TABLE, val);
}

static bool bar_outside(struct pci_dev *pdev, unsigned int bar, uint64_t off,
			unsigned int size)
{
	if (!bar && size >= 1 && size <= 8 && off < SKUA_BAR0_SIZE &&
	    size <= SKUA_BAR0_SIZE - off)
		return false;
	pdev->stats.bad_bar++;
	log_warn(pdev->log, "no %u bytes at 0x%llx of BAR %u", size,
		 (unsigned long long)off, bar);
	return true;
}

static uint64_t pci_bar_read(struct bus_dev *bd, unsigned int bar,
			     uint64_t off, unsigned int size)
{
	struct pci_dev *pdev = container_of(bd, struct pci_dev, bus);
	uint64_t val = 0;

	if (!pci_memory_on(pdev) || pci_bar_silent(pdev) ||
	    bar_outside(pdev, bar, off, size))
		return all_ones(size);
	/* Each register that the access touches is read once, and whole. */
	for (uint64_t at = off & ~3ULL; at < off + size; at += 4) {
		uint64_t word = pci_word_read(pdev, (uint32_t)at);

		if (at < off)
			val |= word >> 8 * (off - at);
		else
			val |= word << 8 * (at - off);
	}
	return val & all_ones(size);
}

static void pci_bar_write(struct bus_dev *bd, unsigned int bar, uint64_t off,
			  unsigned int size, uint64_t val)
{
	struct pci_dev *pdev = container_of(bd, struct pci_dev, bus);

	if (!pci_memory_on(pdev) || pci_bar_silent(pdev) ||
	    bar_outside(pdev, bar, off, size))
		return;
	if (off % 4 || size % 4) {
		pdev->stats.bad_bar++;
		log_warn(pdev->log, "write of %u bytes at 0x%llx ignored: registers have 32 bits",
			 size, (unsigned long long)off);
		return;
	}
	pci_word_write(pdev, (uint32_t)off, (uint32_t)val);
	if (size == 8)
		pci_word_write(pdev, (uint32_t)off + 4, (uint32_t)(val >> 32));
}

static void pci_bus_reset(struct bus_dev *bd, enum bus_reset why)
{
	struct pci_dev *pdev = container_of(bd, struct pci_dev, bus);

	/* A guest that boots finds the NIC in its slot. */
	if (why == BUS_RESET_DISCONNECT)
		pdev->gone = false;
	pci_reset(pdev, why);
}

static void pci_get_info(struct bus_dev *bd, struct bus_dev_info *info)
{
	(void)bd;
	memset(info, 0, sizeof(*info));
	info->cfg_size = CFG_SIZE;
	info->bar_size[0] = SKUA_BAR0_SIZE;
	info->vectors = PCI_VECTORS;
}

static struct bus_irq_msg pci_irq_msg(struct bus_dev *bd, unsigned int vector)
{
	struct pci_dev *pdev = container_of(bd, struct pci_dev, bus);
	const uint32_t *entry = pdev->vec[vector].entry;

	return (struct bus_irq_msg){
		.addr = (uint64_t)entry[1] << 32 | entry[0],
		.data = entry[2],
	};
}

static void pci_irq_room(struct bus_dev *bd)
{
	pci_irq_retry(container_of(bd, struct pci_dev, bus));
}

static const struct bus_dev_ops pci_bus_ops = {
	.get_info = pci_get_info,
	.cfg_read = pci_cfg_read,
	.cfg_write = pci_cfg_write,
	.bar_read = pci_bar_read,
	.bar_write = pci_bar_write,
	.reset = pci_bus_reset,
	.irq_msg = pci_irq_msg,
	.irq_room = pci_irq_room,
};

/* Life */

struct pci_dev *pci_new(struct loop *loop, struct log *log,
			const struct pci_ops *ops, void *priv)
{
	struct pci_dev *pdev = calloc(1, sizeof(*pdev));

	if (!pdev)
		return NULL;
	pdev->bus.dma = dma_new(log);
	if (!pdev->bus.dma) {
		free(pdev);
		return NULL;
	}
	dma_set_loop(pdev->bus.dma, loop);
	pdev->bus.ops = &pci_bus_ops;
	pdev->loop = loop;
	pdev->log = log;
	pdev->ops = ops;
	pdev->priv = priv;
	pci_irq_init(pdev);
	cfg_init(pdev);
	return pdev;
}

void pci_free(struct pci_dev *pdev)
{
	if (!pdev)
		return;
	for (unsigned int i = 0; i < PCI_VECTORS; i++)
		loop_timer_cancel(pdev->loop, &pdev->vec[i].timer);
	dma_free(pdev->bus.dma);
	free(pdev);
}

struct bus_dev *pci_bus(struct pci_dev *pdev)
{
	return &pdev->bus;
}

struct dma *pci_dma(struct pci_dev *pdev)
{
	return pdev->bus.dma;
}

void pci_set_gone(struct pci_dev *pdev, bool gone)
{
	if (pdev->gone == gone)
		return;
	log_info(pdev->log, gone ? "removed by surprise" : "plugged in again");
	pdev->gone = gone;
	pci_reset(pdev, BUS_RESET_DISCONNECT);
}

void pci_silence(struct pci_dev *pdev, uint64_t ns, bool config)
{
	pdev->silent_until = ns ? loop_now(pdev->loop) + ns : 0;
	pdev->cfg_silent = config;
}

bool pci_is_gone(const struct pci_dev *pdev)
{
	return pdev->gone;
}

const struct pci_stats *pci_get_stats(const struct pci_dev *pdev)
{
	return &pdev->stats;
}
