/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * The NIC as the firmware sees it: memory map, engine registers, tables
 *
 * Firmware and NIC share this header. The guest supplies the firmware, so the
 * NIC checks each access: a wrong value gives an error status and is counted, an
 * access outside the map is an access fault of the hart.
 *
 * Registers are 32 bits wide and accessed as words. Table entries are packed
 * by hand (natural alignment, little-endian) and copied by the NIC from or to
 * SRAM when ENG_TBL_GO is written; a register write is complete, its effects
 * included, before the hart's next instruction. An access costs the time that the
 * engine needs for it, out of the slice of the hart.
 */
#ifndef SKUA_FW_ENGINE_H
#define SKUA_FW_ENGINE_H

#include "../hw.h"

#define ENG_SRAM_BASE		0x10000000u
#define ENG_SRAM_SIZE		(512u * 1024u)
#define ENG_REG_BASE		0x40000000u
#define ENG_REG_SIZE		0x1000u

/* System */
#define ENG_SYS_TIME_LO		0x000	/* RO: microseconds; latches HI */
#define ENG_SYS_TIME_HI		0x004	/* RO */
#define ENG_SYS_TIMECMP_LO	0x008	/* RW: machine timer interrupt while time >= compare */
#define ENG_SYS_TIMECMP_HI	0x00c	/* RW */
#define ENG_SYS_IRQ		0x010	/* RO: ENG_IRQ_* pending */
#define ENG_SYS_IRQ_ACK		0x014	/* WO: clears the written bits (CMD is a level) */
#define ENG_SYS_IRQ_ENABLE	0x018	/* RW: causes that raise the external interrupt */
#define ENG_SYS_WDOG		0x01c	/* WO: milliseconds until fatal; 0 off */
#define ENG_SYS_FATAL_FILE	0x020	/* WO: SRAM address of a NUL-terminated name */
#define ENG_SYS_FATAL_LINE	0x024	/* WO */
#define ENG_SYS_FATAL		0x028	/* WO: enum skua_fatal; does not return */
#define ENG_SYS_RANDOM		0x02c	/* RO: 32 random bits */
#define ENG_SYS_PUTC		0x030	/* WO: a character for the NIC's log */
#define ENG_SYS_ALIVE		0x034	/* WO: boot is complete (SKUA_STATUS_ALIVE) */
#define ENG_SYS_HW_FEAT_LO	0x038	/* RO: features that the NIC's engines have */
#define ENG_SYS_HW_FEAT_HI	0x03c	/* RO */
#define ENG_SYS_DRV_FEAT_LO	0x040	/* RO: features that the driver accepts */
#define ENG_SYS_DRV_FEAT_HI	0x044	/* RO */
#define ENG_SYS_NONCE		0x048	/* RO: nonce of the boot context */
#define ENG_SYS_MAC_LO		0x04c	/* RO: address bytes 0-3 */
#define ENG_SYS_MAC_HI		0x050	/* RO: address bytes 4-5 */
#define ENG_SYS_RADIO0		0x054	/* RO: bands | chains << 8 | nss << 16 | max_bw << 24 */
#define ENG_SYS_RADIO1		0x058	/* RO: max_power */
#define ENG_SYS_CIPHERS		0x05c	/* RO: bit n: the engine does suite 00-0F-AC:n */
#define ENG_SYS_LIM_VIFS	0x060	/* RO: table sizes */
#define ENG_SYS_LIM_STAS	0x064	/* RO */
#define ENG_SYS_LIM_KEYS	0x068	/* RO */
#define ENG_SYS_LIM_TXQ		0x06c	/* RO: frames that the transmit engine holds */
#define ENG_SYS_DRV_FEAT_SET_LO	0x070	/* WO: features in force, for the engines */
#define ENG_SYS_DRV_FEAT_SET_HI	0x074	/* WO */

#define ENG_IRQ_CMD		BIT(0)	/* a command waits, with room for its answer */
#define ENG_IRQ_FWTX		BIT(1)	/* the firmware's frame has ended */
#define ENG_IRQ_TBTT		BIT(2)	/* ENG_TBTT_VIFS */
#define ENG_IRQ_CSA		BIT(3)	/* ENG_CSA_VIFS: countdown reached its end */
#define ENG_IRQ_RADAR		BIT(4)	/* ENG_RADAR_WIDTH: a pulse was received */
#define ENG_IRQ_BA		BIT(5)	/* ENG_BA_EVT: a Block Ack session needs attention */

