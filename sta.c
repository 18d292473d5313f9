// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - stations: handles, and the NIC's parameters of each peer
 *
 * A station has a handle with a generation. So a descriptor or a completion that
 * names a removed station is recognised, even if another station has the handle
 * now.
 */
#include <linux/slab.h>

#include "sta.h"

/* ------------------------------------------------------------------ */
/* Handles								*/
/* ------------------------------------------------------------------ */

static void skua_sta_work(struct wiphy *wiphy, struct wiphy_work *work);

/**
 * skua_sta_init() - make the table of handles
 * @sc: the device; caps.stas is its size
 *
 * Process context, in probe.
 *
 * Return: 0 or -ENOMEM
 */
int skua_sta_init(struct skua *sc)
{
	wiphy_work_init(&sc->sta_work, skua_sta_work);
	ida_init(&sc->sta_ids);
	sc->sta = kvcalloc(max_t(u32, sc->caps.stas, 1), sizeof(*sc->sta),
			   GFP_KERNEL);
	return sc->sta ? 0 : -ENOMEM;
}

/**
 * skua_sta_exit() - undo skua_sta_init()
 * @sc: the device
 */
void skua_sta_exit(struct skua *sc)
{
	if (!sc->sta)
		return;
	ida_destroy(&sc->sta_ids);
	kvfree(sc->sta);
	sc->sta = NULL;
}

/**
 * skua_sta_reset() - the NIC has forgotten all stations
 * @sc: the device
 *
 * Wiphy mutex, NAPI off. In a restart mac80211 adds its stations again.
 */
void skua_sta_reset(struct skua *sc)
{
	unsigned int i;

	lockdep_assert_wiphy(sc->hw->wiphy);
	if (!sc->sta)
		return;
	for (i = 0; i < sc->caps.stas; i++) {
		RCU_INIT_POINTER(sc->sta[i].sta, NULL);
		sc->sta[i].owner = NULL;
	}
	ida_destroy(&sc->sta_ids);
}

/**
 * skua_sta_get() - look up the station that the NIC names
 * @sc: the device
 * @handle: from the NIC, any value
 * @gen: from the NIC, any value
 *
 * Inside rcu_read_lock().
 *
 * Return: the station, or NULL if it has been removed
 */
struct ieee80211_sta *skua_sta_get(struct skua *sc, u16 handle, u16 gen)
{
	if (handle >= sc->caps.stas || sc->sta[handle].gen != gen)
		return NULL;
	return rcu_dereference(sc->sta[handle].sta);
}

/**
 * skua_sta_handle_take() - give a station a handle and a fresh generation
 * @sc: the device
 * @sta: station; skua_sta_get() finds it from now on
 *
 * Wiphy mutex.
 *
 * Return: 0, -ENOSPC or -ENOMEM
 */
int skua_sta_handle_take(struct skua *sc, struct ieee80211_sta *sta)
{
	struct skua_sta *ssta = skua_sta(sta);
	int handle;

	lockdep_assert_wiphy(sc->hw->wiphy);
	if (!sc->caps.stas)
		return -ENOSPC;
	handle = ida_alloc_max(&sc->sta_ids, sc->caps.stas - 1, GFP_KERNEL);
	if (handle < 0)
		return handle;
	sc->sta[handle].owner = ssta;
	memset(sc->sta[handle].tx_posted, 0, sizeof(sc->sta[handle].tx_posted));
	sc->sta[handle].tx_ended = 0;
	sc->sta[handle].tx_silent = 0;
	ssta->gen = ++sc->sta[handle].gen;
	ssta->handle = handle;
	rcu_assign_pointer(sc->sta[handle].sta, sta);
	return 0;
}

/**
 * skua_sta_handle_put() - take a handle back
 * @sc: the device
 * @ssta: station; nothing happens if it has no handle, or if a reset of the NIC
 *	has taken the handle already
 *
 * Wiphy mutex.
 */
