// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scan and remain on channel: the radio's channel, the frames sent there, and
 * power save notifications to the access points and to our own stations
 */
#include "fake.h"

static u8 ext[SKUA_CMD_MAX_EXT];

static int setup(void **state)
{
	(void)state;
	fake_boot();
	fake_vif(0, SKUA_VIF_STA, 0);
	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	fake_forget();
	return 0;
}

/* ------------------------------------------------------------------ */

#define MAX_CHANS	8
#define COOKIE		0x5ca90001

struct plan {
	struct skua_cmd_scan cmd;
	struct skua_scan_ssid ssid[SKUA_SCAN_MAX_SSIDS];
	struct skua_scan_chan chan[MAX_CHANS];
	u8 ies[64];
};

static struct plan plan(u8 n_ssids, u8 n_chans)
{
	static const u16 freqs[MAX_CHANS] = {
		2412, 2437, 5180, 5955, 2462, 5200, 5220, 5240,
	};
	struct plan p = {
		.cmd = {
			.n_ssids = n_ssids,
			.n_chans = n_chans,
			.addr = { 2, 0, 0, 0, 0, 0 },
			.bssid = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
			.ie_len = { 3, 4, 5 },
			.ie_common_len = 6,
			.cookie = COOKIE,
		},
		.ies = "222555566666cccccc",
	};

	for (u32 i = 0; i < n_ssids && i < SKUA_SCAN_MAX_SSIDS; i++) {
		p.ssid[i].len = (u8)i;
		memset(p.ssid[i].ssid, 'a', i);
	}
	for (u32 i = 0; i < n_chans && i < MAX_CHANS; i++) {
		p.chan[i].freq = freqs[i];
		p.chan[i].power = 10;
		p.chan[i].dwell_min = n_ssids ? 30 : 100;
		p.chan[i].dwell_max = 100;
	}
	return p;
}

static u32 plan_pack(const struct plan *p)
{
	u32 len = 0, n;

	n = p->cmd.n_ssids * sizeof(p->ssid[0]);
	memcpy(ext, p->ssid, n);
	len += n;
	n = p->cmd.n_chans * sizeof(p->chan[0]);
	memcpy(ext + len, p->chan, n);
	len += n;
	n = p->cmd.ie_len[0] + p->cmd.ie_len[1] + p->cmd.ie_len[2] + p->cmd.ie_common_len;
	memcpy(ext + len, p->ies, n);
	return len + n;
}

static u16 scan(const struct plan *p)
{
	return fake_cmd_ext(SKUA_CMD_SCAN, &p->cmd, sizeof(p->cmd), ext, plan_pack(p));
}

static void assert_done(bool aborted)
{
	struct skua_evt_scan_done e;

	assert_int_equal(fake_events(SKUA_EVT_SCAN_DONE), 1);
	memcpy(&e, fake_event(SKUA_EVT_SCAN_DONE, 0)->data, sizeof(e));
	assert_int_equal(e.vif, 0);
	assert_int_equal(e.aborted, aborted);
	assert_int_equal(e.cookie, COOKIE);
	/* An access point still receives the beacons of others. */
	assert_int_equal(!!(fake.reg[ENG_MAC_FILTER / 4] & SKUA_FILTER_BCN_PRBRESP),
			 fake.beacon_valid[1]);
	assert_int_equal(fake.reg[ENG_MAC_SCAN_HI / 4] >> 16, SKUA_VIF_NONE);
}

/* ------------------------------------------------------------------ */

