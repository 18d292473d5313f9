/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - commands: how they are sent and answered
 */
#ifndef SKUA_HW_CMD_H
#define SKUA_HW_CMD_H

#include "ring.h"
#include "types.h"

#define SKUA_CMD_INLINE			208
#define SKUA_CMD_MAX_EXT		8192

#define SKUA_CMDF_NO_ACK		BIT(0)	/* CMD_DONE only if the command fails */
#define SKUA_CMDF_SECRET		BIT(1)	/* host and NIC wipe each copy after use */

/**
 * struct skua_cmd - a command
 * @op: enum skua_cmd_op
 * @len: bytes used of @data: exactly those of @op's structure
 * @flags: SKUA_CMDF_*
 * @seq: number that CMD_DONE returns
 * @ext_len: bytes of further data in host memory, at most SKUA_CMD_MAX_EXT
 * @rsvd: zero
 * @tx_prod: producer index of each transmit ring (from SKUA_RING_TX_VO on)
 *	when the command was published
 * @rsvd2: zero
 * @data: the command's structure; with @ext_len, its last 8 bytes are the bus
 *	address of the further data, which stays in place until CMD_DONE
 *
 * Commands take effect in order: after the NIC has fetched the frames before
 * @tx_prod, and before it fetches any other frame.
 */
struct skua_cmd {
	__le16 op;
	__le16 len;
	__le16 flags;
	__le16 seq;
	__le32 ext_len;
	__le32 rsvd;
	__le32 tx_prod[SKUA_NUM_TX_RINGS];
	__le32 rsvd2[3];
	u8 data[SKUA_CMD_INLINE];
};

static_assert(sizeof(struct skua_cmd) == 256, "command size");
#define SKUA_CMD_EXT_ADDR		(SKUA_CMD_INLINE - 8)	/* offset in data */

