// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - scan and remain on channel, both sequenced by the firmware
 */
#include <kunit/static_stub.h>
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "scan.h"

/*
 * Dwell times in TU. A probe is answered by a program, and a busy machine answers
 * late; beacons come in time. So a scan of few channels stays everywhere until a
 * beacon must have come, and one of many channels only where it hears something:
 * 38 channels of 2.4 and 5 GHz, 16 of them passive, take 3.2 to 4.3 seconds. P2P
 * devices do not beacon, and each searches and listens in turn: there a long stay
 * would make them meet less often. no_cck is P2P's mark.
 */
#define SKUA_DWELL_PROBE	60
#define SKUA_DWELL_BEACON	110	/* a bit more than a beacon interval */
#define SKUA_SCAN_FEW		16	/* channels */
#define SKUA_ROC_SILENCE	(HZ / 4)	/* after an answer: no more is expected */
/*
 * The NIC goes home between two channels, and it may be slow; but the end comes
 * within twice the time of all that, or it does not come any more.
 */
#define SKUA_SCAN_REST_MS	250
#define SKUA_END_SLACK_MS	5000

/* ------------------------------------------------------------------ */
/* Encode								*/
/* ------------------------------------------------------------------ */

/* A buffer that is filled from its start on. */
struct skua_scan_buf {
	u8 *data;
	size_t room;
	size_t len;
};

static bool skua_scan_add(struct skua_scan_buf *buf, const void *data,
			  size_t len)
{
	if (len > buf->room - buf->len)
		return false;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	return true;
}

static bool skua_scan_add_ssids(struct skua_scan_buf *buf,
				const struct cfg80211_scan_request *req)
{
	int i;

	for (i = 0; i < req->n_ssids; i++) {
		struct skua_scan_ssid ssid = {
			.len = min_t(u8, req->ssids[i].ssid_len,
				     sizeof(ssid.ssid)),
		};

		memcpy(ssid.ssid, req->ssids[i].ssid, ssid.len);
		if (!skua_scan_add(buf, &ssid, sizeof(ssid)))
			return false;
	}
	return true;
}

static void skua_scan_dwell(const struct cfg80211_scan_request *req,
			    struct skua_scan_chan *chan)
{
	bool passive = chan->flags & (SKUA_CHANF_PASSIVE | SKUA_CHANF_RADAR);
	u16 min = SKUA_DWELL_BEACON, max = SKUA_DWELL_BEACON;

	if (!passive && (req->no_cck || req->n_channels > SKUA_SCAN_FEW))
		min = SKUA_DWELL_PROBE;
	if (req->duration) {
		max = req->duration;
		min = req->duration_mandatory ? max : min(min, max);
	}
	chan->dwell_min = cpu_to_le16(min);
	chan->dwell_max = cpu_to_le16(max);
}

static bool skua_scan_add_chans(struct skua_scan_buf *buf,
				const struct cfg80211_scan_request *req)
{
	u32 i;

	for (i = 0; i < req->n_channels; i++) {
		const struct ieee80211_channel *c = req->channels[i];
		struct skua_scan_chan chan = {
			.freq = cpu_to_le16(c->center_freq),
			.flags = skua_chan_flags(c),
			.power = c->max_power,
		};

		if (!req->n_ssids)
			chan.flags |= SKUA_CHANF_PASSIVE;
		skua_scan_dwell(req, &chan);
		if (!skua_scan_add(buf, &chan, sizeof(chan)))
			return false;
	}
	return true;
}

static bool skua_scan_add_ies(struct skua_scan_buf *buf,
			      struct skua_cmd_scan *cmd,
			      const struct ieee80211_scan_ies *ies, u16 limit)
{
	static const enum nl80211_band bands[] = {
		NL80211_BAND_2GHZ, NL80211_BAND_5GHZ, NL80211_BAND_6GHZ,
	};
	size_t total = ies->common_ie_len;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bands); i++)
		total += ies->len[bands[i]];
	if (total > limit)
		return false;

	for (i = 0; i < ARRAY_SIZE(bands); i++) {
		cmd->ie_len[i] = cpu_to_le16(ies->len[bands[i]]);
		if (!skua_scan_add(buf, ies->ies[bands[i]], ies->len[bands[i]]))
			return false;
	}
	cmd->ie_common_len = cpu_to_le16(ies->common_ie_len);
	return skua_scan_add(buf, ies->common_ies, ies->common_ie_len);
}

