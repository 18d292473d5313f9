// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the PCI function: configuration space, BAR 0, MSI-X, resets
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

#include "pcie/dma.h"
#include "base/log.h"
#include "base/loop.h"
#include "pcie/pci.h"

#define MSI_ADDR	0x1000000a0000ULL
#define US		LOOP_NS_PER_US

static struct log test_log;

struct fixture {
	struct loop_test_clock clock;
	struct loop *loop;
	struct pci_dev *pdev;
	struct bus_dev *bd;
	struct bus_fe fe;
	uint32_t reg[16];
	int reads, resets, dma_on;
	enum bus_reset why;
	/* Interrupts that the front end got, and whether it takes more */
	int msis;
	bool full;
	uint64_t msi_addr;
	uint32_t msi_data;
	bool raise_in_reset;
};

static uint32_t reg_read(void *priv, uint32_t off)
{
	struct fixture *f = priv;

	f->reads++;
	return f->reg[off / 4 % 16];
}

static void reg_write(void *priv, uint32_t off, uint32_t val)
{
	struct fixture *f = priv;

	f->reg[off / 4 % 16] = val;
}

static void dev_reset(void *priv, enum bus_reset why)
{
	struct fixture *f = priv;

	f->resets++;
	f->why = why;
	assert_false(dma_enabled(f->bd->dma));
	if (f->raise_in_reset)
		pci_irq_raise(f->pdev, 0);
}

static void dma_changed(void *priv, bool on)
{
	((struct fixture *)priv)->dma_on = on;
}

static const struct pci_ops ops = {
	.bar_read = reg_read,
	.bar_write = reg_write,
	.reset = dev_reset,
	.dma_changed = dma_changed,
};

static bool fe_irq(struct bus_fe *fe, unsigned int vector)
{
	struct fixture *f = container_of(fe, struct fixture, fe);
	struct bus_irq_msg msg = f->bd->ops->irq_msg(f->bd, vector);

	if (f->full)
		return false;
	f->msis++;
	f->msi_addr = msg.addr;
	f->msi_data = msg.data;
	return true;
}

static const struct bus_fe_ops fe_ops = { .irq = fe_irq };

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	loop_test_clock_init(&f->clock, 1000000);
	f->loop = loop_new(&f->clock.clock);
	f->pdev = pci_new(f->loop, &test_log, &ops, f);
	f->bd = pci_bus(f->pdev);
	f->fe.ops = &fe_ops;
	f->bd->fe = &f->fe;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pci_free(f->pdev);
	loop_free(f->loop);
	free(f);
	return 0;
}

static uint32_t cfg(struct fixture *f, uint32_t off, unsigned int size)
{
	return (uint32_t)f->bd->ops->cfg_read(f->bd, off, size);
}

static void cfg_set(struct fixture *f, uint32_t off, unsigned int size,
		    uint32_t val)
{
	f->bd->ops->cfg_write(f->bd, off, size, val);
}

static uint64_t bar(struct fixture *f, uint32_t off, unsigned int size)
{
	return f->bd->ops->bar_read(f->bd, 0, off, size);
}

static void bar_set(struct fixture *f, uint32_t off, unsigned int size,
		    uint64_t val)
{
	f->bd->ops->bar_write(f->bd, 0, off, size, val);
}

static unsigned int cap(struct fixture *f, unsigned int id)
{
	unsigned int pos = cfg(f, PCI_CAPABILITY_LIST, 1);

	for (int i = 0; pos && i < 48; i++) {
		if (cfg(f, pos, 1) == id)
			return pos;
		pos = cfg(f, pos + PCI_CAP_LIST_NEXT, 1);
	}
	fail_msg("no capability %u", id);
	return 0;
}