void skua_sta_handle_put(struct skua *sc, struct skua_sta *ssta)
{
	u16 handle = ssta->handle;

	lockdep_assert_wiphy(sc->hw->wiphy);
	ssta->handle = SKUA_STA_NONE;
	if (handle >= sc->caps.stas || sc->sta[handle].owner != ssta)
		return;
	RCU_INIT_POINTER(sc->sta[handle].sta, NULL);
	sc->sta[handle].owner = NULL;
	ida_free(&sc->sta_ids, handle);
}

/* ------------------------------------------------------------------ */
/* Commands								*/
/* ------------------------------------------------------------------ */

static u32 skua_sta_flags(const struct ieee80211_sta *sta,
			  const struct skua_sta *ssta)
{
	const struct ieee80211_sta_ht_cap *ht = &sta->deflink.ht_cap;
	const struct ieee80211_sta_vht_cap *vht = &sta->deflink.vht_cap;
	const struct {
		bool is;
		u32 flag;
	} map[] = {
		{ ssta->state >= IEEE80211_STA_AUTH, SKUA_STAF_AUTH },
		{ ssta->state >= IEEE80211_STA_ASSOC, SKUA_STAF_ASSOC },
		{ ssta->state >= IEEE80211_STA_AUTHORIZED, SKUA_STAF_AUTHORIZED },
		{ sta->wme, SKUA_STAF_QOS },
		{ sta->mfp, SKUA_STAF_MFP },
		{ ssta->fourway, SKUA_STAF_4ADDR },
		{ sta->tdls, SKUA_STAF_TDLS },
		{ ht->cap & IEEE80211_HT_CAP_SGI_20, SKUA_STAF_SHORT_GI_20 },
		{ ht->cap & IEEE80211_HT_CAP_SGI_40, SKUA_STAF_SHORT_GI_40 },
		{ vht->cap & IEEE80211_VHT_CAP_SHORT_GI_80, SKUA_STAF_SHORT_GI_80 },
		{ vht->cap & IEEE80211_VHT_CAP_SHORT_GI_160, SKUA_STAF_SHORT_GI_160 },
		{ (ht->cap & IEEE80211_HT_CAP_LDPC_CODING) ||
		  (vht->cap & IEEE80211_VHT_CAP_RXLDPC), SKUA_STAF_LDPC },
		{ sta->spp_amsdu, SKUA_STAF_SPP_AMSDU },
		{ ssta->keyed, SKUA_STAF_KEYED },
		{ READ_ONCE(ssta->asleep), SKUA_STAF_ASLEEP },
		{ ssta->decap, SKUA_STAF_DECAP },
	};
	u32 flags = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i].is)
			flags |= map[i].flag;
	return flags;
}

/**
 * skua_sta_uapsd() - the ACs of U-APSD in the order of the transmit rings
 * @qosinfo: bits of the QoS Info field: VO, VI, BK, BE
 *
 * Return: mask over IEEE80211_AC_*
 */
u8 skua_sta_uapsd(u8 qosinfo)
{
	u8 acs = 0;

	if (qosinfo & IEEE80211_WMM_IE_STA_QOSINFO_AC_VO)
		acs |= BIT(IEEE80211_AC_VO);
	if (qosinfo & IEEE80211_WMM_IE_STA_QOSINFO_AC_VI)
		acs |= BIT(IEEE80211_AC_VI);
	if (qosinfo & IEEE80211_WMM_IE_STA_QOSINFO_AC_BE)
		acs |= BIT(IEEE80211_AC_BE);
	if (qosinfo & IEEE80211_WMM_IE_STA_QOSINFO_AC_BK)
		acs |= BIT(IEEE80211_AC_BK);
	return acs;
}

static u8 skua_sta_bw(enum ieee80211_sta_rx_bandwidth bw)
{
	switch (bw) {
	case IEEE80211_STA_RX_BW_40:
		return SKUA_BW_40;
	case IEEE80211_STA_RX_BW_80:
		return SKUA_BW_80;
	case IEEE80211_STA_RX_BW_160:
		return SKUA_BW_160;
	case IEEE80211_STA_RX_BW_320:
		return SKUA_BW_320;
	default:
		return SKUA_BW_20;
	}
}

