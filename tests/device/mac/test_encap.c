// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: 802.3 frames become 802.11 frames, and others do not */
#include "rig.h"

static const uint8_t addr_far[6] = { 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee };

#define TODS	1
#define FROMDS	2

struct link {
	const char *what;
	bool client;		/* the NIC is the station */
	const uint8_t *peer;
	uint32_t flags;		/* of the station's entry */
	const uint8_t *da, *sa;
	/* What is to be heard */
	uint8_t ds;
	const uint8_t *a1, *a2, *a3, *a4;
};

/* IEEE 802.11-2020, table 9-30 */
static const struct link links[] = {
	{ "from an access point", false, addr_sta, 0, addr_sta, addr_far,
	  FROMDS, addr_sta, addr_ap, addr_far, NULL },
	{ "from an access point itself", false, addr_sta, 0, addr_sta, addr_ap,
	  FROMDS, addr_sta, addr_ap, addr_ap, NULL },
	{ "from an access point, 4 addresses", false, addr_sta, ENG_STAF_4ADDR,
	  addr_other, addr_far, TODS | FROMDS, addr_sta, addr_ap, addr_other, addr_far },
	{ "the same, to a group", false, addr_sta, ENG_STAF_4ADDR,
	  addr_bcast, addr_far, TODS | FROMDS, addr_sta, addr_ap, addr_bcast, addr_far },
	{ "to an access point", true, addr_ap, 0, addr_far, addr_sta,
	  TODS, addr_ap, addr_sta, addr_far, NULL },
	{ "to an access point, for a group", true, addr_ap, 0, addr_bcast, addr_sta,
	  TODS, addr_ap, addr_sta, addr_bcast, NULL },
	{ "to an access point itself", true, addr_ap, 0, addr_ap, addr_sta,
	  TODS, addr_ap, addr_sta, addr_ap, NULL },
	{ "to an access point, 4 addresses", true, addr_ap, ENG_STAF_4ADDR,
	  addr_far, addr_other, TODS | FROMDS, addr_ap, addr_sta, addr_far, addr_other },
	{ "on a direct link", true, addr_sta2, 0, addr_sta2, addr_sta,
	  0, addr_sta2, addr_sta, addr_ap, NULL },
};

static struct {
	unsigned int n;
	unsigned int len;
	uint8_t f[RIG_FRAME_MAX];
} heard;

static void hear(struct peer *p, const uint8_t *f, uint16_t len)
{
	(void)p;
	heard.n++;
	heard.len = len - 4u;
	memcpy(heard.f, f, heard.len);
}

static void put_sta(struct host *h, const struct link *l, uint32_t handle, uint16_t gen,
		    uint32_t flags)
{
	struct eng_sta e = { .gen = htole16(gen), .flags = htole32(l->flags | flags) };

	for (unsigned int i = 0; i < 4; i++) {
		e.key[i].slot = htole16(SKUA_KEY_NONE);
		e.group_key[i].slot = htole16(SKUA_KEY_NONE);
	}
	memcpy(e.addr, l->peer, 6);
	host_sta(h, handle, &e);
}

struct frame_type {
	uint16_t type;
	unsigned int llc_len;	/* octets between header and payload */
	const char *llc;
};

static const struct frame_type types[] = {
	{ 0x0800, 8, "\xaa\xaa\x03\x00\x00\x00\x08\x00" },
	{ 0x0806, 8, "\xaa\xaa\x03\x00\x00\x00\x08\x06" },
	{ 0x86dd, 8, "\xaa\xaa\x03\x00\x00\x00\x86\xdd" },
	{ 0x8100, 8, "\xaa\xaa\x03\x00\x00\x00\x81\x00" },
	{ 0x0600, 8, "\xaa\xaa\x03\x00\x00\x00\x06\x00" },
	{ 0x80f3, 8, "\xaa\xaa\x03\x00\x00\xf8\x80\xf3" },	/* AARP */
	{ 0x8137, 8, "\xaa\xaa\x03\x00\x00\xf8\x81\x37" },	/* IPX */
	{ 0x05ff, 0, "" },					/* a length */
	{ 0x0026, 0, "" },
	{ 0x0000, 0, "" },
};

