// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: announced capabilities
 */
#include "../../skua.h"
#include "fake.h"

static void phy_caps(struct kunit *test, u64 features)
{
	struct skua_fake *fake = test->priv;
	struct skua_caps *caps = &fake->sc->caps;

	caps->features = features;
	caps->vifs = 4;
	caps->channels = 1;
	caps->bands = SKUA_BAND_2GHZ | SKUA_BAND_5GHZ | SKUA_BAND_6GHZ;
	caps->chains = 2;
	caps->nss = 2;
	caps->max_bw = SKUA_BW_160;
	caps->max_power = 20;
	caps->max_mpdu = SKUA_MAX_MPDU;
}

static struct wiphy *phy_init(struct kunit *test, u64 features)
{
	struct skua_fake *fake = test->priv;

	phy_caps(test, features);
	KUNIT_ASSERT_EQ(test, 0, skua_phy_init(fake->sc));
	return fake->hw->wiphy;
}

/* P6, V5: not before service periods are known to work */
static void phy_no_uapsd(struct kunit *test)
{
	struct wiphy *wiphy = phy_init(test, ~0ULL);

	KUNIT_EXPECT_EQ(test, 0, wiphy->flags & WIPHY_FLAG_AP_UAPSD);
}

/* P7: mac80211 watches the connection itself unless the NIC does */
static void phy_connection_monitor(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	phy_init(test, ~SKUA_FEAT_CONN_MONITOR);
	KUNIT_EXPECT_FALSE(test, ieee80211_hw_check(fake->hw, CONNECTION_MONITOR));
	phy_init(test, SKUA_FEAT_CONN_MONITOR);
	KUNIT_EXPECT_TRUE(test, ieee80211_hw_check(fake->hw, CONNECTION_MONITOR));
}

struct phy_chan_case {
	const char *desc;
	enum nl80211_band band;
	int n_channels;
	u16 first;
	u16 last;
	int n_bitrates;
};

static const struct phy_chan_case phy_chan_cases[] = {
	{ "2.4 GHz", NL80211_BAND_2GHZ, 14, 2412, 2484, 12 },
	{ "5 GHz", NL80211_BAND_5GHZ, 28, 5180, 5885, 8 },
	{ "6 GHz", NL80211_BAND_6GHZ, 59, 5955, 7115, 8 },
};

KUNIT_ARRAY_PARAM_DESC(phy_chan, phy_chan_cases, desc);

/* V5 */
static void phy_bands(struct kunit *test)
{
	const struct phy_chan_case *c = test->param_value;
	struct wiphy *wiphy = phy_init(test, SKUA_FEAT_HE);
	const struct ieee80211_supported_band *sband = wiphy->bands[c->band];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, sband);
	KUNIT_ASSERT_EQ(test, c->n_channels, sband->n_channels);
	KUNIT_EXPECT_EQ(test, c->first, sband->channels[0].center_freq);
	KUNIT_EXPECT_EQ(test, c->last,
			sband->channels[c->n_channels - 1].center_freq);
	for (i = 0; i < c->n_channels; i++)
		KUNIT_EXPECT_EQ(test, c->band, sband->channels[i].band);
	KUNIT_ASSERT_EQ(test, c->n_bitrates, sband->n_bitrates);
	KUNIT_EXPECT_EQ(test, 540, sband->bitrates[c->n_bitrates - 1].bitrate);
}

/* D3: cfg80211 would warn of a NIC without a band */
static void phy_no_band(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	phy_caps(test, 0);
	/* 6 GHz needs HE */
	fake->sc->caps.bands = SKUA_BAND_6GHZ;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, skua_phy_init(fake->sc));
}

