// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - capabilities announced to mac80211: bands, channels, interface
 * combinations, flags
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "key.h"

/* Channel numbers; cfg80211 knows the centre frequencies. */
static const u8 skua_chans_2ghz[] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
};

static const u8 skua_chans_5ghz[] = {
	36, 40, 44, 48, 52, 56, 60, 64,
	100, 104, 108, 112, 116, 120, 124, 128, 132, 136, 140, 144,
	149, 153, 157, 161, 165, 169, 173, 177,
};

static const u8 skua_chans_6ghz[] = {
	1, 5, 9, 13, 17, 21, 25, 29, 33, 37, 41, 45, 49, 53, 57,
	61, 65, 69, 73, 77, 81, 85, 89, 93, 97, 101, 105, 109, 113, 117,
	121, 125, 129, 133, 137, 141, 145, 149, 153, 157, 161, 165, 169, 173,
	177, 181, 185, 189, 193, 197, 201, 205, 209, 213, 217, 221, 225, 229,
	233,
};

static const struct {
	enum nl80211_band band;
	u8 cap;
	const u8 *chans;
	unsigned int n;
} skua_band_defs[] = {
	{ NL80211_BAND_2GHZ, SKUA_BAND_2GHZ, skua_chans_2ghz,
	  ARRAY_SIZE(skua_chans_2ghz) },
	{ NL80211_BAND_5GHZ, SKUA_BAND_5GHZ, skua_chans_5ghz,
	  ARRAY_SIZE(skua_chans_5ghz) },
	{ NL80211_BAND_6GHZ, SKUA_BAND_6GHZ, skua_chans_6ghz,
	  ARRAY_SIZE(skua_chans_6ghz) },
};

/* ------------------------------------------------------------------ */
/* HT, VHT, HE								*/
/* ------------------------------------------------------------------ */

/* Spatial streams with the antennas that the user has chosen */
static unsigned int skua_streams(const struct skua *sc)
{
	return min_t(unsigned int, sc->caps.nss, hweight8(sc->antennas));
}

static void skua_ht_caps(const struct skua *sc, struct ieee80211_sta_ht_cap *ht)
{
	unsigned int i;

	if (!skua_has(sc, SKUA_FEAT_HT))
		return;
	ht->ht_supported = true;
	ht->cap = IEEE80211_HT_CAP_SGI_20 | IEEE80211_HT_CAP_LDPC_CODING |
		  IEEE80211_HT_CAP_SM_PS | IEEE80211_HT_CAP_MAX_AMSDU |
		  1 << IEEE80211_HT_CAP_RX_STBC_SHIFT;
	if (skua_streams(sc) > 1)
		ht->cap |= IEEE80211_HT_CAP_TX_STBC;
	if (sc->caps.max_bw >= SKUA_BW_40)
		ht->cap |= IEEE80211_HT_CAP_SUP_WIDTH_20_40 |
			   IEEE80211_HT_CAP_SGI_40 |
			   IEEE80211_HT_CAP_DSSSCCK40;
	ht->ampdu_factor = IEEE80211_HT_MAX_AMPDU_64K;
	ht->ampdu_density = IEEE80211_HT_MPDU_DENSITY_NONE;
	for (i = 0; i < min(skua_streams(sc), 4U); i++)
		ht->mcs.rx_mask[i] = 0xff;
	ht->mcs.tx_params = IEEE80211_HT_MCS_TX_DEFINED;
}

/* Two bits for each stream: @support for the first @nss, none for the others. */
static u16 skua_mcs_map(unsigned int nss, u16 support)
{
	u16 map = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		map |= (i < nss ? support : 3) << (2 * i);
	return map;
}

/* Encoded for the VHT capabilities; those of HE in 6 GHz use the same values. */
static u16 skua_mpdu_len(const struct skua *sc)
{
	if (sc->caps.max_mpdu >= 11454)
		return IEEE80211_VHT_CAP_MAX_MPDU_LENGTH_11454;
	if (sc->caps.max_mpdu >= 7991)
		return IEEE80211_VHT_CAP_MAX_MPDU_LENGTH_7991;
	return IEEE80211_VHT_CAP_MAX_MPDU_LENGTH_3895;
}

