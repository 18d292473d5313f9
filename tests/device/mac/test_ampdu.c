// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: A-MPDUs and transmit sessions, over the air to a scripted station */
#include "mac/ba_sta.h"
#include "mac/txe.h"
#include "peer.h"

#define TID		5
#define HT(mcs)		(HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HT) | HW_PUT(SKUA_RATE_IDX, mcs))
#define FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE | SKUA_FEAT_AP_PS | \
			 SKUA_FEAT_UAPSD | SKUA_FEAT_TX_AMPDU)
#define TOKENS		4096

/* The AP of a scene, and a peer in place of its station */
struct bench {
	struct scene *s;
	struct host *ap;
	struct peer peer;
	uint32_t token;			/* the last one */
	uint32_t flight[TOKENS];	/* tokens that the NIC has, by their low bits */
	uint16_t gen;
	uint16_t key_gen;
	unsigned int by_status[16];
	unsigned int out;		/* frames that the NIC has */
	uint16_t order;			/* token that ended last */
	struct rec rec;			/* the last transmit record of a PPDU */
	unsigned int ppdus, mpdus, acked, retried;
	uint64_t airtime;
	unsigned int wakes;
};

static void write_rate(struct bench *b, uint32_t rate, uint32_t rate2)
{
	struct eng_rate e = { .rate = { htole32(rate), htole32(rate2) },
			      .tries = { 3, 3 } };

	assert_int_equal(host_tbl(b->ap, ENG_TBL_RATE, AP_STA, ENG_TBL_WRITE,
				  &e, sizeof(e)), SKUA_ST_OK);
}

static void limits(struct bench *b, uint8_t factor, uint8_t density)
{
	struct eng_sta e = host_get_sta(b->ap, AP_STA);

	e.dozing = 0;
	e.ampdu_factor = factor;
	e.ampdu_density = density;
	host_sta(b->ap, AP_STA, &e);
}

static int setup_on(void **state, const struct air_medium_ops *medium)
{
	static const struct host_cfg cfg = {
		.features = FEATURES, .tx_entries = 1024, .cpl_entries = 2048,
		.max_txq = 3000,
	};
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->s = scene_new_on(medium, NULL, &cfg, NULL);
	b->ap = b->s->ap;
	b->gen = AP_GEN;
	b->key_gen = KEY_GEN;
	/* The scene's own station goes elsewhere */
	host_tune(b->s->sta, 5200, 5200, SKUA_BW_20);
	peer_new(&b->peer, b->s->air, addr_sta, 5180);
	write_rate(b, HT(7), HT(3));
	limits(b, 3, 0);
	host_write(b->ap, ENG_MAC_RETRY, 7 | 7 << 8);
	*state = b;
	return 0;
}

static int setup(void **state)
{
	return setup_on(state, &air_perfect);
}

/* A medium without contention, on which all lasts as long as the standard says */
static uint64_t timed_ns(const struct air *air, uint32_t us)
{
	(void)air;
	return us * LOOP_NS_PER_US;
}

static const struct air_medium_ops timed = { .name = "timed", .ns = timed_ns };

static int setup_timed(void **state)
{
	return setup_on(state, &timed);
}

static int teardown(void **state)
{
	struct bench *b = *state;
	void *scene = b->s;

	scene_teardown(&scene);
	free(b);
	return 0;
}

static enum skua_status ba_write(struct bench *b, enum eng_ba_tx tx,
				 uint16_t size)
{
	struct eng_ba e = { .gen = htole16(b->gen), .set = ENG_BA_SET_TX,
			    .tx = (uint8_t)tx, .tx_size = htole16(size) };

	return host_tbl(b->ap, ENG_TBL_BA, AP_STA * 16 + TID, ENG_TBL_WRITE, &e,
			sizeof(e));
}

static struct eng_ba ba_read(struct bench *b)
{
	struct eng_ba e;

	assert_int_equal(host_tbl(b->ap, ENG_TBL_BA, AP_STA * 16 + TID,
				  ENG_TBL_READ, &e, sizeof(e)), SKUA_ST_OK);
	return e;
}

/* A frame with a token, which the peer finds again if it is in clear */
static void queue(struct bench *b, unsigned int len, uint32_t flags,
		  uint16_t key, uint64_t pn)
{
	uint8_t f[HOST_FRAME_MAX];
	struct tx t = { .ring = 2, .sta = AP_STA, 
			.gen = b->gen, .tid = TID,
			.flags = SKUA_TXF_QOS | flags, .key = key,
			.key_gen = b->key_gen, .pn = pn };
	unsigned int n = mk_data(f, true, TID, len);

	b->token++;
	dot11_put_le32(f + PEER_TOKEN_OFF, b->token);
	t.token = (uint16_t)(b->token % TOKENS);
	assert_int_equal(b->flight[t.token], 0);
	b->flight[t.token] = b->token;
	b->out++;
	host_tx(b->ap, &t, f, n);
}

static void queue_some(struct bench *b, unsigned int n, unsigned int len)
{
	while (n--)
		queue(b, len, SKUA_TXF_AMPDU, SKUA_KEY_NONE, 0);
}

static void take_words(struct bench *b, const struct rec *rec)
{
	for (unsigned int i = 0; i < rec->n; i++) {
		uint16_t token = HW_GET(SKUA_TXS_TOKEN, rec->status[i]);

		/* Each comes back once */
		assert_int_not_equal(b->flight[token], 0);
		b->flight[token] = 0;
		b->out--;
		b->by_status[HW_GET(SKUA_TXS_STATUS, rec->status[i])]++;
		b->order = token;
	}
}

static void take_records(struct bench *b)
{
	struct rec *rec = malloc(sizeof(*rec));

	assert_non_null(rec);
	while (host_next(b->ap, rec)) {
		if (rec->type != SKUA_CPL_TX)
			continue;
		take_words(b, rec);
		if (!rec->tx.rate)
			continue;
		b->rec = *rec;
		b->ppdus++;
		b->mpdus += le16toh(rec->tx.mpdus);
		b->acked += le16toh(rec->tx.acked);
		b->retried += le16toh(rec->tx.retried);
		b->airtime += le32toh(rec->tx.airtime_us);
	}
	free(rec);
}

static void run(struct bench *b)
{
	host_poll(b->ap);
	scene_rests(b->s);
	take_records(b);
}

/* As the firmware and the driver begin a session */
static void session(struct bench *b, uint16_t size)
{
	struct eng_ba e;

	assert_int_equal(ba_write(b, ENG_BA_TX_HOLD, 0), SKUA_ST_OK);
	e = ba_read(b);
	assert_int_equal(e.tx_busy, 0);
	peer_session(&b->peer, le16toh(e.tx_next), size);
	assert_int_equal(ba_write(b, ENG_BA_TX_ON, size), SKUA_ST_OK);
}

