// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - events from the firmware
 *
 * NAPI handles answers, for which commands wait, and signs of death. Events for
 * mac80211 wait for the wiphy mutex.
 */
#include <kunit/static_stub.h>

#include "skua.h"
#include "trace.h"

/* An event of a scan or stay on a channel that mac80211 knows to be over. NAPI. */
static bool skua_evt_stale(struct skua *sc, __le32 cookie, const u32 *present)
{
	if (le32_to_cpu(cookie) == READ_ONCE(*present))
		return false;
	skua_count(sc, SKUA_CTR_EVT_STALE);
	return true;
}

/* @data is of the length that the event must have. Return: whether it is kept. */
static bool skua_evt_keep_scan(struct skua *sc, const void *data)
{
	struct skua_evt_due *due = &sc->evt_due;
	struct skua_evt_scan_done scan;

	memcpy(&scan, data, sizeof(scan));
	if (skua_evt_stale(sc, scan.cookie, &sc->scan_cookie))
		return false;
	due->scan = scan;
	return true;
}

static bool skua_evt_keep_roc(struct skua *sc, u16 id, const void *data)
{
	struct skua_evt_due *due = &sc->evt_due;
	struct skua_evt_roc roc;

	memcpy(&roc, data, sizeof(roc));
	if (skua_evt_stale(sc, roc.cookie, &sc->roc_cookie))
		return false;
	if (id == SKUA_EVT_ROC_READY)
		due->ready = roc;
	else
		due->expired = roc;
	return true;
}

static bool skua_evt_keep_vif(struct skua *sc, u16 id, const void *data)
{
	struct skua_evt_due *due = &sc->evt_due;
	struct skua_evt_vif vif;

	memcpy(&vif, data, sizeof(vif));
	if (vif.vif >= SKUA_MAX_VIFS) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "event %u for interface %u\n", id, vif.vif);
		return false;
	}
	if (id == SKUA_EVT_BEACON_LOSS)
		due->loss |= BIT(vif.vif);
	else if (id == SKUA_EVT_CONN_LOSS)
		due->lost |= BIT(vif.vif);
	else
		due->csa |= BIT(vif.vif);
	return true;
}

static bool skua_evt_keep(struct skua *sc, u16 id, const void *data)
{
	switch (id) {
	case SKUA_EVT_SCAN_DONE:
		return skua_evt_keep_scan(sc, data);
	case SKUA_EVT_ROC_READY:
	case SKUA_EVT_ROC_EXPIRED:
		return skua_evt_keep_roc(sc, id, data);
	case SKUA_EVT_BEACON_LOSS:
	case SKUA_EVT_CONN_LOSS:
	case SKUA_EVT_CSA_DONE:
		return skua_evt_keep_vif(sc, id, data);
	case SKUA_EVT_RADAR:
		memcpy(&sc->evt_due.radar, data, sizeof(sc->evt_due.radar));
		return true;
	}
	return false;
}

/* Slow events wait for evt_work, which runs under the wiphy mutex. NAPI. */
static void skua_evt_defer(struct skua *sc, u16 id, const void *data)
{
	static_assert(SKUA_MAX_VIFS <= 32);
	bool kept;

	if (!test_bit(SKUA_F_STARTED, &sc->flags))
		return;
	spin_lock(&sc->evt_lock);
	kept = skua_evt_keep(sc, id, data);
	if (kept)
		__set_bit(id, &sc->evt_due.kinds);
	spin_unlock(&sc->evt_lock);
	if (kept)
		wiphy_work_queue(sc->hw->wiphy, &sc->evt_work);
}

/*
 * The remain-on-channel that mac80211 asked for will not begin: for mac80211 it
 * ends. Commands are answered in their order, and mac80211 has one period at a
 * time, so it is the period that skua.roc_cookie names. NAPI.
 */
static void skua_evt_roc_refused(struct skua *sc)
{
	const struct skua_evt_roc roc = {
		.cookie = cpu_to_le32(READ_ONCE(sc->roc_cookie)),
	};

	skua_evt_defer(sc, SKUA_EVT_ROC_EXPIRED, &roc);
}

static void skua_evt_take(struct skua *sc, struct skua_evt_due *due)
{
	spin_lock_bh(&sc->evt_lock);
	*due = sc->evt_due;
	memset(&sc->evt_due, 0, sizeof(sc->evt_due));
	spin_unlock_bh(&sc->evt_lock);
}

