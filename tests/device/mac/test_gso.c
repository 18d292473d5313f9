// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC engines: packets that the NIC cuts into segments, and checksums that it fills in
 *
 * Each frame on the air is compared, octet for octet, with that of a host that cuts by itself.
 */
#include <time.h>

#include "mac/txe.h"
#include "rig.h"

#define RANDOM_S	2	/* of packets */

static uint8_t bytes[PACKET_PAYLOAD_MAX];
static uint8_t frame[SKUA_MAX_GSO + 4096];

static uint32_t seed = 1;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void fill(void)
{
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)rnd(256);
}

static struct packet tcp(unsigned int len)
{
	return (struct packet){
		.id = 0xfffe, .seq = 0xfffff000, .tcp_opts = 12,
		.flags = TCP_ACK | TCP_PSH, .len = len, .payload = bytes,
	};
}

/* Give the NIC a packet, in pieces */
static void send_pieces(struct rig *r, enum rig_head head, const struct packet *k,
			unsigned int size, unsigned int pieces)
{
	uint32_t left = rig_frame(frame, head, k), len[SKUA_TXD_MAX_SEGS];
	struct tx t = rig_tx(r, head, k, size);
	unsigned int n = 0;

	while (n + 1 < pieces && left > 1) {
		len[n] = 1 + rnd(n ? left - 1 : left < 100 ? left - 1 : 99);
		left -= len[n++];
	}
	len[n++] = left;
	host_tx_pieces(r->ap, &t, frame, len, n);
}

static void send_packet(struct rig *r, enum rig_head head, const struct packet *k,
			unsigned int size)
{
	send_pieces(r, head, k, size, 1);
}

/* All that was heard is this packet */
static void check_packet(struct rig *r, enum rig_head head, const struct packet *k,
			 unsigned int size)
{
	unsigned int n = packet_segments(k, size);
	uint8_t f[RIG_FRAME_MAX];

	assert_int_equal(r->n, n);
	for (unsigned int i = 0; i < n; i++) {
		struct packet s = packet_segment(k, size, i);

		rig_check(r, i, f, rig_expect(f, head, &s));
		/* And in the order of their numbers */
		if (i)
			assert_int_equal(dot11_sn(r->heard[i].data),
					 (dot11_sn(r->heard[i - 1].data) + 1) % 4096);
	}
}

static void expect_end(struct rig *r, enum skua_tx_status status)
{
	rig_take(r);
	assert_int_equal(r->words, 1);
	assert_int_equal(r->token, 77);
	assert_int_equal(r->status, status);
	assert_int_equal(r->ap->mac->tx.count, 0);
	assert_int_equal(r->ap->mac->sta[AP_STA]->frames[2], 0);
	assert_int_equal(r->ap->mac->vif[0].frames[2], 0);
	/* One packet at a time has used one of these */
	assert_null(r->ap->mac->tx.shares ? r->ap->mac->tx.shares->next : NULL);
}

static void go(struct rig *r, enum rig_head head, const struct packet *k,
	       unsigned int size)
{
	rig_clear(r);
	send_packet(r, head, k, size);
	rig_run(r);
	check_packet(r, head, k, size);
	expect_end(r, SKUA_TXS_ACKED);
}

/* T10 */
static void test_segments(void **state)
{
	static const uint8_t flags[] = {
		TCP_ACK, TCP_ACK | TCP_PSH, TCP_ACK | TCP_FIN,
		TCP_ACK | TCP_CWR | TCP_ECE | TCP_PSH | TCP_FIN,
	};
	static const unsigned int lens[] = { 1, 1447, 1448, 1449, 2896, 2897, 65000 };
	struct rig *r = *state;

	fill();
	for (enum rig_head head = 0; head < HEADS; head++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
			struct packet k = tcp(lens[i]);

			k.flags = flags[i % ARRAY_SIZE(flags)];
			go(r, head, &k, 1448);
			k.v6 = true;
			go(r, head, &k, 1428);
		}
	}
	assert_int_equal(r->ap->mac->c.tx_gso, 2 * HEADS * ARRAY_SIZE(lens));
	assert_int_equal(r->ap->mac->c.tx_encap, 2 * ARRAY_SIZE(lens));
	assert_int_equal(r->ap->mac->c.tx_bad_frame, 0);
}

static struct packet random_packet(unsigned int size)
{
	static const uint8_t numbers[] = { 0, 43, 60 };
	struct packet k = {
		.v6 = rnd(2), .id = (uint16_t)rnd(65536),
		.seq = rnd(1 << 24) << 8 | rnd(256), .flags = (uint8_t)rnd(256),
		.tcp_opts = 4 * rnd(11),
	};
	unsigned int most = (rnd(8) ? 6 : SKUA_MAX_GSO_SEGS) * size;

