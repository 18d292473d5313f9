/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - rate words and bands
 */
#ifndef SKUA_HW_RATE_H
#define SKUA_HW_RATE_H

#include "types.h"

/*
 * A rate is one word. For legacy encodings the index is the rate in units of
 * 100 kbit/s (10 to 540); for HT the MCS 0-31; for VHT, HE and EHT the MCS,
 * with the number of spatial streams beside it. 0 means "none".
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

#define SKUA_BAND_2GHZ			BIT(0)
#define SKUA_BAND_5GHZ			BIT(1)
#define SKUA_BAND_6GHZ			BIT(2)

#endif /* SKUA_HW_RATE_H */