static void test_one(void **state)
{
	struct bench *b = *state;
	struct peer_ppdu *p = b->peer.ppdu;
	uint32_t us;

	session(b, 64);
	queue_some(b, 10, 500);
	run(b);
	assert_int_equal(b->peer.n, 1);
	assert_true(p->ampdu);
	assert_int_equal(p->n, 10);
	assert_int_equal(p->rate, HT(7));
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(p->mpdu[i].sn, 1 + i);
		assert_int_equal(p->mpdu[i].len, 26 + 500 + 4);
		assert_false(p->mpdu[i].fc & IEEE80211_FC_RETRY);
	}
	assert_int_equal(b->peer.delivered, 10);
	/* One record: the PPDU with all its frames */
	assert_int_equal(b->ppdus, 1);
	assert_int_equal(b->rec.n, 10);
	assert_int_equal(le16toh(b->rec.tx.mpdus), 10);
	assert_int_equal(le16toh(b->rec.tx.acked), 10);
	assert_int_equal(le16toh(b->rec.tx.retried), 0);
	assert_int_equal(le16toh(b->rec.tx.seq), 10);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 10);
	assert_int_equal(b->order, 10);
	/* 9 times delimiter, 530 octets and 2 of padding; a SIFS and 32 octets at 24 Mbit/s */
	us = airtime_ppdu_us(HT(7), 9 * 536 + 534, false) + 16 +
	     airtime_ppdu_us(240, IEEE80211_BA_LEN_64 + 4, false);
	assert_int_equal(le32toh(b->rec.tx.airtime_us), us);
	assert_int_equal(b->ap->mac->c.tx_ampdu, 1);
	assert_int_equal(b->ap->mac->c.tx_ampdu_mpdus, 10);
}

/* Without a session, without leave, or one at a time: no A-MPDU, and an ACK */
static void test_single(void **state)
{
	struct bench *b = *state;

	queue_some(b, 5, 200);
	run(b);
	assert_int_equal(b->peer.n, 5);
	assert_false(b->peer.ppdu[0].ampdu);
	session(b, 64);
	for (unsigned int i = 0; i < 5; i++)
		queue(b, 200, 0, SKUA_KEY_NONE, 0);
	run(b);
	assert_int_equal(b->peer.n, 10);
	queue_some(b, 1, 200);
	run(b);
	assert_int_equal(b->peer.n, 11);
	assert_int_equal(b->peer.longest, 1);
	assert_int_equal(b->peer.bas, 0);
	assert_int_equal(b->peer.delivered, 11);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 11);
	/* The firmware sees those outside of the session */
	assert_int_equal(b->ap->mac->sta[AP_STA]->tid_frames[TID], 5);
}

/* The window bounds what is sent before the first one is acknowledged */
static void test_window(void **state)
{
	static const uint16_t sizes[] = { 1, 2, 8, 64, 256, 1024 };
	struct bench *b = *state;

	for (unsigned int i = 0; i < 6; i++) {
		session(b, sizes[i]);
		limits(b, 10, 0);
		write_rate(b, HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HE) |
			   HW_PUT(SKUA_RATE_NSS, 2) |
			   HW_PUT(SKUA_RATE_IDX, 11), 0);
		peer_clear(&b->peer);
		host_write(b->ap, ENG_MAC_ENABLE, 0);
		for (unsigned int n = 0; n < 1000; n++)
			queue(b, 60, SKUA_TXF_AMPDU, SKUA_KEY_NONE, 0);
		run(b);
		host_write(b->ap, ENG_MAC_ENABLE, 1);
		run(b);
		assert_int_equal(b->out, 0);
		assert_int_equal(b->peer.longest, sizes[i] < 1000 ? sizes[i] : 1000);
		assert_int_equal(b->peer.jumps, 0);
		assert_int_equal(b->peer.delivered, 1000);
		assert_int_equal(ba_write(b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
		peer_no_session(&b->peer);
	}
}

/* Single MPDUs are tried again, first, and with new ones behind */
static void test_retry(void **state)
{
	struct bench *b = *state;
	struct peer_ppdu *p = b->peer.ppdu;

	session(b, 64);
	b->peer.first = 1;
	b->peer.lose_sns = 1 << 2 | 1 << 5;	/* 3 and 6 */
	queue_some(b, 8, 300);
	run(b);
	assert_int_equal(p[0].n, 8);
	assert_int_equal(p[1].n, 2);
	assert_int_equal(p[1].mpdu[0].sn, 3);
	assert_int_equal(p[1].mpdu[1].sn, 6);
	assert_true(p[1].mpdu[0].fc & IEEE80211_FC_RETRY);
	/* Seven tries, then given up, and the peer is told */
	assert_int_equal(b->peer.n, 7);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 6);
	assert_int_equal(b->by_status[SKUA_TXS_NO_ACK], 2);
	assert_int_equal(b->peer.bars, 1);
	assert_int_equal(b->peer.bar_ssn, 9);
	assert_int_equal(b->peer.start, 9);
	assert_int_equal(b->mpdus, 8 + 6 * 2);
	assert_int_equal(b->retried, 6 * 2);
	assert_int_equal(b->acked, 6);
	assert_int_equal(b->out, 0);
}

/* The Block Ack is lost: all are sent again, with their numbers, and arrive once */
static void test_lost_ba(void **state)
{
	struct bench *b = *state;
	struct peer_ppdu *p = b->peer.ppdu;

	session(b, 64);
	scene_lose(b->s, 1, 9, 1, 2);
	queue_some(b, 8, 300);
	run(b);
	assert_int_equal(b->peer.n, 3);
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(p[2].mpdu[i].sn, 1 + i);
		assert_true(p[2].mpdu[i].fc & IEEE80211_FC_RETRY);
	}
	assert_int_equal(b->peer.delivered, 8);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 8);
	assert_int_equal(b->peer.bars, 0);
	assert_int_equal(b->mpdus, 24);
	assert_int_equal(b->acked, 8);
	assert_int_equal(b->retried, 16);
	assert_int_equal(HW_GET(SKUA_TXS_TRIES, b->rec.status[0]), 3);
}

