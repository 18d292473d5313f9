// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: Block Ack sessions
 */
#include <kunit/static_stub.h>

#include "../../ampdu.h"
#include "../../sta.h"
#include "fake.h"

#define ALL_FEATURES	(SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU | SKUA_FEAT_RX_REORDER)
#define TID		5

/**
 * struct ba_test - a device with a station, and what mac80211 has been told
 * @fake: the device
 * @told: how often, by enum skua_ba_news
 * @tid: TID of the last news
 * @ssn: what mac80211 got from the driver
 */
struct ba_test {
	struct skua_fake fake;
	unsigned int told[4];
	u8 tid;
	u16 ssn;
};

static void ba_hear(struct ieee80211_sta *sta, u8 tid, enum skua_ba_news news)
{
	struct ba_test *ba = kunit_get_current_test()->priv;

	KUNIT_EXPECT_PTR_EQ(kunit_get_current_test(), ba->fake.sta, sta);
	ba->told[news]++;
	ba->tid = tid;
}

static unsigned int ba_told(const struct ba_test *ba)
{
	return ba->told[0] + ba->told[1] + ba->told[2] + ba->told[3];
}

static int ba_init(struct kunit *test)
{
	int err = skua_fake_init_in(test, sizeof(struct ba_test));
	struct skua_fake *fake = test->priv;

	if (err)
		return err;
	fake->sc->caps.features = ALL_FEATURES;
	kunit_activate_static_stub(test, skua_ba_tell, ba_hear);
	wiphy_lock(fake->hw->wiphy);
	err = skua_sta_handle_take(fake->sc, fake->sta);
	wiphy_unlock(fake->hw->wiphy);
	skua_sta(fake->sta)->state = IEEE80211_STA_AUTHORIZED;
	return err;
}

static int ba_act_with(struct kunit *test, struct ieee80211_ampdu_params *params)
{
	struct ba_test *ba = test->priv;
	struct skua_fake *fake = &ba->fake;
	int ret;

	params->sta = fake->sta;
	params->tid = TID;
	wiphy_lock(fake->hw->wiphy);
	ret = skua_op_ampdu_action(fake->hw, fake->vif, params);
	wiphy_unlock(fake->hw->wiphy);
	ba->ssn = params->ssn;
	return ret;
}

static int ba_act(struct kunit *test, enum ieee80211_ampdu_mlme_action action)
{
	struct ieee80211_ampdu_params params = {
		.action = action,
		.ssn = 77,
		.buf_size = 64,
		.timeout = 100,
	};

	return ba_act_with(test, &params);
}

/* What the NIC answers to a hold */
static void ba_answer(struct kunit *test, u16 ssn)
{
	struct skua_fake *fake = test->priv;
	const struct skua_ba_answer answer = { .ssn = cpu_to_le16(ssn) };

	memcpy(fake->answer, &answer, sizeof(answer));
}

static const struct skua_cmd_ba *ba_cmd(struct kunit *test, u8 action)
{
	struct skua_fake *fake = test->priv;
	const struct skua_cmd_ba *cmd = (const void *)fake->data;
	const struct skua_sta *ssta = skua_sta(fake->sta);

	KUNIT_EXPECT_GT(test, fake->ncmds, 0);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_BA, fake->op[fake->ncmds - 1]);
	KUNIT_EXPECT_EQ(test, sizeof(*cmd), fake->len);
	KUNIT_EXPECT_EQ(test, ssta->handle, le16_to_cpu(cmd->sta));
	KUNIT_EXPECT_EQ(test, ssta->gen, le16_to_cpu(cmd->gen));
	KUNIT_EXPECT_EQ(test, TID, cmd->tid);
	KUNIT_EXPECT_EQ(test, action, cmd->action);
	return cmd;
}

static u16 ba_amsdu_limit(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	return fake->sta->deflink.agg.max_tid_amsdu_len[TID];
}