static void enable(struct fixture *f)
{
	cfg_set(f, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

/* In the order of a driver: enable all masked, fill the table, unmask. */
static void msix_on(struct fixture *f)
{
	unsigned int pos = cap(f, PCI_CAP_ID_MSIX);

	enable(f);
	cfg_set(f, pos + PCI_MSIX_FLAGS, 2,
		PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	for (unsigned int i = 0; i < PCI_VECTORS; i++) {
		uint32_t at = PCI_NIC_MSIX_TABLE + i * 16;

		bar_set(f, at, 4, (uint32_t)MSI_ADDR);
		bar_set(f, at + 4, 4, MSI_ADDR >> 32);
		bar_set(f, at + 8, 4, 40 + i);
		bar_set(f, at + 12, 4, 0);
	}
	cfg_set(f, pos + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
}

static void mask(struct fixture *f, unsigned int vector, bool on)
{
	bar_set(f, PCI_NIC_MSIX_TABLE + vector * 16 + 12, 4, on);
}

static void advance(struct fixture *f, uint64_t ns)
{
	f->clock.time += ns;
	loop_step(f->loop, false);
}

static void test_identity(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cfg(f, PCI_VENDOR_ID, 4), 0x10f51af4);
	assert_int_equal(cfg(f, PCI_CLASS_REVISION, 4), 0x02800001);
	assert_int_equal(cfg(f, PCI_HEADER_TYPE, 1), 0);
	assert_int_equal(cfg(f, PCI_INTERRUPT_PIN, 1), 0);
	assert_true(cfg(f, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST);
	assert_int_equal(cfg(f, PCI_ROM_ADDRESS, 4), 0);
	/* No extended capability, and not an alias of the first 256 bytes */
	assert_int_equal(cfg(f, 0x100, 4), 0);
	assert_int_equal(cfg(f, cap(f, PCI_CAP_ID_EXP) + PCI_EXP_FLAGS, 2) &
			 PCI_EXP_FLAGS_TYPE, PCI_EXP_TYPE_ENDPOINT << 4);
	assert_true(cfg(f, cap(f, PCI_CAP_ID_EXP) + PCI_EXP_DEVCAP, 4) &
		    PCI_EXP_DEVCAP_FLR);
	cap(f, PCI_CAP_ID_PM);
	assert_int_equal(cfg(f, cap(f, PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS, 2),
			 PCI_VECTORS - 1);
}

/* Every bit that is not writable by the specification keeps its value. */
static void test_info(void **state)
{
	struct fixture *f = *state;
	struct bus_dev_info info;

	f->bd->ops->get_info(f->bd, &info);
	assert_int_equal(info.cfg_size, 4096);
	assert_int_equal(info.bar_size[0], SKUA_BAR0_SIZE);
	for (int i = 1; i < BUS_BARS; i++)
		assert_int_equal(info.bar_size[i], 0);
	assert_int_equal(info.vectors, PCI_VECTORS);
	/* As the guest sees it */
	assert_int_equal((cfg(f, cap(f, PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS, 2) &
			  PCI_MSIX_FLAGS_QSIZE) + 1, info.vectors);
}

static void test_masks(void **state)
{
	struct fixture *f = *state;
	unsigned int exp = cap(f, PCI_CAP_ID_EXP);
	uint8_t before[256];
	unsigned int rw = 0;

	for (unsigned int i = 0; i < 256; i++)
		before[i] = (uint8_t)cfg(f, i, 1);
	for (unsigned int i = 0; i < 256; i += 4) {
		uint32_t keep = i == (exp & ~3U) + PCI_EXP_DEVCTL ? 0x7fff :
				~0U;

		cfg_set(f, i, 4, keep);
	}
	assert_int_equal(cfg(f, PCI_VENDOR_ID, 4), 0x10f51af4);
	assert_int_equal(cfg(f, PCI_COMMAND, 2),
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			 PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
			 PCI_COMMAND_INTX_DISABLE);
	assert_int_equal(cfg(f, PCI_BASE_ADDRESS_0, 4), 0xffff0000);
	for (unsigned int i = PCI_BASE_ADDRESS_1; i <= PCI_ROM_ADDRESS; i++)
		assert_int_equal(cfg(f, i, 1), before[i]);
	for (unsigned int i = 0; i < 256; i++)
		rw += cfg(f, i, 1) != before[i];
	/* command 2, BAR 2, line 2, PM 1, MSI-X 1, DEVCTL 2, LNKCTL 1 */
	assert_int_equal(rw, 11);
	/* No register is behind the header and the capabilities. */
	assert_int_equal(f->bd->ops->cfg_read(f->bd, 4096, 4), 0xffffffff);
	assert_int_equal(f->bd->ops->cfg_read(f->bd, 4094, 4), 0xffffffff);
	assert_true(f->bd->ops->cfg_read(f->bd, UINT64_MAX, 8) == UINT64_MAX);
	cfg_set(f, 4094, 4, 0);
	assert_int_equal(pci_get_stats(f->pdev)->bad_cfg, 4);
	assert_true(f->bd->ops->cfg_read(f->bd, 0, 8) >> 16 != 0);
}

static void test_bar(void **state)
{
	struct fixture *f = *state;

	f->reg[0] = 0x44332211;
	f->reg[1] = 0x88776655;
	/* Memory space is off. */
	assert_int_equal(bar(f, 0, 4), 0xffffffff);
	assert_int_equal(bar(f, 0, 1), 0xff);
	bar_set(f, 0, 4, 1);
	assert_int_equal(f->reads, 0);
	assert_int_equal(f->reg[0], 0x44332211);
	enable(f);
	assert_int_equal(bar(f, 0, 4), 0x44332211);
	assert_int_equal(f->reads, 1);
	assert_true(bar(f, 0, 8) == 0x8877665544332211);
	assert_int_equal(f->reads, 3);
	assert_int_equal(bar(f, 1, 1), 0x22);
	assert_int_equal(bar(f, 2, 2), 0x4433);
	assert_int_equal(bar(f, 3, 2), 0x5544);
	bar_set(f, 0, 8, 0x0102030405060708);
	assert_int_equal(f->reg[0], 0x05060708);
	assert_int_equal(f->reg[1], 0x01020304);
	/* Small and unaligned writes are dropped whole, and counted. */
	bar_set(f, 0, 1, 0xff);
	bar_set(f, 0, 2, 0xffff);
	bar_set(f, 2, 4, 0xffffffff);
	assert_int_equal(f->reg[0], 0x05060708);
	assert_int_equal(f->reg[1], 0x01020304);
	assert_int_equal(pci_get_stats(f->pdev)->bad_bar, 3);
	assert_int_equal(bar(f, 0xfffc, 4), 0);
	assert_int_equal(bar(f, 0x10000, 4), 0xffffffff);
	assert_true(bar(f, 0xfffc, 8) == UINT64_MAX);
	assert_int_equal(f->bd->ops->bar_read(f->bd, 1, 0, 4), 0xffffffff);
	f->bd->ops->bar_write(f->bd, 0, UINT64_MAX, 4, 0);
	assert_int_equal(pci_get_stats(f->pdev)->bad_bar, 7);
}

static void test_msix_table(void **state)
{
	struct fixture *f = *state;

	enable(f);
	for (unsigned int i = 0; i < PCI_VECTORS; i++)
		assert_int_equal(bar(f, PCI_NIC_MSIX_TABLE + 16 * i + 12, 4), 1);
	bar_set(f, PCI_NIC_MSIX_TABLE, 4, 0xffffffff);
	bar_set(f, PCI_NIC_MSIX_TABLE + 12, 4, 0xffffffff);
	assert_int_equal(bar(f, PCI_NIC_MSIX_TABLE, 4), 0xfffffffc);
	assert_int_equal(bar(f, PCI_NIC_MSIX_TABLE + 12, 4), 1);
	bar_set(f, PCI_NIC_MSIX_TABLE + 48, 8, 0x1122334455667788);
	assert_true(bar(f, PCI_NIC_MSIX_TABLE + 48, 8) == 0x1122334455667788);
	/* There is no fifth vector, and the pending bits are read-only. */
	bar_set(f, PCI_NIC_MSIX_TABLE + 64, 4, 0xffffffff);
	assert_int_equal(bar(f, PCI_NIC_MSIX_TABLE + 64, 4), 0);
	bar_set(f, PCI_NIC_MSIX_PBA, 4, 0xffffffff);
	assert_int_equal(bar(f, PCI_NIC_MSIX_PBA, 4), 0);
	assert_int_equal(f->reads, 0);
}

static void test_irq(void **state)
{
	struct fixture *f = *state;

	pci_irq_raise(f->pdev, 1);
	assert_int_equal(pci_get_stats(f->pdev)->dropped[1], 1);
	assert_int_equal(pci_irq_vectors(f->pdev), 0);
	msix_on(f);
	assert_int_equal(pci_irq_vectors(f->pdev), PCI_VECTORS);
	assert_int_equal(f->msis, 0);
	pci_irq_raise(f->pdev, 2);
	assert_int_equal(f->msis, 1);
	assert_true(f->msi_addr == MSI_ADDR);
	assert_int_equal(f->msi_data, 42);
	pci_irq_raise(f->pdev, PCI_VECTORS);
	assert_int_equal(f->msis, 1);
	assert_int_equal(pci_get_stats(f->pdev)->sent[2], 1);
}

static void test_irq_masked(void **state)
{
	struct fixture *f = *state;
	unsigned int flags = cap(f, PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS;

	msix_on(f);
	mask(f, 1, true);
	pci_irq_raise(f->pdev, 1);
	pci_irq_raise(f->pdev, 1);
	pci_irq_raise(f->pdev, 0);
	assert_int_equal(f->msis, 1);
	assert_int_equal(bar(f, PCI_NIC_MSIX_PBA, 4), 2);
	mask(f, 1, false);
	assert_int_equal(f->msis, 2);
	assert_int_equal(f->msi_data, 41);
	assert_int_equal(bar(f, PCI_NIC_MSIX_PBA, 4), 0);
	assert_int_equal(pci_get_stats(f->pdev)->coalesced[1], 1);
	/* The function mask holds all vectors. */
	cfg_set(f, flags, 2, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	pci_irq_raise(f->pdev, 0);
	pci_irq_raise(f->pdev, 3);
	assert_int_equal(bar(f, PCI_NIC_MSIX_PBA, 4), 9);
	assert_int_equal(f->msis, 2);
	cfg_set(f, flags, 2, PCI_MSIX_FLAGS_ENABLE);
	assert_int_equal(f->msis, 4);
	/* MSI-X off: interrupts that waited are forgotten. */
	mask(f, 0, true);
	pci_irq_raise(f->pdev, 0);
	cfg_set(f, flags, 2, 0);
	cfg_set(f, flags, 2, PCI_MSIX_FLAGS_ENABLE);
	mask(f, 0, false);
	assert_int_equal(f->msis, 4);
	assert_int_equal(pci_get_stats(f->pdev)->dropped[0], 1);
}

static void test_irq_no_master_no_room(void **state)
{
	struct fixture *f = *state;

	msix_on(f);
	cfg_set(f, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_int_equal(f->dma_on, 0);
	pci_irq_raise(f->pdev, 0);
	assert_int_equal(f->msis, 0);
	enable(f);
	assert_int_equal(f->dma_on, 1);
	assert_int_equal(f->msis, 1);
	f->full = true;
	pci_irq_raise(f->pdev, 0);
	pci_irq_raise(f->pdev, 3);
	f->bd->ops->irq_room(f->bd);
	assert_int_equal(f->msis, 1);
	f->full = false;
	f->bd->ops->irq_room(f->bd);
	assert_int_equal(f->msis, 3);
	f->bd->ops->irq_room(f->bd);
	assert_int_equal(f->msis, 3);
}

static void entries_came(struct fixture *f, uint32_t n)
{
	pci_irq_entries(f->pdev, 0, n);
	pci_irq_raise(f->pdev, 0);
}

/* Coalesce by 100 us or 16 entries, while one comes each 10 us; none waits in the end. */
static void coalesce_busy(struct fixture *f)
{
	pci_irq_coalesce(f->pdev, 0, 100 * US, 16);
	for (int i = 0; i < 40; i++) {
		advance(f, 10 * US);
		entries_came(f, 1);
	}
	pci_irq_raise_now(f->pdev, 0);
	f->msis = 0;
}

static void test_coalesce(void **state)
{
	struct fixture *f = *state;
	const struct pci_stats *st = pci_get_stats(f->pdev);
	uint64_t coalesced;

	msix_on(f);
	coalesce_busy(f);
	coalesced = st->coalesced[0];
	advance(f, 10 * US);
	entries_came(f, 1);
	entries_came(f, 0);
	advance(f, 89 * US);
	assert_int_equal(f->msis, 0);
	advance(f, 1 * US);
	assert_int_equal(f->msis, 1);
	assert_int_equal(st->coalesced[0], coalesced + 1);
	/* No vector was raised again: no interrupt is sent. */
	advance(f, 1000 * US);
	assert_int_equal(f->msis, 1);
	/* After a pause the first interrupt goes at once, */
	entries_came(f, 1);
	assert_int_equal(f->msis, 2);
	/* and so do others that come at some distance. */
	advance(f, 50 * US);
	entries_came(f, 1);
	assert_int_equal(f->msis, 3);
}

/* Enough entries end the delay, also if the host asked for an interrupt only once. */
static void test_coalesce_entries(void **state)
{
	struct fixture *f = *state;

	msix_on(f);
	coalesce_busy(f);
	advance(f, 10 * US);
	entries_came(f, 10);
	pci_irq_entries(f->pdev, 0, 5);
	assert_int_equal(f->msis, 0);
	pci_irq_entries(f->pdev, 0, 1);
	assert_int_equal(f->msis, 1);
	/* Without a request there is no interrupt, however many come. */
	pci_irq_entries(f->pdev, 0, 100);
	advance(f, 100 * US);
	assert_int_equal(f->msis, 1);
}

static void test_coalesce_flush(void **state)
{
	struct fixture *f = *state;
	const struct pci_stats *st = pci_get_stats(f->pdev);

	msix_on(f);
	coalesce_busy(f);
	/* A flush ends the delay, too; a flush of no events sends nothing. */
	pci_irq_flush(f->pdev, 0);
	assert_int_equal(f->msis, 0);
	entries_came(f, 1);
	assert_int_equal(f->msis, 0);
	pci_irq_flush(f->pdev, 0);
	assert_int_equal(f->msis, 1);
	pci_irq_raise_now(f->pdev, 0);
	assert_int_equal(f->msis, 2);
	/* Other vectors have delays of their own. */
	pci_irq_raise(f->pdev, 1);
	pci_irq_raise(f->pdev, 1);
	assert_int_equal(f->msis, 4);
	/* Switching coalescing off sends the interrupt that was held. */
	entries_came(f, 1);
	assert_int_equal(f->msis, 4);
	pci_irq_coalesce(f->pdev, 0, 0, 0);
	assert_int_equal(f->msis, 5);
	assert_int_equal(st->raised[0], st->sent[0] + st->coalesced[0]);
}

static void test_coalesce_masked(void **state)
{
	struct fixture *f = *state;

	msix_on(f);
	coalesce_busy(f);
	entries_came(f, 1);
	mask(f, 0, true);
	/* The delay ends while the vector is masked: it is pending, then sent once. */
	advance(f, 200 * US);
	assert_int_equal(f->msis, 0);
	assert_int_equal(bar(f, PCI_NIC_MSIX_PBA, 4), 1);
	mask(f, 0, false);
	assert_int_equal(f->msis, 1);
}

static void test_reset(void **state)
{
	struct fixture *f = *state;
	unsigned int exp = cap(f, PCI_CAP_ID_EXP);
	uint64_t devctl = cfg(f, exp + PCI_EXP_DEVCTL, 2);

	msix_on(f);
	cfg_set(f, PCI_BASE_ADDRESS_0, 4, 0xf0010000);
	coalesce_busy(f);
	f->msis = 1;
	entries_came(f, 1);
	f->raise_in_reset = true;
	assert_true(dma_enabled(f->bd->dma));
	cfg_set(f, exp + PCI_EXP_LNKCTL, 2, PCI_EXP_LNKCTL_ES | PCI_EXP_LNKCTL_ASPM_L0S);
	cfg_set(f, exp + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_PAYLOAD_256B | 0xf);
	cfg_set(f, exp + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR | 0x10);
	assert_int_equal(f->resets, 1);
	/* What belongs to the link stays: nobody told the other end of it. */
	assert_int_equal(cfg(f, exp + PCI_EXP_LNKCTL, 2),
			 PCI_EXP_LNKCTL_ES | PCI_EXP_LNKCTL_ASPM_L0S);
	assert_int_equal(cfg(f, exp + PCI_EXP_DEVCTL, 2),
			 devctl | PCI_EXP_DEVCTL_PAYLOAD_256B);
	assert_int_equal(f->why, BUS_RESET_FLR);
	/* The bit clears itself, and all state of the function is as after power-on. */
	assert_false(cfg(f, exp + PCI_EXP_DEVCTL, 2) & PCI_EXP_DEVCTL_BCR_FLR);
	assert_int_equal(cfg(f, PCI_COMMAND, 2), 0);
	assert_int_equal(cfg(f, PCI_BASE_ADDRESS_0, 4), 0);
	assert_int_equal(pci_irq_vectors(f->pdev), 0);
	assert_false(dma_enabled(f->bd->dma));
	advance(f, 1000 * US);
	assert_int_equal(f->msis, 1);
	enable(f);
	assert_int_equal(bar(f, PCI_NIC_MSIX_TABLE + 12, 4), 1);
	assert_int_equal(bar(f, PCI_NIC_MSIX_TABLE, 4), 0);
	assert_int_equal(bar(f, PCI_NIC_MSIX_PBA, 4), 0);
	/* Some firmware writes the bit as a byte. */
	cfg_set(f, exp + PCI_EXP_DEVCTL + 1, 1, 0x80);
	assert_int_equal(f->resets, 2);
	cfg_set(f, exp + PCI_EXP_DEVCTL, 1, 0x80);
	assert_int_equal(f->resets, 2);
	f->bd->ops->reset(f->bd, BUS_RESET_BUS);
	assert_int_equal(f->why, BUS_RESET_BUS);
	assert_int_equal(cfg(f, exp + PCI_EXP_LNKCTL, 2), 0);
	assert_int_equal(cfg(f, exp + PCI_EXP_DEVCTL, 2), devctl);
}

static void test_power(void **state)
{
	struct fixture *f = *state;
	unsigned int ctrl = cap(f, PCI_CAP_ID_PM) + PCI_PM_CTRL;

	assert_false(cfg(f, ctrl, 2) & PCI_PM_CTRL_NO_SOFT_RESET);
	msix_on(f);
	cfg_set(f, PCI_BASE_ADDRESS_0, 4, 0xf0010000);
	f->reg[0] = 7;
	/* The states D1 and D2 do not exist. */
	cfg_set(f, ctrl, 2, 1);
	assert_int_equal(cfg(f, ctrl, 2) & PCI_PM_CTRL_STATE_MASK, 0);
	cfg_set(f, ctrl, 2, 3);
	assert_int_equal(cfg(f, ctrl, 2) & PCI_PM_CTRL_STATE_MASK, 3);
	cfg_set(f, ctrl, 2, 2);
	assert_int_equal(cfg(f, ctrl, 2) & PCI_PM_CTRL_STATE_MASK, 3);
	assert_int_equal(bar(f, 0, 4), 0xffffffff);
	assert_false(dma_enabled(f->bd->dma));
	pci_irq_raise(f->pdev, 0);
	assert_int_equal(f->msis, 0);
	assert_int_equal(f->resets, 0);
	/* The way back is a reset, as the capability says. */
	cfg_set(f, ctrl, 2, 0);
	assert_int_equal(f->resets, 1);
	assert_int_equal(f->why, BUS_RESET_POWER);
	assert_int_equal(cfg(f, ctrl, 2), 0);
	assert_int_equal(cfg(f, PCI_COMMAND, 2), 0);
	assert_int_equal(cfg(f, PCI_BASE_ADDRESS_0, 4), 0);
	assert_int_equal(pci_irq_vectors(f->pdev), 0);
	assert_false(dma_enabled(f->bd->dma));
	enable(f);
	assert_int_equal(bar(f, 0, 4), 7);
	assert_int_equal(f->msis, 0);
	/* From D0 to D0 nothing happens. */
	cfg_set(f, ctrl, 2, 0);
	assert_int_equal(f->resets, 1);
	assert_true(dma_enabled(f->bd->dma));
}

static void test_silence(void **state)
{
	struct fixture *f = *state;

	msix_on(f);
	f->reg[0] = 7;
	pci_silence(f->pdev, 100 * US, false);
	assert_int_equal(bar(f, 0, 4), 0xffffffff);
	bar_set(f, 0, 4, 9);
	assert_int_equal(f->reg[0], 7);
	assert_int_equal(cfg(f, 0, 4), 0x10f51af4);
	/* The NIC itself goes on, until the bus is taken from it. */
	assert_true(dma_enabled(f->bd->dma));
	pci_irq_raise(f->pdev, 0);
	assert_int_equal(f->msis, 1);
	cfg_set(f, PCI_COMMAND, 2, 0);
	assert_false(dma_enabled(f->bd->dma));
	enable(f);
	advance(f, 100 * US);
	assert_int_equal(bar(f, 0, 4), 7);
	pci_silence(f->pdev, 100 * US, true);
	assert_int_equal(cfg(f, 0, 4), 0xffffffff);
	cfg_set(f, PCI_COMMAND, 2, 0);
	assert_true(dma_enabled(f->bd->dma));
	pci_silence(f->pdev, 0, false);
	assert_int_equal(cfg(f, 0, 4), 0x10f51af4);
	assert_int_equal(bar(f, 0, 4), 7);
}

static void test_gone(void **state)
{
	struct fixture *f = *state;

	msix_on(f);
	f->reg[0] = 7;
	pci_set_gone(f->pdev, true);
	assert_true(pci_is_gone(f->pdev));
	assert_int_equal(f->why, BUS_RESET_DISCONNECT);
	assert_int_equal(cfg(f, 0, 4), 0xffffffff);
	enable(f);
	assert_int_equal(bar(f, 0, 4), 0xffffffff);
	bar_set(f, 0, 4, 9);
	assert_int_equal(f->reg[0], 7);
	assert_false(dma_enabled(f->bd->dma));
	pci_irq_raise(f->pdev, 0);
	assert_int_equal(f->msis, 0);
	pci_set_gone(f->pdev, false);
	assert_int_equal(cfg(f, 0, 4), 0x10f51af4);
	assert_int_equal(cfg(f, PCI_COMMAND, 2), 0);
	msix_on(f);
	pci_irq_raise(f->pdev, 0);
	assert_int_equal(f->msis, 1);
	/* A guest that boots finds the NIC in its slot again. */
	pci_set_gone(f->pdev, true);
	f->bd->ops->reset(f->bd, BUS_RESET_DISCONNECT);
	assert_int_equal(cfg(f, 0, 4), 0x10f51af4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_info, setup, teardown),
		cmocka_unit_test_setup_teardown(test_masks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bar, setup, teardown),
		cmocka_unit_test_setup_teardown(test_msix_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_irq, setup, teardown),
		cmocka_unit_test_setup_teardown(test_irq_masked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_irq_no_master_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_coalesce, setup, teardown),
		cmocka_unit_test_setup_teardown(test_coalesce_entries, setup, teardown),
		cmocka_unit_test_setup_teardown(test_coalesce_flush, setup, teardown),
		cmocka_unit_test_setup_teardown(test_coalesce_masked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_power, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_silence, setup, teardown),
	};

	log_set_level(LOG_LEVEL_ERR);
	log_init(&test_log, "test");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
