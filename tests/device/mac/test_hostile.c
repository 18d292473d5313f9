// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: invalid descriptors, frames and table entries */
#include <time.h>

#include "host.h"
#include "mac/txe.h"

#define TX_TO_STA { .ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN, \
		    .key = SKUA_KEY_NONE }

/* Reproducible noise (xorshift) */
static uint32_t rnd(void)
{
	static uint64_t x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 16);
}

/* A valid descriptor, of which the caller then breaks one field */
static void good(struct scene *s, struct skua_tx_desc *d, bool qos)
{
	struct tx t = TX_TO_STA;
	uint8_t f[200];
	unsigned int len = mk_data(f, true, qos ? 3 : -1, 60);

	t.flags = qos ? SKUA_TXF_QOS : 0;
	t.tid = qos ? 3 : 0;
	host_desc(d, &t, host_mem(s->ap, f, len), len);
}

static void put(struct scene *s, const struct skua_tx_desc *d)
{
	host_put_desc(s->ap, 2, d);
	host_publish(s->ap, 2);
	host_poll(s->ap);
}

static void refused(struct scene *s, const struct skua_tx_desc *d,
		    enum skua_tx_status status)
{
	put(s, d);
	host_expect_tx(s->ap, 77, status, 0);
	assert_int_equal(s->sniff.n, 0);
	/* The engine still works */
	assert_int_equal(s->ap->mac->tx.count, 0);
}

static void test_descriptor_fields(void **state)
{
	struct scene *s = *state;
	struct skua_tx_desc d;
	uint64_t addr;

#define BREAK(what, status) do { \
	good(s, &d, true); \
	what; \
	refused(s, &d, status); \
} while (0)
	BREAK(d.w0 = htole32(77), SKUA_TXS_BAD);
	BREAK(d.w0 = htole32(77 | HW_PUT(SKUA_TXD_W0_NSEG, 21)), SKUA_TXS_BAD);
	BREAK(d.w0 = htole32(77 | HW_PUT(SKUA_TXD_W0_NSEG, 31)), SKUA_TXS_BAD);
	/* More segments than slots were published */
	BREAK(d.w0 = htole32(77 | HW_PUT(SKUA_TXD_W0_NSEG, 3)), SKUA_TXS_BAD);
	/* A second segment has no octets */
	BREAK(d.w0 = htole32(77 | HW_PUT(SKUA_TXD_W0_NSEG, 2)), SKUA_TXS_BAD);
	for (unsigned int bit = 0; bit < 32; bit++)
		if (!(SKUA_TXF_VALID & 1u << bit))
			BREAK(d.flags |= htole32(1u << bit), SKUA_TXS_BAD);
	BREAK(d.flags |= htole32(SKUA_TXF_ENCAP), SKUA_TXS_BAD);
	BREAK(d.flags |= htole32(SKUA_TXF_CSUM), SKUA_TXS_BAD);
	BREAK(d.flags |= htole32(SKUA_TXF_INSERT_TS), SKUA_TXS_BAD);
	BREAK(d.w2 = htole32(AP_STA + 1), SKUA_TXS_STALE_STA);
	BREAK(d.w2 = htole32(0xfffe), SKUA_TXS_STALE_STA);
	BREAK(d.w2 ^= htole32(1u << 16), SKUA_TXS_STALE_STA);
	BREAK(d.w3 ^= htole32(1), SKUA_TXS_BAD);
	BREAK(d.w3 ^= htole32(16), SKUA_TXS_BAD);
	BREAK(d.w3 ^= htole32(255), SKUA_TXS_BAD);
	BREAK(d.w3 |= htole32(HW_PUT(SKUA_TXD_W3_LINK, 1)), SKUA_TXS_BAD);
	BREAK(d.w3 ^= htole32(HW_PUT(SKUA_TXD_W3_TID, 1)), SKUA_TXS_BAD);
	BREAK((d.flags |= htole32(SKUA_TXF_RATE), d.w7 = htole32(0)),
	      SKUA_TXS_BAD);
	BREAK((d.flags |= htole32(SKUA_TXF_RATE), d.w7 = htole32(0xffffffff)),
	      SKUA_TXS_BAD);
	BREAK((d.flags |= htole32(SKUA_TXF_PROTECT)), SKUA_TXS_STALE_KEY);
	BREAK((d.flags |= htole32(SKUA_TXF_MGMT_PROT)), SKUA_TXS_STALE_KEY);
	BREAK(d.seg[0].len = 0, SKUA_TXS_BAD);
	BREAK(d.seg[0].len = htole32(9), SKUA_TXS_BAD);
	BREAK(d.seg[0].len = htole32(25), SKUA_TXS_BAD);
	BREAK(d.seg[0].len = htole32(SKUA_MAX_MPDU + 1), SKUA_TXS_BAD);
	BREAK(d.seg[0].len = htole32(0xffffffff), SKUA_TXS_BAD);
	BREAK(d.seg[0].addr = htole64(0), SKUA_TXS_DMA);
	BREAK(d.seg[0].addr = htole64(HOST_BASE + HOST_MEM - 10), SKUA_TXS_DMA);
	BREAK(d.seg[0].addr = htole64(UINT64_MAX - 10), SKUA_TXS_DMA);
	/* Two lengths whose sum wraps around 2^32 */
	BREAK((d.w0 = htole32(77 | HW_PUT(SKUA_TXD_W0_NSEG, 2)),
	       d.seg[1].len = htole32(0xffffffe0), d.seg[1].addr = d.seg[0].addr),
	      SKUA_TXS_BAD);
