// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: transmit
 */
#include <kunit/static_stub.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/ip.h>

#include "../../key.h"
#include "../../sta.h"
#include "../../tx.h"
#include "../../tx_desc.h"
#include "../../tx_done.h"
#include "fake.h"

/* ------------------------------------------------------------------ */
/* Encode								*/
/* ------------------------------------------------------------------ */

struct tx_encode_case {
	const char *desc;
	struct skua_tx_req req;
	u32 w0, flags, w2, w3, w4, pn_lo, w6, w7;
};

/* Each field alone, all bits of it: no other bit may be set. */
static const struct tx_encode_case tx_encode_cases[] = {
	{ "nothing", .w0 = 0x00010000 },
	{ "token", .req.token = 0xffff, .w0 = 0x0001ffff },
	{ "flags", .req.flags = SKUA_TXF_VALID, .w0 = 0x10000, .flags = 0xf7fff },
	{ "station", .req.sta = 0xffff, .w0 = 0x10000, .w2 = 0x0000ffff },
	{ "its generation", .req.sta_gen = 0xffff, .w0 = 0x10000, .w2 = 0xffff0000 },
	{ "vif", .req.vif = 0xff, .w0 = 0x10000, .w3 = 0x000000ff },
	{ "link", .req.link = 0xf, .w0 = 0x10000, .w3 = 0x00000f00 },
	{ "tid", .req.tid = 0xf, .w0 = 0x10000, .w3 = 0x0000f000 },
	{ "tries", .req.tries = 31, .w0 = 0x10000, .w3 = 0x001f0000 },
	{ "key", .req.key = 0xffff, .w0 = 0x10000, .w4 = 0x0000ffff },
	{ "its generation", .req.key_gen = 0xffff, .w0 = 0x10000, .w4 = 0xffff0000 },
	{ "pn, low", .req.pn = 0x12345678, .w0 = 0x10000, .pn_lo = 0x12345678 },
	{ "pn, high", .req.pn = 0xffff00000000ULL, .w0 = 0x10000, .w6 = 0xffff },
	{ "rate", .req.rate = 0x0fffffff, .w0 = 0x10000, .w7 = 0x0fffffff },
	{ "segment", .req.gso_size = 0xffff, .w0 = 0x10000, .w6 = 0xffff0000 },
	{ "checksum, start", .req.flags = SKUA_TXF_CSUM, .req.csum_start = 0xffff,
	  .w0 = 0x10000, .flags = 0x2000, .w7 = 0x0000ffff },
	{ "checksum, offset", .req.flags = SKUA_TXF_CSUM, .req.csum_off = 0xffff,
	  .w0 = 0x10000, .flags = 0x2000, .w7 = 0xffff0000 },
	{ "checksum, no rate", .req.flags = SKUA_TXF_CSUM, .req.rate = 0x0fffffff,
	  .w0 = 0x10000, .flags = 0x2000 },
	{ "no checksum", .req.csum_start = 0xffff, .req.csum_off = 0xffff,
	  .w0 = 0x10000 },
};

KUNIT_ARRAY_PARAM_DESC(tx_encode, tx_encode_cases, desc);

static void tx_encode_fields(struct kunit *test)
{
	const struct tx_encode_case *c = test->param_value;
	struct skua_tx_desc slot[SKUA_TX_MAX_SLOTS];
	struct skua_tx_map map = { .addr = 0x1122334455667788ULL, .len = 1500 };

	memset(slot, 0x5a, sizeof(slot));
	KUNIT_EXPECT_EQ(test, 1, skua_tx_encode(&c->req, &map, 1, slot));
	KUNIT_EXPECT_EQ(test, c->w0, le32_to_cpu(slot[0].w0));
	KUNIT_EXPECT_EQ(test, c->flags, le32_to_cpu(slot[0].flags));
	KUNIT_EXPECT_EQ(test, c->w2, le32_to_cpu(slot[0].w2));
	KUNIT_EXPECT_EQ(test, c->w3, le32_to_cpu(slot[0].w3));
	KUNIT_EXPECT_EQ(test, c->w4, le32_to_cpu(slot[0].w4));
	KUNIT_EXPECT_EQ(test, c->pn_lo, le32_to_cpu(slot[0].pn_lo));
	KUNIT_EXPECT_EQ(test, c->w6, le32_to_cpu(slot[0].w6));
	KUNIT_EXPECT_EQ(test, c->w7, le32_to_cpu(slot[0].w7));
	KUNIT_EXPECT_EQ(test, map.addr, le64_to_cpu(slot[0].seg[0].addr));
	KUNIT_EXPECT_EQ(test, map.len, le32_to_cpu(slot[0].seg[0].len));
	KUNIT_EXPECT_EQ(test, 0, le64_to_cpu(slot[0].seg[1].addr));
}

struct tx_segs_case {
	const char *desc;
	unsigned int nmaps;
	unsigned int slots;
};

static const struct tx_segs_case tx_segs_cases[] = {
	{ "one", 1, 1 },
	{ "all of the first slot", 2, 1 },
	{ "one more", 3, 2 },
	{ "all of the second slot", 6, 2 },
	{ "one in the third", 7, 3 },
	{ "the most", SKUA_TXD_MAX_SEGS, 6 },
};

KUNIT_ARRAY_PARAM_DESC(tx_segs, tx_segs_cases, desc);

static const struct skua_seg *tx_seg(const struct skua_tx_desc *slot, unsigned int i)
{
	const struct skua_tx_cont *cont;

	if (i < SKUA_TXD_SEGS)
		return &slot->seg[i];
	i -= SKUA_TXD_SEGS;
	cont = (void *)&slot[1 + i / SKUA_TXD_CONT_SEGS];
	return &cont->seg[i % SKUA_TXD_CONT_SEGS];
}

static void tx_encode_segments(struct kunit *test)
{
	const struct tx_segs_case *c = test->param_value;
	struct skua_tx_desc slot[SKUA_TX_MAX_SLOTS];
	struct skua_tx_map map[SKUA_TXD_MAX_SEGS];
	const struct skua_tx_req req = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++) {
		map[i].addr = 0x1000 * (i + 1);
		map[i].len = 100 + i;
	}
	KUNIT_ASSERT_EQ(test, c->slots,
			skua_tx_encode(&req, map, c->nmaps, slot));
	KUNIT_EXPECT_EQ(test, c->nmaps,
			le32_get_bits(slot[0].w0, SKUA_TXD_W0_NSEG));
	for (i = 0; i < c->nmaps; i++) {
		const struct skua_seg *seg = tx_seg(slot, i);

		KUNIT_EXPECT_EQ(test, map[i].addr, le64_to_cpu(seg->addr));
		KUNIT_EXPECT_EQ(test, map[i].len, le32_to_cpu(seg->len));
	}
}

/* ------------------------------------------------------------------ */
/* Frames								*/
/* ------------------------------------------------------------------ */

static const u8 snap_ip[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00, 0x08, 0x00 };

/* A frame to the fake's station, or to a group; QoS data have TID 5. */
static struct sk_buff *make_frame(struct kunit *test, u16 fc, bool group)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_qos_hdr *hdr;
	struct sk_buff *skb;
	unsigned int len = ieee80211_hdrlen(cpu_to_le16(fc));

	skb = alloc_skb(512, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	hdr = skb_put_zero(skb, len);
	hdr->frame_control = cpu_to_le16(fc);
	memcpy(hdr->addr1, fake->sta->addr, ETH_ALEN);
	if (group)
		eth_broadcast_addr(hdr->addr1);
	if (ieee80211_is_data_qos(hdr->frame_control))
		*ieee80211_get_qos_ctl((void *)hdr) = 5;
	skb_put_data(skb, snap_ip, sizeof(snap_ip));
	skb_put_zero(skb, 100);
	memset(skb->cb, 0, sizeof(skb->cb));
	IEEE80211_SKB_CB(skb)->control.vif = fake->vif;
	skb_set_queue_mapping(skb, IEEE80211_AC_VI);
	skb->protocol = cpu_to_be16(ETH_P_IP);
	return skb;
}

#define QOS_DATA	(IEEE80211_FTYPE_DATA | IEEE80211_STYPE_QOS_DATA)
#define DATA		(IEEE80211_FTYPE_DATA | IEEE80211_STYPE_DATA)
#define NULLFUNC	(IEEE80211_FTYPE_DATA | IEEE80211_STYPE_NULLFUNC)
#define QOS_NULL	(IEEE80211_FTYPE_DATA | IEEE80211_STYPE_QOS_NULLFUNC)
#define PSPOLL		(IEEE80211_FTYPE_CTL | IEEE80211_STYPE_PSPOLL)
#define DEAUTH		(IEEE80211_FTYPE_MGMT | IEEE80211_STYPE_DEAUTH)
#define PROBE_RESP	(IEEE80211_FTYPE_MGMT | IEEE80211_STYPE_PROBE_RESP)
#define PROTECTED	IEEE80211_FCTL_PROTECTED

struct tx_flags_case {
	const char *desc;
	u16 fc;
	bool group;
	u32 info;
	u16 seq_ctrl;
	u32 flags;
};

/* T2, T5, T6, V7 */
static const struct tx_flags_case tx_flags_cases[] = {
	{ "data", DATA, .flags = 0 },
	{ "qos data", QOS_DATA, .flags = SKUA_TXF_QOS },
	{ "group", DATA, .group = true, .flags = SKUA_TXF_NO_ACK },
	{ "no ack", DATA, .info = IEEE80211_TX_CTL_NO_ACK, .flags = SKUA_TXF_NO_ACK },
	{ "after dtim", DATA, .info = IEEE80211_TX_CTL_SEND_AFTER_DTIM,
	  .flags = SKUA_TXF_AFTER_DTIM },
	{ "no ps buffer", DATA, .info = IEEE80211_TX_CTL_NO_PS_BUFFER,
	  .flags = SKUA_TXF_NO_PS_BUFFER },
	{ "off channel", DATA, .info = IEEE80211_TX_CTL_TX_OFFCHAN,
	  .flags = SKUA_TXF_OFFCHAN },
	{ "end of service period", DATA, .info = IEEE80211_TX_STATUS_EOSP,
	  .flags = SKUA_TXF_EOSP },
	{ "more data", DATA | IEEE80211_FCTL_MOREDATA, .flags = SKUA_TXF_MORE_DATA },
	{ "status", DATA, .info = IEEE80211_TX_CTL_REQ_TX_STATUS,
	  .flags = SKUA_TXF_STATUS },
	{ "injected", DATA, .info = IEEE80211_TX_CTL_INJECTED,
	  .flags = SKUA_TXF_KEEP_SEQ },
	{ "probe response", PROBE_RESP, .flags = SKUA_TXF_INSERT_TS },
	{ "injected probe response", PROBE_RESP, .info = IEEE80211_TX_CTL_INJECTED,
	  .flags = SKUA_TXF_KEEP_SEQ },
	{ "first fragment", DATA | IEEE80211_FCTL_MOREFRAGS,
	  .flags = SKUA_TXF_KEEP_SEQ },
	{ "last fragment", DATA, .seq_ctrl = 0x0013, .flags = SKUA_TXF_KEEP_SEQ },
	{ "number but no fragment", DATA, .seq_ctrl = 0x0010, .flags = 0 },
};

KUNIT_ARRAY_PARAM_DESC(tx_flags, tx_flags_cases, desc);

static void tx_flags_follow_the_frame(struct kunit *test)
{
	const struct tx_flags_case *c = test->param_value;
	struct sk_buff *skb = make_frame(test, c->fc, c->group);
	struct ieee80211_hdr *hdr = (void *)skb->data;

	IEEE80211_SKB_CB(skb)->flags = c->info;
	hdr->seq_ctrl = cpu_to_le16(c->seq_ctrl);
	KUNIT_EXPECT_EQ(test, c->flags, skua_tx_flags(skb));
	kfree_skb(skb);
}

struct tx_clear_case {
	const char *desc;
	u16 fc;
	struct skua_tx_view v;
	bool ok;
};

#define STA	.v.sta_keyed = true, .v.sta_tx_keyed = true
#define STA_RX	.v.sta_keyed = true
#define VIF	.v.vif_keyed = true

