// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - an open PCIe Wi-Fi NIC: module, probe to remove, start to stop
 *
 * The firmware is booted in probe, since only it knows what to register. The
 * NIC's engines run between start() and stop().
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>

#include "key.h"

#define SKUA_BOOT_TRIES		3	/* in a restart ... */
#define SKUA_BOOT_PATIENCE	(2 * HZ)	/* ... as long as they are quick */
#define SKUA_STOP_MS		3000
#define SKUA_CRASH_UPTIME	(HZ / 10)	/* one that dies sooner ... */
#define SKUA_CRASH_BURST	10		/* ... more often than this is hopeless */

/* ------------------------------------------------------------------ */
/* Up and down								*/
/* ------------------------------------------------------------------ */

/* Forget all that hung on the firmware that ran. */
static void skua_forget(struct skua *sc)
{
	unsigned int i;

	skua_evt_flush(sc);
	if (test_bit(SKUA_F_READY, &sc->flags)) {
		skua_scan_reset(sc);
		skua_sta_reset(sc);
		skua_key_reset(sc);
		skua_tx_reset(sc);
		skua_rx_reset(sc);
	}
	for (i = 0; i < SKUA_MAX_VIFS; i++)
		RCU_INIT_POINTER(sc->vif[i], NULL);
	sc->ctx_used = 0;
	skua_rings_reset(sc);
}

/**
 * skua_take_down() - reset the NIC and take everything back from it
 * @sc: the device
 *
 * Process context, wiphy mutex. Leaves NAPI off, the rings empty, and every
 * frame given back. Nothing happens if it is down already.
 */
void skua_take_down(struct skua *sc)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	clear_bit(SKUA_F_ALIVE, &sc->flags);
	if (!sc->napi_on)
		return;
	wake_up_all(&sc->state_wait);
	skua_napi_stop(sc);
	skua_reset(sc);
	skua_forget(sc);
}

/* Boot a NIC that is down, or dead. */
static int skua_bring_up(struct skua *sc)
{
	int ret;

	skua_take_down(sc);
	skua_rx_refill(sc);
	ret = skua_boot(sc);
	if (ret)
		skua_forget(sc);
	return ret;
}

static int skua_start_nic(struct skua *sc)
{
	int ret = skua_alive(sc) ? 0 : skua_bring_up(sc);

	return ret ? ret : skua_cmd_send(sc, SKUA_CMD_START, NULL, 0);
}

/* The crash worker shuts the interfaces; until then the ops say that all is well. */
static void skua_give_up(struct skua *sc)
{
	WRITE_ONCE(sc->hopeless, true);
	dev_err(sc->dev, "the NIC does not restart\n");
	set_bit(SKUA_F_DEAD, &sc->flags);
	schedule_work(&sc->crash_work);
}

static int skua_op_start(struct ieee80211_hw *hw)
{
	struct skua *sc = hw->priv;
	/* Without a stop() before it, this is a restart after a crash. */
	bool restart = test_bit(SKUA_F_STARTED, &sc->flags);
	unsigned long end = jiffies + SKUA_BOOT_PATIENCE;
	int tries = restart ? SKUA_BOOT_TRIES : 1;
	int ret;

	if (test_bit(SKUA_F_GONE, &sc->flags))
		return -ENODEV;
	if (restart) {
		set_bit(SKUA_F_RECONFIG, &sc->flags);
		skua_count(sc, SKUA_CTR_RESTART);
		skua_take_down(sc);
	}
	for (;;) {
		ret = skua_start_nic(sc);
		if (!ret || ret == -ENODEV || ret == -ENOENT || !--tries ||
		    time_after(jiffies, end))
			break;
		/* A NIC that refuses gets another boot: mac80211 would give up. */
		skua_take_down(sc);
	}
	if (ret && !restart)
		return ret;
	/* mac80211 would warn: its interfaces go down in good order instead. */
	if (ret)
		skua_give_up(sc);
	sc->rts = ~0u;
	WRITE_ONCE(sc->up_since, jiffies);
	set_bit(SKUA_F_STARTED, &sc->flags);
	return 0;
}

static void skua_op_stop(struct ieee80211_hw *hw, bool suspend)
{
	struct skua *sc = hw->priv;
	int ret;

	clear_bit(SKUA_F_STARTED, &sc->flags);
	clear_bit(SKUA_F_RECONFIG, &sc->flags);
	ret = skua_cmd_send(sc, SKUA_CMD_STOP, NULL, 0);
	if (!ret)
		wait_event_timeout(sc->tx.idle,
				   !atomic_read(&sc->tx.queued) ||
				   !skua_alive(sc),
				   msecs_to_jiffies(SKUA_STOP_MS));
	if (ret || atomic_read(&sc->tx.queued)) {
		if (skua_alive(sc))
			dev_warn(sc->dev, "stop: %d, %d frames have not come back; resetting the NIC\n",
				 ret, atomic_read(&sc->tx.queued));
		skua_take_down(sc);
	}
	wiphy_work_cancel(hw->wiphy, &sc->evt_work);
	wiphy_delayed_work_cancel(hw->wiphy, &sc->roc_work);
	skua_evt_flush(sc);
}