/* A BAR is tried again, then waits until the peer is heard */
static void test_lost_bar(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	queue_some(b, 3, 300);
	b->peer.deaf = true;
	run(b);
	assert_int_equal(b->by_status[SKUA_TXS_NO_ACK], 3);
	assert_int_equal(b->ap->mac->c.tx_bar, 7);
	assert_int_equal(b->ap->mac->c.tx_bar_no_ba, 7);
	b->peer.deaf = false;
	run(b);
	assert_int_equal(b->peer.bars, 0);
	/* 4 goes first, and is held; its ACK says that the peer hears */
	queue_some(b, 1, 300);
	run(b);
	assert_int_equal(b->peer.bars, 1);
	assert_int_equal(b->peer.start, 5);
	assert_int_equal(b->peer.delivered, 1);
	assert_int_equal(b->ap->mac->c.tx_bar, 8);
}

/* What no A-MPDU has: each goes alone, and in its order */
static void test_order(void **state)
{
	static const uint32_t flags[] = {
		SKUA_TXF_AMPDU, SKUA_TXF_AMPDU, 0,
		SKUA_TXF_AMPDU | SKUA_TXF_RTS, SKUA_TXF_AMPDU, SKUA_TXF_AMPDU,
		SKUA_TXF_AMPDU | SKUA_TXF_CTS_SELF, SKUA_TXF_AMPDU,
		SKUA_TXF_AMPDU,
	};
	static const unsigned int n[] = { 2, 1, 1, 2, 1, 2 };
	struct bench *b = *state;
	uint16_t sn = 1;

	session(b, 64);
	host_write(b->ap, ENG_MAC_ENABLE, 0);
	for (unsigned int i = 0; i < 9; i++)
		queue(b, 300, flags[i], SKUA_KEY_NONE, 0);
	run(b);
	host_write(b->ap, ENG_MAC_ENABLE, 1);
	run(b);
	assert_int_equal(b->peer.n, 6);
	for (unsigned int i = 0; i < 6; i++) {
		assert_int_equal(b->peer.ppdu[i].n, n[i]);
		assert_int_equal(b->peer.ppdu[i].mpdu[0].sn, sn);
		sn += n[i];
	}
	assert_int_equal(b->peer.delivered, 9);
	assert_int_equal(b->out, 0);
}

static struct {
	unsigned int n;
	uint64_t pn[32];
	uint16_t sn[32];
	uint8_t frame[8][400];
	uint16_t len[8];
} heard;

static void record(struct peer *p, const uint8_t *f, uint16_t len)
{
	const uint8_t *iv = f + dot11_fc_hdrlen(dot11_fc(f));

	(void)p;
	assert_true(heard.n < 32);
	heard.sn[heard.n] = dot11_sn(f);
	heard.pn[heard.n] = iv[0] | iv[1] << 8 | (uint64_t)iv[4] << 16;
	if (heard.n < 8) {
		memcpy(heard.frame[heard.n], f, len);
		heard.len[heard.n] = len;
	}
	heard.n++;
}

/* PN and number rise together; another try has both, and the ciphertext, of the first */
static void test_protected(void **state)
{
	static const uint32_t ciphers[] = {
		SKUA_CIPHER_CCMP, SKUA_CIPHER_CCMP_256, SKUA_CIPHER_GCMP,
		SKUA_CIPHER_GCMP_256,
	};
	struct bench *b = *state;
	uint64_t pn = 0;

	for (unsigned int c = 0; c < 4; c++) {
		memset(&heard, 0, sizeof(heard));
		scene_pairwise(b->s, ciphers[c], 0);
		session(b, 64);
		peer_clear(&b->peer);
		b->peer.mpdu = record;
		b->peer.mute = true;
		host_write(b->ap, ENG_MAC_RETRY, 2 | 2 << 8);
		for (unsigned int i = 0; i < 4; i++)
			queue(b, 200, SKUA_TXF_AMPDU | SKUA_TXF_PROTECT,
			      KEY_SLOT, ++pn);
		run(b);
		b->peer.mute = false;
		assert_int_equal(b->peer.n, 2);
		assert_int_equal(heard.n, 8);
		for (unsigned int i = 0; i < 4; i++) {
			uint8_t *one = heard.frame[i], *two = heard.frame[4 + i];

			assert_int_equal(heard.pn[i], pn - 3 + i);
			assert_int_equal(heard.sn[i], ba_sn_add(heard.sn[0], (int)i));
			assert_int_equal(heard.len[i], heard.len[4 + i]);
			assert_false(dot11_fc(one) & IEEE80211_FC_RETRY);
			assert_true(dot11_fc(two) & IEEE80211_FC_RETRY);
			two[1] &= (uint8_t)~(IEEE80211_FC_RETRY >> 8);
			assert_memory_equal(one, two, heard.len[i] - 4);
		}
		assert_int_equal(ba_write(b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
	}
	assert_int_equal(b->by_status[SKUA_TXS_NO_ACK], 16);
}

/* TKIP and WEP: one MPDU at a time, whatever the firmware wants */
static void test_weak_ciphers(void **state)
{
	struct bench *b = *state;

	scene_pairwise(b->s, SKUA_CIPHER_TKIP, 0);
	session(b, 64);
	for (unsigned int i = 0; i < 4; i++)
		queue(b, 200, SKUA_TXF_AMPDU | SKUA_TXF_PROTECT, KEY_SLOT, 1 + i);
	run(b);
	assert_int_equal(b->peer.n, 4);
	assert_int_equal(b->peer.longest, 1);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 4);
}

/* Time passes until the peer has heard so many PPDUs */
static void pass_ppdus(struct bench *b, unsigned int n)
{
	for (unsigned int i = 0; b->peer.n < n; i++) {
		assert_true(i < 10000);
		host_poll(b->ap);
		scene_pass(b->s, 10);
	}
}

static void pass(struct bench *b, uint64_t us)
{
	for (uint64_t at = 0; at < us; at += 100) {
		host_poll(b->ap);
		scene_pass(b->s, 100);
	}
	run(b);
}

/* A key goes while frames under it wait for another try: none leaves any more */
static void test_key_goes(void **state)
{
	struct bench *b = *state;

	scene_pairwise(b->s, SKUA_CIPHER_CCMP, 0);
	session(b, 64);
	b->peer.first = 1;
	b->peer.lose_sns = 1 << 1 | 1 << 2;
	for (unsigned int i = 0; i < 4; i++)
		queue(b, 200, SKUA_TXF_AMPDU | SKUA_TXF_PROTECT, KEY_SLOT, 1 + i);
	pass_ppdus(b, 2);
	assert_int_equal(b->peer.ppdu[1].n, 2);
	assert_int_equal(host_tbl(b->ap, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_CLEAR,
				  NULL, 0), SKUA_ST_OK);
	b->peer.lose_sns = 0;
	pass(b, 5000);
	assert_int_equal(b->peer.n, 2);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 2);
	assert_int_equal(b->by_status[SKUA_TXS_STALE_KEY], 2);
	/* The hole is closed */
	assert_int_equal(b->peer.bar_ssn, 5);
	assert_int_equal(b->peer.start, 5);
}

