// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI transactions of User-Mode Linux's virt-pci, in both directions
 */
#include <string.h>

#include "base/base.h"
#include "bus/vhost/priv.h"
#include "pcie/pcie.h"

enum vpci_op {
	VPCI_CFG_READ = 1,
	VPCI_CFG_WRITE = 2,
	VPCI_MMIO_READ = 3,
	VPCI_MMIO_WRITE = 4,
	VPCI_MMIO_MEMSET = 5,
	VPCI_INT = 6,
	VPCI_MSI = 7,
	VPCI_PME = 8,
};

/* Commands served before the other callbacks of the loop have their turn */
#define VQ_BATCH	64
/* At most 256 commands are under way, and a full queue loses writes. */
#define VQ_SIGNAL_EVERY	64
#define VQ_SIGNAL_IDLE_NS	(10 * LOOP_NS_PER_MS)
/* The guest gives up a read after 40 ms. */
#define VQ_LATE_NS	(40 * LOOP_NS_PER_MS)

/* From the guest to the device */

static uint64_t le_get(const uint8_t *p, unsigned int size)
{
	uint64_t val = 0;

	for (unsigned int i = 0; i < size; i++)
		val |= (uint64_t)p[i] << 8 * i;
	return val;
}

static void le_put(uint8_t *p, unsigned int size, uint64_t val)
{
	for (unsigned int i = 0; i < size; i++)
		p[i] = (uint8_t)(val >> 8 * i);
}

/* A long transfer goes in words, and its unaligned ends go in bytes. */
static unsigned int bar_step(uint64_t addr, uint32_t left, uint32_t size)
{
	if (size == 1 || size == 2 || size == 4 || size == 8)
		return size;
	return addr % 4 || left < 4 ? 1 : 4;
}

static void bar_read(struct vhost *v, const struct vpci_msg *m, uint8_t *data)
{
	for (uint32_t at = 0; at < m->size;) {
		unsigned int n = bar_step(m->addr + at, m->size - at, m->size);

		le_put(data + at, n, v->bd->ops->bar_read(v->bd, m->bar,
							  m->addr + at, n));
		at += n;
	}
}

static void bar_write(struct vhost *v, const struct vpci_msg *m,
		      const uint8_t *data)
{
	for (uint32_t at = 0; at < m->size;) {
		unsigned int n = bar_step(m->addr + at, m->size - at, m->size);

		v->bd->ops->bar_write(v->bd, m->bar, m->addr + at, n,
				      le_get(data + at, n));
		at += n;
	}
}

