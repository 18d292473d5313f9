// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - interfaces: adding and removing, BSS, beacons, EDCA and TSF
 */
#include <kunit/static_stub.h>

#include "skua.h"

static int skua_vif_type(enum nl80211_iftype type)
{
	switch (type) {
	case NL80211_IFTYPE_STATION:
	case NL80211_IFTYPE_P2P_CLIENT:
		return SKUA_VIF_STA;
	case NL80211_IFTYPE_AP:
	case NL80211_IFTYPE_P2P_GO:
		return SKUA_VIF_AP;
	case NL80211_IFTYPE_ADHOC:
		return SKUA_VIF_IBSS;
	case NL80211_IFTYPE_MESH_POINT:
		return SKUA_VIF_MESH;
	case NL80211_IFTYPE_MONITOR:
		return SKUA_VIF_MONITOR;
	case NL80211_IFTYPE_P2P_DEVICE:
		return SKUA_VIF_DEVICE;
	case NL80211_IFTYPE_OCB:
		return SKUA_VIF_OCB;
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * skua_vif_band() - the band that an interface works on
 * @vif: the interface
 *
 * mac80211 notes the interface's channel, with single_channel as well. The
 * radio's channel may be that of a software scan.
 *
 * Return: the band; 2.4 GHz as long as there is no channel, when no rate matters
 */
enum nl80211_band skua_vif_band(const struct ieee80211_vif *vif)
{
	const struct ieee80211_channel *chan = vif->bss_conf.chanreq.oper.chan;

	return chan ? chan->band : NL80211_BAND_2GHZ;
}

/* ------------------------------------------------------------------ */
/* Rates that the user allows						*/
/* ------------------------------------------------------------------ */

/*
 * mac80211 keeps the masks of an interface that goes down, but does not repeat them,
 * and clears the interface's private part. So they are kept here.
 */
struct skua_mask {
	u32 wdev;	/* identifier of a wireless_dev; 0: unused */
	struct cfg80211_bitrate_mask rates;
};

VISIBLE_IF_KUNIT u32 skua_vif_wdev(struct ieee80211_vif *vif)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_vif_wdev, vif);
	return ieee80211_vif_to_wdev(vif)->identifier;
}
EXPORT_SYMBOL_IF_KUNIT(skua_vif_wdev);

static struct skua_mask *skua_mask_find(struct skua *sc,
					struct ieee80211_vif *vif)
{
	unsigned int i;
	u32 wdev;

	if (!sc->masks)
		return NULL;
	wdev = skua_vif_wdev(vif);
	for (i = 0; wdev && i < SKUA_MAX_VIFS; i++)
		if (sc->masks[i].wdev == wdev)
			return &sc->masks[i];
	return NULL;
}

static bool skua_mask_used(struct skua *sc, const struct skua_mask *mask)
{
	struct ieee80211_vif *vif;
	unsigned int i;

	for (i = 0; i < SKUA_MAX_VIFS; i++) {
		vif = wiphy_dereference(sc->hw->wiphy, sc->vif[i]);
		if (vif && skua_vif(vif)->mask == mask)
			return true;
	}
	return false;
}

/*
 * A place for the masks of an interface that is up and has none. If all are taken, an
 * interface that is down, or deleted, loses its masks.
 */
static struct skua_mask *skua_mask_take(struct skua *sc,
					struct ieee80211_vif *vif)
{
	struct skua_mask *spare = NULL;
	unsigned int i;

	if (!sc->masks)
		sc->masks = devm_kcalloc(sc->dev, SKUA_MAX_VIFS,
					 sizeof(*sc->masks), GFP_KERNEL);
	for (i = 0; sc->masks && i < SKUA_MAX_VIFS; i++) {
		struct skua_mask *mask = &sc->masks[i];

		if (!mask->wdev) {
			spare = mask;
			break;
		}
		if (!spare && !skua_mask_used(sc, mask))
			spare = mask;
	}
	if (spare)
		spare->wdev = skua_vif_wdev(vif);
	return spare;
}

/* ------------------------------------------------------------------ */
/* The interface and its BSS						*/
/* ------------------------------------------------------------------ */

static u32 skua_vif_flags(const struct ieee80211_vif *vif)
{
	const struct ieee80211_bss_conf *bss = &vif->bss_conf;
	u32 flags = 0;

	if (vif->cfg.assoc)
		flags |= SKUA_VIFF_ASSOC;
	if (bss->use_short_slot)
		flags |= SKUA_VIFF_SHORT_SLOT;
	if (bss->use_short_preamble)
		flags |= SKUA_VIFF_SHORT_PREAMBLE;
	if (bss->use_cts_prot)
		flags |= SKUA_VIFF_CTS_PROT;
	if (bss->qos)
		flags |= SKUA_VIFF_QOS;
	if (bss->hidden_ssid)
		flags |= SKUA_VIFF_HIDDEN_SSID;
	if (bss->enable_beacon)
		flags |= SKUA_VIFF_BEACONING;
	return flags;
}