	if (k.v6 && !rnd(3)) {
		k.exts = 1 + rnd(PACKET_EXTS);
		for (unsigned int i = 0; i < k.exts; i++) {
			k.ext[i].number = numbers[rnd(3)];
			k.ext[i].units = (uint8_t)(1 + rnd(3));
		}
	} else if (!k.v6 && !rnd(3)) {
		k.ip_opts = 4 * rnd(11);
	}
	if (most > 65535 - packet_headers(&k))
		most = 65535 - packet_headers(&k);
	k.len = 1 + rnd(most);
	k.payload = bytes + rnd(PACKET_PAYLOAD_MAX - k.len + 1);
	return k;
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void test_random_segments(void **state)
{
	double until = now_s() + RANDOM_S;
	struct rig *r = *state;
	unsigned int packets = 0, frames = 0;

	for (; now_s() < until; packets++) {
		unsigned int size = rnd(4) ? 200 + rnd(1600) : 1 + rnd(200);
		struct packet k = random_packet(size);
		enum rig_head head = rnd(HEADS);

		rig_clear(r);
		if (!rnd(16))
			fill();
		send_pieces(r, head, &k, size, 1 + rnd(SKUA_TXD_MAX_SEGS));
		rig_run(r);
		check_packet(r, head, &k, size);
		expect_end(r, SKUA_TXS_ACKED);
		frames += r->n;
	}
	print_message("%u packets, %u segments\n", packets, frames);
	assert_int_equal(r->ap->mac->c.tx_gso_segs, frames);
}

/* Checksums without segments, of both formats, TCP and UDP */
static void test_random_checksums(void **state)
{
	struct rig *r = *state;
	unsigned int zero = 0;

	fill();
	for (unsigned int i = 0; i < 3000; i++) {
		struct packet k = random_packet(12);
		enum rig_head head = rnd(HEADS);
		uint8_t f[RIG_FRAME_MAX], last[2] = { 0, 0 };

		k.udp = rnd(2);
		/* Let the payload make the sum of UDP 0, now and then */
		if (i % 4 == 0) {
			k.udp = true;
			k.len = 2;
			k.payload = last;
			rig_expect(f, head, &k);
			memcpy(last, f + rig_expect(f, head, &k) - 2 - 2, 2);
			zero++;
		}
		rig_clear(r);
		send_pieces(r, head, &k, 0, 1 + rnd(SKUA_TXD_MAX_SEGS));
		rig_run(r);
		assert_int_equal(r->n, 1);
		rig_check(r, 0, f, rig_expect(f, head, &k));
		if (i % 4 == 0)
			assert_memory_equal(r->heard[0].data + r->heard[0].len - 4,
					    "\xff\xff", 2);
		expect_end(r, SKUA_TXS_ACKED);
	}
	assert_int_equal(r->ap->mac->c.tx_csum, 3000);
	assert_int_equal(zero, 750);
}

/* Refusals */

/* Nothing is sent, the descriptor ends as BAD, and that was counted */
static void refused(struct rig *r, const struct tx *t, const void *f, uint32_t len)
{
	struct mac_counts *c = &r->ap->mac->c;
	uint64_t before = c->tx_bad_frame + c->tx_bad_desc;

	rig_clear(r);
	host_tx(r->ap, t, f, len);
	rig_run(r);
	assert_int_equal(r->n, 0);
	expect_end(r, SKUA_TXS_BAD);
	assert_int_equal(c->tx_bad_frame + c->tx_bad_desc, before + 1);
}

struct harm {
	const char *what;
	bool v6;
	unsigned int at;	/* offset from the IP header */
	uint8_t value;
	int start;		/* changes of the descriptor */
	int off;
	unsigned int size;
	uint32_t set, clear;	/* flags */
	unsigned int cut;	/* length of the frame */
};

static const struct harm harms[] = {
	{ "IP version", .at = 0, .value = 0x55 },
	{ "IPv4 header longer", .at = 0, .value = 0x46 },
	{ "IPv4 header shorter", .at = 0, .value = 0x44 },
	{ "IPv4 total length", .at = 3, .value = 0x01 },
	{ "IPv4 more fragments", .at = 6, .value = 0x20 },
	{ "IPv4 fragment offset", .at = 7, .value = 0x01 },
	{ "IPv4 protocol", .at = 9, .value = 17 },
	{ "data offset of 4 words", .at = 20 + 12, .value = 0x40 },
	{ "data offset of none", .at = 20 + 12, .value = 0x00 },
	{ "EtherType", .at = -1u, .value = 0x06 },
	{ "start in the IP header", .start = -4 },
	{ "start behind it", .start = 4 },
	{ "start in the MAC header", .start = -24 },
	{ "start 0", .start = -34 },
	{ "start beyond the frame", .start = 5000 },
	{ "start far beyond", .start = 60000 },
	{ "checksum of UDP", .off = -10 },
	{ "checksum behind", .off = 2 },
	{ "checksum far behind", .off = 60000 },
	{ "segments of nothing", .size = 65536 },
	{ "segments of an octet", .size = 1 },
	{ "segments too long", .size = 2304 - 52 + 1 },
	{ "no checksum", .clear = SKUA_TXF_CSUM },
	{ "a rate", .set = SKUA_TXF_RATE },
	{ "own number", .set = SKUA_TXF_KEEP_SEQ },
	{ "timestamp", .set = SKUA_TXF_INSERT_TS },
	{ "off channel", .set = SKUA_TXF_OFFCHAN },
	{ "after DTIM", .set = SKUA_TXF_AFTER_DTIM },
	{ "MMIE", .set = SKUA_TXF_MGMT_PROT },
	{ "an unknown flag", .set = 1u << 15 },
	{ "cut in TCP", .cut = 14 + 20 + 19 },
	{ "cut in its options", .cut = 14 + 20 + 31 },
	{ "no payload", .cut = 14 + 20 + 32 },
	{ "cut in the payload", .cut = 2000 },
	{ "header alone", .cut = 14 },
	{ "less than a header", .cut = 13 },
	{ "IPv6 version", .v6 = true, .at = 0, .value = 0x4b },
	{ "IPv6 payload length", .v6 = true, .at = 5, .value = 0x01 },
	{ "IPv6 next header", .v6 = true, .at = 6, .value = 17 },
	{ "IPv6 fragment", .v6 = true, .at = 6, .value = 44 },
	{ "IPv6 other next header", .v6 = true, .at = 6, .value = 50 },
	{ "extension too long", .v6 = true, .at = 41, .value = 9 },
	{ "extension too short", .v6 = true, .at = 41, .value = 0 },
	{ "extension to UDP", .v6 = true, .at = 40, .value = 17 },
	{ "extension to another", .v6 = true, .at = 40, .value = 60 },
};

static void harm(struct rig *r, const struct harm *h)
{
	struct packet k = tcp(5000);
	unsigned int start, len;
	struct tx t;

	k.v6 = h->v6;
	if (k.v6) {
		k.exts = 1;
		k.ext[0].units = 2;
	}
	len = rig_frame(frame, HEAD_ETH, &k);
	t = rig_tx(r, HEAD_ETH, &k, h->size ? h->size : 1400);
	start = HW_GET(SKUA_TXD_W7_CSUM_START, t.w7);
	if (h->value || h->at)
		frame[14 + h->at] = h->value;
	t.w7 = HW_PUT(SKUA_TXD_W7_CSUM_START, start + (unsigned int)h->start) |
	       HW_PUT(SKUA_TXD_W7_CSUM_OFF, 16u + (unsigned int)h->off);
	t.flags = (t.flags | h->set) & ~h->clear;
	refused(r, &t, frame, h->cut ? h->cut : len);
}

/* T10 */
static void test_hostile(void **state)
{
	struct rig *r = *state;
	struct packet k = tcp(5000);

	fill();
	for (unsigned int i = 0; i < ARRAY_SIZE(harms); i++) {
		print_message("  %s\n", harms[i].what);
		harm(r, &harms[i]);
	}
	/* The same packet, unharmed */
	go(r, HEAD_ETH, &k, 1400);
	assert_int_equal(r->ap->mac->c.tx_dma_error, 0);
}

/* 802.11 frames that have no packet, or one that is not for segments */
static void test_hostile_headers(void **state)
{
	static const struct {
		enum rig_head head;
		unsigned int at;
		uint8_t value;
	} bad[] = {
		{ HEAD_QOS, 0, 0x80 },			/* a beacon */
		{ HEAD_QOS, 0, 0xd4 },			/* an ACK */
		{ HEAD_QOS, 0, 0xc8 },			/* QoS Null */
		{ HEAD_QOS, 0, 0x89 },			/* another version */
		{ HEAD_QOS, 1, 0x06 },			/* More Fragments */
		{ HEAD_QOS, 4, 0x03 },			/* a group */
		{ HEAD_QOS, 5, 0x77 },			/* another station */
		{ HEAD_QOS, 22, 0x01 },			/* fragment number */
		{ HEAD_QOS, 24, 0x80 | RIG_TID },	/* A-MSDU */
		{ HEAD_QOS, 24, 3 },			/* another TID */
		{ HEAD_QOS, 26, 0xab },			/* no LLC */
		{ HEAD_QOS, 31, 0xf8 },			/* the other LLC */
		{ HEAD_QOS, 33, 0x06 },			/* ARP */
		{ HEAD_MESH, 32, 0x01 },		/* one address less */
		{ HEAD_MESH, 32, 0x03 },		/* an unknown number */
		{ HEAD_MESH, 31, 0x00 },		/* no Mesh Control */
	};
	struct rig *r = *state;
	struct packet k = tcp(4000);

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		unsigned int len = rig_frame(frame, bad[i].head, &k);
		struct tx t = rig_tx(r, bad[i].head, &k, 1400);

		frame[bad[i].at] = bad[i].value;
		refused(r, &t, frame, len);
	}
}

