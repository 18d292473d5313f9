// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: reception, filter, and the way of a frame to the host */
#include "host.h"

static void set_filter(struct host *h, uint32_t filter)
{
	host_write(h, ENG_MAC_FILTER, filter);
}

/* Send a frame from the sniffer. Return: records that the station's host gets */
static unsigned int heard(struct scene *s, const uint8_t *f, unsigned int len)
{
	struct rec rec;
	unsigned int n = 0;

	sniffer_send(&s->sniff, f, (uint16_t)len);
	while (host_next(s->sta, &rec))
		n += rec.type == SKUA_CPL_RX;
	return n;
}

static void test_filter_mgmt(void **state)
{
	struct scene *s = *state;
	uint8_t f[100];
	unsigned int len;
	uint64_t mgmt;

	/* Beacons of the own BSS pass, and with the filter those of other BSSs */
	assert_int_equal(heard(s, f, mk_beacon(f, addr_ap, 1)), 1);
	assert_int_equal(heard(s, f, mk_beacon(f, addr_other, 1)), 0);
	set_filter(s->sta, SKUA_FILTER_BCN_PRBRESP);
	assert_int_equal(heard(s, f, mk_beacon(f, addr_other, 1)), 1);
	set_filter(s->sta, 0);
	/* Probe responses to another station never pass */
	len = mk_frame(f, IEEE80211_PROBE_RESP, addr_sta2, addr_other,
		       addr_other, -1, "123456789012", 12);
	set_filter(s->sta, SKUA_FILTER_BCN_PRBRESP);
	assert_int_equal(heard(s, f, len), 0);
	set_filter(s->sta, 0);
	memcpy(f + 4, addr_sta, 6);
	assert_int_equal(heard(s, f, len), 1);
	/* Probe requests pass for an AP, or with the filter */
	len = mk_frame(f, IEEE80211_PROBE_REQ, addr_bcast, addr_other,
		       addr_bcast, -1, "\0\0", 2);
	mgmt = s->ap->mac->c.rx_mgmt;
	assert_int_equal(heard(s, f, len), 0);
	assert_int_equal(s->ap->mac->c.rx_mgmt, mgmt + 1);
	set_filter(s->sta, SKUA_FILTER_PROBE_REQ);
	assert_int_equal(heard(s, f, len), 1);
	set_filter(s->sta, 0);
	/* Group action and deauthentication frames pass from the own BSS, or with the filter */
	len = mk_frame(f, IEEE80211_ACTION, addr_bcast, addr_other, addr_other,
		       -1, "\4\0", 2);
	assert_int_equal(heard(s, f, len), 0);
	set_filter(s->sta, SKUA_FILTER_MCAST_ACTION);
	assert_int_equal(heard(s, f, len), 1);
	set_filter(s->sta, 0);
	len = mk_frame(f, IEEE80211_DEAUTH, addr_bcast, addr_ap, addr_ap, -1,
		       "\3\0", 2);
	assert_int_equal(heard(s, f, len), 1);
	memcpy(f + 16, addr_other, 6);
	assert_int_equal(heard(s, f, len), 0);
}

/* M1: the random address of a scan is received and acknowledged during the scan */
static void test_scan_address(void **state)
{
	static const uint8_t addr[] = { 0x0e, 0x31, 0x41, 0x59, 0x26, 0x53 };
	struct scene *s = *state;
	uint8_t f[100];
	unsigned int len = mk_frame(f, IEEE80211_PROBE_RESP, addr, addr_other,
				    addr_other, -1, "123456789012", 12);

	set_filter(s->sta, SKUA_FILTER_BCN_PRBRESP);
	s->sniff.n = 0;
	assert_int_equal(heard(s, f, len), 0);
	assert_int_equal(s->sniff.n, 0);
	host_write(s->sta, ENG_MAC_SCAN_LO, 0x5941310e);
	host_write(s->sta, ENG_MAC_SCAN_HI, 0x5326);
	assert_int_equal(heard(s, f, len), 1);
	assert_int_equal(s->sniff.n, 1);
	assert_true(dot11_fc_is_stype(dot11_fc(s->sniff.frame[0].data),
				      IEEE80211_ACK));
	/* Data frames are not accepted there */
	s->sniff.n = 0;
	len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr, addr_ap, addr_ap,
		       -1, "12345678", 8);
	assert_int_equal(heard(s, f, len), 0);
	assert_int_equal(s->sniff.n, 0);
	/* After the scan, and with an interface that does not exist */
	len = mk_frame(f, IEEE80211_PROBE_RESP, addr, addr_other, addr_other,
		       -1, "123456789012", 12);
	host_write(s->sta, ENG_MAC_SCAN_HI, 0x5326 | SKUA_VIF_NONE << 16);
	assert_int_equal(heard(s, f, len), 0);
	host_write(s->sta, ENG_MAC_SCAN_HI, 0xffff5326);
	assert_int_equal(heard(s, f, len), 0);
	assert_int_equal(s->sniff.n, 0);
}