/* M1 */
static void active(void **state)
{
	static const struct {
		u32 freq;
		const char *ies;
		u32 rate;
	} want[] = {
		{ 2412, "222cccccc", 10 },
		{ 2437, "222cccccc", 10 },
		{ 5180, "5555cccccc", 60 },
		{ 5955, "66666cccccc", 60 },
	};
	struct plan p = plan(2, 4);

	(void)state;
	assert_ok(scan(&p));
	/* CMD_DONE comes before anything else. */
	assert_int_equal(fake.evt[fake.n_evt - 1].id, SKUA_EVT_CMD_DONE);
	fake_run(1000);
	assert_true(fake.reg[ENG_MAC_FILTER / 4] & SKUA_FILTER_BCN_PRBRESP);
	/* Probe responses come to the source address of the probe requests. */
	assert_memory_equal(&fake.reg[ENG_MAC_SCAN_LO / 4], p.cmd.addr, 4);
	assert_int_equal(fake.reg[ENG_MAC_SCAN_HI / 4] & 0xffff,
			 p.cmd.addr[4] | p.cmd.addr[5] << 8);
	assert_int_equal(fake.reg[ENG_MAC_SCAN_HI / 4] >> 16, p.cmd.vif);
	fake_run(SEC_US);
	assert_done(false);

	/* Nothing is heard, so each channel is probed twice. */
	assert_int_equal(fake.n_frame, 16);
	for (u32 i = 0; i < 16; i++) {
		const struct fake_frame *f = &fake.frame[i];
		u32 ssid = i % 2;
		u32 n_ies = (u32)strlen(want[i / 4].ies);

		assert_int_equal(f->freq, want[i / 4].freq);
		assert_int_equal(f->rate, want[i / 4].rate);
		assert_int_equal(f->flags, SKUA_TXF_NO_ACK);
		assert_int_equal(f->vif, 0);
		assert_int_equal(f->data[0], 0x40);
		assert_memory_equal(f->data + 4, p.cmd.bssid, 6);
		assert_memory_equal(f->data + 10, p.cmd.addr, 6);
		assert_memory_equal(f->data + 16, p.cmd.bssid, 6);
		assert_int_equal(f->data[24], 0);
		assert_int_equal(f->data[25], ssid);
		assert_int_equal(f->len, 26 + ssid + n_ies);
		assert_memory_equal(f->data + 26 + ssid, want[i / 4].ies, n_ies);
		assert_in_range(f->time - fake.tune[1 + i / 4].time - (i % 4 / 2) * 15 * TU_US,
				0, MSEC_US);
	}
	/* Start, four channels for 30 TU each, and back to nothing */
	assert_int_equal(fake.n_tune, 6);
	for (u32 i = 1; i <= 4; i++) {
		assert_int_equal(fake.tune[i].freq, want[i - 1].freq);
		assert_int_equal(fake.tune[i].power, 10);
		assert_int_equal(fake.tune[i + 1].time - fake.tune[i].time, 30 * TU_US);
	}
	assert_int_equal(fake.tune[5].freq, 0);
}

/* M2: without an SSID, or on a no-IR channel, the scan is passive, and longer */
static void passive(void **state)
{
	struct plan p = plan(0, 2);

	(void)state;
	assert_ok(scan(&p));
	fake_run(SEC_US);
	assert_done(false);
	assert_int_equal(fake.n_frame, 0);
	assert_int_equal(fake.tune[2].time - fake.tune[1].time, 100 * TU_US);
	assert_int_equal(fake.tune[3].time - fake.tune[2].time, 100 * TU_US);

	fake_forget();
	p = plan(1, 3);
	p.chan[0].flags = SKUA_CHANF_PASSIVE;
	p.chan[2].flags = SKUA_CHANF_RADAR;
	assert_ok(scan(&p));
	fake_run(SEC_US);
	assert_done(false);
	assert_int_equal(fake.n_frame, 2);
	assert_int_equal(fake.frame[0].freq, 2437);
	assert_int_equal(fake.frame[1].freq, 2437);
}

