// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: frames and events that wait for the end of the sender's burst
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

/* Memory of a frame; multiples of a page would share the same cache sets */
#define RX_STRIDE	11520

static_assert(RX_STRIDE >= SKUA_MAX_MPDU && RX_STRIDE % 4096,
	      "memory of a received frame");

bool rxe_init(struct mac *mac)
{
	uint8_t *mem = calloc(2 * RXE_BATCH, RX_STRIDE);

	mac->rx.mem = mem;
	for (unsigned int i = 0; mem && i < RXE_BATCH; i++) {
		mac->rx.item[i].data = mem + (size_t)(2 * i) * RX_STRIDE;
		mac->rx.item[i].raw = mac->rx.item[i].data + RX_STRIDE;
	}
	rxe_order_init(mac);
	return mem;
}

void rxe_free(struct mac *mac)
{
	while (mac->rx.free) {
		struct rx_up *up = mac->rx.free;

		mac->rx.free = up->next;
		free(up);
	}
	free(mac->rx.mem);
	mac->rx.mem = NULL;
}

static struct rx_item *next_item(struct mac *mac)
{
	struct rx_item *item;
	uint8_t *data, *raw;

	if (mac->rx.n == RXE_BATCH || mac->rx.bytes >= RXE_BATCH_BYTES)
		rxe_flush(mac);
	if (!mac->rx.n)
		mac->rx.bytes = 0;
	item = &mac->rx.item[mac->rx.n++];
	data = item->data;
	raw = item->raw;
	memset(item, 0, sizeof(*item));
	item->data = data;
	item->raw = raw;
	return item;
}

void rxe_queue_event(struct mac *mac, enum skua_inband_id id,
		     const struct mac_sta *sta, uint8_t tid)
{
	struct rx_item *item = next_item(mac);

	item->kind = RX_EVENT;
	item->event.id = htole16(id);
	item->event.tid = tid;
	item->event.vif = sta->vif->idx;
	item->event.sta = htole16(sta->idx);
	item->event.sta_gen = htole16(sta->gen);
}

void rxe_queue_bar(struct ba_rx *ba, uint16_t ssn)
{
	struct rx_item *item = next_item(ba->sta->vif->mac);

	item->kind = RX_BAR;
	item->ba = ba;
	item->sn = ssn;
}

static void take_place(struct rx_arrival *a, struct rx_item *item)
{
	if (!a->ba)
		return;
	item->ba = a->ba;
	item->sn = dot11_sn(a->frame);
	a->ba = NULL;
}

void rxe_queue_gone(struct rx_arrival *a)
{
	struct rx_item *item;

	if (!a->ba)
		return;
	item = next_item(a->mac);
	item->kind = RX_GONE;
	take_place(a, item);
}

static uint32_t ampdu_flags(const struct air_frame *af)
{
	uint32_t flags = SKUA_RXF_AMPDU | SKUA_RXF_AMPDU_LAST_KNOWN;

	if (!af->ampdu)
		return 0;
	if (af->ampdu_last)
		flags |= SKUA_RXF_AMPDU_LAST;
	if (af->eof_known)
		flags |= SKUA_RXF_AMPDU_EOF_KNOWN;
	if (af->eof)
		flags |= SKUA_RXF_AMPDU_EOF;
	if (af->delim_error)
		flags |= SKUA_RXF_AMPDU_DELIM_CRC_ERR;
	return flags;
}

void rxe_queue_frame(struct rx_arrival *a, const struct mac_vif *vif,
		     const struct mac_sta *sta, uint32_t flags)
{
	struct mac *mac = a->mac;
	struct rx_item *item = next_item(mac);

	if (sta)
		take_place(a, item);
	item->vif = vif ? vif->idx : SKUA_VIF_NONE;
	item->sta = sta ? sta->idx : SKUA_STA_NONE;
	item->sta_gen = sta ? sta->gen : 0;
	item->flags = flags | SKUA_RXF_MACTIME_START;
	item->len = a->len;
	item->hdr_len = a->hdr_len;
	item->tid = MAC_TID_NONE;
	/* With a wrong FCS, the header may be wrong as well */
	if (!(flags & SKUA_RXF_FCS_ERR) && dot11_fc_is_data_qos(a->fc)) {
		item->tid = dot11_tid(a->frame);
		if (dot11_qos_ctl(a->frame) & IEEE80211_QOS_AMSDU)
			item->flags |= SKUA_RXF_AMSDU;
	}
	item->monitor = a->promisc;
	item->rate = a->af->rate;
	item->freq = a->af->chan.freq;
	item->signal = a->rx->signal;
	item->noise = a->rx->noise;
	item->time_us = a->af->time_us;
	item->ampdu_ref = a->af->ampdu_ref;
	item->flags |= ampdu_flags(a->af);
	mac->rx.bytes += a->len;
	mac->rx.wanted += rxe_bufs_of(a);
	memcpy(item->data, a->frame, a->len);
}
