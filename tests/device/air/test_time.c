// SPDX-License-Identifier: GPL-2.0-only
/*
 * Times of the standard, on the clock: 5 GHz, all at 6 Mbit/s, which is 24 bits a symbol
 * of 4 us behind 20 us of preamble and SIGNAL. Clauses T3, T4, T7.
 */
#include "timed.h"

#define PAYLOAD		46u
#define DATA_US		124u	/* 24 + 46 + 4 octets: 614 bits, 26 symbols */

static uint32_t slots(const struct timed *t, unsigned int cls)
{
	return t->s->ap->mac->tx.op.edcaf[cls].acc.slots;
}

/* Publish a frame. Return: slots of the backoff that were drawn for it */
static uint32_t send(struct timed *t, unsigned int cls, uint16_t token, uint32_t flags)
{
	timed_tx(t, cls, token, flags, PAYLOAD);
	host_poll(t->s->ap);
	return slots(t, cls);
}

static void is(const struct timed *t, unsigned int i, uint16_t fc, uint64_t begin_us,
	       uint32_t us)
{
	const struct signal *s = timed_signal(t, i);

	assert_int_equal(timed_fc(s), fc);
	assert_int_equal(s->begin, begin_us * US);
	assert_int_equal(s->end, (begin_us + us) * US);
}

static uint64_t end_us(const struct timed *t, unsigned int i)
{
	return timed_signal(t, i)->end / US;
}

static uint16_t duration(const struct timed *t, unsigned int i)
{
	return dot11_get_le16(timed_signal(t, i)->head + IEEE80211_OFF_DURATION);
}

/* Go on until the access point's machine is there */
static void until_state(struct timed *t, enum txop_state state)
{
	for (unsigned int i = 0; t->s->ap->mac->tx.op.state != state; i++) {
		assert_true(i < 10000);
		timed_step(t, timed_now(t) + 1000);
	}
}

static void test_exchange(void **state)
{
	struct timed *t = *state;
	uint64_t at = timed_now(t) + AIFS_DEFAULT;

	at += send(t, CLS_BE, 1, 0) * SLOT;
	timed_settle(t);
	is(t, 0, IEEE80211_DATA, at, DATA_US);
	is(t, 1, IEEE80211_ACK, at + DATA_US + SIFS, ACK_US);
	assert_int_equal(duration(t, 0), SIFS + ACK_US);
	assert_int_equal(duration(t, 1), 0);
	assert_int_equal(t->m.n, 2);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_ACKED, 1);
}

/* No ACK has begun a SIFS and a slot after the PPDU, and none can end later */
static void test_ack_timeout(void **state)
{
	struct timed *t = *state;
	uint64_t end;

	scene_lose(t->s, 1, 13, 1, 1);
	send(t, CLS_BE, 1, 0);
	until_state(t, TXOP_ANSWER);
	end = end_us(t, 0) + SIFS + SLOT + ACK_US;
	until_state(t, TXOP_ACCESS);
	assert_int_equal(timed_now(t), end);
	/* The next try has its own backoff, and the Retry bit */
	end += AIFS_DEFAULT + slots(t, CLS_BE) * SLOT;
	timed_settle(t);
	is(t, 2, IEEE80211_DATA, end, DATA_US);
	assert_true(timed_signal(t, 2)->head[1] & IEEE80211_FC_RETRY >> 8);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_ACKED, 2);
}

