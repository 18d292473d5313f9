/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - types and functions that the driver's files share
 *
 * DOC: Locking policy
 *
 * The control lock is the wiphy mutex. mac80211 holds it in all control ops, and
 * slow events (struct skua.evt_work) run under it, too. It protects the
 * configuration in struct skua, struct skua_vif, struct skua_sta and the key
 * slots, unless the comment on a member says otherwise. The crash worker runs
 * without it: it takes RTNL (which nests outside) to shut interfaces, or the
 * wiphy mutex to take a crash record and to end a scan.
 *
 * skua.look_lock, a mutex, nests inside the wiphy mutex: a look at a lost NIC, and
 * the verdict on it. The crash worker and resets by the PCI core take it without
 * the wiphy mutex.
 *
 * Spinlocks, all taken with BHs off, since mac80211 transmits from process
 * context and from softirq:
 *  - skua_ring.lock of the command ring and of each transmit ring: the producer's
 *    private state and the slots that are not published yet. The receive buffer
 *    ring needs none: NAPI alone fills it.
 *  - skua_tx.lock: the free list of tokens, and whether mac80211's queues are
 *    stopped.
 *  - skua.cmd_lock: the command that waits for its answer, and the heartbeat.
 *  - skua.evt_lock: the events between NAPI and evt_work.
 *  - skua_keys.lock: mac80211's key behind a slot, while NAPI counts in it.
 *
 * Their order, the outer lock first:
 *  - wiphy mutex, then any of the spinlocks.
 *  - skua_ring.lock of a transmit ring, then skua_tx.lock, and mac80211's locks of
 *    transmit queues: frames are dequeued and dropped under the ring's lock, so
 *    that they are posted in the order of their packet numbers.
 *  - skua_tx.lock, then mac80211's lock of stopped queues (skua_tx_balance()).
 *  - skua_ring.lock of any ring, then the locks of the wait queues alive, state_wait
 *    and tx.idle, and of the workqueue: skua_ring_room() may find that the NIC broke
 *    the rules, and calls skua_ring_break() -> skua_ring.on_break() ->
 *    skua_nic_dead(), which takes no spinlock of the driver.
 *  - skua.cmd_lock, then the lock of state_wait (skua_cmd_done()).
 * No two locks of rings are ever held together, and cmd_lock, evt_lock and
 * skua_keys.lock never with another of the driver's spinlocks.
 *
 * A function whose comment names a lock or a context asserts it, or calls one that
 * does, where lockdep can tell: "wiphy mutex" is lockdep_assert_wiphy(), "NAPI" alone
 * is lockdep_assert_in_softirq(), "sleeps" is might_sleep().
 *
 * NAPI (one instance) alone consumes the event and the completion ring, posts
 * receive buffers and ends tokens. While NAPI is disabled (start, restart and
 * remove, under the wiphy mutex), the control path owns all of that.
 *
 * RCU: skua.vif[], skua.sta[].sta, keys, and objects of mac80211. NAPI reads
 * them inside rcu_read_lock(), which skua_cpl_one() holds around each record.
 *
 * skua.flags are atomic bits. Each wait for the NIC also ends when skua_alive()
 * becomes false: skua_nic_dead() sets the flag first, then wakes all waiters.
 *
 * Atomic ops (set_tim, sta_rc_update, ...) never wait and never read a register.
 * skua_cmd_post() fails if the ring is full. So what such an op sets is state of
 * the driver, with a mark of what the NIC has not been told; a work item under the
 * wiphy mutex sends the newest state (skua.tim_work, skua.sta_work).
 */
#ifndef SKUA_H
#define SKUA_H

#include <linux/average.h>
#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <kunit/visibility.h>
#include <net/mac80211.h>

#include "hw.h"

struct dentry;
struct page_pool;
struct skua;

#define SKUA_OWNER_KEYS		16	/* key table of a station or interface */
#define SKUA_MAX_VECTORS	2	/* interrupt vectors that the driver asks for */
#define SKUA_MAX_CIPHERS	16
#define SKUA_CHANCTX_PRIV	1	/* drv_priv of a channel context */
#define SKUA_MAX_ROC_MS		5000
#define SKUA_COALESCE_US	250	/* interrupt moderation of completions */
#define SKUA_COALESCE_MAX	128
#define SKUA_CPL_MAX_UNITS	255	/* limit of SKUA_CPL_W0_UNITS */

/* ------------------------------------------------------------------ */
/* Counters								*/
/* ------------------------------------------------------------------ */

/**
 * enum skua_ctr - counters; debugfs.c has a name for each
 * @SKUA_CTR_CMD_SENT: commands sent
 * @SKUA_CTR_CMD_FAILED: commands that the NIC refused
 * @SKUA_CTR_CMD_TIMEOUT: commands without an answer in time
 * @SKUA_CTR_CMD_SLOW: deaths of a NIC whose commands took too long in all
 * @SKUA_CTR_CMD_RING_FULL: commands that found no room
 * @SKUA_CTR_EVT: events
 * @SKUA_CTR_EVT_BAD: malformed events
 * @SKUA_CTR_EVT_STALE: events of a scan or stay on a channel that was over already, or
 *	of a station that has gone
 * @SKUA_CTR_EVT_MISSING: scans and stays on a channel whose end did not come
 * @SKUA_CTR_CPL_BAD: malformed completion records
 * @SKUA_CTR_RING_BAD: ring indices out of range
 * @SKUA_CTR_DOORBELL: doorbell writes
 * @SKUA_CTR_DOORBELL_SAVED: doorbells the NIC did not ask for
 * @SKUA_CTR_IRQ: interrupts
 * @SKUA_CTR_POLL: NAPI polls
 * @SKUA_CTR_LOST_IRQ: interrupts that were due and did not come
 * @SKUA_CTR_LOST_DOORBELL: doorbells that the NIC did not get
 * @SKUA_CTR_TX_STALL: times that a transmit ring was not served any more
 * @SKUA_CTR_SILENT: times that the firmware gave no sign of life
 * @SKUA_CTR_CRASH: firmware crashes
 * @SKUA_CTR_LOST: times that the NIC did not answer, or was reset by others
 * @SKUA_CTR_RESTART: restarts begun
 * @SKUA_CTR_INBAND: in-band events
 * @SKUA_CTR_INBAND_BAD: malformed in-band events
 * @SKUA_CTR_TX_QUEUED: frames given to the NIC
 * @SKUA_CTR_TX_ACKED: frames acknowledged
 * @SKUA_CTR_TX_NOT_ACKED: frames given up by the NIC
 * @SKUA_CTR_TX_UNACKED_SENT: frames sent without waiting for an acknowledgment
 * @SKUA_CTR_TX_FLUSHED: frames flushed by the NIC
 * @SKUA_CTR_TX_STALE: frames with a stale station or key
 * @SKUA_CTR_TX_BAD: frames that the NIC did not understand
 * @SKUA_CTR_TX_NIC_OTHER: frames the NIC dropped for another reason
 * @SKUA_CTR_TX_DEAD: frames freed because the NIC is dead
 * @SKUA_CTR_TX_NO_KEY: frames dropped for want of a key
 * @SKUA_CTR_TX_REFUSED: frames that the NIC may not get with the header or the checksum
 *	that they have
 * @SKUA_CTR_TX_GSO: TCP packets that the NIC cuts
 * @SKUA_CTR_TX_CUT: TCP packets that the driver had to cut
 * @SKUA_CTR_TX_SUMMED: checksums that the driver had to fill in
 * @SKUA_CTR_TX_NO_ROOM: times that a ring or the tokens were used up
 * @SKUA_CTR_TX_MAP: frames that could not be mapped
 * @SKUA_CTR_TX_BAD_TOKEN: transmit records with a bad token, or another's station
 * @SKUA_CTR_TX_RECLAIMED: frames taken back at a restart or stop
 * @SKUA_CTR_TX_AGAIN: frames that are sent again: after a restart, or under a new key
 * @SKUA_CTR_RX: frames received
 * @SKUA_CTR_RX_BAD_BUF: receive completions with a bad buffer
 * @SKUA_CTR_RX_BAD_LEN: receive completions with a bad length
 * @SKUA_CTR_RX_BAD_FIELD: receive completions with another bad field
 * @SKUA_CTR_RX_REFUSED: 802.3 frames that their station, its key or its state forbids
 * @SKUA_CTR_RX_COALESCED: runs of TCP segments received as one frame
 * @SKUA_CTR_RX_STALE_STA: frames of a stale station
 * @SKUA_CTR_RX_STALE_KEY: frames of a stale key
 * @SKUA_CTR_RX_REPLAY: replayed frames
 * @SKUA_CTR_RX_NO_MEM: frames dropped for want of memory
 * @SKUA_CTR_RX_REFILL: times that no receive buffer could be had
 * @SKUA_CTR_RX_NO_CHANNEL: frames of an unknown channel
 * @SKUA_CTR_RX_DOWN: frames received while no interface is up
 * @SKUA_CTR_KEY_INSTALLED: keys installed in the NIC
 * @SKUA_CTR_KEY_REFUSED: keys left to software
 * @SKUA_CTR_KEY_FULL: keys refused because the table is full
 * @SKUA_CTR_KEY_REPLAY: received frames that NIC or driver dropped because of their
 *	packet numbers
 * @SKUA_CTR_KEY_MIC_FAILURE: received frames that the NIC dropped because of their MICs
 * @SKUA_CTR_KEY_CUT_SHORT: keys removed while frames still waited to leave with them
 * @SKUA_CTR_BA_TX: transmit sessions that began
 * @SKUA_CTR_BA_RX: receive sessions that began
 * @SKUA_CTR_BA_REFUSED: sessions that did not begin because of the NIC
 * @SKUA_CTR_BA_STALLED: transmit sessions that made no progress
 * @SKUA_CTR_BA_IDLE: receive sessions that were idle for too long
 * @SKUA_NUM_CTRS: number of counters
 */
