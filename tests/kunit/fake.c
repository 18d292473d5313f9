// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: a device without a NIC
 */
#include <kunit/device.h>
#include <kunit/static_stub.h>
#include <linux/etherdevice.h>

#include "../../compat.h"
#include "../../key.h"
#include "fake.h"

/* The ops that mac80211 demands; only .tx and .wake_tx_queue are ever called. */
static int fake_start(struct ieee80211_hw *hw)
{
	return -ENODEV;
}

static void fake_stop(struct ieee80211_hw *hw, bool suspend)
{
}

static int fake_config(struct ieee80211_hw *hw, u32 changed)
{
	return -ENODEV;
}

SKUA_RADIO_OP(fake_config, u32)

static int fake_add_interface(struct ieee80211_hw *hw,
			      struct ieee80211_vif *vif)
{
	return -ENODEV;
}

static void fake_remove_interface(struct ieee80211_hw *hw,
				  struct ieee80211_vif *vif)
{
}

static void fake_configure_filter(struct ieee80211_hw *hw, unsigned int changed,
				  unsigned int *total, u64 multicast)
{
}

static const struct ieee80211_ops fake_ops = {
	.tx = skua_op_tx,
	.wake_tx_queue = skua_op_wake_tx_queue,
	.start = fake_start,
	.stop = fake_stop,
	.config = fake_config_compat,
	.add_interface = fake_add_interface,
	.remove_interface = fake_remove_interface,
	.configure_filter = fake_configure_filter,
	.add_chanctx = ieee80211_emulate_add_chanctx,
	.remove_chanctx = ieee80211_emulate_remove_chanctx,
	.change_chanctx = ieee80211_emulate_change_chanctx,
	.switch_vif_chanctx = ieee80211_emulate_switch_vif_chanctx,
};

static void fake_free_hw(void *hw)
{
	ieee80211_free_hw(hw);
}

static void fake_crash_work(struct work_struct *work)
{
}

static void fake_cancel_crash(void *work)
{
	cancel_work_sync(work);
}

static void fake_note(struct skua_fake *fake, u16 op, const void *data, u16 len)
{
	if (fake->ncmds < SKUA_FAKE_CMDS)
		fake->op[fake->ncmds] = op;
	fake->ncmds++;
	fake->len = len;
	fake->queued = atomic_read(&fake->sc->tx.queued);
	fake->rekeyed = fake->sta && skua_sta(fake->sta)->rekeyed;
	memset(fake->data, 0, sizeof(fake->data));
	if (len)
		memcpy(fake->data, data, min_t(u16, len, sizeof(fake->data)));
}

static int fake_cmd_exec(struct skua *sc, const struct skua_cmd_req *req)
{
	struct skua_fake *fake = kunit_get_current_test()->priv;
	const struct skua_cmd_key_ref *ref = req->data;

	fake_note(fake, req->op, req->data, req->len);
	if (!fake->cmd_err && req->op == SKUA_CMD_KEY_DEL &&
	    !fake->keep_retired) {
		local_bh_disable();
		rcu_read_lock();
		skua_key_retired(sc, le16_to_cpu(ref->slot),
				 le16_to_cpu(ref->gen));
		rcu_read_unlock();
		local_bh_enable();
	}
	if (req->answer)
		memcpy(req->answer, fake->answer,
		       min_t(size_t, req->answer_len, sizeof(fake->answer)));
	if (fake->fail_after && fake->ncmds >= fake->fail_after)
		return -EIO;
	return fake->cmd_err;
}

static int fake_cmd_post(struct skua *sc, u16 op, const void *data, u16 len)
{
	struct skua_fake *fake = kunit_get_current_test()->priv;

	if (fake->full) {
		fake->full--;
		return -EBUSY;
	}
	fake_note(fake, op, data, len);
	return fake->cmd_err;
}

static void fake_doorbell(struct skua_ring *ring)
{
	struct skua_fake *fake = kunit_get_current_test()->priv;

	fake->doorbells++;
}

static void fake_caps(struct skua_caps *caps)
{
	caps->keys = SKUA_FAKE_KEYS;
	caps->stas = SKUA_FAKE_STAS;
	caps->scan_ssids = 4;
	caps->scan_chans = 8;
	caps->scan_ie_len = 256;
	caps->cipher[0] = WLAN_CIPHER_SUITE_CCMP;
	caps->n_ciphers = 1;
}

static void fake_init_sc(struct skua_fake *fake)
{
	struct skua *sc = fake->sc;

	sc->hw = fake->hw;
	sc->dev = fake->dev;
	spin_lock_init(&sc->tx.lock);
	spin_lock_init(&sc->cmd_lock);
	init_waitqueue_head(&sc->state_wait);
	init_waitqueue_head(&sc->tx.idle);
	init_completion(&sc->alive);
	mutex_init(&sc->look_lock);
	INIT_WORK(&sc->crash_work, fake_crash_work);
	INIT_DELAYED_WORK(&sc->retry_work, fake_crash_work);
	skua_evt_init(sc);
	set_bit(SKUA_F_ALIVE, &sc->flags);
	set_bit(SKUA_F_STARTED, &sc->flags);
	fake_caps(&sc->caps);
}

static void fake_exit_tables(void *data)
{
	struct skua *sc = data;

	/* A test that failed may have left work behind. */
	wiphy_lock(sc->hw->wiphy);
	wiphy_delayed_work_cancel(sc->hw->wiphy, &sc->scan_late);
	wiphy_delayed_work_cancel(sc->hw->wiphy, &sc->roc_late);
	wiphy_work_flush(sc->hw->wiphy, NULL);
	wiphy_unlock(sc->hw->wiphy);
	skua_key_exit(sc);
	skua_sta_exit(sc);
	/* keys and their users are freed after a grace period */
	rcu_barrier();
}