/* How long a scan of one channel stays, if a frame is heard after @us (or never: 0) */
static u64 dwell(const struct plan *p, u64 us)
{
	u32 arrived = fake.n_tune;
	u64 there;

	fake.survey.rx_us = 1234;
	assert_ok(scan(p));
	fake_run(1);
	there = fake.tune[arrived].time;
	if (us) {
		fake_run(us - (fake.time - there));
		fake.survey.rx_us += 40;
	}
	fake_run(SEC_US);
	assert_done(false);
	return fake.tune[arrived + 1].time - there;
}

/* M1: the scan stays where it hears something, and probes again where it does not. */
static void longer_where_something_is_heard(void **state)
{
	struct plan p = plan(1, 1);

	(void)state;
	p.chan[0].dwell_min = 60;
	p.chan[0].dwell_max = 110;
	assert_int_equal(dwell(&p, 0), 60 * TU_US);
	assert_int_equal(fake.n_frame, 2);
	fake_forget();
	assert_int_equal(dwell(&p, 1 * TU_US), 110 * TU_US);
	assert_int_equal(fake.n_frame, 1);
	fake_forget();
	assert_int_equal(dwell(&p, 59 * TU_US), 110 * TU_US);
	assert_int_equal(fake.n_frame, 2);
	/* no choice */
	p.chan[0].dwell_max = 60;
	fake_forget();
	assert_int_equal(dwell(&p, 1 * TU_US), 60 * TU_US);
	/* the firmware's choice */
	p.chan[0].dwell_min = 0;
	p.chan[0].dwell_max = 0;
	fake_forget();
	assert_int_equal(dwell(&p, 0), 60 * TU_US);
	fake_forget();
	assert_int_equal(dwell(&p, 1 * TU_US), 110 * TU_US);
	p.chan[0].flags = SKUA_CHANF_PASSIVE;
	fake_forget();
	assert_int_equal(dwell(&p, 0), 110 * TU_US);
}

static void no_cck_and_unicast(void **state)
{
	struct plan p = plan(1, 1);

	(void)state;
	p.cmd.flags = 1;
	memset(p.cmd.bssid, 2, 6);
	assert_ok(scan(&p));
	fake_run(SEC_US);
	assert_int_equal(fake.n_frame, 2);
	assert_int_equal(fake.frame[0].rate, 60);
	assert_int_equal(fake.frame[0].flags, 0);
	assert_memory_equal(fake.frame[0].data + 4, p.cmd.bssid, 6);
}

static void associate(void)
{
	struct skua_cmd_vif v = fake_vif_cmd(0, SKUA_VIF_STA, SKUA_VIFF_ASSOC);

	fake_chan(0, 0, 5180, 5210, SKUA_BW_80);
	assert_ok(fake_cmd(SKUA_CMD_VIF_UPDATE, &v, sizeof(v)));
	fake_forget();
}

static void assert_tells(const struct fake_frame *f, bool pm)
{
	static const u8 bssid[6] = { 2, 0, 0, 0, 1, 0 };
	static const u8 addr[6] = { 2, 0, 0, 0, 0, 0 };

	assert_int_equal(f->data[0], 0x48);
	assert_int_equal(f->data[1], pm ? 0x11 : 0x01);
	assert_int_equal(f->len, 24);
	assert_int_equal(f->freq, 5180);
	assert_int_equal(f->flags, 0);
	assert_memory_equal(f->data + 4, bssid, 6);
	assert_memory_equal(f->data + 10, addr, 6);
	assert_memory_equal(f->data + 16, bssid, 6);
}

/* P1: the access point is told before leaving and after returning. */
static void told(void **state)
{
	struct plan p = plan(1, 2);

	(void)state;
	associate();
	assert_ok(scan(&p));
	fake_run(SEC_US);
	assert_done(false);
	assert_int_equal(fake.n_frame, 6);
	assert_tells(&fake.frame[0], true);
	assert_int_equal(fake.frame[1].freq, 2412);
	assert_int_equal(fake.frame[3].freq, 2437);
	assert_tells(&fake.frame[5], false);
	assert_int_equal(fake_freq(), 5180);
	assert_int_equal(fake.tune[fake.n_tune - 1].bw, SKUA_BW_80);
}

