// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: rate words
 */
#include "fake.h"

#define WORD(enc, idx, nss, bw, gi)					\
	(FIELD_PREP_CONST(SKUA_RATE_ENC, SKUA_ENC_##enc) |		\
	 FIELD_PREP_CONST(SKUA_RATE_IDX, idx) |				\
	 FIELD_PREP_CONST(SKUA_RATE_NSS, nss) |				\
	 FIELD_PREP_CONST(SKUA_RATE_BW, SKUA_BW_##bw) |			\
	 FIELD_PREP_CONST(SKUA_RATE_GI, SKUA_GI_##gi))

struct rate_rx_case {
	const char *desc;
	u32 word;
	u16 freq;
	int err;
	u8 band;
	u8 encoding;
	u8 idx;
	u8 nss;
	u8 bw;
	u8 enc_flags;
	u8 gi;
	bool dcm;
};

/* R8, R9, R10, R11, R13 */
static const struct rate_rx_case rate_rx_cases[] = {
	{ "1 Mbit/s", WORD(LEGACY, 10, 0, 20, LONG), 2412,
	  .band = NL80211_BAND_2GHZ, .idx = 0 },
	{ "11 Mbit/s, short preamble", WORD(LEGACY, 110, 0, 20, LONG) |
	  SKUA_RATE_SHORTPRE, 2484, .band = NL80211_BAND_2GHZ, .idx = 3,
	  .enc_flags = RX_ENC_FLAG_SHORTPRE },
	{ "54 Mbit/s, 2.4 GHz", WORD(LEGACY, 540, 0, 20, LONG), 2437,
	  .band = NL80211_BAND_2GHZ, .idx = 11 },
	{ "6 Mbit/s, 5 GHz", WORD(LEGACY, 60, 0, 20, LONG), 5180,
	  .band = NL80211_BAND_5GHZ, .idx = 0 },
	{ "54 Mbit/s, 6 GHz", WORD(LEGACY, 540, 0, 20, LONG), 5955,
	  .band = NL80211_BAND_6GHZ, .idx = 7 },
	{ "the lowest channel at 5 GHz", WORD(LEGACY, 60, 0, 20, LONG), 5160,
	  .band = NL80211_BAND_5GHZ, .idx = 0 },
	{ "channel 2 at 6 GHz", WORD(LEGACY, 60, 0, 20, LONG), 5935,
	  .band = NL80211_BAND_6GHZ, .idx = 0 },
	{ "between the bands", WORD(LEGACY, 60, 0, 20, LONG), 5900, -EINVAL },
	{ "no such legacy rate", WORD(LEGACY, 70, 0, 20, LONG), 5180, -EINVAL },
	{ "no CCK at 5 GHz", WORD(LEGACY, 10, 0, 20, LONG), 5180, -EINVAL },
	{ "legacy is not wide", WORD(LEGACY, 540, 0, 40, LONG), 5180, -EINVAL },
	{ "HT MCS 15", WORD(HT, 15, 0, 20, LONG), 2412,
	  .band = NL80211_BAND_2GHZ, .encoding = RX_ENC_HT, .idx = 15 },
	{ "HT 40 MHz, short interval", WORD(HT, 7, 0, 40, SHORT), 5180,
	  .band = NL80211_BAND_5GHZ, .encoding = RX_ENC_HT, .idx = 7,
	  .bw = RATE_INFO_BW_40, .enc_flags = RX_ENC_FLAG_SHORT_GI },
	{ "HT greenfield, LDPC, STBC", WORD(HT, 0, 0, 20, LONG) |
	  SKUA_RATE_GREENFIELD | SKUA_RATE_LDPC | SKUA_RATE_STBC, 5180,
	  .band = NL80211_BAND_5GHZ, .encoding = RX_ENC_HT,
	  .enc_flags = RX_ENC_FLAG_HT_GF | RX_ENC_FLAG_LDPC |
		       (1 << RX_ENC_FLAG_STBC_SHIFT) },
	{ "HT MCS 32", WORD(HT, 32, 0, 20, LONG), 5180, -EINVAL },
	{ "HT is at most 40 MHz", WORD(HT, 7, 0, 80, LONG), 5180, -EINVAL },
	{ "VHT MCS 9, 2 streams, 80 MHz", WORD(VHT, 9, 2, 80, SHORT), 5180,
	  .band = NL80211_BAND_5GHZ, .encoding = RX_ENC_VHT, .idx = 9, .nss = 2,
	  .bw = RATE_INFO_BW_80, .enc_flags = RX_ENC_FLAG_SHORT_GI },
	{ "VHT 160 MHz", WORD(VHT, 0, 1, 160, LONG), 5180,
	  .band = NL80211_BAND_5GHZ, .encoding = RX_ENC_VHT, .nss = 1,
	  .bw = RATE_INFO_BW_160 },
	{ "VHT without streams", WORD(VHT, 0, 0, 20, LONG), 5180, -EINVAL },
	{ "VHT 9 streams", WORD(VHT, 0, 9, 20, LONG), 5180, -EINVAL },
	/* mac80211 would warn when it estimates the airtime, cfg80211 when it prints */
	{ "VHT 5 streams", WORD(VHT, 0, 5, 20, LONG), 5180, -EINVAL },
	{ "EHT MCS 14 on 40 MHz", WORD(EHT, 14, 1, 40, LONG), 5180, -EINVAL },
	{ "HE MCS 11, 8 streams, 160 MHz", WORD(HE, 11, 8, 160, LONG), 6105,
	  .band = NL80211_BAND_6GHZ, .encoding = RX_ENC_HE, .idx = 11, .nss = 8,
	  .bw = RATE_INFO_BW_160, .gi = NL80211_RATE_INFO_HE_GI_0_8 },
	{ "HE 1.6 us", WORD(HE, 0, 1, 20, 1_6), 5180,
	  .band = NL80211_BAND_5GHZ, .encoding = RX_ENC_HE, .nss = 1,
	  .gi = NL80211_RATE_INFO_HE_GI_1_6 },
	{ "HE 3.2 us, DCM", WORD(HE, 0, 1, 20, 3_2) | SKUA_RATE_DCM, 5180,
	  .band = NL80211_BAND_5GHZ, .encoding = RX_ENC_HE, .nss = 1,
	  .gi = NL80211_RATE_INFO_HE_GI_3_2, .dcm = true },
	{ "HE MCS 12", WORD(HE, 12, 1, 20, LONG), 5180, -EINVAL },
	{ "HE has no 0.4 us", WORD(HE, 0, 1, 20, SHORT), 5180, -EINVAL },
	{ "an encoding that does not exist", FIELD_PREP_CONST(SKUA_RATE_ENC, 5),
	  5180, -EINVAL },
	{ "a width that does not exist", FIELD_PREP_CONST(SKUA_RATE_ENC, 4) |
	  FIELD_PREP_CONST(SKUA_RATE_BW, 7) |
	  FIELD_PREP_CONST(SKUA_RATE_NSS, 1), 5180, -EINVAL },
	{ "no channel", WORD(LEGACY, 60, 0, 20, LONG), 0, -EINVAL },
	{ "between the bands", WORD(LEGACY, 60, 0, 20, LONG), 3000, -EINVAL },
	{ "above all bands", WORD(LEGACY, 60, 0, 20, LONG), 0xffff, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(rate_rx, rate_rx_cases, desc);

static void rate_to_rx_status(struct kunit *test)
{
	const struct rate_rx_case *c = test->param_value;
	struct ieee80211_rx_status st = {};

	KUNIT_ASSERT_EQ(test, c->err, skua_rate_to_rx(c->word, c->freq, &st));
	if (c->err)
		return;
	KUNIT_EXPECT_EQ(test, c->freq, (u32)st.freq);
	KUNIT_EXPECT_EQ(test, c->band, st.band);
	KUNIT_EXPECT_EQ(test, c->encoding, (u32)st.encoding);
	KUNIT_EXPECT_EQ(test, c->idx, st.rate_idx);
	KUNIT_EXPECT_EQ(test, c->nss, st.nss);
	KUNIT_EXPECT_EQ(test, c->bw ?: RATE_INFO_BW_20, (u32)st.bw);
	KUNIT_EXPECT_EQ(test, c->enc_flags, st.enc_flags);
	KUNIT_EXPECT_EQ(test, c->gi, (u32)st.he_gi);
	KUNIT_EXPECT_EQ(test, c->dcm, (u32)st.he_dcm);
}

struct rate_info_case {
	const char *desc;
	u32 word;
	int err;
	struct rate_info info;
};

static const struct rate_info_case rate_info_cases[] = {
	{ "none", 0, -EINVAL },
	{ "54 Mbit/s", WORD(LEGACY, 540, 0, 20, LONG),
	  .info = { .legacy = 540, .bw = RATE_INFO_BW_20 } },
	{ "HT", WORD(HT, 15, 0, 40, SHORT),
	  .info = { .flags = RATE_INFO_FLAGS_MCS | RATE_INFO_FLAGS_SHORT_GI,
		    .mcs = 15, .bw = RATE_INFO_BW_40 } },
	{ "VHT", WORD(VHT, 9, 4, 80, LONG),
	  .info = { .flags = RATE_INFO_FLAGS_VHT_MCS, .mcs = 9, .nss = 4,
		    .bw = RATE_INFO_BW_80 } },
	{ "HE", WORD(HE, 11, 2, 160, 1_6),
	  .info = { .flags = RATE_INFO_FLAGS_HE_MCS, .mcs = 11, .nss = 2,
		    .bw = RATE_INFO_BW_160,
		    .he_gi = NL80211_RATE_INFO_HE_GI_1_6 } },
	{ "nonsense", WORD(HE, 12, 2, 160, 1_6), -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(rate_info, rate_info_cases, desc);

static void rate_to_rate_info(struct kunit *test)
{
	const struct rate_info_case *c = test->param_value;
	struct rate_info info;

	KUNIT_ASSERT_EQ(test, c->err, skua_rate_to_info(c->word, &info));
	if (c->err)
		return;
	KUNIT_EXPECT_EQ(test, c->info.flags, info.flags);
	KUNIT_EXPECT_EQ(test, c->info.legacy, info.legacy);
	KUNIT_EXPECT_EQ(test, c->info.mcs, info.mcs);
	KUNIT_EXPECT_EQ(test, c->info.nss, info.nss);
	KUNIT_EXPECT_EQ(test, c->info.bw, info.bw);
	KUNIT_EXPECT_EQ(test, c->info.he_gi, (u32)info.he_gi);
}

struct rate_tx_case {
	const char *desc;
	u32 word;
	u8 band;
	s8 idx;
	u16 flags;
};

/* T2, V7: from rate word to transmit rate and back */
static const struct rate_tx_case rate_tx_cases[] = {
	{ "1 Mbit/s", WORD(LEGACY, 10, 0, 20, LONG), NL80211_BAND_2GHZ, 0, 0 },
	{ "6 Mbit/s at 2.4 GHz", WORD(LEGACY, 60, 0, 20, LONG),
	  NL80211_BAND_2GHZ, 4, 0 },
	{ "6 Mbit/s at 5 GHz", WORD(LEGACY, 60, 0, 20, LONG),
	  NL80211_BAND_5GHZ, 0, 0 },
	{ "HT", WORD(HT, 12, 2, 40, SHORT), NL80211_BAND_5GHZ, 12,
	  IEEE80211_TX_RC_MCS | IEEE80211_TX_RC_40_MHZ_WIDTH |
	  IEEE80211_TX_RC_SHORT_GI },
	{ "VHT", WORD(VHT, 9, 2, 80, LONG), NL80211_BAND_5GHZ, 0x19,
	  IEEE80211_TX_RC_VHT_MCS | IEEE80211_TX_RC_80_MHZ_WIDTH },
	{ "VHT 160", WORD(VHT, 3, 1, 160, LONG), NL80211_BAND_5GHZ, 0x03,
	  IEEE80211_TX_RC_VHT_MCS | IEEE80211_TX_RC_160_MHZ_WIDTH },
};

KUNIT_ARRAY_PARAM_DESC(rate_tx, rate_tx_cases, desc);

static void rate_to_tx_rate_and_back(struct kunit *test)
{
	const struct rate_tx_case *c = test->param_value;
	struct ieee80211_tx_rate txr = {};

	KUNIT_ASSERT_EQ(test, 0, skua_rate_to_tx_rate(c->word, c->band, &txr));
	KUNIT_EXPECT_EQ(test, c->idx, txr.idx);
	KUNIT_EXPECT_EQ(test, c->flags, (u32)txr.flags);
	KUNIT_EXPECT_EQ(test, c->word, skua_rate_from_tx_rate(c->band, &txr, 0));
}

/* R11: LDPC and STBC of an injected frame; a legacy rate has neither */
static void rate_of_coded_frame(struct kunit *test)
{
	struct ieee80211_tx_rate ht = { .flags = IEEE80211_TX_RC_MCS };
	struct ieee80211_tx_rate legacy = {};
	const enum nl80211_band band = NL80211_BAND_5GHZ;
	const u32 ldpc = IEEE80211_TX_CTL_LDPC;
	const u32 stbc = 1 << IEEE80211_TX_CTL_STBC_SHIFT;
	const u32 others = ~(ldpc | IEEE80211_TX_CTL_STBC);
	const u32 word = WORD(HT, 0, 1, 20, LONG);

	KUNIT_EXPECT_EQ(test, word | SKUA_RATE_LDPC,
			skua_rate_from_tx_rate(band, &ht, ldpc));
	KUNIT_EXPECT_EQ(test, word | SKUA_RATE_STBC,
			skua_rate_from_tx_rate(band, &ht, stbc));
	KUNIT_EXPECT_EQ(test, word,
			skua_rate_from_tx_rate(band, &ht, others));
	KUNIT_EXPECT_EQ(test, WORD(LEGACY, 60, 0, 20, LONG),
			skua_rate_from_tx_rate(band, &legacy, ldpc | stbc));
}

static void rate_legacy_masks(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0xfff, skua_legacy_mask(NL80211_BAND_2GHZ, 0xfff));
	KUNIT_EXPECT_EQ(test, 0xff0, skua_legacy_mask(NL80211_BAND_5GHZ, 0xff));
	KUNIT_EXPECT_EQ(test, 0x010, skua_legacy_mask(NL80211_BAND_6GHZ, 1));
	KUNIT_EXPECT_EQ(test, 0xff0, skua_legacy_mask(NL80211_BAND_5GHZ, ~0u));
	KUNIT_EXPECT_EQ(test, 0, skua_legacy_rate(NL80211_BAND_5GHZ, 8));
	KUNIT_EXPECT_EQ(test, 0, skua_legacy_rate(NL80211_BAND_2GHZ, 12));
}

static void rate_of_beacons(struct kunit *test)
{
	struct cfg80211_bitrate_mask mask = {};

	KUNIT_EXPECT_EQ(test, 0, skua_beacon_rate(NL80211_BAND_5GHZ, &mask));
	mask.control[NL80211_BAND_2GHZ].legacy = BIT(2);
	KUNIT_EXPECT_EQ(test, WORD(LEGACY, 55, 0, 20, LONG),
			skua_beacon_rate(NL80211_BAND_2GHZ, &mask));
	/* The choice for another band does not count. */
	KUNIT_EXPECT_EQ(test, 0, skua_beacon_rate(NL80211_BAND_5GHZ, &mask));
	mask.control[NL80211_BAND_5GHZ].legacy = BIT(2);
	KUNIT_EXPECT_EQ(test, WORD(LEGACY, 120, 0, 20, LONG),
			skua_beacon_rate(NL80211_BAND_5GHZ, &mask));
	mask.control[NL80211_BAND_5GHZ].legacy = 0;
	mask.control[NL80211_BAND_5GHZ].he_mcs[0] = BIT(4);
	KUNIT_EXPECT_EQ(test, WORD(HE, 4, 1, 20, LONG),
			skua_beacon_rate(NL80211_BAND_5GHZ, &mask));
	mask.control[NL80211_BAND_5GHZ].vht_mcs[1] = BIT(3);
	KUNIT_EXPECT_EQ(test, WORD(VHT, 3, 2, 20, LONG),
			skua_beacon_rate(NL80211_BAND_5GHZ, &mask));
	mask.control[NL80211_BAND_5GHZ].ht_mcs[1] = BIT(1);
	KUNIT_EXPECT_EQ(test, WORD(HT, 9, 0, 20, LONG),
			skua_beacon_rate(NL80211_BAND_5GHZ, &mask));
}

/* V4: the masks of the interface's band, and no other */
static void rate_masks(struct kunit *test)
{
	struct cfg80211_bitrate_mask *mask = kunit_kzalloc(test, sizeof(*mask), GFP_KERNEL);
	struct skua_rate_mask out;

	KUNIT_ASSERT_NOT_NULL(test, mask);
	mask->control[NL80211_BAND_2GHZ].legacy = 0xfff;
	mask->control[NL80211_BAND_5GHZ].legacy = BIT(1);
	mask->control[NL80211_BAND_5GHZ].ht_mcs[0] = 0x81;
	mask->control[NL80211_BAND_5GHZ].ht_mcs[3] = 0x10;
	mask->control[NL80211_BAND_5GHZ].vht_mcs[7] = 0x3ff;
	mask->control[NL80211_BAND_5GHZ].he_mcs[1] = 0xfff;
	mask->control[NL80211_BAND_5GHZ].gi = NL80211_TXRATE_FORCE_LGI;
	mask->control[NL80211_BAND_5GHZ].he_gi = NL80211_RATE_INFO_HE_GI_3_2;
	skua_rate_mask(&out, NL80211_BAND_5GHZ, mask);
	KUNIT_EXPECT_EQ(test, 0x20, le32_to_cpu(out.legacy));
	KUNIT_EXPECT_EQ(test, 0x10000081, le32_to_cpu(out.ht_mcs));
	KUNIT_EXPECT_EQ(test, 0x3ff, le16_to_cpu(out.vht_mcs[7]));
	KUNIT_EXPECT_EQ(test, 0, le16_to_cpu(out.vht_mcs[0]));
	KUNIT_EXPECT_EQ(test, 0xfff, le16_to_cpu(out.he_mcs[1]));
	KUNIT_EXPECT_EQ(test, SKUA_GI_3_2, out.gi);
	KUNIT_EXPECT_EQ(test, SKUA_MASKF_LONG_GI, out.flags);
	skua_rate_mask(&out, NL80211_BAND_2GHZ, mask);
	KUNIT_EXPECT_EQ(test, 0xfff, le32_to_cpu(out.legacy));
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(out.ht_mcs));
	KUNIT_EXPECT_EQ(test, SKUA_GI_LONG, out.gi);
	KUNIT_EXPECT_EQ(test, 0, out.flags);
}

static struct kunit_case rate_cases[] = {
	KUNIT_CASE(rate_masks),
	KUNIT_CASE_PARAM(rate_to_rx_status, rate_rx_gen_params),
	KUNIT_CASE_PARAM(rate_to_rate_info, rate_info_gen_params),
	KUNIT_CASE_PARAM(rate_to_tx_rate_and_back, rate_tx_gen_params),
	KUNIT_CASE(rate_of_coded_frame),
	KUNIT_CASE(rate_legacy_masks),
	KUNIT_CASE(rate_of_beacons),
	{}
};

static struct kunit_suite rate_suite = {
	.name = "skua_rate",
	.test_cases = rate_cases,
};

kunit_test_suite(rate_suite);