static void skua_op_reconfig_complete(struct ieee80211_hw *hw,
				      enum ieee80211_reconfig_type type)
{
	struct skua *sc = hw->priv;

	if (type != IEEE80211_RECONFIG_TYPE_RESTART)
		return;
	/* Dead again: one more restart follows, and it needs the flag. */
	if (!skua_alive(sc))
		return;
	WRITE_ONCE(sc->up_since, jiffies);
	clear_bit(SKUA_F_RECONFIG, &sc->flags);
	skua_key_restarted(sc);
	/*
	 * Queues that mac80211 wanted served while the NIC was dead are still
	 * on its list, and may never get another frame that would wake them:
	 * TCP waits for those that are in there.
	 */
	local_bh_disable();
	skua_tx_resume(sc, GENMASK(IEEE80211_NUM_ACS - 1, 0));
	local_bh_enable();
	dev_info(sc->dev, "restarted\n");
}

static void skua_shut_interfaces(struct skua *sc)
{
	if (!test_bit(SKUA_F_REGISTERED, &sc->flags))
		return;
	rtnl_lock();
	cfg80211_shutdown_all_interfaces(sc->hw->wiphy);
	rtnl_unlock();
}

/*
 * Does it not start, or die as soon as it has been restarted, time after time?
 * One that has worked in between is worth another restart, however often.
 */
static bool skua_hopeless(struct skua *sc)
{
	if (READ_ONCE(sc->hopeless))
		return true;
	if (!test_bit(SKUA_F_RECONFIG, &sc->flags) &&
	    time_after(jiffies, READ_ONCE(sc->up_since) + SKUA_CRASH_UPTIME))
		sc->crash_burst = 0;
	return ++sc->crash_burst > SKUA_CRASH_BURST;
}

/* The NIC has died or has been removed: tell the user and mac80211. */
static void skua_crash_work(struct work_struct *work)
{
	struct skua *sc = container_of(work, struct skua, crash_work);

	if (test_bit(SKUA_F_GONE, &sc->flags)) {
		skua_shut_interfaces(sc);
		return;
	}
	/* start() may have been faster. */
	if (!test_bit(SKUA_F_DEAD, &sc->flags))
		return;
	skua_coredump(sc);
	if (skua_hopeless(sc)) {
		dev_err(sc->dev, "the firmware keeps dying; interfaces go down\n");
		skua_shut_interfaces(sc);
		sc->crash_burst = 0;
		WRITE_ONCE(sc->hopeless, false);
		return;
	}
	if (!test_bit(SKUA_F_REGISTERED, &sc->flags) ||
	    !test_bit(SKUA_F_STARTED, &sc->flags) ||
	    test_bit(SKUA_F_REMOVING, &sc->flags))
		return;
	/* mac80211 does not want to restart hardware that scans. */
	wiphy_lock(sc->hw->wiphy);
	skua_scan_reset(sc);
	wiphy_unlock(sc->hw->wiphy);
	ieee80211_restart_hw(sc->hw);
}

/* ------------------------------------------------------------------ */
/* Ops									*/
/* ------------------------------------------------------------------ */

