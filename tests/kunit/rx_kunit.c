// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: receive
 */
#include <net/page_pool/helpers.h>
#include <net/page_pool/types.h>

#include "../../key.h"
#include "../../rx.h"
#include "../../sta.h"
#include "fake.h"

#define OFDM_54		540u
#define CHANNEL		5180

static u32 buf_word(u16 id, u16 len)
{
	return FIELD_PREP(SKUA_RX_BUF_ID, id) | FIELD_PREP(SKUA_RX_BUF_LEN, len);
}

static struct skua_cpl_rx good_record(u16 id, u16 len)
{
	return (struct skua_cpl_rx) {
		.buf0 = cpu_to_le32(buf_word(id, len)),
		.frame_len = cpu_to_le16(len),
		.tid = SKUA_NUM_TIDS,
		.sta = cpu_to_le16(SKUA_STA_NONE),
		.key = cpu_to_le16(SKUA_KEY_NONE),
		.rate = cpu_to_le32(OFDM_54),
		.freq = cpu_to_le16(CHANNEL),
		.signal = -50,
	};
}

/* ------------------------------------------------------------------ */
/* Parse								*/
/* ------------------------------------------------------------------ */

struct rx_parse_case {
	const char *desc;
	u32 flags;
	u16 len0, frame_len;
	u8 offset, tid;
	unsigned int nmore;
	u16 more_len;
	int err;
};

