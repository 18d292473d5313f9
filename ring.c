// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - rings in host memory, their indices and doorbells
 *
 * The protocol is that of struct skua_ring_idx in hw.h. The host keeps its own
 * knowledge of a ring in struct skua_ring; each index that the NIC writes is read
 * once and checked against that knowledge. The letters in the comments on barriers
 * are those of docs/nic.rst, section "Ring protocol"; the partner of each barrier
 * is in the NIC.
 */
#include <kunit/static_stub.h>
#include <linux/io.h>

#include "skua.h"

struct skua_ring_def {
	u8 id;
	u16 entry_size;
	bool to_nic;
};

static const struct skua_ring_def skua_ring_defs[] = {
	{ SKUA_RING_CMD,	sizeof(struct skua_cmd),	true },
	{ SKUA_RING_EVT,	sizeof(struct skua_evt),	false },
	{ SKUA_RING_TX_VO,	sizeof(struct skua_tx_desc),	true },
	{ SKUA_RING_TX_VI,	sizeof(struct skua_tx_desc),	true },
	{ SKUA_RING_TX_BE,	sizeof(struct skua_tx_desc),	true },
	{ SKUA_RING_TX_BK,	sizeof(struct skua_tx_desc),	true },
	{ SKUA_RING_TX_MGMT,	sizeof(struct skua_tx_desc),	true },
	{ SKUA_RING_RXBUF,	sizeof(struct skua_rx_buf),	true },
	{ SKUA_RING_CPL0,	sizeof(struct skua_cpl),	false },
};

#define SKUA_CMD_ENTRIES	64
#define SKUA_EVT_ENTRIES	64
#define SKUA_MGMT_ENTRIES	64

static u32 skua_ring_entries(u8 id)
{
	switch (id) {
	case SKUA_RING_CMD:
		return SKUA_CMD_ENTRIES;
	case SKUA_RING_EVT:
		return SKUA_EVT_ENTRIES;
	case SKUA_RING_TX_MGMT:
		return SKUA_MGMT_ENTRIES;
	case SKUA_RING_RXBUF:
		return skua_rxring;
	case SKUA_RING_CPL0:
		/* Room for each posted buffer and for as many transmit records. */
		return max(2 * skua_rxring, 2 * SKUA_CPL_MAX_UNITS + 2);
	default:
		return skua_txring;
	}
}

static void skua_ring_clear(struct skua_ring *ring)
{
	if (!ring->entries)
		return;
	memset(ring->base, 0, (size_t)ring->entries * ring->entry_size);
	memset(ring->idx, 0, sizeof(*ring->idx));
	/* An event index that has passed: no notification until one is asked for. */
	if (ring->to_nic)
		ring->idx->space_event = cpu_to_le32(~0u);
	ring->next = 0;
	ring->published = 0;
	ring->seen = 0;
	ring->armed = false;
	ring->broken = false;
}

/**
 * skua_rings_alloc() - allocate all rings
 * @sc: the device
 * @on_break: for skua_ring.on_break of each
 *
 * Process context, in probe. The memory is device-managed: it is freed after
 * remove, which has reset the NIC or taken the bus from it.
 *
 * Return: 0 or -ENOMEM.
 */
int skua_rings_alloc(struct skua *sc, void (*on_break)(struct skua_ring *ring))
{
	struct skua_ring_idx *idx;
	dma_addr_t idx_dma;
	unsigned int i;

	idx = dmam_alloc_coherent(sc->dev, SKUA_NUM_RINGS * sizeof(*idx),
				  &idx_dma, GFP_KERNEL);
	if (!idx)
		return -ENOMEM;

	for (i = 0; i < ARRAY_SIZE(skua_ring_defs); i++) {
		const struct skua_ring_def *def = &skua_ring_defs[i];
		struct skua_ring *ring = &sc->ring[def->id];
		u32 entries = roundup_pow_of_two(skua_ring_entries(def->id));

		ring->sc = sc;
		ring->on_break = on_break;
		spin_lock_init(&ring->lock);
		ring->id = def->id;
		ring->to_nic = def->to_nic;
		ring->entry_size = def->entry_size;
		ring->base = dmam_alloc_coherent(sc->dev,
						 (size_t)entries * def->entry_size,
						 &ring->dma, GFP_KERNEL);
		if (!ring->base)
			return -ENOMEM;
		ring->idx = &idx[def->id];
		ring->idx_dma = idx_dma + def->id * sizeof(*idx);
		ring->entries = entries;
		skua_ring_clear(ring);
	}
	return 0;
}

/**
 * skua_rings_reset() - empty all rings
 * @sc: the device
 *
 * Wiphy mutex; the NIC is reset, and NAPI is disabled. skua_alive() is false, so
 * no new frame is posted, but a transmit path may be on its way out: therefore
 * the rings' locks are taken. The function also wipes the commands in the slots.
 */
