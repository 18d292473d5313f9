// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: tables of Block Ack sessions and of sequence numbers, as a firmware writes them */
#include "host.h"
#include "mac/ba_sta.h"

#define TID		3
#define BASE_FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE | SKUA_FEAT_AP_PS)

static int setup(void **state)
{
	static const struct host_cfg cfg = {
		.features = BASE_FEATURES | SKUA_FEAT_TX_AMPDU,
	};
	/* all frames that are held for a session, when it ends */
	static const struct host_cfg sta = { .buf_entries = 256 };

	*state = scene_new(&cfg, &sta);
	return 0;
}

static uint32_t index_of(uint32_t sta, uint32_t tid)
{
	return sta * SKUA_NUM_TIDS + tid;
}

static enum skua_status put(struct host *h, uint32_t i, const struct eng_ba *ba)
{
	struct eng_ba e = *ba;

	return host_tbl(h, ENG_TBL_BA, i, ENG_TBL_WRITE, &e, sizeof(e));
}

static struct eng_ba get(struct host *h, uint32_t tid)
{
	struct eng_ba e;

	assert_int_equal(host_tbl(h, ENG_TBL_BA, index_of(AP_STA, tid),
				  ENG_TBL_READ, &e, sizeof(e)), SKUA_ST_OK);
	assert_int_equal(le16toh(e.gen), AP_GEN);
	return e;
}

static const struct write_case {
	const char *what;
	uint32_t sta;
	struct eng_ba e;
	enum skua_status want;
} writes[] = {
	{ "nothing", AP_STA, { .gen = AP_GEN }, SKUA_ST_OK },
	{ "off", AP_STA, { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_OFF }, SKUA_ST_OK },
	{ "hold", AP_STA, { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_HOLD }, SKUA_ST_OK },
	{ "hold again", AP_STA, { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_HOLD },
	  SKUA_ST_OK },
	{ "on", AP_STA,
	  { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_ON, .tx_size = 64 }, SKUA_ST_OK },
	{ "on again, the largest", AP_STA,
	  { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_ON, .tx_size = 1024, .amsdu = 1 },
	  SKUA_ST_OK },
	{ "flush", AP_STA, { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_FLUSH },
	  SKUA_ST_OK },
	{ "flush without a session", AP_STA,
	  { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_FLUSH }, SKUA_ST_OK },
	{ "no room in the window", AP_STA,
	  { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_ON }, SKUA_ST_INVALID },
	{ "too large", AP_STA,
	  { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_ON, .tx_size = 1025 },
	  SKUA_ST_INVALID },
	{ "a state that is none", AP_STA, { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = 4 },
	  SKUA_ST_INVALID },
	{ "a state of 255", AP_STA, { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = 255 },
	  SKUA_ST_INVALID },
	{ "A-MSDUs of 2", AP_STA,
	  { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_ON, .tx_size = 64, .amsdu = 2 },
	  SKUA_ST_INVALID },
	{ "a half that is none", AP_STA, { .gen = AP_GEN, .set = 4 }, SKUA_ST_INVALID },
	{ "another generation", AP_STA,
	  { .gen = AP_GEN + 1, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_ON, .tx_size = 64 },
	  SKUA_ST_STALE },
	{ "no such station", AP_STA + 1,
	  { .gen = AP_GEN, .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_ON, .tx_size = 64 },
	  SKUA_ST_NO_ENTRY },
	{ "beyond the table", 64, { .gen = AP_GEN }, SKUA_ST_NO_ENTRY },
	{ "far beyond the table", 0x0fffffff, { .gen = AP_GEN }, SKUA_ST_NO_ENTRY },
	{ "the receive half without its feature", AP_STA,
	  { .gen = AP_GEN, .set = ENG_BA_SET_RX, .rx = 1, .rx_size = 64 },
	  SKUA_ST_UNSUPPORTED },
};

static void test_writes(void **state)
{
	struct scene *s = *state;

	for (unsigned int i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		const struct write_case *w = &writes[i];

		if (put(s->ap, index_of(w->sta, TID), &w->e) != w->want)
			fail_msg("%s", w->what);
	}
}

/* A half that is refused leaves the other one as it was */
static void test_both_or_none(void **state)
{
	struct scene *s = *state;
	const struct eng_ba both = {
		.gen = AP_GEN, .set = ENG_BA_SET_TX | ENG_BA_SET_RX,
		.tx = ENG_BA_TX_ON, .tx_size = 64, .rx = 1, .rx_size = 64,
	};

	assert_int_equal(put(s->ap, index_of(AP_STA, TID), &both),
			 SKUA_ST_UNSUPPORTED);
	assert_int_equal(get(s->ap, TID).tx, ENG_BA_TX_OFF);
	assert_null(s->ap->mac->sta[AP_STA]->ba_tx[TID]);
}

