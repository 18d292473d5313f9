/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits of an A-MPDU: octets, duration, spacing, number of MPDUs
 *
 * Sections are those of IEEE 802.11-2020, and of 802.11ax-2021 for HE.
 */
#ifndef SKUA_DEVICE_MAC_AMPDU_H
#define SKUA_DEVICE_MAC_AMPDU_H

#include <stdbool.h>
#include <stdint.h>

#define AMPDU_DELIM_LEN		4	/* 9.7.1 */
#define AMPDU_MAX_US		5484	/* aPPDUMaxTime: 19.4.4, 21.4.4, 27.4.4 */
#define AMPDU_FACTOR_MAX	10	/* of struct ampdu_cfg.factor */
#define AMPDU_DENSITY_MAX	7

/**
 * struct ampdu_cfg - what a PPDU may be
 * @rate: its rate word
 * @ghz2: 2.4 GHz band
 * @factor: the peer receives A-MPDUs of at most 2^(13 + factor) - 1 octets
 * @density: Minimum MPDU Start Spacing of the peer, encoded as in 9.4.2.55.3
 * @max_mpdus: MPDUs at most
 * @max_us: longest duration, for what is left of a TXOP; 0: AMPDU_MAX_US
 */
struct ampdu_cfg {
	uint32_t rate;
	bool ghz2;
	uint8_t factor;
	uint8_t density;
	uint16_t max_mpdus;
	uint32_t max_us;
};

/**
 * struct ampdu - an A-MPDU that grows
 * @max_len: octets at most
 * @max_mpdu: octets of an MPDU at most, FCS included; 0: no A-MPDU at this rate
 * @max_mpdus: MPDUs at most
 * @spacing: octets between the starts of two MPDUs at least
 * @n: MPDUs
 * @start: offset of the last one's delimiter
 * @len: octets, without padding behind the last MPDU. A single MPDU counts
 *	without delimiter
 * @first: octets of the first MPDU
 */
struct ampdu {
	uint32_t max_len;
	uint32_t max_mpdu;
	uint32_t max_mpdus;
	uint32_t spacing;
	uint32_t n;
	uint32_t start;
	uint32_t len;
	uint32_t first;
};

/** ampdu_begin() - begin an A-MPDU */
void ampdu_begin(struct ampdu *a, const struct ampdu_cfg *cfg);

/**
 * ampdu_add() - add an MPDU, if it fits
 * @a: the A-MPDU
 * @len: octets of the MPDU, FCS included
 *
 * The first one always fits; it may be too large for any other beside it.
 *
 * Return: false if it does not fit: the A-MPDU is as before.
 */
bool ampdu_add(struct ampdu *a, uint32_t len);

#endif /* SKUA_DEVICE_MAC_AMPDU_H */
