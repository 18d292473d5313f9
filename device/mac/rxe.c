// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: frames that arrive from the air
 *
 * FCS, address match, answers, filter, TSF, power save and duplicates are done at
 * once, since the sender waits or the order matters. A frame that passes is
 * copied into the batch, which is decrypted and passed up at the end of the
 * sender's burst.
 */
#include "mac/beacon.h"
#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"
#include "mac/survey.h"

/*
 * A duplicate has the Retry bit and the Sequence Control of the frame before. In a
 * session, numbers alone tell; the last one counts when the session has ended.
 */
static bool is_dup(const struct rx_arrival *a, struct mac_sta *sta)
{
	uint16_t seq = dot11_get_le16(a->frame + IEEE80211_OFF_SEQ);
	unsigned int i = SKUA_NUM_TIDS;

	if (dot11_fc_is_data_qos(a->fc))
		i = dot11_tid(a->frame);
	if (!a->ba && (a->fc & IEEE80211_FC_RETRY) && sta->dup[i] == seq)
		return true;
	sta->dup[i] = seq;
	return false;
}

static bool clear_refused(const struct rx_arrival *a, const struct mac_sta *sta)
{
	return (sta->flags & ENG_STAF_KEYED) &&
	       !(a->fc & IEEE80211_FC_PROTECTED) && !a->group &&
	       dot11_fc_is_data_present(a->fc) &&
	       !dot11_is_eapol(a->frame, a->hdr_len, a->len);
}

static bool drop_dup(const struct rx_arrival *a, struct mac_sta *sta,
		     uint32_t *flags)
{
	if (a->group || dot11_fc_is_nullfunc(a->fc))
		return false;
	if (is_dup(a, sta)) {
		a->mac->c.rx_dup++;
		sta->stats.rx_dups++;
		return true;
	}
	if (!a->ba || a->ba->order.place)
		*flags |= SKUA_RXF_DUP_VALIDATED;
	return false;
}

static void deliver(struct rx_arrival *a, struct mac_vif *vif)
{
	struct mac *mac = a->mac;
	struct mac_sta *sta = mac_sta_find(mac, vif, dot11_addr2(a->frame));
	uint32_t flags = 0;

	if (sta) {
		sta->stats.rx_signal = a->rx->signal;
		if (drop_dup(a, sta, &flags))
			return;
		if (!a->group)
			rxe_track_ps(a, sta);
		sta->stats.rx_packets += !a->again;
		sta->stats.rx_bytes += a->again ? 0 : a->len;
		sta->stats.rx_rate = a->af->rate;
		sta->stats.rx_airtime += a->af->airtime_us;
		if (clear_refused(a, sta)) {
			mac->c.rx_clear_refused++;
			return;
		}
	}
	rxe_queue_frame(a, vif, sta, flags);
}

/*
 * Rank of an interface for a frame that goes up once. Two interfaces may share an
 * address: the frame is for the interface whose peer has sent it. An interface that
 * can check beacons does so for all interfaces of its BSS.
 */
static unsigned int claim(const struct rx_arrival *a, const struct mac_vif *vif)
{
	unsigned int rank = 0;

	if (mac_sta_find(a->mac, vif, dot11_addr2(a->frame)))
		rank += 2;
	if (dot11_fc_is_beacon(a->fc) && tsf_needs_key(a->mac, vif))
		rank++;
	return rank;
}

/*
 * A management frame goes up once, even if several interfaces want it: the stack
 * finds all interfaces that it concerns. Group data may be encrypted with another
 * key for each interface, so each interface gets a copy.
 */