/**
 * skua_scan_encode() - the command that begins a scan
 * @cmd: to fill
 * @ext: further data, to fill
 * @room: bytes there
 * @caps: limits of the NIC
 * @req: mac80211's request
 * @svif: interface
 * @addr: source address of probe requests
 *
 * Return: bytes of @ext, or -EINVAL if the request is beyond a limit
 */
int skua_scan_encode(struct skua_cmd_scan *cmd, u8 *ext, size_t room,
		     const struct skua_caps *caps,
		     const struct ieee80211_scan_request *req,
		     const struct skua_vif *svif, const u8 *addr)
{
	const struct cfg80211_scan_request *scan = &req->req;
	struct skua_scan_buf buf = { .data = ext, .room = room };

	if (scan->n_ssids < 0 ||
	    scan->n_ssids > min_t(int, caps->scan_ssids, SKUA_SCAN_MAX_SSIDS) ||
	    !scan->n_channels ||
	    scan->n_channels > min_t(u32, caps->scan_chans, SKUA_SCAN_MAX_CHANS))
		return -EINVAL;

	memset(cmd, 0, sizeof(*cmd));
	cmd->vif = svif->idx;
	cmd->n_ssids = scan->n_ssids;
	cmd->n_chans = scan->n_channels;
	if (scan->no_cck)
		cmd->flags |= SKUA_SCANF_NO_CCK;
	if (scan->duration && scan->duration_mandatory)
		cmd->flags |= SKUA_SCANF_EXACT;
	memcpy(cmd->addr, addr, ETH_ALEN);
	memcpy(cmd->bssid, scan->bssid, ETH_ALEN);
	if (!skua_scan_add_ssids(&buf, scan) ||
	    !skua_scan_add_chans(&buf, scan) ||
	    !skua_scan_add_ies(&buf, cmd, &req->ies,
			       min_t(u16, caps->scan_ie_len, SKUA_SCAN_MAX_IES)))
		return -EINVAL;
	return buf.len;
}

/* ------------------------------------------------------------------ */
/* Scan									*/
/* ------------------------------------------------------------------ */

/**
 * skua_scan_tell() - tell mac80211 that its scan is over
 * @sc: the device
 * @aborted: it was not finished
 *
 * Any context.
 */
void skua_scan_tell(struct skua *sc, bool aborted)
{
	struct cfg80211_scan_info info = { .aborted = aborted };

	KUNIT_STATIC_STUB_REDIRECT(skua_scan_tell, sc, aborted);
	ieee80211_scan_completed(sc->hw, &info);
}

static void skua_scan_end(struct skua *sc, bool aborted)
{
	wiphy_delayed_work_cancel(sc->hw->wiphy, &sc->scan_late);
	if (test_and_clear_bit(SKUA_F_SCANNING, &sc->flags))
		skua_scan_tell(sc, aborted);
}

/* The scan is over for mac80211; its event, which may still come, is a stale one. */
static void skua_scan_cancel(struct skua *sc)
{
	if (!test_bit(SKUA_F_SCANNING, &sc->flags))
		return;
	skua_cmd_send_u32(sc, SKUA_CMD_SCAN_CANCEL, sc->scan_cookie);
	skua_scan_end(sc, true);
}

/**
 * skua_scan_patience() - how long to wait for the end of a scan
 * @req: the request
 *
 * Return: milliseconds
 */
unsigned int skua_scan_patience(const struct cfg80211_scan_request *req)
{
	struct skua_scan_chan chan = {};
	unsigned int ms;

	/* the longest stay is the same on all channels */
	skua_scan_dwell(req, &chan);
	ms = le16_to_cpu(chan.dwell_max) * 1024 / 1000 + SKUA_SCAN_REST_MS;
	return 2 * ms * req->n_channels + SKUA_END_SLACK_MS;
}