static void skua_vif_fill(const struct skua *sc, struct ieee80211_vif *vif,
			  struct skua_cmd_vif *cmd)
{
	const struct ieee80211_bss_conf *bss = &vif->bss_conf;
	enum nl80211_band band = skua_vif_band(vif);
	struct skua_vif *svif = skua_vif(vif);
	int mcast = bss->mcast_rate[band];

	memset(cmd, 0, sizeof(*cmd));
	cmd->vif = svif->idx;
	cmd->type = svif->type;
	cmd->flags = cpu_to_le32(skua_vif_flags(vif));
	ether_addr_copy(cmd->addr, vif->addr);
	if (svif->type == SKUA_VIF_AP)
		ether_addr_copy(cmd->bssid, vif->addr);
	else if (bss->bssid)
		ether_addr_copy(cmd->bssid, bss->bssid);
	cmd->aid = cpu_to_le16(vif->cfg.aid);
	cmd->beacon_int = cpu_to_le16(bss->beacon_int);
	cmd->dtim_period = bss->dtim_period;
	cmd->power = skua_vif_power(sc, vif);
	cmd->ht_protection = cpu_to_le16(bss->ht_operation_mode);
	cmd->basic_rates = cpu_to_le32(skua_legacy_mask(band, bss->basic_rates));
	if (mcast > 0)
		cmd->mcast_rate = cpu_to_le32(skua_legacy_rate(band, mcast - 1));
	if (svif->mask) {
		cmd->flags |= cpu_to_le32(SKUA_VIFF_RATE_MASK);
		skua_rate_mask(&cmd->rates, band, &svif->mask->rates);
	}
	if (svif->type == SKUA_VIF_STA) {
		cmd->sync_tsf = cpu_to_le64(bss->sync_tsf);
		cmd->sync_device_ts = cpu_to_le32(bss->sync_device_ts);
	}
}

/**
 * skua_vif_update() - tell the NIC about an interface and its BSS
 * @sc: the device
 * @vif: the interface; it has been added
 *
 * Process context, wiphy mutex.
 *
 * Return: see skua_cmd_exec().
 */
int skua_vif_update(struct skua *sc, struct ieee80211_vif *vif)
{
	struct skua_cmd_vif cmd;

	lockdep_assert_wiphy(sc->hw->wiphy);
	skua_vif_fill(sc, vif, &cmd);
	return skua_cmd_send(sc, SKUA_CMD_VIF_UPDATE, &cmd, sizeof(cmd));
}

static int skua_tsf_cmd(struct skua *sc, struct ieee80211_vif *vif, u16 op,
			u64 val, struct skua_cmd_tsf *answer)
{
	struct skua_cmd_tsf cmd = {
		.vif = skua_vif(vif)->idx,
		.tsf = cpu_to_le64(val),
	};
	const struct skua_cmd_req req = {
		.op = op,
		.data = &cmd,
		.len = sizeof(cmd),
		.answer = answer,
		.answer_len = answer ? sizeof(*answer) : 0,
	};

	return skua_cmd_exec(sc, &req);
}

/*
 * The NIC's clock goes on in a restart, and a new interface has that clock. What was
 * added to it is added again. A station follows the clock of its access point.
 */
static int skua_tsf_restore(struct skua *sc, struct ieee80211_vif *vif)
{
	const struct skua_vif *svif = skua_vif(vif);

	if (!svif->tsf_offset || svif->type == SKUA_VIF_STA)
		return 0;
	return skua_tsf_cmd(sc, vif, SKUA_CMD_TSF_OFFSET, svif->tsf_offset, NULL);
}

/* ------------------------------------------------------------------ */
/* Adding and removing							*/
/* ------------------------------------------------------------------ */

static int skua_vif_find_free(struct skua *sc)
{
	unsigned int i;

	for (i = 0; i < sc->caps.vifs; i++)
		if (!rcu_access_pointer(sc->vif[i]))
			return i;
	return -ENOSPC;
}

static void skua_vif_forget(struct skua *sc, struct ieee80211_vif *vif)
{
	struct skua_vif *svif = skua_vif(vif);

	if (svif->idx == SKUA_VIF_NONE)
		return;
	RCU_INIT_POINTER(sc->vif[svif->idx], NULL);
	svif->idx = SKUA_VIF_NONE;
	svif->chanctx = SKUA_CHANCTX_NONE;
	/* NAPI may still use the interface, and mac80211 may free it soon. */
	synchronize_rcu();
}

