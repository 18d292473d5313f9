// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bus front end for User-Mode Linux: a vhost-user server for its virt-pci
 *
 * The guest's kernel sends vhost-user messages over the socket to set up its
 * memory and two split virtqueues: 0 carries PCI transactions to the device, 1
 * carries interrupts back. Nothing of what arrives is trusted. A message or
 * ring that breaks the protocol costs the guest its connection; a transaction
 * that makes no sense is completed without data.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "bus.h"
#include "dma.h"
#include "log.h"
#include "loop.h"
#include "vhost.h"

/* The vhost-user protocol, as far as a guest of virt-pci uses it */

#define VU_VERSION		0x1
#define VU_VERSION_MASK		0x3
#define VU_FLAG_REPLY		0x4
#define VU_FLAG_NEED_REPLY	0x8

#define VU_F_PROTOCOL_FEATURES	30
#define VU_PF_REPLY_ACK		3
#define VU_PF_BACKEND_REQ	5

#define VU_FEATURES	(1ULL << VIRTIO_F_VERSION_1 | \
			 1ULL << VU_F_PROTOCOL_FEATURES)
#define VU_PFEATURES	(1ULL << VU_PF_REPLY_ACK | 1ULL << VU_PF_BACKEND_REQ)

#define VU_VRING_INDEX	0xff
#define VU_VRING_NO_FD	0x100

#define VU_MEM_REGIONS	8
#define VU_FDS		8

enum vu_request {
	VU_GET_FEATURES = 1,
	VU_SET_FEATURES = 2,
	VU_SET_OWNER = 3,
	VU_RESET_OWNER = 4,
	VU_SET_MEM_TABLE = 5,
	VU_SET_VRING_NUM = 8,
	VU_SET_VRING_ADDR = 9,
	VU_SET_VRING_BASE = 10,
	VU_GET_VRING_BASE = 11,
	VU_SET_VRING_KICK = 12,
	VU_SET_VRING_CALL = 13,
	VU_SET_VRING_ERR = 14,
	VU_GET_PROTOCOL_FEATURES = 15,
	VU_SET_PROTOCOL_FEATURES = 16,
	VU_GET_QUEUE_NUM = 17,
	VU_SET_VRING_ENABLE = 18,
	VU_SET_BACKEND_REQ_FD = 21,
	VU_REQUESTS,
};

struct vu_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size;
};

struct vu_vring_state {
	uint32_t index;
	uint32_t num;
};

struct vu_vring_addr {
	uint32_t index;
	uint32_t flags;
	uint64_t desc;
	uint64_t used;
	uint64_t avail;
	uint64_t log;
};

struct vu_region {
	uint64_t addr;
	uint64_t size;
	uint64_t user;
	uint64_t offset;
};

struct vu_mem_table {
	uint32_t num;
	uint32_t pad;
	struct vu_region region[VU_MEM_REGIONS];
};

union vu_payload {
	uint64_t num;
	struct vu_vring_state state;
	struct vu_vring_addr addr;
	struct vu_mem_table mem;
};

/* The messages of virt-pci: include/uapi/linux/virtio_pcidev.h in Linux */

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

struct vpci_msg {
	uint8_t op;
	uint8_t bar;
	uint16_t rsvd;
	uint32_t size;
	uint64_t addr;
};

/* The largest transaction; memcpy_fromio() makes one of any length. */
#define VPCI_MAX_DATA	4096

struct vpci_buf {
	struct vpci_msg msg;
	uint8_t data[VPCI_MAX_DATA];
};

enum { VQ_CMD, VQ_IRQ, VQ_COUNT };

#define VQ_MAX_SIZE	1024
/* Commands served before other duties of the loop have their turn */
#define VQ_BATCH	64
/* Commands are 256 at most under way, and a full queue loses writes. */
#define VQ_SIGNAL_EVERY	64
#define VQ_SIGNAL_IDLE_NS	(10 * LOOP_NS_PER_MS)
/* The guest gives up a read after 40 ms. */
#define VQ_LATE_NS	(40 * LOOP_NS_PER_MS)

/**
 * struct vhost_vq - one split virtqueue
 * @v: the front end
 * @size: entries, a power of two
 * @desc_addr: user address of the descriptors, as the others
 * @desc: descriptors in guest memory, NULL while the ring is stopped
 * @avail: available ring in guest memory
 * @used: used ring in guest memory
 * @have_addr: the addresses were set
 * @enabled: the guest enabled it
 * @next_avail: next entry of the available ring to look at
 * @next_used: next entry of the used ring to fill
 * @unsignalled: used entries the guest was not told of
 * @kick: the guest's notifications, fd -1 if there is none
 * @call_fd: ours to the guest, -1 if there is none
 */
struct vhost_vq {
	struct vhost *v;
	unsigned int size;
	uint64_t desc_addr, avail_addr, used_addr;
	uint8_t *desc, *avail, *used;
	bool have_addr;
	bool enabled;
	uint16_t next_avail;
	uint16_t next_used;
	unsigned int unsignalled;
	struct loop_fd kick;
	int call_fd;
};

/* One chain of descriptors, checked: where to read from and to write to */
#define CHAIN_SEGS	8

struct vq_seg {
	uint64_t addr;
	uint32_t len;
};

