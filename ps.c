// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - power save of the stations of an access point
 *
 * The NIC sees the power management bit, PS-Poll and trigger frames, and posts
 * events of them in the completion ring, in order with the received frames.
 * mac80211 buffers frames that it has not yet given to the NIC, and decides when
 * to release them. Frames that wait in mac80211's transmit queues are taken out
 * in this file.
 */
#include <linux/etherdevice.h>

#include "tx.h"
#include "tx_desc.h"

static void skua_ps_sleep(struct skua *sc, struct ieee80211_sta *sta,
			  bool asleep)
{
	struct skua_sta *ssta = skua_sta(sta);

	/* Any peer may sleep, but only an access point buffers for it. */
	if (ssta->vif->type != NL80211_IFTYPE_AP)
		return;
	/* First: mac80211 wakes the queues, and those of a sleeping one are skipped. */
	WRITE_ONCE(ssta->asleep, asleep);
	/* nobody waits for the frames of a sleeping station: skua_key_drain() */
	wake_up(&sc->state_wait);
	ieee80211_sta_ps_transition(sta, asleep);
}

/*
 * May mac80211 be told that a station wants its frames? It may answer with a null frame,
 * and would warn without a channel; other interfaces than access points buffer nothing.
 */
static bool skua_ps_serves(struct skua *sc, struct ieee80211_sta *sta)
{
	const struct ieee80211_vif *vif = skua_sta(sta)->vif;

	if (vif->type == NL80211_IFTYPE_AP &&
	    rcu_access_pointer(vif->bss_conf.chanctx_conf))
		return true;
	skua_count(sc, SKUA_CTR_INBAND_BAD);
	return false;
}

/**
 * skua_ps_event() - an event of a station's power save
 * @sc: the device
 * @id: enum skua_inband_id, of an event of stations
 * @sta: station
 * @tid: TID, or SKUA_NUM_TIDS
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_ps_event(struct skua *sc, u16 id, struct ieee80211_sta *sta, u8 tid)
{
	lockdep_assert_in_softirq();
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "a station without RCU");
	switch (id) {
	case SKUA_INB_STA_SLEEP:
		skua_ps_sleep(sc, sta, true);
		break;
	case SKUA_INB_STA_WAKE:
		skua_ps_sleep(sc, sta, false);
		break;
	case SKUA_INB_PSPOLL:
		if (skua_ps_serves(sc, sta))
			ieee80211_sta_pspoll(sta);
		break;
	case SKUA_INB_UAPSD_TRIGGER:
		if (skua_ps_serves(sc, sta))
			ieee80211_sta_uapsd_trigger(sta, tid);
		break;
	case SKUA_INB_EOSP:
		ieee80211_sta_eosp(sta);
		break;
	}
}

/* An access point that was told of a sleep holds frames until it hears otherwise. */
static void skua_ps_tell_ap(struct skua *sc, struct ieee80211_vif *vif)
{
	struct ieee80211_tx_info *info;
	struct ieee80211_hdr *hdr;
	struct ieee80211_sta *ap;
	struct sk_buff *skb;

	skb = ieee80211_nullfunc_get(sc->hw, vif, -1, true);
	if (!skb)
		return;
	hdr = (void *)skb->data;
	if (sc->hw->conf.flags & IEEE80211_CONF_PS)
		hdr->frame_control |= cpu_to_le16(IEEE80211_FCTL_PM);
	info = IEEE80211_SKB_CB(skb);
	info->band = skua_vif_band(vif);
	info->control.vif = vif;
	rcu_read_lock();
	ap = ieee80211_find_sta(vif, vif->cfg.ap_addr);
	skua_tx_give(sc, skb_get_queue_mapping(skb), ap, skb);
	rcu_read_unlock();
}

/**
 * skua_ps_tell() - tell the access points of all stations whether these sleep
 * @sc: the device, which has been restarted
 *
 * Wiphy mutex. Before a firmware leaves the channel, it tells the access points
 * that their stations sleep. If it dies there, nobody takes that back: the null
 * frame that mac80211 sends in a restart is dropped by mac80211 itself, since it
 * may not wait, and the queues are stopped.
 */
