// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - transmit: frames from mac80211 to the rings, and their fate back
 *
 * A frame belongs to the driver from the moment that its token is posted, and
 * goes back exactly once: by ieee80211_tx_status_ext() when it was on the air,
 * by ieee80211_free_txskb() when it never got there.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "key.h"
#include "trace.h"
#include "tx.h"

#define SKUA_NO_TOKEN		0xffff
#define SKUA_FLUSH_MS		1000	/* flush of everything */
#define SKUA_FLUSH_STA_MS	100	/* flush before a station goes */

/* ------------------------------------------------------------------ */
/* Decide								*/
/* ------------------------------------------------------------------ */

/**
 * skua_tx_clear_ok() - may a frame without a key of the NIC leave as it is?
 * @v: the frame
 *
 * Fails closed: a peer that was ever to have a key gets no clear text but what
 * is listed here. mac80211 has rules of its own; but while a key is replaced,
 * or taken away, a frame of its queues can slip through them.
 */
bool skua_tx_clear_ok(const struct skua_tx_view *v)
{
	/* the bytes are what root asked for */
	if (v->injected)
		return true;
	if (ieee80211_is_mgmt(v->fc))
		return v->sealed || v->group || !v->robust || !v->mfp ||
		       !v->sta_keyed;
	/* control and null data frames have no body to hide */
	if (!ieee80211_is_data_present(v->fc))
		return true;
	if (v->sealed)
		return true;
	if (v->eapol && !v->group)
		return v->dont_encrypt || !v->sta_keyed;
	if (v->group)
		return !v->vif_keyed;
	return !v->sta_keyed && !v->vif_keyed;
}

/**
 * skua_tx_looks_clear() - does the body of a data frame begin with LLC/SNAP?
 * @skb: frame
 *
 * mac80211 sets the Protected bit early. A frame that it filtered while its
 * station slept comes back with the bit, but in clear text, and is not
 * encrypted again; only the body tells.
 */
bool skua_tx_looks_clear(const struct sk_buff *skb)
{
	static const u8 snap[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00 };
	const struct ieee80211_hdr *hdr = (const void *)skb->data;
	unsigned int hdrlen = ieee80211_hdrlen(hdr->frame_control);
	u8 buf[sizeof(snap)], *p;

	p = skb_header_pointer(skb, hdrlen, sizeof(buf), buf);
	return p && !memcmp(p, snap, sizeof(snap));
}

static bool skua_tx_sealed(const struct sk_buff *skb)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB((struct sk_buff *)skb);
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	if (!ieee80211_has_protected(hdr->frame_control))
		return false;
	/* mac80211's fast path never encrypts by itself. */
	if (info->control.flags & IEEE80211_TX_CTRL_FAST_XMIT)
		return false;
	return ieee80211_is_mgmt(hdr->frame_control) ||
	       !skua_tx_looks_clear(skb);
}

static void skua_tx_look(struct skua_tx_view *v, struct sk_buff *skb,
			 struct ieee80211_vif *vif, struct ieee80211_sta *sta)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	*v = (struct skua_tx_view) {
		.fc = hdr->frame_control,
		.group = is_multicast_ether_addr(hdr->addr1),
		.robust = ieee80211_is_robust_mgmt_frame(skb),
		.sealed = skua_tx_sealed(skb),
		.eapol = skb->protocol == cpu_to_be16(ETH_P_PAE) ||
			 (info->control.flags & IEEE80211_TX_CTRL_PORT_CTRL_PROTO),
		.dont_encrypt = info->flags & IEEE80211_TX_INTFL_DONT_ENCRYPT,
		.injected = info->flags & IEEE80211_TX_CTL_INJECTED,
		.sta_keyed = sta && READ_ONCE(skua_sta(sta)->keyed),
		.vif_keyed = vif && READ_ONCE(skua_vif(vif)->keyed),
		.mfp = sta && sta->mfp,
	};
}

/**
 * skua_tx_flags() - descriptor flags that follow from the frame alone
 * @skb: frame with its control information
 */