/**
 * skua_fake_init_in() - make a struct skua_fake that is part of a larger structure
 * @test: the test
 * @size: bytes of the structure, zeroed; its first member is test->priv from then on
 *
 * Return: 0 or a negative error
 */
int skua_fake_init_in(struct kunit *test, size_t size)
{
	struct skua_fake *fake = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);
	test->priv = fake;
	fake->hw = ieee80211_alloc_hw(sizeof(struct skua), &fake_ops);
	KUNIT_ASSERT_NOT_NULL(test, fake->hw);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, fake_free_hw,
							   fake->hw));
	fake->dev = kunit_device_register(test, "skua");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fake->dev);
	fake->dev->dma_mask = &fake->dev->coherent_dma_mask;
	KUNIT_ASSERT_EQ(test, 0,
			dma_set_mask_and_coherent(fake->dev, DMA_BIT_MASK(64)));
	fake->sc = fake->hw->priv;
	fake_init_sc(fake);
	skua_scan_init(fake->sc);
	skua_vif_init(fake->sc);
	skua_tx_work_init(fake->sc);
	KUNIT_ASSERT_EQ(test, 0, skua_key_init(fake->sc));
	KUNIT_ASSERT_EQ(test, 0, skua_sta_init(fake->sc));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, fake_exit_tables,
							   fake->sc));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, fake_cancel_crash,
							   &fake->sc->crash_work));
	fake->vif = skua_fake_vif(test, 3);
	fake->sta = skua_fake_sta(test, fake->vif);
	kunit_activate_static_stub(test, skua_cmd_exec, fake_cmd_exec);
	kunit_activate_static_stub(test, skua_cmd_post, fake_cmd_post);
	kunit_activate_static_stub(test, skua_cmd_post_sleep, fake_cmd_post);
	kunit_activate_static_stub(test, skua_doorbell, fake_doorbell);
	return 0;
}

/**
 * skua_fake_init() - make a struct skua_fake, test->priv from then on
 * @test: the test
 *
 * Return: 0 or a negative error
 */
int skua_fake_init(struct kunit *test)
{
	return skua_fake_init_in(test, sizeof(struct skua_fake));
}

/**
 * skua_fake_vif() - make an access point
 * @test: the test
 * @idx: its handle
 *
 * Return: the interface
 */
struct ieee80211_vif *skua_fake_vif(struct kunit *test, u8 idx)
{
	struct ieee80211_vif *vif;

	vif = kunit_kzalloc(test, sizeof(*vif) + sizeof(struct skua_vif),
			    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, vif);
	vif->type = NL80211_IFTYPE_AP;
	skua_vif(vif)->idx = idx;
	skua_vif(vif)->default_key = -1;
	return vif;
}

/**
 * skua_fake_sta() - make a station without a handle
 * @test: the test
 * @vif: its interface
 *
 * Return: the station
 */
struct ieee80211_sta *skua_fake_sta(struct kunit *test,
				    struct ieee80211_vif *vif)
{
	struct ieee80211_sta *sta;

	sta = kunit_kzalloc(test, sizeof(*sta) + sizeof(struct skua_sta),
			    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sta);
	eth_broadcast_addr(sta->addr);
	sta->addr[0] = 0x02;
	skua_sta(sta)->handle = SKUA_STA_NONE;
	skua_sta(sta)->vif = vif;
	return sta;
}

/**
 * skua_fake_key() - make a key of mac80211
 * @test: the test
 * @cipher: suite selector
 * @len: bytes of the key
 * @keyidx: key index
 *
 * mac80211 keeps state of its own before and behind the part that drivers see;
 * there is room for that state, all zero.
 *
 * Return: the key, whose bytes count from 0xa0 on
 */
struct ieee80211_key_conf *skua_fake_key(struct kunit *test, u32 cipher,
					 u8 len, u8 keyidx)
{
	struct ieee80211_key_conf *conf;
	u8 *room = kunit_kzalloc(test, 8192, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, room);
	conf = (void *)(room + 4096);
	conf->cipher = cipher;
	conf->keylen = len;
	conf->keyidx = keyidx;
	conf->link_id = -1;
	conf->hw_key_idx = 0xff;
	for (i = 0; i < len; i++)
		conf->key[i] = 0xa0 + i;
	return conf;
}

/**
 * skua_fake_ring() - make a ring, in plain memory
 * @test: the test
 * @id: enum skua_ring_id
 * @entry_size: bytes
 * @entries: a power of two
 *
 * Its NIC is awake, so it wants no doorbell.
 */
void skua_fake_ring(struct kunit *test, u8 id, u16 entry_size, u32 entries)
{
	struct skua_fake *fake = test->priv;
	struct skua_ring *ring = &fake->sc->ring[id];

	spin_lock_init(&ring->lock);
	ring->sc = fake->sc;
	ring->on_break = skua_nic_broke_ring;
	ring->id = id;
	ring->to_nic = id != SKUA_RING_EVT && id < SKUA_RING_CPL0;
	ring->entry_size = entry_size;
	ring->entries = entries;
	ring->base = kunit_kcalloc(test, entries, entry_size, GFP_KERNEL);
	ring->idx = kunit_kzalloc(test, sizeof(*ring->idx), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ring->base);
	KUNIT_ASSERT_NOT_NULL(test, ring->idx);
	ring->idx->avail_event = cpu_to_le32(ring->next - 0x80000000);
}

/**
 * skua_fake_count() - read a counter
 * @test: the test
 * @ctr: the counter
 *
 * Return: its value
 */
u64 skua_fake_count(struct kunit *test, enum skua_ctr ctr)
{
	struct skua_fake *fake = test->priv;

	return atomic64_read(&fake->sc->ctr[ctr]);
}
