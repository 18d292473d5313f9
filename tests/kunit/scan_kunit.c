// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: scan and remain on channel
 */
#include <kunit/static_stub.h>
#include <linux/etherdevice.h>

#include "../../scan.h"
#include "fake.h"

#define ROOM	SKUA_CMD_MAX_EXT
#define NCHANS	20	/* more than the fake NIC's limit */

/**
 * struct scan_ctx - a request, and its encoding
 * @req: two SSIDs, three channels, elements of every kind
 * @ssid: SSIDs of @req
 * @chan: channels of @req
 * @cmd: command
 * @ext: further data
 */
struct scan_ctx {
	struct ieee80211_scan_request *req;
	struct cfg80211_ssid ssid[5];
	struct ieee80211_channel chan[NCHANS];
	struct skua_cmd_scan cmd;
	u8 *ext;
};

static struct scan_ctx *make_scan(struct kunit *test)
{
	struct scan_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	struct cfg80211_scan_request *scan;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	ctx->ext = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	ctx->req = kunit_kzalloc(test, struct_size(ctx->req, req.channels, NCHANS),
				 GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ctx->ext);
	KUNIT_ASSERT_NOT_NULL(test, ctx->req);
	scan = &ctx->req->req;
	scan->ssids = ctx->ssid;
	scan->n_ssids = 2;
	ctx->ssid[1].ssid_len = 4;
	memcpy(ctx->ssid[1].ssid, "skua", 4);
	scan->n_channels = 3;
	for (i = 0; i < NCHANS; i++) {
		ctx->chan[i].center_freq = 5180 + 20 * i;
		ctx->chan[i].band = NL80211_BAND_5GHZ;
		ctx->chan[i].max_power = 17;
		scan->channels[i] = &ctx->chan[i];
	}
	ctx->chan[1].flags = IEEE80211_CHAN_NO_IR;
	eth_broadcast_addr(scan->bssid);
	ctx->req->ies.ies[NL80211_BAND_2GHZ] = "ab";
	ctx->req->ies.len[NL80211_BAND_2GHZ] = 2;
	ctx->req->ies.ies[NL80211_BAND_5GHZ] = "cde";
	ctx->req->ies.len[NL80211_BAND_5GHZ] = 3;
	ctx->req->ies.common_ies = "fghi";
	ctx->req->ies.common_ie_len = 4;
	return ctx;
}

static int encode(struct kunit *test, struct scan_ctx *ctx)
{
	static const u8 addr[ETH_ALEN] = { 2, 0, 0, 0, 0, 9 };
	struct skua_fake *fake = test->priv;

	return skua_scan_encode(&ctx->cmd, ctx->ext, ROOM, &fake->sc->caps,
				ctx->req, skua_vif(fake->vif), addr);
}

/* M1, M5 */
static void scan_encode_all(struct kunit *test)
{
	struct scan_ctx *ctx = make_scan(test);
	struct skua_scan_ssid *ssid = (void *)ctx->ext;
	struct skua_scan_chan *chan = (void *)(ssid + 2);
	u8 *ies = (u8 *)(chan + 3);

	KUNIT_EXPECT_EQ(test, 2 * 36 + 3 * 8 + 9, encode(test, ctx));
	KUNIT_EXPECT_EQ(test, 3, ctx->cmd.vif);
	KUNIT_EXPECT_EQ(test, 2, ctx->cmd.n_ssids);
	KUNIT_EXPECT_EQ(test, 3, ctx->cmd.n_chans);
	KUNIT_EXPECT_EQ(test, 0, ctx->cmd.flags);
	KUNIT_EXPECT_EQ(test, 9, ctx->cmd.addr[5]);
	KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(ctx->cmd.bssid));
	KUNIT_EXPECT_EQ(test, 2, le16_to_cpu(ctx->cmd.ie_len[0]));
	KUNIT_EXPECT_EQ(test, 3, le16_to_cpu(ctx->cmd.ie_len[1]));
	KUNIT_EXPECT_EQ(test, 0, le16_to_cpu(ctx->cmd.ie_len[2]));
	KUNIT_EXPECT_EQ(test, 4, le16_to_cpu(ctx->cmd.ie_common_len));
	KUNIT_EXPECT_EQ(test, 0, ssid[0].len);
	KUNIT_EXPECT_EQ(test, 4, ssid[1].len);
	KUNIT_EXPECT_MEMEQ(test, ssid[1].ssid, "skua", 4);
	KUNIT_EXPECT_EQ(test, 5180, le16_to_cpu(chan[0].freq));
	KUNIT_EXPECT_EQ(test, 17, chan[0].power);
	/* a shorter dwell time could miss a beacon */
	KUNIT_EXPECT_GT(test, le16_to_cpu(chan[0].dwell_min), 100);
	KUNIT_EXPECT_GE(test, le16_to_cpu(chan[0].dwell_max),
			le16_to_cpu(chan[0].dwell_min));
	KUNIT_EXPECT_MEMEQ(test, ies, "abcdefghi", 9);
}