static void test_filter_data(void **state)
{
	struct scene *s = *state;
	uint8_t f[100];
	unsigned int len;

	len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast, addr_ap,
		       addr_other, -1, "12345678", 8);
	assert_int_equal(heard(s, f, len), 1);
	memcpy(f + 10, addr_other, 6);
	assert_int_equal(heard(s, f, len), 0);
	set_filter(s->sta, SKUA_FILTER_ALLMULTI);
	assert_int_equal(heard(s, f, len), 1);
	set_filter(s->sta, 0);
	/* A frame to this station from another BSS is acknowledged, and not passed up */
	s->sniff.n = 0;
	memcpy(f + 4, addr_sta, 6);
	assert_int_equal(heard(s, f, len), 0);
	assert_int_equal(s->sniff.n, 1);
	assert_true(dot11_fc_is_stype(dot11_fc(s->sniff.frame[0].data),
				      IEEE80211_ACK));
	/* A frame to another station is not acknowledged either */
	s->sniff.n = 0;
	memcpy(f + 4, addr_sta2, 6);
	memcpy(f + 10, addr_ap, 6);
	assert_int_equal(heard(s, f, len), 0);
	assert_int_equal(s->sniff.n, 0);
	/* An AP receives unknown stations, so that it can deauthenticate them */
	len = mk_frame(f, IEEE80211_DATA | FC_TODS, addr_ap, addr_other,
		       addr_ap, -1, "12345678", 8);
	heard(s, f, len);
	assert_int_equal(s->ap->mac->c.rx_data, 1);
}

/* V8, D3 */
static void test_monitor(void **state)
{
	struct scene *s = *state;
	uint8_t f[100];
	struct rec rec;
	unsigned int len;

	set_filter(s->sta, SKUA_FILTER_OTHER_BSS);
	len = mk_frame(f, IEEE80211_DATA | FC_TODS, addr_other, addr_sta2,
		       addr_other, -1, "12345678", 8);
	sniffer_send(&s->sniff, f, (uint16_t)len);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(rec.rx.vif, SKUA_VIF_NONE);
	assert_int_equal(le16toh(rec.rx.sta), SKUA_STA_NONE);
	assert_memory_equal(rec.frame, f, len);
	/* Control frames pass as well, and no frame is acknowledged */
	dot11_put_le16(f, IEEE80211_ACK);
	sniffer_send(&s->sniff, f, 10);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(rec.len, 10);
	assert_int_equal(s->sniff.n, 0);
	/* A monitor also gets the answer to an own frame */
	{
		struct tx t = { .ring = 2, .sta = STA_AP, .gen = STA_GEN,
				.key = SKUA_KEY_NONE };

		host_tx(s->sta, &t, f, mk_data(f, false, -1, 20));
		scene_poll(s);
		host_expect_tx(s->sta, 0, SKUA_TXS_ACKED, 1);
		host_expect_rx(s->sta, &rec);
		assert_true(dot11_fc_is_stype(dot11_fc(rec.frame),
					      IEEE80211_ACK));
	}
}