/* The radio is away for 130 ms at most, and then home for a while. */
static void rests(void **state)
{
	struct plan p = plan(1, 8);
	u64 left = 0, home = 0;
	u32 rests = 0;

	(void)state;
	associate();
	for (u32 i = 0; i < 8; i++)
		p.chan[i].freq = (u16)(2412 + 5 * i);
	assert_ok(scan(&p));
	fake_run(3 * SEC_US);
	assert_done(false);
	for (u32 i = 1; i < fake.n_tune; i++) {
		const struct fake_tune *t = &fake.tune[i];

		if (t->freq != 5180 && !left) {
			left = t->time;
			if (home)
				assert_true(t->time - home >= 60 * MSEC_US);
		}
		if (t->freq == 5180) {
			assert_true(t->time - left <= 131 * MSEC_US);
			left = 0;
			home = t->time;
			rests++;
		}
	}
	assert_int_equal(rests, 2);	/* after 4 and all 8 channels */
	assert_int_equal(fake_freq(), 5180);
}

/* The operating channel is scanned without leaving it. */
static void own_channel(void **state)
{
	struct plan p = plan(1, 3);

	(void)state;
	associate();
	p.chan[1].freq = 5180;
	p.chan[2].freq = 5955;
	assert_ok(scan(&p));
	fake_run(SEC_US);
	assert_done(false);
	/* PM, 2412, back, 5180 on air, PM again, third channel, back; each probed twice */
	assert_int_equal(fake.n_frame, 10);
	assert_tells(&fake.frame[0], true);
	assert_int_equal(fake.frame[1].freq, 2412);
	assert_tells(&fake.frame[3], false);
	assert_int_equal(fake.frame[4].freq, 5180);
	assert_int_equal(fake.frame[4].data[0], 0x40);
	assert_tells(&fake.frame[6], true);
	assert_int_equal(fake.frame[7].freq, 5955);
	assert_tells(&fake.frame[9], false);

	/* A scan of the operating channel alone needs no tuning. */
	fake_forget();
	p = plan(1, 1);
	p.chan[0].freq = 5180;
	assert_ok(scan(&p));
	fake_run(SEC_US);
	assert_done(false);
	assert_int_equal(fake.n_tune, 1);
	assert_int_equal(fake.n_frame, 2);
}

/* An access point visits one channel at a time, for half an interval. */
static void beaconing(void **state)
{
	struct plan p = plan(0, 3);
	u32 away = 0;

	(void)state;
	fake_vif(1, SKUA_VIF_AP, 0);
	fake_chan(1, 0, 5180, 5180, SKUA_BW_20);
	fake_beacon(1, 100);
	fake_forget();
	p.chan[0].freq = 2412;
	p.chan[1].freq = 2437;
	p.chan[2].freq = 2462;
	assert_ok(scan(&p));
	fake_run(2 * SEC_US);
	assert_done(false);
	for (u32 i = 1; i + 1 < fake.n_tune; i++) {
		u64 us = fake.tune[i + 1].time - fake.tune[i].time;

		if (fake.tune[i].freq == 5180) {
			assert_true(us >= 100 * TU_US);
		} else {
			assert_true(us <= 50 * TU_US);
			assert_int_equal(fake.tune[i + 1].freq, 5180);
			away++;
		}
	}
	assert_int_equal(away, 3);
	/* There is no access point to notify. */
	assert_int_equal(fake.n_frame, 0);

	/* Exact dwell times that do not fit between two beacons are refused. */
	p.cmd.flags = SKUA_SCANF_EXACT;
	assert_int_equal(scan(&p), SKUA_ST_BUSY);
	p.chan[0].dwell_min = 50;
	p.chan[1].dwell_min = 50;
	p.chan[2].dwell_min = 50;
	assert_ok(scan(&p));
	fake_run(2 * SEC_US);
	p = plan(0, 3);
	p.chan[0].freq = 2412;
	p.chan[1].freq = 2437;
	p.chan[2].freq = 2462;

	/* Without beacons the access point does not wait between channels. */
	{
		struct skua_cmd_beacon stop = { .vif = 1, .bigtk_slot = SKUA_KEY_NONE };

		assert_ok(fake_cmd(SKUA_CMD_BEACON_SET, &stop, sizeof(stop)));
	}
	fake_forget();
	assert_ok(scan(&p));
	fake_run(2 * SEC_US);
	assert_done(false);
	assert_int_equal(fake.tune[2].freq, 2437);
	assert_int_equal(fake.tune[2].time - fake.tune[1].time, 100 * TU_US);
}

