// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - start, stop, and the restart after a crash
 *
 * The NIC's engines run between start() and stop(). When the NIC dies, the crash
 * worker saves the crash record and asks mac80211 for a restart: mac80211 calls
 * start() once more, without a stop() before it, and sets everything up again.
 */
#include <linux/rtnetlink.h>

#include "skua.h"

#define SKUA_BOOT_TRIES		3	/* boots in a restart ... */
#define SKUA_BOOT_PATIENCE	(2 * HZ)	/* ... that begin within this time */
#define SKUA_LOST_TRIES		2	/* more, for a user, if it does not answer */
#define SKUA_STOP_MS		3000
#define SKUA_CRASH_UPTIME	(HZ / 10)	/* a NIC that dies sooner ... */
#define SKUA_CRASH_BURST	10		/* ... more often than this is hopeless */
#define SKUA_RETRY		(HZ / 10)	/* without memory: at first, ... */
#define SKUA_RETRY_MOST		(10 * HZ)	/* ... and after some doublings */

/* ------------------------------------------------------------------ */
/* Start and stop							*/
/* ------------------------------------------------------------------ */

/* Forget all that belonged to the firmware that ran. */
static void skua_forget(struct skua *sc)
{
	unsigned int i;

	skua_evt_flush(sc);
	skua_survey_restart(sc);
	if (test_bit(SKUA_F_READY, &sc->flags)) {
		skua_scan_reset(sc);
		skua_tx_reset(sc);
		skua_sta_reset(sc);
		skua_key_reset(sc);
		skua_rx_reset(sc);
	}
	for (i = 0; i < SKUA_MAX_VIFS; i++)
		RCU_INIT_POINTER(sc->vif[i], NULL);
	sc->ctx_used = 0;
	skua_rings_reset(sc);
}

/**
 * skua_take_down() - reset the NIC and take everything back from it
 * @sc: the device
 *
 * Process context, wiphy mutex; sleeps. Leaves NAPI off, the rings empty, and
 * every frame given back. Does nothing if the NIC is down already.
 */
void skua_take_down(struct skua *sc)
{
	lockdep_assert_wiphy(sc->hw->wiphy);
	clear_bit(SKUA_F_ALIVE, &sc->flags);
	if (!sc->napi_on)
		return;
	skua_napi_stop(sc);
	skua_reset(sc);
	skua_forget(sc);
}

/* Boot a NIC that is down, or dead. */
static int skua_bring_up(struct skua *sc)
{
	int ret;

	skua_take_down(sc);
	skua_rx_refill(sc);
	ret = skua_boot(sc);
	if (ret)
		skua_forget(sc);
	return ret;
}

static int skua_start_nic(struct skua *sc)
{
	int ret = skua_alive(sc) ? 0 : skua_bring_up(sc);

	if (!ret)
		ret = skua_cmd_send(sc, SKUA_CMD_START, NULL, 0);
	return ret ? ret : skua_radio_restore(sc);
}

/* Has the NIC died, or been lost, since it was booted? Then one more restart follows. */
static bool skua_died_again(struct skua *sc)
{
	return test_bit(SKUA_F_DEAD, &sc->flags) &&
	       test_bit(SKUA_F_CRASH_DUE, &sc->flags) &&
	       !test_bit(SKUA_F_GONE, &sc->flags);
}

/*
 * In a restart, a NIC that refuses is booted once more: mac80211 would give up. One
 * that dies or is lost meanwhile is left to the crash worker, which counts that as
 * any other death, keeps the record, and does not look for the NIC under the RTNL.
 * In a start by the user, a NIC that does not answer gets another chance.
 */
