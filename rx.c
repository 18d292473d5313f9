// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - receive: buffers for the NIC, and frames out of receive records
 *
 * Each buffer is a piece of a page of a page pool. The NIC gets the middle of
 * the piece: headroom is before it, room for struct skb_shared_info behind it. So
 * a buffer becomes an skb, or a fragment of an skb, without a copy.
 */
#include <kunit/static_stub.h>
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <net/page_pool/helpers.h>
#include <net/page_pool/types.h>

#include "key.h"
#include "rx.h"
#include "trace.h"

static_assert(SKUA_RX_BUF_LEN_MAX >= SKUA_RXBUF_MIN_LEN, "receive buffer size");
static_assert(SKUA_RX_MAX_BUFS <= MAX_SKB_FRAGS, "fragments of an skb");
static_assert(SKUA_RX_MIN_8023 == ETH_HLEN, "802.3 header");

/* ------------------------------------------------------------------ */
/* Parse								*/
/* ------------------------------------------------------------------ */

/* Flags that are illegal, since their feature is not in force. */
static u32 skua_rx_flags_forbidden(u64 features)
{
	u32 bad = 0;

	if (!(features & SKUA_FEAT_RX_DECAP))
		bad |= SKUA_RXF_8023;
	if (!(features & SKUA_FEAT_RX_CSUM))
		bad |= SKUA_RXF_CSUM_OK;
	if (!(features & SKUA_FEAT_RX_COALESCE))
		bad |= SKUA_RXF_COALESCED;
	return bad;
}

/* Of an 802.3 frame mac80211 checks nothing, and shows it to no monitor. */
#define SKUA_RX_NEVER_8023	(SKUA_RXF_FCS_ERR | SKUA_RXF_PLCP_ERR | \
				 SKUA_RXF_MMIC_ERR | SKUA_RXF_MONITOR_ONLY)

static bool skua_rx_flags_good(u32 flags, u64 features)
{
	const u32 joined = SKUA_RXF_8023 | SKUA_RXF_CSUM_OK;

	if (flags & skua_rx_flags_forbidden(features))
		return false;
	if ((flags & SKUA_RXF_8023) && (flags & SKUA_RX_NEVER_8023))
		return false;
	return !(flags & SKUA_RXF_COALESCED) || (flags & joined) == joined;
}

/* Each segment but the last has as much payload as the first one, and a buffer. */
static bool skua_rx_segments_good(const struct skua_rx_unit *unit)
{
	unsigned int i, last = unit->nbufs - 1;

	if (!last || !unit->gso_size)
		return false;
	for (i = 1; i < last; i++)
		if (unit->buf[i] != unit->more_off + unit->gso_size)
			return false;
	return unit->buf[last] > unit->more_off &&
	       unit->buf[last] <= unit->more_off + unit->gso_size;
}

static int skua_rx_parse_bufs(struct skua_rx_unit *unit, u32 buf0,
			      const __le32 *more, unsigned int nmore)
{
	unsigned int min = unit->flags & SKUA_RXF_8023 ? SKUA_RX_MIN_8023 :
							 SKUA_RX_MIN_FRAME;
	unsigned int i, sum = 0;

	if (nmore >= SKUA_RX_MAX_BUFS)
		return -E2BIG;
	unit->nbufs = nmore + 1;
	for (i = 0; i < unit->nbufs; i++) {
		u32 word = i ? le32_to_cpu(more[i - 1]) : buf0;

		unit->buf[i] = u32_get_bits(word, SKUA_RX_BUF_LEN);
		if (unit->buf[i] > SKUA_RX_BUF_LEN_MAX || !unit->buf[i])
			return -EMSGSIZE;
		sum += unit->buf[i];
	}
	/* the shortest header lies in the first buffer */
	if (unit->len < min || unit->buf[0] < unit->offset + min ||
	    sum != unit->offset + nmore * unit->more_off + unit->len)
		return -EMSGSIZE;
	if ((unit->flags & SKUA_RXF_COALESCED) && !skua_rx_segments_good(unit))
		return -EMSGSIZE;
	return 0;
}

