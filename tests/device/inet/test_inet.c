// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checksums and the parser of TCP and UDP, against models that are written as the RFCs
 * say it: RFC 1071 word by word, and a packet field by field
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dot11/dot11.h"

static uint32_t seed = 1;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Plain models */

static uint32_t plain_sum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
	return sum;
}

static uint16_t plain_fold(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + sum / 0x10000;
	return (uint16_t)sum;
}

static uint16_t value(uint16_t folded)
{
	uint8_t b[2];

	memcpy(b, &folded, 2);
	return (uint16_t)(b[0] * 256 + b[1]);
}

/* RFC 768, 793, 8200: what the checksum field has to be, with the field as zero */
static uint16_t plain_csum(const uint8_t *ip, unsigned int hdr, unsigned int l4_len,
			   uint8_t proto, unsigned int field)
{
	unsigned int addrs = ip[0] >> 4 == 4 ? 12 : 8;
	uint8_t copy[2048];
	uint32_t sum;

	memcpy(copy, ip + hdr, l4_len);
	copy[field] = 0;
	copy[field + 1] = 0;
	sum = plain_sum(ip + addrs, ip[0] >> 4 == 4 ? 8 : 32) + proto + l4_len;
	return (uint16_t)~plain_fold(plain_fold(sum) + plain_sum(copy, l4_len));
}

/* Sums */

static void test_sum(void **state)
{
	uint8_t buf[2100];

	(void)state;
	for (unsigned int round = 0; round < 20; round++) {
		for (unsigned int i = 0; i < sizeof(buf); i++)
			buf[i] = (uint8_t)(round ? rnd(256) : 0xff);
		for (unsigned int len = 0; len < 2048; len++) {
			const uint8_t *p = buf + rnd(32);
			unsigned int cut = rnd(len + 1) & ~1u;
			uint64_t sum = inet_sum(p, len, 0);

			assert_int_equal(value(inet_fold(sum)),
					 plain_fold(plain_sum(p, len)));
			/* in two pieces */
			sum = inet_sum(p + cut, len - cut, inet_sum(p, cut, 0));
			assert_int_equal(value(inet_fold(sum)),
					 plain_fold(plain_sum(p, len)));
		}
	}
}

