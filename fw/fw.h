/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's modules, as they see each other
 *
 * One thread of control: main.c looks at interrupt causes, timers and commands
 * and calls the modules; nothing preempts anything. A handler does a bounded
 * amount of work and returns; what takes time is a timer or an interrupt cause
 * that comes later.
 *
 * What the host sends is not trusted: each handler checks each field that it
 * uses before anything changes. Engines check again what they are told.
 */
#ifndef SKUA_FW_FW_H
#define SKUA_FW_FW_H

#include "reg.h"

#define FW_VERSION_TEXT		"skua-fw " FW_VERSION

/* Room in SRAM; the limits in ALIVE are never larger. */
#define FW_MAX_VIFS		SKUA_MAX_VIFS
#define FW_MAX_STAS		SKUA_MAX_STAS
#define FW_MAX_KEYS		SKUA_MAX_KEYS
#define FW_MAX_BEACON		2304

/* What this image knows how to steer; the NIC's engines may offer less. */
#define FW_FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |		\
			 SKUA_FEAT_AP_PS | SKUA_FEAT_UAPSD |			\
			 SKUA_FEAT_BEACON_PROT |				\
			 SKUA_FEAT_TKIP_PHASE1_HOST |				\
			 SKUA_FEAT_HW_SCAN | SKUA_FEAT_ROC |			\
			 SKUA_FEAT_RADAR)

#define TU_US			1024u
#define MSEC_US			1000u
#define SEC_US			1000000u

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define FIELD_SHIFT(mask)	((u32)__builtin_ctz(mask))
#define FIELD_PREP(mask, val)	(((u32)(val) << FIELD_SHIFT(mask)) & (mask))
#define FIELD_GET(mask, val)	(((u32)(val) & (mask)) >> FIELD_SHIFT(mask))

/* libc.c: what the compiler expects, and little more */
#ifdef SKUA_FW_HOST
#include <string.h>
#else
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
#endif

/** wipe() - zero secrets; the compiler cannot leave it out */
void wipe(void *p, size_t n);

/** is_unicast() - a MAC address that a single station can have */
bool is_unicast(const u8 *addr);

/* ------------------------------------------------------------------ */

/**
 * struct fw_limits - what ALIVE told
 * @feat: features in force
 * @vifs: interfaces
 * @stas: stations
 * @keys: key slots
 * @ciphers: bit n: suite 00-0F-AC:n
 * @bands: SKUA_BAND_*
 * @nss: spatial streams of the radio
 * @max_bw: enum skua_bw
 * @max_power: dBm
 */
struct fw_limits {
	u64 feat;
	u16 vifs;
	u16 stas;
	u16 keys;
	u32 ciphers;
	u8 bands;
	u8 nss;
	u8 max_bw;
	s8 max_power;
};

extern struct fw_limits limits;

/** alive_post() - find out what there is, put features in force, tell the host */
void alive_post(void);

/** fw_init() - from reset to ALIVE */
void fw_init(void);

/** fw_round() - one turn of the main loop, without the sleep */
void fw_round(void);

/* ------------------------------------------------------------------ */
/* crash.c								*/

/** fw_panic() - crash record and fatal event; the hart stops */
void fw_panic(const char *file, u32 line) __attribute__((noreturn));

#define fw_assert(cond)							\
	do {								\
		if (!(cond))						\
			fw_panic(__FILE__, __LINE__);			\
	} while (0)

/* A buffer that may hold secrets: crash_wipe() finds it, wherever it is defined. */
#ifdef SKUA_FW_HOST
#define __secret	__attribute__((section("secret")))
#else
#define __secret	__attribute__((section(".bss.secret")))
#endif

/** crash_wipe() - wipe all that is __secret: no key may reach the crash record */
void crash_wipe(void);

/* ------------------------------------------------------------------ */
/* timer.c								*/

/**
 * struct timer - something that happens later
 * @next: next one to fire
 * @when: microseconds of the NIC's time
 * @fn: called once, from the main loop
 * @armed: in the list
 */
struct timer {
	struct timer *next;
	u64 when;
	void (*fn)(void);
	bool armed;
};

/** time_us() - the NIC's free-running microseconds */
u64 time_us(void);

/** timer_set() - fire @us from now; moves one that is armed */
void timer_set(struct timer *t, u32 us);

/** timer_cancel() - harmless if not armed */
void timer_cancel(struct timer *t);

/** timer_run() - call what is due, each at most once */
void timer_run(void);

/** timer_program() - have the machine timer wake the hart for the first one */
void timer_program(void);

