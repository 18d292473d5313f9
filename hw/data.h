/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - frames: transmit descriptors, receive buffers, completions
 */
#ifndef SKUA_HW_DATA_H
#define SKUA_HW_DATA_H

#include "types.h"

#define SKUA_TXD_SEGS			2	/* segments in the first slot */
#define SKUA_TXD_CONT_SEGS		4	/* segments in a continuation slot */
#define SKUA_TXD_MAX_SEGS		20

#define SKUA_TXD_W0_TOKEN		GENMASK(15, 0)
#define SKUA_TXD_W0_NSEG		GENMASK(20, 16)	/* 1 to SKUA_TXD_MAX_SEGS */
#define SKUA_TXD_W2_STA			GENMASK(15, 0)	/* or SKUA_STA_NONE */
#define SKUA_TXD_W2_STA_GEN		GENMASK(31, 16)
#define SKUA_TXD_W3_VIF			GENMASK(7, 0)
#define SKUA_TXD_W3_LINK		GENMASK(11, 8)
#define SKUA_TXD_W3_TID			GENMASK(15, 12)	/* valid with SKUA_TXF_QOS */
#define SKUA_TXD_W3_TRIES		GENMASK(20, 16)	/* most transmissions; 0: default */
#define SKUA_TXD_W4_KEY			GENMASK(15, 0)	/* or SKUA_KEY_NONE */
#define SKUA_TXD_W4_KEY_GEN		GENMASK(31, 16)
#define SKUA_TXD_W6_PN_HI		GENMASK(15, 0)
#define SKUA_TXD_W6_GSO_SIZE		GENMASK(31, 16)	/* valid with SKUA_TXF_GSO */
#define SKUA_TXD_W7_CSUM_START		GENMASK(15, 0)	/* from the frame's first octet */
#define SKUA_TXD_W7_CSUM_OFF		GENMASK(31, 16)	/* from there */

/* Flags, word 1 */
#define SKUA_TXF_QOS			BIT(0)	/* W3_TID is valid */
#define SKUA_TXF_NO_ACK			BIT(1)	/* send once, expect no ACK */
#define SKUA_TXF_PROTECT		BIT(2)	/* encrypt with W4's key; PN is valid */
#define SKUA_TXF_KEEP_SEQ		BIT(3)	/* leave sequence control alone (injected) */
#define SKUA_TXF_INSERT_TS		BIT(4)	/* put TSF into a beacon or probe response */
#define SKUA_TXF_RATE			BIT(5)	/* W7 is a rate word, not checksum offsets */
#define SKUA_TXF_RTS			BIT(6)	/* RTS/CTS first, at any length */
#define SKUA_TXF_CTS_SELF		BIT(7)	/* CTS-to-self first */
#define SKUA_TXF_AFTER_DTIM		BIT(8)	/* hold until after the next DTIM beacon */
#define SKUA_TXF_NO_PS_BUFFER		BIT(9)	/* send even to a sleeping station */
#define SKUA_TXF_OFFCHAN		BIT(10)	/* send on the remain-on-channel channel */
#define SKUA_TXF_AMPDU			BIT(11)	/* may be aggregated */
#define SKUA_TXF_ENCAP			BIT(12)	/* 802.3 header; SKUA_FEAT_TX_ENCAP */
#define SKUA_TXF_CSUM			BIT(13)	/* fill in a checksum; SKUA_FEAT_TX_CSUM */
#define SKUA_TXF_GSO			BIT(14)	/* cut into TCP segments; SKUA_FEAT_TX_GSO */
#define SKUA_TXF_EOSP			BIT(16)	/* last frame of a service period */
#define SKUA_TXF_MORE_DATA		BIT(17)
#define SKUA_TXF_STATUS			BIT(18)	/* the stack asked for the frame's TX status */
#define SKUA_TXF_MGMT_PROT		BIT(19)	/* group management: append an MMIE */
#define SKUA_TXF_VALID			(GENMASK(19, 16) | GENMASK(14, 0))