static void ba_key(struct kunit *test, u32 cipher, bool of_vif)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	bool wep = cipher == WLAN_CIPHER_SUITE_WEP40;

	fake->sc->caps.cipher[1] = cipher;
	fake->sc->caps.n_ciphers = 2;
	conf = skua_fake_key(test, cipher, wep ? WLAN_KEY_LEN_WEP40 :
					   cipher == WLAN_CIPHER_SUITE_TKIP ?
					   WLAN_KEY_LEN_TKIP : WLAN_KEY_LEN_CCMP, 0);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_EQ(test, 0, skua_op_set_key(fake->hw, SET_KEY, fake->vif,
						 of_vif ? NULL : fake->sta, conf));
	wiphy_unlock(fake->hw->wiphy);
	fake->ncmds = 0;
}

struct ba_action_case {
	const char *desc;
	enum ieee80211_ampdu_mlme_action action;
	bool begins;
	bool calls_back;
	bool holds;
	u8 cmd;
};

static const struct ba_action_case ba_action_cases[] = {
	{ "TX_START", IEEE80211_AMPDU_TX_START, true },
	{ "TX_OPERATIONAL", IEEE80211_AMPDU_TX_OPERATIONAL, true },
	{ "RX_START", IEEE80211_AMPDU_RX_START, true },
	{ "RX_STOP", IEEE80211_AMPDU_RX_STOP, .holds = true, .cmd = SKUA_BA_RX_STOP },
	{ "TX_STOP_CONT", IEEE80211_AMPDU_TX_STOP_CONT, .calls_back = true,
	  .holds = true, .cmd = SKUA_BA_TX_STOP },
	{ "TX_STOP_FLUSH", IEEE80211_AMPDU_TX_STOP_FLUSH, .cmd = SKUA_BA_TX_FLUSH },
	{ "TX_STOP_FLUSH_CONT", IEEE80211_AMPDU_TX_STOP_FLUSH_CONT,
	  .cmd = SKUA_BA_TX_FLUSH },
};

KUNIT_ARRAY_PARAM_DESC(ba_action, ba_action_cases, desc);

/* A3, A7: without the feature nothing begins, and what ends succeeds without the NIC */
static void ba_without_the_feature(struct kunit *test)
{
	const struct ba_action_case *c = test->param_value;
	struct ba_test *ba = test->priv;

	ba->fake.sc->caps.features = 0;
	KUNIT_EXPECT_EQ(test, c->begins ? -EOPNOTSUPP : 0, ba_act(test, c->action));
	KUNIT_EXPECT_EQ(test, 0, ba->fake.ncmds);
	KUNIT_EXPECT_EQ(test, c->calls_back, ba->told[SKUA_BA_STOPPED]);
	KUNIT_EXPECT_EQ(test, c->calls_back, ba_told(ba));
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_BA_REFUSED));
}

/* A3, A4, D4: a dead NIC has no session: none begins, and each one has ended */
static void ba_of_a_dead_nic(struct kunit *test)
{
	const struct ba_action_case *c = test->param_value;
	struct ba_test *ba = test->priv;

	set_bit(SKUA_F_DEAD, &ba->fake.sc->flags);
	/* of a restart, too: 0 would make mac80211 wait for a session */
	set_bit(SKUA_F_RECONFIG, &ba->fake.sc->flags);
	ba->fake.cmd_err = -EIO;
	KUNIT_EXPECT_EQ(test, c->begins ? -EIO : 0, ba_act(test, c->action));
	KUNIT_EXPECT_EQ(test, c->begins, ba->fake.ncmds);
	KUNIT_EXPECT_EQ(test, c->calls_back, ba_told(ba));
}

/* A3: an end that the NIC does not know of, also before the beginning was confirmed */
static void ba_end_succeeds(struct kunit *test)
{
	static const int unknown[] = { 0, -ENOENT, -ESTALE };
	const struct ba_action_case *c = test->param_value;
	struct ba_test *ba = test->priv;
	unsigned int i;

	if (c->begins)
		return;
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		ba->fake.cmd_err = unknown[i];
		KUNIT_EXPECT_EQ(test, 0, ba_act(test, c->action));
		ba_cmd(test, c->cmd);
		KUNIT_EXPECT_EQ(test, i + 1, ba->fake.ncmds);
		KUNIT_EXPECT_EQ(test, c->calls_back ? i + 1 : 0,
				ba->told[SKUA_BA_STOPPED]);
		KUNIT_EXPECT_TRUE(test, skua_alive(ba->fake.sc));
	}
	/* one that goes on with a session is of no use any more */
	ba->fake.cmd_err = -EBUSY;
	KUNIT_EXPECT_EQ(test, 0, ba_act(test, c->action));
	KUNIT_EXPECT_FALSE(test, skua_alive(ba->fake.sc));
	KUNIT_EXPECT_EQ(test, c->calls_back ? 4 : 0, ba_told(ba));
}

