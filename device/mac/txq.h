/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames in the transmit engine, and their queues
 *
 * txf.c      memory of frames, and their end
 * txq.c      queues
 * txq_ps.c   power save
 * txq_rest.c receivers that do not answer
 * txq_sel.c  frames selected by ENG_TXQ_*
 */
#ifndef SKUA_DEVICE_MAC_TXQ_H
#define SKUA_DEVICE_MAC_TXQ_H

#include <stdbool.h>
#include <stdint.h>

#include "../fw/engine.h"
#include "dot11/dot11.h"
#include "mac/key.h"

struct ba_tx;
struct mac;
struct mac_sta;
struct mac_vif;

/* A frame has room in front of it for its IV, and behind it for MIC and FCS */
#define TXF_HEADROOM		CRYPTO_IV_LEN_MAX
#define TXF_TAILROOM		(CRYPTO_MICHAEL_LEN + CRYPTO_MIC_LEN_MAX + \
				 IEEE80211_FCS_LEN)
#define TXF_SMALL		2048	/* frame memory has two sizes */
#define TXF_LARGE		(TXF_HEADROOM + SKUA_MAX_MPDU + TXF_TAILROOM)

/* Scheduling classes: the transmit rings, VO first, then management */
#define TXE_CLASSES		SKUA_NUM_TX_RINGS
#define TXE_CLASS_MGMT		(SKUA_RING_TX_MGMT - SKUA_RING_TX_VO)
#define MAC_TID_NONE		16

/**
 * enum txf_owner - who has made a frame, and is told of its end
 * @TXF_HOST: the host; the end has a record
 * @TXF_FW: the firmware, by ENG_FWTX_*
 * @TXF_BEACON: the NIC itself, for a beacon
 * @TXF_BAR: the NIC itself, for a BlockAckReq
 */
enum txf_owner {
	TXF_HOST,
	TXF_FW,
	TXF_BEACON,
	TXF_BAR,
};

/**
 * struct txf_share - what the segments of a packet have in common: its descriptor
 * @next: next one of the pool
 * @left: segments that have not ended
 * @counted: of these, those in the count of the NIC's frames
 * @tries: most transmissions of one that has ended
 * @status: how the descriptor ends, as far as its segments have ended
 */
struct txf_share {
	struct txf_share *next;
	uint32_t left;
	uint32_t counted;
	uint32_t tries;
	enum skua_tx_status status;
};

/**
 * struct txf - a frame in the transmit engine
 * @next: next frame of the queue, or of the pool
 * @cap: size of @buf
 * @off: offset of the MPDU in @buf
 * @len: octets of the MPDU, without FCS
 * @hdr_len: octets of the MAC header
 * @fc: Frame Control as the host wrote it
 * @flags: SKUA_TXF_*, without those that say how the frame is made
 * @token: opaque; the record gives it back to the host
 * @share: it is a segment of a packet, and the token is that of all of them; or NULL
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of the station
 * @vif: interface
 * @tid: TID, or MAC_TID_NONE
 * @cls: scheduling class: the ring that the frame came from
 * @max_tries: limit of transmissions, 0 for the default
 * @more_data: more frames wait for the station
 * @eosp: post SKUA_INB_EOSP when the frame has ended
 * @released: it was held for its station, and may leave while that dozes
 * @key: with SKUA_TXF_PROTECT
 * @pn: packet number
 * @rate: rate word with SKUA_TXF_RATE, else 0
 * @owner: who is told of its end
 * @counted: it is one of the frames that the NIC holds for the host
 * @doomed: it ends with the exchange under way, and is not tried again
 * @orphan: its station has gone; another one may have that handle and generation
 * @numbered: it has a sequence number of its TID
 * @prepared: numbered and protected; a later try goes on with it
 * @probe: the first try is at the rate to be probed
 * @tries: transmissions so far
 * @first_us: time of the first one
 * @buf: the frame, with room on both sides
 */
