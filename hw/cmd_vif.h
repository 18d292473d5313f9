/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - commands: interfaces, channels, beacons
 */
#ifndef SKUA_HW_CMD_VIF_H
#define SKUA_HW_CMD_VIF_H

#include "chan.h"
#include "types.h"

/**
 * enum skua_vif_type - interface types
 * @SKUA_VIF_STA: station or P2P client
 * @SKUA_VIF_AP: access point or P2P group owner
 * @SKUA_VIF_IBSS: IBSS
 * @SKUA_VIF_MESH: mesh point
 * @SKUA_VIF_MONITOR: monitor
 * @SKUA_VIF_DEVICE: P2P device
 * @SKUA_VIF_OCB: outside the context of a BSS
 */
enum skua_vif_type {
	SKUA_VIF_STA		= 0,
	SKUA_VIF_AP		= 1,
	SKUA_VIF_IBSS		= 2,
	SKUA_VIF_MESH		= 3,
	SKUA_VIF_MONITOR	= 4,
	SKUA_VIF_DEVICE		= 5,
	SKUA_VIF_OCB		= 6,
};

#define SKUA_VIFF_ASSOC			BIT(0)	/* station: associated */
#define SKUA_VIFF_SHORT_SLOT		BIT(1)
#define SKUA_VIFF_SHORT_PREAMBLE	BIT(2)
#define SKUA_VIFF_CTS_PROT		BIT(3)	/* ERP protection */
#define SKUA_VIFF_QOS			BIT(4)
#define SKUA_VIFF_HIDDEN_SSID		BIT(5)
#define SKUA_VIFF_BEACONING		BIT(6)	/* IBSS, mesh, AP: beacons enabled */
#define SKUA_VIFF_RATE_MASK		BIT(7)	/* struct skua_rate_mask limits the rates */

/**
 * struct skua_rate_mask - the rates that a user allows on an interface
 * @legacy: mask over SKUA_LEGACY_RATES
 * @ht_mcs: mask over HT-MCS 0 to 31
 * @vht_mcs: masks over VHT-MCS, by number of streams less one
 * @he_mcs: likewise, over HE-MCS
 * @gi: enum skua_gi of HE rates
 * @flags: SKUA_MASKF_*
 * @rsvd: zero
 *
 * They limit the data frames to stations. A station with which the mask leaves no
 * rate of a format gets the format before; if it leaves no legacy rate either, the
 * legacy ones without a mask.
 */
struct skua_rate_mask {
	__le32 legacy;
	__le32 ht_mcs;
	__le16 vht_mcs[8];
	__le16 he_mcs[8];
	u8 gi;
	u8 flags;
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_rate_mask) == 44, "rate mask size");

#define SKUA_MASKF_LONG_GI		BIT(0)	/* HT, VHT: no short guard interval */
#define SKUA_MASKF_VALID		BIT(0)

/**
 * struct skua_cmd_vif - an interface and its BSS
 * @vif: handle below the limit, which the driver chooses
 * @type: enum skua_vif_type
 * @link: link of it
 * @rsvd: zero
 * @flags: SKUA_VIFF_*
 * @addr: own MAC address
 * @bssid: BSSID, zero if none
 * @aid: station: association id
 * @beacon_int: TU, 0 if unknown
 * @dtim_period: beacons
 * @power: highest transmit power of its frames, dBm
 * @ht_protection: HT operation mode, as in the HT Operation element
 * @basic_rates: mask over SKUA_LEGACY_RATES
 * @mgmt_rate: rate word for management frames; 0: lowest basic rate
 * @mcast_rate: rate word for group data; 0: lowest basic rate
 * @sync_tsf: station: timestamp of the last beacon
 * @sync_device_ts: the NIC's time at that beacon
 * @rates: with SKUA_VIFF_RATE_MASK, else zero
 * @rsvd2: zero
 */
struct skua_cmd_vif {
	u8 vif;
	u8 type;
	u8 link;
	u8 rsvd;
	__le32 flags;
	u8 addr[6];
	u8 bssid[6];
	__le16 aid;
	__le16 beacon_int;
	u8 dtim_period;
	s8 power;
	__le16 ht_protection;
	__le32 basic_rates;
	__le32 mgmt_rate;
	__le32 mcast_rate;
	__le32 sync_device_ts;
	__le64 sync_tsf;
	struct skua_rate_mask rates;
	u8 rsvd2[4];
};

static_assert(sizeof(struct skua_cmd_vif) == 52 + 4 + 44 + 4, "vif command size");

/**
 * struct skua_cmd_chanctx - a channel context
 * @ctx: handle, which the driver chooses
 * @rsvd: zero
 * @chan: the channel
 */
struct skua_cmd_chanctx {
	u8 ctx;
	u8 rsvd[3];
	struct skua_chandef chan;
};

static_assert(sizeof(struct skua_cmd_chanctx) == 12, "chanctx command size");