static void test_control(void **state)
{
	struct scene *s = *state;
	uint8_t f[100];

	mk_frame(f, IEEE80211_RTS, addr_sta, addr_other, addr_ap, -1, NULL, 0);
	dot11_put_le16(f + 2, 500);
	assert_int_equal(heard(s, f, 16), 0);
	assert_int_equal(s->sniff.n, 1);
	assert_true(dot11_fc_is_stype(dot11_fc(s->sniff.frame[0].data),
				      IEEE80211_CTS));
	assert_memory_equal(s->sniff.frame[0].data + 4, addr_other, 6);
	assert_int_equal(dot11_get_le16(s->sniff.frame[0].data + 2),
			 500 - 16 - 44);
	set_filter(s->sta, SKUA_FILTER_CONTROL);
	assert_int_equal(heard(s, f, 16), 1);
	set_filter(s->sta, SKUA_FILTER_PSPOLL);
	assert_int_equal(heard(s, f, 16), 0);
	dot11_put_le16(f, IEEE80211_PSPOLL);
	assert_int_equal(heard(s, f, 16), 1);
}

/* R5 */
static void test_fcs(void **state)
{
	struct scene *s = *state;
	uint8_t f[100];
	struct rec rec;
	unsigned int len = mk_data(f, true, -1, 40);

	dot11_fcs_put(f, len);
	f[30] ^= 4;
	sniffer_send_raw(&s->sniff, f, (uint16_t)(len + 4));
	host_expect_nothing(s->sta);
	assert_int_equal(s->sniff.n, 0);
	assert_int_equal(s->sta->mac->c.rx_fcs_error, 1);
	set_filter(s->sta, SKUA_FILTER_FCSFAIL);
	sniffer_send_raw(&s->sniff, f, (uint16_t)(len + 4));
	host_expect_rx(s->sta, &rec);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_FCS_ERR);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_MONITOR_ONLY);
	assert_int_equal(s->sniff.n, 0);
}

/* R16 */
static void test_duplicates(void **state)
{
	struct scene *s = *state;
	uint8_t f[100], g[100];
	unsigned int len = mk_data(f, true, 3, 40);

	dot11_put_le16(f + 22, 0x0450);
	assert_int_equal(heard(s, f, len), 1);
	/* The same number without Retry bit is another frame */
	assert_int_equal(heard(s, f, len), 1);
	f[1] |= IEEE80211_FC_RETRY >> 8;
	assert_int_equal(heard(s, f, len), 0);
	/* Another TID, another fragment, another kind of frame have numbers of their own */
	memcpy(g, f, len);
	g[24] = 4;
	assert_int_equal(heard(s, g, len), 1);
	g[24] = 3;
	g[22] |= 1;
	assert_int_equal(heard(s, g, len), 1);
	assert_int_equal(heard(s, f, len), 1);
	len = mk_data(g, true, -1, 40);
	g[1] |= IEEE80211_FC_RETRY >> 8;
	dot11_put_le16(g + 22, 0x0450);
	assert_int_equal(heard(s, g, len), 1);
	assert_int_equal(heard(s, g, len), 0);
	assert_int_equal(s->sta->mac->c.rx_dup, 2);
	/* Duplicates are acknowledged: 7 frames were passed up, 2 were not */
	assert_int_equal(s->sniff.n, 8);
}

static void test_tsf(void **state)
{
	struct scene *s = *state;
	struct eng_vif e;
	uint8_t f[100];

	heard(s, f, mk_beacon(f, addr_other, 1234));
	host_tbl(s->sta, ENG_TBL_VIF, 0, ENG_TBL_READ, &e, sizeof(e));
	assert_int_equal(le32toh(e.last_beacon), 0);
	heard(s, f, mk_beacon(f, addr_ap, 987654321));
	host_tbl(s->sta, ENG_TBL_VIF, 0, ENG_TBL_READ, &e, sizeof(e));
	assert_int_equal(le32toh(e.last_beacon),
			 (uint32_t)loop_now_us(s->sta->loop));
	/* The sniffer sends all frames at 6 Mbit/s */
	assert_int_equal(le64toh(e.tsf_offset) + loop_now_us(s->sta->loop),
			 987654321 - airtime_stamp_us(60));
	/* An AP follows no clock */
	host_tbl(s->ap, ENG_TBL_VIF, 0, ENG_TBL_READ, &e, sizeof(e));
	assert_int_equal(le64toh(e.tsf_offset), 0);
}

