// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: a NIC that does not answer, and resets by the PCI core
 *
 * The test plays the NIC, and at a chosen step of a look (a register access, a look
 * at configuration space, a pause) something that happens on another processor.
 */
#include <kunit/static_stub.h>
#include <linux/pci.h>

#include "fake.h"

#define LATE_MAX	3
#define STEPS_MAX	64

enum reset_act {
	ACT_NONE,
	ACT_REMOVE,	/* the driver is being unbound */
	ACT_LOSE,	/* another register read returned all ones */
	ACT_RESET,	/* the PCI core resets the NIC, from here to the next pause */
	ACT_AWAIT,	/* another one awaits the NIC */
	ACT_GONE,	/* the bus says that the slot is empty */
};

/**
 * struct reset_nic - the NIC, its bus and the other processor
 * @fake: the device; the first member, since fake.c takes test->priv for it
 * @pdev: stands for the PCI device
 * @present: configuration space and registers answer
 * @present_at: they do from this pause on
 * @abi: SKUA_REG_ABI
 * @nonce: SKUA_REG_NONCE
 * @resets: the NIC has been reset that often
 * @mute_on_reset: the NIC does not answer after this many resets
 * @late: by so many reads each answer is late
 * @old: answers under way
 * @dumb_after: registers are all ones after so many reads, 0: never
 * @reads: register reads
 * @steps: steps so far
 * @act_at: the step at which @act happens
 * @act: what happens then
 * @resetting: the PCI core's reset is under way
 * @pauses: number of pauses
 * @paused: their sum in milliseconds
 * @offs: times that the bus was taken from the NIC
 * @off_while_gone: of these, with the NIC being gone already
 */
struct reset_nic {
	struct skua_fake fake;
	struct pci_dev *pdev;
	bool present;
	unsigned int present_at;
	u32 abi;
	u32 nonce;
	unsigned int resets;
	unsigned int mute_on_reset;
	unsigned int late;
	u32 old[LATE_MAX];
	unsigned int dumb_after;
	unsigned int reads;
	unsigned int steps;
	unsigned int act_at;
	enum reset_act act;
	bool resetting;
	unsigned int pauses;
	unsigned int paused;
	unsigned int offs;
	unsigned int off_while_gone;
};

static struct reset_nic *reset_nic(void)
{
	struct skua_fake *fake = kunit_get_current_test()->priv;

	return container_of(fake, struct reset_nic, fake);
}

/* What another processor does; look_lock is held unless @pause. */
static void reset_step(struct skua *sc, bool pause)
{
	struct reset_nic *nic = reset_nic();

	if (nic->steps++ != nic->act_at)
		return;
	switch (nic->act) {
	case ACT_REMOVE:
		set_bit(SKUA_F_REMOVING, &sc->flags);
		break;
	case ACT_LOSE:
		skua_nic_lost(sc, "another read");
		break;
	case ACT_GONE:
		skua_nic_gone(sc);
		break;
	case ACT_RESET:
		/* As far as skua_pci_reset_prepare() comes without the lock. */
		set_bit(SKUA_F_RESETTING, &sc->flags);
		nic->resetting = true;
		break;
	case ACT_AWAIT:
		if (pause)
			skua_nic_await(sc);
		else
			nic->act_at = nic->steps;
		break;
	case ACT_NONE:
		break;
	}
}

static u32 reset_answer(struct reset_nic *nic, u32 reg)
{
	if (!nic->present || (nic->dumb_after && nic->reads > nic->dumb_after))
		return ~0;
	switch (reg) {
	case SKUA_REG_ID:
		return SKUA_ID_MAGIC;
	case SKUA_REG_ABI:
		return nic->abi;
	case SKUA_REG_NONCE:
		return nic->nonce;
	case SKUA_REG_STATUS:
		return SKUA_STATUS_RESET_DONE;
	default:
		return 0;
	}
}

static u32 reset_read(struct skua *sc, u32 reg)
{
	struct reset_nic *nic = reset_nic();
	u32 val, got;

	reset_step(sc, false);
	nic->reads++;
	val = reset_answer(nic, reg);
	if (!nic->late)
		return val;
	got = nic->old[0];
	memmove(nic->old, nic->old + 1, sizeof(nic->old) - sizeof(nic->old[0]));
	nic->old[nic->late - 1] = val;
	return got;
}