/**
 * enum skua_cmd_op - commands
 * @SKUA_CMD_NOP: no effect; CMD_DONE echoes the data
 * @SKUA_CMD_START: the host's device is up; engines may run
 * @SKUA_CMD_STOP: the opposite: the radio is off, queues are flushed
 * @SKUA_CMD_CRASH: fail on purpose (struct skua_cmd_u32: enum skua_crash_how)
 * @SKUA_CMD_VIF_ADD: struct skua_cmd_vif
 * @SKUA_CMD_VIF_UPDATE: struct skua_cmd_vif
 * @SKUA_CMD_VIF_REMOVE: struct skua_cmd_u32: vif
 * @SKUA_CMD_CHANCTX_SET: struct skua_cmd_chanctx; adds or changes
 * @SKUA_CMD_CHANCTX_REMOVE: struct skua_cmd_u32: context
 * @SKUA_CMD_VIF_CHANCTX: struct skua_cmd_vif_chanctx
 * @SKUA_CMD_EDCA: struct skua_cmd_edca
 * @SKUA_CMD_RX_FILTER: struct skua_cmd_u32: SKUA_FILTER_*
 * @SKUA_CMD_RTS_THRESHOLD: struct skua_cmd_u32: bytes, ~0 for off
 * @SKUA_CMD_RETRY_LIMITS: struct skua_cmd_u32: SKUA_RETRY_*
 * @SKUA_CMD_TXPOWER: struct skua_cmd_u32: dBm, the highest of all interfaces
 * @SKUA_CMD_STA_ADD: struct skua_cmd_sta
 * @SKUA_CMD_STA_UPDATE: struct skua_cmd_sta
 * @SKUA_CMD_STA_REMOVE: struct skua_cmd_sta_ref; its queue is flushed first
 * @SKUA_CMD_STA_STATS: struct skua_cmd_sta_ref; answers struct skua_sta_stats
 * @SKUA_CMD_STA_SEQ: struct skua_cmd_sta_seq: a station that a restart brings back
 * @SKUA_CMD_KEY_SET: struct skua_cmd_key
 * @SKUA_CMD_KEY_DEL: struct skua_cmd_key_ref; then SKUA_INB_KEY_RETIRED
 * @SKUA_CMD_KEY_DEFAULT: struct skua_cmd_key_ref: default unicast (WEP) key
 * @SKUA_CMD_KEY_TKIP_PHASE1: struct skua_cmd_tkip_phase1
 * @SKUA_CMD_KEY_LEASE: struct skua_cmd_key_ref; answers struct skua_key_lease
 * @SKUA_CMD_BEACON_SET: struct skua_cmd_beacon with the template as further
 *	data; a template of length 0 stops the beacon
 * @SKUA_CMD_TIM_SET: struct skua_cmd_tim
 * @SKUA_CMD_SCAN: struct skua_cmd_scan with struct skua_scan_chan and elements
 *	as further data; SKUA_EVT_SCAN_DONE follows CMD_DONE
 * @SKUA_CMD_SCAN_CANCEL: struct skua_cmd_u32: cookie of the scan;
 *	SKUA_EVT_SCAN_DONE follows
 * @SKUA_CMD_ROC: struct skua_cmd_roc; SKUA_EVT_ROC_READY follows, then
 *	SKUA_EVT_ROC_EXPIRED
 * @SKUA_CMD_ROC_CANCEL: no data; SKUA_EVT_ROC_EXPIRED does not follow. It
 *	succeeds, too, if the period has just ended
 * @SKUA_CMD_FLUSH: struct skua_cmd_flush; CMD_DONE follows when no frame is left
 * @SKUA_CMD_SURVEY: struct skua_cmd_u32: MHz; answers struct skua_survey
 * @SKUA_CMD_TSF_GET: struct skua_cmd_tsf; answers the same
 * @SKUA_CMD_TSF_SET: struct skua_cmd_tsf: TSF to set
 * @SKUA_CMD_TSF_OFFSET: struct skua_cmd_tsf: signed microseconds to add
 * @SKUA_CMD_BA: struct skua_cmd_ba; needs SKUA_FEAT_TX_AMPDU for transmit sessions,
 *	SKUA_FEAT_RX_AMPDU for receive sessions
 * @SKUA_CMD_PS: struct skua_cmd_ps; needs SKUA_FEAT_STA_PS
 * @SKUA_CMD_PS_RELEASE: struct skua_cmd_ps_release; needs SKUA_FEAT_AP_PS
 * @SKUA_CMD_PROBE_RESP_SET: as BEACON_SET; reserved for offload
 */
enum skua_cmd_op {
	SKUA_CMD_NOP			= 0x00,
	SKUA_CMD_START			= 0x01,
	SKUA_CMD_STOP			= 0x02,
	SKUA_CMD_CRASH			= 0x03,
	SKUA_CMD_VIF_ADD		= 0x10,
	SKUA_CMD_VIF_UPDATE		= 0x11,
	SKUA_CMD_VIF_REMOVE		= 0x12,
	SKUA_CMD_CHANCTX_SET		= 0x13,
	SKUA_CMD_CHANCTX_REMOVE		= 0x14,
	SKUA_CMD_VIF_CHANCTX		= 0x15,
	SKUA_CMD_EDCA			= 0x16,
	SKUA_CMD_RX_FILTER		= 0x17,
	SKUA_CMD_RTS_THRESHOLD		= 0x18,
	SKUA_CMD_RETRY_LIMITS		= 0x19,
	SKUA_CMD_TXPOWER		= 0x1a,
	SKUA_CMD_STA_ADD		= 0x20,
	SKUA_CMD_STA_UPDATE		= 0x21,
	SKUA_CMD_STA_REMOVE		= 0x22,
	SKUA_CMD_STA_STATS		= 0x23,
	SKUA_CMD_STA_SEQ		= 0x24,
	SKUA_CMD_KEY_SET		= 0x30,
	SKUA_CMD_KEY_DEL		= 0x31,
	SKUA_CMD_KEY_DEFAULT		= 0x32,
	SKUA_CMD_KEY_TKIP_PHASE1	= 0x33,
	SKUA_CMD_KEY_LEASE		= 0x34,
	SKUA_CMD_BEACON_SET		= 0x40,
	SKUA_CMD_TIM_SET		= 0x41,
	SKUA_CMD_PROBE_RESP_SET		= 0x42,
	SKUA_CMD_SCAN			= 0x50,
	SKUA_CMD_SCAN_CANCEL		= 0x51,
	SKUA_CMD_ROC			= 0x52,
	SKUA_CMD_ROC_CANCEL		= 0x53,
	SKUA_CMD_FLUSH			= 0x60,
	SKUA_CMD_SURVEY			= 0x61,
	SKUA_CMD_TSF_GET		= 0x62,
	SKUA_CMD_TSF_SET		= 0x63,
	SKUA_CMD_TSF_OFFSET		= 0x64,
	SKUA_CMD_BA			= 0x70,
	SKUA_CMD_PS			= 0x80,
	SKUA_CMD_PS_RELEASE		= 0x81,
};

