// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - the watchdog: is the NIC alive, and has a notification been lost?
 *
 * Three things can go wrong without a sign: the firmware hangs with its own
 * watchdog off, a doorbell or an interrupt is lost on the way, or the engines
 * stop taking frames. The driver's watchdog looks at the rings' indices, and
 * sends the firmware a heartbeat now and then: a NOP command, to be answered.
 *
 * The watchdog never judges by time alone, since the guest or the NIC's process
 * may have been kept waiting. It counts its own looks at a ring; from the
 * second look on the NIC has answered a register read between any two looks, so
 * the NIC had its chance to go on. For the firmware it goes by the NIC's word:
 * the NIC measures for how much of its own running time commands were left
 * alone.
 *
 * Delays are rounded up to jiffies (10 ms under User-Mode Linux). A silent death
 * under traffic is noticed after 20 ms until the next heartbeat, 10 ms for which
 * the heartbeat waits in the NIC, and 20 ms until the next look; without
 * traffic, where heartbeats are rare, within 600 ms. On a slow machine, each of
 * these few steps can be late once; they run in a kernel thread of high priority.
 */
#include <linux/jiffies.h>

#include "skua.h"

#define SKUA_WATCHDOG_IDLE_MS	100	/* between two looks without traffic */
#define SKUA_WATCHDOG_BUSY_MS	30	/* with traffic */
#define SKUA_WATCHDOG_DOUBT_MS	10	/* while something seems wrong */
#define SKUA_HEARTBEAT_IDLE_MS	400	/* between two heartbeats without traffic */
#define SKUA_HEARTBEAT_LOOKS	10	/* looks that an answer may take */
#define SKUA_FW_IDLE_MS		10	/* for which the firmware may leave commands alone */
/* Looks at a ring that stands still, after which ... */
#define SKUA_STUCK_ASK		2	/* ... the watchdog sees whether the NIC runs */
#define SKUA_STUCK_KICK		4	/* ... it notifies once more */
#define SKUA_STUCK_DEAD		15	/* ... it gives up */
#define SKUA_BUSY_FRAMES	4	/* between two looks: more than beacons make */

/**
 * skua_watchdog_judge() - the verdict on a ring
 * @w: result of the last looks
 * @pos: the consumer's index now
 * @pending: there are entries that the consumer has not taken
 *
 * Return: SKUA_RING_FINE, or a verdict by the number of looks in a row at which
 * the consumer had not moved.
 */
enum skua_verdict skua_watchdog_judge(struct skua_ring_progress *w, u32 pos,
				      bool pending)
{
	bool moved = pos != w->pos;

	w->pos = pos;
	if (!pending || moved) {
		w->looks = 0;
		return SKUA_RING_FINE;
	}
	/* Entries newer than the last look may have come just now. */
	if (++w->looks < SKUA_STUCK_KICK)
		return SKUA_RING_DOUBT;
	return w->looks < SKUA_STUCK_DEAD ? SKUA_RING_KICK : SKUA_RING_DEAD;
}
EXPORT_SYMBOL_IF_KUNIT(skua_watchdog_judge);

static enum skua_verdict skua_look(struct skua *sc, struct skua_ring *ring)
{
	struct skua_ring_progress *w = &sc->watchdog.ring[ring->id];
	u32 pos, prod;

	if (ring->to_nic) {
		pos = le32_to_cpu(READ_ONCE(ring->idx->cons));
		prod = READ_ONCE(ring->published);
	} else {
		pos = READ_ONCE(ring->next);
		prod = le32_to_cpu(READ_ONCE(ring->idx->prod));
		/* The poll is due: nothing has been lost. */
		if (test_bit(NAPI_STATE_SCHED, &sc->napi.state))
			prod = pos;
	}
	return skua_watchdog_judge(w, pos, pos != prod);
}