/* Host interface: each GO sets ENG_HIF_STATUS to an enum skua_status */
#define ENG_HIF_STATUS		0x100	/* RO */
#define ENG_HIF_CMD_AVAIL	0x104	/* RO: commands that wait */
#define ENG_HIF_CMD_ADDR	0x108	/* RW: SRAM, room for struct skua_cmd */
#define ENG_HIF_CMD_FETCH	0x10c	/* WO: copies the next command to that address;
					 * ENG_AGAIN: the frames before it are being fetched
					 */
#define ENG_HIF_CMD_RETIRE	0x110	/* WO: the fetched command has taken effect: the
					 * NIC may fetch frames that were published
					 * after it
					 */
#define ENG_HIF_DMA_LO		0x114	/* RW: bus address */
#define ENG_HIF_DMA_HI		0x118	/* RW */
#define ENG_HIF_DMA_SRAM	0x11c	/* RW */
#define ENG_HIF_DMA_LEN		0x120	/* RW */
#define ENG_HIF_DMA_GO		0x124	/* WO: 1 host to SRAM, 2 SRAM to host */
#define ENG_HIF_EVT_ADDR	0x128	/* RW: SRAM, a struct skua_evt */
#define ENG_HIF_EVT_GO		0x12c	/* WO: posts the event; the NIC fills in seq */
#define ENG_HIF_INB_0		0x130	/* RW: id | tid << 16 | vif << 24 */
#define ENG_HIF_INB_1		0x134	/* RW: sta | gen << 16 */
#define ENG_HIF_INB_GO		0x138	/* WO: arg; posts a struct skua_cpl_inband after all
					 * receive units and records so far
					 */
#define ENG_HIF_EVT_ROOM	0x13c	/* RO: events that the NIC can keep for a host that
					 * does not empty the event ring
					 */
/* Firmware fetches commands, each of which has an answer, while there is so much room */
#define ENG_EVT_ROOM_CMD	64

/* An access has done a part of its work: write again */
#define ENG_AGAIN		SKUA_ST_BUSY

/* Tables: GO sets ENG_TBL_STATUS to an enum skua_status; ENG_TBL_CLEAR also to ENG_AGAIN */
#define ENG_TBL_SEL		0x200	/* RW: enum eng_tbl */
#define ENG_TBL_INDEX		0x204	/* RW */
#define ENG_TBL_ADDR		0x208	/* RW: SRAM */
#define ENG_TBL_GO		0x20c	/* WO: enum eng_tbl_op */
#define ENG_TBL_STATUS		0x210	/* RO */

/* Radio */
#define ENG_RF_FREQ		0x300	/* RW: primary 20 MHz channel, MHz; 0: off */
#define ENG_RF_CENTER1		0x304	/* RW */
#define ENG_RF_BW		0x308	/* RW: enum skua_bw */
#define ENG_RF_POWER		0x30c	/* RW: dBm */
#define ENG_RF_TUNE		0x310	/* WO: applies the four values above */
#define ENG_RF_ROC_VIF		0x314	/* RW: interface whose OFFCHAN frames may leave, or
					 * SKUA_VIF_NONE
					 */

/* MAC */
#define ENG_MAC_ENABLE		0x400	/* RW: 1: transmit and receive */
#define ENG_MAC_FILTER		0x404	/* RW: SKUA_FILTER_* */
#define ENG_MAC_RTS_THRESH	0x408	/* RW: bytes */
#define ENG_MAC_RETRY		0x40c	/* RW: SKUA_RETRY_* */
#define ENG_MAC_TIM		0x410	/* WO: aid | set << 15 | vif << 16: host side of TIM */
#define ENG_TBTT_VIFS		0x414	/* RO: bit per vif; cleared by read */
#define ENG_CSA_VIFS		0x418	/* RO: bit per vif; cleared by read */
#define ENG_MAC_SCAN_LO		0x41c	/* RW: source address of probe requests, bytes 0-3 */
#define ENG_MAC_SCAN_HI		0x420	/* RW: bytes 4-5 | vif << 16: the interface gets
					 * management frames to this address; vif
					 * SKUA_VIF_NONE: there is no such address
					 */