static void send_data(struct scene *s, unsigned int payload)
{
	struct tx t = { .ring = 2, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[HOST_FRAME_MAX];

	host_tx(s->ap, &t, f, mk_data(f, true, 0, payload));
	host_poll(s->ap);
}

/* The shortest buffers, and others: a record has so many of them, and no more */
static void test_many_buffers(void **state)
{
	static const uint32_t lens[] = { 512, 600, 680 };
	uint8_t f[HOST_FRAME_MAX];
	struct rec rec;

	for (unsigned int i = 0; i < 3; i++) {
		struct host_cfg small = { .buf_len = lens[i] };
		struct scene *s = scene_new(NULL, &small);
		unsigned int lost = 0;

		*state = s;
		for (unsigned int n = 480; n < 11428; n += 97) {
			unsigned int bufs = (2 + 26 + n + lens[i] - 1) / lens[i];

			send_data(s, n);
			if (bufs > SKUA_RX_MAX_BUFS) {
				host_expect_nothing(s->sta);
				lost++;
				continue;
			}
			host_expect_rx(s->sta, &rec);
			assert_int_equal(rec.n, bufs);
			mk_data(f, true, 0, n);
			assert_int_equal(rec.len, 26 + n);
			assert_memory_equal(rec.frame + 26, f + 26, n);
		}
		assert_int_equal(s->sta->mac->c.rx_no_buffer, lost);
		assert_int_equal(!lost, lens[i] == 680);
		scene_teardown(state);
	}
}

static void test_no_buffers(void **state)
{
	struct host_cfg few = { .buf_len = 512, .buf_entries = 8 };
	struct scene *s = scene_new(NULL, &few);
	struct tx t = { .ring = 2, .token = 1, .sta = SKUA_STA_NONE,
			.key = SKUA_KEY_NONE };
	uint8_t f[HOST_FRAME_MAX], body[1400] = { 0 };
	struct rec rec;

	*state = s;
	/* Each frame needs 3 buffers; the third one finds 2: it is not acknowledged */
	for (unsigned int i = 0; i < 5; i++)
		send_data(s, 1400);
	assert_int_equal(s->sta->mac->c.rx_overrun, 3);
	/* One to a group is not asked for, and lost */
	host_tx(s->ap, &t, f, mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast,
				       addr_ap, addr_ap, -1, body, 1400));
	host_poll(s->ap);
	assert_int_equal(s->sta->mac->c.rx_no_buffer, 1);
	for (unsigned int i = 0; i < 2; i++)
		host_expect_rx(s->sta, &rec);
	host_expect_nothing(s->sta);
	/* Buffers have been posted again: by and by all frames arrive, in their order */
	for (unsigned int i = 0; i < 3; i++) {
		scene_pass(s, 10000);
		host_expect_rx(s->sta, &rec);
	}
	assert_int_equal(s->sta->mac->c.rx_no_buffer, 1);
	assert_int_equal(s->ap->mac->c.tx_no_ack, 0);
	assert_int_equal(s->ap->mac->c.tx_acked, 5);
	scene_teardown(state);
}

static void post_raw(struct host *h, uint64_t addr, uint32_t len)
{
	struct skua_rx_buf buf = { .addr = htole64(addr), .len = htole32(len),
				   .id = htole16(7) };
	struct ring *r = &h->rings.ring[SKUA_RING_RXBUF];

	memcpy(r->mem + (h->buf_prod++ & (r->entries - 1)) * sizeof(buf), &buf,
	       sizeof(buf));
	r->idx->prod = htole32(h->buf_prod);
}

static void test_bad_buffers(void **state)
{
	struct host_cfg few = { .buf_entries = 8 };
	struct scene *s = scene_new(NULL, &few);
	struct rec rec;

	*state = s;
	for (unsigned int i = 0; i < 8; i++)
		send_data(s, 40);
	for (unsigned int i = 0; i < 8; i++) {
		host_expect_rx(s->sta, &rec);
		s->sta->buf_prod--;
	}
	/* Buffers too small, too long, outside of memory, beyond its end; then a valid one */
	post_raw(s->sta, HOST_BASE + 0x200000, 511);
	post_raw(s->sta, HOST_BASE + 0x200000, 0x10000);
	post_raw(s->sta, 0x1000, 4096);
	post_raw(s->sta, HOST_BASE + HOST_MEM - 100, 4096);
	post_raw(s->sta, UINT64_MAX - 100, 4096);
	post_raw(s->sta, HOST_BASE + 0x200000, 4096);
	send_data(s, 40);	/* two are skipped, the frame is dropped with the third */
	send_data(s, 400);	/* does not fit before the end of memory */
	send_data(s, 40);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_bad_buffer, 5);
	send_data(s, 40);
	host_expect_rx(s->sta, &rec);
	scene_teardown(state);
}

