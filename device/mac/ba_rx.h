/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The receive half of a Block Ack session: one station and one TID
 *
 * ba_score.c  scoreboard: what has been acknowledged, and the Block Ack that says so
 * ba_order.c  reorder buffer: frames that wait for those before them
 *
 * They are two things (IEEE 802.11-2020, 10.25.6.3 and 10.25.6.6): a frame can have
 * been acknowledged and still be refused, and a hole that has waited long enough is
 * given up in the buffer and not on the scoreboard.
 *
 * Nothing here knows of frames or of the air: an item of the buffer is a pointer, and
 * time is an argument.
 */
#ifndef SKUA_DEVICE_BA_RX_H
#define SKUA_DEVICE_BA_RX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"
#include "dot11/dot11.h"
#include "mac/ba_evt.h"
#include "mac/ba_sn.h"

struct mac_sta;

#define BA_FRAME_MAX	(IEEE80211_BA_LEN_1024 + IEEE80211_FCS_LEN)

/* Scoreboard */

/**
 * struct ba_score - scoreboard with full state
 * @start: WinStartR
 * @size: WinSizeR, 1 to BA_MAX_WIN
 * @bits: a bit for each MPDU of the window, at its number modulo BA_MAX_WIN; all
 *	others are 0
 */
struct ba_score {
	uint16_t start;
	uint16_t size;
	uint64_t bits[BA_WORDS];
};

/** ba_score_init() - begin at @ssn; nothing has been received */
void ba_score_init(struct ba_score *s, uint16_t ssn, uint16_t size);

/** ba_score_mpdu() - a data frame has been received */
void ba_score_mpdu(struct ba_score *s, uint16_t sn);

/** ba_score_bar() - a BlockAckReq that begins with @ssn has been received */
void ba_score_bar(struct ba_score *s, uint16_t ssn);

/** ba_score_has() - whether the Block Ack would acknowledge an MPDU */
bool ba_score_has(const struct ba_score *s, uint16_t sn);

/**
 * ba_score_answer() - make a compressed Block Ack
 * @s: scoreboard
 * @ssn: first number of its bitmap: that of the BlockAckReq, or @s->start
 * @tid: TID
 * @buf: Block Ack Control, Starting Sequence Control and bitmap go to the octets
 *	from IEEE80211_BA_OFF_CONTROL on
 *
 * The bitmap has 64, 256 or 1024 bits, as the window needs it.
 *
 * Return: octets of the whole frame, without FCS.
 */
unsigned int ba_score_answer(const struct ba_score *s, uint16_t ssn,
			     uint8_t tid, uint8_t *buf);

/* Reorder buffer */

struct ba_order;

/**
 * struct ba_order_ops - what becomes of items
 * @up: the item's turn has come; it is not the buffer's any more
 * @drop: the item is not wanted any more
 */
struct ba_order_ops {
	void (*up)(void *priv, void *item);
	void (*drop)(void *priv, void *item);
};

/* X(name, meaning): struct ba_order_counts follows from this list */
#define BA_ORDER_COUNTERS(X)						\
	X(old,	"MPDUs before the window: too late, or received before") \
	X(dup,	"MPDUs whose place in the window was taken")		\
	X(jump,	"MPDUs behind the window, which moved it")		\
	X(bar,	"BlockAckReqs that moved the window")			\
	X(hole,	"numbers given up as the window moved past them")	\
	X(timeout, "frames released since a hole before them lasted too long") \
	X(share, "frames released since all windows together held too much") \
	X(forced, "frames released since session, key or channel went")

struct ba_order_counts {
#define BA_ORDER_FIELD(name, text) uint64_t name;
	BA_ORDER_COUNTERS(BA_ORDER_FIELD)
#undef BA_ORDER_FIELD
};

/**
 * struct ba_share - what all reorder buffers of a NIC hold together
 * @ops: operations on items
 * @priv: first argument of @ops
 * @max: most weight that they may hold
 * @hold_ns: the longest time that an item waits
 * @max_places: most places that they may have
 * @held: weight that they hold
 * @places: places that they have
 * @first: of the buffers that hold items the one that began to do so first
 * @last: the one that began last
 * @c: counters
 */
struct ba_share {
	const struct ba_order_ops *ops;
	void *priv;
	uint32_t max;
	uint64_t hold_ns;
	uint32_t max_places;
	uint32_t held;
	uint32_t places;
	struct ba_order *first;
	struct ba_order *last;
	struct ba_order_counts c;
};

/**
 * struct ba_place - a place in the window
 * @item: item, if struct ba_order.has says so
 * @since: when it came
 * @weight: its part of the share
 */
