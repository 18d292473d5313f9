// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: frames from the host to the air and to the other host */
#include "host.h"

#define TX_TO_STA { .ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN, \
		    .key = SKUA_KEY_NONE }
#define TX_TO_AP { .ring = 2, .token = 78, .sta = STA_AP, .gen = STA_GEN, \
		   .key = SKUA_KEY_NONE }

static const uint8_t *sniffed(struct scene *s, unsigned int i)
{
	assert_true(i < s->sniff.n);
	assert_true(dot11_fcs_ok(s->sniff.frame[i].data,
				 s->sniff.frame[i].len));
	return s->sniff.frame[i].data;
}

static uint16_t sniffed_fc(struct scene *s, unsigned int i)
{
	return dot11_fc(sniffed(s, i));
}

/* R7, R12 */
static void test_open_data(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[2000];
	unsigned int len = mk_data(f, true, 5, 700);
	struct rec rec;

	t.flags = SKUA_TXF_QOS;
	t.tid = 5;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(rec.len, len);
	assert_memory_equal(rec.frame + 26, f + 26, len - 26);
	assert_int_equal(rec.rx.tid, 5);
	assert_int_equal(rec.rx.vif, 0);
	assert_int_equal(le16toh(rec.rx.sta), STA_AP);
	assert_int_equal(le16toh(rec.rx.sta_gen), STA_GEN);
	assert_int_equal(le16toh(rec.rx.key), SKUA_KEY_NONE);
	assert_int_equal(le16toh(rec.rx.freq), 5180);
	assert_int_equal(rec.rx.signal, 20 - AIR_PATH_LOSS);
	assert_int_equal(rec.rx.noise, AIR_NOISE);
	assert_int_equal(rec.rx.chains, 3);
	assert_int_equal(le32toh(rec.rx.rate), 60);
	assert_int_equal(le64toh(rec.rx.tsf), loop_now_us(s->sta->loop));
	/* No flag claims a check that was not made */
	assert_int_equal(le32toh(rec.rx.flags),
			 SKUA_RXF_DUP_VALIDATED | SKUA_RXF_MACTIME_START);
	/* The IP header behind LLC is aligned */
	assert_int_equal((rec.rx.offset + 26) % 4, 0);
	assert_int_equal(s->sniff.n, 2);
	assert_true(dot11_fc_is_stype(sniffed_fc(s, 0), IEEE80211_QOS_DATA));
	assert_true(dot11_fc_is_stype(sniffed_fc(s, 1), IEEE80211_ACK));
	assert_memory_equal(dot11_addr1(sniffed(s, 1)), addr_ap, 6);
	/* SIFS and an ACK at 6 Mbit/s */
	assert_int_equal(dot11_get_le16(sniffed(s, 0) + 2), 16 + 44);
	host_expect_nothing(s->ap);
	host_expect_nothing(s->sta);
}

static void test_sequence_numbers(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[200];
	struct rec rec;
	int last[2] = { -1, -1 };

	t.flags = SKUA_TXF_QOS;
	for (unsigned int i = 0; i < 10; i++) {
		t.tid = i % 2 ? 6 : 0;
		host_tx(s->ap, &t, f, mk_data(f, true, t.tid, 50));
	}
	scene_poll(s);
	for (unsigned int i = 0; i < 10; i++) {
		int sn, *l;

		host_expect_rx(s->sta, &rec);
		sn = dot11_sn(rec.frame);
		l = &last[rec.rx.tid == 6];
		assert_true(*l < 0 || sn == *l + 1);
		*l = sn;
	}
	/* Injected frames keep their sequence number */
	t.flags |= SKUA_TXF_KEEP_SEQ;
	t.tid = 0;
	mk_data(f, true, 0, 50);
	dot11_put_le16(f + IEEE80211_OFF_SEQ, 0x1230);
	host_tx(s->ap, &t, f, 26 + 50);
	scene_poll(s);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(dot11_sn(rec.frame), 0x123);
}

static void test_mgmt_and_group(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 4, .token = 1, .sta = SKUA_STA_NONE,
			.key = SKUA_KEY_NONE };
	uint8_t f[200];
	unsigned int len;
	struct rec rec;

	len = mk_frame(f, IEEE80211_AUTH, addr_ap, addr_sta, addr_ap, -1,
		       "\0\0\1\0\0\0", 6);
	host_tx(s->sta, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->sta, 1, SKUA_TXS_ACKED, 1);
	host_expect_rx(s->ap, &rec);
	assert_int_equal(rec.len, len);
	assert_int_equal(rec.rx.tid, 16);
	/* Group data from the AP are sent once, without ACK */
	len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast, addr_ap,
		       addr_other, -1, "12345678", 8);
	t.ring = 2;
	t.token = 2;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 2, SKUA_TXS_SENT, 1);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(le16toh(rec.rx.sta), STA_AP);
	assert_int_equal(s->sniff.n, 3);
}

