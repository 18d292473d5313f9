// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: 802.3 frames out of data frames
 *
 * The stack looks at an 802.3 frame no more: it believes that the frame is of the
 * station, was decrypted with its key, is new, and is no EAPOL frame. So what is not
 * proved here goes up as an 802.11 frame, and the stack decides.
 *
 * The conversion is done in place. The EtherType of an MSDU stands in front of its
 * payload already, and the addresses are put before that.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

#define DS_BITS		(IEEE80211_FC_TODS | IEEE80211_FC_FROMDS)

/* Octets of LLC/SNAP in front of the EtherType */
#define SNAP_FRONT	IEEE80211_SNAP_OUI_LEN

/**
 * struct who - the ends of a frame
 * @da: destination
 * @sa: source
 * @sub_da: subframes are for this address, or a group; NULL for any
 * @sub_sa: subframes are from this address; NULL for any
 */
struct who {
	const uint8_t *da;
	const uint8_t *sa;
	const uint8_t *sub_da;
	const uint8_t *sub_sa;
};

/* The frame was decrypted with the station's key, or has come before it had any */
static bool protection_ok(const struct rx_item *item, const struct mac_sta *sta,
			  uint16_t fc)
{
	const uint32_t done = SKUA_RXF_DECRYPTED | SKUA_RXF_IV_STRIPPED |
			      SKUA_RXF_MIC_STRIPPED | SKUA_RXF_PN_VALIDATED;

	if (!(fc & IEEE80211_FC_PROTECTED))
		return !(sta->flags & ENG_STAF_KEYED);
	return item->key && item->key->sta == item->sta &&
	       (item->flags & done) == done;
}

/* The frame has its place among those of its TID */
static bool order_ok(const struct rx_item *item, const struct mac_sta *sta)
{
	if (item->ba)
		return item->ba->order.place;
	return item->tid == MAC_TID_NONE || !sta->ba_rx[item->tid] ||
	       !sta->ba_rx[item->tid]->on;
}

static bool may_go_as_8023(const struct mac *mac, const struct rx_item *item,
			   const struct mac_sta *sta, const uint8_t *frame)
{
	uint16_t fc = dot11_fc(frame);

	return (mac->bus->features & SKUA_FEAT_RX_DECAP) &&
	       (sta->flags & ENG_STAF_DECAP) && !item->monitor &&
	       !(item->flags & (SKUA_RXF_FCS_ERR | SKUA_RXF_MONITOR_ONLY)) &&
	       (item->flags & SKUA_RXF_DUP_VALIDATED) &&
	       dot11_fc_is_data_present(fc) && !dot11_is_fragment(frame) &&
	       protection_ok(item, sta, fc) && order_ok(item, sta);
}

/* Of a station that sends with four addresses, all addresses are its own matter */
static bool four_addr(const struct mac_vif *vif, const uint8_t *frame,
		      struct who *who)
{
	who->da = dot11_addr3(frame);
	who->sa = dot11_addr4(frame);
	return (dot11_fc(frame) & DS_BITS) == DS_BITS &&
	       (vif->type == SKUA_VIF_AP ||
		dot11_addr_equal(dot11_addr2(frame), vif->bssid));
}

static bool from_ap(const uint8_t *frame, struct who *who)
{
	who->da = dot11_addr1(frame);
	who->sa = dot11_addr3(frame);
	who->sub_da = who->da;
	return (dot11_fc(frame) & DS_BITS) == IEEE80211_FC_FROMDS;
}

static bool direct(const struct mac_vif *vif, const uint8_t *frame,
		   struct who *who)
{
	who->da = dot11_addr1(frame);
	who->sa = dot11_addr2(frame);
	who->sub_da = who->da;
	who->sub_sa = who->sa;
	return !(dot11_fc(frame) & DS_BITS) && vif_in_bss(vif, frame);
}

static bool to_ap(const uint8_t *frame, struct who *who)
{
	who->da = dot11_addr3(frame);
	who->sa = dot11_addr2(frame);
	who->sub_sa = who->sa;
	return (dot11_fc(frame) & DS_BITS) == IEEE80211_FC_TODS;
}

/* Return: false if a frame of its kind is none that the interface's type receives */
static bool find_ends(const struct mac_vif *vif, const struct mac_sta *sta,
		      const uint8_t *frame, struct who *who)
{
	memset(who, 0, sizeof(*who));
	if (!dot11_addr_equal(dot11_addr1(frame), vif->addr) ||
	    !dot11_addr_equal(dot11_addr2(frame), sta->addr))
		return false;
	if (vif->type != SKUA_VIF_AP && vif->type != SKUA_VIF_STA)
		return false;
	if (sta->flags & ENG_STAF_4ADDR)
		return four_addr(vif, frame, who);
	if (vif->type == SKUA_VIF_AP)
		return to_ap(frame, who);
	return dot11_addr_equal(sta->addr, vif->bssid) ?
		from_ap(frame, who) : direct(vif, frame, who);
}

/*
 * Of frames with these types the stack knows more than an 802.3 header says: who may
 * send them, and to whom, or that they keep their LLC header.
 */
static bool is_special(uint16_t type)
{
	switch (type) {
	case ETHERTYPE_EAPOL:
	case ETHERTYPE_PREAUTH:
	case ETHERTYPE_WAPI:
	case ETHERTYPE_TDLS:
	case ETHERTYPE_AARP:
	case ETHERTYPE_IPX:
		return true;
	default:
		return type < ETHERTYPE_MIN;
	}
}

/* The MSDU at @snap becomes an 802.3 frame by nothing but other octets in front */
static bool is_convertible(const uint8_t *snap, unsigned int len)
{
	return len >= IEEE80211_SNAP_LEN && !is_special(dot11_snap_type(snap));
}

