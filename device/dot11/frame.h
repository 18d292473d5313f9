/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IEEE 802.11 frame formats: octets on the air
 *
 * Nothing here overlays a structure on a frame. A frame is an array of bytes,
 * fields are little-endian at an offset, and the accessors below neither
 * assume alignment nor check lengths: the caller compares the frame's
 * length with dot11_fc_hdrlen() once, and then uses them.
 */
#ifndef SKUA_DEVICE_FRAME_H
#define SKUA_DEVICE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dot11/inet.h"

/* Little-endian fields at any address */

static inline uint16_t dot11_get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | (p[1] << 8));
}

static inline uint32_t dot11_get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | ((uint32_t)p[1] << 8) |
	       ((uint32_t)p[2] << 16) | ((uint32_t)p[3] << 24);
}

static inline uint64_t dot11_get_le64(const uint8_t *p)
{
	return dot11_get_le32(p) |
	       ((uint64_t)dot11_get_le32(p + 4) << 32);
}

static inline void dot11_put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void dot11_put_le32(uint8_t *p, uint32_t v)
{
	dot11_put_le16(p, (uint16_t)v);
	dot11_put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void dot11_put_le64(uint8_t *p, uint64_t v)
{
	dot11_put_le32(p, (uint32_t)v);
	dot11_put_le32(p + 4, (uint32_t)(v >> 32));
}

/* Frame Control field (9.2.4.1) */

#define IEEE80211_FC_VERSION		0x0003
#define IEEE80211_FC_TYPE		0x000c
#define IEEE80211_FC_SUBTYPE		0x00f0
#define IEEE80211_FC_TODS		0x0100
#define IEEE80211_FC_FROMDS		0x0200
#define IEEE80211_FC_MOREFRAGS		0x0400
#define IEEE80211_FC_RETRY		0x0800
#define IEEE80211_FC_PM			0x1000
#define IEEE80211_FC_MOREDATA		0x2000
#define IEEE80211_FC_PROTECTED		0x4000
#define IEEE80211_FC_ORDER		0x8000	/* +HTC */

#define IEEE80211_TYPE_MGMT		0x0000
#define IEEE80211_TYPE_CTL		0x0004
#define IEEE80211_TYPE_DATA		0x0008
#define IEEE80211_TYPE_EXT		0x000c

/* Type and subtype together, as they stand in the Frame Control field */
#define IEEE80211_FC_STYPE		(IEEE80211_FC_TYPE | IEEE80211_FC_SUBTYPE)
#define IEEE80211_ASSOC_REQ		0x0000
#define IEEE80211_ASSOC_RESP		0x0010
#define IEEE80211_REASSOC_REQ		0x0020
#define IEEE80211_REASSOC_RESP		0x0030
#define IEEE80211_PROBE_REQ		0x0040
#define IEEE80211_PROBE_RESP		0x0050
#define IEEE80211_TIMING_ADV		0x0060
#define IEEE80211_BEACON		0x0080
#define IEEE80211_ATIM			0x0090
#define IEEE80211_DISASSOC		0x00a0
#define IEEE80211_AUTH			0x00b0
#define IEEE80211_DEAUTH		0x00c0
#define IEEE80211_ACTION		0x00d0
#define IEEE80211_ACTION_NO_ACK		0x00e0
#define IEEE80211_TRIGGER		0x0024
#define IEEE80211_NDPA			0x0054
#define IEEE80211_CTL_EXT		0x0064
#define IEEE80211_CTL_WRAPPER		0x0074
#define IEEE80211_BACK_REQ		0x0084
#define IEEE80211_BACK			0x0094
#define IEEE80211_PSPOLL		0x00a4
#define IEEE80211_RTS			0x00b4
#define IEEE80211_CTS			0x00c4
#define IEEE80211_ACK			0x00d4
#define IEEE80211_CFEND			0x00e4
#define IEEE80211_DATA			0x0008
#define IEEE80211_NULLFUNC		0x0048
#define IEEE80211_QOS_DATA		0x0088
#define IEEE80211_QOS_NULLFUNC		0x00c8

/* Bits of the subtype of a data frame */
#define IEEE80211_FC_DATA_NULL		0x0040
#define IEEE80211_FC_DATA_QOS		0x0080

/* Offsets of the fixed fields */
#define IEEE80211_OFF_FC		0
#define IEEE80211_OFF_DURATION		2
#define IEEE80211_OFF_ADDR1		4
#define IEEE80211_OFF_ADDR2		10
#define IEEE80211_OFF_ADDR3		16
#define IEEE80211_OFF_SEQ		22
#define IEEE80211_OFF_ADDR4		24

#define IEEE80211_ADDR_LEN		6
#define IEEE80211_HDR_LEN_3ADDR		24
#define IEEE80211_HDR_LEN_MAX		36	/* A4, QoS and HT Control */
#define IEEE80211_FCS_LEN		4
#define IEEE80211_HTC_LEN		4
#define IEEE80211_ACK_LEN		10	/* without FCS; CTS as well */
#define IEEE80211_RTS_LEN		16	/* without FCS; PS-Poll as well */
#define IEEE80211_MAX_MPDU_LEN		11454	/* VHT and HE, without FCS */
#define IEEE80211_MAX_MSDU_LEN		2304

/* Sequence Control field */
#define IEEE80211_SEQ_FRAG		0x000f
#define IEEE80211_SEQ_SN		0xfff0
#define IEEE80211_SEQ_SN_SHIFT		4
#define IEEE80211_SN_MODULO		4096

/* QoS Control field */
#define IEEE80211_QOS_TID		0x000f
#define IEEE80211_QOS_EOSP		0x0010
#define IEEE80211_QOS_ACK_POLICY	0x0060
#define IEEE80211_QOS_ACK_NORMAL	0x0000	/* implicit BA in an A-MPDU */
#define IEEE80211_QOS_ACK_NOACK		0x0020
#define IEEE80211_QOS_ACK_BLOCKACK	0x0060
#define IEEE80211_QOS_AMSDU		0x0080
#define IEEE80211_QOS_MESH_CONTROL	0x0100
#define IEEE80211_QOS_LEN		2

static inline uint16_t dot11_fc(const uint8_t *frame)
{
	return dot11_get_le16(frame + IEEE80211_OFF_FC);
}

static inline bool dot11_fc_is_mgmt(uint16_t fc)
{
	return (fc & IEEE80211_FC_TYPE) == IEEE80211_TYPE_MGMT;
}

static inline bool dot11_fc_is_ctl(uint16_t fc)
{
	return (fc & IEEE80211_FC_TYPE) == IEEE80211_TYPE_CTL;
}

static inline bool dot11_fc_is_data(uint16_t fc)
{
	return (fc & IEEE80211_FC_TYPE) == IEEE80211_TYPE_DATA;
}

static inline bool dot11_fc_is_stype(uint16_t fc, uint16_t stype)
{
	return (fc & IEEE80211_FC_STYPE) == stype;
}

/* A data frame that carries data, so neither (QoS) Null nor CF-anything */
static inline bool dot11_fc_is_data_present(uint16_t fc)
{
	return (fc & (IEEE80211_FC_TYPE | IEEE80211_FC_DATA_NULL)) ==
	       IEEE80211_TYPE_DATA;
}

static inline bool dot11_fc_is_nullfunc(uint16_t fc)
{
	return dot11_fc_is_stype(fc, IEEE80211_NULLFUNC) ||
	       dot11_fc_is_stype(fc, IEEE80211_QOS_NULLFUNC);
}

static inline bool dot11_fc_is_data_qos(uint16_t fc)
{
	return (fc & (IEEE80211_FC_TYPE | IEEE80211_FC_DATA_QOS)) ==
	       IEEE80211_QOS_DATA;
}

static inline bool dot11_fc_is_beacon(uint16_t fc)
{
	return dot11_fc_is_stype(fc, IEEE80211_BEACON);
}

static inline bool dot11_fc_has_a4(uint16_t fc)
{
	return dot11_fc_is_data(fc) &&
	       (fc & (IEEE80211_FC_TODS | IEEE80211_FC_FROMDS)) ==
	       (IEEE80211_FC_TODS | IEEE80211_FC_FROMDS);
}

/* HT Control follows in QoS data and in management frames that set +HTC */
static inline bool dot11_fc_has_htc(uint16_t fc)
{
	return (fc & IEEE80211_FC_ORDER) &&
	       (dot11_fc_is_data_qos(fc) || dot11_fc_is_mgmt(fc));
}

/**
 * dot11_fc_hdrlen() - length of the MAC header
 * @fc: Frame Control field, in host order
 *
 * Return: octets before the frame body, HT Control included; for a control
 *	frame the octets before its variable part (all of ACK, CTS, RTS and
 *	PS-Poll). 0 for a type or version that this NIC does not know.
 */
static inline unsigned int dot11_fc_hdrlen(uint16_t fc)
{
	unsigned int len = IEEE80211_HDR_LEN_3ADDR;

	if (fc & IEEE80211_FC_VERSION)
		return 0;
	switch (fc & IEEE80211_FC_TYPE) {
	case IEEE80211_TYPE_MGMT:
		break;
	case IEEE80211_TYPE_CTL:
		if (dot11_fc_is_stype(fc, IEEE80211_ACK) ||
		    dot11_fc_is_stype(fc, IEEE80211_CTS))
			return IEEE80211_ACK_LEN;
		return IEEE80211_RTS_LEN;
	case IEEE80211_TYPE_DATA:
		if (dot11_fc_has_a4(fc))
			len += IEEE80211_ADDR_LEN;
		if (dot11_fc_is_data_qos(fc))
			len += IEEE80211_QOS_LEN;
		break;
	default:
		return 0;
	}
	if (dot11_fc_has_htc(fc))
		len += IEEE80211_HTC_LEN;
	return len;
}

/* Offset of QoS Control in a QoS data frame */
static inline unsigned int dot11_fc_qos_off(uint16_t fc)
{
	return IEEE80211_HDR_LEN_3ADDR +
	       (dot11_fc_has_a4(fc) ? IEEE80211_ADDR_LEN : 0);
}

/* QoS Control; 0 where the frame has none */
static inline uint16_t dot11_qos_ctl(const uint8_t *frame)
{
	uint16_t fc = dot11_fc(frame);

	if (!dot11_fc_is_data_qos(fc))
		return 0;
	return dot11_get_le16(frame + dot11_fc_qos_off(fc));
}

static inline uint8_t dot11_tid(const uint8_t *frame)
{
	return dot11_qos_ctl(frame) & IEEE80211_QOS_TID;
}

static inline uint16_t dot11_sn(const uint8_t *frame)
{
	return dot11_get_le16(frame + IEEE80211_OFF_SEQ) >>
	       IEEE80211_SEQ_SN_SHIFT;
}

static inline uint8_t dot11_frag(const uint8_t *frame)
{
	return dot11_get_le16(frame + IEEE80211_OFF_SEQ) &
	       IEEE80211_SEQ_FRAG;
}

/* The frame is one of several fragments of an MSDU or MMPDU */
static inline bool dot11_is_fragment(const uint8_t *frame)
{
	return (dot11_fc(frame) & IEEE80211_FC_MOREFRAGS) || dot11_frag(frame);
}

/* a precedes b, modulo 4096 */
static inline bool dot11_sn_less(uint16_t a, uint16_t b)
{
	return ((a - b) & (IEEE80211_SN_MODULO - 1)) > IEEE80211_SN_MODULO / 2;
}

/* Addresses */

static inline bool dot11_addr_is_group(const uint8_t *addr)
{
	return addr[0] & 0x01;
}

static inline bool dot11_addr_equal(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, IEEE80211_ADDR_LEN);
}

