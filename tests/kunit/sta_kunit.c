// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: stations and their in-band events
 */
#include <kunit/static_stub.h>

#include "../../key.h"
#include "../../sta.h"
#include "fake.h"

static int step(struct kunit *test, struct ieee80211_sta *sta,
		enum ieee80211_sta_state from, enum ieee80211_sta_state to)
{
	struct skua_fake *fake = test->priv;
	int ret;

	wiphy_lock(fake->hw->wiphy);
	ret = skua_op_sta_state(fake->hw, fake->vif, sta, from, to);
	wiphy_unlock(fake->hw->wiphy);
	return ret;
}

static struct ieee80211_sta *get(struct kunit *test, u16 handle, u16 gen)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_sta *sta;

	rcu_read_lock();
	sta = skua_sta_get(fake->sc, handle, gen);
	rcu_read_unlock();
	return sta;
}

static void sta_up(struct kunit *test, struct ieee80211_sta *sta)
{
	KUNIT_ASSERT_EQ(test, 0, step(test, sta, IEEE80211_STA_NOTEXIST,
				      IEEE80211_STA_NONE));
}

static void sta_down(struct kunit *test, struct ieee80211_sta *sta)
{
	KUNIT_EXPECT_EQ(test, 0, step(test, sta, IEEE80211_STA_NONE,
				      IEEE80211_STA_NOTEXIST));
}

static void sta_life(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_sta *cmd = (void *)fake->data;
	struct skua_sta *ssta = skua_sta(fake->sta);

	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_STA_ADD, fake->op[0]);
	KUNIT_EXPECT_EQ(test, ssta->handle, le16_to_cpu(cmd->sta));
	KUNIT_EXPECT_EQ(test, ssta->gen, le16_to_cpu(cmd->gen));
	KUNIT_EXPECT_EQ(test, 3, cmd->vif);
	KUNIT_EXPECT_MEMEQ(test, cmd->addr, fake->sta->addr, 6);
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(cmd->flags));
	KUNIT_EXPECT_PTR_EQ(test, fake->sta, get(test, ssta->handle, ssta->gen));

	KUNIT_EXPECT_EQ(test, 0, step(test, fake->sta, IEEE80211_STA_NONE,
				      IEEE80211_STA_AUTH));
	KUNIT_EXPECT_EQ(test, SKUA_CMD_STA_UPDATE, fake->op[1]);
	KUNIT_EXPECT_EQ(test, SKUA_STAF_AUTH, le32_to_cpu(cmd->flags));
	step(test, fake->sta, IEEE80211_STA_AUTH, IEEE80211_STA_ASSOC);
	step(test, fake->sta, IEEE80211_STA_ASSOC, IEEE80211_STA_AUTHORIZED);
	KUNIT_EXPECT_EQ(test, SKUA_STAF_AUTH | SKUA_STAF_ASSOC |
			SKUA_STAF_AUTHORIZED, le32_to_cpu(cmd->flags));
	step(test, fake->sta, IEEE80211_STA_AUTHORIZED, IEEE80211_STA_ASSOC);
	KUNIT_EXPECT_EQ(test, SKUA_STAF_AUTH | SKUA_STAF_ASSOC,
			le32_to_cpu(cmd->flags));
	sta_down(test, fake->sta);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_STA_REMOVE, fake->op[fake->ncmds - 1]);
	KUNIT_EXPECT_EQ(test, SKUA_STA_NONE, ssta->handle);
}

/* A software scan tunes the radio away; rates are those of the interface's channel. */
static void sta_band_in_a_scan(struct kunit *test)
{
	struct ieee80211_channel home = { .band = NL80211_BAND_5GHZ };
	struct ieee80211_channel away = { .band = NL80211_BAND_2GHZ };
	struct skua_fake *fake = test->priv;
	struct skua_cmd_sta *cmd = (void *)fake->data;

	fake->vif->bss_conf.chanreq.oper.chan = &home;
	fake->hw->conf.chandef.chan = &away;
	fake->sta->deflink.supp_rates[NL80211_BAND_2GHZ] = 0x1;
	fake->sta->deflink.supp_rates[NL80211_BAND_5GHZ] = 0x15;
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 0x150, le32_to_cpu(cmd->legacy_rates));
	sta_down(test, fake->sta);
}

/* T8: not found after sta_pre_rcu_remove; each use has another generation */
static void sta_handles_and_generations(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_sta *other = skua_fake_sta(test, fake->vif);
	struct skua_sta *ssta = skua_sta(fake->sta);
	u16 handle, gen;

	sta_up(test, fake->sta);
	handle = ssta->handle;
	gen = ssta->gen;
	wiphy_lock(fake->hw->wiphy);
	skua_op_sta_pre_rcu_remove(fake->hw, fake->vif, fake->sta);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_NULL(test, get(test, handle, gen));
	sta_down(test, fake->sta);

	sta_up(test, other);
	KUNIT_EXPECT_EQ(test, handle, skua_sta(other)->handle);
	KUNIT_EXPECT_EQ(test, gen + 1, skua_sta(other)->gen);
	KUNIT_EXPECT_NULL(test, get(test, handle, gen));
	KUNIT_EXPECT_PTR_EQ(test, other, get(test, handle, gen + 1));
	KUNIT_EXPECT_NULL(test, get(test, SKUA_FAKE_STAS, 0));
	KUNIT_EXPECT_NULL(test, get(test, SKUA_STA_NONE, 0));
	sta_down(test, other);
}

