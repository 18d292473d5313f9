// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - transmit: frames from mac80211 to the rings
 *
 * A frame is the NIC's from the moment that its descriptor is posted, and goes
 * back to mac80211 exactly once: see tx_done.c, and skua_tx_reset().
 */
#include <kunit/static_stub.h>
#include <linux/slab.h>
#include <net/gso.h>

#include "key.h"
#include "trace.h"
#include "tx.h"
#include "tx_desc.h"

#define SKUA_NO_TOKEN		0xffff

/* ------------------------------------------------------------------ */
/* Tokens								*/
/* ------------------------------------------------------------------ */

/**
 * skua_tokens_alloc() - make a table of free tokens
 * @tx: transmit state
 * @n: number of tokens, at most 65535
 *
 * Process context.
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
 * skua_token_get() - take a token
 * @tx: transmit state
 *
 * BH off. The token counts as used once its skb is set.
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
		WRITE_ONCE(tx->nfree, tx->nfree - 1);
	}
	spin_unlock(&tx->lock);
	return id;
}

/**
 * skua_token_used() - look up a token that the NIC returns
 * @tx: transmit state
 * @id: from the NIC, any value
 *
 * NAPI, or while NAPI is off.
 *
 * Return: the token, or NULL if there is no such token or no frame behind it
 */
struct skua_tx_token *skua_token_used(struct skua_tx *tx, u16 id)
{
	/* (g) Before all else of the token. Partner: (G) in skua_tx_post(). */
	if (id >= tx->ntokens || !smp_load_acquire(&tx->token[id].skb))
		return NULL;
	return &tx->token[id];
}

/**
 * skua_token_put() - give a token back
 * @tx: transmit state
 * @id: a token from skua_token_get()
 *
 * Any context but hard interrupts.
 */
void skua_token_put(struct skua_tx *tx, u16 id)
{
	WRITE_ONCE(tx->token[id].skb, NULL);
	spin_lock_bh(&tx->lock);
	tx->token[id].next_free = tx->nfree ? tx->free_head : SKUA_NO_TOKEN;
	tx->free_head = id;
	WRITE_ONCE(tx->nfree, tx->nfree + 1);
	spin_unlock_bh(&tx->lock);
}

/* Tokens that frames of transmit queues leave to frames of skua_op_tx(). */
static u32 skua_tx_reserve(const struct skua_tx *tx)
{
	return max(tx->ntokens / 16, 4U);
}

/* A hint, without the lock: skua_token_get() has the last word. */
static bool skua_tx_tokens_left(const struct skua_tx *tx, u32 keep)
{
	return READ_ONCE(tx->nfree) > keep;
}

/*
 * Frames of skua_op_tx() cannot be put off. So mac80211's queues are stopped
 * before such a frame would find no token, and completions wake them.
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
/* Post and publish							*/
/* ------------------------------------------------------------------ */

static void skua_tx_unmap(struct skua *sc, struct skua_tx_token *tok)
{
	unsigned int i;

	for (i = 0; i < tok->nmaps; i++)
		dma_unmap_page(sc->dev, tok->map[i].addr, tok->map[i].len,
			       DMA_TO_DEVICE);
	tok->nmaps = 0;
}

/* The counts of a token's station, or NULL if it has none (any more) */
static struct skua_sta_slot *skua_tx_slot(struct skua *sc,
					  const struct skua_tx_token *tok)
{
	struct skua_sta_slot *slot;

	if (tok->sta >= sc->caps.stas)
		return NULL;
	slot = &sc->sta[tok->sta];
	return slot->gen == tok->sta_gen ? slot : NULL;
}

/**
 * skua_tx_take_back() - take a frame back from the NIC and free its token
 * @sc: the device
 * @id: token with a frame behind it
 *
 * NAPI, or while NAPI is off.
 *
 * Return: the frame, unmapped; it is the caller's now
 */
struct sk_buff *skua_tx_take_back(struct skua *sc, u16 id)
{
	struct skua_tx_token *tok = &sc->tx.token[id];
	struct skua_sta_slot *slot = skua_tx_slot(sc, tok);
	struct sk_buff *skb = tok->skb;