/* mac80211 sets a bit of the TIM once, and so not again in a restart. */
static void skua_tim_again(struct skua *sc, struct skua_vif *svif)
{
	unsigned int aid;

	for_each_set_bit(aid, svif->tim, SKUA_MAX_AID + 1)
		set_bit(aid, svif->tim_stale);
	if (!bitmap_empty(svif->tim_stale, SKUA_MAX_AID + 1))
		wiphy_work_queue(sc->hw->wiphy, &sc->tim_work);
}

/* A new life of an interface; in a restart, what mac80211 set before goes on. */
static void skua_vif_begin(struct skua *sc, struct ieee80211_vif *vif, u8 idx,
			   u8 type)
{
	struct skua_vif *svif = skua_vif(vif);

	if (!test_bit(SKUA_F_RECONFIG, &sc->flags)) {
		memset(svif, 0, sizeof(*svif));
		svif->default_key = -1;
		svif->mask = skua_mask_find(sc, vif);
	}
	/* In a restart the BIGTK comes back with the other keys. */
	svif->bigtk.slot = SKUA_KEY_NONE;
	svif->idx = idx;
	svif->type = type;
	svif->chanctx = SKUA_CHANCTX_NONE;
	svif->beacon_set = false;
}

static int skua_vif_add(struct skua *sc, struct ieee80211_vif *vif)
{
	struct skua_cmd_vif cmd;
	int ret;

	skua_vif_fill(sc, vif, &cmd);
	ret = skua_cmd_send(sc, SKUA_CMD_VIF_ADD, &cmd, sizeof(cmd));
	if (!ret)
		ret = skua_tsf_restore(sc, vif);
	/* Before the first config() there is no channel yet. */
	if (!ret && skua_single_channel && sc->ctx_used) {
		ret = skua_vif_set_chanctx(sc, vif, 0);
		if (ret)
			skua_cmd_send_u32(sc, SKUA_CMD_VIF_REMOVE, cmd.vif);
	}
	return skua_op_result(sc, ret);
}

/*
 * The network stack cuts packets of so many segments that the NIC does not. The driver could,
 * too, but perhaps it has no room for all of them.
 */
static void skua_vif_limit_gso(const struct skua *sc, struct ieee80211_vif *vif)
{
	unsigned int most = SKUA_MAX_GSO_SEGS;
	struct net_device *dev;

	if (!skua_has(sc, SKUA_FEAT_TX_GSO))
		return;
	dev = ieee80211_vif_to_wdev(vif)->netdev;
	if (sc->caps.tx_queue)
		most = min_t(unsigned int, most, sc->caps.tx_queue);
	if (dev)
		netif_set_tso_max_segs(dev, most);
}

/**
 * skua_op_update_vif_offload() - mac80211 has chosen the offloads of an interface
 * @hw: the device
 * @vif: interface; its flags are changed to what the NIC does
 *
 * mac80211 chooses them anew for each new interface or type, too. Wiphy mutex.
 */
void skua_op_update_vif_offload(struct ieee80211_hw *hw,
				struct ieee80211_vif *vif)
{
	lockdep_assert_wiphy(hw->wiphy);
	vif->offload_flags |= IEEE80211_OFFLOAD_ENCAP_4ADDR;
	if (!skua_has(hw->priv, SKUA_FEAT_TX_ENCAP))
		vif->offload_flags &= ~IEEE80211_OFFLOAD_ENCAP_ENABLED;
}

/**
 * skua_op_add_interface() - ieee80211_ops.add_interface
 * @hw: the device
 * @vif: the interface
 *
 * After a crash of the firmware mac80211 adds each interface again. The private
 * part has kept its values then.
 *
 * Return: 0, -EOPNOTSUPP, -ENOSPC, or see skua_cmd_exec().
 */
int skua_op_add_interface(struct ieee80211_hw *hw, struct ieee80211_vif *vif)
{
	int type = skua_vif_type(vif->type);
	struct skua *sc = hw->priv;
	int idx, ret;

	if (type < 0)
		return type;
	idx = skua_vif_find_free(sc);
	if (idx < 0)
		return idx;
	skua_op_update_vif_offload(hw, vif);
	skua_vif_limit_gso(sc, vif);
	skua_vif_begin(sc, vif, idx, type);
	ret = skua_vif_add(sc, vif);
	if (ret) {
		skua_vif(vif)->idx = SKUA_VIF_NONE;
		return ret;
	}
	rcu_assign_pointer(sc->vif[idx], vif);
	skua_tim_again(sc, skua_vif(vif));
	return 0;
}