#define ENG_BA_EVT		0x424	/* RO: takes the next event of a Block Ack session:
					 * handle | tid << 16 | cause << 24 | bit 31; 0 for
					 * none. A session has at most one of each cause
					 * that waits, and none once its half is off
					 */
#define ENG_BA_EVT_VALID	BIT(31)
#define ENG_BA_RX_IDLE		0	/* cause: the receive session's timeout is over */
#define ENG_BA_TX_STALLED	1	/* cause: the transmit window does not move */

/* Radar pulses inside the channel, in the order of their times */
#define ENG_RADAR_WIDTH		0x480	/* RO: takes the next pulse: its duration in
					 * microseconds; 0 for none. Latches its time
					 */
#define ENG_RADAR_TIME		0x484	/* RO: low half of the time of its start, as latched */

/* Frames of the firmware itself: one at a time */
#define ENG_FWTX_ADDR		0x500	/* RW: SRAM, an 802.11 frame without FCS */
#define ENG_FWTX_LEN		0x504	/* RW */
#define ENG_FWTX_VIF		0x508	/* RW: interface that gives address, sequence number */
#define ENG_FWTX_FLAGS		0x50c	/* RW: SKUA_TXF_NO_ACK only */
#define ENG_FWTX_RATE		0x510	/* RW: rate word, 0: lowest basic rate */
#define ENG_FWTX_GO		0x514	/* WO: sends on the present channel */
#define ENG_FWTX_STATUS		0x518	/* RO: enum skua_tx_status, ~0 while under way */

/* Transmit queues: select, then count, drop or release */
#define ENG_TXQ_VIF		0x600	/* RW: or SKUA_VIF_NONE for all */
#define ENG_TXQ_STA		0x604	/* RW: handle | gen << 16; SKUA_STA_NONE for all */
#define ENG_TXQ_ACS		0x608	/* RW: bit per transmit ring, VO is bit 0 */
#define ENG_TXQ_COUNT		0x60c	/* RO: frames that match, ring slots not yet fetched
					 * included; of these, slots beyond the 8192th
					 * count whether or not they match. Who reads it
					 * waits for them: they do not rest between tries
					 */
#define ENG_TXQ_DROP		0x610	/* WO: 1: end matching frames with FLUSHED: all in
					 * queues, and some of those in the rings: write
					 * again while ENG_TXQ_COUNT becomes less
					 */
#define ENG_TXQ_RELEASE		0x614	/* WO: tids | num << 16 | more_data << 24 |
					 * uapsd << 25: sends frames to a sleeping station
					 * (TXQ_STA), then SKUA_INB_EOSP follows
					 */

/**
 * enum eng_tbl - tables
 * @ENG_TBL_VIF: struct eng_vif, by interface
 * @ENG_TBL_STA: struct eng_sta, by handle
 * @ENG_TBL_KEY: struct eng_key, by slot; reads give no key material
 * @ENG_TBL_EDCA: struct eng_edca, by interface * 4 + AC
 * @ENG_TBL_RATE: struct eng_rate, by station handle
 * @ENG_TBL_STA_STATS: struct eng_sta_stats, by handle; read only, and
 *	reading clears the counters per rate
 * @ENG_TBL_BEACON: struct eng_beacon, by interface
 * @ENG_TBL_SURVEY: struct skua_survey, by MHz; read only
 * @ENG_TBL_TKIP_P1: struct eng_tkip_p1, by key slot; write only
 * @ENG_TBL_BA: struct eng_ba, by handle * 16 + TID
 * @ENG_TBL_SEQ: struct eng_seq, by handle
 */
enum eng_tbl {
	ENG_TBL_VIF		= 0,
	ENG_TBL_STA		= 1,
	ENG_TBL_KEY		= 2,
	ENG_TBL_EDCA		= 3,
	ENG_TBL_RATE		= 4,
	ENG_TBL_STA_STATS	= 5,
	ENG_TBL_BEACON		= 6,
	ENG_TBL_SURVEY		= 7,
	ENG_TBL_TKIP_P1		= 8,
	ENG_TBL_BA		= 9,
	ENG_TBL_SEQ		= 10,
};

