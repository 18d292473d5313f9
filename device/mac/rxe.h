/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receive engine: from a frame on the air to the guest's buffers
 *
 * rxe.c         FCS, address match, duplicates, choice of interfaces
 * rxe_resp.c    answers: ACK, CTS, Block Ack
 * rxe_ba.c      frames of Block Ack sessions as they arrive
 * rxe_filter.c  which frames an interface wants
 * rxe_ps.c      power save of stations
 * rxe_batch.c   frames that wait for the end of the sender's burst
 * rxe_flush.c   their way up then
 * rxe_order.c   Block Ack sessions, order of their frames
 * rxe_up.c      records for the host
 * rxe_8023.c    802.3 frames out of data frames
 * rxe_dec.c     decryption, replay check
 * rxe_join.c    TCP segments that share a record
 * rxe_inet.c    checksums of TCP and UDP
 * rxe_buf.c     the host's buffers, memory of records
 */
#ifndef SKUA_DEVICE_MAC_RXE_H
#define SKUA_DEVICE_MAC_RXE_H

#include <stdbool.h>
#include <stdint.h>

#include "../hw.h"
#include "air/air.h"
#include "crypto/crypto.h"
#include "dot11/dot11.h"
#include "mac/ba_rx.h"
#include "mac/key.h"

struct mac;
struct mac_sta;
struct mac_vif;

#define RXE_HELD_MAX		1024	/* buffers of frames that wait for others */
#define RXE_BATCH		64	/* frames decrypted together */
#define RXE_BATCH_BYTES		98304	/* and their octets, about */
#define RX_OFFSET_MAX		2	/* before a frame in its first buffer */

/**
 * struct rx_arrival - a frame that is being received
 * @mac: the engines
 * @af: the frame on the air
 * @rx: signal and noise
 * @frame: octets of @af
 * @len: octets of @frame without FCS
 * @fc: Frame Control
 * @hdr_len: octets of the MAC header
 * @group: the receiver address is a group address
 * @promisc: a monitor gets all frames
 * @ba: session in which the frame has a place, until an item has taken it over
 * @again: the scoreboard knows it already
 */
struct rx_arrival {
	struct mac *mac;
	const struct air_frame *af;
	const struct air_rx *rx;
	const uint8_t *frame;
	uint16_t len;
	uint16_t fc;
	uint16_t hdr_len;
	bool group;
	bool promisc;
	struct ba_rx *ba;
	bool again;
};

/**
 * enum rx_kind - what waits for rxe_flush()
 * @RX_FRAME: a frame
 * @RX_EVENT: an in-band event
 * @RX_BAR: a BlockAckReq of a session, from rx_item.sn on
 * @RX_GONE: a frame of a session was acknowledged and will not come up
 */
enum rx_kind {
	RX_FRAME,
	RX_EVENT,
	RX_BAR,
	RX_GONE,
};

/**
 * struct rx_item - what waits for rxe_flush()
 * @kind: what it is
 * @event: the event
 * @ba: session in which it has a place, or NULL
 * @sn: sequence number, with @ba
 * @vif: interface, or SKUA_VIF_NONE
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of the station
 * @flags: SKUA_RXF_* so far
 * @len: octets of @data, without FCS
 * @hdr_len: octets of the MAC header
 * @tid: TID or MAC_TID_NONE
 * @monitor: a monitor gets the frame even if it cannot be decrypted
 * @key: key of the frame, or NULL
 * @slot: slot of @key
 * @job: index in rxe.jobs
 * @rate: rate word
 * @freq: MHz
 * @signal: dBm
 * @noise: dBm
 * @time_us: NIC's time at the start of the frame
 * @ampdu_ref: see struct air_frame
 * @drop: the frame is not passed up
 * @replay: its packet number was refused
 * @check: the packet number is to be checked when the frame's turn has come
 * @start: offset of the frame in @data after decryption
 * @pn: packet number, with SKUA_RXF_PN_VALID
 * @data: the frame
 * @raw: the frame as it was received, for monitors
 * @raw_len: octets of @raw
 */
struct rx_item {
	enum rx_kind kind;
	struct skua_cpl_inband event;
	struct ba_rx *ba;
	uint16_t sn;
	uint8_t vif;
	uint16_t sta;
	uint16_t sta_gen;
	uint32_t flags;
	uint16_t len;
	uint16_t hdr_len;
	uint8_t tid;
	bool monitor;
	struct mac_key *key;
	uint16_t slot;
	uint16_t job;
	uint32_t rate;
	uint16_t freq;
	int8_t signal;
	int8_t noise;
	uint64_t time_us;
	uint32_t ampdu_ref;
	bool drop;
	bool replay;
	bool check;
	uint16_t start;
	uint64_t pn;
	uint8_t *data;
	uint8_t *raw;
	uint16_t raw_len;
};