u32 skua_tx_flags(const struct sk_buff *skb)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB((struct sk_buff *)skb);
	const struct ieee80211_hdr *hdr = (const void *)skb->data;
	__le16 fc = hdr->frame_control;
	u32 flags = 0;

	if (ieee80211_is_data_qos(fc))
		flags |= SKUA_TXF_QOS;
	if ((info->flags & IEEE80211_TX_CTL_NO_ACK) ||
	    is_multicast_ether_addr(hdr->addr1))
		flags |= SKUA_TXF_NO_ACK;
	if (info->flags & IEEE80211_TX_CTL_INJECTED)
		flags |= SKUA_TXF_KEEP_SEQ;
	else if (ieee80211_is_probe_resp(fc))
		flags |= SKUA_TXF_INSERT_TS;
	/* fragments of an MSDU share the number that mac80211 gave it */
	if (ieee80211_has_morefrags(fc) ||
	    le16_to_cpu(hdr->seq_ctrl) & IEEE80211_SCTL_FRAG)
		flags |= SKUA_TXF_KEEP_SEQ;
	if (info->flags & IEEE80211_TX_CTL_SEND_AFTER_DTIM)
		flags |= SKUA_TXF_AFTER_DTIM;
	if (info->flags & IEEE80211_TX_CTL_NO_PS_BUFFER)
		flags |= SKUA_TXF_NO_PS_BUFFER;
	if (info->flags & IEEE80211_TX_CTL_TX_OFFCHAN)
		flags |= SKUA_TXF_OFFCHAN;
	if (info->flags & IEEE80211_TX_STATUS_EOSP)
		flags |= SKUA_TXF_EOSP;
	if (ieee80211_has_moredata(fc))
		flags |= SKUA_TXF_MORE_DATA;
	if (info->flags & IEEE80211_TX_CTL_REQ_TX_STATUS)
		flags |= SKUA_TXF_STATUS;
	return flags;
}

/* Lowest basic rate, or lowest without CCK. */
static u32 skua_tx_min_rate(const struct ieee80211_tx_info *info,
			    const struct ieee80211_vif *vif)
{
	u32 basic = vif ? vif->bss_conf.basic_rates : 0;
	u8 first = 0;

	if (info->band == NL80211_BAND_2GHZ &&
	    (info->flags & IEEE80211_TX_CTL_NO_CCK_RATE)) {
		first = 4;
		basic &= ~GENMASK(3, 0);
	}
	return skua_legacy_rate(info->band, basic ? __ffs(basic) : first);
}

/* A rate that mac80211 insists on; all others are the NIC's choice. */
static void skua_tx_set_rate(struct skua_tx_req *req,
			     const struct ieee80211_tx_info *info,
			     const struct ieee80211_vif *vif)
{
	const struct ieee80211_tx_rate *rate = &info->control.rates[0];

	if ((info->flags & IEEE80211_TX_CTL_INJECTED) &&
	    (info->control.flags & IEEE80211_TX_CTRL_RATE_INJECT)) {
		req->rate = skua_rate_from_tx_rate(info->band, rate);
		req->tries = min_t(u8, rate->count, 31);
		if (rate->flags & IEEE80211_TX_RC_USE_RTS_CTS)
			req->flags |= SKUA_TXF_RTS;
		else if (rate->flags & IEEE80211_TX_RC_USE_CTS_PROTECT)
			req->flags |= SKUA_TXF_CTS_SELF;
	} else if (info->flags & (IEEE80211_TX_CTL_USE_MINRATE |
				  IEEE80211_TX_CTL_NO_CCK_RATE)) {
		req->rate = skua_tx_min_rate(info, vif);
	}
	if (req->rate)
		req->flags |= SKUA_TXF_RATE;
}

/* The NIC's key for the frame; -ENOKEY if it must not leave. */
static int skua_tx_set_key(struct skua_tx_req *req, struct sk_buff *skb,
			   struct ieee80211_vif *vif, struct ieee80211_sta *sta)
{
	struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	struct ieee80211_key_conf *conf = info->control.hw_key;
	struct skua_key *key = NULL;
	struct skua_tx_view view;

	req->key = SKUA_KEY_NONE;
	if (!conf) {
		skua_tx_look(&view, skb, vif, sta);
		return skua_tx_clear_ok(&view) ? 0 : -ENOKEY;
	}

	if (sta)
		key = skua_key_of(skua_sta(sta)->key, conf);
	if (!key && vif)
		key = skua_key_of(skua_vif(vif)->key, conf);
	if (!key)
		return -ENOKEY;
	req->flags |= SKUA_TXF_PROTECT;
	req->key = key->slot;
	req->key_gen = key->gen;
	if (key->suite->flags & SKUA_SUITE_BIP)
		req->flags |= SKUA_TXF_MGMT_PROT;
	req->pn = skua_key_take_pn(key, conf, skb_shinfo(skb)->gso_segs);
	return 0;
}

static int skua_tx_decide(struct skua_tx_req *req, struct sk_buff *skb,
			  struct ieee80211_sta *sta)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	struct ieee80211_hdr *hdr = (void *)skb->data;
	struct ieee80211_vif *vif = info->control.vif;

	*req = (struct skua_tx_req) {
		.flags = skua_tx_flags(skb),
		.vif = vif ? skua_vif(vif)->idx : SKUA_VIF_NONE,
		.sta = sta ? skua_sta(sta)->handle : SKUA_STA_NONE,
		.sta_gen = sta ? skua_sta(sta)->gen : 0,
	};
	if (req->flags & SKUA_TXF_QOS)
		req->tid = ieee80211_get_tid(hdr);
	skua_tx_set_rate(req, info, vif);
	return skua_tx_set_key(req, skb, vif, sta);
}