/* What is too much for the NIC, and what is just not */
static void test_bounds(void **state)
{
	struct rig *r = *state;
	struct packet k = tcp(128 * 500);
	struct tx t;

	go(r, HEAD_ETH, &k, 500);
	k.len++;
	t = rig_tx(r, HEAD_ETH, &k, 500);
	refused(r, &t, frame, rig_frame(frame, HEAD_ETH, &k));
	/* Headers */
	k = tcp(3000);
	k.v6 = true;
	k.tcp_opts = 40;
	k.exts = 2;
	k.ext[0].number = 0;
	k.ext[0].units = 10;
	k.ext[1].number = 60;
	k.ext[1].units = 7;
	assert_true(14 + packet_headers(&k) <= SKUA_MAX_GSO_HDR);
	go(r, HEAD_ETH, &k, 1200);
	k.ext[1].units = 8;
	t = rig_tx(r, HEAD_ETH, &k, 1200);
	refused(r, &t, frame, rig_frame(frame, HEAD_ETH, &k));
	/* The largest packet */
	k = tcp(65535 - 52);
	go(r, HEAD_MESH, &k, 1448);
	/* Pieces of more than any frame has */
	t = rig_tx(r, HEAD_ETH, &k, 1448);
	refused(r, &t, frame, SKUA_MAX_GSO + 1);
	/* An MSDU of the longest payload */
	k = tcp(6000);
	go(r, HEAD_ETH, &k, 2304 - 52);
}

