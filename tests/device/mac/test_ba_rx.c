// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC engines: the receive half of a Block Ack session, with a sender that does what a
 * test wants, in the name of the access point
 */
#include "host.h"

#define TID		5
#define IDX		(STA_AP * SKUA_NUM_TIDS + TID)
#define FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE | \
			 SKUA_FEAT_AP_PS | SKUA_FEAT_UAPSD | SKUA_FEAT_RX_AMPDU)
#define REORDER		(FEATURES | SKUA_FEAT_RX_REORDER)
#define HOLD_US		100000
#define MAX_MPDUS	64

/* An MPDU to be sent; 0 is the default of each field */
struct mpdu {
	uint16_t sn;
	uint64_t pn;		/* 0: in clear text */
	bool bar;		/* a BlockAckReq from @sn on */
	bool lost;
	bool retry;
	bool bad_mic;
	bool bad_fcs;
	uint8_t tid;		/* plus one; 0: TID */
	uint16_t policy;	/* IEEE80211_QOS_ACK_* */
	const uint8_t *ra;
	const uint8_t *ta;
};

/* What the station has answered */
struct answers {
	unsigned int acks;
	unsigned int bas;
	uint8_t ba[BA_FRAME_MAX];
	unsigned int ba_len;
};

static struct crypto_key talker_key;

static unsigned int protect(uint8_t *f, unsigned int len, const struct mpdu *m)
{
	const struct crypto_cipher *c = talker_key.cipher;
	unsigned int hdr = dot11_fc_hdrlen(dot11_fc(f));
	struct crypto_job job = {
		.op = CRYPTO_ENCRYPT, .key = &talker_key, .frame = f,
		.hdr_len = (uint16_t)hdr, .pn = m->pn,
	};

	memmove(f + hdr + c->iv_len, f + hdr, len - hdr);
	len += c->iv_len + c->mic_len;
	job.body_len = (uint16_t)(len - hdr);
	assert_int_equal(crypto_run(&job, 1), 0);
	if (m->bad_mic)
		f[len - 1] ^= 1;
	return len;
}

static unsigned int mk_mpdu(uint8_t *f, const struct mpdu *m)
{
	uint8_t tid = m->tid ? m->tid - 1 : TID;
	unsigned int len;

	if (m->bar) {
		len = IEEE80211_BAR_LEN;
		memset(f, 0, len);
		dot11_put_le16(f, IEEE80211_BACK_REQ);
		memcpy(f + 4, addr_sta, 6);
		memcpy(f + 10, addr_ap, 6);
		dot11_put_le16(f + IEEE80211_BAR_OFF_CONTROL,
			       (uint16_t)(IEEE80211_BA_CTL_COMPRESSED |
					  tid << IEEE80211_BA_CTL_TID_SHIFT |
					  m->policy));
		dot11_put_le16(f + IEEE80211_BAR_OFF_SSC,
			       (uint16_t)(m->sn << 4));
	} else {
		len = mk_data(f, true, tid, 60);
		dot11_put_le16(f + IEEE80211_OFF_SEQ, (uint16_t)(m->sn << 4));
		f[IEEE80211_HDR_LEN_3ADDR] |= (uint8_t)m->policy;
		if (m->retry)
			f[1] |= IEEE80211_FC_RETRY >> 8;
	}
	if (m->ra)
		memcpy(f + 4, m->ra, 6);
	if (m->ta)
		memcpy(f + 10, m->ta, 6);
	if (m->pn)
		len = protect(f, len, m);
	dot11_fcs_put(f, len);
	if (m->bad_fcs)
		f[len] ^= 1;
	return len + IEEE80211_FCS_LEN;
}

/* Send an A-MPDU, or a single MPDU */
static void ppdu(struct scene *s, const struct mpdu *m, unsigned int n, bool ampdu)
{
	static uint8_t f[64][2400];
	struct air_mpdu mpdu[64] = { 0 };
	struct air_ppdu p = {
		.mpdu = mpdu, .ampdu = ampdu, .ta = addr_ap,
		.rate = HW_PUT(SKUA_RATE_ENC, SKUA_ENC_VHT) |
			HW_PUT(SKUA_RATE_IDX, 3) | HW_PUT(SKUA_RATE_NSS, 1),
		.power = 20, .airtime_us = 100,
	};

	assert_true(n <= 64);
	s->sniff.n = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (m[i].lost)
			continue;
		mpdu[p.n].data = f[p.n];
		mpdu[p.n].len = (uint16_t)mk_mpdu(f[p.n], &m[i]);
		p.n++;
	}
	if (p.n && air_begin(s->sniff.radio, &p))
		while (air_run(s->air))
			;
}

static struct answers answers(const struct scene *s)
{
	struct answers a = { 0 };

	for (unsigned int i = 0; i < s->sniff.n; i++) {
		uint16_t fc = dot11_fc(s->sniff.frame[i].data);

		a.acks += dot11_fc_is_stype(fc, IEEE80211_ACK);
		if (!dot11_fc_is_stype(fc, IEEE80211_BACK))
			continue;
		a.bas++;
		a.ba_len = s->sniff.frame[i].len - IEEE80211_FCS_LEN;
		memcpy(a.ba, s->sniff.frame[i].data, a.ba_len);
	}
	return a;
}

#define ppdu_of(s, ampdu, ...)						\
	ppdu(s, (const struct mpdu[]){ __VA_ARGS__ },			\
	     sizeof((const struct mpdu[]){ __VA_ARGS__ }) /		\
	     sizeof(struct mpdu), ampdu)