static inline const uint8_t *dot11_addr1(const uint8_t *frame)
{
	return frame + IEEE80211_OFF_ADDR1;
}

static inline const uint8_t *dot11_addr2(const uint8_t *frame)
{
	return frame + IEEE80211_OFF_ADDR2;
}

static inline const uint8_t *dot11_addr3(const uint8_t *frame)
{
	return frame + IEEE80211_OFF_ADDR3;
}

static inline const uint8_t *dot11_addr4(const uint8_t *frame)
{
	return frame + IEEE80211_OFF_ADDR4;
}

/* Destination of a data or management frame (the BSSID in an A-MSDU) */
static inline const uint8_t *dot11_da(const uint8_t *frame)
{
	uint16_t fc = dot11_fc(frame);

	if (dot11_fc_is_data(fc) && (fc & IEEE80211_FC_TODS))
		return dot11_addr3(frame);
	return dot11_addr1(frame);
}

/* Source of a data or management frame */
static inline const uint8_t *dot11_sa(const uint8_t *frame)
{
	uint16_t fc = dot11_fc(frame);

	if (!dot11_fc_is_data(fc) || !(fc & IEEE80211_FC_FROMDS))
		return dot11_addr2(frame);
	if (fc & IEEE80211_FC_TODS)
		return dot11_addr4(frame);
	return dot11_addr3(frame);
}