/* Airtime of a frame of @len octets at 6 Mbit/s, and of its ACK */
static uint32_t acked_us(uint32_t len)
{
	return airtime_ppdu_us(60, len + IEEE80211_FCS_LEN, false) +
	       airtime_sifs_us(false) +
	       airtime_ppdu_us(60, IEEE80211_ACK_LEN + IEEE80211_FCS_LEN, false);
}

/* A10, T2 */
static void test_lost_data(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[600];
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	t.flags = SKUA_TXF_QOS | SKUA_TXF_PROTECT;
	t.key = KEY_SLOT;
	t.key_gen = KEY_GEN;
	t.pn = 1;
	scene_lose(s, 2, -1, 1, 2);
	/* The sniffer loses these frames, too; this try reaches it */
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 500));
	scene_poll(s);
	/* A record for each PPDU, and the frame ends in the third one */
	for (unsigned int i = 0; i < 3; i++) {
		assert_true(host_next(s->ap, &rec));
		assert_int_equal(rec.n, i == 2);
		assert_int_equal(rec.tx.mpdus, 1);
		assert_int_equal(rec.tx.acked, i == 2);
		assert_int_equal(rec.tx.retried, i != 0);
		assert_int_equal(rec.tx.ack_signal,
				 i == 2 ? 20 - AIR_PATH_LOSS : 0);
		assert_int_equal(rec.tx.airtime_us,
				 acked_us(26 + 500 + 16));
	}
	assert_int_equal(HW_GET(SKUA_TXS_TRIES, rec.tx.status[0]), 3);
	assert_int_equal(HW_GET(SKUA_TXS_STATUS, rec.tx.status[0]),
			 SKUA_TXS_ACKED);
	assert_true(sniffed_fc(s, 0) & IEEE80211_FC_RETRY);
	host_expect_rx(s->sta, &rec);
	host_expect_nothing(s->sta);
}

/* R16 */
static void test_lost_ack(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[600];
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	t.flags = SKUA_TXF_QOS | SKUA_TXF_PROTECT;
	t.key = KEY_SLOT;
	t.key_gen = KEY_GEN;
	t.pn = 1;
	scene_lose(s, 1, 13, 1, 1);
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 500));
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 2);
	host_expect_rx(s->sta, &rec);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_dup, 1);
	assert_int_equal(s->sta->mac->c.rx_replay, 0);
	/* Data, data, ACK: the two data frames differ in Retry, Duration and FCS alone */
	assert_int_equal(s->sniff.n, 3);
	assert_false(sniffed_fc(s, 0) & IEEE80211_FC_RETRY);
	assert_true(sniffed_fc(s, 1) & IEEE80211_FC_RETRY);
	assert_int_equal(s->sniff.frame[0].len, s->sniff.frame[1].len);
	assert_memory_equal(sniffed(s, 0) + 2, sniffed(s, 1) + 2,
			    s->sniff.frame[0].len - 2u - 4u);
	/* The station's statistics have the duplicate, too */
	assert_int_equal(s->sta->mac->sta[STA_AP]->stats.rx_dups, 1);
	assert_int_equal(s->ap->mac->sta[AP_STA]->stats.tx_retries, 1);
}

static void test_given_up(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	struct eng_rate r = {
		.rate = { 540, HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HT) | 3, 60 },
		.tries = { 2, 1, 3 },
	};
	struct eng_sta_stats st;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, -1, 60);

	scene_lose(s, 2, -1, 1, 100);
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	scene_rests(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_NO_ACK, SKUA_RETRY_DEFAULT);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_RATE, AP_STA, ENG_TBL_WRITE,
				  &r, sizeof(r)), SKUA_ST_OK);
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	scene_rests(s);
	/* The last stage goes on to the limit */
	host_expect_tx(s->ap, 77, SKUA_TXS_NO_ACK, SKUA_RETRY_DEFAULT);
	t.tries = 4;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	scene_rests(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_NO_ACK, 4);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_STA_STATS, AP_STA,
				  ENG_TBL_READ, &st, sizeof(st)), SKUA_ST_OK);
	assert_int_equal(le32toh(st.stage_sent[0]), 4);
	assert_int_equal(le32toh(st.stage_sent[1]), 2);
	assert_int_equal(le32toh(st.stage_sent[2]), SKUA_RETRY_DEFAULT - 3 + 1);
	assert_int_equal(le32toh(st.stage_acked[0]), 0);
	assert_int_equal(le32toh(st.stage_ppdus[0]), 4);
	assert_int_equal(le32toh(st.stats.tx_failed), 3);
	/* Reading clears the counters per rate */
	assert_int_equal(host_tbl(s->ap, ENG_TBL_STA_STATS, AP_STA,
				  ENG_TBL_READ, &st, sizeof(st)), SKUA_ST_OK);
	assert_int_equal(le32toh(st.stage_sent[0]), 0);
	host_expect_nothing(s->sta);
}