static int skua_start_patiently(struct skua *sc, bool restart)
{
	unsigned long end = jiffies + SKUA_BOOT_PATIENCE;
	int tries = restart ? SKUA_BOOT_TRIES : 1;
	int lost = SKUA_LOST_TRIES;
	int ret;

	for (;;) {
		ret = skua_start_nic(sc);
		if (!ret || ret == -ENODEV ||
		    (restart && skua_died_again(sc)))
			return ret;
		if (!skua_reachable(sc) || ret == -EAGAIN) {
			if (!lost-- || !skua_nic_await(sc))
				return -ENODEV;
			end = jiffies + SKUA_BOOT_PATIENCE;
		} else if (!--tries || time_after(jiffies, end)) {
			return ret;
		}
		skua_take_down(sc);
	}
}

/* The crash worker shuts the interfaces; until then the ops report success. */
static void skua_give_up(struct skua *sc)
{
	WRITE_ONCE(sc->hopeless, true);
	set_bit(SKUA_F_RECONFIG, &sc->flags);
	dev_err(sc->dev, "the NIC does not restart\n");
	set_bit(SKUA_F_DEAD, &sc->flags);
	skua_crash_later(sc);
}

/**
 * skua_op_start() - start the NIC, or start it again after a crash
 * @hw: the device
 *
 * Wiphy mutex; sleeps.
 *
 * Return: 0 or a negative error; always 0 in a restart or resume, even if the NIC has
 * been removed: the crash worker shuts the interfaces then.
 */
int skua_op_start(struct ieee80211_hw *hw)
{
	struct skua *sc = hw->priv;
	/* A start() without a stop() before it is a restart after a crash. */
	bool restart = test_bit(SKUA_F_STARTED, &sc->flags);
	bool resume = test_and_clear_bit(SKUA_F_SUSPENDED, &sc->flags);
	int ret;

	lockdep_assert_wiphy(hw->wiphy);
	/*
	 * The crash worker may not have come to an earlier verdict yet, and all is
	 * set up anew: what an earlier restart lacked matters no more.
	 */
	cancel_delayed_work(&sc->retry_work);
	clear_bit(SKUA_F_NO_MEMORY, &sc->flags);
	WRITE_ONCE(sc->hopeless, false);
	if (restart) {
		set_bit(SKUA_F_RECONFIG, &sc->flags);
		skua_count(sc, SKUA_CTR_RESTART);
		skua_take_down(sc);
	} else if (!resume) {
		if (!skua_alive(sc))
			skua_take_down(sc);
		skua_key_forget(sc);
	}
	ret = skua_nic_revive(sc) ? skua_start_patiently(sc, restart || resume) :
				    -ENODEV;
	if (ret && !restart && !resume)
		return ret;
	/* mac80211 would warn of an error: its interfaces go down in good order. */
	if (ret && !skua_died_again(sc))
		skua_give_up(sc);
	WRITE_ONCE(sc->up_since, jiffies);
	set_bit(SKUA_F_STARTED, &sc->flags);
	return 0;
}

/**
 * skua_op_stop() - stop the NIC's engines
 * @hw: the device
 * @suspend: the system suspends: keys are kept for the resume
 *
 * Wiphy mutex; sleeps. Waits for the frames that the NIC holds, and resets the
 * NIC if they do not come back. Before a suspend the NIC is always reset: it may lose
 * its power, or the bus, and the watchdog may not look for it meanwhile.
 */
void skua_op_stop(struct ieee80211_hw *hw, bool suspend)
{
	struct skua *sc = hw->priv;
	int left, ret;

	lockdep_assert_wiphy(hw->wiphy);
	clear_bit(SKUA_F_STARTED, &sc->flags);
	clear_bit(SKUA_F_RECONFIG, &sc->flags);
	assign_bit(SKUA_F_SUSPENDED, &sc->flags, suspend);
	ret = skua_cmd_send(sc, SKUA_CMD_STOP, NULL, 0);
	if (!ret)
		wait_event_timeout(sc->tx.idle,
				   !atomic_read(&sc->tx.queued) ||
				   !skua_alive(sc),
				   msecs_to_jiffies(SKUA_STOP_MS));
	left = atomic_read(&sc->tx.queued);
	if ((ret || left) && skua_alive(sc))
		dev_warn(sc->dev, "stop: %d, %d frames have not come back; resetting the NIC\n",
			 ret, left);
	if (ret || left || suspend)
		skua_take_down(sc);
	wiphy_work_cancel(hw->wiphy, &sc->evt_work);
	wiphy_delayed_work_cancel(hw->wiphy, &sc->roc_work);
	skua_evt_flush(sc);
}

