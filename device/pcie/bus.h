/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam between a bus front end and the PCI device behind it
 *
 * A front end carries PCI transactions between a guest and this process: today
 * vhost-user for User-Mode Linux, later vfio-user for QEMU. A front end
 * knows nothing of the NIC, and the NIC knows nothing of a front end. Each side
 * calls the other through the operations below, from the loop's thread.
 */
#ifndef SKUA_DEVICE_BUS_H
#define SKUA_DEVICE_BUS_H

#include <stdbool.h>
#include <stdint.h>

struct bus_dev;
struct bus_fe;
struct dma;
struct log;
struct loop;

/**
 * enum bus_reset - why a device is reset
 * @BUS_RESET_FLR: the driver asked for a function-level reset
 * @BUS_RESET_POWER: the driver brought the device from D3hot back to D0
 * @BUS_RESET_BUS: the guest reset the slot, or rebooted
 * @BUS_RESET_DISCONNECT: the guest is gone; no guest will see the old state
 */
enum bus_reset {
	BUS_RESET_FLR,
	BUS_RESET_POWER,
	BUS_RESET_BUS,
	BUS_RESET_DISCONNECT,
};

#define BUS_BARS	6

/**
 * struct bus_dev_info - sizes that a front end needs before a guest comes
 * @cfg_size: bytes of configuration space
 * @bar_size: bytes behind each BAR, 0 for none
 * @vectors: interrupt vectors
 */
struct bus_dev_info {
	uint32_t cfg_size;
	uint32_t bar_size[BUS_BARS];
	unsigned int vectors;
};

/**
 * struct bus_irq_msg - a message-signalled interrupt as the guest set it up
 * @addr: address that the message is written to
 * @data: the value that is written
 */
struct bus_irq_msg {
	uint64_t addr;
	uint32_t data;
};

/**
 * struct bus_dev_ops - operations of a device for its front end
 * @get_info: sizes, which never change
 * @cfg_read: configuration space; @size is 1 to 8. Outside of it, all ones.
 * @cfg_write: the same for writing
 * @bar_read: memory behind a BAR, @size 1 to 8; all ones if it does not answer
 * @bar_write: the same for writing; posted
 * @reset: a conventional reset: all state as after power-on. Afterwards the
 *	device holds no guest memory.
 * @irq_msg: the message of a vector, for a front end whose guest wants the
 *	message itself. The device masks and moderates; a front end asks only
 *	from within @irq of struct bus_fe_ops.
 * @irq_room: the front end can take interrupts again that it had refused
 *
 * Guest memory is added and removed by the front end through @dma of struct
 * bus_dev; before it removes any it resets the device.
 */
struct bus_dev_ops {
	void (*get_info)(struct bus_dev *bd, struct bus_dev_info *info);
	uint64_t (*cfg_read)(struct bus_dev *bd, uint64_t off,
			     unsigned int size);
	void (*cfg_write)(struct bus_dev *bd, uint64_t off, unsigned int size,
			  uint64_t val);
	uint64_t (*bar_read)(struct bus_dev *bd, unsigned int bar,
			     uint64_t off, unsigned int size);
	void (*bar_write)(struct bus_dev *bd, unsigned int bar, uint64_t off,
			  unsigned int size, uint64_t val);
	void (*reset)(struct bus_dev *bd, enum bus_reset why);
	struct bus_irq_msg (*irq_msg)(struct bus_dev *bd, unsigned int vector);
	void (*irq_room)(struct bus_dev *bd);
};

#define BUS_STATS_MAX	16

/**
 * struct bus_stat - a counter of a front end
 * @name: its name on the control socket
 * @value: its value
 */
struct bus_stat {
	const char *name;
	uint64_t value;
};

/**
 * struct bus_fe_ops - operations of a front end for its device and its owner
 * @irq: deliver an interrupt of a vector. Returns false if there is no room now:
 *	the device keeps it pending and repeats it when @irq_room is called.
 * @stats: read the counters, BUS_STATS_MAX at most; returns how many
 * @free: drop the guest, and end
 */
struct bus_fe_ops {
	bool (*irq)(struct bus_fe *fe, unsigned int vector);
	unsigned int (*stats)(const struct bus_fe *fe, struct bus_stat *to);
	void (*free)(struct bus_fe *fe);
};

/**
 * struct bus_fe - a front end; embed it
 * @ops: its operations
 */
struct bus_fe {
	const struct bus_fe_ops *ops;
};

/**
 * struct bus_dev - a device; embed it
 * @ops: its operations
 * @dma: its view of guest memory
 * @fe: its front end, NULL while no guest is attached
 */
struct bus_dev {
	const struct bus_dev_ops *ops;
	struct dma *dma;
	struct bus_fe *fe;
};

/**
 * struct bus_front_end - a kind of front end
 * @new: listen for a guest on the socket at @path, for a device that outlives
 *	the front end; returns NULL with errno set and the reason logged
 */
struct bus_front_end {
	struct bus_fe *(*new)(struct loop *loop, struct log *log,
			      const char *path, struct bus_dev *bd);
};

#endif /* SKUA_DEVICE_BUS_H */
