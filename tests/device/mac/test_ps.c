// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: beacons, TIM, and stations that doze */
#include "host.h"

#define TX_TO_STA { .ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN, \
		    .key = SKUA_KEY_NONE }
#define INTERVAL_US	(100 * 1024u)

/* SSID, TIM, and a channel switch announcement behind the TIM */
static const uint8_t beacon_ies[] = {
	0, 4, 't', 'e', 's', 't',
	5, 4, 0, 0, 0, 0,
	37, 3, 0, 36, 5,
};

#define TIM_OFF		(36 + 6)
#define CSA_OFF		(36 + 6 + 6 + 4)

static void start_beacon(struct scene *s, uint8_t dtim, uint16_t csa)
{
	uint8_t f[200], body[64] = { 0 };
	struct eng_beacon b = {
		.addr = htole32(ENG_SRAM_BASE + 4096),
		.beacon_int = htole16(100), .tim_off = htole16(TIM_OFF),
		.dtim_period = dtim, .csa_off = { htole16(csa) },
		.bigtk = { htole16(SKUA_KEY_NONE) },
	};
	unsigned int len;

	body[8] = 100;
	memcpy(body + 12, beacon_ies, sizeof(beacon_ies));
	len = mk_frame(f, IEEE80211_BEACON, addr_bcast, addr_ap, addr_ap, -1,
		       body, 12 + sizeof(beacon_ies));
	memcpy(s->ap->sram + 4096, f, len);
	b.len = htole16(len);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BEACON, 0, ENG_TBL_WRITE, &b,
				  sizeof(b)), SKUA_ST_OK);
}

/* Set the clock to the next TBTT; the beacon is the sniffer's first frame */
static const uint8_t *next_beacon(struct scene *s)
{
	uint64_t now = s->clock.time / 1000;
	const uint8_t *f = s->sniff.frame[0].data;

	s->sniff.n = 0;
	scene_pass(s, INTERVAL_US - now % INTERVAL_US);
	assert_true(s->sniff.n >= 1);
	assert_true(dot11_fc_is_beacon(dot11_fc(f)));
	assert_true(dot11_fcs_ok(f, s->sniff.frame[0].len));
	return f;
}

