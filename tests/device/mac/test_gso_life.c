// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC engines: a packet's segments end one by one, and its descriptor once
 */
#include "mac/txe.h"
#include "rig.h"

#define SIZE	1000

static uint8_t bytes[PACKET_PAYLOAD_MAX];
static uint8_t frame[SKUA_MAX_GSO];

static struct packet packet(unsigned int segments)
{
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31 + i / 256);
	return (struct packet){
		.id = 1, .seq = 1, .flags = TCP_ACK | TCP_PSH, .payload = bytes,
		.len = segments * SIZE - 1,
	};
}

static void send_flags(struct rig *r, enum rig_head head, unsigned int segments,
		       uint32_t flags)
{
	struct packet k = packet(segments);
	struct tx t = rig_tx(r, head, &k, SIZE);

	t.flags |= flags;
	host_tx(r->ap, &t, frame, rig_frame(frame, head, &k));
}

static void send_packet(struct rig *r, unsigned int segments)
{
	send_flags(r, HEAD_ETH, segments, 0);
}

static uint32_t in_nic(struct rig *r)
{
	host_write(r->ap, ENG_TXQ_VIF, SKUA_VIF_NONE);
	host_write(r->ap, ENG_TXQ_STA, SKUA_STA_NONE);
	host_write(r->ap, ENG_TXQ_ACS, 31);
	return host_read(r->ap, ENG_TXQ_COUNT);
}

static void drop(struct rig *r)
{
	in_nic(r);
	host_write(r->ap, ENG_TXQ_DROP, 1);
}

static void nothing_left(struct rig *r)
{
	assert_int_equal(r->ap->mac->tx.count, 0);
	for (unsigned int i = 0; i < TXE_CLASSES; i++) {
		assert_int_equal(r->ap->mac->tx.held[i], 0);
		assert_int_equal(r->ap->mac->vif[0].frames[i], 0);
		if (r->ap->mac->sta[AP_STA])
			assert_int_equal(r->ap->mac->sta[AP_STA]->frames[i], 0);
	}
	assert_int_equal(in_nic(r), 0);
}

static void ended(struct rig *r, enum skua_tx_status status, unsigned int tries)
{
	rig_take(r);
	assert_int_equal(r->words, 1);
	assert_int_equal(r->token, 77);
	assert_int_equal(r->status, status);
	assert_int_equal(r->tries, tries);
	nothing_left(r);
}

/* T1, in A-MPDUs, with losses: the segments end in another order than they began */
static void test_losses(void **state)
{
	struct rig *r = *state;

	rig_session(r, 64);
	r->peer.first = r->peer.start;
	r->peer.lose_sns = 1 << 2 | 1 << 7 | 1 << 20;
	send_flags(r, HEAD_ETH, 21, SKUA_TXF_AMPDU);
	host_poll(r->ap);
	scene_rests(r->s);
	/* Seven tries in vain; what others did does not count */
	ended(r, SKUA_TXS_NO_ACK, 7);
	assert_int_equal(r->n, 18);
	assert_int_equal(r->ap->mac->c.tx_acked, 18);
	assert_int_equal(r->ap->mac->c.tx_no_ack, 3);
	rig_clear(r);
	r->peer.lose_sns = 0;
	/* Answers are lost: a frame that has come is not heard again */
	r->peer.lose_ba = 50;
	send_flags(r, HEAD_ETH, 40, SKUA_TXF_AMPDU);
	host_poll(r->ap);
	scene_rests(r->s);
	rig_take(r);
	assert_int_equal(r->status, SKUA_TXS_ACKED);
	assert_true(r->tries > 1);
	assert_int_equal(r->words, 1);
	assert_int_equal(r->n, 40);
	nothing_left(r);
	r->peer.lose_ba = 0;
	/* All of 60 with half of the MPDUs lost */
	for (unsigned int i = 0; i < 20; i++) {
		rig_clear(r);
		r->peer.lose = 50;
		send_flags(r, HEAD_ETH, 60, SKUA_TXF_AMPDU);
		host_poll(r->ap);
		scene_rests(r->s);
		rig_take(r);
		assert_int_equal(r->words, 1);
		assert_true(r->status == SKUA_TXS_ACKED || r->status == SKUA_TXS_NO_ACK);
		assert_true(r->status == SKUA_TXS_NO_ACK || r->n == 60);
		nothing_left(r);
	}
}