/* BlockAckReq and BlockAck (9.3.1.7, 9.3.1.8), after the 16-octet header */

#define IEEE80211_BAR_OFF_CONTROL	16
#define IEEE80211_BAR_OFF_SSC		18
#define IEEE80211_BAR_LEN		20	/* without FCS */
#define IEEE80211_BA_OFF_CONTROL	16
#define IEEE80211_BA_OFF_SSC		18
#define IEEE80211_BA_OFF_BITMAP		20
#define IEEE80211_BA_LEN_64		28	/* without FCS */
#define IEEE80211_BA_LEN_256		52
#define IEEE80211_BA_LEN_512		84
#define IEEE80211_BA_LEN_1024		148
#define IEEE80211_BA_CTL_NOACK		0x0001	/* BA Ack Policy */
#define IEEE80211_BA_CTL_TYPE		0x001e
#define IEEE80211_BA_CTL_COMPRESSED	0x0004
#define IEEE80211_BA_CTL_MULTI_TID	0x0006
#define IEEE80211_BA_CTL_TID_SHIFT	12

/* Fragment Number of the Starting Sequence Control: size of the bitmap */
#define IEEE80211_BA_FRAG_BITMAP_64	0x0000
#define IEEE80211_BA_FRAG_BITMAP_256	0x0004
#define IEEE80211_BA_FRAG_BITMAP_512	0x0008	/* 802.11be, 9.3.1.8.2 */
#define IEEE80211_BA_FRAG_BITMAP_1024	0x000a