/* X4, T1: with a full completion ring, no transmit record is lost */
static void test_full_ring(void **state)
{
	struct host_cfg small = { .cpl_entries = 16 };
	struct scene *s = scene_new(&small, &small);
	struct tx t = { .ring = 2, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 40), seen[60] = { 0 }, n = 0, got = 0;
	struct rec rec;

	*state = s;
	host_write(s->sta, ENG_MAC_FILTER, SKUA_FILTER_BCN_PRBRESP);
	for (t.token = 0; t.token < 60; t.token++) {
		/* Each frame has a record of its own, since the rates differ */
		t.flags = SKUA_TXF_RATE;
		t.w7 = t.token % 2 ? 60 : 120;
		host_tx(s->ap, &t, f, len);
	}
	host_poll(s->ap);
	/* The receiver's ring is full as well now: it acknowledges no more */
	assert_true(s->sta->mac->c.rx_overrun > 0);
	assert_int_equal(s->sta->mac->c.rx_no_cpl, 0);
	for (unsigned int turn = 0; turn < 100 && n < 60; turn++) {
		while (host_next(s->ap, &rec))
			for (unsigned int i = 0; i < rec.n; i++, n++)
				seen[HW_GET(SKUA_TXS_TOKEN,
					    rec.tx.status[i])]++;
		while (host_next(s->sta, &rec))
			got++;
		scene_pass(s, 1000);
		host_poll(s->ap);
		host_poll(s->sta);
	}
	assert_int_equal(n, 60);
	assert_int_equal(got, 60);
	assert_int_equal(s->ap->mac->c.tx_acked, 60);
	for (unsigned int i = 0; i < 60; i++)
		assert_int_equal(seen[i], 1);
	assert_int_equal(s->ap->mac->c.cpl_lost, 0);
	assert_false(cpl_waiting(s->ap->mac));
	scene_teardown(state);
}

/* D3: before an event is published, all completions are, or the event has to wait */
static void test_settle(void **state)
{
	struct host_cfg small = { .cpl_entries = 16, .max_txq = 16 };
	struct scene *s = scene_new(&small, NULL);
	struct skua_cpl_inband cpl = { .id = htole16(SKUA_INB_KEY_RETIRED) };
	struct mac *mac = s->ap->mac;
	struct mac_sta *sta = mac_sta_get(mac, AP_STA, AP_GEN);
	struct rec rec;

	*state = s;
	assert_non_null(sta);
	/* heard in a burst that has not ended */
	rxe_queue_event(mac, SKUA_INB_STA_SLEEP, sta, 0);
	host_expect_nothing(s->ap);
	assert_true(mac_settle(mac));
	host_expect_inband(s->ap, SKUA_INB_STA_SLEEP, &rec);
	/* no room */
	for (unsigned int i = 0; i < 20; i++)
		mac_inband(mac, &cpl);
	assert_true(cpl_waiting(mac));
	assert_false(mac_settle(mac));
	while (cpl_waiting(mac)) {
		while (host_next(s->ap, &rec))
			;
		scene_pass(s, 1000);
	}
	assert_true(mac_settle(mac));
	/* a NIC that has died holds no event back */
	for (unsigned int i = 0; i < 40; i++)
		mac_inband(mac, &cpl);
	assert_true(cpl_waiting(mac));
	mac_stop(mac);
	assert_true(mac_settle(mac));
	scene_teardown(state);
}

