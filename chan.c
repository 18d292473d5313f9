// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - channel contexts, radar, survey, and settings of the whole radio:
 * receive filter, transmit power, RTS threshold
 */
#include "skua.h"

/**
 * struct skua_chanctx - drv_priv of a channel context
 * @idx: handle in the NIC
 */
struct skua_chanctx {
	u8 idx;
};

static_assert(sizeof(struct skua_chanctx) == SKUA_CHANCTX_PRIV);

static struct skua_chanctx *skua_ctx(struct ieee80211_chanctx_conf *conf)
{
	return (struct skua_chanctx *)conf->drv_priv;
}

static int skua_ctx_send(struct skua *sc, u8 idx,
			 const struct cfg80211_chan_def *def)
{
	struct skua_cmd_chanctx cmd = { .ctx = idx };

	skua_chandef(&cmd.chan, def);
	/* A wide channel may need radar detection outside of its primary part. */
	if (cfg80211_chandef_dfs_required(sc->hw->wiphy, def,
					  NL80211_IFTYPE_AP) > 0)
		cmd.chan.flags |= SKUA_CHANF_RADAR;
	return skua_cmd_send(sc, SKUA_CMD_CHANCTX_SET, &cmd, sizeof(cmd));
}

/**
 * skua_vif_set_chanctx() - assign a channel context to an interface
 * @sc: the device
 * @vif: the interface
 * @ctx: handle, or SKUA_CHANCTX_NONE
 *
 * Process context, wiphy mutex.
 *
 * Return: see skua_cmd_exec().
 */
int skua_vif_set_chanctx(struct skua *sc, struct ieee80211_vif *vif, u8 ctx)
{
	struct skua_vif *svif = skua_vif(vif);
	struct skua_cmd_vif_chanctx cmd = {
		.vif = svif->idx,
		.ctx = ctx,
	};
	int ret;

	lockdep_assert_wiphy(sc->hw->wiphy);
	ret = skua_cmd_send(sc, SKUA_CMD_VIF_CHANCTX, &cmd, sizeof(cmd));
	if (!ret || ctx == SKUA_CHANCTX_NONE)
		svif->chanctx = ctx;
	return ret;
}

/* ------------------------------------------------------------------ */
/* Contexts								*/
/* ------------------------------------------------------------------ */

/**
 * skua_op_add_chanctx() - ieee80211_ops.add_chanctx
 * @hw: the device
 * @conf: the context
 *
 * Return: 0, -ENOSPC, or see skua_cmd_exec().
 */
int skua_op_add_chanctx(struct ieee80211_hw *hw,
			struct ieee80211_chanctx_conf *conf)
{
	struct skua *sc = hw->priv;
	unsigned int idx = find_first_zero_bit(&sc->ctx_used,
					       sc->caps.chanctxs);
	int ret;

	if (idx >= sc->caps.chanctxs)
		return -ENOSPC;
	skua_ctx(conf)->idx = idx;
	skua_roc_leave(sc);
	ret = skua_op_result(sc, skua_ctx_send(sc, idx, &conf->def));
	if (!ret)
		__set_bit(idx, &sc->ctx_used);
	return ret;
}

/**
 * skua_op_remove_chanctx() - ieee80211_ops.remove_chanctx
 * @hw: the device
 * @conf: the context
 */
void skua_op_remove_chanctx(struct ieee80211_hw *hw,
			    struct ieee80211_chanctx_conf *conf)
{
	struct skua *sc = hw->priv;
	u8 idx = skua_ctx(conf)->idx;

	skua_cmd_send_u32(sc, SKUA_CMD_CHANCTX_REMOVE, idx);
	__clear_bit(idx, &sc->ctx_used);
}

/**
 * skua_op_change_chanctx() - ieee80211_ops.change_chanctx
 * @hw: the device
 * @conf: the context
 * @changed: IEEE80211_CHANCTX_CHANGE_*
 */