#define RX_UNIT_WORDS	(SKUA_CPL_UNIT / sizeof(__le32))
/* Units of a record of @n buffers: the first one is named in the first unit */
#define RX_UNITS_OF(n)	(1 + ((n) - 1 + RX_UNIT_WORDS - 1) / RX_UNIT_WORDS)
#define RX_MAX_UNITS	RX_UNITS_OF(SKUA_RX_MAX_BUFS)

#define RX_AMSDU_MAX	32	/* subframes of an A-MSDU that is taken apart */
/* Buffers of all records of one frame */
#define RX_FRAME_BUFS	(SKUA_RX_MAX_BUFS + RX_AMSDU_MAX)

/* A buffer that the guest has posted, copied from the ring and checked */
struct rx_buf {
	uint64_t addr;
	uint32_t len;
	uint16_t id;
};

/* Buffers for a frame */
struct rx_bufs {
	unsigned int n;
	struct rx_buf buf[SKUA_RX_MAX_BUFS];
};

/**
 * struct rx_part - an 802.3 frame in the memory of a received frame
 * @at: offset in rx_item.data
 * @len: octets
 */
struct rx_part {
	uint16_t at;
	uint16_t len;
};

/**
 * enum rx_flow_kind - how a record's place among others counts
 * @RX_FLOW_NONE: nobody can say of which flow it is: no segment passes it
 * @RX_FLOW_UDP: it is of no TCP flow
 * @RX_FLOW_TCP: a TCP segment whose checksum is right
 */
enum rx_flow_kind {
	RX_FLOW_NONE,
	RX_FLOW_UDP,
	RX_FLOW_TCP,
};

#define RX_FLOW_HDR_MAX	(ETHER_HDR_LEN + IPV6_HDR_LEN + TCP_HDR_MAX)

/**
 * struct rx_flow - what rxe_join.c needs to know of a frame
 * @kind: what it is; the rest is of TCP segments only
 * @l4: offset of the TCP header from the 802.3 header
 * @hdr_len: octets of all headers
 * @payload: octets behind them
 * @plain: it can share a record: payload, one buffer, nothing behind the packet
 * @hdr: the headers, since those in the guest's memory may change
 */
struct rx_flow {
	enum rx_flow_kind kind;
	uint8_t l4;
	uint8_t hdr_len;
	uint16_t payload;
	bool plain;
	uint8_t hdr[RX_FLOW_HDR_MAX];
};

/**
 * struct rx_up - a frame that lies in the guest's buffers, and its record
 * @next: next one that is free
 * @more: next 802.3 frame of the same A-MSDU, or NULL
 * @rec: the record
 * @unit: the same by units; it is in the first one
 * @word: the same by words, see rx_buf_word()
 * @n: number of units
 * @monitor: a monitor gets the frame even if its packet number is refused
 * @check: the packet number has not been checked
 * @key: key of the frame
 * @pn: packet number
 * @fc: Frame Control
 * @group: the receiver address is a group address
 * @decap: it is an 802.3 frame
 * @len: octets of the frame
 * @bufs: where it lies
 * @flow: what it carries
 */
struct rx_up {
	struct rx_up *next;
	struct rx_up *more;
	union {
		struct skua_cpl_rx rec;
		struct skua_cpl unit[RX_MAX_UNITS];
		__le32 word[RX_MAX_UNITS * RX_UNIT_WORDS];
	};
	uint8_t n;
	bool monitor;
	bool check;
	struct key_ref key;
	uint64_t pn;
	uint16_t fc;
	bool group;
	bool decap;
	uint16_t len;
	struct rx_bufs bufs;
	struct rx_flow flow;
};

/* Where a record names its buffer @i */
static inline __le32 *rx_buf_word(struct rx_up *up, unsigned int i)
{
	return i ? &up->word[RX_UNIT_WORDS + i - 1] : &up->rec.buf0;
}

/* The record has so many buffers */
static inline void rx_set_bufs(struct rx_up *up, unsigned int n)
{
	up->n = (uint8_t)RX_UNITS_OF(n);
	up->rec.w0 = htole32(HW_PUT(SKUA_CPL_W0_TYPE, SKUA_CPL_RX) |
			     HW_PUT(SKUA_CPL_W0_UNITS, up->n) |
			     HW_PUT(SKUA_CPL_W0_COUNT, n));
}

