/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bus front end for User-Mode Linux: a vhost-user server for its virt-pci
 */
#ifndef SKUA_DEVICE_VHOST_H
#define SKUA_DEVICE_VHOST_H

#include "pcie/pcie.h"

/*
 * The front end listens on a Unix socket. If a dead process has left a socket at
 * the same path, it is replaced.
 */
extern const struct bus_front_end vhost_front_end;

#endif /* SKUA_DEVICE_VHOST_H */