/* M2 */
static void scan_passive_where_it_must_be(struct kunit *test)
{
	struct scan_ctx *ctx = make_scan(test);
	struct skua_scan_chan *chan = (void *)(ctx->ext + 2 * 36);

	KUNIT_ASSERT_GT(test, encode(test, ctx), 0);
	KUNIT_EXPECT_FALSE(test, chan[0].flags & SKUA_CHANF_PASSIVE);
	KUNIT_EXPECT_TRUE(test, chan[1].flags & SKUA_CHANF_PASSIVE);

	ctx->req->req.n_ssids = 0;
	chan = (void *)ctx->ext;
	KUNIT_ASSERT_GT(test, encode(test, ctx), 0);
	KUNIT_EXPECT_EQ(test, 0, ctx->cmd.n_ssids);
	KUNIT_EXPECT_TRUE(test, chan[0].flags & SKUA_CHANF_PASSIVE);
}

static void scan_no_cck(struct kunit *test)
{
	struct scan_ctx *ctx = make_scan(test);

	ctx->req->req.no_cck = true;
	KUNIT_ASSERT_GT(test, encode(test, ctx), 0);
	KUNIT_EXPECT_EQ(test, 1, ctx->cmd.flags);
}

static void scan_beyond_a_limit(struct kunit *test)
{
	struct scan_ctx *ctx = make_scan(test);

	ctx->req->req.n_ssids = 5;
	KUNIT_EXPECT_EQ(test, -EINVAL, encode(test, ctx));
	ctx->req->req.n_ssids = 4;
	KUNIT_EXPECT_GT(test, encode(test, ctx), 0);
	ctx->req->req.n_channels = 9;
	KUNIT_EXPECT_EQ(test, -EINVAL, encode(test, ctx));
	ctx->req->req.n_channels = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, encode(test, ctx));
	ctx->req->req.n_channels = 8;
	KUNIT_EXPECT_GT(test, encode(test, ctx), 0);
	ctx->req->ies.common_ies = ctx->ext;
	ctx->req->ies.common_ie_len = 256 - 5 + 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, encode(test, ctx));
}

static void scan_ssid_longer_than_any(struct kunit *test)
{
	struct scan_ctx *ctx = make_scan(test);
	struct skua_scan_ssid *ssid = (void *)ctx->ext;

	ctx->ssid[0].ssid_len = 255;
	KUNIT_ASSERT_GT(test, encode(test, ctx), 0);
	KUNIT_EXPECT_EQ(test, 32, ssid[0].len);
	KUNIT_EXPECT_EQ(test, 4, ssid[1].len);
}

static void expect_dwell(struct kunit *test, struct scan_ctx *ctx, int i,
			 u16 min, u16 max)
{
	struct cfg80211_scan_request *req = &ctx->req->req;
	struct skua_scan_chan *chan;

	KUNIT_ASSERT_GT(test, encode(test, ctx), 0);
	chan = (void *)(ctx->ext + 36 * req->n_ssids);
	KUNIT_EXPECT_EQ(test, min, le16_to_cpu(chan[i].dwell_min));
	KUNIT_EXPECT_EQ(test, max, le16_to_cpu(chan[i].dwell_max));
}

/* M1: an access point whose processor is busy is found by its beacon */
static void scan_dwell_times(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct scan_ctx *ctx = make_scan(test);
	struct cfg80211_scan_request *req = &ctx->req->req;

	expect_dwell(test, ctx, 0, 110, 110);
	expect_dwell(test, ctx, 1, 110, 110);
	req->no_cck = true;
	expect_dwell(test, ctx, 0, 60, 110);
	expect_dwell(test, ctx, 1, 110, 110);
	req->no_cck = false;

	fake->sc->caps.scan_chans = NCHANS;
	req->n_channels = 16;
	expect_dwell(test, ctx, 0, 110, 110);
	req->n_channels = 17;
	expect_dwell(test, ctx, 0, 60, 110);
	expect_dwell(test, ctx, 1, 110, 110);
	KUNIT_EXPECT_EQ(test, 0, ctx->cmd.flags);

	/* the user's choice */
	req->duration = 40;
	expect_dwell(test, ctx, 0, 40, 40);
	expect_dwell(test, ctx, 1, 40, 40);
	req->duration = 200;
	expect_dwell(test, ctx, 0, 60, 200);
	KUNIT_EXPECT_EQ(test, 0, ctx->cmd.flags);
	req->duration_mandatory = true;
	expect_dwell(test, ctx, 0, 200, 200);
	KUNIT_EXPECT_EQ(test, SKUA_SCANF_EXACT, ctx->cmd.flags);

	/* twice the time that the NIC needs at most */
	KUNIT_EXPECT_GT(test, skua_scan_patience(req), 2 * 17 * 204);
	KUNIT_EXPECT_LT(test, skua_scan_patience(req), 30000);
}