/*
 * A station in SM power save listens with one chain: always (static), or until
 * it gets a frame (dynamic). It can receive one stream at any time.
 */
static u8 skua_sta_nss(const struct ieee80211_link_sta *link)
{
	if (link->smps_mode == IEEE80211_SMPS_STATIC ||
	    link->smps_mode == IEEE80211_SMPS_DYNAMIC)
		return 1;
	return max_t(u8, link->rx_nss, 1);
}

/*
 * IEEE 802.11-2020, 10.12.2, and 802.11ax: HE has more octets for a station whose exponent
 * of HT, of VHT, or of 6 GHz is at its end.
 */
static u8 skua_sta_ampdu_factor(const struct ieee80211_link_sta *link)
{
	u8 factor = link->ht_cap.ht_supported ? link->ht_cap.ampdu_factor : 0;
	u8 end = IEEE80211_HT_MAX_AMPDU_64K;

	if (link->vht_cap.vht_supported) {
		factor = max_t(u8, factor,
			       u32_get_bits(link->vht_cap.cap,
					    IEEE80211_VHT_CAP_MAX_A_MPDU_LENGTH_EXPONENT_MASK));
		end = IEEE80211_VHT_MAX_AMPDU_1024K;
	} else if (link->he_6ghz_capa.capa) {
		factor = le16_get_bits(link->he_6ghz_capa.capa,
				       IEEE80211_HE_6GHZ_CAP_MAX_AMPDU_LEN_EXP);
		end = IEEE80211_VHT_MAX_AMPDU_1024K;
	}
	if (link->he_cap.has_he && factor == end)
		factor += u8_get_bits(link->he_cap.he_cap_elem.mac_cap_info[3],
				      IEEE80211_HE_MAC_CAP3_MAX_AMPDU_LEN_EXP_MASK);
	return factor;
}

static u8 skua_sta_ampdu_density(const struct ieee80211_link_sta *link)
{
	if (!link->ht_cap.ht_supported && link->he_6ghz_capa.capa)
		return le16_get_bits(link->he_6ghz_capa.capa,
				     IEEE80211_HE_6GHZ_CAP_MIN_MPDU_START);
	return link->ht_cap.ampdu_density;
}

static void skua_sta_encode_rates(struct skua_cmd_sta *cmd,
				  const struct ieee80211_link_sta *link,
				  enum nl80211_band band)
{
	const struct ieee80211_sta_he_cap *he = &link->he_cap;
	u32 ht = 0;
	int i;

	cmd->legacy_rates =
		cpu_to_le32(skua_legacy_mask(band, link->supp_rates[band]));
	for (i = 3; link->ht_cap.ht_supported && i >= 0; i--)
		ht = ht << 8 | link->ht_cap.mcs.rx_mask[i];
	cmd->ht_mcs = cpu_to_le32(ht);
	cmd->vht_mcs = link->vht_cap.vht_supported ?
		link->vht_cap.vht_mcs.rx_mcs_map : cpu_to_le16(0xffff);
	cmd->he_mcs = he->has_he ? he->he_mcs_nss_supp.rx_mcs_80 :
				   cpu_to_le16(0xffff);
	cmd->he_mcs160 = he->has_he &&
		(he->he_cap_elem.phy_cap_info[0] &
		 IEEE80211_HE_PHY_CAP0_CHANNEL_WIDTH_SET_160MHZ_IN_5G) ?
		he->he_mcs_nss_supp.rx_mcs_160 : cpu_to_le16(0xffff);
}

/**
 * skua_sta_encode() - build the command that adds or changes a station
 * @cmd: command to fill
 * @vif: interface
 * @sta: station, with handle and state
 * @band: band of its channel
 */
void skua_sta_encode(struct skua_cmd_sta *cmd, struct ieee80211_vif *vif,
		     struct ieee80211_sta *sta, enum nl80211_band band)
{
	const struct ieee80211_link_sta *link = &sta->deflink;
	const struct skua_sta *ssta = skua_sta(sta);