#define send_ampdu(s, ...)	ppdu_of(s, true, __VA_ARGS__)
#define send_one(s, ...)	ppdu_of(s, false, __VA_ARGS__)

/* The answer was one Block Ack from @ssn on; bit n of @bits is number ssn + n */
static void expect_ba(const struct scene *s, uint16_t ssn, uint64_t bits)
{
	struct answers a = answers(s);

	assert_int_equal(a.acks, 0);
	assert_int_equal(a.bas, 1);
	assert_int_equal(a.ba_len, IEEE80211_BA_LEN_64);
	assert_true(dot11_addr_equal(dot11_addr1(a.ba), addr_ap));
	assert_true(dot11_addr_equal(dot11_addr2(a.ba), addr_sta));
	assert_int_equal(dot11_get_le16(a.ba + IEEE80211_BA_OFF_CONTROL),
			 IEEE80211_BA_CTL_COMPRESSED | TID << 12);
	assert_int_equal(dot11_get_le16(a.ba + IEEE80211_BA_OFF_SSC) >> 4, ssn);
	assert_true(dot11_get_le64(a.ba + IEEE80211_BA_OFF_BITMAP) == bits);
}

static void expect_acks(const struct scene *s, unsigned int n)
{
	assert_int_equal(answers(s).acks, n);
	assert_int_equal(answers(s).bas, 0);
}

static void expect_up(struct host *h, uint16_t sn)
{
	struct rec rec;

	host_expect_rx(h, &rec);
	assert_int_equal(dot11_sn(rec.frame), sn);
	assert_int_equal(rec.rx.tid, TID);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_DUP_VALIDATED);
	if (le32toh(rec.rx.flags) & SKUA_RXF_DECRYPTED)
		assert_true(le32toh(rec.rx.flags) & SKUA_RXF_PN_VALIDATED);
}

static enum skua_status session(struct scene *s, uint32_t index, uint16_t ssn,
				uint16_t size, uint16_t timeout)
{
	struct eng_ba e = {
		.gen = htole16(STA_GEN), .set = ENG_BA_SET_RX, .rx = size != 0,
		.rx_size = htole16(size), .rx_ssn = htole16(ssn),
		.rx_timeout_tu = htole16(timeout),
	};

	return host_tbl(s->sta, ENG_TBL_BA, index, ENG_TBL_WRITE, &e,
			sizeof(e));
}

static struct scene *scene_of(void **state, uint64_t features)
{
	const struct host_cfg cfg = { .features = features };
	const struct crypto_cipher *c = crypto_cipher_find(SKUA_CIPHER_CCMP);
	struct scene *s = scene_new(NULL, &cfg);
	uint8_t bytes[SKUA_MAX_KEY_LEN];

	*state = s;
	memset(bytes, 0x5a, sizeof(bytes));
	assert_int_equal(crypto_key_init(&talker_key, SKUA_CIPHER_CCMP, bytes,
					 c->key_len, 0), 0);
	return s;
}

static int setup(void **state)
{
	assert_int_equal(session(scene_of(state, REORDER), IDX, 100, 64, 0),
			 SKUA_ST_OK);
	return 0;
}

static int setup_keyed(void **state)
{
	setup(state);
	scene_pairwise(*state, SKUA_CIPHER_CCMP, 0);
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	crypto_key_wipe(&talker_key);
	host_reset(s->sta);
	assert_int_equal(s->sta->mac->rx.share.held, 0);
	assert_int_equal(s->sta->mac->rx.share.places, 0);
	assert_null(s->sta->mac->rx.share.first);
	return scene_teardown(state);
}

static struct ba_order_counts *counts(struct scene *s)
{
	return &s->sta->mac->rx.share.c;
}

/* Answers */

/* A6: MPDUs of an A-MPDU get one Block Ack, and go up in order */
static void test_ampdu(void **state)
{
	struct scene *s = *state;

	send_ampdu(s, { .sn = 100 }, { .sn = 101, .lost = true }, { .sn = 102 },
		   { .sn = 103, .bad_fcs = true }, { .sn = 104 });
	expect_ba(s, 100, 0x15);
	expect_up(s->sta, 100);
	host_expect_nothing(s->sta);
	send_ampdu(s, { .sn = 101, .retry = true }, { .sn = 103, .retry = true });
	expect_ba(s, 100, 0x1f);
	for (uint16_t sn = 101; sn <= 104; sn++)
		expect_up(s->sta, sn);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_ba_sent, 2);
	assert_int_equal(s->sta->mac->c.rx_acks_sent, 0);
}

/* A single MPDU gets an ACK, and the scoreboard knows it */
static void test_single(void **state)
{
	struct scene *s = *state;

	send_one(s, { .sn = 100 });
	expect_acks(s, 1);
	expect_up(s->sta, 100);
	send_one(s, { .sn = 102 });
	expect_acks(s, 1);
	host_expect_nothing(s->sta);
	send_ampdu(s, { .sn = 103 }, { .sn = 104 });
	expect_ba(s, 100, 0x1d);
}