static int scan_ends;
static bool scan_was_aborted;

static void note_end(struct skua *sc, bool aborted)
{
	scan_ends++;
	scan_was_aborted = aborted;
}

static void begin_scan(struct kunit *test, struct scan_ctx *ctx)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_scan *cmd = (void *)fake->data;

	kunit_activate_static_stub(test, skua_scan_tell, note_end);
	scan_ends = 0;
	KUNIT_ASSERT_EQ(test, 0, skua_op_hw_scan(fake->hw, fake->vif, ctx->req));
	KUNIT_ASSERT_EQ(test, SKUA_CMD_SCAN, fake->op[fake->ncmds - 1]);
	KUNIT_ASSERT_EQ(test, fake->sc->scan_cookie, le32_to_cpu(cmd->cookie));
}

/* An event as NAPI gets it */
static void event(struct kunit *test, u16 id, const void *data, u16 len)
{
	struct skua_fake *fake = test->priv;
	struct skua_evt evt = {
		.id = cpu_to_le16(id),
		.len = cpu_to_le16(len),
		.seq = cpu_to_le32(fake->sc->cmd_seq_evt),
	};

	memcpy(evt.data, data, len);
	local_bh_disable();
	skua_evt(fake->sc, &evt);
	local_bh_enable();
}

static void scan_done(struct kunit *test, u32 cookie)
{
	const struct skua_evt_scan_done evt = {
		.vif = 3, .cookie = cpu_to_le32(cookie),
	};

	event(test, SKUA_EVT_SCAN_DONE, &evt, sizeof(evt));
}

/* M5: the event of a cancelled scan does not end the next scan */
static void scan_done_of_another_scan(struct kunit *test)
{
	struct scan_ctx *ctx = make_scan(test);
	struct skua_fake *fake = test->priv;
	struct skua *sc = fake->sc;
	u32 first;

	wiphy_lock(fake->hw->wiphy);
	begin_scan(test, ctx);
	first = sc->scan_cookie;
	skua_op_cancel_hw_scan(fake->hw, fake->vif);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_SCAN_CANCEL, fake->op[fake->ncmds - 1]);
	KUNIT_EXPECT_EQ(test, 1, scan_ends);
	KUNIT_EXPECT_TRUE(test, scan_was_aborted);

	/* the first scan's event may come after the second one's begin, or never */
	begin_scan(test, ctx);
	scan_done(test, first);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_EQ(test, 0, scan_ends);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_EVT_STALE));
	scan_done(test, sc->scan_cookie);
	scan_done(test, first);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_EQ(test, 1, scan_ends);
	KUNIT_EXPECT_FALSE(test, scan_was_aborted);

	/* an event that waits while its scan is cancelled and the next one begins */
	begin_scan(test, ctx);
	scan_done(test, sc->scan_cookie);
	skua_op_cancel_hw_scan(fake->hw, fake->vif);
	begin_scan(test, ctx);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_EQ(test, 0, scan_ends);
	KUNIT_EXPECT_EQ(test, 3, skua_fake_count(test, SKUA_CTR_EVT_STALE));
	scan_done(test, sc->scan_cookie);
	wiphy_work_flush(fake->hw->wiphy, NULL);

	/* an end without a scan */
	scan_done(test, sc->scan_cookie);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_EQ(test, 1, scan_ends);
	KUNIT_EXPECT_EQ(test, 4, skua_fake_count(test, SKUA_CTR_EVT_STALE));
	wiphy_unlock(fake->hw->wiphy);
}

