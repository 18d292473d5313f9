/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rate words, and the duration of a PPDU
 */
#ifndef SKUA_DEVICE_AIRTIME_H
#define SKUA_DEVICE_AIRTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "hw.h"

/* Read a field of a word of hw.h, or make it */
#define HW_GET(mask, word)	(((word) & (mask)) / ((mask) & -(mask)))
#define HW_PUT(mask, val)	(((uint32_t)(val) * ((mask) & -(mask))) & (mask))

#define AIRTIME_CHAINS_MAX	8

/** airtime_bw_mhz() - bandwidth in MHz of an enum skua_bw */
static inline unsigned int airtime_bw_mhz(unsigned int bw)
{
	return 20u << bw;
}

/** airtime_is_cck() - true for DSSS and CCK rates: 2.4 GHz only */
bool airtime_is_cck(uint32_t rate);

/**
 * airtime_rate_ok() - check a rate word from an untrusted source
 * @rate: rate word
 * @features: SKUA_FEAT_* in force: which encodings may be used
 * @max_bw: widest enum skua_bw
 * @max_nss: most spatial streams
 *
 * Return: false if there is no such rate, or if it cannot be sent.
 */
bool airtime_rate_ok(uint32_t rate, uint64_t features, uint8_t max_bw,
		     uint8_t max_nss);

/** airtime_rate_100k() - data rate of a valid rate word in 100 kbit/s */
uint32_t airtime_rate_100k(uint32_t rate);

/**
 * airtime_stamp_us() - offset of a beacon's timestamp on the air
 * @rate: rate word
 *
 * The timestamp is the TSF at its first bit, which follows the MAC header
 * (IEEE 802.11-2020, 11.1.3.1).
 *
 * Return: microseconds after the first bit of the MPDU.
 */
uint32_t airtime_stamp_us(uint32_t rate);

/**
 * airtime_ppdu_us() - duration of a PPDU
 * @rate: valid rate word
 * @len: octets of the PSDU, FCS included
 * @ghz2: 2.4 GHz band, where all but DSSS and CCK has a signal extension
 *
 * TXTIME of IEEE 802.11-2020 15.3, 16.3, 17.4, 19.4, 21.4 and 802.11ax-2021
 * 27.4. HE: SU PPDUs, no packet extension.
 *
 * Return: microseconds, rounded up.
 */
uint32_t airtime_ppdu_us(uint32_t rate, uint32_t len, bool ghz2);

/** airtime_sifs_us() - short interframe space */
static inline uint32_t airtime_sifs_us(bool ghz2)
{
	return ghz2 ? 10 : 16;
}

/**
 * airtime_response_rate() - rate of the ACK or CTS that answers a frame
 * @rate: rate word of the frame
 * @basic: rate mask as in struct skua_cmd_vif.basic_rates
 * @ghz2: 2.4 GHz band
 *
 * Return: rate word: the highest basic rate that is not faster, and else the
 *	highest mandatory one.
 */
uint32_t airtime_response_rate(uint32_t rate, uint32_t basic, bool ghz2);

/**
 * struct airtime_answer - what answers a frame, and for how long
 * @to: rate word of the frame
 * @basic: rate mask as in struct skua_cmd_vif.basic_rates
 * @len: octets of the answer, FCS included
 * @ghz2: 2.4 GHz band
 * @rate: rate word of the answer
 * @us: duration of the answer
 */
struct airtime_answer {
	uint32_t to;
	uint32_t basic;
	uint32_t len;
	bool ghz2;
	uint32_t rate;
	uint32_t us;
};

/**
 * airtime_answer() - look up an answer
 * @a: the last one that was looked up; most are the same, and nothing is computed then
 * @to: rate word of the frame
 * @basic: rate mask
 * @len: octets of the answer, FCS included
 * @ghz2: 2.4 GHz band
 */
void airtime_answer(struct airtime_answer *a, uint32_t to, uint32_t basic,
		    uint32_t len, bool ghz2);

/** airtime_lowest_basic() - lowest rate of a mask, as a rate word */
uint32_t airtime_lowest_basic(uint32_t basic, bool ghz2);

#endif /* SKUA_DEVICE_AIRTIME_H */