struct txf {
	struct txf *next;
	struct txf_share *share;
	uint16_t cap;
	uint16_t off;
	uint16_t len;
	uint16_t hdr_len;
	uint16_t fc;
	uint16_t token;
	uint32_t flags;
	uint16_t sta;
	uint16_t sta_gen;
	uint8_t vif;
	uint8_t tid;
	uint8_t cls;
	uint8_t max_tries;
	bool more_data;
	bool eosp;
	bool released;
	struct key_ref key;
	uint64_t pn;
	uint32_t rate;
	enum txf_owner owner;
	bool counted;
	bool doomed;
	bool orphan;
	bool numbered;
	bool prepared;
	bool probe;
	uint32_t tries;
	uint64_t first_us;
	uint8_t buf[];
};

/* The MPDU */
static inline uint8_t *txf_data(struct txf *f)
{
	return f->buf + f->off;
}

/**
 * enum txq_kind - kinds of queues, by the condition under which a queue may send
 * @TXQ_STA: frames for a station, which wait while the station dozes
 * @TXQ_STA_AWAKE: frames for a station, which leave even while the station dozes
 * @TXQ_VIF: frames of an interface: management, group frames of an awake BSS
 * @TXQ_DTIM: group frames, which wait for a DTIM beacon
 * @TXQ_OFFCHAN: frames for the channel of a remain-on-channel period
 * @TXQ_FW: frames of the firmware, which leave on any channel
 */
enum txq_kind {
	TXQ_STA,
	TXQ_STA_AWAKE,
	TXQ_VIF,
	TXQ_DTIM,
	TXQ_OFFCHAN,
	TXQ_FW,
};

enum txq_state {
	TXQ_IDLE,	/* empty, or not allowed to send */
	TXQ_ACTIVE,	/* linked in its class */
	TXQ_PARKED,	/* linked in txe.parked: the radio is elsewhere */
	TXQ_RESTING,	/* linked in txe.resting: the receiver does not answer */
};

/**
 * struct txq - a queue
 * @next: next queue in the list of the class, or of parked queues
 * @prev: previous one
 * @head: first frame
 * @tail: last frame
 * @count: number of frames
 * @kind: kind
 * @state: state
 * @cls: class in whose list the queue is linked
 * @vif: interface
 * @sta: station, or NULL
 * @unanswered: PPDUs in a row that had no answer
 * @hurried: somebody waits for its frames to end: it does not rest
 * @rest_end: end of its rest, ns
 * @credit: TXQ_DTIM: frames that may leave after the last DTIM beacon
 * @ba: Block Ack session of station and TID, or NULL
 */
struct txq {
	struct txq *next;
	struct txq *prev;
	struct txf *head;
	struct txf *tail;
	uint32_t count;
	enum txq_kind kind;
	enum txq_state state;
	uint8_t cls;
	struct mac_vif *vif;
	struct mac_sta *sta;
	uint8_t unanswered;
	bool hurried;
	uint64_t rest_end;
	uint32_t credit;
	struct ba_tx *ba;
};

/* Queues of a station: one for each TID, and these */
enum {
	STA_Q_NONQOS = SKUA_NUM_TIDS,
	STA_Q_MGMT,
	STA_Q_AWAKE,
	STA_QUEUES,
};

/* Queues of an interface: one for each class, and these */
enum {
	VIF_Q_DTIM = TXE_CLASSES,
	VIF_Q_OFFCHAN,
	VIF_Q_FW,
	VIF_QUEUES,
};

/* A list of queues; the head stands for no queue */
struct txq_list {
	struct txq head;
};

static inline void txq_list_add(struct txq_list *list, struct txq *q)
{
	q->prev = list->head.prev;
	q->next = &list->head;
	q->prev->next = q;
	list->head.prev = q;
}

static inline void txq_list_del(struct txq *q)
{
	q->prev->next = q->next;
	q->next->prev = q->prev;
	q->next = NULL;
	q->prev = NULL;
}

static inline struct txq *txq_list_first(struct txq_list *list)
{
	return list->head.next == &list->head ? NULL : list->head.next;
}