void skua_op_change_chanctx(struct ieee80211_hw *hw,
			    struct ieee80211_chanctx_conf *conf, u32 changed)
{
	skua_ctx_send(hw->priv, skua_ctx(conf)->idx, &conf->def);
}

/**
 * skua_op_assign_vif_chanctx() - ieee80211_ops.assign_vif_chanctx
 * @hw: the device
 * @vif: the interface
 * @link_conf: its link
 * @conf: the context
 *
 * Return: 0 or see skua_cmd_exec().
 */
int skua_op_assign_vif_chanctx(struct ieee80211_hw *hw,
			       struct ieee80211_vif *vif,
			       struct ieee80211_bss_conf *link_conf,
			       struct ieee80211_chanctx_conf *conf)
{
	struct skua *sc = hw->priv;

	return skua_op_result(sc, skua_vif_set_chanctx(sc, vif,
						       skua_ctx(conf)->idx));
}

/**
 * skua_op_unassign_vif_chanctx() - ieee80211_ops.unassign_vif_chanctx
 * @hw: the device
 * @vif: the interface
 * @link_conf: its link
 * @conf: the context
 */
void skua_op_unassign_vif_chanctx(struct ieee80211_hw *hw,
				  struct ieee80211_vif *vif,
				  struct ieee80211_bss_conf *link_conf,
				  struct ieee80211_chanctx_conf *conf)
{
	skua_vif_set_chanctx(hw->priv, vif, SKUA_CHANCTX_NONE);
}

static void skua_switch_back(struct skua *sc,
			     struct ieee80211_vif_chanctx_switch *vifs, int n)
{
	while (n--)
		skua_vif_set_chanctx(sc, vifs[n].vif,
				     skua_ctx(vifs[n].old_ctx)->idx);
}

/**
 * skua_op_switch_vif_chanctx() - ieee80211_ops.switch_vif_chanctx
 * @hw: the device
 * @vifs: interfaces with their old and new contexts
 * @n_vifs: how many
 * @mode: whether new contexts replace the old ones
 *
 * Return: 0 or a negative error; after an error the old contexts are restored.
 */
int skua_op_switch_vif_chanctx(struct ieee80211_hw *hw,
			       struct ieee80211_vif_chanctx_switch *vifs,
			       int n_vifs,
			       enum ieee80211_chanctx_switch_mode mode)
{
	bool swap = mode == CHANCTX_SWMODE_SWAP_CONTEXTS;
	struct skua *sc = hw->priv;
	int i, ret;

	/*
	 * With swapping, a new context replaces the old one for all interfaces
	 * of the old context at once. The NIC changes a context in place, so
	 * the new context takes over the handle of the old one.
	 */
	for (i = 0; i < n_vifs; i++) {
		if (swap) {
			skua_ctx(vifs[i].new_ctx)->idx =
				skua_ctx(vifs[i].old_ctx)->idx;
			ret = skua_ctx_send(sc, skua_ctx(vifs[i].new_ctx)->idx,
					    &vifs[i].new_ctx->def);
		} else {
			ret = skua_vif_set_chanctx(sc, vifs[i].vif,
						   skua_ctx(vifs[i].new_ctx)->idx);
		}
		if (ret)
			break;
	}
	if (i == n_vifs)
		return 0;
	if (!swap) {
		skua_switch_back(sc, vifs, i);
		return ret;
	}
	do {
		skua_ctx_send(sc, skua_ctx(vifs[i].old_ctx)->idx,
			      &vifs[i].old_ctx->def);
	} while (i--);
	return ret;
}

/* ------------------------------------------------------------------ */
/* Radar								*/
/* ------------------------------------------------------------------ */

static void skua_radar_iter(struct ieee80211_hw *hw,
			    struct ieee80211_chanctx_conf *conf, void *data)
{
	u16 freq = *(u16 *)data;

