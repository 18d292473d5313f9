// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PCI function with a few registers on the real bus front end, for the tests
 * of loop, bus, DMA and interrupts. One process serves each socket named on the
 * command line. enum reg names the test registers and says what each does.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "pcie/dma.h"
#include "base/log.h"
#include "base/loop.h"
#include "pcie/pci.h"
#include "base/util.h"
#include "bus/vhost/vhost.h"

enum reg {
	REG_ID = 0x00,		/* reads 0x736b7561 */
	REG_SCRATCH = 0x04,	/* keeps the last value written */
	REG_RAISE = 0x08,	/* raise the vector written */
	REG_WRITES = 0x0c,	/* how many register writes there were */
	REG_ADDR_LO = 0x10,	/* of the DMA commands */
	REG_ADDR_HI = 0x14,
	REG_LEN = 0x18,
	REG_DMA = 0x1c,		/* 1 sum bytes, 2 fill, 3 hold, 4 give back */
	REG_SUM = 0x20,		/* result of a sum, ~0 if it was refused */
	REG_FLUSH = 0x24,	/* raise now and flush */
	REG_COAL_NS = 0x28,
	REG_COAL_MAX = 0x2c,	/* writing applies both to vector 0 */
	REG_GONE = 0x30,	/* surprise removal for that many ms */
	REG_STALL = 0x34,	/* do nothing for so many ms */
	REG_BURST = 0x38,	/* raise vector 0 that many times */
	REG_TABLE = 0x100,	/* 64 words that keep the values written */
};

#define NIC_ID		0x736b7561
#define TABLE_WORDS	64
#define DMA_CHUNK	4096

struct nic {
	struct log log;
	struct loop *loop;
	struct pci_dev *pdev;
	struct bus_fe *fe;
	struct loop_timer back;
	uint32_t scratch, writes, len, sum, coal_ns;
	uint64_t addr;
	uint32_t table[TABLE_WORDS];
	void *held;
};

static uint32_t nic_read(void *priv, uint32_t off)
{
	struct nic *nic = priv;

	if (off >= REG_TABLE && off < REG_TABLE + 4 * TABLE_WORDS)
		return nic->table[(off - REG_TABLE) / 4];
	switch (off) {
	case REG_ID:
		return NIC_ID;
	case REG_SCRATCH:
		return nic->scratch;
	case REG_WRITES:
		return nic->writes;
	case REG_SUM:
		return nic->sum;
	default:
		return 0;
	}
}

static void nic_sum(struct nic *nic)
{
	uint8_t buf[DMA_CHUNK];
	uint32_t sum = 0;

	if (nic->len > sizeof(buf) ||
	    !dma_read(pci_dma(nic->pdev), nic->addr, buf, nic->len)) {
		nic->sum = UINT32_MAX;
		return;
	}
	for (uint32_t i = 0; i < nic->len; i++)
		sum += buf[i];
	nic->sum = sum;
}

static void nic_fill(struct nic *nic)
{
	uint8_t buf[DMA_CHUNK];

	memset(buf, 0xa5, sizeof(buf));
	nic->sum = nic->len <= sizeof(buf) &&
		   dma_write(pci_dma(nic->pdev), nic->addr, buf, nic->len) ?
		   0 : UINT32_MAX;
}

static void nic_dma(struct nic *nic, uint32_t op)
{
	struct dma *d = pci_dma(nic->pdev);

	switch (op) {
	case 1:
		nic_sum(nic);
		break;
	case 2:
		nic_fill(nic);
		break;
	case 3:
		if (!nic->held)
			nic->held = dma_get(d, nic->addr, nic->len, true);
		nic->sum = nic->held ? 0 : UINT32_MAX;
		break;
	case 4:
		dma_put(d, nic->held);
		nic->held = NULL;
		break;
	}
}

static void nic_back(struct loop_timer *t)
{
	pci_set_gone(container_of(t, struct nic, back)->pdev, false);
}

static void nic_write_irq(struct nic *nic, uint32_t off, uint32_t val)
{
	switch (off) {
	case REG_RAISE:
		pci_irq_entries(nic->pdev, val, 1);
		pci_irq_raise(nic->pdev, val);
		break;
	case REG_FLUSH:
		pci_irq_raise_now(nic->pdev, val);
		break;
	case REG_BURST:
		for (uint32_t i = 0; i < val; i++) {
			pci_irq_entries(nic->pdev, 0, 1);
			pci_irq_raise(nic->pdev, 0);
		}
		break;
	case REG_COAL_NS:
		nic->coal_ns = val;
		break;
	case REG_COAL_MAX:
		pci_irq_coalesce(nic->pdev, 0, nic->coal_ns, val);
		break;
	}
}