/* SCAN_DONE is overdue: without an end, mac80211 would never scan again. */
static void skua_scan_late(struct wiphy *wiphy, struct wiphy_work *work)
{
	struct skua *sc = container_of(work, struct skua, scan_late.work);

	if (!test_bit(SKUA_F_SCANNING, &sc->flags))
		return;
	skua_count(sc, SKUA_CTR_EVT_MISSING);
	dev_warn(sc->dev, "the end of a scan did not come; the scan is aborted\n");
	skua_scan_cancel(sc);
}

static int skua_scan_start(struct skua *sc, struct ieee80211_vif *vif,
			   struct ieee80211_scan_request *req, u8 *ext)
{
	struct cfg80211_scan_request *scan = &req->req;
	struct skua_cmd_scan cmd;
	struct skua_cmd_req creq = {
		.op = SKUA_CMD_SCAN,
		.data = &cmd,
		.len = sizeof(cmd),
		.ext = ext,
	};
	u8 addr[ETH_ALEN];
	int len;

	ether_addr_copy(addr, vif->addr);
	if (scan->flags & NL80211_SCAN_FLAG_RANDOM_ADDR)
		get_random_mask_addr(addr, scan->mac_addr, scan->mac_addr_mask);
	len = skua_scan_encode(&cmd, ext, SKUA_CMD_MAX_EXT, &sc->caps, req,
			       skua_vif(vif), addr);
	if (len < 0)
		return len;
	creq.ext_len = len;
	/* before the command: NAPI compares */
	WRITE_ONCE(sc->scan_cookie, sc->scan_cookie + 1);
	cmd.cookie = cpu_to_le32(sc->scan_cookie);
	return skua_cmd_exec(sc, &creq);
}

/**
 * skua_roc_leave() - another operation needs the radio
 * @sc: the device
 *
 * Wiphy mutex. If the NIC still stays on a channel though mac80211 has been told
 * that the period is over, the stay ends before any command that follows.
 */
void skua_roc_leave(struct skua *sc)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	if (test_and_clear_bit(SKUA_F_ROC_OVER, &sc->flags))
		skua_cmd_post_sleep(sc, SKUA_CMD_ROC_CANCEL, NULL, 0);
}

/**
 * skua_op_hw_scan() - begin a scan
 * @hw: the device
 * @vif: interface
 * @req: mac80211's request, for all bands at once
 *
 * Wiphy mutex; sleeps. SKUA_EVT_SCAN_DONE ends the scan, in evt_work, or else
 * scan_late does.
 *
 * Return: 0 or a negative error
 */
int skua_op_hw_scan(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		    struct ieee80211_scan_request *req)
{
	struct skua *sc = hw->priv;
	u8 *ext;
	int err;

	lockdep_assert_wiphy(hw->wiphy);
	ext = kmalloc(SKUA_CMD_MAX_EXT, GFP_KERNEL);
	if (!ext)
		return -ENOMEM;
	skua_roc_leave(sc);
	err = skua_scan_start(sc, vif, req, ext);
	kfree(ext);
	if (err)
		return err;
	set_bit(SKUA_F_SCANNING, &sc->flags);
	wiphy_delayed_work_queue(hw->wiphy, &sc->scan_late,
				 msecs_to_jiffies(skua_scan_patience(&req->req)));
	return 0;
}

/**
 * skua_op_cancel_hw_scan() - end a scan early
 * @hw: the device
 * @vif: interface
 *
 * Wiphy mutex; sleeps. mac80211 may remove the interface right after this op, so
 * it is told of the end at once. The event of this scan may still be on its way;
 * its cookie tells it from that of the next scan.
 */
void skua_op_cancel_hw_scan(struct ieee80211_hw *hw, struct ieee80211_vif *vif)
{
	lockdep_assert_wiphy(hw->wiphy);
	skua_scan_cancel(hw->priv);
}

/**
 * skua_scan_done() - the firmware says that a scan has ended
 * @sc: the device
 * @evt: the event; that of another scan, or of none, is counted and ignored
 *
 * Wiphy mutex.
 */
void skua_scan_done(struct skua *sc, const struct skua_evt_scan_done *evt)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	if (!test_bit(SKUA_F_SCANNING, &sc->flags) ||
	    le32_to_cpu(evt->cookie) != sc->scan_cookie) {
		skua_count(sc, SKUA_CTR_EVT_STALE);
		return;
	}
	skua_scan_end(sc, evt->aborted);
}