/* ------------------------------------------------------------------ */
/* Encode								*/
/* ------------------------------------------------------------------ */

static void skua_tx_encode_segs(struct skua_seg *seg, unsigned int room,
				const struct skua_tx_map *map, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < min(room, n); i++) {
		seg[i].addr = cpu_to_le64(map[i].addr);
		seg[i].len = cpu_to_le32(map[i].len);
	}
}

/**
 * skua_tx_encode() - a frame's ring slots
 * @req: the frame
 * @map: its pieces
 * @nmaps: how many, 1 to SKUA_TXD_MAX_SEGS
 * @slot: to fill; continuation slots have the layout of struct skua_tx_cont
 *
 * Return: how many slots
 */
unsigned int skua_tx_encode(const struct skua_tx_req *req,
			    const struct skua_tx_map *map, unsigned int nmaps,
			    struct skua_tx_desc slot[SKUA_TX_MAX_SLOTS])
{
	struct skua_tx_desc *desc = &slot[0];
	unsigned int done = SKUA_TXD_SEGS, n = 1;

	memset(desc, 0, sizeof(*desc));
	desc->w0 = le32_encode_bits(req->token, SKUA_TXD_W0_TOKEN) |
		   le32_encode_bits(nmaps, SKUA_TXD_W0_NSEG);
	desc->flags = cpu_to_le32(req->flags);
	desc->w2 = le32_encode_bits(req->sta, SKUA_TXD_W2_STA) |
		   le32_encode_bits(req->sta_gen, SKUA_TXD_W2_STA_GEN);
	desc->w3 = le32_encode_bits(req->vif, SKUA_TXD_W3_VIF) |
		   le32_encode_bits(req->link, SKUA_TXD_W3_LINK) |
		   le32_encode_bits(req->tid, SKUA_TXD_W3_TID) |
		   le32_encode_bits(req->tries, SKUA_TXD_W3_TRIES);
	desc->w4 = le32_encode_bits(req->key, SKUA_TXD_W4_KEY) |
		   le32_encode_bits(req->key_gen, SKUA_TXD_W4_KEY_GEN);
	desc->pn_lo = cpu_to_le32(lower_32_bits(req->pn));
	desc->w6 = le32_encode_bits(upper_32_bits(req->pn) & 0xffff,
				    SKUA_TXD_W6_PN_HI);
	desc->w7 = cpu_to_le32(req->rate);
	skua_tx_encode_segs(desc->seg, SKUA_TXD_SEGS, map, nmaps);

	for (; done < nmaps; done += SKUA_TXD_CONT_SEGS, n++) {
		struct skua_tx_cont *cont = (void *)&slot[n];

		memset(cont, 0, sizeof(*cont));
		skua_tx_encode_segs(cont->seg, SKUA_TXD_CONT_SEGS, map + done,
				    nmaps - done);
	}
	return n;
}

/* ------------------------------------------------------------------ */
/* Tokens								*/
/* ------------------------------------------------------------------ */

/**
 * skua_tokens_alloc() - makes a table of free tokens
 * @tx: transmit state
 * @n: how many, at most 65535
 *
 * Return: 0 or -ENOMEM
 */
int skua_tokens_alloc(struct skua_tx *tx, u32 n)
{
	u32 i;

	tx->token = kvcalloc(n, sizeof(*tx->token), GFP_KERNEL);
	if (!tx->token)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		tx->token[i].next_free = i + 1 < n ? i + 1 : SKUA_NO_TOKEN;
	tx->free_head = 0;
	tx->ntokens = n;
	tx->nfree = n;
	return 0;
}

/**
 * skua_token_get() - takes a token
 * @tx: transmit state
 *
 * The token counts as used once its skb is set. BH off.
 *
 * Return: the token, or -ENOSPC
 */
int skua_token_get(struct skua_tx *tx)
{
	int id = -ENOSPC;

	spin_lock(&tx->lock);
	if (tx->nfree) {
		id = tx->free_head;
		tx->free_head = tx->token[id].next_free;
		tx->nfree--;
	}
	spin_unlock(&tx->lock);
	return id;
}

/**
 * skua_token_used() - looks up a token that the NIC returns
 * @tx: transmit state
 * @id: from the NIC, any value
 *
 * Return: the token, or NULL if there is no such token or no frame behind it
 */
struct skua_tx_token *skua_token_used(struct skua_tx *tx, u16 id)
{
	if (id >= tx->ntokens || !tx->token[id].skb)
		return NULL;
	return &tx->token[id];
}

/**
 * skua_token_put() - gives a token back
 * @tx: transmit state
 * @id: a token from skua_token_get()
 */
