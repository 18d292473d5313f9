/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Originator's half of a Block Ack session (10.25.6.2, 10.25.6.7 of IEEE 802.11-2020)
 *
 * A frame that has a number and was not acknowledged waits at the head of its TID's
 * queue, in the order of the numbers, in front of all frames without one: MPDUs of
 * a PPDU are the first ones of the queue, and those that it could not deliver
 * return there. So what holds for queues, counting, dropping, power save, a channel
 * that is elsewhere, holds for them, too; and the window is no place, but an account of
 * the numbers that have been given and have not ended, wherever their frames are.
 *
 * Nothing here knows the air, the loop or the clock.
 */
#ifndef SKUA_DEVICE_MAC_BA_TX_H
#define SKUA_DEVICE_MAC_BA_TX_H

#include <stdbool.h>
#include <stdint.h>

#include "dot11/dot11.h"
#include "mac/ba_sn.h"

struct ampdu;
struct txf;
struct txq;

#define BA_STALL_PPDUS		16	/* in a row, for a stalled session */

/**
 * enum ba_tx_state - states of the originator
 * @BA_TX_OFF: no session: one MPDU at a time
 * @BA_TX_HOLD: numbers are given to no frame: one with a number goes on
 * @BA_TX_ON: session
 */
enum ba_tx_state {
	BA_TX_OFF,
	BA_TX_HOLD,
	BA_TX_ON,
};

/**
 * enum ba_bar - whether a BlockAckReq has to tell the recipient of a new start
 * @BA_BAR_NONE: no
 * @BA_BAR_DUE: yes, before the next MPDUs
 * @BA_BAR_WAIT: yes, but it had no answer: when the peer has acknowledged something
 */
enum ba_bar {
	BA_BAR_NONE,
	BA_BAR_DUE,
	BA_BAR_WAIT,
};

/**
 * struct ba_tx - the originator's state for a station and TID
 * @state: state
 * @amsdu: an MPDU of the session may hold an A-MSDU
 * @broken: a session has ended by itself: see ba_tx_stalled()
 * @bar: BlockAckReq
 * @bar_tries: BlockAckReqs that had no answer
 * @bar_ssn: the recipient has to hear of this start, or of a later one
 * @size: WinSizeO
 * @start: WinStartO: the first number that has not ended, or @next
 * @next: the next number to give
 * @known: the recipient's window begins here, or further on
 * @open: bit for each number modulo BA_MAX_WIN: given, and not ended
 * @lost: the same: ended without acknowledgment, and @start has not passed it
 * @failed: PPDUs in a row of which the peer has acknowledged nothing
 * @since_us: time of the first of them
 */
struct ba_tx {
	uint8_t state;
	bool amsdu;
	bool broken;
	uint8_t bar;
	uint8_t bar_tries;
	uint16_t bar_ssn;
	uint16_t size;
	uint16_t start;
	uint16_t next;
	uint16_t known;
	uint64_t open[BA_WORDS];
	uint64_t lost[BA_WORDS];
	uint32_t failed;
	uint64_t since_us;
};

/* State */

/** ba_tx_hold() - give no further number, for a session that is to begin */
void ba_tx_hold(struct ba_tx *t);

/**
 * ba_tx_start() - begin a session
 * @t: the state
 * @next: next sequence number of the TID
 * @told: number that the peer was told, the first of the session
 * @size: MPDUs that the peer has room for, at most BA_MAX_WIN
 * @amsdu: A-MSDUs are allowed
 *
 * Frames that have a number already are not of the session: each goes alone.
 */
void ba_tx_start(struct ba_tx *t, uint16_t next, uint16_t told, uint16_t size,
		 bool amsdu);

/** ba_tx_stop() - end session or hold; numbered frames stay in their queue, and go on alone */
void ba_tx_stop(struct ba_tx *t);

/* Numbers. All frames of the TID have theirs told here, and their end, whatever it is */

/** ba_tx_room() - how many more numbers may be given now */
uint16_t ba_tx_room(const struct ba_tx *t);

/** ba_tx_numbered() - a frame has got number @sn (for fragments: the first) */
void ba_tx_numbered(struct ba_tx *t, uint16_t sn);