enum skua_ctr {
	SKUA_CTR_CMD_SENT,
	SKUA_CTR_CMD_FAILED,
	SKUA_CTR_CMD_TIMEOUT,
	SKUA_CTR_CMD_SLOW,
	SKUA_CTR_CMD_RING_FULL,
	SKUA_CTR_EVT,
	SKUA_CTR_EVT_BAD,
	SKUA_CTR_EVT_STALE,
	SKUA_CTR_EVT_MISSING,
	SKUA_CTR_CPL_BAD,
	SKUA_CTR_RING_BAD,
	SKUA_CTR_DOORBELL,
	SKUA_CTR_DOORBELL_SAVED,
	SKUA_CTR_IRQ,
	SKUA_CTR_POLL,
	SKUA_CTR_LOST_IRQ,
	SKUA_CTR_LOST_DOORBELL,
	SKUA_CTR_TX_STALL,
	SKUA_CTR_SILENT,
	SKUA_CTR_CRASH,
	SKUA_CTR_LOST,
	SKUA_CTR_RESTART,
	SKUA_CTR_INBAND,
	SKUA_CTR_INBAND_BAD,
	SKUA_CTR_TX_QUEUED,
	SKUA_CTR_TX_ACKED,
	SKUA_CTR_TX_NOT_ACKED,
	SKUA_CTR_TX_UNACKED_SENT,
	SKUA_CTR_TX_FLUSHED,
	SKUA_CTR_TX_STALE,
	SKUA_CTR_TX_BAD,
	SKUA_CTR_TX_NIC_OTHER,
	SKUA_CTR_TX_DEAD,
	SKUA_CTR_TX_NO_KEY,
	SKUA_CTR_TX_REFUSED,
	SKUA_CTR_TX_GSO,
	SKUA_CTR_TX_CUT,
	SKUA_CTR_TX_SUMMED,
	SKUA_CTR_TX_NO_ROOM,
	SKUA_CTR_TX_MAP,
	SKUA_CTR_TX_BAD_TOKEN,
	SKUA_CTR_TX_RECLAIMED,
	SKUA_CTR_TX_AGAIN,
	SKUA_CTR_RX,
	SKUA_CTR_RX_BAD_BUF,
	SKUA_CTR_RX_BAD_LEN,
	SKUA_CTR_RX_BAD_FIELD,
	SKUA_CTR_RX_REFUSED,
	SKUA_CTR_RX_COALESCED,
	SKUA_CTR_RX_STALE_STA,
	SKUA_CTR_RX_STALE_KEY,
	SKUA_CTR_RX_REPLAY,
	SKUA_CTR_RX_NO_MEM,
	SKUA_CTR_RX_REFILL,
	SKUA_CTR_RX_NO_CHANNEL,
	SKUA_CTR_RX_DOWN,
	SKUA_CTR_KEY_INSTALLED,
	SKUA_CTR_KEY_REFUSED,
	SKUA_CTR_KEY_FULL,
	SKUA_CTR_KEY_REPLAY,
	SKUA_CTR_KEY_MIC_FAILURE,
	SKUA_CTR_KEY_CUT_SHORT,
	SKUA_CTR_BA_TX,
	SKUA_CTR_BA_RX,
	SKUA_CTR_BA_REFUSED,
	SKUA_CTR_BA_STALLED,
	SKUA_CTR_BA_IDLE,
	SKUA_NUM_CTRS
};

/* ------------------------------------------------------------------ */
/* Rings								*/
/* ------------------------------------------------------------------ */

/**
 * struct skua_ring - one ring, seen from the host
 * @sc: the device
 * @on_break: called when the NIC has broken the rules, in the context that found
 *	it: any but hard interrupts, with @lock held if the host produces
 * @lock: producer state of the command and transmit rings
 * @id: enum skua_ring_id, also the doorbell's number
 * @to_nic: the host produces
 * @broken: the NIC broke the rules; the driver looks at the ring no more
 * @entry_size: bytes
 * @entries: number, a power of two; 0: not used
 * @base: the entries, DMA-coherent
 * @dma: their bus address
 * @idx: the indices, DMA-coherent; an index of the NIC is read once and checked
 * @idx_dma: their bus address
 * @next: producer: index of the next slot to fill, private;
 *	consumer: index of the next entry to read, private
 * @published: last value of the host's own index (prod or cons)
 * @seen: producer: last idx->cons that was checked; consumer: last idx->prod
 * @armed: producer: idx->space_event has been set, and the room has not come yet
 * @want: producer: the room that was asked for
 */
struct skua_ring {
	struct skua *sc;
	void (*on_break)(struct skua_ring *ring);
	spinlock_t lock; /* see above */
	u8 id;
	bool to_nic;
	bool broken;
	u16 entry_size;
	u32 entries;
	void *base;
	dma_addr_t dma;
	struct skua_ring_idx *idx;
	dma_addr_t idx_dma;
	u32 next;
	u32 published;
	u32 seen;
	bool armed;
	u32 want;
};

/**
 * skua_ring_slot() - the slot of a free-running index
 * @ring: the ring
 * @index: free-running index
 *
 * Return: the slot.
 */
static inline void *skua_ring_slot(const struct skua_ring *ring, u32 index)
{
	return ring->base + (index & (ring->entries - 1)) * ring->entry_size;
}

/* ------------------------------------------------------------------ */
/* Keys									*/
/* ------------------------------------------------------------------ */

struct skua_key;	/* key_slot.h */
struct skua_mask;	/* vif.c */

/**
 * struct skua_key_ref - a key slot of the NIC
 * @slot: slot, or SKUA_KEY_NONE
 * @gen: generation of the slot
 */
struct skua_key_ref {
	u16 slot;
	u16 gen;
};

/* ------------------------------------------------------------------ */
/* Private parts of mac80211's objects					*/
/* ------------------------------------------------------------------ */