void skua_token_put(struct skua_tx *tx, u16 id)
{
	tx->token[id].skb = NULL;
	spin_lock_bh(&tx->lock);
	tx->token[id].next_free = tx->nfree ? tx->free_head : SKUA_NO_TOKEN;
	tx->free_head = id;
	tx->nfree++;
	spin_unlock_bh(&tx->lock);
}

/* Tokens that transmit queues leave to mac80211's own frames. */
static u32 skua_tx_reserve(const struct skua_tx *tx)
{
	return max(tx->ntokens / 16, 4U);
}

static bool skua_tx_tokens_left(struct skua_tx *tx, u32 keep)
{
	bool left;

	spin_lock_bh(&tx->lock);
	left = tx->nfree > keep;
	spin_unlock_bh(&tx->lock);
	return left;
}

/*
 * Frames that come by skua_op_tx() cannot be put off; so mac80211 is stopped
 * before they would find no token, and woken by completions.
 */
static void skua_tx_balance(struct skua *sc)
{
	struct skua_tx *tx = &sc->tx;
	u32 reserve = skua_tx_reserve(tx);

	spin_lock_bh(&tx->lock);
	if (!tx->stopped && tx->nfree < reserve / 2) {
		tx->stopped = true;
		ieee80211_stop_queues(sc->hw);
	} else if (tx->stopped && tx->nfree >= reserve) {
		tx->stopped = false;
		ieee80211_wake_queues(sc->hw);
	}
	spin_unlock_bh(&tx->lock);
}

/* ------------------------------------------------------------------ */
/* Post and kick							*/
/* ------------------------------------------------------------------ */

static void skua_tx_unmap(struct skua *sc, struct skua_tx_token *tok)
{
	unsigned int i;

	if (tok->nmaps)
		dma_unmap_single(sc->dev, tok->map[0].addr, tok->map[0].len,
				 DMA_TO_DEVICE);
	for (i = 1; i < tok->nmaps; i++)
		dma_unmap_page(sc->dev, tok->map[i].addr, tok->map[i].len,
			       DMA_TO_DEVICE);
	tok->nmaps = 0;
}

static int skua_tx_map(struct skua *sc, struct skua_tx_token *tok,
		       struct sk_buff *skb)
{
	struct skua_tx_map *map = tok->map;
	unsigned int i;

	tok->nmaps = 0;
	if (skb_shinfo(skb)->nr_frags >= SKUA_TXD_MAX_SEGS && skb_linearize(skb))
		return -ENOMEM;
	map->len = skb_headlen(skb);
	map->addr = dma_map_single(sc->dev, skb->data, map->len, DMA_TO_DEVICE);
	if (dma_mapping_error(sc->dev, map->addr))
		return -ENOMEM;
	tok->nmaps++;

	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		map++;
		map->len = skb_frag_size(frag);
		map->addr = skb_frag_dma_map(sc->dev, frag, 0, map->len,
					     DMA_TO_DEVICE);
		if (dma_mapping_error(sc->dev, map->addr)) {
			skua_tx_unmap(sc, tok);
			return -ENOMEM;
		}
		tok->nmaps++;
	}
	return 0;
}

/* The ring's lock is held, and there is room for the largest frame. */
static int skua_tx_post(struct skua *sc, unsigned int n,
			struct skua_tx_req *req, struct sk_buff *skb)
{
	struct skua_tx_desc slot[SKUA_TX_MAX_SLOTS];
	struct skua_ring *ring = skua_tx_ring(sc, n);
	struct skua_tx_token *tok;
	unsigned int i, nslots;
	int id;

	id = skua_token_get(&sc->tx);
	if (id < 0) {
		skua_count(sc, SKUA_CTR_TX_NO_ROOM);
		return id;
	}
	tok = &sc->tx.token[id];
	if (skua_tx_map(sc, tok, skb)) {
		skua_token_put(&sc->tx, id);
		skua_count(sc, SKUA_CTR_TX_MAP);
		return -ENOMEM;
	}

	tok->skb = skb;
	tok->ring = n;
	atomic_inc(&sc->tx.queued);
	req->token = id;
	nslots = skua_tx_encode(req, tok->map, tok->nmaps, slot);
	for (i = 0; i < nslots; i++)
		memcpy(skua_ring_slot(ring, ring->next++), &slot[i],
		       sizeof(slot[i]));
	trace_skua_tx_desc(sc, ring->id, &slot[0], skb->len);
	skua_count(sc, SKUA_CTR_TX_QUEUED);
	return 0;
}

/* A frame that the NIC never gets. */
static void skua_tx_drop(struct skua *sc, struct ieee80211_sta *sta,
			 struct sk_buff *skb)
{
	/* mac80211 waits for this one to end a service period */
	if (sta && (IEEE80211_SKB_CB(skb)->flags & IEEE80211_TX_STATUS_EOSP))
		ieee80211_sta_eosp(sta);
	ieee80211_free_txskb(sc->hw, skb);
}