/** ba_tx_ended() - the frame with number @sn has ended, acknowledged or given up */
void ba_tx_ended(struct ba_tx *t, uint16_t sn, bool acked);

/* What to send */

/**
 * ba_tx_ready() - whether the queue of the TID has something to send now
 * @t: the state, or NULL
 * @q: queue of the TID
 *
 * Changes with the queue's first frame, ba_tx_hold(), _start(), _stop(), _ended() and
 * _bar_answer().
 */
bool ba_tx_ready(const struct ba_tx *t, const struct txq *q);

/**
 * ba_tx_choose() - the MPDUs of the next PPDU
 * @t: the state, or NULL
 * @q: queue of the TID
 * @a: limits, and then the length; from ampdu_begin()
 * @overhead: octets of IV and MIC under the key of the queue's first frame
 * @alone: no A-MPDU now: this key's cipher must not be used in one
 *
 * If ba_tx_bar_due(), that goes before.
 *
 * Return: how many frames from the head of the queue on; 0 if none may go now.
 */
unsigned int ba_tx_choose(const struct ba_tx *t, const struct txq *q,
			  struct ampdu *a, uint8_t overhead, bool alone);

/* Answers */

/**
 * struct ba_info - a compressed Block Ack
 * @tid: TID
 * @ssn: number of the first bit
 * @bits: size of @bitmap, 0 for no answer
 * @bitmap: octets, inside the frame that was parsed
 */
struct ba_info {
	uint8_t tid;
	uint16_t ssn;
	uint16_t bits;
	const uint8_t *bitmap;
};

/**
 * ba_parse() - read a Block Ack
 * @frame: frame of type IEEE80211_BACK
 * @len: octets without FCS
 * @ba: to be filled in
 *
 * Return: false for another variant than the compressed one, or a wrong length.
 */
bool ba_parse(const uint8_t *frame, uint16_t len, struct ba_info *ba);

/** ba_acks() - whether the Block Ack acknowledges number @sn */
bool ba_acks(const struct ba_info *ba, uint16_t sn);

/**
 * ba_tx_answer() - a PPDU of the TID has ended, with a Block Ack, ACK or nothing
 * @t: the state
 * @acked: number of its MPDUs that were acknowledged
 * @now: time, us
 */
void ba_tx_answer(struct ba_tx *t, unsigned int acked, uint64_t now);

/** ba_tx_rest() - the station dozes, or wakes up: what went before is no stall */
void ba_tx_rest(struct ba_tx *t);

/**
 * ba_tx_stalled() - whether the peer seems to have no session any more
 * @t: the state
 * @now: time, us
 * @limit_us: how long it may acknowledge nothing, while PPDUs are sent
 *
 * Also true after so many frames were lost that the recipient could take the next ones
 * for older than its window: that session is off already.
 */
bool ba_tx_stalled(const struct ba_tx *t, uint64_t now, uint64_t limit_us);

/**
 * ba_tx_expired() - whether a numbered frame is too old to be tried again
 * @first_us: time of its first transmission
 * @now: time, us
 * @lifetime_us: limit, 0 for none
 */
static inline bool ba_tx_expired(uint64_t first_us, uint64_t now,
				 uint64_t lifetime_us)
{
	return lifetime_us && now - first_us >= lifetime_us;
}

/* BlockAckReq */

static inline bool ba_tx_bar_due(const struct ba_tx *t)
{
	return t && t->state == BA_TX_ON && t->bar == BA_BAR_DUE;
}

/**
 * ba_tx_bar_frame() - the BlockAckReq for the start of the window
 * @t: the state
 * @tid: TID
 * @ra: the station
 * @ta: own address
 * @frame: IEEE80211_BAR_LEN octets; Duration is 0
 */
void ba_tx_bar_frame(const struct ba_tx *t, uint8_t tid, const uint8_t *ra,
		     const uint8_t *ta, uint8_t frame[IEEE80211_BAR_LEN]);

/**
 * ba_tx_bar_answer() - the BlockAckReq was sent
 * @t: the state
 * @ssn: the start that it told
 * @answered: a Block Ack came
 * @limit: tries
 */
void ba_tx_bar_answer(struct ba_tx *t, uint16_t ssn, bool answered,
		      unsigned int limit);

#endif /* SKUA_DEVICE_MAC_BA_TX_H */
