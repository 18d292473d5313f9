// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: receive
 */
#include <kunit/static_stub.h>
#include <linux/etherdevice.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
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
	{ "joined without the feature", .flags = SKUA_RXF_COALESCED, .len0 = 100,
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

#define RX_ALL	(SKUA_FEAT_RX_DECAP | SKUA_FEAT_RX_CSUM | SKUA_FEAT_RX_COALESCE)
#define JOINED	(SKUA_RXF_8023 | SKUA_RXF_CSUM_OK | SKUA_RXF_COALESCED)

struct rx_8023_case {
	const char *desc;
	u32 flags;
	u16 len0, frame_len;
	u8 offset, more_off;
	u16 gso_size;
	unsigned int nmore;
	u16 more_len, last_len;
	int err;
};

/* T10: lengths of 802.3 frames, and of runs of segments with 10 bytes in front of each */
static const struct rx_8023_case rx_8023_cases[] = {
	{ "the smallest frame", SKUA_RXF_8023, .len0 = 14, .frame_len = 14 },
	{ "no whole header", SKUA_RXF_8023, .len0 = 13, .frame_len = 13, .err = -EMSGSIZE },
	{ "a header in two buffers", SKUA_RXF_8023, .len0 = 13, .nmore = 1, .last_len = 50,
	  .frame_len = 63, .err = -EMSGSIZE },
	{ "an offset, and no whole header", SKUA_RXF_8023, .len0 = 16, .offset = 3,
	  .nmore = 1, .last_len = 50, .frame_len = 63, .err = -EMSGSIZE },
	{ "a wrong FCS", SKUA_RXF_8023 | SKUA_RXF_FCS_ERR, .len0 = 100, .frame_len = 100,
	  .err = -EINVAL },
	{ "a wrong PLCP", SKUA_RXF_8023 | SKUA_RXF_PLCP_ERR, .len0 = 100,
	  .frame_len = 100, .err = -EINVAL },
	{ "a wrong Michael MIC", SKUA_RXF_8023 | SKUA_RXF_MMIC_ERR, .len0 = 100,
	  .frame_len = 100, .err = -EINVAL },
	{ "for monitors", SKUA_RXF_8023 | SKUA_RXF_MONITOR_ONLY, .len0 = 100,
	  .frame_len = 100, .err = -EINVAL },
	{ "octets in front of a fragment that is no segment", SKUA_RXF_8023, .len0 = 100,
	  .more_off = 10, .nmore = 1, .last_len = 110, .frame_len = 200, .err = -EMSGSIZE },
	{ "two segments", JOINED, .len0 = 154, .more_off = 10, .gso_size = 100, .nmore = 1,
	  .last_len = 110, .frame_len = 254 },
	{ "the last one is short", JOINED, .len0 = 154, .more_off = 10, .gso_size = 100,
	  .nmore = 1, .last_len = 11, .frame_len = 155 },
	{ "the most segments", JOINED, .len0 = 154, .more_off = 10, .gso_size = 100,
	  .nmore = 16, .more_len = 110, .last_len = 110, .frame_len = 1754 },
	{ "nothing in front", JOINED, .len0 = 154, .gso_size = 100, .nmore = 2,
	  .more_len = 100, .last_len = 1, .frame_len = 255 },
	{ "joined, no 802.3 frame", SKUA_RXF_CSUM_OK | SKUA_RXF_COALESCED, .len0 = 154,
	  .gso_size = 100, .nmore = 1, .last_len = 100, .frame_len = 254, .err = -EINVAL },
	{ "joined, not summed", SKUA_RXF_8023 | SKUA_RXF_COALESCED, .len0 = 154,
	  .gso_size = 100, .nmore = 1, .last_len = 100, .frame_len = 254, .err = -EINVAL },
	{ "one segment", JOINED, .len0 = 154, .gso_size = 100, .frame_len = 154,
	  .err = -EMSGSIZE },
	{ "segments of nothing", JOINED, .len0 = 154, .nmore = 1, .last_len = 100,
	  .frame_len = 254, .err = -EMSGSIZE },
	{ "the last one is empty", JOINED, .len0 = 154, .more_off = 10, .gso_size = 100,
	  .nmore = 1, .last_len = 10, .frame_len = 154, .err = -EMSGSIZE },
	{ "the last one is less than what is in front", JOINED, .len0 = 154,
	  .more_off = 10, .gso_size = 100, .nmore = 1, .last_len = 9, .frame_len = 153,
	  .err = -EMSGSIZE },
	{ "the last one is too long", JOINED, .len0 = 154, .more_off = 10, .gso_size = 100,
	  .nmore = 1, .last_len = 111, .frame_len = 255, .err = -EMSGSIZE },
	{ "one in the middle is short", JOINED, .len0 = 154, .more_off = 10,
	  .gso_size = 100, .nmore = 2, .more_len = 109, .last_len = 110, .frame_len = 353,
	  .err = -EMSGSIZE },
	{ "the front counted twice", JOINED, .len0 = 154, .more_off = 10, .gso_size = 100,
	  .nmore = 1, .last_len = 110, .frame_len = 264, .err = -EMSGSIZE },
};

KUNIT_ARRAY_PARAM_DESC(rx_8023, rx_8023_cases, desc);

static void rx_parse_of_an_8023_record(struct kunit *test)
{
	const struct rx_8023_case *c = test->param_value;
	struct skua_cpl_rx rec = good_record(0, c->len0);
	struct skua_rx_unit unit;
	__le32 more[17];
	unsigned int i;

	rec.flags = cpu_to_le32(c->flags);
	rec.frame_len = cpu_to_le16(c->frame_len);
	rec.offset = c->offset;
	rec.more_off = c->more_off;
	rec.gso_size = cpu_to_le16(c->gso_size);
	for (i = 0; i < c->nmore; i++)
		more[i] = cpu_to_le32(buf_word(i + 1, i + 1 < c->nmore ? c->more_len :
								      c->last_len));
	KUNIT_EXPECT_EQ(test, c->err,
			skua_rx_parse(&unit, &rec, more, c->nmore, RX_ALL));
	if (c->err)
		return;
	KUNIT_EXPECT_EQ(test, c->nmore + 1, unit.nbufs);
	KUNIT_EXPECT_EQ(test, c->gso_size, unit.gso_size);
	KUNIT_EXPECT_EQ(test, c->more_off, unit.more_off);
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

	/* too many buffers, all of them real, or named twice */
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

/* ------------------------------------------------------------------ */
/* 802.3 frames								*/
/* ------------------------------------------------------------------ */

/**
 * struct rx_test - a device, and what mac80211 gets of it
 * @fake: the device
 * @skb: the last frame, or NULL
 * @sta: its station
 */
struct rx_test {
	struct skua_fake fake;
	struct sk_buff *skb;
	struct ieee80211_sta *sta;
};

static void rx_hear(struct skua *sc, struct ieee80211_sta *sta,
		    struct sk_buff *skb, struct skua_poll *poll)
{
	struct rx_test *rx = kunit_get_current_test()->priv;

	kfree_skb(rx->skb);
	rx->skb = skb;
	rx->sta = sta;
}

static struct ieee80211_supported_band rx_band;

/* Records come from an authorized station whose frames are 802.3 frames. */
static struct skua_cpl_rx rx_listen(struct kunit *test, u16 len)
{
	struct skua_fake *fake = test->priv;
	struct skua_cpl_rx rec = good_record(1, len);

	make_path(test);
	fake->sc->caps.features = RX_ALL;
	fake->hw->wiphy->bands[NL80211_BAND_5GHZ] = &rx_band;
	kunit_activate_static_stub(test, skua_rx_hand_over, rx_hear);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_EQ(test, 0, skua_sta_handle_take(fake->sc, fake->sta));
	wiphy_unlock(fake->hw->wiphy);
	skua_sta(fake->sta)->state = IEEE80211_STA_AUTHORIZED;
	skua_sta(fake->sta)->decap_rx = true;
	rec.flags = cpu_to_le32(SKUA_RXF_8023);
	rec.tid = 5;
	rec.sta = cpu_to_le16(skua_sta(fake->sta)->handle);
	rec.sta_gen = cpu_to_le16(skua_sta(fake->sta)->gen);
	return rec;
}

static void rx_done(struct kunit *test)
{
	struct rx_test *rx = test->priv;

	rx->fake.hw->wiphy->bands[NL80211_BAND_5GHZ] = NULL;
	kfree_skb(rx->skb);
	rx->skb = NULL;
}

static void receive_more(struct kunit *test, const struct skua_cpl_rx *rec,
			 const __le32 *more, unsigned int nmore)
{
	struct skua_fake *fake = test->priv;
	struct skua_poll poll = {};

	local_bh_disable();
	rcu_read_lock();
	skua_rx_cpl(fake->sc, rec, more, nmore, &poll);
	rcu_read_unlock();
	local_bh_enable();
}

static u8 *rx_buffer(struct kunit *test, u16 id)
{
	struct skua_fake *fake = test->priv;
	struct skua_rx_buf_slot *buf = &fake->sc->rx.buf[id];

	return page_address(buf->page) + buf->offset + SKUA_RX_HEADROOM;
}

static void rx_write_8023(struct kunit *test, u16 id, u16 proto, bool group)
{
	struct ethhdr *eth = (void *)rx_buffer(test, id);

	memset(eth, 0, 200);
	/* as a frame control field: a beacon */
	memcpy(eth->h_dest, "\x80\x00\x00\x01\x02\x03", ETH_ALEN);
	if (group)
		eth_broadcast_addr(eth->h_dest);
	memcpy(eth->h_source, "\x02\x00\x00\x01\x02\x04", ETH_ALEN);
	eth->h_proto = htons(proto);
}

enum rx_key { RX_NO_KEY, RX_ITS_KEY, RX_GROUP_KEY, RX_OTHERS_KEY };

struct rx_admit_case {
	const char *desc;
	u32 flags;
	enum rx_key key;
	u32 cipher;
	bool keyed;
	bool vif_keyed;
	bool group;
	u16 proto;
	u8 state;
	bool no_decap;
	bool stale_key;
	enum skua_ctr err;
};

#define RX_CRYPT	(SKUA_RXF_DECRYPTED | SKUA_RXF_PN_VALIDATED | \
			 SKUA_RXF_IV_STRIPPED | SKUA_RXF_MIC_STRIPPED)
#define CCMP		WLAN_CIPHER_SUITE_CCMP

/* T10, K4, R2, R4: mac80211 checks nothing of an 802.3 frame */
static const struct rx_admit_case rx_admit_cases[] = {
	{ "open" },
	{ "under its key", RX_CRYPT, RX_ITS_KEY, CCMP },
	{ "clear, station keyed", .keyed = true, .err = SKUA_CTR_RX_REFUSED },
	{ "clear, interface keyed", .vif_keyed = true, .err = SKUA_CTR_RX_REFUSED },
	{ "its number was not checked", RX_CRYPT & ~SKUA_RXF_PN_VALIDATED, RX_ITS_KEY, CCMP,
	  .err = SKUA_CTR_RX_REFUSED },
	{ "under another's key", RX_CRYPT, RX_OTHERS_KEY, CCMP,
	  .err = SKUA_CTR_RX_REFUSED },
	{ "under a key that has gone", RX_CRYPT, RX_ITS_KEY, CCMP, .stale_key = true,
	  .err = SKUA_CTR_RX_REFUSED },
	{ "under no key", RX_CRYPT, .err = SKUA_CTR_RX_REFUSED },
	{ "under TKIP", RX_CRYPT, RX_ITS_KEY, WLAN_CIPHER_SUITE_TKIP,
	  .err = SKUA_CTR_RX_REFUSED },
	{ "to one, under the group's key", RX_CRYPT, RX_GROUP_KEY, CCMP,
	  .err = SKUA_CTR_RX_REFUSED },
	{ "to a group, under the group's key", RX_CRYPT, RX_GROUP_KEY, CCMP, .group = true,
	  .err = SKUA_CTR_RX_REFUSED },
	{ "not authorized", .state = IEEE80211_STA_ASSOC, .err = SKUA_CTR_RX_REFUSED },
	{ "mac80211 does not take it", .no_decap = true, .err = SKUA_CTR_RX_REFUSED },
	{ "eapol", .proto = ETH_P_PAE, .err = SKUA_CTR_RX_REFUSED },
	{ "tdls", .proto = ETH_P_TDLS, .err = SKUA_CTR_RX_REFUSED },
};

KUNIT_ARRAY_PARAM_DESC(rx_admit, rx_admit_cases, desc);

/* Installs the key, and names it in the record. */
static struct skua_key *rx_install(struct kunit *test, const struct rx_admit_case *c,
				   struct skua_cpl_rx *rec)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	struct ieee80211_sta *sta = NULL;
	struct skua_key *key;
	u8 len = c->cipher == CCMP ? WLAN_KEY_LEN_CCMP : WLAN_KEY_LEN_TKIP;

	if (c->key == RX_ITS_KEY)
		sta = fake->sta;
	else if (c->key == RX_OTHERS_KEY)
		sta = skua_fake_sta(test, fake->vif);
	fake->sc->caps.cipher[0] = c->cipher;
	conf = skua_fake_key(test, c->cipher, len, 1);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_EQ(test, 0, skua_op_set_key(fake->hw, SET_KEY, fake->vif, sta, conf));
	key = skua_key_find(fake->sc, conf);
	wiphy_unlock(fake->hw->wiphy);
	rec->key = cpu_to_le16(key->slot);
	rec->key_gen = cpu_to_le16(key->gen + c->stale_key);
	return key;
}

