/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - the contract between driver, firmware and NIC
 *
 * Everything that crosses the PCI bus is defined here and explained in
 * docs/nic.rst. The driver, the firmware (fw/) and the NIC (device/) include
 * this one header, which includes those of hw/ by duty; all may be used under
 * either licence, so that others can build the NIC too.
 *
 * Conventions: all multi-byte fields are little-endian. A field called rsvd
 * is written as zero and ignored when read. "Host" is the machine with the
 * driver, "NIC" the device. Indices run freely modulo 2^32; the slot is the
 * index masked with the (power of two) number of entries less one.
 */
#ifndef SKUA_HW_H
#define SKUA_HW_H

#include "hw/boot.h"
#include "hw/chan.h"
#include "hw/cipher.h"
#include "hw/cmd.h"
#include "hw/cmd_key.h"
#include "hw/cmd_scan.h"
#include "hw/cmd_sta.h"
#include "hw/cmd_vif.h"
#include "hw/data.h"
#include "hw/evt.h"
#include "hw/rate.h"
#include "hw/regs.h"
#include "hw/ring.h"
#include "hw/types.h"

/*
 * PCI identity. The device id lies in the range that QEMU documents for
 * experiments.
 */
#define SKUA_PCI_VENDOR_ID		0x1af4
#define SKUA_PCI_DEVICE_ID		0x10f5
#define SKUA_BAR0_SIZE			0x10000
#define SKUA_MSIX_VECTORS		4

/* ABI of these headers. Major must match; minor only ever adds. */
#define SKUA_ABI_MAJOR			3
#define SKUA_ABI_MINOR			1

#endif /* SKUA_HW_H */
