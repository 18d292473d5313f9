// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - a NIC that does not answer, and resets of the NIC
 *
 * A register that reads as all ones belongs to a NIC that has been removed, that
 * is being reset, or that is only late: a bus gives up a read after some time. So
 * SKUA_F_LOST is a suspicion (skua_nic_lost() in health.c), and skua_nic_await()
 * comes to the verdict: it looks again for some seconds, at configuration space
 * first. A NIC that is back has lost nothing or everything; in either case it is
 * restarted as after a crash of its firmware. A NIC that stays away is gone.
 *
 *	well -> lost (dead) -> back (dead) -> restarted
 *	                    -> gone        -> back, by a start or a reset
 *
 * A reset by the PCI core (sysfs, error recovery) makes the NIC lost for as long as
 * it takes.
 */
#include <kunit/static_stub.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/random.h>

#include "skua.h"

#define SKUA_RESET_MS		500
#define SKUA_RESET_STEP_US	1000
#define SKUA_RESET_TRIES	3
/* Looks at a NIC that does not answer: the pauses between them, and their sum. */
#define SKUA_LOOK_FIRST_MS	20
#define SKUA_LOOK_LAST_MS	500
#define SKUA_AWAIT_MS		5000
#define SKUA_AWAIT_RESET_MS	20000	/* while the PCI core resets the NIC */
#define SKUA_AGREEMENTS		2

/* ------------------------------------------------------------------ */
/* Configuration space							*/
/* ------------------------------------------------------------------ */

static bool skua_cfg_is_lost(struct skua *sc)
{
	u32 bar = 0;
	u16 command = 0;

	pci_read_config_word(sc->pdev, PCI_COMMAND, &command);
	pci_read_config_dword(sc->pdev, PCI_BASE_ADDRESS_0, &bar);
	return !(command & PCI_COMMAND_MEMORY) ||
	       (bar & PCI_BASE_ADDRESS_MEM_MASK) !=
	       lower_32_bits(pci_bus_address(sc->pdev, 0));
}

/*
 * Is there a Skua NIC in configuration space? If it has been reset, it has lost its
 * configuration, which is written again then, with bus mastering off.
 */
VISIBLE_IF_KUNIT bool skua_cfg_answers(struct skua *sc)
{
	u32 id = ~0;

	KUNIT_STATIC_STUB_REDIRECT(skua_cfg_answers, sc);
	pci_read_config_dword(sc->pdev, PCI_VENDOR_ID, &id);
	if (id != ((u32)SKUA_PCI_DEVICE_ID << 16 | SKUA_PCI_VENDOR_ID))
		return false;
	if (skua_cfg_is_lost(sc) &&
	    !pci_load_saved_state(sc->pdev, sc->pci_state))
		pci_restore_state(sc->pdev);
	return true;
}

/*
 * A NIC that only claims to be gone may still write to memory, which is freed
 * soon. So the bus is taken from it, and its registers, without asking it first.
 */
VISIBLE_IF_KUNIT void skua_cfg_off(struct skua *sc)
{
	KUNIT_STATIC_STUB_REDIRECT(skua_cfg_off, sc);
	pci_clear_master(sc->pdev);
	pci_write_config_word(sc->pdev, PCI_COMMAND, 0);
}

/* ------------------------------------------------------------------ */
/* Is the NIC back?							*/
/* ------------------------------------------------------------------ */

/*
 * After a timeout a read may get the answer of the one before it, and that one's
 * may be anything. A value that nobody has known before is no such answer.
 */
static bool skua_regs_agree(struct skua *sc)
{
	u32 nonce = get_random_u32_inclusive(1, SKUA_STATUS_GONE - 1);

	skua_write(sc, SKUA_REG_NONCE, nonce);
	return skua_read(sc, SKUA_REG_NONCE) == nonce &&
	       skua_read(sc, SKUA_REG_ID) == SKUA_ID_MAGIC &&
	       skua_read(sc, SKUA_REG_ABI) >> 16 == SKUA_ABI_MAJOR;
}

/* One look. The look_lock is held. */
static bool skua_nic_answers(struct skua *sc)
{
	unsigned int i;

	lockdep_assert_held(&sc->look_lock);
	if (test_bit(SKUA_F_RESETTING, &sc->flags) || !skua_cfg_answers(sc))
		return false;
	for (i = 0; i < SKUA_AGREEMENTS; i++) {
		if (!skua_regs_agree(sc))
			return false;
	}
	return true;
}

/* A pause ends early if the driver is unbound, and with the PCI core's reset. */
VISIBLE_IF_KUNIT void skua_look_pause(struct skua *sc, unsigned int ms)
{
	bool resetting = test_bit(SKUA_F_RESETTING, &sc->flags);

	KUNIT_STATIC_STUB_REDIRECT(skua_look_pause, sc, ms);
	wait_event_timeout(sc->state_wait,
			   test_bit(SKUA_F_REMOVING, &sc->flags) ||
			   test_bit(SKUA_F_RESETTING, &sc->flags) != resetting,
			   msecs_to_jiffies(ms));
}