/* CW doubles with each failure up to its limit, and begins anew after the last try */
static void test_backoff_grows(void **state)
{
	static const uint32_t want[] = { 3, 7, 15, 31, 31, 31, 31 };
	struct timed *t = *state;
	const struct edcaf *e = &t->s->ap->mac->tx.op.edcaf[CLS_BE];

	timed_edca(t->s->ap, CLS_BE, 3, 3, 31, 0);
	host_write(t->s->ap, ENG_MAC_RETRY, 7 | 7 << 8);
	scene_lose(t->s, 2, -1, 1, 7);
	send(t, CLS_BE, 1, 0);
	send(t, CLS_BE, 2, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
		uint64_t idle = timed_now(t);
		uint32_t drawn = e->acc.slots;

		assert_int_equal(e->cw, want[i]);
		assert_in_range(drawn, 0, want[i]);
		timed_ppdus(t, i + 1);
		is(t, i, IEEE80211_DATA, idle + AIFS(3) + drawn * SLOT, DATA_US);
		until_state(t, TXOP_ACCESS);
	}
	/* The retry limit of 7 was reached: CW is as at the beginning */
	assert_int_equal(e->cw, 3);
	timed_settle(t);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_NO_ACK, 7);
	host_expect_tx(t->s->ap, 2, SKUA_TXS_ACKED, 1);
	/* Backoffs take the time that queues rest for on other media */
	assert_int_equal(t->s->ap->mac->c.tx_rests, 0);
}

/* The last frame of a queue failed: its class still knows its limits */
static void test_backoff_of_an_empty_queue(void **state)
{
	struct timed *t = *state;

	timed_edca(t->s->ap, CLS_BE, 3, 3, 7, 0);
	host_write(t->s->ap, ENG_MAC_RETRY, 7 | 7 << 8);
	scene_lose(t->s, 2, -1, 1, 20);
	for (unsigned int i = 0; i < 2; i++) {
		send(t, CLS_BE, 1, 0);
		timed_settle(t);
		host_expect_tx(t->s->ap, 1, SKUA_TXS_NO_ACK, 7);
	}
	send(t, CLS_BE, 1, 0);
	assert_int_equal(t->s->ap->mac->tx.op.edcaf[CLS_BE].cw, 3);
}

static void test_rts_cts(void **state)
{
	struct timed *t = *state;
	uint64_t at = timed_now(t) + AIFS_DEFAULT;

	at += send(t, CLS_BE, 1, SKUA_TXF_RTS) * SLOT;
	timed_settle(t);
	is(t, 0, IEEE80211_RTS, at, RTS_US);
	assert_int_equal(duration(t, 0), SIFS + ACK_US + SIFS + DATA_US + SIFS + ACK_US);
	at += RTS_US + SIFS;
	is(t, 1, IEEE80211_CTS, at, ACK_US);
	assert_int_equal(duration(t, 1), SIFS + DATA_US + SIFS + ACK_US);
	at += ACK_US + SIFS;
	is(t, 2, IEEE80211_DATA, at, DATA_US);
	at += DATA_US + SIFS;
	is(t, 3, IEEE80211_ACK, at, ACK_US);
	assert_int_equal(t->m.n, 4);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_ACKED, 1);
}

static void test_cts_timeout(void **state)
{
	struct timed *t = *state;
	uint64_t end;

	scene_lose(t->s, 1, 11, 1, 1);
	send(t, CLS_BE, 1, SKUA_TXF_RTS);
	timed_ppdus(t, 1);
	end = end_us(t, 0) + SIFS + SLOT + ACK_US;
	until_state(t, TXOP_ACCESS);
	assert_int_equal(timed_now(t), end);
	assert_int_equal(t->s->ap->mac->c.tx_rts_no_cts, 1);
	timed_settle(t);
	/* The data frame was on the air once: two tries, no Retry bit is wrong or right */
	is(t, 1, IEEE80211_RTS, end_us(t, 1) - RTS_US, RTS_US);
	assert_int_equal(t->m.n, 5);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_ACKED, 2);
}

