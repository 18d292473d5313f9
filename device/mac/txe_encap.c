// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: 802.3 frames become 802.11 frames
 *
 * Addresses follow from the kind of the link (IEEE 802.11-2020, table 9-30): to an access
 * point, from one, directly between two stations of a BSS, or with four addresses.
 */
#include <string.h>

#include "mac/obj.h"
#include "mac/txd.h"
#include "mac/txe_encap.h"

#define TODS	IEEE80211_FC_TODS
#define FROMDS	IEEE80211_FC_FROMDS

static void put_addr(uint8_t *hdr, unsigned int off, const uint8_t *addr)
{
	memcpy(hdr + off, addr, IEEE80211_ADDR_LEN);
}

static uint16_t put_addrs(uint8_t *hdr, const uint8_t *a1, const uint8_t *a2,
			  const uint8_t *a3, uint16_t ds)
{
	put_addr(hdr, IEEE80211_OFF_ADDR1, a1);
	put_addr(hdr, IEEE80211_OFF_ADDR2, a2);
	put_addr(hdr, IEEE80211_OFF_ADDR3, a3);
	return ds;
}

/* Return: the bits of the distribution system */
static uint16_t addresses(const struct mac_vif *vif, const struct mac_sta *sta,
			  const uint8_t *eth, uint8_t *hdr)
{
	const uint8_t *da = eth, *sa = eth + ETHER_OFF_SA;
	bool client = vif->type == SKUA_VIF_STA;

	/* A station that is not the access point is the other end of a direct link */
	if (client && !dot11_addr_equal(sta->addr, vif->bssid))
		return put_addrs(hdr, da, sa, vif->bssid, 0);
	if (sta->flags & ENG_STAF_4ADDR) {
		put_addr(hdr, IEEE80211_OFF_ADDR4, sa);
		return put_addrs(hdr, sta->addr, vif->addr, da, TODS | FROMDS);
	}
	if (client)
		return put_addrs(hdr, sta->addr, sa, da, TODS);
	return put_addrs(hdr, da, vif->addr, sa, FROMDS);
}

static uint16_t qos_control(const struct txd *d)
{
	uint16_t qos = d->tid;

	if (d->flags & SKUA_TXF_EOSP)
		qos |= IEEE80211_QOS_EOSP;
	if (d->flags & SKUA_TXF_NO_ACK)
		qos |= IEEE80211_QOS_ACK_NOACK;
	return qos;
}

/* A protocol has its header; what has a length in that place begins with LLC already */
static uint32_t put_snap(uint8_t *p, uint16_t type)
{
	bool tunnel = type == ETHERTYPE_AARP || type == ETHERTYPE_IPX;

	if (type < ETHERTYPE_MIN)
		return 0;
	memcpy(p, tunnel ? IEEE80211_SNAP_BRIDGE_TUNNEL : IEEE80211_SNAP_RFC1042,
	       IEEE80211_SNAP_OUI_LEN);
	inet_put_be16(p + IEEE80211_SNAP_OUI_LEN, type);
	return IEEE80211_SNAP_LEN;
}

const char *txe_encap(const struct mac_vif *vif, const struct mac_sta *sta,
		      const struct txd *d, const uint8_t eth[ETHER_HDR_LEN],
		      struct txd_head *head)
{
	uint16_t type = inet_get_be16(eth + ETHER_OFF_TYPE);
	bool qos = sta->flags & ENG_STAF_QOS;
	uint16_t fc = qos ? IEEE80211_QOS_DATA : IEEE80211_DATA;

	if (vif->type != SKUA_VIF_STA && vif->type != SKUA_VIF_AP)
		return "no 802.3 frames on an interface of this type";
	if (qos && !(d->flags & SKUA_TXF_QOS))
		return "no TID for a station with QoS";
	if (type == ETHERTYPE_EAPOL)
		return "EAPOL in an 802.3 frame";
	memset(head->buf, 0, IEEE80211_HDR_LEN_3ADDR);
	fc |= addresses(vif, sta, eth, head->buf);
	if (dot11_addr_is_group(dot11_addr1(head->buf)))
		return "an 802.3 frame to a group of stations";
	dot11_put_le16(head->buf, fc);
	head->len = dot11_fc_hdrlen(fc);
	if (qos)
		dot11_put_le16(head->buf + dot11_fc_qos_off(fc), qos_control(d));
	head->len += put_snap(head->buf + head->len, type);
	head->taken = ETHER_HDR_LEN;
	return NULL;
}