static void skua_give_lost_up(struct skua *sc)
{
	skua_cfg_off(sc);
	skua_nic_gone(sc);
}

/**
 * skua_nic_absent() - take a NIC for removed, without looking for it
 * @sc: the device
 *
 * Process context. For a caller who knows: the bus says so. The word of the bus may
 * come from the NIC, so it loses the bus.
 */
void skua_nic_absent(struct skua *sc)
{
	mutex_lock(&sc->look_lock);
	skua_give_lost_up(sc);
	mutex_unlock(&sc->look_lock);
}

/* Return: true if there is a verdict: the NIC is not lost any more. */
static bool skua_look(struct skua *sc, bool last)
{
	bool verdict = true;

	mutex_lock(&sc->look_lock);
	if (!test_bit(SKUA_F_LOST, &sc->flags) ||
	    test_bit(SKUA_F_GONE, &sc->flags))
		goto out;
	if (skua_nic_answers(sc)) {
		dev_info(sc->dev, "the NIC answers again\n");
		clear_bit(SKUA_F_LOST, &sc->flags);
	} else if (last || test_bit(SKUA_F_REMOVING, &sc->flags)) {
		skua_give_lost_up(sc);
	} else {
		verdict = false;
	}
out:
	mutex_unlock(&sc->look_lock);
	return verdict;
}

/**
 * skua_nic_await() - does the NIC answer, or will it soon?
 * @sc: the device
 *
 * Process context, with or without the wiphy mutex; sleeps, for some seconds at
 * worst. Decides whether a NIC that is lost is back or gone. The pauses between
 * looks count, and no clock: the host may have stopped the guest and the NIC
 * together. A NIC that is back is still dead, until it is booted.
 *
 * Return: true if the NIC answers, false if it has been removed.
 */
bool skua_nic_await(struct skua *sc)
{
	unsigned int pause = SKUA_LOOK_FIRST_MS, waited = 0, resetting = 0;

	while (!skua_look(sc, waited >= SKUA_AWAIT_MS ||
			  resetting >= SKUA_AWAIT_RESET_MS)) {
		if (test_bit(SKUA_F_RESETTING, &sc->flags)) {
			resetting += pause;
			waited = 0;
		} else {
			waited += pause;
		}
		skua_look_pause(sc, pause);
		pause = min(2 * pause, SKUA_LOOK_LAST_MS);
	}
	return !test_bit(SKUA_F_GONE, &sc->flags);
}
EXPORT_SYMBOL_IF_KUNIT(skua_nic_await);

/**
 * skua_nic_revive() - is a NIC that was gone there again?
 * @sc: the device
 *
 * Process context, wiphy mutex. One look, when the user starts an interface.
 *
 * Return: true if the NIC is not gone, or not any more.
 */
bool skua_nic_revive(struct skua *sc)
{
	mutex_lock(&sc->look_lock);
	if (!test_bit(SKUA_F_GONE, &sc->flags) ||
	    test_bit(SKUA_F_REMOVING, &sc->flags))
		goto out;
	if (skua_nic_answers(sc)) {
		dev_info(sc->dev, "the NIC is there again\n");
		clear_bit(SKUA_F_LOST, &sc->flags);
		clear_bit(SKUA_F_GONE, &sc->flags);
	} else {
		/* The look has given it its configuration. */
		skua_cfg_off(sc);
	}
out:
	mutex_unlock(&sc->look_lock);
	return !test_bit(SKUA_F_GONE, &sc->flags);
}
EXPORT_SYMBOL_IF_KUNIT(skua_nic_revive);

/* ------------------------------------------------------------------ */
/* Reset by the driver							*/
/* ------------------------------------------------------------------ */

/* Return: 0, -EAGAIN if the NIC does not answer, -EIO if it does not reset. */
static int skua_reset_once(struct skua *sc)
{
	u32 status;
	int ret;

	skua_write(sc, SKUA_REG_CTRL, SKUA_CTRL_RESET);
	/* All ones end the loop, too. */
	ret = read_poll_timeout(skua_read, status,
				status & SKUA_STATUS_RESET_DONE,
				SKUA_RESET_STEP_US, SKUA_RESET_MS * USEC_PER_MSEC,
				false, sc, SKUA_REG_STATUS);
	if (status == SKUA_STATUS_GONE) {
		skua_nic_lost(sc, "the NIC does not answer");
		return -EAGAIN;
	}
	if (!ret)
		return 0;
	dev_err(sc->dev, "the NIC does not reset (status 0x%x); taking the bus from it\n",
		status);
	pci_clear_master(sc->pdev);
	return -EIO;
}