static void test_fold(void **state)
{
	static const struct {
		uint64_t sum;
		uint16_t folded;
	} c[] = {
		{ 0, 0 }, { 0xffff, 0xffff }, { 0x10000, 1 }, { 0x1fffe, 0xffff },
		{ 0xffffffff, 0xffff }, { 0x100000000, 1 }, { 0x1fffffffe, 0xffff },
		{ UINT64_MAX, 0xffff }, { UINT64_MAX - 1, 0xfffe },
		{ 0xffffffff00000000, 0xffff }, { 0xfffe0001fffe0001, 0xffff },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		assert_int_equal(inet_fold(c[i].sum), c[i].folded);
	for (unsigned int i = 0; i < 100000; i++) {
		uint64_t sum = (uint64_t)rnd(1u << 24) << 40 | (uint64_t)rnd(1u << 24) << 16 |
			       rnd(1u << 16), mod = sum % 0xffff;

		/* ones' complement is arithmetic modulo 2^16 - 1, with two zeros */
		assert_int_equal(inet_fold(sum) % 0xffff, mod);
		assert_int_equal(!inet_fold(sum), !sum);
	}
}

/* Packets */

struct pkt {
	uint8_t b[2048];
	unsigned int len;	/* of the packet, without what follows it */
	unsigned int hdr;
	uint16_t type;
};

static void mk(struct pkt *p, bool v6, uint8_t proto, unsigned int options,
	       unsigned int payload)
{
	unsigned int l4 = proto == IPPROTO_NR_TCP ? TCP_HDR_LEN + options : UDP_HDR_LEN;
	unsigned int field = proto == IPPROTO_NR_TCP ? 16 : 6;

	for (unsigned int i = 0; i < sizeof(p->b); i++)
		p->b[i] = (uint8_t)rnd(256);
	p->type = v6 ? 0x86dd : 0x0800;
	p->hdr = v6 ? 40 : 20;
	p->len = p->hdr + l4 + payload;
	if (v6) {
		p->b[0] = 0x60;
		inet_put_be16(p->b + 4, (uint16_t)(l4 + payload));
		p->b[6] = proto;
	} else {
		p->b[0] = 0x45;
		inet_put_be16(p->b + 2, (uint16_t)p->len);
		inet_put_be16(p->b + 6, 0x4000);
		p->b[9] = proto;
		inet_put_be16(p->b + 10, 0);
		inet_put_be16(p->b + 10, (uint16_t)~plain_fold(plain_sum(p->b, 20)));
	}
	if (proto == IPPROTO_NR_TCP)
		p->b[p->hdr + 12] = (uint8_t)(l4 / 4 << 4);
	else
		inet_put_be16(p->b + p->hdr + 4, (uint16_t)(l4 + payload));
	inet_put_be16(p->b + p->hdr + field,
		      plain_csum(p->b, p->hdr, l4 + payload, proto, field));
}

static bool good(const struct pkt *p, unsigned int len)
{
	/* Memory of its own, so that a sanitizer sees what is read behind its end */
	uint8_t *own = malloc(len ? len : 1);
	struct inet_pkt ip;
	bool ok;

	memcpy(own, p->b, len);
	ok = inet_parse(&ip, p->type, own, len) && inet_csum_ok(&ip, own);
	if (ok) {
		assert_int_equal(ip.l4, p->hdr);
		assert_int_equal(ip.l4_len, p->len - p->hdr);
	}
	free(own);
	return ok;
}

/* Each length, whole, cut and padded; each octet that counts is changed once */
static void test_packets(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < 4; kind++) {
		bool v6 = kind & 1;
		uint8_t proto = kind & 2 ? IPPROTO_NR_UDP : IPPROTO_NR_TCP;

		for (unsigned int payload = 0; payload < 1460; payload += 1 + rnd(7)) {
			struct pkt p;
			unsigned int at;

			mk(&p, v6, proto, rnd(11) * 4, payload);
			assert_true(good(&p, p.len));
			assert_true(good(&p, p.len + 1 + rnd(50)));
			for (unsigned int cut = 0; cut < 70 && cut < p.len; cut++) {
				assert_false(good(&p, cut));
				assert_false(good(&p, p.len - 1 - cut));
			}
			at = p.hdr + rnd(p.len - p.hdr);
			p.b[at] ^= (uint8_t)(1u << rnd(8));
			assert_false(good(&p, p.len));
		}
	}
}

enum { BAD, GOOD };
enum { NONE, IP, L4 };	/* checksum that is made anew */

/* One field is changed, and the checksums are right again where a sender would do so */
static void test_fields(void **state)
{
	static const struct {
		const char *what;
		bool v6;
		uint8_t proto;
		unsigned int at;
		uint8_t val;
		int fix;
		int good;
	} c[] = {
		{ "v4: version 5", false, 6, 0, 0x55, IP, BAD },
		{ "v4: header of 16 octets", false, 6, 0, 0x44, IP, BAD },
		{ "v4: header checksum", false, 6, 10, 0x5a, NONE, BAD },
		{ "v4: TTL, header checksum as it was", false, 6, 8, 0x01, NONE, BAD },
		{ "v4: TTL", false, 6, 8, 0x01, IP, GOOD },
		{ "v4: TOS", false, 6, 1, 0xff, IP, GOOD },
		{ "v4: may be fragmented", false, 6, 6, 0, IP, GOOD },
		{ "v4: more fragments", false, 6, 6, 0x20, IP, BAD },
		{ "v4: a later fragment", false, 6, 7, 0x01, IP, BAD },
		{ "v4: reserved bit", false, 6, 6, 0xc0, IP, GOOD },
		{ "v4: another protocol", false, 6, 9, 1, IP, BAD },
		{ "v4: UDP as TCP", false, 17, 9, 6, IP, BAD },
		{ "v4: longer than the frame", false, 6, 2, 0x80, IP, BAD },
		{ "v4: no room for TCP", false, 6, 3, 39, IP, BAD },
		{ "v6: version 4", true, 6, 0, 0x45, NONE, BAD },
		{ "v6: traffic class", true, 6, 0, 0x6f, NONE, GOOD },
		{ "v6: longer than the frame", true, 6, 4, 0x80, NONE, BAD },
		{ "v6: jumbogram", true, 6, 5, 0, NONE, BAD },
		{ "v6: hop-by-hop options", true, 6, 6, 0, NONE, BAD },
		{ "v6: fragment", true, 6, 6, 44, NONE, BAD },
		{ "v6: hop limit", true, 6, 7, 1, NONE, GOOD },
		{ "v6: no TCP header", true, 6, 5, 12, NONE, BAD },
		{ "TCP: header of 16 octets", true, 6, 40 + 12, 0x40, L4, BAD },
		{ "TCP: header longer than the packet", true, 6, 40 + 12, 0xf0, L4, BAD },
		{ "UDP: shorter than the packet", true, 17, 40 + 5, 27, L4, BAD },
		{ "UDP: no header", true, 17, 40 + 5, 7, L4, BAD },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct pkt p;

		mk(&p, c[i].v6, c[i].proto, 0, 20);
		p.b[c[i].at] = c[i].val;
		if (c[i].fix == IP) {
			inet_put_be16(p.b + 10, 0);
			inet_put_be16(p.b + 10,
				      (uint16_t)~plain_fold(plain_sum(p.b, (p.b[0] & 15) * 4)));
		}
		if (c[i].fix == L4)
			inet_put_be16(p.b + p.hdr + (c[i].proto == 6 ? 16 : 6),
				      plain_csum(p.b, p.hdr, p.len - p.hdr, c[i].proto,
						 c[i].proto == 6 ? 16 : 6));
		if (good(&p, p.len) != c[i].good)
			fail_msg("%s", c[i].what);
	}
}