/* K15: a session ends, perhaps for a new key: data wait until the mutex is free */
static void ba_end_holds_data(struct kunit *test)
{
	const struct ba_action_case *c = test->param_value;
	struct ba_test *ba = test->priv;
	struct skua_sta *ssta = skua_sta(ba->fake.sta);

	ba_act(test, c->action);
	KUNIT_EXPECT_FALSE(test, ssta->rekeyed);
	ba_key(test, WLAN_CIPHER_SUITE_CCMP, false);
	ba_act(test, c->action);
	KUNIT_EXPECT_EQ(test, c->holds, ssta->rekeyed);
	KUNIT_EXPECT_EQ(test, 1, ba->fake.ncmds);
	KUNIT_EXPECT_EQ(test, c->holds, ba->fake.rekeyed);
}

/* A station that is not in the NIC, since there was no room for it */
static void ba_without_a_handle(struct kunit *test)
{
	const struct ba_action_case *c = test->param_value;
	struct ba_test *ba = test->priv;
	struct skua_sta *ssta = skua_sta(ba->fake.sta);

	wiphy_lock(ba->fake.hw->wiphy);
	skua_sta_handle_put(ba->fake.sc, ssta);
	wiphy_unlock(ba->fake.hw->wiphy);
	KUNIT_EXPECT_EQ(test, c->begins ? -ENOENT : 0, ba_act(test, c->action));
	KUNIT_EXPECT_EQ(test, 0, ba->fake.ncmds);
	KUNIT_EXPECT_TRUE(test, skua_alive(ba->fake.sc));
}

/* A1: the number of the next frame, and mac80211 may ask the peer at once */
static void ba_tx_start(struct kunit *test)
{
	struct ba_test *ba = test->priv;
	const struct skua_cmd_ba *cmd;

	ba_answer(test, IEEE80211_MAX_SN);
	KUNIT_EXPECT_EQ(test, IEEE80211_AMPDU_TX_START_IMMEDIATE,
			ba_act(test, IEEE80211_AMPDU_TX_START));
	KUNIT_EXPECT_EQ(test, IEEE80211_MAX_SN, ba->ssn);
	KUNIT_EXPECT_EQ(test, 1, ba->fake.ncmds);
	cmd = ba_cmd(test, SKUA_BA_TX_HOLD);
	KUNIT_EXPECT_EQ(test, 0, le16_to_cpu(cmd->ssn));
	KUNIT_EXPECT_EQ(test, 0, le16_to_cpu(cmd->buf_size));
	KUNIT_EXPECT_EQ(test, 0, ba_told(ba));
	/* A8: mac80211 does not know yet whether A-MSDUs are allowed */
	KUNIT_EXPECT_EQ(test, 1, ba_amsdu_limit(test));
}

struct ba_refused_case {
	const char *desc;
	int err;
	u16 ssn;
	bool asleep;
	u32 cipher;
	bool of_vif;
	int ret;
	unsigned int cmds;
};

static const struct ba_refused_case ba_refused_cases[] = {
	{ "the TID does not drain", .err = -EBUSY, .ret = -EBUSY, .cmds = 1 },
	{ "the station sleeps", .asleep = true, .ret = -EBUSY },
	{ "TKIP", .cipher = WLAN_CIPHER_SUITE_TKIP, .ret = -EOPNOTSUPP },
	{ "WEP", .cipher = WLAN_CIPHER_SUITE_WEP40, .of_vif = true,
	  .ret = -EOPNOTSUPP },
	/* the second one takes the hold back */
	{ "a number that is none", .ssn = IEEE80211_SN_MODULO, .ret = -EPROTO,
	  .cmds = 2 },
	{ "all bits", .ssn = U16_MAX, .ret = -EPROTO, .cmds = 2 },
};

