/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bus front end for User-Mode Linux: a vhost-user server for its virt-pci
 */
#ifndef SKUA_DEVICE_VHOST_H
#define SKUA_DEVICE_VHOST_H

#include <stdint.h>

struct bus_dev;
struct log;
struct loop;
struct vhost;

/**
 * struct vhost_stats - what went over the socket and the rings
 * @connects: guests that attached
 * @drops: connections that this side ended, because of what it was told
 * @commands: commands taken from the ring
 * @posted: of these, writes
 * @bad_commands: commands that could not be carried out
 * @late: reads that may have waited longer than the guest does
 * @signals: "used" notifications for commands
 * @irqs: interrupt messages delivered
 * @irqs_deferred: interrupts refused for want of a buffer, repeated later
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
};

/**
 * vhost_new() - listen for a guest
 * @loop: the loop
 * @log: where to tell what happens; must outlive the front end
 * @path: of the Unix socket. One that a dead process left behind is replaced.
 * @bd: the device that the guest shall find; must outlive the front end
 *
 * Return: the front end, or NULL with errno set and the reason logged.
 */
struct vhost *vhost_new(struct loop *loop, struct log *log, const char *path,
			struct bus_dev *bd);

/** vhost_free() - drop the guest, remove the socket */
void vhost_free(struct vhost *v);

/** vhost_get_stats() - read the counters */
const struct vhost_stats *vhost_get_stats(const struct vhost *v);

#endif /* SKUA_DEVICE_VHOST_H */