/**
 * skua_evt_flush() - forget slow events that have not been handled
 * @sc: the device; NAPI is disabled or SKUA_F_STARTED is clear
 *
 * Wiphy mutex.
 */
void skua_evt_flush(struct skua *sc)
{
	struct skua_evt_due due;

	lockdep_assert_wiphy(sc->hw->wiphy);
	skua_evt_take(sc, &due);
}

/**
 * skua_evt_lost() - a station does not hear its access point, or is not heard
 * @vif: its interface, associated
 * @id: SKUA_EVT_BEACON_LOSS or SKUA_EVT_CONN_LOSS
 *
 * Wiphy mutex. After lost beacons mac80211 asks the access point, which must not be
 * done while a channel switch is ahead: the access point may have forbidden to
 * transmit, and may be silent itself until then.
 */
void skua_evt_lost(struct ieee80211_vif *vif, u16 id)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_evt_lost, vif, id);
	if (id == SKUA_EVT_CONN_LOSS)
		ieee80211_connection_loss(vif);
	else if (!skua_switch_ahead(vif))
		ieee80211_beacon_loss(vif);
}

/* An event about an interface; wiphy mutex held. */
static void skua_evt_vif(struct skua *sc, u16 id, unsigned int idx)
{
	struct ieee80211_vif *vif;

	vif = wiphy_dereference(sc->hw->wiphy, sc->vif[idx]);
	if (!vif) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "event %u for interface %u, which is not there\n",
			      id, idx);
		return;
	}
	if (id != SKUA_EVT_CSA_DONE) {
		/* It may have left meanwhile, or be of another type. */
		if (vif->type == NL80211_IFTYPE_STATION && vif->cfg.assoc)
			skua_evt_lost(vif, id);
		return;
	}
	/* mac80211 counts down the switch of a station itself, and would warn. */
	if (vif->type != NL80211_IFTYPE_AP && vif->type != NL80211_IFTYPE_ADHOC &&
	    vif->type != NL80211_IFTYPE_MESH_POINT) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "end of a countdown of interface %u, which sends no beacons\n",
			      idx);
		return;
	}
	if (vif->bss_conf.csa_active)
		ieee80211_csa_finish(vif, 0);
	else if (vif->bss_conf.color_change_active)
		ieee80211_color_change_finish(vif, 0);
}

static void skua_evt_work(struct wiphy *wiphy, struct wiphy_work *work)
{
	struct skua *sc = container_of(work, struct skua, evt_work);
	struct skua_evt_due due;
	unsigned int i;

	skua_evt_take(sc, &due);
	if (test_bit(SKUA_EVT_RADAR, &due.kinds))
		skua_radar_event(sc, &due.radar);
	for_each_set_bit(i, &due.csa, SKUA_MAX_VIFS)
		skua_evt_vif(sc, SKUA_EVT_CSA_DONE, i);
	for_each_set_bit(i, &due.loss, SKUA_MAX_VIFS)
		skua_evt_vif(sc, SKUA_EVT_BEACON_LOSS, i);
	for_each_set_bit(i, &due.lost, SKUA_MAX_VIFS)
		skua_evt_vif(sc, SKUA_EVT_CONN_LOSS, i);
	if (test_bit(SKUA_EVT_ROC_READY, &due.kinds))
		skua_roc_event(sc, SKUA_EVT_ROC_READY, &due.ready);
	if (test_bit(SKUA_EVT_ROC_EXPIRED, &due.kinds))
		skua_roc_event(sc, SKUA_EVT_ROC_EXPIRED, &due.expired);
	if (test_bit(SKUA_EVT_SCAN_DONE, &due.kinds))
		skua_scan_done(sc, &due.scan);
}

/* ALIVE is kept whole for skua_boot(), which waits for it. NAPI. */
static void skua_evt_alive(struct skua *sc, const struct skua_evt *evt)
{
	if (!test_and_clear_bit(SKUA_F_BOOTING, &sc->flags)) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "ALIVE that nobody waits for\n");
		return;
	}
	sc->alive_evt = *evt;
	sc->alive_ok = true;
	complete(&sc->alive);
}

