// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP and UDP in IPv4 and IPv6: lengths and checksums
 */
#include <string.h>

#include "dot11/inet.h"

/*
 * Halves of 64-bit words are added in 64 bits, so that no carry is lost, two vectors at a
 * time: the compiler has instructions for these on any processor that is worth it.
 */
typedef uint64_t sum_vec __attribute__((vector_size(16)));

uint64_t inet_sum(const void *p, size_t len, uint64_t sum)
{
	const uint8_t *at = p;
	sum_vec low = { 0 }, high = { 0 }, v[2];
	uint64_t word = 0;

	for (; len >= sizeof(v); len -= sizeof(v), at += sizeof(v)) {
		memcpy(v, at, sizeof(v));
		low += (v[0] & UINT32_MAX) + (v[1] & UINT32_MAX);
		high += (v[0] >> 32) + (v[1] >> 32);
	}
	low += high;
	sum += low[0] + low[1];
	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum += (word & UINT32_MAX) + (word >> 32);
	}
	word = 0;
	memcpy(&word, at, len);
	return sum + (word & UINT32_MAX) + (word >> 32);
}

static bool parse_ipv4(struct inet_pkt *pkt, const uint8_t *ip, size_t len)
{
	unsigned int hdr, total;

	if (len < IPV4_HDR_LEN || ip[0] >> 4 != 4)
		return false;
	hdr = (ip[0] & 15) * 4u;
	total = inet_get_be16(ip + IPV4_OFF_LEN);
	if (hdr < IPV4_HDR_LEN || total < hdr || total > len ||
	    (inet_get_be16(ip + IPV4_OFF_FRAG) & IPV4_FRAG_PART) ||
	    inet_fold(inet_sum(ip, hdr, 0)) != 0xffff)
		return false;
	pkt->version = 4;
	pkt->proto = ip[IPV4_OFF_PROTO];
	pkt->l4 = (uint8_t)hdr;
	pkt->l4_len = (uint16_t)(total - hdr);
	return true;
}

static bool parse_ipv6(struct inet_pkt *pkt, const uint8_t *ip, size_t len)
{
	if (len < IPV6_HDR_LEN || ip[0] >> 4 != 6 ||
	    inet_get_be16(ip + IPV6_OFF_LEN) > len - IPV6_HDR_LEN)
		return false;
	pkt->version = 6;
	pkt->proto = ip[IPV6_OFF_NEXT];
	pkt->l4 = IPV6_HDR_LEN;
	pkt->l4_len = inet_get_be16(ip + IPV6_OFF_LEN);
	return true;
}

static bool l4_whole(const struct inet_pkt *pkt, const uint8_t *l4)
{
	if (pkt->proto == IPPROTO_NR_UDP)
		return pkt->l4_len >= UDP_HDR_LEN &&
		       inet_get_be16(l4 + UDP_OFF_LEN) == pkt->l4_len;
	return pkt->proto == IPPROTO_NR_TCP && pkt->l4_len >= TCP_HDR_LEN &&
	       inet_tcp_hdr_len(l4) >= TCP_HDR_LEN &&
	       inet_tcp_hdr_len(l4) <= pkt->l4_len;
}

bool inet_parse(struct inet_pkt *pkt, uint16_t type, const uint8_t *ip,
		size_t len)
{
	if (type == ETHERTYPE_IPV4) {
		if (!parse_ipv4(pkt, ip, len))
			return false;
	} else if (type != ETHERTYPE_IPV6 || !parse_ipv6(pkt, ip, len)) {
		return false;
	}
	return l4_whole(pkt, ip + pkt->l4);
}

static uint64_t pseudo_sum(const struct inet_pkt *pkt, const uint8_t *ip)
{
	uint64_t sum = inet_sum_word(pkt->l4_len, 0);

	sum = inet_sum_word(pkt->proto, sum);
	return pkt->version == 4 ? inet_sum(ip + IPV4_OFF_SRC, 8, sum) :
				   inet_sum(ip + IPV6_OFF_SRC, 32, sum);
}

bool inet_csum_ok(const struct inet_pkt *pkt, const uint8_t *ip)
{
	const uint8_t *l4 = ip + pkt->l4;

	if (pkt->proto == IPPROTO_NR_UDP && !inet_get_be16(l4 + UDP_OFF_CSUM))
		return false;
	return inet_fold(inet_sum(l4, pkt->l4_len, pseudo_sum(pkt, ip))) ==
	       0xffff;
}