static void skua_vht_caps(const struct skua *sc,
			  struct ieee80211_sta_vht_cap *vht)
{
	__le16 map = cpu_to_le16(skua_mcs_map(skua_streams(sc),
					      IEEE80211_VHT_MCS_SUPPORT_0_9));

	if (!skua_has(sc, SKUA_FEAT_VHT) || sc->caps.max_bw < SKUA_BW_80)
		return;
	vht->vht_supported = true;
	vht->cap = IEEE80211_VHT_CAP_RXLDPC | IEEE80211_VHT_CAP_SHORT_GI_80 |
		   IEEE80211_VHT_CAP_RXSTBC_1 | skua_mpdu_len(sc) |
		   IEEE80211_VHT_CAP_MAX_A_MPDU_LENGTH_EXPONENT_MASK;
	if (skua_streams(sc) > 1)
		vht->cap |= IEEE80211_VHT_CAP_TXSTBC;
	if (sc->caps.max_bw >= SKUA_BW_160)
		vht->cap |= IEEE80211_VHT_CAP_SUPP_CHAN_WIDTH_160MHZ |
			    IEEE80211_VHT_CAP_SHORT_GI_160;
	vht->vht_mcs.rx_mcs_map = map;
	vht->vht_mcs.tx_mcs_map = map;
}

static u8 skua_he_widths(const struct skua *sc, enum nl80211_band band)
{
	u8 widths = 0;

	if (band == NL80211_BAND_2GHZ) {
		if (sc->caps.max_bw >= SKUA_BW_40)
			widths |= IEEE80211_HE_PHY_CAP0_CHANNEL_WIDTH_SET_40MHZ_IN_2G;
		return widths;
	}
	if (sc->caps.max_bw >= SKUA_BW_80)
		widths |= IEEE80211_HE_PHY_CAP0_CHANNEL_WIDTH_SET_40MHZ_80MHZ_IN_5G;
	if (sc->caps.max_bw >= SKUA_BW_160)
		widths |= IEEE80211_HE_PHY_CAP0_CHANNEL_WIDTH_SET_160MHZ_IN_5G;
	return widths;
}

static __le16 skua_he_6ghz_capa(const struct skua *sc)
{
	/* The antenna patterns never change; hostapd requires this by default. */
	return cpu_to_le16(IEEE80211_HE_6GHZ_CAP_RX_ANTPAT_CONS |
			   IEEE80211_HE_6GHZ_CAP_TX_ANTPAT_CONS) |
	       le16_encode_bits(IEEE80211_VHT_MAX_AMPDU_1024K,
				IEEE80211_HE_6GHZ_CAP_MAX_AMPDU_LEN_EXP) |
	       le16_encode_bits(skua_mpdu_len(sc),
				IEEE80211_HE_6GHZ_CAP_MAX_MPDU_LEN) |
	       le16_encode_bits(WLAN_HT_CAP_SM_PS_DISABLED,
				IEEE80211_HE_6GHZ_CAP_SM_PS);
}

static void skua_he_caps(const struct skua *sc, enum nl80211_band band,
			 struct ieee80211_sband_iftype_data *data)
{
	struct ieee80211_sta_he_cap *he = &data->he_cap;
	struct ieee80211_he_cap_elem *elem = &he->he_cap_elem;
	u16 map = skua_mcs_map(skua_streams(sc), IEEE80211_HE_MCS_SUPPORT_0_11);

