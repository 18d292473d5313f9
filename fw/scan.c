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
 *
 * An access point answers a probe by a program on a processor that may be busy, so
 * an answer can be late. Its beacons come in time. The scan probes, probes again
 * after half of the shorter dwell time if it has heard nothing, and stays for the
 * longer dwell time if it has heard anything: where somebody sends, more may come.
 */
#include "mac.h"
#include "policy.h"

#define AWAY_MOST_US		(130 * MSEC_US)
#define REST_US			(60 * MSEC_US)
#define REST_MOST_US		(200 * MSEC_US)
#define DWELL_ACTIVE_TU		60
#define DWELL_PASSIVE_TU	110	/* a beacon interval and a bit */

#define FC0_PROBE_REQ		0x40
#define HEAD_LEN		24
#define RATE_1M			10
#define RATE_6M			60

static enum {
	IDLE,
	MOVING,
	LISTENING,
	RESTING,
	ENDING,
} state;

/* What the timer ends while the scan listens */
static enum {
	FIRST,		/* half of the shorter dwell time */
	SECOND,		/* the other half */
	LONGER,		/* the rest of the longer dwell time */
} step;

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
static u64 there_us;	/* time of arrival on the channel */
static u64 heard_us;	/* airtime of frames heard there until then */
static u8 frame[HEAD_LEN + 2 + 32 + SKUA_SCAN_MAX_IES];

static void scan_next(void);

static bool scan_active(void)
{
	return state != IDLE;
}

static void scan_finish(void)
{
	struct skua_evt_scan_done e = {
		.vif = req.cmd.vif,
		.aborted = aborted,
		.cookie = req.cmd.cookie,
	};

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
	bool cck = skua_freq_band(chan->freq) == SKUA_BAND_2GHZ && !(req.cmd.flags & SKUA_SCANF_NO_CCK);
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

/* While an interface sends beacons, the scan must be back for the next one. */
static u32 dwell_limit(u32 us)
{
	u32 most = beacon_longest_us() / 2;

	return most && us > most ? most : us;
}

static u32 dwell_min_us(const struct skua_scan_chan *chan)
{
	u32 tu = chan->dwell_min;

	if (!tu)
		tu = chan_active(chan) ? DWELL_ACTIVE_TU : DWELL_PASSIVE_TU;
	return dwell_limit(tu * TU_US);
}

static u32 dwell_max_us(const struct skua_scan_chan *chan)
{
	u32 us = dwell_limit((chan->dwell_max ? chan->dwell_max : DWELL_PASSIVE_TU) * TU_US);
	u32 least = dwell_min_us(chan);
	u64 away = left_us ? there_us - left_us : 0;

	/* An access point that buffers frames for us does not wait longer. */
	if (away + us > AWAY_MOST_US && left_us && in_operation())
		us = away < AWAY_MOST_US ? AWAY_MOST_US - (u32)away : 0;
	return us > least ? us : least;
}

/* Airtime of all frames that were heard on a channel since the start */
static u64 airtime_us(u32 freq)
{
	struct skua_survey survey;

	return tbl_read(ENG_TBL_SURVEY, freq, &survey) == SKUA_ST_OK ? survey.rx_us : 0;
}

static bool heard_anything(void)
{
	return airtime_us(req.chan[chan_idx].freq) != heard_us;
}

static void scan_there(void)
{
	const struct skua_scan_chan *chan = &req.chan[chan_idx];

	state = LISTENING;
	over = false;
	ssid_idx = chan_active(chan) ? 0 : req.cmd.n_ssids;
	there_us = time_us();
	if (!offchan_is_home() && !left_us)
		left_us = there_us;
	if (offchan_is_home())
		left_us = 0;
	heard_us = airtime_us(chan->freq);
	step = FIRST;
	timer_set(&timer, dwell_min_us(chan) / 2);
	probe_next();
}

/* Return: there is another step on this channel */
static bool scan_step(void)
{
	const struct skua_scan_chan *chan = &req.chan[chan_idx];
	u32 least = dwell_min_us(chan), most = dwell_max_us(chan);

	if (step == FIRST) {
		step = SECOND;
		timer_set(&timer, least - least / 2);
		if (chan_active(chan) && !heard_anything())
			ssid_idx = 0;
		return true;
	}
	if (step == LONGER || most == least || !heard_anything())
		return false;
	step = LONGER;
	timer_set(&timer, most - least);
	return true;
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

static bool must_rest(void)
{
	u32 next = dwell_min_us(&req.chan[chan_idx]);

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
	over = !scan_step();
	if (!sending)
		probe_next();
}

static u16 chans_check(u32 n)
{
	for (u32 i = 0; i < n; i++) {
		const struct skua_scan_chan *chan = &req.chan[i];
		struct skua_chandef def = { .freq = chan->freq, .center1 = chan->freq };

		if (!chan_valid(&def) || (chan->dwell_max && chan->dwell_max < chan->dwell_min))
			return SKUA_ST_INVALID;
		if (req.cmd.flags & SKUA_SCANF_EXACT &&
		    dwell_limit(chan->dwell_min * TU_US) < chan->dwell_min * TU_US)
			return SKUA_ST_BUSY;
	}
	return SKUA_ST_OK;
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
	if (p->flags & ~(SKUA_SCANF_NO_CCK | SKUA_SCANF_EXACT) || !is_unicast(p->addr))
		return SKUA_ST_INVALID;
	req.cmd = *p;
	memcpy(req.ssid, ext, ssids);
	memcpy(req.chan, ext + ssids, chans);
	memcpy(req.ies, ext + ssids + chans, ies);
	for (u32 i = 0; i < p->n_ssids; i++) {
		if (req.ssid[i].len > sizeof(req.ssid[i].ssid))
			return SKUA_ST_INVALID;
	}
	return chans_check(p->n_chans);
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
	const struct skua_cmd_u32 *p = c->data;

	if (!scan_active() || p->val != req.cmd.cookie)
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