/* K4, K5, K15 rule 4: every kind of frame in every state of keys */
static const struct tx_clear_case tx_clear_cases[] = {
	{ "data, open", DATA, .ok = true },
	{ "data, station keyed", DATA, STA, .ok = false },
	{ "data, interface keyed", DATA, VIF, .ok = false },
	{ "data, both keyed", QOS_DATA, STA, VIF, .ok = false },
	{ "data, keyed, clear text asked for", DATA, STA, .v.dont_encrypt = true },
	{ "data, keyed, encrypted by mac80211", DATA, STA,
	  .v.sw_encrypted = true, .ok = true },
	{ "data, interface keyed, encrypted by mac80211", DATA, VIF,
	  .v.sw_encrypted = true, .ok = true },
	{ "data, keyed, injected", DATA, STA, .v.injected = true, .ok = true },
	{ "group data, open", DATA, .v.group = true, .ok = true },
	{ "group data, station keyed only", DATA, STA, .v.group = true, .ok = true },
	{ "group data, keyed", DATA, VIF, .v.group = true, .ok = false },
	{ "group data, keyed, encrypted by mac80211", DATA, VIF, .v.group = true,
	  .v.sw_encrypted = true, .ok = true },
	{ "group eapol, keyed", DATA, VIF, .v.group = true, .v.eapol = true },
	{ "eapol, open", DATA, .v.eapol = true, .ok = true },
	{ "eapol, before the first key", DATA, VIF, .v.eapol = true, .ok = true },
	{ "eapol, keyed", DATA, STA, .v.eapol = true, .ok = false },
	{ "eapol, keyed, clear text asked for", DATA, STA, .v.eapol = true,
	  .v.dont_encrypt = true, .ok = true },
	{ "eapol, key for receiving only", DATA, STA_RX, .v.eapol = true, .ok = true },
	{ "eapol, key for receiving only, group key", DATA, STA_RX, VIF,
	  .v.eapol = true, .ok = true },
	{ "data, key for receiving only", DATA, STA_RX, .ok = false },
	{ "data, key for receiving only, group key", QOS_DATA, STA_RX, VIF },
	{ "null data, keyed", NULLFUNC, STA, VIF, .ok = true },
	{ "qos null data, keyed", QOS_NULL, STA, VIF, .ok = true },
	{ "ps-poll, keyed", PSPOLL, STA, VIF, .ok = true },
	{ "management, keyed", PROBE_RESP, STA, VIF, .v.mfp = true, .ok = true },
	{ "robust, keyed, no mfp", DEAUTH, STA, VIF, .v.robust = true, .ok = true },
	{ "robust, mfp, not yet keyed", DEAUTH, VIF, .v.robust = true, .v.mfp = true,
	  .ok = true },
	{ "robust, mfp, key for receiving only", DEAUTH, STA_RX, .v.robust = true,
	  .v.mfp = true, .ok = true },
	{ "robust, mfp, keyed", DEAUTH, STA, .v.robust = true, .v.mfp = true },
	{ "robust, mfp, keyed, encrypted by mac80211", DEAUTH, STA, .v.robust = true, .v.mfp = true,
	  .v.sw_encrypted = true, .ok = true },
	{ "robust group, keyed", DEAUTH, STA, VIF, .v.robust = true, .v.mfp = true,
	  .v.group = true, .ok = true },
};

KUNIT_ARRAY_PARAM_DESC(tx_clear, tx_clear_cases, desc);

static void tx_fails_closed(struct kunit *test)
{
	const struct tx_clear_case *c = test->param_value;
	struct skua_tx_view v = c->v;

	v.fc = cpu_to_le16(c->fc);
	KUNIT_EXPECT_EQ(test, c->ok, skua_tx_clear_ok(&v));
}

static void tx_looks_clear(struct kunit *test)
{
	struct sk_buff *skb = make_frame(test, QOS_DATA, false);

	KUNIT_EXPECT_TRUE(test, skua_tx_looks_clear(skb));
	skb->data[26 + 3] = 0x20;
	KUNIT_EXPECT_FALSE(test, skua_tx_looks_clear(skb));
	skb_trim(skb, 26 + 4);
	KUNIT_EXPECT_FALSE(test, skua_tx_looks_clear(skb));
	kfree_skb(skb);
}

/* A8, K15 rule 4: LLC/SNAP stands behind the header of the first subframe */
static void tx_amsdu_looks_clear(struct kunit *test)
{
	struct sk_buff *skb = make_frame(test, QOS_DATA, false);
	u8 *qos = ieee80211_get_qos_ctl((void *)skb->data);

	*qos |= IEEE80211_QOS_CTL_A_MSDU_PRESENT;
	KUNIT_EXPECT_FALSE(test, skua_tx_looks_clear(skb));
	memcpy(skb->data + 26 + ETH_HLEN, snap_ip, sizeof(snap_ip));
	KUNIT_EXPECT_TRUE(test, skua_tx_looks_clear(skb));
	/* an MSDU whose payload looks so */
	*qos &= ~IEEE80211_QOS_CTL_A_MSDU_PRESENT;
	skb->data[26] = 0;
	KUNIT_EXPECT_FALSE(test, skua_tx_looks_clear(skb));
	kfree_skb(skb);
}

/* ------------------------------------------------------------------ */
/* Tokens								*/
/* ------------------------------------------------------------------ */

#define NTOKENS	16

static void free_tokens(void *sc)
{
	skua_tx_exit(sc);
}

static void make_tokens(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	KUNIT_ASSERT_EQ(test, 0, skua_tokens_alloc(&fake->sc->tx, NTOKENS));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_tokens,
							   fake->sc));
}

/* X4 */
static void tokens_run_out_and_return(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_tx *tx = &fake->sc->tx;
	DECLARE_BITMAP(seen, NTOKENS) = {};
	int i, id;

	make_tokens(test);
	local_bh_disable();
	for (i = 0; i < NTOKENS; i++) {
		id = skua_token_get(tx);
		KUNIT_ASSERT_GE(test, id, 0);
		KUNIT_ASSERT_LT(test, id, NTOKENS);
		KUNIT_EXPECT_FALSE(test, test_and_set_bit(id, seen));
	}
	KUNIT_EXPECT_EQ(test, -ENOSPC, skua_token_get(tx));
	KUNIT_EXPECT_EQ(test, 0, tx->nfree);
	skua_token_put(tx, 7);
	skua_token_put(tx, 3);
	KUNIT_EXPECT_EQ(test, 2, tx->nfree);
	KUNIT_EXPECT_EQ(test, 3, skua_token_get(tx));
	KUNIT_EXPECT_EQ(test, 7, skua_token_get(tx));
	KUNIT_EXPECT_EQ(test, -ENOSPC, skua_token_get(tx));
	local_bh_enable();
}

static void token_unknown_or_free(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_tx *tx = &fake->sc->tx;

	make_tokens(test);
	KUNIT_EXPECT_NULL(test, skua_token_used(tx, NTOKENS));
	KUNIT_EXPECT_NULL(test, skua_token_used(tx, 0xffff));
	KUNIT_EXPECT_NULL(test, skua_token_used(tx, 0));
	tx->token[0].skb = (void *)1;
	KUNIT_EXPECT_PTR_EQ(test, &tx->token[0], skua_token_used(tx, 0));
	tx->token[0].skb = NULL;
}

/* ------------------------------------------------------------------ */
/* Post									*/
/* ------------------------------------------------------------------ */

static void make_path(struct kunit *test, u32 entries)
{
	unsigned int n;

	make_tokens(test);
	for (n = 0; n < SKUA_NUM_TX_RINGS; n++)
		skua_fake_ring(test, SKUA_RING_TX_VO + n,
			       sizeof(struct skua_tx_desc), entries);
}

static void give_to(struct kunit *test, unsigned int n, struct ieee80211_sta *sta,
		    struct sk_buff *skb)
{
	struct skua_fake *fake = test->priv;

	local_bh_disable();
	rcu_read_lock();
	skua_tx_give(fake->sc, n, sta, skb);
	rcu_read_unlock();
	local_bh_enable();
}

static void give(struct kunit *test, unsigned int n, struct sk_buff *skb)
{
	struct skua_fake *fake = test->priv;

	give_to(test, n, fake->sta, skb);
}

static void end_all(struct kunit *test, const struct skua_cpl_tx *rec,
		    const __le32 *words, unsigned int n)
{
	struct skua_fake *fake = test->priv;
	struct skua_poll poll = {};

	INIT_LIST_HEAD(&poll.free_list);
	INIT_LIST_HEAD(&poll.rx_list);
	local_bh_disable();
	rcu_read_lock();
	skua_tx_cpl(fake->sc, rec, words, n, &poll);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, list_empty(&poll.free_list));
}

static void end_for(struct kunit *test, u16 sta, u32 airtime, u32 word)
{
	const struct skua_cpl_tx rec = {
		.sta = cpu_to_le16(sta),
		.airtime_us = cpu_to_le32(airtime),
	};
	const __le32 status = cpu_to_le32(word);

	end_all(test, &rec, &status, 1);
}

static void end(struct kunit *test, u32 word)
{
	end_for(test, SKUA_STA_NONE, 0, word);
}

static void reset(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	wiphy_lock(fake->hw->wiphy);
	skua_tx_reset(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
}

static struct skua_tx_desc *posted(struct kunit *test, unsigned int n, u32 index)
{
	struct skua_fake *fake = test->priv;

	return skua_ring_slot(skua_tx_ring(fake->sc, n), index);
}

static void tx_posts_a_frame(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct sk_buff *skb = make_frame(test, QOS_DATA, false);
	struct skua_tx_desc *desc;
	unsigned int len = skb->len;

	make_path(test, 16);
	skua_sta(fake->sta)->handle = 2;
	skua_sta(fake->sta)->gen = 0x1234;
	give(test, IEEE80211_AC_VI, skb);

	desc = posted(test, IEEE80211_AC_VI, 0);
	KUNIT_EXPECT_EQ(test, 1,
			le32_to_cpu(skua_tx_ring(fake->sc, IEEE80211_AC_VI)->idx->prod));
	KUNIT_EXPECT_EQ(test, SKUA_TXF_QOS, le32_to_cpu(desc->flags));
	KUNIT_EXPECT_EQ(test, 0x12340002, le32_to_cpu(desc->w2));
	KUNIT_EXPECT_EQ(test, 0x00005003, le32_to_cpu(desc->w3));
	KUNIT_EXPECT_EQ(test, SKUA_KEY_NONE, le32_get_bits(desc->w4, SKUA_TXD_W4_KEY));
	KUNIT_EXPECT_EQ(test, len, le32_to_cpu(desc->seg[0].len));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&fake->sc->tx.queued));
	end(test, FIELD_PREP(SKUA_TXS_STATUS, SKUA_TXS_NO_MEM));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&fake->sc->tx.queued));
}

/* T1: a token that ends twice, or that never existed, does no harm */
static void tx_token_is_not_yet_used(struct skua *sc, enum skua_step step)
{
	struct kunit *test = kunit_get_current_test();
	struct skua_fake *fake = test->priv;

	switch (step) {
	case SKUA_STEP_TX_FILLED:
		/* a NIC that returns a token which it has not got frees no frame here */
		KUNIT_EXPECT_PTR_EQ(test, NULL, skua_token_used(&sc->tx, 0));
		KUNIT_EXPECT_EQ(test, 1, atomic_read(&sc->tx.queued));
		fake->steps++;
		break;
	case SKUA_STEP_PUBLISHED:
		/* a command that is sent now does not wait for a frame of a hidden index */
		KUNIT_EXPECT_EQ(test, 0, skua_tx_ring(sc, IEEE80211_AC_VI)->published);
		KUNIT_EXPECT_EQ(test, 1,
				le32_to_cpu(skua_tx_ring(sc, IEEE80211_AC_VI)->idx->prod));
		fake->steps++;
		break;
	default:
		break;
	}
}

/* T1, D2: the order in which a frame becomes the NIC's */
static void tx_posts_in_order(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	make_path(test, 32);
	kunit_activate_static_stub(test, skua_step, tx_token_is_not_yet_used);
	give(test, IEEE80211_AC_VI, make_frame(test, QOS_DATA, false));
	KUNIT_EXPECT_EQ(test, 2, fake->steps);
	KUNIT_EXPECT_EQ(test, 1, skua_tx_ring(fake->sc, IEEE80211_AC_VI)->published);
	KUNIT_EXPECT_NOT_NULL(test, skua_token_used(&fake->sc->tx, 0));
	reset(test);
}

static void tx_record_with_a_bad_token(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	u32 word = FIELD_PREP(SKUA_TXS_STATUS, SKUA_TXS_STALE_STA);

	make_path(test, 16);
	give(test, IEEE80211_AC_VI, make_frame(test, QOS_DATA, false));
	end(test, word | 1);
	end(test, word | 0xffff);
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_TX_BAD_TOKEN));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&fake->sc->tx.queued));
	end(test, word);
	end(test, word);
	KUNIT_EXPECT_EQ(test, 3, skua_fake_count(test, SKUA_CTR_TX_BAD_TOKEN));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_STALE));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&fake->sc->tx.queued));
	KUNIT_EXPECT_EQ(test, NTOKENS, fake->sc->tx.nfree);
}

/* D3: the frame ends, and airtime of a frame that is not the station's is not paid */
static void tx_record_with_another_station(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	u32 word = FIELD_PREP(SKUA_TXS_STATUS, SKUA_TXS_STALE_STA) |
		   FIELD_PREP(SKUA_TXS_TRIES, 1);

	make_path(test, 16);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_EQ(test, 0, skua_sta_handle_take(fake->sc, fake->sta));
	wiphy_unlock(fake->hw->wiphy);
	skua_sta(fake->sta)->gen = fake->sc->sta[skua_sta(fake->sta)->handle].gen;
	/* to a group: no station's frame */
	give(test, IEEE80211_AC_VI, make_frame(test, DATA, true));
	/* mac80211 would look into the test's station, which is none of its own */
	end_for(test, skua_sta(fake->sta)->handle, 0x7fffff00, word);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_BAD_TOKEN));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_STALE));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&fake->sc->tx.queued));
}

/* T1: a reset gives every frame back */
static void tx_reset_reclaims(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	make_path(test, 32);
	give(test, IEEE80211_AC_VI, make_frame(test, QOS_DATA, false));
	give(test, IEEE80211_AC_BK, make_frame(test, DATA, false));
	give(test, SKUA_TX_MGMT, make_frame(test, DEAUTH, false));
	KUNIT_EXPECT_EQ(test, 3, atomic_read(&fake->sc->tx.queued));
	reset(test);
	KUNIT_EXPECT_EQ(test, 3, skua_fake_count(test, SKUA_CTR_TX_RECLAIMED));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&fake->sc->tx.queued));
	KUNIT_EXPECT_EQ(test, NTOKENS, fake->sc->tx.nfree);
}

static void tx_to_a_dead_nic(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	make_path(test, 16);
	set_bit(SKUA_F_DEAD, &fake->sc->flags);
	give(test, IEEE80211_AC_VI, make_frame(test, QOS_DATA, false));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_DEAD));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&fake->sc->tx.queued));
}