	data->types_mask = BIT(NL80211_IFTYPE_STATION) |
			   BIT(NL80211_IFTYPE_AP) |
			   BIT(NL80211_IFTYPE_P2P_CLIENT) |
			   BIT(NL80211_IFTYPE_P2P_GO) |
			   BIT(NL80211_IFTYPE_MESH_POINT);
	he->has_he = true;
	if (skua_has(sc, SKUA_FEAT_RX_AMPDU))
		elem->mac_cap_info[3] |= IEEE80211_HE_MAC_CAP3_MAX_AMPDU_LEN_EXP_EXT_3;
	elem->phy_cap_info[0] = skua_he_widths(sc, band);
	elem->phy_cap_info[1] = IEEE80211_HE_PHY_CAP1_DEVICE_CLASS_A |
				IEEE80211_HE_PHY_CAP1_LDPC_CODING_IN_PAYLOAD;
	elem->phy_cap_info[2] = IEEE80211_HE_PHY_CAP2_NDP_4x_LTF_AND_3_2US |
				IEEE80211_HE_PHY_CAP2_STBC_RX_UNDER_80MHZ;
	if (skua_streams(sc) > 1)
		elem->phy_cap_info[2] |= IEEE80211_HE_PHY_CAP2_STBC_TX_UNDER_80MHZ;
	he->he_mcs_nss_supp.rx_mcs_80 = cpu_to_le16(map);
	he->he_mcs_nss_supp.tx_mcs_80 = cpu_to_le16(map);
	if (band == NL80211_BAND_2GHZ || sc->caps.max_bw < SKUA_BW_160)
		map = 0xffff;
	he->he_mcs_nss_supp.rx_mcs_160 = cpu_to_le16(map);
	he->he_mcs_nss_supp.tx_mcs_160 = cpu_to_le16(map);
	he->he_mcs_nss_supp.rx_mcs_80p80 = cpu_to_le16(0xffff);
	he->he_mcs_nss_supp.tx_mcs_80p80 = cpu_to_le16(0xffff);
	if (band == NL80211_BAND_6GHZ)
		data->he_6ghz_capa.capa = skua_he_6ghz_capa(sc);
}

/* ------------------------------------------------------------------ */
/* Bands								*/
/* ------------------------------------------------------------------ */

/**
 * struct skua_band - memory of one band
 * @sband: the band, which wiphy->bands points to
 * @he: its HE capabilities
 * @rates: its legacy rates
 * @chans: its channels; the regulatory code changes their flags and power
 */
struct skua_band {
	struct ieee80211_supported_band sband;
	struct ieee80211_sband_iftype_data he;
	struct ieee80211_rate rates[SKUA_NUM_LEGACY];
	struct ieee80211_channel chans[];
};

/* HT, VHT and HE capabilities; for the second time if the antennas have changed */
static void skua_band_caps(const struct skua *sc, struct skua_band *b)
{
	struct ieee80211_supported_band *sband = &b->sband;

	memset(&sband->ht_cap, 0, sizeof(sband->ht_cap));
	memset(&sband->vht_cap, 0, sizeof(sband->vht_cap));
	memset(&b->he, 0, sizeof(b->he));
	if (sband->band != NL80211_BAND_6GHZ)
		skua_ht_caps(sc, &sband->ht_cap);
	if (sband->band == NL80211_BAND_5GHZ)
		skua_vht_caps(sc, &sband->vht_cap);
	if (skua_has(sc, SKUA_FEAT_HE))
		skua_he_caps(sc, sband->band, &b->he);
}

