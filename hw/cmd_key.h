/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - commands: keys
 */
#ifndef SKUA_HW_CMD_KEY_H
#define SKUA_HW_CMD_KEY_H

#include "cipher.h"
#include "types.h"

#define SKUA_KEYF_PAIRWISE		BIT(0)
#define SKUA_KEYF_TX_ONLY		BIT(1)
#define SKUA_KEYF_RX_ONLY		BIT(2)	/* Extended Key ID, NO_AUTO_TX */
#define SKUA_KEYF_SPP_AMSDU		BIT(3)
#define SKUA_KEYF_DEFAULT_TX		BIT(4)	/* for frames that the NIC generates */
#define SKUA_KEYF_MGMT			BIT(5)	/* IGTK or BIGTK */

/**
 * struct skua_cmd_key - installs a key
 * @slot: slot below the limit, which the driver chooses
 * @gen: generation: each use of the slot adds one
 * @sta: owner, or SKUA_STA_NONE for a key of the interface
 * @sta_gen: its generation
 * @vif: interface
 * @link: link
 * @keyidx: key index, 0 to 7
 * @key_len: octets of @key: SKUA_KEY_LEN_*
 * @cipher: suite selector, SKUA_CIPHER_*
 * @flags: SKUA_KEYF_*
 * @key: the key
 * @tx_mic_key: TKIP: Michael key for transmitting
 * @rx_mic_key: TKIP: Michael key for receiving
 * @rx_pn: initial receive PN of each TID, then of management (48 bits each,
 *	little-endian; for BIP the IPN stands at SKUA_PN_MGMT)
 * @tx_lease: first PN that the NIC may use for frames that it generates
 * @lease_len: number of these PNs
 */
struct skua_cmd_key {
	__le16 slot;
	__le16 gen;
	__le16 sta;
	__le16 sta_gen;
	u8 vif;
	u8 link;
	u8 keyidx;
	u8 key_len;
	__le32 cipher;
	__le32 flags;
	u8 key[SKUA_MAX_KEY_LEN];
	u8 tx_mic_key[SKUA_KEY_LEN_MICHAEL];
	u8 rx_mic_key[SKUA_KEY_LEN_MICHAEL];
	u8 rx_pn[SKUA_NUM_PN][6];
	u8 tx_lease[6];
	__le32 lease_len;
};

static_assert(sizeof(struct skua_cmd_key) == 180, "key command size");

/**
 * struct skua_cmd_key_ref - names a key
 * @slot: slot
 * @gen: generation
 * @vif: interface
 * @rsvd: zero
 */
struct skua_cmd_key_ref {
	__le16 slot;
	__le16 gen;
	u8 vif;
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_cmd_key_ref) == 8, "key ref size");

/**
 * struct skua_key_lease - answer of SKUA_CMD_KEY_LEASE
 * @next_pn: PN of the next frame that the NIC generates, least significant byte
 *	first
 * @rsvd: zero
 */
struct skua_key_lease {
	u8 next_pn[6];
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_key_lease) == 8, "key lease size");

/**
 * struct skua_cmd_tkip_phase1 - phase 1 output for receiving
 * @slot: slot
 * @gen: generation
 * @iv32: the IV32 that the output belongs to
 * @p1k: phase 1 key
 * @rsvd: zero
 */
struct skua_cmd_tkip_phase1 {
	__le16 slot;
	__le16 gen;
	__le32 iv32;
	__le16 p1k[5];
	__le16 rsvd;
};

static_assert(sizeof(struct skua_cmd_tkip_phase1) == 20, "phase 1 command size");

#endif /* SKUA_HW_CMD_KEY_H */
