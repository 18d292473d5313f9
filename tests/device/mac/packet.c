// SPDX-License-Identifier: GPL-2.0-only
/* Packets of TCP and UDP, octet by octet, see packet.h */
#include <string.h>

#include "packet.h"

static unsigned int put(uint8_t *to, unsigned int at, uint64_t v, unsigned int octets)
{
	for (unsigned int i = 0; i < octets; i++)
		to[at + i] = (uint8_t)(v >> 8 * (octets - 1 - i));
	return at + octets;
}

/* RFC 1071, pair by pair */
static uint32_t add_pairs(uint32_t sum, const uint8_t *p, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++) {
		sum += i % 2 ? p[i] : p[i] * 256u;
		while (sum > 0xffff)
			sum -= 0xffff;
	}
	return sum;
}

uint16_t packet_type(const struct packet *k)
{
	return k->v6 ? 0x86dd : 0x0800;
}

unsigned int packet_l4(const struct packet *k)
{
	unsigned int len = 40;

	if (!k->v6)
		return 20 + k->ip_opts;
	for (unsigned int i = 0; i < k->exts; i++)
		len += 8u * k->ext[i].units;
	return len;
}

static unsigned int l4_len(const struct packet *k)
{
	return k->udp ? 8 : 20 + k->tcp_opts;
}

unsigned int packet_headers(const struct packet *k)
{
	return packet_l4(k) + l4_len(k);
}

static void write_ipv4(uint8_t *to, const struct packet *k)
{
	unsigned int hdr = packet_l4(k), at = 0;

	at = put(to, at, 0x40 | hdr / 4, 1);
	at = put(to, at, 0xb9, 1);
	at = put(to, at, packet_headers(k) + k->len, 2);
	at = put(to, at, k->id, 2);
	at = put(to, at, 0x4000, 2);
	at = put(to, at, 64, 1);
	at = put(to, at, k->udp ? 17 : 6, 1);
	at = put(to, at, 0, 2);
	at = put(to, at, 0x0a000001, 4);
	at = put(to, at, 0xc0a8fe05, 4);
	memset(to + at, 1, k->ip_opts);
	put(to, 10, 0xffff - add_pairs(0, to, hdr), 2);
}

static void write_ipv6(uint8_t *to, const struct packet *k)
{
	uint8_t l4 = k->udp ? 17 : 6;
	unsigned int at = 0;

	at = put(to, at, 0x6b912345, 4);
	at = put(to, at, packet_headers(k) - 40 + k->len, 2);
	at = put(to, at, k->exts ? k->ext[0].number : l4, 1);
	at = put(to, at, 64, 1);
	for (unsigned int i = 0; i < 32; i++)
		at = put(to, at, 0xfd + 3 * i, 1);
	for (unsigned int i = 0; i < k->exts; i++) {
		unsigned int len = 8u * k->ext[i].units;

		memset(to + at, 0x11 * (int)(i + 1), len);
		put(to, at, i + 1 < k->exts ? k->ext[i + 1].number : l4, 1);
		put(to, at + 1, k->ext[i].units - 1, 1);
		at += len;
	}
}

static unsigned int csum_at(const struct packet *k)
{
	return k->udp ? 6 : 16;
}

static void write_l4(uint8_t *to, const struct packet *k)
{
	unsigned int at = 0;

	at = put(to, at, 40000, 2);
	at = put(to, at, 443, 2);
	if (k->udp) {
		at = put(to, at, 8 + k->len, 2);
		put(to, at, 0, 2);
		return;
	}
	at = put(to, at, k->seq, 4);
	at = put(to, at, 0x87654321, 4);
	at = put(to, at, (20 + k->tcp_opts) / 4 * 16, 1);
	at = put(to, at, k->flags, 1);
	at = put(to, at, 502, 2);
	at = put(to, at, 0, 2);
	at = put(to, at, 0, 2);
	for (unsigned int i = 0; i < k->tcp_opts; i++)
		at = put(to, at, 7 * i + 1, 1);
}

/* Addresses, protocol, length */
static uint32_t pseudo_sum(const uint8_t *ip, const struct packet *k)
{
	uint8_t tail[4];
	uint32_t sum;

	sum = k->v6 ? add_pairs(0, ip + 8, 32) : add_pairs(0, ip + 12, 8);
	put(tail, 0, k->udp ? 17 : 6, 2);
	put(tail, 2, l4_len(k) + k->len, 2);
	return add_pairs(sum, tail, 4);
}

unsigned int packet_write(uint8_t *to, const struct packet *k, bool pseudo)
{
	uint8_t *l4 = to + packet_l4(k);
	unsigned int len = l4_len(k) + k->len;
	uint32_t sum;

	if (k->v6)
		write_ipv6(to, k);
	else
		write_ipv4(to, k);
	write_l4(l4, k);
	if (k->len)
		memcpy(l4 + l4_len(k), k->payload, k->len);
	sum = pseudo_sum(to, k);
	if (!pseudo) {
		sum = 0xffff - add_pairs(sum, l4, len);
		/* No checksum, to UDP */
		if (k->udp && !sum)
			sum = 0xffff;
	}
	put(l4, csum_at(k), sum, 2);
	return packet_l4(k) + len;
}

unsigned int packet_segments(const struct packet *k, unsigned int size)
{
	return (k->len + size - 1) / size;
}

struct packet packet_segment(const struct packet *k, unsigned int size,
			     unsigned int i)
{
	unsigned int n = packet_segments(k, size), from = i * size;
	struct packet s = *k;

	s.id = (uint16_t)(k->id + i);
	s.seq = k->seq + from;
	s.payload = k->payload + from;
	s.len = i == n - 1 ? k->len - from : size;
	if (i != n - 1)
		s.flags &= (uint8_t)~(TCP_PSH | TCP_FIN);
	if (i != 0)
		s.flags &= (uint8_t)~TCP_CWR;
	return s;
}