static const struct rx_parse_case rx_parse_cases[] = {
	{ "one buffer", .len0 = 100, .frame_len = 100 },
	{ "offset", .len0 = 102, .frame_len = 100, .offset = 2 },
	{ "two buffers", .len0 = SKUA_RX_BUF_LEN_MAX, .nmore = 1, .more_len = 36,
	  .frame_len = SKUA_RX_BUF_LEN_MAX + 36 },
	{ "the most buffers", .len0 = 100, .nmore = 16, .more_len = 100,
	  .frame_len = 1700 },
	{ "too many buffers", .len0 = 100, .nmore = 17, .more_len = 100,
	  .frame_len = 1800, .err = -E2BIG },
	{ "the smallest frame", .len0 = 10, .frame_len = 10 },
	{ "less than any frame", .len0 = 9, .frame_len = 9, .err = -EMSGSIZE },
	{ "beyond the buffer", .len0 = SKUA_RX_BUF_LEN_MAX + 1,
	  .frame_len = SKUA_RX_BUF_LEN_MAX + 1, .err = -EMSGSIZE },
	{ "a full buffer", .len0 = SKUA_RX_BUF_LEN_MAX,
	  .frame_len = SKUA_RX_BUF_LEN_MAX },
	{ "beyond a further buffer", .len0 = 100, .nmore = 1,
	  .more_len = SKUA_RX_BUF_LEN_MAX + 1,
	  .frame_len = SKUA_RX_BUF_LEN_MAX + 101, .err = -EMSGSIZE },
	{ "an empty buffer", .len0 = 100, .nmore = 1, .frame_len = 100,
	  .err = -EMSGSIZE },
	{ "header beyond the first buffer", .len0 = 9, .nmore = 1,
	  .more_len = 100, .frame_len = 109, .err = -EMSGSIZE },
	{ "frame longer than its buffers", .len0 = 100, .frame_len = 101,
	  .err = -EMSGSIZE },
	{ "frame shorter than its buffers", .len0 = 100, .frame_len = 99,
	  .err = -EMSGSIZE },
	{ "offset not counted", .len0 = 100, .frame_len = 100, .offset = 2,
	  .err = -EMSGSIZE },
	{ "offset beyond the first buffer", .len0 = 20, .offset = 20, .nmore = 1,
	  .more_len = 100, .frame_len = 100, .err = -EMSGSIZE },
	{ "no tid", .len0 = 100, .frame_len = 100, .tid = 16 },
	{ "a tid that does not exist", .len0 = 100, .frame_len = 100, .tid = 17,
	  .err = -EINVAL },
	{ "802.3 without the feature", .flags = SKUA_RXF_8023, .len0 = 100,
	  .frame_len = 100, .err = -EINVAL },
	{ "checksum without the feature", .flags = SKUA_RXF_CSUM_OK, .len0 = 100,
	  .frame_len = 100, .err = -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(rx_parse, rx_parse_cases, desc);

static void rx_parse_checks_bounds(struct kunit *test)
{
	const struct rx_parse_case *c = test->param_value;
	struct skua_cpl_rx rec = good_record(0, c->len0);
	struct skua_rx_unit unit;
	__le32 more[17];
	unsigned int i;

	rec.flags = cpu_to_le32(c->flags);
	rec.frame_len = cpu_to_le16(c->frame_len);
	rec.offset = c->offset;
	rec.tid = c->tid;
	for (i = 0; i < ARRAY_SIZE(more); i++)
		more[i] = cpu_to_le32(buf_word(i + 1, c->more_len));
	KUNIT_EXPECT_EQ(test, c->err,
			skua_rx_parse(&unit, &rec, more, c->nmore, 0));
	if (!c->err) {
		KUNIT_EXPECT_EQ(test, c->nmore + 1, unit.nbufs);
		KUNIT_EXPECT_EQ(test, c->frame_len, unit.len);
	}
}

static void rx_parse_reads_every_field(struct kunit *test)
{
	struct skua_cpl_rx rec = good_record(0, 100);
	const s8 chains[4] = { -1, -2, -3, -4 };
	struct skua_rx_unit unit;

	rec.flags = cpu_to_le32(SKUA_RXF_8023 | SKUA_RXF_CSUM_OK);
	rec.vif = 5;
	rec.tid = 3;
	rec.sta = cpu_to_le16(0x1122);
	rec.sta_gen = cpu_to_le16(0x3344);
	rec.key = cpu_to_le16(0x5566);
	rec.key_gen = cpu_to_le16(0x7788);
	rec.pn_hi = cpu_to_le16(0x1234);
	rec.pn_lo = cpu_to_le32(0x56789abc);
	memcpy(rec.chain_signal, chains, 4);
	rec.chains = 0xff;
	rec.ampdu_ref = cpu_to_le32(77);
	rec.tsf = cpu_to_le64(0x0102030405060708ULL);
	KUNIT_ASSERT_EQ(test, 0, skua_rx_parse(&unit, &rec, NULL, 0,
					       SKUA_FEAT_RX_DECAP |
					       SKUA_FEAT_RX_CSUM));
	KUNIT_EXPECT_EQ(test, 5, unit.vif);
	KUNIT_EXPECT_EQ(test, 3, unit.tid);
	KUNIT_EXPECT_EQ(test, 0x1122, unit.sta);
	KUNIT_EXPECT_EQ(test, 0x3344, unit.sta_gen);
	KUNIT_EXPECT_EQ(test, 0x5566, unit.key);
	KUNIT_EXPECT_EQ(test, 0x7788, unit.key_gen);
	KUNIT_EXPECT_EQ(test, 0x123456789abcULL, unit.pn);
	KUNIT_EXPECT_EQ(test, OFDM_54, unit.rate);
	KUNIT_EXPECT_EQ(test, CHANNEL, unit.freq);
	KUNIT_EXPECT_EQ(test, -50, unit.signal);
	KUNIT_EXPECT_EQ(test, 0xf, unit.chains);
	KUNIT_EXPECT_MEMEQ(test, unit.chain_signal, chains, 4);
	KUNIT_EXPECT_EQ(test, 77, unit.ampdu_ref);
	KUNIT_EXPECT_EQ(test, 0x0102030405060708ULL, unit.tsf);
}

/* ------------------------------------------------------------------ */
/* Status								*/
/* ------------------------------------------------------------------ */

struct rx_flag_case {
	const char *desc;
	u32 rxf;
	u32 flag;
};

/* R1 to R7, R12, R14, R16, K8, A9: each flag exactly if the NIC set it */
static const struct rx_flag_case rx_flag_cases[] = {
	{ "R5 fcs", SKUA_RXF_FCS_ERR, RX_FLAG_FAILED_FCS_CRC },
	{ "R6 plcp", SKUA_RXF_PLCP_ERR, RX_FLAG_FAILED_PLCP_CRC },
	{ "R2 decrypted", SKUA_RXF_DECRYPTED, RX_FLAG_DECRYPTED },
	{ "R4 iv", SKUA_RXF_IV_STRIPPED, RX_FLAG_IV_STRIPPED },
	{ "R4 icv", SKUA_RXF_ICV_STRIPPED, RX_FLAG_ICV_STRIPPED },
	{ "R4 mic", SKUA_RXF_MIC_STRIPPED, RX_FLAG_MIC_STRIPPED },
	{ "R3 mmic", SKUA_RXF_MMIC_STRIPPED, RX_FLAG_MMIC_STRIPPED },
	{ "R1 mmic error", SKUA_RXF_MMIC_ERR, RX_FLAG_MMIC_ERROR },
	{ "R4 pn", SKUA_RXF_PN_VALIDATED, RX_FLAG_PN_VALIDATED },
	{ "R16 duplicate", SKUA_RXF_DUP_VALIDATED, RX_FLAG_DUP_VALIDATED },
	{ "R14 ampdu", SKUA_RXF_AMPDU, RX_FLAG_AMPDU_DETAILS },
	{ "R14 last", SKUA_RXF_AMPDU_LAST, RX_FLAG_AMPDU_IS_LAST },
	{ "R14 last known", SKUA_RXF_AMPDU_LAST_KNOWN, RX_FLAG_AMPDU_LAST_KNOWN },
	{ "R14 delimiter", SKUA_RXF_AMPDU_DELIM_CRC_ERR, RX_FLAG_AMPDU_DELIM_CRC_ERROR },
	{ "R14 eof", SKUA_RXF_AMPDU_EOF, RX_FLAG_AMPDU_EOF_BIT },
	{ "R14 eof known", SKUA_RXF_AMPDU_EOF_KNOWN, RX_FLAG_AMPDU_EOF_BIT_KNOWN },
	{ "802.3", SKUA_RXF_8023, RX_FLAG_8023 },
	{ "monitor only", SKUA_RXF_MONITOR_ONLY, RX_FLAG_ONLY_MONITOR },
	{ "R7 mactime", SKUA_RXF_MACTIME_START, RX_FLAG_MACTIME_START },
	{ "R12 no signal", SKUA_RXF_NO_SIGNAL, RX_FLAG_NO_SIGNAL_VAL },
	{ "of a-msdu nothing", SKUA_RXF_AMSDU, 0 },
	{ "of checksum nothing", SKUA_RXF_CSUM_OK, 0 },
	{ "of pn nothing", SKUA_RXF_PN_VALID, 0 },
};

KUNIT_ARRAY_PARAM_DESC(rx_flag, rx_flag_cases, desc);

static void rx_flag_true_and_false(struct kunit *test)
{
	const struct rx_flag_case *c = test->param_value;
	const u32 all = GENMASK(22, 0);

	KUNIT_EXPECT_EQ(test, c->flag, skua_rx_flags(c->rxf));
	KUNIT_EXPECT_EQ(test, 0, skua_rx_flags(all & ~c->rxf) & c->flag);
	KUNIT_EXPECT_EQ(test, skua_rx_flags(all),
			skua_rx_flags(all & ~c->rxf) | c->flag);
}

static void rx_status_is_filled_from_zero(struct kunit *test)
{
	struct skua_rx_unit unit = {
		.flags = SKUA_RXF_MACTIME_START,
		.rate = OFDM_54,
		.freq = CHANNEL,
		.signal = -61,
		.chains = BIT(0) | BIT(2),
		.chain_signal = { -62, -1, -64, -1 },
		.tsf = 0x123456789aULL,
		.ampdu_ref = 9,
	};
	struct ieee80211_rx_status st;

	/* R7, R9, R12 */
	memset(&st, 0xff, sizeof(st));
	KUNIT_ASSERT_EQ(test, 0, skua_rx_fill_status(&st, &unit));
	KUNIT_EXPECT_EQ(test, RX_FLAG_MACTIME_START, st.flag);
	KUNIT_EXPECT_EQ(test, 0x123456789aULL, st.mactime);
	KUNIT_EXPECT_EQ(test, 0x3456789a, st.device_timestamp);
	KUNIT_EXPECT_EQ(test, NL80211_BAND_5GHZ, st.band);
	KUNIT_EXPECT_EQ(test, CHANNEL, (u32)st.freq);
	KUNIT_EXPECT_EQ(test, RX_ENC_LEGACY, (u32)st.encoding);
	KUNIT_EXPECT_EQ(test, 7, st.rate_idx);
	KUNIT_EXPECT_EQ(test, -61, st.signal);
	KUNIT_EXPECT_EQ(test, 5, st.chains);
	KUNIT_EXPECT_EQ(test, -62, st.chain_signal[0]);
	KUNIT_EXPECT_EQ(test, 0, st.chain_signal[1]);
	KUNIT_EXPECT_EQ(test, -64, st.chain_signal[2]);
	KUNIT_EXPECT_EQ(test, 9, st.ampdu_reference);
	KUNIT_EXPECT_FALSE(test, st.link_valid);
	KUNIT_EXPECT_EQ(test, 0, st.rx_flags);

	unit.flags = SKUA_RXF_NO_SIGNAL;
	KUNIT_ASSERT_EQ(test, 0, skua_rx_fill_status(&st, &unit));
	KUNIT_EXPECT_EQ(test, 0, st.signal);
	KUNIT_EXPECT_EQ(test, 0, st.chains);

	unit.freq = 5000;
	KUNIT_EXPECT_EQ(test, -EINVAL, skua_rx_fill_status(&st, &unit));
	unit.freq = CHANNEL;
	unit.rate = 10;
	KUNIT_EXPECT_EQ(test, -EINVAL, skua_rx_fill_status(&st, &unit));
}

/* ------------------------------------------------------------------ */
/* Buffers								*/
/* ------------------------------------------------------------------ */

#define NBUFS	16

static void free_path(void *data)
{
	struct skua *sc = data;

	wiphy_lock(sc->hw->wiphy);
	skua_rx_reset(sc);
	wiphy_unlock(sc->hw->wiphy);
	skua_rx_exit(sc);
}

/* All buffers are posted, in the order of their ids from the last to the first. */
static void make_path(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	skua_fake_ring(test, SKUA_RING_RXBUF, sizeof(struct skua_rx_buf), NBUFS);
	set_bit(NAPI_STATE_SCHED, &fake->sc->napi.state);
	fake->sc->napi.list_owner = -1;
	KUNIT_ASSERT_EQ(test, 0, skua_rx_init(fake->sc));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_path,
							   fake->sc));
	skua_rx_refill(fake->sc);
}

