/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys as the key table holds them
 */
#ifndef SKUA_DEVICE_MAC_KEY_H
#define SKUA_DEVICE_MAC_KEY_H

#include <stdint.h>

#include "../hw.h"
#include "crypto/crypto.h"

#define MAC_KEYS_PER_VIF	8
#define MAC_KEYID_BIGTK		6	/* BIGTKs have this index and the next */
#define MAC_KEYS_PER_STA	4

/**
 * struct key_ref - a key by slot and generation
 * @slot: slot, or SKUA_KEY_NONE
 * @gen: generation
 */
struct key_ref {
	uint16_t slot;
	uint16_t gen;
};

/**
 * struct mac_key - a key slot in use
 * @gen: generation
 * @sta: owner, or SKUA_STA_NONE
 * @vif: interface
 * @keyidx: key index
 * @flags: SKUA_KEYF_*
 * @crypto: expanded key
 * @rx_pn: highest PN received, by TID, then management
 * @lease: next PN for a frame that the NIC makes itself
 * @lease_len: number of PNs that are left for such frames
 * @enc_frames: MPDUs that were encrypted, or got an MMIE
 * @enc_bytes: octets in the bodies of these MPDUs, without IV and MIC
 * @dec_frames: MPDUs that were decrypted, or whose MMIE was right
 * @dec_bytes: octets in the bodies of these MPDUs
 * @replays: MPDUs dropped because of their PN
 * @mic_errors: MPDUs whose MIC, ICV or Michael MIC was wrong
 */
struct mac_key {
	uint16_t gen;
	uint16_t sta;
	uint8_t vif;
	uint8_t keyidx;
	uint32_t flags;
	struct crypto_key crypto;
	uint64_t rx_pn[SKUA_NUM_PN];
	uint64_t lease;
	uint32_t lease_len;
	uint64_t enc_frames;
	uint64_t enc_bytes;
	uint64_t dec_frames;
	uint64_t dec_bytes;
	uint64_t replays;
	uint64_t mic_errors;
};

#endif /* SKUA_DEVICE_MAC_KEY_H */