	if (slot)
		slot->tx_ended += tok->segs;
	skua_tx_unmap(sc, tok);
	if (tok->key)
		skua_key_release(sc, tok->key);
	tok->key = NULL;
	skua_token_put(&sc->tx, id);
	if (atomic_dec_and_test(&sc->tx.queued))
		wake_up(&sc->tx.idle);
	return skb;
}

/*
 * An A-MSDU is a list of skbs: the subframes behind the first one, which is the frame.
 * A descriptor has room for so many pieces; what has more becomes one piece, a copy.
 */
static bool skua_tx_fits(const struct sk_buff *skb)
{
	unsigned int n = 1 + skb_shinfo(skb)->nr_frags;
	const struct sk_buff *part;

	skb_walk_frags(skb, part) {
		if (skb_has_frag_list(part))
			return false;
		n += 1 + skb_shinfo(part)->nr_frags;
	}
	return n <= SKUA_TXD_MAX_SEGS;
}

static bool skua_tx_mapped(struct skua *sc, struct skua_tx_token *tok,
			   dma_addr_t addr, u32 len)
{
	if (dma_mapping_error(sc->dev, addr))
		return false;
	tok->map[tok->nmaps].addr = addr;
	tok->map[tok->nmaps].len = len;
	tok->nmaps++;
	return true;
}

/* Map the linear part of one skb, as a page like the others, and its fragments. */
static bool skua_tx_map_part(struct skua *sc, struct skua_tx_token *tok,
			     const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	u32 len = skb_headlen(skb);
	dma_addr_t addr;
	unsigned int i;

	if (len) {
		addr = dma_map_page(sc->dev, virt_to_page(skb->data),
				    offset_in_page(skb->data), len,
				    DMA_TO_DEVICE);
		if (!skua_tx_mapped(sc, tok, addr, len))
			return false;
	}
	for (i = 0; i < info->nr_frags; i++) {
		len = skb_frag_size(&info->frags[i]);
		addr = skb_frag_dma_map(sc->dev, &info->frags[i], 0, len,
					DMA_TO_DEVICE);
		if (!skua_tx_mapped(sc, tok, addr, len))
			return false;
	}
	return true;
}

static int skua_tx_map(struct skua *sc, struct skua_tx_token *tok,
		       struct sk_buff *skb)
{
	const struct sk_buff *part;
	bool mapped;

	tok->nmaps = 0;
	if (!skua_tx_fits(skb) && skb_linearize(skb))
		return -ENOMEM;
	mapped = skua_tx_map_part(sc, tok, skb);
	skb_walk_frags(skb, part)
		mapped = mapped && skua_tx_map_part(sc, tok, part);
	if (mapped)
		return 0;
	skua_tx_unmap(sc, tok);
	return -ENOMEM;
}

/*
 * The ring's lock is held, and there is room for the largest frame. Packet
 * numbers are taken under that lock, so that the frames of a ring are posted in
 * the order of their numbers.
 */
static int skua_tx_post(struct skua *sc, unsigned int n,
			struct skua_tx_req *req, struct sk_buff *skb)
{
	struct skua_tx_desc slot[SKUA_TX_MAX_SLOTS];
	struct skua_ring *ring = skua_tx_ring(sc, n);
	struct skua_sta_slot *counts;
	struct skua_tx_token *tok;
	unsigned int i, nslots;
	int id;

	lockdep_assert_held(&ring->lock);
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

