/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - bands and channels
 */
#ifndef SKUA_HW_CHAN_H
#define SKUA_HW_CHAN_H

#include "rate.h"
#include "types.h"

#define SKUA_BAND_2GHZ			BIT(0)
#define SKUA_BAND_5GHZ			BIT(1)
#define SKUA_BAND_6GHZ			BIT(2)

#define SKUA_CHANF_PASSIVE		BIT(0)	/* no-IR: the NIC sends nothing unasked */
#define SKUA_CHANF_RADAR		BIT(1)	/* a context: detect radar */
#define SKUA_CHANF_OFDM_ONLY		BIT(2)	/* no CCK rates (no_cck, 5, 6 GHz) */

/**
 * struct skua_chandef - a channel
 * @freq: centre of the primary 20 MHz channel, MHz
 * @center1: centre of the whole channel (first segment), MHz
 * @bw: enum skua_bw
 * @flags: SKUA_CHANF_*
 * @power: highest transmit power, dBm
 * @rsvd: zero
 */
struct skua_chandef {
	__le16 freq;
	__le16 center1;
	u8 bw;
	u8 flags;
	s8 power;
	u8 rsvd;
};

static_assert(sizeof(struct skua_chandef) == 8, "chandef size");

/**
 * skua_freq_band() - the band of a 20 MHz channel
 * @freq: its centre, MHz
 *
 * From the first to the last channel of a band: 1 to 14; 32 to 177; 2, then 1
 * to 233.
 *
 * Return: SKUA_BAND_*, or 0 outside of all bands.
 */
static inline u8 skua_freq_band(u32 freq)
{
	if (freq >= 2412 && freq <= 2484)
		return SKUA_BAND_2GHZ;
	if (freq >= 5160 && freq <= 5885)
		return SKUA_BAND_5GHZ;
	if (freq >= 5935 && freq <= 7115)
		return SKUA_BAND_6GHZ;
	return 0;
}

/**
 * skua_primary_fits() - is a 20 MHz channel one of the parts of a wide one?
 * @freq: centre of the primary 20 MHz channel, MHz
 * @center1: centre of the whole, MHz
 * @bw: enum skua_bw
 *
 * Return: true if it is.
 */
static inline bool skua_primary_fits(u32 freq, u32 center1, u32 bw)
{
	u32 off = freq > center1 ? freq - center1 : center1 - freq;

	if (bw == SKUA_BW_20)
		return !off;
	return off % 20 == 10 && off < 10u << bw;
}

#endif /* SKUA_HW_CHAN_H */