/**
 * skua_ring_unheard() - does the NIC wait for a doorbell that was due?
 * @ring: ring to the NIC. A register has been read since it was published:
 *	that wakes a NIC which is only late, and a NIC that is awake wants no
 *	doorbell
 *
 * Return: true if the NIC sleeps and has not heard of all entries.
 */
bool skua_ring_unheard(const struct skua_ring *ring)
{
	u32 event = le32_to_cpu(READ_ONCE(ring->idx->avail_event));
	u32 cons = le32_to_cpu(READ_ONCE(ring->idx->cons));
	u32 prod = READ_ONCE(ring->published);

	return event - cons < prod - cons;
}
EXPORT_SYMBOL_IF_KUNIT(skua_ring_unheard);

static void skua_kick(struct skua *sc, struct skua_ring *ring)
{
	if (ring->to_nic) {
		if (skua_ring_unheard(ring)) {
			skua_count(sc, SKUA_CTR_LOST_DOORBELL);
			skua_complain(sc, "ring %u: a doorbell was lost\n",
				      ring->id);
		}
		skua_doorbell(ring);
		return;
	}
	skua_count(sc, SKUA_CTR_LOST_IRQ);
	skua_complain(sc, "ring %u: an interrupt was lost\n", ring->id);
	local_bh_disable();
	napi_schedule(&sc->napi);
	local_bh_enable();
}

static bool skua_is_tx_ring(const struct skua_ring *ring)
{
	return ring->id >= SKUA_RING_TX_VO && ring->id <= SKUA_RING_TX_MGMT;
}

static enum skua_verdict skua_watchdog_ring(struct skua *sc,
					    struct skua_ring *ring)
{
	enum skua_verdict verdict = skua_look(sc, ring);

	switch (verdict) {
	case SKUA_RING_FINE:
		break;
	case SKUA_RING_DOUBT:
		/* The register read proves that the NIC runs: see the top. */
		if (sc->watchdog.ring[ring->id].looks >= SKUA_STUCK_ASK)
			skua_check_status(sc);
		break;
	case SKUA_RING_DEAD:
		if (skua_is_tx_ring(ring)) {
			skua_count(sc, SKUA_CTR_TX_STALL);
			skua_nic_dead(sc, SKUA_FATAL_NONE,
				      "the NIC takes no frames any more");
			break;
		}
		fallthrough;
	case SKUA_RING_KICK:
		skua_kick(sc, ring);
		skua_check_status(sc);
		break;
	}
	return verdict;
}

/* Return: the worst verdict. */
static enum skua_verdict skua_watchdog_rings(struct skua *sc)
{
	enum skua_verdict worst = SKUA_RING_FINE;
	unsigned int i;

	for (i = 0; i < SKUA_NUM_RINGS; i++) {
		struct skua_ring *ring = &sc->ring[i];

		/* The NIC takes posted receive buffers when frames come. */
		if (!ring->entries || ring->broken || i == SKUA_RING_RXBUF)
			continue;
		worst = max(worst, skua_watchdog_ring(sc, ring));
	}
	return worst;
}

/**
 * skua_is_silent() - is a firmware that has not answered a heartbeat yet dead?
 * @misses: looks since the heartbeat was sent
 * @idle_ms: how long the NIC says that commands wait
 *
 * The NIC measures @idle_ms only while it runs, so its word is enough. Without
 * it, the notification of the heartbeat or of the answer may have been lost, and
 * the watchdog makes up for that meanwhile; or the firmware takes commands and
 * does not answer them.
 *
 * Return: true if the firmware is dead.
 */
bool skua_is_silent(unsigned int misses, u32 idle_ms)
{
	return idle_ms >= SKUA_FW_IDLE_MS || misses >= SKUA_HEARTBEAT_LOOKS;
}
EXPORT_SYMBOL_IF_KUNIT(skua_is_silent);

/*
 * @now: send a heartbeat even if none is due yet; @may: send one at all.
 * Return: true while an answer is awaited.
 */