static void test_cts_to_self(void **state)
{
	struct timed *t = *state;
	uint64_t at = timed_now(t) + AIFS_DEFAULT;

	at += send(t, CLS_BE, 1, SKUA_TXF_CTS_SELF) * SLOT;
	timed_settle(t);
	is(t, 0, IEEE80211_CTS, at, ACK_US);
	assert_memory_equal(dot11_addr1(timed_signal(t, 0)->head), addr_ap, 6);
	assert_int_equal(duration(t, 0), SIFS + DATA_US + SIFS + ACK_US);
	is(t, 1, IEEE80211_DATA, at + ACK_US + SIFS, DATA_US);
	assert_int_equal(t->m.n, 3);
}

static void stranger(struct timed *t, const uint8_t *frame, unsigned int len)
{
	const struct air_stranger who = {
		.chan = { .freq = 5180, .center1 = 5180 }, .rate = 60,
		.power = 20, .name = "stranger",
	};
	uint8_t psdu[HOST_FRAME_MAX];

	memcpy(psdu, frame, len);
	dot11_fcs_put(psdu, len);
	assert_true(air_inject(t->s->air, &who, psdu,
			       (uint16_t)(len + IEEE80211_FCS_LEN)));
}

/* A data frame for all, from elsewhere, of @len octets without FCS */
static void noise(struct timed *t, unsigned int len)
{
	uint8_t f[800] = { 0 };

	assert_true(len <= sizeof(f));
	dot11_put_le16(f, IEEE80211_DATA);
	memcpy(f + IEEE80211_OFF_ADDR1, addr_bcast, 6);
	stranger(t, f, len);
}

/* A frame from elsewhere reserves the medium: AIFS and backoff come after that */
static void reserve(struct timed *t, uint16_t us)
{
	uint8_t f[200];
	unsigned int len = mk_frame(f, IEEE80211_DATA, addr_sta2, addr_other,
				    addr_other, -1, "12345678", 8);

	dot11_put_le16(f + IEEE80211_OFF_DURATION, us);
	stranger(t, f, len);
	timed_run(t, t->m.signal[t->m.n - 1].airtime_us);
}

static void test_nav(void **state)
{
	struct timed *t = *state;
	uint64_t at;

	reserve(t, 700);
	at = end_us(t, 0) + 700 + AIFS_DEFAULT;
	at += send(t, CLS_BE, 1, 0) * SLOT;
	timed_settle(t);
	is(t, 1, IEEE80211_DATA, at, DATA_US);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_ACKED, 1);
}

/* While the medium is reserved for others, an RTS gets no CTS (10.3.2.9) */
static void test_no_cts_in_nav(void **state)
{
	struct timed *t = *state;
	uint8_t f[64] = { 0 };

	reserve(t, 5000);
	dot11_put_le16(f, IEEE80211_RTS);
	dot11_put_le16(f + IEEE80211_OFF_DURATION, 300);
	memcpy(f + 4, addr_ap, 6);
	memcpy(f + 10, addr_other, 6);
	stranger(t, f, IEEE80211_RTS_LEN);
	timed_settle(t);
	assert_int_equal(t->m.n, 2);
	timed_run(t, 5000);
	stranger(t, f, IEEE80211_RTS_LEN);
	timed_settle(t);
	assert_int_equal(t->m.n, 4);
	assert_int_equal(timed_fc(timed_signal(t, 3)), IEEE80211_CTS);
}

/* The NAV is of one channel */
static void test_nav_ends_with_its_channel(void **state)
{
	struct timed *t = *state;

	reserve(t, 30000);
	host_vif_freq(t->s->ap, 5200);
	host_tune(t->s->ap, 5200, 5200, SKUA_BW_20);
	send(t, CLS_BE, 1, SKUA_TXF_NO_ACK);
	timed_run(t, 1000);
	assert_int_equal(t->m.n, 2);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_SENT, 1);
}