/* PS-Poll carries the AID with its two top bits set in place of Duration */
#define IEEE80211_PSPOLL_AID_BITS	0xc000

/* A-MSDU subframe header: DA, SA, length (big-endian), padded to four */
#define IEEE80211_AMSDU_OFF_DA		0
#define IEEE80211_AMSDU_OFF_SA		6
#define IEEE80211_AMSDU_OFF_LEN		12
#define IEEE80211_AMSDU_HDR_LEN		14

/* LLC/SNAP: RFC 1042, and 802.1H for protocols that must be tunnelled */
#define IEEE80211_SNAP_LEN		8
#define IEEE80211_SNAP_RFC1042		"\xaa\xaa\x03\x00\x00\x00"
#define IEEE80211_SNAP_BRIDGE_TUNNEL	"\xaa\xaa\x03\x00\x00\xf8"
#define IEEE80211_SNAP_OUI_LEN		6

/**
 * dot11_snap_type() - the EtherType of an MSDU
 * @llc: its LLC/SNAP header, all of it
 *
 * Return: 0, which is no EtherType, for any header but that of RFC 1042.
 */
static inline uint16_t dot11_snap_type(const uint8_t *llc)
{
	if (memcmp(llc, IEEE80211_SNAP_RFC1042, IEEE80211_SNAP_OUI_LEN))
		return 0;
	return inet_get_be16(llc + IEEE80211_SNAP_OUI_LEN);
}