void skua_rings_reset(struct skua *sc)
{
	unsigned int i;

	lockdep_assert_wiphy(sc->hw->wiphy);
	for (i = 0; i < SKUA_NUM_RINGS; i++) {
		struct skua_ring *ring = &sc->ring[i];

		if (!ring->entries)
			continue;
		spin_lock_bh(&ring->lock);
		skua_ring_clear(ring);
		spin_unlock_bh(&ring->lock);
	}
}

/**
 * skua_rings_describe() - fill the boot context's part about rings
 * @sc: the device
 * @cfg: table of SKUA_NUM_RINGS descriptions, zeroed
 *
 * Process context, while the NIC is reset.
 */
void skua_rings_describe(struct skua *sc, struct skua_ring_cfg *cfg)
{
	unsigned int i;

	for (i = 0; i < SKUA_NUM_RINGS; i++) {
		struct skua_ring *ring = &sc->ring[i];

		if (!ring->entries)
			continue;
		cfg[i].addr = cpu_to_le64(ring->dma);
		cfg[i].idx_addr = cpu_to_le64(ring->idx_dma);
		cfg[i].entries = cpu_to_le32(ring->entries);
		cfg[i].entry_size = cpu_to_le16(ring->entry_size);
		/* Commands and events on the first vector, frames on the last. */
		cfg[i].vector = i <= SKUA_RING_EVT ? 0 : sc->nvectors - 1;
		if (i == SKUA_RING_CPL0) {
			cfg[i].coalesce_us = cpu_to_le16(SKUA_COALESCE_US);
			cfg[i].coalesce_max = cpu_to_le16(SKUA_COALESCE_MAX);
		}
	}
}

/**
 * skua_doorbell() - tell the NIC that a ring's index has moved
 * @ring: the ring
 *
 * Any context.
 */
void skua_doorbell(struct skua_ring *ring)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_doorbell, ring);
	skua_count(ring->sc, SKUA_CTR_DOORBELL);
	iowrite32(1, ring->sc->bar + SKUA_REG_DOORBELL(ring->id));
}

#if IS_ENABLED(CONFIG_KUNIT)
/**
 * skua_step() - a unit test may act here, as the NIC or as another processor
 * @sc: the device
 * @step: where
 *
 * Any context. Does nothing outside of a test.
 */
void skua_step(struct skua *sc, enum skua_step step)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_step, sc, step);
}
#endif

/* A ring that the host fills under its lock; NAPI alone fills RXBUF. */
static void skua_ring_assert_held(struct skua_ring *ring)
{
	if (ring->to_nic && ring->id != SKUA_RING_RXBUF)
		lockdep_assert_held(&ring->lock);
}

/**
 * skua_ring_break() - stop looking at a ring whose rules the NIC has broken
 * @ring: the ring; its lock is held if it has one
 * @what: the word that the NIC wrote wrong, for the log
 * @val: its value
 *
 * Any context but hard interrupts. skua_ring.on_break() hears of it.
 */
void skua_ring_break(struct skua_ring *ring, const char *what, u32 val)
{
	skua_ring_assert_held(ring);
	ring->broken = true;
	skua_count(ring->sc, SKUA_CTR_RING_BAD);
	dev_err(ring->sc->dev, "ring %u: the NIC wrote a bad %s: %u\n",
		ring->id, what, val);
	ring->on_break(ring);
}

/**
 * skua_ring_room() - free slots of a ring that the host fills
 * @ring: the ring; its lock is held, or NAPI alone fills it
 *
 * Return: number of slots from ring->next on that may be written; 0 for a
 * broken ring.
 */
u32 skua_ring_room(struct skua_ring *ring)
{
	u32 cons = le32_to_cpu(READ_ONCE(ring->idx->cons));

	skua_ring_assert_held(ring);
	if (ring->broken)
		return 0;
	/* Only published entries can have been consumed, each of them once. */
	if (cons - ring->seen > ring->published - ring->seen) {
		skua_ring_break(ring, "consumer index", cons);
		return 0;
	}
	/*
	 * The slots are written only after the branch on the room found here:
	 * a control dependency. Partner: (C), the NIC's release of cons.
	 */
	ring->seen = cons;
	return ring->entries - (ring->next - cons);
}

/**
 * skua_ring_publish() - show the NIC the slots that are filled up to ring->next
 * @ring: the ring; its lock is held, or NAPI alone fills it
 *
 * Rings the doorbell only if the NIC asked for it; call this once a burst.
 */