static void test_features(void **state)
{
	static const uint64_t off[] = {
		SKUA_FEAT_TX_ENCAP, SKUA_FEAT_TX_CSUM, SKUA_FEAT_TX_GSO,
	};
	struct rig *r = *state;
	struct packet k = tcp(4000);

	for (unsigned int i = 0; i < ARRAY_SIZE(off); i++) {
		struct tx t = rig_tx(r, HEAD_ETH, &k, 1400);

		r->ap->bus.features = RIG_FEATURES & ~off[i];
		refused(r, &t, frame, rig_frame(frame, HEAD_ETH, &k));
		assert_int_equal(r->ap->mac->c.tx_bad_desc, i + 1);
	}
	r->ap->bus.features = RIG_FEATURES;
	go(r, HEAD_ETH, &k, 1400);
}

/* Of a descriptor whose payload cannot be read, no segment is sent */
static void test_dma_error(void **state)
{
	struct rig *r = *state;
	struct packet k = tcp(30000);
	uint32_t len = rig_frame(frame, HEAD_ETH, &k);

	for (uint32_t at = 1; at < len; at += at < 90 ? 1 : 997) {
		struct tx t = rig_tx(r, HEAD_ETH, &k, 1400);
		struct skua_tx_desc d;

		rig_clear(r);
		host_desc(&d, &t, host_mem(r->ap, frame, at), at);
		d.w0 = htole32(t.token | HW_PUT(SKUA_TXD_W0_NSEG, 2));
		d.seg[1].addr = htole64(HOST_BASE + HOST_MEM - 1);
		d.seg[1].len = htole32(len - at);
		host_put_desc(r->ap, t.ring, &d);
		host_publish(r->ap, t.ring);
		rig_run(r);
		assert_int_equal(r->n, 0);
		expect_end(r, SKUA_TXS_DMA);
	}
	assert_int_equal(r->ap->mac->c.tx_gso, 0);
	go(r, HEAD_ETH, &k, 1400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_segments, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_random_segments, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(test_random_checksums, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(test_hostile, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_hostile_headers, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(test_bounds, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_features, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_dma_error, rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
