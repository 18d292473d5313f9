// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: interfaces, and settings of the radio
 */
#include <kunit/static_stub.h>

#include "../../skua.h"
#include "fake.h"

static int vif_init(struct kunit *test)
{
	struct skua_fake *fake;
	int ret = skua_fake_init(test);

	fake = test->priv;
	fake->sc->caps.max_power = 20;
	fake->sc->caps.bands = SKUA_BAND_2GHZ;
	if (!ret)
		ret = skua_phy_init(fake->sc);
	return ret;
}

static s8 power_told(struct kunit *test, struct ieee80211_vif *vif, int dbm)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_vif *cmd = (void *)fake->data;

	vif->bss_conf.txpower = dbm;
	fake->ncmds = 0;
	wiphy_lock(fake->hw->wiphy);
	skua_op_link_info_changed(fake->hw, vif, &vif->bss_conf,
				  BSS_CHANGED_TXPOWER);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 1, fake->ncmds);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_VIF_UPDATE, fake->op[0]);
	KUNIT_EXPECT_EQ(test, skua_vif(vif)->idx, cmd->vif);
	return cmd->power;
}

/* V4: the power of one interface is not that of another */
static void vif_power_of_each(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_vif *other = skua_fake_vif(test, 1);
	int dbm;

	KUNIT_EXPECT_EQ(test, 20, power_told(test, fake->vif, INT_MIN));
	KUNIT_EXPECT_EQ(test, 7, power_told(test, fake->vif, 7));
	KUNIT_EXPECT_EQ(test, 20, power_told(test, other, 30));
	KUNIT_EXPECT_EQ(test, 0, power_told(test, other, -4));
	KUNIT_EXPECT_EQ(test, 12, power_told(test, other, 12));
	skua_op_get_txpower(fake->hw, fake->vif, &dbm);
	KUNIT_EXPECT_EQ(test, 7, dbm);
	skua_op_get_txpower(fake->hw, other, &dbm);
	KUNIT_EXPECT_EQ(test, 12, dbm);
}

static u32 radio_setting(struct kunit *test, unsigned int n, u16 op)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_u32 *cmd = (void *)fake->data;

	/* the fake keeps the data of the last command: fail the one behind */
	fake->ncmds = 0;
	fake->fail_after = n;
	wiphy_lock(fake->hw->wiphy);
	skua_radio_restore(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
	fake->fail_after = 0;
	KUNIT_EXPECT_EQ(test, n, fake->ncmds);
	KUNIT_EXPECT_EQ(test, op, fake->op[n - 1]);
	return le32_to_cpu(cmd->val);
}

/* T4: a NIC that has been booted again is told what the user had set */
static void radio_is_restored(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	unsigned int fif = FIF_ALLMULTI;

	KUNIT_EXPECT_EQ(test, U32_MAX,
			radio_setting(test, 2, SKUA_CMD_RTS_THRESHOLD));
	skua_op_configure_filter(fake->hw, fif, &fif, 0);
	KUNIT_EXPECT_EQ(test, 0, skua_op_set_rts_threshold(fake->hw, 500));
	KUNIT_EXPECT_EQ(test, SKUA_FILTER_ALLMULTI,
			radio_setting(test, 1, SKUA_CMD_RX_FILTER));
	KUNIT_EXPECT_EQ(test, 500,
			radio_setting(test, 2, SKUA_CMD_RTS_THRESHOLD));
	KUNIT_EXPECT_EQ(test, 20, radio_setting(test, 3, SKUA_CMD_TXPOWER));
}

/* A setting while all interfaces are down, and the firmware is dead */
static void radio_set_while_dead(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	clear_bit(SKUA_F_STARTED, &fake->sc->flags);
	set_bit(SKUA_F_DEAD, &fake->sc->flags);
	KUNIT_EXPECT_EQ(test, 0, skua_op_set_rts_threshold(fake->hw, 300));
	KUNIT_EXPECT_EQ(test, 0, fake->ncmds);
	KUNIT_EXPECT_EQ(test, 300, fake->sc->rts_threshold);
	clear_bit(SKUA_F_DEAD, &fake->sc->flags);

	/* What the NIC refuses is not kept. */
	fake->cmd_err = -EINVAL;
	KUNIT_EXPECT_EQ(test, -EINVAL, skua_op_set_rts_threshold(fake->hw, 9));
	KUNIT_EXPECT_EQ(test, 300, fake->sc->rts_threshold);
	fake->cmd_err = 0;

	set_bit(SKUA_F_GONE, &fake->sc->flags);
	KUNIT_EXPECT_EQ(test, -ENODEV, skua_op_set_rts_threshold(fake->hw, 9));
}