/**
 * skua_reset() - make the NIC leave memory alone
 * @sc: the device
 *
 * Process context; sleeps, see skua_nic_await(). When this function returns, the
 * NIC touches no memory: the NIC said so, or it is gone, or it is no bus master
 * any more.
 *
 * Return: 0, -ENODEV if the NIC has been removed, -EIO if it did not reset.
 */
int skua_reset(struct skua *sc)
{
	unsigned int tries;
	int ret;

	might_sleep();
	for (tries = 0; tries < SKUA_RESET_TRIES; tries++) {
		if (!skua_nic_await(sc))
			return -ENODEV;
		ret = skua_reset_once(sc);
		if (ret != -EAGAIN)
			return ret;
	}
	skua_nic_absent(sc);
	return -ENODEV;
}
EXPORT_SYMBOL_IF_KUNIT(skua_reset);

/* ------------------------------------------------------------------ */
/* Reset by the PCI core						*/
/* ------------------------------------------------------------------ */

/**
 * skua_pci_reset_prepare() - the PCI core is about to reset the NIC
 * @pdev: PCI device
 *
 * Process context, device lock. From here on nobody reads a register, until
 * skua_pci_reset_done(). Memory stays as it is: the reset ends all DMA.
 */
void skua_pci_reset_prepare(struct pci_dev *pdev)
{
	struct skua *sc = pci_get_drvdata(pdev);

	set_bit(SKUA_F_RESETTING, &sc->flags);
	wake_up_all(&sc->state_wait);
	/* A look that is under way may write to configuration space. */
	mutex_lock(&sc->look_lock);
	skua_nic_lost(sc, "the NIC is being reset");
	mutex_unlock(&sc->look_lock);
}
EXPORT_SYMBOL_IF_KUNIT(skua_pci_reset_prepare);

/**
 * skua_pci_reset_done() - the PCI core has reset the NIC
 * @pdev: PCI device
 *
 * Process context, device lock. The crash worker restarts the NIC, also one that
 * was gone before.
 */
void skua_pci_reset_done(struct pci_dev *pdev)
{
	struct skua *sc = pci_get_drvdata(pdev);

	mutex_lock(&sc->look_lock);
	clear_bit(SKUA_F_RESETTING, &sc->flags);
	/* The crash worker awaits the NIC, unless it has given it up. */
	if (test_bit(SKUA_F_GONE, &sc->flags)) {
		set_bit(SKUA_F_LOST, &sc->flags);
		clear_bit(SKUA_F_GONE, &sc->flags);
		schedule_work(&sc->crash_work);
	}
	mutex_unlock(&sc->look_lock);
	wake_up_all(&sc->state_wait);
}
EXPORT_SYMBOL_IF_KUNIT(skua_pci_reset_done);

static pci_ers_result_t skua_pci_error_detected(struct pci_dev *pdev,
						pci_channel_state_t state)
{
	if (state == pci_channel_io_perm_failure) {
		skua_nic_absent(pci_get_drvdata(pdev));
		return PCI_ERS_RESULT_DISCONNECT;
	}
	skua_pci_reset_prepare(pdev);
	return state == pci_channel_io_normal ? PCI_ERS_RESULT_CAN_RECOVER :
						PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t skua_pci_slot_reset(struct pci_dev *pdev)
{
	struct skua *sc = pci_get_drvdata(pdev);

	if (skua_cfg_answers(sc))
		return PCI_ERS_RESULT_RECOVERED;
	/* No look may give the bus back in between. */
	skua_nic_absent(sc);
	clear_bit(SKUA_F_RESETTING, &sc->flags);
	wake_up_all(&sc->state_wait);
	return PCI_ERS_RESULT_DISCONNECT;
}

const struct pci_error_handlers skua_pci_error_handlers = {
	.error_detected	= skua_pci_error_detected,
	.slot_reset	= skua_pci_slot_reset,
	.resume		= skua_pci_reset_done,
	.reset_prepare	= skua_pci_reset_prepare,
	.reset_done	= skua_pci_reset_done,
};
EXPORT_SYMBOL_IF_KUNIT(skua_pci_error_handlers);

static void skua_pci_state_free(void *state)
{
	kfree(state);
}

/**
 * skua_reset_init() - keep the configuration that a NIC gets when it is back
 * @sc: the device; BARs are assigned, and bus mastering is off
 *
 * Process context, in probe.
 *
 * Return: 0 or -ENOMEM.
 */
int skua_reset_init(struct skua *sc)
{
	int ret = pci_save_state(sc->pdev);

	if (ret)
		return ret;
	sc->pci_state = pci_store_saved_state(sc->pdev);
	if (!sc->pci_state)
		return -ENOMEM;
	return devm_add_action_or_reset(sc->dev, skua_pci_state_free,
					sc->pci_state);
}