static int skua_band_init(struct skua *sc, unsigned int n)
{
	enum nl80211_band band = skua_band_defs[n].band;
	unsigned int nchans = skua_band_defs[n].n, i;
	struct ieee80211_supported_band *sband;
	struct skua_band *b;

	b = devm_kzalloc(sc->dev, struct_size(b, chans, nchans), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	for (i = 0; i < nchans; i++) {
		u8 number = skua_band_defs[n].chans[i];

		b->chans[i] = (struct ieee80211_channel) {
			.band = band,
			.center_freq = ieee80211_channel_to_frequency(number, band),
			.max_power = sc->caps.max_power,
		};
	}
	sband = &b->sband;
	sband->band = band;
	sband->channels = b->chans;
	sband->n_channels = nchans;
	sband->bitrates = b->rates;
	sband->n_bitrates = skua_bitrates(band, b->rates);
	skua_band_caps(sc, b);
	if (skua_has(sc, SKUA_FEAT_HE))
		_ieee80211_set_sband_iftype_data(sband, &b->he, 1);
	sc->hw->wiphy->bands[band] = sband;
	return 0;
}

static int skua_bands_init(struct skua *sc)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(skua_band_defs); i++) {
		if (!(sc->caps.bands & skua_band_defs[i].cap))
			continue;
		/* Stations in 6 GHz need HE. */
		if (skua_band_defs[i].band == NL80211_BAND_6GHZ &&
		    !skua_has(sc, SKUA_FEAT_HE))
			continue;
		ret = skua_band_init(sc, i);
		if (ret)
			return ret;
		sc->nchans += skua_band_defs[i].n;
	}
	/* cfg80211 would warn of a device without a band. */
	if (!sc->nchans)
		return -EOPNOTSUPP;
	sc->survey = devm_kcalloc(sc->dev, sc->nchans, sizeof(*sc->survey),
				  GFP_KERNEL);
	return sc->survey ? 0 : -ENOMEM;
}

/**
 * skua_op_get_antenna() - ieee80211_ops.get_antenna
 * @hw: the device
 * @tx_ant: bit mask of antennas
 * @rx_ant: bit mask of antennas
 *
 * Return: 0.
 */
int skua_op_get_antenna(struct ieee80211_hw *hw, u32 *tx_ant, u32 *rx_ant)
{
	struct skua *sc = hw->priv;

	*tx_ant = sc->antennas;
	*rx_ant = sc->antennas;
	return 0;
}

/**
 * skua_op_set_antenna() - ieee80211_ops.set_antenna
 * @hw: the device; mac80211 calls this only while no interface is up
 * @tx_ant: bit mask of antennas
 * @rx_ant: bit mask of antennas
 *
 * Each antenna that is left is a spatial stream: the capabilities change, and with
 * them the rates that the next association negotiates. Wiphy mutex.
 *
 * Return: 0; -EOPNOTSUPP if transmitter and receiver would have different antennas;
 * -EINVAL without any, or for one that the NIC does not have.
 */
int skua_op_set_antenna(struct ieee80211_hw *hw, u32 tx_ant, u32 rx_ant)
{
	struct ieee80211_supported_band *sband;
	struct skua *sc = hw->priv;
	unsigned int i;

	lockdep_assert_wiphy(hw->wiphy);
	if (tx_ant != rx_ant)
		return -EOPNOTSUPP;
	if (!tx_ant || tx_ant & ~hw->wiphy->available_antennas_tx)
		return -EINVAL;
	sc->antennas = tx_ant;
	for (i = 0; i < NUM_NL80211_BANDS; i++) {
		sband = hw->wiphy->bands[i];
		if (sband)
			skua_band_caps(sc, container_of(sband, struct skua_band,
							sband));
	}
	return 0;
}

/* ------------------------------------------------------------------ */
/* Registration								*/
/* ------------------------------------------------------------------ */

/* The NIC detects radars on the whole width of a channel. */
static u8 skua_radar_widths(const struct skua *sc)
{
	u8 widths = BIT(NL80211_CHAN_WIDTH_20_NOHT) | BIT(NL80211_CHAN_WIDTH_20);

	if (sc->caps.max_bw >= SKUA_BW_40)
		widths |= BIT(NL80211_CHAN_WIDTH_40);
	if (sc->caps.max_bw >= SKUA_BW_80)
		widths |= BIT(NL80211_CHAN_WIDTH_80);
	if (sc->caps.max_bw >= SKUA_BW_160)
		widths |= BIT(NL80211_CHAN_WIDTH_160);
	return widths;
}