/** timer_reset() - forget all (boot) */
void timer_reset(void);

/* ------------------------------------------------------------------ */
/* log.c								*/

/**
 * log_text() - a line for the host's log
 * @fmt: %s, %u, %x (unsigned int) and %%
 */
void log_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ------------------------------------------------------------------ */
/* hif.c								*/

/** evt_post() - post an event; @len is at most SKUA_EVT_INLINE */
void evt_post(u16 id, const void *data, u16 len);

/** evt_post2() - the same with its data in two pieces */
void evt_post2(u16 id, const void *head, u16 head_len, const void *data, u16 len);

/** inband_post() - post an event behind all completions so far */
void inband_post(u16 id, u8 vif, u16 sta, u16 gen, u32 arg);

/** hif_dma_in() - copy from host memory; enum skua_status */
u16 hif_dma_in(void *dst, u64 addr, u32 len);

/** tbl_write()/tbl_read()/tbl_clear() - engine tables; enum skua_status */
u16 tbl_write(enum eng_tbl tbl, u32 index, const void *entry);
u16 tbl_read(enum eng_tbl tbl, u32 index, void *entry);
u16 tbl_clear(enum eng_tbl tbl, u32 index);

/* ------------------------------------------------------------------ */
/* cmd.c								*/

/* Internal status: the answer comes later, by cmd_done() */
#define CMD_LATER		0x8000

/**
 * struct cmd - a command that is being carried out
 * @op: enum skua_cmd_op
 * @seq: number
 * @flags: SKUA_CMDF_*
 * @len: bytes of @data
 * @data: its structure, 8-byte aligned, of the exact size that cmd.c's table has
 * @ext: further data, 8-byte aligned
 * @ext_len: bytes of it
 * @ans: room for the answer, 8-byte aligned
 * @ans_len: set by the handler
 */
struct cmd {
	u16 op;
	u16 seq;
	u16 flags;
	u16 len;
	const void *data;
	const u8 *ext;
	u32 ext_len;
	void *ans;
	u16 ans_len;
};

/** cmd_poll() - carry out waiting commands, a bounded number */
void cmd_poll(void);

/** cmd_done() - answer; silent for a success that wants no answer */
void cmd_done(u16 op, u16 seq, u16 flags, u16 status, const void *ans, u16 ans_len);

/* ------------------------------------------------------------------ */
/* vif.c								*/

/**
 * struct vif - an interface
 * @used: it exists
 * @ctx: its channel context, or SKUA_CHANCTX_NONE
 * @beaconing: the engine sends its beacons
 * @cmd: as the driver described it last
 * @eng: its table entry
 * @beacon_us: interval of the beacons that the engine sends
 * @heard_us: monitor.c: when a beacon was heard last, or counting began
 */
struct vif {
	bool used;
	u8 ctx;
	bool beaconing;
	struct skua_cmd_vif cmd;
	struct eng_vif eng;
	u32 beacon_us;
	u64 heard_us;
};

/** vif_reset() - an entry without history; the caller sets @used */
struct vif *vif_reset(u32 vif);

/** vif_get() - an existing interface, or NULL */
struct vif *vif_get(u32 vif);

/** vif_index() - the opposite */
u8 vif_index(const struct vif *v);

/** vif_push() - write the table entry; keeps the TSF that the engine follows */
u16 vif_push(struct vif *v);

/** vif_assoc() - an associated station interface with a channel */
bool vif_assoc(const struct vif *v);

/** vif_ap_beaconing() - there is an access point whose beacons are sent */
bool vif_ap_beaconing(void);

u16 vif_cmd_add(struct cmd *c);
u16 vif_cmd_update(struct cmd *c);
u16 vif_cmd_remove(struct cmd *c);

/* ------------------------------------------------------------------ */
/* chan.c								*/

/** chan_ctx_get() - the channel of a context, or NULL if there is no such context */
const struct skua_chandef *chan_ctx_get(u32 ctx);

/** chan_ctx_set() - make or change context @ctx, below SKUA_MAX_CHANCTX */
void chan_ctx_set(u32 ctx, const struct skua_chandef *chan);

/** chan_ctx_remove() - of an existing context */
void chan_ctx_remove(u32 ctx);

/** chan_home() - the operating channel, or NULL */
const struct skua_chandef *chan_home(void);

/** chan_valid() - the radio can be tuned there */
bool chan_valid(const struct skua_chandef *chan);

/* ------------------------------------------------------------------ */
/* radio.c								*/

/** radio_limit_power() - the host's limit in dBm; counts from the next tuning */
void radio_limit_power(s8 dbm);