/* A change of the operating channel during the scan takes effect at its end. */
static void home_changes(void **state)
{
	struct plan p = plan(1, 2);

	(void)state;
	associate();
	assert_ok(scan(&p));
	fake_run(20 * MSEC_US);
	assert_int_equal(fake_freq(), 2412);
	fake_chan(0, 0, 5745, 5745, SKUA_BW_20);
	assert_int_equal(fake_freq(), 2412);
	fake_run(SEC_US);
	assert_done(false);
	assert_int_equal(fake_freq(), 5745);
}

static u32 count_probes(void)
{
	u32 n = 0;

	for (u32 i = 0; i < fake.n_frame; i++)
		n += fake.frame[i].data[0] == 0x40;
	return n;
}

/* M5 */
static void cancel(void **state)
{
	struct plan p = plan(1, 8);
	bool ending;

	(void)state;
	associate();
	/* At every moment of a scan with rests */
	for (u32 us = 0; us < 700 * MSEC_US; us += 2900) {
		fake_forget();
		assert_ok(scan(&p));
		fake_run(us);
		if (fake_events(SKUA_EVT_SCAN_DONE))
			break;
		ending = fake_freq() == 5180 && count_probes() == 16;
		assert_ok(fake_cmd_u32(SKUA_CMD_SCAN_CANCEL, COOKIE));
		fake_run(10 * MSEC_US);
		/* After the last channel there is nothing left to abort. */
		assert_done(!ending);
		assert_int_equal(fake_freq(), 5180);
		assert_int_equal(fake_cmd_u32(SKUA_CMD_SCAN_CANCEL, COOKIE), SKUA_ST_STATE);
		/* Each access point that was told PM=1 was told PM=0 afterwards. */
		if (fake.n_frame && fake.frame[fake.n_frame - 1].data[0] == 0x48)
			assert_tells(&fake.frame[fake.n_frame - 1], false);
	}
}

/* A frame that ends at once, or never, does not delay the scan. */
static void frames_that_stick(void **state)
{
	struct plan p = plan(3, 3);

	(void)state;
	associate();
	fake.fwtx = FWTX_AT_ONCE;
	assert_ok(scan(&p));
	fake_run(SEC_US);
	assert_done(false);
	assert_int_equal(fake.n_frame, 2 + 18);

	fake_forget();
	fake.fwtx = FWTX_NEVER;
	assert_ok(scan(&p));
	fake_run(2 * SEC_US);
	assert_done(false);
	assert_int_equal(fake_freq(), 5180);
	assert_true(fake_events(SKUA_EVT_LOG) > 0);
}

