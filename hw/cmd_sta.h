/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - commands: stations, Block Ack, power save
 */
#ifndef SKUA_HW_CMD_STA_H
#define SKUA_HW_CMD_STA_H

#include "types.h"

#define SKUA_STAF_AUTH			BIT(0)
#define SKUA_STAF_ASSOC			BIT(1)
#define SKUA_STAF_AUTHORIZED		BIT(2)
#define SKUA_STAF_QOS			BIT(3)
#define SKUA_STAF_MFP			BIT(4)
#define SKUA_STAF_4ADDR			BIT(5)
#define SKUA_STAF_TDLS			BIT(6)
#define SKUA_STAF_SHORT_GI_20		BIT(7)
#define SKUA_STAF_SHORT_GI_40		BIT(8)
#define SKUA_STAF_SHORT_GI_80		BIT(9)
#define SKUA_STAF_SHORT_GI_160		BIT(10)
#define SKUA_STAF_LDPC			BIT(11)
#define SKUA_STAF_SPP_AMSDU		BIT(12)
#define SKUA_STAF_KEYED			BIT(13)	/* set_key was called: no clear-text data */
#define SKUA_STAF_ASLEEP		BIT(14)	/* STA_ADD of an access point: it sleeps already */
#define SKUA_STAF_DECAP			BIT(15)	/* its data frames go up as 802.3 frames */

/**
 * struct skua_cmd_sta - a peer
 * @sta: handle below the limit, which the driver chooses
 * @gen: generation: each use of the handle adds one
 * @vif: interface
 * @link: link
 * @aid: association id; 0 if none
 * @addr: MAC address of the peer
 * @addr_pad: zero
 * @flags: SKUA_STAF_*
 * @legacy_rates: its rates, a mask over SKUA_LEGACY_RATES
 * @ht_mcs: its HT receive MCS 0-31; 0 without HT
 * @vht_mcs: its VHT receive MCS map; 0xffff without VHT
 * @he_mcs: its HE receive MCS map for 80 MHz; 0xffff without HE
 * @he_mcs160: its HE receive MCS map for 160 MHz; 0xffff without
 * @bw: enum skua_bw: the widest that the peer receives now
 * @nss: spatial streams that the peer receives now
 * @uapsd_queues: bit for each AC
 * @max_sp: service period length
 * @ampdu_factor: largest A-MPDU as 2^(13 + factor) - 1 bytes
 * @ampdu_density: minimum MPDU spacing, as in the HT Capabilities element
 * @max_amsdu: bytes
 * @rsvd: zero
 * @eht_mcs: its EHT receive MCS and NSS; zero without EHT
 * @fixed_rate: the only rate word to use; 0 for rate control
 */
struct skua_cmd_sta {
	__le16 sta;
	__le16 gen;
	u8 vif;
	u8 link;
	__le16 aid;
	u8 addr[6];
	u8 addr_pad[2];
	__le32 flags;
	__le32 legacy_rates;
	__le32 ht_mcs;
	__le16 vht_mcs;
	__le16 he_mcs;
	__le16 he_mcs160;
	u8 bw;
	u8 nss;
	u8 uapsd_queues;
	u8 max_sp;
	u8 ampdu_factor;
	u8 ampdu_density;
	__le16 max_amsdu;
	__le16 rsvd;
	u8 eht_mcs[16];
	__le32 fixed_rate;
};

static_assert(sizeof(struct skua_cmd_sta) == 64, "sta command size");

/**
 * struct skua_cmd_sta_ref - names a station
 * @sta: handle
 * @gen: generation
 */
struct skua_cmd_sta_ref {
	__le16 sta;
	__le16 gen;
};

static_assert(sizeof(struct skua_cmd_sta_ref) == 4, "sta ref size");

/**
 * struct skua_sta_stats - answer of SKUA_CMD_STA_STATS
 * @tx_packets: MPDUs acknowledged
 * @tx_failed: MPDUs given up
 * @tx_retries: retransmissions
 * @tx_rate: rate word of the last transmission
 * @rx_packets: MPDUs received
 * @rx_dups: duplicates dropped
 * @rx_replays: replays dropped
 * @rx_mic_errors: MPDUs whose MIC was wrong
 * @rx_rate: rate word of the last received frame
 * @rx_signal: dBm, last frame
 * @ack_signal: dBm, last acknowledgment
 * @rsvd: zero
 * @tx_bytes: bytes of acknowledged MPDUs
 * @rx_bytes: bytes of received MPDUs
 * @tx_airtime_us: airtime of transmissions
 * @rx_airtime_us: airtime of received frames
 */
struct skua_sta_stats {
	__le32 tx_packets;
	__le32 tx_failed;
	__le32 tx_retries;
	__le32 tx_rate;
	__le32 rx_packets;
	__le32 rx_dups;
	__le32 rx_replays;
	__le32 rx_mic_errors;
	__le32 rx_rate;
	s8 rx_signal;
	s8 ack_signal;
	u8 rsvd[2];
	__le64 tx_bytes;
	__le64 rx_bytes;
	__le64 tx_airtime_us;
	__le64 rx_airtime_us;
};

