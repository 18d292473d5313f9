// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - rates and channels between hw.h's words and mac80211's
 */
#include <linux/unaligned.h>

#include "skua.h"

static const u16 skua_rates[SKUA_NUM_LEGACY] = SKUA_LEGACY_RATES;

/* CCK rates exist in 2.4 GHz only. */
static unsigned int skua_first_rate(enum nl80211_band band)
{
	return band == NL80211_BAND_2GHZ ? 0 : SKUA_NUM_CCK;
}

/**
 * skua_bitrates() - the legacy rates of a band as mac80211 wants them
 * @band: the band
 * @rates: array to fill
 *
 * Return: how many there are.
 */
int skua_bitrates(enum nl80211_band band,
		  struct ieee80211_rate rates[SKUA_NUM_LEGACY])
{
	unsigned int first = skua_first_rate(band), i;

	for (i = first; i < SKUA_NUM_LEGACY; i++) {
		rates[i - first] = (struct ieee80211_rate) {
			.bitrate = skua_rates[i],
		};
		/* DSSS at 1 Mbit/s always has the long preamble. */
		if (i > 0 && i < SKUA_NUM_CCK)
			rates[i - first].flags = IEEE80211_RATE_SHORT_PREAMBLE;
	}
	return SKUA_NUM_LEGACY - first;
}

/**
 * skua_legacy_mask() - convert a mask over a band's rates for the NIC
 * @band: the band
 * @rates: bit for each index into the band's rates
 *
 * Return: mask as in skua_cmd_vif.basic_rates.
 */
u32 skua_legacy_mask(enum nl80211_band band, u32 rates)
{
	return (rates << skua_first_rate(band)) &
	       GENMASK(SKUA_NUM_LEGACY - 1, 0);
}

/**
 * skua_legacy_rate() - rate word of a legacy rate
 * @band: the band
 * @idx: index into the band's rates
 *
 * Return: the word, or 0 if there is no such rate.
 */
u32 skua_legacy_rate(enum nl80211_band band, u8 idx)
{
	unsigned int i = skua_first_rate(band) + idx;

	if (i >= SKUA_NUM_LEGACY)
		return 0;
	return FIELD_PREP(SKUA_RATE_IDX, skua_rates[i]);
}

/**
 * skua_rate_mask() - the rates that a user allows, for the NIC
 * @out: to fill
 * @band: the band
 * @mask: of all bands
 */
void skua_rate_mask(struct skua_rate_mask *out, enum nl80211_band band,
		    const struct cfg80211_bitrate_mask *mask)
{
	const typeof(mask->control[0]) *rates = &mask->control[band];
	unsigned int i;

	memset(out, 0, sizeof(*out));
	out->legacy = cpu_to_le32(skua_legacy_mask(band, rates->legacy));
	out->ht_mcs = cpu_to_le32(get_unaligned_le32(rates->ht_mcs));
	for (i = 0; i < ARRAY_SIZE(out->vht_mcs); i++) {
		out->vht_mcs[i] = cpu_to_le16(rates->vht_mcs[i]);
		out->he_mcs[i] = cpu_to_le16(rates->he_mcs[i]);
	}
	if (rates->gi == NL80211_TXRATE_FORCE_LGI)
		out->flags = SKUA_MASKF_LONG_GI;
	if (rates->he_gi == NL80211_RATE_INFO_HE_GI_1_6)
		out->gi = SKUA_GI_1_6;
	else if (rates->he_gi == NL80211_RATE_INFO_HE_GI_3_2)
		out->gi = SKUA_GI_3_2;
}
EXPORT_SYMBOL_IF_KUNIT(skua_rate_mask);

/* The only MCS of masks over MCSs; each number of streams has a mask. */
static u32 skua_one_mcs(enum skua_enc enc, const u16 *mcs, unsigned int nss)
{
	unsigned int i;

	for (i = 0; i < nss; i++)
		if (mcs[i])
			return FIELD_PREP(SKUA_RATE_ENC, enc) |
			       FIELD_PREP(SKUA_RATE_NSS, i + 1) |
			       FIELD_PREP(SKUA_RATE_IDX, __ffs(mcs[i]));
	return 0;
}

