// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC engines: checksums, and TCP segments that share a record
 *
 * What the records have to be follows from a model of the stack's GRO, which knows each
 * segment by its fields and never looks at octets. The octets of a record have to be the
 * payload that the flow has at these sequence numbers.
 */
#include "talker.h"

#define TID		0
#define FEATURES	(TALKER_FEATURES | SKUA_FEAT_RX_COALESCE)
#define BATCH		24
#define MSS		1000
#define ROOM		4400	/* for a frame */

static uint32_t seed = 1;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static bool rarely(void)
{
	return !rnd(60);
}

/* Packets */

enum kind { TCP, UDP, ARP };

/* A packet, by its fields; 0 is the default of each */
struct pkt {
	enum kind kind;
	uint8_t flow;
	bool v6;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;		/* besides ACK */
	bool no_ack;
	uint16_t window;
	uint16_t urg;
	uint8_t options;	/* words of 32 bits */
	uint8_t stamp;		/* octet in them */
	uint16_t id;
	uint16_t frag;		/* flags and offset */
	uint8_t ttl;
	uint8_t tos;
	uint8_t label;		/* of IPv6 */
	uint8_t ip_options;	/* words */
	unsigned int len;	/* of the payload */
	unsigned int pad;	/* octets behind the packet */
	bool bad_csum;
	bool no_csum;		/* UDP */
	uint8_t sa;		/* last octet of the 802.3 source */
};

#define FIN	0x01
#define SYN	0x02
#define RST	0x04
#define PSH	0x08
#define URG	0x20
#define ECE	0x40
#define CWR	0x80

static uint8_t octet(uint8_t flow, uint32_t seq)
{
	return (uint8_t)(seq * 2654435761u >> 24 ^ flow * 37u);
}