	tok->key = req->pn_key;
	tok->ring = n;
	tok->sta = req->sta;
	tok->sta_gen = req->sta_gen;
	tok->segs = max_t(u16, req->segs, 1);
	counts = skua_tx_slot(sc, tok);
	if (counts)
		WRITE_ONCE(counts->tx_posted[n],
			   counts->tx_posted[n] + tok->segs);
	req->token = id;
	if (req->pn_key)
		req->pn = skua_key_take_pn(req->pn_key,
					   IEEE80211_SKB_CB(skb)->control.hw_key,
					   req->segs);
	if (req->flags & SKUA_TXF_GSO)
		skua_count(sc, SKUA_CTR_TX_GSO);
	nslots = skua_tx_encode(req, tok->map, tok->nmaps, slot);
	for (i = 0; i < nslots; i++)
		memcpy(skua_ring_slot(ring, ring->next++), &slot[i],
		       sizeof(slot[i]));
	trace_skua_tx_desc(sc, ring->id, &slot[0], skb->len);
	skua_count(sc, SKUA_CTR_TX_QUEUED);
	atomic_inc(&sc->tx.queued);
	skua_step(sc, SKUA_STEP_TX_FILLED);
	/*
	 * (G) From here on NAPI takes the token from the NIC, and the frame with it: even
	 * before the descriptor is published, if the NIC names a token that it has not
	 * got. So all of the token is written, and the frame not looked at any more.
	 * Partner: (g) in skua_token_used().
	 */
	smp_store_release(&tok->skb, skb);
	return 0;
}

/**
 * skua_tx_free() - give a frame back to mac80211 that has not been on the air
 * @sc: the device
 * @sta: its station, or NULL if there is none (any more)
 * @skb: the frame; no longer the caller's
 *
 * To give the airtime back that it holds for a frame, ieee80211_free_txskb() looks for the
 * station by an 802.11 header. A TX status without information is given the station, counts
 * nothing, and frees the frame likewise.
 *
 * Any context but hard interrupts, BHs off, inside rcu_read_lock().
 */
void skua_tx_free(struct skua *sc, struct ieee80211_sta *sta, struct sk_buff *skb)
{
	struct ieee80211_tx_status status = { .sta = sta, .skb = skb };

	KUNIT_STATIC_STUB_REDIRECT(skua_tx_free, sc, sta, skb);
	if (skua_tx_is_8023(skb))
		ieee80211_tx_status_ext(sc->hw, &status);
	else
		ieee80211_free_txskb(sc->hw, skb);
}

/* Drop a frame that the NIC has not got. */
static void skua_tx_drop(struct skua *sc, struct ieee80211_sta *sta,
			 struct sk_buff *skb)
{
	/* mac80211 waits for this frame to end a service period */
	if (sta && (IEEE80211_SKB_CB(skb)->flags & IEEE80211_TX_STATUS_EOSP))
		ieee80211_sta_eosp(sta);
	skua_tx_free(sc, sta, skb);
}

/*
 * Each frame needs a token. A guest may ask for segments of a few octets: thousands of them,
 * for which nothing is allocated.
 */
static struct sk_buff *skua_tx_segment(struct skua *sc, struct sk_buff *skb)
{
	if (DIV_ROUND_UP(skb->len, skb_shinfo(skb)->gso_size) > sc->tx.ntokens)
		return ERR_PTR(-E2BIG);
	return skb_gso_segment(skb, NETIF_F_SG | NETIF_F_HW_CSUM);
}

/**
 * skua_tx_cut() - cut a TCP packet into frames, as the NIC would
 * @sc: the device
 * @sta: its station, or NULL
 * @skb: frame, cut or not; no longer the caller's
 * @frames: the frames are appended, also a frame that is not to be cut
 *
 * The last frame has what there is once in the control information: the airtime that
 * mac80211 holds, and what it remembers for the status. BHs off, inside rcu_read_lock().
 */
void skua_tx_cut(struct skua *sc, struct ieee80211_sta *sta, struct sk_buff *skb,
		 struct sk_buff_head *frames)
{
	const struct ieee80211_tx_info saved = *IEEE80211_SKB_CB(skb);
	struct sk_buff *segs, *next;

	if (!skb_is_gso(skb)) {
		__skb_queue_tail(frames, skb);
		return;
	}
	skua_count(sc, SKUA_CTR_TX_CUT);
	segs = skua_tx_segment(sc, skb);
	/* which has written to the control information */
	if (IS_ERR_OR_NULL(segs)) {
		*IEEE80211_SKB_CB(skb) = saved;
		skua_count(sc, SKUA_CTR_TX_REFUSED);
		skua_tx_drop(sc, sta, skb);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);

