// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: queues rest whose receiver does not answer, on a medium without time */
#include "host.h"
#include "peer.h"

#define TID		5
#define OTHER_STA	4
#define TRIES		9
#define MANY		150

static int setup(void **state)
{
	const struct host_cfg cfg = { .features = SKUA_FEAT_TX_AMPDU };

	struct scene *s = scene_new(&cfg, NULL);

	host_write(s->ap, ENG_MAC_RETRY, TRIES | TRIES << 8);
	*state = s;
	return 0;
}

static struct tx to_sta(uint16_t token)
{
	return (struct tx){ .ring = 2, .token = token, .sta = AP_STA, .gen = AP_GEN,
			    .key = SKUA_KEY_NONE, .tid = TID, .flags = SKUA_TXF_QOS };
}

static void queue(struct scene *s, struct tx t)
{
	uint8_t f[200];

	host_tx(s->ap, &t, f, mk_data(f, true, t.tid, 60));
}

static void send(struct scene *s, uint16_t token)
{
	queue(s, to_sta(token));
	host_poll(s->ap);
}

static struct txq *sta_queue(struct scene *s)
{
	return &s->ap->mac->sta[AP_STA]->q[TID];
}

static unsigned int tries(struct scene *s)
{
	return sta_queue(s)->head->tries;
}

/* The station hears none of so many frames of data */
static void deafen(struct scene *s, uint32_t frames)
{
	scene_lose(s, 2, -1, 1, frames);
}

/* PPDUs in which no frame has ended have records, too */
static void none_ended(struct scene *s)
{
	struct rec rec;

	while (host_next(s->ap, &rec)) {
		assert_int_equal(rec.type, SKUA_CPL_TX);
		assert_int_equal(rec.n, 0);
	}
}

/* A frame waits for its fourth try */
static void begin_rest(struct scene *s)
{
	deafen(s, 1000);
	send(s, 1);
	assert_int_equal(sta_queue(s)->state, TXQ_RESTING);
	assert_int_equal(tries(s), 3);
	none_ended(s);
}

/* The tries of each frame are over in 15.5 ms, and not earlier */
static void test_tries_take_time(void **state)
{
	static const uint32_t rest_us[] = { 500, 1000, 2000, 4000, 4000, 4000 };
	struct scene *s = *state;

	begin_rest(s);
	queue(s, to_sta(2));
	for (unsigned int frame = 1; frame <= 2; frame++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(rest_us); i++) {
			assert_int_equal(tries(s), 3 + i);
			scene_pass(s, rest_us[i] - 1);
			assert_int_equal(tries(s), 3 + i);
			none_ended(s);
			scene_pass(s, 1);
		}
		host_expect_tx(s->ap, (uint16_t)frame, SKUA_TXS_NO_ACK, TRIES);
		/* The next one begins anew, as a contention window does */
		host_poll(s->ap);
	}
	assert_int_equal(s->ap->mac->c.tx_rests, 2 * ARRAY_SIZE(rest_us));
	assert_int_equal(s->ap->mac->tx.op.state, TXOP_IDLE);
}

/* A receiver that can hear after a few milliseconds gets the frame */
static void test_a_moment(void **state)
{
	struct scene *s = *state;

	deafen(s, 6);
	send(s, 1);
	for (unsigned int i = 0; i < 7499; i++)
		scene_pass(s, 1);
	none_ended(s);
	scene_pass(s, 1);
	host_expect_tx(s->ap, 1, SKUA_TXS_ACKED, 7);
}

/* What is lost by chance costs no time */
static void test_chance(void **state)
{
	struct scene *s = *state;
	struct air_loss l = { .match_type = 2, .match_subtype = -1, .nth = 1,
			      .count = 2, .every = 2 };

	assert_true(air_lose(s->air, &l) >= 0);
	for (uint16_t i = 0; i < 40; i++) {
		send(s, i);
		assert_int_equal(host_ended(s->ap, i, SKUA_TXS_ACKED), i ? 2 : 3);
	}
	assert_int_equal(s->ap->mac->c.tx_rests, 0);
}

