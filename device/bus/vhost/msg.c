// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vhost-user protocol, as far as a guest of virt-pci uses it
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/virtio_config.h>

#include "base/base.h"
#include "bus/vhost/priv.h"
#include "pcie/pcie.h"

/* The most that Linux lets a message have */
#define SCM_MAX_FDS		253

#define VU_VERSION		0x1
#define VU_VERSION_MASK		0x3
#define VU_FLAG_REPLY		0x4
#define VU_FLAG_NEED_REPLY	0x8

#define VU_PF_REPLY_ACK		3
#define VU_PF_BACKEND_REQ	5

#define VU_FEATURES	(1ULL << VIRTIO_F_VERSION_1 | \
			 1ULL << VU_F_PROTOCOL_FEATURES)
#define VU_PFEATURES	(1ULL << VU_PF_REPLY_ACK | 1ULL << VU_PF_BACKEND_REQ)

#define VU_VRING_INDEX	0xff
#define VU_VRING_NO_FD	0x100

enum vu_request {
	VU_GET_FEATURES = 1,
	VU_SET_FEATURES = 2,
	VU_SET_OWNER = 3,
	VU_RESET_OWNER = 4,
	VU_SET_VRING_NUM = 8,
	VU_SET_VRING_ADDR = 9,
	VU_SET_VRING_BASE = 10,
	VU_GET_VRING_BASE = 11,
	VU_SET_VRING_ERR = 14,
	VU_GET_PROTOCOL_FEATURES = 15,
	VU_SET_PROTOCOL_FEATURES = 16,
	VU_GET_QUEUE_NUM = 17,
	VU_SET_VRING_ENABLE = 18,
	VU_SET_BACKEND_REQ_FD = 21,
	VU_REQUESTS,
};

/* Result of a message; VU_BROKEN ends the connection. */
enum vu_result {
	VU_OK,
	VU_REPLIED,
	VU_LATER,
	VU_REFUSED,
	VU_BROKEN,
};

/* To wake the loop was all: the poll finds new chains by itself. */
static void vhost_kick(struct loop_fd *w, uint32_t events)
{
	struct vhost_vq *vq = container_of(w, struct vhost_vq, kick);
	uint64_t kicks[64];

	if (vq->kick_pipe && read(w->fd, kicks, sizeof(kicks)) < 0 &&
	    errno == EAGAIN)
		return;
	if (events & (EPOLLERR | EPOLLHUP))
		vhost_drop(vq->v, "a kick descriptor is broken");
}

static struct vhost_vq *vu_vring(struct vhost *v, uint64_t index)
{
	if (index < VQ_COUNT)
		return &v->vqs[index];
	log_warn(v->log, "no virtqueue %llu", (unsigned long long)index);
	return NULL;
}