struct vq_chain {
	uint16_t head;
	unsigned int outs, ins;
	struct vq_seg out[CHAIN_SEGS], in[CHAIN_SEGS];
};

struct vhost {
	struct bus_fe fe;
	struct bus_dev *bd;
	struct loop *loop;
	struct log *log;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct loop_fd listen;
	struct loop_fd sock;
	struct loop_poll poll;
	struct loop_timer signal_timer;
	struct loop_work drop_work;
	bool polling;
	/* The connection is to be ended; nothing more is taken from it. */
	bool broken;

	/* The message being received */
	struct vu_header hdr;
	union vu_payload payload;
	size_t got;
	int fds[VU_FDS];
	unsigned int nfds;

	int backend_fd;
	uint64_t features, pfeatures;
	struct vu_region region[VU_MEM_REGIONS];
	unsigned int regions;
	bool reply_waits;
	struct vhost_vq vqs[VQ_COUNT];
	bool irq_waits;
	uint64_t polled_at;
	struct vpci_buf buf;
	struct vhost_stats stats;
};

/* What became of a message; VU_BROKEN ends the connection. */
enum vu_result {
	VU_OK,
	VU_REPLIED,
	VU_LATER,
	VU_REFUSED,
	VU_BROKEN,
};

/*
 * The guest broke the protocol: end the connection, soon. Not here, since the
 * device itself may have called, by raising an interrupt.
 */
static void vhost_drop(struct vhost *v, const char *why)
{
	if (v->broken)
		return;
	/* Zeroes where its rings were look like any other nonsense. */
	if (dma_dead(v->bd->dma))
		why = "its memory vanished, the file was truncated";
	log_err(v->log, "guest disconnected: %s", why);
	v->broken = true;
	v->stats.drops++;
	loop_defer(v->loop, &v->drop_work);
}

/* Rings */

static void vq_init(struct vhost *v, struct vhost_vq *vq)
{
	memset(vq, 0, sizeof(*vq));
	vq->v = v;
	vq->kick.fd = -1;
	vq->call_fd = -1;
}

/* Guest address behind an address in the guest's own address space. */
static bool vu_translate(const struct vhost *v, uint64_t user, uint64_t *addr)
{
	for (unsigned int i = 0; i < v->regions; i++) {
		const struct vu_region *r = &v->region[i];

		if (user >= r->user && user - r->user < r->size) {
			*addr = r->addr + (user - r->user);
			return true;
		}
	}
	return false;
}

static uint8_t *vq_map(struct vhost *v, uint64_t user, size_t len,
			  size_t align, bool write)
{
	uint64_t addr;

	if (!vu_translate(v, user, &addr) || addr % align)
		return NULL;
	return dma_bus_get(v->bd->dma, addr, len, write);
}

static void vq_stop(struct vhost_vq *vq)
{
	struct dma *d = vq->v->bd->dma;

	dma_put(d, vq->desc);
	dma_put(d, vq->avail);
	dma_put(d, vq->used);
	vq->desc = NULL;
	vq->avail = NULL;
	vq->used = NULL;
}

/* Suppress the guest's notifications, or ask for them. */
static void vq_notify(struct vhost_vq *vq, bool on)
{
	dma_store16(vq->used, on ? 0 : VRING_USED_F_NO_NOTIFY);
}

/* Begin to use a ring when all that it needs is there. */
static bool vq_start(struct vhost_vq *vq)
{
	struct vhost *v = vq->v;
	bool on = vq->enabled ||
		  !(v->features & 1ULL << VU_F_PROTOCOL_FEATURES);

	if (vq->desc || !on || !vq->have_addr || !vq->size ||
	    vq->kick.fd < 0)
		return true;
	vq->desc = vq_map(v, vq->desc_addr,
			     vq->size * sizeof(struct vring_desc), 16, false);
	vq->avail = vq_map(v, vq->avail_addr, 4 + 2 * vq->size, 2, false);
	vq->used = vq_map(v, vq->used_addr,
			     4 + sizeof(struct vring_used_elem) * vq->size, 4,
			     true);
	if (!vq->desc || !vq->avail || !vq->used) {
		log_warn(v->log, "virtqueue %u lies outside of guest memory",
			 (unsigned int)(vq - v->vqs));
		vq_stop(vq);
		return false;
	}
	vq->next_used = dma_load16(vq->used + 2);
	vq_notify(vq, false);
	return true;
}

static void vq_close_kick(struct vhost_vq *vq)
{
	if (vq->kick.fd < 0)
		return;
	loop_fd_del(vq->v->loop, &vq->kick);
	close(vq->kick.fd);
	vq->kick.fd = -1;
}

static void vq_close(struct vhost_vq *vq)
{
	vq_stop(vq);
	vq_close_kick(vq);
	if (vq->call_fd >= 0)
		close(vq->call_fd);
	vq_init(vq->v, vq);
}

/* Entries that the guest made available; more than the ring has is a lie. */
static int vq_avail(struct vhost_vq *vq)
{
	uint16_t n;

	if (vq->v->broken)
		return -1;
	/* Acquire: pairs with the guest's write barrier before this index. */
	n = (uint16_t)(dma_load_acquire16(vq->avail + 2) - vq->next_avail);
	if (n > vq->size) {
		vhost_drop(vq->v, "the available index of a virtqueue jumped");
		return -1;
	}
	return n;
}