/* A9, R14: the host learns which A-MPDU a frame is of, and what of its delimiters is known */
static void test_details(void **state)
{
	const struct air_loss delim = {
		.match_type = -1, .match_subtype = -1, .nth = 2, .count = 1,
		.part = AIR_PART_DELIM,
	};
	const uint32_t known = SKUA_RXF_AMPDU | SKUA_RXF_AMPDU_LAST_KNOWN |
			       SKUA_RXF_AMPDU_EOF_KNOWN;
	const uint32_t want[] = {
		known, known | SKUA_RXF_AMPDU_DELIM_CRC_ERR,
		known | SKUA_RXF_AMPDU_LAST,
	};
	const uint32_t all = known | SKUA_RXF_AMPDU_LAST | SKUA_RXF_AMPDU_EOF |
			     SKUA_RXF_AMPDU_DELIM_CRC_ERR;
	struct scene *s = *state;
	uint32_t ref = 0;
	struct rec rec;

	air_lose(s->air, &delim);
	send_ampdu(s, { .sn = 100 }, { .sn = 101 }, { .sn = 102 }, { .sn = 103 });
	expect_ba(s, 100, 0xd);
	air_lose_clear(s->air);
	send_one(s, { .sn = 101 });
	for (unsigned int i = 0; i < 4; i++) {
		host_expect_rx(s->sta, &rec);
		assert_int_equal(dot11_sn(rec.frame), 100 + i);
		assert_int_equal(le32toh(rec.rx.flags) & all,
				 i == 1 ? 0 : want[i ? i - 1 : 0]);
		if (i != 1 && ref)
			assert_int_equal(le32toh(rec.rx.ampdu_ref), ref);
		if (i != 1)
			ref = le32toh(rec.rx.ampdu_ref);
	}
	assert_int_not_equal(ref, 0);
	/* an S-MPDU has another number, and gets an ACK */
	send_ampdu(s, { .sn = 104 });
	expect_acks(s, 1);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(le32toh(rec.rx.flags) & all,
			 known | SKUA_RXF_AMPDU_LAST | SKUA_RXF_AMPDU_EOF);
	assert_int_not_equal(le32toh(rec.rx.ampdu_ref), ref);
}

/* Policy Block Ack: no answer until a BlockAckReq asks for it */
static void test_policy(void **state)
{
	struct scene *s = *state;

	send_ampdu(s, { .sn = 100, .policy = IEEE80211_QOS_ACK_BLOCKACK },
		   { .sn = 102, .policy = IEEE80211_QOS_ACK_BLOCKACK });
	expect_acks(s, 0);
	expect_up(s->sta, 100);
	host_expect_nothing(s->sta);
	send_one(s, { .bar = true, .sn = 101 });
	expect_ba(s, 101, 0x2);
	/* with policy No Ack there is no answer at all, and no place */
	send_one(s, { .sn = 120, .policy = IEEE80211_QOS_ACK_NOACK });
	expect_acks(s, 0);
	expect_up(s->sta, 120);
	send_one(s, { .bar = true, .sn = 101, .policy = IEEE80211_BA_CTL_NOACK });
	expect_acks(s, 0);
}

/* A5: a BlockAckReq moves the window, alone and in an A-MPDU */
static void test_bar(void **state)
{
	struct scene *s = *state;

	send_ampdu(s, { .sn = 102 }, { .sn = 105 }, { .sn = 107 });
	expect_ba(s, 100, 0xa4);
	host_expect_nothing(s->sta);
	send_one(s, { .bar = true, .sn = 105 });
	expect_ba(s, 105, 0x5);
	expect_up(s->sta, 102);
	expect_up(s->sta, 105);
	host_expect_nothing(s->sta);
	send_ampdu(s, { .sn = 108 }, { .bar = true, .sn = 107 });
	expect_ba(s, 107, 0x3);
	expect_up(s->sta, 107);
	expect_up(s->sta, 108);
	/* an old one gets its answer, and moves nothing */
	send_one(s, { .bar = true, .sn = 106 });
	expect_ba(s, 106, 0x6);
	assert_int_equal(s->sta->mac->c.rx_bar, 3);
	assert_int_equal(counts(s)->bar, 2);
	assert_int_equal(s->sta->mac->c.rx_bar_outside, 0);
}

/* Behind the window, and before it; duplicates inside and outside */
static void test_window(void **state)
{
	struct scene *s = *state;

	send_ampdu(s, { .sn = 101 }, { .sn = 165 });
	expect_ba(s, 102, 1ull << 63);
	expect_up(s->sta, 101);
	host_expect_nothing(s->sta);
	assert_int_equal(counts(s)->jump, 1);
	send_ampdu(s, { .sn = 165, .retry = true }, { .sn = 101, .retry = true });
	expect_ba(s, 102, 1ull << 63);
	host_expect_nothing(s->sta);
	assert_int_equal(counts(s)->dup, 1);
	assert_int_equal(counts(s)->old, 1);
	assert_int_equal(s->sta->mac->sta[STA_AP]->stats.rx_dups, 2);
	/* a frame without the Retry bit is a duplicate, too: its number says so */
	send_one(s, { .sn = 165 });
	expect_acks(s, 1);
	host_expect_nothing(s->sta);
	/* R16: the first frames count, and 101, which the scoreboard has forgotten */
	assert_int_equal(s->sta->mac->sta[STA_AP]->stats.rx_packets, 3);
	/* the last frame of a session that has ended is known as such */
	assert_int_equal(session(s, IDX, 0, 0, 0), SKUA_ST_OK);
	expect_up(s->sta, 165);
	send_one(s, { .sn = 165, .retry = true });
	expect_acks(s, 1);
	host_expect_nothing(s->sta);
}

/* A6: a hole times out */
static void test_hole(void **state)
{
	struct scene *s = *state;

	send_ampdu(s, { .sn = 101 }, { .sn = 103 });
	scene_pass(s, HOLD_US / 2);
	send_ampdu(s, { .sn = 105 });
	scene_pass(s, HOLD_US / 2 - 1);
	host_expect_nothing(s->sta);
	scene_pass(s, 1);
	expect_up(s->sta, 101);
	expect_up(s->sta, 103);
	host_expect_nothing(s->sta);
	scene_pass(s, HOLD_US / 2);
	expect_up(s->sta, 105);
	assert_int_equal(counts(s)->timeout, 3);
	/* what comes later than that is acknowledged, and goes nowhere */
	send_one(s, { .sn = 100, .retry = true });
	expect_acks(s, 1);
	host_expect_nothing(s->sta);
	assert_int_equal(counts(s)->old, 1);
}