/**
 * skua_op_change_interface() - ieee80211_ops.change_interface
 * @hw: the device
 * @vif: the interface, up but not operating: no BSS, station, key or channel
 * @new_type: new type
 * @p2p: the interface becomes a P2P one
 *
 * For the NIC it is another interface with the same handle. If that is refused, the
 * old one comes back, because mac80211 goes on with it.
 *
 * Return: 0, -EOPNOTSUPP, or see skua_cmd_exec(). mac80211 hands an error to the
 * user.
 */
int skua_op_change_interface(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			     enum nl80211_iftype new_type, bool p2p)
{
	struct skua_vif *svif = skua_vif(vif);
	u8 idx = svif->idx, old = svif->type;
	struct skua *sc = hw->priv;
	int type, ret;

	if (p2p)
		new_type = new_type == NL80211_IFTYPE_AP ?
			   NL80211_IFTYPE_P2P_GO : NL80211_IFTYPE_P2P_CLIENT;
	type = skua_vif_type(new_type);
	if (type < 0)
		return type;
	if (idx == SKUA_VIF_NONE)
		return -EBUSY;
	skua_op_update_vif_offload(hw, vif);
	skua_cmd_send_u32(sc, SKUA_CMD_VIF_REMOVE, idx);
	skua_vif_begin(sc, vif, idx, type);
	ret = skua_vif_add(sc, vif);
	if (!ret)
		return 0;
	skua_vif_begin(sc, vif, idx, old);
	if (skua_vif_add(sc, vif))
		dev_warn(sc->dev, "%pM: the NIC does not take it back\n",
			 vif->addr);
	return ret;
}

/**
 * skua_op_remove_interface() - ieee80211_ops.remove_interface
 * @hw: the device
 * @vif: the interface
 */
void skua_op_remove_interface(struct ieee80211_hw *hw,
			      struct ieee80211_vif *vif)
{
	struct skua_vif *svif = skua_vif(vif);
	struct skua *sc = hw->priv;

	if (svif->idx == SKUA_VIF_NONE)
		return;
	skua_cmd_send_u32(sc, SKUA_CMD_VIF_REMOVE, svif->idx);
	skua_vif_forget(sc, vif);
}

/* ------------------------------------------------------------------ */
/* Beacons								*/
/* ------------------------------------------------------------------ */

/*
 * The NIC fills in the bitmap of the TIM, since it knows which stations sleep.
 * So the template's bitmap is cut to one zero octet.
 *
 * Return: number of octets that were cut, or -EINVAL.
 */
static int skua_beacon_empty_tim(struct sk_buff *skb, unsigned int off)
{
	const unsigned int full = 6;	/* id, length, count, period, control, one */
	u8 *tim = skb->data + off;
	unsigned int len;

	if (off + full > skb->len || tim[0] != WLAN_EID_TIM)
		return -EINVAL;
	len = 2 + tim[1];
	if (len < full || off + len > skb->len)
		return -EINVAL;
	tim[1] = full - 2;
	tim[2] = 0;
	tim[4] = 0;
	tim[5] = 0;
	memmove(tim + full, tim + len, skb->len - off - len);
	skb_trim(skb, skb->len - (len - full));
	return len - full;
}

/*
 * The NIC numbers and signs protected beacons. An MMIE that mac80211 added, while
 * the key was not in the NIC, would be the same in each beacon.
 */
static void skua_beacon_cut_mmie(struct sk_buff *skb)
{
	const struct ieee80211_mgmt *mgmt = (const void *)skb->data;
	const size_t head = offsetof(struct ieee80211_mgmt, u.beacon.variable);
	const struct element *elem, *last = NULL;

	if (skb->len < head)
		return;
	for_each_element(elem, mgmt->u.beacon.variable, skb->len - head)
		last = elem;
	if (last && last->id == WLAN_EID_MMIE)
		skb_trim(skb, (const u8 *)last - skb->data);
}

static int skua_beacon_fill(struct skua *sc, struct ieee80211_vif *vif,
			    struct sk_buff *skb,
			    const struct ieee80211_mutable_offsets *offs,
			    struct skua_cmd_beacon *cmd)
{
	struct skua_vif *svif = skua_vif(vif);
	unsigned int i, n = 0;
	int cut = 0;

	if (offs->tim_offset) {
		cut = skua_beacon_empty_tim(skb, offs->tim_offset);
		if (cut < 0)
			return cut;
	}
	skua_beacon_cut_mmie(skb);
	if (skb->len > sc->caps.beacon_len)
		return -EMSGSIZE;
	memset(cmd, 0, sizeof(*cmd));
	cmd->vif = svif->idx;
	cmd->dtim_period = vif->bss_conf.dtim_period;
	cmd->beacon_int = cpu_to_le16(vif->bss_conf.beacon_int);
	cmd->tim_off = cpu_to_le16(offs->tim_offset);
	for (i = 0; i < ARRAY_SIZE(offs->cntdwn_counter_offs); i++) {
		u16 off = offs->cntdwn_counter_offs[i];

		if (!off || n == ARRAY_SIZE(cmd->csa_off))
			continue;
		if (off > offs->tim_offset)
			off -= cut;
		cmd->csa_off[n++] = cpu_to_le16(off);
	}
	cmd->rate = cpu_to_le32(skua_beacon_rate(skua_vif_band(vif),
						 &vif->bss_conf.beacon_tx_rate));
	cmd->bigtk_slot = cpu_to_le16(svif->bigtk.slot);
	cmd->bigtk_gen = cpu_to_le16(svif->bigtk.gen);
	return 0;
}

