/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations shared by the files of the vhost-user front end
 *
 * vhost.c  the socket, and how a connection begins
 * msg.c    messages on it
 * pci.c    PCI transactions in the virtqueues
 * close.c  the end of a connection
 * vq.c     split virtqueues in guest memory
 * fds.c    descriptors that the guest passed
 * drop.c   a guest that broke the protocol
 *
 * No file calls a file above it in this list.
 *
 * No data that arrives is trusted. A message or ring that breaks the protocol
 * costs the guest its connection (vhost_drop()); a transaction that makes no
 * sense is completed without data.
 */
#ifndef SKUA_DEVICE_VHOST_PRIV_H
#define SKUA_DEVICE_VHOST_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "base/base.h"
#include "bus/vhost/vhost.h"
#include "pcie/pcie.h"

/* Messages of vhost-user, in the machine's own byte order */

#define VU_F_PROTOCOL_FEATURES	30
#define VU_MEM_REGIONS	8
#define VU_FDS		8

/* Messages that come with descriptors that are used */
#define VU_SET_MEM_TABLE	5
#define VU_SET_VRING_KICK	12
#define VU_SET_VRING_CALL	13

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

/* Transactions of virt-pci: include/uapi/linux/virtio_pcidev.h in Linux */

struct vpci_msg {
	uint8_t op;
	uint8_t bar;
	uint16_t rsvd;
	uint32_t size;
	uint64_t addr;
};

/* The largest transaction; memcpy_fromio() may be of any length. */
#define VPCI_MAX_DATA	4096

struct vpci_buf {
	struct vpci_msg msg;
	uint8_t data[VPCI_MAX_DATA];
};

enum { VQ_CMD, VQ_IRQ, VQ_COUNT };

#define VQ_MAX_SIZE	1024

/**
 * struct vhost_vq - one split virtqueue
 * @v: the front end
 * @size: entries, a power of two
 * @desc_addr: address of the descriptors in the guest's own address space
 * @avail_addr: the same of the available ring
 * @used_addr: the same of the used ring
 * @desc: descriptors in guest memory, NULL while the ring is stopped
 * @avail: available ring in guest memory
 * @used: used ring in guest memory
 * @have_addr: the addresses were set
 * @enabled: the guest enabled it
 * @next_avail: next entry of the available ring to look at
 * @next_used: next entry of the used ring to fill
 * @unsignalled: used entries that the guest was not notified of
 * @kick: the guest's notifications, fd -1 if there is none
 * @kick_pipe: they are bytes in a pipe, which has to be emptied
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
	bool kick_pipe;
};

/**
 * enum vhost_fd_kind - kinds of descriptors
 * @VHOST_FD_OTHER: any other file
 * @VHOST_FD_EVENTFD: an eventfd
 * @VHOST_FD_PIPE: a pipe that only the guest may open
 * @VHOST_FD_OWN_PIPE: a pipe, opened anew: an open file of this process alone
 * @VHOST_FD_SOCKET: a socket
 */
enum vhost_fd_kind {
	VHOST_FD_OTHER,
	VHOST_FD_EVENTFD,
	VHOST_FD_PIPE,
	VHOST_FD_OWN_PIPE,
	VHOST_FD_SOCKET,
};

/**
 * struct vhost_fd - a descriptor that came with a message
 * @fd: the descriptor; -1 where a handler kept it
 * @kind: of one for notifications
 * @file: of one with memory
 * @err: 0, or -errno: no memory
 */
struct vhost_fd {
	int fd;
	enum vhost_fd_kind kind;
	struct dma_file file;
	int err;
};

/**
 * struct vhost_call - notifications of one virtqueue to the guest
 * @job: writes one that may block
 * @fd: -1 if the guest wants none
 * @own: @fd is an open file of this process, and does not block
 * @err: error of the last write that failed, 0 once it was logged
 */
struct vhost_call {
	struct helper_job job;
	int fd;
	bool own;
	int err;
};

/* One checked chain of descriptors: segments to read from and to write to */
#define VQ_CHAIN_SEGS	8