static unsigned int expect(uint8_t *f, const struct link *l, const struct frame_type *type,
			   int tid, const uint8_t *payload, unsigned int len)
{
	unsigned int n = 24;

	memset(f, 0, 40);
	f[0] = tid >= 0 ? 0x88 : 0x08;
	f[1] = l->ds;
	memcpy(f + 4, l->a1, 6);
	memcpy(f + 10, l->a2, 6);
	memcpy(f + 16, l->a3, 6);
	if (l->a4) {
		memcpy(f + n, l->a4, 6);
		n += 6;
	}
	if (tid >= 0) {
		f[n] = (uint8_t)tid;
		n += 2;
	}
	memcpy(f + n, type->llc, type->llc_len);
	n += type->llc_len;
	if (len)
		memcpy(f + n, payload, len);
	return n + len;
}

/* Without @payload, that of before stays */
static unsigned int eth(uint8_t *f, const struct link *l, uint16_t type,
			const uint8_t *payload, unsigned int len)
{
	memcpy(f, l->da, 6);
	memcpy(f + 6, l->sa, 6);
	f[12] = (uint8_t)(type >> 8);
	f[13] = (uint8_t)type;
	if (len && payload)
		memcpy(f + 14, payload, len);
	return 14 + len;
}

static void check_heard(struct host *h, const uint8_t *f, unsigned int len)
{
	host_poll(h);
	assert_int_equal(heard.n, 1);
	assert_int_equal(heard.len, len);
	assert_memory_equal(heard.f, f, 2);
	assert_memory_equal(heard.f + 4, f + 4, 18);
	assert_memory_equal(heard.f + 24, f + 24, len - 24);
	host_expect_tx(h, 77, SKUA_TXS_ACKED, 1);
}

/* Each kind of link, with and without QoS, each protocol, some lengths, cut anywhere */
static void on_link(struct scene *s, const struct link *l, int tid)
{
	static const unsigned int lens[] = { 0, 1, 38, 39, 1500, 2304 };
	struct host *h = l->client ? s->sta : s->ap;
	struct tx t = { .ring = 2, .token = 77, .sta = 9, .gen = 2,
			.key = SKUA_KEY_NONE, .flags = SKUA_TXF_ENCAP };
	uint8_t payload[2304], in[2400], out[2400];

	put_sta(h, l, 9, 2, tid >= 0 ? ENG_STAF_QOS : 0);
	if (tid >= 0) {
		t.flags |= SKUA_TXF_QOS;
		t.tid = (uint8_t)tid;
	}
	for (unsigned int i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 13 + i / 256);
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(lens); k++) {
			unsigned int n = eth(in, l, types[i].type, payload, lens[k]);
			const uint32_t whole = n;
			uint32_t cuts[4] = { 5, 8, 1, n - 14 };

			heard.n = 0;
			if (lens[k])
				host_tx_pieces(h, &t, in, cuts, 4);
			else
				host_tx_pieces(h, &t, in, &whole, 1);
			check_heard(h, out, expect(out, l, &types[i], tid, payload, lens[k]));
		}
	}
	assert_int_equal(h->mac->c.tx_encap % (ARRAY_SIZE(types) * ARRAY_SIZE(lens)), 0);
}

static struct scene *offloading(void)
{
	const struct host_cfg cfg = { .features = RIG_FEATURES };

	return scene_new(&cfg, &cfg);
}

static void test_links(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(links); i++) {
		struct scene *s = offloading();
		const struct link *l = &links[i];
		struct peer *peer = calloc(1, sizeof(*peer));
		void *p = s;

		print_message("  %s\n", l->what);
		/* The script is the other end, the scene's own one goes elsewhere */
		host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR, NULL, 0);
		host_tbl(s->sta, ENG_TBL_STA, STA_AP, ENG_TBL_CLEAR, NULL, 0);
		host_tune(l->client ? s->ap : s->sta, 5200, 5200, SKUA_BW_20);
		peer_new(peer, s->air, l->peer, 5180);
		peer->mpdu = hear;
		on_link(s, l, -1);
		on_link(s, l, 0);
		on_link(s, l, 6);
		scene_teardown(&p);
		free(peer);
	}
}

