// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: checksums of TCP and UDP
 *
 * They are summed up while the frame is still in the processor's cache, and so are the
 * headers parsed, once.
 */
#include <string.h>

#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

/**
 * struct payload - what a frame carries
 * @type: EtherType
 * @at: octets behind it
 * @len: number of these
 */
struct payload {
	uint16_t type;
	const uint8_t *at;
	unsigned int len;
};

/* Frames in which something else stands between header and LLC, or no LLC at all */
static bool is_odd(const struct mac *mac, const struct rx_item *item,
		   const uint8_t *frame)
{
	return (item->flags & (SKUA_RXF_FCS_ERR | SKUA_RXF_MONITOR_ONLY |
			       SKUA_RXF_AMSDU | SKUA_RXF_MMIC_ERR)) ||
	       item->vif >= MAC_VIFS || mac->vif[item->vif].type == SKUA_VIF_MESH ||
	       !dot11_fc_is_data_present(dot11_fc(frame)) ||
	       dot11_is_fragment(frame);
}

/* The payload of an 802.11 frame. Return: false if it has none that could be told */
static bool find_payload(const struct mac *mac, const struct rx_item *item,
			 const uint8_t *frame, struct payload *p)
{
	unsigned int snap = item->hdr_len;

	if (is_odd(mac, item, frame))
		return false;
	if (dot11_fc(frame) & IEEE80211_FC_PROTECTED) {
		if (!item->key || !(item->flags & SKUA_RXF_DECRYPTED))
			return false;
		if (!(item->flags & SKUA_RXF_IV_STRIPPED))
			snap += item->key->crypto.cipher->iv_len;
	}
	if (item->len < snap + IEEE80211_SNAP_LEN)
		return false;
	p->type = dot11_snap_type(frame + snap);
	p->at = frame + snap + IEEE80211_SNAP_LEN;
	p->len = item->len - snap - IEEE80211_SNAP_LEN;
	return p->type;
}

static bool collects(const struct mac *mac)
{
	const uint64_t need = SKUA_FEAT_RX_DECAP | SKUA_FEAT_RX_CSUM |
			      SKUA_FEAT_RX_COALESCE;

	return (mac->bus->features & need) == need;
}

/* A flow is told by ports, so IPv4 options are none of a segment that is collected */
static void find_flow(struct rx_up *up, const struct inet_pkt *pkt,
		      const uint8_t *frame, bool csum_ok)
{
	struct rx_flow *flow = &up->flow;
	unsigned int l4 = ETHER_HDR_LEN + pkt->l4, hdr;

	if (pkt->proto == IPPROTO_NR_UDP)
		flow->kind = RX_FLOW_UDP;
	if (pkt->proto == IPPROTO_NR_UDP || !csum_ok ||
	    (pkt->version == 4 && pkt->l4 != IPV4_HDR_LEN))
		return;
	hdr = l4 + inet_tcp_hdr_len(frame + l4);
	flow->kind = RX_FLOW_TCP;
	flow->l4 = (uint8_t)l4;
	flow->hdr_len = (uint8_t)hdr;
	flow->payload = (uint16_t)(l4 + pkt->l4_len - hdr);
	flow->plain = flow->payload && up->bufs.n == 1 &&
		      up->len == l4 + pkt->l4_len;
	memcpy(flow->hdr, frame, hdr);
}

void rxe_inet(const struct mac *mac, const struct rx_item *item,
	      struct rx_up *up, const uint8_t *frame)
{
	struct inet_pkt pkt;
	struct payload p;
	bool ok;

	up->flow.kind = RX_FLOW_NONE;
	if (!(mac->bus->features & SKUA_FEAT_RX_CSUM))
		return;
	if (up->decap)
		p = (struct payload){
			.type = inet_get_be16(frame + ETHER_OFF_TYPE),
			.at = frame + ETHER_HDR_LEN,
			.len = up->len - ETHER_HDR_LEN,
		};
	else if (!find_payload(mac, item, frame, &p))
		return;
	if (!inet_parse(&pkt, p.type, p.at, p.len))
		return;
	ok = inet_csum_ok(&pkt, p.at);
	if (ok)
		up->rec.flags |= htole32(SKUA_RXF_CSUM_OK);
	if (up->decap && collects(mac))
		find_flow(up, &pkt, frame, ok);
}