static void test_rate_plan(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	struct eng_rate r = {
		.rate = { 540, 60 }, .tries = { 1, 1 },
		.probe_rate = 360, .probe_interval = 3,
	};
	uint8_t f[100];
	unsigned int len = mk_data(f, true, -1, 60);

	assert_int_equal(host_tbl(s->ap, ENG_TBL_RATE, AP_STA, ENG_TBL_WRITE,
				  &r, sizeof(r)), SKUA_ST_OK);
	for (unsigned int i = 0; i < 6; i++)
		host_tx(s->ap, &t, f, len);
	t.flags = SKUA_TXF_RATE;
	t.w7 = 120;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	assert_int_equal(s->sniff.n, 14);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(s->sniff.frame[2 * i].rate,
				 i % 3 == 2 ? 360 : 540);
	assert_int_equal(s->sniff.frame[12].rate, 120);
	/* The ACK of 54 Mbit/s goes at the highest basic rate below */
	assert_int_equal(s->sniff.frame[1].rate, 240);
}

/* T4 */
static void test_rts(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[600];
	unsigned int len = mk_data(f, true, -1, 500);
	struct rec rec;
	uint32_t us;

	host_write(s->ap, ENG_MAC_RTS_THRESH, 256);
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
	assert_int_equal(s->sniff.n, 4);
	assert_true(dot11_fc_is_stype(sniffed_fc(s, 0), IEEE80211_RTS));
	assert_true(dot11_fc_is_stype(sniffed_fc(s, 1), IEEE80211_CTS));
	assert_true(dot11_fc_is_data(sniffed_fc(s, 2)));
	assert_true(dot11_fc_is_stype(sniffed_fc(s, 3), IEEE80211_ACK));
	us = airtime_ppdu_us(60, len + 4, false);
	/* RTS reserves the time for CTS, data and ACK, and CTS the rest of it */
	assert_int_equal(dot11_get_le16(sniffed(s, 0) + 2),
			 3 * 16 + 44 + us + 44);
	assert_int_equal(dot11_get_le16(sniffed(s, 1) + 2),
			 2 * 16 + us + 44);
	/* A lost CTS counts as a try, and the data are not sent */
	s->sniff.n = 0;
	scene_lose(s, 1, 12, 1, 1);
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 2);
	assert_int_equal(s->sniff.n, 5);
	assert_int_equal(s->ap->mac->c.tx_rts_no_cts, 1);
	/* Short frames are sent without RTS, unless the descriptor asks for it */
	s->sniff.n = 0;
	host_tx(s->ap, &t, f, mk_data(f, true, -1, 50));
	t.flags = SKUA_TXF_RTS;
	host_tx(s->ap, &t, f, mk_data(f, true, -1, 50));
	scene_poll(s);
	assert_int_equal(s->sniff.n, 6);
	while (host_next(s->ap, &rec))
		;
}

/* T4: a frame is sent no more often than the limits allow, and as often as that */
static void test_retry_limits(void **state)
{
	static const struct {
		unsigned int shorter, longer;
		uint32_t flags;
		unsigned int want;
	} rows[] = {
		{ 2, 5, 0, 2 },
		{ 2, 5, SKUA_TXF_RTS, 5 },
		{ 1, 1, 0, 1 },
		{ 1, 1, SKUA_TXF_RTS, 1 },
		{ SKUA_RETRY_MAX, 1, 0, SKUA_RETRY_MAX },
	};
	struct scene *s = *state;
	uint8_t f[100];

	/* neither data nor RTS of ours arrive */
	scene_lose(s, 2, -1, 1, 1000);
	scene_lose(s, 1, 11, 1, 1000);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tx t = TX_TO_STA;

		t.flags = rows[i].flags;
		host_write(s->ap, ENG_MAC_RETRY, rows[i].shorter | rows[i].longer << 8);
		host_tx(s->ap, &t, f, mk_data(f, true, -1, 60));
		scene_poll(s);
		scene_rests(s);
		host_expect_tx(s->ap, 77, SKUA_TXS_NO_ACK, rows[i].want);
	}
}