void skua_ring_publish(struct skua_ring *ring)
{
	u32 old = ring->published;
	u32 event;

	skua_ring_assert_held(ring);
	if (ring->next == old || ring->broken)
		return;
	/* (A) Entries before index. Partner: (a) after its load of prod. */
	dma_wmb();
	WRITE_ONCE(ring->idx->prod, cpu_to_le32(ring->next));
	skua_step(ring->sc, SKUA_STEP_PUBLISHED);
	/*
	 * (B) Index before event index. Partner: (E), before the NIC sleeps.
	 * (F) Index before @published. Partner: (f), the acquiring load of a command's
	 * sender. The barrier also reaches the NIC, which smp_store_release() need not.
	 */
	dma_mb();
	WRITE_ONCE(ring->published, ring->next);
	event = le32_to_cpu(READ_ONCE(ring->idx->avail_event));
	if (ring->next - event - 1 < ring->next - old)
		skua_doorbell(ring);
	else
		skua_count(ring->sc, SKUA_CTR_DOORBELL_SAVED);
}

/**
 * skua_ring_want_room() - ask for an interrupt when there is room
 * @ring: the ring; its lock is held
 * @room: slots wanted, at most half of the ring
 *
 * Return: true if there is that much room already, so that the caller can go on;
 * else skua_ring_room_came() returns true when it has come.
 */
bool skua_ring_want_room(struct skua_ring *ring, u32 room)
{
	u32 event = ring->next - ring->entries + room - 1;

	WRITE_ONCE(ring->idx->space_event, cpu_to_le32(event));
	ring->want = room;
	WRITE_ONCE(ring->armed, true);
	/* Event index before index. Partner: (D) after its store of cons. */
	dma_mb();
	if (skua_ring_room(ring) < room)
		return false;
	WRITE_ONCE(ring->armed, false);
	return true;
}

/**
 * skua_ring_room_came() - has the room come that was asked for?
 * @ring: the ring
 *
 * NAPI.
 *
 * Return: true once for each skua_ring_want_room() that returned false.
 */
bool skua_ring_room_came(struct skua_ring *ring)
{
	bool came = false;

	lockdep_assert_in_softirq();
	if (!READ_ONCE(ring->armed))
		return false;
	spin_lock(&ring->lock);
	if (ring->armed && skua_ring_room(ring) >= ring->want) {
		WRITE_ONCE(ring->armed, false);
		came = true;
	}
	spin_unlock(&ring->lock);
	return came;
}

/**
 * skua_ring_avail() - entries that the host can consume
 * @ring: the ring
 *
 * NAPI.
 *
 * Return: number of entries from ring->next on; 0 for a broken ring.
 */
u32 skua_ring_avail(struct skua_ring *ring)
{
	u32 prod = le32_to_cpu(READ_ONCE(ring->idx->prod));

	lockdep_assert_in_softirq();
	if (ring->broken)
		return 0;
	if (prod - ring->next > ring->entries ||
	    prod - ring->next < ring->seen - ring->next) {
		skua_ring_break(ring, "producer index", prod);
		return 0;
	}
	ring->seen = prod;
	/* (a) Index before entries. Partner: (A) before its store of prod. */
	dma_rmb();
	return prod - ring->next;
}

/**
 * skua_ring_release() - give the entries before ring->next back to the NIC
 * @ring: the ring
 *
 * NAPI. Rings the doorbell if the NIC waits for room.
 */
void skua_ring_release(struct skua_ring *ring)
{
	u32 old = ring->published;
	u32 event;

	lockdep_assert_in_softirq();
	if (ring->next == old)
		return;
	/* (C) Entries are read. Partner: the NIC's load of cons before it writes. */
	dma_mb();
	WRITE_ONCE(ring->idx->cons, cpu_to_le32(ring->next));
	ring->published = ring->next;
	/* (D) Index before event index. Partner: the fence of a NIC that waits. */
	dma_mb();
	event = le32_to_cpu(READ_ONCE(ring->idx->space_event));
	if (ring->next - event - 1 < ring->next - old)
		skua_doorbell(ring);
}

/**
 * skua_ring_arm() - ask for an interrupt when the next entry comes
 * @ring: the ring
 *
 * NAPI.
 *
 * Return: true if there is an entry already, and no interrupt may come for it.
 */
bool skua_ring_arm(struct skua_ring *ring)
{
	u32 next = READ_ONCE(ring->next);

	lockdep_assert_in_softirq();
	if (ring->broken)
		return false;
	skua_step(ring->sc, SKUA_STEP_ARMING);
	WRITE_ONCE(ring->idx->avail_event, cpu_to_le32(next));
	skua_step(ring->sc, SKUA_STEP_ARMED);
	/* (E) Event index before index. Partner: (B) after its store of prod. */
	dma_mb();
	return le32_to_cpu(READ_ONCE(ring->idx->prod)) != next;
}