/* What both tables have in common. */
#define SKUA_COMMON_OPS							\
	.tx			= skua_op_tx,				\
	.wake_tx_queue		= skua_op_wake_tx_queue,		\
	.start			= skua_op_start,			\
	.stop			= skua_op_stop,				\
	.reconfig_complete	= skua_op_reconfig_complete,		\
	.add_interface		= skua_op_add_interface,		\
	.change_interface	= skua_op_change_interface,		\
	.remove_interface	= skua_op_remove_interface,		\
	.config			= skua_op_config,			\
	.configure_filter	= skua_op_configure_filter,		\
	.vif_cfg_changed	= skua_op_vif_cfg_changed,		\
	.link_info_changed	= skua_op_link_info_changed,		\
	.start_ap		= skua_op_start_ap,			\
	.stop_ap		= skua_op_stop_ap,			\
	.set_tim		= skua_op_set_tim,			\
	.conf_tx		= skua_op_conf_tx,			\
	.set_key		= skua_op_set_key,			\
	.get_key_seq		= skua_op_get_key_seq,			\
	.update_tkip_key	= skua_op_update_tkip_key,		\
	.set_default_unicast_key = skua_op_set_default_unicast_key,	\
	.sta_state		= skua_op_sta_state,			\
	.sta_pre_rcu_remove	= skua_op_sta_pre_rcu_remove,		\
	.sta_rc_update		= skua_op_sta_rc_update,		\
	.sta_statistics		= skua_op_sta_statistics,		\
	.sta_set_4addr		= skua_op_sta_set_4addr,		\
	.ampdu_action		= skua_op_ampdu_action,			\
	.release_buffered_frames = skua_op_release_buffered_frames,	\
	.set_rts_threshold	= skua_op_set_rts_threshold,		\
	.get_txpower		= skua_op_get_txpower,			\
	.get_antenna		= skua_op_get_antenna,			\
	.get_survey		= skua_op_get_survey,			\
	.get_tsf		= skua_op_get_tsf,			\
	.set_tsf		= skua_op_set_tsf,			\
	.offset_tsf		= skua_op_offset_tsf,			\
	.reset_tsf		= skua_op_reset_tsf,			\
	.tx_last_beacon		= skua_op_tx_last_beacon,		\
	.flush			= skua_op_flush,			\
	.flush_sta		= skua_op_flush_sta,			\
	.tx_frames_pending	= skua_op_tx_frames_pending

/* Channel contexts, scan and remain-on-channel in the NIC. */
static const struct ieee80211_ops skua_ops = {
	SKUA_COMMON_OPS,
	.add_chanctx		= skua_op_add_chanctx,
	.remove_chanctx		= skua_op_remove_chanctx,
	.change_chanctx		= skua_op_change_chanctx,
	.assign_vif_chanctx	= skua_op_assign_vif_chanctx,
	.unassign_vif_chanctx	= skua_op_unassign_vif_chanctx,
	.switch_vif_chanctx	= skua_op_switch_vif_chanctx,
	.hw_scan		= skua_op_hw_scan,
	.cancel_hw_scan		= skua_op_cancel_hw_scan,
	.remain_on_channel	= skua_op_remain_on_channel,
	.cancel_remain_on_channel = skua_op_cancel_remain_on_channel,
	.mgd_prepare_tx		= skua_op_mgd_prepare_tx,
};

/* The same by mac80211's software, on one channel. */
static const struct ieee80211_ops skua_ops_single = {
	SKUA_COMMON_OPS,
	.add_chanctx		= ieee80211_emulate_add_chanctx,
	.remove_chanctx		= ieee80211_emulate_remove_chanctx,
	.change_chanctx		= ieee80211_emulate_change_chanctx,
	.switch_vif_chanctx	= ieee80211_emulate_switch_vif_chanctx,
};

/* ------------------------------------------------------------------ */
/* Probe and remove							*/
/* ------------------------------------------------------------------ */

static int skua_pci_init(struct skua *sc)
{
	struct pci_dev *pdev = sc->pdev;
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return dev_err_probe(sc->dev, ret, "cannot enable the device\n");
	if (pci_resource_len(pdev, 0) < SKUA_BAR0_SIZE)
		return dev_err_probe(sc->dev, -ENODEV, "BAR 0 is too small\n");
	sc->bar = pcim_iomap_region(pdev, 0, KBUILD_MODNAME);
	if (IS_ERR(sc->bar))
		return dev_err_probe(sc->dev, PTR_ERR(sc->bar),
				     "cannot map BAR 0\n");
	ret = dma_set_mask_and_coherent(sc->dev, DMA_BIT_MASK(64));
	if (ret)
		return dev_err_probe(sc->dev, ret, "no 64-bit DMA\n");
	pci_set_master(pdev);
	return 0;
}

/* Memory, then a first boot: afterwards skua.caps is known. */
static int skua_first_boot(struct skua *sc)
{
	int ret;

	wiphy_lock(sc->hw->wiphy);
	ret = skua_boot(sc);
	/* The duties' tables are made while nobody looks at them. */
	if (!ret)
		skua_napi_stop(sc);
	wiphy_unlock(sc->hw->wiphy);
	return ret;
}

static int skua_duties_init(struct skua *sc)
{
	int ret;

	ret = skua_sta_init(sc);
	if (ret)
		return ret;
	ret = skua_key_init(sc);
	if (ret)
		goto err_sta;
	ret = skua_tx_init(sc);
	if (ret)
		goto err_key;
	ret = skua_rx_init(sc);
	if (ret)
		goto err_tx;

	wiphy_lock(sc->hw->wiphy);
	skua_rx_refill(sc);
	set_bit(SKUA_F_READY, &sc->flags);
	skua_napi_start(sc);
	local_bh_disable();
	napi_schedule(&sc->napi);
	local_bh_enable();
	wiphy_unlock(sc->hw->wiphy);
	return 0;

err_tx:
	skua_tx_exit(sc);
err_key:
	skua_key_exit(sc);
err_sta:
	skua_sta_exit(sc);
	return ret;
}