/* Frames of the window at the end of a session: by each kind of end */
static void test_stop_kinds(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	b->peer.first = 1;
	b->peer.lose_sns = 1 << 1 | 1 << 2;
	queue_some(b, 4, 300);
	pass_ppdus(b, 2);
	assert_int_equal(le16toh(ba_read(b).tx_busy), 2);
	/* STOP: they go on with their numbers, one by one, before others */
	assert_int_equal(ba_write(b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
	peer_no_session(&b->peer);
	queue_some(b, 1, 300);
	b->peer.lose_sns = 0;
	peer_clear(&b->peer);
	pass(b, 5000);
	assert_int_equal(b->peer.n, 3);
	assert_false(b->peer.ppdu[0].ampdu);
	assert_int_equal(b->peer.ppdu[0].mpdu[0].sn, 2);
	assert_int_equal(b->peer.ppdu[1].mpdu[0].sn, 3);
	assert_int_equal(b->peer.ppdu[2].mpdu[0].sn, 5);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 5);
	/* FLUSH: all end, the ones on the air, too */
	session(b, 64);
	b->peer.lose_sns = ~0ull;
	b->peer.first = 6;
	queue_some(b, 4, 300);
	pass_ppdus(b, 5);
	queue_some(b, 100, 300);
	host_poll(b->ap);
	assert_int_equal(ba_write(b, ENG_BA_TX_FLUSH, 0), SKUA_ST_OK);
	peer_clear(&b->peer);
	pass(b, 5000);
	assert_int_equal(b->by_status[SKUA_TXS_FLUSHED], 104);
	assert_true(b->peer.n <= 1);
	assert_int_equal(b->out, 0);
	assert_int_equal(le16toh(ba_read(b).tx_busy), 0);
}

/* A hold lets numbered frames go, and no other */
static void test_hold(void **state)
{
	struct bench *b = *state;
	struct eng_ba e;

	b->peer.deaf = true;
	queue_some(b, 3, 300);
	pass_ppdus(b, 1);
	assert_int_equal(ba_write(b, ENG_BA_TX_HOLD, 0), SKUA_ST_OK);
	e = ba_read(b);
	assert_int_equal(e.tx, ENG_BA_TX_HOLD);
	assert_int_equal(le16toh(e.tx_busy), 1);
	b->peer.deaf = false;
	pass(b, 5000);
	e = ba_read(b);
	assert_int_equal(le16toh(e.tx_busy), 0);
	assert_int_equal(le16toh(e.tx_next), 2);
	assert_int_equal(b->out, 2);
	/* It is counted while it is held, and other TIDs are not */
	host_write(b->ap, ENG_TXQ_STA, AP_STA | AP_GEN << 16);
	host_write(b->ap, ENG_TXQ_ACS, 0x1f);
	assert_int_equal(host_read(b->ap, ENG_TXQ_COUNT), 2);
	/* TX_STOP ends a hold */
	assert_int_equal(ba_write(b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
	pass(b, 5000);
	assert_int_equal(b->out, 0);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 3);
}

/* A crowd of things at any time */

static void chaos_queue(struct bench *b)
{
	unsigned int n = 1 + rand() % 60;
	bool clear = rand() % 8 == 0;

	for (; n && b->out < 2500; n--)
		queue(b, 60 + rand() % 1400, (rand() % 40 ? SKUA_TXF_AMPDU : 0) |
		      (clear ? 0 : SKUA_TXF_PROTECT),
		      clear ? SKUA_KEY_NONE : KEY_SLOT, b->token + 1);
}

static void chaos_token(struct peer *p, const uint8_t *f, uint16_t len)
{
	const uint8_t *iv = f + dot11_fc_hdrlen(dot11_fc(f));

	(void)len;
	if (dot11_fc(f) & IEEE80211_FC_PROTECTED)
		p->token = iv[0] | iv[1] << 8 | (uint32_t)iv[4] << 16 |
			   (uint32_t)iv[5] << 24;
}

static void chaos_key(struct bench *b)
{
	assert_int_equal(host_tbl(b->ap, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_CLEAR,
				  NULL, 0), SKUA_ST_OK);
	assert_int_equal(host_key(b->ap, KEY_SLOT, ++b->key_gen, AP_STA, 0,
				  SKUA_CIPHER_CCMP, 7), SKUA_ST_OK);
}

static void chaos_sta(struct bench *b)
{
	struct eng_sta e = host_get_sta(b->ap, AP_STA);

	while (host_tbl(b->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR, NULL, 0) ==
	       (enum skua_status)ENG_AGAIN)
		;
	e.gen = htole16(++b->gen);
	e.dozing = 0;
	host_sta(b->ap, AP_STA, &e);
	write_rate(b, HT(7), HT(3));
	/* What is on the air has the numbers of before */
	scene_pass(b->s, 10000);
	peer_no_session(&b->peer);
}

static void chaos_session(struct bench *b)
{
	static const uint16_t sizes[] = { 4, 64, 256, 1024 };
	uint16_t size = sizes[rand() % 4];
	struct eng_ba e = ba_read(b);

	if (e.tx == ENG_BA_TX_OFF) {
		assert_int_equal(ba_write(b, ENG_BA_TX_HOLD, 0), SKUA_ST_OK);
	} else if (e.tx == ENG_BA_TX_HOLD && (!e.tx_busy || rand() % 10 == 0)) {
		peer_session(&b->peer, le16toh(e.tx_next), size);
		assert_int_equal(ba_write(b, ENG_BA_TX_ON, size), SKUA_ST_OK);
	} else if (rand() % 3 == 0) {
		peer_no_session(&b->peer);
		assert_int_equal(ba_write(b, rand() % 2 ? ENG_BA_TX_OFF :
					  ENG_BA_TX_FLUSH, 0), SKUA_ST_OK);
	}
}

/* Null data from the station, with the power management bit or without */
static void chaos_doze(struct bench *b, bool doze)
{
	uint8_t f[40];
	unsigned int len = mk_frame(f, IEEE80211_NULLFUNC | FC_TODS |
				    (doze ? IEEE80211_FC_PM : 0), addr_ap,
				    addr_sta, addr_ap, -1, NULL, 0);

	dot11_fcs_put(f, len);
	assert_true(air_inject(b->s->air, &(struct air_stranger){
		.chan = b->peer.chan, .rate = 240, .power = 20, .name = "sta",
	}, f, (uint16_t)(len + IEEE80211_FCS_LEN)));
}

static void chaos_drop(struct bench *b)
{
	host_write(b->ap, ENG_TXQ_VIF, SKUA_VIF_NONE);
	host_write(b->ap, ENG_TXQ_STA, AP_STA | (uint32_t)b->gen << 16);
	host_write(b->ap, ENG_TXQ_ACS, 0x1f);
	host_write(b->ap, ENG_TXQ_DROP, 1);
}

static void chaos_release(struct bench *b)
{
	host_write(b->ap, ENG_TXQ_STA, AP_STA | (uint32_t)b->gen << 16);
	host_write(b->ap, ENG_TXQ_RELEASE, 0xffff | (1u + rand() % 4) << 16);
}

static void chaos_step(struct bench *b)
{
	unsigned int what = rand() % 1000;

	if (what < 100)
		chaos_queue(b);
	else if (what < 200)
		chaos_session(b);
	else if (what < 203)
		chaos_key(b);
	else if (what < 205)
		chaos_sta(b);
	else if (what < 210)
		chaos_drop(b);
	else if (what < 220)
		host_tune(b->ap, rand() % 2 ? 5240 : 5180, 5180 + 0, SKUA_BW_20);
	else if (what < 230)
		chaos_doze(b, rand() % 3 == 0);
	else if (what < 235)
		chaos_release(b);
	else if (what < 240)
		b->peer.lose = rand() % 3 ? rand() % 50 : 0;
	else if (what < 245)
		b->peer.lose_ba = rand() % 3 ? rand() % 50 : 0;
	else
		scene_pass(b->s, rand() % 800);
	host_poll(b->ap);
	take_records(b);
}

static void chaos_end(struct bench *b)
{
	b->peer.lose = 0;
	b->peer.lose_ba = 0;
	host_tune(b->ap, 5180, 5180, SKUA_BW_20);
	scene_pass(b->s, 10000);
	chaos_doze(b, false);
	if (ba_read(b).tx == ENG_BA_TX_HOLD)
		assert_int_equal(ba_write(b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
	for (unsigned int i = 0; b->out; i++) {
		if (i >= 20000)
			fail_msg("%u frames do not end", b->out);
		scene_pass(b->s, 1000);
		host_poll(b->ap);
		take_records(b);
	}
	assert_int_equal(le16toh(ba_read(b).tx_busy), 0);
	assert_int_equal(b->ap->mac->tx.count, 0);
	for (unsigned int i = 0; i < TOKENS; i++)
		assert_int_equal(b->flight[i], 0);
}

static void test_chaos(void **state)
{
	struct bench *b = *state;

	srand(3);
	b->peer.mpdu = chaos_token;
	chaos_key(b);
	for (unsigned int i = 0; i < 60000; i++) {
		chaos_step(b);
		if (i % 5000 == 4999)
			chaos_end(b);
	}
	printf("%u frames, %u PPDUs of up to %u MPDUs, %u BARs, %u acked, %u not, %u flushed, %u stale\n",
	       b->token, b->ppdus, b->peer.longest, b->peer.bars,
	       b->by_status[SKUA_TXS_ACKED], b->by_status[SKUA_TXS_NO_ACK],
	       b->by_status[SKUA_TXS_FLUSHED],
	       b->by_status[SKUA_TXS_STALE_KEY]);
	assert_int_equal(b->peer.replays, 0);
	assert_true(b->peer.longest > 30);
	assert_true(b->peer.bars > 100);
}

static void test_stall(void **state)
{
	struct bench *b = *state;
	uint32_t evt;

	session(b, 64);
	b->peer.mute = true;
	b->ap->irqs = 0;
	for (unsigned int i = 0; i < 20; i++) {
		queue_some(b, 10, 300);
		run(b);
		scene_pass(b->s, 60000);
		take_records(b);
	}
	assert_true(b->ap->irqs & ENG_IRQ_BA);
	evt = host_read(b->ap, ENG_BA_EVT);
	assert_int_equal(evt, ENG_BA_EVT_VALID | AP_STA | TID << 16 |
			 ENG_BA_TX_STALLED << 24);
	assert_int_equal(host_read(b->ap, ENG_BA_EVT), 0);
	/* Once is enough */
	queue_some(b, 10, 300);
	run(b);
	assert_int_equal(host_read(b->ap, ENG_BA_EVT), 0);
	/* The driver ends the session: frames go on, one by one */
	assert_int_equal(ba_write(b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
	peer_no_session(&b->peer);
	b->peer.mute = false;
	queue_some(b, 3, 300);
	run(b);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 3);
	assert_int_equal(b->out, 0);
}

/* Block Acks that are none, or for others: the frames are sent again */

static unsigned int forgery;

static unsigned int forge(struct peer *p, uint8_t *f, unsigned int len)
{
	(void)p;
	switch (forgery) {
	case 0:		/* from another station */
		f[IEEE80211_OFF_ADDR2 + 5] ^= 1;
		break;
	case 1:		/* to another station */
		f[IEEE80211_OFF_ADDR1 + 5] ^= 1;
		break;
	case 2:		/* another TID */
		f[IEEE80211_BA_OFF_CONTROL + 1] ^= 0x10;
		break;
	case 3:		/* a basic Block Ack, by its variant */
		f[IEEE80211_BA_OFF_CONTROL] &= (uint8_t)~0x1e;
		break;
	case 4:		/* cut off */
		return len - 1;
	case 5:
		return IEEE80211_BA_OFF_SSC;
	case 6:		/* a bitmap that is longer than the frame */
		f[IEEE80211_BA_OFF_SSC] |= IEEE80211_BA_FRAG_BITMAP_256;
		break;
	case 7:		/* an ACK */
		dot11_put_le16(f, IEEE80211_ACK);
		return IEEE80211_ACK_LEN;
	case 8:		/* of other numbers */
		f[IEEE80211_BA_OFF_SSC + 1] ^= 0x80;
		break;
	case 9:		/* of none */
		memset(f + IEEE80211_BA_OFF_BITMAP, 0, 8);
		break;
	default:	/* of all, sent or not */
		memset(f + IEEE80211_BA_OFF_BITMAP, 0xff, 8);
		break;
	}
	return len;
}

static void test_forged(void **state)
{
	struct bench *b = *state;

	for (forgery = 0; forgery < 10; forgery++) {
		unsigned int acked = b->by_status[SKUA_TXS_ACKED];

		session(b, 64);
		peer_clear(&b->peer);
		b->peer.forge = forge;
		queue_some(b, 3, 300);
		run(b);
		if (b->by_status[SKUA_TXS_ACKED] != acked ||
		    b->peer.ppdu[6].n != 3)
			fail_msg("forgery %u: %u acknowledged", forgery,
				 b->by_status[SKUA_TXS_ACKED] - acked);
		b->peer.forge = NULL;
		run(b);
		assert_int_equal(b->out, 0);
		assert_int_equal(ba_write(b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
		peer_no_session(&b->peer);
	}
	assert_true(b->ap->mac->c.tx_bad_answer >= 7 * 7);
}

/*
 * A Block Ack that is no answer acknowledges nothing, not even frames that are not in
 * this PPDU: it has room for some of those of the first one alone.
 */
static void test_forged_waiting(void **state)
{
	struct bench *b = *state;

	for (forgery = 0; forgery < 3; forgery += 2) {
		unsigned int acked = b->by_status[SKUA_TXS_ACKED];

		session(b, 64);
		limits(b, 3, 0);
		peer_clear(&b->peer);
		b->peer.mute = true;
		queue_some(b, 40, 500);
		host_poll(b->ap);
		while (!b->peer.n)
			scene_pass(b->s, 100);
		limits(b, 0, 0);
		b->peer.mute = false;
		b->peer.forge = forge;
		while (b->peer.n < 3)
			scene_pass(b->s, 100);
		take_records(b);
		assert_int_equal(b->peer.ppdu[0].n, 40);
		assert_true(b->peer.ppdu[1].n < 20);
		assert_int_equal(b->by_status[SKUA_TXS_ACKED], acked);
		b->peer.forge = NULL;
		for (unsigned int i = 0; i < 1000 && b->out; i++) {
			scene_pass(b->s, 100);
			take_records(b);
		}
		assert_int_equal(b->by_status[SKUA_TXS_ACKED], acked + 40);
		assert_int_equal(b->peer.delivered, 40);
		assert_int_equal(ba_write(b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
		peer_no_session(&b->peer);
	}
}

/* Numbers that were not given cannot be acknowledged */
static void test_forged_future(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	forgery = 10;
	b->peer.forge = forge;
	queue_some(b, 3, 300);
	run(b);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 3);
	b->peer.forge = NULL;
	queue_some(b, 3, 300);
	run(b);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 6);
	assert_int_equal(b->peer.delivered, 6);
	assert_int_equal(b->ap->mac->sta[AP_STA]->ba_tx[TID]->t.start, 7);
}

/* The NIC is reset with frames queued, in the window, and on the air */
static void test_reset(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	b->peer.first = 1;
	b->peer.lose_sns = 6;
	queue_some(b, 100, 300);
	pass_ppdus(b, 2);
	host_poll(b->ap);
	scene_pass(b->s, 300);
	take_records(b);
	assert_true(b->ap->mac->tx.op.n > 0);
	assert_true(b->out > 0);
	host_reset(b->ap);
	assert_int_equal(b->ap->mac->tx.count, 0);
	assert_null(b->ap->mac->sta[AP_STA]);
	peer_clear(&b->peer);
	for (unsigned int i = 0; i < 20; i++)
		scene_pass(b->s, 1000);
	assert_int_equal(b->peer.n, 0);
	assert_int_equal(host_read(b->ap, ENG_BA_EVT), 0);
}

/* The station goes with frames in the window */
static void test_station_goes(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	b->peer.first = 1;
	b->peer.lose_sns = 6;
	queue_some(b, 60, 300);
	pass_ppdus(b, 2);
	assert_int_equal(host_tbl(b->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR,
				  NULL, 0), SKUA_ST_OK);
	pass(b, 20000);
	assert_int_equal(b->out, 0);
	assert_int_equal(b->ap->mac->tx.count, 0);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED] +
			 b->by_status[SKUA_TXS_FLUSHED], 60);
}

/* A Block Ack tells of frames that were not in its PPDU: an earlier one was lost */
static void test_late_ba(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	scene_lose(b->s, 1, 9, 1, 1);
	queue_some(b, 40, 1000);
	pass_ppdus(b, 1);
	/* Another try has room for fewer MPDUs */
	limits(b, 0, 0);
	pass(b, 10000);
	assert_int_equal(b->peer.n, 2);
	assert_int_equal(b->peer.ppdu[0].n, 40);
	assert_int_equal(b->peer.ppdu[1].n, 7);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 40);
	assert_int_equal(b->rec.n, 40);
	assert_int_equal(le16toh(b->rec.tx.mpdus), 7);
	assert_int_equal(b->order, 40);
}

/* A frame that has been tried is given up when it is too old */
static void test_lifetime(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	b->peer.first = 1;
	b->peer.lose_sns = 6;
	queue_some(b, 4, 300);
	pass_ppdus(b, 2);
	host_tune(b->ap, 5240, 5240, SKUA_BW_20);
	queue_some(b, 1, 300);
	pass(b, 2500000);
	b->peer.lose_sns = 0;
	host_tune(b->ap, 5180, 5180, SKUA_BW_20);
	pass(b, 5000);
	assert_int_equal(b->by_status[SKUA_TXS_NO_ACK], 2);
	assert_int_equal(b->ap->mac->c.tx_expired, 2);
	/* One that was never tried waits as long as it takes */
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 3);
	assert_int_equal(b->peer.start, 6);
	assert_int_equal(b->peer.bars, 1);
}

/* A frame without its key gets no number, and leaves no hole */
static void test_no_key_no_number(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	queue(b, 200, SKUA_TXF_AMPDU | SKUA_TXF_PROTECT, KEY_SLOT, 1);
	queue_some(b, 3, 200);
	run(b);
	assert_int_equal(b->by_status[SKUA_TXS_STALE_KEY], 1);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 3);
	assert_int_equal(b->peer.ppdu[0].mpdu[0].sn, 1);
	assert_int_equal(b->peer.bars, 0);
}

/* Another channel for a while: the window waits, and goes on where it was */
static void test_tune(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	b->peer.first = 1;
	b->peer.lose_sns = 6;
	queue_some(b, 4, 300);
	pass_ppdus(b, 2);
	host_tune(b->ap, 5240, 5240, SKUA_BW_20);
	b->peer.lose_sns = 0;
	peer_clear(&b->peer);
	pass(b, 50000);
	assert_int_equal(b->peer.n, 0);
	host_tune(b->ap, 5180, 5180, SKUA_BW_20);
	pass(b, 5000);
	assert_int_equal(b->peer.ppdu[0].n, 2);
	assert_int_equal(b->peer.ppdu[0].mpdu[0].sn, 2);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 4);
}

/* What was released, and has not left when the station wakes up, is older than the rest */
static void test_wake(void **state)
{
	struct bench *b = *state;

	session(b, 64);
	chaos_doze(b, true);
	pass(b, 1000);
	assert_int_equal(host_get_sta(b->ap, AP_STA).dozing, 1);
	queue_some(b, 6, 300);
	pass(b, 1000);
	host_tune(b->ap, 5240, 5240, SKUA_BW_20);
	host_write(b->ap, ENG_TXQ_STA, AP_STA | (uint32_t)b->gen << 16);
	host_write(b->ap, ENG_TXQ_RELEASE, 0xffff | 2 << 16);
	/* The frame of the station that says so was in the air before */
	txq_sta_doze(b->ap->mac, b->ap->mac->sta[AP_STA], false);
	host_tune(b->ap, 5180, 5180, SKUA_BW_20);
	pass(b, 5000);
	assert_int_equal(b->peer.delivered, 6);
	assert_int_equal(b->peer.replays, 0);
	assert_int_equal(b->peer.last, 6);
	assert_int_equal(b->out, 0);
	/* For a station that is awake there is nothing to release */
	queue_some(b, 3, 300);
	host_write(b->ap, ENG_TXQ_RELEASE, 0xffff | 2 << 16);
	pass(b, 5000);
	assert_int_equal(b->peer.delivered, 9);
}

/*
 * A frame that was not to be held for the dozing station fills the window, and is given up
 * when it has become too old: those behind it go on
 */
static void test_old_awake(void **state)
{
	struct bench *b = *state;

	session(b, 1);
	chaos_doze(b, true);
	pass(b, 1000);
	assert_int_equal(host_get_sta(b->ap, AP_STA).dozing, 1);
	b->peer.deaf = true;
	queue(b, 300, SKUA_TXF_NO_PS_BUFFER, SKUA_KEY_NONE, 0);
	pass_ppdus(b, 1);
	host_tune(b->ap, 5240, 5240, SKUA_BW_20);
	txq_sta_doze(b->ap->mac, b->ap->mac->sta[AP_STA], false);
	b->peer.deaf = false;
	queue_some(b, 1, 300);
	pass(b, 2500000);
	assert_int_equal(b->out, 2);
	host_tune(b->ap, 5180, 5180, SKUA_BW_20);
	pass(b, 5000);
	assert_int_equal(b->ap->mac->c.tx_expired, 1);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 1);
	assert_int_equal(b->out, 0);
}