/**
 * struct skua_vif - drv_priv of an interface
 * @idx: handle in the NIC, or SKUA_VIF_NONE before add_interface
 * @type: enum skua_vif_type
 * @keyed: a default (group or WEP) key has been offered: no data in clear text
 * @beacon_set: the NIC holds a beacon template
 * @chanctx: context of the default link, or SKUA_CHANCTX_NONE
 * @key: keys by hw_key_idx; RCU, written by key.c under the wiphy mutex
 * @default_key: index set by set_default_unicast_key, or -1
 * @bigtk: slot of the key for beacon protection
 * @countdown_end: when the countdown of the beacon ends, us of the boot-time clock;
 *	0 for none
 * @tsf_offset: added to the NIC's time by mac80211, us (signed)
 * @switch_at: station: when it follows its access point to another channel, us of the
 *	boot-time clock
 * @tim: bit for each AID: mac80211 holds frames for the station; atomic
 * @tim_stale: bit for each AID: the NIC has to be told of @tim once more; atomic
 * @mask: the rates that the user allows, or NULL for all
 */
struct skua_vif {
	u8 idx;
	u8 type;
	bool keyed;
	bool beacon_set;
	u8 chanctx;
	struct skua_key __rcu *key[SKUA_OWNER_KEYS];
	int default_key;
	struct skua_key_ref bigtk;
	u64 countdown_end;
	u64 tsf_offset;
	u64 switch_at;
	DECLARE_BITMAP(tim, SKUA_MAX_AID + 1);
	DECLARE_BITMAP(tim_stale, SKUA_MAX_AID + 1);
	const struct skua_mask *mask;
};

/**
 * struct skua_total - a counter of the NIC that goes on when the NIC begins anew
 * @base: the last readings of the NIC's lives before
 * @last: the last reading of this life
 */
struct skua_total {
	u64 base;
	u64 last;
};

/**
 * skua_total_read() - the sum of a counter over all lives of the NIC
 * @total: the counter; wiphy mutex
 * @now: the NIC's counter
 *
 * Return: the sum, which never goes back. It lacks what a NIC had counted between
 * the last reading and its death.
 */
static inline u64 skua_total_read(struct skua_total *total, u64 now)
{
	total->last = now;
	return total->base + now;
}

/**
 * skua_total_restart() - the NIC's counter begins at 0 again
 * @total: the counter; wiphy mutex
 */
static inline void skua_total_restart(struct skua_total *total)
{
	total->base += total->last;
	total->last = 0;
}

/**
 * struct skua_chan_time - survey of a channel
 * @time: time on the channel, us
 * @busy: part of it with a busy medium
 * @rx: part of it in which the NIC received
 * @tx: part of it in which the NIC sent
 */
struct skua_chan_time {
	struct skua_total time;
	struct skua_total busy;
	struct skua_total rx;
	struct skua_total tx;
};

#define SKUA_TX_ALL_OK		1024
#define SKUA_SEQ_NONE		0xffff	/* no sequence number */
DECLARE_EWMA(skua_ok, 10, 8)

/**
 * struct skua_sta - drv_priv of a station
 * @handle: handle in the NIC, or SKUA_STA_NONE
 * @gen: generation of the handle
 * @vif: interface of the station
 * @keyed: a key has been offered, even if refused: no data in clear text
 * @tx_keyed: a key of the station is for transmitting: no EAPOL, and no robust
 *	management frame in clear text. With Extended Key ID a key is for receiving
 *	at first
 * @asleep: the station sleeps, by the last in-band event (NAPI)
 * @rekeyed: its pairwise key goes, may be about to, or has just gone (wiphy mutex): its
 *	data frames stay in mac80211's queues
 * @fourway: four-address mode
 * @decap_due: mac80211 takes its frames as 802.3 frames (wiphy mutex)
 * @decap: the NIC is told so (wiphy mutex)
 * @decap_rx: 802.3 frames of it may be in the completion ring
 * @stale: bit 0: the NIC has to be told of the station's parameters; atomic
 * @key: keys by hw_key_idx; RCU, written by key.c under the wiphy mutex
 * @state: enum ieee80211_sta_state
 * @rx_airtime: of frames received from the station, us
 * @rx_mpdus: received from the station
 * @tx_rate: rate word of the last frame that was to be acknowledged; 0 before (NAPI)
 * @tx_ok: share of its transmissions that arrive, of SKUA_TX_ALL_OK (NAPI)
 * @seq: by TID: the last sequence number that a transmit record named, or
 *	SKUA_SEQ_NONE (NAPI; in a restart, the wiphy mutex)
 */
struct skua_sta {
	u16 handle;
	u16 gen;
	struct ieee80211_vif *vif;
	bool keyed;
	bool tx_keyed;
	bool asleep;
	bool rekeyed;
	bool fourway;
	bool decap_due;
	bool decap;
	bool decap_rx;
	unsigned long stale;
	struct skua_key __rcu *key[SKUA_OWNER_KEYS];
	u8 state;
	struct skua_total rx_airtime;
	struct skua_total rx_mpdus;
	u32 tx_rate;
	struct ewma_skua_ok tx_ok;
	u16 seq[SKUA_NUM_TIDS];
};

static inline struct skua_vif *skua_vif(struct ieee80211_vif *vif)
{
	return (struct skua_vif *)vif->drv_priv;
}

static inline struct skua_sta *skua_sta(struct ieee80211_sta *sta)
{
	return (struct skua_sta *)sta->drv_priv;
}

/**
 * struct skua_sta_slot - a handle of stations
 * @sta: the station, or NULL; RCU
 * @gen: generation: each use adds one; never reset while the driver is bound
 * @owner: private part of the station that has the handle, or NULL; only its
 *	address is used (wiphy mutex)
 * @tx_posted: MPDUs of this generation that the NIC got, by transmit ring (under its lock)
 * @tx_ended: of these, those that came back (NAPI, or while NAPI is off)
 * @tx_silent: transmit records in a row in which no frame of it ended (NAPI)
 */
struct skua_sta_slot {
	struct ieee80211_sta __rcu *sta;
	u16 gen;
	const struct skua_sta *owner;
	u32 tx_posted[SKUA_NUM_TX_RINGS];
	u32 tx_ended;
	u32 tx_silent;
};

/* ------------------------------------------------------------------ */
/* Transmit and receive state (tx.c, rx.c)				*/
/* ------------------------------------------------------------------ */

/**
 * struct skua_tx_map - one mapped piece of a frame
 * @addr: bus address
 * @len: bytes
 */
struct skua_tx_map {
	dma_addr_t addr;
	u32 len;
};

/**
 * struct skua_tx_token - a frame that the NIC holds
 * @skb: the frame; NULL until the rest is filled in: then the token is used
 * @key: key that the NIC is to encrypt it with, or NULL
 * @next_free: next free token
 * @sta: handle of the frame's station, or SKUA_STA_NONE
 * @sta_gen: generation of @sta
 * @segs: most MPDUs that it becomes
 * @ring: index of its transmit ring, 0 to SKUA_NUM_TX_RINGS - 1
 * @nmaps: number of pieces in @map
 * @map: mapped pieces
 */
struct skua_tx_token {
	struct sk_buff *skb;
	struct skua_key *key;
	u16 next_free;
	u16 sta;
	u16 sta_gen;
	u16 segs;
	u8 ring;
	u8 nmaps;
	struct skua_tx_map map[SKUA_TXD_MAX_SEGS];
};

/**
 * struct skua_tx - state of the transmit path
 * @token: table of tokens
 * @ntokens: its size, at least four times the ring's
 * @lock: @free_head, @nfree
 * @free_head: first free token
 * @nfree: number of free tokens
 * @stuck: bit per transmit ring: frames were left in their queues for want of room
 * @stopped: mac80211's queues are stopped, since frames of skua_op_tx() would soon
 *	find no token; under @lock
 * @queued: frames that the NIC holds
 * @idle: woken when @queued falls to 0
 * @rekeyed: gives frames to the NIC that have waited for a new key
 */
struct skua_tx {
	struct skua_tx_token *token;
	u32 ntokens;
	spinlock_t lock; /* see above */
	u16 free_head;
	u32 nfree;
	unsigned long stuck;
	bool stopped;
	atomic_t queued;
	wait_queue_head_t idle;
	struct wiphy_work rekeyed;
};

/**
 * struct skua_rx_buf_slot - a receive buffer by id
 * @page: page of the buffer, or NULL while the buffer is not posted
 * @offset: offset of the buffer in the page
 */
