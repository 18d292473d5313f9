// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: the vhost-user socket, the virtqueues, PCI behind them
 *
 * The input is a list of acts of a guest's kernel: messages, whole or in pieces,
 * with and without descriptors of all kinds, some of which block; virtqueues set up in right and wrong ways; chains
 * and transactions; memory that is truncated under the NIC; hanging up.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/virtio_ring.h>

#include "pcie/dma.h"
#include "input.h"
#include "turns.h"
#include "base/log.h"
#include "pcie/pci.h"
#include "bus/vhost/priv.h"

#define ACTS_MAX	64
#define BASE		0x20000000ull
#define MEM		(1u << 20)
#define USER		0x7f0000000000ull	/* memory in the guest's own addresses */
#define Q_AREA(q)	(0x20000u * ((q) + 1u))
#define Q_AVAIL		0x4000u
#define Q_USED		0x8000u
#define Q_DATA		0xc000u
#define Q_SIZE		16u
#define MSG_MAX		512

/* Numbers of vhost-user's requests that a set-up needs */
enum { SET_FEATURES = 2, SET_MEM_TABLE = 5, SET_NUM = 8, SET_ADDR = 9, SET_KICK = 12,
       SET_CALL = 13, SET_ENABLE = 18 };

struct guest {
	struct loop_test_clock clock;
	struct loop *loop;
	struct log log;
	struct pci_dev *pci;
	struct bus_fe *fe;
	uint32_t reg;
	char path[64];
	int fd;
	uint8_t *mem;
	int sock;
};

/* A function that has one register, raises an interrupt and reads memory. */
static uint32_t bar_read(void *priv, uint32_t off)
{
	struct guest *g = priv;
	uint32_t val = off;

	dma_read(pci_dma(g->pci), (uint64_t)g->reg << 8, &val, sizeof(val));
	return val ^ g->reg;
}

static void bar_write(void *priv, uint32_t off, uint32_t val)
{
	struct guest *g = priv;

	g->reg = val;
	pci_irq_coalesce(g->pci, off % PCI_VECTORS, val & 0xffff, val >> 24);
	pci_irq_entries(g->pci, off % PCI_VECTORS, val >> 16 & 0xff);
	pci_irq_raise(g->pci, off % PCI_VECTORS);
}

static void reset(void *priv, enum bus_reset why)
{
	struct guest *g = priv;

	(void)why;
	g->reg = 0;
}

static const struct pci_ops ops = {
	.bar_read = bar_read, .bar_write = bar_write, .reset = reset,
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

static void begin(struct guest *g)
{
	log_set_level((enum log_level)-1);
	log_init(&g->log, "fuzz");
	loop_test_clock_init(&g->clock, LOOP_NS_PER_S);
	g->sock = -1;
	g->loop = loop_new(&g->clock.clock);
	must(g->loop, "loop_new");
	g->pci = pci_new(g->loop, &g->log, &ops, g);
	must(g->pci, "pci_new");
	snprintf(g->path, sizeof(g->path), "/tmp/skua-fuzz-%d.vhost", getpid());
	g->fe = vhost_front_end.new(g->loop, &g->log, g->path,
				    pci_bus(g->pci));
	must(g->fe, "vhost_front_end");
	g->fd = memfd_create("guest", MFD_CLOEXEC);
	must(g->fd >= 0 && !ftruncate(g->fd, MEM), "memfd");
	g->mem = mmap(NULL, MEM, PROT_READ | PROT_WRITE, MAP_SHARED, g->fd, 0);
	must(g->mem != MAP_FAILED, "mmap");
}

static void end(struct guest *g)
{
	g->fe->ops->free(g->fe);
	pci_free(g->pci);
	loop_free(g->loop);
	munmap(g->mem, MEM);
	close(g->fd);
}

static void pump(struct guest *g)
{
	uint8_t sink[4096];

	for (int i = 0; i < 8 && loop_step(g->loop, true); i++)
		;
	while (g->sock >= 0 && recv(g->sock, sink, sizeof(sink), MSG_DONTWAIT) > 0)
		;
}

static void hang_up(struct guest *g)
{
	if (g->sock >= 0)
		close(g->sock);
	g->sock = -1;
}

#define CALLS	10000	/* a millisecond each */

static void call(struct guest *g)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int err = -1;

	memcpy(sa.sun_path, g->path, sizeof(g->path));
	/* The NIC takes a guest when a thread has closed what the ones before have left */
	for (int i = 0; err && i < CALLS; i++) {
		hang_up(g);
		g->sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		must(g->sock >= 0, "socket");
		err = connect(g->sock, (struct sockaddr *)&sa, sizeof(sa));
		if (!err)
			break;
		must(errno == EAGAIN || errno == EINTR, "connect");
		pump(g);
		usleep(1000);
		g->clock.time += LOOP_NS_PER_MS;
	}
	fcntl(g->sock, F_SETFL, 0);
	must(!err, "connect");
	pump(g);
}