/* One frame to a ring that has room; the frame is gone in any case. */
static void skua_tx_one(struct skua *sc, unsigned int n,
			struct ieee80211_sta *sta, struct sk_buff *skb)
{
	struct skua_tx_req req;

	if (skua_tx_decide(&req, skb, sta)) {
		skua_count(sc, SKUA_CTR_TX_NO_KEY);
		skua_tx_drop(sc, sta, skb);
		return;
	}
	if (skua_tx_post(sc, n, &req, skb))
		skua_tx_drop(sc, sta, skb);
}

/* Slots that transmit queues leave to frames of skua_op_tx(). */
static u32 skua_tx_room_needed(const struct skua_ring *ring)
{
	return clamp(ring->entries / 8 + SKUA_TX_MAX_SLOTS, SKUA_TX_MAX_SLOTS,
		     ring->entries - 1);
}

/*
 * Is there room for one more frame of a transmit queue? If not, the ring is
 * marked before it is looked at once more, so that whoever makes room after
 * that look sees the mark (skua_tx_resume()).
 */
static bool skua_tx_has_room(struct skua *sc, unsigned int n)
{
	struct skua_ring *ring = skua_tx_ring(sc, n);
	u32 need = skua_tx_room_needed(ring);
	u32 keep = skua_tx_reserve(&sc->tx);

	if (!skua_alive(sc) || !test_bit(SKUA_F_STARTED, &sc->flags))
		return false;
	if (skua_ring_room(ring) >= need && skua_tx_tokens_left(&sc->tx, keep))
		return true;
	set_bit(n, &sc->tx.stuck);
	/* pairs with the test of the bit in skua_tx_resume() */
	smp_mb__after_atomic();
	if (skua_ring_room(ring) < need) {
		/* what is posted must be seen, or no room ever comes */
		skua_ring_publish(ring);
		if (!skua_ring_want_room(ring, need))
			goto none;
	}
	if (skua_tx_tokens_left(&sc->tx, keep)) {
		clear_bit(n, &sc->tx.stuck);
		return true;
	}
none:
	skua_count(sc, SKUA_CTR_TX_NO_ROOM);
	return false;
}

static void skua_txq_drain(struct skua *sc, struct ieee80211_txq *txq)
{
	struct sk_buff *skb;

	while (skua_tx_has_room(sc, txq->ac)) {
		skb = ieee80211_tx_dequeue(sc->hw, txq);
		if (!skb)
			break;
		skua_tx_one(sc, txq->ac, txq->sta, skb);
	}
}

/* A queue of a sleeper is scheduled again by mac80211 when it wakes. */
static bool skua_txq_asleep(const struct ieee80211_txq *txq)
{
	return txq->sta && READ_ONCE(skua_sta(txq->sta)->asleep);
}

/* Moves frames from mac80211's queues of an AC to its ring, then one kick. */
static void skua_tx_pull(struct skua *sc, unsigned int ac)
{
	struct skua_ring *ring = skua_tx_ring(sc, ac);
	struct ieee80211_txq *txq;

	rcu_read_lock();
	spin_lock_bh(&ring->lock);
	ieee80211_txq_schedule_start(sc->hw, ac);
	while (skua_tx_has_room(sc, ac)) {
		txq = ieee80211_next_txq(sc->hw, ac);
		if (!txq)
			break;
		if (skua_txq_asleep(txq))
			continue;
		skua_txq_drain(sc, txq);
		ieee80211_return_txq(sc->hw, txq, false);
	}
	ieee80211_txq_schedule_end(sc->hw, ac);
	skua_ring_publish(ring);
	spin_unlock_bh(&ring->lock);
	rcu_read_unlock();
}

/**
 * skua_op_wake_tx_queue() - a transmit queue has frames
 * @hw: the device
 * @txq: the queue; already on mac80211's list of those to serve
 *
 * Any context but hard interrupts.
 */
void skua_op_wake_tx_queue(struct ieee80211_hw *hw, struct ieee80211_txq *txq)
{
	skua_tx_pull(hw->priv, txq->ac);
}

/**
 * skua_tx_resume() - room has come: go on where pulling stopped
 * @sc: the device
 * @rings: bit per transmit ring of which a token or a slot came back
 *
 * Softirq. Also without a ring that was stuck: when airtime comes back, a queue
 * that mac80211 had held by its airtime limit can go on, and nobody else looks.
 */
void skua_tx_resume(struct skua *sc, unsigned long rings)
{
	unsigned int ac;

	/* pairs with set_bit() of the stuck bit in skua_tx_has_room() */
	smp_mb();
	rings |= READ_ONCE(sc->tx.stuck);
	for (ac = 0; ac < IEEE80211_NUM_ACS; ac++) {
		if (!(rings & BIT(ac)))
			continue;
		clear_bit(ac, &sc->tx.stuck);
		skua_tx_pull(sc, ac);
	}
	if (READ_ONCE(sc->tx.stopped))
		skua_tx_balance(sc);
}

