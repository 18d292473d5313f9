/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of TCP and UDP as a host that segments by itself sends them
 *
 * packet.c writes each octet from a description, and looks at no other packet. So a segment
 * is not made of the packet that the NIC was given.
 */
#ifndef TEST_MAC_PACKET_H
#define TEST_MAC_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#define PACKET_PAYLOAD_MAX	65535
#define PACKET_EXTS		3

#define TCP_FIN	0x01
#define TCP_SYN	0x02
#define TCP_PSH	0x08
#define TCP_ACK	0x10
#define TCP_ECE	0x40
#define TCP_CWR	0x80

/**
 * struct packet - a packet
 * @v6: of IPv6
 * @udp: of UDP, not TCP
 * @ip_opts: octets of IPv4 options
 * @exts: number of IPv6 extension headers
 * @ext: for each its number, and its length in units of 8 octets
 * @id: IPv4 identification
 * @seq: first sequence number
 * @tcp_opts: octets of TCP options
 * @flags: TCP_*
 * @len: octets of payload
 * @payload: these
 */
struct packet {
	bool v6;
	bool udp;
	unsigned int ip_opts;
	unsigned int exts;
	struct {
		uint8_t number;
		uint8_t units;
	} ext[PACKET_EXTS];
	uint16_t id;
	uint32_t seq;
	unsigned int tcp_opts;
	uint8_t flags;
	unsigned int len;
	const uint8_t *payload;
};

/** packet_type() - its EtherType */
uint16_t packet_type(const struct packet *k);

/** packet_l4() - octets in front of its TCP or UDP header */
unsigned int packet_l4(const struct packet *k);

/** packet_headers() - octets in front of its payload */
unsigned int packet_headers(const struct packet *k);

/**
 * packet_write() - write a packet
 * @to: where to
 * @k: the packet
 * @pseudo: its checksum is the sum of the pseudo header alone, for a NIC to go on
 *
 * Return: octets.
 */
unsigned int packet_write(uint8_t *to, const struct packet *k, bool pseudo);

/** packet_segments() - number of segments of @size octets */
unsigned int packet_segments(const struct packet *k, unsigned int size);

/** packet_segment() - the i-th of them; a host without offloads would send that */
struct packet packet_segment(const struct packet *k, unsigned int size,
			     unsigned int i);

#endif /* TEST_MAC_PACKET_H */