#define RXE_FLOWS	8	/* whose segments are collected at the same time */

/* Records of frames that have been received, and that the ring has not been given */
#define RXE_HELD_UNITS	(RXE_HELD_MAX + RX_FRAME_BUFS + RXE_FLOWS * RX_MAX_UNITS)

/**
 * struct rx_run - TCP segments that will share a record
 * @up: the first one, which has the most payload; its record grows
 * @next: sequence number that joins
 * @n: number of segments
 * @fixed_id: all have the same IPv4 identification
 * @psh: the last one has PSH
 */
struct rx_run {
	struct rx_up *up;
	uint32_t next;
	uint8_t n;
	bool fixed_id;
	bool psh;
};

/**
 * struct rxe_join - runs that grow, while frames go up
 * @run: the oldest one first
 * @n: number of these
 */
struct rxe_join {
	struct rx_run run[RXE_FLOWS];
	unsigned int n;
};

/**
 * struct rx_back - the Block Ack that a PPDU gets when all of it has arrived
 * @ba: session, NULL for none
 * @ref: struct air_frame.ampdu_ref
 * @rate: rate of the PPDU
 * @duration: time that it has reserved, us
 * @bar: a BlockAckReq asks for it
 * @ssn: then, from this number on
 */
struct rx_back {
	struct ba_rx *ba;
	uint32_t ref;
	uint32_t rate;
	uint32_t duration;
	bool bar;
	uint16_t ssn;
};

/**
 * struct rxe_ops - how the receive engine hands answers over
 * @answer: an ACK, CTS or Block Ack to an own interface has come; its FCS is right, and
 *	not included in @len
 */
struct rxe_ops {
	void (*answer)(struct mac *mac, const uint8_t *frame, uint16_t len,
		       const struct air_rx *rx);
};

/**
 * struct rxe - receive engine
 * @ops: operations of mac.c
 * @answer: rate and duration of the last answer
 * @item: batch
 * @n: number of items in @item
 * @bytes: octets of these
 * @jobs: decryption of @item
 * @mem: memory of the frames
 * @now: time of rxe_flush(), ns
 * @wanted: buffers that the frames in @item will take, about
 * @bufs: so many were there for @item when it was empty, 0 if they were not counted
 * @units: the same of units in the completion ring
 * @buf_len: octets of the last posted buffer, 0 if none is known
 * @taken: posted buffers that the ring has not been told of
 * @spare: buffers of frames that were refused when they lay there already
 * @spares: number of these
 * @free: memory of struct rx_up
 * @part: the 802.3 frames of a frame that goes up
 * @max_parts: of an A-MSDU, as the rings allow it
 * @join: segments that share records
 * @back: answer to the PPDU that is arriving
 * @share: frames that wait for others
 */
struct rxe {
	const struct rxe_ops *ops;
	struct airtime_answer answer;
	struct rx_item item[RXE_BATCH];
	unsigned int n;
	uint32_t bytes;
	struct crypto_job jobs[RXE_BATCH];
	uint8_t *mem;
	uint64_t now;
	uint32_t wanted;
	uint32_t bufs;
	uint32_t units;
	uint32_t buf_len;
	uint32_t taken;
	struct rx_buf spare[RXE_HELD_MAX + 2 * RX_FRAME_BUFS];
	unsigned int spares;
	struct rx_up *free;
	struct rx_part part[RX_AMSDU_MAX];
	unsigned int max_parts;
	struct rxe_join join;
	struct rx_back back;
	struct ba_share share;
};

/* rxe.c */

/** rxe_rx() - a frame arrives from the air */
void rxe_rx(struct mac *mac, const struct air_frame *af, const struct air_rx *rx);

/* rxe_resp.c */

/*
 * The frame is one of an A-MPDU. An S-MPDU has the format of one, and is answered and
 * counted as a frame that is sent alone (10.13.7).
 */
static inline bool rxe_aggregated(const struct air_frame *af)
{
	return af->ampdu && !af->eof;
}

/**
 * rxe_respond() - answer a frame, or note that its PPDU gets a Block Ack
 * @a: the frame
 * @vif: interface that it is addressed to
 *
 * Return: false if the frame counts as not received.
 */
bool rxe_respond(const struct rx_arrival *a, const struct mac_vif *vif);

/** rxe_respond_bar() - answer the BlockAckReq of a session, from @ssn on */
void rxe_respond_bar(const struct rx_arrival *a, struct ba_rx *ba,
		     uint16_t ssn);