/* T4: also if they were lowered while a later round had to go on with the frame */
static void test_retry_limit_lowered(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	struct eng_rate r = { .rate = { 540, 60 }, .tries = { 200, 1 } };
	uint8_t f[100];

	assert_int_equal(host_tbl(s->ap, ENG_TBL_RATE, AP_STA, ENG_TBL_WRITE,
				  &r, sizeof(r)), SKUA_ST_OK);
	scene_lose(s, 2, -1, 1, 1000);
	host_write(s->ap, ENG_MAC_ENABLE, 0);
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 60));
	scene_poll(s);
	assert_int_equal(s->ap->mac->sta[AP_STA]->q[0].count, 1);
	s->ap->mac->sta[AP_STA]->q[0].head->tries = 5;
	host_write(s->ap, ENG_MAC_RETRY, 3 | 3 << 8);
	host_write(s->ap, ENG_MAC_ENABLE, 1);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_NO_ACK, 5);
}

/* T4 */
static void test_cts_to_self(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];

	t.flags = SKUA_TXF_CTS_SELF;
	host_tx(s->ap, &t, f, mk_data(f, true, -1, 60));
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
	assert_int_equal(s->sniff.n, 3);
	assert_true(dot11_fc_is_stype(sniffed_fc(s, 0), IEEE80211_CTS));
	assert_memory_equal(dot11_addr1(sniffed(s, 0)), addr_ap, 6);
}

static void test_channel(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, -1, 60);

	/* The radio is on another channel: the frame waits, and leaves on return */
	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_nothing(s->ap);
	host_tune(s->ap, 5180, 5180, SKUA_BW_20);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
	/* The interface has no channel: the frame ends at once */
	host_vif_freq(s->ap, 0);
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_NO_CHAN, 0);
	/* Off channel: only the interface of the remain-on-channel period may send */
	t.flags = SKUA_TXF_OFFCHAN;
	t.ring = 4;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_NO_CHAN, 0);
	host_write(s->ap, ENG_RF_ROC_VIF, 0);
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
	assert_int_equal(s->sniff.n, 4);
}

/* K4 */
static void test_stale(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, -1, 60);

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	t.gen++;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_STALE_STA, 0);
	t.gen--;
	t.flags = SKUA_TXF_PROTECT;
	t.pn = 1;
	t.key = KEY_SLOT;
	t.key_gen = KEY_GEN + 1;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 77, SKUA_TXS_STALE_KEY, 0);
	t.key = 63;
	host_tx(s->ap, &t, f, len);
	t.key = 64;
	host_tx(s->ap, &t, f, len);
	t.key = SKUA_KEY_NONE;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	assert_int_equal(s->ap->mac->c.tx_stale_key, 4);
	assert_int_equal(s->sniff.n, 0);
}

/* K4, K15: the key changes while the frame waits, and is checked again */
static void test_stale_in_queue(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, -1, 60);

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	t.flags = SKUA_TXF_PROTECT;
	t.pn = 1;
	t.key = KEY_SLOT;
	t.key_gen = KEY_GEN;
	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	assert_int_equal(s->ap->mac->tx.count, 1);
	assert_int_equal(host_key(s->ap, KEY_SLOT, KEY_GEN + 1, AP_STA, 0,
				  SKUA_CIPHER_CCMP, 1), SKUA_ST_OK);
	host_tune(s->ap, 5180, 5180, SKUA_BW_20);
	host_poll(s->ap);
	host_expect_tx(s->ap, 77, SKUA_TXS_STALE_KEY, 0);
	/* The station is removed while the frame waits: the frame is flushed */
	t.flags = 0;
	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	f[1] |= IEEE80211_FC_PROTECTED >> 8;
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR,
				  NULL, 0), SKUA_ST_OK);
	host_expect_tx(s->ap, 77, SKUA_TXS_FLUSHED, 0);
	assert_int_equal(s->ap->mac->tx.count, 0);
	assert_int_equal(s->sniff.n, 0);
}

/* K15: fail closed: frames that may be sent in clear text to a station with key */
static void test_keyed(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int len;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	host_tx(s->ap, &t, f, mk_data(f, true, -1, 60));
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 60));
	scene_poll(s);
	assert_int_equal(s->ap->mac->c.tx_clear_refused, 2);
	assert_int_equal(s->sniff.n, 0);
	len = mk_data(f, true, 0, 60);
	/* EAPOL in an A-MSDU does not count as EAPOL */
	f[26 + 6] = 0x88;
	f[26 + 7] = 0x8e;
	f[24] |= IEEE80211_QOS_AMSDU;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	assert_int_equal(s->ap->mac->c.tx_clear_refused, 3);
	f[24] = 0;
	host_tx(s->ap, &t, f, len);
	/* Null frames, and frames that the stack has encrypted */
	host_tx(s->ap, &t, f, mk_frame(f, IEEE80211_NULLFUNC | FC_FROMDS,
				       addr_sta, addr_ap, addr_ap, -1, NULL,
				       0));
	len = mk_data(f, true, 0, 60);
	f[1] |= IEEE80211_FC_PROTECTED >> 8;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	assert_int_equal(s->ap->mac->c.tx_acked, 3);
	assert_int_equal(s->ap->mac->c.tx_clear_refused, 3);
}