static int skua_combinations_init(struct skua *sc)
{
	struct ieee80211_iface_combination *comb;
	struct ieee80211_iface_limit *limits;
	struct wiphy *wiphy = sc->hw->wiphy;
	unsigned int i;

	comb = devm_kzalloc(sc->dev, sizeof(*comb), GFP_KERNEL);
	limits = devm_kcalloc(sc->dev, 3, sizeof(*limits), GFP_KERNEL);
	if (!comb || !limits)
		return -ENOMEM;
	limits[0].types = BIT(NL80211_IFTYPE_STATION) |
			  BIT(NL80211_IFTYPE_AP) |
			  BIT(NL80211_IFTYPE_P2P_CLIENT) |
			  BIT(NL80211_IFTYPE_P2P_GO) |
			  BIT(NL80211_IFTYPE_MESH_POINT);
	/* mac80211's own monitor interface needs a handle as well. */
	limits[0].max = max_t(u16, sc->caps.vifs, 2) - 1;
	limits[1].types = BIT(NL80211_IFTYPE_ADHOC);
	limits[1].max = 1;
	limits[2].types = BIT(NL80211_IFTYPE_P2P_DEVICE);
	limits[2].max = 1;
	comb->limits = limits;
	comb->n_limits = skua_p2p_device ? 3 : 2;
	for (i = 0; i < comb->n_limits; i++)
		wiphy->interface_modes |= limits[i].types;
	/* A combination is of two at least, or cfg80211 warns. */
	comb->max_interfaces = max_t(u16, limits[0].max, 2);
	comb->num_different_channels = skua_single_channel ?
				       1 : sc->caps.channels;
	comb->beacon_int_infra_match = false;
	/* mac80211 allows radar detection with one channel only. */
	if (skua_has(sc, SKUA_FEAT_RADAR) && comb->num_different_channels == 1)
		comb->radar_detect_widths = skua_radar_widths(sc);
	if (comb->radar_detect_widths)
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_DFS_CONCURRENT);
	wiphy->iface_combinations = comb;
	wiphy->n_iface_combinations = 1;
	return 0;
}

static void skua_hw_flags(struct skua *sc)
{
	struct ieee80211_hw *hw = sc->hw;

	ieee80211_hw_set(hw, HAS_RATE_CONTROL);
	ieee80211_hw_set(hw, SIGNAL_DBM);
	ieee80211_hw_set(hw, MFP_CAPABLE);
	ieee80211_hw_set(hw, AP_LINK_PS);
	ieee80211_hw_set(hw, WANT_MONITOR_VIF);
	ieee80211_hw_set(hw, REPORTS_TX_ACK_STATUS);
	ieee80211_hw_set(hw, SUPPORT_FAST_XMIT);
	ieee80211_hw_set(hw, SUPPORTS_CLONED_SKBS);
	ieee80211_hw_set(hw, SUPPORTS_PER_STA_GTK);
	ieee80211_hw_set(hw, CHANCTX_STA_CSA);
	if (skua_has(sc, SKUA_FEAT_HW_SCAN))
		ieee80211_hw_set(hw, SINGLE_SCAN_ON_ALL_BANDS);
	/* The NIC knows when its radio is away, and mac80211 does not. */
	if (skua_has(sc, SKUA_FEAT_CONN_MONITOR))
		ieee80211_hw_set(hw, CONNECTION_MONITOR);
}

/* Most MPDUs in a window: compressed Block Acks of 64, or with HE of 256 */
static u16 skua_ba_window(const struct skua *sc)
{
	return skua_has(sc, SKUA_FEAT_HE) ? IEEE80211_MAX_AMPDU_BUF_HE :
					    IEEE80211_MAX_AMPDU_BUF_HT;
}

