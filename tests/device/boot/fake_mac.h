/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SKUA_TESTS_FAKE_MAC_H
#define SKUA_TESTS_FAKE_MAC_H

#include "mac/mac.h"

#define FAKE_MAC_REGS	512

/**
 * struct mac - what the fake engines were asked
 * @nic: owner
 * @starts: mac_start() calls
 * @resets: mac_reset() calls
 * @stops: mac_stop() calls
 * @writes: engine registers written
 * @syncs: mac_tx_sync() calls
 * @sync_prod: argument of the last one
 * @inbands: mac_inband() calls
 * @inband: argument of the last one
 * @reg: engine registers, as they were written
 */
struct mac {
	struct nic *nic;
	int starts, resets, stops, writes, syncs, inbands;
	uint32_t sync_prod[SKUA_NUM_TX_RINGS];
	struct skua_cpl_inband inband;
	uint32_t reg[FAKE_MAC_REGS];
};

#endif /* SKUA_TESTS_FAKE_MAC_H */