KUNIT_ARRAY_PARAM_DESC(ba_refused, ba_refused_cases, desc);

/* A1, A7: an error, and nothing is held any more */
static void ba_tx_start_refused(struct kunit *test)
{
	const struct ba_refused_case *c = test->param_value;
	struct ba_test *ba = test->priv;

	if (c->cipher)
		ba_key(test, c->cipher, c->of_vif);
	skua_sta(ba->fake.sta)->asleep = c->asleep;
	ba->fake.cmd_err = c->err;
	ba_answer(test, c->ssn);
	KUNIT_EXPECT_EQ(test, c->ret, ba_act(test, IEEE80211_AMPDU_TX_START));
	KUNIT_EXPECT_EQ(test, 77, ba->ssn);
	KUNIT_EXPECT_EQ(test, c->cmds, ba->fake.ncmds);
	if (c->cmds)
		ba_cmd(test, c->cmds == 2 ? SKUA_BA_TX_STOP : SKUA_BA_TX_HOLD);
	KUNIT_EXPECT_EQ(test, c->ret != -EOPNOTSUPP,
			skua_fake_count(test, SKUA_CTR_BA_REFUSED));
	KUNIT_EXPECT_EQ(test, c->cmds == 2, skua_fake_count(test, SKUA_CTR_EVT_BAD));
	KUNIT_EXPECT_EQ(test, 0, ba_told(ba));
	KUNIT_EXPECT_EQ(test, 0, ba_amsdu_limit(test));
}

/* A group key of TKIP, as of a mixed network, or of WEP, is not for frames to a station */
static void ba_tx_start_beside_a_group_key(struct kunit *test)
{
	ba_key(test, WLAN_CIPHER_SUITE_TKIP, true);
	ba_key(test, WLAN_CIPHER_SUITE_CCMP, false);
	KUNIT_EXPECT_EQ(test, IEEE80211_AMPDU_TX_START_IMMEDIATE,
			ba_act(test, IEEE80211_AMPDU_TX_START));
	ba_act(test, IEEE80211_AMPDU_TX_STOP_CONT);
	ba_key(test, WLAN_CIPHER_SUITE_WEP40, true);
	KUNIT_EXPECT_EQ(test, IEEE80211_AMPDU_TX_START_IMMEDIATE,
			ba_act(test, IEEE80211_AMPDU_TX_START));
}

struct ba_size_case {
	const char *desc;
	u16 size;
	u16 sent;
	bool amsdu;
};

static const struct ba_size_case ba_size_cases[] = {
	{ "HT", 64, 64, false },
	{ "HE, with A-MSDU", 256, 256, true },
	{ "one", 1, 1, true },
	{ "none", 0, 1, false },
	{ "more than there are", U16_MAX, SKUA_BA_MAX_SIZE, false },
};

KUNIT_ARRAY_PARAM_DESC(ba_size, ba_size_cases, desc);

/* A2, A8, A11: the peer's buffer and its permission of A-MSDUs */
static void ba_tx_operational(struct kunit *test)
{
	const struct ba_size_case *c = test->param_value;
	struct ba_test *ba = test->priv;
	struct ieee80211_ampdu_params params = {
		.action = IEEE80211_AMPDU_TX_OPERATIONAL,
		.buf_size = c->size,
		.amsdu = c->amsdu,
	};
	const struct skua_cmd_ba *cmd;

	KUNIT_EXPECT_EQ(test, 0, ba_act_with(test, &params));
	cmd = ba_cmd(test, SKUA_BA_TX_START);
	KUNIT_EXPECT_EQ(test, c->sent, le16_to_cpu(cmd->buf_size));
	KUNIT_EXPECT_EQ(test, c->amsdu, cmd->amsdu);
	KUNIT_EXPECT_EQ(test, 0, le16_to_cpu(cmd->ssn));
	KUNIT_EXPECT_EQ(test, !c->amsdu, ba_amsdu_limit(test));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_BA_TX));
	KUNIT_EXPECT_EQ(test, 0, ba_told(ba));
	/* without a session there is no such limit */
	ba_act(test, IEEE80211_AMPDU_TX_STOP_CONT);
	KUNIT_EXPECT_EQ(test, 0, ba_amsdu_limit(test));
}

