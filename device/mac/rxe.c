// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: what arrives from the air
 *
 * Done at once, since the sender waits or since the order matters: FCS, address
 * match, ACK and CTS, filter, TSF, power save, duplicates. What passes is
 * copied into the batch; rxe_up.c decrypts it and passes it up at the end of
 * the sender's burst.
 */
#include <stdlib.h>
#include <string.h>

#include "mac/beacon.h"
#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"
#include "mac/survey.h"
#include "mac/txq.h"

/* A frame's memory. Not a multiple of a page: that would thrash the cache. */
#define RX_STRIDE	11520

static_assert(RX_STRIDE >= SKUA_MAX_MPDU && RX_STRIDE % 4096,
	      "memory of a received frame");

/* A frame that is being received */
struct arrival {
	struct mac *mac;
	const struct air_frame *af;
	const struct air_rx *rx;
	const uint8_t *frame;
	uint16_t len;		/* without FCS */
	uint16_t fc;
	uint16_t hdr_len;
	bool group;
	bool promisc;
};

bool rxe_init(struct mac *mac)
{
	uint8_t *mem = calloc(2 * RXE_BATCH, RX_STRIDE);

	mac->rx.mem = mem;
	for (unsigned int i = 0; mem && i < RXE_BATCH; i++) {
		mac->rx.item[i].data = mem + (size_t)(2 * i) * RX_STRIDE;
		mac->rx.item[i].raw = mac->rx.item[i].data + RX_STRIDE;
	}
	return mem;
}

void rxe_free(struct mac *mac)
{
	free(mac->rx.mem);
	mac->rx.mem = NULL;
}

/* The batch */

static struct rx_item *next_item(struct mac *mac)
{
	struct rx_item *item;
	uint8_t *data, *raw;

	if (mac->rx.n == RXE_BATCH)
		rxe_flush(mac);
	item = &mac->rx.item[mac->rx.n++];
	data = item->data;
	raw = item->raw;
	memset(item, 0, sizeof(*item));
	item->data = data;
	item->raw = raw;
	return item;
}

static void queue_event(struct mac *mac, enum skua_inband_id id,
			const struct mac_sta *sta, uint8_t tid)
{
	struct rx_item *item = next_item(mac);

	item->inband = true;
	item->event.id = htole16(id);
	item->event.tid = tid;
	item->event.vif = sta->vif->idx;
	item->event.sta = htole16(sta->idx);
	item->event.sta_gen = htole16(sta->gen);
}

static void queue_frame(const struct arrival *a, const struct mac_vif *vif,
			const struct mac_sta *sta, uint32_t flags)
{
	struct mac *mac = a->mac;
	struct rx_item *item = next_item(mac);

	item->vif = vif ? vif->idx : SKUA_VIF_NONE;
	item->sta = sta ? sta->idx : SKUA_STA_NONE;
	item->sta_gen = sta ? sta->gen : 0;
	item->flags = flags | SKUA_RXF_MACTIME_START;
	item->len = a->len;
	item->hdr_len = a->hdr_len;
	item->tid = MAC_TID_NONE;
	/* With a wrong FCS, nothing is sure of the header */
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
	item->airtime_us = a->af->airtime_us;
	item->ampdu_ref = a->af->ampdu_ref;
	item->ampdu_last = a->af->ampdu_last;
	memcpy(item->data, a->frame, a->len);
}

/* Answers */

static void answer(const struct arrival *a, const struct mac_vif *vif,
		   uint16_t stype, const uint8_t *ra, uint32_t duration)
{
	struct mac *mac = a->mac;
	uint8_t buf[IEEE80211_ACK_LEN + IEEE80211_FCS_LEN];
	bool ghz2 = mac_tuned_2ghz(mac);
	struct air_frame af = {
		.data = buf,
		.len = sizeof(buf),
		.ta = vif->addr,
		.chan = mac->chan,
		.power = mac->power,
	};
	uint32_t spent;

	af.rate = airtime_response_rate(a->af->rate, vif->basic_rates, ghz2);
	af.airtime_us = airtime_ppdu_us(af.rate, af.len, ghz2);
	/* What is left of the time that the other side asked for */
	spent = airtime_sifs_us(ghz2) + af.airtime_us;
	duration = duration > spent ? duration - spent : 0;
	dot11_put_le16(buf, stype);
	dot11_put_le16(buf + IEEE80211_OFF_DURATION, (uint16_t)duration);
	memcpy(buf + IEEE80211_OFF_ADDR1, ra, IEEE80211_ADDR_LEN);
	dot11_fcs_put(buf, IEEE80211_ACK_LEN);
	air_respond(mac->radio, &af);
	survey_tx(&mac->survey, af.airtime_us);
}