static void sta_table_full(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	int i;

	for (i = 0; i < SKUA_FAKE_STAS; i++)
		sta_up(test, skua_fake_sta(test, fake->vif));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			step(test, fake->sta, IEEE80211_STA_NOTEXIST,
			     IEEE80211_STA_NONE));
	KUNIT_EXPECT_EQ(test, SKUA_STA_NONE, skua_sta(fake->sta)->handle);
	KUNIT_EXPECT_EQ(test, SKUA_FAKE_STAS, fake->ncmds);
}

static void sta_refused_leaves_nothing(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	fake->cmd_err = -EINVAL;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			step(test, fake->sta, IEEE80211_STA_NOTEXIST,
			     IEEE80211_STA_NONE));
	KUNIT_EXPECT_NULL(test, fake->sc->sta[0].owner);
	KUNIT_EXPECT_EQ(test, SKUA_STA_NONE, skua_sta(fake->sta)->handle);
}

/* T11, V3: steps down succeed with a dead NIC, and free the handle */
static void sta_down_always_succeeds(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	sta_up(test, fake->sta);
	step(test, fake->sta, IEEE80211_STA_NONE, IEEE80211_STA_AUTH);
	fake->cmd_err = -EINVAL;
	KUNIT_EXPECT_EQ(test, 0, step(test, fake->sta, IEEE80211_STA_AUTH,
				      IEEE80211_STA_NONE));
	set_bit(SKUA_F_DEAD, &fake->sc->flags);
	sta_down(test, fake->sta);
	KUNIT_EXPECT_NULL(test, fake->sc->sta[0].owner);
}

/* T11: in a restart mac80211 adds a station that a dead NIC did not get */
static void sta_up_of_a_dead_nic(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	unsigned long *flags = &fake->sc->flags;

	sta_up(test, fake->sta);
	fake->cmd_err = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, step(test, fake->sta, IEEE80211_STA_NONE,
					 IEEE80211_STA_AUTH));
	set_bit(SKUA_F_DEAD, flags);
	KUNIT_EXPECT_EQ(test, 0, step(test, fake->sta, IEEE80211_STA_NONE,
				      IEEE80211_STA_AUTH));
	set_bit(SKUA_F_REMOVING, flags);
	KUNIT_EXPECT_EQ(test, -EIO, step(test, fake->sta, IEEE80211_STA_NONE,
					 IEEE80211_STA_AUTH));
	clear_bit(SKUA_F_REMOVING, flags);
	set_bit(SKUA_F_GONE, flags);
	KUNIT_EXPECT_EQ(test, -EIO, step(test, fake->sta, IEEE80211_STA_NONE,
					 IEEE80211_STA_AUTH));
	/* During a restart an error would make mac80211 warn. */
	set_bit(SKUA_F_RECONFIG, flags);
	KUNIT_EXPECT_EQ(test, 0, step(test, fake->sta, IEEE80211_STA_NONE,
				      IEEE80211_STA_AUTH));
	clear_bit(SKUA_F_RECONFIG, flags);
	clear_bit(SKUA_F_GONE, flags);
	clear_bit(SKUA_F_STARTED, flags);
	KUNIT_EXPECT_EQ(test, -EIO, step(test, fake->sta, IEEE80211_STA_NONE,
					 IEEE80211_STA_AUTH));
	sta_down(test, fake->sta);
}

/* The NIC takes the commands that wait: the TIM as its beacons have it. */
static void take_tim(struct kunit *test, unsigned long *tim)
{
	struct skua_fake *fake = test->priv;
	struct skua_ring *ring = &fake->sc->ring[SKUA_RING_CMD];
	u32 cons = le32_to_cpu(ring->idx->cons);

	for (; cons != ring->published; cons++) {
		const struct skua_cmd *cmd = skua_ring_slot(ring, cons);
		const struct skua_cmd_tim *set = (const void *)cmd->data;

		KUNIT_EXPECT_EQ(test, SKUA_CMD_TIM_SET, le16_to_cpu(cmd->op));
		KUNIT_EXPECT_EQ(test, 3, set->vif);
		assign_bit(le16_to_cpu(set->aid), tim, set->set);
	}
	ring->idx->cons = cpu_to_le32(cons);
}

#define SLEEPERS	100	/* more than the ring has room for */

/* P3: no bit of the TIM is lost, and the newest value counts */
static void tim_of_many_sleepers(struct kunit *test)
{
	DECLARE_BITMAP(tim, SKUA_MAX_AID + 1) = {};
	struct skua_fake *fake = test->priv;
	int aid;

	skua_fake_ring(test, SKUA_RING_CMD, sizeof(struct skua_cmd), 64);
	kunit_deactivate_static_stub(test, skua_cmd_post);
	kunit_deactivate_static_stub(test, skua_cmd_post_sleep);
	rcu_assign_pointer(fake->sc->vif[3], fake->vif);
	wiphy_lock(fake->hw->wiphy);
	for (aid = 1; aid <= SLEEPERS; aid++) {
		fake->sta->aid = aid;
		skua_op_set_tim(fake->hw, fake->sta, true);
	}
	/* These two find no room either. */
	fake->sta->aid = 10;
	skua_op_set_tim(fake->hw, fake->sta, false);
	fake->sta->aid = SLEEPERS;
	skua_op_set_tim(fake->hw, fake->sta, false);
	take_tim(test, tim);
	KUNIT_EXPECT_EQ(test, 64, bitmap_weight(tim, SKUA_MAX_AID + 1));
	wiphy_work_flush(fake->hw->wiphy, NULL);
	take_tim(test, tim);
	wiphy_unlock(fake->hw->wiphy);
	for (aid = 1; aid <= SLEEPERS; aid++)
		KUNIT_EXPECT_EQ_MSG(test, aid != 10 && aid != SLEEPERS,
				    test_bit(aid, tim), "AID %d", aid);
}