static void rx_refill_posts_everything_once(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_ring *ring = &fake->sc->ring[SKUA_RING_RXBUF];
	DECLARE_BITMAP(seen, NBUFS) = {};
	struct skua_rx_buf *entry;
	u32 i;

	make_path(test);
	KUNIT_EXPECT_EQ(test, NBUFS, le32_to_cpu(ring->idx->prod));
	KUNIT_EXPECT_EQ(test, 0, fake->sc->rx.nfree);
	for (i = 0; i < NBUFS; i++) {
		entry = skua_ring_slot(ring, i);
		KUNIT_ASSERT_LT(test, le16_to_cpu(entry->id), NBUFS);
		KUNIT_EXPECT_FALSE(test, test_and_set_bit(le16_to_cpu(entry->id), seen));
		KUNIT_EXPECT_EQ(test, SKUA_RX_BUF_LEN_MAX, le32_to_cpu(entry->len));
		KUNIT_EXPECT_NE(test, 0, le64_to_cpu(entry->addr));
	}
	skua_rx_refill(fake->sc);
	KUNIT_EXPECT_EQ(test, NBUFS, ring->next);
}

static void rx_take_only_what_is_posted(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_rx *rx = &fake->sc->rx;
	struct skua_rx_buf_slot buf;

	make_path(test);
	KUNIT_EXPECT_FALSE(test, skua_rx_take(rx, NBUFS, &buf));
	KUNIT_EXPECT_FALSE(test, skua_rx_take(rx, 0xffff, &buf));
	KUNIT_ASSERT_TRUE(test, skua_rx_take(rx, 4, &buf));
	KUNIT_EXPECT_FALSE(test, skua_rx_take(rx, 4, &buf));
	KUNIT_EXPECT_EQ(test, 1, rx->nfree);
	page_pool_put_full_page(rx->pool, buf.page, false);
}