static void test_read(void **state)
{
	struct scene *s = *state;
	struct eng_ba e = get(s->ap, TID);

	/* What was never written is off */
	assert_int_equal(e.tx, ENG_BA_TX_OFF);
	assert_int_equal(le16toh(e.tx_next), 1);
	assert_int_equal(e.tx_busy, 0);
	e.set = ENG_BA_SET_TX;
	e.tx = ENG_BA_TX_ON;
	e.tx_size = htole16(100);
	e.amsdu = 1;
	assert_int_equal(put(s->ap, index_of(AP_STA, TID), &e), SKUA_ST_OK);
	e = get(s->ap, TID);
	assert_int_equal(e.tx, ENG_BA_TX_ON);
	assert_int_equal(le16toh(e.tx_size), 100);
	assert_int_equal(e.amsdu, 1);
	/* It is this TID's alone */
	assert_int_equal(get(s->ap, TID + 1).tx, ENG_BA_TX_OFF);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BA, index_of(AP_STA, TID),
				  ENG_TBL_CLEAR, NULL, 0), SKUA_ST_OK);
	assert_int_equal(get(s->ap, TID).tx, ENG_BA_TX_OFF);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BA, index_of(AP_STA + 1, TID),
				  ENG_TBL_CLEAR, NULL, 0), SKUA_ST_OK);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_BA, index_of(AP_STA + 1, TID),
				  ENG_TBL_READ, &e, sizeof(e)),
			 SKUA_ST_NO_ENTRY);
}

static void test_without_feature(void **state)
{
	struct scene *s = *state;

	s->ap->bus.features = BASE_FEATURES;
	for (uint8_t tx = 0; tx < 5; tx++) {
		const struct eng_ba e = { .gen = AP_GEN, .set = ENG_BA_SET_TX,
					  .tx = tx, .tx_size = 64 };

		assert_int_equal(put(s->ap, index_of(AP_STA, TID), &e),
				 SKUA_ST_UNSUPPORTED);
	}
	assert_int_equal(get(s->ap, TID).tx, ENG_BA_TX_OFF);
}

/* Sessions end with their station, in any state, and events with them */
static void test_station_goes(void **state)
{
	struct scene *s = *state;
	struct eng_sta sta = host_get_sta(s->ap, AP_STA);
	struct ba_sta *ba;

	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++) {
		const struct eng_ba e = {
			.gen = AP_GEN, .set = ENG_BA_SET_TX,
			.tx = tid % 2 ? ENG_BA_TX_HOLD : ENG_BA_TX_ON,
			.tx_size = 64,
		};

		assert_int_equal(put(s->ap, index_of(AP_STA, tid), &e),
				 SKUA_ST_OK);
	}
	ba = s->ap->mac->sta[AP_STA]->ba_tx[4];
	ba_evt_post(s->ap->mac, &ba->stalled, s->ap->mac->sta[AP_STA], 4,
		    ENG_BA_TX_STALLED);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR,
				  NULL, 0), SKUA_ST_OK);
	assert_int_equal(host_read(s->ap, ENG_BA_EVT), 0);
	/* A new one begins without */
	host_sta(s->ap, AP_STA, &sta);
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++)
		assert_int_equal(get(s->ap, tid).tx, ENG_BA_TX_OFF);
}

/* An event waits once, and goes when its session is off */
static void test_event_goes(void **state)
{
	struct scene *s = *state;
	struct mac_sta *sta = s->ap->mac->sta[AP_STA];
	struct eng_ba e = { .gen = AP_GEN, .set = ENG_BA_SET_TX,
			    .tx = ENG_BA_TX_ON, .tx_size = 64 };

	assert_int_equal(put(s->ap, index_of(AP_STA, TID), &e), SKUA_ST_OK);
	ba_evt_post(s->ap->mac, &sta->ba_tx[TID]->stalled, sta, TID,
		    ENG_BA_TX_STALLED);
	e.tx = ENG_BA_TX_OFF;
	assert_int_equal(put(s->ap, index_of(AP_STA, TID), &e), SKUA_ST_OK);
	assert_int_equal(host_read(s->ap, ENG_BA_EVT), 0);
}

/* Limits of a station */
static void test_limits(void **state)
{
	struct scene *s = *state;
	struct eng_sta sta = host_get_sta(s->ap, AP_STA);

	sta.ampdu_factor = 10;
	sta.ampdu_density = 7;
	host_sta(s->ap, AP_STA, &sta);
	sta = host_get_sta(s->ap, AP_STA);
	assert_int_equal(sta.ampdu_factor, 10);
	assert_int_equal(sta.ampdu_density, 7);
	sta.ampdu_factor = 11;
	assert_int_equal(host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_WRITE,
				  &sta, sizeof(sta)), SKUA_ST_INVALID);
	sta.ampdu_factor = 3;
	sta.ampdu_density = 8;
	assert_int_equal(host_tbl(s->ap, ENG_TBL_STA, AP_STA, ENG_TBL_WRITE,
				  &sta, sizeof(sta)), SKUA_ST_INVALID);
}

static enum skua_status seq(struct host *h, enum eng_tbl_op op, uint32_t i,
			    struct eng_seq *e)
{
	return host_tbl(h, ENG_TBL_SEQ, i, op, e, sizeof(*e));
}