/**
 * skua_rx_parse() - check a receive record
 * @unit: to fill
 * @rec: private copy of the record
 * @more: words behind the record: further buffers
 * @nmore: number of these words
 * @features: SKUA_FEAT_* in force
 *
 * Any context.
 *
 * Return: 0; -E2BIG for too many buffers; -EMSGSIZE for lengths that make no
 * sense; -EINVAL for another field that makes no sense
 */
int skua_rx_parse(struct skua_rx_unit *unit, const struct skua_cpl_rx *rec,
		  const __le32 *more, unsigned int nmore, u64 features)
{
	*unit = (struct skua_rx_unit) {
		.flags = le32_to_cpu(rec->flags),
		.len = le16_to_cpu(rec->frame_len),
		.offset = rec->offset,
		.vif = rec->vif,
		.tid = rec->tid,
		.sta = le16_to_cpu(rec->sta),
		.sta_gen = le16_to_cpu(rec->sta_gen),
		.key = le16_to_cpu(rec->key),
		.key_gen = le16_to_cpu(rec->key_gen),
		.pn = (u64)le16_to_cpu(rec->pn_hi) << 32 | le32_to_cpu(rec->pn_lo),
		.rate = le32_to_cpu(rec->rate),
		.freq = le16_to_cpu(rec->freq),
		.signal = rec->signal,
		.chains = rec->chains & GENMASK(3, 0),
		.ampdu_ref = le32_to_cpu(rec->ampdu_ref),
		.tsf = le64_to_cpu(rec->tsf),
	};
	memcpy(unit->chain_signal, rec->chain_signal, sizeof(unit->chain_signal));

	if (unit->flags & SKUA_RXF_COALESCED) {
		unit->more_off = rec->more_off;
		unit->gso_size = le16_to_cpu(rec->gso_size);
	}
	if (unit->tid > SKUA_NUM_TIDS ||
	    !skua_rx_flags_good(unit->flags, features))
		return -EINVAL;
	return skua_rx_parse_bufs(unit, le32_to_cpu(rec->buf0), more, nmore);
}

/* ------------------------------------------------------------------ */
/* Status								*/
/* ------------------------------------------------------------------ */

/**
 * skua_rx_flags() - translate the NIC's flags into mac80211's
 * @rxf: SKUA_RXF_*
 *
 * Return: RX_FLAG_*, each exactly if the NIC set its counterpart
 */
u32 skua_rx_flags(u32 rxf)
{
	static const struct {
		u32 rxf;
		u32 flag;
	} map[] = {
		{ SKUA_RXF_FCS_ERR, RX_FLAG_FAILED_FCS_CRC },
		{ SKUA_RXF_PLCP_ERR, RX_FLAG_FAILED_PLCP_CRC },
		{ SKUA_RXF_DECRYPTED, RX_FLAG_DECRYPTED },
		{ SKUA_RXF_IV_STRIPPED, RX_FLAG_IV_STRIPPED },
		{ SKUA_RXF_ICV_STRIPPED, RX_FLAG_ICV_STRIPPED },
		{ SKUA_RXF_MIC_STRIPPED, RX_FLAG_MIC_STRIPPED },
		{ SKUA_RXF_MMIC_STRIPPED, RX_FLAG_MMIC_STRIPPED },
		{ SKUA_RXF_MMIC_ERR, RX_FLAG_MMIC_ERROR },
		{ SKUA_RXF_PN_VALIDATED, RX_FLAG_PN_VALIDATED },
		{ SKUA_RXF_DUP_VALIDATED, RX_FLAG_DUP_VALIDATED },
		{ SKUA_RXF_AMPDU, RX_FLAG_AMPDU_DETAILS },
		{ SKUA_RXF_AMPDU_LAST, RX_FLAG_AMPDU_IS_LAST },
		{ SKUA_RXF_AMPDU_LAST_KNOWN, RX_FLAG_AMPDU_LAST_KNOWN },
		{ SKUA_RXF_AMPDU_DELIM_CRC_ERR, RX_FLAG_AMPDU_DELIM_CRC_ERROR },
		{ SKUA_RXF_AMPDU_EOF, RX_FLAG_AMPDU_EOF_BIT },
		{ SKUA_RXF_AMPDU_EOF_KNOWN, RX_FLAG_AMPDU_EOF_BIT_KNOWN },
		{ SKUA_RXF_8023, RX_FLAG_8023 },
		{ SKUA_RXF_MONITOR_ONLY, RX_FLAG_ONLY_MONITOR },
		{ SKUA_RXF_MACTIME_START, RX_FLAG_MACTIME_START },
		{ SKUA_RXF_NO_SIGNAL, RX_FLAG_NO_SIGNAL_VAL },
	};
	u32 flags = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (rxf & map[i].rxf)
			flags |= map[i].flag;
	return flags;
}