/* P3, D4: in a restart mac80211 does not repeat what it has set once */
static void tim_in_a_restart(struct kunit *test)
{
	DECLARE_BITMAP(tim, SKUA_MAX_AID + 1) = {};
	struct skua_fake *fake = test->priv;

	fake->sc->caps.vifs = 4;
	skua_vif(fake->vif)->idx = SKUA_VIF_NONE;
	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_EQ(test, 0, skua_op_add_interface(fake->hw, fake->vif));
	fake->sta->aid = 7;
	skua_op_set_tim(fake->hw, fake->sta, true);
	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	RCU_INIT_POINTER(fake->sc->vif[0], fake->vif);
	rcu_assign_pointer(fake->sc->vif[1], fake->vif);
	rcu_assign_pointer(fake->sc->vif[2], fake->vif);
	RCU_INIT_POINTER(fake->sc->vif[3], NULL);
	KUNIT_ASSERT_EQ(test, 0, skua_op_add_interface(fake->hw, fake->vif));
	RCU_INIT_POINTER(fake->sc->vif[0], NULL);
	RCU_INIT_POINTER(fake->sc->vif[1], NULL);
	RCU_INIT_POINTER(fake->sc->vif[2], NULL);
	skua_fake_ring(test, SKUA_RING_CMD, sizeof(struct skua_cmd), 64);
	kunit_deactivate_static_stub(test, skua_cmd_post);
	kunit_deactivate_static_stub(test, skua_cmd_post_sleep);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	take_tim(test, tim);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 1, bitmap_weight(tim, SKUA_MAX_AID + 1));
	KUNIT_EXPECT_TRUE(test, test_bit(7, tim));
}

/* New rates of a station reach the NIC, even if the ring is full at first. */
static void sta_rates_and_a_full_ring(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_sta *cmd = (void *)fake->data;

	sta_up(test, fake->sta);
	wiphy_lock(fake->hw->wiphy);
	fake->full = 2;
	fake->sta->deflink.rx_nss = 2;
	skua_op_sta_rc_update(fake->hw, fake->vif, fake->sta, 0);
	fake->sta->deflink.rx_nss = 3;
	skua_op_sta_rc_update(fake->hw, fake->vif, fake->sta, 0);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 2, fake->ncmds);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_STA_UPDATE, fake->op[1]);
	KUNIT_EXPECT_EQ(test, 3, cmd->nss);
	sta_down(test, fake->sta);
}

/* T11: mac80211 adds stations in a restart without having removed them */
static void sta_restart(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_sta *ssta = skua_sta(fake->sta);
	u16 gen;

	sta_up(test, fake->sta);
	gen = ssta->gen;
	wiphy_lock(fake->hw->wiphy);
	skua_sta_reset(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_NULL(test, get(test, ssta->handle, gen));
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, gen + 1, ssta->gen);
	KUNIT_EXPECT_PTR_EQ(test, fake->sta, get(test, ssta->handle, gen + 1));
	sta_down(test, fake->sta);
}

static void set_decap(struct kunit *test, bool enabled)
{
	struct skua_fake *fake = test->priv;

	skua_op_sta_set_decap_offload(fake->hw, fake->vif, fake->sta, enabled);
}

/* Notes whether 802.3 frames are taken while the NIC answers a command. */
static int decap_exec(struct skua *sc, const struct skua_cmd_req *req)
{
	struct skua_fake *fake = kunit_get_current_test()->priv;

	fake->ncmds++;
	memcpy(fake->data, req->data, min_t(u16, req->len, sizeof(fake->data)));
	fake->steps = skua_sta(fake->sta)->decap_rx;
	return 0;
}

static bool told_decap(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	const struct skua_cmd_sta *cmd = (void *)fake->data;

	return le32_to_cpu(cmd->flags) & SKUA_STAF_DECAP;
}

/*
 * T10: mac80211 can take 802.3 frames only when it has left the op that allows them, and
 * no longer when it has left the one that forbids them.
 */
static void sta_decap_begins_late_and_ends_at_once(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_sta *ssta = skua_sta(fake->sta);

	fake->sc->caps.features = SKUA_FEAT_RX_DECAP;
	fake->vif->offload_flags = IEEE80211_OFFLOAD_DECAP_ENABLED;
	sta_up(test, fake->sta);
	KUNIT_EXPECT_FALSE(test, told_decap(test));

	wiphy_lock(fake->hw->wiphy);
	set_decap(test, true);
	KUNIT_EXPECT_EQ(test, 1, fake->ncmds);
	/* other news of the station, before mac80211 is ready */
	skua_sta_post(fake->sc, fake->vif, fake->sta);
	KUNIT_EXPECT_EQ(test, 2, fake->ncmds);
	KUNIT_EXPECT_FALSE(test, told_decap(test));
	KUNIT_EXPECT_FALSE(test, ssta->decap_rx);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_EQ(test, 3, fake->ncmds);
	KUNIT_EXPECT_TRUE(test, told_decap(test));
	KUNIT_EXPECT_TRUE(test, ssta->decap_rx);

	/* frames from before the answer are still taken */
	kunit_activate_static_stub(test, skua_cmd_exec, decap_exec);
	set_decap(test, false);
	KUNIT_EXPECT_EQ(test, 4, fake->ncmds);
	KUNIT_EXPECT_FALSE(test, told_decap(test));
	KUNIT_EXPECT_TRUE(test, fake->steps);
	KUNIT_EXPECT_FALSE(test, ssta->decap_rx);
	/* said twice, done once */
	set_decap(test, false);
	KUNIT_EXPECT_EQ(test, 4, fake->ncmds);

	/* taken back before it began */
	set_decap(test, true);
	set_decap(test, false);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_FALSE(test, told_decap(test));
	KUNIT_EXPECT_FALSE(test, ssta->decap_rx);

	/* mac80211 says true when a monitor ends the offload */
	set_decap(test, true);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	KUNIT_EXPECT_TRUE(test, ssta->decap_rx);
	fake->vif->offload_flags = 0;
	set_decap(test, true);
	KUNIT_EXPECT_FALSE(test, told_decap(test));
	KUNIT_EXPECT_FALSE(test, ssta->decap_rx);
	wiphy_unlock(fake->hw->wiphy);
	sta_down(test, fake->sta);
}

