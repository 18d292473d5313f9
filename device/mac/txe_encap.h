/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transmit engine: 802.3 frames become 802.11 frames
 */
#ifndef SKUA_DEVICE_MAC_TXE_ENCAP_H
#define SKUA_DEVICE_MAC_TXE_ENCAP_H

#include <stdint.h>

#include "dot11/dot11.h"

struct mac_sta;
struct mac_vif;
struct txd;
struct txd_head;

/**
 * txe_encap() - find what stands in place of an 802.3 header
 * @vif: interface that sends the frame
 * @sta: station that it is for
 * @d: its descriptor
 * @eth: 802.3 header
 * @head: to be filled in: MAC header and LLC/SNAP header
 *
 * Return: why the frame cannot be sent, or NULL.
 */
const char *txe_encap(const struct mac_vif *vif, const struct mac_sta *sta,
		      const struct txd *d, const uint8_t eth[ETHER_HDR_LEN],
		      struct txd_head *head);

#endif /* SKUA_DEVICE_MAC_TXE_ENCAP_H */