/**
 * struct skua_tx_desc - a frame to send: first slot
 * @w0: token and number of segments
 * @flags: SKUA_TXF_*
 * @w2: station handle and generation
 * @w3: vif, link, TID, tries
 * @w4: key slot and generation
 * @pn_lo: low 32 bits of the first packet number
 * @w6: high 16 bits of it; octets of payload of a segment
 * @w7: checksum offsets, or a rate with SKUA_TXF_RATE
 * @seg: the first segments
 *
 * The frame starts with its 802.11 header (802.3 with SKUA_TXF_ENCAP) and has
 * neither IV nor MIC nor FCS. Continuation slots follow when there are more
 * than SKUA_TXD_SEGS segments. The NIC gives ring slots back by cons, in order;
 * the NIC keeps the token until a transmit record returns it.
 *
 * SKUA_TXF_ENCAP: the NIC puts an 802.11 header, by interface and station, in place of
 * the 802.3 header. The frame is for a station, whose address is the receiver address. It
 * has a TID if the station has QoS (else a TID is ignored), up to 2304 octets of payload,
 * and is no EAPOL frame.
 *
 * SKUA_TXF_CSUM: the 16 bits at start + offset are the checksum of the pseudo header;
 * the NIC adds that of all octets from start on, and a result of 0 becomes 0xffff. It
 * starts behind the 802.3 or 802.11 header. Not with SKUA_TXF_RATE.
 *
 * SKUA_TXF_GSO, only with SKUA_TXF_CSUM: an IPv4 or IPv6 packet of TCP, whose TCP header is
 * at start, is cut into segments of GSO_SIZE octets of payload, the last one of what is
 * left, as a host without this feature does it: IPv4 identifications count up, CWR stays in
 * the first one. Each segment is an MSDU of its own, and counts as a frame for tx_queue of
 * struct skua_limits; the n-th, from 0 on, has packet number PN + n. The descriptor ends
 * when the last of them has ended, and is acknowledged if all of them were. The frame has up
 * to SKUA_MAX_GSO octets. Its headers have up to SKUA_MAX_GSO_HDR, and their lengths are
 * those of the whole packet. It becomes up to SKUA_MAX_GSO_SEGS segments, and not more than
 * tx_queue; the host itself cuts what would become more, or has other headers.
 *
 * Neither SKUA_TXF_ENCAP nor SKUA_TXF_GSO goes with KEEP_SEQ, INSERT_TS, AFTER_DTIM, OFFCHAN
 * or MGMT_PROT. A frame that breaks one of these rules ends as BAD.
 */
struct skua_tx_desc {
	__le32 w0;
	__le32 flags;
	__le32 w2;
	__le32 w3;
	__le32 w4;
	__le32 pn_lo;
	__le32 w6;
	__le32 w7;
	struct skua_seg seg[SKUA_TXD_SEGS];
};

static_assert(sizeof(struct skua_tx_desc) == 64, "tx descriptor size");

/**
 * struct skua_tx_cont - a frame to send: continuation slot
 * @seg: further segments
 */
struct skua_tx_cont {
	struct skua_seg seg[SKUA_TXD_CONT_SEGS];
};

static_assert(sizeof(struct skua_tx_cont) == 64, "tx continuation size");

#define SKUA_RXBUF_MIN_LEN		512
#define SKUA_RX_MAX_BUFS		17	/* buffers of a receive record */

/**
 * struct skua_rx_buf - a receive buffer posted to the NIC
 * @addr: bus address
 * @len: bytes, at least SKUA_RXBUF_MIN_LEN
 * @id: number that the completion returns
 * @rsvd: zero
 */
struct skua_rx_buf {
	__le64 addr;
	__le32 len;
	__le16 id;
	__le16 rsvd;
};

static_assert(sizeof(struct skua_rx_buf) == 16, "rx buffer size");

#define SKUA_CPL_UNIT			64
#define SKUA_CPL_W0_TYPE		GENMASK(7, 0)	/* enum skua_cpl_type */
#define SKUA_CPL_W0_UNITS		GENMASK(15, 8)	/* 64-byte units of the record */
#define SKUA_CPL_W0_COUNT		GENMASK(31, 16)	/* words or buffers that follow */