/* Slots that were counted down stay so while the medium is busy */
static void test_backoff_freezes(void **state)
{
	struct timed *t = *state;
	uint64_t at;
	uint32_t n;

	timed_edca(t->s->ap, CLS_BE, 2, 1023, 1023, 0);
	n = send(t, CLS_BE, 1, 0);
	assert_true(n > 10);
	/* In the middle of the 6th slot, for 60 us */
	timed_run(t, AIFS_DEFAULT + 5 * SLOT + 4);
	noise(t, 26);
	timed_settle(t);
	at = end_us(t, 0) + AIFS_DEFAULT + (n - 5) * SLOT;
	is(t, 1, IEEE80211_DATA, at, DATA_US);
}

/* Frames of a TXOP follow a SIFS after the ACK, and all end before its limit */
static void test_txop(void **state)
{
	struct timed *t = *state;
	const uint32_t each = DATA_US + SIFS + ACK_US;
	uint64_t at = timed_now(t) + AIFS(2);
	unsigned int i;

	timed_edca(t->s->ap, CLS_VO, 2, 3, 7, 22);
	for (i = 0; i < 5; i++)
		timed_tx(t, CLS_VO, (uint16_t)i, 0, PAYLOAD);
	host_poll(t->s->ap);
	at += slots(t, CLS_VO) * SLOT;
	timed_settle(t);
	assert_int_equal(t->m.n, 10);
	/* 704 us: a fourth exchange could begin, and would end too late */
	assert_true(3 * (each + SIFS) < 704 && 4 * each + 3 * SIFS > 704);
	for (i = 0; i < 3; i++)
		is(t, 2 * i, IEEE80211_DATA, at + i * (each + SIFS), DATA_US);
	assert_true(timed_signal(t, 6)->begin >=
		    timed_signal(t, 5)->end + AIFS(2) * US);
	assert_int_equal(timed_signal(t, 8)->begin,
			 timed_signal(t, 7)->end + SIFS * US);
}

/* The A-MPDUs of a TXOP are as long as its limit lets them, and so are their Block Acks */
static void test_txop_of_ampdus(void **state)
{
	static const struct host_cfg cfg = {
		.features = SKUA_FEAT_HT | SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU,
		.max_txq = 512,
	};
	struct eng_ba e = { .gen = htole16(AP_GEN), .set = ENG_BA_SET_TX,
			    .tx = ENG_BA_TX_HOLD };
	struct eng_rate r = {
		.rate = { htole32(HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HT) |
				  HW_PUT(SKUA_RATE_IDX, 3)) },
		.tries = { 7 },
	};
	struct timed *t = timed_new(&cfg);
	struct tx tx = { .ring = CLS_VO, .sta = AP_STA, .gen = AP_GEN, .tid = 6,
			 .key = SKUA_KEY_NONE,
			 .flags = SKUA_TXF_QOS | SKUA_TXF_AMPDU };
	uint64_t begin = 0;
	uint8_t f[2000];

	(void)state;
	timed_edca(t->s->ap, CLS_VO, 2, 3, 7, 47);
	assert_int_equal(host_tbl(t->s->ap, ENG_TBL_BA, AP_STA * 16 + 6,
				  ENG_TBL_WRITE, &e, sizeof(e)), SKUA_ST_OK);
	assert_int_equal(host_tbl(t->s->ap, ENG_TBL_BA, AP_STA * 16 + 6,
				  ENG_TBL_READ, &e, sizeof(e)), SKUA_ST_OK);
	e = (struct eng_ba){ .gen = htole16(STA_GEN), .set = ENG_BA_SET_RX, .rx = 1,
			     .rx_size = htole16(64), .rx_ssn = e.tx_next };
	assert_int_equal(host_tbl(t->s->sta, ENG_TBL_BA, STA_AP * 16 + 6,
				  ENG_TBL_WRITE, &e, sizeof(e)), SKUA_ST_OK);
	e = (struct eng_ba){ .gen = htole16(AP_GEN), .set = ENG_BA_SET_TX,
			     .tx = ENG_BA_TX_ON, .tx_size = htole16(64) };
	assert_int_equal(host_tbl(t->s->ap, ENG_TBL_BA, AP_STA * 16 + 6,
				  ENG_TBL_WRITE, &e, sizeof(e)), SKUA_ST_OK);
	assert_int_equal(host_tbl(t->s->ap, ENG_TBL_RATE, AP_STA, ENG_TBL_WRITE, &r,
				  sizeof(r)), SKUA_ST_OK);
	for (unsigned int i = 0; i < 40; i++)
		host_tx(t->s->ap, &tx, f, mk_data(f, true, 6, 300));
	timed_settle(t);
	assert_true(timed_signal(t, 0)->n > 1);
	/* What begins later than a SIFS after the PPDU before begins a TXOP: 1504 us */
	for (unsigned int i = 0; i < t->m.n; i++) {
		if (!i || timed_signal(t, i)->begin > timed_signal(t, i - 1)->end + SIFS * US)
			begin = timed_signal(t, i)->begin;
		assert_true(timed_signal(t, i)->end <= begin + 47 * 32 * US);
	}
	timed_free(t);
}