/* In-band events stay in order; when too many wait, some are lost, and counted */
static void test_event_flood(void **state)
{
	struct host_cfg small = { .cpl_entries = 16, .max_txq = 16 };
	struct scene *s = scene_new(&small, NULL);
	struct skua_cpl_inband cpl = { .id = htole16(SKUA_INB_KEY_RETIRED) };
	struct rec rec;
	unsigned int n = 0;

	*state = s;
	for (unsigned int i = 0; i < 4000; i++) {
		cpl.arg = htole32(i);
		mac_inband(s->ap->mac, &cpl);
	}
	do {
		while (host_next(s->ap, &rec))
			assert_int_equal(le32toh(rec.inband.arg), n++);
		scene_pass(s, 1000);
	} while (cpl_waiting(s->ap->mac));
	while (host_next(s->ap, &rec))
		n++;
	assert_int_equal(n + s->ap->mac->c.cpl_lost, 4000);
	/* the last ones are for received frames that are held, and none is */
	assert_int_equal(n, 16 + 16 + 1024 + RXE_HELD_UNITS);
	scene_teardown(state);
}

/* V4: of two interfaces in one BSS, each gets a copy of group frames */
static void test_two_vifs(void **state)
{
	struct scene *s = *state;
	struct eng_sta peer = { .gen = htole16(1), .vif = 1 };
	struct eng_vif e;
	uint8_t f[100];
	struct rec rec;
	unsigned int len;

	host_tbl(s->sta, ENG_TBL_VIF, 0, ENG_TBL_READ, &e, sizeof(e));
	memcpy(e.addr, addr_sta2, 6);
	host_vif(s->sta, 1, &e);
	memcpy(peer.addr, addr_ap, 6);
	host_sta(s->sta, 6, &peer);
	len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast, addr_ap,
		       addr_other, -1, "12345678", 8);
	assert_int_equal(heard(s, f, len), 2);
	/* A management frame comes once, and an individual frame by its address */
	assert_int_equal(heard(s, f, mk_beacon(f, addr_ap, 5)), 1);
	len = mk_data(f, true, -1, 30);
	memcpy(f + 4, addr_sta2, 6);
	sniffer_send(&s->sniff, f, (uint16_t)len);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(rec.rx.vif, 1);
	assert_int_equal(le16toh(rec.rx.sta), 6);
}

/* V4: frames and answers leave with the power of their interface */
static void test_power_of_each(void **state)
{
	struct scene *s = *state;
	struct eng_vif e;
	uint8_t f[100];
	struct rec rec;
	unsigned int len;

	host_tbl(s->sta, ENG_TBL_VIF, 0, ENG_TBL_READ, &e, sizeof(e));
	assert_int_equal(e.power, INT8_MAX);
	memcpy(e.addr, addr_sta2, 6);
	e.power = 5;
	host_vif(s->sta, 1, &e);
	for (unsigned int i = 0; i < 2; i++) {
		s->sniff.n = 0;
		len = mk_data(f, true, -1, 30);
		memcpy(f + 4, i ? addr_sta2 : addr_sta, 6);
		sniffer_send(&s->sniff, f, (uint16_t)len);
		host_expect_rx(s->sta, &rec);
		assert_int_equal(rec.rx.vif, i);
		/* the ACK; the channel's limit is 20 */
		assert_int_equal(s->sniff.n, 1);
		assert_int_equal(s->sniff.frame[0].signal,
				 (i ? 5 : 20) - AIR_PATH_LOSS);
	}
}