/* Other queues send meanwhile: of the same station, of another one, of the interface */
static void test_others_go_on(void **state)
{
	struct scene *s = *state;
	struct tx t = to_sta(2);
	struct eng_sta e = host_get_sta(s->ap, AP_STA);
	struct peer other;
	unsigned int len;
	uint8_t f[200];

	memcpy(e.addr, addr_other, 6);
	host_sta(s->ap, OTHER_STA, &e);
	peer_new(&other, s->air, addr_other, 5180);
	deafen(s, 3);
	send(s, 1);
	assert_int_equal(sta_queue(s)->state, TXQ_RESTING);
	t.tid = 0;
	queue(s, t);
	host_poll(s->ap);
	host_expect_tx(s->ap, 2, SKUA_TXS_ACKED, 1);
	t = to_sta(3);
	t.sta = OTHER_STA;
	len = mk_data(f, true, TID, 60);
	memcpy(f + IEEE80211_OFF_ADDR1, addr_other, 6);
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_tx(s->ap, 3, SKUA_TXS_ACKED, 1);
	t = (struct tx){ .ring = 4, .token = 4, .sta = SKUA_STA_NONE,
			 .key = SKUA_KEY_NONE };
	host_tx(s->ap, &t, f, mk_frame(f, IEEE80211_PROBE_RESP, addr_other, addr_ap,
				       addr_ap, -1, "0123456789ab", 12));
	host_poll(s->ap);
	/* The peer answers data alone */
	host_expect_tx(s->ap, 4, SKUA_TXS_NO_ACK, TRIES);
	assert_int_equal(tries(s), 3);
	scene_pass(s, 500);
	host_expect_tx(s->ap, 1, SKUA_TXS_ACKED, 4);
	air_leave(other.radio);
}

/* Frames to strangers share a queue: none of them waits for another one */
static void test_interface_does_not_rest(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 4, .token = 1, .sta = SKUA_STA_NONE,
			.key = SKUA_KEY_NONE };
	uint8_t f[100];

	host_tx(s->ap, &t, f, mk_frame(f, IEEE80211_PROBE_RESP, addr_other, addr_ap,
				       addr_ap, -1, "0123456789ab", 12));
	host_poll(s->ap);
	host_expect_tx(s->ap, 1, SKUA_TXS_NO_ACK, TRIES);
}

/* Who counts the frames waits for them: a flush takes no longer than without rests */
static void test_flush(void **state)
{
	struct scene *s = *state;

	begin_rest(s);
	for (uint16_t i = 2; i < 9; i++)
		queue(s, to_sta(i));
	host_poll(s->ap);
	host_write(s->ap, ENG_TXQ_VIF, 0);
	host_write(s->ap, ENG_TXQ_ACS, 0x1f);
	/* Another station's frames are waited for */
	host_write(s->ap, ENG_TXQ_STA, AP_STA | (AP_GEN + 1) << 16);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 0);
	assert_int_equal(sta_queue(s)->state, TXQ_RESTING);
	host_write(s->ap, ENG_TXQ_STA, AP_STA | AP_GEN << 16);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 8);
	host_poll(s->ap);
	assert_int_equal(host_read(s->ap, ENG_TXQ_COUNT), 0);
	for (uint16_t i = 1; i < 9; i++)
		host_ended(s->ap, i, SKUA_TXS_NO_ACK);
	/* It holds for these alone */
	send(s, 9);
	assert_int_equal(sta_queue(s)->state, TXQ_RESTING);
}

static void ba_tx(struct scene *s, enum eng_ba_tx tx)
{
	struct eng_ba e = { .gen = htole16(AP_GEN), .set = ENG_BA_SET_TX,
			    .tx = (uint8_t)tx, .tx_size = htole16(64) };

	assert_int_equal(host_tbl(s->ap, ENG_TBL_BA, AP_STA * 16 + TID, ENG_TBL_WRITE,
				  &e, sizeof(e)), SKUA_ST_OK);
	host_poll(s->ap);
}

/* A hold waits for the frames that have a number */
static void test_hold(void **state)
{
	struct scene *s = *state;

	begin_rest(s);
	ba_tx(s, ENG_BA_TX_HOLD);
	host_expect_tx(s->ap, 1, SKUA_TXS_NO_ACK, TRIES);
}

/* The peer had no session: when that is known, its frames wait no longer */
static void test_session_ends(void **state)
{
	struct scene *s = *state;

	deafen(s, 3);
	send(s, 1);
	assert_int_equal(sta_queue(s)->state, TXQ_RESTING);
	ba_tx(s, ENG_BA_TX_OFF);
	host_expect_tx(s->ap, 1, SKUA_TXS_ACKED, 4);
}

static void doze(struct scene *s)
{
	txq_sta_doze(s->ap->mac, s->ap->mac->sta[AP_STA], true);
}

static void test_sleep(void **state)
{
	struct scene *s = *state;

	deafen(s, 3);
	send(s, 1);
	doze(s);
	assert_int_equal(sta_queue(s)->state, TXQ_IDLE);
	scene_pass(s, 100000);
	assert_int_equal(tries(s), 3);
	txq_sta_doze(s->ap->mac, s->ap->mac->sta[AP_STA], false);
	host_poll(s->ap);
	host_expect_tx(s->ap, 1, SKUA_TXS_ACKED, 4);
}