static uint16_t csum(const uint8_t *p, unsigned int len, uint32_t sum)
{
	for (unsigned int i = 0; i < len; i++)
		sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static unsigned int mk_ip(uint8_t *ip, const struct pkt *p, unsigned int l4_len)
{
	unsigned int hdr = p->v6 ? 40 : 20 + p->ip_options * 4u;
	uint8_t proto = p->kind == TCP ? 6 : 17;

	memset(ip, 0, hdr);
	if (p->v6) {
		ip[0] = (uint8_t)(0x60 | p->tos >> 4);
		ip[1] = (uint8_t)(p->tos << 4);
		ip[3] = p->label;
		inet_put_be16(ip + 4, (uint16_t)l4_len);
		ip[6] = proto;
		ip[7] = (uint8_t)(64 - p->ttl);
		ip[8 + 15] = 1;
		ip[24 + 15] = 2;
		return hdr;
	}
	ip[0] = (uint8_t)(0x45 + p->ip_options);
	ip[1] = p->tos;
	inet_put_be16(ip + 2, (uint16_t)(hdr + l4_len));
	inet_put_be16(ip + 4, p->id);
	inet_put_be16(ip + 6, p->frag);
	ip[8] = (uint8_t)(64 - p->ttl);
	ip[9] = proto;
	ip[15] = 1;
	ip[19] = 2;
	memset(ip + 20, 1, hdr - 20);
	inet_put_be16(ip + 10, csum(ip, hdr, 0));
	return hdr;
}

static unsigned int mk_l4(uint8_t *b, const struct pkt *p)
{
	unsigned int hdr = p->kind == TCP ? 20 + p->options * 4u : 8;

	memset(b, 0, hdr);
	b[1] = p->flow;
	b[3] = 80;
	if (p->kind == TCP) {
		inet_put_be32(b + 4, p->seq);
		inet_put_be32(b + 8, p->ack);
		b[12] = (uint8_t)(hdr / 4 << 4);
		b[13] = (uint8_t)(p->flags | (p->no_ack ? 0 : 0x10));
		inet_put_be16(b + 14, p->window);
		inet_put_be16(b + 18, p->urg);
		memset(b + 20, 1, hdr - 20);
		if (p->options)
			b[hdr - 1] = p->stamp;
	} else {
		inet_put_be16(b + 4, (uint16_t)(8 + p->len));
	}
	for (unsigned int i = 0; i < p->len; i++)
		b[hdr + i] = octet(p->flow, p->seq + i);
	return hdr + p->len;
}

/* The packet, from its EtherType on */
static unsigned int mk_packet(uint8_t *b, const struct pkt *p)
{
	uint8_t l4[ROOM];
	unsigned int len, hdr, sum, field = p->kind == TCP ? 16 : 6;

	if (p->kind == ARP) {
		memcpy(b, "\x08\x06 who has it?", 14);
		return 14;
	}
	inet_put_be16(b, p->v6 ? 0x86dd : 0x0800);
	len = mk_l4(l4, p);
	hdr = mk_ip(b + 2, p, len);
	sum = 3 + len + (p->kind == TCP ? 6 : 17);	/* of the addresses: 1 and 2 */
	inet_put_be16(l4 + field, p->no_csum ? 0 : csum(l4, len, sum));
	if (p->bad_csum)
		l4[field] ^= 0x10;
	memcpy(b + 2 + hdr, l4, len);
	memset(b + 2 + hdr + len, 0, p->pad);
	return 2 + hdr + len + p->pad;
}

static void addresses(uint8_t *sa, const struct pkt *p)
{
	memcpy(sa, addr_other, 6);
	sa[5] = p->sa;
}

static unsigned int mk_80211(uint8_t *f, const struct pkt *p)
{
	uint8_t body[ROOM] = { 0xaa, 0xaa, 3 }, sa[6];
	unsigned int len = 6 + mk_packet(body + 6, p);

	addresses(sa, p);
	return mk_frame(f, IEEE80211_QOS_DATA | FC_FROMDS, addr_sta, addr_ap, sa,
			TID, body, len);
}

static unsigned int mk_8023(uint8_t *f, const struct pkt *p)
{
	memcpy(f, addr_sta, 6);
	addresses(f + 6, p);
	return 12 + mk_packet(f + 12, p);
}

static struct talker *talker_with(uint64_t features)
{
	const struct host_cfg cfg = { .features = features, .buf_entries = 256,
				      .buf_len = 2048, .cpl_entries = 1024 };
	struct talker *t = talker_new(&cfg, false);

	if (features & SKUA_FEAT_RX_DECAP)
		talker_flags(t, ENG_STAF_DECAP, 0);
	return t;
}

static struct talker *session_talker(uint64_t features)
{
	struct talker *t = talker_with(features);

	talker_session(t, TID, 64);
	return t;
}

/* Checksums */

static bool csum_ok(struct talker *t, const struct pkt *p)
{
	uint8_t f[ROOM];
	struct rec rec;

	talker_send(t, f, mk_80211(f, p));
	host_expect_rx(t->h, &rec);
	assert_int_equal(!!(le32toh(rec.rx.flags) & SKUA_RXF_8023),
			 !!(t->h->mac->bus->features & SKUA_FEAT_RX_DECAP));
	return le32toh(rec.rx.flags) & SKUA_RXF_CSUM_OK;
}

/* T10: the flag is true exactly if all checksums are right */
static void test_csum(void **state)
{
	static const struct {
		struct pkt p;
		bool ok;
	} c[] = {
		{ { .len = 100 }, true },
		{ { .len = 0 }, true },
		{ { .len = 101, .v6 = true }, true },
		{ { .len = 1400, .options = 3 }, true },
		{ { .len = 100, .ip_options = 2 }, true },
		{ { .len = 20, .pad = 6 }, true },
		{ { .len = 100, .kind = UDP }, true },
		{ { .len = 0, .kind = UDP, .v6 = true }, true },
		{ { .len = 100, .frag = 0x4000 }, true },
		{ { .len = 100, .bad_csum = true }, false },
		{ { .len = 100, .bad_csum = true, .v6 = true }, false },
		{ { .len = 100, .bad_csum = true, .kind = UDP }, false },
		{ { .len = 100, .no_csum = true, .kind = UDP }, false },
		{ { .len = 100, .frag = 0x2000 }, false },
		{ { .len = 100, .frag = 1 }, false },
		{ { .kind = ARP }, false },
	};
	const uint64_t without[] = { 0, SKUA_FEAT_RX_DECAP, SKUA_FEAT_RX_CSUM };

	(void)state;
	for (unsigned int w = 0; w < 3; w++) {
		struct talker *t = talker_with(TALKER_FEATURES & ~without[w]);

		for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++)
			if (csum_ok(t, &c[i].p) != (c[i].ok && w != 2))
				fail_msg("case %u, %u", i, w);
		talker_free(t);
	}
}

/* Every bit that a checksum covers matters; of each cipher, whether the IV is there or not */
static void test_csum_of_ciphers(void **state)
{
	static const uint32_t ciphers[] = { SKUA_CIPHER_CCMP, SKUA_CIPHER_GCMP_256,
					    SKUA_CIPHER_WEP104 };
	const uint64_t base = TALKER_FEATURES & ~SKUA_FEAT_RX_DECAP;
	struct pkt p = { .len = 100 };

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		struct talker *t = talker_with(i % 2 ? base & ~SKUA_FEAT_RX_REORDER :
						       base);

		talker_key(t, ciphers[i / 2]);
		p.bad_csum = false;
		assert_true(csum_ok(t, &p));
		p.bad_csum = true;
		assert_false(csum_ok(t, &p));
		talker_free(t);
	}
}

/* Never: what the stack puts together or takes apart, what it cannot read, what it may not */
static void test_no_csum(void **state)
{
	struct talker *t = talker_with(TALKER_FEATURES & ~SKUA_FEAT_RX_DECAP);
	const struct pkt p = { .len = 100 };
	uint8_t f[ROOM];
	struct rec rec;

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		unsigned int len = mk_80211(f, &p);

		if (i == 0)
			f[1] |= IEEE80211_FC_MOREFRAGS >> 8;
		if (i == 1)
			f[22] = 1;
		if (i == 2)
			f[24] |= IEEE80211_QOS_AMSDU;
		if (i == 3)
			f[1] |= IEEE80211_FC_PROTECTED >> 8;
		if (i == 4)
			f[0] = IEEE80211_ACTION;
		if (i == 5) {
			host_write(t->h, ENG_MAC_FILTER, SKUA_FILTER_OTHER_BSS);
			memcpy(f + 4, addr_other, 6);
		}
		talker_send(t, f, len);
		host_expect_rx(t->h, &rec);
		if (le32toh(rec.rx.flags) & SKUA_RXF_CSUM_OK)
			fail_msg("case %u", i);
	}
	assert_int_equal(t->h->mac->c.rx_csum_ok, 0);
	talker_free(t);
}