#undef BREAK
	/* Faults of the frame: version, type, address, length of the header */
	good(s, &d, true);
	addr = le64toh(d.seg[0].addr) - HOST_BASE;
	s->ap->mem[addr] |= 1;
	refused(s, &d, SKUA_TXS_BAD);
	s->ap->mem[addr] = 0x8c;
	refused(s, &d, SKUA_TXS_BAD);
	s->ap->mem[addr] = 0x88;
	s->ap->mem[addr + 9] ^= 1;
	refused(s, &d, SKUA_TXS_BAD);
	s->ap->mem[addr + 9] ^= 1;
	s->ap->mem[addr + 1] |= 0x80;
	d.seg[0].len = htole32(29);
	refused(s, &d, SKUA_TXS_BAD);
	/* All faults were counted, and a valid frame is still sent */
	assert_int_equal(s->ap->mac->c.tx_acked, 0);
	good(s, &d, true);
	put(s, &d);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
}

static void noise(void *p, size_t len)
{
	uint8_t *b = p;

	while (len--)
		*b++ = (uint8_t)rnd();
}

static void drain(struct host *h)
{
	struct rec rec;

	while (host_next(h, &rec))
		;
}

/* Each descriptor comes back exactly once, with any values of its fields */
static void test_descriptor_noise(void **state)
{
	struct scene *s = *state;
	unsigned int put_n = 0, back = 0;
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	for (unsigned int i = 0; i < 20000; i++) {
		struct skua_tx_desc d;
		uint8_t *p = (uint8_t *)&d;
		unsigned int ring = rnd() % 5;

		good(s, &d, rnd() % 2);
		/* Some octets are changed; each descriptor has one segment, and so one slot */
		for (unsigned int k = rnd() % 4; k; k--)
			p[rnd() % 48] = (uint8_t)rnd();
		d.w0 = htole32((d.w0 & 0xffff) | HW_PUT(SKUA_TXD_W0_NSEG, 1));
		if (rnd() % 2) {
			uint64_t at = le64toh(d.seg[0].addr);

			if (at >= HOST_BASE && at < HOST_BASE + HOST_MEM - 64)
				noise(s->ap->mem + (at - HOST_BASE),
				      1 + rnd() % 40);
		}
		host_put_desc(s->ap, ring, &d);
		host_publish(s->ap, ring);
		put_n++;
		if (i % 16 == 15)
			host_poll(s->ap);
		if (i % 1000 == 999)
			scene_pass(s, 20000);
		while (host_next(s->ap, &rec))
			back += rec.type == SKUA_CPL_TX ? rec.n : 0;
		drain(s->sta);
		s->sniff.n = 0;
	}
	/* Frames that wait (off channel, for power save) can be dropped */
	host_poll(s->ap);
	host_write(s->ap, ENG_TXQ_VIF, SKUA_VIF_NONE);
	host_write(s->ap, ENG_TXQ_STA, SKUA_STA_NONE);
	host_write(s->ap, ENG_TXQ_ACS, 0x1f);
	host_write(s->ap, ENG_TXQ_DROP, 1);
	while (host_next(s->ap, &rec))
		back += rec.type == SKUA_CPL_TX ? rec.n : 0;
	assert_int_equal(back, put_n);
	assert_int_equal(s->ap->mac->tx.count, 0);
	assert_int_equal(s->ap->fatals, 0);
}

