// SPDX-License-Identifier: GPL-2.0-only
/* The air: reception, losses, answers; and the duration of PPDUs */
#include "host.h"

struct ear {
	struct air_radio *radio;
	struct air_ppdu ppdu;
	struct air_mpdu mpdu;
	uint8_t psdu[28];
	unsigned int sent;
	unsigned int heard;
	unsigned int flushed;
	bool answers;
	struct ear *leaves;	/* the radio that leaves when this one receives a frame */
};

static void ear_rx(void *priv, const struct air_frame *f,
		   const struct air_rx *rx)
{
	struct ear *e = priv;
	uint8_t ack[14] = { 0xd4 };
	struct air_frame a = { .data = ack, .len = 14, .ta = addr_sta,
			       .rate = 60, .power = 10 };

	assert_int_equal(rx->signal, f->power - AIR_PATH_LOSS);
	e->heard++;
	if (e->leaves) {
		air_leave(e->leaves->radio);
		e->leaves = NULL;
	}
	if (e->answers)
		air_respond(e->radio, &a);
}

static void ear_sent(void *priv, struct air_ppdu *ppdu)
{
	struct ear *e = priv;

	assert_ptr_equal(ppdu, &e->ppdu);
	e->sent++;
}

static void ear_flush(void *priv)
{
	((struct ear *)priv)->flushed++;
}

static const struct air_radio_ops ear_ops = {
	.rx = ear_rx, .tx_end = ear_sent, .flush = ear_flush,
};

static void ear_join(struct air *air, struct ear *e, const struct air_chan *c)
{
	memset(e, 0, sizeof(*e));
	e->radio = air_join(air, &ear_ops, e, "ear");
	assert_non_null(e->radio);
	air_tune(e->radio, c);
}

static void say(struct air *air, struct ear *e, uint32_t rate)
{
	e->psdu[0] = 0x80;
	memcpy(e->psdu + 10, addr_ap, 6);
	e->mpdu = (struct air_mpdu){ .data = e->psdu, .len = sizeof(e->psdu) };
	e->ppdu = (struct air_ppdu){ .mpdu = &e->mpdu, .n = 1, .ta = addr_ap,
				     .rate = rate, .power = 20 };
	assert_true(air_begin(e->radio, &e->ppdu));
	while (air_run(air))
		;
}

static struct air *quiet_air(struct loop **loop, struct loop_test_clock *clock)
{
	loop_test_clock_init(clock, LOOP_NS_PER_S);
	*loop = loop_new(&clock->clock);
	return air_new(*loop);
}

