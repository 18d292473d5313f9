/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A PCI function, as the layers above see it
 *
 * bus.h   the seam to the front end, which has the guest behind it
 * pci.h   configuration space, BAR 0, interrupts
 * dma.h   guest memory
 * ring.h  descriptor rings in it
 */
#ifndef SKUA_DEVICE_PCIE_H
#define SKUA_DEVICE_PCIE_H

#include "pcie/bus.h"
#include "pcie/dma.h"
#include "pcie/pci.h"
#include "pcie/ring.h"

#endif /* SKUA_DEVICE_PCIE_H */