/* T10, T11: after a restart the NIC goes on; of a dead one nothing more comes */
static void sta_decap_in_a_restart(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_sta *ssta = skua_sta(fake->sta);

	fake->sc->caps.features = SKUA_FEAT_RX_DECAP;
	fake->vif->offload_flags = IEEE80211_OFFLOAD_DECAP_ENABLED;
	sta_up(test, fake->sta);
	wiphy_lock(fake->hw->wiphy);
	set_decap(test, true);
	wiphy_work_flush(fake->hw->wiphy, NULL);
	skua_sta_reset(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	sta_up(test, fake->sta);
	KUNIT_EXPECT_TRUE(test, told_decap(test));
	KUNIT_EXPECT_TRUE(test, ssta->decap_rx);

	wiphy_lock(fake->hw->wiphy);
	set_bit(SKUA_F_DEAD, &fake->sc->flags);
	set_decap(test, false);
	KUNIT_EXPECT_FALSE(test, ssta->decap_rx);
	skua_sta_reset(fake->sc);
	clear_bit(SKUA_F_DEAD, &fake->sc->flags);
	wiphy_unlock(fake->hw->wiphy);
	sta_up(test, fake->sta);
	KUNIT_EXPECT_FALSE(test, told_decap(test));
	sta_down(test, fake->sta);

	/* another station of the same memory */
	clear_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	ssta->decap_due = true;
	ssta->decap = true;
	ssta->decap_rx = true;
	sta_up(test, fake->sta);
	KUNIT_EXPECT_FALSE(test, told_decap(test));
	KUNIT_EXPECT_FALSE(test, ssta->decap_rx);
	sta_down(test, fake->sta);
}

/* P4: the NIC learns again who sleeps */
static void sta_asleep_in_a_restart(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_sta *cmd = (void *)fake->data;
	struct skua_sta *ssta = skua_sta(fake->sta);

	sta_up(test, fake->sta);
	ssta->asleep = true;
	wiphy_lock(fake->hw->wiphy);
	skua_sta_reset(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	sta_up(test, fake->sta);
	KUNIT_EXPECT_TRUE(test, ssta->asleep);
	KUNIT_EXPECT_TRUE(test, le32_to_cpu(cmd->flags) & SKUA_STAF_ASLEEP);
	sta_down(test, fake->sta);
	clear_bit(SKUA_F_RECONFIG, &fake->sc->flags);

	/* A new station is awake. */
	sta_up(test, fake->sta);
	KUNIT_EXPECT_FALSE(test, ssta->asleep);
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(cmd->flags));
	sta_down(test, fake->sta);
}

static u64 rx_duration(struct kunit *test, u64 nic)
{
	struct skua_fake *fake = test->priv;
	struct skua_sta_stats *stats = (void *)fake->answer;
	struct station_info sinfo = {};

	stats->rx_airtime_us = cpu_to_le64(nic);
	stats->rx_packets = cpu_to_le32(nic);
	wiphy_lock(fake->hw->wiphy);
	skua_op_sta_statistics(fake->hw, fake->vif, fake->sta, &sinfo);
	wiphy_unlock(fake->hw->wiphy);
	/* mac80211 counts transmissions itself, and loses none in a restart. */
	KUNIT_EXPECT_EQ(test, 0, sinfo.filled &
			(BIT_ULL(NL80211_STA_INFO_TX_RETRIES) |
			 BIT_ULL(NL80211_STA_INFO_TX_FAILED) |
			 BIT_ULL(NL80211_STA_INFO_TX_DURATION)));
	KUNIT_EXPECT_TRUE(test, sinfo.filled &
			  BIT_ULL(NL80211_STA_INFO_RX_DURATION));
	/* mac80211 counts packets itself, but runs of segments as one */
	KUNIT_EXPECT_EQ(test, skua_has(fake->sc, SKUA_FEAT_RX_COALESCE),
			!!(sinfo.filled & BIT_ULL(NL80211_STA_INFO_RX_PACKETS)));
	if (skua_has(fake->sc, SKUA_FEAT_RX_COALESCE))
		KUNIT_EXPECT_EQ(test, sinfo.rx_duration, sinfo.rx_packets);
	return sinfo.rx_duration;
}

/* The NIC has been reset. */
static void sta_forget(struct skua_fake *fake)
{
	wiphy_lock(fake->hw->wiphy);
	skua_sta_reset(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
}

/* T9: what the NIC counts of a station goes on in a restart */
static void sta_counts_on(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 1000, rx_duration(test, 1000));
	fake->sc->caps.features = SKUA_FEAT_RX_COALESCE;
	KUNIT_EXPECT_EQ(test, 1500, rx_duration(test, 1500));
	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	sta_forget(fake);
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 1500, rx_duration(test, 0));
	KUNIT_EXPECT_EQ(test, 3500, rx_duration(test, 2000));
	/* once more, without a reading in between */
	sta_forget(fake);
	sta_up(test, fake->sta);
	sta_forget(fake);
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 3501, rx_duration(test, 1));
	sta_down(test, fake->sta);
	clear_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	/* A new association begins at 0. */
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 7, rx_duration(test, 7));
	sta_down(test, fake->sta);
}