static void test_seq(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 2, .sta = AP_STA, .gen = AP_GEN, .tid = TID,
			.flags = SKUA_TXF_QOS, .key = SKUA_KEY_NONE };
	struct eng_seq e = { .gen = htole16(AP_GEN) };
	uint8_t f[200];
	unsigned int len = mk_data(f, true, TID, 100);

	e.seq[TID] = htole16(4094);
	e.seq[TID + 1] = htole16(77);
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, AP_STA, &e), SKUA_ST_OK);
	for (unsigned int i = 0; i < 3; i++)
		host_tx(s->ap, &t, f, len);
	scene_poll(s);
	assert_int_equal(dot11_sn(s->sniff.frame[0].data), 4095);
	assert_int_equal(dot11_sn(s->sniff.frame[2].data), 0);
	assert_int_equal(dot11_sn(s->sniff.frame[4].data), 1);
	memset(&e, 0, sizeof(e));
	assert_int_equal(seq(s->ap, ENG_TBL_READ, AP_STA, &e), SKUA_ST_OK);
	assert_int_equal(le16toh(e.gen), AP_GEN);
	assert_int_equal(le16toh(e.seq[TID]), 1);
	assert_int_equal(le16toh(e.seq[TID + 1]), 77);
	assert_int_equal(le16toh(get(s->ap, TID).tx_next), 2);
	assert_int_equal(seq(s->ap, ENG_TBL_CLEAR, AP_STA, &e), SKUA_ST_OK);
	assert_int_equal(le16toh(get(s->ap, TID).tx_next), 2);
}

static void test_seq_refused(void **state)
{
	struct scene *s = *state;
	struct mac_sta *sta = s->ap->mac->sta[AP_STA];
	struct eng_seq e = { .gen = htole16(AP_GEN) };

	e.seq[0] = htole16(1);
	e.seq[15] = htole16(4096);
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, AP_STA, &e),
			 SKUA_ST_INVALID);
	e.seq[15] = htole16(65535);
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, AP_STA, &e),
			 SKUA_ST_INVALID);
	assert_int_equal(sta->seq[0], 0);
	e.seq[15] = htole16(4095);
	e.rsvd = htole16(1);
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, AP_STA, &e),
			 SKUA_ST_INVALID);
	e.rsvd = 0;
	e.gen = htole16(AP_GEN + 1);
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, AP_STA, &e), SKUA_ST_STALE);
	e.gen = htole16(AP_GEN);
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, 9, &e), SKUA_ST_NO_ENTRY);
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, 64, &e), SKUA_ST_NO_ENTRY);
	assert_int_equal(seq(s->ap, ENG_TBL_READ, 9, &e), SKUA_ST_NO_ENTRY);
	/* A frame that has its number would go back behind those of others */
	sta->numbered[7] = 1;
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, AP_STA, &e), SKUA_ST_STATE);
	sta->numbered[7] = 0;
	assert_int_equal(sta->seq[0], 0);
	assert_int_equal(seq(s->ap, ENG_TBL_WRITE, AP_STA, &e), SKUA_ST_OK);
	assert_int_equal(sta->seq[15], 4095);
}

/* Any octets: the engines refuse them, or go on */
static void test_random(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 2, .sta = AP_STA, .gen = AP_GEN,
			.flags = SKUA_TXF_QOS | SKUA_TXF_AMPDU,
			.key = SKUA_KEY_NONE };
	uint8_t f[200];
	struct rec rec;

	srand(4);
	for (unsigned int i = 0; i < 20000; i++) {
		struct eng_ba e;

		for (size_t n = 0; n < sizeof(e); n++)
			((uint8_t *)&e)[n] = (uint8_t)(rand() % 4 ? rand() % 5 :
							 rand());
		if (rand() % 8)
			e.gen = htole16(AP_GEN);
		put(s->ap, index_of(AP_STA, rand() % 16), &e);
		t.tid = rand() % 16;
		if (rand() % 4 == 0)
			host_tx(s->ap, &t, f, mk_data(f, true, t.tid, 60));
		scene_poll(s);
		while (host_next(s->ap, &rec))
			;
		while (host_next(s->sta, &rec))
			;
		s->sniff.n = 0;
	}
	for (unsigned int tid = 0; tid < SKUA_NUM_TIDS; tid++)
		assert_int_equal(host_tbl(s->ap, ENG_TBL_BA,
					  index_of(AP_STA, tid), ENG_TBL_CLEAR,
					  NULL, 0), SKUA_ST_OK);
	scene_poll(s);
	assert_int_equal(s->ap->mac->tx.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)
		T(test_writes),
		T(test_both_or_none),
		T(test_read),
		T(test_without_feature),
		T(test_station_goes),
		T(test_event_goes),
		T(test_limits),
		T(test_seq),
		T(test_seq_refused),
		T(test_random),
	};

	return cmocka_run_group_tests_name("ba_tbl", tests, NULL, NULL);
}
