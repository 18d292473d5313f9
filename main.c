// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - an open PCIe Wi-Fi NIC: module, tables of ops, probe to remove
 *
 * The firmware is booted in probe, since only the firmware knows the capabilities
 * that the driver has to register with mac80211.
 */
#include <linux/module.h>

#include "compat.h"
#include "key.h"

/* ------------------------------------------------------------------ */
/* Ops									*/
/* ------------------------------------------------------------------ */

SKUA_RADIO_OP(skua_op_config, u32)
SKUA_RADIO_OP(skua_op_set_rts_threshold, u32)
SKUA_RADIO_OP2(skua_op_get_antenna, u32 *, u32 *)
SKUA_RADIO_OP2(skua_op_set_antenna, u32, u32)
SKUA_LINK_OP(skua_op_get_txpower, int *)
SKUA_LINK_STA_OP(skua_op_sta_rc_update)

/* Ops that both tables have. */
#define SKUA_COMMON_OPS							\
	.tx			= skua_op_tx,				\
	.wake_tx_queue		= skua_op_wake_tx_queue,		\
	.start			= skua_op_start,			\
	.stop			= skua_op_stop,				\
	.reconfig_complete	= skua_op_reconfig_complete,		\
	.add_interface		= skua_op_add_interface,		\
	.change_interface	= skua_op_change_interface,		\
	.remove_interface	= skua_op_remove_interface,		\
	.config			= skua_op_config_compat,		\
	.configure_filter	= skua_op_configure_filter,		\
	.vif_cfg_changed	= skua_op_vif_cfg_changed,		\
	.link_info_changed	= skua_op_link_info_changed,		\
	.start_ap		= skua_op_start_ap,			\
	.stop_ap		= skua_op_stop_ap,			\
	.set_tim		= skua_op_set_tim,			\
	.conf_tx		= skua_op_conf_tx,			\
	.set_bitrate_mask	= skua_op_set_bitrate_mask,		\
	.set_key		= skua_op_set_key,			\
	.get_key_seq		= skua_op_get_key_seq,			\
	.update_tkip_key	= skua_op_update_tkip_key,		\
	.set_default_unicast_key = skua_op_set_default_unicast_key,	\
	.sta_state		= skua_op_sta_state,			\
	.sta_pre_rcu_remove	= skua_op_sta_pre_rcu_remove,		\
	.SKUA_STA_RC_UPDATE	= skua_op_sta_rc_update_compat,		\
	.sta_statistics		= skua_op_sta_statistics,		\
	.get_expected_throughput = skua_op_get_expected_throughput,	\
	.sta_set_4addr		= skua_op_sta_set_4addr,		\
	.sta_set_decap_offload	= skua_op_sta_set_decap_offload,	\
	.update_vif_offload	= skua_op_update_vif_offload,		\
	.can_aggregate_in_amsdu	= skua_op_can_aggregate_in_amsdu,	\
	.ampdu_action		= skua_op_ampdu_action,			\
	.release_buffered_frames = skua_op_release_buffered_frames,	\
	.set_rts_threshold	= skua_op_set_rts_threshold_compat,	\
	.get_txpower		= skua_op_get_txpower_compat,		\
	.set_antenna		= skua_op_set_antenna_compat,		\
	.get_antenna		= skua_op_get_antenna_compat,		\
	.get_survey		= skua_op_get_survey,			\
	.get_tsf		= skua_op_get_tsf,			\
	.set_tsf		= skua_op_set_tsf,			\
	.offset_tsf		= skua_op_offset_tsf,			\
	.reset_tsf		= skua_op_reset_tsf,			\
	.tx_last_beacon		= skua_op_tx_last_beacon,		\
	.flush			= skua_op_flush,			\
	.flush_sta		= skua_op_flush_sta,			\
	.tx_frames_pending	= skua_op_tx_frames_pending

/* Channel contexts, scan and remain-on-channel by the NIC. */
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
	.pre_channel_switch	= skua_op_pre_channel_switch,
};