/**
 * skua_beacon_rate() - the rate word that a user chose for beacons
 * @band: the band
 * @mask: all zero, or exactly one rate, as cfg80211 has checked
 *
 * Return: the word, or 0 for none: the lowest basic rate.
 */
u32 skua_beacon_rate(enum nl80211_band band,
		     const struct cfg80211_bitrate_mask *mask)
{
	const typeof(mask->control[0]) *rates = &mask->control[band];
	unsigned int i;
	u32 word;

	if (rates->legacy)
		return skua_legacy_rate(band, __ffs(rates->legacy));
	for (i = 0; i < ARRAY_SIZE(rates->ht_mcs); i++)
		if (rates->ht_mcs[i])
			return FIELD_PREP(SKUA_RATE_ENC, SKUA_ENC_HT) |
			       FIELD_PREP(SKUA_RATE_IDX,
					  8 * i + __ffs(rates->ht_mcs[i]));
	word = skua_one_mcs(SKUA_ENC_VHT, rates->vht_mcs,
			    ARRAY_SIZE(rates->vht_mcs));
	return word ?: skua_one_mcs(SKUA_ENC_HE, rates->he_mcs,
				    ARRAY_SIZE(rates->he_mcs));
}

/* Index into the band's rates, or -EINVAL. */
static int skua_legacy_idx(enum nl80211_band band, u32 rate100k)
{
	unsigned int first = skua_first_rate(band), i;

	for (i = first; i < SKUA_NUM_LEGACY; i++)
		if (skua_rates[i] == rate100k)
			return i - first;
	return -EINVAL;
}

/* ------------------------------------------------------------------ */
/* Rate words								*/
/* ------------------------------------------------------------------ */

static const u8 skua_bw_to_rate_info[] = {
	[SKUA_BW_20]	= RATE_INFO_BW_20,
	[SKUA_BW_40]	= RATE_INFO_BW_40,
	[SKUA_BW_80]	= RATE_INFO_BW_80,
	[SKUA_BW_160]	= RATE_INFO_BW_160,
	[SKUA_BW_320]	= RATE_INFO_BW_320,
};

/**
 * struct skua_rate - a rate word taken apart
 * @idx: rate in 100 kbit/s, or MCS
 * @nss: spatial streams
 * @enc: enum skua_enc
 * @bw: enum skua_bw
 * @gi: enum skua_gi
 */
struct skua_rate {
	u16 idx;
	u8 nss;
	u8 enc;
	u8 bw;
	u8 gi;
};

/* Takes a word of the NIC apart, and checks each field for its encoding. */
static int skua_rate_parse(u32 word, struct skua_rate *r)
{
	static const struct {
		u8 max_idx;
		u8 max_bw;
		u8 max_gi;
		u8 max_nss;
	} limit[] = {
		[SKUA_ENC_HT]	= { 31, SKUA_BW_40, SKUA_GI_SHORT, 0 },
		/* mac80211's airtime of VHT ends at four streams, with a warning */
		[SKUA_ENC_VHT]	= { 11, SKUA_BW_160, SKUA_GI_SHORT, 4 },
		[SKUA_ENC_HE]	= { 11, SKUA_BW_160, SKUA_GI_3_2, 8 },
		[SKUA_ENC_EHT]	= { 15, SKUA_BW_320, SKUA_GI_3_2, 8 },
	};

	r->idx = FIELD_GET(SKUA_RATE_IDX, word);
	r->nss = FIELD_GET(SKUA_RATE_NSS, word);
	r->enc = FIELD_GET(SKUA_RATE_ENC, word);
	r->bw = FIELD_GET(SKUA_RATE_BW, word);
	r->gi = FIELD_GET(SKUA_RATE_GI, word);
	if (r->enc == SKUA_ENC_LEGACY)
		return r->bw == SKUA_BW_20 ? 0 : -EINVAL;
	if (r->enc > SKUA_ENC_EHT || r->idx > limit[r->enc].max_idx ||
	    r->bw > limit[r->enc].max_bw || r->gi > limit[r->enc].max_gi)
		return -EINVAL;
	/* HE has no 0.4 us interval. */
	if (r->enc >= SKUA_ENC_HE && r->gi == SKUA_GI_SHORT)
		return -EINVAL;
	if (r->enc != SKUA_ENC_HT &&
	    (r->nss < 1 || r->nss > limit[r->enc].max_nss))
		return -EINVAL;
	/* EHT MCS 14 is a duplicate on 80 MHz and wider, with one stream. */
	if (r->enc == SKUA_ENC_EHT && r->idx == 14 &&
	    (r->bw < SKUA_BW_80 || r->nss != 1))
		return -EINVAL;
	return 0;
}