/* Block Ack sessions and A-MSDUs, as far as the NIC has them */
static void skua_aggregation_init(struct skua *sc)
{
	struct ieee80211_hw *hw = sc->hw;

	if (skua_has(sc, SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU))
		ieee80211_hw_set(hw, AMPDU_AGGREGATION);
	if (skua_has(sc, SKUA_FEAT_RX_REORDER))
		ieee80211_hw_set(hw, SUPPORTS_REORDERING_BUFFER);
	if (skua_has(sc, SKUA_FEAT_RX_AMPDU)) {
		ieee80211_hw_set(hw, SUPPORTS_AMSDU_IN_AMPDU);
		hw->max_rx_aggregation_subframes = skua_ba_window(sc);
	}
	if (!skua_has(sc, SKUA_FEAT_TX_AMPDU))
		return;
	/* An A-MPDU has one key, so sessions outlive a new key with Extended Key ID. */
	ieee80211_hw_set(hw, AMPDU_KEYBORDER_SUPPORT);
	hw->max_tx_aggregation_subframes = skua_ba_window(sc);
	if (!skua_tx_amsdu)
		return;
	ieee80211_hw_set(hw, TX_AMSDU);
	ieee80211_hw_set(hw, TX_FRAG_LIST);
	hw->max_tx_fragments = SKUA_TXD_MAX_SEGS;
}

/*
 * 802.3 frames, checksums and segmentation, as far as the NIC has them. mac80211 considers
 * decapsulation only if encapsulation is there, too: see skua_op_update_vif_offload().
 */
static void skua_offload_init(struct skua *sc)
{
	struct ieee80211_hw *hw = sc->hw;

	if (skua_has(sc, SKUA_FEAT_TX_ENCAP | SKUA_FEAT_RX_DECAP))
		ieee80211_hw_set(hw, SUPPORTS_TX_ENCAP_OFFLOAD);
	if (skua_has(sc, SKUA_FEAT_RX_DECAP))
		ieee80211_hw_set(hw, SUPPORTS_RX_DECAP_OFFLOAD);
	if (skua_has(sc, SKUA_FEAT_TX_CSUM))
		hw->netdev_features |= NETIF_F_SG | NETIF_F_HIGHDMA |
				       NETIF_F_HW_CSUM;
	if (skua_has(sc, SKUA_FEAT_TX_GSO))
		hw->netdev_features |= NETIF_F_TSO | NETIF_F_TSO_ECN |
				       NETIF_F_TSO6;
	if (skua_has(sc, SKUA_FEAT_RX_CSUM))
		hw->netdev_features |= NETIF_F_RXCSUM;
}

/* Features that need no optional feature of the NIC. */
static const enum nl80211_ext_feature_index skua_ext_features[] = {
	NL80211_EXT_FEATURE_AQL,
	NL80211_EXT_FEATURE_AIRTIME_FAIRNESS,
	NL80211_EXT_FEATURE_ACK_SIGNAL_SUPPORT,
	NL80211_EXT_FEATURE_BEACON_RATE_LEGACY,
	NL80211_EXT_FEATURE_CQM_RSSI_LIST,
	NL80211_EXT_FEATURE_MULTICAST_REGISTRATIONS,
	NL80211_EXT_FEATURE_SCAN_MIN_PREQ_CONTENT,
};

/*
 * Two interfaces with one address would both get frames to that address, and a
 * P2P device would answer beside its station. The first address is the NIC's
 * own; the others are local addresses.
 */
static void skua_addresses_init(struct skua *sc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sc->addresses); i++) {
		ether_addr_copy(sc->addresses[i].addr, sc->caps.mac);
		if (!i)
			continue;
		sc->addresses[i].addr[0] ^= i << 6;
		sc->addresses[i].addr[0] |= 0x02;
	}
	sc->hw->wiphy->addresses = sc->addresses;
	sc->hw->wiphy->n_addresses = ARRAY_SIZE(sc->addresses);
}

