/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The air: declarations that its files share
 *
 * air.c       radios that join, tune and leave
 * event.c     what happens when
 * ppdu.c      PPDUs: start, end, answers
 * medium.c    the medium `perfect'
 * stranger.c  senders that are no NIC
 * loss.c      frames lost on purpose
 * capture.c   frames for the capture
 * tap.c       a capture as pcapng
 * tap_stream.c  its octets on their way to the file
 * tap_file.c  the file
 * radiotap.c  radiotap headers in this file
 */
#ifndef SKUA_DEVICE_AIR_PRIV_H
#define SKUA_DEVICE_AIR_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "air/air.h"
#include "base/base.h"
#include "dot11/dot11.h"

struct capture;
struct tap_meta;

#define AIR_MAX_LOSSES	32

/* How a pcapng file begins */
#define PCAPNG_SHB		0x0a0d0d0a
#define PCAPNG_MAGIC		0x1a2b3c4d

/**
 * struct air_loss_rule - a rule, and its counts
 * @loss: the rule
 * @seen: frames that matched
 * @hits: frames that were lost
 */
struct air_loss_rule {
	struct air_loss loss;
	uint64_t seen;
	uint64_t hits;
};

/**
 * struct air_losses - frames to lose on purpose
 * @rule: rules; the index is the id
 * @n: number of rules
 */
struct air_losses {
	struct air_loss_rule rule[AIR_MAX_LOSSES];
	int n;
};

/**
 * struct air_event_ops - what the events need of the radios
 * @burst_end: radios that have sent or received may do batched work. Return: false if
 *	the turn has no time for all
 * @ran: no event runs any more
 */
struct air_event_ops {
	bool (*burst_end)(struct air *air);
	void (*ran)(struct air *air);
};

/**
 * struct air_events - events that are set
 * @ops: operations of air.c
 * @head: the list, in the order in which they will run; the head is no event
 * @now: time of the event that runs, or that ran last
 * @running: air_run() is under way
 * @clock: time of the exchange under way where nothing lasts, 0 if nobody has asked
 * @again: the event that runs goes on in a later turn
 * @runs: events of class AIR_ACCESS since the last burst ended
 * @timer: for the first event
 * @work: for events that are due
 */
struct air_events {
	const struct air_event_ops *ops;
	struct air_event head;
	uint64_t now;
	bool running;
	uint64_t clock;
	bool again;
	unsigned int runs;
	struct loop_timer timer;
	struct loop_work work;
};

/**
 * struct capture_request - a capture that is to begin, one at a time
 * @path: its file; NULL if none is to begin
 * @snaplen: see struct tap_limits
 * @size: the same
 * @capture: the capture whose file is being opened
 * @blocker: the capture in the same file that has to end first
 * @before: a capture whose end the answer waits for: the one before, or one that could not
 *	begin
 * @err: that answer
 * @wait: whom to answer, or NULL
 * @timer: when the answer waits no more
 */
struct capture_request {
	char *path;
	uint32_t snaplen;
	uint64_t size;
	struct capture *capture;
	struct capture *blocker;
	struct capture *before;
	int err;
	struct air_capture_wait *wait;
	struct loop_timer timer;
};

/**
 * struct air - radios, the medium between them, and its capture
 * @loop: event loop, for the time
 * @capture: capture, or NULL
 * @ending: captures whose last octets are not in their files yet
 * @request: the capture that is to begin
 * @medium: operations of the medium
 * @medium_priv: private to the medium
 * @instant: nothing lasts on the medium
 * @ev: events
 * @radios: all that have joined
 * @left: radios have left and are still listed
 * @graveyard: radios that are not listed any more, to be freed
 * @receiver: radio whose rx() or rx_end() runs for a PPDU that may be answered
 * @hearing: this PPDU
 * @seq: last number given to a PPDU, or to a radio that was tuned
 * @ampdu_ref: last number given to an A-MPDU
 * @losses: loss rules
 * @stats: counters
 */
struct air {
	struct loop *loop;
	struct capture *capture;
	struct capture *ending;
	struct capture_request request;
	const struct air_medium_ops *medium;
	void *medium_priv;
	bool instant;
	struct air_events ev;
	struct air_radio *radios;
	bool left;
	struct air_radio *graveyard;
	struct air_radio *receiver;
	struct air_ppdu *hearing;
	uint64_t seq;
	uint32_t ampdu_ref;
	struct air_losses losses;
	struct air_stats stats;
};

/**
 * struct air_answer - an answer: it waits for a SIFS, then it is on the air
 * @start: its start
 * @ppdu: the PPDU
 * @mpdu: its MPDU
 * @ta: transmitter address
 * @data: octets of @mpdu
 */
struct air_answer {
	struct air_event start;
	struct air_ppdu ppdu;
	struct air_mpdu mpdu;
	uint8_t ta[IEEE80211_ADDR_LEN];
	uint8_t data[AIR_RESPONSE_MAX];
};

/**
 * struct air_radio - a radio
 * @air: the air
 * @ops: its operations
 * @priv: first argument of @ops
 * @name: name for the capture
 * @chan: channel
 * @tuned: number in the order of PPDUs: it hears those that begin later
 * @gone: the radio has left, and is still listed
 * @stirred: it has sent or received since its last flush()
 * @tx: PPDU that it sends, or NULL
 * @answer: answer that it sends; one at a time
 * @next: next of air.radios or air.graveyard
 */
struct air_radio {
	struct air *air;
	const struct air_radio_ops *ops;
	void *priv;
	char name[32];
	struct air_chan chan;
	uint64_t tuned;
	bool gone;
	bool stirred;
	struct air_ppdu *tx;
	struct air_answer answer;
	struct air_radio *next;
};

/* event.c */

/** air_events_init() - begin without events */
void air_events_init(struct air *air, const struct air_event_ops *ops);

/** air_events_free() - cancel what the loop has been asked for */
void air_events_free(struct air *air);

/* ppdu.c */

/** air_forget() - no delivery under way goes on with a radio, which is unlinked */
void air_forget(struct air_radio *radio);

/* loss.c */

/**
 * loss_mark() - mark the MPDUs of a PPDU that are to be lost
 * @losses: the rules; each counts an MPDU if it matches
 * @ppdu: the PPDU, which begins
 *
 * Return: number of MPDUs that will be lost.
 */
unsigned int loss_mark(struct air_losses *losses, struct air_ppdu *ppdu);

/* An A-MPDU whose delimiters have an EOF field (9.7.1 of IEEE 802.11-2020): not of HT */
static inline bool ppdu_knows_eof(const struct air_ppdu *ppdu)
{
	return ppdu->ampdu &&
	       HW_GET(SKUA_RATE_ENC, ppdu->rate) != SKUA_ENC_HT;
}

/* capture.c */

/** capture_end_all() - write what is left, for a while, at the end of the air */
void capture_end_all(struct air *air);

/** capture_ppdu() - record a PPDU in the capture, which must exist */
void capture_ppdu(struct air *air, const struct air_ppdu *ppdu);

/* radiotap.c */

/**
 * struct tap_out - a buffer that is being filled
 * @buf: the buffer; callers make sure that there is room
 * @used: octets of @buf in use
 */
struct tap_out {
	uint8_t *buf;
	size_t used;
};

/** radiotap_put() - write the radiotap header of a frame */
void radiotap_put(struct tap_out *out, const struct tap_meta *meta);

static inline void put8(struct tap_out *out, uint8_t v)
{
	out->buf[out->used++] = v;
}

static inline void put16(struct tap_out *out, uint16_t v)
{
	dot11_put_le16(out->buf + out->used, v);
	out->used += 2;
}

static inline void put32(struct tap_out *out, uint32_t v)
{
	dot11_put_le32(out->buf + out->used, v);
	out->used += 4;
}

static inline void put64(struct tap_out *out, uint64_t v)
{
	dot11_put_le64(out->buf + out->used, v);
	out->used += 8;
}

static inline void put_bytes(struct tap_out *out, const void *p, size_t len)
{
	memcpy(out->buf + out->used, p, len);
	out->used += len;
}

/* Pad with zeros, counted from @start */
static inline void put_align(struct tap_out *out, size_t start, size_t to)
{
	while ((out->used - start) % to)
		put8(out, 0);
}

#endif /* SKUA_DEVICE_AIR_PRIV_H */
