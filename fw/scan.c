// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware scan
 *
 *	IDLE -> MOVING -> LISTENING -> MOVING -> ... -> ENDING -> IDLE
 *		  \-> RESTING (on the operating channel) -/
 *
 * An operating interface must not be away for long. A station's access point
 * buffers frames, so the scan visits several channels before it returns. The
 * stations of an access point miss beacons, so the scan returns after each
 * channel. The host chooses the dwell times, but while an interface sends
 * beacons, the scan stays on a channel for half a beacon interval at most.
 */
#include "mac.h"
#include "policy.h"

#define AWAY_MOST_US		(120 * MSEC_US)
#define REST_US			(60 * MSEC_US)
#define REST_MOST_US		(200 * MSEC_US)
#define DWELL_ACTIVE_TU		30
#define DWELL_PASSIVE_TU	110

#define FC0_PROBE_REQ		0x40
#define HEAD_LEN		24
#define SCANF_NO_CCK		BIT(0)
#define RATE_1M			10
#define RATE_6M			60

static enum {
	IDLE,
	MOVING,
	LISTENING,
	RESTING,
	ENDING,
} state;

static void scan_timeout(void);

static struct timer timer = { .fn = scan_timeout };

/* The command with its further data, as checked by scan_check() */
static struct {
	struct skua_cmd_scan cmd;
	struct skua_scan_ssid ssid[SKUA_SCAN_MAX_SSIDS];
	struct skua_scan_chan chan[SKUA_SCAN_MAX_CHANS];
	u8 ies[SKUA_SCAN_MAX_IES];
} req;

static u32 chan_idx;
static u32 ssid_idx;
static bool sending;	/* a probe request is being sent */
static bool aborted;
static bool over;	/* the dwell time has ended, but not @sending */
static u64 left_us;	/* time of leaving home; 0 while at home */
static u8 frame[HEAD_LEN + 2 + 32 + SKUA_SCAN_MAX_IES];

static void scan_next(void);

static bool scan_active(void)
{
	return state != IDLE;
}

static void scan_finish(void)
{
	struct skua_evt_scan_done e = { .vif = req.cmd.vif, .aborted = aborted };

	timer_cancel(&timer);
	state = IDLE;
	offchan_release();
	mac_scan_filter(SKUA_VIF_NONE, req.cmd.addr);
	evt_post(SKUA_EVT_SCAN_DONE, &e, sizeof(e));
}

static void scan_end(bool abort)
{
	aborted |= abort;
	sending = false;
	timer_cancel(&timer);
	state = ENDING;
	offchan_home(scan_finish);
}

/* Elements of the channel's band, then the common elements. */
static u32 put_ies(u8 *to, u32 freq)
{
	u8 band = skua_freq_band(freq);
	u32 skip = 0, len = 0;

	for (u32 i = 0; i < 3; i++) {
		if (band & BIT(i)) {
			len = req.cmd.ie_len[i];
			memcpy(to, req.ies + skip, len);
		}
		skip += req.cmd.ie_len[i];
	}
	memcpy(to + len, req.ies + skip, req.cmd.ie_common_len);
	return len + req.cmd.ie_common_len;
}

static u32 build_probe(const struct skua_scan_ssid *ssid, u32 freq)
{
	u8 *p = frame;

	memset(p, 0, HEAD_LEN);
	p[0] = FC0_PROBE_REQ;
	memcpy(p + 4, req.cmd.bssid, 6);
	memcpy(p + 10, req.cmd.addr, 6);
	memcpy(p + 16, req.cmd.bssid, 6);
	p += HEAD_LEN;
	*p++ = 0;	/* SSID element */
	*p++ = ssid->len;
	memcpy(p, ssid->ssid, ssid->len);
	p += ssid->len;
	p += put_ies(p, freq);
	return (u32)(p - frame);
}

static void probe_next(void)
{
	const struct skua_scan_chan *chan = &req.chan[chan_idx];
	bool cck = skua_freq_band(chan->freq) == SKUA_BAND_2GHZ && !(req.cmd.flags & SCANF_NO_CCK);
	u32 flags = req.cmd.bssid[0] & 1 ? SKUA_TXF_NO_ACK : 0;
	u32 len;

	sending = false;
	if (over) {
		chan_idx++;
		scan_next();
		return;
	}
	if (ssid_idx >= req.cmd.n_ssids)
		return;
	len = build_probe(&req.ssid[ssid_idx++], chan->freq);
	sending = fwtx_send(frame, len, req.cmd.vif, flags, cck ? RATE_1M : RATE_6M,
			    probe_next);
}

static bool chan_active(const struct skua_scan_chan *chan)
{
	return req.cmd.n_ssids && !(chan->flags & (SKUA_CHANF_PASSIVE | SKUA_CHANF_RADAR));
}

static u32 dwell_us(const struct skua_scan_chan *chan)
{
	bool active = chan_active(chan);
	u32 tu = active ? chan->dwell_active : chan->dwell_passive;
	u32 us, most = beacon_longest_us() / 2;

	if (!tu)
		tu = active ? DWELL_ACTIVE_TU : DWELL_PASSIVE_TU;
	us = tu * TU_US;
	return most && us > most ? most : us;
}