/* A frame that is refused when its turn has come: monitors get it, and nobody else */
static void test_csum_of_refused(void **state)
{
	struct talker *t = session_talker(TALKER_FEATURES);
	const struct pkt p = { .len = 100 };
	uint8_t f[ROOM];
	struct rec rec;

	(void)state;
	talker_key(t, SKUA_CIPHER_CCMP);
	host_write(t->h, ENG_MAC_FILTER, SKUA_FILTER_OTHER_BSS);
	talker_skip(t);
	talker_send(t, f, mk_80211(f, &p));
	t->sn -= 2;
	talker_send(t, f, mk_80211(f, &p));
	host_expect_rx(t->h, &rec);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_CSUM_OK);
	host_expect_inband(t->h, SKUA_INB_KEY_REPLAY, NULL);
	host_expect_rx(t->h, &rec);
	assert_int_equal(le32toh(rec.rx.flags) &
			 (SKUA_RXF_MONITOR_ONLY | SKUA_RXF_CSUM_OK),
			 SKUA_RXF_MONITOR_ONLY);
	talker_free(t);
}

/* Octets are changed at random; the flag has to agree with the field-by-field rules */
static void test_csum_random(void **state)
{
	struct talker *t = talker_with(TALKER_FEATURES);
	unsigned int right = 0;
	uint8_t f[ROOM];
	struct rec rec;

	(void)state;
	for (unsigned int i = 0; i < 6000; i++) {
		struct pkt p = { .len = rnd(60), .v6 = rnd(2), .kind = rnd(2),
				 .options = (uint8_t)rnd(4) };
		unsigned int len = mk_80211(f, &p), at = 34 + rnd(len - 34);
		uint8_t bit = (uint8_t)(1u << rnd(8));
		bool covered, ok;

		/* What no checksum covers are fields of an IPv6 header */
		covered = !p.v6 || at >= 34 + 8 || (at >= 34 + 4 && at != 34 + 7) ||
			  (at == 34 && bit >= 0x10);
		if (rnd(2))
			f[at] ^= bit;
		else
			covered = false;
		talker_send(t, f, len);
		host_expect_rx(t->h, &rec);
		ok = le32toh(rec.rx.flags) & SKUA_RXF_CSUM_OK;
		right += ok;
		if (ok == covered)
			fail_msg("%u: octet %u, bit %x of IPv%u", i, at, bit, p.v6 ? 6 : 4);
	}
	assert_true(right > 2000);
	talker_free(t);
}

/* The model of GRO */

struct unit {
	unsigned int n;
	unsigned int pkt[SKUA_RX_MAX_BUFS];
};

struct model {
	const struct pkt *pkt;
	struct unit out[64];
	unsigned int n_out;
	struct unit held[8];
	unsigned int n_held;
};

static void emit(struct model *m, const struct unit *u)
{
	m->out[m->n_out++] = *u;
}

static void flush_one(struct model *m, unsigned int i)
{
	emit(m, &m->held[i]);
	m->n_held--;
	for (; i < m->n_held; i++)
		m->held[i] = m->held[i + 1];
}

static void flush_held(struct model *m)
{
	while (m->n_held)
		flush_one(m, 0);
}

static bool model_same_flow(const struct pkt *a, const struct pkt *b)
{
	return a->v6 == b->v6 && a->flow == b->flow;
}

/* inet_gro_receive(), inet_gro_flush(), ipv6_gro_receive() */
static bool model_ip(const struct model *m, const struct unit *u, const struct pkt *p)
{
	const struct pkt *first = &m->pkt[u->pkt[0]];
	uint16_t step = (uint16_t)(p->id - first->id);
	bool fixed;

	if (p->ttl != first->ttl || p->tos != first->tos || p->pad)
		return false;
	if (p->v6)
		return p->label == first->label;
	if (p->frag != first->frag)
		return false;
	fixed = (first->frag & 0x4000) &&
		(u->n == 1 ? !step : m->pkt[u->pkt[1]].id == first->id);
	return step == (fixed ? 0 : u->n);
}

/* tcp_gro_receive(); FIN does not join here */
static bool model_tcp(const struct model *m, const struct unit *u, const struct pkt *p)
{
	const struct pkt *first = &m->pkt[u->pkt[0]];
	const struct pkt *last = &m->pkt[u->pkt[u->n - 1]];

	return p->len && p->len <= first->len && p->seq == last->seq + last->len &&
	       p->ack == first->ack && p->window == first->window &&
	       (p->flags & ~PSH) == (first->flags & ~PSH) &&
	       p->no_ack == first->no_ack && p->urg == first->urg &&
	       p->options == first->options &&
	       (!p->options || p->stamp == first->stamp) && p->sa == first->sa;
}