enum eng_tbl_op {
	ENG_TBL_WRITE	= 1,
	ENG_TBL_READ	= 2,
	ENG_TBL_CLEAR	= 3,	/* the entry becomes invalid, secrets are wiped */
};

/**
 * struct eng_key_ref - slot and generation
 * @slot: key slot, or SKUA_KEY_NONE
 * @gen: generation
 */
struct eng_key_ref {
	__le16 slot;
	__le16 gen;
};

/**
 * struct eng_vif - an interface in the engines
 * @type: enum skua_vif_type
 * @bw: enum skua_bw of its channel
 * @flags: SKUA_VIFF_*
 * @addr: own address; frames to this address are acknowledged
 * @bssid: BSSID
 * @aid: own association id
 * @freq: primary channel, MHz; 0 without channel, and no frame leaves. Frames of
 *	the interface leave only while the radio is tuned to this frequency
 * @center1: centre of the whole channel, MHz
 * @beacon_int: TU
 * @basic_rates: as in struct skua_cmd_vif
 * @mgmt_rate: rate word, 0: lowest basic rate
 * @mcast_rate: rate word, 0: lowest basic rate
 * @key: receive keys of the interface by key index: group keys 0-3, IGTK
 *	4-5, BIGTK 6-7
 * @tsf_offset: TSF is the NIC's time plus this (signed). A station's engine
 *	follows its BSS's beacons
 * @own_beacon: readback: 1 if this NIC sent the last beacon of the IBSS
 * @power: highest transmit power of frames and answers of the interface, dBm
 * @last_beacon: readback: low half of the time of the last beacon of @bssid,
 *	0 for none yet
 * @dozing: readback: number of stations in power save
 * @def_key: key of data frames that the engines generate (WEP), or
 *	SKUA_KEY_NONE; unused, as today's engines generate no data frames
 */
struct eng_vif {
	u8 type;
	u8 bw;
	__le16 aid;
	__le32 flags;
	u8 addr[6];
	u8 bssid[6];
	__le16 freq;
	__le16 center1;
	__le16 beacon_int;
	u8 own_beacon;
	s8 power;
	__le32 basic_rates;
	__le32 mgmt_rate;
	__le32 mcast_rate;
	struct eng_key_ref key[8];
	__le32 last_beacon;
	__le64 tsf_offset;
	__le32 dozing;
	struct eng_key_ref def_key;
};

static_assert(sizeof(struct eng_vif) == 96, "engine vif size");

#define ENG_STAF_QOS		BIT(0)
#define ENG_STAF_MFP		BIT(1)
#define ENG_STAF_4ADDR		BIT(2)
#define ENG_STAF_PS_TRACK	BIT(3)	/* follow its PM bit, buffer frames while it dozes */
#define ENG_STAF_KEYED		BIT(4)	/* no data in clear text to or from it, except EAPOL */
#define ENG_STAF_SPP_AMSDU	BIT(5)
#define ENG_STAF_ASLEEP		BIT(6)	/* a new entry with PS_TRACK: the station dozes */
#define ENG_STAF_DECAP		BIT(7)	/* its data frames go up as 802.3 frames */

/**
 * struct eng_sta - a peer in the engines
 * @gen: generation; frames with another generation end with STALE_STA
 * @aid: association id, for TIM
 * @vif: interface
 * @uapsd_queues: bit for each AC
 * @addr: its MAC address
 * @flags: ENG_STAF_*
 * @key: pairwise keys by key index, 0-3
 * @group_key: group keys of this station alone, by key index 0-3
 * @dozing: readback: 1 if the station is in power save
 * @ampdu_factor: an A-MPDU to it has at most 2^(13 + factor) - 1 octets; at most 10
 * @ampdu_density: least time between the starts of two MPDUs, 0-7, as in the HT
 *	Capabilities element
 * @rsvd: zero
 */
struct eng_sta {
	__le16 gen;
	__le16 aid;
	u8 vif;
	u8 uapsd_queues;
	u8 addr[6];
	__le32 flags;
	struct eng_key_ref key[4];
	struct eng_key_ref group_key[4];
	u8 dozing;
	u8 ampdu_factor;
	u8 ampdu_density;
	u8 rsvd;
};