static u64 skua_now_us(void)
{
	return div_u64(ktime_get_boottime_ns(), NSEC_PER_USEC);
}

/**
 * skua_countdown_left() - beacons that are left of a countdown
 * @end_us: when the countdown ends
 * @now_us: now
 * @beacon_int: TU
 *
 * Return: 1 to 255: the last beacon says 1
 */
VISIBLE_IF_KUNIT
u8 skua_countdown_left(u64 end_us, u64 now_us, u16 beacon_int)
{
	u32 interval = ieee80211_tu_to_usec(beacon_int ?: 1);

	if (now_us >= end_us)
		return 1;
	return clamp_t(u64, div_u64(end_us - now_us + interval - 1, interval),
		       1, U8_MAX);
}
EXPORT_SYMBOL_IF_KUNIT(skua_countdown_left);

/*
 * The NIC counts down, mac80211 does not. So a template that the NIC gets once
 * more, after a restart or with another key for its protection, would begin
 * anew, while stations count on from the first beacon. The time is kept instead;
 * the first beacon after that may repeat the number of the last one before.
 */
static void skua_countdown_go_on(struct ieee80211_vif *vif)
{
	u64 end = skua_vif(vif)->countdown_end;

	if (end)
		ieee80211_beacon_set_cntdwn(vif,
					    skua_countdown_left(end, skua_now_us(),
								vif->bss_conf.beacon_int));
}

static void skua_countdown_note(struct ieee80211_vif *vif,
				const struct sk_buff *skb, u16 off)
{
	struct skua_vif *svif = skua_vif(vif);
	u16 beacon_int = vif->bss_conf.beacon_int;

	if (!off || off >= skb->len)
		svif->countdown_end = 0;
	else if (!svif->countdown_end)
		svif->countdown_end = skua_now_us() +
			skb->data[off] * ieee80211_tu_to_usec(beacon_int);
}

/**
 * skua_beacon_set() - give the NIC the beacon template of an interface
 * @sc: the device
 * @vif: the interface
 *
 * Process context, wiphy mutex.
 *
 * Return: 0, -ENOENT without a beacon, -EMSGSIZE if the beacon is too long for
 * the NIC, -EINVAL if its TIM is malformed, or see skua_cmd_exec().
 */
int skua_beacon_set(struct skua *sc, struct ieee80211_vif *vif)
{
	struct ieee80211_mutable_offsets offs = {};
	struct skua_cmd_beacon cmd;
	struct skua_cmd_req req = {
		.op = SKUA_CMD_BEACON_SET,
		.data = &cmd,
		.len = sizeof(cmd),
	};
	struct sk_buff *skb;
	int ret;

	lockdep_assert_wiphy(sc->hw->wiphy);
	skua_countdown_go_on(vif);
	skb = ieee80211_beacon_get_template(sc->hw, vif, &offs, 0);
	if (!skb)
		return -ENOENT;
	skua_countdown_note(vif, skb, offs.cntdwn_counter_offs[0]);
	ret = skua_beacon_fill(sc, vif, skb, &offs, &cmd);
	if (!ret) {
		req.ext = skb->data;
		req.ext_len = skb->len;
		ret = skua_cmd_exec(sc, &req);
	}
	dev_kfree_skb(skb);
	if (!ret)
		skua_vif(vif)->beacon_set = true;
	return ret;
}

static void skua_beacon_stop(struct skua *sc, struct ieee80211_vif *vif)
{
	struct skua_vif *svif = skua_vif(vif);
	struct skua_cmd_beacon cmd = {
		.vif = svif->idx,
		.bigtk_slot = cpu_to_le16(SKUA_KEY_NONE),
	};

	svif->countdown_end = 0;
	if (!svif->beacon_set)
		return;
	skua_cmd_send(sc, SKUA_CMD_BEACON_SET, &cmd, sizeof(cmd));
	svif->beacon_set = false;
}

/**
 * skua_op_start_ap() - ieee80211_ops.start_ap
 * @hw: the device
 * @vif: the interface
 * @link_conf: its link
 *
 * Return: 0 or see skua_cmd_exec().
 */