/*
 * skb_gro_receive(): to GRO the length that IP names is the bound. To a record it is that of the
 * frame, which is as many octets of the packet less as an 802.3 header has.
 */
static bool model_fits(const struct model *m, const struct unit *u, const struct pkt *p)
{
	unsigned int len = 14 + (p->v6 ? 40 : 20) + 20 + p->options * 4u + p->len;

	for (unsigned int i = 0; i < u->n; i++)
		len += m->pkt[u->pkt[i]].len;
	return len <= UINT16_MAX;
}

static bool model_holds(const struct pkt *p)
{
	return p->len && !p->pad && !(p->flags & ~ECE) && !p->no_ack &&
	       (p->v6 || !(p->frag & ~0x4000));
}

static void model_segment(struct model *m, unsigned int i)
{
	const struct pkt *p = &m->pkt[i];
	const struct unit alone = { .n = 1, .pkt = { i } };
	unsigned int h = 0;

	while (h < m->n_held &&
	       !model_same_flow(&m->pkt[m->held[h].pkt[0]], p))
		h++;
	if (h < m->n_held) {
		struct unit *u = &m->held[h];

		if (model_tcp(m, u, p) && model_ip(m, u, p) && model_fits(m, u, p)) {
			u->pkt[u->n++] = i;
			if ((p->flags & PSH) || p->len < m->pkt[u->pkt[0]].len ||
			    u->n == SKUA_RX_MAX_BUFS)
				flush_one(m, h);
			return;
		}
		flush_one(m, h);
	}
	if (!model_holds(p)) {
		emit(m, &alone);
		return;
	}
	if (m->n_held == 8)
		flush_one(m, 0);
	m->held[m->n_held++] = alone;
}

static void model_run(struct model *m, const struct pkt *pkt, unsigned int n)
{
	m->pkt = pkt;
	m->n_out = 0;
	m->n_held = 0;
	for (unsigned int i = 0; i < n; i++) {
		const struct pkt *p = &pkt[i];
		const struct unit alone = { .n = 1, .pkt = { i } };
		bool part = !p->v6 && (p->frag & 0x3fff);

		if (p->kind == TCP && !part && !p->bad_csum &&
		    (p->v6 || !p->ip_options)) {
			model_segment(m, i);
			continue;
		}
		if (p->kind != UDP || part)
			flush_held(m);
		emit(m, &alone);
	}
	flush_held(m);
}

/* Records */

static void expect_unit(struct talker *t, const struct pkt *pkt, const struct unit *u)
{
	const struct pkt *first = &pkt[u->pkt[0]], *last = &pkt[u->pkt[u->n - 1]];
	uint8_t f[SKUA_RX_MAX_BUFS * ROOM];
	unsigned int len = mk_8023(f, first), l4 = first->v6 ? 54 : 34;
	struct rec rec;

	host_expect_rx(t->h, &rec);
	assert_int_equal(rec.n, u->n);
	assert_int_equal(!!(le32toh(rec.rx.flags) & SKUA_RXF_COALESCED), u->n > 1);
	for (unsigned int i = 1; i < u->n; i++) {
		const struct pkt *p = &pkt[u->pkt[i]];

		for (unsigned int k = 0; k < p->len; k++)
			f[len++] = octet(p->flow, p->seq + k);
	}
	if (u->n > 1) {
		assert_true(le32toh(rec.rx.flags) & SKUA_RXF_CSUM_OK);
		assert_int_equal(le16toh(rec.rx.gso_size), first->len);
		assert_int_equal(rec.rx.more_off, 2 + l4 + 20 + first->options * 4);
		f[l4 + 13] |= last->flags & PSH;
	} else {
		assert_int_equal(le16toh(rec.rx.gso_size), 0);
		assert_int_equal(rec.rx.more_off, 0);
	}
	assert_int_equal(rec.len, len);
	assert_memory_equal(rec.frame, f, len);
}

static void send_all(struct talker *t, const struct pkt *pkt, unsigned int n)
{
	uint8_t f[ROOM];

	for (unsigned int i = 0; i < n; i++)
		talker_add(t, f, mk_80211(f, &pkt[i]));
	talker_go(t);
}

/* Send packets in one A-MPDU. Return: number of records */
static unsigned int check(struct talker *t, const struct pkt *pkt, unsigned int n)
{
	static struct model m;

	model_run(&m, pkt, n);
	send_all(t, pkt, n);
	for (unsigned int i = 0; i < m.n_out; i++)
		expect_unit(t, pkt, &m.out[i]);
	host_expect_nothing(t->h);
	assert_int_equal(t->h->mac->rx.join.n, 0);
	return m.n_out;
}

/* Segments @n that follow one another */
static void stream(struct pkt *p, unsigned int n, const struct pkt *like)
{
	for (unsigned int i = 0; i < n; i++) {
		p[i] = *like;
		p[i].seq += i * like->len;
		p[i].id += (uint16_t)i;
	}
}