static void scan_there(void)
{
	const struct skua_scan_chan *chan = &req.chan[chan_idx];

	state = LISTENING;
	over = false;
	ssid_idx = chan_active(chan) ? 0 : req.cmd.n_ssids;
	if (!offchan_is_home() && !left_us)
		left_us = time_us();
	if (offchan_is_home())
		left_us = 0;
	timer_set(&timer, dwell_us(chan));
	probe_next();
}

static void scan_move(void)
{
	const struct skua_scan_chan *chan = &req.chan[chan_idx];
	struct skua_chandef to = {
		.freq = chan->freq,
		.center1 = chan->freq,
		.bw = SKUA_BW_20,
		.flags = chan->flags,
		.power = chan->power,
	};

	state = MOVING;
	offchan_go(&to, scan_there);
}

static void scan_rest(void)
{
	u32 us = beacon_longest_us();

	if (us < REST_US)
		us = REST_US;
	if (us > REST_MOST_US)
		us = REST_MOST_US;
	left_us = 0;
	state = RESTING;
	timer_set(&timer, us);
}

/* Is an interface associated, or does one send beacons? */
static bool in_operation(void)
{
	for (u32 i = 0; i < limits.vifs; i++) {
		struct vif *v = vif_get(i);

		if (v && (vif_assoc(v) || v->beaconing))
			return true;
	}
	return false;
}

static bool must_rest(void)
{
	u32 next = dwell_us(&req.chan[chan_idx]);

	if (!left_us || !in_operation())
		return false;
	return beacon_longest_us() || time_us() - left_us + next > AWAY_MOST_US;
}

static void scan_next(void)
{
	if (chan_idx >= req.cmd.n_chans)
		scan_end(false);
	else if (must_rest())
		offchan_home(scan_rest);
	else
		scan_move();
}

static void scan_timeout(void)
{
	if (state == RESTING) {
		scan_move();
		return;
	}
	over = true;
	if (!sending)
		probe_next();
}

static bool chans_valid(u32 n)
{
	for (u32 i = 0; i < n; i++) {
		const struct skua_scan_chan *chan = &req.chan[i];
		struct skua_chandef def = { .freq = chan->freq, .center1 = chan->freq };

		if (!chan_valid(&def))
			return false;
	}
	return true;
}

/* The parts are copied before the check, as other commands use the buffer. */
static u16 scan_check(const struct skua_cmd_scan *p, const u8 *ext, u32 ext_len)
{
	u32 ssids = p->n_ssids * (u32)sizeof(req.ssid[0]);
	u32 chans = p->n_chans * (u32)sizeof(req.chan[0]);
	u32 ies = (u32)p->ie_len[0] + p->ie_len[1] + p->ie_len[2] + p->ie_common_len;

	if (p->n_ssids > SKUA_SCAN_MAX_SSIDS || p->n_chans > SKUA_SCAN_MAX_CHANS)
		return SKUA_ST_INVALID;
	if (!p->n_chans || ies > SKUA_SCAN_MAX_IES || ssids + chans + ies != ext_len)
		return SKUA_ST_INVALID;
	if (p->flags & ~SCANF_NO_CCK || !is_unicast(p->addr))
		return SKUA_ST_INVALID;
	req.cmd = *p;
	memcpy(req.ssid, ext, ssids);
	memcpy(req.chan, ext + ssids, chans);
	memcpy(req.ies, ext + ssids + chans, ies);
	for (u32 i = 0; i < p->n_ssids; i++) {
		if (req.ssid[i].len > sizeof(req.ssid[i].ssid))
			return SKUA_ST_INVALID;
	}
	return chans_valid(p->n_chans) ? SKUA_ST_OK : SKUA_ST_INVALID;
}

u16 scan_cmd(struct cmd *c)
{
	const struct skua_cmd_scan *p = c->data;
	u16 status;

	if (!mac_started())
		return SKUA_ST_STATE;
	if (offchan_taken())
		return SKUA_ST_BUSY;
	if (!vif_get(p->vif))
		return SKUA_ST_NO_ENTRY;
	status = scan_check(p, c->ext, c->ext_len);
	if (status != SKUA_ST_OK)
		return status;
	chan_idx = 0;
	sending = false;
	aborted = false;
	left_us = 0;
	/* CMD_DONE is posted first: the scan begins in the next turn. */
	offchan_take();
	state = RESTING;
	mac_scan_filter(p->vif, req.cmd.addr);
	timer_set(&timer, 0);
	return SKUA_ST_OK;
}

u16 scan_cmd_cancel(struct cmd *c)
{
	(void)c;
	if (!scan_active())
		return SKUA_ST_STATE;
	if (state != ENDING)
		scan_end(true);
	return SKUA_ST_OK;
}

void scan_stop(void)
{
	if (!scan_active())
		return;
	aborted = true;
	offchan_reset();
	scan_finish();
}

void scan_vif_gone(u8 vif)
{
	if (!scan_active() || req.cmd.vif != vif)
		return;
	scan_stop();
	radio_tune(chan_home());
}