struct ba_place {
	void *item;
	uint64_t since;
	uint32_t weight;
};

/**
 * struct ba_order - reorder buffer
 * @share: all reorder buffers
 * @start: WinStartB
 * @size: WinSizeB
 * @mask: number of places less one
 * @held: number of items
 * @oldest: no item came earlier; only while there are any
 * @prev: previous buffer that holds items
 * @next: next one
 * @has: places that have an item
 * @gone: places whose MPDU was received, and will not come up
 * @place: places, by number modulo @mask + 1
 */
struct ba_order {
	struct ba_share *share;
	uint16_t start;
	uint16_t size;
	uint16_t mask;
	uint16_t held;
	uint64_t oldest;
	struct ba_order *prev;
	struct ba_order *next;
	uint64_t has[BA_WORDS];
	uint64_t gone[BA_WORDS];
	struct ba_place *place;
};

/**
 * enum ba_verdict - what a reorder buffer thinks of a number
 * @BA_NEW: the MPDU has a place
 * @BA_OLD: it comes too late
 * @BA_DUP: it has come before
 */
enum ba_verdict {
	BA_NEW,
	BA_OLD,
	BA_DUP,
};

/**
 * ba_order_init() - begin at @ssn
 * @o: reorder buffer
 * @share: all reorder buffers
 * @ssn: number of the first MPDU
 * @size: MPDUs in the window, 1 to BA_MAX_WIN
 *
 * Return: false if there is no memory, or no room in the share.
 */
bool ba_order_init(struct ba_order *o, struct ba_share *share, uint16_t ssn,
		   uint16_t size);

/** ba_order_end() - release all items, and free the places */
void ba_order_end(struct ba_order *o);

/** ba_order_drop() - drop all items, and free the places */
void ba_order_drop(struct ba_order *o);

/** ba_order_look() - see if an MPDU has a place, and count if it has none */
enum ba_verdict ba_order_look(struct ba_order *o, uint16_t sn);

/**
 * ba_order_put() - put an item into its place
 * @o: reorder buffer
 * @sn: its number, for which ba_order_look() has said BA_NEW
 * @item: the item
 * @weight: its part of the share
 * @now: time, which never goes back
 *
 * All that is in order then goes up. If too much is held, the buffer that has held
 * items for the longest time releases them.
 */
void ba_order_put(struct ba_order *o, uint16_t sn, void *item,
		  uint32_t weight, uint64_t now);

/**
 * ba_order_skip() - an acknowledged MPDU will not come up: nothing waits for it
 * @o: reorder buffer
 * @sn: its number
 *
 * If another MPDU of this number comes in time, it has the place.
 */
void ba_order_skip(struct ba_order *o, uint16_t sn);

/** ba_order_bar() - a BlockAckReq: no MPDU before @ssn will come */
void ba_order_bar(struct ba_order *o, uint16_t ssn);

/** ba_order_clear() - release all items; the window begins behind the last one */
void ba_order_clear(struct ba_order *o);

/** ba_order_release() - release all items up to the one that @match finds last */
void ba_order_release(struct ba_order *o,
		      bool (*match)(const void *item, const void *arg),
		      const void *arg);

/**
 * ba_order_expire() - release items that have waited too long, and all before them
 * @o: reorder buffer
 * @now: time
 *
 * Return: when to call this again, or UINT64_MAX if nothing is held.
 */
uint64_t ba_order_expire(struct ba_order *o, uint64_t now);

/** ba_order_due() - when to call ba_order_expire(), or UINT64_MAX */
uint64_t ba_order_due(const struct ba_order *o);

/* The session */

/**
 * struct ba_rx - receive half of a session
 * @on: there is a session
 * @tid: TID
 * @sta: station
 * @score: scoreboard
 * @order: reorder buffer; without places if the host puts frames in order
 * @timeout_tu: as it was agreed on
 * @heard: when the last frame came, ns
 * @idle_ns: silence after which the session has timed out; 0 for never
 * @hole: for the end of @order's patience
 * @idle: for the end of the session
 * @idle_evt: tells the firmware of it
 */
struct ba_rx {
	bool on;
	uint8_t tid;
	struct mac_sta *sta;
	struct ba_score score;
	struct ba_order order;
	uint16_t timeout_tu;
	uint64_t heard;
	uint64_t idle_ns;
	struct loop_timer hole;
	struct loop_timer idle;
	struct ba_evt idle_evt;
};

#endif /* SKUA_DEVICE_BA_RX_H */