/* Without a session */

/* A7: an A-MPDU that no session is for counts as not received */
static void test_outside(void **state)
{
	struct scene *s = *state;

	assert_int_equal(session(s, IDX, 0, 0, 0), SKUA_ST_OK);
	send_ampdu(s, { .sn = 100 }, { .sn = 101 });
	expect_acks(s, 0);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_ba_outside, 2);
	/* the same frames one by one */
	send_one(s, { .sn = 100 });
	expect_acks(s, 1);
	expect_up(s->sta, 100);
	/* policy Block Ack: the stack sees that the peer is wrong */
	send_one(s, { .sn = 101, .policy = IEEE80211_QOS_ACK_BLOCKACK });
	expect_acks(s, 0);
	expect_up(s->sta, 101);
}

/* A BlockAckReq without a session: the stack gets it, and tells the peer */
static void test_bar_outside(void **state)
{
	struct scene *s = *state;
	struct rec rec;

	send_one(s, { .bar = true, .sn = 7, .tid = 3 + 1 });
	expect_acks(s, 0);
	host_expect_rx(s->sta, &rec);
	assert_true(dot11_fc_is_stype(dot11_fc(rec.frame), IEEE80211_BACK_REQ));
	assert_int_equal(rec.len, IEEE80211_BAR_LEN);
	assert_int_equal(rec.rx.vif, 0);
	assert_int_equal(le16toh(rec.rx.sta), STA_AP);
	assert_int_equal(le16toh(rec.rx.sta_gen), STA_GEN);
	assert_int_equal(s->sta->mac->c.rx_bar_outside, 1);
	/* many of them do not use up the buffers; another TID is another matter */
	for (unsigned int i = 0; i < 50; i++)
		send_one(s, { .bar = true, .sn = 8, .tid = 3 + 1 });
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_bar_outside, 51);
	send_one(s, { .bar = true, .sn = 8, .tid = 4 + 1 });
	host_expect_rx(s->sta, &rec);
	/* from a stranger, or for somebody else, it is nothing */
	send_one(s, { .bar = true, .sn = 7, .ta = addr_other });
	send_one(s, { .bar = true, .sn = 7, .ra = addr_sta2 });
	expect_acks(s, 0);
	host_expect_nothing(s->sta);
}

/* An A-MPDU has one TID: MPDUs of another one have no session there */
static void test_wrong_tid(void **state)
{
	struct scene *s = *state;

	assert_int_equal(session(s, STA_AP * SKUA_NUM_TIDS + 2, 100, 64, 0),
			 SKUA_ST_OK);
	send_ampdu(s, { .sn = 100 }, { .sn = 100, .tid = 2 + 1 },
		   { .sn = 100, .tid = 1 + 1 }, { .sn = 101 });
	expect_ba(s, 100, 0x3);
	expect_up(s->sta, 100);
	expect_up(s->sta, 101);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_ba_outside, 2);
}

/* Packet numbers */

/* K14: numbers are checked in the order in which frames go up */
static void test_pn(void **state)
{
	struct scene *s = *state;

	send_ampdu(s, { .sn = 100, .pn = 1, .lost = true },
		   { .sn = 101, .pn = 2 }, { .sn = 102, .pn = 3 });
	expect_ba(s, 100, 0x6);
	send_ampdu(s, { .sn = 100, .pn = 1, .retry = true });
	expect_up(s->sta, 100);
	expect_up(s->sta, 101);
	expect_up(s->sta, 102);
	assert_int_equal(s->sta->mac->c.rx_replay, 0);
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->rx_pn[TID], 3);
}

/* K14: a recorded frame with a fresh number is refused, and has no place */
static void test_replay(void **state)
{
	struct scene *s = *state;

	send_one(s, { .sn = 100, .pn = 5 });
	expect_up(s->sta, 100);
	send_ampdu(s, { .sn = 101, .pn = 5 }, { .sn = 102, .pn = 4 });
	host_expect_inband(s->sta, SKUA_INB_KEY_REPLAY, NULL);
	host_expect_inband(s->sta, SKUA_INB_KEY_REPLAY, NULL);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_replay, 2);
	/* the true frames of these numbers */
	send_ampdu(s, { .sn = 102, .pn = 7 }, { .sn = 101, .pn = 6 });
	expect_up(s->sta, 101);
	expect_up(s->sta, 102);
	/* a copy of a frame that waits: it was new when it came, and is not in its turn */
	send_ampdu(s, { .sn = 104, .pn = 9 }, { .sn = 105, .pn = 9 });
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->rx.spares, 0);
	send_one(s, { .sn = 103, .pn = 8 });
	expect_up(s->sta, 103);
	expect_up(s->sta, 104);
	host_expect_inband(s->sta, SKUA_INB_KEY_REPLAY, NULL);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->replays, 3);
	assert_int_equal(s->sta->mac->sta[STA_AP]->stats.rx_replays, 3);
	/* its buffer is the next frame's */
	assert_int_equal(s->sta->mac->rx.spares, 1);
	send_one(s, { .sn = 106, .pn = 10 });
	expect_up(s->sta, 106);
	assert_int_equal(s->sta->mac->rx.spares, 0);
}