/**
 * skua_rx_fill_status() - fill the receive status of a frame
 * @st: to fill, from zero
 * @unit: the frame
 *
 * Any context.
 *
 * Return: 0 or -EINVAL for a channel or rate that does not exist
 */
int skua_rx_fill_status(struct ieee80211_rx_status *st,
			const struct skua_rx_unit *unit)
{
	unsigned int i;
	int err;

	memset(st, 0, sizeof(*st));
	err = skua_rate_to_rx(unit->rate, unit->freq, st);
	if (err)
		return err;
	st->flag = skua_rx_flags(unit->flags);
	st->mactime = unit->tsf;
	st->device_timestamp = lower_32_bits(unit->tsf);
	st->ampdu_reference = unit->ampdu_ref;
	if (unit->flags & SKUA_RXF_NO_SIGNAL)
		return 0;
	st->signal = unit->signal;
	st->chains = unit->chains;
	for (i = 0; i < ARRAY_SIZE(unit->chain_signal); i++)
		if (unit->chains & BIT(i))
			st->chain_signal[i] = unit->chain_signal[i];
	return 0;
}

/* ------------------------------------------------------------------ */
/* Buffers								*/
/* ------------------------------------------------------------------ */

/**
 * skua_rx_take() - take a buffer back from the NIC
 * @rx: receive state
 * @id: from the NIC, any value
 * @out: filled with the buffer, which is the caller's from now on
 *
 * NAPI, or while NAPI is off.
 *
 * Return: false if the NIC does not have that buffer
 */
bool skua_rx_take(struct skua_rx *rx, u16 id, struct skua_rx_buf_slot *out)
{
	if (id >= rx->nbufs || !rx->buf[id].page)
		return false;
	*out = rx->buf[id];
	rx->buf[id].page = NULL;
	rx->free_id[rx->nfree++] = id;
	return true;
}

static void skua_rx_put(struct skua *sc, const struct skua_rx_buf_slot *buf,
			bool napi)
{
	page_pool_put_full_page(sc->rx.pool, buf->page, napi);
}

/* Take back all buffers of a record. Return: false if a word names no buffer. */
static bool skua_rx_take_all(struct skua *sc, u32 buf0, const __le32 *more,
			     unsigned int nmore, struct skua_rx_buf_slot *buf,
			     unsigned int *n)
{
	struct skua_rx_buf_slot one;
	bool good = true;
	unsigned int i;

	*n = 0;
	for (i = 0; i <= nmore; i++) {
		u32 word = i ? le32_to_cpu(more[i - 1]) : buf0;

		if (!skua_rx_take(&sc->rx, u32_get_bits(word, SKUA_RX_BUF_ID),
				  &one))
			good = false;
		else if (*n < SKUA_RX_MAX_BUFS)
			buf[(*n)++] = one;
		else
			skua_rx_put(sc, &one, true);
	}
	return good;
}