static void test_tables(void **state)
{
	struct scene *s = *state;
	struct eng_sta e;
	struct eng_vif v;
	struct eng_key k;
	struct eng_rate r = { .rate = { 61 } };
	struct eng_edca q = { .aifsn = 3, .cw_min = 7, .cw_max = 15 };

	host_tbl(s->sta, ENG_TBL_STA, STA_AP, ENG_TBL_READ, &e, sizeof(e));
	/* A second handle for one address; then one field after the other is broken */
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 9, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_EXISTS);
	e.addr[5] = 0x77;
	e.vif = 9;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 9, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_NO_ENTRY);
	e.vif = 0;
	e.flags = htole32(1u << 31);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 9, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_INVALID);
	e.flags = 0;
	e.aid = htole16(2008);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 9, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_INVALID);
	e.aid = 0;
	e.addr[0] |= 1;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 9, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_INVALID);
	e.addr[0] &= 0xfe;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 64, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_NO_ENTRY);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 9, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_OK);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 9, 4, &e, sizeof(e)),
			 SKUA_ST_INVALID);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_RATE, 9, ENG_TBL_WRITE, &r,
				  sizeof(r)), SKUA_ST_INVALID);
	assert_int_equal(host_tbl(s->sta, 8, 0, ENG_TBL_READ, &e, 0),
			 SKUA_ST_UNSUPPORTED);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA_STATS, 9, ENG_TBL_WRITE,
				  &e, sizeof(e)), SKUA_ST_UNSUPPORTED);
	/* An address outside of SRAM */
	host_write(s->sta, ENG_TBL_SEL, ENG_TBL_VIF);
	host_write(s->sta, ENG_TBL_INDEX, 0);
	host_write(s->sta, ENG_TBL_ADDR, ENG_SRAM_BASE - 4);
	host_write(s->sta, ENG_TBL_GO, ENG_TBL_READ);
	assert_int_equal(host_read(s->sta, ENG_TBL_STATUS), SKUA_ST_INVALID);
	/* Reading a key gives no key material, and unknown ciphers are refused */
	assert_int_equal(host_key(s->sta, 1, 5, SKUA_STA_NONE, 2,
				  SKUA_CIPHER_CCMP, 0x33), SKUA_ST_OK);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, 1, ENG_TBL_READ, &k,
				  sizeof(k)), SKUA_ST_OK);
	for (unsigned int i = 0; i < sizeof(k.key); i++)
		assert_int_equal(k.key[i], 0);
	assert_int_equal(le16toh(k.gen), 5);
	k.cipher = htole32(0x000fac63);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, 1, ENG_TBL_WRITE, &k,
				  sizeof(k)), SKUA_ST_UNSUPPORTED);
	k.cipher = htole32(SKUA_CIPHER_CCMP);
	k.key_len = 15;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, 1, ENG_TBL_WRITE, &k,
				  sizeof(k)), SKUA_ST_INVALID);
	k.key_len = 255;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, 1, ENG_TBL_WRITE, &k,
				  sizeof(k)), SKUA_ST_INVALID);
	k.key_len = 16;
	k.sta = htole16(10);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, 1, ENG_TBL_WRITE, &k,
				  sizeof(k)), SKUA_ST_NO_ENTRY);
	/* A refused write leaves the old key in place */
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, 1, ENG_TBL_READ, &k,
				  sizeof(k)), SKUA_ST_OK);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_EDCA, 2, ENG_TBL_WRITE, &q,
				  sizeof(q)), SKUA_ST_OK);
	memset(&q, 0, sizeof(q));
	assert_int_equal(host_tbl(s->sta, ENG_TBL_EDCA, 2, ENG_TBL_READ, &q,
				  sizeof(q)), SKUA_ST_OK);
	assert_int_equal(q.aifsn, 3);
	/* Stations and keys of an interface are removed with the interface */
	assert_int_equal(host_tbl(s->sta, ENG_TBL_VIF, 0, ENG_TBL_CLEAR, &v,
				  0), SKUA_ST_OK);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_STA, 9, ENG_TBL_READ, &e,
				  sizeof(e)), SKUA_ST_NO_ENTRY);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, 1, ENG_TBL_READ, &k,
				  sizeof(k)), SKUA_ST_NO_ENTRY);
}

static void test_registers(void **state)
{
	struct scene *s = *state;
	uint32_t val;

	/* Each offset is either a register or a fault, never a crash */
	for (uint32_t off = 0x200; off < 0x700; off += 4) {
		eng_read(&s->ap->bus, off, &val);
		eng_write(&s->ap->bus, off, 0xffffffff);
	}
	assert_false(eng_read(&s->ap->bus, 0x2fc, &val));
	assert_false(eng_write(&s->ap->bus, 0x2fc, 0));
	assert_true(s->ap->mac->c.eng_errors > 0);
	/* The radio is not tuned to a channel that does not exist */
	host_tune(s->sta, 5181, 5181, SKUA_BW_20);
	assert_int_equal(s->sta->mac->chan.freq, 5181);
	host_tune(s->sta, 4000, 4000, SKUA_BW_20);
	host_tune(s->sta, 5180, 5200, SKUA_BW_40);
	host_tune(s->sta, 5180, 5180, SKUA_BW_40);
	host_tune(s->sta, 5180, 5250, SKUA_BW_80);
	host_tune(s->sta, 5180, 5210, SKUA_BW_320);
	assert_int_equal(s->sta->mac->chan.freq, 5181);
	host_tune(s->sta, 5180, 5210, SKUA_BW_80);
	assert_int_equal(s->sta->mac->chan.freq, 5180);
}