	/* Stations do not detect radars: their access point does. */
	if (conf->radar_enabled &&
	    (!freq || conf->def.chan->center_freq == freq))
		ieee80211_radar_detected(hw, conf);
}

/**
 * skua_radar_detected() - tell mac80211 of a radar
 * @sc: the device
 * @freq: primary channel of the radar in MHz; 0 for any
 *
 * Only contexts with radar detection are concerned. Any context.
 */
void skua_radar_detected(struct skua *sc, u16 freq)
{
	ieee80211_iter_chan_contexts_atomic(sc->hw, skua_radar_iter, &freq);
}

/**
 * skua_radar_event() - the NIC has heard a radar
 * @sc: the device
 * @evt: the event
 *
 * Wiphy mutex.
 */
void skua_radar_event(struct skua *sc, const struct skua_evt_radar *evt)
{
	u16 freq = le16_to_cpu(evt->freq);

	lockdep_assert_wiphy(sc->hw->wiphy);
	dev_info_ratelimited(sc->dev,
			     "radar at %u MHz: pulses of %u us every %u us\n",
			     freq, le16_to_cpu(evt->width_us),
			     le32_to_cpu(evt->pri_us));
	if (freq)
		skua_radar_detected(sc, freq);
}

/* ------------------------------------------------------------------ */
/* The whole radio							*/
/* ------------------------------------------------------------------ */

/**
 * skua_vif_power() - the highest transmit power of an interface
 * @sc: the device
 * @vif: the interface
 *
 * Return: dBm, within the radio's range; its highest if none is chosen yet
 */
int skua_vif_power(const struct skua *sc, const struct ieee80211_vif *vif)
{
	int dbm = vif->bss_conf.txpower;

	if (dbm == INT_MIN)
		return sc->caps.max_power;
	return clamp(dbm, 0, (int)sc->caps.max_power);
}

/*
 * With single_channel mac80211 also has one limit for all interfaces. The value is
 * clamped to the radio's range.
 */
static int skua_set_txpower(struct skua *sc, int dbm)
{
	if (dbm == INT_MIN)
		return 0;
	sc->txpower = clamp(dbm, 0, (int)sc->caps.max_power);
	return skua_cmd_send_u32(sc, SKUA_CMD_TXPOWER, sc->txpower);
}

/**
 * skua_radio_restore() - tell a NIC that has been booted the settings of the radio
 * @sc: the device
 *
 * Process context, wiphy mutex. mac80211 repeats them in a restart alone, and not
 * when interfaces go up after a NIC has died while they were down.
 *
 * Return: see skua_cmd_exec().
 */
int skua_radio_restore(struct skua *sc)
{
	int ret;

	lockdep_assert_wiphy(sc->hw->wiphy);
	ret = skua_cmd_send_u32(sc, SKUA_CMD_RX_FILTER, sc->filter);
	if (!ret)
		ret = skua_cmd_send_u32(sc, SKUA_CMD_RTS_THRESHOLD,
					sc->rts_threshold);
	if (!ret)
		ret = skua_cmd_send_u32(sc, SKUA_CMD_TXPOWER, sc->txpower);
	return ret;
}

/* Tunes to the channel of single_channel, and puts all interfaces on it. */
static int skua_set_channel(struct skua *sc)
{
	struct ieee80211_vif *vif;
	unsigned int i;
	int ret;

	ret = skua_ctx_send(sc, 0, &sc->hw->conf.chandef);
	if (ret)
		return ret;
	__set_bit(0, &sc->ctx_used);
	for (i = 0; i < SKUA_MAX_VIFS && !ret; i++) {
		vif = wiphy_dereference(sc->hw->wiphy, sc->vif[i]);
		if (vif && skua_vif(vif)->chanctx == SKUA_CHANCTX_NONE)
			ret = skua_vif_set_chanctx(sc, vif, 0);
	}
	return ret;
}