static void rx_admits_an_8023_frame(struct kunit *test)
{
	const struct rx_admit_case *c = test->param_value;
	struct rx_test *rx = test->priv;
	struct skua_cpl_rx rec = rx_listen(test, 100);
	struct skua_key *key = NULL;
	struct skua_sta *ssta = skua_sta(rx->fake.sta);

	if (c->key)
		key = rx_install(test, c, &rec);
	ssta->keyed |= c->keyed;
	skua_vif(rx->fake.vif)->keyed |= c->vif_keyed;
	ssta->decap_rx = !c->no_decap;
	if (c->state)
		ssta->state = c->state;
	rec.flags |= cpu_to_le32(c->flags | SKUA_RXF_PN_VALID);
	rec.pn_lo = cpu_to_le32(0x700);
	rx_write_8023(test, 1, c->proto ?: ETH_P_IP, c->group);
	receive_more(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, !c->err, skua_fake_count(test, SKUA_CTR_RX));
	KUNIT_EXPECT_EQ(test, !c->err, !!rx->skb);
	if (c->err)
		KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, c->err));
	else
		KUNIT_EXPECT_PTR_EQ(test, rx->fake.sta, rx->sta);
	/* K16: the shadow has what has been handed over, of the TID that the record says */
	if (key)
		KUNIT_EXPECT_EQ(test, c->err ? 0 : 0x700, key->rx_pn[5]);
	rx_done(test);
}