/* X4: a full ring takes no more frames, and no slot is overwritten */
static void tx_ring_full(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	unsigned int i;

	make_path(test, 8);
	for (i = 0; i < 4; i++)
		give(test, IEEE80211_AC_VI, make_frame(test, QOS_DATA, false));
	/* three frames fit before there is no room for the largest frame */
	KUNIT_EXPECT_EQ(test, 3, atomic_read(&fake->sc->tx.queued));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_NO_ROOM));
	reset(test);
}

static void install_key(struct kunit *test, struct ieee80211_sta *sta,
			struct ieee80211_key_conf *conf)
{
	struct skua_fake *fake = test->priv;

	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_EQ(test, 0, skua_op_set_key(fake->hw, SET_KEY, fake->vif,
						 sta, conf));
	wiphy_unlock(fake->hw->wiphy);
}

static struct ieee80211_key_conf *install(struct kunit *test,
					  struct ieee80211_sta *sta)
{
	struct ieee80211_key_conf *conf;

	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_CCMP, WLAN_KEY_LEN_CCMP, 0);
	install_key(test, sta, conf);
	return conf;
}

/* K4, K14: exactly the key that mac80211 names, with its next numbers */
static void tx_with_a_key(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf, *other;
	struct sk_buff *skb;
	struct skua_tx_desc *desc;

	make_path(test, 32);
	other = install(test, NULL);
	conf = install(test, fake->sta);
	atomic64_set(&conf->tx_pn, 0xabcdffffffffULL - 1);

	skb = make_frame(test, QOS_DATA | PROTECTED, false);
	IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	skb_shinfo(skb)->gso_segs = 3;
	give(test, IEEE80211_AC_VI, skb);
	desc = posted(test, IEEE80211_AC_VI, 0);
	KUNIT_EXPECT_EQ(test, SKUA_TXF_QOS | SKUA_TXF_PROTECT,
			le32_to_cpu(desc->flags));
	KUNIT_EXPECT_EQ(test, 0x00010001, le32_to_cpu(desc->w4));
	KUNIT_EXPECT_EQ(test, 0xffffffff, le32_to_cpu(desc->pn_lo));
	KUNIT_EXPECT_EQ(test, 0xabcd, le32_to_cpu(desc->w6));
	KUNIT_EXPECT_EQ(test, 0xabcd00000000ULL + 0x100000001ULL,
			atomic64_read(&conf->tx_pn));

	/* the interface's key for a frame to its station */
	skb = make_frame(test, DATA | PROTECTED, true);
	IEEE80211_SKB_CB(skb)->control.hw_key = other;
	give(test, IEEE80211_AC_VI, skb);
	desc = posted(test, IEEE80211_AC_VI, 1);
	KUNIT_EXPECT_EQ(test, 0x00010000, le32_to_cpu(desc->w4));
	KUNIT_EXPECT_EQ(test, 1, le32_to_cpu(desc->pn_lo));
	reset(test);
}

/* K14: only a frame that gets to the NIC takes numbers, so that no gap is left */
static void tx_without_room_takes_no_pn(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	struct sk_buff *skb;
	int token[NTOKENS];
	unsigned int i;

	make_path(test, 32);
	conf = install(test, fake->sta);
	atomic64_set(&conf->tx_pn, 100);
	local_bh_disable();
	for (i = 0; i < NTOKENS; i++)
		token[i] = skua_token_get(&fake->sc->tx);
	local_bh_enable();
	skb = make_frame(test, QOS_DATA | PROTECTED, false);
	IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	give(test, IEEE80211_AC_VI, skb);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_NO_ROOM));
	KUNIT_EXPECT_EQ(test, 100, atomic64_read(&conf->tx_pn));

	local_bh_disable();
	for (i = 0; i < NTOKENS; i++)
		skua_token_put(&fake->sc->tx, token[i]);
	local_bh_enable();
	skb = make_frame(test, QOS_DATA | PROTECTED, false);
	IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	give(test, IEEE80211_AC_VI, skb);
	KUNIT_EXPECT_EQ(test, 101, le32_to_cpu(posted(test, IEEE80211_AC_VI, 0)->pn_lo));
	reset(test);
}

/* X3: from the frame to its status, no code gives up the processor */
static void tx_never_sleeps(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	unsigned long switches;
	struct sk_buff *skb;

	make_path(test, 32);
	conf = install(test, fake->sta);
	skb = make_frame(test, QOS_DATA | PROTECTED, false);
	IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	switches = current->nvcsw;
	give(test, IEEE80211_AC_VI, skb);
	end(test, FIELD_PREP(SKUA_TXS_STATUS, SKUA_TXS_STALE_STA));
	KUNIT_EXPECT_EQ(test, switches, current->nvcsw);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_STALE));
}

/* K4, K15 rule 4: mac80211 names a key that the NIC does not have */
static void tx_with_a_key_of_the_past(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	struct sk_buff *skb;

	make_path(test, 32);
	conf = install(test, fake->sta);
	wiphy_lock(fake->hw->wiphy);
	skua_op_set_key(fake->hw, DISABLE_KEY, fake->vif, fake->sta, conf);
	wiphy_unlock(fake->hw->wiphy);
	skb = make_frame(test, QOS_DATA | PROTECTED, false);
	IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	give(test, IEEE80211_AC_VI, skb);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_NO_KEY));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&fake->sc->tx.queued));
	KUNIT_EXPECT_EQ(test, 0, atomic64_read(&conf->tx_pn));
}

static void give_eapol(struct kunit *test)
{
	struct sk_buff *skb = make_frame(test, QOS_DATA, false);

	skb->protocol = cpu_to_be16(ETH_P_PAE);
	give(test, IEEE80211_AC_VO, skb);
}

/* K15, K4: Extended Key ID: message 4 is in clear text, and later frames are not */
static void tx_with_a_key_for_receiving_only(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	struct sk_buff *skb;

	make_path(test, 32);
	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_CCMP, WLAN_KEY_LEN_CCMP, 1);
	conf->flags = IEEE80211_KEY_FLAG_PAIRWISE | IEEE80211_KEY_FLAG_NO_AUTO_TX;
	install_key(test, fake->sta, conf);
	give_eapol(test);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&fake->sc->tx.queued));
	give(test, IEEE80211_AC_VO, make_frame(test, QOS_DATA, false));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_NO_KEY));

	/* the key is for transmitting now, which mac80211 does not say */
	conf->flags = IEEE80211_KEY_FLAG_PAIRWISE;
	skb = make_frame(test, QOS_DATA | PROTECTED, false);
	IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	give(test, IEEE80211_AC_VO, skb);
	KUNIT_EXPECT_EQ(test, 2, atomic_read(&fake->sc->tx.queued));
	give_eapol(test);
	KUNIT_EXPECT_EQ(test, 2, atomic_read(&fake->sc->tx.queued));
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_TX_NO_KEY));
	reset(test);
}

/* ------------------------------------------------------------------ */
/* A key goes								*/
/* ------------------------------------------------------------------ */

/**
 * struct tx_air - the air: ends the frame with token 0 after some time
 * @work: ends the frame
 * @test: the test
 */
struct tx_air {
	struct delayed_work work;
	struct kunit *test;
};

static void tx_air_ends_frame(struct work_struct *work)
{
	struct tx_air *air = container_of(work, struct tx_air, work.work);

	end(air->test, FIELD_PREP(SKUA_TXS_STATUS, SKUA_TXS_STALE_STA));
}

static void give_keyed(struct kunit *test, struct ieee80211_key_conf *conf)
{
	struct sk_buff *skb = make_frame(test, QOS_DATA | PROTECTED, false);

	IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	give(test, IEEE80211_AC_VO, skb);
}

static void disable(struct kunit *test, struct ieee80211_sta *sta,
		    struct ieee80211_key_conf *conf)
{
	struct skua_fake *fake = test->priv;

	wiphy_lock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 0, skua_op_set_key(fake->hw, DISABLE_KEY, fake->vif,
						 sta, conf));
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_KEY_DEL, fake->op[fake->ncmds - 1]);
}

/* K15: message 4 under the old key leaves before the key goes */
static void tx_leaves_before_its_key_goes(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct tx_air air = { .test = test };
	struct ieee80211_key_conf *conf;

	make_path(test, 32);
	conf = install(test, fake->sta);
	give_keyed(test, conf);
	INIT_DELAYED_WORK_ONSTACK(&air.work, tx_air_ends_frame);
	schedule_delayed_work(&air.work, 2);
	disable(test, fake->sta, conf);
	KUNIT_EXPECT_EQ(test, 0, fake->queued);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_KEY_CUT_SHORT));
	flush_delayed_work(&air.work);
	destroy_delayed_work_on_stack(&air.work);
}

/* K7: frames that do not leave hold up the removal only for a while */
static void tx_that_does_not_leave(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	unsigned long since;

	make_path(test, 32);
	conf = install(test, fake->sta);
	give_keyed(test, conf);
	since = jiffies;
	disable(test, fake->sta, conf);
	KUNIT_EXPECT_GE(test, jiffies - since, HZ / 10);
	KUNIT_EXPECT_EQ(test, 1, fake->queued);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_CUT_SHORT));

	/* the slot's next key does not wait for a frame of the last one */
	conf = install(test, fake->sta);
	disable(test, fake->sta, conf);
	KUNIT_EXPECT_EQ(test, 1, fake->queued);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_CUT_SHORT));
	end(test, FIELD_PREP(SKUA_TXS_STATUS, SKUA_TXS_STALE_KEY));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&fake->sc->tx.queued));
}

/* Plays mac80211's queue of frames of the control port. */
static bool tx_queue_has_eapol(struct ieee80211_sta *sta)
{
	struct skua_fake *fake = kunit_get_current_test()->priv;

	return fake->steps;
}

static void tx_eapol_is_taken(struct work_struct *work)
{
	struct tx_air *air = container_of(work, struct tx_air, work.work);
	struct skua_fake *fake = air->test->priv;

	fake->steps = 0;
	wake_up(&fake->sc->state_wait);
}

/* K15: message 4 that mac80211 still holds is taken before the key goes, or for 100 ms */
static void tx_eapol_of_mac80211_leaves_first(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct tx_air air = { .test = test };
	struct ieee80211_key_conf *conf;
	unsigned long since;

	make_path(test, 32);
	kunit_activate_static_stub(test, skua_key_eapol_left,
				   tx_queue_has_eapol);
	conf = install(test, fake->sta);
	conf->flags = IEEE80211_KEY_FLAG_PAIRWISE;
	fake->steps = 1;
	INIT_DELAYED_WORK_ONSTACK(&air.work, tx_eapol_is_taken);
	schedule_delayed_work(&air.work, 2);
	disable(test, fake->sta, conf);
	KUNIT_EXPECT_EQ(test, 0, fake->steps);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_KEY_CUT_SHORT));
	flush_delayed_work(&air.work);
	destroy_delayed_work_on_stack(&air.work);

	conf = install(test, fake->sta);
	conf->flags = IEEE80211_KEY_FLAG_PAIRWISE;
	fake->steps = 1;
	since = jiffies;
	disable(test, fake->sta, conf);
	KUNIT_EXPECT_GE(test, jiffies - since, HZ / 10);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_CUT_SHORT));
}

struct tx_wait_case {
	const char *desc;
	enum nl80211_iftype type;
	bool wme;
	bool group;
	bool data_waits;
	bool eapol_waits;
};

static const struct tx_wait_case tx_wait_cases[] = {
	{ "access point", NL80211_IFTYPE_AP, true, false, true, false },
	{ "station", NL80211_IFTYPE_STATION, true, false, true, false },
	{ "access point, peer without QoS", NL80211_IFTYPE_AP, false, false, true, true },
	/* one queue has message 4 and the data */
	{ "station, peer without QoS", NL80211_IFTYPE_STATION, false, false, false, true },
	{ "not its pairwise key", NL80211_IFTYPE_AP, true, true, false, false },
};

KUNIT_ARRAY_PARAM_DESC(tx_wait, tx_wait_cases, desc);

/* K15: data frames of mac80211's queues are not asked for while the key is replaced */
static void tx_data_waits_for_a_key(struct kunit *test)
{
	const struct tx_wait_case *c = test->param_value;
	struct ieee80211_txq *txq[IEEE80211_NUM_TIDS] = {};
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	unsigned int i;

	make_path(test, 32);
	kunit_activate_static_stub(test, skua_key_eapol_left,
				   tx_queue_has_eapol);
	fake->vif->type = c->type;
	fake->sta->wme = c->wme;
	for (i = 0; i < ARRAY_SIZE(txq); i += 7) {
		txq[i] = kunit_kzalloc(test, sizeof(*txq[i]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, txq[i]);
		txq[i]->sta = fake->sta;
		fake->sta->txq[i] = txq[i];
	}
	conf = install(test, fake->sta);
	if (!c->group)
		conf->flags = IEEE80211_KEY_FLAG_PAIRWISE;
	KUNIT_EXPECT_FALSE(test, skua_key_txq_waits(txq[0]));
	disable(test, fake->sta, conf);
	KUNIT_EXPECT_EQ(test, c->data_waits, skua_key_txq_waits(txq[0]));
	KUNIT_EXPECT_EQ(test, c->eapol_waits, skua_key_txq_waits(txq[7]));
}

struct tx_no_drain_case {
	const char *desc;
	bool asleep;
	bool other;
	bool clear;
};

static const struct tx_no_drain_case tx_no_drain_cases[] = {
	{ "no frame" },
	{ "a frame under another key", .other = true },
	{ "a frame in clear text", .clear = true },
	{ "its station sleeps", .asleep = true },
};

KUNIT_ARRAY_PARAM_DESC(tx_no_drain, tx_no_drain_cases, desc);

/* Nobody waits where no frame can leave under the key */
static void tx_key_goes_at_once(struct kunit *test)
{
	const struct tx_no_drain_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf, *other;

	make_path(test, 32);
	if (c->clear)
		give(test, IEEE80211_AC_VO, make_frame(test, NULLFUNC, false));
	other = install(test, NULL);
	conf = install(test, fake->sta);
	if (c->other)
		give_keyed(test, other);
	if (c->asleep) {
		skua_sta(fake->sta)->asleep = true;
		give_keyed(test, conf);
	}
	fake->sc->keys->credit.used = 0;
	fake->sc->keys->credit.at = jiffies - HZ;
	disable(test, fake->sta, conf);
	/* the credit is counted when a wait begins */
	KUNIT_EXPECT_LE(test, fake->sc->keys->credit.at, jiffies - HZ);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_KEY_CUT_SHORT));
	reset(test);
}