/** rxe_duration() - for how long the sender has reserved the medium, us */
uint32_t rxe_duration(const struct rx_arrival *a);

/** rxe_respond_end() - a PPDU has arrived: send its Block Ack; @ref: its ampdu_ref */
void rxe_respond_end(struct mac *mac, uint32_t ref);

/* rxe_ba.c */

/** rxe_ba_session() - session of a station and TID, or NULL */
struct ba_rx *rxe_ba_session(const struct mac_sta *sta, uint8_t tid);

/** rxe_ba_find() - find the session in which a frame has a place */
void rxe_ba_find(struct rx_arrival *a);

/** rxe_ba_req() - a BlockAckReq; true if it has been passed up */
bool rxe_ba_req(struct rx_arrival *a);

/* rxe_filter.c */

/** rxe_vif_wants() - whether a frame is for an interface, or for all of its BSS */
bool rxe_vif_wants(const struct rx_arrival *a, const struct mac_vif *vif);

/**
 * rxe_filter_passes() - whether a frame goes up though no interface wants it
 * @a: the frame
 * @to_us: the receiver address is that of an interface
 *
 * Return: true if ENG_MAC_FILTER lets the frame pass.
 */
bool rxe_filter_passes(const struct rx_arrival *a, bool to_us);

/* rxe_ps.c */

/** rxe_track_ps() - follow the Power Management bit of a station */
void rxe_track_ps(const struct rx_arrival *a, struct mac_sta *sta);

/** rxe_ps_poll() - release a frame for a PS-Poll, or tell the host of it */
void rxe_ps_poll(const struct rx_arrival *a, struct mac_vif *vif);

/* rxe_batch.c */

/** rxe_init() - allocate the batch; false without memory */
bool rxe_init(struct mac *mac);
void rxe_free(struct mac *mac);

/** rxe_queue_event() - queue an in-band event behind the frames so far */
void rxe_queue_event(struct mac *mac, enum skua_inband_id id,
		     const struct mac_sta *sta, uint8_t tid);

/**
 * rxe_queue_frame() - copy a frame into the batch
 * @a: the frame
 * @vif: interface that the frame is for, or NULL
 * @sta: sender, or NULL
 * @flags: SKUA_RXF_* so far
 */
void rxe_queue_frame(struct rx_arrival *a, const struct mac_vif *vif,
		     const struct mac_sta *sta, uint32_t flags);

/** rxe_queue_bar() - queue a BlockAckReq of a session */
void rxe_queue_bar(struct ba_rx *ba, uint16_t ssn);

/** rxe_queue_gone() - queue that the frame will not come up, if it has a place */
void rxe_queue_gone(struct rx_arrival *a);

/* rxe_order.c */

/**
 * struct rxe_session - what the peer and the host have agreed on
 * @ssn: first sequence number
 * @size: MPDUs of the window, 1 to BA_MAX_WIN
 * @timeout_tu: see struct eng_ba.rx_timeout_tu
 */
struct rxe_session {
	uint16_t ssn;
	uint16_t size;
	uint16_t timeout_tu;
};

void rxe_order_init(struct mac *mac);

/** rxe_order_run() - the rings are there: see how much may be held */
void rxe_order_run(struct mac *mac);

/**
 * rxe_order_start() - begin a session, anew if there is one
 * @sta: station
 * @ba: its receive half for the TID
 * @tid: TID
 * @s: what has been agreed on
 *
 * Return: false when out of memory.
 */
bool rxe_order_start(struct mac_sta *sta, struct ba_rx *ba, uint8_t tid,
		     const struct rxe_session *s);

/** rxe_order_stop() - end a session; what it holds goes up. @ba may be none, or NULL */
void rxe_order_stop(struct ba_rx *ba);

/** rxe_order_item() - an item of a session: it goes up, or waits for others */
void rxe_order_item(struct mac *mac, struct rx_item *item);

/** rxe_order_forget_key() - release what waits and names a key, before the key goes */
void rxe_order_forget_key(struct mac *mac, uint16_t slot, uint16_t gen);

/**
 * rxe_order_release_8023() - release what waits as 802.3 frames of a station
 * @mac: the engines
 * @sta: station; what its frames may go up as is about to change
 */
void rxe_order_release_8023(struct mac *mac, const struct mac_sta *sta);

/** rxe_order_release_all() - release all that waits */
void rxe_order_release_all(struct mac *mac);

/* rxe_dec.c */