static u64 survey_ms(struct kunit *test, u64 nic_us, int err)
{
	struct skua_fake *fake = test->priv;
	struct skua_survey *ans = (void *)fake->answer;
	struct survey_info survey;

	memset(ans, 0, sizeof(*ans));
	if (!err)
		ans->time_us = cpu_to_le64(nic_us);
	fake->cmd_err = err;
	KUNIT_EXPECT_EQ(test, 0, skua_op_get_survey(fake->hw, 5, &survey));
	fake->cmd_err = 0;
	return survey.filled & SURVEY_INFO_TIME ? survey.time : U64_MAX;
}

/* T9: the survey of a channel goes on when the NIC begins anew */
static void survey_goes_on(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct survey_info survey;

	KUNIT_EXPECT_EQ(test, U64_MAX, survey_ms(test, 0, -ENOENT));
	KUNIT_EXPECT_EQ(test, 3, survey_ms(test, 3000, 0));
	KUNIT_EXPECT_EQ(test, 8, survey_ms(test, 8000, 0));
	wiphy_lock(fake->hw->wiphy);
	skua_survey_restart(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 8, survey_ms(test, 0, -ENOENT));
	KUNIT_EXPECT_EQ(test, 18, survey_ms(test, 10000, 0));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			skua_op_get_survey(fake->hw, 14, &survey));
}

struct countdown_case {
	const char *desc;
	u64 left_us;
	u16 beacon_int;
	u8 left;
};

static const struct countdown_case countdown_cases[] = {
	{ "at its beginning", 5 * 102400, 100, 5 },
	{ "a bit later", 5 * 102400 - 1, 100, 5 },
	{ "after a beacon", 4 * 102400, 100, 4 },
	{ "within the last interval", 1, 100, 1 },
	{ "over", 0, 100, 1 },
	{ "another interval", 3 * 20480, 20, 3 },
	{ "more than fits", 1000 * 102400, 100, 255 },
};

KUNIT_ARRAY_PARAM_DESC(countdown, countdown_cases, desc);

/* M7: a countdown that is given to the NIC again goes on */
static void countdown_goes_on(struct kunit *test)
{
	const struct countdown_case *c = test->param_value;
	const u64 now = 1000000;

	KUNIT_EXPECT_EQ(test, c->left, skua_countdown_left(now + c->left_us, now,
							   c->beacon_int));
	KUNIT_EXPECT_EQ(test, 1, skua_countdown_left(now - 1, now, c->beacon_int));
}

static u32 mask_wdev(struct ieee80211_vif *vif)
{
	return 7;
}

static void mask_set(struct kunit *test, struct cfg80211_bitrate_mask *rates,
		     u32 legacy, int ret)
{
	struct skua_fake *fake = test->priv;

	rates->control[NL80211_BAND_2GHZ].legacy = legacy;
	wiphy_lock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, ret, skua_op_set_bitrate_mask(fake->hw, fake->vif,
							    rates));
	wiphy_unlock(fake->hw->wiphy);
}

/* What the NIC is told of the rates of the interface that it knows best */
static u32 mask_told(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_vif *cmd = (void *)fake->data;

	wiphy_lock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 0, skua_vif_update(fake->sc, fake->vif));
	wiphy_unlock(fake->hw->wiphy);
	if (!(le32_to_cpu(cmd->flags) & SKUA_VIFF_RATE_MASK))
		return 0;
	return le32_to_cpu(cmd->rates.legacy);
}

/* T9: a mask that the NIC refuses leaves the one before in force, or none */
static void mask_that_is_refused(struct kunit *test)
{
	struct cfg80211_bitrate_mask *rates;
	struct skua_fake *fake = test->priv;

	rates = kunit_kzalloc(test, sizeof(*rates), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rates);
	rates->control[NL80211_BAND_2GHZ].he_ltf = 0xff;
	kunit_activate_static_stub(test, skua_vif_wdev, mask_wdev);

	fake->cmd_err = -EINVAL;
	mask_set(test, rates, 0x3, -EINVAL);
	fake->cmd_err = 0;
	KUNIT_EXPECT_EQ(test, 0, mask_told(test));
	mask_set(test, rates, 0x30, 0);
	fake->cmd_err = -ENOSPC;
	mask_set(test, rates, 0x300, -ENOSPC);
	fake->cmd_err = 0;
	KUNIT_EXPECT_EQ(test, 0x30, mask_told(test));
	/* A NIC that has died is told in its restart. */
	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	clear_bit(SKUA_F_ALIVE, &fake->sc->flags);
	fake->cmd_err = -EIO;
	mask_set(test, rates, 0x300, 0);
	fake->cmd_err = 0;
	KUNIT_EXPECT_EQ(test, 0x300, mask_told(test));
}

