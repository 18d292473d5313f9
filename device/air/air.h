/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The air: the medium between the NICs of this process
 *
 * The frames on the air are those of IEEE 802.11, FCS included. A receiver works from
 * their octets, and from the signal and noise that a real receiver would measure.
 *
 * The air lives in time. A PPDU has a start and an end, and receivers hear its end. What
 * follows in a defined time (answers, timeouts, accesses) is an event on the air's
 * clock. How long things last, who may begin, and what a receiver gets, is the
 * medium's to say (struct air_medium_ops). In the medium `perfect' nothing lasts, all
 * may begin at once, and everything is received: the same events run one after another,
 * as fast as the machine goes.
 *
 * Everything belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_AIR_H
#define SKUA_DEVICE_AIR_H

#include <stdbool.h>
#include <stdint.h>

#include "hw.h"

#define AIR_RESPONSE_MAX	160	/* a Block Ack of 1024 fits */
#define AIR_PATH_LOSS		50	/* dB, between any two radios */
#define AIR_NOISE		(-95)	/* dBm */

struct air;
struct air_ppdu;
struct air_radio;
struct loop;

/* Time */

/**
 * enum air_class - order of the events of equal time
 * @AIR_END: a PPDU ends
 * @AIR_SIFS: a PPDU begins a SIFS after another one: answers, what follows a CTS
 * @AIR_TIMEOUT: an answer has not come
 * @AIR_ACCESS: a radio may begin
 *
 * So an exchange of frames comes to its end before another one begins. Events that
 * are equal in class, too, run in the order in which they were set.
 */
enum air_class {
	AIR_END,
	AIR_SIFS,
	AIR_TIMEOUT,
	AIR_ACCESS,
};

/**
 * struct air_event - something that happens at a time; embed it
 * @fn: called at that time; the event is not set any more then
 * @when: the time, ns
 * @cls: see enum air_class
 * @next: private
 * @prev: private; NULL while the event is not set
 */
struct air_event {
	void (*fn)(struct air_event *ev);
	uint64_t when;
	enum air_class cls;
	struct air_event *next;
	struct air_event *prev;
};

/** air_now() - time of the event that runs, else of the loop, ns */
uint64_t air_now(const struct air *air);

/** air_ns() - how long @us microseconds of the standard last on this medium, ns */
uint64_t air_ns(const struct air *air, uint32_t us);

#define AIR_RESTS		4

/**
 * air_rest_ns() - for how long a sender leaves a receiver alone that does not answer, ns
 * @air: the air
 * @nth: 0 for the first time in a row, at most AIR_RESTS - 1; later rests are not shorter
 *
 * Return: 0 on a medium on which tries take their time.
 */
uint64_t air_rest_ns(const struct air *air, unsigned int nth);

/** air_event_set() - set an event, or move it; a time in the past means now */
void air_event_set(struct air *air, struct air_event *ev, uint64_t when,
		   enum air_class cls);

/**
 * air_event_again() - go on with the event that runs, in a later turn
 * @air: the air
 * @ev: the event; no other of the same time and class runs before it
 */
void air_event_again(struct air *air, struct air_event *ev);

/** air_event_cancel() - forget an event, whether or not it is set */
void air_event_cancel(struct air *air, struct air_event *ev);

/** air_event_is_set() - whether an event is set and has not run */
static inline bool air_event_is_set(const struct air_event *ev)
{
	return ev->prev;
}

/**
 * air_run() - run the events that are due, as far as a turn has time
 * @air: the air
 *
 * The loop does so by itself. Who has set an event and does not want to wait for that
 * may call this, but not from an event.
 *
 * Return: true if there was one.
 */
bool air_run(struct air *air);

/* Frames */

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
 * struct air_mpdu - an MPDU of a PPDU
 * @data: octets, FCS included
 * @len: octets of @data
 * @fcs_ok: the sender has computed the FCS of these octets, and says so. The air changes
 *	none of them, so that receivers need not compute it again
 * @lost: private: lost on purpose, enum air_part plus one
 */