/* D3: cfg80211 would warn of a combination of one interface */
static void phy_few_interfaces(struct kunit *test)
{
	const struct ieee80211_iface_combination *comb;
	struct skua_fake *fake = test->priv;
	int i, sum;
	u16 vifs;

	for (vifs = 1; vifs <= SKUA_MAX_VIFS; vifs++) {
		phy_caps(test, 0);
		fake->sc->caps.vifs = vifs;
		KUNIT_ASSERT_EQ(test, 0, skua_phy_init(fake->sc));
		comb = fake->hw->wiphy->iface_combinations;
		for (i = 0, sum = 0; i < comb->n_limits; i++)
			sum += comb->limits[i].max;
		KUNIT_EXPECT_GE(test, comb->max_interfaces, 2);
		KUNIT_EXPECT_LE(test, comb->max_interfaces, sum);
	}
}

static unsigned int phy_he_streams(const struct ieee80211_supported_band *sband)
{
	const struct ieee80211_sta_he_cap *he;
	unsigned int n = 0;
	u16 map;

	he = ieee80211_get_he_iftype_cap(sband, NL80211_IFTYPE_STATION);
	map = le16_to_cpu(he->he_mcs_nss_supp.rx_mcs_80);
	while (n < 8 && (map >> 2 * n & 3) != IEEE80211_HE_MCS_NOT_SUPPORTED)
		n++;
	return n;
}

struct phy_antenna_case {
	const char *desc;
	u32 tx;
	u32 rx;
	int ret;
	unsigned int streams;
};

/* From two antennas on; the fourth column is the number that is in force then. */
static const struct phy_antenna_case phy_antenna_cases[] = {
	{ "all", 3, 3, 0, 2 },
	{ "the second", 2, 2, 0, 1 },
	{ "none", 0, 0, -EINVAL, 2 },
	{ "a third", 7, 7, -EINVAL, 2 },
	{ "different ones", 1, 2, -EOPNOTSUPP, 2 },
};

KUNIT_ARRAY_PARAM_DESC(phy_antenna, phy_antenna_cases, desc);

/* V5: the capabilities are those of the antennas in use */
static void phy_antennas(struct kunit *test)
{
	const struct phy_antenna_case *c = test->param_value;
	struct wiphy *wiphy = phy_init(test, SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE);
	const struct ieee80211_supported_band *sband = wiphy->bands[NL80211_BAND_5GHZ];
	struct skua_fake *fake = test->priv;
	u32 tx, rx;
	int ret;

	wiphy_lock(wiphy);
	ret = skua_op_set_antenna(fake->hw, c->tx, c->rx);
	wiphy_unlock(wiphy);
	KUNIT_EXPECT_EQ(test, c->ret, ret);
	KUNIT_EXPECT_EQ(test, 0, skua_op_get_antenna(fake->hw, &tx, &rx));
	KUNIT_EXPECT_EQ(test, ret ? 3 : c->tx, tx);
	KUNIT_EXPECT_EQ(test, tx, rx);
	KUNIT_EXPECT_EQ(test, c->streams, phy_he_streams(sband));
	KUNIT_EXPECT_EQ(test, c->streams > 1 ? 0xff : 0, sband->ht_cap.mcs.rx_mask[1]);
	KUNIT_EXPECT_EQ(test, c->streams > 1,
			!!(sband->ht_cap.cap & IEEE80211_HT_CAP_TX_STBC));
	KUNIT_EXPECT_EQ(test, c->streams > 1 ? 0xfffa : 0xfffe,
			le16_to_cpu(sband->vht_cap.vht_mcs.rx_mcs_map));
}

struct phy_ba_case {
	const char *desc;
	u64 features;
	bool amsdu;
	bool aggregation, reorder, amsdu_in, amsdu_out;
	u16 tx, rx;
	u8 he_ext;
};

