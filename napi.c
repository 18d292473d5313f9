// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - interrupts, NAPI, and the way of each record to the file that handles it
 *
 * One NAPI instance consumes the event and the completion ring. Each completion
 * record is copied once. This file checks the shape of the copy; the file that
 * handles the record checks its content.
 */
#include <linux/slab.h>

#include "skua.h"
#include "trace.h"

/* ------------------------------------------------------------------ */
/* Events								*/
/* ------------------------------------------------------------------ */

#define SKUA_EVT_BATCH	16

/*
 * No event overtakes a completion that is older than it: an op that returns with an
 * answer finds that mac80211 has got each frame, TX status and sleep of a station from
 * before the answer.
 *
 * The NIC publishes a completion before any event that is younger (docs/nic.rst,
 * "Order between completions and events"). So the completions that are older than the
 * events found here lie before the completion ring's producer index, if that is read
 * after the events' one: skua_ring_avail() has a read barrier behind its load (a). The
 * poll serves completions up to that index, then those events. If its budget ends
 * before, the events wait for the next poll and keep their place; new ones are not
 * looked at meanwhile, so a flood of frames delays an event by one ring of completions
 * at most.
 */
static void skua_poll_look(struct skua *sc)
{
	struct skua_ring *evt = &sc->ring[SKUA_RING_EVT];
	struct skua_ring *cpl = &sc->ring[SKUA_RING_CPL0];

	if (sc->evt_upto != evt->next)
		return;
	sc->evt_upto = evt->next + skua_ring_avail(evt);
	skua_step(sc, SKUA_STEP_EVT_SEEN);
	sc->cpl_upto = cpl->next + skua_ring_avail(cpl);
	skua_step(sc, SKUA_STEP_CPL_SEEN);
}

/* Return: true if events are left. */
static bool skua_poll_events(struct skua *sc)
{
	struct skua_ring *ring = &sc->ring[SKUA_RING_EVT];
	struct skua_ring *cpl = &sc->ring[SKUA_RING_CPL0];
	u32 n = min_t(u32, sc->evt_upto - ring->next, SKUA_EVT_BATCH);
	struct skua_evt evt;

	/* of a broken ring nothing more is read */
	if (!cpl->broken && (s32)(cpl->next - sc->cpl_upto) < 0)
		return n;
	while (n--) {
		memcpy(&evt, skua_ring_slot(ring, ring->next), sizeof(evt));
		ring->next++;
		skua_evt(sc, &evt);
	}
	skua_ring_release(ring);
	return sc->evt_upto != ring->next;
}

/* ------------------------------------------------------------------ */
/* In-band events							*/
/* ------------------------------------------------------------------ */

static void skua_inband_sta(struct skua *sc, const struct skua_cpl_inband *rec)
{
	struct ieee80211_sta *sta;

	sta = skua_sta_get(sc, le16_to_cpu(rec->sta), le16_to_cpu(rec->sta_gen));
	if (rec->tid > SKUA_NUM_TIDS) {
		skua_count(sc, SKUA_CTR_INBAND_BAD);
		return;
	}
	if (!sta) {
		/* the station has gone meanwhile: no fault */
		skua_count(sc, SKUA_CTR_RX_STALE_STA);
		return;
	}
	skua_ps_event(sc, le16_to_cpu(rec->id), sta, rec->tid);
}

/**
 * skua_inband() - an event that keeps its place among frames
 * @sc: the device
 * @rec: private copy of the record; only its size has been checked
 * @poll: this run of NAPI
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_inband(struct skua *sc, const struct skua_cpl_inband *rec,
		 struct skua_poll *poll)
{
	u16 id = le16_to_cpu(rec->id);
	u32 arg = le32_to_cpu(rec->arg);

	lockdep_assert_in_softirq();
	trace_skua_inband(sc, rec);
	switch (id) {
	case SKUA_INB_STA_SLEEP:
	case SKUA_INB_STA_WAKE:
	case SKUA_INB_PSPOLL:
	case SKUA_INB_UAPSD_TRIGGER:
	case SKUA_INB_EOSP:
		skua_inband_sta(sc, rec);
		break;
	case SKUA_INB_BA_STOP:
		skua_ba_stop(sc, rec);
		break;
	case SKUA_INB_KEY_RETIRED:
		skua_key_retired(sc, arg & 0xffff, arg >> 16);
		break;
	case SKUA_INB_KEY_REPLAY:
	case SKUA_INB_KEY_MIC_FAILURE:
		skua_key_rx_error(sc, id == SKUA_INB_KEY_REPLAY, arg & 0xffff,
				  arg >> 16);
		break;
	case SKUA_INB_TX_DRAINED:
		/* a flush waits for the answer to its command */
		break;
	default:
		skua_count(sc, SKUA_CTR_INBAND_BAD);
		skua_complain(sc, "in-band event %u, which nothing was set up for\n",
			      id);
	}
}

