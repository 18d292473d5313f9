// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: power save of the stations of an access point
 */
#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"
#include "mac/txq.h"

static uint8_t ac_of_tid(uint8_t tid)
{
	static const uint8_t ac[] = { 2, 3, 3, 2, 1, 1, 0, 0 };

	return ac[tid & 7];
}

static bool carries_pm(uint16_t fc)
{
	if (fc & IEEE80211_FC_MOREFRAGS)
		return false;
	return dot11_fc_is_data(fc) ||
	       dot11_fc_is_stype(fc, IEEE80211_ACTION) ||
	       dot11_fc_is_stype(fc, IEEE80211_DEAUTH) ||
	       dot11_fc_is_stype(fc, IEEE80211_DISASSOC);
}

void rxe_track_ps(const struct rx_arrival *a, struct mac_sta *sta)
{
	struct mac *mac = a->mac;
	bool pm = a->fc & IEEE80211_FC_PM;
	uint8_t tid;

	if (!(sta->flags & ENG_STAF_PS_TRACK) || !carries_pm(a->fc))
		return;
	if (pm && sta->dozing && dot11_fc_is_data_qos(a->fc) &&
	    (mac->bus->features & SKUA_FEAT_UAPSD)) {
		tid = dot11_tid(a->frame);
		if (sta->uapsd & 1u << ac_of_tid(tid))
			rxe_queue_event(mac, SKUA_INB_UAPSD_TRIGGER, sta, tid);
	}
	if (pm == sta->dozing)
		return;
	if (pm)
		mac->c.ps_sleep++;
	else
		mac->c.ps_wake++;
	txq_sta_doze(mac, sta, pm);
	rxe_queue_event(mac, pm ? SKUA_INB_STA_SLEEP : SKUA_INB_STA_WAKE, sta,
			MAC_TID_NONE);
}

static bool host_holds(const struct mac_vif *vif, uint16_t aid)
{
	return vif->tim_host[aid / 8] & 1u << (aid % 8);
}

/* TIDs of a PS-Poll: all that are not delivery-enabled; if there are none, all TIDs */
static uint16_t polled_tids(const struct mac_sta *sta)
{
	uint16_t tids = 0;

	for (uint8_t tid = 0; tid < SKUA_NUM_TIDS; tid++)
		if (!(sta->uapsd & 1u << ac_of_tid(tid)))
			tids |= (uint16_t)(1u << tid);
	return tids ? tids : 0xffff;
}

void rxe_ps_poll(const struct rx_arrival *a, struct mac_vif *vif)
{
	struct mac *mac = a->mac;
	struct mac_sta *sta = mac_sta_find(mac, vif, dot11_addr2(a->frame));
	uint16_t aid = dot11_get_le16(a->frame + IEEE80211_OFF_DURATION) &
		       (uint16_t)~IEEE80211_PSPOLL_AID_BITS;

	mac->c.ps_poll++;
	if (!sta || sta->aid != aid || aid > SKUA_MAX_AID || !sta->dozing)
		return;
	if (!txq_release_held(mac, sta, polled_tids(sta), 1,
			      host_holds(vif, aid), false, false))
		rxe_queue_event(mac, SKUA_INB_PSPOLL, sta, MAC_TID_NONE);
}