static bool skua_watchdog_heartbeat(struct skua *sc, bool now, bool may)
{
	struct skua_watchdog *w = &sc->watchdog;

	if (skua_heartbeat_pending(sc)) {
		if (!skua_check_status(sc))
			return true;
		if (!skua_is_silent(++w->misses, skua_fw_idle_ms(sc)))
			return true;
		skua_count(sc, SKUA_CTR_SILENT);
		skua_nic_dead(sc, SKUA_FATAL_NONE,
			      "the firmware gives no sign of life");
		return true;
	}
	w->misses = 0;
	if (!may || (!now && time_before(jiffies, w->last_heartbeat +
					 msecs_to_jiffies(SKUA_HEARTBEAT_IDLE_MS))))
		return false;
	w->last_heartbeat = jiffies;
	skua_heartbeat_send(sc);
	return true;
}

static bool skua_watchdog_busy(struct skua *sc)
{
	u64 frames = atomic64_read(&sc->ctr[SKUA_CTR_RX]) +
		     atomic64_read(&sc->ctr[SKUA_CTR_TX_QUEUED]);
	bool busy = frames - sc->watchdog.frames > SKUA_BUSY_FRAMES;

	sc->watchdog.frames = frames;
	return busy;
}

static void skua_watchdog_later(struct skua_watchdog *w, unsigned int ms)
{
	queue_delayed_work(system_highpri_wq, &w->work, msecs_to_jiffies(ms));
}

static void skua_watchdog_work(struct work_struct *work)
{
	struct skua_watchdog *w = container_of(to_delayed_work(work),
					    struct skua_watchdog, work);
	struct skua *sc = container_of(w, struct skua, watchdog);
	unsigned int ms = SKUA_WATCHDOG_IDLE_MS;
	enum skua_verdict worst;
	bool busy;

	/* skua_boot() watches a NIC that boots; a dead NIC needs no watchdog. */
	if (skua_alive(sc) && !READ_ONCE(w->off)) {
		busy = skua_watchdog_busy(sc);
		if (busy)
			ms = SKUA_WATCHDOG_BUSY_MS;
		worst = skua_watchdog_rings(sc);
		/*
		 * A heartbeat would wake a NIC that has missed a doorbell and
		 * hide the loss, so it waits until that doorbell has been rung
		 * once more.
		 */
		if (skua_watchdog_heartbeat(sc, busy || worst != SKUA_RING_FINE,
					    worst != SKUA_RING_DOUBT) ||
		    worst != SKUA_RING_FINE)
			ms = SKUA_WATCHDOG_DOUBT_MS;
	}
	/* Receive buffers may have run out for want of memory. */
	if (READ_ONCE(sc->rx.nfree)) {
		local_bh_disable();
		napi_schedule(&sc->napi);
		local_bh_enable();
	}
	skua_watchdog_later(w, ms);
}

/**
 * skua_watchdog_init() - prepare the watchdog
 * @sc: the device
 */
void skua_watchdog_init(struct skua *sc)
{
	INIT_DELAYED_WORK(&sc->watchdog.work, skua_watchdog_work);
}

/**
 * skua_watchdog_start() - begin to look
 * @sc: the device; the rings are empty. Process context, wiphy mutex
 */
void skua_watchdog_start(struct skua *sc)
{
	struct skua_watchdog *w = &sc->watchdog;

	lockdep_assert_wiphy(sc->hw->wiphy);
	memset(w->ring, 0, sizeof(w->ring));
	w->misses = 0;
	w->last_heartbeat = jiffies;
	skua_heartbeat_forget(sc);
	skua_watchdog_later(w, SKUA_WATCHDOG_IDLE_MS);
}

/**
 * skua_watchdog_stop() - stop looking, and wait until the last look is over
 * @sc: the device. Process context, wiphy mutex
 */
void skua_watchdog_stop(struct skua *sc)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	cancel_delayed_work_sync(&sc->watchdog.work);
}