/* A2, A7: mac80211 does not look at the result: a session that cannot work is ended */
static void ba_tx_operational_refused(struct kunit *test)
{
	struct ba_test *ba = test->priv;

	ba->fake.cmd_err = -ESTALE;
	KUNIT_EXPECT_EQ(test, -ESTALE, ba_act(test, IEEE80211_AMPDU_TX_OPERATIONAL));
	KUNIT_EXPECT_EQ(test, 1, ba->told[SKUA_BA_STALLED]);
	KUNIT_EXPECT_EQ(test, TID, ba->tid);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_BA_REFUSED));
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_BA_TX));
}

/* A4: the timeout is the NIC's business if the NIC reorders */
static void ba_rx_start(struct kunit *test)
{
	struct ba_test *ba = test->priv;
	struct ieee80211_ampdu_params params = {
		.action = IEEE80211_AMPDU_RX_START,
		.ssn = 0xabc,
		.buf_size = 256,
		.timeout = 5000,
	};
	const struct skua_cmd_ba *cmd;

	KUNIT_EXPECT_EQ(test, 0, ba_act_with(test, &params));
	cmd = ba_cmd(test, SKUA_BA_RX_START);
	KUNIT_EXPECT_EQ(test, 0xabc, le16_to_cpu(cmd->ssn));
	KUNIT_EXPECT_EQ(test, 256, le16_to_cpu(cmd->buf_size));
	KUNIT_EXPECT_EQ(test, 5000, le16_to_cpu(cmd->timeout_tu));
	KUNIT_EXPECT_EQ(test, 0, cmd->amsdu);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_BA_RX));

	ba->fake.sc->caps.features &= ~SKUA_FEAT_RX_REORDER;
	KUNIT_EXPECT_EQ(test, 0, ba_act_with(test, &params));
	KUNIT_EXPECT_EQ(test, 0, le16_to_cpu(cmd->timeout_tu));

	ba->fake.cmd_err = -ENOSPC;
	KUNIT_EXPECT_EQ(test, -ENOSPC, ba_act_with(test, &params));
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_BA_RX));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_BA_REFUSED));
	/* each direction has its feature */
	ba->fake.sc->caps.features = SKUA_FEAT_TX_AMPDU;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, ba_act_with(test, &params));
	KUNIT_EXPECT_EQ(test, -ENOSPC, ba_act(test, IEEE80211_AMPDU_TX_START));
}

struct ba_request_case {
	const char *desc;
	u16 handle;
	u16 gen;
	u8 tid;
	u64 features;
	u8 state;
	u32 cipher;
	bool down;
	bool told;
	unsigned int bad;
	unsigned int stale;
};

#define GOOD	.features = ALL_FEATURES, .state = IEEE80211_STA_AUTHORIZED

static const struct ba_request_case ba_request_cases[] = {
	{ "good", GOOD, .tid = 7, .told = true },
	{ "a TID of a TSPEC", GOOD, .tid = 8, .bad = 1 },
	{ "no TID", GOOD, .tid = 255, .bad = 1 },
	{ "without the feature", .state = IEEE80211_STA_AUTHORIZED, .bad = 1 },
	{ "a station that is none", GOOD, .handle = 0x7fff, .stale = 1 },
	{ "a station that has gone", GOOD, .gen = 1, .stale = 1 },
	{ "not yet authorized", .features = ALL_FEATURES,
	  .state = IEEE80211_STA_ASSOC },
	{ "no interface is up", GOOD, .down = true },
	{ "TKIP", GOOD, .cipher = WLAN_CIPHER_SUITE_TKIP },
};

KUNIT_ARRAY_PARAM_DESC(ba_request, ba_request_cases, desc);