struct tx_patience_case {
	const char *desc;
	unsigned long credit;
	unsigned long past;
	unsigned long most;
	unsigned long limit;
};

static const struct tx_patience_case tx_patience_cases[] = {
	{ "nobody has waited", HZ, 0, HZ / 10, HZ / 10 },
	{ "little is left", HZ / 20, 0, HZ / 10, HZ / 20 },
	{ "all is used up", 0, 0, HZ / 10, 0 },
	{ "a part has come back", 0, HZ / 5, HZ / 10, HZ / 20 },
	{ "no more than all comes back", HZ / 2, 100 * HZ, 10 * HZ, HZ },
};

KUNIT_ARRAY_PARAM_DESC(tx_patience, tx_patience_cases, desc);

/* Hundreds of stations that answer no frame are removed within seconds */
static void tx_patience_is_limited(struct kunit *test)
{
	const struct tx_patience_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct skua_keys *keys = fake->sc->keys;
	unsigned long limit;

	keys->credit.used = HZ - c->credit;
	keys->credit.at = jiffies - c->past;
	limit = skua_key_patience(keys, c->most);
	KUNIT_EXPECT_GE(test, limit, c->limit);
	/* another jiffy may have passed */
	KUNIT_EXPECT_LE(test, limit, c->limit + 1);
	skua_key_waited(keys, jiffies - c->limit);
	KUNIT_EXPECT_LE(test, skua_key_patience(keys, 10 * HZ), HZ - c->limit);
}

struct tx_protected_case {
	const char *desc;
	u16 fc;
	u32 control;
	bool iv;
	bool sent;
};

/* K15 rule 4: the Protected bit alone proves nothing */
static const struct tx_protected_case tx_protected_cases[] = {
	{ "encrypted by mac80211", QOS_DATA | PROTECTED, 0, true, true },
	{ "clear", QOS_DATA, 0, false, false },
	{ "the bit, but clear text", QOS_DATA | PROTECTED, 0, false, false },
	{ "the bit, by the fast path", QOS_DATA | PROTECTED,
	  IEEE80211_TX_CTRL_FAST_XMIT, true, false },
};

KUNIT_ARRAY_PARAM_DESC(tx_protected, tx_protected_cases, desc);

static void tx_to_a_keyed_station_without_a_key(struct kunit *test)
{
	const struct tx_protected_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct sk_buff *skb = make_frame(test, c->fc, false);

	make_path(test, 32);
	skua_sta(fake->sta)->keyed = true;
	IEEE80211_SKB_CB(skb)->control.flags = c->control;
	if (c->iv)
		memcpy(skb->data + 26, "\x01\x00\x00\x20\x00\x00\x00\x00", 8);
	give(test, IEEE80211_AC_VI, skb);
	KUNIT_EXPECT_EQ(test, c->sent, atomic_read(&fake->sc->tx.queued));
	KUNIT_EXPECT_EQ(test, !c->sent, skua_fake_count(test, SKUA_CTR_TX_NO_KEY));
	reset(test);
}

/* T4, V7 */
static void tx_rates(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_tx_info *info;
	struct skua_tx_desc *desc;
	struct sk_buff *skb;

	make_path(test, 32);
	fake->vif->bss_conf.basic_rates = BIT(1) | BIT(5);
	skb = make_frame(test, DATA, false);
	IEEE80211_SKB_CB(skb)->flags = IEEE80211_TX_CTL_USE_MINRATE;
	give(test, IEEE80211_AC_VI, skb);
	desc = posted(test, IEEE80211_AC_VI, 0);
	KUNIT_EXPECT_EQ(test, SKUA_TXF_RATE, le32_to_cpu(desc->flags));
	KUNIT_EXPECT_EQ(test, 20, le32_to_cpu(desc->w7));

	skb = make_frame(test, DATA, false);
	IEEE80211_SKB_CB(skb)->flags = IEEE80211_TX_CTL_NO_CCK_RATE;
	give(test, IEEE80211_AC_VI, skb);
	desc = posted(test, IEEE80211_AC_VI, 1);
	KUNIT_EXPECT_EQ(test, 90, le32_to_cpu(desc->w7));

	skb = make_frame(test, DATA, false);
	info = IEEE80211_SKB_CB(skb);
	info->flags = IEEE80211_TX_CTL_INJECTED;
	info->control.flags = IEEE80211_TX_CTRL_RATE_INJECT;
	info->control.rates[0].idx = 9;
	info->control.rates[0].count = 4;
	info->control.rates[0].flags = IEEE80211_TX_RC_USE_RTS_CTS;
	give(test, IEEE80211_AC_VI, skb);
	desc = posted(test, IEEE80211_AC_VI, 2);
	KUNIT_EXPECT_EQ(test, SKUA_TXF_RATE | SKUA_TXF_KEEP_SEQ | SKUA_TXF_RTS,
			le32_to_cpu(desc->flags));
	KUNIT_EXPECT_EQ(test, 360, le32_to_cpu(desc->w7));
	KUNIT_EXPECT_EQ(test, 4, le32_get_bits(desc->w3, SKUA_TXD_W3_TRIES));

	skb = make_frame(test, DATA, false);
	give(test, IEEE80211_AC_VI, skb);
	desc = posted(test, IEEE80211_AC_VI, 3);
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(desc->flags));
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(desc->w7));
	reset(test);
}

/* Management frames and off-channel frames have a ring of their own. */
static void tx_chooses_the_ring(struct kunit *test)
{
	struct ieee80211_tx_control control = {};
	struct skua_fake *fake = test->priv;
	struct sk_buff *skb[3];
	unsigned int i;

	make_path(test, 32);
	skb[0] = make_frame(test, QOS_DATA, false);
	skb[1] = make_frame(test, DEAUTH, false);
	skb[2] = make_frame(test, DATA, false);
	IEEE80211_SKB_CB(skb[2])->flags = IEEE80211_TX_CTL_TX_OFFCHAN;
	local_bh_disable();
	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(skb); i++)
		skua_op_tx(fake->hw, &control, skb[i]);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, 1, skua_tx_ring(fake->sc, IEEE80211_AC_VI)->next);
	KUNIT_EXPECT_EQ(test, 2, skua_tx_ring(fake->sc, SKUA_TX_MGMT)->next);
	KUNIT_EXPECT_EQ(test, SKUA_STA_NONE,
			le32_get_bits(posted(test, SKUA_TX_MGMT, 0)->w2,
				      SKUA_TXD_W2_STA));
	reset(test);
}

/* ------------------------------------------------------------------ */
/* Records of PPDUs							*/
/* ------------------------------------------------------------------ */

/**
 * struct tx_test - a device, and what mac80211 is told of frames
 * @fake: the device
 * @n: frames that ended
 * @res: how, in this order
 * @paid: airtime registered
 * @payments: times that airtime was registered
 * @tid: TID of the last time
 */
struct tx_test {
	struct skua_fake fake;
	unsigned int n;
	struct skua_tx_result res[NTOKENS];
	u32 paid;
	unsigned int payments;
	u8 tid;
};

static void tx_hear(struct skua *sc, struct sk_buff *skb,
		    const struct skua_tx_result *res, struct skua_poll *poll)
{
	struct tx_test *tx = kunit_get_current_test()->priv;

	tx->res[tx->n++ % NTOKENS] = *res;
	kfree_skb(skb);
}

static void tx_hear_pay(struct ieee80211_sta *sta, u8 tid, u32 us)
{
	struct tx_test *tx = kunit_get_current_test()->priv;

	KUNIT_EXPECT_PTR_EQ(kunit_get_current_test(), tx->fake.sta, sta);
	tx->paid += us;
	tx->payments++;
	tx->tid = tid;
}

/* The NIC gets @n frames of a station; their tokens count from 0. */
static void tx_listen(struct kunit *test, u64 features, unsigned int n)
{
	struct skua_fake *fake = test->priv;

	make_path(test, 64);
	fake->sc->caps.features = features;
	kunit_activate_static_stub(test, skua_tx_report, tx_hear);
	kunit_activate_static_stub(test, skua_tx_pay, tx_hear_pay);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_EQ(test, 0, skua_sta_handle_take(fake->sc, fake->sta));
	wiphy_unlock(fake->hw->wiphy);
	memset(skua_sta(fake->sta)->seq, 0xff, sizeof(skua_sta(fake->sta)->seq));
	while (n--)
		give(test, IEEE80211_AC_VI, make_frame(test, QOS_DATA, false));
}

static struct skua_cpl_tx tx_ppdu(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	return (struct skua_cpl_tx) {
		.sta = cpu_to_le16(skua_sta(fake->sta)->handle),
		.sta_gen = cpu_to_le16(skua_sta(fake->sta)->gen),
		.tid = 5,
		.ack_signal = -40,
		.rate = cpu_to_le32(540),
		.airtime_us = cpu_to_le32(1000),
		.mpdus = cpu_to_le16(12),
		.acked = cpu_to_le16(9),
		.retried = cpu_to_le16(3),
		.seq = cpu_to_le16(0x123),
	};
}

static __le32 tx_word(u16 token, u8 tries, u8 status)
{
	return cpu_to_le32(FIELD_PREP(SKUA_TXS_TOKEN, token) |
			   FIELD_PREP(SKUA_TXS_TRIES, tries) |
			   FIELD_PREP(SKUA_TXS_STATUS, status));
}

/* A10, T8: each frame has its own fate, the A-MPDU's figures, and the time is paid once */
static void tx_record_of_a_ppdu(struct kunit *test)
{
	struct tx_test *tx = test->priv;
	struct skua_cpl_tx rec;
	__le32 words[10];
	unsigned int i;

	tx_listen(test, SKUA_FEAT_TX_AMPDU, ARRAY_SIZE(words));
	rec = tx_ppdu(test);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = tx_word(9 - i, 1 + i % 2,
				   i ? SKUA_TXS_ACKED : SKUA_TXS_NO_ACK);
	end_all(test, &rec, words, ARRAY_SIZE(words));

	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(words), tx->n);
	for (i = 0; i < tx->n; i++) {
		KUNIT_EXPECT_PTR_EQ(test, tx->fake.sta, tx->res[i].sta);
		KUNIT_EXPECT_EQ(test, i ? SKUA_TXS_ACKED : SKUA_TXS_NO_ACK,
				tx->res[i].status);
		KUNIT_EXPECT_EQ(test, 1 + i % 2, tx->res[i].tries);
		KUNIT_EXPECT_EQ(test, 540, tx->res[i].rate);
		KUNIT_EXPECT_EQ(test, 12, tx->res[i].ampdu_len);
		KUNIT_EXPECT_EQ(test, 9, tx->res[i].ampdu_ack_len);
		/* of 1000 us for 12 MPDUs */
		KUNIT_EXPECT_EQ(test, 83 * (1 + i % 2), tx->res[i].airtime_us);
	}
	KUNIT_EXPECT_EQ(test, 1000, tx->paid);
	KUNIT_EXPECT_EQ(test, 1, tx->payments);
	KUNIT_EXPECT_EQ(test, 5, tx->tid);
	KUNIT_EXPECT_EQ(test, 0x123, skua_sta(tx->fake.sta)->seq[5]);
	KUNIT_EXPECT_EQ(test, SKUA_SEQ_NONE, skua_sta(tx->fake.sta)->seq[4]);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&tx->fake.sc->tx.queued));
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_CPL_BAD));
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_TX_BAD_TOKEN));
}

/* T8, A10: a PPDU in which no frame ended costs airtime, too; the frame goes on */
static void tx_record_without_words(struct kunit *test)
{
	struct tx_test *tx = test->priv;
	struct skua_cpl_tx rec;
	__le32 word = tx_word(0, 2, SKUA_TXS_ACKED);

	tx_listen(test, 0, 1);
	rec = tx_ppdu(test);
	end_all(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 1000, tx->paid);
	KUNIT_EXPECT_EQ(test, 0, tx->n);
	end_all(test, &rec, &word, 1);
	KUNIT_EXPECT_EQ(test, 2000, tx->paid);
	KUNIT_EXPECT_EQ(test, 1, tx->n);

	/* D3: not of another station */
	rec.sta_gen = cpu_to_le16(0xffff);
	end_all(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, 2, tx->payments);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_CPL_BAD));
}

struct tx_airtime_case {
	const char *desc;
	u32 rate;
	u32 us;
	u32 paid;
};

/* In us: the longest MPDU, of 91632 bits, or PPDU; and 3000 for what is around it */
static const struct tx_airtime_case tx_airtime_cases[] = {
	{ "1 Mbit/s", 10, U32_MAX, 91632 + 3000 },
	{ "1 Mbit/s, as it is", 10, 92000, 92000 },
	{ "6 Mbit/s", 60, 100000, 15272 + 3000 },
	{ "54 Mbit/s", 540, 100000, 1696 + 3000 },
	{ "no rate", 0, U32_MAX, 91632 + 3000 },
	{ "HT", SKUA_ENC_HT << 14, 100000, 5484 + 3000 },
	{ "HT, as it is", SKUA_ENC_HT << 14 | 7, 5500, 5500 },
	{ "HE", SKUA_ENC_HE << 14 | 3, U32_MAX, 5484 + 3000 },
	{ "no such format", 7 << 14, U32_MAX, 5484 + 3000 },
};