static enum nl80211_he_gi skua_he_gi(u8 gi)
{
	switch (gi) {
	case SKUA_GI_1_6:
		return NL80211_RATE_INFO_HE_GI_1_6;
	case SKUA_GI_3_2:
		return NL80211_RATE_INFO_HE_GI_3_2;
	default:
		return NL80211_RATE_INFO_HE_GI_0_8;
	}
}

static enum nl80211_eht_gi skua_eht_gi(u8 gi)
{
	switch (gi) {
	case SKUA_GI_1_6:
		return NL80211_RATE_INFO_EHT_GI_1_6;
	case SKUA_GI_3_2:
		return NL80211_RATE_INFO_EHT_GI_3_2;
	default:
		return NL80211_RATE_INFO_EHT_GI_0_8;
	}
}

static u8 skua_rx_enc_flags(u32 word, const struct skua_rate *r)
{
	u8 flags = 0;

	if (word & SKUA_RATE_LDPC)
		flags |= RX_ENC_FLAG_LDPC;
	if (word & SKUA_RATE_STBC)
		flags |= 1 << RX_ENC_FLAG_STBC_SHIFT;
	if (word & SKUA_RATE_SHORTPRE && r->enc == SKUA_ENC_LEGACY)
		flags |= RX_ENC_FLAG_SHORTPRE;
	if (word & SKUA_RATE_GREENFIELD && r->enc == SKUA_ENC_HT)
		flags |= RX_ENC_FLAG_HT_GF;
	if (r->gi == SKUA_GI_SHORT && r->enc != SKUA_ENC_LEGACY)
		flags |= RX_ENC_FLAG_SHORT_GI;
	return flags;
}

/* Band of a channel by its centre; NUM_NL80211_BANDS if there is none. */
static enum nl80211_band skua_nl_band(u16 freq)
{
	switch (skua_freq_band(freq)) {
	case SKUA_BAND_2GHZ:
		return NL80211_BAND_2GHZ;
	case SKUA_BAND_5GHZ:
		return NL80211_BAND_5GHZ;
	case SKUA_BAND_6GHZ:
		return NL80211_BAND_6GHZ;
	default:
		return NUM_NL80211_BANDS;
	}
}

/**
 * skua_rate_to_rx() - channel and rate word as receive status
 * @word: rate word of the NIC
 * @freq: frequency from the NIC, MHz
 * @st: zeroed; gets channel, encoding and rate
 *
 * Return: 0, or -EINVAL if there is no such channel, or no such rate there.
 */