/* ------------------------------------------------------------------ */
/* Remain on channel							*/
/* ------------------------------------------------------------------ */

/**
 * skua_op_remain_on_channel() - stay on a channel for a while
 * @hw: the device
 * @vif: interface
 * @chan: where
 * @duration: milliseconds
 * @type: a period for a frame and its answer may end early; the NIC makes no
 *	difference
 *
 * Wiphy mutex. SKUA_EVT_ROC_READY and SKUA_EVT_ROC_EXPIRED follow. The command is
 * posted, so the program that asks keeps the processor until it has registered
 * for the frames that it expects.
 *
 * Return: 0 or a negative error
 */
int skua_op_remain_on_channel(struct ieee80211_hw *hw,
			      struct ieee80211_vif *vif,
			      struct ieee80211_channel *chan, int duration,
			      enum ieee80211_roc_type type)
{
	struct skua *sc = hw->priv;
	struct skua_cmd_roc cmd = {
		.vif = skua_vif(vif)->idx,
		.duration_ms = cpu_to_le16(clamp(duration, 1, U16_MAX)),
	};
	struct cfg80211_chan_def def;
	int err;

	lockdep_assert_wiphy(hw->wiphy);
	skua_roc_leave(sc);
	cfg80211_chandef_create(&def, chan, NL80211_CHAN_NO_HT);
	skua_chandef(&cmd.chan, &def);
	/* before the command: NAPI reads it if the firmware refuses */
	WRITE_ONCE(sc->roc_cookie, sc->roc_cookie + 1);
	cmd.cookie = cpu_to_le32(sc->roc_cookie);
	err = skua_cmd_post_sleep(sc, SKUA_CMD_ROC, &cmd, sizeof(cmd));
	if (err)
		return err;
	sc->roc_type = type;
	set_bit(SKUA_F_ROC, &sc->flags);
	wiphy_delayed_work_queue(hw->wiphy, &sc->roc_late,
				 msecs_to_jiffies(2 * duration + SKUA_END_SLACK_MS));
	return 0;
}

/* mac80211 has no period any more. Return: true if it had one. */
static bool skua_roc_end(struct skua *sc)
{
	clear_bit(SKUA_F_ROC_TX, &sc->flags);
	clear_bit(SKUA_F_ROC_READY, &sc->flags);
	wiphy_delayed_work_cancel(sc->hw->wiphy, &sc->roc_work);
	wiphy_delayed_work_cancel(sc->hw->wiphy, &sc->roc_late);
	return test_and_clear_bit(SKUA_F_ROC, &sc->flags);
}

static void skua_roc_cancel(struct skua *sc)
{
	if (skua_roc_end(sc))
		skua_cmd_send(sc, SKUA_CMD_ROC_CANCEL, NULL, 0);
}

/**
 * skua_roc_heard() - a frame has come while mac80211 waits for an answer
 * @sc: the device
 * @skb: frame
 *
 * NAPI.
 */
void skua_roc_heard(struct skua *sc, const struct sk_buff *skb)
{
	struct ieee80211_hdr *hdr = (void *)skb->data;

	if (ieee80211_is_public_action(hdr, skb->len) &&
	    !is_multicast_ether_addr(hdr->addr1))
		wiphy_delayed_work_queue(sc->hw->wiphy, &sc->roc_work,
					 SKUA_ROC_SILENCE);
}

/*
 * The answer came a while ago. mac80211 would let the next frame of the exchange
 * wait until this period is over, which takes up to two seconds; so for mac80211
 * the period ends now. The peer may send more, so the NIC stays on the channel
 * until another operation needs the radio. With a channel context the NIC would
 * have to return to the operating channel: then the period takes its full time.
 */
static void skua_roc_work(struct wiphy *wiphy, struct wiphy_work *work)
{
	struct skua *sc = container_of(work, struct skua, roc_work.work);

	if (sc->ctx_used || !skua_roc_end(sc))
		return;
	set_bit(SKUA_F_ROC_OVER, &sc->flags);
	ieee80211_remain_on_channel_expired(sc->hw);
}

