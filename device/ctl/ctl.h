/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control socket: counters and faults, one JSON object a line
 */
#ifndef SKUA_DEVICE_CTL_H
#define SKUA_DEVICE_CTL_H

struct air;
struct ctl;
struct loop;
struct nic;

/**
 * ctl_new() - listen for control connections
 * @loop: the loop
 * @path: of the Unix socket; one that a dead process left behind is replaced
 * @air: for loss rules
 * @nics: list of NICs; must outlive the socket
 *
 * Requests and their answers are described in docs/nic.rst, "Control socket".
 *
 * Return: the socket, or NULL with the reason logged.
 */
struct ctl *ctl_new(struct loop *loop, const char *path, struct air *air,
		    struct nic *nics);

/** ctl_free() - close all connections, remove the socket */
void ctl_free(struct ctl *ctl);

#endif /* SKUA_DEVICE_CTL_H */
