// SPDX-License-Identifier: GPL-2.0-only
/* Radiotap headers: fields in the order of their bits, each aligned to its size */
#include "air/priv.h"
#include "air/tap.h"
#include "base/base.h"

static uint32_t radiotap_present(const struct tap_meta *meta)
{
	uint32_t present = 1u << IEEE80211_RADIOTAP_TSFT |
			   1u << IEEE80211_RADIOTAP_FLAGS |
			   1u << IEEE80211_RADIOTAP_CHANNEL |
			   1u << IEEE80211_RADIOTAP_DBM_SIGNAL;

	switch (meta->encoding) {
	case TAP_LEGACY:
		present |= 1u << IEEE80211_RADIOTAP_RATE;
		break;
	case TAP_HT:
		present |= 1u << IEEE80211_RADIOTAP_MCS;
		break;
	case TAP_VHT:
		present |= 1u << IEEE80211_RADIOTAP_VHT;
		break;
	case TAP_HE:
		present |= 1u << IEEE80211_RADIOTAP_HE;
		break;
	}
	if (meta->ampdu_ref)
		present |= 1u << IEEE80211_RADIOTAP_AMPDU;
	return present;
}

static bool rate_is_dsss(uint16_t rate_100k)
{
	return rate_100k == 10 || rate_100k == 20 ||
	       rate_100k == 55 || rate_100k == 110;
}

static uint16_t radiotap_channel(const struct tap_meta *meta)
{
	/* Radiotap has no flag for 6 GHz: the frequency identifies the band */
	if (meta->freq >= 5000)
		return IEEE80211_RADIOTAP_CHAN_5GHZ |
		       IEEE80211_RADIOTAP_CHAN_OFDM;
	if (meta->encoding != TAP_LEGACY)
		return IEEE80211_RADIOTAP_CHAN_2GHZ |
		       IEEE80211_RADIOTAP_CHAN_DYN;
	return IEEE80211_RADIOTAP_CHAN_2GHZ |
	       (rate_is_dsss(meta->rate_100k) ? IEEE80211_RADIOTAP_CHAN_CCK :
						IEEE80211_RADIOTAP_CHAN_OFDM);
}

static uint8_t radiotap_flags(const struct tap_meta *meta)
{
	uint8_t flags = IEEE80211_RADIOTAP_F_FCS;

	if (meta->encoding == TAP_LEGACY && meta->short_preamble)
		flags |= IEEE80211_RADIOTAP_F_SHORTPRE;
	if (meta->bad_fcs)
		flags |= IEEE80211_RADIOTAP_F_BADFCS;
	return flags;
}

static void put_ht(struct tap_out *out, const struct tap_meta *meta)
{
	uint8_t flags = meta->bw_mhz == 40 ? IEEE80211_RADIOTAP_MCS_BW_40 :
					     IEEE80211_RADIOTAP_MCS_BW_20;

	if (meta->gi_ns == 400)
		flags |= IEEE80211_RADIOTAP_MCS_SGI;
	if (meta->ldpc)
		flags |= IEEE80211_RADIOTAP_MCS_LDPC;
	if (meta->stbc)
		flags |= IEEE80211_RADIOTAP_MCS_STBC_1;
	put8(out, IEEE80211_RADIOTAP_MCS_HAVE_BW |
		  IEEE80211_RADIOTAP_MCS_HAVE_MCS |
		  IEEE80211_RADIOTAP_MCS_HAVE_GI |
		  IEEE80211_RADIOTAP_MCS_HAVE_FMT |
		  IEEE80211_RADIOTAP_MCS_HAVE_FEC |
		  IEEE80211_RADIOTAP_MCS_HAVE_STBC);
	put8(out, flags);
	put8(out, (uint8_t)(meta->mcs + 8 * (meta->nss ? meta->nss - 1 : 0)));
}

static void put_ampdu(struct tap_out *out, const struct tap_meta *meta)
{
	uint16_t flags = IEEE80211_RADIOTAP_AMPDU_LAST_KNOWN;

	if (meta->ampdu_last)
		flags |= IEEE80211_RADIOTAP_AMPDU_IS_LAST;
	if (meta->delim_error)
		flags |= IEEE80211_RADIOTAP_AMPDU_DELIM_CRC_ERR;
	if (meta->eof_known)
		flags |= IEEE80211_RADIOTAP_AMPDU_EOF_KNOWN;
	if (meta->eof)
		flags |= IEEE80211_RADIOTAP_AMPDU_EOF;
	put32(out, meta->ampdu_ref);
	put16(out, flags);
	put16(out, 0);			/* no delimiter CRC */
}

