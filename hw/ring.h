/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - rings and their indices
 */
#ifndef SKUA_HW_RING_H
#define SKUA_HW_RING_H

#include "types.h"

/**
 * enum skua_ring_id - the rings, by doorbell number
 * @SKUA_RING_CMD: host to NIC, struct skua_cmd
 * @SKUA_RING_EVT: NIC to host, struct skua_evt
 * @SKUA_RING_TX_VO: host to NIC, voice, struct skua_tx_desc; as the next four
 * @SKUA_RING_TX_VI: video
 * @SKUA_RING_TX_BE: best effort
 * @SKUA_RING_TX_BK: background
 * @SKUA_RING_TX_MGMT: management frames, and frames sent off channel
 * @SKUA_RING_RXBUF: host to NIC, struct skua_rx_buf: posts receive buffers
 * @SKUA_RING_CPL0: NIC to host, struct skua_cpl: receive units, transmit
 *	records and in-band events, in the order in which they happened
 * @SKUA_RING_CPL1: as CPL0, for a second receive queue; optional
 * @SKUA_RING_CPL2: as CPL0, for a third
 * @SKUA_RING_CPL3: as CPL0, for a fourth
 * @SKUA_NUM_RINGS: number of rings that the boot context has room for
 *
 * The transmit rings stand in the order of IEEE80211_AC_*.
 */
enum skua_ring_id {
	SKUA_RING_CMD		= 0,
	SKUA_RING_EVT		= 1,
	SKUA_RING_TX_VO		= 2,
	SKUA_RING_TX_VI		= 3,
	SKUA_RING_TX_BE		= 4,
	SKUA_RING_TX_BK		= 5,
	SKUA_RING_TX_MGMT	= 6,
	SKUA_RING_RXBUF		= 7,
	SKUA_RING_CPL0		= 8,
	SKUA_RING_CPL1		= 9,
	SKUA_RING_CPL2		= 10,
	SKUA_RING_CPL3		= 11,
	SKUA_NUM_RINGS		= 16,
};

#define SKUA_NUM_TX_RINGS		5
#define SKUA_RING_MIN_ENTRIES		8
#define SKUA_RING_MAX_ENTRIES		65536

/**
 * struct skua_ring_idx - a ring's indices, in host memory
 * @prod: written by the producer: entries before it are valid
 * @space_event: written by the producer: it wants to know when @cons passes this
 * @rsvd0: fills the producer's cache line
 * @cons: written by the consumer: entries before it may be overwritten
 * @avail_event: written by the consumer: it wants to know when @prod passes this
 * @rsvd1: fills the consumer's cache line
 *
 * The producer writes entries, then (after a write barrier) @prod, then (after
 * a full barrier) reads @avail_event and notifies if it lies in the half-open
 * range of the entries just published: (u32)(new - avail_event - 1) <
 * (u32)(new - old). @cons and @space_event work alike the other way. To
 * notify means a doorbell write when the host does it, an interrupt on the
 * ring's vector when the NIC does. A consumer that goes to sleep writes
 * @avail_event = @prod as it saw it last (its @cons, unless it leaves entries
 * for later), then a full barrier, then looks at @prod once more.
 * Index and event index are naturally aligned and accessed as single words.
 */
struct skua_ring_idx {
	__le32 prod;
	__le32 space_event;
	__le32 rsvd0[14];
	__le32 cons;
	__le32 avail_event;
	__le32 rsvd1[14];
};

static_assert(sizeof(struct skua_ring_idx) == 128, "ring index size");

/**
 * struct skua_ring_cfg - address and properties of a ring
 * @addr: bus address of the first entry, 64-byte aligned
 * @idx_addr: bus address of its struct skua_ring_idx, 64-byte aligned
 * @entries: number of entries, a power of two; 0 means the ring is not used
 * @entry_size: bytes of an entry: the size of the ring's structure
 * @vector: MSI-X vector of notifications to the host
 * @rsvd: zero
 * @coalesce_us: interrupt moderation: longest delay of an interrupt in microseconds
 * @coalesce_max: interrupt moderation: number of entries that end the delay
 * @rsvd2: zero
 */
struct skua_ring_cfg {
	__le64 addr;
	__le64 idx_addr;
	__le32 entries;
	__le16 entry_size;
	u8 vector;
	u8 rsvd;
	__le16 coalesce_us;
	__le16 coalesce_max;
	__le32 rsvd2;
};

static_assert(sizeof(struct skua_ring_cfg) == 32, "ring config size");

#endif /* SKUA_HW_RING_H */