/* A run is as long as a record may be; the next one begins behind it */
static void test_stream(void **state)
{
	struct talker *t = session_talker(FEATURES);
	struct pkt p[BATCH];

	(void)state;
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		stream(p, BATCH, &(struct pkt){ .len = MSS, .v6 = v6, .seq = 0u - 3 * MSS,
						.id = 0xfffe });
		assert_int_equal(check(t, p, BATCH), 2);
		assert_int_equal(check(t, p, 17), 1);
		assert_int_equal(check(t, p, 2), 1);
		assert_int_equal(check(t, p, 1), 1);
	}
	assert_int_equal(t->h->mac->c.rx_coalesced, 8);
	assert_int_equal(t->h->mac->c.rx_coalesced_segs, 2 * (BATCH + 17 + 2));
	talker_free(t);
}

/* Nor is it longer than its length can say: the segment that is too much begins another */
static void test_length(void **state)
{
	const struct host_cfg cfg = { .features = FEATURES, .buf_len = 4096 };
	struct talker *t = talker_new(&cfg, false);
	struct pkt p[18];

	(void)state;
	talker_flags(t, ENG_STAF_DECAP, 0);
	talker_session(t, TID, 64);
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		unsigned int room = UINT16_MAX - (v6 ? 74 : 54);

		stream(p, 18, &(struct pkt){ .len = 4000, .v6 = v6 });
		assert_int_equal(check(t, p, 18), 2);
		p[16].len = room - 16 * 4000;
		assert_int_equal(check(t, p, 17), 1);
		p[16].len++;
		assert_int_equal(check(t, p, 17), 2);
	}
	talker_free(t);
}

/* Six segments, of which the fourth has one field changed: does it join those before? */
struct join_case {
	const char *what;
	struct pkt d;		/* is added to the fourth */
	unsigned int records;
	struct pkt base;	/* is added to all */
	int len;
};

static const struct join_case join_cases[] = {
	{ .what = "nothing", .records = 1 },
	{ .what = "PSH", .d.flags = PSH, .records = 2 },
	{ .what = "FIN", .d.flags = FIN, .records = 3 },
	{ .what = "SYN", .d.flags = SYN, .records = 3 },
	{ .what = "RST", .d.flags = RST, .records = 3 },
	{ .what = "URG", .d.flags = URG, .records = 3 },
	{ .what = "CWR", .d.flags = CWR, .records = 3 },
	{ .what = "ECE of one", .d.flags = ECE, .records = 3 },
	{ .what = "ECE of all", .base.flags = ECE, .records = 1 },
	{ .what = "CWR of all", .base.flags = CWR, .records = 6 },
	{ .what = "URG of all", .base.flags = URG, .records = 6 },
	{ .what = "PSH of all", .base.flags = PSH, .records = 6 },
	{ .what = "no ACK", .base.no_ack = true, .records = 6 },
	{ .what = "an octet more", .len = 1, .records = 3 },
	{ .what = "an octet less", .len = -1, .records = 2 },
	{ .what = "no payload", .len = -MSS, .records = 3 },
	{ .what = "a gap", .d.seq = 1, .records = 3 },
	{ .what = "an overlap", .d.seq = ~0u, .records = 3 },
	{ .what = "ACK number", .d.ack = 1, .records = 3 },
	{ .what = "window", .d.window = 1, .records = 3 },
	{ .what = "urgent pointer", .d.urg = 1, .records = 3 },
	{ .what = "options of all", .base.options = 3, .records = 1 },
	{ .what = "an option", .base.options = 3, .d.stamp = 1, .records = 3 },
	{ .what = "more options", .base.options = 3, .d.options = 1, .records = 3 },
	{ .what = "the most options", .base.options = 10, .records = 1 },
	{ .what = "TTL", .d.ttl = 1, .records = 3 },
	{ .what = "TOS", .d.tos = 1, .records = 3 },
	{ .what = "TTL, v6", .base.v6 = true, .d.ttl = 1, .records = 3 },
	{ .what = "traffic class, v6", .base.v6 = true, .d.tos = 4, .records = 3 },
	{ .what = "flow label, v6", .base.v6 = true, .d.label = 1, .records = 3 },
	{ .what = "identification", .d.id = 1, .records = 3 },
	{ .what = "identification with DF", .base.frag = 0x4000, .d.id = 1, .records = 3 },
	{ .what = "DF of one", .d.frag = 0x4000, .records = 3 },
	{ .what = "DF of all", .base.frag = 0x4000, .records = 1 },
	{ .what = "reserved bit of all", .base.frag = 0x8000, .records = 6 },
	{ .what = "a fragment", .d.frag = 0x2000, .records = 3 },
	{ .what = "IPv4 options", .d.ip_options = 1, .records = 3 },
	{ .what = "checksum", .d.bad_csum = true, .records = 3 },
	{ .what = "padding", .d.pad = 3, .records = 3 },
	{ .what = "padding of all", .base.pad = 3, .records = 6 },
	{ .what = "source address", .d.sa = 1, .records = 3 },
	{ .what = "another port", .d.flow = 1, .records = 3 },
	{ .what = "ARP between", .d.kind = ARP, .records = 3 },
	{ .what = "UDP between", .d.kind = UDP, .records = 3 },
};