static bool skua_rx_post_one(struct skua *sc)
{
	struct skua_ring *ring = &sc->ring[SKUA_RING_RXBUF];
	struct skua_rx *rx = &sc->rx;
	struct skua_rx_buf *entry;
	unsigned int offset;
	struct page *page;
	u16 id;

	page = page_pool_dev_alloc_frag(rx->pool, &offset, SKUA_RX_BUF_SIZE);
	if (!page)
		return false;
	id = rx->free_id[--rx->nfree];
	rx->buf[id].page = page;
	rx->buf[id].offset = offset;

	entry = skua_ring_slot(ring, ring->next++);
	entry->addr = cpu_to_le64(page_pool_get_dma_addr(page) + offset +
				  SKUA_RX_HEADROOM);
	entry->len = cpu_to_le32(SKUA_RX_BUF_LEN_MAX);
	entry->id = cpu_to_le16(id);
	entry->rsvd = 0;
	return true;
}

/**
 * skua_rx_refill() - post all buffers that the NIC does not have
 * @sc: the device
 *
 * NAPI, or process context while NAPI is off. If memory is short, the next call
 * posts the rest.
 */
void skua_rx_refill(struct skua *sc)
{
	struct skua_ring *ring = &sc->ring[SKUA_RING_RXBUF];
	u32 n = min(sc->rx.nfree, skua_ring_room(ring));

	while (n--) {
		if (!skua_rx_post_one(sc)) {
			skua_count(sc, SKUA_CTR_RX_REFILL);
			break;
		}
	}
	skua_ring_publish(ring);
}

/* ------------------------------------------------------------------ */
/* Build and deliver							*/
/* ------------------------------------------------------------------ */

static void skua_rx_complain(struct skua *sc, int err)
{
	skua_count(sc, err == -EINVAL ? SKUA_CTR_RX_BAD_FIELD :
					SKUA_CTR_RX_BAD_LEN);
	skua_complain(sc, "receive record with %s\n",
		      err == -E2BIG ? "too many buffers" :
		      err == -EMSGSIZE ? "lengths that make no sense" :
					 "a field that makes no sense");
}

static struct sk_buff *skua_rx_build(struct skua *sc,
				     const struct skua_rx_unit *unit,
				     const struct skua_rx_buf_slot *buf)
{
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < unit->nbufs; i++)
		page_pool_dma_sync_for_cpu(sc->rx.pool, buf[i].page,
					   buf[i].offset + SKUA_RX_HEADROOM,
					   unit->buf[i]);
	skb = napi_build_skb(page_address(buf[0].page) + buf[0].offset,
			     SKUA_RX_BUF_SIZE);
	if (!skb)
		return NULL;
	skb_mark_for_recycle(skb);
	skb_reserve(skb, SKUA_RX_HEADROOM + unit->offset);
	skb_put(skb, unit->buf[0] - unit->offset);
	for (i = 1; i < unit->nbufs; i++)
		skb_add_rx_frag(skb, i - 1, buf[i].page,
				buf[i].offset + SKUA_RX_HEADROOM + unit->more_off,
				unit->buf[i] - unit->more_off,
				SKUA_RX_BUF_SIZE);
	return skb;
}

/* The replay counter that a frame belongs to, as mac80211 sees it. */
static u8 skua_rx_pn_index(const struct sk_buff *skb,
			   const struct skua_rx_unit *unit)
{
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	if (ieee80211_is_mgmt(hdr->frame_control))
		return SKUA_PN_MGMT;
	return unit->tid < SKUA_NUM_TIDS ? unit->tid : 0;
}

/* The key of a frame that the NIC has, but left the frame encrypted, or NULL. */
static struct skua_key *skua_rx_key_for(struct skua *sc,
					const struct skua_rx_unit *unit,
					struct ieee80211_sta *sta, bool group,
					u8 keyidx)
{
	struct skua_key __rcu **table = NULL;
	struct ieee80211_vif *vif;
	struct skua_key *key;
	unsigned int i;

	if (!group && sta) {
		table = skua_sta(sta)->key;
	} else if (group && unit->vif < SKUA_MAX_VIFS) {
		vif = rcu_dereference(sc->vif[unit->vif]);
		if (vif && vif->type == NL80211_IFTYPE_STATION)
			table = skua_vif(vif)->key;
	}
	for (i = 0; table && i < SKUA_OWNER_KEYS; i++) {
		key = rcu_dereference(table[i]);
		if (key && key->keyidx == keyidx)
			return key;
	}
	return NULL;
}

