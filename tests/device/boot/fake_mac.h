/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SKUA_TESTS_FAKE_MAC_H
#define SKUA_TESTS_FAKE_MAC_H

#include "mac/mac.h"

#define FAKE_MAC_REGS	512

/**
 * struct fake_mac - record of the calls to the fake engines
 * @starts: mac_ops.start() calls
 * @resets: mac_ops.reset() calls
 * @stops: mac_ops.stop() calls
 * @writes: engine registers written
 * @syncs: mac_ops.tx_sync() calls
 * @busy: how often mac_ops.tx_sync() is to say that there is more to fetch
 * @wiping: how often mac_ops.wipe() is to say that there is more to wipe
 * @sync_prod: argument of the last one
 * @inbands: mac_ops.inband() calls
 * @inband: argument of the last one
 * @settles: mac_ops.settle() calls
 * @unsettled: completions wait for room: mac_ops.settle() returns false
 * @reg: engine registers, as they were written
 */
struct fake_mac {
	int starts, resets, stops, writes, syncs, inbands, busy, wiping, settles;
	bool unsettled;
	uint32_t sync_prod[SKUA_NUM_TX_RINGS];
	struct skua_cpl_inband inband;
	uint32_t reg[FAKE_MAC_REGS];
};

/* For struct nic_config.mac_ops */
extern const struct mac_ops fake_mac_ops;

/** fake_mac() - the fake engines behind a NIC's */
static inline struct fake_mac *fake_mac(struct mac *mac)
{
	return (struct fake_mac *)(void *)mac;
}

#endif /* SKUA_TESTS_FAKE_MAC_H */