static void add(struct pkt *p, const struct pkt *d)
{
	p->kind |= d->kind;
	p->flow += d->flow;
	p->v6 |= d->v6;
	p->seq += d->seq;
	p->ack += d->ack;
	p->flags |= d->flags;
	p->no_ack |= d->no_ack;
	p->window += d->window;
	p->urg += d->urg;
	p->options += d->options;
	p->stamp += d->stamp;
	p->id += d->id;
	p->frag |= d->frag;
	p->ttl += d->ttl;
	p->tos += d->tos;
	p->label += d->label;
	p->ip_options += d->ip_options;
	p->pad += d->pad;
	p->bad_csum |= d->bad_csum;
	p->sa += d->sa;
}

static void test_joins(void **state)
{
	struct talker *t = session_talker(FEATURES);

	(void)state;
	for (unsigned int i = 0; i < sizeof(join_cases) / sizeof(join_cases[0]); i++) {
		const struct join_case *c = &join_cases[i];
		struct pkt p[6], base = { .len = MSS, .seq = 5000, .id = 7 };

		add(&base, &c->base);
		stream(p, 6, &base);
		add(&p[3], &c->d);
		p[3].len += (unsigned int)c->len;
		if (check(t, p, 6) != c->records)
			fail_msg("%s", c->what);
	}
	talker_free(t);
}

/* The identification: one up for each, or DF and always the same, from the second one on */
static void test_identification(void **state)
{
	static const struct {
		uint16_t frag, id[5];
		unsigned int records;
	} c[] = {
		{ 0, { 1, 2, 3, 4, 5 }, 1 },
		{ 0, { 7, 7, 7, 7, 7 }, 5 },
		{ 0x4000, { 7, 7, 7, 7, 7 }, 1 },
		{ 0x4000, { 0, 0, 0, 0, 0 }, 1 },
		{ 0x4000, { 7, 7, 8, 9, 10 }, 2 },
		{ 0x4000, { 7, 8, 8, 8, 8 }, 2 },
		{ 0, { 0xfffe, 0xffff, 0, 1, 2 }, 1 },
		{ 0, { 5, 4, 3, 2, 1 }, 5 },
	};
	struct talker *t = session_talker(FEATURES);

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct pkt p[5];

		stream(p, 5, &(struct pkt){ .len = MSS, .frag = c[i].frag });
		for (unsigned int k = 0; k < 5; k++)
			p[k].id = c[i].id[k];
		assert_int_equal(check(t, p, 5), c[i].records);
	}
	talker_free(t);
}

/* Eight flows grow at the same time; a ninth one ends the oldest */
static void test_flows(void **state)
{
	struct talker *t = session_talker(FEATURES);

	(void)state;
	for (unsigned int flows = 1; flows <= 12; flows++) {
		struct pkt p[BATCH];

		for (unsigned int i = 0; i < BATCH; i++)
			p[i] = (struct pkt){
				.flow = (uint8_t)(i % flows), .len = MSS,
				.seq = i / flows * MSS, .id = (uint16_t)(i / flows),
				.v6 = i % flows & 1,
			};
		assert_int_equal(check(t, p, BATCH), flows == 1 ? 2 :
				 flows <= 8 ? flows : BATCH);
	}
	talker_free(t);
}

static void perturb(struct pkt *p)
{
	p->flags |= rarely() ? PSH : 0;
	p->flags |= rarely() ? FIN : 0;
	p->flags |= rarely() ? (uint8_t)(rnd(256) & ~0x10u) : 0;
	p->seq += rarely() ? rnd(3) - 1 : 0;
	p->ack += rarely();
	p->window += rarely();
	p->urg += rarely();
	p->stamp += rarely();
	p->options = rarely() ? (uint8_t)rnd(11) : p->options;
	p->id += rarely();
	p->ttl += rarely();
	p->tos += rarely();
	p->label += rarely();
	p->ip_options = !p->v6 && rarely() ? 1 : 0;
	p->len = rarely() ? rnd(MSS + 20) : p->len;
	p->pad = rarely() ? rnd(5) : 0;
	p->bad_csum = rarely();
	p->sa += rarely();
	if (rarely())
		p->frag = !p->v6 && rnd(2) ? 0x2000 : 0x4000;
	if (rarely())
		p->kind = rnd(3);
}

/*
 * T10: flows at random, of which some segments are changed somewhere. What goes up is what the
 * model says, octet for octet; so each flow's payload is in the order in which it came.
 */
static void test_random(void **state)
{
	struct talker *t = session_talker(FEATURES);
	struct pkt next[10], p[BATCH];
	unsigned int sent = 0, records = 0;

	(void)state;
	talker_key(t, SKUA_CIPHER_CCMP);
	for (unsigned int i = 0; i < 10; i++)
		next[i] = (struct pkt){
			.flow = (uint8_t)i, .v6 = i & 1, .seq = rnd(1u << 31),
			.options = i % 3 ? 3 : 0, .frag = i & 2 ? 0x4000 : 0,
			.len = MSS - i * 10,
		};
	for (unsigned int round = 0; round < 1500; round++) {
		unsigned int n = 1 + rnd(BATCH), flows = 1 + rnd(10);

		for (unsigned int i = 0; i < n; i++) {
			struct pkt *flow = &next[rnd(flows)];

			p[i] = *flow;
			perturb(&p[i]);
			if (p[i].kind != TCP)
				continue;
			flow->seq = p[i].seq + p[i].len;
			flow->id = (uint16_t)(p[i].id + (flow->flow != 2));
		}
		sent += n;
		records += check(t, p, n);
	}
	assert_true(records * 3 < sent * 2);
	talker_free(t);
}