/* What was to follow in the TXOP is gone: the next frame contends */
static void test_txop_that_ends_early(void **state)
{
	struct timed *t = *state;
	uint32_t n;

	timed_edca(t->s->ap, CLS_VO, 2, 3, 7, 100);
	timed_tx(t, CLS_VO, 1, 0, PAYLOAD);
	timed_tx(t, CLS_VO, 2, 0, PAYLOAD);
	while (!t->s->ap->mac->tx.op.held)
		timed_step(t, timed_now(t) + 1000);
	host_write(t->s->ap, ENG_TXQ_ACS, 0x1f);
	host_write(t->s->ap, ENG_TXQ_DROP, 1);
	timed_settle(t);
	assert_int_equal(t->m.n, 2);
	timed_tx(t, CLS_VO, 3, 0, PAYLOAD);
	host_poll(t->s->ap);
	n = slots(t, CLS_VO);
	timed_settle(t);
	assert_int_equal(timed_signal(t, 2)->begin,
			 timed_signal(t, 1)->end + SIFS * US + (AIFS(2) + n * SLOT) * US);
}

/* After a TXOP ended by tuning away, the slots of before do not count */
static void test_abort_draws_anew(void **state)
{
	struct timed *t = *state;
	uint64_t back;

	send(t, CLS_BE, 1, 0);
	timed_ppdus(t, 1);
	host_tune(t->s->ap, 5200, 5200, SKUA_BW_20);
	assert_true(timed_signal(t, 0)->truncated);
	timed_run(t, 100);
	host_tune(t->s->ap, 5180, 5180, SKUA_BW_20);
	back = timed_now(t);
	timed_settle(t);
	assert_true(timed_signal(t, 1)->begin >= (back + AIFS_DEFAULT) * US);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_ACKED, 2);
}

/* Two classes are due in the same slot: the higher one sends, the other one backs off */
static void test_internal_collision(void **state)
{
	struct timed *t = *state;
	struct edcaf *e = t->s->ap->mac->tx.op.edcaf;
	uint64_t at = timed_now(t) + AIFS(4) + 7 * SLOT;
	struct tx vo = { .ring = CLS_VO, .token = 2, .sta = AP_STA, .gen = AP_GEN,
			 .key = SKUA_KEY_NONE, .flags = SKUA_TXF_QOS, .tid = 6 };
	uint8_t f[200];
	unsigned int len;

	timed_edca(t->s->ap, CLS_VO, 4, 7, 15, 0);
	timed_edca(t->s->ap, CLS_BE, 4, 7, 63, 0);
	send(t, CLS_BE, 1, 0);
	/* Of another queue, and as long: its header has a QoS Control field */
	len = mk_data(f, true, 6, PAYLOAD - 2);
	host_tx(t->s->ap, &vo, f, len);
	host_poll(t->s->ap);
	e[CLS_BE].acc.slots = 7;
	e[CLS_VO].acc.slots = 7;
	timed_ppdus(t, 1);
	is(t, 0, IEEE80211_QOS_DATA, at, DATA_US);
	assert_int_equal(e[CLS_BE].cw, 0xf);
	timed_settle(t);
	assert_int_equal(t->m.n, 4);
	host_expect_tx(t->s->ap, 2, SKUA_TXS_ACKED, 1);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_ACKED, 1);
}

