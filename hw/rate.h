/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - rate words
 */
#ifndef SKUA_HW_RATE_H
#define SKUA_HW_RATE_H

#include "types.h"

/*
 * A rate is one word. For legacy encodings the index is the rate in units of
 * 100 kbit/s (10 to 540); for HT the MCS 0-31; for VHT, HE and EHT the MCS,
 * with the number of spatial streams beside it. The word 0 means that there is no rate.
 */
#define SKUA_RATE_IDX			GENMASK(9, 0)
#define SKUA_RATE_NSS			GENMASK(13, 10)
#define SKUA_RATE_ENC			GENMASK(16, 14)	/* enum skua_enc */
#define SKUA_RATE_BW			GENMASK(19, 17)	/* enum skua_bw */
#define SKUA_RATE_GI			GENMASK(22, 20)	/* enum skua_gi */
#define SKUA_RATE_LDPC			BIT(23)
#define SKUA_RATE_STBC			BIT(24)
#define SKUA_RATE_SHORTPRE		BIT(25)
#define SKUA_RATE_DCM			BIT(26)
#define SKUA_RATE_GREENFIELD		BIT(27)

enum skua_enc {
	SKUA_ENC_LEGACY	= 0,
	SKUA_ENC_HT	= 1,
	SKUA_ENC_VHT	= 2,
	SKUA_ENC_HE	= 3,
	SKUA_ENC_EHT	= 4,
};

enum skua_bw {
	SKUA_BW_20	= 0,
	SKUA_BW_40	= 1,
	SKUA_BW_80	= 2,
	SKUA_BW_160	= 3,
	SKUA_BW_320	= 4,
};

enum skua_gi {
	SKUA_GI_LONG	= 0,	/* 0.8 us, HT and VHT long */
	SKUA_GI_SHORT	= 1,	/* 0.4 us, HT and VHT */
	SKUA_GI_1_6	= 2,	/* HE */
	SKUA_GI_3_2	= 3,	/* HE */
};

/*
 * The legacy rates in units of 100 kbit/s, as an initializer. Masks over them
 * have a bit for each, in this order. The first SKUA_NUM_CCK of them (DSSS and
 * CCK) exist in the 2.4 GHz band only.
 */
#define SKUA_LEGACY_RATES \
	{ 10, 20, 55, 110, 60, 90, 120, 180, 240, 360, 480, 540 }
#define SKUA_NUM_LEGACY			12
#define SKUA_NUM_CCK			4

/**
 * skua_vht_hole() - a VHT-MCS that the standard leaves out
 * @bw: enum skua_bw, at most SKUA_BW_160
 * @nss: spatial streams, 1 to 8
 * @mcs: VHT-MCS, 0 to 9
 *
 * Its bits would not fill whole symbols (IEEE 802.11-2020, 21.5).
 *
 * Return: true if there is no such combination.
 */
static inline bool skua_vht_hole(u32 bw, u32 nss, u32 mcs)
{
	switch (bw) {
	case SKUA_BW_20:
		return mcs == 9 && nss % 3;
	case SKUA_BW_80:
		return (mcs == 6 && (nss == 3 || nss == 7)) ||
		       (mcs == 9 && nss == 6);
	case SKUA_BW_160:
		return mcs == 9 && nss == 3;
	default:
		return false;
	}
}

#endif /* SKUA_HW_RATE_H */