static uint32_t duration_of(const struct arrival *a)
{
	uint16_t d = dot11_get_le16(a->frame + IEEE80211_OFF_DURATION);

	return d < 0x8000 ? d : 0;
}

static bool wants_ack(const struct arrival *a)
{
	if (dot11_fc_is_ctl(a->fc))
		return dot11_fc_is_stype(a->fc, IEEE80211_PSPOLL);
	if (dot11_fc_is_mgmt(a->fc))
		return !dot11_fc_is_stype(a->fc, IEEE80211_ACTION_NO_ACK);
	if (!dot11_fc_is_data_qos(a->fc))
		return true;
	return (dot11_qos_ctl(a->frame) & IEEE80211_QOS_ACK_POLICY) ==
	       IEEE80211_QOS_ACK_NORMAL;
}

static void respond(const struct arrival *a, const struct mac_vif *vif)
{
	struct mac *mac = a->mac;
	const uint8_t *ta = dot11_addr2(a->frame);

	if (dot11_fc_is_stype(a->fc, IEEE80211_RTS)) {
		answer(a, vif, IEEE80211_CTS, ta, duration_of(a));
		mac->c.rx_cts_sent++;
	} else if (wants_ack(a)) {
		answer(a, vif, IEEE80211_ACK, ta,
		       a->fc & IEEE80211_FC_MOREFRAGS ? duration_of(a) : 0);
		mac->c.rx_acks_sent++;
	}
}

/* Power save of others */

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

static void track_ps(const struct arrival *a, struct mac_sta *sta)
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
			queue_event(mac, SKUA_INB_UAPSD_TRIGGER, sta, tid);
	}
	if (pm == sta->dozing)
		return;
	if (pm)
		mac->c.ps_sleep++;
	else
		mac->c.ps_wake++;
	txq_sta_doze(mac, sta, pm);
	queue_event(mac, pm ? SKUA_INB_STA_SLEEP : SKUA_INB_STA_WAKE, sta,
		    MAC_TID_NONE);
}

static bool host_holds(const struct mac_vif *vif, uint16_t aid)
{
	return vif->tim_host[aid / 8] & 1u << (aid % 8);
}

/* TIDs whose frames a PS-Poll asks for: not those delivered after triggers */
static uint16_t polled_tids(const struct mac_sta *sta)
{
	uint16_t tids = 0;

	for (uint8_t tid = 0; tid < SKUA_NUM_TIDS; tid++)
		if (!(sta->uapsd & 1u << ac_of_tid(tid)))
			tids |= (uint16_t)(1u << tid);
	return tids ? tids : 0xffff;
}

static void ps_poll(const struct arrival *a, struct mac_vif *vif)
{
	struct mac *mac = a->mac;
	struct mac_sta *sta = mac_sta_find(mac, vif, dot11_addr2(a->frame));
	uint16_t aid = dot11_get_le16(a->frame + IEEE80211_OFF_DURATION) &
		       (uint16_t)~IEEE80211_PSPOLL_AID_BITS;

	mac->c.ps_poll++;
	if (!sta || sta->aid != aid || aid > SKUA_MAX_AID || !sta->dozing)
		return;
	if (!txq_release_held(mac, sta, polled_tids(sta), 1, host_holds(vif, aid),
			 false, false))
		queue_event(mac, SKUA_INB_PSPOLL, sta, MAC_TID_NONE);
}

/* Filter */