/* txf.c */

/** txf_alloc() - a frame of @len octets with room on both sides, or NULL */
struct txf *txf_alloc(struct mac *mac, uint32_t len);

/**
 * txf_make() - a frame that the NIC itself sends
 * @mac: the engines
 * @owner: who is told of its end
 * @vif: interface that sends it
 * @len: octets
 *
 * It is a frame of the class of management, to no station, and without TID.
 *
 * Return: the frame, or NULL.
 */
struct txf *txf_make(struct mac *mac, enum txf_owner owner,
		     const struct mac_vif *vif, uint32_t len);

/** txf_like() - another frame of @len octets, with all fields of @f but its octets, or NULL */
struct txf *txf_like(struct mac *mac, const struct txf *f, uint32_t len);

/**
 * txf_share() - the frame is the first of some segments that have one token
 * @mac: the engines
 * @f: the frame; the others are txf_like() it
 * @n: their number, the frame included
 *
 * Return: false without memory.
 */
bool txf_share(struct mac *mac, struct txf *f, uint32_t n);

/** txf_unshare() - undo txf_share(); the other segments are freed, and none was counted */
void txf_unshare(struct mac *mac, struct txf *f);

/** txf_free() - give a frame's memory back to the pool */
void txf_free(struct mac *mac, struct txf *f);

/**
 * txf_free_all() - give the pools' memory back; all queues are empty
 * @mac: the engines
 *
 * Return: false if a turn has no time for all of it: call again.
 */
bool txf_free_all(struct mac *mac);

/** txf_count() - a frame of the host comes into the queues: count it until its end */
void txf_count(struct mac *mac, struct txf *f);

/**
 * txf_tell() - tell the host how a frame has ended
 * @mac: the engines
 * @f: the frame
 * @status: how it ended
 *
 * Of a packet's segments the last one that ends tells how all have ended.
 */
void txf_tell(struct mac *mac, struct txf *f, enum skua_tx_status status);

/** txf_drop() - forget a frame without telling its owner */
void txf_drop(struct mac *mac, struct txf *f);

/**
 * txf_done() - end a frame: tell its owner, free its memory
 * @mac: the engines
 * @f: the frame
 * @status: how it ended
 */
void txf_done(struct mac *mac, struct txf *f, enum skua_tx_status status);

/** txf_end() - end a frame that has not been sent to the end: count it, and txf_done() */
void txf_end(struct mac *mac, struct txf *f, enum skua_tx_status status);

/* txq.c */

/** txq_lists_init() - begin with no queue linked */
void txq_lists_init(struct mac *mac);

/** txq_init() - make an empty queue */
void txq_init(struct txq *q, enum txq_kind kind, struct mac_vif *vif,
	      struct mac_sta *sta);

/** txq_of_sta() - the queue of a station in which a frame waits while the station dozes */
struct txq *txq_of_sta(struct mac_sta *sta, const struct txf *f);

/** txq_enqueue() - put a checked frame into the queue that it belongs to */
void txq_enqueue(struct mac *mac, struct txf *f);

/** txq_append() - put a frame at the end of a queue */
void txq_append(struct mac *mac, struct txq *q, struct txf *f);

/** txq_pop() - take the first @n frames, as many as the queue has at least */
void txq_pop(struct mac *mac, struct txq *q, struct txf **f, unsigned int n);

/** txq_unpop() - undo txq_pop(): the frame is the first one of its queue again */
void txq_unpop(struct mac *mac, struct txq *q, struct txf *f);

/** txq_unlink() - take the frame behind @before, or the first one if that is NULL */
struct txf *txq_unlink(struct txq *q, struct txf *before);

/** txq_settle() - link or unlink a queue after a change that may concern it */
void txq_settle(struct mac *mac, struct txq *q);

/** txq_park() - set a queue aside: the radio is on another channel for now */
void txq_park(struct mac *mac, struct txq *q);