static void reset_write(struct skua *sc, u32 reg, u32 val)
{
	struct reset_nic *nic = reset_nic();

	reset_step(sc, false);
	if (!nic->present)
		return;
	if (reg == SKUA_REG_NONCE)
		nic->nonce = val;
	if (reg == SKUA_REG_CTRL && val == SKUA_CTRL_RESET &&
	    ++nic->resets <= nic->mute_on_reset)
		nic->present = false;
}

static bool reset_cfg_answers(struct skua *sc)
{
	reset_step(sc, false);
	return reset_nic()->present;
}

static void reset_cfg_off(struct skua *sc)
{
	struct reset_nic *nic = reset_nic();

	nic->offs++;
	nic->off_while_gone += test_bit(SKUA_F_GONE, &sc->flags);
}

static void reset_pause(struct skua *sc, unsigned int ms)
{
	struct reset_nic *nic = reset_nic();

	KUNIT_EXPECT_FALSE(kunit_get_current_test(),
			   mutex_is_locked(&sc->look_lock));
	nic->paused += ms;
	if (++nic->pauses == nic->present_at)
		nic->present = true;
	if (nic->resetting) {
		nic->resetting = false;
		skua_nic_lost(sc, "reset");
		skua_pci_reset_done(nic->pdev);
	}
	reset_step(sc, true);
}

static int reset_init(struct kunit *test)
{
	int ret = skua_fake_init_in(test, sizeof(struct reset_nic));
	struct reset_nic *nic;

	if (ret)
		return ret;
	nic = reset_nic();
	nic->pdev = kunit_kzalloc(test, sizeof(*nic->pdev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nic->pdev);
	pci_set_drvdata(nic->pdev, nic->fake.sc);
	nic->abi = SKUA_ABI_MAJOR << 16 | SKUA_ABI_MINOR;
	nic->act_at = ~0;
	memset(nic->old, 0xff, sizeof(nic->old));
	kunit_activate_static_stub(test, skua_read, reset_read);
	kunit_activate_static_stub(test, skua_write, reset_write);
	kunit_activate_static_stub(test, skua_cfg_answers, reset_cfg_answers);
	kunit_activate_static_stub(test, skua_cfg_off, reset_cfg_off);
	kunit_activate_static_stub(test, skua_look_pause, reset_pause);
	return 0;
}

static void expect_ers(struct kunit *test, pci_ers_result_t want,
		       pci_ers_result_t got)
{
	KUNIT_EXPECT_TRUE(test, want == got);
}

static bool is(struct kunit *test, enum skua_flag flag)
{
	struct skua_fake *fake = test->priv;

	return test_bit(flag, &fake->sc->flags);
}

static bool lose_and_await(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	skua_nic_lost(fake->sc, "test");
	KUNIT_EXPECT_TRUE(test, is(test, SKUA_F_DEAD));
	KUNIT_EXPECT_FALSE(test, skua_alive(fake->sc));
	return skua_nic_await(fake->sc);
}

static void expect_back(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();

	KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_LOST));
	KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_GONE));
	/* It has to be booted before it is of use. */
	KUNIT_EXPECT_TRUE(test, is(test, SKUA_F_DEAD));
	KUNIT_EXPECT_EQ(test, nic->offs, 0u);
}

static void expect_gone(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();

	KUNIT_EXPECT_TRUE(test, is(test, SKUA_F_GONE));
	KUNIT_EXPECT_TRUE(test, is(test, SKUA_F_DEAD));
	/* The bus is taken before anybody believes that the NIC is gone. */
	KUNIT_EXPECT_EQ(test, nic->offs, 1u);
	KUNIT_EXPECT_EQ(test, nic->off_while_gone, 0u);
}

/* D7 */
static void reset_well(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();

	KUNIT_EXPECT_TRUE(test, skua_nic_await(nic->fake.sc));
	KUNIT_EXPECT_EQ(test, nic->steps, 0u);
}