/* RFC 768: no checksum, which IPv6 does not allow; RFC 1624: 0xffff stands for 0 */
static void test_udp_zero(void **state)
{
	struct pkt p;

	(void)state;
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		unsigned int field;

		mk(&p, v6, IPPROTO_NR_UDP, 0, 32);
		field = p.hdr + 6;
		assert_true(good(&p, p.len));
		inet_put_be16(p.b + field, 0);
		assert_false(good(&p, p.len));
		/* the payload is such that the sum is zero */
		inet_put_be16(p.b + p.hdr + 8, 0);
		inet_put_be16(p.b + p.hdr + 8,
			      plain_csum(p.b, p.hdr, p.len - p.hdr, IPPROTO_NR_UDP, 6));
		assert_int_equal(plain_csum(p.b, p.hdr, p.len - p.hdr, IPPROTO_NR_UDP, 6), 0);
		inet_put_be16(p.b + field, 0xffff);
		assert_true(good(&p, p.len));
		inet_put_be16(p.b + field, 0);
		assert_false(good(&p, p.len));
	}
}

/* IPv4 options are no obstacle for a checksum */
static void test_options(void **state)
{
	struct pkt p;

	(void)state;
	for (unsigned int opt = 4; opt <= 40; opt += 4) {
		mk(&p, false, IPPROTO_NR_TCP, 0, 100);
		memmove(p.b + 20 + opt, p.b + 20, 120);
		memset(p.b + 20, 1, opt);
		p.b[0] = (uint8_t)(0x45 + opt / 4);
		p.hdr += opt;
		p.len += opt;
		inet_put_be16(p.b + 2, (uint16_t)p.len);
		inet_put_be16(p.b + 10, 0);
		inet_put_be16(p.b + 10, (uint16_t)~plain_fold(plain_sum(p.b, 20 + opt)));
		assert_true(good(&p, p.len));
		assert_false(good(&p, 20 + opt));
		p.b[20] ^= 1;
		assert_false(good(&p, p.len));
	}
}

/* Octets of no meaning: no length is believed */
static void test_noise(void **state)
{
	struct pkt p;

	(void)state;
	for (unsigned int i = 0; i < 300000; i++) {
		struct inet_pkt ip;
		unsigned int len = rnd(128);
		uint8_t *own = malloc(len ? len : 1);

		for (unsigned int k = 0; k < len; k++)
			own[k] = (uint8_t)rnd(256);
		if (len > 10 && rnd(4)) {
			own[0] = rnd(2) ? 0x45 : 0x60;
			own[2] = own[4] = own[6] = own[7] = 0;
			own[own[0] == 0x45 ? 9 : 6] = rnd(2) ? 6 : 17;
		}
		if (inet_parse(&ip, rnd(2) ? 0x0800 : 0x86dd, own, len)) {
			assert_true(ip.l4 + ip.l4_len <= len);
			inet_csum_ok(&ip, own);
		}
		free(own);
	}
	mk(&p, false, IPPROTO_NR_TCP, 0, 4);
	p.type = 0x0806;
	assert_false(good(&p, p.len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_udp_zero),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