/** radio_tune() - tune now; NULL switches the radio off */
void radio_tune(const struct skua_chandef *chan);

/** radio_tune_count() - how often the radio has been tuned */
u32 radio_tune_count(void);

/* ------------------------------------------------------------------ */
/* cmd_chan.c								*/

/** chan_vif_gone() - the interface no longer uses its context */
void chan_vif_gone(struct vif *v);

u16 chan_cmd_set(struct cmd *c);
u16 chan_cmd_remove(struct cmd *c);
u16 chan_cmd_vif(struct cmd *c);
u16 chan_cmd_txpower(struct cmd *c);

/* ------------------------------------------------------------------ */
/* fwtx.c: frames that the firmware sends, one at a time		*/

/**
 * fwtx_send() - send a frame on the channel that is tuned now
 * @frame: 802.11 frame without FCS, in place until @done
 * @len: its length
 * @vif: whose sequence numbers
 * @flags: SKUA_TXF_NO_ACK or 0
 * @rate: rate word, 0: lowest basic rate
 * @done: called from the main loop, whatever became of the frame
 *
 * Return: false while another one is under way; @done is not called then.
 */
bool fwtx_send(const void *frame, u32 len, u8 vif, u32 flags, u32 rate,
	       void (*done)(void));

/** fwtx_cancel() - @done will not be called */
void fwtx_cancel(void);

/** fwtx_irq() - ENG_IRQ_FWTX */
void fwtx_irq(void);

/* ------------------------------------------------------------------ */
/* offchan.c: leaving the operating channel and coming back		*/

/** offchan_taken() - somebody leaves the operating channel, or is about to */
bool offchan_taken(void);

/** offchan_take() - only if it is not taken */
void offchan_take(void);

/** offchan_release() - the way home may last longer */
void offchan_release(void);

/**
 * offchan_go() - tell the access points that we sleep, then tune elsewhere
 * @chan: where to
 * @done: called once there, perhaps before this returns
 *
 * For the user that has taken it. From another foreign channel it goes
 * there directly. To the operating channel itself nothing needs to be done.
 */
void offchan_go(const struct skua_chandef *chan, void (*done)(void));

/**
 * offchan_home() - go back and tell the access points
 * @done: called when all know, or NULL
 */
void offchan_home(void (*done)(void));

/** offchan_is_home() - tuned to the operating channel */
bool offchan_is_home(void);

/** offchan_home_us() - when the radio came back to the operating channel last, or 0 */
u64 offchan_home_us(void);

/** offchan_reset() - STOP: forget the journey, without a frame */
void offchan_reset(void);

/* ------------------------------------------------------------------ */
/* scan.c, roc.c							*/

/** scan_stop() - end a scan at once; SCAN_DONE says aborted */
void scan_stop(void);
void scan_vif_gone(u8 vif);
u16 scan_cmd(struct cmd *c);
u16 scan_cmd_cancel(struct cmd *c);

/** roc_stop() - end remain-on-channel at once; ROC_EXPIRED is posted */
void roc_stop(void);
void roc_vif_gone(u8 vif);
u16 roc_cmd(struct cmd *c);
u16 roc_cmd_cancel(struct cmd *c);

/* ------------------------------------------------------------------ */
/* sta.c								*/

/**
 * struct ladder - what peer and radio have in common
 * @enc: enum skua_enc
 * @bw: enum skua_bw
 * @nss: streams
 * @rsvd: zero
 * @flags: of every rate word: bandwidth, guard interval, LDPC
 * @map: legacy: rate mask; HT: MCS mask; VHT, HE: map of two bits a stream
 */
struct ladder {
	u8 enc;
	u8 bw;
	u8 nss;
	u8 rsvd;
	u32 flags;
	u32 map;
};

/**
 * struct rate_state - rate control of a station, see rate.c
 * @ladder: the rates
 * @step: place on the ladder
 * @steps: length of the ladder
 * @widest: enum skua_bw that both claim; the ladder's is what is heard
 * @heard: the ladder's width has been heard, or it is the least
 * @probe: the next higher step, or the next width, is being probed
 * @probe_wide: the width
 * @interval: frames between probes
 * @sent: transmissions at each stage, not yet judged
 * @acked: of them acknowledged
 * @probe_sent: at the probe rate
 * @probe_acked: likewise
 * @idle: rounds without a frame
 */