/* D7: at whichever look the NIC is back */
static void reset_back(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();
	unsigned int at;

	for (at = 0; at < 12; at++) {
		nic->present = !at;
		nic->present_at = at;
		nic->pauses = 0;
		KUNIT_EXPECT_TRUE(test, lose_and_await(test));
		KUNIT_EXPECT_EQ(test, nic->pauses, at);
		expect_back(test);
	}
	KUNIT_EXPECT_EQ(test, skua_fake_count(test, SKUA_CTR_LOST), 12ull);
}

/* D5, D7: some seconds, and not much more */
static void reset_never_back(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();

	KUNIT_EXPECT_FALSE(test, lose_and_await(test));
	expect_gone(test);
	KUNIT_EXPECT_GE(test, nic->paused, 5000u);
	KUNIT_EXPECT_LE(test, nic->paused, 6000u);
	/* Nobody reads a register, or looks for the NIC, any more. */
	nic->reads = 0;
	KUNIT_EXPECT_FALSE(test, skua_check_status(nic->fake.sc));
	KUNIT_EXPECT_EQ(test, skua_fw_idle_ms(nic->fake.sc), 0u);
	skua_request_dump(nic->fake.sc);
	KUNIT_EXPECT_EQ(test, skua_reset(nic->fake.sc), -ENODEV);
	KUNIT_EXPECT_EQ(test, nic->reads, 0u);
}

/* D7: each answer belongs to an earlier read: no such NIC is back */
static void reset_late_answers(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();

	nic->present = true;
	for (nic->late = 1; nic->late <= LATE_MAX; nic->late++) {
		nic->offs = 0;
		clear_bit(SKUA_F_GONE, &nic->fake.sc->flags);
		clear_bit(SKUA_F_LOST, &nic->fake.sc->flags);
		KUNIT_EXPECT_FALSE(test, lose_and_await(test));
		expect_gone(test);
	}
}

/* D7: one agreement may be luck; whichever read fails, the NIC is not back */
static void reset_agrees_twice(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();
	unsigned int reads;

	nic->present = true;
	KUNIT_ASSERT_TRUE(test, lose_and_await(test));
	reads = nic->reads;
	KUNIT_EXPECT_EQ(test, reads, 6u);
	for (nic->dumb_after = 1; nic->dumb_after < reads; nic->dumb_after++) {
		nic->reads = 0;
		nic->offs = 0;
		clear_bit(SKUA_F_GONE, &nic->fake.sc->flags);
		clear_bit(SKUA_F_LOST, &nic->fake.sc->flags);
		KUNIT_EXPECT_FALSE(test, lose_and_await(test));
		expect_gone(test);
	}
}

/* D7: another device is in the slot */
static void reset_other_abi(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();

	nic->present = true;
	nic->abi += 1 << 16;
	KUNIT_EXPECT_FALSE(test, lose_and_await(test));
	expect_gone(test);
}

/* The state before each try of an interleaving. */
static void reset_again(struct kunit *test, enum reset_act act, unsigned int at)
{
	struct reset_nic *nic = reset_nic();
	unsigned long *flags = &nic->fake.sc->flags;

	clear_bit(SKUA_F_GONE, flags);
	clear_bit(SKUA_F_LOST, flags);
	clear_bit(SKUA_F_REMOVING, flags);
	clear_bit(SKUA_F_RESETTING, flags);
	nic->present = false;
	nic->present_at = 4;
	nic->resetting = false;
	nic->pauses = 0;
	nic->steps = 0;
	nic->offs = 0;
	nic->off_while_gone = 0;
	nic->act = act;
	nic->act_at = at;
}

/* D7: whatever happens at whichever step, there is one verdict, and it stays */
static void reset_interleaved(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();
	unsigned int at, steps;
	bool back;

	reset_again(test, ACT_NONE, ~0);
	KUNIT_ASSERT_TRUE(test, lose_and_await(test));
	steps = nic->steps;
	KUNIT_ASSERT_LT(test, steps, (unsigned int)STEPS_MAX);

	for (at = 0; at < steps; at++) {
		reset_again(test, ACT_REMOVE, at);
		back = lose_and_await(test);
		KUNIT_EXPECT_EQ(test, back, !is(test, SKUA_F_GONE));
		/* Nobody waits for a NIC whose driver goes. */
		KUNIT_EXPECT_LE(test, nic->pauses, 4u);
		if (!back)
			expect_gone(test);

		reset_again(test, ACT_LOSE, at);
		KUNIT_EXPECT_TRUE(test, lose_and_await(test));
		expect_back(test);

		reset_again(test, ACT_AWAIT, at);
		KUNIT_EXPECT_TRUE(test, lose_and_await(test));
		expect_back(test);

		reset_again(test, ACT_GONE, at);
		KUNIT_EXPECT_FALSE(test, lose_and_await(test));
		KUNIT_EXPECT_TRUE(test, is(test, SKUA_F_GONE));
	}
}