/* ------------------------------------------------------------------ */
/* Completions								*/
/* ------------------------------------------------------------------ */

/* Units that a record of this type and count must have; 0 if there is none. */
static unsigned int skua_cpl_units(u8 type, unsigned int count)
{
	const unsigned int words = SKUA_CPL_UNIT / sizeof(__le32);

	switch (type) {
	case SKUA_CPL_RX:
		return count ? 1 + DIV_ROUND_UP(count - 1, words) : 0;
	case SKUA_CPL_TX:
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
 * Copy one record, check the shape of the copy, hand it on. Behind a record of a
 * wrong length the next record cannot be found, so such a record breaks the ring;
 * a record that is only unknown or odd is skipped.
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

/*
 * Ask for an interrupt when the next entry comes, in either ring. Return: true if there
 * is one already.
 */
static bool skua_poll_arm(struct skua *sc)
{
	bool more = skua_ring_arm(&sc->ring[SKUA_RING_EVT]);

	return skua_ring_arm(&sc->ring[SKUA_RING_CPL0]) || more;
}

/**
 * skua_napi_poll() - serve completions and events
 * @napi: skua.napi
 * @budget: completions that may be served
 *
 * NAPI. All that this function does it does while this processor owns the NAPI
 * instance: after napi_complete_done() another vector's processor may poll, and
 * napi_disable() does not wait any more. An interrupt that comes between arming and
 * napi_complete_done() is not lost: it sets NAPI_STATE_MISSED, so that
 * napi_complete_done() schedules one more poll.
 *
 * Return: completions served; @budget to be called again
 */
int skua_napi_poll(struct napi_struct *napi, int budget)
{
	struct skua *sc = container_of(napi, struct skua, napi);
	struct skua_poll poll = {
		.rx_list = LIST_HEAD_INIT(poll.rx_list),
		.free_list = LIST_HEAD_INIT(poll.free_list),
	};
	int work;

	skua_count(sc, SKUA_CTR_POLL);
	/* With a budget of 0 (netpoll) nothing may be received: nothing to do. */
	if (!budget)
		return 0;
	skua_poll_look(sc);
	work = skua_poll_completions(sc, budget, &poll);
	skua_step(sc, SKUA_STEP_CPL_SERVED);
	skua_poll_finish(sc, &poll);
	if (skua_poll_events(sc) || work == budget)
		return budget;
	skua_step(sc, SKUA_STEP_EVT_SERVED);
	if (skua_poll_arm(sc))
		return budget;
	if (napi_complete_done(napi, work))
		skua_step(sc, SKUA_STEP_COMPLETED);
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
 * Memory for records is device-managed.
 *
 * Return: 0 or a negative error; nothing is left behind then.
 */
int skua_irq_init(struct skua *sc)
{
	int i, ret;

	sc->cpl_rec = devm_kcalloc(sc->dev, SKUA_CPL_MAX_UNITS,
				   sizeof(*sc->cpl_rec), GFP_KERNEL);
	if (!sc->cpl_rec)
		return -ENOMEM;
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
 * skua_napi_start() - let NAPI run, and the watchdog with it
 * @sc: the device; the rings are in order. Process context, wiphy mutex
 */
void skua_napi_start(struct skua *sc)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	if (sc->napi_on)
		return;
	sc->evt_upto = sc->ring[SKUA_RING_EVT].next;
	sc->cpl_upto = sc->ring[SKUA_RING_CPL0].next;
	napi_enable(&sc->napi);
	sc->napi_on = true;
	skua_watchdog_start(sc);
}

/**
 * skua_napi_stop() - wait until NAPI and the watchdog have ended
 * @sc: the device. Process context, wiphy mutex
 */
void skua_napi_stop(struct skua *sc)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	if (!sc->napi_on)
		return;
	skua_watchdog_stop(sc);
	napi_disable(&sc->napi);
	sc->napi_on = false;
}