/* A monitor gets what is refused in its turn */
static void test_replay_monitor(void **state)
{
	struct scene *s = *state;
	struct rec rec;

	host_write(s->sta, ENG_MAC_FILTER, SKUA_FILTER_OTHER_BSS);
	send_one(s, { .sn = 101, .pn = 9 });
	send_one(s, { .sn = 102, .pn = 9 });
	send_one(s, { .sn = 100, .pn = 8 });
	expect_up(s->sta, 100);
	expect_up(s->sta, 101);
	host_expect_inband(s->sta, SKUA_INB_KEY_REPLAY, NULL);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(dot11_sn(rec.frame), 102);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_MONITOR_ONLY);
	assert_false(le32toh(rec.rx.flags) & SKUA_RXF_PN_VALIDATED);
}

/* A frame that was acknowledged and is refused is no hole */
static void test_refused(void **state)
{
	struct scene *s = *state;

	send_ampdu(s, { .sn = 100, .pn = 1, .bad_mic = true },
		   { .sn = 101, .pn = 2 }, { .sn = 103, .pn = 4 },
		   { .sn = 102, .pn = 3, .bad_mic = true });
	expect_ba(s, 100, 0xf);
	host_expect_inband(s->sta, SKUA_INB_KEY_MIC_FAILURE, NULL);
	expect_up(s->sta, 101);
	host_expect_inband(s->sta, SKUA_INB_KEY_MIC_FAILURE, NULL);
	expect_up(s->sta, 103);
	host_expect_nothing(s->sta);
	/* in clear text, though the station has a key */
	send_ampdu(s, { .sn = 104 }, { .sn = 105, .pn = 6 });
	expect_up(s->sta, 105);
	assert_int_equal(s->sta->mac->c.rx_clear_refused, 1);
	assert_int_equal(counts(s)->hole, 0);
}

static void take_all_buffers(struct host *h)
{
	struct ring *r = &h->rings.ring[SKUA_RING_RXBUF];

	ring_consume(r, ring_avail(r));
}

/* X4: without a buffer a frame is not acknowledged, and can be sent again */
static void test_no_buffer(void **state)
{
	struct scene *s = *state;
	struct host *h = s->sta;

	send_one(s, { .sn = 101, .pn = 2 });
	take_all_buffers(h);
	s->sniff.n = 0;
	send_one(s, { .sn = 100, .pn = 1 });
	send_ampdu(s, { .sn = 100, .pn = 1 }, { .sn = 102, .pn = 3 });
	assert_int_equal(h->mac->c.rx_overrun, 3);
	assert_int_equal(s->sniff.n, 0);
	host_expect_nothing(h);
	host_post(h, 3);
	/* The last one of four finds no buffer: its sender learns that */
	send_ampdu(s, { .sn = 100, .pn = 1 }, { .sn = 102, .pn = 3 },
		   { .sn = 103, .pn = 4 }, { .sn = 104, .pn = 5 });
	expect_ba(s, 100, 0xf);
	assert_int_equal(h->mac->c.rx_overrun, 4);
	for (uint16_t sn = 100; sn < 104; sn++)
		expect_up(h, sn);
	host_expect_nothing(h);
}

/* What goes takes with it what is held */

static void hold_two(struct scene *s)
{
	send_ampdu(s, { .sn = 101, .pn = 2 }, { .sn = 103, .pn = 4 });
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->rx.share.held, 2);
}

static void expect_two(struct scene *s)
{
	expect_up(s->sta, 101);
	expect_up(s->sta, 103);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->rx.share.held, 0);
}

static void test_key_goes(void **state)
{
	struct scene *s = *state;

	hold_two(s);
	host_tbl(s->sta, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_CLEAR, NULL, 0);
	expect_two(s);
	assert_int_equal(counts(s)->forced, 2);
	assert_int_equal(s->sta->mac->c.rx_replay, 0);
	/* the session goes on with the next key, from the number behind */
	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	send_one(s, { .sn = 104, .pn = 1 });
	expect_up(s->sta, 104);
	/* a key that replaces another one */
	send_one(s, { .sn = 106, .pn = 3 });
	host_expect_nothing(s->sta);
	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	expect_up(s->sta, 106);
}

/* Another key's frames stay, if they are behind */
static void test_other_key(void **state)
{
	struct scene *s = *state;

	hold_two(s);
	assert_int_equal(host_key(s->sta, KEY_SLOT + 1, 1, STA_AP, 1,
				  SKUA_CIPHER_CCMP, 0x11), SKUA_ST_OK);
	host_tbl(s->sta, ENG_TBL_KEY, KEY_SLOT + 1, ENG_TBL_CLEAR, NULL, 0);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->rx.share.held, 2);
}

static void test_session_goes(void **state)
{
	struct scene *s = *state;

	hold_two(s);
	assert_int_equal(session(s, IDX, 0, 0, 0), SKUA_ST_OK);
	expect_two(s);
	assert_int_equal(session(s, IDX, 100, 64, 0), SKUA_ST_OK);
	send_one(s, { .sn = 101, .pn = 6 });
	host_expect_nothing(s->sta);
	/* a session that begins anew ends before */
	assert_int_equal(session(s, IDX, 500, 64, 0), SKUA_ST_OK);
	expect_up(s->sta, 101);
	send_one(s, { .sn = 500, .pn = 7 });
	expect_up(s->sta, 500);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_BA, IDX, ENG_TBL_CLEAR, NULL,
				  0), SKUA_ST_OK);
	send_ampdu(s, { .sn = 501, .pn = 8 }, { .sn = 502, .pn = 9 });
	expect_acks(s, 0);
}

