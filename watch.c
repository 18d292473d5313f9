// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - the watch: is the NIC alive, and has a notification been lost?
 *
 * Three things can go wrong without a sign: the firmware hangs with its own
 * watchdog off, a doorbell or an interrupt is lost on the way, or the engines
 * stop taking frames. The watch looks at the rings' indices and has the
 * firmware answer a pulse (SKUA_CMD_NOP) now and then. It never judges by time
 * alone: the guest or the NIC's process may have been kept waiting. What counts
 * is how often it looked, and from the second look on the NIC has answered a
 * register read between any two, so that it had its chance to go on; or for how
 * much of its own running time the NIC saw the firmware leave commands alone.
 *
 * With every delay rounded up to jiffies (10 ms under User-Mode Linux) a silent
 * death under traffic is noticed after 20 ms until the next pulse, 10 for which
 * that waits in the NIC, and 20 until the next look; without traffic, where
 * pulses are rare, within 600 ms. What waits for a slow machine is each of the
 * few steps once, and they are those of a kernel thread of high priority.
 */
#include <linux/jiffies.h>

#include "skua.h"

#define SKUA_WATCH_IDLE_MS	100	/* between two looks */
#define SKUA_WATCH_BUSY_MS	30
#define SKUA_WATCH_DOUBT_MS	10	/* when something is not as it should be */
#define SKUA_PULSE_IDLE_MS	400	/* between two pulses */
#define SKUA_PULSE_LOOKS	10	/* looks that a pulse may take */
#define SKUA_FW_IDLE_MS		10	/* the firmware may leave commands alone */
#define SKUA_STUCK_ASK		2	/* looks after which to see that the NIC runs */
#define SKUA_STUCK_KICK		4	/* looks after which to notify again */
#define SKUA_STUCK_DEAD		15	/* looks after which to give up */
#define SKUA_BUSY_FRAMES	4	/* a look: more than beacons */

/**
 * skua_watch_judge() - what to do about a ring
 * @w: what the last looks found
 * @pos: the consumer's index now
 * @pending: there are entries that it has not consumed
 *
 * Return: SKUA_RING_FINE, or by how often in a row it has not moved: DOUBT,
 * KICK (notify it once more), DEAD.
 */
enum skua_verdict skua_watch_judge(struct skua_ring_watch *w, u32 pos,
				   bool pending)
{
	bool moved = pos != w->pos;

	w->pos = pos;
	if (!pending || moved) {
		w->looks = 0;
		return SKUA_RING_FINE;
	}
	/* What came since the last look may have come just now. */
	if (++w->looks < SKUA_STUCK_KICK)
		return SKUA_RING_DOUBT;
	return w->looks < SKUA_STUCK_DEAD ? SKUA_RING_KICK : SKUA_RING_DEAD;
}
EXPORT_SYMBOL_IF_KUNIT(skua_watch_judge);

static enum skua_verdict skua_look(struct skua *sc, struct skua_ring *ring)
{
	struct skua_ring_watch *w = &sc->watch.ring[ring->id];
	u32 pos, prod;

	if (ring->to_nic) {
		pos = le32_to_cpu(READ_ONCE(ring->idx->cons));
		prod = READ_ONCE(ring->published);
	} else {
		pos = READ_ONCE(ring->next);
		prod = le32_to_cpu(READ_ONCE(ring->idx->prod));
		/* On its way is not lost. */
		if (test_bit(NAPI_STATE_SCHED, &sc->napi.state))
			prod = pos;
	}
	return skua_watch_judge(w, pos, pos != prod);
}

/**
 * skua_ring_unheard() - does the NIC wait for a doorbell that was due?
 * @ring: ring to the NIC. A register has been read since it was published: that
 *	wakes a NIC which is only late, and who is awake wants no doorbell
 *
 * Return: true if it sleeps and has not heard of all entries.
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

static enum skua_verdict skua_watch_ring(struct skua *sc, struct skua_ring *ring)
{
	enum skua_verdict verdict = skua_look(sc, ring);

	switch (verdict) {
	case SKUA_RING_FINE:
		break;
	case SKUA_RING_DOUBT:
		/* See the top: proves that the NIC runs. */
		if (sc->watch.ring[ring->id].looks >= SKUA_STUCK_ASK)
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

/* Return: the worst that was found. */
static enum skua_verdict skua_watch_rings(struct skua *sc)
{
	enum skua_verdict worst = SKUA_RING_FINE;
	unsigned int i;