/* M5: a scan whose event is lost ends, and does not swallow the next one */
static void scan_without_an_end(struct kunit *test)
{
	struct scan_ctx *ctx = make_scan(test);
	struct skua_fake *fake = test->priv;
	struct skua_cmd_u32 *cmd = (void *)fake->data;

	wiphy_lock(fake->hw->wiphy);
	begin_scan(test, ctx);
	wiphy_delayed_work_queue(fake->hw->wiphy, &fake->sc->scan_late, 0);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_EQ(test, 1, scan_ends);
	KUNIT_EXPECT_TRUE(test, scan_was_aborted);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_SCAN_CANCEL, fake->op[fake->ncmds - 1]);
	KUNIT_EXPECT_EQ(test, fake->sc->scan_cookie, le32_to_cpu(cmd->val));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_EVT_MISSING));

	begin_scan(test, ctx);
	scan_done(test, fake->sc->scan_cookie);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_EQ(test, 1, scan_ends);
	KUNIT_EXPECT_FALSE(test, scan_was_aborted);
	wiphy_unlock(fake->hw->wiphy);
}

/* M5, M6: however many events wait, none is lost */
static void events_that_wait(struct kunit *test)
{
	const struct skua_evt_vif loss = { .vif = 3 };
	struct scan_ctx *ctx = make_scan(test);
	struct skua_fake *fake = test->priv;
	int i;

	wiphy_lock(fake->hw->wiphy);
	rcu_assign_pointer(fake->sc->vif[3], fake->vif);
	begin_scan(test, ctx);
	for (i = 0; i < 200; i++)
		event(test, SKUA_EVT_BEACON_LOSS, &loss, sizeof(loss));
	scan_done(test, fake->sc->scan_cookie);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_EQ(test, 1, scan_ends);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_EVT_BAD));
	wiphy_unlock(fake->hw->wiphy);
}

static unsigned int losses, ends;

static void note_loss(struct ieee80211_vif *vif, u16 id)
{
	if (id == SKUA_EVT_BEACON_LOSS)
		losses++;
	else
		ends++;
}

static void tell_of_loss(struct kunit *test, u8 idx)
{
	const struct skua_evt_vif evt = { .vif = idx };
	struct skua_fake *fake = test->priv;

	losses = 0;
	ends = 0;
	event(test, SKUA_EVT_BEACON_LOSS, &evt, sizeof(evt));
	event(test, SKUA_EVT_BEACON_LOSS, &evt, sizeof(evt));
	event(test, SKUA_EVT_CONN_LOSS, &evt, sizeof(evt));
	wiphy_work_flush(fake->hw->wiphy, NULL);
}

/* P7: mac80211 is told for a station that is associated, and for nothing else */
static void losses_of_a_station(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	kunit_activate_static_stub(test, skua_evt_lost, note_loss);
	wiphy_lock(fake->hw->wiphy);
	rcu_assign_pointer(fake->sc->vif[3], fake->vif);
	fake->vif->cfg.assoc = true;
	tell_of_loss(test, 3);
	KUNIT_EXPECT_EQ(test, 0, losses + ends);
	fake->vif->type = NL80211_IFTYPE_STATION;
	tell_of_loss(test, 3);
	KUNIT_EXPECT_EQ(test, 1, losses);
	KUNIT_EXPECT_EQ(test, 1, ends);
	fake->vif->cfg.assoc = false;
	tell_of_loss(test, 3);
	KUNIT_EXPECT_EQ(test, 0, losses + ends);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_EVT_BAD));

	/* an interface that is not there, and one that cannot be there */
	fake->vif->cfg.assoc = true;
	tell_of_loss(test, 2);
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_EVT_BAD));
	tell_of_loss(test, 255);
	KUNIT_EXPECT_EQ(test, 5, skua_fake_count(test, SKUA_CTR_EVT_BAD));
	KUNIT_EXPECT_EQ(test, 0, losses + ends);
	wiphy_unlock(fake->hw->wiphy);
}

/* M6: a stay on a channel whose event is lost ends */
static void roc_without_an_end(struct kunit *test)
{
	struct ieee80211_channel chan = {
		.center_freq = 2412, .band = NL80211_BAND_2GHZ,
	};
	struct skua_fake *fake = test->priv;

	wiphy_lock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 0,
			skua_op_remain_on_channel(fake->hw, fake->vif, &chan, 100,
						  IEEE80211_ROC_TYPE_NORMAL));
	wiphy_delayed_work_queue(fake->hw->wiphy, &fake->sc->roc_late, 0);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_FALSE(test, test_bit(SKUA_F_ROC, &fake->sc->flags));
	KUNIT_EXPECT_EQ(test, SKUA_CMD_ROC_CANCEL, fake->op[fake->ncmds - 1]);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_EVT_MISSING));
	wiphy_unlock(fake->hw->wiphy);
}