static void test_survey(void **state)
{
	struct scene *s = *state;
	struct skua_survey v;

	assert_int_equal(host_tbl(s->sta, ENG_TBL_SURVEY, 2412, ENG_TBL_READ,
				  &v, sizeof(v)), SKUA_ST_NO_ENTRY);
	send_data(s, 1000);
	scene_pass(s, 5000);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_SURVEY, 5180, ENG_TBL_READ,
				  &v, sizeof(v)), SKUA_ST_OK);
	assert_int_equal(v.in_use, 1);
	assert_int_equal(le64toh(v.time_us), 5000);
	assert_int_equal(le64toh(v.rx_us), airtime_ppdu_us(60, 1030, false));
	assert_int_equal(le64toh(v.tx_us), 44);
	assert_int_equal(le64toh(v.busy_us),
			 le64toh(v.rx_us) + le64toh(v.tx_us));
	/* more than the time has room for: on this medium frames take none */
	for (unsigned int i = 0; i < 20; i++)
		send_data(s, 1000);
	host_tbl(s->sta, ENG_TBL_SURVEY, 5180, ENG_TBL_READ, &v, sizeof(v));
	assert_int_equal(le64toh(v.time_us), 5000);
	assert_int_equal(le64toh(v.busy_us), 5000);
	assert_int_equal(le64toh(v.rx_us), 5000);
	assert_int_equal(le64toh(v.tx_us), 21 * 44);
	host_tune(s->sta, 2412, 2412, SKUA_BW_20);
	scene_pass(s, 700);
	host_tbl(s->sta, ENG_TBL_SURVEY, 2412, ENG_TBL_READ, &v, sizeof(v));
	assert_int_equal(le64toh(v.time_us), 700);
	assert_int_equal(v.in_use, 0);
}

/* After reset and start, no earlier state is left */
static void test_reset(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 2, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60);
	uint32_t val;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	t.flags = SKUA_TXF_PROTECT;
	t.key = KEY_SLOT;
	t.key_gen = KEY_GEN;
	t.pn = 1;
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	assert_int_equal(s->ap->mac->tx.count, 1);
	mac_reset(s->ap->mac);
	assert_true(mac_wipe(s->ap->mac));
	assert_int_equal(s->ap->mac->tx.count, 0);
	assert_null(s->ap->mac->key[KEY_SLOT]);
	assert_null(s->ap->mac->sta[AP_STA]);
	assert_false(mac_vif(s->ap->mac, 0));
	assert_true(eng_read(&s->ap->bus, ENG_MAC_ENABLE, &val));
	assert_int_equal(val, 0);
	host_expect_nothing(s->ap);
	/* The NIC neither sends nor receives, nor completes */
	s->sniff.n = 0;
	sniffer_send(&s->sniff, f, (uint16_t)len);
	host_tx(s->ap, &t, f, len);
	assert_false(mac_poll(s->ap->mac));
	host_expect_nothing(s->ap);
	/* After a fatal error the same is true, but the tables are not wiped */
	host_tx(s->sta, &t, f, len);
	mac_stop(s->sta->mac);
	host_poll(s->sta);
	assert_non_null(s->sta->mac->key[KEY_SLOT]);
	sniffer_send(&s->sniff, f, (uint16_t)len);
	host_expect_nothing(s->sta);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scene_setup, \
						scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_filter_mgmt),
		T(test_scan_address),
		T(test_filter_data),
		T(test_monitor),
		T(test_control),
		T(test_fcs),
		T(test_duplicates),
		T(test_tsf),
		cmocka_unit_test(test_many_buffers),
		cmocka_unit_test(test_no_buffers),
		cmocka_unit_test(test_bad_buffers),
		cmocka_unit_test(test_full_ring),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_event_flood),
		T(test_two_vifs),
		T(test_power_of_each),
		T(test_tables),
		T(test_registers),
		T(test_survey),
		T(test_reset),
	};

	return cmocka_run_group_tests_name("mac: receive", tests, NULL, NULL);
}