/* The rest ends while the radio is elsewhere */
static void test_away(void **state)
{
	struct scene *s = *state;

	deafen(s, 3);
	send(s, 1);
	host_tune(s->ap, 5200, 5200, SKUA_BW_20);
	host_poll(s->ap);
	scene_pass(s, 5000);
	assert_int_equal(sta_queue(s)->state, TXQ_PARKED);
	assert_int_equal(tries(s), 3);
	host_tune(s->ap, 5180, 5180, SKUA_BW_20);
	host_poll(s->ap);
	host_expect_tx(s->ap, 1, SKUA_TXS_ACKED, 4);
}

static void no_frames(struct scene *s)
{
	struct mac *mac = s->ap->mac;

	assert_int_equal(txq_rest_end(mac), LOOP_NEVER);
	assert_int_equal(mac->tx.count, 0);
	scene_pass(s, 100000);
	assert_int_equal(mac->tx.op.state, TXOP_IDLE);
}

static void drop(struct scene *s)
{
	host_write(s->ap, ENG_TXQ_VIF, 0);
	host_write(s->ap, ENG_TXQ_STA, SKUA_STA_NONE);
	host_write(s->ap, ENG_TXQ_ACS, 0x1f);
	host_write(s->ap, ENG_TXQ_DROP, 1);
}

static void flush_tid(struct scene *s) { ba_tx(s, ENG_BA_TX_FLUSH); }

static void no_sta(struct scene *s)
{
	host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR, NULL, 0);
}

static void no_vif(struct scene *s)
{
	host_tbl(s->ap, ENG_TBL_VIF, 0, ENG_TBL_CLEAR, NULL, 0);
}

/* What ends frames ends those of a queue that rests, at once */
static void test_ends(void **state)
{
	static void (*const ends[])(struct scene *s) = { drop, flush_tid, no_sta, no_vif };

	for (unsigned int i = 0; i < ARRAY_SIZE(ends); i++) {
		struct scene *s = *state;

		begin_rest(s);
		ends[i](s);
		host_expect_tx(s->ap, 1, SKUA_TXS_FLUSHED, 3);
		no_frames(s);
		scene_teardown(state);
		setup(state);
	}
}

static void test_reset(void **state)
{
	struct scene *s = *state;

	begin_rest(s);
	host_reset(s->ap);
	no_frames(s);
}

/* Many that rest cost the loop no more than one timer for the end of each rest */
static void test_many(void **state)
{
	struct host_cfg cfg = { .max_stas = 200, .tx_entries = 256, .max_txq = 256,
				.cpl_entries = 2048 };
	struct scene *s = scene_new(&cfg, NULL);
	struct eng_sta e = host_get_sta(s->ap, AP_STA);
	bool ended[MANY] = { false };
	unsigned int n = 0;
	uint64_t runs;
	struct rec rec;

	*state = s;
	host_write(s->ap, ENG_MAC_RETRY, TRIES | TRIES << 8);
	runs = loop_get_stats(s->loop)->timers;
	memcpy(e.addr, addr_other, 6);
	for (uint16_t i = 0; i < MANY; i++) {
		struct tx t = to_sta(i);
		uint8_t f[100];

		e.addr[4] = 1;
		e.addr[5] = (uint8_t)i;
		t.sta = 10 + i;
		host_sta(s->ap, t.sta, &e);
		host_tx(s->ap, &t, f,
			mk_frame(f, IEEE80211_QOS_DATA | FC_FROMDS, e.addr, addr_ap,
				 addr_ap, TID, NULL, 0));
		host_poll(s->ap);
		scene_pass(s, 7);
	}
	scene_rests(s);
	while (host_next(s->ap, &rec)) {
		for (unsigned int i = 0; i < rec.n; i++, n++) {
			uint32_t word = rec.status[i];

			assert_int_equal(HW_GET(SKUA_TXS_STATUS, word), SKUA_TXS_NO_ACK);
			assert_int_equal(HW_GET(SKUA_TXS_TRIES, word), TRIES);
			assert_false(ended[HW_GET(SKUA_TXS_TOKEN, word)]);
			ended[HW_GET(SKUA_TXS_TOKEN, word)] = true;
		}
	}
	assert_int_equal(n, MANY);
	assert_int_equal(s->ap->mac->c.tx_rests, (TRIES - 3) * MANY);
	assert_in_range(loop_get_stats(s->loop)->timers - runs, 1, (TRIES - 3) * MANY);
	no_frames(s);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_tries_take_time), T(test_a_moment), T(test_chance),
		T(test_others_go_on), T(test_interface_does_not_rest),
		T(test_flush), T(test_hold), T(test_session_ends), T(test_sleep),
		T(test_away), T(test_ends), T(test_reset),
		cmocka_unit_test_teardown(test_many, scene_teardown),
	};

	return cmocka_run_group_tests_name("mac: receivers that do not answer", tests,
					   NULL, NULL);
}