/* mac80211 begins with 64 */
static const struct phy_ba_case phy_ba_cases[] = {
	{ "nothing", SKUA_FEAT_HE, true, .tx = 64, .rx = 64 },
	{ "all", SKUA_FEAT_HE | SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU |
	  SKUA_FEAT_RX_REORDER, true, true, true, true, true, 256, 256, 3 },
	{ "all of HT", SKUA_FEAT_HT | SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU |
	  SKUA_FEAT_RX_REORDER, true, true, true, true, true, 64, 64 },
	{ "no A-MSDU", SKUA_FEAT_HE | SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU |
	  SKUA_FEAT_RX_REORDER, false, true, true, true, false, 256, 256, 3 },
	{ "mac80211 reorders", SKUA_FEAT_HE | SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU,
	  true, true, false, true, true, 256, 256, 3 },
	{ "transmit", SKUA_FEAT_HE | SKUA_FEAT_TX_AMPDU, true, true, false, false,
	  true, 256, 64 },
	{ "receive", SKUA_FEAT_HE | SKUA_FEAT_RX_AMPDU, true, true, false, true,
	  false, 64, 256, 3 },
};

KUNIT_ARRAY_PARAM_DESC(phy_ba, phy_ba_cases, desc);

/* V5, A8, A11: sessions are announced as far as the NIC has them */
static void phy_aggregation(struct kunit *test)
{
	const struct phy_ba_case *c = test->param_value;
	const struct ieee80211_sta_he_cap *he;
	struct skua_fake *fake = test->priv;
	struct ieee80211_hw *hw = fake->hw;
	const bool amsdu = skua_tx_amsdu;
	struct wiphy *wiphy;

	skua_tx_amsdu = c->amsdu;
	wiphy = phy_init(test, c->features);
	skua_tx_amsdu = amsdu;
	KUNIT_EXPECT_EQ(test, c->aggregation, ieee80211_hw_check(hw, AMPDU_AGGREGATION));
	KUNIT_EXPECT_EQ(test, c->reorder,
			ieee80211_hw_check(hw, SUPPORTS_REORDERING_BUFFER));
	KUNIT_EXPECT_EQ(test, c->amsdu_in,
			ieee80211_hw_check(hw, SUPPORTS_AMSDU_IN_AMPDU));
	KUNIT_EXPECT_EQ(test, c->amsdu_out, ieee80211_hw_check(hw, TX_AMSDU));
	KUNIT_EXPECT_EQ(test, c->amsdu_out, ieee80211_hw_check(hw, TX_FRAG_LIST));
	KUNIT_EXPECT_EQ(test, c->amsdu_out ? SKUA_TXD_MAX_SEGS : 0,
			hw->max_tx_fragments);
	/* the NIC mixes no key ids in an A-MPDU, so sessions need not end for new keys */
	KUNIT_EXPECT_EQ(test, !!(c->features & SKUA_FEAT_TX_AMPDU),
			ieee80211_hw_check(hw, AMPDU_KEYBORDER_SUPPORT));
	KUNIT_EXPECT_EQ(test, c->tx, hw->max_tx_aggregation_subframes);
	KUNIT_EXPECT_EQ(test, c->rx, hw->max_rx_aggregation_subframes);
	KUNIT_EXPECT_FALSE(test, ieee80211_hw_check(hw, TX_AMPDU_SETUP_IN_HW));
	if (!(c->features & SKUA_FEAT_HE))
		return;
	he = ieee80211_get_he_iftype_cap(wiphy->bands[NL80211_BAND_5GHZ],
					 NL80211_IFTYPE_STATION);
	KUNIT_EXPECT_EQ(test, c->he_ext,
			u8_get_bits(he->he_cap_elem.mac_cap_info[3],
				    IEEE80211_HE_MAC_CAP3_MAX_AMPDU_LEN_EXP_MASK));
}

static struct kunit_case phy_cases[] = {
	KUNIT_CASE(phy_no_band),
	KUNIT_CASE(phy_few_interfaces),
	KUNIT_CASE(phy_no_uapsd),
	KUNIT_CASE(phy_connection_monitor),
	KUNIT_CASE_PARAM(phy_antennas, phy_antenna_gen_params),
	KUNIT_CASE_PARAM(phy_bands, phy_chan_gen_params),
	KUNIT_CASE_PARAM(phy_aggregation, phy_ba_gen_params),
	{}
};

static struct kunit_suite phy_suite = {
	.name = "skua_phy",
	.init = skua_fake_init,
	.test_cases = phy_cases,
};

kunit_test_suite(phy_suite);