/* A frame of a station that has gone is another's now, whatever its first octets look like */
static void rx_8023_of_a_stale_station(struct kunit *test)
{
	struct rx_test *rx = test->priv;
	struct skua_cpl_rx rec = rx_listen(test, 100);

	rec.sta_gen = cpu_to_le16(skua_sta(rx->fake.sta)->gen + 1);
	rx_write_8023(test, 1, ETH_P_IP, false);
	receive_more(test, &rec, NULL, 0);
	KUNIT_EXPECT_NULL(test, rx->skb);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_STALE_STA));
	rec.sta = cpu_to_le16(SKUA_STA_NONE);
	rec.buf0 = cpu_to_le32(buf_word(2, 100));
	rx_write_8023(test, 2, ETH_P_IP, false);
	receive_more(test, &rec, NULL, 0);
	KUNIT_EXPECT_NULL(test, rx->skb);
	rx_done(test);
}

/* Nothing of an 802.3 header is taken for one of 802.11 */
static void rx_8023_frame_as_it_is(struct kunit *test)
{
	struct rx_test *rx = test->priv;
	struct skua_cpl_rx rec = rx_listen(test, 102);

	rec.offset = 2;
	rec.frame_len = cpu_to_le16(100);
	rec.flags |= cpu_to_le32(SKUA_RXF_CSUM_OK);
	rx_write_8023(test, 1, ETH_P_IP, false);
	set_bit(SKUA_F_ROC_TX, &rx->fake.sc->flags);
	receive_more(test, &rec, NULL, 0);
	KUNIT_ASSERT_NOT_NULL(test, rx->skb);
	KUNIT_EXPECT_EQ(test, 100, rx->skb->len);
	KUNIT_EXPECT_EQ(test, RX_FLAG_8023, IEEE80211_SKB_RXCB(rx->skb)->flag);
	KUNIT_EXPECT_EQ(test, 0, IEEE80211_SKB_RXCB(rx->skb)->boottime_ns);
	KUNIT_EXPECT_EQ(test, CHECKSUM_UNNECESSARY, (u8)rx->skb->ip_summed);
	rx_done(test);
}