static_assert(sizeof(struct eng_sta) == 52, "engine sta size");

/* Halves of struct eng_ba */
#define ENG_BA_SET_TX		BIT(0)
#define ENG_BA_SET_RX		BIT(1)

/**
 * enum eng_ba_tx - states of the transmit half of a session
 * @ENG_BA_TX_OFF: no session: MPDUs are sent one by one. Frames that have a number and
 *	have not ended go on with it, first and in order
 * @ENG_BA_TX_HOLD: frames without a number wait; the other ones go on as with OFF
 * @ENG_BA_TX_ON: aggregate
 * @ENG_BA_TX_FLUSH: written only: end all frames of the TID with FLUSHED, then OFF
 */
enum eng_ba_tx {
	ENG_BA_TX_OFF		= 0,
	ENG_BA_TX_HOLD		= 1,
	ENG_BA_TX_ON		= 2,
	ENG_BA_TX_FLUSH		= 3,
};

/**
 * struct eng_ba - Block Ack session of a station and TID
 * @gen: generation of the station; another one is SKUA_ST_STALE
 * @set: halves that a write changes, ENG_BA_SET_*; the other one stays as it is
 * @tx: transmit half: enum eng_ba_tx
 * @rx: receive half: 1 on, 0 off. To switch on a half that is on begins it anew
 * @amsdu: transmit half: 1: A-MSDU in A-MPDU is allowed
 * @tx_size: transmit half, with ENG_BA_TX_ON: most MPDUs in the window, 1 to 1024
 * @rx_size: receive half, if on: MPDUs that the reorder buffer has room for, 1 to 1024
 * @rx_ssn: first sequence number of the receive window
 * @rx_timeout_tu: TU without a frame after which ENG_BA_RX_IDLE comes; 0 for never
 * @tx_next: readback: number of the next frame that gets one; the one that was read last
 *	during a hold is that which the peer is told, and the session begins with it
 * @tx_busy: readback: number of frames that have a number and have not ended
 * @rsvd: zero
 *
 * To write the transmit half needs SKUA_FEAT_TX_AMPDU, the receive half
 * SKUA_FEAT_RX_AMPDU. An entry that was never written reads as OFF. Both halves end
 * with the station; ENG_TBL_CLEAR switches both off.
 */
struct eng_ba {
	__le16 gen;
	u8 set;
	u8 tx;
	u8 rx;
	u8 amsdu;
	__le16 tx_size;
	__le16 rx_size;
	__le16 rx_ssn;
	__le16 rx_timeout_tu;
	__le16 tx_next;
	__le16 tx_busy;
	__le16 rsvd;
};

static_assert(sizeof(struct eng_ba) == 20, "engine ba size");

/**
 * struct eng_seq - sequence numbers of a station
 * @gen: generation of the station; another one is SKUA_ST_STALE
 * @rsvd: zero
 * @seq: by TID: the last number given, 0 to 4095
 *
 * To write it while frames of the station have a number and have not ended is an error.
 */
struct eng_seq {
	__le16 gen;
	__le16 rsvd;
	__le16 seq[SKUA_NUM_TIDS];
};

static_assert(sizeof(struct eng_seq) == 36, "engine seq size");

/**
 * struct eng_key - a key in the engines
 * @gen: generation
 * @sta: owner, or SKUA_STA_NONE
 * @vif: interface
 * @keyidx: key index
 * @key_len: bytes of @key
 * @rsvd: zero
 * @cipher: suite selector
 * @flags: SKUA_KEYF_*
 * @key: key material; reads give zeroes
 * @tx_mic_key: TKIP: Michael key for transmitting
 * @rx_mic_key: TKIP: Michael key for receiving
 * @rx_pn: replay counters; reads give the current ones
 * @tx_lease: next PN of the lease; reads give the current one
 * @lease_len: number of PNs that are left
 */
struct eng_key {
	__le16 gen;
	__le16 sta;
	u8 vif;
	u8 keyidx;
	u8 key_len;
	u8 rsvd;
	__le32 cipher;
	__le32 flags;
	u8 key[SKUA_MAX_KEY_LEN];
	u8 tx_mic_key[8];
	u8 rx_mic_key[8];
	u8 rx_pn[SKUA_NUM_PN][6];
	u8 tx_lease[6];
	__le32 lease_len;
};