/* T10: a real receiver takes what was encrypted for it */
static void test_protected(void **state)
{
	struct scene *s = offloading();
	struct tx t = { .ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN,
			.key = KEY_SLOT, .key_gen = KEY_GEN, .pn = 5, .tid = 6,
			.flags = SKUA_TXF_ENCAP | SKUA_TXF_QOS | SKUA_TXF_PROTECT };
	uint8_t in[600], out[700];
	unsigned int len, n;
	struct rec rec;
	void *p = s;

	(void)state;
	memset(in, 0x5a, sizeof(in));
	scene_pairwise(s, SKUA_CIPHER_GCMP, 0);
	len = eth(in, &links[0], 0x0800, NULL, 400);
	host_tx(s->ap, &t, in, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->sta, &rec);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_DECRYPTED);
	assert_int_equal(le32toh(rec.rx.pn_lo), 5);
	assert_int_equal(rec.rx.tid, 6);
	n = expect(out, &links[0], &types[0], 6, in + 14, 400);
	assert_int_equal(rec.len, n);
	assert_memory_equal(rec.frame + 4, out + 4, 18);
	assert_memory_equal(rec.frame + 24, out + 24, n - 24);
	assert_true(rec.frame[1] & 0x40);
	/* Fail closed: in clear text it is not sent, to the same station */
	t.flags &= ~SKUA_TXF_PROTECT;
	host_tx(s->ap, &t, in, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_BAD, 0);
	assert_int_equal(s->ap->mac->c.tx_clear_refused, 1);
	/* Nor is EAPOL, which would be taken for what has to go in clear text */
	len = eth(in, &links[0], 0x888e, NULL, 400);
	host_tx(s->ap, &t, in, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_BAD, 0);
	/* With the key of another station, or none that there is */
	len = eth(in, &links[0], 0x0800, NULL, 400);
	t.flags |= SKUA_TXF_PROTECT;
	t.key_gen++;
	host_tx(s->ap, &t, in, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_STALE_KEY, 0);
	host_expect_nothing(s->sta);
	scene_teardown(&p);
}

static const struct {
	const char *what;
	uint16_t sta, gen;
	uint32_t set, clear;
	const uint8_t *da;
	uint16_t type;
	unsigned int len;		/* of the payload, or 9999 for a short frame */
	uint8_t vif_type;
	uint32_t sta_flags;
	enum skua_tx_status status;
} bad[] = {
	{ "no station", .sta = SKUA_STA_NONE, .status = SKUA_TXS_BAD },
	{ "a station that is not there", .sta = 40, .status = SKUA_TXS_STALE_STA },
	{ "one beyond the table", .sta = 5000, .status = SKUA_TXS_STALE_STA },
	{ "an old generation", .sta = AP_STA, .gen = AP_GEN - 1,
	  .status = SKUA_TXS_STALE_STA },
	{ "a group", .sta = AP_STA, .da = addr_bcast, .status = SKUA_TXS_BAD },
	{ "another destination", .sta = AP_STA, .da = addr_other,
	  .status = SKUA_TXS_BAD },
	{ "EAPOL", .sta = AP_STA, .type = 0x888e, .status = SKUA_TXS_BAD },
	{ "no TID", .sta = AP_STA, .clear = SKUA_TXF_QOS, .status = SKUA_TXS_BAD },
	{ "own number", .sta = AP_STA, .set = SKUA_TXF_KEEP_SEQ, .status = SKUA_TXS_BAD },
	{ "timestamp", .sta = AP_STA, .set = SKUA_TXF_INSERT_TS, .status = SKUA_TXS_BAD },
	{ "DTIM", .sta = AP_STA, .set = SKUA_TXF_AFTER_DTIM, .status = SKUA_TXS_BAD },
	{ "off channel", .sta = AP_STA, .set = SKUA_TXF_OFFCHAN, .status = SKUA_TXS_BAD },
	{ "MMIE", .sta = AP_STA, .set = SKUA_TXF_MGMT_PROT, .status = SKUA_TXS_BAD },
	{ "too long", .sta = AP_STA, .len = 2305, .status = SKUA_TXS_BAD },
	{ "too short", .sta = AP_STA, .len = 9999, .status = SKUA_TXS_BAD },
	{ "an IBSS", .sta = AP_STA, .vif_type = SKUA_VIF_IBSS, .status = SKUA_TXS_BAD },
	{ "a mesh", .sta = AP_STA, .vif_type = SKUA_VIF_MESH, .status = SKUA_TXS_BAD },
	{ "a keyed station", .sta = AP_STA, .sta_flags = ENG_STAF_KEYED,
	  .status = SKUA_TXS_BAD },
	{ "a keyed station, 4 addresses", .sta = AP_STA,
	  .sta_flags = ENG_STAF_KEYED | ENG_STAF_4ADDR, .status = SKUA_TXS_BAD },
};

