// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - module parameters
 */
#include <linux/log2.h>
#include <linux/moduleparam.h>

#include "skua.h"

bool skua_swcrypto;
module_param_named(swcrypto, skua_swcrypto, bool, 0444);
MODULE_PARM_DESC(swcrypto, "Leave all ciphers to mac80211's software (default: off)");

bool skua_single_channel;
module_param_named(single_channel, skua_single_channel, bool, 0444);
MODULE_PARM_DESC(single_channel, "One channel, scan and remain-on-channel by mac80211's software (default: off)");

bool skua_p2p_device = true;
module_param_named(p2p_device, skua_p2p_device, bool, 0444);
MODULE_PARM_DESC(p2p_device, "Offer a P2P device beside the interfaces (default: on)");

bool skua_tx_ampdu = true;
module_param_named(tx_ampdu, skua_tx_ampdu, bool, 0444);
MODULE_PARM_DESC(tx_ampdu, "Send A-MPDUs (default: on)");

bool skua_rx_ampdu = true;
module_param_named(rx_ampdu, skua_rx_ampdu, bool, 0444);
MODULE_PARM_DESC(rx_ampdu, "Let peers send A-MPDUs (default: on)");

bool skua_rx_reorder = true;
module_param_named(rx_reorder, skua_rx_reorder, bool, 0444);
MODULE_PARM_DESC(rx_reorder, "Reorder received frames in the NIC, not in mac80211 (default: on)");

bool skua_tx_amsdu = true;
module_param_named(tx_amsdu, skua_tx_amsdu, bool, 0444);
MODULE_PARM_DESC(tx_amsdu, "Send A-MSDUs (default: on)");

bool skua_tx_encap = true;
module_param_named(tx_encap, skua_tx_encap, bool, 0444);
MODULE_PARM_DESC(tx_encap, "Let the NIC make 802.11 headers (default: on)");

bool skua_rx_decap = true;
module_param_named(rx_decap, skua_rx_decap, bool, 0444);
MODULE_PARM_DESC(rx_decap, "Let the NIC replace 802.11 headers by those of 802.3 (default: on)");

bool skua_tx_csum = true;
module_param_named(tx_csum, skua_tx_csum, bool, 0444);
MODULE_PARM_DESC(tx_csum, "Let the NIC fill in checksums (default: on)");

bool skua_tx_gso = true;
module_param_named(tx_gso, skua_tx_gso, bool, 0444);
MODULE_PARM_DESC(tx_gso, "Let the NIC cut TCP segments, with tx_csum (default: on)");

bool skua_rx_csum = true;
module_param_named(rx_csum, skua_rx_csum, bool, 0444);
MODULE_PARM_DESC(rx_csum, "Let the NIC check checksums (default: on)");

bool skua_rx_coalesce = true;
module_param_named(rx_coalesce, skua_rx_coalesce, bool, 0444);
MODULE_PARM_DESC(rx_coalesce, "Let the NIC join TCP segments, with rx_decap and rx_csum (default: on)");

unsigned int skua_txring = 256;
module_param_named(txring, skua_txring, uint, 0444);
MODULE_PARM_DESC(txring, "Entries of each transmit ring, 32 to 4096 (default: 256)");

unsigned int skua_rxring = 512;
module_param_named(rxring, skua_rxring, uint, 0444);
MODULE_PARM_DESC(rxring, "Receive buffers, 32 to 8192 (default: 512)");

/**
 * skua_offload_features() - features of offloads that the driver asks the NIC for
 *
 * Return: SKUA_FEAT_*, none without those that it needs
 */
u64 skua_offload_features(void)
{
	u64 features = 0;

	/* mac80211 drops 802.3 frames while its own software scans, and queues others */
	if (skua_tx_encap && !skua_single_channel)
		features |= SKUA_FEAT_TX_ENCAP;
	if (skua_tx_csum)
		features |= SKUA_FEAT_TX_CSUM;
	if (skua_tx_csum && skua_tx_gso)
		features |= SKUA_FEAT_TX_GSO;
	if (skua_rx_decap)
		features |= SKUA_FEAT_RX_DECAP;
	if (skua_rx_csum)
		features |= SKUA_FEAT_RX_CSUM;
	if (skua_rx_decap && skua_rx_csum && skua_rx_coalesce)
		features |= SKUA_FEAT_RX_COALESCE;
	return features;
}

/**
 * skua_params_clamp() - bring the parameters to values that can be used
 *
 * Process context, before the first probe. Rings have a power of two of entries.
 */
void skua_params_clamp(void)
{
	skua_txring = clamp(roundup_pow_of_two(skua_txring ?: 1), 32U, 4096U);
	skua_rxring = clamp(roundup_pow_of_two(skua_rxring ?: 1), 32U, 8192U);
}