static void test_no_ack(void **state)
{
	struct rig *r = *state;

	send_flags(r, HEAD_ETH, 5, SKUA_TXF_NO_ACK);
	host_poll(r->ap);
	scene_rests(r->s);
	ended(r, SKUA_TXS_SENT, 1);
	assert_int_equal(r->n, 5);
	/* The peer is told, too */
	assert_int_equal(r->heard[4].data[24], RIG_TID | IEEE80211_QOS_ACK_NOACK);
	/* Nobody hears it */
	rig_clear(r);
	r->peer.deaf = true;
	send_packet(r, 5);
	host_poll(r->ap);
	scene_rests(r->s);
	ended(r, SKUA_TXS_NO_ACK, 7);
	assert_int_equal(r->n, 0);
}

/* A flush counts a packet as one frame, in rings and in queues, and ends it once */
static void test_flush(void **state)
{
	struct rig *r = *state;

	r->ap->gate = false;
	send_packet(r, 30);
	send_packet(r, 1);
	host_poll(r->ap);
	assert_int_equal(in_nic(r), 2);
	assert_int_equal(r->ap->mac->tx.count, 0);
	host_write(r->ap, ENG_MAC_ENABLE, 0);
	r->ap->gate = true;
	host_poll(r->ap);
	assert_int_equal(r->ap->mac->tx.count, 31);
	assert_int_equal(in_nic(r), 2);
	drop(r);
	rig_take(r);
	assert_int_equal(r->words, 2);
	assert_int_equal(r->status, SKUA_TXS_FLUSHED);
	assert_int_equal(r->ap->mac->c.tx_flushed, 31);
	assert_int_equal(r->n, 0);
	assert_int_equal(in_nic(r), 0);
	assert_int_equal(r->ap->mac->vif[0].frames[2], 0);
}

/* Each kind of end, at each point of the way of 6 segments through the air */

static void act_drop(struct rig *r)
{
	drop(r);
}

static void act_clear_sta(struct rig *r)
{
	host_tbl(r->ap, ENG_TBL_STA, AP_STA, ENG_TBL_CLEAR, NULL, 0);
}

static void act_clear_vif(struct rig *r)
{
	host_tbl(r->ap, ENG_TBL_VIF, 0, ENG_TBL_CLEAR, NULL, 0);
}

static void act_reset(struct rig *r)
{
	host_reset(r->ap);
}

static void act_stop(struct rig *r)
{
	mac_stop(r->ap->mac);
}

static void act_away(struct rig *r)
{
	host_tune(r->ap, 5200, 5200, SKUA_BW_20);
	scene_pass(r->s, 300);
	host_tune(r->ap, 5180, 5180, SKUA_BW_20);
}

static void act_deaf(struct rig *r)
{
	r->peer.deaf = true;
}

static void act_doze(struct rig *r)
{
	txq_sta_doze(r->ap->mac, r->ap->mac->sta[AP_STA], true);
	scene_pass(r->s, 3000);
	host_poll(r->ap);
	scene_pass(r->s, 3000);
	txq_sta_doze(r->ap->mac, r->ap->mac->sta[AP_STA], false);
	txe_kick(r->ap->mac);
}

static void act_session_off(struct rig *r)
{
	struct eng_ba e = { .gen = htole16(AP_GEN), .set = ENG_BA_SET_TX,
			    .tx = ENG_BA_TX_FLUSH };

	host_tbl(r->ap, ENG_TBL_BA, AP_STA * 16 + RIG_TID, ENG_TBL_WRITE, &e,
		 sizeof(e));
}

static void step(struct rig *r)
{
	host_poll(r->ap);
	scene_pass(r->s, 7);
}