struct skua_rx_buf_slot {
	struct page *page;
	u32 offset;
};

/**
 * struct skua_rx - state of the receive path (NAPI)
 * @pool: source of buffers
 * @buf: by id
 * @nbufs: number of ids
 * @free_id: stack of ids whose buffers are not posted
 * @nfree: number of ids on @free_id
 */
struct skua_rx {
	struct page_pool *pool;
	struct skua_rx_buf_slot *buf;
	u32 nbufs;
	u16 *free_id;
	u32 nfree;
};

/**
 * struct skua_credit - account of waits for a slow NIC
 * @used: jiffies of waiting that count, less what time has paid back since
 * @at: when @used was true, jiffies
 *
 * mac80211 holds the RTNL during a wait. One may be long, but not hundreds of them.
 */
struct skua_credit {
	unsigned long used;
	unsigned long at;
};

struct skua_keys;	/* private to key*.c: the slots and their shadows */
struct skua_cmd_wait;	/* private to fwctl.c */
struct skua_image;	/* private to boot.c: the firmware image */

/* ------------------------------------------------------------------ */
/* Events (evt.c)							*/
/* ------------------------------------------------------------------ */

/**
 * struct skua_evt_due - events that wait for the wiphy mutex
 * @kinds: bit for each enum skua_evt_id that waits
 * @scan: SCAN_DONE of the present scan
 * @ready: ROC_READY of the present period
 * @expired: ROC_EXPIRED of the present period
 * @radar: the last RADAR
 * @loss: bit for each interface: BEACON_LOSS
 * @lost: bit for each interface: CONN_LOSS
 * @csa: bit for each interface: CSA_DONE
 *
 * Each kind has its place, so no event is lost for want of memory or room. An event
 * that repeats one which still waits adds nothing to it.
 */
struct skua_evt_due {
	unsigned long kinds;
	struct skua_evt_scan_done scan;
	struct skua_evt_roc ready;
	struct skua_evt_roc expired;
	struct skua_evt_radar radar;
	unsigned long loss;
	unsigned long lost;
	unsigned long csa;
};

/* ------------------------------------------------------------------ */
/* The watchdog (watchdog.c)						*/
/* ------------------------------------------------------------------ */

/**
 * struct skua_ring_progress - progress of a ring, as the watchdog sees it
 * @pos: the consumer's index at the last look
 * @looks: looks in a row at which entries waited and @pos had not moved
 */
struct skua_ring_progress {
	u32 pos;
	unsigned int looks;
};

/**
 * struct skua_watchdog - detects a dead NIC and lost notifications
 * @work: one look; schedules itself
 * @ring: by enum skua_ring_id
 * @frames: frames sent and received until the last look
 * @last_heartbeat: when the last heartbeat was sent, jiffies
 * @misses: looks since then without an answer
 * @off: look at nothing (debugfs): a test proves that nothing gets lost
 */
struct skua_watchdog {
	struct delayed_work work;
	struct skua_ring_progress ring[SKUA_NUM_RINGS];
	u64 frames;
	unsigned long last_heartbeat;
	unsigned int misses;
	bool off;
};

/* ------------------------------------------------------------------ */
/* The device								*/
/* ------------------------------------------------------------------ */

/**
 * enum skua_flag - bits of skua.flags
 * @SKUA_F_ALIVE: the firmware runs; commands may be sent
 * @SKUA_F_STARTED: between mac80211's start and stop; frames may be sent
 * @SKUA_F_DEAD: the firmware died; a restart is due or under way
 * @SKUA_F_LOST: the NIC does not answer, and no register is read until
 *	skua_nic_await() has found out why; the NIC is dead, too
 * @SKUA_F_GONE: the NIC has been removed: no register is read. Only a start or a
 *	reset by the PCI core finds a NIC that is there again
 * @SKUA_F_RESETTING: the PCI core resets the NIC
 * @SKUA_F_CRASH_DUE: a death or a loss that the crash worker has not dealt with
 * @SKUA_F_RECONFIG: mac80211 is reinstalling its state after a crash
 * @SKUA_F_SUSPENDED: mac80211 has stopped the NIC for a suspend, and keeps its
 *	stations and keys
 * @SKUA_F_NO_MEMORY: the restart found no memory, and is tried again later
 * @SKUA_F_REMOVING: the driver is being unbound: no restart any more
 * @SKUA_F_REGISTERED: ieee80211_register_hw() succeeded
 * @SKUA_F_BOOTING: ALIVE is expected
 * @SKUA_F_READY: the tables of stations, keys, tokens and buffers exist;
 *	completions may be handled
 * @SKUA_F_SCANNING: a scan runs (scan.c)
 * @SKUA_F_ROC: remain-on-channel runs (scan.c)
 * @SKUA_F_ROC_READY: mac80211 knows that the period has begun (scan.c)
 * @SKUA_F_ROC_TX: the remain-on-channel is for a frame and its answer (scan.c)
 * @SKUA_F_ROC_OVER: the period is over for mac80211, but the NIC stays on the
 *	channel (scan.c)
 */
enum skua_flag {
	SKUA_F_ALIVE,
	SKUA_F_STARTED,
	SKUA_F_DEAD,
	SKUA_F_LOST,
	SKUA_F_GONE,
	SKUA_F_RESETTING,
	SKUA_F_CRASH_DUE,
	SKUA_F_RECONFIG,
	SKUA_F_SUSPENDED,
	SKUA_F_NO_MEMORY,
	SKUA_F_REMOVING,
	SKUA_F_REGISTERED,
	SKUA_F_BOOTING,
	SKUA_F_READY,
	SKUA_F_SCANNING,
	SKUA_F_ROC,
	SKUA_F_ROC_READY,
	SKUA_F_ROC_TX,
	SKUA_F_ROC_OVER,
};

/**
 * struct skua_caps - the content of ALIVE, checked, in host order
 * @fw_version: firmware's version, NUL-terminated
 * @features: SKUA_FEAT_* that may be used
 * @mac: MAC address
 * @vifs: limit of interfaces, at most SKUA_MAX_VIFS
 * @stas: limit of stations, at most SKUA_MAX_STAS
 * @keys: limit of key slots, at most SKUA_MAX_KEYS
 * @chanctxs: limit of channel contexts, at most SKUA_MAX_CHANCTX
 * @channels: different channels at a time
 * @scan_ssids: SSIDs in a scan
 * @scan_chans: channels in a scan
 * @scan_ie_len: bytes of elements in a scan
 * @beacon_len: bytes of a beacon template
 * @max_mpdu: bytes of a received MPDU
 * @tx_queue: frames that the NIC holds
 * @cipher: suite selectors that the NIC has engines for
 * @n_ciphers: number of them
 * @bands: SKUA_BAND_*
 * @chains: antennas
 * @nss: spatial streams
 * @max_bw: enum skua_bw
 * @max_power: dBm
 */
struct skua_caps {
	char fw_version[64];
	u64 features;
	u8 mac[ETH_ALEN];
	u16 vifs;
	u16 stas;
	u16 keys;
	u8 chanctxs;
	u8 channels;
	u16 scan_ssids;
	u16 scan_chans;
	u16 scan_ie_len;
	u16 beacon_len;
	u16 max_mpdu;
	u16 tx_queue;
	u32 cipher[SKUA_MAX_CIPHERS];
	u8 n_ciphers;
	u8 bands;
	u8 chains;
	u8 nss;
	u8 max_bw;
	s8 max_power;
};

