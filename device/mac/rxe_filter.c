// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: frames that an interface wants, and frames that the filter passes
 */
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

static bool wants_data(const struct rx_arrival *a, const struct mac_vif *vif)
{
	uint16_t ds = a->fc & (IEEE80211_FC_TODS | IEEE80211_FC_FROMDS);
	const uint8_t *ta = dot11_addr2(a->frame);

	switch (vif->type) {
	case SKUA_VIF_STA:
		if (ds & IEEE80211_FC_FROMDS)
			return dot11_addr_equal(ta, vif->bssid);
		/* A direct link inside the BSS has neither To DS nor From DS */
		return !a->group && !ds && vif_in_bss(vif, a->frame);
	case SKUA_VIF_AP:
		return !a->group || mac_sta_find(a->mac, vif, ta);
	case SKUA_VIF_IBSS:
		return !ds && vif_in_bss(vif, a->frame);
	case SKUA_VIF_MESH:
	case SKUA_VIF_OCB:
		return true;
	default:
		return false;
	}
}

static bool wants_mgmt(const struct rx_arrival *a, const struct mac_vif *vif)
{
	bool peers = vif->type == SKUA_VIF_IBSS || vif->type == SKUA_VIF_MESH;

	if (vif->type == SKUA_VIF_MONITOR)
		return false;
	if (!a->group)
		return true;
	if (dot11_fc_is_stype(a->fc, IEEE80211_PROBE_REQ))
		return peers || vif->type == SKUA_VIF_AP;
	if (dot11_fc_is_beacon(a->fc) ||
	    dot11_fc_is_stype(a->fc, IEEE80211_PROBE_RESP))
		return peers || vif_in_bss(vif, a->frame);
	return vif->type == SKUA_VIF_MESH || vif_in_bss(vif, a->frame) ||
	       dot11_addr_is_group(dot11_addr3(a->frame));
}

bool rxe_vif_wants(const struct rx_arrival *a, const struct mac_vif *vif)
{
	if (!a->group &&
	    !dot11_addr_equal(dot11_addr1(a->frame), vif->addr))
		return false;
	if (dot11_fc_is_data(a->fc))
		return wants_data(a, vif);
	return dot11_fc_is_mgmt(a->fc) && wants_mgmt(a, vif);
}

bool rxe_filter_passes(const struct rx_arrival *a, bool to_us)
{
	uint32_t filter = a->mac->filter;
	uint16_t fc = a->fc;

	if (filter & SKUA_FILTER_OTHER_BSS)
		return true;
	if (dot11_fc_is_ctl(fc))
		return to_us && ((filter & SKUA_FILTER_CONTROL) ||
				 ((filter & SKUA_FILTER_PSPOLL) &&
				  dot11_fc_is_stype(fc, IEEE80211_PSPOLL)));
	if (!a->group && !to_us)
		return false;
	if (dot11_fc_is_beacon(fc) ||
	    dot11_fc_is_stype(fc, IEEE80211_PROBE_RESP))
		return filter & SKUA_FILTER_BCN_PRBRESP;
	if (dot11_fc_is_stype(fc, IEEE80211_PROBE_REQ))
		return filter & SKUA_FILTER_PROBE_REQ;
	if (dot11_fc_is_stype(fc, IEEE80211_ACTION))
		return filter & SKUA_FILTER_MCAST_ACTION;
	return dot11_fc_is_data(fc) && a->group &&
	       (filter & SKUA_FILTER_ALLMULTI);
}