/* D7: a reset by the PCI core that begins at any step of a look */
static void reset_by_core_interleaved(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();
	unsigned int at;

	for (at = 0; at < 25; at++) {
		reset_again(test, ACT_RESET, at);
		KUNIT_EXPECT_TRUE(test, lose_and_await(test));
		if (nic->resetting) {
			/* The verdict was there before the reset went on. */
			skua_nic_lost(nic->fake.sc, "reset");
			skua_pci_reset_done(nic->pdev);
			KUNIT_EXPECT_TRUE(test, skua_nic_await(nic->fake.sc));
		}
		expect_back(test);
		KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_RESETTING));
	}
}

/* D7: between prepare and done nobody touches the NIC; done finds it again */
static void reset_by_core(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();
	struct skua *sc = nic->fake.sc;

	nic->present = true;
	skua_pci_reset_prepare(nic->pdev);
	KUNIT_EXPECT_FALSE(test, skua_alive(sc));
	KUNIT_EXPECT_FALSE(test, skua_check_status(sc));
	KUNIT_EXPECT_EQ(test, nic->steps, 0u);
	skua_pci_reset_done(nic->pdev);
	KUNIT_EXPECT_TRUE(test, skua_nic_await(sc));
	expect_back(test);

	/* A reset that never ends is no excuse for ever. */
	skua_pci_reset_prepare(nic->pdev);
	KUNIT_EXPECT_FALSE(test, skua_nic_await(sc));
	expect_gone(test);
	KUNIT_EXPECT_LE(test, nic->paused, 25000u);

	/* But when it does end, the NIC is there. */
	nic->offs = 0;
	KUNIT_EXPECT_FALSE(test, skua_nic_revive(sc));
	nic->offs = 0;
	skua_pci_reset_done(nic->pdev);
	KUNIT_EXPECT_TRUE(test, skua_nic_await(sc));
	expect_back(test);
}

/* D5: a start finds a NIC that was gone, unless the driver goes */
static void reset_revive(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();
	struct skua *sc = nic->fake.sc;

	KUNIT_EXPECT_FALSE(test, lose_and_await(test));
	KUNIT_EXPECT_FALSE(test, skua_nic_revive(sc));
	/* A look may have switched its registers on. */
	KUNIT_EXPECT_EQ(test, nic->offs, 2u);
	nic->present = true;
	set_bit(SKUA_F_REMOVING, &sc->flags);
	KUNIT_EXPECT_FALSE(test, skua_nic_revive(sc));
	clear_bit(SKUA_F_REMOVING, &sc->flags);
	KUNIT_EXPECT_TRUE(test, skua_nic_revive(sc));
	KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_LOST));
}

/* D7: error recovery of the PCI core */
static void reset_aer(struct kunit *test)
{
	const struct pci_error_handlers *err = &skua_pci_error_handlers;
	struct reset_nic *nic = reset_nic();
	struct skua *sc = nic->fake.sc;

	nic->present = true;
	expect_ers(test, PCI_ERS_RESULT_CAN_RECOVER,
		   err->error_detected(nic->pdev, pci_channel_io_normal));
	KUNIT_EXPECT_FALSE(test, skua_alive(sc));
	err->resume(nic->pdev);
	KUNIT_EXPECT_TRUE(test, skua_nic_await(sc));
	expect_back(test);

	expect_ers(test, PCI_ERS_RESULT_NEED_RESET,
		   err->error_detected(nic->pdev, pci_channel_io_frozen));
	expect_ers(test, PCI_ERS_RESULT_RECOVERED, err->slot_reset(nic->pdev));
	err->resume(nic->pdev);
	KUNIT_EXPECT_TRUE(test, skua_nic_await(sc));
	expect_back(test);

	/* The reset was of no help: nobody calls resume. */
	err->error_detected(nic->pdev, pci_channel_io_frozen);
	nic->present = false;
	expect_ers(test, PCI_ERS_RESULT_DISCONNECT, err->slot_reset(nic->pdev));
	KUNIT_EXPECT_FALSE(test, skua_nic_await(sc));
	expect_gone(test);
	KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_RESETTING));
}