KUNIT_ARRAY_PARAM_DESC(tx_airtime, tx_airtime_cases, desc);

/* D3: no more airtime than a PPDU can take, whatever the NIC says */
static void tx_airtime_is_bounded(struct kunit *test)
{
	const struct tx_airtime_case *c = test->param_value;
	struct tx_test *tx = test->priv;
	struct skua_cpl_tx rec;

	tx_listen(test, SKUA_FEAT_TX_AMPDU, 1);
	rec = tx_ppdu(test);
	rec.rate = cpu_to_le32(c->rate);
	rec.airtime_us = cpu_to_le32(c->us);
	end_all(test, &rec, NULL, 0);
	KUNIT_EXPECT_EQ(test, c->paid, tx->paid);
	reset(test);
}

/* The NIC names PPDUs without words. Return: how many of @n were paid */
static unsigned int tx_silence(struct kunit *test, unsigned int n)
{
	const struct skua_cpl_tx rec = tx_ppdu(test);
	struct tx_test *tx = test->priv;
	unsigned int before = tx->payments;

	while (n--)
		end_all(test, &rec, NULL, 0);
	return tx->payments - before;
}

/* D3: a station pays for no more PPDUs than its frames have tries */
static void tx_silence_is_bounded(struct kunit *test)
{
	struct tx_test *tx = test->priv;
	struct skua_fake *fake = test->priv;
	struct skua_cpl_tx rec;
	__le32 word = tx_word(0, 13, SKUA_TXS_NO_ACK);

	tx_listen(test, SKUA_FEAT_TX_AMPDU, 0);
	rec = tx_ppdu(test);
	/* without a frame, none */
	KUNIT_EXPECT_EQ(test, 0, tx_silence(test, 3));
	KUNIT_EXPECT_EQ(test, 3, skua_fake_count(test, SKUA_CTR_CPL_BAD));
	/* tries of two */
	give(test, IEEE80211_AC_VI, make_frame(test, QOS_DATA, false));
	give(test, IEEE80211_AC_BE, make_frame(test, QOS_DATA, false));
	KUNIT_EXPECT_EQ(test, 64, tx_silence(test, 100));
	/* one has ended: tries of the other one, and BlockAckReqs */
	end_all(test, &rec, &word, 1);
	KUNIT_EXPECT_EQ(test, 32 + 256, tx_silence(test, 1000));
	/* nothing is left */
	word = tx_word(1, 13, SKUA_TXS_NO_ACK);
	end_all(test, &rec, &word, 1);
	KUNIT_EXPECT_EQ(test, 256, tx_silence(test, 1000));
	KUNIT_EXPECT_EQ(test, 2, tx->n);
	/* a word of a frame that the NIC does not have changes nothing */
	end_all(test, &rec, &word, 1);
	KUNIT_EXPECT_EQ(test, 0, tx_silence(test, 10));
	/* the next owner of the handle begins anew */
	wiphy_lock(fake->hw->wiphy);
	skua_sta_handle_put(fake->sc, skua_sta(fake->sta));
	KUNIT_ASSERT_EQ(test, 0, skua_sta_handle_take(fake->sc, fake->sta));
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 0, tx_silence(test, 10));
	give(test, IEEE80211_AC_BE, make_frame(test, QOS_DATA, false));
	KUNIT_EXPECT_EQ(test, 32, tx_silence(test, 100));
	reset(test);
}

/* D3, T8: a frame of another station does not make this one pay, one of its own does */
static void tx_record_of_others(struct kunit *test)
{
	struct tx_test *tx = test->priv;
	struct skua_cpl_tx rec;
	__le32 words[2] = { tx_word(1, 255, SKUA_TXS_ACKED), tx_word(0, 1, SKUA_TXS_ACKED) };
	struct sk_buff *skb = make_frame(test, QOS_DATA, true);

	tx_listen(test, SKUA_FEAT_TX_AMPDU, 1);
	give_to(test, IEEE80211_AC_VI, NULL, skb);
	rec = tx_ppdu(test);
	/* figures that the airtime could be divided by, or multiplied with */
	rec.mpdus = 0;
	rec.acked = 0;
	rec.retried = 0;
	end_all(test, &rec, words, 1);
	KUNIT_EXPECT_EQ(test, 1, tx->n);
	KUNIT_EXPECT_EQ(test, 255000, tx->res[0].airtime_us);
	KUNIT_EXPECT_EQ(test, 0, tx->payments);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_TX_BAD_TOKEN));
	end_all(test, &rec, words, 2);
	KUNIT_EXPECT_EQ(test, 2, tx->n);
	KUNIT_EXPECT_EQ(test, 1000, tx->paid);
	KUNIT_EXPECT_EQ(test, 1, tx->payments);
}

struct tx_figures_case {
	const char *desc;
	u64 features;
	u16 mpdus;
	u16 acked;
	u16 retried;
	u16 seq;
	unsigned int bad;
	u8 len;
	u8 ack_len;
};

static const struct tx_figures_case tx_figures_cases[] = {
	{ "one MPDU", SKUA_FEAT_TX_AMPDU, 1, 1, 0, 0, 0, 1, 1 },
	{ "nothing acknowledged", SKUA_FEAT_TX_AMPDU, 64, 0, 64, 4095, 0, 64, 0 },
	/* mac80211 has eight bits */
	{ "256", SKUA_FEAT_TX_AMPDU, 256, 256, 0, 0, 0, 255, 255 },
	{ "the most", SKUA_FEAT_TX_AMPDU, 1024, 3, 1024, 0, 0, 255, 3 },
	{ "too many", SKUA_FEAT_TX_AMPDU, 1025, 3, 0, 0, 1, 0, 0 },
	{ "more acknowledged than sent", SKUA_FEAT_TX_AMPDU, 3, 4, 0, 0, 1, 0, 0 },
	{ "more retried than sent", SKUA_FEAT_TX_AMPDU, 3, 0, 4, 0, 1, 0, 0 },
	{ "a number that is none", SKUA_FEAT_TX_AMPDU, 3, 3, 0, 4096, 1, 3, 3 },
	{ "without PPDU", SKUA_FEAT_TX_AMPDU, 0, 0, 0, 9, 0, 0, 0 },
	/* sums over several PPDUs, and no number */
	{ "without the feature", 0, 7, 7, 99, 0xffff, 0, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(tx_figures, tx_figures_cases, desc);

/* A10, D3: figures that make no sense are counted, and the frame ends */
static void tx_record_figures(struct kunit *test)
{
	const struct tx_figures_case *c = test->param_value;
	struct tx_test *tx = test->priv;
	__le32 word = tx_word(0, 1, SKUA_TXS_ACKED);
	struct skua_cpl_tx rec;
	bool good = c->features && !c->bad;

	tx_listen(test, c->features, 1);
	rec = tx_ppdu(test);
	rec.mpdus = cpu_to_le16(c->mpdus);
	rec.acked = cpu_to_le16(c->acked);
	rec.retried = cpu_to_le16(c->retried);
	rec.seq = cpu_to_le16(c->seq);
	end_all(test, &rec, &word, 1);
	KUNIT_ASSERT_EQ(test, 1, tx->n);
	KUNIT_EXPECT_EQ(test, c->len, tx->res[0].ampdu_len);
	KUNIT_EXPECT_EQ(test, c->ack_len, tx->res[0].ampdu_ack_len);
	KUNIT_EXPECT_EQ(test, c->bad, skua_fake_count(test, SKUA_CTR_CPL_BAD));
	KUNIT_EXPECT_EQ(test, good ? c->seq : SKUA_SEQ_NONE,
			skua_sta(tx->fake.sta)->seq[5]);

	/* a record without TID, or without station, has no number of one */
	rec.tid = SKUA_NUM_TIDS;
	end_all(test, &rec, NULL, 0);
	rec.tid = 0xff;
	end_all(test, &rec, NULL, 0);
}

static struct sk_buff *make_part(struct kunit *test, unsigned int len,
				 unsigned int frags)
{
	struct sk_buff *skb = alloc_skb(512, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, len);
	for (i = 0; i < frags; i++) {
		struct page *page = alloc_page(GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, page);
		skb_add_rx_frag(skb, i, page, 64 * i, 100 + i, PAGE_SIZE);
	}
	return skb;
}

/* As mac80211 does */
static void add_part(struct sk_buff *head, struct sk_buff *part)
{
	struct sk_buff **tail = &skb_shinfo(head)->frag_list;

	while (*tail)
		tail = &(*tail)->next;
	*tail = part;
	head->len += part->len;
	head->data_len += part->len;
}

static const struct skua_seg *posted_seg(struct kunit *test, unsigned int i)
{
	return tx_seg(posted(test, IEEE80211_AC_VI, 0), i);
}

/* A8: each part of each subframe is mapped, in order, and given back */
static void tx_amsdu(struct kunit *test)
{
	static const u32 want[] = { 134, 60, 100, 101, 62 };
	struct tx_test *tx = test->priv;
	struct sk_buff *skb;
	struct skua_tx_token *tok;
	unsigned int i, n;

	tx_listen(test, SKUA_FEAT_TX_AMPDU, 0);
	skb = make_frame(test, QOS_DATA, false);
	*ieee80211_get_qos_ctl((void *)skb->data) |= IEEE80211_QOS_CTL_A_MSDU_PRESENT;
	add_part(skb, make_part(test, 60, 2));
	add_part(skb, make_part(test, 62, 0));
	give(test, IEEE80211_AC_VI, skb);
	tok = skua_token_used(&tx->fake.sc->tx, 0);
	KUNIT_ASSERT_NOT_NULL(test, tok);
	n = le32_get_bits(posted(test, IEEE80211_AC_VI, 0)->w0, SKUA_TXD_W0_NSEG);
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(want), n);
	KUNIT_EXPECT_EQ(test, n, tok->nmaps);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ(test, want[i], le32_to_cpu(posted_seg(test, i)->len));
		KUNIT_EXPECT_EQ(test, tok->map[i].addr,
				le64_to_cpu(posted_seg(test, i)->addr));
	}
	KUNIT_EXPECT_EQ(test, 2, skua_tx_ring(tx->fake.sc, IEEE80211_AC_VI)->next);
	end_for(test, skua_sta(tx->fake.sta)->handle, 0, SKUA_TXS_ACKED);
	KUNIT_EXPECT_EQ(test, 0, tok->nmaps);
	reset(test);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&tx->fake.sc->tx.queued));
}

struct tx_pieces_case {
	const char *desc;
	unsigned int parts;
	unsigned int frags;
	bool nested;
	unsigned int segs;
};

static const struct tx_pieces_case tx_pieces_cases[] = {
	{ "as many as fit", SKUA_TXD_MAX_SEGS - 1, 0, false, SKUA_TXD_MAX_SEGS },
	{ "one too many", SKUA_TXD_MAX_SEGS, 0, false, 1 },
	{ "fragments, as many as fit", 1, SKUA_TXD_MAX_SEGS - 2 < MAX_SKB_FRAGS ?
	  SKUA_TXD_MAX_SEGS - 2 : MAX_SKB_FRAGS, false,
	  2 + (SKUA_TXD_MAX_SEGS - 2 < MAX_SKB_FRAGS ? SKUA_TXD_MAX_SEGS - 2 :
						       MAX_SKB_FRAGS) },
	{ "too many fragments", 2, 10, false, 1 },
	{ "a list in a list", 1, 0, true, 1 },
};

KUNIT_ARRAY_PARAM_DESC(tx_pieces, tx_pieces_cases, desc);

/* A8: what a descriptor has no room for becomes one piece */
static void tx_amsdu_of_many_pieces(struct kunit *test)
{
	const struct tx_pieces_case *c = test->param_value;
	struct sk_buff *skb, *part;
	unsigned int i, len, sum = 0;

	tx_listen(test, SKUA_FEAT_TX_AMPDU, 0);
	skb = make_frame(test, QOS_DATA, false);
	for (i = 0; i < c->parts; i++) {
		part = make_part(test, 40, c->frags);
		if (c->nested)
			add_part(part, make_part(test, 40, 0));
		add_part(skb, part);
	}
	len = skb->len;
	give(test, IEEE80211_AC_VI, skb);
	KUNIT_ASSERT_EQ(test, c->segs,
			le32_get_bits(posted(test, IEEE80211_AC_VI, 0)->w0,
				      SKUA_TXD_W0_NSEG));
	for (i = 0; i < c->segs; i++)
		sum += le32_to_cpu(posted_seg(test, i)->len);
	KUNIT_EXPECT_EQ(test, len, sum);
	reset(test);
}

/* A8, R17: mac80211 frees the list, but leaves the frame the length of all of it */
static void tx_amsdu_for_a_monitor(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct sk_buff *skb = make_frame(test, QOS_DATA, false);
	unsigned int len;

	add_part(skb, make_part(test, 60, 1));
	skb_push(skb, skb_headroom(skb));
	len = skb->len;
	skua_tx_show(fake->sc, skb);
	KUNIT_EXPECT_TRUE(test, skb_has_frag_list(skb));
	fake->hw->conf.flags |= IEEE80211_CONF_MONITOR;
	skua_tx_show(fake->sc, skb);
	KUNIT_EXPECT_FALSE(test, skb_has_frag_list(skb));
	KUNIT_EXPECT_EQ(test, len, skb->len);
	KUNIT_EXPECT_EQ(test, 0, skb->data_len);
	KUNIT_EXPECT_GE(test, skb_headroom(skb), SKUA_TX_SHOW_ROOM);
	kfree_skb(skb);

	/* other frames stay as they are */
	skb = make_frame(test, QOS_DATA, false);
	skb_push(skb, skb_headroom(skb));
	skua_tx_show(fake->sc, skb);
	KUNIT_EXPECT_EQ(test, 0, skb_headroom(skb));
	kfree_skb(skb);
}