struct vq_seg {
	uint64_t addr;
	uint32_t len;
};

struct vq_chain {
	uint16_t head;
	unsigned int outs, ins;
	struct vq_seg out[VQ_CHAIN_SEGS], in[VQ_CHAIN_SEGS];
};

/**
 * struct vhost_stats - traffic on the socket and the rings
 * @connects: guests that attached
 * @drops: connections that this side ended, because the guest broke the protocol
 * @commands: commands taken from the ring
 * @posted: of these, writes
 * @bad_commands: commands that could not be carried out
 * @late: reads that may have waited longer than the guest does
 * @signals: "used" notifications for commands
 * @irqs: interrupt messages delivered
 * @irqs_deferred: interrupts refused for want of a buffer, repeated later
 * @fds_refused: descriptors of a kind that the NIC does not use
 * @fds_late: times that a new guest waited for the descriptors of the last one
 */
struct vhost_stats {
	uint64_t connects;
	uint64_t drops;
	uint64_t commands;
	uint64_t posted;
	uint64_t bad_commands;
	uint64_t late;
	uint64_t signals;
	uint64_t irqs;
	uint64_t irqs_deferred;
	uint64_t fds_refused;
	uint64_t fds_late;
};

/**
 * struct vhost - a socket, and the guest that is connected to it
 * @fe: the side that the device sees
 * @bd: the device
 * @loop: the loop
 * @log: the NIC's log
 * @path: of the socket
 * @listen: the listening socket
 * @sock: the connection, fd -1 if there is none
 * @poll: looks at the virtqueues
 * @signal_timer: notifies the guest of used commands when it is quiet
 * @drop_work: ends the connection
 * @helper: looks at descriptors and closes them
 * @look: looks at the descriptors of a message
 * @looking: @look was posted: @hdr, @fds and @nfds are the helper's
 * @settle: is reached when the descriptors of the last guest are closed
 * @settling: no guest is accepted until then
 * @settle_timer: ends system calls that keep the helper from it
 * @settle_turns: of @settle_timer
 * @polling: @polled_at is valid: the loop has not slept since
 * @broken: the connection is to be ended; nothing more is taken from it
 * @shares: it has one processor, and that is the loop's, see loop_share()
 * @hdr: header of the message being received
 * @payload: its payload
 * @got: how many bytes of both have come
 * @fds: descriptors that came with it
 * @nfds: how many
 * @backend_fd: for requests to the guest, of which there are none; -1 if not set
 * @features: of virtio, as the guest accepted them
 * @pfeatures: of vhost-user
 * @region: guest memory, to translate the guest's own addresses
 * @regions: how many
 * @reply_waits: the memory table is acknowledged when the old memory is free
 * @vqs: the virtqueues
 * @call: notifications of each to the guest
 * @irq_waits: the device has interrupts that found no buffer
 * @polled_at: when the commands were looked at last
 * @buf: the command being carried out
 * @stats: counters
 */
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
	struct helper *helper;
	struct helper_job look, settle;
	bool looking, settling;
	struct loop_timer settle_timer;
	unsigned int settle_turns;
	bool polling;
	bool broken;
	bool shares;

	struct vu_header hdr;
	union vu_payload payload;
	size_t got;
	struct vhost_fd fds[VU_FDS];
	unsigned int nfds;

	int backend_fd;
	uint64_t features, pfeatures;
	struct vu_region region[VU_MEM_REGIONS];
	unsigned int regions;
	bool reply_waits;
	struct vhost_vq vqs[VQ_COUNT];
	struct vhost_call call[VQ_COUNT];
	bool irq_waits;
	uint64_t polled_at;
	struct vpci_buf buf;
	struct vhost_stats stats;
};

/* drop.c */

/**
 * vhost_drop() - the guest broke the protocol: end the connection, soon
 * @v: the front end
 * @why: in words, for the log
 *
 * The connection does not end at once, since the caller may be the device itself,
 * which raises an interrupt.
 */
void vhost_drop(struct vhost *v, const char *why);