/* Return: segments that were heard before */
static unsigned int act_at(struct rig *r, void (*act)(struct rig *r),
			   unsigned int steps, uint32_t flags)
{
	unsigned int n;

	rig_clear(r);
	send_flags(r, HEAD_ETH, 6, flags);
	while (steps--)
		step(r);
	n = r->n;
	act(r);
	for (unsigned int i = 0; i < 600; i++) {
		host_poll(r->ap);
		scene_pass(r->s, 100);
	}
	rig_take(r);
	return n;
}

static void one_end(void (*act)(struct rig *r), bool session, bool silent,
		    uint32_t statuses)
{
	unsigned int n = 0;

	for (unsigned int steps = 0; n < 6 && steps < 2000; steps += 3) {
		void *state;
		struct rig *r;

		rig_setup_timed(&state);
		r = state;
		if (session)
			rig_session(r, 64);
		n = act_at(r, act, steps, session ? SKUA_TXF_AMPDU : 0);
		if (silent) {
			assert_true(r->words <= 1);
		} else {
			assert_int_equal(r->words, 1);
			assert_true(statuses & 1u << r->status);
			nothing_left(r);
		}
		rig_teardown(&state);
	}
	/* The end was reached */
	assert_int_equal(n, 6);
}

#define ACKED	(1u << SKUA_TXS_ACKED)
#define NO_ACK	(1u << SKUA_TXS_NO_ACK)
#define FLUSHED	(1u << SKUA_TXS_FLUSHED)
#define STALE	(1u << SKUA_TXS_STALE_STA)
#define BAD	(1u << SKUA_TXS_BAD)

/* T1 */
static void test_ends(void **state)
{
	(void)state;
	for (unsigned int session = 0; session < 2; session++) {
		one_end(act_drop, session, false, ACKED | FLUSHED);
		one_end(act_clear_sta, session, false, ACKED | FLUSHED | STALE);
		one_end(act_clear_vif, session, false, ACKED | FLUSHED | BAD);
		one_end(act_reset, session, true, 0);
		one_end(act_stop, session, true, 0);
		one_end(act_away, session, false, ACKED);
		one_end(act_deaf, session, false, ACKED | NO_ACK);
		one_end(act_doze, session, false, ACKED);
		one_end(act_session_off, session, false, ACKED | FLUSHED);
	}
}

/* Frames are released to a sleeping station one by one, as its host asks */
static void test_release(void **state)
{
	struct rig *r = *state;

	txq_sta_doze(r->ap->mac, r->ap->mac->sta[AP_STA], true);
	send_packet(r, 4);
	rig_run(r);
	assert_int_equal(r->n, 0);
	assert_int_equal(txq_sta_held(r->ap->mac->sta[AP_STA]), 4);
	for (unsigned int i = 1; i <= 4; i++) {
		host_write(r->ap, ENG_TXQ_VIF, 0);
		host_write(r->ap, ENG_TXQ_STA, AP_STA | AP_GEN << 16);
		host_write(r->ap, ENG_TXQ_RELEASE, 1u << RIG_TID | 1u << 16 | 1u << 25);
		rig_run(r);
		assert_int_equal(r->n, i);
		assert_int_equal(r->eosps, i);
		assert_int_equal(r->words, i == 4);
		assert_int_equal(!!(r->heard[i - 1].data[1] & 0x20), i < 4);
		assert_int_equal(r->heard[i - 1].data[24], RIG_TID | IEEE80211_QOS_EOSP);
	}
	ended(r, SKUA_TXS_ACKED, 1);
	txq_sta_doze(r->ap->mac, r->ap->mac->sta[AP_STA], false);
}