static void sta_note_seq(struct kunit *test, u8 tid, u16 seq)
{
	struct skua_fake *fake = test->priv;

	local_bh_disable();
	skua_sta_note_seq(fake->sta, tid, seq);
	local_bh_enable();
}

/* A1, A7, D4: a peer's window would drop numbers that begin anew */
static void sta_numbers_go_on(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	const struct skua_cmd_sta_seq *cmd = (void *)fake->data;
	struct skua_sta *ssta = skua_sta(fake->sta);
	u16 first;

	fake->sc->caps.features = SKUA_FEAT_TX_AMPDU;
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 1, fake->ncmds);
	sta_note_seq(test, 0, 100);
	sta_note_seq(test, 15, 4000);
	/* what makes no sense is not noted */
	sta_note_seq(test, 1, 4096);
	sta_note_seq(test, SKUA_NUM_TIDS, 1);
	sta_note_seq(test, 0xff, 1);

	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	sta_forget(fake);
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 3, fake->ncmds);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_STA_ADD, fake->op[1]);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_STA_SEQ, fake->op[2]);
	KUNIT_EXPECT_EQ(test, sizeof(*cmd), fake->len);
	KUNIT_EXPECT_EQ(test, ssta->handle, le16_to_cpu(cmd->sta));
	KUNIT_EXPECT_EQ(test, ssta->gen, le16_to_cpu(cmd->gen));
	first = le16_to_cpu(cmd->seq[0]);
	/* ahead of a window of 256, and not more than the peer takes for new */
	KUNIT_EXPECT_GE(test, first, 100 + 256);
	KUNIT_EXPECT_LT(test, first, 100 + 2048 - 256);
	KUNIT_EXPECT_EQ(test, ieee80211_sn_add(first, 3900), le16_to_cpu(cmd->seq[15]));
	/* the next one is 0 */
	KUNIT_EXPECT_EQ(test, 4095, le16_to_cpu(cmd->seq[1]));

	/* it dies again, and no record has named the numbers that it has given */
	sta_forget(fake);
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 2 * first - 100, le16_to_cpu(cmd->seq[0]));
	KUNIT_EXPECT_EQ(test, 4095, le16_to_cpu(cmd->seq[1]));

	/* a NIC that does not take them is as good as dead, as in skua_op_result() */
	sta_forget(fake);
	fake->fail_after = fake->ncmds + 2;
	sta_up(test, fake->sta);
	KUNIT_EXPECT_FALSE(test, skua_alive(fake->sc));
	fake->fail_after = 0;
	clear_bit(SKUA_F_DEAD, &fake->sc->flags);
	sta_down(test, fake->sta);
	clear_bit(SKUA_F_RECONFIG, &fake->sc->flags);
}

/* A new association, and a NIC that counts by itself, need no numbers */
static void sta_numbers_begin_anew(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	sta_up(test, fake->sta);
	sta_note_seq(test, 0, 100);
	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	sta_forget(fake);
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, 2, fake->ncmds);
	sta_down(test, fake->sta);
	clear_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	fake->sc->caps.features = SKUA_FEAT_TX_AMPDU;
	sta_up(test, fake->sta);
	KUNIT_EXPECT_EQ(test, SKUA_SEQ_NONE, skua_sta(fake->sta)->seq[0]);
	KUNIT_EXPECT_EQ(test, 4, fake->ncmds);
	sta_down(test, fake->sta);
}

/* K15 rule 4: the NIC is told of a station's first key at once */
static void sta_first_key_is_told(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_sta *cmd = (void *)fake->data;
	struct ieee80211_key_conf *conf;

	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_TKIP, 32, 0);
	sta_up(test, fake->sta);
	wiphy_lock(fake->hw->wiphy);
	skua_op_set_key(fake->hw, SET_KEY, fake->vif, fake->sta, conf);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 2, fake->ncmds);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_STA_UPDATE, fake->op[1]);
	KUNIT_EXPECT_TRUE(test, le32_to_cpu(cmd->flags) & SKUA_STAF_KEYED);
	/* It is not told of further keys. */
	wiphy_lock(fake->hw->wiphy);
	skua_op_set_key(fake->hw, SET_KEY, fake->vif, fake->sta, conf);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 2, fake->ncmds);
	sta_down(test, fake->sta);
}

static void sta_encode_plain(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_cmd_sta cmd;

	fake->sta->deflink.supp_rates[NL80211_BAND_5GHZ] = 0x15;
	skua_sta_encode(&cmd, fake->vif, fake->sta, NL80211_BAND_5GHZ);
	KUNIT_EXPECT_EQ(test, 0x150, le32_to_cpu(cmd.legacy_rates));
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(cmd.ht_mcs));
	KUNIT_EXPECT_EQ(test, 0xffff, le16_to_cpu(cmd.vht_mcs));
	KUNIT_EXPECT_EQ(test, 0xffff, le16_to_cpu(cmd.he_mcs));
	KUNIT_EXPECT_EQ(test, 0xffff, le16_to_cpu(cmd.he_mcs160));
	KUNIT_EXPECT_EQ(test, SKUA_BW_20, cmd.bw);
	KUNIT_EXPECT_EQ(test, 1, cmd.nss);
}