struct air_mpdu {
	const uint8_t *data;
	uint16_t len;
	bool fcs_ok;
	uint8_t lost;
};

/**
 * struct air_ppdu - a PPDU
 * @mpdu: its MPDUs, which stay as they are until tx_end() or air_abort()
 * @n: number of them; several need @ampdu
 * @ampdu: the PSDU is an A-MPDU
 * @ta: address of the transmitter, 6 octets: an ACK or CTS does not contain it
 * @rate: rate word
 * @power: dBm at the sender
 * @airtime_us: duration by the standard's formulas
 * @chan: sender's channel; filled in, like all that follows
 * @time_us: start, in the time that all NICs of a process share
 * @ampdu_ref: number of the A-MPDU, 0 for none
 * @begin: start on the air's clock, ns
 * @sender: private: sender, NULL while the PPDU is not on the air
 * @end: private: its end
 * @seq: private: order among PPDUs and tuning radios
 * @answers: private: it is an answer
 * @answered: private: a radio answers
 * @first: private: the first MPDU that is not lost on purpose, @n for none
 * @at_radio: private: receiver that has its turn
 * @at_mpdu: private: MPDU that it gets next
 * @heard: private: a radio has heard it
 */
struct air_ppdu {
	struct air_mpdu *mpdu;
	unsigned int n;
	bool ampdu;
	const uint8_t *ta;
	uint32_t rate;
	int8_t power;
	uint32_t airtime_us;
	struct air_chan chan;
	uint64_t time_us;
	uint32_t ampdu_ref;
	uint64_t begin;
	struct air_radio *sender;
	struct air_event end;
	uint64_t seq;
	bool answers;
	bool answered;
	unsigned int first;
	struct air_radio *at_radio;
	unsigned int at_mpdu;
	bool heard;
};

/**
 * struct air_frame - an MPDU as it arrives, or an answer to be sent
 * @data: MPDU, FCS included; all receivers share it, and do not write it
 * @len: octets of @data
 * @fcs_ok: see struct air_mpdu; if it is not set, the FCS may be right or wrong
 * @ta: address of the transmitter, 6 octets: an ACK or CTS does not contain it
 * @rate: rate word
 * @chan: sender's channel
 * @power: dBm at the sender
 * @time_us: start of the PPDU, in the time that all NICs of a process share
 * @airtime_us: duration of the PPDU by the standard's formulas, in its first MPDU that
 *	arrives; 0 in the others
 * @ampdu: the PSDU is an A-MPDU
 * @ampdu_ref: number of the A-MPDU, or 0
 * @ampdu_last: last MPDU of the A-MPDU
 * @eof_known: the delimiters of this format have an EOF field
 * @eof: it is set: the MPDU is an S-MPDU, which is answered as one that is sent alone
 * @delim_error: a delimiter before this MPDU had a wrong CRC
 */