/* fds.c */

/** vhost_fds_init() - no descriptors; @looked is the @done of the job @look */
void vhost_fds_init(struct vhost *v, void (*looked)(struct helper_job *job));

/** vhost_close_fds() - close the descriptors of a message that no handler kept */
void vhost_close_fds(struct vhost *v);

/** vhost_call_init() - no notifications */
void vhost_call_init(struct vhost_call *c);

/**
 * vhost_call_set() - use another descriptor for notifications
 * @v: the front end
 * @c: the notifications
 * @fd: the descriptor, which becomes theirs; -1 for none
 * @own: it is VHOST_FD_OWN_PIPE
 */
void vhost_call_set(struct vhost *v, struct vhost_call *c, int fd, bool own);

/** vhost_call() - notify the guest; there is a descriptor */
void vhost_call(struct vhost *v, struct vhost_call *c);

/* close.c */

/** vhost_close() - the guest is gone: forget all of its state */
void vhost_close(struct vhost *v);

/* msg.c */

/** vhost_receive() - a callback for the socket: take the bytes that have come */
void vhost_receive(struct loop_fd *w, uint32_t events);

/** vhost_looked() - the helper has looked at the descriptors of a message */
void vhost_looked(struct helper_job *job);

/* vq.c: a virtqueue runs between vq_start() and vq_stop() */

/** vq_init() - prepare a queue that is not set up */
void vq_init(struct vhost *v, struct vhost_vq *vq);

/**
 * vq_start() - begin to use a queue, if it is set up completely
 * @vq: the queue
 *
 * Return: false if its rings are not in guest memory; true if it runs, or if
 * a part of its set-up has not come yet.
 */
bool vq_start(struct vhost_vq *vq);

/** vq_stop() - release the rings */
void vq_stop(struct vhost_vq *vq);

/** vq_running() - true if the rings may be used */
static inline bool vq_running(const struct vhost_vq *vq)
{
	return vq->used;
}

/** vq_close_kick() - close the descriptor of the guest's notifications */
void vq_close_kick(struct vhost_vq *vq);

/** vq_close() - stop it and forget everything */
void vq_close(struct vhost_vq *vq);

/** vq_notify() - ask the guest for notifications, or suppress them */
void vq_notify(struct vhost_vq *vq, bool on);

/**
 * vq_avail() - how many chains wait in a running queue
 * @vq: the queue
 *
 * Return: the number of chains, or -1 if the queue is broken and the guest will
 * be dropped.
 */
int vq_avail(struct vhost_vq *vq);

/**
 * vq_pop() - take the next chain; vq_avail() was not 0
 * @vq: the queue
 * @c: room for its descriptors; their order is checked, their addresses are not
 *
 * Return: false if it is malformed; then the guest will be dropped.
 */
bool vq_pop(struct vhost_vq *vq, struct vq_chain *c);

/**
 * vq_chain_read() - copy from the readable part of a chain
 * @v: the front end
 * @c: the chain
 * @buf: room for the bytes
 * @len: size of @buf
 *
 * Return: the number of bytes copied; 0 if a part lies outside of guest memory.
 */
size_t vq_chain_read(struct vhost *v, const struct vq_chain *c, void *buf,
		     size_t len);

/** vq_chain_write() - copy to the writable part; as vq_chain_read() */
size_t vq_chain_write(struct vhost *v, const struct vq_chain *c, void *buf,
		      size_t len);

/** vq_use() - give a chain back, with @len bytes written to it */
void vq_use(struct vhost_vq *vq, uint16_t head, uint32_t len);

/** vq_signal() - tell the guest of used chains, if it wants to know */
void vq_signal(struct vhost_vq *vq);

/* pci.c */

/** vhost_pci_init() - set up the polls of the virtqueues */
void vhost_pci_init(struct vhost *v);

/** vhost_irq() - struct bus_fe_ops.irq */
bool vhost_irq(struct bus_fe *fe, unsigned int vector);

#endif /* SKUA_DEVICE_VHOST_PRIV_H */