/**
 * dot11_is_eapol() - whether a data frame in clear text carries EAPOL
 * @frame: data frame
 * @hdr_len: octets of its header
 * @len: octets of @frame without FCS, at least @hdr_len
 *
 * Return: false for an A-MSDU, and for later fragments, which have no LLC header.
 */
static inline bool dot11_is_eapol(const uint8_t *frame, unsigned int hdr_len,
				  unsigned int len)
{
	if (len < hdr_len + IEEE80211_SNAP_LEN || dot11_frag(frame) ||
	    (dot11_qos_ctl(frame) & IEEE80211_QOS_AMSDU))
		return false;
	return dot11_snap_type(frame + hdr_len) == ETHERTYPE_EAPOL;
}

/* Beacon and probe response: fixed fields of the body */
#define IEEE80211_BEACON_OFF_TSF	24
#define IEEE80211_BEACON_OFF_INTERVAL	32
#define IEEE80211_BEACON_OFF_CAPAB	34
#define IEEE80211_BEACON_OFF_ELEMENTS	36
#define IEEE80211_TU_US			1024

/* Elements (9.4.2.1) */
#define IEEE80211_EID_SSID		0
#define IEEE80211_EID_SUPP_RATES	1
#define IEEE80211_EID_DS_PARAMS		3
#define IEEE80211_EID_TIM		5
#define IEEE80211_EID_COUNTRY		7
#define IEEE80211_EID_CHANNEL_SWITCH	37
#define IEEE80211_EID_ERP		42
#define IEEE80211_EID_HT_CAPABILITY	45
#define IEEE80211_EID_RSN		48
#define IEEE80211_EID_EXT_SUPP_RATES	50
#define IEEE80211_EID_EXT_CHANSWITCH	60
#define IEEE80211_EID_HT_OPERATION	61
#define IEEE80211_EID_MMIE		76
#define IEEE80211_EID_VHT_CAPABILITY	191
#define IEEE80211_EID_VHT_OPERATION	192
#define IEEE80211_EID_VENDOR		221
#define IEEE80211_EID_EXTENSION		255

/* TIM element, from its id: DTIM Count, DTIM Period, Bitmap Control, bitmap */
#define IEEE80211_TIM_OFF_COUNT		2
#define IEEE80211_TIM_OFF_PERIOD	3
#define IEEE80211_TIM_OFF_CONTROL	4
#define IEEE80211_TIM_OFF_BITMAP	5

/* Action frame categories (9.4.1.11) */
#define IEEE80211_CATEGORY_SPECTRUM	0
#define IEEE80211_CATEGORY_BACK		3
#define IEEE80211_CATEGORY_PUBLIC	4
#define IEEE80211_CATEGORY_HT		7
#define IEEE80211_CATEGORY_SA_QUERY	8
#define IEEE80211_CATEGORY_UNPROT_WNM	11
#define IEEE80211_CATEGORY_SELF_PROT	15
#define IEEE80211_CATEGORY_UNPROT_DMG	20
#define IEEE80211_CATEGORY_VHT		21
#define IEEE80211_CATEGORY_UNPROT_S1G	22
#define IEEE80211_CATEGORY_HE		30
#define IEEE80211_CATEGORY_EHT		36
#define IEEE80211_CATEGORY_VENDOR_UNPROT 127