struct rx_csum_case {
	const char *desc;
	u32 flags;
	u8 summed;
};

static const struct rx_csum_case rx_csum_cases[] = {
	{ "802.3, good", SKUA_RXF_8023 | SKUA_RXF_CSUM_OK, CHECKSUM_UNNECESSARY },
	{ "802.3, not known", SKUA_RXF_8023, CHECKSUM_NONE },
	{ "802.3, of an A-MSDU", SKUA_RXF_8023 | SKUA_RXF_AMSDU | SKUA_RXF_CSUM_OK,
	  CHECKSUM_UNNECESSARY },
	{ "802.11, good", SKUA_RXF_CSUM_OK, CHECKSUM_UNNECESSARY },
	{ "802.11, an A-MSDU", SKUA_RXF_AMSDU | SKUA_RXF_CSUM_OK, CHECKSUM_NONE },
};

KUNIT_ARRAY_PARAM_DESC(rx_csum, rx_csum_cases, desc);

static void rx_checksum(struct kunit *test)
{
	const struct rx_csum_case *c = test->param_value;
	struct rx_test *rx = test->priv;
	struct skua_cpl_rx rec = rx_listen(test, 100);

	rec.flags = cpu_to_le32(c->flags);
	if (c->flags & SKUA_RXF_8023)
		rx_write_8023(test, 1, ETH_P_IP, false);
	else
		rx_write_frame(test, 1, IEEE80211_FTYPE_DATA, 0);
	receive_more(test, &rec, NULL, 0);
	KUNIT_ASSERT_NOT_NULL(test, rx->skb);
	KUNIT_EXPECT_EQ(test, c->summed, (u8)rx->skb->ip_summed);
	rx_done(test);
}