static void test_descriptor_pure_noise(void **state)
{
	struct scene *s = *state;

	for (unsigned int i = 0; i < 20000; i++) {
		struct skua_tx_desc d;

		noise(&d, sizeof(d));
		put(s, &d);
		drain(s->ap);
		drain(s->sta);
	}
	assert_int_equal(s->ap->mac->c.tx_bad_desc, s->ap->mac->c.tx_fetched);
}

static void test_truncated_frames(void **state)
{
	struct scene *s = *state;
	uint8_t f[HOST_FRAME_MAX], body[300] = { 0 };
	static const uint16_t fcs[] = {
		IEEE80211_BEACON, IEEE80211_PROBE_REQ, IEEE80211_ACTION,
		IEEE80211_AUTH, IEEE80211_DATA | FC_FROMDS,
		IEEE80211_QOS_DATA | FC_FROMDS,
		IEEE80211_QOS_DATA | FC_FROMDS | FC_TODS,
		IEEE80211_QOS_DATA | FC_FROMDS | IEEE80211_FC_ORDER,
		IEEE80211_QOS_DATA | FC_FROMDS | IEEE80211_FC_PROTECTED,
		IEEE80211_DEAUTH | IEEE80211_FC_PROTECTED,
		IEEE80211_RTS, IEEE80211_PSPOLL, IEEE80211_BACK_REQ,
		IEEE80211_CTL_EXT, IEEE80211_TYPE_EXT,
	};

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	scene_group(s, SKUA_CIPHER_BIP_CMAC, 4);
	for (size_t i = 0; i < sizeof(fcs) / sizeof(fcs[0]); i++) {
		for (unsigned int group = 0; group < 2; group++) {
			mk_frame(f, fcs[i], group ? addr_bcast : addr_sta,
				 addr_ap, addr_ap, -1, body, 100);
			/* For some lengths, an MMIE is at the end */
			f[60] = IEEE80211_EID_MMIE;
			f[61] = 16;
			f[62] = 4;
			for (uint16_t len = 0; len <= 120; len++) {
				sniffer_send(&s->sniff, f, len);
				drain(s->sta);
				drain(s->ap);
			}
		}
	}
	/* Frames too short to have an FCS, and longer than any frame can be */
	for (uint16_t len = 0; len < 14; len++)
		sniffer_send_raw(&s->sniff, f, len);
	memset(f, 0, sizeof(f));
	mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_sta, addr_ap, addr_ap, -1,
		 body, 0);
	s->sniff.n = 0;
	sniffer_send(&s->sniff, f, SKUA_MAX_MPDU + 1);
	assert_int_equal(s->sniff.n, 0);
	host_expect_nothing(s->sta);
	assert_true(s->sta->mac->c.rx_malformed > 0);
	/* Short bodies with the Protected Frame bit never count as decrypted */
	assert_int_equal(s->sta->mac->c.rx_decrypted, 0);
	assert_int_equal(s->sta->fatals + s->ap->fatals, 0);
}

static void test_frame_noise(void **state)
{
	struct scene *s = *state;
	static const uint32_t filters[] = { 0, SKUA_FILTER_OTHER_BSS,
					    SKUA_FILTER_VALID };
	uint8_t f[HOST_FRAME_MAX];

	scene_pairwise(s, SKUA_CIPHER_TKIP, 0);
	scene_group(s, SKUA_CIPHER_BIP_GMAC, 5);
	for (unsigned int i = 0; i < 30000; i++) {
		unsigned int len = 10 + rnd() % 90;

		host_write(s->sta, ENG_MAC_FILTER, filters[i / 100 % 3]);
		noise(f, len);
		if (rnd() % 8)
			f[0] &= 0xfc;
		memcpy(f + 4, rnd() % 3 ? addr_sta : addr_bcast, 6);
		if (len > 22) {
			memcpy(f + 10, addr_ap, 6);
			memcpy(f + 16, addr_ap, 6);
		}
		if (rnd() % 16)
			sniffer_send(&s->sniff, f, (uint16_t)len);
		else
			sniffer_send_raw(&s->sniff, f, (uint16_t)len);
		memcpy(f + 4, addr_ap, 6);
		memcpy(f + 10, addr_sta, 6);
		sniffer_send(&s->sniff, f, (uint16_t)len);
		drain(s->sta);
		drain(s->ap);
		s->sniff.n = 0;
		if (i % 5000 == 0)
			scene_pass(s, 1000);
	}
	assert_int_equal(s->sta->mac->c.rx_decrypted, 0);
	assert_int_equal(s->sta->fatals + s->ap->fatals, 0);
}