static u64 tsf_told(struct kunit *test, unsigned int ncmds)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_tsf *cmd = (void *)fake->data;

	KUNIT_EXPECT_EQ(test, ncmds, fake->ncmds);
	if (fake->op[ncmds - 1] != SKUA_CMD_TSF_OFFSET)
		return 0;
	return le64_to_cpu(cmd->tsf);
}

static u64 tsf_of_new_life(struct kunit *test, unsigned int ncmds)
{
	struct skua_fake *fake = test->priv;

	RCU_INIT_POINTER(fake->sc->vif[skua_vif(fake->vif)->idx], NULL);
	fake->ncmds = 0;
	wiphy_lock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 0, skua_op_add_interface(fake->hw, fake->vif));
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_VIF_ADD, fake->op[0]);
	return tsf_told(test, ncmds);
}

/* T9: the clock of a BSS goes on in a restart, and begins anew with a new BSS */
static void tsf_goes_on(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_tsf *ans = (void *)fake->answer;

	fake->sc->caps.vifs = 4;
	wiphy_lock(fake->hw->wiphy);
	ans->tsf = cpu_to_le64(5000);
	skua_op_set_tsf(fake->hw, fake->vif, 2000);
	KUNIT_EXPECT_EQ(test, -3000, (s64)tsf_told(test, 2));
	skua_op_offset_tsf(fake->hw, fake->vif, 10000);
	KUNIT_EXPECT_EQ(test, 10000, tsf_told(test, 3));
	/* What the NIC refuses does not count, ... */
	fake->cmd_err = -EINVAL;
	skua_op_offset_tsf(fake->hw, fake->vif, 1);
	skua_op_set_tsf(fake->hw, fake->vif, 1);
	/* ... and what a dead one misses is made up for. */
	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	clear_bit(SKUA_F_ALIVE, &fake->sc->flags);
	fake->cmd_err = -EIO;
	skua_op_offset_tsf(fake->hw, fake->vif, 500);
	set_bit(SKUA_F_ALIVE, &fake->sc->flags);
	fake->cmd_err = 0;
	wiphy_unlock(fake->hw->wiphy);

	KUNIT_EXPECT_EQ(test, 7500, tsf_of_new_life(test, 2));
	KUNIT_EXPECT_EQ(test, 7500, tsf_of_new_life(test, 2));
	/* A station has its access point's clock. */
	fake->vif->type = NL80211_IFTYPE_STATION;
	KUNIT_EXPECT_EQ(test, 0, tsf_of_new_life(test, 1));
	fake->vif->type = NL80211_IFTYPE_AP;
	clear_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	KUNIT_EXPECT_EQ(test, 0, tsf_of_new_life(test, 1));
}

/* M7: a countdown forbids to ask the access point; what follows it does not */
static void switch_ahead(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_channel_switch ch = { .count = 255 };
	struct ieee80211_bss_conf *conf = &fake->vif->bss_conf;

	wiphy_lock(fake->hw->wiphy);
	conf->beacon_int = 65535;
	KUNIT_EXPECT_EQ(test, 0, skua_op_pre_channel_switch(fake->hw, fake->vif, &ch));
	KUNIT_EXPECT_GT(test, skua_vif(fake->vif)->switch_at, 255ULL * 65535 * 1024);
	KUNIT_EXPECT_FALSE(test, skua_switch_ahead(fake->vif));
	conf->csa_active = true;
	KUNIT_EXPECT_TRUE(test, skua_switch_ahead(fake->vif));

	/* mac80211 has switched, and waits for a beacon, which may never come */
	ch.count = 0;
	skua_op_pre_channel_switch(fake->hw, fake->vif, &ch);
	KUNIT_EXPECT_FALSE(test, skua_switch_ahead(fake->vif));
	wiphy_unlock(fake->hw->wiphy);
}

static struct kunit_case vif_cases[] = {
	KUNIT_CASE(vif_power_of_each),
	KUNIT_CASE(radio_is_restored),
	KUNIT_CASE(radio_set_while_dead),
	KUNIT_CASE(survey_goes_on),
	KUNIT_CASE_PARAM(countdown_goes_on, countdown_gen_params),
	KUNIT_CASE(mask_that_is_refused),
	KUNIT_CASE(tsf_goes_on),
	KUNIT_CASE(switch_ahead),
	{}
};

static struct kunit_suite vif_suite = {
	.name = "skua_vif",
	.init = vif_init,
	.test_cases = vif_cases,
};

kunit_test_suite(vif_suite);