/* The IV of WEP and the header of TKIP, CCMP and GCMP */
#define IEEE80211_IV_OFF_KEYID		3
#define IEEE80211_IV_EXT		0x20	/* a 48-bit PN: eight octets */
#define IEEE80211_IV_KEYID_SHIFT	6

/* Key ID of a protected frame; @iv follows the MAC header */
static inline uint8_t dot11_iv_keyid(const uint8_t *iv)
{
	return iv[IEEE80211_IV_OFF_KEYID] >> IEEE80211_IV_KEYID_SHIFT;
}

/* Management MIC element (9.4.2.54), from its id */
#define IEEE80211_MMIE_OFF_LEN		1
#define IEEE80211_MMIE_OFF_KEYID	2
#define IEEE80211_MMIE_OFF_IPN		4
#define IEEE80211_MMIE_OFF_MIC		10
#define IEEE80211_MMIE_LEN_8		18	/* MIC of 8 octets: BIP-CMAC-128 */
#define IEEE80211_MMIE_LEN_16		26	/* the other BIP ciphers */

/**
 * dot11_fcs() - Frame Check Sequence
 * @mpdu: header and body
 * @len: octets of @mpdu, FCS excluded
 *
 * Return: the CRC-32 that follows the frame on the air, little-endian.
 */
uint32_t dot11_fcs(const uint8_t *mpdu, size_t len);

/**
 * dot11_fcs_put() - append the FCS to a frame
 * @mpdu: header and body, with room for IEEE80211_FCS_LEN more octets
 * @len: octets of @mpdu without the FCS
 */
static inline void dot11_fcs_put(uint8_t *mpdu, size_t len)
{
	dot11_put_le32(mpdu + len, dot11_fcs(mpdu, len));
}

/**
 * dot11_fcs_ok() - check the FCS at the end of a frame
 * @mpdu: header, body and FCS
 * @len: octets of @mpdu, FCS included
 *
 * Return: false if the FCS is wrong, or if @len is too short for one.
 */
static inline bool dot11_fcs_ok(const uint8_t *mpdu, size_t len)
{
	if (len < IEEE80211_FCS_LEN)
		return false;
	len -= IEEE80211_FCS_LEN;
	return dot11_fcs(mpdu, len) == dot11_get_le32(mpdu + len);
}

/**
 * dot11_is_robust_mgmt() - whether management protection covers a frame
 * @frame: management frame, its header complete
 * @len: octets of @frame without FCS
 *
 * The category of an encrypted action frame cannot be read, so that this frame
 * counts as robust.
 *
 * Return: true for a robust management frame.
 */
static inline bool dot11_is_robust_mgmt(const uint8_t *frame, size_t len)
{
	uint16_t fc = dot11_fc(frame);
	unsigned int hdrlen = dot11_fc_hdrlen(fc);

	if (dot11_fc_is_stype(fc, IEEE80211_DEAUTH) ||
	    dot11_fc_is_stype(fc, IEEE80211_DISASSOC))
		return true;
	if (!dot11_fc_is_stype(fc, IEEE80211_ACTION) || len <= hdrlen)
		return false;
	if (fc & IEEE80211_FC_PROTECTED)
		return true;
	switch (frame[hdrlen]) {
	case IEEE80211_CATEGORY_PUBLIC:
	case IEEE80211_CATEGORY_HT:
	case IEEE80211_CATEGORY_UNPROT_WNM:
	case IEEE80211_CATEGORY_SELF_PROT:
	case IEEE80211_CATEGORY_UNPROT_DMG:
	case IEEE80211_CATEGORY_VHT:
	case IEEE80211_CATEGORY_UNPROT_S1G:
	case IEEE80211_CATEGORY_HE:
	case IEEE80211_CATEGORY_EHT:
	case IEEE80211_CATEGORY_VENDOR_UNPROT:
		return false;
	default:
		return true;
	}
}