static void sta_encode_capable(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_sta *sta = fake->sta;
	struct ieee80211_link_sta *link = &sta->deflink;
	struct skua_cmd_sta cmd;

	sta->aid = 5;
	sta->wme = true;
	sta->mfp = true;
	sta->max_sp = 2;
	skua_sta(sta)->fourway = true;
	link->rx_nss = 2;
	link->bandwidth = IEEE80211_STA_RX_BW_160;
	link->ht_cap.ht_supported = true;
	link->ht_cap.cap = IEEE80211_HT_CAP_SGI_20 | IEEE80211_HT_CAP_LDPC_CODING;
	link->ht_cap.ampdu_factor = 3;
	link->ht_cap.ampdu_density = 4;
	link->ht_cap.mcs.rx_mask[0] = 0xff;
	link->ht_cap.mcs.rx_mask[1] = 0x7f;
	link->vht_cap.vht_supported = true;
	link->vht_cap.cap = IEEE80211_VHT_CAP_SHORT_GI_160 |
		(5 << IEEE80211_VHT_CAP_MAX_A_MPDU_LENGTH_EXPONENT_SHIFT);
	link->vht_cap.vht_mcs.rx_mcs_map = cpu_to_le16(0xfffa);
	link->he_cap.has_he = true;
	link->he_cap.he_mcs_nss_supp.rx_mcs_80 = cpu_to_le16(0xfff5);
	link->he_cap.he_mcs_nss_supp.rx_mcs_160 = cpu_to_le16(0xfff0);
	link->agg.max_amsdu_len = 7935;

	skua_sta_encode(&cmd, fake->vif, sta, NL80211_BAND_5GHZ);
	KUNIT_EXPECT_EQ(test, 5, le16_to_cpu(cmd.aid));
	KUNIT_EXPECT_EQ(test, SKUA_STAF_QOS | SKUA_STAF_MFP | SKUA_STAF_4ADDR |
			SKUA_STAF_SHORT_GI_20 | SKUA_STAF_SHORT_GI_160 |
			SKUA_STAF_LDPC, le32_to_cpu(cmd.flags));
	KUNIT_EXPECT_EQ(test, 0x00007fff, le32_to_cpu(cmd.ht_mcs));
	KUNIT_EXPECT_EQ(test, 0xfffa, le16_to_cpu(cmd.vht_mcs));
	KUNIT_EXPECT_EQ(test, 0xfff5, le16_to_cpu(cmd.he_mcs));
	/* The map for 160 MHz counts only if the station supports 160 MHz. */
	KUNIT_EXPECT_EQ(test, 0xffff, le16_to_cpu(cmd.he_mcs160));
	link->he_cap.he_cap_elem.phy_cap_info[0] =
		IEEE80211_HE_PHY_CAP0_CHANNEL_WIDTH_SET_160MHZ_IN_5G;
	skua_sta_encode(&cmd, fake->vif, sta, NL80211_BAND_5GHZ);
	KUNIT_EXPECT_EQ(test, 0xfff0, le16_to_cpu(cmd.he_mcs160));
	KUNIT_EXPECT_EQ(test, SKUA_BW_160, cmd.bw);
	KUNIT_EXPECT_EQ(test, 2, cmd.nss);
	KUNIT_EXPECT_EQ(test, 2, cmd.max_sp);
	KUNIT_EXPECT_EQ(test, 5, cmd.ampdu_factor);
	KUNIT_EXPECT_EQ(test, 4, cmd.ampdu_density);
	KUNIT_EXPECT_EQ(test, 7935, le16_to_cpu(cmd.max_amsdu));
}

struct sta_ampdu_case {
	const char *desc;
	bool ht, vht, he;
	u8 ht_factor;
	u8 vht_factor;
	u8 ext;
	u16 he_6ghz;
	u8 density;
	u8 factor;
	u8 spacing;
};

#define HE_6GHZ(exp, start) \
	(FIELD_PREP_CONST(IEEE80211_HE_6GHZ_CAP_MAX_AMPDU_LEN_EXP, exp) | \
	 FIELD_PREP_CONST(IEEE80211_HE_6GHZ_CAP_MIN_MPDU_START, start))

static const struct sta_ampdu_case sta_ampdu_cases[] = {
	{ "none" },
	{ "HT", .ht = true, .ht_factor = 2, .density = 5, .factor = 2, .spacing = 5 },
	{ "VHT", .ht = true, .ht_factor = 3, .vht = true, .vht_factor = 7,
	  .density = 1, .factor = 7, .spacing = 1 },
	{ "HE with VHT", .ht = true, .ht_factor = 3, .vht = true, .vht_factor = 7,
	  .he = true, .ext = 3, .factor = 10 },
	{ "HE, and VHT not at its end", .ht = true, .ht_factor = 3, .vht = true,
	  .vht_factor = 6, .he = true, .ext = 3, .factor = 6 },
	{ "HE in 2.4 GHz", .ht = true, .ht_factor = 3, .he = true, .ext = 2,
	  .factor = 5 },
	{ "HE, and HT not at its end", .ht = true, .ht_factor = 1, .he = true,
	  .ext = 2, .factor = 1 },
	{ "HE in 6 GHz", .he = true, .he_6ghz = HE_6GHZ(7, 6), .ext = 1,
	  .factor = 8, .spacing = 6 },
	{ "HE in 6 GHz, small", .he = true, .he_6ghz = HE_6GHZ(4, 2), .ext = 3,
	  .factor = 4, .spacing = 2 },
};

KUNIT_ARRAY_PARAM_DESC(sta_ampdu, sta_ampdu_cases, desc);