int skua_op_start_ap(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		     struct ieee80211_bss_conf *link_conf)
{
	struct skua *sc = hw->priv;
	int ret;

	ret = skua_vif_update(sc, vif);
	if (!ret)
		ret = skua_beacon_set(sc, vif);
	/* There is a beacon, but there was no memory for a copy of it. */
	if (ret == -ENOENT)
		ret = -ENOMEM;
	return skua_op_result(sc, ret);
}

/**
 * skua_op_stop_ap() - ieee80211_ops.stop_ap
 * @hw: the device
 * @vif: the interface
 * @link_conf: its link
 */
void skua_op_stop_ap(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		     struct ieee80211_bss_conf *link_conf)
{
	struct skua *sc = hw->priv;

	skua_beacon_stop(sc, vif);
	skua_vif_update(sc, vif);
	/* The next BSS may be an open one. */
	skua_vif(vif)->keyed = false;
}

/* Tells the NIC of one bit; the bit is stale until it has been told. */
static int skua_tim_send(struct skua *sc, struct skua_vif *svif, u16 aid,
			 int (*send)(struct skua *sc, u16 op, const void *data,
				     u16 len))
{
	const bool set = test_bit(aid, svif->tim);
	const struct skua_cmd_tim cmd = {
		.vif = svif->idx,
		.set = set,
		.aid = cpu_to_le16(aid),
	};
	int ret;

	ret = send(sc, SKUA_CMD_TIM_SET, &cmd, sizeof(cmd));
	/*
	 * If the bit has changed meanwhile, its new value may have been sent before
	 * the old one. The ring's lock orders the commands with the look at the bit.
	 */
	if (ret || test_bit(aid, svif->tim) != set)
		set_bit(aid, svif->tim_stale);
	return ret;
}

static void skua_tim_vif(struct skua *sc, struct skua_vif *svif)
{
	unsigned int aid;

	for_each_set_bit(aid, svif->tim_stale, SKUA_MAX_AID + 1) {
		clear_bit(aid, svif->tim_stale);
		if (skua_tim_send(sc, svif, aid, skua_cmd_post_sleep))
			return;
	}
}

static void skua_tim_work(struct wiphy *wiphy, struct wiphy_work *work)
{
	struct skua *sc = container_of(work, struct skua, tim_work);
	struct ieee80211_vif *vif;
	struct skua_vif *svif;
	unsigned int i;

	for (i = 0; i < SKUA_MAX_VIFS; i++) {
		vif = wiphy_dereference(wiphy, sc->vif[i]);
		if (!vif)
			continue;
		svif = skua_vif(vif);
		skua_tim_vif(sc, svif);
		/* The restart of a dead NIC begins with all bits. */
		if (!bitmap_empty(svif->tim_stale, SKUA_MAX_AID + 1) &&
		    skua_alive(sc))
			wiphy_work_queue(wiphy, work);
	}
}

/**
 * skua_vif_init() - prepare the work item of the TIM
 * @sc: the device
 *
 * Process context, in probe.
 */
void skua_vif_init(struct skua *sc)
{
	wiphy_work_init(&sc->tim_work, skua_tim_work);
}

/**
 * skua_op_set_tim() - ieee80211_ops.set_tim
 * @hw: the device
 * @sta: station
 * @set: true if mac80211 holds frames for the station, false if it no longer does
 *
 * Atomic; mac80211 makes one call at a time. mac80211 does not repeat a call, and
 * a station whose bit is wrong sleeps on. So if the command finds no room, it is
 * sent later, with the value of then.
 *
 * Return: 0.
 */
int skua_op_set_tim(struct ieee80211_hw *hw, struct ieee80211_sta *sta,
		    bool set)
{
	struct skua_sta *ssta = skua_sta(sta);
	struct skua *sc = hw->priv;
	struct skua_vif *svif;

	if (!sta->aid || sta->aid > SKUA_MAX_AID || !ssta->vif ||
	    ssta->vif->type != NL80211_IFTYPE_AP)
		return 0;
	svif = skua_vif(ssta->vif);
	assign_bit(sta->aid, svif->tim, set);
	if (skua_tim_send(sc, svif, sta->aid, skua_cmd_post) == -EBUSY)
		wiphy_work_queue(hw->wiphy, &sc->tim_work);
	return 0;
}

/* ------------------------------------------------------------------ */
/* Changes								*/
/* ------------------------------------------------------------------ */

#define SKUA_VIF_CFG_CHANGES	(BSS_CHANGED_ASSOC | BSS_CHANGED_SSID)

/**
 * skua_op_vif_cfg_changed() - ieee80211_ops.vif_cfg_changed
 * @hw: the device
 * @vif: the interface
 * @changed: BSS_CHANGED_*
 */