static bool distribute(struct rx_arrival *a)
{
	struct mac *mac = a->mac;
	bool each = a->group && dot11_fc_is_data(a->fc);
	struct mac_vif *vif, *best = NULL;
	bool wanted = false;

	mac_for_each_vif(mac, vif) {
		if (!rxe_vif_wants(a, vif))
			continue;
		wanted = true;
		if (each)
			deliver(a, vif);
		else if (!best || claim(a, vif) > claim(a, best))
			best = vif;
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
	struct mac_vif *vif;

	mac_for_each_vif(mac, vif)
		if (vif->type != SKUA_VIF_MONITOR && dot11_addr_equal(vif->addr, ra))
			return vif;
	return NULL;
}

/* An interface that scans with a random address is addressed by it */
static struct mac_vif *scan_vif(struct mac *mac, const uint8_t *frame)
{
	const uint8_t *ra = dot11_addr1(frame);

	if (dot11_get_le32(ra) != mac->scan_lo ||
	    dot11_get_le16(ra + 4) != (mac->scan_hi & 0xffff) ||
	    !dot11_fc_is_mgmt(dot11_fc(frame)))
		return NULL;
	return mac_vif(mac, mac->scan_hi >> 16);
}

static bool fcs_ok(const struct air_frame *af)
{
	return af->fcs_ok || dot11_fcs_ok(af->data, af->len);
}

static void bad_fcs(struct rx_arrival *a)
{
	a->mac->c.rx_fcs_error++;
	if ((a->mac->filter & SKUA_FILTER_FCSFAIL) &&
	    a->len >= IEEE80211_ACK_LEN)
		rxe_queue_frame(a, NULL, NULL, SKUA_RXF_FCS_ERR |
			    SKUA_RXF_MONITOR_ONLY);
}

/* The FCS is right, and the header complete */
static void receive(struct rx_arrival *a, struct mac_vif *own)
{
	struct mac *mac = a->mac;

	mac->c.rx_frames++;
	if (own) {
		rxe_ba_find(a);
		if (!rxe_respond(a, own))
			return;
		if (a->ba)
			ba_score_mpdu(&a->ba->score, dot11_sn(a->frame));
	}
	if (own && dot11_fc_is_stype(a->fc, IEEE80211_PSPOLL) &&
	    own->type == SKUA_VIF_AP)
		rxe_ps_poll(a, own);
	if (own && dot11_fc_is_stype(a->fc, IEEE80211_BACK_REQ) &&
	    rxe_ba_req(a))
		return;
	if (!dot11_fc_is_ctl(a->fc) && distribute(a))
		return;
	if (rxe_filter_passes(a, own))
		rxe_queue_frame(a, NULL, NULL, 0);
	else
		mac->c.rx_filtered++;
}

/* The medium is reserved for others (IEEE 802.11-2020, 10.3.2.4) */
static void note_nav(const struct rx_arrival *a)
{
	uint64_t ns = air_ns(a->mac->air, rxe_duration(a));

	if (!ns || !fcs_ok(a->af))
		return;
	ns += air_now(a->mac->air);
	if (a->mac->tx.op.nav < ns)
		a->mac->tx.op.nav = ns;
}

static bool is_answer(uint16_t fc)
{
	return dot11_fc_is_stype(fc, IEEE80211_ACK) ||
	       dot11_fc_is_stype(fc, IEEE80211_CTS) ||
	       dot11_fc_is_stype(fc, IEEE80211_BACK);
}

/* An answer to what the transmit engine has sent; a monitor gets it, too */
static void take_answer(struct rx_arrival *a)
{
	struct mac *mac = a->mac;

	mac->rx.ops->answer(mac, a->frame, a->len, a->rx);
	if (!cpl_waiting(mac) &&
	    (mac->filter & (SKUA_FILTER_OTHER_BSS | SKUA_FILTER_CONTROL)))
		rxe_queue_frame(a, NULL, NULL, 0);
}

/* Units of the completion ring that a frame of so many buffers takes, at most */
static uint32_t units_of(struct mac *mac, uint32_t bufs)
{
	uint32_t most = mac->rings->ring[SKUA_RING_CPL0].entries / 2;
	uint32_t units = RX_MAX_UNITS + bufs;

	return units < most ? units : most;
}

/* There is room for a frame of so many buffers and units, behind those of the batch */
static bool fits(const struct rxe *rx, uint32_t bufs, uint32_t units)
{
	return rx->wanted + bufs <= rx->bufs &&
	       rx->wanted + rx->n * RX_MAX_UNITS + units <= rx->units;
}

/* Look for room anew, for a batch that begins; some units are for what is not received */
static void look_for_room(struct mac *mac)
{
	struct rxe *rx = &mac->rx;
	uint32_t spare = mac->rings->ring[SKUA_RING_CPL0].entries / 8;
	uint32_t units = cpl_left(mac, RXE_BATCH * (RX_MAX_UNITS + 1) + spare);

	rx->wanted = 0;
	rx->bufs = rxe_bufs_left(mac);
	rx->units = units > spare ? units - spare : 0;
}

/*
 * The host has room for the frame, behind those of the batch. When that seems to be short,
 * the batch goes up first, and what is left counts.
 */
static bool has_room(const struct rx_arrival *a)
{
	struct mac *mac = a->mac;
	struct rxe *rx = &mac->rx;
	uint32_t bufs = rxe_bufs_of(a), units = units_of(mac, bufs);

	if (rx->n && fits(rx, bufs, units))
		return true;
	rxe_flush(mac);
	look_for_room(mac);
	/* What a buffer holds may be known only now */
	bufs = rxe_bufs_of(a);
	return fits(rx, bufs, units_of(mac, bufs));
}

void rxe_rx(struct mac *mac, const struct air_frame *af, const struct air_rx *rx)
{
	struct rx_arrival a = {
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
	if (!own)
		note_nav(&a);
	/* The frame is for another receiver: its FCS is not worth computing */
	if (!own && !a.group && !a.promisc)
		return;
	a.fc = dot11_fc(a.frame);
	/* As with a full FIFO: without an ACK the sender tries again later */
	if (cpl_waiting(mac) && !(own && is_answer(a.fc))) {
		mac->c.rx_overrun++;
		return;
	}
	a.hdr_len = (uint16_t)dot11_fc_hdrlen(a.fc);
	if (!fcs_ok(af)) {
		bad_fcs(&a);
		return;
	}
	if (!a.hdr_len || a.len < a.hdr_len) {
		mac->c.rx_malformed++;
		return;
	}
	if (own && is_answer(a.fc)) {
		take_answer(&a);
		return;
	}
	/* The same without room for it */
	if (own && !dot11_fc_is_ctl(a.fc) && !has_room(&a)) {
		mac->c.rx_overrun++;
		return;
	}
	receive(&a, own);
	rxe_queue_gone(&a);
}