/* Tell the guest that entries were used. Its pipe may be full: then it knows. */
static void vq_signal(struct vhost_vq *vq)
{
	const uint64_t one = 1;

	vq->unsignalled = 0;
	/* The used index must be out before the guest's wish is read. */
	dma_fence();
	if (vq->call_fd < 0 ||
	    (dma_load16(vq->avail) & VRING_AVAIL_F_NO_INTERRUPT))
		return;
	if (write(vq->call_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_warn(vq->v->log, "cannot notify the guest: %s",
			 strerror(errno));
}

static void vq_use(struct vhost_vq *vq, uint16_t head, uint32_t len)
{
	uint8_t *elem = vq->used + 4 + sizeof(struct vring_used_elem) *
			(vq->next_used & (vq->size - 1));

	dma_store32(elem, head);
	dma_store32(elem + 4, len);
	/* Release: pairs with the guest's read barrier after this index. */
	dma_store_release16(vq->used + 2, ++vq->next_used);
	vq->unsignalled++;
}

struct desc_table {
	const uint8_t *host;
	unsigned int size;
};

static void desc_load(const struct desc_table *t, unsigned int i,
		      struct vring_desc *d)
{
	const uint8_t *p = t->host + i * sizeof(*d);

	d->addr = dma_load64(p);
	d->len = dma_load32(p + 8);
	d->flags = dma_load16(p + 12);
	d->next = dma_load16(p + 14);
}

/* Add a descriptor to a chain. Returns what is wrong with it, or NULL. */
static const char *chain_add(struct vq_chain *c, const struct vring_desc *d)
{
	struct vq_seg *seg;

	if (d->flags & VRING_DESC_F_WRITE) {
		if (c->ins == CHAIN_SEGS)
			return "a descriptor chain is too long";
		seg = &c->in[c->ins++];
	} else {
		if (c->ins)
			return "a readable descriptor follows a writable one";
		if (c->outs == CHAIN_SEGS)
			return "a descriptor chain is too long";
		seg = &c->out[c->outs++];
	}
	seg->addr = d->addr;
	seg->len = d->len;
	return NULL;
}

/*
 * Walk a table from entry @i. A loop is longer than the table, and is seen by
 * that. With @indirect a descriptor may point to another table, once, which is
 * returned there.
 */
static const char *chain_walk(const struct desc_table *t, unsigned int i,
			      struct vq_chain *c, struct vring_desc *indirect)
{
	for (unsigned int steps = 0; steps < t->size; steps++) {
		const char *bad;
		struct vring_desc d;

		if (i >= t->size)
			return "a descriptor points beyond its table";
		desc_load(t, i, &d);
		if (d.flags & VRING_DESC_F_INDIRECT) {
			if (!indirect || (d.flags & VRING_DESC_F_NEXT))
				return "an indirect descriptor is misplaced";
			*indirect = d;
			return NULL;
		}
		bad = chain_add(c, &d);
		if (bad)
			return bad;
		if (!(d.flags & VRING_DESC_F_NEXT))
			return NULL;
		i = d.next;
	}
	return "a descriptor chain is a loop";
}

static const char *chain_walk_indirect(struct vhost *v, struct vq_chain *c,
				       const struct vring_desc *d)
{
	struct desc_table t = { .size = d->len / sizeof(*d) };
	const char *bad;
	void *p;

	if (!t.size || d->len % sizeof(*d) || d->addr % 8 ||
	    t.size > VQ_MAX_SIZE)
		return "an indirect table has a bad size or address";
	p = dma_bus_get(v->bd->dma, d->addr, d->len, false);
	if (!p)
		return "an indirect table lies outside of guest memory";
	t.host = p;
	bad = chain_walk(&t, 0, c, NULL);
	dma_put(v->bd->dma, p);
	return bad;
}

/* Take the next chain. There is one: the caller asked vq_avail(). */
static bool vq_pop(struct vhost_vq *vq, struct vq_chain *c)
{
	struct desc_table t = { .host = vq->desc, .size = vq->size };
	unsigned int slot = vq->next_avail & (vq->size - 1);
	struct vring_desc indirect = { .flags = 0 };
	const char *bad;

	c->head = dma_load16(vq->avail + 4 + 2 * slot);
	c->outs = 0;
	c->ins = 0;
	bad = chain_walk(&t, c->head, c, &indirect);
	if (!bad && indirect.flags)
		bad = chain_walk_indirect(vq->v, c, &indirect);
	if (bad) {
		vhost_drop(vq->v, bad);
		return false;
	}
	vq->next_avail++;
	return true;
}

/* Copies between a chain and a buffer; they return how many bytes went. */

static size_t chain_copy(struct vhost *v, const struct vq_seg *seg,
			 unsigned int segs, uint8_t *buf, size_t len, bool in)
{
	size_t done = 0;

	for (unsigned int i = 0; i < segs && done < len; i++) {
		size_t n = seg[i].len < len - done ? seg[i].len : len - done;
		void *p;

		if (!n)
			continue;
		p = dma_bus_get(v->bd->dma, seg[i].addr, n, in);
		if (!p)
			return 0;
		if (in)
			memcpy(p, buf + done, n);
		else
			memcpy(buf + done, p, n);
		dma_put(v->bd->dma, p);
		done += n;
	}
	return done;
}

static size_t chain_read(struct vhost *v, const struct vq_chain *c, void *buf,
			 size_t len)
{
	return chain_copy(v, c->out, c->outs, buf, len, false);
}

static size_t chain_write(struct vhost *v, const struct vq_chain *c,
			  void *buf, size_t len)
{
	return chain_copy(v, c->in, c->ins, buf, len, true);
}

/* PCI transactions */

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

/* A long transfer goes in words; the ends that are none go in bytes. */
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

/* Carry out a write of @len bytes of data. Returns what is wrong, or NULL. */
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

/* Carry out a read into @b->data. Returns what is wrong, or NULL. */
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

/* Carry out one command; returns how many bytes the guest got. */
static uint32_t vpci_command(struct vhost *v, const struct vq_chain *c)
{
	struct vpci_buf *b = &v->buf;
	size_t len = chain_read(v, c, b, sizeof(*b));
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
		n = chain_write(v, c, b->data, b->msg.size);
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
 * The guest frees posted commands when it is told that they were used, or when
 * it waits for an answer and looks for itself.
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

	if (!vq->used || !vq->unsignalled || v->broken)
		return;
	v->stats.signals++;
	vq_signal(vq);
}

/* Notice when this process was kept from serving for longer than guests wait. */
static void vhost_note_late(struct vhost *v, uint64_t now)
{
	uint64_t gap = now - v->polled_at;

	if (!v->polling || gap < VQ_LATE_NS)
		return;
	v->stats.late++;
	log_warn(v->log, "commands of the guest may have waited for %llu ms: a read may have been given up",
		 (unsigned long long)(gap / LOOP_NS_PER_MS));
}

static bool vhost_serve(struct vhost *v)
{
	struct vhost_vq *vq = &v->vqs[VQ_CMD];
	uint64_t now = loop_now(v->loop);
	struct vq_chain c;
	int n;

	n = vq_avail(vq);
	if (n > 0)
		vhost_note_late(v, now);
	v->polled_at = now;
	v->polling = true;
	if (n <= 0)
		return false;
	for (int i = 0; i < n && i < VQ_BATCH; i++) {
		uint32_t len;

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
			       now + VQ_SIGNAL_IDLE_NS);
	return true;
}

/* Interrupts */

static bool vhost_msi(struct bus_fe *fe, uint64_t addr, uint32_t data)
{
	struct vhost *v = container_of(fe, struct vhost, fe);
	struct vhost_vq *vq = &v->vqs[VQ_IRQ];
	struct {
		struct vpci_msg msg;
		uint8_t data[4];
	} m = {
		.msg = { .op = VPCI_MSI, .size = 4, .addr = addr },
	};
	struct vq_chain c;
	size_t n;

	le_put(m.data, 4, data);
	if (!vq->used || vq_avail(vq) <= 0) {
		v->stats.irqs_deferred++;
		v->irq_waits = true;
		return false;
	}
	if (!vq_pop(vq, &c))
		return false;
	n = chain_write(v, &c, (uint8_t *)&m, sizeof(m.msg) + 4);
	if (n < sizeof(m.msg) + 4) {
		vhost_drop(v, "a buffer for interrupts is too small or outside of guest memory");
		return false;
	}
	vq_use(vq, c.head, (uint32_t)n);
	vq_signal(vq);
	v->stats.irqs++;
	return true;
}

static const struct bus_fe_ops vhost_fe_ops = {
	.msi = vhost_msi,
};

/* Buffers came back while interrupts waited for them. */
static bool vhost_irq_room(struct vhost *v)
{
	struct vhost_vq *vq = &v->vqs[VQ_IRQ];

	if (!v->irq_waits || !vq->used || vq_avail(vq) <= 0)
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
	if (v->vqs[VQ_CMD].used)
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
	if (cmd->used)
		vq_notify(cmd, true);
	if (irq->used && v->irq_waits)
		vq_notify(irq, true);
	/* Pairs with the guest's between its available index and our flag. */
	dma_fence();
	if (cmd->used)
		busy = vq_avail(cmd) != 0;
	if (irq->used && v->irq_waits)
		busy |= vq_avail(irq) != 0;
	if (busy)
		vhost_disarm(p);
	return busy;
}

static void vhost_disarm(struct loop_poll *p)
{
	struct vhost *v = container_of(p, struct vhost, poll);

	for (int i = 0; i < VQ_COUNT; i++) {
		if (v->vqs[i].used)
			vq_notify(&v->vqs[i], false);
	}
}

/* Empty the eventfd; what it tells of, the poll finds by itself. */
static void vhost_kick(struct loop_fd *w, uint32_t events)
{
	struct vhost_vq *vq = container_of(w, struct vhost_vq, kick);
	uint64_t n;

	if (read(w->fd, &n, sizeof(n)) < 0 && errno == EAGAIN)
		return;
	if (events & (EPOLLERR | EPOLLHUP))
		vhost_drop(vq->v, "a kick descriptor is no eventfd");
}

/* Messages */

static struct vhost_vq *vu_vring(struct vhost *v, uint64_t index)
{
	if (index < VQ_COUNT)
		return &v->vqs[index];
	log_warn(v->log, "no virtqueue %llu", (unsigned long long)index);
	return NULL;
}

static enum vu_result vu_reply(struct vhost *v, const void *data, size_t len)
{
	struct {
		struct vu_header hdr;
		uint8_t data[sizeof(struct vu_vring_addr)];
	} m = {
		.hdr = {
			.request = v->hdr.request,
			.flags = VU_VERSION | VU_FLAG_REPLY,
			.size = (uint32_t)len,
		},
	};
	size_t size = sizeof(m.hdr) + len;

	memcpy(m.data, data, len);
	if (send(v->sock.fd, &m, size, MSG_NOSIGNAL | MSG_DONTWAIT) !=
	    (ssize_t)size) {
		log_warn(v->log, "the guest does not take our answers");
		return VU_BROKEN;
	}
	return VU_REPLIED;
}

static enum vu_result vu_reply_num(struct vhost *v, uint64_t num)
{
	return vu_reply(v, &num, sizeof(num));
}

static enum vu_result vu_get_features(struct vhost *v)
{
	return vu_reply_num(v, VU_FEATURES);
}

static enum vu_result vu_get_protocol_features(struct vhost *v)
{
	return vu_reply_num(v, VU_PFEATURES);
}

static enum vu_result vu_get_queue_num(struct vhost *v)
{
	return vu_reply_num(v, VQ_COUNT);
}

static enum vu_result vu_set_features(struct vhost *v)
{
	if (v->payload.num & ~VU_FEATURES) {
		log_warn(v->log, "the guest wants features that were not offered: 0x%llx",
			 (unsigned long long)(v->payload.num & ~VU_FEATURES));
		return VU_REFUSED;
	}
	v->features = v->payload.num;
	return VU_OK;
}

static enum vu_result vu_set_protocol_features(struct vhost *v)
{
	if (v->payload.num & ~VU_PFEATURES) {
		log_warn(v->log, "the guest wants protocol features that were not offered: 0x%llx",
			 (unsigned long long)(v->payload.num & ~VU_PFEATURES));
		return VU_REFUSED;
	}
	v->pfeatures = v->payload.num;
	return VU_OK;
}

static enum vu_result vu_set_owner(struct vhost *v)
{
	(void)v;
	return VU_OK;
}

/* The guest's virtio device is gone, and with it the slot that it carried. */
static void vhost_unplug(struct vhost *v)
{
	for (int i = 0; i < VQ_COUNT; i++)
		vq_stop(&v->vqs[i]);
	v->irq_waits = false;
	loop_timer_cancel(v->loop, &v->signal_timer);
	v->bd->ops->reset(v->bd, BUS_RESET_BUS);
}

static enum vu_result vu_reset_owner(struct vhost *v)
{
	for (int i = 0; i < VQ_COUNT; i++)
		v->vqs[i].enabled = false;
	vhost_unplug(v);
	return VU_OK;
}

/* Nobody holds the old memory any more: the guest may have it back. */
static void vu_mem_idle(void *arg)
{
	struct vhost *v = arg;

	if (!v->reply_waits)
		return;
	v->reply_waits = false;
	v->hdr.request = VU_SET_MEM_TABLE;
	if (vu_reply_num(v, 0) == VU_BROKEN)
		vhost_drop(v, "it does not take answers");
}

static bool vu_map_regions(struct vhost *v, const struct vu_mem_table *t)
{
	for (uint32_t i = 0; i < t->num; i++) {
		const struct vu_region *r = &t->region[i];
		int ret = dma_map(v->bd->dma, r->addr, r->size, v->fds[i],
				  r->offset, true);

		if (ret) {
			log_warn(v->log, "guest memory of %llu bytes at 0x%llx refused: %s",
				 (unsigned long long)r->size,
				 (unsigned long long)r->addr, strerror(-ret));
			dma_unmap_all(v->bd->dma);
			v->regions = 0;
			return false;
		}
		v->region[v->regions++] = *r;
	}
	return true;
}

static enum vu_result vu_set_mem_table(struct vhost *v)
{
	const struct vu_mem_table *t = &v->payload.mem;
	size_t have = (v->hdr.size - offsetof(struct vu_mem_table, region)) /
		      sizeof(t->region[0]);

	if (t->num > VU_MEM_REGIONS || t->num > have || t->num != v->nfds) {
		log_warn(v->log, "a memory table of %u regions came with %zu entries and %u descriptors",
			 t->num, have, v->nfds);
		return VU_BROKEN;
	}
	if (v->regions)
		vhost_unplug(v);
	dma_unmap_all(v->bd->dma);
	v->regions = 0;
	if (!vu_map_regions(v, t))
		return VU_REFUSED;
	for (int i = 0; i < VQ_COUNT; i++) {
		if (!vq_start(&v->vqs[i]))
			return VU_REFUSED;
	}
	if (dma_idle(v->bd->dma))
		return VU_OK;
	dma_on_idle(v->bd->dma, vu_mem_idle, v);
	return VU_LATER;
}

static enum vu_result vu_set_vring_num(struct vhost *v)
{
	uint32_t num = v->payload.state.num;
	struct vhost_vq *vq = vu_vring(v, v->payload.state.index);

	if (!vq)
		return VU_REFUSED;
	if (vq->desc || !num || num > VQ_MAX_SIZE || (num & (num - 1))) {
		log_warn(v->log, "a virtqueue cannot have %u entries%s", num,
			 vq->desc ? " while it runs" : "");
		return VU_REFUSED;
	}
	vq->size = num;
	return VU_OK;
}

static enum vu_result vu_set_vring_addr(struct vhost *v)
{
	const struct vu_vring_addr *a = &v->payload.addr;
	struct vhost_vq *vq = vu_vring(v, a->index);

	if (!vq)
		return VU_REFUSED;
	if (vq->desc) {
		log_warn(v->log, "a virtqueue cannot move while it runs");
		return VU_REFUSED;
	}
	vq->desc_addr = a->desc;
	vq->avail_addr = a->avail;
	vq->used_addr = a->used;
	vq->have_addr = true;
	return vq_start(vq) ? VU_OK : VU_REFUSED;
}

static enum vu_result vu_set_vring_base(struct vhost *v)
{
	struct vhost_vq *vq = vu_vring(v, v->payload.state.index);

	if (!vq || vq->desc || v->payload.state.num > UINT16_MAX)
		return VU_REFUSED;
	vq->next_avail = (uint16_t)v->payload.state.num;
	return VU_OK;
}

static enum vu_result vu_get_vring_base(struct vhost *v)
{
	struct vhost_vq *vq = vu_vring(v, v->payload.state.index);
	struct vu_vring_state state = v->payload.state;

	if (!vq)
		return VU_BROKEN;
	vq_stop(vq);
	vq_close_kick(vq);
	state.num = vq->next_avail;
	return vu_reply(v, &state, sizeof(state));
}

/*
 * The ring and descriptor of a SET_VRING_KICK, CALL or ERR; *@fd is -1 if the
 * guest says that there is none.
 */
static struct vhost_vq *vu_vring_fd(struct vhost *v, int *fd)
{
	bool none = v->payload.num & VU_VRING_NO_FD;
	struct vhost_vq *vq = vu_vring(v, v->payload.num & VU_VRING_INDEX);

	*fd = -1;
	if (!vq || none != !v->nfds)
		return NULL;
	if (none)
		return vq;
	if (fcntl(v->fds[0], F_SETFL, O_NONBLOCK))
		return NULL;
	*fd = v->fds[0];
	v->fds[0] = -1;
	return vq;
}

static enum vu_result vu_set_vring_kick(struct vhost *v)
{
	int fd, ret;
	struct vhost_vq *vq = vu_vring_fd(v, &fd);

	if (!vq)
		return VU_BROKEN;
	vq_close_kick(vq);
	if (fd < 0)
		return VU_OK;
	vq->kick.fd = fd;
	vq->kick.fn = vhost_kick;
	ret = loop_fd_add(v->loop, &vq->kick, EPOLLIN);
	if (ret) {
		log_warn(v->log, "a kick descriptor is no eventfd: %s",
			 strerror(-ret));
		close(fd);
		vq->kick.fd = -1;
		return VU_REFUSED;
	}
	return vq_start(vq) ? VU_OK : VU_REFUSED;
}

static enum vu_result vu_set_vring_call(struct vhost *v)
{
	int fd;
	struct vhost_vq *vq = vu_vring_fd(v, &fd);

	if (!vq)
		return VU_BROKEN;
	if (vq->call_fd >= 0)
		close(vq->call_fd);
	vq->call_fd = fd;
	return VU_OK;
}

/* We report errors in the log and by hanging up. */
static enum vu_result vu_set_vring_err(struct vhost *v)
{
	int fd;
	struct vhost_vq *vq = vu_vring_fd(v, &fd);

	if (fd >= 0)
		close(fd);
	return vq ? VU_OK : VU_BROKEN;
}

static enum vu_result vu_set_vring_enable(struct vhost *v)
{
	struct vhost_vq *vq = vu_vring(v, v->payload.state.index);
	bool was;

	if (!vq)
		return VU_REFUSED;
	was = vq->enabled;
	vq->enabled = v->payload.state.num != 0;
	if (vq->enabled)
		return vq_start(vq) ? VU_OK : VU_REFUSED;
	vq_stop(vq);
	if (was && vq == &v->vqs[VQ_CMD])
		vhost_unplug(v);
	return VU_OK;
}

/* The guest insists on giving one; it is never used, but must stay open. */
static enum vu_result vu_set_backend_fd(struct vhost *v)
{
	if (v->backend_fd >= 0)
		close(v->backend_fd);
	v->backend_fd = v->fds[0];
	v->fds[0] = -1;
	return VU_OK;
}

/**
 * struct vu_handler - a message of vhost-user
 * @min: least size of its payload
 * @max: largest size of its payload
 * @fds_min: least number of descriptors with it
 * @fds_max: largest number of descriptors with it
 * @fn: carries it out
 */
struct vu_handler {
	uint32_t min, max;
	unsigned int fds_min, fds_max;
	enum vu_result (*fn)(struct vhost *v);
};

#define STATE	sizeof(struct vu_vring_state)

static const struct vu_handler vu_handlers[VU_REQUESTS] = {
	[VU_GET_FEATURES] = { 0, 0, 0, 0, vu_get_features },
	[VU_SET_FEATURES] = { 8, 8, 0, 0, vu_set_features },
	[VU_SET_OWNER] = { 0, 0, 0, 0, vu_set_owner },
	[VU_RESET_OWNER] = { 0, 0, 0, 0, vu_reset_owner },
	[VU_SET_MEM_TABLE] = { 8, sizeof(struct vu_mem_table), 0, VU_FDS,
			       vu_set_mem_table },
	[VU_SET_VRING_NUM] = { STATE, STATE, 0, 0, vu_set_vring_num },
	[VU_SET_VRING_ADDR] = { sizeof(struct vu_vring_addr),
				sizeof(struct vu_vring_addr), 0, 0,
				vu_set_vring_addr },
	[VU_SET_VRING_BASE] = { STATE, STATE, 0, 0, vu_set_vring_base },
	[VU_GET_VRING_BASE] = { STATE, STATE, 0, 0, vu_get_vring_base },
	[VU_SET_VRING_KICK] = { 8, 8, 0, 1, vu_set_vring_kick },
	[VU_SET_VRING_CALL] = { 8, 8, 0, 1, vu_set_vring_call },
	[VU_SET_VRING_ERR] = { 8, 8, 0, 1, vu_set_vring_err },
	[VU_GET_PROTOCOL_FEATURES] = { 0, 0, 0, 0, vu_get_protocol_features },
	[VU_SET_PROTOCOL_FEATURES] = { 8, 8, 0, 0, vu_set_protocol_features },
	[VU_GET_QUEUE_NUM] = { 0, 0, 0, 0, vu_get_queue_num },
	[VU_SET_VRING_ENABLE] = { STATE, STATE, 0, 0, vu_set_vring_enable },
	[VU_SET_BACKEND_REQ_FD] = { 0, 0, 1, 1, vu_set_backend_fd },
};

static enum vu_result vu_dispatch(struct vhost *v)
{
	const struct vu_handler *h = NULL;

	if (v->hdr.request < VU_REQUESTS)
		h = &vu_handlers[v->hdr.request];
	if (!h || !h->fn) {
		log_warn(v->log, "message %u is unknown", v->hdr.request);
		return VU_REFUSED;
	}
	if (v->hdr.size < h->min || v->hdr.size > h->max ||
	    v->nfds < h->fds_min || v->nfds > h->fds_max) {
		log_warn(v->log, "message %u has %u bytes and %u descriptors",
			 v->hdr.request, v->hdr.size, v->nfds);
		return VU_BROKEN;
	}
	log_dbg(v->log, "message %u, %u bytes", v->hdr.request, v->hdr.size);
	return h->fn(v);
}

static void vu_close_fds(struct vhost *v)
{
	for (unsigned int i = 0; i < v->nfds; i++) {
		if (v->fds[i] >= 0)
			close(v->fds[i]);
	}
	v->nfds = 0;
}

/* A whole message is there. Returns false when the connection must end. */
static bool vu_message(struct vhost *v)
{
	enum vu_result res = vu_dispatch(v);
	/* Linux asks for the first answer in the message that negotiates it. */
	bool ack = (v->hdr.flags & VU_FLAG_NEED_REPLY) &&
		   (v->pfeatures & 1ULL << VU_PF_REPLY_ACK);

	vu_close_fds(v);
	v->got = 0;
	switch (res) {
	case VU_OK:
		return !ack || vu_reply_num(v, 0) != VU_BROKEN;
	case VU_REPLIED:
		return true;
	case VU_LATER:
		v->reply_waits = ack;
		return true;
	case VU_REFUSED:
		/* Who does not ask for answers would never learn of it. */
		return ack && vu_reply_num(v, 1) != VU_BROKEN;
	case VU_BROKEN:
		break;
	}
	return false;
}

static bool vu_take_fds(struct vhost *v, struct msghdr *mh)
{
	bool ok = !(mh->msg_flags & MSG_CTRUNC);

	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (v->nfds < VU_FDS) {
				v->fds[v->nfds++] = fd;
			} else {
				close(fd);
				ok = false;
			}
		}
	}
	if (!ok)
		log_warn(v->log, "a message has too many descriptors");
	return ok;
}