/*
 * Who checks the packet number of a frame? If the NIC leaves the order of a session's
 * frames to mac80211, the numbers too: frames that a retransmission brought late would be
 * replays. So that mac80211's counter is never stale, it counts all unicast QoS data then,
 * with a session or without, and the NIC leaves the IV.
 */
static bool skua_rx_pn_by_mac80211(const struct skua *sc,
				   const struct sk_buff *skb)
{
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	return skua_has(sc, SKUA_FEAT_RX_AMPDU) &&
	       !skua_has(sc, SKUA_FEAT_RX_REORDER) &&
	       ieee80211_is_data_qos(hdr->frame_control) &&
	       !is_multicast_ether_addr(hdr->addr1);
}

/*
 * A frame that the NIC left encrypted is decrypted by mac80211, which has not
 * seen the packet numbers of the frames that the NIC decrypted. So the driver
 * compares the number with its shadow first. The numbers of TKIP and of BIP stay
 * in the frame, so mac80211 has seen all of those.
 */
static bool skua_rx_replayed(struct skua *sc, const struct sk_buff *skb,
			     const struct skua_rx_unit *unit,
			     struct ieee80211_sta *sta)
{
	const struct ieee80211_hdr *hdr = (const void *)skb->data;
	unsigned int hdrlen = ieee80211_hdrlen(hdr->frame_control);
	const u8 *iv = skb->data + hdrlen;
	struct skua_key *key;
	u64 pn;

	if ((unit->flags & (SKUA_RXF_DECRYPTED | SKUA_RXF_MONITOR_ONLY)) ||
	    !ieee80211_has_protected(hdr->frame_control) ||
	    skua_rx_pn_by_mac80211(sc, skb) ||
	    skb_headlen(skb) < hdrlen + IEEE80211_CCMP_HDR_LEN)
		return false;
	key = skua_rx_key_for(sc, unit, sta,
			      is_multicast_ether_addr(hdr->addr1), iv[3] >> 6);
	if (!key || !(key->suite->flags & SKUA_SUITE_EXT_IV))
		return false;
	pn = (u64)iv[7] << 40 | (u64)iv[6] << 32 | (u32)iv[5] << 24 |
	     iv[4] << 16 | iv[1] << 8 | iv[0];
	if (pn > READ_ONCE(key->rx_pn[skua_rx_pn_index(skb, unit)]))
		return false;
	skua_key_count_error(sc, key, true);
	return true;
}

/* Is the key that decrypted the frame still there? Also notes the packet number. */
static bool skua_rx_key_ok(struct skua *sc, const struct sk_buff *skb,
			   const struct skua_rx_unit *unit)
{
	struct skua_key *key;

	if (!(unit->flags & SKUA_RXF_DECRYPTED))
		return true;
	key = skua_key_get(sc, unit->key, unit->key_gen);
	if (!key) {
		skua_count(sc, SKUA_CTR_RX_STALE_KEY);
		return false;
	}
	if (skua_rx_pn_by_mac80211(sc, skb) &&
	    (key->suite->flags & SKUA_SUITE_EXT_IV)) {
		if (!(unit->flags & (SKUA_RXF_IV_STRIPPED | SKUA_RXF_PN_VALIDATED)))
			return true;
		skua_rx_complain(sc, -EINVAL);
		return false;
	}
	/* Of fragments, too: the NIC has checked them, though not that they belong together. */
	if (unit->flags & SKUA_RXF_PN_VALID)
		skua_key_saw_pn(key, skua_rx_pn_index(skb, unit), unit->pn);
	return true;
}

/*
 * The station of a frame. Return: -ESTALE if the station has gone, and mac80211
 * must not take the frame for one of the station that has the handle or the
 * address now. Management frames in clear text belong to no station: mac80211
 * looks at their address.
 */
