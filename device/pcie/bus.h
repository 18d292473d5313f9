/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam between a bus front end and the PCI device behind it
 *
 * A front end carries PCI transactions between a guest and this process: today
 * vhost-user for User-Mode Linux, later vfio-user for QEMU. It knows nothing of
 * the NIC, and the NIC nothing of it. Each side calls the other through the ops
 * below, from the loop's thread.
 */
#ifndef SKUA_DEVICE_BUS_H
#define SKUA_DEVICE_BUS_H

#include <stdbool.h>
#include <stdint.h>

struct bus_dev;
struct bus_fe;
struct dma;

/**
 * enum bus_reset - why a device is reset
 * @BUS_RESET_FLR: the driver asked for a function-level reset
 * @BUS_RESET_BUS: the guest reset the slot, or rebooted
 * @BUS_RESET_DISCONNECT: the guest is gone; nobody will see what was left
 */
enum bus_reset {
	BUS_RESET_FLR,
	BUS_RESET_BUS,
	BUS_RESET_DISCONNECT,
};

/**
 * struct bus_dev_ops - what a front end asks of a device
 * @cfg_read: configuration space; @size is 1 to 8. Outside of it, all ones.
 * @cfg_write: the same for writing
 * @bar_read: memory behind a BAR, @size 1 to 8; all ones if it does not answer
 * @bar_write: the same for writing; posted
 * @reset: a conventional reset: all state as after power-on. Afterwards the
 *	device holds no guest memory.
 * @irq_room: the front end can take interrupts again that it had refused
 *
 * Guest memory is added and removed by the front end through @dma of struct
 * bus_dev; before it removes any it resets the device.
 */
struct bus_dev_ops {
	uint64_t (*cfg_read)(struct bus_dev *bd, uint64_t off,
			     unsigned int size);
	void (*cfg_write)(struct bus_dev *bd, uint64_t off, unsigned int size,
			  uint64_t val);
	uint64_t (*bar_read)(struct bus_dev *bd, unsigned int bar,
			     uint64_t off, unsigned int size);
	void (*bar_write)(struct bus_dev *bd, unsigned int bar, uint64_t off,
			  unsigned int size, uint64_t val);
	void (*reset)(struct bus_dev *bd, enum bus_reset why);
	void (*irq_room)(struct bus_dev *bd);
};

/**
 * struct bus_fe_ops - what a device asks of its front end
 * @msi: deliver a message-signalled interrupt: a write of @data to @addr.
 *	Returns false if there is no room now: the device keeps it pending and
 *	repeats it when @irq_room is called.
 */
struct bus_fe_ops {
	bool (*msi)(struct bus_fe *fe, uint64_t addr, uint32_t data);
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
 * @fe: the front end it hangs on, NULL while no guest is attached
 */
struct bus_dev {
	const struct bus_dev_ops *ops;
	struct dma *dma;
	struct bus_fe *fe;
};

#endif /* SKUA_DEVICE_BUS_H */