static void from_sta(struct host *h, const uint8_t *ta, uint16_t token,
		     unsigned int payload)
{
	struct tx tx = { .ring = CLS_BE, .token = token, .sta = STA_AP,
			 .gen = STA_GEN, .key = SKUA_KEY_NONE };
	uint8_t f[HOST_FRAME_MAX];
	unsigned int len = mk_data(f, false, -1, payload);

	memcpy(f + IEEE80211_OFF_ADDR2, ta, 6);
	host_tx(h, &tx, f, len);
	host_poll(h);
}

/* Two stations begin in the same slot: the access point hears none of them */
static void test_overlap(void **state)
{
	struct timed *t = *state;
	struct rec rec;

	timed_third(t, AP_STA + 1);
	from_sta(t->s->sta, addr_sta, 1, PAYLOAD);
	from_sta(t->more, addr_sta2, 2, PAYLOAD + 100);
	t->s->sta->mac->tx.op.edcaf[CLS_BE].acc.slots = 3;
	t->more->mac->tx.op.edcaf[CLS_BE].acc.slots = 3;
	timed_settle(t);
	assert_int_equal(timed_signal(t, 0)->begin, timed_signal(t, 1)->begin);
	assert_true(timed_fc(timed_signal(t, 2)) != IEEE80211_ACK);
	host_expect_tx(t->s->sta, 1, SKUA_TXS_ACKED, 2);
	host_expect_tx(t->more, 2, SKUA_TXS_ACKED, 2);
	host_expect_rx(t->s->ap, &rec);
	host_expect_rx(t->s->ap, &rec);
	host_expect_nothing(t->s->ap);
}

/* A second station, which does not hear the first one */
static void hidden(struct timed *t)
{
	timed_third(t, AP_STA + 1);
	t->m.deaf[0] = t->s->sta->mac->radio;
	t->m.deaf[1] = t->more->mac->radio;
}

/* Stations that do not hear each other: RTS and CTS keep the second one silent */
static void test_hidden(void **state)
{
	struct timed *t = *state;
	uint64_t at;

	hidden(t);
	host_write(t->s->sta, ENG_MAC_RTS_THRESH, 100);
	from_sta(t->s->sta, addr_sta, 1, 1000);
	t->s->sta->mac->tx.op.edcaf[CLS_BE].acc.slots = 0;
	timed_ppdus(t, 2);
	assert_int_equal(timed_fc(timed_signal(t, 1)), IEEE80211_CTS);
	from_sta(t->more, addr_sta2, 2, PAYLOAD);
	timed_settle(t);
	at = end_us(t, 1) + duration(t, 1);
	assert_int_equal(timed_fc(timed_signal(t, 3)), IEEE80211_ACK);
	assert_int_equal(end_us(t, 3), at);
	assert_true(timed_signal(t, 4)->begin >= (at + AIFS_DEFAULT) * US);
	host_expect_tx(t->s->sta, 1, SKUA_TXS_ACKED, 1);
	host_expect_tx(t->more, 2, SKUA_TXS_ACKED, 1);
}