static void skua_duties_exit(struct skua *sc)
{
	clear_bit(SKUA_F_READY, &sc->flags);
	skua_rx_exit(sc);
	skua_tx_exit(sc);
	skua_key_exit(sc);
	skua_sta_exit(sc);
}

static void skua_down_locked(struct skua *sc)
{
	wiphy_lock(sc->hw->wiphy);
	skua_take_down(sc);
	wiphy_unlock(sc->hw->wiphy);
}

static int skua_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct ieee80211_ops *ops = skua_single_channel ?
					  &skua_ops_single : &skua_ops;
	struct ieee80211_hw *hw;
	struct skua *sc;
	int ret;

	hw = ieee80211_alloc_hw(sizeof(*sc), ops);
	if (!hw)
		return -ENOMEM;
	sc = hw->priv;
	sc->hw = hw;
	sc->pdev = pdev;
	sc->dev = &pdev->dev;
	init_waitqueue_head(&sc->tx.idle);
	INIT_WORK(&sc->crash_work, skua_crash_work);
	skua_watchdog_init(sc);
	skua_evt_init(sc);
	skua_scan_init(sc);
	SET_IEEE80211_DEV(hw, sc->dev);
	pci_set_drvdata(pdev, sc);

	ret = skua_pci_init(sc);
	if (!ret)
		ret = skua_boot_init(sc);
	if (!ret)
		ret = skua_fwctl_init(sc);
	if (!ret)
		ret = skua_rings_alloc(sc, skua_nic_broke_ring);
	if (!ret)
		ret = skua_irq_init(sc);
	if (ret)
		goto err_hw;
	ret = skua_first_boot(sc);
	if (ret)
		goto err_irq;
	ret = skua_duties_init(sc);
	if (ret)
		goto err_down;
	ret = skua_phy_init(sc);
	if (ret)
		goto err_duties;
	ret = ieee80211_register_hw(hw);
	if (ret) {
		dev_err(sc->dev, "mac80211 refuses the device: %d\n", ret);
		goto err_duties;
	}
	set_bit(SKUA_F_REGISTERED, &sc->flags);
	skua_debugfs_init(sc);
	return 0;

err_duties:
	skua_down_locked(sc);
	skua_duties_exit(sc);
err_down:
	/* NAPI is off when it was duties_init that failed. */
	skua_down_locked(sc);
	skua_reset(sc);
err_irq:
	cancel_work_sync(&sc->crash_work);
	skua_irq_exit(sc);
err_hw:
	ieee80211_free_hw(hw);
	return ret;
}

static void skua_remove(struct pci_dev *pdev)
{
	struct skua *sc = pci_get_drvdata(pdev);

	set_bit(SKUA_F_REMOVING, &sc->flags);
	if (!pci_device_is_present(pdev))
		skua_check_status(sc);
	/* One that is under way must not ask for a restart later. */
	cancel_work_sync(&sc->crash_work);
	skua_debugfs_exit(sc);
	ieee80211_unregister_hw(sc->hw);
	clear_bit(SKUA_F_REGISTERED, &sc->flags);
	skua_down_locked(sc);
	cancel_work_sync(&sc->crash_work);
	skua_reset(sc);
	skua_duties_exit(sc);
	skua_irq_exit(sc);
	ieee80211_free_hw(sc->hw);
}

/* The bus below us goes next, so nothing may look at a register any more. */
static void skua_shutdown(struct pci_dev *pdev)
{
	struct skua *sc = pci_get_drvdata(pdev);

	set_bit(SKUA_F_REMOVING, &sc->flags);
	skua_down_locked(sc);
	set_bit(SKUA_F_GONE, &sc->flags);
	cancel_work_sync(&sc->crash_work);
}

static const struct pci_device_id skua_ids[] = {
	{ PCI_DEVICE(SKUA_PCI_VENDOR_ID, SKUA_PCI_DEVICE_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, skua_ids);

static struct pci_driver skua_driver = {
	.name		= KBUILD_MODNAME,
	.id_table	= skua_ids,
	.probe		= skua_probe,
	.remove		= skua_remove,
	.shutdown	= skua_shutdown,
};

static int __init skua_module_init(void)
{
	skua_params_clamp();
	return pci_register_driver(&skua_driver);
}
module_init(skua_module_init);

static void __exit skua_module_exit(void)
{
	pci_unregister_driver(&skua_driver);
}
module_exit(skua_module_exit);

MODULE_DESCRIPTION("Skua open PCIe wireless network adapter");
MODULE_LICENSE("GPL");
MODULE_FIRMWARE(SKUA_FW_FILE);