/* A11: what a peer takes in an A-MPDU */
static void sta_encode_ampdu(struct kunit *test)
{
	const struct sta_ampdu_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct ieee80211_link_sta *link = &fake->sta->deflink;
	struct skua_cmd_sta cmd;

	link->ht_cap.ht_supported = c->ht;
	link->ht_cap.ampdu_factor = c->ht_factor;
	link->ht_cap.ampdu_density = c->density;
	link->vht_cap.vht_supported = c->vht;
	link->vht_cap.cap = FIELD_PREP(IEEE80211_VHT_CAP_MAX_A_MPDU_LENGTH_EXPONENT_MASK,
				       c->vht_factor);
	link->he_cap.has_he = c->he;
	link->he_cap.he_cap_elem.mac_cap_info[3] =
		FIELD_PREP(IEEE80211_HE_MAC_CAP3_MAX_AMPDU_LEN_EXP_MASK, c->ext);
	link->he_6ghz_capa.capa = cpu_to_le16(c->he_6ghz);
	skua_sta_encode(&cmd, fake->vif, fake->sta, NL80211_BAND_5GHZ);
	KUNIT_EXPECT_EQ(test, c->factor, cmd.ampdu_factor);
	KUNIT_EXPECT_EQ(test, c->spacing, cmd.ampdu_density);
}

#define RATE_VHT(mcs, nss) \
	(FIELD_PREP_CONST(SKUA_RATE_ENC, SKUA_ENC_VHT) | \
	 FIELD_PREP_CONST(SKUA_RATE_BW, SKUA_BW_80) | \
	 FIELD_PREP_CONST(SKUA_RATE_IDX, mcs) | FIELD_PREP_CONST(SKUA_RATE_NSS, nss))

struct sta_amsdu_case {
	const char *desc;
	bool vht;
	u16 peer;
	u32 rate;
	u16 least, most;
};

static const struct sta_amsdu_case sta_amsdu_cases[] = {
	{ "a peer without", .rate = 540, .least = 1, .most = 1 },
	/* 6 Mbit/s: 375 octets in 500 us */
	{ "a slow rate", .peer = 7935, .rate = 60, .least = 375, .most = 375 },
	{ "a fast rate of HT", .peer = 7935, .rate = RATE_VHT(9, 1), .least = 3900,
	  .most = 4095 - 53 },
	{ "a fast rate of VHT", .vht = true, .peer = 11454, .rate = RATE_VHT(9, 1),
	  .least = 11300, .most = 11454 - 53 },
	{ "the peer's limit", .vht = true, .peer = 3895, .rate = RATE_VHT(9, 1),
	  .least = 3800, .most = 3895 - 53 },
	{ "no frame yet", .vht = true, .peer = 11454, .least = 3900, .most = 4095 - 53 },
	{ "no rate", .vht = true, .peer = 11454, .rate = ~0u, .least = 3900,
	  .most = 4095 - 53 },
};

KUNIT_ARRAY_PARAM_DESC(sta_amsdu, sta_amsdu_cases, desc);

/* A8: with room for two headers of subframes, padding, IV, MIC and FCS: 53 octets */
static void sta_amsdu(struct kunit *test)
{
	const struct sta_amsdu_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct ieee80211_link_sta *link = &fake->sta->deflink;

	link->ht_cap.ht_supported = true;
	link->vht_cap.vht_supported = c->vht;
	link->agg.max_amsdu_len = c->peer;
	KUNIT_EXPECT_GE(test, skua_sta_amsdu_limit(link, c->rate), c->least);
	KUNIT_EXPECT_LE(test, skua_sta_amsdu_limit(link, c->rate), c->most);
	if (!c->rate)
		return;
	/* the rate that frames are sent at */
	local_bh_disable();
	skua_sta_note_tx(fake->sta, c->rate, 1, true);
	KUNIT_EXPECT_EQ(test, skua_sta_amsdu_limit(link, c->rate),
			link->agg.max_rc_amsdu_len);
	/* a frame that ended without a PPDU had none */
	skua_sta_note_tx(fake->sta, 0, 1, false);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, c->rate, skua_sta(fake->sta)->tx_rate);
}

static void sta_encode_smps(struct kunit *test)
{
	static const u8 streams[IEEE80211_SMPS_NUM_MODES] = {
		[IEEE80211_SMPS_AUTOMATIC] = 2,
		[IEEE80211_SMPS_OFF] = 2,
		[IEEE80211_SMPS_STATIC] = 1,
		[IEEE80211_SMPS_DYNAMIC] = 1,
	};
	struct skua_fake *fake = test->priv;
	struct skua_cmd_sta cmd;
	unsigned int mode;

	fake->sta->deflink.rx_nss = 2;
	for (mode = 0; mode < ARRAY_SIZE(streams); mode++) {
		fake->sta->deflink.smps_mode = mode;
		skua_sta_encode(&cmd, fake->vif, fake->sta, NL80211_BAND_5GHZ);
		KUNIT_EXPECT_EQ(test, streams[mode], cmd.nss);
	}
}

struct uapsd_case {
	const char *desc;
	u8 qosinfo;
	u8 acs;
};

/* P6: the QoS Info field has another order than the rings */
static const struct uapsd_case uapsd_cases[] = {
	{ "none", 0, 0 },
	{ "voice", BIT(0), BIT(0) },
	{ "video", BIT(1), BIT(1) },
	{ "background", BIT(2), BIT(3) },
	{ "best effort", BIT(3), BIT(2) },
	{ "all", 0xff, 0xf },
};

KUNIT_ARRAY_PARAM_DESC(uapsd, uapsd_cases, desc);

static void sta_uapsd_queues(struct kunit *test)
{
	const struct uapsd_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->acs, skua_sta_uapsd(c->qosinfo));
}

static void inband(struct kunit *test, u16 id, u16 sta, u16 gen, u32 arg)
{
	struct skua_fake *fake = test->priv;
	struct skua_poll poll = {};
	struct skua_cpl_inband rec = {
		.id = cpu_to_le16(id),
		.sta = cpu_to_le16(sta),
		.sta_gen = cpu_to_le16(gen),
		.arg = cpu_to_le32(arg),
	};

	local_bh_disable();
	rcu_read_lock();
	skua_inband(fake->sc, &rec, &poll);
	rcu_read_unlock();
	local_bh_enable();
}