static uint64_t counted(const struct mac_counts *c)
{
	return c->tx_bad_desc + c->tx_bad_frame + c->tx_stale_sta + c->tx_clear_refused;
}

/* T10 */
static void test_refused(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct scene *s = offloading();
		struct tx t = { .ring = 2, .token = 77, .sta = bad[i].sta,
				.gen = bad[i].gen ? bad[i].gen : AP_GEN,
				.key = SKUA_KEY_NONE,
				.flags = SKUA_TXF_ENCAP | SKUA_TXF_QOS };
		struct eng_sta e = host_get_sta(s->ap, AP_STA);
		struct eng_vif v = host_get_vif(s->ap, 0);
		struct link l = links[0];
		uint8_t in[2400] = { 0 };
		unsigned int len;
		void *p = s;

		print_message("  %s\n", bad[i].what);
		if (bad[i].vif_type) {
			v.type = bad[i].vif_type;
			host_vif(s->ap, 0, &v);
		}
		e.flags |= htole32(bad[i].sta_flags);
		host_sta(s->ap, AP_STA, &e);
		if (bad[i].da)
			l.da = bad[i].da;
		len = bad[i].len ? bad[i].len : 50;
		if (len == 9999)
			len = 13;
		else
			len = eth(in, &l, bad[i].type ? bad[i].type : 0x0800, NULL, len);
		t.flags = (t.flags | bad[i].set) & ~bad[i].clear;
		host_tx(s->ap, &t, in, len);
		scene_poll(s);
		host_expect_tx(s->ap, 77, bad[i].status, 0);
		assert_int_equal(counted(&s->ap->mac->c), 1);
		assert_int_equal(s->ap->mac->c.tx_encap, 0);
		assert_int_equal(s->sniff.n, 0);
		host_expect_nothing(s->sta);
		scene_teardown(&p);
	}
}

/* Where a checksum can be, and where not */
static void test_checksum_bounds(void **state)
{
	static const struct {
		bool encap;
		unsigned int start, off;
		bool good;
	} at[] = {
		{ true, 14, 0, true },
		{ true, 13, 0, false },
		{ true, 0, 20, false },
		{ true, 14, 98, true },
		{ true, 14, 99, false },
		{ true, 112, 0, true },
		{ true, 113, 0, false },
		{ true, 65535, 65535, false },
		{ false, 26, 0, true },
		{ false, 25, 0, false },
		{ false, 0, 30, false },
		{ false, 26, 98, true },
		{ false, 26, 99, false },
		{ false, 124, 0, true },
		{ false, 125, 0, false },
		{ false, 65535, 1, false },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(at); i++) {
		struct scene *s = offloading();
		struct tx t = { .ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN,
				.key = SKUA_KEY_NONE,
				.flags = SKUA_TXF_CSUM | SKUA_TXF_QOS };
		uint8_t in[200] = { 0 };
		unsigned int len;
		void *p = s;

		if (at[i].encap) {
			t.flags |= SKUA_TXF_ENCAP;
			len = eth(in, &links[0], 0x0800, NULL, 100);
		} else {
			len = mk_data(in, true, 0, 100);
		}
		t.w7 = HW_PUT(SKUA_TXD_W7_CSUM_START, at[i].start) |
		       HW_PUT(SKUA_TXD_W7_CSUM_OFF, at[i].off);
		host_tx(s->ap, &t, in, len);
		scene_poll(s);
		if (at[i].good) {
			host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
		} else {
			host_expect_tx(s->ap, 77, SKUA_TXS_BAD, 0);
			assert_int_equal(s->ap->mac->c.tx_bad_frame, 1);
			assert_int_equal(s->sniff.n, 0);
		}
		scene_teardown(&p);
	}
}

