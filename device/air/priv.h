/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The air: declarations that its files share
 *
 * air.c       radios that join, tune and leave
 * medium.c    delivery of frames and answers to the radios that hear them
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
 * struct air_answer - an answer that waits until its cause has reached all radios
 * @radio: sender
 * @frame: the frame
 * @data: octets of @frame
 */
struct air_answer {
	struct air_radio *radio;
	struct air_frame frame;
	uint8_t data[AIR_RESPONSE_MAX];
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
 * @radios: all that have joined
 * @depth: deliveries under way; radios are freed only outside of them
 * @left: radios have left and are still listed
 * @graveyard: radios that are not listed any more, to be freed
 * @receiver: radio whose rx() runs for a frame that may be answered
 * @answer: answer to that frame
 * @answered: @answer is valid
 * @flush_work: ends the bursts of radios that a turn had no time for
 * @losses: loss rules
 * @stats: counters
 */
struct air {
	struct loop *loop;
	struct capture *capture;
	struct capture *ending;
	struct capture_request request;
	struct air_radio *radios;
	unsigned int depth;
	bool left;
	struct air_radio *graveyard;
	struct air_radio *receiver;
	struct air_answer answer;
	bool answered;
	struct loop_work flush_work;
	struct air_losses losses;
	struct air_stats stats;
};

/**
 * struct air_radio - a radio
 * @air: the air
 * @ops: its operations
 * @priv: first argument of @ops
 * @name: name for the capture
 * @chan: channel
 * @gone: the radio has left, and is still listed
 * @got_frames: frames have reached the radio since the last air_flush()
 * @next: next of air.radios or air.graveyard
 */
struct air_radio {
	struct air *air;
	const struct air_radio_ops *ops;
	void *priv;
	char name[32];
	struct air_chan chan;
	bool gone;
	bool got_frames;
	struct air_radio *next;
};

/* air.c */

/** air_sweep() - forget radios that left while the list was being walked */
void air_sweep(struct air *air);

/* loss.c */

/**
 * loss_hits() - whether a frame is to be lost
 * @losses: the rules; each counts the frame if it matches
 * @frame: the frame
 *
 * Return: true if any rule loses it.
 */
bool loss_hits(struct air_losses *losses, const struct air_frame *frame);

/* capture.c */

/** capture_end_all() - write what is left, for a while, at the end of the air */
void capture_end_all(struct air *air);

/** capture_frame() - record a frame in the capture, which must exist */
void capture_frame(struct air *air, const struct air_radio *sender,
		   const struct air_frame *frame);

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