	memset(cmd, 0, sizeof(*cmd));
	cmd->sta = cpu_to_le16(ssta->handle);
	cmd->gen = cpu_to_le16(ssta->gen);
	cmd->vif = skua_vif(vif)->idx;
	cmd->aid = cpu_to_le16(sta->aid);
	memcpy(cmd->addr, sta->addr, sizeof(cmd->addr));
	cmd->flags = cpu_to_le32(skua_sta_flags(sta, ssta));
	skua_sta_encode_rates(cmd, link, band);
	cmd->bw = skua_sta_bw(link->bandwidth);
	cmd->nss = skua_sta_nss(link);
	cmd->uapsd_queues = skua_sta_uapsd(sta->uapsd_queues);
	cmd->max_sp = sta->max_sp;
	cmd->ampdu_factor = skua_sta_ampdu_factor(link);
	cmd->ampdu_density = skua_sta_ampdu_density(link);
	cmd->max_amsdu = cpu_to_le16(link->agg.max_amsdu_len);
}

static int skua_sta_send(struct skua *sc, u16 op, struct ieee80211_vif *vif,
			 struct ieee80211_sta *sta)
{
	struct skua_cmd_sta cmd;

	skua_sta_encode(&cmd, vif, sta, skua_vif_band(vif));
	return skua_cmd_send(sc, op, &cmd, sizeof(cmd));
}

/**
 * skua_sta_post() - tell the NIC about a changed station
 * @sc: the device
 * @vif: interface
 * @sta: station; nothing happens if it has no handle
 *
 * Wiphy mutex; waits for room in the command ring, but for no answer. All updates
 * are sent under this mutex, so the last one has the newest state.
 *
 * Return: 0 or a negative error
 */
int skua_sta_post(struct skua *sc, struct ieee80211_vif *vif,
		  struct ieee80211_sta *sta)
{
	struct skua_cmd_sta cmd;

	lockdep_assert_wiphy(sc->hw->wiphy);
	if (skua_sta(sta)->handle == SKUA_STA_NONE)
		return 0;
	skua_sta_encode(&cmd, vif, sta, skua_vif_band(vif));
	return skua_cmd_post_sleep(sc, SKUA_CMD_STA_UPDATE, &cmd, sizeof(cmd));
}

static void skua_sta_work(struct wiphy *wiphy, struct wiphy_work *work)
{
	struct skua *sc = container_of(work, struct skua, sta_work);
	struct ieee80211_sta *sta;
	struct skua_sta *ssta;
	unsigned int i;

	for (i = 0; i < sc->caps.stas; i++) {
		sta = wiphy_dereference(wiphy, sc->sta[i].sta);
		if (!sta)
			continue;
		ssta = skua_sta(sta);
		if (ssta->decap_due) {
			WRITE_ONCE(ssta->decap_rx, true);
			ssta->decap = true;
		}
		if (!test_and_clear_bit(0, &ssta->stale) ||
		    skua_sta_post(sc, ssta->vif, sta) != -EBUSY)
			continue;
		set_bit(0, &ssta->stale);
		wiphy_work_queue(wiphy, work);
	}
}

/* ------------------------------------------------------------------ */
/* A-MSDU								*/
/* ------------------------------------------------------------------ */

/*
 * An A-MSDU is one MPDU: the longer it is on the air, the more often all of it is lost.
 * mac80211 does not count the headers of subframes, IV, MIC and FCS.
 */
#define SKUA_AMSDU_US		500
#define SKUA_AMSDU_ROOM		64

/**
 * skua_sta_amsdu_limit() - how long an A-MSDU to a station may be
 * @link: the station's link, with what the peer takes
 * @rate: rate word of its last frame; 0 if there was none
 *
 * Return: octets; 1 for no A-MSDU, as 0 would be no limit to mac80211
 */