/**
 * enum skua_cpl_type - types of completion records
 * @SKUA_CPL_RX: struct skua_cpl_rx, then one word for each further buffer
 * @SKUA_CPL_TX: struct skua_cpl_tx, then one word for each further descriptor that
 *	has ended
 * @SKUA_CPL_INBAND: struct skua_cpl_inband
 */
enum skua_cpl_type {
	SKUA_CPL_RX	= 1,
	SKUA_CPL_TX	= 2,
	SKUA_CPL_INBAND	= 3,
};

/**
 * struct skua_cpl - one 64-byte unit of a completion ring
 * @w0: in the first unit of a record: type, units, count
 * @w: further words of the unit; a unit that continues a record has data in @w0
 *	too
 *
 * A record's units stand in consecutive slots (modulo the ring).
 */
struct skua_cpl {
	__le32 w0;
	__le32 w[15];
};

static_assert(sizeof(struct skua_cpl) == SKUA_CPL_UNIT, "completion unit size");

/* Receive flags */
#define SKUA_RXF_FCS_ERR		BIT(0)
#define SKUA_RXF_PLCP_ERR		BIT(1)
#define SKUA_RXF_DECRYPTED		BIT(2)
#define SKUA_RXF_IV_STRIPPED		BIT(3)
#define SKUA_RXF_ICV_STRIPPED		BIT(4)
#define SKUA_RXF_MIC_STRIPPED		BIT(5)
#define SKUA_RXF_MMIC_STRIPPED		BIT(6)
#define SKUA_RXF_MMIC_ERR		BIT(7)
#define SKUA_RXF_PN_VALIDATED		BIT(8)
#define SKUA_RXF_DUP_VALIDATED		BIT(9)
#define SKUA_RXF_AMPDU			BIT(10)
#define SKUA_RXF_AMPDU_LAST		BIT(11)
#define SKUA_RXF_AMPDU_LAST_KNOWN	BIT(12)
#define SKUA_RXF_AMPDU_DELIM_CRC_ERR	BIT(13)
#define SKUA_RXF_AMPDU_EOF		BIT(14)
#define SKUA_RXF_AMPDU_EOF_KNOWN	BIT(15)
#define SKUA_RXF_AMSDU			BIT(16)
#define SKUA_RXF_8023			BIT(17)	/* 802.3 header; the station has SKUA_STAF_DECAP */
#define SKUA_RXF_CSUM_OK		BIT(18)	/* checksums of IP and of TCP or UDP are right */
#define SKUA_RXF_MONITOR_ONLY		BIT(19)	/* for monitors, not for the stack */
#define SKUA_RXF_MACTIME_START		BIT(20)
#define SKUA_RXF_NO_SIGNAL		BIT(21)
#define SKUA_RXF_PN_VALID		BIT(22)	/* the pn field holds the frame's PN */
#define SKUA_RXF_COALESCED		BIT(23)	/* several TCP segments; SKUA_FEAT_RX_COALESCE */

#define SKUA_RX_BUF_ID			GENMASK(15, 0)
#define SKUA_RX_BUF_LEN			GENMASK(31, 16)