/* Put addresses in front of the EtherType of the MSDU at @at */
static struct rx_part convert(struct rx_item *item, unsigned int at,
			      unsigned int len, const uint8_t *da,
			      const uint8_t *sa)
{
	unsigned int type = at + SNAP_FRONT, start = type - ETHER_OFF_TYPE;
	uint8_t addrs[ETHER_OFF_TYPE];

	/* They may stand where they will be */
	memcpy(addrs + ETHER_OFF_DA, da, IEEE80211_ADDR_LEN);
	memcpy(addrs + ETHER_OFF_SA, sa, IEEE80211_ADDR_LEN);
	memcpy(item->data + start, addrs, sizeof(addrs));
	return (struct rx_part){
		.at = (uint16_t)start, .len = (uint16_t)(at + len - start),
	};
}

/* A-MSDUs (IEEE 802.11-2020, 9.3.2.2) */

/**
 * enum verdict - what a subframe says about its A-MSDU
 * @GOOD: it becomes an 802.3 frame
 * @OTHER: it does not; the stack takes the A-MSDU apart
 * @BAD: the A-MSDU must not go up
 */
enum verdict {
	GOOD,
	OTHER,
	BAD,
};

/*
 * The bit that says A-MSDU is not protected, unless by SPP. Where it was set by a stranger, the
 * first subframe begins with the LLC header of an MSDU (CVE-2020-24588).
 */
static bool is_forged(const uint8_t *first)
{
	const uint8_t *da = first + IEEE80211_AMSDU_OFF_DA;

	return !memcmp(da, IEEE80211_SNAP_RFC1042, SNAP_FRONT) ||
	       !memcmp(da, IEEE80211_SNAP_BRIDGE_TUNNEL, SNAP_FRONT);
}

/* A subframe must not name other ends than the frame could have */
static bool ends_ok(const uint8_t *sub, const struct who *who)
{
	const uint8_t *da = sub + IEEE80211_AMSDU_OFF_DA;
	const uint8_t *sa = sub + IEEE80211_AMSDU_OFF_SA;

	if (who->sub_da && !dot11_addr_is_group(da) &&
	    !dot11_addr_equal(da, who->sub_da))
		return false;
	return !who->sub_sa || dot11_addr_equal(sa, who->sub_sa);
}

static enum verdict look(const uint8_t *sub, unsigned int left,
			 const struct who *who, unsigned int *len)
{
	if (left < IEEE80211_AMSDU_HDR_LEN)
		return BAD;
	*len = inet_get_be16(sub + IEEE80211_AMSDU_OFF_LEN);
	if (*len > left - IEEE80211_AMSDU_HDR_LEN || !ends_ok(sub, who))
		return BAD;
	return is_convertible(sub + IEEE80211_AMSDU_HDR_LEN, *len) ? GOOD :
								    OTHER;
}

/* Find the MSDUs; nothing is changed. Return: what becomes of the whole A-MSDU */
static enum verdict find_msdus(struct mac *mac, const uint8_t *body,
			       unsigned int len, const struct who *who,
			       unsigned int *n)
{
	unsigned int at = 0, sub_len = 0;
	enum verdict all = GOOD, one;

	*n = 0;
	if (len >= IEEE80211_AMSDU_HDR_LEN && is_forged(body))
		return BAD;
	do {
		one = look(body + at, len - at, who, &sub_len);
		if (one == BAD)
			return BAD;
		if (one == OTHER || *n == mac->rx.max_parts)
			all = OTHER;
		at += IEEE80211_AMSDU_HDR_LEN;
		if (all == GOOD)
			mac->rx.part[(*n)++] = (struct rx_part){
				.at = (uint16_t)at, .len = (uint16_t)sub_len,
			};
		/* The last one may do without what pads the others to four octets */
		at = (at + sub_len + 3) & ~3u;
	} while (at < len);
	return all;
}

static int take_apart(struct mac *mac, struct rx_item *item,
		      const struct who *who, unsigned int body)
{
	unsigned int n;

	switch (find_msdus(mac, item->data + body, item->start + item->len - body,
			   who, &n)) {
	case BAD:
		mac->c.rx_amsdu_refused++;
		return RXE_REFUSED;
	case OTHER:
		return 0;
	case GOOD:
		break;
	}
	for (unsigned int i = 0; i < n; i++) {
		struct rx_part *part = &mac->rx.part[i];
		unsigned int at = body + part->at;
		const uint8_t *sub = item->data + at - IEEE80211_AMSDU_HDR_LEN;

		*part = convert(item, at, part->len, sub + IEEE80211_AMSDU_OFF_DA,
				sub + IEEE80211_AMSDU_OFF_SA);
	}
	mac->c.rx_amsdu++;
	item->flags &= ~SKUA_RXF_AMSDU;
	return (int)n;
}

int rxe_8023(struct mac *mac, struct rx_item *item)
{
	const struct mac_sta *sta = mac_sta_get(mac, item->sta, item->sta_gen);
	const uint8_t *frame = item->data + item->start;
	unsigned int body = item->start + item->hdr_len;
	struct who who;
	int n = 1;

	if (!sta || !may_go_as_8023(mac, item, sta, frame) ||
	    !find_ends(sta->vif, sta, frame, &who))
		return 0;
	if (item->flags & SKUA_RXF_AMSDU) {
		n = take_apart(mac, item, &who, body);
	} else {
		unsigned int len = item->len - item->hdr_len;

		if (!is_convertible(item->data + body, len))
			return 0;
		mac->rx.part[0] = convert(item, body, len, who.da, who.sa);
	}
	if (n > 0)
		item->flags |= SKUA_RXF_8023;
	return n;
}