/* NAPI */
static void skua_evt_fatal(struct skua *sc, const struct skua_evt *evt)
{
	struct skua_evt_fatal fatal;

	memcpy(&fatal, evt->data, sizeof(fatal));
	dev_err(sc->dev, "the firmware died at pc 0x%08x\n",
		le32_to_cpu(fatal.pc));
	skua_nic_dead(sc, le32_to_cpu(fatal.cause), "the firmware died");
}

/* NAPI */
static void skua_evt_log(struct skua *sc, const struct skua_evt *evt, u16 len)
{
	int n = strnlen(evt->data, len);

	while (n && evt->data[n - 1] == '\n')
		n--;
	dev_info_ratelimited(sc->dev, "firmware: %*pEp\n", n, evt->data);
}

/* NAPI; mac80211 has a work item of its own. */
static void skua_evt_ba(struct skua *sc, const struct skua_evt *evt)
{
	struct skua_evt_ba ba;

	memcpy(&ba, evt->data, sizeof(ba));
	skua_ba_request(sc, &ba);
}

static u16 skua_evt_min_len(u16 id)
{
	switch (id) {
	case SKUA_EVT_ALIVE:
		return sizeof(struct skua_tlv);
	case SKUA_EVT_CMD_DONE:
		return sizeof(struct skua_evt_cmd_done);
	case SKUA_EVT_FATAL:
		return sizeof(struct skua_evt_fatal);
	case SKUA_EVT_SCAN_DONE:
		return sizeof(struct skua_evt_scan_done);
	case SKUA_EVT_ROC_READY:
	case SKUA_EVT_ROC_EXPIRED:
		return sizeof(struct skua_evt_roc);
	case SKUA_EVT_BEACON_LOSS:
	case SKUA_EVT_CONN_LOSS:
	case SKUA_EVT_CSA_DONE:
		return sizeof(struct skua_evt_vif);
	case SKUA_EVT_RADAR:
		return sizeof(struct skua_evt_radar);
	case SKUA_EVT_BA_REQUEST:
		return sizeof(struct skua_evt_ba);
	default:
		return 0;
	}
}

/**
 * skua_evt() - an event has come
 * @sc: the device
 * @evt: private copy of the event
 *
 * NAPI. Answers to commands, ALIVE, FATAL, LOG and BA_REQUEST are handled here, all
 * other events under the wiphy mutex.
 */
void skua_evt(struct skua *sc, const struct skua_evt *evt)
{
	u16 id = le16_to_cpu(evt->id);
	u16 len = le16_to_cpu(evt->len);
	u32 seq = le32_to_cpu(evt->seq);

	lockdep_assert_in_softirq();
	KUNIT_STATIC_STUB_REDIRECT(skua_evt, sc, evt);
	skua_count(sc, SKUA_CTR_EVT);
	trace_skua_evt(sc, id, len, seq);
	if (seq != sc->cmd_seq_evt) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "event number %u instead of %u\n", seq,
			      sc->cmd_seq_evt);
	}
	sc->cmd_seq_evt = seq + 1;
	if (len > SKUA_EVT_INLINE || len < skua_evt_min_len(id)) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "event %u of %u bytes\n", id, len);
		return;
	}

	switch (id) {
	case SKUA_EVT_ALIVE:
		skua_evt_alive(sc, evt);
		break;
	case SKUA_EVT_CMD_DONE:
		if (skua_cmd_done(sc, evt->data, len) == SKUA_CMD_ROC)
			skua_evt_roc_refused(sc);
		break;
	case SKUA_EVT_FATAL:
		skua_evt_fatal(sc, evt);
		break;
	case SKUA_EVT_LOG:
		skua_evt_log(sc, evt, len);
		break;
	case SKUA_EVT_SCAN_DONE:
	case SKUA_EVT_ROC_READY:
	case SKUA_EVT_ROC_EXPIRED:
	case SKUA_EVT_BEACON_LOSS:
	case SKUA_EVT_CONN_LOSS:
	case SKUA_EVT_CSA_DONE:
	case SKUA_EVT_RADAR:
		skua_evt_defer(sc, id, evt->data);
		break;
	case SKUA_EVT_BA_REQUEST:
		skua_evt_ba(sc, evt);
		break;
	default:
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "unknown event %u\n", id);
	}
}

/**
 * skua_evt_init() - the place of slow events
 * @sc: the device
 *
 * Process context, in probe.
 */
void skua_evt_init(struct skua *sc)
{
	spin_lock_init(&sc->evt_lock);
	wiphy_work_init(&sc->evt_work, skua_evt_work);
}
