// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - health of the NIC: its registers, its status, its death
 *
 * All other files report the death of the NIC here. This file calls none of them:
 * skua_nic_dead() sets a flag, wakes all waiters, and schedules the crash worker,
 * whose function is in start.c. What becomes of a NIC that does not answer is in
 * reset.c.
 */
#include <kunit/static_stub.h>
#include <linux/io.h>
#include <linux/iopoll.h>

#include "skua.h"

static const char *const skua_fatals[] = {
	[SKUA_FATAL_NONE]	= "no cause given",
	[SKUA_FATAL_ASSERT]	= "assertion",
	[SKUA_FATAL_TRAP]	= "trap",
	[SKUA_FATAL_WATCHDOG]	= "watchdog",
	[SKUA_FATAL_RING]	= "a ring's rules were broken",
	[SKUA_FATAL_DMA]	= "ring memory not reachable",
	[SKUA_FATAL_HOST]	= "stopped by the driver",
};

/* ------------------------------------------------------------------ */
/* Registers								*/
/* ------------------------------------------------------------------ */

/**
 * skua_read() - read a register
 * @sc: the device
 * @reg: SKUA_REG_*
 *
 * Any context, but a read waits for the NIC: slow paths only.
 *
 * Return: its value; all ones if the NIC has been removed or does not answer.
 */
u32 skua_read(struct skua *sc, u32 reg)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_read, sc, reg);
	return ioread32(sc->bar + reg);
}

/**
 * skua_write() - write a register
 * @sc: the device
 * @reg: SKUA_REG_*
 * @val: value
 *
 * Any context. The write is posted: a read pushes it to the NIC.
 */
void skua_write(struct skua *sc, u32 reg, u32 val)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_write, sc, reg, val);
	iowrite32(val, sc->bar + reg);
}

/* ------------------------------------------------------------------ */
/* Death								*/
/* ------------------------------------------------------------------ */

/**
 * skua_crash_later() - have the crash worker deal with a NIC that is dead
 * @sc: the device
 *
 * Any context. Deaths that follow each other before the worker comes to them are
 * one.
 */
void skua_crash_later(struct skua *sc)
{
	set_bit(SKUA_F_CRASH_DUE, &sc->flags);
	schedule_work(&sc->crash_work);
}

/* SKUA_F_DEAD is set: the waiters look at it after they have been woken. */
static void skua_end_waits(struct skua *sc)
{
	complete(&sc->alive);
	wake_up_all(&sc->state_wait);
	wake_up_all(&sc->tx.idle);
	skua_crash_later(sc);
}

/**
 * skua_nic_dead() - the NIC is of no more use until it is booted again
 * @sc: the device
 * @cause: enum skua_fatal, as far as it is known
 * @why: in words, for the log
 *
 * Any context but hard interrupts, also under spinlocks of the driver. Only the
 * first call after a boot has an effect. It ends all waits; the crash worker
 * then takes the crash record and asks mac80211 for a restart.
 */
void skua_nic_dead(struct skua *sc, u32 cause, const char *why)
{
	if (test_and_set_bit(SKUA_F_DEAD, &sc->flags))
		return;
	skua_count(sc, SKUA_CTR_CRASH);
	sc->fatal_cause = cause;
	dev_err(sc->dev, "%s (%s)\n", why, cause < ARRAY_SIZE(skua_fatals) ?
		skua_fatals[cause] : "unknown cause");
	skua_end_waits(sc);
}

/*
 * There is no memory to set the NIC up again. mac80211 would go without the station
 * or key, so all of it is done once more, later. The NIC is not to blame.
 */
static void skua_no_memory(struct skua *sc)
{
	if (test_and_set_bit(SKUA_F_DEAD, &sc->flags))
		return;
	set_bit(SKUA_F_NO_MEMORY, &sc->flags);
	dev_warn(sc->dev, "restart: there is no memory\n");
	skua_end_waits(sc);
}

/**
 * skua_nic_lost() - the NIC does not answer, or is being reset by somebody else
 * @sc: the device
 * @why: in words, for the log
 *
 * Any context but hard interrupts, also under spinlocks of the driver. A register
 * that reads as all ones may belong to a NIC that has been removed, and as well to
 * one that is only late. Until skua_nic_await() has found out, the NIC counts as
 * dead, and nobody reads a register.
 */
void skua_nic_lost(struct skua *sc, const char *why)
{
	if (test_bit(SKUA_F_GONE, &sc->flags) ||
	    test_and_set_bit(SKUA_F_LOST, &sc->flags))
		return;
	skua_count(sc, SKUA_CTR_LOST);
	WRITE_ONCE(sc->no_record, true);
	/* The worker of an earlier death does not look for the NIC. */
	if (test_bit(SKUA_F_DEAD, &sc->flags))
		skua_crash_later(sc);
	else
		skua_nic_dead(sc, SKUA_FATAL_NONE, why);
}

/**
 * skua_nic_gone() - the NIC has been removed
 * @sc: the device
 *
 * Any context but hard interrupts. The driver looks at no register any more, the
 * NIC is not restarted, and the crash worker shuts the interfaces. Only a start or
 * a reset by the PCI core finds a NIC that is there again after all.
 */