/* K4 */
static void test_wrong_owner(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 4, .token = 9, .sta = SKUA_STA_NONE,
			.flags = SKUA_TXF_PROTECT, .key = KEY_SLOT,
			.key_gen = KEY_GEN, .pn = 1 };
	uint8_t f[100];
	unsigned int len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast,
				    addr_ap, addr_ap, -1, "12345678", 8);

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	scene_group(s, SKUA_CIPHER_BIP_CMAC, 4);
	/* A group frame names a station's key */
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 9, SKUA_TXS_BAD, 0);
	/* An IGTK cannot encrypt, and CCMP adds no MMIE */
	t.key = GROUP_SLOT;
	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_tx(s->ap, 9, SKUA_TXS_BAD, 0);
	t.sta = AP_STA;
	t.gen = AP_GEN;
	t.key = KEY_SLOT;
	t.flags |= SKUA_TXF_MGMT_PROT;
	host_tx(s->ap, &t, f, mk_data(f, true, -1, 60));
	scene_poll(s);
	host_expect_tx(s->ap, 9, SKUA_TXS_BAD, 0);
	assert_int_equal(s->ap->mac->c.tx_wrong_key, 3);
	assert_int_equal(s->sniff.n, 0);
}

static void test_timestamp(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 4, .token = 9, .sta = SKUA_STA_NONE,
			.flags = SKUA_TXF_INSERT_TS, .key = SKUA_KEY_NONE };
	uint8_t f[100], body[20] = { 0 };
	unsigned int len = mk_frame(f, IEEE80211_PROBE_RESP, addr_sta, addr_ap,
				    addr_ap, -1, body, sizeof(body));
	struct rec rec;

	host_tx(s->ap, &t, f, len);
	scene_poll(s);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(dot11_get_le64(rec.frame + 24),
			 loop_now_us(s->ap->loop) +
			 airtime_stamp_us(le32toh(rec.rx.rate)));
	/* Other frames have no timestamp */
	host_expect_tx(s->ap, 9, SKUA_TXS_ACKED, 1);
	host_tx(s->ap, &t, f, mk_data(f, true, -1, 60));
	scene_poll(s);
	host_expect_tx(s->ap, 9, SKUA_TXS_BAD, 0);
}

static void test_segments(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	struct skua_tx_desc d;
	struct skua_tx_cont c[5];
	uint8_t f[3000];
	unsigned int len = mk_data(f, true, -1, 2000), at;
	struct rec rec;

	for (unsigned int nseg = 1; nseg <= SKUA_TXD_MAX_SEGS; nseg++) {
		unsigned int part = len / nseg, cont = 0;

		host_desc(&d, &t, 0, 0);
		memset(c, 0, sizeof(c));
		d.w0 = htole32(t.token | HW_PUT(SKUA_TXD_W0_NSEG, nseg));
		for (unsigned int i = 0; i < nseg; i++) {
			struct skua_seg *seg = i < 2 ? &d.seg[i] :
				&c[(i - 2) / 4].seg[(i - 2) % 4];

			at = i * part;
			seg->len = htole32(i == nseg - 1 ? len - at : part);
			seg->addr = htole64(host_mem(s->ap, f + at,
						     le32toh(seg->len)));
			cont = i < 2 ? 0 : (i - 2) / 4 + 1;
		}
		host_put_desc(s->ap, t.ring, &d);
		for (unsigned int i = 0; i < cont; i++) {
			memcpy(&d, &c[i], sizeof(d));
			host_put_desc(s->ap, t.ring, &d);
		}
		host_publish(s->ap, t.ring);
		scene_poll(s);
		host_expect_tx(s->ap, 77, SKUA_TXS_ACKED, 1);
		host_expect_rx(s->sta, &rec);
		assert_int_equal(rec.len, len);
		assert_memory_equal(rec.frame + 24, f + 24, len - 24);
	}
}