/**
 * skua_tx_dequeue() - takes one frame out of a transmit queue
 * @sc: the device
 * @txq: queue
 *
 * For a sleeper's service period. Inside rcu_read_lock().
 *
 * Return: frame for skua_tx_give(), or NULL
 */
struct sk_buff *skua_tx_dequeue(struct skua *sc, struct ieee80211_txq *txq)
{
	struct skua_ring *ring = skua_tx_ring(sc, txq->ac);
	struct sk_buff *skb;

	spin_lock_bh(&ring->lock);
	skb = ieee80211_tx_dequeue(sc->hw, txq);
	spin_unlock_bh(&ring->lock);
	return skb;
}

/**
 * skua_tx_give() - gives one frame to a ring and kicks it
 * @sc: the device
 * @n: ring, 0 to 3 for the ACs or SKUA_TX_MGMT
 * @sta: receiver, or NULL
 * @skb: frame; gone in any case
 *
 * Inside rcu_read_lock().
 */
void skua_tx_give(struct skua *sc, unsigned int n, struct ieee80211_sta *sta,
		  struct sk_buff *skb)
{
	struct skua_ring *ring = skua_tx_ring(sc, n);

	spin_lock_bh(&ring->lock);
	if (!skua_alive(sc) || !test_bit(SKUA_F_STARTED, &sc->flags)) {
		skua_count(sc, SKUA_CTR_TX_DEAD);
		skua_tx_drop(sc, sta, skb);
	} else if (skua_ring_room(ring) < SKUA_TX_MAX_SLOTS) {
		skua_count(sc, SKUA_CTR_TX_NO_ROOM);
		skua_tx_drop(sc, sta, skb);
	} else {
		skua_tx_one(sc, n, sta, skb);
		skua_ring_publish(ring);
	}
	spin_unlock_bh(&ring->lock);
	skua_tx_balance(sc);
}

/**
 * skua_op_tx() - a frame that no transmit queue holds
 * @hw: the device
 * @control: its station
 * @skb: management, null data, off-channel, after DTIM, a sleeper's answer
 *
 * BH off, inside rcu_read_lock() by mac80211.
 */
void skua_op_tx(struct ieee80211_hw *hw, struct ieee80211_tx_control *control,
		struct sk_buff *skb)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	const struct ieee80211_hdr *hdr = (const void *)skb->data;
	unsigned int n = skb_get_queue_mapping(skb);

	if (!ieee80211_is_data(hdr->frame_control) ||
	    (info->flags & IEEE80211_TX_CTL_TX_OFFCHAN) ||
	    n >= IEEE80211_NUM_ACS)
		n = SKUA_TX_MGMT;
	skua_tx_give(hw->priv, n, control->sta, skb);
}

/* ------------------------------------------------------------------ */
/* Fate									*/
/* ------------------------------------------------------------------ */

/**
 * skua_tx_fill_status() - what mac80211 hears about a frame that was sent
 * @info: the frame's; its control part is overwritten
 * @fate: from the transmit record
 */
void skua_tx_fill_status(struct ieee80211_tx_info *info,
			 const struct skua_tx_fate *fate)
{
	ieee80211_tx_info_clear_status(info);
	info->flags &= ~(IEEE80211_TX_STAT_ACK |
			 IEEE80211_TX_STAT_NOACK_TRANSMITTED);
	if (fate->status == SKUA_TXS_ACKED)
		info->flags |= IEEE80211_TX_STAT_ACK;
	else if (fate->status == SKUA_TXS_SENT)
		info->flags |= IEEE80211_TX_STAT_NOACK_TRANSMITTED;

	if (skua_rate_to_tx_rate(fate->rate, info->band, &info->status.rates[0]))
		info->status.rates[0].idx = -1;
	info->status.rates[0].count = fate->tries;
	info->status.rates[1].idx = -1;
	info->status.tx_time = min_t(u32, fate->airtime_us, U16_MAX);
	if (fate->status == SKUA_TXS_ACKED && fate->ack_signal) {
		info->status.ack_signal = fate->ack_signal;
		info->status.flags |= IEEE80211_TX_STATUS_ACK_SIGNAL_VALID;
	}
}

/*
 * A frame that was never on the air is no transmission that failed, so it must
 * not count as a lost one. But mac80211 waits for the status of the last frame
 * of a service period, and queues again what it filters for a sleeper.
 */
