// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TSF timer of each interface, which follows the beacons of its BSS
 */
#include "mac/beacon.h"
#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"

bool tsf_needs_key(struct mac *mac, const struct mac_vif *vif)
{
	return mac_key_get(mac, vif->key[MAC_KEYID_BIGTK]) ||
	       mac_key_get(mac, vif->key[MAC_KEYID_BIGTK + 1]);
}

static void believe(struct mac_vif *vif, const uint8_t *frame,
		    uint64_t time_us, uint32_t rate)
{
	uint64_t ts = dot11_get_le64(frame + IEEE80211_BEACON_OFF_TSF);
	int64_t offset = (int64_t)(ts - airtime_stamp_us(rate) - time_us);

	vif->last_beacon = (uint32_t)time_us ? (uint32_t)time_us : 1;
	if (vif->type == SKUA_VIF_IBSS)
		beacon_heard(vif);
	if (vif->type == SKUA_VIF_STA ||
	    (vif->type == SKUA_VIF_IBSS && offset > vif->tsf_offset)) {
		vif->tsf_offset = offset;
		if (vif->beacon.len)
			beacon_set(vif);
	}
}

void tsf_beacon(struct mac *mac, const uint8_t *frame, uint16_t len,
		uint64_t time_us, uint32_t rate, bool checked)
{
	struct mac_vif *vif;

	if (len < IEEE80211_BEACON_OFF_ELEMENTS)
		return;
	mac_for_each_vif(mac, vif) {
		if (vif->type == SKUA_VIF_MONITOR || !vif_in_bss(vif, frame) ||
		    tsf_needs_key(mac, vif) != checked)
			continue;
		mac->c.rx_beacon++;
		believe(vif, frame, time_us, rate);
	}
}