void skua_ps_tell(struct skua *sc)
{
	struct ieee80211_vif *vif;
	unsigned int i;

	for (i = 0; i < SKUA_MAX_VIFS; i++) {
		vif = wiphy_dereference(sc->hw->wiphy, sc->vif[i]);
		if (vif && vif->type == NL80211_IFTYPE_STATION && vif->cfg.assoc)
			skua_ps_tell_ap(sc, vif);
	}
}

/*
 * Takes up to @num frames out of the station's queues of @tids. The segments of a TCP
 * packet are frames of their own: those that are too many are put on @rest.
 */
static void skua_ps_collect(struct skua *sc, struct ieee80211_sta *sta,
			    u16 tids, int num, struct sk_buff_head *frames,
			    struct sk_buff_head *rest, bool *more)
{
	unsigned long depth, left = tids;
	struct sk_buff *skb;
	int tid;

	for_each_set_bit(tid, &left, IEEE80211_NUM_TIDS) {
		if (!sta->txq[tid])
			continue;
		while (num > 0 && (skb = skua_tx_dequeue(sc, sta->txq[tid]))) {
			skua_tx_cut(sc, sta, skb, rest);
			while (num > 0 && (skb = __skb_dequeue(rest))) {
				__skb_queue_tail(frames, skb);
				num--;
			}
		}
		if (!skb_queue_empty(rest))
			*more = true;
		ieee80211_txq_get_depth(sta->txq[tid], &depth, NULL);
		if (depth)
			*more = true;
		else
			ieee80211_sta_set_buffered(sta, tid, false);
	}
}

static void skua_ps_mark(struct sk_buff *skb, bool last, bool more,
			 enum ieee80211_frame_release_type reason)
{
	struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	struct ieee80211_hdr *hdr = (void *)skb->data;

	info->flags |= IEEE80211_TX_CTL_NO_PS_BUFFER;
	if (last)
		info->flags |= IEEE80211_TX_STATUS_EOSP |
			       IEEE80211_TX_CTL_REQ_TX_STATUS;
	/* the NIC makes the header */
	if (skua_tx_is_8023(skb)) {
		if (more || !last)
			info->flags |= IEEE80211_TX_CTL_MORE_FRAMES;
		return;
	}
	if (more || !last)
		hdr->frame_control |= cpu_to_le16(IEEE80211_FCTL_MOREDATA);
	else
		hdr->frame_control &= ~cpu_to_le16(IEEE80211_FCTL_MOREDATA);
	if (last && reason == IEEE80211_FRAME_RELEASE_UAPSD &&
	    ieee80211_is_data_qos(hdr->frame_control))
		*ieee80211_get_qos_ctl(hdr) |= IEEE80211_QOS_CTL_EOSP;
}

/**
 * skua_op_release_buffered_frames() - send queued frames to a sleeping station
 * @hw: the device
 * @sta: station
 * @tids: bit for each TID
 * @num_frames: largest number of frames
 * @reason: PS-Poll or U-APSD
 * @more_data: other queues hold frames, too
 *
 * Atomic. The last frame ends the service period; without a frame the period
 * ends at once. Segments of a TCP packet that are too many are the NIC's, which holds
 * them as it holds all frames for a station that sleeps.
 */
void skua_op_release_buffered_frames(struct ieee80211_hw *hw,
				     struct ieee80211_sta *sta, u16 tids,
				     int num_frames,
				     enum ieee80211_frame_release_type reason,
				     bool more_data)
{
	struct skua *sc = hw->priv;
	struct sk_buff_head frames, rest;
	struct sk_buff *skb;

	__skb_queue_head_init(&frames);
	__skb_queue_head_init(&rest);
	rcu_read_lock();
	skua_ps_collect(sc, sta, tids, num_frames, &frames, &rest, &more_data);
	if (skb_queue_empty(&frames))
		ieee80211_sta_eosp(sta);
	while ((skb = __skb_dequeue(&frames))) {
		skua_ps_mark(skb, skb_queue_empty(&frames), more_data, reason);
		skua_tx_give(sc, skb_get_queue_mapping(skb), sta, skb);
	}
	while ((skb = __skb_dequeue(&rest)))
		skua_tx_give(sc, skb_get_queue_mapping(skb), sta, skb);
	rcu_read_unlock();
}