/**
 * struct skua_cmd_vif_chanctx - assigns a context to a link of an interface
 * @vif: interface
 * @link: link of it
 * @ctx: context, or SKUA_CHANCTX_NONE
 * @rsvd: zero
 */
struct skua_cmd_vif_chanctx {
	u8 vif;
	u8 link;
	u8 ctx;
	u8 rsvd;
};

static_assert(sizeof(struct skua_cmd_vif_chanctx) == 4, "vif chanctx command size");

/**
 * struct skua_cmd_edca - EDCA parameters of one AC
 * @vif: interface
 * @link: link of it
 * @ac: access category, in the order of the transmit rings
 * @aifsn: AIFS number, slots
 * @cw_min: 2^n - 1, slots
 * @cw_max: 2^n - 1, slots
 * @txop: limit in units of 32 us
 * @flags: bit 0: U-APSD; bit 1: admission control mandatory
 * @mu_aifsn: HE MU EDCA; 0 with @mu_timer 0 when there are none
 * @mu_ecw: HE MU EDCA: ECWmin and ECWmax nibbles
 * @mu_timer: HE MU EDCA timer
 * @rsvd: zero
 */
struct skua_cmd_edca {
	u8 vif;
	u8 link;
	u8 ac;
	u8 aifsn;
	__le16 cw_min;
	__le16 cw_max;
	__le16 txop;
	u8 flags;
	u8 mu_aifsn;
	u8 mu_ecw;
	u8 mu_timer;
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_cmd_edca) == 16, "edca command size");

/*
 * Transmissions of a frame that names no limit itself: without and with RTS
 * (dot11ShortRetryLimit, dot11LongRetryLimit; IEEE 802.11-2020, 10.3.4.4), each 1 to
 * SKUA_RETRY_MAX.
 */
#define SKUA_RETRY_SHORT		GENMASK(7, 0)
#define SKUA_RETRY_LONG			GENMASK(15, 8)
#define SKUA_RETRY_MAX			31
#define SKUA_RETRY_DEFAULT		13	/* of each */

/* Receive filter: frames that pass beside those for the NIC's own interfaces */
#define SKUA_FILTER_ALLMULTI		BIT(0)
#define SKUA_FILTER_FCSFAIL		BIT(1)
#define SKUA_FILTER_PLCPFAIL		BIT(2)
#define SKUA_FILTER_BCN_PRBRESP		BIT(3)	/* of each BSS */
#define SKUA_FILTER_CONTROL		BIT(4)	/* addressed to one of them */
#define SKUA_FILTER_OTHER_BSS		BIT(5)	/* all frames: monitors */
#define SKUA_FILTER_PSPOLL		BIT(6)
#define SKUA_FILTER_PROBE_REQ		BIT(7)
#define SKUA_FILTER_MCAST_ACTION	BIT(8)
#define SKUA_FILTER_VALID		GENMASK(8, 0)

/**
 * struct skua_cmd_beacon - beacon template
 * @vif: interface
 * @link: link of it
 * @dtim_period: beacons; 0 for none (IBSS)
 * @rsvd: zero
 * @beacon_int: TU
 * @tim_off: offset of the TIM element in the template, 0 for none. The TIM of
 *	the template is empty; the NIC extends it
 * @csa_off: offsets of countdown bytes; 0 for none
 * @rate: rate word; 0 for the lowest basic rate
 * @bigtk_slot: key for beacon protection, or SKUA_KEY_NONE
 * @bigtk_gen: its generation
 *
 * The template is further data: a whole beacon from frame control on; its
 * length is skua_cmd.ext_len. The NIC fills in timestamp, sequence number,
 * DTIM count and partial virtual bitmap.
 */
struct skua_cmd_beacon {
	u8 vif;
	u8 link;
	u8 dtim_period;
	u8 rsvd;
	__le16 beacon_int;
	__le16 tim_off;
	__le16 csa_off[2];
	__le32 rate;
	__le16 bigtk_slot;
	__le16 bigtk_gen;
};

static_assert(sizeof(struct skua_cmd_beacon) == 20, "beacon command size");

/**
 * struct skua_cmd_tim - tells whether the host holds frames for a station
 * @vif: interface
 * @set: 1 if it does, else 0
 * @aid: association id, 1 to SKUA_MAX_AID
 */
struct skua_cmd_tim {
	u8 vif;
	u8 set;
	__le16 aid;
};

static_assert(sizeof(struct skua_cmd_tim) == 4, "tim command size");

#define SKUA_TSFF_LAST_BEACON		BIT(0)	/* this NIC sent the last beacon of the IBSS */

/**
 * struct skua_cmd_tsf - TSF of an interface
 * @vif: interface
 * @flags: SKUA_TSFF_*; only in the answer to TSF_GET
 * @rsvd: zero
 * @tsf: microseconds
 */
struct skua_cmd_tsf {
	u8 vif;
	u8 flags;
	u8 rsvd[6];
	__le64 tsf;
};

static_assert(sizeof(struct skua_cmd_tsf) == 16, "tsf command size");

#endif /* SKUA_HW_CMD_VIF_H */