static void join_ibss(struct host *h, const uint8_t *addr)
{
	uint8_t f[200], body[12] = { [8] = 100 };
	struct eng_beacon b = {
		.addr = htole32(ENG_SRAM_BASE + 4096),
		.beacon_int = htole16(100), .bigtk = { htole16(SKUA_KEY_NONE) },
	};
	struct eng_vif e;
	unsigned int len;

	assert_int_equal(host_tbl(h, ENG_TBL_VIF, 0, ENG_TBL_READ, &e,
				  sizeof(e)), SKUA_ST_OK);
	e.type = SKUA_VIF_IBSS;
	memcpy(e.bssid, addr_other, sizeof(e.bssid));
	assert_int_equal(host_tbl(h, ENG_TBL_VIF, 0, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_OK);
	len = mk_frame(f, IEEE80211_BEACON, addr_bcast, addr, addr_other, -1,
		       body, sizeof(body));
	memcpy(h->sram + 4096, f, len);
	b.len = htole16(len);
	assert_int_equal(host_tbl(h, ENG_TBL_BEACON, 0, ENG_TBL_WRITE, &b,
				  sizeof(b)), SKUA_ST_OK);
}

static bool sent_last(struct host *h)
{
	struct eng_vif e;

	host_tbl(h, ENG_TBL_VIF, 0, ENG_TBL_READ, &e, sizeof(e));
	return e.own_beacon;
}

/* One beacon in each interval, from the station with the shorter delay */
static void test_ibss(void **state)
{
	struct scene *s = *state;
	unsigned int by_ap = 0, ties = 0;

	join_ibss(s->ap, addr_ap);
	/* the founder answers probe requests before there is a beacon */
	assert_true(sent_last(s->ap));
	join_ibss(s->sta, addr_sta);
	for (unsigned int i = 0; i < 200; i++) {
		const uint8_t *f = s->sniff.frame[0].data;
		bool ap;

		s->sniff.n = 0;
		/* the delay has steps of 20 us, up to 600 */
		for (unsigned int us = 0; us < INTERVAL_US; us += 20)
			scene_pass(s, 20);
		assert_in_range(s->sniff.n, 1, 2);
		ties += s->sniff.n == 2;
		ap = dot11_addr_equal(dot11_addr2(f), addr_ap);
		by_ap += ap;
		if (s->sniff.n == 1) {
			assert_int_equal(sent_last(s->ap), ap);
			assert_int_equal(sent_last(s->sta), !ap);
		}
	}
	/* either station has sent about half of 200; in one of 31 both send */
	assert_in_range(by_ap, 40, 160);
	assert_in_range(ties, 0, 40);
	assert_int_equal(s->ap->mac->c.beacon_yielded +
			 s->sta->mac->c.beacon_yielded, 200 - ties);
	assert_int_equal(s->ap->mac->c.beacon_missed, 0);
	/* Both stations have the later TSF */
	assert_int_equal(vif_tsf(&s->ap->mac->vif[0]),
			 vif_tsf(&s->sta->mac->vif[0]));
}

/* T7 */
static void test_beacon(void **state)
{
	struct scene *s = *state;
	int sn = -1;

	start_beacon(s, 3, 0);
	for (unsigned int i = 0; i < 10; i++) {
		const uint8_t *f = next_beacon(s), *tim = f + TIM_OFF;
		uint64_t tsf = dot11_get_le64(f + 24);

		assert_int_equal(s->sniff.n, 1);
		/* at 6 Mbit/s */
		assert_int_equal(airtime_stamp_us(s->sniff.frame[0].rate), 32);
		tsf -= 32;
		assert_int_equal(tsf, s->clock.time / 1000);
		assert_int_equal(tsf % INTERVAL_US, 0);
		if (sn >= 0)
			assert_int_equal(dot11_sn(f), sn + 1);
		sn = dot11_sn(f);
		/* An empty bitmap is one octet of zero */
		assert_int_equal(tim[0], 5);
		assert_int_equal(tim[1], 4);
		assert_int_equal(tim[2],
				 (3 - tsf / INTERVAL_US % 3) % 3);
		assert_int_equal(tim[3], 3);
		assert_int_equal(tim[4], 0);
		assert_int_equal(tim[5], 0);
		/* The elements behind the TIM are there */
		assert_memory_equal(tim + 6, beacon_ies + 12,
				    sizeof(beacon_ies) - 12);
		assert_int_equal(s->sniff.frame[0].rate, 60);
		assert_true(s->ap->irqs & ENG_IRQ_TBTT);
		assert_int_equal(host_read(s->ap, ENG_TBTT_VIFS), 1);
		assert_int_equal(host_read(s->ap, ENG_TBTT_VIFS), 0);
	}
	/* The station has followed the clock */
	assert_int_equal(s->sta->mac->c.rx_beacon, 10);
	assert_int_equal(vif_tsf(&s->sta->mac->vif[0]), s->clock.time / 1000);
	/* No beacon after it was stopped */
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BEACON, 0, ENG_TBL_CLEAR,
				  NULL, 0), SKUA_ST_OK);
	s->sniff.n = 0;
	scene_pass(s, 5 * INTERVAL_US);
	assert_int_equal(s->sniff.n, 0);
}

static void test_away(void **state)
{
	struct scene *s = *state;

	start_beacon(s, 3, 0);
	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	for (unsigned int i = 0; i < 4; i++)
		scene_pass(s, INTERVAL_US);
	assert_int_equal(s->sniff.n, 0);
	assert_int_equal(s->ap->mac->c.beacon_skipped, 4);
	host_tune(s->ap, 5180, 5180, SKUA_BW_20);
	/* The TBTTs have gone on meanwhile */
	next_beacon(s);
	/* Late by more than an interval: one beacon, not three */
	s->sniff.n = 0;
	scene_pass(s, 3 * INTERVAL_US + 500);
	assert_int_equal(s->sniff.n, 1);
	assert_int_equal(s->ap->mac->c.beacon_missed, 2);
}

