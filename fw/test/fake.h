/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of the engines for tests of the firmware on this machine
 *
 * The model stores the firmware's writes, answers its reads, and fails the test at
 * an access that engine.h does not allow. Time passes only when a test runs it.
 */
#ifndef SKUA_FW_TEST_FAKE_H
#define SKUA_FW_TEST_FAKE_H

#include <setjmp.h>
#include <stdarg.h>

#include "../fw.h"
#include "../host.h"

/* cmocka.h needs the headers above. */
#include <cmocka.h>

#define FAKE_VIFS	32
#define FAKE_STAS	64
#define FAKE_KEYS	128
#define FAKE_NONCE	0xc0ffee11u

#define HW_ALL		(~0ull)
#define DRV_ALL		(~0ull)

/**
 * struct fake_frame - a frame that the firmware sent itself
 * @freq: where the radio was then
 * @time: when
 * @vif: of the registers, as the next three
 * @flags: SKUA_TXF_*
 * @rate: rate word
 * @len: bytes of @data
 * @data: the frame
 */
struct fake_frame {
	u32 freq;
	u64 time;
	u32 vif;
	u32 flags;
	u32 rate;
	u32 len;
	u8 data[2304];
};

/** struct fake_tune - where the radio was tuned, and when */
struct fake_tune {
	u32 freq;
	u32 center1;
	u32 bw;
	s32 power;
	u64 time;
};

/** struct fake_inband - an in-band event */
struct fake_inband {
	u16 id;
	u8 tid;
	u8 vif;
	u16 sta;
	u16 gen;
	u32 arg;
};

/** enum fake_fwtx - how the model sends the firmware's frames */
enum fake_fwtx {
	FWTX_LATER,	/* sent after a few microseconds */
	FWTX_AT_ONCE,	/* sent before the register write returns */
	FWTX_NEVER,
};

/** struct fake_pulse - a radar pulse */
struct fake_pulse {
	u32 time;
	u32 width;
};

/** struct fake - the whole model; tests look into it */
struct fake {
	struct fake_pulse radar[128];
	u32 n_radar;
	u32 radar_next;
	u64 time;
	u64 hw_feat;
	u64 drv_feat;
	u32 ciphers;
	u32 reg[ENG_REG_SIZE / 4];

	struct eng_vif vif[FAKE_VIFS];
	struct eng_sta sta[FAKE_STAS];
	struct eng_key key[FAKE_KEYS];
	struct eng_edca edca[FAKE_VIFS * 4];
	struct eng_rate rate[FAKE_STAS];
	struct eng_sta_stats stats[FAKE_STAS];
	struct eng_ba ba[FAKE_STAS * SKUA_NUM_TIDS];
	u32 ba_writes;
	struct eng_seq seq[FAKE_STAS];
	u32 ba_evt[128];
	u32 n_ba_evt;
	u32 ba_evt_next;
	struct eng_beacon beacon[FAKE_VIFS];
	u8 beacon_data[FAKE_VIFS][FW_MAX_BEACON];
	struct skua_survey survey;
	bool vif_valid[FAKE_VIFS];
	bool sta_valid[FAKE_STAS];
	bool key_valid[FAKE_KEYS];
	struct eng_tkip_p1 p1[FAKE_KEYS];
	bool rate_valid[FAKE_STAS];
	bool beacon_valid[FAKE_VIFS];
	u32 key_addr;		/* where the last key came from */
	bool panic_at_key;	/* assert while a key is handed over */
	u32 stats_reads;
	u16 refuse_tbl;		/* status that the next table write gets */

	struct skua_cmd cmd[64];
	u32 cmd_prod;
	u32 cmd_cons;
	u32 retired;
	const u8 *ext;
	u32 ext_room;

	u32 evt_full;		/* what room is left; 0: enough */
	struct skua_evt evt[512];
	u32 n_evt;
	struct fake_inband inband[512];
	u32 n_inband;
	struct fake_tune tune[1024];
	u32 n_tune;
	struct fake_frame frame[256];
	u32 n_frame;
	enum fake_fwtx fwtx;
	u32 fwtx_status;	/* how those that end do */
	u64 fwtx_end;		/* 0: none under way */
	u32 irq;
	u32 csa;
	u32 txq_count;		/* frames that match any selection */
	u32 n_drop;
	u32 drop_sta;
	u32 drop_vif;
	u32 release;
	u32 tim;
	u32 n_feed;
	u64 wdog_deadline;	/* 0: off */
	char log[4096];
	u32 log_len;

	jmp_buf stop;		/* where cpu_stop() and its like go */
	bool may_stop;
	enum { STOP_NOT, STOP_WFI, STOP_ILLEGAL, STOP_SPIN } stopped;
};

extern struct fake fake;

/** fake_boot() - a fresh model, and the firmware up to ALIVE */
void fake_boot(void);

/** fake_boot_with() - the same with other engines or another driver */
void fake_boot_with(u64 hw_feat, u64 drv_feat, u32 ciphers);

/** fake_shutdown() - remove everything by commands, and check that it is gone */
void fake_shutdown(void);

/** fake_teardown() - fake_shutdown() with the prototype for cmocka */
int fake_teardown(void **state);

/** fake_sram() - memory at an address of the control processor */
const void *fake_sram(u32 addr);

/** fake_run() - let time pass, as the main loop would see it */
void fake_run(u64 us);

/** fake_cmd() - a command; its status, and its answer in fake_ans() */
u16 fake_cmd(u16 op, const void *data, u16 len);
u16 fake_cmd_ext(u16 op, const void *data, u16 len, const void *ext, u32 ext_len);
u16 fake_cmd_u32(u16 op, u32 val);
const void *fake_ans(u16 *len);

/** fake_post() - queue a command without running it; its sequence number */
u16 fake_post(u16 op, u16 flags, const void *data, u16 len, const void *ext,
	      u32 ext_len);

/** fake_find_done() - the CMD_DONE of a sequence number, or NULL */
const struct skua_evt *fake_find_done(u16 seq);

/** fake_events() - how many events of a kind came since the last fake_forget() */
u32 fake_events(u16 id);
const struct skua_evt *fake_event(u16 id, u32 n);
u32 fake_inbands(u16 id);
const struct fake_inband *fake_inband_last(u16 id);

/** fake_freq() - where the radio is, MHz; 0 if it was never tuned */
u32 fake_freq(void);

/** fake_ba() - the table entry of a Block Ack session */
struct eng_ba *fake_ba(u16 sta, u32 tid);

/** fake_ba_event() - a session needs attention */
void fake_ba_event(u16 sta, u32 tid, u32 cause);

/** fake_forget() - forget the events, frames and tunes so far */
void fake_forget(void);

/** helpers for many tests; all assert success */
void fake_vif(u8 vif, u8 type, u32 flags);
struct skua_cmd_vif fake_vif_cmd(u8 vif, u8 type, u32 flags);
struct skua_cmd_sta fake_sta_cmd(u16 sta, u16 gen, u8 vif);
struct skua_cmd_key fake_key_cmd(u16 slot, u16 gen, u8 vif);
void fake_sta(u16 sta, u16 gen, u8 vif);
void fake_chan(u8 vif, u8 ctx, u16 freq, u16 center1, u8 bw);
u32 fake_beacon_build(u8 *buf, u32 len);
void fake_beacon(u8 vif, u16 beacon_int);

#define assert_ok(status)	assert_int_equal((status), SKUA_ST_OK)

#endif /* SKUA_FW_TEST_FAKE_H */