void skua_op_vif_cfg_changed(struct ieee80211_hw *hw,
			     struct ieee80211_vif *vif, u64 changed)
{
	struct skua *sc = hw->priv;

	/* The next BSS may be an open one. */
	if ((changed & BSS_CHANGED_ASSOC) && !vif->cfg.assoc)
		skua_vif(vif)->keyed = false;
	if (changed & SKUA_VIF_CFG_CHANGES)
		skua_vif_update(sc, vif);
}

#define SKUA_LINK_CHANGES (BSS_CHANGED_ASSOC | BSS_CHANGED_ERP_CTS_PROT |	\
			   BSS_CHANGED_ERP_PREAMBLE | BSS_CHANGED_ERP_SLOT |	\
			   BSS_CHANGED_HT | BSS_CHANGED_BASIC_RATES |		\
			   BSS_CHANGED_BEACON_INT | BSS_CHANGED_BSSID |		\
			   BSS_CHANGED_BEACON_ENABLED | BSS_CHANGED_QOS |	\
			   BSS_CHANGED_BEACON_INFO | BSS_CHANGED_BANDWIDTH |	\
			   BSS_CHANGED_MCAST_RATE | BSS_CHANGED_TXPOWER)

/**
 * skua_op_link_info_changed() - ieee80211_ops.link_info_changed
 * @hw: the device
 * @vif: the interface
 * @info: its link
 * @changed: BSS_CHANGED_*
 */
void skua_op_link_info_changed(struct ieee80211_hw *hw,
			       struct ieee80211_vif *vif,
			       struct ieee80211_bss_conf *info, u64 changed)
{
	struct skua *sc = hw->priv;
	int ret;

	if (changed & SKUA_LINK_CHANGES)
		skua_vif_update(sc, vif);
	if (changed & BSS_CHANGED_BEACON_ENABLED && !info->enable_beacon)
		skua_beacon_stop(sc, vif);
	if (changed & (BSS_CHANGED_BEACON | BSS_CHANGED_BEACON_ENABLED) &&
	    info->enable_beacon) {
		ret = skua_beacon_set(sc, vif);
		if (ret && skua_alive(sc))
			dev_warn(sc->dev, "%pM: beacon not set: %d\n",
				 vif->addr, ret);
	}
}

/**
 * skua_op_set_bitrate_mask() - ieee80211_ops.set_bitrate_mask
 * @hw: the device
 * @vif: the interface
 * @mask: rates by band
 *
 * mac80211 does not repeat the mask, so the driver keeps it. The NIC
 * cannot choose the length of the HE-LTF. After an error the mask of before, or none,
 * is in force.
 *
 * Return: 0, -EOPNOTSUPP, -ENOMEM, or see skua_cmd_exec().
 */
int skua_op_set_bitrate_mask(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			     const struct cfg80211_bitrate_mask *mask)
{
	struct skua_vif *svif = skua_vif(vif);
	const struct skua_mask *old = svif->mask;
	struct cfg80211_bitrate_mask before;
	struct skua *sc = hw->priv;
	struct skua_mask *kept;
	unsigned int i;
	int ret;

	lockdep_assert_wiphy(hw->wiphy);
	for (i = 0; i < NUM_NL80211_BANDS; i++)
		if (hw->wiphy->bands[i] && mask->control[i].he_ltf != 0xff)
			return -EOPNOTSUPP;
	kept = skua_mask_find(sc, vif) ?: skua_mask_take(sc, vif);
	if (!kept)
		return -ENOMEM;
	before = kept->rates;
	kept->rates = *mask;
	svif->mask = kept;
	ret = skua_op_result(sc, skua_vif_update(sc, vif));
	if (!ret)
		return 0;
	kept->rates = before;
	svif->mask = old;
	if (!old)
		kept->wdev = 0;
	return ret;
}

/**
 * skua_op_conf_tx() - ieee80211_ops.conf_tx
 * @hw: the device
 * @vif: the interface
 * @link_id: its link
 * @ac: access category
 * @params: EDCA parameters
 *
 * Return: 0 or see skua_cmd_exec().
 */
int skua_op_conf_tx(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		    unsigned int link_id, u16 ac,
		    const struct ieee80211_tx_queue_params *params)
{
	struct skua *sc = hw->priv;
	struct skua_cmd_edca cmd = {
		.vif = skua_vif(vif)->idx,
		.link = link_id,
		.ac = ac,
		.aifsn = params->aifs,
		.cw_min = cpu_to_le16(params->cw_min),
		.cw_max = cpu_to_le16(params->cw_max),
		.txop = cpu_to_le16(params->txop),
		.flags = (params->uapsd ? BIT(0) : 0) |
			 (params->acm ? BIT(1) : 0),
	};

	if (params->mu_edca) {
		cmd.mu_aifsn = params->mu_edca_param_rec.aifsn & 0xf;
		cmd.mu_ecw = params->mu_edca_param_rec.ecw_min_max;
		cmd.mu_timer = params->mu_edca_param_rec.mu_edca_timer;
	}
	return skua_op_result(sc, skua_cmd_send(sc, SKUA_CMD_EDCA, &cmd,
						sizeof(cmd)));
}