/* The host's own service period ends with the last segment, whatever came of the others */
static void test_eosp(void **state)
{
	static const enum rig_head heads[] = { HEAD_ETH, HEAD_QOS };
	struct rig *r = *state;

	rig_session(r, 64);
	for (unsigned int h = 0; h < 2; h++) {
		struct packet k = packet(5);
		struct tx t = rig_tx(r, heads[h], &k, SIZE);
		uint32_t len = rig_frame(frame, heads[h], &k);

		rig_clear(r);
		if (heads[h] == HEAD_QOS)
			frame[24] |= IEEE80211_QOS_EOSP;
		t.flags |= SKUA_TXF_EOSP | SKUA_TXF_NO_PS_BUFFER;
		txq_sta_doze(r->ap->mac, r->ap->mac->sta[AP_STA], true);
		host_tx(r->ap, &t, frame, len);
		rig_run(r);
		assert_int_equal(r->n, 5);
		for (unsigned int i = 0; i < 5; i++) {
			assert_int_equal(!!(r->heard[i].data[1] & 0x20), i < 4);
			assert_int_equal(r->heard[i].data[24],
					 RIG_TID | (i == 4 ? IEEE80211_QOS_EOSP : 0));
		}
		assert_int_equal(r->eosps, 1);
		ended(r, SKUA_TXS_ACKED, 1);
		txq_sta_doze(r->ap->mac, r->ap->mac->sta[AP_STA], false);
	}
	/* One that is refused ends its service period, too */
	rig_clear(r);
	send_flags(r, HEAD_ETH, 5, SKUA_TXF_EOSP | SKUA_TXF_KEEP_SEQ);
	rig_run(r);
	assert_int_equal(r->eosps, 1);
	ended(r, SKUA_TXS_BAD, 0);
}

/* Room */

static void queue_single(struct rig *r, unsigned int ring, unsigned int n)
{
	uint8_t f[200];
	struct tx t = { .ring = ring, .token = 1, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE };
	unsigned int len = mk_data(f, true, -1, 60);

	while (n--)
		host_tx(r->ap, &t, f, len);
}

static uint32_t left(struct rig *r, unsigned int ring)
{
	return ring_avail(&r->ap->rings.ring[SKUA_RING_TX_VO + ring]);
}

static struct rig *small(uint32_t max_txq)
{
	struct host_cfg cfg = {
		.features = RIG_FEATURES, .tx_entries = 256, .cpl_entries = 512,
		.max_txq = max_txq,
	};

	return rig_new_on(&air_perfect, &cfg);
}

/* T10: a packet waits in its ring as a whole, and asks for no turn meanwhile */
static void test_waits(void **state)
{
	struct rig *r = small(64);
	void *s = r;

	(void)state;
	host_write(r->ap, ENG_MAC_ENABLE, 0);
	queue_single(r, 2, 40);
	send_packet(r, 25);
	send_packet(r, 1);
	host_poll(r->ap);
	assert_int_equal(r->ap->mac->tx.count, 40);
	assert_int_equal(left(r, 2), 2);
	assert_int_equal(r->ap->mac->c.tx_full, 1);
	assert_int_equal(r->ap->mac->c.tx_fetched, 40);
	assert_false(mac_arm(r->ap->mac));
	/* Another ring can still wake it */
	queue_single(r, 0, 1);
	assert_true(mac_arm(r->ap->mac));
	host_poll(r->ap);
	assert_int_equal(r->ap->mac->tx.count, 41);
	assert_false(mac_arm(r->ap->mac));
	host_write(r->ap, ENG_MAC_ENABLE, 1);
	host_poll(r->ap);
	rig_take(r);
	assert_int_equal(r->words, 43);
	assert_int_equal(r->n, 41 + 25 + 1);
	assert_int_equal(r->ap->mac->tx.blocked, 0);
	nothing_left(r);
	rig_teardown(&s);
}