		skb_mark_not_on_list(skb);
		*info = saved;
		if (next) {
			ieee80211_info_set_tx_time_est(info, 0);
			info->status_data = 0;
			info->status_data_idr = 0;
			info->flags &= ~IEEE80211_TX_STATUS_EOSP;
		}
		__skb_queue_tail(frames, skb);
	}
}

/* mac80211 transmits with a key of the station: see skua_tx_clear_ok(). */
static void skua_tx_note_key(struct sk_buff *skb, struct ieee80211_sta *sta)
{
	const struct ieee80211_key_conf *conf =
		IEEE80211_SKB_CB(skb)->control.hw_key;

	if (sta && conf && (conf->flags & IEEE80211_KEY_FLAG_PAIRWISE) &&
	    !READ_ONCE(skua_sta(sta)->tx_keyed))
		WRITE_ONCE(skua_sta(sta)->tx_keyed, true);
}

/*
 * The checksum of a frame that is to leave as it is. mac80211 builds A-MSDUs of finished
 * frames alone: skua_op_can_aggregate_in_amsdu().
 */
static int skua_tx_sum(struct skua *sc, struct sk_buff *skb)
{
	skua_count(sc, SKUA_CTR_TX_SUMMED);
	return skb_has_frag_list(skb) ? -EINVAL : skb_csum_hwoffload_help(skb, 0);
}

/* Post one frame to a ring that has room, or drop it; @err is that of the decision. */
static void skua_tx_decided(struct skua *sc, unsigned int n,
			    struct ieee80211_sta *sta, struct sk_buff *skb,
			    struct skua_tx_req *req, int err)
{
	if (!err && skb->ip_summed == CHECKSUM_PARTIAL &&
	    !(req->flags & SKUA_TXF_CSUM) && skua_tx_sum(sc, skb))
		err = -EPERM;
	if (!err && req->pn_key && !skua_key_hold(req->pn_key))
		err = -ENOKEY;
	if (err) {
		skua_count(sc, err == -ENOKEY ? SKUA_CTR_TX_NO_KEY :
						SKUA_CTR_TX_REFUSED);
		skua_tx_drop(sc, sta, skb);
		return;
	}
	skua_tx_note_key(skb, sta);
	if (skua_tx_post(sc, n, req, skb)) {
		if (req->pn_key)
			skua_key_release(sc, req->pn_key);
		skua_tx_drop(sc, sta, skb);
	}
}

/* Each segment is posted as a frame of its own. What finds no room is lost. */
static void skua_tx_pieces(struct skua *sc, unsigned int n,
			   struct ieee80211_sta *sta, struct sk_buff *skb)
{
	struct sk_buff_head pieces;
	struct skua_tx_req req;
	int err;

	__skb_queue_head_init(&pieces);
	skua_tx_cut(sc, sta, skb, &pieces);
	while ((skb = __skb_dequeue(&pieces))) {
		if (skua_ring_room(skua_tx_ring(sc, n)) < SKUA_TX_MAX_SLOTS) {
			skua_count(sc, SKUA_CTR_TX_NO_ROOM);
			skua_tx_drop(sc, sta, skb);
			continue;
		}
		err = skua_tx_decide(&req, skb, sta, sc->caps.features);
		skua_tx_decided(sc, n, sta, skb, &req, err);
	}
}

/* Post a frame to a ring that has room, or drop it. */
static void skua_tx_one(struct skua *sc, unsigned int n,
			struct ieee80211_sta *sta, struct sk_buff *skb)
{
	struct skua_tx_req req;
	int err;

	err = skua_tx_decide(&req, skb, sta, sc->caps.features);
	if (!err && skb_is_gso(skb) && !(req.flags & SKUA_TXF_GSO))
		skua_tx_pieces(sc, n, sta, skb);
	else
		skua_tx_decided(sc, n, sta, skb, &req, err);
}