static bool wants_data(const struct arrival *a, const struct mac_vif *vif)
{
	uint16_t ds = a->fc & (IEEE80211_FC_TODS | IEEE80211_FC_FROMDS);
	const uint8_t *ta = dot11_addr2(a->frame);

	switch (vif->type) {
	case SKUA_VIF_STA:
		if (ds & IEEE80211_FC_FROMDS)
			return dot11_addr_equal(ta, vif->bssid);
		/* A direct link inside the BSS */
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

static bool wants_mgmt(const struct arrival *a, const struct mac_vif *vif)
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

static bool vif_wants(const struct arrival *a, const struct mac_vif *vif)
{
	if (!a->group &&
	    !dot11_addr_equal(dot11_addr1(a->frame), vif->addr))
		return false;
	if (dot11_fc_is_data(a->fc))
		return wants_data(a, vif);
	return dot11_fc_is_mgmt(a->fc) && wants_mgmt(a, vif);
}

/* What passes though no interface wants it */
static bool filter_passes(const struct arrival *a, bool to_us)
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

/* Duplicates: the same number from the same sender, and the Retry bit */
static bool is_dup(const struct arrival *a, struct mac_sta *sta)
{
	uint16_t seq = dot11_get_le16(a->frame + IEEE80211_OFF_SEQ);
	unsigned int i = SKUA_NUM_TIDS;

	if (dot11_fc_is_data_qos(a->fc))
		i = dot11_tid(a->frame);
	if ((a->fc & IEEE80211_FC_RETRY) && sta->dup[i] == seq)
		return true;
	sta->dup[i] = seq;
	return false;
}

static bool clear_refused(const struct arrival *a, const struct mac_sta *sta)
{
	return (sta->flags & ENG_STAF_KEYED) &&
	       !(a->fc & IEEE80211_FC_PROTECTED) && !a->group &&
	       dot11_fc_is_data_present(a->fc) &&
	       !dot11_is_eapol(a->frame, a->hdr_len, a->len);
}

static void deliver(const struct arrival *a, struct mac_vif *vif)
{
	struct mac *mac = a->mac;
	struct mac_sta *sta = mac_sta_find(mac, vif, dot11_addr2(a->frame));
	uint32_t flags = 0;

	if (sta) {
		sta->stats.rx_signal = a->rx->signal;
		if (!a->group && !dot11_fc_is_nullfunc(a->fc)) {
			if (is_dup(a, sta)) {
				mac->c.rx_dup++;
				sta->stats.rx_dups++;
				return;
			}
			flags |= SKUA_RXF_DUP_VALIDATED;
		}
		if (!a->group)
			track_ps(a, sta);
		sta->stats.rx_packets++;
		sta->stats.rx_bytes += a->len;
		sta->stats.rx_rate = a->af->rate;
		sta->stats.rx_airtime += a->af->airtime_us;
		if (clear_refused(a, sta)) {
			mac->c.rx_clear_refused++;
			return;
		}
	}
	queue_frame(a, vif, sta, flags);
}

/*
 * Who is to have a frame that goes up once: two interfaces may share an
 * address, then the one whose peer sent it; and whoever can check a beacon
 * does so for all of its BSS.
 */
static unsigned int claim(const struct arrival *a, const struct mac_vif *vif)
{
	unsigned int rank = 1;

	if (mac_sta_find(a->mac, vif, dot11_addr2(a->frame)))
		rank += 2;
	if (dot11_fc_is_beacon(a->fc) && tsf_needs_key(a->mac, vif))
		rank++;
	return rank;
}

/*
 * A management frame goes up once, whoever wants it: the stack finds all
 * interfaces that it concerns. Group data may be protected with another key for
 * each interface, so each gets its own.
 */
static bool distribute(const struct arrival *a)
{
	struct mac *mac = a->mac;
	bool each = a->group && dot11_fc_is_data(a->fc);
	struct mac_vif *best = NULL;
	unsigned int rank, top = 0;
	bool wanted = false;

	for (unsigned int i = 0; i < MAC_VIFS; i++) {
		struct mac_vif *vif = &mac->vif[i];

		if (!vif->valid || !vif_wants(a, vif))
			continue;
		wanted = true;
		if (each) {
			deliver(a, vif);
			continue;
		}
		rank = claim(a, vif);
		if (rank > top) {
			best = vif;
			top = rank;
		}
	}
	if (dot11_fc_is_beacon(a->fc))
		tsf_beacon(mac, a->frame, a->len, a->af->time_us, a->af->rate,
			   false);
	if (best)
		deliver(a, best);
	return wanted;
}

static struct mac_vif *own_vif(struct mac *mac, const uint8_t *ra)
{
	for (unsigned int i = 0; i < MAC_VIFS; i++)
		if (mac->vif[i].valid && mac->vif[i].type != SKUA_VIF_MONITOR &&
		    dot11_addr_equal(mac->vif[i].addr, ra))
			return &mac->vif[i];
	return NULL;
}

/* Who scans from a random address is spoken to at that one */
static struct mac_vif *scan_vif(struct mac *mac, const uint8_t *frame)
{
	const uint8_t *ra = dot11_addr1(frame);

	if (dot11_get_le32(ra) != mac->scan_lo ||
	    dot11_get_le16(ra + 4) != (mac->scan_hi & 0xffff) ||
	    !dot11_fc_is_mgmt(dot11_fc(frame)))
		return NULL;
	return mac_vif(mac, mac->scan_hi >> 16);
}

static void bad_fcs(const struct arrival *a)
{
	a->mac->c.rx_fcs_error++;
	if ((a->mac->filter & SKUA_FILTER_FCSFAIL) &&
	    a->len >= IEEE80211_ACK_LEN)
		queue_frame(a, NULL, NULL, SKUA_RXF_FCS_ERR |
			    SKUA_RXF_MONITOR_ONLY);
}

/* The frame is whole and its header complete */
static void receive(const struct arrival *a, struct mac_vif *own)
{
	struct mac *mac = a->mac;

	mac->c.rx_frames++;
	if (own)
		respond(a, own);
	if (own && dot11_fc_is_stype(a->fc, IEEE80211_PSPOLL) &&
	    own->type == SKUA_VIF_AP)
		ps_poll(a, own);
	if (!dot11_fc_is_ctl(a->fc) && distribute(a))
		return;
	if (filter_passes(a, own))
		queue_frame(a, NULL, NULL, 0);
	else
		mac->c.rx_filtered++;
}

static void rxe_rx(void *priv, const struct air_frame *af,
		   const struct air_rx *rx)
{
	struct mac *mac = priv;
	struct arrival a = {
		.mac = mac, .af = af, .rx = rx, .frame = af->data,
		.promisc = mac->filter & SKUA_FILTER_OTHER_BSS,
	};
	struct mac_vif *own;

	if (!mac_on_air(mac))
		return;
	survey_rx(&mac->survey, af->airtime_us);
	if (af->len < IEEE80211_ACK_LEN + IEEE80211_FCS_LEN ||
	    af->len > SKUA_MAX_MPDU + IEEE80211_FCS_LEN) {
		mac->c.rx_malformed++;
		return;
	}
	a.len = (uint16_t)(af->len - IEEE80211_FCS_LEN);
	a.group = dot11_addr_is_group(dot11_addr1(a.frame));
	own = a.group ? NULL : own_vif(mac, dot11_addr1(a.frame));
	if (!own && !a.group)
		own = scan_vif(mac, a.frame);
	/* For somebody else: not worth computing its FCS */
	if (!own && !a.group && !a.promisc)
		return;
	/* Like a full FIFO: without an ACK the sender tries again later */
	if (cpl_waiting(mac)) {
		mac->c.rx_overrun++;
		return;
	}
	a.fc = dot11_fc(a.frame);
	a.hdr_len = (uint16_t)dot11_fc_hdrlen(a.fc);
	if (!dot11_fcs_ok(af->data, af->len)) {
		bad_fcs(&a);
		return;
	}
	if (!a.hdr_len || a.len < a.hdr_len) {
		mac->c.rx_malformed++;
		return;
	}
	receive(&a, own);
}

void rxe_answer(struct mac *mac, const uint8_t *frame, uint16_t len,
		const struct air_rx *rx, uint32_t rate)
{
	const struct air_frame af = {
		.data = frame, .len = len, .chan = mac->chan,
		.rate = airtime_response_rate(rate, 0, mac_tuned_2ghz(mac)),
	};
	const struct arrival a = {
		.mac = mac, .af = &af, .rx = rx, .frame = frame,
		.len = (uint16_t)(len - IEEE80211_FCS_LEN),
		.fc = dot11_fc(frame), .hdr_len = IEEE80211_ACK_LEN,
	};

	if (mac->filter & (SKUA_FILTER_OTHER_BSS | SKUA_FILTER_CONTROL))
		queue_frame(&a, NULL, NULL, 0);
}

static void rxe_rx_flush(void *priv)
{
	rxe_flush(priv);
}

const struct air_radio_ops rxe_ops = {
	.rx = rxe_rx,
	.rx_flush = rxe_rx_flush,
	.pulse = mac_radar_pulse,
};