/* A station goes with frames on the air, and the host gives its handle away at once */
static void test_station_anew(void **state)
{
	struct bench *b = *state;
	struct eng_sta e = host_get_sta(b->ap, AP_STA);
	struct mac_sta *sta;

	session(b, 64);
	queue_some(b, 3, 300);
	host_poll(b->ap);
	while (b->ap->mac->tx.op.state != TXOP_PPDU)
		scene_pass(b->s, 10);
	assert_int_equal(host_tbl(b->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR, NULL,
				  0), SKUA_ST_OK);
	e.dozing = 0;
	host_sta(b->ap, AP_STA, &e);
	pass(b, 5000);
	assert_int_equal(b->out, 0);
	sta = b->ap->mac->sta[AP_STA];
	assert_int_equal(sta->numbered[TID], 0);
	assert_int_equal(sta->frames[2], 0);
}

/* A record of a whole A-MPDU fits into any ring that the host may make */
static int setup_small(void **state)
{
	static const struct host_cfg cfg = {
		.features = FEATURES, .tx_entries = 256, .cpl_entries = 8,
		.max_txq = 300,
	};
	struct bench *b;

	b = calloc(1, sizeof(*b));
	assert_non_null(b);
	b->s = scene_new(&cfg, NULL);
	b->ap = b->s->ap;
	b->gen = AP_GEN;
	b->key_gen = KEY_GEN;
	host_tune(b->s->sta, 5200, 5200, SKUA_BW_20);
	peer_new(&b->peer, b->s->air, addr_sta, 5180);
	write_rate(b, HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HE) |
		   HW_PUT(SKUA_RATE_NSS, 2) | HW_PUT(SKUA_RATE_IDX, 11), 0);
	limits(b, 10, 0);
	*state = b;
	return 0;
}