static void refused(void **state)
{
	struct plan p = plan(1, 1);
	u32 len;

	(void)state;
	p.cmd.vif = 1;
	assert_int_equal(scan(&p), SKUA_ST_NO_ENTRY);
	p = plan(1, 0);
	assert_int_equal(scan(&p), SKUA_ST_INVALID);
	p = plan(1, 1);
	p.cmd.addr[0] = 1;
	assert_int_equal(scan(&p), SKUA_ST_INVALID);
	p = plan(1, 1);
	p.cmd.flags = 4;
	assert_int_equal(scan(&p), SKUA_ST_INVALID);
	p = plan(1, 1);
	p.chan[0].dwell_max = 29;
	assert_int_equal(scan(&p), SKUA_ST_INVALID);
	p = plan(1, 2);
	p.chan[1].freq = 3000;
	assert_int_equal(scan(&p), SKUA_ST_INVALID);
	p = plan(2, 2);
	p.ssid[1].len = 33;
	assert_int_equal(scan(&p), SKUA_ST_INVALID);
	/* Parts that do not add up to the whole, either way */
	p = plan(2, 2);
	len = plan_pack(&p);
	for (u32 i = 0; i < len; i++)
		assert_int_equal(fake_cmd_ext(SKUA_CMD_SCAN, &p.cmd, sizeof(p.cmd), ext, i),
				 SKUA_ST_INVALID);
	assert_int_equal(fake_cmd_ext(SKUA_CMD_SCAN, &p.cmd, sizeof(p.cmd), ext, len + 1),
			 SKUA_ST_INVALID);
	p.cmd.n_ssids = SKUA_SCAN_MAX_SSIDS + 1;
	assert_int_equal(fake_cmd_ext(SKUA_CMD_SCAN, &p.cmd, sizeof(p.cmd), ext,
				      17 * 36 + 2 * 8 + 18), SKUA_ST_INVALID);
	p = plan(0, 0);
	p.cmd.n_chans = SKUA_SCAN_MAX_CHANS + 1;
	assert_int_equal(fake_cmd_ext(SKUA_CMD_SCAN, &p.cmd, sizeof(p.cmd), ext,
				      129 * 8 + 18), SKUA_ST_INVALID);
	p = plan(0, 1);
	p.cmd.ie_common_len = SKUA_SCAN_MAX_IES - 11;
	assert_int_equal(fake_cmd_ext(SKUA_CMD_SCAN, &p.cmd, sizeof(p.cmd), ext,
				      8 + 12 + SKUA_SCAN_MAX_IES - 11), SKUA_ST_INVALID);
	assert_int_equal(fake_events(SKUA_EVT_SCAN_DONE), 0);
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	p = plan(1, 1);
	assert_int_equal(scan(&p), SKUA_ST_STATE);
}

/* The largest scan that the limits allow */
static void largest(void **state)
{
	struct skua_cmd_scan cmd = plan(0, 0).cmd;
	struct skua_scan_chan chan = { .freq = 2412, .dwell_min = 30 };
	u32 len = 16 * 36;

	(void)state;
	memset(ext, 0, sizeof(ext));
	cmd.n_ssids = 16;
	cmd.n_chans = 128;
	for (u32 i = 0; i < 16; i++)
		ext[i * 36] = 32;
	for (u32 i = 0; i < 128; i++, len += sizeof(chan))
		memcpy(ext + len, &chan, sizeof(chan));
	cmd.ie_len[0] = SKUA_SCAN_MAX_IES;
	cmd.ie_len[1] = 0;
	cmd.ie_len[2] = 0;
	cmd.ie_common_len = 0;
	assert_ok(fake_cmd_ext(SKUA_CMD_SCAN, &cmd, sizeof(cmd), ext,
			       len + SKUA_SCAN_MAX_IES));
	fake_run(14 * MSEC_US);
	assert_int_equal(fake.n_frame, 16);
	assert_int_equal(fake.frame[0].len, 24 + 34 + SKUA_SCAN_MAX_IES);
}

/* STOP and removal of the interface end the scan at once, with an event. */
static void ended_early(void **state)
{
	struct plan p = plan(1, 4);

	(void)state;
	associate();
	assert_ok(scan(&p));
	fake_run(10 * MSEC_US);
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	assert_done(true);
	assert_int_equal(fake_freq(), 0);
	fake_run(SEC_US);
	assert_done(true);

	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	fake_vif(1, SKUA_VIF_AP, 0);
	fake_chan(1, 0, 5180, 5210, SKUA_BW_80);
	fake_forget();
	assert_ok(scan(&p));
	fake_run(10 * MSEC_US);
	assert_int_equal(fake_freq(), 2412);
	assert_ok(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, 0));
	assert_done(true);
	/* The other interface's channel */
	assert_int_equal(fake_freq(), 5180);
	fake_vif(0, SKUA_VIF_STA, 0);
}