int skua_rate_to_rx(u32 word, u16 freq, struct ieee80211_rx_status *st)
{
	enum nl80211_band band = skua_nl_band(freq);
	struct skua_rate r;
	int idx;

	if (band == NUM_NL80211_BANDS || skua_rate_parse(word, &r))
		return -EINVAL;
	st->band = band;
	st->freq = freq;
	st->enc_flags = skua_rx_enc_flags(word, &r);
	st->bw = skua_bw_to_rate_info[r.bw];
	st->rate_idx = r.idx;
	st->nss = r.nss;
	switch (r.enc) {
	case SKUA_ENC_LEGACY:
		idx = skua_legacy_idx(st->band, r.idx);
		if (idx < 0)
			return idx;
		st->rate_idx = idx;
		st->nss = 0;
		st->encoding = RX_ENC_LEGACY;
		break;
	case SKUA_ENC_HT:
		st->nss = 0;
		st->encoding = RX_ENC_HT;
		break;
	case SKUA_ENC_VHT:
		st->encoding = RX_ENC_VHT;
		break;
	case SKUA_ENC_HE:
		st->encoding = RX_ENC_HE;
		st->he_gi = skua_he_gi(r.gi);
		st->he_dcm = !!(word & SKUA_RATE_DCM);
		break;
	default:
		st->encoding = RX_ENC_EHT;
		st->eht.gi = skua_eht_gi(r.gi);
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(skua_rate_to_rx);

/**
 * skua_rate_to_info() - a rate word as cfg80211's rate information
 * @word: rate word of the NIC
 * @info: the answer
 *
 * Return: 0, or -EINVAL if the word is 0 or names no rate.
 */
int skua_rate_to_info(u32 word, struct rate_info *info)
{
	struct skua_rate r;

	memset(info, 0, sizeof(*info));
	if (!word || skua_rate_parse(word, &r))
		return -EINVAL;
	info->bw = skua_bw_to_rate_info[r.bw];
	info->mcs = r.idx;
	info->nss = r.nss;
	if (r.gi == SKUA_GI_SHORT)
		info->flags |= RATE_INFO_FLAGS_SHORT_GI;
	switch (r.enc) {
	case SKUA_ENC_LEGACY:
		info->legacy = r.idx;
		info->mcs = 0;
		info->nss = 0;
		info->flags = 0;
		break;
	case SKUA_ENC_HT:
		info->nss = 0;
		info->flags |= RATE_INFO_FLAGS_MCS;
		break;
	case SKUA_ENC_VHT:
		info->flags |= RATE_INFO_FLAGS_VHT_MCS;
		break;
	case SKUA_ENC_HE:
		info->flags |= RATE_INFO_FLAGS_HE_MCS;
		info->he_gi = skua_he_gi(r.gi);
		info->he_dcm = !!(word & SKUA_RATE_DCM);
		break;
	default:
		info->flags |= RATE_INFO_FLAGS_EHT_MCS;
		info->eht_gi = skua_eht_gi(r.gi);
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(skua_rate_to_info);

/* Width flag of a transmit rate. */
static u16 skua_bw_to_rc(u8 bw)
{
	switch (bw) {
	case SKUA_BW_40:
		return IEEE80211_TX_RC_40_MHZ_WIDTH;
	case SKUA_BW_80:
		return IEEE80211_TX_RC_80_MHZ_WIDTH;
	case SKUA_BW_160:
		return IEEE80211_TX_RC_160_MHZ_WIDTH;
	default:
		return 0;
	}
}

/**
 * skua_rate_to_tx_rate() - a rate word as a transmit rate, for radiotap
 * @word: rate word of the NIC
 * @band: band of the frame
 * @txr: the answer; its count is left alone
 *
 * struct ieee80211_tx_rate has no place for HE and EHT; skua_rate_to_info() has.
 *
 * Return: 0, -EINVAL, or -EOPNOTSUPP for HE and EHT; then @txr->idx is -1.
 */
int skua_rate_to_tx_rate(u32 word, enum nl80211_band band,
			 struct ieee80211_tx_rate *txr)
{
	struct skua_rate r;
	int idx;

	txr->idx = -1;
	txr->flags = 0;
	if (!word || skua_rate_parse(word, &r))
		return -EINVAL;
	if (r.enc >= SKUA_ENC_HE)
		return -EOPNOTSUPP;
	if (r.enc == SKUA_ENC_LEGACY) {
		idx = skua_legacy_idx(band, r.idx);
		if (idx < 0)
			return idx;
		txr->idx = idx;
		return 0;
	}
	txr->flags = skua_bw_to_rc(r.bw);
	if (r.gi == SKUA_GI_SHORT)
		txr->flags |= IEEE80211_TX_RC_SHORT_GI;
	if (r.enc == SKUA_ENC_VHT) {
		txr->flags |= IEEE80211_TX_RC_VHT_MCS;
		ieee80211_rate_set_vht(txr, r.idx, r.nss);
	} else {
		txr->flags |= IEEE80211_TX_RC_MCS;
		txr->idx = r.idx;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(skua_rate_to_tx_rate);

/**
 * skua_rate_from_tx_rate() - the rate word for the rate of an injected frame
 * @band: band of the frame
 * @txr: transmit rate
 * @flags: IEEE80211_TX_CTL_LDPC and IEEE80211_TX_CTL_STBC of its skb; any others
 *	are ignored
 *
 * Return: the word, or 0 if the frame asks for no rate or for an unknown one.
 */
u32 skua_rate_from_tx_rate(enum nl80211_band band,
			   const struct ieee80211_tx_rate *txr, u32 flags)
{
	u32 word = 0;

	if (txr->idx < 0)
		return 0;
	if (txr->flags & IEEE80211_TX_RC_VHT_MCS)
		word = FIELD_PREP(SKUA_RATE_ENC, SKUA_ENC_VHT) |
		       FIELD_PREP(SKUA_RATE_IDX, ieee80211_rate_get_vht_mcs(txr)) |
		       FIELD_PREP(SKUA_RATE_NSS, ieee80211_rate_get_vht_nss(txr));
	else if (txr->flags & IEEE80211_TX_RC_MCS)
		word = FIELD_PREP(SKUA_RATE_ENC, SKUA_ENC_HT) |
		       FIELD_PREP(SKUA_RATE_IDX, txr->idx) |
		       FIELD_PREP(SKUA_RATE_NSS, 1 + txr->idx / 8);
	else
		return skua_legacy_rate(band, txr->idx);

	if (txr->flags & IEEE80211_TX_RC_SHORT_GI)
		word |= FIELD_PREP(SKUA_RATE_GI, SKUA_GI_SHORT);
	if (txr->flags & IEEE80211_TX_RC_160_MHZ_WIDTH)
		word |= FIELD_PREP(SKUA_RATE_BW, SKUA_BW_160);
	else if (txr->flags & IEEE80211_TX_RC_80_MHZ_WIDTH)
		word |= FIELD_PREP(SKUA_RATE_BW, SKUA_BW_80);
	else if (txr->flags & IEEE80211_TX_RC_40_MHZ_WIDTH)
		word |= FIELD_PREP(SKUA_RATE_BW, SKUA_BW_40);
	if (flags & IEEE80211_TX_CTL_LDPC)
		word |= SKUA_RATE_LDPC;
	if (flags & IEEE80211_TX_CTL_STBC)
		word |= SKUA_RATE_STBC;
	return word;
}
EXPORT_SYMBOL_IF_KUNIT(skua_rate_from_tx_rate);

/* ------------------------------------------------------------------ */
/* Channels								*/
/* ------------------------------------------------------------------ */

/**
 * skua_bw() - width of a channel
 * @width: cfg80211's width
 *
 * Return: enum skua_bw.
 */
u8 skua_bw(enum nl80211_chan_width width)
{
	switch (width) {
	case NL80211_CHAN_WIDTH_40:
		return SKUA_BW_40;
	case NL80211_CHAN_WIDTH_80:
		return SKUA_BW_80;
	case NL80211_CHAN_WIDTH_160:
		return SKUA_BW_160;
	case NL80211_CHAN_WIDTH_320:
		return SKUA_BW_320;
	default:
		return SKUA_BW_20;
	}
}

/**
 * skua_chan_flags() - flags of a channel
 * @chan: the channel
 *
 * Return: SKUA_CHANF_*.
 */
u8 skua_chan_flags(const struct ieee80211_channel *chan)
{
	u8 flags = 0;

	if (chan->flags & IEEE80211_CHAN_NO_IR)
		flags |= SKUA_CHANF_PASSIVE;
	if (chan->flags & IEEE80211_CHAN_RADAR)
		flags |= SKUA_CHANF_RADAR;
	if (chan->band != NL80211_BAND_2GHZ)
		flags |= SKUA_CHANF_OFDM_ONLY;
	return flags;
}

/**
 * skua_chandef() - encode a channel for the NIC
 * @out: the encoded channel
 * @def: a valid channel definition
 */
void skua_chandef(struct skua_chandef *out, const struct cfg80211_chan_def *def)
{
	*out = (struct skua_chandef) {
		.freq = cpu_to_le16(def->chan->center_freq),
		.center1 = cpu_to_le16(def->center_freq1),
		.bw = skua_bw(def->width),
		.flags = skua_chan_flags(def->chan),
		.power = clamp(def->chan->max_power, 0, S8_MAX),
	};
}