void skua_nic_gone(struct skua *sc)
{
	if (test_and_set_bit(SKUA_F_GONE, &sc->flags))
		return;
	dev_err(sc->dev, "the NIC has been removed\n");
	if (test_and_set_bit(SKUA_F_DEAD, &sc->flags)) {
		skua_crash_later(sc);
		return;
	}
	WRITE_ONCE(sc->no_record, true);
	skua_end_waits(sc);
}

/**
 * skua_nic_broke_ring() - the NIC is dead since it broke a ring's rules
 * @ring: the ring
 *
 * For skua_ring.on_break; see there for the context.
 */
void skua_nic_broke_ring(struct skua_ring *ring)
{
	skua_nic_dead(ring->sc, SKUA_FATAL_RING, "the NIC broke a ring's rules");
}

/**
 * skua_check_status() - read the status register: is the NIC well?
 * @sc: the device
 *
 * Any context but hard interrupts, but slow paths only. Declares the NIC dead or
 * lost if the register says so.
 *
 * Return: true if the NIC is well.
 */
bool skua_check_status(struct skua *sc)
{
	u32 status;

	if (!skua_reachable(sc))
		return false;
	status = skua_read(sc, SKUA_REG_STATUS);
	if (status == SKUA_STATUS_GONE) {
		skua_nic_lost(sc, "the NIC does not answer");
		return false;
	}
	if (status & SKUA_STATUS_FATAL) {
		skua_nic_dead(sc, skua_read(sc, SKUA_REG_FATAL),
			      "the firmware died");
		return false;
	}
	return !test_bit(SKUA_F_DEAD, &sc->flags);
}

/**
 * skua_fw_idle_ms() - how long the firmware has owed a sign of life
 * @sc: the device
 *
 * Any context but hard interrupts, but slow paths only.
 *
 * Return: milliseconds for which the NIC ran while its firmware left a command
 * alone, or had not said ALIVE; 0 if the NIC is older than this register, or does
 * not answer.
 */
u32 skua_fw_idle_ms(struct skua *sc)
{
	u32 ms;

	if (!skua_reachable(sc))
		return 0;
	ms = skua_read(sc, SKUA_REG_FW_IDLE);
	if (ms != SKUA_STATUS_GONE)
		return ms;
	skua_nic_lost(sc, "the NIC does not answer");
	return 0;
}

/**
 * skua_request_dump() - have the NIC write a crash record
 * @sc: the device; dead, and not reset yet
 *
 * Process context; may sleep for 100 ms. For a NIC that died without a sign and so
 * wrote no record. STATUS leaves ALIVE when the record is complete. A NIC that has
 * been reset, or does not answer, writes nothing.
 */
void skua_request_dump(struct skua *sc)
{
	u32 status;

	might_sleep();
	if (!skua_reachable(sc))
		return;
	skua_write(sc, SKUA_REG_CTRL, SKUA_CTRL_DUMP);
	read_poll_timeout(skua_read, status,
			  status == SKUA_STATUS_GONE ||
			  !(status & (SKUA_STATUS_ALIVE | SKUA_STATUS_BOOTING)),
			  USEC_PER_MSEC, 100 * USEC_PER_MSEC, false, sc,
			  SKUA_REG_STATUS);
	if (status == SKUA_STATUS_GONE)
		skua_nic_lost(sc, "the NIC does not answer");
	/* pairs with the NIC's stores of the record before its answer */
	dma_rmb();
}

/**
 * skua_op_result() - the return value of an op for a command's error
 * @sc: the device
 * @err: 0 or a negative error
 *
 * A NIC that has died is restarted, and mac80211 then repeats all ops that set
 * something up. So an op has not failed if the NIC was dead: an error would make
 * mac80211 give up a station or key that is about to come back. That also holds
 * between the death and the restart: hostapd and wpa_supplicant do not try twice
 * to authorize a port. A NIC that refuses a command in a restart, though it took
 * the same command before, is as good as dead. A restart without memory is
 * repeated later.
 *
 * Return: 0 or @err.
 */
int skua_op_result(struct skua *sc, int err)
{
	if (!err)
		return 0;
	if (skua_alive(sc) && test_bit(SKUA_F_RECONFIG, &sc->flags) &&
	    err == -ENOMEM) {
		skua_no_memory(sc);
		return 0;
	}
	if (skua_alive(sc) && test_bit(SKUA_F_RECONFIG, &sc->flags)) {
		dev_err(sc->dev, "restart: a command failed with %d\n", err);
		skua_nic_dead(sc, SKUA_FATAL_NONE,
			      "the NIC refuses what it took before");
		return 0;
	}
	if (skua_alive(sc))
		return err;
	if (test_bit(SKUA_F_RECONFIG, &sc->flags))
		return 0;
	if (test_bit(SKUA_F_DEAD, &sc->flags) &&
	    test_bit(SKUA_F_STARTED, &sc->flags) &&
	    !test_bit(SKUA_F_GONE, &sc->flags) &&
	    !test_bit(SKUA_F_REMOVING, &sc->flags))
		return 0;
	return err;
}