static void send_bytes(struct guest *g, const void *data, size_t len, const int *fds,
		       unsigned int nfds)
{
	union {
		char buf[CMSG_SPACE(VU_FDS * 2 * sizeof(int))];
		struct cmsghdr align;
	} ctl;
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nfds) {
		struct cmsghdr *c = &ctl.align;

		memset(&ctl, 0, sizeof(ctl));
		m.msg_control = ctl.buf;
		m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	sendmsg(g->sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	pump(g);
}

static void send_msg(struct guest *g, uint32_t request, uint32_t flags, uint32_t size,
		     const void *payload, size_t len, const int *fds, unsigned int nfds)
{
	struct {
		struct vu_header hdr;
		uint8_t data[MSG_MAX];
	} m = { .hdr = { .request = request, .flags = flags, .size = size } };

	if (len)
		memcpy(m.data, payload, len);
	send_bytes(g, &m, sizeof(m.hdr) + len, fds, nfds);
}

static void send_good(struct guest *g, uint32_t request, const void *payload, size_t len, int fd)
{
	send_msg(g, request, 1, (uint32_t)len, payload, len, &fd, fd >= 0);
}

static int memory_of(unsigned int flags, const char *dir)
{
	int fd = dir ? open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) :
		 memfd_create("other", MFD_CLOEXEC | flags);

	must(fd >= 0 && !ftruncate(fd, MEM), "memory");
	return fd;
}

/* One end of a pair, whose other end is closed, or kept full */
static int end_of(int p[2], int keep)
{
	uint8_t zero[4096] = { 0 };

	fcntl(p[1], F_SETFL, O_NONBLOCK);
	if (keep & 2) {
		while (write(p[1], zero, sizeof(zero)) > 0)
			;
	}
	/* As a guest does that wants the NIC to wait */
	fcntl(p[1], F_SETFL, 0);
	close(p[!(keep & 1)]);
	return p[keep & 1];
}

/* A descriptor of each kind that there is, and that a guest may have */
static int descriptor(struct guest *g, uint8_t kind)
{
	static const char * const paths[] = { "/", "/dev/null", "/proc/self/stat" };
	int p[2];

	switch (kind % 16) {
	case 0:
	case 1:
		return dup(g->fd);
	case 2:
		return eventfd(0, EFD_CLOEXEC);
	case 3:
		return eventfd(0xfffffffe, EFD_CLOEXEC | EFD_SEMAPHORE);
	case 4:
	case 5:
	case 6:
	case 7:
		must(!pipe2(p, O_CLOEXEC), "pipe");
		return end_of(p, kind & 3);
	case 8:
	case 9:
		must(!socketpair(AF_UNIX, kind & 16 ? SOCK_STREAM : SOCK_SEQPACKET, 0, p),
		     "socketpair");
		return end_of(p, kind & 1);
	case 10:
		return memory_of(MFD_ALLOW_SEALING, NULL);
	case 11:
		return memory_of(0, kind & 16 ? "/dev/shm" : "/tmp");
	case 12:
		return epoll_create1(EPOLL_CLOEXEC);
	default:
		return open(paths[kind % 3], O_RDONLY | O_CLOEXEC);
	}
}

static void act_msg(struct guest *g, struct input *in)
{
	uint32_t request = take8(in) % 24, len = take8(in);
	uint8_t how = take8(in), payload[256];
	int fds[VU_FDS * 2];
	unsigned int n = how >> 4;

	take(in, payload, len);
	for (unsigned int i = 0; i < n; i++)
		fds[i] = how & 8 ? descriptor(g, take8(in)) : dup(g->fd);
	send_msg(g, request, how & 1 ? take32(in) : 1u | (how & 2 ? 8u : 0u),
		 how & 4 ? take16(in) : len, payload, len, fds, n);
	for (unsigned int i = 0; i < n; i++)
		close(fds[i]);
}

static void act_set_up(struct guest *g, struct input *in)
{
	struct vu_mem_table t = {
		.num = 1,
		.region[0] = { .addr = BASE, .size = MEM, .user = USER },
	};
	uint64_t features = 1ull << 32 | 1ull << VU_F_PROTOCOL_FEATURES;

	call(g);
	send_good(g, SET_FEATURES, &features, sizeof(features), -1);
	send_good(g, SET_MEM_TABLE, &t, offsetof(struct vu_mem_table, region[1]), g->fd);
	for (uint32_t q = 0; q < VQ_COUNT; q++) {
		struct vu_vring_state state = { .index = q, .num = Q_SIZE };
		struct vu_vring_addr addr = {
			.index = q, .desc = USER + Q_AREA(q),
			.avail = USER + Q_AREA(q) + Q_AVAIL,
			.used = USER + Q_AREA(q) + Q_USED,
		};
		uint64_t num = q;
		int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		int call = descriptor(g, take8(in));

		memset(g->mem + Q_AREA(q), 0, 0x10000);
		send_good(g, SET_NUM, &state, sizeof(state), -1);
		send_good(g, SET_ADDR, &addr, sizeof(addr), -1);
		send_good(g, SET_KICK, &num, sizeof(num), fd);
		send_good(g, SET_CALL, &num, sizeof(num), call);
		state.num = 1;
		send_good(g, SET_ENABLE, &state, sizeof(state), -1);
		close(fd);
		close(call);
	}
}