/**
 * skua_op_reconfig_complete() - mac80211 has set everything up again
 * @hw: the device
 * @type: only a restart matters
 *
 * Wiphy mutex.
 */
void skua_op_reconfig_complete(struct ieee80211_hw *hw,
			       enum ieee80211_reconfig_type type)
{
	struct skua *sc = hw->priv;

	lockdep_assert_wiphy(hw->wiphy);
	if (type != IEEE80211_RECONFIG_TYPE_RESTART)
		return;
	/* The NIC has died again: one more restart follows and needs the flag. */
	if (!skua_alive(sc))
		return;
	WRITE_ONCE(sc->up_since, jiffies);
	clear_bit(SKUA_F_RECONFIG, &sc->flags);
	sc->retries = 0;
	skua_key_restarted(sc);
	skua_ps_tell(sc);
	/*
	 * Transmit queues that mac80211 wanted served while the NIC was dead are
	 * still on its list. They may never get another frame that would wake
	 * them: TCP waits for the frames that are in there.
	 */
	local_bh_disable();
	skua_tx_resume(sc, GENMASK(IEEE80211_NUM_ACS - 1, 0));
	local_bh_enable();
	dev_info(sc->dev, "restarted\n");
}

/* ------------------------------------------------------------------ */
/* Restart after a crash						*/
/* ------------------------------------------------------------------ */

static void skua_shut_interfaces(struct skua *sc)
{
	if (!test_bit(SKUA_F_REGISTERED, &sc->flags))
		return;
	rtnl_lock();
	cfg80211_shutdown_all_interfaces(sc->hw->wiphy);
	rtnl_unlock();
}

/*
 * Does the NIC not start, or does it die as soon as it has been restarted, time
 * after time? A NIC that has worked in between is worth another restart, however
 * often.
 */
static bool skua_hopeless(struct skua *sc)
{
	if (READ_ONCE(sc->hopeless))
		return true;
	if (!test_bit(SKUA_F_RECONFIG, &sc->flags) &&
	    time_after(jiffies, READ_ONCE(sc->up_since) + SKUA_CRASH_UPTIME))
		sc->crash_burst = 0;
	return ++sc->crash_burst > SKUA_CRASH_BURST;
}

/*
 * A start() that is under way, or was before this worker, may have booted the NIC.
 */
static bool skua_still_dead(struct skua *sc)
{
	bool dead;

	wiphy_lock(sc->hw->wiphy);
	dead = test_bit(SKUA_F_DEAD, &sc->flags);
	wiphy_unlock(sc->hw->wiphy);
	return dead;
}

static void skua_ask_restart(struct skua *sc)
{
	bool dead;

	if (!test_bit(SKUA_F_REGISTERED, &sc->flags) ||
	    !test_bit(SKUA_F_STARTED, &sc->flags) ||
	    test_bit(SKUA_F_REMOVING, &sc->flags))
		return;
	/* A start() may have booted the NIC: its scans are none of ours. */
	wiphy_lock(sc->hw->wiphy);
	dead = test_bit(SKUA_F_DEAD, &sc->flags);
	/* mac80211 refuses to restart a device that scans. */
	if (dead)
		skua_scan_reset(sc);
	wiphy_unlock(sc->hw->wiphy);
	/* Not reachable: this worker runs once more, with another end. */
	if (dead && skua_reachable(sc))
		ieee80211_restart_hw(sc->hw);
}