/* A NIC that holds few is full for a large packet: that is said once, not in each turn */
static void test_said_once(void **state)
{
	struct rig *r = small(64);
	void *s = r;

	(void)state;
	host_write(r->ap, ENG_MAC_ENABLE, 0);
	queue_single(r, 2, 10);
	send_packet(r, 60);
	for (unsigned int i = 0; i < 20; i++) {
		scene_pass(r->s, 1000);
		mac_poll(r->ap->mac);
	}
	assert_int_equal(r->ap->mac->c.tx_full, 1);
	host_write(r->ap, ENG_MAC_ENABLE, 1);
	rig_run(r);
	assert_int_equal(r->words, 11);
	host_write(r->ap, ENG_MAC_ENABLE, 0);
	queue_single(r, 2, 10);
	send_packet(r, 60);
	host_poll(r->ap);
	assert_int_equal(r->ap->mac->c.tx_full, 2);
	rig_teardown(&s);
}

/* 64 fit, and 65 never do */
static void test_never_fits(void **state)
{
	struct rig *r = small(64);
	struct packet k = packet(1);
	struct tx t = rig_tx(r, HEAD_ETH, &k, 100);
	void *s = r;

	(void)state;
	k.len = 64 * 100;
	host_tx(r->ap, &t, frame, rig_frame(frame, HEAD_ETH, &k));
	rig_run(r);
	assert_int_equal(r->n, 64);
	ended(r, SKUA_TXS_ACKED, 1);
	rig_clear(r);
	k.len++;
	host_tx(r->ap, &t, frame, rig_frame(frame, HEAD_ETH, &k));
	rig_run(r);
	ended(r, SKUA_TXS_BAD, 0);
	assert_int_equal(r->n, 0);
	rig_teardown(&s);
}

/* The room that comes is the packet's, before classes that hold more; not before management */
static void test_precedence(void **state)
{
	struct rig *r = small(64);
	void *s = r;

	(void)state;
	host_write(r->ap, ENG_MAC_ENABLE, 0);
	queue_single(r, 1, 50);
	host_poll(r->ap);
	queue_single(r, 1, 20);
	send_packet(r, 20);
	queue_single(r, 4, 3);
	host_poll(r->ap);
	assert_int_equal(left(r, 1), 20);
	assert_int_equal(left(r, 2), 1);
	assert_int_equal(left(r, 4), 0);
	assert_int_equal(r->ap->mac->tx.count, 53);
	assert_false(mac_arm(r->ap->mac));
	/* One after the other leaves, and then the packet comes in */
	host_write(r->ap, ENG_MAC_ENABLE, 1);
	for (unsigned int i = 0; left(r, 2); i++) {
		assert_true(i < 1000);
		assert_int_equal(left(r, 1), 20);
		mac_poll(r->ap->mac);
	}
	host_poll(r->ap);
	rig_take(r);
	assert_int_equal(r->words, 50 + 20 + 1 + 3);
	nothing_left(r);
	rig_teardown(&s);
}

/* A command waits for a packet before it as far as there is room, and no longer */
static void test_sync(void **state)
{
	struct rig *r = small(64);
	uint32_t prod[SKUA_NUM_TX_RINGS];
	void *s = r;

	(void)state;
	host_write(r->ap, ENG_MAC_ENABLE, 0);
	r->ap->gate = false;
	queue_single(r, 2, 30);
	send_packet(r, 35);
	memcpy(prod, r->ap->tx_prod, sizeof(prod));
	send_packet(r, 1);
	while (!mac_tx_sync(r->ap->mac, prod))
		;
	assert_int_equal(r->ap->mac->tx.count, 30);
	assert_int_equal(left(r, 2), 2);
	assert_int_equal(in_nic(r), 31);
	/* Dropping makes room for the rest */
	drop(r);
	drop(r);
	drop(r);
	rig_take(r);
	assert_int_equal(r->words, 31);
	assert_int_equal(left(r, 2), 1);
	rig_teardown(&s);
}

/* Keys */