/* All of that by mac80211's software, on one channel. */
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
	ret = skua_reset_init(sc);
	if (ret)
		return ret;
	pci_set_master(pdev);
	return 0;
}

/* Memory, then a first boot: afterwards skua.caps is known. */
static int skua_first_boot(struct skua *sc)
{
	int ret;

	wiphy_lock(sc->hw->wiphy);
	ret = skua_boot(sc);
	if (ret == -EAGAIN)
		ret = skua_boot(sc);
	/* skua_tables_init() makes tables that NAPI reads. */
	if (!ret)
		skua_napi_stop(sc);
	wiphy_unlock(sc->hw->wiphy);
	return ret;
}

static int skua_tables_init(struct skua *sc)
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

static void skua_tables_exit(struct skua *sc)
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
	skua_start_init(sc);
	skua_watchdog_init(sc);
	skua_evt_init(sc);
	skua_scan_init(sc);
	skua_vif_init(sc);
	skua_tx_work_init(sc);
	SET_IEEE80211_DEV(hw, sc->dev);
	pci_set_drvdata(pdev, sc);

	ret = skua_pci_init(sc);
	if (!ret)
		ret = skua_fwctl_init(sc);
	if (!ret)
		ret = skua_boot_init(sc);
	if (!ret)
		ret = skua_rings_alloc(sc, skua_nic_broke_ring);
	if (!ret)
		ret = skua_irq_init(sc);
	if (ret)
		goto err_hw;
	ret = skua_first_boot(sc);
	if (ret)
		goto err_irq;
	ret = skua_tables_init(sc);
	if (ret)
		goto err_down;
	ret = skua_phy_init(sc);
	if (ret)
		goto err_tables;
	ret = ieee80211_register_hw(hw);
	if (ret) {
		dev_err(sc->dev, "mac80211 refuses the device: %d\n", ret);
		goto err_tables;
	}
	set_bit(SKUA_F_REGISTERED, &sc->flags);
	skua_debugfs_init(sc);
	return 0;

err_tables:
	skua_down_locked(sc);
	skua_tables_exit(sc);
err_down:
	/* If skua_tables_init() failed, NAPI is off, and this does nothing. */
	skua_down_locked(sc);
	skua_reset(sc);
err_irq:
	skua_irq_exit(sc);
err_hw:
	skua_restart_cancel(sc);
	ieee80211_free_hw(hw);
	return ret;
}

/* From here on there is no restart, and no patience with a NIC that is lost. */
static void skua_set_removing(struct skua *sc)
{
	set_bit(SKUA_F_REMOVING, &sc->flags);
	wake_up_all(&sc->state_wait);
}

static void skua_remove(struct pci_dev *pdev)
{
	struct skua *sc = pci_get_drvdata(pdev);

	skua_set_removing(sc);
	if (!pci_device_is_present(pdev))
		skua_nic_absent(sc);
	/* A crash worker that runs already must not ask for a restart later. */
	skua_restart_cancel(sc);
	skua_debugfs_exit(sc);
	ieee80211_unregister_hw(sc->hw);
	clear_bit(SKUA_F_REGISTERED, &sc->flags);
	skua_down_locked(sc);
	skua_restart_cancel(sc);
	skua_reset(sc);
	skua_tables_exit(sc);
	skua_irq_exit(sc);
	ieee80211_free_hw(sc->hw);
}

/*
 * The bus goes down next, so the driver may not look at a register any more: from
 * the moment on when another op could.
 */
static void skua_shutdown(struct pci_dev *pdev)
{
	struct skua *sc = pci_get_drvdata(pdev);

	skua_set_removing(sc);
	wiphy_lock(sc->hw->wiphy);
	skua_take_down(sc);
	set_bit(SKUA_F_GONE, &sc->flags);
	wiphy_unlock(sc->hw->wiphy);
	skua_restart_cancel(sc);
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
	.err_handler	= &skua_pci_error_handlers,
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