static int skua_set_retry_limits(struct skua *sc)
{
	const struct ieee80211_conf *conf = &sc->hw->conf;
	u32 limits = FIELD_PREP(SKUA_RETRY_SHORT, conf->short_frame_max_tx_count) |
		     FIELD_PREP(SKUA_RETRY_LONG, conf->long_frame_max_tx_count);

	return skua_cmd_send_u32(sc, SKUA_CMD_RETRY_LIMITS, limits);
}

/**
 * skua_op_config() - ieee80211_ops.config
 * @hw: the device
 * @changed: IEEE80211_CONF_CHANGE_*
 *
 * With single_channel, context 0 is the one channel of all interfaces.
 *
 * Return: 0 or see skua_cmd_exec().
 */
int skua_op_config(struct ieee80211_hw *hw, u32 changed)
{
	struct skua *sc = hw->priv;
	int ret = 0;

	if (changed & IEEE80211_CONF_CHANGE_CHANNEL && skua_single_channel)
		ret = skua_set_channel(sc);
	if (!ret && changed & IEEE80211_CONF_CHANGE_POWER)
		ret = skua_set_txpower(sc, hw->conf.power_level);
	if (!ret && changed & IEEE80211_CONF_CHANGE_RETRY_LIMITS)
		ret = skua_set_retry_limits(sc);
	return skua_op_result(sc, ret);
}

static const struct {
	u32 fif;
	u32 filter;
} skua_filters[] = {
	{ FIF_ALLMULTI,			SKUA_FILTER_ALLMULTI },
	{ FIF_FCSFAIL,			SKUA_FILTER_FCSFAIL },
	{ FIF_PLCPFAIL,			SKUA_FILTER_PLCPFAIL },
	{ FIF_BCN_PRBRESP_PROMISC,	SKUA_FILTER_BCN_PRBRESP },
	{ FIF_CONTROL,			SKUA_FILTER_CONTROL },
	{ FIF_OTHER_BSS,		SKUA_FILTER_OTHER_BSS },
	{ FIF_PSPOLL,			SKUA_FILTER_PSPOLL },
	{ FIF_PROBE_REQ,		SKUA_FILTER_PROBE_REQ },
	{ FIF_MCAST_ACTION,		SKUA_FILTER_MCAST_ACTION },
};

/**
 * skua_op_configure_filter() - ieee80211_ops.configure_filter
 * @hw: the device
 * @changed: FIF_* that changed
 * @total: wanted FIF_*; flags that the NIC does not have are cleared
 * @multicast: unused
 */
void skua_op_configure_filter(struct ieee80211_hw *hw, unsigned int changed,
			      unsigned int *total, u64 multicast)
{
	struct skua *sc = hw->priv;
	u32 fif = 0, filter = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skua_filters); i++) {
		if (!(*total & skua_filters[i].fif))
			continue;
		fif |= skua_filters[i].fif;
		filter |= skua_filters[i].filter;
	}
	*total = fif;
	sc->filter = filter;
	skua_cmd_send_u32(sc, SKUA_CMD_RX_FILTER, filter);
}

/**
 * skua_op_set_rts_threshold() - ieee80211_ops.set_rts_threshold
 * @hw: the device
 * @value: bytes, ~0 for off
 *
 * The user may set it while all interfaces are down and the NIC is dead: start()
 * tells the NIC then.
 *
 * Return: 0, -ENODEV if the NIC has been removed, or see skua_cmd_exec().
 */
int skua_op_set_rts_threshold(struct ieee80211_hw *hw, u32 value)
{
	struct skua *sc = hw->priv;
	int ret = 0;

	if (test_bit(SKUA_F_GONE, &sc->flags))
		return -ENODEV;
	if (skua_alive(sc))
		ret = skua_op_result(sc, skua_cmd_send_u32(sc,
							   SKUA_CMD_RTS_THRESHOLD,
							   value));
	if (!ret)
		sc->rts_threshold = value;
	return ret;
}