static void test_station_goes(void **state)
{
	struct scene *s = *state;

	hold_two(s);
	host_tbl(s->sta, ENG_TBL_STA, STA_AP, ENG_TBL_CLEAR, NULL, 0);
	expect_two(s);
	assert_int_equal(s->sta->mac->rx.share.places, 0);
	send_ampdu(s, { .sn = 104, .pn = 5 }, { .bar = true, .sn = 1 });
	expect_acks(s, 0);
}

static void test_channel_goes(void **state)
{
	struct scene *s = *state;

	hold_two(s);
	host_tune(s->sta, 5200, 5200, SKUA_BW_20);
	expect_two(s);
	host_tune(s->sta, 5180, 5180, SKUA_BW_20);
	send_one(s, { .sn = 104, .pn = 5 });
	expect_up(s->sta, 104);
}

/* The sender stops while its A-MPDU arrives: that has no answer, the next one has */
static void test_truncated(void **state)
{
	struct scene *s = *state;
	struct turn *turn = loop_turn(s->loop);
	uint8_t f[2][200];
	struct air_mpdu mpdu[2] = { 0 };
	struct air_ppdu p = {
		.mpdu = mpdu, .n = 2, .ampdu = true, .ta = addr_ap, .power = 20,
		.rate = HW_PUT(SKUA_RATE_ENC, SKUA_ENC_VHT) |
			HW_PUT(SKUA_RATE_NSS, 1),
		.airtime_us = 100,
	};

	for (unsigned int i = 0; i < 2; i++) {
		mpdu[i].data = f[i];
		mpdu[i].len = (uint16_t)mk_mpdu(f[i], &(struct mpdu){ .sn = 100 + i });
	}
	assert_true(air_begin(s->sniff.radio, &p));
	for (unsigned int i = 0; i < 10 && !s->sta->mac->rx.back.ba; i++) {
		/* One step a turn */
		turn->open = true;
		turn->began = 0;
		air_run(s->air);
		turn->open = false;
	}
	assert_non_null(s->sta->mac->rx.back.ba);
	air_abort(s->sniff.radio);
	while (air_run(s->air))
		;
	assert_int_equal(s->sniff.n, 0);
	send_ampdu(s, { .sn = 101 }, { .sn = 102 });
	expect_ba(s, 100, 7);
}

/* D4: a NIC that has died holds nothing, and says nothing */
static void test_death(void **state)
{
	struct scene *s = *state;

	hold_two(s);
	mac_stop(s->sta->mac);
	scene_pass(s, 2 * HOLD_US);
	host_expect_nothing(s->sta);
	host_reset(s->sta);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->rx.share.held, 0);
}

/* In-band events come behind the frames that have gone up before */
static void test_event_order(void **state)
{
	struct scene *s = *state;
	const struct skua_cpl_inband cpl = {
		.id = htole16(SKUA_INB_KEY_RETIRED),
	};

	send_ampdu(s, { .sn = 101, .pn = 2 }, { .sn = 100, .pn = 1 });
	mac_inband(s->sta->mac, &cpl);
	expect_up(s->sta, 100);
	expect_up(s->sta, 101);
	host_expect_inband(s->sta, SKUA_INB_KEY_RETIRED, NULL);
}

/* Bounds */

/* All windows together hold so much; the oldest one gives way */
static void test_share(void **state)
{
	struct scene *s = *state;
	struct mpdu m[32] = { 0 };

	for (unsigned int i = 0; i < 32; i++)
		m[i].sn = (uint16_t)(101 + i);
	/* half of 64 buffers */
	ppdu(s, m, 32, true);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->rx.share.held, 32);
	assert_int_equal(session(s, STA_AP * SKUA_NUM_TIDS + 1, 100, 64, 0),
			 SKUA_ST_OK);
	send_one(s, { .sn = 101, .tid = 1 + 1 });
	for (unsigned int i = 0; i < 32; i++)
		expect_up(s->sta, (uint16_t)(101 + i));
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->rx.share.held, 1);
	assert_int_equal(counts(s)->share, 32);
}

/* A frame that was held has room for its record, though the ring is full */
static void test_full_ring(void **state)
{
	const struct host_cfg cfg = { .features = REORDER, .cpl_entries = 16 };
	struct scene *s = scene_new(NULL, &cfg);
	struct mpdu m[31] = { 0 };
	struct rec rec;

	*state = s;
	assert_int_equal(session(s, IDX, 100, 64, 0), SKUA_ST_OK);
	for (unsigned int i = 0; i < 31; i++)
		m[i].sn = (uint16_t)(101 + i);
	ppdu(s, m, 31, true);
	host_expect_nothing(s->sta);
	send_one(s, { .sn = 100 });
	assert_true(cpl_waiting(s->sta->mac));
	/* nothing more is acknowledged meanwhile */
	send_one(s, { .sn = 132 });
	expect_acks(s, 0);
	for (unsigned int i = 0; i < 32; ) {
		if (!host_next(s->sta, &rec)) {
			scene_pass(s, 1000);
			continue;
		}
		assert_int_equal(dot11_sn(rec.frame), 100 + i++);
	}
	assert_int_equal(s->sta->mac->c.rx_no_cpl, 0);
	assert_int_equal(s->sta->mac->c.cpl_lost, 0);
	teardown(state);
}