static void test_small_ring(void **state)
{
	struct bench *b = *state;

	session(b, 256);
	host_write(b->ap, ENG_MAC_ENABLE, 0);
	queue_some(b, 200, 60);
	run(b);
	host_write(b->ap, ENG_MAC_ENABLE, 1);
	for (unsigned int i = 0; i < 100 && b->out; i++)
		run(b);
	assert_int_equal(b->peer.longest, 200);
	assert_int_equal(b->out, 0);
	assert_int_equal(b->by_status[SKUA_TXS_ACKED], 200);
	assert_int_equal(b->order, 200);
}

/* Two NICs, one of which receives and puts in order */

struct link {
	struct scene *s;
	struct bench b;		/* of the AP */
	uint32_t last;		/* token that the station's host got last */
	unsigned int got;
	unsigned int wrong;	/* it came in another order, or again */
};

static int link_setup(void **state)
{
	static const struct host_cfg ap = {
		.features = FEATURES, .tx_entries = 1024, .cpl_entries = 2048,
		.max_txq = 3000,
	};
	static const struct host_cfg sta = {
		.features = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |
			    SKUA_FEAT_RX_AMPDU | SKUA_FEAT_RX_REORDER,
		.buf_entries = 256, .buf_len = 2048, .cpl_entries = 2048,
	};
	struct link *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->s = scene_new_on(&timed, NULL, &ap, &sta);
	l->b.s = l->s;
	l->b.ap = l->s->ap;
	l->b.gen = AP_GEN;
	l->b.key_gen = KEY_GEN;
	scene_pairwise(l->s, SKUA_CIPHER_CCMP, 0);
	write_rate(&l->b, HT(7), HT(3));
	limits(&l->b, 3, 0);
	*state = l;
	return 0;
}

