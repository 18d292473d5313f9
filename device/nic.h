/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One NIC, as the process sees it
 *
 * Everything here belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_NIC_H
#define SKUA_DEVICE_NIC_H

#include <stdint.h>

#include "cp/cp.h"

struct air;
struct bus_front_end;
struct ctl_nic;
struct loop;
struct mac_ops;
struct nic;

/**
 * struct nic_config - a NIC as the command line describes it
 * @name: for logs and the control socket
 * @front_end: front end through which a guest reaches it; NULL if the caller
 *	plays the guest's part itself, on pci_bus()
 * @socket: path of the front end's socket
 * @memory: bytes of memory that a guest may have; 0 for DMA_LIMIT
 * @eng: abilities and limits of the engines; @eng.ciphers is set by nic_new()
 * @mac_ops: MAC engines; NULL for those of mac/
 */
struct nic_config {
	char name[32];
	const struct bus_front_end *front_end;
	char socket[108];
	uint64_t memory;
	struct eng_config eng;
	const struct mac_ops *mac_ops;
};

/** nic_new() - make a NIC and listen on its socket; NULL if that fails */
struct nic *nic_new(struct loop *loop, struct air *air,
		    const struct nic_config *cfg);

/** nic_free() - the opposite */
void nic_free(struct nic *nic);

/** nic_ctl() - the NIC as the control socket reaches it */
struct ctl_nic *nic_ctl(struct nic *nic);

#endif /* SKUA_DEVICE_NIC_H */