/* Fail closed: EAPOL may go in clear text, but not if the checksum makes another protocol of it */
static void test_checksum_of_type(void **state)
{
	struct scene *s = offloading();
	struct tx t = { .ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE, .flags = SKUA_TXF_CSUM | SKUA_TXF_QOS };
	uint8_t f[200] = { 0 };
	unsigned int len = mk_data(f, true, 0, 60), n = 0;
	void *p = s;

	(void)state;
	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	memcpy(f + 26, "\xaa\xaa\x03\0\0\0\x88\x8e", 8);
	for (unsigned int field = 31; field <= 33; field++) {
		for (unsigned int start = 26; start <= field; start++) {
			t.w7 = HW_PUT(SKUA_TXD_W7_CSUM_START, start) |
			       HW_PUT(SKUA_TXD_W7_CSUM_OFF, field - start);
			host_tx(s->ap, &t, f, len);
			scene_poll(s);
			host_expect_tx(s->ap, 77, SKUA_TXS_BAD, 0);
			n++;
		}
	}
	assert_int_equal(s->ap->mac->c.tx_clear_refused, n);
	assert_int_equal(s->ap->mac->c.tx_csum, 0);
	assert_int_equal(s->sniff.n, 0);
	scene_teardown(&p);
}

/* A group's frame has a checksum, too, and an A-MSDU one in its midst */
static void test_group_checksum(void **state)
{
	struct scene *s = offloading();
	struct tx t = { .ring = 2, .token = 77, .sta = SKUA_STA_NONE,
			.key = SKUA_KEY_NONE, .flags = SKUA_TXF_CSUM };
	uint8_t f[100];
	unsigned int len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast, addr_ap,
				    addr_other, -1, "\x12\x34\0\0\x56", 5);
	void *p = s;

	(void)state;
	t.w7 = HW_PUT(SKUA_TXD_W7_CSUM_START, 24u) | HW_PUT(SKUA_TXD_W7_CSUM_OFF, 2u);
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_SENT, 1);
	/* 0x1234 + 0x5600, and its complement */
	assert_memory_equal(s->sniff.frame[0].data + 24, "\x12\x34\x97\xcb\x56", 5);
	scene_teardown(&p);
}

/* A station without QoS takes no TID, whatever the host says */
static void test_tid_without_qos(void **state)
{
	struct scene *s = offloading();
	struct tx t = { .ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE, .tid = 3,
			.flags = SKUA_TXF_ENCAP | SKUA_TXF_QOS };
	struct eng_sta e = host_get_sta(s->ap, AP_STA);
	uint8_t in[100] = { 0 };
	void *p = s;

	(void)state;
	e.flags = 0;
	host_sta(s->ap, AP_STA, &e);
	host_tx(s->ap, &t, in, eth(in, &links[0], 0x0806, NULL, 40));
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
	assert_int_equal(s->sniff.frame[0].data[0], 0x08);
	scene_teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_checksum_bounds),
		cmocka_unit_test(test_checksum_of_type),
		cmocka_unit_test(test_group_checksum),
		cmocka_unit_test(test_tid_without_qos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