static int link_teardown(void **state)
{
	struct link *l = *state;
	void *scene = l->s;

	scene_teardown(&scene);
	free(l);
	return 0;
}

static void link_take(struct link *l)
{
	struct rec *rec = malloc(sizeof(*rec));

	assert_non_null(rec);
	take_records(&l->b);
	while (host_next(l->s->sta, rec)) {
		uint32_t token;

		if (rec->type != SKUA_CPL_RX)
			continue;
		assert_int_equal(rec->rx.tid, TID);
		assert_true(le32toh(rec->rx.flags) & SKUA_RXF_DECRYPTED);
		token = dot11_get_le32(rec->frame + PEER_TOKEN_OFF);
		l->wrong += token <= l->last;
		l->last = token;
		l->got++;
	}
	free(rec);
}

static void link_pass(struct link *l, unsigned int us)
{
	host_poll(l->s->ap);
	host_poll(l->s->sta);
	scene_pass(l->s, us);
	link_take(l);
	l->s->sniff.n = 0;
}

static void link_half(struct link *l, bool on, uint16_t ssn, uint16_t size)
{
	struct eng_ba e = {
		.gen = htole16(STA_GEN), .set = ENG_BA_SET_RX, .rx = on,
		.rx_ssn = htole16(ssn), .rx_size = htole16(size),
	};

	assert_int_equal(host_tbl(l->s->sta, ENG_TBL_BA, STA_AP * 16 + TID,
				  ENG_TBL_WRITE, &e, sizeof(e)), SKUA_ST_OK);
}