static void set_tim(struct scene *s, uint16_t aid, bool set)
{
	host_write(s->ap, ENG_MAC_TIM, aid | (uint32_t)set << 15);
}

/* P4, T7 */
static void test_bitmap(void **state)
{
	struct scene *s = *state;
	const uint8_t *tim;

	start_beacon(s, 1, 0);
	set_tim(s, 2007, true);
	tim = next_beacon(s) + TIM_OFF;
	/* Octet 250 alone: N1 is even */
	assert_int_equal(tim[1], 4);
	assert_int_equal(tim[4], 250);
	assert_int_equal(tim[5], 1 << 7);
	set_tim(s, 1, true);
	tim = next_beacon(s) + TIM_OFF;
	assert_int_equal(tim[1], 3 + 251);
	assert_int_equal(tim[4], 0);
	assert_int_equal(tim[5], 2);
	assert_int_equal(tim[5 + 250], 1 << 7);
	assert_memory_equal(tim + 2 + tim[1], beacon_ies + 12, 5);
	set_tim(s, 1, false);
	set_tim(s, 2007, false);
	set_tim(s, 26, true);
	set_tim(s, 40, true);
	tim = next_beacon(s) + TIM_OFF;
	/* Octets 3 to 5: N1 is the even number before */
	assert_int_equal(tim[1], 3 + 4);
	assert_int_equal(tim[4], 2);
	assert_int_equal(tim[5], 0);
	assert_int_equal(tim[6], 1 << 2);
	assert_int_equal(tim[8], 1);
	/* This AID cannot exist */
	set_tim(s, 2008, true);
	assert_int_equal(s->ap->mac->c.eng_errors, 1);
}

static void test_csa(void **state)
{
	struct scene *s = *state;

	start_beacon(s, 2, CSA_OFF);
	for (int left = 5; left >= 1; left--) {
		assert_int_equal(next_beacon(s)[CSA_OFF], left);
		assert_int_equal(!!(s->ap->irqs & ENG_IRQ_CSA), left == 1);
	}
	assert_int_equal(host_read(s->ap, ENG_CSA_VIFS), 1);
	s->ap->irqs = 0;
	assert_int_equal(next_beacon(s)[CSA_OFF], 1);
	assert_false(s->ap->irqs & ENG_IRQ_CSA);
	/* The countdown works behind a TIM that has grown */
	start_beacon(s, 2, CSA_OFF);
	set_tim(s, 26, true);
	set_tim(s, 100, true);
	assert_int_equal(next_beacon(s)[CSA_OFF + 10], 5);
	assert_int_equal(next_beacon(s)[CSA_OFF + 10], 4);
}

static void test_bad_template(void **state)
{
	struct scene *s = *state;
	struct eng_beacon good = {
		.addr = htole32(ENG_SRAM_BASE + 4096), .len = htole16(53),
		.beacon_int = htole16(100), .tim_off = htole16(TIM_OFF),
		.dtim_period = 2, .bigtk = { htole16(SKUA_KEY_NONE) },
	}, b;

	start_beacon(s, 2, 0);
#define REFUSED(field, val) do { \
	b = good; \
	b.field = val; \
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BEACON, 0, ENG_TBL_WRITE, \
				  &b, sizeof(b)), SKUA_ST_INVALID); \
} while (0)
	REFUSED(addr, htole32(0));
	REFUSED(addr, htole32(ENG_SRAM_BASE + 8192));
	REFUSED(len, htole16(35));
	REFUSED(len, htole16(2049));
	REFUSED(len, htole16(TIM_OFF + 5));
	REFUSED(beacon_int, 0);
	REFUSED(tim_off, htole16(35));
	REFUSED(tim_off, htole16(TIM_OFF + 1));
	REFUSED(tim_off, htole16(60000));
	REFUSED(dtim_period, 0);
	REFUSED(csa_off[0], htole16(53));
	REFUSED(csa_off[1], htole16(TIM_OFF + 2));
	REFUSED(csa_off[1], htole16(3));
	REFUSED(rate, htole32(7));
