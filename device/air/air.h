/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The air: the medium between the NICs of this process
 *
 * The frames on the air are those of IEEE 802.11, FCS included. A receiver works from
 * their octets, and from the signal and noise that a real receiver would measure.
 * The mode `perfect' delivers each frame at once to all radios on its channel.
 *
 * Everything belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_AIR_H
#define SKUA_DEVICE_AIR_H

#include <stdbool.h>
#include <stdint.h>

#include "hw.h"

#define AIR_RESPONSE_MAX	64	/* a Block Ack of 256 fits */
#define AIR_PATH_LOSS		50	/* dB, between any two radios */
#define AIR_NOISE		(-95)	/* dBm */

struct air;
struct loop;

/**
 * struct air_chan - where a radio is tuned
 * @freq: primary 20 MHz channel, MHz; 0: off
 * @center1: centre of the whole channel, MHz
 * @bw: enum skua_bw
 */
struct air_chan {
	uint16_t freq;
	uint16_t center1;
	uint8_t bw;
};

/**
 * struct air_frame - a PSDU on the air
 * @data: MPDU, FCS included; all receivers share it, and do not write it
 * @len: octets of @data
 * @ta: address of the transmitter, 6 octets: an ACK or CTS does not contain it
 * @rate: rate word
 * @chan: sender's channel
 * @power: dBm at the sender
 * @time_us: start of the PPDU, in the time that all NICs of a process share
 * @airtime_us: duration by the standard's formulas
 * @ampdu_ref: number of the A-MPDU, or 0
 * @ampdu_last: last MPDU of the A-MPDU
 */
struct air_frame {
	const uint8_t *data;
	uint16_t len;
	const uint8_t *ta;
	uint32_t rate;
	struct air_chan chan;
	int8_t power;
	uint64_t time_us;
	uint32_t airtime_us;
	uint32_t ampdu_ref;
	bool ampdu_last;
};

/**
 * struct air_rx - measurements of the receiver
 * @signal: dBm
 * @noise: dBm
 */
struct air_rx {
	int8_t signal;
	int8_t noise;
};

/**
 * struct air_pulse - a radar pulse: energy, and no frame
 * @freq: MHz
 * @width_us: duration
 * @time_us: start
 */
struct air_pulse {
	uint16_t freq;
	uint16_t width_us;
	uint64_t time_us;
};

/**
 * struct air_radio_ops - operations of a radio
 * @rx: a frame arrives. The radio may call air_respond() from here for an ACK or
 *	CTS after SIFS
 * @rx_flush: a burst has ended; the radio may now do batched work on its frames
 * @pulse: a radar pulse lies in the radio's channel; may be NULL
 */
struct air_radio_ops {
	void (*rx)(void *priv, const struct air_frame *frame,
		   const struct air_rx *rx);
	void (*rx_flush)(void *priv);
	void (*pulse)(void *priv, const struct air_pulse *pulse);
};

struct air_radio;

struct air *air_new(struct loop *loop);
void air_free(struct air *air);

/**
 * struct air_capture_wait - waits for a capture to begin; embed it
 * @done: called once, perhaps before air_capture() returns: 0 or -errno, and whether all of
 *	the capture before is in its file (@whole)
 */
struct air_capture_wait {
	void (*done)(struct air_capture_wait *wait, int err, bool whole);
};

/**
 * air_capture() - begin to write all frames to a pcapng file
 * @air: the air; an earlier capture ends
 * @path: the file; copied
 * @snaplen: octets of each data frame that are recorded; 0: all
 * @size: limit of the file's octets; 0: no limit
 * @wait: whom to tell of the end
 *
 * struct tap_limits explains @snaplen and @size, and tap_open() what @path may be. The
 * file is opened by a thread, and the loop goes on meanwhile. When @wait is told, all of the
 * capture before is in its file, unless that takes more than four seconds.
 *
 * After -errno the earlier capture goes on, unless it is in the same file: -EEXIST if there
 * is a file of another kind, -EBUSY if another capture is being begun, -ETIMEDOUT if the
 * file was not open after five seconds, -ETXTBSY if a capture in it did not end for as
 * long, -ENOBUFS if three captures cannot end.
 */
void air_capture(struct air *air, const char *path, uint32_t snaplen,
		 uint64_t size, struct air_capture_wait *wait);

/** air_capture_forget() - @wait is not to be told; the capture begins all the same */
void air_capture_forget(struct air *air, const struct air_capture_wait *wait);

/**
 * struct air_capture_stats - counters of the capture
 * @frames: frames in it
 * @bytes: octets written
 * @dropped: frames that are missing in it
 * @errors: writes that failed
 */
struct air_capture_stats {
	uint64_t frames;
	uint64_t bytes;
	uint64_t dropped;
	uint64_t errors;
};

/** air_capture_stats() - read the counters; zeroes without a capture */
struct air_capture_stats air_capture_stats(const struct air *air);

/**
 * air_join() - put a radio on the air, switched off
 * @air: the air
 * @ops: operations of the radio
 * @priv: first argument of @ops
 * @name: name for the capture
 *
 * Return: the radio, or NULL when out of memory.
 */
struct air_radio *air_join(struct air *air, const struct air_radio_ops *ops,
			   void *priv, const char *name);

/** air_leave() - take a radio off the air; allowed at any time, also from rx() */
void air_leave(struct air_radio *radio);

/** air_tune() - tune a radio; freq 0 switches it off */
void air_tune(struct air_radio *radio, const struct air_chan *chan);

/**
 * air_send() - send a PSDU
 * @radio: sender
 * @frame: the frame; time_us is filled in
 * @response: room for the response frame (ACK, CTS), or NULL
 * @response_len: octets of @response, then of the response frame, 0 for none
 * @response_rx: how the response was received
 *
 * When this returns, all receivers have had the frame, and a response has been on
 * the air (and in the capture) as a frame of its own.
 */
void air_send(struct air_radio *radio, struct air_frame *frame,
	      uint8_t *response, uint16_t *response_len,
	      struct air_rx *response_rx);

/**
 * air_respond() - answer the frame that is being delivered, SIFS after it
 * @radio: the radio whose rx() runs
 * @frame: the answer, at most AIR_RESPONSE_MAX octets; copied
 *
 * The answer goes on the air when all receivers have had the frame. Of several
 * answers to a frame, the sender gets the first one.
 */
void air_respond(struct air_radio *radio, struct air_frame *frame);

/** air_radar() - a radar pulse, for all radios whose channel it lies in */
void air_radar(struct air *air, const struct air_pulse *pulse);

/** air_flush() - end a burst: call rx_flush() of the radios that got frames */
void air_flush(struct air_radio *radio);

/**
 * struct air_loss - lose frames on purpose, to exercise retry and duplicate code
 * @match_type: frame control type to match (0-2), or -1 for any
 * @match_subtype: subtype, or -1
 * @ta: transmitter address to match, all zero for any. For ACK and CTS, this is the
 *	address of the sending radio
 * @nth: lose the nth match from now on (1 is the next one)
 * @count: number of consecutive matches to lose
 * @every: then lose one in so many matches; 0: none
 */
struct air_loss {
	int match_type;
	int match_subtype;
	uint8_t ta[6];
	uint32_t nth;
	uint32_t count;
	uint32_t every;
};

/** air_lose() - add a loss rule; returns its id for air_loss_hits(), or -ENOSPC */
int air_lose(struct air *air, const struct air_loss *loss);

/**
 * air_loss_hits() - number of frames that a loss rule has lost
 * @air: the air
 * @id: from air_lose()
 *
 * Return: the number, 0 for a rule that does not exist.
 */
uint64_t air_loss_hits(const struct air *air, int id);

/** air_lose_clear() - remove all loss rules */
void air_lose_clear(struct air *air);

/**
 * struct air_stats - counters of the air
 * @frames: frames sent, responses included
 * @bytes: octets of these frames, FCS included
 * @responses: responses sent
 * @lost: frames lost by a rule
 * @delivered: receptions
 * @unheard: frames that no radio was tuned to
 * @collisions: responses that were lost because another radio had responded
 */
struct air_stats {
	uint64_t frames;
	uint64_t bytes;
	uint64_t responses;
	uint64_t lost;
	uint64_t delivered;
	uint64_t unheard;
	uint64_t collisions;
};

/** air_get_stats() - read the counters */
const struct air_stats *air_get_stats(const struct air *air);

#endif /* SKUA_DEVICE_AIR_H */