/* Radiotap: the header in front of a frame in a capture */
#define IEEE80211_RADIOTAP_TSFT		0
#define IEEE80211_RADIOTAP_FLAGS	1
#define IEEE80211_RADIOTAP_RATE		2
#define IEEE80211_RADIOTAP_CHANNEL	3
#define IEEE80211_RADIOTAP_DBM_SIGNAL	5
#define IEEE80211_RADIOTAP_MCS		19
#define IEEE80211_RADIOTAP_AMPDU	20
#define IEEE80211_RADIOTAP_VHT		21
#define IEEE80211_RADIOTAP_HE		23

#define IEEE80211_RADIOTAP_F_SHORTPRE	0x02
#define IEEE80211_RADIOTAP_F_FCS	0x10
#define IEEE80211_RADIOTAP_F_BADFCS	0x40

#define IEEE80211_RADIOTAP_CHAN_CCK	0x0020
#define IEEE80211_RADIOTAP_CHAN_OFDM	0x0040
#define IEEE80211_RADIOTAP_CHAN_2GHZ	0x0080
#define IEEE80211_RADIOTAP_CHAN_5GHZ	0x0100
#define IEEE80211_RADIOTAP_CHAN_DYN	0x0400	/* CCK and OFDM */

#define IEEE80211_RADIOTAP_MCS_HAVE_BW	0x01
#define IEEE80211_RADIOTAP_MCS_HAVE_MCS	0x02
#define IEEE80211_RADIOTAP_MCS_HAVE_GI	0x04
#define IEEE80211_RADIOTAP_MCS_HAVE_FMT	0x08
#define IEEE80211_RADIOTAP_MCS_HAVE_FEC	0x10
#define IEEE80211_RADIOTAP_MCS_HAVE_STBC 0x20
#define IEEE80211_RADIOTAP_MCS_BW_20	0
#define IEEE80211_RADIOTAP_MCS_BW_40	1
#define IEEE80211_RADIOTAP_MCS_SGI	0x04
#define IEEE80211_RADIOTAP_MCS_LDPC	0x10
#define IEEE80211_RADIOTAP_MCS_STBC_1	0x20

#define IEEE80211_RADIOTAP_AMPDU_LAST_KNOWN	0x0004
#define IEEE80211_RADIOTAP_AMPDU_IS_LAST	0x0008
#define IEEE80211_RADIOTAP_AMPDU_DELIM_CRC_ERR	0x0010
#define IEEE80211_RADIOTAP_AMPDU_EOF		0x0040
#define IEEE80211_RADIOTAP_AMPDU_EOF_KNOWN	0x0080

#define IEEE80211_RADIOTAP_VHT_KNOWN_STBC	0x0001
#define IEEE80211_RADIOTAP_VHT_KNOWN_GI		0x0004
#define IEEE80211_RADIOTAP_VHT_KNOWN_BANDWIDTH	0x0040
#define IEEE80211_RADIOTAP_VHT_FLAG_STBC	0x01
#define IEEE80211_RADIOTAP_VHT_FLAG_SGI		0x04

/* data1: MCS, DCM, coding, STBC and bandwidth are known; the format is SU */
#define IEEE80211_RADIOTAP_HE_D1_KNOWN		0x42e0
#define IEEE80211_RADIOTAP_HE_D2_GI_KNOWN	0x0002
#define IEEE80211_RADIOTAP_HE_D3_MCS_SHIFT	8
#define IEEE80211_RADIOTAP_HE_D3_DCM		0x1000
#define IEEE80211_RADIOTAP_HE_D3_LDPC		0x2000
#define IEEE80211_RADIOTAP_HE_D3_STBC		0x8000
#define IEEE80211_RADIOTAP_HE_D5_GI_SHIFT	4

#endif /* SKUA_DEVICE_FRAME_H */
