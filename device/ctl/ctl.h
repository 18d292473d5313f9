/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control socket: counters and faults, one JSON object a line
 */
#ifndef SKUA_DEVICE_CTL_H
#define SKUA_DEVICE_CTL_H

#include <stdint.h>

#include "ctl/fault.h"

struct air;
struct air_capture_wait;
struct ctl;
struct json_t;
struct loop;
struct pci_dev;

/**
 * struct ctl_nic - a NIC, as the control socket reaches it
 * @name: its name in requests
 * @pci: its PCI function
 * @fault: its faults
 * @counters: all its counters but those of table entries, as a JSON object (new
 *	reference)
 * @more: add those of table entries to the object, as far as a turn has time; false if
 *	there are more. The number is 0 to begin with.
 * @next: next NIC of the process
 */
struct ctl_nic {
	const char *name;
	struct pci_dev *pci;
	struct fault *fault;
	struct json_t *(*counters)(const struct ctl_nic *nic);
	bool (*more)(const struct ctl_nic *nic, struct json_t *o, uint32_t *at);
	struct ctl_nic *next;
};

/**
 * struct ctl_config - the parts that the control socket reaches
 * @path: of the Unix socket, for the user of this process alone. The socket of a
 *	process that has died is replaced, no other file. Must outlive the socket
 * @air: the medium
 * @nics: list of NICs; must outlive the socket
 * @capture: begin a capture of @air in a file; NULL for air_capture()
 */
struct ctl_config {
	const char *path;
	struct air *air;
	struct ctl_nic *nics;
	void (*capture)(struct air *air, const char *path, uint32_t snaplen,
			uint64_t size, struct air_capture_wait *wait);
};

/**
 * ctl_new() - listen for control connections
 * @loop: the loop
 * @cfg: the parts that they reach; copied
 *
 * Requests and their answers are described in docs/nic.rst, "Control socket".
 *
 * Return: the socket, or NULL with the reason logged.
 */
struct ctl *ctl_new(struct loop *loop, const struct ctl_config *cfg);

/** ctl_free() - close all connections, remove the socket */
void ctl_free(struct ctl *ctl);

#endif /* SKUA_DEVICE_CTL_H */