/* ------------------------------------------------------------------ */
/* Runs of TCP segments							*/
/* ------------------------------------------------------------------ */

#define MSS		100
#define MORE_OFF	10

struct rx_run_case {
	const char *desc;
	bool v6;
	unsigned int opts;
	int at;		/* octet of the frame that is changed ... */
	u8 to;		/* ... to this */
	int short_of;	/* octets that the first segment has too few */
	bool bad;
	u32 type;
};

#define AT_IP		ETH_HLEN
#define AT_TCP		(ETH_HLEN + 20)
#define AT_TCP6		(ETH_HLEN + 40)

/* T10: what is joined is TCP as GRO joins it; everything else is dropped, and counted */
static const struct rx_run_case rx_run_cases[] = {
	{ "IPv4", .type = SKB_GSO_TCPV4 },
	{ "IPv4, options", .opts = 12, .type = SKB_GSO_TCPV4 },
	{ "IPv4, the most options", .opts = 40, .type = SKB_GSO_TCPV4 },
	{ "IPv4, CWR", .at = AT_TCP + 13, .to = 0x90,
	  .type = SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN },
	{ "IPv4, PSH", .at = AT_TCP + 13, .to = 0x18, .type = SKB_GSO_TCPV4 },
	{ "IPv6", .v6 = true, .type = SKB_GSO_TCPV6 },
	{ "IPv6, options", .v6 = true, .opts = 40, .type = SKB_GSO_TCPV6 },
	{ "another protocol", .at = 13, .to = 0x06, .bad = true },
	{ "a VLAN tag", .at = 12, .to = 0x81, .bad = true },
	{ "not IPv4", .at = AT_IP, .to = 0x65, .bad = true },
	{ "IPv4 options", .at = AT_IP, .to = 0x46, .bad = true },
	{ "no whole IPv4 header", .at = AT_IP, .to = 0x44, .bad = true },
	{ "a first fragment", .at = AT_IP + 6, .to = 0x20, .bad = true },
	{ "a later fragment", .at = AT_IP + 7, .to = 0x01, .bad = true },
	{ "UDP", .at = AT_IP + 9, .to = 17, .bad = true },
	{ "IPv6 with an extension header", .v6 = true, .at = AT_IP + 6, .to = 0, .bad = true },
	{ "not IPv6", .v6 = true, .at = AT_IP, .to = 0x40, .bad = true },
	{ "no whole TCP header", .at = AT_TCP + 12, .to = 0x40, .bad = true },
	{ "TCP options that are payload", .at = AT_TCP + 12, .to = 0x60, .bad = true },
	{ "TCP options beyond the buffer", .at = AT_TCP + 12, .to = 0xf0, .short_of = 90,
	  .bad = true },
	{ "SYN", .at = AT_TCP + 13, .to = 0x12, .bad = true },
	{ "FIN", .at = AT_TCP + 13, .to = 0x11, .bad = true },
	{ "RST", .at = AT_TCP + 13, .to = 0x14, .bad = true },
	{ "URG", .at = AT_TCP + 13, .to = 0x30, .bad = true },
	{ "no ACK", .at = AT_TCP + 13, .to = 0x08, .bad = true },
	{ "the first one is short", .short_of = 1, .bad = true },
	{ "headers beyond the buffer", .short_of = 101, .bad = true },
	{ "IPv6, headers beyond the buffer", .v6 = true, .short_of = 101, .bad = true },
};