/* Without RTS they collide at the access point, which is between them */
static void test_hidden_collision(void **state)
{
	struct timed *t = *state;

	hidden(t);
	from_sta(t->s->sta, addr_sta, 1, 1000);
	t->s->sta->mac->tx.op.edcaf[CLS_BE].acc.slots = 0;
	from_sta(t->more, addr_sta2, 2, PAYLOAD);
	t->more->mac->tx.op.edcaf[CLS_BE].acc.slots = 10;
	timed_settle(t);
	assert_true(timed_signal(t, 1)->begin < timed_signal(t, 0)->end);
	assert_true(host_ended(t->more, 2, SKUA_TXS_ACKED) >= 2);
	assert_true(host_ended(t->s->sta, 1, SKUA_TXS_ACKED) >= 2);
}

/* Who sends hears nothing, and does not answer */
static void test_half_duplex(void **state)
{
	struct timed *t = *state;

	send(t, CLS_BE, 1, 0);
	from_sta(t->s->sta, addr_sta, 2, PAYLOAD);
	t->s->ap->mac->tx.op.edcaf[CLS_BE].acc.slots = 2;
	t->s->sta->mac->tx.op.edcaf[CLS_BE].acc.slots = 2;
	timed_ppdus(t, 3);
	assert_int_equal(timed_fc(timed_signal(t, 2)), IEEE80211_DATA);
	timed_settle(t);
	host_expect_tx(t->s->ap, 1, SKUA_TXS_ACKED, 2);
}

static void beacons(struct host *h)
{
	struct eng_beacon e = { .addr = htole32(ENG_SRAM_BASE + 0x1000),
				.beacon_int = htole16(10), .dtim_period = 1 };
	uint8_t f[200];
	unsigned int len = mk_beacon(f, addr_ap, 0);

	memcpy(h->sram + 0x1000, f, len);
	e.len = htole16((uint16_t)len);
	e.bigtk.slot = htole16(SKUA_KEY_NONE);
	assert_int_equal(host_tbl(h, ENG_TBL_BEACON, 0, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_OK);
}

/* A beacon follows a SIFS and a slot after its TBTT, or when the medium is idle */
static void test_beacon(void **state)
{
	struct timed *t = *state;
	const uint64_t tu = IEEE80211_TU_US * 10;
	uint64_t tbtt = (timed_now(t) / tu + 1) * tu;

	beacons(t->s->ap);
	timed_run(t, tbtt + 2000 - timed_now(t));
	assert_int_equal(t->m.n, 1);
	assert_int_equal(timed_fc(timed_signal(t, 0)), IEEE80211_BEACON);
	assert_int_equal(timed_signal(t, 0)->begin, (tbtt + SIFS + SLOT) * US);
	/* Busy at the next one: a frame of 800 octets from 500 us before it */
	tbtt += tu;
	timed_run(t, tbtt - 500 - timed_now(t));
	noise(t, 800);
	timed_run(t, 3000);
	assert_int_equal(t->m.n, 3);
	assert_true(timed_signal(t, 1)->end > tbtt * US);
	assert_int_equal(timed_signal(t, 2)->begin,
			 timed_signal(t, 1)->end + (SIFS + SLOT) * US);
}

#define TIMED(t) cmocka_unit_test_setup_teardown(t, timed_setup, timed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMED(test_exchange),
		TIMED(test_ack_timeout),
		TIMED(test_backoff_grows),
		TIMED(test_backoff_of_an_empty_queue),
		TIMED(test_rts_cts),
		TIMED(test_cts_timeout),
		TIMED(test_cts_to_self),
		TIMED(test_nav),
		TIMED(test_no_cts_in_nav),
		TIMED(test_nav_ends_with_its_channel),
		TIMED(test_backoff_freezes),
		TIMED(test_txop),
		cmocka_unit_test(test_txop_of_ampdus),
		TIMED(test_txop_that_ends_early),
		TIMED(test_abort_draws_anew),
		TIMED(test_internal_collision),
		TIMED(test_overlap),
		TIMED(test_hidden),
		TIMED(test_hidden_collision),
		TIMED(test_half_duplex),
		TIMED(test_beacon),
	};

	return cmocka_run_group_tests_name("time on the air", tests, NULL, NULL);
}