/* A4: a session without frames times out, and the firmware is told once */
static void test_idle(void **state)
{
	struct scene *s = *state;

	assert_int_equal(session(s, IDX, 100, 64, 100), SKUA_ST_OK);
	scene_pass(s, 100000);
	send_one(s, { .sn = 100 });
	scene_pass(s, 102399);
	assert_int_equal(host_read(s->sta, ENG_BA_EVT), 0);
	send_one(s, { .bar = true, .sn = 101 });
	scene_pass(s, 102399);
	assert_int_equal(host_read(s->sta, ENG_BA_EVT), 0);
	assert_false(s->sta->irqs & ENG_IRQ_BA);
	scene_pass(s, 1);
	assert_true(s->sta->irqs & ENG_IRQ_BA);
	assert_int_equal(host_read(s->sta, ENG_BA_EVT),
			 ENG_BA_EVT_VALID | ENG_BA_RX_IDLE << 24 | TID << 16 |
			 STA_AP);
	assert_int_equal(host_read(s->sta, ENG_BA_EVT), 0);
	/* no event is left of a session that has ended */
	scene_pass(s, 102400);
	assert_int_equal(session(s, IDX, 0, 0, 0), SKUA_ST_OK);
	assert_int_equal(host_read(s->sta, ENG_BA_EVT), 0);
	scene_pass(s, 1000000);
	assert_int_equal(host_read(s->sta, ENG_BA_EVT), 0);
}

/* The table */
static void test_table(void **state)
{
	struct scene *s = *state;
	struct eng_ba e = { .gen = htole16(STA_GEN + 1), .set = ENG_BA_SET_RX };

	assert_int_equal(host_tbl(s->sta, ENG_TBL_BA, IDX, ENG_TBL_READ, &e,
				  sizeof(e)), SKUA_ST_OK);
	assert_int_equal(e.rx, 1);
	assert_int_equal(le16toh(e.gen), STA_GEN);
	assert_int_equal(le16toh(e.rx_ssn), 100);
	assert_int_equal(le16toh(e.rx_size), 64);
	assert_int_equal(session(s, IDX, 4096, 64, 0), SKUA_ST_INVALID);
	assert_int_equal(session(s, IDX, 0, 1025, 0), SKUA_ST_INVALID);
	assert_int_equal(session(s, 0, 0, 64, 0), SKUA_ST_NO_ENTRY);
	assert_int_equal(session(s, 64 * SKUA_NUM_TIDS, 0, 64, 0),
			 SKUA_ST_NO_ENTRY);
	e.gen = htole16(STA_GEN + 1);
	e.set = ENG_BA_SET_RX;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_BA, IDX, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_STALE);
	e.gen = htole16(STA_GEN);
	e.rx = 2;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_BA, IDX, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_INVALID);
	e.set = 4;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_BA, IDX, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_INVALID);
	/* a largest window is answered with a largest bitmap */
	assert_int_equal(session(s, IDX, 4000, 1024, 0), SKUA_ST_OK);
	s->sta->bus.features &= ~SKUA_FEAT_RX_AMPDU;
	assert_int_equal(session(s, IDX, 0, 64, 0), SKUA_ST_UNSUPPORTED);
}

/* With reordering left to the host */

static struct rec host_gets(struct scene *s, uint16_t sn)
{
	struct rec rec;

	host_expect_rx(s->sta, &rec);
	assert_int_equal(dot11_sn(rec.frame), sn);
	return rec;
}

/* The IV stays, so that the host checks the number; the NIC has no opinion of it */
static void test_host_orders(void **state)
{
	struct scene *s = scene_of(state, FEATURES);
	struct rec rec;
	uint32_t flags;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	for (unsigned int round = 0; round < 3; round++) {
		/* before a session, in it, and after it */
		assert_int_equal(session(s, IDX, 100, round == 1 ? 64 : 0, 0),
				 SKUA_ST_OK);
		send_one(s, { .sn = 101, .pn = 9 });
		send_one(s, { .sn = 100, .pn = 8 });
		send_one(s, { .sn = 102, .pn = 9 });
		for (unsigned int i = 0; i < 3; i++) {
			static const uint16_t sn[] = { 101, 100, 102 };
			static const uint8_t pn[] = { 9, 8, 9 };

			rec = host_gets(s, sn[i]);
			flags = le32toh(rec.rx.flags);
			assert_true(flags & SKUA_RXF_DECRYPTED);
			assert_true(flags & SKUA_RXF_MIC_STRIPPED);
			assert_false(flags & (SKUA_RXF_IV_STRIPPED |
					      SKUA_RXF_PN_VALIDATED |
					      SKUA_RXF_PN_VALID));
			assert_int_equal(!!(flags & SKUA_RXF_DUP_VALIDATED),
					 round != 1);
			assert_int_equal(rec.frame[26], pn[i]);
		}
		host_expect_nothing(s->sta);
	}
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->rx_pn[TID], 0);
	assert_int_equal(s->sta->mac->c.rx_replay, 0);
}

/* A session: the NIC answers, the host gets all frames and BlockAckReqs as they come */
static void test_host_window(void **state)
{
	struct scene *s = scene_of(state, FEATURES);
	struct rec rec;

	assert_int_equal(session(s, IDX, 100, 64, 0), SKUA_ST_OK);
	send_ampdu(s, { .sn = 101 }, { .sn = 101 }, { .sn = 99 });
	expect_ba(s, 100, 0x2);
	host_gets(s, 101);
	host_gets(s, 101);
	host_gets(s, 99);
	send_one(s, { .bar = true, .sn = 101 });
	expect_ba(s, 101, 0x1);
	host_expect_rx(s->sta, &rec);
	assert_true(dot11_fc_is_stype(dot11_fc(rec.frame), IEEE80211_BACK_REQ));
	host_expect_nothing(s->sta);
}