static enum vu_result vu_reply_to(struct vhost *v, uint32_t request,
				  const void *data, size_t len)
{
	struct {
		struct vu_header hdr;
		uint8_t data[sizeof(struct vu_vring_addr)];
	} m = {
		.hdr = {
			.request = request,
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
	return vu_reply_to(v, v->hdr.request, &num, sizeof(num));
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

/* The guest's virtio device is gone, and so is the PCI slot behind it. */
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

/* The old memory is not held any more: the guest may have it back. */
static void vu_mem_idle(void *arg)
{
	const uint64_t good = 0;
	struct vhost *v = arg;

	if (!v->reply_waits)
		return;
	v->reply_waits = false;
	/* The next message may be coming in already. */
	if (vu_reply_to(v, VU_SET_MEM_TABLE, &good, sizeof(good)) == VU_BROKEN)
		vhost_drop(v, "it does not take answers");
}

static const char *vu_map_error(struct vhost *v, int err)
{
	switch (err) {
	case EMEDIUMTYPE:
		v->stats.fds_refused++;
		return "its file is neither a memfd nor on tmpfs or hugetlbfs";
	case EFBIG:
		v->stats.fds_refused++;
		return "its pages are larger than 2 MiB";
	case EDQUOT:
		return "that is more memory than this guest may have";
	default:
		return strerror(err);
	}
}

static bool vu_map_regions(struct vhost *v, const struct vu_mem_table *t)
{
	for (uint32_t i = 0; i < t->num; i++) {
		const struct vu_region *r = &t->region[i];
		int ret = v->fds[i].err;

		if (!ret)
			ret = dma_map_file(v->bd->dma, r->addr, r->size,
					   &v->fds[i].file, r->offset, true);
		if (ret) {
			log_warn(v->log, "guest memory of %llu bytes at 0x%llx refused: %s",
				 (unsigned long long)r->size,
				 (unsigned long long)r->addr,
				 vu_map_error(v, -ret));
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
	return vu_reply_to(v, v->hdr.request, &state, sizeof(state));
}

/*
 * The ring and descriptor of a SET_VRING_KICK, CALL or ERR; *@f is NULL if the
 * guest says that there is none.
 */
static struct vhost_vq *vu_vring_fd(struct vhost *v, struct vhost_fd **f)
{
	bool none = v->payload.num & VU_VRING_NO_FD;
	struct vhost_vq *vq = vu_vring(v, v->payload.num & VU_VRING_INDEX);

	*f = NULL;
	if (!vq || none != !v->nfds)
		return NULL;
	if (!none)
		*f = &v->fds[0];
	return vq;
}

static enum vu_result vu_refuse_fd(struct vhost *v, const char *why)
{
	v->stats.fds_refused++;
	log_warn(v->log, "descriptor refused: %s", why);
	return VU_REFUSED;
}

static enum vu_result vu_set_vring_kick(struct vhost *v)
{
	struct vhost_fd *f;
	struct vhost_vq *vq = vu_vring_fd(v, &f);
	/* An eventfd tells of each kick, read or not. */
	uint32_t events = EPOLLIN | EPOLLET;

	if (!vq)
		return VU_BROKEN;
	vq_close_kick(vq);
	if (!f)
		return VU_OK;
	if (f->kind != VHOST_FD_EVENTFD && f->kind != VHOST_FD_OWN_PIPE)
		return vu_refuse_fd(v, "kicks come through an eventfd, or a pipe that the NIC may open");
	vq->kick_pipe = f->kind == VHOST_FD_OWN_PIPE;
	if (vq->kick_pipe)
		events = EPOLLIN;
	vq->kick.fd = f->fd;
	vq->kick.fn = vhost_kick;
	if (loop_fd_add(v->loop, &vq->kick, events)) {
		vq->kick.fd = -1;
		return vu_refuse_fd(v, "kicks cannot be waited for");
	}
	f->fd = -1;
	return vq_start(vq) ? VU_OK : VU_REFUSED;
}

static enum vu_result vu_set_vring_call(struct vhost *v)
{
	struct vhost_fd *f;
	struct vhost_vq *vq = vu_vring_fd(v, &f);

	if (!vq)
		return VU_BROKEN;
	if (f && f->kind == VHOST_FD_OTHER)
		return vu_refuse_fd(v, "notifications go through an eventfd, a pipe or a socket");
	vhost_call_set(v, &v->call[vq - v->vqs], f ? f->fd : -1,
		       f && f->kind == VHOST_FD_OWN_PIPE);
	if (f)
		f->fd = -1;
	return VU_OK;
}

/* This server reports errors in the log, and by hanging up. */
static enum vu_result vu_set_vring_err(struct vhost *v)
{
	struct vhost_fd *f;

	return vu_vring_fd(v, &f) ? VU_OK : VU_BROKEN;
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

/* The guest insists on passing this descriptor. It is never used, but must stay open. */
static enum vu_result vu_set_backend_fd(struct vhost *v)
{
	helper_close(v->helper, v->backend_fd);
	v->backend_fd = v->fds[0].fd;
	v->fds[0].fd = -1;
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

/* A whole message is there. Return: false if the connection must end. */
static bool vu_message(struct vhost *v)
{
	enum vu_result res = vu_dispatch(v);
	/* Linux asks for the first answer in the message that negotiates it. */
	bool ack = (v->hdr.flags & VU_FLAG_NEED_REPLY) &&
		   (v->pfeatures & 1ULL << VU_PF_REPLY_ACK);

	vhost_close_fds(v);
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
		/* A guest that does not ask for answers would never learn of it. */
		return ack && vu_reply_num(v, 1) != VU_BROKEN;
	case VU_BROKEN:
		break;
	}
	return false;
}

/* A descriptor too many is counted, and makes the message a wrong one. */
static void vu_take_fd(void *priv, int fd)
{
	struct vhost *v = priv;

	if (v->nfds < VU_FDS)
		v->fds[v->nfds].fd = fd;
	else
		helper_close(v->helper, fd);
	v->nfds++;
}

static bool vu_take_fds(struct vhost *v, struct msghdr *mh)
{
	bool ok = !(mh->msg_flags & MSG_CTRUNC);

	sock_each_fd(mh, vu_take_fd, v);
	if (v->nfds > VU_FDS) {
		v->nfds = VU_FDS;
		ok = false;
	}
	if (!ok)
		log_warn(v->log, "a message has too many descriptors");
	return ok;
}

/*
 * Receive the rest of the header, then of the payload. There is room for all
 * descriptors that a message can have: what has no room the kernel closes at once,
 * and that may block.
 */
static ssize_t vu_receive(struct vhost *v)
{
	union {
		struct cmsghdr align;
		uint8_t data[CMSG_SPACE(SCM_MAX_FDS * sizeof(int))];
	} control;
	bool head = v->got < sizeof(v->hdr);
	struct iovec iov = {
		.iov_base = head ? (uint8_t *)&v->hdr + v->got :
			    (uint8_t *)&v->payload + v->got - sizeof(v->hdr),
		.iov_len = (head ? 0 : v->hdr.size) + sizeof(v->hdr) - v->got,
	};
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.data,
		.msg_controllen = sizeof(control.data),
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

/* A message is whole: have its descriptors looked at, or carry it out. */
static void vu_whole(struct vhost *v)
{
	if (!v->nfds) {
		if (!vu_message(v))
			vhost_drop(v, "a message was refused");
		return;
	}
	/* Not even a hang-up is of interest before this message is done. */
	loop_fd_del(v->loop, &v->sock);
	/* Without a thread, it has been looked at when helper_post() returns */
	v->looking = true;
	if (helper_post(v->helper, &v->look))
		return;
	v->looking = false;
	vhost_drop(v, "too many descriptors wait to be closed");
}

void vhost_looked(struct helper_job *job)
{
	struct vhost *v = container_of(job, struct vhost, look);

	v->looking = false;
	if (v->sock.fd < 0)
		vhost_close_fds(v);
	else if (v->broken)
		return;
	else if (!vu_message(v) || loop_fd_add(v->loop, &v->sock, EPOLLIN))
		vhost_drop(v, "a message was refused");
}

void vhost_receive(struct loop_fd *w, uint32_t events)
{
	struct vhost *v = container_of(w, struct vhost, sock);
	ssize_t n;

	(void)events;
	/* The length in a header that was refused must not be used. */
	if (v->broken)
		return;
	if (helper_backlog(v->helper) > HELPER_JOBS / 2) {
		vhost_drop(v, "its descriptors take too long to close");
		return;
	}
	n = vu_receive(v);
	if (n == -EPROTO) {
		vhost_drop(v, "a message is malformed");
	} else if (n < 0) {
		log_info(v->log, "the guest is gone");
		vhost_close(v);
	} else if (v->got >= sizeof(v->hdr)) {
		if (!vu_header_ok(v))
			vhost_drop(v, "a message was refused");
		else if (v->got == sizeof(v->hdr) + v->hdr.size)
			vu_whole(v);
	}
}
