/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - registers of BAR0
 */
#ifndef SKUA_HW_REGS_H
#define SKUA_HW_REGS_H

#include "types.h"

/*
 * BAR0 registers: 32 bits each, naturally aligned accesses only.
 * RO read-only, WO write-only (reads zero), RW both.
 */
#define SKUA_REG_ID			0x0000	/* RO: SKUA_ID_MAGIC */
#define SKUA_REG_ABI			0x0004	/* RO: major << 16 | minor */
#define SKUA_REG_CTRL			0x0008	/* WO: SKUA_CTRL_* */
#define SKUA_REG_STATUS			0x000c	/* RO: SKUA_STATUS_* */
#define SKUA_REG_BOOT_ADDR_LO		0x0010	/* RW: bus address of the boot context */
#define SKUA_REG_BOOT_ADDR_HI		0x0014	/* RW */
#define SKUA_REG_NONCE			0x0018	/* RW: must equal skua_boot_ctx.nonce */
#define SKUA_REG_BOOT_ERR		0x001c	/* RO: enum skua_boot_err */
#define SKUA_REG_FATAL			0x0020	/* RO: enum skua_fatal */
#define SKUA_REG_TSF_LO			0x0024	/* RO: free-running microseconds; latches HI */
#define SKUA_REG_TSF_HI			0x0028	/* RO: high half latched by the last LO read */
#define SKUA_REG_FW_IDLE		0x002c	/* RO: ms that an answer is due; ABI 1.2 */
#define SKUA_REG_DOORBELL(ring)		(0x0100 + 4 * (ring))	/* WO: any value */

#define SKUA_ID_MAGIC			0x41554b53	/* "SKUA" */

#define SKUA_CTRL_RESET			BIT(0)	/* stop all DMA, forget everything */
#define SKUA_CTRL_BOOT			BIT(1)	/* read the boot context and start */
#define SKUA_CTRL_DUMP			BIT(2)	/* stop the processor, write a crash record */

#define SKUA_STATUS_RESET_DONE		BIT(0)	/* no guest memory will be touched */
#define SKUA_STATUS_BOOTING		BIT(1)	/* boot ROM or firmware start-up runs */
#define SKUA_STATUS_ALIVE		BIT(2)	/* the ALIVE event has been posted */
#define SKUA_STATUS_BOOT_FAILED		BIT(3)	/* SKUA_REG_BOOT_ERR says why */
#define SKUA_STATUS_FATAL		BIT(4)	/* the firmware died; SKUA_REG_FATAL */
#define SKUA_STATUS_GONE		0xffffffff	/* value read from a removed NIC */

/**
 * enum skua_boot_err - faults that the boot ROM finds
 * @SKUA_BOOT_OK: no fault
 * @SKUA_BOOT_ERR_DMA: the boot context or the image is not readable by DMA
 * @SKUA_BOOT_ERR_CTX_MAGIC: the boot context has a wrong magic or size
 * @SKUA_BOOT_ERR_NONCE: nonce in memory and register differ: memory not shared
 * @SKUA_BOOT_ERR_ABI: driver and NIC differ in ABI major version
 * @SKUA_BOOT_ERR_RING: a ring has a bad address, size, entry size or vector
 * @SKUA_BOOT_ERR_IMG_MAGIC: the firmware image has a wrong magic
 * @SKUA_BOOT_ERR_IMG_ABI: the image is for another ABI major version
 * @SKUA_BOOT_ERR_IMG_LEN: the image is truncated, too long, or outside SRAM
 * @SKUA_BOOT_ERR_IMG_HASH: the image's SHA-256 does not match
 */
enum skua_boot_err {
	SKUA_BOOT_OK		= 0,
	SKUA_BOOT_ERR_DMA	= 1,
	SKUA_BOOT_ERR_CTX_MAGIC	= 2,
	SKUA_BOOT_ERR_NONCE	= 3,
	SKUA_BOOT_ERR_ABI	= 4,
	SKUA_BOOT_ERR_RING	= 5,
	SKUA_BOOT_ERR_IMG_MAGIC	= 6,
	SKUA_BOOT_ERR_IMG_ABI	= 7,
	SKUA_BOOT_ERR_IMG_LEN	= 8,
	SKUA_BOOT_ERR_IMG_HASH	= 9,
};

/**
 * enum skua_fatal - reasons why the control processor stopped
 * @SKUA_FATAL_NONE: it has not stopped
 * @SKUA_FATAL_ASSERT: the firmware called its own assertion
 * @SKUA_FATAL_TRAP: an unhandled trap
 * @SKUA_FATAL_WATCHDOG: the firmware did not feed the watchdog in time
 * @SKUA_FATAL_RING: the host broke a ring's rules (index out of range)
 * @SKUA_FATAL_DMA: DMA to the memory of a ring failed
 * @SKUA_FATAL_HOST: the host stopped it with SKUA_CTRL_DUMP
 */
enum skua_fatal {
	SKUA_FATAL_NONE		= 0,
	SKUA_FATAL_ASSERT	= 1,
	SKUA_FATAL_TRAP		= 2,
	SKUA_FATAL_WATCHDOG	= 3,
	SKUA_FATAL_RING		= 4,
	SKUA_FATAL_DMA		= 5,
	SKUA_FATAL_HOST		= 6,
};

#endif /* SKUA_HW_REGS_H */