u16 skua_sta_amsdu_limit(const struct ieee80211_link_sta *link, u32 rate)
{
	u32 most = link->agg.max_amsdu_len;
	struct rate_info info;

	/* The length of an MPDU has 12 bits in an A-MPDU of HT. */
	if (!link->vht_cap.vht_supported && !link->he_cap.has_he)
		most = min_t(u32, most, IEEE80211_MAX_MPDU_LEN_HT_BA);
	most = most > SKUA_AMSDU_ROOM ? most - SKUA_AMSDU_ROOM : 1;
	if (skua_rate_to_info(rate, &info))
		return min_t(u32, most, IEEE80211_MAX_MPDU_LEN_HT_BA - SKUA_AMSDU_ROOM);
	/* 100 kbit/s carry a bit in 10 us */
	return clamp_t(u32, cfg80211_calculate_bitrate(&info) * SKUA_AMSDU_US / 80,
		       1, most);
}

/* NAPI, or the wiphy mutex; mac80211 reads the limit at any time. */
static void skua_sta_limit_amsdu(struct ieee80211_sta *sta)
{
	struct ieee80211_link_sta *link = &sta->deflink;
	u32 rate = READ_ONCE(skua_sta(sta)->tx_rate);

	WRITE_ONCE(link->agg.max_rc_amsdu_len, skua_sta_amsdu_limit(link, rate));
}

/* ------------------------------------------------------------------ */
/* Sequence numbers							*/
/* ------------------------------------------------------------------ */

/*
 * How far a restarted NIC goes on behind the last number that the driver knows of. The
 * NIC that died had given further ones: to the frames of a window, and to those of records
 * that nobody has read. The peer may have seen these. It takes numbers that are less than
 * half of all ahead for new ones, and a gap costs nothing.
 */
#define SKUA_SEQ_GAP	1024

static_assert(SKUA_SEQ_GAP < 2048, "half of all sequence numbers");

/**
 * skua_sta_note_seq() - a transmit record names a sequence number
 * @sta: station
 * @tid: TID; other values are ignored
 * @seq: last number that the NIC has given
 *
 * NAPI.
 */
void skua_sta_note_seq(struct ieee80211_sta *sta, u8 tid, u16 seq)
{
	lockdep_assert_in_softirq();
	if (tid < SKUA_NUM_TIDS && seq <= IEEE80211_MAX_SN)
		WRITE_ONCE(skua_sta(sta)->seq[tid], seq);
}

/*
 * Tell a restarted NIC which numbers come next. It may die again before a record names
 * one of those, so they count as given.
 */
static int skua_sta_send_seq(struct skua *sc, struct skua_sta *ssta)
{
	struct skua_cmd_sta_seq cmd = {
		.sta = cpu_to_le16(ssta->handle),
		.gen = cpu_to_le16(ssta->gen),
	};
	unsigned int tid;
	u16 seq;

	for (tid = 0; tid < SKUA_NUM_TIDS; tid++) {
		seq = READ_ONCE(ssta->seq[tid]);
		if (seq == SKUA_SEQ_NONE) {
			/* the next one is 0 */
			cmd.seq[tid] = cpu_to_le16(IEEE80211_MAX_SN);
			continue;
		}
		seq = ieee80211_sn_add(seq, SKUA_SEQ_GAP);
		WRITE_ONCE(ssta->seq[tid], seq);
		cmd.seq[tid] = cpu_to_le16(seq);
	}
	return skua_cmd_send(sc, SKUA_CMD_STA_SEQ, &cmd, sizeof(cmd));
}

/* ------------------------------------------------------------------ */
/* Operations								*/
/* ------------------------------------------------------------------ */

static int skua_sta_add(struct skua *sc, struct ieee80211_vif *vif,
			struct ieee80211_sta *sta)
{
	bool restart = test_bit(SKUA_F_RECONFIG, &sc->flags);
	struct skua_sta *ssta = skua_sta(sta);
	int err;

