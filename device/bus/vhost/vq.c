// SPDX-License-Identifier: GPL-2.0-only
/*
 * Split virtqueues in guest memory
 */
#include <string.h>
#include <linux/virtio_ring.h>

#include "base/base.h"
#include "bus/vhost/priv.h"
#include "pcie/pcie.h"

void vq_init(struct vhost *v, struct vhost_vq *vq)
{
	memset(vq, 0, sizeof(*vq));
	vq->v = v;
	vq->kick.fd = -1;
}

/* Find the guest physical address of an address in the guest's own space. */
static bool vq_translate(const struct vhost *v, uint64_t user, uint64_t *addr)
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

	if (!vq_translate(v, user, &addr) || addr % align)
		return NULL;
	return dma_bus_get(v->bd->dma, addr, len, write);
}

void vq_stop(struct vhost_vq *vq)
{
	struct dma *d = vq->v->bd->dma;

	dma_put(d, vq->desc);
	dma_put(d, vq->avail);
	dma_put(d, vq->used);
	vq->desc = NULL;
	vq->avail = NULL;
	vq->used = NULL;
}

void vq_notify(struct vhost_vq *vq, bool on)
{
	dma_store16(vq->used, on ? 0 : VRING_USED_F_NO_NOTIFY);
}

bool vq_start(struct vhost_vq *vq)
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

static struct vhost_call *vq_call(const struct vhost_vq *vq)
{
	return &vq->v->call[vq - vq->v->vqs];
}

void vq_close_kick(struct vhost_vq *vq)
{
	if (vq->kick.fd < 0)
		return;
	loop_fd_del(vq->v->loop, &vq->kick);
	helper_close(vq->v->helper, vq->kick.fd);
	vq->kick.fd = -1;
}

void vq_close(struct vhost_vq *vq)
{
	vq_stop(vq);
	vq_close_kick(vq);
	vhost_call_set(vq->v, vq_call(vq), -1, false);
	vq_init(vq->v, vq);
}

/* Entries that the guest made available; never more than the ring has. */
int vq_avail(struct vhost_vq *vq)
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

void vq_signal(struct vhost_vq *vq)
{
	struct vhost_call *c = vq_call(vq);

	vq->unsignalled = 0;
	/* The used index must be visible before the guest's flag is read. */
	dma_fence();
	if (c->fd >= 0 &&
	    !(dma_load16(vq->avail) & VRING_AVAIL_F_NO_INTERRUPT))
		vhost_call(vq->v, c);
}

void vq_use(struct vhost_vq *vq, uint16_t head, uint32_t len)
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

/* Add a descriptor to a chain. Returns its fault in words, or NULL. */
static const char *chain_add(struct vq_chain *c, const struct vring_desc *d)
{
	struct vq_seg *seg;

	if (d->flags & VRING_DESC_F_WRITE) {
		if (c->ins == VQ_CHAIN_SEGS)
			return "a descriptor chain is too long";
		seg = &c->in[c->ins++];
	} else {
		if (c->ins)
			return "a readable descriptor follows a writable one";
		if (c->outs == VQ_CHAIN_SEGS)
			return "a descriptor chain is too long";
		seg = &c->out[c->outs++];
	}
	seg->addr = d->addr;
	seg->len = d->len;
	return NULL;
}

/*
 * Walk a table from entry @i. A loop is found because it is longer than the
 * table. With @indirect, one descriptor may point to another table, and is
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

/* The caller knows from vq_avail() that there is a chain. */
bool vq_pop(struct vhost_vq *vq, struct vq_chain *c)
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

/* Copies between a chain and a buffer. Return: the number of bytes copied. */

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

size_t vq_chain_read(struct vhost *v, const struct vq_chain *c, void *buf,
		     size_t len)
{
	return chain_copy(v, c->out, c->outs, buf, len, false);
}

size_t vq_chain_write(struct vhost *v, const struct vq_chain *c, void *buf,
		      size_t len)
{
	return chain_copy(v, c->in, c->ins, buf, len, true);
}