static_assert(sizeof(struct eng_key) == 176, "engine key size");

/**
 * struct eng_tkip_p1 - phase 1 key for receiving with a TKIP key
 * @gen: generation of the key
 * @rsvd: zero
 * @iv32: the IV32 that the phase 1 key belongs to
 * @p1k: phase 1 key, for the key's station or the interface's BSSID
 * @rsvd2: zero
 *
 * Needs SKUA_FEAT_TKIP_PHASE1_HOST. The table cannot be read.
 */
struct eng_tkip_p1 {
	__le16 gen;
	__le16 rsvd;
	__le32 iv32;
	__le16 p1k[5];
	__le16 rsvd2;
};

static_assert(sizeof(struct eng_tkip_p1) == 20, "engine phase 1 size");

/** struct eng_edca - as in struct skua_cmd_edca */
struct eng_edca {
	u8 aifsn;
	u8 rsvd;
	__le16 cw_min;
	__le16 cw_max;
	__le16 txop;
};

static_assert(sizeof(struct eng_edca) == 8, "engine edca size");

#define ENG_RATE_STAGES		4

/**
 * struct eng_rate - rates of unicast data, stage by stage
 * @rate: rate words; 0 ends the list
 * @tries: number of tries at each rate. An A-MPDU has one rate, that of its first MPDU
 * @probe_rate: after @probe_interval PPDUs, the next one whose first MPDU has not been
 *	tried yet is sent at this rate
 * @probe_interval: number of PPDUs; 0 for no probes
 */
struct eng_rate {
	__le32 rate[ENG_RATE_STAGES];
	u8 tries[ENG_RATE_STAGES];
	__le32 probe_rate;
	__le32 probe_interval;
};

static_assert(sizeof(struct eng_rate) == 28, "engine rate size");

/**
 * struct eng_sta_stats - counters of a station
 * @stage_sent: MPDUs sent at each stage since the last read, retries included
 * @stage_acked: number of them that were acknowledged
 * @probe_sent: MPDUs sent at the probe rate since the last read
 * @probe_acked: number of them that were acknowledged
 * @stage_ppdus: PPDUs at each stage since the last read: what happens to the MPDUs of
 *	one PPDU is no independent evidence
 * @probe_ppdus: PPDUs at the probe rate since the last read
 * @rsvd: zero
 * @tid_frames: by TID: QoS data MPDUs that were sent for the first time since the last
 *	read, outside a transmit session; ends at 65535
 * @stats: totals since the station was added
 */
struct eng_sta_stats {
	__le32 stage_sent[ENG_RATE_STAGES];
	__le32 stage_acked[ENG_RATE_STAGES];
	__le32 probe_sent;
	__le32 probe_acked;
	__le32 stage_ppdus[ENG_RATE_STAGES];
	__le32 probe_ppdus;
	__le32 rsvd;
	__le16 tid_frames[SKUA_NUM_TIDS];
	struct skua_sta_stats stats;
};

static_assert(sizeof(struct eng_sta_stats) == 64 + 32 + 72, "engine sta stats size");

/**
 * struct eng_beacon - a beacon template
 * @addr: SRAM address of the frame; copied when the entry is written
 * @len: its length
 * @beacon_int: TU
 * @tim_off: offset of the TIM element, 0 for none
 * @dtim_period: beacons
 * @rsvd: zero
 * @csa_off: offsets of countdown bytes, 0 for none; the engine counts down to 1
 *	and then raises ENG_IRQ_CSA
 * @rate: rate word, 0: lowest basic rate
 * @bigtk: key for beacon protection
 */
struct eng_beacon {
	__le32 addr;
	__le16 len;
	__le16 beacon_int;
	__le16 tim_off;
	u8 dtim_period;
	u8 rsvd;
	__le16 csa_off[2];
	__le32 rate;
	struct eng_key_ref bigtk;
};

static_assert(sizeof(struct eng_beacon) == 24, "engine beacon size");

#endif /* SKUA_FW_ENGINE_H */