static void ba_event(struct kunit *test, u16 sta, u16 gen, u8 tid, u16 len)
{
	struct skua_fake *fake = test->priv;
	const struct skua_evt_ba ba = {
		.sta = cpu_to_le16(sta),
		.gen = cpu_to_le16(gen),
		.tid = tid,
	};
	struct skua_evt evt = {
		.id = cpu_to_le16(SKUA_EVT_BA_REQUEST),
		.len = cpu_to_le16(len),
		.seq = cpu_to_le32(fake->sc->cmd_seq_evt),
	};

	memcpy(evt.data, &ba, sizeof(ba));
	local_bh_disable();
	skua_evt(fake->sc, &evt);
	local_bh_enable();
}

/* A7, D3: the firmware's wish, any value of it */
static void ba_request(struct kunit *test)
{
	const struct ba_request_case *c = test->param_value;
	struct ba_test *ba = test->priv;
	struct skua_sta *ssta = skua_sta(ba->fake.sta);

	ba->fake.sc->caps.features = c->features;
	ssta->state = c->state;
	if (c->cipher)
		ba_key(test, c->cipher, false);
	if (c->down)
		clear_bit(SKUA_F_STARTED, &ba->fake.sc->flags);
	ba_event(test, ssta->handle + c->handle, ssta->gen + c->gen, c->tid,
		 sizeof(struct skua_evt_ba));
	KUNIT_EXPECT_EQ(test, c->told, ba->told[SKUA_BA_WANTED]);
	KUNIT_EXPECT_EQ(test, c->told, ba_told(ba));
	if (c->told)
		KUNIT_EXPECT_EQ(test, c->tid, ba->tid);
	KUNIT_EXPECT_EQ(test, c->bad, skua_fake_count(test, SKUA_CTR_EVT_BAD));
	KUNIT_EXPECT_EQ(test, c->stale, skua_fake_count(test, SKUA_CTR_EVT_STALE));
}

static void ba_request_cut_short(struct kunit *test)
{
	struct ba_test *ba = test->priv;
	struct skua_sta *ssta = skua_sta(ba->fake.sta);

	ba_event(test, ssta->handle, ssta->gen, 0, sizeof(struct skua_evt_ba) - 1);
	KUNIT_EXPECT_EQ(test, 0, ba_told(ba));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_EVT_BAD));
}

struct ba_stop_case {
	const char *desc;
	u64 features;
	u16 gen;
	u8 tid;
	u32 arg;
	bool down;
	unsigned int stalled;
	unsigned int idle;
	unsigned int bad;
	unsigned int stale;
};

static const struct ba_stop_case ba_stop_cases[] = {
	{ "transmit", ALL_FEATURES, .tid = 15, .arg = 1, .stalled = 1 },
	{ "receive", ALL_FEATURES, .tid = 15, .arg = 0, .idle = 1 },
	{ "neither", ALL_FEATURES, .arg = 2, .bad = 1 },
	{ "transmit, no TID", ALL_FEATURES, .tid = 16, .arg = 1, .bad = 1 },
	/* mac80211 would set a bit behind its bitmap */
	{ "receive, no TID", ALL_FEATURES, .tid = 16, .arg = 0, .bad = 1 },
	{ "receive, all bits", ALL_FEATURES, .tid = 255, .arg = 0, .bad = 1 },
	{ "transmit, without the feature", SKUA_FEAT_RX_AMPDU | SKUA_FEAT_RX_REORDER,
	  .arg = 1, .bad = 1 },
	{ "receive, mac80211 has the timer", SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU,
	  .arg = 0, .bad = 1 },
	{ "a station that has gone", ALL_FEATURES, .gen = 1, .arg = 1, .stale = 1 },
	{ "no interface is up", ALL_FEATURES, .down = true, .arg = 1 },
};

KUNIT_ARRAY_PARAM_DESC(ba_stop, ba_stop_cases, desc);

