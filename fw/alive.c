// SPDX-License-Identifier: GPL-2.0-only
/*
 * ALIVE: the abilities of this NIC with this image, for this driver
 */
#include "host.h"

#define FW_VERSION_TEXT		"skua-fw " FW_VERSION

struct fw_limits limits;

/* The TLVs, which one event holds together */
static struct {
	u8 data[SKUA_EVT_INLINE] __attribute__((aligned(8)));
	u32 len;
} tlvs;

static void tlv_put(u16 type, const void *val, u16 len)
{
	struct skua_tlv head = { .type = type, .len = len };

	fw_assert(tlvs.len + sizeof(head) + len <= sizeof(tlvs.data));
	memcpy(tlvs.data + tlvs.len, &head, sizeof(head));
	memcpy(tlvs.data + tlvs.len + sizeof(head), val, len);
	tlvs.len = (tlvs.len + (u32)sizeof(head) + len + 3) & ~3u;
}

static u64 read64(u32 lo_off, u32 hi_off)
{
	u32 lo = reg_read(lo_off);

	return (u64)reg_read(hi_off) << 32 | lo;
}

static void limits_read(void)
{
	u32 radio = reg_read(ENG_SYS_RADIO0);

	limits.feat = FW_FEATURES &
		      read64(ENG_SYS_HW_FEAT_LO, ENG_SYS_HW_FEAT_HI) &
		      read64(ENG_SYS_DRV_FEAT_LO, ENG_SYS_DRV_FEAT_HI);
	limits.vifs = (u16)min_u32(reg_read(ENG_SYS_LIM_VIFS), FW_MAX_VIFS);
	limits.stas = (u16)min_u32(reg_read(ENG_SYS_LIM_STAS), FW_MAX_STAS);
	limits.keys = (u16)min_u32(reg_read(ENG_SYS_LIM_KEYS), FW_MAX_KEYS);
	limits.ciphers = reg_read(ENG_SYS_CIPHERS);
	limits.bands = (u8)radio;
	limits.nss = (u8)(radio >> 16);
	limits.max_bw = (u8)(radio >> 24);
	limits.max_power = (s8)reg_read(ENG_SYS_RADIO1);
}

static void put_limits(void)
{
	struct skua_limits l = {
		.vifs = limits.vifs,
		.stas = limits.stas,
		.keys = limits.keys,
		.chanctxs = SKUA_MAX_CHANCTX,
		.channels = 1,
		.scan_ssids = SKUA_SCAN_MAX_SSIDS,
		.scan_chans = SKUA_SCAN_MAX_CHANS,
		.scan_ie_len = SKUA_SCAN_MAX_IES,
		.beacon_len = FW_MAX_BEACON,
		.max_mpdu = SKUA_MAX_MPDU,
		.tx_queue = (u16)min_u32(reg_read(ENG_SYS_LIM_TXQ), 0xffff),
	};

	tlv_put(SKUA_TLV_LIMITS, &l, sizeof(l));
}

static void put_ciphers(void)
{
	u32 suites[16];
	u16 n = 0;

	for (u32 i = 0; i < 32 && n < ARRAY_SIZE(suites); i++) {
		if (limits.ciphers & BIT(i))
			suites[n++] = SKUA_CIPHER(i);
	}
	tlv_put(SKUA_TLV_CIPHERS, suites, (u16)(n * sizeof(suites[0])));
}

static void put_radio(void)
{
	u32 radio = reg_read(ENG_SYS_RADIO0);
	struct skua_radio r = {
		.bands = (u8)radio,
		.chains = (u8)(radio >> 8),
		.nss = (u8)(radio >> 16),
		.max_bw = (u8)(radio >> 24),
		.max_power = limits.max_power,
	};

	tlv_put(SKUA_TLV_RADIO, &r, sizeof(r));
}

static void put_mac(void)
{
	u32 lo = reg_read(ENG_SYS_MAC_LO);
	u32 hi = reg_read(ENG_SYS_MAC_HI);
	u8 mac[6];

	for (u32 i = 0; i < 4; i++)
		mac[i] = (u8)(lo >> 8 * i);
	mac[4] = (u8)hi;
	mac[5] = (u8)(hi >> 8);
	tlv_put(SKUA_TLV_MAC, mac, sizeof(mac));
}

void alive_post(void)
{
	u32 nonce = reg_read(ENG_SYS_NONCE);

	limits_read();
	reg_write(ENG_SYS_DRV_FEAT_SET_LO, (u32)limits.feat);
	reg_write(ENG_SYS_DRV_FEAT_SET_HI, (u32)(limits.feat >> 32));

	memset(&tlvs, 0, sizeof(tlvs));
	tlv_put(SKUA_TLV_FW_VERSION, FW_VERSION_TEXT, sizeof(FW_VERSION_TEXT) - 1);
	tlv_put(SKUA_TLV_NONCE, &nonce, sizeof(nonce));
	tlv_put(SKUA_TLV_FEATURES, &limits.feat, sizeof(limits.feat));
	put_mac();
	put_limits();
	put_ciphers();
	put_radio();
	evt_post(SKUA_EVT_ALIVE, tlvs.data, (u16)tlvs.len);
	reg_write(ENG_SYS_ALIVE, 1);
}