static uint8_t vht_bandwidth(uint16_t mhz)
{
	switch (mhz) {
	case 40:
		return 1;
	case 80:
		return 4;
	case 160:
		return 11;
	default:
		return 0;
	}
}

static void put_vht(struct tap_out *out, const struct tap_meta *meta)
{
	uint8_t flags = 0;

	if (meta->stbc)
		flags |= IEEE80211_RADIOTAP_VHT_FLAG_STBC;
	if (meta->gi_ns == 400)
		flags |= IEEE80211_RADIOTAP_VHT_FLAG_SGI;
	put16(out, IEEE80211_RADIOTAP_VHT_KNOWN_STBC |
		   IEEE80211_RADIOTAP_VHT_KNOWN_GI |
		   IEEE80211_RADIOTAP_VHT_KNOWN_BANDWIDTH);
	put8(out, flags);
	put8(out, vht_bandwidth(meta->bw_mhz));
	put8(out, (uint8_t)(meta->mcs << 4 | (meta->nss & 0xf)));
	put8(out, 0);			/* users 2 to 4: none */
	put16(out, 0);
	put8(out, meta->ldpc ? 1 : 0);
	put8(out, 0);			/* group id and partial AID: unknown */
	put16(out, 0);
}

static uint16_t he_data5(const struct tap_meta *meta)
{
	uint16_t bw = meta->bw_mhz == 160 ? 3 : meta->bw_mhz == 80 ? 2 :
		      meta->bw_mhz == 40 ? 1 : 0;
	uint16_t gi = meta->gi_ns == 3200 ? 2 : meta->gi_ns == 1600 ? 1 : 0;

	return (uint16_t)(bw | gi << IEEE80211_RADIOTAP_HE_D5_GI_SHIFT);
}

static void put_he(struct tap_out *out, const struct tap_meta *meta)
{
	uint16_t data3 = (uint16_t)(meta->mcs <<
				    IEEE80211_RADIOTAP_HE_D3_MCS_SHIFT);

	if (meta->dcm)
		data3 |= IEEE80211_RADIOTAP_HE_D3_DCM;
	if (meta->ldpc)
		data3 |= IEEE80211_RADIOTAP_HE_D3_LDPC;
	if (meta->stbc)
		data3 |= IEEE80211_RADIOTAP_HE_D3_STBC;
	put16(out, IEEE80211_RADIOTAP_HE_D1_KNOWN);	/* HE SU */
	put16(out, IEEE80211_RADIOTAP_HE_D2_GI_KNOWN);
	put16(out, data3);
	put16(out, 0);			/* spatial reuse: unknown */
	put16(out, he_data5(meta));
	put16(out, meta->nss & 0xf);
}

void radiotap_put(struct tap_out *out, const struct tap_meta *meta)
{
	size_t start = out->used;

	put16(out, 0);			/* version */
	put16(out, 0);			/* length, below */
	put32(out, radiotap_present(meta));
	put64(out, meta->time_ns / LOOP_NS_PER_US);
	put8(out, radiotap_flags(meta));
	if (meta->encoding == TAP_LEGACY)
		put8(out, (uint8_t)(meta->rate_100k / 5));
	put_align(out, start, 2);
	put16(out, meta->freq);
	put16(out, radiotap_channel(meta));
	put8(out, (uint8_t)meta->signal);
	if (meta->encoding == TAP_HT)
		put_ht(out, meta);
	if (meta->ampdu_ref) {
		put_align(out, start, 4);
		put_ampdu(out, meta);
	}
	if (meta->encoding == TAP_VHT || meta->encoding == TAP_HE) {
		put_align(out, start, 2);
		if (meta->encoding == TAP_VHT)
			put_vht(out, meta);
		else
			put_he(out, meta);
	}
	dot11_put_le16(out->buf + start + 2, (uint16_t)(out->used - start));
}