	ssta->vif = vif;
	/*
	 * mac80211 and the station remember a sleep over a restart, the station sequence
	 * numbers, and users a count.
	 */
	if (restart) {
		skua_total_restart(&ssta->rx_airtime);
		skua_total_restart(&ssta->rx_mpdus);
	} else {
		ssta->asleep = false;
		ssta->decap_due = false;
		ssta->decap = false;
		ssta->decap_rx = false;
		ssta->rx_airtime = (struct skua_total){};
		ssta->rx_mpdus = (struct skua_total){};
		memset(ssta->seq, 0xff, sizeof(ssta->seq));
	}
	ssta->state = IEEE80211_STA_NONE;
	err = skua_sta_handle_take(sc, sta);
	if (err) {
		ssta->handle = SKUA_STA_NONE;
		/* A restart that finds no memory is repeated, as in skua_key_set(). */
		return err == -ENOMEM ? skua_op_result(sc, err) : err;
	}
	err = skua_sta_send(sc, SKUA_CMD_STA_ADD, vif, sta);
	if (!err && restart && skua_has(sc, SKUA_FEAT_TX_AMPDU))
		err = skua_sta_send_seq(sc, ssta);
	err = skua_op_result(sc, err);
	if (err)
		skua_sta_handle_put(sc, ssta);
	return err;
}

static void skua_sta_remove(struct skua *sc, struct ieee80211_sta *sta)
{
	struct skua_sta *ssta = skua_sta(sta);
	struct skua_cmd_sta_ref ref = {
		.sta = cpu_to_le16(ssta->handle),
		.gen = cpu_to_le16(ssta->gen),
	};

	if (ssta->handle != SKUA_STA_NONE && skua_alive(sc))
		skua_cmd_send(sc, SKUA_CMD_STA_REMOVE, &ref, sizeof(ref));
	skua_sta_handle_put(sc, ssta);
	ssta->state = IEEE80211_STA_NOTEXIST;
}

/**
 * skua_op_sta_state() - a station is added, changes its state, or is removed
 * @hw: the device
 * @vif: interface
 * @sta: station
 * @old_state: its state
 * @new_state: the next state, one step up or down
 *
 * Wiphy mutex; sleeps. Steps down always succeed.
 *
 * Return: 0 or a negative error
 */
int skua_op_sta_state(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		      struct ieee80211_sta *sta,
		      enum ieee80211_sta_state old_state,
		      enum ieee80211_sta_state new_state)
{
	struct skua *sc = hw->priv;
	int err;

	lockdep_assert_wiphy(hw->wiphy);
	if (old_state == IEEE80211_STA_NOTEXIST)
		return skua_sta_add(sc, vif, sta);
	if (new_state == IEEE80211_STA_NOTEXIST) {
		skua_sta_remove(sc, sta);
		return 0;
	}
	WRITE_ONCE(skua_sta(sta)->state, new_state);
	if (new_state == IEEE80211_STA_ASSOC)
		skua_sta_limit_amsdu(sta);
	if (!skua_alive(sc) && new_state < old_state)
		return 0;
	err = skua_op_result(sc, skua_sta_send(sc, SKUA_CMD_STA_UPDATE, vif, sta));
	if (new_state == IEEE80211_STA_ASSOC && old_state < new_state)
		skua_key_ask_lease(sc, vif);
	return new_state < old_state ? 0 : err;
}

/**
 * skua_op_sta_pre_rcu_remove() - a station is about to be removed
 * @hw: the device
 * @vif: interface
 * @sta: station; NAPI does not find it from now on
 *
 * Wiphy mutex. mac80211 waits for an RCU grace period after this.
 */
void skua_op_sta_pre_rcu_remove(struct ieee80211_hw *hw,
				struct ieee80211_vif *vif,
				struct ieee80211_sta *sta)
{
	struct skua_sta *ssta = skua_sta(sta);
	struct skua *sc = hw->priv;

	lockdep_assert_wiphy(hw->wiphy);
	if (ssta->handle < sc->caps.stas &&
	    sc->sta[ssta->handle].owner == ssta)
		RCU_INIT_POINTER(sc->sta[ssta->handle].sta, NULL);
}

/**
 * skua_op_sta_rc_update() - rates, bandwidth or streams have changed
 * @hw: the device
 * @vif: interface
 * @sta: station
 * @changed: IEEE80211_RC_*; ignored, as the NIC gets all of the station again
 *
 * Atomic. The NIC is told from a work item.
 */