static void nic_write(void *priv, uint32_t off, uint32_t val)
{
	struct nic *nic = priv;

	nic->writes++;
	if (off >= REG_TABLE && off < REG_TABLE + 4 * TABLE_WORDS)
		nic->table[(off - REG_TABLE) / 4] = val;
	switch (off) {
	case REG_SCRATCH:
		nic->scratch = val;
		break;
	case REG_ADDR_LO:
		nic->addr = (nic->addr & ~0xffffffffULL) | val;
		break;
	case REG_ADDR_HI:
		nic->addr = (uint32_t)nic->addr | (uint64_t)val << 32;
		break;
	case REG_LEN:
		nic->len = val;
		break;
	case REG_DMA:
		nic_dma(nic, val);
		break;
	case REG_GONE:
		loop_timer_after(nic->loop, &nic->back, val * LOOP_NS_PER_MS);
		pci_set_gone(nic->pdev, true);
		break;
	case REG_STALL:
		usleep(val * 1000);
		break;
	default:
		nic_write_irq(nic, off, val);
	}
}

static void nic_reset(void *priv, enum bus_reset why)
{
	struct nic *nic = priv;

	(void)why;
	dma_put(pci_dma(nic->pdev), nic->held);
	nic->held = NULL;
	nic->scratch = 0;
	nic->writes = 0;
	nic->sum = 0;
	nic->addr = 0;
	nic->len = 0;
	memset(nic->table, 0, sizeof(nic->table));
}

static const struct pci_ops nic_ops = {
	.bar_read = nic_read,
	.bar_write = nic_write,
	.reset = nic_reset,
};

/* The last lines are written by a thread */
static void fail(void)
{
	log_end(LOOP_NS_PER_S);
	exit(1);
}

static struct nic *nic_new(struct loop *loop, const char *path, int n)
{
	struct nic *nic = calloc(1, sizeof(*nic));

	if (!nic)
		fail();
	log_init(&nic->log, "nic%d", n);
	nic->loop = loop;
	loop_timer_init(&nic->back, nic_back);
	nic->pdev = pci_new(loop, &nic->log, &nic_ops, nic);
	if (!nic->pdev)
		fail();
	nic->fe = vhost_front_end.new(loop, &nic->log, path, pci_bus(nic->pdev));
	if (!nic->fe)
		fail();
	return nic;
}

/* Print the counters that the tests check to stdout. */
/* The longest time for which the loop blocked outside of its poll */
static uint64_t blocked_us(struct loop *loop)
{
	const struct turn *t = loop_turn(loop);
	uint64_t worst = 0;

	for (int i = 0; i < TURN_CAUSES; i++) {
		if (t->worst[i].blocked_ns > worst)
			worst = t->worst[i].blocked_ns;
	}
	return worst / LOOP_NS_PER_US;
}

static void nic_report(const struct nic *nic, int n)
{
	struct bus_stat stat[BUS_STATS_MAX];
	unsigned int stats = nic->fe->ops->stats(nic->fe, stat);
	const struct pci_stats *p = pci_get_stats(nic->pdev);
	const struct dma_stats *d = dma_get_stats(pci_dma(nic->pdev));
	const struct {
		const char *name;
		uint64_t value;
	} c[] = {
		{ "raised", p->raised[0] },
		{ "sent", p->sent[0] },
		{ "coalesced", p->coalesced[0] },
		{ "dropped", p->dropped[0] },
		{ "bad_bar", p->bad_bar },
		{ "resets", p->resets },
		{ "rejected_range", d->rejected_range },
		{ "rejected_off", d->rejected_off },
		{ "rejected_budget", d->rejected_budget },
		{ "blocked_us", blocked_us(nic->loop) },
	};

	printf("{\"nic\": %d", n);
	for (unsigned int i = 0; i < stats; i++)
		printf(", \"%s\": %llu", stat[i].name,
		       (unsigned long long)stat[i].value);
	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		printf(", \"%s\": %llu", c[i].name,
		       (unsigned long long)c[i].value);
	puts("}");
}

struct stopper {
	struct loop_fd fd;
	struct loop *loop;
};

static void on_signal(struct loop_fd *w, uint32_t events)
{
	(void)events;
	loop_stop(container_of(w, struct stopper, fd)->loop);
}

int main(int argc, char **argv)
{
	struct loop *loop = loop_new(NULL);
	struct nic *nics[8] = { NULL };
	struct stopper stop = { .fd.fn = on_signal, .loop = loop };
	sigset_t set;
	int n = 0;

	if (!loop || log_start())
		return 1;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-d")) {
			log_set_level(LOG_LEVEL_DEBUG);
		} else if (!strcmp(argv[i], "-s")) {
			loop_set_spin(loop, 0);
		} else if (n < 8) {
			nics[n] = nic_new(loop, argv[i], n);
			n++;
		}
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	stop.fd.fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (stop.fd.fd < 0 || loop_fd_add(loop, &stop.fd, EPOLLIN))
		return 1;
	puts("ready");
	fflush(stdout);
	loop_run(loop);
	for (int i = 0; i < n; i++) {
		nic_report(nics[i], i);
		loop_timer_cancel(loop, &nics[i]->back);
		nics[i]->fe->ops->free(nics[i]->fe);
		pci_free(nics[i]->pdev);
		free(nics[i]);
	}
	close(stop.fd.fd);
	loop_free(loop);
	log_end(LOOP_NS_PER_S);
	return 0;
}