static_assert(sizeof(struct skua_sta_stats) == 72, "sta stats size");

/**
 * struct skua_cmd_sta_seq - where the sequence numbers of a station go on
 * @sta: handle
 * @gen: generation
 * @seq: by TID: the last number given, at most SKUA_SN_MAX; the next frame gets the one
 *	behind it
 *
 * After a reset the driver brings its stations back by STA_ADD, and tells then which
 * numbers the peer may have seen: a Block Ack window, or a duplicate filter, of the
 * peer would drop frames that begin at 0 again. The command is for a station none of
 * whose frames has left since STA_ADD.
 */
struct skua_cmd_sta_seq {
	__le16 sta;
	__le16 gen;
	__le16 seq[SKUA_NUM_TIDS];
};

static_assert(sizeof(struct skua_cmd_sta_seq) == 36, "sta seq size");

/**
 * enum skua_ba_action - for struct skua_cmd_ba
 * @SKUA_BA_RX_START: the peer sends with Block Ack from @ssn on (@buf_size,
 *	@timeout_tu)
 * @SKUA_BA_RX_STOP: the peer no longer does
 * @SKUA_BA_TX_HOLD: frames of the TID that have no sequence number yet wait; the
 *	answer, struct skua_ba_answer, comes when all that have one have ended. If that
 *	takes longer than SKUA_BA_HOLD_MS (the station sleeps, or the radio is on
 *	another channel), the answer is SKUA_ST_BUSY, and nothing is held any more
 * @SKUA_BA_TX_START: aggregate (@buf_size, @amsdu). Only after TX_HOLD, whose hold ends;
 *	a hold that nothing follows within SKUA_BA_START_MS ends by itself, and
 *	SKUA_INB_BA_STOP says so
 * @SKUA_BA_TX_STOP: no longer aggregate; frames that have a number and wait for an
 *	acknowledgment go on as MPDUs of their own, with their numbers and in order,
 *	and the other ones follow. A hold ends. Succeeds without a session, too
 * @SKUA_BA_TX_FLUSH: no longer aggregate; all frames of the TID that are in the NIC
 *	end with FLUSHED. Otherwise as TX_STOP
 */
enum skua_ba_action {
	SKUA_BA_RX_START	= 0,
	SKUA_BA_RX_STOP		= 1,
	SKUA_BA_TX_HOLD		= 2,
	SKUA_BA_TX_START	= 3,
	SKUA_BA_TX_STOP		= 4,
	SKUA_BA_TX_FLUSH	= 5,
};

/**
 * struct skua_cmd_ba - Block Ack session
 * @sta: handle
 * @gen: generation
 * @tid: TID; below 8 for transmit sessions, as the others belong to traffic streams
 * @action: enum skua_ba_action
 * @ssn: RX_START: starting sequence number, at most SKUA_SN_MAX; else 0
 * @buf_size: RX_START, TX_START: the receiver's reorder buffer in MPDUs, 1 to
 *	SKUA_BA_MAX_SIZE; else 0. A transmit window is no larger than the peer's kind of
 *	session has: 64 (HT, VHT), 256 (HE), 1024 (EHT)
 * @timeout_tu: RX_START: inactivity timeout in TU, 0 for none; else 0
 * @amsdu: TX_START: 1: A-MSDU in A-MPDU is allowed; else 0
 * @rsvd: zero
 */
struct skua_cmd_ba {
	__le16 sta;
	__le16 gen;
	u8 tid;
	u8 action;
	__le16 ssn;
	__le16 buf_size;
	__le16 timeout_tu;
	u8 amsdu;
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_cmd_ba) == 16, "ba command size");

#define SKUA_BA_MAX_SIZE		1024
#define SKUA_BA_HOLD_MS			100
#define SKUA_BA_START_MS		5000

/**
 * struct skua_ba_answer - answer of SKUA_CMD_BA with SKUA_BA_TX_HOLD
 * @ssn: sequence number of the next frame of the TID
 * @rsvd: zero
 */
struct skua_ba_answer {
	__le16 ssn;
	__le16 rsvd;
};

static_assert(sizeof(struct skua_ba_answer) == 4, "ba answer size");

/**
 * struct skua_cmd_ps - station power save
 * @vif: interface
 * @enable: 1 or 0
 * @timeout_ms: timeout of dynamic power save
 */
struct skua_cmd_ps {
	u8 vif;
	u8 enable;
	__le16 timeout_ms;
};

static_assert(sizeof(struct skua_cmd_ps) == 4, "ps command size");

/**
 * struct skua_cmd_ps_release - sends frames to a sleeping station
 * @sta: handle
 * @gen: generation
 * @tids: bit for each TID
 * @num: number of frames
 * @reason: 0 PS-Poll, 1 U-APSD
 * @more_data: 1 if the host holds further frames
 * @rsvd: zero
 */
struct skua_cmd_ps_release {
	__le16 sta;
	__le16 gen;
	__le16 tids;
	__le16 num;
	u8 reason;
	u8 more_data;
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_cmd_ps_release) == 12, "ps release size");

#endif /* SKUA_HW_CMD_STA_H */
