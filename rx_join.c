// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - receive: a run of TCP segments becomes one packet
 *
 * The NIC has joined what GRO would have joined, and left the headers of the first segment.
 * What GRO writes into them is written here: lengths, and a checksum that is yet to be
 * filled in. So the packet can be delivered, and forwarded and cut again.
 */
#include <linux/etherdevice.h>
#include <linux/tcp.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "rx.h"

/**
 * struct skua_rx_hdrs - the headers of a run, a private copy
 * @eth: 802.3 header
 * @ip4: IPv4 header without options
 * @ip6: IPv6 header without extension headers
 * @tcp: TCP header without options, which are not looked at
 *
 * The network header is one of the two; @tcp follows it in the frame.
 */
struct skua_rx_hdrs {
	struct ethhdr eth;
	union {
		struct iphdr ip4;
		struct ipv6hdr ip6;
	};
	struct tcphdr tcp;
};

/* Length of the network header, or 0 if GRO would not join what is behind it. */
static unsigned int skua_rx_net_len(const struct skua_rx_hdrs *h)
{
	switch (h->eth.h_proto) {
	case htons(ETH_P_IP):
		if (h->ip4.version != 4 || h->ip4.ihl != sizeof(h->ip4) / 4 ||
		    ip_is_fragment(&h->ip4) || h->ip4.protocol != IPPROTO_TCP)
			return 0;
		return sizeof(h->ip4);
	case htons(ETH_P_IPV6):
		if (h->ip6.version != 6 || h->ip6.nexthdr != IPPROTO_TCP)
			return 0;
		return sizeof(h->ip6);
	default:
		return 0;
	}
}

/* Copy the headers. Return: their length, or a negative error if they are not such headers. */
static int skua_rx_get_hdrs(struct skua_rx_hdrs *h, const struct sk_buff *skb)
{
	const u32 never = (__force u32)(TCP_FLAG_SYN | TCP_FLAG_RST | TCP_FLAG_FIN |
					TCP_FLAG_URG);
	unsigned int left = skb_headlen(skb), at = ETH_HLEN, net, len;

	if (left < ETH_HLEN + sizeof(h->ip6))
		return -EINVAL;
	memcpy(&h->eth, skb->data, ETH_HLEN);
	memcpy(&h->ip6, skb->data + at, sizeof(h->ip6));
	net = skua_rx_net_len(h);
	at += net;
	if (!net || left < at + sizeof(h->tcp))
		return -EINVAL;
	memcpy(&h->tcp, skb->data + at, sizeof(h->tcp));
	len = 4 * h->tcp.doff;
	if (len < sizeof(h->tcp) || left < at + len ||
	    !(tcp_flag_word(&h->tcp) & TCP_FLAG_ACK) ||
	    ((__force u32)tcp_flag_word(&h->tcp) & never))
		return -EINVAL;
	return at + len;
}

/* The network header of the whole packet, and the pseudo header's checksum behind it. */
static void skua_rx_set_hdrs(struct skua_rx_hdrs *h, struct sk_buff *skb)
{
	unsigned int len = skb->len - ETH_HLEN;
	struct skb_shared_info *info = skb_shinfo(skb);

	if (h->eth.h_proto == htons(ETH_P_IP)) {
		info->gso_type = SKB_GSO_TCPV4;
		h->ip4.tot_len = htons(len);
		h->ip4.check = 0;
		h->ip4.check = ip_fast_csum(&h->ip4, h->ip4.ihl);
		h->tcp.check = ~csum_tcpudp_magic(h->ip4.saddr, h->ip4.daddr,
						  len - sizeof(h->ip4), IPPROTO_TCP, 0);
	} else {
		len -= sizeof(h->ip6);
		info->gso_type = SKB_GSO_TCPV6;
		h->ip6.payload_len = htons(len);
		h->tcp.check = ~tcp_v6_check(len, &h->ip6.saddr, &h->ip6.daddr, 0);
	}
	if (h->tcp.cwr)
		info->gso_type |= SKB_GSO_TCP_ECN;
}

/**
 * skua_rx_join() - make a run of TCP segments one packet
 * @skb: the frame: the first segment is linear, each further one a fragment
 * @unit: the same, checked; SKUA_RXF_COALESCED
 *
 * Any context. The headers are judged, and written, from a copy: what the NIC may write
 * meanwhile is not looked at.
 *
 * Return: 0, or -EINVAL if it is no such run
 */
int skua_rx_join(struct sk_buff *skb, const struct skua_rx_unit *unit)
{
	struct skua_rx_hdrs h;
	unsigned int net;
	int len;

	len = skua_rx_get_hdrs(&h, skb);
	if (len < 0)
		return len;
	net = skua_rx_net_len(&h);
	if (skb_headlen(skb) != len + unit->gso_size ||
	    skb->len - ETH_HLEN > IP_MAX_MTU)
		return -EINVAL;
	skua_rx_set_hdrs(&h, skb);
	memcpy(skb->data, &h.eth, ETH_HLEN);
	memcpy(skb->data + ETH_HLEN, &h.ip6, net);
	memcpy(skb->data + ETH_HLEN + net, &h.tcp, sizeof(h.tcp));
	skb_shinfo(skb)->gso_size = unit->gso_size;
	skb_shinfo(skb)->gso_segs = unit->nbufs;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + ETH_HLEN + net;
	skb->csum_offset = offsetof(struct tcphdr, check);
	/* for skb_gso_segment(); others set them anew */
	skb->protocol = h.eth.h_proto;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	return 0;
}

/**
 * skua_rx_split() - undo what skua_rx_join() has done
 * @sc: the device
 * @skb: packet; no longer the caller's
 * @frames: its segments are appended, none without memory
 *
 * Each of them has the receive status of @skb. BHs off.
 */
void skua_rx_split(struct skua *sc, struct sk_buff *skb, struct sk_buff_head *frames)
{
	const struct ieee80211_rx_status saved = *IEEE80211_SKB_RXCB(skb);
	struct sk_buff *segs, *next;

	segs = skb_gso_segment(skb, NETIF_F_SG | NETIF_F_HW_CSUM);
	if (IS_ERR_OR_NULL(segs)) {
		skua_count(sc, SKUA_CTR_RX_NO_MEM);
		dev_kfree_skb(skb);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		/* skb_gso_segment() has written to it */
		*IEEE80211_SKB_RXCB(skb) = saved;
		__skb_queue_tail(frames, skb);
	}
}