/* Slots that frames of transmit queues leave to frames of skua_op_tx(). */
static u32 skua_tx_room_needed(const struct skua_ring *ring)
{
	return clamp(ring->entries / 8 + SKUA_TX_MAX_SLOTS, SKUA_TX_MAX_SLOTS,
		     ring->entries - 1);
}

/*
 * Is there room for one more frame of a transmit queue? If not, the ring is
 * marked before the second look at it, so that a completion that makes room
 * after that look sees the mark (skua_tx_resume()).
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
		/* unless the NIC sees the posted slots, no room ever comes */
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

/*
 * When a sleeping station wakes, mac80211 schedules its queues again. Those that wait
 * for a new key are scheduled by skua_tx_rekeyed().
 */
static bool skua_txq_waits(const struct ieee80211_txq *txq)
{
	return txq->sta && (READ_ONCE(skua_sta(txq->sta)->asleep) ||
			    skua_key_txq_waits(txq));
}

/* The end of a key waits for this queue: skua_key_drain(). */
static void skua_txq_tell(struct skua *sc, const struct ieee80211_txq *txq)
{
	if (txq->sta && READ_ONCE(skua_sta(txq->sta)->rekeyed) &&
	    wq_has_sleeper(&sc->state_wait))
		wake_up(&sc->state_wait);
}

/* One round over the queues of an AC. Return: false if none was to be served. */
static bool skua_tx_round(struct skua *sc, unsigned int ac)
{
	struct ieee80211_txq *txq;
	bool found = false;

	ieee80211_txq_schedule_start(sc->hw, ac);
	while (skua_tx_has_room(sc, ac)) {
		txq = ieee80211_next_txq(sc->hw, ac);
		if (!txq)
			break;
		found = true;
		if (skua_txq_waits(txq))
			continue;
		skua_txq_drain(sc, txq);
		skua_txq_tell(sc, txq);
		ieee80211_return_txq(sc->hw, txq, false);
	}
	ieee80211_txq_schedule_end(sc->hw, ac);
	return found;
}

/*
 * Move frames from mac80211's queues of an AC to the AC's ring, then publish them
 * once.
 *
 * mac80211 serves no queue twice in one round, and recognises a round by its
 * number. But mac80211 begins to count rounds anew whenever an AC has used up its
 * airtime limit. So a queue may have been served in an older round of the same
 * number: then mac80211 passes over that queue, and over those behind it. In a
 * second round it does not. Without the second round, if this was the last
 * completion, the frames would stay in their queues until another frame is sent.
 */
static void skua_tx_pull(struct skua *sc, unsigned int ac)
{
	struct skua_ring *ring = skua_tx_ring(sc, ac);

	rcu_read_lock();
	spin_lock_bh(&ring->lock);
	if (!skua_tx_round(sc, ac))
		skua_tx_round(sc, ac);
	skua_ring_publish(ring);
	spin_unlock_bh(&ring->lock);
	rcu_read_unlock();
}

/*
 * mac80211 puts 802.11 frames for a station that sleeps on a list of its own, and 802.3 frames
 * into the queue, where the driver leaves them. So the driver says that there are some:
 * mac80211 shows that in the TIM, and asks for them when the station does
 * (skua_op_release_buffered_frames()). A wake-up, which ends that, may come meanwhile.
 */
static void skua_txq_tell_tim(const struct ieee80211_txq *txq)
{
	struct ieee80211_sta *sta = txq->sta;

	if (!sta || !READ_ONCE(skua_sta(sta)->asleep))
		return;
	ieee80211_sta_set_buffered(sta, txq->tid, true);
	if (!READ_ONCE(skua_sta(sta)->asleep))
		ieee80211_sta_set_buffered(sta, txq->tid, false);
}

/**
 * skua_op_wake_tx_queue() - a transmit queue has frames
 * @hw: the device
 * @txq: the queue; already on mac80211's list of queues to serve
 *
 * Any context but hard interrupts.
 */
void skua_op_wake_tx_queue(struct ieee80211_hw *hw, struct ieee80211_txq *txq)
{
	skua_txq_tell_tim(txq);
	skua_tx_pull(hw->priv, txq->ac);
}