/* Random table entries while frames are sent */
static void test_table_noise(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[200];

	for (unsigned int i = 0; i < 20000; i++) {
		host_write(s->ap, ENG_TBL_SEL, rnd() % 9);
		host_write(s->ap, ENG_TBL_INDEX, rnd() % 70);
		host_write(s->ap, ENG_TBL_ADDR, rnd() % 16 ?
			   ENG_SRAM_BASE + rnd() % 65536 : rnd());
		if (i % 64 == 0)
			noise(s->ap->sram, sizeof(s->ap->sram));
		/* Small numbers pass more checks than random ones */
		for (unsigned int k = 0; k < 100; k++)
			s->ap->sram[rnd() % sizeof(s->ap->sram)] = rnd() % 4;
		host_write(s->ap, ENG_TBL_GO, rnd() % 4);
		if (i % 10 == 0) {
			host_write(s->ap, ENG_TXQ_STA, rnd());
			host_write(s->ap, ENG_TXQ_VIF, rnd() % 18);
			host_write(s->ap, ENG_TXQ_ACS, rnd() % 32);
			host_write(s->ap, ENG_TXQ_RELEASE, rnd());
			host_write(s->ap, ENG_TXQ_DROP, 1);
			host_read(s->ap, ENG_TXQ_COUNT);
			host_write(s->ap, ENG_FWTX_ADDR, ENG_SRAM_BASE +
				   rnd() % 65536);
			host_write(s->ap, ENG_FWTX_LEN, rnd() % 300);
			host_write(s->ap, ENG_FWTX_GO, 1);
			host_write(s->ap, ENG_MAC_TIM, rnd());
		}
		t.vif = (uint8_t)(rnd() % 4);
		t.sta = (uint16_t)(rnd() % 70);
		host_tx(s->ap, &t, f, mk_data(f, true, -1, 60));
		host_poll(s->ap);
		drain(s->ap);
		drain(s->sta);
		s->sniff.n = 0;
		if (i % 200 == 0)
			scene_pass(s, 3000);
		if (i % 1000 == 0)
			host_tune(s->ap, 5180, 5180, SKUA_BW_20);
	}
	assert_int_equal(s->ap->fatals, 0);
}

static void test_broken_rings(void **state)
{
	struct scene *s = *state;
	struct skua_ring_idx *idx = s->ap->rings.ring[SKUA_RING_TX_BE].idx;

	idx->prod = htole32(1000);
	host_poll(s->ap);
	assert_int_equal(s->ap->fatals, 1);
	assert_false(mac_poll(s->ap->mac));
	/* The receiver breaks its ring in the middle of delivery */
	s->sta->rings.ring[SKUA_RING_RXBUF].idx->prod = htole32(99999);
	{
		uint8_t f[100];

		sniffer_send(&s->sniff, f, (uint16_t)mk_data(f, true, 0, 60));
		assert_int_equal(s->sta->fatals, 1);
		sniffer_send(&s->sniff, f, (uint16_t)mk_data(f, true, 0, 60));
	}
	host_expect_nothing(s->sta);
}

/* A producer index that goes back: by the host's hand, or by a frame that lands on it */
static void test_index_goes_back(void **state)
{
	struct scene *s = *state;
	struct ring *ring = &s->sta->rings.ring[SKUA_RING_RXBUF];
	static const uint8_t back[4] = { 0 };
	struct tx t = TX_TO_STA;
	struct skua_rx_buf *buf = (void *)ring->mem;
	uint64_t prod = host_idx_addr(SKUA_RING_RXBUF) + offsetof(struct skua_ring_idx, prod);
	uint8_t f[64];
	unsigned int len;

	len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_sta, addr_ap, addr_ap, -1,
		       back, sizeof(back));
	buf[0].addr = htole64(prod - (len - sizeof(back)));
	for (unsigned int i = 1; i < ring->entries; i++)
		buf[i].len = 0;
	/* Both frames are in one delivery, and the first one rewinds the index. */
	host_tx(s->ap, &t, f, len);
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	assert_int_equal(s->sta->fatals, 1);
	assert_int_equal(s->sta->mac->c.rx_bad_buffer, 0);

	assert_int_equal(ring_avail(&s->ap->rings.ring[SKUA_RING_RXBUF]), 64);
	s->ap->rings.ring[SKUA_RING_RXBUF].idx->prod = htole32(63);
	assert_int_equal(ring_avail(&s->ap->rings.ring[SKUA_RING_RXBUF]), 0);
	assert_int_equal(s->ap->fatals, 1);
}