	for (i = 0; i < SKUA_NUM_RINGS; i++) {
		struct skua_ring *ring = &sc->ring[i];

		/* Lent buffers wait for frames; nobody is to take them sooner. */
		if (!ring->entries || ring->broken || i == SKUA_RING_RXBUF)
			continue;
		worst = max(worst, skua_watch_ring(sc, ring));
	}
	return worst;
}

/**
 * skua_is_silent() - is a firmware that has not answered a pulse yet dead?
 * @misses: looks since the pulse
 * @idle_ms: how long the NIC says that commands wait
 *
 * The NIC counts only while it runs, so that its word is enough. Otherwise the
 * pulse or its answer may be lost on the way, and is made up for meanwhile; or
 * the firmware takes commands and does not answer.
 *
 * Return: true if it is.
 */
bool skua_is_silent(unsigned int misses, u32 idle_ms)
{
	return idle_ms >= SKUA_FW_IDLE_MS || misses >= SKUA_PULSE_LOOKS;
}
EXPORT_SYMBOL_IF_KUNIT(skua_is_silent);

/*
 * @now: do not wait for the next one's time; @may: send one at all.
 * Return: true while an answer is awaited.
 */
static bool skua_watch_pulse(struct skua *sc, bool now, bool may)
{
	struct skua_watch *w = &sc->watch;

	if (skua_pulse_pending(sc)) {
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
	if (!may || (!now && time_before(jiffies, w->last_pulse +
					 msecs_to_jiffies(SKUA_PULSE_IDLE_MS))))
		return false;
	w->last_pulse = jiffies;
	skua_pulse(sc);
	return true;
}

static bool skua_watch_busy(struct skua *sc)
{
	u64 frames = atomic64_read(&sc->ctr[SKUA_CTR_RX]) +
		     atomic64_read(&sc->ctr[SKUA_CTR_TX_QUEUED]);
	bool busy = frames - sc->watch.frames > SKUA_BUSY_FRAMES;

	sc->watch.frames = frames;
	return busy;
}

static void skua_watch_later(struct skua_watch *w, unsigned int ms)
{
	queue_delayed_work(system_highpri_wq, &w->work, msecs_to_jiffies(ms));
}

static void skua_watch_work(struct work_struct *work)
{
	struct skua_watch *w = container_of(to_delayed_work(work),
					    struct skua_watch, work);
	struct skua *sc = container_of(w, struct skua, watch);
	unsigned int ms = SKUA_WATCH_IDLE_MS;
	enum skua_verdict worst;
	bool busy;

	/* Booting has its own watch; a dead NIC needs none. */
	if (skua_alive(sc) && !READ_ONCE(w->off)) {
		busy = skua_watch_busy(sc);
		if (busy)
			ms = SKUA_WATCH_BUSY_MS;
		worst = skua_watch_rings(sc);
		/*
		 * A pulse would wake a NIC that has missed a doorbell, so it
		 * waits until that has been rung once more.
		 */
		if (skua_watch_pulse(sc, busy || worst != SKUA_RING_FINE,
				     worst != SKUA_RING_DOUBT) ||
		    worst != SKUA_RING_FINE)
			ms = SKUA_WATCH_DOUBT_MS;
	}
	/* Receive buffers may have run out for want of memory. */
	if (READ_ONCE(sc->rx.nfree)) {
		local_bh_disable();
		napi_schedule(&sc->napi);
		local_bh_enable();
	}
	skua_watch_later(w, ms);
}

/**
 * skua_watch_init() - prepare the watch
 * @sc: the device
 */
void skua_watch_init(struct skua *sc)
{
	INIT_DELAYED_WORK(&sc->watch.work, skua_watch_work);
}

/**
 * skua_watch_start() - watch from now on
 * @sc: the device; the rings are empty. Process context, wiphy mutex
 */
void skua_watch_start(struct skua *sc)
{
	struct skua_watch *w = &sc->watch;

	memset(w->ring, 0, sizeof(w->ring));
	w->misses = 0;
	w->last_pulse = jiffies;
	skua_pulse_forget(sc);
	skua_watch_later(w, SKUA_WATCH_IDLE_MS);
}

/**
 * skua_watch_stop() - the opposite; it does not run when this returns
 * @sc: the device. Process context, wiphy mutex
 */
void skua_watch_stop(struct skua *sc)
{
	cancel_delayed_work_sync(&sc->watch.work);
}