static bool skua_tx_wants_status(const struct ieee80211_tx_info *info,
				 const struct skua_tx_fate *fate)
{
	if (fate->status <= SKUA_TXS_SENT)
		return true;
	if (info->flags & IEEE80211_TX_STATUS_EOSP)
		return true;
	return fate->status == SKUA_TXS_FLUSHED && fate->sta &&
	       READ_ONCE(skua_sta(fate->sta)->asleep);
}

static void skua_tx_report(struct skua *sc, struct sk_buff *skb,
			   const struct skua_tx_fate *fate,
			   struct skua_poll *poll)
{
	struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	struct ieee80211_rate_status rate = { .try_count = fate->tries };
	struct ieee80211_tx_status status = {
		.sta = fate->sta,
		.info = info,
		.skb = skb,
		.free_list = &poll->free_list,
	};

	if (!skua_tx_wants_status(info, fate)) {
		ieee80211_free_txskb(sc->hw, skb);
		return;
	}
	skua_tx_fill_status(info, fate);
	if (!skua_rate_to_info(fate->rate, &rate.rate_idx)) {
		status.rates = &rate;
		status.n_rates = 1;
	}
	ieee80211_tx_status_ext(sc->hw, &status);
}

static void skua_tx_count_fate(struct skua *sc, u8 status)
{
	static const enum skua_ctr ctr[] = {
		[SKUA_TXS_ACKED] = SKUA_CTR_TX_ACKED,
		[SKUA_TXS_NO_ACK] = SKUA_CTR_TX_NOT_ACKED,
		[SKUA_TXS_SENT] = SKUA_CTR_TX_UNACKED_SENT,
		[SKUA_TXS_FLUSHED] = SKUA_CTR_TX_FLUSHED,
		[SKUA_TXS_STALE_STA] = SKUA_CTR_TX_STALE,
		[SKUA_TXS_STALE_KEY] = SKUA_CTR_TX_STALE,
		[SKUA_TXS_BAD] = SKUA_CTR_TX_BAD,
	};

	skua_count(sc, status < ARRAY_SIZE(ctr) ? ctr[status] :
						  SKUA_CTR_TX_NIC_OTHER);
	if (status == SKUA_TXS_BAD || status == SKUA_TXS_DMA)
		skua_complain(sc, "the NIC cannot %s a transmit descriptor\n",
			      status == SKUA_TXS_BAD ? "understand" : "read");
}

/* Ends the token; the frame is the caller's then. */
static struct sk_buff *skua_tx_take_back(struct skua *sc, u16 id)
{
	struct skua_tx_token *tok = &sc->tx.token[id];
	struct sk_buff *skb = tok->skb;

	skua_tx_unmap(sc, tok);
	skua_token_put(&sc->tx, id);
	if (atomic_dec_and_test(&sc->tx.queued))
		wake_up(&sc->tx.idle);
	return skb;
}

static void skua_tx_end(struct skua *sc, u32 word, struct skua_tx_fate *fate,
			struct skua_poll *poll)
{
	u16 id = u32_get_bits(word, SKUA_TXS_TOKEN);
	struct skua_tx_token *tok = skua_token_used(&sc->tx, id);

	if (!tok) {
		skua_count(sc, SKUA_CTR_TX_BAD_TOKEN);
		skua_complain(sc, "transmit record with token %u, which the NIC does not have\n",
			      id);
		return;
	}
	fate->status = u32_get_bits(word, SKUA_TXS_STATUS);
	fate->tries = u32_get_bits(word, SKUA_TXS_TRIES);
	poll->tx_rings |= BIT(tok->ring);
	skua_tx_count_fate(sc, fate->status);
	skua_tx_report(sc, skua_tx_take_back(sc, id), fate, poll);
}

/**
 * skua_tx_cpl() - a transmit record: descriptors have ended
 * @sc: the device
 * @rec: private copy; nothing in it has been checked but its size
 * @status: its status words
 * @n: how many
 * @poll: this run of NAPI
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_tx_cpl(struct skua *sc, const struct skua_cpl_tx *rec,
		 const __le32 *status, unsigned int n, struct skua_poll *poll)
{
	u16 handle = le16_to_cpu(rec->sta);
	struct skua_tx_fate fate = {
		.rate = le32_to_cpu(rec->rate),
		.airtime_us = le32_to_cpu(rec->airtime_us),
		.ack_signal = rec->ack_signal,
	};
	unsigned int i;

	if (handle != SKUA_STA_NONE)
		fate.sta = skua_sta_get(sc, handle, le16_to_cpu(rec->sta_gen));
	if (fate.sta && fate.airtime_us) {
		ieee80211_sta_register_airtime(fate.sta,
					       rec->tid < SKUA_NUM_TIDS ? rec->tid : 0,
					       fate.airtime_us, 0);
		skua_sta(fate.sta)->tx_airtime_us += fate.airtime_us;
	}
	for (i = 0; i < n; i++) {
		u32 word = le32_to_cpu(status[i]);

		trace_skua_tx_status(sc, rec, word);
		skua_tx_end(sc, word, &fate, poll);
	}
}

/* ------------------------------------------------------------------ */
/* Flush								*/
/* ------------------------------------------------------------------ */