/**
 * skua_tx_resume() - room has come: go on where pulling stopped
 * @sc: the device
 * @rings: bit per transmit ring of which a token or a slot came back
 *
 * BH off. Serves the queues of these rings even if the rings were not stuck: when
 * airtime comes back, a queue that mac80211 had held by its airtime limit can go
 * on, and mac80211 does not tell the driver.
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

/* What a look at all stations needs, and whether one has waited for a key */
struct skua_tx_waited {
	struct ieee80211_hw *hw;
	bool any;
};

static void skua_sta_rekeyed(void *data, struct ieee80211_sta *sta)
{
	struct skua_tx_waited *waited = data;
	unsigned int i;

	if (!skua_sta(sta)->rekeyed)
		return;
	WRITE_ONCE(skua_sta(sta)->rekeyed, false);
	for (i = 0; i < ARRAY_SIZE(sta->txq); i++)
		if (sta->txq[i])
			ieee80211_schedule_txq(waited->hw, sta->txq[i]);
	waited->any = true;
}

/* mac80211 has the new keys: serve the queues that have waited for them. */
static void skua_tx_rekeyed(struct wiphy *wiphy, struct wiphy_work *work)
{
	struct skua *sc = container_of(work, struct skua, tx.rekeyed);
	struct skua_tx_waited waited = { .hw = sc->hw };

	ieee80211_iterate_stations_atomic(sc->hw, skua_sta_rekeyed, &waited);
	if (!waited.any)
		return;
	local_bh_disable();
	skua_tx_resume(sc, GENMASK(IEEE80211_NUM_ACS - 1, 0));
	local_bh_enable();
}

/**
 * skua_tx_work_init() - prepare the work item of queues that wait for a key
 * @sc: the device
 *
 * Process context, in probe.
 */
void skua_tx_work_init(struct skua *sc)
{
	wiphy_work_init(&sc->tx.rekeyed, skua_tx_rekeyed);
}

/**
 * skua_tx_dequeue() - take one frame out of a transmit queue
 * @sc: the device
 * @txq: queue
 *
 * Any context but hard interrupts, inside rcu_read_lock(). For the service period
 * of a sleeping station.
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
 * skua_tx_give() - post one frame to a ring and publish it
 * @sc: the device
 * @n: ring, 0 to 3 for the ACs or SKUA_TX_MGMT
 * @sta: receiver, or NULL
 * @skb: frame; no longer the caller's in any case
 *
 * Any context but hard interrupts, inside rcu_read_lock().
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
 * @control: the station
 * @skb: a management frame, null data, an off-channel frame, a frame after DTIM,
 *	or an answer to a sleeping station
 *
 * BH off, inside rcu_read_lock() by mac80211.
 */
void skua_op_tx(struct ieee80211_hw *hw, struct ieee80211_tx_control *control,
		struct sk_buff *skb)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	const struct ieee80211_hdr *hdr = (const void *)skb->data;
	unsigned int n = skb_get_queue_mapping(skb);

	if ((!skua_tx_is_8023(skb) && !ieee80211_is_data(hdr->frame_control)) ||
	    (info->flags & IEEE80211_TX_CTL_TX_OFFCHAN) ||
	    n >= IEEE80211_NUM_ACS)
		n = SKUA_TX_MGMT;
	skua_tx_give(hw->priv, n, control->sta, skb);
}

/* Can the checksum be filled in where it is, with no other memory for the skb? */
static bool skua_tx_sum_in_place(struct sk_buff *skb)
{
	int end = skb_checksum_start_offset(skb) + skb->csum_offset + sizeof(__sum16);

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return true;
	if (end > skb_headlen(skb) ||
	    (skb_cloned(skb) && !skb_clone_writable(skb, end)))
		return false;
	return !skb_csum_hwoffload_help(skb, 0);
}

