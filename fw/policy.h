/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decisions: scan, remain on channel, rates, beacon loss, radar
 */
#ifndef SKUA_FW_POLICY_H
#define SKUA_FW_POLICY_H

#include "tables.h"

/* ------------------------------------------------------------------ */
/* offchan.c: leaving the operating channel and coming back		*/

/** offchan_taken() - does a module leave the operating channel, or is it about to? */
bool offchan_taken(void);

/** offchan_take() - before offchan_go(); only if it is not taken */
void offchan_take(void);

/** offchan_release() - another module may take it; the way home may last longer */
void offchan_release(void);

/**
 * offchan_go() - tell the access points that we sleep, then tune elsewhere
 * @chan: the channel to go to
 * @done: called once there, perhaps before this returns
 *
 * For the module that has taken it. From another foreign channel the way is
 * direct. To the operating channel itself nothing needs to be done.
 */
void offchan_go(const struct skua_chandef *chan, void (*done)(void));

/**
 * offchan_home() - go back and tell the access points
 * @done: called when all access points know, or NULL
 */
void offchan_home(void (*done)(void));

/** offchan_is_home() - is the radio tuned to the operating channel? */
bool offchan_is_home(void);

/** offchan_waits() - is the radio home only until the host has asked an access point? */
bool offchan_waits(void);

/**
 * offchan_clock() - a clock that stands still while the radio is away
 * @t: microseconds of the NIC's time, not before the radio came home last
 */
u64 offchan_clock(u64 t);

/** offchan_reset() - STOP: forget the journey, without a frame */
void offchan_reset(void);

/* ------------------------------------------------------------------ */
/* scan.c								*/

/** scan_stop() - end a scan at once; SCAN_DONE says aborted */
void scan_stop(void);

/** scan_vif_gone() - the interface goes: end its scan, tune home */
void scan_vif_gone(u8 vif);

u16 scan_cmd(struct cmd *c);
u16 scan_cmd_cancel(struct cmd *c);

/* ------------------------------------------------------------------ */
/* roc.c								*/

/** roc_stop() - end remain-on-channel at once; ROC_EXPIRED is posted */
void roc_stop(void);

/** roc_vif_gone() - the interface goes: end its remain-on-channel, tune home */
void roc_vif_gone(u8 vif);

u16 roc_cmd(struct cmd *c);
u16 roc_cmd_cancel(struct cmd *c);

/* ------------------------------------------------------------------ */
/* beacon.c								*/

/** beacon_longest_us() - the longest beacon interval of all that beacon, 0: none */
u32 beacon_longest_us(void);

/** beacon_vif_gone() - the interface goes, or stops its beacons */
void beacon_vif_gone(struct vif *v);

/** beacon_csa_irq() - ENG_IRQ_CSA */
void beacon_csa_irq(void);

u16 beacon_cmd_set(struct cmd *c);
u16 beacon_cmd_tim(struct cmd *c);

/* ------------------------------------------------------------------ */
/* monitor.c								*/

/** monitor_update() - association, channel or BSS changed */
void monitor_update(struct vif *v);

/* ------------------------------------------------------------------ */
/* ladder.c								*/

/** rate_word_valid() - is this a rate that the encodings know? */
bool rate_word_valid(u32 rate);

/* ------------------------------------------------------------------ */
/* rate.c								*/

/** rate_init() - new peer: start from the best rate */
void rate_init(struct sta *s);

/** rate_update() - changed peer or channel: start again if the rates changed */
void rate_update(struct sta *s);

/** rate_vif_masked() - the user limits the rates of the interface: all start again */
void rate_vif_masked(u8 vif);

/** rate_vif_changed() - the channel of the interface changed: rates follow */
void rate_vif_changed(u8 vif);

/**
 * rate_read() - read the engine's counters of a station
 *
 * Reading clears them. So everybody reads them here, where rate choice and ba.c take
 * theirs over.
 *
 * Return: enum skua_status.
 */
u16 rate_read(struct sta *s, struct eng_sta_stats *st);

/** rate_start() - stations exist: have the periodic work run */
void rate_start(void);

/* ------------------------------------------------------------------ */
/* ba.c									*/

/** ba_sta_new() - a new peer without sessions */
void ba_sta_new(const struct sta *s);

/** ba_sta_gone() - the peer goes: what waits for it ends */
void ba_sta_gone(const struct sta *s);

/** ba_count() - of rate_read(): take over the engine's counters */
void ba_count(const struct sta *s, const struct eng_sta_stats *st);

/** ba_look() - periodic work: ask for sessions that are worth while */
void ba_look(const struct sta *s);

/** ba_irq() - ENG_IRQ_BA */
void ba_irq(void);

u16 ba_cmd(struct cmd *c);
u16 ba_cmd_seq(struct cmd *c);

/* ------------------------------------------------------------------ */
/* flush.c								*/

/** flush_drop() - end all frames that match with FLUSHED; 0xffff: any station */
void flush_drop(u8 vif, u16 sta, u16 gen, u8 ac_mask);

/** flush_poll() - answer the FLUSH commands of which no frame is left */
void flush_poll(void);

u16 flush_cmd(struct cmd *c);

/* ------------------------------------------------------------------ */
/* ps.c									*/

u16 ps_cmd_release(struct cmd *c);

/* ------------------------------------------------------------------ */
/* radar.c								*/

/** radar_irq() - ENG_IRQ_RADAR */
void radar_irq(void);

/* ------------------------------------------------------------------ */
/* stats.c								*/

u16 stats_cmd_survey(struct cmd *c);
u16 stats_cmd_tsf_get(struct cmd *c);
u16 stats_cmd_tsf_set(struct cmd *c);
u16 stats_cmd_tsf_offset(struct cmd *c);

#endif /* SKUA_FW_POLICY_H */