/* D5: the bus knows that the slot is empty */
static void reset_aer_empty(struct kunit *test)
{
	const struct pci_error_handlers *err = &skua_pci_error_handlers;
	struct reset_nic *nic = reset_nic();

	expect_ers(test, PCI_ERS_RESULT_DISCONNECT,
		   err->error_detected(nic->pdev, pci_channel_io_perm_failure));
	/* Nobody asks the NIC, which loses the bus: it may only claim to be away. */
	expect_gone(test);
	KUNIT_EXPECT_EQ(test, nic->steps, 0u);
}

/* D7: a NIC that does not answer when it is reset is awaited, but not for ever */
static void reset_mute(struct kunit *test)
{
	struct reset_nic *nic = reset_nic();
	struct skua *sc = nic->fake.sc;

	nic->present = true;
	KUNIT_EXPECT_EQ(test, skua_reset(sc), 0);
	nic->mute_on_reset = 2;
	nic->present_at = 3;
	KUNIT_EXPECT_EQ(test, skua_reset(sc), 0);
	KUNIT_EXPECT_EQ(test, nic->pauses, 3u);
	KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_LOST));
	nic->mute_on_reset = ~0;
	nic->present_at = 0;
	KUNIT_EXPECT_EQ(test, skua_reset(sc), -ENODEV);
	expect_gone(test);
}

/* D4: the NIC may lose its power in a suspend: it is booted again, or given up quietly */
static void reset_suspend(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua *sc = fake->sc;

	set_bit(SKUA_F_STARTED, &sc->flags);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_ASSERT_TRUE(test, skua_alive(sc));
	skua_op_stop(fake->hw, true);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_STOP, fake->op[0]);
	KUNIT_EXPECT_FALSE(test, skua_alive(sc));
	KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_DEAD));

	set_bit(SKUA_F_DEAD, &sc->flags);
	set_bit(SKUA_F_GONE, &sc->flags);
	KUNIT_EXPECT_EQ(test, 0, skua_op_start(fake->hw));
	KUNIT_EXPECT_TRUE(test, is(test, SKUA_F_STARTED));
	KUNIT_EXPECT_EQ(test, 0, skua_op_result(sc, -ENODEV));
	skua_op_stop(fake->hw, false);
	/* The user is told. */
	KUNIT_EXPECT_EQ(test, -ENODEV, skua_op_start(fake->hw));
	KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_STARTED));
	wiphy_unlock(fake->hw->wiphy);
}

/* D4: the verdict on a restart does not outlive a start that comes before the worker */
static void reset_start_anew(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua *sc = fake->sc;

	clear_bit(SKUA_F_STARTED, &sc->flags);
	WRITE_ONCE(sc->hopeless, true);
	set_bit(SKUA_F_NO_MEMORY, &sc->flags);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 0, skua_op_start(fake->hw));
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_FALSE(test, sc->hopeless);
	KUNIT_EXPECT_FALSE(test, is(test, SKUA_F_NO_MEMORY));
}

static struct kunit_case reset_cases[] = {
	KUNIT_CASE(reset_well),
	KUNIT_CASE(reset_back),
	KUNIT_CASE(reset_never_back),
	KUNIT_CASE(reset_late_answers),
	KUNIT_CASE(reset_agrees_twice),
	KUNIT_CASE(reset_other_abi),
	KUNIT_CASE(reset_interleaved),
	KUNIT_CASE(reset_by_core_interleaved),
	KUNIT_CASE(reset_by_core),
	KUNIT_CASE(reset_revive),
	KUNIT_CASE(reset_aer),
	KUNIT_CASE(reset_aer_empty),
	KUNIT_CASE(reset_mute),
	KUNIT_CASE(reset_suspend),
	KUNIT_CASE(reset_start_anew),
	{}
};

static struct kunit_suite reset_suite = {
	.name = "skua_reset",
	.init = reset_init,
	.test_cases = reset_cases,
};

kunit_test_suite(reset_suite);