/** txq_unpark() - let all parked queues try again: the radio or a channel has changed */
void txq_unpark(struct mac *mac);

/** txq_end_all() - end all frames of a queue, which were not sent */
void txq_end_all(struct mac *mac, struct txq *q, enum skua_tx_status status);

/** txq_flush_sta(), txq_flush_vif() - end all frames with FLUSHED */
void txq_flush_sta(struct mac *mac, struct mac_sta *sta);
void txq_flush_vif(struct mac *mac, struct mac_vif *vif);

/* txq_ps.c */

/** txq_sta_doze() - hold or release the frames of a station that dozes or wakes up */
void txq_sta_doze(struct mac *mac, struct mac_sta *sta, bool doze);

/**
 * txq_put_back() - a frame that is to be tried again returns to its place
 * @mac: the engines
 * @q: the queue that it was taken from
 * @f: the frame; of several, the last one returns first
 */
void txq_put_back(struct mac *mac, struct txq *q, struct txf *f);

/** txq_sta_held() - number of frames held for a dozing station */
uint32_t txq_sta_held(const struct mac_sta *sta);

/**
 * txq_release_held() - release frames that are held for a dozing station
 * @mac: the engines
 * @sta: the station
 * @tids: bit for each TID; frames without TID count as TID 0
 * @num: limit of frames
 * @more_data: the host holds more
 * @uapsd: set EOSP in the last frame
 * @eosp: post SKUA_INB_EOSP when the last frame has ended
 *
 * Return: number of frames released.
 */
unsigned int txq_release_held(struct mac *mac, struct mac_sta *sta,
			      uint16_t tids, unsigned int num, bool more_data,
			      bool uapsd, bool eosp);

/** txq_dtim() - release the group frames: a DTIM beacon has been sent */
void txq_dtim(struct mac *mac, struct mac_vif *vif);

/* txq_rest.c */

/**
 * txq_answered() - a PPDU of a queue has ended that wants an answer
 * @mac: the engines
 * @q: the queue, whose frames have ended or returned
 * @answered: the answer has come
 * @again: what has been sent is to be sent again
 *
 * Without an answer the queue may have to rest, see air_rest_ns().
 */
void txq_answered(struct mac *mac, struct txq *q, bool answered, bool again);

/** txq_rest_end() - earliest end of a rest, LOOP_NEVER for none */
uint64_t txq_rest_end(struct mac *mac);

/** txq_rested() - let the queues send that have rested until @now */
void txq_rested(struct mac *mac, uint64_t now);

/** txq_rouse() - a queue rests no longer: something has changed for it */
void txq_rouse(struct mac *mac, struct txq *q);

/** txq_hurry() - a queue rests no more until it is empty, or an answer comes */
void txq_hurry(struct mac *mac, struct txq *q);

/* txq_sel.c */

/**
 * struct txq_match - frames that ENG_TXQ_* selects
 * @vif: interface, or SKUA_VIF_NONE for all
 * @sta: station handle, or SKUA_STA_NONE for all
 * @gen: generation of @sta
 * @acs: bit for each class
 * @tids: bit for each TID, 0 for all frames
 */
struct txq_match {
	uint32_t vif;
	uint16_t sta;
	uint16_t gen;
	uint32_t acs;
	uint32_t tids;
};

/** txq_matches() - whether a frame is selected */
bool txq_matches(const struct txf *f, const struct txq_match *m);

/** txq_sel_count() - number of frames that match, on the air, in queues and rings */
uint32_t txq_sel_count(struct mac *mac, const struct txq_match *m);

/**
 * txq_sel_drop() - end frames that match with FLUSHED
 * @mac: the engines
 * @m: which frames
 *
 * All frames in queues end; those on the air do with their exchange, see txe_doom(). Of
 * those in the rings, a turn's worth is fetched before: call again while
 * txq_sel_count() becomes less.
 */
void txq_sel_drop(struct mac *mac, const struct txq_match *m);

#endif /* SKUA_DEVICE_MAC_TXQ_H */