/** rxe_decrypt() - find the keys of the batch's frames, and decrypt these */
void rxe_decrypt(struct mac *mac);

/** rxe_decrypted() - look at the result of decryption: MIC, replay, parts to strip */
void rxe_decrypted(struct mac *mac, struct rx_item *item);

/**
 * rxe_pn_in_turn() - check the packet number of a frame whose turn has come
 * @mac: the engines
 * @up: the frame
 *
 * Return: false if it is refused; it has been counted, and the host has been told.
 */
bool rxe_pn_in_turn(struct mac *mac, const struct rx_up *up);

/* rxe_buf.c */

/**
 * rxe_take_bufs() - take posted buffers for a frame
 * @mac: the engines
 * @need: octets
 * @bufs: to be filled in
 *
 * The ring is told when the batch has ended.
 *
 * Return: false if there are not enough.
 */
bool rxe_take_bufs(struct mac *mac, uint32_t need, struct rx_bufs *bufs);

/** rxe_bufs_of() - buffers that a frame takes, if all are like the last one; about */
uint32_t rxe_bufs_of(const struct rx_arrival *a);

/** rxe_bufs_left() - posted buffers that no frame has taken */
uint32_t rxe_bufs_left(struct mac *mac);

/** rxe_spare_bufs() - the next frame gets these buffers */
void rxe_spare_bufs(struct mac *mac, const struct rx_bufs *bufs);

/** rxe_up_alloc() - memory of a record; NULL if there is none */
struct rx_up *rxe_up_alloc(struct mac *mac);

/** rxe_up_free() - give back the memory of a record alone, not of its rx_up.more */
void rxe_up_free(struct mac *mac, struct rx_up *up);

/* rxe_inet.c */

/**
 * rxe_inet() - check the checksums in a frame
 * @mac: the engines
 * @item: the frame
 * @up: the same in the guest's buffers; gets SKUA_RXF_CSUM_OK, and its flow
 * @frame: octets of @up, in the NIC's memory
 */
void rxe_inet(const struct mac *mac, const struct rx_item *item,
	      struct rx_up *up, const uint8_t *frame);

/* rxe_join.c */

/**
 * rxe_join() - write the record of a frame, or let it grow a run of segments
 * @mac: the engines
 * @up: the frame alone; freed
 *
 * Whoever lets frames go up calls rxe_join_end() at the end.
 */
void rxe_join(struct mac *mac, struct rx_up *up);

/** rxe_join_end() - write the records of all runs */
void rxe_join_end(struct mac *mac);

/** rxe_join_units() - units that the records of all runs need at most */
static inline unsigned int rxe_join_units(const struct rxe *rx)
{
	return rx->join.n * RX_MAX_UNITS;
}

/* rxe_8023.c */

#define RXE_REFUSED	-1

/**
 * rxe_8023() - make 802.3 frames of a data frame, if that is the way of its station
 * @mac: the engines
 * @item: the frame, decrypted; its header is lost if it becomes 802.3 frames
 *
 * Return: number of frames in rxe.part; 0 if the frame goes up as it is; RXE_REFUSED for
 *	an A-MSDU that must not go up.
 */
int rxe_8023(struct mac *mac, struct rx_item *item);

/* rxe_up.c */

/** rxe_up_frame() - a frame in no order: look at its decryption, and pass it up */
void rxe_up_frame(struct mac *mac, struct rx_item *item);

/** rxe_up_now() - pass a frame up */
void rxe_up_now(struct mac *mac, struct rx_item *item);

/** rxe_up_new() - copy a frame to the guest's buffers; NULL if it is lost, and counted */
struct rx_up *rxe_up_new(struct mac *mac, struct rx_item *item);

/** rxe_up_bufs() - number of buffers in which a frame lies */
unsigned int rxe_up_bufs(const struct rx_up *up);

/** rxe_up_put() - write the records of a frame whose turn has come; frees @up */
void rxe_up_put(struct mac *mac, struct rx_up *up);

/** rxe_up_end() - the last frame of a turn has gone up: tell the host */
void rxe_up_end(struct mac *mac);

/** rxe_up_drop() - free @up, whose frame does not go up */
void rxe_up_drop(struct mac *mac, struct rx_up *up);

/* rxe_flush.c */

/** rxe_flush() - decrypt the batch and pass it up */
void rxe_flush(struct mac *mac);

/** rxe_forget() - forget the batch, and the buffers that the NIC has; the NIC has stopped */
void rxe_forget(struct mac *mac);

#endif /* SKUA_DEVICE_MAC_RXE_H */