static void receive(struct kunit *test, const struct skua_cpl_rx *rec,
		    const __le32 *more, unsigned int nmore)
{
	struct skua_fake *fake = test->priv;
	struct skua_poll poll = {};

	INIT_LIST_HEAD(&poll.free_list);
	INIT_LIST_HEAD(&poll.rx_list);
	local_bh_disable();
	rcu_read_lock();
	skua_rx_cpl(fake->sc, rec, more, nmore, &poll);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, list_empty(&poll.rx_list));
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_RX));
}

/* A buffer that the NIC does not have costs the frame; the other buffers come back. */
static void rx_record_with_a_bad_buffer(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cpl_rx rec = good_record(1, 100);
	__le32 more[2];

	make_path(test);
	rec.frame_len = cpu_to_le16(300);
	more[0] = cpu_to_le32(buf_word(2, 100));
	more[1] = cpu_to_le32(buf_word(NBUFS, 100));
	receive(test, &rec, more, 2);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_BAD_BUF));
	KUNIT_EXPECT_EQ(test, 2, fake->sc->rx.nfree);

	/* the same buffer twice in one record */
	more[0] = cpu_to_le32(buf_word(3, 100));
	more[1] = cpu_to_le32(buf_word(3, 100));
	rec.buf0 = cpu_to_le32(buf_word(4, 100));
	receive(test, &rec, more, 2);
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_RX_BAD_BUF));
	KUNIT_EXPECT_EQ(test, 4, fake->sc->rx.nfree);
}