/* M6 */
static void roc_begin_and_cancel(struct kunit *test)
{
	struct ieee80211_channel chan = {
		.center_freq = 2412, .band = NL80211_BAND_2GHZ,
	};
	struct skua_fake *fake = test->priv;
	struct skua_cmd_roc *cmd = (void *)fake->data;
	struct skua_evt_roc evt = {};
	struct skua *sc = fake->sc;

	wiphy_lock(fake->hw->wiphy);
	fake->cmd_err = -EBUSY;
	KUNIT_EXPECT_EQ(test, -EBUSY,
			skua_op_remain_on_channel(fake->hw, fake->vif, &chan, 100,
						  IEEE80211_ROC_TYPE_NORMAL));
	KUNIT_EXPECT_FALSE(test, test_bit(SKUA_F_ROC, &sc->flags));

	fake->cmd_err = 0;
	KUNIT_EXPECT_EQ(test, 0,
			skua_op_remain_on_channel(fake->hw, fake->vif, &chan,
						  100000, IEEE80211_ROC_TYPE_NORMAL));
	KUNIT_EXPECT_TRUE(test, test_bit(SKUA_F_ROC, &sc->flags));
	KUNIT_EXPECT_EQ(test, U16_MAX, le16_to_cpu(cmd->duration_ms));
	KUNIT_EXPECT_EQ(test, 2412, le16_to_cpu(cmd->chan.freq));
	KUNIT_EXPECT_EQ(test, 3, cmd->vif);

	/* the end of another period changes nothing */
	evt.cookie = cpu_to_le32(sc->roc_cookie - 1);
	skua_roc_event(sc, SKUA_EVT_ROC_EXPIRED, &evt);
	KUNIT_EXPECT_TRUE(test, test_bit(SKUA_F_ROC, &sc->flags));

	KUNIT_EXPECT_EQ(test, 0, skua_op_cancel_remain_on_channel(fake->hw, fake->vif));
	KUNIT_EXPECT_EQ(test, SKUA_CMD_ROC_CANCEL, fake->op[fake->ncmds - 1]);
	KUNIT_EXPECT_FALSE(test, test_bit(SKUA_F_ROC, &sc->flags));
	/* a second cancel sends nothing */
	skua_op_cancel_remain_on_channel(fake->hw, fake->vif);
	KUNIT_EXPECT_EQ(test, 3, fake->ncmds);
	wiphy_unlock(fake->hw->wiphy);
}

/* M6: mac80211 warns of a stay that begins twice */
static void roc_begins_once(struct kunit *test)
{
	struct ieee80211_channel chan = {
		.center_freq = 2412, .band = NL80211_BAND_2GHZ,
	};
	struct skua_fake *fake = test->priv;
	struct skua_evt_roc evt = {};
	struct skua *sc = fake->sc;
	unsigned int i;

	wiphy_lock(fake->hw->wiphy);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, 0,
				skua_op_remain_on_channel(fake->hw, fake->vif, &chan, 100,
							  IEEE80211_ROC_TYPE_NORMAL));
		evt.cookie = cpu_to_le32(sc->roc_cookie);
		skua_roc_event(sc, SKUA_EVT_ROC_READY, &evt);
		KUNIT_EXPECT_EQ(test, 2 * i, skua_fake_count(test, SKUA_CTR_EVT_STALE));
		skua_roc_event(sc, SKUA_EVT_ROC_READY, &evt);
		KUNIT_EXPECT_EQ(test, 2 * i + 1,
				skua_fake_count(test, SKUA_CTR_EVT_STALE));
		skua_op_cancel_remain_on_channel(fake->hw, fake->vif);
		skua_roc_event(sc, SKUA_EVT_ROC_READY, &evt);
		KUNIT_EXPECT_EQ(test, 2 * i + 2,
				skua_fake_count(test, SKUA_CTR_EVT_STALE));
	}
	wiphy_unlock(fake->hw->wiphy);
}

static struct kunit_case scan_cases[] = {
	KUNIT_CASE(scan_encode_all),
	KUNIT_CASE(scan_passive_where_it_must_be),
	KUNIT_CASE(scan_no_cck),
	KUNIT_CASE(scan_beyond_a_limit),
	KUNIT_CASE(scan_ssid_longer_than_any),
	KUNIT_CASE(scan_dwell_times),
	KUNIT_CASE(scan_done_of_another_scan),
	KUNIT_CASE(scan_without_an_end),
	KUNIT_CASE(events_that_wait),
	KUNIT_CASE(losses_of_a_station),
	KUNIT_CASE(roc_without_an_end),
	KUNIT_CASE(roc_begin_and_cancel),
	KUNIT_CASE(roc_begins_once),
	{}
};

static struct kunit_suite scan_suite = {
	.name = "skua_scan",
	.init = skua_fake_init,
	.test_cases = scan_cases,
};

kunit_test_suite(scan_suite);
