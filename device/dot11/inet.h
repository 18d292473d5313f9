/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TCP and UDP in IPv4 and IPv6, as far as checksums and segments need it
 *
 * As in dot11/frame.h, a packet is an array of octets at any address. Fields are
 * big-endian. Nothing here trusts a length that a packet names.
 */
#ifndef SKUA_DEVICE_INET_H
#define SKUA_DEVICE_INET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint16_t inet_get_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t inet_get_be32(const uint8_t *p)
{
	return (uint32_t)inet_get_be16(p) << 16 | inet_get_be16(p + 2);
}

static inline void inet_put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void inet_put_be32(uint8_t *p, uint32_t v)
{
	inet_put_be16(p, (uint16_t)(v >> 16));
	inet_put_be16(p + 2, (uint16_t)v);
}

/* An 802.3 header: DA, SA, EtherType or length */
#define ETHER_OFF_DA		0
#define ETHER_OFF_SA		6
#define ETHER_OFF_TYPE		12
#define ETHER_HDR_LEN		14
#define ETHERTYPE_MIN		0x0600	/* what is below is a length */
#define ETHERTYPE_IPV4		0x0800
#define ETHERTYPE_AARP		0x80f3
#define ETHERTYPE_IPX		0x8137
#define ETHERTYPE_IPV6		0x86dd
#define ETHERTYPE_EAPOL		0x888e
#define ETHERTYPE_WAPI		0x88b4
#define ETHERTYPE_PREAUTH	0x88c7	/* of RSN */
#define ETHERTYPE_TDLS		0x890d

#define IPV4_HDR_LEN		20	/* without options */
#define IPV4_OFF_LEN		2
#define IPV4_OFF_ID		4
#define IPV4_OFF_FRAG		6
#define IPV4_OFF_PROTO		9
#define IPV4_OFF_CSUM		10
#define IPV4_OFF_SRC		12
#define IPV4_FRAG_DF		0x4000
#define IPV4_FRAG_PART		0x3fff	/* more fragments, and the offset */

#define IPV6_HDR_LEN		40
#define IPV6_OFF_LEN		4	/* of the payload */
#define IPV6_OFF_NEXT		6
#define IPV6_OFF_SRC		8

/* Extension headers that may stand before TCP's: next header, length, and what they say */
#define IPV6_EXT_HOP_BY_HOP	0
#define IPV6_EXT_ROUTING	43
#define IPV6_EXT_DEST		60
#define IPV6_EXT_UNIT		8	/* of their length, which leaves the first unit out */

#define IPPROTO_NR_TCP		6
#define IPPROTO_NR_UDP		17

#define TCP_HDR_LEN		20	/* without options */
#define TCP_HDR_MAX		60
#define TCP_OFF_SEQ		4
#define TCP_OFF_ACK		8
#define TCP_OFF_DOFF		12
#define TCP_OFF_FLAGS		13
#define TCP_OFF_WINDOW		14
#define TCP_OFF_CSUM		16
#define TCP_OFF_URG		18
#define TCP_FLAG_FIN		0x01
#define TCP_FLAG_PSH		0x08
#define TCP_FLAG_ACK		0x10
#define TCP_FLAG_ECE		0x40
#define TCP_FLAG_CWR		0x80

#define UDP_HDR_LEN		8
#define UDP_OFF_LEN		4
#define UDP_OFF_CSUM		6

/* Octets of a TCP header, as it says itself */
static inline unsigned int inet_tcp_hdr_len(const uint8_t *tcp)
{
	return tcp[TCP_OFF_DOFF] >> 4 << 2;
}

/**
 * inet_sum() - add octets to an Internet checksum (RFC 1071)
 * @p: octets
 * @len: number of octets; even, but for the last piece of what is summed
 * @sum: sum so far, 0 at first
 *
 * Return: a sum for inet_fold(), or for the next call. The sum of 2^31 octets fits.
 */
uint64_t inet_sum(const void *p, size_t len, uint64_t sum);

/**
 * inet_sum_word() - add a 16-bit field that stands in no packet
 * @v: its value
 * @sum: sum so far
 *
 * Return: as inet_sum().
 */
static inline uint64_t inet_sum_word(uint16_t v, uint64_t sum)
{
	return sum + __builtin_bswap16(v);
}

/**
 * inet_fold() - the end of a checksum
 * @sum: of inet_sum()
 *
 * Return: the sum in 16 bits, not complemented, in the order of the packet's octets: to
 *	be stored by memcpy(). 0xffff for octets that include their checksum, if it is right.
 */
static inline uint16_t inet_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/**
 * inet_csum() - the checksum of octets, its own field among them
 * @p: octets; in the field is 0, or the sum of a pseudo header
 * @len: number of octets
 *
 * Return: what is to be stored in the field, by memcpy().
 */
static inline uint16_t inet_csum(const void *p, size_t len)
{
	return (uint16_t)~inet_fold(inet_sum(p, len, 0));
}

/**
 * struct inet_pkt - a TCP segment or a UDP datagram, whole in one packet
 * @version: of IP
 * @proto: IPPROTO_NR_*
 * @l4: offset of its TCP or UDP header from that of IP
 * @l4_len: octets from there on, without what pads the packet
 */
struct inet_pkt {
	uint8_t version;
	uint8_t proto;
	uint8_t l4;
	uint16_t l4_len;
};

/**
 * inet_parse() - look whether a packet is a TCP segment or a UDP datagram
 * @pkt: to be filled in
 * @type: EtherType
 * @ip: the packet
 * @len: octets of @ip
 *
 * Checked: all lengths, and the checksum of an IPv4 header. An IPv4 packet may have
 * options, an IPv6 packet has no extension headers.
 *
 * Return: false for any other packet, fragments among them.
 */
bool inet_parse(struct inet_pkt *pkt, uint16_t type, const uint8_t *ip,
		size_t len);

/**
 * inet_csum_ok() - check the checksum of TCP or UDP
 * @pkt: of inet_parse()
 * @ip: the packet
 *
 * Return: false if it is wrong, or if a UDP datagram has none.
 */
bool inet_csum_ok(const struct inet_pkt *pkt, const uint8_t *ip);

#endif /* SKUA_DEVICE_INET_H */