static void rx_record_with_bad_lengths(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cpl_rx rec = good_record(1, SKUA_RX_BUF_LEN_MAX + 1);
	__le32 more[17];
	unsigned int i;

	make_path(test);
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_BAD_LEN));
	KUNIT_EXPECT_EQ(test, 1, fake->sc->rx.nfree);

	/* too many buffers, all of them real */
	skua_rx_refill(fake->sc);
	fake->sc->ring[SKUA_RING_RXBUF].idx->cons = cpu_to_le32(NBUFS);
	skua_rx_refill(fake->sc);
	KUNIT_ASSERT_EQ(test, 0, fake->sc->rx.nfree);
	rec = good_record(0, 100);
	for (i = 0; i < ARRAY_SIZE(more); i++)
		more[i] = cpu_to_le32(buf_word((i + 1) % NBUFS, 100));
	receive(test, &rec, more, ARRAY_SIZE(more));
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_RX_BAD_LEN));
	KUNIT_EXPECT_EQ(test, NBUFS, fake->sc->rx.nfree);
}

/* K4, K15 rule 1: the frame was decrypted with a key that is gone */
static void rx_of_a_stale_key(struct kunit *test)
{
	struct skua_cpl_rx rec = good_record(1, 100);

	make_path(test);
	rec.flags = cpu_to_le32(SKUA_RXF_DECRYPTED | SKUA_RXF_IV_STRIPPED);
	rec.key = cpu_to_le16(0);
	rec.key_gen = cpu_to_le16(1);
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_STALE_KEY));

	/* the record says decrypted, but names no key */
	rec.buf0 = cpu_to_le32(buf_word(2, 100));
	rec.key = cpu_to_le16(SKUA_KEY_NONE);
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_RX_STALE_KEY));
}

static void rx_write_frame(struct kunit *test, u16 id, u16 fc, u64 pn)
{
	struct skua_fake *fake = test->priv;
	struct skua_rx_buf_slot *buf = &fake->sc->rx.buf[id];
	struct ieee80211_hdr *hdr;
	u8 *iv;

	hdr = page_address(buf->page) + buf->offset + SKUA_RX_HEADROOM;
	memset(hdr, 0, 200);
	hdr->frame_control = cpu_to_le16(fc);
	iv = (u8 *)hdr + ieee80211_hdrlen(hdr->frame_control);
	iv[0] = pn;
	iv[1] = pn >> 8;
	iv[3] = 0x20;
	iv[4] = pn >> 16;
}