/**
 * struct skua_cpl_rx - a received frame
 * @w0: type, units, number of buffers (1 to SKUA_RX_MAX_BUFS)
 * @flags: SKUA_RXF_*
 * @buf0: id and bytes used of the first buffer, @offset included; the words
 *	after the 64th byte have the further buffers
 * @frame_len: bytes of the frame over all buffers, without FCS; with
 *	SKUA_RXF_COALESCED the headers of the first buffer count alone
 * @offset: offset of the frame in the first buffer
 * @vif: interface that the frame was received for, or SKUA_VIF_NONE
 * @link: its link
 * @sta: handle of the transmitter, or SKUA_STA_NONE
 * @sta_gen: generation of it
 * @key: slot of the key that decrypted it, or SKUA_KEY_NONE
 * @key_gen: generation of it
 * @rate: rate word
 * @pn_lo: low 32 bits of the packet number, with SKUA_RXF_PN_VALID
 * @pn_hi: high 16 bits of it
 * @freq: centre of the primary 20 MHz channel in MHz
 * @signal: dBm, all chains together
 * @noise: dBm
 * @chain_signal: dBm of up to four chains; 0 for none
 * @chains: bit mask of valid @chain_signal
 * @more_off: with SKUA_RXF_COALESCED: octets in front of the data in each buffer but the
 *	first; the words of the buffers count them
 * @tid: TID, or 16 for frames without one
 * @tsf: microseconds of @vif's TSF, or of the NIC's time if it is
 *	SKUA_VIF_NONE; first symbol of the frame (MACTIME_START)
 * @ampdu_ref: with SKUA_RXF_AMPDU: the same in all frames of one A-MPDU
 * @gso_size: with SKUA_RXF_COALESCED: octets of payload of each segment but the last
 *
 * SKUA_RXF_8023: an MSDU behind its 802.3 header, in place of 802.11 header and LLC. What the
 * host would have checked, the NIC has checked; see docs/nic.rst. An A-MSDU comes up as
 * several such records.
 *
 * SKUA_RXF_CSUM_OK: a whole TCP segment or UDP datagram, and the checksums in it are right.
 *
 * SKUA_RXF_COALESCED, only with SKUA_RXF_8023 and SKUA_RXF_CSUM_OK: one buffer for each
 * segment, two at least, in the order of their sequence numbers. The first has the headers
 * as that segment had them; those of the others differ from them in no more than sequence
 * number, IPv4 identification, checksums, lengths and PSH. The identifications count up by
 * one, or with DF are all the same. PSH is set in the first buffer if it was in the last
 * segment. What else the record says is that of the last frame; the key is that of all.
 */
struct skua_cpl_rx {
	__le32 w0;
	__le32 flags;
	__le32 buf0;
	__le16 frame_len;
	u8 offset;
	u8 vif;
	u8 link;
	u8 tid;
	__le16 sta;
	__le16 sta_gen;
	__le16 key;
	__le16 key_gen;
	__le16 pn_hi;
	__le32 pn_lo;
	__le32 rate;
	__le16 freq;
	s8 signal;
	s8 noise;
	s8 chain_signal[4];
	u8 chains;
	u8 more_off;
	__le16 gso_size;
	__le32 ampdu_ref;
	__le64 tsf;
};

static_assert(sizeof(struct skua_cpl_rx) == SKUA_CPL_UNIT, "rx completion size");

#define SKUA_TXS_TOKEN			GENMASK(15, 0)
#define SKUA_TXS_TRIES			GENMASK(23, 16)
#define SKUA_TXS_STATUS			GENMASK(31, 24)	/* enum skua_tx_status */

/**
 * enum skua_tx_status - the ways in which a descriptor ends
 * @SKUA_TXS_ACKED: acknowledged (all of its MPDUs)
 * @SKUA_TXS_NO_ACK: given up after the last try
 * @SKUA_TXS_SENT: sent, and no acknowledgment was expected
 * @SKUA_TXS_FLUSHED: dropped by a flush, reset of its queue or station removal
 * @SKUA_TXS_STALE_STA: station handle unknown or of another generation
 * @SKUA_TXS_STALE_KEY: key slot empty or of another generation
 * @SKUA_TXS_BAD: the descriptor or the frame is not valid
 * @SKUA_TXS_NO_CHAN: its interface has no channel
 * @SKUA_TXS_NO_MEM: the NIC ran out of memory
 * @SKUA_TXS_DMA: DMA from its memory failed
 */
enum skua_tx_status {
	SKUA_TXS_ACKED		= 0,
	SKUA_TXS_NO_ACK		= 1,
	SKUA_TXS_SENT		= 2,
	SKUA_TXS_FLUSHED	= 3,
	SKUA_TXS_STALE_STA	= 4,
	SKUA_TXS_STALE_KEY	= 5,
	SKUA_TXS_BAD		= 6,
	SKUA_TXS_NO_CHAN	= 7,
	SKUA_TXS_NO_MEM		= 8,
	SKUA_TXS_DMA		= 9,
};