struct tx_may_case {
	const char *desc;
	u16 fc;
	bool group;
	u32 info;
	u32 control;
	u16 seq_ctrl;
	u32 cipher;
	bool eapol;
	bool no_sta;
	bool off;
	bool may;
};

/* A1, A10: what may be part of an A-MPDU */
static const struct tx_may_case tx_may_cases[] = {
	{ "qos data", QOS_DATA, .may = true },
	{ "qos data, CCMP", QOS_DATA | PROTECTED, .cipher = WLAN_CIPHER_SUITE_CCMP,
	  .may = true },
	{ "without the feature", QOS_DATA, .off = true },
	{ "data", DATA },
	{ "qos null data", QOS_NULL },
	{ "management", DEAUTH },
	{ "to a group", QOS_DATA, .group = true },
	{ "to nobody", QOS_DATA, .no_sta = true },
	{ "no ack", QOS_DATA, .info = IEEE80211_TX_CTL_NO_ACK },
	{ "injected", QOS_DATA, .info = IEEE80211_TX_CTL_INJECTED },
	{ "first fragment", QOS_DATA | IEEE80211_FCTL_MOREFRAGS },
	{ "last fragment", QOS_DATA, .seq_ctrl = 0x0013 },
	{ "at the least rate", QOS_DATA, .info = IEEE80211_TX_CTL_USE_MINRATE },
	{ "eapol", QOS_DATA, .eapol = true },
	{ "eapol by nl80211", QOS_DATA, .control = IEEE80211_TX_CTRL_PORT_CTRL_PROTO },
	{ "TKIP", QOS_DATA | PROTECTED, .cipher = WLAN_CIPHER_SUITE_TKIP },
};

KUNIT_ARRAY_PARAM_DESC(tx_may, tx_may_cases, desc);

static void tx_may_be_aggregated(struct kunit *test)
{
	const struct tx_may_case *c = test->param_value;
	struct tx_test *tx = test->priv;
	struct ieee80211_key_conf *conf;
	struct sk_buff *skb;

	tx_listen(test, c->off ? 0 : SKUA_FEAT_TX_AMPDU, 0);
	skb = make_frame(test, c->fc, c->group);
	((struct ieee80211_hdr *)skb->data)->seq_ctrl = cpu_to_le16(c->seq_ctrl);
	IEEE80211_SKB_CB(skb)->flags = c->info;
	IEEE80211_SKB_CB(skb)->control.flags = c->control;
	if (c->eapol)
		skb->protocol = cpu_to_be16(ETH_P_PAE);
	if (c->cipher) {
		tx->fake.sc->caps.cipher[0] = c->cipher;
		conf = skua_fake_key(test, c->cipher,
				     c->cipher == WLAN_CIPHER_SUITE_TKIP ?
				     WLAN_KEY_LEN_TKIP : WLAN_KEY_LEN_CCMP, 0);
		install_key(test, tx->fake.sta, conf);
		IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	}
	give_to(test, IEEE80211_AC_VI, c->no_sta ? NULL : tx->fake.sta, skb);
	KUNIT_ASSERT_EQ(test, 1, atomic_read(&tx->fake.sc->tx.queued));
	KUNIT_EXPECT_EQ(test, c->may,
			!!(le32_to_cpu(posted(test, IEEE80211_AC_VI, 0)->flags) &
			   SKUA_TXF_AMPDU));
	reset(test);
}

/* ------------------------------------------------------------------ */
/* 802.3 frames, checksums, segments					*/
/* ------------------------------------------------------------------ */

#define MSS		100
#define ALL_TX		(SKUA_FEAT_TX_ENCAP | SKUA_FEAT_TX_CSUM | SKUA_FEAT_TX_GSO | \
			 SKUA_FEAT_TX_AMPDU)

/* Behind the header of @skb: TCP over IPv4, the checksum yet to be filled in. */
static void put_tcp(struct sk_buff *skb, unsigned int payload)
{
	struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));
	struct tcphdr *tcp = skb_put_zero(skb, sizeof(*tcp));

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, (u8 *)ip - skb->data);
	skb_set_transport_header(skb, (u8 *)tcp - skb->data);
	while (payload--)
		skb_put_u8(skb, payload);
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->protocol = IPPROTO_TCP;
	ip->ttl = 64;
	ip->frag_off = htons(IP_DF);
	ip->saddr = htonl(0x0a000001);
	ip->daddr = htonl(0x0a000002);
	ip->tot_len = htons(skb->len - skb_network_offset(skb));
	ip->check = ip_fast_csum(ip, ip->ihl);
	tcp->seq = htonl(1000);
	tcp->doff = sizeof(*tcp) / 4;
	tcp->ack = 1;
	tcp->psh = 1;
	tcp->check = ~csum_tcpudp_magic(ip->saddr, ip->daddr,
					skb->len - skb_transport_offset(skb),
					IPPROTO_TCP, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u8 *)tcp - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb->protocol = htons(ETH_P_IP);
}

/* An 802.3 frame to the fake's station. What its header says is of no 802.11 header. */
static struct sk_buff *make_8023(struct kunit *test, unsigned int payload)
{
	struct skua_fake *fake = test->priv;
	struct sk_buff *skb = alloc_skb(3072, GFP_KERNEL);
	struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	eth = skb_put_zero(skb, sizeof(*eth));
	/* as a frame control field: a deauthentication frame, to a group */
	memcpy(eth->h_dest, "\xc0\x00\x00\x00\xff\xff", ETH_ALEN);
	memcpy(eth->h_source, "\xff\xff\xff\xff\xff\xff", ETH_ALEN);
	eth->h_proto = htons(ETH_P_IP);
	put_tcp(skb, payload);
	memset(skb->cb, 0, sizeof(skb->cb));
	IEEE80211_SKB_CB(skb)->flags = IEEE80211_TX_CTL_HW_80211_ENCAP;
	skb->priority = 0x105;
	skb_set_queue_mapping(skb, IEEE80211_AC_VI);
	if (skua_sta(fake->sta)->handle == SKUA_STA_NONE)
		skua_sta(fake->sta)->handle = 1;
	skua_sta(fake->sta)->state = IEEE80211_STA_AUTHORIZED;
	fake->sta->wme = true;
	return skb;
}

static struct sk_buff *make_tcp_80211(struct kunit *test, unsigned int payload)
{
	struct sk_buff *skb = make_frame(test, QOS_DATA, false);

	skb_trim(skb, ieee80211_hdrlen(cpu_to_le16(QOS_DATA)) + sizeof(snap_ip));
	put_tcp(skb, payload);
	return skb;
}

static void make_gso(struct sk_buff *skb, u32 type)
{
	skb_shinfo(skb)->gso_size = MSS;
	skb_shinfo(skb)->gso_type = type;
	/* the sender may be a user who does not say how many */
	skb_shinfo(skb)->gso_segs = 0;
}

enum tx_8023_key { NO_KEY, STA_KEY, VIF_KEY, STRANGE_KEY };

struct tx_8023_case {
	const char *desc;
	u64 features;
	enum tx_8023_key key;
	u32 cipher;
	u32 info;
	u16 proto;
	u16 more;	/* octets */
	u8 state;
	bool keyed;
	bool vif_keyed;
	bool no_wme;
	bool no_sta;
	u32 flags;
	enum skua_ctr err;
};

#define TX_8023		(SKUA_TXF_ENCAP | SKUA_TXF_QOS)
#define TX_8023_BULK	(TX_8023 | SKUA_TXF_AMPDU)

/* T10, K4, K15 rule 4: an 802.3 frame leaves under its station's key, or not at all */
static const struct tx_8023_case tx_8023_cases[] = {
	{ "open", .flags = TX_8023_BULK },
	{ "no QoS", .no_wme = true, .flags = SKUA_TXF_ENCAP },
	{ "CCMP", .key = STA_KEY, .cipher = WLAN_CIPHER_SUITE_CCMP,
	  .flags = TX_8023_BULK | SKUA_TXF_PROTECT },
	{ "WEP, the default key", .key = VIF_KEY, .cipher = WLAN_CIPHER_SUITE_WEP40,
	  .flags = TX_8023 | SKUA_TXF_PROTECT },
	{ "TKIP", .key = STA_KEY, .cipher = WLAN_CIPHER_SUITE_TKIP,
	  .err = SKUA_CTR_TX_NO_KEY },
	{ "no key, station keyed", .keyed = true, .err = SKUA_CTR_TX_NO_KEY },
	{ "no key, interface keyed", .vif_keyed = true, .err = SKUA_CTR_TX_NO_KEY },
	{ "the group's key", .key = VIF_KEY, .cipher = WLAN_CIPHER_SUITE_CCMP,
	  .err = SKUA_CTR_TX_NO_KEY },
	{ "a key that the NIC does not have", .key = STRANGE_KEY,
	  .cipher = WLAN_CIPHER_SUITE_CCMP, .err = SKUA_CTR_TX_NO_KEY },
	{ "asked to be clear", .keyed = true, .info = IEEE80211_TX_INTFL_DONT_ENCRYPT,
	  .err = SKUA_CTR_TX_NO_KEY },
	{ "injected", .keyed = true, .info = IEEE80211_TX_CTL_INJECTED,
	  .err = SKUA_CTR_TX_NO_KEY },
	{ "eapol", .proto = ETH_P_PAE, .err = SKUA_CTR_TX_REFUSED },
	{ "no station", .no_sta = true, .err = SKUA_CTR_TX_REFUSED },
	{ "not authorized", .state = IEEE80211_STA_ASSOC, .err = SKUA_CTR_TX_REFUSED },
	{ "without the feature", .features = SKUA_FEAT_TX_AMPDU,
	  .err = SKUA_CTR_TX_REFUSED },
	{ "no ack", .info = IEEE80211_TX_CTL_NO_ACK, .flags = TX_8023 | SKUA_TXF_NO_ACK },
	{ "the last of a service period",
	  .info = IEEE80211_TX_STATUS_EOSP | IEEE80211_TX_CTL_NO_PS_BUFFER |
		  IEEE80211_TX_CTL_REQ_TX_STATUS,
	  .flags = TX_8023_BULK | SKUA_TXF_EOSP | SKUA_TXF_NO_PS_BUFFER |
		   SKUA_TXF_STATUS },
	{ "of the most octets", .more = IEEE80211_MAX_DATA_LEN - 60, .flags = TX_8023_BULK },
	{ "too long", .more = IEEE80211_MAX_DATA_LEN - 59, .err = SKUA_CTR_TX_REFUSED },
	{ "more frames", .info = IEEE80211_TX_CTL_MORE_FRAMES,
	  .flags = TX_8023_BULK | SKUA_TXF_MORE_DATA },
};

KUNIT_ARRAY_PARAM_DESC(tx_8023, tx_8023_cases, desc);

static struct ieee80211_key_conf *tx_8023_key(struct kunit *test,
					      const struct tx_8023_case *c)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	u8 len = WLAN_KEY_LEN_CCMP;

	if (c->cipher == WLAN_CIPHER_SUITE_TKIP)
		len = WLAN_KEY_LEN_TKIP;
	else if (c->cipher == WLAN_CIPHER_SUITE_WEP40)
		len = WLAN_KEY_LEN_WEP40;
	conf = skua_fake_key(test, c->cipher, len, 0);
	fake->sc->caps.cipher[0] = c->cipher;
	if (c->key == STRANGE_KEY)
		conf->hw_key_idx = 0;
	else
		install_key(test, c->key == STA_KEY ? fake->sta : NULL, conf);
	return conf;
}

static void tx_of_an_8023_frame(struct kunit *test)
{
	const struct tx_8023_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct sk_buff *skb = make_8023(test, 20 + c->more);
	struct ethhdr *eth = (void *)skb->data;
	struct skua_tx_desc *desc;

	make_path(test, 32);
	skb->ip_summed = CHECKSUM_NONE;
	fake->sc->caps.features = c->features ?: ALL_TX;
	IEEE80211_SKB_CB(skb)->flags |= c->info;
	if (c->proto)
		eth->h_proto = htons(c->proto);
	if (c->state)
		skua_sta(fake->sta)->state = c->state;
	fake->sta->wme = !c->no_wme;
	if (c->key)
		IEEE80211_SKB_CB(skb)->control.hw_key = tx_8023_key(test, c);
	skua_sta(fake->sta)->keyed |= c->keyed;
	skua_vif(fake->vif)->keyed |= c->vif_keyed;
	give_to(test, IEEE80211_AC_VI, c->no_sta ? NULL : fake->sta, skb);
	KUNIT_ASSERT_EQ(test, !c->err, atomic_read(&fake->sc->tx.queued));
	if (c->err) {
		KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, c->err));
		return;
	}
	desc = posted(test, IEEE80211_AC_VI, 0);
	KUNIT_EXPECT_EQ(test, c->flags, le32_to_cpu(desc->flags));
	/* the interface is the station's; mac80211 may name an AP_VLAN, or none */
	KUNIT_EXPECT_EQ(test, c->no_wme ? 3 : 0x5003, le32_to_cpu(desc->w3));
	reset(test);
}

/* No header of it says which ring it is for */
static void tx_of_an_8023_frame_without_a_queue(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_tx_control control = { .sta = fake->sta };
	struct sk_buff *skb = make_8023(test, 20);

	make_path(test, 32);
	fake->sc->caps.features = ALL_TX;
	local_bh_disable();
	rcu_read_lock();
	skua_op_tx(fake->hw, &control, skb);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, 1, skua_tx_ring(fake->sc, IEEE80211_AC_VI)->next);
	reset(test);
}