/**
 * struct skua - one NIC
 * @hw: mac80211's handle; this structure is its private part
 * @pdev: PCI device
 * @dev: &pdev->dev
 * @bar: BAR0
 * @flags: enum skua_flag
 * @caps: abilities of the firmware; constant after the probe
 * @ring: by enum skua_ring_id
 * @napi_dev: home of @napi
 * @napi: polls event and completion rings
 * @napi_on: @napi is enabled (wiphy mutex)
 * @nvectors: interrupt vectors in use
 * @watchdog: see struct skua_watchdog; runs with @napi
 * @cpl_rec: private copy of the completion record under way (NAPI)
 * @evt_upto: events before this index wait for older completions (NAPI)
 * @cpl_upto: completions before this index are older than those events (NAPI)
 * @state_wait: woken by an answer to a command, by a key's retirement, by the return
 *	of the last frame that names a key, when a station falls asleep, and by the
 *	NIC's death
 * @cmd_lock: @cmd_wait
 * @cmd_wait: the command that waits for its answer, or NULL
 * @cmd_credit: how long slow commands have been waited for (wiphy mutex)
 * @cmd_seq: number of the last command
 * @heartbeat_due: the firmware has yet to answer a heartbeat; under @cmd_lock
 * @heartbeat_seq: sequence number of that command
 * @ext: further data of the command that waits, DMA-coherent
 * @ext_dma: its bus address
 * @cmd_seq_evt: number expected in the next event (NAPI)
 * @evt_lock: @evt_due
 * @evt_due: events for @evt_work
 * @evt_work: runs slow events under the wiphy mutex
 * @tim_work: tells the NIC of TIM bits that found no room in the command ring
 * @sta_work: tells the NIC of stations whose parameters have changed
 * @crash_work: takes the crash record and asks mac80211 for a restart
 * @retry_work: asks for a restart once more, when there may be memory
 * @retries: restarts in a row that found no memory (wiphy mutex)
 * @up_since: jiffies when the NIC was started, or its restart was complete
 * @crash_burst: crashes soon after that, without a later one (crash_work)
 * @hopeless: a restart failed: crash_work shuts the interfaces
 * @no_record: the firmware has not died, so there is no crash record to take
 * @look_lock: one look at a lost NIC at a time (reset.c); nests inside the wiphy
 *	mutex, and only the locks of the PCI core inside it
 * @pci_state: configuration for a NIC that has lost its own; bus mastering off
 * @alive: completed by ALIVE or by a failure to boot
 * @alive_ok: ALIVE has come, and is in @alive_evt
 * @alive_evt: the ALIVE event
 * @nonce: of this boot
 * @boot: boot context, DMA-coherent
 * @boot_dma: its bus address
 * @dump: crash record, DMA-coherent, @dump_len bytes
 * @dump_dma: its bus address
 * @dump_len: its size
 * @fatal_cause: enum skua_fatal, from the event or the register
 * @image: firmware image, kept from the probe on
 * @fw_build_id: of the image
 * @vif: by handle; RCU
 * @sta: by handle, @caps.stas of them
 * @sta_ids: handles in use (wiphy mutex)
 * @ctx_used: bitmap of channel contexts
 * @filter: SKUA_FILTER_* in force
 * @rts_threshold: bytes, ~0 for off
 * @txpower: limit of all interfaces, dBm
 * @antennas: bit mask of the antennas in use
 * @masks: of interfaces that are up or down, SKUA_MAX_VIFS of them, or NULL (wiphy
 *	mutex)
 * @addresses: of its interfaces, the NIC's own first
 * @nchans: number of channels of all bands
 * @survey: by index over all bands, @nchans of them (wiphy mutex)
 * @tx: transmit path
 * @rx: receive path
 * @keys: key slots
 * @scan_cookie: cookie of the last scan
 * @scan_late: ends a scan whose event does not come
 * @roc_cookie: cookie of the remain-on-channel period
 * @roc_type: mac80211's purpose of the period
 * @roc_work: ends a period whose answer has come
 * @roc_late: ends a period whose event does not come
 * @debugfs: directory
 * @ctr: counters
 */
struct skua {
	struct ieee80211_hw *hw;
	struct pci_dev *pdev;
	struct device *dev;
	void __iomem *bar;
	unsigned long flags;
	struct skua_caps caps;

	struct skua_ring ring[SKUA_NUM_RINGS];
	struct net_device *napi_dev;
	struct napi_struct napi;
	bool napi_on;
	int nvectors;
	struct skua_watchdog watchdog;
	struct skua_cpl *cpl_rec;
	u32 evt_upto;
	u32 cpl_upto;
	wait_queue_head_t state_wait;

	spinlock_t cmd_lock; /* see above */
	struct skua_cmd_wait *cmd_wait;
	struct skua_credit cmd_credit;
	atomic_t cmd_seq;
	bool heartbeat_due;
	u16 heartbeat_seq;
	void *ext;
	dma_addr_t ext_dma;
	u32 cmd_seq_evt;
	spinlock_t evt_lock; /* see above */
	struct skua_evt_due evt_due;
	struct wiphy_work evt_work;
	struct wiphy_work tim_work;
	struct wiphy_work sta_work;
	struct work_struct crash_work;
	struct delayed_work retry_work;
	unsigned int retries;
	unsigned long up_since;
	unsigned int crash_burst;
	bool hopeless;
	bool no_record;
	struct mutex look_lock; /* see above */
	struct pci_saved_state *pci_state;

	struct completion alive;
	bool alive_ok;
	struct skua_evt alive_evt;
	u32 nonce;
	struct skua_boot_ctx *boot;
	dma_addr_t boot_dma;
	void *dump;
	dma_addr_t dump_dma;
	u32 dump_len;
	u32 fatal_cause;
	struct skua_image *image;
	u8 fw_build_id[16];

	struct ieee80211_vif __rcu *vif[SKUA_MAX_VIFS];
	struct skua_sta_slot *sta;
	struct ida sta_ids;
	unsigned long ctx_used;
	u32 filter;
	u32 rts_threshold;
	int txpower;
	u8 antennas;
	struct skua_mask *masks;
	struct mac_address addresses[4];
	unsigned int nchans;
	struct skua_chan_time *survey;

	struct skua_tx tx;
	struct skua_rx rx;
	struct skua_keys *keys;

	u32 scan_cookie;
	struct wiphy_delayed_work scan_late;
	u32 roc_cookie;
	enum ieee80211_roc_type roc_type;
	struct wiphy_delayed_work roc_work;
	struct wiphy_delayed_work roc_late;

	struct dentry *debugfs;
	atomic64_t ctr[SKUA_NUM_CTRS];
};

/* Module parameters (param.c) */
extern bool skua_swcrypto;
extern bool skua_single_channel;
extern bool skua_p2p_device;
extern bool skua_tx_ampdu;
extern bool skua_rx_ampdu;
extern bool skua_rx_reorder;
extern bool skua_tx_amsdu;
extern bool skua_tx_encap;
extern bool skua_rx_decap;
extern bool skua_tx_csum;
extern bool skua_tx_gso;
extern bool skua_rx_csum;
extern bool skua_rx_coalesce;
extern unsigned int skua_txring;
extern unsigned int skua_rxring;

u64 skua_offload_features(void);
void skua_params_clamp(void);

static inline void skua_count(struct skua *sc, enum skua_ctr ctr)
{
	atomic64_inc(&sc->ctr[ctr]);
}

static inline bool skua_has(const struct skua *sc, u64 feature)
{
	return sc->caps.features & feature;
}

/**
 * skua_alive() - may the driver talk to the NIC?
 * @sc: the device
 *
 * Any context. The answer can change at once; each caller copes with that.
 *
 * Return: true if it may.
 */
static inline bool skua_alive(struct skua *sc)
{
	return test_bit(SKUA_F_ALIVE, &sc->flags) &&
	       !test_bit(SKUA_F_DEAD, &sc->flags) &&
	       !test_bit(SKUA_F_GONE, &sc->flags);
}

/**
 * skua_reachable() - may a register be read?
 * @sc: the device
 *
 * Any context. The NIC may be dead, to be looked at or reset.
 *
 * Return: true if it may.
 */
static inline bool skua_reachable(struct skua *sc)
{
	return !test_bit(SKUA_F_LOST, &sc->flags) &&
	       !test_bit(SKUA_F_GONE, &sc->flags);
}

/**
 * skua_tx_ring() - transmit ring of an AC (0-3) or management (4)
 * @sc: the device
 * @n: index, in the order of IEEE80211_AC_*
 *
 * Return: the ring.
 */
static inline struct skua_ring *skua_tx_ring(struct skua *sc, unsigned int n)
{
	return &sc->ring[SKUA_RING_TX_VO + n];
}