/**
 * skua_retry_delay() - how long to wait for memory
 * @retries: restarts in a row that have found none
 *
 * Return: jiffies: a tenth of a second at first, then twice as long each time, up to
 * ten seconds
 */
unsigned long skua_retry_delay(unsigned int retries)
{
	return min_t(unsigned long, SKUA_RETRY << min(retries, 7u),
		     SKUA_RETRY_MOST);
}

/*
 * A restart that found no memory is not given up. Until the next one the NIC is off:
 * what it was told is not all that it has to know.
 */
static void skua_retry_later(struct skua *sc)
{
	unsigned long delay;

	wiphy_lock(sc->hw->wiphy);
	skua_take_down(sc);
	delay = skua_retry_delay(sc->retries++);
	wiphy_unlock(sc->hw->wiphy);
	if (test_bit(SKUA_F_REMOVING, &sc->flags))
		return;
	dev_warn(sc->dev, "the restart is tried again in %u ms\n",
		 jiffies_to_msecs(delay));
	schedule_delayed_work(&sc->retry_work, delay);
}

static void skua_retry_work(struct work_struct *work)
{
	struct skua *sc = container_of(to_delayed_work(work), struct skua,
				       retry_work);

	/* The user may have set the interface up anew meanwhile. */
	if (test_bit(SKUA_F_GONE, &sc->flags))
		skua_shut_interfaces(sc);
	else if (test_bit(SKUA_F_DEAD, &sc->flags))
		skua_ask_restart(sc);
}

/*
 * Under the mutex no start() boots the NIC, which would die if it were told now to
 * write a record. Return: false if one has booted it before.
 */
static bool skua_take_record(struct skua *sc)
{
	bool dead;

	wiphy_lock(sc->hw->wiphy);
	dead = test_bit(SKUA_F_DEAD, &sc->flags);
	if (dead && !READ_ONCE(sc->no_record))
		skua_coredump(sc);
	wiphy_unlock(sc->hw->wiphy);
	return dead;
}

/* The NIC has died, or does not answer: tell the user and mac80211. */
static void skua_crash_work(struct work_struct *work)
{
	struct skua *sc = container_of(work, struct skua, crash_work);

	if (!skua_nic_await(sc)) {
		skua_shut_interfaces(sc);
		WRITE_ONCE(sc->hopeless, false);
		return;
	}
	if (!skua_still_dead(sc) ||
	    !test_and_clear_bit(SKUA_F_CRASH_DUE, &sc->flags))
		return;
	if (test_and_clear_bit(SKUA_F_NO_MEMORY, &sc->flags)) {
		skua_retry_later(sc);
		return;
	}
	if (!skua_take_record(sc))
		return;
	if (skua_hopeless(sc)) {
		dev_err(sc->dev, "the firmware keeps dying; interfaces go down\n");
		skua_shut_interfaces(sc);
		sc->crash_burst = 0;
		WRITE_ONCE(sc->hopeless, false);
		return;
	}
	skua_ask_restart(sc);
}

/**
 * skua_restart_cancel() - no restart is asked for any more
 * @sc: the device; SKUA_F_REMOVING is set, or the NIC is not registered
 *
 * Process context; waits for the workers, so neither RTNL nor the wiphy mutex is
 * held.
 */
void skua_restart_cancel(struct skua *sc)
{
	cancel_work_sync(&sc->crash_work);
	cancel_delayed_work_sync(&sc->retry_work);
}

/**
 * skua_start_init() - prepare the crash worker, and its look for a lost NIC
 * @sc: the device
 *
 * Process context, in probe.
 */
void skua_start_init(struct skua *sc)
{
	mutex_init(&sc->look_lock);
	INIT_WORK(&sc->crash_work, skua_crash_work);
	INIT_DELAYED_WORK(&sc->retry_work, skua_retry_work);
}
