/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - events, and the contents of ALIVE
 */
#ifndef SKUA_HW_EVT_H
#define SKUA_HW_EVT_H

#include "types.h"

#define SKUA_EVT_INLINE			248

/**
 * struct skua_evt - an event
 * @id: enum skua_evt_id
 * @len: bytes used of @data
 * @seq: number of the event, from 0 on
 * @data: the event's structure
 */
struct skua_evt {
	__le16 id;
	__le16 len;
	__le32 seq;
	u8 data[SKUA_EVT_INLINE];
};

static_assert(sizeof(struct skua_evt) == 256, "event size");

/**
 * enum skua_evt_id - events
 * @SKUA_EVT_ALIVE: TLVs (struct skua_tlv)
 * @SKUA_EVT_CMD_DONE: struct skua_evt_cmd_done, then the answer
 * @SKUA_EVT_FATAL: struct skua_evt_fatal; the crash record is in place
 * @SKUA_EVT_SCAN_DONE: struct skua_evt_scan_done
 * @SKUA_EVT_ROC_READY: struct skua_evt_roc
 * @SKUA_EVT_ROC_EXPIRED: struct skua_evt_roc
 * @SKUA_EVT_BEACON_LOSS: struct skua_evt_vif
 * @SKUA_EVT_CSA_DONE: struct skua_evt_vif: the countdown has ended
 * @SKUA_EVT_LOG: text of the firmware
 * @SKUA_EVT_RADAR: struct skua_evt_radar
 * @SKUA_EVT_BA_REQUEST: struct skua_evt_ba: a transmit session would be worth while
 * @SKUA_EVT_CONN_LOSS: struct skua_evt_vif: keep-alives are not acknowledged
 */
enum skua_evt_id {
	SKUA_EVT_ALIVE		= 1,
	SKUA_EVT_CMD_DONE	= 2,
	SKUA_EVT_FATAL		= 3,
	SKUA_EVT_SCAN_DONE	= 4,
	SKUA_EVT_ROC_READY	= 5,
	SKUA_EVT_ROC_EXPIRED	= 6,
	SKUA_EVT_BEACON_LOSS	= 7,
	SKUA_EVT_CSA_DONE	= 8,
	SKUA_EVT_LOG		= 9,
	SKUA_EVT_RADAR		= 10,
	SKUA_EVT_BA_REQUEST	= 11,
	SKUA_EVT_CONN_LOSS	= 12,
};

/**
 * struct skua_tlv - type, length, value; values start 4-byte aligned
 * @type: enum skua_tlv_type
 * @len: bytes of the value, padding not counted
 */
struct skua_tlv {
	__le16 type;
	__le16 len;
};

static_assert(sizeof(struct skua_tlv) == 4, "tlv size");

/**
 * enum skua_tlv_type - values of ALIVE; the driver skips unknown types
 * @SKUA_TLV_FW_VERSION: text
 * @SKUA_TLV_NONCE: __le32: the boot context's
 * @SKUA_TLV_FEATURES: __le64: the features in force
 * @SKUA_TLV_MAC: the NIC's MAC address
 * @SKUA_TLV_LIMITS: struct skua_limits
 * @SKUA_TLV_CIPHERS: __le32 for each cipher of the engine
 * @SKUA_TLV_RADIO: struct skua_radio
 */
enum skua_tlv_type {
	SKUA_TLV_FW_VERSION	= 1,
	SKUA_TLV_NONCE		= 2,
	SKUA_TLV_FEATURES	= 3,
	SKUA_TLV_MAC		= 4,
	SKUA_TLV_LIMITS		= 5,
	SKUA_TLV_CIPHERS	= 6,
	SKUA_TLV_RADIO		= 7,
};

/**
 * struct skua_limits - sizes of the NIC's tables
 * @vifs: interfaces
 * @stas: stations
 * @keys: key slots
 * @chanctxs: channel contexts
 * @channels: different channels at a time
 * @scan_ssids: SSIDs in a scan
 * @scan_chans: channels in a scan
 * @scan_ie_len: bytes of elements in a scan
 * @beacon_len: bytes of a beacon template
 * @max_mpdu: bytes of a received MPDU
 * @tx_queue: frames that the NIC holds
 */
struct skua_limits {
	__le16 vifs;
	__le16 stas;
	__le16 keys;
	u8 chanctxs;
	u8 channels;
	__le16 scan_ssids;
	__le16 scan_chans;
	__le16 scan_ie_len;
	__le16 beacon_len;
	__le16 max_mpdu;
	__le16 tx_queue;
};

static_assert(sizeof(struct skua_limits) == 20, "limits size");

/**
 * struct skua_radio - the radio
 * @bands: SKUA_BAND_*
 * @chains: antennas
 * @nss: spatial streams
 * @max_bw: enum skua_bw
 * @max_power: dBm
 * @rsvd: zero
 */
struct skua_radio {
	u8 bands;
	u8 chains;
	u8 nss;
	u8 max_bw;
	s8 max_power;
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_radio) == 8, "radio size");

/**
 * struct skua_evt_cmd_done - end of a command; the answer follows
 * @op: opcode of the command
 * @seq: number of the command
 * @status: enum skua_status
 * @rsvd: zero
 */
struct skua_evt_cmd_done {
	__le16 op;
	__le16 seq;
	__le16 status;
	__le16 rsvd;
};

static_assert(sizeof(struct skua_evt_cmd_done) == 8, "cmd done size");

/**
 * struct skua_evt_fatal - the control processor has died
 * @cause: enum skua_fatal
 * @pc: program counter
 */
struct skua_evt_fatal {
	__le32 cause;
	__le32 pc;
};

static_assert(sizeof(struct skua_evt_fatal) == 8, "fatal event size");

/**
 * struct skua_evt_scan_done - a scan has ended
 * @vif: interface
 * @aborted: 1 if cancelled or failed
 * @rsvd: zero
 * @cookie: of the command
 */
struct skua_evt_scan_done {
	u8 vif;
	u8 aborted;
	u8 rsvd[2];
	__le32 cookie;
};

static_assert(sizeof(struct skua_evt_scan_done) == 8, "scan done size");

/**
 * struct skua_evt_roc - remain on channel has begun or ended
 * @vif: interface
 * @rsvd: zero
 * @cookie: of the command
 */
struct skua_evt_roc {
	u8 vif;
	u8 rsvd[3];
	__le32 cookie;
};

static_assert(sizeof(struct skua_evt_roc) == 8, "roc event size");

/**
 * struct skua_evt_vif - an event of an interface
 * @vif: interface
 * @link: link
 * @rsvd: zero
 */
struct skua_evt_vif {
	u8 vif;
	u8 link;
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_evt_vif) == 4, "vif event size");

/**
 * struct skua_evt_radar - the NIC has detected a radar on the operating channel
 * @freq: primary channel, MHz
 * @width_us: duration of a pulse
 * @pri_us: time from one pulse to the next
 */
struct skua_evt_radar {
	__le16 freq;
	__le16 width_us;
	__le32 pri_us;
};

static_assert(sizeof(struct skua_evt_radar) == 8, "radar event size");

/**
 * struct skua_evt_ba - the NIC asks for a transmit session
 * @sta: handle
 * @gen: generation
 * @tid: TID
 * @rsvd: zero
 *
 * The host need not answer. While the TID has traffic and no session begins, the event
 * comes again, each time later.
 */
struct skua_evt_ba {
	__le16 sta;
	__le16 gen;
	u8 tid;
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_evt_ba) == 8, "ba event size");

#endif /* SKUA_HW_EVT_H */