/**
 * enum skua_status - status of a command in CMD_DONE
 * @SKUA_ST_OK: done
 * @SKUA_ST_INVALID: a field has a wrong value, or the size is wrong
 * @SKUA_ST_NO_ENTRY: no such interface, station, key or context
 * @SKUA_ST_EXISTS: it exists already
 * @SKUA_ST_NO_SPACE: the table is full
 * @SKUA_ST_UNSUPPORTED: unknown command, or its feature was not accepted
 * @SKUA_ST_BUSY: not possible now, but later
 * @SKUA_ST_STALE: wrong generation
 * @SKUA_ST_DMA: DMA from the further data failed
 * @SKUA_ST_STATE: not in this state (no channel, not started)
 */
enum skua_status {
	SKUA_ST_OK		= 0,
	SKUA_ST_INVALID		= 1,
	SKUA_ST_NO_ENTRY	= 2,
	SKUA_ST_EXISTS		= 3,
	SKUA_ST_NO_SPACE	= 4,
	SKUA_ST_UNSUPPORTED	= 5,
	SKUA_ST_BUSY		= 6,
	SKUA_ST_STALE		= 7,
	SKUA_ST_DMA		= 8,
	SKUA_ST_STATE		= 9,
};

/**
 * struct skua_cmd_u32 - a command with one number
 * @val: the number
 */
struct skua_cmd_u32 {
	__le32 val;
};

static_assert(sizeof(struct skua_cmd_u32) == 4, "u32 command size");

/**
 * enum skua_crash_how - ways to fail for SKUA_CMD_CRASH
 * @SKUA_CRASH_ASSERT: a firmware assertion
 * @SKUA_CRASH_TRAP: an illegal instruction
 * @SKUA_CRASH_LOOP: an endless loop, for the watchdog to find
 * @SKUA_CRASH_SILENT: endless sleep with the watchdog off, so that nothing is
 *	posted
 */
enum skua_crash_how {
	SKUA_CRASH_ASSERT	= 0,
	SKUA_CRASH_TRAP		= 1,
	SKUA_CRASH_LOOP		= 2,
	SKUA_CRASH_SILENT	= 3,
};

/**
 * struct skua_cmd_flush - wait until frames have left, or drop them
 * @vif: interface, or SKUA_VIF_NONE for all
 * @ac_mask: bit for each transmit ring; SKUA_RING_TX_VO is bit 0
 * @sta: station whose frames are meant, or SKUA_STA_NONE for all
 * @sta_gen: its generation
 * @drop: 1: drop instead of sending
 * @rsvd: zero
 * @timeout_ms: after that time, frames that are left are dropped
 */
struct skua_cmd_flush {
	u8 vif;
	u8 ac_mask;
	__le16 sta;
	__le16 sta_gen;
	u8 drop;
	u8 rsvd;
	__le32 timeout_ms;
};

static_assert(sizeof(struct skua_cmd_flush) == 12, "flush command size");

#endif /* SKUA_HW_CMD_H */