/* Receive what is still missing of the header, then of the payload. */
static ssize_t vu_receive(struct vhost *v)
{
	uint8_t control[CMSG_SPACE(VU_FDS * sizeof(int))];
	bool head = v->got < sizeof(v->hdr);
	struct iovec iov = {
		.iov_base = head ? (uint8_t *)&v->hdr + v->got :
			    (uint8_t *)&v->payload + v->got - sizeof(v->hdr),
		.iov_len = (head ? 0 : v->hdr.size) + sizeof(v->hdr) - v->got,
	};
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(v->sock.fd, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!n)
		return -EPIPE;
	if (!vu_take_fds(v, &mh))
		return -EPROTO;
	v->got += (size_t)n;
	return n;
}

static bool vu_header_ok(struct vhost *v)
{
	if ((v->hdr.flags & VU_VERSION_MASK) == VU_VERSION &&
	    !(v->hdr.flags & VU_FLAG_REPLY) &&
	    v->hdr.size <= sizeof(v->payload))
		return true;
	log_warn(v->log, "message %u has flags 0x%x and %u bytes",
		 v->hdr.request, v->hdr.flags, v->hdr.size);
	return false;
}

static void vhost_close(struct vhost *v);

static void vhost_sock(struct loop_fd *w, uint32_t events)
{
	struct vhost *v = container_of(w, struct vhost, sock);
	ssize_t n = vu_receive(v);

	(void)events;
	if (v->broken)
		return;
	if (n == -EPROTO) {
		vhost_drop(v, "a message is malformed");
	} else if (n < 0) {
		log_info(v->log, "the guest is gone");
		vhost_close(v);
	} else if (v->got >= sizeof(v->hdr)) {
		if (!vu_header_ok(v) ||
		    (v->got == sizeof(v->hdr) + v->hdr.size && !vu_message(v)))
			vhost_drop(v, "a message was refused");
	}
}

