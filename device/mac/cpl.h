/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The completion ring, as the engines write it
 */
#ifndef SKUA_DEVICE_MAC_CPL_H
#define SKUA_DEVICE_MAC_CPL_H

#include <stdbool.h>
#include <stdint.h>

#include "../hw.h"
#include "base/base.h"
#include "mac/obj.h"
#include "mac/txq.h"

struct mac;

/* A PPDU has so many MPDUs at most, and its record as many status words */
#define CPL_PPDU_MPDUS	1024
#define CPL_UNIT_WORDS	(SKUA_CPL_UNIT / sizeof(__le32))
/* Units of a transmit record with @words status words, more than the first unit has */
#define CPL_TX_UNITS_OF(words)						\
	(1 + ((words) - SKUA_CPL_TX_WORDS + CPL_UNIT_WORDS - 1) /	\
	 CPL_UNIT_WORDS)
#define CPL_TX_UNITS	CPL_TX_UNITS_OF(CPL_PPDU_MPDUS)

/**
 * union cpl_tx_rec - a transmit record that is being filled
 * @rec: its first unit
 * @unit: all units
 */
union cpl_tx_rec {
	struct skua_cpl_tx rec;
	struct skua_cpl unit[CPL_TX_UNITS];
};

/**
 * struct cplq - completion ring writer
 * @wait: units that wait for room
 * @cap: number of units that @wait has room for
 * @first: index of the oldest unit in @wait
 * @len: number of units in @wait
 * @tx: transmit record that is being filled
 * @words: number of status words in @tx
 * @open: @tx is to be written
 * @ppdu: @tx is about a PPDU, and other frames do not share it
 * @timer: looks for room while the loop sleeps
 */
struct cplq {
	struct skua_cpl *wait;
	uint32_t cap;
	uint32_t first;
	uint32_t len;
	union cpl_tx_rec tx;
	unsigned int words;
	bool open;
	bool ppdu;
	struct loop_timer timer;
};

/**
 * struct cpl_ppdu - a PPDU of the host's frames
 * @f: one of them
 * @rate: rate word
 * @airtime_us: airtime, answers included
 * @ack_signal: signal of the answer, dBm; 0 without answer
 * @mpdus: number of MPDUs
 * @acked: of these, acknowledged
 * @retried: of these, sent before
 */
struct cpl_ppdu {
	const struct txf *f;
	uint32_t rate;
	uint32_t airtime_us;
	int8_t ack_signal;
	uint16_t mpdus;
	uint16_t acked;
	uint16_t retried;
};

bool cpl_init(struct mac *mac);
void cpl_free(struct mac *mac);
void cpl_reset(struct mac *mac);

/** cpl_put() - write a record, or keep it until there is room */
void cpl_put(struct mac *mac, const struct skua_cpl *unit, unsigned int n);

/** cpl_room() - whether a record of @n units can be written at once */
bool cpl_room(struct mac *mac, unsigned int n);

/** cpl_left() - units that can be written at once, counted up to @most */
unsigned int cpl_left(struct mac *mac, unsigned int most);

/** cpl_ppdu_begin() - begin the record of a PPDU; the frames that end in it follow */
void cpl_ppdu_begin(struct mac *mac, const struct cpl_ppdu *p);

/** cpl_ppdu_end() - write the record */
void cpl_ppdu_end(struct mac *mac);

/**
 * cpl_tx() - tell the host that a frame has ended
 * @mac: the engines
 * @f: the frame
 * @status: how it ended
 *
 * The word goes into the record of the PPDU. A frame that ends outside of one shares a
 * record with similar frames before it.
 */
void cpl_tx(struct mac *mac, const struct txf *f, enum skua_tx_status status);

/** cpl_publish() - close the open record, and tell the host */
void cpl_publish(struct mac *mac);

/** cpl_poll() - move waiting units into the ring; true if there was room for any */
bool cpl_poll(struct mac *mac);

/** cpl_event() - write an in-band event, whose first word is filled in here */
void cpl_event(struct mac *mac, const struct skua_cpl_inband *event);

/** cpl_inband() - post an in-band event about a station, and tell the host */
void cpl_inband(struct mac *mac, enum skua_inband_id id,
		const struct mac_sta *sta, uint8_t tid, uint32_t arg);

#endif /* SKUA_DEVICE_MAC_CPL_H */