#undef REFUSED
	b = good;
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BEACON, 0, ENG_TBL_WRITE, &b,
				  sizeof(b)), SKUA_ST_OK);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BEACON, 3, ENG_TBL_WRITE, &b,
				  sizeof(b)), SKUA_ST_NO_ENTRY);
}

/* K14: a beacon has an MMIE with a leased PN, which the station verifies */
static void test_beacon_protection(void **state)
{
	struct scene *s = *state;
	struct eng_key k = { .gen = htole16(1), .sta = htole16(SKUA_STA_NONE),
			     .keyidx = 6, .key_len = 16,
			     .cipher = htole32(SKUA_CIPHER_BIP_CMAC),
			     .lease_len = htole32(2) };
	struct eng_beacon b = {
		.addr = htole32(ENG_SRAM_BASE + 4096), .len = htole16(53),
		.beacon_int = htole16(100), .tim_off = htole16(TIM_OFF),
		.dtim_period = 2,
		.bigtk = { htole16(GROUP_SLOT), htole16(KEY_GEN) },
	};
	struct rec rec;

	start_beacon(s, 2, 0);
	scene_group(s, SKUA_CIPHER_BIP_CMAC, 6);
	k.gen = htole16(KEY_GEN);
	memset(k.key, 0xa7, 16);
	k.tx_lease[0] = 50;
	host_tbl(s->ap, ENG_TBL_KEY, GROUP_SLOT, ENG_TBL_WRITE, &k, sizeof(k));
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BEACON, 0, ENG_TBL_WRITE, &b,
				  sizeof(b)), SKUA_ST_OK);
	for (unsigned int pn = 50; pn < 52; pn++) {
		next_beacon(s);
		host_expect_rx(s->sta, &rec);
		assert_true(le32toh(rec.rx.flags) & SKUA_RXF_DECRYPTED);
		assert_int_equal(le32toh(rec.rx.pn_lo), pn);
		assert_int_equal(le16toh(rec.rx.key), GROUP_SLOT);
	}
	/* When the lease is used up, no beacon is sent, and no PN is used twice */
	s->sniff.n = 0;
	scene_pass(s, INTERVAL_US);
	assert_int_equal(s->sniff.n, 0);
	assert_int_equal(s->ap->mac->c.beacon_no_pn, 1);
}

static void forget(struct host *h)
{
	struct rec rec;

	while (host_next(h, &rec))
		;
}