/* Life */

/* The guest is gone: forget all that was its own. */
static void vhost_close(struct vhost *v)
{
	loop_work_cancel(v->loop, &v->drop_work);
	loop_timer_cancel(v->loop, &v->signal_timer);
	for (int i = 0; i < VQ_COUNT; i++)
		vq_close(&v->vqs[i]);
	v->bd->fe = NULL;
	v->bd->ops->reset(v->bd, BUS_RESET_DISCONNECT);
	dma_on_idle(v->bd->dma, NULL, NULL);
	dma_unmap_all(v->bd->dma);
	vu_close_fds(v);
	if (v->backend_fd >= 0)
		close(v->backend_fd);
	v->backend_fd = -1;
	loop_fd_del(v->loop, &v->sock);
	close(v->sock.fd);
	v->sock.fd = -1;
	v->got = 0;
	v->features = 0;
	v->pfeatures = 0;
	v->regions = 0;
	v->reply_waits = false;
	v->irq_waits = false;
	v->broken = false;
}

static void vhost_drop_work(struct loop_work *w)
{
	vhost_close(container_of(w, struct vhost, drop_work));
}

/* A guest that reboots may call before we learnt that it had hung up. */
static bool vhost_hung_up(struct vhost *v)
{
	struct pollfd p = { .fd = v->sock.fd, .events = POLLRDHUP };

	return v->broken || poll(&p, 1, 0) > 0;
}