#define SKUA_CPL_TX_WORDS		7	/* status words in the first unit */

/**
 * struct skua_cpl_tx - one PPDU, and the TX status of the descriptors that ended in it
 * @w0: type, units, number of status words (0 for a PPDU in which none ended)
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of it
 * @vif: interface
 * @link: link
 * @tid: TID, or 16
 * @ack_signal: dBm of the last acknowledgment, 0 if none
 * @rate: rate word of the PPDU; 0 for descriptors that end without one
 * @airtime_us: of the PPDU, of what protects it, and of its answers
 * @mpdus: number of MPDUs in it
 * @acked: number of MPDUs acknowledged in it
 * @retried: number of MPDUs in it that had been sent before
 * @seq: last sequence number that the NIC has given on @tid; only for a station, and
 *	for @tid below 16
 * @rsvd2: zero
 * @rsvd3: zero
 * @status: the first status words; the rest in the units that follow
 */
struct skua_cpl_tx {
	__le32 w0;
	__le16 sta;
	__le16 sta_gen;
	u8 vif;
	u8 link;
	u8 tid;
	s8 ack_signal;
	__le32 rate;
	__le32 airtime_us;
	__le16 mpdus;
	__le16 acked;
	__le16 retried;
	__le16 seq;
	__le32 rsvd2;
	__le32 rsvd3;
	__le32 status[SKUA_CPL_TX_WORDS];
};

static_assert(sizeof(struct skua_cpl_tx) == SKUA_CPL_UNIT, "tx completion size");

/**
 * enum skua_inband_id - events whose order among the frames matters
 * @SKUA_INB_STA_SLEEP: the station sent a frame with the power management bit
 * @SKUA_INB_STA_WAKE: the station sent a frame without that bit
 * @SKUA_INB_PSPOLL: the station sent a PS-Poll, and the NIC holds no frame for it
 * @SKUA_INB_UAPSD_TRIGGER: the station opened a service period (tid)
 * @SKUA_INB_EOSP: the service period that the NIC served has ended
 * @SKUA_INB_BA_STOP: a Block Ack session has to end (tid, arg = 0: the receive session
 *	was idle for longer than its timeout; 1: the transmit session makes no progress)
 * @SKUA_INB_KEY_RETIRED: no later frame was decrypted with key (arg = slot
 *	| generation << 16)
 * @SKUA_INB_TX_DRAINED: the frames that a flush waited for have left (arg =
 *	cookie)
 * @SKUA_INB_KEY_REPLAY: a frame was dropped, as its packet number was not above the
 *	last one (arg = slot of its key | generation << 16)
 * @SKUA_INB_KEY_MIC_FAILURE: a frame was dropped, as its MIC or ICV was wrong (the
 *	same arg)
 */
enum skua_inband_id {
	SKUA_INB_STA_SLEEP	= 1,
	SKUA_INB_STA_WAKE	= 2,
	SKUA_INB_PSPOLL		= 3,
	SKUA_INB_UAPSD_TRIGGER	= 4,
	SKUA_INB_EOSP		= 5,
	SKUA_INB_BA_STOP	= 6,
	SKUA_INB_KEY_RETIRED	= 7,
	SKUA_INB_TX_DRAINED	= 8,
	SKUA_INB_KEY_REPLAY	= 9,
	SKUA_INB_KEY_MIC_FAILURE = 10,
};

/**
 * struct skua_cpl_inband - an event in the completion ring
 * @w0: type, units (1), count (0)
 * @id: enum skua_inband_id
 * @tid: TID, if the event has one
 * @vif: interface, if the event has one
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of it
 * @arg: see enum skua_inband_id
 * @rsvd: zero
 */
struct skua_cpl_inband {
	__le32 w0;
	__le16 id;
	u8 tid;
	u8 vif;
	__le16 sta;
	__le16 sta_gen;
	__le32 arg;
	__le32 rsvd[12];
};

static_assert(sizeof(struct skua_cpl_inband) == SKUA_CPL_UNIT, "in-band size");

#endif /* SKUA_HW_DATA_H */