static void skua_wiphy_init(struct skua *sc)
{
	struct wiphy *wiphy = sc->hw->wiphy;
	unsigned int i;

	SET_IEEE80211_PERM_ADDR(sc->hw, sc->caps.mac);
	skua_addresses_init(sc);
	skua_key_phy_init(sc);
	wiphy->available_antennas_tx = BIT(sc->caps.chains) - 1;
	wiphy->available_antennas_rx = BIT(sc->caps.chains) - 1;
	wiphy->flags |= WIPHY_FLAG_IBSS_RSN | WIPHY_FLAG_HAS_CHANNEL_SWITCH |
			WIPHY_FLAG_SUPPORTS_TDLS;
	wiphy->flags &= ~WIPHY_FLAG_PS_ON_BY_DEFAULT;
	/* Rate control has four stages of rates, for which 7 and 4 are too few. */
	wiphy->retry_short = SKUA_RETRY_DEFAULT;
	wiphy->retry_long = SKUA_RETRY_DEFAULT;
	sc->hw->conf.short_frame_max_tx_count = SKUA_RETRY_DEFAULT;
	sc->hw->conf.long_frame_max_tx_count = SKUA_RETRY_DEFAULT;
	/* The radio always receives with all chains. */
	wiphy->features |= NL80211_FEATURE_AP_MODE_CHAN_WIDTH_CHANGE |
			   NL80211_FEATURE_STATIC_SMPS |
			   NL80211_FEATURE_DYNAMIC_SMPS;
	if (skua_has(sc, SKUA_FEAT_HW_SCAN)) {
		/* Between two scanned channels an access point is on its own. */
		wiphy->features |= NL80211_FEATURE_SCAN_RANDOM_MAC_ADDR |
				   NL80211_FEATURE_AP_SCAN;
		wiphy->max_scan_ssids = sc->caps.scan_ssids;
		wiphy->max_scan_ie_len = sc->caps.scan_ie_len;
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_SET_SCAN_DWELL);
	}
	if (skua_has(sc, SKUA_FEAT_ROC)) {
		wiphy->flags |= WIPHY_FLAG_HAS_REMAIN_ON_CHANNEL;
		wiphy->max_remain_on_channel_duration = SKUA_MAX_ROC_MS;
	}
	for (i = 0; i < ARRAY_SIZE(skua_ext_features); i++)
		wiphy_ext_feature_set(wiphy, skua_ext_features[i]);
	if (skua_has(sc, SKUA_FEAT_HT))
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_BEACON_RATE_HT);
	if (skua_has(sc, SKUA_FEAT_VHT)) {
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_BEACON_RATE_VHT);
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_VHT_IBSS);
	}
	if (skua_has(sc, SKUA_FEAT_HE))
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_BEACON_RATE_HE);
	strscpy(wiphy->fw_version, sc->caps.fw_version);
	wiphy->hw_version = SKUA_ABI_MAJOR << 16 | SKUA_ABI_MINOR;
}

/**
 * skua_phy_init() - fill in the data that mac80211 needs to register the device
 * @sc: the device; skua.caps is known and key.c is ready
 *
 * Process context, in probe. All memory is device-managed.
 *
 * Return: 0, -ENOMEM, or -EOPNOTSUPP if the NIC has no band that the driver can use.
 */
int skua_phy_init(struct skua *sc)
{
	struct ieee80211_hw *hw = sc->hw;
	int ret;

	hw->queues = IEEE80211_NUM_ACS;
	hw->max_rates = 4;
	hw->max_report_rates = 1;
	hw->max_rate_tries = 7;
	hw->vif_data_size = sizeof(struct skua_vif);
	hw->sta_data_size = sizeof(struct skua_sta);
	hw->chanctx_data_size = SKUA_CHANCTX_PRIV;
	sc->txpower = sc->caps.max_power;
	sc->rts_threshold = U32_MAX;
	sc->antennas = BIT(sc->caps.chains) - 1;

	ret = skua_bands_init(sc);
	if (!ret)
		ret = skua_combinations_init(sc);
	if (ret)
		return ret;
	skua_hw_flags(sc);
	skua_aggregation_init(sc);
	skua_offload_init(sc);
	skua_wiphy_init(sc);
	return 0;
}
