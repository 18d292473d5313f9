// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - rings in host memory, and who is told of their progress
 *
 * The protocol is that of struct skua_ring_idx in hw.h. What the host knows of
 * a ring it keeps in struct skua_ring; what the NIC writes is read once and
 * checked against that. The letters in the comments on barriers are those of
 * docs/nic.rst, section "Ring protocol"; the partner is the NIC's.
 */
#include <kunit/static_stub.h>
#include <linux/io.h>
#include <linux/slab.h>

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
		/* Room for every lent buffer and as many transmit records. */
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
	/* Behind us: no notification is wanted before it is asked for. */
	if (ring->to_nic)
		ring->idx->space_event = cpu_to_le32(~0u);
	ring->next = 0;
	ring->published = 0;
	ring->seen = 0;
	ring->armed = false;
	ring->broken = false;
}

/**
 * skua_rings_alloc() - allocate all rings and the poll's scratch memory
 * @sc: the device
 *
 * Process context, in probe. The memory is device-managed: it is freed after
 * remove, which has reset the NIC or taken the bus from it.
 *
 * Return: 0 or -ENOMEM.
 */
int skua_rings_alloc(struct skua *sc)
{
	struct skua_ring_idx *idx;
	dma_addr_t idx_dma;
	unsigned int i;

	sc->cpl_rec = devm_kcalloc(sc->dev, SKUA_CPL_MAX_UNITS,
				   sizeof(*sc->cpl_rec), GFP_KERNEL);
	idx = dmam_alloc_coherent(sc->dev, SKUA_NUM_RINGS * sizeof(*idx),
				  &idx_dma, GFP_KERNEL);
	if (!sc->cpl_rec || !idx)
		return -ENOMEM;

	for (i = 0; i < ARRAY_SIZE(skua_ring_defs); i++) {
		const struct skua_ring_def *def = &skua_ring_defs[i];
		struct skua_ring *ring = &sc->ring[def->id];
		u32 entries = roundup_pow_of_two(skua_ring_entries(def->id));

		ring->sc = sc;
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
 * The NIC is reset, NAPI is disabled, nobody transmits (skua_alive() is false)
 * but a transmit path may be on its way out: the rings' locks are taken. Wipes
 * what commands have left in their slots.
 */
void skua_rings_reset(struct skua *sc)
{
	unsigned int i;

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
 * @cfg: SKUA_NUM_RINGS of them, zeroed
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
 * skua_doorbell() - tell the NIC that a ring has moved
 * @ring: the ring
 */
void skua_doorbell(struct skua_ring *ring)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_doorbell, ring);
	skua_count(ring->sc, SKUA_CTR_DOORBELL);
	iowrite32(1, ring->sc->bar + SKUA_REG_DOORBELL(ring->id));
}

static void skua_ring_break(struct skua_ring *ring, const char *what, u32 val)
{
	ring->broken = true;
	skua_count(ring->sc, SKUA_CTR_RING_BAD);
	dev_err(ring->sc->dev, "ring %u: the NIC wrote a bad %s: %u\n",
		ring->id, what, val);
	skua_nic_dead(ring->sc, SKUA_FATAL_RING, "the NIC broke a ring's rules");
}

/**
 * skua_ring_room() - free slots of a ring that the host fills
 * @ring: the ring; its lock is held
 *
 * Return: number of slots from ring->next on that may be written; 0 for a
 * broken ring.
 */
u32 skua_ring_room(struct skua_ring *ring)
{
	u32 cons = le32_to_cpu(READ_ONCE(ring->idx->cons));

	if (ring->broken)
		return 0;
	/* Only what was published can have been consumed, and only once. */
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
 * skua_ring_publish() - show the NIC what was filled up to ring->next
 * @ring: the ring; its lock is held
 *
 * Rings the doorbell only if the NIC asked to be told; call it once a burst.
 */
void skua_ring_publish(struct skua_ring *ring)
{
	u32 old = ring->published;
	u32 event;

	if (ring->next == old || ring->broken)
		return;
	/* (A) Entries before index. Partner: (a) after its load of prod. */
	dma_wmb();
	WRITE_ONCE(ring->idx->prod, cpu_to_le32(ring->next));
	WRITE_ONCE(ring->published, ring->next);
	/* (B) Index before event index. Partner: (E) before it sleeps. */
	dma_mb();
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
 * Return: true if the room is there already and the caller can go on; else the
 * poll calls skua_tx_resume() when it has come.
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

/* Has the room come that skua_ring_want_room() asked for? NAPI. */
static bool skua_ring_room_came(struct skua_ring *ring)
{
	bool came = false;

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

/* Entries that can be consumed from ring->next on. NAPI. */
static u32 skua_ring_avail(struct skua_ring *ring)
{
	u32 prod = le32_to_cpu(READ_ONCE(ring->idx->prod));

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

/* Give the entries before ring->next back to the NIC. NAPI. */
static void skua_ring_release(struct skua_ring *ring)
{
	u32 old = ring->published;
	u32 event;

	if (ring->next == old)
		return;
	/* (C) Entries are read. Partner: its load of cons before it writes. */
	dma_mb();
	WRITE_ONCE(ring->idx->cons, cpu_to_le32(ring->next));
	ring->published = ring->next;
	/* (D) Index before event index. Partner: its fence while it waits. */
	dma_mb();
	event = le32_to_cpu(READ_ONCE(ring->idx->space_event));
	if (ring->next - event - 1 < ring->next - old)
		skua_doorbell(ring);
}

/* Ask for an interrupt; true if there is something to do already. NAPI. */
static bool skua_ring_arm(struct skua_ring *ring)
{
	if (ring->broken)
		return false;
	WRITE_ONCE(ring->idx->avail_event, cpu_to_le32(ring->next));
	/* (E) Event index before index. Partner: (B) after its store of prod. */
	dma_mb();
	return le32_to_cpu(READ_ONCE(ring->idx->prod)) != ring->next;
}

/* ------------------------------------------------------------------ */
/* Consumers								*/
/* ------------------------------------------------------------------ */

#define SKUA_EVT_BATCH	16

static bool skua_poll_events(struct skua *sc)
{
	struct skua_ring *ring = &sc->ring[SKUA_RING_EVT];
	struct skua_evt evt;
	u32 avail = skua_ring_avail(ring);
	u32 n = min_t(u32, avail, SKUA_EVT_BATCH);

	while (n--) {
		memcpy(&evt, skua_ring_slot(ring, ring->next), sizeof(evt));
		ring->next++;
		skua_evt(sc, &evt);
	}
	skua_ring_release(ring);
	return avail > SKUA_EVT_BATCH;
}

/* Units that a record of this type and count must have; 0 if there is none. */
static unsigned int skua_cpl_units(u8 type, unsigned int count)
{
	const unsigned int words = SKUA_CPL_UNIT / sizeof(__le32);

	switch (type) {
	case SKUA_CPL_RX:
		return count ? 1 + DIV_ROUND_UP(count - 1, words) : 0;
	case SKUA_CPL_TX:
		if (!count)
			return 0;
		if (count <= SKUA_CPL_TX_WORDS)
			return 1;
		return 1 + DIV_ROUND_UP(count - SKUA_CPL_TX_WORDS, words);
	case SKUA_CPL_INBAND:
		return count ? 0 : 1;
	default:
		return 0;
	}
}

static void skua_cpl_dispatch(struct skua *sc, u8 type, unsigned int count,
			      struct skua_poll *poll)
{
	const void *rec = sc->cpl_rec;
	const __le32 *words = rec;

	switch (type) {
	case SKUA_CPL_RX:
		skua_rx_cpl(sc, rec, words + SKUA_CPL_UNIT / sizeof(*words),
			    count - 1, poll);
		break;
	case SKUA_CPL_TX: {
		const struct skua_cpl_tx *tx = rec;

		skua_tx_cpl(sc, tx, tx->status, count, poll);
		break;
	}
	case SKUA_CPL_INBAND:
		skua_count(sc, SKUA_CTR_INBAND);
		skua_inband(sc, rec, poll);
		break;
	}
}

/*
 * Take one record: copy it, check its shape from the copy, hand it on. A
 * record whose length is wrong leaves no way to find the next one, so that
 * ends the ring; one that is only unknown or odd is skipped.
 */
static bool skua_cpl_one(struct skua *sc, struct skua_ring *ring, u32 avail,
			 struct skua_poll *poll)
{
	struct skua_cpl *rec = sc->cpl_rec;
	unsigned int units, count, i;
	u8 type;
	u32 w0;

	memcpy(rec, skua_ring_slot(ring, ring->next), sizeof(*rec));
	w0 = le32_to_cpu(rec->w0);
	type = FIELD_GET(SKUA_CPL_W0_TYPE, w0);
	units = FIELD_GET(SKUA_CPL_W0_UNITS, w0);
	count = FIELD_GET(SKUA_CPL_W0_COUNT, w0);
	if (!units || units > avail) {
		skua_count(sc, SKUA_CTR_CPL_BAD);
		skua_ring_break(ring, "record length", units);
		return false;
	}
	for (i = 1; i < units; i++)
		memcpy(&rec[i], skua_ring_slot(ring, ring->next + i),
		       sizeof(*rec));
	ring->next += units;

	if (skua_cpl_units(type, count) != units) {
		skua_count(sc, SKUA_CTR_CPL_BAD);
		skua_complain(sc, "completion of type %u with %u units and %u words\n",
			      type, units, count);
		return true;
	}
	if (!test_bit(SKUA_F_READY, &sc->flags)) {
		skua_count(sc, SKUA_CTR_CPL_BAD);
		return true;
	}
	rcu_read_lock();
	skua_cpl_dispatch(sc, type, count, poll);
	rcu_read_unlock();
	return true;
}

#define SKUA_CPL_RELEASE	32	/* entries after which cons is shown */

static int skua_poll_completions(struct skua *sc, int budget,
				 struct skua_poll *poll)
{
	struct skua_ring *ring = &sc->ring[SKUA_RING_CPL0];
	int work = 0;

	while (work < budget) {
		u32 avail = skua_ring_avail(ring);

		if (!avail || !skua_cpl_one(sc, ring, avail, poll))
			break;
		work++;
		if (ring->next - ring->published >= SKUA_CPL_RELEASE)
			skua_ring_release(ring);
	}
	skua_ring_release(ring);
	return work;
}

static void skua_poll_finish(struct skua *sc, struct skua_poll *poll)
{
	struct sk_buff *skb, *next;
	unsigned int i;

	list_for_each_entry_safe(skb, next, &poll->rx_list, list) {
		skb_list_del_init(skb);
		napi_gro_receive(&sc->napi, skb);
	}
	list_for_each_entry_safe(skb, next, &poll->free_list, list) {
		skb_list_del_init(skb);
		dev_kfree_skb(skb);
	}
	if (!test_bit(SKUA_F_READY, &sc->flags))
		return;
	for (i = 0; i < SKUA_NUM_TX_RINGS; i++)
		if (skua_ring_room_came(skua_tx_ring(sc, i)))
			__set_bit(i, &poll->tx_rings);
	if (poll->tx_rings)
		skua_tx_resume(sc, poll->tx_rings);
	skua_rx_refill(sc);
}

static int skua_napi_poll(struct napi_struct *napi, int budget)
{
	struct skua *sc = container_of(napi, struct skua, napi);
	struct skua_poll poll = {
		.rx_list = LIST_HEAD_INIT(poll.rx_list),
		.free_list = LIST_HEAD_INIT(poll.free_list),
	};
	bool more;
	int work;

	skua_count(sc, SKUA_CTR_POLL);
	/* A budget of 0 (netpoll) means: no receiving, and that is all we do. */
	if (!budget)
		return 0;
	more = skua_poll_events(sc);
	work = skua_poll_completions(sc, budget, &poll);
	skua_poll_finish(sc, &poll);
	if (more || work == budget)
		return budget;

	if (napi_complete_done(napi, work)) {
		more = skua_ring_arm(&sc->ring[SKUA_RING_EVT]);
		more |= skua_ring_arm(&sc->ring[SKUA_RING_CPL0]);
		if (more)
			napi_schedule(napi);
	}
	return work;
}

/* ------------------------------------------------------------------ */
/* Interrupts and NAPI							*/
/* ------------------------------------------------------------------ */

static irqreturn_t skua_irq(int irq, void *data)
{
	struct skua *sc = data;

	skua_count(sc, SKUA_CTR_IRQ);
	napi_schedule_irqoff(&sc->napi);
	return IRQ_HANDLED;
}

/**
 * skua_irq_init() - vectors, handlers and the NAPI instance
 * @sc: the device
 *
 * Process context, in probe. NAPI stays disabled until skua_napi_start().
 *
 * Return: 0 or a negative error; nothing is left behind then.
 */
int skua_irq_init(struct skua *sc)
{
	int i, ret;

	sc->napi_dev = alloc_netdev_dummy(0);
	if (!sc->napi_dev)
		return -ENOMEM;
	netif_napi_add(sc->napi_dev, &sc->napi, skua_napi_poll);

	ret = pci_alloc_irq_vectors(sc->pdev, 1, SKUA_MAX_VECTORS,
				    PCI_IRQ_MSIX);
	if (ret < 0) {
		dev_err(sc->dev, "no MSI-X vector: %d\n", ret);
		goto err_napi;
	}
	sc->nvectors = ret;
	for (i = 0; i < sc->nvectors; i++) {
		ret = request_irq(pci_irq_vector(sc->pdev, i), skua_irq, 0,
				  dev_name(sc->dev), sc);
		if (ret) {
			dev_err(sc->dev, "cannot take vector %d: %d\n", i, ret);
			goto err_irq;
		}
	}
	return 0;

err_irq:
	while (i--)
		free_irq(pci_irq_vector(sc->pdev, i), sc);
	pci_free_irq_vectors(sc->pdev);
err_napi:
	netif_napi_del(&sc->napi);
	free_netdev(sc->napi_dev);
	return ret;
}

/**
 * skua_irq_exit() - undo skua_irq_init()
 * @sc: the device; NAPI is disabled
 */
void skua_irq_exit(struct skua *sc)
{
	int i;

	for (i = 0; i < sc->nvectors; i++)
		free_irq(pci_irq_vector(sc->pdev, i), sc);
	pci_free_irq_vectors(sc->pdev);
	netif_napi_del(&sc->napi);
	free_netdev(sc->napi_dev);
}

/**
 * skua_napi_start() - let NAPI run, and the watch with it
 * @sc: the device; the rings are in order. Process context, wiphy mutex
 */
void skua_napi_start(struct skua *sc)
{
	if (sc->napi_on)
		return;
	napi_enable(&sc->napi);
	sc->napi_on = true;
	skua_watch_start(sc);
}

/**
 * skua_napi_stop() - wait until NAPI and the watch are over
 * @sc: the device. Process context, wiphy mutex
 */
void skua_napi_stop(struct skua *sc)
{
	if (!sc->napi_on)
		return;
	skua_watch_stop(sc);
	napi_disable(&sc->napi);
	sc->napi_on = false;
}