/* Every feature that it needs is needed */
static void test_features(void **state)
{
	static const uint64_t without[] = {
		SKUA_FEAT_RX_COALESCE, SKUA_FEAT_RX_CSUM, SKUA_FEAT_RX_DECAP,
	};
	struct pkt p[4];
	struct rec rec;

	(void)state;
	stream(p, 4, &(struct pkt){ .len = MSS });
	for (unsigned int i = 0; i < 3; i++) {
		struct talker *t = session_talker(FEATURES & ~without[i]);

		send_all(t, p, 4);
		for (unsigned int k = 0; k < 4; k++)
			host_expect_rx(t->h, &rec);
		host_expect_nothing(t->h);
		talker_free(t);
	}
}

/* Order among events */

/* T10: a replay is told where it happened: the segments before it are in records before */
static void test_event(void **state)
{
	struct talker *t = session_talker(FEATURES);
	struct pkt p[6];
	uint8_t f[ROOM];
	struct rec rec;

	(void)state;
	talker_key(t, SKUA_CIPHER_CCMP);
	stream(p, 6, &(struct pkt){ .len = MSS });
	for (unsigned int i = 0; i < 5; i++) {
		if (i == 3)
			t->pn -= 2;	/* in its place in the session, but a replay */
		talker_add(t, f, mk_80211(f, &p[i]));
		if (i == 3)
			t->pn += 2;
	}
	talker_go(t);
	host_expect_rx(t->h, &rec);
	assert_int_equal(rec.n, 3);
	host_expect_inband(t->h, SKUA_INB_KEY_REPLAY, NULL);
	talker_free(t);
}

/* Another key: what the record names is the key of all its segments */
static void test_other_key(void **state)
{
	struct talker *t = session_talker(FEATURES);
	struct eng_sta e;
	struct pkt p[6];
	uint8_t f[ROOM];
	struct rec rec;

	(void)state;
	talker_key(t, SKUA_CIPHER_CCMP);
	assert_int_equal(host_key(t->h, KEY_SLOT + 1, 1, STA_AP, 1, SKUA_CIPHER_CCMP,
				  0x5a), SKUA_ST_OK);
	e = host_get_sta(t->h, STA_AP);
	e.key[1].slot = htole16(KEY_SLOT + 1);
	e.key[1].gen = htole16(1);
	host_sta(t->h, STA_AP, &e);
	stream(p, 6, &(struct pkt){ .len = MSS });
	for (unsigned int i = 0; i < 6; i++) {
		if (i == 3) {
			uint8_t bytes[SKUA_MAX_KEY_LEN];

			memset(bytes, 0x5a, sizeof(bytes));
			crypto_key_wipe(&t->key);
			assert_int_equal(crypto_key_init(&t->key, SKUA_CIPHER_CCMP,
							 bytes, 16, 1), 0);
		}
		talker_add(t, f, mk_80211(f, &p[i]));
	}
	talker_go(t);
	for (unsigned int i = 0; i < 2; i++) {
		host_expect_rx(t->h, &rec);
		assert_int_equal(rec.n, 3);
		assert_int_equal(le16toh(rec.rx.key), KEY_SLOT + i);
		assert_int_equal(le32toh(rec.rx.pn_lo), 3 * (i + 1));
	}
	host_expect_nothing(t->h);
	talker_free(t);
}

/* A hole: what it holds back goes up when it is filled, in runs; and when a key goes */
static void test_hole(void **state)
{
	struct talker *t = session_talker(FEATURES);
	struct pkt p[8];
	struct rec rec;

	(void)state;
	talker_key(t, SKUA_CIPHER_CCMP);
	stream(p, 8, &(struct pkt){ .len = MSS });
	talker_skip(t);
	send_all(t, p + 1, 3);
	host_expect_nothing(t->h);
	t->sn -= 4;
	t->pn -= 4;
	send_all(t, p, 1);
	host_expect_rx(t->h, &rec);
	assert_int_equal(rec.n, 4);
	t->sn += 3;
	t->pn += 3;
	/* a hole for ever: its end is a turn of its own */
	talker_skip(t);
	send_all(t, p + 5, 3);
	host_expect_nothing(t->h);
	scene_pass(t->s, 200000);
	host_expect_rx(t->h, &rec);
	assert_int_equal(rec.n, 3);
	assert_int_equal(t->h->mac->rx.join.n, 0);
	/* the key goes */
	talker_skip(t);
	send_all(t, p + 1, 2);
	assert_int_equal(host_tbl(t->h, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_CLEAR, NULL, 0),
			 SKUA_ST_OK);
	host_expect_rx(t->h, &rec);
	assert_int_equal(rec.n, 2);
	assert_int_equal(t->h->mac->rx.join.n, 0);
	host_expect_nothing(t->h);
	talker_free(t);
}