static void skua_tx_flush(struct skua *sc, const struct skua_cmd_flush *cmd)
{
	struct skua_cmd_req req = {
		.op = SKUA_CMD_FLUSH,
		.data = cmd,
		.len = sizeof(*cmd),
		.timeout_ms = le32_to_cpu(cmd->timeout_ms) + 1000,
	};

	if (skua_alive(sc) && atomic_read(&sc->tx.queued))
		skua_cmd_exec(sc, &req);
}

/**
 * skua_op_flush() - wait until frames have left, or drop them
 * @hw: the device
 * @vif: interface, or NULL for all
 * @queues: bit per AC
 * @drop: drop instead of waiting
 *
 * Wiphy mutex; sleeps.
 */
void skua_op_flush(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		   u32 queues, bool drop)
{
	struct skua_cmd_flush cmd = {
		.vif = vif ? skua_vif(vif)->idx : SKUA_VIF_NONE,
		.ac_mask = (queues & GENMASK(3, 0)) | BIT(SKUA_TX_MGMT),
		.sta = cpu_to_le16(SKUA_STA_NONE),
		.drop = drop,
		.timeout_ms = cpu_to_le32(SKUA_FLUSH_MS),
	};

	skua_tx_flush(hw->priv, &cmd);
}

/**
 * skua_op_flush_sta() - a station is about to go: let its last frames leave
 * @hw: the device
 * @vif: interface
 * @sta: station
 *
 * Wiphy mutex; sleeps. Nothing is dropped before a short time has passed, for
 * the deauthentication frame is among them.
 */
void skua_op_flush_sta(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		       struct ieee80211_sta *sta)
{
	struct skua_cmd_flush cmd = {
		.vif = skua_vif(vif)->idx,
		.ac_mask = GENMASK(SKUA_TX_MGMT, 0),
		.sta = cpu_to_le16(skua_sta(sta)->handle),
		.sta_gen = cpu_to_le16(skua_sta(sta)->gen),
		.timeout_ms = cpu_to_le32(SKUA_FLUSH_STA_MS),
	};

	if (skua_sta(sta)->handle != SKUA_STA_NONE)
		skua_tx_flush(hw->priv, &cmd);
}

/**
 * skua_op_tx_frames_pending() - does the NIC hold frames?
 * @hw: the device
 */
bool skua_op_tx_frames_pending(struct ieee80211_hw *hw)
{
	struct skua *sc = hw->priv;

	return atomic_read(&sc->tx.queued);
}

/* ------------------------------------------------------------------ */
/* Life									*/
/* ------------------------------------------------------------------ */

/**
 * skua_tx_init() - makes the token table
 * @sc: the device
 *
 * Return: 0 or -ENOMEM
 */
int skua_tx_init(struct skua *sc)
{
	u32 n = 4 * skua_tx_ring(sc, 0)->entries;

	spin_lock_init(&sc->tx.lock);
	init_waitqueue_head(&sc->tx.idle);
	atomic_set(&sc->tx.queued, 0);
	if (sc->caps.tx_queue)
		n = min_t(u32, n, sc->caps.tx_queue);
	return skua_tokens_alloc(&sc->tx, clamp_t(u32, n, 16, SKUA_NO_TOKEN));
}

/**
 * skua_tx_exit() - undoes skua_tx_init()
 * @sc: the device
 */
void skua_tx_exit(struct skua *sc)
{
	kvfree(sc->tx.token);
	sc->tx.token = NULL;
	sc->tx.ntokens = 0;
}

/**
 * skua_tx_reset() - takes every frame back from a NIC that has been reset
 * @sc: the device
 *
 * Wiphy mutex, NAPI off; the NIC touches no memory any more.
 */
void skua_tx_reset(struct skua *sc)
{
	struct sk_buff *skb;
	unsigned int n;
	u32 id;

	/* Whoever saw the NIC alive has left the rings after this. */
	for (n = 0; n < SKUA_NUM_TX_RINGS; n++) {
		spin_lock_bh(&skua_tx_ring(sc, n)->lock);
		spin_unlock_bh(&skua_tx_ring(sc, n)->lock);
	}
	for (id = 0; id < sc->tx.ntokens; id++) {
		if (!skua_token_used(&sc->tx, id))
			continue;
		skb = skua_tx_take_back(sc, id);
		skua_count(sc, SKUA_CTR_TX_RECLAIMED);
		local_bh_disable();
		ieee80211_free_txskb(sc->hw, skb);
		local_bh_enable();
	}
	sc->tx.stuck = 0;
	if (sc->tx.ntokens)
		skua_tx_balance(sc);
}