static void rx_of_a_stale_station(struct kunit *test)
{
	struct skua_cpl_rx rec = good_record(1, 100);

	make_path(test);
	rx_write_frame(test, 1, IEEE80211_FTYPE_DATA, 0);
	rec.sta = cpu_to_le16(1);
	rec.sta_gen = cpu_to_le16(3);
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_STALE_STA));
}

/* D3: the channel exists, but the NIC did not announce its band */
static void rx_in_a_band_without_channels(struct kunit *test)
{
	struct skua_cpl_rx rec = good_record(1, 100);

	make_path(test);
	rx_write_frame(test, 1, IEEE80211_FTYPE_DATA, 0);
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_NO_CHANNEL));
}

/* D3: mac80211 would warn of each frame while no interface is up */
static void rx_while_down(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cpl_rx rec = good_record(1, 100);
	/* as mac80211 would see a frame of a band that is there */
	static struct ieee80211_supported_band band;

	make_path(test);
	rx_write_frame(test, 1, IEEE80211_FTYPE_DATA, 0);
	fake->hw->wiphy->bands[NL80211_BAND_5GHZ] = &band;
	clear_bit(SKUA_F_STARTED, &fake->sc->flags);
	receive(test, &rec, NULL, 0);
	fake->hw->wiphy->bands[NL80211_BAND_5GHZ] = NULL;
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_DOWN));
	KUNIT_EXPECT_EQ(test, 1, fake->sc->rx.nfree);
}

/* The NIC knows the station, and a key of it; @rec is from that station. */
static struct skua_key *rx_keyed_station(struct kunit *test, struct skua_cpl_rx *rec)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	struct skua_key *key;

	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_CCMP, WLAN_KEY_LEN_CCMP, 0);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_EQ(test, 0, skua_sta_handle_take(fake->sc, fake->sta));
	KUNIT_ASSERT_EQ(test, 0, skua_op_set_key(fake->hw, SET_KEY, fake->vif,
						 fake->sta, conf));
	wiphy_unlock(fake->hw->wiphy);
	rcu_read_lock();
	key = skua_key_of(skua_sta(fake->sta)->key, conf);
	rcu_read_unlock();
	rec->sta = cpu_to_le16(skua_sta(fake->sta)->handle);
	rec->sta_gen = cpu_to_le16(skua_sta(fake->sta)->gen);
	return key;
}

/* K8, K16: the frame is still encrypted, but the NIC has seen its packet number */
static void rx_replay_of_a_frame_left_encrypted(struct kunit *test)
{
	struct skua_cpl_rx rec = good_record(1, 100);

	make_path(test);
	skua_key_saw_pn(rx_keyed_station(test, &rec), 0, 0x10203);
	rx_write_frame(test, 1, IEEE80211_FTYPE_DATA | IEEE80211_FCTL_PROTECTED,
		       0x10203);
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_REPLAY));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_REPLAY));

	/* a new number passes this check, and fails at the next one */
	rx_write_frame(test, 2, IEEE80211_FTYPE_DATA | IEEE80211_FCTL_PROTECTED,
		       0x10204);
	rec.buf0 = cpu_to_le32(buf_word(2, 100));
	rec.freq = 0;
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_REPLAY));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_NO_CHANNEL));
}

#define RX_QOS	(IEEE80211_FTYPE_DATA | IEEE80211_STYPE_QOS_DATA | \
		 IEEE80211_FCTL_PROTECTED)
#define RX_DATA	(IEEE80211_FTYPE_DATA | IEEE80211_FCTL_PROTECTED)
#define RX_MPDU	(SKUA_FEAT_RX_AMPDU)
#define RX_BOTH	(SKUA_FEAT_RX_AMPDU | SKUA_FEAT_RX_REORDER)

struct rx_pn_case {
	const char *desc;
	u64 features;
	u16 fc;
	bool group;
	u32 flags;
	bool by_mac80211;
	bool bad;
};