static int skua_rx_sta(struct skua *sc, const struct sk_buff *skb,
		       const struct skua_rx_unit *unit,
		       struct ieee80211_sta **sta)
{
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	*sta = NULL;
	if (unit->sta == SKUA_STA_NONE)
		return 0;
	*sta = skua_sta_get(sc, unit->sta, unit->sta_gen);
	if (*sta)
		return 0;
	skua_count(sc, SKUA_CTR_RX_STALE_STA);
	if ((unit->flags & SKUA_RXF_DECRYPTED) ||
	    ieee80211_is_data(hdr->frame_control))
		return -ESTALE;
	return 0;
}

/*
 * Was the frame decrypted with a key of its station, and is it known to be no replay? Frames
 * to groups, under a group's key, come in 802.11 frames.
 */
static bool skua_rx_key_ok_8023(struct skua *sc,
				const struct skua_rx_unit *unit,
				struct ieee80211_sta *sta)
{
	const struct skua_vif *svif = skua_vif(skua_sta(sta)->vif);
	struct skua_key *key;

	if (!(unit->flags & SKUA_RXF_DECRYPTED))
		return !READ_ONCE(skua_sta(sta)->keyed) && !READ_ONCE(svif->keyed);
	key = skua_key_get(sc, unit->key, unit->key_gen);
	if (!key || !(key->suite->flags & SKUA_SUITE_EXT_IV) ||
	    !(unit->flags & SKUA_RXF_PN_VALIDATED) ||
	    key->sta != unit->sta || key->sta_gen != unit->sta_gen)
		return false;
	if (unit->flags & SKUA_RXF_PN_VALID)
		skua_key_saw_pn(key, unit->tid < SKUA_NUM_TIDS ? unit->tid : 0,
				unit->pn);
	return true;
}

/*
 * Is an 802.3 frame fit for mac80211, which checks nothing of it? The NIC may be wrong about
 * what the driver knows: the station, its state, its keys. And there are two protocols that
 * mac80211 has to see in an 802.11 frame.
 */
static bool skua_rx_admit_8023(struct skua *sc, const struct sk_buff *skb,
			       const struct skua_rx_unit *unit,
			       struct ieee80211_sta **sta)
{
	const struct ethhdr *eth = (const void *)skb->data;
	bool authorized, good;

	*sta = skua_sta_get(sc, unit->sta, unit->sta_gen);
	if (!*sta) {
		skua_count(sc, SKUA_CTR_RX_STALE_STA);
		return false;
	}
	authorized = READ_ONCE(skua_sta(*sta)->state) == IEEE80211_STA_AUTHORIZED;
	good = READ_ONCE(skua_sta(*sta)->decap_rx) &&
	       eth->h_proto != htons(ETH_P_PAE) &&
	       eth->h_proto != htons(ETH_P_TDLS) &&
	       skua_rx_key_ok_8023(sc, unit, *sta);
	if (authorized && good)
		return true;
	skua_count(sc, SKUA_CTR_RX_REFUSED);
	/* of a station that has just lost its authorization the NIC knows later */
	if (!good)
		skua_complain(sc, "802.3 frame that %pM may not send\n",
			      (*sta)->addr);
	return false;
}

/* The same for an 802.11 frame, of which mac80211 checks what is not checked here */
static bool skua_rx_admit_80211(struct skua *sc, const struct sk_buff *skb,
				const struct skua_rx_unit *unit,
				struct ieee80211_sta **sta)
{
	if (skua_rx_sta(sc, skb, unit, sta))
		return false;
	if (!skua_rx_key_ok(sc, skb, unit))
		return false;
	if (skua_rx_replayed(sc, skb, unit, *sta)) {
		skua_count(sc, SKUA_CTR_RX_REPLAY);
		return false;
	}
	return true;
}

static void skua_rx_look_80211(struct skua *sc, struct sk_buff *skb)
{
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	/* for the age of scan results */
	if (ieee80211_is_beacon(hdr->frame_control) ||
	    ieee80211_is_probe_resp(hdr->frame_control))
		IEEE80211_SKB_RXCB(skb)->boottime_ns = ktime_get_boottime_ns();
	if (unlikely(test_bit(SKUA_F_ROC_TX, &sc->flags)))
		skua_roc_heard(sc, skb);
}