void skua_op_sta_rc_update(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			   struct ieee80211_sta *sta, u32 changed)
{
	struct skua *sc = hw->priv;

	/* pairs with test_and_clear_bit(): the work item sees what has changed */
	smp_mb__before_atomic();
	set_bit(0, &skua_sta(sta)->stale);
	wiphy_work_queue(hw->wiphy, &sc->sta_work);
}

/**
 * skua_op_sta_set_4addr() - four-address mode begins or ends
 * @hw: the device
 * @vif: interface
 * @sta: station
 * @enabled: true if the mode begins
 *
 * Wiphy mutex.
 */
void skua_op_sta_set_4addr(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			   struct ieee80211_sta *sta, bool enabled)
{
	lockdep_assert_wiphy(hw->wiphy);
	skua_sta(sta)->fourway = enabled;
	skua_sta_post(hw->priv, vif, sta);
}

/**
 * skua_op_sta_set_decap_offload() - mac80211 takes a station's frames as 802.3 frames, or
 *	does no longer
 * @hw: the device
 * @vif: interface
 * @sta: station
 * @enabled: true if it takes them; also true if a monitor ends that, so the flags of @vif
 *	decide
 *
 * Of a frame with an 802.3 header mac80211 checks nothing, but drops it without fast
 * receive. mac80211 sets that up only after this op, and ends it after this op. So the NIC
 * begins when the wiphy mutex is free, from skua_sta_work(); and when this op returns, the
 * last such frame has been handed over: the answer to a command overtakes no frame.
 *
 * Wiphy mutex; sleeps.
 */
void skua_op_sta_set_decap_offload(struct ieee80211_hw *hw,
				   struct ieee80211_vif *vif,
				   struct ieee80211_sta *sta, bool enabled)
{
	struct skua_sta *ssta = skua_sta(sta);
	struct skua *sc = hw->priv;

	lockdep_assert_wiphy(hw->wiphy);
	ssta->decap_due = enabled && skua_has(sc, SKUA_FEAT_RX_DECAP) &&
			  (vif->offload_flags & IEEE80211_OFFLOAD_DECAP_ENABLED);
	if (ssta->decap_due) {
		set_bit(0, &ssta->stale);
		wiphy_work_queue(hw->wiphy, &sc->sta_work);
		return;
	}
	if (!ssta->decap)
		return;
	ssta->decap = false;
	if (ssta->handle != SKUA_STA_NONE && skua_alive(sc))
		skua_sta_send(sc, SKUA_CMD_STA_UPDATE, vif, sta);
	WRITE_ONCE(ssta->decap_rx, false);
}

/*
 * The NIC's counters begin anew with the NIC, the association goes on. mac80211
 * itself counts retries, failures and the duration of transmissions, from the
 * status of each frame, so a restart loses none of them. It counts a run of received
 * segments as one packet, so then the NIC's count holds.
 */
static void skua_sta_fill_sinfo(const struct skua *sc, struct skua_sta *ssta,
				struct station_info *sinfo,
				const struct skua_sta_stats *stats)
{
	u64 rx = le64_to_cpu(stats->rx_airtime_us);

	sinfo->rx_duration = skua_total_read(&ssta->rx_airtime, rx);
	sinfo->filled |= BIT_ULL(NL80211_STA_INFO_RX_DURATION);
	rx = skua_total_read(&ssta->rx_mpdus, le32_to_cpu(stats->rx_packets));
	if (skua_has(sc, SKUA_FEAT_RX_COALESCE)) {
		sinfo->rx_packets = rx;
		sinfo->filled |= BIT_ULL(NL80211_STA_INFO_RX_PACKETS);
	}
	if (stats->ack_signal) {
		sinfo->ack_signal = stats->ack_signal;
		sinfo->filled |= BIT_ULL(NL80211_STA_INFO_ACK_SIGNAL);
	}
	if (!skua_rate_to_info(le32_to_cpu(stats->tx_rate), &sinfo->txrate))
		sinfo->filled |= BIT_ULL(NL80211_STA_INFO_TX_BITRATE);
}