/* The station sends a null frame with the Power Management bit */
static void say_pm(struct scene *s, bool pm)
{
	struct tx t = { .ring = 4, .token = 1, .sta = STA_AP, .gen = STA_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[64];
	uint16_t fc = IEEE80211_NULLFUNC | FC_TODS;

	forget(s->sta);
	host_tx(s->sta, &t, f, mk_frame(f, pm ? fc | IEEE80211_FC_PM : fc,
					addr_ap, addr_sta, addr_ap, -1, NULL,
					0));
	host_poll(s->sta);
	host_expect_tx(s->sta, 1, SKUA_TXS_ACKED, 1);
}

static void ps_poll(struct scene *s, uint16_t aid)
{
	struct tx t = { .ring = 4, .token = 2, .sta = STA_AP, .gen = STA_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[64];

	forget(s->sta);
	mk_frame(f, IEEE80211_PSPOLL, addr_ap, addr_sta, addr_ap, -1, NULL, 0);
	dot11_put_le16(f + 2, aid | IEEE80211_PSPOLL_AID_BITS);
	host_tx(s->sta, &t, f, 16);
	host_poll(s->sta);
	host_expect_tx(s->sta, 2, SKUA_TXS_ACKED, 1);
	host_poll(s->ap);
}

static void fall_asleep(struct scene *s)
{
	struct rec rec;

	say_pm(s, true);
	host_expect_inband(s->ap, SKUA_INB_STA_SLEEP, &rec);
	assert_int_equal(le16toh(rec.inband.sta), AP_STA);
	assert_int_equal(le16toh(rec.inband.sta_gen), AP_GEN);
	host_expect_rx(s->ap, &rec);
}

/* P4, T6 */
static void test_hold_and_wake(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	struct eng_vif v;
	struct eng_sta e;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60);
	struct rec rec;

	start_beacon(s, 1, 0);
	fall_asleep(s);
	/* A second null frame changes nothing */
	say_pm(s, true);
	host_expect_rx(s->ap, &rec);
	host_tbl(s->ap, ENG_TBL_VIF, 0, ENG_TBL_READ, &v, sizeof(v));
	assert_int_equal(le32toh(v.dozing), 1);
	host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_READ, &e, sizeof(e));
	assert_int_equal(e.dozing, 1);
	for (t.token = 0; t.token < 3; t.token++)
		host_tx(s->ap, &t, f, len);
	/* Ring slots come back though the frames are held */
	host_poll(s->ap);
	assert_int_equal(s->ap->rings.ring[SKUA_RING_TX_BE].own, 3);
	host_expect_nothing(s->ap);
	assert_int_equal(next_beacon(s)[TIM_OFF + 5], 1 << 1);
	while (host_next(s->sta, &rec))
		assert_true(dot11_fc_is_beacon(dot11_fc(rec.frame)));
	/* A frame that must not wait leaves */
	t.flags = SKUA_TXF_NO_PS_BUFFER;
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_tx(s->ap, 3, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->sta, &rec);
	/* The station wakes up: the event, its frame, then the held frames */
	say_pm(s, false);
	host_poll(s->ap);
	host_expect_inband(s->ap, SKUA_INB_STA_WAKE, NULL);
	host_expect_rx(s->ap, &rec);
	for (unsigned int i = 0; i < 3; i++)
		host_expect_tx(s->ap, (uint16_t)i, SKUA_TXS_ACKED, 1);
	for (unsigned int i = 0; i < 3; i++)
		host_expect_rx(s->sta, &rec);
	assert_int_equal(next_beacon(s)[TIM_OFF + 5], 0);
	assert_int_equal(s->ap->mac->vif[0].dozing, 0);
}

/* P2 */
static void test_ps_poll(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60);
	struct rec rec;

	fall_asleep(s);
	for (t.token = 0; t.token < 2; t.token++)
		host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	/* With another AID, no frame is released */
	ps_poll(s, 2);
	host_expect_nothing(s->ap);
	ps_poll(s, 1);
	host_expect_tx(s->ap, 0, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->sta, &rec);
	assert_true(dot11_fc(rec.frame) & IEEE80211_FC_MOREDATA);
	ps_poll(s, 1);
	host_expect_tx(s->ap, 1, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->sta, &rec);
	assert_false(dot11_fc(rec.frame) & IEEE80211_FC_MOREDATA);
	/* No frame is left here: the host gets an event */
	ps_poll(s, 1);
	host_expect_inband(s->ap, SKUA_INB_PSPOLL, NULL);
	/* The host holds more frames, and has set the TIM bit */
	t.token = 9;
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	set_tim(s, 1, true);
	ps_poll(s, 1);
	host_expect_tx(s->ap, 9, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->sta, &rec);
	assert_true(dot11_fc(rec.frame) & IEEE80211_FC_MOREDATA);
	assert_int_equal(s->ap->mac->c.ps_poll, 5);
}