/*
 * Of an A-MSDU in an 802.11 frame mac80211 makes several frames, the last one of the same
 * skb: one checksum says nothing of them.
 */
static void skua_rx_set_csum(struct sk_buff *skb, const struct skua_rx_unit *unit)
{
	if ((unit->flags & SKUA_RXF_CSUM_OK) &&
	    !(unit->flags & SKUA_RXF_COALESCED) &&
	    ((unit->flags & SKUA_RXF_8023) || !(unit->flags & SKUA_RXF_AMSDU)))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
}

/*
 * mac80211 itself forwards frames between the stations of an access point, and cannot
 * forward a packet of several segments: it does not say which protocol that is of.
 */
static bool skua_rx_stays_in_bss(struct ieee80211_sta *sta,
				 const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const void *)skb->data;
	struct ieee80211_vif *vif = skua_sta(sta)->vif;

	return vif->type == NL80211_IFTYPE_AP &&
	       !ether_addr_equal(eth->h_dest, vif->addr) &&
	       ieee80211_find_sta(vif, eth->h_dest);
}

/**
 * skua_rx_hand_over() - give a frame to mac80211
 * @sc: the device
 * @sta: its station, or NULL
 * @skb: frame, with its receive status; no longer the caller's
 * @poll: this run of NAPI
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_rx_hand_over(struct skua *sc, struct ieee80211_sta *sta,
		       struct sk_buff *skb, struct skua_poll *poll)
{
	struct sk_buff_head frames;

	KUNIT_STATIC_STUB_REDIRECT(skua_rx_hand_over, sc, sta, skb, poll);
	__skb_queue_head_init(&frames);
	if (skb_is_gso(skb) && skua_rx_stays_in_bss(sta, skb))
		skua_rx_split(sc, skb, &frames);
	else
		__skb_queue_tail(&frames, skb);
	while ((skb = __skb_dequeue(&frames)))
		ieee80211_rx_list(sc->hw, sta, skb, &poll->rx_list);
}

/* Hand a frame to mac80211. Return: false if the frame must be dropped. */
static bool skua_rx_deliver(struct skua *sc, struct sk_buff *skb,
			    const struct skua_rx_unit *unit,
			    struct skua_poll *poll)
{
	struct ieee80211_rx_status *st = IEEE80211_SKB_RXCB(skb);
	bool is_8023 = unit->flags & SKUA_RXF_8023;
	struct ieee80211_sta *sta;

	/*
	 * mac80211 would warn. Between here and the end of stop() NAPI passes a STOP's
	 * answer or is disabled, so the flag holds for this frame.
	 */
	if (!test_bit(SKUA_F_STARTED, &sc->flags)) {
		skua_count(sc, SKUA_CTR_RX_DOWN);
		return false;
	}
	if (is_8023 ? !skua_rx_admit_8023(sc, skb, unit, &sta) :
		      !skua_rx_admit_80211(sc, skb, unit, &sta))
		return false;
	/* mac80211 would warn of a band that was not announced. */
	if (skua_rx_fill_status(st, unit) || !sc->hw->wiphy->bands[st->band]) {
		skua_count(sc, SKUA_CTR_RX_NO_CHANNEL);
		return false;
	}
	if (!is_8023)
		skua_rx_look_80211(sc, skb);
	skua_rx_set_csum(skb, unit);
	if (unit->flags & SKUA_RXF_COALESCED) {
		if (skua_rx_join(skb, unit)) {
			skua_rx_complain(sc, -EINVAL);
			return false;
		}
		skua_count(sc, SKUA_CTR_RX_COALESCED);
	}
	skua_count(sc, SKUA_CTR_RX);
	skua_rx_hand_over(sc, sta, skb, poll);
	return true;
}