/**
 * skua_sta_note_tx() - a frame to a station has been sent
 * @sta: station
 * @rate: rate word of the last transmission
 * @tries: transmissions
 * @acked: the last one was acknowledged
 *
 * NAPI.
 */
void skua_sta_note_tx(struct ieee80211_sta *sta, u32 rate, unsigned int tries,
		      bool acked)
{
	struct skua_sta *ssta = skua_sta(sta);

	lockdep_assert_in_softirq();
	if (!tries)
		return;
	/* A frame that was given up by its age ends without a PPDU. */
	if (rate && rate != ssta->tx_rate) {
		WRITE_ONCE(ssta->tx_rate, rate);
		skua_sta_limit_amsdu(sta);
	}
	ewma_skua_ok_add(&ssta->tx_ok, acked ? SKUA_TX_ALL_OK / tries : 0);
}

/* Preambles, SIFS, ACK, AIFS and half of the least contention window, about */
#define SKUA_TX_OVERHEAD_US	150
#define SKUA_TX_USUAL_BITS	(8 * 1200)

/**
 * skua_sta_throughput() - what a link carries, by its rate and its losses
 * @rate: rate word
 * @ok: share of the transmissions that arrive, of SKUA_TX_ALL_OK
 *
 * For frames of 1200 octets, each sent on its own.
 *
 * Return: kbit/s, or 0 if it is not known
 */
u32 skua_sta_throughput(u32 rate, u32 ok)
{
	struct rate_info info;
	u32 rate100k, us;

	if (skua_rate_to_info(rate, &info))
		return 0;
	rate100k = cfg80211_calculate_bitrate(&info);
	if (!rate100k)
		return 0;
	us = SKUA_TX_OVERHEAD_US + DIV_ROUND_UP(SKUA_TX_USUAL_BITS * 10, rate100k);
	return min_t(u32, ok, SKUA_TX_ALL_OK) * (SKUA_TX_USUAL_BITS * 1000 / us) /
	       SKUA_TX_ALL_OK;
}
EXPORT_SYMBOL_IF_KUNIT(skua_sta_throughput);

/**
 * skua_op_get_expected_throughput() - ieee80211_ops.get_expected_throughput
 * @hw: the device
 * @sta: station
 *
 * Any context: mesh asks while it forwards frames.
 *
 * Return: kbit/s, or 0 before the first frame
 */
u32 skua_op_get_expected_throughput(struct ieee80211_hw *hw,
				    struct ieee80211_sta *sta)
{
	struct skua_sta *ssta = skua_sta(sta);

	return skua_sta_throughput(READ_ONCE(ssta->tx_rate),
				   ewma_skua_ok_read(&ssta->tx_ok));
}

/**
 * skua_op_sta_statistics() - the NIC's counters of a station
 * @hw: the device
 * @vif: interface
 * @sta: station
 * @sinfo: statistics; the NIC's are added
 *
 * Wiphy mutex; sleeps.
 */
void skua_op_sta_statistics(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			    struct ieee80211_sta *sta,
			    struct station_info *sinfo)
{
	struct skua_sta *ssta = skua_sta(sta);
	struct skua_cmd_sta_ref ref = {
		.sta = cpu_to_le16(ssta->handle),
		.gen = cpu_to_le16(ssta->gen),
	};
	struct skua_sta_stats stats;
	struct skua_cmd_req req = {
		.op = SKUA_CMD_STA_STATS,
		.data = &ref,
		.len = sizeof(ref),
		.answer = &stats,
		.answer_len = sizeof(stats),
	};
	struct skua *sc = hw->priv;

	lockdep_assert_wiphy(hw->wiphy);
	if (ssta->handle == SKUA_STA_NONE || !skua_alive(sc))
		return;
	if (!skua_cmd_exec(sc, &req))
		skua_sta_fill_sinfo(sc, ssta, sinfo, &stats);
}