/* ------------------------------------------------------------------ */

static struct skua_cmd_roc roc(u32 cookie)
{
	struct skua_cmd_roc p = {
		.duration_ms = 200,
		.cookie = cookie,
		.chan = { .freq = 2437, .center1 = 2437, .power = 20 },
	};

	return p;
}

static void assert_roc(u16 id, u32 n, u32 cookie)
{
	struct skua_evt_roc e;

	assert_int_equal(fake_events(id), n);
	memcpy(&e, fake_event(id, n - 1)->data, sizeof(e));
	assert_int_equal(e.cookie, cookie);
	assert_int_equal(e.vif, 0);
}

/* M6 */
static void roc_life(void **state)
{
	struct skua_cmd_roc p = roc(0xfeedface);

	(void)state;
	associate();
	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
	assert_int_equal(fake_events(SKUA_EVT_ROC_READY), 0);
	fake_run(5 * MSEC_US);
	assert_roc(SKUA_EVT_ROC_READY, 1, 0xfeedface);
	assert_int_equal(fake_freq(), 2437);
	assert_int_equal(fake.reg[ENG_RF_ROC_VIF / 4], 0);
	assert_tells(&fake.frame[0], true);
	/* A scan and a remain-on-channel period exclude each other. */
	assert_int_equal(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)), SKUA_ST_BUSY);
	{
		struct plan s = plan(1, 1);

		assert_int_equal(scan(&s), SKUA_ST_BUSY);
	}
	fake_run(190 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_ROC_EXPIRED), 0);
	assert_int_equal(fake_freq(), 2437);
	fake_run(10 * MSEC_US);
	assert_roc(SKUA_EVT_ROC_EXPIRED, 1, 0xfeedface);
	assert_int_equal(fake.reg[ENG_RF_ROC_VIF / 4], SKUA_VIF_NONE);
	assert_int_equal(fake_freq(), 5180);
	assert_int_equal(fake.n_frame, 2);
	assert_tells(&fake.frame[1], false);
	/* A cancel that comes too late is no error. */
	assert_ok(fake_cmd(SKUA_CMD_ROC_CANCEL, NULL, 0));
	assert_int_equal(fake_freq(), 5180);
}

static void roc_cancel(void **state)
{
	struct skua_cmd_roc p = roc(1);

	(void)state;
	associate();
	/* The radio has not left yet, sends the notification, or is on the channel. */
	for (u32 us = 0; us < 2000; us += 100) {
		fake_forget();
		assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
		fake_run(us);
		assert_ok(fake_cmd(SKUA_CMD_ROC_CANCEL, NULL, 0));
		fake_run(SEC_US);
		assert_int_equal(fake_events(SKUA_EVT_ROC_EXPIRED), 0);
		assert_int_equal(fake_freq(), 5180);
		assert_int_equal(fake.reg[ENG_RF_ROC_VIF / 4], SKUA_VIF_NONE);
	}
}