/**
 * skua_credit_count() - pay back a quarter of the time that has passed
 * @credit: account
 * @most: the most that is paid back, jiffies
 *
 * Under the account's lock.
 */
static inline void skua_credit_count(struct skua_credit *credit,
				     unsigned long most)
{
	unsigned long back = min((jiffies - credit->at) / 4, most);

	credit->at = jiffies;
	credit->used -= min(credit->used, back);
}

/* Log a fault of the NIC; rate-limited, any context. */
#define skua_complain(sc, fmt, ...) \
	dev_warn_ratelimited((sc)->dev, fmt, ##__VA_ARGS__)

/* ------------------------------------------------------------------ */
/* ring.c								*/
/* ------------------------------------------------------------------ */

int skua_rings_alloc(struct skua *sc, void (*on_break)(struct skua_ring *ring));
void skua_rings_reset(struct skua *sc);
void skua_rings_describe(struct skua *sc, struct skua_ring_cfg *cfg);
void skua_doorbell(struct skua_ring *ring);
void skua_ring_break(struct skua_ring *ring, const char *what, u32 val);
u32 skua_ring_room(struct skua_ring *ring);
void skua_ring_publish(struct skua_ring *ring);
bool skua_ring_want_room(struct skua_ring *ring, u32 room);
bool skua_ring_room_came(struct skua_ring *ring);
u32 skua_ring_avail(struct skua_ring *ring);
void skua_ring_release(struct skua_ring *ring);
bool skua_ring_arm(struct skua_ring *ring);

/**
 * enum skua_step - places where the NIC or another processor may come between
 * @SKUA_STEP_PUBLISHED: the NIC sees new slots, no processor does yet
 * @SKUA_STEP_TX_FILLED: a frame is mapped and its token not yet the NIC's
 * @SKUA_STEP_EVT_SEEN: NAPI knows how many events there are
 * @SKUA_STEP_CPL_SEEN: NAPI knows how many completions are older than those
 * @SKUA_STEP_CPL_SERVED: completions have been handled
 * @SKUA_STEP_EVT_SERVED: events have been handled
 * @SKUA_STEP_ARMING: NAPI is about to ask for an interrupt of a ring
 * @SKUA_STEP_ARMED: NAPI has asked, and not yet looked again
 * @SKUA_STEP_COMPLETED: NAPI has ended this poll
 */
enum skua_step {
	SKUA_STEP_PUBLISHED,
	SKUA_STEP_TX_FILLED,
	SKUA_STEP_EVT_SEEN,
	SKUA_STEP_CPL_SEEN,
	SKUA_STEP_CPL_SERVED,
	SKUA_STEP_EVT_SERVED,
	SKUA_STEP_ARMING,
	SKUA_STEP_ARMED,
	SKUA_STEP_COMPLETED,
};

#if IS_ENABLED(CONFIG_KUNIT)
void skua_step(struct skua *sc, enum skua_step step);
#else
static inline void skua_step(struct skua *sc, enum skua_step step)
{
}
#endif

/* ------------------------------------------------------------------ */
/* napi.c								*/
/* ------------------------------------------------------------------ */

/**
 * struct skua_poll - one run of NAPI
 * @rx_list: frames for the network stack, from ieee80211_rx_list(); they go to GRO
 *	at the end of the poll
 * @free_list: skbs to free at the end of the poll, for
 *	ieee80211_tx_status.free_list
 * @tx_rings: bit per transmit ring of which a token or slot came back, for
 *	skua_tx_resume() at the end of the poll
 */
struct skua_poll {
	struct list_head rx_list;
	struct list_head free_list;
	unsigned long tx_rings;
};

int skua_napi_poll(struct napi_struct *napi, int budget);
int skua_irq_init(struct skua *sc);
void skua_irq_exit(struct skua *sc);
void skua_napi_start(struct skua *sc);
void skua_napi_stop(struct skua *sc);
void skua_inband(struct skua *sc, const struct skua_cpl_inband *rec,
		 struct skua_poll *poll);

/* ------------------------------------------------------------------ */
/* fwctl.c								*/
/* ------------------------------------------------------------------ */

/**
 * struct skua_cmd_req - a command that waits for its end
 * @op: enum skua_cmd_op
 * @flags: SKUA_CMDF_SECRET for key material
 * @may_miss: SKUA_ST_NO_ENTRY is an answer and no failure
 * @data: the command's structure
 * @len: bytes of it
 * @ext: further data, or NULL; copied to DMA memory
 * @ext_len: bytes of it, at most SKUA_CMD_MAX_EXT
 * @answer: buffer for the answer, or NULL
 * @answer_len: bytes wanted in @answer; a shorter answer is an error (-EPROTO)
 * @timeout_ms: milliseconds, or 0 for the usual timeout
 */
struct skua_cmd_req {
	u16 op;
	u16 flags;
	bool may_miss;
	const void *data;
	u16 len;
	const void *ext;
	u32 ext_len;
	void *answer;
	u16 answer_len;
	unsigned int timeout_ms;
};

int skua_cmd_exec(struct skua *sc, const struct skua_cmd_req *req);
int skua_cmd_send(struct skua *sc, u16 op, const void *data, u16 len);
int skua_cmd_send_u32(struct skua *sc, u16 op, u32 val);
int skua_cmd_post(struct skua *sc, u16 op, const void *data, u16 len);
int skua_cmd_post_sleep(struct skua *sc, u16 op, const void *data, u16 len);
u16 skua_cmd_done(struct skua *sc, const u8 *data, u16 len);
int skua_fwctl_init(struct skua *sc);
#if IS_ENABLED(CONFIG_KUNIT)
bool skua_cmd_charge(struct skua *sc, unsigned long waited, unsigned long free);
#endif

void skua_heartbeat_send(struct skua *sc);
bool skua_heartbeat_pending(struct skua *sc);
void skua_heartbeat_forget(struct skua *sc);

/* evt.c */
void skua_evt(struct skua *sc, const struct skua_evt *evt);
void skua_evt_flush(struct skua *sc);
void skua_evt_init(struct skua *sc);
void skua_evt_lost(struct ieee80211_vif *vif, u16 id);

/* watchdog.c */

/**
 * enum skua_verdict - the watchdog's verdict on a ring
 * @SKUA_RING_FINE: its consumer goes on, or has nothing to do
 * @SKUA_RING_DOUBT: its consumer may be late
 * @SKUA_RING_KICK: a notification may have been lost: notify once more
 * @SKUA_RING_DEAD: notifying does not help
 */
enum skua_verdict {
	SKUA_RING_FINE,
	SKUA_RING_DOUBT,
	SKUA_RING_KICK,
	SKUA_RING_DEAD,
};

enum skua_verdict skua_watchdog_judge(struct skua_ring_progress *w, u32 pos,
				      bool pending);
bool skua_ring_unheard(const struct skua_ring *ring);
bool skua_is_silent(unsigned int misses, u32 idle_ms);
void skua_watchdog_init(struct skua *sc);
void skua_watchdog_start(struct skua *sc);
void skua_watchdog_stop(struct skua *sc);

/* boot.c */
int skua_boot_init(struct skua *sc);
int skua_boot(struct skua *sc);
int skua_parse_alive(struct skua *sc, const struct skua_evt *evt,
		     struct skua_caps *caps);

/* health.c */
u32 skua_read(struct skua *sc, u32 reg);
void skua_write(struct skua *sc, u32 reg, u32 val);
void skua_crash_later(struct skua *sc);
void skua_nic_lost(struct skua *sc, const char *why);
void skua_nic_gone(struct skua *sc);
void skua_nic_broke_ring(struct skua_ring *ring);
void skua_nic_dead(struct skua *sc, u32 cause, const char *why);
bool skua_check_status(struct skua *sc);
u32 skua_fw_idle_ms(struct skua *sc);
void skua_request_dump(struct skua *sc);
int skua_op_result(struct skua *sc, int err);

/* reset.c */
extern const struct pci_error_handlers skua_pci_error_handlers;
int skua_reset_init(struct skua *sc);
int skua_reset(struct skua *sc);
bool skua_nic_await(struct skua *sc);
bool skua_nic_revive(struct skua *sc);
void skua_nic_absent(struct skua *sc);
void skua_pci_reset_prepare(struct pci_dev *pdev);
void skua_pci_reset_done(struct pci_dev *pdev);
#if IS_ENABLED(CONFIG_KUNIT)
bool skua_cfg_answers(struct skua *sc);
void skua_cfg_off(struct skua *sc);
void skua_look_pause(struct skua *sc, unsigned int ms);
#endif

/* coredump.c */
void skua_coredump(struct skua *sc);

/* ------------------------------------------------------------------ */
/* phy.c								*/
/* ------------------------------------------------------------------ */

int skua_phy_init(struct skua *sc);

/* rate.c */
int skua_bitrates(enum nl80211_band band,
		  struct ieee80211_rate rates[SKUA_NUM_LEGACY]);
u8 skua_bw(enum nl80211_chan_width width);
void skua_chandef(struct skua_chandef *out, const struct cfg80211_chan_def *def);
u8 skua_chan_flags(const struct ieee80211_channel *chan);
u32 skua_legacy_mask(enum nl80211_band band, u32 rates);
u32 skua_legacy_rate(enum nl80211_band band, u8 idx);
void skua_rate_mask(struct skua_rate_mask *out, enum nl80211_band band,
		    const struct cfg80211_bitrate_mask *mask);
u32 skua_beacon_rate(enum nl80211_band band,
		     const struct cfg80211_bitrate_mask *mask);
int skua_rate_to_rx(u32 rate, u16 freq, struct ieee80211_rx_status *st);
int skua_rate_to_info(u32 rate, struct rate_info *info);
int skua_rate_to_tx_rate(u32 rate, enum nl80211_band band,
			 struct ieee80211_tx_rate *txr);
u32 skua_rate_from_tx_rate(enum nl80211_band band,
			   const struct ieee80211_tx_rate *txr, u32 flags);

/* ------------------------------------------------------------------ */
/* start.c, vif.c, chan.c						*/
/* ------------------------------------------------------------------ */

void skua_start_init(struct skua *sc);
void skua_restart_cancel(struct skua *sc);
unsigned long skua_retry_delay(unsigned int retries);
void skua_take_down(struct skua *sc);
int skua_op_start(struct ieee80211_hw *hw);
void skua_op_stop(struct ieee80211_hw *hw, bool suspend);
void skua_op_reconfig_complete(struct ieee80211_hw *hw,
			       enum ieee80211_reconfig_type type);

/* vif.c */
enum nl80211_band skua_vif_band(const struct ieee80211_vif *vif);
int skua_vif_update(struct skua *sc, struct ieee80211_vif *vif);
int skua_beacon_set(struct skua *sc, struct ieee80211_vif *vif);
#if IS_ENABLED(CONFIG_KUNIT)
u32 skua_vif_wdev(struct ieee80211_vif *vif);
u8 skua_countdown_left(u64 end_us, u64 now_us, u16 beacon_int);
#endif
void skua_op_update_vif_offload(struct ieee80211_hw *hw,
				struct ieee80211_vif *vif);
int skua_op_add_interface(struct ieee80211_hw *hw, struct ieee80211_vif *vif);
int skua_op_change_interface(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			     enum nl80211_iftype type, bool p2p);
void skua_op_remove_interface(struct ieee80211_hw *hw,
			      struct ieee80211_vif *vif);
int skua_op_start_ap(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		     struct ieee80211_bss_conf *link_conf);
void skua_op_stop_ap(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		     struct ieee80211_bss_conf *link_conf);
void skua_vif_init(struct skua *sc);
int skua_op_set_tim(struct ieee80211_hw *hw, struct ieee80211_sta *sta,
		    bool set);
void skua_op_vif_cfg_changed(struct ieee80211_hw *hw,
			     struct ieee80211_vif *vif, u64 changed);
void skua_op_link_info_changed(struct ieee80211_hw *hw,
			       struct ieee80211_vif *vif,
			       struct ieee80211_bss_conf *info, u64 changed);
int skua_op_set_bitrate_mask(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			     const struct cfg80211_bitrate_mask *mask);
int skua_op_conf_tx(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		    unsigned int link_id, u16 ac,
		    const struct ieee80211_tx_queue_params *params);
u64 skua_op_get_tsf(struct ieee80211_hw *hw, struct ieee80211_vif *vif);
void skua_op_set_tsf(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		     u64 tsf);
void skua_op_offset_tsf(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			s64 offset);
void skua_op_reset_tsf(struct ieee80211_hw *hw, struct ieee80211_vif *vif);
int skua_op_tx_last_beacon(struct ieee80211_hw *hw);
int skua_op_pre_channel_switch(struct ieee80211_hw *hw,
			       struct ieee80211_vif *vif,
			       struct ieee80211_channel_switch *ch_switch);
bool skua_switch_ahead(struct ieee80211_vif *vif);

/* chan.c */
int skua_vif_set_chanctx(struct skua *sc, struct ieee80211_vif *vif, u8 ctx);
int skua_vif_power(const struct skua *sc, const struct ieee80211_vif *vif);
int skua_radio_restore(struct skua *sc);
int skua_op_add_chanctx(struct ieee80211_hw *hw,
			struct ieee80211_chanctx_conf *conf);
void skua_op_remove_chanctx(struct ieee80211_hw *hw,
			    struct ieee80211_chanctx_conf *conf);
void skua_op_change_chanctx(struct ieee80211_hw *hw,
			    struct ieee80211_chanctx_conf *conf, u32 changed);
int skua_op_assign_vif_chanctx(struct ieee80211_hw *hw,
			       struct ieee80211_vif *vif,
			       struct ieee80211_bss_conf *link_conf,
			       struct ieee80211_chanctx_conf *conf);
void skua_op_unassign_vif_chanctx(struct ieee80211_hw *hw,
				  struct ieee80211_vif *vif,
				  struct ieee80211_bss_conf *link_conf,
				  struct ieee80211_chanctx_conf *conf);
int skua_op_switch_vif_chanctx(struct ieee80211_hw *hw,
			       struct ieee80211_vif_chanctx_switch *vifs,
			       int n_vifs,
			       enum ieee80211_chanctx_switch_mode mode);
int skua_op_config(struct ieee80211_hw *hw, u32 changed);
void skua_op_configure_filter(struct ieee80211_hw *hw, unsigned int changed,
			      unsigned int *total, u64 multicast);
int skua_op_set_rts_threshold(struct ieee80211_hw *hw, u32 value);
int skua_op_get_txpower(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			int *dbm);
int skua_op_set_antenna(struct ieee80211_hw *hw, u32 tx_ant, u32 rx_ant);
int skua_op_get_antenna(struct ieee80211_hw *hw, u32 *tx_ant, u32 *rx_ant);
void skua_radar_detected(struct skua *sc, u16 freq);
void skua_radar_event(struct skua *sc, const struct skua_evt_radar *evt);
void skua_survey_restart(struct skua *sc);
int skua_op_get_survey(struct ieee80211_hw *hw, int idx,
		       struct survey_info *survey);

/* debugfs.c */
void skua_debugfs_init(struct skua *sc);
void skua_debugfs_exit(struct skua *sc);

/*
 * DOC: Hooks of tx, rx, key, sta and scan
 *
 * The kernel-doc of each function stands at its definition. This page describes
 * the properties that the hooks share.
 *
 * skua_*_init() runs once in probe, after ALIVE: skua.caps is valid, and the
 * rings exist. It allocates tables and may fail. skua_*_exit() undoes it in
 * remove, after ieee80211_unregister_hw(), skua_reset() and skua_*_reset(); it
 * also copes with an init that never ran.
 *
 * skua_*_reset() brings the state back to that of a NIC without interfaces,
 * stations, keys and frames. It runs under the wiphy mutex, after skua_reset()
 * (the NIC touches no memory any more), with NAPI disabled: in start() before
 * each boot except the first, in remove, when a boot fails, and in a stop() that
 * the NIC does not obey or whose frames do not come back.
 * skua_tx_reset() gives every skb back to mac80211,
 * skua_rx_reset() takes the posted buffers back, skua_key_reset() notes that the
 * NIC holds no key, but keeps the keys, since their owners point to them,
 * skua_sta_reset() forgets all handles, but keeps generations, and
 * skua_scan_reset() tells mac80211 that scan and remain-on-channel are over. The
 * rings themselves are reset after all of these; then skua_rx_refill() posts
 * buffers again, before the boot.
 *
 * Order of start(): [skua_reset(), skua_*_reset(), skua_rings_reset()],
 * skua_rx_refill(), boot until ALIVE, SKUA_CMD_START, SKUA_F_STARTED. Order of
 * stop(): clear SKUA_F_STARTED, SKUA_CMD_STOP (the NIC flushes the frames that it
 * holds; their records come through NAPI), wait for skua_tx.queued to fall to 0,
 * else reset the NIC.
 *
 * skua_rx_cpl(), skua_tx_cpl(), skua_inband() and skua_key_retired() run in NAPI
 * (softirq), inside rcu_read_lock(). Their records are private copies; type,
 * number of units and number of words have been checked, and nothing else.
 *
 * skua_scan_done() and skua_roc_event() run under the wiphy mutex in evt_work.
 * skua_cmd_exec() and skua_cmd_send() need process context and the wiphy mutex;
 * skua_cmd_post() runs in any context but hard interrupts.
 *
 * A wait for the NIC uses skua.state_wait, with a timeout and a condition that
 * includes !skua_alive(sc).
 *
 * An op that fails between a crash and the end of its restart would make mac80211
 * warn or give up. So ops return skua_op_result(sc, err), which is 0 then: the NIC
 * is dead, or has to be taken for dead, and a restart will repeat the op.
 */

/* ------------------------------------------------------------------ */
/* tx.c									*/
/* ------------------------------------------------------------------ */

void skua_tx_work_init(struct skua *sc);
int skua_tx_init(struct skua *sc);
void skua_tx_exit(struct skua *sc);
void skua_tx_reset(struct skua *sc);
void skua_tx_cpl(struct skua *sc, const struct skua_cpl_tx *rec,
		 const __le32 *status, unsigned int n, struct skua_poll *poll);
void skua_tx_resume(struct skua *sc, unsigned long rings);
void skua_op_tx(struct ieee80211_hw *hw, struct ieee80211_tx_control *control,
		struct sk_buff *skb);
void skua_op_wake_tx_queue(struct ieee80211_hw *hw, struct ieee80211_txq *txq);
bool skua_op_can_aggregate_in_amsdu(struct ieee80211_hw *hw,
				    struct sk_buff *head, struct sk_buff *skb);

/* flush.c */
void skua_op_flush(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		   u32 queues, bool drop);
void skua_op_flush_sta(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		       struct ieee80211_sta *sta);
bool skua_op_tx_frames_pending(struct ieee80211_hw *hw);

/* ------------------------------------------------------------------ */
/* rx.c									*/
/* ------------------------------------------------------------------ */

int skua_rx_init(struct skua *sc);
void skua_rx_exit(struct skua *sc);
void skua_rx_reset(struct skua *sc);
void skua_rx_refill(struct skua *sc);
void skua_rx_cpl(struct skua *sc, const struct skua_cpl_rx *rec,
		 const __le32 *more, unsigned int nmore, struct skua_poll *poll);

/* ------------------------------------------------------------------ */
/* key.c, key_slot.c, key_pn.c						*/
/* ------------------------------------------------------------------ */

int skua_key_init(struct skua *sc);
void skua_key_exit(struct skua *sc);
void skua_key_reset(struct skua *sc);
void skua_key_forget(struct skua *sc);
void skua_key_restarted(struct skua *sc);
unsigned int skua_key_suites(struct skua *sc, const u32 **suites);
void skua_key_retired(struct skua *sc, u16 slot, u16 gen);
void skua_key_rx_error(struct skua *sc, bool replay, u16 slot, u16 gen);
void skua_key_ask_lease(struct skua *sc, struct ieee80211_vif *vif);
int skua_op_set_key(struct ieee80211_hw *hw, enum set_key_cmd cmd,
		    struct ieee80211_vif *vif, struct ieee80211_sta *sta,
		    struct ieee80211_key_conf *key);
void skua_op_get_key_seq(struct ieee80211_hw *hw,
			 struct ieee80211_key_conf *key,
			 struct ieee80211_key_seq *seq);
void skua_op_set_default_unicast_key(struct ieee80211_hw *hw,
				     struct ieee80211_vif *vif, int idx);

/* ------------------------------------------------------------------ */
/* sta.c, ps.c								*/
/* ------------------------------------------------------------------ */

int skua_sta_init(struct skua *sc);
void skua_sta_exit(struct skua *sc);
void skua_sta_reset(struct skua *sc);
struct ieee80211_sta *skua_sta_get(struct skua *sc, u16 handle, u16 gen);
int skua_op_sta_state(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		      struct ieee80211_sta *sta,
		      enum ieee80211_sta_state old_state,
		      enum ieee80211_sta_state new_state);
void skua_op_sta_pre_rcu_remove(struct ieee80211_hw *hw,
				struct ieee80211_vif *vif,
				struct ieee80211_sta *sta);
void skua_op_sta_rc_update(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			   struct ieee80211_sta *sta, u32 changed);
void skua_sta_note_tx(struct ieee80211_sta *sta, u32 rate, unsigned int tries,
		      bool acked);
void skua_sta_note_seq(struct ieee80211_sta *sta, u8 tid, u16 seq);
u32 skua_op_get_expected_throughput(struct ieee80211_hw *hw,
				    struct ieee80211_sta *sta);
void skua_op_sta_statistics(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			    struct ieee80211_sta *sta,
			    struct station_info *sinfo);
void skua_op_sta_set_4addr(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			   struct ieee80211_sta *sta, bool enabled);
void skua_op_sta_set_decap_offload(struct ieee80211_hw *hw,
				   struct ieee80211_vif *vif,
				   struct ieee80211_sta *sta, bool enabled);
int skua_sta_post(struct skua *sc, struct ieee80211_vif *vif,
		  struct ieee80211_sta *sta);
void skua_ps_tell(struct skua *sc);
void skua_ps_event(struct skua *sc, u16 id, struct ieee80211_sta *sta, u8 tid);
void skua_op_release_buffered_frames(struct ieee80211_hw *hw,
				     struct ieee80211_sta *sta, u16 tids,
				     int num_frames,
				     enum ieee80211_frame_release_type reason,
				     bool more_data);

/* ------------------------------------------------------------------ */
/* ampdu.c								*/
/* ------------------------------------------------------------------ */

u64 skua_ba_features(void);
int skua_op_ampdu_action(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			 struct ieee80211_ampdu_params *params);
void skua_ba_request(struct skua *sc, const struct skua_evt_ba *evt);
void skua_ba_stop(struct skua *sc, const struct skua_cpl_inband *rec);

/* ------------------------------------------------------------------ */
/* scan.c								*/
/* ------------------------------------------------------------------ */

void skua_scan_init(struct skua *sc);
void skua_scan_reset(struct skua *sc);
void skua_scan_done(struct skua *sc, const struct skua_evt_scan_done *evt);
void skua_roc_heard(struct skua *sc, const struct sk_buff *skb);
void skua_roc_leave(struct skua *sc);
void skua_roc_event(struct skua *sc, u16 id, const struct skua_evt_roc *evt);
int skua_op_hw_scan(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
		    struct ieee80211_scan_request *req);
void skua_op_cancel_hw_scan(struct ieee80211_hw *hw,
			    struct ieee80211_vif *vif);
int skua_op_remain_on_channel(struct ieee80211_hw *hw,
			      struct ieee80211_vif *vif,
			      struct ieee80211_channel *chan, int duration,
			      enum ieee80211_roc_type type);
int skua_op_cancel_remain_on_channel(struct ieee80211_hw *hw,
				     struct ieee80211_vif *vif);
void skua_op_mgd_prepare_tx(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			    struct ieee80211_prep_tx_info *info);

#endif /* SKUA_H */