/* A4, A7, D3: a session that the NIC ends, any value of the event */
static void ba_stop(struct kunit *test)
{
	const struct ba_stop_case *c = test->param_value;
	struct ba_test *ba = test->priv;
	struct skua_sta *ssta = skua_sta(ba->fake.sta);
	struct skua_cpl_inband rec = {
		.id = cpu_to_le16(SKUA_INB_BA_STOP),
		.tid = c->tid,
		.sta = cpu_to_le16(ssta->handle),
		.sta_gen = cpu_to_le16(ssta->gen + c->gen),
		.arg = cpu_to_le32(c->arg),
	};
	struct skua_poll poll = {};

	ba->fake.sc->caps.features = c->features;
	if (c->down)
		clear_bit(SKUA_F_STARTED, &ba->fake.sc->flags);
	local_bh_disable();
	rcu_read_lock();
	skua_inband(ba->fake.sc, &rec, &poll);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, c->stalled, ba->told[SKUA_BA_STALLED]);
	KUNIT_EXPECT_EQ(test, c->idle, ba->told[SKUA_BA_IDLE]);
	KUNIT_EXPECT_EQ(test, c->stalled + c->idle, ba_told(ba));
	if (ba_told(ba))
		KUNIT_EXPECT_EQ(test, c->tid, ba->tid);
	KUNIT_EXPECT_EQ(test, c->stalled, skua_fake_count(test, SKUA_CTR_BA_STALLED));
	KUNIT_EXPECT_EQ(test, c->idle, skua_fake_count(test, SKUA_CTR_BA_IDLE));
	KUNIT_EXPECT_EQ(test, c->bad, skua_fake_count(test, SKUA_CTR_INBAND_BAD));
	KUNIT_EXPECT_EQ(test, c->stale, skua_fake_count(test, SKUA_CTR_RX_STALE_STA));
}

struct ba_param_case {
	const char *desc;
	bool tx, rx, reorder;
	u64 features;
};

static const struct ba_param_case ba_param_cases[] = {
	{ "all", true, true, true, ALL_FEATURES },
	{ "none", false, false, false, 0 },
	{ "transmit", true, false, false, SKUA_FEAT_TX_AMPDU },
	{ "mac80211 reorders", true, true, false,
	  SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU },
	{ "receive", false, true, true, SKUA_FEAT_RX_AMPDU | SKUA_FEAT_RX_REORDER },
	{ "nothing to reorder", true, false, true, SKUA_FEAT_TX_AMPDU },
};

KUNIT_ARRAY_PARAM_DESC(ba_param, ba_param_cases, desc);

/* V5: each can be switched off */
static void ba_parameters(struct kunit *test)
{
	const struct ba_param_case *c = test->param_value;
	const bool tx = skua_tx_ampdu, rx = skua_rx_ampdu, re = skua_rx_reorder;

	skua_tx_ampdu = c->tx;
	skua_rx_ampdu = c->rx;
	skua_rx_reorder = c->reorder;
	KUNIT_EXPECT_EQ(test, c->features, skua_ba_features());
	skua_tx_ampdu = tx;
	skua_rx_ampdu = rx;
	skua_rx_reorder = re;
}

static struct kunit_case ba_cases[] = {
	KUNIT_CASE_PARAM(ba_without_the_feature, ba_action_gen_params),
	KUNIT_CASE_PARAM(ba_of_a_dead_nic, ba_action_gen_params),
	KUNIT_CASE_PARAM(ba_end_succeeds, ba_action_gen_params),
	KUNIT_CASE_PARAM(ba_end_holds_data, ba_action_gen_params),
	KUNIT_CASE_PARAM(ba_without_a_handle, ba_action_gen_params),
	KUNIT_CASE(ba_tx_start),
	KUNIT_CASE_PARAM(ba_tx_start_refused, ba_refused_gen_params),
	KUNIT_CASE(ba_tx_start_beside_a_group_key),
	KUNIT_CASE_PARAM(ba_tx_operational, ba_size_gen_params),
	KUNIT_CASE(ba_tx_operational_refused),
	KUNIT_CASE(ba_rx_start),
	KUNIT_CASE_PARAM(ba_request, ba_request_gen_params),
	KUNIT_CASE(ba_request_cut_short),
	KUNIT_CASE_PARAM(ba_stop, ba_stop_gen_params),
	KUNIT_CASE_PARAM(ba_parameters, ba_param_gen_params),
	{}
};

static struct kunit_suite ba_suite = {
	.name = "skua_ampdu",
	.init = ba_init,
	.test_cases = ba_cases,
};

kunit_test_suite(ba_suite);