/**
 * skua_op_get_txpower() - ieee80211_ops.get_txpower
 * @hw: the device
 * @vif: the interface
 * @dbm: the answer
 *
 * Return: 0.
 */
int skua_op_get_txpower(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			int *dbm)
{
	struct skua *sc = hw->priv;

	*dbm = min(skua_vif_power(sc, vif), sc->txpower);
	return 0;
}

/* Finds a channel by its index over all bands. */
static struct ieee80211_channel *skua_nth_channel(struct skua *sc, int idx)
{
	struct ieee80211_supported_band *sband;
	int band;

	for (band = 0; band < NUM_NL80211_BANDS; band++) {
		sband = sc->hw->wiphy->bands[band];
		if (!sband)
			continue;
		if (idx < sband->n_channels)
			return &sband->channels[idx];
		idx -= sband->n_channels;
	}
	return NULL;
}

/**
 * skua_survey_restart() - the NIC has forgotten the survey
 * @sc: the device
 *
 * Wiphy mutex.
 */
void skua_survey_restart(struct skua *sc)
{
	unsigned int i;

	lockdep_assert_wiphy(sc->hw->wiphy);
	for (i = 0; sc->survey && i < sc->nchans; i++) {
		skua_total_restart(&sc->survey[i].time);
		skua_total_restart(&sc->survey[i].busy);
		skua_total_restart(&sc->survey[i].rx);
		skua_total_restart(&sc->survey[i].tx);
	}
}

static void skua_survey_times(struct survey_info *survey,
			      struct skua_chan_time *chan,
			      const struct skua_survey *ans)
{
	const struct {
		u64 *to;
		struct skua_total *total;
		__le64 us;
	} map[] = {
		{ &survey->time, &chan->time, ans->time_us },
		{ &survey->time_busy, &chan->busy, ans->busy_us },
		{ &survey->time_rx, &chan->rx, ans->rx_us },
		{ &survey->time_tx, &chan->tx, ans->tx_us },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		*map[i].to = div_u64(skua_total_read(map[i].total,
						     le64_to_cpu(map[i].us)),
				     USEC_PER_MSEC);
	survey->filled |= SURVEY_INFO_TIME | SURVEY_INFO_TIME_BUSY |
			  SURVEY_INFO_TIME_RX | SURVEY_INFO_TIME_TX;
}

/**
 * skua_op_get_survey() - ieee80211_ops.get_survey
 * @hw: the device
 * @idx: index of the channel over all bands
 * @survey: the answer
 *
 * Return: 0, -ENOENT after the last channel, or see skua_cmd_exec().
 */
int skua_op_get_survey(struct ieee80211_hw *hw, int idx,
		       struct survey_info *survey)
{
	struct skua *sc = hw->priv;
	struct ieee80211_channel *chan = skua_nth_channel(sc, idx);
	struct skua_cmd_u32 cmd;
	struct skua_survey ans = {};
	const struct skua_cmd_req req = {
		.op = SKUA_CMD_SURVEY,
		.may_miss = true,
		.data = &cmd,
		.len = sizeof(cmd),
		.answer = &ans,
		.answer_len = sizeof(ans),
	};
	int ret;

	if (!chan)
		return -ENOENT;
	memset(survey, 0, sizeof(*survey));
	survey->channel = chan;
	cmd.val = cpu_to_le32(chan->center_freq);
	ret = skua_cmd_exec(sc, &req);
	if (ret && ret != -ENOENT)
		return ret;
	/* The NIC has not been there since it was booted, perhaps before. */
	if (ret && !sc->survey[idx].time.base)
		return 0;
	skua_survey_times(survey, &sc->survey[idx], &ans);
	if (ret)
		return 0;
	survey->noise = ans.noise;
	survey->filled |= SURVEY_INFO_NOISE_DBM;
	if (ans.in_use)
		survey->filled |= SURVEY_INFO_IN_USE;
	return 0;
}