/* A session begins as by ADDBA: first the hold, then the recipient, then the originator */
static void link_begin(struct link *l, uint16_t size)
{
	struct eng_ba e;

	assert_int_equal(ba_write(&l->b, ENG_BA_TX_HOLD, 0), SKUA_ST_OK);
	for (unsigned int i = 0; (e = ba_read(&l->b)).tx_busy; i++) {
		assert_true(i < 1000);
		link_pass(l, 100);
	}
	link_half(l, true, le16toh(e.tx_next), size);
	assert_int_equal(ba_write(&l->b, ENG_BA_TX_ON, size), SKUA_ST_OK);
}

static void link_queue(struct link *l, unsigned int n)
{
	for (; n && l->b.out < 2000; n--)
		queue(&l->b, 100 + rand() % 1000,
		      SKUA_TXF_AMPDU | SKUA_TXF_PROTECT, KEY_SLOT,
		      l->b.token + 1);
}

static void link_lose(struct link *l, int type, int subtype, enum air_part part,
		      uint32_t every)
{
	const struct air_loss lose = {
		.match_type = type, .match_subtype = subtype, .part = part,
		.every = every,
	};

	assert_true(air_lose(l->s->air, &lose) >= 0);
}

static void link_drain(struct link *l)
{
	air_lose_clear(l->s->air);
	for (unsigned int i = 0; l->b.out; i++) {
		assert_true(i < 20000);
		link_pass(l, 1000);
	}
	/* Holes that no BAR has closed are given up in time */
	link_pass(l, 1000000);
	link_pass(l, 1000);
}

/* Loss of each kind: what arrives is in order, and what was acknowledged arrives */
static void test_link_loss(void **state)
{
	struct link *l = *state;
	unsigned int acked, holes;

	srand(5);
	for (unsigned int i = 0; i < 24; i++) {
		static const uint16_t sizes[] = { 8, 64, 256, 1024 };

		link_begin(l, sizes[i / 6]);
		switch (i % 6) {
		case 5:
			link_lose(l, 1, 8, AIR_PART_MPDU, 2);
			/* fall through */
		case 4:
			link_lose(l, 2, 8, AIR_PART_PPDU, 90);
			/* fall through */
		case 3:
			link_lose(l, 2, 8, AIR_PART_DELIM, 11);
			/* fall through */
		case 2:
			link_lose(l, 1, 9, AIR_PART_MPDU, 3);
			/* fall through */
		case 1:
			link_lose(l, 2, 8, AIR_PART_MPDU, 3 + i);
			break;
		}
		for (unsigned int n = 0; n < 100; n++) {
			link_queue(l, 1 + rand() % 40);
			link_pass(l, rand() % 3000);
		}
		link_drain(l);
		assert_int_equal(l->wrong, 0);
		assert_int_equal(ba_write(&l->b, ENG_BA_TX_OFF, 0), SKUA_ST_OK);
		link_half(l, false, 0, 0);
	}
	acked = l->b.by_status[SKUA_TXS_ACKED];
	printf("%u frames, %u acked, %u arrived, %u PPDUs, %u MPDUs in them\n",
	       l->b.token, acked, l->got, l->b.ppdus, l->b.mpdus);
	/*
	 * One whose ACK was lost each time may have arrived. The station gives a hole up
	 * when it holds as many frames as its buffers are for
	 */
	holes = l->s->sta->mac->rx.share.c.hole;
	assert_in_range(l->got, acked - holes,
			acked + l->b.by_status[SKUA_TXS_NO_ACK]);
	assert_true(holes < 10);
	assert_true(acked > l->b.token * 9 / 10);
	assert_true(l->b.mpdus > 3 * l->b.ppdus);
}

/* Sessions begin and end under load, thousands of times, in each way */
static void test_link_sessions(void **state)
{
	struct link *l = *state;
	unsigned int flushed;

	srand(6);
	link_lose(l, 2, 8, AIR_PART_MPDU, 13);
	link_lose(l, 1, 9, AIR_PART_MPDU, 7);
	for (unsigned int i = 0; i < 3000; i++) {
		link_queue(l, 1 + rand() % 40);
		link_begin(l, rand() % 2 ? 64 : 256);
		for (unsigned int n = rand() % 4; n; n--) {
			link_queue(l, rand() % 30);
			link_pass(l, rand() % 4000);
		}
		if (rand() % 2)
			link_half(l, false, 0, 0);
		assert_int_equal(ba_write(&l->b, rand() % 4 ? ENG_BA_TX_OFF :
					  ENG_BA_TX_FLUSH, 0), SKUA_ST_OK);
		link_pass(l, rand() % 500);
		link_half(l, false, 0, 0);
	}
	link_drain(l);
	flushed = l->b.by_status[SKUA_TXS_FLUSHED];
	printf("%u frames, %u flushed, %u acked, %u arrived, %u PPDUs, %u MPDUs in them\n",
	       l->b.token, flushed, l->b.by_status[SKUA_TXS_ACKED], l->got,
	       l->b.ppdus, l->b.mpdus);
	assert_int_equal(l->wrong, 0);
	assert_true(l->b.by_status[SKUA_TXS_ACKED] > l->b.token / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_single, setup, teardown),
		cmocka_unit_test_setup_teardown(test_window, setup, teardown),
		cmocka_unit_test_setup_teardown(test_retry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_ba, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_bar, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_protected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_weak_ciphers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_key_goes, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_stop_kinds, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_hold, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_chaos, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_stall, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forged_waiting, setup_timed,
						teardown),
		cmocka_unit_test_setup_teardown(test_forged_future, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_station_goes, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_late_ba, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_lifetime, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_no_key_no_number, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tune, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_wake, setup_timed, teardown),
		cmocka_unit_test_setup_teardown(test_station_anew, setup_timed,
						teardown),
		cmocka_unit_test_setup_teardown(test_old_awake, setup_timed,
						teardown),
		cmocka_unit_test_setup_teardown(test_small_ring, setup_small, teardown),
		cmocka_unit_test_setup_teardown(test_link_loss, link_setup,
						link_teardown),
		cmocka_unit_test_setup_teardown(test_link_sessions, link_setup,
						link_teardown),
	};

	return cmocka_run_group_tests_name("ampdu", tests, NULL, NULL);
}