static struct vring_desc *desc_of(struct guest *g, unsigned int q, unsigned int i)
{
	return (void *)(g->mem + Q_AREA(q) + (i % Q_SIZE) * sizeof(struct vring_desc));
}

static void offer(struct guest *g, unsigned int q, uint16_t head)
{
	uint8_t *avail = g->mem + Q_AREA(q) + Q_AVAIL;
	uint16_t index;

	memcpy(&index, avail + 2, 2);
	memcpy(avail + 4 + 2 * (index % Q_SIZE), &head, 2);
	index++;
	memcpy(avail + 2, &index, 2);
	pump(g);
}

/* A well-formed transaction, of which the input changes some fields */
static void act_transaction(struct guest *g, struct input *in)
{
	uint8_t *data = g->mem + Q_AREA(VQ_CMD) + Q_DATA;
	struct vpci_msg msg = { .op = take8(in) % 10, .bar = take8(in) % 3 };
	uint8_t how = take8(in);

	msg.size = how & 1 ? take32(in) : 1u << (how >> 6);
	msg.addr = how & 2 ? (uint64_t)take32(in) << 12 : take16(in) % 0x1000;
	memcpy(data, &msg, sizeof(msg));
	take(in, data + sizeof(msg), 8);
	*desc_of(g, VQ_CMD, 0) = (struct vring_desc){
		.addr = BASE + Q_AREA(VQ_CMD) + Q_DATA,
		.len = how & 4 ? take16(in) : (uint32_t)sizeof(msg) + 8,
		.flags = VRING_DESC_F_NEXT, .next = 1,
	};
	*desc_of(g, VQ_CMD, 1) = (struct vring_desc){
		.addr = BASE + Q_AREA(VQ_CMD) + Q_DATA + 0x1000,
		.len = how & 8 ? take32(in) : 8, .flags = VRING_DESC_F_WRITE,
	};
	offer(g, VQ_CMD, 0);
}

/* A chain of random descriptors; indirect tables and loops are among them */
static void act_chain(struct guest *g, struct input *in)
{
	unsigned int q = take8(in) % VQ_COUNT, n = take8(in) % 6;

	for (unsigned int i = 0; i < n; i++) {
		struct vring_desc *d = desc_of(g, q, take8(in));
		uint8_t how = take8(in);

		d->addr = BASE + (how & 1 ? (uint64_t)take32(in) << 8 :
					Q_AREA(q) + take16(in));
		d->len = how & 2 ? take32(in) : take8(in) * 16u;
		d->flags = how >> 4 & 7;
		d->next = how & 4 ? take16(in) : take8(in) % Q_SIZE;
	}
	offer(g, q, take8(in) % (Q_SIZE + 1));
}

static void act_memory(struct guest *g, struct input *in)
{
	uint32_t at = Q_AREA(0) + take32(in) % 0x30000;

	take(in, g->mem + at, take8(in));
	pump(g);
}

static void act_cut(struct guest *g, struct input *in)
{
	/* our own mapping is longer than the file now: leave it alone until it is not */
	must(!ftruncate(g->fd, (take8(in) << 12) % MEM), "ftruncate");
	pump(g);
	must(!ftruncate(g->fd, MEM), "ftruncate");
	pump(g);
}

static void act(struct guest *g, struct input *in)
{
	uint8_t what = take8(in) % 16, raw[64];

	if (g->sock < 0)
		call(g);
	switch (what) {
	case 0:
		act_set_up(g, in);
		break;
	case 1:
	case 2:
	case 3:
		act_msg(g, in);
		break;
	case 4:
		take(in, raw, sizeof(raw));
		send_bytes(g, raw, take8(in) % sizeof(raw) + 1u, NULL, 0);
		break;
	case 5:
		hang_up(g);
		pump(g);
		break;
	case 6:
	case 7:
		act_memory(g, in);
		break;
	case 8:
		act_cut(g, in);
		break;
	case 9:
	case 10:
		act_chain(g, in);
		break;
	case 11:
		g->clock.time += take8(in) * LOOP_NS_PER_MS;
		pump(g);
		break;
	default:
		act_transaction(g, in);
		break;
	}
}

/* The lowest number that is free */
static int next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	must(fd >= 0, "dup");
	close(fd);
	return fd;
}

/* With the test's clock a descriptor is closed at once; none may be left. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .at = data, .left = size };
	struct guest g = { .sock = -1 };
	int first = next_fd();

	begin(&g);
	if (take8(&in) & 1)
		act_set_up(&g, &in);
	for (int i = 0; in.left && i < ACTS_MAX; i++)
		act(&g, &in);
	hang_up(&g);
	pump(&g);
	turns_judge(g.loop);
	end(&g);
	must(next_fd() == first, "a descriptor was left open");
	return 0;
}