/* X5: each PPDU has a record, with its airtime, and with the frames that end in it */
static void test_ppdu_records(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60), n = 0, next = 0;
	struct rec rec;

	for (t.token = 0; t.token < 20; t.token++)
		host_tx(s->ap, &t, f, len);
	scene_lose(s, 2, -1, 5, 1);
	scene_poll(s);
	for (; host_next(s->ap, &rec); n++) {
		bool lost = n == 4, again = n == 5;
		uint32_t w = le32toh(rec.tx.status[0]);

		assert_int_equal(rec.type, SKUA_CPL_TX);
		assert_int_equal(rec.n, !lost);
		assert_int_equal(le16toh(rec.tx.mpdus), 1);
		assert_int_equal(le16toh(rec.tx.acked), !lost);
		assert_int_equal(le16toh(rec.tx.retried), again);
		assert_int_equal(le32toh(rec.tx.airtime_us), acked_us(len));
		assert_int_equal(le16toh(rec.tx.seq), n < 5 ? n + 1 : n);
		if (lost)
			continue;
		assert_int_equal(HW_GET(SKUA_TXS_TOKEN, w), next++);
		assert_int_equal(HW_GET(SKUA_TXS_TRIES, w), 1 + again);
	}
	assert_int_equal(n, 21);
	assert_int_equal(next, 20);
}

/* Classes by priority, and stations share airtime by turns */
static void test_order(void **state)
{
	const struct host_cfg many = { .buf_entries = 128 };	/* for all frames */
	struct scene *s = scene_new(NULL, &many);
	struct tx t = TX_TO_STA;
	struct eng_sta peer = { .gen = htole16(1), .aid = htole16(2) };
	uint8_t f[2000], g[2000];
	unsigned int len, n = 0, vo = 0, to2 = 0;

	*state = s;
	for (unsigned int i = 0; i < 4; i++) {
		peer.key[i].slot = htole16(SKUA_KEY_NONE);
		peer.group_key[i].slot = htole16(SKUA_KEY_NONE);
	}
	memcpy(peer.addr, addr_sta2, 6);
	host_sta(s->ap, 4, &peer);
	len = mk_data(f, true, 0, 1500);
	for (unsigned int i = 0; i < 30; i++)
		host_tx(s->ap, &t, f, len);
	memcpy(g, f, len);
	memcpy(g + 4, addr_sta2, 6);
	t.sta = 4;
	t.gen = 1;
	t.tries = 1;
	for (unsigned int i = 0; i < 30; i++)
		host_tx(s->ap, &t, g, len);
	t = (struct tx)TX_TO_STA;
	t.ring = 0;
	len = mk_data(f, true, 6, 100);
	for (unsigned int i = 0; i < 60; i++)
		host_tx(s->ap, &t, f, len);
	scene_poll(s);
	for (unsigned int i = 0; i < s->sniff.n; i++) {
		const uint8_t *d = sniffed(s, i);
		bool is_vo;

		if (!dot11_fc_is_data(dot11_fc(d)))
			continue;
		is_vo = dot11_tid(d) == 6;
		/* In a round, VO has 32 PPDUs, and then BE has 8 */
		if (n < 40)
			assert_int_equal(is_vo, n < 32);
		n++;
		vo += is_vo;
		if (!is_vo && n - vo <= 32)
			to2 += !memcmp(d + 4, addr_sta2, 6);
	}
	assert_int_equal(n, 120);
	assert_int_equal(vo, 60);
	assert_in_range(to2, 13, 19);
	scene_poll(s);
	assert_int_equal(s->ap->mac->tx.count, 0);
	scene_teardown(state);
}

