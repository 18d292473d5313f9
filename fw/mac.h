/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Orders to the MAC engines: filter, EDCA, radio, keys, own frames
 */
#ifndef SKUA_FW_MAC_H
#define SKUA_FW_MAC_H

#include "tables.h"

/* ------------------------------------------------------------------ */
/* mac.c								*/

/** mac_started() - is it between START and STOP? */
bool mac_started(void);

/** mac_start() - the engines transmit and receive where the radio is tuned */
void mac_start(void);

/** mac_stop() - the engines neither transmit nor receive */
void mac_stop(void);

/**
 * mac_scan_filter() - let beacons and probe responses of any BSS pass
 * @vif: the interface that scans, or SKUA_VIF_NONE for the end of it
 * @addr: the address that it probes from, which answers come to
 */
void mac_scan_filter(u8 vif, const u8 *addr);

/** mac_filter_push() - tell the engine which frames pass, after a change of that */
void mac_filter_push(void);

u16 mac_cmd_edca(struct cmd *c);
u16 mac_cmd_filter(struct cmd *c);
u16 mac_cmd_retry(struct cmd *c);
u16 mac_cmd_rts(struct cmd *c);

/* ------------------------------------------------------------------ */
/* radio.c								*/

/** radio_tune() - tune now; NULL switches the radio off */
void radio_tune(const struct skua_chandef *chan);

/** radio_tune_count() - how often the radio has been tuned */
u32 radio_tune_count(void);

/** radio_limit_power() - the host's limit, dBm, for the next tuning and all later ones */
void radio_limit_power(s8 dbm);

/* ------------------------------------------------------------------ */
/* key.c								*/

/** key_sta_gone() - remove all keys of a station */
void key_sta_gone(u16 sta);

/** key_vif_gone() - remove all keys of an interface */
void key_vif_gone(u8 vif);

/** key_exists() - does the slot hold a key of this generation? */
bool key_exists(u32 slot, u32 gen);

/** key_ampdu_ok() - may frames to the station be aggregated? Not with WEP and TKIP */
bool key_ampdu_ok(const struct sta *s);

u16 key_cmd_set(struct cmd *c);
u16 key_cmd_del(struct cmd *c);
u16 key_cmd_default(struct cmd *c);
u16 key_cmd_lease(struct cmd *c);
u16 key_cmd_phase1(struct cmd *c);

/* ------------------------------------------------------------------ */
/* fwtx.c: frames that the firmware sends, one at a time		*/

/**
 * fwtx_send() - send a frame on the channel that is tuned now
 * @frame: 802.11 frame without FCS, in place until @done
 * @len: its length
 * @vif: the interface whose sequence numbers it takes
 * @flags: SKUA_TXF_NO_ACK or 0
 * @rate: rate word, 0: lowest basic rate
 * @done: called from the main loop, whether the frame was acknowledged or not
 *
 * Return: false while another frame is under way; @done is not called then.
 */
bool fwtx_send(const void *frame, u32 len, u8 vif, u32 flags, u32 rate,
	       void (*done)(void));

/**
 * fwtx_null() - send a null frame to the access point of a station interface
 * @v: the interface
 * @sleeps: the PM bit
 * @done: as in fwtx_send()
 *
 * Return: as fwtx_send().
 */
bool fwtx_null(const struct vif *v, bool sleeps, void (*done)(void));

/** fwtx_status() - within @done: enum skua_tx_status, or ~0 if the frame did not leave */
u32 fwtx_status(void);

/** fwtx_cancel() - @done will not be called */
void fwtx_cancel(void);

/** fwtx_irq() - ENG_IRQ_FWTX */
void fwtx_irq(void);

#endif /* SKUA_FW_MAC_H */
