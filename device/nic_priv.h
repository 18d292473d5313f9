/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One NIC: its registers, rings, control processor and MAC
 *
 * nic.c       registers of BAR 0, reset, life cycle
 * nic_json.c  its counters
 *
 * Everything belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_NIC_PRIV_H
#define SKUA_DEVICE_NIC_PRIV_H

#include <stdbool.h>

#include "base/base.h"
#include "ctl/ctl.h"
#include "mac/mac.h"
#include "nic.h"
#include "pcie/pcie.h"

/**
 * enum nic_state - as seen in SKUA_REG_STATUS
 * @NIC_RESET: no guest memory is touched
 * @NIC_BOOTING: from SKUA_CTRL_BOOT until the firmware wrote ENG_SYS_ALIVE
 * @NIC_ALIVE: in operation
 * @NIC_DYING: dead, and the crash record is being written
 * @NIC_BOOT_FAILED: SKUA_REG_BOOT_ERR says why
 * @NIC_FATAL: the control processor or a ring died; waits for a reset
 */
enum nic_state {
	NIC_RESET,
	NIC_BOOTING,
	NIC_ALIVE,
	NIC_DYING,
	NIC_BOOT_FAILED,
	NIC_FATAL,
};

/**
 * struct nic - one NIC
 * @cfg: configuration
 * @log: its log
 * @loop: the loop
 * @pci: PCI function
 * @fe: front end
 * @dma: guest memory; the same as pci_dma(@pci)
 * @state: see enum nic_state
 * @used: the boot ROM has ended: a reset has work to do
 * @wiping: after a reset, until all of the last firmware's state is wiped
 * @wipe_work: wipes a part of it
 * @boot_waits: a boot that was asked for meanwhile
 * @was_alive: in NIC_DYING: the state before
 * @boot_addr: SKUA_REG_BOOT_ADDR
 * @nonce: SKUA_REG_NONCE
 * @boot_err: SKUA_REG_BOOT_ERR
 * @fatal: SKUA_REG_FATAL
 * @fatal_pc: where the firmware was then
 * @rings: its rings
 * @bus: engine bus
 * @cp: control processor
 * @hif: host interface engine
 * @mac: MAC engines
 * @mac_ops: their operations
 * @tsf_hi: latched SKUA_REG_TSF_HI
 * @poll: looks at the rings
 * @polled: @poll is registered
 * @doorbells: doorbell writes
 * @fault: faults on purpose
 * @ctl: how the control socket reaches it
 */
struct nic {
	struct nic_config cfg;
	struct log log;
	struct loop *loop;
	struct pci_dev *pci;
	struct bus_fe *fe;
	struct dma *dma;
	enum nic_state state;
	bool used;
	bool wiping;
	struct loop_work wipe_work;
	bool boot_waits;
	bool was_alive;
	uint64_t boot_addr;
	uint32_t nonce;
	enum skua_boot_err boot_err;
	enum skua_fatal fatal;
	uint32_t fatal_pc;
	struct ring_set rings;
	struct eng_bus bus;
	struct cp *cp;
	struct hif *hif;
	struct mac *mac;
	const struct mac_ops *mac_ops;
	uint32_t tsf_hi;
	struct loop_poll poll;
	bool polled;
	uint64_t doorbells;
	struct fault fault;
	struct ctl_nic ctl;
};

/* nic_json.c */

/** nic_json() - all counters of a NIC as a JSON object (new reference) */
struct json_t *nic_json(const struct nic *nic);

#endif /* SKUA_DEVICE_NIC_PRIV_H */