static void test_fw_frame(void **state)
{
	struct scene *s = *state;
	uint8_t f[100];
	unsigned int len = mk_frame(f, IEEE80211_PROBE_REQ, addr_bcast,
				    addr_sta, addr_bcast, -1, "\0\0", 2);
	struct rec rec;

	memcpy(s->sta->sram, f, len);
	host_write(s->sta, ENG_FWTX_ADDR, ENG_SRAM_BASE);
	host_write(s->sta, ENG_FWTX_LEN, len);
	host_write(s->sta, ENG_FWTX_VIF, 0);
	host_write(s->sta, ENG_FWTX_GO, 1);
	host_air(s->sta);
	assert_int_equal(host_read(s->sta, ENG_FWTX_STATUS), SKUA_TXS_SENT);
	assert_true(s->sta->irqs & ENG_IRQ_FWTX);
	host_expect_rx(s->ap, &rec);
	assert_int_equal(rec.len, len);
	/* A frame to an AP that answers, and one without receiver */
	len = mk_frame(f, IEEE80211_NULLFUNC | FC_TODS | IEEE80211_FC_PM,
		       addr_ap, addr_sta, addr_ap, -1, NULL, 0);
	memcpy(s->sta->sram, f, len);
	host_write(s->sta, ENG_FWTX_LEN, len);
	host_write(s->sta, ENG_FWTX_GO, 1);
	host_air(s->sta);
	assert_int_equal(host_read(s->sta, ENG_FWTX_STATUS), SKUA_TXS_ACKED);
	memcpy(s->sta->sram + 4, addr_other, 6);
	host_write(s->sta, ENG_FWTX_GO, 1);
	host_air(s->sta);
	assert_int_equal(host_read(s->sta, ENG_FWTX_STATUS), SKUA_TXS_NO_ACK);
	/* Each register is checked */
	host_write(s->sta, ENG_FWTX_VIF, 3);
	host_write(s->sta, ENG_FWTX_GO, 1);
	host_air(s->sta);
	assert_int_equal(host_read(s->sta, ENG_FWTX_STATUS), SKUA_TXS_BAD);
	host_write(s->sta, ENG_FWTX_VIF, 0);
	host_write(s->sta, ENG_FWTX_LEN, 0x7fffffff);
	host_write(s->sta, ENG_FWTX_GO, 1);
	host_air(s->sta);
	assert_int_equal(host_read(s->sta, ENG_FWTX_STATUS), SKUA_TXS_BAD);
	host_write(s->sta, ENG_FWTX_LEN, 24);
	host_write(s->sta, ENG_FWTX_RATE, 61);
	host_write(s->sta, ENG_FWTX_GO, 1);
	host_air(s->sta);
	assert_int_equal(host_read(s->sta, ENG_FWTX_STATUS), SKUA_TXS_BAD);
	host_write(s->sta, ENG_FWTX_RATE, 0);
	host_tune(s->sta, 0, 0, 0);
	host_write(s->sta, ENG_FWTX_GO, 1);
	host_air(s->sta);
	assert_int_equal(host_read(s->sta, ENG_FWTX_STATUS), SKUA_TXS_NO_CHAN);
}

/* D2: commands and frames stay in order: the gate, and fetching up to a command */
static void test_gate(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint32_t prod[SKUA_NUM_TX_RINGS] = { 0 };
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60);

	s->ap->gate = false;
	for (t.token = 0; t.token < 5; t.token++)
		host_tx(s->ap, &t, f, len);
	scene_poll(s);
	assert_int_equal(s->ap->mac->c.tx_fetched, 0);
	prod[2] = 3;
	mac_tx_sync(s->ap->mac, prod);
	assert_int_equal(s->ap->mac->c.tx_fetched, 3);
	/* An invalid index is ignored */
	prod[2] = 1000;
	mac_tx_sync(s->ap->mac, prod);
	assert_int_equal(s->ap->mac->c.tx_fetched, 3);
	scene_poll(s);
	assert_int_equal(s->ap->mac->c.tx_fetched, 3);
	s->ap->gate = true;
	scene_poll(s);
	assert_int_equal(s->ap->mac->c.tx_fetched, 5);
	assert_int_equal(s->ap->mac->c.tx_acked, 5);
}

static void select_txq(struct host *h, uint32_t vif, uint32_t sta, uint32_t acs)
{
	host_write(h, ENG_TXQ_VIF, vif);
	host_write(h, ENG_TXQ_STA, sta);
	host_write(h, ENG_TXQ_ACS, acs);
}

/* T5 */
static void test_count_drop(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint32_t me = AP_STA | AP_GEN << 16;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60), n = 0;
	struct rec rec;

	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	for (t.token = 0; t.token < 8; t.token++) {
		t.ring = t.token % 4;
		host_tx(s->ap, &t, f, len);
	}
	host_poll(s->ap);
	/* Two more frames are not fetched */
	s->ap->gate = false;
	host_tx(s->ap, &t, f, len);
	host_tx(s->ap, &t, f, len);
	select_txq(s->ap, SKUA_VIF_NONE, SKUA_STA_NONE, 0x1f);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 10);
	select_txq(s->ap, 0, me, 0x1f);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 10);
	select_txq(s->ap, 0, me, 1);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 2);
	select_txq(s->ap, 1, me, 0x1f);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 0);
	select_txq(s->ap, 0, me + 0x10000, 0x1f);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 0);
	host_write(s->ap, ENG_TXQ_DROP, 1);
	host_expect_nothing(s->ap);
	select_txq(s->ap, 0, me, 2);
	host_write(s->ap, ENG_TXQ_DROP, 1);
	while (host_next(s->ap, &rec))
		for (unsigned int i = 0; i < rec.n; i++, n++)
			assert_int_equal(HW_GET(SKUA_TXS_STATUS,
						rec.tx.status[i]),
					 SKUA_TXS_FLUSHED);
	assert_int_equal(n, 2);
	assert_int_equal(s->ap->mac->tx.count, 6);
}