KUNIT_ARRAY_PARAM_DESC(rx_run, rx_run_cases, desc);

/* Writes a run of three segments, 100, 100 and 30 octets. Return: length of the headers */
static unsigned int rx_write_run(struct kunit *test, const struct rx_run_case *c)
{
	unsigned int net = c->v6 ? 40 : 20, len = ETH_HLEN + net + 20 + c->opts;
	u8 *frame = rx_buffer(test, 1), *ip = frame + ETH_HLEN, *tcp = ip + net;
	unsigned int i, octet = 0;

	rx_write_8023(test, 1, c->v6 ? ETH_P_IPV6 : ETH_P_IP, false);
	ip[0] = c->v6 ? 0x60 : 0x45;
	ip[c->v6 ? 6 : 9] = IPPROTO_TCP;
	if (!c->v6)
		ip[6] = 0x40;
	for (i = c->v6 ? 8 : 12; i < net; i++)
		ip[i] = i;
	put_unaligned_be16(c->v6 ? 20 + c->opts + MSS : 40 + c->opts + MSS,
			   ip + (c->v6 ? 4 : 2));
	put_unaligned_be32(1000, tcp + 4);
	tcp[12] = (20 + c->opts) << 2;
	tcp[13] = 0x10;
	memset(tcp + 20, 1, c->opts);
	if (c->at)
		frame[c->at] = c->to;
	for (i = 0; i < MSS; i++)
		frame[len + i] = octet++;
	for (i = 0; i < MSS; i++)
		rx_buffer(test, 2)[MORE_OFF + i] = octet++;
	for (i = 0; i < 30; i++)
		rx_buffer(test, 3)[MORE_OFF + i] = octet++;
	return len;
}