/* ROC_EXPIRED is overdue: without an end, mac80211 would wait for ever. */
static void skua_roc_late(struct wiphy *wiphy, struct wiphy_work *work)
{
	struct skua *sc = container_of(work, struct skua, roc_late.work);

	if (!test_bit(SKUA_F_ROC, &sc->flags))
		return;
	skua_count(sc, SKUA_CTR_EVT_MISSING);
	dev_warn(sc->dev, "the end of a stay on a channel did not come\n");
	skua_roc_cancel(sc);
	ieee80211_remain_on_channel_expired(sc->hw);
}

/**
 * skua_scan_init() - prepare the work items of scan and remain-on-channel
 * @sc: the device
 *
 * Process context, in probe.
 */
void skua_scan_init(struct skua *sc)
{
	wiphy_delayed_work_init(&sc->scan_late, skua_scan_late);
	wiphy_delayed_work_init(&sc->roc_late, skua_roc_late);
	wiphy_delayed_work_init(&sc->roc_work, skua_roc_work);
}

/**
 * skua_op_cancel_remain_on_channel() - leave the channel early
 * @hw: the device
 * @vif: interface
 *
 * Wiphy mutex; sleeps.
 *
 * Return: 0 in any case
 */
int skua_op_cancel_remain_on_channel(struct ieee80211_hw *hw,
				     struct ieee80211_vif *vif)
{
	lockdep_assert_wiphy(hw->wiphy);
	skua_roc_cancel(hw->priv);
	return 0;
}

/**
 * skua_roc_event() - a remain-on-channel period has begun or ended
 * @sc: the device
 * @id: SKUA_EVT_ROC_READY or SKUA_EVT_ROC_EXPIRED
 * @evt: the event; that of another period is counted and ignored
 *
 * Wiphy mutex.
 */
void skua_roc_event(struct skua *sc, u16 id, const struct skua_evt_roc *evt)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	if (le32_to_cpu(evt->cookie) != sc->roc_cookie) {
		skua_count(sc, SKUA_CTR_EVT_STALE);
		return;
	}
	if (id == SKUA_EVT_ROC_READY) {
		/* mac80211 would warn of a second beginning */
		if (!test_bit(SKUA_F_ROC, &sc->flags) ||
		    test_and_set_bit(SKUA_F_ROC_READY, &sc->flags)) {
			skua_count(sc, SKUA_CTR_EVT_STALE);
			return;
		}
		ieee80211_ready_on_channel(sc->hw);
		/* frames that came before are no answer: the request leaves now */
		if (sc->roc_type == IEEE80211_ROC_TYPE_MGMT_TX)
			set_bit(SKUA_F_ROC_TX, &sc->flags);
		return;
	}
	clear_bit(SKUA_F_ROC_OVER, &sc->flags);
	if (skua_roc_end(sc))
		ieee80211_remain_on_channel_expired(sc->hw);
}

/**
 * skua_op_mgd_prepare_tx() - frames that begin an association are coming
 * @hw: the device
 * @vif: interface
 * @info: about them
 *
 * Wiphy mutex; sleeps. The NIC is on the channel of the interface already, unless
 * it remains on another channel. There it would hold the frames until mac80211
 * gives up, so that period is cut short.
 */
void skua_op_mgd_prepare_tx(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			    struct ieee80211_prep_tx_info *info)
{
	struct skua *sc = hw->priv;

	lockdep_assert_wiphy(hw->wiphy);
	skua_roc_leave(sc);
	if (!test_bit(SKUA_F_ROC, &sc->flags))
		return;
	skua_roc_cancel(sc);
	ieee80211_remain_on_channel_expired(hw);
}

/**
 * skua_scan_reset() - the NIC has forgotten scan and remain-on-channel
 * @sc: the device
 *
 * Wiphy mutex. Tells mac80211 that both are over.
 */
void skua_scan_reset(struct skua *sc)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	skua_scan_end(sc, true);
	clear_bit(SKUA_F_ROC_OVER, &sc->flags);
	if (skua_roc_end(sc))
		ieee80211_remain_on_channel_expired(sc->hw);
}