struct tx_sum_case {
	const char *desc;
	u64 features;
	bool is_80211;
	u32 gso;
	u16 gso_size;
	unsigned int payload;
	u32 info;
	bool amsdu;
	bool paged;
	u32 flags;
	unsigned int frames;
	unsigned int pns;
	unsigned int cut;
	unsigned int summed;
	unsigned int refused;
};

#define NO_GSO		(ALL_TX & ~SKUA_FEAT_TX_GSO)
#define NO_CSUM		(NO_GSO & ~SKUA_FEAT_TX_CSUM)

/* T10, K14, X4: what the NIC does not sum or cut, the driver does */
static const struct tx_sum_case tx_sum_cases[] = {
	{ "the NIC sums", ALL_TX, .flags = SKUA_TXF_CSUM, .frames = 1, .pns = 1 },
	{ "the NIC sums, 802.11", ALL_TX, .is_80211 = true, .flags = SKUA_TXF_CSUM,
	  .frames = 1, .pns = 1 },
	{ "without the feature", NO_CSUM, .frames = 1, .pns = 1, .summed = 1 },
	{ "a rate and a checksum", ALL_TX, .is_80211 = true,
	  .info = IEEE80211_TX_CTL_USE_MINRATE, .flags = SKUA_TXF_RATE, .frames = 1,
	  .pns = 1, .summed = 1 },
	{ "an A-MSDU that is not finished", ALL_TX, .is_80211 = true, .amsdu = true,
	  .summed = 1, .refused = 1 },
	{ "the NIC cuts", ALL_TX, .gso = SKB_GSO_TCPV4, .payload = 250,
	  .flags = SKUA_TXF_CSUM | SKUA_TXF_GSO, .frames = 1, .pns = 3 },
	{ "the NIC cuts, 802.11", ALL_TX, .is_80211 = true, .gso = SKB_GSO_TCPV4,
	  .payload = 200, .flags = SKUA_TXF_CSUM | SKUA_TXF_GSO, .frames = 1, .pns = 2 },
	{ "the NIC cuts, ECN, from a user", ALL_TX, .payload = 101,
	  .gso = SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN | SKB_GSO_DODGY,
	  .flags = SKUA_TXF_CSUM | SKUA_TXF_GSO, .frames = 1, .pns = 2 },
	{ "the driver cuts", NO_GSO, .gso = SKB_GSO_TCPV4, .payload = 250,
	  .flags = SKUA_TXF_CSUM, .frames = 3, .pns = 3, .cut = 1 },
	{ "the driver cuts, 802.11", NO_GSO, .is_80211 = true, .gso = SKB_GSO_TCPV4,
	  .payload = 250, .flags = SKUA_TXF_CSUM, .frames = 3, .pns = 3, .cut = 1 },
	{ "the driver cuts and sums", NO_CSUM, .gso = SKB_GSO_TCPV4, .payload = 250,
	  .frames = 3, .pns = 3, .cut = 1, .summed = 3 },
	{ "a type that the NIC does not cut", ALL_TX, .payload = 250,
	  .gso = SKB_GSO_TCPV4 | SKB_GSO_TCP_FIXEDID, .flags = SKUA_TXF_CSUM, .frames = 3,
	  .pns = 3, .cut = 1 },
	{ "headers that others may write to", ALL_TX, .gso = SKB_GSO_TCPV4, .payload = 250,
	  .paged = true, .flags = SKUA_TXF_CSUM, .frames = 3, .pns = 3, .cut = 1 },
	{ "nothing to cut", ALL_TX, .gso = SKB_GSO_TCPV4, .flags = SKUA_TXF_CSUM,
	  .cut = 1, .refused = 1 },
	{ "more frames than tokens, from a user", ALL_TX, .payload = 250, .gso_size = 1,
	  .gso = SKB_GSO_TCPV4 | SKB_GSO_DODGY, .cut = 1, .refused = 1 },
};

KUNIT_ARRAY_PARAM_DESC(tx_sum, tx_sum_cases, desc);

/* The checksum over the pseudo header and the segment of a frame that is finished is 0. */
static void expect_good_sum(struct kunit *test, const struct sk_buff *skb)
{
	unsigned int at = skb_transport_offset(skb);
	const struct iphdr *ip = ip_hdr(skb);

	KUNIT_EXPECT_EQ(test, 0, (__force u16)ip_fast_csum(ip, ip->ihl));
	KUNIT_EXPECT_EQ(test, 0, (__force u16)
			csum_tcpudp_magic(ip->saddr, ip->daddr, skb->len - at, IPPROTO_TCP,
					  skb_checksum(skb, at, skb->len - at, 0)));
}

static void expect_frame(struct kunit *test, const struct tx_sum_case *c,
			 unsigned int n)
{
	const u32 mask = SKUA_TXF_CSUM | SKUA_TXF_GSO | SKUA_TXF_RATE;
	struct skua_fake *fake = test->priv;
	const struct skua_tx_token *tok = skua_token_used(&fake->sc->tx, n);
	struct skua_tx_desc *desc = posted(test, IEEE80211_AC_VI, n);
	unsigned int left = c->payload - n * MSS, start;

	KUNIT_ASSERT_NOT_NULL(test, tok);
	start = skb_transport_offset(tok->skb);
	KUNIT_EXPECT_EQ(test, c->flags, le32_to_cpu(desc->flags) & mask);
	KUNIT_EXPECT_EQ(test, 1 + n, le32_to_cpu(desc->pn_lo));
	KUNIT_EXPECT_EQ(test, c->flags & SKUA_TXF_GSO ? MSS : 0,
			le32_get_bits(desc->w6, SKUA_TXD_W6_GSO_SIZE));
	if (c->flags & SKUA_TXF_CSUM) {
		KUNIT_EXPECT_EQ(test, start,
				le32_get_bits(desc->w7, SKUA_TXD_W7_CSUM_START));
		KUNIT_EXPECT_EQ(test, offsetof(struct tcphdr, check),
				le32_get_bits(desc->w7, SKUA_TXD_W7_CSUM_OFF));
	} else {
		expect_good_sum(test, tok->skb);
	}
	if (c->cut) {
		KUNIT_EXPECT_EQ(test, start + sizeof(struct tcphdr) + min(left, MSS),
				tok->skb->len);
		KUNIT_EXPECT_EQ(test, 1000 + n * MSS, ntohl(tcp_hdr(tok->skb)->seq));
		/* what mac80211 counts once comes back once, with the last one */
		KUNIT_EXPECT_EQ(test, left > MSS ? 0 : 400,
				ieee80211_info_get_tx_time_est(IEEE80211_SKB_CB(tok->skb)));
	}
}

/* TCP's header and what follows lie in a page, as a user's do who sends without a copy. */
static void make_paged(struct kunit *test, struct sk_buff *skb)
{
	unsigned int at = skb_transport_offset(skb), len = skb->len - at;
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page), skb->data + at, len);
	skb_trim(skb, at);
	skb_add_rx_frag(skb, 0, page, 0, len, PAGE_SIZE);
}

static void tx_sums_and_cuts(struct kunit *test)
{
	const struct tx_sum_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	struct sk_buff *skb;
	unsigned int i;

	make_path(test, 32);
	fake->sc->caps.features = c->features;
	conf = install(test, fake->sta);
	skb = c->is_80211 ? make_tcp_80211(test, c->payload) :
			    make_8023(test, c->payload);
	if (c->gso)
		make_gso(skb, c->gso);
	if (c->gso_size)
		skb_shinfo(skb)->gso_size = c->gso_size;
	if (c->paged)
		make_paged(test, skb);
	if (c->amsdu)
		add_part(skb, make_part(test, 60, 0));
	IEEE80211_SKB_CB(skb)->flags |= c->info;
	IEEE80211_SKB_CB(skb)->control.hw_key = conf;
	ieee80211_info_set_tx_time_est(IEEE80211_SKB_CB(skb), 400);
	give(test, IEEE80211_AC_VI, skb);
	KUNIT_ASSERT_EQ(test, c->frames, atomic_read(&fake->sc->tx.queued));
	for (i = 0; i < c->frames; i++)
		expect_frame(test, c, i);
	KUNIT_EXPECT_EQ(test, c->pns, atomic64_read(&conf->tx_pn));
	KUNIT_EXPECT_EQ(test, c->cut, skua_fake_count(test, SKUA_CTR_TX_CUT));
	KUNIT_EXPECT_EQ(test, c->summed, skua_fake_count(test, SKUA_CTR_TX_SUMMED));
	KUNIT_EXPECT_EQ(test, c->refused, skua_fake_count(test, SKUA_CTR_TX_REFUSED));
	KUNIT_EXPECT_EQ(test, !!(c->flags & SKUA_TXF_GSO),
			skua_fake_count(test, SKUA_CTR_TX_GSO));
	reset(test);
}

/* A8: the frames of an A-MSDU are finished before they are joined */
static void tx_amsdu_of_unfinished_frames(struct kunit *test)
{
	struct sk_buff *head = make_tcp_80211(test, 30);
	struct sk_buff *skb = make_8023(test, 40), *clone;
	struct skua_fake *fake = test->priv;
	unsigned int size = head->truesize;

	KUNIT_EXPECT_TRUE(test, skua_op_can_aggregate_in_amsdu(fake->hw, head, skb));
	KUNIT_EXPECT_EQ(test, CHECKSUM_NONE, (u8)head->ip_summed);
	KUNIT_EXPECT_EQ(test, CHECKSUM_NONE, (u8)skb->ip_summed);
	KUNIT_EXPECT_EQ(test, size, head->truesize);
	expect_good_sum(test, head);
	expect_good_sum(test, skb);
	kfree_skb(skb);

	/* the memory is another's, too */
	skb = make_8023(test, 40);
	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	KUNIT_EXPECT_FALSE(test, skua_op_can_aggregate_in_amsdu(fake->hw, head, clone));
	KUNIT_EXPECT_EQ(test, CHECKSUM_PARTIAL, (u8)clone->ip_summed);
	kfree_skb(clone);
	kfree_skb(skb);
	kfree_skb(head);
}

static void tx_hear_free(struct skua *sc, struct ieee80211_sta *sta,
			 struct sk_buff *skb)
{
	struct kunit *test = kunit_get_current_test();
	struct tx_test *tx = test->priv;

	KUNIT_EXPECT_PTR_EQ(test, tx->fake.sta, sta);
	tx->n++;
	kfree_skb(skb);
}

/* T1: mac80211 is told whose airtime comes back, also of a frame that a dead NIC had */
static void tx_8023_frame_of_a_dead_nic(struct kunit *test)
{
	struct tx_test *tx = test->priv;

	tx_listen(test, ALL_TX, 0);
	kunit_activate_static_stub(test, skua_tx_free, tx_hear_free);
	give(test, IEEE80211_AC_VI, make_8023(test, 20));
	KUNIT_EXPECT_EQ(test, 0, tx->n);
	reset(test);
	KUNIT_EXPECT_EQ(test, 1, tx->n);
	set_bit(SKUA_F_DEAD, &tx->fake.sc->flags);
	give(test, IEEE80211_AC_VI, make_8023(test, 20));
	KUNIT_EXPECT_EQ(test, 2, tx->n);
}

/* T1: nor is it taken for one of a handshake if a user says so who sends raw frames */
static void tx_8023_frame_called_eapol(struct kunit *test)
{
	struct tx_test *tx = test->priv;
	struct sk_buff *skb;

	tx_listen(test, ALL_TX, 0);
	kunit_activate_static_stub(test, skua_tx_free, tx_hear_free);
	skb = make_8023(test, 20);
	skb->protocol = htons(ETH_P_PAE);
	give(test, IEEE80211_AC_VI, skb);
	set_bit(SKUA_F_RECONFIG, &tx->fake.sc->flags);
	reset(test);
	KUNIT_EXPECT_EQ(test, 1, tx->n);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_TX_AGAIN));
}

static void tx_hear_requeue(struct skua *sc, struct ieee80211_sta *sta,
			    struct sk_buff *skb)
{
	struct tx_test *tx = kunit_get_current_test()->priv;

	tx->payments++;
	kfree_skb(skb);
}

struct tx_end_case {
	const char *desc;
	u8 status;
	u8 tries;
	enum nl80211_iftype type;
	unsigned int freed;
	unsigned int again;
};

static const struct tx_end_case tx_end_cases[] = {
	{ "its key has gone", SKUA_TXS_STALE_KEY, 0, NL80211_IFTYPE_AP, 0, 1 },
	{ "its key has gone, by a station", SKUA_TXS_STALE_KEY, 0,
	  NL80211_IFTYPE_STATION, 1, 0 },
	{ "was on the air", SKUA_TXS_STALE_KEY, 1, NL80211_IFTYPE_AP, 1, 0 },
	{ "not understood", SKUA_TXS_BAD, 0, NL80211_IFTYPE_AP, 1, 0 },
};

KUNIT_ARRAY_PARAM_DESC(tx_end, tx_end_cases, desc);

/* T1, K15, P4: mac80211 would free a filtered frame with an 802.3 header */
static void tx_8023_frame_ends(struct kunit *test)
{
	const struct tx_end_case *c = test->param_value;
	struct tx_test *tx = test->priv;
	struct skua_poll poll = {};
	const struct skua_tx_result res = {
		.sta = tx->fake.sta,
		.status = c->status,
		.tries = c->tries,
	};

	kunit_activate_static_stub(test, skua_tx_free, tx_hear_free);
	kunit_activate_static_stub(test, skua_tx_requeue, tx_hear_requeue);
	tx->fake.vif->type = c->type;
	skua_tx_report(tx->fake.sc, make_8023(test, 20), &res, &poll);
	KUNIT_EXPECT_EQ(test, c->freed, tx->n);
	KUNIT_EXPECT_EQ(test, c->again, tx->payments);
}