static void rx_receive_run(struct kunit *test, const struct rx_run_case *c)
{
	struct skua_cpl_rx rec = rx_listen(test, 0);
	unsigned int len = rx_write_run(test, c) + MSS - c->short_of;
	const __le32 more[] = {
		cpu_to_le32(buf_word(2, MORE_OFF + MSS)),
		cpu_to_le32(buf_word(3, MORE_OFF + 30)),
	};

	rec.flags = cpu_to_le32(JOINED);
	rec.buf0 = cpu_to_le32(buf_word(1, len));
	rec.frame_len = cpu_to_le16(len + MSS + 30);
	rec.more_off = MORE_OFF;
	rec.gso_size = cpu_to_le16(MSS);
	receive_more(test, &rec, more, ARRAY_SIZE(more));
}

static void expect_payload(struct kunit *test, const struct sk_buff *skb,
			   unsigned int at, unsigned int first)
{
	u8 octet;

	for (; at < skb->len; at++, first++) {
		KUNIT_ASSERT_EQ(test, 0, skb_copy_bits(skb, at, &octet, 1));
		if (octet != (u8)first)
			KUNIT_FAIL(test, "octet %u of the payload is %u", first, octet);
	}
}

/* The checksum of a segment that is finished is 0. */
static __sum16 rx_tcp_sum(const struct sk_buff *skb, bool v6, unsigned int at)
{
	const struct ipv6hdr *ip6 = (void *)skb->data + ETH_HLEN;
	const struct iphdr *ip4 = (void *)skb->data + ETH_HLEN;
	__wsum sum = skb_checksum(skb, at, skb->len - at, 0);

	if (v6)
		return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, skb->len - at,
				       IPPROTO_TCP, sum);
	return csum_tcpudp_magic(ip4->saddr, ip4->daddr, skb->len - at, IPPROTO_TCP, sum);
}

static void rx_joins_segments(struct kunit *test)
{
	const struct rx_run_case *c = test->param_value;
	unsigned int net = c->v6 ? 40 : 20, at = ETH_HLEN + net;
	unsigned int len = at + 20 + c->opts;
	struct rx_test *rx = test->priv;
	struct sk_buff *skb;

	rx_receive_run(test, c);
	skb = rx->skb;
	KUNIT_ASSERT_EQ(test, !c->bad, !!skb);
	KUNIT_EXPECT_EQ(test, c->bad, skua_fake_count(test, SKUA_CTR_RX_BAD_FIELD));
	KUNIT_EXPECT_EQ(test, !c->bad, skua_fake_count(test, SKUA_CTR_RX_COALESCED));
	KUNIT_EXPECT_EQ(test, 3, rx->fake.sc->rx.nfree);
	if (c->bad) {
		rx_done(test);
		return;
	}
	KUNIT_EXPECT_EQ(test, len + 230, skb->len);
	KUNIT_EXPECT_EQ(test, MSS, skb_shinfo(skb)->gso_size);
	KUNIT_EXPECT_EQ(test, 3, skb_shinfo(skb)->gso_segs);
	KUNIT_EXPECT_EQ(test, c->type, skb_shinfo(skb)->gso_type);
	KUNIT_EXPECT_EQ(test, CHECKSUM_PARTIAL, (u8)skb->ip_summed);
	KUNIT_EXPECT_EQ(test, at, skb_checksum_start_offset(skb));
	KUNIT_EXPECT_EQ(test, offsetof(struct tcphdr, check), skb->csum_offset);
	if (c->v6) {
		KUNIT_EXPECT_EQ(test, skb->len - at,
				get_unaligned_be16(skb->data + ETH_HLEN + 4));
	} else {
		KUNIT_EXPECT_EQ(test, skb->len - ETH_HLEN,
				get_unaligned_be16(skb->data + ETH_HLEN + 2));
		KUNIT_EXPECT_EQ(test, 0, (__force u16)
				ip_fast_csum(skb->data + ETH_HLEN, 5));
	}
	expect_payload(test, skb, len, 0);
	/* the field has the sum of the pseudo header: with that of the rest all is right */
	skb_gso_reset(skb);
	KUNIT_ASSERT_EQ(test, 0, skb_checksum_help(skb));
	KUNIT_EXPECT_EQ(test, 0, (__force u16)rx_tcp_sum(skb, c->v6, at));
	rx_done(test);
}