/* P2: also of a frame that was numbered and protected before its station dozed off */
static void test_ps_poll_of_prepared(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60);
	struct rec rec;
	struct txq *q;

	fall_asleep(s);
	for (t.token = 0; t.token < 2; t.token++)
		host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	q = &s->ap->mac->sta[AP_STA]->q[0];
	assert_int_equal(q->count, 2);
	q->head->prepared = true;
	q->tail->prepared = true;
	q->tail->buf[q->tail->off + 1] |= IEEE80211_FC_MOREDATA >> 8;
	ps_poll(s, 1);
	host_expect_tx(s->ap, 0, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->sta, &rec);
	assert_true(dot11_fc(rec.frame) & IEEE80211_FC_MOREDATA);
	ps_poll(s, 1);
	host_expect_tx(s->ap, 1, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->sta, &rec);
	assert_false(dot11_fc(rec.frame) & IEEE80211_FC_MOREDATA);
}

static void test_release(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int n = 0;
	struct rec rec;
	bool eosp = false;

	fall_asleep(s);
	for (t.token = 0; t.token < 6; t.token++)
		host_tx(s->ap, &t, f,
			mk_data(f, true, t.token % 2 ? 6 : 0, 60));
	host_poll(s->ap);
	host_write(s->ap, ENG_TXQ_STA, AP_STA | AP_GEN << 16);
	/* Two frames of TID 6 in a service period */
	host_write(s->ap, ENG_TXQ_RELEASE, 1 << 6 | 2 << 16 | 1 << 25);
	host_poll(s->ap);
	while (host_next(s->ap, &rec)) {
		if (rec.type == SKUA_CPL_TX)
			n += rec.n;
		else
			eosp = le16toh(rec.inband.id) == SKUA_INB_EOSP;
		/* The event comes after the records */
		assert_true(!eosp || n == 2);
	}
	assert_true(eosp);
	for (unsigned int i = 0; i < 2; i++) {
		host_expect_rx(s->sta, &rec);
		assert_int_equal(rec.rx.tid, 6);
		assert_true(dot11_fc(rec.frame) & IEEE80211_FC_MOREDATA);
		assert_int_equal(!!(dot11_qos_ctl(rec.frame) &
				    IEEE80211_QOS_EOSP), i == 1);
	}
	/* No frame of that TID is left: the service period ends at once */
	host_write(s->ap, ENG_TXQ_RELEASE, 1 << 3 | 1 << 16);
	host_expect_inband(s->ap, SKUA_INB_EOSP, NULL);
	host_write(s->ap, ENG_TXQ_STA, AP_STA | (AP_GEN + 1) << 16);
	host_write(s->ap, ENG_TXQ_RELEASE, 0xffff | 1 << 16);
	host_expect_nothing(s->ap);
	/* The station is removed while frames are held */
	host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR, NULL, 0);
	n = 0;
	while (host_next(s->ap, &rec))
		n += rec.n;
	assert_int_equal(n, 4);
	assert_int_equal(s->ap->mac->vif[0].dozing, 0);
}

static void test_uapsd_trigger(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 0, .token = 1, .sta = STA_AP, .gen = STA_GEN,
			.key = SKUA_KEY_NONE };
	struct eng_sta e;
	uint8_t f[100];
	unsigned int len;
	struct rec rec;

	host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_READ, &e, sizeof(e));
	e.uapsd_queues = 1 << 0;
	host_sta(s->ap, AP_STA, &e);
	fall_asleep(s);
	len = mk_data(f, false, 6, 40);
	f[1] |= IEEE80211_FC_PM >> 8;
	host_tx(s->sta, &t, f, len);
	host_poll(s->sta);
	host_expect_inband(s->ap, SKUA_INB_UAPSD_TRIGGER, &rec);
	assert_int_equal(rec.inband.tid, 6);
	host_expect_rx(s->ap, &rec);
	/* Best effort is not trigger-enabled */
	f[24] = 0;
	host_tx(s->sta, &t, f, len);
	host_poll(s->sta);
	host_expect_rx(s->ap, &rec);
}

static unsigned int mk_group(uint8_t *f)
{
	return mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast, addr_ap,
			addr_other, -1, "12345678", 8);
}