struct air_frame {
	const uint8_t *data;
	uint16_t len;
	bool fcs_ok;
	const uint8_t *ta;
	uint32_t rate;
	struct air_chan chan;
	int8_t power;
	uint64_t time_us;
	uint32_t airtime_us;
	bool ampdu;
	uint32_t ampdu_ref;
	bool ampdu_last;
	bool eof_known;
	bool eof;
	bool delim_error;
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

/* The medium */

/**
 * struct air_access - what a channel access function waits for
 * @aifs_us: time for which the medium must be idle
 * @slot_us: a slot
 * @slots: backoff slots that are left; the medium counts them down
 * @nav: others have reserved the medium until then, ns: it counts as busy
 * @since: time from which on it waits, ns; then private to the medium
 */
struct air_access {
	uint32_t aifs_us;
	uint32_t slot_us;
	uint32_t slots;
	uint64_t nav;
	uint64_t since;
};

/**
 * struct air_medium_ops - what happens on the medium
 * @name: name
 * @clock: time at which a PPDU that begins now begins, ns
 * @ns: see air_ns()
 * @access: time at which the radio may begin, ns; if that is not now, it asks again then
 * @begin: a PPDU begins
 * @truncate: its sender stops, and so does its signal
 * @receive: does the radio receive the PPDU that ends now? Fills in how. Radios that are
 *	off, elsewhere, or not tuned for all of the PPDU are not asked. Asked again if
 *	the delivery goes on in another turn
 * @busy: whether the radio senses a signal
 * @rest: see air_rest_ns()
 *
 * Operations may be NULL, except @ns: nothing is done, nobody waits or rests, everything
 * is received, nothing is sensed, and the clock is the loop's.
 */
struct air_medium_ops {
	const char *name;
	uint64_t (*clock)(const struct air *air);
	uint64_t (*ns)(const struct air *air, uint32_t us);
	uint64_t (*access)(struct air *air, struct air_radio *radio,
			   struct air_access *acc);
	void (*begin)(struct air *air, const struct air_ppdu *ppdu);
	void (*truncate)(struct air *air, const struct air_ppdu *ppdu);
	bool (*receive)(struct air *air, const struct air_ppdu *ppdu,
			const struct air_radio *radio, struct air_rx *rx);
	bool (*busy)(const struct air *air, const struct air_radio *radio);
	uint64_t (*rest)(const struct air *air, unsigned int nth);
};

/* The medium on which nothing lasts, and nothing is lost */
extern const struct air_medium_ops air_perfect;

/** air_contends() - whether radios contend for the medium; else all may begin at once */
bool air_contends(const struct air *air);

/** air_access() - time at which a radio may begin, see struct air_medium_ops */
uint64_t air_access(struct air_radio *radio, struct air_access *acc);

/* Radios */

/**
 * struct air_radio_ops - operations of a radio
 * @rx: an MPDU arrives: its PPDU ends now
 * @rx_end: all MPDUs of the PPDU that have arrived have been handed over, at least one;
 *	may be NULL. @ppdu has rate and time. From here and from @rx the radio may call
 *	air_respond() for an answer a SIFS later
 * @tx_end: a PPDU of the radio has ended, and the receivers have had it
 * @flush: a burst of frames, received or sent, has ended; the radio may now do batched
 *	work
 * @pulse: a radar pulse lies in the radio's channel; may be NULL
 * @gone: the air is freed, and the radio with it; may be NULL
 */
struct air_radio_ops {
	void (*rx)(void *priv, const struct air_frame *frame,
		   const struct air_rx *rx);
	void (*rx_end)(void *priv, const struct air_ppdu *ppdu,
		       const struct air_rx *rx);
	void (*tx_end)(void *priv, struct air_ppdu *ppdu);
	void (*flush)(void *priv);
	void (*pulse)(void *priv, const struct air_pulse *pulse);
	void (*gone)(void *priv);
};

/** air_new() - make an air whose medium is `perfect' */
struct air *air_new(struct loop *loop);

/** air_new_on() - make an air with another medium; @priv: see air_medium_priv() */
struct air *air_new_on(struct loop *loop, const struct air_medium_ops *medium,
		       void *priv);

/** air_medium_priv() - what air_new_on() was given */
void *air_medium_priv(const struct air *air);

/** air_free() - free an air, and its radios */
void air_free(struct air *air);

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

/**
 * air_leave() - take a radio off the air; allowed at any time, also from rx()
 * @radio: the radio; NULL is allowed
 *
 * What it sends is truncated, as by air_abort().
 */
void air_leave(struct air_radio *radio);

/**
 * air_tune() - tune a radio; freq 0 switches it off
 * @radio: the radio
 * @chan: the channel
 *
 * A radio that changes its channel does not hear the PPDUs that are on the air, and
 * what it sends is truncated, as by air_abort().
 */
void air_tune(struct air_radio *radio, const struct air_chan *chan);

/**
 * air_begin() - begin to send a PPDU
 * @radio: sender, which sends nothing else
 * @ppdu: the PPDU; it stays the caller's, and stays as it is until tx_end()
 *
 * Return: false if the radio is off, or a PSDU too short; there is no tx_end() then.
 */
bool air_begin(struct air_radio *radio, struct air_ppdu *ppdu);

/**
 * air_abort() - truncate what a radio sends, its answer included
 * @radio: the radio
 *
 * Nobody hears it, who has not heard it yet, and there is no tx_end().
 */
void air_abort(struct air_radio *radio);

/**
 * air_respond() - answer the PPDU that is being received, SIFS after it
 * @radio: the radio whose rx() or rx_end() runs
 * @frame: the answer, at most AIR_RESPONSE_MAX octets; copied
 *
 * An answer is a PPDU like others. Of several answers to a PPDU, the first one is sent,
 * and an answer is not answered.
 */
void air_respond(struct air_radio *radio, const struct air_frame *frame);

/**
 * struct air_stranger - a sender that is no NIC
 * @chan: where it sends
 * @rate: rate word
 * @power: dBm
 * @name: name for the capture
 */
struct air_stranger {
	struct air_chan chan;
	uint32_t rate;
	int8_t power;
	const char *name;
};

/**
 * air_inject() - send a frame as a stranger that leaves after it
 * @air: the air
 * @who: how and where
 * @psdu: the frame, FCS included; copied
 * @len: octets
 *
 * Return: false when out of memory.
 */
bool air_inject(struct air *air, const struct air_stranger *who,
		const uint8_t *psdu, uint16_t len);

/** air_radar() - a radar pulse, for all radios whose channel it lies in */
void air_radar(struct air *air, const struct air_pulse *pulse);

/* The capture */

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

/* Frames lost on purpose */

/**
 * enum air_part - what is lost
 * @AIR_PART_MPDU: the MPDU that matches
 * @AIR_PART_DELIM: the delimiter before it, and so the MPDU; receivers notice if
 *	they get the next one
 * @AIR_PART_PPDU: the preamble, if the first MPDU matches: nobody hears the PPDU
 */
enum air_part {
	AIR_PART_MPDU,
	AIR_PART_DELIM,
	AIR_PART_PPDU,
};

/**
 * struct air_loss - lose frames on purpose, to exercise retry and duplicate code
 * @match_type: frame control type to match (0-2), or -1 for any
 * @match_subtype: subtype, or -1
 * @part: what is lost
 * @ta: transmitter address to match, all zero for any. For ACK and CTS, this is the
 *	address of the sending radio
 * @nth: lose the nth match from now on (1 is the next one)
 * @count: number of consecutive matches to lose
 * @every: then lose one in so many matches; 0: none
 */
struct air_loss {
	int match_type;
	int match_subtype;
	enum air_part part;
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

/** air_loss_count() - number of loss rules; their ids are 0 to that */
int air_loss_count(const struct air *air);

/** air_lose_clear() - remove all loss rules */
void air_lose_clear(struct air *air);

/**
 * struct air_stats - counters of the air
 * @ppdus: PPDUs begun, answers included
 * @frames: MPDUs in them
 * @bytes: octets of these, FCS included
 * @responses: answers among @ppdus
 * @lost: MPDUs lost by a rule
 * @truncated: PPDUs whose sender stopped in the middle
 * @delivered: receptions of MPDUs
 * @unheard: PPDUs that no radio has heard
 * @collisions: answers that were not sent, because another radio had answered, or the
 *	radio was about to answer another PPDU
 */
struct air_stats {
	uint64_t ppdus;
	uint64_t frames;
	uint64_t bytes;
	uint64_t responses;
	uint64_t lost;
	uint64_t truncated;
	uint64_t delivered;
	uint64_t unheard;
	uint64_t collisions;
};

/** air_get_stats() - read the counters */
const struct air_stats *air_get_stats(const struct air *air);

#endif /* SKUA_DEVICE_AIR_H */