/* A packet that is forwarded is cut again: into what had been received */
static void rx_splits_again(struct kunit *test)
{
	static const struct rx_run_case c = { .opts = 12 };
	static const unsigned int payload[] = { MSS, MSS, 30 };
	struct rx_test *rx = test->priv;
	struct sk_buff_head frames;
	struct ieee80211_rx_status st;
	unsigned int i, len = AT_TCP + 32;
	struct sk_buff *skb;

	rx_receive_run(test, &c);
	KUNIT_ASSERT_NOT_NULL(test, rx->skb);
	st = *IEEE80211_SKB_RXCB(rx->skb);
	__skb_queue_head_init(&frames);
	local_bh_disable();
	skua_rx_split(rx->fake.sc, rx->skb, &frames);
	local_bh_enable();
	rx->skb = NULL;
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(payload), skb_queue_len(&frames));
	for (i = 0; (skb = __skb_dequeue(&frames)); i++) {
		KUNIT_EXPECT_FALSE(test, skb_is_gso(skb));
		KUNIT_EXPECT_EQ(test, len + payload[i], skb->len);
		KUNIT_EXPECT_EQ(test, 1000 + i * MSS,
				get_unaligned_be32(skb->data + AT_TCP + 4));
		KUNIT_EXPECT_MEMEQ(test, IEEE80211_SKB_RXCB(skb), &st, sizeof(st));
		expect_payload(test, skb, len, i * MSS);
		KUNIT_ASSERT_EQ(test, 0, skb_checksum_help(skb));
		KUNIT_EXPECT_EQ(test, 0, (__force u16)rx_tcp_sum(skb, false, AT_TCP));
		kfree_skb(skb);
	}
	rx_done(test);
}

/* What cannot be cut is lost, and counted */
static void rx_split_fails(struct kunit *test)
{
	static const struct rx_run_case c = {};
	struct rx_test *rx = test->priv;
	struct sk_buff_head frames;

	rx_receive_run(test, &c);
	KUNIT_ASSERT_NOT_NULL(test, rx->skb);
	/* as in the kernel without memory: no segments */
	rx->skb->protocol = htons(ETH_P_802_3);
	__skb_queue_head_init(&frames);
	local_bh_disable();
	skua_rx_split(rx->fake.sc, rx->skb, &frames);
	local_bh_enable();
	rx->skb = NULL;
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&frames));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_NO_MEM));
	rx_done(test);
}

static struct kunit_case rx_cases[] = {
	KUNIT_CASE_PARAM(rx_parse_checks_bounds, rx_parse_gen_params),
	KUNIT_CASE_PARAM(rx_parse_of_an_8023_record, rx_8023_gen_params),
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
	KUNIT_CASE_PARAM(rx_admits_an_8023_frame, rx_admit_gen_params),
	KUNIT_CASE(rx_8023_of_a_stale_station),
	KUNIT_CASE(rx_8023_frame_as_it_is),
	KUNIT_CASE_PARAM(rx_checksum, rx_csum_gen_params),
	KUNIT_CASE_PARAM(rx_joins_segments, rx_run_gen_params),
	KUNIT_CASE(rx_splits_again),
	KUNIT_CASE(rx_split_fails),
	{}
};

static int rx_init(struct kunit *test)
{
	return skua_fake_init_in(test, sizeof(struct rx_test));
}

static struct kunit_suite rx_suite = {
	.name = "skua_rx",
	.init = rx_init,
	.test_cases = rx_cases,
};

kunit_test_suite(rx_suite);