/* P5, T6, T7 */
static void test_dtim(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 2, .token = 4, .sta = SKUA_STA_NONE,
			.flags = SKUA_TXF_AFTER_DTIM, .key = SKUA_KEY_NONE };
	uint8_t f[100];
	const uint8_t *b;
	struct rec rec;

	start_beacon(s, 3, 0);
	/* All stations are awake: the frame leaves at once */
	host_tx(s->ap, &t, f, mk_group(f));
	host_poll(s->ap);
	host_expect_tx(s->ap, 4, SKUA_TXS_SENT, 1);
	fall_asleep(s);
	for (t.token = 10; t.token < 13; t.token++)
		host_tx(s->ap, &t, f, mk_group(f));
	host_poll(s->ap);
	host_expect_nothing(s->ap);
	for (unsigned int i = 0; i < 4; i++) {
		b = next_beacon(s);
		if (b[TIM_OFF + 2] == 0)
			break;
		/* The frame neither leaves nor is announced before the DTIM beacon */
		assert_int_equal(s->sniff.n, 1);
		assert_int_equal(b[TIM_OFF + 4] & 1, 0);
	}
	assert_int_equal(b[TIM_OFF + 2], 0);
	assert_int_equal(b[TIM_OFF + 4] & 1, 1);
	assert_int_equal(s->sniff.n, 4);
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(!!(dot11_fc(s->sniff.frame[i].data) &
				    IEEE80211_FC_MOREDATA), i != 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_true(host_next(s->ap, &rec));
		assert_int_equal(rec.n, 1);
	}
	/* At the next DTIM beacon there is no group frame */
	do {
		b = next_beacon(s);
	} while (b[TIM_OFF + 2]);
	assert_int_equal(b[TIM_OFF + 4] & 1, 0);
	/* The station wakes up: group frames need not wait for DTIM any longer */
	host_tx(s->ap, &t, f, mk_group(f));
	host_poll(s->ap);
	host_expect_nothing(s->ap);
	say_pm(s, false);
	host_poll(s->ap);
	host_expect_inband(s->ap, SKUA_INB_STA_WAKE, NULL);
	host_expect_rx(s->ap, &rec);
	host_expect_tx(s->ap, 13, SKUA_TXS_SENT, 1);
}

static void test_mgmt_to_sleeper(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 4, .token = 1, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[100];
	unsigned int len;

	fall_asleep(s);
	/* A probe response is no bufferable frame, an action frame is */
	len = mk_frame(f, IEEE80211_PROBE_RESP, addr_sta, addr_ap, addr_ap, -1,
		       "123456789012", 12);
	host_tx(s->ap, &t, f, len);
	t.token = 2;
	len = mk_frame(f, IEEE80211_ACTION, addr_sta, addr_ap, addr_ap, -1,
		       "\3\0", 2);
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_tx(s->ap, 1, SKUA_TXS_ACKED, 1);
	host_expect_nothing(s->ap);
	ps_poll(s, 1);
	host_expect_tx(s->ap, 2, SKUA_TXS_ACKED, 1);
}

/* D3: each station's events and frames keep their order under load */
static void test_in_order(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 2, .token = 1, .sta = STA_AP, .gen = STA_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[100];
	struct rec rec;
	bool asleep = false;
	unsigned int events = 0;

	for (unsigned int i = 0; i < 50; i++) {
		unsigned int len = mk_data(f, false, 0, 40);

		if (i % 3 == 0)
			f[1] |= IEEE80211_FC_PM >> 8;
		host_tx(s->sta, &t, f, len);
	}
	host_poll(s->sta);
	while (host_next(s->ap, &rec)) {
		if (rec.type == SKUA_CPL_INBAND) {
			asleep = le16toh(rec.inband.id) == SKUA_INB_STA_SLEEP;
			events++;
			continue;
		}
		assert_int_equal(!!(dot11_fc(rec.frame) & IEEE80211_FC_PM),
				 asleep);
	}
	assert_int_equal(events, 34);
}