#define HT(bw) (HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HT) | \
		HW_PUT(SKUA_RATE_BW, SKUA_BW_##bw))
#define VHT(bw) (HW_PUT(SKUA_RATE_ENC, SKUA_ENC_VHT) | \
		 HW_PUT(SKUA_RATE_NSS, 1) | HW_PUT(SKUA_RATE_BW, SKUA_BW_##bw))

static void test_separation(void **state)
{
	static const struct {
		struct air_chan from, to;
		uint32_t rate;
		bool hears;
	} cases[] = {
		{ { 5180, 5180, 0 }, { 5180, 5180, 0 }, 60, true },
		{ { 5180, 5180, 0 }, { 5200, 5200, 0 }, 60, false },
		{ { 2412, 2412, 0 }, { 2417, 2417, 0 }, 10, false },
		{ { 2412, 2412, 0 }, { 5180, 5180, 0 }, 60, false },
		{ { 5955, 5955, 0 }, { 5955, 5955, 0 }, 60, true },
		{ { 5180, 5180, 0 }, { 0, 0, 0 }, 60, false },
		/* 20 MHz frames between channels of other widths */
		{ { 5180, 5210, 2 }, { 5180, 5180, 0 }, 60, true },
		{ { 5180, 5180, 0 }, { 5180, 5210, 2 }, 60, true },
		{ { 5180, 5210, 2 }, { 5200, 5210, 2 }, 60, false },
		/* 40 MHz: channels with the same two halves */
		{ { 5180, 5190, 1 }, { 5180, 5190, 1 }, HT(40), true },
		{ { 5180, 5190, 1 }, { 5180, 5180, 0 }, HT(40), false },
		{ { 5180, 5190, 1 }, { 5180, 5210, 2 }, HT(40), true },
		{ { 5180, 5190, 1 }, { 5180, 5250, 3 }, HT(40), true },
		{ { 5200, 5190, 1 }, { 5200, 5210, 2 }, HT(40), true },
		{ { 5200, 5210, 1 }, { 5200, 5210, 2 }, HT(40), false },
		{ { 2437, 2447, 1 }, { 2437, 2427, 1 }, HT(40), false },
		{ { 2437, 2447, 1 }, { 2437, 2427, 1 }, HT(20), true },
		/* 80 and 160 MHz */
		{ { 5220, 5210, 2 }, { 5220, 5210, 2 }, VHT(80), true },
		{ { 5220, 5210, 2 }, { 5220, 5250, 3 }, VHT(80), true },
		{ { 5220, 5250, 3 }, { 5220, 5210, 2 }, VHT(160), false },
		{ { 5220, 5250, 3 }, { 5220, 5250, 3 }, VHT(160), true },
		{ { 5260, 5250, 3 }, { 5260, 5290, 2 }, VHT(80), true },
		/* A frame wider than its sender's channel reaches no radio */
		{ { 5180, 5180, 0 }, { 5180, 5190, 1 }, HT(40), false },
	};
	struct loop_test_clock clock;
	struct loop *loop;
	struct air *air = quiet_air(&loop, &clock);
	struct ear a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ear_join(air, &a, &cases[i].from);
		ear_join(air, &b, &cases[i].to);
		say(air, &a, cases[i].rate);
		if (b.heard != cases[i].hears)
			fail_msg("case %zu", i);
		assert_int_equal(b.flushed, cases[i].hears);
		assert_int_equal(a.heard, 0);
		air_leave(a.radio);
		air_leave(b.radio);
	}
	air_free(air);
	loop_free(loop);
}

static void test_answers(void **state)
{
	static const struct air_chan c = { 5180, 5180, 0 };
	struct loop_test_clock clock;
	struct loop *loop;
	struct air *air = quiet_air(&loop, &clock);
	struct air_loss l = { .match_type = 1, .match_subtype = 13, .nth = 1,
			      .count = 1 };
	uint8_t ack[14] = { 0xd4 };
	struct air_frame af = { .data = ack, .len = 14, .ta = addr_ap,
				.rate = 60, .power = 20 };
	struct ear a, b, d, e;
	int id;

	(void)state;
	ear_join(air, &a, &c);
	ear_join(air, &b, &c);
	ear_join(air, &d, &c);
	ear_join(air, &e, &c);
	b.answers = true;
	/* All radios but its sender hear a frame, and an answer is not answered */
	say(air, &a, 60);
	assert_int_equal(a.sent, 1);
	assert_int_equal(a.heard, 1);
	assert_int_equal(b.heard, 1);
	assert_int_equal(d.heard, 2);
	assert_int_equal(b.sent, 0);
	/* Two radios answer: the first answer is sent */
	d.answers = true;
	say(air, &a, 60);
	assert_int_equal(a.heard, 2);
	assert_int_equal(air_get_stats(air)->collisions, 1);
	d.answers = false;
	/* Outside of rx(), air_respond() sends nothing */
	air_respond(b.radio, &af);
	assert_false(air_run(air));
	assert_int_equal(air_get_stats(air)->responses, 2);
	/* Answers are lost by the address of their sender */
	memcpy(l.ta, addr_sta, 6);
	id = air_lose(air, &l);
	say(air, &a, 60);
	assert_int_equal(a.heard, 2);
	assert_int_equal(air_loss_hits(air, id), 1);
	say(air, &a, 60);
	assert_int_equal(a.heard, 3);
	air_free(air);
	loop_free(loop);
}

static void test_leaving(void **state)
{
	static const struct air_chan c = { 5180, 5180, 0 };
	struct loop_test_clock clock;
	struct loop *loop;
	struct air *air = quiet_air(&loop, &clock);
	struct ear ear[5];

	(void)state;
	/* Each order of the sender, the radio that leaves, and the radio that removes it */
	for (unsigned int i = 0; i < 4; i++) {
		for (unsigned int k = 0; k < 4; k++) {
			for (unsigned int n = 0; n < 5; n++)
				ear_join(air, &ear[n], &c);
			ear[i].leaves = &ear[k];
			say(air, &ear[4], 60);
			if (k != 4)
				say(air, &ear[4], 60);
			for (unsigned int n = 0; n < 5; n++)
				if (n != k)
					air_leave(ear[n].radio);
		}
	}
	air_free(air);
	loop_free(loop);
}

static void test_loss_rules(void **state)
{
	static const struct air_chan c = { 5180, 5180, 0 };
	struct loop_test_clock clock;
	struct loop *loop;
	struct air *air = quiet_air(&loop, &clock);
	struct air_loss l = { .match_type = 0, .match_subtype = 8, .nth = 3,
			      .count = 2, .every = 4 };
	struct ear a, b;
	unsigned int i;
	int id;

	(void)state;
	ear_join(air, &a, &c);
	ear_join(air, &b, &c);
	id = air_lose(air, &l);
	for (i = 1; i <= 16; i++) {
		unsigned int before = b.heard;
		bool lost = i == 3 || i == 4 || i == 8 || i == 12 || i == 16;

		say(air, &a, 60);
		assert_int_equal(b.heard - before, !lost);
	}
	assert_int_equal(air_loss_hits(air, id), 5);
	assert_int_equal(air_get_stats(air)->lost, 5);
	/* Frames of another subtype or sender are not lost */
	air_lose_clear(air);
	l = (struct air_loss){ .match_type = 0, .match_subtype = 4, .nth = 1,
			       .count = 9 };
	air_lose(air, &l);
	l.match_subtype = 8;
	l.ta[0] = 0x44;
	air_lose(air, &l);
	i = b.heard;
	say(air, &a, 60);
	assert_int_equal(b.heard, i + 1);
	assert_int_equal(air_loss_hits(air, 99), 0);
	for (i = 2; i < 32; i++)
		assert_true(air_lose(air, &l) >= 0);
	assert_true(air_lose(air, &l) < 0);
	air_free(air);
	loop_free(loop);
}

#define RATE(enc, idx, nss, bw, gi) \
	(HW_PUT(SKUA_RATE_ENC, SKUA_ENC_##enc) | (idx) | \
	 HW_PUT(SKUA_RATE_NSS, nss) | HW_PUT(SKUA_RATE_BW, SKUA_BW_##bw) | \
	 HW_PUT(SKUA_RATE_GI, SKUA_GI_##gi))

static void test_airtime(void **state)
{
	static const struct {
		uint32_t rate;
		uint32_t len;
		bool ghz2;
		uint32_t rate_100k;
		uint32_t us;
	} cases[] = {
		/* Long and short DSSS preamble */
		{ 10, 14, true, 10, 192 + 112 },
		{ 110, 1536, true, 110, 192 + 1118 },
		{ 110 | SKUA_RATE_SHORTPRE, 1536, true, 110, 96 + 1118 },
		{ 10 | SKUA_RATE_SHORTPRE, 14, true, 10, 192 + 112 },
		/* OFDM: 14 octets at 6 and 24 Mbit/s, 1536 at 54 */
		{ 60, 14, false, 60, 44 },
		{ 240, 14, false, 240, 28 },
		{ 540, 1536, false, 540, 20 + 57 * 4 },
		{ 540, 1536, true, 540, 20 + 57 * 4 + 6 },
		/* HT MCS 7, 20 MHz, both guard intervals; MCS 15, 40 MHz */
		{ RATE(HT, 7, 0, 20, LONG), 1500, false, 650, 36 + 47 * 4 },
		{ RATE(HT, 7, 0, 20, SHORT), 1500, false, 722, 36 + 43 * 4 },
		{ RATE(HT, 15, 0, 40, LONG), 1500, false, 2700, 40 + 12 * 4 },
		/* VHT MCS 9, 80 MHz, two streams: 780 Mbit/s */
		{ RATE(VHT, 9, 2, 80, LONG), 1500, false, 7800, 44 + 4 * 4 },
		{ RATE(VHT, 0, 1, 20, LONG), 100, false, 65, 40 + 32 * 4 },
		/* HE MCS 11, 80 MHz, two streams: 1201 Mbit/s */
		{ RATE(HE, 11, 2, 80, LONG) | SKUA_RATE_LDPC, 1500, false,
		  12009, 64 },
		{ RATE(HE, 0, 1, 20, 3_2) | SKUA_RATE_LDPC, 100, false, 73,
		  52 + 7 * 16 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t us = airtime_ppdu_us(cases[i].rate, cases[i].len,
					      cases[i].ghz2);

		if (airtime_rate_100k(cases[i].rate) != cases[i].rate_100k ||
		    us != cases[i].us)
			fail_msg("case %zu: %u us, not %u; %u", i, us,
				 cases[i].us, airtime_rate_100k(cases[i].rate));
	}
}

static void test_rate_words(void **state)
{
	uint64_t all = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE;
	unsigned int good = 0;

	(void)state;
	assert_true(airtime_rate_ok(RATE(HT, 15, 0, 40, SHORT), all, 3, 2));
	assert_false(airtime_rate_ok(RATE(HT, 16, 0, 40, SHORT), all, 3, 2));
	assert_false(airtime_rate_ok(RATE(HT, 15, 0, 80, SHORT), all, 3, 2));
	assert_false(airtime_rate_ok(RATE(HT, 3, 0, 20, LONG), 0, 3, 2));
	assert_false(airtime_rate_ok(RATE(VHT, 9, 1, 20, LONG), all, 3, 2));
	assert_true(airtime_rate_ok(RATE(VHT, 9, 1, 80, LONG), all, 3, 2));
	assert_false(airtime_rate_ok(RATE(VHT, 9, 1, 80, LONG), all, 1, 2));
	assert_false(airtime_rate_ok(RATE(VHT, 3, 0, 20, LONG), all, 3, 2));
	assert_false(airtime_rate_ok(RATE(HE, 11, 1, 20, SHORT), all, 3, 2));
	assert_false(airtime_rate_ok(RATE(HE, 12, 1, 20, LONG), all, 3, 2));
	assert_false(airtime_rate_ok(RATE(EHT, 0, 1, 20, LONG), ~0ull, 4, 2));
	assert_false(airtime_rate_ok(0, all, 3, 2));
	assert_false(airtime_rate_ok(50, all, 3, 2));
	/* Durations can be computed for each rate word that passes the check */
	for (uint32_t i = 0; i < 1 << 23; i++) {
		if (!airtime_rate_ok(i, all, 3, 4))
			continue;
		good++;
		assert_true(airtime_ppdu_us(i, 1500, false) >= 20);
		assert_true(airtime_rate_100k(i) >= 10);
		assert_true(airtime_response_rate(i, 0, i & 1) >= 10);
	}
	assert_true(good > 500);
}

static void test_response_rates(void **state)
{
	(void)state;
	assert_int_equal(airtime_response_rate(540, 0x150, false), 240);
	assert_int_equal(airtime_response_rate(120, 0x150, false), 120);
	assert_int_equal(airtime_response_rate(90, 0x150, false), 60);
	assert_int_equal(airtime_response_rate(60, 0, false), 60);
	assert_int_equal(airtime_response_rate(110, 0x003, true), 20);
	assert_int_equal(airtime_response_rate(RATE(HT, 0, 0, 20, LONG), 0x150,
					       false), 60);
	assert_int_equal(airtime_response_rate(RATE(HE, 11, 2, 80, LONG),
					       0xff0, false), 540);
	assert_int_equal(airtime_lowest_basic(0xf, true), 10);
	assert_int_equal(airtime_lowest_basic(0xf, false), 60);
	assert_int_equal(airtime_lowest_basic(0x150, true), 60);
}

/* Eight NICs on three channels: each frame stays on its channel */
static void test_many_nics(void **state)
{
	static const uint16_t freqs[] = { 2412, 5180, 5955 };
	struct eng_vif v = { .type = SKUA_VIF_IBSS };
	struct loop_test_clock clock;
	struct loop *loop;
	struct air *air = quiet_air(&loop, &clock);
	struct tx t = { .ring = 2, .sta = SKUA_STA_NONE, .key = SKUA_KEY_NONE };
	struct host *h[8];
	uint8_t f[100];

	(void)state;
	memcpy(v.bssid, addr_other, 6);
	for (unsigned int i = 0; i < 8; i++) {
		h[i] = host_new(loop, air, "nic", NULL);
		v.addr[5] = (uint8_t)i;
		v.addr[0] = 2;
		v.freq = htole16(freqs[i % 3]);
		host_vif(h[i], 0, &v);
		host_tune(h[i], freqs[i % 3], freqs[i % 3], SKUA_BW_20);
	}
	for (unsigned int i = 0; i < 8; i++) {
		v.addr[5] = (uint8_t)i;
		host_tx(h[i], &t, f, mk_frame(f, IEEE80211_DATA, addr_bcast,
					      v.addr, addr_other, -1,
					      "12345678", 8));
		host_poll(h[i]);
	}
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(h[i]->mac->c.rx_data, i % 3 == 2 ? 1 : 2);
		host_free(h[i]);
	}
	air_free(air);
	loop_free(loop);
}

/* M7: pulses inside a radio's channel are kept for the firmware, in order */
static void test_radar(void **state)
{
	struct scene *s = *state;
	struct mac *mac = s->sta->mac;
	struct air_pulse p = { .width_us = 3, .time_us = 0x100000005 };
	uint32_t val;

	p.freq = (uint16_t)(mac->chan.freq + 11);
	air_radar(s->air, &p);
	assert_true(eng_read(mac->bus, ENG_RADAR_WIDTH, &val));
	assert_int_equal(val, 0);
	p.freq = (uint16_t)(mac->chan.freq - 10);
	for (unsigned int i = 0; i < MAC_PULSES + 2; i++) {
		p.time_us++;
		air_radar(s->air, &p);
	}
	assert_int_equal(mac->c.radar_lost, 2);
	for (unsigned int i = 0; i < MAC_PULSES; i++) {
		assert_true(eng_read(mac->bus, ENG_RADAR_WIDTH, &val));
		assert_int_equal(val, 3);
		assert_true(eng_read(mac->bus, ENG_RADAR_TIME, &val));
		assert_int_equal(val, 6 + i);
	}
	assert_true(eng_read(mac->bus, ENG_RADAR_WIDTH, &val));
	assert_int_equal(val, 0);
	/* Pulses of one channel are forgotten when the radio is tuned to another */
	air_radar(s->air, &p);
	host_write(s->sta, ENG_RF_TUNE, 1);
	assert_true(eng_read(mac->bus, ENG_RADAR_WIDTH, &val));
	assert_int_equal(val, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_separation),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_loss_rules),
		cmocka_unit_test(test_airtime),
		cmocka_unit_test(test_rate_words),
		cmocka_unit_test(test_response_rates),
		cmocka_unit_test(test_many_nics),
		cmocka_unit_test_setup_teardown(test_radar, scene_setup,
						scene_teardown),
	};

	return cmocka_run_group_tests_name("mac: air", tests, NULL, NULL);
}