static void vhost_accept(struct loop_fd *w, uint32_t events)
{
	struct vhost *v = container_of(w, struct vhost, listen);
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	if (v->sock.fd >= 0 && vhost_hung_up(v))
		vhost_close(v);
	if (v->sock.fd >= 0) {
		log_warn(v->log, "a second guest was turned away: this NIC is taken");
		close(fd);
		return;
	}
	v->sock.fd = fd;
	if (loop_fd_add(v->loop, &v->sock, EPOLLIN)) {
		close(fd);
		v->sock.fd = -1;
		return;
	}
	v->bd->fe = &v->fe;
	v->stats.connects++;
	log_info(v->log, "a guest has connected");
}

/* A socket of a process that died is in the way, one that lives is not. */
static void vhost_unlink_stale(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (fd < 0)
		return;
	if (!lstat(sa->sun_path, &st) && S_ISSOCK(st.st_mode) &&
	    connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) &&
	    errno == ECONNREFUSED)
		unlink(sa->sun_path);
	close(fd);
}

static int vhost_listen(struct vhost *v)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int ret;

	memcpy(sa.sun_path, v->path, sizeof(sa.sun_path));
	vhost_unlink_stale(&sa);
	v->listen.fn = vhost_accept;
	v->listen.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
			      SOCK_NONBLOCK, 0);
	if (v->listen.fd < 0)
		return -errno;
	if (bind(v->listen.fd, (const struct sockaddr *)&sa, sizeof(sa))) {
		ret = -errno;
		goto err;
	}
	ret = listen(v->listen.fd, 16) ? -errno :
	      loop_fd_add(v->loop, &v->listen, EPOLLIN);
	if (!ret)
		return 0;
	unlink(v->path);