/**
 * skua_op_can_aggregate_in_amsdu() - may a frame follow another one in an A-MSDU?
 * @hw: the device
 * @head: the first frame, alone or with others behind it
 * @skb: the frame
 *
 * A descriptor has room for one checksum, an A-MSDU has one for each subframe. So they are
 * filled in first. mac80211 counts the memory of @head, so that must not change here.
 *
 * Atomic.
 *
 * Return: true if it may
 */
bool skua_op_can_aggregate_in_amsdu(struct ieee80211_hw *hw,
				    struct sk_buff *head, struct sk_buff *skb)
{
	return skua_tx_sum_in_place(head) && skua_tx_sum_in_place(skb);
}

/* ------------------------------------------------------------------ */
/* Life									*/
/* ------------------------------------------------------------------ */

/**
 * skua_tx_init() - make the token table
 * @sc: the device
 *
 * Process context, in probe.
 *
 * Return: 0 or -ENOMEM
 */
int skua_tx_init(struct skua *sc)
{
	u32 n = 4 * skua_tx_ring(sc, 0)->entries;

	spin_lock_init(&sc->tx.lock);
	if (sc->caps.tx_queue)
		n = min_t(u32, n, sc->caps.tx_queue);
	return skua_tokens_alloc(&sc->tx, clamp_t(u32, n, 16, SKUA_NO_TOKEN));
}

/**
 * skua_tx_exit() - undo skua_tx_init()
 * @sc: the device
 *
 * Process context; no frame is out.
 */
void skua_tx_exit(struct skua *sc)
{
	kvfree(sc->tx.token);
	sc->tx.token = NULL;
	sc->tx.ntokens = 0;
}

/*
 * Frames that a dead NIC had not sent are lost, as they can be on the air; higher
 * protocols send them again. For the last frame of a key handshake that is too
 * late: its sender has the new key already, and would send the repetition
 * encrypted to a peer that does not have the key yet. So in a restart, EAPOL
 * frames go back to mac80211 as filtered frames, and mac80211 sends them once
 * more after the restart.
 */
static void skua_tx_lost(struct skua *sc, struct ieee80211_sta *sta,
			 struct sk_buff *skb)
{
	struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);

	skua_count(sc, SKUA_CTR_TX_RECLAIMED);
	if (skua_tx_is_8023(skb) || skb->protocol != cpu_to_be16(ETH_P_PAE) ||
	    !test_bit(SKUA_F_RECONFIG, &sc->flags)) {
		skua_tx_free(sc, sta, skb);
		return;
	}
	skua_count(sc, SKUA_CTR_TX_AGAIN);
	ieee80211_tx_info_clear_status(info);
	info->status.rates[0].idx = -1;
	info->flags |= IEEE80211_TX_STAT_TX_FILTERED;
	ieee80211_tx_status_skb(sc->hw, skb);
}

/**
 * skua_tx_reset() - take every frame back from a NIC that has been reset
 * @sc: the device
 *
 * Wiphy mutex, NAPI off; the NIC touches no memory any more, and the stations still have
 * their handles.
 */
void skua_tx_reset(struct skua *sc)
{
	const struct skua_tx_token *tok;
	struct ieee80211_sta *sta;
	unsigned int n;
	u32 id;

	lockdep_assert_wiphy(sc->hw->wiphy);
	/* After this, each sender that saw the NIC alive has left the rings. */
	for (n = 0; n < SKUA_NUM_TX_RINGS; n++) {
		spin_lock_bh(&skua_tx_ring(sc, n)->lock);
		spin_unlock_bh(&skua_tx_ring(sc, n)->lock);
	}
	for (id = 0; id < sc->tx.ntokens; id++) {
		tok = skua_token_used(&sc->tx, id);
		if (!tok)
			continue;
		local_bh_disable();
		rcu_read_lock();
		sta = skua_sta_get(sc, tok->sta, tok->sta_gen);
		skua_tx_lost(sc, sta, skua_tx_take_back(sc, id));
		rcu_read_unlock();
		local_bh_enable();
	}
	sc->tx.stuck = 0;
	if (sc->tx.ntokens)
		skua_tx_balance(sc);
}
