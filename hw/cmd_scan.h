/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - commands: scan, remain on channel, survey
 */
#ifndef SKUA_HW_CMD_SCAN_H
#define SKUA_HW_CMD_SCAN_H

#include "types.h"
#include "chan.h"

#define SKUA_SCAN_MAX_SSIDS		16
#define SKUA_SCAN_MAX_CHANS		128
#define SKUA_SCAN_MAX_IES		2048

/* Flags of a scan */
#define SKUA_SCANF_NO_CCK		BIT(0)	/* in probe requests */
#define SKUA_SCANF_EXACT		BIT(1)	/* refuse, if dwell times cannot be kept */

/**
 * struct skua_scan_chan - a channel to scan
 * @freq: MHz
 * @flags: SKUA_CHANF_*
 * @power: dBm
 * @dwell_min: TU that the scan stays there; 0 for the firmware's choice
 * @dwell_max: TU that the scan stays if it has heard any frame there by then; at
 *	least @dwell_min, or 0 for the firmware's choice
 */
struct skua_scan_chan {
	__le16 freq;
	u8 flags;
	s8 power;
	__le16 dwell_min;
	__le16 dwell_max;
};

static_assert(sizeof(struct skua_scan_chan) == 8, "scan channel size");

/**
 * struct skua_scan_ssid - an SSID to probe for
 * @len: bytes of @ssid; 0 for the wildcard
 * @ssid: the SSID
 * @rsvd: zero
 */
struct skua_scan_ssid {
	u8 len;
	u8 ssid[32];
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_scan_ssid) == 36, "scan ssid size");

/**
 * struct skua_cmd_scan - scan
 * @vif: interface
 * @n_ssids: number of SSIDs; 0 for a passive scan
 * @n_chans: number of channels
 * @flags: SKUA_SCANF_*
 * @addr: source address of probe requests
 * @bssid: address 3 (and, unless broadcast, 1) of probe requests
 * @ie_len: bytes of elements for each band: 2.4, 5, 6 GHz
 * @ie_common_len: bytes of elements that each band has after its own
 * @cookie: number of the scan, for SKUA_CMD_SCAN_CANCEL and SKUA_EVT_SCAN_DONE
 *
 * Further data: n_ssids struct skua_scan_ssid, n_chans struct skua_scan_chan,
 * then the elements: 2.4 GHz, 5 GHz, 6 GHz, common. A probe request carries
 * the SSID element, its band's elements, and the common ones.
 */
struct skua_cmd_scan {
	u8 vif;
	u8 n_ssids;
	u8 n_chans;
	u8 flags;
	u8 addr[6];
	u8 bssid[6];
	__le16 ie_len[3];
	__le16 ie_common_len;
	__le32 cookie;
};

static_assert(sizeof(struct skua_cmd_scan) == 28, "scan command size");

/**
 * struct skua_cmd_roc - remain on channel
 * @vif: interface
 * @rsvd: zero
 * @duration_ms: duration
 * @cookie: number that the events return
 * @chan: the channel
 */
struct skua_cmd_roc {
	u8 vif;
	u8 rsvd;
	__le16 duration_ms;
	__le32 cookie;
	struct skua_chandef chan;
};

static_assert(sizeof(struct skua_cmd_roc) == 16, "roc command size");

/**
 * struct skua_survey - answer of SKUA_CMD_SURVEY
 * @freq: MHz
 * @noise: dBm
 * @in_use: 1 if the channel is an operating channel
 * @rsvd: zero
 * @time_us: time that the radio spent on the channel
 * @busy_us: part of that time with a busy medium
 * @rx_us: part of that time in which the NIC received
 * @tx_us: part of that time in which the NIC sent
 *
 * None of the parts is longer than @time_us, though on a medium whose frames take no time
 * more of them can be sent than @time_us has room for.
 */
struct skua_survey {
	__le16 freq;
	s8 noise;
	u8 in_use;
	__le32 rsvd;
	__le64 time_us;
	__le64 busy_us;
	__le64 rx_us;
	__le64 tx_us;
};

static_assert(sizeof(struct skua_survey) == 40, "survey size");

#endif /* SKUA_HW_CMD_SCAN_H */