/* A flow that changes its TID is one flow, and no record has two TIDs */
static void test_tids(void **state)
{
	struct talker *t = session_talker(FEATURES);
	struct pkt p[4];
	uint8_t f[ROOM];
	struct rec rec;

	(void)state;
	stream(p, 4, &(struct pkt){ .len = MSS });
	talker_skip(t);
	talker_session(t, 5, 64);
	for (unsigned int i = 0; i < 4; i++) {
		unsigned int len = mk_80211(f, &p[i]);

		if (i >= 2)
			f[24] = 5;
		if (i == 2)
			t->sn += 2;
		talker_add(t, f, len);
		if (i % 2)
			talker_go(t);
	}
	host_expect_nothing(t->h);
	assert_int_equal(t->h->mac->rx.share.held, 4);
	rxe_order_release_all(t->h->mac);
	for (unsigned int i = 0; i < 2; i++) {
		host_expect_rx(t->h, &rec);
		assert_int_equal(rec.n, 2);
		assert_int_equal(rec.rx.tid, i ? 5 : 0);
	}
	talker_free(t);
}

/* T10: buffers run out in the middle of a run: what has one goes up, and the rest comes again */
static void test_few_buffers(void **state)
{
	const struct host_cfg cfg = { .features = FEATURES, .buf_entries = 16,
				      .buf_len = 2048 };
	struct talker *t = talker_new(&cfg, false);
	struct pkt p[BATCH];
	struct rec rec;

	(void)state;
	talker_flags(t, ENG_STAF_DECAP, 0);
	talker_session(t, TID, 64);
	stream(p, BATCH, &(struct pkt){ .len = MSS });
	send_all(t, p, BATCH);
	host_expect_rx(t->h, &rec);
	assert_int_equal(rec.n, 16);
	host_expect_nothing(t->h);
	assert_int_equal(t->h->mac->c.rx_overrun, BATCH - 16);
	assert_int_equal(t->h->mac->c.rx_no_buffer, 0);
	t->sn -= BATCH - 16;
	assert_int_equal(check(t, p + 16, BATCH - 16), 1);
	/* a segment that needs two buffers stays alone */
	talker_free(t);
}

static void test_short_buffers(void **state)
{
	const struct host_cfg cfg = { .features = FEATURES, .buf_len = 600 };
	struct talker *t = talker_new(&cfg, false);
	struct pkt p[4];
	struct rec rec;

	(void)state;
	talker_flags(t, ENG_STAF_DECAP, 0);
	talker_session(t, TID, 64);
	stream(p, 4, &(struct pkt){ .len = MSS });
	send_all(t, p, 4);
	for (unsigned int i = 0; i < 4; i++) {
		host_expect_rx(t->h, &rec);
		assert_int_equal(rec.n, 2);
		assert_false(le32toh(rec.rx.flags) & SKUA_RXF_COALESCED);
	}
	host_expect_nothing(t->h);
	talker_free(t);
}

/* A full ring: what is acknowledged finds the room that it was promised, in runs as well */
static void test_full_ring(void **state)
{
	const struct host_cfg cfg = { .features = FEATURES, .cpl_entries = 32,
				      .buf_entries = 256, .buf_len = 2048 };
	struct talker *t = talker_new(&cfg, false);
	unsigned int octets = 0, records = 0;
	struct pkt p[BATCH];
	struct rec rec;

	(void)state;
	talker_flags(t, ENG_STAF_DECAP, 0);
	for (unsigned int round = 0; round < 40; round++) {
		for (unsigned int i = 0; i < BATCH; i++)
			p[i] = (struct pkt){
				.flow = (uint8_t)(i % 5), .len = MSS,
				.seq = i / 5 * MSS, .id = (uint16_t)(i / 5),
			};
		/* begins behind what was not acknowledged in the round before */
		talker_session(t, TID, 64);
		send_all(t, p, BATCH);
		assert_int_equal(t->h->mac->cpl.len, 0);
		if (round % 4 < 3)
			continue;
		while (host_next(t->h, &rec)) {
			octets += rec.len - 54;
			records++;
		}
	}
	assert_true(t->h->mac->c.rx_overrun);
	assert_int_equal(t->h->mac->c.rx_no_cpl, 0);
	assert_int_equal(octets, (40 * BATCH - t->h->mac->c.rx_overrun) * MSS);
	assert_true(records * MSS < octets);
	assert_int_equal(t->h->mac->c.cpl_lost, 0);
	talker_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csum),
		cmocka_unit_test(test_csum_of_ciphers),
		cmocka_unit_test(test_no_csum),
		cmocka_unit_test(test_csum_of_refused),
		cmocka_unit_test(test_csum_random),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_joins),
		cmocka_unit_test(test_identification),
		cmocka_unit_test(test_flows),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_other_key),
		cmocka_unit_test(test_hole),
		cmocka_unit_test(test_tids),
		cmocka_unit_test(test_few_buffers),
		cmocka_unit_test(test_short_buffers),
		cmocka_unit_test(test_full_ring),
	};

	return cmocka_run_group_tests_name("mac: segments", tests, NULL, NULL);
}