struct rate_state {
	struct ladder ladder;
	u8 step;
	u8 steps;
	u8 widest;
	bool heard;
	bool probe;
	bool probe_wide;
	u16 interval;
	u32 sent[ENG_RATE_STAGES];
	u32 acked[ENG_RATE_STAGES];
	u32 probe_sent;
	u32 probe_acked;
	u16 idle;
};

/**
 * struct sta - a peer
 * @used: it exists
 * @cmd: as the driver described it last
 * @eng: its table entry
 * @rate: rate control
 */
struct sta {
	bool used;
	struct skua_cmd_sta cmd;
	struct eng_sta eng;
	struct rate_state rate;
};

/** sta_reset() - an entry without history; the caller sets @used */
struct sta *sta_reset(u32 sta);

/** sta_get() - an existing station, or NULL */
struct sta *sta_get(u32 sta);

/** sta_ref() - find a station of a generation; SKUA_ST_OK, NO_ENTRY or STALE */
u16 sta_ref(u32 sta, u32 gen, struct sta **found);

u16 sta_index(const struct sta *s);

/** sta_push() - write the table entry */
u16 sta_push(struct sta *s);

/** sta_vif_gone() - remove all stations of an interface */
void sta_vif_gone(u8 vif);

u16 sta_cmd_add(struct cmd *c);
u16 sta_cmd_update(struct cmd *c);
u16 sta_cmd_remove(struct cmd *c);
u16 sta_cmd_stats(struct cmd *c);

/* ------------------------------------------------------------------ */
/* rate.c								*/

/** rate_word_valid() - a rate that the encodings know */
bool rate_word_valid(u32 rate);

/** rate_init() - new peer: start from the best rate */
void rate_init(struct sta *s);

/** rate_update() - changed peer or channel: start again if the rates changed */
void rate_update(struct sta *s);

/** rate_vif_changed() - the channel of the interface changed: rates follow */
void rate_vif_changed(u8 vif);

/** rate_account() - counters that were read (reading clears them) */
void rate_account(struct sta *s, const struct eng_sta_stats *st);

/** rate_start() - stations exist: have the periodic work run */
void rate_start(void);

/* ------------------------------------------------------------------ */
/* key.c								*/

void key_sta_gone(u16 sta);
void key_vif_gone(u8 vif);
/** key_exists() - the slot holds a key of this generation */
bool key_exists(u32 slot, u32 gen);
u16 key_cmd_set(struct cmd *c);
u16 key_cmd_del(struct cmd *c);
u16 key_cmd_default(struct cmd *c);
u16 key_cmd_lease(struct cmd *c);
u16 key_cmd_phase1(struct cmd *c);

/* ------------------------------------------------------------------ */
/* mac.c: EDCA, filter, thresholds, start and stop			*/

/** mac_started() - between START and STOP */
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

/** mac_filter_push() - tell the engine what passes, after a change of that */
void mac_filter_push(void);

u16 mac_cmd_start(struct cmd *c);
u16 mac_cmd_stop(struct cmd *c);
u16 mac_cmd_edca(struct cmd *c);
u16 mac_cmd_filter(struct cmd *c);
u16 mac_cmd_rts(struct cmd *c);

/* ------------------------------------------------------------------ */
/* beacon.c								*/

/** beacon_longest_us() - longest beacon interval of those that beacon, 0: none */
u32 beacon_longest_us(void);

void beacon_vif_gone(struct vif *v);
void beacon_csa_irq(void);
u16 beacon_cmd_set(struct cmd *c);
u16 beacon_cmd_tim(struct cmd *c);

/* ------------------------------------------------------------------ */
/* monitor.c								*/

/** monitor_update() - association, channel or beacon interval changed */
void monitor_update(struct vif *v);

/* ------------------------------------------------------------------ */
/* radar.c								*/

/** radar_irq() - ENG_IRQ_RADAR */
void radar_irq(void);

/* ------------------------------------------------------------------ */
/* stats.c, flush.c, ps.c, crash.c					*/

u16 stats_cmd_survey(struct cmd *c);
u16 stats_cmd_tsf_get(struct cmd *c);
u16 stats_cmd_tsf_set(struct cmd *c);
u16 stats_cmd_tsf_offset(struct cmd *c);

/** flush_drop() - end all frames that match with FLUSHED; 0xffff: any station */
void flush_drop(u8 vif, u16 sta, u16 gen, u8 ac_mask);
/** flush_poll() - answer those of which nothing is left */
void flush_poll(void);
u16 flush_cmd(struct cmd *c);

u16 ps_cmd_release(struct cmd *c);

u16 crash_cmd(struct cmd *c);

#endif /* SKUA_FW_FW_H */