/* R4, A6: who checks the packet numbers */
static const struct rx_pn_case rx_pn_cases[] = {
	{ "no session, the NIC", 0, RX_QOS, .flags = SKUA_RXF_PN_VALIDATED },
	{ "the NIC reorders", RX_BOTH, RX_QOS,
	  .flags = SKUA_RXF_PN_VALIDATED | SKUA_RXF_IV_STRIPPED },
	{ "mac80211 reorders", RX_MPDU, RX_QOS, .by_mac80211 = true },
	{ "mac80211 reorders, no QoS", RX_MPDU, RX_DATA,
	  .flags = SKUA_RXF_PN_VALIDATED | SKUA_RXF_IV_STRIPPED },
	{ "mac80211 reorders, to a group", RX_MPDU, RX_QOS, .group = true,
	  .flags = SKUA_RXF_PN_VALIDATED | SKUA_RXF_IV_STRIPPED },
	{ "mac80211 reorders, and has no number", RX_MPDU, RX_QOS,
	  .flags = SKUA_RXF_IV_STRIPPED, .by_mac80211 = true, .bad = true },
	{ "mac80211 reorders, and would not check", RX_MPDU, RX_QOS,
	  .flags = SKUA_RXF_PN_VALIDATED, .by_mac80211 = true, .bad = true },
};

KUNIT_ARRAY_PARAM_DESC(rx_pn, rx_pn_cases, desc);

static void rx_packet_numbers(struct kunit *test)
{
	const struct rx_pn_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct skua_cpl_rx rec = good_record(1, 100);
	struct skua_rx_buf_slot *buf;
	struct ieee80211_hdr *hdr;
	struct skua_key *key;
	unsigned int i;

	make_path(test);
	fake->sc->caps.features = c->features;
	key = rx_keyed_station(test, &rec);
	rec.key = cpu_to_le16(key->slot);
	rec.key_gen = cpu_to_le16(key->gen);
	rec.tid = c->fc & IEEE80211_STYPE_QOS_DATA ? 0 : SKUA_NUM_TIDS;
	rec.flags = cpu_to_le32(SKUA_RXF_DECRYPTED | SKUA_RXF_PN_VALID | c->flags);
	rec.pn_lo = cpu_to_le32(0x500);
	/* in this test no frame gets further */
	rec.freq = 0;
	for (i = 1; i <= 2; i++) {
		rx_write_frame(test, i, c->fc, 0x500);
		buf = &fake->sc->rx.buf[i];
		hdr = page_address(buf->page) + buf->offset + SKUA_RX_HEADROOM;
		hdr->addr1[0] = c->group;
	}
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, c->bad, skua_fake_count(test, SKUA_CTR_RX_BAD_FIELD));
	KUNIT_EXPECT_EQ(test, !c->bad, skua_fake_count(test, SKUA_CTR_RX_NO_CHANNEL));
	/* the shadow has what the NIC has checked */
	KUNIT_EXPECT_EQ(test, c->by_mac80211 ? 0 : 0x500, key->rx_pn[0]);

	/* A retransmission of an older one, left encrypted: mac80211 knows its place */
	key->rx_pn[0] = 0x600;
	rec.buf0 = cpu_to_le32(buf_word(2, 100));
	rec.flags = 0;
	receive(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, !c->by_mac80211 && !c->group,
			skua_fake_count(test, SKUA_CTR_RX_REPLAY));
}

static struct kunit_case rx_cases[] = {
	KUNIT_CASE_PARAM(rx_parse_checks_bounds, rx_parse_gen_params),
	KUNIT_CASE(rx_parse_reads_every_field),
	KUNIT_CASE_PARAM(rx_flag_true_and_false, rx_flag_gen_params),
	KUNIT_CASE(rx_status_is_filled_from_zero),
	KUNIT_CASE(rx_refill_posts_everything_once),
	KUNIT_CASE(rx_take_only_what_is_posted),
	KUNIT_CASE(rx_record_with_a_bad_buffer),
	KUNIT_CASE(rx_record_with_bad_lengths),
	KUNIT_CASE(rx_of_a_stale_key),
	KUNIT_CASE(rx_of_a_stale_station),
	KUNIT_CASE(rx_in_a_band_without_channels),
	KUNIT_CASE(rx_while_down),
	KUNIT_CASE(rx_replay_of_a_frame_left_encrypted),
	KUNIT_CASE_PARAM(rx_packet_numbers, rx_pn_gen_params),
	{}
};

static struct kunit_suite rx_suite = {
	.name = "skua_rx",
	.init = skua_fake_init,
	.test_cases = rx_cases,
};

kunit_test_suite(rx_suite);