static bool cfg_size_ok(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* Carry out a write of @len bytes of data. Returns an error in words, or NULL. */
static const char *vpci_write(struct vhost *v, struct vpci_buf *b, size_t len)
{
	const struct vpci_msg *m = &b->msg;

	switch (m->op) {
	case VPCI_CFG_WRITE:
		if (!cfg_size_ok(m->size) || len < m->size)
			return "a configuration write has a bad size";
		v->bd->ops->cfg_write(v->bd, m->addr, m->size,
				      le_get(b->data, m->size));
		return NULL;
	case VPCI_MMIO_WRITE:
		if (!m->size || m->size > VPCI_MAX_DATA || len < m->size)
			return "a memory write has a bad size";
		bar_write(v, m, b->data);
		return NULL;
	case VPCI_MMIO_MEMSET:
		if (!m->size || m->size > VPCI_MAX_DATA || len < 1)
			return "a memory fill has a bad size";
		memset(b->data, b->data[0], m->size);
		bar_write(v, m, b->data);
		return NULL;
	default:
		return "an operation is unknown";
	}
}

/* Carry out a read into @b->data. Returns an error in words, or NULL. */
static const char *vpci_read(struct vhost *v, struct vpci_buf *b)
{
	const struct vpci_msg *m = &b->msg;

	if (m->op == VPCI_CFG_READ) {
		if (!cfg_size_ok(m->size))
			return "a configuration read has a bad size";
		le_put(b->data, m->size, v->bd->ops->cfg_read(v->bd, m->addr,
							      m->size));
		return NULL;
	}
	if (!m->size || m->size > VPCI_MAX_DATA)
		return "a memory read has a bad size";
	bar_read(v, m, b->data);
	return NULL;
}

/* Carry out one command. Return: the number of bytes that the guest got. */
static uint32_t vpci_command(struct vhost *v, const struct vq_chain *c)
{
	struct vpci_buf *b = &v->buf;
	size_t len = vq_chain_read(v, c, b, sizeof(*b));
	const char *bad = "it is shorter than its header";
	size_t n = 0;

	v->stats.commands++;
	if (len < sizeof(b->msg))
		goto out;
	len -= sizeof(b->msg);
	if (b->msg.op == VPCI_CFG_READ || b->msg.op == VPCI_MMIO_READ) {
		bad = vpci_read(v, b);
		if (bad)
			goto out;
		n = vq_chain_write(v, c, b->data, b->msg.size);
		if (n < b->msg.size)
			bad = "there is no room for the answer";
	} else {
		v->stats.posted++;
		bad = vpci_write(v, b, len);
	}
out:
	if (bad) {
		v->stats.bad_commands++;
		log_warn(v->log, "PCI command of the guest ignored: %s", bad);
	}
	return (uint32_t)n;
}

/*
 * The guest frees posted commands when it is notified that they were used, or
 * when it polls the ring for an answer.
 */
static void vq_note_used(struct vhost *v, struct vhost_vq *vq, bool waits)
{
	if (waits) {
		vq->unsignalled = 0;
	} else if (vq->unsignalled >= VQ_SIGNAL_EVERY) {
		v->stats.signals++;
		vq_signal(vq);
	}
}

static void vhost_signal_timer(struct loop_timer *t)
{
	struct vhost *v = container_of(t, struct vhost, signal_timer);
	struct vhost_vq *vq = &v->vqs[VQ_CMD];

	if (!vq_running(vq) || !vq->unsignalled || v->broken)
		return;
	v->stats.signals++;
	vq_signal(vq);
}

/* Notice if this process could not serve for longer than a guest waits. */
static void vhost_note_late(struct vhost *v)
{
	uint64_t now = loop_now(v->loop), gap = now - v->polled_at;
	bool late = v->polling && gap >= VQ_LATE_NS;

	v->polled_at = now;
	v->polling = true;
	if (!late)
		return;
	v->stats.late++;
	log_warn(v->log, "commands of the guest may have waited for %llu ms: a read may have been given up",
		 (unsigned long long)(gap / LOOP_NS_PER_MS));
}

static bool vhost_serve(struct vhost *v)
{
	struct vhost_vq *vq = &v->vqs[VQ_CMD];
	struct vq_chain c;
	int n;

	n = vq_avail(vq);
	if (n <= 0) {
		v->polled_at = loop_now(v->loop);
		v->polling = true;
		return false;
	}
	for (int i = 0; i < n && i < VQ_BATCH; i++) {
		uint32_t len;

		/* Long commands, or many guests: the rest comes next time */
		if (i && turn_late(loop_turn(v->loop)))
			break;
		/* For each command: it may have waited for those before it */
		vhost_note_late(v);
		if (!vq_pop(vq, &c))
			return true;
		len = vpci_command(v, &c);
		if (v->broken)
			return true;
		vq_use(vq, c.head, len);
		vq_note_used(v, vq, c.ins != 0);
	}
	if (vq->unsignalled && !loop_timer_armed(&v->signal_timer))
		loop_timer_set(v->loop, &v->signal_timer,
			       v->polled_at + VQ_SIGNAL_IDLE_NS);
	return true;
}

/* Interrupts to the guest */

bool vhost_irq(struct bus_fe *fe, unsigned int vector)
{
	struct vhost *v = container_of(fe, struct vhost, fe);
	struct bus_irq_msg irq = v->bd->ops->irq_msg(v->bd, vector);
	struct vhost_vq *vq = &v->vqs[VQ_IRQ];
	struct {
		struct vpci_msg msg;
		uint8_t data[4];
	} m = {
		.msg = { .op = VPCI_MSI, .size = 4, .addr = irq.addr },
	};
	struct vq_chain c;
	size_t n;

	le_put(m.data, 4, irq.data);
	if (!vq_running(vq) || vq_avail(vq) <= 0) {
		v->stats.irqs_deferred++;
		v->irq_waits = true;
		return false;
	}
	if (!vq_pop(vq, &c))
		return false;
	n = vq_chain_write(v, &c, (uint8_t *)&m, sizeof(m.msg) + 4);
	if (n < sizeof(m.msg) + 4) {
		vhost_drop(v, "a buffer for interrupts is too small or outside of guest memory");
		return false;
	}
	vq_use(vq, c.head, (uint32_t)n);
	vq_signal(vq);
	v->stats.irqs++;
	return true;
}

/* The guest has returned buffers that interrupts wait for. */
static bool vhost_irq_room(struct vhost *v)
{
	struct vhost_vq *vq = &v->vqs[VQ_IRQ];

	if (!v->irq_waits || !vq_running(vq) || vq_avail(vq) <= 0)
		return false;
	v->irq_waits = false;
	v->bd->ops->irq_room(v->bd);
	return true;
}

/* Polling */

static bool vhost_poll(struct loop_poll *p)
{
	struct vhost *v = container_of(p, struct vhost, poll);
	bool busy = false;

	if (v->broken || v->sock.fd < 0)
		return false;
	if (vq_running(&v->vqs[VQ_CMD]))
		busy = vhost_serve(v);
	busy |= vhost_irq_room(v);
	if (dma_dead(v->bd->dma))
		vhost_drop(v, "its memory vanished");
	return busy;
}

static void vhost_disarm(struct loop_poll *p);

static bool vhost_arm(struct loop_poll *p)
{
	struct vhost *v = container_of(p, struct vhost, poll);
	struct vhost_vq *cmd = &v->vqs[VQ_CMD], *irq = &v->vqs[VQ_IRQ];
	bool busy = false;

	v->polling = false;
	if (v->broken)
		return true;
	if (vq_running(cmd))
		vq_notify(cmd, true);
	if (vq_running(irq) && v->irq_waits)
		vq_notify(irq, true);
	/* Pairs with the guest's barrier between its available index and our flag. */
	dma_fence();
	if (vq_running(cmd))
		busy = vq_avail(cmd) != 0;
	if (vq_running(irq) && v->irq_waits)
		busy |= vq_avail(irq) != 0;
	if (busy)
		vhost_disarm(p);
	return busy;
}

static void vhost_disarm(struct loop_poll *p)
{
	struct vhost *v = container_of(p, struct vhost, poll);

	for (int i = 0; i < VQ_COUNT; i++) {
		if (vq_running(&v->vqs[i]))
			vq_notify(&v->vqs[i], false);
	}
}

void vhost_pci_init(struct vhost *v)
{
	loop_timer_init(&v->signal_timer, vhost_signal_timer);
	v->poll.poll = vhost_poll;
	v->poll.arm = vhost_arm;
	v->poll.disarm = vhost_disarm;
}