/* As in the queue itself */
static void expect_released(const struct mac_sta *sta)
{
	unsigned int n[SKUA_NUM_TIDS + 1] = { 0 };

	for (const struct txf *f = sta->q[STA_Q_AWAKE].head; f; f = f->next)
		n[f->tid] += f->released;
	for (unsigned int i = 0; i <= SKUA_NUM_TIDS; i++)
		assert_int_equal(sta->released[i], n[i]);
}

/*
 * A frame that returns from the air looks at none of those that were released after it:
 * the host may have released thousands, and a PPDU has a thousand.
 */
static void test_return_looks_at_no_other(void **state)
{
	struct scene *s = *state;
	struct mac *mac = s->ap->mac;
	struct mac_sta *sta = mac->sta[AP_STA];
	struct txq *q = &sta->q[0], *awake = &sta->q[STA_Q_AWAKE];
	struct tx t = TX_TO_STA;
	struct txf *head, *f, *first;
	uint8_t buf[100];

	fall_asleep(s);
	for (t.token = 0; t.token < 40; t.token++)
		host_tx(s->ap, &t, buf, mk_data(buf, true, 0, 60));
	host_poll(s->ap);
	host_tune(s->ap, 5200, 5200, SKUA_BW_20);
	txq_pop(mac, q, &f, 1);
	assert_int_equal(txq_release_held(mac, sta, 0xffff, 30, false, false,
					  false), 30);
	expect_released(sta);
	/* Nobody can read a frame there */
	head = awake->head;
	awake->head = (struct txf *)sizeof(*f);
	/* None of this TID has been released */
	f->tid = 6;
	txq_put_back(mac, q, f);
	txq_pop(mac, q, &first, 1);
	assert_ptr_equal(first, f);
	assert_false(f->released);
	/* Later ones of this TID have */
	f->tid = 0;
	txq_put_back(mac, q, f);
	assert_ptr_equal(awake->head, f);
	assert_true(f->released);
	f->next = head;
	assert_int_equal(awake->count, 31);
	expect_released(sta);
	/* What has not left when the station wakes up goes back to its queue */
	txq_sta_doze(mac, sta, false);
	expect_released(sta);
	assert_int_equal(awake->count, 0);
	assert_int_equal(q->count, 40);
	assert_ptr_equal(q->head, f);
}

/* A host knows from before a reset that its new station sleeps */
static void test_asleep_from_the_start(void **state)
{
	struct scene *s = *state;
	struct eng_sta e;

	assert_int_equal(host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_READ, &e,
				  sizeof(e)), SKUA_ST_OK);
	e.flags |= htole32(ENG_STAF_ASLEEP);
	/* The engine knows better about a station that it has */
	host_sta(s->ap, AP_STA, &e);
	assert_false(s->ap->mac->sta[AP_STA]->dozing);
	assert_int_equal(s->ap->mac->vif[0].dozing, 0);
	e.gen = htole16(AP_GEN + 1);
	host_sta(s->ap, AP_STA, &e);
	assert_true(s->ap->mac->sta[AP_STA]->dozing);
	assert_int_equal(s->ap->mac->vif[0].dozing, 1);
	/* Nobody who is not followed can be asleep */
	e.gen = htole16(AP_GEN + 2);
	e.flags &= ~htole32(ENG_STAF_PS_TRACK);
	host_sta(s->ap, AP_STA, &e);
	assert_false(s->ap->mac->sta[AP_STA]->dozing);
	assert_int_equal(s->ap->mac->vif[0].dozing, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scene_setup, \
						scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_beacon),
		T(test_ibss),
		T(test_away),
		T(test_bitmap),
		T(test_csa),
		T(test_bad_template),
		T(test_beacon_protection),
		T(test_hold_and_wake),
		T(test_ps_poll), T(test_ps_poll_of_prepared),
		T(test_release),
		T(test_uapsd_trigger),
		T(test_dtim),
		T(test_mgmt_to_sleeper),
		T(test_in_order),
		T(test_return_looks_at_no_other),
		T(test_asleep_from_the_start),
	};

	return cmocka_run_group_tests_name("mac: power save", tests, NULL,
					   NULL);
}