/* ------------------------------------------------------------------ */
/* TSF									*/
/* ------------------------------------------------------------------ */

/**
 * skua_op_get_tsf() - ieee80211_ops.get_tsf
 * @hw: the device
 * @vif: the interface
 *
 * Return: TSF in microseconds, or ~0 if the command fails.
 */
u64 skua_op_get_tsf(struct ieee80211_hw *hw, struct ieee80211_vif *vif)
{
	struct skua_cmd_tsf ans = {};

	if (skua_tsf_cmd(hw->priv, vif, SKUA_CMD_TSF_GET, 0, &ans))
		return ~0ull;
	return le64_to_cpu(ans.tsf);
}

/**
 * skua_op_pre_channel_switch() - ieee80211_ops.pre_channel_switch
 * @hw: the device
 * @vif: the interface
 * @ch_switch: what was announced
 *
 * Return: 0
 */
int skua_op_pre_channel_switch(struct ieee80211_hw *hw,
			       struct ieee80211_vif *vif,
			       struct ieee80211_channel_switch *ch_switch)
{
	u64 interval = ieee80211_tu_to_usec(vif->bss_conf.beacon_int);

	lockdep_assert_wiphy(hw->wiphy);
	skua_vif(vif)->switch_at = skua_now_us() + ch_switch->count * interval;
	return 0;
}

/**
 * skua_switch_ahead() - will a station follow its access point to another channel?
 * @vif: its interface
 *
 * Wiphy mutex.
 *
 * Return: true until it has done so; mac80211's switch ends later, by a beacon there.
 */
bool skua_switch_ahead(struct ieee80211_vif *vif)
{
	return vif->bss_conf.csa_active &&
	       skua_now_us() < skua_vif(vif)->switch_at;
}

/**
 * skua_op_tx_last_beacon() - ieee80211_ops.tx_last_beacon
 * @hw: the device
 *
 * The station that sent the last beacon of an IBSS answers probe requests
 * (IEEE 802.11-2020, 11.1.4.3.4). There is one IBSS interface at most.
 *
 * Return: 1 if this NIC sent it, else 0.
 */
int skua_op_tx_last_beacon(struct ieee80211_hw *hw)
{
	struct skua *sc = hw->priv;
	struct ieee80211_vif *vif;
	unsigned int i;

	for (i = 0; i < SKUA_MAX_VIFS; i++) {
		struct skua_cmd_tsf ans = {};

		vif = wiphy_dereference(hw->wiphy, sc->vif[i]);
		if (!vif || vif->type != NL80211_IFTYPE_ADHOC)
			continue;
		if (skua_tsf_cmd(sc, vif, SKUA_CMD_TSF_GET, 0, &ans))
			return 0;
		return !!(ans.flags & SKUA_TSFF_LAST_BEACON);
	}
	return 0;
}

/**
 * skua_op_set_tsf() - ieee80211_ops.set_tsf
 * @hw: the device
 * @vif: the interface
 * @tsf: microseconds
 *
 * The NIC is told the difference, which a restart repeats.
 */
void skua_op_set_tsf(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		     u64 tsf)
{
	struct skua_cmd_tsf ans = {};

	if (!skua_tsf_cmd(hw->priv, vif, SKUA_CMD_TSF_GET, 0, &ans))
		skua_op_offset_tsf(hw, vif, tsf - le64_to_cpu(ans.tsf));
}

/**
 * skua_op_offset_tsf() - ieee80211_ops.offset_tsf
 * @hw: the device
 * @vif: the interface
 * @offset: microseconds
 */
void skua_op_offset_tsf(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			s64 offset)
{
	struct skua *sc = hw->priv;
	int ret;

	ret = skua_tsf_cmd(sc, vif, SKUA_CMD_TSF_OFFSET, offset, NULL);
	/* If the NIC has died, its restart adds this, too. */
	if (!skua_op_result(sc, ret))
		skua_vif(vif)->tsf_offset += offset;
}

/**
 * skua_op_reset_tsf() - ieee80211_ops.reset_tsf
 * @hw: the device
 * @vif: the interface
 */
void skua_op_reset_tsf(struct ieee80211_hw *hw, struct ieee80211_vif *vif)
{
	skua_tsf_cmd(hw->priv, vif, SKUA_CMD_TSF_SET, 0, NULL);
}