/* Hostile senders */

static const uint8_t *some_addr(const uint8_t *usual)
{
	static const uint8_t * const other[] = {
		addr_other, addr_sta2, addr_bcast, addr_ap, addr_sta,
	};

	return rand() % 16 ? usual : other[rand() % 5];
}

static struct mpdu random_mpdu(uint16_t *next)
{
	static const uint16_t policy[] = {
		IEEE80211_QOS_ACK_BLOCKACK, IEEE80211_QOS_ACK_NOACK,
	};
	struct mpdu m = {
		.sn = *next, .pn = (uint64_t)rand() % 5000 + 1,
		.lost = rand() % 8 == 0, .bad_fcs = rand() % 32 == 0,
		.bad_mic = rand() % 16 == 0, .retry = rand() % 2,
		.ra = some_addr(addr_sta), .ta = some_addr(addr_ap),
	};

	*next = (uint16_t)((*next + 1) % 4096);
	if (rand() % 16 == 0)
		m.sn = (uint16_t)(rand() % 4096);
	if (rand() % 16 == 0)
		m.tid = (uint8_t)(rand() % 16 + 1);
	if (rand() % 16 == 0)
		m.policy = policy[rand() % 2];
	if (rand() % 8 == 0)
		m = (struct mpdu){ .bar = true, .sn = m.sn, .tid = m.tid,
				   .ra = m.ra, .ta = m.ta };
	return m;
}

static void random_change(struct scene *s)
{
	uint32_t index = STA_AP * SKUA_NUM_TIDS + (uint32_t)rand() % 16;

	switch (rand() % 8) {
	case 0:
		session(s, rand() % 2 ? IDX : index, (uint16_t)(rand() % 4096),
			(uint16_t)(rand() % 1025), 10);
		break;
	case 1:
		session(s, index, 0, 0, 0);
		break;
	case 2:
		host_tbl(s->sta, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_CLEAR, NULL, 0);
		scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
		break;
	case 3:
		host_tune(s->sta, 5200, 5200, SKUA_BW_20);
		host_tune(s->sta, 5180, 5180, SKUA_BW_20);
		break;
	default:
		scene_pass(s, (uint64_t)rand() % 200000);
	}
}

/* Packet numbers of what goes up rise, as long as the key is the same */
static void drain(struct host *h, uint64_t *last)
{
	struct rec rec;

	while (host_next(h, &rec)) {
		uint64_t pn = le32toh(rec.rx.pn_lo);

		if (rec.type != SKUA_CPL_RX ||
		    !(le32toh(rec.rx.flags) & SKUA_RXF_PN_VALIDATED))
			continue;
		assert_true(pn > last[rec.rx.tid]);
		last[rec.rx.tid] = pn;
	}
}

static void test_hostile(void **state)
{
	struct scene *s = *state;
	struct mpdu m[MAX_MPDUS];
	uint16_t next = 100;

	srand(1);
	for (unsigned int round = 0; round < 3000; round++) {
		unsigned int n = (unsigned int)rand() % MAX_MPDUS + 1;
		uint64_t last[SKUA_NUM_TIDS + 1] = { 0 };

		for (unsigned int i = 0; i < n; i++)
			m[i] = random_mpdu(&next);
		for (unsigned int i = 0; i < SKUA_NUM_TIDS; i++)
			last[i] = s->sta->mac->key[KEY_SLOT]->rx_pn[i];
		ppdu(s, m, n, rand() % 4);
		assert_true(answers(s).bas <= n);
		drain(s->sta, last);
		if (rand() % 4 == 0) {
			random_change(s);
			while (host_read(s->sta, ENG_BA_EVT))
				;
			memset(last, 0, sizeof(last));
			drain(s->sta, last);
		}
		assert_true(s->sta->mac->rx.share.held <= 32);
	}
}

int main(void)
{
#define BA_TEST(f, up)	cmocka_unit_test_setup_teardown(f, up, teardown)
	const struct CMUnitTest tests[] = {
		BA_TEST(test_ampdu, setup),
		BA_TEST(test_single, setup),
		BA_TEST(test_details, setup),
		BA_TEST(test_policy, setup),
		BA_TEST(test_bar, setup),
		BA_TEST(test_window, setup),
		BA_TEST(test_hole, setup),
		BA_TEST(test_outside, setup),
		BA_TEST(test_bar_outside, setup),
		BA_TEST(test_wrong_tid, setup),
		BA_TEST(test_pn, setup_keyed),
		BA_TEST(test_replay, setup_keyed),
		BA_TEST(test_replay_monitor, setup_keyed),
		BA_TEST(test_refused, setup_keyed),
		BA_TEST(test_no_buffer, setup_keyed),
		BA_TEST(test_key_goes, setup_keyed),
		BA_TEST(test_other_key, setup_keyed),
		BA_TEST(test_session_goes, setup_keyed),
		BA_TEST(test_station_goes, setup_keyed),
		BA_TEST(test_channel_goes, setup_keyed),
		BA_TEST(test_truncated, setup),
		BA_TEST(test_death, setup_keyed),
		BA_TEST(test_event_order, setup_keyed),
		BA_TEST(test_share, setup),
		cmocka_unit_test(test_full_ring),
		BA_TEST(test_idle, setup),
		BA_TEST(test_table, setup),
		BA_TEST(test_host_orders, NULL),
		BA_TEST(test_host_window, NULL),
		BA_TEST(test_hostile, setup_keyed),
	};
#undef BA_TEST

	return cmocka_run_group_tests_name("Block Ack, received", tests, NULL,
					   NULL);
}