/* Airtime is charged in the class that had it, whichever class the next frame is of */
static void test_mixed_classes(void **state)
{
	struct scene *s = *state;
	const int32_t *deficit = s->ap->mac->sta[AP_STA]->deficit;
	uint8_t f[2400];
	uint32_t len = mk_data(f, true, -1, 1500);

	for (unsigned int i = 0; i < 8; i++) {
		struct tx t = TX_TO_STA;

		t.ring = i % 2 ? 0 : 2;
		t.token = (uint16_t)i;
		host_tx(s->ap, &t, f, len);
		/* Fetched alone, so that they alternate in their queue */
		txe_fetch(s->ap->mac);
	}
	host_poll(s->ap);
	assert_int_equal(s->ap->mac->tx.count, 0);
	assert_in_range(deficit[0] - deficit[2] + 600, 0, 1200);
}

/* As many stations as there can be, each with a frame of the longest airtime in each class */
#define DEBTORS		SKUA_MAX_STAS

static void add_debtors(struct host *h)
{
	struct eng_sta e = { .gen = htole16(AP_GEN), .addr = { 2, 9 } };

	for (unsigned int i = 0; i < 4; i++) {
		e.key[i].slot = htole16(SKUA_KEY_NONE);
		e.group_key[i].slot = htole16(SKUA_KEY_NONE);
	}
	for (uint32_t i = 0; i < DEBTORS; i++) {
		dot11_put_le16(e.addr + 4, (uint16_t)i);
		host_sta(h, i, &e);
	}
}

static void queue_debts(struct host *h, unsigned int ring, uint8_t *f)
{
	/* 11400 octets at 1 Mbit/s */
	static const uint8_t tids[] = { 7, 5, 0, 1, 3 };
	uint32_t len = mk_data(f, true, tids[ring], 11400);
	uint64_t addr;
	uint32_t heap = h->heap;
	struct skua_tx_desc d;

	memcpy(f + 4, (uint8_t[]){ 2, 9 }, 2);
	memset(f + 6, 0, 4);
	for (uint32_t i = 0; i < DEBTORS; i++) {
		struct tx t = { .ring = ring, .token = (uint16_t)i, .sta = (uint16_t)i,
				.gen = AP_GEN, .key = SKUA_KEY_NONE, .tries = 1,
				.flags = SKUA_TXF_RATE | SKUA_TXF_QOS, .tid = tids[ring],
				.w7 = HW_PUT(SKUA_RATE_IDX, 10) };

		dot11_put_le16(f + 8, (uint16_t)i);
		h->heap = heap;
		addr = host_mem(h, f, len);
		host_desc(&d, &t, addr, len);
		host_put_desc(h, ring, &d);
		host_publish(h, ring);
		while (txe_fetch(h->mac))
			;
	}
}

/* Return: processor time, ns */
static uint64_t turn_of(struct scene *s)
{
	struct timespec a, b;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	turn_begin(loop_turn(s->loop));
	mac_poll(s->ap->mac);
	loop_turn(s->loop)->open = false;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	return (uint64_t)(b.tv_sec - a.tv_sec) * LOOP_NS_PER_S +
	       (uint64_t)b.tv_nsec - (uint64_t)a.tv_nsec;
}

static void test_debts(void **state)
{
	const struct host_cfg cfg = { .max_stas = DEBTORS, .max_txq = 8192,
				      .cpl_entries = 2048 };
	struct scene *s = scene_new(&cfg, NULL);
	struct rec *rec = malloc(sizeof(*rec));
	static uint8_t f[HOST_FRAME_MAX];

	*state = s;
	host_vif_freq(s->ap, 2412);
	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	add_debtors(s->ap);
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int ring = 0; ring < TXE_CLASSES; ring++)
			queue_debts(s->ap, ring, f);
		assert_int_equal(s->ap->mac->tx.count, TXE_CLASSES * DEBTORS);
		while (s->ap->mac->tx.count) {
			assert_true(turn_of(s) < TURN_MAX_NS);
			while (host_next(s->ap, rec))
				;
		}
		for (unsigned int cls = 0; cls < TXE_CLASSES; cls++)
			assert_true(s->ap->mac->sta[7]->deficit[cls] < -90000);
	}
	free(rec);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scene_setup, \
						scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_descriptor_fields),
		T(test_descriptor_noise),
		T(test_descriptor_pure_noise),
		T(test_truncated_frames),
		T(test_frame_noise),
		T(test_table_noise),
		T(test_broken_rings),
		T(test_index_goes_back),
		T(test_mixed_classes),
		cmocka_unit_test_teardown(test_debts, scene_teardown),
	};

	return cmocka_run_group_tests_name("mac: hostile input", tests, NULL,
					   NULL);
}