/* The next period may be requested before the last period is completely over. */
static void roc_then_scan(void **state)
{
	struct skua_cmd_roc p = roc(2);
	struct plan s = plan(1, 1);

	(void)state;
	associate();
	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
	fake_run(50 * MSEC_US);
	assert_ok(fake_cmd(SKUA_CMD_ROC_CANCEL, NULL, 0));
	assert_ok(scan(&s));
	fake_run(SEC_US);
	assert_done(false);
	assert_int_equal(fake_freq(), 5180);
	assert_int_equal(fake.frame[fake.n_frame - 2].freq, 2412);
	assert_tells(&fake.frame[fake.n_frame - 1], false);
	/* A cancel of another scan cancels nothing. */
	fake_forget();
	assert_ok(scan(&s));
	assert_int_equal(fake_cmd_u32(SKUA_CMD_SCAN_CANCEL, COOKIE - 1), SKUA_ST_STATE);
	fake_run(SEC_US);
	assert_done(false);
	/* The same, with scan and remain-on-channel exchanged */
	fake_forget();
	assert_ok(scan(&s));
	fake_run(20 * MSEC_US);
	assert_int_equal(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)), SKUA_ST_BUSY);
	assert_ok(fake_cmd_u32(SKUA_CMD_SCAN_CANCEL, COOKIE));
	fake_run(SEC_US);
	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
	fake_run(SEC_US);
	assert_roc(SKUA_EVT_ROC_EXPIRED, 1, 2);
}

/* A period that STOP ended before its begin is forgotten. */
static void stop_between_journeys(void **state)
{
	struct skua_cmd_roc p = roc(5);
	struct plan s = plan(1, 1);

	(void)state;
	associate();
	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
	fake_run(50 * MSEC_US);
	assert_ok(fake_cmd(SKUA_CMD_ROC_CANCEL, NULL, 0));
	assert_ok(scan(&s));
	fake_run(1);
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	assert_done(true);
	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	fake_forget();
	p.chan.freq = 5745;
	p.chan.center1 = 5745;
	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
	fake_run(SEC_US);
	assert_roc(SKUA_EVT_ROC_EXPIRED, 1, 5);
	assert_int_equal(fake.n_tune, 3);
	assert_int_equal(fake.tune[1].freq, 5745);
	assert_int_equal(fake_freq(), 5180);
}

static void roc_own_channel(void **state)
{
	struct skua_cmd_roc p = roc(3);

	(void)state;
	associate();
	p.chan.freq = 5180;
	p.chan.center1 = 5180;
	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
	fake_run(SEC_US);
	assert_roc(SKUA_EVT_ROC_READY, 1, 3);
	assert_roc(SKUA_EVT_ROC_EXPIRED, 1, 3);
	assert_int_equal(fake.n_tune, 1);
	assert_int_equal(fake.n_frame, 0);
}

static void roc_refused(void **state)
{
	struct skua_cmd_roc p = roc(4);

	(void)state;
	p.vif = 1;
	assert_int_equal(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	p = roc(4);
	p.duration_ms = 0;
	assert_int_equal(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)), SKUA_ST_INVALID);
	p = roc(4);
	p.chan.freq = 100;
	assert_int_equal(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)), SKUA_ST_INVALID);
	p = roc(4);
	/* The removal of the interface ends its period, and the radio returns home. */
	fake_vif(1, SKUA_VIF_AP, 0);
	fake_chan(1, 0, 5180, 5210, SKUA_BW_80);
	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
	fake_run(5 * MSEC_US);
	assert_int_equal(fake_freq(), 2437);
	assert_ok(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, 0));
	assert_roc(SKUA_EVT_ROC_EXPIRED, 1, 4);
	assert_int_equal(fake_freq(), 5180);
	fake_vif(0, SKUA_VIF_STA, 0);
	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
	fake_run(5 * MSEC_US);
	assert_int_equal(fake_freq(), 2437);
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	assert_int_equal(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)), SKUA_ST_STATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(active, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(passive, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(longer_where_something_is_heard, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(no_cck_and_unicast, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(told, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(rests, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(own_channel, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(beaconing, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(home_changes, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(cancel, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(frames_that_stick, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(refused, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(largest, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(ended_early, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(roc_life, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(roc_cancel, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(roc_then_scan, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(stop_between_journeys, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(roc_own_channel, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(roc_refused, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: scan and remain on channel", tests,
					   NULL, NULL);
}