/* An event that names an unknown object is counted, and has no effect. */
static void inband_nonsense(struct kunit *test)
{
	inband(test, SKUA_INB_STA_SLEEP, 0, 0, 0);
	inband(test, SKUA_INB_PSPOLL, SKUA_STA_NONE, 0, 0);
	inband(test, SKUA_INB_KEY_RETIRED, 0, 0, 0xffffffff);
	inband(test, SKUA_INB_BA_STOP, 0, 0, 1);
	inband(test, 0, 0, 0, 0);
	inband(test, 999, 0, 0, 0);
	/* The NIC may name a station that has just been removed. */
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_RX_STALE_STA));
	KUNIT_EXPECT_EQ(test, 4, skua_fake_count(test, SKUA_CTR_INBAND_BAD));
}

/* P1: sleep of a station is ignored unless the interface is an access point */
static void inband_sleep_of_a_peer(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_sta *ssta = skua_sta(fake->sta);

	sta_up(test, fake->sta);
	fake->vif->type = NL80211_IFTYPE_STATION;
	inband(test, SKUA_INB_STA_SLEEP, ssta->handle, ssta->gen, 0);
	KUNIT_EXPECT_FALSE(test, ssta->asleep);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_INBAND_BAD));
	sta_down(test, fake->sta);
}

/*
 * D3: nobody but an access point on a channel has frames for a station that sleeps. In a
 * test the station is none of mac80211's own, so being told of it would not be survived.
 */
static void inband_poll_that_cannot_be(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua_sta *ssta = skua_sta(fake->sta);

	sta_up(test, fake->sta);
	fake->vif->type = NL80211_IFTYPE_STATION;
	inband(test, SKUA_INB_PSPOLL, ssta->handle, ssta->gen, 0);
	inband(test, SKUA_INB_UAPSD_TRIGGER, ssta->handle, ssta->gen, 0);
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_INBAND_BAD));
	/* no channel */
	fake->vif->type = NL80211_IFTYPE_AP;
	inband(test, SKUA_INB_PSPOLL, ssta->handle, ssta->gen, 0);
	inband(test, SKUA_INB_UAPSD_TRIGGER, ssta->handle, ssta->gen, 0);
	KUNIT_EXPECT_EQ(test, 4, skua_fake_count(test, SKUA_CTR_INBAND_BAD));
	sta_down(test, fake->sta);
}

/* T9: more with a higher rate, less with losses, and no number that is not known */
static void sta_throughput(struct kunit *test)
{
	const u32 slow = 60, fast = 540;
	u32 all = skua_sta_throughput(fast, SKUA_TX_ALL_OK);

	KUNIT_EXPECT_EQ(test, 0, skua_sta_throughput(0, SKUA_TX_ALL_OK));
	KUNIT_EXPECT_EQ(test, 0, skua_sta_throughput(~0u, SKUA_TX_ALL_OK));
	KUNIT_EXPECT_EQ(test, 0, skua_sta_throughput(fast, 0));
	/* 1600 us and 178 us of payload, and 150 us each */
	KUNIT_EXPECT_EQ(test, 9600000 / 1750,
			skua_sta_throughput(slow, SKUA_TX_ALL_OK));
	KUNIT_EXPECT_EQ(test, 9600000 / 328, all);
	KUNIT_EXPECT_EQ(test, all / 2, skua_sta_throughput(fast, SKUA_TX_ALL_OK / 2));
	KUNIT_EXPECT_EQ(test, all, skua_sta_throughput(fast, ~0u));
}

static struct kunit_case sta_cases[] = {
	KUNIT_CASE(sta_throughput),
	KUNIT_CASE(sta_life),
	KUNIT_CASE(sta_band_in_a_scan),
	KUNIT_CASE(sta_handles_and_generations),
	KUNIT_CASE(sta_table_full),
	KUNIT_CASE(sta_refused_leaves_nothing),
	KUNIT_CASE(sta_down_always_succeeds),
	KUNIT_CASE(sta_up_of_a_dead_nic),
	KUNIT_CASE(sta_restart),
	KUNIT_CASE(sta_decap_begins_late_and_ends_at_once),
	KUNIT_CASE(sta_decap_in_a_restart),
	KUNIT_CASE(sta_asleep_in_a_restart),
	KUNIT_CASE(sta_counts_on),
	KUNIT_CASE(sta_numbers_go_on),
	KUNIT_CASE(sta_numbers_begin_anew),
	KUNIT_CASE(sta_first_key_is_told),
	KUNIT_CASE(tim_of_many_sleepers),
	KUNIT_CASE(tim_in_a_restart),
	KUNIT_CASE(sta_rates_and_a_full_ring),
	KUNIT_CASE(sta_encode_plain),
	KUNIT_CASE(sta_encode_capable),
	KUNIT_CASE_PARAM(sta_encode_ampdu, sta_ampdu_gen_params),
	KUNIT_CASE_PARAM(sta_amsdu, sta_amsdu_gen_params),
	KUNIT_CASE(sta_encode_smps),
	KUNIT_CASE_PARAM(sta_uapsd_queues, uapsd_gen_params),
	KUNIT_CASE(inband_nonsense),
	KUNIT_CASE(inband_sleep_of_a_peer),
	KUNIT_CASE(inband_poll_that_cannot_be),
	{}
};

static struct kunit_suite sta_suite = {
	.name = "skua_sta",
	.init = skua_fake_init,
	.test_cases = sta_cases,
};

kunit_test_suite(sta_suite);