err:
	close(v->listen.fd);
	return ret;
}

struct vhost *vhost_new(struct loop *loop, struct log *log, const char *path,
			struct bus_dev *bd)
{
	struct vhost *v = calloc(1, sizeof(*v));
	int ret = -ENAMETOOLONG;

	if (!v)
		return NULL;
	v->fe.ops = &vhost_fe_ops;
	v->bd = bd;
	v->loop = loop;
	v->log = log;
	v->sock.fd = -1;
	v->sock.fn = vhost_sock;
	v->backend_fd = -1;
	for (int i = 0; i < VQ_COUNT; i++)
		vq_init(v, &v->vqs[i]);
	loop_timer_init(&v->signal_timer, vhost_signal_timer);
	loop_work_init(&v->drop_work, vhost_drop_work);
	if (strlen(path) < sizeof(v->path)) {
		strcpy(v->path, path);
		ret = vhost_listen(v);
	}
	if (ret) {
		log_err(log, "cannot listen on %s: %s", path, strerror(-ret));
		free(v);
		errno = -ret;
		return NULL;
	}
	v->poll.poll = vhost_poll;
	v->poll.arm = vhost_arm;
	v->poll.disarm = vhost_disarm;
	loop_poll_add(loop, &v->poll, LOOP_POLL_BUS);
	return v;
}

void vhost_free(struct vhost *v)
{
	if (!v)
		return;
	if (v->sock.fd >= 0)
		vhost_close(v);
	loop_poll_del(v->loop, &v->poll);
	loop_fd_del(v->loop, &v->listen);
	close(v->listen.fd);
	unlink(v->path);
	free(v);
}

const struct vhost_stats *vhost_get_stats(const struct vhost *v)
{
	return &v->stats;
}