/* ------------------------------------------------------------------ */
/* Status								*/
/* ------------------------------------------------------------------ */

struct tx_status_case {
	const char *desc;
	u8 status;
	s8 signal;
	u32 flags;
	bool signal_valid;
};

/* T2, A10 */
static const struct tx_status_case tx_status_cases[] = {
	{ "acknowledged", SKUA_TXS_ACKED, -40, IEEE80211_TX_STAT_ACK, true },
	{ "acknowledged, strength unknown", SKUA_TXS_ACKED, 0,
	  IEEE80211_TX_STAT_ACK, false },
	{ "not acknowledged", SKUA_TXS_NO_ACK, -40, 0, false },
	{ "sent", SKUA_TXS_SENT, -40, IEEE80211_TX_STAT_NOACK_TRANSMITTED, false },
	{ "flushed", SKUA_TXS_FLUSHED, 0, 0, false },
};

KUNIT_ARRAY_PARAM_DESC(tx_status, tx_status_cases, desc);

static void tx_status_is_filled(struct kunit *test)
{
	const struct tx_status_case *c = test->param_value;
	const u32 mask = IEEE80211_TX_STAT_ACK |
			 IEEE80211_TX_STAT_NOACK_TRANSMITTED;
	struct skua_tx_result res = {
		.status = c->status,
		.ack_signal = c->signal,
		.rate = 540,
		.tries = 3,
		.airtime_us = 100000,
	};
	/* status bits of an earlier transmission must not survive */
	struct ieee80211_tx_info info = {
		.flags = mask | IEEE80211_TX_CTL_REQ_TX_STATUS,
		.band = NL80211_BAND_5GHZ,
	};

	skua_tx_fill_status(&info, &res);
	KUNIT_EXPECT_EQ(test, c->flags, info.flags & mask);
	KUNIT_EXPECT_TRUE(test, info.flags & IEEE80211_TX_CTL_REQ_TX_STATUS);
	KUNIT_EXPECT_EQ(test, 7, (u32)info.status.rates[0].idx);
	KUNIT_EXPECT_EQ(test, 3, (u32)info.status.rates[0].count);
	KUNIT_EXPECT_EQ(test, -1, info.status.rates[1].idx);
	KUNIT_EXPECT_EQ(test, U16_MAX, info.status.tx_time);
	KUNIT_EXPECT_EQ(test, c->signal_valid,
			!!(info.status.flags & IEEE80211_TX_STATUS_ACK_SIGNAL_VALID));
	if (c->signal_valid)
		KUNIT_EXPECT_EQ(test, c->signal, info.status.ack_signal);
}

struct tx_stat_case {
	const char *desc;
	u32 flags;
	u8 len;
	u8 ack_len;
	bool stat;
	u8 told;
};

static const struct tx_stat_case tx_stat_cases[] = {
	{ "an A-MPDU", 0, 3, 2, true, 3 },
	{ "a single MPDU", 0, 1, 1, false, 0 },
	{ "a single MPDU, queued for a session", IEEE80211_TX_CTL_AMPDU, 1, 1, true, 1 },
	{ "no PPDU, queued for a session", IEEE80211_TX_CTL_AMPDU, 0, 0, true, 1 },
	{ "no PPDU", 0, 0, 0, false, 0 },
	{ "flags of another transmission",
	  IEEE80211_TX_STAT_AMPDU | IEEE80211_TX_STAT_AMPDU_NO_BACK, 1, 1, false, 0 },
	{ "the NIC sends BARs", IEEE80211_TX_CTL_AMPDU | IEEE80211_TX_STAT_AMPDU_NO_BACK,
	  2, 0, true, 2 },
};

KUNIT_ARRAY_PARAM_DESC(tx_stat, tx_stat_cases, desc);

/* A5, A10: the figures of the A-MPDU; mac80211 is never asked for a BAR */
static void tx_status_of_an_ampdu(struct kunit *test)
{
	const struct tx_stat_case *c = test->param_value;
	struct skua_tx_result res = {
		.status = SKUA_TXS_NO_ACK,
		.rate = 540,
		.tries = 200,
		.ampdu_len = c->len,
		.ampdu_ack_len = c->ack_len,
	};
	struct ieee80211_tx_info info = {
		.flags = c->flags,
		.band = NL80211_BAND_5GHZ,
	};

	skua_tx_fill_status(&info, &res);
	KUNIT_EXPECT_EQ(test, c->stat, !!(info.flags & IEEE80211_TX_STAT_AMPDU));
	KUNIT_EXPECT_FALSE(test, info.flags & IEEE80211_TX_STAT_AMPDU_NO_BACK);
	KUNIT_EXPECT_EQ(test, c->told, info.status.ampdu_len);
	KUNIT_EXPECT_EQ(test, c->stat ? c->ack_len : 0, info.status.ampdu_ack_len);
	/* more than mac80211 can count */
	KUNIT_EXPECT_EQ(test, SKUA_TX_TRIES_MAX, (u32)info.status.rates[0].count);
}

struct tx_again_case {
	const char *desc;
	u16 fc;
	u8 status;
	u8 tries;
	bool station;
	bool eapol;
	bool encrypted;
	bool gone;
	bool again;
};

static const struct tx_again_case tx_again_cases[] = {
	{ "its key has gone", QOS_DATA, .again = true },
	{ "without QoS", DATA, .again = true },
	{ "flushed", QOS_DATA, .status = SKUA_TXS_FLUSHED },
	{ "not acknowledged", QOS_DATA, .status = SKUA_TXS_NO_ACK },
	{ "was on the air", QOS_DATA, .tries = 1 },
	{ "by a station", QOS_DATA, .station = true },
	{ "EAPOL", QOS_DATA, .eapol = true },
	{ "encrypted", QOS_DATA, .encrypted = true },
	{ "management", DEAUTH },
	{ "null data", NULLFUNC },
	{ "its station has gone", QOS_DATA, .gone = true },
};

KUNIT_ARRAY_PARAM_DESC(tx_again, tx_again_cases, desc);

/* K15, P4: frames that wait for a station that sleeps outlive their key */
static void tx_is_sent_again(struct kunit *test)
{
	const struct tx_again_case *c = test->param_value;
	struct sk_buff *skb = make_frame(test, c->fc, false);
	struct skua_fake *fake = test->priv;
	const struct skua_tx_result res = {
		.sta = c->gone ? NULL : fake->sta,
		.status = c->status ?: SKUA_TXS_STALE_KEY,
		.tries = c->tries,
	};

	if (c->station)
		fake->vif->type = NL80211_IFTYPE_STATION;
	if (c->eapol)
		skb->protocol = cpu_to_be16(ETH_P_PAE);
	if (c->encrypted)
		skb->data[ieee80211_hdrlen(cpu_to_le16(c->fc))] = 1;
	KUNIT_EXPECT_EQ(test, c->again, skua_tx_again(skb, &res));
	kfree_skb(skb);
}

/* ------------------------------------------------------------------ */
/* Flush								*/
/* ------------------------------------------------------------------ */

/* T5 */
static void tx_flush(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_flush *cmd = (void *)fake->data;

	/* the NIC holds no frame: no command */
	skua_op_flush(fake->hw, fake->vif, BIT(0), true);
	KUNIT_EXPECT_EQ(test, 0, fake->ncmds);
	KUNIT_EXPECT_FALSE(test, skua_op_tx_frames_pending(fake->hw));

	atomic_set(&fake->sc->tx.queued, 1);
	KUNIT_EXPECT_TRUE(test, skua_op_tx_frames_pending(fake->hw));
	skua_op_flush(fake->hw, fake->vif, BIT(1) | BIT(7), true);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_FLUSH, fake->op[0]);
	KUNIT_EXPECT_EQ(test, 3, cmd->vif);
	KUNIT_EXPECT_EQ(test, BIT(1) | BIT(SKUA_TX_MGMT), cmd->ac_mask);
	KUNIT_EXPECT_EQ(test, SKUA_STA_NONE, le16_to_cpu(cmd->sta));
	KUNIT_EXPECT_EQ(test, 1, cmd->drop);

	skua_op_flush(fake->hw, NULL, BIT(1), false);
	KUNIT_EXPECT_EQ(test, SKUA_VIF_NONE, cmd->vif);
	KUNIT_EXPECT_EQ(test, 0, cmd->drop);

	skua_sta(fake->sta)->handle = 1;
	skua_sta(fake->sta)->gen = 5;
	wiphy_lock(fake->hw->wiphy);
	skua_op_flush_sta(fake->hw, fake->vif, fake->sta);
	KUNIT_EXPECT_EQ(test, 1, le16_to_cpu(cmd->sta));
	KUNIT_EXPECT_EQ(test, 5, le16_to_cpu(cmd->sta_gen));
	KUNIT_EXPECT_EQ(test, 0, cmd->drop);
	KUNIT_EXPECT_EQ(test, 100, le32_to_cpu(cmd->timeout_ms));
	KUNIT_EXPECT_EQ(test, 0x1f, cmd->ac_mask);

	/* nobody waits for a station that sleeps */
	skua_sta(fake->sta)->asleep = true;
	skua_op_flush_sta(fake->hw, fake->vif, fake->sta);
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(cmd->timeout_ms));
	wiphy_unlock(fake->hw->wiphy);

	set_bit(SKUA_F_DEAD, &fake->sc->flags);
	skua_op_flush(fake->hw, fake->vif, BIT(1), false);
	KUNIT_EXPECT_EQ(test, 4, fake->ncmds);
	atomic_set(&fake->sc->tx.queued, 0);
}

static struct kunit_case tx_cases[] = {
	KUNIT_CASE_PARAM(tx_encode_fields, tx_encode_gen_params),
	KUNIT_CASE_PARAM(tx_encode_segments, tx_segs_gen_params),
	KUNIT_CASE_PARAM(tx_flags_follow_the_frame, tx_flags_gen_params),
	KUNIT_CASE_PARAM(tx_fails_closed, tx_clear_gen_params),
	KUNIT_CASE(tx_looks_clear),
	KUNIT_CASE(tx_amsdu_looks_clear),
	KUNIT_CASE(tokens_run_out_and_return),
	KUNIT_CASE(token_unknown_or_free),
	KUNIT_CASE(tx_posts_a_frame),
	KUNIT_CASE(tx_posts_in_order),
	KUNIT_CASE(tx_record_with_a_bad_token),
	KUNIT_CASE(tx_record_with_another_station),
	KUNIT_CASE(tx_reset_reclaims),
	KUNIT_CASE(tx_to_a_dead_nic),
	KUNIT_CASE(tx_ring_full),
	KUNIT_CASE(tx_with_a_key),
	KUNIT_CASE(tx_without_room_takes_no_pn),
	KUNIT_CASE(tx_never_sleeps),
	KUNIT_CASE(tx_with_a_key_of_the_past),
	KUNIT_CASE(tx_with_a_key_for_receiving_only),
	KUNIT_CASE(tx_leaves_before_its_key_goes),
	KUNIT_CASE(tx_that_does_not_leave),
	KUNIT_CASE(tx_eapol_of_mac80211_leaves_first),
	KUNIT_CASE_PARAM(tx_data_waits_for_a_key, tx_wait_gen_params),
	KUNIT_CASE_PARAM(tx_key_goes_at_once, tx_no_drain_gen_params),
	KUNIT_CASE_PARAM(tx_patience_is_limited, tx_patience_gen_params),
	KUNIT_CASE_PARAM(tx_to_a_keyed_station_without_a_key, tx_protected_gen_params),
	KUNIT_CASE(tx_rates),
	KUNIT_CASE(tx_chooses_the_ring),
	KUNIT_CASE(tx_record_of_a_ppdu),
	KUNIT_CASE(tx_record_without_words),
	KUNIT_CASE(tx_record_of_others),
	KUNIT_CASE_PARAM(tx_record_figures, tx_figures_gen_params),
	KUNIT_CASE(tx_amsdu),
	KUNIT_CASE_PARAM(tx_amsdu_of_many_pieces, tx_pieces_gen_params),
	KUNIT_CASE(tx_amsdu_for_a_monitor),
	KUNIT_CASE_PARAM(tx_may_be_aggregated, tx_may_gen_params),
	KUNIT_CASE_PARAM(tx_of_an_8023_frame, tx_8023_gen_params),
	KUNIT_CASE(tx_of_an_8023_frame_without_a_queue),
	KUNIT_CASE_PARAM(tx_sums_and_cuts, tx_sum_gen_params),
	KUNIT_CASE(tx_amsdu_of_unfinished_frames),
	KUNIT_CASE(tx_8023_frame_of_a_dead_nic),
	KUNIT_CASE(tx_8023_frame_called_eapol),
	KUNIT_CASE_PARAM(tx_8023_frame_ends, tx_end_gen_params),
	KUNIT_CASE_PARAM(tx_status_is_filled, tx_status_gen_params),
	KUNIT_CASE_PARAM(tx_status_of_an_ampdu, tx_stat_gen_params),
	KUNIT_CASE_PARAM(tx_is_sent_again, tx_again_gen_params),
	KUNIT_CASE(tx_flush),
	KUNIT_CASE_PARAM(tx_airtime_is_bounded, tx_airtime_gen_params),
	KUNIT_CASE(tx_silence_is_bounded),
	{}
};

static int tx_init(struct kunit *test)
{
	return skua_fake_init_in(test, sizeof(struct tx_test));
}

static struct kunit_suite tx_suite = {
	.name = "skua_tx",
	.init = tx_init,
	.test_cases = tx_cases,
};

kunit_test_suite(tx_suite);