/* K14, T10: encrypted segments, PN by PN, at a receiver that has the key */
static void test_protected(void **state)
{
	static const struct {
		uint32_t suite;
		unsigned int iv;	/* that is left in the frame */
	} by[] = {
		{ SKUA_CIPHER_CCMP, 0 }, { SKUA_CIPHER_GCMP_256, 0 },
		{ SKUA_CIPHER_TKIP, 8 },
	};
	struct host_cfg cfg = { .features = RIG_FEATURES };
	struct packet k = packet(45);

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(by); i++) {
		struct scene *s = scene_new(&cfg, &cfg);
		struct rig r = { .s = s, .ap = s->ap, .tx = {
			.ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN,
			.tid = RIG_TID, .key = KEY_SLOT, .key_gen = KEY_GEN,
			.pn = 0xfffffff0ull, .flags = SKUA_TXF_PROTECT } };
		struct tx t = rig_tx(&r, HEAD_ETH, &k, SIZE);
		void *p = s;

		scene_pairwise(s, by[i].suite, 0);
		host_tx(s->ap, &t, frame, rig_frame(frame, HEAD_ETH, &k));
		scene_poll(s);
		for (unsigned int n = 0; n < 45; n++) {
			struct packet seg = packet_segment(&k, SIZE, n);
			uint8_t f[RIG_FRAME_MAX];
			unsigned int len = rig_expect(f, HEAD_ETH, &seg);
			struct rec rec;

			host_expect_rx(s->sta, &rec);
			assert_true(le32toh(rec.rx.flags) & SKUA_RXF_DECRYPTED);
			assert_int_equal(le32toh(rec.rx.pn_lo) |
					 (uint64_t)le16toh(rec.rx.pn_hi) << 32,
					 0xfffffff0ull + n);
			assert_int_equal(rec.len, len + by[i].iv);
			assert_memory_equal(rec.frame + 26 + by[i].iv, f + 26, len - 26);
		}
		host_expect_nothing(s->sta);
		rig_take(&r);
		assert_int_equal(r.words, 1);
		assert_int_equal(r.status, SKUA_TXS_ACKED);
		/* Clear segments of this station are refused */
		t.flags &= ~SKUA_TXF_PROTECT;
		host_tx(s->ap, &t, frame, rig_frame(frame, HEAD_ETH, &k));
		rig_take(&r);
		scene_poll(s);
		rig_take(&r);
		assert_int_equal(r.words, 2);
		assert_int_equal(r.status, SKUA_TXS_BAD);
		assert_int_equal(s->ap->mac->c.tx_clear_refused, 1);
		/* The last packet number */
		t.flags |= SKUA_TXF_PROTECT;
		t.pn = (1ull << 48) - 44;
		host_tx(s->ap, &t, frame, rig_frame(frame, HEAD_ETH, &k));
		scene_poll(s);
		rig_take(&r);
		assert_int_equal(r.status, SKUA_TXS_BAD);
		host_expect_nothing(s->sta);
		scene_teardown(&p);
	}
}

/* The key goes while segments wait: those that were sent are, and the rest ends */
static void test_key_goes(void **state)
{
	struct rig *r = *state;

	assert_int_equal(host_key(r->ap, KEY_SLOT, KEY_GEN, AP_STA, 0,
				  SKUA_CIPHER_CCMP, 1), SKUA_ST_OK);
	r->tx.key = KEY_SLOT;
	r->tx.key_gen = KEY_GEN;
	r->tx.pn = 1;
	r->tx.flags = SKUA_TXF_PROTECT;
	send_packet(r, 20);
	for (unsigned int i = 0; r->n < 5; i++) {
		assert_true(i < 10000);
		step(r);
	}
	host_tbl(r->ap, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_CLEAR, NULL, 0);
	for (unsigned int i = 0; i < 600; i++)
		step(r);
	rig_take(r);
	assert_int_equal(r->words, 1);
	assert_int_equal(r->status, SKUA_TXS_STALE_KEY);
	nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_losses, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_no_ack, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_flush, rig_setup, rig_teardown),
		cmocka_unit_test(test_ends),
		cmocka_unit_test_setup_teardown(test_release, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_eosp, rig_setup, rig_teardown),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_said_once),
		cmocka_unit_test(test_never_fits),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_sync),
		cmocka_unit_test(test_protected),
		cmocka_unit_test_setup_teardown(test_key_goes, rig_setup_timed,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