/**
 * skua_rx_cpl() - a frame has been received
 * @sc: the device
 * @rec: private copy of the record; only its size has been checked
 * @more: words behind the record: further buffers
 * @nmore: number of these words
 * @poll: this run of NAPI
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_rx_cpl(struct skua *sc, const struct skua_cpl_rx *rec,
		 const __le32 *more, unsigned int nmore, struct skua_poll *poll)
{
	struct skua_rx_buf_slot buf[SKUA_RX_MAX_BUFS];
	struct skua_rx_unit unit;
	struct sk_buff *skb;
	unsigned int i, n;
	bool good;
	int err;

	lockdep_assert_in_softirq();
	trace_skua_rx(sc, rec);
	good = skua_rx_take_all(sc, le32_to_cpu(rec->buf0), more, nmore, buf,
				&n);
	err = skua_rx_parse(&unit, rec, more, nmore, sc->caps.features);
	if (err) {
		skua_rx_complain(sc, err);
		goto free;
	}
	if (!good) {
		skua_count(sc, SKUA_CTR_RX_BAD_BUF);
		skua_complain(sc, "receive record with a buffer that the NIC does not have\n");
		goto free;
	}

	/* The radio always receives with all antennas. */
	unit.chains &= sc->antennas;
	skb = skua_rx_build(sc, &unit, buf);
	if (!skb) {
		skua_count(sc, SKUA_CTR_RX_NO_MEM);
		goto free;
	}
	if (!skua_rx_deliver(sc, skb, &unit, poll))
		dev_kfree_skb(skb);
	return;
free:
	for (i = 0; i < n; i++)
		skua_rx_put(sc, &buf[i], true);
}

/* ------------------------------------------------------------------ */
/* Life									*/
/* ------------------------------------------------------------------ */

/**
 * skua_rx_init() - make the page pool and the table of buffers
 * @sc: the device
 *
 * Process context, in probe.
 *
 * Return: 0 or a negative error; nothing is left behind then
 */
int skua_rx_init(struct skua *sc)
{
	u32 n = sc->ring[SKUA_RING_RXBUF].entries;
	struct page_pool_params params = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size = max(n * SKUA_RX_BUF_SIZE / (u32)PAGE_SIZE, 1U),
		.nid = NUMA_NO_NODE,
		.dev = sc->dev,
		.napi = &sc->napi,
		.dma_dir = DMA_FROM_DEVICE,
		.max_len = PAGE_SIZE,
	};
	struct skua_rx *rx = &sc->rx;
	struct page_pool *pool;
	u32 id;

	rx->buf = kvcalloc(n, sizeof(*rx->buf), GFP_KERNEL);
	rx->free_id = kvcalloc(n, sizeof(*rx->free_id), GFP_KERNEL);
	if (!rx->buf || !rx->free_id) {
		skua_rx_exit(sc);
		return -ENOMEM;
	}
	pool = page_pool_create(&params);
	if (IS_ERR(pool)) {
		skua_rx_exit(sc);
		return PTR_ERR(pool);
	}
	rx->pool = pool;
	rx->nbufs = n;
	for (id = 0; id < n; id++)
		rx->free_id[rx->nfree++] = id;
	return 0;
}

/**
 * skua_rx_exit() - undo skua_rx_init(), also if it has failed half-way
 * @sc: the device
 *
 * Process context; the NIC has no buffer.
 */
void skua_rx_exit(struct skua *sc)
{
	struct skua_rx *rx = &sc->rx;

	if (rx->pool)
		page_pool_destroy(rx->pool);
	kvfree(rx->buf);
	kvfree(rx->free_id);
	memset(rx, 0, sizeof(*rx));
}

/**
 * skua_rx_reset() - take all buffers back from a NIC that has been reset
 * @sc: the device
 *
 * Wiphy mutex, NAPI off; the NIC touches no memory any more.
 */
void skua_rx_reset(struct skua *sc)
{
	struct skua_rx_buf_slot buf;
	u32 id;

	lockdep_assert_wiphy(sc->hw->wiphy);
	for (id = 0; id < sc->rx.nbufs; id++)
		if (skua_rx_take(&sc->rx, id, &buf))
			skua_rx_put(sc, &buf, false);
}