/* X4: without room, frames wait in the ring, and none is lost */
static void test_queue_limit(void **state)
{
	struct host_cfg small = { .max_txq = 16 };
	struct scene *s = scene_new(&small, NULL);
	struct tx t = TX_TO_STA;
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60), n = 0;
	struct rec rec;

	*state = s;
	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	for (t.token = 0; t.token < 60; t.token++)
		host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	assert_int_equal(s->ap->mac->tx.count, 16);
	assert_false(mac_arm(s->ap->mac));
	/* A flush counts and drops the frames in the ring, too */
	select_txq(s->ap, 0, SKUA_STA_NONE, 0x1f);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 60);
	host_tune(s->ap, 5180, 5180, SKUA_BW_20);
	host_poll(s->ap);
	while (host_next(s->ap, &rec))
		for (unsigned int i = 0; i < rec.n; i++)
			assert_int_equal(HW_GET(SKUA_TXS_TOKEN,
						rec.tx.status[i]), n++);
	assert_int_equal(n, 60);
	scene_teardown(state);
}

/* T5, X4 */
static void test_drop_reaches_ring(void **state)
{
	struct host_cfg small = { .max_txq = 16 };
	struct scene *s = scene_new(&small, NULL);
	struct tx t = TX_TO_STA;
	uint32_t prod[SKUA_NUM_TX_RINGS] = { 0 };
	uint8_t f[100];
	unsigned int len = mk_data(f, true, 0, 60);

	*state = s;
	host_tune(s->ap, 2412, 2412, SKUA_BW_20);
	s->ap->gate = false;
	for (t.token = 0; t.token < 60; t.token++)
		host_tx(s->ap, &t, f, len);
	/* The command was published after 50 of the frames */
	prod[2] = 50;
	mac_tx_sync(s->ap->mac, prod);
	assert_int_equal(s->ap->mac->c.tx_full, 1);
	mac_tx_sync(s->ap->mac, prod);
	assert_int_equal(s->ap->mac->c.tx_full, 1);
	select_txq(s->ap, 0, SKUA_STA_NONE, 0x1f);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 50);
	/* Each drop makes room for as many frames of the rings */
	for (uint32_t left = 50; left; left -= left < 16 ? left : 16) {
		assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), left);
		host_write(s->ap, ENG_TXQ_DROP, 1);
	}
	assert_int_equal(s->ap->mac->c.tx_flushed, 50);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 0);
	scene_teardown(state);
}

static bool hold(void *priv)
{
	(void)priv;
	return true;
}

/* A fault that keeps frames in their ring does not keep commands in theirs. */
static void test_command_passes_stall(void **state)
{
	static const struct mac_fault_ops stall = { .tx_hold = hold };
	uint32_t prod[SKUA_NUM_TX_RINGS] = { 0, 0, 1 };
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];

	mac_set_fault(s->ap->mac, &stall, NULL);
	s->ap->gate = false;
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 60));
	assert_true(mac_tx_sync(s->ap->mac, prod));
	assert_int_equal(s->ap->mac->c.tx_fetched, 0);
	mac_set_fault(s->ap->mac, NULL, NULL);
	assert_true(mac_tx_sync(s->ap->mac, prod));
	assert_int_equal(s->ap->mac->c.tx_fetched, 1);
}

/* X6 */
static void test_wake_up(void **state)
{
	struct scene *s = *state;
	struct tx t = TX_TO_STA;
	uint8_t f[100];

	assert_false(mac_arm(s->ap->mac));
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 60));
	/* A frame was published while the loop was about to sleep */
	assert_true(mac_arm(s->ap->mac));
	mac_disarm(s->ap->mac);
	scene_poll(s);
	assert_false(mac_arm(s->ap->mac));
	/* One for the returned slot, one for the record: the host has asked for both */
	assert_int_equal(host_irqs(s->ap), 2);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scene_setup, \
						scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_open_data),
		T(test_sequence_numbers),
		T(test_mgmt_and_group),
		T(test_lost_data),
		T(test_lost_ack),
		T(test_given_up),
		T(test_rate_plan),
		T(test_rts),
		T(test_retry_limits),
		T(test_retry_limit_lowered),
		T(test_cts_to_self),
		T(test_channel),
		T(test_stale),
		T(test_stale_in_queue),
		T(test_keyed),
		T(test_wrong_owner),
		T(test_timestamp),
		T(test_segments),
		T(test_ppdu_records),
		cmocka_unit_test(test_order),
		T(test_fw_frame),
		T(test_gate),
		T(test_count_drop),
		cmocka_unit_test(test_queue_limit),
		cmocka_unit_test(test_drop_reaches_ring),
		T(test_command_passes_stall),
		T(test_wake_up),
	};

	return cmocka_run_group_tests_name("mac: transmit", tests, NULL, NULL);
}
